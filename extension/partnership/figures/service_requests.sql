-- Requests for a service: asked for, and what became of them; waits that ended.
select early_help.define_kpi_cube('service_requests', array['service_request'], $$
    select
        q.need_code,
        q.locality_id,
        q.service_id,
        sum(q.requested)::integer as requested,
        sum(q.offered)::integer as offered,
        sum(q.no_service)::integer as no_service,
        sum(q.undecided)::integer as undecided,
        sum(q.started)::integer as started,
        sum(q.ended_otherwise)::integer as ended_otherwise
    from (
        select
            primary_need_code as need_code,
            locality_id,
            service_id,
            1 as requested,
            (offered_on is not null)::integer as offered,
            (outcome is not distinct from 'no_service')::integer as no_service,
            (offered_on is null and outcome is null)::integer as undecided,
            0 as started,
            0 as ended_otherwise
        from only service_request
        where requested_on >= m.month
            and requested_on < m.next_month
        union all
        select primary_need_code, locality_id, service_id, 0, 0, 0, 0, 1, 0
        from only service_request
        where started_on >= m.month
            and started_on < m.next_month
        union all
        select primary_need_code, locality_id, service_id, 0, 0, 0, 0, 0, 1
        from only service_request
        where started_on is null
            and decided_on >= m.month
            and decided_on < m.next_month
    ) q
    group by 1, 2, 3
$$);

create view needs_without_service as
select
    c.month,
    to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
    c.need_code,
    n.label as need,
    l.name as ward,
    sum(c.requested)::integer as requests,
    sum(c.offered)::integer as offered,
    sum(c.requested - c.offered)::integer as without_offer,
    sum(c.no_service)::integer as no_service,
    sum(c.undecided)::integer as still_waiting
from cube_service_requests c
left join only primary_need n on n.code = c.need_code
left join only locality l on l.locality_id = c.locality_id
where c.requested > 0
group by c.month, c.need_code, n.label, c.locality_id, l.name;
comment on view needs_without_service is
    'Gap analysis: requests for a service in the month, and those for which no service was offered so far, '
    'by need and area. Unit: a request. Source: Early Help Strategy 2021-24, needs and gap analysis.';
