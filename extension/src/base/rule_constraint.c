/*-------------------------------------------------------------------------
 *
 * rule_constraint.c
 *		Which constraint holds which rule, and what exactly it asks.
 *
 * The table is constant and lives as long as the library. It knows constraints
 * by their names, which are the same in every partnership.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "base/rule.h"

static const RuleConstraint rule_constraints[] = {
	{"plan_outcome_at_most_five", RULE_FIVE_OUTCOMES,
	"a live outcome holds a position from 1, up to 5 in an intervention plan"},
	{"plan_outcome_position_taken_once", RULE_RECORDED_ONCE,
	"two live outcomes of a plan do not hold the same position"},
	{"plan_outcome_live_if_and_only_if_position", RULE_FIVE_OUTCOMES,
	"an outcome has no position exactly when it is withdrawn"},
	{"plan_review_due_in_six_to_eight_weeks", RULE_REVIEW_DUE,
	"review_due_on is 42 to 56 days after review_counts_from"},
	{"plan_review_due_after_start", RULE_REVIEW_DUE,
	"review_due_on is after review_counts_from"},
	{"plan_review_counts_from_start_or_review", RULE_REVIEW_DUE,
	"review_counts_from is the plan's start, or the review that extended it"},
	{"action_safety_reason_is_not_blank", RULE_NOT_AFTER_DUE_REVIEW,
	"a safety action says why it is one"},
	{"plan_extended_by_its_review", RULE_REVIEW_DUE,
	"review_counts_from and review_due_on are those of the review that extended the plan"},
	{"review_next_due_in_six_to_eight_weeks", RULE_REVIEW_DUE,
	"next_review_due_on is 42 to 56 days after held_on"},
	{"review_next_due_after_held", RULE_REVIEW_DUE,
	"next_review_due_on is after held_on"},
	{"review_extends_to_a_next_review", RULE_COMPLETED_BY_REVIEW,
	"a review sets next_review_due_on if and only if it extends the plan"},
	{"plan_ended_if_and_only_if_reason", RULE_COMPLETED_BY_REVIEW,
	"a plan has ended_on if and only if it has end_reason"},
	{"plan_completed_through_review", RULE_COMPLETED_BY_REVIEW,
	"a completed plan, and no other, names the review that completed it"},
	{"plan_not_ended_without_reason_for_review", RULE_COMPLETED_BY_REVIEW,
	"a plan that names the review that completed it has end_reason completed"},
	{"plan_completed_by_its_review", RULE_COMPLETED_BY_REVIEW,
	"ended_on of a completed plan is the day of the review that completed it"},
	{"assessment_completed_or_ended", RULE_FOUR_DOMAINS,
	"an EHA is completed or ended without completion, not both"},
	{"episode_one_at_a_time", RULE_ONE_EPISODE,
	"the days of two episodes of a family do not overlap"},
	{"episode_one_open_a_family", RULE_ONE_EPISODE,
	"a family has one open episode"},
	{"lead_practitioner_pkey", RULE_LEAD_PRACTITIONER,
	"one lead practitioner begins on a day"},
	{"episode_has_lead_from_allocation", RULE_LEAD_PRACTITIONER,
	"allocated_on is the day the first lead practitioner begins"},
	{"episode_allocated_after_opened", RULE_LEAD_PRACTITIONER,
	"the first lead practitioner begins on the day the episode opened or later"},
	{"episode_waiting_if_and_only_if_not_allocated", RULE_LEAD_PRACTITIONER,
	"an open episode is waiting exactly while it has no lead practitioner"},
	{"consent_to_share_names_an_agency", RULE_CONSENT,
	"consent to share names an agency, consent to take part does not"},
	{"sharing_decision_has_a_reason", RULE_CONSENT,
	"a decision on sharing has a reason"},
	{"step_consent_override_says_why", RULE_CONSENT,
	"a step up that goes without consent says why"},
	{"step_up_names_its_basis", RULE_STEP_UP,
	"a step up, and no step down, has a basis"},
	{"step_has_a_reason", RULE_STEP_UP,
	"reason is not empty"},
	{"step_up_was_consulted", RULE_STEP_UP,
	"a step up that is not section_47 has consulted_role and consulted_on, on or before offered_on"},
	{"step_consultation_names_role_and_day", RULE_STEP_UP,
	"consulted_role and consulted_on stand together"},
	{"step_up_carries_assessment_or_says_why", RULE_STEP_UP,
	"a step up has assessment_id or no_assessment_reason"},
	{"step_crosses_social_care", RULE_LEVELS,
	"a step leads to social_care or away from it"},
	{"level_change_one_after_another", RULE_LEVELS,
	"a child's level changes one after another"},
	{"step_decided_once", RULE_STEP_ONCE,
	"decided_on and outcome stand together"},
	{"step_decided_after_offered", RULE_STEP_ONCE,
	"decided_on is not before offered_on"},
	{"step_one_open_a_child", RULE_STEP_ONCE,
	"a child has one open step"},
	{"step_down_is_received", RULE_STEP_DOWN_RECEIVED,
	"an accepted step down to early help has receiving_agency_id, receiving_practitioner_id and first_review_on"},
	{"episode_closed_if_and_only_if_reason", RULE_CLOSURE,
	"closed_on and closure_reason_code stand together"},
	{"episode_state_closed_if_and_only_if_date", RULE_CLOSURE,
	"an episode with closed_on, and no other, is in state closed"},
	{"episode_closure_agreed_or_explained", RULE_CLOSURE,
	"a closed episode has closure_agreed_on or closure_agreement_absent_reason"},
	{"episode_closed_after_opened", RULE_CLOSURE,
	"closed_on is not before opened_on"},
	{"episode_closed_after_allocated", RULE_CLOSURE,
	"closed_on is not before allocated_on"},
	{"episode_reopening_has_reason", RULE_CLOSURE,
	"reopened_on and reopen_reason stand together"},
	{"child_born_or_expected_not_both", RULE_BIRTH,
	"birth_date and expected_birth_date do not stand together"},
	{"child_pregnancy_ended_before_birth", RULE_BIRTH,
	"a child with a birth date has no pregnancy_ended_on"},
	{"child_died_after_birth", RULE_BIRTH,
	"died_on is not before birth_date"},
	{"contact_child_attached_is_not_referred", RULE_ATTACHED_CONTACT,
	"a contact attached to an episode is not decided referral"},
	{"feedback_of_an_episode_or_group", RULE_FEEDBACK,
	"feedback names an episode or a group, not both"},
	{"feedback_answers_a_question", RULE_FEEDBACK,
	"feedback answers timely, helpful or empowered"},
	{"plan_outcome_achieved_or_withdrawn", RULE_ACHIEVED_AGREED,
	"an outcome is achieved or withdrawn, not both"},
	{"plan_outcome_achieved_after_agreed", RULE_ACHIEVED_AGREED,
	"achieved_on is not before agreed_on"},
	{"episode_answers_its_referral_alone", RULE_RECORD_STAYS,
	"a referral is answered by one episode"},
	{"correction_has_a_reason", RULE_CORRECTION,
	"reason is not empty"},
	{"child_merge_of_two", RULE_MERGE,
	"a child is not merged into itself"},
	{"child_is_not_merged_into_itself", RULE_MERGE,
	"a child does not count for itself by a merge"},
	{"child_merge_has_a_reason", RULE_MERGE,
	"a merge has a reason"},
	{"child_merge_undone_if_and_only_if_reason", RULE_MERGE,
	"undone_on and undo_reason stand together"},
	{"child_merge_undone_after_merged", RULE_MERGE,
	"undone_on is not before merged_on"},
	{"child_merge_once_at_a_time", RULE_MERGE,
	"a duplicate is merged into one child at a time"},
	{"publication_of_month_quarter_or_year", RULE_PUBLISHED_PERIOD,
	"first_month and next_month are those of a month, a financial quarter or a financial year"},
	{"publication_after_its_period", RULE_PUBLISHED_WHEN_OVER,
	"published_on is after the last day of the period"},
	{"code_dates_in_order", RULE_CODE_VALID,
	"valid_from is not after valid_to"},
	{"family_member_period_is_not_empty", RULE_MEMBERSHIP,
	"left_on is after joined_on"},
	{"family_member_periods_do_not_overlap", RULE_MEMBERSHIP,
	"the days of two memberships of one child in one family do not overlap"},

	/* Rows of one family, one plan, one contact: the record's composite foreign keys. */
	{"action_for_an_outcome_of_its_plan", RULE_RECORD_STAYS,
	"an action is for an outcome of its own plan"},
	{"service_request_in_an_episode_of_its_family", RULE_RECORD_STAYS,
	"a request is made in an episode of its own family"},
	{"feedback_answers_a_request_about_its_episode", RULE_RECORD_STAYS,
	"feedback answers a request about its own episode"},
	{"feedback_answers_a_request_about_its_group", RULE_RECORD_STAYS,
	"feedback answers a request about its own group"},
	{"plan_outcome_of_a_plan", RULE_NO_SUCH_RECORD,
	"there is a plan with this plan_id, of the kind that plan_kind says"},
	{"review_of_a_plan", RULE_NO_SUCH_RECORD,
	"there is a plan with this plan_id, of the kind that plan_kind says"},
	{"contact_child_shares_its_contact", RULE_RECORD_WHOLE,
	"received_on and source_code are those of the contact"},
	{"referral_follows_a_contact_decided_so", RULE_RECORD_WHOLE,
	"a referral follows a contact of the same child that was decided as referral"},

	/* Days. */
	{"locality_dates_in_order", RULE_DAYS_IN_ORDER,
	"valid_from is before valid_to"},
	{"practitioner_dates_in_order", RULE_DAYS_IN_ORDER,
	"active_from is not after active_to"},
	{"service_dates_in_order", RULE_DAYS_IN_ORDER,
	"opened_on is not after closed_on"},
	{"family_adult_period_is_not_empty", RULE_DAYS_IN_ORDER,
	"left_on is after joined_on"},
	{"consent_withdrawn_after_given", RULE_DAYS_IN_ORDER,
	"withdrawn_on is not before given_on"},
	{"episode_child_left_after_joined", RULE_DAYS_IN_ORDER,
	"left_on is not before joined_on"},
	{"referral_accepted_after_made", RULE_DAYS_IN_ORDER,
	"accepted_on is not before referred_on"},
	{"referral_declined_after_made", RULE_DAYS_IN_ORDER,
	"declined_on is not before referred_on"},
	{"assessment_completed_after_started", RULE_DAYS_IN_ORDER,
	"completed_on is not before started_on"},
	{"assessment_ended_after_started", RULE_DAYS_IN_ORDER,
	"ended_on is not before started_on"},
	{"episode_closure_agreed_after_opened", RULE_DAYS_IN_ORDER,
	"closure_agreed_on is not before opened_on"},
	{"plan_ended_after_started", RULE_DAYS_IN_ORDER,
	"ended_on is not before started_on"},
	{"plan_outcome_withdrawn_after_agreed", RULE_DAYS_IN_ORDER,
	"withdrawn_on is not before agreed_on"},
	{"action_done_after_agreed", RULE_DAYS_IN_ORDER,
	"done_on is not before agreed_on"},
	{"action_due_after_agreed", RULE_DAYS_IN_ORDER,
	"due_on is not before agreed_on"},
	{"service_request_decided_after_requested", RULE_DAYS_IN_ORDER,
	"decided_on is not before requested_on"},
	{"service_request_offered_after_requested", RULE_DAYS_IN_ORDER,
	"offered_on is not before requested_on"},
	{"service_request_started_after_offered", RULE_DAYS_IN_ORDER,
	"started_on is not before offered_on"},
	{"service_request_ended_after_started", RULE_DAYS_IN_ORDER,
	"ended_on is not before started_on"},
	{"group_programme_dates_in_order", RULE_DAYS_IN_ORDER,
	"starts_on is not after ends_on"},
	{"alert_raised_after_due", RULE_DAYS_IN_ORDER,
	"raised_on is after due_on"},
	{"alert_cleared_after_raised", RULE_DAYS_IN_ORDER,
	"cleared_on is not before raised_on"},
	{"partner_return_is_for_a_month", RULE_DAYS_IN_ORDER,
	"month is the first day of a month"},

	/* What stands together, and numbers. */
	{"child_identity_nhs_number_is_ten_digits", RULE_RECORD_WHOLE,
	"nhs_number is ten digits, without spaces"},
	{"child_identity_unique_pupil_number_is_one", RULE_RECORD_WHOLE,
	"unique_pupil_number is a capital letter, eleven digits, and a digit or capital letter"},
	{"service_capacity_is_positive", RULE_RECORD_WHOLE,
	"capacity is 1 or more, or not given"},
	{"level_change_changes_the_level", RULE_RECORD_WHOLE,
	"level_to is another level than level_from"},
	{"referral_accepted_or_declined", RULE_RECORD_WHOLE,
	"a referral has accepted_on or declined_on, not both"},
	{"assessment_ended_if_and_only_if_reason", RULE_RECORD_WHOLE,
	"ended_on and end_reason stand together"},
	{"review_participant_is_one", RULE_RECORD_WHOLE,
	"a participant is one child or adult of the family, one practitioner or one agency, as party says"},
	{"action_has_one_owner", RULE_RECORD_WHOLE,
	"an action is owned by a practitioner or by the family, not both"},
	{"service_request_decided_if_and_only_if_outcome", RULE_RECORD_WHOLE,
	"decided_on and outcome stand together"},
	{"service_request_ended_was_started", RULE_RECORD_WHOLE,
	"a service that has ended_on has started_on"},
	{"service_request_no_service_was_not_offered", RULE_RECORD_WHOLE,
	"a request with outcome no_service has no offered_on"},
	{"service_request_offer_names_a_service", RULE_RECORD_WHOLE,
	"a request with offered_on names the service, service_id"},
	{"service_request_started_if_and_only_if_outcome", RULE_RECORD_WHOLE,
	"a request with outcome started, and no other, has started_on"},
	{"service_request_started_was_offered", RULE_RECORD_WHOLE,
	"a request with started_on has offered_on"},
	{"group_programme_places_are_positive", RULE_RECORD_WHOLE,
	"places is 1 or more, or not given"},
	{"group_attendance_of_one_person", RULE_RECORD_WHOLE,
	"an attendance is of one child or one adult, not both"},
	{"partner_return_counts_are_not_negative", RULE_RECORD_WHOLE,
	"families, children and new_families are 0 or more"},
	{"partner_return_new_are_among_all", RULE_RECORD_WHOLE,
	"new_families is not more than families"},
	{"feedback_request_of_an_episode_or_group", RULE_RECORD_WHOLE,
	"a request names an episode or a group, not both"},
	{"audit_answer_has_a_reason", RULE_RECORD_WHOLE,
	"a query is answered with a reason"},
	{"alert_acknowledged_by_somebody", RULE_RECORD_WHOLE,
	"acknowledged_by and acknowledged_on stand together"},
	{"alert_is_about_what_its_kind_says", RULE_RECORD_WHOLE,
	"an alert names the plan, the step or the episode that its kind is about, and no other"},
	{"alert_note_is_of_who_acknowledged", RULE_RECORD_WHOLE,
	"an alert with a note has acknowledged_by"},
};

/* What to do about a constraint, where its rule's hint does not fit. */
static const struct
{
	const char *constraint;
	const char *hint;
}			own_hints[] =
{
	{"plan_outcome_at_most_five",
	"Leave position out: the outcome then takes the lowest one that is free."},
	{"plan_outcome_position_taken_once",
	"Leave position out: the outcome then takes the lowest one that is free."},
	{"plan_review_counts_from_start_or_review",
	"Leave review_counts_from out: it follows from started_on, and from the reviews."},
	{"action_safety_reason_is_not_blank",
	"Say in safety_reason why the action could not wait for the review, or leave it out."},
	{"plan_extended_by_its_review",
	"Set next_review_due_on or held_on of that review: the plan follows."},
	{"plan_completed_by_its_review",
	"Correct held_on of that review: the plan follows."},
	{"review_extends_to_a_next_review",
	"Leave next_review_due_on out: a review that extends the plan sets it."},
	{"assessment_completed_or_ended",
	"Give a day up to ended_on as completed_on, or start another EHA."},
	{"episode_allocated_after_opened",
	"Let the first lead practitioner begin on the day the episode opened or later, or correct opened_on first."},
	{"lead_practitioner_pkey",
	"Correct practitioner_id of the row of that day, or let the next one begin on another day."},
	{"consent_to_share_names_an_agency",
	"Name agency_id with consent to share, and leave it out with consent to take part."},
	{"sharing_decision_has_a_reason",
	"Say in reason why it was decided so."},
	{"step_consent_override_says_why",
	"Say in consent_override_reason why the step up goes without consent, or leave it out where there is consent."},
	{"step_up_names_its_basis",
	"Give basis with a step up, and leave it out with a step down."},
	{"step_crosses_social_care",
	"Give social_care as the level that a step up leads to. "
	"A step down needs a child whose last row in level_change says social_care."},
	{"step_decided_once",
	"Decide the step with accept_step, decline_step or withdraw_step, which set both."},
	{"step_decided_after_offered",
	"Give the day of the offer or a later one as decided_on, or correct offered_on first."},
	{"episode_closed_if_and_only_if_reason",
	"Close the episode with close_episode, which sets both, or reopen it with reopen_episode."},
	{"episode_closure_agreed_or_explained",
	"Give the day on which the family agreed as closure_agreed_on, or say in closure_agreement_absent_reason why it did not."},
	{"child_pregnancy_ended_before_birth",
	"Leave pregnancy_ended_on out for a child that was born; died_on is the day of a death."},
	{"child_died_after_birth",
	"Correct died_on or birth_date."},
	{"plan_outcome_achieved_or_withdrawn",
	"Set the day that is wrong, achieved_on or withdrawn_on, to null first."},
	{"child_merge_of_two",
	"Name two children: the one that is kept, and its duplicate."},
	{"child_merge_has_a_reason",
	"Say in reason how it is known that the two are one child."},
	{"child_merge_undone_if_and_only_if_reason",
	"Undo the merge with unmerge_children, which sets both."},
	{"child_merge_undone_after_merged",
	"Give the day of the merge or a later one as undone_on."},
	{"child_merge_once_at_a_time",
	"Undo the earlier merge first, or merge that child into this one."},
	{"code_dates_in_order",
	"Correct valid_from or valid_to."},
	{"family_member_period_is_not_empty",
	"Give a day after joined_on as left_on, or delete the row if the child was never of the family."},
	{"action_for_an_outcome_of_its_plan",
	"Name an outcome of the action's plan as plan_outcome_id, or leave it out."},
	{"service_request_in_an_episode_of_its_family",
	"Name an episode of the request's family as episode_id, or leave it out."},
	{"feedback_answers_a_request_about_its_episode",
	"Name the episode that the family was asked about, or leave feedback_request_id out."},
	{"feedback_answers_a_request_about_its_group",
	"Name the group that was asked about, or leave feedback_request_id out."},
	{"contact_child_shares_its_contact",
	"Check contact_id, and leave received_on and source_code out: they are taken from the contact."},
	{"referral_follows_a_contact_decided_so",
	"Check contact_child_id, and set the decision of that contact to referral first; a referral without a contact leaves it out."},
};

/* The rule a constraint holds, or NULL if it holds none. */
const RuleConstraint *
rule_constraint(const char *constraint)
{
	for (int i = 0; i < (int) lengthof(rule_constraints); i++)
	{
		if (strcmp(rule_constraints[i].constraint, constraint) == 0)
			return &rule_constraints[i];
	}
	return NULL;
}

/* What to do about a constraint that holds a rule. */
const char *
rule_constraint_hint(const RuleConstraint *held)
{
	for (int i = 0; i < (int) lengthof(own_hints); i++)
	{
		if (strcmp(own_hints[i].constraint, held->constraint) == 0)
			return own_hints[i].hint;
	}
	return rule(held->rule)->hint;
}

/* The names of the constraints that hold a rule, as a text[]. */
Datum
constraints_of_rule(RuleName rule)
{
	Datum		held_by[lengthof(rule_constraints)];
	int			n = 0;

	for (int i = 0; i < (int) lengthof(rule_constraints); i++)
	{
		if (rule_constraints[i].rule == rule)
			held_by[n++] = CStringGetTextDatum(rule_constraints[i].constraint);
	}
	return PointerGetDatum(construct_array(held_by, n, TEXTOID, -1, false, TYPALIGN_INT));
}
