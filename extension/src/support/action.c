/*-------------------------------------------------------------------------
 *
 * action.c
 *		Actions of a plan: none agreed before it started (S08), once a review is
 *		overdue, except for safety (R04), nor after the plan or its episode ended
 *		(R03, R14).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/record.h"
#include "base/rule.h"
#include "support/overdue.h"
#include "support/plan.h"

static void
check_agreed_on(const Record *action, const SupportPlan *plan)
{
	DateADT		agreed_on = date_of(action, "agreed_on");

	refuse_before_start(action->rel, plan, agreed_on);
	if (agreed_on > plan->episode_closed_on)
		rule_error(RULE_CLOSURE, action->rel, NULL,
				   "agreed_on %s is after the closure of the episode of plan_id %s on %s",
				   date_words(agreed_on), id_words(plan->id), date_words(plan->episode_closed_on));
	refuse_in_gap_of_plan(action->rel, plan, "agreed_on", agreed_on);
	if (!is_null(action, "safety_reason"))
		return;
	if (agreed_on > plan->ended_on)
		rule_error_hint(RULE_COMPLETED_BY_REVIEW, action->rel, NULL,
						"Correct agreed_on, or start a new plan and agree the action in that one; "
						"a safety action gives safety_reason.",
						"agreed_on %s is after ended_on %s of plan_id %s",
						date_words(agreed_on), date_words(plan->ended_on), id_words(plan->id));
	refuse_while_overdue(action->rel, plan, agreed_on,
						 "Hold the review first, or give safety_reason if it is a safety action.");
}

PG_FUNCTION_INFO_V1(early_help_action_before);

/* Trigger, before insert or update of action. */
Datum
early_help_action_before(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "action_before", true, ROW_INSERT | ROW_UPDATE);
	Record	   *action = &change.after;
	const SupportPlan *plan;

	if (is_null(action, "agreed_on") ||
		(!field_is_new(&change, "agreed_on") && !field_is_new(&change, "safety_reason")))
		return record_result(&change);
	plan = lock_plan_of_row(fcinfo, change.rel, id_of(action, "plan_id"));
	if (plan)
		check_agreed_on(action, plan);
	return record_result(&change);
}
