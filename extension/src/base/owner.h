/*-------------------------------------------------------------------------
 *
 * owner.h
 *		Runs as the owner of a table, and goes back to the caller.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_OWNER_H
#define EARLY_HELP_OWNER_H

#include "utils/rel.h"

/* Whom to go back to. */
typedef struct Caller
{
	Oid			user;
	int			context;		/* security context */
	int			settings;		/* nest level of the settings; 0: none were changed */
} Caller;

extern Caller become_owner_to_read(Relation rel);
extern Caller become_owner_to_write(Relation rel, bool fixed_path);
extern void become_caller(const Caller *caller);

#endif
