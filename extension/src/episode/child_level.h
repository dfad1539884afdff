/*-------------------------------------------------------------------------
 *
 * child_level.h
 *		A child's level, and the changes of it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_CHILD_LEVEL_H
#define EARLY_HELP_CHILD_LEVEL_H

#include "utils/date.h"
#include "utils/rel.h"

#include "continuum/continuum.h"

extern NeedLevel level_of_child_on(Relation rel, int64 child_id, DateADT on);
extern void change_level(Relation rel, int64 child_id, NeedLevel from, NeedLevel to,
						 ContinuumEvent event, int64 episode_id, DateADT on);
extern void raise_child(Relation rel, int64 child_id, ContinuumEvent event,
						int64 episode_id, DateADT on);
extern void lower_child(Relation rel, int64 child_id, int64 episode_id, DateADT on);
extern void resettle_levels(Relation rel, int64 child_id);

#endif
