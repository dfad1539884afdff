/*-------------------------------------------------------------------------
 *
 * lent_checks.c
 *		The server evaluates a table's constraints without reading them anew.
 *
 * Before it writes the first row of a statement the server reads, plans and
 * compiles every CHECK of the table. For a statement of one row that is a third
 * of all its work. This file gives it what compiled_checks.c has read and
 * planned, compiled for the role that the statement runs as, which must be allowed
 * to call the functions in it. The server checks each row as it always does.
 *
 * What is compiled keeps values while it is evaluated. So it is lent to one
 * statement at a time, until that statement's memory is freed; another one that
 * runs meanwhile, or as another role, has its own compiled.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "guard/compiled_checks.h"
#include "guard/lent_checks.h"

/* Lives until the table's entry is forgotten, and no statement has it. */
typedef struct LentChecks
{
	MemoryContext memory;		/* of this and of all below */
	Oid			role;
	bool		in_use;
	bool		forgotten;		/* freed by the statement that has it */
	ExprState  *checks[FLEXIBLE_ARRAY_MEMBER];
} LentChecks;

void
forget_lent_checks(LentChecks *lent)
{
	if (lent == NULL)
		return;
	if (lent->in_use)
		lent->forgotten = true;
	else
		MemoryContextDelete(lent->memory);
}

/* Called when the memory of the statement is freed, also after an error. */
static void
take_back(void *arg)
{
	LentChecks *lent = arg;

	lent->in_use = false;
	if (lent->forgotten)
		MemoryContextDelete(lent->memory);
}

static void
compile_all(const CompiledChecks *compiled, ExprState **checks, MemoryContext memory)
{
	for (int i = 0; i < compiled->count; i++)
		checks[i] = compiled->planned[i] ? compile_check(compiled->planned[i], memory) : NULL;
}

static LentChecks *
new_lent_checks(const CompiledChecks *compiled)
{
	MemoryContext memory = AllocSetContextCreate(CacheMemoryContext, "early_help lent checks", ALLOCSET_SMALL_SIZES);
	LentChecks *lent = MemoryContextAllocZero(memory, offsetof(LentChecks, checks) + sizeof(ExprState *) * compiled->count);

	lent->memory = memory;
	lent->role = GetUserId();
	/* If the role may not call a function, this fails, as the server would. */
	PG_TRY();
	{
		compile_all(compiled, lent->checks, memory);
	}
	PG_CATCH();
	{
		MemoryContextDelete(memory);
		PG_RE_THROW();
	}
	PG_END_TRY();
	return lent;
}

/* The checks, which are the statement's alone until its memory is freed. */
static ExprState **
lend(LentChecks *lent, MemoryContext statement)
{
	MemoryContextCallback *end = MemoryContextAlloc(statement, sizeof(MemoryContextCallback));

	end->func = take_back;
	end->arg = lent;
	MemoryContextRegisterResetCallback(statement, end);
	lent->in_use = true;
	return lent->checks;
}

static ExprState **
own_checks(const CompiledChecks *compiled, MemoryContext statement)
{
	ExprState **checks = MemoryContextAlloc(statement, sizeof(ExprState *) * compiled->count);

	compile_all(compiled, checks, statement);
	return checks;
}

/* As ExecRelCheck() of the server does when it comes to the first row. */
static void
give_checks(ResultRelInfo *written, MemoryContext statement)
{
	CompiledChecks *compiled = known_checks(RelationGetRelid(written->ri_RelationDesc));

	if (compiled == NULL || compiled->count == 0 || !compiled->can_be_lent || written->ri_CheckConstraintExprs)
		return;
	if (compiled->lent == NULL)
		compiled->lent = new_lent_checks(compiled);
	written->ri_CheckConstraintExprs = compiled->lent->in_use || compiled->lent->role != GetUserId() ?
		own_checks(compiled, statement) : lend(compiled->lent, statement);
}

static ExecutorStart_hook_type next_start = NULL;

static void
start_with_checks(QueryDesc *query, int flags)
{
	ListCell   *written;

	if (next_start)
		next_start(query, flags);
	else
		standard_ExecutorStart(query, flags);
	if (flags & EXEC_FLAG_EXPLAIN_ONLY)
		return;
	foreach(written, query->estate->es_opened_result_relations)
		give_checks(lfirst(written), query->estate->es_query_cxt);
}

/* Called once, when the library is loaded. */
void
install_lent_checks(void)
{
	next_start = ExecutorStart_hook;
	ExecutorStart_hook = start_with_checks;
}
