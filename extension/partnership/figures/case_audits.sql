-- Multi-agency audits of case files (CFAG).
select early_help.define_kpi_cube('case_audits', array['case_audit'], $$
    select
        'case_audit'::varchar(40) as record,
        c.case_audit_id as record_id,
        c.grade::varchar(30) as grade,
        c.lead_agency_id,
        c.auditor_agency_id,
        1 as audits
    from only case_audit c
    where c.audited_on >= m.month
        and c.audited_on < m.next_month
$$, counts => '{audits}', few => true);

create view case_audits as
select
    c.month,
    to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
    c.grade,
    l.name as lead_agency,
    l.sector::varchar(40) as lead_sector,
    a.name as auditor_agency,
    c.audits
from cube_case_audits c
left join only agency l on l.agency_id = c.lead_agency_id
left join only agency a on a.agency_id = c.auditor_agency_id;
comment on view case_audits is
    'Multi-agency audits of case files (CFAG) by grade. Unit: an audit. Source: Early Help Strategy 2021-24 section 10.';
