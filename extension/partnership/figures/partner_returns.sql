-- Counts that services return which keep their own records.
select early_help.define_kpi_cube('partner_returns', array['partner_return'], $$
    select r.service_id, r.families, r.children, r.new_families, r.returned_on::date as returned_on
    from only partner_return r
    where r.month >= m.month
        and r.month < m.next_month
$$, few => true);

create view partner_returns as
select
    c.month,
    to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
    v.name as service,
    v.run_by::varchar(10) as run_by,
    a.name as agency,
    a.sector::varchar(40) as sector,
    c.families,
    c.children,
    c.new_families,
    c.returned_on
from cube_partner_returns c
left join only service v on v.service_id = c.service_id
left join only agency a on a.agency_id = v.agency_id;
comment on view partner_returns is
    'Monthly counts of services that keep their own records, as they returned them. '
    'They are never added to counted records. A family may be counted in several months. Unit: a return.';
