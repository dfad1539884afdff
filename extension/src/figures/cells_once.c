/*-------------------------------------------------------------------------
 *
 * cells_once.c
 *		The cells of a stale month, computed once however often a query asks.
 *
 * A dashboard asks for the same month many times: as itself, as the month before
 * another, as the same month of the year before, and in every year to date that
 * has it.  A FunctionScan computes a month anew each time its argument changes.
 * This keeps the cells of each month while the query runs, with one snapshot.
 *
 * The caller gives the OID of a function.  It is called by that OID, and only if
 * the caller himself may call it.  It is never looked up by its name: another
 * function of the same name may belong to somebody else.  fmgr_security_definer
 * decides with whose rights it runs; nothing here changes the user.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/regproc.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"
#include "utils/typcache.h"

#include "base/compat.h"

/* The cells of one month. */
typedef struct Month
{
	DateADT		month;
	List	   *cells;			/* of MinimalTuple */
} Month;

/*
 * A function that computes cells, and what it has computed.  It lives as long as
 * the place in a query that calls cells_once(), in fn_mcxt; fn_extra points to
 * the first of the list.  The query's snapshot lives at least as long.  A month
 * joins the list when it is complete, so that no error leaves half of one.
 */
typedef struct CellFunction
{
	struct CellFunction *next;
	Oid			oid;
	FmgrInfo	call;			/* keeps the function's plan from month to month */
	TupleDesc	declared;		/* its columns, which have no length */
	List	   *months;			/* of Month */
} CellFunction;

/* One call of a function for a month. */
typedef struct CellCall
{
	Oid			function;
	TupleDesc	columns;		/* as the query names them */
	MemoryContext lasting;		/* where the cells are copied to */
	List	   *cells;			/* of MinimalTuple */
	TupleTableSlot *slot;		/* for rows that come one by one */
} CellCall;

/* ---------------------------------------------------------------------
 * What a function computes
 * ---------------------------------------------------------------------
 */

/*
 * Computed rows are stored as they are, so each column must have the type that
 * the query names for it.  A dropped column of a composite type has no type.
 */
static void
check_columns(TupleDesc computed, const CellCall *call)
{
	bool		same = computed->natts == call->columns->natts;

	for (int i = 0; i < computed->natts && same; i++)
		same = TupleDescAttr(computed, i)->atttypid == TupleDescAttr(call->columns, i)->atttypid;
	if (!same)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("the columns of %s are others than those of its cells", format_procedure(call->function))));
}

/*
 * The columns that a function of a date declares.  A volatile function is refused:
 * it may give other rows at its next call.
 */
static TupleDesc
columns_of_cells(Oid oid)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(oid));
	Form_pg_proc form;
	TupleDesc	columns = NULL;
	bool		computes_cells;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("function with OID %u does not exist", oid)));
	form = (Form_pg_proc) GETSTRUCT(tuple);
	computes_cells = form->prokind == PROKIND_FUNCTION &&
		form->proretset &&
		form->provolatile != PROVOLATILE_VOLATILE &&
		form->pronargs == 1 &&
		form->proargtypes.values[0] == DATEOID;
	ReleaseSysCache(tuple);

	if (!computes_cells || get_func_result_type(oid, NULL, &columns) != TYPEFUNC_COMPOSITE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("%s does not compute cells", format_procedure(oid)),
				 errdetail("A function that does has one argument, a date, returns a set of rows, and is STABLE or IMMUTABLE.")));
	return columns;
}

/* ---------------------------------------------------------------------
 * Calling it
 * ---------------------------------------------------------------------
 */

/*
 * A query that names a function needs USAGE on its schema and EXECUTE.  A caller
 * that gives the OID needs both as well: pg_proc shows OIDs to everybody.
 */
static void
check_may_call(Oid oid)
{
	Oid			schema = get_func_namespace(oid);

	if (!OidIsValid(schema))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("function with OID %u does not exist", oid)));
	if (object_aclcheck(NamespaceRelationId, schema, GetUserId(), ACL_USAGE) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_SCHEMA, get_namespace_name(schema));
	if (object_aclcheck(ProcedureRelationId, oid, GetUserId(), ACL_EXECUTE) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_FUNCTION, get_func_name(oid));
	InvokeFunctionExecuteHook(oid);
}

/* The function as it was called in this place before, or else after a check that the caller may call it. */
static CellFunction *
function_of(FmgrInfo *place, Oid oid)
{
	MemoryContext before;
	CellFunction *function;

	for (function = place->fn_extra; function != NULL; function = function->next)
		if (function->oid == oid)
			return function;

	check_may_call(oid);
	before = MemoryContextSwitchTo(place->fn_mcxt);
	function = palloc0(sizeof(CellFunction));
	function->oid = oid;
	function->declared = columns_of_cells(oid);
	fmgr_info_cxt(oid, &function->call, place->fn_mcxt);
	function->next = place->fn_extra;
	place->fn_extra = function;
	MemoryContextSwitchTo(before);
	return function;
}

static void
add_slot(TupleTableSlot *slot, CellCall *call)
{
	MemoryContext before = MemoryContextSwitchTo(call->lasting);

	call->cells = lappend(call->cells, ExecCopySlotMinimalTuple(slot));
	MemoryContextSwitchTo(before);
}

static void
check_row_type(HeapTupleHeader row, const CellCall *call)
{
	TupleDesc	computed = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(row), HeapTupleHeaderGetTypMod(row));

	check_columns(computed, call);
	ReleaseTupleDesc(computed);
}

/* A null row is taken as a row of nulls, as in FROM. */
static void
add_row(Datum row, bool isnull, CellCall *call)
{
	HeapTupleData tuple = {0};

	if (isnull)
	{
		ExecStoreAllNullTuple(call->slot);
		add_slot(call->slot, call);
		return;
	}
	tuple.t_data = DatumGetHeapTupleHeader(row);
	tuple.t_len = HeapTupleHeaderGetDatumLength(tuple.t_data);
	ItemPointerSetInvalid(&tuple.t_self);
	check_row_type(tuple.t_data, call);
	ExecStoreHeapTuple(&tuple, call->slot, false);
	add_slot(call->slot, call);
	ExecClearTuple(call->slot);
}

static void
add_rows_of_set(const ReturnSetInfo *set, CellCall *call)
{
	TupleTableSlot *slot;

	if (set->setDesc == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_SRF_PROTOCOL_VIOLATED),
				 errmsg("%s does not say what its rows are", format_procedure(call->function))));
	check_columns(set->setDesc, call);
	slot = MakeSingleTupleTableSlot(call->columns, &TTSOpsMinimalTuple);
	while (tuplestore_gettupleslot(set->setResult, true, false, slot))
		add_slot(slot, call);
	ExecDropSingleTupleTableSlot(slot);
	tuplestore_end(set->setResult);
}

/* Calls once and takes the row, if there is one.  True if another call may give another row. */
static bool
call_gives_row(FunctionCallInfo fcinfo, ReturnSetInfo *set, CellCall *call)
{
	MemoryContext before = MemoryContextSwitchTo(set->econtext->ecxt_per_tuple_memory);
	Datum		row;

	CHECK_FOR_INTERRUPTS();
	ResetExprContext(set->econtext);
	set->returnMode = SFRM_ValuePerCall;
	set->isDone = ExprSingleResult;
	fcinfo->isnull = false;
	row = FunctionCallInvoke(fcinfo);
	if (set->returnMode == SFRM_ValuePerCall && set->isDone != ExprEndResult)
		add_row(row, fcinfo->isnull, call);
	MemoryContextSwitchTo(before);
	return set->returnMode == SFRM_ValuePerCall && set->isDone == ExprMultipleResult;
}

/*
 * Calls the function with the snapshot of the query.  The function gives its rows
 * as a whole or one by one: see src/backend/utils/fmgr/README.
 */
static void
compute(CellFunction *function, DateADT month, CellCall *call)
{
	LOCAL_FCINFO(fcinfo, 1);
	ReturnSetInfo set = {0};
	MemoryContext own = AllocSetContextCreate(CurrentMemoryContext, "cells of a month", ALLOCSET_DEFAULT_SIZES);
	MemoryContext before = MemoryContextSwitchTo(own);

	set.type = T_ReturnSetInfo;
	set.econtext = CreateStandaloneExprContext();
	set.expectedDesc = function->declared;
	set.allowedModes = SFRM_ValuePerCall | SFRM_Materialize | SFRM_Materialize_Preferred;
	InitFunctionCallInfoData(*fcinfo, &function->call, 1, InvalidOid, NULL, (Node *) &set);
	fcinfo->args[0].value = DateADTGetDatum(month);
	fcinfo->args[0].isnull = false;
	check_columns(function->declared, call);
	call->slot = MakeSingleTupleTableSlot(call->columns, &TTSOpsHeapTuple);

	while (call_gives_row(fcinfo, &set, call))
		;
	if (set.setResult != NULL)
		add_rows_of_set(&set, call);

	ExecDropSingleTupleTableSlot(call->slot);
	FreeExprContext(set.econtext, true);
	MemoryContextSwitchTo(before);
	MemoryContextDelete(own);
}

/* ---------------------------------------------------------------------
 * Once per month
 * ---------------------------------------------------------------------
 */

static Month *
month_of_function(FmgrInfo *place, CellFunction *function, DateADT month, TupleDesc columns)
{
	CellCall	call = {function->oid, columns, place->fn_mcxt, NIL, NULL};
	MemoryContext before;
	Month	   *computed;
	ListCell   *cell;

	foreach(cell, function->months)
	{
		computed = lfirst(cell);
		if (computed->month == month)
			return computed;
	}

	compute(function, month, &call);
	before = MemoryContextSwitchTo(place->fn_mcxt);
	computed = palloc(sizeof(Month));
	computed->month = month;
	computed->cells = call.cells;
	function->months = lappend(function->months, computed);
	MemoryContextSwitchTo(before);
	return computed;
}

PG_FUNCTION_INFO_V1(early_help_cells_once);

/* cells_once(function, month): the rows of function(month), as the query names their columns. */
Datum
early_help_cells_once(PG_FUNCTION_ARGS)
{
	Oid			oid = PG_GETARG_OID(0);
	DateADT		day = PG_GETARG_DATEADT(1);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	TupleTableSlot *slot;
	Month	   *month;
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	month = month_of_function(fcinfo->flinfo, function_of(fcinfo->flinfo, oid), day, result->setDesc);
	slot = MakeSingleTupleTableSlot(result->setDesc, &TTSOpsMinimalTuple);
	foreach(cell, month->cells)
	{
		ExecStoreMinimalTuple((MinimalTuple) lfirst(cell), slot, false);
		tuplestore_puttupleslot(result->setResult, slot);
	}
	ExecDropSingleTupleTableSlot(slot);
	return (Datum) 0;
}
