/*-------------------------------------------------------------------------
 *
 * child_merge.c
 *		Duplicates: two records of one child count as one, and can be parted
 *		again.
 *
 * No row is moved. A contact or referral has the child it was recorded for and
 * the child it counts for. Both are one composite foreign key to two columns of
 * the child, with ON UPDATE CASCADE, so they stay right under concurrent writes.
 * A merge changes only which child the duplicate counts for.  Afterwards nothing
 * new is recorded for the duplicate (kept_child.c), so an undone merge leaves
 * each child with what was recorded for it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"

#include "base/partnership_query.h"
#include "base/partnership_row.h"
#include "base/record.h"
#include "base/rule.h"
#include "family/family.h"
#include "family/kept_child.h"

/* ---------------------------------------------------------------------
 * Whom a contact or referral counts for
 * ---------------------------------------------------------------------
 */

/* A referral that follows a contact is of the contact's child: the foreign key to the contact says so. */
static bool
follows_contact(const RecordChange *change)
{
	Trigger    *trigger = change->trigger->tg_trigger;

	return trigger->tgnargs > 0 && !is_null(&change->after, trigger->tgargs[0]);
}

PG_FUNCTION_INFO_V1(early_help_counted_child);

/*
 * Trigger, before insert or update of child_id of contact_child or referral.  A
 * duplicate gets no new contact, but a contact from before the merge can still
 * be referred.  The argument of the trigger is the column that names it.
 */
Datum
early_help_counted_child(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "counted_child", true, ROW_INSERT | ROW_UPDATE);
	Record	   *record = &change.after;
	int64		child_id;
	int64		counted;

	if (is_null(record, "child_id") || !field_is_new(&change, "child_id"))
		return record_result(&change);
	child_id = id_of(record, "child_id");
	counted = lock_counted_child(change.rel, child_id);
	if (counted != child_id && !follows_contact(&change))
		refuse_duplicate(change.rel, "child_id", child_id, counted);
	set_id(record, "counted_child_id", counted);
	return record_result(&change);
}

/* ---------------------------------------------------------------------
 * Merging and undoing it
 * ---------------------------------------------------------------------
 */

static const PartnershipQuery counts_for_query = {
	"select counts_for_child_id from @child where child_id == $1",
	1, {INT8OID}
};

static const PartnershipQuery open_for_child_query = {
	"select 'episode_id', c.episode_id from @episode_child c join @episode e on e.episode_id == c.episode_id"
	" where c.child_id == $1 and c.left_on is null and e.closed_on is null"
	" union all select 'step_id', step_id from @step where child_id == $1 and outcome is null limit 1",
	1, {INT8OID}
};

/*
 * One merge at a time in a partnership: merges form chains, and they are rare.
 * The statement holds ROW EXCLUSIVE on the table already. This lock conflicts
 * with itself and not with that one, so two merges cannot block each other.
 */
static void
lock_merges(Relation rel)
{
	lock_sibling_table(rel, "child_merge", ShareUpdateExclusiveLock);
}

/*
 * The moment of the merge is that of the clock, now that the duplicate is
 * locked, and not that of the transaction's start.  What was recorded for the
 * duplicate before is then always older, and the audit can tell it from what
 * came after.
 */
static void
note_when_recorded(Record *merge)
{
	if (moment_of(merge, "recorded_at") == GetCurrentTransactionStartTimestamp())
		set_timestamp(merge, "recorded_at", GetCurrentTimestamp());
}

/* The last child of the chain: the one that the duplicate would count for. */
static int64
last_kept(Relation rel, int64 kept)
{
	Datum		values[] = {Int64GetDatum(kept)};

	return run_partnership_query(rel, &counts_for_query, values, NULL) > 0 ? result_id(1) : kept;
}

/* A duplicate has no life of its own: nothing is open for it. */
static void
check_nothing_open(const Record *merge, int64 merged)
{
	Datum		values[] = {Int64GetDatum(merged)};

	if (run_partnership_query(merge->rel, &open_for_child_query, values, NULL) > 0)
		rule_error(RULE_MERGE, merge->rel, NULL, "%s %s is open for child_id %s",
				   result_text(1), id_words(result_id(2)), id_words(merged));
}

static const PartnershipQuery with_social_care_query = {
	"select child_id from (select distinct on (child_id) child_id, level_to from @level_change"
	" where child_id == $1 or child_id == $2 order by child_id, change_number desc) last_change"
	" where early_help.level_number(level_to) == 3",
	2, {INT8OID, INT8OID}
};

/* One person is at one level.  If social care works with the duplicate alone, the kept child has the wrong level. */
static void
check_one_level(const Record *merge, int64 merged, int64 kept)
{
	Datum		values[] = {Int64GetDatum(merged), Int64GetDatum(kept)};

	if (run_partnership_query(merge->rel, &with_social_care_query, values, NULL) == 1 && result_id(1) == merged)
		rule_error_hint(RULE_MERGE, merge->rel, NULL,
						"Merge the other way round, or step the duplicate down first.",
						"child_id %s is at level social_care, and child_id %s is not",
						id_words(merged), id_words(kept));
}

static const PartnershipQuery lock_its_duplicates_query = {
	"select child_id from @child where merged_into_child_id == $1 order by child_id for update",
	1, {INT8OID}
};

/*
 * Locks a child FOR UPDATE, and before it those that count for it: whoever writes
 * for one of these locks it first, and then the child that it counts for.
 */
static void
lock_duplicate(Relation rel, int64 child_id)
{
	Datum		values[] = {Int64GetDatum(child_id)};

	run_partnership_query(rel, &lock_its_duplicates_query, values, NULL);
	(void) lock_sibling_only(rel, "child", "child_id", child_id, LockTupleExclusive);
}

/*
 * The lock on the duplicate comes before the checks: whoever records anything for
 * it holds it FOR KEY SHARE.  The dates of the kept child are checked where the
 * referrals follow the merge (R15).
 */
static void
check_merge(Record *merge)
{
	int64		merged = id_of(merge, "merged_child_id");
	int64		kept;

	lock_merges(merge->rel);
	lock_duplicate(merge->rel, merged);
	kept = last_kept(merge->rel, id_of(merge, "kept_child_id"));
	if (kept == merged && id_of(merge, "kept_child_id") != merged)
		rule_error(RULE_MERGE, merge->rel, NULL, "child_id %s counts for child_id %s already",
				   id_words(id_of(merge, "kept_child_id")), id_words(merged));
	if (kept == merged)
		return;					/* child_merge_of_two says so */
	check_nothing_open(merge, merged);
	check_one_level(merge, merged, kept);
	note_when_recorded(merge);
}

PG_FUNCTION_INFO_V1(early_help_child_merge_before);

/* Trigger, before insert or update of child_merge. */
Datum
early_help_child_merge_before(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "child_merge_before", true, ROW_INSERT | ROW_UPDATE);
	Record	   *merge = &change.after;

	begin_partnership_queries();
	if (TRIGGER_FIRED_BY_INSERT(change.event))
		check_merge(merge);
	else if (field_is_new(&change, "kept_child_id") || field_is_new(&change, "merged_child_id") ||
			 (!is_null(&change.before, "undone_on") &&
			  (field_is_new(&change, "undone_on") || field_is_new(&change, "undo_reason"))))
		rule_error(RULE_RECORD_STAYS, change.rel, NULL,
				   "child_merge_id %s: undo it and merge anew",
				   id_words(id_of(merge, "child_merge_id")));
	else
		lock_merges(change.rel);
	end_partnership_queries();
	return record_result(&change);
}

/*
 * Every merged child counts for the last child of its chain of merges. UNION
 * ends the recursion where rows written with triggers off form a circle. The
 * children of a circle count for themselves, and the audit reports them.
 */
static const PartnershipQuery settle_query = {
	"with recursive holds as ("
	" select merged_child_id as child_id, kept_child_id as kept from @child_merge where undone_on is null"
	"), chain (child_id, kept) as ("
	" select child_id, kept from holds"
	" union select c.child_id, h.kept from chain c join holds h on h.child_id == c.kept"
	"), settled as ("
	" select child_id, kept from chain c where not exists (select from holds h where h.child_id == c.kept)"
	"), concerned as ("
	" select child_id from settled union select child_id from @child where merged_into_child_id is not null"
	")"
	" update @child set merged_into_child_id = s.kept"
	" from concerned c left join settled s on s.child_id == c.child_id"
	" where child.child_id == c.child_id and ((child.merged_into_child_id is null) <> (s.kept is null)"
	" or child.merged_into_child_id <> s.kept)"
	" returning child.child_id",
	0, {0}
};

static const PartnershipQuery count_of_child_query = {
	"select pg_catalog.count(*) from ("
	" select contact_child_id from @contact_child where child_id == $1"
	" union all select referral_id from @referral where child_id == $1) of_child",
	1, {INT8OID}
};

/*
 * Above READ COMMITTED our snapshot can show rows of the child that another
 * transaction has deleted or given to another child since. The foreign key's
 * cascade cannot change those rows, so our own figures would count them for the
 * old child. If the snapshot shows as many rows as there are now, there are
 * none of these, because the snapshot shows every row that the cascade has
 * changed.
 */
static void
check_all_followed(Relation rel, const int64 *children, uint64 count)
{
	for (uint64 i = 0; i < count; i++)
	{
		Datum		values[] = {Int64GetDatum(children[i])};
		int64		seen;

		run_partnership_query_xact_snapshot(rel, &count_of_child_query, values, NULL);
		seen = result_id(1);
		run_partnership_query(rel, &count_of_child_query, values, NULL);
		if (result_id(1) != seen)
			try_again("delete", children[i]);
	}
}

static void
settle_merges(Relation rel)
{
	uint64		count = write_by_rules(rel, &settle_query, NULL, NULL);
	int64	   *children = palloc(Max(count, 1) * sizeof(int64));

	for (uint64 i = 0; i < count; i++)
	{
		children[i] = row_id(SPI_tuptable, i, 1);
	}
	if (IsolationUsesXactSnapshot())
		check_all_followed(rel, children, count);
	pfree(children);
}

PG_FUNCTION_INFO_V1(early_help_child_merge_after);

/* Trigger, after insert, update or delete of child_merge. */
Datum
early_help_child_merge_after(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "child_merge_after", false,
										ROW_INSERT | ROW_UPDATE | ROW_DELETE);

	begin_partnership_queries();
	if (TRIGGER_FIRED_BY_DELETE(change.event))
		lock_merges(change.rel);	/* no trigger has, before */
	settle_merges(change.rel);
	if (!TRIGGER_FIRED_BY_INSERT(change.event))
	{
		require_own_membership(change.rel, id_of(&change.before, "kept_child_id"));
		require_own_membership(change.rel, id_of(&change.before, "merged_child_id"));
	}
	end_partnership_queries();
	return record_result(&change);
}

/* Does an update change what is recorded of the child itself? */
static bool
facts_change(const RecordChange *change)
{
	static const char *const facts[] = {
		"birth_date", "expected_birth_date", "pregnancy_ended_on", "died_on", "sex_code", "ethnicity_code"
	};

	for (int i = 0; i < (int) lengthof(facts); i++)
	{
		if (field_is_updated(change, facts[i]))
			return true;
	}
	return false;
}

PG_FUNCTION_INFO_V1(early_help_child_merged_by_merges);

/*
 * Trigger, before insert or update of child.  The facts of a duplicate are those
 * of the child that is kept.
 */
Datum
early_help_child_merged_by_merges(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "child_merged_by_merges", true,
										ROW_INSERT | ROW_UPDATE);

	if (field_is_written(&change, "merged_into_child_id") && !rules_are_writing())
		rule_error_hint(RULE_WRITTEN_BY_RULES, change.rel, NULL,
						"Use merge_children, or unmerge_children to undo a merge.",
						"merged_into_child_id of child_id %s is set by child_merge",
						id_words(id_of(&change.after, "child_id")));
	if (!is_null(&change.after, "merged_into_child_id") && facts_change(&change))
		refuse_duplicate(change.rel, "child_id", id_of(&change.after, "child_id"),
						 id_of(&change.after, "merged_into_child_id"));
	return record_result(&change);
}
