-- Group work helps families without a plan; it counts apart from episodes. A session
-- counts a child once, also where its duplicate stands beside it.
select early_help.define_kpi_cube('group_work', array['group_session', 'group_attendance', 'child_merge'], $$
    select
        'group_session'::varchar(40) as record,
        s.group_session_id as record_id,
        s.group_programme_id,
        1 as sessions,
        0 as attendances,
        0 as absences,
        0 as families,
        0 as children,
        0 as adults
    from only group_session s
    where s.held_on >= m.month
        and s.held_on < m.next_month
    union all
    select
        'group_attendance',
        a.group_attendance_id,
        a.group_programme_id,
        0,
        (a.attended and not a.again)::integer,
        (not a.attended and not a.again)::integer,
        -- A family, child or adult counts in its first row of the month and programme.
        (a.attended and row_number() over (
            partition by a.group_programme_id, a.family_id, a.attended order by a.group_attendance_id) = 1)::integer,
        (a.attended and a.child_id is not null and row_number() over (
            partition by a.group_programme_id, a.child_id, a.attended order by a.group_attendance_id) = 1)::integer,
        (a.attended and a.adult_id is not null and row_number() over (
            partition by a.group_programme_id, a.adult_id, a.attended order by a.group_attendance_id) = 1)::integer
    from (
        select
            a.group_attendance_id,
            s.group_programme_id,
            a.family_id,
            c.counts_for_child_id as child_id,
            a.adult_id,
            a.attended,
            c.child_id is not null and exists (
                select
                from only group_attendance o
                join only child k on k.child_id = o.child_id
                where o.group_session_id = a.group_session_id
                    and k.counts_for_child_id = c.counts_for_child_id
                    and o.group_attendance_id <> a.group_attendance_id
                    and (o.attended, a.group_attendance_id) > (a.attended, o.group_attendance_id)) as again
        from only group_session s
        join only group_attendance a on a.group_session_id = s.group_session_id
        left join only child c on c.child_id = a.child_id
        where s.held_on >= m.month
            and s.held_on < m.next_month
    ) a
$$, counts => '{sessions, attendances, absences, families, children, adults}', few => true);

-- A family in two groups of a service counts once there.
select early_help.define_kpi_cube('group_families', array['group_session', 'group_attendance', 'group_programme'], $$
    select
        g.service_id,
        count(distinct a.family_id)::integer as families
    from only group_session s
    join only group_attendance a on a.group_session_id = s.group_session_id
    left join only group_programme g on g.group_programme_id = s.group_programme_id
    where s.held_on >= m.month
        and s.held_on < m.next_month
        and a.attended
    group by 1
$$, few => true);

create view group_work as
select
    c.month,
    to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
    g.name as programme,
    v.name as service,
    v.run_by::varchar(10) as run_by,
    a.name as agency,
    a.sector::varchar(40) as sector,
    c.sessions,
    c.attendances,
    c.absences,
    c.families,
    c.children,
    c.adults
from cube_group_work c
left join only group_programme g on g.group_programme_id = c.group_programme_id
left join only service v on v.service_id = g.service_id
left join only agency a on a.agency_id = v.agency_id;
comment on view group_work is
    'Group sessions held in the month and who came, by programme. Unit: a programme. '
    'Families, children and adults count once per month and programme, so do not add them. '
    'Source: Early Help Strategy 2021-24 section 7.';
