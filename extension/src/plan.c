/*-------------------------------------------------------------------------
 *
 * plan.c
 *		Plans: the window of their review (R02), how they end (R03), consent
 *		(R08) and closure (R14).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "consent.h"
#include "episode_event.h"
#include "partnership_query.h"
#include "plan.h"
#include "record.h"
#include "rule.h"

/* ---------------------------------------------------------------------
 * What others read of a plan
 * ---------------------------------------------------------------------
 */

static const PartnershipQuery episode_of_plan_query = {
	"select episode_id from @plan where plan_id" EQ "$1",
	1, {INT8OID}
};

/* The plan's episode, 0 if there is no such plan. */
int64
episode_of_plan(Relation rel, int64 plan_id)
{
	Datum		values[] = {Int64GetDatum(plan_id)};

	if (run_partnership_query(rel, &episode_of_plan_query, values, NULL) == 0)
		return 0;
	return result_id(1);
}

static const PartnershipQuery lock_plan_query = {
	"select p.episode_id, p.kind::pg_catalog.text, p.started_on::pg_catalog.date,"
	" p.review_counts_from::pg_catalog.date, p.review_due_on::pg_catalog.date,"
	" p.ended_on::pg_catalog.date, e.closed_on::pg_catalog.date"
	" from @plan p join @episode e on e.episode_id" EQ "p.episode_id"
	" where p.plan_id" EQ "$1 for no key update of p",
	1, {INT8OID}
};

/* Locks and reads a plan; false if it is not there. */
bool
lock_plan(Relation rel, int64 plan_id, SupportPlan *plan)
{
	Datum		values[] = {Int64GetDatum(plan_id)};

	if (run_partnership_query(rel, &lock_plan_query, values, NULL) == 0)
		return false;
	plan->id = plan_id;
	plan->episode_id = result_id(1);
	strlcpy(plan->kind, result_text(2), NAMEDATALEN);
	plan->started_on = result_date(3);
	plan->review_counts_from = result_date(4);
	plan->review_due_on = result_date(5);
	plan->ended_on = result_date(6);
	plan->closed_on = result_date(7);
	return true;
}

static const PartnershipQuery review_weeks_query = {
	"select family_outcomes_plan_review_weeks::pg_catalog.int8 from @partnership",
	0, {0}
};

/* The day a review is due where none is given. */
DateADT
default_review_due(Relation rel, const char *kind, DateADT from)
{
	if (strcmp(kind, PLAN_KIND_INTERVENTION) == 0)
		return from + REVIEW_DAYS_DEFAULT;
	run_partnership_query(rel, &review_weeks_query, NULL, NULL);
	return from + 7 * (DateADT) result_id(1);
}

/* ---------------------------------------------------------------------
 * Starting a plan
 * ---------------------------------------------------------------------
 */

static void
fill_review_window(Record *plan)
{
	if (is_null(plan, "started_on") || is_null(plan, "kind"))
		return;					/* check_row says so */
	if (is_null(plan, "review_counts_from"))
		set_field(plan, "review_counts_from", DateADTGetDatum(date_of(plan, "started_on")));
	if (is_null(plan, "review_due_on"))
		set_field(plan, "review_due_on",
				  DateADTGetDatum(default_review_due(plan->rel, text_of(plan, "kind"),
													 date_of(plan, "review_counts_from"))));
}

static void
check_start(const RecordChange *change)
{
	const Record *plan = &change->after;
	DateADT		started_on = date_of(plan, "started_on");
	Episode		episode;

	if (is_null(plan, "started_on") ||
		!lock_episode(change->rel, id_of(plan, "episode_id"), &episode))
		return;					/* check_row and the foreign key say so */
	refuse_after_closure(change->rel, &episode, "started_on", started_on);
	if (TRIGGER_FIRED_BY_INSERT(change->event))
		legal_transition(change->rel, &episode, EVENT_START_PLAN, false);
	require_consent(change->rel, episode.family_id, started_on, "plan");
}

/* ---------------------------------------------------------------------
 * Ending a plan
 * ---------------------------------------------------------------------
 */

static const PartnershipQuery completing_review_query = {
	"select review_id from @review where review_id" EQ "$1 and plan_id" EQ "$2 and decision" EQ "'complete'",
	2, {INT8OID, INT8OID}
};

static const PartnershipQuery closed_on_query = {
	"select episode_id from @episode where episode_id" EQ "$1 and closed_on" EQ "$2",
	2, {INT8OID, DATEOID}
};

static const PartnershipQuery withdrawn_consent_query = {
	"select e.episode_id from @episode e join @consent c on c.family_id" EQ "e.family_id"
	" where e.episode_id" EQ "$1 and c.kind" EQ "'take_part' and c.withdrawn_on" LE "$2 limit 1",
	2, {INT8OID, DATEOID}
};

/* Whether what a plan says it ended by has really happened. */
static bool
end_is_true(const Record *plan)
{
	Datum		ids[] = {
		Int64GetDatum(id_of(plan, "completed_by_review_id")),
		Int64GetDatum(id_of(plan, "plan_id"))
	};
	Datum		day[] = {
		Int64GetDatum(id_of(plan, "episode_id")),
		DateADTGetDatum(date_of(plan, "ended_on"))
	};

	if (text_is(plan, "end_reason", "completed"))
		return run_partnership_query(plan->rel, &completing_review_query, ids, NULL) > 0;
	if (text_is(plan, "end_reason", "episode_closed"))
		return run_partnership_query(plan->rel, &closed_on_query, day, NULL) > 0;
	return run_partnership_query(plan->rel, &withdrawn_consent_query, day, NULL) > 0;
}

static const PartnershipQuery outcome_after_query = {
	"select plan_outcome_id from @plan_outcome where plan_id" EQ "$1 and agreed_on" GT "$2 limit 1",
	2, {INT8OID, DATEOID}
};

/* Outcomes lock their plan, so none is being agreed while it ends. */
static void
check_no_outcome_after(const Record *plan)
{
	Datum		values[] = {
		Int64GetDatum(id_of(plan, "plan_id")),
		DateADTGetDatum(date_of(plan, "ended_on"))
	};

	if (run_partnership_query(plan->rel, &outcome_after_query, values, NULL) > 0)
		rule_error(RULE_CLOSURE, plan->rel, NULL,
				   "plan_outcome_id %lld was agreed after ended_on %s of plan_id %lld",
				   (long long) result_id(1), date_words(date_of(plan, "ended_on")),
				   (long long) id_of(plan, "plan_id"));
}

static void
check_end(const RecordChange *change)
{
	const Record *plan = &change->after;
	bool		ended = !is_null(plan, "ended_on") && !is_null(plan, "end_reason");

	if (change->before.tuple && !is_null(&change->before, "ended_on") && !ended)
		rule_error_hint(RULE_COMPLETED_BY_REVIEW, change->rel, NULL,
						"Start a new plan.",
						"plan_id %lld ended on %s", (long long) id_of(plan, "plan_id"),
						date_words(date_of(&change->before, "ended_on")));
	if (!ended)
		return;
	check_no_outcome_after(plan);
	if (!rules_are_writing() &&
		(field_changed(change, "end_reason") || field_changed(change, "completed_by_review_id")) &&
		!end_is_true(plan))
		rule_error(RULE_COMPLETED_BY_REVIEW, change->rel, NULL,
				   "plan_id %lld has no %s on %s", (long long) id_of(plan, "plan_id"),
				   text_of(plan, "end_reason"), date_words(date_of(plan, "ended_on")));
}

/* The review that extended a plan is set by holding it. */
static void
check_extension(const RecordChange *change)
{
	bool		set = change->before.tuple ? field_changed(change, "extended_by_review_id") :
		!is_null(&change->after, "extended_by_review_id");

	if (set && !rules_are_writing())
		rule_error(RULE_COMPLETED_BY_REVIEW, change->rel, NULL,
				   "extended_by_review_id of plan_id %lld is set by holding the review",
				   (long long) id_of(&change->after, "plan_id"));
}

PG_FUNCTION_INFO_V1(early_help_plan_before);

/* Trigger, before insert or update of plan. */
Datum
early_help_plan_before(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "plan_before", true, ROW_INSERT | ROW_UPDATE);
	Record	   *plan = &change.after;

	begin_partnership_queries();
	if (TRIGGER_FIRED_BY_UPDATE(change.event) && field_changed(&change, "started_on") &&
		is_null(plan, "extended_by_review_id"))
		set_field(plan, "review_counts_from", DateADTGetDatum(date_of(plan, "started_on")));
	fill_review_window(plan);
	if (field_changed(&change, "started_on"))
		check_start(&change);
	check_extension(&change);
	check_end(&change);
	end_partnership_queries();
	return record_result(&change);
}

PG_FUNCTION_INFO_V1(early_help_plan_after);

/* Trigger, after insert of plan: the episode's event. */
Datum
early_help_plan_after(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "plan_after", false, ROW_INSERT);
	Record	   *plan = &change.after;
	Episode		episode;

	begin_partnership_queries();
	if (lock_episode(change.rel, id_of(plan, "episode_id"), &episode))
		apply_event(change.rel, &episode, EVENT_START_PLAN, date_of(plan, "started_on"), 0);
	end_partnership_queries();
	return record_result(&change);
}
