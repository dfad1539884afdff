/*-------------------------------------------------------------------------
 *
 * sharded.c
 *	  Tables of a distributed engine, on which the rules cannot be kept.
 *
 * Citus keeps the rows of a distributed table in shards on other servers.  It
 * leaves an empty table of the old name on each server, the shell.  A trigger
 * of ours on a shard looks for its siblings by their names and finds shells:
 * it would see no row, and no rule would hold.  So code that looks for a sibling
 * asks here first, about the table it found and about its own.
 *
 * Nearly every database is without Citus.  There, one comparison answers: the
 * session remembers that Citus is missing until a function is created or dropped,
 * because Citus cannot be installed without creating functions.  With Citus, the
 * session remembers which tables are local until they are altered, which Citus
 * does when it distributes one.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/sharded.h"

/* Both live until the session ends. */
DistributedEngine distributed_engine = ENGINE_UNKNOWN;
static Oid	local_tables[64];

/* Counts invalidations: an answer is not remembered if one arrived while it was read. */
static uint64 changes = 0;

static void
forget_engine(Datum arg, int cache, uint32 hash)
{
	(void) arg;
	(void) cache;
	(void) hash;
	distributed_engine = ENGINE_UNKNOWN;
	changes++;
}

static Oid *
place_of(Oid table)
{
	return &local_tables[table % lengthof(local_tables)];
}

static void
forget_table(Datum arg, Oid table)
{
	(void) arg;
	if (!OidIsValid(table))
		memset(local_tables, 0, sizeof(local_tables));
	else if (*place_of(table) == table)
		*place_of(table) = InvalidOid;
	changes++;
}

static bool
has_engine(void)
{
	static bool watching = false;
	uint64		before;
	bool		found;

	if (!watching)
	{
		CacheRegisterSyscacheCallback(PROCOID, forget_engine, (Datum) 0);
		CacheRegisterRelcacheCallback(forget_table, (Datum) 0);
		watching = true;
	}
	if (distributed_engine != ENGINE_UNKNOWN)
		return distributed_engine == ENGINE_PRESENT;
	before = changes;
	found = OidIsValid(get_extension_oid("citus", true));
	if (before == changes)
		distributed_engine = found ? ENGINE_PRESENT : ENGINE_ABSENT;
	return found;
}

/* Does a table of the engine's catalog have a row with this value? */
static bool
is_listed(const char *catalog, const char *column, Oid type, RegProcedure equal, Datum value)
{
	Oid			table = get_relname_relid(catalog, PG_CATALOG_NAMESPACE);
	AttrNumber	number = OidIsValid(table) ? get_attnum(table, column) : InvalidAttrNumber;
	Relation	rel;
	ScanKeyData key;
	SysScanDesc scan;
	bool		found;

	/* Another version of the engine may keep it elsewhere. */
	if (number == InvalidAttrNumber || get_atttype(table, number) != type ||
		get_rel_relkind(table) != RELKIND_RELATION)
		return false;
	rel = table_open(table, AccessShareLock);
	ScanKeyInit(&key, number, BTEqualStrategyNumber, equal, value);
	scan = systable_beginscan(rel, InvalidOid, false, NULL, 1, &key);
	found = HeapTupleIsValid(systable_getnext(scan));
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return found;
}

/* A shard is called by its table's name, an underscore and its number. */
static bool
is_shard(const char *name)
{
	const char *underscore = strrchr(name, '_');
	const char *digits = underscore ? underscore + 1 : "";
	size_t		length = strlen(digits);

	if (length == 0 || length > 18 || strspn(digits, "0123456789") != length)
		return false;
	return is_listed("pg_dist_shard", "shardid", INT8OID, F_INT8EQ,
					 Int64GetDatum(strtoll(digits, NULL, 10)));
}

static void
check_local(Oid table)
{
	uint64		before = changes;
	char	   *name = get_rel_name(table);

	if (name == NULL)
		return;
	if (is_shard(name) ||
		is_listed("pg_dist_partition", "logicalrelid", REGCLASSOID, F_OIDEQ, ObjectIdGetDatum(table)))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("\"%s\" is part of a distributed table, on which early_help cannot keep its rules", name),
				 errhint("Keep a partnership's tables local: undistribute_table brings one back.")));
	if (before == changes)
		*place_of(table) = table;
	pfree(name);
}

/* For refuse_shard(), where there may be an engine. */
void
look_for_shard(Oid table)
{
	if (*place_of(table) != table && has_engine())
		check_local(table);
}
