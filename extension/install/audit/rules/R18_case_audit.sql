-- R18: A case audit has a grade and an auditor from another agency; each of its actions has an
-- owner and a due date.

-- Case audits without a grade or an auditor, or by auditors of the agency that leads alone.
select 'case_audit', a.case_audit_id,
    format('grade %s, auditor_practitioner_id %s, auditor_agency_id %s, lead_agency_id %s', coalesce(a.grade::text, 'none'),
        coalesce(a.auditor_practitioner_id::text, 'none'), coalesce(a.auditor_agency_id::text, 'none'),
        coalesce(a.lead_agency_id::text, 'none'))
from records.case_audit a
where num_nulls(a.grade, a.auditor_practitioner_id, a.auditor_agency_id) > 0
    or (a.auditor_agency_id = a.lead_agency_id
        and not exists (
            select
            from records.case_audit_auditor f
            where f.case_audit_id = a.case_audit_id
                and f.agency_id <> a.lead_agency_id))
    -- Who leads may be recorded after the audit.
    or (a.lead_agency_id is null
        and exists (
            select
            from records.lead_practitioner l
            where l.episode_id = a.episode_id
                and l.recorded_at < a.recorded_at));

-- Actions of case audits without an owner or a due date.
select 'case_audit_action', a.case_audit_action_id,
    format('owner_practitioner_id %s, due_on %s', coalesce(a.owner_practitioner_id::text, 'none'),
        coalesce(a.due_on::text, 'none'))
from records.case_audit_action a
where num_nulls(a.owner_practitioner_id, a.due_on) > 0;
