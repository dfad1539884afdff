# The order in which the SQL is run: the one place that says it. Files not
# named here are in no script; make says so.

# What CREATE EXTENSION early_help runs. build/ is made from tables of data.
INSTALL := \
	install/schema.sql \
	install/settings.sql \
	install/types/need_level.sql \
	install/types/eha_domain.sql \
	install/types/enums.sql \
	install/rules.sql \
	install/continuum.sql \
	install/codes.sql \
	build/code_rows.sql \
	install/dates.sql \
	build/triggers.sql \
	build/partnership_ddl.sql \
	install/partnership/names.sql \
	install/partnership/list.sql \
	install/partnership/create.sql \
	install/partnership/drop.sql \
	install/partnership/rename.sql \
	install/drop_guard.sql \
	install/import.sql \
	install/audit/audit.sql \
	install/run_due.sql \
	sample/generate_sample.sql \
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
	install/publish/period.sql \
	install/publish/published_table.sql \
	install/publish/disclosure.sql \
	install/publish/figures.sql \
	install/publish/equations.sql \
	install/publish/past.sql \
	install/publish/bounds.sql \
	install/publish/decide.sql \
	install/publish/freeze.sql \
	build/execute_list.sql \
	install/execute.sql \
	install/execute_members.sql \
	install/role_settings.sql

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
	records/conversation.sql \
	records/consent.sql \
	records/sharing_decision.sql \
	records/episode.sql \
	records/episode_event.sql \
	records/level_change.sql \
	records/contact.sql \
	records/referral.sql \
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
	records/deadline.sql \
	records/alert.sql \
	engine/cells.sql \
	engine/periods.sql \
	engine/marks.sql \
	engine/metrics.sql \
	engine/publication.sql \
	engine/refresh_log.sql \
	records/inbox.sql \
	records/laid_down.sql \
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
	figures/length_of_support.sql \
	figures/closure_outcomes.sql \
	figures/group_work.sql \
	figures/partner_returns.sql \
	figures/services.sql \
	figures/case_audits.sql \
	figures/feedback.sql \
	figures/overdue_reviews.sql \
	figures/metric.sql \
	figures/metric_cells.sql \
	figures/figures.sql \
	figures/dashboard.sql \
	figures/calendar.sql \
	figures/spc.sql \
	figures/headline.sql \
	figures/data_dictionary.sql \
	figures/published_assessments.sql \
	figures/published_closures_by_reason.sql \
	figures/published_contacts_by_age.sql \
	figures/published_contacts_by_need.sql \
	figures/published_contacts_by_sex.sql \
	figures/published_contacts_by_source.sql \
	figures/published_contacts_by_source_and_need.sql \
	figures/published_contacts_by_ward.sql \
	figures/published_episodes_by_ward.sql \
	figures/published_feedback.sql \
	figures/published_group_attendances.sql \
	figures/published_intervention_plans.sql \
	figures/published_needs_without_service.sql \
	figures/published_positive_outcomes_by_need.sql \
	figures/published_positive_outcomes_by_ward.sql \
	figures/published_re_referrals_after_support.sql \
	figures/published_referrals_by_need.sql \
	figures/published_referrals_by_source.sql \
	figures/published_referrals_by_ward.sql \
	figures/published_review_timeliness.sql \
	figures/published_step_downs.sql \
	figures/published_step_ups.sql \
	figures/published_changes.sql \
	figures/published_dashboard.sql \
	figures/published_label.sql \
	figures/note_structure.sql \
	figures/begin_fresh.sql
