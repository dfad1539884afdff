-- What a cube reads, and whether triggers of its sources mark all of that.

create function early_help_internal.kpi_reads(compute regprocedure, cube_views oid[])
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
comment on function early_help_internal.kpi_reads is
    'The tables with their columns, the views, functions and operators that a function reads, directly or through others. It '
    'does not look behind the views of cubes.';

create function early_help_internal.kpi_columns_read(read regclass, numbers integer[])
    returns table (column_number integer, name name)
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
                and t.tgfoid = 'early_help_internal.keep_columns()'::regprocedure
                and position('\x00'::bytea || convert_to(a.attname::text, getdatabaseencoding()) || '\x00'::bytea
                    in '\x00'::bytea || t.tgargs) > 0)
$$;
comment on function early_help_internal.kpi_columns_read is
    'Those columns of a table whose change can change what is read. Key columns, and columns that keep_columns() protects, never '
    'change.';

create function early_help_internal.check_kpi_names(schema oid, cube text, sources text[], from_cubes text[]) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    known text[];
    strange text;
begin
    known := early_help_internal.cube_list(schema);
    if cube = any (known) then
        raise duplicate_object using
            message = format('cube %s exists', quote_literal(cube)),
            hint = 'early_help.replace_kpi_cube gives it another query, drop_kpi_cube drops it.';
    end if;
    -- What belongs to a cube is named after it: cube_own_parts would be of cube own, and of cube own_parts.
    select n.value into strange
    from jsonb_each_text(early_help_internal.cube_names('')) n
    where n.key <> 'view'
        and n.value like 'cube%'
        and right(cube, length(n.value) - length('cube_')) = substr(n.value, length('cube_') + 1);
    if strange is not null then
        raise invalid_parameter_value using
            message = format('the name of cube %s ends as what belongs to a cube does', quote_literal(cube)),
            detail = format('%s would be of two cubes.', 'cube_' || cube),
            hint = 'Give it another name.';
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
    where s not in (select m.source from early_help_internal.kpi_marks(schema) m);
    if strange is not null then
        raise invalid_parameter_value using
            message = format('no trigger marks the source of cube %s: %s', quote_literal(cube), strange),
            detail = (
                select format('Sources that triggers mark always: %s.', string_agg(distinct m.source, ', '))
                from early_help_internal.kpi_marks(schema) m),
            hint = 'A source is the first argument of a trigger that marks, ENABLE ALWAYS: docs/kpis.md shows one.';
    end if;
end
$$;
comment on function early_help_internal.check_kpi_names is
    'Within define_kpi_cube: checks that the cube is new and has a name of its own, that the cubes it sums exist, and that '
    'triggers mark its sources. '
    'Errors 42710, 42704, 22023.';

create function early_help_internal.check_kpi_sources(
    schema oid,
    cube text,
    compute regprocedure,
    sources text[],
    from_cubes text[]
)
    returns void
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
        join pg_class v on v.relnamespace = $2
            and v.relname = early_help_internal.cube_names(c.cube) ->> ''view''', schema::regnamespace)
    into summed, cube_views
    using from_cubes, schema;
    cube_views := coalesce(cube_views, '{}');
    select
        array_agg(r.object) filter (where r.class = 'pg_proc'::regclass),
        array_agg(r.object) filter (where r.class = 'pg_class'::regclass),
        array_agg(r.column_number) filter (where r.class = 'pg_class'::regclass)
    into functions, tables, columns
    from early_help_internal.kpi_reads(compute, cube_views) r;

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
                bool_or(m.kind not in (
                    'mark_stale_months_of', 'mark_stale_parts_of', 'mark_stale_spans_of', 'mark_all_months_stale')) as is_event,
                bool_or(m.on_insert) as on_insert,
                bool_or(m.on_delete) as on_delete,
                bool_or(m.on_update and m.columns is null) as on_any_update,
                array_agg(distinct u.number) filter (where m.on_update) as columns
            from early_help_internal.kpi_marks(schema) m
            left join lateral unnest(m.columns) u (number) on true
            where m.source = any (sources)
            group by m.marked
        ) m on m.marked = c.oid
        where c.relkind <> 'v'
            or c.oid = any (cube_views)
        order by c.relname
    loop
        if read.name = any (summed)
            -- Nobody writes it once the partnership is made.
            or (read.relnamespace = schema and read.relname = 'kpi_period') then
            continue;
        elsif read.relkind = 'v' then
            raise invalid_parameter_value using
                message = format('cube %s reads %s, a cube it does not sum', quote_literal(cube), read.name),
                hint = format('Name it: from_cubes => ''{%s}''.', (
                    select c
                    from unnest(early_help_internal.cube_list(schema)) c
                    where early_help_internal.cube_names(c) ->> 'view' = read.relname));
        end if;

        -- Without a mark of its own it may be on the way of another's mark, if
        -- nothing is read of it but the way.
        if read.is_event is null
            and exists (
                select
                from early_help_internal.kpi_marks(schema) m
                cross join lateral generate_series(3, cardinality(m.arguments) - 2, 3) i
                where m.kind = 'mark_stale_months_through'
                    and m.source = any (sources)
                    and m.arguments[i] = read.relname
                    and read.relnamespace = schema)
            and not exists (select from early_help_internal.kpi_columns_read(read.name, read.columns)) then
            continue;
        end if;

        strange := case
            when read.is_event is null then 'its changes'
            when read.is_event and read.on_insert is not true then 'new rows'
            when read.is_event and read.on_delete is not true then 'deleted rows'
            when read.on_any_update is not true then (
                select 'changes of column ' || string_agg(c.name, ', ' order by c.column_number)
                from early_help_internal.kpi_columns_read(read.name, read.columns) c
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
                    else early_help_internal.fill(
                        'Name a source that does, or make one, such as: '
                        'CREATE TRIGGER {trigger} AFTER INSERT OR UPDATE OR DELETE ON {{table}} '
                        'FOR EACH ROW EXECUTE FUNCTION early_help.mark_stale_months({''source''}, ''0'', {''day''}); '
                        'ALTER TABLE {{table}} ENABLE ALWAYS TRIGGER {trigger}; docs/kpis.md shows others.',
                        jsonb_build_object(
                            'trigger', 'marks_months_of_' || cube,
                            'table', read.name,
                            'source', read.relname,
                            'day', coalesce((
                                select a.attname
                                from pg_attribute a
                                where a.attrelid = read.name
                                    and a.attnum = any (read.columns)
                                    and a.atttypid in ('date'::regtype, 'early_help.event_date'::regtype)
                                order by a.attnum
                                limit 1), 'its date')))
                end;
        end if;
    end loop;
end
$$;
comment on function early_help_internal.check_kpi_sources is
    'Within define_kpi_cube: refuses a cube that reads a table or a column whose changes no trigger of its sources marks. Error '
    '22023.';
