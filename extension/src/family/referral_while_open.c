/*-------------------------------------------------------------------------
 *
 * referral_while_open.c
 *		While a family has an open episode it is not referred again (R16).
 *
 * A referral on the very day an episode opens or closes belongs to the next
 * episode. Referrals and episodes of a family lock the family's row first, so
 * that each sees the other.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/partnership_query.h"
#include "base/partnership_row.h"
#include "base/record.h"
#include "base/rule.h"
#include "family/family.h"
#include "family/referral_while_open.h"

/* An episode of the family, or one of another family that supports the child, on that day. */
static const PartnershipQuery episode_open_on_query = {
	"select episode_id, family_id from @episode where family_id == $1"
	" and opened_on < $2 and (closed_on is null or closed_on > $2)"
	" union all select e.episode_id, e.family_id from @episode_child c join @episode e on e.episode_id == c.episode_id"
	" where (c.child_id == $3 or c.child_id == $4)"
	" and c.joined_on < $2 and (c.left_on is null or c.left_on > $2) limit 1",
	4, {INT8OID, DATEOID, INT8OID, INT8OID}
};

PG_FUNCTION_INFO_V1(early_help_referral_not_while_open);

/* Trigger, before insert or update of referral. */
Datum
early_help_referral_not_while_open(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "referral_not_while_open", true,
										ROW_INSERT | ROW_UPDATE);
	Record	   *referral = &change.after;
	DateADT		referred_on = date_of(referral, "referred_on");
	Datum		values[] = {
		Int64GetDatum(id_of(referral, "family_id")), DateADTGetDatum(referred_on),
		Int64GetDatum(id_of(referral, "child_id")), Int64GetDatum(id_of(referral, "counted_child_id"))
	};

	if (is_null(referral, "referred_on") || is_null(referral, "family_id"))
		return record_result(&change);	/* check_row says so */
	begin_partnership_queries();
	/* referral_before() has locked the child: nobody takes it into another family's episode meanwhile. */
	lock_family(change.rel, id_of(referral, "family_id"));
	if (run_partnership_query(change.rel, &episode_open_on_query, values, NULL) > 0)
		rule_error(RULE_ATTACHED_CONTACT, change.rel, NULL,
				   "family_id %s has episode_id %s open on %s",
				   id_words(result_id(2)), id_words(result_id(1)), date_words(referred_on));
	end_partnership_queries();
	return record_result(&change);
}

static const PartnershipQuery referral_during_query = {
	"select referral_id from @referral where family_id == $1"
	" and referred_on > $2 and ($3 is null or referred_on < $3) limit 1",
	3, {INT8OID, DATEOID, DATEOID}
};

/*
 * R16 from the other side: no referral of the family is on the new days of an
 * episode. The caller has locked the family.
 */
void
check_no_referral_during(const Record *episode)
{
	Datum		values[] = {
		Int64GetDatum(id_of(episode, "family_id")),
		DateADTGetDatum(date_of(episode, "opened_on")),
		DateADTGetDatum(date_of(episode, "closed_on"))
	};
	char		nulls[] = {' ', ' ', is_null(episode, "closed_on") ? 'n' : ' '};

	if (run_partnership_query(episode->rel, &referral_during_query, values, nulls) > 0)
		rule_error_hint(RULE_ATTACHED_CONTACT, episode->rel, NULL,
						"Open the episode on the day of its latest referral, or correct the referral.",
						"referral_id %s of family_id %s was made while this episode was open",
						id_words(result_id(1)), id_words(id_of(episode, "family_id")));
}

/*
 * R16 from the side of a child: no referral of it, whichever family was named,
 * is on the days that it is in an episode, up to when it leaves, the episode
 * closes or ever. The caller has locked the child.
 */
void
check_child_not_referred_during(const Record *member, DateADT until)
{
	SiblingScan	referrals;

	sibling_beginscan(member->rel, "referral", "child_id", id_of(member, "child_id"), &referrals);
	while (sibling_getnext(&referrals))
	{
		DateADT		referred_on = date_of(&referrals.row, "referred_on");

		if (referred_on > date_of(member, "joined_on") &&
			referred_on < until)
			rule_error_hint(RULE_ATTACHED_CONTACT, member->rel, NULL,
							"Let the child join on the day of its latest referral, or correct the referral.",
							"referral_id %s of child_id %s was made on %s, while it was in episode_id %s",
							id_words(id_of(&referrals.row, "referral_id")), id_words(id_of(member, "child_id")),
							date_words(referred_on), id_words(id_of(member, "episode_id")));
	}
	sibling_endscan(&referrals);
}

static const PartnershipQuery attached_outside_query = {
	"select contact_child_id, received_on::pg_catalog.date from @contact_child where attached_episode_id == $1"
	" and (received_on < $2 or received_on > $3) limit 1",
	3, {INT8OID, DATEOID, DATEOID}
};

/*
 * A contact stays attached only to an episode that is open on its day.  Who
 * attaches one locks the episode first.
 */
void
check_attached_contacts(const Record *episode)
{
	Datum		values[] = {
		Int64GetDatum(id_of(episode, "episode_id")),
		DateADTGetDatum(date_of(episode, "opened_on")),
		DateADTGetDatum(date_of(episode, "closed_on"))
	};
	char		nulls[] = {' ', ' ', is_null(episode, "closed_on") ? 'n' : ' '};

	if (run_partnership_query(episode->rel, &attached_outside_query, values, nulls) > 0)
		rule_error_hint(RULE_ATTACHED_CONTACT, episode->rel, NULL,
						"Set attached_episode_id of the contact to null, or correct its day or the episode's.",
						"contact_child_id %s of %s is attached to episode_id %s, which would not be open on that day",
						id_words(result_id(1)), date_words(result_date(2)), id_words(id_of(episode, "episode_id")));
}
