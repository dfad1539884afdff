-- As contacts, whose cells they are.
select
    date(c.received_on, 'start of month') as month,
    substr(c.received_on, 1, 7) as month_key,
    c.source_code,
    s.label as source,
    c.primary_need_code as need_code,
    n.label as need,
    c.reason,
    l.name as ward,
    l.gss_code,
    a.age_band,
    count(*) as contacts,
    sum(c.known) as known_contacts,
    sum(1 - c.known) as new_contacts
from contact_counted c
left join contact_source s on s.code = c.source_code
left join primary_need n on n.code = c.primary_need_code
left join locality l on l.locality_id = c.locality_id
left join age_band a on c.age between a.age_from and a.age_to
group by 1, 2, c.source_code, c.primary_need_code, c.reason, c.locality_id, c.age, c.sex_code, c.ethnicity_code;
