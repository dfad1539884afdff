-- Length of support of the spells closed in a period, from its own cases.
create view length_of_support as
select
    p.period_kind,
    p.period_key,
    p.first_month as period_start,
    (p.last_month + interval '1 month' - interval '1 day')::date as period_end,
    p.period_status,
    coalesce(c.lengths, 0)::integer as lengths,
    early_help_internal.percentile_of_days(c.days, c.cases, 0.5)::numeric(8, 1) as median_days,
    early_help_internal.percentile_of_days(c.days, c.cases, 0.9)::numeric(8, 1) as percentile_90_days,
    c.mean_days::numeric(8, 1) as mean_days,
    early_help_internal.percentile_of_days(c.days_from_opening, c.cases, 0.5)::numeric(8, 1) as median_days_from_opening,
    early_help_internal.percentile_of_days(c.days_from_opening, c.cases, 0.9)::numeric(8, 1) as percentile_90_days_from_opening,
    case when c.lengths is null then 'no cases' else 'ok' end::varchar(10) as value_status
from kpi_period_shown p
cross join lateral (
    select
        sum(d.cases) as lengths,
        sum(d.days * d.cases)::numeric / sum(d.cases) as mean_days,
        array_agg(d.days) as days,
        array_agg(d.days_from_opening) as days_from_opening,
        array_agg(d.cases) as cases
    from (
        select x.days, x.days_from_opening, sum(x.lengths) as cases
        from cube_lengths_of_support x
        where x.month between p.first_month and p.until_month
        group by x.days, x.days_from_opening
    ) d
) c
where p.record = 'episode'
    and p.period_kind <> 'year to date';
comment on view length_of_support is
    'Days of support, from allocation to closure, of the spells closed in the month, quarter or financial year: median, 90th '
    'percentile and mean of the period''s own cases. Do not average periods. Unit: a closure. '
    'Source: Early Help Strategy 2021-24 section 10.';
