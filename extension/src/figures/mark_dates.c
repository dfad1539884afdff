/*-------------------------------------------------------------------------
 *
 * mark_dates.c
 *		Triggers that mark the months of the dates in the changed row itself.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "figures/mark_trigger.h"
#include "figures/stale_mark.h"

static void
mark_dates(const Record *row, Trigger *trigger, int reach)
{
	for (int i = 2; i < trigger->tgnargs; i++)
	{
		int			month;

		if (get_month(row, trigger->tgargs[i], &month))
			mark_months(row->rel, trigger, month, month, reach);
	}
}

PG_FUNCTION_INFO_V1(early_help_mark_stale_months);

/*
 * Trigger, after row: the row is an event that bears on the months of its dates
 * and on the reach months after each.
 */
Datum
early_help_mark_stale_months(PG_FUNCTION_ARGS)
{
	static const MarkFunction function = {
		.name = "mark_stale_months",
		.arguments = "source, months of reach, date column, ...",
		.least = 3, .group = 1, .reaches = true,
		.mark = mark_dates
	};

	return mark_before_and_after(fcinfo, &function);
}

static void
mark_dates_of_part(const Record *row, Trigger *trigger, int reach)
{
	int64		part;
	bool		has_part = get_key(row, trigger->tgargs[2], &part);

	for (int i = 3; i < trigger->tgnargs; i++)
	{
		int			month;

		if (!get_month(row, trigger->tgargs[i], &month))
			continue;
		if (has_part)
			mark_months_of_part(row->rel, trigger, part, month, month, reach);
		else
			mark_months(row->rel, trigger, month, month, reach);
	}
}

PG_FUNCTION_INFO_V1(early_help_mark_stale_parts);

/*
 * Trigger, after row: as mark_stale_months(), but the event bears on the figures
 * of one key alone.  Without a key it bears on all of them.
 */
Datum
early_help_mark_stale_parts(PG_FUNCTION_ARGS)
{
	static const MarkFunction function = {
		.name = "mark_stale_parts",
		.arguments = "source, months of reach, key column, date column, ...",
		.least = 4, .group = 1, .reaches = true,
		.mark = mark_dates_of_part
	};

	return mark_before_and_after(fcinfo, &function);
}

static void
mark_span(const Record *row, Trigger *trigger, int reach)
{
	int			first;
	int			last;

	if (!get_month(row, trigger->tgargs[2], &first))
		return;
	if (get_month(row, trigger->tgargs[3], &last))
		mark_months(row->rel, trigger, Min(first, last), Max(first, last), reach);
	else
	{
		/* With the reach that every mark of the trigger has: it says which marks cover others (stale_frame.c). */
		mark_months(row->rel, trigger, first, first, reach);
		mark_months_from(row->rel, trigger, first);
	}
}

PG_FUNCTION_INFO_V1(early_help_mark_stale_span);

/*
 * Trigger, after row: the row bears on every month from its first date to its
 * last, and on the reach months after.  Without a last date it bears on every
 * month from the first on.
 */
Datum
early_help_mark_stale_span(PG_FUNCTION_ARGS)
{
	static const MarkFunction function = {
		.name = "mark_stale_span",
		.arguments = "source, months of reach, date column, date column",
		.least = 4, .reaches = true,
		.mark = mark_span
	};

	return mark_before_and_after(fcinfo, &function);
}

static void
mark_all(const Record *row, Trigger *trigger, int reach)
{
	(void) reach;
	mark_every_month(row->rel, trigger);
}

PG_FUNCTION_INFO_V1(early_help_mark_all_months_stale);

/* Trigger, after row: the row is a setting that bears on every month. */
Datum
early_help_mark_all_months_stale(PG_FUNCTION_ARGS)
{
	static const MarkFunction function = {
		.name = "mark_all_months_stale",
		.arguments = "source",
		.least = 1,
		.mark = mark_all
	};

	return mark_newest(fcinfo, &function);
}
