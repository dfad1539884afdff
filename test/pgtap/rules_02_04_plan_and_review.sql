-- R02: a review in 42 to 56 days. R03: completed through a review.
-- R04: nothing new while a review is overdue.
\ir fixture.psql

select support(1, 'allocated') \g /dev/null

-- R02
select refused(format($$insert into plan (episode_id, started_on, review_due_on) values (1, '2024-02-01', date '2024-02-01' + %s)$$, days),
    case when days between 42 and 56 then 'OK000' else 'YH002' end, format('a review %s days after the start', days))
from unnest('{-1,0,1,41,42,56,57,400}'::integer[]) days;
insert into plan (plan_id, episode_id, started_on) values (1, 1, '2024-02-01');
select is((select review_due_on - started_on from plan where plan_id = 1), 56, 'the review is due in eight weeks where no day is given');
select refused($$update plan set review_due_on = started_on + 57 where plan_id = 1$$, 'YH002', 'and is not put off');
select refused($$update plan set review_due_on = null where plan_id = 1; do $a$ begin
    if (select review_due_on from plan where plan_id = 1) is null then raise 'none'; end if; end $a$ $$, 'OK000', 'nor dropped');
select refused($$update plan set review_counts_from = '2024-03-01', review_due_on = '2024-04-20' where plan_id = 1$$,
    'YH002', 'nor counted from another day');
select refused($$update plan set started_on = '2024-02-10' where plan_id = 1$$, 'OK000', 'a start may be corrected within the window');
select refused($$update plan set started_on = '2024-03-01' where plan_id = 1$$, 'YH002', 'not beyond it');
select allowed($$update plan set started_on = '2024-03-01', review_due_on = '2024-04-20' where plan_id = 1$$, 'unless the review moves along');
select refused(format($$insert into review (plan_id, held_on, decision, next_review_due_on) values (1, '2024-03-20', 'extend', date '2024-03-20' + %s)$$, days),
    case when days between 42 and 56 then 'OK000' else 'YH002' end, format('an extension by %s days', days))
from unnest('{0,41,42,56,57}'::integer[]) days;
select refused($$insert into plan (episode_id, kind, started_on, review_due_on) values (1, 'family_outcomes', '2024-02-01', '2024-02-01')$$,
    'YH002', 'a family outcomes plan''s review is later than its start');
select allowed($$insert into plan (episode_id, kind, started_on, review_due_on) values (1, 'family_outcomes', '2024-02-01', '2024-12-01')$$,
    'but has no eight weeks');
update partnership set family_outcomes_plan_review_weeks = 10;
insert into plan (plan_id, episode_id, kind, started_on) values (2, 1, 'family_outcomes', '2024-02-01');
select is((select review_due_on - started_on from plan where plan_id = 2), 70, 'where none is given the partnership''s weeks count');
select refused($$insert into review (plan_id, held_on, decision, next_review_due_on) values (2, '2024-03-01', 'extend', '2024-03-01')$$, 'YH002', 'nor is its next review due on the day of the last');
select refused($$update plan set review_due_on = review_counts_from where plan_id = 2$$, 'YH002', 'it always has its next review set');

-- R03
select refused($$update plan set ended_on = '2024-03-01', end_reason = 'completed' where plan_id = 1$$, 'YH003', 'not completed without a review');
select refused($$update plan set ended_on = '2024-03-01', end_reason = 'completed', completed_by_review_id = 77 where plan_id = 1$$,
    'YH003', 'nor by one that was never held');
select refused($$update plan set ended_on = '2024-03-01', end_reason = 'episode_closed' where plan_id = 1$$, 'YH003', 'nor ended as if the episode had closed');
select refused($$update plan set ended_on = '2024-03-01', end_reason = 'consent_withdrawn' where plan_id = 1$$, 'YH003', 'nor as if consent were withdrawn');
select refused($$update plan set ended_on = '2024-03-01' where plan_id = 1$$, 'YH003', 'nor without a reason');
select refused($$insert into plan (episode_id, started_on, ended_on, end_reason) values (1, '2024-02-01', '2024-03-01', 'episode_closed')$$,
    'YH003', 'nor born ended');
select refused($$insert into review (plan_id, held_on, decision, next_review_due_on) values (1, '2024-03-01', 'complete', '2024-04-15')$$,
    'YH003', 'a review that completes sets no next one');
select refused($$insert into review (plan_id, held_on, decision) values (1, '2024-01-31', 'complete')$$, 'YH003', 'no review before the plan');
select refused($$update plan set extended_by_review_id = 77 where plan_id = 1$$, 'YH003', 'only a held review extends');

insert into review (review_id, plan_id, held_on, decision) values (1, 1, '2024-03-20', 'extend');
select results_eq('select review_counts_from::date, review_due_on::date, extended_by_review_id from plan where plan_id = 1',
    $$values (date '2024-03-20', date '2024-05-15', 1::bigint)$$, 'a review that extends sets the next due day');
select is((select due_on::date from review where review_id = 1), date '2024-03-28', 'and keeps the day it was due itself');
select refused($$insert into review (plan_id, held_on, decision) values (1, '2024-03-19', 'complete')$$, 'YH003', 'no review before the one that extended');
select refused($$update plan set review_due_on = '2024-05-14' where plan_id = 1$$, 'YH002', 'an extended plan is due when its review said');
select refused($$update review set decision = 'complete', next_review_due_on = null where review_id = 1$$, 'YHS02', 'a review''s decision stays');
select refused($$delete from review where review_id = 1$$, 'YH003', 'and the review that extended a plan, too');
update review set held_on = '2024-03-21', next_review_due_on = '2024-05-10' where review_id = 1;
select results_eq('select review_counts_from::date, review_due_on::date from plan where plan_id = 1',
    $$values (date '2024-03-21', date '2024-05-10')$$, 'a re-dated review takes the plan along');
select refused($$update review set held_on = '2024-01-20', next_review_due_on = '2024-03-10' where review_id = 1$$,
    'YH003', 'not to before the plan''s start');

-- R04
select allowed($$insert into plan_outcome (plan_id, agreed_on) values (1, '2024-05-10')$$, 'an outcome on the day the review is due');
select refused($$insert into plan_outcome (plan_id, agreed_on) values (1, '2024-05-11')$$, 'YH004', 'not on the day after',
    'agreed_on 2024-05-11 is after review_due_on 2024-05-10 of plan_id 1');
insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) values (1, 1, '2024-05-09');
select refused($$update plan_outcome set agreed_on = '2024-05-11' where plan_outcome_id = 1$$, 'YH004', 'nor by update');
select allowed($$update plan_outcome set achieved_on = '2024-05-30' where plan_outcome_id = 1$$, 'what was agreed in time is achieved when it is achieved');
select refused($$update review set next_review_due_on = '2024-05-08' where review_id = 1$$, 'YH004', 'a review is not due before what was agreed in time');
insert into review (review_id, plan_id, held_on, decision) values (2, 1, '2024-05-20', 'extend');
select allowed($$insert into plan_outcome (plan_id, agreed_on) values (1, '2024-05-20')$$, 'once it is held, outcomes are agreed again');
select refused($$insert into plan_outcome (plan_id, agreed_on) values (1, '2024-05-15')$$, 'YH004', 'not on the days it was overdue, recorded late');
select refused($$update plan_outcome set agreed_on = '2024-05-15' where plan_outcome_id = 1$$, 'YH004', 'nor by update');
select refused($$update review set held_on = '2024-05-08', next_review_due_on = '2024-07-01' where review_id = 2$$, 'OK000', 'a review may turn out to be earlier');
insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) values (2, 1, '2024-05-22');
select refused($$update review set held_on = '2024-05-25', next_review_due_on = '2024-07-10' where review_id = 2$$, 'YH004', 'not later than what was agreed after it');
select refused($$update review set held_on = '2024-03-01', next_review_due_on = '2024-04-20' where review_id = 2$$, 'YH003', 'nor earlier than the one before');

select refused($$insert into plan (episode_id, started_on) values (1, '2100-12-31')$$, 'YHS08', 'a due day that is filled in is a day of the record, too');

-- The end.
insert into review (review_id, plan_id, held_on, decision) values (3, 1, '2024-06-20', 'complete');
select results_eq('select ended_on::date, end_reason::text, completed_by_review_id from plan where plan_id = 1',
    $$values (date '2024-06-20', 'completed', 3::bigint)$$, 'a review that completes ends the plan');
select refused($$insert into plan_outcome (plan_id, agreed_on) values (1, '2024-06-21')$$, 'YH003', 'nothing is agreed in a plan that has ended');
select refused($$update plan_outcome set agreed_on = '2024-06-21' where plan_outcome_id = 2$$, 'YH003', 'nor by update');
select refused($$insert into review (plan_id, held_on, decision) values (1, '2024-07-01', 'complete')$$, 'YH003', 'nor reviewed again');
select refused($$update plan set ended_on = null, end_reason = null, completed_by_review_id = null where plan_id = 1$$, 'YH003', 'nor begun again');
select refused($$update plan set ended_on = '2024-06-25' where plan_id = 1$$, 'YH003', 'nor ended on another day than its review');
select refused($$update plan set end_reason = 'consent_withdrawn', completed_by_review_id = null where plan_id = 1$$, 'YH003', 'nor for another reason');
select refused($$delete from review where review_id = 3$$, 'YH003', 'the review that completed it stays');
select refused($$delete from review where review_id = 1$$, 'YH003', 'and those before it, which later outcomes rest on', 'review_id 1 of plan_id 1 %');
select is((select due_on::date from review where review_id = 2), date '2024-05-10', 'a review was due when the one before it said');
select refused($$update review set next_review_due_on = '2024-05-08' where review_id = 1$$, 'YH004', 'not before what was agreed until it was held');
update review set next_review_due_on = '2024-05-12' where review_id = 1;
select is((select due_on::date from review where review_id = 2), date '2024-05-12', 'and is due another day when that is corrected');
select refused($$update review set held_on = '2024-05-21' where review_id = 3$$, 'YH003', 'and is not dated before what the plan agreed',
    'plan_outcome_id 2 %');
update review set held_on = '2024-06-21' where review_id = 3;
select is((select ended_on::date from plan where plan_id = 1), date '2024-06-21', 're-dated, it takes the plan''s end along');

-- A held review was due by the plan's start, which stays.
select support(4, 'planned') \g /dev/null
select allowed($$update plan set started_on = '2024-02-02' where plan_id = 4$$, 'before the first review a start is corrected');
select refused($$select hold_review(4, 'extend', '2024-03-20'); update plan set started_on = '2024-02-02' where plan_id = 4$$,
    'YH002', 'not after a review that extended', 'review_id % of plan_id 4 was due by its started_on');
select refused($$select hold_review(4, 'complete', '2024-03-20'); update plan set started_on = '2024-02-02' where plan_id = 4$$,
    'YH002', 'nor after one that completed', 'review_id % of plan_id 4 was due by its started_on');

-- A plan does not end before what was done in it.
insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) values (40, 4, '2024-02-10');
select add_action(4, '2024-04-30', agreed_on => '2024-02-25') \g /dev/null
select add_action(4, '2024-04-30', agreed_on => '2024-03-10', safety_reason => 'risk') \g /dev/null
select refused($$select hold_review(4, 'complete', '2024-02-24')$$, 'YH003', 'not completed before an action was agreed',
    'action_id % is dated after ended_on 2024-02-24 of plan_id 4');
select allowed($$select hold_review(4, 'complete', '2024-02-25')$$, 'on the day, it is, whatever was done for safety since');
delete from action;
select refused($$select hold_review(4, 'complete', '2024-02-09')$$, 'YH003', 'nor before an outcome', 'plan_outcome_id 40 is dated after ended_on 2024-02-09 of plan_id 4');
select allowed($$select hold_review(4, 'extend', '2024-02-24'); update consent set withdrawn_on = '2024-02-23' where consent_id = 4$$,
    'consent withdrawn before a review was held ends it, since a withdrawal is always taken');
select allowed($$select hold_review(4, 'extend', '2024-02-24'); update consent set withdrawn_on = '2024-02-24' where consent_id = 4$$, 'on the day it was held, it is');

-- A plan that was reviewed stays.
select support(5, 'under_review') \g /dev/null
select is((outcome_of('delete from plan where plan_id = 5')).constraint_name, 'review_of_a_plan', 'a reviewed plan is not deleted');

select refused($$insert into plan_outcome (plan_id, agreed_on) values (4711, '2024-02-01')$$, 'YHS05', 'an outcome of no plan', 'plan_id 4711');
select refused($$insert into review (plan_id, held_on, decision) values (4711, '2024-03-20', 'complete')$$, 'YHS05', 'a review of no plan', 'plan_id 4711');
select support(6, 'planned') \g /dev/null
select refused($$insert into plan (episode_id, started_on, assessment_id) values (5, '2024-02-01', 6)$$, 'YHS02', 'a plan follows an EHA of its own family',
    'assessment_id 6 is of family_id 6, not of family_id 5');

-- The due day of a completed plan is that of its review.
select support(22, 'planned'), support(23, 'planned') \g /dev/null
select hold_review(22, 'complete', '2024-03-20'), hold_review(23, 'extend', '2024-03-20'), hold_review(23, 'complete', '2024-05-01') \g /dev/null
select refused($$update plan set review_due_on = '2024-03-21' where plan_id = 22$$, 'YH002', 'a completed plan''s due day stays',
    'plan_id 22 was completed on 2024-03-20, by a review due on 2024-03-27');
select allowed($$update review set next_review_due_on = '2024-05-02' where plan_id = 23 and decision = 'extend'$$, 'the day a review set may be corrected');

-- What a statement's own function does counts for its next rows.
select support(20, 'planned'), support(21, 'planned') \g /dev/null
create function public.agreed_on(i integer, plan bigint)
returns date
language plpgsql
as $$
begin
    if i = 2 then
        perform town.hold_review(plan, 'complete', '2024-02-10');
        return '2024-03-01';
    end if;
    return '2024-02-01';
end
$$;
select refused($$insert into plan_outcome (plan_id, agreed_on) select 20, agreed_on(i, 20) from generate_series(1, 2) i$$,
    'YH003', 'a plan that is completed between two rows takes no later outcome', 'agreed_on 2024-03-01 is after ended_on 2024-02-10 of plan_id 20');
select allowed($$insert into plan_outcome (plan_id, agreed_on) select 20, agreed_on(i, 21) from generate_series(1, 2) i$$, 'another plan''s review is no matter');

select * from finish();
rollback;
