/*-------------------------------------------------------------------------
 *
 * transitions.c
 *		early_help.transitions(): the continuum's table for SQL.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "continuum/continuum.h"

/* "R06 R15" as a text array. */
static Datum
rule_array(const char *rules)
{
	char	   *words = pstrdup(rules);
	char	   *rest = NULL;
	Datum		numbers[CONTINUUM_EVENTS];
	int			n = 0;

	for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
	{
		if (n < CONTINUUM_EVENTS)
			numbers[n++] = CStringGetTextDatum(word);
	}
	return PointerGetDatum(construct_array(numbers, n, TEXTOID, -1, false, TYPALIGN_INT));
}

PG_FUNCTION_INFO_V1(early_help_transitions);

/* early_help.transitions(): one row per legal (state, event, case). */
Datum
early_help_transitions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	const Transition *t;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; (t = transition_at(i)) != NULL; i++)
	{
		Datum		values[7];
		bool		nulls[7] = {0};

		nulls[0] = t->from == STATE_NONE;
		nulls[4] = nulls[5] = t->level_from == NEED_LEVEL_NONE;
		values[0] = CStringGetTextDatum(state_name(t->from));
		values[1] = CStringGetTextDatum(event_name(t->event));
		values[2] = CStringGetTextDatum(case_name(t->only));
		values[3] = CStringGetTextDatum(state_name(t->to));
		values[4] = CStringGetTextDatum(need_level_name(t->level_from));
		values[5] = CStringGetTextDatum(need_level_name(t->level_to));
		values[6] = rule_array(t->rules);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
