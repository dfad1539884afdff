/*-------------------------------------------------------------------------
 *
 * stale_months_read.c
 *	  Reads the log of stale months: which months are stale for a cube, whether
 *	  as a whole or in parts, and which parts those are.
 *
 * A function in C, so that the plan of a view does not depend on what the
 * statistics say of a table that grows and empties all the time, and with
 * arguments that do not change, so that a query calls it once where it asks
 * for many periods.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
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
 * A month with so many marks of parts is stale as a whole: to compute them one
 * by one would take longer.
 */
#define MANY_PARTS 5001

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

/* What table kpi_cube says of a cube. */
typedef struct Cube
{
	Datum	   *sources;
	int			source_count;
	bool		in_parts;
} Cube;

/* A table beside the log as the query's snapshot sees it. */
typedef struct TableScan
{
	Relation	rel;
	TableScanDesc scan;
	TupleTableSlot *slot;
} TableScan;

static void begin_table(TableScan *table, Oid rel);
static void begin_table_beside(TableScan *table, Oid log, const char *name);
static void begin_log(TableScan *table, Oid log);
static bool next_row(TableScan *table);
static Datum get_column(const TableScan *table, const char *name, bool *isnull);
static void end_table(TableScan *table);
static bool find_cube(Oid log, text *name, Cube *cube);
static void read_filled_months(Oid log, int *first, int *last);
static bool next_mark(TableScan *log, Mark *mark);
static bool names_source(const Cube *cube, Datum source);
static bool same_text(Datum one, Datum other);
static int	month_in_log(DateADT day);
static int	compare_parts(const void *a, const void *b);

PG_FUNCTION_INFO_V1(early_help_stale_months);
PG_FUNCTION_INFO_V1(early_help_stale_parts);

/*
 * stale_months(log, cube): the months that the log marks for any of the cube's
 * sources, in order, the month after each, and whether they are to be computed
 * as a whole; none is before, or after, both the events of marks and the
 * months in which cells stand.
 *
 * It asks for no privilege on the log: who may read a view is told which of
 * its months are stale, and nothing else of the log comes out.
 */
Datum
early_help_stale_months(PG_FUNCTION_ARGS)
{
	Oid			log_table = PG_GETARG_OID(0);
	int		   *marks = palloc0(ALL_MONTHS * sizeof(int));
	int			first;
	int			last;
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Cube		cube;
	TableScan	log;
	Mark		mark;

	InitMaterializedSRF(fcinfo, 0);
	begin_log(&log, log_table);
	if (find_cube(log_table, PG_GETARG_TEXT_PP(1), &cube))
	{
		read_filled_months(log_table, &first, &last);
		while (next_mark(&log, &mark))
		{
			if (mark.of_event)
			{
				first = Min(first, mark.first);
				last = Max(last, mark.last_event);
			}
			if (names_source(&cube, mark.source))
				for (int month = mark.first; month <= mark.last; month++)
					marks[month] = mark.whole || !cube.in_parts ? MANY_PARTS : Min(marks[month] + 1, MANY_PARTS);
		}
		for (int month = Max(first, 0); month <= Min(last, ALL_MONTHS - 1); month++)
			if (marks[month] > 0)
			{
				Datum		values[3];
				bool		nulls[3] = {false, false, false};

				values[0] = DateADTGetDatum(first_day(month));
				values[1] = DateADTGetDatum(first_day(month + 1));
				values[2] = BoolGetDatum(marks[month] == MANY_PARTS);
				tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
			}
	}
	end_table(&log);

	return (Datum) 0;
}

/*
 * stale_parts(log, cube, month): the keys of the parts that the log marks in a
 * month, in order, each once.  These are keys of records: it is for who may
 * read the log.
 */
Datum
early_help_stale_parts(PG_FUNCTION_ARGS)
{
	Oid			log_table = PG_GETARG_OID(0);
	int			month = month_in_log(PG_GETARG_DATEADT(2));
	int			count = 0;
	int			room = 64;
	int64	   *parts = palloc(room * sizeof(int64));
	Datum	   *each;
	int			different = 0;
	Cube		cube;
	TableScan	log;
	Mark		mark;

	if (pg_class_aclcheck(log_table, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, get_rel_name(log_table));

	begin_log(&log, log_table);
	if (find_cube(log_table, PG_GETARG_TEXT_PP(1), &cube))
		while (next_mark(&log, &mark))
			if (!mark.whole && mark.first <= month && month <= mark.last && names_source(&cube, mark.source))
			{
				if (count == room)
					parts = repalloc(parts, (room *= 2) * sizeof(int64));
				parts[count++] = mark.part;
			}
	end_table(&log);

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
begin_table(TableScan *table, Oid rel)
{
	table->rel = table_open(rel, AccessShareLock);
	table->scan = table_beginscan(table->rel, GetActiveSnapshot(), 0, NULL);
	table->slot = table_slot_create(table->rel, NULL);
}

static void
begin_table_beside(TableScan *table, Oid log, const char *name)
{
	Oid			schema = get_rel_namespace(log);
	Oid			rel = get_relname_relid(name, schema);

	if (!OidIsValid(rel) || get_rel_relkind(rel) != RELKIND_RELATION)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("schema \"%s\" has no table \"%s\"", get_namespace_name(schema), name)));
	begin_table(table, rel);
}

static void
begin_log(TableScan *table, Oid log)
{
	if (strcmp(get_rel_name(log), LOG_TABLE) != 0 || get_rel_relkind(log) != RELKIND_RELATION)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is no log of stale months", get_rel_name(log))));
	begin_table(table, log);
	check_log(table->rel);
}

static bool
next_row(TableScan *table)
{
	CHECK_FOR_INTERRUPTS();
	return table_scan_getnextslot(table->scan, ForwardScanDirection, table->slot);
}

static Datum
get_column(const TableScan *table, const char *name, bool *isnull)
{
	int			number = SPI_fnumber(RelationGetDescr(table->rel), name);

	if (number <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("table \"%s\" has no column \"%s\"", RelationGetRelationName(table->rel), name)));

	return slot_getattr(table->slot, number, isnull);
}

static void
end_table(TableScan *table)
{
	ExecDropSingleTupleTableSlot(table->slot);
	table_endscan(table->scan);
	table_close(table->rel, AccessShareLock);
}

static bool
find_cube(Oid log, text *name, Cube *cube)
{
	TableScan	cubes;
	bool		found = false;
	bool		isnull;

	begin_table_beside(&cubes, log, "kpi_cube");
	while (!found && next_row(&cubes))
		if (same_text(get_column(&cubes, "cube", &isnull), PointerGetDatum(name)))
		{
			ArrayType  *sources = DatumGetArrayTypePCopy(get_column(&cubes, "sources", &isnull));

			found = true;
			deconstruct_array(sources, VARCHAROID, -1, false, TYPALIGN_INT, &cube->sources, NULL, &cube->source_count);
			(void) get_column(&cubes, "counts", &isnull);
			cube->in_parts = !isnull;
		}
	end_table(&cubes);

	return found;
}

/* Between which months cells stand.  A new subscriber has no row there. */
static void
read_filled_months(Oid log, int *first, int *last)
{
	TableScan	filled;

	*first = ALL_MONTHS;
	*last = -1;
	begin_table_beside(&filled, log, "kpi_filled_months");
	while (next_row(&filled))
	{
		bool		isnull;
		DateADT		first_cell = DatumGetDateADT(get_column(&filled, "first_month", &isnull));
		DateADT		last_cell = DatumGetDateADT(get_column(&filled, "last_month", &isnull));

		if (!DATE_NOT_FINITE(first_cell) && !DATE_NOT_FINITE(last_cell))
		{
			*first = Min(*first, month_in_log(first_cell));
			*last = Max(*last, month_in_log(last_cell));
		}
	}
	end_table(&filled);
}

/* What the next row of the log says; its source as long as it is the last one read. */
static bool
next_mark(TableScan *log, Mark *mark)
{
	DateADT		first;
	DateADT		last_event;

	if (!next_row(log))
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

/* Is the source of a mark one of the cube's? */
static bool
names_source(const Cube *cube, Datum source)
{
	for (int i = 0; i < cube->source_count; i++)
		if (same_text(cube->sources[i], source))
			return true;

	return false;
}

/* Are these texts, short as they are, the same? */
static bool
same_text(Datum one, Datum other)
{
	Pointer		a = DatumGetPointer(one);
	Pointer		b = DatumGetPointer(other);

	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
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

