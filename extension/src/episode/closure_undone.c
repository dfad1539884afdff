/*-------------------------------------------------------------------------
 *
 * closure_undone.c
 *		A closure that was a mistake is undone: it never happened.
 *
 * Children, plans and EHAs that ended with it go on, the children's levels are
 * what they were, and the episode is in the state that it was in.  It is refused
 * where something rests on the closure: a later episode or referral of the
 * family (check_days), or a later change of a child's level.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/correction.h"
#include "base/partnership_query.h"
#include "base/rule.h"
#include "continuum/continuum.h"
#include "episode/closure_undone.h"
#include "family/consent.h"

/* Is closed_on taken away as a mistake, and not by a reopening? */
bool
closure_is_undone(const RecordChange *change)
{
	return TRIGGER_FIRED_BY_UPDATE(change->event) && field_was_set(change, "closed_on") &&
		is_null(&change->after, "closed_on") && !field_is_new(change, "reopened_on") &&
		is_mended(change->rel, id_of(&change->after, "episode_id"));
}

static const PartnershipQuery closing_event_query = {
	"select episode_event_id, state_from::pg_catalog.text from @episode_event"
	" where episode_id == $1 and state_to == 'closed' and state_from <> 'closed' order by episode_event_id desc limit 1",
	1, {INT8OID}
};

static const PartnershipQuery undecided_query = {
	"select step_id from @step where episode_id == $1 and outcome is null"
	" and early_help.level_number(to_level) == 3 limit 1",
	1, {INT8OID}
};

static const PartnershipQuery later_level_query = {
	"select n.child_id, n.level_change_id from @level_change l"
	" join @level_change n on n.child_id == l.child_id and n.change_number > l.change_number"
	" where l.episode_id == $1 and l.event == 'close' and l.changed_on == $2 limit 1",
	2, {INT8OID, DATEOID}
};

static const PartnershipQuery later_event_query = {
	"select episode_event_id, event::pg_catalog.text from @episode_event"
	" where episode_id == $1 and episode_event_id > $2 order by episode_event_id limit 1",
	2, {INT8OID, INT8OID}
};

/* What was recorded late, in the closed episode, does not follow from the state before the closure. */
static void
refuse_with_later_events(Relation rel, int64 episode_id, int64 closing_event_id)
{
	Datum		values[] = {Int64GetDatum(episode_id), Int64GetDatum(closing_event_id)};

	if (run_partnership_query(rel, &later_event_query, values, NULL) > 0)
		rule_error_hint(RULE_EVENT_NOT_POSSIBLE, rel, NULL,
						"Reopen the episode instead, with reopen_episode.",
						"episode_event_id %s, %s, was recorded since episode_id %s closed",
						id_words(result_id(1)), result_text(2), id_words(episode_id));
}

/* Before the row is written. */
void
undo_closure(RecordChange *change)
{
	Record	   *episode = &change->after;
	int64		id = id_of(episode, "episode_id");
	char	   *state;
	Datum		values[] = {
		Int64GetDatum(id), DateADTGetDatum(date_of(&change->before, "closed_on"))
	};

	if (text_is(&change->before, "closure_reason_code", "stepped_up") &&
		run_partnership_query(change->rel, &undecided_query, values, NULL) == 0)
		rule_error_hint(RULE_CLOSURE, change->rel, NULL,
						"Offer a step down when social care gives the child back. If nothing was accepted, use undo_decision of the step.",
						"episode_id %s closed by the acceptance of its last child's step up", id_words(id));
	if (run_partnership_query(change->rel, &later_level_query, values, NULL) > 0)
		rule_error_hint(RULE_LEVELS, change->rel, NULL,
						"Reopen the episode instead, with reopen_episode. A later episode that was opened by mistake is deleted first.",
						"the level of child_id %s has changed since episode_id %s closed: level_change_id %s",
						id_words(result_id(1)), id_words(id), id_words(result_id(2)));
	if (run_partnership_query(change->rel, &closing_event_query, values, NULL) == 0 || result_text(2) == NULL)
		rule_error(RULE_EVENT_NOT_POSSIBLE, change->rel, NULL,
				   "episode_id %s has no event that closed it", id_words(id));
	state = result_text(2);
	refuse_with_later_events(change->rel, id, result_id(1));
	/* It was recorded as closed, and its lead practitioner after it: nobody knows what it was before. */
	if (strcmp(state, state_name(STATE_WAITING)) == 0 && !is_null(episode, "allocated_on"))
		rule_error_hint(RULE_EVENT_NOT_POSSIBLE, change->rel, NULL,
						"Reopen the episode instead, with reopen_episode.",
						"episode_id %s was recorded when it had closed", id_words(id));
	set_field_text(episode, "state", state);
	set_field_null(episode, "closure_reason_code");
	set_field_null(episode, "closure_agreed_on");
	set_field_null(episode, "closure_agreement_absent_reason");
}

static const PartnershipQuery levels_undone_query = {
	"delete from @level_change where episode_id == $1 and event == 'close' and changed_on == $2",
	2, {INT8OID, DATEOID}
};

static const PartnershipQuery event_undone_query = {
	"delete from @episode_event where episode_event_id == $1",
	1, {INT8OID}
};

/* A child whose own step up was accepted on that day had left by it. */
static const PartnershipQuery children_stay_query = {
	"update @episode_child set left_on = null where episode_id == $1 and left_on == $2"
	" and not exists (select from @step s where s.episode_id == $1"
	" and s.child_id == episode_child.child_id and s.outcome == 'accepted' and s.decided_on == $2)",
	2, {INT8OID, DATEOID}
};

static const PartnershipQuery plans_go_on_query = {
	"update @plan set ended_on = null, end_reason = null"
	" where episode_id == $1 and ended_on == $2 and end_reason == 'episode_closed'",
	2, {INT8OID, DATEOID}
};

static const PartnershipQuery assessments_go_on_query = {
	"update @assessment set ended_on = null, end_reason = null"
	" where episode_id == $1 and ended_on == $2 and end_reason == 'episode_closed'",
	2, {INT8OID, DATEOID}
};

/* After the row is written.  Consent may have been withdrawn since. */
void
resume_what_ended(const RecordChange *change)
{
	Relation	rel = change->rel;
	Datum		values[] = {
		Int64GetDatum(id_of(&change->after, "episode_id")),
		DateADTGetDatum(date_of(&change->before, "closed_on"))
	};
	Datum		event;

	write_by_rules(rel, &levels_undone_query, values, NULL);
	run_partnership_query(rel, &closing_event_query, values, NULL);
	event = Int64GetDatum(result_id(1));
	write_by_rules(rel, &event_undone_query, &event, NULL);
	write_by_rules(rel, &children_stay_query, values, NULL);
	write_by_rules(rel, &plans_go_on_query, values, NULL);
	write_by_rules(rel, &assessments_go_on_query, values, NULL);
	settle_support(rel, id_of(&change->after, "family_id"), false);
}
