-- Counts that services return which keep their own records.
select early_help.define_kpi_cube('partner_returns', array['partner_return'], $$
    select r.service_id, r.families, r.children, r.new_families, r.returned_on::date as returned_on
    from only partner_return r
    where r.month >= m.month
        and r.month < m.next_month
$$);

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
from kpi_cube_partner_returns c
left join only service v on v.service_id = c.service_id
left join only agency a on a.agency_id = v.agency_id;
comment on view partner_returns is 'Monthly counts of services that keep their own records, as they returned them: never mixed with counted records. Families may be the same in several months. Unit: a return.';
comment on column partner_returns.month is 'First day of the month.';
comment on column partner_returns.month_key is 'The month as YYYY-MM.';
comment on column partner_returns.service is 'Service that returned the counts.';
comment on column partner_returns.run_by is 'hub or partner: who runs the service.';
comment on column partner_returns.agency is 'Agency that runs the service.';
comment on column partner_returns.sector is 'Sector of the agency.';
comment on column partner_returns.families is 'Families worked with, as returned.';
comment on column partner_returns.children is 'Children worked with, as returned; null: not returned.';
comment on column partner_returns.new_families is 'Families new in the month, as returned; null: not returned.';
comment on column partner_returns.returned_on is 'Day the service returned the counts.';
