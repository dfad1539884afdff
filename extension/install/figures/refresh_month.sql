-- How a refresh makes one month fresh.

create function early_help_internal.command_to_replace_cells(schema text, cube text, n bigint) returns text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    counts varchar[];
begin
    execute format('select c.counts from %I.kpi_cube c where c.cube = $1', schema)
    into counts
    using cube;
    if counts is not null then
        return early_help_internal.command_to_replace_parts(schema, cube, counts, n);
    end if;
    return early_help_internal.fill(
        $sql$old_{{n}} as (
            delete from {schema}.{cells}
            where month = $1
            returning 1
        ), new_{{n}} as (
            insert into {schema}.{cells}
            select *
            from {schema}.{stale}
            where month = $1
            returning 1
        )$sql$, early_help_internal.cube_names(cube) || jsonb_build_object('schema', schema, 'n', n));
end
$$;
comment on function early_help_internal.command_to_replace_cells is
    'Within replace_cells: the part of its statement that replaces the cells of a cube for month $1. It consists of old_<n>, '
    'which deletes, and new_<n>, which inserts.';

-- One statement, one snapshot: the log rows that go are those whose changes
-- the new cells hold. Every cube of these sources is computed; a row of another
-- source, or one not visible here, stays.
create function early_help_internal.replace_cells(
    schema text,
    month date,
    stale varchar[],
    cubes varchar[],
    cubes_that_sum varchar[]
)
    returns bigint
    language plpgsql
    set search_path = pg_catalog, pg_temp
    -- Compiling the plan would take longer than running it, and going to disk
    -- for the groups of a month of many cases.
    set jit = off
    set work_mem = '64MB'
as $$
begin
    return early_help_internal.write_by_engine(
        early_help_internal.fill(
            $sql$
            with seen as (
                delete from {schema}.stale_mark
                where source = any ($2)
                    and $1 between first_month and last_month
                returning source, first_month, last_month, last_event, part
            ), rest as (
                insert into {schema}.stale_mark (source, first_month, last_month, last_event, part)
                -- Marks of events, and of what has none, stay apart.
                select source, min(first_month), ($1 - interval '1 month')::date,
                    case when last_event >= first_month then max(last_event) else '-infinity' end, part
                from seen
                where first_month < $1
                group by source, part, last_event >= first_month
                union all
                select source, ($1 + interval '1 month')::date, max(last_month),
                    case when last_event > $1 then max(last_event) else '-infinity' end, part
                from seen
                where last_month > $1
                group by source, part, last_event > $1
                union all
                select 'cubes', $1, $1, $1, null
                where $3 <> '{}'
            ), {{replacements}}
            select {{count}}
            $sql$,
            jsonb_build_object(
                'schema', schema,
                'replacements', (
                    select string_agg(early_help_internal.command_to_replace_cells(schema, cube, n), ', ')
                    from unnest(cubes) with ordinality as c (cube, n)),
                'count', (
                    select string_agg(format('(select count(*) from old_%1$s) + (select count(*) from new_%1$s)', n), ' + ')
                    from generate_subscripts(cubes, 1) n))),
        month, stale, cubes_that_sum);
end
$$;
comment on function early_help_internal.replace_cells is
    'Within a refresh, in one statement: computes the cells of these cubes for a month and removes the marks of these sources '
    'from the month. Cubes that sum other cubes stay marked. Returns the number of cells deleted and inserted.';

create function early_help_internal.refresh_kpi_month(schema text, month date, out cells bigint, out done varchar[])
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    stale varchar[];
    cubes varchar[];
    cubes_that_sum varchar[];
begin
    cells := 0;
    perform early_help_internal.forget_stale_marks();
    execute format(
        'select array_agg(distinct s.source)
        from %I.stale_mark s
        where $1 between s.first_month and s.last_month', schema)
    into stale
    using month;
    execute format(
        'select
            array_agg(c.cube order by c.cube) filter (where not c.from_cubes),
            coalesce(array_agg(c.cube order by c.cube) filter (where c.from_cubes), ''{}'')
        from %I.kpi_cube c
        where c.sources && $1', schema)
    into cubes, cubes_that_sum
    using stale;

    -- Where cells may come to stand, before they do.
    perform early_help_internal.write_by_engine(
        format(
            'update %I.kpi_filled_months
            set first_month = least(first_month, $1), last_month = greatest(last_month, $1)
            where not $1 between first_month and last_month', schema),
        month);

    -- What sums other cubes comes after them, in the same transaction: it then
    -- reads their new cells instead of the records once more.
    if cubes is not null then
        cells := early_help_internal.replace_cells(schema, month, stale, cubes, cubes_that_sum);
        stale := array['cubes'];
    end if;
    if cubes_that_sum <> '{}' then
        cells := cells + early_help_internal.replace_cells(schema, month, stale, cubes_that_sum, '{}');
    end if;
    done := cubes || cubes_that_sum;
end
$$;
comment on function early_help_internal.refresh_kpi_month is
    'Within a refresh: makes one stale month fresh. It computes the cells of every cube that is stale in that month, those that '
    'sum other cubes last, and removes the marks. Returns the number of cells deleted and inserted, and the names of the cubes.';
