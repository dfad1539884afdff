-- A table that has only the name of cells, with a policy that is code: a refresh by an
-- owner who is no superuser, whom row level security binds, does not read it (hostile A5).
-- (A superuser is bound by no policy: audit_cells.sql sees the table's month, not its code.)
begin;
select no_plan();
set client_min_messages = warning;
create role cells_owner;
create role cells_stranger;
select format('grant create on database %I to cells_owner', current_database()) \gexec
select early_help.grant_ownership('cells_owner') \g /dev/null
set local role cells_owner;
select null from early_help.create_partnership('p') \g /dev/null
insert into p.contact (contact_id, received_on, source_code) values (1, '2024-05-05', '6');
insert into p.child (child_id) values (1);
insert into p.contact_child (contact_id, child_id, primary_need_code) values (1, 1, 'N1');
select null from early_help_internal.refresh_kpi_month('p', '2024-05-01') \g /dev/null
grant usage, create on schema p to cells_stranger;
set local role cells_stranger;
create table p.cube_evil_cells (month date);
insert into p.cube_evil_cells values ('1999-01-01');
grant select on p.cube_evil_cells to public;
create function p.policy_of_evil() returns boolean language plpgsql as $$ begin raise exception 'code of a stranger ran as %', current_user; end $$;
alter table p.cube_evil_cells enable row level security;
alter table p.cube_evil_cells force row level security;
create policy evil on p.cube_evil_cells using (p.policy_of_evil());
set local role cells_owner;
select lives_ok($$ select early_help_internal.narrow_filled_months('p', '-infinity', 'infinity') $$, 'no code of a stranger runs as the owner');
select results_eq('select first_month from p.kpi_filled_months', $$ values (date '2024-05-01') $$, 'nor is his month counted');
reset role;

select finish();
rollback;
