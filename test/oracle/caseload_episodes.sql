with there as (
    -- Each episode in each period: the month in which it was first supported there, and its last day of support in it.
    select
        p.kind,
        p.key,
        p.first_day,
        p.last_day,
        p.status,
        s.episode_id,
        date(min(max(s.support_from, p.first_day)), 'start of month') as month
    from shown p
    join spell s on s.support_from <= p.until_day and (s.closed_on is null or s.closed_on >= p.first_day)
    where p.record = 'episode'
        and p.kind <> 'year to date'
    group by p.kind, p.key, s.episode_id
)
select
    t.kind as period_kind,
    t.key as period_key,
    t.first_day as period_start,
    t.last_day as period_end,
    t.status as period_status,
    r.source_code,
    c.label as source,
    r.primary_need_code as need_code,
    n.label as need,
    l.name as ward,
    l.gss_code,
    v.name as service,
    v.run_by,
    g.name as agency,
    g.sector,
    count(*) as episodes
from (
    select
        t.*,
        (
            select x.service_id from service_since x
            where x.episode_id = t.episode_id
                and x.day <= (
                    select max(min(coalesce(s.closed_on, '9999'), date(t.month, '+1 month', '-1 day')))
                    from spell s
                    where s.episode_id = t.episode_id
                        and s.support_from < date(t.month, '+1 month')
                        and (s.closed_on is null or s.closed_on >= t.month))
            order by x.place, x.day desc, x.id desc limit 1) as service_id
    from there t
) t
join episode d on d.episode_id = t.episode_id
left join referral r on r.referral_id = d.referral_id
left join contact_source c on c.code = r.source_code
left join primary_need n on n.code = r.primary_need_code
left join locality l on l.locality_id = r.locality_id
left join service v on v.service_id = t.service_id
left join agency g on g.agency_id = v.agency_id
group by 1, 2, 3, 4, 5, r.source_code, r.primary_need_code, r.locality_id, t.service_id;
