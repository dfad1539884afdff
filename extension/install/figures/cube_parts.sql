-- Cubes of parts. A row of kpi_part_<cube> is what one part, such as a child,
-- adds to a cell, as last refreshed. Of a month in which a few parts changed
-- the cells are those kept, less what these parts added, and with what they add
-- now: that takes as long as there are changes, not as there are cases.

create function early_help.kpi_part_columns(
    parts regclass,
    counts varchar[],
    out defined text,
    out listed text,
    out negated text,
    out summed text,
    out grouped text,
    out not_nought text
)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select
        string_agg(format('%I %s', a.attname, a.type), ', ' order by a.attnum),
        string_agg(format('c.%I', a.attname), ', ' order by a.attnum),
        string_agg(format(case when a.counts then '-c.%1$I as %1$I' else 'c.%1$I' end, a.attname), ', ' order by a.attnum),
        string_agg(format(case when a.counts then 'sum(c.%1$I)::%2$s as %1$I' else 'c.%1$I' end, a.attname, a.type), ', ' order by a.attnum),
        coalesce(string_agg(format('c.%I', a.attname), ', ' order by a.attnum) filter (where not a.counts), '()'),
        string_agg(format('coalesce(sum(c.%I), 0) <> 0', a.attname), ' or ' order by a.attnum) filter (where a.counts)
    from (
        select
            a.attname,
            a.attnum,
            format_type(a.atttypid, a.atttypmod) as type,
            a.attname = any (kpi_part_columns.counts) as counts
        from pg_attribute a
        where a.attrelid = parts
            and a.attnum > 2
    ) a
$$;
comment on function early_help.kpi_part_columns(regclass, varchar[]) is
    'What commands say of the columns of a cube of parts, after month and part: with their types, as they are, with negative '
    'counts, with sums of counts, those that are no counts, and that not all sums are nought. Rows are named c.';

create function early_help.define_kpi_parts(kpi_schema text, cube text, cells text, counts text[], few boolean) returns void
    language plpgsql
as $$
declare
    compute constant text := format('%I.%I', kpi_schema, 'kpi_compute_' || cube);
    changed constant text := format('%I.%I', kpi_schema, 'kpi_changed_' || cube);
    parts constant text := pg_catalog.quote_ident('kpi_part_' || cube);
    a_month constant text := '(select of_month as month, (of_month + interval ''1 month'')::date as next_month) m';
    settings constant text := $settings$
        set search_path = pg_catalog, pg_temp
        -- Compiling the plan would take longer than running it, and going to disk
        -- for the groups of a month of many cases.
        set jit = off
        set work_mem = '64MB'
        $settings$;
    columns record;
begin
    execute format(
        'create table %s as
        select m.month, cell.*
        from early_help.stale_months(''kpi_stale_months'', %L) m
        cross join lateral (%s) cell
        with no data',
        parts, cube, cells);
    if not exists (
            select
            from pg_catalog.pg_attribute a
            where a.attrelid operator(pg_catalog.=) pg_catalog.to_regclass(parts)
                and a.attnum operator(pg_catalog.=) 2
                and a.attname operator(pg_catalog.=) 'part'
                and a.atttypid operator(pg_catalog.=) 'bigint'::regtype)
        or exists (
            select unnest(counts)
            except
            select a.attname::text
            from pg_catalog.pg_attribute a
            where a.attrelid operator(pg_catalog.=) pg_catalog.to_regclass(parts)
                and a.attnum operator(pg_catalog.>) 2)
        or cardinality(counts) operator(pg_catalog.=) 0
    then
        raise invalid_parameter_value using
            message = format('the query of cube %s does not give parts', cube),
            detail = 'Its first column is not part, a bigint, or it has none of the counts that are named.',
            hint = 'docs/kpis.md shows how; or leave the counts out.';
    end if;
    execute format('create index on %s (month, part)', parts);
    perform early_help.guard_engine_table(parts::regclass);
    execute format('comment on table %s is %L', parts,
        format('What each part adds to the cells of cube %s, as last refreshed. Written by early_help.refresh_kpis alone.', cube));

    columns := early_help.kpi_part_columns(pg_catalog.to_regclass(parts), counts);
    execute format('create table %I as select c.month, %s from %s c group by c.month, %s with no data',
        'kpi_cell_' || cube, columns.summed, parts, columns.grouped);

    -- Parts are keys of records: these two are the owner's, for a refresh, and for
    -- the functions below. As their owner, whoever audits.
    execute format(
        'create function %I(of_month date) returns table (part bigint, %s)
            language sql
            stable
            parallel safe
            security definer
            %s
        begin atomic
            select cell.*
            from %s
            cross join lateral (%s) cell;
        end',
        'kpi_parts_' || cube, columns.defined, settings, a_month, cells);
    execute format('comment on function %I is %L', 'kpi_parts_' || cube,
        format('What each part adds to the cells of cube %s for the month that begins on the day, computed from the records.', cube));
    execute format(
        'create function %I(of_month date, parts bigint[]) returns table (part bigint, %s)
            language sql
            stable
            parallel safe
            %s
        begin atomic
            select one.*
            from %s
            cross join unnest(parts) as stale (part)
            -- One after the other, by an index.
            cross join lateral (
                select cell.*
                from (%s) cell
                where cell.part = stale.part
                offset 0
            ) one;
        end',
        'kpi_some_parts_' || cube, columns.defined, settings, a_month, cells);
    execute format('comment on function %I is %L', 'kpi_some_parts_' || cube,
        format('What these parts add to the cells of cube %s for the month that begins on the day, computed from the records.', cube));
    execute format('revoke execute on function %I, %I from public', 'kpi_parts_' || cube, 'kpi_some_parts_' || cube);

    -- As their owner: a reader may not see the records. In the schema of figures,
    -- which is open to readers; they are granted EXECUTE, and others are not.
    execute format(
        'create function %s(of_month date) returns table (month date, %s)
            language sql
            stable
            parallel safe
            security definer
            %s
        begin atomic
            select of_month, %s
            from %I(of_month) c
            group by %s;
        end',
        compute, columns.defined, settings, columns.summed, 'kpi_parts_' || cube, columns.grouped);
    execute format('comment on function %s is %L', compute,
        format('Cells of cube %s for the month that begins on the day, computed from the records.', cube));
    execute format(
        'create function %1$s(of_month date) returns table (month date, %2$s)
            language sql
            stable
            parallel safe
            security definer
            %3$s
        begin atomic
            with stale as materialized (
                select early_help.stale_parts(''kpi_stale_months'', %4$L, of_month) as parts
            )
            select of_month, %5$s
            from (
                select %6$s
                from %7$I c
                where c.month = of_month
                union all
                select %6$s
                from %8$I(of_month, (select stale.parts from stale)) c
                union all
                select %9$s
                from unnest((select stale.parts from stale)) as changed (part)
                join %10$s c on c.month = of_month and c.part = changed.part
            ) c
            group by %11$s
            having %12$s;
        end',
        changed, columns.defined, settings, cube, columns.summed, columns.listed, 'kpi_cell_' || cube,
        'kpi_some_parts_' || cube, columns.negated, parts, columns.grouped, columns.not_nought);
    execute format('comment on function %s is %L', changed,
        format('Cells of cube %s for the month that begins on the day: those kept, and the difference that its stale parts make.', cube));
    execute format('revoke execute on function %s, %s from public', compute, changed);

    execute format('create view %I as %s union all %s', 'kpi_live_' || cube,
        early_help.kpi_live_query(cube, compute, few, 'where m.whole'),
        early_help.kpi_live_query(cube, changed, few, 'where not m.whole'));
end
$$;
comment on function early_help.define_kpi_parts(text, text, text, text[], boolean) is
    'Within define_kpi_cube: what a cube of parts has in the way of tables, functions and the view of its stale months. Its '
    'query gives rows of one part, by whatever its cells are by, and their counts, never null; a cell whose counts are all '
    'nought is none.';

-- As the cube's own functions compute them for readers, but each part once, for
-- the parts and for the cells.
create function early_help.command_to_replace_parts(schema text, cube text, counts varchar[], n bigint) returns text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    columns constant record := early_help.kpi_part_columns(format('%I.%I', schema, 'kpi_part_' || cube), counts);
begin
    return format(
        'stale_%1$s as materialized (
            select m.whole, early_help.stale_parts(%3$L, %4$L, $1) as parts
            from early_help.stale_months(%3$L, %4$L) m
            where m.month = $1
        ), gone_%1$s as (
            delete from %2$I.%5$I
            where month = $1
                and (select whole from stale_%1$s)
        ), kept_%1$s as (
            delete from %2$I.%5$I c
            using unnest((select parts from stale_%1$s)) as changed (part)
            where c.month = $1
                and c.part = changed.part
                and (select not whole from stale_%1$s)
            returning %6$s
        ), computed_%1$s as (
            insert into %2$I.%5$I as c
            select $1, computed.*
            from %2$I.%7$I($1) computed
            where (select whole from stale_%1$s)
            union all
            select $1, computed.*
            from %2$I.%8$I($1, (select parts from stale_%1$s)) computed
            where (select not whole from stale_%1$s)
            returning %9$s
        ), old_%1$s as (
            delete from %2$I.%10$I c
            where c.month = $1
            returning %9$s
        ), new_%1$s as (
            insert into %2$I.%10$I
            select $1, %11$s
            from (
                select *
                from computed_%1$s
                union all
                select *
                from kept_%1$s
                union all
                select *
                from old_%1$s
                where (select not whole from stale_%1$s)
            ) c
            group by %12$s
            having %13$s
            returning 1
        )',
        n, schema, format('%I.kpi_stale_months', schema), cube, 'kpi_part_' || cube, columns.negated,
        'kpi_parts_' || cube, 'kpi_some_parts_' || cube, columns.listed,
        'kpi_cell_' || cube, columns.summed, columns.grouped, columns.not_nought);
end
$$;
comment on function early_help.command_to_replace_parts(text, text, varchar[], bigint) is
    'Within replace_kpi_cells: the part of its statement that replaces the cells of a cube of parts for month $1: all of them, '
    'or by the difference that its stale parts make.';
