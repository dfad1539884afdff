-- A row for each row that not all three partnerships have: none, if the same journeys were made in each.
-- Who and when are left out, and what figures rest on.
\set ON_ERROR_STOP on
create temporary table difference (partnership text, of_table text, row_text text);
do $$
declare
    one record;
begin
    for one in
        select c.relname, p.name,
            string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns
        from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        cross join (values ('rules_none'), ('rules_plpgsql')) as p (name)
        where c.relnamespace = 'rules_c'::regnamespace
            and c.relkind = 'r'
            and c.relname !~ '^(kpi_|cube_|stale_|inbox_|import_)'
            and a.attname not in ('recorded_at', 'updated_at', 'recorded_by', 'episode_event_id', 'level_change_id')
            and c.relname <> 'partnership'
        group by c.relname, p.name
    loop
        execute format(
            'insert into difference
            select %2$L, %1$L, (t.*)::text from (select %3$s from rules_c.%1$I except all select %3$s from %2$I.%1$I) t
            union all
            select ''not ''||%2$L, %1$L, (t.*)::text from (select %3$s from %2$I.%1$I except all select %3$s from rules_c.%1$I) t',
            one.relname, one.name, one.columns);
    end loop;
end
$$;
select * from difference order by 2, 1;
