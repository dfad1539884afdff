/*-------------------------------------------------------------------------
 *
 * cells_once.c
 *	  The cells of a stale month, computed once however often a query asks.
 *
 * A dashboard asks for the same month many times: as itself, as the month
 * before, as the same month a year before, and within every year to date that
 * it is in.  A FunctionScan forgets what it had when its month changes; this
 * remembers the cells of each month as long as the query runs, whose snapshot
 * is the same all the time.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/regproc.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"

#include "compat.h"

/*
 * The cells of one month.  They live, with the list of them, as long as the
 * place in a query that calls: in fn_mcxt, the list in fn_extra.
 */
typedef struct Month
{
	struct Month *next;
	Oid			function;
	DateADT		month;
	List	   *cells;			/* of HeapTuple */
} Month;

static Month *find_month(FmgrInfo *place, Oid function, DateADT month);
static Month *compute_month(FmgrInfo *place, Oid function, DateADT month, TupleDesc cells);
static Oid	who_calls(Oid function);
static char *query_of(Oid function);
static void check_columns(TupleDesc computed, TupleDesc cells, Oid function);

PG_FUNCTION_INFO_V1(early_help_cells_once);

/* cells_once(function, month): the rows of function(month), as the query names their columns. */
Datum
early_help_cells_once(PG_FUNCTION_ARGS)
{
	Oid			function = PG_GETARG_OID(0);
	DateADT		day = PG_GETARG_DATEADT(1);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Month	   *month;
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	month = find_month(fcinfo->flinfo, function, day);
	if (month == NULL)
		month = compute_month(fcinfo->flinfo, function, day, result->setDesc);
	foreach(cell, month->cells)
	{
		tuplestore_puttuple(result->setResult, (HeapTuple) lfirst(cell));
	}

	return (Datum) 0;
}

static Month *
find_month(FmgrInfo *place, Oid function, DateADT month)
{
	for (Month *one = place->fn_extra; one != NULL; one = one->next)
		if (one->function == function && one->month == month)
			return one;

	return NULL;
}

static Month *
compute_month(FmgrInfo *place, Oid function, DateADT month, TupleDesc cells)
{
	Oid			type = DATEOID;
	Datum		value = DateADTGetDatum(month);
	Month	   *computed = MemoryContextAllocZero(place->fn_mcxt, sizeof(Month));
	MemoryContext before;
	Oid			user;
	int			context;

	computed->function = function;
	computed->month = month;

	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(who_calls(function), context | SECURITY_LOCAL_USERID_CHANGE);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	/* Read-only: with the snapshot of the query that asks. */
	if (SPI_execute_with_args(query_of(function), 1, &type, &value, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute_with_args failed");
	check_columns(SPI_tuptable->tupdesc, cells, function);
	before = MemoryContextSwitchTo(place->fn_mcxt);
	for (uint64 i = 0; i < SPI_processed; i++)
		computed->cells = lappend(computed->cells, heap_copytuple(SPI_tuptable->vals[i]));
	MemoryContextSwitchTo(before);
	if (SPI_finish() != SPI_OK_FINISH)
		elog(ERROR, "SPI_finish failed");
	SetUserIdAndSecContext(user, context);

	computed->next = place->fn_extra;
	place->fn_extra = computed;

	return computed;
}

/*
 * Who runs the query: the user, or the owner of a function that runs as its
 * owner anyway.  Whoever may call such a function in a view need not be allowed to
 * name it, in a schema that is closed to him.
 */
static Oid
who_calls(Oid function)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Oid			caller = GetUserId();
	Form_pg_proc form;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("function with OID %u does not exist", function)));
	form = (Form_pg_proc) GETSTRUCT(tuple);
	if (form->prosecdef)
	{
		if (object_aclcheck(ProcedureRelationId, function, caller, ACL_EXECUTE) != ACLCHECK_OK)
			aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_FUNCTION, NameStr(form->proname));
		caller = form->proowner;
	}
	ReleaseSysCache(tuple);

	return caller;
}

static char *
query_of(Oid function)
{
	return psprintf("select * from %s($1)",
					quote_qualified_identifier(get_namespace_name(get_func_namespace(function)),
											   get_func_name(function)));
}

/* What is computed is stored as it is: its columns must be those that are named. */
static void
check_columns(TupleDesc computed, TupleDesc cells, Oid function)
{
	bool		same = computed->natts == cells->natts;

	for (int i = 0; i < cells->natts && same; i++)
		same = TupleDescAttr(computed, i)->atttypid == TupleDescAttr(cells, i)->atttypid;
	if (!same)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("the columns of %s are others than those of its cells", format_procedure(function))));
}
