/*-------------------------------------------------------------------------
 *
 * sharing_decision.c
 *		Sharing on the basis of consent needs a consent that holds (R08).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/partnership_query.h"
#include "base/record.h"
#include "base/rule.h"
#include "family/family.h"

static const PartnershipQuery consent_to_share_query = {
	"select consent_id from @consent where family_id == $1 and kind == 'share'"
	" and agency_id == $2 and given_on <= $3"
	" and (withdrawn_on is null or withdrawn_on > $3) limit 1 for share",
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
		is_null(decision, "decided_on") || is_null(decision, "family_id") || is_null(decision, "agency_id"))
		return record_result(&change);	/* check_row says so */
	begin_partnership_queries();
	if (run_partnership_query(change.rel, &consent_to_share_query, values, NULL) == 0)
		rule_error_hint(RULE_CONSENT, change.rel, NULL,
						"Record consent to share with that agency, or name the other basis the decision has.",
						"family_id %s has not consented on %s to sharing with agency_id %s",
						id_words(id_of(decision, "family_id")),
						date_words(date_of(decision, "decided_on")),
						id_words(id_of(decision, "agency_id")));
	end_partnership_queries();
	return record_result(&change);
}

static const PartnershipQuery shared_without_query = {
	"select d.sharing_decision_id from @sharing_decision d where d.family_id == $1"
	" and d.agency_id == $2 and d.shared and d.basis == 'consent' and d.decided_on >= $3"
	" and not exists (select from @consent c where c.family_id == $1 and c.kind == 'share'"
	" and c.agency_id == $2 and c.given_on <= d.decided_on"
	" and (c.withdrawn_on is null or c.withdrawn_on > d.decided_on"
	" or d.recorded_at <= c.withdrawal_recorded_at)) limit 1",
	3, {INT8OID, INT8OID, DATEOID}
};

PG_FUNCTION_INFO_V1(early_help_consent_to_share_stays);

/*
 * Trigger, after delete of consent to share or update of given_on or agency_id:
 * what was shared with this consent is covered by another one, or the change is
 * refused. The lock on the family makes two deletes wait for each other, so
 * that they cannot each rely on the other's consent.
 */
Datum
early_help_consent_to_share_stays(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "consent_to_share_stays", false,
										ROW_UPDATE | ROW_DELETE);
	Record	   *consent = &change.before;
	Datum		values[] = {
		Int64GetDatum(id_of(consent, "family_id")),
		Int64GetDatum(id_of(consent, "agency_id")),
		DateADTGetDatum(date_of(consent, "given_on"))
	};

	begin_partnership_queries();
	lock_family(change.rel, id_of(consent, "family_id"));
	if (run_partnership_query(change.rel, &shared_without_query, values, NULL) > 0)
		rule_error_hint(RULE_CONSENT, change.rel, NULL,
						"Record the other consent that it rests on first. "
						"Consent that was withdrawn gets withdrawn_on, and stays.",
						"sharing_decision_id %s rests on consent_id %s",
						id_words(result_id(1)), id_words(id_of(consent, "consent_id")));
	end_partnership_queries();
	return record_result(&change);
}
