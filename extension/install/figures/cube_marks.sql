-- Which triggers mark the months of which source, and which events they follow.

create function early_help_internal.kpi_marks(records oid)
    returns table (
        marked regclass,
        source text,
        kind name,
        arguments text[],
        on_insert boolean,
        on_update boolean,
        on_delete boolean,
        columns smallint[]
    )
    language sql
    stable
    rows 60
    set search_path = pg_catalog, pg_temp
as $$
    select
        t.tgrelid,
        a.arguments[1],
        f.proname,
        a.arguments,
        t.tgtype & 4 <> 0 and t.tgqual is null,
        t.tgtype & 16 <> 0,
        t.tgtype & 8 <> 0 and t.tgqual is null,
        case
            when t.tgqual is not null or t.tgattr::text <> '' then array(
                select d.refobjsubid::smallint
                from pg_depend d
                where d.classid = 'pg_trigger'::regclass
                    and d.objid = t.oid
                    and d.refclassid = 'pg_class'::regclass
                    and d.refobjid = t.tgrelid
                    and d.refobjsubid > 0)
        end
    from pg_trigger t
    join pg_class c on c.oid = t.tgrelid
    join pg_proc f on f.oid = t.tgfoid
    -- Each argument ends with a zero byte: \000 as encode() writes it, and a backslash is made \134 like other bytes.
    cross join lateral (
        select array(
            select convert_from(decode(b.argument, 'escape'), getdatabaseencoding())
            from string_to_table(replace(encode(t.tgargs, 'escape'), '\\', '\134'), '\000')
                with ordinality as b (argument, place)
            where b.place <= t.tgnargs
            order by b.place)
    ) as a (arguments)
    where c.relnamespace = records
        and f.pronamespace = 'early_help'::regnamespace
        and f.prorettype = 'trigger'::regtype
        and starts_with(f.proname, 'mark_')
        -- After a row, on a subscriber too.
        and t.tgtype & 3 = 1
        and t.tgenabled = 'A'
$$;
comment on function early_help_internal.kpi_marks is
    'The triggers that mark months in a partnership''s schema and are ENABLE ALWAYS, one row each: the table, the source, the '
    'trigger function and its arguments; whether it fires on every insert and every delete; and on an update of which columns '
    '(null: of any).';

create function early_help_internal.kpi_event_columns(records oid, sources text[])
    returns table (event_table text, event_column text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select distinct coalesce(quote_ident(n.nspname) || '.' || quote_ident(e.event_table), m.marked::text), e.event_column
    from early_help_internal.kpi_marks(records) m
    join pg_namespace n on n.oid = records
    cross join lateral (
        select null as event_table, unnest(m.arguments[3:]) as event_column
        where m.kind in ('mark_stale_months', 'mark_stale_span')
        union all
        select null, unnest(m.arguments[4:])
        where m.kind = 'mark_stale_parts'
        union all
        select m.arguments[i], m.arguments[i + 2]
        from generate_series(3, cardinality(m.arguments) - 2, 3) i
        where m.kind in ('mark_stale_months_of', 'mark_stale_parts_of')
        union all
        select m.arguments[3], unnest(m.arguments[5:6])
        where m.kind = 'mark_stale_spans_of'
        union all
        -- With other events of the event's key at the end, or without.
        select m.arguments[l.last - 2], m.arguments[l.last]
        from (
            select cardinality(m.arguments) - 4 * ((cardinality(m.arguments) - 2) % 3) as last
            union
            select cardinality(m.arguments)
        ) l
        where m.kind = 'mark_stale_months_through'
    ) e
    where m.source = any (sources)
$$;
comment on function early_help_internal.kpi_event_columns is
    'The date columns of a partnership''s events, as the triggers of these sources name them.';

create function early_help_internal.kpi_event_months(records oid, sources text[], out first_month date, out last_month date)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    -- Other days are no events: marking would have refused them.
    columns text := (
        select string_agg(
            early_help_internal.fill(
                $sql$
                select min({column})::date as first_day, max({column})::date as last_day
                from {{table}}
                where {column} between '1900-01-01' and '2100-12-31'
                $sql$, jsonb_build_object('column', c.event_column, 'table', c.event_table)), ' union all ')
        from early_help_internal.kpi_event_columns(records, sources) c);
begin
    if columns is not null then
        execute early_help_internal.fill(
            $sql$
            select
                date_trunc('month', min(first_day)::timestamp)::date,
                date_trunc('month', max(last_day)::timestamp)::date
            from ({{columns}}) e
            $sql$, jsonb_build_object('columns', columns))
        into first_month, last_month;
    end if;
end
$$;
comment on function early_help_internal.kpi_event_months is
    'The months of the first and the last event in a partnership''s records that a trigger of these sources would mark, as their '
    'first days. Null: there is no event.';
