-- What figures mean at their edges: a case each, with the number that the definition gives.
begin;
select plan(40);

set client_min_messages = warning;
select from early_help.create_partnership('p');
set search_path = p, p_kpi, early_help, public;
insert into agency (name, sector) values ('Council', 'local_authority'), ('School', 'education');
insert into practitioner (agency_id, name) values (1, 'One'), (2, 'Two');
insert into family (family_id) select generate_series(1, 9);
insert into child (child_id, birth_date) select n, '2015-03-01' from generate_series(1, 9) n;
insert into family_member (family_id, child_id) select n, n from generate_series(1, 9) n;
insert into child (child_id, expected_birth_date) values (20, '2023-08-15');

create function referred(child bigint, on_day date) returns bigint
    language sql
as $$
    select (refer((record_contact(child, '1A', 'N1', on_day)).contact_child_id, child)).referral_id
$$;
create function opened(family bigint, on_day date, allocated date default null) returns bigint
    language plpgsql
as $$
declare
    episode bigint;
begin
    perform record_conversation(family, on_day);
    episode := (open_episode(family, on_day)).episode_id;
    if allocated is not null then
        perform assign_lead_practitioner(episode, 1, allocated);
    end if;
    return episode;
end
$$;
create function closed(episode bigint, on_day date, reason text default 'outcomes_achieved') returns void
    language sql
as $$
    select close_episode(episode, reason, on_day, on_day)
$$;
create function figure(code text, of_month text) returns text
    language sql
as $$
    select concat_ws(' ', d.value, d.numerator, d.denominator) from dashboard d where d.metric_code = code and d.month_key = of_month
$$;
savepoint a;

---------- An accepted referral waits ----------

select accept_referral(referred(1, '2024-01-10'), '2024-01-15') \g /dev/null
select is(waiting_at('2024-01-31'), 1, 'an accepted referral waits, though no episode is open');
select is(waiting_at('2024-01-14'), 0, 'not before it was accepted');
select is(figure('waiting_list', '2024-01'), '1.0 1', 'on the dashboard too');
select is((select sum(waiting)::integer from waiting_list where month_key = '2024-02'), 1, 'and on the list, in a month without any event');
select opened(1, '2024-03-15', '2024-03-20') as e \gset
select is(figure('wait_for_early_help', '2024-03'), '65.0 1', 'the wait is that from acceptance to support');
select is((select started_median_days from waiting_times where period_key = '2024-03' and waiting_for = 'early help'), 65.0, 'a column of waiting_times has it');
select is(waiting_at('2024-03-20'), 0, 'and is over');
rollback to savepoint a;

-- A family waits once, whichever of its children were referred.
insert into family_member (family_id, child_id) values (1, 2);
select accept_referral(referred(1, '2024-05-02'), '2024-05-03') \g /dev/null
select accept_referral((refer((record_contact(2, '1A', 'N1', '2024-05-06')).contact_child_id, 1)).referral_id, '2024-05-08') \g /dev/null
select accept_referral(referred(3, '2024-05-03'), '2024-05-03') \g /dev/null
select is(waiting_at('2024-05-10'), 2, 'two children of a family and another family are two that wait');
select opened(1, '2024-05-14', '2024-05-14') as e \gset
select is(figure('wait_for_early_help', '2024-05'), '11.0 1', 'from the first that was accepted');
select is(waiting_at('2024-05-14'), 1, 'the other family still waits');
rollback to savepoint a;

-- An episode without a referral waits from its opening; a wait can end without support.
select opened(1, '2024-01-10') as e \gset
select closed(:e, '2024-02-20', 'family_disengaged') \g /dev/null
select results_eq(
    $$ select waits_ended, waits_ended_by_start, median_days, started_median_days from waiting_times where period_key = '2024-02' and waiting_for = 'early help' $$,
    $$ values (1, 0, 41.0::numeric(8, 1), null::numeric(8, 1)) $$, 'a wait that ended by closure is no wait for support');
select is(figure('wait_for_early_help', '2024-02'), '0', 'nor on the dashboard');
select results_eq(
    $$ select families, families_open, episodes, episodes_open, children, children_open from caseload where period_key = '2024-01' $$,
    $$ values (0, 1, 0, 1, 0, 1) $$, 'who only waits is open, and not worked with');
select is(figure('length_of_support', '2024-02'), '0', 'and has no length of support');
rollback to savepoint a;

---------- The days between closing and reopening ----------

select opened(1, '2024-01-10', '2024-01-10') as e \gset
select closed(:e, '2024-02-28') \g /dev/null
select is(figure('length_of_support', '2024-02'), '49.0 1', 'closed, it has a length');
select reopen_episode(:e, 'again', '2024-08-01') \g /dev/null
select is(figure('length_of_support', '2024-02'), '49.0 1', 'which stays when it is reopened');
select is((select sum(closures)::integer from closure_outcomes where month_key = '2024-02'), 1, 'as the closure does');
select closed(:e, '2024-08-31') \g /dev/null
select is(figure('length_of_support', '2024-08'), '30.0 1', 'the second spell has its own');
select is_empty(
    $$ select * from caseload where period_kind = 'month' and period_key between '2024-03' and '2024-07'
        and (episodes, families, children, episodes_open, episodes_open_at_end) <> (0, 0, 0, 0, 0) $$, 'between them nobody was worked with');
select is_empty(
    $$ select * from caseload_children where period_kind = 'month' and period_key between '2024-03' and '2024-07' $$, 'nor any child');
select results_eq(
    $$ select episodes, families, children, episodes_opened, episodes_reopened, episodes_closed from caseload where period_key = '2024/25' $$,
    $$ values (1, 1, 1, 0, 1, 1) $$, 'in a year each counts once');
select results_eq($$ select closed_on, closure_reason_code::text, reopened_on from reopening $$,
    $$ values (date '2024-02-28'::early_help.event_date, 'outcomes_achieved', date '2024-08-01'::early_help.event_date) $$, 'the closure is kept');
select undo_closure(:e, 'a mistake') \g /dev/null
select is((select sum(closures)::integer from closure_outcomes where month_key = '2024-08'), null, 'a closure that was undone never happened');
rollback to savepoint a;

---------- A referral soon after support ----------

select opened(1, '2024-01-20') as e \gset
select closed(:e, '2024-01-21', 'opened_in_error') \g /dev/null
select referred(1, '2024-03-01') \g /dev/null
select is(figure('re_referrals_after_support', '2024-03'), '0.0 0 1', 'an error was no support');
select opened(2, '2024-01-20') as e \gset
select closed(:e, '2024-01-25', 'family_disengaged') \g /dev/null
select referred(2, '2024-03-02') \g /dev/null
select is(figure('re_referrals_after_support', '2024-03'), '0.0 0 2', 'nor was waiting');
rollback to savepoint a;
select opened(3, '2023-04-01', '2023-04-01') as e \gset
select closed(:e, '2023-06-30') \g /dev/null
select referred(4, '2023-11-10') \g /dev/null
select is(figure('re_referrals_after_support', '2023-11'), '0.0 0 1', 'another child');
select merge_children(3, 4, 'the same child', '2023-11-20') \g /dev/null
select is(figure('re_referrals_after_support', '2023-11'), '100.0 1 1', 'until it is found to be the same');
rollback to savepoint a;
select opened(5, '2023-04-01', '2023-04-01') as e \gset
select closed(:e, '2023-06-30') \g /dev/null
select move_child(5, 5, 6, '2023-08-01') \g /dev/null
select (refer((record_contact(5, '1A', 'N1', '2023-10-10')).contact_child_id, 6)).referral_id \g /dev/null
select is(figure('re_referrals_after_support', '2023-10'), '100.0 1 1', 'it follows the child to another family');
insert into family_member (family_id, child_id, joined_on) values (5, 20, '2023-07-15');
select (refer((record_contact(20, '1A', 'N1', '2023-12-10')).contact_child_id, 5)).referral_id \g /dev/null
select is(figure('re_referrals_after_support', '2023-12'), '0.0 0 1', 'a child that came later was not supported');
rollback to savepoint a;

---------- Steps: those offered, and those decided ----------

select opened(1, '2024-01-10', '2024-01-10') as e \gset
select (step_up(1, 'section_17', 'worse', '2024-02-20', 'line_manager', '2024-02-20', no_assessment_reason => 'none yet', consent_override_reason => 'danger')).step_id as step \gset
select results_eq($$ select offered, offered_open, accepted from step_ups $$, $$ values (1, 1, 0) $$, 'a step offered is open');
select accept_step(:step, '2024-03-05') \g /dev/null
select results_eq($$ select month_key::text, from_level::text, offered, offered_accepted, offered_open, accepted from step_ups order by 1 $$,
    $$ values ('2024-02', 'early_help', 1, 1, 0, 0), ('2024-03', 'early_help', 0, 0, 0, 1) $$, 'accepted, its offer is, and the decision counts in its month');
select is(figure('step_up_conversion', '2024-02'), '100.0 1 1', 'the conversion is of those offered');
select is(figure('step_up_conversion', '2024-03'), '0 0', 'and is never of more');
rollback to savepoint a;

---------- Requests, contacts, reviews ----------

insert into service (agency_id, name, run_by) values (1, 'Hub', 'hub');
insert into service_request (family_id, primary_need_code, requested_on, outcome, decided_on) values
    (1, 'N1', '2024-01-02', 'no_service', '2024-01-20'), (2, 'N1', '2024-01-02', null, null), (3, 'N1', '2024-01-03', 'withdrawn', '2024-01-08');
insert into service_request (family_id, primary_need_code, requested_on, service_id, offered_on) values (4, 'N1', '2024-01-04', 1, '2024-01-10');
select is(figure('needs_without_service', '2024-01'), '50.0 1 2', 'of the requests decided, those that got none');
select results_eq($$ select requests, decided, no_service, withdrawn_by_family, undecided from needs_without_service $$,
    $$ values (4, 2, 1, 1, 1) $$, 'those undecided or withdrawn stand apart');
rollback to savepoint a;

select record_contact(2, '1A', 'N1', '2024-02-05', decision => 'referral') \g /dev/null
select results_eq($$ select decided_referral from contacts $$, $$ values (1) $$, 'a contact decided a referral is one');
select is((select count(*) from referrals), 0::bigint, 'and no referral until one is made');
rollback to savepoint a;

select opened(1, current_date - 30, current_date - 30) as e \gset
select give_consent(1, 'parent', current_date - 30) \g /dev/null
select start_plan(:e, started_on => current_date - 30) \g /dev/null
update plan set review_due_on = current_date + 14;
select is((select count(*) from review_timeliness), 0::bigint, 'a review whose day has not come is not due');
rollback to savepoint a;

---------- Services add up to the caseload ----------

select opened(1, '2024-01-10', '2024-01-10') as e \gset
select opened(2, '2024-01-10', '2024-01-10') as e \gset
insert into service (agency_id, name, run_by) values (1, 'Hub', 'hub');
select results_eq($$ select service::text, counted_episodes from services where month_key = '2024-01' order by 1 $$,
    $$ values ('Hub', 0), (null, 2) $$, 'what no service is recorded of is a row of its own');
update practitioner set service_id = (select service_id from service);
select results_eq($$ select service::text, counted_episodes from services where month_key = '2024-01' order by 1 $$,
    $$ values ('Hub', 2), (null, 0) $$, 'else the service is that of the plan, the EHA or the lead practitioner');
select * from finish();
rollback;
