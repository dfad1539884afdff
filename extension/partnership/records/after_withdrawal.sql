-- What a withdrawal that was recorded late has left behind: dated after it, recorded before it was known.
create view after_withdrawal with (security_invoker = true) as
select
    e.family_id,
    e.episode_id,
    d.what,
    d.record_id,
    d.dated_on,
    d.ended_on
from (
    select p.episode_id, 'plan_outcome'::varchar(63) as what, o.plan_outcome_id as record_id, o.agreed_on::date as dated_on,
        p.ended_on::date as ended_on
    from only plan p
    join only plan_outcome o on o.plan_id = p.plan_id
    where p.end_reason = 'consent_withdrawn'
    union all
    select p.episode_id, 'action', a.action_id, a.agreed_on::date, p.ended_on::date
    from only plan p
    join only action a on a.plan_id = p.plan_id
    where p.end_reason = 'consent_withdrawn'
        and a.safety_reason is null
    union all
    select p.episode_id, 'review', r.review_id, r.held_on::date, p.ended_on::date
    from only plan p
    join only review r on r.plan_id = p.plan_id
    where p.end_reason = 'consent_withdrawn'
    union all
    select a.episode_id, 'assessment_domain', a.assessment_id, max(d.assessed_on)::date, a.ended_on::date
    from only assessment a
    join only assessment_domain d on d.assessment_id = a.assessment_id
    where a.end_reason = 'consent_withdrawn'
    group by a.episode_id, a.assessment_id, a.ended_on
) d
join only episode e on e.episode_id = d.episode_id
where d.dated_on > d.ended_on;
comment on view after_withdrawal is
    'What is dated after the day on which its plan or EHA ended by a withdrawal of consent: it was recorded before the '
    'withdrawal was, and stays. Somebody who knows the family looks at it..';
comment on column after_withdrawal.family_id is 'The family.';
comment on column after_withdrawal.episode_id is 'The episode of the plan or EHA.';
comment on column after_withdrawal.what is 'Table of the record: plan_outcome, action, review or assessment_domain.';
comment on column after_withdrawal.record_id is 'Its key; of a domain, that of the EHA.';
comment on column after_withdrawal.dated_on is 'Day on which it happened.';
comment on column after_withdrawal.ended_on is 'Day on which the plan or EHA ended with consent.';
