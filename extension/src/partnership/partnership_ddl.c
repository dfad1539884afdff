/*-------------------------------------------------------------------------
 *
 * partnership_ddl.c
 *		Functions that return the DDL of one partnership, for
 *		create_partnership() and upgrade_partnership() to execute.
 *
 * The text is constant and stands in the library, so it is always of the
 * same version as the C of its triggers.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "partnership/partnership_ddl.h"

PG_FUNCTION_INFO_V1(partnership_records_ddl);
PG_FUNCTION_INFO_V1(partnership_kpi_ddl);

Datum
partnership_records_ddl(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	PG_RETURN_TEXT_P(cstring_to_text(records_ddl));
}

Datum
partnership_kpi_ddl(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	PG_RETURN_TEXT_P(cstring_to_text(kpi_ddl));
}
