-- Q04: A lead practitioner works in the partnership on the day on which their lead begins.

-- Leads that begin before the practitioner came or after they left. Who leaves later is an alert (run_due).
select 'lead_practitioner', l.episode_id,
    format('practitioner_id %s, from_on %s, active_from %s, active_to %s', l.practitioner_id, to_char(l.from_on, 'YYYY-MM-DD'),
        coalesce(to_char(p.active_from, 'YYYY-MM-DD'), 'none'), coalesce(to_char(p.active_to, 'YYYY-MM-DD'), 'none'))
from records.lead_practitioner l
join records.practitioner p on p.practitioner_id = l.practitioner_id
where l.from_on < p.active_from
    or l.from_on > p.active_to;
