/*-------------------------------------------------------------------------
 *
 * closure.c
 *		Closing an episode: whom it waits for, and why it closed (R14).
 *		dated_while_closed.c has what may not be dated after it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/partnership_query.h"
#include "base/partnership_row.h"
#include "base/rule.h"
#include "continuum/continuum.h"
#include "episode/closure.h"
#include "episode/step_row.h"
#include "family/consent.h"

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

/*
 * Locks the rows of the episode that are under way, and stops at the first one
 * that another transaction has locked: its id; NO_ID if there is none.
 */
static int64
lock_until_held(const Record *episode, const char *table, const char *key,
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
 * Closing an episode ends its open EHAs and takes out its children. A session
 * that completes an EHA, or takes a child out, locks that row first and then
 * waits for the episode, which we have locked by now. To wait for its row would
 * be a deadlock. So closing never waits for it: it fails with 40001, the other
 * session goes on, and the client runs the closure again.
 */
void
let_others_go_first(const Record *episode)
{
	const char *what = "assessment_id";
	int64		held = lock_until_held(episode, "assessment", what, is_open_assessment);

	if (held == NO_ID)
	{
		what = "child_id";
		held = lock_until_held(episode, "episode_child", what, is_supported);
	}
	if (held != NO_ID)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to what is being written to the episode"),
				 errdetail("%s %s, episode_id %s", what, id_words(held),
						   id_words(id_of(episode, "episode_id"))),
				 errhint("Run the transaction again.")));
}

/*
 * Who agrees an outcome or action locks its plan and reads the episode.  Closing
 * that looks at what there is locks the plans there (dated_while_closed.c).
 */
void
lock_plans(const Record *episode)
{
	SiblingScan	plans;

	sibling_beginscan(episode->rel, "plan", "episode_id", id_of(episode, "episode_id"), &plans);
	while (sibling_getnext(&plans))
		(void) lock_this_sibling(&plans, LockTupleNoKeyExclusive);
	sibling_endscan(&plans);
}

/* ---------------------------------------------------------------------
 * Why it closed
 * ---------------------------------------------------------------------
 */

static const PartnershipQuery stepped_up_on_query = {
	"select step_id from @step where episode_id == $1 and decided_on == $2"
	" and outcome == 'accepted' and early_help.level_number(to_level) == 3 limit 1",
	2, {INT8OID, DATEOID}
};

/* Was a step up of the episode accepted on the day that it closed? */
static bool
stepped_up_then(const Record *episode)
{
	Datum		values[] = {
		Int64GetDatum(id_of(episode, "episode_id")), DateADTGetDatum(date_of(episode, "closed_on"))
	};

	return run_partnership_query(episode->rel, &stepped_up_on_query, values, NULL) > 0;
}

static void
refuse_reason(const Record *episode, const char *hint)
{
	rule_error_hint(RULE_CLOSURE, episode->rel, NULL, hint,
					"closure_reason_code of episode_id %s, closed_on %s", id_words(id_of(episode, "episode_id")),
					date_words(date_of(episode, "closed_on")));
}

/* No support that consent could have ended: social care has the child, there was no case, or nobody is left to help. */
static bool
ended_without_consent(const Record *episode)
{
	static const char *const reasons[] = {"stepped_up", "opened_in_error", "duplicate", "died", "pregnancy_ended"};

	for (int i = 0; i < (int) lengthof(reasons); i++)
	{
		if (text_is(episode, "closure_reason_code", reasons[i]))
			return true;
	}
	return false;
}

/*
 * Consent that was withdrawn in the episode closes it.  The reason or the day
 * of a closure may be put right, as a wrong withdrawal is mended after the
 * reason, and a withdrawal can be recorded after the closure; the audit asks (Q06).
 */
static void
check_consent_withdrawn(const RecordChange *change)
{
	const Record *episode = &change->after;
	const char *since = is_null(episode, "reopened_on") ? "opened_on" : "reopened_on";
	DateADT		closed_on = date_of(episode, "closed_on");
	int64		family_id = id_of(episode, "family_id");

	if (text_is(episode, "closure_reason_code", "consent_withdrawn"))
	{
		if (!consent_was_withdrawn(episode->rel, family_id, DATEVAL_NOBEGIN, closed_on))
			refuse_reason(episode, "Record the withdrawal with withdraw_consent first, "
						  "or close it for another reason, such as family_disengaged.");
	}
	else if (!field_was_set(change, "closed_on") && !ended_without_consent(episode) &&
			 consent_was_withdrawn(episode->rel, family_id, date_of(episode, since), closed_on))
		refuse_reason(episode, "The family withdrew its consent in this episode: close it as consent_withdrawn. "
					  "If it did not, mend that first with correct_withdrawal.");
}

/*
 * R14: an episode closes as stepped up by the acceptance of its last child's
 * step up, and because consent was withdrawn if it was.  The caller has locked
 * the episode and the family.
 */
void
check_closure_reason(const RecordChange *change)
{
	const Record *episode = &change->after;
	bool		stepped_up = text_is(episode, "closure_reason_code", "stepped_up");
	bool		was_stepped_up = change->before.tuple != NULL && text_is(&change->before, "closure_reason_code", "stepped_up");

	if (rules_are_writing() ||
		(!field_is_new(change, "closure_reason_code") && !field_is_new(change, "closed_on")))
		return;
	if (stepped_up && !stepped_up_then(episode))
		refuse_reason(episode, "Offer the step up with step_up and accept it with accept_step: "
					  "the last child's acceptance closes the episode, on its day.");
	if (was_stepped_up && !stepped_up && stepped_up_then(&change->before))
		refuse_reason(episode, "Use undo_decision of the last child's step first, if social care did not accept it.");
	check_consent_withdrawn(change);
}
