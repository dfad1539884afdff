-- Published figures. A figure is a count and where it stands: its value of each
-- dimension, none for a total. Tables that share a dimension share figures, so
-- all tables of a publication are one system of equations; with the months
-- behind them, all publications of overlapping periods are one. What is hidden
-- is decided in extension/src/publish/disclosure.c.

create function early_help.protect_figures(
    value integer[],
    low integer[],
    high integer[],
    price integer[],
    publicity integer[],
    equation integer[],
    figure integer[],
    sign integer[],
    withhold boolean
)
returns integer[]
language c immutable strict
as 'MODULE_PATHNAME', 'early_help_protect_figures';
comment on function early_help.protect_figures(integer[], integer[], integer[], integer[], integer[], integer[], integer[], integer[], boolean) is
    'Which figures to hide. A figure: its value, the least and the most it might be once hidden, the price of hiding it, and its publicity (0 never published, 1 shown before, 2 hidden before, 3 hidden anyway, 4 to be hidden, 5 to be decided, 6 small and never published). A member of an equation: number of the equation and of the figure, from 1, and its sign; an equation''s signed sum is known. Back comes a decision a figure: 0 show, 1 hide, 2 hide without proof, 3 withhold, 4 earlier publications give it away. Error 22023.';

create function early_help.published_stays()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_published_stays';
comment on function early_help.published_stays() is
    'Before update or delete of what was published: refused. Error YHF01.';

create function early_help.period_months(period text, out first_month date, out next_month date)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    if period ~ '^(19|20)\d\d-(0[1-9]|1[0-2])$' then
        first_month := make_date(left(period, 4)::integer, right(period, 2)::integer, 1);
        next_month := first_month + interval '1 month';
    elsif period ~ '^(19|20)\d\d/\d\d( Q[1-4])?$'
        and (left(period, 4)::integer + 1) % 100 = substr(period, 6, 2)::integer then
        first_month := make_date(left(period, 4)::integer, 4, 1)
            + (coalesce(nullif(substr(period, 10), ''), '1')::integer - 1) * interval '3 months';
        next_month := first_month + case when period ~ 'Q' then interval '3 months' else interval '12 months' end;
    else
        perform early_help.raise_rule('F02', format('The period is %s.', coalesce(quote_literal(left(period, 20)), 'null')));
    end if;
end
$$;
comment on function early_help.period_months(text) is
    'First day of a period and first day after it: month 2018-04, quarter of the financial year 2018/19 Q1 (April to June), financial year 2018/19. Error YHF02.';

-- A table is a registration: what it counts, by what, and one query. The view
-- of its figures and the view for BI tools are made from that.
create function early_help.define_published_table(
    table_name text,
    title text,
    dimensions text[],
    counts text[],
    sums text[],
    ratios text[],
    meanings jsonb,
    figures text
)
    returns void
    language plpgsql
as $$
declare
    outer_path text := pg_catalog.current_setting('search_path');
    p text;
    one text;
    part text[];
    shown text := 'published_' operator(pg_catalog.||) table_name;
begin
    select n.nspname
    into p
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
    where c.oid operator(pg_catalog.=) pg_catalog.to_regclass('published_table');
    if p is null then
        raise undefined_table using
            message = 'no partnership''s schema is in the search_path',
            hint = 'SET search_path = <partnership>_kpi, <partnership>, early_help;';
    end if;
    -- What the query names is the partnership's; operators are pg_catalog's.
    perform pg_catalog.set_config('search_path', pg_catalog.format('%I, %I, early_help, pg_temp', p operator(pg_catalog.||) '_kpi', p), true);
    dimensions := array(select d from pg_catalog.unnest(dimensions) d order by d collate "C");
    if pg_catalog.cardinality(dimensions) > 2 then
        raise invalid_parameter_value using message = 'a published table has two dimensions at most';
    end if;
    foreach one in array ratios loop
        part := pg_catalog.regexp_split_to_array(one, '\s*[=/]\s*');
        if not exists (
            select
            from pg_catalog.unnest(sums) s
            cross join lateral pg_catalog.regexp_split_to_array(s, '\s*[=+]\s*') w
            where w[1] = part[3] and part[2] = any (w[2:]) and pg_catalog.cardinality(w) = 3) then
            raise invalid_parameter_value using
                message = pg_catalog.format('%s is not one of two parts of %s', part[2], part[3]),
                hint = 'A percentage gives away what is left of the whole: name that as one count, and the sum in sums.';
        end if;
    end loop;

    perform early_help.write_by_engine(
        pg_catalog.format(
            'insert into %I.published_table (table_name, title, dimensions, counts, sums, ratios)
            values ($1, $2, $3, $4, $5, $6)', p),
        table_name, title, dimensions, counts, sums, ratios);
    execute pg_catalog.format('create view %I.%I as %s', p, 'publish_' || table_name, figures);
    execute pg_catalog.format('comment on view %I.%I is %L', p, 'publish_' || table_name,
        pg_catalog.format('What publish_figures freezes for table %s: a row a month; a row without month names a value to show as 0.', table_name));

    execute early_help.published_view(p, table_name, dimensions, counts, sums, ratios);
    execute pg_catalog.format('comment on view %I.%I is %L', p || '_kpi', shown, title);
    for one in
        select pg_catalog.format('comment on column %I.%I.%I is %L', p || '_kpi', shown, m.name, m.meaning)
        from early_help.published_column_meanings(dimensions, counts, ratios, meanings) m
    loop
        execute one;
    end loop;
    perform pg_catalog.set_config('search_path', outer_path, true);
end
$$;
comment on function early_help.define_published_table(text, text, text[], text[], text[], text[], jsonb, text) is
    'Registers a table with the partnership in the search_path for publish_figures: up to two dimensions; its counts; sums (whole = part + part); ratios (rate = part / whole, of a sum); what each column means; and a query with month, the dimensions and the counts, whose rows without month name values to show as 0. Makes view published_<table_name>. docs/publishing.md shows how. Errors 42P01, 22023.';

create function early_help.published_view(p text, table_name text, dimensions text[], counts text[], sums text[], ratios text[])
    returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select format(
        'create view %1$I.%2$I as
        select
            b.first_month as month,
            to_char(b.first_month::timestamp, ''YYYY-MM'')::varchar(7) as month_key,
            b.period,
            b.version,
            not exists (
                select
                from only %3$I.publication l
                where l.first_month = b.first_month
                    and l.next_month = b.next_month
                    and l.version > b.version) as latest,
            b.published_on::date as published_on
            %4$s%5$s%6$s
        from only %3$I.publication b
        join (
            select
                f.publication_id,
                f.value_1,
                f.value_2
                %7$s
            from only %3$I.published_figure f
            where f.dimension_1 = %8$L
                and f.dimension_2 = %9$L
                and f.count_name = any (%10$L)
            group by 1, 2, 3
        ) f on f.publication_id = b.publication_id',
        p || '_kpi', 'published_' || table_name, p,
        (select string_agg(format(', f.value_%s as %I', place, d), '' order by place)
        from unnest(dimensions) with ordinality as t (d, place)),
        (select string_agg(format(
            ', case when not f.%1$I then f.%2$I end as %2$I, case when f.%1$I then ''c'' else ''ok'' end::varchar(10) as %3$I',
            'hide ' || c, c, c || '_status'), '' order by place)
        from unnest(counts) with ordinality as t (c, place)),
        (select string_agg(format(
            ', case when not (%1$s) then round(100.0 * f.%2$I / nullif(f.%3$I, 0), 1) end::numeric(5, 1) as %4$I,
            case when %1$s then ''c'' when f.%3$I = 0 then ''no cases'' else ''ok'' end::varchar(10) as %5$I',
            (select string_agg(distinct format('f.%I', 'hide ' || w), ' or ')
            from unnest(sums) s
            cross join lateral regexp_split_to_array(s, '\s*[=+]\s*') ws
            cross join lateral unnest(ws) w
            where ws[1] = r[3] and r[2] = any (ws[2:])),
            r[2], r[3], r[1], r[1] || '_status'), '' order by place)
        from unnest(ratios) with ordinality as t (ratio, place)
        cross join lateral regexp_split_to_array(ratio, '\s*[=/]\s*') r),
        (select string_agg(format(
            ', max(f.figure) filter (where f.count_name = %1$L) as %1$I, bool_or(f.hidden is not null) filter (where f.count_name = %1$L) as %2$I',
            c, 'hide ' || c), '' order by place)
        from unnest(counts) with ordinality as t (c, place)),
        coalesce(dimensions[1], ''), coalesce(dimensions[2], ''), counts)
$$;
comment on function early_help.published_view(text, text, text[], text[], text[], text[]) is
    'The CREATE VIEW of a published table for BI tools: its figures and percentages where they are not hidden, each with a status.';

create function early_help.published_column_meanings(dimensions text[], counts text[], ratios text[], meanings jsonb)
    returns table (name text, meaning text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    values
        ('month', 'First day of the period.'),
        ('month_key', 'Its month as YYYY-MM.'),
        ('period', 'The period: month 2018-04, quarter of the financial year 2018/19 Q1, financial year 2018/19. Choose one kind: they overlap.'),
        ('version', 'Version of the period''s figures, from 1.'),
        ('latest', 'Whether no later version of the period has been published.'),
        ('published_on', 'Day of the publication.')
    union all
    select d, coalesce(meanings ->> d, initcap(d) || '.')
    from unnest(dimensions) d
    union all
    select c || ending, coalesce(meanings ->> c, initcap(replace(c, '_', ' ')) || '.') || said
    from unnest(counts) c
    cross join (values ('', ' Null: hidden.'), ('_status', ' Status: ok, or c, hidden.')) e (ending, said)
    union all
    select r[1] || ending, coalesce(meanings ->> r[1], format('%s / %s * 100.', r[2], r[3])) || said
    from unnest(ratios) ratio
    cross join lateral regexp_split_to_array(ratio, '\s*[=/]\s*') r
    cross join (values ('', ' Null: hidden, or no cases.'), ('_status', ' Status: ok, no cases, or c, hidden.')) e (ending, said)
$$;
comment on function early_help.published_column_meanings(text[], text[], text[], jsonb) is
    'What each column of a published table''s view means.';

create function early_help.age_band(age integer) returns varchar
    language sql
    immutable
    parallel safe
    return case
        when age < 0 then 'before birth'
        when age < 1 then 'under 1'
        when age < 5 then '1 to 4'
        when age < 10 then '5 to 9'
        when age < 16 then '10 to 15'
        when age < 18 then '16 and 17'
        when age >= 18 then '18 and over'
    end;
comment on function early_help.age_band(integer) is
    'Band of an age in whole years, as published: those of the Department for Education''s children in need statistics, and before birth; null: unknown.';

---------- what a publication freezes ----------

create type early_help.month_figure as (
    month date,
    count_name varchar(40),
    dimension_1 varchar(40),
    value_1 varchar(120),
    dimension_2 varchar(40),
    value_2 varchar(120),
    figure integer
);
comment on type early_help.month_figure is 'A figure of a month and where it stands; without month, a value of a dimension that is to be shown.';

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
    'Figures of the months of a span, cells and margins of every published table, as the records are now; without month, the values to be shown as 0.';

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
    'Every place a figure has, zeros included: each count of each published table by each value its dimensions have, with margins and total, and what earlier publications had.';

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
    'Subtractions that a new publication (release 0) makes possible with earlier ones (their places in past): one less others that lie within it and do not overlap; gaps: something is left even if nothing was changed in between.';

create function early_help.freeze_figures()
    returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    p constant text := tg_table_schema;
    threshold constant integer := new.suppression_threshold;
    any_number constant integer := 2147483647;
    span_from date;
    span_to date;
    past bigint[];
    cells early_help.month_figure[];
    places early_help.figure_place[];
    n integer;
    equation integer[];
    member integer[];
    sign integer[];
    stretches date[];
    of_stretch integer[];
    now integer[];
    before integer[];
    before_hidden boolean[];
    before_withheld boolean[];
    before_stays boolean[];
    before_threshold integer[];
    low integer[];
    high integer[];
    price integer[];
    publicity integer[];
    gap boolean[];
    late boolean[];
    changed boolean;
    proved integer[];
    fixed integer[];
    own integer;
    decided integer[];
begin
    execute format('update only %I.partnership set record_version = record_version', p);

    -- All publications that overlap this one, and each other: the longest of
    -- them contains the others.
    execute format(
        'select least(min(first_month), $1), greatest(max(next_month), $2)
        from only %I.publication
        where first_month < $2 and next_month > $1', p)
    into span_from, span_to
    using new.first_month, new.next_month;
    execute format(
        'select coalesce(array_agg(publication_id order by publication_id), ''{}'')
        from only %I.publication
        where first_month >= $1 and next_month <= $2 and publication_id <> $3', p)
    into past
    using span_from, span_to, new.publication_id;

    cells := array(select c from early_help.month_figures(p, span_from, span_to) c);
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
    places := array(select k from early_help.figure_places(p, cells, past) k);
    n := cardinality(places);
    select array_agg(e.equation), array_agg(e.place), array_agg(e.sign)
    into equation, member, sign
    from early_help.figure_equations(p, places) e;
    -- What no publication divides is one unknown to the public: the first days
    -- of such stretches of months.
    execute format(
        'select array_agg(distinct d order by d)
        from (
            select unnest(array[first_month, next_month]) as d
            from only %I.publication
            where publication_id = any ($1 || $2)
        ) q
        where d < $3', p)
    into stretches
    using past, new.publication_id, span_to;

    -- The figures as they are: by stretch, and of the period.
    with found as materialized (
        select s.place, c.count_name, c.dimension_1, c.value_1, c.dimension_2, c.value_2, sum(c.figure)::integer as figure
        from (select distinct * from unnest(cells) where month is not null) c
        cross join lateral (select width_bucket(c.month, stretches) as place) s
        group by 1, 2, 3, 4, 5, 6
    )
    select array_agg(coalesce(f.figure, 0) order by s.place, k.place)
    into of_stretch
    from generate_subscripts(stretches, 1) s (place)
    cross join unnest(places) k
    left join found f on f.place = s.place
        and (f.count_name, f.dimension_1, f.value_1, f.dimension_2, f.value_2)
            = (k.count_name, k.dimension_1, k.value_1, k.dimension_2, k.value_2);
    select array_agg(s.figure order by s.place)
    into now
    from (
        select k.place, sum(of_stretch[(s.place - 1) * n + k.place])::integer as figure
        from unnest(stretches) with ordinality s (first_month, place)
        cross join unnest(places) k
        where s.first_month >= new.first_month and s.first_month < new.next_month
        group by k.place
    ) s;

    -- And as they were published: what was not listed was nothing.
    execute format(
        'select
            array_agg(coalesce(f.figure, 0) order by r.place, k.place),
            array_agg(f.hidden is not null order by r.place, k.place),
            array_agg(f.hidden is not distinct from ''withheld'' order by r.place, k.place),
            array_agg(coalesce(f.stays_hidden, false) order by r.place, k.place),
            array_agg(b.suppression_threshold::integer order by r.place, k.place)
        from unnest($1) with ordinality r (publication_id, place)
        join only %1$I.publication b on b.publication_id = r.publication_id
        cross join unnest($2) k
        left join only %1$I.published_figure f on f.publication_id = r.publication_id
            and (f.count_name, f.dimension_1, f.value_1, f.dimension_2, f.value_2)
                = (k.count_name, k.dimension_1, k.value_1, k.dimension_2, k.value_2)', p)
    into before, before_hidden, before_withheld, before_stays, before_threshold
    using past, places;
    execute format(
        'select coalesce(bool_or($1[(r.place - 1) * $4 + k] is distinct from s.figure), false)
        from unnest($2) with ordinality r (publication_id, place)
        join only %I.publication b on b.publication_id = r.publication_id
        cross join generate_series(1, $4) k
        cross join lateral (
            select sum($5[(s.place - 1) * $4 + k])::integer as figure
            from unnest($3) with ordinality s (first_month, place)
            where s.first_month >= b.first_month and s.first_month < b.next_month
        ) s', p)
    into changed
    using before, past, stretches, n, of_stretch;

    -- The least and the most each might be. A difference of 1 to the threshold
    -- is a count as small; gap: of months not published, late: of what was changed.
    with differed as (
        select
            k,
            d.gaps,
            d.outer_release = 0 as up,
            case when d.outer_release = 0 then now[k] else before[(d.outer_release - 1) * n + k] end
                - case when d.outer_release = 0 then 0 else now[k] end
                - coalesce((select sum(before[(i - 1) * n + k]) from unnest(d.inner_releases) i where i <> 0), 0)::integer as rest,
            d.outer_release,
            d.inner_releases
        from early_help.publication_differences(p, new.publication_id, past) d
        cross join generate_series(1, n) k
    ), difference as (
        select k, gaps, up,
            case when rest > 0 then 1 else -threshold end - rest as down_to,
            case when rest > 0 then threshold else -1 end - rest as up_to
        from differed
        where abs(rest) between 1 and threshold
            and not exists (
                select
                from unnest(outer_release || inner_releases) i
                where i <> 0
                    and before_hidden[(i - 1) * n + k])
    ), bound as (
        select
            k,
            max(case when up then down_to else -up_to end) as least,
            min(case when up then up_to else -down_to end) as most,
            bool_or(gaps) as gap,
            bool_or(not gaps) as late
        from difference
        group by k
    ), hidden_before as (
        select distinct k
        from generate_series(1, n) k
        cross join generate_subscripts(past, 1) r
        where before_hidden[(r - 1) * n + k]
    )
    select
        array_agg(greatest(
            case
                when now[k] = 0 or (h.k is not null and now[k] > threshold) then 0
                when now[k] <= threshold or cardinality(past) > 0 then 1
                else threshold + 1
            end, now[k] + b.least) order by k),
        array_agg(least(
            case
                when now[k] = 0 and h.k is null then 0
                when now[k] between 1 and threshold and cardinality(past) = 0 then threshold
                else any_number
            end, now[k] + b.most) order by k),
        array_agg((10 * (1 + ln(1 + now[k])) * case when l.dimension_2 <> '' then 1 when l.dimension_1 <> '' then 3 else 10 end)::integer order by k),
        array_agg(coalesce(b.gap, false) order by k),
        array_agg(coalesce(b.late, false) order by k)
    into low, high, price, gap, late
    from unnest(places) l
    cross join lateral (select l.place) as s (k)
    left join bound b using (k)
    left join hidden_before h using (k);

    decided := array_fill(0, array[n]);
    if cardinality(past) > 0 then
        -- First by what stands behind all of them, the stretches: safe even
        -- against somebody who knows every change made in between.
        select array(
            select
                case
                    when now[k] between 1 and threshold and not late[k] or gap[k] and not late[k] then 4
                    when now[k] between 1 and threshold or late[k] then 3
                    else 5
                end
            from generate_series(1, n) k
            order by k)
        into publicity;
        execute format(
            'with release as materialized (
                select b.first_month, b.next_month, r.place::integer as r,
                    exists (
                        select
                        from only %1$I.publication e
                        where e.publication_id < b.publication_id
                            and e.first_month < b.next_month and e.next_month > b.first_month) as overlaps
                from unnest($1) with ordinality r (publication_id, place)
                join only %1$I.publication b on b.publication_id = r.publication_id
            ), period as materialized (
                -- Stretches first. Versions of a period are one figure: what was changed is known here.
                select first_month, next_month,
                    (row_number() over (order by not bool_or(is_stretch), first_month, next_month))::integer as i
                from (
                    select s as first_month, lead(s, 1, $21) over (order by s) as next_month, true as is_stretch
                    from unnest($2) s
                    union all
                    select first_month, next_month, false from release
                    union all
                    select $3, $4, false
                ) q
                group by first_month, next_month
            ), now as materialized (
                select q.i, k, sum($5[(s.place - 1) * $6 + k])::integer as value
                from period q
                join unnest($2) with ordinality s (first_month, place) on s.first_month >= q.first_month and s.first_month < q.next_month
                cross join generate_series(1, $6) k
                group by q.i, k
            ), before as (
                select q.i, k, v.x, v.hidden, v.stays,
                    case
                        when v.withheld or v.x = 0 then 0
                        when v.x <= v.threshold or r.overlaps then 1
                        else v.threshold + 1
                    end as least,
                    case when not v.withheld and v.x between 1 and v.threshold and not r.overlaps then v.threshold else $7 end as most
                from release r
                join period q using (first_month, next_month)
                cross join generate_series(1, $6) k
                cross join lateral (
                    select $8[(r.r - 1) * $6 + k] as x, $9[(r.r - 1) * $6 + k] as hidden, $23[(r.r - 1) * $6 + k] as withheld,
                        $10[(r.r - 1) * $6 + k] as stays, $11[(r.r - 1) * $6 + k] as threshold
                ) v
            ), known as (
                select b.i, b.k,
                    bool_or(not b.hidden) as shown,
                    bool_or(b.stays) as stays,
                    max(case when b.hidden then n.value + b.least - b.x end) as low,
                    min(case when b.hidden then least($7, n.value + b.most::bigint - b.x) end)::integer as high
                from before b
                join now n using (i, k)
                group by b.i, b.k
            ), figure as (
                select
                    (n.i - 1) * $6 + n.k as number,
                    n.value,
                    greatest(0, e.low, case when own.i is not null then $12[n.k] end) as low,
                    least($7, e.high, case when own.i is not null then $13[n.k] end) as high,
                    case when own.i is not null then $14[n.k] else 0 end as price,
                    case
                        when e.shown then 1
                        when own.i is not null then case when e.stays then 4 else $15[n.k] end
                        when e.stays then 2
                        when e.i is not null then 3
                        when n.value between 1 and $22 then 6
                        else 0
                    end as publicity
                from now n
                left join known e on e.i = n.i and e.k = n.k
                left join period own on own.i = n.i and own.first_month = $3 and own.next_month = $4
            ), member as (
                select ((m - 1) * $16 + e)::integer as equation, ((m - 1) * $6 + k)::integer as figure, s as sign
                from generate_subscripts($2, 1) m
                cross join unnest($17, $18, $19) as t (e, k, s)
                union all
                select cardinality($2) * $16 + (q.i - 1) * $6 + k, (o.i - 1) * $6 + k, case when o.i = q.i then -1 else 1 end
                from period q
                join period o on o.i = q.i
                    or (o.i <= cardinality($2) and o.first_month >= q.first_month and o.next_month <= q.next_month)
                cross join generate_series(1, $6) k
                where q.i > cardinality($2)
            )
            select early_help.protect_figures(f.v, f.l, f.h, f.p, f.b, m.e, m.f, m.s, not $20), f.b, o.i
            from (
                select
                    array_agg(value order by number) as v,
                    array_agg(low order by number) as l,
                    array_agg(high order by number) as h,
                    array_agg(price order by number) as p,
                    array_agg(publicity order by number) as b
                from figure
            ) f
            cross join (
                select array_agg(dense) as e, array_agg(figure) as f, array_agg(sign) as s
                from (select dense_rank() over (order by equation)::integer as dense, figure, sign from member) d
            ) m
            cross join (select i from period where first_month = $3 and next_month = $4) o', p)
        into proved, fixed, own
        using past, stretches, new.first_month, new.next_month, of_stretch, n, any_number,
            before, before_hidden, before_stays, before_threshold, low, high, price, publicity,
            (select max(e) from unnest(equation) e), equation, member, sign, changed, span_to, threshold, before_withheld;
        -- What an earlier version shows has no witness here.
        select array_agg(
            case
                when fixed[(own - 1) * n + k] = 1 and publicity[k] = 4 then 2
                else proved[(own - 1) * n + k]
            end order by k)
        into decided
        from generate_series(1, n) k;
    end if;

    if cardinality(past) = 0 or changed then
        -- By itself: what was changed in between is not known to the public.
        select
            array_agg(case
                when decided[k] in (1, 3) then 3
                when now[k] between 1 and threshold or late[k] or gap[k] then 4
                else 5
            end order by k),
            array_agg(case when decided[k] = 3 then 0 else low[k] end order by k),
            array_agg(case when decided[k] = 3 then any_number else high[k] end order by k)
        into publicity, low, high
        from generate_series(1, n) k;
        proved := decided;
        decided := early_help.protect_figures(now, low, high, price, publicity, equation, member, sign, true);
        select array_agg(case when publicity[k] = 3 then proved[k] else decided[k] end order by k)
        into decided
        from generate_series(1, n) k;
    else
        proved := decided;
    end if;

    -- Who can work it out need not; a small count is never shown.
    decided := array(
        select case when d = 4 and now[k] not between 1 and threshold then 0 else d end
        from unnest(decided) with ordinality t (d, k)
        order by k);

    perform early_help.write_by_engine(format(
        'insert into %I.published_figure (
            publication_id, count_name, dimension_1, value_1, dimension_2, value_2, figure, hidden, stays_hidden)
        select $1, k.count_name, k.dimension_1, k.value_1, k.dimension_2, k.value_2, $3[k.place],
            case
                when $4[k.place] = 0 then null
                when $4[k.place] = 3 then ''withheld''
                when $3[k.place] between 1 and $5 then ''small''
                when $6[k.place] or $7[k.place] then ''difference''
                else ''secondary''
            end,
            case when $4[k.place] <> 0 then $8[k.place] in (1, 3) or $9 end
        from unnest($2) k', p),
        new.publication_id, places, now, decided, threshold, gap, late, proved, cardinality(past) = 0);
    return null;
end
$$;
comment on function early_help.freeze_figures() is
    'After insert of a publication: freezes the figures of its period and decides which are hidden, so that none can be worked out from all that has been published. Error 40001 beside another publication at REPEATABLE READ.';
