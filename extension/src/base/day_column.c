/*-------------------------------------------------------------------------
 *
 * day_column.c
 *		Into which column does a statement write a day?
 *
 * A domain refuses a value before it is in a row, and does not know where it is
 * going. But the plan of an INSERT of one row, or of an UPDATE, names the column
 * beside the constant or the parameter. That of an INSERT from a query or of many
 * rows does not: then the day alone is told.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "nodes/plannodes.h"
#include "nodes/primnodes.h"

#include "base/compat.h"
#include "base/day_column.h"

/* A parameter's value, if it is a date that is there already. */
static bool
is_day_parameter(const QueryDesc *query, const Param *param, DateADT day)
{
	ParamListInfo params = query->params;
	const ParamExternData *given;

	if (param->paramkind != PARAM_EXTERN || params == NULL || params->paramFetch != NULL ||
		param->paramid < 1 || param->paramid > params->numParams)
		return false;
	given = &params->params[param->paramid - 1];
	return given->ptype == DATEOID && !given->isnull && DatumGetDateADT(given->value) == day;
}

/* Is the expression this day, on its way into a domain? */
static bool
is_day(const QueryDesc *query, const Expr *expression, DateADT day)
{
	const Expr *given;

	if (!IsA(expression, CoerceToDomain))
		return false;
	given = ((const CoerceToDomain *) expression)->arg;
	if (IsA(given, Param))
		return is_day_parameter(query, (const Param *) given, day);
	if (IsA(given, Const))
	{
		const Const *constant = (const Const *) given;

		return constant->consttype == DATEOID && !constant->constisnull &&
			DatumGetDateADT(constant->constvalue) == day;
	}
	return false;
}

/* The name of the column; NULL if the plan does not say. */
const char *
column_of_day(const QueryDesc *query, DateADT day)
{
	const Plan *plan = query->plannedstmt->planTree;
	ListCell   *cell;

	if (plan == NULL || !IsA(plan, ModifyTable) || outerPlan(plan) == NULL)
		return NULL;
	foreach(cell, outerPlan(plan)->targetlist)
	{
		const TargetEntry *target = lfirst(cell);

		if (!target->resjunk && target->resname && is_day(query, target->expr, day))
			return target->resname;
	}
	return NULL;
}
