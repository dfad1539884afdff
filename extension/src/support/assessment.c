/*-------------------------------------------------------------------------
 *
 * assessment.c
 *		Early Help Assessments: four domains, then unchanged (R05), after a
 *		conversation (R09), with consent (R08), before closure (R14). The factors
 *		it finds are valid on its day (R20).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "base/correction.h"
#include "base/last_parent.h"
#include "base/partnership_query.h"
#include "base/partnership_row.h"
#include "base/record.h"
#include "base/rule.h"
#include "episode/episode_event.h"
#include "family/consent.h"
#include "family/conversation.h"
#include "family/family.h"
#include "support/moved.h"
#include "types/eha_domain.h"

/* R05. Who writes a domain locks the EHA first, so the domains do not change while they are counted. */
static void
check_four_domains(const Record *assessment)
{
	int64		id = id_of(assessment, "assessment_id");
	DateADT		completed_on = date_of(assessment, "completed_on");
	DateADT		last = DATEVAL_NOBEGIN;
	int			count = 0;
	SiblingScan	domains;

	sibling_beginscan(assessment->rel, "assessment_domain", "assessment_id", id, &domains);
	for (; sibling_getnext(&domains); count++)
		last = Max(last, date_of(&domains.row, "assessed_on"));
	sibling_endscan(&domains);
	if (count < EHA_DOMAIN_COUNT)
		rule_error(RULE_FOUR_DOMAINS, assessment->rel, NULL,
				   "assessment_id %s has %d of four domains assessed", id_words(id), count);
	if (last > completed_on)
		rule_error_hint(RULE_FOUR_DOMAINS, assessment->rel, NULL,
						"Correct assessed_on of that domain first, or complete the EHA on that day or later.",
						"a domain of assessment_id %s was assessed on %s, after completed_on %s",
						id_words(id), date_words(last), date_words(completed_on));
}

static const PartnershipQuery corrected_query = {
	"select assessment_id from @assessment where assessment_id == $1"
	" and episode_id == $2 and completed_on is not null",
	2, {INT8OID, INT8OID}
};

/* A new version corrects a completed EHA of the same episode. */
static void
check_corrects(const Record *assessment)
{
	Datum		values[] = {
		Int64GetDatum(id_of(assessment, "corrects_assessment_id")),
		Int64GetDatum(id_of(assessment, "episode_id"))
	};

	if (run_partnership_query(assessment->rel, &corrected_query, values, NULL) == 0)
		rule_error_hint(RULE_FOUR_DOMAINS, assessment->rel, NULL,
						"Name a completed EHA of the same episode as corrects_assessment_id. One that is not completed is changed itself.",
						"assessment_id %s, which this one corrects, is not a completed EHA of episode_id %s",
						id_words(id_of(assessment, "corrects_assessment_id")),
						id_words(id_of(assessment, "episode_id")));
}

static const PartnershipQuery assessed_before_query = {
	"select domain::pg_catalog.text, assessed_on::pg_catalog.date from @assessment_domain"
	" where assessment_id == $1 and assessed_on < $2 limit 1",
	2, {INT8OID, DATEOID}
};

/* An EHA does not start after one of its domains was assessed. */
static void
check_no_domain_before(const Record *assessment)
{
	Datum		values[] = {
		Int64GetDatum(id_of(assessment, "assessment_id")),
		DateADTGetDatum(date_of(assessment, "started_on"))
	};

	if (run_partnership_query(assessment->rel, &assessed_before_query, values, NULL) > 0)
		rule_error_hint(RULE_FOUR_DOMAINS, assessment->rel, NULL,
						"Correct assessed_on of that domain first, or give an earlier day as started_on.",
						"%s of assessment_id %s was assessed on %s, before started_on %s",
						result_text(1), id_words(id_of(assessment, "assessment_id")),
						date_words(result_date(2)), date_words(date_of(assessment, "started_on")));
}

static void
check_start(RecordChange *change, const Episode *episode)
{
	Record	   *assessment = &change->after;
	DateADT		started_on = date_of(assessment, "started_on");
	DateADT		consent_ends;

	if (is_null(assessment, "started_on"))
		return;					/* check_row says so */
	refuse_after_closure(change->rel, episode, "started_on", started_on);
	if (TRIGGER_FIRED_BY_UPDATE(change->event))
		check_no_domain_before(assessment);
	require_conversation(change->rel, episode->family_id, started_on, "EHA");
	consent_ends = require_consent(change->rel, episode->family_id, started_on, "EHA");
	if (is_null(assessment, "completed_on"))
		end_if_over(assessment, consent_ends, closed_first_after(change->rel, episode, started_on));
}

/*
 * The child of an EHA belongs to the family. A corrected version is no new
 * start: it needs no conversation or consent.
 */
static void
check_in_episode(RecordChange *change)
{
	Record	   *assessment = &change->after;
	bool		has_new_child = TRIGGER_FIRED_BY_INSERT(change->event) && !is_null(assessment, "child_id");
	bool		starts = is_null(assessment, "corrects_assessment_id") &&
		(field_is_new(change, "started_on") || is_moved(change));
	Episode		episode;

	if ((!has_new_child && !starts) ||
		!lock_episode(change->rel, id_of(assessment, "episode_id"), &episode))
		return;					/* the foreign key says so */
	if (has_new_child)
		require_member(change->rel, episode.family_id, id_of(assessment, "child_id"));
	if (starts)
		check_start(change, &episode);
}

/* The day on which an EHA's factors must be valid: its completion, or else its start. */
static DateADT
day_of_factors(const Record *assessment)
{
	return is_null(assessment, "completed_on") ? date_of(assessment, "started_on") :
		date_of(assessment, "completed_on");
}

/* Refuses what the query found: code, first and last day. */
static void
refuse_factor(Relation rel, int64 assessment_id, DateADT day)
{
	rule_error(RULE_CODE_VALID, rel, NULL,
			   "assessment_factor_code %s is valid from %s to %s, assessment_id %s is of %s",
			   result_text(1), date_words(result_date(2)), date_words(result_date(3)),
			   id_words(assessment_id), date_words(day));
}

static const PartnershipQuery found_not_valid_query = {
	"select c.code, c.valid_from, c.valid_to from @assessment_factor_found f"
	" join @assessment_factor c on c.code == f.assessment_factor_code"
	" where f.assessment_id == $1 and (c.valid_from > $2 or c.valid_to < $2) limit 1",
	2, {INT8OID, DATEOID}
};

/* R20: every factor is valid on the day that the EHA is completed on or moved to. */
static void
check_factors(const Record *assessment)
{
	Datum		values[] = {
		Int64GetDatum(id_of(assessment, "assessment_id")),
		DateADTGetDatum(day_of_factors(assessment))
	};

	if (is_any_sibling(assessment->rel, "assessment_factor_found", "assessment_id", id_of(assessment, "assessment_id")) &&
		run_partnership_query(assessment->rel, &found_not_valid_query, values, NULL) > 0)
		refuse_factor(assessment->rel, id_of(assessment, "assessment_id"), day_of_factors(assessment));
}

/*
 * An EHA that was completed before its episode closed, or consent was withdrawn,
 * did not end with them: that it was is recorded late.
 */
static void
complete_late(RecordChange *change)
{
	Record	   *assessment = &change->after;

	if (!field_was_set(change, "ended_on") || field_was_set(change, "completed_on") ||
		is_null(assessment, "completed_on") ||
		date_of(assessment, "completed_on") > date_of(&change->before, "ended_on"))
		return;
	set_field_null(assessment, "ended_on");
	set_field_null(assessment, "end_reason");
}

/* An EHA that is not completed ends only with its episode or with consent. */
static void
check_end(const RecordChange *change)
{
	const Record *assessment = &change->after;
	bool		ended = !is_null(assessment, "ended_on") && !is_null(assessment, "end_reason");
	bool		was_ended = field_was_set(change, "ended_on") && is_null(assessment, "completed_on") && !is_moved(change);

	if (rules_are_writing() || (!ended && !was_ended) ||
		(!field_is_new(change, "ended_on") && !field_is_new(change, "end_reason")))
		return;
	if (!ended || !ended_so(assessment))
		rule_error_hint(RULE_FOUR_DOMAINS, change->rel, NULL,
						"Start another EHA, or complete this one.",
						"assessment_id %s ends without being completed only on the day consent or its episode does",
						id_words(id_of(assessment, "assessment_id")));
}

PG_FUNCTION_INFO_V1(early_help_assessment_before);

/* Trigger, before insert, update or delete of assessment. */
Datum
early_help_assessment_before(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "assessment_before", true,
										ROW_INSERT | ROW_UPDATE | ROW_DELETE);
	Record	   *assessment = &change.after;

	if (field_was_set(&change, "completed_on") && !is_moved(&change))
		rule_error(RULE_FOUR_DOMAINS, change.rel, NULL,
				   "assessment_id %s is complete since %s",
				   id_words(id_of(&change.before, "assessment_id")),
				   date_words(date_of(&change.before, "completed_on")));
	if (assessment->tuple == NULL)
		return record_result(&change);
	begin_partnership_queries();
	if (is_moved(&change))
	{
		forget_end(&change);
		check_assessment_moves(&change);
	}
	check_in_episode(&change);
	if (!is_null(assessment, "corrects_assessment_id"))
		check_corrects(assessment);
	if (TRIGGER_FIRED_BY_UPDATE(change.event))
		complete_late(&change);
	check_end(&change);
	if (!is_null(assessment, "completed_on"))
		check_four_domains(assessment);
	if (TRIGGER_FIRED_BY_UPDATE(change.event) && !is_null(assessment, "started_on") &&
		(field_is_new(&change, "started_on") || field_is_new(&change, "completed_on")))
		check_factors(assessment);
	end_partnership_queries();
	return record_result(&change);
}

PG_FUNCTION_INFO_V1(early_help_assessment_after);

/* Trigger, after insert or update of assessment: the episode's event. */
Datum
early_help_assessment_after(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "assessment_after", false, ROW_INSERT | ROW_UPDATE);
	Record	   *assessment = &change.after;
	bool		insert = TRIGGER_FIRED_BY_INSERT(change.event);
	Episode		episode;

	/* A corrected version is no event of the episode. */
	if (!is_null(assessment, "corrects_assessment_id"))
		return record_result(&change);
	begin_partnership_queries();
	if (lock_episode(change.rel, id_of(assessment, "episode_id"), &episode))
	{
		if (insert)
			apply_event(change.rel, &episode, EVENT_START_ASSESSMENT,
						date_of(assessment, "started_on"), id_of(assessment, "child_id"));
		if (!insert && !is_null(assessment, "completed_on"))
			apply_event(change.rel, &episode, EVENT_COMPLETE_ASSESSMENT,
						date_of(assessment, "completed_on"), id_of(assessment, "child_id"));
	}
	end_partnership_queries();
	return record_result(&change);
}

/* ---------------------------------------------------------------------
 * Parts of an EHA: written only while it is not complete
 *
 * What was found before it ended may be recorded late (R14).
 * ---------------------------------------------------------------------
 */

/* What the rules of its parts read of an EHA. */
typedef struct LockedAssessment
{
	int64		id;
	DateADT		started_on;
	DateADT		completed_on;	/* DATEVAL_NOEND: not yet */
	DateADT		ended_on;		/* DATEVAL_NOEND: going on */
} LockedAssessment;

/*
 * Locks the EHA of a domain or factor, and its episode first; NULL if it is not
 * there: deleted with its domain, or the foreign key says so.
 */
static const LockedAssessment *
lock_assessment_of(FunctionCallInfo fcinfo, const Record *part)
{
	int64		id = id_of(part, "assessment_id");
	const LockedAssessment *last = last_parent(fcinfo, id);
	LockedAssessment locked;
	Record		assessment;
	Record		episode;

	if (last)
		return last;
	if (!lock_sibling_and_parent(part->rel, "assessment", "assessment_id", id, "episode", "episode_id",
								 &assessment, &episode))
		return NULL;
	locked = (LockedAssessment) {
		id, date_of(&assessment, "started_on"), date_of(&assessment, "completed_on"), date_of(&assessment, "ended_on")
	};
	leave_sibling(&assessment);
	leave_sibling(&episode);
	return keep_parent(fcinfo, id, &locked, sizeof(locked));
}

static void
check_not_complete(const Record *part, const LockedAssessment *assessment)
{
	if (assessment->completed_on != DATEVAL_NOEND)
		rule_error(RULE_FOUR_DOMAINS, part->rel, NULL,
				   "assessment_id %s is complete since %s", id_words(assessment->id),
				   date_words(assessment->completed_on));
}

/* A part leaves an EHA: it is deleted, or becomes another version of itself. */
static void
check_part_leaves(FunctionCallInfo fcinfo, const Record *part)
{
	const LockedAssessment *assessment = lock_assessment_of(fcinfo, part);

	if (assessment)
		check_not_complete(part, assessment);
}

/* ---------------------------------------------------------------------
 * Domains
 * ---------------------------------------------------------------------
 */

static void
check_assessed_on(const Record *domain, const LockedAssessment *assessment)
{
	DateADT		assessed_on = date_of(domain, "assessed_on");

	if (is_null(domain, "assessed_on"))
		return;
	if (assessed_on > assessment->ended_on)
		rule_error_hint(RULE_FOUR_DOMAINS, domain->rel, NULL,
						"Date it to a day on which the EHA was going on.",
						"assessed_on %s is after assessment_id %s ended on %s",
						date_words(assessed_on), id_words(assessment->id), date_words(assessment->ended_on));
	if (assessed_on < assessment->started_on)
		rule_error_hint(RULE_FOUR_DOMAINS, domain->rel, NULL,
						"Date it to a day on which the EHA was going on.",
						"assessed_on %s is before the start of assessment_id %s",
						date_words(assessed_on), id_words(assessment->id));
}

static void
check_domain(FunctionCallInfo fcinfo, const Record *domain)
{
	const LockedAssessment *assessment = lock_assessment_of(fcinfo, domain);

	if (assessment == NULL)
		return;
	check_not_complete(domain, assessment);
	check_assessed_on(domain, assessment);
}

/*
 * Narrative that must not stand, of a person who was named by mistake, is taken
 * out of a completed EHA too. What was found, and when, stays.
 */
static bool
is_blanked(const RecordChange *change)
{
	const Record *domain = &change->after;

	return TRIGGER_FIRED_BY_UPDATE(change->event) && !field_is_new(change, "domain") &&
		!field_is_new(change, "assessed_on") && is_null(domain, "needs") && is_null(domain, "strengths") &&
		is_null(domain, "family_voice") && is_mended(change->rel, id_of(domain, "assessment_id"));
}

PG_FUNCTION_INFO_V1(early_help_assessment_domain_before);

/* Trigger, before insert, update or delete of assessment_domain. */
Datum
early_help_assessment_domain_before(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "assessment_domain_before", true,
										ROW_INSERT | ROW_UPDATE | ROW_DELETE);

	begin_partnership_queries();
	if (!is_blanked(&change))
	{
		if (change.before.tuple)
			check_part_leaves(fcinfo, &change.before);
		if (change.after.tuple)
			check_domain(fcinfo, &change.after);
	}
	end_partnership_queries();
	return record_result(&change);
}

/* ---------------------------------------------------------------------
 * Factors
 * ---------------------------------------------------------------------
 */

static const PartnershipQuery not_valid_query = {
	"select code, valid_from, valid_to from @assessment_factor"
	" where code == $1 and (valid_from > $2 or valid_to < $2)",
	2, {TEXTOID, DATEOID}
};

/* An open EHA is of the day it started on. */
static void
check_factor(FunctionCallInfo fcinfo, const Record *found)
{
	const LockedAssessment *assessment = lock_assessment_of(fcinfo, found);
	Datum		values[2];

	if (assessment == NULL)
		return;
	check_not_complete(found, assessment);
	if (is_null(found, "assessment_factor_code"))
		return;
	values[0] = CStringGetTextDatum(text_of(found, "assessment_factor_code"));
	values[1] = DateADTGetDatum(assessment->started_on);
	if (run_partnership_query(found->rel, &not_valid_query, values, NULL) > 0)
		refuse_factor(found->rel, assessment->id, assessment->started_on);
}

PG_FUNCTION_INFO_V1(early_help_assessment_factor_found_before);

/* Trigger, before insert, update or delete of assessment_factor_found: R05, and the factor is valid on the EHA's day. */
Datum
early_help_assessment_factor_found_before(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "assessment_factor_found_before", true,
										ROW_INSERT | ROW_UPDATE | ROW_DELETE);

	begin_partnership_queries();
	if (change.before.tuple)
		check_part_leaves(fcinfo, &change.before);
	if (change.after.tuple)
		check_factor(fcinfo, &change.after);
	end_partnership_queries();
	return record_result(&change);
}
