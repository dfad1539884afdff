-- Control charts (XmR) of the figures by month, as NHS England's Making Data Count draws
-- and reads them: the mean of the complete months, limits at 2.66 * the mean moving range.
-- Moving ranges are not screened for outliers. Months without cases are no points. A
-- rebase begins a chart of its own.
--
-- A percentage has a p-chart beside it, whose limits lie wider where few cases make the
-- percentage: 33 % of three says less than 33 % of three hundred. Such a point lies beyond
-- a limit, or near one, only as far as it does so in both charts.
--
-- Signals, the first that holds. Every point of a run is one.
-- - outside the limits.
-- - a trend: points_in_a_row points, each above the one before, or each below. An equal
--   one breaks it. Where two trends meet, the later one counts.
-- - two of three near a limit, the rule since November 2023: of three points in a row, all
--   on one side of the mean, two or more lie beyond two thirds of the way to the limit
--   and within it. These are the signal, the third is not.
-- - a run of points_on_one_side points on one side of the mean. One on the mean breaks it.
--
-- Limits are shown within what is possible. That changes no signal: no value lies
-- beyond the possible.
create view spc as
with chart as (
    select
        f.period_start as month,
        f.period_key::varchar(7) as month_key,
        f.metric_code,
        f.label,
        f.unit,
        k.direction,
        k.over_time = any ('{stock, stays}') as hangs_on_last_month,
        coalesce(
            (
                select max(b.from_month)
                from kpi_spc_rebase b
                where b.metric_code = f.metric_code
                    and b.from_month <= f.period_start),
            s.first_month)::date as chart_from,
        f.value,
        f.period_status,
        f.period_status = 'complete' as is_point,
        f.numerator,
        f.denominator
    from figures f
    join kpi_metric k on k.metric_code = f.metric_code
    join kpi_metric_series s on s.metric_code = f.metric_code
    where f.period_kind = 'month'
        and f.value is not null
),
limited as (
    select
        r.*,
        avg(r.value) filter (where r.is_point) over whole_chart as mean,
        avg(r.moving_range) filter (where r.is_point) over whole_chart as mean_range,
        count(*) filter (where r.is_point) over whole_chart as points,
        sum(r.numerator) filter (where r.is_point) over whole_chart as all_numerator,
        sum(r.denominator) filter (where r.is_point) over whole_chart as all_denominator
    from (
        select
            c.*,
            sign(c.value - lag(c.value) over by_month) as direction_of_change,
            abs(c.value - lag(c.value) over by_month) as moving_range
        from chart c
        window by_month as (partition by c.metric_code, c.chart_from, c.is_point order by c.month)
    ) r
    window whole_chart as (partition by r.metric_code, r.chart_from)
),
placed as (
    select
        l.*,
        coalesce(case when l.is_point then l.direction_of_change end, 0) as step,
        case when l.is_point then sign(l.value - l.mean) else 0 end as side,
        -- 2: outside the limits; 1: near one; 0: neither.
        case
            when not l.is_point then 0
            else least(
                case
                    when abs(l.value - l.mean) > 2.66 * l.mean_range then 2
                    when 3 * abs(l.value - l.mean) > 2 * 2.66 * l.mean_range then 1
                    else 0
                end,
                -- Squared, and without the division: by how many standard deviations of such a percentage.
                case
                    when l.unit <> '%' then 2
                    when p.distance > 9 * p.variance then 2
                    when p.distance > 4 * p.variance then 1
                    else 0
                end)
        end as reach,
        row_number() over (partition by l.metric_code, l.chart_from, l.is_point order by l.month) as place
    from limited l
    cross join lateral (
        select
            (l.numerator::numeric * l.all_denominator - l.all_numerator * l.denominator) ^ 2 as distance,
            l.all_numerator::numeric * (l.all_denominator - l.all_numerator) * l.denominator as variance
    ) p
),
grouped as (
    -- Points of one side, or one direction, that stand next to each other have the same difference of places.
    select
        p.*,
        p.place - row_number() over (partition by p.metric_code, p.chart_from, p.is_point, p.side order by p.month) as side_group,
        p.place - row_number() over (partition by p.metric_code, p.chart_from, p.is_point, p.step order by p.month) as step_group,
        -- Whether three in a row, of which this is the last, are two near a limit and all on one side.
        sum((p.reach = 1)::integer) over three >= 2 and abs(sum(p.side) over three) = 3 as ends_two_of_three
    from placed p
    window three as (
        partition by p.metric_code, p.chart_from, p.is_point order by p.month rows between 2 preceding and current row)
),
counted as (
    select
        g.*,
        case when g.side <> 0
            then count(*) over (partition by g.metric_code, g.chart_from, g.is_point, g.side, g.side_group)
            else 0
        end as side_run,
        case when g.step <> 0
            then 1 + count(*) over (partition by g.metric_code, g.chart_from, g.is_point, g.step, g.step_group)
            else 1
        end as step_run
    from grouped g
),
judged as (
    select
        c.*,
        -- A trend begins with the point before its first step.
        coalesce(lead(c.step_run) over by_month, 1) as next_run,
        lead(c.step) over by_month as next_step,
        c.reach = 1
            and (c.ends_two_of_three
                or lead(c.ends_two_of_three, 1, false) over by_month
                or lead(c.ends_two_of_three, 2, false) over by_month) as two_of_three
    from counted c
    window by_month as (partition by c.metric_code, c.chart_from, c.is_point order by c.month)
)
select
    j.month,
    j.month_key,
    j.metric_code,
    j.label,
    j.unit,
    j.chart_from,
    j.value::numeric(14, 1) as value,
    j.period_status,
    j.numerator,
    j.denominator,
    case when j.is_point then j.moving_range end::numeric(14, 1) as moving_range,
    j.mean::numeric(16, 3) as mean,
    greatest(b.lowest, least(b.highest, j.mean - b.reach))::numeric(16, 3) as lower_limit,
    greatest(b.lowest, least(b.highest, j.mean + b.reach))::numeric(16, 3) as upper_limit,
    greatest(b.lowest, least(b.highest, j.mean - b.reach * 2 / 3))::numeric(16, 3) as lower_near_limit,
    greatest(b.lowest, least(b.highest, j.mean + b.reach * 2 / 3))::numeric(16, 3) as upper_near_limit,
    (100 * p.share)::numeric(16, 3) as p_mean,
    case when p.share is not null then greatest(0, 100 * (p.share - 3 * p.deviation)) end::numeric(16, 3) as p_lower_limit,
    case when p.share is not null then least(100, 100 * (p.share + 3 * p.deviation)) end::numeric(16, 3) as p_upper_limit,
    j.side_run::integer as points_on_one_side,
    case when j.is_point then greatest(j.step_run, j.next_run) else 0 end::integer as points_in_a_row,
    j.points::integer as points,
    t.limits_status::varchar(40) as limits_status,
    v.signal::varchar(40) as signal,
    case
        when v.signal = 'not judged' then v.signal
        when v.signal = 'none' then 'common cause'
        when j.direction <> all ('{high, low}') then 'change'
        when (v.way > 0) = (j.direction = 'high') then 'improvement'
        else 'concern'
    end::varchar(20) as variation
from judged j
cross join kpi_spc_setting g
cross join lateral (
    select
        case
            when j.hangs_on_last_month then 'not judged: a stock'
            when not j.is_point then 'not judged: ' || j.period_status
            when j.points < g.fewest_points then 'too few points'
            else 'ok'
        end as limits_status
) t
cross join lateral (
    select
        case when not j.hangs_on_last_month then 2.66 * j.mean_range end as reach,
        case when j.mean_range is not null and not j.hangs_on_last_month then 0 end as lowest,
        case when j.mean_range is not null and not j.hangs_on_last_month and j.unit = '%' then 100 end as highest
) b
cross join lateral (
    select s.share, sqrt(s.share * (1 - s.share) / nullif(j.denominator, 0)) as deviation
    from (
        select case when j.unit = '%' then j.all_numerator::numeric / nullif(j.all_denominator, 0) end as share
    ) s
) p
cross join lateral (
    select j.next_run >= g.points_in_a_row as next_is_trend, j.step_run >= g.points_in_a_row as is_trend
) r
cross join lateral (
    select
        case
            when t.limits_status <> 'ok' then 'not judged'
            when j.reach = 2 then 'outside the limits'
            when r.next_is_trend or r.is_trend
                then case
                    when case when r.next_is_trend then j.next_step else j.step end > 0 then 'run of rising points'
                    else 'run of falling points'
                end
            when j.two_of_three then 'two of three near a limit'
            when j.side_run >= g.points_on_one_side then 'run on one side of the mean'
            else 'none'
        end as signal,
        case
            when j.reach < 2 and r.next_is_trend then j.next_step
            when j.reach < 2 and r.is_trend then j.step
            else j.side
        end as way
) v;
comment on view spc is
    'Control charts (XmR, for percentages with a p-chart beside it): mean, limits and signals, one row per month and figure that '
    'has cases. kpi_spc_setting has the run lengths, kpi_spc_rebase the months in which a chart begins again.';
