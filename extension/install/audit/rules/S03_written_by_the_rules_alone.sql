-- S03: What only the rules write agrees with the rest of the record.

-- Episodes in another state than their last event led to.
select 'episode', e.episode_id, format('state %s, its last event led to %s', e.state, coalesce(v.state_to::text, 'none'))
from records.episode e
left join (
    select distinct on (episode_id)
        episode_id,
        state_to
    from records.episode_event
    order by episode_id, episode_event_id desc
) v on v.episode_id = e.episode_id
where v.state_to is distinct from e.state;

-- Events that do not follow from the one before, or that the state machine does not have.
select 'episode_event', v.episode_event_id,
    format('episode_id %s, %s: %s to %s, the event before led to %s', v.episode_id, v.event,
        coalesce(v.state_from::text, 'none'), v.state_to, coalesce(v.led_to::text, 'none'))
from (
    select
        v.*,
        lag(v.state_to) over (partition by v.episode_id order by v.episode_event_id) as led_to
    from records.episode_event v
) v
where v.state_from is distinct from v.led_to
    or not exists (
        select
        from early_help.transitions() t
        where coalesce(t.state_from::text, '') = coalesce(v.state_from::text, '')
            and t.event = v.event
            and t.state_to = v.state_to);

-- Episodes whose events of opening, allocation, closure or reopening are of another day.
select 'episode', e.episode_id,
    format('opened_on %s, allocated_on %s, closed_on %s; by its events %s, %s, %s', e.opened_on,
        coalesce(e.allocated_on::text, 'none'), coalesce(e.closed_on::text, 'none'),
        coalesce(v.opened_on::text, 'none'), coalesce(v.allocated_on::text, 'none'),
        coalesce(v.closed_on::text, 'none'))
from records.episode e
join (
    select
        episode_id,
        max(happened_on) filter (where state_from is null) as opened_on,
        max(happened_on) filter (where event = 'allocate') as allocated_on,
        (array_agg(happened_on order by episode_event_id desc)
            filter (where state_to = 'closed' and state_from <> 'closed'))[1] as closed_on
    from records.episode_event
    group by episode_id
) v on v.episode_id = e.episode_id
where e.opened_on <> v.opened_on
    or e.allocated_on <> v.allocated_on
    or e.closed_on <> v.closed_on;

-- Reopenings in the log of events and not in table reopening, or the other way round.
select 'episode', e.episode_id, format('%s reopenings by its events, %s in table reopening', e.by_events, e.kept)
from (
    select
        e.episode_id,
        (
            select coalesce(array_agg(v.happened_on::date order by v.episode_event_id), '{}')
            from records.episode_event v
            where v.episode_id = e.episode_id
                and v.event = 'reopen') as by_events,
        (
            select coalesce(array_agg(r.reopened_on::date order by r.reopening_id), '{}')
            from records.reopening r
            where r.episode_id = e.episode_id) as kept
    from records.episode e
    where e.reopened_on is not null
        or exists (select from records.reopening r where r.episode_id = e.episode_id)
) e
where e.by_events <> e.kept;

-- Changes of level by an opening, a reopening or a closure, on a day on which the child neither joined nor left the episode.
select 'level_change', c.level_change_id,
    format('child_id %s, %s of episode_id %s on %s', c.child_id, c.event, c.episode_id, c.changed_on)
from records.level_change c
where c.event not in ('accept_step_up', 'accept_step_down')
    and exists (
        select
        from records.episode_child m
        where m.child_id = c.child_id
            and m.episode_id = c.episode_id)
    and not exists (
        select
        from records.episode_child m
        where m.child_id = c.child_id
            and m.episode_id = c.episode_id
            -- A child whose episode closes and reopens on one day joins and leaves on it, and has one row.
            and c.changed_on in (m.joined_on, m.left_on));

-- EHAs, plans and reviews without their events.
select 'episode', r.episode_id, format('%s records without an event %s', r.records - coalesce(v.events, 0), r.event)
from (
    select episode_id, 'start_assessment' as event, count(*) as records
    from records.assessment
    where corrects_assessment_id is null
    group by episode_id
    union all
    select episode_id, 'complete_assessment', count(*)
    from records.assessment
    where corrects_assessment_id is null
        and completed_on is not null
    group by episode_id
    union all
    select episode_id, 'start_plan', count(*)
    from records.plan
    group by episode_id
    union all
    select p.episode_id, 'hold_review', count(*)
    from records.review r
    join records.plan p on p.plan_id = r.plan_id
    group by p.episode_id
    union all
    select p.episode_id, 'extend', count(*)
    from records.review r
    join records.plan p on p.plan_id = r.plan_id
    where r.decision = 'extend'
    group by p.episode_id
) r
join records.episode e on e.episode_id = r.episode_id
left join (
    select episode_id, event::text, count(*) as events
    from records.episode_event
    group by episode_id, event
) v on v.episode_id = r.episode_id
    and v.event = r.event
where coalesce(v.events, 0) < r.records;

-- Children who are still in an episode after their accepted step up.
select 'episode_child', m.episode_id,
    format('child_id %s has not left, step_id %s was accepted on %s', m.child_id, s.step_id, s.decided_on)
from records.step s
join records.episode_child m on m.episode_id = s.episode_id
    and m.child_id = s.child_id
    and m.joined_on < s.decided_on
    and m.left_on is null
join records.episode e on e.episode_id = m.episode_id
    and e.closed_on is null
where s.to_level = 'social_care'
    and s.outcome = 'accepted';

-- Children merged into another child than their merges lead to.
select 'child', c.child_id,
    format('merged_into_child_id %s, its merges lead to %s', coalesce(c.merged_into_child_id::text, 'none'),
        coalesce(s.kept::text, 'none'))
from records.child c
left join (
    with recursive holds as (
        select merged_child_id as child_id, kept_child_id as kept
        from records.child_merge
        where undone_on is null
    ), chain (child_id, kept) as (
        select child_id, kept from holds
        union
        select c.child_id, h.kept
        from chain c
        join holds h on h.child_id = c.kept
    )
    select child_id, kept
    from chain c
    where not exists (select from holds h where h.child_id = c.kept)
) s on s.child_id = c.child_id
where c.merged_into_child_id is distinct from s.kept;
