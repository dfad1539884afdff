/*-------------------------------------------------------------------------
 *
 * days_of_parts.c
 *		What belongs to a record is not dated before the record begins (S08).
 *
 * The part locks the record it belongs to, as whoever changes the record's day
 * does: of two sessions that write a part and change that day, the second one
 * sees what the first one wrote.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/last_parent.h"
#include "base/partnership_row.h"
#include "base/record.h"
#include "base/rule.h"

static void
refuse_before(const RecordChange *change, DateADT begins, const char *key, const char *first_day, const char *day)
{
	const Record *part = &change->after;

	if (is_null(part, day) || date_of(part, day) >= begins)
		return;
	rule_error(RULE_DAYS_IN_ORDER, change->rel, NULL,
			   "%s %s is before %s %s of %s %s", day, date_words(date_of(part, day)),
			   first_day, date_words(begins), key, id_words(id_of(part, key)));
}

/* The day on which the record that a row belongs to begins, locked; DATEVAL_NOBEGIN if it has none, or is not there. */
static DateADT
first_day_of_whole(FunctionCallInfo fcinfo, const RecordChange *change, char *const *args)
{
	int64		id = id_of(&change->after, args[1]);
	const DateADT *last = last_parent(fcinfo, id);
	DateADT		begins = DATEVAL_NOBEGIN;
	Record		whole;

	if (last)
		return *last;
	if (!lock_sibling(change->rel, args[0], args[1], id, LockTupleNoKeyExclusive, &whole))
		return begins;			/* the foreign key says so */
	if (!is_null(&whole, args[2]))
		begins = date_of(&whole, args[2]);
	leave_sibling(&whole);
	return *(const DateADT *) keep_parent(fcinfo, id, &begins, sizeof(begins));
}

PG_FUNCTION_INFO_V1(early_help_dated_within);

/*
 * Trigger, before insert or update. Its arguments are the table of the record
 * that the row belongs to, the column of its id, the day it begins, and the days
 * of the row.
 */
Datum
early_help_dated_within(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "dated_within", true, ROW_INSERT | ROW_UPDATE);
	Trigger    *trigger = change.trigger->tg_trigger;
	char	  **args = trigger->tgargs;
	bool		dated = false;

	require_arguments(&change, "dated_within", 4);
	for (int i = 3; i < trigger->tgnargs; i++)
		dated |= field_is_new(&change, args[i]) && !is_null(&change.after, args[i]);
	if ((dated || field_is_new(&change, args[1])) && !is_null(&change.after, args[1]))
	{
		DateADT		begins = first_day_of_whole(fcinfo, &change, args);

		for (int i = 3; i < trigger->tgnargs; i++)
			refuse_before(&change, begins, args[1], args[2], args[i]);
	}
	return record_result(&change);
}

static void
refuse_parts_before(const RecordChange *change, const char *key, const char *first_day, char *const *part)
{
	const Record *whole = &change->after;
	SiblingScan parts;

	sibling_beginscan(change->rel, part[0], key, id_of(whole, key), &parts);
	while (sibling_getnext(&parts))
	{
		if (!is_null(&parts.row, part[2]) && date_of(&parts.row, part[2]) < date_of(whole, first_day))
			rule_error(RULE_DAYS_IN_ORDER, change->rel, NULL,
					   "%s %s of %s %s is before %s %s of %s %s", part[2],
					   date_words(date_of(&parts.row, part[2])), part[1], id_words(id_of(&parts.row, part[1])),
					   first_day, date_words(date_of(whole, first_day)), key, id_words(id_of(whole, key)));
	}
	sibling_endscan(&parts);
}

PG_FUNCTION_INFO_V1(early_help_parts_dated_within);

/*
 * Trigger, before update. Its arguments are the column of the record's id and the
 * day it begins; then, of each kind of part, table, column of its id and day.
 */
Datum
early_help_parts_dated_within(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "parts_dated_within", true, ROW_UPDATE);
	Trigger    *trigger = change.trigger->tg_trigger;
	char	  **args = trigger->tgargs;

	require_arguments(&change, "parts_dated_within", 2);
	if (field_is_updated(&change, args[1]) && !is_null(&change.after, args[1]))
	{
		for (int i = 2; i + 2 < trigger->tgnargs; i += 3)
			refuse_parts_before(&change, args[0], args[1], args + i);
	}
	return record_result(&change);
}
