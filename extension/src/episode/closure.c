/*-------------------------------------------------------------------------
 *
 * closure.c
 *		What an episode's closure waits for, and what it may not leave behind
 *		(R14).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/partnership_row.h"
#include "base/rule.h"
#include "continuum/continuum.h"
#include "episode/closure.h"

/* ---------------------------------------------------------------------
 * Whom closing waits for
 * ---------------------------------------------------------------------
 */

bool
is_open_assessment(const Record *row)
{
	return is_null(row, "ended_on") && is_null(row, "completed_on");
}

static bool
is_supported(const Record *row)
{
	return is_null(row, "left_on");
}

/* A row of the episode that is under way and that somebody else holds; NO_ID if there is none. */
static int64
held_by_others(const Record *episode, const char *table, const char *key,
			   bool (*is_under_way) (const Record *row))
{
	int64		held = NO_ID;
	SiblingScan	rows;

	sibling_beginscan(episode->rel, table, "episode_id", id_of(episode, "episode_id"), &rows);
	while (held == NO_ID && sibling_getnext(&rows))
	{
		if (is_under_way(&rows.row) && !try_lock_this_sibling(&rows, LockTupleNoKeyExclusive))
			held = id_of(&rows.row, key);
	}
	sibling_endscan(&rows);
	return held;
}

/*
 * Closing ends what others may be writing to, open EHAs and supported children:
 * whoever completes the one or takes the other out held the row before he asked
 * for the episode. It holds the episode by now, which they wait for: to wait
 * for them as well would be a deadlock, so they go first, and closing is to be
 * tried again.
 */
void
let_others_go_first(const Record *episode)
{
	const char *what = "assessment_id";
	int64		held = held_by_others(episode, "assessment", what, is_open_assessment);

	if (held == NO_ID)
	{
		what = "child_id";
		held = held_by_others(episode, "episode_child", what, is_supported);
	}
	if (held != NO_ID)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to what is being written to the episode"),
				 errdetail("%s %s, episode_id %s", what, id_words(held),
						   id_words(id_of(episode, "episode_id"))),
				 errhint("Run the transaction again.")));
}

/* ---------------------------------------------------------------------
 * What is there already
 * ---------------------------------------------------------------------
 */

static DateADT
later_of(DateADT day, const Record *row, const char *field)
{
	return is_null(row, field) ? day : Max(day, date_of(row, field));
}

/* What ended with a closure whose day is corrected moves along with it. */
static bool
moves_along(const RecordChange *change, const Record *row, const char *field)
{
	return !is_null(&change->before, "closed_on") &&
		date_of(row, field) == date_of(&change->before, "closed_on");
}

static void
refuse_dated_after(const RecordChange *change, const char *what, int64 id, DateADT on)
{
	DateADT		closed_on = date_of(&change->after, "closed_on");

	if (on > closed_on)
		rule_error(RULE_CLOSURE, change->rel, NULL,
				   "%s %s is dated after closed_on %s of episode_id %s",
				   what, id_words(id), date_words(closed_on),
				   id_words(id_of(&change->after, "episode_id")));
}

/* Rows with a key whose one date is what matters. */
static void
refuse_rows_dated_after(const RecordChange *change, const char *table, const char *key, int64 id,
						const char *what, const char *what_id, const char *date)
{
	SiblingScan	rows;

	sibling_beginscan(change->rel, table, key, id, &rows);
	while (sibling_getnext(&rows))
		refuse_dated_after(change, what, id_of(&rows.row, what_id), date_of(&rows.row, date));
	sibling_endscan(&rows);
}

/* A corrected version is dated when the record was corrected. */
static void
check_assessments(const RecordChange *change, int64 episode_id)
{
	SiblingScan	assessments;
	const Record *assessment = &assessments.row;

	sibling_beginscan(change->rel, "assessment", "episode_id", episode_id, &assessments);
	while (sibling_getnext(&assessments))
	{
		int64		id = id_of(assessment, "assessment_id");
		DateADT		last = later_of(date_of(assessment, "started_on"), assessment, "completed_on");

		if (!is_null(assessment, "corrects_assessment_id"))
			continue;
		if (!moves_along(change, assessment, "ended_on"))
			last = later_of(last, assessment, "ended_on");
		refuse_dated_after(change, "assessment", id, last);
		refuse_rows_dated_after(change, "assessment_domain", "assessment_id", id,
								"domain of assessment", "assessment_id", "assessed_on");
	}
	sibling_endscan(&assessments);
}

/* Whoever drops or achieves an outcome holds its row, and no plan or episode: he is waited for here. */
static void
check_outcomes(const RecordChange *change, int64 plan_id)
{
	SiblingScan	outcomes;
	const Record *outcome = &outcomes.row;

	sibling_beginscan(change->rel, "plan_outcome", "plan_id", plan_id, &outcomes);
	while (sibling_getnext(&outcomes))
	{
		DateADT		last;

		if (!lock_this_sibling(&outcomes, LockTupleNoKeyExclusive))
			continue;
		last = later_of(date_of(outcome, "agreed_on"), outcome, "achieved_on");
		refuse_dated_after(change, "plan_outcome", id_of(outcome, "plan_outcome_id"),
						   later_of(last, outcome, "withdrawn_on"));
	}
	sibling_endscan(&outcomes);
}

static void
check_plans(const RecordChange *change, int64 episode_id)
{
	SiblingScan	plans;
	const Record *plan = &plans.row;

	sibling_beginscan(change->rel, "plan", "episode_id", episode_id, &plans);
	while (sibling_getnext(&plans))
	{
		int64		id = id_of(plan, "plan_id");
		DateADT		last = date_of(plan, "started_on");

		if (text_is(plan, "end_reason", "completed") || !moves_along(change, plan, "ended_on"))
			last = later_of(last, plan, "ended_on");
		refuse_dated_after(change, "plan", id, last);
		check_outcomes(change, id);
		refuse_rows_dated_after(change, "action", "plan_id", id, "action", "action_id", "agreed_on");
		refuse_rows_dated_after(change, "review", "plan_id", id, "review", "review_id", "held_on");
	}
	sibling_endscan(&plans);
}

/* A step down may be offered before the closure and decided after it. */
static void
check_steps(const RecordChange *change, int64 episode_id)
{
	SiblingScan	steps;
	const Record *step = &steps.row;

	sibling_beginscan(change->rel, "step", "episode_id", episode_id, &steps);
	while (sibling_getnext(&steps))
	{
		if (level_of(step, "to_level") != NEED_LEVEL_SOCIAL_CARE)
			continue;
		refuse_dated_after(change, "step", id_of(step, "step_id"),
						   later_of(date_of(step, "offered_on"), step, "decided_on"));
	}
	sibling_endscan(&steps);
}

static void
check_children(const RecordChange *change, int64 episode_id)
{
	SiblingScan	children;
	const Record *child = &children.row;

	sibling_beginscan(change->rel, "episode_child", "episode_id", episode_id, &children);
	while (sibling_getnext(&children))
	{
		DateADT		last = date_of(child, "joined_on");

		if (!moves_along(change, child, "left_on"))
			last = later_of(last, child, "left_on");
		refuse_dated_after(change, "episode_child of child", id_of(child, "child_id"), last);
	}
	sibling_endscan(&children);
}

/* R14: what is there already is not dated after the closure. */
void
check_nothing_after_closure(const RecordChange *change)
{
	int64		episode_id = id_of(&change->after, "episode_id");

	check_assessments(change, episode_id);
	check_plans(change, episode_id);
	check_steps(change, episode_id);
	refuse_rows_dated_after(change, "lead_practitioner", "episode_id", episode_id,
							"lead_practitioner of practitioner", "practitioner_id", "from_on");
	check_children(change, episode_id);
}
