-- The mark of a partnership for training: it changes only while there are no records
-- of people, whoever changes it and by whatever statement.
begin;
select no_plan();
set client_min_messages = warning;
create extension early_help_sample;
create role mark_owner;
select format('grant create on database %I to mark_owner', current_database()) \gexec
select early_help.grant_ownership('mark_owner') \g /dev/null
grant create on schema public to mark_owner;
set local role mark_owner;
select null from early_help.create_partnership('town') \g /dev/null
select null from early_help.create_partnership('full', training => true) \g /dev/null
select null from early_help.create_partnership('other', training => null) \g /dev/null

-- test/mutate takes the trigger away.
\if :{?without}
set local search_path = town;
:without;
reset search_path;
\endif

create function public.outcome_of(command text, out state text, out message text, out detail text, out hint text, out place text)
    language plpgsql
as $$
begin
    execute command;
    raise exception sqlstate 'OK000' using message = 'it went through';
exception
    when others then
        get stacked diagnostics
            state = returned_sqlstate, message = message_text, detail = pg_exception_detail, hint = pg_exception_hint,
            place = table_name;
end
$$;
create function public.state_of(command text) returns text
    language sql
    return (public.outcome_of(command)).state;

select results_eq(
    $$select name, training from early_help.partnerships() order by name$$,
    $$values ('full', true), ('other', false), ('town', false)$$,
    'create_partnership sets the mark, which partnerships() tells');

-- Without records of people. Who works with families, and where, may be known already.
insert into town.agency (agency_id, name, sector) values (1, 'Council', 'local_authority');
insert into town.practitioner (practitioner_id, agency_id, name) values (1, 1, 'One');
insert into town.bank_holiday (day, name, local) values ('2024-02-05', 'Closed', true);
select lives_ok('update town.partnership set training = true', 'set while there are no records of people');
select lives_ok('update town.partnership set training = false', 'and taken away');

-- Which tables hold records of people: each alone gets one row that a sample made, so that nothing else is in the way.
select null from early_help_sample.generate_sample('full', 60, '2022-04-01', '2024-03-31', 1) \g /dev/null
insert into "full".inbox_contact values ('k1', '2023-05-05', 'c1', '2012-03-04', null, 'F', 'Ward', '5B', 'N1', null, 'none');
select null from "full".import_contacts() \g /dev/null
insert into "full".inbox_contact values ('k1', '2023-05-05', 'c1', '2012-03-04', null, 'F', 'Ward', '5B', 'N1', null, null);
insert into "full".child (child_id, birth_date) values (900001, '2015-01-01'), (900002, '2015-01-01');
select null from "full".merge_children(900001, 900002, 'x', '2024-03-31') \g /dev/null
insert into "full".alert (kind, plan_id, due_on, raised_on) select 'review_overdue', min(plan_id), '2024-02-28', '2024-03-01' from "full".plan;
reset role;
create function public.with_a_row_of(name name) returns text
    language plpgsql
as $$
declare
    columns text;
    state text;
begin
    select string_agg(quote_ident(a.attname), ', ') into columns
    from pg_attribute a
    where a.attrelid = format('"full".%I', name)::regclass
        and a.attnum > 0
        and not a.attisdropped
        and a.attgenerated = '';
    set local session_replication_role = replica;
    execute format('insert into town.%I (%s) overriding system value select %2$s from "full".%1$I limit 1 on conflict do nothing', name, columns);
    set local session_replication_role = origin;
    state := public.state_of('update town.partnership set training = true');
    raise exception sqlstate 'OK001' using message = state;
exception
    when sqlstate 'OK001' then
        return sqlerrm;
end
$$;
create temporary table tried as
select c.relname as name, public.with_a_row_of(c.relname) as state
from pg_class c
where c.relnamespace = 'full'::regnamespace
    and c.relkind = 'r'
    and c.relname not in ('partnership', 'structure_as_made')
    and (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %s', c.oid::regclass), false, true, '')))[1]::text <> '0';
select is_empty($$select name, state from tried where state not in ('OK000', 'YHP07')$$, 'a row of each table');
select is_empty(
    $$select name, state
    from tried
    where (state = 'OK000') is distinct from (
        -- Settings and codes, the directory, groups that nobody has come to, counts, and what the figures keep.
        name in ('assessment_factor', 'bank_holiday', 'closure_reason', 'code_label', 'contact_source', 'disability', 'ethnicity',
            'headline_outcome', 'primary_need', 'sex', 'agency', 'practitioner', 'service', 'locality',
            'group_programme', 'group_session', 'partner_return', 'population', 'benchmark')
        or name ~ '^(kpi_|cube_|stale_|publi)')$$,
    'a row of a record of people is in the way of the mark, and no other row');
select cmp_ok((select count(*) from tried where state = 'YHP07'), '>=', 35::bigint, 'that many tables hold records of people');
set local role mark_owner;

-- Once there are records.
insert into town.family default values;
insert into town.child (birth_date) values ('2015-01-01');
select is(
    outcome_of('update town.partnership set training = true')::text,
    (select row(r.sqlstate, r.sentence || ' (P07)', 'table "child" has rows', r.hint, 'partnership')::text
    from early_help.rules() r
    where r.rule = 'P07'),
    'the error is the rule''s, and names a table');
select is(state_of(command), code, command)
from (values
    ('update town.partnership set training = true', 'YHP07'),
    ('update "full".partnership set training = false', 'YHP07'),
    ('update town.partnership set training = false, title = ''x''', 'OK000'),
    ('update "full".partnership set training = true, title = ''x''', 'OK000'),
    ('insert into town.partnership (title, record_version, training) values (''x'', ''x'', true)
        on conflict (only_row) do update set training = excluded.training', 'YHP07'),
    ('insert into town.partnership (title, record_version, training) values (''x'', ''x'', false)
        on conflict (only_row) do update set training = excluded.training', 'OK000'),
    ('merge into town.partnership p using (values (true)) v (mark) on true when matched then update set training = v.mark', 'YHP07'),
    ('with w as (insert into other.family default values) update other.partnership set training = true', 'YHP07'),
    ('insert into other.family default values; update other.partnership set training = true', 'YHP07'),
    ('update other.partnership set training = true; insert into other.family default values', 'OK000'),
    ('update other.partnership set training = true; insert into other.family default values; update other.partnership set training = false', 'YHP07'),
    ('insert into other.family default values; delete from other.family; update other.partnership set training = true', 'OK000'),
    ('create table other.heir () inherits (other.family); insert into other.heir (family_id) values (1); update other.partnership set training = true', 'OK000'),
    ('delete from town.partnership', 'YHS02'),
    ('truncate town.partnership', 'YHS04')) c (command, code);

-- What other triggers make of the row counts, whatever they are called.
create function public.turns_it_on() returns trigger language plpgsql as 'begin new.training := true; return new; end';
create trigger zzz before update on town.partnership for each row execute function public.turns_it_on();
select is(state_of('update town.partnership set title = ''x'''), 'YHP07', 'a trigger of the owner''s that sets the mark');
drop trigger zzz on town.partnership;

-- A superuser, and somebody who was granted the table.
reset role;
select is(state_of('update town.partnership set training = true'), 'YHP07', 'a superuser');
create role mark_writer;
grant usage on schema town, public to mark_writer;
grant select, update on town.partnership to mark_writer;
set local role mark_writer;
select is(state_of('update town.partnership set training = true'), '42501', 'who does not own the partnership does not come so far');
reset role;

-- With row security that hides every family, the mark sees them.
set local role mark_owner;
alter table town.family enable row level security;
alter table town.family force row level security;
alter table town.child enable row level security;
alter table town.child force row level security;
select is((select count(*) from town.family), 0::bigint, 'the owner sees no family');
select is(state_of('update town.partnership set training = true'), 'YHP07', 'and the mark stays');
reset role;

-- A replica writes settings as they come, like those that are the owner's alone.
set local session_replication_role = replica;
select is(state_of('update town.partnership set training = true'), 'OK000', 'where changes are applied the origin has decided');
delete from town.partnership;
set local session_replication_role = origin;
select is(state_of($$insert into town.partnership (title, record_version, training) values ('x', 'x', true)$$), 'YHP07', 'a new row is no way round');
select is(state_of($$insert into town.partnership (title, record_version) values ('x', 'x')$$), 'OK000', 'one without the mark is');
select is(state_of($$copy town.partnership (title, record_version, training) from program 'printf "x\tx\tt\n"'$$), 'YHP07', 'nor is COPY');
select is(state_of($$copy town.partnership (title, record_version, training) from program 'printf "x\tx\tf\n"'$$), 'OK000', 'which writes one without it');

-- The audit finds what would let it slip, not who a record is about.
alter table "full".partnership disable trigger partnership_training_stays;
update "full".partnership set training = false;
select results_eq(
    $$select rule::text, record::text, detail from early_help.audit('full', 'none')$$,
    $$values ('A02', 'partnership', 'trigger partnership_training_stays: disabled, was fires at the origin')$$,
    'the audit finds the trigger disabled');

select * from finish();
rollback;
