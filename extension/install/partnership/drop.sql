-- Dropping a partnership, and what would go with it.

create function early_help_internal.partnership_dependents(variadic schemas oid[]) returns setof text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- From the schemas along pg_depend. Inside is what stands in one of the
    -- schemas, and the parts of it; outside is what only refers to that.
    with recursive reached (classid, objid, objsubid, inside) as (
        select 'pg_namespace'::regclass::oid, s, 0, true
        from unnest(schemas) s
        union
        select further.*
        from reached r
        cross join lateral (
            select
                d.classid,
                d.objid,
                d.objsubid,
                r.inside
                    and (d.deptype in ('a', 'i', 'P', 'S')
                        or (r.classid = 'pg_namespace'::regclass and d.classid <> 'pg_extension'::regclass))
            from pg_depend d
            where d.refclassid = r.classid
                and d.refobjid = r.objid
                and (r.objsubid = 0 or d.refobjsubid = r.objsubid)
                and d.deptype <> 'e'
            union all
            -- A part drags the whole along: a view's rule, the view.
            select d.refclassid, d.refobjid, 0, false
            from pg_depend d
            where not r.inside
                and d.classid = r.classid
                and d.objid = r.objid
                and d.deptype = 'i'
        ) further
    )
    select pg_describe_object(r.classid, r.objid, r.objsubid)
    from reached r
    where not exists (
        select
        from pg_depend d
        where d.classid = r.classid
            and d.objid = r.objid
            and d.deptype = 'i')
    group by r.classid, r.objid, r.objsubid
    having not bool_or(r.inside)
    order by 1
$$;
comment on function early_help_internal.partnership_dependents is
    'The objects outside these schemas that would be dropped with them.';

create function early_help_internal.partnership_own_tables(schema oid, kpi_schema oid) returns setof text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    noted oid;
begin
    -- Without the note nobody can tell whose the tables are. A type of somebody else could
    -- have a cast, which is his code: a note with such columns is none.
    select c.oid into noted
    from pg_class c
    where c.relnamespace = schema
        and c.relname = 'structure_as_made'
        and c.relkind = 'r'
        and not row_security_active(c.oid)
        and (
            select count(*)
            from pg_attribute a
            where a.attrelid = c.oid
                and not a.attisdropped
                and (a.attname, a.atttypid) in (('kind', 'varchar'::regtype), ('table_name', 'name'::regtype))) = 2;
    if noted is null then
        return;
    end if;
    return query execute format(
        'select pg_describe_object(''pg_class''::regclass, c.oid, 0)
        from pg_class c
        where c.relnamespace in ($1, $2)
            and c.relkind in (''r'', ''p'', ''f'')
            and not exists (
                select
                from only %s l
                where l.kind = ''table''
                    and l.table_name = c.relname
                    and c.relnamespace = $1)
            -- A cube that was defined later has tables that the engine alone writes.
            and not exists (
                select
                from pg_trigger t
                where t.tgrelid = c.oid
                    and t.tgfoid = ''early_help_internal.engine_writes_only''::regproc)
        order by 1', noted::regclass)
        using schema, kpi_schema;
end
$$;
comment on function early_help_internal.partnership_own_tables is
    'The tables in the two schemas of a partnership that early_help did not make. Nothing else holds their rows. Empty if '
    'structure_as_made, which knows, is missing or has other columns.';

create function early_help.drop_partnership(name text, cascade boolean default false) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set client_min_messages = warning
as $$
declare
    own record;
    others text[];
begin
    own := early_help_internal.own_partnership(name);
    others := array(
            select early_help_internal.partnership_dependents(variadic array_remove(array[own.schema, own.kpi_schema], null)))
        || array(select early_help_internal.partnership_own_tables(own.schema, own.kpi_schema));
    if others <> '{}' and cascade is not true then
        perform early_help_internal.raise_rule('P05',
            array_to_string(others[:20], E'\n')
                || case when cardinality(others) > 20 then format(E'\nand %s more', cardinality(others) - 20) else '' end);
    end if;

    execute format('drop schema %s cascade',
                   (select string_agg(quote_ident(n.nspname), ', ' order by n.nspname desc)
                    from pg_namespace n
                    where n.oid in (own.schema, own.kpi_schema)));
end
$$;
comment on function early_help.drop_partnership is
    'Drops a partnership with its records and figures, for good. Its owner may do it. Refused (YHP05) while other objects depend '
    'on its two schemas, or while they hold tables that early_help did not make; cascade => true drops those too. Error YHP03: '
    'no such partnership.';
