/*-------------------------------------------------------------------------
 *
 * plan.c
 *		Plans: the window of their review (R02), how they end (R03), a
 *		conversation before (R09), consent (R08) and closure (R14).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/last_parent.h"
#include "base/partnership_query.h"
#include "base/partnership_row.h"
#include "base/record.h"
#include "base/rule.h"
#include "episode/episode_event.h"
#include "family/consent.h"
#include "family/conversation.h"
#include "family/family.h"
#include "support/overdue.h"
#include "support/moved.h"
#include "support/plan.h"

/* ---------------------------------------------------------------------
 * What others read of a plan
 * ---------------------------------------------------------------------
 */

static void
plan_from_row(const Record *row, SupportPlan *plan)
{
	char	   *kind = text_of(row, "kind");

	plan->id = id_of(row, "plan_id");
	if (kind == NULL || strlen(kind) >= NAMEDATALEN)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("plan_id %s is of no kind of plan", id_words(plan->id)),
				 errhint("Give column kind of table \"plan\" back the type early_help.plan_kind.")));
	strlcpy(plan->kind, kind, NAMEDATALEN);
	plan->started_on = date_of(row, "started_on");
	plan->review_counts_from = date_of(row, "review_counts_from");
	plan->review_due_on = date_of(row, "review_due_on");
	plan->ended_on = date_of(row, "ended_on");
	plan->cut_short = !is_null(row, "end_reason") && !text_is(row, "end_reason", "completed");
	plan->episode_id = id_of(row, "episode_id");
	plan->episode_closed_on = DATEVAL_NOEND;
	plan->episode_reopened = false;
}

static void
add_episode(SupportPlan *plan, const Record *episode)
{
	plan->episode_closed_on = date_of(episode, "closed_on");
	plan->episode_reopened = !is_null(episode, "reopened_on");
}

/*
 * What the plan says, and of its episode what matters to the parts of a plan; the
 * row is left.  Closing an episode locks its plans before it looks at their
 * parts, and ends those that run.  So the episode of a plan that runs is open,
 * and was not reopened since the plan started.
 */
static bool
take_plan(Record *row, SupportPlan *plan)
{
	bool		found = true;
	Record		episode;

	plan_from_row(row, plan);
	if (plan->ended_on != DATEVAL_NOEND)
	{
		found = read_sibling(row->rel, "episode", "episode_id", plan->episode_id, &episode);
		if (found)
		{
			add_episode(plan, &episode);
			leave_sibling(&episode);
		}
	}
	leave_sibling(row);
	return found;
}

/* Reads the latest version of a plan; false if it is not there. */
bool
read_plan(Relation rel, int64 plan_id, SupportPlan *plan)
{
	Record		row;

	return read_sibling(rel, "plan", "plan_id", plan_id, &row) && take_plan(&row, plan);
}

/* Locks and reads a plan, and not its episode; false if it is not there. */
static bool
lock_plan_alone(Relation rel, int64 plan_id, SupportPlan *plan)
{
	Record		row;

	return lock_sibling(rel, "plan", "plan_id", plan_id, LockTupleNoKeyExclusive, &row) && take_plan(&row, plan);
}

/* Locks and reads a plan and its episode, the episode first; false if it is not there. */
bool
lock_plan(Relation rel, int64 plan_id, SupportPlan *plan)
{
	Record		row;
	Record		episode;

	if (!lock_sibling_and_parent(rel, "plan", "plan_id", plan_id, "episode", "episode_id", &row, &episode))
		return false;
	plan_from_row(&row, plan);
	add_episode(plan, &episode);
	leave_sibling(&row);
	leave_sibling(&episode);
	return true;
}

/* Locks and reads a plan alone for a trigger of many rows, which come plan by plan; NULL if it is not there. */
const SupportPlan *
lock_plan_of_row(FunctionCallInfo fcinfo, Relation rel, int64 plan_id)
{
	const SupportPlan *last = last_parent(fcinfo, plan_id);
	SupportPlan plan;

	if (last)
		return last;
	return lock_plan_alone(rel, plan_id, &plan) ? keep_parent(fcinfo, plan_id, &plan, sizeof(plan)) : NULL;
}

/* R14: nothing of a plan is dated between a closure and the reopening. */
void
refuse_in_gap_of_plan(Relation rel, const SupportPlan *plan, const char *what, DateADT on)
{
	Episode		episode = {.id = plan->episode_id, .reopened = true};

	if (!plan->episode_reopened)
		return;
	begin_partnership_queries();
	refuse_in_gap(rel, &episode, what, on);
	end_partnership_queries();
}

/* S08: nothing of a plan is agreed before its first day. */
void
refuse_before_start(Relation rel, const SupportPlan *plan, DateADT agreed_on)
{
	if (agreed_on < plan->started_on)
		rule_error_hint(RULE_DAYS_IN_ORDER, rel, NULL,
						"Correct agreed_on, or started_on of the plan.",
						"agreed_on %s is before started_on %s of plan_id %s",
						date_words(agreed_on), date_words(plan->started_on), id_words(plan->id));
}

static const PartnershipQuery review_weeks_query = {
	"select family_outcomes_plan_review_weeks::pg_catalog.int8 from @partnership",
	0, {0}
};

/* The day a review is due where none is given. */
DateADT
default_review_due(Relation rel, const char *kind, DateADT from)
{
	int64		weeks;

	if (strcmp(kind, PLAN_KIND_INTERVENTION) == 0)
		return from + REVIEW_DAYS_DEFAULT;
	run_partnership_query(rel, &review_weeks_query, NULL, NULL);
	weeks = result_id(1);
	/* Without settings the constraint on the day raises the error. */
	return weeks == NO_ID ? from : from + 7 * (DateADT) weeks;
}

/* ---------------------------------------------------------------------
 * Starting a plan
 * ---------------------------------------------------------------------
 */

static void
fill_review_window(Record *plan)
{
	if (is_null(plan, "started_on") || is_null(plan, "kind"))
		return;					/* check_row says so */
	if (is_null(plan, "review_counts_from"))
		set_date(plan, "review_counts_from", date_of(plan, "started_on"));
	if (is_null(plan, "review_due_on"))
		set_date(plan, "review_due_on",
				 default_review_due(plan->rel, text_of(plan, "kind"),
									date_of(plan, "review_counts_from")));
}

static void
check_start(RecordChange *change)
{
	Record	   *plan = &change->after;
	DateADT		started_on = date_of(plan, "started_on");
	Episode		episode;

	if (is_null(plan, "started_on") ||
		!lock_episode(change->rel, id_of(plan, "episode_id"), &episode))
		return;					/* check_row and the foreign key say so */
	refuse_after_closure(change->rel, &episode, "started_on", started_on);
	require_conversation(change->rel, episode.family_id, started_on, "plan");
	end_if_over(plan, require_consent(change->rel, episode.family_id, started_on, "plan"),
				closed_first_after(change->rel, &episode, started_on));
}

/* A plan follows an EHA of its own family. */
static void
check_assessment(const Record *plan)
{
	int64		assessment_id = id_of(plan, "assessment_id");
	int64		its_episode = episode_of_assessment(plan->rel, assessment_id);
	int64		episode_id = id_of(plan, "episode_id");
	Episode		of_assessment;
	Episode		of_plan;

	/* If a row is missing, its foreign key raises the error. */
	if (its_episode != episode_id &&
		read_episode(plan->rel, its_episode, &of_assessment) &&
		read_episode(plan->rel, episode_id, &of_plan))
		refuse_other_family(plan->rel, "assessment_id", assessment_id, of_assessment.family_id,
							of_plan.family_id);
}

static const PartnershipQuery held_review_query = {
	"select review_id from @review where plan_id == $1 limit 1",
	1, {INT8OID}
};

/* The start of a plan stays once a review was held, because that review was due counted from the start. */
static void
check_start_not_reviewed(const Record *plan)
{
	Datum		values[] = {Int64GetDatum(id_of(plan, "plan_id"))};

	if (run_partnership_query(plan->rel, &held_review_query, values, NULL) > 0)
		rule_error_hint(RULE_REVIEW_DUE, plan->rel, NULL,
						"Take the review back with undo_review, correct started_on, and hold the review again.",
						"review_id %s of plan_id %s was due by its started_on",
						id_words(result_id(1)), id_words(id_of(plan, "plan_id")));
}

static const PartnershipQuery agreed_before_query = {
	"select what, id, agreed_on from ("
	" select 'plan_outcome_id' as what, plan_outcome_id as id, agreed_on from @plan_outcome where plan_id == $1"
	" union all select 'action_id', action_id, agreed_on from @action where plan_id == $1"
	") as agreed where agreed_on < $2 limit 1",
	2, {INT8OID, DATEOID}
};

/* S08. Who agrees an outcome or action locks the plan first. */
static void
check_start_before_agreed(const Record *plan)
{
	Datum		values[] = {
		Int64GetDatum(id_of(plan, "plan_id")),
		DateADTGetDatum(date_of(plan, "started_on"))
	};

	if (run_partnership_query(plan->rel, &agreed_before_query, values, NULL) > 0)
		rule_error_hint(RULE_DAYS_IN_ORDER, plan->rel, NULL,
						"Correct agreed_on of what was agreed before, then the start of the plan.",
						"%s %s is agreed on %s, before started_on %s of plan_id %s", result_text(1),
						id_words(result_id(2)), date_words(result_date(3)),
						date_words(date_of(plan, "started_on")), id_words(id_of(plan, "plan_id")));
}

/* The due day of the review that completed a plan stays. */
static void
check_due_not_completed(const RecordChange *change)
{
	const Record *plan = &change->before;

	if (!is_null(plan, "completed_by_review_id") && is_null(&change->after, "extended_by_review_id"))
		rule_error_hint(RULE_REVIEW_DUE, change->rel, NULL,
						"Take the review back with undo_review, correct review_due_on, and hold the review again.",
						"plan_id %s was completed on %s, by a review due on %s",
						id_words(id_of(plan, "plan_id")), date_words(date_of(plan, "ended_on")),
						date_words(date_of(plan, "review_due_on")));
}

/* ---------------------------------------------------------------------
 * Ending a plan
 * ---------------------------------------------------------------------
 */

static const PartnershipQuery completing_review_query = {
	"select review_id from @review where review_id == $1 and plan_id == $2 and decision == 'complete'",
	2, {INT8OID, INT8OID}
};

/* Did what the plan gives as the reason of its end happen? */
static bool
end_is_true(const Record *plan)
{
	Datum		ids[] = {
		Int64GetDatum(id_of(plan, "completed_by_review_id")),
		Int64GetDatum(id_of(plan, "plan_id"))
	};

	if (text_is(plan, "end_reason", "completed"))
		return run_partnership_query(plan->rel, &completing_review_query, ids, NULL) > 0;
	return ended_so(plan);
}

/* A part of the plan that is excused may come after its end. */
static void
refuse_part_after_end(const Record *plan, const char *table, const char *id, const char *day, const char *excuse)
{
	DateADT		ended_on = date_of(plan, "ended_on");
	int64		plan_id = id_of(plan, "plan_id");
	SiblingScan parts;

	sibling_beginscan(plan->rel, table, "plan_id", plan_id, &parts);
	while (sibling_getnext(&parts))
	{
		if (date_of(&parts.row, day) > ended_on && !(excuse && !is_null(&parts.row, excuse)))
			rule_error_hint(RULE_COMPLETED_BY_REVIEW, plan->rel, NULL,
							"Correct the day on which the plan ends, or the day of what is dated after it.",
							"%s %s is dated after ended_on %s of plan_id %s", id, id_words(id_of(&parts.row, id)),
							date_words(ended_on), id_words(plan_id));
	}
	sibling_endscan(&parts);
}

/*
 * Who agrees an outcome or action, or holds a review, locks the plan first. So
 * nobody does while the plan ends.
 */
static void
check_nothing_after_end(const Record *plan)
{
	refuse_part_after_end(plan, "plan_outcome", "plan_outcome_id", "agreed_on", NULL);
	refuse_part_after_end(plan, "action", "action_id", "agreed_on", "safety_reason");
	refuse_part_after_end(plan, "review", "review_id", "held_on", NULL);
}

static void
check_end(const RecordChange *change)
{
	const Record *plan = &change->after;
	bool		ended = !is_null(plan, "ended_on") && !is_null(plan, "end_reason");

	if (field_was_set(change, "ended_on") && !ended && !rules_are_writing() && !is_moved(change))
		rule_error_hint(RULE_COMPLETED_BY_REVIEW, change->rel, NULL,
						"Start a new plan.",
						"plan_id %s ended on %s", id_words(id_of(plan, "plan_id")),
						date_words(date_of(&change->before, "ended_on")));
	if (!ended)
		return;
	/*
	 * A withdrawal is always taken, and social care's answer, also after what was
	 * recorded before it. What closes an episode by hand is checked there.
	 */
	if (field_is_new(change, "ended_on") &&
		(!rules_are_writing() || text_is(plan, "end_reason", "completed")))
		check_nothing_after_end(plan);
	if (!rules_are_writing() &&
		(field_is_new(change, "end_reason") || field_is_new(change, "ended_on") ||
		 field_is_new(change, "completed_by_review_id")) &&
		!end_is_true(plan))
		rule_error_hint(RULE_COMPLETED_BY_REVIEW, change->rel, NULL,
						text_is(plan, "end_reason", "completed") ? NULL :
						"Close the episode or record the withdrawal of consent: the plan ends with it.",
						"plan_id %s has no %s on %s", id_words(id_of(plan, "plan_id")),
						text_of(plan, "end_reason"), date_words(date_of(plan, "ended_on")));
}

/* Only holding a review sets extended_by_review_id. */
static void
check_extension(const RecordChange *change)
{
	if (field_is_written(change, "extended_by_review_id") && !rules_are_writing())
		rule_error(RULE_COMPLETED_BY_REVIEW, change->rel, NULL,
				   "extended_by_review_id of plan_id %s is set by holding the review",
				   id_words(id_of(&change->after, "plan_id")));
}

PG_FUNCTION_INFO_V1(early_help_plan_before);

/* Trigger, before insert or update of plan. */
Datum
early_help_plan_before(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "plan_before", true, ROW_INSERT | ROW_UPDATE);
	Record	   *plan = &change.after;

	begin_partnership_queries();
	if (field_is_updated(&change, "started_on") && is_null(plan, "extended_by_review_id"))
		set_date(plan, "review_counts_from", date_of(plan, "started_on"));
	fill_review_window(plan);
	if (is_moved(&change))
	{
		forget_end(&change);
		check_plan_moves(&change);
	}
	if (field_is_new(&change, "started_on") || is_moved(&change))
		check_start(&change);
	if (field_is_updated(&change, "started_on"))
	{
		check_start_not_reviewed(plan);
		check_start_before_agreed(plan);
	}
	if (!is_null(plan, "assessment_id") && (field_is_new(&change, "assessment_id") || is_moved(&change)))
		check_assessment(plan);
	if (field_is_updated(&change, "review_due_on"))
	{
		check_due_not_completed(&change);
		refuse_due_before_agreed(&change);
	}
	check_extension(&change);
	check_end(&change);
	end_partnership_queries();
	return record_result(&change);
}

PG_FUNCTION_INFO_V1(early_help_plan_after);

/* Trigger, after insert of plan: the episode's event. */
Datum
early_help_plan_after(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "plan_after", false, ROW_INSERT);
	Record	   *plan = &change.after;
	Episode		episode;

	begin_partnership_queries();
	if (lock_episode(change.rel, id_of(plan, "episode_id"), &episode))
		apply_event(change.rel, &episode, EVENT_START_PLAN, date_of(plan, "started_on"), NO_ID);
	end_partnership_queries();
	return record_result(&change);
}
