/*-------------------------------------------------------------------------
 *
 * engine_guard.c
 *		Who may write the tables that the engine of the figures keeps.
 *
 * Nobody changes figures by hand, not even the owner of the partnership: people
 * would not trust them.  Only the engine's own functions write cells, parts of
 * cells, marks, cubes, the log of refreshes, structure_as_made and publications.
 * They write through write_by_engine(); the trigger
 * engine_writes_only() on each of these tables refuses other writes.
 *
 * This protects against mistakes and against grants that are too wide.  The owner
 * can still call write_by_engine() himself, or drop the trigger.  Then
 * early_help.audit() compares cells with the records and finds what he wrote.
 *
 * Settings are the owner's: owner_writes_only() refuses a write by any other
 * role, even one that was granted the table.
 *
 * Both are statement triggers, so they cost the same for one row and for a
 * million.  They fire at the origin only: a restore and a subscription write the
 * tables as they are.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"

#include "base/rule.h"

#define NO_COMMAND (-1)

/*
 * The trigger depth at which the engine's command began; NO_COMMAND if none
 * runs.  It gets its old value back when the command ends or fails.
 */
static int	command_depth = NO_COMMAND;

/* How many triggers are running inside each other: 1 in a trigger that a plain statement fired. */
static int
trigger_depth(void)
{
	return DatumGetInt32(OidFunctionCall0(F_PG_TRIGGER_DEPTH));
}

/* ---------------------------------------------------------------------
 * Triggers
 * ---------------------------------------------------------------------
 */

static Relation
called_before_statement(FunctionCallInfo fcinfo, const char *function)
{
	TriggerData *data = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) ||
		!TRIGGER_FIRED_BEFORE(data->tg_event) ||
		!TRIGGER_FIRED_FOR_STATEMENT(data->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("%s() is a trigger before a statement", function)));
	return data->tg_relation;
}

PG_FUNCTION_INFO_V1(early_help_engine_writes_only);

/*
 * Trigger, before statement: only the engine's own command, run with the rights
 * of the table's owner, may write.  If that command fires a trigger which runs a
 * command of its own, that one is not the engine's: its depth is greater.
 */
Datum
early_help_engine_writes_only(PG_FUNCTION_ARGS)
{
	Relation	rel = called_before_statement(fcinfo, "engine_writes_only");

	if (command_depth == NO_COMMAND || trigger_depth() != command_depth + 1)
		rule_error(RULE_WRITTEN_BY_ENGINE, rel, NULL, NULL);
	if (!has_privs_of_role(GetUserId(), rel->rd_rel->relowner))
		aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, RelationGetRelationName(rel));
	return PointerGetDatum(NULL);
}

PG_FUNCTION_INFO_V1(early_help_owner_writes_only);

/* Trigger, before statement: only the owner of the table may write. */
Datum
early_help_owner_writes_only(PG_FUNCTION_ARGS)
{
	Relation	rel = called_before_statement(fcinfo, "owner_writes_only");

	if (!has_privs_of_role(GetUserId(), rel->rd_rel->relowner))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("only the owner of table \"%s\" changes it", RelationGetRelationName(rel)),
				 errdetail("It holds settings and codes on which all figures and rules rest."),
				 errhint("SET ROLE to the owner of the partnership."),
				 errtable(rel)));
	return PointerGetDatum(NULL);
}

/* ---------------------------------------------------------------------
 * The engine's own commands
 * ---------------------------------------------------------------------
 */

static int64
number_of_result(bool *isnull)
{
	Oid			type;
	Datum		value;

	if (SPI_tuptable == NULL || SPI_tuptable->tupdesc->natts == 0 || SPI_processed == 0)
		return (int64) SPI_processed;
	type = SPI_gettypeid(SPI_tuptable->tupdesc, 1);
	if (type != INT8OID && type != INT4OID)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("a command of write_by_engine returns an integer or a bigint, or nothing")));
	value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, isnull);
	if (*isnull)
		return 0;
	return type == INT8OID ? DatumGetInt64(value) : DatumGetInt32(value);
}

static int64
run_command(char *command, int n, Oid *types, Datum *values, char *nulls, bool *isnull)
{
	int64		result;
	int			code;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	code = SPI_execute_with_args(command, n, types, values, nulls, false, 0);
	if (code < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("write_by_engine cannot run this: %s", SPI_result_code_string(code))));
	result = number_of_result(isnull);
	if (SPI_finish() != SPI_OK_FINISH)
		elog(ERROR, "SPI_finish failed");
	return result;
}

PG_FUNCTION_INFO_V1(early_help_write_by_engine);

/*
 * write_by_engine(command, value, ...): runs the engine's own command with the
 * caller's rights.  Returns the first column of its first row or, without a row,
 * the number of rows it wrote.
 */
Datum
early_help_write_by_engine(PG_FUNCTION_ARGS)
{
	int			n = PG_NARGS() - 1;
	Oid		   *types = palloc(sizeof(Oid) * Max(n, 1));
	Datum	   *values = palloc(sizeof(Datum) * Max(n, 1));
	char	   *nulls = palloc(Max(n, 1));
	int			before = command_depth;
	bool		isnull = false;
	int64		result;

	if (PG_ARGISNULL(0) || get_fn_expr_variadic(fcinfo->flinfo))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("write_by_engine takes a command and its values one by one")));
	for (int i = 0; i < n; i++)
	{
		types[i] = get_fn_expr_argtype(fcinfo->flinfo, i + 1);
		if (!OidIsValid(types[i]) || types[i] == UNKNOWNOID)
			ereport(ERROR,
					(errcode(ERRCODE_INDETERMINATE_DATATYPE),
					 errmsg("value %d of write_by_engine has no type", i + 1)));
		values[i] = PG_GETARG_DATUM(i + 1);
		nulls[i] = PG_ARGISNULL(i + 1) ? 'n' : ' ';
	}

	PG_TRY();
	{
		command_depth = trigger_depth();
		result = run_command(text_to_cstring(PG_GETARG_TEXT_PP(0)), n, types, values, nulls, &isnull);
	}
	PG_FINALLY();
	{
		command_depth = before;
	}
	PG_END_TRY();

	if (isnull)
		PG_RETURN_NULL();
	PG_RETURN_INT64(result);
}
