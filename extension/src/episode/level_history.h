/*-------------------------------------------------------------------------
 *
 * level_history.h
 *		A child's level changes, written anew in the order of their days.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_LEVEL_HISTORY_H
#define EARLY_HELP_LEVEL_HISTORY_H

#include "utils/rel.h"

extern void settle_levels(Relation rel, int64 child_id);

#endif
