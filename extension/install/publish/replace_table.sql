-- Published tables that are dropped, and those that get another query. What was published stays as it is: while later
-- publications must not give it away, its counts and what they add up to have to be known.

create function early_help_internal.published_table_to_change(p text, table_name text) returns record
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    found record;
begin
    perform early_help_internal.exclude_publication(format('%I.publication', p)::regclass);
    execute format(
        $sql$
        select
            t.dimensions,
            t.counts,
            t.sums,
            exists (
                select
                from only %1$I.published_figure f
                where f.dimension_1 = coalesce(t.dimensions[1], '')
                    and f.dimension_2 = coalesce(t.dimensions[2], '')
                    and f.count_name = any (t.counts)) as is_published
        from only %1$I.published_table t
        where t.table_name = $1
        $sql$, p)
    into found
    using table_name;
    if found.counts is null then
        raise undefined_object using
            message = format('there is no published table %s', coalesce(quote_literal(table_name), 'null')),
            hint = 'Table published_table lists them.';
    end if;
    return found;
end
$$;
comment on function early_help_internal.published_table_to_change(text, text) is
    'What a published table has: dimensions, counts, sums, and whether figures of it were published. Keeps publications waiting. '
    'Error 42704: no such table.';

create function early_help.drop_published_table(table_name text) returns void
    language plpgsql
as $$
declare
    outer_path constant text := pg_catalog.current_setting('search_path');
    p constant text := early_help_internal.partnership_in_path();
    old constant record := early_help_internal.published_table_to_change(p, table_name);
begin
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    if old.is_published then
        raise object_in_use using
            message = format('figures of table %s were published', quote_literal(table_name)),
            detail = 'Later publications must not give away what was hidden in them.',
            hint = 'Revoke SELECT on its view, or give it another query: early_help.replace_published_table.';
    end if;
    execute format('drop view %I.%I', p || '_kpi', 'published_' || table_name);
    execute format('drop view %I.%I', p, 'publish_' || table_name);
    perform early_help_internal.write_by_engine(
        format('delete from %I.published_table where table_name = $1', p), table_name);
    perform pg_catalog.set_config('search_path', outer_path, true);
end
$$;
comment on function early_help.drop_published_table(text) is
    'Drops a published table of the partnership in the search_path that nothing was published of yet, and its view. Errors 42P01 '
    '(no partnership), 42704 (no such table), 55006 (figures of it were published), 2BP01 (something reads its view).';

create function early_help.replace_published_table(
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
    language plpgsql
as $$
declare
    outer_path constant text := pg_catalog.current_setting('search_path');
    p constant text := early_help_internal.partnership_in_path();
    old constant record := early_help_internal.published_table_to_change(p, table_name);
    gone text;
begin
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    if old.is_published then
        select string_agg(g.what, ', ')
        into gone
        from (
            select 'dimension ' || d from unnest(old.dimensions) d where d <> all (dimensions)
            union all
            select 'new dimension ' || d from unnest(dimensions) d where d <> all (old.dimensions)
            union all
            select 'count ' || c from unnest(old.counts) c where c <> all (counts)
            union all
            select 'sum ' || s from unnest(old.sums) s where s <> all (sums)
        ) g (what);
        if gone is not null then
            raise object_in_use using
                message = format('figures of table %s were published', quote_literal(table_name)),
                detail = format('Its dimensions, counts and sums stay: %s.', gone),
                hint = 'Define a new table beside it: early_help.define_published_table.';
        end if;
    end if;
    perform early_help_internal.write_by_engine(
        format('delete from %I.published_table where table_name = $1', p), table_name);
    perform pg_catalog.set_config('search_path', outer_path, true);
    perform early_help_internal.make_published_table(
        table_name, title, dimensions, counts, sums, ratios, meanings, figures, true);
end
$$;
comment on function early_help.replace_published_table(text, text, text[], text[], text[], text[], jsonb, text) is
    'Gives a published table of the partnership in the search_path another query, title or counts, as define_published_table '
    'takes them. Once figures of it were published, its dimensions, counts and sums stay, and new counts may come. What was '
    'published does not change. Grants on its view stay. Errors 42P01 (no partnership), 42704 (no such table), 55006 (figures '
    'of it were published), 22023, 2BP01 (something reads a column that goes).';
