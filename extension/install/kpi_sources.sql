-- What makes a cube stale: which triggers mark what, which tables a cube reads,
-- and marks by hand.

create function early_help.kpi_marks(records oid)
    returns table (
        marked regclass,
        source text,
        kind name,
        arguments text[],
        on_insert boolean,
        on_update boolean,
        on_delete boolean,
        columns smallint[]
    )
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select
        t.tgrelid,
        a.arguments[1],
        f.proname,
        a.arguments,
        t.tgtype & 4 <> 0 and t.tgqual is null,
        t.tgtype & 16 <> 0,
        t.tgtype & 8 <> 0 and t.tgqual is null,
        case
            when t.tgqual is not null or t.tgattr::text <> '' then array(
                select d.refobjsubid::smallint
                from pg_depend d
                where d.classid = 'pg_trigger'::regclass
                    and d.objid = t.oid
                    and d.refclassid = 'pg_class'::regclass
                    and d.refobjid = t.tgrelid
                    and d.refobjsubid > 0)
        end
    from pg_trigger t
    join pg_class c on c.oid = t.tgrelid
    join pg_proc f on f.oid = t.tgfoid
    -- Each argument ends with a zero byte.
    cross join lateral (
        select array(
            select convert_from(substring(t.tgargs from b.first + 1 for b.stop - b.first), getdatabaseencoding())
            from (
                select coalesce(lag(i) over (order by i) + 1, 0) as first, i as stop
                from generate_series(0, length(t.tgargs) - 1) i
                where get_byte(t.tgargs, i) = 0
            ) b
            order by b.first)
    ) as a (arguments)
    where c.relnamespace = records
        and f.pronamespace = 'early_help'::regnamespace
        and f.prorettype = 'trigger'::regtype
        and starts_with(f.proname, 'mark_')
        -- After a row, on a subscriber too.
        and t.tgtype & 3 = 1
        and t.tgenabled = 'A'
$$;
comment on function early_help.kpi_marks(oid) is
    'What marks months in a partnership''s schema, a row a trigger that fires always: the table, the source, the trigger function and its arguments; whether it fires on every insert and delete, and on an update of which columns (null: of any).';

create function early_help.kpi_event_columns(records oid, sources text[]) returns table (event_table text, event_column text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select distinct coalesce(quote_ident(n.nspname) || '.' || quote_ident(e.event_table), m.marked::text), e.event_column
    from early_help.kpi_marks(records) m
    join pg_namespace n on n.oid = records
    cross join lateral (
        select null as event_table, unnest(m.arguments[3:]) as event_column
        where m.kind in ('mark_stale_months', 'mark_stale_span')
        union all
        select null, unnest(m.arguments[4:])
        where m.kind = 'mark_stale_parts'
        union all
        select m.arguments[i], m.arguments[i + 2]
        from generate_series(3, cardinality(m.arguments) - 2, 3) i
        where m.kind in ('mark_stale_months_of', 'mark_stale_parts_of')
        union all
        select m.arguments[cardinality(m.arguments) - 2], m.arguments[cardinality(m.arguments)]
        where m.kind = 'mark_stale_months_through'
    ) e
    where m.source = any (sources)
$$;
comment on function early_help.kpi_event_columns(oid, text[]) is
    'The date columns of a partnership''s events, as the triggers of these sources name them.';

create function early_help.kpi_event_months(records oid, sources text[], out first_month date, out last_month date)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    -- Other days are no events: marking would have refused them.
    columns text := (
        select string_agg(format(
            'select min(%1$I)::date as first_day, max(%1$I)::date as last_day from %2$s where %1$I between ''1900-01-01'' and ''2100-12-31''',
            c.event_column, c.event_table), ' union all ')
        from early_help.kpi_event_columns(records, sources) c);
begin
    if columns is not null then
        execute format(
            'select date_trunc(''month'', min(first_day)::timestamp)::date, date_trunc(''month'', max(last_day)::timestamp)::date from (%s) e', columns)
        into first_month, last_month;
    end if;
end
$$;
comment on function early_help.kpi_event_months(oid, text[]) is
    'First days of the months of the first and the last event in a partnership''s records that a trigger of these sources would mark; null: there is none.';

create function early_help.engine_tables(schema text) returns table (engine_table regclass, holds text)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    strange text;
begin
    if to_regnamespace(quote_ident(schema)) is null then
        return;
    end if;
    return query execute format(
        'select c.oid::regclass, e.holds
        from (
            values (''kpi_stale_months'', ''marks''), (''kpi_cube'', ''cubes''), (''kpi_filled_months'', ''months''),
                (''kpi_refresh_log'', ''runs''), (''kpi_period'', ''periods''), (''kpi_metric'', ''settings'')
            union all
            select ''kpi_cell_'' || cube, ''cells'' from %1$I.kpi_cube
            union all
            select ''kpi_part_'' || cube, ''parts'' from %1$I.kpi_cube where counts is not null
        ) as e (name, holds)
        join pg_class c on c.relnamespace = to_regnamespace(%2$L) and c.relname = e.name', schema, quote_ident(schema));

    -- A table is the engine's because it is registered and belongs to the owner
    -- of the log. Its name alone says nothing: others may make tables here, and a
    -- policy of theirs is code.
    execute format(
        'select string_agg(e.name, '', '' order by e.name)
        from (
            select ''kpi_cell_'' || cube as name, ''r'' as kind from %1$I.kpi_cube
            union all
            select ''kpi_part_'' || cube, ''r'' from %1$I.kpi_cube where counts is not null
            union all
            select ''kpi_live_'' || cube, ''v'' from %1$I.kpi_cube
        ) e
        join pg_class l on l.oid = to_regclass(%3$L)
        left join pg_class c on c.relnamespace = l.relnamespace and c.relname = e.name
        where c.relowner is distinct from l.relowner
            or c.relkind::text <> e.kind',
        schema, quote_ident(schema), format('%I.kpi_stale_months', schema))
    into strange;
    if strange is not null then
        raise object_not_in_prerequisite_state using
            message = format('cells of partnership %s do not stand as define_kpi_cube made them', quote_ident(schema)),
            detail = format('Missing, of another kind, or of another role than kpi_stale_months: %s.', strange),
            hint = 'early_help.audit tells more; define_kpi_cube makes a cube that drop_kpi_cube has dropped.';
    end if;
end
$$;
comment on function early_help.engine_tables(text) is
    'The tables of a partnership''s figures: those that are registered and belong to the owner of kpi_stale_months, and what each holds. Error 55000: one does not.';

---------- what a cube reads ----------

create function early_help.kpi_reads(compute regprocedure, cube_views oid[])
    returns table (class oid, object oid, column_number integer)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Along pg_depend, through views and functions, which have their dependencies
    -- where their body is SQL that was parsed once.
    with recursive reads (class, object, column_number) as (
        select 'pg_proc'::regclass::oid, compute::oid, 0
        union
        select
            d.refclassid,
            d.refobjid,
            -- A view is read as a whole.
            case when exists (select from pg_class v where v.oid = d.refobjid and v.relkind = 'v') then 0 else d.refobjsubid end
        from reads r
        left join pg_rewrite w on r.class = 'pg_class'::regclass and w.ev_class = r.object
        left join pg_class c on r.class = 'pg_class'::regclass and c.oid = r.object
        join pg_depend d on d.classid = case when w.oid is null then r.class else 'pg_rewrite'::regclass end
            and d.objid = coalesce(w.oid, r.object)
        where (c.oid is null or (c.relkind = 'v' and c.oid <> all (cube_views)))
            and d.deptype = 'n'
            and d.refclassid in ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_operator'::regclass)
            -- What an extension brings knows nothing of the records.
            and not exists (
                select
                from pg_depend e
                where e.classid = d.refclassid
                    and e.objid = d.refobjid
                    and e.deptype = 'e')
    )
    select * from reads
$$;
comment on function early_help.kpi_reads(regprocedure, oid[]) is
    'Tables with their columns, views, functions and operators that a function reads, straight or through others; what stands behind the views of cubes is left to those.';

create function early_help.kpi_columns_read(read regclass, numbers integer[]) returns table (column_number integer, name name)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- A generated column changes with those it is made of. Key columns, and those
    -- that keep_columns keeps, do not change.
    select distinct a.attnum::integer, a.attname
    from unnest(numbers) n (number)
    join pg_attribute g on g.attrelid = read and g.attnum = n.number
    left join pg_attrdef f on f.adrelid = g.attrelid and f.adnum = g.attnum and g.attgenerated <> ''
    left join pg_depend d on d.classid = 'pg_attrdef'::regclass
        and d.objid = f.oid
        and d.refclassid = 'pg_class'::regclass
        and d.refobjid = read
        and d.refobjsubid <> g.attnum
    join pg_attribute a on a.attrelid = read and a.attnum = coalesce(d.refobjsubid, g.attnum)
    where not exists (
            select
            from pg_index i
            where i.indrelid = read
                and i.indisprimary
                and a.attnum = any (i.indkey::smallint[]))
        and not exists (
            select
            from pg_trigger t
            where t.tgrelid = read
                and t.tgfoid = 'early_help.keep_columns()'::regprocedure
                and position('\x00'::bytea || convert_to(a.attname::text, getdatabaseencoding()) || '\x00'::bytea
                    in '\x00'::bytea || t.tgargs) > 0)
$$;
comment on function early_help.kpi_columns_read(regclass, integer[]) is
    'Of a table''s columns those whose change changes what is read: without its key and what keep_columns keeps.';

create function early_help.check_kpi_names(schema oid, cube text, sources text[], from_cubes text[]) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    known text[];
    strange text;
begin
    execute format('select coalesce(array_agg(c.cube::text), ''{}'') from %s.kpi_cube c', schema::regnamespace) into known;
    if cube = any (known) then
        raise duplicate_object using
            message = format('cube %s exists', quote_literal(cube)),
            hint = format('Drop it first: SELECT early_help.drop_kpi_cube(%L);', cube);
    end if;
    select string_agg(quote_literal(f), ', ') into strange from unnest(from_cubes) f where f <> all (known);
    if strange is not null then
        raise undefined_object using
            message = format('cube %s sums cubes that are not there: %s', quote_literal(cube), strange),
            hint = 'Table kpi_cube lists them.';
    end if;
    select string_agg(quote_literal(s), ', ')
    into strange
    from unnest(sources) s
    where s not in (select m.source from early_help.kpi_marks(schema) m);
    if strange is not null then
        raise invalid_parameter_value using
            message = format('no trigger marks the source of cube %s: %s', quote_literal(cube), strange),
            detail = (
                select format('Sources that triggers mark always: %s.', string_agg(distinct m.source, ', '))
                from early_help.kpi_marks(schema) m),
            hint = 'A source is the first argument of a trigger that marks, ENABLE ALWAYS: docs/kpis.md shows one.';
    end if;
end
$$;
comment on function early_help.check_kpi_names(oid, text, text[], text[]) is
    'Within define_kpi_cube: the cube is new, the cubes it sums are there, and triggers mark its sources. Errors 42710, 42704, 22023.';

create function early_help.check_kpi_sources(schema oid, cube text, compute regprocedure, sources text[], from_cubes text[]) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    summed oid[];
    cube_views oid[];
    functions oid[];
    tables oid[];
    columns integer[];
    read record;
    strange text;
    no_hint constant text := 'Let it read tables and columns by name, in SQL, and mark each table: docs/kpis.md.';
begin
    execute format(
        'select array_agg(v.oid) filter (where c.cube = any ($1)), array_agg(v.oid)
        from %s.kpi_cube c
        join pg_class v on v.relnamespace = $2 and v.relname = ''kpi_cube_'' || c.cube', schema::regnamespace)
    into summed, cube_views
    using from_cubes, schema;
    cube_views := coalesce(cube_views, '{}');
    select
        array_agg(r.object) filter (where r.class = 'pg_proc'::regclass),
        array_agg(r.object) filter (where r.class = 'pg_class'::regclass),
        array_agg(r.column_number) filter (where r.class = 'pg_class'::regclass)
    into functions, tables, columns
    from early_help.kpi_reads(compute, cube_views) r;

    -- What cannot be looked into may read anything.
    select string_agg(f.oid::regprocedure::text, ', ')
    into strange
    from pg_proc f
    where f.oid = any (functions)
        and f.prosqlbody is null
        and f.prokind <> 'a'
        and f.provolatile <> 'i';
    if strange is not null then
        raise invalid_parameter_value using
            message = format('what cube %s reads is not known: it calls %s', quote_literal(cube), strange),
            detail = 'Such a function may read tables whose changes would not make the cube stale.',
            hint = 'Write it with a body in SQL (BEGIN ATOMIC), or IMMUTABLE if it reads no table.';
    end if;
    select string_agg(f.oid::regprocedure::text, ', ')
    into strange
    from pg_proc f
    where f.oid = any (functions)
        and f.prosqlbody::text ~ '\{VAR :varno \d+ :varattno 0 ';
    if strange is not null then
        raise invalid_parameter_value using
            message = format('which columns cube %s reads is not known', quote_literal(cube)),
            detail = 'Its query names a row as a whole.',
            hint = no_hint;
    end if;

    for read in
        select
            c.oid::regclass as name,
            c.relname,
            c.relkind,
            c.relnamespace,
            r.columns,
            m.is_event,
            m.on_insert,
            m.on_delete,
            m.on_any_update,
            m.columns as marked_columns
        from (
            select t.name, array_agg(t.number) as columns
            from unnest(tables, columns) as t (name, number)
            group by t.name
        ) r
        join pg_class c on c.oid = r.name
        left join (
            select
                m.marked,
                bool_or(m.kind not in ('mark_stale_months_of', 'mark_stale_parts_of', 'mark_all_months_stale')) as is_event,
                bool_or(m.on_insert) as on_insert,
                bool_or(m.on_delete) as on_delete,
                bool_or(m.on_update and m.columns is null) as on_any_update,
                array_agg(distinct u.number) filter (where m.on_update) as columns
            from early_help.kpi_marks(schema) m
            left join lateral unnest(m.columns) u (number) on true
            where m.source = any (sources)
            group by m.marked
        ) m on m.marked = c.oid
        where c.relkind <> 'v'
            or c.oid = any (cube_views)
        order by c.relname
    loop
        if read.name = any (summed)
            -- Nobody writes it once the partnership is laid down.
            or (read.relnamespace = schema and read.relname = 'kpi_period') then
            continue;
        elsif read.relkind = 'v' then
            raise invalid_parameter_value using
                message = format('cube %s reads %s, a cube it does not sum', quote_literal(cube), read.name),
                hint = format('Name it: from_cubes => ''{%s}''.', substr(read.relname, 10));
        end if;

        -- Without a mark of its own it may be on the way of another's mark, if
        -- nothing is read of it but the way.
        if read.is_event is null
            and exists (
                select
                from early_help.kpi_marks(schema) m
                cross join lateral generate_series(3, cardinality(m.arguments) - 2, 3) i
                where m.kind = 'mark_stale_months_through'
                    and m.source = any (sources)
                    and m.arguments[i] = read.relname
                    and read.relnamespace = schema)
            and not exists (select from early_help.kpi_columns_read(read.name, read.columns)) then
            continue;
        end if;

        strange := case
            when read.is_event is null then 'its changes'
            when read.is_event and read.on_insert is not true then 'new rows'
            when read.is_event and read.on_delete is not true then 'deleted rows'
            when read.on_any_update is not true then (
                select 'changes of column ' || string_agg(c.name, ', ' order by c.column_number)
                from early_help.kpi_columns_read(read.name, read.columns) c
                where c.column_number <> all (coalesce(read.marked_columns, '{}')))
        end;
        if strange is not null then
            raise invalid_parameter_value using
                message = format('cube %s would be wrong: it reads %s, and no trigger of its sources marks %s',
                    quote_literal(cube), read.name, strange),
                detail = format('Its sources: %s.', array_to_string(sources, ', ')),
                hint = case
                    when read.relkind <> 'r' or read.relnamespace <> schema then
                        format('Only changes of tables in schema %s are marked.', schema::regnamespace)
                    else format('Name a source that does, or make one, such as: CREATE TRIGGER kpi_stale_months_of_%s AFTER INSERT OR UPDATE OR DELETE ON %s '
                        'FOR EACH ROW EXECUTE FUNCTION early_help.mark_stale_months(%L, ''0'', %L); ALTER TABLE %s ENABLE ALWAYS TRIGGER kpi_stale_months_of_%s; docs/kpis.md shows others.',
                        cube, read.name, read.relname,
                        coalesce((
                            select a.attname
                            from pg_attribute a
                            where a.attrelid = read.name
                                and a.attnum = any (read.columns)
                                and a.atttypid in ('date'::regtype, 'early_help.event_date'::regtype)
                            order by a.attnum
                            limit 1), 'its date'),
                        read.name, cube)
                end;
        end if;
    end loop;
end
$$;
comment on function early_help.check_kpi_sources(oid, text, regprocedure, text[], text[]) is
    'Within define_kpi_cube: refuses a cube that reads a table, or a column, whose changes no trigger of its sources read. Error 22023.';

---------- marks by hand ----------

create function early_help.mark_cubes_stale(schema oid, cubes text[]) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    one text;
    sources text[];
    events record;
begin
    foreach one in array cubes loop
        execute format('select c.sources from %s.kpi_cube c where c.cube = $1', schema::regnamespace) into sources using one;
        events := early_help.kpi_event_months(schema, sources);
        -- As a setting marks, which reaches the months there are; and those of its
        -- events, which may have been written unmarked.
        perform early_help.write_by_engine(
            format(
                'insert into %s.kpi_stale_months (source, first_month, last_month, last_event)
                select $1, ''-infinity'', ''infinity'', ''-infinity''::date
                union all
                select $1, $2, $3, $3
                where $2 is not null', schema::regnamespace),
            'cube ' || one, events.first_month, events.last_month);
    end loop;
end
$$;
comment on function early_help.mark_cubes_stale(oid, text[]) is
    'Marks every month that there is of these cubes as stale.';

create function early_help.mark_all_stale(partnership text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    own constant record := early_help.own_partnership(partnership);
    cubes text[];
begin
    execute format('select coalesce(array_agg(c.cube::text order by c.cube), ''{}'') from %s.kpi_cube c', own.schema::regnamespace) into cubes;
    perform early_help.mark_cubes_stale(own.schema, cubes);
end
$$;
comment on function early_help.mark_all_stale(text) is
    'Marks every month of a partnership''s figures as stale: those that have cells or events, and no others. Figures are then computed from the records, and refresh_kpis makes them fast again. For the owner: after the first copy of a subscriber, or after records were written with triggers off. Errors YHP03, 42501.';

create function early_help.mark_stale(
    partnership text,
    first_month date,
    last_month date default null,
    cubes text[] default null
) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    own constant record := early_help.own_partnership(partnership);
    first constant date := date_trunc('month', first_month::timestamp);
    last constant date := date_trunc('month', coalesce(last_month, first_month)::timestamp);
    known text[];
    strange text;
begin
    if first is null or not isfinite(first) or not isfinite(last) or first > last
        or first < '1900-01-01' or last > '2110-12-01' then
        raise invalid_parameter_value using
            message = 'months are marked from one to another, between 1900 and 2110',
            hint = 'early_help.mark_all_stale marks all there are.';
    end if;
    execute format('select coalesce(array_agg(c.cube::text order by c.cube), ''{}'') from %s.kpi_cube c', own.schema::regnamespace) into known;
    select string_agg(quote_literal(c), ', ') into strange from unnest(cubes) c where c <> all (known);
    if strange is not null then
        raise undefined_object using
            message = format('no such cube: %s', strange),
            hint = 'Table kpi_cube lists them.';
    end if;
    perform early_help.write_by_engine(
        format(
            'insert into %s.kpi_stale_months (source, first_month, last_month, last_event)
            select ''cube '' || c, $2, $3, $3
            from unnest($1) c', own.schema::regnamespace),
        coalesce(cubes, known), first, last);
end
$$;
comment on function early_help.mark_stale(text, date, date, text[]) is
    'Marks months of a partnership''s figures as stale, from the month of a day to that of another, of all cubes or of some and those that sum them. For the owner, where early_help.audit found cells that do not equal the records. Errors YHP03, 42501, 22023, 42704.';
