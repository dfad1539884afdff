-- The chart of a figure: every month with cases from the latest rebase on; its points are those that are
-- complete. With T tenths in n points and R tenths in r moving ranges, the mean is T/n tenths and the limits
-- T/n ± 2.66 R/r: compared and rounded as whole multiples of 1/nr.
with charted as (
    select
        b.*,
        d.over_time in ('stock', 'stays') as stock,
        b.status = 'complete' as point,
        coalesce(
            (select max(r.from_month) from kpi_spc_rebase r where r.metric_code = b.metric_code and r.from_month <= b.month),
            w.first_day) as chart_from
    from board b
    join definition d on d.metric_code = b.metric_code
    join whole_from w on w.metric_code = b.metric_code
    where b.tenths is not null
),
ranged as (
    select
        *,
        tenths - lag(tenths) over by_month as change,
        row_number() over by_month as no
    from charted
    where point
    window by_month as (partition by metric_code, chart_from order by month)
),
summed as (
    select
        metric_code,
        chart_from,
        sum(tenths) as t,
        count(*) as n,
        coalesce(sum(abs(change)), 0) as r,
        -- One point has no range, and no limits.
        max(count(*) - 1, 1) as ranges,
        sum(counted_numerator) as all_numerator,
        sum(counted_denominator) as all_denominator
    from ranged
    group by metric_code, chart_from
),
placed as (
    select
        p.*,
        (s.n * p.tenths > s.t) - (s.n * p.tenths < s.t) as side,
        coalesce((p.change > 0) - (p.change < 0), 0) as step,
        -- How far the point lies from the mean of each chart: 2 outside, 1 near a limit, 0 neither.
        case
            when s.n > 1 and 100 * s.ranges * abs(s.n * p.tenths - s.t) > 266 * s.n * s.r then 2
            when s.n > 1 and 300 * s.ranges * abs(s.n * p.tenths - s.t) > 532 * s.n * s.r then 1
            else 0
        end as reach_x,
        -- Of a share of d cases: more than 3, or 2, of the roots of share * (1 - share) / d.
        case
            when p.unit <> '%' then 2
            when d.off * d.off > 9 * d.spread then 2
            when d.off * d.off > 4 * d.spread then 1
            else 0
        end as reach_p
    from ranged p
    join summed s on s.metric_code = p.metric_code and s.chart_from = p.chart_from
    join (
        select
            q.metric_code,
            q.month,
            q.counted_numerator * o.all_denominator - o.all_numerator * q.counted_denominator as off,
            o.all_numerator * (o.all_denominator - o.all_numerator) * q.counted_denominator as spread
        from ranged q
        join summed o on o.metric_code = q.metric_code and o.chart_from = q.chart_from
    ) d on d.metric_code = p.metric_code and d.month = p.month
),
reached as (
    select
        *,
        min(reach_x, reach_p) as reach,
        -- How many points of its side, or steps of its direction, lie beside it without a gap, back and on.
        coalesce((select max(q.no) from placed q where q.metric_code = p.metric_code and q.chart_from = p.chart_from and q.no < p.no and q.side <> p.side), 0) as side_after,
        coalesce((select min(q.no) from placed q where q.metric_code = p.metric_code and q.chart_from = p.chart_from and q.no > p.no and q.side <> p.side),
            (select max(q.no) + 1 from placed q where q.metric_code = p.metric_code and q.chart_from = p.chart_from)) as side_before,
        -- The step into a point is numbered as the point; the first point has none.
        (select max(q.no) from placed q where q.metric_code = p.metric_code and q.chart_from = p.chart_from and q.no < p.no and q.step <> p.step) as step_after,
        coalesce((select min(q.no) from placed q where q.metric_code = p.metric_code and q.chart_from = p.chart_from and q.no > p.no and q.step <> p.step),
            (select max(q.no) + 1 from placed q where q.metric_code = p.metric_code and q.chart_from = p.chart_from)) as step_before
    from placed p
),
run as (
    select
        *,
        iif(side = 0, 0, side_before - side_after - 1) as side_run,
        -- So many steps, and the point that they begin at.
        iif(step = 0, 1, step_before - step_after) as step_run
    from reached
),
judged as (
    select
        r.*,
        coalesce((select q.step_run from run q where q.metric_code = r.metric_code and q.chart_from = r.chart_from and q.no = r.no + 1), 1) as next_run,
        coalesce((select q.step from run q where q.metric_code = r.metric_code and q.chart_from = r.chart_from and q.no = r.no + 1), 0) as next_step,
        -- Any three in a row that it is one of.
        reach = 1 and exists (
            select 1
            from run q
            join run q2 on q2.metric_code = q.metric_code and q2.chart_from = q.chart_from and q2.no between q.no and q.no + 2
            where q.metric_code = r.metric_code and q.chart_from = r.chart_from and q.no between r.no - 2 and r.no
            group by q.no
            having count(*) = 3 and abs(sum(q2.side)) = 3 and count(*) filter (where q2.reach = 1) >= 2) as two_of_three
    from run r
),
limited as (
    select
        c.*,
        s.n,
        s.ranges,
        s.all_numerator,
        s.all_denominator,
        not c.stock and s.n > 1 as has_limits,
        s.n * s.ranges as parts,
        100 * s.ranges * s.t as centre,
        266 * s.n * s.r as limit_distance,
        -- Half a thousandth away from zero.
        (200 * s.t + s.n) / (2 * s.n) as mean,
        j.change,
        j.side,
        j.step,
        j.reach,
        j.side_run,
        j.step_run,
        j.next_run,
        j.next_step,
        j.two_of_three,
        iif(c.unit = '%', 100000, 9000000000000) as most
    from charted c
    left join summed s on s.metric_code = c.metric_code and s.chart_from = c.chart_from
    left join judged j on j.metric_code = c.metric_code and j.month = c.month
),
rounded as (
    -- Within what is possible: rounding up from a half keeps the order.
    select
        *,
        min(most, max(0, (2 * (centre - limit_distance) + parts) / (2 * parts))) as low_1000,
        min(most, max(0, (2 * (centre + limit_distance) + parts) / (2 * parts))) as high_1000,
        min(most, max(0, (2 * (3 * centre - 2 * limit_distance) + 3 * parts) / (6 * parts))) as near_low_1000,
        min(most, max(0, (2 * (3 * centre + 2 * limit_distance) + 3 * parts) / (6 * parts))) as near_high_1000,
        100.0 * all_numerator / all_denominator as p_mean,
        100 * sqrt(1.0 * all_numerator * (all_denominator - all_numerator) / (1.0 * all_denominator * all_denominator * counted_denominator)) as p_deviation,
        case
            when stock then 'not judged: a stock'
            when not point then 'not judged: ' || status
            when coalesce(n, 0) < g.fewest_points then 'too few points'
            else 'ok'
        end as limits_status,
        next_run >= g.points_in_a_row as begins_trend,
        step_run >= g.points_in_a_row as ends_trend,
        side_run >= g.points_on_one_side as in_run
    from limited
    cross join kpi_spc_setting g
),
signalled as (
    select
        *,
        case
            when limits_status <> 'ok' then 'not judged'
            when reach = 2 then 'outside the limits'
            when begins_trend and next_step > 0 or not begins_trend and ends_trend and step > 0 then 'run of rising points'
            when begins_trend or ends_trend then 'run of falling points'
            when two_of_three then 'two of three near a limit'
            when in_run then 'run on one side of the mean'
            else 'none'
        end as signal
    from rounded
),
pointing as (
    select
        *,
        case signal when 'run of rising points' then 1 when 'run of falling points' then -1 else side end as way
    from signalled
)
select
    month,
    month_key,
    metric_code,
    label,
    unit,
    chart_from,
    printf('%d.%d', tenths / 10, tenths % 10) as value,
    status as period_status,
    counted_numerator as numerator,
    counted_denominator as denominator,
    case when change is not null then printf('%d.%d', abs(change) / 10, abs(change) % 10) end as moving_range,
    case when n > 0 then printf('%d.%03d', mean / 1000, mean % 1000) end as mean,
    case when has_limits then printf('%d.%03d', low_1000 / 1000, low_1000 % 1000) end as lower_limit,
    case when has_limits then printf('%d.%03d', high_1000 / 1000, high_1000 % 1000) end as upper_limit,
    case when has_limits then printf('%d.%03d', near_low_1000 / 1000, near_low_1000 % 1000) end as lower_near_limit,
    case when has_limits then printf('%d.%03d', near_high_1000 / 1000, near_high_1000 % 1000) end as upper_near_limit,
    case when unit = '%' and all_denominator > 0 then printf('%.3f', p_mean) end as p_mean,
    case when unit = '%' and all_denominator > 0 then printf('%.3f', max(0, p_mean - 3 * p_deviation)) end as p_lower_limit,
    case when unit = '%' and all_denominator > 0 then printf('%.3f', min(100, p_mean + 3 * p_deviation)) end as p_upper_limit,
    coalesce(side_run, 0) as points_on_one_side,
    coalesce(max(step_run, next_run), 0) as points_in_a_row,
    coalesce(n, 0) as points,
    limits_status,
    signal,
    case
        when signal = 'not judged' then 'not judged'
        when signal = 'none' then 'common cause'
        when direction = 'high' and way > 0 or direction = 'low' and way < 0 then 'improvement'
        when direction in ('high', 'low') then 'concern'
        else 'change'
    end as variation
from pointing;
