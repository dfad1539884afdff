-- R03: A plan is completed by a held review, or it ends with its episode or with withdrawn
-- consent.

-- Plans that ended without a reason, or for a reason that nothing else bears out: a review, the
-- closure of the episode, or a withdrawn consent.
select 'plan', p.plan_id,
    format('ended_on %s, end_reason %s, completed_by_review_id %s',
        coalesce(p.ended_on::text, 'none'), coalesce(p.end_reason::text, 'none'),
        coalesce(p.completed_by_review_id::text, 'none'))
from records.plan p
left join records.episode e on e.episode_id = p.episode_id
left join records.review r on r.review_id = p.completed_by_review_id
    and r.plan_id = p.plan_id
    and r.decision = 'complete'
    and r.held_on = p.ended_on
where (p.ended_on is null) <> (p.end_reason is null)
    or p.ended_on < p.started_on
    or (p.end_reason is not distinct from 'completed') <> (p.completed_by_review_id is not null)
    or (p.completed_by_review_id is not null and r.review_id is null)
    or (p.end_reason = 'episode_closed'
        and p.ended_on is distinct from greatest(e.closed_on, p.started_on)
        -- An earlier closure, before a reopening.
        and not exists (
            select
            from records.episode_event v
            where v.episode_id = p.episode_id
                and v.state_to = 'closed'
                and v.state_from <> 'closed'
                and v.happened_on = p.ended_on))
    or (p.end_reason = 'consent_withdrawn'
        and not exists (
            select
            from records.consent c
            where c.family_id = e.family_id
                and c.kind = 'take_part'
                and c.withdrawn_on <= p.ended_on));

-- Reviews outside the days of their plan, or that completed a plan which does not say so. What was
-- recorded before the withdrawal that ended the plan stays, however it is dated.
select 'review', r.review_id,
    format('plan_id %s, held_on %s, decision %s, ended_on %s of the plan',
        r.plan_id, r.held_on, r.decision, coalesce(p.ended_on::text, 'none'))
from records.review r
join records.plan p on p.plan_id = r.plan_id
join records.episode e on e.episode_id = p.episode_id
where r.held_on < p.started_on
    -- One after the closure of the episode is R14's.
    or (r.held_on > p.ended_on
        and p.ended_on is distinct from e.closed_on
        and not (p.end_reason = 'consent_withdrawn'
            and exists (
                select
                from records.consent c
                where c.family_id = e.family_id
                    and c.kind = 'take_part'
                    and r.recorded_at <= c.withdrawal_recorded_at)))
    or (r.decision = 'complete' and p.completed_by_review_id is distinct from r.review_id);

-- Outcomes and actions agreed after their plan had ended. Those of a plan that ended with its
-- episode are found by R14.
select 'plan_outcome', o.plan_outcome_id,
    format('agreed_on %s, ended_on %s of plan_id %s', o.agreed_on, p.ended_on, o.plan_id)
from records.plan_outcome o
join records.plan p on p.plan_id = o.plan_id
join records.episode e on e.episode_id = p.episode_id
where o.agreed_on > p.ended_on
    and p.ended_on is distinct from e.closed_on
    and not (p.end_reason = 'consent_withdrawn'
        and exists (
            select
            from records.consent c
            where c.family_id = e.family_id
                and c.kind = 'take_part'
                and o.recorded_at <= c.withdrawal_recorded_at))
union all
select 'action', a.action_id,
    format('agreed_on %s, ended_on %s of plan_id %s', a.agreed_on, p.ended_on, a.plan_id)
from records.action a
join records.plan p on p.plan_id = a.plan_id
join records.episode e on e.episode_id = p.episode_id
where a.agreed_on > p.ended_on
    and a.safety_reason is null
    and p.ended_on is distinct from e.closed_on
    and not (p.end_reason = 'consent_withdrawn'
        and exists (
            select
            from records.consent c
            where c.family_id = e.family_id
                and c.kind = 'take_part'
                and a.recorded_at <= c.withdrawal_recorded_at));
