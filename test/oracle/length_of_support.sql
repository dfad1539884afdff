with measured as (
    select closed_on, 'support' as what, days from closure where days is not null
    union all
    select closed_on, 'opening', days_from_opening from closure where days is not null
),
placed as (
    select
        p.kind,
        p.key,
        e.what,
        e.days,
        row_number() over one - 1 as place,
        count(*) over (partition by p.kind, p.key, e.what) as cases
    from period p
    join measured e on e.closed_on between p.first_day and p.until_day
    window one as (partition by p.kind, p.key, e.what order by e.days)
),
tenths as (
    select
        kind,
        key,
        what,
        cases,
        cast(sum(days) as integer) as days,
        cast(5 * (max(days) filter (where place = (cases - 1) / 2) + max(days) filter (where place = cases / 2)) as integer) as median,
        -- Nine tenths of the way from the first case to the last.
        cast((10 - 9 * (cases - 1) % 10) * max(days) filter (where place = 9 * (cases - 1) / 10)
            + 9 * (cases - 1) % 10 * max(days) filter (where place = (9 * (cases - 1) + 9) / 10) as integer) as p90
    from placed
    group by kind, key, what, cases
)
select
    p.kind as period_kind,
    p.key as period_key,
    p.first_day as period_start,
    p.last_day as period_end,
    p.status as period_status,
    coalesce(t.cases, 0) as lengths,
    case when t.cases > 0 then printf('%d.%d', t.median / 10, t.median % 10) end as median_days,
    case when t.cases > 0 then printf('%d.%d', t.p90 / 10, t.p90 % 10) end as percentile_90_days,
    case when t.cases > 0 then printf('%d.%d', (20 * t.days + t.cases) / (2 * t.cases) / 10, (20 * t.days + t.cases) / (2 * t.cases) % 10) end as mean_days,
    case when o.cases > 0 then printf('%d.%d', o.median / 10, o.median % 10) end as median_days_from_opening,
    case when o.cases > 0 then printf('%d.%d', o.p90 / 10, o.p90 % 10) end as percentile_90_days_from_opening,
    case when t.cases > 0 then 'ok' else 'no cases' end as value_status
from shown p
left join tenths t on t.kind = p.kind and t.key = p.key and t.what = 'support'
left join tenths o on o.kind = p.kind and o.key = p.key and o.what = 'opening'
where p.record = 'episode'
    and p.kind <> 'year to date';
