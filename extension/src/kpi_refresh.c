/*-------------------------------------------------------------------------
 *
 * kpi_refresh.c
 *	  What a procedure that commits cannot do in PL/pgSQL: ask whether it may,
 *	  and show to others that it runs.
 *
 *	  A refresh commits many times and can be broken off anywhere, by a crash,
 *	  too.  As long as its call lasts it holds an advisory lock of the session
 *	  on its row in the log: whoever sees an unfinished row without the lock
 *	  knows that nobody works on it any more.  A lock of the transaction would
 *	  go with the first commit, and one of the session would stay after an
 *	  error: this one goes when a transaction is aborted.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lock.h"

/* The lock of the call that runs in this session, if one does. */
static LOCKTAG running;
static bool runs = false;

PG_FUNCTION_INFO_V1(early_help_may_commit);
PG_FUNCTION_INFO_V1(early_help_refresh_begins);
PG_FUNCTION_INFO_V1(early_help_refresh_ends);

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

/* Release the lock, if it is held. */
static void
let_go(void)
{
	if (runs)
	{
		runs = false;
		LockRelease(&running, ExclusiveLock, true);
	}
}

/* At the end of every transaction: an aborted one ends the call. */
static void
at_xact_end(XactEvent event, void *arg)
{
	(void) arg;
	if (event == XACT_EVENT_ABORT)
		let_go();
}

/*
 * refresh_begins(log, id): hold the lock on a row of the log.  SQL's own
 * advisory locks have 1 or 2 as their fourth field, so nobody else takes it.
 */
Datum
early_help_refresh_begins(PG_FUNCTION_ARGS)
{
	static bool registered = false;
	LOCKTAG		tag;

	if (!registered)
	{
		RegisterXactCallback(at_xact_end, NULL);
		registered = true;
	}
	let_go();
	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, PG_GETARG_OID(0), (uint32) PG_GETARG_INT32(1), 3);
	(void) LockAcquire(&tag, ExclusiveLock, true, false);
	running = tag;
	runs = true;
	PG_RETURN_VOID();
}

/* refresh_ends(): the call comes to its end. */
Datum
early_help_refresh_ends(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	let_go();
	PG_RETURN_VOID();
}
