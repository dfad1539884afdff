/*-------------------------------------------------------------------------
 *
 * event_date.c
 *		Is a day one of the record's?
 *
 * The CHECK of domain early_help.event_date. It answers, and refuses nothing: a
 * client may ask whether a value would be taken (pg_input_is_valid), and COPY may
 * skip what is not. If the server then refuses the day, it does so in our words.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/date.h"
#include "utils/datetime.h"

#include "base/event_date.h"
#include "base/server_words.h"

PG_FUNCTION_INFO_V1(early_help_is_event_date);

/* early_help_internal.is_event_date(day): from 1900-01-01 to 2100-12-31, and never infinity. */
Datum
early_help_is_event_date(PG_FUNCTION_ARGS)
{
	DateADT		day = PG_GETARG_DATEADT(0);

	if (day >= date2j(FIRST_YEAR, 1, 1) - POSTGRES_EPOCH_JDATE &&
		day <= date2j(LAST_YEAR, 12, 31) - POSTGRES_EPOCH_JDATE)
		PG_RETURN_BOOL(true);
	await_impossible_day(day);
	PG_RETURN_BOOL(false);
}
