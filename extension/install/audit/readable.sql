-- What is checked before an audit: the caller can read every row, and no table can run
-- its owner's code with the rights of the role that audits.

create function early_help_internal.audit_reads_all(records oid) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    unread text;
    strange text;
    asked text[] := array(
        select distinct m[1]
        from early_help_internal.audit_queries() q
        cross join lateral regexp_matches(q.query, '@(\w+)', 'g') m
        union
        values ('structure_as_made'), ('audit_answer'));
    spoken text[] := array(
        select distinct m[1]
        from early_help_internal.audit_queries() q
        cross join lateral regexp_matches(q.query, '\w+', 'g') m);
begin
    if not has_schema_privilege(records, 'USAGE') then
        unread := 'the schema';
    else
        select string_agg(c.relname, ', ' order by c.relname)
        into unread
        from pg_class c
        where c.relnamespace = records
            and c.relkind in ('r', 'p')
            -- Rows that wait to be imported are not records yet.
            and c.relname !~ '^(inbox_|import_|kpi_)'
            and (not has_table_privilege(c.oid, 'SELECT') or row_security_active(c.oid));
    end if;
    if unread is not null then
        raise insufficient_privilege using
            message = 'an audit needs to read every record',
            detail = format('You may not read, or not every row of: %s.', unread),
            hint = 'SET ROLE to the owner of the partnership, or to a role that reads all its tables and bypasses row security.';
    end if;

    -- A view, a foreign table or a column of somebody's own type could run its owner's
    -- code with the rights of the role that audits.
    select string_agg(distinct c.relname, ', ')
    into strange
    from pg_class c
    left join pg_attribute a on a.attrelid = c.oid
        and (a.attname = any (spoken) or c.relname in ('structure_as_made', 'audit_answer'))
        and a.attnum > 0
        and not a.attisdropped
    left join pg_type t on t.oid = a.atttypid
    where c.relnamespace = records
        and c.relname = any (asked)
        and (c.relkind <> 'r'
            or t.typnamespace not in ('pg_catalog'::regnamespace, 'early_help'::regnamespace));
    if strange is not null then
        raise wrong_object_type using
            message = 'an audit reads plain tables with columns of PostgreSQL''s and early_help''s types',
            detail = format('Not such a table: %s.', strange),
            hint = 'Compare with the table of another partnership.';
    end if;
end
$$;
comment on function early_help_internal.audit_reads_all(oid) is
    'Raises 42501 unless the caller may read every row of a partnership''s '
    'records, 42809 unless they are plain tables with columns of known types.';

create function early_help_internal.audit_reads_cells(records oid) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    unread text;
begin
    select string_agg(o.name, ', ' order by o.name)
    into unread
    from (
        select c.relname as name
        from pg_class c
        where c.relnamespace = records
            and c.relkind = 'r'
            and (c.relname in ('kpi_cube', 'stale_mark') or c.relname ~ '^cube_.*_(cells|parts)$')
            and not has_table_privilege(c.oid, 'SELECT')
        union all
        select p.proname
        from pg_proc p
        where p.pronamespace in (records, to_regnamespace((
                select quote_ident(n.nspname || '_kpi')
                from pg_namespace n
                where n.oid = records)))
            and p.proname ~ '^cube_.*_(month|all_parts)$'
            and not (has_function_privilege(p.oid, 'EXECUTE') and has_schema_privilege(p.pronamespace, 'USAGE'))
    ) o;
    if unread is not null then
        raise insufficient_privilege using
            message = 'an audit of cells needs to read and to compute them',
            detail = format('You may not: %s.', unread),
            hint = 'SET ROLE to the owner of the partnership, or leave cells out: audit(..., cells => ''none'').';
    end if;
end
$$;
comment on function early_help_internal.audit_reads_cells(oid) is
    'Raises 42501 unless the caller may read the cells of a partnership and compute them.';
