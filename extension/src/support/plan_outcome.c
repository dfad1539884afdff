/*-------------------------------------------------------------------------
 *
 * plan_outcome.c
 *		At most five live outcomes (R01), none agreed before the plan started
 *		(S08), once a review is overdue (R04) or the plan is over (R03, R14).
 *
 * A live outcome holds a position; unique (plan_id, position) and a CHECK of
 * 1 to 5 hold the rule against every writer. If no position is given, this
 * trigger finds the lowest free one. A writer that makes an outcome live locks
 * its plan first, so that no other writer takes the same free position.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nodes/bitmapset.h"
#include "utils/builtins.h"

#include "base/partnership_query.h"
#include "base/partnership_row.h"
#include "base/record.h"
#include "base/rule.h"
#include "support/overdue.h"
#include "support/plan.h"

#define MOST_OUTCOMES 5			/* of an intervention plan; the table's CHECK holds it */

static const PartnershipQuery cap_query = {
	"select family_outcomes_plan_most_outcomes::pg_catalog.int8 from @partnership",
	0, {0}
};

/* How many outcomes of the plan may be live. */
static int
most_outcomes(Relation rel, const SupportPlan *plan)
{
	int64		cap;

	if (strcmp(plan->kind, PLAN_KIND_INTERVENTION) == 0)
		return MOST_OUTCOMES;
	begin_partnership_queries();
	run_partnership_query(rel, &cap_query, NULL, NULL);
	cap = result_id(1);
	end_partnership_queries();
	return cap == NO_ID ? PG_INT16_MAX : (int) cap;
}

/* The positions that other outcomes of the plan hold. */
static Bitmapset *
taken_positions(const Record *outcome, const SupportPlan *plan)
{
	int64		own_id = id_of(outcome, "plan_outcome_id");
	Bitmapset  *taken = NULL;
	SiblingScan	others;

	sibling_beginscan(outcome->rel, "plan_outcome", "plan_id", plan->id, &others);
	while (sibling_getnext(&others))
	{
		int			position = number_of(&others.row, "position");

		if (position > 0 && position <= PG_INT16_MAX && id_of(&others.row, "plan_outcome_id") != own_id)
			taken = bms_add_member(taken, position);
	}
	sibling_endscan(&others);
	return taken;
}

/* The lowest free position of a locked plan. */
static int
lowest_free_position(const Record *outcome, const SupportPlan *plan)
{
	Bitmapset  *taken = taken_positions(outcome, plan);
	int			most = most_outcomes(outcome->rel, plan);
	int			free = 1;

	while (bms_is_member(free, taken))
		free++;
	if (free > most)
		rule_error(RULE_FIVE_OUTCOMES, outcome->rel, "plan_outcome_at_most_five",
				   "plan_id %s has %d live outcomes", id_words(plan->id),
				   bms_num_members(taken));
	return free;
}

/* A family outcomes plan has a cap only if the partnership sets one. */
static void
check_cap(const Record *outcome, const SupportPlan *plan)
{
	int			most;

	if (strcmp(plan->kind, PLAN_KIND_INTERVENTION) == 0)
		return;					/* the CHECK's, and check_row's words */
	most = most_outcomes(outcome->rel, plan);
	if (number_of(outcome, "position") > most)
		rule_error(RULE_FIVE_OUTCOMES, outcome->rel, NULL,
				   "plan_id %s may have %d live outcomes", id_words(plan->id), most);
}

static void
check_agreed_on(const Record *outcome, const SupportPlan *plan)
{
	DateADT		agreed_on = date_of(outcome, "agreed_on");

	refuse_before_start(outcome->rel, plan, agreed_on);
	if (agreed_on > plan->ended_on && plan->ended_on == plan->episode_closed_on)
		rule_error(RULE_CLOSURE, outcome->rel, NULL,
				   "agreed_on %s is after ended_on %s of plan_id %s, whose episode closed then",
				   date_words(agreed_on), date_words(plan->ended_on), id_words(plan->id));
	if (agreed_on > plan->ended_on)
		rule_error_hint(RULE_COMPLETED_BY_REVIEW, outcome->rel, NULL,
						"Correct agreed_on, or start a new plan and agree the outcome in that one.",
						"agreed_on %s is after ended_on %s of plan_id %s",
						date_words(agreed_on), date_words(plan->ended_on), id_words(plan->id));
	refuse_while_overdue(outcome->rel, plan, agreed_on, NULL);
}

/* R14 */
static void
refuse_days_in_gap(const RecordChange *change, const SupportPlan *plan)
{
	static const char *const days[] = {"agreed_on", "achieved_on", "withdrawn_on"};

	for (int i = 0; i < (int) lengthof(days); i++)
	{
		if (field_is_new(change, days[i]) && !is_null(&change->after, days[i]))
			refuse_in_gap_of_plan(change->rel, plan, days[i], date_of(&change->after, days[i]));
	}
}

static void
check_dates(const RecordChange *change, const SupportPlan *plan)
{
	const Record *outcome = &change->after;
	DateADT		last = date_of(outcome, "agreed_on");

	if (is_null(outcome, "agreed_on"))
		return;					/* check_row says so */
	if (field_is_new(change, "agreed_on"))
		check_agreed_on(outcome, plan);
	if (!is_null(outcome, "achieved_on"))
		last = Max(last, date_of(outcome, "achieved_on"));
	if (!is_null(outcome, "withdrawn_on"))
		last = Max(last, date_of(outcome, "withdrawn_on"));
	if (last > plan->episode_closed_on)
		rule_error(RULE_CLOSURE, outcome->rel, NULL,
				   "%s is after the closure of the episode of plan_id %s on %s",
				   date_words(last), id_words(plan->id), date_words(plan->episode_closed_on));
	if (plan->episode_reopened)
		refuse_days_in_gap(change, plan);
}

/* Does the row become live, or get another day of agreement? */
static bool
takes_a_place(const RecordChange *change)
{
	if (field_is_new(change, "agreed_on"))
		return true;
	return is_null(&change->after, "withdrawn_on") &&
		(field_is_new(change, "position") || field_is_new(change, "withdrawn_on"));
}

/*
 * The row's plan. Dropping or achieving an outcome takes no position, so it
 * locks no plan: if it did, two writers who drop the same outcomes in different
 * order could deadlock. Closing the episode waits for such writers at the
 * outcomes' rows (closure.c).
 */
static const SupportPlan *
plan_of(FunctionCallInfo fcinfo, const RecordChange *change)
{
	int64		plan_id = id_of(&change->after, "plan_id");
	SupportPlan *plan;

	if (takes_a_place(change))
		return lock_plan_of_row(fcinfo, change->rel, plan_id);
	plan = palloc(sizeof(SupportPlan));
	return read_plan(change->rel, plan_id, plan) ? plan : NULL;
}

static void
settle_position(const RecordChange *change, Record *outcome, const SupportPlan *plan)
{
	if (!is_null(outcome, "withdrawn_on"))
	{
		if (!is_null(outcome, "position"))
			set_field_null(outcome, "position");
	}
	else if (is_null(outcome, "position"))
		set_smallint(outcome, "position", (int16) lowest_free_position(outcome, plan));
	else if (field_is_new(change, "position"))
		check_cap(outcome, plan);
}

PG_FUNCTION_INFO_V1(early_help_plan_outcome_before);

/* Trigger, before insert or update of plan_outcome. */
Datum
early_help_plan_outcome_before(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "plan_outcome_before", true, ROW_INSERT | ROW_UPDATE);
	Record	   *outcome = &change.after;
	const SupportPlan *plan = plan_of(fcinfo, &change);

	if (plan == NULL && !is_null(outcome, "plan_id"))
		rule_error(RULE_NO_SUCH_RECORD, change.rel, "plan_outcome_of_a_plan",
				   "plan_id %s", id_words(id_of(outcome, "plan_id")));
	if (plan != NULL)
	{
		if (is_null(outcome, "plan_kind"))
			set_field_text(outcome, "plan_kind", plan->kind);
		check_dates(&change, plan);
		settle_position(&change, outcome, plan);
	}
	return record_result(&change);
}
