/*-------------------------------------------------------------------------
 *
 * last_parent.h
 *		What a row trigger read of the parent it locked last.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_LAST_PARENT_H
#define EARLY_HELP_LAST_PARENT_H

#include "commands/trigger.h"

extern void forget_parents(TriggerEvent event);
extern const void *last_parent(FunctionCallInfo fcinfo, int64 id);
extern const void *keep_parent(FunctionCallInfo fcinfo, int64 id, const void *facts, Size size);

#endif
