-- Cubes that are dropped, and cubes that get another query while others go on reading them.

create function early_help_internal.grants_on(of_class regclass, object oid) returns text[]
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- What others than the owner may do.
    select coalesce(array_agg(format('grant %s on %s to %s', g.privilege_type, o.name,
        case when g.grantee = 0 then 'public' else g.grantee::regrole::text end)), '{}')
    from (
        select 'table ' || c.oid::regclass as name, c.relacl as acl, c.relowner as owner
        from pg_class c
        where of_class = 'pg_class'::regclass and c.oid = object
        union all
        select 'function ' || f.oid::regprocedure, f.proacl, f.proowner
        from pg_proc f
        where of_class = 'pg_proc'::regclass and f.oid = object
    ) o
    cross join lateral aclexplode(o.acl) g
    where g.grantee <> o.owner
$$;
comment on function early_help_internal.grants_on is
    'Commands that grant again what others than its owner may do with a table, view or function.';

create function early_help_internal.put_view(name text, replaces boolean, query text) returns void
    language plpgsql
as $$
declare
    grants text[];
    one text;
begin
    if not replaces then
        execute format('create view %s as %s', name, query);
        return;
    end if;
    begin
        execute format('create or replace view %s as %s', name, query);
    exception when invalid_table_definition then
        -- Its columns are others: only where nobody reads it.
        grants := early_help_internal.grants_on('pg_catalog.pg_class'::regclass, name::regclass);
        execute format('drop view %s', name);
        execute format('create view %s as %s', name, query);
        foreach one in array grants loop
            execute one;
        end loop;
    end;
end
$$;
comment on function early_help_internal.put_view is
    'Makes a view, or gives one that is there another query. What reads it goes on, if its columns are the same or come after '
    'those it had; else error 2BP01. Grants stay.';

create function early_help_internal.cube_objects(schema oid, cube text, out names jsonb, out functions regprocedure[])
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Those that call others first.
    select n.names, array(
        select f.oid::regprocedure
        from unnest(array['changed', 'month', 'some_parts', 'all_parts', 'rows']) with ordinality as k (what, place)
        join pg_proc f on f.proname = n.names ->> k.what
            and f.pronamespace in (
                schema,
                (select x.oid from pg_namespace o join pg_namespace x on x.nspname = o.nspname || '_kpi' where o.oid = schema))
        order by k.place)
    from (select early_help_internal.cube_names(cube) as names) n
$$;
comment on function early_help_internal.cube_objects is
    'The names of what makes up a cube, and its functions in the order in which they can be dropped.';

create function early_help_internal.drop_cube_objects(schema oid, cube text) returns void
    language plpgsql
as $$
declare
    objects constant record := early_help_internal.cube_objects(schema, cube);
    one text;
begin
    execute early_help_internal.fill('drop view {stale}', objects.names);
    foreach one in array objects.functions::text[] loop
        execute 'drop function ' || one;
    end loop;
    execute early_help_internal.fill('drop table {cells}', objects.names);
    if pg_catalog.to_regclass(quote_ident(objects.names ->> 'parts')) is not null then
        execute early_help_internal.fill('drop table {parts}', objects.names);
    end if;
    perform early_help_internal.write_by_engine('delete from kpi_cube where cube = $1', cube);
    perform early_help_internal.write_by_engine('delete from stale_mark where source = $1', 'cube ' || cube);
end
$$;
comment on function early_help_internal.drop_cube_objects is
    'Drops what makes up a cube of the partnership in the search_path, but for the view that joins it all: nothing may read it.';

create function early_help_internal.cube_to_change(cube text) returns oid
    language plpgsql
as $$
declare
    p constant text := early_help_internal.partnership_in_path();
    records constant oid := pg_catalog.to_regnamespace(pg_catalog.quote_ident(p));
begin
    perform pg_catalog.set_config('search_path', pg_catalog.format('%I, early_help, pg_temp', p), true);
    perform early_help_internal.exclude_refresh(records);
    if not exists (select from kpi_cube c where c.cube = cube_to_change.cube) then
        raise undefined_object using
            message = format('there is no cube %s', coalesce(quote_literal(cube), 'null')),
            hint = 'Table kpi_cube lists them.';
    end if;
    return records;
end
$$;
comment on function early_help_internal.cube_to_change is
    'The schema of the records of the partnership in the search_path, and that alone in the path; keeps refreshes waiting. '
    'Errors 42P01 (no partnership), 42704 (no such cube).';

create function early_help.drop_kpi_cube(cube text) returns void
    language plpgsql
as $$
declare
    outer_path text := pg_catalog.current_setting('search_path');
    schema oid;
begin
    schema := early_help_internal.cube_to_change(cube);
    execute early_help_internal.fill('drop view {view}', early_help_internal.cube_names(cube));
    perform early_help_internal.drop_cube_objects(schema, cube);
    perform pg_catalog.set_config('search_path', outer_path, true);
end
$$;
comment on function early_help.drop_kpi_cube is
    'Drops a cube of the partnership in the search_path: its tables, functions and view cube_<cube>. First drop what reads '
    'that view. Errors 42P01 (no partnership), 42704 (no such cube), 2BP01 (something reads its view).';

-- What reads the view of the cube, other cubes too, goes on reading it.
create function early_help.replace_kpi_cube(
    cube text,
    sources text[],
    cells text,
    from_cubes text[] default '{}',
    few boolean default false,
    counts text[] default null
) returns void
    language plpgsql
as $$
declare
    outer_path text := pg_catalog.current_setting('search_path');
    schema oid;
    strange text;
    grants text[];
    one text;
begin
    schema := early_help_internal.cube_to_change(cube);
    select string_agg(quote_literal(c.cube), ', ')
    into strange
    from kpi_cube c
    where c.cube = any (replace_kpi_cube.from_cubes)
        and 'cube ' || replace_kpi_cube.cube = any (c.sources);
    if strange is not null then
        raise invalid_parameter_value using
            message = format('cube %s cannot sum cubes that it is in itself: %s', quote_literal(cube), strange),
            hint = 'Sum the cubes that those sum.';
    end if;
    select coalesce(array_agg(g.command), '{}')
    into grants
    from unnest((early_help_internal.cube_objects(schema, cube)).functions) f
    cross join lateral unnest(early_help_internal.grants_on('pg_catalog.pg_proc'::regclass, f)) g (command);

    -- The view stays, without anything below it.
    execute early_help_internal.fill(
        'create or replace view {view} as select {{columns}} where false',
        early_help_internal.cube_names(cube) || jsonb_build_object('columns', (
            select string_agg(
                format('null::%s as %I', pg_catalog.format_type(a.atttypid, a.atttypmod), a.attname), ', ' order by a.attnum)
            from pg_catalog.pg_attribute a
            where a.attrelid operator(pg_catalog.=)
                    pg_catalog.to_regclass(quote_ident(early_help_internal.cube_names(cube) ->> 'view'))
                and a.attnum operator(pg_catalog.>) 0
                and not a.attisdropped)));
    perform early_help_internal.drop_cube_objects(schema, cube);
    perform pg_catalog.set_config('search_path', outer_path, true);
    perform early_help_internal.make_cube(cube, sources, cells, from_cubes, few, counts, true);
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);

    -- Cubes that sum it are stale with it.
    perform early_help_internal.write_by_engine(
        format(
            'update %s.kpi_cube c
            set sources = array(select distinct s from unnest(c.sources || o.sources) s order by s)
            from %1$s.kpi_cube o
            where o.cube = $1
                and c.cube <> o.cube
                and $2 = any (c.sources)', schema::regnamespace),
        cube, 'cube ' || cube);
    foreach one in array grants loop
        -- As long as there is such a function.
        begin
            execute one;
        exception when undefined_function then
            null;
        end;
    end loop;
    perform pg_catalog.set_config('search_path', outer_path, true);
end
$$;
comment on function early_help.replace_kpi_cube is
    'Gives a cube of the partnership in the search_path another query or other sources, as define_kpi_cube takes them, and marks '
    'its months stale. What reads view cube_<cube> goes on, if its columns are the same or new ones come last; grants stay. '
    'Errors 42P01 (no partnership), 42704 (no such cube), 22023 (no trigger marks what it reads, or it would sum itself), 2BP01 '
    '(something reads a column that goes, or the rows of the cube).';
