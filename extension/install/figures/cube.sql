-- What a cube is made of: its table of cells, the function and the view that
-- compute the cells of stale months, and the view that joins both.

create function early_help_internal.cells_once(cells_of regprocedure, month date) returns setof record
    language c
    stable
    strict
    -- A worker would have cells of its own, and compute a month that another has.
    parallel restricted
    rows 20
as 'MODULE_PATHNAME', 'early_help_cells_once';
comment on function early_help_internal.cells_once is
    'Returns the rows of a stable function (date) for a month, under the columns that the query names. A query computes each '
    'month once, however often it asks in one place. The caller needs EXECUTE on the function and USAGE on its schema. Errors '
    '42501; 42809: the function is of another kind; 42804: other columns.';

create function early_help_internal.cube_names(cube text) returns jsonb
    language sql
    immutable
    parallel safe
return jsonb_build_object(
    'cube', cube,
    -- Never stale.
    'view', 'cube_' || cube,
    -- As last refreshed: its cells, and of a cube of parts what each part adds to them.
    'cells', 'cube_' || cube || '_cells',
    'parts', 'cube_' || cube || '_parts',
    -- The cells of stale months, and the functions (date) that compute a month: as a
    -- whole, and by the difference that its stale parts make.
    'stale', 'cube_' || cube || '_stale',
    'month', 'cube_' || cube || '_month',
    'changed', 'cube_' || cube || '_changed',
    -- The rows that the cells of a month add up from, for who may read the records.
    'rows', 'cube_' || cube || '_rows',
    -- What all parts, and some parts, add in a month.
    'all_parts', 'cube_' || cube || '_all_parts',
    'some_parts', 'cube_' || cube || '_some_parts');
comment on function early_help_internal.cube_names is
    'The names of the tables, views and functions that make up a cube. They fill the placeholders of fill().';

create function early_help_internal.cube_stale_query(
    names jsonb,
    compute text,
    once boolean,
    condition text default ''
)
    returns text
    language plpgsql
    stable
as $$
declare
    columns record;
begin
    -- A function's columns have lost their length.
    select
        string_agg(format('cell.%I', a.attname), ', ' order by a.attnum) as listed,
        string_agg(format('cell.%I::%s', a.attname, a.type), ', ' order by a.attnum) as typed,
        string_agg(format('%I %s', a.attname, a.type), ', ' order by a.attnum) as defined
    into columns
    from (
        select a.attname, a.attnum, pg_catalog.format_type(a.atttypid, a.atttypmod) as type
        from pg_catalog.pg_attribute a
        where a.attrelid operator(pg_catalog.=) pg_catalog.to_regclass(quote_ident(names ->> 'cells'))
            and a.attnum operator(pg_catalog.>) 1
    ) a;
    -- The month is the log's: a filter on it keeps the function from running.
    return early_help_internal.fill(
        $sql$
        select m.month, {{columns}}
        from early_help_internal.stale_months('stale_mark', {'cube'}) m
        cross join lateral {{cell}}
        {{condition}}
        $sql$,
        names || jsonb_build_object(
            'columns', case when once then columns.listed else columns.typed end,
            'cell', case
                when once then format(
                    'early_help_internal.cells_once(%L, m.month) as cell (month date, %s)', compute || '(date)', columns.defined)
                else format('%s(m.month) cell', compute)
            end,
            'condition', condition));
end
$$;
comment on function early_help_internal.cube_stale_query is
    'Within define_kpi_cube: the query for the cells of a cube''s stale months. It calls a function that computes a month, '
    'either each time it is asked or once per query.';

create function early_help_internal.define_beside_cubes(command text) returns void
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
comment on function early_help_internal.define_beside_cubes is
    'Runs a command that makes a function or view in the schema where the cubes are: that of the records, of the partnership in '
    'the search_path.';

-- What is counted stands in the query once: the rows behind a figure, and the cells
-- that add them up, are made from it.
create function early_help_internal.define_cube_rows(names jsonb, counts text[]) returns jsonb
    language plpgsql
as $$
declare
    columns record;
begin
    execute early_help_internal.fill(
        $sql$
        create table {cells} as
        select cell.*
        from early_help_internal.stale_months('stale_mark', {'cube'}) m
        cross join lateral ({{query}}) cell
        with no data
        $sql$, names);
    select
        pg_catalog.bool_or(a.attname operator(pg_catalog.=) 'part') as has_parts,
        pg_catalog.bool_or(a.attname operator(pg_catalog.=) 'record_id') as has_rows,
        string_agg(format('%I %s', a.attname, a.type), ', ' order by a.attnum)
            filter (where a.attname operator(pg_catalog.<>) 'part') as defined,
        string_agg(format('r.%I', a.attname), ', ' order by a.attnum)
            filter (where a.attname operator(pg_catalog.<>) 'part') as listed,
        string_agg(format('r.%I', a.attname), ', ' order by a.attnum)
            filter (where a.attname operator(pg_catalog.<>) all ('{part,record,record_id}')) as counted,
        string_agg(
            case
                when a.attname::text operator(pg_catalog.=) any (counts)
                then format('sum(r.%1$I)::%2$s as %1$I', a.attname, a.type)
                else format('r.%I', a.attname)
            end, ', ' order by a.attnum)
            filter (where a.attname operator(pg_catalog.<>) all ('{part,record,record_id}')) as summed,
        coalesce(
            string_agg(format('r.%I', a.attname), ', ' order by a.attnum)
                filter (where a.attname operator(pg_catalog.<>) all ('{part,record,record_id}')
                    and a.attname::text operator(pg_catalog.<>) all (counts)), '()') as grouped,
        (
            select string_agg(c.name, ', ')
            from unnest(counts) c (name)
            where c.name operator(pg_catalog.<>) all (array_agg(a.attname::text))) as missing
    into columns
    from (
        select a.attname, a.attnum, pg_catalog.format_type(a.atttypid, a.atttypmod) as type
        from pg_catalog.pg_attribute a
        where a.attrelid operator(pg_catalog.=) pg_catalog.to_regclass(quote_ident(names ->> 'cells'))
            and a.attnum operator(pg_catalog.>) 0
    ) a;
    execute early_help_internal.fill('drop table {cells}', names);
    names := names || jsonb_build_object('has_parts', columns.has_parts or not columns.has_rows);
    if not columns.has_rows then
        return names;
    elsif columns.missing is not null then
        raise invalid_parameter_value using
            message = format('the query of cube %s has no column %s', names ->> 'cube', columns.missing),
            hint = 'Name in counts what the rows count: docs/kpis.md shows how.';
    end if;

    -- With the rights of whoever asks: who may not read the records sees no rows.
    execute early_help_internal.fill(
        $sql$
        create function {rows}(of_month date) returns table ({{defined}})
            language sql
            stable
            set search_path = pg_catalog, pg_temp
            set jit = off
        begin atomic
            select {{listed}}
            from (select of_month as month, (of_month + interval '1 month')::date as next_month) m
            cross join lateral ({{query}}) r;
        end
        $sql$, names || to_jsonb(columns));
    execute format('comment on function %I is %L', names ->> 'rows',
        format(
            'The records behind the cells of cube %s for the month that begins on the day, and what each adds.',
            names ->> 'cube'));
    execute early_help_internal.fill('revoke execute on function {rows} from public', names);

    return names || jsonb_build_object('query', early_help_internal.fill(
        case when columns.has_parts then 'select r.part, {{counted}} from ({{query}}) r'
            else 'select {{summed}} from ({{query}}) r group by {{grouped}} having count(*) > 0'
        end, names || to_jsonb(columns)));
end
$$;
comment on function early_help_internal.define_cube_rows is
    'Within define_kpi_cube: where the query gives rows of records, makes the function that returns them and turns the query '
    'into one for cells. Returns the names, with that query.';

-- A cube is a registration: its name, what its figures come from, and one
-- query for month m. The rest is made from that.
create function early_help_internal.make_cube(
    cube text,
    sources text[],
    cells text,
    from_cubes text[],
    few boolean,
    counts text[],
    replaces boolean
) returns void
    language plpgsql
as $$
declare
    outer_path text := pg_catalog.current_setting('search_path');
    names jsonb;
    schema oid;
    p text;
    compute text;
    all_sources varchar[];
begin
    p := early_help_internal.partnership_in_path();
    schema := pg_catalog.to_regnamespace(pg_catalog.quote_ident(p));

    -- What is created goes to the records.
    perform pg_catalog.set_config('search_path', pg_catalog.format('%I, early_help, pg_temp', p), true);
    perform early_help_internal.exclude_refresh(schema);
    perform early_help_internal.check_kpi_names(schema, cube, sources, from_cubes);

    names := early_help_internal.cube_names(cube) || jsonb_build_object('query', cells);
    if counts is not null then
        names := early_help_internal.define_cube_rows(names, counts);
        if not (names -> 'has_parts')::boolean then
            counts := null;
        end if;
    end if;

    all_sources := array(
        select s.source
        from (
            select unnest(make_cube.sources)
            union
            select unnest(c.sources)
            from kpi_cube c
            where c.cube = any (make_cube.from_cubes)
            union
            select 'cube ' || make_cube.cube
            union
            select 'cubes'
            where make_cube.from_cubes <> '{}'
        ) s (source)
        order by s.source);
    perform early_help_internal.write_by_engine(
        'insert into kpi_cube (cube, sources, from_cubes, counts) values ($1, $2, $3, $4)',
        cube, all_sources, from_cubes <> '{}', counts);

    -- In a function, what is computed for a stale month is planned when there is
    -- one, not by every reader. One that readers call stands in their schema.
    compute := format('%I.%I', case when few or counts is not null then p || '_kpi' else p end, names ->> 'month');
    if counts is not null then
        perform early_help_internal.define_cube_parts(
            names, compute, format('%I.%I', p || '_kpi', names ->> 'changed'), counts, few);
    else
        execute early_help_internal.fill(
            $sql$
            create table {cells} as
            select m.month, cell.*
            from early_help_internal.stale_months('stale_mark', {'cube'}) m
            cross join lateral ({{query}}) cell
            with no data
            $sql$, names);
        perform early_help_internal.define_cube_month(names, compute);
        names := names || jsonb_build_object('computed', case
            when few then early_help_internal.cube_stale_query(names, compute, true)
            else early_help_internal.fill(
                $sql$
                select m.month, cell.*
                from early_help_internal.stale_months('stale_mark', {'cube'}) m
                cross join lateral ({{query}}) cell
                $sql$, names)
        end);
        execute early_help_internal.fill('create view {stale} as {{computed}}', names);
    end if;
    perform early_help_internal.check_kpi_sources(schema, cube, (compute || '(date)')::regprocedure, all_sources, from_cubes);
    execute format('comment on view %I is %L', names ->> 'stale',
        format('Cells of the stale months of cube %s, computed from the records.', cube));
    -- An index and no key: a refresh deletes and inserts in one statement.
    execute early_help_internal.fill('create index on {cells} (month)', names);
    perform early_help_internal.guard_engine_table(quote_ident(names ->> 'cells')::regclass);
    execute format('comment on table %I is %L', names ->> 'cells',
        format(
            'Cells of cube %s as last refreshed; true for the months that are not stale. '
            'Written by early_help.refresh_kpis alone.', cube));

    -- NOT IN, for a table of stale months that is hashed once; months are never null.
    perform early_help_internal.put_view(quote_ident(names ->> 'view'), replaces, early_help_internal.fill(
        $sql$
        select c.*
        from {cells} c
        where c.month not in (
            select m.month
            from early_help_internal.stale_months('stale_mark', {'cube'}) m)
        union all
        select *
        from {stale}
        $sql$, names));
    execute format('comment on view %I is %L', names ->> 'view',
        format('Cube %s, never stale: the cells of fresh months and the computed cells of stale ones.', cube));

    -- Records there were before the cube: its own events, and the months there are.
    perform early_help_internal.mark_cubes_stale(schema, array[cube]);

    perform pg_catalog.set_config('search_path', outer_path, true);
end
$$;
comment on function early_help_internal.make_cube is
    'What define_kpi_cube and replace_kpi_cube do: makes the tables, functions and views of a cube, and marks its months stale.';

create function early_help.define_kpi_cube(
    cube text,
    sources text[],
    cells text,
    from_cubes text[] default '{}',
    few boolean default false,
    counts text[] default null
) returns void
    language sql
begin atomic
    select early_help_internal.make_cube(cube, sources, cells, from_cubes, few, counts, false);
end;
comment on function early_help.define_kpi_cube is
    'Registers a cube with the partnership in the search_path. cells is the query for the cells of one month; it reads records '
    'dated from m.month up to, not including, m.next_month. sources names what makes the cube stale, as the marking triggers '
    'name it; a trigger of these sources must mark every table that the query reads. from_cubes names the cubes whose views the '
    'query sums for the same month; the cube shares their sources. few: the cube has few cells a month and many views read all '
    'of it; a function then hides how a month is computed, and readers plan less. counts: the query returns rows whose counts, '
    'the columns named here, add up to the cells. Rows with columns record and record_id are of records, which '
    'function cube_<cube>_rows returns. Where the first column is part, a bigint key, and only some parts of a month '
    'change, only those are computed. Makes view cube_<cube>. docs/kpis.md shows how. Errors 42710 (the cube exists), 22023 (no '
    'trigger marks what it reads).';

create function early_help_internal.define_cube_month(names jsonb, compute text) returns void
    language plpgsql
as $$
begin
    -- As its owner: a reader may not see the records, and the owner's code does
    -- not run as whoever audits.
    execute early_help_internal.fill(
        $sql$
        create function {{function}}(of_month date) returns table ({{columns}})
            language sql
            stable
            security definer
            rows 20
            set search_path = pg_catalog, pg_temp
            -- Compiling the plan would take longer than running it, and going
            -- to disk for the groups of a month of many cases.
            set jit = off
            set work_mem = '64MB'
        begin atomic
            select m.month, cell.*
            from (select of_month as month, (of_month + interval '1 month')::date as next_month) m
            cross join lateral ({{query}}) cell;
        end
        $sql$,
        names || jsonb_build_object('function', compute, 'columns', (
            select string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' order by a.attnum)
            from pg_catalog.pg_attribute a
            where a.attrelid operator(pg_catalog.=) quote_ident(names ->> 'cells')::regclass
                and a.attnum operator(pg_catalog.>) 0)));
    execute format('comment on function %s is %L', compute,
        format('Cells of cube %s for the month that begins on the day, computed from the records.', names ->> 'cube'));
    execute format('revoke execute on function %s from public', compute);
end
$$;
comment on function early_help_internal.define_cube_month is
    'Within define_kpi_cube: makes the function that computes the cells of a month.';
