/*-------------------------------------------------------------------------
 *
 * lead_practitioner.c
 *		One lead practitioner on every day from allocation to closure (R07).
 *
 * Lead practitioners are change points: each leads from its day until the next
 * one's, so no gap and no overlap can be written. What is left to check is the
 * two ends: the first one allocates the episode, none begins after closure.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "base/correction.h"
#include "base/partnership_query.h"
#include "base/record.h"
#include "base/rule.h"
#include "episode/episode_event.h"

static const PartnershipQuery set_allocated_query = {
	"update @episode set allocated_on = $2, state = $3::pg_catalog.text::early_help.episode_state"
	" where episode_id == $1",
	3, {INT8OID, DATEOID, TEXTOID}
};

static void
allocate(Relation rel, Episode *episode, DateADT on)
{
	bool		first = episode->state == STATE_WAITING;
	EpisodeState to = first ? legal_transition(rel, episode, EVENT_ALLOCATE, false)->to : episode->state;
	Datum		values[] = {
		Int64GetDatum(episode->id),
		DateADTGetDatum(on),
		CStringGetTextDatum(state_name(to))
	};

	write_by_rules(rel, &set_allocated_query, values, NULL);
	if (first)
		log_event(rel, episode->id, EVENT_ALLOCATE, STATE_WAITING, to, on, NO_ID);
}

PG_FUNCTION_INFO_V1(early_help_lead_practitioner_after);

/* Trigger, after insert or update of lead_practitioner. */
Datum
early_help_lead_practitioner_after(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "lead_practitioner_after", false,
										ROW_INSERT | ROW_UPDATE);
	Record	   *lead = &change.after;
	DateADT		from_on = date_of(lead, "from_on");
	Episode		episode;

	begin_partnership_queries();
	if (lock_episode(change.rel, id_of(lead, "episode_id"), &episode))
	{
		refuse_after_closure(change.rel, &episode, "from_on", from_on);
		if (from_on < episode.allocated_on)
			allocate(change.rel, &episode, from_on);
	}
	end_partnership_queries();
	return record_result(&change);
}

PG_FUNCTION_INFO_V1(early_help_lead_practitioner_stays);

/* Trigger, before delete of lead_practitioner: the first one stays. */
Datum
early_help_lead_practitioner_stays(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "lead_practitioner_stays", true, ROW_DELETE);
	Record	   *lead = &change.before;
	Episode		episode;

	begin_partnership_queries();
	/* An episode that is being deleted takes its lead practitioners along. */
	if (lock_episode(change.rel, id_of(lead, "episode_id"), &episode) &&
		date_of(lead, "from_on") == episode.allocated_on &&
		!is_sibling_mended(change.rel, "episode", episode.id))
		rule_error(RULE_LEAD_PRACTITIONER, change.rel, "episode_has_lead_from_allocation",
				   "from_on %s is the first day of a lead practitioner of episode_id %s",
				   date_words(episode.allocated_on), id_words(episode.id));
	end_partnership_queries();
	return record_result(&change);
}
