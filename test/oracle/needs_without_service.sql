with judged as (
    select
        *,
        case
            when outcome is null and offered_on is null then 'undecided'
            when outcome in ('withdrawn', 'declined_by_family') then 'withdrawn'
            when outcome in ('no_service', 'declined_by_service') then 'none'
            else 'offered'
        end as became
    from service_request
)
select
    date(r.requested_on, 'start of month') as month,
    substr(r.requested_on, 1, 7) as month_key,
    r.primary_need_code as need_code,
    n.label as need,
    l.name as ward,
    l.gss_code,
    count(*) as requests,
    count(*) filter (where r.became in ('offered', 'none')) as decided,
    count(*) filter (where r.became = 'offered') as offered,
    count(*) filter (where r.became = 'none') as no_service,
    count(*) filter (where r.became = 'withdrawn') as withdrawn_by_family,
    count(*) filter (where r.became = 'undecided') as undecided
from judged r
left join primary_need n on n.code = r.primary_need_code
left join locality l on l.locality_id = r.locality_id
group by 1, 2, r.primary_need_code, r.locality_id;
