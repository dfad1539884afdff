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
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/correction.h"
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
 * Who starts an EHA or plan locks the consents it rests on: whoever withdraws
 * one waits, and ends what was started. Who writes consents has locked the
 * family instead. To wait for each other's consents would be a deadlock.
 */
typedef enum ConsentLock
{
	CONSENT_LOCKED_SHARED,
	CONSENT_FAMILY_LOCKED
} ConsentLock;

/* The last withdrawal among the consents that hold on a day; that day itself if no consent holds on it. */
static DateADT
consented_until(Relation rel, int64 family_id, DateADT on, ConsentLock lock)
{
	SiblingScan	consents;
	DateADT		reach = on;

	sibling_beginscan(rel, "consent", "family_id", family_id, &consents);
	while (sibling_getnext(&consents))
	{
		if (consents_on(&consents.row, on) &&
			(lock == CONSENT_FAMILY_LOCKED || lock_this_sibling(&consents, LockTupleShare)) &&
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
static DateADT
consent_ends(Relation rel, int64 family_id, DateADT from, ConsentLock lock)
{
	DateADT		until = from;
	DateADT		reach;

	while (until != DATEVAL_NOEND && (reach = consented_until(rel, family_id, until, lock)) != until)
		until = reach;
	return until;
}

/* An error if there is no consent on the day; otherwise consent_ends(). */
DateADT
require_consent(Relation rel, int64 family_id, DateADT on, const char *what)
{
	DateADT		ends = consent_ends(rel, family_id, on, CONSENT_LOCKED_SHARED);

	if (ends == on)
		rule_error(RULE_CONSENT, rel, NULL,
				   "family_id %s has not consented to take part on %s, the day of the %s",
				   id_words(family_id), date_words(on), what);
	return ends;
}

/* Has the family withdrawn its consent to take part from one day to another, so that none holds?  The caller has locked it. */
bool
consent_was_withdrawn(Relation rel, int64 family_id, DateADT from, DateADT by)
{
	SiblingScan	consents;
	bool		withdrawn = false;

	sibling_beginscan(rel, "consent", "family_id", family_id, &consents);
	while (!withdrawn && sibling_getnext(&consents))
		withdrawn = text_is(&consents.row, "kind", "take_part") &&
			date_of(&consents.row, "withdrawn_on") >= from && date_of(&consents.row, "withdrawn_on") <= by;
	sibling_endscan(&consents);
	return withdrawn && consent_ends(rel, family_id, by, CONSENT_FAMILY_LOCKED) == by;
}

/* ---------------------------------------------------------------------
 * How EHAs and plans end without being completed
 * ---------------------------------------------------------------------
 */

/*
 * An EHA or plan that is recorded late may be over already: it ended when
 * consent did, or its episode.
 */
void
end_if_over(Record *support, DateADT consent_ends, DateADT closed_on)
{
	bool		consent_first = consent_ends < closed_on;
	DateADT		ends = Min(consent_ends, closed_on);

	if (ends == DATEVAL_NOEND || !is_null(support, "ended_on") || !is_null(support, "end_reason"))
		return;
	set_date(support, "ended_on", ends);
	set_field_text(support, "end_reason", consent_first ? SUPPORT_CONSENT_WITHDRAWN : SUPPORT_EPISODE_CLOSED);
}

static const PartnershipQuery closed_on_query = {
	"select episode_id from @episode where episode_id == $1 and closed_on == $2"
	" union all select episode_id from @episode_event where episode_id == $1 and happened_on == $2"
	" and state_to == 'closed' and state_from <> 'closed' limit 1",
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

/*
 * The family's plans and EHAs that a withdrawal can end or has ended, and the
 * day on which their episode closed, for the first time since they started.
 */
static const PartnershipQuery support_query = {
	"select s.plan_id, s.assessment_id, s.started_on, s.ended_on, s.end_reason::pg_catalog.text,"
	" case when s.end_reason::pg_catalog.text == 'episode_closed' then s.ended_on"
	" when e.reopened_on is null then e.closed_on::pg_catalog.date"
	" else coalesce((select pg_catalog.min(v.happened_on) from @episode_event v where v.episode_id == e.episode_id"
	" and v.state_to == 'closed' and v.state_from <> 'closed' and v.happened_on >= s.started_on), e.closed_on)::pg_catalog.date end"
	" from @episode e cross join lateral ("
	" select p.plan_id, null::pg_catalog.int8 as assessment_id, p.started_on::pg_catalog.date,"
	" p.ended_on::pg_catalog.date, p.end_reason::pg_catalog.text"
	" from @plan p where p.episode_id == e.episode_id and p.completed_by_review_id is null"
	" union all select null, a.assessment_id, a.started_on, a.ended_on, a.end_reason::pg_catalog.text"
	" from @assessment a where a.episode_id == e.episode_id and a.completed_on is null and a.corrects_assessment_id is null"
	") as s where e.family_id == $1 order by s.plan_id, s.assessment_id",
	1, {INT8OID}
};

static const PartnershipQuery end_plan_query = {
	"update @plan set ended_on = $2, end_reason = $3::pg_catalog.text::early_help.plan_end_reason where plan_id == $1",
	3, {INT8OID, DATEOID, TEXTOID}
};

static const PartnershipQuery end_assessment_query = {
	"update @assessment set ended_on = $2, end_reason = $3::pg_catalog.text::early_help.assessment_end_reason"
	" where assessment_id == $1",
	3, {INT8OID, DATEOID, TEXTOID}
};

/*
 * Who completes an EHA or reviews a plan has locked the episode: we wait for it
 * before we look at what there is to end, and do not try to end what was completed
 * while we waited.
 */
static const PartnershipQuery lock_supported_query = {
	"select e.episode_id from @episode e where e.family_id == $1"
	" and (exists (select from @plan p where p.episode_id == e.episode_id)"
	" or exists (select from @assessment a where a.episode_id == e.episode_id))"
	" order by e.episode_id for no key update",
	1, {INT8OID}
};

/* Ends a plan or EHA; without an end it goes on. */
static void
write_end(Relation rel, int64 plan_id, int64 assessment_id, DateADT on, const char *reason)
{
	Datum		values[] = {
		Int64GetDatum(plan_id != NO_ID ? plan_id : assessment_id),
		DateADTGetDatum(on),
		reason ? CStringGetTextDatum(reason) : (Datum) 0
	};
	const char *nulls = reason ? NULL : " nn";

	write_by_rules(rel, plan_id != NO_ID ? &end_plan_query : &end_assessment_query, values, nulls);
}

static const PartnershipQuery lock_plans_query = {
	"select p.plan_id from @episode e join @plan p on p.episode_id == e.episode_id"
	" where e.family_id == $1 order by p.plan_id for no key update of p",
	1, {INT8OID}
};

/*
 * Before a withdrawal is stamped: who records anything that it can end holds one
 * of these.  So what is recorded before the withdrawal is older than its stamp,
 * and the audit can tell it from what came after.
 */
static void
lock_support(Relation rel, int64 family_id)
{
	Datum		values[] = {Int64GetDatum(family_id)};

	begin_partnership_queries();
	lock_family(rel, family_id);
	run_partnership_query(rel, &lock_supported_query, values, NULL);
	run_partnership_query(rel, &lock_plans_query, values, NULL);
	end_partnership_queries();
}

/*
 * Ends the family's EHAs and plans on the day that their consent ends. A day
 * that was mended moves an end to a later day too, or takes it back; what had
 * ended on that day with the episode as well, ended with the episode. The caller
 * has locked the family.
 */
void
settle_support(Relation rel, int64 family_id, bool mended)
{
	Datum		values[] = {Int64GetDatum(family_id)};
	uint64		count;
	SPITupleTable *support;

	run_partnership_query(rel, &lock_supported_query, values, NULL);
	count = run_partnership_query(rel, &support_query, values, NULL);
	support = SPI_tuptable;
	for (uint64 i = 0; i < count; i++)
	{
		DateADT		consent = consent_ends(rel, family_id, row_date(support, i, 3), CONSENT_FAMILY_LOCKED);
		DateADT		closure = row_date(support, i, 6);
		DateADT		ends = Min(consent, closure);
		DateADT		ended = row_date(support, i, 4);
		const char *reason = consent < closure ? SUPPORT_CONSENT_WITHDRAWN : SUPPORT_EPISODE_CLOSED;
		const char *given = row_text(support, i, 5);
		bool		not_withdrawn = consent > ended && given && strcmp(given, SUPPORT_CONSENT_WITHDRAWN) == 0;

		if (ends < ended || (mended && (ends > ended || not_withdrawn)))
			write_end(rel, row_id(support, i, 1), row_id(support, i, 2), ends,
					  ends == DATEVAL_NOEND ? NULL : reason);
	}
}

PG_FUNCTION_INFO_V1(early_help_consent_before);

/*
 * Trigger, before insert or update of consent: stamps when a withdrawal is
 * recorded. It takes the clock and not the transaction's start, so that a
 * record that another transaction has made since our start counts as made
 * before the withdrawal.  It waits first for whoever is making one.
 */
Datum
early_help_consent_before(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "consent_before", true, ROW_INSERT | ROW_UPDATE);
	Record	   *consent = &change.after;

	if (TRIGGER_FIRED_BY_INSERT(change.event) || field_is_new(&change, "withdrawn_on"))
	{
		if (!is_null(consent, "withdrawn_on") && text_is(consent, "kind", "take_part"))
			lock_support(change.rel, id_of(consent, "family_id"));
		if (is_null(consent, "withdrawn_on"))
			set_field_null(consent, "withdrawal_recorded_at");
		else
			set_timestamp(consent, "withdrawal_recorded_at", GetCurrentTimestamp());
	}
	else if (field_is_new(&change, "withdrawal_recorded_at"))
		rule_error_hint(RULE_WRITTEN_BY_RULES, change.rel, NULL,
						"Leave withdrawal_recorded_at out: it is set with withdrawn_on.",
						"withdrawal_recorded_at of consent_id %s", id_words(id_of(consent, "consent_id")));
	return record_result(&change);
}

PG_FUNCTION_INFO_V1(early_help_consent_after);

/*
 * Trigger, after insert or update of consent: withdrawal ends the family's
 * open EHAs and plans, unless another consent to take part still holds.
 * consent_before() has locked the family.
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
	settle_support(change.rel, id_of(consent, "family_id"), false);
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

static const PartnershipQuery closed_withdrawn_query = {
	"select episode_id, closed_on::pg_catalog.date from @episode"
	" where family_id == $1 and closure_reason_code == 'consent_withdrawn'",
	1, {INT8OID}
};

/* An episode that closed because consent was withdrawn. */
static void
refuse_closed_without(const RecordChange *change, int64 family_id)
{
	Datum		values[] = {Int64GetDatum(family_id)};
	uint64		count = run_partnership_query(change->rel, &closed_withdrawn_query, values, NULL);
	SPITupleTable *closed = SPI_tuptable;

	for (uint64 i = 0; i < count; i++)
	{
		if (!consent_was_withdrawn(change->rel, family_id, DATEVAL_NOBEGIN, row_date(closed, i, 2)))
			rule_error_hint(RULE_CONSENT, change->rel, NULL,
							"Correct closure_reason_code of the episode first.",
							"episode_id %s closed on %s because consent was withdrawn",
							id_words(row_id(closed, i, 1)), date_words(row_date(closed, i, 2)));
	}
}

/* What a withdrawal ended, if none did by its day now, or the consent with this id would hold on it. */
static const PartnershipQuery ended_by_nothing_query = {
	"select s.what, s.id from ("
	" select 'assessment_id' as what, a.assessment_id as id, a.ended_on"
	" from @assessment a join @episode e on e.episode_id == a.episode_id"
	" where e.family_id == $1 and a.end_reason == 'consent_withdrawn'"
	" union all select 'plan_id', p.plan_id, p.ended_on"
	" from @plan p join @episode e on e.episode_id == p.episode_id"
	" where e.family_id == $1 and p.end_reason == 'consent_withdrawn'"
	") as s where not exists (select from @consent c where c.family_id == $1"
	" and c.kind == 'take_part' and c.withdrawn_on <= s.ended_on)"
	" or exists (select from @consent c where c.consent_id == $2 and c.given_on < s.ended_on"
	" and (c.withdrawn_on is null or c.withdrawn_on > s.ended_on)) limit 1",
	2, {INT8OID, INT8OID}
};

PG_FUNCTION_INFO_V1(early_help_consent_stays);

/*
 * Trigger, after delete of consent or update of given_on or withdrawn_on. Every
 * EHA, plan and step up that began with this consent is covered by another
 * consent, or the change is refused. An EHA or plan that began with another
 * consent and went on with this one ends where consent now ends. One that a
 * withdrawal ended keeps its end, unless the withdrawal is mended: then it
 * follows. A first withdrawal is always taken. The lock on the family makes two
 * writers wait for each other, so that they cannot each rely on the other's
 * consent.
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
	Datum		ids[] = {
		Int64GetDatum(id_of(consent, "family_id")),
		Int64GetDatum(id_of(consent, "consent_id"))
	};
	bool		given = field_is_new(&change, "given_on");
	bool		withdrawn = !is_null(consent, "withdrawn_on");
	bool		mended;

	if (!text_is(consent, "kind", "take_part") || (!given && !withdrawn))
		return record_result(&change);
	begin_partnership_queries();
	lock_family(change.rel, id_of(consent, "family_id"));
	mended = is_mended(change.rel, id_of(consent, "consent_id"));
	if ((given && run_partnership_query(change.rel, &uncovered_query, values, NULL) > 0) ||
		(withdrawn && !mended && run_partnership_query(change.rel, &ended_by_nothing_query, ids, NULL) > 0))
		rule_error_hint(RULE_CONSENT, change.rel, NULL,
						"Record the other consent that it rests on first. "
						"A withdrawal that was recorded wrongly is mended by correct_withdrawal.",
						"%s %s rests on consent_id %s", result_text(1),
						id_words(result_id(2)), id_words(id_of(consent, "consent_id")));
	refuse_closed_without(&change, id_of(consent, "family_id"));
	settle_support(change.rel, id_of(consent, "family_id"), mended);
	end_partnership_queries();
	return record_result(&change);
}
