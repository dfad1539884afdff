/*-------------------------------------------------------------------------
 *
 * drop_guard.c
 *		No partnership loses its types and rules by a DROP aimed elsewhere.
 *
 * The records of a partnership are ordinary tables.  DROP EXTENSION ... CASCADE
 * would take their typed columns, triggers and functions away and leave the
 * rest.  So while a partnership exists, this refuses
 *
 *	  DROP EXTENSION		of early_help or of an extension it needs;
 *	  DROP SCHEMA			of early_help's schema, or of one that holds a needed
 *							extension;
 *	  DROP OWNED BY			a role that owns any of these;
 *	  ALTER EXTENSION ... DROP	of early_help or of an extension it needs;
 *	  DROP ... CASCADE		of an operator class, a function, a type or any other
 *							object, if it would reach the extension, or a
 *							constraint that holds a rule.
 *
 * The script of an extension may do the last two: an update drops what a new
 * version no longer has.
 *
 * No list says what is needed.  The dependency catalog does: an object is needed
 * if early_help or one of its members depends on it, directly or not.  For DROP
 * ... CASCADE of a single object, the catalog is followed the other way, from the
 * object to what is dropped with it.  Most objects have no dependents, and their
 * DROP costs one index scan more.
 *
 * It is a ddl_command_start event trigger, because sql_drop does not fire for a
 * trigger that the command itself drops.  It is in C, because PL/pgSQL sees the
 * tag of a command and not the objects it names.  The event trigger has a filter
 * by tag, so other commands do not call it.
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

#include "base/rule.h"
#include "partnership/partnership.h"

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

/* ---------------------------------------------------------------------
 * The dependency catalog
 * ---------------------------------------------------------------------
 */

/* Begins to read what an object depends on. */
static SysScanDesc
scan_references(Relation depend, Oid class, Oid object)
{
	ScanKeyData key[2];

	ScanKeyInit(&key[0], Anum_pg_depend_classid, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(class));
	ScanKeyInit(&key[1], Anum_pg_depend_objid, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(object));
	return systable_beginscan(depend, DependDependerIndexId, true, NULL, 2, key);
}

/* Begins to read what depends on an object, or on one column of it (0: on any and on the whole). */
static SysScanDesc
scan_dependents(Relation depend, Oid class, Oid object, int32 column)
{
	ScanKeyData key[3];

	ScanKeyInit(&key[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(class));
	ScanKeyInit(&key[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(object));
	ScanKeyInit(&key[2], Anum_pg_depend_refobjsubid, BTEqualStrategyNumber,
				F_INT4EQ, Int32GetDatum(column));
	return systable_beginscan(depend, DependReferenceIndexId, true, NULL, column == 0 ? 2 : 3, key);
}

/* The next row; NULL after the last one, when the scan has ended. */
static Form_pg_depend
next_dependency(SysScanDesc scan)
{
	HeapTuple	tuple = systable_getnext(scan);

	if (HeapTupleIsValid(tuple))
		return (Form_pg_depend) GETSTRUCT(tuple);
	systable_endscan(scan);
	return NULL;
}

/* ---------------------------------------------------------------------
 * What the extension needs
 * ---------------------------------------------------------------------
 */

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

/* What the object depends on. */
static List *
need_references(HTAB *needed, List *queue, Relation depend, const Needed *one)
{
	SysScanDesc scan = scan_references(depend, one->class, one->object);
	Form_pg_depend row;

	while ((row = next_dependency(scan)) != NULL)
		queue = need(needed, queue, row->refclassid, row->refobjid);
	return queue;
}

/* The members of an extension: it is dropped with all of them or not at all. */
static List *
need_members(HTAB *needed, List *queue, Relation depend, const Needed *extension)
{
	SysScanDesc scan = scan_dependents(depend, extension->class, extension->object, 0);
	Form_pg_depend row;

	while ((row = next_dependency(scan)) != NULL)
		if (row->deptype == DEPENDENCY_EXTENSION)
			queue = need(needed, queue, row->classid, row->objid);
	return queue;
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

		CHECK_FOR_INTERRUPTS();
		queue = list_delete_last(queue);
		queue = need_references(needed, queue, depend, one);
		if (one->class == ExtensionRelationId)
			queue = need_members(needed, queue, depend, one);
	}
	table_close(depend, AccessShareLock);
	return needed;
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

/* ---------------------------------------------------------------------
 * What falls with an object
 * ---------------------------------------------------------------------
 */

/* Notes an object as reached and, if it is new, puts it on the queue. */
static List *
reach(HTAB *reached, List *queue, Oid class, Oid object, int32 column)
{
	Reached		key = {class, object, column};
	bool		known;
	Reached    *entry = hash_search(reached, &key, HASH_ENTER, &known);

	return known ? queue : lappend(queue, entry);
}

/* What depends on it. */
static List *
reach_dependents(HTAB *reached, List *queue, Relation depend, Reached from)
{
	SysScanDesc scan = scan_dependents(depend, from.class, from.object, from.column);
	Form_pg_depend row;

	while ((row = next_dependency(scan)) != NULL)
		queue = reach(reached, queue, row->classid, row->objid, row->objsubid);
	return queue;
}

/* What it is a part or a member of: that is dropped with it. */
static List *
reach_wholes(HTAB *reached, List *queue, Relation depend, Reached from)
{
	SysScanDesc scan = scan_references(depend, from.class, from.object);
	Form_pg_depend row;

	while ((row = next_dependency(scan)) != NULL)
		if (row->objsubid == from.column &&
			(row->deptype == DEPENDENCY_INTERNAL || row->deptype == DEPENDENCY_EXTENSION))
			queue = reach(reached, queue, row->refclassid, row->refobjid, row->refobjsubid);
	return queue;
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

/* ---------------------------------------------------------------------
 * Which commands matter
 * ---------------------------------------------------------------------
 */

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

/* Does one of the roles own a needed object? */
static bool
drops_owned(DropOwnedStmt *drop, Oid extension)
{
	HTAB	   *needed = needed_by(extension);
	ListCell   *cell;

	foreach(cell, drop->roles)
	{
		Oid			role = get_rolespec_oid(lfirst_node(RoleSpec, cell), true);

		if (OidIsValid(role) && owns_needed(needed, role))
			return true;
	}
	return false;
}

/* Does it take a member out of a needed extension? */
static bool
drops_member(AlterExtensionContentsStmt *alter, Oid extension)
{
	return alter->action < 0 &&
		is_needed(needed_by(extension), ExtensionRelationId, get_extension_oid(alter->extname, true));
}

/* Would this command drop the extension, or part of it? */
static bool
endangers(Node *command, Oid extension)
{
	DropStmt   *drop;

	if (IsA(command, AlterExtensionContentsStmt))
		return !creating_extension && drops_member((AlterExtensionContentsStmt *) command, extension);
	if (IsA(command, DropOwnedStmt))
		return drops_owned((DropOwnedStmt *) command, extension);
	if (!IsA(command, DropStmt))
		return false;

	drop = (DropStmt *) command;
	if (drop->removeType == OBJECT_EXTENSION || drop->removeType == OBJECT_SCHEMA)
		return drops_needed(drop, extension);
	/* Without CASCADE, PostgreSQL refuses to drop what others depend on. */
	return drop->behavior == DROP_CASCADE && !creating_extension && cascades_to(drop, extension);
}

/* ---------------------------------------------------------------------
 * The event trigger
 * ---------------------------------------------------------------------
 */

/* The error names the partnerships, and the command that drops each. */
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

PG_FUNCTION_INFO_V1(early_help_drop_guard);

/* Event trigger, ddl_command_start. */
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
