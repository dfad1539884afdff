/*-------------------------------------------------------------------------
 *
 * others_code.c
 *		Whether a write to a table runs code that somebody wrote in SQL.
 *
 * A function in C does what it does whatever the search_path.  One in SQL,
 * PL/pgSQL or another language may find another operator or table in the
 * writer's path.  The tables of a partnership have none, unless their owner
 * added a trigger, a CHECK or an index of his own.
 *
 * This is asked once a plan: whatever changes the answer invalidates the plan.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "storage/lockdefs.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/reltrigger.h"
#include "utils/syscache.h"

#include "base/others_code.h"

/* Also false for a function that is gone. */
static bool
is_in_c(Oid function)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Oid			language = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		language = ((Form_pg_proc) GETSTRUCT(tuple))->prolang;
		ReleaseSysCache(tuple);
	}
	return language == INTERNALlanguageId || language == ClanguageId;
}

static bool
is_others(Oid function, void *context)
{
	(void) context;
	return !is_in_c(function);
}

/* A walker: does an expression call such a function, or check a domain? */
static bool
calls_others_code(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, CoerceToDomain) || check_functions_in_node(node, is_others, context))
		return true;
	return expression_tree_walker(node, calls_others_code, context);
}

static bool
triggers_are_others(const TriggerDesc *triggers)
{
	for (int i = 0; triggers && i < triggers->numtriggers; i++)
	{
		const Trigger *one = &triggers->triggers[i];

		if (!is_in_c(one->tgfoid) ||
			(one->tgqual && calls_others_code(stringToNode(one->tgqual), NULL)))
			return true;
	}
	return false;
}

static bool
constraints_are_others(const TupleConstr *constr)
{
	for (int i = 0; constr && i < constr->num_check; i++)
		if (calls_others_code(stringToNode(constr->check[i].ccbin), NULL))
			return true;
	for (int i = 0; constr && i < constr->num_defval; i++)
		if (calls_others_code(stringToNode(constr->defval[i].adbin), NULL))
			return true;
	return false;
}

static bool
indexes_are_others(Relation table)
{
	List	   *indexes = RelationGetIndexList(table);
	bool		found = false;
	ListCell   *cell;

	foreach(cell, indexes)
	{
		Relation	index = relation_open(lfirst_oid(cell), AccessShareLock);

		found = found || calls_others_code((Node *) RelationGetIndexExpressions(index), NULL) ||
			calls_others_code((Node *) RelationGetIndexPredicate(index), NULL);
		relation_close(index, AccessShareLock);
	}
	list_free(indexes);
	return found;
}

/* The table is locked by the caller. */
bool
write_runs_others_code(Oid table)
{
	Relation	rel = relation_open(table, NoLock);
	bool		runs = triggers_are_others(rel->trigdesc) ||
		constraints_are_others(RelationGetDescr(rel)->constr) ||
		indexes_are_others(rel);

	relation_close(rel, NoLock);
	return runs;
}
