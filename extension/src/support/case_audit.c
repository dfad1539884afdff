/*-------------------------------------------------------------------------
 *
 * case_audit.c
 *		Audits of case files: an auditor from another agency than the lead's (R18).
 *
 * The agencies are filled in as they are when the row is written. Later moves of
 * practitioners do not change them. An audit and its further auditors are
 * several rows, so they are judged when the transaction ends.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/partnership_query.h"
#include "base/partnership_row.h"
#include "base/record.h"
#include "base/rule.h"

static const PartnershipQuery agency_query = {
	"select agency_id from @practitioner where practitioner_id == $1",
	1, {INT8OID}
};

static const PartnershipQuery lead_agency_query = {
	"select p.agency_id from @lead_practitioner l"
	" join @practitioner p on p.practitioner_id == l.practitioner_id"
	/* The lead practitioner of that day: the last who began by then. Before allocation, the first one. */
	" where l.episode_id == $1"
	" order by l.from_on > $2, pg_catalog.abs(l.from_on - $2) limit 1",
	2, {INT8OID, DATEOID}
};

static void
fill_agency(Record *audit, const char *column, const PartnershipQuery *query, const Datum *values)
{
	if (run_partnership_query(audit->rel, query, values, NULL) > 0)
		set_id(audit, column, result_id(1));
	else
		set_field_null(audit, column);
}

/* The agency is the auditor's: it changes with the auditor, and not by hand. */
static void
settle_auditor_agency(const RecordChange *change, Record *row, const char *practitioner, const char *agency)
{
	Datum		auditor[] = {Int64GetDatum(id_of(row, practitioner))};

	if (field_is_new(change, practitioner))
		fill_agency(row, agency, &agency_query, auditor);
	else if (field_is_new(change, agency))
		rule_error_hint(RULE_WRITTEN_BY_RULES, change->rel, NULL,
						"Leave it out: it is the agency of the auditor.",
						"%s of case_audit_id %s", agency, id_words(id_of(row, "case_audit_id")));
}

PG_FUNCTION_INFO_V1(early_help_case_audit_before);

/* Trigger, before insert or update of case_audit: both agencies. */
Datum
early_help_case_audit_before(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "case_audit_before", true, ROW_INSERT | ROW_UPDATE);
	Record	   *audit = &change.after;
	Datum		episode[] = {
		Int64GetDatum(id_of(audit, "episode_id")), DateADTGetDatum(date_of(audit, "audited_on"))
	};

	begin_partnership_queries();
	settle_auditor_agency(&change, audit, "auditor_practitioner_id", "auditor_agency_id");
	if (field_is_new(&change, "audited_on"))
		fill_agency(audit, "lead_agency_id", &lead_agency_query, episode);
	else if (field_is_new(&change, "lead_agency_id"))
		rule_error_hint(RULE_WRITTEN_BY_RULES, change.rel, NULL,
						"Leave it out: it is the agency of who led the episode on audited_on.",
						"lead_agency_id of case_audit_id %s", id_words(id_of(audit, "case_audit_id")));
	end_partnership_queries();
	return record_result(&change);
}

PG_FUNCTION_INFO_V1(early_help_case_audit_auditor_before);

/* Trigger, before insert or update of case_audit_auditor: the auditor's agency. */
Datum
early_help_case_audit_auditor_before(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "case_audit_auditor_before", true, ROW_INSERT | ROW_UPDATE);

	begin_partnership_queries();
	settle_auditor_agency(&change, &change.after, "practitioner_id", "agency_id");
	end_partnership_queries();
	return record_result(&change);
}

/* Is one of the further auditors of this audit from another agency? */
static bool
another_is_outside(Relation rel, int64 audit_id, int64 lead_agency_id)
{
	bool		outside = false;
	SiblingScan auditors;

	sibling_beginscan(rel, "case_audit_auditor", "case_audit_id", audit_id, &auditors);
	while (!outside && sibling_getnext(&auditors))
		outside = !is_null(&auditors.row, "agency_id") &&
			id_of(&auditors.row, "agency_id") != lead_agency_id;
	sibling_endscan(&auditors);
	return outside;
}

static void
check_outside_auditor(Relation rel, const Record *audit)
{
	int64		audit_id = id_of(audit, "case_audit_id");
	int64		lead_agency_id = id_of(audit, "lead_agency_id");

	if (lead_agency_id != NO_ID && id_of(audit, "auditor_agency_id") == lead_agency_id &&
		!another_is_outside(rel, audit_id, lead_agency_id))
		rule_error(RULE_CASE_AUDIT, rel, "case_audit_has_outside_auditor",
				   "every auditor of case_audit_id %s is from agency_id %s, as the lead practitioner is",
				   id_words(audit_id), id_words(lead_agency_id));
}

PG_FUNCTION_INFO_V1(early_help_case_audit_has_outside_auditor);

/*
 * Constraint trigger, after insert or update of case_audit, after update or
 * delete of case_audit_auditor. The lock on the audit makes two sessions wait
 * for each other that each take away an auditor from outside.
 */
Datum
early_help_case_audit_has_outside_auditor(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "case_audit_has_outside_auditor", false,
										ROW_INSERT | ROW_UPDATE | ROW_DELETE);
	const Record *row = change.before.tuple ? &change.before : &change.after;
	Record		audit;

	if (lock_sibling(change.rel, "case_audit", "case_audit_id", id_of(row, "case_audit_id"),
					 LockTupleNoKeyExclusive, &audit))
	{
		check_outside_auditor(change.rel, &audit);
		leave_sibling(&audit);
	}
	return record_result(&change);
}
