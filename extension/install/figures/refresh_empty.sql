-- Months that need no mark: those without events and cells.

-- Months beyond events and cells need no mark: an event there brings its own. What goes on does, up to the current month.
create function early_help_internal.trim_marks(schema text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    perform early_help_internal.write_by_engine(
        early_help_internal.fill(
            $sql$
            with range as materialized (
                select min(r.first_month) as first_month, max(r.last_month) as last_month
                from (
                    select s.first_month, least(s.last_month, s.last_event) as last_month
                    from {schema}.stale_mark s
                    where s.last_event >= s.first_month
                        and s.last_event > '-infinity'
                    union all
                    select f.first_month, f.last_month
                    from {schema}.kpi_filled_months f
                    where f.first_month <= f.last_month
                ) r
            ), goes_on as materialized (
                -- What goes on makes the month stale that begins next. One such mark of a source is enough.
                select distinct on (s.source) s.ctid as mark
                from {schema}.stale_mark s
                where s.first_month > '-infinity'
                    and s.last_month = 'infinity'
                    and s.last_event = '-infinity'
                order by s.source, s.first_month, s.ctid
            ), wide as (
                delete from {schema}.stale_mark s
                where (s.first_month < coalesce((select r.first_month from range r), 'infinity')
                    or s.last_month > coalesce((select r.last_month from range r), '-infinity'))
                    and s.ctid not in (select g.mark from goes_on g)
                returning source, first_month, last_month, last_event, part
            )
            insert into {schema}.stale_mark (source, first_month, last_month, last_event, part)
            select w.source, greatest(w.first_month, r.first_month), least(w.last_month, r.last_month), w.last_event, w.part
            from wide w
            join range r on w.first_month <= r.last_month and w.last_month >= r.first_month
            $sql$, jsonb_build_object('schema', schema)));
end
$$;
comment on function early_help_internal.trim_marks is
    'Within a refresh: removes marks of months that come before or after all cells and all marked events.';

create function early_help_internal.month_has_cells(schema text, month date) returns boolean
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    cells regclass;
    is_there boolean;
begin
    -- One table after the other: one query of all takes longer to plan than most months to find.
    for cells in
        select e.engine_table
        from early_help_internal.engine_tables(schema) e
        where e.holds = 'cells'
    loop
        execute format('select exists (select from %s c where c.month = $1)', cells) into is_there using month;
        if is_there then
            return true;
        end if;
    end loop;
    return false;
end
$$;
comment on function early_help_internal.month_has_cells is 'Within a refresh: whether any cube has cells of the month.';

create function early_help_internal.narrow_filled_months(schema text, first_done date, last_done date) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    filled record;
begin
    -- Only a month that was done can have lost its cells, and only one at an end matters.
    execute format('select f.first_month, f.last_month from %I.kpi_filled_months f', schema) into filled;
    if filled.first_month between first_done and last_done
        and not early_help_internal.month_has_cells(schema, filled.first_month)
        or filled.last_month between first_done and last_done
        and not early_help_internal.month_has_cells(schema, filled.last_month)
    then
        perform early_help_internal.write_by_engine(
            early_help_internal.fill(
                $sql$
                update {schema}.kpi_filled_months r
                set first_month = n.first_month, last_month = n.last_month
                from (
                    select
                        coalesce(min(c.first_month), 'infinity') as first_month,
                        coalesce(max(c.last_month), '-infinity') as last_month
                    from ({{ranges}}) c
                ) n
                where (r.first_month, r.last_month) <> (n.first_month, n.last_month)
                $sql$,
                jsonb_build_object(
                    'schema', schema,
                    'ranges', (
                        select string_agg(
                            format('select min(month) as first_month, max(month) as last_month from %s', e.engine_table),
                            ' union all ')
                        from early_help_internal.engine_tables(schema) e
                        where e.holds = 'cells'))));
    end if;
end
$$;
comment on function early_help_internal.narrow_filled_months(text, date, date) is
    'At the end of a refresh of months from one to another: narrows the range in kpi_filled_months to the months that have '
    'cells.';

-- Months that no marked cube has a cell for, neither kept nor computed,
-- need no mark: what comes into them later brings its own. One statement, one
-- snapshot: the marks that go are those whose changes were computed.
create function early_help_internal.unmark_months_without_cells(schema text, months date[], stale varchar[], cubes varchar[])
returns integer
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set jit = off
as $$
begin
    return early_help_internal.write_by_engine(
        early_help_internal.fill(
            $sql$
            with empty as materialized (
                select m.month
                from unnest($1) m (month)
                where m.month not in ({{months_with_cells}})
            ), seen as (
                delete from {schema}.stale_mark s
                where s.source = any ($2)
                    and isfinite(s.first_month)
                    and isfinite(s.last_month)
                    and exists (select from empty e where e.month between s.first_month and s.last_month)
                returning source, first_month, last_month, last_event, part
            ), rest as (
                insert into {schema}.stale_mark (source, first_month, last_month, last_event, part)
                select source, min(month), max(month), case when of_event then max(month) else '-infinity' end, part
                from (
                    select
                        source,
                        part,
                        month,
                        of_event,
                        month - interval '1 month'
                            * row_number() over (partition by source, part, of_event order by month) as island
                    from (
                        select distinct s.source, s.part, g.month::date as month, g.month <= s.last_event as of_event
                        from (select distinct * from seen) s
                        cross join lateral generate_series(s.first_month::timestamp, s.last_month::timestamp, '1 month') g (month)
                    ) marked
                    where not exists (select from empty e where e.month = marked.month)
                ) remaining
                group by source, part, of_event, island
            )
            select count(*) from empty
            $sql$,
            jsonb_build_object(
                'schema', schema,
                'months_with_cells', (
                    select string_agg(
                        early_help_internal.fill(
                            'select l.month from {schema}.{stale} l where l.month = any ($1)',
                            early_help_internal.cube_names(cube) || jsonb_build_object('schema', schema)), ' union all ')
                    from unnest(cubes) cube))),
        months, stale);
end
$$;
comment on function early_help_internal.unmark_months_without_cells is
    'Within a refresh: removes the marks of those months for which these cubes compute no cells. The caller makes sure that no '
    'cells of them are kept. Returns the number of such months.';

create function early_help_internal.sweep_kpi_months(schema text, after date) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
    -- Compiling the plan would take longer than running it.
    set jit = off
as $$
declare
    stale varchar[];
    cubes varchar[];
    computed varchar[];
    months date[];
    some_months date[];
    tried integer := 0;
    without_cells integer;
begin
    perform early_help_internal.forget_stale_marks();
    execute format('select array_agg(distinct s.source) from %I.stale_mark s where s.last_month > $1', schema)
    into stale
    using after;
    -- A cube that sums others has nothing for a month when they have nothing,
    -- unless it is itself what is new.
    execute format(
        'select
            array_agg(c.cube),
            array_agg(c.cube) filter (where not c.from_cubes or array[''cubes'', ''cube '' || c.cube]::varchar[] && $1)
        from %I.kpi_cube c
        where c.sources && $1', schema)
    into cubes, computed
    using stale;
    if cubes is null then
        return;
    end if;

    execute early_help_internal.fill(
        $sql$
        select array_agg(m.month order by m.month)
        from (select distinct month from {schema}.stale_month where month > $1) m
        where m.month < (select coalesce(min(kept.month), 'infinity') from ({{first_months}}) kept)
        $sql$,
        jsonb_build_object(
            'schema', schema,
            'first_months', (
                select string_agg(
                    early_help_internal.fill(
                        'select min(month) as month from {schema}.{cells} where month > $1',
                        early_help_internal.cube_names(cube) || jsonb_build_object('schema', schema)), ' union all ')
                from unnest(cubes) cube)))
    into months
    using after;

    -- Twice as many months each time: what is computed here and once more
    -- by the refresh is no more than what was skipped.
    while tried < cardinality(months) loop
        some_months := months[tried + 1:tried + greatest(tried, 1)];
        without_cells := early_help_internal.unmark_months_without_cells(schema, some_months, stale, computed);
        exit when without_cells < cardinality(some_months);
        tried := tried + without_cells;
    end loop;
end
$$;
comment on function early_help_internal.sweep_kpi_months is
    'Within a refresh: removes the marks of months after a day that have no cells, kept or computed. It stops at the next month '
    'that has some.';
