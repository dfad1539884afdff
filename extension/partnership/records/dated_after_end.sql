-- What a withdrawal of consent, or social care's answer, that was recorded late has left behind: dated after it, and
-- recorded before it was known.
create view dated_after_end with (security_invoker = true) as
with support as (
    select 'plan'::varchar(63) as what, plan_id as record_id, episode_id, started_on as dated_on, plan_id, ended_on,
        end_reason::text
    from only plan
    union all
    select 'plan_outcome', o.plan_outcome_id, p.episode_id, o.agreed_on, p.plan_id, p.ended_on, p.end_reason::text
    from only plan p
    join only plan_outcome o on o.plan_id = p.plan_id
    union all
    select 'action', a.action_id, p.episode_id, a.agreed_on, p.plan_id, p.ended_on, p.end_reason::text
    from only plan p
    join only action a on a.plan_id = p.plan_id
        and a.safety_reason is null
    union all
    select 'review', r.review_id, p.episode_id, r.held_on, p.plan_id, p.ended_on, p.end_reason::text
    from only plan p
    join only review r on r.plan_id = p.plan_id
    union all
    select 'assessment', assessment_id, episode_id, greatest(started_on, completed_on), null, ended_on, end_reason::text
    from only assessment
    where corrects_assessment_id is null
    union all
    select 'assessment_domain', a.assessment_id, a.episode_id, max(d.assessed_on), null, a.ended_on, a.end_reason::text
    from only assessment a
    join only assessment_domain d on d.assessment_id = a.assessment_id
    where a.corrects_assessment_id is null
    group by a.assessment_id, a.episode_id, a.ended_on, a.end_reason
    union all
    select 'lead_practitioner', practitioner_id, episode_id, from_on, null, null, null
    from only lead_practitioner
    union all
    select 'episode_child', child_id, episode_id, greatest(joined_on, left_on), null, null, null
    from only episode_child
)
select
    e.family_id,
    e.episode_id,
    s.what,
    s.record_id,
    s.dated_on::date as dated_on,
    case when s.end_reason = 'consent_withdrawn' then s.ended_on else e.closed_on end::date as ended_on,
    case when s.end_reason = 'consent_withdrawn' then 'consent_withdrawn' else 'stepped_up' end::varchar(40) as because
from support s
join only episode e on e.episode_id = s.episode_id
where case
        when s.end_reason = 'consent_withdrawn' then s.dated_on > s.ended_on
        else e.closure_reason_code = 'stepped_up' and s.dated_on > e.closed_on
    end;
comment on view dated_after_end is
    'What is dated after the day on which its plan or EHA ended by a withdrawal of consent, or its episode by the acceptance of '
    'the last child''s step up. It was recorded before that was, and stays. Somebody who knows the family looks at it.';
comment on column dated_after_end.family_id is 'The family.';
comment on column dated_after_end.episode_id is 'The episode.';
comment on column dated_after_end.what is 'Table of the record.';
comment on column dated_after_end.record_id is
    'Its key; of a domain, that of the EHA; of a lead practitioner or a child in the episode, that of the person.';
comment on column dated_after_end.dated_on is 'Day on which it happened.';
comment on column dated_after_end.ended_on is 'Day on which the plan, EHA or episode ended.';
comment on column dated_after_end.because is 'Why it ended: consent_withdrawn or stepped_up.';
