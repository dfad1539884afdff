-- The Board's dashboard, long: a row a month a figure, from the first month
-- with any figure to the last. Monthly sums of the cubes, which are few.
create view dashboard as
with monthly as materialized (
    select c.month, v.metric_code, v.numerator, v.denominator
    from (
        select month, sum(contacts) as contacts, sum(known_contacts) as known_contacts
        from kpi_cube_contacts
        group by month
    ) c
    cross join lateral (
        values
            ('contacts', c.contacts, null::bigint),
            ('known_contacts', c.known_contacts, c.contacts)
    ) as v (metric_code, numerator, denominator)
    union all
    select c.month, v.metric_code, v.numerator, v.denominator
    from (
        select month, sum(referrals) as referrals, sum(re_referrals) as re_referrals
        from kpi_cube_re_referrals
        group by month
    ) c
    cross join lateral (
        values
            ('referrals', c.referrals, null::bigint),
            ('re_referrals', c.re_referrals, c.referrals)
    ) as v (metric_code, numerator, denominator)
    union all
    select c.month, v.metric_code, v.numerator, null
    from (
        select month, sum(plans_started) as started, sum(plans_completed) as completed
        from kpi_cube_intervention_plans
        group by month
    ) c
    cross join lateral (
        values
            ('intervention_plans_started', c.started),
            ('intervention_plans_completed', c.completed)
    ) as v (metric_code, numerator)
    union all
    select c.month, v.metric_code, v.numerator, null
    from (
        select month, sum(offered) as offered, sum(accepted) as accepted
        from kpi_cube_step_ups
        group by month
    ) c
    cross join lateral (
        values
            ('step_ups_offered', c.offered),
            ('step_ups_accepted', c.accepted)
    ) as v (metric_code, numerator)
    union all
    select month, 'step_downs_accepted', sum(accepted), null
    from kpi_cube_step_downs
    group by month
), every_month as (
    -- A month without an event is 0, not missing.
    select
        g.month::date as month,
        d.metric_code,
        d.section,
        d.board_order,
        d.label,
        d.unit,
        coalesce(f.numerator, 0) as numerator,
        case when d.denominator is not null then coalesce(f.denominator, 0) end as denominator
    from (select min(month) as first_month, max(month) as last_month from monthly) span
    cross join lateral generate_series(span.first_month::timestamp, span.last_month::timestamp, interval '1 month') as g (month)
    cross join metric d
    left join monthly f on f.month = g.month::date and f.metric_code = d.metric_code
), to_date as (
    select
        e.*,
        sum(e.numerator) over year_so_far as year_numerator,
        sum(e.denominator) over year_so_far as year_denominator
    from every_month e
    window year_so_far as (
        partition by e.metric_code, extract(year from e.month - interval '3 months')
        order by e.month)
), valued as (
    select
        t.*,
        case when t.unit = '%' then round(100.0 * t.numerator / nullif(t.denominator, 0), 1) else t.numerator end as value,
        case when t.unit = '%' then round(100.0 * t.year_numerator / nullif(t.year_denominator, 0), 1) else t.year_numerator end as year_to_date
    from to_date t
)
select
    v.month,
    to_char(v.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
    v.metric_code,
    v.section,
    v.board_order,
    v.label,
    v.unit,
    v.value::numeric(14, 1) as value,
    case when v.value is null then 'no cases' else 'ok' end::varchar(10) as value_status,
    v.numerator::integer as numerator,
    v.denominator::integer as denominator,
    (lag(v.value) over by_month)::numeric(14, 1) as previous_month,
    (lag(v.value, 12) over by_month)::numeric(14, 1) as same_month_last_year,
    v.year_to_date::numeric(14, 1) as year_to_date
from valued v
window by_month as (partition by v.metric_code order by v.month);
comment on view dashboard is 'The Board''s dashboard: a row a month a figure, every month from the first to the last with any figure. Metric says what each figure means.';
comment on column dashboard.month is 'First day of the month.';
comment on column dashboard.month_key is 'The month as YYYY-MM.';
comment on column dashboard.metric_code is 'Code of the figure: see view metric.';
comment on column dashboard.section is 'Access, Intervention or Outcome.';
comment on column dashboard.board_order is 'Order on the Board''s dashboard.';
comment on column dashboard.label is 'Name of the figure.';
comment on column dashboard.unit is 'Unit of the value.';
comment on column dashboard.value is 'The figure: the numerator, or for a percentage numerator / denominator × 100 with one decimal; null: no cases.';
comment on column dashboard.value_status is 'ok, or no cases: a percentage of nothing.';
comment on column dashboard.numerator is 'What was counted.';
comment on column dashboard.denominator is 'Out of how many; null: the value is no percentage.';
comment on column dashboard.previous_month is 'Value of the month before; null: before the first month, or no cases.';
comment on column dashboard.same_month_last_year is 'Value of the same month a year before; null: before the first month, or no cases.';
comment on column dashboard.year_to_date is 'Value of the financial year (from April) up to this month: sums, and for a percentage sum / sum.';
