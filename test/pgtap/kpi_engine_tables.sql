-- What the engine of the figures does with tables that are not as it made them:
-- of its names and other types, altered, somebody else's, or no tables at all.
-- An error says what is wrong; nothing is read as what it is not.
begin;
select plan(42);

set client_min_messages = warning;
select from early_help.create_partnership('p');

-- What a command comes to. It is undone, whether it fails or not.
create function state_of(command text) returns text
    language plpgsql
as $$
begin
    execute command;
    raise exception sqlstate 'OK000';
exception
    when others then
        return sqlstate;
end
$$;

-- A schema that anybody may lay out, with tables of the engine's names.
create schema x;
create table x.partnership ();
create table x.kpi_cube (cube varchar, sources varchar[], counts varchar[]);
insert into x.kpi_cube values ('c', '{s}', '{n}');
create table x.kpi_filled_months (first_month date, last_month date);
insert into x.kpi_filled_months values ('2020-01-01', '2020-03-01');
create table x.stale_mark (source varchar, first_month date, last_month date, last_event date, part bigint);
insert into x.stale_mark values
    ('s', '2020-01-01', '2020-12-01', '2020-05-01', 1),
    ('t', '2020-01-01', '2020-01-01', '2020-01-01', null);
create function stale() returns setof date
    language sql
as $$ select month from early_help_internal.stale_months('x.stale_mark', 'c') $$;

-- What the months and the parts come to, after a change that is undone.
create function ask_after(change text) returns text
    language plpgsql
as $$
begin
    execute change;
    raise exception sqlstate 'OK000' using message = format('%s %s',
        state_of('select * from early_help_internal.stale_months(''x.stale_mark'', ''c'')'),
        state_of('select early_help_internal.stale_parts(''x.stale_mark'', ''c'', ''2020-02-01'')'));
exception
    when sqlstate 'OK000' then
        return sqlerrm;
end
$$;

select results_eq('select stale()', $$ select m::date from generate_series(timestamp '2020-01-01', '2020-05-01', '1 month') m $$,
    'tables like the engine''s are read');
select is(early_help_internal.stale_parts('x.stale_mark', 'c', '2020-02-01'), '{1}', 'parts too');

-- Any relation.
select is(state_of('select * from early_help_internal.stale_months(4294967294::oid::regclass, ''c'')'), '42P01', 'no relation');
select is(state_of('select early_help_internal.stale_parts(4294967294::oid::regclass, ''c'', ''2020-01-01'')'), '42P01', 'nor any parts');
select results_eq($$
    select state_of(format('select * from early_help_internal.stale_months(%s::oid::regclass, ''c'')', c.oid)), count(*) > 500
    from pg_class c
    where c.relname <> 'stale_mark'
    group by 1
$$, $$ values ('42809', true) $$, 'every relation of another name');
select results_eq($$
    select distinct state_of(format('select early_help_internal.stale_parts(%s::oid::regclass, ''c'', ''2020-01-01'')', c.oid))
    from pg_class c
    where c.relname <> 'stale_mark'
$$, $$ values ('42809') $$, 'and no parts of it');

-- Values of many types, each in the place of each column.
create domain x.words as varchar;
create type x.pair as (a integer, b text);
create table x.value (type text, value text);
insert into x.value values
    ('bigint', '4711'), ('integer', '4711'), ('smallint', '4711'), ('numeric', '4711'), ('double precision', '4711'), ('real', '4711'),
    ('text', 'a'), ('varchar', 'c'), ('name', 'c'), ('"char"', 'c'), ('char(7)', 'c'), ('x.words', 'c'), ('bytea', 'c'), ('boolean', 't'),
    ('date', '2020-01-01'), ('early_help.event_date', '2020-01-01'), ('timestamp', '2020-01-01'), ('timestamptz', '2020-01-01'), ('time', '01:00'), ('interval', '1 day'),
    ('varchar[]', '{s}'), ('text[]', '{s}'), ('bigint[]', '{1}'), ('date[]', '{2020-01-01}'), ('date[]', '{}'),
    ('uuid', '00000000-0000-0000-0000-000000000001'), ('jsonb', '{}'), ('point', '(1,2)'), ('daterange', 'empty'), ('x.pair', '(1,a)'),
    ('oid', '1'), ('regclass', 'pg_class'), ('inet', '::1'), ('bit(3)', '101'), ('early_help.need_level', '1');
create table x.tried as
select
    c.relname::text as place,
    a.attname::text as place_column,
    v.type,
    ask_after(format('alter table %s alter column %I type %s using %L::%3$s', c.oid::regclass, a.attname, v.type, v.value)) as came_to,
    case
        when a.atttypid = v.type::regtype then 'OK000 OK000'
        when c.relname <> 'stale_mark' then '42804 42804'
        else '55000 55000'
    end as expected
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
cross join x.value v
where c.oid in ('x.kpi_cube'::regclass, 'x.kpi_filled_months'::regclass, 'x.stale_mark'::regclass);
select cmp_ok((select count(*) from x.tried), '>=', 350::bigint, 'each type in the place of each column');
select is_empty('select place, place_column, type, came_to, expected from x.tried where came_to <> expected', 'is told from the one that is read');

-- Nulls, columns that are gone, and the same ones put back.
select set_eq($$
    select a.attrelid::regclass::text, a.attname::text, ask_after(format('update %s set %I = null', a.attrelid::regclass, a.attname))
    from pg_attribute a
    where a.attrelid in ('x.kpi_cube'::regclass, 'x.kpi_filled_months'::regclass, 'x.stale_mark'::regclass) and a.attnum > 0
$$, $$ values
    ('x.kpi_cube', 'cube', '22004 22004'),
    ('x.kpi_cube', 'sources', '22004 22004'),
    ('x.kpi_cube', 'counts', 'OK000 OK000'),
    ('x.kpi_filled_months', 'first_month', '22004 22004'),
    ('x.kpi_filled_months', 'last_month', '22004 22004'),
    ('x.stale_mark', 'source', '22004 22004'),
    ('x.stale_mark', 'first_month', '22004 22004'),
    ('x.stale_mark', 'last_month', '22004 22004'),
    ('x.stale_mark', 'last_event', '22004 22004'),
    ('x.stale_mark', 'part', 'OK000 OK000') $$,
    'null where the engine writes none');
select set_eq($$
    select a.attrelid::regclass::text, a.attname::text, ask_after(format('alter table %s drop %I', a.attrelid::regclass, a.attname))
    from pg_attribute a
    where a.attrelid in ('x.kpi_cube'::regclass, 'x.kpi_filled_months'::regclass, 'x.stale_mark'::regclass) and a.attnum > 0
$$, $$ values
    ('x.kpi_cube', 'cube', '42703 42703'),
    ('x.kpi_cube', 'sources', '42703 42703'),
    ('x.kpi_cube', 'counts', '42703 42703'),
    ('x.kpi_filled_months', 'first_month', '42703 42703'),
    ('x.kpi_filled_months', 'last_month', '42703 42703'),
    ('x.stale_mark', 'source', '55000 55000'),
    ('x.stale_mark', 'first_month', '55000 55000'),
    ('x.stale_mark', 'last_month', '55000 55000'),
    ('x.stale_mark', 'last_event', '55000 55000'),
    ('x.stale_mark', 'part', '55000 55000') $$,
    'a column that is gone');
select is(ask_after('alter table x.kpi_cube drop counts, add counts varchar[]'), 'OK000 OK000', 'another place in a table beside the log');
select is(ask_after('alter table x.stale_mark drop part, add part bigint'), '55000 55000', 'but not in the log, which is written by place');
select is(ask_after('update x.kpi_cube set sources = ''{a,null}'''), '22004 22004', 'a null among the sources');
select is(ask_after('update x.kpi_cube set sources = ''{}'''), 'OK000 OK000', 'no sources');
select is(ask_after('update x.kpi_cube set sources = ''{{a,s},{c,d}}'''), 'OK000 OK000', 'sources of two dimensions');

-- Days of any kind.
select is_empty($$
    select one.day, other.day, came_to
    from (values ('-infinity'), ('4713-01-01 BC'), ('1899-12-31'), ('2020-01-01'), ('2110-12-31'), ('5874897-12-31'), ('infinity')) one (day)
    cross join (values ('-infinity'), ('4713-01-01 BC'), ('1900-01-01'), ('2111-01-01'), ('5874897-12-31'), ('infinity')) other (day)
    cross join ask_after(format('update x.stale_mark set first_month = %L, last_month = %L, last_event = %1$L;
        update x.kpi_filled_months set first_month = %2$L, last_month = %1$L', one.day, other.day)) came_to
    where came_to <> 'OK000 OK000'
$$, 'infinite days, the first and the last there are, the last before the first');
savepoint wide;
update x.stale_mark set first_month = '-infinity', last_month = 'infinity', last_event = 'infinity';
update x.kpi_filled_months set first_month = '4713-01-01 BC', last_month = '5874897-12-31';
select results_eq($$ select min(stale), max(stale), count(*) from stale() $$,
    $$ values (date '1900-01-01', date '2110-12-01', 211 * 12::bigint) $$, 'no month is before 1900 or after 2110');
rollback to savepoint wide;

-- Something else of the name.
create role somebody_else;
create foreign data wrapper nothing;
create server nowhere foreign data wrapper nothing;
create table x.kind (kind text, definition text);
insert into x.kind values
    ('view', 'create view %1$s as table %2$s'),
    ('materialized view', 'create materialized view %1$s as table %2$s'),
    ('sequence', 'create sequence %1$s'),
    ('partitioned', 'create table %1$s (like %2$s, kind text) partition by list (kind)'),
    ('foreign', 'create foreign table %1$s () inherits (%2$s) server nowhere'),
    ('unlogged', 'create unlogged table %1$s as table %2$s'),
    ('type', 'create type %1$s as (n integer)'),
    ('somebody else''s', 'create table %1$s as table %2$s; alter table %1$s owner to somebody_else');
select is_empty($$
    select kind, name, came_to
    from x.kind
    cross join (values ('stale_mark'), ('kpi_cube'), ('kpi_filled_months')) n (name)
    cross join ask_after(format('alter table x.%I rename to other; ', name) || format(definition, 'x.' || name, 'x.other')) came_to
    where came_to <> '42809 42809'
$$, 'views, sequences, partitioned, foreign, unlogged tables and those of another owner');
select is(ask_after('drop table x.kpi_cube'), '42P01 42P01', 'no table beside the log');
select is(ask_after('drop table x.partnership'), '42809 42809', 'tables without a partnership');
create temporary table partnership ();
create temporary table stale_mark as table x.stale_mark;
select throws_ok($$ select * from early_help_internal.stale_months('pg_temp.stale_mark', 'c') $$, '42809', null, 'a temporary log');
drop table stale_mark, partnership;

-- Whom it tells.
create role stranger;
create role board;
grant usage on schema early_help to stranger, board;
grant execute on function early_help_internal.stale_months(regclass, text), early_help_internal.stale_parts(regclass, text, date) to stranger, board;
grant usage on schema p_kpi to board;
select 'p.stale_mark'::regclass::oid as log \gset
set role stranger;
select throws_ok(format($$ select * from early_help_internal.stale_months(%s::oid::regclass, 'contacts') $$, :log), '42501', null, 'a stranger is not told which months are stale');
select throws_ok(format($$ select early_help_internal.stale_parts(%s::oid::regclass, 'contacts', '2020-01-01') $$, :log), '42501', null, 'nor of which parts');
reset role;
set role board;
select lives_ok(format($$ select * from early_help_internal.stale_months(%s::oid::regclass, 'contacts') $$, :log), 'who reads figures is told the months');
select throws_ok(format($$ select early_help_internal.stale_parts(%s::oid::regclass, 'contacts', '2020-01-01') $$, :log), '42501', null, 'not the parts');
reset role;
create schema x_kpi authorization stranger;
select 'x.stale_mark'::regclass::oid as log \gset
set role stranger;
select throws_ok(format($$ select * from early_help_internal.stale_months(%s::oid::regclass, 'c') $$, :log), '42501', null, 'nor is one told who made himself a schema of the name');
reset role;
grant select on x.stale_mark to stranger;
set role stranger;
select lives_ok(format($$ select * from early_help_internal.stale_months(%s::oid::regclass, 'c') $$, :log), 'who may read the log is told');
select lives_ok(format($$ select early_help_internal.stale_parts(%s::oid::regclass, 'c', '2020-01-01') $$, :log), 'the parts too');
reset role;

-- Who keeps a refresh waiting.
create table x.kpi_refresh_log (kpi_refresh_id integer);
grant execute on function early_help_internal.refresh_begins(oid, integer), early_help_internal.exclude_refresh(oid) to stranger;
select 'p.kpi_refresh_log'::regclass::oid as log, 'p'::regnamespace::oid as schema \gset
set role stranger;
select throws_ok(format('select early_help_internal.refresh_begins(%s, 1)', :log), '42501', null, 'a stranger lets no refresh seem to run');
select throws_ok(format('select early_help_internal.exclude_refresh(%s)', :schema), '42501', null, 'and keeps none away');
reset role;
select is_empty($$ select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and objsubid = 3 $$, 'no run has its lock');
select results_eq($$
    select distinct state_of(format('select early_help_internal.refresh_begins(%s, 1)', c.oid))
    from pg_class c
    where c.relname <> 'kpi_refresh_log'
$$, $$ values ('42809') $$, 'another table has no runs');
select is(state_of('select early_help_internal.refresh_begins(4294967294, 1)'), '42P01', 'nor has none');
create function runs() returns integer[]
    language sql
as $$ select array_agg(n) from generate_series(6, 9) n where early_help_internal.refresh_runs('x.kpi_refresh_log'::regclass, n) $$;
select is(runs(), null, 'no run');
select lives_ok($$ select early_help_internal.refresh_begins('x.kpi_refresh_log'::regclass, 7) $$, 'the owner begins one');
select lives_ok($$ select early_help_internal.refresh_begins('x.kpi_refresh_log'::regclass, 8) $$, 'and another');
select is(runs(), '{8}', 'a session runs one at a time');
select lives_ok('select early_help_internal.refresh_ends()', 'and ends it');
select is(runs(), null, 'no run');
select lives_ok($$ select early_help_internal.exclude_refresh('x'::regnamespace) $$, 'the owner keeps other refreshes away');
select results_eq($$ select objsubid from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and classid = 'x'::regnamespace $$, array[4::smallint],
    'by a lock that no function of SQL takes');
select lives_ok('select early_help_internal.exclude_refresh(4294967294)', 'a partnership that is gone has none');

select finish();
rollback;
