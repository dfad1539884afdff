/*-------------------------------------------------------------------------
 *
 * known_code.c
 *		What to use instead of a code that its list does not have.
 *
 * A foreign key refuses an unknown code, and only when the statement has written
 * its rows: then nobody can read the list any more. So the list is read before.
 * This refuses nothing: ON CONFLICT may drop the row, or the statement add the code.
 *
 * Codes that were found are remembered until the session ends. One that has been
 * deleted since is refused all the same, only without its neighbours.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "base/partnership_row.h"
#include "base/record.h"
#include "base/server_words.h"
#include "guard/known_code.h"

/* How many neighbours a hint names. */
#define MOST_NEIGHBOURS 10

typedef struct CodeColumn
{
	int			number;
	Oid			list;
	int			list_column;	/* the number of the list's code */
	char		constraint[NAMEDATALEN];
} CodeColumn;

/* A code that its list had. Longer ones are not remembered; zeros fill the key. */
typedef struct FoundCode
{
	Oid			list;
	char		code[40];
} FoundCode;

/* Created at first use, kept until the session ends: as large as the lists. */
static HTAB *found_codes = NULL;

/* ---------------------------------------------------------------------
 * Which columns are codes
 * ---------------------------------------------------------------------
 */

static bool
is_code_list(Relation rel, const ForeignKeyCacheInfo *key)
{
	return key->nkeys == 1 && get_rel_namespace(key->confrelid) == RelationGetNamespace(rel) &&
		TupleDescAttr(RelationGetDescr(rel), key->conkey[0] - 1)->atttypid == VARCHAROID &&
		get_attnum(key->confrelid, "code") == key->confkey[0];
}

/* The columns of a table that refer to a code list, in the caller's memory. */
List *
code_columns(Relation rel)
{
	List	   *columns = NIL;
	ListCell   *cell;

	/* The relation's own list can go away while names are looked up. */
	foreach(cell, copyObject(RelationGetFKeyList(rel)))
	{
		const ForeignKeyCacheInfo *key = lfirst(cell);
		CodeColumn *column;
		char	   *name;

		if (!is_code_list(rel, key))
			continue;
		name = get_constraint_name(key->conoid);
		if (name == NULL)
			continue;
		column = palloc0(sizeof(CodeColumn));
		column->number = key->conkey[0];
		column->list = key->confrelid;
		column->list_column = key->confkey[0];
		strlcpy(column->constraint, name, NAMEDATALEN);
		columns = lappend(columns, column);
	}
	return columns;
}

/* ---------------------------------------------------------------------
 * Is it in the list?
 * ---------------------------------------------------------------------
 */

/* The key of a code; false if it is too long for one. */
static bool
make_key(Oid list, const text *code, FoundCode *key)
{
	memset(key, 0, sizeof(FoundCode));
	if (VARSIZE_ANY_EXHDR(code) > sizeof(key->code))
		return false;
	key->list = list;
	memcpy(key->code, VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code));
	return true;
}

static bool
was_found(Oid list, const text *code)
{
	FoundCode	key;

	return found_codes && make_key(list, code, &key) &&
		hash_search(found_codes, &key, HASH_FIND, NULL) != NULL;
}

static void
remember(Oid list, const text *code)
{
	FoundCode	key;

	if (found_codes == NULL)
	{
		HASHCTL		control = {0};

		control.keysize = control.entrysize = sizeof(FoundCode);
		found_codes = hash_create("early_help codes", 256, &control, HASH_ELEM | HASH_BLOBS);
	}
	if (make_key(list, code, &key))
		(void) hash_search(found_codes, &key, HASH_ENTER, NULL);
}

static int
by_code(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

/*
 * May the trigger read the list? As every rule it reads only what belongs to the
 * owner of its own table. If the list belongs to somebody else, the server refuses alone.
 */
static bool
is_own_list(Relation rel, Oid list)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(list));
	bool		own = false;

	if (HeapTupleIsValid(tuple))
	{
		Form_pg_class form = (Form_pg_class) GETSTRUCT(tuple);

		own = form->relkind == RELKIND_RELATION && form->relowner == rel->rd_rel->relowner &&
			form->relnamespace == RelationGetNamespace(rel);
		ReleaseSysCache(tuple);
	}
	return own;
}

/* All codes of the list, in order. */
static List *
read_list(Relation rel, const CodeColumn *column, const char *list)
{
	List	   *codes = NIL;
	SiblingScan scan;

	sibling_beginscan_all(rel, list, &scan);
	while (sibling_getnext(&scan))
	{
		bool		isnull;
		Datum		code = heap_getattr(scan.row.tuple, column->list_column,
										RelationGetDescr(scan.row.rel), &isnull);

		if (!isnull)
			codes = lappend(codes, TextDatumGetCString(code));
	}
	sibling_endscan(&scan);
	list_sort(codes, by_code);
	return codes;
}

static bool
has_code(const List *codes, const char *code)
{
	ListCell   *cell;

	foreach(cell, codes)
	{
		if (strcmp(lfirst(cell), code) == 0)
			return true;
	}
	return false;
}

/* ---------------------------------------------------------------------
 * Its neighbours
 * ---------------------------------------------------------------------
 */

static void
append_codes(StringInfo words, const List *codes, char first)
{
	int			count = 0;
	ListCell   *cell;

	foreach(cell, codes)
	{
		const char *code = lfirst(cell);

		if (first && pg_toupper((unsigned char) *code) != pg_toupper((unsigned char) first))
			continue;
		if (count++ < MOST_NEIGHBOURS)
			appendStringInfo(words, "%s%s", words->len ? ", " : "", code);
	}
}

/* Codes that begin alike; if there are none, the first ones of the list. */
static char *
neighbours(const List *codes, const char *code)
{
	StringInfoData words;

	initStringInfo(&words);
	if (*code)
		append_codes(&words, codes, *code);
	if (words.len == 0)
		append_codes(&words, codes, '\0');
	return words.data;
}

static void
look_code_up(Relation rel, TupleTableSlot *slot, const CodeColumn *column, const text *given)
{
	char	   *list = is_own_list(rel, column->list) ? get_rel_name(column->list) : NULL;
	char	   *code = text_to_cstring(given);
	List	   *codes;

	if (list == NULL)
		return;
	codes = read_list(rel, column, list);
	if (has_code(codes, code))
		remember(column->list, given);
	else
		await_unknown_code(column->constraint, code,
						   psprintf("%s: %s is not a code of %s", row_ids(rel, slot),
									NameStr(TupleDescAttr(RelationGetDescr(rel), column->number - 1)->attname), list),
						   psprintf("Use a code of %s, such as %s.", list, neighbours(codes, code)));
}

/*
 * Called for each row before it is written. A subscriber's rows come from a
 * table that has checked them.
 */
void
look_codes_up(Relation rel, TupleTableSlot *slot, List *columns)
{
	ListCell   *cell;

	if (SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA)
		return;
	foreach(cell, columns)
	{
		const CodeColumn *column = lfirst(cell);
		bool		isnull;
		Datum		value = slot_getattr(slot, column->number, &isnull);
		const text *code;

		if (isnull)
			continue;
		code = DatumGetTextPP(value);
		if (!was_found(column->list, code))
			look_code_up(rel, slot, column, code);
	}
}
