select
    date(s.held_on, 'start of month') as month,
    substr(s.held_on, 1, 7) as month_key,
    p.name as programme,
    v.name as service,
    v.run_by,
    g.name as agency,
    g.sector,
    count(distinct s.group_session_id) as sessions,
    (
        select count(*) from attendance_counted o
        join group_session t on t.group_session_id = o.group_session_id
        where t.group_programme_id = s.group_programme_id
            and substr(t.held_on, 1, 7) = substr(s.held_on, 1, 7)
            and o.attended) as attendances,
    (
        select count(*) from attendance_counted o
        join group_session t on t.group_session_id = o.group_session_id
        where t.group_programme_id = s.group_programme_id
            and substr(t.held_on, 1, 7) = substr(s.held_on, 1, 7)
            and not o.attended) as absences,
    count(distinct a.family_id) filter (where a.attended) as families,
    count(distinct c.person_id) filter (where a.attended) as children,
    count(distinct a.adult_id) filter (where a.attended) as adults
from group_session s
join group_programme p on p.group_programme_id = s.group_programme_id
left join service v on v.service_id = p.service_id
left join agency g on g.agency_id = v.agency_id
left join group_attendance a on a.group_session_id = s.group_session_id
left join person c on c.child_id = a.child_id
group by 1, 2, s.group_programme_id;
