/*-------------------------------------------------------------------------
 *
 * partnership.c
 *	  Partnerships, found from the system catalogs.
 *
 * There is no list of partnerships: one is a schema whose tables carry
 * triggers of this extension, and that has a table "partnership".  The
 * dependency catalog leads there: extension -> its trigger functions ->
 * triggers -> tables -> schemas, each step one index scan.  So a partnership
 * that was restored, renamed or dropped by hand is found, or not found, as
 * it is.
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

static List *dependents(Relation depend, Oid refclass, Oid refobject, Oid class);
static Oid	table_of_trigger(Relation triggers, Oid trigger);

PG_FUNCTION_INFO_V1(early_help_partnership_schemas);
PG_FUNCTION_INFO_V1(early_help_hold_extension);


/*-------------------------------------------------------------------------
 * The walk through the catalogs
 *-------------------------------------------------------------------------
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

/*
 * All schemas whose tables carry triggers of this extension: a list of
 * PartnershipSchema, in the caller's memory context.
 *
 * The sibling <name>_kpi of a whole partnership belongs to it and is not
 * listed; temporary tables and the extension's own are nobody's records.
 */
List *
partnership_schemas(void)
{
	Oid			extension = get_extension_oid("early_help", true);
	List	   *tables = NIL;
	List	   *schemas = NIL;
	List	   *found = NIL;
	List	   *siblings = NIL;
	Relation	depend;
	Relation	triggers;
	ListCell   *cell;

	if (!OidIsValid(extension))
		return NIL;

	depend = table_open(DependRelationId, AccessShareLock);
	triggers = table_open(TriggerRelationId, AccessShareLock);

	foreach(cell, dependents(depend, ExtensionRelationId, extension, ProcedureRelationId))
	{
		Oid			function = lfirst_oid(cell);
		ListCell   *trigger;

		CHECK_FOR_INTERRUPTS();
		if (get_func_rettype(function) != TRIGGEROID)
			continue;
		foreach(trigger, dependents(depend, ProcedureRelationId, function, TriggerRelationId))
		{
			Oid			table = table_of_trigger(triggers, lfirst_oid(trigger));

			if (OidIsValid(table))
				tables = list_append_unique_oid(tables, table);
		}
	}

	table_close(triggers, AccessShareLock);
	table_close(depend, AccessShareLock);

	foreach(cell, tables)
	{
		Oid			schema = get_rel_namespace(lfirst_oid(cell));

		if (!OidIsValid(schema) || isAnyTempNamespace(schema) ||
			getExtensionOfObject(RelationRelationId, lfirst_oid(cell)) == extension)
			continue;
		schemas = list_append_unique_oid(schemas, schema);
	}

	foreach(cell, schemas)
	{
		PartnershipSchema *one = palloc(sizeof(PartnershipSchema));
		Oid			own = get_relname_relid("partnership", lfirst_oid(cell));

		one->schema = lfirst_oid(cell);
		one->whole = OidIsValid(own) && get_rel_relkind(own) == RELKIND_RELATION;
		if (one->whole)
		{
			char	   *name = get_namespace_name(one->schema);

			if (name != NULL)
				siblings = list_append_unique_oid(siblings,
												  get_namespace_oid(psprintf("%s_kpi", name), true));
		}
		found = lappend(found, one);
	}

	foreach(cell, found)
	{
		PartnershipSchema *one = lfirst(cell);

		if (!one->whole && list_member_oid(siblings, one->schema))
			found = foreach_delete_current(found, cell);
	}

	return found;
}


/*-------------------------------------------------------------------------
 * Callable from SQL
 *-------------------------------------------------------------------------
 */

/* partnership_schemas(OUT schema oid, OUT whole boolean) */
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

/*
 * Holds the extension until the transaction ends: DROP EXTENSION, and
 * whatever else the drop guard stops, waits, and then sees the partnership
 * this transaction made.  Without it the drop would see no partnership yet,
 * and leave its columns without their types.  For who may make one: it makes
 * others wait.
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
