-- What the planner is told of the extension's functions.
\ir fixture.psql

create temporary view own_function as
select p.*, l.lanname
from pg_proc p
join pg_language l on l.oid = p.prolang
join pg_depend d on d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
join pg_extension e on d.refclassid = 'pg_extension'::regclass and e.oid = d.refobjid
where e.extname = 'early_help'
    and p.prokind = 'f'
    and p.prorettype <> all ('{trigger, event_trigger}'::regtype[]);

select is_empty(
    $$select oid::regprocedure from own_function where provolatile = 'i' and proparallel <> 's'$$,
    'what depends on its arguments alone may run in a worker');
select is_empty(
    $$select oid::regprocedure from own_function where lanname = 'c' and provolatile <> 'v' and proparallel = 'u'$$,
    'no C function that only reads keeps a query from parallel plans');
select is_empty(
    $$select f.oid::regprocedure
    from own_function f
    where f.proparallel = 's'
        and f.prosqlbody is not null
        and exists (
            select
            from pg_depend d
            join pg_proc called on called.oid = d.refobjid
            where d.classid = 'pg_proc'::regclass
                and d.objid = f.oid
                and d.refclassid = 'pg_proc'::regclass
                and called.proparallel <> 's')$$,
    'what may run in a worker calls nothing that may not');

-- Lists that are the same in every database: the planner knows how long they are, to a factor of two.
create function pg_temp.rows_of(function regprocedure) returns bigint
    language plpgsql
as $$
declare
    n bigint;
begin
    execute format('select count(*) from %s', function) into n;
    return n;
end
$$;
select cmp_ok(
    greatest(n, f.prorows)::double precision / least(n, f.prorows), '<=', 2::double precision,
    format('%s is said to give %s rows', f.oid::regprocedure, f.prorows))
from own_function f
cross join lateral pg_temp.rows_of(f.oid) n
where f.oid in ('early_help.rules'::regproc, 'early_help.transitions'::regproc, 'early_help.transitions_as_text'::regproc,
    'early_help.execute_list'::regproc, 'early_help_internal.own_settings'::regproc);
select cmp_ok(
    greatest(n, p.prorows)::double precision / least(n, p.prorows), '<=', 2::double precision,
    format('%s is said to give %s rows', p.proname, p.prorows))
from (
    select 'early_help_internal.kpi_marks'::regproc as function, count(*) as n from early_help_internal.kpi_marks('town'::regnamespace)
    union all
    select 'early_help_internal.engine_tables'::regproc, count(*) from early_help_internal.engine_tables('town')
) counted
join pg_proc p on p.oid = counted.function;

-- Dashboards are planned in parallel where there is much to read.
insert into child (child_id, birth_date) select n, '2015-01-01' from generate_series(1, 20) n;
insert into contact (contact_id, received_on, source_code) select n, date '2023-01-01' + n * 7, '6' from generate_series(1, 100) n;
insert into contact_child (contact_id, child_id, primary_need_code) select n, 1 + n % 20, 'N1' from generate_series(1, 100) n;
set constraints all immediate;
create temporary table serial as select * from town_kpi.dashboard;
set local parallel_setup_cost = 0;
set local parallel_tuple_cost = 0;
set local min_parallel_table_scan_size = 0;
set local min_parallel_index_scan_size = 0;
set local max_parallel_workers_per_gather = 2;
create function pg_temp.plan_of(query text) returns setof text
    language plpgsql
as $$
begin
    return query execute 'explain (costs off) ' || query;
end
$$;
select isnt_empty($$select from pg_temp.plan_of('table town_kpi.dashboard') p (line) where line ~ 'Gather'$$, 'a dashboard has a parallel plan');
select bag_eq('table town_kpi.dashboard', 'table serial', 'of the same figures');

select * from finish();
rollback;
