/*-------------------------------------------------------------------------
 *
 * episode.c
 *		Opening, closing and reopening an episode, and the children in it.
 *		Rules R06, R07, R11, R12, R14, R16.
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
#include "episode/closure.h"
#include "episode/closure_undone.h"
#include "episode/dated_while_closed.h"
#include "episode/episode_event.h"
#include "episode/episode_mended.h"
#include "episode/episode_row.h"
#include "episode/reopening.h"
#include "family/family.h"
#include "family/referral_answered.h"
#include "family/referral_while_open.h"

/* ---------------------------------------------------------------------
 * Before the row is written: is it allowed, and what state does it have
 * ---------------------------------------------------------------------
 */

/* What to do about another episode of these days: NULL, the rule's own hint, while it is open. */
static const char *
hint_of_other_episode(const Record *episode, const Record *other)
{
	DateADT		opened_on = date_of(other, "opened_on");
	DateADT		closed_on = date_of(other, "closed_on");

	if (!is_null(episode, "reopened_on") && opened_on > date_of(episode, "opened_on"))
		return "Record it in that later episode, or open a new one: none is reopened from before a later one.";
	if (closed_on == DATEVAL_NOEND)
		return NULL;
	/* An episode has at least the day that it was opened on. */
	if (closed_on == opened_on)
		return "Delete the episode that was opened in error, or open this one on the day after.";
	return "Open this one on the day the other closed or later, or correct the days of the other.";
}

/* The day after an episode's last, as the table's exclusion constraint has it. */
static DateADT
day_after(const Record *episode)
{
	DateADT		closed_on = date_of(episode, "closed_on");

	return closed_on == DATEVAL_NOEND ? DATEVAL_NOEND : Max(closed_on, date_of(episode, "opened_on") + 1);
}

static bool
is_beside(const Record *episode, const Record *other)
{
	return id_of(other, "episode_id") != id_of(episode, "episode_id") &&
		date_of(other, "opened_on") < day_after(episode) && date_of(episode, "opened_on") < day_after(other);
}

/* R06. The exclusion constraint holds the rule; this finds the ids for the error. */
static void
check_one_at_a_time(const Record *episode)
{
	SiblingScan others;

	if (is_null(episode, "opened_on"))
		return;					/* check_row says so */
	sibling_beginscan(episode->rel, "episode", "family_id", id_of(episode, "family_id"), &others);
	while (sibling_getnext(&others))
	{
		if (is_beside(episode, &others.row))
			rule_error_hint(RULE_ONE_EPISODE, episode->rel, "episode_one_at_a_time",
							hint_of_other_episode(episode, &others.row),
							"family_id %s has episode_id %s on days of this one",
							id_words(id_of(episode, "family_id")), id_words(id_of(&others.row, "episode_id")));
	}
	sibling_endscan(&others);
}

/*
 * R12: an episode stays open until social care has decided. A step down that
 * was offered keeps no episode open, because accepting it later opens an
 * episode.
 */
static void
check_no_open_step(const Record *episode)
{
	int64		episode_id = id_of(episode, "episode_id");
	SiblingScan	steps;

	sibling_beginscan(episode->rel, "step", "episode_id", episode_id, &steps);
	while (sibling_getnext(&steps))
	{
		if (is_null(&steps.row, "outcome") && level_of(&steps.row, "to_level") == NEED_LEVEL_SOCIAL_CARE)
			rule_error(RULE_STEP_ONCE, episode->rel, NULL,
					   "step_id %s of episode_id %s is offered and not decided",
					   id_words(id_of(&steps.row, "step_id")), id_words(episode_id));
	}
	sibling_endscan(&steps);
}

/* R07: an episode is allocated on the day its first lead practitioner begins. */
static void
check_allocated_on(const Record *episode)
{
	DateADT		first = DATEVAL_NOEND;
	SiblingScan	leads;

	sibling_beginscan(episode->rel, "lead_practitioner", "episode_id", id_of(episode, "episode_id"), &leads);
	while (sibling_getnext(&leads))
		first = Min(first, date_of(&leads.row, "from_on"));
	sibling_endscan(&leads);
	if (date_of(episode, "allocated_on") != first)
		rule_error(RULE_LEAD_PRACTITIONER, episode->rel, "episode_has_lead_from_allocation",
				   "allocated_on %s of episode_id %s is not the first lead practitioner's day, %s",
				   date_words(date_of(episode, "allocated_on")),
				   id_words(id_of(episode, "episode_id")), date_words(first));
}

static void
check_state_untouched(const RecordChange *change)
{
	if (field_is_new(change, "state") && !rules_are_writing())
		rule_error(RULE_WRITTEN_BY_RULES, change->rel, NULL,
				   "state of episode_id %s", id_words(id_of(&change->after, "episode_id")));
}

static void
begin_episode(Record *episode)
{
	if (!is_null(episode, "allocated_on"))
		rule_error(RULE_LEAD_PRACTITIONER, episode->rel, "episode_has_lead_from_allocation",
				   "allocated_on of a new episode of family_id %s is set by its first lead practitioner",
				   id_words(id_of(episode, "family_id")));
	if (!is_null(episode, "reopened_on"))
		rule_error_hint(RULE_CLOSURE, episode->rel, NULL,
						"Record the episode as it closed first, then reopen it with reopen_episode.",
						"a new episode of family_id %s has not been reopened",
						id_words(id_of(episode, "family_id")));
	if (!is_null(episode, "closed_on"))
		set_field_text(episode, "state", state_name(STATE_CLOSED));
	else if (!text_is(episode, "state", state_name(STATE_WAITING)))
		rule_error(RULE_WRITTEN_BY_RULES, episode->rel, NULL,
				   "a new episode of family_id %s is waiting", id_words(id_of(episode, "family_id")));
}

static void
close_episode(RecordChange *change)
{
	Record	   *episode = &change->after;

	let_others_go_first(episode);
	/* Social care's answer is always taken; what is dated after it is listed (dated_after_end). */
	if (rules_are_writing())
		lock_plans(episode);
	else
		check_nothing_after_closure(change);
	check_no_open_step(episode);
	set_field_text(episode, "state", state_name(STATE_CLOSED));
}

/*
 * A reopening is explicit: it has a day and a reason, and the row keeps both. An
 * episode that closed on the day that it was reopened may be reopened on it again.
 */
static void
reopen_episode(RecordChange *change)
{
	Record	   *episode = &change->after;
	bool		is_day_before = !field_is_new(change, "reopened_on") &&
		date_of(episode, "reopened_on") < date_of(&change->before, "closed_on");

	if (is_null(episode, "reopened_on") || is_day_before)
		rule_error(RULE_CLOSURE, change->rel, NULL,
				   "episode_id %s is reopened only with reopened_on and reopen_reason",
				   id_words(id_of(episode, "episode_id")));
	if (date_of(episode, "reopened_on") < date_of(&change->before, "closed_on"))
		rule_error(RULE_CLOSURE, change->rel, NULL,
				   "reopened_on %s is before closed_on %s of episode_id %s",
				   date_words(date_of(episode, "reopened_on")),
				   date_words(date_of(&change->before, "closed_on")),
				   id_words(id_of(episode, "episode_id")));
	if (is_null(episode, "allocated_on"))
		rule_error_hint(RULE_LEAD_PRACTITIONER, change->rel, NULL,
						"Use undo_closure if it was closed by mistake, or open a new episode instead.",
						"episode_id %s closed while waiting: there is nothing to reopen",
						id_words(id_of(episode, "episode_id")));
	set_field_null(episode, "closure_reason_code");
	set_field_null(episode, "closure_agreed_on");
	set_field_null(episode, "closure_agreement_absent_reason");
	set_field_text(episode, "state", state_name(STATE_ALLOCATED));
}

/*
 * The day of a reopening may be mended, and its reason corrected. A reopening
 * cannot be removed, or added without reopening the episode.
 */
static void
check_reopening(const RecordChange *change)
{
	const Record *record = &change->after;
	Episode		episode;

	if (!field_is_new(change, "reopened_on"))
		return;
	if (is_null(record, "reopened_on"))
		rule_error_hint(RULE_CLOSURE, change->rel, NULL,
						"Mend the day with correct_reopening. An episode that should not have been reopened closes on that day.",
						"episode_id %s was reopened on %s", id_words(id_of(record, "episode_id")),
						date_words(date_of(&change->before, "reopened_on")));
	if (!is_null(record, "closed_on"))
		rule_error(RULE_CLOSURE, change->rel, NULL,
				   "episode_id %s stays closed", id_words(id_of(record, "episode_id")));
	if (reopening_is_mended(change))
		check_reopened_later(change);
	else if (lock_episode(change->rel, id_of(record, "episode_id"), &episode))
		legal_transition(change->rel, &episode, EVENT_REOPEN, false);
}

/*
 * Does the episode cover days that it did not cover before? Closing it, or
 * closing it earlier, only takes days away.
 */
static bool
gains_days(const RecordChange *change)
{
	return field_is_new(change, "opened_on") ||
		date_of(&change->after, "closed_on") > date_of(&change->before, "closed_on");
}

/*
 * A lock alone does not tell join_families() at REPEATABLE READ that there is a
 * new episode, which its snapshot does not show. The update makes it fail with 40001.
 */
static const PartnershipQuery family_opens_query = {
	"update @family set recorded_at = recorded_at where family_id == $1",
	1, {INT8OID}
};

/*
 * No other episode of the family, and no referral, is on the days of an
 * episode. The caller has locked the family: the second writer waits for the
 * first, whether its episode gains days or loses days.
 */
static void
check_days(const RecordChange *change)
{
	const Record *episode = &change->after;
	Datum		family[] = {Int64GetDatum(id_of(episode, "family_id"))};

	if (is_null(episode, "family_id") || is_null(episode, "opened_on"))
		return;					/* check_row says so */
	if (TRIGGER_FIRED_BY_UPDATE(change->event))
		check_attached_contacts(episode);
	if (!gains_days(change))
		return;
	check_one_at_a_time(episode);
	check_no_referral_during(episode);
	if (TRIGGER_FIRED_BY_INSERT(change->event))
		write_by_rules(episode->rel, &family_opens_query, family, NULL);
}

/*
 * Whoever moves the days of an episode waits for who writes of the family before
 * it looks at what is there: a withdrawal that is mended moves the ends of plans
 * and EHAs, and closing looks at them.
 */
static void
wait_for_family(const RecordChange *change)
{
	if (field_is_new(change, "opened_on") || field_is_new(change, "closed_on"))
		lock_family(change->after.rel, id_of(&change->after, "family_id"));
}

PG_FUNCTION_INFO_V1(early_help_episode_before);

/* Trigger, before insert or update of an episode. */
Datum
early_help_episode_before(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "episode_before", true, ROW_INSERT | ROW_UPDATE);
	Record	   *episode = &change.after;

	begin_partnership_queries();
	wait_for_family(&change);
	if (TRIGGER_FIRED_BY_INSERT(change.event))
		begin_episode(episode);
	else
	{
		bool		was_closed = field_was_set(&change, "closed_on");
		bool		is_closed = !is_null(episode, "closed_on");

		check_state_untouched(&change);
		if (field_is_new(&change, "allocated_on"))
			check_allocated_on(episode);
		if (allocation_is_undone(&change))
			take_back_allocation(&change);
		if (is_closed && field_is_new(&change, "closed_on"))
			close_episode(&change);
		if (closure_is_undone(&change))
			undo_closure(&change);
		else if (was_closed && !is_closed)
			reopen_episode(&change);
		else
			check_reopening(&change);
	}
	if (!is_null(episode, "referral_id") && field_is_new(&change, "referral_id"))
		check_answers(episode);
	if (field_is_new(&change, "opened_on") || field_is_new(&change, "closed_on"))
		check_days(&change);
	if (!is_null(episode, "closed_on"))
		check_closure_reason(&change);
	end_partnership_queries();
	return record_result(&change);
}

/* ---------------------------------------------------------------------
 * After the row is written: what follows
 * ---------------------------------------------------------------------
 */

static const PartnershipQuery supported_children_query = {
	"select child_id from @episode_child where episode_id == $1 and left_on is null order by child_id",
	1, {INT8OID}
};

static const PartnershipQuery children_leave_query = {
	"update @episode_child set left_on = greatest($2, joined_on) where episode_id == $1 and left_on is null",
	2, {INT8OID, DATEOID}
};

static const PartnershipQuery close_plans_query = {
	"update @plan set ended_on = greatest($2, started_on), end_reason = 'episode_closed'"
	" where episode_id == $1 and ended_on is null",
	2, {INT8OID, DATEOID}
};

static const PartnershipQuery close_assessments_query = {
	"update @assessment set ended_on = greatest($2, started_on), end_reason = 'episode_closed'"
	" where episode_id == $1 and ended_on is null and completed_on is null",
	2, {INT8OID, DATEOID}
};

/* Whoever merges one of the children goes first or waits: until then nobody knows which child returns. */
static const PartnershipQuery lock_returning_query = {
	"select child_id from @child where child_id == any (array("
	"select child_id from @episode_child where episode_id == $1 and left_on == $2))"
	" order by child_id for key share",
	2, {INT8OID, DATEOID}
};

/*
 * A child that joined and left on the day of the reopening has a row of that day
 * already.  For a duplicate, the child returns that it counts for.
 */
static const PartnershipQuery children_return_query = {
	"insert into @episode_child (episode_id, child_id, joined_on)"
	" select distinct episode_id, k.counts_for_child_id, $3 from @episode_child"
	" join @child k on k.child_id == episode_child.child_id"
	" where episode_id == $1 and left_on == $2"
	" and not exists (select from @step s where s.episode_id == $1"
	" and s.child_id == episode_child.child_id and s.outcome == 'accepted' and s.decided_on == $2)"
	" order by k.counts_for_child_id"
	" on conflict on constraint episode_child_pkey do update set left_on = null",
	3, {INT8OID, DATEOID, DATEOID}
};

/*
 * What ended with a closure moves to the corrected day of the closure. Its event does whatever day it says,
 * so that one which was left behind can be mended by re-dating the closure.
 */
static const PartnershipQuery children_redated_query = {
	"update @episode_child set left_on = $2 where episode_id == $1 and left_on == $3"
	" and not exists (select from @step s where s.episode_id == $1"
	" and s.child_id == episode_child.child_id and s.outcome == 'accepted' and s.decided_on == $3)",
	3, {INT8OID, DATEOID, DATEOID}
};

static const PartnershipQuery plans_redated_query = {
	"update @plan set ended_on = $2"
	" where episode_id == $1 and ended_on == $3 and end_reason == 'episode_closed'",
	3, {INT8OID, DATEOID, DATEOID}
};

static const PartnershipQuery assessments_redated_query = {
	"update @assessment set ended_on = $2"
	" where episode_id == $1 and ended_on == $3 and end_reason == 'episode_closed'",
	3, {INT8OID, DATEOID, DATEOID}
};

static const PartnershipQuery closure_redated_query = {
	"update @episode_event set happened_on = $2 where episode_event_id == (select v.episode_event_id from @episode_event v"
	" where v.episode_id == $1 and v.state_to == 'closed' and v.state_from <> 'closed' order by v.episode_event_id desc limit 1)",
	2, {INT8OID, DATEOID}
};

static const PartnershipQuery opening_redated_query = {
	"update @episode_event set happened_on = $2"
	" where episode_id == $1 and state_from is null",
	2, {INT8OID, DATEOID}
};

static const PartnershipQuery allocation_redated_query = {
	"update @episode_event set happened_on = $2"
	" where episode_id == $1 and event == 'allocate'",
	2, {INT8OID, DATEOID}
};

/* An event is of the day on which what it tells of happened, also when that day is corrected. */
static void
redate_event(const RecordChange *change, const char *day, const PartnershipQuery *query)
{
	Datum		values[2];

	if (!field_is_updated(change, day) || !field_was_set(change, day) || is_null(&change->after, day))
		return;
	values[0] = Int64GetDatum(id_of(&change->after, "episode_id"));
	values[1] = DateADTGetDatum(date_of(&change->after, day));
	write_by_rules(change->rel, query, values, NULL);
}

static void
redate_what_ended(Relation rel, int64 episode_id, DateADT on, DateADT before)
{
	Datum		values[] = {Int64GetDatum(episode_id), DateADTGetDatum(on), DateADTGetDatum(before)};

	write_by_rules(rel, &children_redated_query, values, NULL);
	write_by_rules(rel, &plans_redated_query, values, NULL);
	write_by_rules(rel, &assessments_redated_query, values, NULL);
	write_by_rules(rel, &closure_redated_query, values, NULL);
}

/* The children that the episode supported leave it, and are lowered. */
static void
take_children_out(Relation rel, int64 episode_id, DateADT on)
{
	Datum		values[] = {Int64GetDatum(episode_id), DateADTGetDatum(on)};
	uint64		count = run_partnership_query(rel, &supported_children_query, values, NULL);
	SPITupleTable *children = SPI_tuptable;

	write_by_rules(rel, &children_leave_query, values, NULL);
	for (uint64 i = 0; i < count; i++)
		lower_child(rel, row_id(children, i, 1), episode_id, on);
}

static bool
is_running(const Record *row)
{
	return is_null(row, "ended_on");
}

/*
 * Is there such a row of the episode? The answer holds while the episode is
 * locked: nothing begins, and nothing that ended is resumed.
 */
static bool
is_any(Relation rel, const char *table, int64 episode_id, bool (*is) (const Record *row))
{
	SiblingScan	rows;
	bool		found = false;

	sibling_beginscan(rel, table, "episode_id", episode_id, &rows);
	while (!found && sibling_getnext(&rows))
		found = is(&rows.row);
	sibling_endscan(&rows);
	return found;
}

static void
end_what_is_open(Relation rel, int64 episode_id, DateADT on)
{
	Datum		values[] = {Int64GetDatum(episode_id), DateADTGetDatum(on)};

	take_children_out(rel, episode_id, on);
	if (is_any(rel, "plan", episode_id, is_running))
		write_by_rules(rel, &close_plans_query, values, NULL);
	if (is_any(rel, "assessment", episode_id, is_open_assessment))
		write_by_rules(rel, &close_assessments_query, values, NULL);
}

PG_FUNCTION_INFO_V1(early_help_episode_after);

/* Trigger, after insert or update of an episode. */
Datum
early_help_episode_after(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "episode_after", false, ROW_INSERT | ROW_UPDATE);
	Record	   *episode = &change.after;
	int64		id = id_of(episode, "episode_id");
	DateADT		closed_on = date_of(episode, "closed_on");
	bool		insert = TRIGGER_FIRED_BY_INSERT(change.event);
	bool		is_closed = !is_null(episode, "closed_on");
	bool		was_closed = field_was_set(&change, "closed_on");

	begin_partnership_queries();
	/* A step that opens or closes an episode logs the event itself. */
	if (insert && !rules_are_writing())
		log_event(change.rel, id, EVENT_REFER, STATE_NONE, STATE_WAITING,
				  date_of(episode, "opened_on"), NO_ID);
	if (is_closed && !was_closed)
	{
		EpisodeState from = insert ? STATE_WAITING : state_by_name(text_of(&change.before, "state"));

		if (!rules_are_writing())
			log_event(change.rel, id, EVENT_CLOSE, from, STATE_CLOSED, closed_on, NO_ID);
		end_what_is_open(change.rel, id, closed_on);
	}
	redate_event(&change, "opened_on", &opening_redated_query);
	redate_event(&change, "allocated_on", &allocation_redated_query);
	if (allocation_is_undone(&change))
		forget_allocation(&change);
	if (reopening_is_mended(&change))
		redate_reopening(&change);
	if (was_closed == is_closed)
		redate_kept_closure(&change);
	if (is_closed && was_closed && field_is_new(&change, "closed_on"))
		redate_what_ended(change.rel, id, closed_on, date_of(&change.before, "closed_on"));
	if (closure_is_undone(&change))
		resume_what_ended(&change);
	else if (was_closed && !is_closed)
	{
		Datum		values[] = {
			Int64GetDatum(id),
			DateADTGetDatum(date_of(&change.before, "closed_on")),
			DateADTGetDatum(date_of(episode, "reopened_on"))
		};

		keep_closure(&change);
		log_event(change.rel, id, EVENT_REOPEN, STATE_CLOSED, STATE_ALLOCATED, date_of(episode, "reopened_on"), NO_ID);
		run_partnership_query(change.rel, &lock_returning_query, values, NULL);
		write_by_rules(change.rel, &children_return_query, values, NULL);
	}
	end_partnership_queries();
	return record_result(&change);
}

/* ---------------------------------------------------------------------
 * Deleting an episode
 * ---------------------------------------------------------------------
 */

static const PartnershipQuery lock_children_query = {
	"select child_id from @child where child_id == any (array("
	"select child_id from @level_change where episode_id == $1"
	" union select child_id from @episode_child where episode_id == $1))"
	" order by child_id for no key update",
	1, {INT8OID}
};

/*
 * A child whose levels would be wrong without the level changes of this
 * episode: a later change starts from them, or the changes that are left do not
 * fit who supports the child.
 */
static const PartnershipQuery levels_rest_query = {
	"select k.child_id from ("
	" select child_id from @level_change where episode_id == $1"
	" union select child_id from @episode_child where episode_id == $1) k"
	" cross join lateral (select exists (select from @episode_child m"
	" join @episode e on e.episode_id == m.episode_id"
	" where m.child_id == k.child_id and m.episode_id <> $1"
	" and m.left_on is null and e.closed_on is null) as elsewhere,"
	" coalesce((select early_help.level_number(l.level_to) from @level_change l"
	" where l.child_id == k.child_id and (l.episode_id <> $1 or l.episode_id is null)"
	" order by l.change_number desc limit 1), 1) as level) left_over"
	" where exists (select from @level_change l join @level_change n on n.child_id == l.child_id"
	" and n.change_number > l.change_number and (n.episode_id <> $1 or n.episode_id is null)"
	" where l.child_id == k.child_id and l.episode_id == $1)"
	" or (elsewhere and level == 1) or (not elsewhere and level == 2)"
	" limit 1",
	1, {INT8OID}
};

PG_FUNCTION_INFO_V1(early_help_episode_stays);

/* Trigger, before delete of episode: its level changes go with it, unless later levels depend on them (R11). */
Datum
early_help_episode_stays(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "episode_stays", true, ROW_DELETE);
	Datum		values[] = {Int64GetDatum(id_of(&change.before, "episode_id"))};

	begin_partnership_queries();
	run_partnership_query(change.rel, &lock_children_query, values, NULL);
	if (run_partnership_query(change.rel, &levels_rest_query, values, NULL) > 0)
		rule_error_hint(RULE_LEVELS, change.rel, NULL,
						"Close it, as opened in error.",
						"the level of child_id %s rests on episode_id %s",
						id_words(result_id(1)), id_words(id_of(&change.before, "episode_id")));
	end_partnership_queries();
	return record_result(&change);
}
