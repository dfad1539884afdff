select
    r.month,
    substr(r.month, 1, 7) as month_key,
    v.name as service,
    v.run_by,
    g.name as agency,
    g.sector,
    r.families,
    r.children,
    r.new_families,
    r.returned_on
from partner_return r
left join service v on v.service_id = r.service_id
left join agency g on g.agency_id = v.agency_id;
