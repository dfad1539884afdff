select
    date(a.audited_on, 'start of month') as month,
    substr(a.audited_on, 1, 7) as month_key,
    a.grade,
    l.name as lead_agency,
    l.sector as lead_sector,
    o.name as auditor_agency,
    count(*) as audits
from case_audit a
left join agency l on l.agency_id = a.lead_agency_id
left join agency o on o.agency_id = a.auditor_agency_id
group by 1, 2, a.grade, a.lead_agency_id, a.auditor_agency_id;
