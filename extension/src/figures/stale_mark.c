/*-------------------------------------------------------------------------
 *
 * stale_mark.c
 *		Marks months as stale for the source of a trigger.
 *
 * A mark goes to the log beside the table that changed, unless this transaction
 * has logged it already (stale_frame.c).  There are three kinds:
 *
 *	  of events			months that have an event, and those it reaches after them
 *	  of events, a part	the same, but only the figures of one key changed, such
 *						as those of a child
 *	  open				from a month on, or every month; without an event
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "figures/stale_frame.h"
#include "figures/stale_mark.h"
#include "figures/stale_months.h"

/* A transaction that has marked so many parts for a source goes on to mark whole months. */
#define MOST_PARTS 2000

/* The first month of an open mark that has none. */
#define EVERY_MONTH (-1)

/* The first argument of every trigger that marks. */
static const char *
source_of(const Trigger *trigger)
{
	return trigger->tgargs[0];
}

/* Appends a row for months that have events up to last_event; part NULL: for the months as a whole. */
static Oid
log_months(Relation rel, Trigger *trigger, int first, int last_event, int last, const int64 *part)
{
	LogRow		row = {source_of(trigger), first_day(first), first_day(last), first_day(last_event), part};

	return append_to_log(rel, &row);
}

/* Marks the months of events, from the first to the last, and the reach months after these. */
void
mark_months(Relation rel, Trigger *trigger, int first, int last_event, int reach)
{
	int			last = last_event + reach;
	const Frame *logged = logged_so_far(rel, trigger->tgoid);
	Oid			log;

	if (logged != NULL && has_months(&logged->months, first, last))
		return;
	log = log_months(rel, trigger, first, last_event, last, NULL);
	add_months(&frame_to_change(log, trigger->tgoid)->months, first, last);
}

/* The same for the figures of one key alone.  A transaction that changes many keys marks whole months. */
void
mark_months_of_part(Relation rel, Trigger *trigger, int64 part, int first, int last_event, int reach)
{
	PartMark	mark = {part, first, last_event + reach};
	const Frame *logged = logged_so_far(rel, trigger->tgoid);
	Oid			log;

	if (logged != NULL && logged->parts >= MOST_PARTS)
	{
		mark_months(rel, trigger, first, last_event, reach);
		return;
	}
	if (logged != NULL && (has_months(&logged->months, mark.first, mark.last) || has_part(logged, mark)))
		return;
	log = log_months(rel, trigger, first, last_event, mark.last, &part);
	add_part(frame_to_change(log, trigger->tgoid), mark);
}

/* first: a month or EVERY_MONTH, which is before all of them. */
static void
mark_open(Relation rel, Trigger *trigger, int first)
{
	const Frame *logged = logged_so_far(rel, trigger->tgoid);
	LogRow		row = {
		.source = source_of(trigger),
		.first_month = first == EVERY_MONTH ? DATEVAL_NOBEGIN : first_day(first),
		.last_month = DATEVAL_NOEND,
		.last_event = DATEVAL_NOBEGIN
	};
	Oid			log;

	if (logged != NULL && logged->open_from <= first)
		return;
	log = append_to_log(rel, &row);
	frame_to_change(log, trigger->tgoid)->open_from = first;
}

void
mark_months_from(Relation rel, Trigger *trigger, int first)
{
	mark_open(rel, trigger, first);
}

void
mark_every_month(Relation rel, Trigger *trigger)
{
	mark_open(rel, trigger, EVERY_MONTH);
}
