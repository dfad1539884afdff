/*-------------------------------------------------------------------------
 *
 * kpi_refresh.c
 *	  What a procedure that commits cannot do in PL/pgSQL: ask whether it may,
 *	  keep other refreshes away, and show to others that it runs.
 *
 *	  A refresh commits many times and can be broken off anywhere, by a crash,
 *	  too.  As long as its call lasts it holds an advisory lock of the session
 *	  on its row in the log: whoever sees an unfinished row without the lock
 *	  knows that nobody works on it any more.  A lock of the transaction would
 *	  go with the first commit, and one of the session would stay after an
 *	  error: this one goes when a transaction is aborted.
 *
 *	  Only the owner of the figures takes these locks.  SQL's own advisory locks,
 *	  which anybody may take, have 1 or 2 as the fourth field of their tag.  Ours
 *	  have 3 and 4, so that nobody holds a refresh up with SQL's.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"

#include "figures/engine_table.h"
#include "figures/stale_months.h"

/* The fourth fields of our lock tags. */
#define RUN_LOCK 3
#define REFRESH_LOCK 4

/*
 * The lock of the call that runs in this session, if one does: from
 * refresh_begins() to refresh_ends() or the next abort.
 */
static LOCKTAG running;
static bool runs = false;

PG_FUNCTION_INFO_V1(early_help_may_commit);
PG_FUNCTION_INFO_V1(early_help_exclude_refresh);
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

/* What keeps others waiting is for the owner of the table. */
static void
check_owns(Relation rel)
{
	if (!has_privs_of_role(GetUserId(), rel->rd_rel->relowner))
		aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, RelationGetRelationName(rel));
}

/*
 * exclude_refresh(schema): wait for another refresh of the partnership's figures
 * to end, and keep others away until this transaction ends.  A partnership that
 * was dropped meanwhile has none.
 */
Datum
early_help_exclude_refresh(PG_FUNCTION_ARGS)
{
	Oid			schema = PG_GETARG_OID(0);
	Relation	log;
	LOCKTAG		tag;

	if (!OidIsValid(get_relname_relid(LOG_TABLE, schema)))
		PG_RETURN_VOID();
	log = open_engine_table_in(schema, LOG_TABLE, AccessShareLock);
	check_owns(log);
	relation_close(log, AccessShareLock);
	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, schema, 0, REFRESH_LOCK);
	(void) LockAcquire(&tag, ExclusiveLock, false, false);
	PG_RETURN_VOID();
}

/*
 * refresh_begins(log, id): hold the lock on a row of table kpi_refresh_log.  It
 * never waits: a new row's run is nobody else's.
 */
Datum
early_help_refresh_begins(PG_FUNCTION_ARGS)
{
	static bool registered = false; /* once a backend */
	Relation	log = open_engine_table(PG_GETARG_OID(0), "kpi_refresh_log", AccessShareLock);
	int32		id = PG_GETARG_INT32(1);
	LOCKTAG		tag;

	check_owns(log);
	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, RelationGetRelid(log), (uint32) id, RUN_LOCK);
	relation_close(log, AccessShareLock);
	if (!registered)
	{
		RegisterXactCallback(at_xact_end, NULL);
		registered = true;
	}
	let_go();
	if (LockAcquire(&tag, ExclusiveLock, true, true) == LOCKACQUIRE_NOT_AVAIL)
		ereport(ERROR,
				(errcode(ERRCODE_LOCK_NOT_AVAILABLE),
				 errmsg("kpi_refresh_id %d is running in another session", id)));
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
