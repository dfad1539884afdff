/*-------------------------------------------------------------------------
 *
 * step_beside.c
 *		A child has one open step on every day (R12).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/timestamp.h"

#include "base/partnership_query.h"
#include "base/partnership_row.h"
#include "base/rule.h"
#include "episode/step_beside.h"

/*
 * Another step of the child, or of a duplicate of it, that is open on a day on
 * which this one is.  Two records of one child can each have had a step before
 * they were merged, and these are decided as they would have been.
 */
static const PartnershipQuery open_beside_query = {
	"select s.step_id, s.offered_on::pg_catalog.date, s.decided_on::pg_catalog.date"
	" from (select k.counts_for_child_id as id from @child k where k.child_id == $1) as kept"
	" cross join lateral (select kept.id as child_id"
	" union all select d.child_id from @child d where d.merged_into_child_id == kept.id) as c"
	" join @step s on s.child_id == c.child_id"
	" where s.step_id <> $2 and ((s.decided_on is null and $4 is null)"
	" or (s.offered_on < coalesce($4, 'infinity') and $3 < coalesce(s.decided_on, 'infinity')))"
	" and (s.child_id == $1 or greatest(s.recorded_at, $5) > (select pg_catalog.max(m.recorded_at)"
	" from @child d join @child_merge m on m.merged_child_id == d.child_id"
	" where d.merged_into_child_id == kept.id and m.undone_on is null)) limit 1",
	5, {INT8OID, INT8OID, DATEOID, DATEOID, TIMESTAMPTZOID}
};

/* Has the child a step beside this one, which may be there already? */
static bool
has_another_step(const Record *step, int64 child_id)
{
	SiblingScan steps;
	bool		found = false;

	sibling_beginscan(step->rel, "step", "child_id", child_id, &steps);
	while (!found && sibling_getnext(&steps))
		found = id_of(&steps.row, "step_id") != id_of(step, "step_id");
	sibling_endscan(&steps);
	return found;
}

/* Most children have one step and no duplicate: that is seen without a query. */
static bool
has_other_steps(const Record *step, const Record *child)
{
	int64		child_id = id_of(step, "child_id");

	return !is_null(child, "merged_into_child_id") ||
		is_any_sibling(step->rel, "child_merge", "kept_child_id", child_id) ||
		has_another_step(step, child_id);
}

/*
 * A child has one open step on every day, in whatever order steps are recorded.
 * The lock on the child makes two writers wait for each other.
 */
void
check_one_open(const RecordChange *change)
{
	const Record *step = &change->after;
	TimestampTz recorded_at = TRIGGER_FIRED_BY_INSERT(change->event) ?
		GetCurrentTimestamp() : moment_of(step, "recorded_at");
	Datum		values[] = {
		Int64GetDatum(id_of(step, "child_id")), Int64GetDatum(id_of(step, "step_id")),
		DateADTGetDatum(date_of(step, "offered_on")), DateADTGetDatum(date_of(step, "decided_on")),
		TimestampTzGetDatum(recorded_at)
	};
	char		nulls[] = {' ', ' ', ' ', is_null(step, "decided_on") ? 'n' : ' ', ' '};
	Record		child;
	bool		others;

	if (is_null(step, "offered_on"))
		return;					/* check_row says so */
	if (!lock_sibling(step->rel, "child", "child_id", id_of(step, "child_id"), LockTupleNoKeyExclusive, &child))
		return;					/* the foreign key says so */
	others = has_other_steps(step, &child);
	leave_sibling(&child);
	if (others && run_partnership_query(step->rel, &open_beside_query, values, nulls) > 0)
		rule_error_hint(RULE_STEP_ONCE, step->rel, "step_one_open_a_child",
						result_date(2) <= date_of(step, "offered_on") ? NULL :
						"A step from before that one was decided before it: give decided_on and outcome with it.",
						"step_id %s of child_id %s is open from %s to %s", id_words(result_id(1)),
						id_words(id_of(step, "child_id")), date_words(result_date(2)), date_words(result_date(3)));
}
