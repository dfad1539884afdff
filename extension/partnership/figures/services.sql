-- All early help services side by side: what is counted from records and what
-- services return stand in columns of their own.
create view services as
select
    p.last_month as month,
    p.period_key::varchar(7) as month_key,
    v.name as service,
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
    where p.record in ('episode', 'group_session', 'partner_return')
        and p.period_kind = 'month'
) p
cross join only service v
join only agency a on a.agency_id = v.agency_id
left join lateral (
    select sum(x.opened) - coalesce(sum(x.closed) filter (where x.month < p.last_month), 0) as episodes
    from cube_episodes x
    where x.month <= p.last_month
        and x.service_id = v.service_id
) e on true
left join cube_group_families g on g.month = p.last_month and g.service_id = v.service_id
left join cube_partner_returns r on r.month = p.last_month and r.service_id = v.service_id;
comment on view services is
    'All early help services by month. Some columns count caseload and group work from the records; others hold '
    'what services with their own records returned. Do not add the two. Unit: a service. '
    'Source: Early Help Strategy 2021-24 section 10.';
