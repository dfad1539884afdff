/*-------------------------------------------------------------------------
 *
 * age.c
 *	  The age of a child on a day, in whole years.
 *
 * Ages of early help run from -1, a child not yet born, to 24.  A child
 * born on 29 February grows a year older on 1 March of a year that has no
 * such day.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/date.h"
#include "utils/datetime.h"

PG_FUNCTION_INFO_V1(early_help_age_at);

/*
 * age_at(birth_date date, expected_birth_date date, on_date date)
 *
 * -1 before birth, and whenever only an expected birth date is known, even
 * if that day has passed; null if neither is known, or for a day that is
 * null or infinite.
 */
Datum
early_help_age_at(PG_FUNCTION_ARGS)
{
	DateADT		birth;
	DateADT		day;
	int			birth_year;
	int			birth_month;
	int			birth_day;
	int			year;
	int			month;
	int			day_of_month;

	if (PG_ARGISNULL(2))
		PG_RETURN_NULL();
	day = PG_GETARG_DATEADT(2);
	if (DATE_NOT_FINITE(day))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(0))
	{
		if (PG_ARGISNULL(1))
			PG_RETURN_NULL();
		PG_RETURN_INT32(-1);
	}
	birth = PG_GETARG_DATEADT(0);
	if (DATE_NOT_FINITE(birth))
		PG_RETURN_NULL();
	if (day < birth)
		PG_RETURN_INT32(-1);

	j2date(birth + POSTGRES_EPOCH_JDATE, &birth_year, &birth_month, &birth_day);
	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &day_of_month);
	PG_RETURN_INT32(year - birth_year -
					(month < birth_month ||
					 (month == birth_month && day_of_month < birth_day)));
}
