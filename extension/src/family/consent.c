/*-------------------------------------------------------------------------
 *
 * consent.c
 *		Consent to take part: no EHA and no plan without it, and its withdrawal
 *		ends them (R08).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/timestamp.h"

#include "base/partnership_query.h"
#include "base/partnership_row.h"
#include "base/record.h"
#include "base/rule.h"
#include "family/consent.h"
#include "family/family.h"

static bool
consents_on(const Record *consent, DateADT on)
{
	return text_is(consent, "kind", "take_part") &&
		date_of(consent, "given_on") <= on && date_of(consent, "withdrawn_on") > on;
}

/*
 * The last withdrawal among the consents that hold on a day; that day itself if
 * no consent holds on it. The lock FOR SHARE makes a writer that starts an EHA
 * or plan and a writer that withdraws the consent wait for each other.
 */
static DateADT
lock_consents(Relation rel, int64 family_id, DateADT on)
{
	SiblingScan	consents;
	DateADT		reach = on;

	sibling_beginscan(rel, "consent", "family_id", family_id, &consents);
	while (sibling_getnext(&consents))
	{
		if (consents_on(&consents.row, on) &&
			lock_this_sibling(&consents, LockTupleShare) &&
			consents_on(&consents.row, on))
			reach = Max(reach, date_of(&consents.row, "withdrawn_on"));
	}
	sibling_endscan(&consents);
	return reach;
}

/*
 * The first day without consent to take part, from the given day on;
 * DATEVAL_NOEND if consent has not been withdrawn. A family may have consented
 * more than once: one consent can end while another holds.
 */
DateADT
consent_ends(Relation rel, int64 family_id, DateADT from)
{
	DateADT		until = from;
	DateADT		reach;

	while (until != DATEVAL_NOEND && (reach = lock_consents(rel, family_id, until)) != until)
		until = reach;
	return until;
}

/* An error if there is no consent on the day; otherwise consent_ends(). */
DateADT
require_consent(Relation rel, int64 family_id, DateADT on, const char *what)
{
	DateADT		ends = consent_ends(rel, family_id, on);

	if (ends == on)
		rule_error(RULE_CONSENT, rel, NULL,
				   "family_id %s has not consented to take part on %s, the day of the %s",
				   id_words(family_id), date_words(on), what);
	return ends;
}

/* ---------------------------------------------------------------------
 * How EHAs and plans end without being completed
 * ---------------------------------------------------------------------
 */

/* An EHA or plan that is still running ends on the day that consent ends. */
void
end_with_consent(Record *support, DateADT ends)
{
	if (ends == DATEVAL_NOEND || !is_null(support, "ended_on") || !is_null(support, "end_reason"))
		return;
	set_date(support, "ended_on", ends);
	set_field_text(support, "end_reason", SUPPORT_CONSENT_WITHDRAWN);
}

static const PartnershipQuery closed_on_query = {
	"select episode_id from @episode where episode_id == $1 and closed_on == $2",
	2, {INT8OID, DATEOID}
};

static const PartnershipQuery withdrawn_on_query = {
	"select e.episode_id from @episode e join @consent c on c.family_id == e.family_id"
	" where e.episode_id == $1 and c.kind == 'take_part'"
	" and greatest(c.withdrawn_on, $3) == $2 and c.withdrawn_on is not null limit 1",
	3, {INT8OID, DATEOID, DATEOID}
};

/* Did the episode close, or the family withdraw consent, on the day that the EHA or plan gives for its end? */
bool
ended_so(const Record *support)
{
	Datum		values[] = {
		Int64GetDatum(id_of(support, "episode_id")),
		DateADTGetDatum(date_of(support, "ended_on")),
		DateADTGetDatum(date_of(support, "started_on"))
	};
	bool		closed = text_is(support, "end_reason", SUPPORT_EPISODE_CLOSED);

	return run_partnership_query(support->rel, closed ? &closed_on_query : &withdrawn_on_query,
								 values, NULL) > 0;
}

/* ---------------------------------------------------------------------
 * Withdrawal
 * ---------------------------------------------------------------------
 */

static const PartnershipQuery open_support_query = {
	"select distinct s.started_on from ("
	" select p.started_on::pg_catalog.date from @plan p join @episode e on e.episode_id == p.episode_id"
	" where e.family_id == $1 and p.ended_on is null"
	" union all select a.started_on::pg_catalog.date from @assessment a join @episode e on e.episode_id == a.episode_id"
	" where e.family_id == $1 and a.ended_on is null and a.completed_on is null"
	" and a.corrects_assessment_id is null) as s",
	1, {INT8OID}
};

static const PartnershipQuery withdraw_plans_query = {
	"update @plan set ended_on = $3, end_reason = 'consent_withdrawn'"
	" from @episode e"
	" where plan.episode_id == e.episode_id and e.family_id == $1"
	" and plan.started_on == $2 and plan.ended_on is null",
	3, {INT8OID, DATEOID, DATEOID}
};

static const PartnershipQuery withdraw_assessments_query = {
	"update @assessment set ended_on = $3, end_reason = 'consent_withdrawn'"
	" from @episode e"
	" where assessment.episode_id == e.episode_id and e.family_id == $1"
	" and assessment.started_on == $2 and assessment.ended_on is null"
	" and assessment.completed_on is null and assessment.corrects_assessment_id is null",
	3, {INT8OID, DATEOID, DATEOID}
};

/* Ends the family's running EHAs and plans on the day that their consent ends. */
static void
end_support(Relation rel, int64 family_id)
{
	Datum		values[] = {Int64GetDatum(family_id), (Datum) 0, (Datum) 0};
	uint64		count = run_partnership_query(rel, &open_support_query, values, NULL);
	SPITupleTable *open = SPI_tuptable;

	for (uint64 i = 0; i < count; i++)
	{
		DateADT		started_on = row_date(open, i, 1);
		DateADT		ends = consent_ends(rel, family_id, started_on);

		if (ends == DATEVAL_NOEND)
			continue;
		values[1] = DateADTGetDatum(started_on);
		values[2] = DateADTGetDatum(ends);
		write_by_rules(rel, &withdraw_plans_query, values, NULL);
		write_by_rules(rel, &withdraw_assessments_query, values, NULL);
	}
}

PG_FUNCTION_INFO_V1(early_help_consent_before);

/*
 * Trigger, before insert or update of consent: stamps when a withdrawal is
 * recorded. It takes the clock and not the transaction's start, so that a
 * record that another transaction has made since our start counts as made
 * before the withdrawal.
 */
Datum
early_help_consent_before(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "consent_before", true, ROW_INSERT | ROW_UPDATE);
	Record	   *consent = &change.after;

	if (TRIGGER_FIRED_BY_INSERT(change.event) || field_is_new(&change, "withdrawn_on"))
	{
		if (is_null(consent, "withdrawn_on"))
			set_field_null(consent, "withdrawal_recorded_at");
		else
			set_timestamp(consent, "withdrawal_recorded_at", GetCurrentTimestamp());
	}
	else if (field_is_new(&change, "withdrawal_recorded_at"))
		rule_error(RULE_WRITTEN_BY_RULES, change.rel, NULL, "withdrawal_recorded_at of consent_id %s",
				   id_words(id_of(consent, "consent_id")));
	return record_result(&change);
}

PG_FUNCTION_INFO_V1(early_help_consent_after);

/*
 * Trigger, after insert or update of consent: withdrawal ends the family's
 * open EHAs and plans, unless another consent to take part still holds.
 */
Datum
early_help_consent_after(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "consent_after", false, ROW_INSERT | ROW_UPDATE);
	Record	   *consent = &change.after;

	if (is_null(consent, "withdrawn_on") || !text_is(consent, "kind", "take_part") ||
		!field_is_new(&change, "withdrawn_on"))
		return record_result(&change);
	begin_partnership_queries();
	end_support(change.rel, id_of(consent, "family_id"));
	end_partnership_queries();
	return record_result(&change);
}

/* ---------------------------------------------------------------------
 * What rests on consent
 * ---------------------------------------------------------------------
 */

/*
 * A record counts as covered by the consent that was known when it was made,
 * even if a withdrawal was recorded later.
 */
static const PartnershipQuery uncovered_query = {
	"select s.what, s.id from ("
	" select 'assessment_id' as what, a.assessment_id as id, a.started_on::pg_catalog.date as began, a.recorded_at"
	" from @assessment a join @episode e on e.episode_id == a.episode_id"
	" where e.family_id == $1 and a.corrects_assessment_id is null"
	" union all select 'plan_id', p.plan_id, p.started_on::pg_catalog.date, p.recorded_at"
	" from @plan p join @episode e on e.episode_id == p.episode_id where e.family_id == $1"
	" union all select 'step_id', t.step_id, t.offered_on::pg_catalog.date, t.recorded_at from @step t"
	" where t.family_id == $1 and early_help.level_number(t.to_level) == 3"
	" and t.basis <> 'section_47' and t.consent_override_reason is null"
	") as s where s.began >= $2"
	" and not exists (select from @consent c where c.family_id == $1 and c.kind == 'take_part'"
	" and c.given_on <= s.began and (c.withdrawn_on is null or c.withdrawn_on > s.began"
	" or s.recorded_at <= c.withdrawal_recorded_at))"
	" limit 1",
	2, {INT8OID, DATEOID}
};

static const PartnershipQuery ended_by_nothing_query = {
	"select s.what, s.id from ("
	" select 'assessment_id' as what, a.assessment_id as id, a.ended_on"
	" from @assessment a join @episode e on e.episode_id == a.episode_id"
	" where e.family_id == $1 and a.end_reason == 'consent_withdrawn'"
	" union all select 'plan_id', p.plan_id, p.ended_on"
	" from @plan p join @episode e on e.episode_id == p.episode_id"
	" where e.family_id == $1 and p.end_reason == 'consent_withdrawn'"
	") as s where not exists (select from @consent c where c.family_id == $1"
	" and c.kind == 'take_part' and c.withdrawn_on <= s.ended_on) limit 1",
	1, {INT8OID}
};

PG_FUNCTION_INFO_V1(early_help_consent_stays);

/*
 * Trigger, after delete of consent or update of given_on or withdrawn_on. Every
 * EHA, plan and step up that needed this consent is covered by another consent,
 * or the change is refused. Every EHA and plan that a withdrawal ended still
 * has a withdrawal, however late that was recorded. A first withdrawal is
 * always taken. The lock on the family makes two deletes wait for each other,
 * so that they cannot each rely on the other's consent.
 */
Datum
early_help_consent_stays(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "consent_stays", false, ROW_UPDATE | ROW_DELETE);
	Record	   *consent = &change.before;
	Datum		values[] = {
		Int64GetDatum(id_of(consent, "family_id")),
		DateADTGetDatum(date_of(consent, "given_on"))
	};
	bool		given = field_is_new(&change, "given_on");
	bool		withdrawn = !is_null(consent, "withdrawn_on");

	if (!text_is(consent, "kind", "take_part") || (!given && !withdrawn))
		return record_result(&change);
	begin_partnership_queries();
	lock_family(change.rel, id_of(consent, "family_id"));
	if ((given && run_partnership_query(change.rel, &uncovered_query, values, NULL) > 0) ||
		(withdrawn && run_partnership_query(change.rel, &ended_by_nothing_query, values, NULL) > 0))
		rule_error_hint(RULE_CONSENT, change.rel, NULL,
						"Set withdrawn_on; consent that is given again is a new row.",
						"%s %s rests on consent_id %s", result_text(1),
						id_words(result_id(2)), id_words(id_of(consent, "consent_id")));
	end_partnership_queries();
	return record_result(&change);
}
