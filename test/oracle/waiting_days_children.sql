select
    date(w.to_day, 'start of month') as month,
    substr(w.to_day, 1, 7) as month_key,
    w.source_code,
    s.label as source,
    w.primary_need_code as need_code,
    n.label as need,
    l.name as ward,
    l.gss_code,
    v.name as service,
    v.run_by,
    g.name as agency,
    b.age_band,
    w.sex_code,
    w.ethnicity_code,
    e.label as ethnicity,
    cast(julianday(w.to_day) - julianday(w.from_day) as integer) as days,
    count(*) filter (where w.started) as started,
    count(*) filter (where not w.started) as left_otherwise
from child_wait w
left join contact_source s on s.code = w.source_code
left join primary_need n on n.code = w.primary_need_code
left join locality l on l.locality_id = w.locality_id
left join service v on v.service_id = w.service_id
left join agency g on g.agency_id = v.agency_id
left join age_band b on w.age between b.age_from and b.age_to
left join ethnicity e on e.code = w.ethnicity_code
where w.to_day is not null
group by 1, 2, w.source_code, w.primary_need_code, w.locality_id, w.service_id,
    w.age, w.sex_code, w.ethnicity_code, 16;
