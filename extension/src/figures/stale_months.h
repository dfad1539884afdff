/*-------------------------------------------------------------------------
 *
 * stale_months.h
 *		The log of months whose figures must be computed anew.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_STALE_MONTHS_H
#define EARLY_HELP_STALE_MONTHS_H

#include "utils/date.h"
#include "utils/rel.h"

/* The table, in the schema of a partnership's records. */
#define LOG_TABLE "stale_mark"

/* Its columns, in this order: check_log() looks. */
#define LOG_SOURCE 1
#define LOG_FIRST_MONTH 2
#define LOG_LAST_MONTH 3
#define LOG_LAST_EVENT 4
#define LOG_PART 5
#define LOG_COLUMNS 5

/* A row to append. */
typedef struct LogRow
{
	const char *source;
	DateADT		first_month;
	DateADT		last_month;
	DateADT		last_event;
	const int64 *part;			/* NULL: the months as a whole */
} LogRow;

extern void check_log(Relation log);
extern Oid	append_to_log(Relation rel, const LogRow *row);

#endif
