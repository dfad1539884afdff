/*-------------------------------------------------------------------------
 *
 * training.c
 *		The mark of a partnership whose records are made up.
 *
 * Made-up records go only where the mark is set, and cannot be taken out
 * again, so the mark changes only while the partnership holds no records of
 * people.  Those are not a list kept here.  The foreign keys tell: a family, a
 * child, an adult or a contact is one, and so is whatever has a key that leads
 * there, over any number of tables.  A file that waits to be imported, and what
 * an import rejected, are records of people too.
 *
 * A statement that writes such a record and one that changes the mark wait for
 * each other: the mark's takes a SHARE lock on each of the tables, always in
 * the same order, and reads them with the latest snapshot, at every isolation
 * level.  Who makes records up holds the partnership's row FOR SHARE instead.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "storage/lmgr.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "base/partnership_row.h"
#include "base/record.h"
#include "base/rule.h"

/* Where every record of somebody begins, in the order in which they are locked. */
static const char *const beginnings[] = {"contact", "family", "child", "adult"};

/* What these begin with belongs to imports, as in records/every_table.sql. */
static const char *const of_imports[] = {"inbox_", "import_"};

/* A foreign key: rows of one table refer to rows of another. */
typedef struct Reference
{
	Oid			from;
	Oid			to;
} Reference;

static bool is_training(const Record *row);
static List *tables_of_people(Relation rel);
static List *tables_of_imports(Relation rel);
static List *references_in(Oid schema);
static List *add_what_refers_to(List *tables, List *references);
static void refuse_if_any_row(Relation rel, List *tables, LOCKMODE mode);
static bool has_row(Relation table);

PG_FUNCTION_INFO_V1(early_help_training_stays);

/* Trigger, after insert or update of partnership. */
Datum
early_help_training_stays(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "training_stays", false, ROW_INSERT | ROW_UPDATE);
	bool		before = change.before.tuple && is_training(&change.before);
	List	   *tables;

	if (is_training(&change.after) == before)
		return record_result(&change);

	/*
	 * Most often there are records, and nobody is kept waiting.  If there are
	 * none, one may be about to commit.
	 */
	tables = tables_of_people(change.rel);
	refuse_if_any_row(change.rel, tables, AccessShareLock);
	for (int i = 0; i < (int) lengthof(beginnings); i++)
		lock_sibling_table(change.rel, beginnings[i], ShareLock);
	refuse_if_any_row(change.rel, tables, ShareLock);
	return record_result(&change);
}

static bool
is_training(const Record *row)
{
	int			column = column_of_type(row->rel, "training", BOOLOID);
	bool		isnull;
	Datum		value = heap_getattr(row->tuple, column, RelationGetDescr(row->rel), &isnull);

	return !isnull && DatumGetBool(value);
}


/*-------------------------------------------------------------------------
 * Which tables hold records of people
 *-------------------------------------------------------------------------
 */

/* Their OIDs, in ascending order: two sessions lock them in the same order. */
static List *
tables_of_people(Relation rel)
{
	Oid			schema = RelationGetNamespace(rel);
	List	   *references = references_in(schema);
	List	   *tables = NIL;
	int			known;

	for (int i = 0; i < (int) lengthof(beginnings); i++)
	{
		Oid			table = get_relname_relid(beginnings[i], schema);

		if (OidIsValid(table))
			tables = list_append_unique_oid(tables, table);
	}
	do
	{
		known = list_length(tables);
		tables = add_what_refers_to(tables, references);
	} while (list_length(tables) > known);
	tables = list_concat_unique_oid(tables, tables_of_imports(rel));
	list_sort(tables, list_oid_cmp);
	return tables;
}

static List *
add_what_refers_to(List *tables, List *references)
{
	ListCell   *cell;

	foreach(cell, references)
	{
		Reference  *one = lfirst(cell);

		if (list_member_oid(tables, one->to))
			tables = list_append_unique_oid(tables, one->from);
	}
	return tables;
}

/* The foreign keys of a schema's tables. */
static List *
references_in(Oid schema)
{
	List	   *references = NIL;
	Relation	constraints = table_open(ConstraintRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_constraint_connamespace, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(schema));
	scan = systable_beginscan(constraints, InvalidOid, false, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_constraint row = (Form_pg_constraint) GETSTRUCT(tuple);
		Reference  *one;

		if (row->contype != CONSTRAINT_FOREIGN)
			continue;
		one = palloc(sizeof(Reference));
		one->from = row->conrelid;
		one->to = row->confrelid;
		references = lappend(references, one);
	}
	systable_endscan(scan);
	table_close(constraints, AccessShareLock);
	return references;
}

static List *
tables_of_imports(Relation rel)
{
	List	   *tables = NIL;
	Relation	classes = table_open(RelationRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_class_relnamespace, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(RelationGetNamespace(rel)));
	scan = systable_beginscan(classes, InvalidOid, false, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_class row = (Form_pg_class) GETSTRUCT(tuple);

		for (int i = 0; i < (int) lengthof(of_imports); i++)
		{
			if (strncmp(NameStr(row->relname), of_imports[i], strlen(of_imports[i])) == 0)
				tables = lappend_oid(tables, row->oid);
		}
	}
	systable_endscan(scan);
	table_close(classes, AccessShareLock);
	return tables;
}


/*-------------------------------------------------------------------------
 * Whether they hold any
 *-------------------------------------------------------------------------
 */

/*
 * The tables stay locked until the transaction ends.  What is no plain table,
 * or belongs to somebody else, is no record of this partnership.
 */
static void
refuse_if_any_row(Relation rel, List *tables, LOCKMODE mode)
{
	ListCell   *cell;

	CommandCounterIncrement();
	foreach(cell, tables)
	{
		Relation	table;

		if (get_rel_relkind(lfirst_oid(cell)) != RELKIND_RELATION)
			continue;
		table = try_table_open(lfirst_oid(cell), AccessShareLock);
		if (table == NULL)
			continue;
		if (table->rd_rel->relowner == rel->rd_rel->relowner)
		{
			LockRelationOid(RelationGetRelid(table), mode);
			if (has_row(table))
				rule_error(RULE_TRAINING_MARK, rel, NULL, "table \"%s\" has rows",
						   RelationGetRelationName(table));
		}
		table_close(table, NoLock);
	}
}

/* Whether the latest snapshot sees a row; rows of inheriting tables are no records. */
static bool
has_row(Relation table)
{
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	TupleTableSlot *slot = table_slot_create(table, NULL);
	TableScanDesc scan = table_beginscan(table, snapshot, 0, NULL);
	bool		found = table_scan_getnextslot(scan, ForwardScanDirection, slot);

	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	UnregisterSnapshot(snapshot);
	return found;
}
