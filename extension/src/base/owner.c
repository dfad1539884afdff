/*-------------------------------------------------------------------------
 *
 * owner.c
 *		Runs as the owner of a table, and goes back to the caller.
 *
 * A rule counts rows that the writer may not see, and writes what follows from
 * his change, as a foreign key does: as the owner of the table.  Nothing else
 * in this library changes the user.
 *
 * The owner's rights must not run what the writer chose.  A read runs in a
 * security-restricted operation: no code under it can change the role, make a
 * temporary object or leave something for the end of the transaction.  A write
 * fires triggers, which the owner may have made without a search_path of their
 * own: where there are such, it gets a fixed one.  A write is not
 * security-restricted, because PostgreSQL then refuses deferred constraints, and
 * the record has one (episode_has_lead_from_allocation).
 *
 * After an error the end of the (sub)transaction restores user and settings.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/guc.h"

#include "base/owner.h"

static Caller
become_owner(Relation rel, int context)
{
	Caller		caller = {0};

	GetUserIdAndSecContext(&caller.user, &caller.context);
	SetUserIdAndSecContext(rel->rd_rel->relowner,
						   caller.context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS | context);
	return caller;
}

/* For queries that write nothing; rows may be locked. */
Caller
become_owner_to_read(Relation rel)
{
	return become_owner(rel, SECURITY_RESTRICTED_OPERATION);
}

/* For a query that writes; with a fixed path where it runs others' code (others_code.h). */
Caller
become_owner_to_write(Relation rel, bool fixed_path)
{
	Caller		caller = become_owner(rel, 0);

	if (!fixed_path)
		return caller;
	caller.settings = NewGUCNestLevel();
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	return caller;
}

void
become_caller(const Caller *caller)
{
	if (caller->settings != 0)
		AtEOXact_GUC(false, caller->settings);
	SetUserIdAndSecContext(caller->user, caller->context);
}
