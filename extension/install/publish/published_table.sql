-- A table is a registration: what it counts, by what, and one query. The view
-- of its figures and the view for BI tools are made from that.
create function early_help_internal.make_published_table(
    table_name text,
    title text,
    dimensions text[],
    counts text[],
    sums text[],
    ratios text[],
    meanings jsonb,
    figures text,
    replaces boolean
)
    returns void
    language plpgsql
as $$
declare
    outer_path text := pg_catalog.current_setting('search_path');
    p text;
    one text;
    part text[];
    shown text := 'published_' operator(pg_catalog.||) table_name;
begin
    p := early_help_internal.partnership_in_path();
    -- What the query names is the partnership's; operators are pg_catalog's.
    perform pg_catalog.set_config('search_path',
        pg_catalog.format('%I, %I, early_help, pg_temp', p operator(pg_catalog.||) '_kpi', p), true);
    dimensions := array(select d from pg_catalog.unnest(dimensions) d order by d collate "C");
    if pg_catalog.cardinality(dimensions) > 2 then
        raise invalid_parameter_value using message = 'a published table has two dimensions at most';
    end if;
    foreach one in array ratios loop
        part := pg_catalog.regexp_split_to_array(one, '\s*[=/]\s*');
        if not exists (
            select
            from pg_catalog.unnest(sums) s
            cross join lateral pg_catalog.regexp_split_to_array(s, '\s*[=+]\s*') w
            where w[1] = part[3] and part[2] = any (w[2:]) and pg_catalog.cardinality(w) = 3) then
            raise invalid_parameter_value using
                message = pg_catalog.format('%s is not one of two parts of %s', part[2], part[3]),
                hint = 'A percentage gives away what is left of the whole: name that as one count, and the sum in sums.';
        end if;
    end loop;

    perform early_help_internal.write_by_engine(
        pg_catalog.format(
            'insert into %I.published_table (table_name, title, dimensions, counts, sums, ratios)
            values ($1, $2, $3, $4, $5, $6)', p),
        table_name, title, dimensions, counts, sums, ratios);
    perform early_help_internal.put_view(pg_catalog.format('%I.%I', p, 'publish_' || table_name), replaces, figures);
    execute pg_catalog.format('comment on view %I.%I is %L', p, 'publish_' || table_name,
        pg_catalog.format(
            'What publish_figures freezes for table %s: rows by month. A row without month names a value to show as 0.',
            table_name));

    perform early_help_internal.put_view(pg_catalog.format('%I.%I', p || '_kpi', shown), replaces,
        early_help_internal.published_view(p, dimensions, counts, sums, ratios));
    execute pg_catalog.format('comment on view %I.%I is %L', p || '_kpi', shown, title);
    for one in
        select pg_catalog.format('comment on column %I.%I.%I is %L', p || '_kpi', shown, m.name, m.meaning)
        from early_help_internal.published_column_meanings(shown, dimensions, counts, ratios, meanings) m
    loop
        execute one;
    end loop;
    perform pg_catalog.set_config('search_path', outer_path, true);
end
$$;
comment on function early_help_internal.make_published_table(text, text, text[], text[], text[], text[], jsonb, text, boolean) is
    'What define_published_table and replace_published_table do.';

create function early_help.define_published_table(
    table_name text,
    title text,
    dimensions text[],
    counts text[],
    sums text[],
    ratios text[],
    meanings jsonb,
    figures text
)
    returns void
    language sql
begin atomic
    select early_help_internal.make_published_table(
        table_name, title, dimensions, counts, sums, ratios, meanings, figures, false);
end;
comment on function early_help.define_published_table(text, text, text[], text[], text[], text[], jsonb, text) is
    'Registers a table with the partnership in the search_path for publish_figures: up to two dimensions; its counts; sums '
    '(whole = part + part); ratios (rate = part / whole, of a sum); what each column means; and a query with month, the '
    'dimensions and the counts, whose rows without month name values to show as 0. Makes view published_<table_name>. '
    'docs/publishing.md shows how. Errors 42P01, 22023.';

create function early_help_internal.published_view(
    p text, dimensions text[], counts text[], sums text[], ratios text[])
    returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select format(
        'select
            b.period_kind,
            b.period,
            b.first_month as period_start,
            b.next_month - 1 as period_end,
            case b.period_kind when ''month'' then b.first_month end as month,
            case b.period_kind when ''month'' then b.period end::varchar(7) as month_key,
            b.version,
            not exists (
                select
                from only %1$I.publication l
                where l.first_month = b.first_month
                    and l.next_month = b.next_month
                    and l.version > b.version) as latest,
            b.published_on::date as published_on
            %2$s%3$s%4$s
        from only %1$I.publication b
        join (
            select
                f.publication_id,
                f.value_1,
                f.value_2
                %5$s
            from only %1$I.published_figure f
            where f.dimension_1 = %6$L
                and f.dimension_2 = %7$L
                and f.count_name = any (%8$L)
            group by 1, 2, 3
        ) f on f.publication_id = b.publication_id',
        p,
        (select string_agg(format(', f.value_%s as %I', place, d), '' order by place)
        from unnest(dimensions) with ordinality as t (d, place)),
        (select string_agg(format(
            ', case when not f.%1$I then f.%2$I end as %2$I, case when f.%1$I then ''c'' else ''ok'' end::varchar(10) as %3$I',
            'hide ' || c, c, c || '_status'), '' order by place)
        from unnest(counts) with ordinality as t (c, place)),
        (select string_agg(format(
            ', case when not (%1$s) then round(100.0 * f.%2$I / nullif(f.%3$I, 0), 1) end::numeric(5, 1) as %4$I,
            case when %1$s then ''c'' when f.%3$I = 0 then ''no cases'' else ''ok'' end::varchar(10) as %5$I',
            (select string_agg(distinct format('f.%I', 'hide ' || w), ' or ')
            from unnest(sums) s
            cross join lateral regexp_split_to_array(s, '\s*[=+]\s*') ws
            cross join lateral unnest(ws) w
            where ws[1] = r[3] and r[2] = any (ws[2:])),
            r[2], r[3], r[1], r[1] || '_status'), '' order by place)
        from unnest(ratios) with ordinality as t (ratio, place)
        cross join lateral regexp_split_to_array(ratio, '\s*[=/]\s*') r),
        (select string_agg(format(
            ', max(f.figure) filter (where f.count_name = %1$L) as %1$I'
            ', bool_or(f.hidden is not null) filter (where f.count_name = %1$L) as %2$I',
            c, 'hide ' || c), '' order by place)
        from unnest(counts) with ordinality as t (c, place)),
        coalesce(dimensions[1], ''), coalesce(dimensions[2], ''), counts)
$$;
comment on function early_help_internal.published_view(text, text[], text[], text[], text[]) is
    'The query of a published table for BI tools: its figures and percentages where they are not hidden, each with a '
    'status.';

create function early_help_internal.published_column_meanings(
    view_name text, dimensions text[], counts text[], ratios text[], meanings jsonb)
    returns table (name text, meaning text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select c.name || e.ending, coalesce(meanings ->> c.name, m.meaning, c.otherwise) || e.said
    from (
        select d, initcap(d) || '.', 'dimension'
        from unnest(
            '{period_kind,period,period_start,period_end,month,month_key,version,latest,published_on}'::text[] || dimensions) d
        union all
        select c, initcap(replace(c, '_', ' ')) || '.', 'count'
        from unnest(counts) c
        union all
        select r[1], format('%s / %s * 100.', r[2], r[3]), 'percentage'
        from unnest(ratios) ratio
        cross join lateral regexp_split_to_array(ratio, '\s*[=/]\s*') r
    ) c (name, otherwise, kind)
    join (
        values
            ('dimension', '', ''),
            ('count', '', ' Null: hidden.'),
            ('count', '_status', ' Status: ok, or c, hidden.'),
            ('percentage', '', ' Null: hidden, or no cases.'),
            ('percentage', '_status', ' Status: ok, no cases, or c, hidden.')
    ) e (kind, ending, said) using (kind)
    left join early_help_internal.meanings_in(view_name) m on m.name = c.name
$$;
comment on function early_help_internal.published_column_meanings(text, text[], text[], text[], jsonb) is
    'What each column of a published table''s view means: as given, else as the columns of that name in other published tables.';
