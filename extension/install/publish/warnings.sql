-- What hiding does not help against. Where all cases have one value, the zeros beside it tell that
-- value to whoever knows of a case, though the count is hidden.

create type early_help_internal.one_value as (
    few boolean,
    whole integer,
    part integer,
    cases integer,
    instead text
);
comment on type early_help_internal.one_value is
    'All cases of a whole have one value: whether they are few (1 to the threshold); the places of the whole and of the only '
    'part that has cases; how many; the shortest longer period in which another part has cases, too (null: none).';

create function early_help_internal.in_one_value(
    first_month date,
    next_month date,
    threshold integer,
    cells early_help_internal.month_figure[],
    places early_help_internal.figure_place[],
    terms early_help_internal.figure_term[]
)
    returns setof early_help_internal.one_value
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_custom_plan
as $$
begin
    return query
    with period as materialized (
        -- The first is the one asked about.
        select row_number() over (order by p.next_month - p.first_month)::integer as number, p.*
        from (
            select null::text as name, in_one_value.first_month, in_one_value.next_month
            union all
            select * from early_help_internal.longer_periods(in_one_value.first_month, in_one_value.next_month)
        ) p
    ), figure as materialized (
        select f.*
        from early_help_internal.period_figures(
            array(
                select row(p.number, p.first_month, p.next_month, true, p.number = 1)::early_help_internal.publication_period
                from period p),
            places, cells) f
        where f.figure > 0
    ), sum as (
        select
            f.period,
            t.equation,
            max(f.place) filter (where t.sign < 0) as whole,
            max(f.figure) filter (where t.sign < 0) as cases,
            min(f.place) filter (where t.sign > 0) as part,
            count(*) filter (where t.sign > 0) as parts
        from unnest(terms) t
        join figure f on f.place = t.figure
        group by f.period, t.equation
    )
    select
        s.cases <= threshold,
        s.whole,
        s.part,
        s.cases,
        (
            select p.name
            from sum l
            join period p on p.number = l.period
            where l.equation = s.equation
                and l.period > 1
                and l.parts > 1
            order by p.number
            limit 1)
    from sum s
    -- A dimension of one value tells nothing.
    join lateral (
        select count(*) as members
        from unnest(terms) t
        where t.equation = s.equation
    ) e on e.members > 2
    where s.period = 1
        and s.parts = 1;
end
$$;
comment on function early_help_internal.in_one_value is
    'Of the figures of a period: every whole whose cases are all in one part. cells are those of all longer periods as well; '
    'terms is what adds up.';

create function early_help_internal.publication_warnings(p text, period text, threshold integer)
    returns table (
        warning text,
        views text,
        count_name text,
        among text,
        cases integer,
        all_are text,
        remedy text)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_custom_plan
as $$
declare
    own constant record := early_help_internal.period_months(publication_warnings.period);
    cells constant early_help_internal.month_figure[] := array(
        select c
        from (
            select min(l.first_month) as first_month, max(l.next_month) as next_month
            from (
                select own.first_month, own.next_month
                union all
                select l.first_month, l.next_month
                from early_help_internal.longer_periods(own.first_month, own.next_month) l
            ) l
        ) span
        cross join lateral early_help_internal.month_figures(p, span.first_month, span.next_month) c);
    places constant early_help_internal.figure_place[] := array(
        select k from early_help_internal.figure_places(p, cells, '{}') k);
    terms constant early_help_internal.figure_term[] := array(
        select t from early_help_internal.figure_equations(p, places) t);
begin
    return query execute format(
        $sql$
        select
            case when o.few then 'few cases' else 'whole group' end,
            v.views,
            w.count_name::text,
            w.value,
            o.cases,
            -- Another count, or the value of the dimension that the whole does not have.
            case when k.count_name <> w.count_name then k.count_name else s.value end::text,
            coalesce(
                'Publish ' || o.instead || ' instead of ' || $2 || '.',
                'No longer period helps: give readers no right to ' || v.views || '.')
        from unnest($3) o
        join (
            select k.*, concat_ws(', ',
                nullif(k.dimension_1, '') || ' ' || k.value_1, nullif(k.dimension_2, '') || ' ' || k.value_2) as value
            from unnest($4) k
        ) w on w.place = o.whole
        join unnest($4) k on k.place = o.part
        cross join lateral (
            select case when k.dimension_1 in (w.dimension_1, '')
                then k.dimension_2 || ' ' || k.value_2
                else k.dimension_1 || ' ' || k.value_1 end as value
        ) s
        cross join lateral (
            -- Tables that show the part; a table of two dimensions shows no margin.
            select string_agg('published_' || t.table_name, ', ' order by t.table_name collate "C") as views
            from only %I.published_table t
            where k.count_name = any (t.counts)
                and t.dimensions = array_remove(array[k.dimension_1, k.dimension_2], '')
        ) v
        where v.views is not null
            and s.value not like '%% not recorded'
        order by not o.few, w.dimension_1 <> '', o.whole, o.part
        $sql$, p)
    using
        p, publication_warnings.period,
        array(
            select o
            from early_help_internal.in_one_value(own.first_month, own.next_month, threshold, cells, places, terms) o),
        places;
end
$$;
comment on function early_help_internal.publication_warnings(text, text, integer) is
    'What function publication_warnings of a partnership returns.';
