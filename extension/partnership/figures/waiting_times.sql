-- Waits in days. Those that ended are counted by their length; those that go on
-- by how long they have lasted so far.
create view waiting_times as
with wait_flow as materialized (
    select * from cube_waits_open
)
select
    p.period_kind,
    p.period_key,
    p.first_month as period_start,
    (p.last_month + interval '1 month' - interval '1 day')::date as period_end,
    p.period_status,
    k.waiting_for::varchar(20) as waiting_for,
    coalesce(e.ended, 0)::integer as waits_ended,
    coalesce(e.started, 0)::integer as waits_ended_by_start,
    e.median_days::numeric(8, 1) as median_days,
    e.p90_days::numeric(8, 1) as percentile_90_days,
    e.mean_days::numeric(8, 1) as mean_days,
    e.started_median_days::numeric(8, 1) as started_median_days,
    z.counted_on,
    coalesce(o.waiting, 0)::integer as still_waiting,
    o.median_days::numeric(8, 1) as still_waiting_median_days,
    o.longest_days::integer as still_waiting_longest_days,
    b.median_days::numeric(8, 1) as median_days_at_least
from (
    values ('early help', 'episode'), ('a service', 'service_request')
) as k (waiting_for, record)
join kpi_period_shown p on p.record = k.record
-- Of a period that is not over, today.
cross join lateral (
    select least((p.last_month + interval '1 month' - interval '1 day')::date, current_date) as counted_on
) z
cross join lateral (
    select array_agg(c.days) as days, array_agg(c.ended) as cases, array_agg(c.started) as started
    from (
        select c.days, sum(c.ended) as ended, sum(c.started) as started
        from cube_waits_ended c
        where c.month between p.first_month and p.until_month
            and c.waiting_for = k.waiting_for
        group by c.days
    ) c
) ended_days
cross join lateral (
    select array_agg(c.days) as days, array_agg(c.waiting) as cases
    from (
        select
            z.counted_on - c.began_on as days,
            sum(c.began - c.ended) as waiting
        from wait_flow c
        where c.month <= p.until_month
            and c.waiting_for = k.waiting_for
            and c.began_on <= z.counted_on
        group by c.began_on
        having sum(c.began - c.ended) > 0
    ) c
) open_days
cross join lateral (
    select
        sum(c.ended) as ended,
        sum(c.started) as started,
        sum(c.days * c.ended)::numeric / nullif(sum(c.ended), 0) as mean_days,
        early_help_internal.percentile_of_days(ended_days.days, ended_days.cases, 0.5) as median_days,
        early_help_internal.percentile_of_days(ended_days.days, ended_days.cases, 0.9) as p90_days,
        early_help_internal.percentile_of_days(ended_days.days, ended_days.started, 0.5) as started_median_days
    from cube_waits_ended c
    where c.month between p.first_month and p.until_month
        and c.waiting_for = k.waiting_for
) e
cross join lateral (
    select
        sum(d.n) as waiting,
        max(d.day) as longest_days,
        early_help_internal.percentile_of_days(open_days.days, open_days.cases, 0.5) as median_days
    from unnest(open_days.days, open_days.cases) as d (day, n)
) o
cross join lateral (
    select early_help_internal.percentile_of_days(
        ended_days.days || open_days.days, ended_days.cases || open_days.cases, 0.5) as median_days
) b
where p.period_kind <> 'year to date';
comment on view waiting_times is
    'Waits in days, by month, quarter and financial year: those that ended in the period, '
    'and those that still went on at its end. Unit: a family (early help) or a request (a service). '
    'Do not add periods.';
