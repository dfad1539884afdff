select
    m.first_day as month,
    m.key as month_key,
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
    count(*) filter (where w.from_day >= m.first_day) as joined,
    count(*) filter (where w.to_day <= m.last_day and w.started) as started,
    count(*) filter (where w.to_day <= m.last_day and not w.started) as left_otherwise,
    count(*) filter (where w.to_day is null or w.to_day > m.last_day) as waiting
from shown m
join child_wait w on w.from_day <= m.last_day and (w.to_day is null or w.to_day >= m.first_day)
left join contact_source s on s.code = w.source_code
left join primary_need n on n.code = w.primary_need_code
left join locality l on l.locality_id = w.locality_id
left join service v on v.service_id = w.service_id
left join agency g on g.agency_id = v.agency_id
left join age_band b on w.age between b.age_from and b.age_to
left join ethnicity e on e.code = w.ethnicity_code
where m.kind = 'month'
    and m.record = 'episode'
group by 1, 2, w.source_code, w.primary_need_code, w.locality_id, w.service_id,
    w.age, w.sex_code, w.ethnicity_code;
