/*-------------------------------------------------------------------------
 *
 * review.c
 *		Reviews: each completes its plan or extends it to a next one
 *		(R02, R03), and none is held after closure (R14).
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
#include "support/overdue.h"
#include "support/plan.h"
#include "support/review_mended.h"

static void
check_plan_is_open(const Record *review, const SupportPlan *plan)
{
	/* A review that was held before consent was withdrawn, or the episode closed, may be recorded after it. */
	if (plan->ended_on != DATEVAL_NOEND &&
		!(plan->cut_short && date_of(review, "held_on") <= plan->ended_on))
		rule_error_hint(RULE_COMPLETED_BY_REVIEW, review->rel, NULL,
						"Check plan_id: a plan that has ended has no further review. Start a new plan for what follows.",
						"plan_id %s ended on %s", id_words(plan->id), date_words(plan->ended_on));
	if (date_of(review, "held_on") < plan->review_counts_from)
		rule_error_hint(RULE_COMPLETED_BY_REVIEW, review->rel, NULL,
						"Correct held_on: reviews of a plan are recorded in the order in which they were held.",
						"held_on %s is before %s, from which this review of plan_id %s counts",
						date_words(date_of(review, "held_on")),
						date_words(plan->review_counts_from), id_words(plan->id));
}

static void
fill_next_review(Record *review, const SupportPlan *plan)
{
	if (text_is(review, "decision", "extend") && is_null(review, "next_review_due_on"))
		set_date(review, "next_review_due_on",
				 default_review_due(review->rel, plan->kind, date_of(review, "held_on")));
}

static void
fill_from_plan(Record *review, const SupportPlan *plan)
{
	set_field_text(review, "plan_kind", plan->kind);
	set_date(review, "due_on", plan->review_due_on);
	fill_next_review(review, plan);
}

static const PartnershipQuery neighbours_query = {
	"select review_id from @review where plan_id == $1 and review_id <> $2"
	" and ((held_on < $3 and held_on >= $4) or (held_on > $3 and held_on <= $4)) limit 1",
	4, {INT8OID, INT8OID, DATEOID, DATEOID}
};

/* A review that gets another day stays in its place among the reviews of its plan. */
static void
check_order_kept(const RecordChange *change)
{
	const Record *review = &change->after;
	Datum		values[] = {
		Int64GetDatum(id_of(review, "plan_id")),
		Int64GetDatum(id_of(review, "review_id")),
		DateADTGetDatum(date_of(&change->before, "held_on")),
		DateADTGetDatum(date_of(review, "held_on"))
	};

	if (run_partnership_query(change->rel, &neighbours_query, values, NULL) > 0)
		rule_error_hint(RULE_COMPLETED_BY_REVIEW, change->rel, NULL,
						"Correct the other review first: reviews of a plan keep their order.",
						"review_id %s would pass review_id %s of plan_id %s",
						id_words(id_of(review, "review_id")), id_words(result_id(1)),
						id_words(id_of(review, "plan_id")));
}

static void
check_redated(const RecordChange *change, const SupportPlan *plan)
{
	const Record *review = &change->after;

	if (date_of(review, "held_on") < plan->started_on)
		rule_error_hint(RULE_COMPLETED_BY_REVIEW, change->rel, NULL,
						"Correct held_on: a review is held on the day the plan starts or later.",
						"held_on %s is before the start of plan_id %s",
						date_words(date_of(review, "held_on")), id_words(plan->id));
	check_order_kept(change);
	refuse_agreed_while_overdue(review);
}

PG_FUNCTION_INFO_V1(early_help_review_before);

/* Trigger, before insert or update of review. */
Datum
early_help_review_before(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "review_before", true, ROW_INSERT | ROW_UPDATE);
	Record	   *review = &change.after;
	int64		plan_id = id_of(review, "plan_id");
	SupportPlan plan;
	bool		found;

	if (is_null(review, "held_on") || is_null(review, "decision"))
		return record_result(&change);	/* check_row says so */
	begin_partnership_queries();
	found = lock_plan(change.rel, plan_id, &plan);
	if (!found && !is_null(review, "plan_id"))
		rule_error(RULE_NO_SUCH_RECORD, change.rel, "review_of_a_plan",
				   "plan_id %s", id_words(plan_id));
	if (found)
	{
		if (date_of(review, "held_on") > plan.episode_closed_on)
			rule_error(RULE_CLOSURE, change.rel, NULL,
					   "held_on %s is after closed_on %s of episode_id %s",
					   date_words(date_of(review, "held_on")), date_words(plan.episode_closed_on),
					   id_words(plan.episode_id));
		refuse_in_gap_of_plan(change.rel, &plan, "held_on", date_of(review, "held_on"));
		if (TRIGGER_FIRED_BY_INSERT(change.event))
		{
			check_plan_is_open(review, &plan);
			fill_from_plan(review, &plan);
		}
		else if (field_is_new(&change, "decision"))
			fill_next_review(review, &plan);
		else if (field_is_new(&change, "held_on") || field_is_new(&change, "due_on"))
			check_redated(&change, &plan);
	}
	end_partnership_queries();
	return record_result(&change);
}

static const PartnershipQuery extend_query = {
	"update @plan set extended_by_review_id = $2, review_counts_from = $3, review_due_on = $4"
	" where plan_id == $1",
	4, {INT8OID, INT8OID, DATEOID, DATEOID}
};

static const PartnershipQuery complete_query = {
	"update @plan set completed_by_review_id = $2, ended_on = $3, end_reason = 'completed'"
	" where plan_id == $1",
	3, {INT8OID, INT8OID, DATEOID}
};

static const PartnershipQuery due_query = {
	"update @review set due_on = $2 where review_id == $1",
	2, {INT8OID, DATEOID}
};

/*
 * One statement can insert several reviews of a plan. The BEFORE triggers of
 * all its rows run before the first AFTER trigger completes or extends the
 * plan. So each review is checked again when its turn comes.
 */
static void
look_again(const Record *review, const SupportPlan *plan)
{
	Datum		values[] = {
		Int64GetDatum(id_of(review, "review_id")),
		DateADTGetDatum(plan->review_due_on)
	};

	check_plan_is_open(review, plan);
	if (date_of(review, "due_on") != plan->review_due_on)
		write_by_rules(review->rel, &due_query, values, NULL);
}

PG_FUNCTION_INFO_V1(early_help_review_after);

/* Trigger, after insert of review: completes or extends the plan. */
Datum
early_help_review_after(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "review_after", false, ROW_INSERT);
	Record	   *review = &change.after;
	bool		extends = text_is(review, "decision", "extend");
	DateADT		held_on = date_of(review, "held_on");
	int64		plan_id = id_of(review, "plan_id");
	Datum		values[] = {
		Int64GetDatum(plan_id),
		Int64GetDatum(id_of(review, "review_id")),
		DateADTGetDatum(held_on),
		DateADTGetDatum(date_of(review, "next_review_due_on"))
	};
	SupportPlan plan;
	Episode		episode;

	begin_partnership_queries();
	if (lock_plan(change.rel, plan_id, &plan) && read_episode(change.rel, plan.episode_id, &episode))
	{
		look_again(review, &plan);
		write_by_rules(change.rel, extends ? &extend_query : &complete_query, values, NULL);
		if (extends)
			apply_two_events(change.rel, &episode, EVENT_HOLD_REVIEW, EVENT_EXTEND, held_on);
		else
			apply_event(change.rel, &episode, EVENT_HOLD_REVIEW, held_on, NO_ID);
	}
	end_partnership_queries();
	return record_result(&change);
}

static const PartnershipQuery next_due_query = {
	"update @review set due_on = $3 where review_id == (select r.review_id from @review r"
	" where r.plan_id == $1 and r.held_on > $2 order by r.held_on limit 1)",
	3, {INT8OID, DATEOID, DATEOID}
};

PG_FUNCTION_INFO_V1(early_help_review_sets_next);

/*
 * Trigger, after update of next_review_due_on: the review held after this one
 * was due that day. Where there is none yet, the plan's foreign key follows.
 */
Datum
early_help_review_sets_next(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "review_sets_next", false, ROW_UPDATE);
	Record	   *review = &change.after;
	Datum		values[] = {
		Int64GetDatum(id_of(review, "plan_id")),
		DateADTGetDatum(date_of(review, "held_on")),
		DateADTGetDatum(date_of(review, "next_review_due_on"))
	};

	begin_partnership_queries();
	write_by_rules(change.rel, &next_due_query, values, NULL);
	end_partnership_queries();
	return record_result(&change);
}

PG_FUNCTION_INFO_V1(early_help_review_stays);

/*
 * Trigger, before delete of review: a review that was held stays, because it
 * allowed what the plan did after it. One that was not held is taken back where
 * this transaction mends it.
 */
Datum
early_help_review_stays(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "review_stays", true, ROW_DELETE);
	Record	   *review = &change.before;

	if (!is_mended(change.rel, id_of(review, "review_id")))
		rule_error_hint(RULE_COMPLETED_BY_REVIEW, change.rel, NULL,
						"Correct its days; if it was not held, or not for this plan, use undo_review.",
						"review_id %s of plan_id %s was held on %s",
						id_words(id_of(review, "review_id")), id_words(id_of(review, "plan_id")),
						date_words(date_of(review, "held_on")));
	begin_partnership_queries();
	undo_review(review);
	end_partnership_queries();
	return record_result(&change);
}
