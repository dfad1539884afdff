/*-------------------------------------------------------------------------
 *
 * drop_guard.c
 *	  No partnership loses its types and rules by a DROP aimed elsewhere.
 *
 * The records of a partnership are ordinary tables; dropping the extension
 * with CASCADE would take their typed columns, their triggers and their
 * functions away and leave the rest.  So while a partnership exists, this
 * refuses, before anything happens,
 *
 *	  DROP EXTENSION		of early_help or of an extension it needs;
 *	  DROP SCHEMA			of early_help's schema, or of one that a needed
 *							extension stands in;
 *	  DROP OWNED BY			a role that owns any of these;
 *	  ALTER EXTENSION ... DROP	of early_help or of an extension it needs;
 *	  DROP ... CASCADE		of an operator class, a function, a type or
 *							anything else that would take the extension with
 *							it, or a constraint that holds a rule.
 *
 * An extension's own script may do the last two: an update retires what a
 * new version no longer has.
 *
 * What is needed is not a list kept here but what the dependency catalog
 * says: everything that early_help or one of its members depends on,
 * directly or not, and so everything whose DROP ... CASCADE would reach it.
 * For a single object the catalog is followed the other way, from the object
 * to what falls with it: most objects have nothing that does, and their DROP
 * pays for one index scan.
 *
 * It is a ddl_command_start event trigger because sql_drop does not fire for
 * a trigger that the very command drops, and in C because PL/pgSQL sees only
 * the command's tag, not what it names.  The event trigger filters by tag:
 * other commands do not come here at all.
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
#include "catalog/objectaddress.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_shdepend.h"
#include "commands/event_trigger.h"
#include "commands/extension.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "partnership/partnership.h"
#include "base/rule.h"

/* An object of the catalogs, whole (columns do not matter here). */
typedef struct Needed
{
	Oid			class;			/* the catalog it stands in */
	Oid			object;			/* its OID there */
} Needed;

/* An object that a DROP ... CASCADE reaches, or one column of it. */
typedef struct Reached
{
	Oid			class;
	Oid			object;
	int32		column;			/* 0: the whole */
} Reached;

/* Most partnerships named in one message. */
#define MOST_NAMED 8

static bool endangers(Node *command, Oid extension);
static bool drops_needed(DropStmt *drop, Oid extension);
static bool cascades_to(DropStmt *drop, Oid extension);
static HTAB *needed_by(Oid extension);
static List *need(HTAB *needed, List *queue, Oid class, Oid object);
static bool is_needed(HTAB *needed, Oid class, Oid object);
static bool owns_needed(HTAB *needed, Oid role);
static bool takes_along(Oid class, Oid object, Oid extension);
static List *reach_dependents(HTAB *reached, List *queue, Relation depend, Reached from);
static List *reach_wholes(HTAB *reached, List *queue, Relation depend, Reached from);
static List *reach(HTAB *reached, List *queue, Oid class, Oid object, int32 column);
static bool holds_rule(Oid constraint);
static void refuse_if_partnerships(void);

PG_FUNCTION_INFO_V1(early_help_drop_guard);


/*-------------------------------------------------------------------------
 * The event trigger
 *-------------------------------------------------------------------------
 */
Datum
early_help_drop_guard(PG_FUNCTION_ARGS)
{
	EventTriggerData *event;
	Oid			extension;

	if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" was not called by event trigger manager",
						"drop_guard")));
	event = (EventTriggerData *) fcinfo->context;
	if (strcmp(event->event, "ddl_command_start") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired on ddl_command_start",
						"drop_guard")));

	extension = get_extension_oid("early_help", true);
	if (OidIsValid(extension) && endangers(event->parsetree, extension))
	{
		/*
		 * Refuse at once if there is a partnership.  If there is none, one
		 * may be about to commit: take the lock that the drop itself is going
		 * to take, wait for whoever is creating one, and look again.
		 */
		refuse_if_partnerships();
		LockDatabaseObject(ExtensionRelationId, extension, 0, AccessExclusiveLock);
		refuse_if_partnerships();
	}

	PG_RETURN_NULL();
}


/*-------------------------------------------------------------------------
 * Which commands matter
 *-------------------------------------------------------------------------
 */

/* Would this command drop the extension, or part of it? */
static bool
endangers(Node *command, Oid extension)
{
	ListCell   *cell;

	if (IsA(command, AlterExtensionContentsStmt))
	{
		AlterExtensionContentsStmt *alter = (AlterExtensionContentsStmt *) command;

		return alter->action < 0 && !creating_extension &&
			is_needed(needed_by(extension), ExtensionRelationId,
					  get_extension_oid(alter->extname, true));
	}
	else if (IsA(command, DropStmt))
	{
		DropStmt   *drop = (DropStmt *) command;

		if (drop->removeType == OBJECT_EXTENSION || drop->removeType == OBJECT_SCHEMA)
			return drops_needed(drop, extension);
		/* Without CASCADE, PostgreSQL refuses to drop what others depend on. */
		return drop->behavior == DROP_CASCADE && !creating_extension &&
			cascades_to(drop, extension);
	}
	else if (IsA(command, DropOwnedStmt))
	{
		HTAB	   *needed = needed_by(extension);

		foreach(cell, ((DropOwnedStmt *) command)->roles)
		{
			Oid			role = get_rolespec_oid(lfirst_node(RoleSpec, cell), true);

			if (OidIsValid(role) && owns_needed(needed, role))
				return true;
		}
	}

	return false;
}

/* Is one of the extensions or schemas to drop a needed one? */
static bool
drops_needed(DropStmt *drop, Oid extension)
{
	HTAB	   *needed = needed_by(extension);
	ListCell   *cell;

	foreach(cell, drop->objects)
	{
		char	   *name = strVal(lfirst(cell));

		if (drop->removeType == OBJECT_EXTENSION ?
			is_needed(needed, ExtensionRelationId, get_extension_oid(name, true)) :
			is_needed(needed, NamespaceRelationId, get_namespace_oid(name, true)))
			return true;
	}
	return false;
}

/*
 * Would one of the objects to drop take the extension along?  They are found
 * as the command itself finds them, with its errors.  The lock that finding
 * takes is given back: two sessions that both kept it and dropped the same
 * object would wait for each other.
 */
static bool
cascades_to(DropStmt *drop, Oid extension)
{
	ListCell   *cell;

	foreach(cell, drop->objects)
	{
		Relation	rel = NULL;
		ObjectAddress object = get_object_address(drop->removeType, lfirst(cell), &rel,
												  AccessShareLock, true);

		if (rel)
			table_close(rel, AccessShareLock);
		if (!OidIsValid(object.objectId))
			continue;
		if (object.classId != RelationRelationId)
			UnlockDatabaseObject(object.classId, object.objectId, 0, AccessShareLock);
		if (takes_along(object.classId, object.objectId, extension))
			return true;
	}
	return false;
}

/*
 * Everything whose drop would cascade to the extension: a hash table of
 * Needed, in the caller's memory context.  What initdb made cannot be
 * dropped, and has no rows in pg_depend to follow.
 */
static HTAB *
needed_by(Oid extension)
{
	HASHCTL		control = {0};
	HTAB	   *needed;
	List	   *queue;
	Relation	depend;

	control.keysize = sizeof(Needed);
	control.entrysize = sizeof(Needed);
	control.hcxt = CurrentMemoryContext;
	needed = hash_create("early_help drop guard", 1024, &control,
						 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);

	depend = table_open(DependRelationId, AccessShareLock);
	queue = need(needed, NIL, ExtensionRelationId, extension);
	while (queue != NIL)
	{
		Needed	   *one = llast(queue);
		ScanKeyData key[2];
		SysScanDesc scan;
		HeapTuple	tuple;

		CHECK_FOR_INTERRUPTS();
		queue = list_delete_last(queue);

		/* What it depends on. */
		ScanKeyInit(&key[0], Anum_pg_depend_classid, BTEqualStrategyNumber,
					F_OIDEQ, ObjectIdGetDatum(one->class));
		ScanKeyInit(&key[1], Anum_pg_depend_objid, BTEqualStrategyNumber,
					F_OIDEQ, ObjectIdGetDatum(one->object));
		scan = systable_beginscan(depend, DependDependerIndexId, true, NULL, 2, key);
		while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		{
			Form_pg_depend row = (Form_pg_depend) GETSTRUCT(tuple);

			queue = need(needed, queue, row->refclassid, row->refobjid);
		}
		systable_endscan(scan);

		/* Of an extension, its members too: they fall only together. */
		if (one->class != ExtensionRelationId)
			continue;
		ScanKeyInit(&key[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber,
					F_OIDEQ, ObjectIdGetDatum(one->class));
		ScanKeyInit(&key[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber,
					F_OIDEQ, ObjectIdGetDatum(one->object));
		scan = systable_beginscan(depend, DependReferenceIndexId, true, NULL, 2, key);
		while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		{
			Form_pg_depend row = (Form_pg_depend) GETSTRUCT(tuple);

			if (row->deptype == DEPENDENCY_EXTENSION)
				queue = need(needed, queue, row->classid, row->objid);
		}
		systable_endscan(scan);
	}
	table_close(depend, AccessShareLock);

	return needed;
}

/* Notes an object as needed and, if it is new, puts it on the queue. */
static List *
need(HTAB *needed, List *queue, Oid class, Oid object)
{
	Needed		key = {class, object};
	bool		known;
	Needed	   *entry = hash_search(needed, &key, HASH_ENTER, &known);

	return known ? queue : lappend(queue, entry);
}

static bool
is_needed(HTAB *needed, Oid class, Oid object)
{
	Needed		key = {class, object};

	return OidIsValid(object) && hash_search(needed, &key, HASH_FIND, NULL) != NULL;
}

/* Does a role own one of the needed objects? */
static bool
owns_needed(HTAB *needed, Oid role)
{
	bool		found = false;
	Relation	shdepend = table_open(SharedDependRelationId, AccessShareLock);
	ScanKeyData key[2];
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key[0], Anum_pg_shdepend_refclassid, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(AuthIdRelationId));
	ScanKeyInit(&key[1], Anum_pg_shdepend_refobjid, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(role));
	scan = systable_beginscan(shdepend, SharedDependReferenceIndexId, true, NULL, 2, key);
	while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_shdepend row = (Form_pg_shdepend) GETSTRUCT(tuple);

		found = row->dbid == MyDatabaseId &&
			row->deptype == SHARED_DEPENDENCY_OWNER &&
			is_needed(needed, row->classid, row->objid);
	}
	systable_endscan(scan);
	table_close(shdepend, AccessShareLock);

	return found;
}


/*-------------------------------------------------------------------------
 * What falls with an object
 *-------------------------------------------------------------------------
 */

/* Would DROP ... CASCADE of this object reach the extension, or a rule's constraint? */
static bool
takes_along(Oid class, Oid object, Oid extension)
{
	HASHCTL		control = {0};
	HTAB	   *reached;
	List	   *queue;
	Relation	depend;
	bool		taken = false;

	control.keysize = sizeof(Reached);
	control.entrysize = sizeof(Reached);
	control.hcxt = CurrentMemoryContext;
	reached = hash_create("early_help objects reached", 16, &control,
						  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);

	depend = table_open(DependRelationId, AccessShareLock);
	queue = reach(reached, NIL, class, object, 0);
	while (queue != NIL && !taken)
	{
		Reached		one = *(Reached *) llast(queue);

		CHECK_FOR_INTERRUPTS();
		queue = list_delete_last(queue);
		taken = (one.class == ExtensionRelationId && one.object == extension) ||
			(one.class == ConstraintRelationId && holds_rule(one.object));
		queue = reach_dependents(reached, queue, depend, one);
		queue = reach_wholes(reached, queue, depend, one);
	}
	table_close(depend, AccessShareLock);
	hash_destroy(reached);

	return taken;
}

/* What depends on it. */
static List *
reach_dependents(HTAB *reached, List *queue, Relation depend, Reached from)
{
	ScanKeyData key[3];
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(from.class));
	ScanKeyInit(&key[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(from.object));
	ScanKeyInit(&key[2], Anum_pg_depend_refobjsubid, BTEqualStrategyNumber,
				F_INT4EQ, Int32GetDatum(from.column));
	scan = systable_beginscan(depend, DependReferenceIndexId, true, NULL,
							  from.column == 0 ? 2 : 3, key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend row = (Form_pg_depend) GETSTRUCT(tuple);

		queue = reach(reached, queue, row->classid, row->objid, row->objsubid);
	}
	systable_endscan(scan);
	return queue;
}

/* What it is a part or a member of: that falls with it. */
static List *
reach_wholes(HTAB *reached, List *queue, Relation depend, Reached from)
{
	ScanKeyData key[2];
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key[0], Anum_pg_depend_classid, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(from.class));
	ScanKeyInit(&key[1], Anum_pg_depend_objid, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(from.object));
	scan = systable_beginscan(depend, DependDependerIndexId, true, NULL, 2, key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend row = (Form_pg_depend) GETSTRUCT(tuple);

		if (row->objsubid == from.column &&
			(row->deptype == DEPENDENCY_INTERNAL || row->deptype == DEPENDENCY_EXTENSION))
			queue = reach(reached, queue, row->refclassid, row->refobjid, row->refobjsubid);
	}
	systable_endscan(scan);
	return queue;
}

/* Notes an object as reached and, if it is new, puts it on the queue. */
static List *
reach(HTAB *reached, List *queue, Oid class, Oid object, int32 column)
{
	Reached		key = {class, object, column};
	bool		known;
	Reached    *entry = hash_search(reached, &key, HASH_ENTER, &known);

	return known ? queue : lappend(queue, entry);
}

/* Is this constraint of a partnership one that holds a rule? */
static bool
holds_rule(Oid constraint)
{
	HeapTuple	tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
	Form_pg_constraint row;
	bool		holds = false;

	if (!HeapTupleIsValid(tuple))
		return false;
	row = (Form_pg_constraint) GETSTRUCT(tuple);
	if (rule_constraint(NameStr(row->conname)) != NULL)
	{
		ListCell   *cell;

		foreach(cell, partnership_schemas())
			holds |= ((PartnershipSchema *) lfirst(cell))->schema == row->connamespace;
	}
	ReleaseSysCache(tuple);
	return holds;
}


/*-------------------------------------------------------------------------
 * The refusal
 *-------------------------------------------------------------------------
 */
static void
refuse_if_partnerships(void)
{
	List	   *schemas = partnership_schemas();
	StringInfoData names;
	StringInfoData ways;
	int			named = 0;
	ListCell   *cell;

	if (schemas == NIL)
		return;

	initStringInfo(&names);
	initStringInfo(&ways);
	foreach(cell, schemas)
	{
		PartnershipSchema *one = lfirst(cell);
		char	   *name = get_namespace_name(one->schema);

		if (name == NULL)
			continue;
		if (named == MOST_NAMED)
		{
			appendStringInfo(&names, " and %d more", list_length(schemas) - MOST_NAMED);
			break;
		}
		appendStringInfo(&names, "%s%s", named++ > 0 ? ", " : "", quote_identifier(name));
		if (one->whole)
			appendStringInfo(&ways, " select early_help.drop_partnership(%s);",
							 quote_literal_cstr(name));
		else
			appendStringInfo(&ways, " (schema %s is no whole partnership: drop its tables, or their triggers, by hand)",
							 quote_identifier(name));
	}

	rule_error_hint(RULE_PARTNERSHIP_IN_THE_WAY, NULL, NULL,
					psprintf("To give the records up for good, first run:%s", ways.data),
					"Tables in these schemas carry its rules, and the command would drop it or something it needs: %s.",
					names.data);
}
