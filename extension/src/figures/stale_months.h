/*-------------------------------------------------------------------------
 *
 * stale_months.h
 *	  The log of months whose figures must be computed anew.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_STALE_MONTHS_H
#define EARLY_HELP_STALE_MONTHS_H

#include "utils/date.h"
#include "utils/rel.h"

/* The table, in the schema of a partnership's records. */
#define LOG_TABLE "kpi_stale_months"

/* Its columns, in this order: see check_log(). */
#define LOG_SOURCE 1
#define LOG_FIRST_MONTH 2
#define LOG_LAST_MONTH 3
#define LOG_LAST_EVENT 4
#define LOG_PART 5
#define LOG_COLUMNS 5

/*
 * Months are counted from January 1900.  Events are dated 1900 to 2100
 * (domain early_help.event_date); a mark reaches at most LONGEST_REACH
 * months further.
 */
#define FIRST_YEAR 1900
#define LAST_YEAR 2100
#define LONGEST_REACH 120
#define EVENT_MONTHS ((LAST_YEAR - FIRST_YEAR + 1) * 12)
#define ALL_MONTHS (EVENT_MONTHS + LONGEST_REACH)

extern int	month_of(DateADT day);
extern DateADT first_day(int month);
extern void check_log(Relation log);

#endif							/* EARLY_HELP_STALE_MONTHS_H */
