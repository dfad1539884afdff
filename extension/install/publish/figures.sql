-- The figures of a publication: which there are, what they are, what adds up.

create type early_help.month_figure as (
    month date,
    count_name varchar(40),
    dimension_1 varchar(40),
    value_1 varchar(120),
    dimension_2 varchar(40),
    value_2 varchar(120),
    figure integer
);
comment on type early_help.month_figure is
    'A figure of a month and where it stands; without month, a value of a dimension that is to be shown.';

create function early_help.month_figures(p text, first_month date, next_month date)
    returns setof early_help.month_figure
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
comment on function early_help.month_figures(text, date, date) is
    'Figures of the months of a span, cells and margins of every published table, as the records are now; without month, the '
    'values to be shown as 0.';

create type early_help.figure_place as (
    place integer,
    count_name varchar(40),
    dimension_1 varchar(40),
    value_1 varchar(120),
    dimension_2 varchar(40),
    value_2 varchar(120)
);
comment on type early_help.figure_place is 'Where a figure of a publication stands, with its number.';

create function early_help.figure_places(p text, cells early_help.month_figure[], past bigint[])
    returns setof early_help.figure_place
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
            count_name::varchar(40), dimension_1::varchar(40), value_1::varchar(120), dimension_2::varchar(40), value_2::varchar(120)
        from stands
        order by 1', p)
    using cells, past;
end
$$;
comment on function early_help.figure_places(text, early_help.month_figure[], bigint[]) is
    'Every place a figure has, zeros included: each count of each published table by each value its dimensions have, with '
    'margins and total, and what earlier publications had.';

create function early_help.figure_equations(p text, places early_help.figure_place[])
    returns table (equation integer, place integer, sign integer)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    return query execute format(
        'with stands as materialized (
            select * from unnest($1)
        ), adds_up (whole, dimension, part) as (
            -- Leave one dimension out: the rows add up to the margin.
            select w.place, c.dimension_1, c.place
            from stands c
            join stands w on w.count_name = c.count_name
                and (w.dimension_1, w.value_1, w.dimension_2, w.value_2) = (c.dimension_2, c.value_2, '''', '''')
            where c.dimension_1 <> ''''
            union all
            select w.place, c.dimension_2, c.place
            from stands c
            join stands w on w.count_name = c.count_name
                and (w.dimension_1, w.value_1, w.dimension_2, w.value_2) = (c.dimension_1, c.value_1, '''', '''')
            where c.dimension_2 <> ''''
        ), sums as (
            select distinct s, regexp_split_to_array(s, ''\s*[=+]\s*'') as names
            from only %1$I.published_table t
            cross join lateral unnest(t.sums) s
        ), parts as (
            -- A sum of counts holds wherever all of them stand.
            select w.place as whole, s.s, c.place as part, s.names, count(*) over (partition by w.place, s.s) as there
            from sums s
            join stands w on w.count_name = s.names[1]
            join stands c on c.count_name = any (s.names[2:])
                and (c.dimension_1, c.value_1, c.dimension_2, c.value_2) = (w.dimension_1, w.value_1, w.dimension_2, w.value_2)
        ), members (whole, why, place, sign) as (
            select whole, ''by '' || dimension, part, 1 from adds_up
            union all
            select distinct whole, ''by '' || dimension, whole, -1 from adds_up
            union all
            select whole, s, part, 1 from parts where there = cardinality(names) - 1
            union all
            select distinct whole, s, whole, -1 from parts where there = cardinality(names) - 1
        )
        select dense_rank() over (order by whole, why)::integer, place, sign from members', p)
    using places;
end
$$;
comment on function early_help.figure_equations(text, early_help.figure_place[]) is
    'What adds up within one period: cells to margins and totals, parts to wholes.';

create function early_help.publication_differences(p text, new_id bigint, past bigint[])
    returns table (outer_release integer, inner_releases integer[], gaps boolean)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    -- Release 0 is the new one. Months that were not published are gaps; a
    -- gap where a month was published is left out, since what remains is more.
    return query execute format(
        'with recursive published as (
            select r.place::integer as j, b.first_month, b.next_month, b.version
            from unnest($1 || $2) with ordinality r (publication_id, place)
            join only %1$I.publication b on b.publication_id = r.publication_id
        ), release as (
            select case when j > cardinality($1) then 0 else j end as j, first_month, next_month,
                version = max(version) over (partition by first_month, next_month) as last
            from published
        ), own as (
            select * from release where j = 0
        ), around as (
            select o.*
            from release o
            cross join own
            where o.j = 0
                or (o.first_month <= own.first_month and o.next_month >= own.next_month
                    and o.next_month - o.first_month > own.next_month - own.first_month)
        ), walk (j, at, inside, gaps) as (
            select j, first_month, array[]::integer[], false from around
            union all
            select w.j, s.next_month, w.inside || s.inside, w.gaps or s.inside = array[]::integer[]
            from walk w
            join around o on o.j = w.j and w.at < o.next_month
            cross join own
            cross join lateral (
                select r.next_month, array[r.j] as inside
                from release r
                where r.j <> o.j
                    and r.first_month = w.at
                    and r.next_month <= o.next_month
                    and (o.j = 0 or r.j = 0 or r.next_month <= own.first_month or r.first_month >= own.next_month)
                    and (r.last or cardinality($1) <= 24 or (r.first_month, r.next_month) = (own.first_month, own.next_month))
                union all
                select (w.at + interval ''1 month'')::date, array[]::integer[]
                where not exists (
                        select
                        from release r
                        where r.j <> o.j
                            and r.first_month = w.at
                            and r.next_month = (w.at + interval ''1 month'')::date)
                    and (o.j = 0 or w.at < own.first_month or w.at >= own.next_month)
            ) s
        )
        select w.j, w.inside, w.gaps
        from walk w
        join around o on o.j = w.j and o.next_month = w.at
        where w.inside <> array[]::integer[]
            and (w.j = 0 or 0 = any (w.inside))', p)
    using past, new_id;
end
$$;
comment on function early_help.publication_differences(text, bigint, bigint[]) is
    'Subtractions that a new publication (release 0) makes possible with earlier ones (their places in past): one less others '
    'that lie within it and do not overlap; gaps: something is left even if nothing was changed in between.';
