/*-------------------------------------------------------------------------
 *
 * compiled_checks.h
 *		The constraints of a table, compiled once a session.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_COMPILED_CHECKS_H
#define EARLY_HELP_COMPILED_CHECKS_H

#include "nodes/execnodes.h"
#include "utils/rel.h"

typedef struct CompiledChecks
{
	Oid			table;			/* the key */
	bool		valid;			/* nothing changed since it was begun */
	bool		ready;			/* and it was finished */
	bool		busy;			/* being evaluated: neither freed nor entered again */
	MemoryContext memory;		/* of all below */
	ExprContext *context;
	int			count;
	ExprState **checks;			/* in the relation's order; NULL: the server's alone */
	Expr	  **planned;		/* the same, read and planned; NULL: not enforced */
	bool		can_be_lent;	/* to the server (lent_checks.c) */
	struct LentChecks *lent;	/* NULL: not yet */
	int		   *not_null;		/* the numbers of columns that have a value, and 0 */
	int			updated_at;		/* the number of the column; 0: the table has none */
	List	   *codes;			/* columns that refer to a code list */
} CompiledChecks;

extern CompiledChecks *compiled_checks(Relation rel);
extern CompiledChecks *known_checks(Oid table);
extern void compile_checks(Relation rel, MemoryContext parent, CompiledChecks *compiled);
extern ExprState *compile_check(const Expr *planned, MemoryContext memory);

#endif
