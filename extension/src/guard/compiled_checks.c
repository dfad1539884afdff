/*-------------------------------------------------------------------------
 *
 * compiled_checks.c
 *		The constraints of a table, compiled once a session.
 *
 * Most statements write one row, and reading and compiling a table's CHECKs costs
 * more than the rest of such a statement. The compiled ones are kept for the
 * session, a table at a time, until the table, or a function or type, is altered
 * (forget_table, forget_all). What is forgotten is freed when the next table is
 * compiled.
 *
 * check_row.c evaluates them before a row is written. The server evaluates its
 * own afterwards: lent_checks.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "executor/executor.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "guard/compiled_checks.h"
#include "guard/known_code.h"
#include "guard/lent_checks.h"
#include "guard/updated_at.h"

/* Created at first use, kept until the session ends. */
static HTAB *compiled_tables = NULL;

/* The entry of the row before: mostly the one of this row too. NULL when entries are freed. */
static CompiledChecks *last_compiled = NULL;

static void
forget_table(Datum arg, Oid table)
{
	HASH_SEQ_STATUS all;
	CompiledChecks *compiled;

	(void) arg;
	hash_seq_init(&all, compiled_tables);
	while ((compiled = hash_seq_search(&all)) != NULL)
	{
		if (compiled->table == table || !OidIsValid(table))
			compiled->valid = false;
	}
}

static void
forget_all(Datum arg, int cache, uint32 hash)
{
	(void) cache;
	(void) hash;
	forget_table(arg, InvalidOid);
}

static void
begin_cache(void)
{
	HASHCTL		control = {0};

	control.keysize = sizeof(Oid);
	control.entrysize = sizeof(CompiledChecks);
	compiled_tables = hash_create("early_help checks", 64, &control, HASH_ELEM | HASH_BLOBS);
	CacheRegisterRelcacheCallback(forget_table, (Datum) 0);
	CacheRegisterSyscacheCallback(PROCOID, forget_all, (Datum) 0);
	CacheRegisterSyscacheCallback(OPEROID, forget_all, (Datum) 0);
	CacheRegisterSyscacheCallback(TYPEOID, forget_all, (Datum) 0);
}

static bool
is_usable(const CompiledChecks *compiled)
{
	return (compiled->valid && compiled->ready) || compiled->busy;
}

static void
free_forgotten(void)
{
	HASH_SEQ_STATUS all;
	CompiledChecks *compiled;

	last_compiled = NULL;
	hash_seq_init(&all, compiled_tables);
	while ((compiled = hash_seq_search(&all)) != NULL)
	{
		if (is_usable(compiled))
			continue;
		if (compiled->memory)
			MemoryContextDelete(compiled->memory);
		forget_lent_checks(compiled->lent);
		hash_search(compiled_tables, &compiled->table, HASH_REMOVE, NULL);
	}
}

/* Does the column get its value after the constraints are checked here? */
static bool
is_set_later(Form_pg_attribute attr)
{
	return attr->attgenerated || is_updated_at(attr);
}

/* Are all columns that an expression names final before the row is written? */
static bool
is_known_before(Relation rel, Node *expression)
{
	TupleDesc	desc = RelationGetDescr(rel);
	Bitmapset  *named = NULL;
	int			member = -1;

	pull_varattnos(expression, 1, &named);
	while ((member = bms_next_member(named, member)) >= 0)
	{
		int			column = member + FirstLowInvalidHeapAttributeNumber;

		/* A system column is filled in by the server. */
		if (column < 0)
			return false;
		/* The whole row, which is column 0, has every column. */
		for (int i = Max(column - 1, 0); i < (column > 0 ? column : desc->natts); i++)
		{
			if (is_set_later(TupleDescAttr(desc, i)))
				return false;
		}
	}
	return true;
}

/* Planned in the caller's memory, kept in the memory given. */
static Expr *
plan_check(Node *expression, MemoryContext memory)
{
	Expr	   *planned = expression_planner((Expr *) expression);
	MemoryContext caller = MemoryContextSwitchTo(memory);

	planned = copyObject(planned);
	MemoryContextSwitchTo(caller);
	return planned;
}

/* Nothing of it points to the tree given. */
ExprState *
compile_check(const Expr *planned, MemoryContext memory)
{
	MemoryContext caller = MemoryContextSwitchTo(memory);
	ExprState  *check = ExecInitExpr(copyObject(unconstify(Expr *, planned)), NULL);

	MemoryContextSwitchTo(caller);
	return check;
}

static bool
is_in_another_language(Oid function, void *context)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Oid			language = InvalidOid;

	(void) context;
	if (HeapTupleIsValid(tuple))
	{
		language = ((Form_pg_proc) GETSTRUCT(tuple))->prolang;
		ReleaseSysCache(tuple);
	}
	return language != INTERNALlanguageId && language != ClanguageId;
}

/* What the planner may make of a function in SQL depends on who asks. */
static bool
calls_another_language(Node *node, void *context)
{
	if (node == NULL)
		return false;
	return check_functions_in_node(node, is_in_another_language, context) ||
		expression_tree_walker(node, calls_another_language, context);
}

/* The numbers of the columns that a row has a value for, and 0, in the caller's memory. */
static int *
not_null_columns(TupleDesc desc)
{
	int		   *columns = palloc0(sizeof(int) * (desc->natts + 1));
	int			count = 0;

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attr = TupleDescAttr(desc, i);

		if (attr->attnotnull && !attr->attisdropped && !is_set_later(attr))
			columns[count++] = i + 1;
	}
	return columns;
}

/* The server puts what such a column is computed from in the place of its name. */
static bool
has_virtual_columns(TupleDesc desc)
{
	for (int i = 0; i < desc->natts; i++)
	{
		if (is_virtual(TupleDescAttr(desc, i)))
			return true;
	}
	return false;
}

void
compile_checks(Relation rel, MemoryContext parent, CompiledChecks *compiled)
{
	TupleConstr *constr = RelationGetDescr(rel)->constr;
	MemoryContext memory = AllocSetContextCreate(parent, "early_help checks", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(memory);

	/* An invalidation that arrives while this compiles sets it to false. */
	compiled->valid = true;
	compiled->memory = memory;
	compiled->context = CreateStandaloneExprContext();
	compiled->count = constr ? constr->num_check : 0;
	compiled->checks = palloc0(sizeof(ExprState *) * Max(compiled->count, 1));
	compiled->planned = palloc0(sizeof(Expr *) * Max(compiled->count, 1));
	compiled->can_be_lent = !has_virtual_columns(RelationGetDescr(rel));
	compiled->codes = code_columns(rel);
	compiled->not_null = not_null_columns(RelationGetDescr(rel));
	compiled->updated_at = updated_at_column(RelationGetDescr(rel));
	MemoryContextSwitchTo(caller);
	for (int i = 0; i < compiled->count; i++)
	{
		Node	   *expression = stringToNode(constr->check[i].ccbin);

		if (!check_is_enforced(&constr->check[i]))
			continue;
		compiled->can_be_lent &= !calls_another_language(expression, NULL);
		compiled->planned[i] = plan_check(expression, memory);
		if (is_known_before(rel, expression))
			compiled->checks[i] = compile_check(compiled->planned[i], memory);
	}
	compiled->ready = true;
}

/* The table's entry. If it is busy, the caller must not use it. */
CompiledChecks *
compiled_checks(Relation rel)
{
	Oid			table = RelationGetRelid(rel);
	CompiledChecks *compiled = last_compiled;
	bool		found;

	if (compiled && compiled->table == table && is_usable(compiled))
		return compiled;
	if (compiled_tables == NULL)
		begin_cache();
	compiled = hash_search(compiled_tables, &table, HASH_FIND, NULL);
	if (compiled == NULL || !is_usable(compiled))
	{
		free_forgotten();
		compiled = hash_search(compiled_tables, &table, HASH_ENTER, &found);
		compiled->ready = compiled->busy = false;
		compiled->memory = NULL;
		compiled->lent = NULL;
		compile_checks(rel, CacheMemoryContext, compiled);
	}
	last_compiled = compiled;
	return compiled;
}

/* The table's entry, if there is one that is right; nothing is compiled. */
CompiledChecks *
known_checks(Oid table)
{
	CompiledChecks *compiled = compiled_tables ? hash_search(compiled_tables, &table, HASH_FIND, NULL) : NULL;

	return compiled && compiled->valid && compiled->ready ? compiled : NULL;
}
