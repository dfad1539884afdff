/*-------------------------------------------------------------------------
 *
 * conversation.c
 *		All support begins with a conversation (R09).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/partnership_query.h"
#include "base/partnership_row.h"
#include "base/record.h"
#include "base/rule.h"
#include "family/conversation.h"
#include "family/family.h"

/* Locks one conversation FOR SHARE: nobody deletes or re-dates it while support starts on it. */
static bool
lock_conversation(Relation rel, int64 family_id, DateADT on)
{
	SiblingScan	conversations;
	bool		held = false;

	sibling_beginscan(rel, "conversation", "family_id", family_id, &conversations);
	while (!held && sibling_getnext(&conversations))
		held = date_of(&conversations.row, "held_on") <= on &&
			lock_this_sibling(&conversations, LockTupleShare) &&
			date_of(&conversations.row, "held_on") <= on;
	sibling_endscan(&conversations);
	return held;
}

/* R09: a conversation with the family is recorded on that day or earlier. */
void
require_conversation(Relation rel, int64 family_id, DateADT on, const char *what)
{
	if (!lock_conversation(rel, family_id, on))
		rule_error(RULE_CONVERSATION_FIRST, rel, NULL,
				   "no conversation with family_id %s is recorded up to %s, the day of the %s",
				   id_words(family_id), date_words(on), what);
}

static const PartnershipQuery unsupported_query = {
	"select e.episode_id from @episode e"
	" left join @assessment a on a.episode_id == e.episode_id"
	" left join @plan p on p.episode_id == e.episode_id"
	" where e.family_id == $1 and least(a.started_on, p.started_on) is not null"
	" and not exists (select from @conversation c where c.family_id == $1 and c.conversation_id <> $2"
	" and c.held_on <= least(a.started_on, p.started_on))"
	" and least(a.started_on, p.started_on) >= $3"
	" and ($4 is null or least(a.started_on, p.started_on) < $4) limit 1",
	4, {INT8OID, INT8OID, DATEOID, DATEOID}
};

PG_FUNCTION_INFO_V1(early_help_conversation_stays);

/*
 * Trigger, before update of held_on or delete: a conversation stays if it is
 * the only one before some support began. The lock on the family makes two
 * deletes wait for each other, so that they cannot each rely on the other's
 * conversation.
 */
Datum
early_help_conversation_stays(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "conversation_stays", true, ROW_UPDATE | ROW_DELETE);
	Record	   *conversation = &change.before;
	bool		gone = change.after.tuple == NULL || field_is_new(&change, "family_id");
	Datum		values[] = {
		Int64GetDatum(id_of(conversation, "family_id")),
		Int64GetDatum(id_of(conversation, "conversation_id")),
		DateADTGetDatum(date_of(conversation, "held_on")),
		gone ? (Datum) 0 : DateADTGetDatum(date_of(&change.after, "held_on"))
	};
	char		nulls[] = {' ', ' ', ' ', gone ? 'n' : ' '};

	begin_partnership_queries();
	lock_family(change.rel, id_of(conversation, "family_id"));
	if (run_partnership_query(change.rel, &unsupported_query, values, nulls) > 0)
		rule_error(RULE_CONVERSATION_FIRST, change.rel, NULL,
				   "support of episode_id %s began with conversation_id %s",
				   id_words(result_id(1)), id_words(id_of(conversation, "conversation_id")));
	end_partnership_queries();
	return record_result(&change);
}
