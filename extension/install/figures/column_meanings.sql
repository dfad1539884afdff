-- What the columns of the views of figures mean. A meaning stands once, in
-- extension/partnership/columns.tsv or dimensions.tsv; from there come the comments.

create function early_help_internal.meanings_in(view_name text) returns table (name text, meaning text)
    language sql
    stable
    rows 100
    set search_path = pg_catalog, pg_temp
as $$
    select distinct on (m.name) m.name, m.meaning
    from early_help_internal.column_meanings() m
    where m.views = view_name
        or (right(m.views, 1) = '*' and starts_with(view_name, rtrim(m.views, '*')))
    -- What is said of the view itself, else of those most like it.
    order by m.name, m.views = view_name desc, length(m.views) desc
$$;
comment on function early_help_internal.meanings_in(text) is
    'What columns mean in a view of figures, also those that it does not have.';

create function early_help_internal.comment_on_figures(schema oid) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    one record;
begin
    for one in
        select c.oid::regclass as view, a.attname, c.meanings ->> a.attname as meaning
        from (
            -- Once a view: offset keeps it from each column.
            select c.oid, c.relname, (
                    select jsonb_object_agg(m.name, m.meaning)
                    from early_help_internal.meanings_in(c.relname) m) as meanings
            from pg_class c
            where c.relnamespace = comment_on_figures.schema
                and c.relkind = 'v'
            offset 0
        ) c
        cross join lateral (
            select a.attname, a.attnum
            from pg_attribute a
            where a.attrelid = c.oid
                and a.attnum > 0
                and col_description(c.oid, a.attnum) is null
        ) a
        order by c.relname, a.attnum
    loop
        if one.meaning is null then
            raise undefined_object using
                message = format('column %I of %s has no meaning', one.attname, one.view),
                hint = 'Say it in extension/partnership/columns.tsv, or by COMMENT ON COLUMN beside the view.';
        end if;
        execute format('comment on column %s.%I is %L', one.view, one.attname, one.meaning);
    end loop;

    select m.views, m.name
    into one
    from early_help_internal.column_meanings() m
    where not exists (
        select
        from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
        where c.relnamespace = comment_on_figures.schema
            and c.relkind = 'v'
            and a.attname = m.name
            and (c.relname = m.views or (right(m.views, 1) = '*' and starts_with(c.relname, rtrim(m.views, '*')))))
    limit 1;
    if found then
        raise undefined_column using
            message = format('columns.tsv gives a meaning to %s.%s, and there is no such column', one.views, one.name);
    end if;
end
$$;
comment on function early_help_internal.comment_on_figures(oid) is
    'Within create_partnership: comments each column of a schema of figures that has no comment. Errors 42704 (a column without '
    'a meaning), 42703 (a meaning without a column).';
