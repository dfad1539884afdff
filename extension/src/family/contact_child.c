/*-------------------------------------------------------------------------
 *
 * contact_child.c
 *		Facts a child's row takes over from its contact.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/partnership_query.h"
#include "base/record.h"

static const PartnershipQuery contact_query = {
	"select received_on::pg_catalog.date, source_code::pg_catalog.text from @contact where contact_id == $1",
	1, {INT8OID}
};

PG_FUNCTION_INFO_V1(early_help_contact_child_before);

/* Trigger, before insert of contact_child: day and source where not given. */
Datum
early_help_contact_child_before(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "contact_child_before", true, ROW_INSERT);
	Record	   *contact_child = &change.after;
	Datum		values[] = {Int64GetDatum(id_of(contact_child, "contact_id"))};

	begin_partnership_queries();
	if (run_partnership_query(change.rel, &contact_query, values, NULL) > 0)
	{
		DateADT		received_on = result_date(1);
		char	   *source_code = result_text(2);

		if (is_null(contact_child, "received_on"))
			set_date(contact_child, "received_on", received_on);
		if (is_null(contact_child, "source_code"))
			set_field_text(contact_child, "source_code", source_code);
	}
	end_partnership_queries();
	return record_result(&change);
}
