/*-------------------------------------------------------------------------
 *
 * partnership.c
 *		Partnerships, found from the system catalogs.
 *
 * There is no list of partnerships.  A partnership is a schema whose tables carry
 * triggers of this extension, and that has a table "partnership".  The
 * dependency catalog leads there: extension -> trigger functions -> triggers ->
 * tables -> schemas, each step one index scan.  So a partnership that was
 * restored or renamed is found, and one that was dropped by hand is not.
 *
 * Nothing is remembered between calls: administration is rare.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "commands/extension.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "partnership/partnership.h"

/* ---------------------------------------------------------------------
 * The walk through the catalogs
 * ---------------------------------------------------------------------
 */

/* Objects of one catalog that depend on an object, in a new list. */
static List *
dependents(Relation depend, Oid refclass, Oid refobject, Oid class)
{
	List	   *found = NIL;
	ScanKeyData key[2];
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(refclass));
	ScanKeyInit(&key[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(refobject));
	scan = systable_beginscan(depend, DependReferenceIndexId, true, NULL, 2, key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend row = (Form_pg_depend) GETSTRUCT(tuple);

		if (row->classid == class)
			found = list_append_unique_oid(found, row->objid);
	}
	systable_endscan(scan);
	return found;
}

/* The table a trigger stands on, or InvalidOid if it went away meanwhile. */
static Oid
table_of_trigger(Relation triggers, Oid trigger)
{
	Oid			table = InvalidOid;
	ScanKeyData key[1];
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key[0], Anum_pg_trigger_oid, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(trigger));
	scan = systable_beginscan(triggers, TriggerOidIndexId, true, NULL, 1, key);
	if (HeapTupleIsValid(tuple = systable_getnext(scan)))
		table = ((Form_pg_trigger) GETSTRUCT(tuple))->tgrelid;
	systable_endscan(scan);
	return table;
}

/* Adds the tables that carry triggers of a function. */
static List *
add_tables_of(List *tables, Relation depend, Relation triggers, Oid function)
{
	ListCell   *cell;

	foreach(cell, dependents(depend, ProcedureRelationId, function, TriggerRelationId))
	{
		Oid			table = table_of_trigger(triggers, lfirst_oid(cell));

		if (OidIsValid(table))
			tables = list_append_unique_oid(tables, table);
	}
	return tables;
}

/* The tables that carry triggers of the extension. */
static List *
tables_with_triggers(Oid extension)
{
	Relation	depend = table_open(DependRelationId, AccessShareLock);
	Relation	triggers = table_open(TriggerRelationId, AccessShareLock);
	List	   *tables = NIL;
	ListCell   *cell;

	foreach(cell, dependents(depend, ExtensionRelationId, extension, ProcedureRelationId))
	{
		CHECK_FOR_INTERRUPTS();
		if (get_func_rettype(lfirst_oid(cell)) == TRIGGEROID)
			tables = add_tables_of(tables, depend, triggers, lfirst_oid(cell));
	}
	table_close(triggers, AccessShareLock);
	table_close(depend, AccessShareLock);
	return tables;
}

/* Their schemas.  Temporary tables and the extension's own are nobody's records. */
static List *
schemas_of_records(const List *tables, Oid extension)
{
	List	   *schemas = NIL;
	ListCell   *cell;

	foreach(cell, tables)
	{
		Oid			schema = get_rel_namespace(lfirst_oid(cell));

		if (OidIsValid(schema) && !isAnyTempNamespace(schema) &&
			getExtensionOfObject(RelationRelationId, lfirst_oid(cell)) != extension)
			schemas = list_append_unique_oid(schemas, schema);
	}
	return schemas;
}

static bool
is_whole(Oid schema)
{
	Oid			table = get_relname_relid("partnership", schema);

	return OidIsValid(table) && get_rel_relkind(table) == RELKIND_RELATION;
}

/* The schemas of the figures of whole partnerships. */
static List *
schemas_of_figures(const List *schemas)
{
	List	   *figures = NIL;
	ListCell   *cell;

	foreach(cell, schemas)
	{
		char	   *name = is_whole(lfirst_oid(cell)) ? get_namespace_name(lfirst_oid(cell)) : NULL;

		if (name != NULL)
			figures = list_append_unique_oid(figures, get_namespace_oid(psprintf("%s_kpi", name), true));
	}
	return figures;
}

/*
 * All schemas whose tables carry triggers of this extension: a list of
 * PartnershipSchema, in the caller's memory context.  <name>_kpi belongs to the
 * whole partnership <name> and is not listed.
 */
List *
partnership_schemas(void)
{
	Oid			extension = get_extension_oid("early_help", true);
	List	   *found = NIL;
	List	   *schemas;
	List	   *figures;
	ListCell   *cell;

	if (!OidIsValid(extension))
		return NIL;

	schemas = schemas_of_records(tables_with_triggers(extension), extension);
	figures = schemas_of_figures(schemas);
	foreach(cell, schemas)
	{
		PartnershipSchema *one = palloc(sizeof(PartnershipSchema));

		one->schema = lfirst_oid(cell);
		one->whole = is_whole(one->schema);
		if (one->whole || !list_member_oid(figures, one->schema))
			found = lappend(found, one);
	}
	return found;
}

/* ---------------------------------------------------------------------
 * Callable from SQL
 * ---------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(early_help_partnership_schemas);

/* partnership_schemas(): one row per schema. */
Datum
early_help_partnership_schemas(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, partnership_schemas())
	{
		PartnershipSchema *one = lfirst(cell);
		Datum		values[2];
		bool		nulls[2] = {false, false};

		values[0] = ObjectIdGetDatum(one->schema);
		values[1] = BoolGetDatum(one->whole);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(early_help_hold_extension);

/*
 * hold_extension(): locks the extension until the transaction ends.  DROP
 * EXTENSION, and every other command that the drop guard refuses, waits for the
 * lock and then sees the partnership that this transaction made.  Without the
 * lock it would see no partnership yet, and leave columns without their types.
 *
 * The lock makes others wait, so the caller must be allowed to make a
 * partnership.
 */
Datum
early_help_hold_extension(PG_FUNCTION_ARGS)
{
	Oid			extension = get_extension_oid("early_help", false);

	(void) fcinfo;
	if (object_aclcheck(DatabaseRelationId, MyDatabaseId, GetUserId(), ACL_CREATE) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_DATABASE, get_database_name(MyDatabaseId));
	LockDatabaseObject(ExtensionRelationId, extension, 0, AccessShareLock);
	if (get_extension_oid("early_help", true) != extension)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("extension \"%s\" was dropped meanwhile", "early_help")));
	PG_RETURN_VOID();
}
