/*-------------------------------------------------------------------------
 *
 * month.h
 *		Months as numbers, and sets of them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_MONTH_H
#define EARLY_HELP_MONTH_H

#include "utils/date.h"

#include "base/event_date.h"

/*
 * Month 0 is January of FIRST_YEAR.  An event is dated in one of EVENT_MONTHS
 * months; a mark reaches at most LONGEST_REACH months further.
 */
#define LONGEST_REACH 120
#define EVENT_MONTHS ((LAST_YEAR - FIRST_YEAR + 1) * 12)
#define ALL_MONTHS (EVENT_MONTHS + LONGEST_REACH)

/* A set of months, one bit each. */
#define MONTH_BITS 64
#define MONTH_WORDS ((ALL_MONTHS + MONTH_BITS - 1) / MONTH_BITS)

typedef struct MonthSet
{
	uint64		words[MONTH_WORDS];
} MonthSet;

extern int	month_of_event(DateADT day);
extern int	nearest_month(DateADT day);
extern DateADT first_day(int month);

extern bool has_months(const MonthSet *months, int first, int last);
extern void add_months(MonthSet *months, int first, int last);
extern bool next_months(const MonthSet *months, int *first, int *last);

#endif
