/*-------------------------------------------------------------------------
 *
 * mark_references.c
 *		Triggers that mark the months of events which the changed row refers to,
 *		or which refer to it.
 *
 * Such a trigger reads other rows than its own, which other transactions change
 * at the same time.  Whichever of two commits last must have seen the other's
 * change, or its mark comes too late: a refresh may already have computed the
 * month without it.  So they wait for each other:
 *
 *	  a row whose events are marked		locks itself FOR UPDATE
 *	  an event that gets another date	locks the row it refers to FOR KEY SHARE (hold_row)
 *	  a new event						the same, by its foreign key
 *	  a row that refers to an event		locks the event FOR SHARE
 *
 * Locks and snapshots are those of partnership_row.c: it reads the latest
 * committed rows, with a snapshot taken after the wait, above READ COMMITTED too.
 * There the triggers also mark what the transaction's own snapshot shows: for
 * the writer's own queries an event stays in the month that it has left since.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"

#include "base/partnership_row.h"
#include "figures/mark_trigger.h"
#include "figures/month.h"
#include "figures/stale_mark.h"

/*
 * Three arguments of a trigger: where a row with a key is, and which of its
 * columns matters.  They follow the source and the key column of the row that
 * changed.
 */
typedef struct Place
{
	const char *table;
	const char *key;
	const char *column;
} Place;

#define BEFORE_PLACES 2
#define IN_PLACE 3

static int
number_of_places(const Trigger *trigger)
{
	return (trigger->tgnargs - BEFORE_PLACES) / IN_PLACE;
}

/* A table of periods, its key, and the columns of their first and last day. */
#define IN_PERIOD 4

/*
 * The last four arguments of a trigger may tell of other events: a column of
 * the event that is null where there are none, and the place of the others,
 * which refer to the event by its own key.
 */
#define IN_OTHERS (1 + IN_PLACE)

static bool
has_others(const Trigger *trigger)
{
	return (trigger->tgnargs - BEFORE_PLACES) % IN_PLACE != 0;
}

static const char *
others_column(const Trigger *trigger)
{
	return trigger->tgargs[trigger->tgnargs - IN_OTHERS];
}

/* Of the places on the way, the last: that of the event. */
static int
event_place(const Trigger *trigger)
{
	return number_of_places(trigger) - (has_others(trigger) ? 2 : 1);
}

static Place
others_place(const Trigger *trigger)
{
	char	  **names = &trigger->tgargs[trigger->tgnargs - IN_PLACE];

	return (Place) {names[0], names[1], names[2]};
}

static Place
place_of(const Trigger *trigger, int number)
{
	char	  **names = &trigger->tgargs[BEFORE_PLACES + number * IN_PLACE];

	return (Place) {names[0], names[1], names[2]};
}

static bool
get_own_key(const Record *row, const Trigger *trigger, int64 *id)
{
	return get_key(row, trigger->tgargs[1], id);
}

static void
lock_row(Relation rel, const char *table, const char *key, int64 id, LockTupleMode mode)
{
	Record		row;

	if (lock_sibling(rel, table, key, id, mode, &row))
		leave_sibling(&row);
}

/* ---------------------------------------------------------------------
 * Events that refer to the row
 * ---------------------------------------------------------------------
 */

/* Adds the months of the events in one place that refer to id. */
static void
add_events(Relation rel, Place place, int64 id, bool as_seen, MonthSet *months)
{
	SiblingScan	events;

	if (as_seen)
		sibling_beginscan_xact_snapshot(rel, place.table, place.key, id, &events);
	else
		sibling_beginscan(rel, place.table, place.key, id, &events);
	while (sibling_getnext(&events))
	{
		int			month;

		CHECK_FOR_INTERRUPTS();
		if (get_month(&events.row, place.column, &month))
			add_months(months, month, month);
	}
	sibling_endscan(&events);
}

static void
mark_events_of(Relation rel, Trigger *trigger, int64 id, bool of_part, bool as_seen)
{
	MonthSet	months = {0};
	int			first = 0;
	int			last = -1;

	for (int i = 0; i < number_of_places(trigger); i++)
		add_events(rel, place_of(trigger, i), id, as_seen, &months);
	while (next_months(&months, &first, &last))
	{
		if (of_part)
			mark_months_of_part(rel, trigger, id, first, last, 0);
		else
			mark_months(rel, trigger, first, last, 0);
	}
}

/*
 * Locks the row FOR UPDATE, which waits for the KEY SHARE locks of events that
 * are written or get another date, and then looks.  An event that comes later
 * waits for this transaction, and so commits after it.
 */
static void
mark_dependents(const Record *row, Trigger *trigger, bool of_part)
{
	int64		id;

	if (!get_own_key(row, trigger, &id))
		return;
	lock_row(row->rel, RelationGetRelationName(row->rel), trigger->tgargs[1], id, LockTupleExclusive);
	mark_events_of(row->rel, trigger, id, of_part, false);
	if (IsolationUsesXactSnapshot())
		mark_events_of(row->rel, trigger, id, of_part, true);
}

static void
mark_whole_months(const Record *row, Trigger *trigger, int reach)
{
	(void) reach;
	mark_dependents(row, trigger, false);
}

PG_FUNCTION_INFO_V1(early_help_mark_stale_months_of);

/*
 * Trigger, after row: the row is no event, but the figures of the events that
 * refer to it depend on it.
 */
Datum
early_help_mark_stale_months_of(PG_FUNCTION_ARGS)
{
	static const MarkFunction function = {
		.name = "mark_stale_months_of",
		.arguments = "source, key column, table, key column, date column, ...",
		.least = 5, .group = IN_PLACE,
		.mark = mark_whole_months
	};

	return mark_newest(fcinfo, &function);
}

static void
mark_part_of_months(const Record *row, Trigger *trigger, int reach)
{
	(void) reach;
	mark_dependents(row, trigger, true);
}

PG_FUNCTION_INFO_V1(early_help_mark_stale_parts_of);

/* Trigger, after row: as mark_stale_months_of(), but only the figures of the row's key depend on it. */
Datum
early_help_mark_stale_parts_of(PG_FUNCTION_ARGS)
{
	static const MarkFunction function = {
		.name = "mark_stale_parts_of",
		.arguments = "source, key column, table, key column, date column, ...",
		.least = 5, .group = IN_PLACE,
		.mark = mark_part_of_months
	};

	return mark_newest(fcinfo, &function);
}

/* ---------------------------------------------------------------------
 * Periods that refer to the row
 * ---------------------------------------------------------------------
 */

/* Adds the months of the periods that refer to id, and says from which month on one is open; NO_MONTH if none is. */
#define NO_MONTH ALL_MONTHS

static int
add_periods(Relation rel, char **names, int64 id, bool as_seen, MonthSet *months)
{
	SiblingScan	periods;
	int			open_from = NO_MONTH;

	if (as_seen)
		sibling_beginscan_xact_snapshot(rel, names[0], names[1], id, &periods);
	else
		sibling_beginscan(rel, names[0], names[1], id, &periods);
	while (sibling_getnext(&periods))
	{
		int			first;
		int			last;

		CHECK_FOR_INTERRUPTS();
		if (!get_month(&periods.row, names[2], &first))
			continue;
		if (get_month(&periods.row, names[3], &last))
			add_months(months, Min(first, last), Max(first, last));
		else
		{
			add_months(months, first, first);
			open_from = Min(open_from, first);
		}
	}
	sibling_endscan(&periods);
	return open_from;
}

/* The periods in the table of the third argument that refer to the row, or to one of the rows that refer to it. */
static void
mark_periods_of(Relation rel, Trigger *trigger, int64 id, bool as_seen)
{
	char	  **period = &trigger->tgargs[BEFORE_PLACES];
	char	  **others = &trigger->tgargs[BEFORE_PLACES + IN_PERIOD];
	MonthSet	months = {0};
	int			first = 0;
	int			last = -1;
	int			open_from = add_periods(rel, period, id, as_seen, &months);

	if (trigger->tgnargs > BEFORE_PLACES + IN_PERIOD)
	{
		SiblingScan	rows;

		if (as_seen)
			sibling_beginscan_xact_snapshot(rel, others[0], others[1], id, &rows);
		else
			sibling_beginscan(rel, others[0], others[1], id, &rows);
		while (sibling_getnext(&rows))
		{
			int64		other;

			if (get_key(&rows.row, others[2], &other))
				open_from = Min(open_from, add_periods(rel, period, other, as_seen, &months));
		}
		sibling_endscan(&rows);
	}
	while (next_months(&months, &first, &last))
		mark_months(rel, trigger, first, last, 0);
	if (open_from != NO_MONTH)
		mark_months_from(rel, trigger, open_from);
}

static void
mark_spans_of(const Record *row, Trigger *trigger, int reach)
{
	int64		id;

	(void) reach;
	if (!get_own_key(row, trigger, &id))
		return;
	lock_row(row->rel, RelationGetRelationName(row->rel), trigger->tgargs[1], id, LockTupleExclusive);
	mark_periods_of(row->rel, trigger, id, false);
	if (IsolationUsesXactSnapshot())
		mark_periods_of(row->rel, trigger, id, true);
}

PG_FUNCTION_INFO_V1(early_help_mark_stale_spans_of);

/* Trigger, after row: as mark_stale_months_of(), but every month of the periods that refer to the row. */
Datum
early_help_mark_stale_spans_of(PG_FUNCTION_ARGS)
{
	static const MarkFunction function = {
		.name = "mark_stale_spans_of",
		.arguments = "source, key column, table, key column, date column, date column [, table, key column, column]",
		.least = 6, .more = IN_PLACE,
		.mark = mark_spans_of
	};

	return mark_newest(fcinfo, &function);
}

static void
hold_referred(const Record *row, Trigger *trigger, int reach)
{
	int64		id;

	(void) reach;
	if (get_key(row, trigger->tgargs[0], &id))
		lock_row(row->rel, trigger->tgargs[1], trigger->tgargs[2], id, LockTupleKeyShare);
}

PG_FUNCTION_INFO_V1(early_help_hold_row);

/*
 * Trigger, after row: an event got another date.  Its foreign key does not look
 * again at a row that it still refers to, so this takes the KEY SHARE lock that
 * mark_dependents() waits for.
 */
Datum
early_help_hold_row(PG_FUNCTION_ARGS)
{
	static const MarkFunction function = {
		.name = "hold_row",
		.arguments = "column, table, key column",
		.least = 3,
		.mark = hold_referred
	};

	return mark_newest(fcinfo, &function);
}

/* ---------------------------------------------------------------------
 * The event that the row refers to
 * ---------------------------------------------------------------------
 */

/* Which version of a row on the way to the event is read. */
typedef enum Version
{
	LATEST_VERSION,
	LATEST_VERSION_LOCKED,		/* FOR SHARE */
	VERSION_AS_SEEN				/* by the transaction's own snapshot */
} Version;

static bool
read_version(Relation rel, Place place, int64 id, Version version, Record *row)
{
	switch (version)
	{
		case LATEST_VERSION:
			return read_sibling(rel, place.table, place.key, id, row);
		case LATEST_VERSION_LOCKED:
			return lock_sibling(rel, place.table, place.key, id, LockTupleShare, row);
		case VERSION_AS_SEEN:
			return read_sibling_xact_snapshot(rel, place.table, place.key, id, row);
	}
	return false;
}

static void
mark_events_in(Relation rel, Trigger *trigger, Place place, int64 id, bool as_seen)
{
	MonthSet	months = {0};
	int			first = 0;
	int			last = -1;

	add_events(rel, place, id, as_seen, &months);
	while (next_months(&months, &first, &last))
		mark_months(rel, trigger, first, last, 0);
}

/*
 * Goes from place to place: the column of each gives the key in the next, and
 * that of the last place is the date of the event.
 */
static void
mark_event(Relation rel, Trigger *trigger, int64 id, Version version)
{
	int			last = event_place(trigger);
	bool		leads_on = true;
	bool		others = false;

	for (int i = 0; i <= last && leads_on; i++)
	{
		Place		place = place_of(trigger, i);
		Record		row;
		int			month;

		if (!read_version(rel, place, id, version, &row))
			return;
		if (i < last)
			leads_on = get_key(&row, place.column, &id);
		else
		{
			if (get_month(&row, place.column, &month))
				mark_months(rel, trigger, month, month, 0);
			others = has_others(trigger) && !is_null(&row, others_column(trigger));
		}
		leave_sibling(&row);
	}
	if (others)
		mark_events_in(rel, trigger, others_place(trigger), id, version == VERSION_AS_SEEN);
}

/*
 * Another transaction may give the event another date, and not see this row.
 * If the row refers to the event itself, the event is locked FOR SHARE: this
 * waits for that transaction, and the next one waits for this.  If it refers to
 * the event through other tables, no lock is taken here.  Then the locks of the
 * rules must keep the two apart, as the closing of an episode waits for whoever
 * writes its outcomes (closure.c).
 *
 * No query is run: outcomes come by the million.
 */
static void
mark_through(const Record *row, Trigger *trigger, int reach)
{
	bool		straight = event_place(trigger) == 0;
	int64		id;

	(void) reach;
	if (!get_own_key(row, trigger, &id))
		return;
	mark_event(row->rel, trigger, id, straight ? LATEST_VERSION_LOCKED : LATEST_VERSION);
	if (IsolationUsesXactSnapshot())
		mark_event(row->rel, trigger, id, VERSION_AS_SEEN);
}

PG_FUNCTION_INFO_V1(early_help_mark_stale_months_through);

/*
 * Trigger, after row: the row counts in the month of an event that it refers
 * to, itself or through other tables.
 */
Datum
early_help_mark_stale_months_through(PG_FUNCTION_ARGS)
{
	static const MarkFunction function = {
		.name = "mark_stale_months_through",
		.arguments = "source, key column, table, key column, ..., date column [, column, table, key column, date column]",
		.least = 5, .group = IN_PLACE, .more = IN_OTHERS,
		.mark = mark_through
	};

	return mark_before_and_after(fcinfo, &function);
}
