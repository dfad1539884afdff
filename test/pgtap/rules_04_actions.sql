-- R04 for actions, R08 for sharing, R22, and what a request for a service needs.
\ir fixture.psql

select support(1, 'planned') \g /dev/null
select support(2, 'closed') \g /dev/null
insert into service (service_id, agency_id, name, run_by) values (1, 1, 'Hub', 'hub');

-- The plan of family 1 starts on 2024-01-31, its review is due on 2024-03-27.
select allowed($$select add_action(1, '2024-04-30', agreed_on => '2024-03-27')$$, 'an action agreed on the day the review is due');
select refused($$select add_action(1, '2024-04-30', agreed_on => '2024-03-28')$$, 'YH004', 'the day after', '%is after review_due_on 2024-03-27 of plan_id 1');
select allowed($$select add_action(1, '2024-04-30', agreed_on => '2024-03-28', safety_reason => 'risk')$$, 'a safety action is always taken');
select refused($$select add_action(1, '2024-04-30', agreed_on => '2024-03-28', safety_reason => ' ')$$, 'YH004', 'with a reason');
select refused($$select add_action(1, '2024-04-30', agreed_on => '2024-03-28', safety_reason => 'risk');
    update action set safety_reason = null$$, 'YH004', 'that is not taken away');
select refused($$select add_action(1, '2024-04-30', agreed_on => '2024-03-20'); update action set agreed_on = '2024-03-28'$$, 'YH004', 'nor is one re-dated');
select allowed($$select hold_review(1, 'extend', '2024-03-27'); select add_action(1, '2024-04-30', agreed_on => '2024-03-28')$$, 'once the review was held, it is');
select refused($$select hold_review(1, 'complete', '2024-03-20'); select add_action(1, '2024-04-30', agreed_on => '2024-03-21')$$,
    'YH003', 'a completed plan takes none');
select hold_review(1, 'extend', '2024-04-20') \g /dev/null
select refused($$select add_action(1, '2024-05-30', agreed_on => '2024-04-10')$$, 'YH004', 'an action of the days a review was overdue, recorded after it',
    'agreed_on 2024-04-10 is after 2024-03-27, when review_id % of plan_id 1 was due, and before it was held on 2024-04-20');
select allowed($$select add_action(1, '2024-05-30', agreed_on => '2024-04-10', safety_reason => 'risk')$$, 'a safety action still');
select allowed($$select add_action(1, '2024-05-30', agreed_on => '2024-04-20')$$, 'and one of the day it was held');
select refused($$select add_action(1, '2024-05-30', agreed_on => '2024-04-10', safety_reason => 'risk'); update action set safety_reason = null$$,
    'YH004', 'which is not made an ordinary one');
select refused($$update review set held_on = '2024-03-25', next_review_due_on = '2024-05-18'; select add_action(1, '2024-05-30', agreed_on => '2024-04-10');
    update review set held_on = '2024-04-20', next_review_due_on = '2024-06-10'$$,
    'YH004', 'nor is a review re-dated to after what it came before', 'action_id % was agreed on 2024-04-10, after due_on 2024-03-27 and before held_on 2024-04-20%');
select support(3, 'planned') \g /dev/null
select refused($$select add_action(3, '2024-04-30', agreed_on => '2024-03-20'); update plan set review_due_on = '2024-03-19' where plan_id = 3$$,
    'YH004', 'nor is its due day', 'action_id % was agreed on 2024-03-20, after review_due_on 2024-03-19 of plan_id 3');
select allowed($$select add_action(3, '2024-04-30', agreed_on => '2024-03-20'); update plan set review_due_on = '2024-03-20' where plan_id = 3$$, 'except up to that day');
select allowed($$select add_action(3, '2024-04-30', agreed_on => '2024-03-20', safety_reason => 'risk'); update plan set review_due_on = '2024-03-19' where plan_id = 3$$,
    'or past a safety action');
select refused($$select add_action(2, '2024-04-30', agreed_on => '2024-04-01', safety_reason => 'risk')$$, 'YH014', 'a closed episode not even a safety action');
select refused($$insert into action (plan_id, agreed_on, due_on) values (1, '2024-02-01', '2024-02-10')$$, 'YHS11', 'an action has an owner');
select refused($$select add_action(1, '2024-01-30', agreed_on => '2024-02-01')$$, 'YHS08', 'and a due date not before it');
insert into plan (plan_id, episode_id, kind, started_on) values (10, 1, 'family_outcomes', '2024-02-01');
select refused($$select add_action(1, '2024-04-30', agreed_on => '2024-03-20'); update action set plan_id = 10$$, 'YHS02', 'an action stays with its plan');
select is((finish_action((add_action(1, '2024-04-30', agreed_on => '2024-02-01')).action_id, '2024-02-05')).done_on::date, date '2024-02-05', 'done');
select refused($$select finish_action(4711)$$, 'YHS05', 'an unknown action');

-- Sharing is a decision with a basis and a reason; so is not sharing.
insert into consent (family_id, kind, agency_id, given_by, given_on) values (1, 'share', 2, 'parent', '2024-01-10');
create function public.shares(agency bigint, basis text, day date, shared boolean default true, reason text default 'why')
returns text
language sql
as $$
    select format('insert into sharing_decision (family_id, agency_id, basis, decided_on, shared, reason) values (1, %s, %L, %L, %L, %L)',
        agency, basis, day, shared, reason);
$$;
select allowed(shares(2, 'consent', '2024-01-10'), 'with consent to share with that agency');
select refused(shares(2, 'consent', '2024-01-09'), 'YH008', 'not before it was given');
select refused(shares(1, 'consent', '2024-01-10'), 'YH008', 'not with another agency');
select allowed(shares(1, 'safeguarding', '2024-01-10'), 'safeguarding overrides');
select allowed(shares(1, 'duty_to_share', '2024-01-10'), 'so does the duty to share');
select refused(shares(1, 'safeguarding', '2024-01-10', reason => ' '), 'YH008', 'with a reason');
select allowed(shares(1, 'consent', '2024-01-10', shared => false), 'not to share needs no consent');
select refused(shares(1, 'consent', '2024-01-10', shared => false) || '; update sharing_decision set shared = true', 'YH008', 'until it is shared');
select refused($$update consent set withdrawn_on = '2024-02-01' where kind = 'share'; $$ || shares(2, 'consent', '2024-02-01'), 'YH008', 'withdrawal stops sharing');
insert into sharing_decision (sharing_decision_id, family_id, agency_id, basis, decided_on, shared, reason)
values (50, 1, 2, 'consent', '2024-01-15', true, 'why');
select refused($$delete from consent where kind = 'share'$$, 'YH008', 'consent that was shared by is not deleted', 'sharing_decision_id 50 rests on consent_id %');
select refused($$update consent set given_on = '2024-01-16' where kind = 'share'$$, 'YH008', 'nor given later');
select refused($$update consent set agency_id = 1 where kind = 'share'$$, 'YH008', 'nor for another agency');
select allowed($$update consent set given_on = '2024-01-15' where kind = 'share'$$, 'up to that day it may be corrected');
select allowed($$update consent set withdrawn_on = '2024-01-12' where kind = 'share'$$, 'a withdrawal that is recorded late is recorded');
select allowed($$insert into consent (family_id, kind, agency_id, given_by, given_on) values (1, 'share', 2, 'carer', '2024-01-02');
    delete from consent where kind = 'share' and given_by = 'parent'$$, 'where another covers it, it can go');

-- R22.
select refused($$insert into family_member (family_id, child_id, joined_on) values (1, 11, '2024-05-01')$$, 'YH022', 'a membership over another of the same family');
select allowed($$insert into family_member (family_id, child_id, joined_on) values (2, 11, '2024-05-01')$$, 'a child can belong to two families');
select refused($$insert into family_member (family_id, child_id, joined_on, left_on) values (2, 11, '2024-05-01', '2024-05-01')$$, 'YH022', 'an empty one');
select allowed($$update family_member set left_on = '2024-05-01' where child_id = 11;
    insert into family_member (family_id, child_id, joined_on) values (1, 11, '2024-05-01')$$, 'one ends on the day the next begins');

-- A service: requested, offered, started, or not.
select is((request_service(1, 'N1', '2024-02-01', service_id => 1)).episode_id, 1::bigint, 'a request belongs to the open episode');
select is((offer_service(service_request_id, '2024-02-03')).offered_on::date, date '2024-02-03', 'offered') from service_request;
select is((start_service(service_request_id, '2024-02-05')).outcome, 'started', 'started') from service_request;
select refused($$select request_service(1, 'N1', '2024-02-01'); select offer_service(max(service_request_id), '2024-02-03') from service_request$$,
    'YHS11', 'an offer names a service');
select refused($$select request_service(1, 'N1', '2024-02-01', 1); select start_service(max(service_request_id), '2024-02-03') from service_request$$,
    'YHS11', 'a start was offered');
select allowed($$select request_service(1, 'N1', '2024-02-01'); select end_service_request(max(service_request_id), 'no_service', '2024-02-03') from service_request$$,
    'a need no service meets');
select refused($$select end_service_request(service_request_id, 'no_service') from service_request$$, 'YHS11', 'a started service was one');

select * from finish();
rollback;
