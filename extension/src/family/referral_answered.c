/*-------------------------------------------------------------------------
 *
 * referral_answered.c
 *		A referral is answered by one episode of its family, and a declined one
 *		by none (S02).
 *
 * Who names a referral in an episode, and who declines it, locks the referral
 * first, so that each sees the other.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/partnership_query.h"
#include "base/partnership_row.h"
#include "base/rule.h"
#include "family/family.h"
#include "family/referral_answered.h"

static const PartnershipQuery answered_by_query = {
	"select episode_id from @episode where referral_id == $1 and episode_id <> $2 limit 1",
	2, {INT8OID, INT8OID}
};

static void
check_answered_once(const Record *episode, int64 referral_id)
{
	Datum		values[] = {Int64GetDatum(referral_id), Int64GetDatum(id_of(episode, "episode_id"))};

	if (run_partnership_query(episode->rel, &answered_by_query, values, NULL) > 0)
		rule_error_hint(RULE_RECORD_STAYS, episode->rel, "episode_answers_its_referral_alone",
						"Name another referral, or none; if that episode was opened in error, set its referral_id to null.",
						"referral_id %s is answered by episode_id %s",
						id_words(referral_id), id_words(result_id(1)));
}

/* The episode's referral is its family's own, not declined, and answered by no other episode. */
void
check_answers(const Record *episode)
{
	int64		referral_id = id_of(episode, "referral_id");
	int64		its_family;
	DateADT		declined_on;
	Record		referral;

	if (!lock_sibling(episode->rel, "referral", "referral_id", referral_id, LockTupleNoKeyExclusive, &referral))
		return;					/* the foreign key says so */
	its_family = id_of(&referral, "family_id");
	declined_on = date_of(&referral, "declined_on");
	leave_sibling(&referral);
	refuse_other_family(episode->rel, "referral_id", referral_id, its_family, id_of(episode, "family_id"));
	if (declined_on != DATEVAL_NOEND)
		rule_error_hint(RULE_RECORD_STAYS, episode->rel, NULL,
						"Set declined_on of the referral to null if it was declined by mistake, or open the episode without it.",
						"referral_id %s was declined on %s", id_words(referral_id), date_words(declined_on));
	check_answered_once(episode, referral_id);
}

PG_FUNCTION_INFO_V1(early_help_referral_declined);

/* Trigger, before update of declined_on of referral: no episode answers it. */
Datum
early_help_referral_declined(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "referral_declined", true, ROW_UPDATE);
	int64		referral_id = id_of(&change.after, "referral_id");
	Datum		values[] = {Int64GetDatum(referral_id), Int64GetDatum(NO_ID)};

	if (is_null(&change.after, "declined_on"))
		return record_result(&change);
	begin_partnership_queries();
	if (run_partnership_query(change.rel, &answered_by_query, values, NULL) > 0)
		rule_error_hint(RULE_RECORD_STAYS, change.rel, NULL,
						"Close the episode, or set its referral_id to null if it does not answer this referral.",
						"referral_id %s is answered by episode_id %s",
						id_words(referral_id), id_words(result_id(1)));
	end_partnership_queries();
	return record_result(&change);
}
