-- Laying down, dropping, renaming and listing partnerships.
--
-- All of it runs with the caller's rights and no more. The functions fix
-- their own settings, and the caller's come back when they end.

create function early_help.partnership_schemas(out schema oid, out whole boolean) returns setof record
    language c
    stable
as 'MODULE_PATHNAME', 'early_help_partnership_schemas';
comment on function early_help.partnership_schemas() is
    'Schemas whose tables carry triggers of early_help, from the system catalogs; whole: the schema has its table partnership.';

create function early_help.hold_extension() returns void
    language c
as 'MODULE_PATHNAME', 'early_help_hold_extension';
comment on function early_help.hold_extension() is
    'Keeps early_help from being dropped until the transaction ends.';

create function early_help.check_partnership_name(name text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    invisible constant text := '\u00a0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff';
begin
    if coalesce(name, '') = '' then
        perform early_help.raise_rule('P01', 'The name is empty.');
    elsif octet_length(name) > 40 then
        perform early_help.raise_rule('P01', format('The name has %s bytes; 40 is the most.', octet_length(name)));
    elsif name ~ '[\u0001-\u001f\u007f]'
        or (getdatabaseencoding() = 'UTF8' and name ~ ('[\u0080-\u009f' || invisible || ']')) then
        perform early_help.raise_rule('P01', 'The name holds a control character or one that cannot be seen.');
    elsif name ~ '^\s|\s$' then
        perform early_help.raise_rule('P01', 'The name begins or ends with a space.');
    elsif starts_with(lower(name), 'pg_')
        or lower(name) in ('information_schema', 'public', 'early_help', 'early_help_sample', '$user') then
        perform early_help.raise_rule('P01', format('The name %s is reserved.', quote_ident(name)));
    elsif right(lower(name), 4) = '_kpi' then
        perform early_help.raise_rule('P01', 'Names that end in _kpi are kept for the schemas that BI tools read.');
    end if;
end
$$;
comment on function early_help.check_partnership_name(text) is
    'Raises YHP01 unless a partnership could have this name.';

create function early_help.check_partnership_name_is_free(name text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    taken text;
begin
    for taken in
        select n.nspname
        from pg_namespace n
        where n.nspname in (check_partnership_name_is_free.name, check_partnership_name_is_free.name || '_kpi')
        order by length(n.nspname)
    loop
        perform early_help.raise_rule('P02', format('Schema %s exists.', quote_ident(taken)));
    end loop;
end
$$;
comment on function early_help.check_partnership_name_is_free(text) is
    'Raises YHP02 if one of the two schemas that a partnership of this name needs exists.';

create function early_help.own_partnership(name text, out schema oid, out kpi_schema oid)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    select n.oid into schema
    from early_help.partnership_schemas() p
    join pg_namespace n on n.oid = p.schema
    where p.whole
        and n.nspname = own_partnership.name;
    if schema is null then
        perform early_help.raise_rule('P03', format('%s is not a schema that holds the records of a partnership.',
                                                    coalesce(quote_ident(name), 'NULL')));
    end if;

    select n.oid into kpi_schema
    from pg_namespace n
    where n.nspname = own_partnership.name || '_kpi';

    if exists (select from pg_namespace n
               where n.oid in (schema, kpi_schema)
                   and not pg_has_role(n.nspowner, 'USAGE')) then
        raise insufficient_privilege using
            message = format('must be owner of partnership %s', quote_ident(name)),
            hint = 'SET ROLE to the role that owns its schemas.';
    end if;
end
$$;
comment on function early_help.own_partnership(text) is
    'The two schemas of a partnership that the caller owns; YHP03 if there is none, 42501 if it is somebody else''s.';

create function early_help.create_partnership(
    inout name text,
    title text default null,
    local_authority_name text default null,
    gss_code text default null,
    dfe_number text default null,
    population_0_17 integer default null,
    re_referral_months integer default null,
    family_outcomes_plan_review_weeks integer default null,
    family_outcomes_plan_most_outcomes integer default null,
    positive_outcome_share numeric default null,
    suppression_threshold integer default null,
    training boolean default false,
    out kpi_schema text,
    out version text
)
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set client_min_messages = warning
as $$
begin
    perform early_help.check_partnership_name(name);
    if current_setting('citus.enable_schema_based_sharding', true) in ('on', 'true', 'yes', '1')
        and exists (select from pg_extension e where e.extname = 'citus') then
        perform early_help.raise_rule('P06');
    end if;
    perform early_help.check_ownership_granted();
    perform early_help.hold_extension();
    perform early_help.check_partnership_name_is_free(name);

    kpi_schema := name || '_kpi';
    select e.extversion into strict version
    from pg_extension e
    where e.extname = 'early_help';

    begin
        execute format('create schema %I', name);
        execute format('create schema %I', kpi_schema);
    exception
        -- Somebody else was faster by a moment.
        when duplicate_schema or unique_violation then
            perform early_help.raise_rule('P02', format('Schema %s or %s was created meanwhile.',
                                                        quote_ident(name), quote_ident(kpi_schema)));
    end;
    execute format('comment on schema %I is %L', name,
                   'Early help records of a partnership; table partnership has its title.');
    execute format('comment on schema %I is %L', kpi_schema,
                   'Early help figures of a partnership, for BI tools.');

    perform set_config('search_path', format('%I, pg_temp', name), true);
    execute early_help.partnership_records_ddl();

    -- The defaults of what is not given stand in the table.
    execute
        'insert into partnership (title, record_version)
        values ($1, $2)'
        using coalesce(title, name), version;
    execute
        'update partnership
        set local_authority_name = $1,
            gss_code = $2,
            dfe_number = $3,
            population_0_17 = $4,
            re_referral_months = coalesce($5, re_referral_months),
            family_outcomes_plan_review_weeks = coalesce($6, family_outcomes_plan_review_weeks),
            family_outcomes_plan_most_outcomes = coalesce($7, family_outcomes_plan_most_outcomes),
            positive_outcome_share = coalesce($8, positive_outcome_share),
            suppression_threshold = coalesce($9, suppression_threshold),
            training = coalesce($10, training)'
        using local_authority_name, gss_code, dfe_number, population_0_17, re_referral_months,
            family_outcomes_plan_review_weeks, family_outcomes_plan_most_outcomes, positive_outcome_share,
            suppression_threshold, training;

    perform set_config('search_path', format('%I, %I, pg_temp', kpi_schema, name), true);
    execute early_help.partnership_kpi_ddl();

    -- early_help.grant_execute grants them by the list.
    execute format('revoke execute on all routines in schema %I, %I from public', name, kpi_schema);
end
$$;
comment on function early_help.create_partnership is
    'Lays down a partnership: schema <name> for its records, schema <name>_kpi for BI tools, both owned by the caller, who needs CREATE on the database and, unless the database is his, early_help.grant_ownership. Only the name is required (40 bytes at most); the rest is what table partnership holds, and can be changed there; training, only while it holds no records of people (YHP07). Errors YHP01 (name), YHP02 (schema exists), YHP06 (Citus would shard it), 42501.';

create function early_help.partnership_dependents(variadic schemas oid[]) returns setof text
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
comment on function early_help.partnership_dependents(oid[]) is
    'What stands outside these schemas and would be dropped with them.';

create function early_help.partnership_own_tables(schema oid, kpi_schema oid) returns setof text
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
        and c.relname = 'laid_down'
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
                    and t.tgfoid = ''early_help.engine_writes_only''::regproc)
        order by 1', noted::regclass)
        using schema, kpi_schema;
end
$$;
comment on function early_help.partnership_own_tables(oid, oid) is
    'Tables in the two schemas of a partnership, its records and its figures, that early_help did not make: what they hold is nowhere else. None where laid_down, which tells, is missing or has other columns.';

create function early_help.drop_partnership(name text, cascade boolean default false) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set client_min_messages = warning
as $$
declare
    own record;
    others text[];
begin
    own := early_help.own_partnership(name);
    others := array(select early_help.partnership_dependents(variadic array_remove(array[own.schema, own.kpi_schema], null)))
        || array(select early_help.partnership_own_tables(own.schema, own.kpi_schema));
    if others <> '{}' and cascade is not true then
        perform early_help.raise_rule('P05',
            array_to_string(others[:20], E'\n')
                || case when cardinality(others) > 20 then format(E'\nand %s more', cardinality(others) - 20) else '' end);
    end if;

    execute format('drop schema %s cascade',
                   (select string_agg(quote_ident(n.nspname), ', ' order by n.nspname desc)
                    from pg_namespace n
                    where n.oid in (own.schema, own.kpi_schema)));
end
$$;
comment on function early_help.drop_partnership(text, boolean) is
    'Drops a partnership, its records and its figures, for good. Its owner may do it. Refused (YHP05) while objects outside its two schemas depend on them, or tables that early_help did not make stand inside, unless cascade => true drops those too. Error YHP03: no such partnership.';

create function early_help.rename_partnership(old_name text, new_name text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    own record;
begin
    own := early_help.own_partnership(old_name);
    perform early_help.check_partnership_name(new_name);
    perform early_help.check_partnership_name_is_free(new_name);

    begin
        execute format('alter schema %I rename to %I', old_name, new_name);
        if own.kpi_schema is not null then
            execute format('alter schema %I rename to %I', old_name || '_kpi', new_name || '_kpi');
        end if;
    exception
        when duplicate_schema or unique_violation then
            perform early_help.raise_rule('P02', format('Schema %s or %s was created meanwhile.',
                                                        quote_ident(new_name), quote_ident(new_name || '_kpi')));
    end;
end
$$;
comment on function early_help.rename_partnership(text, text) is
    'Renames a partnership: both its schemas. Its owner may do it, with CREATE on the database. Grants, rules and figures stay as they are; the title in table partnership too. Errors YHP01, YHP02, YHP03.';

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
        from early_help.partnership_schemas() p
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
comment on function early_help.partnerships() is
    'Partnerships of this database, from the system catalogs: name; kpi_schema (null: it is gone); owner; version of the extension that laid its tables down or last upgraded them; families; episodes now open; contacts (one a child a contact); training: it is for made-up records. Version, counts and training are null where the caller may not read them all.';
