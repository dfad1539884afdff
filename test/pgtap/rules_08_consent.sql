-- R08: no EHA, plan or step up without the family's consent; withdrawal ends EHA and plan.
\ir fixture.psql

select support(1, 'allocated') \g /dev/null

-- Without consent.
update consent set given_on = '2024-02-01' where consent_id = 1;
select refused(command, 'YH008', 'before it is given: ' || command)
from unnest(array[
    $$insert into assessment (episode_id, started_on) values (1, '2024-01-31')$$,
    $$select start_assessment(1, '2024-01-31')$$,
    $$insert into plan (episode_id, started_on) values (1, '2024-01-31')$$,
    $$insert into plan (episode_id, kind, started_on) values (1, 'family_outcomes', '2024-01-31')$$,
    $$select step_up(11, 'section_17', 'why', '2024-01-31', 'supervisor', '2024-01-30', no_assessment_reason => 'none')$$,
    $$select step_up(11, 'section_17', 'why', '2024-01-31', 'supervisor', '2024-01-30', no_assessment_reason => 'none', consent_override_reason => ' ')$$]) command;
select allowed(command, 'on the day: ' || command)
from unnest(array[
    $$insert into assessment (episode_id, started_on) values (1, '2024-02-01')$$,
    $$insert into plan (episode_id, started_on) values (1, '2024-02-01')$$,
    $$select step_up(11, 'section_17', 'why', '2024-02-01', 'supervisor', '2024-01-30', no_assessment_reason => 'none')$$]) command;
select allowed($$select step_up(11, 'section_47', 'why', '2024-01-31', no_assessment_reason => 'none')$$, 's.47 never waits for consent');
select allowed($$select step_up(11, 'section_17', 'why', '2024-01-31', 'supervisor', '2024-01-30', no_assessment_reason => 'none',
    consent_override_reason => 'risk')$$, 'a step up may go without it, with a reason');
select refused($$insert into consent (family_id, kind, agency_id, given_by, given_on) values (1, 'share', 1, 'parent', '2024-01-01');
    insert into plan (episode_id, started_on) values (1, '2024-01-31')$$, 'YH008', 'consent to share is not consent to take part');
select refused($$insert into consent (family_id, kind, given_by, given_on) values (1, 'share', 'parent', '2024-01-01')$$, 'YH008', 'and names an agency');
select refused($$insert into consent (family_id, kind, agency_id, given_by, given_on) values (1, 'take_part', 1, 'parent', '2024-01-01')$$,
    'YH008', 'which consent to take part does not');
select support(2, 'allocated') \g /dev/null
select refused($$insert into plan (episode_id, started_on) values (1, '2024-01-31')$$, 'YH008', 'another family''s consent does not count');

-- What rests on it stays covered.
insert into assessment (assessment_id, episode_id, started_on) values (1, 1, '2024-02-02');
insert into plan (plan_id, episode_id, started_on) values (1, 1, '2024-02-10');
select refused($$delete from consent where consent_id = 1$$, 'YH008', 'consent that support rests on is not deleted');
select refused($$update consent set given_on = '2024-02-03' where consent_id = 1$$, 'YH008', 'nor given later than that');
select allowed($$update consent set given_on = '2024-02-02' where consent_id = 1$$, 'up to then it may be corrected');
select refused($$update consent set family_id = 2 where consent_id = 1$$, 'YHS02', 'nor another family''s');
select refused($$update consent set kind = 'share', agency_id = 1 where consent_id = 1$$, 'YHS02', 'nor of another kind');
select refused($$update plan set started_on = '2024-01-20' where plan_id = 1$$, 'YH008', 'a plan is not re-dated to before it');
select refused($$update assessment set started_on = '2024-01-20' where assessment_id = 1$$, 'YH008', 'nor an EHA');
select allowed($$insert into consent (family_id, given_by, given_on) values (1, 'carer', '2024-02-01'); delete from consent where consent_id = 1$$,
    'where another consent covers it, one can go');
select allowed($$insert into consent (consent_id, family_id, given_by, given_on) values (9, 1, 'carer', '2024-02-20'); delete from consent where consent_id = 9$$,
    'one that nothing rests on can go');

-- Withdrawal.
select refused($$update consent set withdrawn_on = '2024-02-20' where consent_id = 1;
    insert into plan (episode_id, started_on) values (1, '2024-02-20')$$, 'YH008', 'from the day of withdrawal on nothing starts');
select allowed($$update consent set withdrawn_on = '2024-02-20' where consent_id = 1;
    insert into assessment (episode_id, started_on) values (1, '2024-02-19')$$, 'what started before may be recorded late');
insert into consent (consent_id, family_id, given_by, given_on) values (10, 1, 'carer', '2024-02-15');
update consent set withdrawn_on = '2024-03-01' where consent_id = 1;
select is((select ended_on from plan where plan_id = 1), null, 'while another consent holds, support goes on');
update consent set withdrawn_on = '2024-02-20' where consent_id = 10;
select results_eq($$select ended_on::date, end_reason::text from plan where plan_id = 1
    union all select ended_on::date, end_reason::text from assessment where assessment_id = 1$$,
    $$values (date '2024-03-01', 'consent_withdrawn'), (date '2024-03-01', 'consent_withdrawn')$$,
    'the last consent''s withdrawal ends plan and EHA, on the day none holds any longer, in whichever order they are recorded');
select refused($$insert into plan_outcome (plan_id, agreed_on) values (1, '2024-03-02')$$, 'YH003', 'nothing is agreed after it');
select refused($$insert into review (plan_id, held_on, decision) values (1, '2024-03-02', 'complete')$$, 'YH003', 'nor reviewed');
select refused($$update plan set ended_on = '2024-04-01' where plan_id = 1$$, 'YH003', 'the plan''s end stays that day');
select refused($$update assessment set ended_on = '2024-04-01' where assessment_id = 1$$, 'YH005', 'and the EHA''s');
select refused($$update assessment set ended_on = null, end_reason = null where assessment_id = 1$$, 'YH005', 'it does not begin again');
select is((select state::text from episode where episode_id = 1), 'planned', 'the episode stays open');
select refused($$update consent set withdrawn_on = null where consent_id = 1$$, 'YH008', 'the withdrawal that ended them stays');
insert into consent (family_id, given_by, given_on) values (1, 'parent', '2024-03-10');
select is((select end_reason::text from plan where plan_id = 1), 'consent_withdrawn', 'consent given again starts a new plan, not the old one');
select allowed($$insert into plan (episode_id, started_on) values (1, '2024-03-10')$$, 'which may start');

-- Recorded in one go, after the fact.
select support(3, 'allocated') \g /dev/null
update consent set withdrawn_on = '2024-03-01' where consent_id = 3;
insert into plan (plan_id, episode_id, started_on) values (3, 3, '2024-02-01');
insert into assessment (assessment_id, episode_id, started_on) values (3, 3, '2024-02-01');
select results_eq($$select ended_on::date, end_reason::text from plan where plan_id = 3
    union all select ended_on::date, end_reason::text from assessment where assessment_id = 3$$,
    $$values (date '2024-03-01', 'consent_withdrawn'), (date '2024-03-01', 'consent_withdrawn')$$,
    'a plan and an EHA recorded after the withdrawal end with it');

-- A plan started the day after the withdrawal was recorded for the day before.
select support(4, 'planned') \g /dev/null
update consent set withdrawn_on = '2024-01-15' where consent_id = 4;
select is((select ended_on::date from plan where plan_id = 4), date '2024-01-31', 'a plan does not end before it started');

-- What a withdrawal ended was ended by one; what rests on consent stays covered.
select support(5, 'planned'), support(6, 'allocated'), support(7, 'assessing'), support(8, 'allocated') \g /dev/null
update consent set withdrawn_on = '2024-03-01' where consent_id = 5;
insert into consent (consent_id, family_id, given_by, given_on) values (50, 5, 'carer', '2024-01-01');
select refused($$delete from consent where consent_id = 5$$, 'YH008', 'a withdrawal that ended support stays, although another consent covers it',
    'assessment_id 5 rests on consent_id 5');
select refused($$delete from assessment where assessment_id = 5; delete from consent where consent_id = 5$$, 'YH008', 'of a plan, too', 'plan_id 5 rests on consent_id 5');
select allowed($$delete from consent where consent_id = 50$$, 'the other one can go');
select step_up(61, 'section_17', 'why', '2024-02-01', 'supervisor', '2024-02-01', no_assessment_reason => 'none') \g /dev/null
select refused($$delete from consent where consent_id = 6$$, 'YH008', 'consent that a step up went with is not deleted', 'step_id % rests on consent_id 6');
select refused($$delete from consent where consent_id = 7$$, 'YH008', 'nor an EHA''s', 'assessment_id 7 rests on consent_id 7');
select support(9, 'planned') \g /dev/null
delete from assessment where assessment_id = 9;
select refused($$delete from consent where consent_id = 9$$, 'YH008', 'nor a plan''s', 'plan_id 9 rests on consent_id 9');
select step_up(81, 'section_47', 'why', '2024-02-01', no_assessment_reason => 'none') \g /dev/null
select step_up(82, 'section_17', 'why', '2024-02-01', 'supervisor', '2024-02-01', no_assessment_reason => 'none', consent_override_reason => 'risk') \g /dev/null
select allowed($$delete from consent where consent_id = 8$$, 'one that no step up needed can go');

-- A withdrawal is always taken, however late it is recorded; what was given before it is the audit's to say.
select support(12, 'planned') \g /dev/null
delete from assessment where assessment_id = 12;
select hold_review(12, 'complete', '2024-03-01') \g /dev/null
select support(13, 'planned') \g /dev/null
select hold_review(13, 'complete', '2024-03-01') \g /dev/null
update consent set withdrawn_on = '2024-01-20' where consent_id = 12;
update consent set withdrawn_on = '2024-02-20' where consent_id = 13;
select results_eq('select ended_on::date, end_reason::text from plan where plan_id in (12, 13)',
    $$values (date '2024-03-01', 'completed'), (date '2024-03-01', 'completed')$$, 'support that is over stays as it was');
select is_empty($$select * from early_help.audit('town') where rule = 'R08'$$, 'it rested on the consent as it was known then');
select refused($$delete from consent where consent_id = 12$$, 'YH008', 'which is not deleted', 'plan_id 12 rests on consent_id 12');
select refused($$insert into plan (episode_id, started_on) values (12, '2024-02-01')$$, 'YH008', 'what is recorded now rests on what is known now');
select refused($$update consent set withdrawal_recorded_at = 'infinity' where consent_id = 12$$, 'YHS03', 'when it was known is the rules'' to say');
select is((select withdrawal_recorded_at from consent where family_id = 1 and given_on = '2024-03-10'), null, 'and not said where none is');

-- A step up's basis is not changed past consent; an override that says nothing is none.
select support(14, 'allocated') \g /dev/null
delete from consent where consent_id = 14;
select step_up(141, 'section_47', 'why', '2024-02-01', no_assessment_reason => 'none') \g /dev/null
select refused($$update step set basis = 'section_17', consulted_role = 'supervisor', consulted_on = '2024-01-31' where child_id = 141$$,
    'YH008', 's.47 that becomes s.17 waits for consent');
select allowed($$update step set basis = 'section_17', consulted_role = 'supervisor', consulted_on = '2024-01-31',
    consent_override_reason = 'risk' where child_id = 141$$, 'or says why not');
select support(15, 'allocated') \g /dev/null
select refused(format($$update step set consent_override_reason = %L where child_id = 141$$, blank), 'YH008', 'a blank override is none')
from unnest(array['', ' ', chr(11), E'\t\n']) blank;

-- A withdrawal that ended support is not taken back, nor put off, without saying that it was a mistake.
select support(16, 'planned') \g /dev/null
update consent set withdrawn_on = '2024-03-01' where consent_id = 16;
select refused($$update consent set withdrawn_on = null where consent_id = 16$$, 'YH008', 'not taken back', 'assessment_id 16 rests on consent_id 16');
select refused($$update consent set withdrawn_on = '2024-03-02' where consent_id = 16$$, 'YH008', 'nor put off');
select refused($$update consent set withdrawn_on = null, given_on = '2023-12-01' where consent_id = 16$$, 'YH008', 'whatever else changes');
select allowed($$update consent set withdrawn_on = '2024-02-20' where consent_id = 16$$, 'it may be said to have been earlier');
select allowed($$insert into consent (family_id, given_by, given_on) values (16, 'parent', '2024-03-05');
    insert into plan (episode_id, started_on) values (16, '2024-03-10')$$, 'consent given again is a row of its own');
select support(17, 'allocated') \g /dev/null
update consent set withdrawn_on = '2024-03-01' where consent_id = 17;
select allowed($$update consent set withdrawn_on = null where consent_id = 17$$, 'one that ended nothing may be taken back');

-- A mistake is mended, with its reason, and what it ended follows.
create function ends_of(family bigint)
returns table (what text, ended_on date, end_reason text)
language sql
as $$
    select 'plan', p.ended_on::date, p.end_reason::text from plan p join episode e using (episode_id) where e.family_id = family
    union all
    select 'eha', a.ended_on::date, a.end_reason::text from assessment a join episode e using (episode_id) where e.family_id = family
    order by 1, 2
$$;
select support(18, 'planned') \g /dev/null
update consent set withdrawn_on = '2024-03-01' where consent_id = 18;
select correct_withdrawal(18, '2024-03-11', 'a month was mistyped') \g /dev/null
select results_eq('select * from ends_of(18)', $$values ('eha', date '2024-03-11', 'consent_withdrawn'), ('plan', date '2024-03-11', 'consent_withdrawn')$$,
    'put off, plan and EHA end later');
select correct_withdrawal(18, '2024-02-20', 'it was earlier') \g /dev/null
select results_eq('select * from ends_of(18)', $$values ('eha', date '2024-02-20', 'consent_withdrawn'), ('plan', date '2024-02-20', 'consent_withdrawn')$$,
    'put forward, earlier');
select correct_withdrawal(18, null, 'it was another family''s') \g /dev/null
select results_eq('select * from ends_of(18)', $$values ('eha', null::date, null::text), ('plan', null, null)$$, 'without a withdrawal they go on');
select results_eq('select table_name::text, record_id, column_name::text, value_before, value_after from correction order by correction_id',
    $$values ('consent', 18::bigint, 'withdrawn_on', '2024-03-01', '2024-03-11'), ('consent', 18, 'withdrawn_on', '2024-03-11', '2024-02-20'),
        ('consent', 18, 'withdrawn_on', '2024-02-20', null)$$, 'each correction says what, from and to');
select is_empty($$select * from early_help.audit('town') where rule in ('R03', 'R08')$$, 'the audit finds nothing');
select refused($$select correct_withdrawal(18, '2024-03-01', ' ')$$, 'YHS06', 'a correction says why');
select refused($$select correct_withdrawal(999, '2024-03-01', 'x')$$, 'YHS05', 'of a consent that there is', 'consent_id 999');
select refused('update correction set reason = reason', 'YHS06', 'it is not changed', 'correction_id %');
select refused('delete from correction', 'YHS06', 'nor deleted', 'correction_id %');
select support(19, 'planned') \g /dev/null
select close_episode(19, 'outcomes_achieved', '2024-04-01', '2024-04-01') \g /dev/null
update consent set withdrawn_on = '2024-03-01' where consent_id = 19;
select correct_withdrawal(19, '2024-05-01', 'mistyped') \g /dev/null
select results_eq('select * from ends_of(19)', $$values ('eha', date '2024-04-01', 'episode_closed'), ('plan', date '2024-04-01', 'episode_closed')$$,
    'after the closure it ends nothing: the closure did');
select correct_withdrawal(19, '2024-03-05', 'mistyped') \g /dev/null
select results_eq('select * from ends_of(19)', $$values ('eha', date '2024-03-05', 'consent_withdrawn'), ('plan', date '2024-03-05', 'consent_withdrawn')$$,
    'and before it, it does');
-- By the days that consent covers, in whatever order they are recorded.
select support(21, 'planned'), support(22, 'planned'), support(23, 'planned') \g /dev/null
insert into consent (consent_id, family_id, given_by, given_on) select 100 + f, f, 'carer', '2024-01-01' from generate_series(21, 23) f;
update consent set withdrawn_on = '2024-03-01' where consent_id in (21, 22, 23);
delete from consent where consent_id = 121;
update consent set given_on = '2024-03-10' where consent_id = 122;
update consent set given_on = '2024-02-10' where consent_id = 123;
select results_eq('select * from ends_of(21) union all select * from ends_of(22)',
    $$values ('eha', date '2024-03-01', 'consent_withdrawn'), ('plan', '2024-03-01', 'consent_withdrawn'),
        ('eha', date '2024-03-01', 'consent_withdrawn'), ('plan', '2024-03-01', 'consent_withdrawn')$$,
    'support ends where no consent is left, also when the other one is deleted or given later');
select results_eq('select * from ends_of(23)', $$values ('eha', null::date, null::text), ('plan', null, null)$$, 'and goes on where one begins in time');
select refused($$insert into plan_outcome (plan_id, agreed_on) values (22, '2024-03-20')$$, 'YH003', 'nothing more is agreed');
select is_empty($$select * from early_help.audit('town') where rule in ('R03', 'R08')$$, 'the audit finds nothing there');

-- A withdrawal is taken, however late: what was recorded before it stays and is listed.
select support(24, 'planned') \g /dev/null
select add_outcome(24, 'o', '2024-03-05'), hold_review(24, 'extend', '2024-03-10'), add_outcome(24, 'p', '2024-03-12') \g /dev/null
insert into action (plan_id, owned_by_family, agreed_on, due_on) values (24, true, '2024-03-11', '2024-04-01');
select assess_domain(24, 'family_and_community', '2024-03-03') \g /dev/null
select allowed($$update consent set withdrawn_on = '2024-03-01' where consent_id = 24$$, 'a withdrawal is taken before what was recorded already');
update consent set withdrawn_on = '2024-03-01' where consent_id = 24;
select results_eq('select * from ends_of(24)', $$values ('eha', date '2024-03-01', 'consent_withdrawn'), ('plan', date '2024-03-01', 'consent_withdrawn')$$,
    'and ends the plan and the EHA on its day');
select results_eq('select what::text, dated_on, ended_on from dated_after_end where family_id = 24 order by dated_on',
    $$values ('assessment_domain', date '2024-03-03', date '2024-03-01'), ('plan_outcome', '2024-03-05', '2024-03-01'), ('review', '2024-03-10', '2024-03-01'),
        ('action', '2024-03-11', '2024-03-01'), ('plan_outcome', '2024-03-12', '2024-03-01')$$, 'what is dated after it is listed');
select allowed($$update plan set practitioner_id = 1 where plan_id = 24$$, 'the plan can still be written to');
select refused($$insert into plan_outcome (plan_id, agreed_on) values (24, '2024-03-20')$$, 'YH003', 'but not go on');
select is_empty($$select * from early_help.audit('town') where rule in ('R03', 'R08')$$, 'the audit finds nothing: it was recorded before the withdrawal');
alter table plan_outcome disable trigger all;
insert into plan_outcome (plan_id, plan_kind, position, agreed_on, recorded_at) values (24, 'intervention', 5, '2024-03-15', now() + interval '1 hour');
select isnt_empty($$select * from early_help.audit('town') where rule = 'R03' and record = 'plan_outcome'$$, 'but one that was recorded after it');

select * from finish();
rollback;
