-- R11: A child's level changes along the edges of the continuum, by an accepted step, an opening
-- or a closure.

-- Changes of level that do not follow from the one before, or that are no edge of the continuum.
select 'level_change', c.level_change_id,
    format('child_id %s, change_number %s, %s: %s to %s, the change before led to %s', c.child_id, c.change_number,
        c.event, c.level_from, c.level_to, coalesce(c.led_to::text, 'none'))
from (
    select
        c.*,
        row_number() over w as n,
        lag(c.level_to) over w as led_to
    from records.level_change c
    window w as (partition by c.child_id order by c.change_number, c.level_change_id)
) c
where c.change_number <> c.n
    or c.level_from <> c.led_to
    or c.level_from = c.level_to
    -- A step may pass early help by: 1 to 3 and 3 to 1.
    or not (
        (c.event = 'accept_step_up' and c.level_to = 'social_care')
        or (c.event = 'accept_step_down' and c.level_from = 'social_care')
        or exists (
            select
            from early_help.transitions() t
            where t.event = c.event
                and t.level_from = c.level_from
                and t.level_to = c.level_to));

-- Changes of level that are dated before the change before them.
select 'level_change', c.level_change_id,
    format('child_id %s, change_number %s on %s, the change before was on %s', c.child_id, c.change_number, c.changed_on,
        c.before)
from (
    select
        c.*,
        lag(c.changed_on) over (partition by c.child_id order by c.change_number, c.level_change_id) as before
    from records.level_change c
) c
where c.changed_on < c.before;

-- Children who left an episode before they joined it, or who were in it twice on one day.
select 'episode_child', m.episode_id,
    format('child_id %s, joined_on %s, left_on %s', m.child_id, m.joined_on, coalesce(m.left_on::text, 'none'))
from records.episode_child m
where m.left_on < m.joined_on
    or exists (
        select
        from records.episode_child o
        where o.episode_id = m.episode_id
            and o.child_id = m.child_id
            and o.joined_on < m.joined_on
            and coalesce(o.left_on, 'infinity') > m.joined_on);

-- Changes of level by a step that nobody accepted, or by an episode that the child is not in.
select 'level_change', c.level_change_id,
    format('child_id %s, %s to %s on %s without such a step', c.child_id, c.event, c.level_to, c.changed_on)
from records.level_change c
where c.event in ('accept_step_up', 'accept_step_down')
    and not exists (
        select
        from records.step s
        where s.child_id = c.child_id
            and s.outcome = 'accepted'
            and s.decided_on = c.changed_on
            and s.to_level = c.level_to)
union all
select 'level_change', c.level_change_id,
    format('child_id %s, %s, not a child of episode_id %s', c.child_id, c.event, coalesce(c.episode_id::text, 'none'))
from records.level_change c
where c.event not in ('accept_step_up', 'accept_step_down')
    and not exists (
        select
        from records.episode_child m
        where m.child_id = c.child_id
            and m.episode_id = c.episode_id);

-- Accepted steps after which the child's level did not change.
select 'step', s.step_id,
    format('child_id %s, from %s to %s, accepted on %s, the child''s level did not change', s.child_id,
        s.from_level, s.to_level, s.decided_on)
from records.step s
where s.outcome = 'accepted'
    and s.to_level <> s.from_level
    and not exists (
        select
        from records.level_change c
        where c.child_id = s.child_id
            and c.changed_on = s.decided_on
            and c.level_to = s.to_level
            and c.event in ('accept_step_up', 'accept_step_down'));

-- Steps that lead neither to nor from social care, or both.
select 'step', s.step_id, format('child_id %s, from %s to %s', s.child_id, s.from_level, s.to_level)
from records.step s
where (s.from_level = 'social_care') = (s.to_level = 'social_care');

-- Children whose level does not agree with the episode that supports them, or with the lack of
-- one.
select 'child', coalesce(m.child_id, l.child_id),
    format('level %s, supported by episode_id %s', coalesce(l.level_to::text, 'none'),
        coalesce(m.episode_id::text, 'none'))
from (
    select
        m.child_id,
        min(m.episode_id) as episode_id
    from records.episode_child m
    join records.episode e on e.episode_id = m.episode_id
    where m.left_on is null
        and e.closed_on is null
    group by m.child_id
) m
full join (
    select distinct on (child_id)
        child_id,
        level_to
    from records.level_change
    order by child_id, change_number desc, level_change_id desc
) l on l.child_id = m.child_id
where (m.child_id is not null and coalesce(l.level_to, 'universal') = 'universal')
    or (m.child_id is null and l.level_to = 'early_help');
