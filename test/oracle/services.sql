select
    m.first_day as month,
    m.month_key,
    v.name as service,
    v.run_by,
    g.name as agency,
    g.sector,
    v.prevention_tier,
    case when v.keeps_own_records then 'returned' else 'counted' end as records,
    (
        select count(*)
        from (
            select
                (
                    select x.service_id from service_since x
                    where x.episode_id = s.episode_id
                        and x.day <= s.until
                    order by x.place, x.day desc, x.id desc limit 1) as service_id
            from (
                select episode_id, max(min(coalesce(closed_on, '9999'), m.last_day)) as until
                from spell
                where support_from <= m.last_day
                    and (closed_on is null or closed_on >= m.first_day)
                group by episode_id
            ) s
        ) e
        where e.service_id is v.service_id
    ) as counted_episodes,
    (
        select count(distinct a.family_id)
        from group_programme p
        join group_session s on s.group_programme_id = p.group_programme_id
        join group_attendance a on a.group_session_id = s.group_session_id
        where p.service_id is v.service_id
            and s.held_on between m.first_day and m.last_day
            and a.attended
    ) as counted_group_families,
    r.families as returned_families,
    r.children as returned_children
from month m
join (select min(first_day) as first_day from series where record in ('episode', 'group_session', 'partner_return')) b on b.first_day <= m.first_day
cross join (
    select service_id, name, run_by, agency_id, prevention_tier, keeps_own_records from service
    union all
    select null, null, null, null, null, 0
) v
left join agency g on g.agency_id = v.agency_id
left join partner_return r on r.service_id = v.service_id and r.month = m.first_day;
