-- Every figure for every period that is shown.
create view figures as
with series as materialized (
    select * from kpi_metric_series
)
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
    early_help_internal.period_status(p.first_month, p.last_month, d.complete_from, d.settles_after_days)::varchar(20)
        as period_status,
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
        s.complete_from,
        s.settles_after_days,
        f.numerator,
        f.denominator,
        f.median
    from kpi_metric k
    join series s on s.metric_code = k.metric_code and s.first_month <= p.last_month
    left join (
        select x.metric_code, x.numerator, x.denominator, x.median
        from kpi_figure x
        where x.period_kind = p.period_kind
            and x.last_month = p.last_month
        offset 0
    ) f on f.metric_code = k.metric_code
    offset 0
) d
where p.record = 'any'
    and p.period_kind <> 'year to date';
comment on view figures is
    'Every figure of the dashboard for every month, quarter and financial year, each right for its period: sums, different '
    'children and families, medians of the period''s own cases. Metric says what each means.';
