/*-------------------------------------------------------------------------
 *
 * updated_at.c
 *		When a row was last written.
 *
 * Column updated_at of a record is the start of the transaction that wrote the
 * row last, whatever the writer says it is: who reads what changed since a
 * moment must not miss a row because somebody wrote the column himself. An
 * update that changes nothing in the row, or updated_at alone, leaves it as it
 * was, so that a client that writes every column each time does not make every
 * row look changed.
 *
 * A subscriber keeps the publisher's time, and a restore the time of the
 * backup: it loads rows before there are triggers, or with triggers disabled.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/datum.h"

#include "guard/updated_at.h"

#define UPDATED_AT "updated_at"

/* Is it the column that this file sets? A table of records has one; others have none. */
bool
is_updated_at(Form_pg_attribute attr)
{
	return attr->atttypid == TIMESTAMPTZOID && !attr->attisdropped && !attr->attgenerated &&
		strcmp(NameStr(attr->attname), UPDATED_AT) == 0;
}

/* The number of that column; 0 if the table has none. */
int
updated_at_column(TupleDesc desc)
{
	for (int i = 0; i < desc->natts; i++)
	{
		if (is_updated_at(TupleDescAttr(desc, i)))
			return i + 1;
	}
	return 0;
}

/* The bytes first: a long value that stays is not read from its TOAST table. */
static bool
is_same(Form_pg_attribute attr, Datum before, Datum after)
{
	return datumIsEqual(before, after, attr->attbyval, attr->attlen) ||
		datum_image_eq(before, after, attr->attbyval, attr->attlen);
}

/* Generated columns follow from the others, and are not computed yet. */
static bool
changes_nothing_else(const TriggerData *trigger, int column)
{
	TupleDesc	desc = RelationGetDescr(trigger->tg_relation);
	TupleTableSlot *before = trigger->tg_trigslot;
	TupleTableSlot *after = trigger->tg_newslot;

	slot_getallattrs(before);
	slot_getallattrs(after);
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attr = TupleDescAttr(desc, i);

		if (attr->attisdropped || attr->attgenerated || i == column - 1)
			continue;
		if (before->tts_isnull[i] != after->tts_isnull[i] ||
			(!before->tts_isnull[i] && !is_same(attr, before->tts_values[i], after->tts_values[i])))
			return false;
	}
	return true;
}

/* The row's updated_at as it should be. */
static TimestampTz
moment_to_write(const RecordChange *change, int column)
{
	TimestampTz now = GetCurrentTransactionStartTimestamp();

	if (TRIGGER_FIRED_BY_UPDATE(change->event))
	{
		TimestampTz before = moment_of(&change->before, UPDATED_AT);

		/* A column of the partnership's own can be null. */
		if (before != now && before != DT_NOEND && changes_nothing_else(change->trigger, column))
			return before;
	}
	return now;
}

/* Before a row is inserted or updated, after all that may change it; the column as updated_at_column() found it. */
void
set_updated_at(RecordChange *change, int column)
{
	TimestampTz moment;
	bool		isnull;
	Datum		given;

	if (column == 0 || SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA)
		return;
	moment = moment_to_write(change, column);
	given = slot_getattr(change->after.slot, column, &isnull);
	if (isnull || DatumGetTimestampTz(given) != moment)
		set_timestamp(&change->after, UPDATED_AT, moment);
}
