-- Requests for a service, in the month they were made, and what became of them.
select early_help.define_kpi_cube('service_requests', array['service_request'], $$
    select
        'service_request'::varchar(40) as record,
        q.service_request_id as record_id,
        q.primary_need_code as need_code,
        q.locality_id,
        q.service_id,
        1 as requested,
        case when q.outcome is null then q.offered_on is not null else q.outcome = 'started' end::integer as offered,
        coalesce(q.outcome in ('no_service', 'declined_by_service'), false)::integer as no_service,
        coalesce(q.outcome in ('withdrawn', 'declined_by_family'), false)::integer as withdrawn,
        (q.offered_on is null and q.outcome is null)::integer as undecided
    from only service_request q
    where q.requested_on >= m.month
        and q.requested_on < m.next_month
$$, counts => '{requested, offered, no_service, withdrawn, undecided}', few => true);

create view needs_without_service as
select
    c.month,
    to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
    c.need_code,
    n.label as need,
    l.name as ward,
    l.gss_code,
    sum(c.requested)::integer as requests,
    sum(c.offered + c.no_service)::integer as decided,
    sum(c.offered)::integer as offered,
    sum(c.no_service)::integer as no_service,
    sum(c.withdrawn)::integer as withdrawn_by_family,
    sum(c.undecided)::integer as undecided
from cube_service_requests c
left join only primary_need n on n.code = c.need_code
left join only locality l on l.locality_id = c.locality_id
group by c.month, c.need_code, n.label, c.locality_id, l.name, l.gss_code;
comment on view needs_without_service is
    'Gap analysis: requests for a service made in the month. Of those decided: offered a service, or got none. Those withdrawn '
    'by the family, and those undecided so far, stand apart. Unit: a request. '
    'Source: Early Help Strategy 2021-24, needs and gap analysis.';
