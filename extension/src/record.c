/*-------------------------------------------------------------------------
 *
 * record.c
 *		The row a trigger fires for, its fields read and set by name.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "record.h"

static bool
event_allowed(TriggerEvent event, int events)
{
	return (TRIGGER_FIRED_BY_INSERT(event) && (events & ROW_INSERT)) ||
		(TRIGGER_FIRED_BY_UPDATE(event) && (events & ROW_UPDATE)) ||
		(TRIGGER_FIRED_BY_DELETE(event) && (events & ROW_DELETE));
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
		TRIGGER_FIRED_BEFORE(trigger->tg_event) != before ||
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
		change.after.tuple = trigger->tg_trigtuple;
	else
		change.before.tuple = trigger->tg_trigtuple;
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		change.after.tuple = trigger->tg_newtuple;
	return change;
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
 * Where a field was found last, by the address of its name and its table. It
 * is a guess, looked at before it is believed, so nothing need be told when it
 * is wrong; kept until the session ends.
 */
typedef struct ColumnGuess
{
	const char *field;
	Oid			table;
	int			number;
} ColumnGuess;

static ColumnGuess guesses[256];

static ColumnGuess *
guess_for(Oid table, const char *field)
{
	uintptr_t	address = (uintptr_t) field;
	ColumnGuess *guess = &guesses[(address ^ (address >> 8) ^ table) % lengthof(guesses)];

	if (guess->field != field || guess->table != table)
		*guess = (ColumnGuess) {field, table, 0};
	return guess;
}

static bool
is_right(const ColumnGuess *guess, TupleDesc desc)
{
	Form_pg_attribute attr;

	if (guess->number <= 0 || guess->number > desc->natts)
		return false;
	attr = TupleDescAttr(desc, guess->number - 1);
	return !attr->attisdropped && strcmp(NameStr(attr->attname), guess->field) == 0;
}

/* The number of a column the rules read. */
int
column_number(Relation rel, const char *field)
{
	ColumnGuess *guess = guess_for(RelationGetRelid(rel), field);

	if (!is_right(guess, RelationGetDescr(rel)))
		guess->number = SPI_fnumber(RelationGetDescr(rel), field);
	if (guess->number <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("table \"%s\" has no column \"%s\", which its rules read",
						RelationGetRelationName(rel), field),
				 errhint("Put it back as create_partnership laid it down; early_help.audit lists what is missing.")));
	return guess->number;
}

static Datum
value_of(const Record *record, const char *field, bool *isnull)
{
	return heap_getattr(record->tuple, column_number(record->rel, field),
						RelationGetDescr(record->rel), isnull);
}

bool
is_null(const Record *record, const char *field)
{
	bool		isnull;

	(void) value_of(record, field, &isnull);
	return isnull;
}

/* A bigint; 0 for null. */
int64
id_of(const Record *record, const char *field)
{
	bool		isnull;
	Datum		value = value_of(record, field, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

/* A smallint or integer; 0 for null. */
int
number_of(const Record *record, const char *field)
{
	bool		isnull;
	Datum		value = value_of(record, field, &isnull);

	return isnull ? 0 : DatumGetInt32(value);
}

/* A date; DATEVAL_NOEND, later than any other, for null. */
DateADT
date_of(const Record *record, const char *field)
{
	bool		isnull;
	Datum		value = value_of(record, field, &isnull);

	return isnull ? DATEVAL_NOEND : DatumGetDateADT(value);
}

/* A need_level's number; 0 for null. */
int
level_of(const Record *record, const char *field)
{
	bool		isnull;
	Datum		value = value_of(record, field, &isnull);

	return isnull ? 0 : (int) DatumGetChar(value);
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

/* Whether an update changes the field; true on insert and delete. */
bool
field_changed(const RecordChange *change, const char *field)
{
	Form_pg_attribute attr;
	bool		null_before;
	bool		null_after;
	Datum		before;
	Datum		after;

	if (!change->before.tuple || !change->after.tuple)
		return true;
	before = value_of(&change->before, field, &null_before);
	after = value_of(&change->after, field, &null_after);
	if (null_before || null_after)
		return null_before != null_after;
	attr = TupleDescAttr(RelationGetDescr(change->rel), column_number(change->rel, field) - 1);
	return !datum_image_eq(before, after, attr->attbyval, attr->attlen);
}

static void
replace_field(Record *record, const char *field, Datum value, bool isnull)
{
	int			number = column_number(record->rel, field);
	Oid			type = TupleDescAttr(RelationGetDescr(record->rel), number - 1)->atttypid;
	MemoryContext caller = MemoryContextSwitchTo(record->context);

	/* What the rules fill in is of the column's domain, as what a writer gives is. */
	if (get_typtype(type) == TYPTYPE_DOMAIN)
		domain_check(value, isnull, type, NULL, NULL);

	record->tuple = heap_modify_tuple_by_cols(record->tuple, RelationGetDescr(record->rel),
											  1, &number, &value, &isnull);
	MemoryContextSwitchTo(caller);
}

/* Sets a field of a type passed by value; one that was altered since has no place for it. */
void
set_field(Record *record, const char *field, Datum value)
{
	int			number = column_number(record->rel, field);

	if (!TupleDescAttr(RelationGetDescr(record->rel), number - 1)->attbyval)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of table \"%s\" is not of the type its rules write",
						field, RelationGetRelationName(record->rel)),
				 errhint("Give it back the type that create_partnership gave it.")));
	replace_field(record, field, value, false);
}

void
set_field_null(Record *record, const char *field)
{
	replace_field(record, field, (Datum) 0, true);
}

/* Sets a field from a text form, through its type's input function. */
void
set_field_text(Record *record, const char *field, const char *text)
{
	Oid			type = SPI_gettypeid(RelationGetDescr(record->rel),
									 column_number(record->rel, field));
	Oid			input;
	Oid			param;

	getTypeInputInfo(type, &input, &param);
	replace_field(record, field, OidInputFunctionCall(input, pstrdup(text), param, -1), false);
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
