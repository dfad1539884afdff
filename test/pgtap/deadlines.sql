-- Working days, deadlines, alerts and the runner that raises them.
\ir fixture.psql
-- run_due commits, so this file does too.
commit;
set client_min_messages = warning;

---------- bank holidays ----------
select results_eq(
    'select extract(year from day)::integer, count(*)::integer from bank_holiday group by 1 order by 1',
    $$values (2016, 8), (2017, 8), (2018, 8), (2019, 8), (2020, 8), (2021, 8), (2022, 10), (2023, 9), (2024, 8), (2025, 8), (2026, 8), (2027, 8)$$,
    'England has eight bank holidays a year; 2022 had two more and 2023 one');
select is_empty('select day from bank_holiday where extract(isodow from day) > 5', 'none of them is on a weekend');
select ok(exists (select from bank_holiday where day = d::date and not local), d || ' was a bank holiday')
from unnest('{2016-12-27,2017-01-02,2020-05-08,2020-12-28,2021-12-27,2021-12-28,2022-01-03,2022-06-02,2022-06-03,2022-09-19,2022-12-27,2023-01-02,2023-05-08,2026-12-28,2027-12-27,2027-12-28}'::text[]) d;
select ok(not exists (select from bank_holiday where day = d::date), d || ' was a working day: the holiday moved')
from unnest('{2020-05-04,2022-05-30}'::text[]) d;
select is_empty($$select from code_label where list = 'bank_holiday'$$, 'days are no codes');

---------- working days ----------
select is(working_days_between(a::date, b::date), n, format('working days after %s, up to %s', a, b))
from (values
    ('2026-12-24', '2026-12-24', 0), ('2026-12-24', '2026-12-28', 0), ('2026-12-24', '2026-12-29', 1), ('2026-12-29', '2026-12-24', -1),
    ('2024-03-01', '2024-03-04', 1), ('2024-03-02', '2024-03-04', 1), ('2024-03-03', '2024-03-04', 1), ('2024-03-04', '2024-03-08', 4),
    ('2020-05-01', '2020-05-08', 4), ('2023-12-31', '2024-12-31', 254), (null, '2024-01-01', null), ('2024-01-01', null, null)
) as v (a, b, n);
-- Against days counted one by one.
select is_empty(
    $$
    with days as materialized (
        select d::date as day, (extract(isodow from d) < 6 and not exists (select from bank_holiday h where h.day = d::date))::integer as works
        from generate_series(timestamp '2019-12-20', '2023-01-10', '1 day') d
    ), counted as materialized (
        select day, sum(works) over (order by day) as upto from days
    )
    select a.day, b.day
    from counted a
    cross join counted b
    where extract(day from a.day) in (1, 8, 27)
        and working_days_between(a.day, b.day) <> b.upto - a.upto
    $$,
    'working_days_between counts as one would by hand, forwards and backwards, over three years');
select is_empty(
    $$
    select d
    from generate_series(date '4714-11-24 BC', '4713-02-01 BC', '1 day') d
    where early_help_internal.weekdays_between('4714-11-24 BC', d::date) <>
        (select count(*) from generate_series(date '4714-11-25 BC', d, '1 day') w where extract(isodow from w) < 6)
    $$,
    'from the first day there is');
select is(early_help_internal.weekdays_between('2024-01-01', '5874897-12-31') > 1500000000, true, 'to the last one');

select is(add_working_days(d::date, n), r::date, format('%s and %s working days', d, n))
from (values
    ('2026-12-24', 1, '2026-12-29'), ('2026-12-24', 2, '2026-12-30'), ('2026-12-26', 1, '2026-12-29'), ('2026-12-29', -1, '2026-12-24'),
    ('2026-12-26', 0, '2026-12-26'), ('2024-03-01', 1, '2024-03-04'), ('2024-03-02', 1, '2024-03-04'), ('2024-03-03', -1, '2024-03-01'),
    ('2023-12-29', 254, '2024-12-31'), (null, 1, null), ('2024-01-01', null, null)
) as v (d, n, r);
select is_empty(
    $$
    select d, n
    from generate_series(timestamp '2020-03-01', '2020-05-31', '1 day') d
    cross join generate_series(1, 40) n
    where working_days_between(d::date, add_working_days(d::date, n)) <> n
        or working_days_between(add_working_days(d::date, n) - 1, add_working_days(d::date, n)) <> 1
    $$,
    'what is added is what lies between, and ends on a working day');
begin;
insert into bank_holiday (day, name, local) values ('2024-03-02', 'Saturday closure', true), ('2024-03-04', 'Office moves', true);
select is(working_days_between('2024-03-01', '2024-03-05'), 1, 'a closure day of the partnership''s own is no working day; on a weekend it takes none');
insert into bank_holiday (day, name, local) select d, 'Closed', true from generate_series(timestamp '2024-03-05', '2025-03-05', '1 day') d
on conflict do nothing;
select is(add_working_days('2024-03-01', 1), '2025-03-06', 'a year of closure is passed over');
select is(add_working_days('2025-03-06', -1), '2024-03-01', 'backwards too');
rollback;

---------- the consultation of an urgent step up ----------
select support(id, 'planned', '2024-02-01') from generate_series(1, 5) id \g /dev/null
insert into step (step_id, child_id, to_level, offered_on, basis, reason, no_assessment_reason)
values (1, 11, 'social_care', '2024-03-28', 'section_47', 'why', 'urgent'), (2, 12, 'social_care', '2024-03-28', 'section_47', 'why', 'urgent');
insert into step (step_id, child_id, to_level, offered_on, basis, reason, no_assessment_reason, consulted_role, consulted_on)
values (3, 21, 'social_care', '2024-03-28', 'section_17', 'why', 'urgent', 'supervisor', '2024-03-27');
select is((select due_on from deadline where step_id = 1), '2024-04-02', 'due on the next working day: Tuesday after Easter');
select is_empty('select from deadline where step_id = 3', 'other step ups were consulted before');
select (accept_step(step_id, '2024-03-28')).outcome from (values (1), (3)) v (step_id) \g /dev/null
select is((select due_on from deadline where step_id = 1), '2024-04-02', 'accepted at once, it is still due');

select allowed($$select record_consultation(1, 'line_manager', '2024-03-29')$$, 'recorded after the step was accepted');
select allowed($$select record_consultation(2, 'line_manager', '2024-03-29')$$, 'recorded while it is open');
select refused($$select record_consultation(1, 'line_manager', null)$$, 'YHS11', 'with its day');
select refused($$select record_consultation(1, null, '2024-03-29')$$, 'YH010', 'and its role');
select refused($$select record_consultation(99, 'line_manager')$$, 'YHS05', 'of a step there is', 'step_id 99');
select refused($$select record_consultation(3, 'line_manager', '2024-03-29')$$, 'YH012', 'not for a step up that was consulted before');
select refused($$update step set consulted_on = '2024-03-29', consulted_role = 'supervisor', decided_on = '2024-03-30' where step_id = 1$$, 'YH012',
    'nothing else of a decided step comes with it');
begin;
select is((record_consultation(1, 'line_manager', '2024-03-29')).consulted_on::date, '2024-03-29', 'the step comes back');
select is_empty('select from deadline where step_id = 1', 'and is no deadline any more');
select refused($$select record_consultation(1, 'line_manager', '2024-03-30')$$, 'YH012', 'once: the day stays');
select refused($$select record_consultation(1, 'supervisor', '2024-03-29')$$, 'YH012', 'and so does the role');
select refused($$update step set consulted_on = null, consulted_role = null where step_id = 1$$, 'YH012', 'nor is it taken back');
rollback;

---------- run_due ----------
create function public.alerts() returns setof text language sql as $$
    select format('%s %s %s%s', kind, coalesce(plan_id, step_id, episode_id), due_on, ' cleared ' || cleared_on)
    from alert order by alert_id
$$;
call early_help.run_due('town', '2024-04-02');
select is_empty('select alerts()', 'on the day something is due it is not overdue');
call early_help.run_due('town', '2024-04-03');
select results_eq('select alerts()', array['consultation_missing 1 2024-04-02', 'consultation_missing 2 2024-04-02'],
    'a day later both urgent steps are');
call early_help.run_due('town', '2024-04-03');
call early_help.run_due('town', '2024-04-03');
select is((select count(*) from alert)::integer, 2, 'once, however often it runs');
select record_consultation(1, 'supervisor', '2024-04-03'), withdraw_step(2, '2024-04-03') \g /dev/null
call early_help.run_due('town', '2024-04-04');
select results_eq('select alerts()',
    array['consultation_missing 1 2024-04-02 cleared 2024-04-04', 'consultation_missing 2 2024-04-02 cleared 2024-04-04'],
    'a consultation recorded, a step withdrawn: cleared');
delete from alert;

-- Plans: started 2024-03-02, due 2024-04-27.
call early_help.run_due('town', '2024-04-27');
select is_empty('select alerts()', 'reviews are due today');
call early_help.run_due('town', '2024-04-28');
select results_eq('select alerts()', array(select format('review_overdue %s 2024-04-27', n) from generate_series(1, 5) n), 'and overdue tomorrow');
select results_eq('select distinct raised_on::date from alert', array[date '2024-04-28'], 'raised for the day given');
call early_help.run_due('town', '2024-03-01');
select results_eq('select alerts()', array(select format('review_overdue %s 2024-04-27', n) from generate_series(1, 5) n),
    'a run for an earlier day takes nothing away');

select hold_review(1, 'extend', '2024-05-02'), hold_review(2, 'complete', '2024-05-02') \g /dev/null
update consent set withdrawn_on = '2024-05-02' where family_id = 3;
select close_episode(4, 'outcomes_achieved', '2024-05-02', agreed_on => '2024-05-02') \g /dev/null
call early_help.run_due('town', '2024-05-05');
select results_eq('select alerts()',
    array(select format('review_overdue %s 2024-04-27 cleared 2024-05-05', n) from generate_series(1, 4) n) || text 'review_overdue 5 2024-04-27',
    'reviewed and extended, completed, ended by withdrawn consent or closure: cleared; the last one stands');
call early_help.run_due('town', '2024-06-28');
select is((select count(*) from alert where plan_id = 1 and cleared_on is null and due_on = '2024-06-27')::integer, 1,
    'the extended plan has a new due date and a new alert');
update plan set review_due_on = review_counts_from + 42 where plan_id = 5;
call early_help.run_due('town', '2024-06-28');
select results_eq('select due_on::date, cleared_on::date from alert where plan_id = 5 order by alert_id',
    $$values (date '2024-04-27', date '2024-06-28'), ('2024-04-13', null)$$, 'a due date corrected clears one and raises the other');
update plan set review_due_on = review_counts_from + 56 where plan_id = 5;
call early_help.run_due('town', '2024-06-28');
select results_eq('select due_on::date, cleared_on::date from alert where plan_id = 5 order by alert_id',
    $$values (date '2024-04-27', date '2024-06-28'), ('2024-04-13', '2024-06-28'), ('2024-04-27', null)$$,
    'what was cleared and comes back is a new alert');
delete from alert;

-- Lead practitioners: 1 everywhere; episode 5 is open.
select support(6, 'allocated'), support(7, 'allocated') \g /dev/null
update practitioner set active_to = '2024-05-31' where practitioner_id = 1;
select assign_lead_practitioner(6, 2, '2024-06-01') \g /dev/null
select assign_lead_practitioner(7, 2, '2024-06-10') \g /dev/null
select ok(not exists (select from deadline where episode_id = 6), 'handed over on the day after the last one: no deadline');
call early_help.run_due('town', '2024-05-31');
select is_empty($$select from alert where kind = 'lead_practitioner_left'$$, 'on the last day the practitioner is there');
call early_help.run_due('town', '2024-06-01');
select results_eq($$select episode_id, practitioner_id from alert where kind = 'lead_practitioner_left' order by 1$$,
    $$values (1::bigint, 1::bigint), (2, 1), (3, 1), (5, 1), (7, 1)$$, 'open episodes led by somebody who left, a gap before the next one too');
call early_help.run_due('town', '2024-06-10');
select results_eq($$select episode_id from alert where kind = 'lead_practitioner_left' and cleared_on is not null$$, array[7::bigint],
    'the next one began');
call early_help.run_due('town', '2024-06-01');
select is((select count(*) from alert where episode_id = 7)::integer, 2, 'a late run for the days of the gap says so again');
call early_help.run_due('town', '2024-06-10');
select assign_lead_practitioner(5, 2, '2024-06-11') \g /dev/null
update practitioner set active_to = null where practitioner_id = 1;
call early_help.run_due('town', '2024-06-12');
select is_empty($$select from alert where kind = 'lead_practitioner_left' and cleared_on is null$$, 'handed over, or the last day was a mistake: cleared');
-- Somebody who had left is put in.
update practitioner set active_to = '2024-02-01' where practitioner_id = 3;
select assign_lead_practitioner(6, 3, '2024-06-20') \g /dev/null
select is((select due_on from deadline where episode_id = 6), '2024-06-19', 'due before one begins who has left');
select results_eq($$select d::date, l.name from generate_series(timestamp '2024-02-05', '2024-02-06', '1 day') d left join lateral lead_practitioner_on(5, d::date) l on true
    union all select '2024-06-11', name from lead_practitioner_on(5, '2024-06-11')$$,
    $$values (date '2024-02-05', null::varchar), ('2024-02-06', 'One'), ('2024-06-11', 'Two')$$, 'lead practitioners by the day');
delete from alert;

---------- acknowledging ----------
call early_help.run_due('town', '2024-05-05');
select alert_id as one from alert where plan_id = 5 \gset
select is((acknowledge_alert(:one, 2, '2024-05-06', 'rang the school')).acknowledged_by, 2::bigint, 'a practitioner takes note');
select is((acknowledge_alert(:one, 1, '2024-05-07', 'me too')).note, 'rang the school', 'the first one stays');
select refused('select acknowledge_alert(0, 1)', 'YHS05', 'an unknown alert', 'alert_id 0');
select refused(format('select acknowledge_alert(%s, 99)', :one), 'YHS05', 'an unknown practitioner', 'practitioner_id 99');
call early_help.run_due('town', '2024-05-06');
select is((select count(*) from alert where plan_id = 5)::integer, 1, 'an acknowledged alert stands, and is not raised again');

select refused('insert into alert (kind, due_on, raised_on, ' || columns || $$) values ('review_overdue', '2024-01-01', $$ || v, case when why ~ 'after' then 'YHS08' else 'YHS11' end, why)
from (values
    ('plan_id, step_id', $$'2024-01-02', 5, 1)$$, 'an alert is about one thing'),
    ('step_id', $$'2024-01-02', 1)$$, 'of its kind'),
    ('plan_id, practitioner_id', $$'2024-01-02', 5, 1)$$, 'and nobody else'),
    ('plan_id', $$'2024-01-01', 5)$$, 'raised after it was due'),
    ('plan_id, acknowledged_by', $$'2024-01-02', 5, 1)$$, 'acknowledged on a day'),
    ('plan_id, note', $$'2024-01-02', 5, 'x')$$, 'noted by somebody'),
    ('plan_id, cleared_on', $$'2024-01-02', 5, '2024-01-01')$$, 'cleared after it was raised')) as c (columns, v, why);
select refused(format($$insert into alert (kind, plan_id, due_on, raised_on) values ('review_overdue', 5, '2024-04-27', '2024-06-06')$$), 'YHS07',
    'one standing alert a thing and due date', '%');
select refused('truncate alert', 'YHS04', 'alerts are not truncated', '%');

-- What it is about goes: so does the alert. Columns of the partnership's own do no harm.
begin;
alter table alert add column ours text default 'x';
alter table step add column ours text default 'x';
alter table practitioner add column ours text default 'x';
select is((acknowledge_alert(:one, 1)).ours, 'x', 'an alert with a column of the partnership''s own');
select is((record_consultation(1, 'supervisor', '2024-04-03')).ours, 'x', 'a step with one');
delete from plan_outcome where plan_id = 5;
delete from plan where plan_id = 5;
select is_empty('select from alert where plan_id = 5', 'the alert goes with its plan');
rollback;

---------- where it can be called ----------
select refused('call early_help.run_due(''town'')', 'YHK01', 'not within a function');
\set ON_ERROR_STOP 0
begin;
call early_help.run_due('town');
rollback;
select is(:'LAST_ERROR_SQLSTATE'::text, 'YHK01', 'not in a transaction block');
set default_transaction_isolation = 'repeatable read';
call early_help.run_due('town');
\set state :SQLSTATE
reset default_transaction_isolation;
select is(:'state'::text, 'YHK01', 'not at REPEATABLE READ');
call early_help.run_due('no such');
select is(:'SQLSTATE'::text, 'YHP03', 'a partnership there is');
call early_help.run_due(null);
select is(:'SQLSTATE'::text, 'YHP03', 'not null');
create role early_help_test_stranger;
grant usage on schema town, town_kpi to early_help_test_stranger;
grant select on all tables in schema town_kpi to early_help_test_stranger;
set role early_help_test_stranger;
call early_help.run_due('town');
\set state :SQLSTATE
reset role;
select is(:'state'::text, '42501', 'by the owner alone');
set role early_help_test_stranger;
select from town_kpi.overdue_reviews;
\set state :SQLSTATE
select from town_kpi.due_soon();
\set state2 :SQLSTATE
reset role;
select is(:'state'::text, '42501', 'row by row lists are for those who may read the records');
select is(:'state2'::text, '42501', 'all of them');
\set ON_ERROR_STOP 1
drop owned by early_help_test_stranger;
drop role early_help_test_stranger;

-- Its figures are fresh afterwards, and it does as a part of a longer call.
select support(8, 'planned') \g /dev/null
select isnt_empty('select from stale_mark', 'these writes left stale months');
do $$
declare
    p text;
begin
    for p in select name from early_help.partnerships() loop
        call early_help.run_due(p, '2024-05-06');
    end loop;
end
$$;
select is_empty('select from stale_month', 'run_due refreshes the figures');

---------- today ----------
update practitioner set active_to = null;
select support(20 + n, 'planned', current_date - 86 + n - 2) from generate_series(0, 4) n \g /dev/null
insert into service (service_id, agency_id, name, run_by) values (1, 2, 'Oak hub', 'hub');
update plan set service_id = 1 where plan_id = 20;
select results_eq(
    $$select plan_id, plan_kind, episode_id, family_id, lead_practitioner_id, lead_practitioner, agency, service, current_date - review_due_on, days_overdue
      from town_kpi.overdue_reviews where plan_id >= 20 order by 1$$,
    $$values (20::numeric, 'intervention'::varchar, 20::numeric, 20::numeric, 1::numeric, 'One'::varchar, 'Town Council'::varchar, 'Oak hub'::varchar, 2, 2),
        (21, 'intervention', 21, 21, 1, 'One', 'Town Council', null, 1, 1)$$,
    'overdue reviews: due before today, not today');
select assign_lead_practitioner(21, 3, current_date), assign_lead_practitioner(20, 3, current_date + 1) \g /dev/null
select results_eq('select plan_id, lead_practitioner from town_kpi.overdue_reviews where plan_id >= 20 order by 1',
    $$values (20::numeric, 'One'::varchar), (21, 'Three')$$, 'the lead practitioner is today''s');
select results_eq('select plan_id, kind, days_left from town_kpi.due_soon(1)',
    $$values (22::numeric, 'review'::varchar, 0), (23, 'review', 1)$$, 'due soon: today and so many days ahead');
select results_eq('select plan_id from town_kpi.due_soon()', array[22, 23, 24]::numeric[], 'fourteen where not said');
update practitioner set active_to = current_date + 3 where practitioner_id = 3;
insert into step (step_id, child_id, to_level, offered_on, basis, reason, no_assessment_reason)
values (20, 201, 'social_care', current_date, 'section_47', 'why', 'urgent');
select results_eq(
    $$select kind, step_id, episode_id, family_id, lead_practitioner from town_kpi.due_soon() where plan_id is null order by 1, episode_id$$,
    $$values ('consultation'::varchar, 20::numeric, 20::numeric, 20::numeric, 'One'::varchar), ('lead_practitioner', null, 6, 6, 'Three'), ('lead_practitioner', null, 20, 20, 'One'), ('lead_practitioner', null, 21, 21, 'Three')$$,
    'consultations and lead practitioners who leave too');

---------- another partnership, another name ----------
select from early_help.create_partnership('St Helens & Co') \g /dev/null
call early_help.run_due('St Helens & Co');
select early_help.rename_partnership('town', 'Town "old" & new') \g /dev/null
set search_path = "Town ""old"" & new", public;
insert into bank_holiday (day, name, local) values ('2024-01-02', 'Ours', true);
select is(working_days_between('2024-01-01', '2024-01-02'), 0, 'in a renamed partnership');
select is("St Helens & Co".working_days_between('2024-01-01', '2024-01-02'), 1, 'and not in the other');
call early_help.run_due('Town "old" & new', current_date);
select isnt_empty('select from alert where plan_id = 20', 'run_due under the new name');
select is_empty('select from "St Helens & Co".alert', 'and nothing in the other partnership');
select isnt_empty('select from "Town ""old"" & new_kpi".overdue_reviews', 'the list goes on');
select isnt_empty('select from "Town ""old"" & new_kpi".due_soon()', 'and so does the other');

select * from finish();
