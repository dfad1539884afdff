-- The audit compares the cells of fresh months with the records (K04), finds what
-- was falsified or written unmarked, and what it says to do puts it right.
begin;
select no_plan();
set client_min_messages = warning;
create role cells_stranger;
create extension early_help_sample;
select from early_help.create_partnership('p', training => true);
select from early_help_sample.generate_sample('p', 40, '2022-01-01', '2023-03-31', 7);
insert into p.case_audit (episode_id, audited_on, grade, auditor_practitioner_id)
select e.episode_id, e.opened_on + 10, 'good', r.practitioner_id
from p.episode e
cross join lateral (
    select r.practitioner_id
    from p.practitioner r
    where r.agency_id not in (select x.agency_id from p.lead_practitioner l join p.practitioner x using (practitioner_id) where l.episode_id = e.episode_id)
    order by 1
    limit 1
) r;
analyze;
set search_path = p, public;

create function public.refresh() returns void
    language plpgsql
as $$
declare
    one date;
begin
    loop
        perform early_help_internal.trim_marks('p');
        select min(month) into one from stale_month;
        exit when one is null;
        perform early_help_internal.refresh_kpi_month('p', one);
    end loop;
    perform early_help_internal.narrow_filled_months('p', '-infinity', 'infinity');
end
$$;
select public.refresh() \g /dev/null
-- What the audit says of cells, and of nothing else.
create function public.found(cells text default 'whole') returns setof text
    language sql
as $$ select record || ' ' || detail from early_help_internal.audit_cells('p'::regnamespace, cells = 'whole') where cells <> 'none' $$;
create function public.found_in() returns setof text
    language sql
as $$ select distinct record from early_help_internal.audit_cells('p'::regnamespace, true) $$;

select is_empty($$ select * from early_help.audit('p', 'whole') $$, 'fresh cells equal the records');
select is_empty($$ select c.cube from kpi_cube c where query_to_xml(format('select from cube_%I_cells limit 1', c.cube), true, false, '')::text !~ '<row' and c.cube <> 'step_downs' $$,
    'and every cube has some');

---------- U2: falsified ----------

create view public.kept as
select 'cube_' || cube || '_cells' as name, from_cubes as sums from kpi_cube where cube <> 'step_downs'
union all
select 'cube_' || cube || '_parts', false from kpi_cube where counts is not null;
create function public.each_kept(of_sums boolean, command text) returns void
    language sql
as $$
    select early_help_internal.write_by_engine(format(command, name, (
        select a.attname
        from pg_attribute a
        where a.attrelid = name::regclass
            and a.attnum > 1
            and query_to_xml(format('select from %I where %I is not null limit 1', name, a.attname), true, false, '')::text ~ '<row'
        order by a.attnum desc
        limit 1)))
    from public.kept
    where sums = of_sums
$$;
savepoint falsified;
select early_help_internal.write_by_engine($$ update cube_metrics_cells set numerator = numerator * 2 where metric_code = 'referrals' $$) \g /dev/null
select set_eq('select found_in()', '{cube_metrics_cells}'::text[], 'doubled figures of the dashboard are found');
select set_has('select found()', $$ select format('cube_metrics_cells cube metrics, month %s: 2 cells differ', to_char(month::timestamp, 'YYYY-MM'))
    from cube_metrics_cells where metric_code = 'referrals' and numerator <> 0 $$, 'in each of their months');
select isnt_empty($$ select found('sample') $$, 'by a sample too');
select isnt_empty($$ select from early_help.audit('p') where rule = 'K04' and sqlstate = 'YHK04' $$, 'which the audit takes by itself');
select is_empty($$ select from early_help.audit('p', 'none') $$, 'unless cells are left out');
rollback to savepoint falsified;

-- Each cube: a cell that is gone, one too many, and one that was changed.
select public.each_kept(false, 'delete from %1$I where ctid = (select max(ctid) from %1$I)') \g /dev/null
select set_has('select found_in()', 'select name from kept where sums = false', 'of each cube and its parts: a cell is gone');
rollback to savepoint falsified;
select public.each_kept(true, 'delete from %1$I where ctid = (select max(ctid) from %1$I)') \g /dev/null
select set_has('select found_in()', 'select name from kept where sums = true', 'of each cube and its parts: a cell is gone, of cubes that sum others');
rollback to savepoint falsified;
select public.each_kept(false, 'insert into %1$I select * from %1$I where ctid = (select max(ctid) from %1$I)') \g /dev/null
select set_has('select found_in()', 'select name from kept where sums = false', 'a cell is there twice');
rollback to savepoint falsified;
select public.each_kept(true, 'insert into %1$I select * from %1$I where ctid = (select max(ctid) from %1$I)') \g /dev/null
select set_has('select found_in()', 'select name from kept where sums = true', 'a cell is there twice, of cubes that sum others');
rollback to savepoint falsified;
select public.each_kept(false, 'update %1$I set %2$I = null where ctid = (select max(ctid) from %1$I where %2$I is not null)') \g /dev/null
select set_has('select found_in()', 'select name from kept where sums = false', 'a cell was changed');
rollback to savepoint falsified;
select public.each_kept(true, 'update %1$I set %2$I = null where ctid = (select max(ctid) from %1$I where %2$I is not null)') \g /dev/null
select set_has('select found_in()', 'select name from kept where sums = true', 'a cell was changed, of cubes that sum others');
rollback to savepoint falsified;
select early_help_internal.write_by_engine($$ update kpi_filled_months set first_month = '2022-06-01' $$) \g /dev/null
select is_empty('select found()', 'the range of months is no figure');
rollback to savepoint falsified;

---------- A9, F8: written unmarked ----------

savepoint unmarked;
set session_replication_role = replica;
alter table contact_child disable trigger marks_months;
update contact_child set received_on = received_on + 40 where contact_child_id in (select contact_child_id from contact_child order by 1 limit 5);
set session_replication_role = origin;
alter table contact_child enable always trigger marks_months;
select set_has('select found_in()', $$ values ('cube_contacts_cells'), ('cube_children_contacted_cells') $$, 'contacts re-dated with triggers off');
select isnt_empty($$ select found('sample') $$, 'by a sample too');
select early_help.mark_all_stale('p') \g /dev/null
select is_empty('select found()', 'marked, nothing is wrong');
select public.refresh() \g /dev/null
select is_empty('select found()', 'nor when refreshed');
rollback to savepoint unmarked;

create table public.inheriting () inherits (contact_child);
insert into public.inheriting select * from contact_child limit 3;
-- Its rows are in no figure, so the cells stay right; the guard tells of the table.
select is_empty('select found_in()', 'rows of a table that inherits from a record are in no cell');
select isnt_empty($$ select from early_help.audit('p', cells => 'none') where rule = 'A02' and record = 'contact_child' and detail ~ 'inherit' $$, 'and the audit tells of the table');
rollback to savepoint unmarked;

update contact_child set reason = 'Another' where contact_child_id = (select max(contact_child_id) from contact_child);
select early_help_internal.write_by_engine('delete from stale_mark') \g /dev/null
select set_eq('select found_in()', '{cube_contacts_cells,cube_contacts_parts}'::text[], 'marks that were taken away');
rollback to savepoint unmarked;

-- Beyond all that has cells.
set session_replication_role = replica;
alter table contact_child disable trigger marks_months;
insert into contact (contact_id, received_on, source_code) values (900000, '2027-05-05', '6');
insert into contact_child (contact_id, received_on, source_code, child_id, counted_child_id, primary_need_code)
select 900000, '2027-05-05', '6', child_id, child_id, 'N1' from child order by child_id limit 1;
set session_replication_role = origin;
alter table contact_child enable always trigger marks_months;
select is_empty($$ select from cube_contacts where month = '2027-05-01' $$, 'a contact of years to come that no view shows');
select set_has('select found()', $$ values ('cube_contacts_cells cube contacts, month 2027-05: 1 cells differ') $$, 'is found');
select set_has($$ select found('sample') $$, $$ values ('cube_contacts_cells cube contacts, month 2027-05: 1 cells differ') $$, 'by a sample, in the last month there is');
savepoint beyond;
select early_help.mark_stale('p', '2027-05-20', cubes => '{contacts}') \g /dev/null
select isnt_empty($$ select from cube_contacts where month = '2027-05-01' $$, 'its month marked, it is shown');
select set_has($$ select distinct cube::text from stale_month $$, $$ values ('contacts'), ('metrics') $$, 'that cube is stale, and what sums it');
select is_empty($$ select from found() f where f ~ '^cube_(contacts|metrics)_(cells|parts) ' $$, 'and no longer wrong');
rollback to savepoint beyond;
select early_help.mark_all_stale('p') \g /dev/null
select isnt_empty($$ select from cube_contacts where month = '2027-05-01' $$, 'marking all shows it as well');
select is_empty('select found()', 'and nothing is wrong');
rollback to savepoint unmarked;

---------- A8: marking everything marks what there is ----------

select early_help.mark_all_stale('p') \g /dev/null
select set_eq('select distinct month from stale_month',
    $$ select g::date from kpi_filled_months f, generate_series(f.first_month::timestamp, f.last_month::timestamp, '1 month') g $$,
    'all months from the first to the last that has cells, and no other');
select set_eq('select distinct cube from stale_month', 'select cube from kpi_cube', 'of every cube');
select cmp_ok((select count(distinct month) from stale_month), '<', 100::bigint, 'that is not two centuries');
select public.refresh() \g /dev/null
select is_empty('select found()', 'refreshed, cells equal the records');
rollback to savepoint unmarked;

-- Records without any cell or mark, as a copy without triggers leaves them.
select early_help_internal.write_by_engine(format('delete from %I', name)) from kept \g /dev/null
select early_help_internal.write_by_engine('delete from cube_steps_cells') \g /dev/null
select early_help_internal.write_by_engine('delete from stale_mark') \g /dev/null
select early_help_internal.write_by_engine($$ update kpi_filled_months set first_month = 'infinity', last_month = '-infinity' $$) \g /dev/null
select is((select count(*) from cube_contacts), 0::bigint, 'a view of nothing');
select early_help.mark_all_stale('p') \g /dev/null
select is((select sum(contacts) from cube_contacts), (select count(*) from contact_child), 'is right when all is marked');
select public.refresh() \g /dev/null
select is_empty('select found()', 'and stays so');
rollback to savepoint unmarked;

---------- what is asked ----------

create function public.error_of(command text) returns text
language plpgsql
as $$
begin
    execute command;
    return 'none';
exception
    when others then
        return sqlstate;
end
$$;
select is(error_of(command), state, command)
from (values
    ($$ select early_help.mark_stale('p', null) $$, '22023'),
    ($$ select early_help.mark_stale('p', 'infinity') $$, '22023'),
    ($$ select early_help.mark_stale('p', '2022-02-01', '2022-01-31') $$, '22023'),
    ($$ select early_help.mark_stale('p', '1899-12-31') $$, '22023'),
    ($$ select early_help.mark_stale('p', '2022-01-31', '2022-01-01') $$, 'none'),
    ($$ select early_help.mark_stale('p', '2022-01-31', cubes => '{nothing}') $$, '42704'),
    ($$ select early_help.mark_stale('nowhere', '2022-01-31') $$, 'YHP03'),
    ($$ select early_help.mark_all_stale(null) $$, 'YHP03'),
    ($$ select early_help.audit('p', 'some') $$, '22023'),
    ($$ select early_help.audit('p', null) $$, '22023')
) c (command, state);
grant usage on schema p, p_kpi to cells_stranger;
grant select, insert on all tables in schema p to cells_stranger;
grant execute on function early_help.mark_stale(text, date, date, text[]), early_help.mark_all_stale(text) to cells_stranger;
set local role cells_stranger;
select is(error_of($$ select early_help.mark_stale('p', '2022-01-31') $$), '42501', 'others do not mark');
select is(error_of($$ select early_help.mark_all_stale('p') $$), '42501', 'nor all');
reset role;
rollback to savepoint unmarked;

-- A sample stays small however long the history is.
select cmp_ok(cardinality(early_help_internal.audit_cell_months('p'::regnamespace, 'contacts', 'cube_contacts_cells', false)), '<=', 13, 'a sample has 13 months at most');
select is(cardinality(early_help_internal.audit_cell_months('p'::regnamespace, 'contacts', 'cube_contacts_cells', true)),
    (select early_help_internal.months_between(min(month), max(month)) + 1 from cube_contacts_cells), 'the whole has all');
select ok(early_help_internal.audit_cell_months('p'::regnamespace, 'contacts', 'cube_contacts_cells', false)
    @> array[(select min(month) from cube_contacts_cells), (select max(month) from cube_contacts_cells),
        (select month from cube_contacts_cells group by 1 order by count(*) desc, 1 desc limit 1)], 'the first, the last, the largest');

-- Cells that could run somebody's code as whoever audits are not read.
alter function p_kpi.cube_contacts_month(date) security invoker;
select set_eq('select found()', array['kpi_cube cells could not be compared, they or the function that computes them are not as define_kpi_cube made them: contacts'],
    'a function that would run as the auditor');
rollback to savepoint unmarked;
grant create on schema p to cells_stranger;
alter table cube_steps_cells owner to cells_stranger;
select set_has('select found()', $$ values ('kpi_cube cells could not be compared, they or the function that computes them are not as define_kpi_cube made them: steps') $$,
    'cells of somebody else');
-- Nor by a refresh: a table is the engine's by its registration and its owner.
select early_help.mark_stale('p', '2022-01-31') \g /dev/null
select throws_ok($$ select early_help_internal.narrow_filled_months('p', '-infinity', 'infinity') $$, '55000', null, 'nor read by a refresh');
rollback to savepoint unmarked;
-- A5: a table that has only the name of cells, with a policy that is code.
grant usage, create on schema p to cells_stranger;
set local role cells_stranger;
create table p.cube_evil_cells (month date);
insert into p.cube_evil_cells values ('1999-01-01');
create function p.policy_of_evil() returns boolean language plpgsql as $$ begin raise exception 'code of a stranger ran as %', current_user; end $$;
alter table p.cube_evil_cells enable row level security;
alter table p.cube_evil_cells force row level security;
create policy evil on p.cube_evil_cells using (p.policy_of_evil());
reset role;
select lives_ok($$ select early_help_internal.narrow_filled_months('p', '-infinity', 'infinity') $$, 'a table with the name of cells is not read');
select results_eq('select first_month from kpi_filled_months', $$ select min(month) from cube_months_cells $$, 'nor counted');

select * from finish();
rollback;
