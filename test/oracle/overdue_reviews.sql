select
    p.plan_id,
    p.kind as plan_kind,
    p.episode_id,
    e.family_id,
    w.practitioner_id as lead_practitioner_id,
    w.name as lead_practitioner,
    g.name as agency,
    v.name as service,
    p.review_due_on,
    cast(julianday(t.day) - julianday(p.review_due_on) as integer) as days_overdue
from plan p
cross join today t
join episode e on e.episode_id = p.episode_id
left join (
    select episode_id, practitioner_id, max(from_on)
    from lead_practitioner
    where from_on <= (select day from today)
    group by episode_id
) h on h.episode_id = p.episode_id
left join practitioner w on w.practitioner_id = h.practitioner_id
left join agency g on g.agency_id = w.agency_id
left join service v on v.service_id = p.service_id
where p.ended_on is null
    and p.review_due_on < t.day;
