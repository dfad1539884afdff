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
cross join lateral early_help.cells_once('counted(date)', v.month) as c (month date, n integer, reason varchar(20));
select results_eq('select month, count(*), sum(n), count(reason) from asked group by 1 order by 1',
    $$ values (date '2022-01-01', 6::bigint, 9::bigint, 0::bigint), ('2022-02-01', 2, 3, 0), ('2022-03-01', 2, 3, 0) $$, 'the rows of each month, as often as asked for');
select is(nextval('calls'), 4::bigint, 'computed once each');
insert into kept values (3);
select is((select sum(n) from asked), 30::bigint, 'and anew by the next query');
prepare again as select sum(n) from asked;
select results_eq('again', array[30::bigint], 'a prepared statement');
delete from kept where n = 1;
select results_eq('again', array[25::bigint], 'too');
select throws_ok($$ select * from early_help.cells_once('counted(date)', '2022-01-01') as c (month date, n bigint, reason varchar) $$,
    '42804', null, 'columns of other types');
select throws_ok($$ select * from early_help.cells_once('counted(date)', '2022-01-01') as c (month date, n integer) $$,
    '42804', null, 'or fewer');

-- As whom: as its owner where it runs so anyway, for whoever may call it.
create role cells_reader;
create schema closed;
create function closed.who(of_month date) returns table (month date, who name) language sql stable security definer as 'select of_month, current_user::name';
create function closed.who_asks(of_month date) returns table (month date, who name) language sql stable as 'select of_month, current_user::name';
create view who as select c.who from early_help.cells_once('closed.who(date)', '2022-01-01') as c (month date, who name);
create view who_asks as select c.who from early_help.cells_once('closed.who_asks(date)', '2022-01-01') as c (month date, who name);
grant select on who, who_asks to cells_reader;
select current_user as owner \gset
set role cells_reader;
select is((select who from who), :'owner'::name, 'a function in a schema that is closed to the reader');
select throws_ok('select * from who_asks', '42501', 'permission denied for schema closed', 'one that runs as who asks is not for him');
select is(current_user, 'cells_reader', 'who is who he was');
reset role;
revoke execute on function closed.who from public;
set role cells_reader;
select throws_ok('select * from who', '42501', 'permission denied for function who', 'nor one that he may not call');
reset role;

-- A month of which much is asked: itself, the next one's month before, and every year to date.
select from early_help.create_partnership('p');
select from early_help.generate_sample('p', 20, '2022-01-01', '2023-06-30', 5);
create function refresh() returns void
    language plpgsql
as $$
declare
    one date;
begin
    loop
        perform early_help.trim_marks('p');
        select min(month) into one from p.kpi_stale_month;
        exit when one is null;
        perform early_help.refresh_kpi_month('p', one);
    end loop;
end
$$;
select refresh() \g /dev/null
update p.contact_child set reason = 'Late' where contact_child_id = (select min(contact_child_id) from p.contact_child where received_on >= '2022-04-01' and received_on < '2022-05-01');
update p.kpi_stale_months set last_month = first_month;
set track_functions = 'all';
select cmp_ok((select sum(value) from p_kpi.dashboard), '>', 0::numeric, 'a dashboard with an early month stale');
select results_eq($$ select funcname, calls from pg_stat_xact_user_functions where schemaname = 'p' and funcname in ('kpi_compute_metrics', 'kpi_changed_children_contacted', 'kpi_changed_contacts') order by 1 $$,
    $$ values (name 'kpi_changed_children_contacted', 1::bigint), ('kpi_changed_contacts', 1), ('kpi_compute_metrics', 1) $$, 'computes it once');

select finish();
rollback;
