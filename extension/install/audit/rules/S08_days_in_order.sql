-- S08: Days that belong together are in order.

-- Records whose later day comes before the earlier one. Those of consents, plans, EHAs and children in an episode
-- break a numbered rule as well, and are found by it.
select d.record, d.record_id, format('%s %s, %s %s', d.first, d.first_on, d.second, d.second_on)
from (
    select 'locality' as record, locality_id as record_id, 'valid_from' as first, valid_from as first_on, 'valid_to' as second,
        -- A ward, and a membership, lasts a day at least.
        valid_to - 1 as second_on
    from records.locality
    union all
    select 'family_adult', family_adult_id, 'joined_on', joined_on, 'left_on', left_on - 1
    from records.family_adult
    union all
    select 'practitioner', practitioner_id, 'active_from', active_from, 'active_to', active_to
    from records.practitioner
    union all
    select 'service', service_id, 'opened_on', opened_on, 'closed_on', closed_on
    from records.service
    union all
    select 'referral', referral_id, 'referred_on', referred_on, 'accepted_on', accepted_on
    from records.referral
    union all
    select 'referral', referral_id, 'referred_on', referred_on, 'declined_on', declined_on
    from records.referral
    union all
    select 'plan_outcome', plan_outcome_id, 'agreed_on', agreed_on, 'withdrawn_on', withdrawn_on
    from records.plan_outcome
    union all
    select 'action', action_id, 'agreed_on', agreed_on, 'due_on', due_on
    from records.action
    union all
    select 'action', action_id, 'agreed_on', agreed_on, 'done_on', done_on
    from records.action
    union all
    select 'service_request', service_request_id, 'requested_on', requested_on, 'offered_on', offered_on
    from records.service_request
    union all
    select 'service_request', service_request_id, 'requested_on', requested_on, 'decided_on', decided_on
    from records.service_request
    union all
    select 'service_request', service_request_id, 'offered_on', offered_on, 'started_on', started_on
    from records.service_request
    union all
    select 'service_request', service_request_id, 'started_on', started_on, 'ended_on', ended_on
    from records.service_request
    union all
    select 'group_programme', group_programme_id, 'starts_on', starts_on, 'ends_on', ends_on
    from records.group_programme
    union all
    select 'alert', alert_id, 'due_on', due_on, 'raised_on', raised_on - 1
    from records.alert
    union all
    select 'alert', alert_id, 'raised_on', raised_on, 'cleared_on', cleared_on
    from records.alert
) d
where d.second_on < d.first_on;

-- Returns for something else than a month.
select 'partner_return', r.service_id, format('month %s', r.month)
from records.partner_return r
where r.month <> date_trunc('month', r.month::timestamp)::date;
