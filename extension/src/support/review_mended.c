/*-------------------------------------------------------------------------
 *
 * review_mended.c
 *		A review whose decision was recorded wrongly, or that was not held:
 *		its plan follows (R02, R03).
 *
 * Only the last review of a plan is mended: a later one was due by it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/partnership_query.h"
#include "base/rule.h"
#include "episode/episode_event.h"
#include "family/consent.h"
#include "family/family.h"
#include "support/plan.h"
#include "support/review_mended.h"

static const PartnershipQuery later_review_query = {
	"select review_id, held_on::pg_catalog.date from @review where plan_id == $1 and held_on > $2 limit 1",
	2, {INT8OID, DATEOID}
};

void
check_last_review(const Record *review)
{
	Datum		values[] = {
		Int64GetDatum(id_of(review, "plan_id")), DateADTGetDatum(date_of(review, "held_on"))
	};

	if (run_partnership_query(review->rel, &later_review_query, values, NULL) > 0)
		rule_error_hint(RULE_COMPLETED_BY_REVIEW, review->rel, NULL,
						"Mend the later review first.",
						"review_id %s of plan_id %s was held after this one, on %s",
						id_words(result_id(1)), id_words(id_of(review, "plan_id")), date_words(result_date(2)));
}

/* ---------------------------------------------------------------------
 * The plan without the review
 * ---------------------------------------------------------------------
 */

static const PartnershipQuery not_completed_query = {
	"update @plan set completed_by_review_id = null, ended_on = null, end_reason = null"
	" where plan_id == $1 and completed_by_review_id == $2",
	2, {INT8OID, INT8OID}
};

static const PartnershipQuery review_before_query = {
	"select review_id, held_on::pg_catalog.date from @review where plan_id == $1 and held_on < $2"
	" order by held_on desc limit 1",
	2, {INT8OID, DATEOID}
};

static const PartnershipQuery not_extended_query = {
	"update @plan set extended_by_review_id = $3, review_counts_from = coalesce($4, started_on), review_due_on = $5"
	" where plan_id == $1 and extended_by_review_id == $2",
	5, {INT8OID, INT8OID, INT8OID, DATEOID, DATEOID}
};

/* The plan was extended by the review before, if there is one, and due when this one was. */
static void
take_back_extension(const Record *review)
{
	Datum		plan[] = {
		Int64GetDatum(id_of(review, "plan_id")), DateADTGetDatum(date_of(review, "held_on"))
	};
	bool		before = run_partnership_query(review->rel, &review_before_query, plan, NULL) > 0;
	Datum		values[] = {
		plan[0], Int64GetDatum(id_of(review, "review_id")),
		Int64GetDatum(before ? result_id(1) : 0), DateADTGetDatum(before ? result_date(2) : 0),
		DateADTGetDatum(date_of(review, "due_on"))
	};
	char		nulls[] = {' ', ' ', before ? ' ' : 'n', before ? ' ' : 'n', ' '};

	write_by_rules(review->rel, &not_extended_query, values, nulls);
}

static const PartnershipQuery end_with_episode_query = {
	"update @plan set ended_on = greatest($2, started_on), end_reason = 'episode_closed'"
	" where plan_id == $1 and ended_on is null",
	2, {INT8OID, DATEOID}
};

/* The plan goes on, unless its episode has closed, or consent was withdrawn, meanwhile. */
static void
take_back_completion(const Record *review, const Episode *episode)
{
	Datum		ids[] = {Int64GetDatum(id_of(review, "plan_id")), Int64GetDatum(id_of(review, "review_id"))};
	Datum		closure[] = {ids[0], DateADTGetDatum(episode->closed_on)};

	write_by_rules(review->rel, &not_completed_query, ids, NULL);
	if (episode->closed_on != DATEVAL_NOEND)
		write_by_rules(review->rel, &end_with_episode_query, closure, NULL);
	settle_support(review->rel, episode->family_id, false);
}

/* The plan is as if the review had not been held. The caller has locked the plan and its family. */
static void
take_back(const Record *review, Episode *episode)
{
	DateADT		held_on = date_of(review, "held_on");

	if (text_is(review, "decision", "extend"))
	{
		take_back_event(review->rel, episode, EVENT_EXTEND, held_on);
		take_back_extension(review);
	}
	else
		take_back_completion(review, episode);
}

static bool
lock_plan_and_family(const Record *review, Episode *episode)
{
	SupportPlan plan;

	if (!lock_plan(review->rel, id_of(review, "plan_id"), &plan) ||
		!read_episode(review->rel, plan.episode_id, episode))
		return false;
	lock_family(review->rel, episode->family_id);
	return true;
}

/* Before the review is deleted. */
void
undo_review(const Record *review)
{
	Episode		episode;

	if (!lock_plan_and_family(review, &episode))
		return;
	check_last_review(review);
	take_back(review, &episode);
	take_back_event(review->rel, &episode, EVENT_HOLD_REVIEW, date_of(review, "held_on"));
}

/* ---------------------------------------------------------------------
 * The plan with the right decision
 * ---------------------------------------------------------------------
 */

static const PartnershipQuery extend_query = {
	"update @plan set extended_by_review_id = $2, review_counts_from = $3, review_due_on = $4 where plan_id == $1",
	4, {INT8OID, INT8OID, DATEOID, DATEOID}
};

static const PartnershipQuery complete_query = {
	"update @plan set completed_by_review_id = $2, ended_on = $3, end_reason = 'completed' where plan_id == $1",
	3, {INT8OID, INT8OID, DATEOID}
};

static void
decide_anew(const Record *review, Episode *episode)
{
	DateADT		held_on = date_of(review, "held_on");
	bool		extends = text_is(review, "decision", "extend");
	Datum		values[] = {
		Int64GetDatum(id_of(review, "plan_id")), Int64GetDatum(id_of(review, "review_id")),
		DateADTGetDatum(held_on), DateADTGetDatum(date_of(review, "next_review_due_on"))
	};

	write_by_rules(review->rel, extends ? &extend_query : &complete_query, values, NULL);
	if (!extends)
		return;
	if (transition(episode->state, EVENT_EXTEND, false))
		apply_event(review->rel, episode, EVENT_EXTEND, held_on, NO_ID);
	else
		apply_two_events(review->rel, episode, EVENT_HOLD_REVIEW, EVENT_EXTEND, held_on);
}

PG_FUNCTION_INFO_V1(early_help_review_decided_anew);

/* Trigger, after update of decision of review: the plan follows. */
Datum
early_help_review_decided_anew(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "review_decided_anew", false, ROW_UPDATE);
	Episode		episode;

	begin_partnership_queries();
	if (lock_plan_and_family(&change.after, &episode))
	{
		check_last_review(&change.after);
		take_back(&change.before, &episode);
		decide_anew(&change.after, &episode);
	}
	end_partnership_queries();
	return record_result(&change);
}
