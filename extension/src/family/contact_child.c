/*-------------------------------------------------------------------------
 *
 * contact_child.c
 *		A child in a contact: what its row copies from the contact, and the
 *		episode it is attached to (R16).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/partnership_query.h"
#include "base/partnership_row.h"
#include "base/record.h"
#include "base/rule.h"

static const PartnershipQuery contact_query = {
	"select received_on::pg_catalog.date, source_code::pg_catalog.text from @contact where contact_id == $1",
	1, {INT8OID}
};

PG_FUNCTION_INFO_V1(early_help_contact_child_before);

/* Trigger, before insert of contact_child: fills in the contact's day and source where they are not given. */
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

/*
 * The child belongs to the episode or to its family. For a duplicate, the child
 * that it counts for may belong to them instead. Between a closure and the
 * reopening the episode is not open.
 */
static const PartnershipQuery attachable_query = {
	"select e.episode_id from @episode e where e.episode_id == $1"
	" and e.opened_on <= $2 and (e.closed_on is null or e.closed_on >= $2)"
	" and not (e.reopened_on > $2 and exists (select from @episode_event r where r.episode_id == $1"
	" and r.event == 'reopen' and r.happened_on > $2 and $2 > (select v.happened_on from @episode_event v"
	" where v.episode_id == $1 and v.state_to == 'closed' and v.state_from <> 'closed' and v.episode_event_id < r.episode_event_id"
	" order by v.episode_event_id desc limit 1)))"
	" and (exists (select from @episode_child c where c.episode_id == $1"
	" and (c.child_id == $3 or c.child_id == $4))"
	" or exists (select from @family_member m where m.family_id == e.family_id"
	" and (m.child_id == $3 or m.child_id == $4)))",
	4, {INT8OID, DATEOID, INT8OID, INT8OID}
};

PG_FUNCTION_INFO_V1(early_help_contact_child_fits_episode);

/* Trigger, before insert or update of an attached contact_child. */
Datum
early_help_contact_child_fits_episode(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "contact_child_fits_episode", true,
										ROW_INSERT | ROW_UPDATE);
	Record	   *contact_child = &change.after;
	DateADT		received_on = date_of(contact_child, "received_on");
	Datum		values[] = {
		Int64GetDatum(id_of(contact_child, "attached_episode_id")), DateADTGetDatum(received_on),
		Int64GetDatum(id_of(contact_child, "child_id")),
		Int64GetDatum(id_of(contact_child, "counted_child_id"))
	};

	if (is_null(contact_child, "received_on") || is_null(contact_child, "child_id"))
		return record_result(&change);	/* check_row says so */
	begin_partnership_queries();
	/* Nobody closes the episode before the contact's day meanwhile. */
	(void) lock_sibling_only(change.rel, "episode", "episode_id", id_of(contact_child, "attached_episode_id"),
							 LockTupleNoKeyExclusive);
	if (run_partnership_query(change.rel, &attachable_query, values, NULL) == 0)
		rule_error_hint(RULE_ATTACHED_CONTACT, change.rel, NULL,
						"Attach it to the episode that the child's family has open on that day, or to none.",
						"episode_id %s is not open on %s for child_id %s",
						id_words(id_of(contact_child, "attached_episode_id")),
						date_words(received_on), id_words(id_of(contact_child, "child_id")));
	end_partnership_queries();
	return record_result(&change);
}
