/*-------------------------------------------------------------------------
 *
 * mark_trigger.c
 *		What all triggers that mark stale months have in common.
 *
 * Each is called after a row changed, and checks its arguments first.  Then it
 * marks what the row bore on before the change and bears on after it, or, where
 * the row's dates do not count, only the newest state of the row.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/compat.h"
#include "figures/mark_trigger.h"
#include "figures/month.h"

static void
refuse_arguments(const Trigger *trigger, const MarkFunction *function)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("trigger \"%s\" has wrong arguments", trigger->tgname),
			 errhint("Usage: %s(%s).", function->name, function->arguments)));
}

/* Do so many arguments make whole groups? */
static bool
is_group(int number, int group)
{
	return group == 0 ? number == 0 : number % group == 0;
}

static void
check_number_of_arguments(const Trigger *trigger, const MarkFunction *function)
{
	int			more = trigger->tgnargs - function->least;

	if (more >= function->more && !is_group(more, function->group))
		more -= function->more;
	if (more < 0 || !is_group(more, function->group))
		refuse_arguments(trigger, function);
}

static int
reach_of(const Trigger *trigger, const MarkFunction *function)
{
	char	   *end;
	long		reach = strtol(trigger->tgargs[1], &end, 10);

	if (end == trigger->tgargs[1] || *end != '\0' || reach < 0 || reach > LONGEST_REACH)
		refuse_arguments(trigger, function);
	return (int) reach;
}

static RecordChange
called_after_row(FunctionCallInfo fcinfo, const MarkFunction *function, int *reach)
{
	RecordChange change = record_change(fcinfo, function->name, false, ROW_INSERT | ROW_UPDATE | ROW_DELETE);
	const Trigger *trigger = change.trigger->tg_trigger;

	check_number_of_arguments(trigger, function);
	*reach = function->reaches ? reach_of(trigger, function) : 0;
	return change;
}

/* Marks what the row bore on before the change, and what it bears on after it. */
Datum
mark_before_and_after(FunctionCallInfo fcinfo, const MarkFunction *function)
{
	int			reach;
	RecordChange change = called_after_row(fcinfo, function, &reach);

	if (change.before.tuple != NULL)
		function->mark(&change.before, change.trigger->tg_trigger, reach);
	if (change.after.tuple != NULL)
		function->mark(&change.after, change.trigger->tg_trigger, reach);
	return record_result(&change);
}

/* Marks once, for the row as it is now, or was when it was deleted. */
Datum
mark_newest(FunctionCallInfo fcinfo, const MarkFunction *function)
{
	int			reach;
	RecordChange change = called_after_row(fcinfo, function, &reach);
	const Record *row = change.after.tuple != NULL ? &change.after : &change.before;

	function->mark(row, change.trigger->tg_trigger, reach);
	return record_result(&change);
}

/*
 * A virtual column is computed when it is read.  No row that a trigger is given
 * holds its value, so the trigger would always take it for null.
 */
static void
refuse_virtual(const Record *row, const char *column)
{
	int			number = column_number(row->rel, column);

	if (is_virtual(TupleDescAttr(RelationGetDescr(row->rel), number - 1)))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("column \"%s\" of table \"%s\" is virtual, so a trigger does not see it",
						column, RelationGetRelationName(row->rel)),
				 errhint("Make it GENERATED ALWAYS AS (...) STORED.")));
}

/* The bigint in a column of a row; false if it is null. */
bool
get_key(const Record *row, const char *column, int64 *key)
{
	*key = id_of(row, column);
	refuse_virtual(row, column);
	return *key != NO_ID;
}

/* The month of the date in a column of a row; false if it is null. */
bool
get_month(const Record *row, const char *column, int *month)
{
	DateADT		day = date_of(row, column);

	refuse_virtual(row, column);
	if (is_null(row, column))
		return false;
	*month = month_of_event(day);
	return true;
}
