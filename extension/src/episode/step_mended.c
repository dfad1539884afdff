/*-------------------------------------------------------------------------
 *
 * step_mended.c
 *		A step whose decision was recorded on a wrong day, or wrongly at all:
 *		what followed from it follows (R11, R12, R14).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "base/correction.h"
#include "base/partnership_query.h"
#include "base/rule.h"
#include "episode/child_level.h"
#include "episode/episode_event.h"
#include "episode/step_mended.h"
#include "episode/step_row.h"

/* Is a step mended that was decided already? */
bool
decision_is_mended(const RecordChange *change)
{
	return TRIGGER_FIRED_BY_UPDATE(change->event) && field_was_set(change, "outcome") &&
		is_mended(change->rel, id_of(&change->before, "step_id"));
}

/* ---------------------------------------------------------------------
 * On another day
 * ---------------------------------------------------------------------
 */

static const PartnershipQuery event_redated_query = {
	"update @episode_event set happened_on = $4 where episode_id == $1 and child_id == $2 and happened_on == $3"
	" and event::pg_catalog.text == $5",
	5, {INT8OID, INT8OID, DATEOID, DATEOID, TEXTOID}
};

static void
redate_offer(const RecordChange *change)
{
	const Record *step = &change->after;
	Datum		values[] = {
		Int64GetDatum(id_of(step, "episode_id")),
		Int64GetDatum(id_of(step, "child_id")),
		DateADTGetDatum(date_of(&change->before, "offered_on")),
		DateADTGetDatum(date_of(step, "offered_on")),
		CStringGetTextDatum(event_name(offer_event(step)))
	};

	if (field_is_new(change, "offered_on"))
		write_by_rules(change->rel, &event_redated_query, values, NULL);
}

static const PartnershipQuery leaving_redated_query = {
	"update @episode_child set left_on = $4 where episode_id == $1 and child_id == $2 and left_on == $3",
	4, {INT8OID, INT8OID, DATEOID, DATEOID}
};

static const PartnershipQuery closure_redated_query = {
	"update @episode set closed_on = s.last from (select pg_catalog.max(decided_on) as last from @step"
	" where episode_id == $1 and outcome == 'accepted' and early_help.level_number(to_level) == 3) s"
	" where episode_id == $1 and closure_reason_code == 'stepped_up' and closed_on <> s.last",
	1, {INT8OID}
};

static const PartnershipQuery joining_redated_query = {
	"update @episode_child set joined_on = $4 where episode_id == $1 and child_id == $2 and joined_on == $3",
	4, {INT8OID, INT8OID, DATEOID, DATEOID}
};

static const PartnershipQuery lead_redated_query = {
	"update @lead_practitioner set from_on = $3 where episode_id == $1 and from_on == $2 and practitioner_id == $4",
	4, {INT8OID, DATEOID, DATEOID, INT8OID}
};

static const PartnershipQuery opening_redated_query = {
	"update @episode set opened_on = $3 where episode_id == $1 and opened_on == $2 and exists ("
	"select from @episode_event v where v.episode_id == $1 and v.state_from is null and v.event == 'accept_step_down')",
	3, {INT8OID, DATEOID, DATEOID}
};

/* The child leaves on the new day. An episode that closed by the last acceptance closes on the day that is now the last. */
static void
redate_step_up(const RecordChange *change, const Datum *values)
{
	bool		later = date_of(&change->after, "decided_on") > date_of(&change->before, "decided_on");

	/* Nobody leaves after the closure at any moment. */
	if (later)
		write_by_rules(change->rel, &closure_redated_query, values, NULL);
	write_by_rules(change->rel, &leaving_redated_query, values, NULL);
	if (!later)
		write_by_rules(change->rel, &closure_redated_query, values, NULL);
}

/* The child joins on the new day; an episode, and who leads it, that began with the step begin then. */
static void
redate_step_down(const RecordChange *change, const Datum *values)
{
	const Record *step = &change->after;
	Datum		opening[] = {values[0], values[2], values[3]};
	Datum		lead[] = {
		values[0], values[2], values[3], Int64GetDatum(id_of(step, "receiving_practitioner_id"))
	};
	bool		earlier = date_of(step, "decided_on") < date_of(&change->before, "decided_on");

	/* Nothing begins before its episode at any moment. */
	if (earlier)
		write_by_rules(change->rel, &opening_redated_query, opening, NULL);
	write_by_rules(change->rel, &joining_redated_query, values, NULL);
	write_by_rules(change->rel, &lead_redated_query, lead, NULL);
	if (!earlier)
		write_by_rules(change->rel, &opening_redated_query, opening, NULL);
}

static void
redate(const RecordChange *change)
{
	const Record *step = &change->after;
	Datum		values[] = {
		Int64GetDatum(id_of(step, "episode_id")),
		Int64GetDatum(id_of(step, "child_id")),
		DateADTGetDatum(date_of(&change->before, "decided_on")),
		DateADTGetDatum(date_of(step, "decided_on")),
		CStringGetTextDatum(event_name(decision_event(&change->before)))
	};
	Episode		episode;

	if (lock_episode(change->rel, id_of(step, "episode_id"), &episode))
	{
		redate_offer(change);
		write_by_rules(change->rel, &event_redated_query, values, NULL);
		if (text_is(step, "outcome", "accepted") && is_step_up(step))
			redate_step_up(change, values);
		else if (text_is(step, "outcome", "accepted") && level_of(step, "to_level") == NEED_LEVEL_EARLY_HELP)
			redate_step_down(change, values);
	}
	if (text_is(step, "outcome", "accepted"))
		resettle_levels(change->rel, id_of(step, "child_id"));
}

/* ---------------------------------------------------------------------
 * Not at all
 * ---------------------------------------------------------------------
 */

static const PartnershipQuery closure_undone_query = {
	"update @episode set closed_on = null where episode_id == $1 and closure_reason_code == 'stepped_up'",
	1, {INT8OID}
};

static const PartnershipQuery child_stays_query = {
	"update @episode_child set left_on = null where episode_id == $1 and child_id == $2 and left_on == $3",
	3, {INT8OID, INT8OID, DATEOID}
};

/* The child is back in the episode, which goes on if it closed by the acceptance. */
static void
take_back_step_up(const Record *step, Episode *episode)
{
	Datum		values[] = {
		Int64GetDatum(episode->id), Int64GetDatum(id_of(step, "child_id")),
		DateADTGetDatum(date_of(step, "decided_on"))
	};

	if (episode->state == STATE_CLOSED)
		write_by_rules(step->rel, &closure_undone_query, values, NULL);
	else
		take_back_event(step->rel, episode, EVENT_ACCEPT_STEP_UP, date_of(step, "decided_on"));
	write_by_rules(step->rel, &child_stays_query, values, NULL);
}

/*
 * What was recorded in the episode since the step down was accepted. An episode
 * that it opened has one lead practitioner by it, and no other child; one that
 * it did not open supports another child.
 */
static const PartnershipQuery rests_on_step_down_query = {
	"with accepted as (select v.episode_event_id, v.state_from is null as opened from @episode_event v"
	" where v.episode_id == $1 and v.child_id == $2 and v.happened_on == $3 and v.event == 'accept_step_down')"
	" select s.what, s.id from ("
	" select pg_catalog.concat('event ', v.event, ', episode_event_id') as what, v.episode_event_id as id"
	" from accepted a join @episode_event v on v.episode_id == $1 and v.episode_event_id > a.episode_event_id"
	" where not (a.opened and v.event == 'allocate')"
	" union all select 'lead_practitioner of practitioner_id', l.practitioner_id"
	" from accepted a join @lead_practitioner l on l.episode_id == $1 where a.opened and l.from_on <> $3"
	" union all select 'episode_child of child_id', c.child_id"
	" from accepted a join @episode_child c on c.episode_id == $1"
	" where case when c.child_id == $2 then c.joined_on == $3 and c.left_on is not null else a.opened end"
	" union all select 'contact_child_id', k.contact_child_id from @contact_child k"
	" where k.attached_episode_id == $1 and k.child_id == $2 and k.received_on >= $3"
	" union all select 'support of no other child by episode_id', $1 from accepted a"
	" where not a.opened and not exists (select from @episode_child c where c.episode_id == $1"
	" and c.left_on is null and (c.child_id <> $2 or c.joined_on < $3))"
	") as s limit 1",
	3, {INT8OID, INT8OID, DATEOID}
};

static void
refuse_rests_on_step_down(const Record *step, const Datum *values)
{
	if (run_partnership_query(step->rel, &rests_on_step_down_query, values, NULL) > 0)
		rule_error_hint(RULE_STEP_ONCE, step->rel, NULL,
						"Take that back first, or take the child out of the episode with left_on, or offer a step up.",
						"%s %s rests on step_id %s, accepted on %s", result_text(1), id_words(result_id(2)),
						id_words(id_of(step, "step_id")), date_words(date_of(step, "decided_on")));
}

static const PartnershipQuery opened_by_step_down_query = {
	"select episode_id from @episode_event where episode_id == $1 and child_id == $2 and happened_on == $3"
	" and event == 'accept_step_down' and state_from is null",
	3, {INT8OID, INT8OID, DATEOID}
};

static const PartnershipQuery forget_episode_query = {
	"delete from @episode where episode_id == $1",
	1, {INT8OID}
};

/* The row that the acceptance made was written with its event. */
static const PartnershipQuery forget_joining_query = {
	"delete from @episode_child where episode_id == $1 and child_id == $2 and joined_on == $3"
	" and recorded_at == (select pg_catalog.max(v.recorded_at) from @episode_event v where v.episode_id == $1"
	" and v.child_id == $2 and v.happened_on == $3 and v.event == 'accept_step_down')",
	3, {INT8OID, INT8OID, DATEOID}
};

/* To the episode that it was offered in, if any. */
static const PartnershipQuery offered_in_query = {
	"update @step set episode_id = (select v.episode_id from @episode e join @episode_event v on v.episode_id == e.episode_id"
	" where e.family_id == step.family_id and v.child_id == $2"
	" and v.event == 'offer_step_down' and v.happened_on == $3 order by v.episode_event_id desc limit 1)"
	" where step_id == $1",
	3, {INT8OID, INT8OID, DATEOID}
};

/* The episode that the step opened never was; from one that it joined the child is gone. */
static void
take_back_step_down(const Record *step, Episode *episode)
{
	DateADT		on = date_of(step, "decided_on");
	Datum		child = Int64GetDatum(id_of(step, "child_id"));
	Datum		values[] = {Int64GetDatum(episode->id), child, DateADTGetDatum(on)};
	Datum		offer[] = {
		Int64GetDatum(id_of(step, "step_id")), child, DateADTGetDatum(date_of(step, "offered_on"))
	};

	refuse_rests_on_step_down(step, values);
	write_by_rules(step->rel, &offered_in_query, offer, NULL);
	if (run_partnership_query(step->rel, &opened_by_step_down_query, values, NULL) > 0)
		write_by_rules(step->rel, &forget_episode_query, values, NULL);
	else
	{
		write_by_rules(step->rel, &forget_joining_query, values, NULL);
		take_back_event(step->rel, episode, EVENT_ACCEPT_STEP_DOWN, on);
	}
}

static const PartnershipQuery duplicate_with_social_care_query = {
	"select k.child_id from @child k cross join lateral (select l.level_to from @level_change l"
	" where l.child_id == k.child_id order by l.change_number desc limit 1) l"
	" where k.merged_into_child_id == $1 and early_help.level_number(l.level_to) == 3"
	" and not exists (select from @level_change o where o.child_id == $1"
	" and (early_help.level_number(o.level_from) == 3 or early_help.level_number(o.level_to) == 3)) limit 1",
	1, {INT8OID}
};

/* M01: a duplicate is not at social care while the child that it counts for never was. */
static void
check_duplicates_level(const Record *step)
{
	int64		child_id = id_of(step, "child_id");
	Datum		values[] = {Int64GetDatum(child_id)};

	if (run_partnership_query(step->rel, &duplicate_with_social_care_query, values, NULL) > 0)
		rule_error_hint(RULE_MERGE, step->rel, NULL, "Undo the merge first, with unmerge_children.",
						"child_id %s is at level social_care, and child_id %s, which it counts for, would never have been",
						id_words(result_id(1)), id_words(child_id));
}

static void
take_back(const Record *step)
{
	bool		accepted = text_is(step, "outcome", "accepted");
	Episode		episode;

	if (lock_episode(step->rel, id_of(step, "episode_id"), &episode))
	{
		if (accepted && is_step_up(step))
			take_back_step_up(step, &episode);
		else if (accepted && level_of(step, "to_level") == NEED_LEVEL_EARLY_HELP)
			take_back_step_down(step, &episode);
		else if (episode.state != STATE_CLOSED)
			take_back_event(step->rel, &episode, decision_event(step), date_of(step, "decided_on"));
	}
	if (accepted)
	{
		resettle_levels(step->rel, id_of(step, "child_id"));
		check_duplicates_level(step);
	}
}

/* After the row is written. */
void
mend_decision(const RecordChange *change)
{
	if (is_null(&change->after, "outcome"))
		take_back(&change->before);
	else if (field_is_new(change, "decided_on") || field_is_new(change, "offered_on"))
		redate(change);
}
