-- The drop guard: while a partnership exists, nothing that it needs is dropped.
begin;
select no_plan();

create role guard_owner;
create role guard_other;
grant guard_other to guard_owner;
do $$
begin
    execute format('grant create on database %I to guard_owner', current_database());
end
$$;

set local client_min_messages = warning;

create function public.error_of(command text, out code text, out detail text, out hint text)
    language plpgsql
as $$
begin
    execute command;
    code := 'no error';
exception
    when others then
        get stacked diagnostics
            code = returned_sqlstate,
            detail = pg_exception_detail,
            hint = pg_exception_hint;
end
$$;

-- The extension belongs to a role without superuser, as in a database of
-- that role's own; btree_gist stands in a schema of another's.
drop extension early_help;
drop extension btree_gist;
create schema tools authorization guard_other;
grant usage, create on schema tools to guard_owner;
set local role guard_owner;
create extension btree_gist with schema tools;
create extension early_help;
select is((select evtenabled from pg_event_trigger where evtname = 'early_help_drop_guard'), 'A',
    'the guard is on, whatever session_replication_role says');
select is((select evtowner::regrole::text from pg_event_trigger where evtname = 'early_help_drop_guard'), 'postgres',
    'and is not the owner''s to drop')
from (select) t where current_setting('is_superuser') = 'off';

-- Nothing is guarded while there is no partnership.
savepoint without;
select lives_ok('drop extension early_help', 'without a partnership the extension can be dropped');
rollback to without;
select lives_ok('drop extension btree_gist cascade', 'and with what it requires');
rollback to without;
select lives_ok('drop schema tools cascade', 'and with the schema of that')
from set_config('role', 'guard_other', true);
rollback to without;
set local role guard_owner;
reset role;
select is((public.error_of('drop schema early_help cascade')).code, '2BP01', 'its schema is PostgreSQL''s to refuse');
select early_help.grant_ownership('guard_owner') \g /dev/null
set local role guard_owner;

select lives_ok($$select early_help.create_partnership('medway')$$, 'a partnership');
select lives_ok($$select early_help.create_partnership('St Helens & Co')$$, 'and another');

-- Refused, whoever asks, however it is written.
create temporary table refused (command text);
insert into refused values
    ('drop extension early_help'),
    ('drop extension early_help cascade'),
    ('drop extension if exists early_help restrict'),
    ('drop extension if exists nothing, early_help cascade'),
    ('drop extension btree_gist'),
    ('drop extension btree_gist cascade'),
    ('drop extension plpgsql cascade'),
    ('drop schema early_help cascade'),
    ('drop schema if exists public, early_help cascade'),
    ('drop schema tools'),
    ('drop schema tools cascade'),
    ('drop owned by guard_owner'),
    ('drop owned by guard_owner cascade'),
    ('drop owned by guard_other cascade'),
    ('alter extension early_help drop event trigger early_help_drop_guard'),
    ('alter extension early_help drop type early_help.need_level'),
    ('alter extension btree_gist drop operator class tools.gist_int8_ops using gist'),
    ('alter extension btree_gist drop function tools.gbt_int8_union(internal, internal)'),
    ('alter extension plpgsql drop language plpgsql'),
    ('drop operator class tools.gist_int8_ops using gist cascade'),
    ('drop operator family tools.gist_int8_ops using gist cascade'),
    ('drop type early_help.need_level cascade'),
    ('drop cast if exists (early_help.need_level as text) cascade'),
    ('drop function if exists nothing(), early_help_internal.check_row() cascade'),
    ('drop language plpgsql cascade'),
    ('do $do$ begin drop extension early_help cascade; end $do$');
grant select on refused to public;
select is((public.error_of(command)).code, 'YHP04', 'the owner: ' || command)
from refused;
select is((public.error_of('drop owned by current_user cascade')).code, 'YHP04', 'the owner: drop owned by current_user');
reset role;
select is((public.error_of(command)).code, 'YHP04', 'a superuser: ' || command)
from refused;
set local session_replication_role = replica;
select is((public.error_of(command)).code, 'YHP04', 'as a replica: ' || command)
from refused;
set local session_replication_role = origin;
set local role guard_owner;
select is(
    (public.error_of('drop extension early_help cascade')).detail,
    'Tables in these schemas carry its rules, and the command would drop it or something it needs: medway, "St Helens & Co".',
    'the partnerships are named');
select is(
    (public.error_of('drop extension early_help cascade')).hint,
    'To give the records up for good, first run: select early_help.drop_partnership(''medway''); select early_help.drop_partnership(''St Helens & Co'');',
    'the hint says how');

-- Whatever stands in the extensions, one by one, of each kind.
reset role;
create temporary table member as
select distinct on (i.type) i.type, i.identity
from pg_depend d
join pg_extension e on e.oid = d.refobjid and e.extname in ('early_help', 'btree_gist', 'plpgsql')
cross join pg_identify_object(d.classid, d.objid, 0) i
where d.refclassid = 'pg_extension'::regclass
    and d.deptype = 'e'
    and i.type not in ('table', 'view', 'sequence', 'event trigger', 'schema');
select cmp_ok((select count(*) from member), '>=', 7::bigint, 'operators, classes, casts, types, functions …');
select is((public.error_of(format('drop %s %s cascade', type, identity))).code, 'YHP04', 'a superuser: drop ' || type)
from member;

-- What was taken out of an extension while there was no partnership.
savepoint taken_out;
select early_help.drop_partnership('medway');
select early_help.drop_partnership('St Helens & Co');
select lives_ok('alter extension btree_gist drop operator class tools.gist_int8_ops using gist', 'without a partnership it may go');
select early_help.create_partnership('medway');
select is((public.error_of('drop operator class tools.gist_int8_ops using gist cascade')).code, 'YHP04',
    'then a partnership''s constraints hold it');
select is((public.error_of('drop operator class tools.gist_int8_ops using gist')).code, '2BP01',
    'without cascade PostgreSQL says so');
rollback to taken_out;

-- Untouched.
reset role;
create extension if not exists pg_trgm with schema public;
create table public.mine ();
create schema elsewhere;
create table elsewhere.t (a integer primary key, b public.gtrgm);
create role guard_nobody;
create table elsewhere.theirs ();
alter table elsewhere.theirs owner to guard_nobody;
create sequence elsewhere.s;
create type elsewhere.mood as enum ('good');
create function elsewhere.f() returns integer language sql as 'select 1';
create view elsewhere.v as select elsewhere.f();
create type elsewhere.colour as enum ('red');
alter table medway.child add column colour elsewhere.colour;
create function elsewhere.is_fit(text) returns boolean language sql as 'select true';
alter table medway.family add constraint fit check (elsewhere.is_fit(source_ref));
create function elsewhere.trigger_function() returns trigger language plpgsql as 'begin return new; end';
create trigger ours before insert on medway.family for each row execute function elsewhere.trigger_function();
select lives_ok(command, 'untouched: ' || command)
from unnest(array[
    'drop view elsewhere.v',
    'drop function elsewhere.f() cascade',
    'drop type elsewhere.colour cascade',
    'drop function elsewhere.is_fit cascade',
    'drop function elsewhere.trigger_function cascade',
    'drop operator class if exists elsewhere.nothing using gist cascade',
    'drop function if exists elsewhere.nothing(nowhere.type) cascade',
    'drop type elsewhere.mood',
    'drop sequence elsewhere.s',
    'drop owned by guard_nobody cascade',
    'drop role guard_nobody',
    'drop table public.mine',
    'drop schema if exists nowhere cascade',
    'drop extension if exists nowhere cascade',
    'drop extension pg_trgm cascade',
    'drop schema elsewhere cascade',
    'alter extension btree_gist update',
    'alter extension early_help update',
    'drop view if exists medway.nothing',
    'drop schema "St Helens & Co_kpi" cascade']) as command;
select is((public.error_of('drop extension nowhere')).code, '42704', 'untouched: the error for what does not exist');
select is((public.error_of('drop schema nowhere')).code, '3F000', 'untouched: the same for a schema');
select is((public.error_of('drop owned by nobody_at_all')).code, '42704', 'untouched: the same for a role');

-- A partnership without its table partnership still has records to lose.
set local role guard_owner;
savepoint half;
drop table medway.partnership cascade;
select early_help.drop_partnership('St Helens & Co');
select is(
    (public.error_of('drop extension early_help cascade')).hint,
    'To give the records up for good, first run: (schema medway is no whole partnership: drop its tables, or their triggers, by hand)',
    'half a partnership is guarded too');
rollback to half;

-- Disabled triggers are triggers; renamed schemas are found.
alter table medway.family disable trigger user;
select lives_ok($$select early_help.rename_partnership('medway', 'Medway')$$, 'renamed');
select is(
    (public.error_of('drop extension early_help')).detail,
    'Tables in these schemas carry its rules, and the command would drop it or something it needs: "Medway", "St Helens & Co".',
    'found under its new name');

-- A superuser can switch the guard off; nobody else can.
savepoint armed;
select is((public.error_of('alter event trigger early_help_drop_guard disable')).code, '42501', 'the owner cannot switch it off');
reset role;
alter event trigger early_help_drop_guard disable;
select lives_ok('drop extension early_help cascade', 'a superuser can');
rollback to armed;
set local role guard_owner;
select is((public.error_of('drop extension early_help cascade')).code, 'YHP04', 'on again');

-- The way out.
select lives_ok($$select early_help.drop_partnership('Medway')$$, 'one dropped');
select is((public.error_of('drop extension early_help')).code, 'YHP04', 'the other still guards');
select lives_ok($$select early_help.drop_partnership('St Helens & Co')$$, 'the other dropped');
savepoint free;
select lives_ok('drop extension early_help', 'then the extension can be dropped');
rollback to free;
select lives_ok('drop owned by guard_owner cascade', 'and with its owner''s things')
from set_config('role', 'postgres', true);
select hasnt_extension('early_help');
select is_empty($$select from pg_event_trigger where evtname = 'early_help_drop_guard'$$, 'the guard went with it');
select hasnt_schema('early_help');

select * from finish();
rollback;
