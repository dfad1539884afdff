/*-------------------------------------------------------------------------
 *
 * stale_months.c
 *		The log of months whose figures must be computed anew.
 *
 * The figures of a month are kept as cells.  A change of a record makes the
 * cells of some months stale, and its transaction says so in a log, the table
 * stale_mark of the partnership.  Five stages:
 *
 *	  trigger	A row changed.  Which months can its figures reach?
 *	     |			mark_trigger.c, mark_dates.c, mark_references.c
 *	     v
 *	  frame		Did this transaction mark these months before?  Then stop.
 *	     |			stale_mark.c, stale_frame.c
 *	     v
 *	  log		Append (source, first month, last month, last event, part).
 *	     |			stale_months.c
 *	     v
 *	  read		A view shows the cells of the months that are not in the log,
 *	     |		and computes the others from the records.
 *	     v			stale_months_read.c
 *	  refresh	One statement computes the cells of a month and takes the month
 *				out of the log rows that its snapshot sees.
 *					replace_cells() in install/figures/refresh_month.sql
 *
 * An event of March, whose source reaches three months:
 *
 *				   Jan  Feb  Mar  Apr  May  Jun  Jul  Aug
 *	  records				  *
 *	  log row				 [===][----------------]		first month, last event: March
 *														last month: June
 *	  a view	   cell cell [      computed      ] cell cell
 *	  after a refresh of April:
 *	  log rows				 [===]     [-----------]
 *	  a view	   cell cell [   ] cell [computed ] cell cell
 *
 * Data and log commit together, so a view equals the plain query in every
 * snapshot.
 *
 * - What is marked depends on the dates in the changed row alone, never on what
 *   else the writer sees: another transaction may hold an uncommitted event
 *   whose figures this change reaches.
 * - A mark is read only as far as there are cells or events of marks.  A month
 *   beyond them has no event, and an event that comes into it marks it.
 *   Otherwise support without an end would make a thousand empty months stale.
 * - A setting marks every month and has no event.
 * - The triggers are AFTER ROW and ENABLE ALWAYS.  So COPY, MERGE, ON CONFLICT,
 *   cascading foreign keys and logical-replication apply all fire them.
 * - A trigger reads and writes through the table access method, without SPI.  It
 *   asks the writer for no privilege, as a foreign key does not.  All that it
 *   reads and writes must belong to the owner of the table that changed.
 * - The log has no index and no key, so writers never wait for each other.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "access/tableam.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "base/sharded.h"
#include "figures/engine_table.h"
#include "figures/stale_months.h"

/* Is it the log as create_partnership made it? */
void
check_log(Relation log)
{
	static const Oid types[LOG_COLUMNS] = {VARCHAROID, DATEOID, DATEOID, DATEOID, INT8OID};
	TupleDesc	desc = RelationGetDescr(log);
	bool		same = desc->natts == LOG_COLUMNS;

	for (int i = 0; i < LOG_COLUMNS && same; i++)
		same = TupleDescAttr(desc, i)->atttypid == types[i];
	if (!same)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("table \"%s\" was altered", LOG_TABLE),
				 errdetail("Its columns are source, first_month, last_month, last_event and part, as create_partnership made them.")));
}

/*
 * A row that is appended here enters no index.  relhasindex alone does not say
 * that there is one: it stays true after DROP INDEX until the next VACUUM.
 */
static void
check_no_index(Relation log)
{
	List	   *indexes = log->rd_rel->relhasindex ? RelationGetIndexList(log) : NIL;

	if (indexes != NIL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("table \"%s\" has an index, and the log of stale months is written without one", LOG_TABLE),
				 errhint("Drop \"%s\".", get_rel_name(linitial_oid(indexes)))));
}

/* A row that is appended here passes no cast, which would refuse a source that is too long. */
static void
check_length(Relation log, const char *source)
{
	int32		typmod = TupleDescAttr(RelationGetDescr(log), LOG_SOURCE - 1)->atttypmod;

	if (typmod >= (int32) VARHDRSZ && pg_mbstrlen(source) > typmod - (int32) VARHDRSZ)
		ereport(ERROR,
				(errcode(ERRCODE_STRING_DATA_RIGHT_TRUNCATION),
				 errmsg("the source of a mark is longer than %d characters", typmod - (int32) VARHDRSZ)));
}

/* Opens the log beside a table that changed.  The lock stays until the transaction ends. */
static Relation
open_log(Relation rel)
{
	Relation	log = open_engine_table_in(RelationGetNamespace(rel), LOG_TABLE, RowExclusiveLock);

	if (log->rd_rel->relowner != rel->rd_rel->relowner)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("tables \"%s\" and \"%s\" have different owners", RelationGetRelationName(rel), LOG_TABLE),
				 errhint("Everything in a partnership's schemas belongs to one role: ALTER TABLE ... OWNER TO it.")));
	check_log(log);
	check_no_index(log);
	refuse_shard(RelationGetRelid(rel));
	refuse_shard(RelationGetRelid(log));
	return log;
}

/*
 * Appends a row to the log beside a table that changed, and returns the log's
 * OID.  The row has the command id of the change that fired the trigger, or a
 * later one, as the changed row has: the writer's next statement sees both.
 */
Oid
append_to_log(Relation rel, const LogRow *row)
{
	Relation	log = open_log(rel);
	Oid			oid = RelationGetRelid(log);
	TupleTableSlot *slot;

	check_length(log, row->source);
	slot = table_slot_create(log, NULL);
	memset(slot->tts_isnull, false, LOG_COLUMNS * sizeof(bool));
	slot->tts_values[LOG_SOURCE - 1] = CStringGetTextDatum(row->source);
	slot->tts_values[LOG_FIRST_MONTH - 1] = DateADTGetDatum(row->first_month);
	slot->tts_values[LOG_LAST_MONTH - 1] = DateADTGetDatum(row->last_month);
	slot->tts_values[LOG_LAST_EVENT - 1] = DateADTGetDatum(row->last_event);
	slot->tts_values[LOG_PART - 1] = row->part != NULL ? Int64GetDatum(*row->part) : (Datum) 0;
	slot->tts_isnull[LOG_PART - 1] = row->part == NULL;
	ExecStoreVirtualTuple(slot);
	simple_table_tuple_insert(log, slot);

	ExecDropSingleTupleTableSlot(slot);
	relation_close(log, NoLock);
	return oid;
}
