select
    t.kind as period_kind,
    t.key as period_key,
    t.first_day as period_start,
    t.last_day as period_end,
    t.status as period_status,
    t.source_code,
    s.label as source,
    t.primary_need_code as need_code,
    n.label as need,
    l.name as ward,
    l.gss_code,
    v.name as service,
    v.run_by,
    g.name as agency,
    g.sector,
    a.age_band,
    t.sex_code,
    t.ethnicity_code,
    e.label as ethnicity,
    count(*) as children
from child_in_period t
left join contact_source s on s.code = t.source_code
left join primary_need n on n.code = t.primary_need_code
left join locality l on l.locality_id = t.locality_id
left join service v on v.service_id = t.service_id
left join agency g on g.agency_id = v.agency_id
left join age_band a on t.age between a.age_from and a.age_to
left join ethnicity e on e.code = t.ethnicity_code
group by 1, 2, 3, 4, 5, t.source_code, t.primary_need_code, t.locality_id, t.service_id, t.age, t.sex_code, t.ethnicity_code;
