/*-------------------------------------------------------------------------
 *
 * stale_months_read.c
 *		Asks the log of stale months: which months are stale for a cube, as a
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
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
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
#include "figures/stale_log.h"
#include "figures/stale_months.h"

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

static int
current_month(void)
{
	TimestampTz now = GetCurrentTransactionStartTimestamp();

	return nearest_month(DatumGetDateADT(DirectFunctionCall1(timestamptz_date, TimestampTzGetDatum(now))));
}

/*
 * What goes on, such as support, is there in each month up to the current one,
 * also where nothing happens.
 */
static void
add_source(StaleMonths *months, const SourceMarks *source, const Cube *cube)
{
	if (source->goes_on)
		months->last = Max(months->last, current_month());
	for (int month = 0; month < ALL_MONTHS; month++)
		if (source->months[month] > 0)
			months->marks[month] = cube->in_parts ? Min(months->marks[month] + source->months[month], MANY_PARTS) : MANY_PARTS;
}

static StaleMonths *
stale_months_of(const StaleLog *log, const Cube *cube)
{
	StaleMonths *months = palloc0(sizeof(StaleMonths));
	ListCell   *cell;

	months->first = log->first;
	months->last = log->last;
	foreach(cell, log->sources)
	{
		const SourceMarks *source = lfirst(cell);

		if (names_source(cube, PointerGetDatum(source->source)))
			add_source(months, source, cube);
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

/*
 * Cells that were made after the snapshot was taken, for a cube that was defined
 * or replaced meanwhile, hold nothing for it, and it does not see the marks that
 * say so: it would be shown no figures where there are some.
 */
static void
check_sees_cells(Relation log, const char *cube)
{
	char	   *name = psprintf("cube_%s_cells", cube);
	Oid			cells = get_relname_relid(name, RelationGetNamespace(log));
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(cells));
	TransactionId maker;

	if (!HeapTupleIsValid(tuple))
		return;
	maker = HeapTupleHeaderGetXmin(tuple->t_data);
	ReleaseSysCache(tuple);
	if (!TransactionIdIsCurrentTransactionId(maker) && XidInMVCCSnapshot(maker, GetActiveSnapshot()))
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("cube \"%s\" was made after this transaction began to read", cube),
				 errhint("Run the transaction again.")));
}

PG_FUNCTION_INFO_V1(early_help_stale_months);

/*
 * stale_months(log, cube): the months that the log marks for any source of the
 * cube, in order, each with the month after it, and whether it is to be computed
 * as a whole.  A month before or after all cells and all events of marks is left
 * out, and where something goes on, a month after the current one.  A cube that
 * the snapshot is too old for is an error (40001).
 *
 * The views of the figures call it with the rights of whoever reads them.  So a
 * caller needs USAGE on the schema of the figures, or SELECT on the log.
 */
Datum
early_help_stale_months(PG_FUNCTION_ARGS)
{
	Relation	rel = open_engine_table(PG_GETARG_OID(0), LOG_TABLE, AccessShareLock);
	const StaleLog *log;
	const Cube *cube;

	InitMaterializedSRF(fcinfo, 0);
	check_log(rel);
	check_reads_figures(rel);
	check_sees_cells(rel, text_to_cstring(PG_GETARG_TEXT_PP(1)));
	log = stale_log(rel);
	cube = find_cube(log, PG_GETARG_TEXT_PP(1));
	if (cube != NULL)
		put_stale_months(stale_months_of(log, cube), (ReturnSetInfo *) fcinfo->resultinfo);
	relation_close(rel, AccessShareLock);
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
	const Cube *cube;
	TableScan	log;
	Mark		mark;

	begin_log(&log, PG_GETARG_OID(0));
	check_reads_log(log.rel);
	cube = find_cube(stale_log(log.rel), PG_GETARG_TEXT_PP(1));
	if (cube != NULL)
		while (next_mark(&log, &mark))
			if (!mark.whole && mark.first <= month && month <= mark.last && names_source(cube, mark.source))
			{
				if (count == room)
					parts = repalloc_huge(parts, (room *= 2) * sizeof(int64));
				parts[count++] = mark.part;
			}
	end_table(&log);

	qsort(parts, count, sizeof(int64), compare_parts);
	PG_RETURN_ARRAYTYPE_P(array_of_different(parts, count));
}
