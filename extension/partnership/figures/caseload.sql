-- Numbers worked with: families and children supported on at least one day of a
-- period. As flows: a support starts, and ends, and a start says how many months ago
-- the family's, or the child's, last support ended. Who has two supports in a period
-- of up to a year counts once.
select early_help.define_kpi_cube('families_supported', array['episode', 'episode_end'], $$
    select
        f.months_since,
        sum(f.started)::integer as started,
        sum(f.ended)::integer as ended
    from (
        select
            early_help_internal.months_between(p.last_end, e.opened_on) as months_since,
            1 as started,
            0 as ended
        from only episode e
        left join lateral (
            select max(x.closed_on) as last_end
            from only episode x
            where x.family_id = e.family_id
                and x.episode_id <> e.episode_id
                and x.closed_on <= e.opened_on
                and x.closed_on >= m.month - interval '11 months'
        ) p on true
        where e.opened_on >= m.month
            and e.opened_on < m.next_month
        union all
        select null, 0, 1
        from only episode
        where closed_on >= m.month
            and closed_on < m.next_month
    ) f
    group by 1
$$, few => true);

-- A child can be supported with two families, and a duplicate beside the child it
-- is of. Periods that share a day are one support: ranges of time, not of
-- days, so that neighbouring days do not run together.
select early_help.define_kpi_cube('children_supported', array['episode_child', 'child_merge'], $$
    select
        s.months_since,
        sum(s.started)::integer as started,
        sum(s.ended)::integer as ended
    from (
        select
            case
                when s.starts and u.last_end >= m.month - interval '11 months'
                then early_help_internal.months_between(u.last_end::date, u.started_on::date)
            end as months_since,
            s.starts::integer as started,
            (not s.starts)::integer as ended
        from (
            select distinct coalesce(k.merged_into_child_id, x.child_id) as child_id
            from (
                select child_id from only episode_child where joined_on >= m.month and joined_on < m.next_month
                union all
                select child_id from only episode_child where left_on >= m.month and left_on < m.next_month
            ) x
            left join only child k on k.child_id = x.child_id
        ) c
        cross join lateral (
            select
                lower(r.support) as started_on,
                upper(r.support) as ended_on,
                lag(upper(r.support)) over (order by r.support) as last_end
            from unnest((
                select range_agg(tsrange(ec.joined_on::timestamp, ec.left_on::timestamp, '[]'))
                from only episode_child ec
                where ec.child_id in (
                    select c.child_id
                    union all
                    select k.child_id
                    from only child k
                    where k.merged_into_child_id = c.child_id)
            )) as r (support)
        ) u
        cross join (values (true), (false)) as s (starts)
        where case when s.starts then u.started_on else u.ended_on end >= m.month
            and case when s.starts then u.started_on else u.ended_on end < m.next_month
        union all
        -- Every month with an event has a cell, as open marks ask for.
        select null, 0, 0
        from only episode_child
        where joined_on >= m.month
            and joined_on < m.next_month
        union all
        select null, 0, 0
        from only episode_child
        where left_on >= m.month
            and left_on < m.next_month
    ) s
    group by 1
$$, few => true);

-- Flows are few, and a stock needs all of them: computed once for all periods.
create view caseload as
with episode_flow as materialized (
    select * from cube_episode_flows
), family_flow as materialized (
    select * from cube_families_supported
), child_flow as materialized (
    select * from cube_children_supported
)
select
    p.period_kind,
    p.period_key,
    p.first_month as period_start,
    (p.last_month + interval '1 month' - interval '1 day')::date as period_end,
    p.period_status,
    e.episodes::integer as episodes,
    f.families::integer as families,
    c.children::integer as children,
    e.opened::integer as episodes_opened,
    e.closed::integer as episodes_closed,
    e.open_at_end::integer as episodes_open_at_end,
    round(10000.0 * c.children / g.population_0_17, 1)::numeric(8, 1) as children_per_10000
from kpi_period_shown p
cross join lateral (
    select
        coalesce(sum(x.opened) - coalesce(sum(x.closed) filter (where x.month < p.first_month), 0), 0) as episodes,
        coalesce(sum(x.opened) filter (where x.month >= p.first_month), 0) as opened,
        coalesce(sum(x.closed) filter (where x.month >= p.first_month), 0) as closed,
        coalesce(sum(x.opened - x.closed), 0) as open_at_end
    from episode_flow x
    where x.month <= p.until_month
) e
cross join lateral (
    select coalesce(
        sum(x.started) filter (where early_help_internal.first_in_period(x.month, x.months_since, p.first_month))
        - coalesce(sum(x.ended) filter (where x.month < p.first_month), 0),
        0) as families
    from family_flow x
    where x.month <= p.until_month
) f
cross join lateral (
    select coalesce(
        sum(x.started) filter (where early_help_internal.first_in_period(x.month, x.months_since, p.first_month))
        - coalesce(sum(x.ended) filter (where x.month < p.first_month), 0),
        0) as children
    from child_flow x
    where x.month <= p.until_month
) c
left join only partnership g on true
where p.record = 'episode'
    and p.period_kind <> 'year to date';
comment on view caseload is
    'Episodes open, and families and children supported, on at least one day of the month, quarter or financial year. '
    'A family or child counts once per period, so do not add periods. Group work is not included. '
    'Source: Early Help Strategy 2021-24 section 10.';
