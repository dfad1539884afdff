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
 * apply all fire.  It reads and writes through the table access method, without
 * SPI and without asking the writer for a privilege, as a foreign key does: no
 * text is parsed, no user is changed.  What it reads or writes belongs to the
 * owner of the table that changed.  The log has no index and no key: writers
 * never wait for each other.
 *
 * A transaction remembers what it has logged, so that it writes one row for
 * the first of many changes to the same months (see Frame).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "base/compat.h"
#include "figures/engine_table.h"
#include "base/partnership_row.h"
#include "base/sharded.h"
#include "figures/stale_months.h"

/*
 * How many marks of parts a transaction writes for one source before it marks
 * whole months, and how many of the last ones it remembers.
 */
#define MOST_PARTS 2000
#define LAST_PARTS 16

/* Where a mark of all months begins, and open marks in a frame without any. */
#define ALL_FROM_EVER (-1)
#define NO_OPEN_MARK ALL_MONTHS

/* A set of months, a bit each. */
#define MONTH_BITS 64
#define MONTH_WORDS ((ALL_MONTHS + MONTH_BITS - 1) / MONTH_BITS)

typedef struct Months
{
	uint64		words[MONTH_WORDS];
} Months;

typedef struct PartMark
{
	int64		part;
	int			first;
	int			last;
} PartMark;

/*
 * What a (sub)transaction and those around it have logged for one trigger: the
 * months that marks of events name, and from where on open marks do, those
 * without an event.  An open mark makes no mark of an event superfluous.  Marks
 * of events may do so for one another, since all of a trigger reach equally
 * far: where they cover another one they also name an event before it and one
 * after it.
 *
 * Of marks of a part of the figures only the last few are remembered: a
 * transaction that writes the same one twice, far apart, has it twice.
 *
 * A frame begins as a copy of the one around it, so that the innermost one says
 * all.  When its subtransaction is rolled back, its log rows vanish and so does
 * the frame.  When the subtransaction commits, the frame takes the place of its
 * parent's.  So a savepoint a row costs a copy each, however many there were.
 */
typedef struct Frame
{
	struct Frame *outer;
	SubTransactionId subid;		/* whose frame it is */
	int			open_from;		/* first month of open marks */
	Months		months;
	int			parts;			/* number of marks of parts */
	PartMark	last_parts[LAST_PARTS]; /* the last of them, by number */
} Frame;

/* A trigger that has marked months for its source, and the log it wrote to. */
typedef struct Marker
{
	struct Marker *next;
	Oid			log;
	Oid			trigger;
	Frame	   *innermost;		/* NULL if all was rolled back */
} Marker;

/* How a row is looked up: one of partnership_row.h. */
typedef bool (*FindSibling) (Relation rel, const char *table, const char *key, int64 id, Record *row);

/*
 * Live from the first mark of a top-level transaction to its end: the context is
 * a child of TopTransactionContext.  While we believe that a log has our rows,
 * this transaction holds the lock that it wrote them under, so the log keeps its
 * name and place.
 */
static Marker *markers = NULL;
static MemoryContext marker_context = NULL;

static bool has_months(const Months *months, int first, int last);
static void add_months(Months *months, int first, int last);
static uint64 bits_in_word(int word, int first, int last);
static void at_xact_end(XactEvent event, void *arg);
static void at_subxact_end(SubXactEvent event, SubTransactionId subid,
						   SubTransactionId parent, void *arg);
static Marker *find_marker(Oid log, Oid trigger);
static const Frame *logged_by(Relation rel, Trigger *trigger);
static bool is_part_logged(const Frame *frame, PartMark mark);
static Frame *frame_to_write(Oid log, Oid trigger);
static void mark_months(Relation rel, Trigger *trigger, int first, int last_event, int reach);
static void mark_part(Relation rel, Trigger *trigger, int64 part, int first, int last_event, int reach);
static void mark_open(Relation rel, Trigger *trigger, int first);
static Oid	write_log(Relation rel, const char *source, DateADT first, DateADT last,
					  DateADT last_event, const int64 *part);
static Relation open_log(Relation rel);
static void check_no_index(Relation log);
static void check_length(Relation log, const char *source);
static RecordChange called_after_row(FunctionCallInfo fcinfo, const char *function);
static Record *newest_row(RecordChange *change);
static void wrong_arguments(Trigger *trigger, const char *usage);
static int	reach_of(Trigger *trigger, const char *usage);
static bool has_value(const Record *row, const char *column);
static bool get_month(const Record *row, const char *column, int *month);
static void mark_dates(const Record *row, Trigger *trigger, int reach);
static void mark_dates_of_part(const Record *row, Trigger *trigger, int reach);
static void mark_span(const Record *row, Trigger *trigger, int reach);
static void mark_changed_row(FunctionCallInfo fcinfo, const char *function, const char *usage, bool of_part);
static void mark_dependents(const Record *row, Trigger *trigger, bool of_part);
static void lock_row(Relation rel, const char *table, const char *key, int64 id, LockTupleMode mode);
static void mark_events_of(Relation rel, Trigger *trigger, int64 id, bool of_part, bool as_seen);
static void add_events(Relation rel, char **names, int64 id, bool as_seen, Months *months);
static void mark_range(Relation rel, Trigger *trigger, int64 id, bool of_part, int first, int last);
static void mark_through(const Record *row, Trigger *trigger);
static void mark_event(Relation rel, Trigger *trigger, int64 id, FindSibling find);

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
 * Sets of months
 *-------------------------------------------------------------------------
 */

/* Are these months, from the first to the last, all in the set? */
static bool
has_months(const Months *months, int first, int last)
{
	for (int word = first / MONTH_BITS; word <= last / MONTH_BITS; word++)
		if ((~months->words[word] & bits_in_word(word, first, last)) != 0)
			return false;

	return true;
}

static void
add_months(Months *months, int first, int last)
{
	for (int word = first / MONTH_BITS; word <= last / MONTH_BITS; word++)
		months->words[word] |= bits_in_word(word, first, last);
}

/* The bits of those of the months, from the first to the last, that are in a word. */
static uint64
bits_in_word(int word, int first, int last)
{
	int			from = Max(first - word * MONTH_BITS, 0);
	int			to = Min(last - word * MONTH_BITS, MONTH_BITS - 1);

	return (PG_UINT64_MAX << from) & (PG_UINT64_MAX >> (MONTH_BITS - 1 - to));
}


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
			markers = NULL;
			marker_context = NULL;
			break;
		default:
			break;
	}
}

static void
at_subxact_end(SubXactEvent event, SubTransactionId subid,
			   SubTransactionId parent, void *arg)
{
	(void) arg;
	if (event != SUBXACT_EVENT_COMMIT_SUB && event != SUBXACT_EVENT_ABORT_SUB)
		return;
	for (Marker *marker = markers; marker != NULL; marker = marker->next)
	{
		Frame	   *frame = marker->innermost;
		Frame	   *outer;

		if (frame == NULL || frame->subid != subid)
			continue;
		outer = frame->outer;
		if (event == SUBXACT_EVENT_ABORT_SUB)
		{
			marker->innermost = outer;
			pfree(frame);
			continue;
		}
		frame->subid = parent;
		if (outer != NULL && outer->subid == parent)
		{
			frame->outer = outer->outer;
			pfree(outer);
		}
	}
}

static Marker *
find_marker(Oid log, Oid trigger)
{
	Marker	   *marker = markers;

	while (marker != NULL && (marker->trigger != trigger || marker->log != log))
		marker = marker->next;

	return marker;
}

/* What this transaction has logged for a trigger of a table; NULL if nothing. */
static const Frame *
logged_by(Relation rel, Trigger *trigger)
{
	Marker	   *marker;

	if (markers == NULL)
		return NULL;
	marker = find_marker(get_relname_relid(LOG_TABLE, RelationGetNamespace(rel)), trigger->tgoid);

	return marker != NULL ? marker->innermost : NULL;
}

/* Is this mark among the last ones? */
static bool
is_part_logged(const Frame *frame, PartMark mark)
{
	for (int i = 0; i < Min(frame->parts, LAST_PARTS); i++)
		if (frame->last_parts[i].part == mark.part &&
			frame->last_parts[i].first == mark.first &&
			frame->last_parts[i].last == mark.last)
			return true;

	return false;
}

/* The frame of the current subtransaction. */
static Frame *
frame_to_write(Oid log, Oid trigger)
{
	static bool registered = false; /* once a backend */
	SubTransactionId subid = GetCurrentSubTransactionId();
	Marker	   *marker = find_marker(log, trigger);
	Frame	   *frame;

	if (!registered)
	{
		RegisterXactCallback(at_xact_end, NULL);
		RegisterSubXactCallback(at_subxact_end, NULL);
		registered = true;
	}
	if (marker_context == NULL)
		marker_context = AllocSetContextCreate(TopTransactionContext, "early_help stale marks", ALLOCSET_DEFAULT_SIZES);
	if (marker == NULL)
	{
		marker = MemoryContextAllocZero(marker_context, sizeof(Marker));
		marker->log = log;
		marker->trigger = trigger;
		marker->next = markers;
		markers = marker;
	}
	if (marker->innermost != NULL && marker->innermost->subid == subid)
		return marker->innermost;

	frame = MemoryContextAllocZero(marker_context, sizeof(Frame));
	if (marker->innermost != NULL)
		*frame = *marker->innermost;
	else
		frame->open_from = NO_OPEN_MARK;
	frame->outer = marker->innermost;
	frame->subid = subid;
	marker->innermost = frame;

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
	markers = NULL;
	if (marker_context != NULL)
		MemoryContextReset(marker_context);

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
 * Marks months of a trigger's source as stale in the log of the partnership,
 * unless this transaction has done so already: those of an event from the first
 * to the last, and those of reach after that.
 */
static void
mark_months(Relation rel, Trigger *trigger, int first, int last_event, int reach)
{
	int			last = last_event + reach;
	const Frame *frame = logged_by(rel, trigger);
	Oid			log;

	if (frame != NULL && has_months(&frame->months, first, last))
		return;
	log = write_log(rel, trigger->tgargs[0], first_day(first), first_day(last), first_day(last_event), NULL);
	add_months(&frame_to_write(log, trigger->tgoid)->months, first, last);
}

/*
 * The same where the event bears on one part of the figures alone, such as
 * those of a child.  A transaction that changes many marks whole months.
 */
static void
mark_part(Relation rel, Trigger *trigger, int64 part, int first, int last_event, int reach)
{
	PartMark	mark = {part, first, last_event + reach};
	const Frame *before = logged_by(rel, trigger);
	Frame	   *frame;
	Oid			log;

	if (before != NULL && before->parts >= MOST_PARTS)
	{
		mark_months(rel, trigger, first, last_event, reach);
		return;
	}
	if (before != NULL && (has_months(&before->months, mark.first, mark.last) || is_part_logged(before, mark)))
		return;
	log = write_log(rel, trigger->tgargs[0], first_day(mark.first), first_day(mark.last), first_day(last_event), &part);
	frame = frame_to_write(log, trigger->tgoid);
	frame->last_parts[frame->parts++ % LAST_PARTS] = mark;
}

/* The same for what has no event: every month, or all from the first on. */
static void
mark_open(Relation rel, Trigger *trigger, int first)
{
	const Frame *frame = logged_by(rel, trigger);
	Oid			log;

	if (frame != NULL && frame->open_from <= first)
		return;
	log = write_log(rel, trigger->tgargs[0], first == ALL_FROM_EVER ? DATEVAL_NOBEGIN : first_day(first), DATEVAL_NOEND,
					DATEVAL_NOBEGIN, NULL);
	frame_to_write(log, trigger->tgoid)->open_from = first;
}

/*
 * Appends a row to the log beside a table, and returns the log.  The row carries
 * the command id of the changes that fired the trigger, or a later one, as they
 * do: the writer's next statement sees both.
 */
static Oid
write_log(Relation rel, const char *source, DateADT first, DateADT last, DateADT last_event,
		  const int64 *part)
{
	Relation	log = open_log(rel);
	Oid			oid = RelationGetRelid(log);
	TupleTableSlot *slot;

	check_length(log, source);
	slot = table_slot_create(log, NULL);
	memset(slot->tts_isnull, false, LOG_COLUMNS * sizeof(bool));
	slot->tts_values[LOG_SOURCE - 1] = CStringGetTextDatum(source);
	slot->tts_values[LOG_FIRST_MONTH - 1] = DateADTGetDatum(first);
	slot->tts_values[LOG_LAST_MONTH - 1] = DateADTGetDatum(last);
	slot->tts_values[LOG_LAST_EVENT - 1] = DateADTGetDatum(last_event);
	slot->tts_values[LOG_PART - 1] = part != NULL ? Int64GetDatum(*part) : (Datum) 0;
	slot->tts_isnull[LOG_PART - 1] = part == NULL;
	ExecStoreVirtualTuple(slot);
	simple_table_tuple_insert(log, slot);

	ExecDropSingleTupleTableSlot(slot);
	relation_close(log, NoLock);

	return oid;
}

/* The log, locked until the transaction ends; it belongs to the owner of the table that changed. */
static Relation
open_log(Relation rel)
{
	Relation	log = open_engine_table_in(RelationGetNamespace(rel), LOG_TABLE, RowExclusiveLock);

	if (log->rd_rel->relowner != rel->rd_rel->relowner)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("tables \"%s\" and \"%s\" have different owners", RelationGetRelationName(rel), LOG_TABLE),
				 errhint("Everything in a partnership's schemas belongs to one role: ALTER TABLE ... OWNER TO it.")));
	check_log(log);
	check_no_index(log);
	refuse_shard(RelationGetRelid(rel));
	refuse_shard(RelationGetRelid(log));

	return log;
}

/* Is it the log as the partnership made it? */
void
check_log(Relation log)
{
	static const Oid types[LOG_COLUMNS] = {VARCHAROID, DATEOID, DATEOID, DATEOID, INT8OID};
	TupleDesc	desc = RelationGetDescr(log);
	bool		same = desc->natts == LOG_COLUMNS;

	for (int i = 0; i < LOG_COLUMNS && same; i++)
		same = TupleDescAttr(desc, i)->atttypid == types[i];
	if (!same)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("table \"%s\" was altered", LOG_TABLE),
				 errdetail("Its columns are source, first_month, last_month, last_event and part, as create_partnership made them.")));
}

/*
 * What is appended here enters no index.  relhasindex alone does not say that
 * there is one: it stays true after DROP INDEX until the next VACUUM.
 */
static void
check_no_index(Relation log)
{
	List	   *indexes = log->rd_rel->relhasindex ? RelationGetIndexList(log) : NIL;

	if (indexes != NIL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("table \"%s\" has an index, and the log of stale months is written without one", LOG_TABLE),
				 errhint("Drop \"%s\".", get_rel_name(linitial_oid(indexes)))));
}

/* A source as long as the column allows: what is written here passes no cast. */
static void
check_length(Relation log, const char *source)
{
	int32		typmod = TupleDescAttr(RelationGetDescr(log), LOG_SOURCE - 1)->atttypmod;

	if (typmod >= (int32) VARHDRSZ && pg_mbstrlen(source) > typmod - (int32) VARHDRSZ)
		ereport(ERROR,
				(errcode(ERRCODE_STRING_DATA_RIGHT_TRUNCATION),
				 errmsg("the source of a mark is longer than %d characters", typmod - (int32) VARHDRSZ)));
}


/*-------------------------------------------------------------------------
 * The triggers
 *-------------------------------------------------------------------------
 */
static RecordChange
called_after_row(FunctionCallInfo fcinfo, const char *function)
{
	return record_change(fcinfo, function, false, ROW_INSERT | ROW_UPDATE | ROW_DELETE);
}

/* The row as it is now, or was when it was deleted. */
static Record *
newest_row(RecordChange *change)
{
	return change->after.tuple != NULL ? &change->after : &change->before;
}

static void
wrong_arguments(Trigger *trigger, const char *usage)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("trigger \"%s\" has wrong arguments", trigger->tgname),
			 errhint("Usage: %s.", usage)));
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

/*
 * Is a column of a row not null?  A virtual column is computed when it is read,
 * and stands in no row that a trigger is given: it would always be taken for null.
 */
static bool
has_value(const Record *row, const char *column)
{
	int			number = column_number(row->rel, column);

	if (is_virtual(TupleDescAttr(RelationGetDescr(row->rel), number - 1)))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("column \"%s\" of table \"%s\" is virtual, so a trigger does not see it",
						column, RelationGetRelationName(row->rel)),
				 errhint("Make it GENERATED ALWAYS AS (...) STORED.")));

	return !is_null(row, column);
}

/* The month of a row's date, where it has one. */
static bool
get_month(const Record *row, const char *column, int *month)
{
	DateADT		day = date_of(row, column);

	if (!has_value(row, column))
		return false;
	*month = month_of(day);

	return true;
}

/*
 * mark_stale_months(source, reach, date column, ...): the event of the row
 * bears on the months of its dates and on the reach months after each.
 */
Datum
early_help_mark_stale_months(PG_FUNCTION_ARGS)
{
	static const char usage[] = "mark_stale_months(source, months of reach, date column, ...)";
	RecordChange change = called_after_row(fcinfo, "mark_stale_months");
	Trigger    *trigger = change.trigger->tg_trigger;
	int			reach;

	if (trigger->tgnargs < 3)
		wrong_arguments(trigger, usage);
	reach = reach_of(trigger, usage);

	mark_dates(&change.before, trigger, reach);
	mark_dates(&change.after, trigger, reach);

	return record_result(&change);
}

static void
mark_dates(const Record *row, Trigger *trigger, int reach)
{
	for (int i = 2; i < trigger->tgnargs && row->tuple != NULL; i++)
	{
		int			month;

		if (get_month(row, trigger->tgargs[i], &month))
			mark_months(row->rel, trigger, month, month, reach);
	}
}

/*
 * mark_stale_parts(source, reach, key column, date column, ...): the same, and
 * the event bears on the figures of that key alone; without a key, on all.
 */
Datum
early_help_mark_stale_parts(PG_FUNCTION_ARGS)
{
	static const char usage[] = "mark_stale_parts(source, months of reach, key column, date column, ...)";
	RecordChange change = called_after_row(fcinfo, "mark_stale_parts");
	Trigger    *trigger = change.trigger->tg_trigger;
	int			reach;

	if (trigger->tgnargs < 4)
		wrong_arguments(trigger, usage);
	reach = reach_of(trigger, usage);

	mark_dates_of_part(&change.before, trigger, reach);
	mark_dates_of_part(&change.after, trigger, reach);

	return record_result(&change);
}

static void
mark_dates_of_part(const Record *row, Trigger *trigger, int reach)
{
	const char *key = trigger->tgargs[2];
	int64		part;

	if (row->tuple == NULL)
		return;
	part = id_of(row, key);
	for (int i = 3; i < trigger->tgnargs; i++)
	{
		int			month;

		if (!get_month(row, trigger->tgargs[i], &month))
			continue;
		if (has_value(row, key))
			mark_part(row->rel, trigger, part, month, month, reach);
		else
			mark_months(row->rel, trigger, month, month, reach);
	}
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
	RecordChange change = called_after_row(fcinfo, "mark_stale_span");
	Trigger    *trigger = change.trigger->tg_trigger;
	int			reach;

	if (trigger->tgnargs != 4)
		wrong_arguments(trigger, usage);
	reach = reach_of(trigger, usage);

	mark_span(&change.before, trigger, reach);
	mark_span(&change.after, trigger, reach);

	return record_result(&change);
}

static void
mark_span(const Record *row, Trigger *trigger, int reach)
{
	int			first;
	int			last;

	if (row->tuple == NULL || !get_month(row, trigger->tgargs[2], &first))
		return;
	if (get_month(row, trigger->tgargs[3], &last))
		mark_months(row->rel, trigger, Min(first, last), Max(first, last), reach);
	else
	{
		mark_months(row->rel, trigger, first, first, 0);
		mark_open(row->rel, trigger, first);
	}
}

/*
 * mark_all_months_stale(source): for a setting that bears on every figure.
 */
Datum
early_help_mark_all_months_stale(PG_FUNCTION_ARGS)
{
	RecordChange change = called_after_row(fcinfo, "mark_all_months_stale");
	Trigger    *trigger = change.trigger->tg_trigger;

	if (trigger->tgnargs != 1)
		wrong_arguments(trigger, "mark_all_months_stale(source)");
	mark_open(change.rel, trigger, ALL_FROM_EVER);

	return record_result(&change);
}


/*-------------------------------------------------------------------------
 * What other rows count by
 *-------------------------------------------------------------------------
 */

/*
 * mark_stale_months_of(source, key column, table, key column, date column
 * [, table, key column, date column ...]): the row is no event itself, but
 * the figures of the events that refer to it depend on it.  Keys are bigints.
 */
Datum
early_help_mark_stale_months_of(PG_FUNCTION_ARGS)
{
	mark_changed_row(fcinfo, "mark_stale_months_of",
					 "mark_stale_months_of(source, key column, table, key column, date column, ...)", false);

	return PointerGetDatum(NULL);
}

/*
 * mark_stale_parts_of(the same): and no other figures of those months than
 * those of the row's key.
 */
Datum
early_help_mark_stale_parts_of(PG_FUNCTION_ARGS)
{
	mark_changed_row(fcinfo, "mark_stale_parts_of",
					 "mark_stale_parts_of(source, key column, table, key column, date column, ...)", true);

	return PointerGetDatum(NULL);
}

static void
mark_changed_row(FunctionCallInfo fcinfo, const char *function, const char *usage, bool of_part)
{
	RecordChange change = called_after_row(fcinfo, function);
	Trigger    *trigger = change.trigger->tg_trigger;

	if (trigger->tgnargs < 5 || trigger->tgnargs % 3 != 2)
		wrong_arguments(trigger, usage);
	mark_dependents(newest_row(&change), trigger, of_part);
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
 * Above READ COMMITTED it marks both what is there now and what this transaction
 * goes on seeing: an event that has left a month meanwhile is still in it for
 * the writer's own queries.
 */
static void
mark_dependents(const Record *row, Trigger *trigger, bool of_part)
{
	const char *key = trigger->tgargs[1];
	int64		id = id_of(row, key);

	if (!has_value(row, key))
		return;
	lock_row(row->rel, RelationGetRelationName(row->rel), key, id, LockTupleExclusive);
	mark_events_of(row->rel, trigger, id, of_part, false);
	if (IsolationUsesXactSnapshot())
		mark_events_of(row->rel, trigger, id, of_part, true);
}

static void
lock_row(Relation rel, const char *table, const char *key, int64 id, LockTupleMode mode)
{
	Record		row;

	if (lock_sibling(rel, table, key, id, mode, &row))
		leave_sibling(&row);
}

/* Neighbouring months make one range. */
static void
mark_events_of(Relation rel, Trigger *trigger, int64 id, bool of_part, bool as_seen)
{
	Months		months = {0};
	int			first = -1;

	for (int i = 2; i < trigger->tgnargs; i += 3)
		add_events(rel, &trigger->tgargs[i], id, as_seen, &months);
	for (int month = 0; month < ALL_MONTHS; month++)
	{
		bool		has_event = has_months(&months, month, month);

		if (has_event && first < 0)
			first = month;
		if (!has_event && first >= 0)
		{
			mark_range(rel, trigger, id, of_part, first, month - 1);
			first = -1;
		}
	}
}

/* Adds the months of the events in a table: names are the table, its key column and its date column. */
static void
add_events(Relation rel, char **names, int64 id, bool as_seen, Months *months)
{
	Siblings	events;

	if (as_seen)
		begin_siblings_as_seen(rel, names[0], names[1], id, &events);
	else
		begin_siblings(rel, names[0], names[1], id, &events);
	while (next_sibling(&events))
	{
		int			month;

		CHECK_FOR_INTERRUPTS();
		if (get_month(&events.row, names[2], &month))
			add_months(months, month, month);
	}
	end_siblings(&events);
}

/* No event is in the last months that marks can reach, so every range ends. */
static void
mark_range(Relation rel, Trigger *trigger, int64 id, bool of_part, int first, int last)
{
	if (of_part)
		mark_part(rel, trigger, id, first, last, 0);
	else
		mark_months(rel, trigger, first, last, 0);
}

/*
 * hold_row(column, table, key column): for an event whose date changed.  Its
 * foreign key does not look again at a row it still refers to, so this takes
 * the KEY SHARE lock that mark_dependents() waits for.
 */
Datum
early_help_hold_row(PG_FUNCTION_ARGS)
{
	RecordChange change = called_after_row(fcinfo, "hold_row");
	Trigger    *trigger = change.trigger->tg_trigger;
	Record	   *row = newest_row(&change);
	int64		id;

	if (trigger->tgnargs != 3)
		wrong_arguments(trigger, "hold_row(column, table, key column)");
	id = id_of(row, trigger->tgargs[0]);
	if (has_value(row, trigger->tgargs[0]))
		lock_row(change.rel, trigger->tgargs[1], trigger->tgargs[2], id, LockTupleKeyShare);

	return record_result(&change);
}

/*
 * mark_stale_months_through(source, key column, table, key column [, column,
 * table, key column ...], date column): the row counts in the month of an
 * event it refers to, straight or through other tables.
 */
Datum
early_help_mark_stale_months_through(PG_FUNCTION_ARGS)
{
	RecordChange change = called_after_row(fcinfo, "mark_stale_months_through");
	Trigger    *trigger = change.trigger->tg_trigger;

	if (trigger->tgnargs < 5 || trigger->tgnargs % 3 != 2)
		wrong_arguments(trigger,
						"mark_stale_months_through(source, key column, table, key column, ..., date column)");

	mark_through(&change.before, trigger);
	mark_through(&change.after, trigger);

	return record_result(&change);
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
mark_through(const Record *row, Trigger *trigger)
{
	bool		straight = trigger->tgnargs == 5;
	int64		id;

	if (row->tuple == NULL)
		return;
	id = id_of(row, trigger->tgargs[1]);
	if (!has_value(row, trigger->tgargs[1]))
		return;
	mark_event(row->rel, trigger, id, straight ? hold_sibling : read_sibling);
	if (IsolationUsesXactSnapshot())
		mark_event(row->rel, trigger, id, read_sibling_as_seen);
}

/* The same, by the rows that find() finds; it finds none by NO_ID. */
static void
mark_event(Relation rel, Trigger *trigger, int64 id, FindSibling find)
{
	Record		row;

	for (int i = 2; i < trigger->tgnargs; i += 3)
	{
		const char *next = trigger->tgargs[i + 2];
		int			month;

		if (!find(rel, trigger->tgargs[i], trigger->tgargs[i + 1], id, &row))
			return;
		if (i + 3 < trigger->tgnargs)
			id = has_value(&row, next) ? id_of(&row, next) : NO_ID;
		else if (get_month(&row, next, &month))
			mark_months(rel, trigger, month, month, 0);
		leave_sibling(&row);
	}
}
