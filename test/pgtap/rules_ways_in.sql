-- The rules hold whichever way a write comes in: COPY, many rows at once, INSERT SELECT, MERGE, ON CONFLICT,
-- after a savepoint, past row security, with operators of somebody's own in front, in a renamed partnership.
\ir fixture.psql

select support(1, 'planned'), support(2, 'planned'), support(3, 'allocated'), support(4, 'none'), support(5, 'waiting'), support(6, 'closed') \g /dev/null
insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) select n, 1, '2024-02-01' from generate_series(1, 4) n;
update consent set given_on = '2024-01-15' where consent_id = 3;

-- COPY, a row or two too many.
create function public.copy_of(target text, lines text[]) returns text language sql as $$
    select format('copy %s from program %L csv', target, 'printf ''' || array_to_string(lines, '\n') || '\n''');
$$;
select refused(copy_of(target, lines), code, format('%s by COPY', code))
from (values
    ('YH001', 'plan_outcome (plan_id, agreed_on)', '{"1,2024-02-02","1,2024-02-02"}'::text[]),
    ('YH001', 'plan_outcome (plan_id, agreed_on)', '{"2,2024-02-02","2,2024-02-02","2,2024-02-02","2,2024-02-02","2,2024-02-02","2,2024-02-02"}'),
    ('YH002', 'plan (episode_id, started_on, review_due_on)', '{"1,2024-02-01,2024-03-20","1,2024-02-01,2024-06-01"}'),
    ('YH003', 'review (plan_id, held_on, decision)', '{"1,2024-02-10,complete","1,2024-02-11,complete"}'),
    ('YH004', 'plan_outcome (plan_id, agreed_on)', '{"2,2024-02-02","2,2024-06-02"}'),
    ('YH005', 'assessment (episode_id, started_on, completed_on)', '{"1,2024-01-08,2024-01-20"}'),
    ('YH006', 'episode (family_id, opened_on)', '{"4,2024-02-02","4,2024-03-02"}'),
    ('YH007', 'lead_practitioner (episode_id, from_on, practitioner_id)', '{"5,2024-02-01,1","5,2023-12-31,1"}'),
    ('YH008', 'plan (episode_id, started_on)', '{"3,2024-01-15","3,2024-01-14"}'),
    ('YH010', 'step (child_id, to_level, offered_on, basis, reason, no_assessment_reason)', '{"11,social_care,2024-02-01,section_47,why,x","12,social_care,2024-02-01,section_17,why,x"}'),
    ('YH010', 'step (child_id, to_level, offered_on, basis, reason)', '{"11,social_care,2024-02-01,section_47,why"}'),
    ('YH011', 'step (child_id, from_level, to_level, offered_on, reason)', '{"11,social_care,early_help,2024-02-01,why"}'),
    ('YH012', 'step (child_id, to_level, offered_on, basis, reason, no_assessment_reason, decided_on)', '{"11,social_care,2024-02-01,section_47,why,x,2024-02-01"}'),
    ('YH013', 'step (child_id, family_id, to_level, offered_on, reason, outcome, decided_on)', '{"41,4,early_help,2024-02-01,why,accepted,2024-02-01"}'),
    ('YH014', 'plan_outcome (plan_id, agreed_on)', '{"6,2024-02-02","6,2024-06-02"}'),
    ('YH014', 'episode (family_id, opened_on, closed_on)', '{"4,2024-02-02,2024-03-02"}'),
    ('YH015', 'child (birth_date, expected_birth_date)', '{"2024-02-02,","2024-02-02,2024-02-02"}'),
    ('YH022', 'family_member (family_id, child_id, joined_on, left_on)', '{"4,11,2024-02-02,2024-02-02"}'),
    ('YHS01', 'plan (episode_id, started_on)', '{"5,2024-02-02"}'),
    ('YHS03', 'episode_event (episode_id, event, happened_on, state_to)', '{"1,close,2024-02-02,closed"}')) as c (code, target, lines);
select refused(copy_of('referral (child_id, family_id, referred_on, source_code, primary_need_code)', array[
    '11,1,2024-01-01,' || s.code || ',' || n.code, '11,1,1999-01-01,' || s.code || ',' || n.code]), 'YH015', 'YH015 by COPY of referrals')
from (select min(code) from contact_source) s (code), (select min(code) from primary_need) n (code);
select allowed(copy_of('plan_outcome (plan_id, agreed_on)', '{"1,2024-02-02","2,2024-02-02","2,2024-02-02","2,2024-02-02","2,2024-02-02","2,2024-02-02"}'), 'what keeps the rules comes in by COPY');

-- Many rows at once.
select refused(command, code, command)
from (values
    ('YH001', $$insert into plan_outcome (plan_id, agreed_on) values (1, '2024-02-02'), (1, '2024-02-02')$$),
    ('YH001', $$insert into plan_outcome (plan_id, agreed_on) select 2, '2024-02-02' from generate_series(1, 6)$$),
    ('YH001', $$insert into plan_outcome (plan_id, agreed_on) select plan_id, agreed_on from plan_outcome where plan_id = 1$$),
    ('YH001', $$with w as (insert into plan_outcome (plan_id, agreed_on) values (1, '2024-02-02') returning plan_id) insert into plan_outcome (plan_id, agreed_on) select plan_id, '2024-02-02' from w$$),
    ('YHS02', $$insert into plan_outcome (plan_id, agreed_on) values (2, '2024-02-02'), (2, '2024-02-02'); update plan_outcome set plan_id = 1 where plan_id = 2$$),
    ('YH001', $$merge into plan_outcome o using (select generate_series(1, 6) as id) s on o.plan_outcome_id = s.id when not matched then insert (plan_outcome_id, plan_id, agreed_on) values (s.id, 1, '2024-02-02')$$),
    ('YHS02', $$insert into plan_outcome (plan_id, agreed_on) select 2, '2024-02-02' from generate_series(1, 2);
        merge into plan_outcome o using (values (2), (3)) s (plan_id) on o.plan_id = s.plan_id when matched then update set plan_id = 1$$),
    ('YHS02', $$insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) select 100 + n, 2, '2024-02-02' from generate_series(1, 2) n;
        insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) values (101, 1, '2024-02-02'), (102, 1, '2024-02-02') on conflict (plan_outcome_id) do update set plan_id = 1$$),
    ('YHS07', $$update plan_outcome set position = position % 4 + 1 where plan_id = 1$$),
    ('YH002', $$update plan set review_due_on = review_due_on + 1$$),
    ('YH002', $$insert into plan (episode_id, started_on, review_due_on) select 1, '2024-02-01', date '2024-02-01' + n from generate_series(54, 58) n$$),
    ('YH002', $$merge into plan p using (values (1), (2)) s (id) on p.plan_id = s.id when matched then update set review_due_on = started_on + 60$$),
    ('YH003', $$update plan set ended_on = '2024-03-01', end_reason = 'completed'$$),
    ('YH003', $$insert into review (plan_id, held_on, decision) values (1, '2024-02-10', 'complete'), (1, '2024-02-12', 'complete')$$),
    ('YH004', $$insert into plan_outcome (plan_id, agreed_on) select 2, date '2024-03-26' + n from generate_series(0, 4) n$$),
    ('YH004', $$update plan_outcome set agreed_on = '2024-04-01'$$),
    ('YH005', $$update assessment set completed_on = '2024-02-01' where completed_on is null and ended_on is null$$),
    ('YH005', $$insert into assessment_domain (assessment_id, domain, assessed_on) select 1, d, '2024-01-20' from unnest('{health_and_wellbeing,parenting_and_caring,family_and_community}'::early_help.eha_domain[]) d;
        merge into assessment a using (values (1)) s (id) on a.assessment_id = s.id when matched then update set completed_on = '2024-02-01'$$),
    ('YH006', $$insert into episode (family_id, opened_on) select 4, date '2024-01-01' + n from generate_series(1, 2) n$$),
    ('YH006', $$merge into episode e using (values (1), (4)) s (id) on false when not matched then insert (family_id, opened_on) values (s.id, '2024-05-01')$$),
    ('YH006', $$insert into episode (episode_id, family_id, opened_on) values (9, 1, '2024-05-01') on conflict do nothing$$),
    ('YH006', $$update episode set closed_on = null, reopened_on = '2024-06-01', reopen_reason = 'x' where family_id = 6; insert into episode (family_id, opened_on) values (6, '2024-07-01')$$),
    ('YH007', $$delete from lead_practitioner$$),
    ('YH007', $$insert into lead_practitioner (episode_id, from_on, practitioner_id) values (1, '2023-01-01', 1) on conflict do nothing$$),
    ('YH007', $$update lead_practitioner set from_on = from_on - 10$$),
    ('YH007', $$delete from lead_practitioner where episode_id = 1; insert into lead_practitioner (episode_id, from_on, practitioner_id) values (1, '2024-02-10', 2)$$),
    ('YH008', $$insert into plan (episode_id, started_on) select 3, date '2024-01-16' - n from generate_series(0, 3) n$$),
    ('YH008', $$update plan set started_on = '2023-12-31', review_due_on = '2024-02-20'$$),
    ('YH008', $$delete from consent$$),
    ('YH011', $$delete from episode_child$$),
    ('YH012', $$select step_up(11, 'section_47', 'x', '2024-02-01', no_assessment_reason => 'x'); update step set outcome = 'accepted', decided_on = '2024-02-02'; update step set outcome = null, decided_on = null$$),
    ('YH012', $$insert into step (child_id, to_level, offered_on, basis, reason, no_assessment_reason) select 11, 'social_care', '2024-02-01', 'section_47', 'x', 'x' from generate_series(1, 2)$$),
    ('YH014', $$update episode set closed_on = '2024-01-20', closure_reason_code = 'moved_away', closure_agreed_on = '2024-01-20' where closed_on is null$$),
    ('YH014', $$update plan_outcome set achieved_on = '2024-05-01'; update episode set closed_on = '2024-04-30', closure_reason_code = 'moved_away', closure_agreed_on = '2024-04-30' where episode_id = 1$$),
    ('YH015', $$update child set expected_birth_date = birth_date$$),
    ('YHS02', $$update episode set family_id = family_id + 100$$),
    ('YHS04', $$truncate level_change$$),
    ('YHS04', $$truncate assessment_domain cascade$$)) as c (code, command);
select allowed(command, command)
from unnest(array[
    $$insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) values (1, 1, '2024-02-02'), (2, 1, '2024-02-02'), (3, 1, '2024-02-02') on conflict do nothing$$,
    $$insert into plan_outcome (plan_id, agreed_on) values (1, '2024-02-02'), (2, '2024-02-02')$$,
    $$insert into plan_outcome (plan_id, agreed_on) select 2, '2024-02-02' from generate_series(1, 5)$$,
    $$update plan_outcome set withdrawn_on = '2024-02-05' where plan_id = 1; insert into plan_outcome (plan_id, agreed_on) select 1, '2024-02-06' from generate_series(1, 5)$$]) command;

-- Several reviews of a plan in one statement follow one another.
insert into review (review_id, plan_id, held_on, decision) values (1, 2, '2024-03-01', 'extend'), (2, 2, '2024-04-20', 'extend'), (3, 2, '2024-06-10', 'complete');
select results_eq('select due_on::date from review where plan_id = 2 order by held_on', $$values (date '2024-03-27'), (date '2024-04-26'), (date '2024-06-15')$$,
    'each was due when the one before it said');
select is((select completed_by_review_id from plan where plan_id = 2), 3::bigint, 'and the last completed the plan');
select support(8, 'planned') \g /dev/null

-- What was rolled back to a savepoint is gone; what was not, is not.
savepoint one;
insert into plan_outcome (plan_id, agreed_on) values (1, '2024-02-02');
rollback to savepoint one;
insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) values (50, 1, '2024-02-02');
select refused($$insert into plan_outcome (plan_id, agreed_on) values (1, '2024-02-02')$$, 'YH001', 'after a savepoint rolled back, five are five');
savepoint two;
update plan_outcome set withdrawn_on = '2024-02-03' where plan_outcome_id = 50;
insert into plan_outcome (plan_id, agreed_on) values (1, '2024-02-04');
rollback to savepoint two;
select refused($$insert into plan_outcome (plan_id, agreed_on) values (1, '2024-02-02')$$, 'YH001', 'a withdrawal rolled back frees nothing');
savepoint three;
select close_episode(1, 'moved_away', '2024-04-01', null, 'x') \g /dev/null
rollback to savepoint three;
select refused($$update episode set state = 'closed' where episode_id = 1$$, 'YHS03', 'after a closure rolled back, the rules still write states alone');
select allowed($$insert into plan (episode_id, started_on) values (1, '2024-05-01')$$, 'and the episode is open');

-- Nothing reads today's clock: long ago and far ahead.
select support(50, 'closed', '1910-01-01'), support(51, 'closed', '2099-01-01'), support(52, 'planned', '1950-01-01'), support(53, 'planned', '2099-01-01') \g /dev/null
select is(count(*)::integer, 2, 'cases of long ago and far ahead are led to their end') from episode where episode_id in (50, 51) and state = 'closed';
select refused(format('insert into plan_outcome (plan_id, agreed_on) values (%s, date %L + 87)', id, day), 'YH004', format('and the rules judge %s by its own days', day))
from (values (52, '1950-01-01'), (53, '2099-01-01')) as v (id, day);

-- Columns of the partnership's own come and go.
set constraints all immediate;
set constraints all deferred;
alter table plan_outcome add column colour text;
alter table plan_outcome add column size integer;
alter table plan_outcome drop column size;
alter table plan add column colour text default 'green';
alter table episode add column colour text;
alter table episode add constraint colour_is_known check (colour in ('red', 'green'));
select results_eq($$select plan_id, colour from add_outcome(8, 'x', '2024-02-02')$$, $$values (8::bigint, null::text)$$, 'the functions give them back, too');
select refused($$insert into plan_outcome (plan_id, agreed_on, colour) values (1, '2024-02-02', 'red')$$, 'YH001', 'a column more and one less, and five are five');
select refused($$update episode set colour = 'SECRET' where episode_id = 1$$, '23514', 'a CHECK of the partnership''s own is said without the row', 'episode_id 1, family_id 1%');
select ok(concat(o.message, o.detail) !~ 'SECRET', 'nor does it give the value away') from outcome_of($$update episode set colour = 'SECRET' where episode_id = 1$$) o;
alter table plan_outcome drop column colour;
alter table plan_outcome add column position_2 smallint;
select refused($$insert into plan_outcome (plan_id, agreed_on) values (1, '2024-02-02')$$, 'YH001', 'nor does another shape later');
select allowed($$insert into plan_outcome (plan_id, agreed_on) values (8, '2024-02-02')$$, 'and what is right goes in');
savepoint four;
alter table plan_outcome drop column agreed_on cascade;
select refused($$insert into plan_outcome (plan_id) values (8)$$, '42703', 'a column that the rules need is missed by name');
rollback to savepoint four;

-- Somebody who sees and may do next to nothing is held to the same rules. The partnership belongs to a role without superuser.
create role steward;
create role clerk;
do $$ begin execute format('grant create on database %I to steward', current_database()); end $$;
grant execute on all functions in schema public to steward, clerk;
grant usage on schema public to steward, clerk;
select early_help.grant_ownership('steward') \g /dev/null
set local role steward;
select null from early_help.create_partnership('shire') \g /dev/null
set local search_path = shire, public;
select ids_from_1000('shire') \g /dev/null
insert into agency (agency_id, name, sector) values (1, 'A', 'health');
insert into practitioner (practitioner_id, agency_id, name) values (1, 1, 'P');
select support(1, 'planned'), support(2, 'allocated'), support(7, 'none') \g /dev/null
insert into plan_outcome (plan_id, agreed_on) select 1, '2024-02-01' from generate_series(1, 5);
update consent set given_on = '2024-01-15' where consent_id = 2;
insert into referral (child_id, family_id, referred_on, source_code, primary_need_code) select 71, 7, '2024-01-01', s.code, n.code
    from (select min(code) from contact_source) s (code), (select min(code) from primary_need) n (code);
set constraints all immediate;
set constraints all deferred;
do $$
declare
    t regclass;
begin
    for t in select oid from pg_class where relnamespace = 'shire'::regnamespace and relkind = 'r' and relname !~ '^(kpi|cube|stale|inbox|import)' loop
        execute format('alter table %s enable row level security', t);
        execute format('alter table %s force row level security', t);
        execute format('create policy writes on %s for insert to clerk with check (true)', t);
    end loop;
end
$$;
create policy sees on child to clerk using (true);
grant usage on schema shire to clerk;
grant insert on plan_outcome, plan, episode, assessment, step, lead_practitioner, review to clerk;
grant select, update on child to clerk;
reset role;
set local role clerk;
set local search_path = shire, public;
select refused(command, code, 'a clerk who sees nothing: ' || command)
from (values
    ('YH001', $$insert into plan_outcome (plan_id, agreed_on) values (1, '2024-02-02')$$),
    ('YH006', $$insert into episode (family_id, opened_on) values (1, '2024-05-02')$$),
    ('YH008', $$insert into plan (episode_id, started_on) values (2, '2024-01-14')$$),
    ('OK000', $$insert into plan (episode_id, started_on) values (2, '2024-01-15')$$),
    ('OK000', $$insert into assessment (episode_id, started_on) values (2, '2024-01-15')$$),
    ('YH007', $$insert into lead_practitioner (episode_id, from_on, practitioner_id) values (2, '2023-01-01', 1)$$),
    ('OK000', $$insert into review (plan_id, held_on, decision) values (1, '2024-02-20', 'complete')$$),
    ('OK000', $$insert into step (child_id, to_level, offered_on, basis, reason, no_assessment_reason) values (11, 'social_care', '2024-02-01', 'section_47', 'x', 'x')$$),
    ('YH015', $$update child set birth_date = null, expected_birth_date = '2025-01-01' where child_id = 71$$),
    ('42501', $$insert into episode_event (episode_id, event, happened_on, state_to) values (1, 'close', '2024-01-01', 'closed')$$),
    ('42501', $$select count(*) from consent$$)) as c (code, command);
reset role;
set local role steward;
select refused($$insert into plan_outcome (plan_id, agreed_on) values (1, '2024-02-02')$$, 'YH001', 'FORCE does not hide the record from its rules');
reset role;

-- Two partnerships, one session: each has its own five, its own episodes, the same ids.
set local search_path = town, public;
select refused($$insert into shire.plan_outcome (plan_id, agreed_on) values (1, '2024-02-02')$$, 'YH001', 'shire is full');
delete from town.plan_outcome where plan_id = 1;
select allowed($$insert into town.plan_outcome (plan_id, agreed_on) select 1, '2024-02-02' from generate_series(1, 5)$$, 'town is not');
select refused($$insert into shire.plan_outcome (plan_id, agreed_on) values (1, '2024-02-02')$$, 'YH001', 'which changes nothing in shire');

-- A renamed partnership, and another one under its name: plans made before find their own tables.
select early_help.rename_partnership('shire', 'county') \g /dev/null
select refused($$insert into county.plan_outcome (plan_id, agreed_on) values (1, '2024-02-02')$$, 'YH001', 'renamed, it is still full');
select null from early_help.create_partnership('shire') \g /dev/null
set local search_path = shire, public;
select ids_from_1000('shire') \g /dev/null
insert into agency (agency_id, name, sector) values (1, 'A', 'health');
insert into practitioner (practitioner_id, agency_id, name) values (1, 1, 'P');
select support(1, 'planned') \g /dev/null
select allowed($$insert into shire.plan_outcome (plan_id, agreed_on) select 1, '2024-02-02' from generate_series(1, 5)$$, 'the one that took its name is not');
select refused($$insert into county.plan_outcome (plan_id, agreed_on) values (1, '2024-02-02')$$, 'YH001', 'and the renamed one is');
select refused($$update county.episode set closed_on = '2024-01-20', closure_reason_code = 'moved_away', closure_agreed_on = '2024-01-20' where episode_id = 1$$, 'YH014', 'its episodes have their own plans');

-- Dropped and made again.
set local search_path = public;
set constraints all immediate;
set constraints all deferred;
select null from early_help.drop_partnership('shire') \g /dev/null
select null from early_help.create_partnership('shire') \g /dev/null
set local search_path = shire, public;
select ids_from_1000('shire') \g /dev/null
insert into agency (agency_id, name, sector) values (1, 'A', 'health');
insert into practitioner (practitioner_id, agency_id, name) values (1, 1, 'P');
select support(1, 'planned') \g /dev/null
insert into plan_outcome (plan_id, agreed_on) select 1, '2024-02-01' from generate_series(1, 5);
select refused($$insert into plan_outcome (plan_id, agreed_on) values (1, '2024-02-02')$$, 'YH001', 'dropped and made again, the rules are there');

-- Operators and functions of somebody's own, in front of everything.
create schema hostile;
create function hostile.hijacked(anyelement, anyelement) returns boolean language plpgsql as $$ begin raise exception sqlstate 'HIJAC' using message = 'hijacked as ' || current_user; end $$;
do $$
declare
    t text;
    o text;
begin
    foreach t in array '{bigint,integer,date,text,smallint,early_help.need_level,early_help.episode_state,early_help.consent_kind,daterange,boolean}'::text[] loop
        execute format('create function hostile.op(%1$s, %1$s) returns boolean language sql as ''select hostile.hijacked($1, $2)''', t);
        foreach o in array '{=,<>,<,>,<=,>=}'::text[] loop
            execute format('create operator hostile.%s (function = hostile.op, leftarg = %s, rightarg = %2$s)', o, t);
        end loop;
    end loop;
end
$$;
create operator hostile.&& (function = hostile.op, leftarg = daterange, rightarg = daterange);
create function hostile.bad() returns bigint language plpgsql as $$ begin raise exception sqlstate 'HIJAC' using message = 'hijacked as ' || current_user; end $$;
create function hostile.daterange(date, date) returns daterange language sql as $$ select null::daterange from hostile.bad() $$;
create function hostile.now() returns timestamptz language sql as $$ select null::timestamptz from hostile.bad() $$;
create function hostile.format(text, variadic "any") returns text language internal as 'text_format';
create aggregate hostile.min(date) (sfunc = pg_catalog.date_smaller, stype = date, initcond = '1900-01-01');
create aggregate hostile.max(date) (sfunc = pg_catalog.date_larger, stype = date, initcond = '2100-01-01');
create domain hostile.date as pg_catalog.text;
create domain hostile.int8 as pg_catalog.text;
select support(2, 'none'), support(3, 'none') \g /dev/null
set local search_path = hostile, pg_catalog, shire, public;
create table public.bitten as select state from public.outcome_of('select 1::bigint = 2::bigint');
create procedure public.whole_case() language plpgsql as $$
declare
    e bigint;
    a bigint;
    p bigint;
    s bigint;
begin
    select episode_id into e from shire.open_episode(2, '2024-01-01', lead_practitioner_id => 1);
    select assessment_id into a from shire.start_assessment(e, '2024-01-02');
    perform shire.assess_domain(a, d, '2024-01-03') from pg_catalog.unnest('{health_and_wellbeing,development_and_education,parenting_and_caring,family_and_community}'::early_help.eha_domain[]) d;
    perform shire.complete_assessment(a, '2024-01-04');
    select plan_id into p from shire.start_plan(e, '2024-01-05', assessment_id => a);
    perform shire.add_outcome(p, 'x', '2024-01-06') from pg_catalog.generate_series(1, 2);
    perform shire.achieve_outcome(plan_outcome_id, '2024-01-07') from shire.add_outcome(p, 'x', '2024-01-06');
    perform shire.withdraw_outcome(plan_outcome_id, '2024-01-07') from shire.add_outcome(p, 'x', '2024-01-06');
    perform shire.hold_review(p, 'extend', '2024-02-06');
    perform shire.assign_lead_practitioner(e, 1, '2024-02-07');
    select step_id into s from shire.step_up(21, 'section_17', 'x', '2024-02-08', 'supervisor', '2024-02-08', a);
    perform shire.accept_step(s, '2024-02-09');
    select step_id into s from shire.step_down(21, 'x', '2024-02-10');
    perform shire.accept_step(s, '2024-02-11', 1, 1, '2024-04-01');
    select step_id into s from shire.step_up(22, 'section_47', 'x', '2024-02-12', no_assessment_reason => 'x');
    perform shire.decline_step(s, '2024-02-13');
    perform shire.hold_review(p, 'complete', '2024-02-14');
    perform shire.close_episode(e, 'outcomes_achieved', '2024-02-15', '2024-02-15');
    perform shire.reopen_episode(e, 'x', '2024-02-16');
    select episode_id into e from shire.open_episode(3, '2024-01-01', lead_practitioner_id => 1);
    perform shire.start_plan(e, '2024-01-05');
    select step_id into s from shire.step_up(31, 'section_47', 'x', '2024-02-08', no_assessment_reason => 'x');
    perform shire.accept_step(s, '2024-02-09');
    update shire.consent set withdrawn_on = '2024-02-20';
    update shire.consent set given_on = '2023-12-31';
    update shire.child set died_on = '2024-06-01';
    insert into shire.child (child_id) values (901), (902), (903);
    perform shire.merge_children(901, 902, 'x');
    perform shire.unmerge_children(child_merge_id, 'x') from shire.merge_children(901, 903, 'x');
    insert into shire.referral (child_id, family_id, referred_on, source_code, primary_need_code)
    select 21, 2, '2024-01-01', s.code, n.code
    from (select code from shire.contact_source limit 1) s, (select code from shire.primary_need limit 1) n;
end
$$;
create table public.whole as select state, message from public.outcome_of('call public.whole_case()');
set local search_path = shire, public;
select is(state, 'HIJAC', 'the hostile schema bites who lets it') from bitten;
select is(state || ' ' || message, 'OK000 it went through', 'no rule ever calls an operator or function that the writer put in front') from whole;

select * from finish();
rollback;
