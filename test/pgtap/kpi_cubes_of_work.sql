-- As kpi_cubes: what is done in an episode changes, and what figures are computed by.
begin;
select plan(34);

\ir kpi_written.psql

select refresh() \g /dev/null
-- As a subscriber applies them, without rules and foreign keys: any write there can be.
set session_replication_role = replica;
select after_write($$ update assessment set started_on = started_on - 31, service_id = null where assessment_id % 3 = 0 $$, 'assessments re-dated');
select after_write($$ update plan set service_id = (select max(service_id) from service) where plan_id % 3 = 0 $$, 'plans with another service');
select after_write($$ update plan set review_due_on = review_counts_from + 42 where completed_by_review_id is null and review_due_on <> review_counts_from + 42 $$, 'reviews due earlier');
select after_write($$ update review set due_on = held_on - 3 where review_id % 3 = 0 $$, 'reviews held late');
select after_write($$ update review set held_on = held_on + 1 where next_review_due_on is null and review_id % 2 = 0 $$, 'reviews re-dated');
select after_write($$ update plan_outcome set achieved_on = null where achieved_on is not null and plan_outcome_id % 2 = 1 $$, 'outcomes not achieved after all');
select after_write($$ update plan_outcome set withdrawn_on = agreed_on, position = null, achieved_on = null where withdrawn_on is null and plan_outcome_id % 5 = 0 $$, 'outcomes dropped');
select after_write($$ update closure_reason set counted_in_outcomes = not counted_in_outcomes where code in ('moved_away', 'family_disengaged') $$, 'another denominator');
select after_write($$ update partnership set positive_outcome_share = 0.8 $$, 'another share that is positive');
select after_write($$ update partnership set re_referral_months = 3 $$, 'a shorter time to re-referral');
select after_write($$ update step set offered_on = offered_on - 25 where outcome is not null and (consulted_on is null or consulted_on <= offered_on - 25 or basis = 'section_47') $$, 'steps re-dated');
select after_write($$ update service_request set requested_on = requested_on - 60 $$, 'requests re-dated');
select after_write($$ update service_request set decided_on = decided_on + 33 where outcome <> 'started' $$, 'decisions re-dated');
select after_write($$ update group_session set held_on = held_on + 31 where group_session_id % 2 = 0 $$, 'sessions re-dated');
select after_write($$ update group_attendance set attended = not attended where group_attendance_id % 3 = 0 $$, 'attendance corrected');
select after_write($$ update group_programme set service_id = (select max(service_id) from service) where group_programme_id % 2 = 0 $$, 'a programme of another service');
select after_write($$ update partner_return set families = families + 7 where extract(month from month) = 5 $$, 'returns corrected');
select after_write($$ update case_audit set audited_on = audited_on + 40, grade = 'good' $$, 'audits re-dated');
select after_write($$ update feedback set given_on = given_on + 40, timely = null, helpful = true where feedback_id % 2 = 0 $$, 'answers changed');
select after_write($$ update feedback_request set asked_on = asked_on - 40 where feedback_request_id % 2 = 0 $$, 'requests for feedback re-dated');
-- What one write reaches in another month.
select gone_and_back('feedback', 'feedback_request_id is not null');
select after_write($$ update plan set service_id = (select min(service_id) from service where service_id <> plan.service_id) where exists (
    select from review r where r.plan_id = plan.plan_id
        and month_of(r.due_on) not in (month_of(plan.started_on), month_of(coalesce(plan.ended_on, plan.started_on)), month_of(coalesce(plan.review_due_on, plan.started_on)))) $$,
    'reviews of plans with another service');
select after_write($$ update closure_reason set counted_in_outcomes = true $$, 'all closures counted');
select after_write($$ update episode set closed_on = closed_on + 3, closure_reason_code = 'outcomes_achieved', closure_agreed_on = closed_on + 3 where closed_on is not null and episode_id % 2 = 0 and not exists (select from episode x where x.family_id = episode.family_id and x.opened_on > episode.opened_on) $$, 'closed once more');
select after_write($$ update plan_outcome o set achieved_on = case when plan_outcome_id = (select min(x.plan_outcome_id) from plan_outcome x where x.plan_id = o.plan_id and x.withdrawn_on is null) then agreed_on end where withdrawn_on is null $$, 'one outcome of each plan achieved');
select after_write($$ update partnership set positive_outcome_share = 0.01 $$, 'little is positive');
select back_as_another('closure_reason', 'counted_in_outcomes = not counted_in_outcomes');
select after_write($$ insert into referral (child_id, counted_child_id, family_id, referred_on, source_code, primary_need_code)
    select (select min(child_id) from child), (select min(child_id) from child), e.family_id, e.closed_on + 75, '6', 'N1'
    from (select distinct on (family_id) family_id, closed_on from episode where closed_on is not null order by family_id, closed_on desc) e $$, 'referrals soon after support');
select gone_and_back('episode', 'closed_on is not null');
select after_write($$ update episode set closed_on = closed_on - 20, closure_agreed_on = least(closure_agreed_on, closed_on - 20) where coalesce(allocated_on, opened_on) <= closed_on - 20 $$, 'support that ended earlier');
select back_as_another('partnership', 're_referral_months = 1');
set session_replication_role = origin;
select is(different(), '', 'and the dashboard after all that');

select finish();
rollback;
