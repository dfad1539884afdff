/*-------------------------------------------------------------------------
 *
 * partnership_query.c
 *		Queries of a trigger on the sibling tables of its partnership.
 *
 * A partnership is a schema; a trigger finds its siblings by the schema of the
 * table it fires on and their fixed names, so that one library serves every
 * partnership, renamed ones too.
 *
 * Plans are cached for the life of the session, keyed by schema and query. A
 * plan that is no longer valid (a table or schema was altered, dropped or
 * renamed) is thrown away and its text built anew with the schema's name of
 * today: a plan whose text names the old schema must not find another one. One
 * plan serves all values: each query goes by a key, and planning it for the
 * values of each of its first runs would cost a short session more than they do.
 *
 * Checks run as the owner of the table, without its row security: what a
 * writer may not see still counts. At REPEATABLE READ and above they look at
 * the latest committed rows, as foreign keys do, because a rule that holds
 * only in a snapshot does not hold.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "partnership_query.h"

typedef struct PlanKey
{
	Oid			schema;
	const PartnershipQuery *query;
} PlanKey;

typedef struct PlanEntry
{
	PlanKey		key;
	SPIPlanPtr	plan;
	int			running;		/* executions under way: a trigger can cause another */
} PlanEntry;

/* Created at first use, kept until the session ends. */
static HTAB *plans = NULL;

static HTAB *
plan_table(void)
{
	HASHCTL		control = {0};

	if (plans == NULL)
	{
		control.keysize = sizeof(PlanKey);
		control.entrysize = sizeof(PlanEntry);
		plans = hash_create("early_help plans", 64, &control, HASH_ELEM | HASH_BLOBS);
	}
	return plans;
}

/* The query's text with every @ replaced by the schema's name of today. */
static char *
text_for_schema(const PartnershipQuery *query, Oid schema)
{
	StringInfoData text;
	char	   *name = get_namespace_name(schema);

	if (name == NULL)
		elog(ERROR, "cache lookup failed for schema %u", schema);
	initStringInfo(&text);
	for (const char *c = query->text; *c; c++)
	{
		if (*c == '@')
			appendStringInfo(&text, "%s.", quote_identifier(name));
		else
			appendStringInfoChar(&text, *c);
	}
	return text.data;
}

static SPIPlanPtr
prepare(const PartnershipQuery *query, Oid schema)
{
	char	   *text = text_for_schema(query, schema);
	SPIPlanPtr	plan = SPI_prepare_cursor(text, query->nargs, (Oid *) query->argtypes,
										 CURSOR_OPT_GENERIC_PLAN);

	if (plan == NULL)
		elog(ERROR, "SPI_prepare_cursor failed: %s", SPI_result_code_string(SPI_result));
	if (SPI_keepplan(plan) != 0)
		elog(ERROR, "SPI_keepplan failed");
	pfree(text);
	return plan;
}

static PlanEntry *
plan_for(const PartnershipQuery *query, Oid schema)
{
	PlanKey		key;
	PlanEntry  *entry;
	bool		found;

	/* Zeroed first, so that padding does not make two keys of one. */
	memset(&key, 0, sizeof(key));
	key.schema = schema;
	key.query = query;
	entry = hash_search(plan_table(), &key, HASH_ENTER, &found);
	if (!found)
	{
		entry->plan = NULL;
		entry->running = 0;
	}
	if (entry->plan && !SPI_plan_is_valid(entry->plan))
	{
		SPIPlanPtr	old = entry->plan;

		/* What is being executed further out is left to the session's end. */
		entry->plan = NULL;
		if (entry->running == 0)
			SPI_freeplan(old);
	}
	if (entry->plan == NULL)
		entry->plan = prepare(query, schema);
	return entry;
}

void
begin_partnership_queries(void)
{
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
}

void
end_partnership_queries(void)
{
	if (SPI_finish() != SPI_OK_FINISH)
		elog(ERROR, "SPI_finish failed");
}

/* At READ COMMITTED a query's own snapshot is the latest. */
static Snapshot
latest_snapshot(void)
{
	return IsolationUsesXactSnapshot() ? GetLatestSnapshot() : InvalidSnapshot;
}

static Snapshot
seen_snapshot(void)
{
	return IsolationUsesXactSnapshot() ? GetTransactionSnapshot() : InvalidSnapshot;
}

static uint64
run_query(Relation rel, const PartnershipQuery *query,
		  const Datum *values, const char *nulls, Snapshot snapshot, Snapshot crosscheck)
{
	Oid			user;
	int			security;
	int			code = 0;
	PlanEntry  *entry;

	GetUserIdAndSecContext(&user, &security);
	SetUserIdAndSecContext(rel->rd_rel->relowner,
						   security | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
	entry = plan_for(query, RelationGetNamespace(rel));
	PG_TRY();
	{
		entry->running++;
		code = SPI_execute_snapshot(entry->plan, unconstify(Datum *, values), nulls,
									snapshot, crosscheck, false, true, 0);
	}
	PG_FINALLY();
	{
		entry->running--;
	}
	PG_END_TRY();
	SetUserIdAndSecContext(user, security);
	if (code < 0)
		elog(ERROR, "SPI_execute_snapshot failed: %s", SPI_result_code_string(code));
	return SPI_processed;
}

/*
 * Moves on whenever this transaction has written something. What a trigger
 * remembers from one row of its statement to the next is good until then: the
 * statement may call functions that write, too.
 */
CommandId
writes_so_far(void)
{
	CommandCounterIncrement();
	return GetCurrentCommandId(false);
}

/*
 * Runs the query between begin and end, as the owner of rel, whose schema is
 * the partnership. Returns how many rows it gave or wrote; the rows are in
 * SPI_tuptable until the next query.
 */
uint64
run_partnership_query(Relation rel, const PartnershipQuery *query,
					  const Datum *values, const char *nulls)
{
	return run_query(rel, query, values, nulls,
					 latest_snapshot(), InvalidSnapshot);
}

/* The same with the snapshot the transaction's own queries have. */
uint64
run_partnership_query_as_seen(Relation rel, const PartnershipQuery *query,
							  const Datum *values, const char *nulls)
{
	return run_query(rel, query, values, nulls, InvalidSnapshot, InvalidSnapshot);
}

/*
 * How deep the rules' own writes are nested. States, events and levels are
 * written only then; back at its old value when the write ends or fails.
 */
static int	rule_writes = 0;

bool
rules_are_writing(void)
{
	return rule_writes > 0;
}

/*
 * Runs a query that writes what follows from a rule. Above READ COMMITTED a
 * row that the transaction does not see as it now stands is not written over,
 * which would show it what its own figures do not count: 40001, as when a
 * foreign key cascades.
 */
uint64
write_by_rules(Relation rel, const PartnershipQuery *query,
			   const Datum *values, const char *nulls)
{
	uint64		written;
	int			depth = rule_writes;

	PG_TRY();
	{
		rule_writes = depth + 1;
		written = run_query(rel, query, values, nulls, latest_snapshot(), seen_snapshot());
	}
	PG_FINALLY();
	{
		rule_writes = depth;
	}
	PG_END_TRY();
	return written;
}

static bool
no_result(void)
{
	return SPI_tuptable == NULL || SPI_tuptable->numvals == 0;
}

Datum
result_value(int column, bool *isnull)
{
	*isnull = true;
	if (no_result())
		return (Datum) 0;
	return SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column, isnull);
}

int64
result_id(int column)
{
	bool		isnull;
	Datum		value = result_value(column, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

/* DATEVAL_NOEND, later than any other, for null. */
DateADT
result_date(int column)
{
	bool		isnull;
	Datum		value = result_value(column, &isnull);

	return isnull ? DATEVAL_NOEND : DatumGetDateADT(value);
}

char *
result_text(int column)
{
	return no_result() ? NULL : SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column);
}
