-- What every record table has: its constraints in words, on a subscriber too, and no TRUNCATE.
-- Columns of figures (kpi_) and of imports (inbox_, import_) are not records.
do $$
declare
    record_table regclass;
begin
    for record_table in
        select c.oid
        from pg_class c
        where c.relnamespace = (select n.oid from pg_namespace n where n.nspname = current_schema())
            and c.relkind = 'r'
            and c.relname !~ '^(kpi_|inbox_|import_)'
        order by c.relname
    loop
        execute format(
            'create trigger zz_check_row before insert or update on %s
            for each row execute function early_help.check_row()', record_table);
        execute format('alter table %s enable always trigger zz_check_row', record_table);
        execute format(
            'create trigger zz_refuse_truncate before truncate on %s
            for each statement execute function early_help.refuse_truncate()', record_table);
        execute format('alter table %s enable always trigger zz_refuse_truncate', record_table);
    end loop;
end
$$;
