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
#include "nodes/lockoptions.h"
#include "utils/snapshot.h"

#include "base/record.h"

/* A walk over the rows with a key; nothing is written before it ends. */
typedef struct Siblings
{
	Record		row;			/* the row it has come to */
	const char *key;
	int64		id;
	Snapshot	snapshot;
	SysScanDesc scan;
} Siblings;

extern bool read_sibling(Relation rel, const char *table, const char *key, int64 id, Record *row);
extern bool read_sibling_as_seen(Relation rel, const char *table, const char *key, int64 id,
								 Record *row);
extern bool hold_sibling(Relation rel, const char *table, const char *key, int64 id, Record *row);
extern bool lock_sibling(Relation rel, const char *table, const char *key, int64 id,
						 LockTupleMode mode, Record *row);
extern bool lock_read_sibling(Relation rel, const char *table, const char *key, Record *row);
extern void leave_sibling(Record *row);
extern void lock_sibling_table(Relation rel, const char *table, LOCKMODE mode);

extern void begin_siblings(Relation rel, const char *table, const char *key, int64 id,
						   Siblings *siblings);
extern void begin_siblings_as_seen(Relation rel, const char *table, const char *key, int64 id,
								   Siblings *siblings);
extern bool next_sibling(Siblings *siblings);
extern bool lock_this_sibling(Siblings *siblings, LockTupleMode mode);
extern bool this_sibling_is_held(const Siblings *siblings);
extern void end_siblings(Siblings *siblings);

#endif
