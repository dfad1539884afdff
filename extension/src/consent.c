/*-------------------------------------------------------------------------
 *
 * consent.c
 *		Consent to take part: no EHA and no plan without it, and its withdrawal
 *		ends them (R08).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "consent.h"
#include "partnership_query.h"
#include "record.h"
#include "rule.h"

/*
 * FOR SHARE: whoever starts an EHA or a plan and whoever withdraws the consent
 * it rests on wait for each other, so that neither misses the other.
 */
static const PartnershipQuery consent_query = {
	"select consent_id from @consent where family_id" EQ "$1 and kind" EQ "'take_part'"
	" and given_on" LE "$2 and (withdrawn_on is null or withdrawn_on" GT "$2)"
	" limit 1 for share",
	2, {INT8OID, DATEOID}
};

/* Whether the family's consent to take part holds on a day. */
bool
has_consent(Relation rel, int64 family_id, DateADT on)
{
	Datum		values[] = {Int64GetDatum(family_id), DateADTGetDatum(on)};

	return run_partnership_query(rel, &consent_query, values, NULL) > 0;
}

void
require_consent(Relation rel, int64 family_id, DateADT on, const char *what)
{
	if (!has_consent(rel, family_id, on))
		rule_error(RULE_CONSENT, rel, NULL,
				   "family_id %lld has not consented to take part on %s, the day of the %s",
				   (long long) family_id, date_words(on), what);
}

/* ---------------------------------------------------------------------
 * Withdrawal
 * ---------------------------------------------------------------------
 */

static const PartnershipQuery plans_end_query = {
	"update @plan set ended_on = greatest($2, started_on), end_reason = 'consent_withdrawn'"
	" from @episode e"
	" where plan.episode_id" EQ "e.episode_id and e.family_id" EQ "$1 and plan.ended_on is null",
	2, {INT8OID, DATEOID}
};

static const PartnershipQuery assessments_end_query = {
	"update @assessment set ended_on = greatest($2, started_on), end_reason = 'consent_withdrawn'"
	" from @episode e"
	" where assessment.episode_id" EQ "e.episode_id and e.family_id" EQ "$1"
	" and assessment.ended_on is null and assessment.completed_on is null",
	2, {INT8OID, DATEOID}
};

PG_FUNCTION_INFO_V1(early_help_consent_after);

/*
 * Trigger, after insert or update of consent: withdrawal ends the family's
 * open EHAs and plans, unless another consent to take part still holds.
 */
Datum
early_help_consent_after(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "consent_after", false, ROW_INSERT | ROW_UPDATE);
	Record	   *consent = &change.after;
	int64		family_id = id_of(consent, "family_id");
	DateADT		withdrawn_on = date_of(consent, "withdrawn_on");
	Datum		values[] = {Int64GetDatum(family_id), DateADTGetDatum(withdrawn_on)};

	if (is_null(consent, "withdrawn_on") || !text_is(consent, "kind", "take_part") ||
		!field_changed(&change, "withdrawn_on"))
		return record_result(&change);
	begin_partnership_queries();
	if (!has_consent(change.rel, family_id, withdrawn_on))
	{
		write_by_rules(change.rel, &plans_end_query, values, NULL);
		write_by_rules(change.rel, &assessments_end_query, values, NULL);
	}
	end_partnership_queries();
	return record_result(&change);
}

static const PartnershipQuery support_query = {
	"select episode_id from @episode e where e.family_id" EQ "$1 and ("
	" exists (select from @assessment a where a.episode_id" EQ "e.episode_id and a.started_on" GE "$2)"
	" or exists (select from @plan p where p.episode_id" EQ "e.episode_id and p.started_on" GE "$2))"
	" limit 1",
	2, {INT8OID, DATEOID}
};

PG_FUNCTION_INFO_V1(early_help_consent_stays);

/* Trigger, before delete of consent: what support rests on is withdrawn, not deleted. */
Datum
early_help_consent_stays(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "consent_stays", true, ROW_DELETE);
	Record	   *consent = &change.before;
	Datum		values[] = {
		Int64GetDatum(id_of(consent, "family_id")),
		DateADTGetDatum(date_of(consent, "given_on"))
	};

	if (!text_is(consent, "kind", "take_part"))
		return record_result(&change);
	begin_partnership_queries();
	if (run_partnership_query(change.rel, &support_query, values, NULL) > 0)
		rule_error_hint(RULE_CONSENT, change.rel, NULL,
						"Set withdrawn_on; withdrawal never deletes the record.",
						"an EHA or a plan of episode_id %lld rests on consent_id %lld",
						(long long) result_id(1), (long long) id_of(consent, "consent_id"));
	end_partnership_queries();
	return record_result(&change);
}
