-- Whatever the server itself refuses (a key that is taken, a parent that is not there, a day of the year 3026) comes with a
-- rule's SQLSTATE, words, and what to do, whichever way it was written; and nothing is refused that the server would take.
\ir fixture.psql
set client_min_messages = warning;
select to_regnamespace('early_help_sample') is null as no_sample \gset
\if :no_sample
create extension early_help_sample;
\endif
select null from early_help.create_partnership('p', training => true) \g /dev/null
select null from early_help_sample.generate_sample('p', 30, '2022-01-01', '2023-06-30', 7) \g /dev/null
set search_path = p, public;

-- From the catalogue: every foreign key broken on both sides, every key taken, by UPDATE and by INSERT.
create table public.breach (kind text, held_by text, command text);
insert into breach
select 'no parent', n.conname, format('update %1$s set %2$I = %3$s where ctid = (select ctid from %1$s order by %2$I is null limit 1)',
    n.conrelid::regclass, a.attname, case when a.atttypid = 'bigint'::regtype then '987654321' else '''ZZ9''' end)
from pg_constraint n
join pg_attribute a on a.attrelid = n.conrelid and a.attnum = n.conkey[1]
where n.connamespace = 'p'::regnamespace and n.contype = 'f' and n.conrelid::regclass::text !~ '^(kpi_|publi)'
union all
select 'still needed', n.conname, format('delete from %1$s where ctid = (select p.ctid from %1$s p join %2$s c on %3$s limit 1)',
    n.confrelid::regclass, n.conrelid::regclass, (
        select string_agg(format('p.%I = c.%I', a.attname, b.attname), ' and ')
        from unnest(n.confkey, n.conkey) k (theirs, ours)
        join pg_attribute a on a.attrelid = n.confrelid and a.attnum = k.theirs
        join pg_attribute b on b.attrelid = n.conrelid and b.attnum = k.ours))
from pg_constraint n
where n.connamespace = 'p'::regnamespace and n.contype = 'f' and n.conrelid::regclass::text !~ '^(kpi_|publi)'
union all
select 'taken', i.name, format('update %1$s set (%2$s) = row(%3$s) from (select * from %1$s order by ctid limit 1) one
    where %1$s.ctid = (select ctid from %1$s order by ctid desc limit 1)', i.held_by, i.columns, i.values)
from (
    select c.relname as name, i.indrelid::regclass as held_by, string_agg(quote_ident(a.attname), ', ' order by k.n) as columns,
        string_agg(format('one.%I', a.attname), ', ' order by k.n) as values
    from pg_index i
    join pg_class c on c.oid = i.indexrelid
    cross join unnest(i.indkey::int2[]) with ordinality k (number, n)
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
    where i.indisunique and c.relnamespace = 'p'::regnamespace and i.indrelid::regclass::text !~ '^(kpi_|publi|cube_|stale_|structure|import_|inbox_)'
    group by c.relname, i.indrelid
    having bool_and(a.attgenerated = '')
) i
union all
select 'twice', c.relname, (
    select format('insert into %1$s (%2$s) select %2$s from %1$s order by ctid limit 1', c.oid::regclass, string_agg(quote_ident(a.attname), ', '))
    from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '')
from pg_class c
where c.relnamespace = 'p'::regnamespace and c.relkind = 'r' and c.relname !~ '^(kpi_|publi|cube_|stale_|structure|import_|inbox_)';
select cmp_ok(count(*), '>', 350::bigint, 'breaches from the catalogue') from breach;
create table public.heard as select b.*, o.* from breach b, lateral outcome_of(b.command) o;
select is_empty(
    $$select command, state, message from heard where state !~ '^(YH|OK000|23502)'$$,
    'each is refused by a rule, and 23502 where a value is missing, if it is refused');
select is_empty($$select command, state from heard where state <> 'OK000' and coalesce(hint, '') = ''$$, 'each says what to do');
select is_empty($$select command, detail from heard where detail ~ 'agency_id 0|\yNaN\y|\(\)'$$, 'and of which row');
select cmp_ok((count(*) filter (where state = code))::integer, '>', least, format('%s of them are %s', kind, code))
from (values ('no parent', 'YHS05', 20), ('no parent', 'YHS09', 6), ('still needed', 'YHS10', 20), ('taken', 'YHS07', 10)) v (of_kind, code, least)
join heard on kind = of_kind
group by kind, code, least;

-- The words of some, from one end to the other.
set search_path = town, public;
select support(1, 'planned'), support(2, 'closed') \g /dev/null
insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) values (1, 1, '2024-02-06'), (2, 1, '2024-02-06');
insert into contact (contact_id, received_on, source_code) values (1, '2024-01-01', '6');
create function public.said(command text) returns text
language sql
as $$
    select concat_ws(' | ', state, detail, hint) from outcome_of(command);
$$;
select is(said($$insert into conversation (family_id, held_on) values (99, '2024-01-01')$$),
    'YHS05 | family_id 99 of a row of "conversation" | Check the id in the detail: this partnership has no record with it.', 'a family that is not there');
select is(said($$insert into family (source_ref) values ('SECRET'), ('SECRET')$$),
    'YHS07 | a row of "family" with the same source_ref is there | Look for the row that has the key in the detail, and change that one; or give another key.',
    'a reference given twice is not repeated');
select is(said($$insert into agency (name, sector) values ('Oak School', 'education')$$),
    'YHS07 | a row of "agency" with the same name is there | Look for the row that has the key in the detail, and change that one; or give another key.', 'nor a name');
select is(said($$insert into contact (contact_id, received_on, source_code) values (9, '2024-01-01', '1SECRET')$$),
    'YHS09 | contact_id 9: source_code is not a code of contact_source | Use a code of contact_source, such as 10, 1A, 1B, 1C, 1D.', 'an unknown code: those that begin alike');
select is(said($$insert into contact (contact_id, received_on, source_code) values (9, '2024-01-01', 'x')$$),
    'YHS09 | contact_id 9: source_code is not a code of contact_source | Use a code of contact_source, such as 10, 1A, 1B, 1C, 1D, 2A, 2B, 3A, 3B, 3C.', 'or the first ones');
select is(said($$insert into contact (contact_id, received_on, source_code) values (8, '2024-01-01', '1A'), (9, '2024-01-01', '2Z'), (10, '2024-01-01', '3Z')$$),
    'YHS09 | contact_id 9: source_code is not a code of contact_source | Use a code of contact_source, such as 2A, 2B.', 'of the row that the server refuses');
select is(said($$insert into contact (contact_id, received_on, source_code) values (8, '2024-01-01', '')$$),
    'YHS09 | contact_id 8: source_code is not a code of contact_source | Use a code of contact_source, such as 10, 1A, 1B, 1C, 1D, 2A, 2B, 3A, 3B, 3C.', 'also of an empty one');
savepoint codes;
insert into contact_source (code, label, local) select 'é' || repeat('ü', 30) || n, 'x', true from generate_series(1, 12) n;
select hint from outcome_of($$insert into contact (contact_id, received_on, source_code) values (9, '2024-01-01', 'éX')$$) \gset
rollback to savepoint codes;
select matches(:'hint'::text, 'such as éü+1, éü+10.*ü$', 'a list that is too long ends with a character');
select is(said($$insert into conversation (family_id, held_on) values (1, '3026-03-20')$$),
    'YHS08 | held_on is 3026-03-20 | Check the year: days of the record are from 1900-01-01 to 2100-12-31.', 'a year mistyped');
select is(said($$select record_conversation(1, '1026-03-20')$$),
    'YHS08 | the day given is 1026-03-20 | Check the year: days of the record are from 1900-01-01 to 2100-12-31.', 'given to an act');
select is((outcome_of(command)).detail, detail, command)
from (values
    ($$update plan set started_on = '2101-01-01' where plan_id = 1$$, 'started_on is 2101-01-01'),
    ($$update episode set closed_on = 'infinity', opened_on = '1899-12-31' where episode_id = 1$$, 'opened_on is 1899-12-31'),
    ($$prepare late(date) as update plan set started_on = $1; execute late('2101-01-01')$$, 'started_on is 2101-01-01'),
    ($$insert into conversation (family_id, held_on) values (1, '3026-03-20'), (1, '2026-03-20')$$, 'the day given is 3026-03-20'),
    ($$insert into conversation (family_id, held_on) select 1, date '3026-03-20'$$, 'held_on is 3026-03-20'),
    ($$do $d$ declare d date := '3026-03-20'; begin insert into conversation (family_id, held_on) values (1, d); end $d$ $$, 'held_on is 3026-03-20'),
    ($$select '3026-03-20'::early_help.event_date$$, 'the day given is 3026-03-20')) v (command, detail);
select is(said($$update plan_outcome set position = 1 where plan_outcome_id = 2$$),
    'YHS07 | plan_id 1: two live outcomes of a plan do not hold the same position | Leave position out: the outcome then takes the lowest one that is free.', 'a position that is taken');
select is(said($$insert into lead_practitioner (episode_id, from_on, practitioner_id) select episode_id, from_on, 2 from lead_practitioner where episode_id = 1$$),
    'YH007 | episode_id 1: one lead practitioner begins on a day | Correct practitioner_id of the row of that day, or let the next one begin on another day.', 'two leads a day');
select is(said($$insert into family_member (family_id, child_id, joined_on) values (1, 11, '2024-01-02')$$),
    'YH022 | child_id 11, family_id 1: the days of two memberships of one child in one family do not overlap | End the earlier membership on the day the next begins, or before.', 'overlapping memberships');
select is(said($$delete from practitioner where practitioner_id = 1$$),
    'YHS10 | practitioner_id 1: rows of "lead_practitioner" refer to it | Correct or remove what refers to it first. End the record by a day instead of deleting it, where it has one.', 'what others refer to');

-- The hint is that of the case, not of the rule's commonest one; and it can be followed.
select is((o).state || ' ' || (o).hint, want, why)
from (values
    ($$select support(3, 'planned'), hold_review(3, 'complete', '2024-02-20'); select add_outcome(3, 'x', '2024-02-21')$$,
        'YH003 Correct agreed_on, or start a new plan and agree the outcome in that one.', 'an outcome after its plan ended'),
    ($$select support(3, 'planned'), hold_review(3, 'complete', '2024-02-20'); select add_action(3, '2024-03-20', agreed_on => '2024-02-21', owner_practitioner_id => 1)$$,
        'YH003 Correct agreed_on, or start a new plan and agree the action in that one; a safety action gives safety_reason.', 'an action after it'),
    ($$select support(3, 'planned'), hold_review(3, 'complete', '2024-02-20'); select hold_review(3, 'complete', '2024-02-21')$$,
        'YH003 Check plan_id: a plan that has ended has no further review. Start a new plan for what follows.', 'a review after it'),
    ($$select support(3, 'planned'), add_outcome(3, 'x', '2024-02-21'); select hold_review(3, 'complete', '2024-02-20')$$,
        'YH003 Correct the day on which the plan ends, or the day of what is dated after it.', 'a plan that ends before its outcome'),
    ($$select support(3, 'planned'); update plan set ended_on = '2024-03-01', end_reason = 'episode_closed' where plan_id = 3$$,
        'YH003 Close the episode or record the withdrawal of consent: the plan ends with it.', 'a plan that ends by itself'),
    ($$select support(3, 'none'), open_episode(3, '2024-03-01'), open_episode(3, '2024-03-05')$$,
        'YH006 Attach the contact to the open episode, or close that one first.', 'an episode beside an open one'),
    ($$select support(3, 'none'), open_episode(3, '2024-03-01'); select close_episode(episode_id, 'opened_in_error', '2024-03-01', '2024-03-01'), open_episode(3, '2024-03-01') from episode where family_id = 3$$,
        'YH006 Delete the episode that was opened in error, or open this one on the day after.', 'opened in error, and opened right on the same day'),
    ($$select support(3, 'none'), open_episode(3, '2024-03-01'); select close_episode(episode_id, 'moved_away', '2024-03-11', '2024-03-11'), open_episode(3, '2024-03-05') from episode where family_id = 3$$,
        'YH006 Open this one on the day the other closed or later, or correct the days of the other.', 'opened again before it closed')) v (command, want, why),
    lateral (select outcome_of(command) as o) o;
select allowed($$select support(3, 'none'), open_episode(3, '2024-03-01'); select close_episode(episode_id, 'opened_in_error', '2024-03-01', '2024-03-01') from episode where family_id = 3;
    delete from episode where family_id = 3; select open_episode(3, '2024-03-01')$$, 'it can be deleted');
select allowed($$select support(3, 'none'), open_episode(3, '2024-03-01'); select close_episode(episode_id, 'opened_in_error', '2024-03-01', '2024-03-01'), open_episode(3, '2024-03-02')
    from episode where family_id = 3$$, 'or opened on the day after');
select is((outcome_of($$insert into sharing_decision (family_id, decided_on, shared, basis, reason) values (1, '2024-01-01', true, 'consent', 'x')$$)).column_name, 'agency_id', 'what is missing is said to be missing');
set local "DateStyle" = 'German';
select is((outcome_of($$insert into conversation (family_id, held_on) values (1, '20.03.3026')$$)).detail, 'held_on is 3026-03-20', 'whatever the DateStyle');
reset "DateStyle";

-- As a role that may write and not read, the server tells no key.
create role words_writer;
grant usage on schema town to words_writer;
grant insert on all tables in schema town to words_writer;
set role words_writer;
select is((outcome_of($$insert into town.family (source_ref) values ('a'), ('a')$$)).detail, 'a row of "family" with the same key is there', 'to who may not read');
select is((outcome_of($$insert into town.conversation (family_id, held_on) values (99, '2024-01-01')$$)).detail, 'key of a row of "conversation"', 'nor an id');
select is((outcome_of($$insert into town.contact (contact_id, received_on, source_code) values (9, '2024-01-01', '2Z')$$)).state, 'YHS09', 'a code is a code all the same');
reset role;

-- What the server takes, it takes still: the row that is dropped, made right by the statement, or checked later.
select allowed($$insert into family (family_id) values (1) on conflict do nothing$$, 'a key that is taken, and nothing to do then');
select allowed($$insert into agency (name, sector) values ('Oak School', 'education') on conflict (name) do update set sector = 'health'$$, 'or to change');
select allowed($$insert into contact (contact_id, received_on, source_code) values (1, '2024-01-01', 'ZZ') on conflict do nothing$$, 'an unknown code of a row that is dropped');
select allowed($$with later as (insert into contact (received_on, source_code) values ('2024-01-01', 'ZZ') returning 1)
    insert into contact_source (code, label, local) values ('ZZ', 'x', true)$$, 'a code that the same statement adds');
select allowed($$with c as (insert into conversation (family_id, held_on) values (77, '2024-01-01') returning 1) insert into family (family_id) values (77)$$,
    'a parent that the same statement adds');
select allowed($$merge into family f using (values (1), (78)) s (id) on f.family_id = s.id when matched then do nothing when not matched then insert (family_id) values (s.id)$$, 'MERGE');
select allowed($$insert into assessment (assessment_id, episode_id, started_on) values (90, 1, '2024-02-01'); delete from assessment where assessment_id = 90$$, 'and what goes again');
select refused($$merge into family f using (values (1)) s (id) on false when not matched then insert (family_id) values (s.id)$$, 'YHS07', 'MERGE refuses as well');
select refused($$insert into family (family_id, source_ref) values (1, 'r'), (79, 'r') on conflict (family_id) do nothing; insert into family (source_ref) values ('r')$$, 'YHS07', 'and ON CONFLICT of another key');
select is((outcome_of($a$do $d$ begin insert into town.family (family_id) values (1); exception when sqlstate 'YHS07' then null; end $d$ $a$)).state, 'OK000', 'a handler sees the rule''s SQLSTATE');

-- A table of somebody else's keeps its own errors, also in a statement that writes records.
create table public.mine (n integer primary key, day early_help.event_date, family_id bigint constraint conversation_family_id_fkey references town.family);
select refused($$insert into mine values (1), (1)$$, '23505', 'a key of another table');
select refused($$with c as (insert into town.family (family_id) values (90) returning 1) insert into mine select 1, null, 98 from c$$, '23503', 'a constraint of the same name elsewhere');

-- By COPY.
select refused($$copy family (family_id) from program 'echo 1'$$, 'YHS07', 'COPY of a key that is taken');
select refused($$copy conversation (family_id, held_on) from program 'printf "99\t2024-01-01\n"'$$, 'YHS05', 'of a missing parent');
select refused($$copy conversation (family_id, held_on) from program 'printf "1\t3024-01-01\n"'$$, 'YHS08', 'of a year mistyped');
select refused($$copy contact (received_on, source_code) from program 'printf "2024-01-01\t2Z\n"'$$, 'YHS09', 'of an unknown code');

-- At the top level, outside of any function.
\set ON_ERROR_STOP off
savepoint s;
insert into family (family_id) values (1);
\set state :SQLSTATE
rollback to s;
select is(:'state'::text, 'YHS07', 'an INSERT by itself');
savepoint s;
insert into conversation (family_id, held_on) values (99, '2024-01-01');
\set state :SQLSTATE
rollback to s;
select is(:'state'::text, 'YHS05', 'its foreign key');
savepoint s;
insert into conversation (family_id, held_on) values (1, '3024-01-01');
\set state :SQLSTATE
rollback to s;
select is(:'state'::text, 'YHS08', 'its day');
set local session_replication_role = replica;
savepoint s;
insert into family (family_id) values (1);
\set state :SQLSTATE
rollback to s;
select is(:'state'::text, '23505', 'a subscriber''s errors are the server''s');

select * from finish();
rollback;
