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
 * compiled_checks.c keeps the constraints compiled.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/executor.h"
#include "fmgr.h"

#include "base/last_parent.h"
#include "base/record.h"
#include "base/rule.h"
#include "base/server_words.h"
#include "guard/compiled_checks.h"
#include "guard/known_code.h"
#include "guard/updated_at.h"

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
