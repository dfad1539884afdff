/*-------------------------------------------------------------------------
 *
 * stale_months_read.c
 *	  Reads the log of stale months: which months are stale for a cube, whether
 *	  as a whole or in parts, and which parts those are.
 *
 * A function in C, so that the plan of a view does not depend on what the
 * statistics say of a table that grows and empties all the time.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/datetime.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "stale_months.h"

/*
 * A month with more marks of parts than these is stale as a whole: to
 * compute so many one by one would take longer.
 */
#define MOST_PARTS_OF_MONTH 5000

/* What a row of the log says; the months counted from January 1900. */
typedef struct Mark
{
	Datum		source;
	int			first;
	int			last;
	bool		of_event;		/* does it name a month with an event? */
	int			last_event;
	bool		whole;			/* or of a part? */
	int64		part;
} Mark;

/* The log as one query's snapshot sees it, marks of some sources. */
typedef struct LogScan
{
	Relation	rel;
	TableScanDesc scan;
	TupleTableSlot *slot;
	Datum	   *sources;
	int			source_count;
} LogScan;

static void begin_log_scan(LogScan *log, Oid rel, ArrayType *sources);
static bool next_mark(LogScan *log, Mark *mark);
static void end_log_scan(LogScan *log);
static bool names_source(const LogScan *log, Datum source);
static int	month_in_log(DateADT day);
static int	compare_parts(const void *a, const void *b);

PG_FUNCTION_INFO_V1(early_help_stale_months);
PG_FUNCTION_INFO_V1(early_help_stale_parts);

/*
 * stale_months(log, sources, first month, last month): the months that the
 * log marks for any of the sources, in order, and whether as a whole; none is
 * before, or after, both the events of marks and the months given, between
 * which cells stand.
 *
 * It asks for no privilege on the log: who may read a view is told which of
 * its months are stale, and nothing else of the log comes out.
 */
Datum
early_help_stale_months(PG_FUNCTION_ARGS)
{
	DateADT		first_cell = PG_GETARG_DATEADT(2);
	DateADT		last_cell = PG_GETARG_DATEADT(3);
	int			first = DATE_NOT_FINITE(first_cell) ? ALL_MONTHS : month_in_log(first_cell);
	int			last = DATE_NOT_FINITE(last_cell) ? -1 : month_in_log(last_cell);
	int		   *marks = palloc0(ALL_MONTHS * sizeof(int));
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	LogScan		log;
	Mark		mark;

	begin_log_scan(&log, PG_GETARG_OID(0), PG_GETARG_ARRAYTYPE_P(1));
	while (next_mark(&log, &mark))
	{
		if (mark.of_event)
		{
			first = Min(first, mark.first);
			last = Max(last, mark.last_event);
		}
		if (names_source(&log, mark.source))
			for (int month = mark.first; month <= mark.last; month++)
				marks[month] = mark.whole ? MOST_PARTS_OF_MONTH + 1 : Min(marks[month] + 1, MOST_PARTS_OF_MONTH + 1);
	}
	end_log_scan(&log);

	InitMaterializedSRF(fcinfo, 0);
	for (int month = Max(first, 0); month <= Min(last, ALL_MONTHS - 1); month++)
		if (marks[month] > 0)
		{
			Datum		values[2];
			bool		nulls[2] = {false, false};

			values[0] = DateADTGetDatum(first_day(month));
			values[1] = BoolGetDatum(marks[month] > MOST_PARTS_OF_MONTH);
			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		}

	return (Datum) 0;
}

/*
 * stale_parts(log, sources, month): the keys of the parts that the log marks
 * in a month, in order, each once.  These are keys of records: it is for who
 * may read the log.
 */
Datum
early_help_stale_parts(PG_FUNCTION_ARGS)
{
	Oid			rel = PG_GETARG_OID(0);
	int			month = month_in_log(PG_GETARG_DATEADT(2));
	int			count = 0;
	int			room = 64;
	int64	   *parts = palloc(room * sizeof(int64));
	Datum	   *each;
	int			different = 0;
	LogScan		log;
	Mark		mark;

	if (pg_class_aclcheck(rel, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, get_rel_name(rel));

	begin_log_scan(&log, rel, PG_GETARG_ARRAYTYPE_P(1));
	while (next_mark(&log, &mark))
		if (!mark.whole && mark.first <= month && month <= mark.last && names_source(&log, mark.source))
		{
			if (count == room)
				parts = repalloc(parts, (room *= 2) * sizeof(int64));
			parts[count++] = mark.part;
		}
	end_log_scan(&log);

	qsort(parts, count, sizeof(int64), compare_parts);
	each = palloc(room * sizeof(Datum));
	for (int i = 0; i < count; i++)
		if (i == 0 || parts[i] != parts[i - 1])
			each[different++] = Int64GetDatum(parts[i]);

	PG_RETURN_ARRAYTYPE_P(construct_array(each, different, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

static int
compare_parts(const void *a, const void *b)
{
	int64		one = *(const int64 *) a;
	int64		other = *(const int64 *) b;

	return (one > other) - (one < other);
}

static void
begin_log_scan(LogScan *log, Oid rel, ArrayType *sources)
{
	log->rel = table_open(rel, AccessShareLock);
	if (strcmp(RelationGetRelationName(log->rel), LOG_TABLE) != 0 ||
		log->rel->rd_rel->relkind != RELKIND_RELATION)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is no log of stale months", RelationGetRelationName(log->rel))));
	check_log(log->rel);
	log->scan = table_beginscan(log->rel, GetActiveSnapshot(), 0, NULL);
	log->slot = table_slot_create(log->rel, NULL);
	deconstruct_array(sources, VARCHAROID, -1, false, TYPALIGN_INT, &log->sources, NULL, &log->source_count);
}

/* What the next row says; its source as long as it is the last one read. */
static bool
next_mark(LogScan *log, Mark *mark)
{
	DateADT		first;
	DateADT		last_event;

	CHECK_FOR_INTERRUPTS();
	if (!table_scan_getnextslot(log->scan, ForwardScanDirection, log->slot))
		return false;
	slot_getallattrs(log->slot);
	first = DatumGetDateADT(log->slot->tts_values[1]);
	last_event = DatumGetDateADT(log->slot->tts_values[3]);

	mark->source = log->slot->tts_values[0];
	mark->first = month_in_log(first);
	mark->last = month_in_log(DatumGetDateADT(log->slot->tts_values[2]));
	mark->of_event = last_event >= first && !DATE_IS_NOBEGIN(last_event);
	mark->last_event = Min(mark->last, month_in_log(last_event));
	mark->whole = log->slot->tts_isnull[4];
	mark->part = mark->whole ? 0 : DatumGetInt64(log->slot->tts_values[4]);
	return true;
}

static void
end_log_scan(LogScan *log)
{
	ExecDropSingleTupleTableSlot(log->slot);
	table_endscan(log->scan);
	table_close(log->rel, AccessShareLock);
}

/* Is the source of a mark one of these? */
static bool
names_source(const LogScan *log, Datum source)
{
	for (int i = 0; i < log->source_count; i++)
		if (VARSIZE_ANY_EXHDR(DatumGetPointer(log->sources[i])) == VARSIZE_ANY_EXHDR(DatumGetPointer(source)) &&
			memcmp(VARDATA_ANY(DatumGetPointer(log->sources[i])), VARDATA_ANY(DatumGetPointer(source)),
				   VARSIZE_ANY_EXHDR(DatumGetPointer(source))) == 0)
			return true;

	return false;
}

/* The month of a day of the log, where infinity means the first or last month. */
static int
month_in_log(DateADT day)
{
	int			year;
	int			month;
	int			day_of_month;

	if (day <= first_day(0))
		return 0;
	if (day >= first_day(ALL_MONTHS - 1))
		return ALL_MONTHS - 1;
	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &day_of_month);

	return (year - FIRST_YEAR) * 12 + month - 1;
}

