/*-------------------------------------------------------------------------
 *
 * episode_event.c
 *		Events of an episode.
 *
 * The caller has locked the episode's row, so events of one episode come one
 * after another, and stands between begin_ and end_partnership_queries(). An
 * event is legal where continuum.c says so; it moves the episode's state and
 * leaves a row in episode_event.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/partnership_query.h"
#include "base/rule.h"
#include "episode/episode_event.h"

static const PartnershipQuery set_state_query = {
	"update @episode set state = $2::pg_catalog.text::early_help.episode_state"
	" where episode_id == $1",
	2, {INT8OID, TEXTOID}
};

static const PartnershipQuery log_event_query = {
	"insert into @episode_event (episode_id, event, state_from, state_to, happened_on, child_id, recorded_at)"
	" values ($1, $2::early_help.continuum_event, $3::early_help.episode_state,"
	" $4::early_help.episode_state, $5, $6, $7)",
	7, {INT8OID, TEXTOID, TEXTOID, TEXTOID, DATEOID, INT8OID, TIMESTAMPTZOID}
};

/* "Legal now: close, start_plan." */
static char *
legal_events(EpisodeState state)
{
	StringInfoData words;

	initStringInfo(&words);
	for (int event = 0; event < CONTINUUM_EVENTS; event++)
	{
		if (transition(state, (ContinuumEvent) event, false) == NULL)
			continue;
		appendStringInfo(&words, "%s%s", words.len ? ", " : "Legal now: ",
						 event_name((ContinuumEvent) event));
	}
	appendStringInfoChar(&words, '.');
	return words.data;
}

/* The transition that the event makes; an error if it is not legal in the episode's state. */
const Transition *
legal_transition(Relation rel, const Episode *episode, ContinuumEvent event, bool last_child)
{
	const Transition *legal = transition(episode->state, event, last_child);

	if (legal == NULL)
		rule_error_hint(RULE_EVENT_NOT_POSSIBLE, rel, NULL, legal_events(episode->state),
						"event %s, episode_id %s, state %s", event_name(event),
						id_words(episode->id), state_name(episode->state));
	return legal;
}

static void
write_event(Relation rel, int64 episode_id, ContinuumEvent event,
			EpisodeState from, EpisodeState to, DateADT on, int64 child_id, TimestampTz recorded_at)
{
	Datum		values[] = {
		Int64GetDatum(episode_id),
		CStringGetTextDatum(event_name(event)),
		CStringGetTextDatum(state_name(from)),
		CStringGetTextDatum(state_name(to)),
		DateADTGetDatum(on),
		Int64GetDatum(child_id),
		TimestampTzGetDatum(recorded_at)
	};
	char		nulls[] = {
		' ', ' ', from == STATE_NONE ? 'n' : ' ', ' ', ' ', child_id == NO_ID ? 'n' : ' ', ' '
	};

	write_by_rules(rel, &log_event_query, values, nulls);
}

void
log_event(Relation rel, int64 episode_id, ContinuumEvent event,
		  EpisodeState from, EpisodeState to, DateADT on, int64 child_id)
{
	write_event(rel, episode_id, event, from, to, on, child_id, GetCurrentTransactionStartTimestamp());
}

/*
 * The same, recorded at the moment of the clock and not at the transaction's
 * start.  The caller has ended what was open in the episode, so nobody writes in
 * it any more: what was recorded before is older, and the audit can tell it from
 * what came after.
 */
void
log_event_by_clock(Relation rel, int64 episode_id, ContinuumEvent event,
				   EpisodeState from, EpisodeState to, DateADT on, int64 child_id)
{
	write_event(rel, episode_id, event, from, to, on, child_id, GetCurrentTimestamp());
}

/* Checks and logs an event that neither opens nor closes the episode. */
static void
pass_event(Relation rel, Episode *episode, ContinuumEvent event, DateADT on, int64 child_id)
{
	const Transition *legal = legal_transition(rel, episode, event, false);

	log_event(rel, episode->id, event, legal->from, legal->to, on, child_id);
	episode->state = legal->to;
}

static void
write_state(Relation rel, const Episode *episode, EpisodeState was)
{
	Datum		values[] = {
		Int64GetDatum(episode->id),
		CStringGetTextDatum(state_name(episode->state))
	};

	if (episode->state != was)
		write_by_rules(rel, &set_state_query, values, NULL);
}

/*
 * An event that neither opens nor closes the episode: moves its state and logs
 * it. The caller has locked the episode; the caller's copy gets the new state.
 */
void
apply_event(Relation rel, Episode *episode, ContinuumEvent event, DateADT on, int64 child_id)
{
	EpisodeState was = episode->state;

	pass_event(rel, episode, event, on, child_id);
	write_state(rel, episode, was);
}

/* Two events of one act on one day: both are logged, and the episode's row gets the state of the second. */
void
apply_two_events(Relation rel, Episode *episode, ContinuumEvent first,
				 ContinuumEvent second, DateADT on)
{
	EpisodeState was = episode->state;

	pass_event(rel, episode, first, on, NO_ID);
	pass_event(rel, episode, second, on, NO_ID);
	write_state(rel, episode, was);
}

static const PartnershipQuery last_event_query = {
	"select episode_event_id, event::pg_catalog.text, happened_on::pg_catalog.date, state_from::pg_catalog.text"
	" from @episode_event where episode_id == $1 order by episode_event_id desc limit 1",
	1, {INT8OID}
};

static const PartnershipQuery forget_event_query = {
	"delete from @episode_event where episode_event_id == $1",
	1, {INT8OID}
};

/*
 * A mistake is mended: the episode's last event, if it is this one, never
 * happened, and the episode is in the state of before. An event that others
 * followed stays in the log.
 */
void
take_back_event(Relation rel, Episode *episode, ContinuumEvent event, DateADT on)
{
	Datum		id[] = {Int64GetDatum(episode->id)};
	EpisodeState was = episode->state;
	EpisodeState before;

	if (run_partnership_query(rel, &last_event_query, id, NULL) == 0 || result_text(2) == NULL ||
		strcmp(result_text(2), event_name(event)) != 0 || result_date(3) != on || result_text(4) == NULL)
		return;
	before = state_by_name(result_text(4));
	id[0] = Int64GetDatum(result_id(1));
	write_by_rules(rel, &forget_event_query, id, NULL);
	episode->state = before;
	write_state(rel, episode, was);
}
