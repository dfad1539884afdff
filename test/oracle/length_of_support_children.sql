select
    date(c.closed_on, 'start of month') as month,
    substr(c.closed_on, 1, 7) as month_key,
    c.source_code,
    s.label as source,
    c.primary_need_code as need_code,
    n.label as need,
    l.name as ward,
    l.gss_code,
    v.name as service,
    v.run_by,
    g.name as agency,
    b.age_band,
    c.sex_code,
    c.ethnicity_code,
    e.label as ethnicity,
    cast(c.child_days as integer) as days,
    count(*) as children
from child_of_closure c
left join contact_source s on s.code = c.source_code
left join primary_need n on n.code = c.primary_need_code
left join locality l on l.locality_id = c.locality_id
left join service v on v.service_id = c.service_id
left join agency g on g.agency_id = v.agency_id
left join age_band b on c.age between b.age_from and b.age_to
left join ethnicity e on e.code = c.ethnicity_code
where c.child_days is not null
group by 1, 2, c.source_code, c.primary_need_code, c.locality_id, c.service_id,
    c.age, c.sex_code, c.ethnicity_code, c.child_days;
