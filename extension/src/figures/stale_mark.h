/*-------------------------------------------------------------------------
 *
 * stale_mark.h
 *		Marks months as stale for the source of a trigger.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_STALE_MARK_H
#define EARLY_HELP_STALE_MARK_H

#include "utils/rel.h"
#include "utils/reltrigger.h"

extern void mark_months(Relation rel, Trigger *trigger, int first, int last_event, int reach);
extern void mark_months_of_part(Relation rel, Trigger *trigger, int64 part, int first, int last_event, int reach);
extern void mark_months_from(Relation rel, Trigger *trigger, int first);
extern void mark_every_month(Relation rel, Trigger *trigger);

#endif
