-- What each refresh did, and whether one runs: see kpi_refresh_log.

create function early_help_internal.refresh_begins(log oid, kpi_refresh_id integer) returns void
    language c
    strict
as 'MODULE_PATHNAME', 'early_help_refresh_begins';
comment on function early_help_internal.refresh_begins is
    'Within refresh_kpis: shows its run, a row of kpi_refresh_log, as running until the call ends, by success or error. For the '
    'owner of the figures. Errors 42501; 55P03: the run is another session''s.';

create function early_help_internal.refresh_ends() returns void
    language c
as 'MODULE_PATHNAME', 'early_help_refresh_ends';
comment on function early_help_internal.refresh_ends is
    'Within refresh_kpis: no longer shows its run as running. After an error this happens by itself.';

create function early_help_internal.refresh_runs(log oid, kpi_refresh_id integer) returns boolean
    language sql
    volatile
    strict
    set search_path = pg_catalog, pg_temp
as $$
    select exists (
        select
        from pg_locks l
        where l.locktype = 'advisory'
            and l.database = (select d.oid from pg_database d where d.datname = current_database())
            and l.classid = log
            and l.objid = kpi_refresh_id::bigint::oid
            and l.objsubid = 3)
$$;
comment on function early_help_internal.refresh_runs is
    'Whether a run in kpi_refresh_log is running now, in any session.';

create function early_help_internal.log_refresh_begins(schema text) returns integer
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    run integer;
    before record;
begin
    perform early_help_internal.write_by_engine(format(
        'delete from %1$I.kpi_refresh_log
        where (months_done = 0 and ended_at is not null)
            or kpi_refresh_id <= (
                select kpi_refresh_id
                from %1$I.kpi_refresh_log
                order by kpi_refresh_id desc
                offset 999
                limit 1)', schema));
    -- Of those beside which no other runs, the last.
    execute format('select * from %I.kpi_refresh where state <> ''running'' order by kpi_refresh_id desc limit 1', schema)
    into before;
    run := early_help_internal.write_by_engine(
        format('insert into %I.kpi_refresh_log (resumes_refresh_id) values ($1) returning kpi_refresh_id', schema),
        case when before.state = 'broken off' then before.kpi_refresh_id end);
    perform early_help_internal.refresh_begins(to_regclass(format('%I.kpi_refresh_log', schema)), run);

    if before.state = 'broken off' then
        raise notice 'figures of %: the refresh of % was broken off after % months; going on',
            schema, to_char(before.began_at, 'YYYY-MM-DD HH24:MI'), before.months_done;
    end if;
    return run;
end
$$;
comment on function early_help_internal.log_refresh_begins is
    'Within refresh_kpis: adds the row of a new run to kpi_refresh_log and deletes old rows. Returns the key of the row.';

create function early_help_internal.log_refreshed_month(
    schema text,
    run integer,
    month date,
    cubes varchar[],
    cubes_left jsonb,
    months_left integer
) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    perform early_help_internal.write_by_engine(format(
        'update %I.kpi_refresh_log
        set
            committed_at = clock_timestamp(),
            months_done = months_done + 1,
            months_left = $3,
            last_month = $2,
            cubes_done = cubes_done || (
                select coalesce(jsonb_object_agg(cube, coalesce((cubes_done ->> cube)::integer, 0) + 1), ''{}'')
                from unnest($4) cube),
            cubes_left = (
                select coalesce(jsonb_object_agg(l.key, l.value::integer - (l.key = any ($4))::integer)
                    filter (where l.value::integer > (l.key = any ($4))::integer), ''{}'')
                from jsonb_each_text($5) l)
        where kpi_refresh_id = $1', schema),
        run, month, months_left, coalesce(cubes, '{}'), cubes_left);
end
$$;
comment on function early_help_internal.log_refreshed_month is
    'Within refresh_kpis, in the transaction of a month: writes to the log that the month is done, and how much is left.';
