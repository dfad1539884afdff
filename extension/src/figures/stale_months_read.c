/*-------------------------------------------------------------------------
 *
 * stale_months_read.c
 *		Reads the log of stale months: which months are stale for a cube, as a
 *		whole or in parts, and which parts those are.
 *
 * These are functions in C, so that the plan of a view does not depend on the
 * statistics of a table that grows and empties all the time.  Their arguments are
 * constants, so that a query that asks for many periods calls them once.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "base/compat.h"
#include "figures/engine_table.h"
#include "figures/month.h"
#include "figures/stale_months.h"

/*
 * A month with so many marks of parts is stale as a whole: computing the parts
 * one by one would take longer.
 */
#define MANY_PARTS 5001

/* ---------------------------------------------------------------------
 * Tables, as the snapshot of the query sees them
 * ---------------------------------------------------------------------
 */

typedef struct TableScan
{
	Relation	rel;
	TableScanDesc scan;
	TupleTableSlot *slot;
} TableScan;

static void
begin_scan(TableScan *table, Relation rel)
{
	table->rel = rel;
	table->scan = table_beginscan(rel, GetActiveSnapshot(), 0, NULL);
	table->slot = table_slot_create(rel, NULL);
}

/* Opens the log, but asks for no privilege yet. */
static void
begin_log(TableScan *log, Oid table)
{
	begin_scan(log, open_engine_table(table, LOG_TABLE, AccessShareLock));
	check_log(log->rel);
}

static void
begin_table_beside(TableScan *table, const TableScan *log, const char *name)
{
	begin_scan(table, open_engine_table_in(RelationGetNamespace(log->rel), name, AccessShareLock));
}

static bool
next_row(TableScan *table)
{
	CHECK_FOR_INTERRUPTS();
	return table_scan_getnextslot(table->scan, ForwardScanDirection, table->slot);
}

/* The value of a column that cannot be null as the partnership made it. */
static Datum
value_of(const TableScan *table, int column)
{
	bool		isnull;
	Datum		value = slot_getattr(table->slot, column, &isnull);

	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("column \"%s\" of table \"%s\" is null",
						NameStr(TupleDescAttr(RelationGetDescr(table->rel), column - 1)->attname),
						RelationGetRelationName(table->rel))));
	return value;
}

static void
end_table(TableScan *table)
{
	ExecDropSingleTupleTableSlot(table->slot);
	table_endscan(table->scan);
	relation_close(table->rel, AccessShareLock);
}

/* Are these texts the same? */
static bool
same_text(Datum one, Datum other)
{
	text	   *a = DatumGetTextPP(one);
	text	   *b = DatumGetTextPP(other);

	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

/* ---------------------------------------------------------------------
 * Who may read
 * ---------------------------------------------------------------------
 */

/* The schema of the partnership's figures, if it belongs to the owner of the log. */
static Oid
schema_of_figures(Relation log)
{
	char	   *name = psprintf("%s_kpi", get_namespace_name(RelationGetNamespace(log)));
	HeapTuple	tuple = SearchSysCache1(NAMESPACENAME, CStringGetDatum(name));
	Oid			schema = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		Form_pg_namespace form = (Form_pg_namespace) GETSTRUCT(tuple);

		if (form->nspowner == log->rd_rel->relowner)
			schema = form->oid;
		ReleaseSysCache(tuple);
	}
	return schema;
}

static void
check_reads_figures(Relation log)
{
	Oid			figures;

	if (pg_class_aclcheck(RelationGetRelid(log), GetUserId(), ACL_SELECT) == ACLCHECK_OK)
		return;
	figures = schema_of_figures(log);
	if (!OidIsValid(figures) || object_aclcheck(NamespaceRelationId, figures, GetUserId(), ACL_USAGE) != ACLCHECK_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for table %s", RelationGetRelationName(log)),
				 errhint("Whoever reads figures needs USAGE on schema \"%s_kpi\".",
						 get_namespace_name(RelationGetNamespace(log)))));
}

static void
check_reads_log(Relation log)
{
	if (pg_class_aclcheck(RelationGetRelid(log), GetUserId(), ACL_SELECT) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, RelationGetRelationName(log));
}

/* ---------------------------------------------------------------------
 * Cubes and their months
 * ---------------------------------------------------------------------
 */

/* What table kpi_cube says of a cube. */
typedef struct Cube
{
	Datum	   *sources;
	int			source_count;
	bool		in_parts;
} Cube;

static bool
find_cube(const TableScan *log, text *name, Cube *cube)
{
	TableScan	cubes;
	bool		found = false;
	int			cube_column;
	int			sources_column;
	int			counts_column;

	begin_table_beside(&cubes, log, "kpi_cube");
	cube_column = engine_column(cubes.rel, "cube", VARCHAROID);
	sources_column = engine_column(cubes.rel, "sources", VARCHARARRAYOID);
	counts_column = engine_column(cubes.rel, "counts", VARCHARARRAYOID);
	while (!found && next_row(&cubes))
		if (same_text(value_of(&cubes, cube_column), PointerGetDatum(name)))
		{
			ArrayType  *sources = DatumGetArrayTypePCopy(value_of(&cubes, sources_column));

			found = true;
			deconstruct_array(sources, VARCHAROID, -1, false, TYPALIGN_INT, &cube->sources, NULL, &cube->source_count);
			cube->in_parts = !slot_attisnull(cubes.slot, counts_column);
		}
	end_table(&cubes);
	return found;
}

/* The first and last month that have cells.  A new subscriber has no row there: no month. */
static void
read_filled_months(const TableScan *log, int *first, int *last)
{
	TableScan	filled;
	int			first_column;
	int			last_column;

	*first = ALL_MONTHS;
	*last = -1;
	begin_table_beside(&filled, log, "kpi_filled_months");
	first_column = engine_column(filled.rel, "first_month", DATEOID);
	last_column = engine_column(filled.rel, "last_month", DATEOID);
	while (next_row(&filled))
	{
		DateADT		first_cell = DatumGetDateADT(value_of(&filled, first_column));
		DateADT		last_cell = DatumGetDateADT(value_of(&filled, last_column));

		if (!DATE_NOT_FINITE(first_cell) && !DATE_NOT_FINITE(last_cell))
		{
			*first = Min(*first, nearest_month(first_cell));
			*last = Max(*last, nearest_month(last_cell));
		}
	}
	end_table(&filled);
}

/* ---------------------------------------------------------------------
 * Marks
 * ---------------------------------------------------------------------
 */

/* What a row of the log says. */
typedef struct Mark
{
	Datum		source;
	int			first;
	int			last;
	bool		of_event;		/* does it name a month with an event? */
	bool		goes_on;		/* does it begin with an event and not end? */
	int			last_event;
	bool		whole;			/* does it name no part? */
	int64		part;
} Mark;

/*
 * The next row of the log.  Its source is good until the row after it is read.
 * check_log() has checked the order and types of the columns.
 */
static bool
next_mark(TableScan *log, Mark *mark)
{
	DateADT		first;
	DateADT		last;
	DateADT		last_event;
	bool		whole;
	Datum		part;

	if (!next_row(log))
		return false;
	first = DatumGetDateADT(value_of(log, LOG_FIRST_MONTH));
	last = DatumGetDateADT(value_of(log, LOG_LAST_MONTH));
	last_event = DatumGetDateADT(value_of(log, LOG_LAST_EVENT));
	part = slot_getattr(log->slot, LOG_PART, &whole);

	mark->source = value_of(log, LOG_SOURCE);
	mark->first = nearest_month(first);
	mark->last = nearest_month(last);
	mark->of_event = last_event >= first && !DATE_IS_NOBEGIN(last_event);
	mark->goes_on = !mark->of_event && !DATE_IS_NOBEGIN(first) && DATE_IS_NOEND(last);
	mark->last_event = Min(mark->last, nearest_month(last_event));
	mark->whole = whole;
	mark->part = whole ? 0 : DatumGetInt64(part);
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

/* ---------------------------------------------------------------------
 * stale_months()
 * ---------------------------------------------------------------------
 */

/* How stale each month is for a cube, and the first and last month that may be stale at all. */
typedef struct StaleMonths
{
	int			marks[ALL_MONTHS];	/* of parts; MANY_PARTS: as a whole */
	int			first;
	int			last;
} StaleMonths;

static void
count_mark(StaleMonths *months, const Mark *mark, const Cube *cube)
{
	bool		whole = mark->whole || !cube->in_parts;

	for (int month = mark->first; month <= mark->last; month++)
		months->marks[month] = whole ? MANY_PARTS : Min(months->marks[month] + 1, MANY_PARTS);
}

static int
current_month(void)
{
	TimestampTz now = GetCurrentTransactionStartTimestamp();

	return nearest_month(DatumGetDateADT(DirectFunctionCall1(timestamptz_date, TimestampTzGetDatum(now))));
}

/*
 * Every mark of an event widens the range, whatever its source.  What goes on,
 * such as support, is there in each month up to the current one, also where
 * nothing happens.
 */
static StaleMonths *
read_stale_months(TableScan *log, const Cube *cube)
{
	StaleMonths *months = palloc0(sizeof(StaleMonths));
	Mark		mark;

	read_filled_months(log, &months->first, &months->last);
	while (next_mark(log, &mark))
	{
		if (mark.of_event)
		{
			months->first = Min(months->first, mark.first);
			months->last = Max(months->last, mark.last_event);
		}
		if (!names_source(cube, mark.source))
			continue;
		if (mark.goes_on)
			months->last = Max(months->last, current_month());
		count_mark(months, &mark, cube);
	}
	return months;
}

static void
put_stale_months(const StaleMonths *months, ReturnSetInfo *result)
{
	for (int month = Max(months->first, 0); month <= Min(months->last, ALL_MONTHS - 1); month++)
	{
		Datum		values[3];
		bool		nulls[3] = {false, false, false};

		if (months->marks[month] == 0)
			continue;
		values[0] = DateADTGetDatum(first_day(month));
		values[1] = DateADTGetDatum(first_day(month + 1));
		values[2] = BoolGetDatum(months->marks[month] == MANY_PARTS);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

PG_FUNCTION_INFO_V1(early_help_stale_months);

/*
 * stale_months(log, cube): the months that the log marks for any source of the
 * cube, in order, each with the month after it, and whether it is to be computed
 * as a whole.  A month before or after all cells and all events of marks is left
 * out, and where something goes on, a month after the current one.
 *
 * The views of the figures call it with the rights of whoever reads them.  So a
 * caller needs USAGE on the schema of the figures, or SELECT on the log.
 */
Datum
early_help_stale_months(PG_FUNCTION_ARGS)
{
	Cube		cube;
	TableScan	log;

	InitMaterializedSRF(fcinfo, 0);
	begin_log(&log, PG_GETARG_OID(0));
	check_reads_figures(log.rel);
	if (find_cube(&log, PG_GETARG_TEXT_PP(1), &cube))
		put_stale_months(read_stale_months(&log, &cube), (ReturnSetInfo *) fcinfo->resultinfo);
	end_table(&log);
	return (Datum) 0;
}

/* ---------------------------------------------------------------------
 * stale_parts()
 * ---------------------------------------------------------------------
 */

static int
compare_parts(const void *a, const void *b)
{
	int64		one = *(const int64 *) a;
	int64		other = *(const int64 *) b;

	return (one > other) - (one < other);
}

/* The values of a sorted list, each once. */
static ArrayType *
array_of_different(const int64 *sorted, Size count)
{
	Datum	   *each = palloc_extended(Max(count, 1) * sizeof(Datum), MCXT_ALLOC_HUGE);
	Size		different = 0;

	for (Size i = 0; i < count; i++)
		if (i == 0 || sorted[i] != sorted[i - 1])
			each[different++] = Int64GetDatum(sorted[i]);
	if (different > MaxArraySize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the log marks more parts of a month than an array can hold")));

	return construct_array(each, (int) different, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
}

PG_FUNCTION_INFO_V1(early_help_stale_parts);

/*
 * stale_parts(log, cube, month): the keys of the parts that the log marks in a
 * month, in order, each once.  They are keys of records, so a caller needs SELECT
 * on the log.
 */
Datum
early_help_stale_parts(PG_FUNCTION_ARGS)
{
	int			month = nearest_month(PG_GETARG_DATEADT(2));
	Size		count = 0;
	Size		room = 64;
	int64	   *parts = palloc(room * sizeof(int64));
	Cube		cube;
	TableScan	log;
	Mark		mark;

	begin_log(&log, PG_GETARG_OID(0));
	check_reads_log(log.rel);
	if (find_cube(&log, PG_GETARG_TEXT_PP(1), &cube))
		while (next_mark(&log, &mark))
			if (!mark.whole && mark.first <= month && month <= mark.last && names_source(&cube, mark.source))
			{
				if (count == room)
					parts = repalloc_huge(parts, (room *= 2) * sizeof(int64));
				parts[count++] = mark.part;
			}
	end_table(&log);

	qsort(parts, count, sizeof(int64), compare_parts);
	PG_RETURN_ARRAYTYPE_P(array_of_different(parts, count));
}
