/*-------------------------------------------------------------------------
 *
 * engine_guard.c
 *		Who writes the tables that are no records.
 *
 * Figures are believed, so nobody changes them by hand, not even the owner of
 * the partnership: cells, their parts, marks, cubes, the log of refreshes,
 * what was laid down and what was published are written by the engine's own
 * functions alone.  Those write through write_by_engine(), and the trigger
 * engine_writes_only() stands on each of these tables.
 *
 * That is a guard against mistakes and generous grants.  The owner can still
 * call write_by_engine() himself, or take the trigger away: early_help.audit()
 * compares cells with the records and finds what he wrote.
 *
 * Settings are the owner's: owner_writes_only() refuses them to others who
 * were granted the table among all others.
 *
 * Both are statement triggers, which cost the same for a row and for a
 * million, and fire at the origin alone: a restore and a subscription write
 * the tables as they are.
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
 * How deep in triggers the engine's command began; NO_COMMAND while none runs.
 * Back at its old value when the command ends or fails.
 */
static int	command_depth = NO_COMMAND;

static Relation called_before_statement(FunctionCallInfo fcinfo, const char *function);
static int	trigger_depth(void);
static int64 run_command(char *command, int n, Oid *types, Datum *values, char *nulls, bool *isnull);
static int64 number_of_result(bool *isnull);

PG_FUNCTION_INFO_V1(early_help_engine_writes_only);
PG_FUNCTION_INFO_V1(early_help_owner_writes_only);
PG_FUNCTION_INFO_V1(early_help_write_by_engine);

/*
 * Trigger, before statement: refused unless it is the engine's own command, for
 * whoever may own the table.  The command of a trigger that the engine's fires
 * is not the engine's: it begins deeper.
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

/* Trigger, before statement: refused to others than the owner of the table. */
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

/* How many triggers are being run: 1 in one that a plain statement fired. */
static int
trigger_depth(void)
{
	return DatumGetInt32(OidFunctionCall0(F_PG_TRIGGER_DEPTH));
}

/*
 * write_by_engine(command, value, ...): runs a command with the caller's rights,
 * as the engine's own.  Returns the first column of its first row, or how many
 * rows it wrote.
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
