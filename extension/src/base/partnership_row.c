/*-------------------------------------------------------------------------
 *
 * partnership_row.c
 *		Rows of a sibling table by a key, without a query.
 *
 * Nearly every rule begins with a row it locks, the episode, the plan, the
 * EHA, and goes on to the few rows of one family, child, EHA or plan. Setting
 * up a query for them takes several times as long as finding them, so this
 * goes through an index itself, and through the table access method, as
 * foreign keys go through theirs. What it costs does not rest on statistics,
 * which a partnership that was just loaded does not have.
 *
 * What is seen is what run_partnership_query() would see: the latest committed
 * rows at every isolation level, and what this transaction has written, its
 * present statement included; no privilege is asked for and no row security
 * applies. What is locked is locked as SELECT would: an update that is under
 * way is waited for, and then the newest row counts, or above READ COMMITTED
 * the transaction fails with 40001.
 *
 * Nothing is remembered between calls.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "storage/lmgr.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "base/partnership_row.h"
#include "base/sharded.h"

/* How often a table is looked up anew because it is renamed at the same time. */
#define MOST_RENAMES 5

/*
 * Opens the table that has this name in the schema.  While it waits for the
 * lock, that table can be renamed or moved to another schema: then it looks
 * again.
 */
static Relation
open_named(Oid schema, const char *table, LOCKMODE mode)
{
	for (int i = 0; i < MOST_RENAMES; i++)
	{
		Oid			named = get_relname_relid(table, schema);
		Relation	opened;

		if (!OidIsValid(named))
			return NULL;
		opened = try_relation_open(named, mode);
		if (opened == NULL)
			continue;
		if (RelationGetNamespace(opened) == schema && strcmp(RelationGetRelationName(opened), table) == 0)
			return opened;
		relation_close(opened, mode);
	}
	return NULL;
}

/*
 * A sibling has the owner of the table that asks: who may create a table in
 * the schema of a partnership does not see its rows by putting a trigger on it.
 */
static Relation
open_sibling(Relation rel, const char *table, LOCKMODE mode)
{
	Oid			schema = RelationGetNamespace(rel);
	Relation	opened = open_named(schema, table, mode);

	/* A partitioned table or a view has no rows of its own to find. */
	if (opened == NULL || opened->rd_rel->relkind != RELKIND_RELATION)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("schema \"%s\" has no table \"%s\"", get_namespace_name(schema), table),
				 errdetail("Table \"%s\" stands apart from the rest of its partnership.",
						   RelationGetRelationName(rel))));
	if (opened->rd_rel->relowner != rel->rd_rel->relowner)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("tables \"%s\" and \"%s\" have different owners",
						RelationGetRelationName(rel), table),
				 errhint("Everything in a partnership's schemas belongs to one role: ALTER TABLE ... OWNER TO it.")));
	refuse_shard(RelationGetRelid(rel));
	refuse_shard(RelationGetRelid(opened));
	return opened;
}

/* Locks a whole table until the transaction ends. */
void
lock_sibling_table(Relation rel, const char *table, LOCKMODE mode)
{
	relation_close(open_sibling(rel, table, mode), NoLock);
}

/* ---------------------------------------------------------------------
 * Which index finds a key
 * ---------------------------------------------------------------------
 */

/* Whether an index holds every row that the snapshots of this transaction see, in the order of this bigint column. */
static bool
is_led_by(Oid index, int column)
{
	HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
	Form_pg_index form;
	bool		led = false;

	if (!HeapTupleIsValid(tuple))
		return false;
	form = (Form_pg_index) GETSTRUCT(tuple);
	if (form->indisvalid && form->indkey.values[0] == column &&
		heap_attisnull(tuple, Anum_pg_index_indpred, NULL) &&
		(!form->indcheckxmin ||
		 TransactionIdPrecedes(HeapTupleHeaderGetXmin(tuple->t_data), TransactionXmin)))
	{
		bool		isnull;
		Datum		classes = SysCacheGetAttr(INDEXRELID, tuple, Anum_pg_index_indclass, &isnull);

		led = ((oidvector *) DatumGetPointer(classes))->values[0] == INT8_BTREE_OPS_OID;
	}
	ReleaseSysCache(tuple);
	return led;
}

/* The first of all indexes that is; without one, InvalidOid: the whole table is read, slow and right. */
static Oid
any_index_led_by(Relation sibling, int column)
{
	List	   *indexes = RelationGetIndexList(sibling);
	Oid			found = InvalidOid;
	ListCell   *cell;

	foreach(cell, indexes)
	{
		if (is_led_by(lfirst_oid(cell), column))
		{
			found = lfirst_oid(cell);
			break;
		}
	}
	list_free(indexes);
	return found;
}

/*
 * Primary keys that were found to be led by a column, by their OIDs.  A key's
 * columns never change: another key is another index.  Lives until the session
 * ends.
 */
typedef struct LedIndex
{
	Oid			index;
	int			column;
} LedIndex;

static LedIndex led_indexes[64];

/* The index by which a row is found; where it is the primary key, it is remembered. */
static Oid
index_led_by(Relation sibling, int column)
{
	LedIndex   *known;
	Oid			found;

	if (!sibling->rd_indexvalid)
		list_free(RelationGetIndexList(sibling));
	known = &led_indexes[sibling->rd_pkindex % lengthof(led_indexes)];
	if (OidIsValid(sibling->rd_pkindex) && known->index == sibling->rd_pkindex && known->column == column)
		return known->index;
	found = any_index_led_by(sibling, column);
	if (OidIsValid(found) && found == sibling->rd_pkindex)
		*known = (LedIndex) {found, column};
	return found;
}

/* ---------------------------------------------------------------------
 * One row
 * ---------------------------------------------------------------------
 */

/* The row that the snapshot sees, copied; NULL if there is none. */
static HeapTuple
find_row(Relation sibling, const char *key, int64 id, Snapshot snapshot)
{
	int			column = column_of_type(sibling, key, INT8OID);
	Oid			index = index_led_by(sibling, column);
	ScanKeyData scan_key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&scan_key, (AttrNumber) column, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(id));
	scan = systable_beginscan(sibling, index, OidIsValid(index), snapshot, 1, &scan_key);
	tuple = systable_getnext(scan);
	if (tuple)
		tuple = heap_copytuple(tuple);
	systable_endscan(scan);
	return tuple;
}

/*
 * Locks the row that the snapshot saw, or the newest version of it. NULL if it
 * is gone meanwhile, or held by somebody else and not waited for.
 */
static HeapTuple
try_lock_row(Relation sibling, HeapTuple tuple, Snapshot snapshot, LockTupleMode mode,
			 LockWaitPolicy wait, bool *held)
{
	TupleTableSlot *slot = table_slot_create(sibling, NULL);
	uint8		flags = TUPLE_LOCK_FLAG_LOCK_UPDATE_IN_PROGRESS;
	HeapTuple	locked = NULL;
	TM_FailureData failure;

	if (!IsolationUsesXactSnapshot())
		flags |= TUPLE_LOCK_FLAG_FIND_LAST_VERSION;
	switch (table_tuple_lock(sibling, &tuple->t_self, snapshot, slot, GetCurrentCommandId(false),
							 mode, wait, flags, &failure))
	{
		case TM_Ok:
			locked = ExecCopySlotHeapTuple(slot);
			break;
		case TM_SelfModified:
			break;
		case TM_WouldBlock:
			*held = true;
			break;
		case TM_Updated:
		case TM_Deleted:
			if (IsolationUsesXactSnapshot())
				ereport(ERROR,
						(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
						 errmsg("could not serialize access due to concurrent update")));
			break;
		default:
			ereport(ERROR,
					(errcode(ERRCODE_LOCK_NOT_AVAILABLE),
					 errmsg("a row of \"%s\" could not be locked", RelationGetRelationName(sibling))));
	}
	ExecDropSingleTupleTableSlot(slot);
	return locked;
}

static HeapTuple
lock_row(Relation sibling, HeapTuple tuple, Snapshot snapshot, LockTupleMode mode)
{
	bool		held;

	return try_lock_row(sibling, tuple, snapshot, mode, LockWaitBlock, &held);
}

/*
 * Opens the table and finds the row, with the snapshot a query would have:
 * this statement's triggers' own writes are seen.
 */
static bool
find_sibling(Relation rel, const char *table, const char *key, int64 id,
			 const LockTupleMode *lock, bool as_seen, Record *row)
{
	Snapshot	snapshot;

	if (id == NO_ID)
		return false;			/* null refers to nothing */
	row->rel = open_sibling(rel, table, lock ? RowShareLock : AccessShareLock);
	row->context = CurrentMemoryContext;
	CommandCounterIncrement();
	snapshot = RegisterSnapshot(as_seen ? GetTransactionSnapshot() : GetLatestSnapshot());
	row->tuple = find_row(row->rel, key, id, snapshot);
	if (row->tuple && lock)
		row->tuple = lock_row(row->rel, row->tuple, snapshot, *lock);
	UnregisterSnapshot(snapshot);

	/* The newest version may have got another key: it is another row then. */
	if (row->tuple && id_of(row, key) == id)
		return true;
	leave_sibling(row);
	return false;
}

/* Reads a row of a sibling table of rel; false, and nothing to leave, if there is none. */
bool
read_sibling(Relation rel, const char *table, const char *key, int64 id, Record *row)
{
	return find_sibling(rel, table, key, id, NULL, false, row);
}

/* The same as the transaction goes on seeing it: above READ COMMITTED not the latest. */
bool
read_sibling_as_seen(Relation rel, const char *table, const char *key, int64 id, Record *row)
{
	return find_sibling(rel, table, key, id, NULL, true, row);
}

/* The latest, locked until the transaction ends. */
bool
lock_sibling(Relation rel, const char *table, const char *key, int64 id, LockTupleMode mode, Record *row)
{
	return find_sibling(rel, table, key, id, &mode, false, row);
}

/* The latest, locked FOR SHARE until the transaction ends. */
bool
hold_sibling(Relation rel, const char *table, const char *key, int64 id, Record *row)
{
	LockTupleMode mode = LockTupleShare;

	return find_sibling(rel, table, key, id, &mode, false, row);
}

/*
 * Locks a row read before, and brings it up to date; false, and nothing to
 * leave, if it is gone. Above READ COMMITTED the row is looked up again: what
 * changed it since it was read is no reason to fail yet.
 */
bool
lock_read_sibling(Relation rel, const char *table, const char *key, Record *row)
{
	int64		id = id_of(row, key);
	Snapshot	snapshot;

	if (IsolationUsesXactSnapshot())
	{
		leave_sibling(row);
		return lock_sibling(rel, table, key, id, LockTupleNoKeyExclusive, row);
	}
	LockRelationOid(RelationGetRelid(row->rel), RowShareLock);
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	row->tuple = lock_row(row->rel, row->tuple, snapshot, LockTupleNoKeyExclusive);
	UnregisterSnapshot(snapshot);
	if (row->tuple && id_of(row, key) == id)
		return true;
	leave_sibling(row);
	return false;
}

/* The table stays locked until the transaction ends, as a query would leave it. */
void
leave_sibling(Record *row)
{
	table_close(row->rel, NoLock);
	row->rel = NULL;
	row->tuple = NULL;
}

/* ---------------------------------------------------------------------
 * Every row with a key
 * ---------------------------------------------------------------------
 */

static void
begin_walk(Relation rel, const char *table, const char *key, int64 id, bool as_seen, Siblings *siblings)
{
	Relation	sibling = open_sibling(rel, table, AccessShareLock);
	int			column = column_of_type(sibling, key, INT8OID);
	Oid			index = index_led_by(sibling, column);
	ScanKeyData scan_key;

	ScanKeyInit(&scan_key, (AttrNumber) column, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(id));
	CommandCounterIncrement();
	siblings->key = key;
	siblings->id = id;
	siblings->snapshot = RegisterSnapshot(as_seen ? GetTransactionSnapshot() : GetLatestSnapshot());
	siblings->scan = systable_beginscan(sibling, index, OidIsValid(index), siblings->snapshot,
										1, &scan_key);
	siblings->row.rel = sibling;
	siblings->row.tuple = NULL;
	siblings->row.context = CurrentMemoryContext;
}

/* Begins to walk the rows of a sibling table of rel whose key column, a bigint, is id. */
void
begin_siblings(Relation rel, const char *table, const char *key, int64 id, Siblings *siblings)
{
	begin_walk(rel, table, key, id, false, siblings);
}

/* The same as the transaction goes on seeing them: above READ COMMITTED not the latest. */
void
begin_siblings_as_seen(Relation rel, const char *table, const char *key, int64 id, Siblings *siblings)
{
	begin_walk(rel, table, key, id, true, siblings);
}

/* Moves on to the next row, which is good until the one after. */
bool
next_sibling(Siblings *siblings)
{
	siblings->row.tuple = systable_getnext(siblings->scan);
	return siblings->row.tuple != NULL;
}

/*
 * Locks the row it has come to, until the transaction ends; it is the newest
 * version then. False if it is gone. The caller looks again at what it looked
 * at before.
 */
bool
lock_this_sibling(Siblings *siblings, LockTupleMode mode)
{
	Record	   *row = &siblings->row;

	LockRelationOid(RelationGetRelid(row->rel), RowShareLock);
	row->tuple = lock_row(row->rel, row->tuple, siblings->snapshot, mode);
	return row->tuple && id_of(row, siblings->key) == siblings->id;
}

/* Whether somebody else holds the row it has come to; if not, it is locked FOR NO KEY UPDATE. */
bool
this_sibling_is_held(const Siblings *siblings)
{
	const Record *row = &siblings->row;
	bool		held = false;

	LockRelationOid(RelationGetRelid(row->rel), RowShareLock);
	(void) try_lock_row(row->rel, row->tuple, siblings->snapshot, LockTupleNoKeyExclusive,
						LockWaitSkip, &held);
	return held;
}

void
end_siblings(Siblings *siblings)
{
	systable_endscan(siblings->scan);
	UnregisterSnapshot(siblings->snapshot);
	leave_sibling(&siblings->row);
}
