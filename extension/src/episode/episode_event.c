/*-------------------------------------------------------------------------
 *
 * episode_event.c
 *		Events of an episode, and the levels they move children to.
 *
 * Every event locks its episode's row first, so that events of one episode
 * come one after another; then asks continuum.c whether it is legal, moves the
 * state and leaves a row in episode_event. Callers stand between begin_ and
 * end_partnership_queries().
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "episode/episode_event.h"
#include "base/partnership_query.h"
#include "base/partnership_row.h"
#include "base/record.h"
#include "base/rule.h"

static const PartnershipQuery set_state_query = {
	"update @episode set state = $2::pg_catalog.text::early_help.episode_state"
	" where episode_id == $1",
	2, {INT8OID, TEXTOID}
};

static const PartnershipQuery log_event_query = {
	"insert into @episode_event (episode_id, event, state_from, state_to, happened_on, child_id)"
	" values ($1, $2::early_help.continuum_event, $3::early_help.episode_state,"
	" $4::early_help.episode_state, $5, $6)",
	6, {INT8OID, TEXTOID, TEXTOID, TEXTOID, DATEOID, INT8OID}
};

static const PartnershipQuery log_level_query = {
	"insert into @level_change (child_id, change_number, level_from, level_to, event, episode_id, changed_on)"
	" values ($1, $2, $3::early_help.need_level, $4::early_help.need_level,"
	" $5::early_help.continuum_event, $6, $7)",
	7, {INT8OID, INT4OID, TEXTOID, TEXTOID, TEXTOID, INT8OID, DATEOID}
};

/* Locks a row for its key's sake; nothing of it is read. */
static void
lock_only(Relation rel, const char *table, const char *key, int64 id)
{
	Record		row;

	if (lock_sibling(rel, table, key, id, LockTupleNoKeyExclusive, &row))
		leave_sibling(&row);
}

/* What is said of a family as a whole is written by one at a time. */
void
lock_family(Relation rel, int64 family_id)
{
	lock_only(rel, "family", "family_id", family_id);
}

static void
lock_child(Relation rel, int64 child_id)
{
	lock_only(rel, "child", "child_id", child_id);
}

/* One family's record never takes along what belongs to another. */
void
refuse_other_family(Relation rel, const char *what, int64 id, int64 its_family, int64 family_id)
{
	if (its_family != family_id)
		rule_error(RULE_RECORD_STAYS, rel, NULL,
				   "%s %s is of family_id %s, not of family_id %s",
				   what, id_words(id), id_words(its_family), id_words(family_id));
}

/* FOR KEY SHARE: nobody takes the membership away while something rests on it. */
static bool
lock_membership(Relation rel, int64 family_id, int64 child_id)
{
	SiblingScan	members;
	bool		held = false;

	sibling_beginscan(rel, "family_member", "family_id", family_id, &members);
	while (!held && sibling_getnext(&members))
		held = id_of(&members.row, "child_id") == child_id &&
			lock_this_sibling(&members, LockTupleKeyShare) &&
			id_of(&members.row, "child_id") == child_id;
	sibling_endscan(&members);
	return held;
}

/* A family's record is about its own children: of today, of before or of later. */
void
require_member(Relation rel, int64 family_id, int64 child_id)
{
	if (!lock_membership(rel, family_id, child_id))
		rule_error_hint(RULE_RECORD_STAYS, rel, NULL,
						"Record first from when to when the child belonged to the family, in family_member.",
						"child_id %s was never of family_id %s",
						id_words(child_id), id_words(family_id));
}

static const PartnershipQuery not_a_member_query = {
	"select r.what, r.id from ("
	" select 'episode_id' as what, e.episode_id as id from @episode e"
	" join @episode_child c on c.episode_id == e.episode_id"
	" where e.family_id == $1 and c.child_id == $2"
	" union all select 'assessment_id', a.assessment_id from @episode e"
	" join @assessment a on a.episode_id == e.episode_id"
	" where e.family_id == $1 and a.child_id == $2"
	" union all select 'step_id', s.step_id from @step s"
	" where s.family_id == $1 and s.child_id == $2"
	") as r where not exists (select from @family_member m"
	" where m.family_id == $1 and m.child_id == $2) limit 1",
	2, {INT8OID, INT8OID}
};

PG_FUNCTION_INFO_V1(early_help_family_member_stays);

/*
 * Trigger, after delete of family_member or update of its family or child: what
 * is about the child keeps a membership to rest on. One at a time for a family,
 * so that two memberships do not go because each has the other.
 */
Datum
early_help_family_member_stays(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "family_member_stays", false, ROW_UPDATE | ROW_DELETE);
	Record	   *member = &change.before;
	Datum		values[] = {
		Int64GetDatum(id_of(member, "family_id")), Int64GetDatum(id_of(member, "child_id"))
	};

	begin_partnership_queries();
	lock_family(change.rel, id_of(member, "family_id"));
	if (run_partnership_query(change.rel, &not_a_member_query, values, NULL) > 0)
		rule_error_hint(RULE_RECORD_STAYS, change.rel, NULL,
						"Set left_on; who was of a family stays so.",
						"%s %s of family_id %s is about child_id %s", result_text(1),
						id_words(result_id(2)), id_words(id_of(member, "family_id")),
						id_words(id_of(member, "child_id")));
	end_partnership_queries();
	return record_result(&change);
}

static void
episode_from_row(const Record *row, Episode *episode)
{
	episode->id = id_of(row, "episode_id");
	episode->family_id = id_of(row, "family_id");
	episode->state = state_by_name(text_of(row, "state"));
	episode->opened_on = date_of(row, "opened_on");
	episode->allocated_on = date_of(row, "allocated_on");
	episode->closed_on = date_of(row, "closed_on");
}

/* Reads an episode as it is now; false if it is not there. */
bool
read_episode(Relation rel, int64 episode_id, Episode *episode)
{
	Record		row;

	if (!read_sibling(rel, "episode", "episode_id", episode_id, &row))
		return false;
	episode_from_row(&row, episode);
	leave_sibling(&row);
	return true;
}

/* Locks and reads an episode; false if it is not there. */
bool
lock_episode(Relation rel, int64 episode_id, Episode *episode)
{
	Record		row;

	if (!lock_sibling(rel, "episode", "episode_id", episode_id, LockTupleNoKeyExclusive, &row))
		return false;
	episode_from_row(&row, episode);
	leave_sibling(&row);
	return true;
}

/* The episode an EHA is of; NO_ID if there is no such EHA. */
int64
episode_of_assessment(Relation rel, int64 assessment_id)
{
	Record		row;
	int64		episode_id;

	if (!read_sibling(rel, "assessment", "assessment_id", assessment_id, &row))
		return NO_ID;
	episode_id = id_of(&row, "episode_id");
	leave_sibling(&row);
	return episode_id;
}

/*
 * How many open episodes support a child, of one family or of any (NO_ID), but
 * for one of them (or NO_ID); the last of them, where there is one.
 */
int
supporting_episodes(Relation rel, int64 child_id, int64 family_id, int64 but_for, Episode *episode)
{
	SiblingScan	supported;
	Episode		one;
	int			count = 0;

	sibling_beginscan(rel, "episode_child", "child_id", child_id, &supported);
	while (sibling_getnext(&supported))
	{
		int64		episode_id = id_of(&supported.row, "episode_id");

		if (!is_null(&supported.row, "left_on") || episode_id == but_for ||
			!read_episode(rel, episode_id, &one) || one.closed_on != DATEVAL_NOEND ||
			(family_id != NO_ID && one.family_id != family_id))
			continue;
		*episode = one;
		count++;
	}
	sibling_endscan(&supported);
	return count;
}

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
	appendStringInfoString(&words, words.len ? "." : "Nothing is legal now.");
	return words.data;
}

/* The transition the event makes; its absence is an error. */
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

void
log_event(Relation rel, int64 episode_id, ContinuumEvent event,
		  EpisodeState from, EpisodeState to, DateADT on, int64 child_id)
{
	Datum		values[] = {
		Int64GetDatum(episode_id),
		CStringGetTextDatum(event_name(event)),
		CStringGetTextDatum(state_name(from)),
		CStringGetTextDatum(state_name(to)),
		DateADTGetDatum(on),
		Int64GetDatum(child_id)
	};
	char		nulls[] = {
		' ', ' ', from == STATE_NONE ? 'n' : ' ', ' ', ' ', child_id == NO_ID ? 'n' : ' '
	};

	write_by_rules(rel, &log_event_query, values, nulls);
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
 * it. The episode is locked already; its state is brought up to date.
 */
void
apply_event(Relation rel, Episode *episode, ContinuumEvent event, DateADT on, int64 child_id)
{
	EpisodeState was = episode->state;

	pass_event(rel, episode, event, on, child_id);
	write_state(rel, episode, was);
}

/* Two events of one day and one act: the episode's row shows the second one's state. */
void
apply_two_events(Relation rel, Episode *episode, ContinuumEvent first,
				 ContinuumEvent second, DateADT on)
{
	EpisodeState was = episode->state;

	pass_event(rel, episode, first, on, NO_ID);
	pass_event(rel, episode, second, on, NO_ID);
	write_state(rel, episode, was);
}

/* Nothing happens after closure (R14). */
void
refuse_after_closure(Relation rel, const Episode *episode, const char *what, DateADT on)
{
	if (on > episode->closed_on)
		rule_error(RULE_CLOSURE, rel, NULL,
				   "%s %s is after closed_on %s of episode_id %s",
				   what, date_words(on), date_words(episode->closed_on),
				   id_words(episode->id));
}

typedef struct LastLevel
{
	int			number;			/* of the change; 0: there was none */
	NeedLevel	level;			/* where it led */
} LastLevel;

static LastLevel
last_level(Relation rel, int64 child_id)
{
	SiblingScan	changes;
	LastLevel	last = {0, NEED_LEVEL_NONE};

	sibling_beginscan(rel, "level_change", "child_id", child_id, &changes);
	while (sibling_getnext(&changes))
	{
		int			number = number_of(&changes.row, "change_number");

		if (number > last.number)
			last = (LastLevel) {number, (NeedLevel) level_of(&changes.row, "level_to")};
	}
	sibling_endscan(&changes);
	return last;
}

/* A child's level: where the last change led; NEED_LEVEL_NONE if there was none. */
NeedLevel
level_of_child(Relation rel, int64 child_id)
{
	return last_level(rel, child_id).level;
}

/*
 * The child's row is locked, and change_number is unique, so that two writers
 * cannot both make the next change.
 */
static LastLevel
lock_level(Relation rel, int64 child_id)
{
	lock_child(rel, child_id);
	return last_level(rel, child_id);
}

static void
log_level(Relation rel, int64 child_id, LastLevel last, NeedLevel from, NeedLevel to,
		  ContinuumEvent event, int64 episode_id, DateADT on)
{
	Datum		values[] = {
		Int64GetDatum(child_id),
		Int32GetDatum(last.number + 1),
		CStringGetTextDatum(need_level_name(from)),
		CStringGetTextDatum(need_level_name(to)),
		CStringGetTextDatum(event_name(event)),
		Int64GetDatum(episode_id),
		DateADTGetDatum(on)
	};
	char		nulls[] = {' ', ' ', ' ', ' ', ' ', episode_id == NO_ID ? 'n' : ' ', ' '};

	write_by_rules(rel, &log_level_query, values, nulls);
}

/*
 * Moves a child from a level to another. A child without changes yet counts as
 * being at the level it comes from; a child that is there already stays.
 */
void
change_level(Relation rel, int64 child_id, NeedLevel from, NeedLevel to,
			 ContinuumEvent event, int64 episode_id, DateADT on)
{
	LastLevel	last = lock_level(rel, child_id);
	NeedLevel	now = last.number == 0 ? from : last.level;

	if (now == to)
		return;
	if (now != from)
		rule_error(RULE_LEVELS, rel, NULL,
				   "child_id %s is at level %s, and %s leads from %s to %s",
				   id_words(child_id), need_level_name(now), event_name(event),
				   need_level_name(from), need_level_name(to));
	log_level(rel, child_id, last, from, to, event, episode_id, on);
}

/*
 * A child that an episode supports is raised from universal services; one that
 * social care works with, or another episode supports, stays at its level.
 */
void
raise_child(Relation rel, int64 child_id, ContinuumEvent event, int64 episode_id, DateADT on)
{
	LastLevel	last = lock_level(rel, child_id);

	if (last.level <= NEED_LEVEL_UNIVERSAL)
		log_level(rel, child_id, last, NEED_LEVEL_UNIVERSAL, NEED_LEVEL_EARLY_HELP, event, episode_id, on);
}

/*
 * A child whose support by an episode ends goes back to universal services,
 * unless it is not at early help (social care works with it) or another open
 * episode supports it, of its other family. The child is locked first: of two
 * such episodes that end at once, the second sees that the first did.
 */
void
lower_child(Relation rel, int64 child_id, int64 episode_id, DateADT on)
{
	LastLevel	last = lock_level(rel, child_id);
	Episode		other;

	if (last.level == NEED_LEVEL_EARLY_HELP && supporting_episodes(rel, child_id, NO_ID, episode_id, &other) == 0)
		log_level(rel, child_id, last, NEED_LEVEL_EARLY_HELP, NEED_LEVEL_UNIVERSAL, EVENT_CLOSE, episode_id, on);
}
