/*-------------------------------------------------------------------------
 *
 * kpi_refresh.c
 *	  May this call commit?  What PL/pgSQL cannot ask.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"

PG_FUNCTION_INFO_V1(early_help_may_commit);

/*
 * may_commit(): called from a procedure, whether COMMIT would work there: no
 * transaction block, function or exception block stands around it.
 */
Datum
early_help_may_commit(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	PG_RETURN_BOOL(SPI_inside_nonatomic_context());
}
