-- What goes on beside the cases: services asked for, and groups.

-- Services asked for: some have long waits, some needs no service meets.
create function early_help_sample.make_service_requests(key bigint, to_on date) returns void
    language plpgsql
as $$
declare
    needs constant text[] := array(
        select n.code::text
        from primary_need n
        where n.valid_from is null and n.valid_to is null
        order by n.code collate "C");
    services constant integer := (select count(*) from sample_service);
begin
    insert into service_request (
        family_id, child_id, episode_id, service_id, primary_need_code, locality_id, requested_on, offered_on, started_on,
        ended_on, decided_on, outcome)
    select
        c.family_id,
        case when early_help_sample.draw(d.k, 2) < 0.4
            then (
                    select min(m.child_id)
                    from episode_child m
                    join sample_child n on n.child_id = m.child_id
                    where m.episode_id = c.episode_id
                        and n.ended_on is null) end,
        c.episode_id,
        case when t.outcome is distinct from 'no_service' or t.decided_on > to_on then s.service_id end,
        needs[early_help_sample.draw_between(d.k, 3, 1, cardinality(needs))],
        f.locality_id,
        q.requested_on,
        case when t.offered_on <= to_on then t.offered_on end,
        case when t.started_on <= to_on then t.started_on end,
        case when t.started_on <= to_on and t.ended_on <= to_on then t.ended_on end,
        case when t.decided_on <= to_on then t.decided_on end,
        case when t.decided_on <= to_on then t.outcome end
    from sample_case c
    join sample_family f on f.no = c.family_no
    cross join lateral generate_series(1, width_bucket(early_help_sample.draw(c.k, 140), array[0.55, 0.85, 0.96])) as n
    cross join lateral (select hashint8extended(600 + n, c.k) as k offset 0) d
    join sample_service s on s.no = floor(services * power(early_help_sample.draw(d.k, 1), 1.4))::integer
    cross join lateral (
        select
            c.allocated_on + early_help_sample.draw_between(d.k, 4, 0, 60) as requested_on,
            floor(power(early_help_sample.draw(d.k, 5), 2) * 200
                * early_help_sample.draw(hashint8extended(s.no, key), 6))::integer as wait,
            (array['started', 'declined_by_family', 'declined_by_service', 'withdrawn', 'no_service'])[
                1 + width_bucket(early_help_sample.draw(d.k, 6), array[0.68, 0.78, 0.85, 0.91])
            ]::early_help.service_request_outcome as outcome
        offset 0
    ) q
    cross join lateral (
        select
            case when q.outcome in ('started', 'declined_by_family') then q.requested_on + q.wait end as offered_on,
            case when q.outcome = 'started'
                then q.requested_on + q.wait + early_help_sample.draw_between(d.k, 7, 0, 21) end as started_on,
            q.requested_on + q.wait + early_help_sample.draw_between(d.k, 8, 40, 200) as ended_on,
            q.requested_on + q.wait + case when q.outcome in ('started', 'declined_by_family')
                then early_help_sample.draw_between(d.k, 7, 0, 21) else 7 end as decided_on,
            q.outcome
        offset 0
    ) t
    where c.episode_id is not null
        and q.requested_on <= c.stop_on
    order by c.no, n;
end
$$;
comment on function early_help_sample.make_service_requests(bigint, date) is
    'For generate_sample: requests for services, from request to end.';

create function early_help_sample.make_group_sessions(key bigint, families integer, to_on date) returns void
    language plpgsql
as $$
declare
    next_session regclass := pg_get_serial_sequence('group_session', 'group_session_id');
begin
    create temp table sample_session on commit drop as
    select
        nextval(next_session) as group_session_id,
        s.*
    from (
        select
            p.no as programme_no,
            p.group_programme_id,
            n,
            p.starts_on + 7 * n as held_on
        from sample_programme p
        cross join generate_series(0, 9) as n
        where p.starts_on + 7 * n <= to_on
        order by p.no, n
    ) s;
    insert into group_session (group_session_id, group_programme_id, held_on)
    select
        group_session_id,
        group_programme_id,
        held_on
    from sample_session
    order by group_session_id;
    -- Whoever is known before the group starts; one adult, or the family.
    insert into group_attendance (group_session_id, family_id, adult_id, attended)
    select
        s.group_session_id,
        f.family_id,
        (select min(a.adult_id) from sample_adult a where a.family_no = f.no),
        early_help_sample.draw(hashint8extended(s.n, m.k), 1) < 0.78
    from sample_session s
    join sample_programme p on p.no = s.programme_no
    cross join lateral (
        select
            min(hashint8extended(i, hashint8extended(p.no, key))) as k,
            early_help_sample.draw_between(hashint8extended(i, hashint8extended(p.no, key)), 2, 1, families) as family_no
        from generate_series(1, 12) as i
        group by 2
        offset 0
    ) m
    join sample_family f on f.no = m.family_no and f.first_on <= p.starts_on
    order by s.group_session_id, f.no;
    drop table sample_session;
end
$$;
comment on function early_help_sample.make_group_sessions(bigint, integer, date) is
    'For generate_sample: sessions of groups, and who came.';

create function early_help_sample.make_group_feedback(key bigint, to_on date) returns void
    language plpgsql
as $$
begin
    insert into feedback_request (group_programme_id, asked_on)
    select
        p.group_programme_id,
        p.starts_on + 63
    from sample_programme p
    cross join generate_series(1, 6) as n
    where p.starts_on + 63 <= to_on
    order by p.no, n;
    insert into feedback (feedback_request_id, group_programme_id, given_by, given_on, timely, helpful, empowered)
    select
        q.feedback_request_id,
        p.group_programme_id,
        'parent_or_carer',
        p.starts_on + 63,
        early_help_sample.draw(d.k, 2) < 0.8,
        early_help_sample.draw(d.k, 3) < 0.9,
        case when early_help_sample.draw(d.k, 4) < 0.9 then early_help_sample.draw(d.k, 5) < 0.8 end
    from sample_programme p
    join (
        select
            feedback_request_id,
            group_programme_id,
            row_number() over (partition by group_programme_id order by feedback_request_id) as n
        from feedback_request
        where group_programme_id is not null
    ) q on q.group_programme_id = p.group_programme_id
    cross join lateral (select hashint8extended(p.no * 10 + q.n, key) as k offset 0) d
    where early_help_sample.draw(d.k, 1) < 0.7
    order by q.feedback_request_id;
end
$$;
comment on function early_help_sample.make_group_feedback(bigint, date) is
    'For generate_sample: what members of groups said.';
