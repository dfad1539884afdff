/*-------------------------------------------------------------------------
 *
 * partnership_row.h
 *		One row of a sibling table by its key, without a query.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_PARTNERSHIP_ROW_H
#define EARLY_HELP_PARTNERSHIP_ROW_H

#include "record.h"

extern bool read_sibling(Relation rel, const char *table, const char *key, int64 id, Record *row);
extern bool lock_sibling(Relation rel, const char *table, const char *key, int64 id, Record *row);
extern bool lock_read_sibling(Relation rel, const char *table, const char *key, Record *row);
extern void leave_sibling(Record *row);

#endif
