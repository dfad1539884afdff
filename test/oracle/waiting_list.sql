select
    m.first_day as month,
    m.key as month_key,
    w.waiting_for,
    w.source_code,
    s.label as source,
    w.primary_need_code as need_code,
    n.label as need,
    l.name as ward,
    l.gss_code,
    v.name as service,
    v.run_by,
    g.name as agency,
    count(*) filter (where w.from_day >= m.first_day) as joined,
    count(*) filter (where w.to_day <= m.last_day and w.started) as started,
    count(*) filter (where w.to_day <= m.last_day and not w.started) as left_otherwise,
    count(*) filter (where w.to_day is null or w.to_day > m.last_day) as waiting
from shown m
-- Whoever waited on a day of the month, or left the list on one.
join wait w on m.record = case w.waiting_for when 'early help' then 'episode' else 'service_request' end
    and w.from_day <= m.last_day and (w.to_day is null or w.to_day >= m.first_day)
left join contact_source s on s.code = w.source_code
left join primary_need n on n.code = w.primary_need_code
left join locality l on l.locality_id = w.locality_id
left join service v on v.service_id = w.service_id
left join agency g on g.agency_id = v.agency_id
where m.kind = 'month'
group by 1, 2, w.waiting_for, w.source_code, w.primary_need_code, w.locality_id, w.service_id;
