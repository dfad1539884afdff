/*-------------------------------------------------------------------------
 *
 * try_date.c
 *		A date from a file, or nothing.
 *
 * An import must not end at the first cell that is not a date.  And what
 * PostgreSQL takes for a date depends on DateStyle: '03/04/2018' can be two
 * different days, and 'now' is today.  Here YYYY-MM-DD is a date and everything else is not.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "datatype/timestamp.h"
#include "fmgr.h"
#include "utils/date.h"
#include "utils/datetime.h"

#include "base/compat.h"
#include "base/event_date.h"

/* The number that count digits write; -1 if they are not digits. */
static int
digits(const char *text, int count)
{
	int			number = 0;

	for (int i = 0; i < count; i++)
	{
		if (text[i] < '0' || text[i] > '9')
			return -1;
		number = number * 10 + (text[i] - '0');
	}
	return number;
}

PG_FUNCTION_INFO_V1(early_help_try_date);

/* The date of a text YYYY-MM-DD from 1900 to 2100; null for any other text. */
Datum
early_help_try_date(PG_FUNCTION_ARGS)
{
	text	   *given = PG_GETARG_TEXT_PP(0);
	const char *words = VARDATA_ANY(given);
	int			year;
	int			month;
	int			day;

	if (VARSIZE_ANY_EXHDR(given) != 10 || words[4] != '-' || words[7] != '-')
		PG_RETURN_NULL();
	year = digits(words, 4);
	month = digits(words + 5, 2);
	day = digits(words + 8, 2);
	if (year < FIRST_YEAR || year > LAST_YEAR || month < 1 || month > MONTHS_PER_YEAR ||
		day < 1 || day > day_tab[isleap(year)][month - 1])
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(date2j(year, month, day) - POSTGRES_EPOCH_JDATE);
}
