-- Numbers worked with, as flows: a family, an episode or a child begins to be supported, and ends, and a beginning
-- says how many months ago its last support ended. Who has two supports in a period of up to a year counts once.
-- The same from opening on, where waiting counts too (what: open).
select early_help.define_kpi_cube('worked_with', array['episode', 'episode_end'], $$
    select
        k.who::varchar(40) as record,
        c.record_id,
        k.who,
        k.what,
        case
            when s.starts and u.last_end >= m.month - interval '11 months'
            then early_help_internal.months_between(u.last_end::date, u.started_on::date)
        end as months_since,
        s.starts::integer as started,
        (not s.starts)::integer as ended
    from (values
        ('family'::varchar(10), 'supported'::varchar(10)),
        ('family', 'open'),
        ('episode', 'supported'),
        ('episode', 'open')) as k (who, what)
    cross join lateral (
        select distinct e.family_id, case k.who when 'family' then e.family_id else e.episode_id end as record_id
        from (
            select family_id, episode_id from only episode where opened_on >= m.month and opened_on < m.next_month
            union all
            select family_id, episode_id from only episode where allocated_on >= m.month and allocated_on < m.next_month
            union all
            select family_id, episode_id from spell_end where closed_on >= m.month and closed_on < m.next_month
            union all
            select e.family_id, e.episode_id
            from only reopening r
            join only episode e on e.episode_id = r.episode_id
            where r.reopened_on >= m.month
                and r.reopened_on < m.next_month
        ) e
    ) c
    -- Spells that share a day are one: ranges of time, not of days, so that neighbouring days do not run together.
    cross join lateral (
        select
            lower(r.support) as started_on,
            upper(r.support) as ended_on,
            lag(upper(r.support)) over (order by r.support) as last_end
        from unnest((
            select range_agg(tsrange(x.from_on::timestamp, x.closed_on::timestamp, '[]'))
            from (
                select
                    x.family_id,
                    x.episode_id,
                    case k.what when 'open' then x.started_on else x.supported_from end as from_on,
                    x.closed_on
                from spell_end x
                union all
                select
                    e.family_id,
                    e.episode_id,
                    case k.what
                        when 'open' then coalesce(e.reopened_on, e.opened_on)
                        else greatest(e.allocated_on, e.reopened_on)
                    end,
                    null
                from only episode e
                where e.closed_on is null
            ) x
            -- By the family's index, an episode too.
            where x.family_id = c.family_id
                and (k.who = 'family' or x.episode_id = c.record_id)
                -- What was written with the rules off may end before it begins.
                and x.from_on <= coalesce(x.closed_on, 'infinity')
        )) as r (support)
    ) u
    cross join (values (true), (false)) as s (starts)
    where case when s.starts then u.started_on else u.ended_on end >= m.month
        and case when s.starts then u.started_on else u.ended_on end < m.next_month
$$, counts => '{started, ended}', few => true);

-- A child can be supported with two families, and a duplicate beside the child it is of.
select early_help.define_kpi_cube('children_worked_with', array['support', 'child_merge'], $$
    select
        'child'::varchar(40) as record,
        c.child_id as record_id,
        k.what,
        case
            when s.starts and u.last_end >= m.month - interval '11 months'
            then early_help_internal.months_between(u.last_end::date, u.started_on::date)
        end as months_since,
        s.starts::integer as started,
        (not s.starts)::integer as ended
    from (values ('supported'::varchar(10)), ('open')) as k (what)
    cross join lateral (
        select distinct coalesce(n.merged_into_child_id, x.child_id) as child_id
        from (
            select child_id from only episode_child where joined_on >= m.month and joined_on < m.next_month
            union all
            select child_id from only episode_child where left_on >= m.month and left_on < m.next_month
            union all
            select y.child_id
            from only episode e
            join only episode_child y on y.episode_id = e.episode_id
            where e.allocated_on >= m.month
                and e.allocated_on < m.next_month
        ) x
        left join only child n on n.child_id = x.child_id
    ) c
    cross join lateral (
        select
            lower(r.support) as started_on,
            upper(r.support) as ended_on,
            lag(upper(r.support)) over (order by r.support) as last_end
        from unnest((
            select range_agg(tsrange(x.from_on::timestamp, x.left_on::timestamp, '[]'))
            from (
                select
                    case k.what when 'open' then y.joined_on else greatest(y.joined_on, e.allocated_on) end as from_on,
                    y.left_on
                from only episode_child y
                join only episode e on e.episode_id = y.episode_id
                where y.child_id in (
                        select c.child_id
                        union all
                        select n.child_id
                        from only child n
                        where n.merged_into_child_id = c.child_id)
                    and (k.what = 'open' or e.allocated_on <= coalesce(y.left_on, 'infinity'))
            ) x
        )) as r (support)
    ) u
    cross join (values (true), (false)) as s (starts)
    where case when s.starts then u.started_on else u.ended_on end >= m.month
        and case when s.starts then u.started_on else u.ended_on end < m.next_month
    union all
    -- Every month with an event has a cell, as open marks ask for.
    select 'child', child_id, 'open', null, 0, 0
    from only episode_child
    where joined_on >= m.month
        and joined_on < m.next_month
    union all
    select 'child', child_id, 'open', null, 0, 0
    from only episode_child
    where left_on >= m.month
        and left_on < m.next_month
$$, counts => '{started, ended}', few => true);
