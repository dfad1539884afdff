/*-------------------------------------------------------------------------
 *
 * episode_child.c
 *		The children in an episode: a child joins and leaves on a day, and its
 *		level with it (R11, R14).
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
#include "episode/episode_row.h"
#include "family/family.h"
#include "family/referral_while_open.h"

static const PartnershipQuery leaves_query = {
	"update @episode_child set left_on = $3"
	" where episode_id == $1 and child_id == $2 and left_on is null",
	3, {INT8OID, INT8OID, DATEOID}
};

static const PartnershipQuery joining_redated_query = {
	"update @level_change set changed_on = $3 where episode_id == $1 and child_id == $2"
	" and event <> 'close' and early_help.level_number(level_from) == 1 and changed_on == $4",
	4, {INT8OID, INT8OID, DATEOID, DATEOID}
};

static const PartnershipQuery leaving_redated_query = {
	"update @level_change set changed_on = $3 where episode_id == $1 and child_id == $2"
	" and event == 'close' and changed_on == $4",
	4, {INT8OID, INT8OID, DATEOID, DATEOID}
};

static const PartnershipQuery leaving_undone_query = {
	"delete from @level_change where child_id == $2 and episode_id == $1 and event == 'close' and changed_on == $3"
	" and not exists (select from @level_change n where n.child_id == $2"
	" and n.change_number > level_change.change_number)",
	3, {INT8OID, INT8OID, DATEOID}
};

/* A child that did not leave after all was not lowered, unless its level has changed since. */
static void
undo_leaving(const RecordChange *change)
{
	Datum		values[] = {
		Int64GetDatum(id_of(&change->after, "episode_id")),
		Int64GetDatum(id_of(&change->after, "child_id")),
		DateADTGetDatum(date_of(&change->before, "left_on"))
	};

	write_by_rules(change->rel, &leaving_undone_query, values, NULL);
}

/* The child's level changed on the day that it joined or left; it follows when that day is corrected. */
static void
redate_level(const RecordChange *change, const char *day, const PartnershipQuery *query)
{
	Datum		values[4];

	if (!field_is_updated(change, day) || !field_was_set(change, day) || is_null(&change->after, day))
		return;
	values[0] = Int64GetDatum(id_of(&change->after, "episode_id"));
	values[1] = Int64GetDatum(id_of(&change->after, "child_id"));
	values[2] = DateADTGetDatum(date_of(&change->after, day));
	values[3] = DateADTGetDatum(date_of(&change->before, day));
	write_by_rules(change->rel, query, values, NULL);
	resettle_levels(change->rel, id_of(&change->after, "child_id"));
}

/* Whether the child is in the episode by both rows on some day. It is not on the day that it leaves. */
static bool
share_a_day(const Record *one, const Record *other)
{
	const Record *first = date_of(one, "joined_on") < date_of(other, "joined_on") ? one : other;
	const Record *second = first == one ? other : one;

	return is_null(first, "left_on") || date_of(first, "left_on") > date_of(second, "joined_on");
}

static const PartnershipQuery left_by_step_query = {
	"select u.step_id from @step u where u.episode_id == $1 and u.child_id == $2 and u.decided_on == $3"
	" and u.outcome == 'accepted' and early_help.level_number(u.to_level) == 3"
	" and not exists (select from @step d where d.episode_id == $1 and d.child_id == $2 and d.decided_on >= $3"
	" and d.outcome == 'accepted' and early_help.level_number(d.to_level) < 3) limit 1",
	3, {INT8OID, INT8OID, DATEOID}
};

/* A child whose step up was accepted left by it, on that day (R12). It may have come back by a step down. */
static void
refuse_left_otherwise(const RecordChange *change)
{
	Datum		values[] = {
		Int64GetDatum(id_of(&change->before, "episode_id")),
		Int64GetDatum(id_of(&change->before, "child_id")),
		DateADTGetDatum(date_of(&change->before, "left_on"))
	};

	if (run_partnership_query(change->rel, &left_by_step_query, values, NULL) > 0)
		rule_error_hint(RULE_STEP_ONCE, change->rel, NULL,
						"Mend the step instead: its day, or its decision with undo_decision. The child's day follows.",
						"child_id %s left episode_id %s by step_id %s, accepted on %s",
						id_words(id_of(&change->before, "child_id")), id_words(id_of(&change->before, "episode_id")),
						id_words(result_id(1)), date_words(date_of(&change->before, "left_on")));
}

/* A child is in an episode once on any day (R11). The lock on the episode lets nobody else add it. */
static void
refuse_twice_on_a_day(Relation rel, const Record *member)
{
	SiblingScan members;

	sibling_beginscan(rel, "episode_child", "episode_id", id_of(member, "episode_id"), &members);
	while (sibling_getnext(&members))
	{
		const Record *other = &members.row;

		if (id_of(other, "child_id") == id_of(member, "child_id") &&
			date_of(other, "joined_on") != date_of(member, "joined_on") &&
			share_a_day(other, member))
			rule_error_hint(RULE_LEVELS, rel, NULL,
							"Correct joined_on or left_on of the row that is there.",
							"child_id %s, joined_on %s: it is in episode_id %s from %s%s%s already",
							id_words(id_of(member, "child_id")), date_words(date_of(member, "joined_on")),
							id_words(id_of(member, "episode_id")), date_words(date_of(other, "joined_on")),
							is_null(other, "left_on") ? "" : " to ",
							is_null(other, "left_on") ? "" : date_words(date_of(other, "left_on")));
	}
	sibling_endscan(&members);
}

/*
 * Whether the child, as it left, is no longer at early help. A period that is
 * over when it is recorded lowers nobody whom this episode, or another, still supports.
 */
static bool
leaves_support(const RecordChange *change)
{
	Episode		still;

	return !field_was_set(change, "left_on") &&
		!(TRIGGER_FIRED_BY_INSERT(change->event) &&
		  supporting_episodes(change->rel, id_of(&change->after, "child_id"), NO_ID, NO_ID, DATEVAL_NOEND, &still) > 0);
}

PG_FUNCTION_INFO_V1(early_help_episode_child_after);

/*
 * Trigger, after insert or update of episode_child. A child that joins is
 * raised from universal to early help. A child that leaves is lowered again. A
 * child that social care works with stays at its level. A child that joins a
 * closed episode leaves on the day of the closure.
 */
Datum
early_help_episode_child_after(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "episode_child_after", false,
										ROW_INSERT | ROW_UPDATE);
	Record	   *member = &change.after;
	int64		child_id = id_of(member, "child_id");
	int64		episode_id = id_of(member, "episode_id");
	DateADT		left_on = date_of(member, "left_on");
	bool		insert = TRIGGER_FIRED_BY_INSERT(change.event);
	bool		left = !is_null(member, "left_on");
	bool		had_left = field_was_set(&change, "left_on");
	Episode		episode;

	begin_partnership_queries();
	if (lock_episode(change.rel, episode_id, &episode))
	{
		if (insert)
			require_member(change.rel, episode.family_id, child_id);
		refuse_after_closure(change.rel, &episode, "joined_on", date_of(member, "joined_on"));
		if (left || had_left)
			refuse_after_closure(change.rel, &episode, "left_on", left_on);
		refuse_twice_on_a_day(change.rel, member);
		if (field_is_updated(&change, "left_on") && had_left && !rules_are_writing())
			refuse_left_otherwise(&change);
		redate_level(&change, "joined_on", &joining_redated_query);
		redate_level(&change, "left_on", &leaving_redated_query);
		if (had_left && !left && !rules_are_writing())
			undo_leaving(&change);
		if (insert || (had_left && !left))
			raise_child(change.rel, child_id, rules_are_writing() ? EVENT_REOPEN : EVENT_REFER,
						episode_id, date_of(member, "joined_on"));
		if (insert || field_is_updated(&change, "joined_on") || (had_left && field_is_updated(&change, "left_on")))
			check_child_not_referred_during(member, left ? left_on : episode.closed_on);
		if (left && !rules_are_writing() && leaves_support(&change))
			lower_child(change.rel, child_id, episode_id, left_on);
		if (insert && !left && episode.closed_on != DATEVAL_NOEND)
		{
			Datum		values[] = {
				Int64GetDatum(episode_id), Int64GetDatum(child_id), DateADTGetDatum(episode.closed_on)
			};

			run_partnership_query(change.rel, &leaves_query, values, NULL);
		}
	}
	end_partnership_queries();
	return record_result(&change);
}

PG_FUNCTION_INFO_V1(early_help_episode_child_stays);

/* Trigger, before delete of episode_child: the row stays, because the child's levels depend on it. */
Datum
early_help_episode_child_stays(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "episode_child_stays", true, ROW_DELETE);
	Record	   *member = &change.before;
	Episode		episode;

	if (rules_are_writing())
		return record_result(&change);
	/* An episode that is being deleted takes its children along. */
	if (is_null(member, "episode_id") || read_episode(change.rel, id_of(member, "episode_id"), &episode))
		rule_error_hint(RULE_LEVELS, change.rel, NULL, "Set left_on.",
						"child_id %s was supported by episode_id %s",
						id_words(id_of(member, "child_id")),
						id_words(id_of(member, "episode_id")));
	return record_result(&change);
}

static bool
supports_a_child(Relation rel, int64 episode_id)
{
	SiblingScan members;
	bool		found = false;

	sibling_beginscan(rel, "episode_child", "episode_id", episode_id, &members);
	while (!found && sibling_getnext(&members))
		found = is_null(&members.row, "left_on");
	sibling_endscan(&members);
	return found;
}

PG_FUNCTION_INFO_V1(early_help_episode_has_child);

/*
 * Constraint trigger, after insert or update of closed_on of episode, and after
 * update of left_on of episode_child; judged when the transaction ends, since an
 * episode is recorded before its children. Who takes a child out has locked the
 * episode: of two who each take one out, the second sees the first.
 */
Datum
early_help_episode_has_child(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "episode_has_child", false, ROW_INSERT | ROW_UPDATE);
	int64		episode_id = id_of(&change.after, "episode_id");
	Episode		episode;

	if (lock_episode(change.rel, episode_id, &episode) && episode.closed_on == DATEVAL_NOEND &&
		!supports_a_child(change.rel, episode_id))
		rule_error_hint(RULE_CLOSURE, change.rel, "episode_has_child",
						"Close the episode, or record in episode_child in the same transaction which child it supports.",
						"episode_id %s would be open and support no child", id_words(episode_id));
	return record_result(&change);
}
