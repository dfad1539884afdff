-- All early help services side by side: what is counted from records and what
-- services return stand in columns of their own.
create view services as
select
    p.last_month as month,
    p.period_key::varchar(7) as month_key,
    v.name::varchar(120) as service,
    v.run_by::varchar(10) as run_by,
    a.name as agency,
    a.sector::varchar(40) as sector,
    v.prevention_tier::varchar(10) as prevention_tier,
    case when v.keeps_own_records then 'returned' else 'counted' end::varchar(10) as records,
    coalesce(e.episodes, 0)::integer as counted_episodes,
    coalesce(g.families, 0)::integer as counted_group_families,
    r.families as returned_families,
    r.children as returned_children
from (
    select distinct p.last_month, p.period_key
    from kpi_period_shown p
    where p.record = any ('{episode, group_session, partner_return}')
        and p.period_kind = 'month'
) p
-- And what no service is recorded of, so that services add up to the caseload.
cross join (
    select s.service_id, s.name, s.run_by, s.agency_id, s.prevention_tier, s.keeps_own_records
    from only service s
    union all
    select null, null, null, null, null, false
) v
left join only agency a on a.agency_id = v.agency_id
left join lateral (
    select sum(x.episodes) as episodes
    from cube_supported_episodes x
    where x.month = p.last_month
        and x.service_id is not distinct from v.service_id
) e on true
left join cube_group_families g on g.month = p.last_month and g.service_id is not distinct from v.service_id
left join cube_partner_returns r on r.month = p.last_month and r.service_id = v.service_id;
comment on view services is
    'All early help services by month; a row without a service has what none is recorded of. counted_ columns come from the '
    'records, others from services that keep their own: do not add the two. Unit: a service. '
    'Source: Early Help Strategy 2021-24 section 10.';
