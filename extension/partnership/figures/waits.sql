-- Waits, each event in its own month. What leaves carries what it came in with: whom, since when and what for.
select early_help.define_kpi_cube('waits', array['wait', 'referral_of_episode', 'service_request'], $$
    select
        w.record,
        w.record_id,
        w.waiting_for,
        w.source_code,
        w.need_code,
        w.locality_id,
        w.service_id,
        w.began_on,
        w.days,
        w.joined,
        w.started,
        w.left_otherwise
    from (
        select
            'family'::varchar(40) as record,
            f.family_id as record_id,
            'early help'::varchar(20) as waiting_for,
            w.source_code,
            w.primary_need_code as need_code,
            w.locality_id,
            w.service_id,
            w.began_on,
            e.days,
            e.joined,
            e.started,
            e.left_otherwise
        from families_of_waits(m.month, m.next_month) f
        cross join lateral waits_of_family(f.family_id) w
        cross join lateral (
            select null::integer as days, 1 as joined, 0 as started, 0 as left_otherwise, w.began_on as happened_on
            union all
            select w.ended_on - w.began_on, 0, w.started::integer, (not w.started)::integer, w.ended_on
        ) e
        where e.happened_on >= m.month
            and e.happened_on < m.next_month
        union all
        select
            'service_request',
            q.service_request_id,
            'a service',
            null,
            q.primary_need_code,
            q.locality_id,
            q.service_id,
            q.requested_on,
            e.days,
            e.joined,
            e.started,
            e.left_otherwise
        from (
            select service_request_id, null::integer as days, 1 as joined, 0 as started, 0 as left_otherwise
            from only service_request
            where requested_on >= m.month
                and requested_on < m.next_month
            union all
            select service_request_id, started_on - requested_on, 0, 1, 0
            from only service_request
            where started_on >= m.month
                and started_on < m.next_month
            union all
            select service_request_id, decided_on - requested_on, 0, 0, 1
            from only service_request
            where started_on is null
                and decided_on >= m.month
                and decided_on < m.next_month
        ) e
        join only service_request q on q.service_request_id = e.service_request_id
    ) w
$$, counts => '{joined, started, left_otherwise}', few => true);

-- By what the family waits for, for stocks.
select early_help.define_kpi_cube('waiting', '{}', $$
    select
        w.waiting_for,
        w.source_code,
        w.need_code,
        w.locality_id,
        w.service_id,
        sum(w.joined)::integer as joined,
        sum(w.started)::integer as started,
        sum(w.left_otherwise)::integer as left_otherwise
    from cube_waits w
    where w.month = m.month
    group by 1, 2, 3, 4, 5
$$, from_cubes => '{waits}', few => true);

-- Waits that ended, by their length.
select early_help.define_kpi_cube('waits_ended', '{}', $$
    select
        w.waiting_for,
        w.days,
        sum(w.started + w.left_otherwise)::integer as ended,
        sum(w.started)::integer as started
    from cube_waits w
    where w.month = m.month
        and w.days is not null
    group by 1, 2
$$, from_cubes => '{waits}', few => true);

-- Waits that go on, by the day they began, so that none is dropped: at the end of a period they have waited so long so far.
select early_help.define_kpi_cube('waits_open', '{}', $$
    select
        w.waiting_for,
        w.began_on,
        sum(w.joined)::integer as began,
        sum(w.started + w.left_otherwise)::integer as ended
    from cube_waits w
    where w.month = m.month
    group by 1, 2
$$, from_cubes => '{waits}', few => true);
