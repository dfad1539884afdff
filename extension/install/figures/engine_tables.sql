-- The tables that the engine of the figures keeps, and who may write them: see
-- extension/src/figures/engine_guard.c.

create function early_help_internal.engine_writes_only() returns trigger
    language c
as 'MODULE_PATHNAME', 'early_help_engine_writes_only';
comment on function early_help_internal.engine_writes_only is
    'Trigger before statement: only early_help''s own functions write this table, whoever owns it. Error YHK03.';

create function early_help_internal.owner_writes_only() returns trigger
    language c
as 'MODULE_PATHNAME', 'early_help_owner_writes_only';
comment on function early_help_internal.owner_writes_only is
    'Trigger before statement: only the owner writes this table, whatever was granted to others. Error 42501.';

create function early_help_internal.write_by_engine(command text) returns bigint
    language c
as 'MODULE_PATHNAME', 'early_help_write_by_engine';
comment on function early_help_internal.write_by_engine(text) is
    'Runs a command as the engine''s own, with the caller''s rights, who must own what engine_writes_only guards. Returns the '
    'first column of its first row, or how many rows it wrote. For the functions of early_help alone.';

create function early_help_internal.write_by_engine(command text, variadic "values" "any") returns bigint
    language c
as 'MODULE_PATHNAME', 'early_help_write_by_engine';
comment on function early_help_internal.write_by_engine(text, "any") is
    'The same for a command with values $1, $2 ...';

-- What stands guard over a table of figures. Settings are the owner's.
create function early_help_internal.guard_engine_table(guarded regclass) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    execute format(
        'create trigger engine_writes_only before insert or update or delete on %s
        for each statement execute function early_help_internal.engine_writes_only()', guarded);
    execute format(
        'create trigger zz_refuse_truncate before truncate on %s
        for each statement execute function early_help_internal.refuse_truncate()', guarded);
    execute format('alter table %s enable always trigger zz_refuse_truncate', guarded);
end
$$;
comment on function early_help_internal.guard_engine_table is
    'Adds the triggers that let only early_help''s own functions write a table, and nobody truncate it.';

create function early_help_internal.engine_tables(schema text) returns table (engine_table regclass, holds text)
    language plpgsql
    stable
    rows 40
    set search_path = pg_catalog, pg_temp
as $$
declare
    strange text;
begin
    if to_regnamespace(quote_ident(schema)) is null then
        return;
    end if;
    return query execute early_help_internal.fill(
        $sql$
        select c.name, e.holds
        from (
            values ('stale_mark', 'marks'), ('kpi_cube', 'cubes'), ('kpi_filled_months', 'months'),
                ('kpi_refresh_log', 'runs'), ('kpi_period', 'periods'), ('kpi_metric', 'settings')
            union all
            select early_help_internal.cube_names(cube) ->> 'cells', 'cells' from {schema}.kpi_cube
            union all
            select early_help_internal.cube_names(cube) ->> 'parts', 'parts' from {schema}.kpi_cube where counts is not null
        ) as e (name, holds)
        -- By name, one by one: a join with pg_class may read all of it for each.
        cross join lateral (select to_regclass(format('%I.%I', {'schema'}, e.name)) as name offset 0) c
        where c.name is not null
        $sql$, jsonb_build_object('schema', schema));

    -- A table is the engine's because it is registered and belongs to the owner
    -- of the log. Its name alone says nothing: others may make tables here, and a
    -- policy of theirs is code.
    execute early_help_internal.fill(
        $sql$
        select string_agg(e.name, ', ' order by e.name)
        from (
            select early_help_internal.cube_names(cube) ->> 'cells' as name, 'r' as kind from {schema}.kpi_cube
            union all
            select early_help_internal.cube_names(cube) ->> 'parts', 'r' from {schema}.kpi_cube where counts is not null
            union all
            select early_help_internal.cube_names(cube) ->> 'stale', 'v' from {schema}.kpi_cube
        ) e
        join pg_class l on l.oid = to_regclass({'log'})
        left join pg_class c on c.oid = to_regclass(format('%I.%I', {'schema'}, e.name))
        where c.relowner is distinct from l.relowner
            or c.relkind::text <> e.kind
        $sql$, jsonb_build_object('schema', schema, 'log', format('%I.stale_mark', schema)))
    into strange;
    if strange is not null then
        raise object_not_in_prerequisite_state using
            message = format('cells of partnership %s do not stand as define_kpi_cube made them', quote_ident(schema)),
            detail = format('Missing, of another kind, or of another role than stale_mark: %s.', strange),
            hint = 'early_help.audit tells more; define_kpi_cube makes a cube that drop_kpi_cube has dropped.';
    end if;
end
$$;
comment on function early_help_internal.engine_tables is
    'The tables of a partnership''s figures and what each holds. A table counts only if it is registered and belongs to the '
    'owner of stale_mark. Error 55000: a registered table is missing or belongs to somebody else.';

create function early_help_internal.partnership_in_path() returns text
    language plpgsql
    stable
as $$
declare
    p text := (
        select n.nspname
        from pg_catalog.pg_class c
        join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
        where c.oid operator(pg_catalog.=) pg_catalog.to_regclass('stale_mark'));
begin
    if p is null then
        raise undefined_table using
            message = 'no partnership''s schema is in the search_path',
            hint = 'SET search_path = <partnership>_kpi, <partnership>, early_help;';
    end if;
    return p;
end
$$;
comment on function early_help_internal.partnership_in_path() is
    'The schema of the records of the partnership in the search_path. Error 42P01: there is none.';
