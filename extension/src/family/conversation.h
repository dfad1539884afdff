/*-------------------------------------------------------------------------
 *
 * conversation.h
 *		All support begins with a conversation (R09).
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_CONVERSATION_H
#define EARLY_HELP_CONVERSATION_H

#include "utils/date.h"
#include "utils/rel.h"

extern void require_conversation(Relation rel, int64 family_id, DateADT on, const char *what);

#endif
