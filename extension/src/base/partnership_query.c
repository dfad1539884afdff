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
 * today: a plan whose text names the old schema must not find another one.
 * Whether a plan is valid can be believed only under locks on its tables, as
 * ri_triggers.c explains: while a query waits for a lock, a rename can commit,
 * and PostgreSQL then reads the old text again. So the locks that the query
 * needs are taken first, by the tables' OIDs, and the plan is looked at then.
 *
 * One plan serves all values: each query goes by a key, and planning it for the
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
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "nodes/parsenodes.h"
#include "parser/parsetree.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/snapmgr.h"

#include "base/others_code.h"
#include "base/owner.h"
#include "base/partnership_query.h"
#include "base/record.h"
#include "base/sharded.h"

typedef struct PlanKey
{
	Oid			schema;
	const PartnershipQuery *query;
} PlanKey;

typedef struct PlanEntry
{
	PlanKey		key;
	SPIPlanPtr	plan;
	bool		writes;
	bool		runs_others_code;	/* as a write, through triggers and checks */
	int			running;		/* executions under way: a trigger can cause another */
} PlanEntry;

/* How often a plan is prepared again because its schema is renamed at the same time. */
#define MOST_RENAMES 5

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

static bool
ends_with(const StringInfoData *text, const char *end)
{
	int			length = (int) strlen(end);

	return text->len >= length && strcmp(text->data + text->len - length, end) == 0;
}

/* The length of an operator that stands here between two blanks; 0 if none does. */
static int
operator_length(const char *text, const char *c)
{
	int			length = (int) strspn(c, "<>=+-&");

	if (length == 0 || c == text || c[-1] != ' ' || c[length] != ' ' || (length == 1 && *c == '='))
		return 0;
	return length;
}

/*
 * The query's text for this schema by its name of today, without the short
 * forms (PartnershipQuery). A table gets ONLY where the grammar has it: a table
 * that inherits from a record fires none of the rules' triggers, so its rows are
 * no records.
 */
static char *
text_for_schema(const char *query, Oid schema)
{
	StringInfoData text;
	char	   *name = get_namespace_name(schema);
	int			length;

	if (name == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_SCHEMA),
				 errmsg("schema with OID %u does not exist", schema)));
	initStringInfo(&text);
	for (const char *c = query; *c; c++)
	{
		if (*c == '@')
			appendStringInfo(&text, "%s%s.", ends_with(&text, "insert into ") ? "" : "only ",
							 quote_identifier(name));
		else if ((length = operator_length(query, c)) > 0)
		{
			appendStringInfo(&text, "operator(pg_catalog.%.*s)", *c == '=' ? 1 : length, c);
			c += length - 1;
		}
		else
			appendStringInfoChar(&text, *c);
	}
	return text.data;
}

/* The lock mode in which the query itself locks a table. */
static LOCKMODE
lock_mode(const CachedPlanSource *source, Oid table)
{
	LOCKMODE	mode = AccessShareLock;
	ListCell   *query;
	ListCell   *entry;

	foreach(query, source->query_list)
	{
		foreach(entry, lfirst_node(Query, query)->rtable)
		{
			RangeTblEntry *one = lfirst_node(RangeTblEntry, entry);

			if (one->rtekind == RTE_RELATION && one->relid == table)
				mode = Max(mode, one->rellockmode);
		}
	}
	return mode;
}

/* Locks the tables that a plan names, until the transaction ends. */
static void
lock_tables(SPIPlanPtr plan)
{
	ListCell   *cell;
	ListCell   *table;

	foreach(cell, SPI_plan_get_plan_sources(plan))
	{
		CachedPlanSource *source = lfirst(cell);

		foreach(table, source->relationOids)
			LockRelationOid(lfirst_oid(table), lock_mode(source, lfirst_oid(table)));
	}
}

static void
refuse_shards(SPIPlanPtr plan)
{
	ListCell   *cell;
	ListCell   *table;

	foreach(cell, SPI_plan_get_plan_sources(plan))
	{
		foreach(table, ((CachedPlanSource *) lfirst(cell))->relationOids)
			refuse_shard(lfirst_oid(table));
	}
}

/* Did the text find the tables of this schema, and of no other? */
static bool
is_of_schema(SPIPlanPtr plan, Oid schema)
{
	ListCell   *cell;
	ListCell   *table;

	foreach(cell, SPI_plan_get_plan_sources(plan))
	{
		foreach(table, ((CachedPlanSource *) lfirst(cell))->relationOids)
		{
			if (get_rel_namespace(lfirst_oid(table)) != schema)
				return false;
		}
	}
	return true;
}

static SPIPlanPtr
prepare_once(const PartnershipQuery *query, Oid schema)
{
	char	   *text = text_for_schema(query->text, schema);
	SPIPlanPtr	plan = SPI_prepare_cursor(text, query->nargs, (Oid *) query->argtypes,
										 CURSOR_OPT_GENERIC_PLAN);

	if (plan == NULL)
		elog(ERROR, "SPI_prepare_cursor failed: %s", SPI_result_code_string(SPI_result));
	pfree(text);
	return plan;
}

/* A plan whose tables are those of the schema, and locked. */
static SPIPlanPtr
prepare(const PartnershipQuery *query, Oid schema)
{
	for (int i = 0; i < MOST_RENAMES; i++)
	{
		SPIPlanPtr	plan = prepare_once(query, schema);

		lock_tables(plan);
		if (SPI_plan_is_valid(plan) && is_of_schema(plan, schema))
		{
			refuse_shards(plan);
			return plan;
		}
		SPI_freeplan(plan);
	}
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("could not serialize access due to concurrent rename of a schema"),
			 errhint("Run the transaction again.")));
}

/* The table that a plan writes; InvalidOid if it writes none. */
static Oid
written_table(SPIPlanPtr plan)
{
	CachedPlanSource *source = linitial(SPI_plan_get_plan_sources(plan));
	Query	   *query = linitial_node(Query, source->query_list);

	if (query->commandType == CMD_SELECT)
		return InvalidOid;
	return rt_fetch(query->resultRelation, query->rtable)->relid;
}

static void
keep_plan(PlanEntry *entry, SPIPlanPtr plan)
{
	if (SPI_keepplan(plan) != 0)
		elog(ERROR, "SPI_keepplan failed");
	entry->plan = plan;
	entry->writes = OidIsValid(written_table(plan));
	entry->runs_others_code = entry->writes && write_runs_others_code(written_table(plan));
}

/* A plan that is being executed further up the stack is not freed: it stays until the session ends. */
static void
forget_plan(PlanEntry *entry)
{
	SPIPlanPtr	old = entry->plan;

	entry->plan = NULL;
	if (entry->running == 0)
		SPI_freeplan(old);
}

/* The plan of a query, its tables locked as the query locks them. */
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
	if (entry->plan)
	{
		lock_tables(entry->plan);
		if (!SPI_plan_is_valid(entry->plan))
			forget_plan(entry);
	}
	if (entry->plan == NULL)
		keep_plan(entry, prepare(query, schema));
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
xact_snapshot(void)
{
	return IsolationUsesXactSnapshot() ? GetTransactionSnapshot() : InvalidSnapshot;
}

static uint64
run_query(Relation rel, const PartnershipQuery *query,
		  const Datum *values, const char *nulls, Snapshot snapshot, Snapshot crosscheck)
{
	Caller		reader = become_owner_to_read(rel);
	Caller		writer = {0};
	PlanEntry  *entry = plan_for(query, RelationGetNamespace(rel));
	int			code = 0;

	if (entry->writes)
	{
		become_caller(&reader);
		writer = become_owner_to_write(rel, entry->runs_others_code);
	}
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
	become_caller(entry->writes ? &writer : &reader);
	if (code < 0)
		elog(ERROR, "SPI_execute_snapshot failed: %s", SPI_result_code_string(code));
	return SPI_processed;
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

/* The same with the transaction's snapshot: above READ COMMITTED not the latest rows. */
uint64
run_partnership_query_xact_snapshot(Relation rel, const PartnershipQuery *query,
									const Datum *values, const char *nulls)
{
	return run_query(rel, query, values, nulls, InvalidSnapshot, InvalidSnapshot);
}

/*
 * How deep the rules' own writes are nested. Only they may write states, events
 * and levels. The old value comes back when a write ends or fails.
 */
static int	rule_writes = 0;

bool
rules_are_writing(void)
{
	return rule_writes > 0;
}

/*
 * Runs a query that writes what follows from a rule. Above READ COMMITTED it
 * fails with 40001 if the newest version of a row is not visible to the
 * transaction's snapshot, as a foreign key's cascade does. Overwriting such a
 * row would make it visible, and the transaction's own figures would contradict
 * each other.
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
		written = run_query(rel, query, values, nulls, latest_snapshot(), xact_snapshot());
	}
	PG_FINALLY();
	{
		rule_writes = depth;
	}
	PG_END_TRY();
	return written;
}

/* The value of a result's column, which must be of this type or of a domain over it. */
static Datum
row_value(const SPITupleTable *rows, uint64 row, int column, Oid type, bool *isnull)
{
	if (getBaseType(SPI_gettypeid(rows->tupdesc, column)) != type)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" is not of type %s, which the rules read",
						NameStr(TupleDescAttr(rows->tupdesc, column - 1)->attname), format_type_be(type)),
				 errhint("Give it back the type that create_partnership gave it.")));
	return SPI_getbinval(rows->vals[row], rows->tupdesc, column, isnull);
}

int64
row_id(const SPITupleTable *rows, uint64 row, int column)
{
	bool		isnull;
	Datum		value = row_value(rows, row, column, INT8OID, &isnull);

	return checked_id(value, isnull);
}

DateADT
row_date(const SPITupleTable *rows, uint64 row, int column)
{
	bool		isnull;
	Datum		value = row_value(rows, row, column, DATEOID, &isnull);

	return isnull ? DATEVAL_NOEND : DatumGetDateADT(value);
}

char *
row_text(const SPITupleTable *rows, uint64 row, int column)
{
	return SPI_getvalue(rows->vals[row], rows->tupdesc, column);
}

static bool
no_result(void)
{
	return SPI_tuptable == NULL || SPI_tuptable->numvals == 0;
}

int64
result_id(int column)
{
	return no_result() ? NO_ID : row_id(SPI_tuptable, 0, column);
}

DateADT
result_date(int column)
{
	return no_result() ? DATEVAL_NOEND : row_date(SPI_tuptable, 0, column);
}

char *
result_text(int column)
{
	return no_result() ? NULL : row_text(SPI_tuptable, 0, column);
}
