select
    date(e.closed_on, 'start of month') as month,
    substr(e.closed_on, 1, 7) as month_key,
    e.closure_reason_code,
    c.label as closure_reason,
    e.source_code,
    s.label as source,
    e.primary_need_code as need_code,
    n.label as need,
    l.name as ward,
    l.gss_code,
    v.name as service,
    v.run_by,
    g.name as agency,
    count(*) as closures,
    count(*) filter (where e.counted) as closures_counted,
    count(*) filter (where e.positive) as positive_outcomes,
    sum(e.agreed) as outcomes_agreed,
    sum(e.achieved) as outcomes_achieved,
    sum(e.dropped) as outcomes_dropped
from closure e
left join closure_reason c on c.code = e.closure_reason_code
left join contact_source s on s.code = e.source_code
left join primary_need n on n.code = e.primary_need_code
left join locality l on l.locality_id = e.locality_id
left join service v on v.service_id = e.service_id
left join agency g on g.agency_id = v.agency_id
group by 1, 2, e.closure_reason_code, e.source_code, e.primary_need_code, e.locality_id, e.service_id;
