-- The Board's dashboard, long: one row per month and figure, from the beginning of
-- the figure's record to the current month. A month asks for four periods: itself, the
-- month before, the same month a year before, and the financial year so far.
create view dashboard as
with series as materialized (
    select * from kpi_metric_series
)
select
    m.last_month as month,
    m.period_key::varchar(7) as month_key,
    d.metric_code,
    d.section,
    d.board_order,
    d.label,
    d.unit,
    v.value::numeric(14, 1) as value,
    case when v.value is null then 'no cases' else 'ok' end::varchar(10) as value_status,
    d.period_status,
    coalesce(d.numerator, 0)::integer as numerator,
    case when d.unit = '%' then coalesce(d.denominator, 0) end::integer as denominator,
    case when m.last_month > d.first_month
        then early_help_internal.figure_value(d.unit, coalesce(d.numerator_before, 0), d.denominator_before, d.median_before)
    end::numeric(14, 1) as previous_month,
    case when m.last_month >= d.first_month + interval '1 year'
        then early_help_internal.figure_value(
            d.unit, coalesce(d.numerator_year_before, 0), d.denominator_year_before, d.median_year_before)
    end::numeric(14, 1) as same_month_last_year,
    early_help_internal.figure_value(
        d.unit, coalesce(d.numerator_to_date, 0), d.denominator_to_date, d.median_to_date)::numeric(14, 1) as year_to_date,
    t.target,
    t.floor,
    case
        when d.period_status = 'complete' or t.target is null or d.direction = 'neutral'
            then early_help_internal.rag(v.value, t.target, t.floor, d.direction)
        else 'not complete'
    end::varchar(30) as rag
from kpi_period_shown m
-- The figures of a month are taken once, for all of them.
cross join lateral (
    select
        k.metric_code,
        k.section,
        k.board_order,
        k.label,
        k.unit,
        k.direction,
        s.first_month,
        early_help_internal.period_status(m.first_month, m.last_month, s.complete_from, s.settles_after_days)::varchar(20)
            as period_status,
        f.numerator,
        f.denominator,
        f.median,
        f.numerator_before,
        f.denominator_before,
        f.median_before,
        f.numerator_year_before,
        f.denominator_year_before,
        f.median_year_before,
        f.numerator_to_date,
        f.denominator_to_date,
        f.median_to_date
    from kpi_metric k
    join series s on s.metric_code = k.metric_code and s.first_month <= m.last_month
    left join (
        select
            x.metric_code,
            sum(x.numerator) filter (where a.what = 'month') as numerator,
            sum(x.denominator) filter (where a.what = 'month') as denominator,
            sum(x.median) filter (where a.what = 'month') as median,
            sum(x.numerator) filter (where a.what = 'before') as numerator_before,
            sum(x.denominator) filter (where a.what = 'before') as denominator_before,
            sum(x.median) filter (where a.what = 'before') as median_before,
            sum(x.numerator) filter (where a.what = 'year before') as numerator_year_before,
            sum(x.denominator) filter (where a.what = 'year before') as denominator_year_before,
            sum(x.median) filter (where a.what = 'year before') as median_year_before,
            sum(x.numerator) filter (where a.what = 'to date') as numerator_to_date,
            sum(x.denominator) filter (where a.what = 'to date') as denominator_to_date,
            sum(x.median) filter (where a.what = 'to date') as median_to_date
        from (
            values
                ('month', 'month', m.last_month),
                ('before', 'month', (m.last_month - interval '1 month')::date),
                ('year before', 'month', (m.last_month - interval '1 year')::date),
                ('to date', 'year to date', m.last_month)
        ) as a (what, period_kind, last_month)
        -- Never all periods first.
        cross join lateral (
            select f.metric_code, f.numerator, f.denominator, f.median
            from kpi_figure f
            where f.period_kind = a.period_kind
                and f.last_month = a.last_month
            offset 0
        ) x
        group by x.metric_code
    ) f on f.metric_code = k.metric_code
    offset 0
) d
left join lateral (
    select t.target, t.floor
    from kpi_target t
    where t.metric_code = d.metric_code
        and t.from_month <= m.last_month
    order by t.from_month desc
    limit 1
) t on true
cross join lateral (
    select early_help_internal.figure_value(d.unit, coalesce(d.numerator, 0), d.denominator, d.median) as value
) v
where m.record = 'any'
    and m.period_kind = 'month';
comment on view dashboard is
    'The Board''s dashboard: one row per month and figure, from the beginning of the figure''s record to the current month. '
    'View metric says what each figure means.';
