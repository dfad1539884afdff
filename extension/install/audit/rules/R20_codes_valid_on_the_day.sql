-- R20: A code is valid on the day of its event.

-- Codes used on a day on which their list says they are not valid.
select u.record, u.record_id,
    format('%s %s on %s, valid from %s to %s', u.list, u.code, u.day,
        coalesce(l.valid_from::text, 'the beginning'), coalesce(l.valid_to::text, 'no end'))
from (
    select 'contact' as record, contact_id as record_id, 'contact_source' as list, source_code as code, received_on as day
    from records.contact
    union all
    select 'contact_child', contact_child_id, 'primary_need', primary_need_code, received_on
    from records.contact_child
    union all
    select 'referral', referral_id, 'contact_source', source_code, referred_on
    from records.referral
    union all
    select 'referral', referral_id, 'primary_need', primary_need_code, referred_on
    from records.referral
    union all
    select 'episode', episode_id, 'closure_reason', closure_reason_code, closed_on
    from records.episode
    union all
    select 'plan_outcome', plan_outcome_id, 'headline_outcome', headline_outcome_code, agreed_on
    from records.plan_outcome
    union all
    select 'service_request', service_request_id, 'primary_need', primary_need_code, requested_on
    from records.service_request
    union all
    select 'assessment_factor_found', a.assessment_id, 'assessment_factor', f.assessment_factor_code,
        coalesce(a.completed_on, a.started_on)
    from records.assessment_factor_found f
    join records.assessment a on a.assessment_id = f.assessment_id
) u
join (
    select 'contact_source' as list, code, valid_from, valid_to from records.contact_source
    union all
    select 'primary_need', code, valid_from, valid_to from records.primary_need
    union all
    select 'closure_reason', code, valid_from, valid_to from records.closure_reason
    union all
    select 'headline_outcome', code, valid_from, valid_to from records.headline_outcome
    union all
    select 'assessment_factor', code, valid_from, valid_to from records.assessment_factor
) l on l.list = u.list
    and l.code = u.code
where u.day < l.valid_from
    or u.day > l.valid_to;

-- Codes whose validity ends before it begins.
select l.list, null::bigint, format('code %s, valid_from %s, valid_to %s', l.code, l.valid_from, l.valid_to)
from (
    select 'contact_source' as list, code, valid_from, valid_to from records.contact_source
    union all
    select 'primary_need', code, valid_from, valid_to from records.primary_need
    union all
    select 'ethnicity', code, valid_from, valid_to from records.ethnicity
    union all
    select 'sex', code, valid_from, valid_to from records.sex
    union all
    select 'disability', code, valid_from, valid_to from records.disability
    union all
    select 'closure_reason', code, valid_from, valid_to from records.closure_reason
    union all
    select 'headline_outcome', code, valid_from, valid_to from records.headline_outcome
    union all
    select 'assessment_factor', code, valid_from, valid_to from records.assessment_factor
) l
where l.valid_from > l.valid_to;
