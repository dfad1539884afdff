-- Every figure for every period: one place for how each is taken over months. What is
-- counted, and which way, is in the cubes that tools/measures-to-sql makes of measures.tsv.
select early_help_internal.define_beside_cubes($command$
    create view kpi_figure as
    with stays as materialized (
        select * from cube_stays
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
    from (
        -- Of a period that is not over, what is dated after the current month is left out.
        select k.*, least(k.last_month, date_trunc('month', current_date::timestamp)::date) as until_month
        from kpi_period k
    ) p
    cross join lateral (
        -- What adds up: each in the first month of the period it was there, what is due once its day has come.
        select x.metric_code, sum(x.numerator) as numerator, sum(x.denominator) as denominator, null::double precision as median
        from cube_metrics x
        where x.month between p.first_month and p.until_month
            and (x.months_since is null or early_help_internal.first_in_period(x.month, x.months_since, p.first_month))
            and (x.due_on is null or x.due_on <= current_date)
        group by x.metric_code
        union all
        -- Who came before the period's end and did not leave before its start,
        -- less who left and came again within it.
        select
            x.metric_code,
            sum(x.came) filter (
                    where x.months_since is null
                        or early_help_internal.first_in_period(x.month, x.months_since, p.first_month))
                - coalesce(sum(x.gone) filter (where x.month < p.first_month), 0),
            null,
            null
        from stays x
        where x.month <= p.until_month
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
            where x.month between p.first_month and p.until_month
            group by x.metric_code, x.days
        ) d
        group by d.metric_code
    ) f;
    comment on view kpi_figure is
        'Every figure of the dashboard for every period of kpi_period, up to the current month; a figure of nothing has no row. '
        'Ask for periods of up to a year.';
    comment on column kpi_figure.period_kind is 'month, quarter, year, or year to date.';
    comment on column kpi_figure.period_key is 'The period in short.';
    comment on column kpi_figure.first_month is 'First day of its first month.';
    comment on column kpi_figure.last_month is 'First day of its last month.';
    comment on column kpi_figure.metric_code is 'The figure.';
    comment on column kpi_figure.numerator is 'What was counted.';
    comment on column kpi_figure.denominator is 'Out of how many; null: no percentage.';
    comment on column kpi_figure.median is 'The median; null: none is asked for.';
$command$);
