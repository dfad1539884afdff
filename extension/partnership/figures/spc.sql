-- Control charts (XmR) of the figures by month: the mean of the months, limits at
-- 2.66 * the mean moving range, and which months are a signal. Months without cases
-- are no points. A rebase begins a chart of its own.
create view spc as
select
    p.month,
    p.month_key,
    p.metric_code,
    p.label,
    p.unit,
    p.chart_from,
    p.value::numeric(14, 1) as value,
    p.moving_range::numeric(14, 1) as moving_range,
    p.mean::numeric(16, 3) as mean,
    (p.mean - 2.66 * p.mean_range)::numeric(16, 3) as lower_limit,
    (p.mean + 2.66 * p.mean_range)::numeric(16, 3) as upper_limit,
    (p.mean - 2.66 * p.mean_range * 2 / 3)::numeric(16, 3) as lower_near_limit,
    (p.mean + 2.66 * p.mean_range * 2 / 3)::numeric(16, 3) as upper_near_limit,
    p.side_run::integer as points_on_one_side,
    p.trend_run::integer as points_in_a_row,
    p.points::integer as points,
    case when p.points < g.fewest_points then 'too few points' else 'ok' end::varchar(20) as limits_status,
    case
        when p.outside <> 0 then 'outside the limits'
        when p.side_run >= g.points_on_one_side then 'run on one side of the mean'
        when p.trend_run >= g.points_in_a_row and p.direction > 0 then 'run of rising points'
        when p.trend_run >= g.points_in_a_row then 'run of falling points'
        when p.near <> 0 and p.near_of_three >= 2 then 'two of three near a limit'
        else 'none'
    end::varchar(40) as signal
from (
    select
        r.*,
        case
            when r.side <> 0
                then row_number() over (partition by r.metric_code, r.chart_from, r.side, r.side_group order by r.month)
            else 0
        end as side_run,
        case
            when r.direction <> 0
                then 1 + row_number() over (
                    partition by r.metric_code, r.chart_from, r.direction, r.direction_group order by r.month)
            else 1
        end as trend_run,
        count(*) filter (where r.near = 1) over last_three * (r.near = 1)::integer
            + count(*) filter (where r.near = -1) over last_three * (r.near = -1)::integer as near_of_three
    from (
        select
            l.*,
            row_number() over by_month
                - row_number() over (partition by l.metric_code, l.chart_from, l.side order by l.month) as side_group,
            row_number() over by_month
                - row_number() over (partition by l.metric_code, l.chart_from, l.direction order by l.month) as direction_group
        from (
            select
                a.*,
                sign(a.value - a.mean) as side,
                coalesce(sign(a.value - a.value_before), 0) as direction,
                case when abs(a.value - a.mean) > 2.66 * a.mean_range then sign(a.value - a.mean) else 0 end as outside,
                case when abs(a.value - a.mean) > 2.66 * a.mean_range * 2 / 3 then sign(a.value - a.mean) else 0 end as near
            from (
                select
                    b.*,
                    avg(b.value) over chart as mean,
                    avg(b.moving_range) over chart as mean_range,
                    count(*) over chart as points
                from (
                    select
                        v.*,
                        lag(v.value) over by_month as value_before,
                        abs(v.value - lag(v.value) over by_month) as moving_range
                    from (
                        select
                            f.period_start as month,
                            f.period_key::varchar(7) as month_key,
                            f.metric_code,
                            f.label,
                            f.unit,
                            f.value,
                            coalesce((
                                select max(b.from_month)
                                from kpi_spc_rebase b
                                where b.metric_code = f.metric_code
                                    and b.from_month <= f.period_start),
                                (select min(s.month) from cube_months s))::date as chart_from
                        from figures f
                        where f.period_kind = 'month'
                            and f.value is not null
                    ) v
                    window by_month as (partition by v.metric_code, v.chart_from order by v.month)
                ) b
                window chart as (partition by b.metric_code, b.chart_from)
            ) a
        ) l
        window by_month as (partition by l.metric_code, l.chart_from order by l.month)
    ) r
    window last_three as (partition by r.metric_code, r.chart_from order by r.month rows between 2 preceding and current row)
) p
cross join kpi_spc_setting g;
comment on view spc is
    'Control charts (XmR): mean, limits and signals, one row per month and figure that has cases. '
    'kpi_spc_setting has the run lengths, kpi_spc_rebase the months in which a chart begins again.';
