-- R06: A family has one episode at a time.

-- Episodes that open on a day of an earlier episode of the family.
select 'episode', e.episode_id,
    format('opened_on %s, an earlier one of family_id %s has days up to %s', e.opened_on, e.family_id, e.taken_to)
from (
    select
        e.episode_id,
        e.family_id,
        e.opened_on,
        -- An episode closed the day it opened takes that day; an open one takes every day.
        max(greatest(coalesce(e.closed_on, 'infinity'), e.opened_on + 1)) over (
            partition by e.family_id
            order by e.opened_on, e.episode_id
            rows between unbounded preceding and 1 preceding) as taken_to
    from records.episode e
) e
where e.opened_on < e.taken_to;
