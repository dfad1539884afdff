with one as (
    -- Each wait that ended in a period, and each that went on at its end.
    select
        p.kind,
        p.key,
        w.waiting_for,
        w.to_day is not null and w.to_day <= p.until_day as ended,
        w.started,
        julianday(case when w.to_day <= p.until_day then w.to_day else p.counted_on end) - julianday(w.from_day) as days
    from (
        select *, min(last_day, (select day from today)) as counted_on
        from period
        where kind <> 'year to date'
    ) p
    join wait w on w.from_day <= p.counted_on and (w.to_day is null or w.to_day >= p.first_day)
),
placed as (
    select
        *,
        row_number() over each - 1 as place,
        count(*) over (partition by kind, key, waiting_for, ended) as cases,
        row_number() over those - 1 as place_started,
        count(*) over (partition by kind, key, waiting_for, ended, started) as cases_started,
        row_number() over both - 1 as place_in_both,
        count(*) over (partition by kind, key, waiting_for) as cases_in_both
    from one
    window each as (partition by kind, key, waiting_for, ended order by days),
        those as (partition by kind, key, waiting_for, ended, started order by days),
        both as (partition by kind, key, waiting_for order by days)
),
tenths as (
    select
        kind,
        key,
        waiting_for,
        count(*) filter (where ended) as ended,
        count(*) filter (where ended and started) as started,
        cast(5 * (max(days) filter (where ended and place = (cases - 1) / 2)
            + max(days) filter (where ended and place = cases / 2)) as integer) as median,
        cast((10 - 9 * (cases_ended - 1) % 10) * max(days) filter (where ended and place = 9 * (cases - 1) / 10)
            + 9 * (cases_ended - 1) % 10 * max(days) filter (where ended and place = (9 * (cases - 1) + 9) / 10) as integer) as p90,
        cast(sum(days) filter (where ended) as integer) as days,
        cast(5 * (max(days) filter (where ended and started and place_started = (cases_started - 1) / 2)
            + max(days) filter (where ended and started and place_started = cases_started / 2)) as integer) as started_median,
        count(*) filter (where not ended) as waiting,
        cast(5 * (max(days) filter (where not ended and place = (cases - 1) / 2)
            + max(days) filter (where not ended and place = cases / 2)) as integer) as open_median,
        cast(max(days) filter (where not ended) as integer) as longest,
        cast(5 * (max(days) filter (where place_in_both = (cases_in_both - 1) / 2)
            + max(days) filter (where place_in_both = cases_in_both / 2)) as integer) as both_median
    from (select *, sum(ended) over (partition by kind, key, waiting_for) as cases_ended from placed)
    group by kind, key, waiting_for
)
select
    p.kind as period_kind,
    p.key as period_key,
    p.first_day as period_start,
    p.last_day as period_end,
    p.status as period_status,
    k.waiting_for,
    coalesce(t.ended, 0) as waits_ended,
    coalesce(t.started, 0) as waits_ended_by_start,
    case when t.median is not null then printf('%d.%d', t.median / 10, t.median % 10) end as median_days,
    case when t.p90 is not null then printf('%d.%d', t.p90 / 10, t.p90 % 10) end as percentile_90_days,
    case when t.ended > 0 then printf('%d.%d', (20 * t.days + t.ended) / (2 * t.ended) / 10, (20 * t.days + t.ended) / (2 * t.ended) % 10) end as mean_days,
    case when t.started_median is not null then printf('%d.%d', t.started_median / 10, t.started_median % 10) end as started_median_days,
    min(p.last_day, (select day from today)) as counted_on,
    coalesce(t.waiting, 0) as still_waiting,
    case when t.open_median is not null then printf('%d.%d', t.open_median / 10, t.open_median % 10) end as still_waiting_median_days,
    t.longest as still_waiting_longest_days,
    case when t.both_median is not null then printf('%d.%d', t.both_median / 10, t.both_median % 10) end as median_days_at_least
from (select 'early help' as waiting_for, 'episode' as record union select 'a service', 'service_request') k
join shown p on p.record = k.record
left join tenths t on t.kind = p.kind and t.key = p.key and t.waiting_for = k.waiting_for
where p.kind <> 'year to date';
