-- The triggers that mark stale months, on tables that are not a partnership's:
-- columns of any type, arguments of any kind. A mark or an error, and what the
-- error says is one of a few things; keys count as ids whatever number they are.
begin;
select plan(35);

set client_min_messages = warning;
select from early_help.create_partnership('p');

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
create function trigger_state(function text, arguments text[], place text default 'x.row', change text default 'insert into x.row default values') returns text
    language sql
as $$
    select state_of(format('create trigger marks after insert or update or delete on %s for each row execute function early_help.%I(%s); %s',
        place, function, (select string_agg(quote_literal(a), ', ' order by n) from unnest(arguments) with ordinality as u (a, n)), change))
$$;

create schema x;
create table x.partnership ();
create table x.stale_mark (like p.stale_mark including defaults);
create table x.row (key bigint default 1, day date default '2020-01-01', day2 date default '2020-02-01');
create table x.event (event_id bigint default 1, key bigint default 1, day date default '2020-03-01');
insert into x.event default values;

create table x.call (function text, arguments text[]);
insert into x.call values
    ('mark_stale_months', '{s,0,day}'),
    ('mark_stale_months', '{s,120,day,day2}'),
    ('mark_stale_parts', '{s,0,key,day}'),
    ('mark_stale_span', '{s,0,day,day2}'),
    ('mark_stale_months_of', '{s,key,event,key,day}'),
    ('mark_stale_months_of', '{s,key,event,key,day,event,event_id,day}'),
    ('mark_stale_parts_of', '{s,key,event,key,day}'),
    ('mark_stale_months_through', '{s,key,event,event_id,day}'),
    ('mark_stale_months_through', '{s,key,event,event_id,key,event,event_id,day}'),
    ('mark_stale_months_through', '{s,key,event,event_id,day,key,event,event_id,day}'),
    ('mark_stale_spans_of', '{s,key,event,key,day,day}'),
    ('mark_stale_spans_of', '{s,key,event,key,day,day,event,event_id,key}'),
    ('hold_row', '{key,event,event_id}'),
    ('mark_all_months_stale', '{s}');
select is_empty($$ select * from x.call where trigger_state(function, arguments) <> 'OK000' $$, 'each as it is meant');

-- Columns of any type, of the row and of the events.
create domain x.some_day as date;
create domain x.some_key as bigint;
create type x.pair as (a integer, b text);
create table x.value (type text, value text);
insert into x.value values
    ('bigint', '4711'), ('integer', '4711'), ('smallint', '4711'), ('numeric', '4711'), ('double precision', '4711'), ('real', '4711'), ('x.some_key', '4711'),
    ('text', 'a'), ('varchar', 'c'), ('name', 'c'), ('"char"', 'c'), ('char(7)', 'c'), ('bytea', 'c'), ('boolean', 't'),
    ('date', '2020-01-01'), ('early_help.event_date', '2020-01-01'), ('x.some_day', '2020-01-01'), ('timestamp', '2020-01-01'), ('timestamptz', '2020-01-01'), ('time', '01:00'), ('interval', '1 day'),
    ('varchar[]', '{s}'), ('text[]', '{s}'), ('bigint[]', '{1}'), ('date[]', '{2020-01-01}'),
    ('uuid', '00000000-0000-0000-0000-000000000001'), ('jsonb', '{}'), ('point', '(1,2)'), ('daterange', 'empty'), ('x.pair', '(1,a)'),
    ('oid', '1'), ('regclass', 'pg_class'), ('inet', '::1'), ('bit(3)', '101'), ('early_help.need_level', '1');
-- What each of these calls comes to, after a change that is undone.
create function calls_after(change text, calls x.call[]) returns table (function text, arguments text[], came_to text)
    language plpgsql
as $$
begin
    begin
        execute change;
        raise exception sqlstate 'OK000' using message = (
            select jsonb_agg(jsonb_build_object('function', c.function, 'arguments', c.arguments, 'came_to', trigger_state(c.function, c.arguments)))
            from unnest(calls) c);
    exception
        when sqlstate 'OK000' then
            return query select r.function, r.arguments, r.came_to
            from jsonb_to_recordset(sqlerrm::jsonb) as r (function text, arguments text[], came_to text);
    end;
end
$$;
create table x.tried as
select
    t.place,
    t.place_column,
    v.type,
    c.function,
    c.arguments,
    c.came_to,
    t.place_column = any (c.arguments) and (t.place <> 'x.event' or 'event' = any (c.arguments)) as may_read,
    v.type in ('date', 'early_help.event_date', 'x.some_day') and t.place_column in ('day', 'day2')
        or v.type in ('bigint', 'x.some_key') and t.place_column in ('key', 'event_id') as fits
from (values ('x.row', 'key'), ('x.row', 'day'), ('x.row', 'day2'), ('x.event', 'event_id'), ('x.event', 'key'), ('x.event', 'day')) t (place, place_column)
cross join x.value v
cross join calls_after(format(
    'alter table %1$s alter %2$I drop default, alter %2$I type %3$s using %4$L::%3$s; alter table %1$s alter %2$I set default %4$L',
    t.place, t.place_column, v.type, v.value), array(select c from x.call c)) c;
select cmp_ok((select count(*) from x.tried), '>', 2000::bigint, 'each type in the place of each column');
select is_empty($$ select * from x.tried where came_to not in ('OK000', '42804') $$, 'is read as what it is, or refused');
select is_empty($$ select * from x.tried where came_to <> 'OK000' and (fits or not may_read) $$, 'dates, bigints and domains over them are read');
select cmp_ok((select count(*) from x.tried where came_to = '42804'), '>', 500::bigint, 'no others');

-- Names of what is not there, or no column of a table.
create table x.name (name text);
insert into x.name values
    ('nothing'), ('gone'), (''), ('ctid'), ('tableoid'), ('xmin'), ('x.row'), ('row'), ('partnership'), ('stale_mark'), ('pg_class'), ('a view'), ('a sequence'),
    ('partitioned'), ('foreign'), ('materialized'), ('other'), ('an index'), ('''; drop table x.event; --'), ('@event'), ('"event"'), (repeat('long', 100)),
    ('0'), ('120'), ('-1'), ('121'), ('1e1'), ('99999999999999999999'), ('0x10'), ('NaN');
select is_empty($$
    select *
    from calls_after(
        'alter table x.row add gone date; alter table x.row drop gone;
        create view x."a view" as table x.event; create sequence x."a sequence"; create materialized view x.materialized as table x.event;
        create table x.partitioned (like x.event) partition by list (key); create index "an index" on x.event (key);
        create role somebody_else; create table x.other as table x.event; alter table x.other owner to somebody_else;
        create foreign data wrapper nothing; create server nowhere foreign data wrapper nothing; create foreign table x.foreign () inherits (x.event) server nowhere',
        array(
            select (c.function, c.arguments[:n - 1] || b.name || c.arguments[n + 1:])::x.call
            from x.call c
            cross join generate_subscripts(c.arguments, 1) n
            cross join x.name b))
    where came_to not in ('OK000', '42703', '42804', '42P01', '42501', '42809', '22001', '22023')
        or came_to = 'OK000' and arguments[2:] && array(select name from x.name where name not in ('row', '0', '120'))
$$, 'a name that is no column or no table of the same owner');
select is_empty($$
    select c.function, n
    from x.call c
    cross join generate_series(0, 12) n
    cross join trigger_state(c.function, case when n < cardinality(c.arguments) then c.arguments[:n]
        else c.arguments || array(select 'key'::text from generate_series(cardinality(c.arguments) + 1, n)) end) came_to
    where came_to not in ('OK000', '22023', '42703', '42804', '42P01')
$$, 'fewer arguments, and more');

-- When it is called.
create table x.timing (timing text);
insert into x.timing values
    ('before insert on x.row for each row'), ('before update on x.row for each row'), ('before delete on x.row for each row'),
    ('before insert on x.row for each statement'), ('after insert on x.row for each statement'), ('after update on x.row for each statement'), ('after delete on x.row for each statement'),
    ('before truncate on x.row for each statement'), ('after truncate on x.row for each statement'),
    ('instead of insert on x.seen for each row'), ('instead of update on x.seen for each row'), ('instead of delete on x.seen for each row');
create view x.seen as table x.row;
insert into x.row default values;
select is_empty($$
    select t.timing, c.function, came_to
    from x.timing t
    cross join x.call c
    cross join state_of(format('create trigger marks %s execute function early_help.%s(%s); insert into x.row default values; update x.row set key = 2; delete from x.row; truncate x.row;
        insert into x.seen default values; insert into x.row default values; update x.seen set key = 2; delete from x.seen',
        t.timing, c.function, (select string_agg(quote_literal(a), ', ' order by n) from unnest(c.arguments) with ordinality as u (a, n)))) came_to
    where came_to <> '39P01'
$$, 'only after a row');
select is_empty($$ select distinct function from x.call where state_of(format('select early_help.%I()', function)) not in ('0A000', '39P01', '42501') $$, 'and by a trigger alone');
select is(trigger_state('mark_stale_months', '{s,0,day}', change => 'insert into x.row default values; update x.row set day = null; delete from x.row'), 'OK000', 'insert, update and delete');
select is(state_of('create constraint trigger marks after insert on x.row deferrable initially deferred for each row execute function early_help.mark_stale_months(''s'', ''0'', ''day'');
    insert into x.row default values; set constraints all immediate'), 'OK000', 'at the end of a transaction too');

-- Days.
select is_empty($$
    select day, function
    from (values ('-infinity'), ('infinity'), ('4713-01-01 BC'), ('1899-12-31'), ('2101-01-01'), ('5874897-12-31')) v (day)
    cross join x.call c
    where 'day' = any (c.arguments)
        and trigger_state(function, arguments, change => format('update x.event set day = %L; insert into x.row (day, day2) values (%1$L, %1$L)', day)) <> '22008'
$$, 'a day outside 1900 to 2100');
select is_empty($$
    select day, function
    from (values ('1900-01-01'), ('2100-12-31'), (null)) v (day)
    cross join x.call c
    where trigger_state(function, arguments, change => format('update x.event set day = %L; insert into x.row (day, day2) values (%1$L, %1$L)', day)) <> 'OK000'
$$, 'the first, the last and no day');
create trigger marks after insert on x.row for each row execute function early_help.mark_stale_months('s', '120', 'day');
insert into x.row (day) values ('2100-12-31'), ('1900-01-01');
select set_eq('select first_month, last_month from x.stale_mark', $$ values (date '2100-12-01', date '2110-12-01'), ('1900-01-01', '1910-01-01') $$, 'with the longest reach');
drop trigger marks on x.row;
delete from x.stale_mark;

-- The log, and whose tables it is of.
create function log_after(change text) returns text
    language sql
as $$ select state_of(change || '; create trigger marks after insert on x.row for each row execute function early_help.mark_all_months_stale(''s''); insert into x.row default values') $$;
create role other_role;
select is(log_after(''), 'OK000', 'a log like the engine''s');
select is(log_after('alter table x.row owner to other_role'), '42501', 'a table of somebody else marks nothing');
select is(log_after('alter table x.stale_mark owner to other_role'), '42809', 'a log of somebody else is none');
select is(log_after('drop table x.stale_mark'), '42P01', 'no log');
select is(log_after('alter table x.stale_mark set unlogged'), '42809', 'one that a crash empties');
select is(log_after('alter table x.stale_mark rename to other; create view x.stale_mark as table x.other'), '42809', 'a view of one');
select is(log_after('alter table x.stale_mark drop part'), '55000', 'altered');
select is(log_after('alter table x.stale_mark alter part type integer'), '55000', 'of another type');
select is(log_after('alter table x.stale_mark add more integer'), '55000', 'with more');
select is(log_after('create index on x.stale_mark (source)'), '55000', 'with an index, which would miss what is written');
select is(log_after('alter table x.stale_mark add unique (source)'), '55000', 'or a key, for which writers would wait');
select is(log_after('create index an_index on x.stale_mark (source); drop index x.an_index'), 'OK000', 'an index made and dropped');
create index an_index on p.stale_mark (source);
drop index p.an_index;
select is((select relhasindex from pg_class where oid = 'p.stale_mark'::regclass), true, 'after an index was dropped, the catalog still says that there may be one');
select lives_ok($$ update p.partnership set re_referral_months = 6 $$, 'and the log is written');
create temporary table partnership ();
create temporary table stale_mark (like p.stale_mark);
create temporary table own (day date);
create trigger marks after insert on own for each row execute function early_help.mark_stale_months('s', '0', 'day');
select throws_ok($$ insert into own values ('2020-01-01') $$, '42809', null, 'no temporary log is written');
drop table partnership, stale_mark, own;

-- Ids are numbers.
create function marks_of(id bigint, function text, arguments text[]) returns text
    language plpgsql
as $$
begin
    delete from x.event;
    insert into x.event values (id, id, '2020-03-01');
    execute format('create trigger marks after insert on x.row for each row execute function early_help.%I(%s)', function,
        (select string_agg(quote_literal(a), ', ' order by n) from unnest(arguments) with ordinality as u (a, n)));
    insert into x.row (key, day) values (id, '2020-03-05');
    raise exception sqlstate 'OK000' using message = (select coalesce(string_agg(format('%s of %s', to_char(first_month::timestamp, 'YYYY-MM'), coalesce(part::text, 'all')), ', '), 'nothing') from x.stale_mark);
exception
    when sqlstate 'OK000' then
        return sqlerrm;
end
$$;
select is_empty($$
    select id, c.function, marked
    from (values (0::bigint), (-1), (-9223372036854775807), (9223372036854775807), (7)) v (id)
    cross join (select * from x.call where 'key' = any (arguments) and function <> 'hold_row') c
    cross join marks_of(id, c.function, c.arguments) marked
    where marked <> '2020-03 of ' || case when c.function like '%parts%' then id::text else 'all' end
$$, 'each marks what is of it');
select is(marks_of(null, 'mark_stale_parts', '{s,0,key,day}'), '2020-03 of all', 'no key: all');
select is(marks_of(null, 'mark_stale_months_of', '{s,key,event,key,day}'), 'nothing', 'nobody refers to no key');
select is(marks_of(null, 'mark_stale_months_through', '{s,key,event,event_id,day}'), 'nothing', 'and it refers to nobody');

-- A record with id 0, as a source system may count: the figure changes with it.
set search_path = p, public;
insert into family (family_id) values (0);
insert into child (child_id, birth_date) values (0, '2010-01-01');
insert into contact (contact_id, received_on, source_code) values (0, '2018-01-31', '6');
insert into contact_child (contact_child_id, contact_id, child_id, primary_need_code) values (0, 0, 0, 'N1');
alter table episode disable trigger all;
alter table plan disable trigger all;
alter table plan_outcome disable trigger all;
alter table plan_outcome enable always trigger marks_months;
insert into episode (episode_id, family_id, opened_on, state, closed_on, closure_reason_code, closure_agreed_on)
    values (0, 0, '2018-02-01', 'closed', '2019-05-05', 'outcomes_achieved', '2019-05-05');
insert into plan (plan_id, episode_id, kind, started_on, review_counts_from, review_due_on, ended_on, end_reason)
    values (0, 0, 'intervention', '2018-03-01', '2018-03-01', '2018-04-20', '2019-05-05', 'episode_closed');
insert into plan_outcome (plan_outcome_id, plan_id, plan_kind, position, description, agreed_on, achieved_on)
    values (0, 0, 'intervention', 1, 'Sleeps', '2018-03-01', '2018-05-05');
select early_help_internal.write_by_engine('delete from stale_mark') \g /dev/null
select early_help_internal.forget_stale_marks() \g /dev/null
update plan_outcome set achieved_on = null;
select results_eq('select source::text, first_month, part from stale_mark', $$ values ('plan_outcome', date '2019-05-01', null::bigint) $$, 'an outcome of plan 0 of episode 0');
select early_help_internal.write_by_engine('delete from stale_mark') \g /dev/null
update child set birth_date = '2011-01-01';
select results_eq('select source::text, first_month, part from stale_mark', $$ values ('child', date '2018-01-01', 0::bigint) $$, 'child 0');

select finish();
rollback;
