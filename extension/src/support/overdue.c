/*-------------------------------------------------------------------------
 *
 * overdue.c
 *		Nothing new is agreed while a review is overdue (R04): asked when
 *		something is agreed, when a review becomes due on another day, and when
 *		a review gets another day.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/partnership_query.h"
#include "base/rule.h"
#include "support/overdue.h"

static const PartnershipQuery overdue_then_query = {
	"select review_id, due_on::pg_catalog.date, held_on::pg_catalog.date from @review"
	" where plan_id == $1 and due_on < $2 and held_on > $2 limit 1",
	2, {INT8OID, DATEOID}
};

/*
 * Before something is agreed: also when it is recorded after the overdue review
 * was held. hint is NULL for the rule's own.
 */
void
refuse_while_overdue(Relation rel, const SupportPlan *plan, DateADT agreed_on, const char *hint)
{
	Datum		values[] = {Int64GetDatum(plan->id), DateADTGetDatum(agreed_on)};

	if (agreed_on > plan->review_due_on)
		rule_error_hint(RULE_NOT_AFTER_DUE_REVIEW, rel, NULL, hint,
						"agreed_on %s is after review_due_on %s of plan_id %s",
						date_words(agreed_on), date_words(plan->review_due_on), id_words(plan->id));
	/* Only a plan that was reviewed can have been overdue at an earlier time. */
	if (agreed_on >= plan->review_counts_from && plan->ended_on == DATEVAL_NOEND)
		return;
	begin_partnership_queries();
	if (run_partnership_query(rel, &overdue_then_query, values, NULL) > 0)
		rule_error_hint(RULE_NOT_AFTER_DUE_REVIEW, rel, NULL,
						"Correct agreed_on, or held_on of that review; a safety action gives safety_reason.",
						"agreed_on %s is after %s, when review_id %s of plan_id %s was due, and before it was held on %s",
						date_words(agreed_on), date_words(result_date(2)), id_words(result_id(1)),
						id_words(plan->id), date_words(result_date(3)));
	end_partnership_queries();
}

static const PartnershipQuery agreed_after_query = {
	"select 'plan_outcome_id', plan_outcome_id, agreed_on::pg_catalog.date from @plan_outcome"
	" where plan_id == $1 and agreed_on > $2"
	" union all select 'action_id', action_id, agreed_on::pg_catalog.date from @action"
	" where plan_id == $1 and agreed_on > $2 and safety_reason is null limit 1",
	2, {INT8OID, DATEOID}
};

/*
 * Before the review of a plan becomes due on another day: not before a day on
 * which something was agreed. A later day needs no check.
 */
void
refuse_due_before_agreed(const RecordChange *change)
{
	const Record *plan = &change->after;
	Datum		values[] = {
		Int64GetDatum(id_of(plan, "plan_id")),
		DateADTGetDatum(date_of(plan, "review_due_on"))
	};

	if (date_of(plan, "review_due_on") > date_of(&change->before, "review_due_on"))
		return;
	if (run_partnership_query(plan->rel, &agreed_after_query, values, NULL) > 0)
		rule_error_hint(RULE_NOT_AFTER_DUE_REVIEW, plan->rel, NULL,
						"Correct agreed_on of what the detail names first, or give another day.",
						"%s %s was agreed on %s, after review_due_on %s of plan_id %s",
						result_text(1), id_words(result_id(2)), date_words(result_date(3)),
						date_words(date_of(plan, "review_due_on")),
						id_words(id_of(plan, "plan_id")));
}

static const PartnershipQuery agreed_while_overdue_query = {
	"select 'plan_outcome_id', plan_outcome_id, agreed_on::pg_catalog.date from @plan_outcome"
	" where plan_id == $1 and agreed_on > $2 and agreed_on < $3"
	" union all select 'action_id', action_id, agreed_on::pg_catalog.date from @action"
	" where plan_id == $1 and agreed_on > $2 and agreed_on < $3 and safety_reason is null limit 1",
	3, {INT8OID, DATEOID, DATEOID}
};

/* Before a review gets another day: nothing was agreed after it was due and before it was held. */
void
refuse_agreed_while_overdue(const Record *review)
{
	Datum		values[] = {
		Int64GetDatum(id_of(review, "plan_id")),
		DateADTGetDatum(date_of(review, "due_on")),
		DateADTGetDatum(date_of(review, "held_on"))
	};

	if (run_partnership_query(review->rel, &agreed_while_overdue_query, values, NULL) > 0)
		rule_error_hint(RULE_NOT_AFTER_DUE_REVIEW, review->rel, NULL,
						"Correct agreed_on of what the detail names first, or give another day.",
						"%s %s was agreed on %s, after due_on %s and before held_on %s of review_id %s",
						result_text(1), id_words(result_id(2)), date_words(result_date(3)),
						date_words(date_of(review, "due_on")), date_words(date_of(review, "held_on")),
						id_words(id_of(review, "review_id")));
}
