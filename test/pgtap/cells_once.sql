-- The cells of a stale month are computed once in a query, however often it asks.
begin;
select plan(13);

set client_min_messages = warning;
create sequence calls;
create table kept (n integer);
insert into kept values (1), (2);
create function counted(of_month date) returns table (month date, n integer, reason varchar)
    language plpgsql
    stable
as $$
begin
    perform nextval('calls');
    return query select of_month, k.n, null::varchar from kept k;
end
$$;

create view asked as
select c.*
from (values (date '2022-01-01'), ('2022-02-01'), ('2022-01-01'), ('2022-03-01'), ('2022-01-01')) v (month)
cross join lateral early_help_internal.cells_once('counted(date)', v.month) as c (month date, n integer, reason varchar(20));
select results_eq('select month, count(*), sum(n), count(reason) from asked group by 1 order by 1',
    $$ values (date '2022-01-01', 6::bigint, 9::bigint, 0::bigint), ('2022-02-01', 2, 3, 0), ('2022-03-01', 2, 3, 0) $$, 'the rows of each month, as often as asked for');
select is(nextval('calls'), 4::bigint, 'computed once each');
insert into kept values (3);
select is((select sum(n) from asked), 30::bigint, 'and anew by the next query');
prepare again as select sum(n) from asked;
select results_eq('again', array[30::bigint], 'a prepared statement');
delete from kept where n = 1;
select results_eq('again', array[25::bigint], 'too');
select throws_ok($$ select * from early_help_internal.cells_once('counted(date)', '2022-01-01') as c (month date, n bigint, reason varchar) $$,
    '42804', null, 'columns of other types');
select throws_ok($$ select * from early_help_internal.cells_once('counted(date)', '2022-01-01') as c (month date, n integer) $$,
    '42804', null, 'or fewer');

-- A month of which much is asked: itself, the next one's month before, and every year to date.
create extension early_help_sample;
select from early_help.create_partnership('p', training => true);
select from early_help_sample.generate_sample('p', 20, '2022-01-01', '2023-06-30', 5);
create function refresh() returns void
    language plpgsql
as $$
declare
    one date;
begin
    loop
        perform early_help_internal.trim_marks('p');
        select min(month) into one from p.stale_month;
        exit when one is null;
        perform early_help_internal.refresh_kpi_month('p', one);
    end loop;
end
$$;
select refresh() \g /dev/null
update p.contact_child set reason = 'Late' where contact_child_id = (select min(contact_child_id) from p.contact_child where received_on >= '2022-04-01' and received_on < '2022-05-01');
select early_help_internal.write_by_engine('update p.stale_mark set last_month = first_month') \g /dev/null
set track_functions = 'all';
select cmp_ok((select sum(value) from p_kpi.dashboard), '>', 0::numeric, 'a dashboard with an early month stale');
select results_eq($$ select funcname, calls from pg_stat_xact_user_functions where schemaname = 'p_kpi' and funcname in ('cube_metrics_month', 'cube_children_contacted_changed', 'cube_contacts_changed') order by 1 $$,
    $$ values (name 'cube_children_contacted_changed', 1::bigint), ('cube_contacts_changed', 1), ('cube_metrics_month', 1) $$, 'computes it once');

-- Whose figures these are. Any other role has nothing of them, however it names the
-- functions: without a grant, with USAGE alone, or with the published views alone.
create role cells_stranger;
create role cells_guest;
create role cells_newsroom;
create role cells_board;
grant usage on schema p, p_kpi to cells_guest;
grant usage on schema p_kpi to cells_newsroom, cells_board;
grant select on p_kpi.published_contacts_by_need to cells_newsroom;
grant select on all tables in schema p_kpi to cells_board;
select early_help.grant_execute('p', 'cells_board', 'reader') \g /dev/null
create function cells_for(reader name, function oid) returns text
    language plpgsql
as $$
declare
    columns constant text := (select substring(pg_get_function_result(function) from 'TABLE\((.*)\)'));
begin
    perform set_config('role', reader, true);
    execute format('select from early_help_internal.cells_once(%s::oid::regprocedure, ''2022-04-01'') as c (%s)', function, columns);
    perform set_config('role', 'none', true);
    return 'cells';
exception
    when others then
        return sqlstate;
end
$$;
create view computing as
select p.oid, p.oid::regprocedure::text as name, p.pronamespace = 'p_kpi'::regnamespace as for_readers
from pg_proc p
where p.pronamespace in ('p'::regnamespace, 'p_kpi'::regnamespace)
    and p.proretset
    and p.proargtypes = '1082'::oidvector;
select cmp_ok((select count(*) from computing), '>=', (select count(*) from p.kpi_cube), 'functions that compute cells');
select is_empty($$ select reader, c.name, said
    from computing c
    cross join unnest('{cells_stranger,cells_guest,cells_newsroom}'::name[]) reader
    cross join cells_for(reader, c.oid) said
    where said <> '42501' $$, 'give none to others');
select is_empty($$ select c.name, said
    from computing c
    cross join cells_for('cells_board', c.oid) said
    where said <> case when c.for_readers then 'cells' else '42501' end $$, 'and those of the views to who reads figures');
select set_eq($$ select name from computing where for_readers $$,
    $$ select format('p_kpi.cube_%s_month(date)', cube) from p.kpi_cube c where c.counts is not null
        or pg_get_viewdef(format('p.cube_%I_stale', c.cube)::regclass) ~ 'cells_once'
    union all
    select format('p_kpi.cube_%s_changed(date)', cube) from p.kpi_cube where counts is not null $$,
    'which are those that a view calls');

select finish();
rollback;
