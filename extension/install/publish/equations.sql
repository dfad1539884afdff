-- What adds up: whoever knows all but one of the figures of an equation knows that one too.

create type early_help_internal.figure_term as (
    equation integer,
    figure integer,
    sign integer
);
comment on type early_help_internal.figure_term is
    'A figure in an equation: the numbers of both, and 1 or -1. The signed figures of an equation add up to zero.';

create function early_help_internal.figure_equations(p text, places early_help_internal.figure_place[])
    returns setof early_help_internal.figure_term
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
        select dense_rank() over (order by whole, why)::integer, place, sign
        from members
        order by 1, 2', p)
    using places;
end
$$;
comment on function early_help_internal.figure_equations is
    'What adds up within one period: cells to margins and totals, parts to wholes.';

-- The figures of all periods are numbered through: period after period, place
-- after place. What adds up within a period holds in every stretch of months;
-- with what each period is made of it then holds in every period.
create function early_help_internal.period_equations(
    periods early_help_internal.publication_period[],
    terms early_help_internal.figure_term[],
    places integer
)
    returns setof early_help_internal.figure_term
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_custom_plan
as $$
declare
    stretches constant integer := (select count(*) from unnest(periods) q where q.is_stretch);
    equations constant integer := (select max(t.equation) from unnest(terms) t);
begin
    return query
    select (dense_rank() over (order by e.equation))::integer, e.figure, e.sign
    from (
        select (s.period - 1) * equations + t.equation as equation, (s.period - 1) * places + t.figure as figure, t.sign
        from unnest(periods) s
        cross join unnest(terms) t
        where s.is_stretch
        union all
        -- A period is the sum of its stretches.
        select
            stretches * equations + (q.period - 1) * places + k.place,
            (o.period - 1) * places + k.place,
            case when o.period = q.period then -1 else 1 end
        from unnest(periods) q
        join unnest(periods) o on o.period = q.period
            or (o.is_stretch and o.first_month >= q.first_month and o.next_month <= q.next_month)
        cross join generate_series(1, places) k (place)
        where not q.is_stretch
    ) e
    order by 1, 2;
end
$$;
comment on function early_help_internal.period_equations is
    'What adds up within and between periods, given what adds up within one period and its number of places.';
