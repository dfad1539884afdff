-- S02: a record belongs to one family alone, and to what it says it is of.
\ir fixture.psql

select support(1, 'planned'), support(2, 'planned'), support(3, 'closed') \g /dev/null
insert into plan (plan_id, episode_id, started_on) values (11, 1, '2024-02-05');
insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) values (1, 1, '2024-02-06'), (2, 2, '2024-02-06'), (11, 11, '2024-02-06');

-- An action is for an outcome of its plan.
select allowed($$select add_action(1, '2024-03-01', agreed_on => '2024-02-07', plan_outcome_id => 1)$$, 'an action for an outcome of its plan');
select refused(format($$select add_action(1, '2024-03-01', agreed_on => '2024-02-07', plan_outcome_id => %s)$$, outcome), 'YHS02', 'not of ' || why)
from (values (2, 'another family''s'), (11, 'the family''s other plan')) v (outcome, why);
select refused($$select add_action(1, '2024-03-01', agreed_on => '2024-02-07', plan_outcome_id => 1); update action set plan_outcome_id = 2$$, 'YHS02', 'nor given to one');
select refused($$select add_action(1, '2024-03-01', agreed_on => '2024-02-07', plan_outcome_id => 1); update plan_outcome set plan_id = 11 where plan_outcome_id = 1$$,
    'YHS02', 'an outcome stays with its plan');

-- A service is asked for within an episode of the family.
select allowed($$insert into service_request (family_id, episode_id, primary_need_code, requested_on) values (1, 1, 'N1', '2024-03-01'), (1, null, 'N1', '2024-03-01')$$,
    'a request within its episode, or within none');
select refused($$insert into service_request (family_id, episode_id, primary_need_code, requested_on) values (1, 2, 'N1', '2024-03-01')$$, 'YHS02', 'not another family''s');
select refused($$insert into service_request (family_id, episode_id, primary_need_code, requested_on) values (1, 1, 'N1', '2024-03-01');
    update service_request set family_id = 2$$, 'YHS02', 'nor given to one');

-- Feedback answers a request about what it is about.
insert into service (service_id, agency_id, name, run_by) values (1, 1, 'Hub', 'hub');
insert into group_programme (group_programme_id, service_id, name) values (1, 1, 'Parents'), (2, 1, 'Carers');
insert into feedback_request (feedback_request_id, episode_id, group_programme_id, asked_on)
values (1, 1, null, '2024-03-01'), (2, 2, null, '2024-03-01'), (3, null, 1, '2024-03-01');
create function public.answers(request bigint, episode bigint, programme bigint)
returns text
language sql
as $$
    select format('insert into feedback (feedback_request_id, episode_id, group_programme_id, given_by, given_on, timely)
        values (%L, %L, %L, ''child'', ''2024-03-02'', true)', request, episode, programme);
$$;
select allowed(answers(1, 1, null), 'feedback on an episode that was asked for');
select allowed(answers(3, null, 1), 'on a group that was');
select allowed(answers(null, 1, null), 'unasked');
select refused(answers(2, 1, null), 'YHS02', 'not in answer to another family''s request');
select refused(answers(3, 1, null), 'YHS02', 'nor to a group''s');
select refused(answers(1, null, 1), 'YHS02', 'nor of a group to a family''s');
select refused(answers(3, null, 2), 'YHS02', 'nor to another group''s');
select refused(answers(9, null, 2), 'YHS02', 'nor to none');
select refused(answers(1, 1, null) || '; update feedback_request set episode_id = 2 where feedback_request_id = 1', 'YHS02', 'what was answered stays so');

-- Its children are its own: of today, of before or of later.
insert into family_member (family_id, child_id, joined_on) values (1, 21, '2030-01-01');
insert into family_member (family_id, child_id, left_on) values (1, 31, '2020-01-01');
select allowed(format($$insert into episode_child (episode_id, child_id, joined_on) values (1, %s, '2024-01-10')$$, child), 'a child of the family: ' || child)
from unnest('{21,31}'::int[]) child;
select refused($$insert into episode_child (episode_id, child_id, joined_on) values (1, 22, '2024-01-10')$$, 'YHS02', 'not a stranger''s', 'child_id 22 was never of family_id 1');
select refused($$insert into assessment (episode_id, child_id, started_on) values (1, 22, '2024-02-01')$$, 'YHS02', 'nor in an EHA');
select allowed($$insert into assessment (episode_id, child_id, started_on) values (1, 21, '2024-02-01'), (1, null, '2024-02-01')$$, 'one of its own, or the family as a whole');
select assess_all(1) \g /dev/null
update assessment set completed_on = '2024-02-01' where assessment_id = 1;
select refused($$insert into assessment (episode_id, child_id, started_on, corrects_assessment_id) values (1, 22, '2024-02-01', 1)$$, 'YHS02', 'nor in its correction');
select refused($$insert into step (child_id, family_id, to_level, offered_on, reason) values (22, 3, 'early_help', '2024-06-01', 'better')$$, 'YHS02', 'nor stepped down to another family');
select refused($$delete from family_member where child_id = 11$$, 'YHS02', 'a membership that support rests on stays', 'episode_id 1 of family_id 1 is about child_id 11');
select refused($$update family_member set family_id = 2 where child_id = 11$$, 'YHS02', 'in its family');
select refused($$update family_member set child_id = 32 where child_id = 11$$, 'YHS02', 'and the child''s');
select allowed($$update family_member set left_on = '2024-02-01' where child_id = 11$$, 'it may end');
insert into family (family_id) values (4), (5);
select allowed($$insert into family_member (family_id, child_id, left_on) values (4, 11, '2020-01-01'); delete from family_member where family_id = 4 and child_id = 11$$,
    'one that nothing rests on can go');
insert into child (child_id) values (51);
insert into family_member (family_id, child_id) values (5, 51);
insert into step (child_id, to_level, offered_on, reason) values (51, 'early_help', '2024-06-01', 'better');
select refused($$delete from family_member where child_id = 51$$, 'YHS02', 'nor one that a step rests on', 'step_id % of family_id 5 is about child_id 51');
select support(6, 'allocated') \g /dev/null
insert into child (child_id) values (69);
insert into family_member (family_id, child_id) values (6, 69);
insert into assessment (assessment_id, episode_id, child_id, started_on) values (6, 6, 69, '2024-02-01');
select refused($$delete from family_member where child_id = 69$$, 'YHS02', 'nor an EHA', 'assessment_id 6 of family_id 6 is about child_id 69');
select allowed($$update family_member set left_on = '2024-03-01' where child_id = 69; insert into family_member (family_id, child_id, joined_on) values (6, 69, '2024-03-01');
    delete from family_member where child_id = 69 and joined_on is null$$, 'where there is another membership, one can go');

select * from finish();
rollback;
