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
        from episode_counted e
        where e.service_id = v.service_id
            and e.opened_on <= m.last_day
            and (e.closed_on is null or e.closed_on >= m.first_day)
    ) as counted_episodes,
    (
        select count(distinct a.family_id)
        from group_programme p
        join group_session s on s.group_programme_id = p.group_programme_id
        join group_attendance a on a.group_session_id = s.group_session_id
        where p.service_id = v.service_id
            and s.held_on between m.first_day and m.last_day
            and a.attended
    ) as counted_group_families,
    r.families as returned_families,
    r.children as returned_children
from month m
join (select min(first_day) as first_day from series where record in ('episode', 'group_session', 'partner_return')) b on b.first_day <= m.first_day
cross join service v
left join agency g on g.agency_id = v.agency_id
left join partner_return r on r.service_id = v.service_id and r.month = m.first_day;
