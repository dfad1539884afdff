/*-------------------------------------------------------------------------
 *
 * partnership_row.c
 *		Rows of a sibling table by a key, without a query.
 *
 * Nearly every rule locks one row first: an episode, a plan or an EHA. Then it
 * scans a few rows of one family, child, EHA or plan. Setting up a query takes
 * several times as long as finding them. So this file scans an index itself and
 * locks through the table access method, as ri_triggers.c does. Its cost does not
 * depend on statistics, which a partnership just loaded does not have.
 *
 * It sees what run_partnership_query() sees: the latest committed rows at every
 * isolation level, and what this transaction has written, its current statement
 * included. It asks for no privilege and applies no row security. It locks as
 * SELECT ... FOR does: it waits for an update that is under way and then takes
 * the newest version; above READ COMMITTED the transaction fails with 40001.
 *
 * Only where a row was found last is remembered between calls (row_place.c).
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

#include "base/compat.h"
#include "base/partnership_row.h"
#include "base/row_place.h"
#include "base/sharded.h"

/* How often a table is looked up again because it is renamed at the same time. */
#define MOST_RENAMES 5

/*
 * Opens the table of this name in the schema. While we wait for the lock, the
 * table can be renamed or moved to another schema; then we look the name up
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
 * Opens a sibling table. It must have the same owner as rel: otherwise a role
 * that may create a table in the partnership's schema could read the
 * partnership's rows through a trigger on that table.
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

/* Does an index hold every row that this transaction's snapshots see, in the order of this bigint column? */
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

/* The first such index; InvalidOid if there is none: then a scan reads the whole table. */
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
 * Primary keys that were found to be led by a column, by their OIDs. The
 * columns of an index never change. Lives until the session ends.
 */
typedef struct LedIndex
{
	Oid			index;
	int			column;
} LedIndex;

static LedIndex led_indexes[64];

/* The index to find a row by.  If it is the primary key, it is remembered. */
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
 * A scan of the rows with a key
 * ---------------------------------------------------------------------
 */

/*
 * Registers the snapshot that a query would have: it sees what the triggers of
 * this statement have written.
 */
static Snapshot
register_snapshot(bool xact_snapshot)
{
	CommandCounterIncrement();
	return RegisterSnapshot(xact_snapshot ? GetTransactionSnapshot() : GetLatestSnapshot());
}

/*
 * The lock on the index stays until the transaction ends, as a query's does: a
 * statement of many rows comes back to it.
 */
static void
begin_index_scan(SiblingScan *scan)
{
	ScanKeyData key;

	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(scan->id));
	scan->by_index = begin_row_scan(scan->row.rel, index_open(scan->index, AccessShareLock), scan->snapshot, 1);
	index_rescan(scan->by_index, &key, 1, NULL, 0);
}

/* The table is open. The scan goes on to read it by an index, or as a whole. */
static SiblingScan
new_scan(Relation sibling, bool xact_snapshot)
{
	return (SiblingScan) {
		.row = {.rel = sibling, .context = CurrentMemoryContext},
		.id = NO_ID,
		.snapshot = register_snapshot(xact_snapshot),
		.slot = table_slot_create(sibling, NULL)
	};
}

/* By this index, or by reading the whole table. */
static void
begin_key_scan(SiblingScan *scan, const char *key, int column, Oid index, int64 id)
{
	ScanKeyData scan_key;

	scan->key = key;
	scan->id = id;
	scan->index = index;
	if (OidIsValid(index))
	{
		begin_index_scan(scan);
		return;
	}
	ScanKeyInit(&scan_key, (AttrNumber) column, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(id));
	scan->whole_table = table_beginscan_strat(scan->row.rel, scan->snapshot, 1, &scan_key, true, false);
}

static void
begin_scan(SiblingScan *scan, Relation sibling, const char *key, int64 id, bool xact_snapshot)
{
	int			column = column_of_type(sibling, key, INT8OID);

	*scan = new_scan(sibling, xact_snapshot);
	begin_key_scan(scan, key, column, index_led_by(sibling, column), id);
}

/* The row is the one in the scan's slot. */
static bool
is_at_row(SiblingScan *scan, bool found)
{
	scan->row.slot = found ? scan->slot : NULL;
	scan->row.tuple = found ? ExecFetchSlotHeapTuple(scan->slot, false, NULL) : NULL;
	return found;
}

/* Moves on to the next row, which is good until the one after. */
bool
sibling_getnext(SiblingScan *scan)
{
	if (OidIsValid(scan->index))
		return is_at_row(scan, index_getnext_slot(scan->by_index, ForwardScanDirection, scan->slot));
	return is_at_row(scan, table_scan_getnextslot(scan->whole_table, ForwardScanDirection, scan->slot));
}

/* The slot, the snapshot and the table stay. */
static void
end_key_scan(SiblingScan *scan)
{
	if (OidIsValid(scan->index))
	{
		Relation	index = scan->by_index->indexRelation;

		index_endscan(scan->by_index);
		index_close(index, NoLock);
	}
	else
		table_endscan(scan->whole_table);
}

/* ---------------------------------------------------------------------
 * One row
 * ---------------------------------------------------------------------
 */

/*
 * Locks the row in the slot as the snapshot saw it, or the newest version of it,
 * which takes its place.  False if it is gone by now, or if another transaction
 * holds it and we do not wait.
 */
static bool
try_lock_row(Relation sibling, TupleTableSlot *slot, Snapshot snapshot, LockTupleMode mode,
			 LockWaitPolicy wait, bool *held)
{
	ItemPointerData place = slot->tts_tid;
	uint8		flags = TUPLE_LOCK_FLAG_LOCK_UPDATE_IN_PROGRESS;
	TM_FailureData failure;

	ExecClearTuple(slot);
	if (!IsolationUsesXactSnapshot())
		flags |= TUPLE_LOCK_FLAG_FIND_LAST_VERSION;
	switch (table_tuple_lock(sibling, &place, snapshot, slot, GetCurrentCommandId(false),
							 mode, wait, flags, &failure))
	{
		case TM_Ok:
			return true;
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
	return false;
}

static bool
lock_row(Relation sibling, TupleTableSlot *slot, Snapshot snapshot, LockTupleMode mode)
{
	bool		held;

	return try_lock_row(sibling, slot, snapshot, mode, LockWaitBlock, &held);
}

/* The row is the one in the slot, with no page held for it. */
static void
keep_row(Record *row, TupleTableSlot *slot)
{
	row->slot = slot;
	row->tuple = ExecFetchSlotHeapTuple(slot, true, NULL);
}

/* The row with this id, by any index that the column leads, or by reading the whole table. */
static bool
find_row(SiblingScan *scan, const char *key, int64 id)
{
	Relation	sibling = scan->row.rel;
	int			column = column_of_type(sibling, key, INT8OID);
	Oid			index = index_led_by(sibling, column);
	bool		primary = OidIsValid(index) && index == sibling->rd_pkindex;
	bool		found;

	if (primary && find_near_last_place(sibling, column, id, scan->snapshot, scan->slot))
		return true;
	begin_key_scan(scan, key, column, index, id);
	found = sibling_getnext(scan);
	/* A scan of the whole table has the row's tuple in itself, and ends here. */
	if (found && !OidIsValid(index))
		ExecMaterializeSlot(scan->slot);
	end_key_scan(scan);
	if (found && primary)
		remember_place(sibling, id, scan->slot);
	return found;
}

/*
 * Opens the table and finds the row; locks it if a lock mode is given.  The
 * snapshot is taken after the table is open, because opening can wait.
 */
static bool
find_sibling(Relation rel, const char *table, const char *key, int64 id,
			 const LockTupleMode *lock, bool xact_snapshot, Record *row)
{
	SiblingScan scan;
	bool		found;

	if (id == NO_ID)
		return false;			/* null refers to nothing */
	scan = new_scan(open_sibling(rel, table, lock ? RowShareLock : AccessShareLock), xact_snapshot);
	found = find_row(&scan, key, id) &&
		(lock == NULL || lock_row(scan.row.rel, scan.slot, scan.snapshot, *lock));
	UnregisterSnapshot(scan.snapshot);
	*row = scan.row;
	row->slot = scan.slot;
	if (found)
		keep_row(row, scan.slot);

	/* The newest version may have got another key: it is another row then. */
	if (found && id_of(row, key) == id)
		return true;
	leave_sibling(row);
	return false;
}

/* Reads the latest version of a row of a sibling table of rel; false, and nothing to leave, if there is none. */
bool
read_sibling(Relation rel, const char *table, const char *key, int64 id, Record *row)
{
	return find_sibling(rel, table, key, id, NULL, false, row);
}

/* The same with the transaction's snapshot: above READ COMMITTED not the latest version. */
bool
read_sibling_xact_snapshot(Relation rel, const char *table, const char *key, int64 id, Record *row)
{
	return find_sibling(rel, table, key, id, NULL, true, row);
}

/* Locks the row until the transaction ends and reads its latest version. */
bool
lock_sibling(Relation rel, const char *table, const char *key, int64 id, LockTupleMode mode, Record *row)
{
	return find_sibling(rel, table, key, id, &mode, false, row);
}

/* Locks the row until the transaction ends and reads nothing of it; false if there is none. */
bool
lock_sibling_only(Relation rel, const char *table, const char *key, int64 id, LockTupleMode mode)
{
	Record		row;
	bool		found = lock_sibling(rel, table, key, id, mode, &row);

	if (found)
		leave_sibling(&row);
	return found;
}

/*
 * Locks a row read before FOR NO KEY UPDATE, and brings it up to date; false,
 * and nothing to leave, if it is gone.  Above READ COMMITTED it looks the row
 * up again, because an update since the read is no reason to fail yet.
 */
static bool
lock_read_sibling(Relation rel, const char *table, const char *key, Record *row)
{
	int64		id = id_of(row, key);
	Snapshot	snapshot;
	bool		found;

	if (IsolationUsesXactSnapshot())
	{
		leave_sibling(row);
		return lock_sibling(rel, table, key, id, LockTupleNoKeyExclusive, row);
	}
	LockRelationOid(RelationGetRelid(row->rel), RowShareLock);
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	found = lock_row(row->rel, row->slot, snapshot, LockTupleNoKeyExclusive);
	UnregisterSnapshot(snapshot);
	if (found)
		keep_row(row, row->slot);
	if (found && id_of(row, key) == id)
		return true;
	leave_sibling(row);
	return false;
}

/*
 * Locks a row and the row of its parent FOR NO KEY UPDATE, and reads the latest
 * version of both; false, and nothing to leave, if either is not there.
 *
 * The parent is locked first.  Closing an episode locks the episode and then its
 * plans and EHAs, and so does whoever starts or reviews one: in the other order
 * two of them could wait for each other.  So the row is read without a lock
 * before, to know its parent, and then locked by its place in the table, which
 * takes no second scan.  Should an EHA or plan have moved to another episode
 * meanwhile (move_plan), it starts again with that one.
 */
bool
lock_sibling_and_parent(Relation rel, const char *table, const char *key, int64 id,
						const char *parent_table, const char *parent_key,
						Record *row, Record *parent)
{
	while (read_sibling(rel, table, key, id, row))
	{
		int64		parent_id = id_of(row, parent_key);

		if (!lock_sibling(rel, parent_table, parent_key, parent_id, LockTupleNoKeyExclusive, parent))
		{
			leave_sibling(row);
			return false;
		}
		if (!lock_read_sibling(rel, table, key, row))
		{
			leave_sibling(parent);
			return false;
		}
		if (id_of(row, parent_key) == parent_id)
			return true;
		leave_sibling(row);
		leave_sibling(parent);
	}
	return false;
}

/* Closes the table, which stays locked until the transaction ends, as a query would leave it. */
void
leave_sibling(Record *row)
{
	ExecDropSingleTupleTableSlot(row->slot);
	table_close(row->rel, NoLock);
	*row = (Record) {0};
}

/* ---------------------------------------------------------------------
 * Every row with a key
 * ---------------------------------------------------------------------
 */

/* Begins a scan of the latest rows of a sibling table of rel whose key column, a bigint, is id. */
void
sibling_beginscan(Relation rel, const char *table, const char *key, int64 id, SiblingScan *scan)
{
	begin_scan(scan, open_sibling(rel, table, AccessShareLock), key, id, false);
}

/* The same with the transaction's snapshot: above READ COMMITTED not the latest rows. */
void
sibling_beginscan_xact_snapshot(Relation rel, const char *table, const char *key, int64 id,
								SiblingScan *scan)
{
	begin_scan(scan, open_sibling(rel, table, AccessShareLock), key, id, true);
}

/* The same of all rows of a short table, such as a code list; they have no key to lock them by. */
void
sibling_beginscan_all(Relation rel, const char *table, SiblingScan *scan)
{
	*scan = new_scan(open_sibling(rel, table, AccessShareLock), false);
	scan->whole_table = table_beginscan_strat(scan->row.rel, scan->snapshot, 0, NULL, true, false);
}

/*
 * Locks the scan's current row until the transaction ends, and brings it up to
 * date.  False if it is gone.  The caller tests again what it tested before,
 * on the version that is locked.
 */
bool
lock_this_sibling(SiblingScan *scan, LockTupleMode mode)
{
	LockRelationOid(RelationGetRelid(scan->row.rel), RowShareLock);
	return is_at_row(scan, lock_row(scan->row.rel, scan->slot, scan->snapshot, mode)) &&
		id_of(&scan->row, scan->key) == scan->id;
}

/*
 * Locks the scan's current row without waiting.  False if another transaction
 * holds a lock that conflicts; true also if the row is gone.
 */
bool
try_lock_this_sibling(const SiblingScan *scan, LockTupleMode mode)
{
	Relation	sibling = scan->row.rel;
	TupleTableSlot *slot = table_slot_create(sibling, NULL);
	bool		held = false;

	LockRelationOid(RelationGetRelid(sibling), RowShareLock);
	slot->tts_tid = scan->slot->tts_tid;
	(void) try_lock_row(sibling, slot, scan->snapshot, mode, LockWaitSkip, &held);
	ExecDropSingleTupleTableSlot(slot);
	return !held;
}

void
sibling_endscan(SiblingScan *scan)
{
	end_key_scan(scan);
	UnregisterSnapshot(scan->snapshot);
	scan->row.slot = scan->slot;
	leave_sibling(&scan->row);
}

/* Is there a row of a sibling table of rel whose key column, a bigint, is id? */
bool
is_any_sibling(Relation rel, const char *table, const char *key, int64 id)
{
	SiblingScan rows;
	bool		found;

	sibling_beginscan(rel, table, key, id, &rows);
	found = sibling_getnext(&rows);
	sibling_endscan(&rows);
	return found;
}
