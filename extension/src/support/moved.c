/*-------------------------------------------------------------------------
 *
 * moved.c
 *		An EHA or plan that was recorded for the wrong family is moved to the
 *		episode that it is of (S02).
 *
 * Its parts go with it. It keeps the rules where it comes to: consent, a
 * conversation, nothing after closure. What it was in the other episode stays in
 * that one's log.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/partnership_query.h"
#include "base/rule.h"
#include "episode/episode_event.h"
#include "family/family.h"
#include "support/moved.h"

/* keep_unless_mended() has seen that it is a mistake that is mended. */
bool
is_moved(const RecordChange *change)
{
	return field_is_updated(change, "episode_id");
}

/* An end by its episode or consent was that of the other family. */
void
forget_end(RecordChange *change)
{
	Record	   *support = &change->after;

	if (is_null(support, "end_reason") || text_is(support, "end_reason", "completed"))
		return;
	set_field_null(support, "ended_on");
	set_field_null(support, "end_reason");
}

static void
refuse_after(const RecordChange *change, const char *what, int64 id, DateADT on, const Episode *episode)
{
	if (on != DATEVAL_NOEND && on > episode->closed_on)
		rule_error_hint(RULE_CLOSURE, change->rel, NULL,
						"Move it to the episode that was open then, or correct the day.",
						"%s %s of %s would be after closed_on %s of episode_id %s", what, id_words(id),
						date_words(on), date_words(episode->closed_on), id_words(episode->id));
}

/* ---------------------------------------------------------------------
 * Plans
 * ---------------------------------------------------------------------
 */

static const PartnershipQuery last_of_plan_query = {
	"select s.what, s.id, s.on_day from ("
	" select 'plan_outcome_id' as what, plan_outcome_id as id,"
	" greatest(agreed_on, achieved_on, withdrawn_on)::pg_catalog.date as on_day from @plan_outcome where plan_id == $1"
	" union all select 'action_id', action_id, agreed_on from @action where plan_id == $1"
	" union all select 'review_id', review_id, held_on from @review where plan_id == $1"
	") as s order by s.on_day desc limit 1",
	1, {INT8OID}
};

static const PartnershipQuery asked_query = {
	"select n.child_id, n.adult_id from @review v join @review_participant n on n.review_id == v.review_id"
	" where v.plan_id == $1 and (n.child_id is not null or n.adult_id is not null) order by n.review_participant_id",
	1, {INT8OID}
};

/* Who of a family was asked to the reviews is of the family that the plan comes to. */
static void
require_asked_of_family(Relation rel, int64 plan_id, int64 family_id)
{
	Datum		values[] = {Int64GetDatum(plan_id)};
	uint64		count = run_partnership_query(rel, &asked_query, values, NULL);
	SPITupleTable *asked = SPI_tuptable;

	for (uint64 i = 0; i < count; i++)
	{
		int64		child_id = row_id(asked, i, 1);

		if (child_id != NO_ID)
			require_member(rel, family_id, child_id);
		else
			require_adult(rel, family_id, row_id(asked, i, 2));
	}
}

/* Before the row is written. */
void
check_plan_moves(const RecordChange *change)
{
	int64		plan_id = id_of(&change->after, "plan_id");
	Datum		values[] = {Int64GetDatum(plan_id)};
	Episode		episode;

	if (!lock_episode(change->rel, id_of(&change->after, "episode_id"), &episode))
		return;					/* the foreign key says so */
	if (run_partnership_query(change->rel, &last_of_plan_query, values, NULL) > 0)
		refuse_after(change, result_text(1), result_id(2), result_date(3), &episode);
	require_asked_of_family(change->rel, plan_id, episode.family_id);
}

static const PartnershipQuery reviews_query = {
	"select held_on::pg_catalog.date, decision::pg_catalog.text from @review where plan_id == $1 order by held_on",
	1, {INT8OID}
};

PG_FUNCTION_INFO_V1(early_help_plan_moved);

/* Trigger, after update of episode_id of plan: its events are the new episode's too. */
Datum
early_help_plan_moved(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "plan_moved", false, ROW_UPDATE);
	const Record *plan = &change.after;
	Datum		values[] = {Int64GetDatum(id_of(plan, "plan_id"))};
	Episode		episode;

	begin_partnership_queries();
	if (lock_episode(change.rel, id_of(plan, "episode_id"), &episode))
	{
		uint64		count;
		SPITupleTable *reviews;

		apply_event(change.rel, &episode, EVENT_START_PLAN, date_of(plan, "started_on"), NO_ID);
		count = run_partnership_query(change.rel, &reviews_query, values, NULL);
		reviews = SPI_tuptable;
		for (uint64 i = 0; i < count; i++)
		{
			char	   *decision = row_text(reviews, i, 2);

			if (decision && strcmp(decision, "extend") == 0)
				apply_two_events(change.rel, &episode, EVENT_HOLD_REVIEW, EVENT_EXTEND, row_date(reviews, i, 1));
			else
				apply_event(change.rel, &episode, EVENT_HOLD_REVIEW, row_date(reviews, i, 1), NO_ID);
		}
	}
	end_partnership_queries();
	return record_result(&change);
}

/* ---------------------------------------------------------------------
 * EHAs
 * ---------------------------------------------------------------------
 */

static const PartnershipQuery rests_on_assessment_query = {
	"select s.what, s.id from ("
	" select 'plan_id' as what, plan_id as id from @plan where assessment_id == $1"
	" union all select 'step_id', step_id from @step where assessment_id == $1"
	" union all select 'assessment_id', assessment_id from @assessment where corrects_assessment_id == $1"
	" union all select 'assessment_id', corrects_assessment_id from @assessment"
	" where assessment_id == $1 and corrects_assessment_id is not null"
	") as s limit 1",
	1, {INT8OID}
};

/* Is nothing changed but the episode, and an end that was the other family's? */
static bool
moves_alone(const RecordChange *change)
{
	static const char *const kept[] = {"started_on", "completed_on", "practitioner_id", "service_id", "source_ref"};

	for (int i = 0; i < (int) lengthof(kept); i++)
	{
		if (field_is_new(change, kept[i]))
			return false;
	}
	return true;
}

/* Before the row is written. */
void
check_assessment_moves(const RecordChange *change)
{
	const Record *assessment = &change->after;
	int64		id = id_of(assessment, "assessment_id");
	Datum		values[] = {Int64GetDatum(id)};
	Episode		episode;

	if (!moves_alone(change))
		rule_error_hint(RULE_FOUR_DOMAINS, change->rel, NULL, "Move it with move_assessment, and correct it by a new version.",
						"assessment_id %s is moved and changed at once", id_words(id));
	if (run_partnership_query(change->rel, &rests_on_assessment_query, values, NULL) > 0)
		rule_error_hint(RULE_RECORD_STAYS, change->rel, NULL,
						"Take assessment_id out of that record first. Versions of an EHA are not moved: "
						"record it anew, and blank the wrong one with blank_domain.",
						"%s %s rests on assessment_id %s", result_text(1), id_words(result_id(2)), id_words(id));
	if (!lock_episode(change->rel, id_of(assessment, "episode_id"), &episode))
		return;					/* the foreign key says so */
	if (!is_null(assessment, "child_id"))
		require_member(change->rel, episode.family_id, id_of(assessment, "child_id"));
	refuse_after(change, "assessment_id", id, date_of(assessment, "completed_on"), &episode);
}

PG_FUNCTION_INFO_V1(early_help_assessment_moved);

/* Trigger, after update of episode_id of assessment: its events are the new episode's too. */
Datum
early_help_assessment_moved(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "assessment_moved", false, ROW_UPDATE);
	const Record *assessment = &change.after;
	int64		child_id = id_of(assessment, "child_id");
	Episode		episode;

	begin_partnership_queries();
	if (lock_episode(change.rel, id_of(assessment, "episode_id"), &episode))
	{
		apply_event(change.rel, &episode, EVENT_START_ASSESSMENT, date_of(assessment, "started_on"), child_id);
		if (!is_null(assessment, "completed_on"))
			apply_event(change.rel, &episode, EVENT_COMPLETE_ASSESSMENT, date_of(assessment, "completed_on"), child_id);
	}
	end_partnership_queries();
	return record_result(&change);
}
