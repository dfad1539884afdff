-- The engine of the KPI views: which months are stale, what a cube is, and how
-- stale months are made fresh. The log itself is written in C: see
-- extension/src/figures/stale_months.c.

create function early_help.mark_stale_months() returns trigger
    language c
as 'MODULE_PATHNAME', 'early_help_mark_stale_months';
comment on function early_help.mark_stale_months() is
    'Trigger (source, months of reach, date column, ...), after row: marks the months of the row''s dates, old and new, and the months of reach after each, as stale.';

create function early_help.mark_stale_months_of() returns trigger
    language c
as 'MODULE_PATHNAME', 'early_help_mark_stale_months_of';
comment on function early_help.mark_stale_months_of() is
    'Trigger (source, key column, table, key column, date column, ...), after row: marks the months of the events that refer to the row, by bigint keys. An event''s table needs hold_row() where its date can change.';

create function early_help.mark_stale_parts() returns trigger
    language c
as 'MODULE_PATHNAME', 'early_help_mark_stale_parts';
comment on function early_help.mark_stale_parts() is
    'Trigger (source, months of reach, key column, date column, ...), after row: as mark_stale_months, for the part of the figures that the key, a bigint, is of. A transaction that writes many marks whole months.';

create function early_help.mark_stale_parts_of() returns trigger
    language c
as 'MODULE_PATHNAME', 'early_help_mark_stale_parts_of';
comment on function early_help.mark_stale_parts_of() is
    'Trigger (source, key column, table, key column, date column, ...), after row: as mark_stale_months_of, for the part of the figures that the row''s key, a bigint, is of.';

create function early_help.mark_stale_span() returns trigger
    language c
as 'MODULE_PATHNAME', 'early_help_mark_stale_span';
comment on function early_help.mark_stale_span() is
    'Trigger (source, months of reach, date column, date column), after row: marks every month from the row''s first date to its last, old and new, and the months of reach after that; without a last date, all that follow.';

create function early_help.mark_stale_months_through() returns trigger
    language c
as 'MODULE_PATHNAME', 'early_help_mark_stale_months_through';
comment on function early_help.mark_stale_months_through() is
    'Trigger (source, key column, table, key column [, column, table, key column ...], date column), after row: marks the month of the event that the row refers to, straight or through other tables, by bigint keys.';

create function early_help.mark_all_months_stale() returns trigger
    language c
as 'MODULE_PATHNAME', 'early_help_mark_all_months_stale';
comment on function early_help.mark_all_months_stale() is
    'Trigger (source), after row: marks every month as stale, for a setting that bears on all figures.';

create function early_help.hold_row() returns trigger
    language c
as 'MODULE_PATHNAME', 'early_help_hold_row';
comment on function early_help.hold_row() is
    'Trigger (column, table, key column), after row: holds the row referred to, by a bigint key, as a new reference would, so that a change to it waits for a re-dated event.';

create function early_help.may_commit() returns boolean
    language c
as 'MODULE_PATHNAME', 'early_help_may_commit';
comment on function early_help.may_commit() is
    'Within a procedure: whether it may commit, that is, no transaction block, function or exception block stands around it.';

create function early_help.refresh_begins(log oid, kpi_refresh_id integer) returns void
    language c
    strict
as 'MODULE_PATHNAME', 'early_help_refresh_begins';
comment on function early_help.refresh_begins(oid, integer) is
    'Within refresh_kpis: from now on its run, a row of table kpi_refresh_log, is seen to be running, until the call ends in any way. For the owner of the figures. Errors 42501, 55P03: another session''s run.';

create function early_help.refresh_ends() returns void
    language c
as 'MODULE_PATHNAME', 'early_help_refresh_ends';
comment on function early_help.refresh_ends() is
    'Within refresh_kpis: its run is no longer seen to be running. An error ends that by itself.';

create function early_help.refresh_runs(log oid, kpi_refresh_id integer) returns boolean
    language sql
    volatile
    strict
    set search_path = pg_catalog, pg_temp
as $$
    select exists (
        select
        from pg_locks l
        where l.locktype = 'advisory'
            and l.database = (select d.oid from pg_database d where d.datname = current_database())
            and l.classid = log
            and l.objid = kpi_refresh_id::bigint::oid
            and l.objsubid = 3)
$$;
comment on function early_help.refresh_runs(oid, integer) is
    'Whether a run of table kpi_refresh_log goes on at this moment, in whatever session.';

create function early_help.forget_stale_marks() returns void
    language c
as 'MODULE_PATHNAME', 'early_help_forget_stale_marks';
comment on function early_help.forget_stale_marks() is
    'Lets the rest of the transaction mark months anew that it has marked already.';

create function early_help.exclude_refresh(schema oid) returns void
    language c
    strict
as 'MODULE_PATHNAME', 'early_help_exclude_refresh';
comment on function early_help.exclude_refresh(oid) is
    'Keeps other refreshes of a partnership''s figures away until the transaction ends. Call it as the owner, in a statement of its own, before the one that reads. Error 42501.';

create function early_help.months_between(from_month date, to_month date) returns integer
    language sql
    immutable
    parallel safe
return ((extract(year from to_month) - extract(year from from_month)) * 12
    + extract(month from to_month) - extract(month from from_month))::integer;
comment on function early_help.months_between(date, date) is
    'Calendar months from the month of one day to that of another, whatever the days.';

create function early_help.first_in_period(month date, months_since integer, first_month date) returns boolean
    language sql
    immutable
    parallel safe
return coalesce(month - make_interval(months => months_since) < first_month, true);
comment on function early_help.first_in_period(date, integer, date) is
    'Whether what a cell of a month counts was last there before the period that begins with first_month, so many months ago; null months: never, or too long ago. Counts of those add up to different children or families of a period of up to a year.';

create function early_help.percentile_of_days(days integer[], cases bigint[], share double precision) returns double precision
    language sql
    immutable
    parallel safe
begin atomic
    -- Between the two cases around place share * (all - 1), as percentile_cont does.
    select low + (place - floor(place)) * (high - low)
    from (
        select
            place,
            min(day) filter (where upto > floor(place)) as low,
            min(day) filter (where upto > ceil(place)) as high
        from (
            select
                d.day,
                sum(d.n) over (order by d.day) as upto,
                share * (sum(d.n) over () - 1)::double precision as place
            from unnest(days, cases) as d (day, n)
            where d.n > 0
        ) counted
        group by place
    ) around;
end;
comment on function early_help.percentile_of_days(integer[], bigint[], double precision) is
    'What percentile_cont(share) gives for cases counted by days, with days[i] taken cases[i] times; null: no cases. Share 0.5 is the median.';

create function early_help.stale_months(log regclass, cube text) returns table (month date, next_month date, whole boolean)
    language c
    stable
    strict
    parallel safe
    rows 1
as 'MODULE_PATHNAME', 'early_help_stale_months';
comment on function early_help.stale_months(regclass, text) is
    'First days of the months that a partnership''s log of stale months marks for a cube, in order, of the month after each, and whether it is to be computed as a whole: not if the marks are of parts, and not too many. None is before, or after, both the events of marks and the months in which cells stand. A function, so that plans do not depend on how full the log once was. For whoever has USAGE on schema <partnership>_kpi, or may read the log. Errors 42501, 42809: another table.';

create function early_help.stale_parts(log regclass, cube text, month date) returns bigint[]
    language c
    stable
    strict
    parallel safe
as 'MODULE_PATHNAME', 'early_help_stale_parts';
comment on function early_help.stale_parts(regclass, text, date) is
    'Keys of the parts that a partnership''s log of stale months marks for a cube in a month, each once, in order. For whoever may read the log. Errors 42501, 42809: another table.';

create function early_help.cells_once(cells_of regprocedure, month date) returns setof record
    language c
    stable
    strict
    rows 20
as 'MODULE_PATHNAME', 'early_help_cells_once';
comment on function early_help.cells_once(regprocedure, date) is
    'The rows of a stable function (date), for a month, under the columns that the query names; computed once for all the times that a query asks in one place. For whoever may call the function, and has USAGE on its schema. Errors 42501; 42809: not such a function; 42804: other columns.';

create function early_help.kpi_live_query(cube text, compute text, once boolean, condition text default '') returns text
    language sql
    stable
as $$
    -- The month is the log's: a filter on it keeps the function from running.
    select format(
        'select m.month, %s
        from early_help.stale_months(''kpi_stale_months'', %L) m
        cross join lateral %s
        %s',
        string_agg(case when once then format('cell.%I', a.attname)
            -- A function's columns have lost their length.
            else format('cell.%I::%s', a.attname, a.type) end, ', ' order by a.attnum),
        cube,
        case when once then format('early_help.cells_once(%L, m.month) as cell (month date, %s)',
                compute || '(date)', string_agg(format('%I %s', a.attname, a.type), ', ' order by a.attnum))
            else format('%s(m.month) cell', compute) end,
        condition)
    from (
        select a.attname, a.attnum, pg_catalog.format_type(a.atttypid, a.atttypmod) as type
        from pg_catalog.pg_attribute a
        where a.attrelid operator(pg_catalog.=) pg_catalog.to_regclass(quote_ident('kpi_cell_' || cube))
            and a.attnum operator(pg_catalog.>) 1
    ) a
$$;
comment on function early_help.kpi_live_query(text, text, boolean, text) is
    'Within define_kpi_cube: the query for the cells of the stale months of a cube by a function that computes a month''s: each time it is asked for, or once a query.';

create function early_help.figure_value(unit text, numerator numeric, denominator numeric, median double precision)
returns numeric
    language sql
    immutable
    parallel safe
return case unit
    when '%' then round(100.0 * numerator / nullif(denominator, 0), 1)
    when 'days' then round(median::numeric, 1)
    else numerator
end;
comment on function early_help.figure_value(text, numeric, numeric, double precision) is
    'The value of a figure of the dashboard: a percentage with one decimal, a median in days, or the count. Null: a percentage or median of nothing.';

create function early_help.figure_in_words(value numeric, unit text, decimals integer) returns text
    language sql
    immutable
    parallel safe
return coalesce(
    to_char(value, 'FM999,999,999,990' || case when decimals > 0 then '.' || repeat('0', decimals) else '' end)
        || case unit when '%' then ' %' when 'days' then ' days' else '' end,
    'no cases');
comment on function early_help.figure_in_words(numeric, text, integer) is
    'A figure as a sentence says it: 1,234; 12.5 %; 41.0 days; no cases.';

create function early_help.rag(value numeric, target numeric, floor numeric, direction text) returns text
    language sql
    immutable
    parallel safe
return case
    when target is null or direction = 'neutral' then 'no target'
    when value is null then 'no cases'
    when case direction when 'high' then value >= target when 'low' then value <= target else value = target end
        then 'green: target met'
    when floor is not null and case direction
            when 'high' then value >= floor
            when 'low' then value <= floor
            else abs(value - target) <= abs(floor - target)
        end
        then 'amber: near the target'
    else 'red: target missed'
end;
comment on function early_help.rag(numeric, numeric, numeric, text) is
    'Red, amber or green in words. Amber: not at the target, and not worse than the floor; where the target itself is the aim, as far from it as the floor.';

create function early_help.define_beside_cubes(command text) returns void
    language plpgsql
as $$
declare
    outer_path text := pg_catalog.current_setting('search_path');
begin
    perform pg_catalog.set_config('search_path', (
        select pg_catalog.format('%I, early_help, pg_temp', n.nspname)
        from pg_catalog.pg_class c
        join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
        where c.oid operator(pg_catalog.=) 'kpi_cube'::pg_catalog.regclass), true);
    execute command;
    perform pg_catalog.set_config('search_path', outer_path, true);
end
$$;
comment on function early_help.define_beside_cubes(text) is
    'Runs a command that makes a function or view beside the cubes, in the records'' schema of the partnership in the search_path.';

-- A cube is a registration: its name, what its figures come from, and one
-- query for the cells of month m. The rest is made from that.
create function early_help.define_kpi_cube(
    cube text,
    sources text[],
    cells text,
    from_cubes text[] default '{}',
    few boolean default false,
    counts text[] default null
) returns void
    language plpgsql
as $$
declare
    outer_path text := pg_catalog.current_setting('search_path');
    cell_table constant text := pg_catalog.quote_ident('kpi_cell_' operator(pg_catalog.||) cube);
    schema oid;
    p text;
    compute text;
    all_sources varchar[];
    first_event date;
    last_event date;
begin
    select c.relnamespace, n.nspname
    into schema, p
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
    where c.oid operator(pg_catalog.=) pg_catalog.to_regclass('kpi_stale_months');
    if schema is null then
        raise undefined_table using
            message = 'no partnership''s schema is in the search_path',
            hint = 'SET search_path = <partnership>_kpi, <partnership>, early_help;';
    end if;

    -- What is created goes to the records.
    perform pg_catalog.set_config('search_path', pg_catalog.format('%I, early_help, pg_temp', p), true);
    perform early_help.exclude_refresh(schema);
    perform early_help.check_kpi_names(schema, cube, sources, from_cubes);

    all_sources := array(
        select s.source
        from (
            select unnest(define_kpi_cube.sources)
            union
            select unnest(c.sources)
            from kpi_cube c
            where c.cube = any (define_kpi_cube.from_cubes)
            union
            select 'cube ' || define_kpi_cube.cube
            union
            select 'cubes'
            where define_kpi_cube.from_cubes <> '{}'
        ) s (source)
        order by s.source);
    perform early_help.write_by_engine(
        'insert into kpi_cube (cube, sources, from_cubes, counts) values ($1, $2, $3, $4)',
        cube, all_sources, from_cubes <> '{}', counts);

    if counts is not null then
        compute := format('%I.%I', p || '_kpi', 'kpi_compute_' || cube);
        perform early_help.define_kpi_parts(p || '_kpi', cube, cells, counts, few);
    else
        execute format(
            'create table %s as
            select m.month, cell.*
            from early_help.stale_months(''kpi_stale_months'', %L) m
            cross join lateral (%s) cell
            with no data',
            cell_table, cube, cells);
        -- In a function, what is computed for a stale month is planned when there is
        -- one, not by every reader. One that readers call stands in their schema.
        compute := format('%I.%I', case when few then p || '_kpi' else p end, 'kpi_compute_' || cube);
        perform early_help.define_kpi_compute(compute, cell_table::regclass, cube, cells);
        execute format('create view %I as %s', 'kpi_live_' || cube,
            case when few then early_help.kpi_live_query(cube, compute, true)
            else format(
                'select m.month, cell.*
                from early_help.stale_months(''kpi_stale_months'', %L) m
                cross join lateral (%s) cell',
                cube, cells)
            end);
    end if;
    perform early_help.check_kpi_sources(schema, cube, (compute || '(date)')::regprocedure, all_sources, from_cubes);
    execute format('comment on view %I is %L', 'kpi_live_' || cube,
        format('Cells of the stale months of cube %s, computed from the records.', cube));
    -- An index and no key: a refresh deletes and inserts in one statement.
    execute format('create index on %s (month)', cell_table);
    perform early_help.guard_engine_table(cell_table::regclass);
    execute format('comment on table %s is %L', cell_table,
        format('Cells of cube %s as last refreshed; true for the months that are not stale. Written by early_help.refresh_kpis alone.', cube));

    -- NOT IN, for a table of stale months that is hashed once; months are never null.
    execute format(
        'create view %1$I as
        select c.*
        from %2$s c
        where c.month not in (
            select m.month
            from early_help.stale_months(''kpi_stale_months'', %4$L) m)
        union all
        select *
        from %3$I',
        'kpi_cube_' || cube, cell_table, 'kpi_live_' || cube, cube);
    execute format('comment on view %I is %L', 'kpi_cube_' || cube,
        format('Cube %s, never stale: the cells of fresh months and the computed cells of stale ones.', cube));

    -- Records there were before the cube: its own events, and the months there are.
    perform early_help.mark_cubes_stale(schema, array[cube]);

    perform pg_catalog.set_config('search_path', outer_path, true);
end
$$;
comment on function early_help.define_kpi_cube(text, text[], text, text[], boolean, text[]) is
    'Registers a cube with the partnership in the search_path: its name; the sources its figures come from, as the triggers name them; and the query for the cells of one month, which reads records dated from m.month up to, not including, m.next_month. Every table that the query reads is marked by a trigger of these sources. A cube that sums other cubes (their views, of the same month) names those, whose sources it shares. A cube of few cells a month, read whole by many views, hides how a month is computed in a function: readers then plan less. Where counts are named, the query gives rows by part (its first column, part: a bigint key) that add up to cells: of a month in which only some parts changed, those alone are computed. Makes view kpi_cube_<cube>. docs/kpis.md shows how. Errors 42710 (the cube exists), 22023 (what it reads is not marked).';

create function early_help.define_kpi_compute(compute text, cell_table regclass, cube text, cells text) returns void
    language plpgsql
as $$
begin
    -- As its owner: a reader may not see the records, and the owner's code does
    -- not run as whoever audits.
    execute format(
        'create function %1$s(of_month date) returns table (%2$s)
            language sql
            stable
            security definer
            rows 20
            set search_path = pg_catalog, pg_temp
            -- Compiling the plan would take longer than running it, and going
            -- to disk for the groups of a month of many cases.
            set jit = off
            set work_mem = ''64MB''
        begin atomic
            select m.month, cell.*
            from (select of_month as month, (of_month + interval ''1 month'')::date as next_month) m
            cross join lateral (%3$s) cell;
        end',
        compute,
        (select string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' order by a.attnum)
        from pg_catalog.pg_attribute a
        where a.attrelid operator(pg_catalog.=) cell_table
            and a.attnum operator(pg_catalog.>) 0),
        cells);
    execute format('comment on function %s is %L', compute,
        format('Cells of cube %s for the month that begins on the day, computed from the records.', cube));
    execute format('revoke execute on function %s from public', compute);
end
$$;
comment on function early_help.define_kpi_compute(text, regclass, text, text) is
    'Within define_kpi_cube: the function that computes the cells of a month.';

create function early_help.drop_kpi_cube(cube text) returns void
    language plpgsql
as $$
declare
    outer_path text := pg_catalog.current_setting('search_path');
    schema oid;
    p text;
    one text;
begin
    select c.relnamespace, n.nspname
    into schema, p
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
    where c.oid operator(pg_catalog.=) pg_catalog.to_regclass('kpi_cube');
    if schema is null then
        raise undefined_table using
            message = 'no partnership''s schema is in the search_path',
            hint = 'SET search_path = <partnership>_kpi, <partnership>, early_help;';
    end if;
    perform pg_catalog.set_config('search_path', pg_catalog.format('%I, early_help, pg_temp', p), true);
    if not exists (select from kpi_cube c where c.cube = drop_kpi_cube.cube) then
        raise undefined_object using
            message = format('there is no cube %s', coalesce(quote_literal(cube), 'null')),
            hint = 'Table kpi_cube lists them.';
    end if;
    perform early_help.exclude_refresh(schema);

    execute format('drop view %I, %I', 'kpi_cube_' || cube, 'kpi_live_' || cube);
    -- Those that call others first.
    for one in
        select f.oid::regprocedure
        from unnest(array['kpi_changed_', 'kpi_compute_', 'kpi_some_parts_', 'kpi_parts_']) with ordinality as n (name, place)
        join pg_proc f on f.proname = n.name || cube
            and f.pronamespace in (schema, to_regnamespace(quote_ident(p || '_kpi')))
        order by n.place
    loop
        execute 'drop function ' || one;
    end loop;
    execute format('drop table %I', 'kpi_cell_' || cube);
    execute format('drop table if exists %I', 'kpi_part_' || cube);
    perform early_help.write_by_engine('delete from kpi_cube where cube = $1', cube);
    perform early_help.write_by_engine('delete from kpi_stale_months where source = $1', 'cube ' || cube);

    perform pg_catalog.set_config('search_path', outer_path, true);
end
$$;
comment on function early_help.drop_kpi_cube(text) is
    'Drops a cube of the partnership in the search_path: its cells, functions and view kpi_cube_<cube>. Drop first what is made of that view. Errors 42P01 (no partnership), 42704 (no such cube), 2BP01 (something is made of it).';

create function early_help.command_to_replace_cells(schema text, cube text, n bigint) returns text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    counts varchar[];
begin
    execute format('select c.counts from %I.kpi_cube c where c.cube = $1', schema)
    into counts
    using cube;
    if counts is not null then
        return early_help.command_to_replace_parts(schema, cube, counts, n);
    end if;
    return format(
        'old_%1$s as (
            delete from %2$I.%3$I
            where month = $1
            returning 1
        ), new_%1$s as (
            insert into %2$I.%3$I
            select *
            from %2$I.%4$I
            where month = $1
            returning 1
        )',
        n, schema, 'kpi_cell_' || cube, 'kpi_live_' || cube);
end
$$;
comment on function early_help.command_to_replace_cells(text, text, bigint) is
    'Within replace_kpi_cells: the part of its statement that replaces the cells of a cube for month $1. Numbered n: it deletes old_<n> and inserts new_<n>.';

-- One statement, one snapshot: the log rows that go are those whose changes
-- the new cells hold. Every cube of these sources is computed; a row of another
-- source, or one not visible here, stays.
create function early_help.replace_kpi_cells(schema text, month date, stale varchar[], cubes varchar[], cubes_that_sum varchar[])
returns bigint
    language plpgsql
    set search_path = pg_catalog, pg_temp
    -- Compiling the plan would take longer than running it, and going to disk
    -- for the groups of a month of many cases.
    set jit = off
    set work_mem = '64MB'
as $$
begin
    return early_help.write_by_engine(format(
        'with seen as (
            delete from %1$I.kpi_stale_months
            where source = any ($2)
                and $1 between first_month and last_month
            returning source, first_month, last_month, last_event, part
        ), rest as (
            insert into %1$I.kpi_stale_months (source, first_month, last_month, last_event, part)
            -- Marks of events, and of what has none, stay apart.
            select source, min(first_month), ($1 - interval ''1 month'')::date,
                case when last_event >= first_month then max(last_event) else ''-infinity'' end, part
            from seen
            where first_month < $1
            group by source, part, last_event >= first_month
            union all
            select source, ($1 + interval ''1 month'')::date, max(last_month),
                case when last_event > $1 then max(last_event) else ''-infinity'' end, part
            from seen
            where last_month > $1
            group by source, part, last_event > $1
            union all
            select ''cubes'', $1, $1, $1, null
            where $3 <> ''{}''
        ), %2$s
        select %3$s',
        schema,
        (select string_agg(early_help.command_to_replace_cells(schema, cube, n), ', ')
        from unnest(cubes) with ordinality as c (cube, n)),
        (select string_agg(format('(select count(*) from old_%1$s) + (select count(*) from new_%1$s)', n), ' + ')
        from generate_subscripts(cubes, 1) n)),
        month, stale, cubes_that_sum);
end
$$;
comment on function early_help.replace_kpi_cells(text, date, varchar[], varchar[], varchar[]) is
    'Within a refresh, in one statement: computes the cells of cubes for a month anew and takes the month out of the log for these sources; cubes that sum other cubes stay marked. Returns the number of cells deleted and inserted.';

-- Months beyond events and cells need no mark: an event there brings its own.
create function early_help.trim_marks(schema text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    perform early_help.write_by_engine(format(
        'with range as materialized (
            select min(r.first_month) as first_month, max(r.last_month) as last_month
            from (
                select s.first_month, least(s.last_month, s.last_event) as last_month
                from %1$I.kpi_stale_months s
                where s.last_event >= s.first_month
                    and s.last_event > ''-infinity''
                union all
                select f.first_month, f.last_month
                from %1$I.kpi_filled_months f
                where f.first_month <= f.last_month
            ) r
        ), wide as (
            delete from %1$I.kpi_stale_months s
            where s.first_month < coalesce((select r.first_month from range r), ''infinity'')
                or s.last_month > coalesce((select r.last_month from range r), ''-infinity'')
            returning source, first_month, last_month, last_event, part
        )
        insert into %1$I.kpi_stale_months (source, first_month, last_month, last_event, part)
        select w.source, greatest(w.first_month, r.first_month), least(w.last_month, r.last_month), w.last_event, w.part
        from wide w
        join range r on w.first_month <= r.last_month and w.last_month >= r.first_month', schema));
end
$$;
comment on function early_help.trim_marks(text) is
    'Within a refresh: takes out of the log the months before and after all that have cells or events of marks.';

create function early_help.refresh_kpi_month(schema text, month date, out cells bigint, out done varchar[])
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    stale varchar[];
    cubes varchar[];
    cubes_that_sum varchar[];
begin
    cells := 0;
    perform early_help.forget_stale_marks();
    execute format(
        'select array_agg(distinct s.source)
        from %I.kpi_stale_months s
        where $1 between s.first_month and s.last_month', schema)
    into stale
    using month;
    execute format(
        'select
            array_agg(c.cube order by c.cube) filter (where not c.from_cubes),
            coalesce(array_agg(c.cube order by c.cube) filter (where c.from_cubes), ''{}'')
        from %I.kpi_cube c
        where c.sources && $1', schema)
    into cubes, cubes_that_sum
    using stale;

    -- Where cells may come to stand, before they do.
    perform early_help.write_by_engine(
        format(
            'update %I.kpi_filled_months
            set first_month = least(first_month, $1), last_month = greatest(last_month, $1)
            where not $1 between first_month and last_month', schema),
        month);

    -- What sums other cubes comes after them, in the same transaction: it then
    -- reads their new cells instead of the records once more.
    if cubes is not null then
        cells := early_help.replace_kpi_cells(schema, month, stale, cubes, cubes_that_sum);
        stale := array['cubes'];
    end if;
    if cubes_that_sum <> '{}' then
        cells := cells + early_help.replace_kpi_cells(schema, month, stale, cubes_that_sum, '{}');
    end if;
    done := cubes || cubes_that_sum;
end
$$;
comment on function early_help.refresh_kpi_month(text, date) is
    'Makes one stale month fresh, within a refresh: recomputes the cells of every cube that is stale there and takes the month out of the log; cubes that sum other cubes after the others. Returns the number of cells deleted and inserted, and the cubes.';

create function early_help.sweep_kpi_months(schema text, after date) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
    -- Compiling the plan would take longer than running it.
    set jit = off
as $$
declare
    stale varchar[];
    cubes varchar[];
    computed varchar[];
    months date[];
    some_months date[];
    tried integer := 0;
    without_cells integer;
begin
    perform early_help.forget_stale_marks();
    execute format('select array_agg(distinct s.source) from %I.kpi_stale_months s where s.last_month > $1', schema)
    into stale
    using after;
    -- A cube that sums others has nothing for a month when they have nothing,
    -- unless it is itself what is new.
    execute format(
        'select
            array_agg(c.cube),
            array_agg(c.cube) filter (where not c.from_cubes or array[''cubes'', ''cube '' || c.cube]::varchar[] && $1)
        from %I.kpi_cube c
        where c.sources && $1', schema)
    into cubes, computed
    using stale;
    if cubes is null then
        return;
    end if;

    execute format(
        'select array_agg(m.month order by m.month)
        from (select distinct month from %I.kpi_stale_month where month > $1) m
        where m.month < (select coalesce(min(kept.month), ''infinity'') from (%s) kept)',
        schema,
        (select string_agg(format('select min(month) as month from %I.%I where month > $1', schema, 'kpi_cell_' || cube), ' union all ')
        from unnest(cubes) cube))
    into months
    using after;

    -- Twice as many months each time: what is computed here and once more
    -- by the refresh is no more than what was skipped.
    while tried < cardinality(months) loop
        some_months := months[tried + 1:tried + greatest(tried, 1)];
        without_cells := early_help.unmark_months_without_cells(schema, some_months, stale, computed);
        exit when without_cells < cardinality(some_months);
        tried := tried + without_cells;
    end loop;
end
$$;
comment on function early_help.sweep_kpi_months(text, date) is
    'Within a refresh: takes out of the log the months after a day for which no cube has a cell to keep or to compute, up to the next that has one.';

-- Months that no marked cube has a cell for, neither kept nor computed,
-- need no mark: what comes into them later brings its own. One statement, one
-- snapshot: the marks that go are those whose changes were computed.
create function early_help.unmark_months_without_cells(schema text, months date[], stale varchar[], cubes varchar[])
returns integer
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set jit = off
as $$
begin
    return early_help.write_by_engine(format(
        'with empty as materialized (
            select m.month
            from unnest($1) m (month)
            where m.month not in (%2$s)
        ), seen as (
            delete from %1$I.kpi_stale_months s
            where s.source = any ($2)
                and isfinite(s.first_month)
                and isfinite(s.last_month)
                and exists (select from empty e where e.month between s.first_month and s.last_month)
            returning source, first_month, last_month, last_event, part
        ), rest as (
            insert into %1$I.kpi_stale_months (source, first_month, last_month, last_event, part)
            select source, min(month), max(month), case when of_event then max(month) else ''-infinity'' end, part
            from (
                select
                    source,
                    part,
                    month,
                    of_event,
                    month - row_number() over (partition by source, part, of_event order by month) * interval ''1 month'' as island
                from (
                    select distinct s.source, s.part, g.month::date as month, g.month <= s.last_event as of_event
                    from (select distinct * from seen) s
                    cross join lateral generate_series(s.first_month::timestamp, s.last_month::timestamp, ''1 month'') g (month)
                ) marked
                where not exists (select from empty e where e.month = marked.month)
            ) remaining
            group by source, part, of_event, island
        )
        select count(*) from empty',
        schema,
        (select string_agg(format('select l.month from %I.%I l where l.month = any ($1)', schema, 'kpi_live_' || cube), ' union all ')
        from unnest(cubes) cube)),
        months, stale);
end
$$;
comment on function early_help.unmark_months_without_cells(text, date[], varchar[], varchar[]) is
    'Within a refresh: takes those of the months out of the log for which these cubes compute no cells; no cells of theirs are kept. Returns how many.';

create function early_help.log_refresh_begins(schema text) returns integer
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    run integer;
    before record;
begin
    perform early_help.write_by_engine(format(
        'delete from %1$I.kpi_refresh_log
        where (months_done = 0 and ended_at is not null)
            or kpi_refresh_id <= (select kpi_refresh_id from %1$I.kpi_refresh_log order by kpi_refresh_id desc offset 999 limit 1)', schema));
    -- Of those beside which no other runs, the last.
    execute format('select * from %I.kpi_refresh where state <> ''running'' order by kpi_refresh_id desc limit 1', schema)
    into before;
    run := early_help.write_by_engine(
        format('insert into %I.kpi_refresh_log (resumes_refresh_id) values ($1) returning kpi_refresh_id', schema),
        case when before.state = 'broken off' then before.kpi_refresh_id end);
    perform early_help.refresh_begins(to_regclass(format('%I.kpi_refresh_log', schema)), run);

    if before.state = 'broken off' then
        raise notice 'figures of %: the refresh of % was broken off after % months; going on',
            schema, to_char(before.began_at, 'YYYY-MM-DD HH24:MI'), before.months_done;
    end if;
    return run;
end
$$;
comment on function early_help.log_refresh_begins(text) is
    'Within refresh_kpis: the row of a new run in table kpi_refresh_log, which older rows make room for. Returns its key.';

create function early_help.log_refreshed_month(
    schema text,
    run integer,
    month date,
    cubes varchar[],
    cubes_left jsonb,
    months_left integer
) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    perform early_help.write_by_engine(format(
        'update %I.kpi_refresh_log
        set
            committed_at = clock_timestamp(),
            months_done = months_done + 1,
            months_left = $3,
            last_month = $2,
            cubes_done = cubes_done || (
                select coalesce(jsonb_object_agg(cube, coalesce((cubes_done ->> cube)::integer, 0) + 1), ''{}'')
                from unnest($4) cube),
            cubes_left = (
                select coalesce(jsonb_object_agg(l.key, l.value::integer - (l.key = any ($4))::integer)
                    filter (where l.value::integer > (l.key = any ($4))::integer), ''{}'')
                from jsonb_each_text($5) l)
        where kpi_refresh_id = $1', schema),
        run, month, months_left, coalesce(cubes, '{}'), cubes_left);
end
$$;
comment on function early_help.log_refreshed_month(text, integer, date, varchar[], jsonb, integer) is
    'Within refresh_kpis, in the transaction of a month: writes to the log that it is done, and what was left before it, less this month.';

create function early_help.narrow_filled_months(schema text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    perform early_help.write_by_engine(format(
        'update %1$I.kpi_filled_months r
        set first_month = n.first_month, last_month = n.last_month
        from (
            select coalesce(min(c.first_month), ''infinity'') as first_month, coalesce(max(c.last_month), ''-infinity'') as last_month
            from (%2$s) c
        ) n
        where (r.first_month, r.last_month) <> (n.first_month, n.last_month)',
        schema,
        (select string_agg(format('select min(month) as first_month, max(month) as last_month from %s', e.engine_table), ' union all ')
        from early_help.engine_tables(schema) e
        where e.holds = 'cells')));
end
$$;
comment on function early_help.narrow_filled_months(text) is
    'At the end of a refresh: lets the range of months with cells be no wider than they are.';

create procedure early_help.refresh_kpis(partnership text)
    language plpgsql
as $$
-- A procedure that commits can have neither SECURITY DEFINER nor SET: the
-- first statement of each transaction fixes its settings, and is qualified.
declare
    records oid;
    owner oid;
    schema text;
    next_month date;
    last_month date := '-infinity';
    run integer;
    months integer := 0;
    to_go integer;
    cubes_to_go jsonb;
    cells bigint;
    done varchar[];
    told timestamptz := pg_catalog.clock_timestamp();
    one text;
begin
    perform early_help.fix_settings();

    if current_setting('transaction_isolation') in ('repeatable read', 'serializable') then
        perform early_help.raise_rule('K01',
            format('The transaction is %s: its snapshot may be older than another refresh.', current_setting('transaction_isolation')));
    elsif not early_help.may_commit() then
        perform early_help.raise_rule('K01', 'CALL stands in a transaction block, a function or an exception block.');
    end if;

    select s.schema, c.relowner
    into records, owner
    from early_help.partnership_schemas() s
    join pg_namespace n on n.oid = s.schema
    join pg_class c on c.relnamespace = n.oid and c.relname = 'kpi_stale_months'
    where s.whole
        and n.nspname = partnership;
    if records is null then
        perform early_help.raise_rule('P03',
            format('%s is not a schema that holds the records of a partnership.', coalesce(quote_ident(partnership), 'NULL')));
    elsif not pg_has_role(owner, 'USAGE') then
        perform early_help.raise_rule('K02', format('%s belongs to another role.', quote_ident(partnership)));
    end if;
    perform early_help.check_ownership_granted();

    loop
        perform early_help.fix_settings();
        -- A statement of its own: the next has a snapshot that sees what the
        -- refresh we may have waited for did.
        perform early_help.exclude_refresh(records);
        select n.nspname into schema from pg_namespace n where n.oid = records;
        exit when not found;

        if run is null then
            -- In the log before the first month is done, which can take long.
            perform early_help.engine_tables(schema);
            run := early_help.log_refresh_begins(schema);
            -- Marks that no cube reads.
            perform early_help.write_by_engine(format(
                'delete from %1$I.kpi_stale_months s
                where not exists (select from %1$I.kpi_cube c where s.source = any (c.sources))', schema));
            -- A new subscriber has the structure alone.
            perform early_help.write_by_engine(format(
                'insert into %1$I.kpi_filled_months
                select ''infinity'', ''-infinity''
                where not exists (select from %1$I.kpi_filled_months)', schema));
            commit;
            continue;
        end if;
        perform early_help.trim_marks(schema);

        execute format(
            'with stale as materialized (
                select cube, month
                from %I.kpi_stale_month
                where month > $1
            )
            select min(month), count(distinct month), (
                select jsonb_object_agg(cube, months)
                from (select cube, count(*) as months from stale group by cube) of_cube)
            from stale', schema)
        into next_month, to_go, cubes_to_go
        using last_month;
        exit when next_month is null;
        select m.cells, m.done into cells, done from early_help.refresh_kpi_month(schema, next_month) m;
        last_month := next_month;
        months := months + 1;
        to_go := to_go - 1;
        perform early_help.log_refreshed_month(schema, run, last_month, done, cubes_to_go, to_go);
        commit;
        perform early_help.fix_settings();

        -- An empty month: often one of many, in the future.
        if cells = 0 then
            perform early_help.exclude_refresh(records);
            perform early_help.sweep_kpi_months(schema, last_month);
            commit;
            perform early_help.fix_settings();
        end if;

        if clock_timestamp() > told + interval '5 seconds' and to_go > 3 then
            told := clock_timestamp();
            raise notice 'figures of %: months done: %, the last of them %; to go: %',
                schema, months, to_char(last_month, 'YYYY-MM'), to_go;
        end if;
    end loop;

    if schema is not null and run is not null then
        if months > 0 then
            perform early_help.narrow_filled_months(schema);
        end if;
        perform early_help.write_by_engine(
            format(
                'update %I.kpi_refresh_log
                set committed_at = clock_timestamp(), ended_at = clock_timestamp(), months_left = 0, cubes_left = ''{}''
                where kpi_refresh_id = $1', schema),
            run);
        commit;
        perform early_help.fix_settings();
    end if;
    perform early_help.refresh_ends();

    -- After a first build, or a restore, the planner should know the cells and
    -- what they are read through; later autovacuum sees to that.
    for one in
        select e.engine_table
        from early_help.engine_tables(schema) e
        join pg_class c on c.oid = e.engine_table
        where c.reltuples < 0
            and months > 0
    loop
        execute format('analyze %s', one);
    end loop;
end
$$;
comment on procedure early_help.refresh_kpis(text) is
    'Makes the stale months of a partnership''s figures fresh, a commit a month, oldest first. Run it as the owner, outside a transaction block, at READ COMMITTED, as often as you like: beside writers, readers and itself; cancelled, it goes on next time. Table kpi_refresh_log, and a notice every few seconds, say how far it is. The views are right without it, and faster after it. Errors YHK01, YHK02, YHP03.';
