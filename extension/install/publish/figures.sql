-- The figures of a publication as the records are now: which there are, and what
-- each is in every period that matters. freeze.sql says how the steps follow.

create type early_help_internal.month_figure as (
    month date,
    count_name varchar(40),
    dimension_1 varchar(40),
    value_1 varchar(120),
    dimension_2 varchar(40),
    value_2 varchar(120),
    figure integer
);
comment on type early_help_internal.month_figure is
    'A figure of a month and its place. Without a month: a value of a dimension that is to be shown as 0.';

create function early_help_internal.month_figures(p text, first_month date, next_month date)
    returns setof early_help_internal.month_figure
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    t record;
    d text[];
begin
    for t in execute format('select table_name, dimensions, counts from only %I.published_table order by table_name', p)
    loop
        d := t.dimensions;
        -- Without a second dimension, or any, the sets of the cube are the same
        -- rows again: what one table says twice is what two tables say.
        return query execute format(
            'select distinct
                f.month,
                f.count_name::varchar(40),
                case when f.by_1 then %1$L when f.by_2 then %2$L else '''' end::varchar(40),
                case when f.by_1 then f.value_1 when f.by_2 then f.value_2 else '''' end::varchar(120),
                case when f.by_1 and f.by_2 then %2$L else '''' end::varchar(40),
                case when f.by_1 and f.by_2 then f.value_2 else '''' end::varchar(120),
                f.figure::integer
            from (
                select
                    v.month,
                    c.count_name,
                    v.value_1,
                    v.value_2,
                    grouping(v.value_1) = 0 and %1$L <> '''' as by_1,
                    grouping(v.value_2) = 0 and %2$L <> '''' as by_2,
                    sum(c.figure) as figure
                from (
                    select
                        *,
                        %3$s::varchar(120) as value_1,
                        %4$s::varchar(120) as value_2
                    from %5$I.%6$I
                    where (month >= $1 and month < $2) or month is null
                ) v
                cross join lateral (values %7$s) as c (count_name, figure)
                group by v.month, c.count_name, cube (v.value_1, v.value_2)
            ) f',
            coalesce(d[1], ''), coalesce(d[2], ''),
            case when d[1] is null then '''''' else format('coalesce(%I, ''not recorded'')', d[1]) end,
            case when d[2] is null then '''''' else format('coalesce(%I, ''not recorded'')', d[2]) end,
            p, 'publish_' || t.table_name,
            (select string_agg(format('(%L, v.%I)', c, c), ', ') from unnest(t.counts) c))
        using first_month, next_month;
    end loop;
end
$$;
comment on function early_help_internal.month_figures is
    'The figures of a span of months as the records are now: cells, margins and totals of every published table. Rows without a '
    'month name values to be shown as 0.';

create type early_help_internal.figure_place as (
    place integer,
    count_name varchar(40),
    dimension_1 varchar(40),
    value_1 varchar(120),
    dimension_2 varchar(40),
    value_2 varchar(120)
);
comment on type early_help_internal.figure_place is
    'The place of a figure in a publication, and its number: what is counted, by which values.';

create function early_help_internal.figure_places(p text, cells early_help_internal.month_figure[], past bigint[])
    returns setof early_help_internal.figure_place
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    return query execute format(
        'with known as (
            select c.dimension_1, c.value_1, c.dimension_2, c.value_2
            from unnest($1) c
            union
            select f.dimension_1, f.value_1, f.dimension_2, f.value_2
            from only %1$I.published_figure f
            where f.publication_id = any ($2)
        ), known_value (dimension, value) as (
            select dimension_1, value_1 from known where dimension_1 <> ''''
            union
            select dimension_2, value_2 from known where dimension_2 <> ''''
        ), counted as (
            select distinct c.count_name, t.dimensions
            from only %1$I.published_table t
            cross join lateral unnest(t.counts) c (count_name)
        ), stands as (
            select count_name, '''' as dimension_1, '''' as value_1, '''' as dimension_2, '''' as value_2
            from counted
            union
            select c.count_name, v.dimension, v.value, '''', ''''
            from counted c
            join known_value v on v.dimension = any (c.dimensions)
            union
            select c.count_name, v.dimension, v.value, w.dimension, w.value
            from counted c
            join known_value v on v.dimension = c.dimensions[1]
            join known_value w on w.dimension = c.dimensions[2]
            union
            select f.count_name, f.dimension_1, f.value_1, f.dimension_2, f.value_2
            from only %1$I.published_figure f
            where f.publication_id = any ($2)
        )
        select (row_number() over (order by count_name, dimension_1, dimension_2, value_1, value_2))::integer,
            count_name::varchar(40), dimension_1::varchar(40), value_1::varchar(120), dimension_2::varchar(40),
            value_2::varchar(120)
        from stands
        order by 1', p)
    using cells, past;
end
$$;
comment on function early_help_internal.figure_places is
    'Every place of a figure, also where it is zero: each count of each published table by each value of its dimensions, with '
    'margins and totals, and every place of earlier publications.';

create function early_help_internal.check_counts_agree(cells early_help_internal.month_figure[]) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    if exists (
        select
        from unnest(cells) c
        where c.month is not null
        group by c.month, c.count_name, c.dimension_1, c.value_1, c.dimension_2, c.value_2
        having min(c.figure) <> max(c.figure)) then
        raise data_exception using
            message = 'two published tables disagree on a count of the same name',
            hint = 'Give another name to a count that is not the same: see early_help.define_published_table.';
    end if;
end
$$;
comment on function early_help_internal.check_counts_agree is
    'Raises 22000 if two published tables have different figures for one count in one place.';

create type early_help_internal.publication_period as (
    period integer,
    first_month date,
    next_month date,
    is_stretch boolean,
    is_new boolean
);
comment on type early_help_internal.publication_period is
    'A period whose figures somebody could work out, and its number: a stretch of months, the period of an earlier publication, '
    'or that of the new one.';

-- A stretch is what no publication divides: to the public its months are one
-- unknown. Every period is made up of whole stretches. Versions of a period are
-- one period. Stretches come first, so that a stretch and its period have one number.
create function early_help_internal.publication_periods(p text, publications bigint[], new_id bigint)
    returns setof early_help_internal.publication_period
    language plpgsql
    stable
    rows 20
    set search_path = pg_catalog, pg_temp
as $$
begin
    return query execute format(
        $sql$
        with release as materialized (
            select b.publication_id, b.first_month, b.next_month
            from only %I.publication b
            where b.publication_id = any ($1)
        ), border (day) as (
            select first_month from release
            union
            select next_month from release
        ), stretch as (
            select b.day as first_month, lead(b.day) over (order by b.day) as next_month
            from border b
        )
        select
            (row_number() over (order by not bool_or(q.is_stretch), q.first_month, q.next_month))::integer,
            q.first_month,
            q.next_month,
            bool_or(q.is_stretch),
            bool_or(q.is_new)
        from (
            select s.first_month, s.next_month, true as is_stretch, false as is_new
            from stretch s
            where s.next_month is not null
            union all
            select r.first_month, r.next_month, false, r.publication_id = $2
            from release r
        ) q
        group by q.first_month, q.next_month
        order by 1
        $sql$, p)
    using publications, new_id;
end
$$;
comment on function early_help_internal.publication_periods is
    'The periods of these publications, one of which is new, and the stretches into which they divide their months.';

create type early_help_internal.period_figure as (
    period integer,
    place integer,
    figure integer
);
comment on type early_help_internal.period_figure is
    'A figure of a period: the numbers of the period and of the place, and the figure.';

create function early_help_internal.period_figures(
    periods early_help_internal.publication_period[],
    places early_help_internal.figure_place[],
    cells early_help_internal.month_figure[]
)
    returns setof early_help_internal.period_figure
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
    -- The lists are long: plan for those that were given.
    set plan_cache_mode = force_custom_plan
as $$
begin
    return query
    with cell as materialized (
        select distinct k.place, c.month, c.figure
        from unnest(cells) c
        join unnest(places) k
            on (k.count_name, k.dimension_1, k.value_1, k.dimension_2, k.value_2)
                = (c.count_name, c.dimension_1, c.value_1, c.dimension_2, c.value_2)
        where c.month is not null
    ), found as materialized (
        select q.period, c.place, sum(c.figure)::integer as figure
        from unnest(periods) q
        join cell c on c.month >= q.first_month and c.month < q.next_month
        group by q.period, c.place
    )
    select q.period, k.place, coalesce(f.figure, 0)
    from unnest(periods) q
    cross join unnest(places) k
    left join found f on f.period = q.period and f.place = k.place
    order by q.period, k.place;
end
$$;
comment on function early_help_internal.period_figures is
    'The figure of every place in every period, as the records are now. 0: there is nothing to count.';
