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
 * Compiled expressions live as long as the statement's trigger (fn_extra).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "nodes/makefuncs.h"
#include "utils/memutils.h"

#include "compat.h"
#include "partnership_query.h"
#include "record.h"
#include "rule.h"

typedef struct CompiledChecks
{
	EState	   *estate;
	int			count;
	ExprState **checks;			/* in the relation's order; NULL: not enforced */
} CompiledChecks;

static CompiledChecks *
compile_checks(Relation rel, MemoryContext lifetime)
{
	MemoryContext caller = MemoryContextSwitchTo(lifetime);
	TupleConstr *constr = RelationGetDescr(rel)->constr;
	CompiledChecks *compiled = palloc0(sizeof(CompiledChecks));

	compiled->estate = CreateExecutorState();
	compiled->count = constr ? constr->num_check : 0;
	compiled->checks = palloc0(sizeof(ExprState *) * Max(compiled->count, 1));
	for (int i = 0; i < compiled->count; i++)
	{
		Expr	   *expr = stringToNode(constr->check[i].ccbin);

		if (check_is_enforced(&constr->check[i]))
			compiled->checks[i] = ExecPrepareExpr(expr, compiled->estate);
	}
	MemoryContextSwitchTo(caller);
	return compiled;
}

/* "plan_outcome_id 5, plan_id 3": the ids of a row, and nothing else of it. */
static char *
ids_of(Relation rel, TupleTableSlot *slot)
{
	TupleDesc	desc = RelationGetDescr(rel);
	StringInfoData ids;

	initStringInfo(&ids);
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attr = TupleDescAttr(desc, i);
		Datum		value;
		bool		isnull;

		if (attr->attisdropped || attr->atttypid != INT8OID)
			continue;
		value = slot_getattr(slot, i + 1, &isnull);
		if (isnull)
			continue;
		appendStringInfo(&ids, "%s%s %lld", ids.len ? ", " : "",
						 NameStr(attr->attname), (long long) DatumGetInt64(value));
	}
	return ids.len ? ids.data : pstrdup("a row without ids");
}

static void
check_not_null(Relation rel, TupleTableSlot *slot)
{
	TupleDesc	desc = RelationGetDescr(rel);

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attr = TupleDescAttr(desc, i);

		/* Generated columns are computed after this. */
		if (!attr->attnotnull || attr->attgenerated || attr->attisdropped)
			continue;
		if (slot_attisnull(slot, i + 1))
			ereport(ERROR,
					(errcode(ERRCODE_NOT_NULL_VIOLATION),
					 errmsg("\"%s\" of \"%s\" is missing",
							NameStr(attr->attname), RelationGetRelationName(rel)),
					 errdetail("%s", ids_of(rel, slot)),
					 errhint("Give a value for %s.", NameStr(attr->attname)),
					 errhidestmt(true),
					 errhidecontext(true),
					 errtablecol(rel, i + 1)));
	}
}

static void
refuse(Relation rel, TupleTableSlot *slot, const char *constraint)
{
	const RuleConstraint *held = rule_constraint(constraint);

	if (held)
		rule_error(held->rule, rel, constraint, "%s: %s",
				   ids_of(rel, slot), held->words);
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("a row of \"%s\" does not keep its constraint \"%s\"",
					RelationGetRelationName(rel), constraint),
			 errdetail("%s", ids_of(rel, slot)),
			 errhint("\\d %s shows what the constraint asks.", RelationGetRelationName(rel)),
			 errhidestmt(true),
			 errhidecontext(true),
			 errtableconstraint(rel, constraint)));
}

static void
check_constraints(Relation rel, TupleTableSlot *slot, CompiledChecks *compiled)
{
	ExprContext *context = GetPerTupleExprContext(compiled->estate);

	context->ecxt_scantuple = slot;
	for (int i = 0; i < compiled->count; i++)
	{
		if (compiled->checks[i] && !ExecCheck(compiled->checks[i], context))
			refuse(rel, slot, RelationGetDescr(rel)->constr->check[i].ccname);
	}
	ResetExprContext(context);
}

PG_FUNCTION_INFO_V1(early_help_check_row);

/* Trigger, before insert or update: the table's constraints, in words. */
Datum
early_help_check_row(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "check_row", true, ROW_INSERT | ROW_UPDATE);
	TupleTableSlot *slot = TRIGGER_FIRED_BY_UPDATE(change.event) ?
		change.trigger->tg_newslot : change.trigger->tg_trigslot;

	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra = compile_checks(change.rel, fcinfo->flinfo->fn_mcxt);
	check_not_null(change.rel, slot);
	check_constraints(change.rel, slot, fcinfo->flinfo->fn_extra);
	return record_result(&change);
}

PG_FUNCTION_INFO_V1(early_help_refuse_truncate);

/* Trigger, before truncate: TRUNCATE is seen by no row trigger and no snapshot. */
Datum
early_help_refuse_truncate(PG_FUNCTION_ARGS)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("early_help.refuse_truncate is a trigger function")));
	rule_error(RULE_NO_TRUNCATE, ((TriggerData *) fcinfo->context)->tg_relation, NULL, NULL);
}

PG_FUNCTION_INFO_V1(early_help_keep_columns);

/* Trigger, before update: the columns named as its arguments change by rules alone. */
Datum
early_help_keep_columns(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "keep_columns", true, ROW_UPDATE);
	Trigger    *trigger = change.trigger->tg_trigger;

	if (rules_are_writing())
		return record_result(&change);
	for (int i = 0; i < trigger->tgnargs; i++)
	{
		if (field_changed(&change, trigger->tgargs[i]))
			rule_error(RULE_RECORD_STAYS, change.rel, NULL,
					   "%s of \"%s\" does not change: %s",
					   trigger->tgargs[i], RelationGetRelationName(change.rel),
					   ids_of(change.rel, change.trigger->tg_trigslot));
	}
	return record_result(&change);
}
