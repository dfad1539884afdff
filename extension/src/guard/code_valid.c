/*-------------------------------------------------------------------------
 *
 * code_valid.c
 *		A code is valid on the date of its event (R20).
 *
 * Most codes of a list have no dates. Only codes with dates are read, once per
 * statement. They are kept for the statement (fn_extra), or until this
 * transaction writes something else. That the code exists at all is checked by a
 * foreign key.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/partnership_query.h"
#include "base/record.h"
#include "base/rule.h"

#define LIMITED_CODES(list) \
	{list, {"select code::pg_catalog.text, valid_from, valid_to from @" list \
			" where valid_from is not null or valid_to is not null", 0, {0}}}

typedef struct CodeList
{
	const char *name;
	PartnershipQuery limited;
} CodeList;

static const CodeList code_lists[] = {
	LIMITED_CODES("contact_source"),
	LIMITED_CODES("primary_need"),
	LIMITED_CODES("closure_reason"),
	LIMITED_CODES("headline_outcome"),
	LIMITED_CODES("assessment_factor"),
	LIMITED_CODES("ethnicity"),
};

typedef struct LimitedCode
{
	char	   *code;
	DateADT		valid_from;		/* DATEVAL_NOBEGIN: always was */
	DateADT		valid_to;		/* DATEVAL_NOEND: still is */
} LimitedCode;

/* A column to check: three of the trigger's arguments. */
typedef struct CheckedColumn
{
	const char *column;
	const char *list;
	const char *day;
	uint64		count;
	LimitedCode *codes;
} CheckedColumn;

typedef struct CheckedColumns
{
	MemoryContext context;		/* its own */
	CommandId	read_at;		/* the command id then */
	int			count;
	CheckedColumn columns[FLEXIBLE_ARRAY_MEMBER];
} CheckedColumns;

static const PartnershipQuery *
limited_query(const char *list)
{
	for (int i = 0; i < (int) lengthof(code_lists); i++)
	{
		if (strcmp(code_lists[i].name, list) == 0)
			return &code_lists[i].limited;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("early_help_internal.code_valid knows no code list \"%s\"", list),
			 errhint("Give column, code list and column of the day for each code.")));
}

static void
read_limited_codes(Relation rel, CheckedColumn *column, MemoryContext lifetime)
{
	SPITupleTable *rows;

	uint64		count = run_partnership_query(rel, limited_query(column->list), NULL, NULL);

	rows = SPI_tuptable;
	column->codes = MemoryContextAllocZero(lifetime, Max(count, 1) * sizeof(LimitedCode));
	for (uint64 i = 0; i < count; i++)
	{
		LimitedCode *limited = &column->codes[column->count];
		char	   *code = row_text(rows, i, 1);
		DateADT		valid_from = row_date(rows, i, 2);

		if (code == NULL)
			continue;			/* no row refers to a code that is null */
		limited->code = MemoryContextStrdup(lifetime, code);
		limited->valid_from = valid_from == DATEVAL_NOEND ? DATEVAL_NOBEGIN : valid_from;
		limited->valid_to = row_date(rows, i, 3);
		column->count++;
	}
}

static CheckedColumns *
read_columns(const RecordChange *change, MemoryContext statement, CommandId read_at)
{
	Trigger    *trigger = change->trigger->tg_trigger;
	int			count = trigger->tgnargs / 3;
	MemoryContext lifetime = AllocSetContextCreate(statement, "early_help codes with dates",
												   ALLOCSET_SMALL_SIZES);
	CheckedColumns *checked = MemoryContextAllocZero(lifetime,
													 offsetof(CheckedColumns, columns) +
													 Max(count, 1) * sizeof(CheckedColumn));

	begin_partnership_queries();
	checked->context = lifetime;
	checked->read_at = read_at;
	checked->count = count;
	for (int i = 0; i < count; i++)
	{
		char	  **args = trigger->tgargs + (ptrdiff_t) 3 * i;

		checked->columns[i].column = MemoryContextStrdup(lifetime, args[0]);
		checked->columns[i].list = MemoryContextStrdup(lifetime, args[1]);
		checked->columns[i].day = MemoryContextStrdup(lifetime, args[2]);
		read_limited_codes(change->rel, &checked->columns[i], lifetime);
	}
	end_partnership_queries();
	return checked;
}

static void
check_column(const RecordChange *change, const CheckedColumn *column)
{
	const Record *record = &change->after;
	DateADT		day;

	if (column->count == 0 ||
		(!field_is_new(change, column->column) && !field_is_new(change, column->day)) ||
		is_null(record, column->column) || is_null(record, column->day))
		return;
	day = date_of(record, column->day);
	for (uint64 i = 0; i < column->count; i++)
	{
		const LimitedCode *limited = &column->codes[i];

		if ((day < limited->valid_from || day > limited->valid_to) &&
			text_is(record, column->column, limited->code))
			rule_error(RULE_CODE_VALID, change->rel, NULL,
					   "%s %s is valid from %s to %s, %s is %s", column->column, limited->code,
					   date_words(limited->valid_from), date_words(limited->valid_to),
					   column->day, date_words(day));
	}
}

/*
 * The codes as read for an earlier row of the statement, unless this
 * transaction has written something since.
 */
static CheckedColumns *
checked_columns(FunctionCallInfo fcinfo, const RecordChange *change)
{
	CheckedColumns *checked = fcinfo->flinfo->fn_extra;
	CommandId	now = advance_command_id();

	if (checked && checked->read_at == now)
		return checked;
	fcinfo->flinfo->fn_extra = NULL;
	if (checked)
		MemoryContextDelete(checked->context);
	return fcinfo->flinfo->fn_extra = read_columns(change, fcinfo->flinfo->fn_mcxt, now);
}

PG_FUNCTION_INFO_V1(early_help_code_valid);

/*
 * Trigger, before insert or update: the codes are valid on their day. Its
 * arguments are column, code list and column of the day, for each code.
 */
Datum
early_help_code_valid(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "code_valid", true, ROW_INSERT | ROW_UPDATE);
	CheckedColumns *checked = checked_columns(fcinfo, &change);

	for (int i = 0; i < checked->count; i++)
		check_column(&change, &checked->columns[i]);
	return record_result(&change);
}
