/*-------------------------------------------------------------------------
 *
 * kept_child.h
 *		Whom a child counts for, read under the child's lock.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_KEPT_CHILD_H
#define EARLY_HELP_KEPT_CHILD_H

#include "utils/rel.h"

extern int64 lock_counted_child(Relation rel, int64 child_id);
pg_noreturn extern void try_again(const char *concurrent, int64 child_id);
pg_noreturn extern void refuse_duplicate(Relation rel, const char *column, int64 child_id, int64 kept);

#endif
