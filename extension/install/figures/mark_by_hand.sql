-- Marks by hand: for records that were written with triggers off, and for a new cube.

create function early_help_internal.cube_list(schema oid) returns text[]
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    cubes text[];
begin
    execute format(
        'select coalesce(array_agg(c.cube::text order by c.cube), array[]::text[])
        from %s.kpi_cube c', schema::regnamespace)
    into cubes;
    return cubes;
end
$$;
comment on function early_help_internal.cube_list is
    'The names of a partnership''s cubes, in order. The schema is that of the records.';

create function early_help_internal.mark_cubes_stale(schema oid, cubes text[]) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    one text;
    sources text[];
    events record;
begin
    foreach one in array cubes loop
        execute format('select c.sources from %s.kpi_cube c where c.cube = $1', schema::regnamespace) into sources using one;
        events := early_help_internal.kpi_event_months(schema, sources);
        -- As a setting marks, which reaches the months there are; and those of its
        -- events, which may have been written unmarked.
        perform early_help_internal.write_by_engine(
            format(
                $sql$
                insert into %s.stale_mark (source, first_month, last_month, last_event)
                select $1, '-infinity', 'infinity', '-infinity'::date
                union all
                select $1, $2, $3, $3
                where $2 is not null
                $sql$, schema::regnamespace),
            'cube ' || one, events.first_month, events.last_month);
    end loop;
end
$$;
comment on function early_help_internal.mark_cubes_stale is
    'Marks every month of these cubes that has cells or events as stale.';

create function early_help.mark_all_stale(partnership text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    own constant record := early_help_internal.own_partnership(partnership);
    cubes text[];
begin
    cubes := early_help_internal.cube_list(own.schema);
    perform early_help_internal.mark_cubes_stale(own.schema, cubes);
end
$$;
comment on function early_help.mark_all_stale is
    'Marks every month of a partnership''s figures that has cells or events as stale. Views then compute these figures from the '
    'records until refresh_kpis makes the months fresh. For the owner: after the first copy of a subscriber, or after records '
    'were written with triggers off. Errors YHP03, 42501.';

create function early_help.mark_stale(
    partnership text,
    first_month date,
    last_month date default null,
    cubes text[] default null
) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    own constant record := early_help_internal.own_partnership(partnership);
    first constant date := date_trunc('month', first_month::timestamp);
    last constant date := date_trunc('month', coalesce(last_month, first_month)::timestamp);
    known text[];
    strange text;
begin
    if first is null or not isfinite(first) or not isfinite(last) or first > last
        or first < '1900-01-01' or last > '2110-12-01' then
        raise invalid_parameter_value using
            message = 'months are marked from one to another, between 1900 and 2110',
            hint = 'early_help.mark_all_stale marks all there are.';
    end if;
    known := early_help_internal.cube_list(own.schema);
    select string_agg(quote_literal(c), ', ') into strange from unnest(cubes) c where c <> all (known);
    if strange is not null then
        raise undefined_object using
            message = format('no such cube: %s', strange),
            hint = 'Table kpi_cube lists them.';
    end if;
    perform early_help_internal.write_by_engine(
        format(
            $sql$
            insert into %s.stale_mark (source, first_month, last_month, last_event)
            select 'cube ' || c, $2, $3, $3
            from unnest($1) c
            $sql$, own.schema::regnamespace),
        coalesce(cubes, known), first, last);
end
$$;
comment on function early_help.mark_stale is
    'Marks months of a partnership''s figures as stale, from the month of one day to the month of another: of all cubes, or of '
    'the cubes named and those that sum them. For the owner, where early_help.audit found cells that differ from the records. '
    'Errors YHP03, 42501, 22023, 42704.';
