/*-------------------------------------------------------------------------
 *
 * record.c
 *		The row a trigger fires for, its fields read and set by name.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "base/record.h"

static bool
event_allowed(TriggerEvent event, int events)
{
	return (TRIGGER_FIRED_BY_INSERT(event) && (events & ROW_INSERT)) ||
		(TRIGGER_FIRED_BY_UPDATE(event) && (events & ROW_UPDATE)) ||
		(TRIGGER_FIRED_BY_DELETE(event) && (events & ROW_DELETE));
}

static void
set_row(Record *record, HeapTuple tuple, TupleTableSlot *slot)
{
	record->tuple = tuple;
	record->slot = slot;
}

/*
 * Checks that the function was called as the row trigger it is, and returns
 * what it was called for.
 */
RecordChange
record_change(FunctionCallInfo fcinfo, const char *function, bool before, int events)
{
	RecordChange change = {0};
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("early_help.%s is a trigger function", function)));
	if (!TRIGGER_FIRED_FOR_ROW(trigger->tg_event) ||
		!(before ? TRIGGER_FIRED_BEFORE(trigger->tg_event) : TRIGGER_FIRED_AFTER(trigger->tg_event)) ||
		!event_allowed(trigger->tg_event, events))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("early_help.%s was not made for this trigger's time or event", function)));

	change.trigger = trigger;
	change.rel = trigger->tg_relation;
	change.event = trigger->tg_event;
	change.before.rel = change.after.rel = trigger->tg_relation;
	change.before.context = change.after.context = CurrentMemoryContext;
	if (TRIGGER_FIRED_BY_INSERT(trigger->tg_event))
		set_row(&change.after, trigger->tg_trigtuple, trigger->tg_trigslot);
	else
		set_row(&change.before, trigger->tg_trigtuple, trigger->tg_trigslot);
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		set_row(&change.after, trigger->tg_newtuple, trigger->tg_newslot);
	return change;
}

/* Anybody can make a trigger of these functions, with arguments or without. */
void
require_arguments(const RecordChange *change, const char *function, int least)
{
	if (change->trigger->tg_trigger->tgnargs < least)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("early_help_internal.%s needs at least %d arguments", function, least)));
}

/* What a trigger function returns: the row to write, or the one to delete. */
Datum
record_result(const RecordChange *change)
{
	if (!TRIGGER_FIRED_BEFORE(change->event))
		return PointerGetDatum(NULL);
	return PointerGetDatum(change->after.tuple ? change->after.tuple : change->before.tuple);
}

/*
 * Makes visible what this transaction has written, and returns the command id,
 * which is another one if it has written anything since the last call. What a
 * trigger remembers from one row of its statement to the next is valid while
 * the command id stays: the statement may call functions that write.
 */
CommandId
advance_command_id(void)
{
	CommandCounterIncrement();
	return GetCurrentCommandId(false);
}

/* What a field is read as. */
typedef enum FieldKind
{
	FIELD_ANY,					/* by its type's own output function, or not at all */
	FIELD_ID,					/* bigint */
	FIELD_NUMBER,				/* smallint or integer */
	FIELD_SMALLINT,
	FIELD_DATE,
	FIELD_TIMESTAMP,			/* with time zone */
	FIELD_LEVEL					/* early_help.need_level */
} FieldKind;

static const char *const kind_words[] = {
	[FIELD_ANY] = "any type",
	[FIELD_ID] = "bigint",
	[FIELD_NUMBER] = "smallint or integer",
	[FIELD_SMALLINT] = "smallint",
	[FIELD_DATE] = "date",
	[FIELD_TIMESTAMP] = "timestamp with time zone",
	[FIELD_LEVEL] = "early_help.need_level",
};

static bool
is_need_level(Oid type)
{
	return type == GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum("need_level"),
								   ObjectIdGetDatum(get_namespace_oid("early_help", true)));
}

/* Can a value of this type, or of a domain over it, be read so? */
static bool
type_is(Oid type, FieldKind kind)
{
	type = getBaseType(type);
	switch (kind)
	{
		case FIELD_ANY:
			return true;
		case FIELD_ID:
			return type == INT8OID;
		case FIELD_NUMBER:
			return type == INT2OID || type == INT4OID;
		case FIELD_SMALLINT:
			return type == INT2OID;
		case FIELD_DATE:
			return type == DATEOID;
		case FIELD_TIMESTAMP:
			return type == TIMESTAMPTZOID;
		case FIELD_LEVEL:
			return is_need_level(type);
	}
	return false;
}

/*
 * Where a field was found last, and the type that was right for its kind then.
 * The key is the address of the field's name and the table's OID. Each entry is
 * a guess: it is compared with the tuple descriptor before it is used, so it
 * needs no invalidation. Lives until the session ends.
 */
typedef struct ColumnGuess
{
	const char *field;
	Oid			table;
	int			number;
	FieldKind	kind;
	Oid			type;
} ColumnGuess;

static ColumnGuess guesses[256];

static inline ColumnGuess *
guess_for(Oid table, const char *field)
{
	uintptr_t	address = (uintptr_t) field;

	return &guesses[(address ^ (address >> 8) ^ table) % lengthof(guesses)];
}

/* Is the guess about this field, and right for the table as it is now? */
static inline bool
is_right(const ColumnGuess *guess, Relation rel, const char *field, FieldKind kind)
{
	Form_pg_attribute attr;

	if (guess->field != field || guess->table != RelationGetRelid(rel) ||
		guess->number > RelationGetDescr(rel)->natts)
		return false;
	attr = TupleDescAttr(RelationGetDescr(rel), guess->number - 1);
	return (kind == FIELD_ANY || (guess->kind == kind && guess->type == attr->atttypid)) &&
		!attr->attisdropped && strcmp(NameStr(attr->attname), field) == 0;
}

static void
refuse_column(Relation rel, const char *field)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("table \"%s\" has no column \"%s\", which its rules read",
					RelationGetRelationName(rel), field),
			 errhint("Put it back as create_partnership laid it down; early_help.audit lists what is missing.")));
}

static void
refuse_type(Relation rel, const char *field, const char *expected)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("column \"%s\" of table \"%s\" is not of type %s, which its rules read and write",
					field, RelationGetRelationName(rel), expected),
			 errhint("Give it back the type that create_partnership gave it.")));
}

static int
look_column_up(Relation rel, const char *field, FieldKind kind, ColumnGuess *guess)
{
	int			number = SPI_fnumber(RelationGetDescr(rel), field);
	Oid			type;

	if (number <= 0)
		refuse_column(rel, field);
	type = TupleDescAttr(RelationGetDescr(rel), number - 1)->atttypid;
	if (!type_is(type, kind))
		refuse_type(rel, field, kind_words[kind]);
	*guess = (ColumnGuess) {field, RelationGetRelid(rel), number, kind, type};
	return number;
}

/*
 * The number of a column that the rules read or write as a kind of value. Only
 * this function checks that the column has a type of that kind: anybody can
 * have made a table of a name that the rules know.
 */
static inline int
checked_column(Relation rel, const char *field, FieldKind kind)
{
	ColumnGuess *guess = guess_for(RelationGetRelid(rel), field);

	return is_right(guess, rel, field, kind) ? guess->number : look_column_up(rel, field, kind, guess);
}

/* The number of a column that the rules read in whatever type it has. */
int
column_number(Relation rel, const char *field)
{
	return checked_column(rel, field, FIELD_ANY);
}

/* The number of a column that must be of this type, or of a domain over it. */
int
column_of_type(Relation rel, const char *field, Oid type)
{
	int			number = column_number(rel, field);

	if (getBaseType(TupleDescAttr(RelationGetDescr(rel), number - 1)->atttypid) != type)
		refuse_type(rel, field, format_type_be(type));
	return number;
}

/* A slot keeps what was read of its row, for all triggers of the row: a tuple is walked anew for each field. */
static Datum
column_value(const Record *record, int number, bool *isnull)
{
	if (record->slot)
		return slot_getattr(record->slot, number, isnull);
	return heap_getattr(record->tuple, number, RelationGetDescr(record->rel), isnull);
}

static Datum
value_of(const Record *record, const char *field, FieldKind kind, bool *isnull)
{
	return column_value(record, checked_column(record->rel, field, kind), isnull);
}

bool
is_null(const Record *record, const char *field)
{
	bool		isnull;

	(void) value_of(record, field, FIELD_ANY, &isnull);
	return isnull;
}

/* A bigint that may be null as an id. */
int64
checked_id(Datum value, bool isnull)
{
	int64		id = isnull ? NO_ID : DatumGetInt64(value);

	if (!isnull && id == NO_ID)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the least bigint is not an id"),
				 errhint("Use ids from -9223372036854775807 on.")));
	return id;
}

/* A bigint; NO_ID for null. */
int64
id_of(const Record *record, const char *field)
{
	bool		isnull;
	Datum		value = value_of(record, field, FIELD_ID, &isnull);

	return checked_id(value, isnull);
}

/* A smallint or integer; 0 for null. */
int
number_of(const Record *record, const char *field)
{
	bool		isnull;
	int			column = checked_column(record->rel, field, FIELD_NUMBER);
	Datum		value = column_value(record, column, &isnull);

	if (isnull)
		return 0;
	if (TupleDescAttr(RelationGetDescr(record->rel), column - 1)->attlen == sizeof(int16))
		return DatumGetInt16(value);
	return DatumGetInt32(value);
}

/* A date; DATEVAL_NOEND, later than any other, for null. */
DateADT
date_of(const Record *record, const char *field)
{
	bool		isnull;
	Datum		value = value_of(record, field, FIELD_DATE, &isnull);

	return isnull ? DATEVAL_NOEND : DatumGetDateADT(value);
}

/* A timestamptz; DT_NOEND, later than any other, for null. */
TimestampTz
moment_of(const Record *record, const char *field)
{
	bool		isnull;
	Datum		value = value_of(record, field, FIELD_TIMESTAMP, &isnull);

	return isnull ? DT_NOEND : DatumGetTimestampTz(value);
}

/* A need_level's number; 0 for null. */
int
level_of(const Record *record, const char *field)
{
	bool		isnull;
	Datum		value = value_of(record, field, FIELD_LEVEL, &isnull);

	return isnull ? 0 : (int) (uint8) DatumGetChar(value);
}

/* The text form of a value of any type; NULL for null. */
char *
text_of(const Record *record, const char *field)
{
	return SPI_getvalue(record->tuple, RelationGetDescr(record->rel),
						column_number(record->rel, field));
}

bool
text_is(const Record *record, const char *field, const char *text)
{
	char	   *value = text_of(record, field);

	return value && strcmp(value, text) == 0;
}

/*
 * Does the field differ from the row before? True for an insert and a delete,
 * which have no other row to compare.
 */
bool
field_is_new(const RecordChange *change, const char *field)
{
	Form_pg_attribute attr;
	bool		null_before;
	bool		null_after;
	Datum		before;
	Datum		after;

	if (!change->before.tuple || !change->after.tuple)
		return true;
	before = value_of(&change->before, field, FIELD_ANY, &null_before);
	after = value_of(&change->after, field, FIELD_ANY, &null_after);
	if (null_before || null_after)
		return null_before != null_after;
	attr = TupleDescAttr(RelationGetDescr(change->rel), column_number(change->rel, field) - 1);
	return !datum_image_eq(before, after, attr->attbyval, attr->attlen);
}

/* Does an update give the field another value? */
bool
field_is_updated(const RecordChange *change, const char *field)
{
	return change->before.tuple && change->after.tuple && field_is_new(change, field);
}

/* Does an insert give the field a value, or an update another one, or none? */
bool
field_is_written(const RecordChange *change, const char *field)
{
	return change->before.tuple ? field_is_new(change, field) : !is_null(&change->after, field);
}

/* Did the field have a value before? A row that is inserted had none. */
bool
field_was_set(const RecordChange *change, const char *field)
{
	return change->before.tuple && !is_null(&change->before, field);
}

/* Writes a value of the column's own type; a column by its number. */
static void
replace_field(Record *record, int number, Datum value, bool isnull)
{
	Oid			type = TupleDescAttr(RelationGetDescr(record->rel), number - 1)->atttypid;
	MemoryContext caller = MemoryContextSwitchTo(record->context);

	/* A value that the rules fill in must fit the column's domain, as a writer's value must. */
	if (get_typtype(type) == TYPTYPE_DOMAIN)
		domain_check(value, isnull, type, NULL, NULL);

	record->tuple = heap_modify_tuple_by_cols(record->tuple, RelationGetDescr(record->rel),
											  1, &number, &value, &isnull);
	record->slot = NULL;
	MemoryContextSwitchTo(caller);
}

/* Sets a bigint; NO_ID sets null. */
void
set_id(Record *record, const char *field, int64 id)
{
	replace_field(record, checked_column(record->rel, field, FIELD_ID),
				  Int64GetDatum(id), id == NO_ID);
}

void
set_smallint(Record *record, const char *field, int16 number)
{
	replace_field(record, checked_column(record->rel, field, FIELD_SMALLINT),
				  Int16GetDatum(number), false);
}

/* Sets a date; DATEVAL_NOEND, which date_of() gives for null, sets null. */
void
set_date(Record *record, const char *field, DateADT date)
{
	replace_field(record, checked_column(record->rel, field, FIELD_DATE),
				  DateADTGetDatum(date), date == DATEVAL_NOEND);
}

void
set_timestamp(Record *record, const char *field, TimestampTz moment)
{
	replace_field(record, checked_column(record->rel, field, FIELD_TIMESTAMP),
				  TimestampTzGetDatum(moment), false);
}

void
set_field_null(Record *record, const char *field)
{
	replace_field(record, column_number(record->rel, field), (Datum) 0, true);
}

/* Sets a field from a text form, through its type's input function; NULL sets null. */
void
set_field_text(Record *record, const char *field, const char *text)
{
	int			number = column_number(record->rel, field);
	Form_pg_attribute attr = TupleDescAttr(RelationGetDescr(record->rel), number - 1);
	Oid			input;
	Oid			param;

	if (text == NULL)
	{
		set_field_null(record, field);
		return;
	}
	getTypeInputInfo(attr->atttypid, &input, &param);
	replace_field(record, number,
				  OidInputFunctionCall(input, pstrdup(text), param, attr->atttypmod), false);
}

/* An id for an error's detail. */
const char *
id_words(int64 id)
{
	return id == NO_ID ? "none" : psprintf(INT64_FORMAT, id);
}

/* The ids of a row for an error's detail, and nothing else of it: "plan_outcome_id 5, plan_id 3". */
char *
row_ids(Relation rel, TupleTableSlot *slot)
{
	TupleDesc	desc = RelationGetDescr(rel);
	StringInfoData ids;

	initStringInfo(&ids);
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attr = TupleDescAttr(desc, i);
		Datum		value;
		bool		isnull;

		if (attr->attisdropped || attr->atttypid != INT8OID)
			continue;
		value = slot_getattr(slot, i + 1, &isnull);
		if (isnull)
			continue;
		appendStringInfo(&ids, "%s%s " INT64_FORMAT, ids.len ? ", " : "",
						 NameStr(attr->attname), DatumGetInt64(value));
	}
	return ids.len ? ids.data : pstrdup("a row without ids");
}

/* A date for an error's detail, ISO whatever DateStyle says. */
const char *
date_words(DateADT date)
{
	int			year;
	int			month;
	int			day;

	if (DATE_NOT_FINITE(date))
		return "no date";
	j2date(date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	return psprintf("%04d-%02d-%02d", year, month, day);
}
