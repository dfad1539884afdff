/*-------------------------------------------------------------------------
 *
 * kept_child.c
 *		Nothing new is written for a duplicate: it is the child that is kept
 *		(M01).
 *
 * What was recorded for a duplicate before it was merged stays its own, so that
 * an undone merge gives it back.  What is recorded afterwards names the kept
 * child.  The acts and the import look the kept child up; any other statement
 * that names the duplicate is refused, with the id of the kept child.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"

#include "base/last_parent.h"
#include "base/partnership_query.h"
#include "base/partnership_row.h"
#include "base/record.h"
#include "base/rule.h"
#include "family/kept_child.h"

/* Fails with 40001. */
void
try_again(const char *concurrent, int64 child_id)
{
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("could not serialize access due to concurrent %s", concurrent),
			 errdetail("child_id %s", id_words(child_id)),
			 errhint("Run the transaction again.")));
	pg_unreachable();
}

/* Whom this transaction's snapshot shows the child to count for. */
static int64
counted_child_seen(Relation rel, int64 child_id)
{
	Record		child;
	int64		counted = child_id;

	if (read_sibling_xact_snapshot(rel, "child", "child_id", child_id, &child))
	{
		counted = id_of(&child, "counts_for_child_id");
		leave_sibling(&child);
	}
	return counted;
}

/*
 * Whom a child counts for.  The lock comes first: FOR KEY SHARE, as a foreign
 * key locks a parent.  A merge locks the duplicate FOR UPDATE, so one waits for
 * the other, and the second sees what the first did.  Above READ COMMITTED
 * another transaction may have merged the child since our snapshot.  Our row
 * would then be of one child, and what we read of another: that fails with
 * 40001.
 */
int64
lock_counted_child(Relation rel, int64 child_id)
{
	Record		child;
	int64		counted;

	if (!lock_sibling(rel, "child", "child_id", child_id, LockTupleKeyShare, &child))
		return child_id;		/* the foreign key says so */
	counted = id_of(&child, "counts_for_child_id");
	leave_sibling(&child);
	if (IsolationUsesXactSnapshot() && counted_child_seen(rel, child_id) != counted)
		try_again("merge", child_id);
	return counted;
}

void
refuse_duplicate(Relation rel, const char *column, int64 child_id, int64 kept)
{
	rule_error_hint(RULE_MERGE, rel, NULL, psprintf("Write it for child_id %s.", id_words(kept)),
					"%s %s of \"%s\" is a duplicate of child_id %s",
					column, id_words(child_id), RelationGetRelationName(rel), id_words(kept));
}

/* Did the row hold no longer, and holds again? */
static bool
is_open_again(const RecordChange *change, const char *end)
{
	return field_was_set(change, end) && is_null(&change->after, end);
}

static int64
kept_child_of_row(FunctionCallInfo fcinfo, const RecordChange *change, int64 child_id)
{
	const int64 *last = last_parent(fcinfo, child_id);
	int64		kept;

	if (last)
		return *last;
	kept = lock_counted_child(change->rel, child_id);
	return *(const int64 *) keep_parent(fcinfo, child_id, &kept, sizeof(kept));
}

PG_FUNCTION_INFO_V1(early_help_kept_child);

/*
 * Trigger, before insert or update: the column that is its first argument names
 * no duplicate anew.  The second argument, if there is one, is a column that is
 * null as long as the row is open: no row of a duplicate opens again.
 */
Datum
early_help_kept_child(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "kept_child", true, ROW_INSERT | ROW_UPDATE);
	Trigger    *trigger = change.trigger->tg_trigger;
	const char *column;
	bool		anew;
	bool		again;
	int64		child_id;
	int64		kept;

	require_arguments(&change, "kept_child", 1);
	column = trigger->tgargs[0];
	anew = field_is_new(&change, column);
	again = trigger->tgnargs > 1 && is_open_again(&change, trigger->tgargs[1]);
	if (is_null(&change.after, column) || (!anew && !again))
		return record_result(&change);
	child_id = id_of(&change.after, column);
	kept = kept_child_of_row(fcinfo, &change, child_id);
	if (kept != child_id && anew)
		refuse_duplicate(change.rel, column, child_id, kept);
	if (kept != child_id)
		rule_error_hint(RULE_MERGE, change.rel, NULL, "Undo the merge first, with unmerge_children.",
						"%s %s is a duplicate of child_id %s, and its row of \"%s\" would be open again",
						column, id_words(child_id), id_words(kept), RelationGetRelationName(change.rel));
	return record_result(&change);
}
