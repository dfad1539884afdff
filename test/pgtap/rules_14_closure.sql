-- R14: a closure date if and only if there is a reason; nothing is dated after closure.
\ir fixture.psql

select support(1, 'planned'), support(2, 'planned') \g /dev/null
insert into family_member (family_id, child_id) values (1, 21), (1, 22);
create function public.closing(on_day date default '2024-04-01') returns text language sql as $$
    select format('update episode set closed_on = %L, closure_reason_code = ''outcomes_achieved'', closure_agreed_on = %L where episode_id = 1', on_day, on_day);
$$;

select refused($$update episode set closed_on = '2024-04-01', closure_agreed_on = '2024-04-01' where episode_id = 1$$, 'YH014', 'a closure date without a reason');
select refused($$update episode set closure_reason_code = 'moved_away' where episode_id = 1$$, 'YH014', 'a reason without a date');
select refused($$update episode set closed_on = '2024-04-01', closure_reason_code = 'moved_away' where episode_id = 1$$, 'YH014', 'no agreement, and no word why');
select allowed($$update episode set closed_on = '2024-04-01', closure_reason_code = 'moved_away', closure_agreement_absent_reason = 'gone' where episode_id = 1$$, 'its absence explained');
select allowed(closing(), 'with agreement');
select refused($$insert into episode (family_id, opened_on, closed_on) values (2, '2023-01-01', '2023-02-01')$$, 'YH014', 'nor born closed without reason');
select refused($$update episode set state = 'closed' where episode_id = 1$$, 'YHS03', 'the state is the rules''');
select refused(closing('2023-12-31'), 'YH014', 'closed before it opened');

-- What is there already is not dated after the closure.
select refused(format('%s; %s', later, closing('2024-02-15')), 'YH014', 'no closing before: ' || later)
from unnest(array[
    $$insert into plan (episode_id, started_on) values (1, '2024-02-16')$$,
    $$insert into assessment (episode_id, started_on) values (1, '2024-02-16')$$,
    $$insert into plan_outcome (plan_id, agreed_on) values (1, '2024-02-16')$$,
    $$insert into plan_outcome (plan_id, agreed_on, achieved_on) values (1, '2024-02-10', '2024-02-16')$$,
    $$insert into plan_outcome (plan_id, agreed_on, withdrawn_on) values (1, '2024-02-10', '2024-02-16')$$,
    $$insert into review (plan_id, held_on, decision) values (1, '2024-02-16', 'extend')$$,
    $$insert into review (plan_id, held_on, decision) values (1, '2024-02-16', 'complete')$$,
    $$insert into lead_practitioner (episode_id, from_on, practitioner_id) values (1, '2024-02-16', 2)$$,
    $$insert into episode_child (episode_id, child_id, joined_on) values (1, 21, '2024-02-16')$$,
    $$select assess_all(1); update assessment set completed_on = '2024-02-16' where assessment_id = 1$$]) later;
select refused(format('%s; %s', $$select assess_all(1, '2024-02-16')$$, closing('2024-02-15')), 'YH014', 'nor before a domain was assessed');

-- What comes later is not dated after it either.
insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) values (1, 1, '2024-02-10'), (2, 1, '2024-02-10');
insert into review (review_id, plan_id, held_on, decision) values (1, 1, '2024-03-10', 'complete');
insert into plan (plan_id, episode_id, started_on) values (11, 1, '2024-03-12');
insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) values (3, 11, '2024-03-12');
select assess_all(1), complete_assessment(1, '2024-01-25') \g /dev/null
insert into assessment (assessment_id, episode_id, started_on) values (11, 1, '2024-03-20');
insert into episode_child (episode_id, child_id, joined_on, left_on) values (1, 21, '2024-02-16', '2024-02-20');
select closing() as command \gset
:command;
select results_eq($$select ended_on::date, end_reason::text from plan where episode_id = 1 order by plan_id$$,
    $$values (date '2024-03-10', 'completed'), (date '2024-04-01', 'episode_closed')$$, 'closure ends the plan that runs');
select results_eq($$select ended_on::date, end_reason::text from assessment where episode_id = 1 order by assessment_id$$,
    $$values (null::date, null::text), (date '2024-04-01', 'episode_closed')$$, 'and the EHA that is open');
select results_eq($$select left_on::date from episode_child where episode_id = 1 order by child_id$$,
    $$values (date '2024-04-01'), (date '2024-04-01'), (date '2024-02-20')$$, 'and the children''s support');
select results_eq('select level_of(11), level_of(12)', $$values ('universal', 'universal')$$, 'who are at universal services again');
select refused(command, code, 'closed: ' || command)
from (values
    ('YH014', $$insert into plan (episode_id, started_on) values (1, '2024-04-02')$$),
    ('YH014', $$insert into assessment (episode_id, started_on) values (1, '2024-04-02')$$),
    ('YH014', $$update assessment set started_on = '2024-04-02' where assessment_id = 11$$),
    ('YH005', $$update assessment set ended_on = '2024-04-02' where assessment_id = 11$$),
    ('YH005', $$update assessment set ended_on = null, end_reason = null where assessment_id = 11$$),
    ('YH014', $$insert into plan_outcome (plan_id, agreed_on) values (11, '2024-04-02')$$),
    ('YH014', $$update plan_outcome set achieved_on = '2024-04-02' where plan_outcome_id = 1$$),
    ('YH014', $$update plan_outcome set achieved_on = '2024-04-02' where plan_outcome_id = 3$$),
    ('YH014', $$update plan_outcome set withdrawn_on = '2024-04-02' where plan_outcome_id = 2$$),
    ('YH014', $$insert into review (plan_id, held_on, decision) values (11, '2024-04-02', 'complete')$$),
    ('YH014', $$update review set held_on = '2024-04-02' where review_id = 1$$),
    ('YH003', $$update plan set ended_on = '2024-04-02' where plan_id = 11$$),
    ('YH003', $$update plan set ended_on = null, end_reason = null where plan_id = 11$$),
    ('YH014', $$update plan set started_on = '2024-04-02', review_due_on = '2024-05-20' where plan_id = 11$$),
    ('YH014', $$insert into lead_practitioner (episode_id, from_on, practitioner_id) values (1, '2024-04-02', 2)$$),
    ('YH014', $$update lead_practitioner set from_on = '2024-04-02' where episode_id = 1$$),
    ('YH014', $$insert into episode_child (episode_id, child_id, joined_on) values (1, 22, '2024-04-02')$$),
    ('YH014', $$update episode_child set left_on = '2024-04-02' where child_id = 21 and episode_id = 1$$),
    ('YH014', $$update episode_child set left_on = null where child_id = 11$$),
    ('YHS02', $$update episode_child set child_id = 22 where child_id = 21 and episode_id = 1$$),
    ('YHS02', $$update episode_child set episode_id = 2 where child_id = 21 and episode_id = 1$$),
    ('YHS01', $$insert into step (child_id, family_id, episode_id, to_level, offered_on, basis, reason, no_assessment_reason)
        values (11, 1, 1, 'social_care', '2024-04-02', 'section_47', 'why', 'x')$$),
    ('YH014', $$update episode set closure_agreed_on = null where episode_id = 1$$),
    ('YH014', $$update episode set closed_on = null where episode_id = 1$$),
    ('YH014', $$update episode set closed_on = null, closure_reason_code = null, closure_agreed_on = null where episode_id = 1$$),
    ('YH014', $$select reopen_episode(1, null, '2024-04-05')$$),
    ('YH014', $$select reopen_episode(1, ' ', '2024-04-05')$$),
    ('YH014', $$update episode set closure_agreed_on = null, closure_agreement_absent_reason = ' ' where episode_id = 1$$),
    ('YH014', $$select reopen_episode(1, 'why', '2024-03-31')$$),
    ('YH014', $$update episode set closed_on = '2024-03-11' where episode_id = 1$$)) as c (code, command);
select allowed(command, 'and yet: ' || command)
from unnest(array[
    $$update plan_outcome set achieved_on = '2024-04-01' where plan_outcome_id = 1$$,
    $$update plan_outcome set description = 'x' where plan_outcome_id = 3$$,
    $$update plan_outcome set withdrawn_on = '2024-03-30' where plan_outcome_id = 3$$,
    $$insert into lead_practitioner (episode_id, from_on, practitioner_id) values (1, '2024-03-30', 2)$$,
    $$insert into conversation (family_id, held_on) values (1, '2024-05-01')$$,
    $$insert into assessment (assessment_id, episode_id, started_on, corrects_assessment_id) values (12, 1, '2024-05-01', 1);
      select assess_all(12, '2024-05-02'); update assessment set completed_on = '2024-05-03' where assessment_id = 12$$]) command;

-- The closure's own day may be corrected, and takes along what ended with it.
update episode set closed_on = '2024-03-25' where episode_id = 1;
select results_eq($$select 'plan', ended_on::date from plan where plan_id = 11 union all select 'eha', ended_on::date from assessment where assessment_id = 11
    union all select 'child', left_on::date from episode_child where child_id = 11$$,
    $$values ('plan', date '2024-03-25'), ('eha', date '2024-03-25'), ('child', date '2024-03-25')$$, 'an earlier closure takes along what ended with it');
update episode set closed_on = '2024-04-05' where episode_id = 1;
select is((select ended_on::date from plan where plan_id = 11), date '2024-04-05', 'a later one, too');
select is((select ended_on::date from plan where plan_id = 1), date '2024-03-10', 'and nothing else');

-- Reopening.
select reopen_episode(1, 'relapse', '2024-04-10') \g /dev/null
select results_eq($$select state::text, closed_on::date, closure_reason_code::text, closure_agreed_on::date, reopened_on::date from episode where episode_id = 1$$,
    $$values ('allocated', null::date, null::text, null::date, date '2024-04-10')$$, 'reopened, nothing of the closure is left but its event');
select results_eq($$select event::text, happened_on::date from episode_event where episode_id = 1 order by episode_event_id desc limit 1$$,
    $$values ('reopen', date '2024-04-10')$$, 'it is logged');
select results_eq($$select child_id, joined_on::date from episode_child where episode_id = 1 and left_on is null order by 1$$,
    $$values (11::bigint, date '2024-04-10'), (12::bigint, date '2024-04-10')$$, 'the children it supported are back, others are not');
select results_eq($$select level_of(11), event::text from level_change where child_id = 11 order by change_number desc limit 1$$,
    $$values ('early_help', 'reopen')$$, 'at early help, by the reopening');
select refused($$select reopen_episode(1, 'again', '2024-04-11')$$, 'YHS01', 'an open episode is not reopened');
select refused($$update episode set reopened_on = null, reopen_reason = null where episode_id = 1$$, 'YH014', 'nor is its reopening forgotten');
select allowed($$update episode set reopen_reason = 'relapse, better said' where episode_id = 1$$, 'its reason may be corrected');

select refused($$update episode set reopened_on = '2024-03-01', reopen_reason = 'x' where episode_id = 2$$, 'YHS01', 'of an open one it is not made up');
select close_episode(1, 'outcomes_achieved', closed_on => '2024-04-20', agreed_on => '2024-04-20') \g /dev/null
select refused($$update episode set reopened_on = '2024-04-21' where episode_id = 1$$, 'YH014', 'nor of a closed one that stays closed', 'episode_id 1 stays closed');
select refused($$update episode set reopened_on = null, reopen_reason = null where episode_id = 1$$, 'YH014', 'nor forgotten there');
select allowed($$update episode set reopen_reason = 'relapse, said best' where episode_id = 1$$, 'its reason may be corrected there, too');
select allowed($$select reopen_episode(1, 'again', '2024-04-21')$$, 'it may be reopened again');

-- Closed by mistake on the day it opened.
select support(3, 'none') \g /dev/null
select open_episode(3, '2024-06-01', lead_practitioner_id => 1) as opened \g /dev/null
select episode_id as id from episode where family_id = 3 \gset
select close_episode(:id, 'duplicate', '2024-06-01', null, 'mistake') \g /dev/null
select results_eq('select level_of(31)', $$values ('universal')$$, 'closed');
select refused(format('select close_episode(%s, %L, %L, null, %L)', :id, 'moved_away', '2024-06-03', 'x'), 'YHS01', 'a closed episode is not closed');
select reopen_episode(:id, 'mistake', '2024-06-01') \g /dev/null
select results_eq('select child_id, level_of(child_id) from episode_child where left_on is null and episode_id = ' || :id,
    $$values (31::bigint, 'early_help'), (32::bigint, 'early_help')$$, 'and reopened on the same day');

-- Closed while it waited: there is nothing to reopen.
select support(4, 'waiting') \g /dev/null
select close_episode(4, 'moved_away', '2024-02-01', null, 'gone') \g /dev/null
select refused($$select reopen_episode(4, 'back', '2024-02-10')$$, 'YH007', 'an episode that closed while waiting is opened anew', '%closed while waiting: there is nothing to reopen');

-- A closed episode of long ago, loaded afterwards: its children do not stay in it.
select support(5, 'none', '2019-01-01') \g /dev/null
insert into episode (episode_id, family_id, opened_on, closed_on, closure_reason_code, closure_agreed_on)
values (5, 5, '2019-02-01', '2019-05-01', 'outcomes_achieved', '2019-05-01');
insert into lead_practitioner (episode_id, from_on, practitioner_id) values (5, '2019-02-03', 1);
insert into episode_child (episode_id, child_id, joined_on) values (5, 51, '2019-02-01');
select results_eq($$select left_on::date, level_of(51), state::text, allocated_on::date from episode_child join episode using (episode_id) where child_id = 51$$,
    $$values (date '2019-05-01', 'universal', 'closed', date '2019-02-03')$$, 'they leave with its closure');
select open_episode(5, '2024-01-10') \g /dev/null
insert into episode (episode_id, family_id, opened_on, closed_on, closure_reason_code, closure_agreed_on)
values (55, 5, '2020-02-01', '2020-05-01', 'outcomes_achieved', '2020-05-01');
insert into episode_child (episode_id, child_id, joined_on, left_on) values (55, 51, '2020-02-01', '2020-05-01');
select is(level_of(51), 'early_help', 'and do not lose the support they have now');

-- Joining and leaving within an open episode.
select support(6, 'planned') \g /dev/null
update episode_child set left_on = '2024-02-20' where child_id = 61;
select is(level_of(61), 'universal', 'a child that leaves is at universal services');
update episode_child set left_on = null where child_id = 61;
select is(level_of(61), 'early_help', 'and at early help when it did not leave after all');
select is((select count(*) from level_change where child_id = 61), 1::bigint, 'as if it had never left: the levels of a day run forward');

-- A step up is of the days before closure, too.
select support(17, 'planned') \g /dev/null
select step_id from step_up(171, 'section_47', 'why', '2024-02-10', no_assessment_reason => 'urgent', family_id => 17)
\gset
select decline_step(:step_id, '2024-02-25') \g /dev/null
select refused($$select close_episode(17, 'moved_away', '2024-02-22', '2024-02-22')$$, 'YH014', 'not closed as of a day before a step up was declined', 'step %');
select allowed($$select close_episode(17, 'moved_away', '2024-02-25', '2024-02-25')$$, 'but from that day on');
select refused($$select close_episode(17, 'moved_away', '2024-02-27', '2024-02-27');
    update episode set closed_on = '2024-02-24', closure_agreed_on = '2024-02-24' where episode_id = 17$$, 'YH014', 'nor is the closure re-dated so');
select support(18, 'none') \g /dev/null
select refused($$insert into episode (family_id, opened_on, reopened_on, reopen_reason) values (18, '2024-02-01', '2024-03-01', 'why')$$,
    'YH014', 'a new episode has not been reopened');

-- Whatever an episode holds is not dated after its closure, nor is the closure re-dated to before it.
select support(100 + n, case when n in (1, 2, 3, 4) then 'assessing' else 'planned' end) from generate_series(1, 15) n \g /dev/null
insert into family_member (family_id, child_id) values (114, 1011);
create table public.dated (family bigint, what text, command text);
insert into dated values
    (101, 'assessment', $$update assessment set started_on = '2024-02-21' where assessment_id = 101$$),
    (102, 'assessment', $$select assess_all(102, '2024-02-10'); update assessment set completed_on = '2024-02-21' where assessment_id = 102$$),
    (103, 'domain of assessment', $$select assess_all(103, '2024-02-21')$$),
    (104, 'assessment', $$update consent set withdrawn_on = '2024-02-21' where consent_id = 104$$),
    (105, 'plan', $$delete from assessment where assessment_id = 105; update plan set started_on = '2024-02-21', review_due_on = '2024-04-10' where plan_id = 105$$),
    (106, 'plan', $$delete from assessment where assessment_id = 106; update consent set withdrawn_on = '2024-02-21' where consent_id = 106$$),
    (107, 'plan', $$select hold_review(107, 'complete', '2024-02-21')$$),
    (108, 'plan_outcome', $$select add_outcome(108, agreed_on => '2024-02-21')$$),
    (109, 'plan_outcome', $$select achieve_outcome((add_outcome(109, agreed_on => '2024-02-10')).plan_outcome_id, '2024-02-21')$$),
    (110, 'plan_outcome', $$select withdraw_outcome((add_outcome(110, agreed_on => '2024-02-10')).plan_outcome_id, '2024-02-21')$$),
    (111, 'action', $$select add_action(111, '2024-04-30', agreed_on => '2024-02-21', safety_reason => 'risk')$$),
    (112, 'review', $$select hold_review(112, 'extend', '2024-02-21')$$),
    (113, 'lead_practitioner of practitioner', $$insert into lead_practitioner (episode_id, from_on, practitioner_id) values (113, '2024-02-21', 2)$$),
    (114, 'episode_child of child', $$insert into episode_child (episode_id, child_id, joined_on) values (114, 1011, '2024-02-21')$$),
    (115, 'episode_child of child', $$update episode_child set left_on = '2024-02-21' where child_id = 1151$$);
select refused(format($c$%s; select close_episode(%s, 'opened_in_error', '2024-02-20', '2024-02-20')$c$, command, family), 'YH014',
    'not closed before: ' || command, what || ' % is dated after closed_on 2024-02-20 of episode_id ' || family) from dated;
select refused(format($c$%s; select close_episode(%s, 'opened_in_error', '2024-02-22', '2024-02-20');
    update episode set closed_on = '2024-02-20' where episode_id = %2$s$c$, command, family), 'YH014',
    'nor the closure re-dated: ' || command, what || ' % is dated after closed_on 2024-02-20 of episode_id ' || family) from dated;
select allowed(format($c$%s; select close_episode(%s, 'opened_in_error', '2024-02-21', '2024-02-20')$c$, command, family),
    'closed on the day: ' || command) from dated;

-- An episode closes as stepped up by the last child's step, and for withdrawn consent where it was withdrawn.
select support(200, 'planned'), support(201, 'planned', children => 1), support(202, 'planned') \g /dev/null
select refused($$select close_episode(200, 'stepped_up', '2024-04-01', '2024-04-01')$$, 'YH014', 'not stepped up without a step',
    'closure_reason_code of episode_id 200, closed_on 2024-04-01');
select refused($$select close_episode(200, 'moved_away', '2024-04-01', '2024-04-01'); update episode set closure_reason_code = 'stepped_up' where episode_id = 200$$,
    'YH014', 'nor afterwards');
select refused($$insert into family (family_id) values (299);
    insert into episode (family_id, opened_on, closed_on, closure_reason_code, closure_agreed_on)
    values (299, '2020-01-01', '2020-02-01', 'stepped_up', '2020-02-01')$$, 'YH014', 'nor as it is recorded');
select accept_step((step_up(2011, 'section_47', 'why', '2024-03-01', no_assessment_reason => 'none')).step_id, '2024-03-02') \g /dev/null
select results_eq('select closed_on::date, closure_reason_code::text from episode where episode_id = 201', $$values (date '2024-03-02', 'stepped_up')$$,
    'the last child''s step closes it so');
select refused($$update episode set closure_reason_code = 'outcomes_achieved' where episode_id = 201$$, 'YH014', 'and so it stays');
select refused($$update episode set closed_on = '2024-03-03' where episode_id = 201$$, 'YH014', 'on that day');
select refused($$select close_episode(202, 'consent_withdrawn', '2024-04-01', agreement_absent_reason => 'x')$$, 'YH014', 'consent that nobody withdrew');
select refused($$select withdraw_consent(202, '2024-04-02'); select close_episode(202, 'consent_withdrawn', '2024-04-01', agreement_absent_reason => 'x')$$,
    'YH014', 'or not yet');
select withdraw_consent(202, '2024-03-20'), close_episode(202, 'consent_withdrawn', '2024-04-01', agreement_absent_reason => 'x') \g /dev/null
select refused($$select correct_withdrawal(202, null, 'a mistake')$$, 'YH008', 'what closed for it keeps it', 'episode_id 202 closed on 2024-04-01 because %');
select allowed($$update episode set closure_reason_code = 'family_disengaged' where episode_id = 202; select correct_withdrawal(202, null, 'a mistake')$$,
    'until the reason is put right');
-- Where it was withdrawn in the episode, it is the reason.
select support(203, 'planned'), support(204, 'waiting'), support(205, 'closed') \g /dev/null
select refused(format($$select withdraw_consent(203, '2024-03-20'); select close_episode(203, %L, '2024-04-01', agreement_absent_reason => 'x')$$, code), 'YH014', 'and not ' || code,
    'closure_reason_code of episode_id 203, closed_on 2024-04-01')
from unnest('{outcomes_achieved,needs_met_by_universal_services,family_disengaged,moved_away,transferred}'::text[]) code;
select allowed(format($$select withdraw_consent(203, '2024-03-20'); select close_episode(203, %L, '2024-04-01', agreement_absent_reason => 'x')$$, code), 'but ' || code)
from unnest('{consent_withdrawn,opened_in_error,duplicate,died,pregnancy_ended}'::text[]) code;
select refused($$select withdraw_consent(203, '2024-04-01'); select close_episode(203, 'moved_away', '2024-04-01', agreement_absent_reason => 'x')$$, 'YH014', 'on its day too');
select allowed($$select withdraw_consent(204, '2024-04-02'); select close_episode(204, 'moved_away', '2024-04-01', agreement_absent_reason => 'x')$$, 'not before it');
select allowed($$select give_consent(203, 'carer', '2024-03-25'), withdraw_consent(203, '2024-03-20'); select close_episode(203, 'moved_away', '2024-04-01', agreement_absent_reason => 'x')$$, 'nor where another holds');
select allowed($$select withdraw_consent(203, '2024-03-20'), step_up(2031, 'section_47', 'x', '2024-03-21', no_assessment_reason => 'x'), step_up(2032, 'section_47', 'x', '2024-03-21', no_assessment_reason => 'x');
    select accept_step(step_id, '2024-03-22') from step where family_id = 203$$, 'the last child''s step goes before it');
select allowed($$select give_consent(204, 'carer', '2023-12-01'), withdraw_consent(204, '2024-01-01'); update consent set given_on = '2023-12-01', withdrawn_on = '2023-12-20' where family_id = 204;
    select close_episode(204, 'family_disengaged', '2024-04-01', agreement_absent_reason => 'x')$$, 'one of before the episode is none of it');
select allowed($$select withdraw_consent(205, '2024-03-20')$$, 'a withdrawal is taken though the episode closed for another reason');
select allowed($$select withdraw_consent(205, '2024-03-20'); update episode set closed_on = '2024-04-05' where episode_id = 205$$, 'and the day is put right under it');

-- Nothing is dated between a closure and the reopening after it.
select support(210, 'planned') \g /dev/null
delete from assessment where assessment_id = 210;
select close_episode(210, 'outcomes_achieved', '2024-04-01', '2024-04-01'), reopen_episode(210, 'again', '2024-06-01') \g /dev/null
select refused(command, 'YH014', 'not in the gap: ' || command, '% is after episode_id 210 closed on 2024-04-01 and before it was reopened on 2024-06-01')
from unnest(array[
    $$insert into plan (episode_id, started_on) values (210, '2024-05-01')$$,
    $$select start_assessment(210, '2024-05-31')$$,
    $$insert into lead_practitioner (episode_id, from_on, practitioner_id) values (210, '2024-05-01', 2)$$,
    $$insert into episode_child (episode_id, child_id, joined_on, left_on) values (210, 2101, '2024-04-02', '2024-04-03')$$,
    $$insert into step (child_id, family_id, episode_id, to_level, offered_on, basis, reason, no_assessment_reason)
        values (2101, 210, 210, 'social_care', '2024-05-01', 'section_47', 'why', 'none')$$]) command;
select allowed(command, 'on its last day or from the reopening on: ' || command)
from unnest(array[
    $$insert into plan (episode_id, started_on) values (210, '2024-06-01')$$,
    $$insert into plan (episode_id, started_on) values (210, '2024-04-01')$$]) command;
insert into plan (plan_id, episode_id, started_on) values (2100, 210, '2024-04-01');
insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) values (2100, 2100, '2024-04-01'), (2101, 210, '2024-03-01');
select refused(command, 'YH014', 'not of a plan either: ' || command, '% is after episode_id 210 closed on 2024-04-01 and before it was reopened on 2024-06-01')
from unnest(array[
    $$select achieve_outcome(2101, '2024-04-02')$$,
    $$select withdraw_outcome(2101, '2024-05-31')$$,
    $$insert into action (plan_id, owned_by_family, agreed_on, due_on) values (2100, true, '2024-05-01', '2024-07-01')$$,
    $$select add_action(210, '2024-07-01', agreed_on => '2024-05-01', safety_reason => 'danger')$$,
    $$insert into review (plan_id, held_on, decision) values (2100, '2024-05-01', 'complete')$$]) command;
select refused(command, 'YH003', 'a plan of before ended with the closure: ' || command, 'agreed_on 2024-05-01 is after ended_on 2024-04-01 of plan_id 2100')
from unnest(array[
    $$insert into plan_outcome (plan_id, agreed_on) values (2100, '2024-05-01')$$,
    $$update plan_outcome set agreed_on = '2024-05-01' where plan_outcome_id = 2100$$]) command;
select allowed($$select achieve_outcome(2101, '2024-04-01')$$, 'nor is the last day before it in the gap');
select refused($$insert into contact (contact_id, received_on, source_code) values (2100, '2024-05-01', '2A');
    insert into contact_child (contact_id, child_id, primary_need_code, attached_episode_id) values (2100, 2101, 'N1', 210)$$,
    'YH016', 'nor is a contact of the gap attached');
-- What is recorded late, while the episode is closed, is no closure: it neither begins a gap nor is undone.
select support(212, 'planned') \g /dev/null
select close_episode(212, 'outcomes_achieved', '2024-04-01', '2024-04-01') \g /dev/null
insert into plan (episode_id, started_on) values (212, '2024-02-20');
select is((select happened_on::date from episode_event where episode_id = 212 and state_from = 'closed'), date '2024-02-20', 'a late plan is an event of the closed episode');
select allowed($$select reopen_episode(212, 'again', '2024-06-01'); insert into lead_practitioner (episode_id, from_on, practitioner_id) values (212, '2024-03-01', 2)$$,
    'the gap begins with the closure');
select refused($$select reopen_episode(212, 'again', '2024-06-01'); insert into lead_practitioner (episode_id, from_on, practitioner_id) values (212, '2024-04-02', 2)$$,
    'YH014', 'and not before', 'from_on 2024-04-02 is after episode_id 212 closed on 2024-04-01 and before it was reopened on 2024-06-01');
select refused($$select undo_closure(212, 'a mistake')$$, 'YHS01', 'nor is the closure undone over it',
    'episode_event_id %, start_plan, was recorded since episode_id 212 closed');
update lead_practitioner set from_on = '2024-01-08' where episode_id = 212;
select is((select happened_on::date from episode_event where episode_id = 212 and event = 'allocate'), date '2024-01-08', 'the event of allocation follows the first lead practitioner');
select is_empty($$select * from early_help.audit('town') where rule ~ '^(R14|S03)' and record_id in (210, 212)$$, 'and the audit finds nothing');
-- A closure that is re-dated takes its event, its levels and so the gap along.
select support(211, 'planned') \g /dev/null
select close_episode(211, 'outcomes_achieved', '2024-04-01', '2024-04-01') \g /dev/null
update episode set closed_on = '2024-04-10' where episode_id = 211;
select results_eq($$select happened_on::date from episode_event where episode_id = 211 and event = 'close'
    union all select distinct changed_on::date from level_change where episode_id = 211 and event = 'close'$$,
    $$values (date '2024-04-10'), (date '2024-04-10')$$, 'event and levels of a closure are of its day');
update episode_child set joined_on = '2024-01-02' where episode_id = 211 and child_id = 2111;
select is((select changed_on::date from level_change where episode_id = 211 and child_id = 2111 and event = 'refer'), date '2024-01-02', 'and those of joining');
update episode set opened_on = '2023-12-30' where episode_id = 211;
select is((select happened_on::date from episode_event where episode_id = 211 and event = 'refer'), date '2023-12-30', 'and of opening');

-- A closure that was a mistake is undone: it never happened.
create function snapshot_of(id bigint)
returns table (what text, is_now jsonb)
language sql
as $$
    select 'episode', to_jsonb(e) from episode e where e.episode_id = id
    union all
    select 'child ' || c.child_id, to_jsonb(c) from episode_child c where c.episode_id = id
    union all
    select 'plan ' || p.plan_id, to_jsonb(p) from plan p where p.episode_id = id
    union all
    select 'eha ' || a.assessment_id, to_jsonb(a) from assessment a where a.episode_id = id
    union all
    select 'event ' || v.episode_event_id, to_jsonb(v) from episode_event v where v.episode_id = id
    union all
    select 'level ' || l.level_change_id, to_jsonb(l) from level_change l where l.episode_id = id
$$;
select support(220 + n, stage) from unnest('{waiting,allocated,assessing,planned,under_review}'::text[]) with ordinality s (stage, n) \g /dev/null
create temporary table before as select id, s.* from generate_series(221, 225) id, snapshot_of(id) s;
select close_episode(id, 'moved_away', '2024-05-01', '2024-05-01') from generate_series(221, 225) id \g /dev/null
select is((select count(*)::integer from generate_series(221, 225) id, lateral (select * from snapshot_of(id) except select what, is_now from before b where b.id = id) s
    where s.what = 'episode'), 5, 'closed');
select undo_closure(id, 'the wrong family') from generate_series(221, 225) id \g /dev/null
select set_eq('select id, s.* from generate_series(221, 225) id, snapshot_of(id) s', 'select * from before', 'undone in every state, all is as it was');
select is((select count(*)::integer from correction where table_name = 'episode' and column_name = 'closed_on' and value_before = '2024-05-01'), 5, 'and each correction is noted');
select is_empty($$select * from early_help.audit('town') where rule in ('R03', 'R08', 'R11', 'R14', 'S03')$$, 'the audit finds nothing');
select allowed($$select close_episode(224, 'moved_away', '2024-05-02', '2024-05-02')$$, 'it closes again');
select refused($$select undo_closure(224, 'x')$$, 'YHS01', 'an open one has no closure to undo');
select refused($$select undo_closure(999, 'x')$$, 'YHS05', 'nor one that is not there');
select refused($$select close_episode(224, 'moved_away', '2024-05-01', '2024-05-01'); select undo_closure(224, ' ')$$, 'YHS06', 'it says why');
select refused($$select undo_closure(201, 'x')$$, 'YH014', 'an accepted step up closed it', 'episode_id 201 closed by the acceptance %');
select refused($$select close_episode(224, 'moved_away', '2024-05-01', '2024-05-01'); select open_episode(224, '2024-06-01'); select undo_closure(224, 'x')$$,
    'YH011', 'not under a later episode', 'the level of child_id % has changed since episode_id 224 closed%');
select refused($$update episode set closed_on = null where episode_id = 211$$, 'YH014', 'and not without a word');
select close_episode(224, 'moved_away', '2024-05-01', '2024-05-01'), withdraw_consent(224, '2024-05-10'), undo_closure(224, 'x') \g /dev/null
select is((select ended_on::date from plan where episode_id = 224), date '2024-05-10', 'consent that was withdrawn since ends what goes on');

select * from finish();
rollback;
