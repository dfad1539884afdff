/*-------------------------------------------------------------------------
 *
 * engine_table.c
 *		Tables of a partnership's figures, such as the log of stale months.
 *
 * A name does not make a table the engine's: anybody may create a temporary table
 * of any name, and pass the OID of any relation to our functions.  A table is the
 * engine's if it is plain and permanent, and belongs to the owner of table
 * "partnership" in its schema.
 *
 * Nothing is remembered between calls.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/pg_class.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "figures/engine_table.h"

static bool
is_called(Relation rel, Oid schema, const char *name)
{
	return RelationGetNamespace(rel) == schema && strcmp(RelationGetRelationName(rel), name) == 0;
}

/* The owner of a relation; InvalidOid if there is none. */
static Oid
owner_of(Oid table)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
	Oid			owner = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
		ReleaseSysCache(tuple);
	}
	return owner;
}

static void
check_is_engines(Relation rel)
{
	Oid			partnership = get_relname_relid("partnership", RelationGetNamespace(rel));

	if (rel->rd_rel->relkind != RELKIND_RELATION ||
		rel->rd_rel->relpersistence != RELPERSISTENCE_PERMANENT ||
		rel->rd_rel->relowner != owner_of(partnership))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a table of a partnership", RelationGetRelationName(rel)),
				 errdetail("Such a table is plain and permanent, and belongs to the owner of table \"partnership\" in its schema.")));
}

/*
 * Opens the table that has this name in a schema.  If another session renames,
 * moves or drops the table during the wait for its lock, this looks again.
 */
Relation
open_engine_table_in(Oid schema, const char *name, LOCKMODE mode)
{
	for (;;)
	{
		Oid			table = get_relname_relid(name, schema);
		Relation	rel;

		if (!OidIsValid(table))
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_TABLE),
					 errmsg("schema \"%s\" has no table \"%s\"", get_namespace_name(schema), name),
					 errdetail("A table whose changes reach figures stands apart from the rest of its partnership.")));
		rel = try_relation_open(table, mode);
		if (rel != NULL && is_called(rel, schema, name))
		{
			check_is_engines(rel);
			return rel;
		}
		if (rel != NULL)
			relation_close(rel, mode);
	}
}

/* Opens a table whose OID a caller passed; it must have this name. */
Relation
open_engine_table(Oid table, const char *name, LOCKMODE mode)
{
	char	   *given = get_rel_name(table);

	if (given == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", table)));
	if (strcmp(given, name) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a partnership's table \"%s\"", given, name)));

	return open_engine_table_in(get_rel_namespace(table), name, mode);
}

/* The number of a column, which must be of exactly this type. */
int
engine_column(Relation rel, const char *name, Oid type)
{
	int			number = SPI_fnumber(RelationGetDescr(rel), name);

	if (number <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("table \"%s\" has no column \"%s\"", RelationGetRelationName(rel), name)));
	if (SPI_gettypeid(RelationGetDescr(rel), number) != type)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of table \"%s\" is not of type %s",
						name, RelationGetRelationName(rel), format_type_be(type))));
	return number;
}
