/*-------------------------------------------------------------------------
 *
 * case_audit.c
 *		Audits of case files: the agencies of the auditor and the lead (R18).
 *
 * The rule itself is a CHECK on the two agencies. This trigger fills them in as
 * they are on the day of the audit. Later moves do not change them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/partnership_query.h"
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

PG_FUNCTION_INFO_V1(early_help_case_audit_before);

/* Trigger, before insert or update of case_audit: both agencies. */
Datum
early_help_case_audit_before(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "case_audit_before", true, ROW_INSERT | ROW_UPDATE);
	Record	   *audit = &change.after;
	Datum		auditor[] = {Int64GetDatum(id_of(audit, "auditor_practitioner_id"))};
	Datum		episode[] = {
		Int64GetDatum(id_of(audit, "episode_id")), DateADTGetDatum(date_of(audit, "audited_on"))
	};

	begin_partnership_queries();
	if (field_is_new(&change, "auditor_practitioner_id"))
		fill_agency(audit, "auditor_agency_id", &agency_query, auditor);
	else if (field_is_new(&change, "auditor_agency_id"))
		rule_error(RULE_WRITTEN_BY_RULES, change.rel, NULL, "auditor_agency_id of case_audit_id %s",
				   id_words(id_of(audit, "case_audit_id")));
	if (field_is_new(&change, "audited_on"))
		fill_agency(audit, "lead_agency_id", &lead_agency_query, episode);
	else if (field_is_new(&change, "lead_agency_id"))
		rule_error(RULE_WRITTEN_BY_RULES, change.rel, NULL, "lead_agency_id of case_audit_id %s",
				   id_words(id_of(audit, "case_audit_id")));
	end_partnership_queries();
	return record_result(&change);
}
