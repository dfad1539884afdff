-- How a partnership stands in the catalog, and what of it no longer stands as
-- create_partnership, or the last upgrade, made it.

create function early_help_internal.trigger_fires(enabled "char") returns text
    language sql
    immutable
    strict
    parallel safe
begin atomic
    select case enabled
        when 'O' then 'fires at the origin'
        when 'A' then 'fires always'
        when 'R' then 'fires on a replica'
        else 'disabled'
    end;
end;
comment on function early_help_internal.trigger_fires("char") is
    'pg_trigger.tgenabled in words.';

create function early_help_internal.partnership_structure(
    records oid,
    out kind text,
    out table_name name,
    out name name,
    out definition text,
    out state text
)
returns setof record
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    kpi oid := (
        select k.oid
        from pg_namespace n
        join pg_namespace k on k.nspname = n.nspname || '_kpi'
        where n.oid = records);
begin
    -- With this path PostgreSQL words the definitions without the partnership's name.
    perform set_config('search_path', format('pg_catalog, %s, pg_temp', records::regnamespace), true);

    return query
    select 'table', c.relname, ''::name, c.relkind::text,
        case when c.relrowsecurity then 'row security' else 'no row security' end
            || case when c.relforcerowsecurity then ', forced' else '' end
    from pg_class c
    where c.relnamespace = records
        and c.relkind in ('r', 'p', 'f')
    union all
    select case when c.relnamespace = records then 'view' else 'kpi view' end, c.relname, '', c.relkind::text, ''
    from pg_class c
    where c.relnamespace in (records, kpi)
        and c.relkind in ('v', 'm')
    union all
    select 'column', c.relname, a.attname,
        format_type(a.atttypid, a.atttypmod)
            || case when a.attnotnull then ' not null' else '' end
            || case a.attidentity when '' then '' else ' identity' end
            || case a.attgenerated when '' then '' else ' generated' end
            || coalesce(' ' || pg_get_expr(d.adbin, d.adrelid), ''), ''
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where c.relnamespace = records
        and c.relkind = 'r'
    union all
    -- PostgreSQL 18 has constraints of type n (not null). On every version the column says
    -- it. A foreign key is checked by triggers, which can be switched off.
    select 'constraint', c.relname, k.conname, pg_get_constraintdef(k.oid, true),
        case when k.convalidated then 'valid' else 'not valid' end
            || coalesce((
                select ', ' || string_agg(distinct early_help_internal.trigger_fires(t.tgenabled), ', ')
                from pg_trigger t
                where t.tgconstraint = k.oid
                    and t.tgisinternal), '')
    from pg_constraint k
    join pg_class c on c.oid = k.conrelid
    where k.connamespace = records
        and k.contype in ('c', 'f', 'p', 'u', 'x')
    union all
    select 'index', c.relname, i.relname, pg_get_indexdef(i.oid, 0, true),
        case when x.indisvalid and x.indisready then 'valid' else 'not valid' end
    from pg_index x
    join pg_class i on i.oid = x.indexrelid
    join pg_class c on c.oid = x.indrelid
    where c.relnamespace = records
        and c.relkind = 'r'
        and not exists (select from pg_constraint k where k.conindid = x.indexrelid and k.contype in ('p', 'u', 'x'))
    union all
    select 'trigger', c.relname, t.tgname, pg_get_triggerdef(t.oid, true), early_help_internal.trigger_fires(t.tgenabled)
    from pg_trigger t
    join pg_class c on c.oid = t.tgrelid
    where c.relnamespace = records
        and not t.tgisinternal
    union all
    select case when f.pronamespace = records then 'function' else 'kpi function' end, '', f.proname,
        string_agg(oidvectortypes(f.proargtypes), '; ' order by oidvectortypes(f.proargtypes)), ''
    from pg_proc f
    where f.pronamespace = records
        or f.pronamespace = kpi
    group by f.pronamespace, f.proname;
end
$$;
comment on function early_help_internal.partnership_structure(oid) is
    'How a partnership stands in the catalog: one row per table, column, constraint, index, trigger, '
    'view and function of its records, and per view and function of its figures.';

create function early_help_internal.note_structure(partnership regclass) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    records regnamespace := (select c.relnamespace from pg_class c where c.oid = partnership);
begin
    perform early_help_internal.write_by_engine(format('delete from %s.structure_as_made', records));
    perform early_help_internal.write_by_engine(
        format('insert into %s.structure_as_made select * from early_help_internal.partnership_structure($1)', records), records);
end
$$;
comment on function early_help_internal.note_structure(regclass) is
    'Writes how a partnership stands now (given its table partnership) into structure_as_made, with '
    'which early_help.audit compares. create_partnership and an upgrade end with it.';

create function early_help_internal.audit_structure(records oid, out rule text, out record text, out detail text)
returns setof record
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    noted text := format('%s.structure_as_made', records::regnamespace);
    owner oid := (select n.nspowner from pg_namespace n where n.oid = records);
    kpi_name name := (select n.nspname || '_kpi' from pg_namespace n where n.oid = records);
    kpi oid := (select n.oid from pg_namespace n where n.nspname = kpi_name);
    entries bigint;
begin
    if to_regclass(noted) is not null then
        execute format('select count(*) from only %s', noted) into entries;
    end if;
    if entries is null or entries = 0 then
        return query
        select 'A02', 'structure_as_made',
            'empty or missing: there is nothing to compare triggers and constraints with';
    else
        if kpi is null then
            return query select 'A02', kpi_name::text, 'the schema that BI tools read is missing';
        end if;
        return query execute format(
            $q$
            select
                'A02',
                coalesce(nullif(l.table_name, ''), l.name)::text,
                case
                    when s.kind is null then format('%%s is missing', l.what)
                    when s.definition <> l.definition then format('%%s is %%s, was %%s', l.what, s.definition, l.definition)
                    else format('%%s: %%s, was %%s', l.what, s.state, l.state)
                end || case when r.rule is null then '' else format(' (%%s)', r.rule) end
            from (
                select *, btrim(kind || ' ' || name) as what
                from only %s
            ) l
            left join early_help_internal.partnership_structure($1) s on s.kind = l.kind
                and s.table_name = l.table_name
                and s.name = l.name
            left join early_help.rules() r on l.name = any (r.constraints)
            where (s.kind is null or s.definition <> l.definition or s.state <> l.state)
                -- A table that is missing took its columns and the like along: one finding is enough.
                and (l.kind in ('table', 'view', 'kpi view', 'function', 'kpi function')
                    or exists (
                        select
                        from pg_class c
                        where c.relnamespace = $1
                            and c.relname = l.table_name))
                and ($2 is not null or l.kind not in ('kpi view', 'kpi function'))
            order by l.table_name, l.kind, l.name
            $q$, noted)
        using records, kpi;
    end if;

    -- pg_restore --no-privileges leaves functions open to everybody.
    return query
    select 'A02', f.proname::text, format('function %s(%s) may be called by everybody', f.proname, oidvectortypes(f.proargtypes))
    from pg_proc f
    cross join aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a
    where a.grantee = 0
        and f.oid in (
            select r.routine from early_help_internal.execute_list_routines('records', records) r
            union all
            select r.routine from early_help_internal.execute_list_routines('kpi', kpi) r)
    order by f.oid;

    -- A table that inherits from ours has none of its rules, and a plain FROM reads its rows too.
    return query
    select 'A02', c.relname::text,
        case
            when i.inhparent = c.oid then
                format('table is inherited by %s: its rows are under no rule and in no figure', i.inhrelid::regclass)
            when c.relispartition then format('table is a partition of %s', i.inhparent::regclass)
            else format('table inherits from %s', i.inhparent::regclass)
        end
    from pg_class c
    join pg_inherits i on c.oid in (i.inhparent, i.inhrelid)
    where c.relnamespace = records
        and c.relkind in ('r', 'p')
        -- Tables that somebody else made in the schema are not ours to judge.
        and (c.relname ~ '^(kpi_|cube_|stale_|inbox_|import_)' or exists (select from pg_trigger t where t.tgrelid = c.oid))
    order by c.relname, i.inhrelid::regclass::text;

    return query
    select 'A03', o.name::text, format('%s belongs to another role than the records', o.what)
    from (
        select 'schema' as what, n.nspname as name, n.nspowner as owned_by
        from pg_namespace n
        where n.oid = kpi
        union all
        select case when c.relkind in ('r', 'p', 'f') then 'table' when c.relkind = 'S' then 'sequence' else 'view' end,
            c.relname, c.relowner
        from pg_class c
        where c.relnamespace in (records, kpi)
            and c.relkind in ('r', 'p', 'f', 'S', 'v', 'm')
        union all
        select 'function', f.proname, f.proowner
        from pg_proc f
        where f.pronamespace in (records, kpi)
    ) o
    where o.owned_by <> owner
    order by o.what, o.name;
end
$$;
comment on function early_help_internal.audit_structure(oid) is
    'A02: objects that no longer stand as they were made, functions that everybody may call, and '
    'tables that inherit or are inherited. A03: objects that belong to another role.';
