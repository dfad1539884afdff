/*-------------------------------------------------------------------------
 *
 * sharing_decision.c
 *		Sharing on the basis of consent rests on a consent that holds (R08).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "partnership_query.h"
#include "record.h"
#include "rule.h"

static const PartnershipQuery consent_to_share_query = {
	"select consent_id from @consent where family_id" EQ "$1 and kind" EQ "'share'"
	" and agency_id" EQ "$2 and given_on" LE "$3"
	" and (withdrawn_on is null or withdrawn_on" GT "$3) limit 1 for share",
	3, {INT8OID, INT8OID, DATEOID}
};

PG_FUNCTION_INFO_V1(early_help_sharing_decision_before);

/* Trigger, before insert or update of sharing_decision. */
Datum
early_help_sharing_decision_before(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "sharing_decision_before", true,
										ROW_INSERT | ROW_UPDATE);
	Record	   *decision = &change.after;
	Datum		values[] = {
		Int64GetDatum(id_of(decision, "family_id")),
		Int64GetDatum(id_of(decision, "agency_id")),
		DateADTGetDatum(date_of(decision, "decided_on"))
	};

	if (!text_is(decision, "basis", "consent") || !text_is(decision, "shared", "t") ||
		is_null(decision, "decided_on"))
		return record_result(&change);
	begin_partnership_queries();
	if (run_partnership_query(change.rel, &consent_to_share_query, values, NULL) == 0)
		rule_error_hint(RULE_CONSENT, change.rel, NULL,
						"Record consent to share with that agency, or name the other basis the decision has.",
						"family_id %lld has not consented on %s to sharing with agency_id %lld",
						(long long) id_of(decision, "family_id"),
						date_words(date_of(decision, "decided_on")),
						(long long) id_of(decision, "agency_id"));
	end_partnership_queries();
	return record_result(&change);
}
