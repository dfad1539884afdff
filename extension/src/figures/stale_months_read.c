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

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/tableam.h"
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
#include "utils/datetime.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"

#include "base/compat.h"
#include "figures/engine_table.h"
#include "figures/stale_months.h"

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

/* The log, or a table beside it, as the query's snapshot sees it. */
typedef struct TableScan
{
	Relation	rel;
	TableScanDesc scan;
	TupleTableSlot *slot;
} TableScan;

static void begin_log(TableScan *log, Oid table);
static void begin_table_beside(TableScan *table, const TableScan *log, const char *name);
static void begin_scan(TableScan *table, Relation rel);
static bool next_row(TableScan *table);
static Datum value_of(const TableScan *table, int column);
static void end_table(TableScan *table);
static void check_reads_figures(Relation log);
static Oid	schema_of_figures(Relation log);
static void check_reads_log(Relation log);
static bool find_cube(const TableScan *log, text *name, Cube *cube);
static void read_filled_months(const TableScan *log, int *first, int *last);
static bool next_mark(TableScan *log, Mark *mark);
static bool names_source(const Cube *cube, Datum source);
static bool same_text(Datum one, Datum other);
static int	month_in_log(DateADT day);
static int	compare_parts(const void *a, const void *b);
static ArrayType *array_of_different(const int64 *sorted, Size count);

PG_FUNCTION_INFO_V1(early_help_stale_months);
PG_FUNCTION_INFO_V1(early_help_stale_parts);

/*
 * stale_months(log, cube): the months that the log marks for any of the cube's
 * sources, in order, the month after each, and whether they are to be computed
 * as a whole; none is before, or after, both the events of marks and the
 * months in which cells stand.
 *
 * The views of the figures call it with the rights of whoever reads them: it is
 * for whoever may look into the schema of the figures, or may read the log.
 */
Datum
early_help_stale_months(PG_FUNCTION_ARGS)
{
	int		   *marks = palloc0(ALL_MONTHS * sizeof(int));
	int			first;
	int			last;
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Cube		cube;
	TableScan	log;
	Mark		mark;

	InitMaterializedSRF(fcinfo, 0);
	begin_log(&log, PG_GETARG_OID(0));
	check_reads_figures(log.rel);
	if (find_cube(&log, PG_GETARG_TEXT_PP(1), &cube))
	{
		read_filled_months(&log, &first, &last);
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
	int			month = month_in_log(PG_GETARG_DATEADT(2));
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

static int
compare_parts(const void *a, const void *b)
{
	int64		one = *(const int64 *) a;
	int64		other = *(const int64 *) b;

	return (one > other) - (one < other);
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

static void
begin_scan(TableScan *table, Relation rel)
{
	table->rel = rel;
	table->scan = table_beginscan(rel, GetActiveSnapshot(), 0, NULL);
	table->slot = table_slot_create(rel, NULL);
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
check_reads_log(Relation log)
{
	if (pg_class_aclcheck(RelationGetRelid(log), GetUserId(), ACL_SELECT) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, RelationGetRelationName(log));
}

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

/* Between which months cells stand.  A new subscriber has no row there. */
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
			*first = Min(*first, month_in_log(first_cell));
			*last = Max(*last, month_in_log(last_cell));
		}
	}
	end_table(&filled);
}

/*
 * What the next row of the log says; its source as long as it is the last one
 * read.  check_log() has seen to the order and types of the columns.
 */
static bool
next_mark(TableScan *log, Mark *mark)
{
	DateADT		first;
	DateADT		last_event;
	bool		whole;
	Datum		part;

	if (!next_row(log))
		return false;
	first = DatumGetDateADT(value_of(log, LOG_FIRST_MONTH));
	last_event = DatumGetDateADT(value_of(log, LOG_LAST_EVENT));
	part = slot_getattr(log->slot, LOG_PART, &whole);

	mark->source = value_of(log, LOG_SOURCE);
	mark->first = month_in_log(first);
	mark->last = month_in_log(DatumGetDateADT(value_of(log, LOG_LAST_MONTH)));
	mark->of_event = last_event >= first && !DATE_IS_NOBEGIN(last_event);
	mark->last_event = Min(mark->last, month_in_log(last_event));
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

/* Are these texts the same? */
static bool
same_text(Datum one, Datum other)
{
	text	   *a = DatumGetTextPP(one);
	text	   *b = DatumGetTextPP(other);

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

