select
    date(e.closed_on, 'start of month') as month,
    substr(e.closed_on, 1, 7) as month_key,
    e.source_code,
    s.label as source,
    e.primary_need_code as need_code,
    n.label as need,
    l.name as ward,
    l.gss_code,
    v.name as service,
    v.run_by,
    g.name as agency,
    cast(e.days as integer) as days,
    cast(e.days_from_opening as integer) as days_from_opening,
    count(*) as lengths
from closure e
left join contact_source s on s.code = e.source_code
left join primary_need n on n.code = e.primary_need_code
left join locality l on l.locality_id = e.locality_id
left join service v on v.service_id = e.service_id
left join agency g on g.agency_id = v.agency_id
where e.days is not null
group by 1, 2, e.source_code, e.primary_need_code, e.locality_id, e.service_id, e.days, e.days_from_opening;
