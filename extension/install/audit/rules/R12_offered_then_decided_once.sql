-- R12: A step is offered, then decided once.

-- Steps without a child, half decided, decided before they were offered, or open beside another
-- step of the child.
select 'step', s.step_id,
    format('child_id %s, from %s to %s, offered_on %s, decided_on %s, outcome %s, %s open of this child', s.child_id,
        s.from_level, s.to_level, s.offered_on, coalesce(s.decided_on::text, 'none'),
        coalesce(s.outcome::text, 'none'), s.open)
from (
    select
        s.*,
        count(*) filter (where s.outcome is null) over (partition by s.child_id) as open
    from records.step s
) s
where s.child_id is null
    or (s.decided_on is null) <> (s.outcome is null)
    or s.decided_on < s.offered_on
    or (s.outcome is null and s.open > 1);

-- Two steps of a child that were open on the same day. Those of its duplicate count with what was recorded after the merge.
select 'step', s.step_id,
    format('offered_on %s, while step_id %s of the child was open from %s to %s', s.offered_on, o.step_id, o.offered_on,
        coalesce(o.decided_on::text, 'none'))
from records.step s
join records.child c on c.child_id = s.child_id
join records.child k on k.counts_for_child_id = c.counts_for_child_id
join records.step o on o.child_id = k.child_id
    and o.step_id <> s.step_id
where s.offered_on < coalesce(o.decided_on, 'infinity')
    and o.offered_on < coalesce(s.decided_on, 'infinity')
    and (o.offered_on, o.step_id) < (s.offered_on, s.step_id)
    and (o.child_id = s.child_id or greatest(s.recorded_at, o.recorded_at) > (
        select max(m.recorded_at)
        from records.child_merge m
        join records.child d on d.child_id = m.merged_child_id
        where m.undone_on is null
            and d.counts_for_child_id = c.counts_for_child_id));

-- Steps of another family than their episode's, and steps up of an episode that closed before they
-- were decided.
select 'step', s.step_id,
    format('family_id %s, episode_id %s is of family_id %s', s.family_id, s.episode_id, e.family_id)
from records.step s
join records.episode e on e.episode_id = s.episode_id
where e.family_id <> s.family_id
union all
select 'step', s.step_id,
    format('offered_on %s, decided_on %s, episode_id %s closed on %s', s.offered_on,
        coalesce(s.decided_on::text, 'none'), s.episode_id, e.closed_on)
from records.step s
join records.episode e on e.episode_id = s.episode_id
where s.to_level = 'social_care'
    and e.closed_on < coalesce(s.decided_on, 'infinity');
