-- Which partnerships a database has. The catalogue is the registry: a
-- partnership is a schema whose tables carry our triggers.

create function early_help_internal.partnership_schemas(out schema oid, out whole boolean) returns setof record
    language c
    stable
    parallel safe
    rows 5
as 'MODULE_PATHNAME', 'early_help_partnership_schemas';
comment on function early_help_internal.partnership_schemas is
    'The schemas whose tables have triggers of early_help, from the system catalogs. whole: the schema has table partnership.';

create function early_help.partnerships()
    returns table (
        name text,
        kpi_schema text,
        owner text,
        version text,
        families bigint,
        open_episodes bigint,
        contacts bigint,
        training boolean
    )
    language plpgsql
    stable
    rows 5
    set search_path = pg_catalog, pg_temp
as $$
declare
    one oid;
    found_kpi boolean;
    counted record;
begin
    for one, name, kpi_schema, owner, found_kpi in
        select
            n.oid,
            n.nspname,
            n.nspname || '_kpi',
            pg_get_userbyid(n.nspowner),
            exists (select from pg_namespace k where k.nspname = n.nspname || '_kpi')
        from early_help_internal.partnership_schemas() p
        join pg_namespace n on n.oid = p.schema
        where p.whole
        order by n.nspname
    loop
        kpi_schema := case when found_kpi then kpi_schema end;
        version := null;
        families := null;
        open_episodes := null;
        contacts := null;
        training := null;
        -- Anybody may lay out a schema that looks like a partnership. Read
        -- nothing that could run code of its owner as the caller: plain
        -- tables, without row security, no cast, no operator. A count that
        -- row security makes smaller would not be the count anyway.
        for counted in
            select c.relname, c.oid, c.oid::regclass::text as place
            from pg_class c
            where c.relnamespace = one
                and c.relkind = 'r'
                and c.relname in ('partnership', 'family', 'episode', 'contact_child')
                and has_schema_privilege(one, 'USAGE')
                and has_table_privilege(c.oid, 'SELECT')
                and not row_security_active(c.oid)
                and case c.relname
                    when 'partnership' then exists (
                        select
                        from pg_attribute a
                        where a.attrelid = c.oid
                            and a.attname = 'record_version'
                            and a.atttypid in ('text'::regtype, 'varchar'::regtype)
                            and not a.attisdropped)
                    when 'episode' then exists (
                        select
                        from pg_attribute a
                        where a.attrelid = c.oid
                            and a.attname = 'closed_on'
                            and not a.attisdropped)
                    else true
                end
        loop
            if counted.relname = 'partnership' then
                execute format('select record_version from only %s limit 1', counted.place) into version;
                -- One of an older version has no mark.
                if exists (
                    select
                    from pg_attribute a
                    where a.attrelid = counted.oid
                        and a.attname = 'training'
                        and a.atttypid = 'boolean'::regtype
                        and not a.attisdropped) then
                    execute format('select training from only %s limit 1', counted.place) into training;
                end if;
            elsif counted.relname = 'family' then
                execute format('select count(*) from only %s', counted.place) into families;
            elsif counted.relname = 'episode' then
                execute format('select count(*) from only %s where closed_on is null', counted.place) into open_episodes;
            else
                execute format('select count(*) from only %s', counted.place) into contacts;
            end if;
        end loop;
        return next;
    end loop;
end
$$;
comment on function early_help.partnerships is
    'The partnerships of this database: name; kpi_schema (null: it is gone); owner; version of the extension that made or last '
    'upgraded its tables; families; episodes now open; contacts (one per child in a contact); training (it is for made-up '
    'records). Version, counts and training are null where the caller may not read them.';
