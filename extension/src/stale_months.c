/*-------------------------------------------------------------------------
 *
 * stale_months.c
 *	  The log of months whose figures must be computed anew.
 *
 * The figures of a month are kept as cells.  Whoever changes a record says,
 * in the same transaction, which months its figures can reach: a row
 * (source, first month, last month) in table kpi_stale_months of the
 * partnership.  A KPI view shows the cells of the months that no such row
 * names, and computes the others from the records.  Data and log commit
 * together, so the view equals the plain query in every snapshot.
 *
 * What is marked depends on the dates in the changed row alone, never on
 * what else the writer happens to see: an event on which this one bears may
 * stand in a transaction that has not committed yet.
 *
 * An event marks its own months, which the log knows by last_event, and those
 * it reaches after them; a setting reaches all.  What a mark reaches is read
 * as going no further than where cells stand or events of marks are: a month
 * beyond has no event, and whatever brings one into it marks it.  Otherwise
 * child support that goes on would make a thousand empty months stale.
 *
 * The trigger is AFTER ROW, and meant to be ENABLE ALWAYS: that is what
 * COPY, MERGE, ON CONFLICT, cascading foreign keys and logical-replication
 * apply all fire.  It writes through the table access method, without SPI
 * and without asking for a privilege on the log, as a foreign key does.  The
 * log has no index and no key: writers never wait for each other.
 *
 * A transaction remembers what it has logged, so that it writes one row for
 * the first of many changes to the same months (see Frame).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "partnership_row.h"
#include "stale_months.h"

/*
 * How many marks of parts a transaction writes for one source before it marks
 * whole months, and how many of the last ones it remembers.
 */
#define MOST_PARTS 2000
#define LAST_PARTS 16

/* Where a mark of all months begins, and open marks in a frame without any. */
#define ALL_FROM_EVER (-1)
#define NO_OPEN_MARK ALL_MONTHS

#define MONTH_BITS 64
#define MONTH_WORDS ((ALL_MONTHS + MONTH_BITS - 1) / MONTH_BITS)

/*
 * What one (sub)transaction has logged for one source: a bit a month that
 * marks of events name, and from where on open marks do, those without an
 * event.  An open mark makes no other superfluous.  Marks of events may do so
 * for one another, since all of a trigger reach equally far: where they
 * cover another one they also name an event before it and one after it.
 *
 * A month is logged if it is in any frame.  When a subtransaction is rolled
 * back, its log rows vanish and so do its frames; when it commits, its frames
 * pass to its parent.
 *
 * Of marks of a part of the figures only the last few are remembered: a
 * transaction that writes the same one twice, far apart, has it twice.
 */
typedef struct PartMark
{
	int64		part;
	int			first;
	int			last;
} PartMark;

typedef struct Frame
{
	struct Frame *next;
	Oid			log;			/* the log table written to */
	Oid			trigger;		/* the trigger that wrote, for the source */
	SubTransactionId subid;		/* where the log rows were written */
	int			open_from;		/* first month of open marks */
	uint64		months[MONTH_WORDS];
	int			parts;			/* number of marks of parts */
	PartMark	last_parts[LAST_PARTS];	/* the last of them, by number */
} Frame;

/* How a row is looked up: one of partnership_row.h. */
typedef bool (*FindSibling) (Relation rel, const char *table, const char *key, int64 id, Record *row);

/*
 * Lives from the first mark of a top-level transaction to its end, in
 * TopTransactionContext.
 */
static Frame *frames = NULL;

static void at_xact_end(XactEvent event, void *arg);
static void at_subxact_end(SubXactEvent event, SubTransactionId subid,
						   SubTransactionId parent, void *arg);
static bool is_logged(Oid log, Oid trigger, int first, int last);
static bool is_logged_open(Oid log, Oid trigger, int first);
static bool is_part_logged(Oid log, Oid trigger, PartMark mark);
static int	parts_logged(Oid log, Oid trigger);
static Frame *frame_of(Oid log, Oid trigger);
static void mark_months(Oid schema, Oid trigger, const char *source,
						int first, int last_event, int reach);
static void mark_part(Oid schema, Oid trigger, const char *source, int64 part,
					  int first, int last_event, int reach);
static void mark_open(Oid schema, Oid trigger, const char *source, int first);
static Oid	log_of(Oid schema);
static void write_log(Oid log, const char *source, DateADT first, DateADT last,
					  DateADT last_event, const int64 *part);
static TriggerData *called_after_row(FunctionCallInfo fcinfo);
static void wrong_arguments(Trigger *trigger, const char *usage);
static void mark_dates(Relation rel, Trigger *trigger, HeapTuple tuple, int reach);
static void mark_dates_of_part(Relation rel, Trigger *trigger, HeapTuple tuple, int reach);
static bool get_month(Relation rel, const char *column, HeapTuple tuple, int *month);
static void mark_span(Relation rel, Trigger *trigger, HeapTuple tuple, int reach);
static int	reach_of(Trigger *trigger, const char *usage);
static int	date_column(Relation rel, const char *column);
static void mark_through(Relation rel, Trigger *trigger, HeapTuple tuple);
static void mark_event(Relation rel, Trigger *trigger, int64 id, FindSibling find);
static void mark_changed_row(FunctionCallInfo fcinfo, const char *usage, bool of_part);
static void mark_dependents(Relation rel, Trigger *trigger, HeapTuple tuple, bool of_part);
static void mark_days(Oid schema, Trigger *trigger, const int64 *part);
static void mark_range(Oid schema, Trigger *trigger, const int64 *part, int first, int last);
static int	key_column(Relation rel, const char *column);
static int	bigint_column(Relation rel, const char *column);
static void lock_row(Oid schema, const char *table, const char *key, Oid type,
					 Datum value, const char *strength);

PG_FUNCTION_INFO_V1(early_help_mark_stale_months);
PG_FUNCTION_INFO_V1(early_help_mark_stale_parts);
PG_FUNCTION_INFO_V1(early_help_mark_stale_span);
PG_FUNCTION_INFO_V1(early_help_mark_stale_months_of);
PG_FUNCTION_INFO_V1(early_help_mark_stale_parts_of);
PG_FUNCTION_INFO_V1(early_help_mark_stale_months_through);
PG_FUNCTION_INFO_V1(early_help_mark_all_months_stale);
PG_FUNCTION_INFO_V1(early_help_hold_row);
PG_FUNCTION_INFO_V1(early_help_forget_stale_marks);


/*-------------------------------------------------------------------------
 * What this transaction has logged
 *-------------------------------------------------------------------------
 */
static void
at_xact_end(XactEvent event, void *arg)
{
	(void) arg;
	switch (event)
	{
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_PARALLEL_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PARALLEL_ABORT:
		case XACT_EVENT_PREPARE:
			frames = NULL;
			break;
		default:
			break;
	}
}

static void
at_subxact_end(SubXactEvent event, SubTransactionId subid,
			   SubTransactionId parent, void *arg)
{
	Frame	  **link = &frames;

	(void) arg;
	if (event == SUBXACT_EVENT_COMMIT_SUB)
	{
		for (Frame *frame = frames; frame != NULL; frame = frame->next)
			if (frame->subid == subid)
				frame->subid = parent;
	}
	else if (event == SUBXACT_EVENT_ABORT_SUB)
	{
		while (*link != NULL)
		{
			Frame	   *frame = *link;

			if (frame->subid == subid)
			{
				*link = frame->next;
				pfree(frame);
			}
			else
				link = &frame->next;
		}
	}
}

/* Are all these months in frames? */
static bool
is_logged(Oid log, Oid trigger, int first, int last)
{
	for (int month = first; month <= last; month++)
	{
		bool		found = false;

		for (Frame *frame = frames; frame != NULL && !found; frame = frame->next)
			found = frame->log == log && frame->trigger == trigger &&
				(frame->months[month / MONTH_BITS] & (UINT64CONST(1) << (month % MONTH_BITS))) != 0;
		if (!found)
			return false;
	}

	return true;
}

/* Is an open mark from this month on, or an earlier one, in frames? */
static bool
is_logged_open(Oid log, Oid trigger, int first)
{
	for (Frame *frame = frames; frame != NULL; frame = frame->next)
		if (frame->log == log && frame->trigger == trigger && frame->open_from <= first)
			return true;

	return false;
}

/* Is this mark among the last ones of frames? */
static bool
is_part_logged(Oid log, Oid trigger, PartMark mark)
{
	for (Frame *frame = frames; frame != NULL; frame = frame->next)
		if (frame->log == log && frame->trigger == trigger)
			for (int i = 0; i < Min(frame->parts, LAST_PARTS); i++)
				if (frame->last_parts[i].part == mark.part &&
					frame->last_parts[i].first == mark.first &&
					frame->last_parts[i].last == mark.last)
					return true;

	return false;
}

/* How many marks of parts are in frames? */
static int
parts_logged(Oid log, Oid trigger)
{
	int			parts = 0;

	for (Frame *frame = frames; frame != NULL; frame = frame->next)
		if (frame->log == log && frame->trigger == trigger)
			parts += frame->parts;

	return parts;
}

/* The frame of the current subtransaction. */
static Frame *
frame_of(Oid log, Oid trigger)
{
	static bool registered = false; /* once a backend */
	SubTransactionId subid = GetCurrentSubTransactionId();
	Frame	   *frame;

	if (!registered)
	{
		RegisterXactCallback(at_xact_end, NULL);
		RegisterSubXactCallback(at_subxact_end, NULL);
		registered = true;
	}

	for (frame = frames; frame != NULL; frame = frame->next)
		if (frame->log == log && frame->trigger == trigger && frame->subid == subid)
			break;
	if (frame == NULL)
	{
		frame = MemoryContextAllocZero(TopTransactionContext, sizeof(Frame));
		frame->log = log;
		frame->trigger = trigger;
		frame->subid = subid;
		frame->open_from = NO_OPEN_MARK;
		frame->next = frames;
		frames = frame;
	}

	return frame;
}

/*
 * forget_stale_marks(): a refresh takes log rows away, so that what this
 * transaction has logged no longer suppresses a mark.
 */
Datum
early_help_forget_stale_marks(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	while (frames != NULL)
	{
		Frame	   *frame = frames;

		frames = frame->next;
		pfree(frame);
	}

	PG_RETURN_VOID();
}


/*-------------------------------------------------------------------------
 * The log
 *-------------------------------------------------------------------------
 */

/* The month of a day, counted from January 1900. */
int
month_of(DateADT day)
{
	int			year;
	int			month;
	int			day_of_month;

	if (DATE_NOT_FINITE(day))
		year = 0;
	else
		j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &day_of_month);
	if (year < FIRST_YEAR || year > LAST_YEAR)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_FIELD_OVERFLOW),
				 errmsg("an event is dated outside %d to %d", FIRST_YEAR, LAST_YEAR),
				 errhint("Give the column the type early_help.event_date.")));

	return (year - FIRST_YEAR) * 12 + month - 1;
}

/* The first day of a month, counted so. */
DateADT
first_day(int month)
{
	return date2j(FIRST_YEAR + month / 12, month % 12 + 1, 1) - POSTGRES_EPOCH_JDATE;
}

/*
 * Marks months of a source as stale in the log of a partnership, unless this
 * transaction has done so already: those of an event from the first to the
 * last, and those of reach after that.
 */
static void
mark_months(Oid schema, Oid trigger, const char *source, int first, int last_event, int reach)
{
	int			last = last_event + reach;
	Oid			log = log_of(schema);
	Frame	   *frame;

	if (is_logged(log, trigger, first, last))
		return;
	write_log(log, source, first_day(first), first_day(last), first_day(last_event), NULL);
	frame = frame_of(log, trigger);
	for (int month = first; month <= last; month++)
		frame->months[month / MONTH_BITS] |= UINT64CONST(1) << (month % MONTH_BITS);
}

/*
 * The same where the event bears on one part of the figures alone, such as
 * those of a child.  A transaction that changes many marks whole months.
 */
static void
mark_part(Oid schema, Oid trigger, const char *source, int64 part,
		  int first, int last_event, int reach)
{
	PartMark	mark = {part, first, last_event + reach};
	Oid			log = log_of(schema);
	Frame	   *frame;

	if (parts_logged(log, trigger) >= MOST_PARTS)
	{
		mark_months(schema, trigger, source, first, last_event, reach);
		return;
	}
	if (is_logged(log, trigger, mark.first, mark.last) || is_part_logged(log, trigger, mark))
		return;
	write_log(log, source, first_day(mark.first), first_day(mark.last), first_day(last_event), &part);
	frame = frame_of(log, trigger);
	frame->last_parts[frame->parts++ % LAST_PARTS] = mark;
}

/* The same for what has no event: every month, or all from the first on. */
static void
mark_open(Oid schema, Oid trigger, const char *source, int first)
{
	Oid			log = log_of(schema);

	if (is_logged_open(log, trigger, first))
		return;
	write_log(log, source, first == ALL_FROM_EVER ? DATEVAL_NOBEGIN : first_day(first), DATEVAL_NOEND,
			  DATEVAL_NOBEGIN, NULL);
	frame_of(log, trigger)->open_from = first;
}

/* The log of a partnership. */
static Oid
log_of(Oid schema)
{
	Oid			log = get_relname_relid(LOG_TABLE, schema);

	if (!OidIsValid(log) || get_rel_relkind(log) != RELKIND_RELATION)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("schema \"%s\" has no table \"%s\"",
						get_namespace_name(schema), LOG_TABLE),
				 errdetail("A table whose changes reach figures stands apart from the rest of its partnership.")));

	return log;
}

/* Is it the log as the partnership made it? */
void
check_log(Relation rel)
{
	TupleDesc	desc = RelationGetDescr(rel);

	if (desc->natts != 5 ||
		TupleDescAttr(desc, 0)->atttypid != VARCHAROID ||
		TupleDescAttr(desc, 1)->atttypid != DATEOID ||
		TupleDescAttr(desc, 2)->atttypid != DATEOID ||
		TupleDescAttr(desc, 3)->atttypid != DATEOID ||
		TupleDescAttr(desc, 4)->atttypid != INT8OID ||
		rel->rd_rel->relhasindex)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("table \"%s\" was altered", LOG_TABLE),
				 errdetail("It has the columns source, first_month, last_month, last_event and part, and no index.")));
}

/*
 * Appends a row to the log.  It carries the command id of the changes that
 * fired the trigger, or a later one, as they do: the writer's next statement
 * sees both.
 */
static void
write_log(Oid log, const char *source, DateADT first, DateADT last, DateADT last_event,
		  const int64 *part)
{
	Relation	rel = table_open(log, RowExclusiveLock);
	TupleTableSlot *slot;

	check_log(rel);
	slot = table_slot_create(rel, NULL);
	slot->tts_values[0] = CStringGetTextDatum(source);
	slot->tts_values[1] = DateADTGetDatum(first);
	slot->tts_values[2] = DateADTGetDatum(last);
	slot->tts_values[3] = DateADTGetDatum(last_event);
	slot->tts_values[4] = part != NULL ? Int64GetDatum(*part) : (Datum) 0;
	memset(slot->tts_isnull, false, 4 * sizeof(bool));
	slot->tts_isnull[4] = part == NULL;
	ExecStoreVirtualTuple(slot);
	simple_table_tuple_insert(rel, slot);

	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
}

/*-------------------------------------------------------------------------
 * The triggers
 *-------------------------------------------------------------------------
 */
static TriggerData *
called_after_row(FunctionCallInfo fcinfo)
{
	TriggerData *data = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("a function that marks stale months was not called by trigger manager")));
	if (!TRIGGER_FIRED_AFTER(data->tg_event) || !TRIGGER_FIRED_FOR_ROW(data->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("trigger \"%s\" must be fired AFTER ROW", data->tg_trigger->tgname)));

	return data;
}

static void
wrong_arguments(Trigger *trigger, const char *usage)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("trigger \"%s\" has wrong arguments", trigger->tgname),
			 errhint("Usage: %s.", usage)));
}

/*
 * mark_stale_months(source, reach, date column, ...): the event of the row
 * bears on the months of its dates and on the reach months after each.
 */
Datum
early_help_mark_stale_months(PG_FUNCTION_ARGS)
{
	static const char usage[] = "mark_stale_months(source, months of reach, date column, ...)";
	TriggerData *data = called_after_row(fcinfo);
	Trigger    *trigger = data->tg_trigger;
	int			reach;

	if (trigger->tgnargs < 3)
		wrong_arguments(trigger, usage);
	reach = reach_of(trigger, usage);

	mark_dates(data->tg_relation, trigger, data->tg_trigtuple, reach);
	if (TRIGGER_FIRED_BY_UPDATE(data->tg_event))
		mark_dates(data->tg_relation, trigger, data->tg_newtuple, reach);

	return PointerGetDatum(NULL);
}

/*
 * mark_stale_parts(source, reach, key column, date column, ...): the same, and
 * the event bears on the figures of that key alone; without a key, on all.
 */
Datum
early_help_mark_stale_parts(PG_FUNCTION_ARGS)
{
	static const char usage[] = "mark_stale_parts(source, months of reach, key column, date column, ...)";
	TriggerData *data = called_after_row(fcinfo);
	Trigger    *trigger = data->tg_trigger;
	int			reach;

	if (trigger->tgnargs < 4)
		wrong_arguments(trigger, usage);
	reach = reach_of(trigger, usage);

	mark_dates_of_part(data->tg_relation, trigger, data->tg_trigtuple, reach);
	if (TRIGGER_FIRED_BY_UPDATE(data->tg_event))
		mark_dates_of_part(data->tg_relation, trigger, data->tg_newtuple, reach);

	return PointerGetDatum(NULL);
}

/* The second argument of a trigger. */
static int
reach_of(Trigger *trigger, const char *usage)
{
	char	   *end;
	long		reach = strtol(trigger->tgargs[1], &end, 10);

	if (end == trigger->tgargs[1] || *end != '\0' || reach < 0 || reach > LONGEST_REACH)
		wrong_arguments(trigger, usage);

	return (int) reach;
}

static void
mark_dates(Relation rel, Trigger *trigger, HeapTuple tuple, int reach)
{
	for (int i = 2; i < trigger->tgnargs; i++)
	{
		int			month;

		if (get_month(rel, trigger->tgargs[i], tuple, &month))
			mark_months(RelationGetNamespace(rel), trigger->tgoid,
						trigger->tgargs[0], month, month, reach);
	}
}

static void
mark_dates_of_part(Relation rel, Trigger *trigger, HeapTuple tuple, int reach)
{
	bool		isnull;
	int64		part = DatumGetInt64(heap_getattr(tuple, bigint_column(rel, trigger->tgargs[2]),
												  RelationGetDescr(rel), &isnull));

	for (int i = 3; i < trigger->tgnargs; i++)
	{
		Oid			schema = RelationGetNamespace(rel);
		int			month;

		if (!get_month(rel, trigger->tgargs[i], tuple, &month))
			continue;
		if (isnull)
			mark_months(schema, trigger->tgoid, trigger->tgargs[0], month, month, reach);
		else
			mark_part(schema, trigger->tgoid, trigger->tgargs[0], part, month, month, reach);
	}
}

/* The month of a row's date, where it has one. */
static bool
get_month(Relation rel, const char *column, HeapTuple tuple, int *month)
{
	bool		isnull;
	Datum		value = heap_getattr(tuple, date_column(rel, column), RelationGetDescr(rel), &isnull);

	if (!isnull)
		*month = month_of(DatumGetDateADT(value));

	return !isnull;
}

/*
 * mark_stale_span(source, reach, first date column, last date column): the row
 * bears on every month from its first date to its last, and on the reach
 * months after; without a last date, on every month from its first on.
 */
Datum
early_help_mark_stale_span(PG_FUNCTION_ARGS)
{
	static const char usage[] = "mark_stale_span(source, months of reach, date column, date column)";
	TriggerData *data = called_after_row(fcinfo);
	Trigger    *trigger = data->tg_trigger;
	int			reach;

	if (trigger->tgnargs != 4)
		wrong_arguments(trigger, usage);
	reach = reach_of(trigger, usage);

	mark_span(data->tg_relation, trigger, data->tg_trigtuple, reach);
	if (TRIGGER_FIRED_BY_UPDATE(data->tg_event))
		mark_span(data->tg_relation, trigger, data->tg_newtuple, reach);

	return PointerGetDatum(NULL);
}

static void
mark_span(Relation rel, Trigger *trigger, HeapTuple tuple, int reach)
{
	TupleDesc	desc = RelationGetDescr(rel);
	bool		isnull;
	bool		goes_on;
	Datum		first = heap_getattr(tuple, date_column(rel, trigger->tgargs[2]), desc, &isnull);
	Datum		last = heap_getattr(tuple, date_column(rel, trigger->tgargs[3]), desc, &goes_on);
	Oid			schema = RelationGetNamespace(rel);
	const char *source = trigger->tgargs[0];
	int			first_month;

	if (isnull)
		return;
	first_month = month_of(DatumGetDateADT(first));
	if (goes_on)
	{
		mark_months(schema, trigger->tgoid, source, first_month, first_month, 0);
		mark_open(schema, trigger->tgoid, source, first_month);
	}
	else
	{
		int			last_month = month_of(DatumGetDateADT(last));

		mark_months(schema, trigger->tgoid, source,
					Min(first_month, last_month), Max(first_month, last_month), reach);
	}
}

/* The number of a column that holds a date. */
static int
date_column(Relation rel, const char *column)
{
	int			number = SPI_fnumber(RelationGetDescr(rel), column);

	if (number <= 0 ||
		getBaseType(TupleDescAttr(RelationGetDescr(rel), number - 1)->atttypid) != DATEOID)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("table \"%s\" has no column \"%s\" of type date",
						RelationGetRelationName(rel), column)));

	return number;
}

/*
 * mark_all_months_stale(source): for a setting that bears on every figure.
 */
Datum
early_help_mark_all_months_stale(PG_FUNCTION_ARGS)
{
	TriggerData *data = called_after_row(fcinfo);

	if (data->tg_trigger->tgnargs != 1)
		wrong_arguments(data->tg_trigger, "mark_all_months_stale(source)");
	mark_open(RelationGetNamespace(data->tg_relation), data->tg_trigger->tgoid,
			  data->tg_trigger->tgargs[0], ALL_FROM_EVER);

	return PointerGetDatum(NULL);
}

/*
 * mark_stale_months_of(source, key column, table, key column, date column
 * [, table, key column, date column ...]): the row is no event itself, but
 * the figures of the events that refer to it depend on it.
 */
Datum
early_help_mark_stale_months_of(PG_FUNCTION_ARGS)
{
	mark_changed_row(fcinfo, "mark_stale_months_of(source, key column, table, key column, date column, ...)", false);

	return PointerGetDatum(NULL);
}

/*
 * mark_stale_parts_of(the same): and no other figures of those months than
 * those of the row's key, a bigint.
 */
Datum
early_help_mark_stale_parts_of(PG_FUNCTION_ARGS)
{
	mark_changed_row(fcinfo, "mark_stale_parts_of(source, key column, table, key column, date column, ...)", true);

	return PointerGetDatum(NULL);
}

static void
mark_changed_row(FunctionCallInfo fcinfo, const char *usage, bool of_part)
{
	TriggerData *data = called_after_row(fcinfo);

	if (data->tg_trigger->tgnargs < 5 || data->tg_trigger->tgnargs % 3 != 2)
		wrong_arguments(data->tg_trigger, usage);
	if (of_part)
		(void) bigint_column(data->tg_relation, data->tg_trigger->tgargs[1]);

	mark_dependents(data->tg_relation, data->tg_trigger,
					TRIGGER_FIRED_BY_UPDATE(data->tg_event) ?
					data->tg_newtuple : data->tg_trigtuple, of_part);
}

/*
 * Marks the months of the events that refer to a row.
 *
 * An event that another transaction has written or re-dated and not yet
 * committed marks its own months, but a refresh may take that mark away while
 * this change is not yet committed.  So this waits for such writers: FOR
 * UPDATE conflicts with the KEY SHARE lock that a new event's foreign key, or
 * hold_row() of a re-dated one, has on the row.  Then it looks with a
 * snapshot newer than that wait, above READ COMMITTED too.  Whoever comes
 * later waits for us, and so commits after us.
 *
 * It runs as the owner of the table, as foreign keys do, since the writer
 * need not be allowed to read the events.  A rare change: no plan is kept.
 */
static void
mark_dependents(Relation rel, Trigger *trigger, HeapTuple tuple, bool of_part)
{
	Oid			schema = RelationGetNamespace(rel);
	int			key = key_column(rel, trigger->tgargs[1]);
	Oid			type = SPI_gettypeid(RelationGetDescr(rel), key);
	Datum		value;
	bool		isnull;
	int64		part = 0;
	StringInfoData query;
	SPIPlanPtr	plan;
	Oid			user;
	int			context;

	value = heap_getattr(tuple, key, RelationGetDescr(rel), &isnull);
	if (isnull)
		return;
	if (of_part)
		part = DatumGetInt64(value);

	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(rel->rd_rel->relowner,
						   context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");

	lock_row(schema, RelationGetRelationName(rel), trigger->tgargs[1], type, value, "update");

	initStringInfo(&query);
	for (int i = 2; i < trigger->tgnargs; i += 3)
		appendStringInfo(&query,
						 "%sselect %s::pg_catalog.date from %s where %s operator(pg_catalog.=) $1",
						 i == 2 ? "" : " union all ",
						 quote_identifier(trigger->tgargs[i + 2]),
						 quote_qualified_identifier(get_namespace_name(schema), trigger->tgargs[i]),
						 quote_identifier(trigger->tgargs[i + 1]));
	appendStringInfoString(&query, " order by 1");
	plan = SPI_prepare(query.data, 1, &type);
	if (plan == NULL)
		elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
	/*
	 * Above READ COMMITTED both what is there now and what this transaction
	 * goes on seeing: an event that has left a month meanwhile is still in it
	 * for the writer's own queries.
	 */
	if (IsolationUsesXactSnapshot())
	{
		if (SPI_execute_snapshot(plan, &value, NULL, GetLatestSnapshot(), InvalidSnapshot,
								 false, false, 0) != SPI_OK_SELECT)
			elog(ERROR, "SPI_execute_snapshot failed");
		mark_days(schema, trigger, of_part ? &part : NULL);
	}
	if (SPI_execute_plan(plan, &value, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute_plan failed");
	mark_days(schema, trigger, of_part ? &part : NULL);

	if (SPI_finish() != SPI_OK_FINISH)
		elog(ERROR, "SPI_finish failed");
	SetUserIdAndSecContext(user, context);
}

/*
 * mark_stale_months_through(source, key column, table, key column [, column,
 * table, key column ...], date column): the row counts in the month of an
 * event it refers to, straight or through other tables.
 */
Datum
early_help_mark_stale_months_through(PG_FUNCTION_ARGS)
{
	TriggerData *data = called_after_row(fcinfo);
	Trigger    *trigger = data->tg_trigger;

	if (trigger->tgnargs < 5 || trigger->tgnargs % 3 != 2)
		wrong_arguments(trigger,
						"mark_stale_months_through(source, key column, table, key column, ..., date column)");

	mark_through(data->tg_relation, trigger, data->tg_trigtuple);
	if (TRIGGER_FIRED_BY_UPDATE(data->tg_event))
		mark_through(data->tg_relation, trigger, data->tg_newtuple);

	return PointerGetDatum(NULL);
}

/*
 * Marks the month of the event that a row refers to: row after row by its key,
 * without a query, since outcomes come by the million.
 *
 * The event may be given another date at the same time, by a transaction that
 * does not see our row.  Where the row refers to the event itself, FOR SHARE
 * waits for that one, and makes the next wait for us.  Through other tables
 * no lock is taken: the rules' own locks must keep the two apart, as closing
 * an episode waits for whoever writes its outcomes (closure.c).  Above READ
 * COMMITTED the month is marked as well that the writer goes on seeing.
 */
static void
mark_through(Relation rel, Trigger *trigger, HeapTuple tuple)
{
	int			key = bigint_column(rel, trigger->tgargs[1]);
	bool		straight = trigger->tgnargs == 5;
	bool		isnull;
	Datum		id = heap_getattr(tuple, key, RelationGetDescr(rel), &isnull);

	if (isnull)
		return;
	mark_event(rel, trigger, DatumGetInt64(id), straight ? hold_sibling : read_sibling);
	if (IsolationUsesXactSnapshot())
		mark_event(rel, trigger, DatumGetInt64(id), read_sibling_as_seen);
}

/* The same, by the rows that find() finds. */
static void
mark_event(Relation rel, Trigger *trigger, int64 id, FindSibling find)
{
	Record		row;

	for (int i = 2; i < trigger->tgnargs && id != 0; i += 3)
	{
		const char *next = trigger->tgargs[i + 2];

		if (!find(rel, trigger->tgargs[i], trigger->tgargs[i + 1], id, &row))
			return;
		if (i + 3 < trigger->tgnargs)
			id = id_of(&row, next);
		else if (!is_null(&row, next))
		{
			int			month = month_of(date_of(&row, next));

			mark_months(RelationGetNamespace(rel), trigger->tgoid, trigger->tgargs[0], month, month, 0);
		}
		leave_sibling(&row);
	}
}

/* Marks the months of the days that SPI has found, in order, whole or for a part. */
static void
mark_days(Oid schema, Trigger *trigger, const int64 *part)
{
	int			first = -1;
	int			last = -1;

	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool		isnull;
		Datum		day = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull);
		int			month;

		if (isnull)
			continue;
		month = month_of(DatumGetDateADT(day));
		/* Neighbouring months make one range. */
		if (first >= 0 && month > last + 1)
		{
			mark_range(schema, trigger, part, first, last);
			first = -1;
		}
		if (first < 0)
			first = month;
		last = month;
	}
	if (first >= 0)
		mark_range(schema, trigger, part, first, last);
}

static void
mark_range(Oid schema, Trigger *trigger, const int64 *part, int first, int last)
{
	if (part != NULL)
		mark_part(schema, trigger->tgoid, trigger->tgargs[0], *part, first, last, 0);
	else
		mark_months(schema, trigger->tgoid, trigger->tgargs[0], first, last, 0);
}

/*
 * hold_row(column, table, key column): for an event whose date changed.  Its
 * foreign key does not look again at a row it still refers to, so this takes
 * the KEY SHARE lock that mark_dependents() waits for.
 */
Datum
early_help_hold_row(PG_FUNCTION_ARGS)
{
	TriggerData *data = called_after_row(fcinfo);
	Trigger    *trigger = data->tg_trigger;
	Relation	rel = data->tg_relation;
	HeapTuple	tuple = TRIGGER_FIRED_BY_UPDATE(data->tg_event) ? data->tg_newtuple : data->tg_trigtuple;
	int			column;
	Datum		value;
	bool		isnull;
	Oid			user;
	int			context;

	if (trigger->tgnargs != 3)
		wrong_arguments(trigger, "hold_row(column, table, key column)");
	column = key_column(rel, trigger->tgargs[0]);
	value = heap_getattr(tuple, column, RelationGetDescr(rel), &isnull);
	if (isnull)
		return PointerGetDatum(NULL);

	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(rel->rd_rel->relowner,
						   context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	lock_row(RelationGetNamespace(rel), trigger->tgargs[1], trigger->tgargs[2],
			 SPI_gettypeid(RelationGetDescr(rel), column), value, "key share");
	if (SPI_finish() != SPI_OK_FINISH)
		elog(ERROR, "SPI_finish failed");
	SetUserIdAndSecContext(user, context);

	return PointerGetDatum(NULL);
}

/* The number of a column that holds a key. */
static int
key_column(Relation rel, const char *column)
{
	int			number = SPI_fnumber(RelationGetDescr(rel), column);

	if (number <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("table \"%s\" has no column \"%s\"",
						RelationGetRelationName(rel), column)));

	return number;
}

/* The same, where the key is a bigint. */
static int
bigint_column(Relation rel, const char *column)
{
	int			number = key_column(rel, column);

	if (SPI_gettypeid(RelationGetDescr(rel), number) != INT8OID)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of table \"%s\" is no bigint",
						column, RelationGetRelationName(rel))));

	return number;
}

/* Locks the row of a table with a key, within SPI. */
static void
lock_row(Oid schema, const char *table, const char *key, Oid type, Datum value,
		 const char *strength)
{
	char	   *query = psprintf("select from %s where %s operator(pg_catalog.=) $1 for %s",
								 quote_qualified_identifier(get_namespace_name(schema), table),
								 quote_identifier(key), strength);

	if (SPI_execute_with_args(query, 1, &type, &value, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute_with_args failed");
}
