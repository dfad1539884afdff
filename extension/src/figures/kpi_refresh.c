/*-------------------------------------------------------------------------
 *
 * kpi_refresh.c
 *		What a refresh needs and a procedure in PL/pgSQL cannot do: ask whether it
 *		may commit, keep other refreshes away, show to others that it runs.
 *
 * A refresh commits many times, and can end anywhere, in a crash too.  During its
 * call it holds an advisory lock of the session on its row in kpi_refresh_log.  An
 * unfinished row without that lock is of a refresh that no longer runs.  A
 * transaction's lock would go with the first commit.  A session's lock would stay
 * after an error, so this one is released when a transaction aborts.
 *
 * Only the owner of the figures takes these locks.  The lock tags of SQL's own
 * advisory locks, which anybody may take, have 1 or 2 in their fourth field.  Ours
 * have 3 and 4, so nobody can block a refresh with SQL's.
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

/* The lock of a call that runs in this session, from refresh_begins() to refresh_ends() or the next abort. */
static LOCKTAG running;
static bool runs = false;

PG_FUNCTION_INFO_V1(early_help_may_commit);

/*
 * may_commit(): would COMMIT work in the procedure that calls this?  It does not
 * inside a transaction block, a function or an exception block.
 */
Datum
early_help_may_commit(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	PG_RETURN_BOOL(SPI_inside_nonatomic_context());
}

/* ---------------------------------------------------------------------
 * Locks
 * ---------------------------------------------------------------------
 */

/* The locks make others wait, so only the owner of the table may take them. */
static void
check_owns(Relation rel)
{
	if (!has_privs_of_role(GetUserId(), rel->rd_rel->relowner))
		aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, RelationGetRelationName(rel));
}

/* Releases the lock, if it is held. */
static void
let_go(void)
{
	if (runs)
	{
		runs = false;
		LockRelease(&running, ExclusiveLock, true);
	}
}

/* An aborted transaction ends the call. */
static void
at_xact_end(XactEvent event, void *arg)
{
	(void) arg;
	if (event == XACT_EVENT_ABORT)
		let_go();
}

/* ---------------------------------------------------------------------
 * A refresh
 * ---------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(early_help_exclude_refresh);

/*
 * exclude_refresh(schema): waits until another refresh of the partnership's
 * figures ends, and keeps others away until this transaction ends.  Nothing to do
 * if the partnership was dropped meanwhile.
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

PG_FUNCTION_INFO_V1(early_help_refresh_begins);

/*
 * refresh_begins(log, id): takes the lock on a row of kpi_refresh_log.  It never
 * waits: no other session has a reason to hold the lock on a new row.
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

PG_FUNCTION_INFO_V1(early_help_refresh_ends);

/* refresh_ends(): releases the lock of the call. */
Datum
early_help_refresh_ends(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	let_go();
	PG_RETURN_VOID();
}
