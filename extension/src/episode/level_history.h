/*-------------------------------------------------------------------------
 *
 * level_history.h
 *		A child's level changes, written anew in the order of their days.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_LEVEL_HISTORY_H
#define EARLY_HELP_LEVEL_HISTORY_H

#include "utils/date.h"
#include "utils/rel.h"

#include "base/compat.h"
#include "continuum/continuum.h"

typedef struct LevelChange
{
	NeedLevel	from;
	NeedLevel	to;
	const char *event;
	int64		episode_id;		/* NO_ID: a step without one */
	DateADT		on;
	int			number;			/* as recorded */
} LevelChange;

extern void write_level_change(Relation rel, int64 child_id, const LevelChange *change);
extern void settle_levels(Relation rel, int64 child_id);
pg_noreturn extern void refuse_past_support(Relation rel, int64 child_id, DateADT on, int64 step_id);

#endif
