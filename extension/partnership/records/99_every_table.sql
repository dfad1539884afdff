-- What every table has that people fill: its constraints in words, on a subscriber too.
-- The engine alone fills the tables of figures. Records are not truncated; targets
-- and metrics (kpi_) and what is imported (inbox_, import_) can be.
do $$
declare
    record_table regclass;
begin
    for record_table in
        select c.oid
        from pg_class c
        where c.relnamespace = (select n.oid from pg_namespace n where n.nspname = current_schema())
            and c.relkind = 'r'
            and c.relname !~ '^kpi_(cell_|part_|cube$|filled_months$|period$|refresh_log$|stale_months$)'
        order by c.relname
    loop
        execute format(
            'create trigger zz_check_row before insert or update on %s
            for each row execute function early_help.check_row()', record_table);
        execute format('alter table %s enable always trigger zz_check_row', record_table);
        continue when record_table::text ~ '^(kpi_|inbox_|import_)';
        execute format(
            'create trigger zz_refuse_truncate before truncate on %s
            for each statement execute function early_help.refuse_truncate()', record_table);
        execute format('alter table %s enable always trigger zz_refuse_truncate', record_table);
    end loop;
end
$$;
