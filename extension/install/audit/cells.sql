-- The cells of every cube, compared with what the cube counts in the records today.

create function early_help_internal.audit_cubes(records oid) returns table (cube text, cells regclass, compute text, columns text)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    -- The parts of a cube are listed as a cube of their own. A table that is not a plain
    -- one of the owner's with columns of known types could run the owner's code as
    -- the role that audits, and so could a function that does not run as its owner. Then
    -- compute is null.
    return query execute format(
        $q$
        select
            e.cube,
            c.oid::regclass,
            case when c.relkind = 'r' and c.relowner = n.nspowner and not row_security_active(c.oid)
                and not exists (
                    select
                    from pg_attribute a
                    join pg_type t on t.oid = a.atttypid
                    where a.attrelid = c.oid
                        and a.attnum > 0
                        and not a.attisdropped
                        and t.typnamespace not in ('pg_catalog'::regnamespace, 'early_help'::regnamespace))
                then f.compute end,
            (
                select string_agg(format('c.%%I', a.attname), ', ' order by a.attnum)
                from pg_attribute a
                where a.attrelid = c.oid
                    and a.attnum > 1
                    and not a.attisdropped
            )
        from (
            select k.cube::text as cube, m.names ->> 'cells' as cell_table, m.names ->> 'month' as compute
            from %1$s.kpi_cube k
            cross join lateral early_help_internal.cube_names(k.cube::text) m (names)
            union all
            select 'parts of ' || k.cube, m.names ->> 'parts', m.names ->> 'all_parts'
            from %1$s.kpi_cube k
            cross join lateral early_help_internal.cube_names(k.cube::text) m (names)
            where k.counts is not null
        ) e
        join pg_namespace n on n.oid = $1
        left join pg_class c on c.relnamespace = n.oid and c.relname = e.cell_table
        left join lateral (
            select format('%%I.%%I', k.nspname, p.proname) as compute
            from pg_proc p
            join pg_namespace k on k.oid = p.pronamespace
            where p.proname = e.compute
                and k.nspname in (n.nspname, n.nspname || '_kpi')
                and p.proargtypes = array['date'::regtype::oid]::oidvector
                and p.prosecdef
                and p.proowner = n.nspowner
            limit 1
        ) f on true
        order by e.cube
        $q$, records::regnamespace)
    using records;
end
$$;
comment on function early_help_internal.audit_cubes(oid) is
    'The cubes of a partnership. cells: the table of the cube''s cells. compute: the function that computes them for a month, '
    'null if the table or the function is not as it was made. columns: the columns of both after the month, as c.name.';

create function early_help_internal.audit_cell_months(records oid, cube text, cells regclass, whole boolean) returns date[]
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    months date[];
    events record;
begin
    execute format(
        'select e.*
        from %s.kpi_cube c
        cross join lateral early_help_internal.kpi_event_months($1, c.sources) e
        where c.cube = $2', records::regnamespace)
    into events
    using records, cube;
    -- Fresh months, from the first with cells or an event to the last such month. A sample
    -- of them has the first and the last month, the four with most cells, the last three
    -- with cells, and four drawn by lot.
    execute format(
        $q$
        with kept as materialized (
            select month, count(*) as cells from %1$s group by month
        ), fresh as materialized (
            select g.month::date as month, coalesce(k.cells, 0) as cells
            from (
                select least(min(month), $1) as first_month, greatest(max(month), $2) as last_month
                from kept
            ) r
            cross join lateral generate_series(r.first_month::timestamp, r.last_month::timestamp, '1 month') g (month)
            left join kept k on k.month = g.month
            where g.month::date not in (select m.month from early_help_internal.stale_months(%2$L, $3) m)
        )
        select coalesce(array_agg(month order by month), '{}')
        from (
            select *,
                row_number() over (order by month) as first,
                row_number() over (order by month desc) as last,
                row_number() over (order by cells desc, month desc) as largest,
                row_number() over (order by cells = 0, month desc) as latest,
                row_number() over (order by random()) as chance
            from fresh
        ) f
        where $4
            or least(f.first, f.last) = 1
            or f.largest <= 4
            or f.latest <= 3
            or f.chance <= 4
        $q$, cells, format('%s.stale_mark', records::regnamespace))
    into months
    using events.first_month, events.last_month, cube, whole;
    return months;
end
$$;
comment on function early_help_internal.audit_cell_months(oid, text, regclass, boolean) is
    'Months whose cells an audit compares: all fresh months, or a sample of 13 at most.';

create function early_help_internal.audit_cells(records oid, whole boolean, out record text, out detail text)
returns setof record
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    one record;
    of_month date;
    differ bigint;
    strange text[] := '{}';
begin
    for one in select * from early_help_internal.audit_cubes(records) loop
        if one.cells is null or one.compute is null then
            strange := strange || one.cube;
            continue;
        end if;
        record := (select c.relname from pg_class c where c.oid = one.cells);
        begin
            -- One query for all months: the function's plan is made once.
            for of_month, differ in execute format(
                'with kept as materialized (
                    select c.month, %1$s
                    from %2$s c
                    where c.month = any ($1)
                ), computed as materialized (
                    select m.month, %1$s
                    from unnest($1) as m (month)
                    cross join lateral %3$s(m.month) c
                )
                select d.month, count(*)
                from (
                    (select * from kept except all select * from computed)
                    union all
                    (select * from computed except all select * from kept)
                ) d
                group by d.month
                order by d.month', one.columns, one.cells, one.compute)
            using early_help_internal.audit_cell_months(records, regexp_replace(one.cube, '^parts of ', ''), one.cells, whole)
            loop
                detail := format('cube %s, month %s: %s cells differ', one.cube, to_char(of_month::timestamp, 'YYYY-MM'), differ);
                return next;
            end loop;
        exception
            -- audit_structure says what is missing (A02).
            when undefined_table or undefined_column or undefined_function or datatype_mismatch then
                strange := strange || one.cube;
        end;
    end loop;
    if strange <> '{}' then
        record := 'kpi_cube';
        detail := format(
            'cells could not be compared, they or the function that computes them are not as define_kpi_cube made them: %s',
            array_to_string(strange, ', '));
        return next;
    end if;
end
$$;
comment on function early_help_internal.audit_cells(oid, boolean) is
    'K04: fresh months whose cells are not what the cube counts in the records. whole: compares all fresh months, not a sample.';
