-- Bringing a partnership to the version of the extension. A fresh one is made beside
-- it and the two are compared in the catalog. What differs is then made as in the
-- fresh one. Numbered steps (extension/upgrade/steps) come first. They do what a
-- comparison cannot know: renames, and changes of data.

create function early_help_internal.lock_for_upgrade(schema oid, kpi_schema oid) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    one record;
begin
    -- All at once or none: a lock that is waited for while others are held could
    -- make a deadlock, and PostgreSQL might then cancel a reader.
    for attempt in 1 .. 300 loop
        begin
            perform set_config('lock_timeout', '20ms', true);
            -- Views first, as readers take their locks; LOCK would go on to the catalogs that a view reads.
            for one in
                select c.oid::regclass as place, c.relkind, c.relowner::regrole as owner
                from pg_class c
                where c.relnamespace in (schema, kpi_schema)
                    and c.relkind in ('r', 'v')
                order by c.relkind desc, c.oid desc
            loop
                execute case one.relkind
                    when 'v' then format('alter view %s owner to %s', one.place, one.owner)
                    else format('lock table %s in access exclusive mode', one.place)
                end;
            end loop;
            perform set_config('lock_timeout', '0', true);
            return;
        exception
            when lock_not_available or deadlock_detected then
                null;
        end;
        perform pg_sleep(0.05 + random() * 0.1);
    end loop;
    raise lock_not_available using
        message = 'the partnership is in use',
        detail = 'Something has read or written it for half a minute without a pause.',
        hint = 'Nothing was changed. End long queries (pg_stat_activity), then call early_help.upgrade_partnership again.';
end
$$;
comment on function early_help_internal.lock_for_upgrade(oid, oid) is
    'Within upgrade_partnership: locks all tables and views of a partnership until the transaction ends. Error 55P03.';

create function early_help_internal.changed_cubes(old oid, new early_help_internal.partnership_object[]) returns text[]
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    changed text[];
begin
    -- A cube is computed by functions that carry its name.
    execute format(
        'select coalesce(array_agg(c.cube::text order by c.cube), ''{}'')
        from only %s.kpi_cube c
        cross join lateral early_help_internal.cube_names(c.cube) n (names)
        where exists (
            select
            from early_help_internal.partnership_differences($1, $2) d
            where d.redefined
                and d.relation in (n.names ->> ''month'', n.names ->> ''all_parts'', n.names ->> ''stale''))',
        old::regnamespace)
    into changed
    using old, new;
    return changed;
end
$$;
comment on function early_help_internal.changed_cubes(oid, early_help_internal.partnership_object[]) is
    'Within upgrade_partnership: cubes whose cells are no longer what they were.';

create function early_help_internal.new_cubes(old oid, new oid) returns text[]
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    cubes text[];
begin
    execute format(
        'select coalesce(array_agg(n.cube::text order by n.cube), ''{}'')
        from only %s.kpi_cube n
        where not exists (select from only %s.kpi_cube o where o.cube = n.cube)', new::regnamespace, old::regnamespace)
    into cubes;
    return cubes;
end
$$;
comment on function early_help_internal.new_cubes(oid, oid) is
    'Within upgrade_partnership: cubes of a fresh partnership that the partnership does not have yet.';

create function early_help.upgrade_partnership(name text, out from_version text, out to_version text, out changes bigint)
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set client_min_messages = notice
as $$
declare
    own record := early_help_internal.own_partnership(name);
    caller constant text := current_setting('role');
    place constant text := own.schema::regnamespace::text;
    fresh text := format('early_help_fresh_%s', pg_backend_pid());
    fresh_schema oid;
    objects early_help_internal.partnership_object[];
    cubes text[];
    set_aside regclass[];
    one regclass;
    step record;
    left_over text;
begin
    -- What is made belongs to the owner, and what he wrote runs as him.
    perform set_config('role', (select n.nspowner::regrole::text from pg_namespace n where n.oid = own.schema), true);
    if not pg_try_advisory_xact_lock(own.schema::bigint << 8 | 7) then
        raise lock_not_available using
            message = format('partnership %s is being upgraded by another session', quote_ident(name)),
            hint = 'SELECT * FROM early_help.partnerships(); shows its version when that has ended.';
    end if;
    select e.extversion into to_version from pg_extension e where e.extname = 'early_help';
    execute format('select record_version from only %s.partnership', place) into from_version;
    changes := 0;
    if from_version = to_version then
        perform set_config('role', caller, true);
        return;
    end if;
    if not exists (
        select
        from pg_extension_update_paths('early_help') u
        where u.source = upgrade_partnership.from_version
            and u.target = upgrade_partnership.to_version
            and u.path is not null) then
        raise feature_not_supported using
            message = format('there is no way from version %s to %s', from_version, to_version),
            hint = 'Bring the files of the versions between, which are in the package, to the server.';
    end if;

    raise notice 'making a partnership of version % to compare with', to_version;
    perform early_help.create_partnership(fresh);
    fresh_schema := fresh::regnamespace;
    objects := early_help_internal.fresh_objects(fresh, name);
    perform early_help_internal.exclude_refresh(own.schema);
    perform early_help_internal.lock_for_upgrade(own.schema, own.kpi_schema);

    for step in
        select s.to_version as version, s.ddl
        from early_help_internal.upgrade_steps() s
        where string_to_array(s.to_version, '.')::integer[] > string_to_array(upgrade_partnership.from_version, '.')::integer[]
        order by string_to_array(s.to_version, '.')::integer[]
    loop
        raise notice 'step to version %', step.version;
        perform set_config('search_path', early_help_internal.path_to_make(own.schema, 'table'), true);
        execute step.ddl;
        perform set_config('search_path', 'pg_catalog, pg_temp', true);
    end loop;

    set_aside := early_help_internal.set_cells_aside(own.schema, objects);
    cubes := early_help_internal.changed_cubes(own.schema, objects)
        || early_help_internal.new_cubes(own.schema, fresh_schema);
    changes := changes + early_help_internal.upgrade_tables(own.schema, objects);
    raise notice 'tables: % changes', changes;
    changes := changes + early_help_internal.upgrade_views(own.schema, objects);
    raise notice 'tables, views and functions: % changes', changes;
    foreach one in array set_aside loop
        execute format('drop table %s', one);
    end loop;
    changes := changes + early_help_internal.upgrade_comments(own.schema, objects);
    changes := changes + early_help_internal.upgrade_rows(own.schema, fresh_schema);
    raise notice 'with comments, codes and lists: % changes', changes;
    if cubes <> '{}' then
        perform early_help_internal.mark_cubes_stale(own.schema, cubes);
        raise notice 'figures to be computed anew by early_help.refresh_kpis: cubes %', array_to_string(cubes, ', ');
    end if;

    select string_agg(concat_ws(' ', d.kind, d.relation, d.name), ', ') into left_over
    from early_help_internal.partnership_differences(own.schema, objects) d
    where d.new_object is not null;
    if left_over is not null then
        raise exception 'the upgrade left a difference: %', left_over;
    end if;
    perform early_help_internal.write_by_engine(format('update only %s.partnership set record_version = $1', place), to_version);
    perform early_help_internal.note_structure(format('%s.partnership', place)::regclass);
    perform early_help.drop_partnership(fresh);
    perform set_config('role', caller, true);
end
$$;
comment on function early_help.upgrade_partnership(text) is
    'Brings a partnership to the version of the extension, after ALTER EXTENSION early_help UPDATE: its tables, rules, acts and '
    'figures, official codes and bank holidays. Records, local codes, targets, publications, grants and the objects of '
    'others stay. It is one transaction, with one notice per stage. Readers and writers wait in its last seconds. '
    'The owner calls '
    'it and needs CREATE on the database. changes: 0 if it had that version. '
    'Errors YHP03 (no such partnership), YHP05 (a view of somebody else uses '
    'one that changes), 55P03 (in use, or another upgrade runs), 0A000 (no way from its version).';
