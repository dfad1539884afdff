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
#include "fmgr.h"
#include "utils/date.h"
#include "utils/rel.h"

typedef struct Record
{
	Relation	rel;
	HeapTuple	tuple;			/* NULL where the event has none */
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
extern Datum record_result(const RecordChange *change);

extern int	column_number(Relation rel, const char *field);
extern bool is_null(const Record *record, const char *field);
extern int64 id_of(const Record *record, const char *field);
extern int	number_of(const Record *record, const char *field);
extern DateADT date_of(const Record *record, const char *field);
extern char *text_of(const Record *record, const char *field);
extern bool text_is(const Record *record, const char *field, const char *text);
extern int level_of(const Record *record, const char *field);
extern bool field_changed(const RecordChange *change, const char *field);
extern void set_field(Record *record, const char *field, Datum value);
extern void set_field_text(Record *record, const char *field, const char *text);
extern void set_field_null(Record *record, const char *field);
extern const char *date_words(DateADT date);

#endif
