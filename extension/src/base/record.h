/*-------------------------------------------------------------------------
 *
 * record.h
 *		The row a trigger fires for, its fields read and set by name.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_RECORD_H
#define EARLY_HELP_RECORD_H

#include "access/htup.h"
#include "commands/trigger.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "utils/date.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

typedef struct Record
{
	Relation	rel;
	HeapTuple	tuple;			/* NULL where the event has none */
	TupleTableSlot *slot;		/* the same row, and what was read of it; NULL: none, or the row was changed */
	MemoryContext context;		/* where a changed tuple lives: the executor's */
} Record;

/* What a row trigger was called for: old and new row as far as they exist. */
typedef struct RecordChange
{
	TriggerData *trigger;
	Relation	rel;
	TriggerEvent event;
	Record		before;			/* OLD; no tuple on insert */
	Record		after;			/* NEW; no tuple on delete */
} RecordChange;

#define ROW_INSERT 1
#define ROW_UPDATE 2
#define ROW_DELETE 4

extern RecordChange record_change(FunctionCallInfo fcinfo, const char *function,
								  bool before, int events);
extern void require_arguments(const RecordChange *change, const char *function, int least);
extern Datum record_result(const RecordChange *change);
extern CommandId advance_command_id(void);

/*
 * No id: what id_of() gives for null.  Every other bigint is an id, 0 and
 * negative ones too; a row with this one is refused where it is read.
 */
#define NO_ID PG_INT64_MIN

extern int	column_number(Relation rel, const char *field);
extern int	column_of_type(Relation rel, const char *field, Oid type);
extern bool is_null(const Record *record, const char *field);
extern int64 id_of(const Record *record, const char *field);
extern int	number_of(const Record *record, const char *field);
extern DateADT date_of(const Record *record, const char *field);
extern TimestampTz moment_of(const Record *record, const char *field);
extern char *text_of(const Record *record, const char *field);
extern bool text_is(const Record *record, const char *field, const char *text);
extern int level_of(const Record *record, const char *field);
extern bool field_is_new(const RecordChange *change, const char *field);
extern bool field_is_updated(const RecordChange *change, const char *field);
extern bool field_is_written(const RecordChange *change, const char *field);
extern bool field_was_set(const RecordChange *change, const char *field);
extern void set_id(Record *record, const char *field, int64 id);
extern void set_smallint(Record *record, const char *field, int16 number);
extern void set_date(Record *record, const char *field, DateADT date);
extern void set_timestamp(Record *record, const char *field, TimestampTz moment);
extern void set_field_text(Record *record, const char *field, const char *text);
extern void set_field_null(Record *record, const char *field);
extern const char *id_words(int64 id);
extern char *row_ids(Relation rel, TupleTableSlot *slot);
extern const char *date_words(DateADT date);
extern int64 checked_id(Datum value, bool isnull);

#endif
