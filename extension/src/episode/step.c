/*-------------------------------------------------------------------------
 *
 * step.c
 *		Steps up to social care and down from it: offered, then decided once
 *		(R10-R13), with consent (R08).
 *
 * What a step needs in its own row is in the table's CHECK constraints. This file
 * has what it needs in other rows, and what follows from it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/partnership_query.h"
#include "base/partnership_row.h"
#include "base/record.h"
#include "base/rule.h"
#include "episode/child_level.h"
#include "episode/episode_event.h"
#include "episode/episode_row.h"
#include "episode/level_history.h"
#include "episode/step_beside.h"
#include "episode/step_mended.h"
#include "episode/step_row.h"
#include "family/consent.h"
#include "family/family.h"

/* ---------------------------------------------------------------------
 * Offering
 * ---------------------------------------------------------------------
 */

static const PartnershipQuery families_query = {
	"select family_id from @family_member where child_id == $1 and left_on is null",
	1, {INT8OID}
};

static const PartnershipQuery family_open_episode_query = {
	"select episode_id from @episode where family_id == $1 and closed_on is null",
	1, {INT8OID}
};

/*
 * A step belongs to the episode that supports the child; a step down belongs to
 * the family's open episode. A step without such an episode has none.
 */
static void
fill_episode_and_family(Record *step)
{
	Datum		child[] = {Int64GetDatum(id_of(step, "child_id"))};
	Episode		episode;
	int			found = supporting_episodes(step->rel, id_of(step, "child_id"),
											id_of(step, "family_id"), NO_ID,
											date_of(step, "offered_on"), &episode);

	if (found == 1)
	{
		if (is_null(step, "episode_id"))
			set_id(step, "episode_id", episode.id);
		set_id(step, "family_id", episode.family_id);
	}
	else if (is_null(step, "family_id") && found == 0 &&
			 run_partnership_query(step->rel, &families_query, child, NULL) == 1)
		set_id(step, "family_id", result_id(1));
	if (is_null(step, "family_id"))
		rule_error_hint(RULE_STEP_ONCE, step->rel, NULL, "Give family_id.",
						"child_id %s does not belong to exactly one family",
						id_words(id_of(step, "child_id")));
	if (is_null(step, "episode_id") && !is_step_up(step))
	{
		Datum		family[] = {Int64GetDatum(id_of(step, "family_id"))};

		if (run_partnership_query(step->rel, &family_open_episode_query, family, NULL) > 0)
			set_id(step, "episode_id", result_id(1));
	}
}

/*
 * A step leads from the child's level on its day. A child without level changes
 * is at the level the step gives, or else at the level where such steps begin.
 */
static void
settle_from_level(Record *step)
{
	NeedLevel	now = level_of_child_on(step->rel, id_of(step, "child_id"), date_of(step, "offered_on"));

	if (is_null(step, "from_level"))
	{
		if (now == NEED_LEVEL_NONE)
			now = is_step_up(step) ? NEED_LEVEL_UNIVERSAL : NEED_LEVEL_SOCIAL_CARE;
		set_field_text(step, "from_level", need_level_name(now));
	}
	else if (now != NEED_LEVEL_NONE && level_of(step, "from_level") != (int) now)
		rule_error_hint(RULE_LEVELS, step->rel, NULL,
						"Leave from_level out: it is the child's level on the day of the offer.",
						"child_id %s is at level %s, the step leads from %s",
						id_words(id_of(step, "child_id")), need_level_name(now),
						text_of(step, "from_level"));
}

/* S.47 never waits for consent. Any other step up has consent, or says why not (a CHECK refuses blanks). */
static void
check_consent(const Record *step)
{
	if (!is_step_up(step) || is_null(step, "offered_on") ||
		text_is(step, "basis", "section_47") || !is_null(step, "consent_override_reason"))
		return;
	require_consent(step->rel, id_of(step, "family_id"), date_of(step, "offered_on"), "step up");
}

/*
 * Finds the step's episode and family, and locks and reads the episode; false
 * if it has none.  Until the lock was ours, an episode that we found may have
 * closed, or the child may have left it: it is found again, as if we had come
 * later.
 */
static bool
settle_episode(Record *step, Episode *episode)
{
	bool		given = !is_null(step, "episode_id");
	int64		found;
	bool		locked;

	fill_episode_and_family(step);
	found = id_of(step, "episode_id");
	locked = lock_episode(step->rel, found, episode);
	if (given || found == NO_ID)
		return locked;
	set_field_null(step, "episode_id");
	fill_episode_and_family(step);
	return id_of(step, "episode_id") == found ? locked : lock_episode(step->rel, id_of(step, "episode_id"), episode);
}

static void
check_offer(Record *step)
{
	Episode		episode;
	bool		in_episode = settle_episode(step, &episode);

	require_member(step->rel, id_of(step, "family_id"), id_of(step, "child_id"));
	if (in_episode)
	{
		if (episode.family_id != id_of(step, "family_id"))
			rule_error_hint(RULE_STEP_ONCE, step->rel, NULL,
							"Leave episode_id out, or name an episode of that family.",
							"episode_id %s is not one of family_id %s",
							id_words(episode.id), id_words(id_of(step, "family_id")));
		if (is_step_up(step) && !is_null(step, "offered_on"))
			refuse_in_gap(step->rel, &episode, "offered_on", date_of(step, "offered_on"));
	}
	settle_from_level(step);
	check_consent(step);
}

/* R10: the EHA that goes to social care is one of this family. */
static void
check_assessment(const Record *step)
{
	int64		assessment_id = id_of(step, "assessment_id");
	int64		its_episode = episode_of_assessment(step->rel, assessment_id);
	Episode		episode;

	if (its_episode != id_of(step, "episode_id") && read_episode(step->rel, its_episode, &episode))
		refuse_other_family(step->rel, "assessment_id", assessment_id, episode.family_id,
							id_of(step, "family_id"));
}

/* S.47 may go before the consultation. The consultation is then recorded once, before or after the decision. */
static bool
is_late_consultation(const RecordChange *change, const char *field)
{
	return strncmp(field, "consulted_", strlen("consulted_")) == 0 &&
		text_is(&change->before, "basis", "section_47") &&
		is_null(&change->before, field);
}

/* The facts of a decided step stay; its narrative may be corrected. */
static void
check_decided_once(const RecordChange *change)
{
	static const char *const facts[] = {
		"outcome", "decided_on", "offered_on", "basis", "consulted_role", "consulted_on", "assessment_id"
	};

	if (is_null(&change->before, "outcome") || rules_are_writing())
		return;
	/* Which days, and that it was not decided, may be mended; another outcome is a decision taken back first. */
	if (decision_is_mended(change) && (is_null(&change->after, "outcome") || !field_is_new(change, "outcome")))
		return;
	for (int i = 0; i < (int) lengthof(facts); i++)
	{
		if (is_late_consultation(change, facts[i]))
			continue;
		if (field_is_new(change, facts[i]))
			rule_error_hint(RULE_STEP_ONCE, change->rel, NULL,
							"Use correct_decision for its days. For anything else use undo_decision, and decide it anew.",
							"step_id %s was %s on %s", id_words(id_of(&change->before, "step_id")),
							text_of(&change->before, "outcome"),
							date_words(date_of(&change->before, "decided_on")));
	}
}

PG_FUNCTION_INFO_V1(early_help_step_before);

/* Trigger, before insert or update of step. */
Datum
early_help_step_before(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "step_before", true, ROW_INSERT | ROW_UPDATE);
	Record	   *step = &change.after;

	if (is_null(step, "child_id") || is_null(step, "to_level"))
		return record_result(&change);	/* check_row says so */
	begin_partnership_queries();
	if (TRIGGER_FIRED_BY_INSERT(change.event))
		check_offer(step);
	else
	{
		check_decided_once(&change);
		if (field_is_new(&change, "offered_on") || field_is_new(&change, "basis") ||
			field_is_new(&change, "consent_override_reason"))
			check_consent(step);
	}
	if (!is_null(step, "assessment_id") && field_is_new(&change, "assessment_id"))
		check_assessment(step);
	if (field_is_new(&change, "offered_on") || field_is_new(&change, "decided_on"))
		check_one_open(&change);
	end_partnership_queries();
	return record_result(&change);
}

PG_FUNCTION_INFO_V1(early_help_step_stays);

/* Trigger, before delete of step: what was decided once stays decided. */
Datum
early_help_step_stays(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "step_stays", true, ROW_DELETE);
	Record	   *step = &change.before;

	if (!is_null(step, "outcome"))
		rule_error_hint(RULE_STEP_ONCE, change.rel, NULL,
						"Use undo_decision first: an open step can be deleted.",
						"step_id %s was %s on %s", id_words(id_of(step, "step_id")),
						text_of(step, "outcome"), date_words(date_of(step, "decided_on")));
	return record_result(&change);
}

/* ---------------------------------------------------------------------
 * Accepting a step up
 * ---------------------------------------------------------------------
 */

static const PartnershipQuery child_leaves_query = {
	"update @episode_child set left_on = $3"
	" where episode_id == $1 and child_id == $2 and left_on is null",
	3, {INT8OID, INT8OID, DATEOID}
};

/* A child that stays in the episode: one it supports, or one whose own step up is undecided. */
static const PartnershipQuery siblings_query = {
	"select child_id from @episode_child where episode_id == $1 and left_on is null"
	" union all select child_id from @step where episode_id == $1 and outcome is null"
	" and early_help.level_number(to_level) == 3 limit 1",
	1, {INT8OID}
};

static const PartnershipQuery close_stepped_up_query = {
	"update @episode set closed_on = $2, closure_reason_code = 'stepped_up',"
	" closure_agreement_absent_reason = 'Stepped up to social care.'"
	" where episode_id == $1",
	2, {INT8OID, DATEOID}
};

/* A contact stays attached only to an episode that is open on its day. */
static const PartnershipQuery detach_query = {
	"update @contact_child set attached_episode_id = null where attached_episode_id == $1 and received_on > $2",
	2, {INT8OID, DATEOID}
};

static const PartnershipQuery last_stepped_up_query = {
	"select pg_catalog.max(decided_on)::pg_catalog.date from @step where episode_id == $1"
	" and outcome == 'accepted' and early_help.level_number(to_level) == 3",
	1, {INT8OID}
};

/* The day on which the last child was stepped up, in whatever order the answers were recorded. */
static DateADT
last_stepped_up_on(const Record *step, const Episode *episode, DateADT on)
{
	Datum		values[] = {Int64GetDatum(episode->id)};

	if (run_partnership_query(step->rel, &last_stepped_up_query, values, NULL) == 0 ||
		result_date(1) == DATEVAL_NOEND)
		return on;
	return Max(on, result_date(1));
}

/* The child leaves the episode. When the last child leaves, the episode closes as stepped_up. */
static void
accept_step_up(const Record *step, Episode *episode, DateADT on)
{
	int64		child_id = id_of(step, "child_id");
	Datum		values[] = {
		Int64GetDatum(episode->id), Int64GetDatum(child_id), DateADTGetDatum(on)
	};
	Datum		closure[2];
	DateADT		closes_on;
	const Transition *legal;

	if (write_by_rules(step->rel, &child_leaves_query, values, NULL) == 0 ||
		run_partnership_query(step->rel, &siblings_query, values, NULL) > 0)
	{
		apply_event(step->rel, episode, EVENT_ACCEPT_STEP_UP, on, child_id);
		return;
	}
	legal = legal_transition(step->rel, episode, EVENT_ACCEPT_STEP_UP, true);
	closes_on = last_stepped_up_on(step, episode, on);
	closure[0] = Int64GetDatum(episode->id);
	closure[1] = DateADTGetDatum(closes_on);
	write_by_rules(step->rel, &detach_query, closure, NULL);
	write_by_rules(step->rel, &close_stepped_up_query, closure, NULL);
	log_event_by_clock(step->rel, episode->id, EVENT_ACCEPT_STEP_UP, legal->from, legal->to, closes_on, child_id);
}

/* ---------------------------------------------------------------------
 * Accepting a step down
 * ---------------------------------------------------------------------
 */

static const PartnershipQuery open_stepped_down_query = {
	"insert into @episode (family_id, opened_on) values ($1, $2) returning episode_id",
	2, {INT8OID, DATEOID}
};

/* Opens an episode for the family. R13: a step down needs no earlier episode. */
static void
open_stepped_down(const Record *step, Episode *episode, DateADT on)
{
	int64		family_id = id_of(step, "family_id");
	Datum		values[] = {Int64GetDatum(family_id), DateADTGetDatum(on)};

	if (write_by_rules(step->rel, &open_stepped_down_query, values, NULL) == 0 ||
		!lock_episode(step->rel, result_id(1), episode))
		ereport(ERROR,
				(errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
				 errmsg("the episode that a step down opens was not written"),
				 errdetail("step_id %s, family_id %s",
						   id_words(id_of(step, "step_id")), id_words(family_id)),
				 errhint("A trigger of somebody's own on table \"episode\" has taken it away.")));
	log_event(step->rel, episode->id, EVENT_ACCEPT_STEP_DOWN, STATE_NONE, STATE_WAITING,
			  on, id_of(step, "child_id"));
}

static const PartnershipQuery child_joins_query = {
	"insert into @episode_child (episode_id, child_id, joined_on)"
	" select $1, $2, $3 where not exists (select from @episode_child"
	" where episode_id == $1 and child_id == $2 and left_on is null)"
	" on conflict on constraint episode_child_pkey do update set left_on = null",
	3, {INT8OID, INT8OID, DATEOID}
};

/* The child joins the episode, unless the episode supports it already. */
static void
join_episode(const Record *step, const Episode *episode, DateADT on)
{
	Datum		values[] = {
		Int64GetDatum(episode->id), Int64GetDatum(id_of(step, "child_id")), DateADTGetDatum(on)
	};

	run_partnership_query(step->rel, &child_joins_query, values, NULL);
}

static const PartnershipQuery lead_begins_query = {
	"insert into @lead_practitioner (episode_id, from_on, practitioner_id) values ($1, $2, $3)",
	3, {INT8OID, DATEOID, INT8OID}
};

/* The practitioner who receives the step down leads the episode. */
static void
begin_lead(const Record *step, const Episode *episode, DateADT on)
{
	Datum		values[] = {
		Int64GetDatum(episode->id), DateADTGetDatum(on),
		Int64GetDatum(id_of(step, "receiving_practitioner_id"))
	};

	run_partnership_query(step->rel, &lead_begins_query, values, NULL);
}

static const PartnershipQuery step_belongs_query = {
	"update @step set episode_id = $2 where step_id == $1 and (episode_id <> $2 or episode_id is null)",
	2, {INT8OID, INT8OID}
};

static void
give_to_episode(const Record *step, int64 episode_id)
{
	Datum		values[] = {Int64GetDatum(id_of(step, "step_id")), Int64GetDatum(episode_id)};

	write_by_rules(step->rel, &step_belongs_query, values, NULL);
}

static void
accept_step_down(const Record *step, DateADT on)
{
	int64		child_id = id_of(step, "child_id");
	Datum		family[] = {Int64GetDatum(id_of(step, "family_id"))};
	NeedLevel	now = level_of_child_on(step->rel, child_id, on);
	Episode		episode;

	/* A child without level changes when the step was offered may have joined an episode since. */
	if (now != NEED_LEVEL_NONE && now != NEED_LEVEL_SOCIAL_CARE)
		rule_error_hint(RULE_LEVELS, step->rel, NULL, "Withdraw the step.",
						"child_id %s is at level %s, and step_id %s leads from %s",
						id_words(child_id), need_level_name(now),
						id_words(id_of(step, "step_id")), need_level_name(NEED_LEVEL_SOCIAL_CARE));
	if (run_partnership_query(step->rel, &family_open_episode_query, family, NULL) > 0 &&
		lock_episode(step->rel, result_id(1), &episode) &&
		episode.state != STATE_CLOSED)
	{
		require_episode_seen(step->rel, &episode, child_id);
		apply_event(step->rel, &episode, EVENT_ACCEPT_STEP_DOWN, on, child_id);
	}
	else
		open_stepped_down(step, &episode, on);
	change_level(step->rel, child_id, NEED_LEVEL_SOCIAL_CARE, NEED_LEVEL_EARLY_HELP,
				 EVENT_ACCEPT_STEP_DOWN, episode.id, on);
	join_episode(step, &episode, on);
	if (episode.allocated_on == DATEVAL_NOEND)
		begin_lead(step, &episode, on);
	give_to_episode(step, episode.id);
}

/* ---------------------------------------------------------------------
 * Deciding
 * ---------------------------------------------------------------------
 */

/*
 * Locks and reads the step's episode, if it is open. A step up that was offered
 * outside of an episode gets the episode that supports the child now.
 */
static bool
open_episode_of(const Record *step, Episode *episode)
{
	if (lock_episode(step->rel, id_of(step, "episode_id"), episode) && episode->state != STATE_CLOSED)
		return true;
	if (!is_step_up(step) ||
		supporting_episodes(step->rel, id_of(step, "child_id"), id_of(step, "family_id"), NO_ID,
							date_of(step, "decided_on"), episode) != 1 ||
		!lock_episode(step->rel, episode->id, episode) || episode->state == STATE_CLOSED)
		return false;
	give_to_episode(step, episode->id);
	return true;
}

static void
check_not_past_support(const Record *step, DateADT on)
{
	int64		child_id = id_of(step, "child_id");
	Episode		episode;

	if (level_of(step, "to_level") == NEED_LEVEL_UNIVERSAL &&
		level_of_child_on(step->rel, child_id, on) == NEED_LEVEL_SOCIAL_CARE &&
		supporting_episodes(step->rel, child_id, NO_ID, NO_ID, on, &episode) > 0)
		refuse_past_support(step->rel, child_id, on, id_of(step, "step_id"));
}

/* A step up leads from the child's level on the day of the decision, because social care decides. */
static void
move_child(const Record *step, int64 episode_id, DateADT on)
{
	int64		child_id = id_of(step, "child_id");
	NeedLevel	now = level_of_child_on(step->rel, child_id, on);
	NeedLevel	from = is_step_up(step) && now != NEED_LEVEL_NONE ? now : (NeedLevel) level_of(step, "from_level");

	change_level(step->rel, child_id, from, (NeedLevel) level_of(step, "to_level"),
				 decision_event(step), episode_id, on);
}

static void
accept(const Record *step, DateADT on)
{
	Episode		episode;

	check_not_past_support(step, on);
	if (level_of(step, "to_level") == NEED_LEVEL_EARLY_HELP)
		accept_step_down(step, on);
	else if (!open_episode_of(step, &episode))
		move_child(step, NO_ID, on);
	else
	{
		move_child(step, episode.id, on);
		if (is_step_up(step))
			accept_step_up(step, &episode, on);
		else
			apply_event(step->rel, &episode, EVENT_ACCEPT_STEP_DOWN, on, id_of(step, "child_id"));
	}
}

/* A step whose episode has closed since it was offered is decided without an event of the episode. */
static void
decide(const Record *step)
{
	DateADT		on = date_of(step, "decided_on");
	Episode		episode;

	if (text_is(step, "outcome", "accepted"))
		accept(step, on);
	else if (lock_episode(step->rel, id_of(step, "episode_id"), &episode) && episode.state != STATE_CLOSED)
		apply_event(step->rel, &episode, decision_event(step), on, id_of(step, "child_id"));
}

PG_FUNCTION_INFO_V1(early_help_step_after);

/* Trigger, after insert or update of step: the events, levels and episodes that follow. */
Datum
early_help_step_after(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "step_after", false, ROW_INSERT | ROW_UPDATE);
	Record	   *step = &change.after;
	bool		insert = TRIGGER_FIRED_BY_INSERT(change.event);
	Episode		episode;

	begin_partnership_queries();
	if (insert && lock_episode(change.rel, id_of(step, "episode_id"), &episode))
		apply_event(change.rel, &episode, offer_event(step), date_of(step, "offered_on"),
					id_of(step, "child_id"));
	if (!is_null(step, "outcome") && !field_was_set(&change, "outcome"))
		decide(step);
	else if (decision_is_mended(&change))
		mend_decision(&change);
	end_partnership_queries();
	return record_result(&change);
}
