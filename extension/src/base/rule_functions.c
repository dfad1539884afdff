/*-------------------------------------------------------------------------
 *
 * rule_functions.c
 *		The catalogue of rules and its errors, for SQL.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "base/rule.h"

PG_FUNCTION_INFO_V1(early_help_rules);

/* early_help.rules(): the catalogue, one row per rule. */
Datum
early_help_rules(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < rule_count(); i++)
	{
		const Rule *r = rule((RuleName) i);
		Datum		values[6];
		bool		nulls[6] = {0};

		values[0] = CStringGetTextDatum(r->number);
		values[1] = CStringGetTextDatum(r->name);
		values[2] = CStringGetTextDatum(r->sqlstate);
		values[3] = CStringGetTextDatum(r->sentence);
		values[4] = CStringGetTextDatum(r->hint);
		values[5] = constraints_of_rule((RuleName) i);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(early_help_raise_rule);

/* early_help_internal.raise_rule(rule, detail, hint): the error of a rule, for SQL. */
Datum
early_help_raise_rule(PG_FUNCTION_ARGS)
{
	char	   *number;
	char	   *detail;
	const char *hint;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the rule to raise must not be null")));
	number = text_to_cstring(PG_GETARG_TEXT_PP(0));
	detail = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	for (int i = 0; i < rule_count(); i++)
	{
		const Rule *r = rule((RuleName) i);

		if (strcmp(r->number, number) != 0)
			continue;
		hint = PG_ARGISNULL(2) ? r->hint : text_to_cstring(PG_GETARG_TEXT_PP(2));
		rule_error_words((RuleName) i, NULL, NULL, detail, hint);
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("there is no rule \"%s\"", number),
			 errhint("early_help.rules() lists them.")));
}
