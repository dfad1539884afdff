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
    c.age as age_at_contact,
    c.sex_code,
    count(*) as contacts,
    count(*) filter (where c.decision = 'referral') as decided_referral,
    count(*) filter (where c.known) as known_contacts,
    count(*) filter (where not c.known) as new_contacts,
    a.age_band,
    c.ethnicity_code,
    e.label as ethnicity
from contact_counted c
left join contact_source s on s.code = c.source_code
left join primary_need n on n.code = c.primary_need_code
left join locality l on l.locality_id = c.locality_id
left join ethnicity e on e.code = c.ethnicity_code
left join age_band a on c.age between a.age_from and a.age_to
group by 1, 2, c.source_code, c.primary_need_code, c.reason, c.locality_id, c.age, c.sex_code, c.ethnicity_code;
