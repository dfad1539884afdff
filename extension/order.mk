# The order in which the SQL is run: the one place that says it. Files not
# named here are in no script; make says so.

# What CREATE EXTENSION early_help runs. build/ is made from tables of data.
INSTALL := \
	install/schema.sql \
	install/settings.sql \
	build/need_level.sql \
	build/eha_domain.sql \
	install/types/enums.sql \
	install/rules.sql \
	install/continuum.sql \
	install/codes.sql \
	build/code_rows.sql \
	install/dates.sql \
	build/triggers.sql \
	install/partnership/ddl.sql \
	install/partnership/names.sql \
	install/partnership/list.sql \
	install/partnership/create.sql \
	install/partnership/drop.sql \
	install/partnership/rename.sql \
	install/drop_guard.sql \
	install/import/inbox.sql \
	install/import/known.sql \
	install/import/children.sql \
	install/import/record.sql \
	install/import/import_contacts.sql \
	build/audit_queries.sql \
	install/audit/structure.sql \
	install/audit/readable.sql \
	install/audit/references.sql \
	install/audit/cells.sql \
	install/audit/audit.sql \
	install/run_due.sql \
	install/figures/fill.sql \
	install/figures/stale_months.sql \
	install/figures/values.sql \
	install/figures/engine_tables.sql \
	install/figures/cube_marks.sql \
	install/figures/cube_sources.sql \
	install/figures/cube_parts.sql \
	install/figures/cube.sql \
	install/figures/mark_by_hand.sql \
	install/figures/refresh_log.sql \
	install/figures/refresh_empty.sql \
	install/figures/refresh_month.sql \
	install/figures/refresh.sql \
	build/column_meanings.sql \
	install/figures/column_meanings.sql \
	install/publish/period.sql \
	install/publish/published_table.sql \
	install/publish/disclosure.sql \
	install/publish/figures.sql \
	install/publish/equations.sql \
	install/publish/past.sql \
	install/publish/bounds.sql \
	install/publish/decide.sql \
	install/publish/freeze.sql \
	install/upgrade/partnership_object.sql \
	install/upgrade/apply.sql \
	install/upgrade/rows.sql \
	build/upgrade_steps.sql \
	install/upgrade/upgrade_partnership.sql \
	build/execute_list.sql \
	install/execute.sql \
	install/execute_members.sql \
	install/role_settings.sql

# What the audit asks, in the order of its findings: one file a rule.
AUDIT := \
	rules/R01_at_most_five_outcomes.sql \
	rules/R02_review_in_six_to_eight_weeks.sql \
	rules/R03_completed_through_a_review.sql \
	rules/R04_nothing_new_while_a_review_is_overdue.sql \
	rules/R05_four_domains.sql \
	rules/R06_one_episode_at_a_time.sql \
	rules/R07_a_lead_practitioner_on_every_day.sql \
	rules/R08_consent_to_take_part.sql \
	rules/R09_conversation_first.sql \
	rules/R10_what_a_step_up_needs.sql \
	rules/R11_along_the_continuum.sql \
	rules/R12_offered_then_decided_once.sql \
	rules/R13_a_step_down_is_received.sql \
	rules/R14_nothing_after_closure.sql \
	rules/R15_born_or_expected.sql \
	rules/R16_contacts_of_an_open_episode.sql \
	rules/R17_feedback.sql \
	rules/R18_case_audit.sql \
	rules/R19_achieved_when_the_family_agrees.sql \
	rules/R20_codes_valid_on_the_day.sql \
	rules/R22_memberships_do_not_overlap.sql \
	rules/S02_of_one_family.sql \
	rules/S03_written_by_the_rules_alone.sql \
	rules/S06_mended_with_a_reason.sql \
	rules/S08_days_in_order.sql \
	rules/S11_a_record_is_whole.sql \
	rules/M01_merges.sql \
	rules/A04_versions.sql \
	rules/Q01_within_a_childs_life.sql \
	rules/Q02_children_and_young_people.sql \
	rules/Q03_days_of_this_record.sql \
	rules/Q04_a_lead_practitioner_in_post.sql \
	rules/Q05_agreed_by_the_closure.sql \
	rules/Q06_closed_because_consent_was_withdrawn.sql

# What CREATE EXTENSION early_help_sample runs.
SAMPLE := \
	sample/schema.sql \
	sample/draw.sql \
	sample/working_tables.sql \
	sample/directory.sql \
	sample/families.sql \
	sample/contacts.sql \
	sample/case_days.sql \
	sample/beginnings.sql \
	sample/steps_up.sql \
	sample/assessments.sql \
	sample/plans.sql \
	sample/reviews.sql \
	sample/closures.sql \
	sample/cases.sql \
	sample/services.sql \
	sample/quality.sql \
	sample/births.sql \
	sample/generate_sample.sql \
	install/execute_members.sql \
	install/role_settings.sql

# What create_partnership runs in the schema of the records.
RECORDS := \
	records/partnership.sql \
	records/codes.sql \
	records/bank_holiday.sql \
	records/locality.sql \
	records/agency.sql \
	records/practitioner.sql \
	records/service.sql \
	records/child.sql \
	records/family.sql \
	records/adult.sql \
	records/child_merge.sql \
	records/correction.sql \
	records/conversation.sql \
	records/audit_answer.sql \
	records/consent.sql \
	records/sharing_decision.sql \
	records/episode.sql \
	records/episode_event.sql \
	records/level_change.sql \
	records/contact.sql \
	records/referral.sql \
	records/opening.sql \
	records/family_moves.sql \
	records/assessment.sql \
	records/plan.sql \
	records/review.sql \
	records/plan_outcome.sql \
	records/action.sql \
	records/step.sql \
	records/service_request.sql \
	records/group_session.sql \
	records/partner_return.sql \
	records/feedback.sql \
	records/case_audit.sql \
	records/dated_after_end.sql \
	records/deadline.sql \
	records/alert.sql \
	engine/cells.sql \
	engine/periods.sql \
	engine/marks.sql \
	engine/series.sql \
	figures/measures.sql \
	build/metric_rows.sql \
	engine/publication.sql \
	engine/refresh_log.sql \
	records/inbox.sql \
	records/structure.sql \
	records/every_table.sql

# What it runs after that in the schema of the figures: a cube before what sums it.
FIGURES := \
	figures/months.sql \
	figures/contacts.sql \
	figures/children_contacted.sql \
	figures/re_referrals.sql \
	figures/referrals.sql \
	figures/re_referral_after_support.sql \
	figures/episodes.sql \
	figures/service_requests.sql \
	figures/waiting_list.sql \
	figures/waiting_times.sql \
	figures/intervention_plans.sql \
	figures/assessments_started.sql \
	figures/review_timeliness.sql \
	figures/step_ups.sql \
	figures/step_downs.sql \
	figures/caseload.sql \
	figures/length_of_support_days.sql \
	figures/closure_outcomes.sql \
	figures/group_work.sql \
	figures/partner_returns.sql \
	figures/services.sql \
	figures/case_audits.sql \
	figures/feedback.sql \
	figures/overdue_reviews.sql \
	figures/metric.sql \
	build/measures.sql \
	build/kpi_figure.sql \
	figures/length_of_support.sql \
	figures/figures.sql \
	figures/dashboard.sql \
	figures/calendar.sql \
	figures/spc.sql \
	figures/headline.sql \
	figures/data_quality.sql \
	figures/data_dictionary.sql \
	build/published.sql \
	figures/published_changes.sql \
	figures/published_dashboard.sql \
	figures/comments.sql \
	figures/note_structure.sql \
	figures/begin_fresh.sql
