-- Making stale months fresh.

create function early_help_internal.may_commit() returns boolean
    language c
as 'MODULE_PATHNAME', 'early_help_may_commit';
comment on function early_help_internal.may_commit is
    'Within a procedure: whether it may commit. It may not inside a transaction block, a function or an exception block.';

create function early_help_internal.exclude_refresh(schema oid) returns void
    language c
    strict
as 'MODULE_PATHNAME', 'early_help_exclude_refresh';
comment on function early_help_internal.exclude_refresh is
    'Keeps other refreshes of a partnership''s figures waiting until the transaction ends. Call it as the owner, in a statement '
    'of its own, before the statement that reads. Error 42501.';

create procedure early_help.refresh_kpis(partnership text)
    language plpgsql
as $$
-- A procedure that commits can have neither SECURITY DEFINER nor SET: the
-- first statement of each transaction fixes its settings, and is qualified.
declare
    records oid;
    owner oid;
    schema text;
    next_month date;
    first_month date;
    last_month date := '-infinity';
    run integer;
    months integer := 0;
    to_go integer;
    cubes_to_go jsonb;
    cells bigint;
    done varchar[];
    told timestamptz := pg_catalog.clock_timestamp();
    one text;
begin
    perform early_help_internal.fix_settings();

    if current_setting('transaction_isolation') in ('repeatable read', 'serializable') then
        perform early_help_internal.raise_rule('K01',
            format(
                'The transaction is %s: its snapshot may be older than another refresh.',
                current_setting('transaction_isolation')));
    elsif not early_help_internal.may_commit() then
        perform early_help_internal.raise_rule('K01', 'CALL stands in a transaction block, a function or an exception block.');
    end if;

    select s.schema, c.relowner
    into records, owner
    from early_help_internal.partnership_schemas() s
    join pg_namespace n on n.oid = s.schema
    join pg_class c on c.relnamespace = n.oid and c.relname = 'stale_mark'
    where s.whole
        and n.nspname = partnership;
    if records is null then
        perform early_help_internal.raise_rule('P03',
            format('%s is not a schema that holds the records of a partnership.', coalesce(quote_ident(partnership), 'NULL')));
    elsif not pg_has_role(owner, 'USAGE') then
        perform early_help_internal.raise_rule('K02', format('%s belongs to another role.', quote_ident(partnership)));
    end if;
    perform early_help_internal.check_ownership_granted();

    loop
        perform early_help_internal.fix_settings();
        -- A statement of its own: the next has a snapshot that sees what the
        -- refresh we may have waited for did.
        perform early_help_internal.exclude_refresh(records);
        select n.nspname into schema from pg_namespace n where n.oid = records;
        exit when not found;

        if run is null then
            -- In the log before the first month is done, which can take long.
            perform early_help_internal.engine_tables(schema);
            run := early_help_internal.log_refresh_begins(schema);
            -- Marks that no cube reads.
            perform early_help_internal.write_by_engine(format(
                'delete from %1$I.stale_mark s
                where not exists (select from %1$I.kpi_cube c where s.source = any (c.sources))', schema));
            -- A new subscriber has the structure alone.
            perform early_help_internal.write_by_engine(format(
                'insert into %1$I.kpi_filled_months
                select ''infinity'', ''-infinity''
                where not exists (select from %1$I.kpi_filled_months)', schema));
            commit;
            continue;
        end if;
        perform early_help_internal.trim_marks(schema);

        execute format(
            'with stale as materialized (
                select cube, month
                from %I.stale_month
                where month > $1
            )
            select min(month), count(distinct month), (
                select jsonb_object_agg(cube, months)
                from (select cube, count(*) as months from stale group by cube) of_cube)
            from stale', schema)
        into next_month, to_go, cubes_to_go
        using last_month;
        exit when next_month is null;
        select m.cells, m.done into cells, done from early_help_internal.refresh_kpi_month(schema, next_month) m;
        first_month := coalesce(first_month, next_month);
        last_month := next_month;
        months := months + 1;
        to_go := to_go - 1;
        perform early_help_internal.log_refreshed_month(schema, run, last_month, done, cubes_to_go, to_go);
        commit;
        perform early_help_internal.fix_settings();

        -- An empty month: often one of many, in the future.
        if cells = 0 then
            perform early_help_internal.exclude_refresh(records);
            perform early_help_internal.sweep_kpi_months(schema, last_month);
            commit;
            perform early_help_internal.fix_settings();
        end if;

        if clock_timestamp() > told + interval '5 seconds' and to_go > 3 then
            told := clock_timestamp();
            raise notice 'figures of %: months done: %, the last of them %; to go: %',
                schema, months, to_char(last_month, 'YYYY-MM'), to_go;
        end if;
    end loop;

    if schema is not null and run is not null then
        if months > 0 then
            perform early_help_internal.narrow_filled_months(schema, first_month, last_month);
        end if;
        perform early_help_internal.write_by_engine(
            format(
                'update %I.kpi_refresh_log
                set committed_at = clock_timestamp(), ended_at = clock_timestamp(), months_left = 0, cubes_left = ''{}''
                where kpi_refresh_id = $1', schema),
            run);
        commit;
        perform early_help_internal.fix_settings();
    end if;
    perform early_help_internal.refresh_ends();

    -- After a first build, or a restore, the planner should know the cells and
    -- what they are read through; later autovacuum sees to that.
    for one in
        select e.engine_table
        from early_help_internal.engine_tables(schema) e
        join pg_class c on c.oid = e.engine_table
        where c.reltuples < 0
            and months > 0
    loop
        execute format('analyze %s', one);
    end loop;
end
$$;
comment on procedure early_help.refresh_kpis is
    'Makes the stale months of a partnership''s figures fresh, oldest first, with a commit after each month. Run it as the '
    'owner, outside a transaction block, at READ COMMITTED, as often as you like: writers, readers and other runs may go on '
    'beside it. A run that was cancelled goes on where it stopped next time. Table kpi_refresh_log, and a notice every few '
    'seconds, tell how far it is. The views are right without it, and faster after it. Errors YHK01, YHK02, YHP03.';
