/*-------------------------------------------------------------------------
 *
 * partnership_row.h
 *		Rows of a sibling table by a key, without a query.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_PARTNERSHIP_ROW_H
#define EARLY_HELP_PARTNERSHIP_ROW_H

#include "access/genam.h"
#include "access/relscan.h"
#include "nodes/lockoptions.h"
#include "utils/snapshot.h"

#include "base/record.h"

/* A scan of the rows with a key.  Nothing is written to the table before it ends. */
typedef struct SiblingScan
{
	Record		row;			/* the current row */
	const char *key;
	int64		id;
	Snapshot	snapshot;
	TupleTableSlot *slot;		/* holds the current row */
	Oid			index;			/* InvalidOid: the whole table is read */
	IndexScanDesc by_index;
	TableScanDesc whole_table;
} SiblingScan;

extern bool read_sibling(Relation rel, const char *table, const char *key, int64 id, Record *row);
extern bool read_sibling_xact_snapshot(Relation rel, const char *table, const char *key, int64 id,
									   Record *row);
extern bool lock_sibling(Relation rel, const char *table, const char *key, int64 id,
						 LockTupleMode mode, Record *row);
extern bool lock_sibling_only(Relation rel, const char *table, const char *key, int64 id,
							  LockTupleMode mode);
extern bool lock_sibling_and_parent(Relation rel, const char *table, const char *key, int64 id,
									const char *parent_table, const char *parent_key,
									Record *row, Record *parent);
extern void leave_sibling(Record *row);
extern void lock_sibling_table(Relation rel, const char *table, LOCKMODE mode);

extern void sibling_beginscan(Relation rel, const char *table, const char *key, int64 id,
							  SiblingScan *scan);
extern void sibling_beginscan_xact_snapshot(Relation rel, const char *table, const char *key, int64 id,
											SiblingScan *scan);
extern void sibling_beginscan_all(Relation rel, const char *table, SiblingScan *scan);
extern bool sibling_getnext(SiblingScan *scan);
extern bool lock_this_sibling(SiblingScan *scan, LockTupleMode mode);
extern bool try_lock_this_sibling(const SiblingScan *scan, LockTupleMode mode);
extern void sibling_endscan(SiblingScan *scan);
extern bool is_any_sibling(Relation rel, const char *table, const char *key, int64 id);

#endif
