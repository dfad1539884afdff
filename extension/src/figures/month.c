/*-------------------------------------------------------------------------
 *
 * month.c
 *		Months as numbers, and sets of them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "datatype/timestamp.h"
#include "utils/datetime.h"

#include "figures/month.h"

/* ---------------------------------------------------------------------
 * Numbers
 * ---------------------------------------------------------------------
 */

/* The number of the month that a finite day is in; it may lie outside 0 to ALL_MONTHS - 1. */
static int
month_of(DateADT day)
{
	int			year;
	int			month;
	int			day_of_month;

	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &day_of_month);
	return (year - FIRST_YEAR) * MONTHS_PER_YEAR + month - 1;
}

/* The month of an event; an error where no event can be. */
int
month_of_event(DateADT day)
{
	int			month = DATE_NOT_FINITE(day) ? -1 : month_of(day);

	if (month < 0 || month >= EVENT_MONTHS)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_FIELD_OVERFLOW),
				 errmsg("an event is dated outside %d to %d", FIRST_YEAR, LAST_YEAR),
				 errhint("Give the column the type early_help.event_date.")));
	return month;
}

/* The month of a day.  A day before the first month is in the first, one after the last month in the last. */
int
nearest_month(DateADT day)
{
	if (day <= first_day(0))
		return 0;
	if (day >= first_day(ALL_MONTHS - 1))
		return ALL_MONTHS - 1;
	return month_of(day);
}

DateADT
first_day(int month)
{
	return date2j(FIRST_YEAR + month / MONTHS_PER_YEAR, month % MONTHS_PER_YEAR + 1, 1) - POSTGRES_EPOCH_JDATE;
}

/* ---------------------------------------------------------------------
 * Sets
 * ---------------------------------------------------------------------
 */

/* The bits of one word that stand for months from the first to the last. */
static uint64
bits_in_word(int word, int first, int last)
{
	int			from = Max(first - word * MONTH_BITS, 0);
	int			to = Min(last - word * MONTH_BITS, MONTH_BITS - 1);

	return (PG_UINT64_MAX << from) & (PG_UINT64_MAX >> (MONTH_BITS - 1 - to));
}

/* Does the set have all months from the first to the last? */
bool
has_months(const MonthSet *months, int first, int last)
{
	for (int word = first / MONTH_BITS; word <= last / MONTH_BITS; word++)
		if ((~months->words[word] & bits_in_word(word, first, last)) != 0)
			return false;
	return true;
}

void
add_months(MonthSet *months, int first, int last)
{
	for (int word = first / MONTH_BITS; word <= last / MONTH_BITS; word++)
		months->words[word] |= bits_in_word(word, first, last);
}

/*
 * The next run of neighbouring months after *last, which is -1 before the first
 * run.  False if there is none.
 */
bool
next_months(const MonthSet *months, int *first, int *last)
{
	int			month = *last + 1;

	while (month < ALL_MONTHS && !has_months(months, month, month))
		month++;
	*first = month;
	while (month < ALL_MONTHS && has_months(months, month, month))
		month++;
	*last = month - 1;
	return *first < ALL_MONTHS;
}
