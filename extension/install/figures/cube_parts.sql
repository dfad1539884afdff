-- Cubes of parts. A row of cube_<cube>_parts is what one part, such as a child,
-- adds to a cell, as last refreshed. Of a month in which a few parts changed
-- the cells are those kept, less what these parts added, and with what they add
-- now: that takes as long as there are changes, not as there are cases.

create function early_help_internal.cube_part_columns(
    parts regclass,
    counts varchar[],
    out defined text,
    out listed text,
    out negated text,
    out summed text,
    out grouped text,
    out not_zero text
)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select
        string_agg(format('%I %s', a.attname, a.type), ', ' order by a.attnum),
        string_agg(format('c.%I', a.attname), ', ' order by a.attnum),
        string_agg(
            case
                when a.counts then format('-c.%1$I as %1$I', a.attname)
                else format('c.%I', a.attname)
            end, ', ' order by a.attnum),
        string_agg(
            case
                when a.counts then format('sum(c.%1$I)::%2$s as %1$I', a.attname, a.type)
                else format('c.%I', a.attname)
            end, ', ' order by a.attnum),
        coalesce(string_agg(format('c.%I', a.attname), ', ' order by a.attnum) filter (where not a.counts), '()'),
        string_agg(format('coalesce(sum(c.%I), 0) <> 0', a.attname), ' or ' order by a.attnum) filter (where a.counts)
    from (
        select
            a.attname,
            a.attnum,
            format_type(a.atttypid, a.atttypmod) as type,
            a.attname = any (cube_part_columns.counts) as counts
        from pg_attribute a
        where a.attrelid = parts
            and a.attnum > 2
    ) a
$$;
comment on function early_help_internal.cube_part_columns is
    'Lists of the columns of a cube of parts, without month and part, for commands that call the row c: defined (with types), '
    'listed (as they are), negated (counts with a minus), summed (sums of the counts), grouped (all but the counts), not_zero '
    '(a condition: some sum is not zero).';

create function early_help_internal.define_cube_parts(names jsonb, compute text, changed text, counts text[], few boolean)
    returns void
    language plpgsql
as $$
declare
    cube constant text := names ->> 'cube';
    parts constant text := pg_catalog.quote_ident(names ->> 'parts');
    settings constant text := $settings$
            set search_path = pg_catalog, pg_temp
            -- Compiling the plan would take longer than running it, and going to disk
            -- for the groups of a month of many cases.
            set jit = off
            set work_mem = '64MB'$settings$;
    columns record;
    filling jsonb;
begin
    execute early_help_internal.fill(
        $sql$
        create table {parts} as
        select m.month, cell.*
        from early_help_internal.stale_months('stale_mark', {'cube'}) m
        cross join lateral ({{query}}) cell
        with no data
        $sql$, names);
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
    execute early_help_internal.fill('create index on {parts} (month, part)', names);
    perform early_help_internal.guard_engine_table(parts::regclass);
    execute format('comment on table %s is %L', parts,
        format(
            'What each part adds to the cells of cube %s, as last refreshed. Written by early_help.refresh_kpis alone.',
            cube));

    columns := early_help_internal.cube_part_columns(pg_catalog.to_regclass(parts), counts);
    filling := names || to_jsonb(columns) || jsonb_build_object(
        'compute', compute, 'changed_function', changed, 'settings', settings,
        'a_month', '(select of_month as month, (of_month + interval ''1 month'')::date as next_month) m');
    execute early_help_internal.fill(
        'create table {cells} as select c.month, {{summed}} from {parts} c group by c.month, {{grouped}} with no data', filling);

    -- Parts are keys of records: these two are the owner's, for a refresh, and for
    -- the functions below. As their owner, whoever audits.
    execute early_help_internal.fill(
        $sql$
        create function {all_parts}(of_month date) returns table (part bigint, {{defined}})
            language sql
            stable
            parallel safe
            security definer
            {{settings}}
        begin atomic
            select cell.*
            from {{a_month}}
            cross join lateral ({{query}}) cell;
        end
        $sql$, filling);
    execute format('comment on function %I is %L', names ->> 'all_parts',
        format(
            'What each part adds to the cells of cube %s for the month that begins on the day, computed from the records.',
            cube));
    execute early_help_internal.fill(
        $sql$
        create function {some_parts}(of_month date, parts bigint[]) returns table (part bigint, {{defined}})
            language sql
            stable
            parallel safe
            {{settings}}
        begin atomic
            select one.*
            from {{a_month}}
            cross join unnest(parts) as stale (part)
            -- One after the other, by an index.
            cross join lateral (
                select cell.*
                from ({{query}}) cell
                where cell.part = stale.part
                offset 0
            ) one;
        end
        $sql$, filling);
    execute format('comment on function %I is %L', names ->> 'some_parts',
        format(
            'What these parts add to the cells of cube %s for the month that begins on the day, computed from the records.',
            cube));
    execute early_help_internal.fill('revoke execute on function {all_parts}, {some_parts} from public', filling);

    -- As their owner: a reader may not see the records. In the schema of figures,
    -- which is open to readers; they are granted EXECUTE, and others are not.
    execute early_help_internal.fill(
        $sql$
        create function {{compute}}(of_month date) returns table (month date, {{defined}})
            language sql
            stable
            parallel safe
            security definer
            {{settings}}
        begin atomic
            select of_month, {{summed}}
            from {all_parts}(of_month) c
            group by {{grouped}};
        end
        $sql$, filling);
    execute format('comment on function %s is %L', compute,
        format('Cells of cube %s for the month that begins on the day, computed from the records.', cube));
    execute early_help_internal.fill(
        $sql$
        create function {{changed_function}}(of_month date) returns table (month date, {{defined}})
            language sql
            stable
            parallel safe
            security definer
            {{settings}}
        begin atomic
            with stale as materialized (
                select early_help_internal.stale_parts('stale_mark', {'cube'}, of_month) as parts
            )
            select of_month, {{summed}}
            from (
                select {{listed}}
                from {cells} c
                where c.month = of_month
                union all
                select {{listed}}
                from {some_parts}(of_month, (select stale.parts from stale)) c
                union all
                select {{negated}}
                from unnest((select stale.parts from stale)) as changed (part)
                join {parts} c on c.month = of_month and c.part = changed.part
            ) c
            group by {{grouped}}
            having {{not_zero}};
        end
        $sql$, filling);
    execute format('comment on function %s is %L', changed,
        format(
            'Cells of cube %s for the month that begins on the day: those kept, and the difference that its stale parts make.',
            cube));
    execute early_help_internal.fill('revoke execute on function {{compute}}, {{changed_function}} from public', filling);

    execute early_help_internal.fill(
        'create view {stale} as {{whole_months}} union all {{changed_months}}',
        names || jsonb_build_object(
            'whole_months', early_help_internal.cube_stale_query(names, compute, few, 'where m.whole'),
            'changed_months', early_help_internal.cube_stale_query(names, changed, few, 'where not m.whole')));
end
$$;
comment on function early_help_internal.define_cube_parts is
    'Within define_kpi_cube: makes the tables, the functions and the view of stale months of a cube of parts. Its query returns '
    'rows of one part with the columns of the cells; their counts are never null. A cell whose counts are all zero is left out.';

-- As the cube's own functions compute them for readers, but each part once, for
-- the parts and for the cells.
create function early_help_internal.command_to_replace_parts(schema text, cube text, counts varchar[], n bigint) returns text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    names constant jsonb := early_help_internal.cube_names(cube);
    columns constant record := early_help_internal.cube_part_columns(format('%I.%I', schema, names ->> 'parts'), counts);
begin
    return early_help_internal.fill(
        $sql$stale_{{n}} as materialized (
            select m.whole, early_help_internal.stale_parts({'log'}, {'cube'}, $1) as parts
            from early_help_internal.stale_months({'log'}, {'cube'}) m
            where m.month = $1
        ), gone_{{n}} as (
            delete from {schema}.{parts}
            where month = $1
                and (select whole from stale_{{n}})
        ), kept_{{n}} as (
            delete from {schema}.{parts} c
            using unnest((select parts from stale_{{n}})) as changed (part)
            where c.month = $1
                and c.part = changed.part
                and (select not whole from stale_{{n}})
            returning {{negated}}
        ), computed_{{n}} as (
            insert into {schema}.{parts} as c
            select $1, computed.*
            from {schema}.{all_parts}($1) computed
            where (select whole from stale_{{n}})
            union all
            select $1, computed.*
            from {schema}.{some_parts}($1, (select parts from stale_{{n}})) computed
            where (select not whole from stale_{{n}})
            returning {{listed}}
        ), old_{{n}} as (
            delete from {schema}.{cells} c
            where c.month = $1
            returning {{listed}}
        ), new_{{n}} as (
            insert into {schema}.{cells}
            select $1, {{summed}}
            from (
                select *
                from computed_{{n}}
                union all
                select *
                from kept_{{n}}
                union all
                select *
                from old_{{n}}
                where (select not whole from stale_{{n}})
            ) c
            group by {{grouped}}
            having {{not_zero}}
            returning 1
        )$sql$,
        names || to_jsonb(columns)
            || jsonb_build_object('schema', schema, 'n', n, 'log', format('%I.stale_mark', schema)));
end
$$;
comment on function early_help_internal.command_to_replace_parts is
    'Within replace_cells: the part of its statement that replaces the cells of a cube of parts for month $1. If the month '
    'is marked as a whole, it computes all parts; otherwise it adds the difference that the marked parts make.';
