-- early_help.audit: what slipped in with the rules off, and nothing else.
begin;
select no_plan();

-- A partnership with every record: family 1 has gone all the way, family 2 is
-- in the middle of it, family 3 waits, family 4 is nobody's yet.
create function public.fill(partnership text) returns void
language plpgsql
as $$
begin
    perform set_config('search_path', format('%I, public', partnership), true);
    insert into agency (name, sector) values ('Town Council', 'local_authority'), ('Oak School', 'education');
    insert into practitioner (agency_id, name) values (1, 'One'), (2, 'Two');
    insert into service (agency_id, name, run_by) values (1, 'Hub', 'hub');
    insert into group_programme (service_id, name) values (1, 'Parents');
    insert into family default values;
    insert into family default values;
    insert into family default values;
    insert into family default values;
    insert into child (birth_date) select date '2015-05-05' + n from generate_series(1, 4) n;
    insert into family_member (family_id, child_id) values (1, 1), (1, 2), (2, 3), (3, 4);
    insert into contact (received_on, source_code) values ('2024-01-01', '2A'), ('2024-01-02', '6');
    insert into contact_child (contact_id, child_id, primary_need_code, decision)
    values (1, 1, 'N1', 'referral'), (2, 3, 'N4', 'information_and_advice');
    insert into referral (contact_child_id, child_id, family_id, referred_on, source_code, primary_need_code)
    values (1, 1, 1, '2024-01-01', '2A', 'N1');
    insert into conversation (family_id, held_on) select n, '2024-01-03' from generate_series(1, 3) n;
    insert into consent (family_id, given_by, given_on) select n, 'parent', '2024-01-03' from generate_series(1, 3) n;
    insert into consent (family_id, kind, agency_id, given_by, given_on) values (1, 'share', 2, 'parent', '2024-01-03');
    insert into sharing_decision (family_id, agency_id, decided_on, shared, basis, reason)
    values (1, 2, '2024-01-05', true, 'consent', 'Same school.');

    perform open_episode(1, opened_on => '2024-01-05', referral_id => 1);
    perform assign_lead_practitioner(1, 1, from_on => '2024-01-10');
    perform start_assessment(1, started_on => '2024-01-12');
    perform assess_domain(1, d, '2024-01-20')
    from unnest('{health_and_wellbeing,development_and_education,parenting_and_caring,family_and_community}'::early_help.eha_domain[]) d;
    insert into assessment_factor_found values (1, '1A');
    perform complete_assessment(1, '2024-01-25');
    perform start_plan(1, started_on => '2024-02-01', assessment_id => 1);
    perform add_outcome(1, agreed_on => '2024-02-01', headline_outcome_code => 'education') from generate_series(1, 5);
    perform achieve_outcome(1, '2024-03-01');
    perform withdraw_outcome(2, '2024-03-02');
    insert into action (plan_id, plan_outcome_id, owner_practitioner_id, agreed_on, due_on)
    values (1, 1, 1, '2024-02-01', '2024-02-20');
    perform hold_review(1, 'extend', held_on => '2024-03-25');
    perform step_up(1, 'section_17', 'More is needed.', offered_on => '2024-03-27', assessment_id => 1,
        consulted_role => 'line_manager', consulted_on => '2024-03-26');
    perform accept_step(1, '2024-03-29');
    perform hold_review(1, 'complete', held_on => '2024-05-10');
    perform assign_lead_practitioner(1, 2, from_on => '2024-04-01');
    perform close_episode(1, 'outcomes_achieved', closed_on => '2024-05-15', agreed_on => '2024-05-10');
    insert into feedback (episode_id, given_by, given_on, helpful) values (1, 'child', '2024-05-20', true);
    insert into case_audit (episode_id, audited_on, grade, auditor_practitioner_id, auditor_agency_id, lead_agency_id)
    values (1, '2024-06-01', 'good', 1, 1, 2);
    insert into case_audit_action (case_audit_id, owner_practitioner_id, due_on) values (1, 1, '2024-07-01');
    perform step_down(1, 'Plan done.', offered_on => '2024-07-01');
    perform accept_step(2, '2024-07-03', receiving_agency_id => 1, receiving_practitioner_id => 1,
        first_review_on => '2024-08-20');

    perform open_episode(2, opened_on => '2024-02-01', lead_practitioner_id => 1);
    perform start_assessment(3, started_on => '2024-02-05');
    perform start_plan(3, started_on => '2024-02-10');
    perform add_outcome(2, agreed_on => '2024-02-12') from generate_series(1, 3);
    perform start_plan(3, started_on => '2024-02-11', kind => 'family_outcomes');
    insert into service_request (family_id, primary_need_code, requested_on) values (2, 'N4', '2024-02-15');
    perform open_episode(3, opened_on => '2024-03-01');
    perform step_up(4, 'section_47', 'Harm.', offered_on => '2024-03-02', no_assessment_reason => 'Urgent.');
    set constraints all immediate;
    set constraints all deferred;
    perform set_config('search_path', 'public', true);
end
$$;

-- What the audit finds after a change written with the rules off: the findings,
-- and what it says of the guard. Constraints, columns (NOT NULL, with !) and indexes (with @)
-- given are dropped first. All of it is undone.
create function public.after(partnership text, dropped text[], change text, out findings text[], out guard text[])
language plpgsql
as $$
declare
    one text;
begin
    perform set_config('search_path', format('%I', partnership), true);
    perform set_config('session_replication_role', 'replica', true);
    foreach one in array dropped loop
        execute format(case when one like '%!' then 'alter table %I alter %I drop not null'
            when one like '%@' then 'drop index %2$I' else 'alter table %I drop constraint %I cascade' end,
            split_part(one, '.', 1), rtrim(split_part(one, '.', 2), '!@'));
    end loop;
    execute change;
    perform set_config('search_path', 'public', true);
    select
        coalesce(array_agg(concat_ws(' ', rule, record, record_id) order by rule, record, record_id)
            filter (where rule <> 'A02'), '{}'),
        coalesce(array_agg(concat_ws('.', record, (regexp_match(detail, '^\w+ (\w+)'))[1]) order by record, detail)
            filter (where rule = 'A02'), '{}')
    into findings, guard
    from early_help.audit(partnership)
    where severity = 'error';
    raise exception sqlstate 'OK000';
exception
    when sqlstate 'OK000' then
        null;
end
$$;

create function public.plants(dropped text[], change text, expected text[], why text)
returns text
language plpgsql
as $$
declare
    a record := public.after('medway', dropped, change);
    guard text[] := array(select rtrim(d, '!@') from unnest(dropped) d order by 1);
    right_ boolean := a.findings = expected and a.guard = guard;
begin
    return ok(coalesce(right_, false), why)
        || case when coalesce(right_, false) then '' else E'\n' || diag(format('found %s, guard %s', a.findings, a.guard)) end;
exception
    when others then
        return ok(false, why) || E'\n' || diag(sqlerrm);
end
$$;

select null from early_help.create_partnership('medway') \g /dev/null
select null from early_help.create_partnership('St Helens & "Co"') \g /dev/null
select is_empty($$select * from early_help.audit('medway')$$, 'a new partnership is clean');
select fill('medway'), fill('St Helens & "Co"') \g /dev/null
select is_empty($$select * from early_help.audit('medway')$$, 'and so is one with cases that kept the rules');

-- Every rule: what the replica role, or a dropped constraint, lets in.
select plants('{}', $$insert into plan_outcome (plan_id, plan_kind, position, agreed_on)
    select 3, 'family_outcomes', n, '2024-02-12' from generate_series(1, 3) n;
    update partnership set family_outcomes_plan_most_outcomes = 2$$, '{R01 plan 3}', 'R01: more than the cap of the partnership');
select plants('{plan_outcome.plan_outcome_at_most_five}', $$insert into plan_outcome (plan_outcome_id, plan_id, plan_kind, position, agreed_on)
    select 20 + n, 2, 'intervention', n, '2024-02-12' from generate_series(4, 6) n$$,
    '{R01 plan 2,R01 plan_outcome 26}', 'R01: six live outcomes');
select plants('{plan_outcome.plan_outcome_position_taken_once}', $$update plan_outcome set position = 1 where plan_outcome_id = 7$$,
    '{R01 plan_outcome 6,R01 plan_outcome 7}', 'R01: a position taken twice');
select plants('{plan_outcome.plan_outcome_live_if_and_only_if_position}', $$update plan_outcome set position = null where plan_outcome_id = 7$$,
    '{R01 plan_outcome 7}', 'R01: a live outcome without a position');
select plants('{}', $$update plan_outcome set plan_kind = 'family_outcomes' where plan_outcome_id = 7$$,
    '{A01 plan_outcome 7,R01 plan_outcome 7}', 'R01: an outcome that says another kind than its plan');
select plants('{plan.plan_review_due_in_six_to_eight_weeks}', $$update plan set review_due_on = started_on + 57 where plan_id = 2$$,
    '{R02 plan 2}', 'R02: nine weeks');
select plants('{plan.review_due_on!}', $$update plan set review_due_on = null where plan_id = 3$$,
    '{R02 plan 3}', 'R02: a family outcomes plan without its next review');
select plants('{}', $$update plan set review_counts_from = '2024-03-26', review_due_on = '2024-05-15' where plan_id = 1$$,
    '{R02 plan 1}', 'R02: an extended plan counts from another day than its review');
select plants('{plan.plan_review_counts_from_start_or_review}', $$update plan set review_counts_from = '2024-02-11' where plan_id = 2$$,
    '{R02 plan 2}', 'R02: a plan counts from another day than its start');
select plants('{}', $$update review set due_on = '2024-05-11' where review_id = 2$$, '{R02 review 2}', 'R02: a review due on another day than set');
select plants('{}', $$update review set due_on = '2024-04-11' where review_id = 1$$, '{R02 review 1}', 'R02: a first review due too late');
select plants('{review.review_next_due_in_six_to_eight_weeks}', $$update review set next_review_due_on = '2024-07-01' where review_id = 1;
    update review set due_on = '2024-07-01' where review_id = 2$$, '{R02 plan 1,R02 review 1}', 'R02: a review that extends too far');
select plants('{plan.plan_completed_through_review}', $$update plan set ended_on = '2024-03-01', end_reason = 'completed' where plan_id = 2$$,
    '{R03 plan 2}', 'R03: completed without a review');
select plants('{}', $$update plan set ended_on = '2024-03-01', end_reason = 'completed', completed_by_review_id = 77 where plan_id = 2$$,
    '{R03 plan 2}', 'R03: by a review that was never held');
select plants('{}', $$update plan set ended_on = '2024-03-01', end_reason = 'episode_closed' where plan_id = 2$$,
    '{R03 plan 2}', 'R03: ended with an episode that goes on');
select plants('{}', $$update plan set ended_on = '2024-03-01', end_reason = 'consent_withdrawn' where plan_id = 2$$,
    '{R03 plan 2}', 'R03: ended with a consent that holds');
select plants('{plan.plan_ended_if_and_only_if_reason}', $$update plan set ended_on = '2024-03-01' where plan_id = 2$$,
    '{R03 plan 2}', 'R03: ended for no reason');
select plants('{}', $$update plan set ended_on = null, end_reason = null, completed_by_review_id = null where plan_id = 1$$,
    '{R03 review 2,R14 plan 1}', 'R03: the completed plan of a closed episode goes on');
select plants('{}', $$update plan_outcome set agreed_on = '2024-05-11' where plan_outcome_id = 3$$,
    '{R03 plan_outcome 3}', 'R03: an outcome agreed after its plan was completed');
select plants('{}', $$update plan_outcome set agreed_on = '2024-04-07' where plan_outcome_id = 6$$,
    '{R04 plan_outcome 6}', 'R04: an outcome agreed after the review was due');
select plants('{}', $$update review set held_on = '2024-04-01', next_review_due_on = '2024-05-20' where review_id = 1;
    update review set due_on = '2024-05-20' where review_id = 2; update plan set review_counts_from = '2024-04-01', review_due_on = '2024-05-20' where plan_id = 1;
    update action set agreed_on = '2024-03-29', due_on = '2024-04-03' where action_id = 1;$$,
    '{R04 action 1}', 'R04: an action agreed between due day and review');
select plants('{}', $$insert into action (action_id, plan_id, owned_by_family, agreed_on, due_on, safety_reason)
    values (50, 2, true, '2024-05-01', '2024-05-03', 'Danger.')$$, '{}', 'R04: a safety action is always taken');
select plants('{}', $$delete from assessment_domain where assessment_id = 1 and domain = 'parenting_and_caring'$$,
    '{R05 assessment 1}', 'R05: three domains');
select plants('{}', $$update assessment_domain set assessed_on = '2024-01-26' where assessment_id = 1 and domain = 'parenting_and_caring'$$,
    '{R05 assessment 1}', 'R05: a domain assessed after completion');
select plants('{}', $$update assessment set completed_on = '2024-02-20' where assessment_id = 2$$,
    '{R05 assessment 2,S03 episode 3}', 'R05: complete without domains');
select plants('{assessment.assessment_completed_or_ended}', $$update assessment set ended_on = '2024-05-15', end_reason = 'episode_closed' where assessment_id = 1$$,
    '{R05 assessment 1}', 'R05: completed and ended');
select plants('{episode.episode_one_at_a_time}', $$update episode set opened_on = '2024-05-14' where episode_id = 2$$,
    '{R06 episode 2,S03 episode 2}', 'R06: days of two episodes overlap');
select plants('{}', $$update episode set allocated_on = '2024-01-11' where episode_id = 1$$,
    '{R07 episode 1,S03 episode 1}', 'R07: allocated on a day without a lead practitioner');
select plants('{}', $$delete from lead_practitioner where episode_id = 3$$, '{R07 episode 3}', 'R07: no lead practitioner at all');
select plants('{episode.episode_waiting_if_and_only_if_not_allocated}', $$update episode set allocated_on = null where episode_id = 3;
    delete from lead_practitioner where episode_id = 3$$, '{R07 episode 3}', 'R07: planned without anybody to lead');
select plants('{}', $$update consent set given_on = '2024-02-10' where consent_id = 2$$,
    '{R08 assessment 2}', 'R08: an EHA before consent');
select plants('{}', $$update consent set withdrawn_on = '2024-02-20', withdrawal_recorded_at = now() where consent_id = 2$$,
    '{R08 assessment 2,R08 plan 2,R08 plan 3}', 'R08: EHA and plans go on after consent');
select plants('{}', $$delete from consent where consent_id = 1$$,
    '{R08 assessment 1,R08 plan 1,R08 step 1}', 'R08: the consent is gone');
select plants('{}', $$delete from consent where consent_id = 4$$, '{R08 sharing_decision 1}', 'R08: shared without consent to share');
select plants('{}', $$delete from conversation where family_id = 2$$,
    '{R09 assessment 2,R09 plan 2,R09 plan 3}', 'R09: no conversation');
select plants('{}', $$update conversation set held_on = '2024-02-08' where family_id = 2$$, '{R09 assessment 2}', 'R09: a conversation too late');
select plants('{step.step_up_was_consulted}', $$update step set consulted_on = '2024-03-28' where step_id = 1$$,
    '{R10 step 1}', 'R10: consulted after the offer');
select plants('{step.step_up_was_consulted}', $$update step set consulted_on = null, consulted_role = null where step_id = 1$$,
    '{R10 step 1}', 'R10: not consulted');
select plants('{step.step_up_names_its_basis,step.step_up_was_consulted}', $$update step set basis = null where step_id = 1$$, '{R10 step 1}', 'R10: no basis');
select plants('{step.step_has_a_reason}', $$update step set reason = ' ' where step_id = 1$$, '{R10 step 1}', 'R10: no reason');
select plants('{step.step_up_carries_assessment_or_says_why}', $$update step set no_assessment_reason = null where step_id = 3$$,
    '{R10 step 3}', 'R10: neither EHA nor why not');
select plants('{}', $$update step set assessment_id = 2 where step_id = 1$$, '{R10 step 1}', 'R10: another family''s EHA');
select plants('{}', $$insert into level_change (level_change_id, child_id, change_number, level_from, level_to, event, episode_id, changed_on)
    values (90, 3, 2, 'early_help', 'social_care', 'close', 3, '2024-03-01')$$, '{R11 level_change 90,S03 level_change 90}', 'R11: an edge that is none');
select plants('{}', $$insert into level_change (level_change_id, child_id, change_number, level_from, level_to, event, episode_id, changed_on)
    values (90, 3, 2, 'early_help', 'social_care', 'accept_step_up', 3, '2024-03-01')$$, '{R11 level_change 90}', 'R11: without a step');
select plants('{}', $$delete from level_change where child_id = 1 and change_number = 2$$,
    '{R11 level_change 5,R11 step 1}',
    'R11: a change is missing');
select plants('{}', $$delete from level_change where child_id = 3$$, '{R11 child 3}', 'R11: a supported child at no level');
select plants('{}', $$update episode_child set left_on = '2024-03-01' where child_id = 3$$, '{R11 child 3,R14 episode 3}', 'R11: a child at early help whom nobody supports');
select plants('{step.step_decided_once}', $$update step set decided_on = '2024-03-03' where step_id = 3$$, '{R12 step 3}', 'R12: decided without an outcome');
select plants('{step.step_decided_after_offered}', $$update step set decided_on = '2024-03-26' where step_id = 1;
    update level_change set changed_on = '2024-03-26' where event = 'accept_step_up'$$, '{R12 step 1}', 'R12: decided before it was offered');
select plants('{}', $$insert into step (step_id, child_id, family_id, from_level, to_level, offered_on, basis, reason, consulted_role, consulted_on, no_assessment_reason,
    decided_on, outcome) select 99, child_id, family_id, from_level, to_level, offered_on, basis, reason, consulted_role, consulted_on, no_assessment_reason,
    offered_on + 1, 'declined' from step where step_id = 3$$, '{R12 step 99}', 'R12: two steps of a child on one day');
select plants('{}', $$update step set family_id = 2 where step_id = 3$$, '{R12 step 3,S02 step 3}', 'R12: a step of one family on the episode of another');
select plants('{}', $$update step set outcome = null, decided_on = null where step_id = 1;
    delete from level_change where child_id = 1 and change_number > 1; delete from step where step_id = 2;
    delete from episode_child where episode_id = 2$$, '{R11 child 1,R12 step 1,R14 episode 2}', 'R12: the episode closed before the step was decided');
select plants('{step.step_down_is_received}', $$update step set first_review_on = null where step_id = 2$$, '{R13 step 2}', 'R13: no review date');
select plants('{step.step_down_is_received}', $$update step set receiving_agency_id = null where step_id = 2$$, '{R13 step 2}', 'R13: no receiving agency');
select plants('{step.step_down_is_received}', $$update step set receiving_practitioner_id = null where step_id = 2$$, '{R13 step 2}', 'R13: no lead practitioner');
select plants('{episode.episode_closed_if_and_only_if_reason}', $$update episode set closure_reason_code = null where episode_id = 1$$,
    '{R14 episode 1}', 'R14: closed for no reason');
select plants('{episode.episode_closure_agreed_or_explained}', $$update episode set closure_agreed_on = null where episode_id = 1$$,
    '{R14 episode 1}', 'R14: closed without agreement');
select plants('{episode.episode_state_closed_if_and_only_if_date}', $$update episode set state = 'planned' where episode_id = 1$$,
    '{R14 episode 1,S03 episode 1}', 'R14: closed and still planned');
select plants('{}', $$update episode set reopened_on = '2024-02-20', reopen_reason = 'Really.' where episode_id = 3$$,
    '{R14 episode 3}', 'R14: reopened without an event');
select plants('{}', $$update episode set closure_reason_code = 'stepped_up' where episode_id = 1$$, '{R14 episode 1}', 'R14: stepped up without a step');
select plants('{}', $$update episode set closure_reason_code = 'consent_withdrawn' where episode_id = 1$$, '{R14 episode 1}', 'R14: consent was not withdrawn');
select plants('{}', $$insert into episode_event (episode_id, event, happened_on, state_from, state_to)
    values (1, 'close', '2024-03-30', 'planned', 'closed'), (1, 'reopen', '2024-04-02', 'closed', 'allocated')$$,
    '{R14 episode 1,R14 lead_practitioner 1,S03 episode 1,S03 episode 1,S03 episode_event 21}', 'R14: a lead practitioner between closure and reopening');
select plants('{}', $$update plan_outcome set achieved_on = '2024-05-16' where plan_outcome_id = 3$$, '{R14 plan_outcome 3}', 'R14: achieved after closure');
select plants('{}', $$update lead_practitioner set from_on = '2024-05-16' where episode_id = 1 and practitioner_id = 2$$,
    '{R14 lead_practitioner 1}', 'R14: a lead practitioner after closure');
select plants('{}', $$update assessment set completed_on = '2024-05-16' where assessment_id = 1$$, '{R14 assessment 1}', 'R14: an EHA completed after closure');
select plants('{}', $$update episode_child set left_on = null where episode_id = 1 and child_id = 2$$, '{R14 episode_child 1,S03 level_change 4}', 'R14: a child that has not left');
select plants('{}', $$update action set agreed_on = '2024-05-16', due_on = '2024-05-17', safety_reason = 'Danger.' where action_id = 1$$,
    '{R14 action 1}', 'R14: an action after closure');
select plants('{child.child_born_or_expected_not_both}', $$update child set expected_birth_date = '2015-06-01' where child_id = 1$$,
    '{R15 child 1}', 'R15: born and expected');
select plants('{}', $$update child set died_on = '2023-01-01' where child_id = 1$$, '{R15 referral 1}', 'R15: referred after death');
select plants('{}', $$update child set birth_date = null, expected_birth_date = '2024-12-01' where child_id = 1$$, '{R15 referral 1}', 'R15: referred too long before birth');
select plants('{}', $$update consent set withdrawal_recorded_at = now() where consent_id = 1$$, '{R08 consent 1}', 'R08: when nothing was withdrawn');
select plants('{}', $$update level_change set changed_on = '2023-12-31' where child_id = 1 and change_number = 2;
    update step set offered_on = '2023-12-30', decided_on = '2023-12-31', consulted_on = '2023-12-30' where step_id = 1$$, '{R08 step 1,R11 level_change 3}', 'R11: levels that run backwards');
select plants('{}', $$insert into episode_child (episode_id, child_id, joined_on, left_on) select episode_id, child_id, joined_on + 1, joined_on + 2
    from episode_child where episode_id = 2 and left_on is null$$,
    '{R11 episode_child 2}', 'R11: twice in an episode on one day');
select plants('{}', $$update child set merged_into_child_id = 4 where child_id = 3;
    insert into child_merge (merged_child_id, kept_child_id, merged_on, reason) values (3, 4, '2024-06-01', 'x')$$,
    '{A01 contact_child 2,M01 child 3}', 'M01: a duplicate that is supported');
select plants('{episode.episode_one_at_a_time,episode.episode_one_open_a_family@}', $$insert into episode (episode_id, family_id, opened_on) values (9, 2, '2025-01-01');
    insert into episode_event (episode_id, event, happened_on, state_to) values (9, 'refer', '2025-01-01', 'waiting')$$, '{R06 episode 9,R14 episode 9}', 'R06: two open ones');
select plants('{}', $$update referral set referred_on = '2024-01-06'$$, '{R16 referral 1}', 'R16: referred again while an episode is open');
select plants('{}', format($$update referral set referred_on = %L$$, d), '{}', 'R16: not on the day it opens or closes')
from unnest('{2024-01-05,2024-05-15}'::date[]) d;
select plants('{contact_child.contact_child_attached_is_not_referred}', $$update contact_child set attached_episode_id = 1 where contact_child_id = 1$$,
    '{R16 contact_child 1,R16 contact_child 1}', 'R16: attached and referred, to an episode that was not open yet');
select plants('{}', format('update contact set received_on = %L where contact_id = 2;
    update contact_child set attached_episode_id = 1, received_on = %1$L where contact_child_id = 2', d),
    '{R16 contact_child 2}', 'R16: attached to another family''s episode, or on a day it was not open')
from unnest('{2024-02-02,2024-01-04,2024-05-16}'::date[]) d;
select plants('{feedback.feedback_answers_a_question}', $$update feedback set helpful = null$$, '{R17 feedback 1}', 'R17: no question answered');
select plants('{feedback.feedback_of_an_episode_or_group}', $$update feedback set group_programme_id = 1$$, '{R17 feedback 1}', 'R17: of two things');
select plants('{}', $$update case_audit set auditor_agency_id = 2, lead_agency_id = 2$$, '{R18 case_audit 1}', 'R18: no auditor from outside');
select plants('{}', $$update case_audit set lead_agency_id = null, recorded_at = recorded_at + interval '1 day'$$, '{R18 case_audit 1}', 'R18: the lead''s agency is not known');
select plants('{case_audit_action.owner_practitioner_id!}', $$update case_audit_action set owner_practitioner_id = null$$,
    '{R18 case_audit_action 1}', 'R18: nobody''s action');
select plants('{plan_outcome.plan_outcome_achieved_after_agreed}', $$update plan_outcome set achieved_on = '2024-01-31' where plan_outcome_id = 3$$,
    '{R19 plan_outcome 3}', 'R19: achieved before it was agreed');
select plants('{plan_outcome.plan_outcome_achieved_or_withdrawn}', $$update plan_outcome set achieved_on = '2024-03-01' where plan_outcome_id = 2$$,
    '{R19 plan_outcome 2}', 'R19: achieved and withdrawn');
select plants('{}', $$update primary_need set valid_from = '2024-02-20' where code = 'N4'$$,
    '{R20 contact_child 2,R20 service_request 1}', 'R20: a code not yet valid');
select plants('{}', $$update closure_reason set valid_to = '2024-05-14' where code = 'outcomes_achieved'$$, '{R20 episode 1}', 'R20: a code no longer valid');
select plants('{family_member.family_member_periods_do_not_overlap}', $$insert into family_member (family_member_id, family_id, child_id, joined_on)
    values (70, 1, 1, '2024-01-01')$$, '{R22 family_member 70}', 'R22: twice a member');
select plants('{}', $$delete from family_member where child_id = 3$$, '{S02 episode_child 3}', 'S02: a child that was never of the family');
select plants('{}', $$update assessment set child_id = 4 where assessment_id = 2$$, '{S02 assessment 2}', 'S02: an EHA of another family''s child');
select plants('{}', $$update action set plan_outcome_id = 6$$, '{A01 action 1,S02 action 1}', 'S02: an action for another family''s outcome');
select plants('{}', $$update service_request set episode_id = 1$$, '{A01 service_request 1,S02 service_request 1}', 'S02: a request within another family''s episode');
select plants('{}', $$insert into feedback_request (episode_id, asked_on) values (2, '2024-08-01'); update feedback set feedback_request_id = 1, given_on = '2024-08-01'$$,
    '{A01 feedback 1}', 'S02: an answer to another family''s request');
select plants('{}', $$update episode set state = 'under_review' where episode_id = 3$$, '{S03 episode 3}', 'S03: a state nobody led to');
select plants('{}', $$delete from episode_event where episode_id = 3 and event = 'start_plan'
    and episode_event_id = (select max(episode_event_id) from episode_event where episode_id = 3)$$, '{S03 episode 3}', 'S03: an event is missing');
select plants('{}', $$insert into child_merge (child_merge_id, kept_child_id, merged_child_id, merged_on, reason)
    values (5, 2, 1, '2024-09-01', 'Same child.')$$, '{S03 child 1}', 'S03: a merge that changed nothing');
select plants('{child_merge.child_merge_has_a_reason}', $$insert into child_merge (child_merge_id, kept_child_id, merged_child_id, merged_on, reason)
    values (5, 2, 1, '2024-09-01', ' '); update child set merged_into_child_id = 2 where child_id = 1;
    update contact_child set counted_child_id = 2 where child_id = 1$$, '{A01 referral 1,M01 child 1,M01 child_merge 5}',
    'M01: a merge without a reason, and a referral that counts for another child');
select plants('{}', $$delete from child where child_id = 4$$,
    '{A01 episode_child 4,A01 episode_event 20,A01 family_member 4,A01 level_change 7,A01 step 3}', 'A01: what referred to a child that is gone');
select plants('{}', $$insert into plan (plan_id, episode_id, started_on, review_counts_from, review_due_on)
    values (80, 999, '2024-02-01', '2024-02-01', '2024-03-20')$$, '{A01 plan 80}', 'A01: a plan of no episode');
select plants('{service.service_agency_id_fkey}', $$update service set agency_id = 99$$, '{A01 service 1}', 'A01: also where the foreign key was dropped');
select plants('{}', $$update partnership set record_version = '0.0.1'$$, '{A04 partnership}', 'A04: tables of another version');

-- Finds, and tells no tales.
select is((select a.findings from after('medway', '{}', $$update child set died_on = '2023-01-01' where child_id = 1;
    update "St Helens & ""Co""".child set died_on = '2023-01-01'$$) a), '{R15 referral 1}', 'one partnership is not told of another''s rows');
select is((select a.findings from after('St Helens & "Co"', '{}', $$update child set died_on = '2023-01-01' where child_id = 1$$) a),
    '{R15 referral 1}', 'an awkward name is audited like any');
select is_empty($$select rule, sqlstate, sentence from early_help.rules() where rule ~ '^R' and rule <> 'R21' and rule not in (select rule from early_help_internal.audit_queries())$$,
    'every rule has its query');
select is_empty($$select rule from early_help_internal.audit_queries() except select rule from early_help.rules()$$, 'and every query its rule');

-- The guard.
create function public.guard_after(change text) returns text[]
language plpgsql
as $$
declare
    told text[];
begin
    perform set_config('search_path', 'medway', true);
    execute change;
    perform set_config('search_path', 'public', true);
    told := array(select concat_ws(' ', rule, record, detail) from early_help.audit('medway') order by 1);
    raise exception sqlstate 'OK000';
exception
    when sqlstate 'OK000' then
        return told;
end
$$;
select is(guard_after(change), expected, why)
from (values
    ('alter table plan disable trigger plan_rules', '{"A02 plan trigger plan_rules: disabled, was fires at the origin"}'::text[], 'a disabled trigger'),
    ('drop trigger plan_rules on plan', '{"A02 plan trigger plan_rules is missing"}', 'a missing trigger'),
    ('alter table plan enable trigger zz_check_row', '{"A02 plan trigger zz_check_row: fires at the origin, was fires always"}', 'ALWAYS reset by a data-only restore'),
    ('alter table plan enable replica trigger plan_rules', '{"A02 plan trigger plan_rules: fires on a replica, was fires at the origin"}', 'a trigger for replicas alone'),
    ('alter table plan drop constraint plan_ended_after_started', '{"A02 plan constraint plan_ended_after_started is missing (S08)"}', 'a missing constraint'),
    ('alter table plan_outcome drop constraint plan_outcome_at_most_five, add constraint plan_outcome_at_most_five check (position >= 1) not valid',
        '{"A02 plan_outcome constraint plan_outcome_at_most_five is CHECK (\"position\" >= 1) NOT VALID, was CHECK (\"position\" >= 1 AND (plan_kind <> ''intervention''::early_help.plan_kind OR \"position\" <= 5)) (R01)"}', 'a weaker constraint'),
    ('drop index episode_one_open_a_family', '{"A02 episode index episode_one_open_a_family is missing (R06)"}', 'a missing index'),
    ('alter table plan alter episode_id drop not null', '{"A02 plan column episode_id is bigint, was bigint not null"}', 'a column that may be null'),
    ('drop table structure_as_made', '{"A02 structure_as_made empty or missing: there is nothing to compare triggers and constraints with"}', 'nothing to compare with'),
    ('drop function add_outcome', '{"A02 add_outcome function add_outcome is missing"}', 'a missing function'),
    ('drop view medway_kpi.intervention_plans cascade', null, 'a missing view'),
    ('alter table feedback enable row level security', '{"A02 feedback table: row security, was no row security"}', 'row security'),
    ('create table own_notes (note text); create index on child (died_on)', '{}', 'what the partnership adds is its own')
) as t (change, expected, why)
where expected is not null;
select ok('A02 intervention_plans kpi view is missing' = any (guard_after('drop view medway_kpi.intervention_plans cascade')), 'a missing view');
select is(guard_after('alter table plan disable trigger all') @> array['A02 plan trigger plan_rules: disabled, was fires at the origin'], true, 'all triggers disabled');
select ok(exists (select from unnest(guard_after('alter table plan disable trigger all')) t where t like 'A02 plan constraint plan_episode_id_fkey: %disabled%'),
    'and with them the foreign keys');
select results_eq(
    $$ select left(t, 60) from unnest(guard_after('drop schema medway_kpi cascade')) t where t !~ '^A02 (publish|kpi|cube|stale)_\w+ view is missing$' $$,
    array['A02 medway_kpi the schema that BI tools read is missing',
        left('K04 kpi_cube cells could not be compared, they or the function that computes them', 60)], 'no schema for BI tools');
select results_eq(
    $$ select left(t, 60) from unnest(guard_after('drop table feedback cascade')) t where t !~ '^A02 \w+ (view|kpi view|(kpi )?function \w+) is missing$' $$,
    array['A02 Q03 could not be audited: a table or column is missing', 'A02 R17 could not be audited: a table or column is missing', 'A02 S02 could not be audited: a table or column is missing',
        'A02 S08 could not be audited: a table or column is missing', 'A02 feedback table is missing',
        left('K04 kpi_cube cells could not be compared, they or the function that computes them', 60)],
    'a missing table is told, and the rest audited');
select is(
    array(select t from unnest(guard_after('drop table feedback cascade')) t where t ~ '^A02 (feedback|cube_feedback_stale|cube_feedback|dashboard|give_feedback|contacts|cube_contacts_stale) (view|kpi view|function)'),
    array['A02 cube_feedback view is missing', 'A02 cube_feedback_stale view is missing',
        'A02 dashboard kpi view is missing', 'A02 feedback kpi view is missing', 'A02 give_feedback function give_feedback is missing'],
    'with what went along, and nothing that did not');
create role audit_other;
select is(guard_after('alter table group_attendance owner to audit_other'),
    '{A03 group_attendance table belongs to another role than the records,A03 group_attendance_group_attendance_id_seq sequence belongs to another role than the records}',
    'a table of somebody else');

-- Who may, and what of.
create function public.error_of(command text) returns text
language plpgsql
as $$
begin
    execute command;
    return 'none';
exception
    when others then
        return sqlstate;
end
$$;
select is(error_of($$select * from early_help.audit('nowhere')$$), 'YHP03', 'no such partnership');
select is(error_of($$select * from early_help.audit(null)$$), 'YHP03', 'null is none');
select is(error_of($$select * from early_help.audit('public')$$), 'YHP03', 'nor is any other schema');
create role audit_reader;
grant usage on schema medway to audit_reader;
set local role audit_reader;
select is(error_of($$select * from early_help.audit('medway')$$), '42501', 'who may not read is told');
reset role;
grant select on all tables in schema medway to audit_reader;
set local role audit_reader;
select is(error_of($$select * from early_help.audit('medway')$$), '42501', 'who may read but not compute cells is told');
select is_empty($$select * from early_help.audit('medway', cells => 'none')$$, 'and audits all else');
reset role;
grant usage on schema medway_kpi to audit_reader;
grant execute on all functions in schema medway, medway_kpi to audit_reader;
set local role audit_reader;
select is_empty($$select * from early_help.audit('medway')$$, 'who may read and compute everything may audit');
select is(error_of($$select * from early_help.audit('medway', 'all')$$), '22023', 'cells are compared in one of three ways');
reset role;
alter table medway.feedback enable row level security;
set local role audit_reader;
select is(error_of($$select * from early_help.audit('medway')$$), '42501', 'who does not see every row may not');
reset role;
alter table medway.feedback disable row level security;
revoke select on medway.plan from audit_reader;
set local role audit_reader;
select is(error_of($$select * from early_help.audit('medway')$$), '42501', 'nor who may not read one table');
reset role;

-- Read only, and also where nothing may be written.
set transaction read only;
select is_empty($$select * from early_help.audit('medway')$$, 'in a read-only transaction');
select * from finish();
rollback;
