-- Making a partnership as a fresh one of this version, kind by kind. Each
-- function runs as the owner, with the search_path of path_to_make where it executes
-- what the catalog wrote.

create function early_help_internal.is_noted(records oid, kind text, relation name, name text) returns boolean
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    noted boolean;
begin
    execute format(
        'select exists (
            select
            from only %s.structure_as_made l
            where ($1 is null or l.kind = $1)
                and $2 in (l.table_name, l.name)
                and ($1 is null or $1 like ''%%function'' or $3 = '''' or l.name = $3))', records::regnamespace)
    into noted
    using kind, relation, name;
    return noted;
end
$$;
comment on function early_help_internal.is_noted(oid, text, name, text) is
    'Whether create_partnership, or the last upgrade, made this object; otherwise somebody added it.';

-- Everything that a function or view of a partnership was granted, as commands.
create function early_help_internal.grants_of(object_class regclass, object oid) returns text[]
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select coalesce(array_agg(
            format('grant %s%s on %s %s to %s%s', g.privilege, g.columns, g.what, g.place, g.role, g.option)), '{}')
    from (
        select
            a.privilege_type as privilege, '' as columns, 'table' as what, c.oid::regclass::text as place,
            case a.grantee when 0 then 'public' else a.grantee::regrole::text end as role,
            case when a.is_grantable then ' with grant option' else '' end as option
        from pg_class c
        cross join aclexplode(c.relacl) a
        where object_class = 'pg_class'::regclass
            and c.oid = object
            and a.grantee <> c.relowner
        union all
        select
            a.privilege_type, format(' (%I)', t.attname), 'table', c.oid::regclass::text,
            case a.grantee when 0 then 'public' else a.grantee::regrole::text end,
            case when a.is_grantable then ' with grant option' else '' end
        from pg_class c
        join pg_attribute t on t.attrelid = c.oid and t.attnum > 0
        cross join aclexplode(t.attacl) a
        where object_class = 'pg_class'::regclass
            and c.oid = object
        union all
        select
            a.privilege_type, '', 'routine', p.oid::regprocedure::text,
            case a.grantee when 0 then 'public' else a.grantee::regrole::text end,
            case when a.is_grantable then ' with grant option' else '' end
        from pg_proc p
        cross join aclexplode(p.proacl) a
        where object_class = 'pg_proc'::regclass
            and p.oid = object
            and a.grantee <> p.proowner
    ) g
$$;
comment on function early_help_internal.grants_of(regclass, oid) is
    'Within upgrade_partnership: the commands that repeat the grants of a view or function after it is made again.';

create function early_help_internal.grants_upon(
    object_class regclass,
    object oid,
    new early_help_internal.partnership_object[]
)
    returns text[]
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select coalesce(array_agg(case
            when n.relation is null then g.command
            else replace(g.command, p.oid::regprocedure::text, format('%I.%I(%s)', s.nspname, n.relation, n.name))
        end), '{}')
    from unnest(early_help_internal.grants_of(object_class, object)) g (command)
    left join pg_proc p on object_class = 'pg_proc'::regclass
        and p.oid = object
    left join pg_namespace s on s.oid = p.pronamespace
    left join unnest(new) n on n.kind in ('function', 'kpi function')
        and n.relation = p.proname
$$;
comment on function early_help_internal.grants_upon(regclass, oid, early_help_internal.partnership_object[]) is
    'Within upgrade_partnership: the commands that repeat the grants of a view or function that is dropped, upon what takes its '
    'place: of a function those of its name, with whatever arguments they have now.';

-- What is dropped with a view or function: all that depends on it.
create function early_help_internal.views_upon(objects oid[]) returns table (object_class regclass, object oid)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    with recursive upon (classid, objid) as (
        select case when c.oid is not null then 'pg_class'::regclass else 'pg_proc'::regclass end::oid, o
        from unnest(objects) o
        left join pg_class c on c.oid = o
        union
        select
            case when r.oid is not null then 'pg_class'::regclass else d.classid end,
            coalesce(r.ev_class, d.objid)
        from upon u
        join pg_depend d on d.refclassid = u.classid and d.refobjid = u.objid and d.deptype = 'n'
        left join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
        where d.classid in ('pg_rewrite'::regclass, 'pg_proc'::regclass)
    )
    select u.classid::regclass, u.objid
    from upon u
$$;
comment on function early_help_internal.views_upon(oid[]) is
    'Within upgrade_partnership: these views and functions, and those that use them.';

create function early_help_internal.upgrade_tables(old oid, new early_help_internal.partnership_object[]) returns integer
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    one record;
    done integer := 0;
    place text;
    noted boolean;
    there boolean;
begin
    for one in
        select d.*
        from early_help_internal.partnership_differences(old, new) d
        join unnest('{table,column,constraint,index,trigger}'::text[]) with ordinality turn (kind, number) on turn.kind = d.kind
        where d.redefined
        -- What goes, goes first, and triggers before what they stand on.
        order by d.new_object is not null, case when d.new_object is null then - turn.number else turn.number end, d.new_object
    loop
        place := format('%I', one.relation);
        perform set_config('search_path', 'pg_catalog, pg_temp', true);
        noted := early_help_internal.is_noted(old, one.kind, one.relation, one.name);
        there := exists (
            select from pg_attribute a
            join pg_class c on c.oid = a.attrelid
            where c.relnamespace = old
                and c.relname = one.relation
                and a.attname = one.name);
        perform set_config('search_path', early_help_internal.path_to_make(old, one.kind), true);
        if one.old_object is not null and one.kind in ('constraint', 'index', 'trigger') then
            -- Of a table that somebody added it is not ours.
            continue when one.new_object is null and not noted;
            execute case one.kind
                when 'constraint' then format('alter table %s drop constraint %I', place, one.name)
                when 'index' then format('drop index %I', one.name)
                else format('drop trigger %I on %s', one.name, place)
            end;
        elsif one.new_object is null then
            continue when not noted;
            raise exception 'no step of the upgrade says what becomes of % %',
                one.kind, concat_ws('.', one.relation, nullif(one.name, ''));
        elsif one.kind = 'column' and one.old_object is not null then
            raise exception 'no step of the upgrade changes column %.%', one.relation, one.name;
        end if;
        done := done + 1;
        continue when one.new_object is null;

        if one.kind = 'table' then
            execute format(
                'create table %s (like %s including defaults including generated including identity including storage)',
                place, one.new_object::regclass);
        elsif one.kind = 'column' then
            -- A table that is new has its columns.
            continue when there;
            execute format('alter table %s add column %I %s', place, one.name, one.definition);
        elsif one.kind = 'constraint' then
            execute format('alter table %s add constraint %I %s', place, one.name, one.definition);
        else
            execute one.definition;
        end if;
    end loop;
    return done;
end
$$;
comment on function early_help_internal.upgrade_tables(oid, early_help_internal.partnership_object[]) is
    'Within upgrade_partnership: makes tables, columns, constraints, indexes and triggers that are new or changed, and drops '
    'those no longer there. A numbered step has changed or dropped columns before. Returns how many.';

create function early_help_internal.upgrade_views(old oid, new early_help_internal.partnership_object[]) returns integer
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    one record;
    done integer := 0;
    stubborn oid[] := '{}';
    dropped record;
    grants text[] := '{}';
    command text;
begin
    -- First those that can be replaced where they stand. Then what stands in the way of
    -- the rest goes, with all that uses it, and is made anew.
    for round in 1 .. 2 loop
        for one in
            select d.*
            from early_help_internal.partnership_differences(old, new) d
            where d.redefined
                and d.kind in ('view', 'function', 'kpi view', 'kpi function')
        loop
            if one.new_object is null then
                if early_help_internal.is_noted(old, one.kind, one.relation, one.name) then
                    stubborn := stubborn || one.old_object;
                end if;
                continue;
            end if;
            begin
                perform set_config('search_path', early_help_internal.path_to_make(old, one.kind), true);
                execute early_help_internal.command_to_make(old, one.kind, one.definition);
                if one.old_object is null and one.kind in ('function', 'kpi function') then
                    execute format('revoke execute on routine %s.%I(%s) from public',
                        early_help_internal.place_to_make(old, one.kind), one.relation, one.name);
                end if;
                done := done + 1;
            exception
                when others then
                    if round = 2 then
                        raise;
                    end if;
                    stubborn := array_remove(stubborn || one.old_object, null);
            end;
            perform set_config('search_path', 'pg_catalog, pg_temp', true);
        end loop;

        continue when round = 2;
        for dropped in
            select
                u.*,
                coalesce(c.relname, p.proname) as name,
                pg_describe_object(u.object_class, u.object, 0) as described,
                coalesce(c.relnamespace, p.pronamespace) as schema
            from early_help_internal.views_upon(stubborn) u
            left join pg_class c on u.object_class = 'pg_class'::regclass and c.oid = u.object
            left join pg_proc p on u.object_class = 'pg_proc'::regclass and p.oid = u.object
            order by u.object desc
        loop
            -- What the first round made is not noted yet.
            if not early_help_internal.is_noted(old, null, dropped.name, null)
                and not exists (select from unnest(new) n where n.relation = dropped.name and n.kind ~ 'view|function') then
                perform early_help_internal.raise_rule('P05', dropped.described);
            end if;
            grants := grants || early_help_internal.grants_upon(dropped.object_class, dropped.object, new);
            done := done + 1;
        end loop;
        for dropped in
            select u.*, c.relkind
            from early_help_internal.views_upon(stubborn) u
            left join pg_class c on u.object_class = 'pg_class'::regclass and c.oid = u.object
            order by u.object desc
        loop
            execute case when dropped.relkind is null
                then (
                    select format('drop routine if exists %s cascade', p.oid::regprocedure)
                    from pg_proc p
                    where p.oid = dropped.object)
                else (
                    select format('drop view if exists %s cascade', c.oid::regclass)
                    from pg_class c
                    where c.oid = dropped.object)
            end;
        end loop;
    end loop;

    -- What is no longer there needs no grant.
    foreach command in array grants loop
        begin
            execute command;
        exception
            when undefined_table or undefined_function or undefined_column then
                raise notice 'not granted again, for it is no longer there: %', command;
        end;
    end loop;
    return done;
end
$$;
comment on function early_help_internal.upgrade_views(oid, early_help_internal.partnership_object[]) is
    'Within upgrade_partnership: makes views and functions that are new or changed, with their grants, and drops those no longer '
    'there. Returns how many. Error YHP05: somebody else''s object uses one that has to be dropped and made again.';

create function early_help_internal.upgrade_comments(old oid, new early_help_internal.partnership_object[]) returns integer
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    one record;
    place text;
    done integer := 0;
begin
    for one in
        select d.*
        from early_help_internal.partnership_differences(old, new) d
        where d.new_object is not null
    loop
        perform set_config('search_path', early_help_internal.path_to_make(old, one.kind), true);
        place := early_help_internal.place_to_make(old, one.kind);
        execute case
            when one.kind like '%column'
                then format('comment on column %s.%I.%I is %L', place, one.relation, one.name, one.described)
            when one.kind like '%function'
                then format('comment on routine %s.%I(%s) is %L', place, one.relation, one.name, one.described)
            when one.kind like '%view' then format('comment on view %s.%I is %L', place, one.relation, one.described)
            when one.kind = 'table' then format('comment on table %s.%I is %L', place, one.relation, one.described)
            when one.kind = 'index' then format('comment on index %s.%I is %L', place, one.name, one.described)
            else format('comment on %s %I on %s.%I is %L', one.kind, one.name, place, one.relation, one.described)
        end;
        perform set_config('search_path', 'pg_catalog, pg_temp', true);
        done := done + 1;
    end loop;
    return done;
end
$$;
comment on function early_help_internal.upgrade_comments(oid, early_help_internal.partnership_object[]) is
    'Within upgrade_partnership: writes the comments that changed. Returns how many.';
