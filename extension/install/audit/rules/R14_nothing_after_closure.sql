-- R14: A closed episode has a day and a reason, and nothing is dated after that day.

-- Episodes that are half closed: a day without a reason, a state that does not agree, no agreement
-- of the family and no reason for its absence, or a reopening without a reason or an event.
select 'episode', e.episode_id,
    format('state %s, opened_on %s, allocated_on %s, closed_on %s, closure_reason_code %s, closure_agreed_on %s, reopened_on %s',
        e.state, e.opened_on, coalesce(e.allocated_on::text, 'none'), coalesce(e.closed_on::text, 'none'),
        coalesce(e.closure_reason_code, 'none'), coalesce(e.closure_agreed_on::text, 'none'),
        coalesce(e.reopened_on::text, 'none'))
from records.episode e
where (e.closed_on is null) <> (e.closure_reason_code is null)
    or (e.closed_on is null) <> (e.state is distinct from 'closed')
    or (e.closed_on is not null and e.closure_agreed_on is null and coalesce(e.closure_agreement_absent_reason, '') !~ '\S')
    or e.closed_on < e.opened_on
    or e.closed_on < e.allocated_on
    or (e.reopened_on is null) <> (coalesce(e.reopen_reason, '') !~ '\S')
    -- The last reopening.
    or e.reopened_on is distinct from (
        select v.happened_on
        from records.episode_event v
        where v.episode_id = e.episode_id
            and v.event = 'reopen'
        order by v.episode_event_id desc
        limit 1);

-- Reopenings before the closure that they follow, or without a reason.
select 'episode', r.episode_id,
    format('reopening_id %s, closed_on %s, reopened_on %s', r.reopening_id, r.closed_on, r.reopened_on)
from records.reopening r
where r.reopened_on < r.closed_on
    or coalesce(r.reason, '') !~ '\S';

-- Records dated after the closure of their episode. What was recorded before social care's answer to the last
-- child's step up, which closed it, stays.
select s.record, s.record_id, format('dated %s, episode_id %s closed on %s', s.last, s.episode_id, e.closed_on)
from (
    select 'assessment' as record, assessment_id as record_id, episode_id, recorded_at,
        greatest(started_on, completed_on, ended_on) as last
    from records.assessment
    where corrects_assessment_id is null
    union all
    select 'assessment_domain', d.assessment_id, a.episode_id, d.recorded_at, d.assessed_on
    from records.assessment_domain d
    join records.assessment a on a.assessment_id = d.assessment_id
    where a.corrects_assessment_id is null
    union all
    select 'plan', plan_id, episode_id, recorded_at, greatest(started_on, ended_on)
    from records.plan
    union all
    select 'plan_outcome', o.plan_outcome_id, p.episode_id, o.recorded_at, greatest(o.agreed_on, o.achieved_on, o.withdrawn_on)
    from records.plan_outcome o
    join records.plan p on p.plan_id = o.plan_id
    union all
    select 'action', a.action_id, p.episode_id, a.recorded_at, a.agreed_on
    from records.action a
    join records.plan p on p.plan_id = a.plan_id
    union all
    select 'review', r.review_id, p.episode_id, r.recorded_at, r.held_on
    from records.review r
    join records.plan p on p.plan_id = r.plan_id
    union all
    select 'lead_practitioner', episode_id, episode_id, recorded_at, from_on
    from records.lead_practitioner
    union all
    select 'episode_child', episode_id, episode_id, recorded_at, greatest(joined_on, left_on)
    from records.episode_child
) s
join records.episode e on e.episode_id = s.episode_id
where s.last > e.closed_on
    and not (e.closure_reason_code = 'stepped_up'
        and exists (
            select
            from records.episode_event v
            where v.episode_id = s.episode_id
                and v.state_to = 'closed'
                and v.state_from <> 'closed'
                and v.event = 'accept_step_up'
                and s.recorded_at <= v.recorded_at));

-- Records that go on though their episode is closed.
select s.record, s.record_id, format('goes on, episode_id %s closed on %s', s.episode_id, e.closed_on)
from (
    select 'plan' as record, plan_id as record_id, episode_id
    from records.plan
    where ended_on is null
    union all
    select 'assessment', assessment_id, episode_id
    from records.assessment
    where completed_on is null
        and ended_on is null
        and corrects_assessment_id is null
    union all
    select distinct 'episode_child', episode_id, episode_id
    from records.episode_child
    where left_on is null
) s
join records.episode e on e.episode_id = s.episode_id
where e.closed_on is not null;

-- Open episodes that support no child.
select 'episode', e.episode_id, format('state %s, opened_on %s, supports no child', e.state, e.opened_on)
from records.episode e
where e.closed_on is null
    and not exists (
        select
        from records.episode_child m
        where m.episode_id = e.episode_id
            and m.left_on is null);

-- Episodes that closed as stepped up though no step up was accepted on that day, or because consent
-- was withdrawn though none was.
select 'episode', e.episode_id, format('closed on %s as %s', e.closed_on, e.closure_reason_code)
from records.episode e
where (e.closure_reason_code = 'stepped_up'
        and not exists (
            select
            from records.step s
            where s.episode_id = e.episode_id
                and s.to_level = 'social_care'
                and s.outcome = 'accepted'
                and s.decided_on = e.closed_on))
    or (e.closure_reason_code = 'consent_withdrawn'
        and not exists (
            select
            from records.consent c
            where c.family_id = e.family_id
                and c.kind = 'take_part'
                and c.withdrawn_on <= e.closed_on));

-- Episodes that the acceptance of the last child's step up closed, and that say another reason.
select 'episode', e.episode_id, format('closed on %s as %s by the acceptance of a step up', e.closed_on, e.closure_reason_code)
from records.episode e
where e.closure_reason_code <> 'stepped_up'
    and (
        select v.event
        from records.episode_event v
        where v.episode_id = e.episode_id
            and v.state_to = 'closed'
            and v.state_from <> 'closed'
        order by v.episode_event_id desc
        limit 1) = 'accept_step_up';

-- Records dated between a closure and the reopening after it.
select s.record, s.record_id,
    format('dated %s, episode_id %s was closed from %s to %s', s.day, s.episode_id, g.closed_on, g.reopened_on)
from (
    select 'assessment' as record, a.assessment_id as record_id, a.episode_id, d.day
    from records.assessment a
    cross join lateral (values (a.started_on), (a.completed_on), (a.ended_on)) d (day)
    where a.corrects_assessment_id is null
    union all
    select 'assessment_domain', d.assessment_id, a.episode_id, d.assessed_on
    from records.assessment_domain d
    join records.assessment a on a.assessment_id = d.assessment_id
    where a.corrects_assessment_id is null
    union all
    select 'plan', p.plan_id, p.episode_id, d.day
    from records.plan p
    cross join lateral (values (p.started_on), (p.ended_on)) d (day)
    union all
    select 'plan_outcome', o.plan_outcome_id, p.episode_id, d.day
    from records.plan_outcome o
    join records.plan p on p.plan_id = o.plan_id
    cross join lateral (values (o.agreed_on), (o.achieved_on), (o.withdrawn_on)) d (day)
    union all
    select 'action', a.action_id, p.episode_id, a.agreed_on
    from records.action a
    join records.plan p on p.plan_id = a.plan_id
    union all
    select 'review', r.review_id, p.episode_id, r.held_on
    from records.review r
    join records.plan p on p.plan_id = r.plan_id
    union all
    select 'step', step_id, episode_id, offered_on
    from records.step
    where to_level = 'social_care'
    union all
    select 'lead_practitioner', episode_id, episode_id, from_on
    from records.lead_practitioner
    union all
    select 'episode_child', m.episode_id, m.episode_id, d.day
    from records.episode_child m
    cross join lateral (values (m.joined_on), (m.left_on)) d (day)
) s
join (
    select r.episode_id, r.happened_on as reopened_on,
        (
            select v.happened_on
            from records.episode_event v
            where v.episode_id = r.episode_id
                and v.state_to = 'closed'
                and v.state_from <> 'closed'
                and v.episode_event_id < r.episode_event_id
            order by v.episode_event_id desc
            limit 1
        ) as closed_on
    from records.episode_event r
    where r.event = 'reopen'
) g on g.episode_id = s.episode_id
where s.day > g.closed_on
    and s.day < g.reopened_on;
