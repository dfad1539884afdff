select
    date(r.referred_on, 'start of month') as month,
    substr(r.referred_on, 1, 7) as month_key,
    r.source_code,
    s.label as source,
    r.primary_need_code as need_code,
    n.label as need,
    l.name as ward,
    l.gss_code,
    v.name as service,
    v.run_by,
    g.name as agency,
    g.sector,
    r.age as age_at_referral,
    a.age_band,
    r.sex_code,
    r.ethnicity_code,
    count(*) as referrals,
    count(r.accepted_on) as accepted,
    count(r.declined_on) as declined
from referral_counted r
left join contact_source s on s.code = r.source_code
left join primary_need n on n.code = r.primary_need_code
left join locality l on l.locality_id = r.locality_id
left join service v on v.service_id = r.service_id
left join agency g on g.agency_id = v.agency_id
left join age_band a on r.age between a.age_from and a.age_to
group by 1, 2, r.source_code, r.primary_need_code, r.locality_id, r.service_id, r.age, r.sex_code, r.ethnicity_code;
