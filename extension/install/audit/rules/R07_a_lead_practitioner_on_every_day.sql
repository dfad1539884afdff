-- R07: An allocated episode has exactly one lead practitioner on every day.

-- Episodes whose day of allocation is not the day of the first lead practitioner, comes before the
-- opening, or does not agree with the state.
select 'episode', e.episode_id,
    format('opened_on %s, allocated_on %s, first lead practitioner from %s, state %s', e.opened_on,
        coalesce(e.allocated_on::text, 'none'), coalesce(l.first::text, 'none'), e.state)
from records.episode e
left join (
    select
        episode_id,
        min(from_on) as first
    from records.lead_practitioner
    group by episode_id
) l on l.episode_id = e.episode_id
where e.allocated_on is distinct from l.first
    or e.allocated_on < e.opened_on
    or (e.closed_on is null and (e.state = 'waiting') <> (e.allocated_on is null));

-- Days on which more than one lead practitioner of an episode begins.
select 'lead_practitioner', l.episode_id, format('from_on %s, %s lead practitioners begin', l.from_on, count(*))
from records.lead_practitioner l
group by l.episode_id, l.from_on
having count(*) > 1;

-- Lead practitioners that are nobody.
select 'lead_practitioner', l.episode_id, format('from_on %s, practitioner_id none', l.from_on)
from records.lead_practitioner l
where l.practitioner_id is null;
