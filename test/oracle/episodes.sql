select
    date(x.day, 'start of month') as month,
    substr(x.day, 1, 7) as month_key,
    e.source_code,
    s.label as source,
    e.primary_need_code as need_code,
    n.label as need,
    l.name as ward,
    l.gss_code,
    v.name as service,
    v.run_by,
    g.name as agency,
    g.sector,
    count(*) filter (where x.what = 'opened') as opened,
    count(*) filter (where x.what = 'allocated') as allocated,
    count(*) filter (where x.what = 'closed') as closed,
    count(*) filter (where x.what = 'closed' and x.waiting) as closed_waiting,
    count(*) filter (where x.what = 'reopened') as reopened
from (
    select
        h.*,
        (
            select n.service_id from service_since n
            where n.episode_id = h.episode_id and n.day <= h.day
            order by n.place, n.day desc, n.id desc limit 1) as service_id
    from (
        select 'opened' as what, episode_id, referral_id, opened_on as day, false as waiting from episode
        union all
        select 'allocated', episode_id, referral_id, allocated_on, false from episode
        union all
        select 'closed', episode_id, referral_id, closed_on, support_from is null from spell
        union all
        select 'reopened', episode_id, referral_id, from_day, false from spell where place > 0
    ) h
) x
left join referral e on e.referral_id = x.referral_id
left join contact_source s on s.code = e.source_code
left join primary_need n on n.code = e.primary_need_code
left join locality l on l.locality_id = e.locality_id
left join service v on v.service_id = x.service_id
left join agency g on g.agency_id = v.agency_id
where x.day is not null
group by 1, 2, e.source_code, e.primary_need_code, e.locality_id, x.service_id;
