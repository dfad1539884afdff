/*-------------------------------------------------------------------------
 *
 * dated_while_closed.c
 *		Nothing in an episode is dated after its closure, nor between a closure
 *		and the reopening after it (R14).
 *
 * Asked when an episode closes, or gets another day of closing, and when a
 * reopening gets another day: of what is there already. Who writes a row asks
 * for its own days (refuse_after_closure).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/partnership_row.h"
#include "base/rule.h"
#include "episode/dated_while_closed.h"
#include "episode/step_row.h"

/* The days on which the episode is not open: between these two. */
typedef struct DaysClosed
{
	const RecordChange *change;
	DateADT		closed_on;
	DateADT		reopened_on;	/* DATEVAL_NOEND: not yet */
} DaysClosed;

/* A table whose rows belong to an episode, or are parts of such a row. */
typedef struct DatedTable
{
	const char *table;
	const char *key;			/* of the episode, or of the row that the rows are parts of */
	const char *id;				/* what names a row in an error */
	const char *what;			/* the words before it */
	const char *dates[3];		/* the days on which something happened */
	const char *end;			/* the day it ended, perhaps with the closure; NULL: it does not end */
	bool		returns;		/* its first day is perhaps that of the reopening */
	bool		lock;			/* see outcomes and plans */
	bool		(*is_exempt) (const Record *row);
	bool		(*ended_by_itself) (const Record *row);
	void		(*check_parts) (const DaysClosed *closed, int64 id);
} DatedTable;

static bool
is_while_closed(const DaysClosed *closed, DateADT day)
{
	return day > closed->closed_on && day < closed->reopened_on;
}

/* What came back with the reopening is corrected with the reopening's day. */
static bool
begins_along(const DaysClosed *closed, const DatedTable *dated, DateADT day)
{
	return dated->returns && field_was_set(closed->change, "reopened_on") &&
		day == date_of(&closed->change->before, "reopened_on");
}

/* An end that the closure brought is corrected with the closure's day. */
static bool
ends_along(const DaysClosed *closed, const DatedTable *dated, const Record *row)
{
	return field_was_set(closed->change, "closed_on") &&
		date_of(row, dated->end) == date_of(&closed->change->before, "closed_on") &&
		!(dated->ended_by_itself && dated->ended_by_itself(row));
}

/* A day of the row on which the episode is not open; DATEVAL_NOEND if there is none. */
static DateADT
day_while_closed(const DaysClosed *closed, const DatedTable *dated, const Record *row)
{
	for (int i = 0; i < (int) lengthof(dated->dates) && dated->dates[i]; i++)
	{
		DateADT		day = date_of(row, dated->dates[i]);

		if (!is_null(row, dated->dates[i]) && is_while_closed(closed, day) &&
			!(i == 0 && begins_along(closed, dated, day)))
			return day;
	}
	if (dated->end && !is_null(row, dated->end) && is_while_closed(closed, date_of(row, dated->end)) &&
		!ends_along(closed, dated, row))
		return date_of(row, dated->end);
	return DATEVAL_NOEND;
}

static void
refuse_while_closed(const DaysClosed *closed, const DatedTable *dated, const Record *row)
{
	Relation	rel = closed->change->rel;
	DateADT		day = day_while_closed(closed, dated, row);
	const char *id = id_words(id_of(row, dated->id));
	const char *episode_id = id_words(id_of(&closed->change->after, "episode_id"));

	if (day == DATEVAL_NOEND)
		return;
	if (closed->reopened_on == DATEVAL_NOEND)
		rule_error(RULE_CLOSURE, rel, NULL, "%s %s is dated after closed_on %s of episode_id %s",
				   dated->what, id, date_words(closed->closed_on), episode_id);
	rule_error_hint(RULE_CLOSURE, rel, NULL, "Correct that day first, or give an earlier one.",
					"%s %s of %s would be after episode_id %s closed on %s and before it was reopened on %s",
					dated->what, id, date_words(day), episode_id,
					date_words(closed->closed_on), date_words(closed->reopened_on));
}

/* The rows whose key is this id. */
static void
refuse_rows_while_closed(const DaysClosed *closed, const DatedTable *dated, int64 id)
{
	SiblingScan	rows;

	sibling_beginscan(closed->change->rel, dated->table, dated->key, id, &rows);
	while (sibling_getnext(&rows))
	{
		if (dated->lock && !lock_this_sibling(&rows, LockTupleNoKeyExclusive))
			continue;
		if (dated->is_exempt && dated->is_exempt(&rows.row))
			continue;
		refuse_while_closed(closed, dated, &rows.row);
		if (dated->check_parts)
			dated->check_parts(closed, id_of(&rows.row, dated->id));
	}
	sibling_endscan(&rows);
}

static const DatedTable domains = {
	.table = "assessment_domain", .key = "assessment_id",
	.id = "assessment_id", .what = "domain of assessment",
	.dates = {"assessed_on"}
};

static void
check_parts_of_assessment(const DaysClosed *closed, int64 assessment_id)
{
	refuse_rows_while_closed(closed, &domains, assessment_id);
}

/* A corrected version is dated when the record was corrected. */
static bool
is_correction(const Record *assessment)
{
	return !is_null(assessment, "corrects_assessment_id");
}

/* By a review or a withdrawal: another day of the closure does not change that day. */
static bool
ended_by_itself(const Record *support)
{
	return !text_is(support, "end_reason", "episode_closed");
}

static const DatedTable assessments = {
	.table = "assessment", .key = "episode_id",
	.id = "assessment_id", .what = "assessment",
	.dates = {"started_on", "completed_on"}, .end = "ended_on", .ended_by_itself = ended_by_itself,
	.is_exempt = is_correction, .check_parts = check_parts_of_assessment
};

/*
 * Who drops or achieves an outcome locks the outcome's row alone, not its plan
 * or episode. So closing waits for such a writer at the outcome.
 */
static const DatedTable outcomes = {
	.table = "plan_outcome", .key = "plan_id",
	.id = "plan_outcome_id", .what = "plan_outcome",
	.dates = {"agreed_on", "achieved_on", "withdrawn_on"},
	.lock = true
};

static const DatedTable actions = {
	.table = "action", .key = "plan_id",
	.id = "action_id", .what = "action",
	.dates = {"agreed_on"}
};

static const DatedTable reviews = {
	.table = "review", .key = "plan_id",
	.id = "review_id", .what = "review",
	.dates = {"held_on"}
};

static void
check_parts_of_plan(const DaysClosed *closed, int64 plan_id)
{
	refuse_rows_while_closed(closed, &outcomes, plan_id);
	refuse_rows_while_closed(closed, &actions, plan_id);
	refuse_rows_while_closed(closed, &reviews, plan_id);
}

/* Who agrees an outcome or action locks the plan alone, not its episode. */
static const DatedTable plans = {
	.table = "plan", .key = "episode_id",
	.id = "plan_id", .what = "plan",
	.dates = {"started_on"}, .end = "ended_on",
	.lock = true, .ended_by_itself = ended_by_itself, .check_parts = check_parts_of_plan
};

/* A step down may be offered before the closure and decided after it. */
static bool
is_step_down(const Record *step)
{
	return !is_step_up(step);
}

static const DatedTable steps = {
	.table = "step", .key = "episode_id",
	.id = "step_id", .what = "step",
	.dates = {"offered_on", "decided_on"},
	.is_exempt = is_step_down
};

static const DatedTable leads = {
	.table = "lead_practitioner", .key = "episode_id",
	.id = "practitioner_id", .what = "lead_practitioner of practitioner",
	.dates = {"from_on"}
};

static const DatedTable children = {
	.table = "episode_child", .key = "episode_id",
	.id = "child_id", .what = "episode_child of child",
	.dates = {"joined_on"}, .end = "left_on", .returns = true
};

static void
refuse_dated_while_closed(const DaysClosed *closed)
{
	int64		episode_id = id_of(&closed->change->after, "episode_id");

	refuse_rows_while_closed(closed, &assessments, episode_id);
	refuse_rows_while_closed(closed, &plans, episode_id);
	refuse_rows_while_closed(closed, &steps, episode_id);
	refuse_rows_while_closed(closed, &leads, episode_id);
	refuse_rows_while_closed(closed, &children, episode_id);
}

/* What is there already is not dated after the closure. */
void
check_nothing_after_closure(const RecordChange *change)
{
	DaysClosed	closed = {change, date_of(&change->after, "closed_on"), DATEVAL_NOEND};

	refuse_dated_while_closed(&closed);
}

/* Nor is it before the corrected day of a reopening, after the closure of this day. */
void
check_nothing_in_gap(const RecordChange *change, DateADT closed_on)
{
	DaysClosed	closed = {change, closed_on, date_of(&change->after, "reopened_on")};

	refuse_dated_while_closed(&closed);
}
