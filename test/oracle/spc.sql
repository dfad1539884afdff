-- The chart of a figure: every month with cases from the latest rebase on. With T tenths
-- in n points and R tenths in r moving ranges, the mean is T/n tenths and the limits
-- T/n ± 2.66 R/r: compared and rounded as whole multiples of 1/nr.
with point as (
    select
        b.month,
        b.month_key,
        b.metric_code,
        b.label,
        b.unit,
        b.tenths,
        coalesce(
            (select max(r.from_month) from kpi_spc_rebase r where r.metric_code = b.metric_code and r.from_month <= b.month),
            (select min(first_day) from month)) as chart_from
    from board b
    where b.tenths is not null
),
ranged as (
    select
        *,
        tenths - lag(tenths) over chart as change,
        row_number() over chart as no
    from point
    window chart as (partition by metric_code, chart_from order by month)
),
summed as (
    select
        *,
        sum(tenths) over chart as t,
        count(*) over chart as n,
        coalesce(sum(abs(change)) over chart, 0) as r,
        -- One point has no range, and no limits.
        max(count(*) over chart - 1, 1) as ranges
    from ranged
    window chart as (partition by metric_code, chart_from)
),
placed as (
    select
        *,
        n * tenths - t as above,
        100 * ranges * (n * tenths - t) as distance,
        266 * n * r as limit_distance,
        (n * tenths > t) - (n * tenths < t) as side,
        (change > 0) - (change < 0) as direction
    from summed
),
judged as (
    select
        p.*,
        n > 1 and abs(distance) > limit_distance as outside,
        case when n > 1 and 3 * abs(distance) > 2 * limit_distance then side else 0 end as near,
        -- Points since the last one that was not on this side, or did not go this way.
        case when side = 0 then 0 else no - (
            select coalesce(max(q.no), 0) from placed q
            where q.metric_code = p.metric_code and q.chart_from = p.chart_from and q.no < p.no and q.side <> p.side) end as side_run,
        case when coalesce(direction, 0) = 0 then 1 else 1 + no - (
            select max(q.no) from placed q
            where q.metric_code = p.metric_code and q.chart_from = p.chart_from and q.no < p.no
                and coalesce(q.direction, 0) <> p.direction) end as trend_run
    from placed p
),
thousandths as (
    select
        j.*,
        -- Half a thousandth away from zero, either way.
        (200 * t + n) / (2 * n) as mean,
        100 * ranges * t as centre,
        n * ranges as parts
    from judged j
),
limited as (
    select
        *,
        centre - limit_distance as low,
        centre + limit_distance as high,
        3 * centre - 2 * limit_distance as near_low,
        3 * centre + 2 * limit_distance as near_high
    from thousandths
),
rounded as (
    select
        *,
        (2 * abs(low) + parts) / (2 * parts) * ((low > 0) - (low < 0)) as low_1000,
        (2 * high + parts) / (2 * parts) as high_1000,
        (2 * abs(near_low) + 3 * parts) / (6 * parts) * ((near_low > 0) - (near_low < 0)) as near_low_1000,
        (2 * near_high + 3 * parts) / (6 * parts) as near_high_1000,
        (
            select count(*) from judged q
            where q.metric_code = l.metric_code and q.chart_from = l.chart_from
                and q.no between l.no - 2 and l.no and q.near = l.near) as near_of_three
    from limited l
)
select
    r.month,
    r.month_key,
    r.metric_code,
    r.label,
    r.unit,
    r.chart_from,
    printf('%d.%d', r.tenths / 10, r.tenths % 10) as value,
    case when r.change is not null then printf('%d.%d', abs(r.change) / 10, abs(r.change) % 10) end as moving_range,
    printf('%d.%03d', r.mean / 1000, r.mean % 1000) as mean,
    case when r.n > 1 then printf('%s%d.%03d', iif(low_1000 < 0, '-', ''), abs(low_1000) / 1000, abs(low_1000) % 1000) end as lower_limit,
    case when r.n > 1 then printf('%d.%03d', high_1000 / 1000, high_1000 % 1000) end as upper_limit,
    case when r.n > 1 then printf('%s%d.%03d', iif(near_low_1000 < 0, '-', ''), abs(near_low_1000) / 1000, abs(near_low_1000) % 1000) end as lower_near_limit,
    case when r.n > 1 then printf('%d.%03d', near_high_1000 / 1000, near_high_1000 % 1000) end as upper_near_limit,
    r.side_run as points_on_one_side,
    r.trend_run as points_in_a_row,
    r.n as points,
    case when r.n < g.fewest_points then 'too few points' else 'ok' end as limits_status,
    case
        when r.outside then 'outside the limits'
        when r.side_run >= g.points_on_one_side then 'run on one side of the mean'
        when r.trend_run >= g.points_in_a_row and r.direction > 0 then 'run of rising points'
        when r.trend_run >= g.points_in_a_row then 'run of falling points'
        when r.near <> 0 and r.near_of_three >= 2 then 'two of three near a limit'
        else 'none'
    end as signal
from rounded r
cross join kpi_spc_setting g;
