-- What structure holds beside the numbered rules: each constraint is tried, by name,
-- with all triggers off. With the triggers on, whatever refuses says in a rule's words what to do.
\ir fixture.psql

create table public.breach (held_by text, command text);
insert into breach values
    ('partnership_is_one_row', $$insert into partnership (only_row, title, record_version) values (false, 'x', 'x')$$),
    ('population_is_positive', $$update partnership set population_0_17 = 0$$),
    ('re_referral_months_up_to_two_years', $$update partnership set re_referral_months = 25$$),
    ('family_outcomes_plan_review_within_a_year', $$update partnership set family_outcomes_plan_review_weeks = 53$$),
    ('family_outcomes_plan_cap_is_positive', $$update partnership set family_outcomes_plan_most_outcomes = 0$$),
    ('positive_outcome_share_is_a_share', $$update partnership set positive_outcome_share = 1.1$$),
    ('suppression_threshold_is_not_negative', $$update partnership set suppression_threshold = -1$$),
    ('code_label_is_unique_per_date', $$insert into code_label (list, code, label) select 'sex', 'X', 'x' from generate_series(1, 2)$$),
    ('publication_version_once', $$insert into publication (first_month, next_month, version, published_on, published_by, suppression_threshold)
        select '2018-04-01', '2018-05-01', 1, '2018-06-01', 1, 5 from generate_series(1, 2)$$),
    ('publication_version_is_positive', $$insert into publication (first_month, next_month, version, published_on, published_by, suppression_threshold)
        values ('2018-04-01', '2018-05-01', 0, '2018-06-01', 1, 5)$$),
    ('published_figure_is_not_negative', $$insert into published_figure (publication_id, count_name, figure) values (1, 'x', -1)$$),
    ('published_figure_hidden_for_a_reason', $$insert into published_figure (publication_id, count_name, figure, hidden, stays_hidden) values (1, 'x', 1, 'x', true)$$),
    ('published_figure_stays_hidden_if_hidden', $$insert into published_figure (publication_id, count_name, figure, hidden) values (1, 'x', 1, 'small')$$),
    ('population_once_a_year', $$insert into population (year, age_0_17, source) select 2024, 1, 'x' from generate_series(1, 2)$$),
    ('population_year_is_plausible', $$insert into population (year, age_0_17, source) values (24, 1, 'x')$$),
    ('population_age_0_17_is_positive', $$insert into population (year, age_0_17, source) values (2024, 0, 'x')$$),
    ('population_has_a_source', $$insert into population (year, age_0_17, source) values (2024, 1, ' ')$$),
    ('benchmark_year_is_financial', $$insert into benchmark (measure_code, year, area, label, unit, value, source) values ('x', '2023/25', 'x', 'x', '%', 1, 'x')$$),
    ('benchmark_value_is_possible', $$insert into benchmark (measure_code, year, area, label, unit, value, source) values ('x', '2023/24', 'x', 'x', '%', 101, 'x')$$),
    ('benchmark_has_a_source', $$insert into benchmark (measure_code, year, area, label, unit, value, source) values ('x', '2023/24', 'x', 'x', '%', 1, ' ')$$),
    ('locality_dates_in_order', $$insert into locality (name, valid_from, valid_to) values ('x', '2024-01-01', '2024-01-01')$$),
    ('locality_name_is_unique_per_date', $$insert into locality (name) select 'x' from generate_series(1, 2)$$),
    ('child_identity_nhs_number_is_ten_digits', $$insert into child_identity (child_id, nhs_number) values (1, 'ABCDEF9999')$$),
    ('child_identity_unique_pupil_number_is_one', $$insert into child_identity (child_id, unique_pupil_number) values (1, 'A1')$$),
    ('agency_name_is_unique', $$insert into agency (name, sector) values ('Oak School', 'education')$$),
    ('service_dates_in_order', $$insert into service (agency_id, name, run_by, opened_on, closed_on) values (1, 'x', 'hub', '2024-01-02', '2024-01-01')$$),
    ('service_capacity_is_positive', $$insert into service (agency_id, name, run_by, capacity) values (1, 'x', 'hub', 0)$$),
    ('service_name_is_unique_in_agency', $$insert into service (agency_id, name, run_by) select 1, 'x', 'hub' from generate_series(1, 2)$$),
    ('practitioner_dates_in_order', $$update practitioner set active_from = '2024-01-02', active_to = '2024-01-01'$$),
    ('group_programme_dates_in_order', $$insert into group_programme (service_id, name, starts_on, ends_on) values (1, 'x', '2024-01-02', '2024-01-01')$$),
    ('group_programme_places_are_positive', $$insert into group_programme (service_id, name, places) values (1, 'x', 0)$$),
    ('family_adult_period_is_not_empty', $$insert into family_adult (family_id, adult_id, role, joined_on, left_on) values (1, 1, 'parent', '2024-01-01', '2024-01-01')$$),
    ('family_adult_once_from_a_day', $$insert into family_adult (family_id, adult_id, role) select 1, 1, 'parent' from generate_series(1, 2)$$),
    ('contact_child_once_a_contact', $$insert into contact_child (contact_id, received_on, source_code, child_id, counted_child_id, primary_need_code)
        select 1, '2024-01-01', '6', 1, 1, 'N1' from generate_series(1, 2)$$),
    ('referral_once_a_contact', $$insert into referral (contact_child_id, child_id, counted_child_id, family_id, referred_on, source_code, primary_need_code)
        select 1, 1, 1, 1, '2024-01-01', '6', 'N1' from generate_series(1, 2)$$),
    ('referral_accepted_or_declined', $$insert into referral (child_id, counted_child_id, family_id, referred_on, source_code, primary_need_code, accepted_on, declined_on)
        values (1, 1, 1, '2024-01-01', '6', 'N1', '2024-01-02', '2024-01-02')$$),
    ('referral_accepted_after_made', $$insert into referral (child_id, counted_child_id, family_id, referred_on, source_code, primary_need_code, accepted_on)
        values (1, 1, 1, '2024-01-02', '6', 'N1', '2024-01-01')$$),
    ('referral_declined_after_made', $$insert into referral (child_id, counted_child_id, family_id, referred_on, source_code, primary_need_code, declined_on)
        values (1, 1, 1, '2024-01-02', '6', 'N1', '2024-01-01')$$),
    ('consent_withdrawn_after_given', $$insert into consent (family_id, given_by, given_on, withdrawn_on) values (1, 'parent', '2024-01-02', '2024-01-01')$$),
    ('episode_child_left_after_joined', $$insert into episode_child (episode_id, child_id, joined_on, left_on) values (1, 1, '2024-01-02', '2024-01-01')$$),
    ('episode_child_once_at_a_time', $$insert into episode_child (episode_id, child_id, joined_on) values (1, 1, '2024-01-01'), (1, 1, '2024-01-02')$$),
    ('level_change_changes_the_level', $$insert into level_change (child_id, change_number, level_from, level_to, event, changed_on)
        values (1, 1, 'early_help', 'early_help', 'refer', '2024-01-01')$$),
    ('assessment_completed_after_started', $$insert into assessment (episode_id, started_on, completed_on) values (1, '2024-01-02', '2024-01-01')$$),
    ('assessment_ended_after_started', $$insert into assessment (episode_id, started_on, ended_on, end_reason) values (1, '2024-01-02', '2024-01-01', 'episode_closed')$$),
    ('assessment_ended_if_and_only_if_reason', $$insert into assessment (episode_id, started_on, ended_on) values (1, '2024-01-01', '2024-01-02')$$),
    ('assessment_corrected_once', $$insert into assessment (episode_id, started_on, corrects_assessment_id) select 1, '2024-01-01', 1 from generate_series(1, 2)$$),
    ('audit_answer_has_a_reason', $$insert into audit_answer (rule, table_name, record_id, detail, reason) values ('Q01', 'step', 1, 'x', ' ')$$),
    ('episode_closure_agreed_after_opened', $$insert into episode (family_id, opened_on, closed_on, closure_reason_code, closure_agreed_on)
        values (1, '2024-01-02', '2024-01-03', 'moved_away', '2024-01-01')$$),
    ('plan_ended_after_started', $$insert into plan (episode_id, started_on, review_counts_from, review_due_on, ended_on, end_reason)
        values (1, '2024-01-02', '2024-01-02', '2024-02-20', '2024-01-01', 'episode_closed')$$),
    ('review_once_a_day_a_plan', $$insert into review (plan_id, plan_kind, due_on, held_on, decision)
        select 1, 'intervention', '2024-02-20', '2024-02-20', 'complete' from generate_series(1, 2)$$),
    ('plan_outcome_withdrawn_after_agreed', $$insert into plan_outcome (plan_id, plan_kind, agreed_on, withdrawn_on) values (1, 'intervention', '2024-01-02', '2024-01-01')$$),
    ('action_has_one_owner', $$insert into action (plan_id, owner_practitioner_id, owned_by_family, agreed_on, due_on) values (1, 1, true, '2024-01-01', '2024-01-01')$$),
    ('action_due_after_agreed', $$insert into action (plan_id, owned_by_family, agreed_on, due_on) values (1, true, '2024-01-02', '2024-01-01')$$),
    ('action_done_after_agreed', $$insert into action (plan_id, owned_by_family, agreed_on, due_on, done_on) values (1, true, '2024-01-02', '2024-01-02', '2024-01-01')$$),
    ('review_participant_is_one', $$insert into review_participant (review_id, party, agency_id, present) values (1, 'practitioner', 1, true)$$),
    ('review_participant_once_a_review', $$insert into review_participant (review_id, party, agency_id, present) select 1, 'agency', 1, true from generate_series(1, 2)$$),
    ('group_attendance_of_one_person', $$insert into group_attendance (group_session_id, family_id, child_id, adult_id, attended) values (1, 1, 1, 1, true)$$),
    ('group_attendance_once_a_session', $$insert into group_attendance (group_session_id, family_id, attended) select 1, 1, true from generate_series(1, 2)$$),
    ('partner_return_is_for_a_month', $$insert into partner_return (service_id, month, families, returned_on) values (1, '2024-01-02', 1, '2024-02-01')$$),
    ('partner_return_counts_are_not_negative', $$insert into partner_return (service_id, month, families, children, returned_on) values (1, '2024-01-01', 1, -1, '2024-02-01')$$),
    ('partner_return_new_are_among_all', $$insert into partner_return (service_id, month, families, new_families, returned_on) values (1, '2024-01-01', 1, 2, '2024-02-01')$$),
    ('feedback_request_of_an_episode_or_group', $$insert into feedback_request (episode_id, group_programme_id, asked_on) values (1, 1, '2024-01-01')$$),
    ('alert_is_about_what_its_kind_says', $$insert into alert (kind, step_id, due_on, raised_on) values ('review_overdue', 1, '2024-01-01', '2024-01-02')$$),
    ('alert_raised_after_due', $$insert into alert (kind, plan_id, due_on, raised_on) values ('review_overdue', 1, '2024-01-01', '2024-01-01')$$),
    ('alert_acknowledged_by_somebody', $$insert into alert (kind, plan_id, due_on, raised_on, acknowledged_on) values ('review_overdue', 1, '2024-01-01', '2024-01-02', '2024-01-03')$$),
    ('alert_note_is_of_who_acknowledged', $$insert into alert (kind, plan_id, due_on, raised_on, note) values ('review_overdue', 1, '2024-01-01', '2024-01-02', 'x')$$),
    ('alert_cleared_after_raised', $$insert into alert (kind, plan_id, due_on, raised_on, cleared_on) values ('review_overdue', 1, '2024-01-01', '2024-01-02', '2024-01-01')$$),
    ('kpi_target_from_first_of_month', $$insert into kpi_target (metric_code, from_month, target) values ('contacts', '2024-01-02', 1)$$),
    ('kpi_target_floor_needs_target', $$insert into kpi_target (metric_code, from_month, floor) values ('contacts', '2024-01-01', 1)$$),
    ('kpi_record_any_begins_with_the_others', $$update kpi_record set begins_on = '2024-01-01'$$),
    ('kpi_metric_over_time_is_known', $$update kpi_metric set over_time = 'mean'$$),
    ('kpi_metric_looks_back_is_known', $$update kpi_metric set looks_back = 'always'$$),
    ('kpi_metric_settles_within_a_year', $$update kpi_metric set settles_after_days = -1$$),
    ('kpi_spc_setting_is_one_row', $$insert into kpi_spc_setting (only_row) values (false)$$),
    ('kpi_spc_setting_runs_are_long_enough', $$update kpi_spc_setting set points_in_a_row = 2$$),
    ('kpi_spc_rebase_from_first_of_month', $$insert into kpi_spc_rebase (metric_code, from_month, reason) values ('contacts', '2024-01-02', 'x')$$),
    ('kpi_spc_rebase_has_a_reason', $$insert into kpi_spc_rebase (metric_code, from_month, reason) values ('contacts', '2024-01-01', ' ')$$),
    ('alert_once_a_thing_and_due_date', $$insert into alert (kind, plan_id, due_on, raised_on) select 'review_overdue', 1, '2024-01-01', '2024-01-02' from generate_series(1, 2)$$);

-- A service: requested, offered, started, ended, in that order, and its outcome says so.
insert into breach
select held_by, format('insert into service_request (family_id, primary_need_code, requested_on, %s) values (1, ''N1'', ''2024-01-10'', %s)', columns, given)
from (values
    ('service_request_offered_after_requested', 'service_id, offered_on', $$1, '2024-01-09'$$),
    ('service_request_offer_names_a_service', 'offered_on', $$'2024-01-11'$$),
    ('service_request_started_after_offered', 'service_id, offered_on, started_on, decided_on, outcome', $$1, '2024-01-12', '2024-01-11', '2024-01-12', 'started'$$),
    ('service_request_started_was_offered', 'started_on, decided_on, outcome', $$'2024-01-12', '2024-01-12', 'started'$$),
    ('service_request_started_if_and_only_if_outcome', 'service_id, offered_on, decided_on, outcome', $$1, '2024-01-11', '2024-01-12', 'started'$$),
    ('service_request_ended_after_started', 'service_id, offered_on, started_on, decided_on, outcome, ended_on', $$1, '2024-01-11', '2024-01-12', '2024-01-12', 'started', '2024-01-11'$$),
    ('service_request_ended_was_started', 'ended_on', $$'2024-01-12'$$),
    ('service_request_decided_if_and_only_if_outcome', 'decided_on', $$'2024-01-12'$$),
    ('service_request_decided_after_requested', 'decided_on, outcome', $$'2024-01-09', 'withdrawn'$$),
    ('service_request_no_service_was_not_offered', 'service_id, offered_on, decided_on, outcome', $$1, '2024-01-11', '2024-01-12', 'no_service'$$)
) v (held_by, columns, given);

create view public.rule_of as
    select r.sqlstate, unnest(r.constraints) as held_by from early_help.rules() r;
select ok(
    case when o.constraint_name = held_by and held_by ~ '^(kpi|publi|population|benchmark|partnership|family_outcomes|positive|re_referral|suppression|code_label)' then o.hint <> ''
        when o.constraint_name = held_by then o.state = coalesce(r.sqlstate, 'YHS07') and o.hint <> '' and o.detail !~ 'x|X'
        else o.state ~ '^(YH|23502)' and o.hint <> '' end,
    format('%s: %s %s, %s', held_by, o.state, o.detail, o.hint))
from breach left join rule_of r using (held_by), lateral outcome_of(command) o;

call public.without_triggers();
select is((outcome_of(command)).constraint_name, held_by, held_by) from breach;

-- Those that hold a numbered rule are rules_structure's; a key that is there for a
-- foreign key alone repeats the primary one.
select is_empty($$
    select conname from pg_constraint n
    where connamespace = 'town'::regnamespace and contype in ('c', 'x', 'u') and conname !~ '_source_ref_is_unique$'
        and not exists (select from pg_constraint f where f.conindid = n.conindid and f.contype = 'f')
    union
    select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid
    where c.relnamespace = 'town'::regnamespace and indisunique and not indisprimary
        and not exists (select from pg_constraint n where n.conindid = i.indexrelid)
    except select unnest(constraints) from early_help.rules() where rule not in ('S08', 'S11')
    except select held_by from public.breach$$,
    'every constraint without a rule''s number was tried');

select * from finish();
rollback;
