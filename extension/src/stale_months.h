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

#endif							/* EARLY_HELP_STALE_MONTHS_H */
