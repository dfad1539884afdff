/*-------------------------------------------------------------------------
 *
 * known_code.h
 *		What to use instead of a code that its list does not have.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_KNOWN_CODE_H
#define EARLY_HELP_KNOWN_CODE_H

#include "executor/tuptable.h"
#include "nodes/pg_list.h"
#include "utils/relcache.h"

extern List *code_columns(Relation rel);
extern void look_codes_up(Relation rel, TupleTableSlot *slot, List *columns);

#endif
