/*-------------------------------------------------------------------------
 *
 * child_merge.c
 *		Duplicates: two records of one child count as one, and can be parted
 *		again.
 *
 * No row is moved. A contact or referral has the child it was recorded for and
 * the child it counts for. Both are one composite foreign key to two columns of
 * the child, with ON UPDATE CASCADE, so they stay right under concurrent writes.
 * A merge changes only which child the duplicate counts for.
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

/* ---------------------------------------------------------------------
 * Whom a contact or referral counts for
 * ---------------------------------------------------------------------
 */

static const PartnershipQuery counts_for_query = {
	"select counts_for_child_id from @child where child_id == $1",
	1, {INT8OID}
};

/* Locks the child FOR KEY SHARE, as a foreign key locks a parent. */
static const PartnershipQuery lock_child_query = {
	"select child_id from @child where child_id == $1 for key share",
	1, {INT8OID}
};

static void
try_again(const char *concurrent, int64 child_id)
{
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("could not serialize access due to concurrent %s", concurrent),
			 errdetail("child_id %s", id_words(child_id)),
			 errhint("Run the transaction again.")));
}

/*
 * Whom a child counts for. Above READ COMMITTED another transaction may have
 * merged the child since our snapshot. Our row would then count for one child,
 * and our own figures for another: so that fails with 40001.
 */
static int64
counted_child(Relation rel, int64 child_id)
{
	Datum		values[] = {Int64GetDatum(child_id)};
	Record		child;
	int64		counted;
	int64		seen;

	if (!read_sibling(rel, "child", "child_id", child_id, &child))
		return child_id;		/* the foreign key says so */
	counted = id_of(&child, "counts_for_child_id");
	leave_sibling(&child);
	if (!IsolationUsesXactSnapshot())
		return counted;
	seen = run_partnership_query_xact_snapshot(rel, &counts_for_query, values, NULL) > 0 ? result_id(1) : child_id;
	if (seen != counted)
		try_again("merge", child_id);
	return counted;
}

PG_FUNCTION_INFO_V1(early_help_counted_child);

/* Trigger, before insert or update of child_id of contact_child or referral. */
Datum
early_help_counted_child(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "counted_child", true, ROW_INSERT | ROW_UPDATE);
	Record	   *record = &change.after;
	int64		child_id;
	int64		counted;

	if (is_null(record, "child_id") || !field_is_new(&change, "child_id"))
		return record_result(&change);
	begin_partnership_queries();
	child_id = id_of(record, "child_id");
	counted = counted_child(change.rel, child_id);
	set_id(record, "counted_child_id", counted);
	if (counted != child_id)
	{
		Datum		values[] = {Int64GetDatum(counted)};

		run_partnership_query(change.rel, &lock_child_query, values, NULL);
	}
	end_partnership_queries();
	return record_result(&change);
}

/* ---------------------------------------------------------------------
 * Merging and undoing it
 * ---------------------------------------------------------------------
 */

static const PartnershipQuery open_for_child_query = {
	"select 'episode_id', c.episode_id from @episode_child c join @episode e on e.episode_id == c.episode_id"
	" where c.child_id == $1 and c.left_on is null and e.closed_on is null"
	" union all select 'step_id', step_id from @step where child_id == $1 and outcome is null limit 1",
	1, {INT8OID}
};

/* One merge at a time in a partnership: merges form chains, and they are rare. */
static void
lock_merges(Relation rel)
{
	lock_sibling_table(rel, "child_merge", ShareRowExclusiveLock);
}

static void
check_merge(const Record *merge)
{
	int64		kept = id_of(merge, "kept_child_id");
	int64		merged = id_of(merge, "merged_child_id");
	Datum		kept_value[] = {Int64GetDatum(kept)};
	Datum		merged_value[] = {Int64GetDatum(merged)};

	lock_merges(merge->rel);
	if (kept != merged && run_partnership_query(merge->rel, &counts_for_query, kept_value, NULL) > 0 &&
		result_id(1) == merged)
		rule_error(RULE_MERGE, merge->rel, NULL, "child_id %s counts for child_id %s already",
				   id_words(kept), id_words(merged));
	if (run_partnership_query(merge->rel, &open_for_child_query, merged_value, NULL) > 0)
		rule_error(RULE_MERGE, merge->rel, NULL, "%s %s is open for child_id %s",
				   result_text(1), id_words(result_id(2)), id_words(merged));
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
	settle_merges(change.rel);
	end_partnership_queries();
	return record_result(&change);
}

PG_FUNCTION_INFO_V1(early_help_child_merged_by_merges);

/* Trigger, before insert or update of child. */
Datum
early_help_child_merged_by_merges(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "child_merged_by_merges", true,
										ROW_INSERT | ROW_UPDATE);

	if (field_is_written(&change, "merged_into_child_id") && !rules_are_writing())
		rule_error(RULE_WRITTEN_BY_RULES, change.rel, NULL,
				   "merged_into_child_id of child_id %s is set by child_merge",
				   id_words(id_of(&change.after, "child_id")));
	return record_result(&change);
}
