-- The waiting list: a stock at the end of each month, as the sum of what came and
-- what left. It has a row in every month in which somebody waits or moves.
create view waiting_list as
select
    p.last_month as month,
    p.period_key::varchar(7) as month_key,
    k.waiting_for::varchar(20) as waiting_for,
    w.source_code::varchar(40) as source_code,
    s.label as source,
    w.need_code::varchar(40) as need_code,
    n.label as need,
    l.name as ward,
    l.gss_code,
    v.name as service,
    v.run_by::varchar(10) as run_by,
    a.name as agency,
    coalesce(w.joined, 0)::integer as joined,
    coalesce(w.started, 0)::integer as started,
    coalesce(w.left_otherwise, 0)::integer as left_otherwise,
    w.waiting::integer as waiting
from (
    values ('early help', 'episode'), ('a service', 'service_request')
) as k (waiting_for, record)
join kpi_period_shown p on p.record = k.record
cross join lateral (
    select
        f.source_code,
        f.need_code,
        f.locality_id,
        f.service_id,
        sum(f.joined) filter (where f.month = p.last_month) as joined,
        sum(f.started) filter (where f.month = p.last_month) as started,
        sum(f.left_otherwise) filter (where f.month = p.last_month) as left_otherwise,
        sum(f.joined - f.started - f.left_otherwise) as waiting
    from cube_waiting f
    where f.waiting_for = k.waiting_for
        and f.month <= p.last_month
    group by 1, 2, 3, 4
    having sum(f.joined - f.started - f.left_otherwise) <> 0
        or bool_or(f.month = p.last_month and (f.joined, f.started, f.left_otherwise) <> (0, 0, 0))
) w
left join only contact_source s on s.code = w.source_code
left join only primary_need n on n.code = w.need_code
left join only locality l on l.locality_id = w.locality_id
left join only service v on v.service_id = w.service_id
left join only agency a on a.agency_id = v.agency_id
where p.period_kind = 'month';
comment on view waiting_list is
    'Who waits at the end of each month. For early help: families with a referral accepted or an episode open, and no support '
    'yet. For a service: requests not started or decided. Unit: a family or a request. '
    'Source: Early Help Strategy 2021-24 section 10.';

create function waiting_at(on_day date) returns integer
    language sql
    stable
    security definer
    set search_path = pg_catalog, pg_temp
begin atomic
    select count(*)::integer
    from (
        select r.family_id
        from only referral r
        where r.accepted_on <= waiting_at.on_day
        union
        select e.family_id
        from only episode e
        where e.opened_on <= waiting_at.on_day
    ) f
    cross join lateral waits_of_family(f.family_id) w
    where w.began_on <= waiting_at.on_day
        and (w.ended_on is null or w.ended_on > waiting_at.on_day);
end;
comment on function waiting_at(date) is
    'Number of families waiting for early help at the end of a day: referral accepted or episode opened, support not started. '
    'It runs as its owner, so a reader of figures needs no right to the records.';
