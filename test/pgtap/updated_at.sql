-- When a row was last written: column updated_at of every record, set by zz_check_row. The tables come from the catalogue.
\ir fixture.psql
\o /dev/null
\ir ../t/one_of_each.psql
insert into population (year, age_0_17, source) values (2024, 1, 'x');
insert into kpi_target (metric_code, from_month, target) select metric_code, '2024-01-01', 1 from kpi_metric order by 1 limit 1;
insert into kpi_spc_rebase (metric_code, from_month, reason) select metric_code, '2024-01-01', 'x' from kpi_metric order by 1 limit 1;
select undo_closure(11202, 'Not closed.');
\o
set constraints all immediate;

create view public.dated as
select c.oid::regclass as at, c.relname as name, u.attname is not null as has, r.attname as recorded
from pg_class c
left join pg_attribute u on u.attrelid = c.oid and u.attname = 'updated_at' and u.atttypid = 'timestamptz'::regtype and u.attnotnull
left join pg_attribute r on r.attrelid = c.oid and r.attname in ('recorded_at', 'raised_at')
where c.relnamespace = 'town'::regnamespace
    and c.relkind = 'r';
select set_eq('select name from public.dated where recorded is not null and not has', '{publication,published_table}'::name[],
    'every table that says when a row was recorded says when it was last written, but those of publications');
-- Settings are the owner's. Figures, publications and structure_as_made are the engine's.
select is_empty($$
    select name
    from public.dated
    where not has
        and name !~ '^(inbox|import|cube|stale)_'
        -- An answer is not written again.
        and name <> 'audit_answer'
        and not exists (
            select from pg_trigger t
            where t.tgrelid = at and t.tgname in ('owner_writes_only', 'engine_writes_only'))$$,
    'so does whatever else a person writes');

-- What becomes of a row's updated_at in each table: commands on all its rows, one after the other, %1$s is the table and %2$s
-- sets a column of it anew. The rules of the tables are put aside.
create function public.after(variadic commands text[] default '{}') returns table (name name, is_now text)
language plpgsql
as $$
declare
    d record;
    command text;
begin
    for d in select * from public.dated where has order by dated.name loop
        foreach command in array commands loop
            execute format(command, d.at, case d.name
                when 'assessment_factor_found' then 'assessment_factor_code = case assessment_factor_code when ''1B'' then ''1C'' else ''1B'' end'
                when 'case_audit_auditor' then 'agency_id = case when agency_id is null then 10001 end'
                else format('%1$I = %1$I - interval ''1 hour''', d.recorded)
            end);
        end loop;
        name := d.name;
        execute format('select string_agg(distinct case when updated_at = now() then ''now'' else extract(year from updated_at)::text end, '' '')
            from only %s', d.at) into is_now;
        return next;
    end loop;
end
$$;
select format('alter table %s disable trigger %I', d.at, t.tgname)
from public.dated d
join pg_trigger t on t.tgrelid = d.at and not t.tgisinternal and t.tgname <> 'zz_check_row'
where d.has \gexec
select is_empty($$select name from public.after() where is_now is null$$, 'each has a row');
set session_replication_role = replica;
select is_empty($$select name from public.after('update %s set updated_at = ''2001-01-01''', 'update %1$s set %2$s') where is_now <> '2001'$$,
    'a subscriber keeps what the publisher wrote');
reset session_replication_role;
select is_empty($$select name from public.after('update %1$s set updated_at = updated_at') where is_now <> '2001'$$,
    'an update that changes nothing leaves it');
select is_empty($$select name from public.after('update %1$s set updated_at = ''2002-01-01''', 'update %1$s set updated_at = now()') where is_now <> '2001'$$,
    'nobody sets it, not even to now');
select is_empty($$select name from public.after('update %1$s set %2$s') where is_now <> 'now'$$, 'an update sets it');
set session_replication_role = replica;
select null from public.after('update %s set updated_at = ''2001-01-01''') \g /dev/null
reset session_replication_role;
select is_empty($$select name from public.after('update %1$s set %2$s, updated_at = ''2003-01-01''') where is_now <> 'now'$$,
    'whatever its writer says');

-- A new row.
select results_eq(
    $$insert into family (updated_at) values ('2001-01-01'), (default), (null) returning updated_at = now()$$,
    'values (true), (true), (true)', 'a new row is written now');
set session_replication_role = replica;
select results_eq($$insert into family (updated_at) values ('2001-01-01') returning updated_at$$, $$values (timestamptz '2001-01-01')$$,
    'but on a subscriber');
reset session_replication_role;
set session_replication_role = replica;
insert into locality (name, updated_at) values ('Old', '2001-01-01');
reset session_replication_role;
insert into locality (name, updated_at) values ('Old', '2002-01-01') on conflict (name, valid_from) do update set gss_code = excluded.gss_code;
select is((select updated_at from locality where name = 'Old'), '2001-01-01', 'on conflict do update that changes nothing');
insert into locality (name) values ('Old') on conflict (name, valid_from) do update set gss_code = 'E05', updated_at = '2002-01-01';
select is((select updated_at from locality where name = 'Old'), now(), 'and that changes something');

-- Values that are stored apart or compressed are compared as what they are.
set session_replication_role = replica;
insert into child_merge (kept_child_id, merged_child_id, merged_on, reason, updated_at)
values (10101, 10102, '2024-03-01', repeat('x', 20000), '2001-01-01'),
    (10101, 10103, '2024-03-01', (select string_agg(md5(n::text), '') from generate_series(1, 900) n), '2001-01-01');
reset session_replication_role;
update child_merge set reason = repeat('x', 20000) where merged_child_id = 10102;
update child_merge set reason = (select string_agg(md5(n::text), '') from generate_series(1, 900) n) where merged_child_id = 10103;
select is((select count(*)::integer from child_merge where updated_at = '2001-01-01'), 2, 'the same long text once more');
update child_merge set reason = overlay(reason placing 'y' from 9000) where updated_at = '2001-01-01';
select is((select count(*)::integer from child_merge where merged_child_id in (10102, 10103) and updated_at = now()), 2, 'one character of it');

-- With the rules: what an act writes, and what follows from it.
select format('alter table %s enable trigger %I', d.at, t.tgname)
from public.dated d
join pg_trigger t on t.tgrelid = d.at and t.tgenabled = 'D' \gexec
set session_replication_role = replica;
update plan_outcome set updated_at = '2001-01-01';
update plan set updated_at = '2001-01-01';
update episode set updated_at = '2001-01-01';
reset session_replication_role;
select achieve_outcome(10201, '2024-03-01') \g /dev/null
select results_eq(
    $$select 'plan_outcome', plan_outcome_id from plan_outcome where updated_at = now()
    union all select 'plan', plan_id from plan where updated_at = now()
    union all select 'episode', episode_id from episode where updated_at = now()$$,
    $$values ('plan_outcome', bigint '10201')$$, 'an act writes what it is about');
select close_episode(10201, 'moved_away', '2024-07-15', '2024-07-10') \g /dev/null
select set_eq(
    $$select 'plan', plan_id from plan where updated_at = now() union all select 'episode', episode_id from episode where updated_at = now()$$,
    $$values ('plan', bigint '10201'), ('plan', 10202), ('episode', 10201)$$, 'and what the rules write with it');

-- Columns of that name elsewhere.
create table of_own (x integer, doubled integer generated always as (2 * x) stored, updated_at timestamptz check (updated_at > '2002-01-01'));
create trigger zz_check_row before insert or update on of_own for each row execute function early_help_internal.check_row();
insert into of_own (x, updated_at) values (1, '2001-01-01');
select is((select updated_at from of_own), now(), 'a table''s own column of this name and type, and its constraint is asked afterwards');
alter table of_own drop constraint of_own_updated_at_check;
set session_replication_role = replica;
update of_own set updated_at = null;
reset session_replication_role;
update of_own set x = 1;
select is((select updated_at from of_own), now(), 'is not left null');
set session_replication_role = replica;
update of_own set updated_at = '2001-01-01';
reset session_replication_role;
update of_own set x = 1;
select is((select updated_at from of_own), '2001-01-01', 'a generated column is no change');
alter table of_own drop column x cascade, add column y integer;
update of_own set y = null;
select is((select updated_at from of_own), '2001-01-01', 'nor is one that is gone');
update of_own set y = 1;
select is((select updated_at from of_own), now(), 'one that came is');
alter table of_own alter updated_at type timestamp;
update of_own set y = 2, updated_at = '2001-01-01';
select is((select updated_at from of_own), '2001-01-01', 'of another type it is left alone');
alter table of_own drop column updated_at;
select lives_ok('update of_own set y = 3', 'and need not be there');

select * from finish();
rollback;
