-- Every figure for every period: one place for how each is taken over months. What
-- is counted, and which way, comes from measures.tsv.
select early_help_internal.define_beside_cubes($command$
    create view kpi_figure as
    with stay as materialized (
        select * from kpi_stay
    ), stock as materialized (
        select * from kpi_stock
    )
    select
        p.period_kind,
        p.period_key,
        p.first_month,
        p.last_month,
        f.metric_code,
        f.numerator,
        f.denominator,
        f.median
    from kpi_period p
    cross join lateral (
        -- What adds up.
        select x.metric_code, sum(x.numerator) as numerator, sum(x.denominator) as denominator, null::double precision as median
        from cube_metrics x
        where x.month between p.first_month and p.last_month
        group by x.metric_code
        union all
        -- Each once, in the first month of the period it was there.
        select x.metric_code, sum(x.counted), null, null
        from kpi_distinct x
        where x.month between p.first_month and p.last_month
            and early_help_internal.first_in_period(x.month, x.months_since, p.first_month)
        group by x.metric_code
        union all
        -- Who came before the period's end and did not leave before its start,
        -- less who left and came again within it.
        select
            x.metric_code,
            sum(x.started) filter (where early_help_internal.first_in_period(x.month, x.months_since, p.first_month))
                - coalesce(sum(x.ended) filter (where x.month < p.first_month), 0),
            null,
            null
        from stay x
        where x.month <= p.last_month
        group by x.metric_code
        union all
        select x.metric_code, sum(x.change), null, null
        from stock x
        where x.month <= p.last_month
        group by x.metric_code
        union all
        -- The period's own cases.
        select
            d.metric_code,
            sum(d.cases),
            null,
            early_help_internal.percentile_of_days(array_agg(d.days), array_agg(d.cases), 0.5)
        from (
            select x.metric_code, x.days, sum(x.cases) as cases
            from cube_day_counts x
            where x.month between p.first_month and p.last_month
            group by x.metric_code, x.days
        ) d
        group by d.metric_code
    ) f;
    comment on view kpi_figure is
        'Every figure of the dashboard for every period of kpi_period; a figure of nothing has no row. Ask for periods of up to '
        'a year.';
    comment on column kpi_figure.period_kind is 'month, quarter, year, or year to date.';
    comment on column kpi_figure.period_key is 'The period in short.';
    comment on column kpi_figure.first_month is 'First day of its first month.';
    comment on column kpi_figure.last_month is 'First day of its last month.';
    comment on column kpi_figure.metric_code is 'The figure.';
    comment on column kpi_figure.numerator is 'What was counted.';
    comment on column kpi_figure.denominator is 'Out of how many; null: no percentage.';
    comment on column kpi_figure.median is 'The median; null: none is asked for.';
$command$);

create view figures as
select
    p.period_kind,
    p.period_key,
    p.first_month as period_start,
    (p.last_month + interval '1 month' - interval '1 day')::date as period_end,
    d.metric_code,
    d.section,
    d.board_order,
    d.label,
    d.unit,
    early_help_internal.figure_value(d.unit, coalesce(d.numerator, 0), d.denominator, d.median)::numeric(14, 1) as value,
    case
        when early_help_internal.figure_value(d.unit, coalesce(d.numerator, 0), d.denominator, d.median) is null then 'no cases'
        else 'ok'
    end::varchar(10) as value_status,
    coalesce(d.numerator, 0)::integer as numerator,
    case when d.unit = '%' then coalesce(d.denominator, 0) end::integer as denominator
from kpi_period_shown p
-- The figures of a period are taken once, for all of them.
cross join lateral (
    select
        k.metric_code,
        k.section,
        k.board_order,
        k.label,
        k.unit,
        f.numerator,
        f.denominator,
        f.median
    from kpi_metric k
    left join (
        select x.metric_code, x.numerator, x.denominator, x.median
        from kpi_figure x
        where x.period_kind = p.period_kind
            and x.last_month = p.last_month
        offset 0
    ) f on f.metric_code = k.metric_code
    offset 0
) d
where p.period_kind <> 'year to date';
comment on view figures is
    'Every figure of the dashboard for every month, quarter and financial year, each right for its period: sums, different '
    'children and families, medians of the period''s own cases. Metric says what each means.';
