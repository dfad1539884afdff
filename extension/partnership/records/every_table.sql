-- Triggers that every table of records has. zz_check_row says in words which constraint a row breaks. Triggers fire in
-- the order of their names, so it fires after the rules of the table's own file, which may fill columns.
-- It fires on a subscriber too (ENABLE ALWAYS): it looks at the row alone. The rules look at other tables,
-- and fire only where the row is written. Only tables of imports (inbox_, import_) may be truncated.
do $$
declare
    record_table regclass;
begin
    for record_table in
        select c.oid
        from pg_class c
        where c.relnamespace = (select n.oid from pg_namespace n where n.nspname = current_schema())
            and c.relkind = 'r'
            and c.relname !~ '^(cube_|kpi_(cube|filled_months|period|refresh_log)$|stale_mark$)'
        order by c.relname
    loop
        execute format(
            'create trigger zz_check_row before insert or update or delete on %s
            for each row execute function early_help_internal.check_row()', record_table);
        execute format('alter table %s enable always trigger zz_check_row', record_table);
        continue when record_table::text ~ '^(inbox_|import_)';
        execute format(
            'create trigger zz_refuse_truncate before truncate on %s
            for each statement execute function early_help_internal.refuse_truncate()', record_table);
        execute format('alter table %s enable always trigger zz_refuse_truncate', record_table);
    end loop;
end
$$;

-- Every table whose rows name a child: none names a duplicate anew (M01). contact_child and referral have a trigger of
-- their own, child_merge is about duplicates, and the rules alone write level_change and episode_event. Where a row is
-- open as long as a column is null, none of a duplicate opens again. The trigger fires before the rules of the table, which
-- would speak of the duplicate.
do $$
declare
    names record;
begin
    for names in
        select
            c.conrelid::regclass as record_table,
            a.attname as child,
            o.open
        from pg_constraint c
        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
        left join (values
            ('episode_child', 'left_on'),
            ('step', 'outcome')
        ) o (name, open) on o.name::name = (select t.relname from pg_class t where t.oid = c.conrelid)
        where c.contype = 'f'
            and c.confrelid = 'child'::regclass
            and c.conrelid not in (
                'child'::regclass, 'child_merge'::regclass, 'contact_child'::regclass, 'referral'::regclass,
                'level_change'::regclass, 'episode_event'::regclass)
        order by 1, 2
    loop
        execute format(
            'create trigger %s before insert or update of %s on %s
            for each row execute function early_help_internal.kept_child(%s)',
            quote_ident('aa_kept_' || names.child), concat_ws(', ', quote_ident(names.child), names.open), names.record_table,
            concat_ws(', ', quote_literal(names.child), quote_literal(names.open)));
    end loop;
end
$$;

-- Settings and code lists: every figure and rule rests on them, so they are the
-- owner's, also where somebody was granted all tables.
do $$
declare
    setting name;
begin
    foreach setting in array '{partnership, population, benchmark, kpi_record, kpi_metric, kpi_target, kpi_spc_setting,
        kpi_spc_rebase, bank_holiday, code_label, contact_source, primary_need, ethnicity, sex, disability,
        assessment_factor, closure_reason, headline_outcome}'::name[]
    loop
        execute format(
            'create trigger owner_writes_only before insert or update or delete on %I
            for each statement execute function early_help_internal.owner_writes_only()', setting);
    end loop;
end
$$;

-- Only the engine writes the other tables of figures, structure_as_made and the
-- publications. Cells get this trigger from define_kpi_cube.
do $$
declare
    engine_table regclass;
begin
    for engine_table in
        select c.oid
        from pg_class c
        where c.relnamespace = (select n.oid from pg_namespace n where n.nspname = current_schema())
            and c.relkind = 'r'
            and c.relname ~ '^(kpi|cube|stale)_'
            and not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'owner_writes_only')
        order by c.relname
    loop
        perform early_help_internal.guard_engine_table(engine_table);
    end loop;
end
$$;
create trigger engine_writes_only before insert or update or delete on structure_as_made
    for each statement execute function early_help_internal.engine_writes_only();
create trigger engine_writes_only before insert or update or delete on published_table
    for each statement execute function early_help_internal.engine_writes_only();
-- Not even the engine changes a publication (F01): published_stays.
create trigger engine_writes_only before insert on publication
    for each statement execute function early_help_internal.engine_writes_only();
create trigger engine_writes_only before insert on published_figure
    for each statement execute function early_help_internal.engine_writes_only();
