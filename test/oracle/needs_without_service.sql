select
    date(r.requested_on, 'start of month') as month,
    substr(r.requested_on, 1, 7) as month_key,
    r.primary_need_code as need_code,
    n.label as need,
    l.name as ward,
    count(*) as requests,
    count(r.offered_on) as offered,
    count(*) filter (where r.offered_on is null) as without_offer,
    count(*) filter (where r.offered_on is null and r.outcome = 'no_service') as no_service,
    count(*) filter (where r.offered_on is null and r.outcome is null) as still_waiting
from service_request r
left join primary_need n on n.code = r.primary_need_code
left join locality l on l.locality_id = r.locality_id
group by 1, 2, r.primary_need_code, r.locality_id;
