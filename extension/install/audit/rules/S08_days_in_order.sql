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
    select 'episode', episode_id, 'opened_on', opened_on, 'closure_agreed_on', closure_agreed_on
    from records.episode
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

-- What is dated before the record it belongs to begins: of plans.
select d.record, d.record_id, format('%s %s, %s %s', d.first, d.first_on, d.second, d.second_on)
from (
    select 'plan_outcome' as record, o.plan_outcome_id as record_id, 'plan started_on' as first, p.started_on as first_on,
        'agreed_on' as second, o.agreed_on as second_on
    from records.plan p
    join records.plan_outcome o on o.plan_id = p.plan_id
    union all
    select 'action', a.action_id, 'plan started_on', p.started_on, 'agreed_on', a.agreed_on
    from records.plan p
    join records.action a on a.plan_id = p.plan_id
) d
where d.second_on < d.first_on;

-- What is dated before the record it belongs to begins: of group sessions and audits.
select d.record, d.record_id, format('%s %s, %s %s', d.first, d.first_on, d.second, d.second_on)
from (
    select 'group_session' as record, s.group_session_id as record_id, 'group starts_on' as first, g.starts_on as first_on,
        'held_on' as second, s.held_on as second_on
    from records.group_programme g
    join records.group_session s on s.group_programme_id = g.group_programme_id
    union all
    select 'case_audit', c.case_audit_id, 'episode opened_on', e.opened_on, 'audited_on', c.audited_on
    from records.episode e
    join records.case_audit c on c.episode_id = e.episode_id
    union all
    select 'case_audit_action', a.case_audit_action_id, 'audit audited_on', c.audited_on, 'due_on', a.due_on
    from records.case_audit c
    join records.case_audit_action a on a.case_audit_id = c.case_audit_id
    union all
    select 'case_audit_action', a.case_audit_action_id, 'audit audited_on', c.audited_on, 'done_on', a.done_on
    from records.case_audit c
    join records.case_audit_action a on a.case_audit_id = c.case_audit_id
) d
where d.second_on < d.first_on;

-- What is dated before the record it belongs to begins: of feedback.
select d.record, d.record_id, format('%s %s, %s %s', d.first, d.first_on, d.second, d.second_on)
from (
    select 'feedback_request' as record, q.feedback_request_id as record_id, 'episode opened_on' as first,
        e.opened_on as first_on, 'asked_on' as second, q.asked_on as second_on
    from records.episode e
    join records.feedback_request q on q.episode_id = e.episode_id
    union all
    select 'feedback_request', q.feedback_request_id, 'group starts_on', g.starts_on, 'asked_on', q.asked_on
    from records.group_programme g
    join records.feedback_request q on q.group_programme_id = g.group_programme_id
    union all
    select 'feedback', f.feedback_id, 'episode opened_on', e.opened_on, 'given_on', f.given_on
    from records.episode e
    join records.feedback f on f.episode_id = e.episode_id
    union all
    select 'feedback', f.feedback_id, 'group starts_on', g.starts_on, 'given_on', f.given_on
    from records.group_programme g
    join records.feedback f on f.group_programme_id = g.group_programme_id
    union all
    select 'feedback', f.feedback_id, 'request asked_on', q.asked_on, 'given_on', f.given_on
    from records.feedback_request q
    join records.feedback f on f.feedback_request_id = q.feedback_request_id
) d
where d.second_on < d.first_on;

-- Returns for something else than a month.
select 'partner_return', r.service_id, format('month %s', r.month)
from records.partner_return r
where r.month <> date_trunc('month', r.month::timestamp)::date;
