-- Who may call what. extension/execute.tsv is the list; execute_list() returns
-- it. PostgreSQL lets everybody call a new function, also one in a schema that
-- is closed to him: a function named by its OID needs no USAGE. So EXECUTE is
-- taken from PUBLIC here, at the end, and granted by the list.

create function early_help_internal.execute_list_routines(place text, schema oid) returns table (routine regprocedure, kind text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    with listed as materialized (
        select l.function, l.kind
        from early_help.execute_list() l
        where l.place = execute_list_routines.place
    )
    select p.oid::regprocedure, l.kind
    from pg_proc p
    join listed l on l.function = p.proname
    where p.pronamespace = execute_list_routines.schema
    union all
    -- A name of the list with * is the beginning and the end of many.
    select p.oid::regprocedure, l.kind
    from pg_proc p
    join listed l on strpos(l.function, '*') > 0
        and p.proname ~ ('^' || replace(l.function, '*', '.*') || '$')
    where p.pronamespace = execute_list_routines.schema
$$;
comment on function early_help_internal.execute_list_routines(text, oid) is
    'The functions of a schema that the list of execute_list() names for a place, with their kinds.';

-- By membership, not by the schema's name: anybody could make a schema early_help_sample.
create function early_help_internal.extension_routines() returns table (extension name, routine regprocedure, kind text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    with listed as materialized (
        select r.routine, r.kind
        from pg_namespace n
        cross join lateral early_help_internal.execute_list_routines(n.nspname, n.oid) r
        where n.nspname in ('pg_catalog', 'early_help', 'early_help_internal', 'early_help_sample')
    )
    select e.extname, d.objid::regprocedure, l.kind
    from pg_extension e
    join pg_depend d on d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid
        and d.classid = 'pg_proc'::regclass and d.deptype = 'e'
    left join listed l on l.routine = d.objid
    where e.extname in ('early_help', 'early_help_sample')
$$;
comment on function early_help_internal.extension_routines() is
    'The functions of early_help, and of early_help_sample where it is there, with their kinds by execute_list().';

create function early_help_internal.check_ownership_granted() returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    -- Whom nothing can be refused need not be asked for each function.
    if (select u.rolsuper from pg_roles u where u.rolname = current_user) then
        return;
    end if;
    if exists (
        select
        from early_help_internal.extension_routines() r
        where r.extension = 'early_help'
            and r.kind = 'owner'
            and not has_function_privilege(r.routine, 'EXECUTE')) then
        raise insufficient_privilege using
            message = format('role %s may not own partnerships', quote_ident(current_user)),
            detail = 'It may not call the functions of early_help that an owner needs.',
            hint = format('As the owner of the database: SELECT early_help.grant_ownership(%L);', current_user);
    end if;
end
$$;
comment on function early_help_internal.check_ownership_granted() is
    'Raises 42501 unless the caller may call the functions of kind owner in execute_list().';

-- It runs as the owner of the extension so that he is the grantor: pg_dump
-- otherwise writes SET SESSION AUTHORIZATION to the grantor into the dump, and
-- then nobody but a superuser can restore it. Who may call it is all it asks.
create function early_help.grant_ownership(role text) returns void
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    routine regprocedure;
begin
    perform early_help_internal.check_role(role);
    for routine in
        select r.routine
        from early_help_internal.extension_routines() r
        where r.kind = 'owner'
    loop
        execute format('grant execute on routine %s to %I', routine, role);
    end loop;
end
$$;
comment on function early_help.grant_ownership(text) is
    'Lets a role create, restore and own partnerships: it may call the functions of kind owner in execute_list(). '
    'For the owner of the database to call, who needs no grant. The role also needs CREATE on the database to create '
    'a partnership. After a restore by anybody but a superuser, after an upgrade of the extension, '
    'and after CREATE EXTENSION early_help_sample, call it again. Errors 42501, 42704.';

create function early_help.revoke_ownership(role text) returns void
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    routine regprocedure;
begin
    perform early_help_internal.check_role(role);
    for routine in
        select r.routine
        from early_help_internal.extension_routines() r
        where r.kind = 'owner'
    loop
        execute format('revoke execute on routine %s from %I', routine, role);
    end loop;
end
$$;
comment on function early_help.revoke_ownership(text) is
    'Takes back what grant_ownership granted. The partnerships that the role owns stay, and it can neither refresh nor publish '
    'their figures. For the owner of the database. Errors 42501, 42704.';

create function early_help.grant_execute(partnership text, role text, kind text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    own constant record := early_help_internal.own_partnership(partnership);
    routine regprocedure;
begin
    perform early_help_internal.check_role(role);
    if kind is null or kind not in ('reader', 'writer') then
        raise invalid_parameter_value using
            message = format('%s is not a kind of callers', coalesce(quote_literal(kind), 'null')),
            hint = 'reader: of the figures; writer: of the records.';
    end if;
    for routine in
        select r.routine
        from (
            select * from early_help_internal.execute_list_routines('records', own.schema)
            union all
            select * from early_help_internal.execute_list_routines('kpi', own.kpi_schema)
        ) r
        where r.kind = grant_execute.kind
    loop
        execute format('grant execute on routine %s to %I', routine, role);
    end loop;
end
$$;
comment on function early_help.grant_execute(text, text, text) is
    'Lets a role call the functions of a partnership that execute_list() names for a kind: '
    'reader (what the views of figures need) or writer (the acts on records). '
    'It grants no tables and schemas: docs/operations.md shows all grants. '
    'Call it again after defining a cube. For the owner of the partnership. '
    'Errors YHP03, 22023, 42501, 42704.';

create function early_help_internal.check_role(role text) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    -- GRANT takes even a quoted "public" for everybody.
    if not exists (select from pg_roles r where r.rolname = check_role.role) then
        raise undefined_object using
            message = format('role %s does not exist', coalesce(quote_ident(role), 'null'));
    end if;
end
$$;
comment on function early_help_internal.check_role(text) is
    'Raises 42704 unless there is a role of this name.';
