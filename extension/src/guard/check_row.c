/*-------------------------------------------------------------------------
 *
 * check_row.c
 *		Says in words what a row breaks, before the server prints the row.
 *
 * A rule that a CHECK can hold is held there. But the server's own error shows
 * the whole failing row, names and narrative with it, to the client and the
 * log, and does not say what to do. This trigger, the last to fire before a row
 * is written, evaluates the table's own NOT NULL and CHECK constraints and
 * raises the rule's error with ids alone. It adds no rule: without it the
 * constraints hold all the same.
 *
 * A generated column has its old value here, or none: the server computes it
 * after the triggers. So does updated_at, which this trigger sets at its end
 * (updated_at.c). A CHECK that names one is left to the server.
 *
 * Most statements write one row, and compiling the constraints costs more than
 * such a statement: the compiled ones are kept for the session, a table at a
 * time, until the table, or a function or type, is altered (forget_table,
 * forget_all). What is forgotten is freed when the next table is compiled.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "optimizer/optimizer.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "base/last_parent.h"
#include "base/record.h"
#include "base/rule.h"
#include "base/server_words.h"
#include "guard/known_code.h"
#include "guard/updated_at.h"

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
	int		   *not_null;		/* the numbers of columns that have a value, and 0 */
	int			updated_at;		/* the number of the column; 0: the table has none */
	List	   *codes;			/* columns that refer to a code list */
} CompiledChecks;

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
static ExprState *
compile_check(Node *expression, MemoryContext memory)
{
	Expr	   *planned = expression_planner((Expr *) expression);
	MemoryContext caller = MemoryContextSwitchTo(memory);
	ExprState  *check = ExecInitExpr(copyObject(planned), NULL);

	MemoryContextSwitchTo(caller);
	return check;
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

static void
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
	compiled->codes = code_columns(rel);
	compiled->not_null = not_null_columns(RelationGetDescr(rel));
	compiled->updated_at = updated_at_column(RelationGetDescr(rel));
	MemoryContextSwitchTo(caller);
	for (int i = 0; i < compiled->count; i++)
	{
		Node	   *expression = stringToNode(constr->check[i].ccbin);

		if (check_is_enforced(&constr->check[i]) && is_known_before(rel, expression))
			compiled->checks[i] = compile_check(expression, memory);
	}
	compiled->ready = true;
}

/* The table's entry. If it is busy, the caller must not use it. */
static CompiledChecks *
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
		compile_checks(rel, CacheMemoryContext, compiled);
	}
	last_compiled = compiled;
	return compiled;
}

static void
refuse_null(Relation rel, TupleTableSlot *slot, int column)
{
	const char *name = NameStr(TupleDescAttr(RelationGetDescr(rel), column - 1)->attname);

	ereport(ERROR,
			(errcode(ERRCODE_NOT_NULL_VIOLATION),
			 errmsg("\"%s\" of \"%s\" is missing", name, RelationGetRelationName(rel)),
			 errdetail("%s", row_ids(rel, slot)),
			 errhint("Give a value for %s.", name),
			 errhidestmt(true),
			 errhidecontext(true),
			 errtablecol(rel, column)));
}

static void
refuse(Relation rel, TupleTableSlot *slot, const char *constraint)
{
	const RuleConstraint *held = rule_constraint(constraint);

	if (held)
		rule_error_hint(held->rule, rel, constraint, rule_constraint_hint(held), "%s: %s",
						row_ids(rel, slot), held->words);
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("a row of \"%s\" does not keep its constraint \"%s\"",
					RelationGetRelationName(rel), constraint),
			 errdetail("%s", row_ids(rel, slot)),
			 errhint("\\d %s shows what the constraint asks.", RelationGetRelationName(rel)),
			 errhidestmt(true),
			 errhidecontext(true),
			 errtableconstraint(rel, constraint)));
}

static void
evaluate(RecordChange *change, TupleTableSlot *slot, const CompiledChecks *compiled)
{
	Relation	rel = change->rel;

	for (const int *column = compiled->not_null; *column; column++)
	{
		if (slot_attisnull(slot, *column))
			refuse_null(rel, slot, *column);
	}
	compiled->context->ecxt_scantuple = slot;
	for (int i = 0; i < compiled->count; i++)
	{
		if (compiled->checks[i] && !ExecCheck(compiled->checks[i], compiled->context))
			refuse(rel, slot, RelationGetDescr(rel)->constr->check[i].ccname);
	}
	ResetExprContext(compiled->context);
	look_codes_up(rel, slot, compiled->codes);
	set_updated_at(change, compiled->updated_at);
}

static void
evaluate_cached(RecordChange *change, TupleTableSlot *slot, CompiledChecks *compiled)
{
	PG_TRY();
	{
		compiled->busy = true;
		evaluate(change, slot, compiled);
	}
	PG_FINALLY();
	{
		compiled->busy = false;
	}
	PG_END_TRY();
}

static void
check_constraints(RecordChange *change, TupleTableSlot *slot)
{
	CompiledChecks *compiled = compiled_checks(change->rel);
	CompiledChecks own = {0};

	if (!compiled->busy)
	{
		evaluate_cached(change, slot, compiled);
		return;
	}
	/* The entry is busy if a constraint's function writes to the constraint's table. */
	compile_checks(change->rel, CurrentMemoryContext, &own);
	evaluate(change, slot, &own);
	MemoryContextDelete(own.memory);
}

PG_FUNCTION_INFO_V1(early_help_check_row);

/* Trigger, before insert, update or delete: the table's constraints, in words; and updated_at. */
Datum
early_help_check_row(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "check_row", true, ROW_INSERT | ROW_UPDATE | ROW_DELETE);

	await_server_error(change.rel);
	forget_parents(change.event);
	if (!TRIGGER_FIRED_BY_DELETE(change.event))
		check_constraints(&change, change.after.slot);
	return record_result(&change);
}
