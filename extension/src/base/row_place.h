/*-------------------------------------------------------------------------
 *
 * row_place.h
 *		Where in its table a row was found last.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_ROW_PLACE_H
#define EARLY_HELP_ROW_PLACE_H

#include "executor/tuptable.h"
#include "utils/relcache.h"
#include "utils/snapshot.h"

extern bool find_near_last_place(Relation table, int column, int64 id, Snapshot snapshot, TupleTableSlot *slot);
extern void remember_place(Relation table, int64 id, const TupleTableSlot *slot);

#endif
