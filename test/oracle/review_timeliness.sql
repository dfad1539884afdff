select
    date(r.due_on, 'start of month') as month,
    substr(r.due_on, 1, 7) as month_key,
    r.kind as plan_kind,
    v.run_by,
    v.name as service,
    g.name as agency,
    g.sector,
    count(*) as reviews_due,
    count(*) filter (where r.held_on <= r.due_on) as held_on_time,
    count(*) filter (where r.held_on > r.due_on) as held_late,
    count(*) filter (where r.held_on is null) as not_held
from review_due r
left join service v on v.service_id = r.service_id
left join agency g on g.agency_id = v.agency_id
group by 1, 2, r.kind, r.service_id;
