-- Length of support of the episodes closed in a period, from its own cases.
create view length_of_support as
select
    p.period_kind,
    p.period_key,
    p.first_month as period_start,
    (p.last_month + interval '1 month' - interval '1 day')::date as period_end,
    p.period_status,
    coalesce(c.closures, 0)::integer as closures,
    early_help_internal.percentile_of_days(c.days, c.cases, 0.5)::numeric(8, 1) as median_days,
    early_help_internal.percentile_of_days(c.days, c.cases, 0.9)::numeric(8, 1) as percentile_90_days,
    c.mean_days::numeric(8, 1) as mean_days,
    case when c.closures is null then 'no cases' else 'ok' end::varchar(10) as value_status
from kpi_period_shown p
cross join lateral (
    select
        sum(d.cases) as closures,
        sum(d.days * d.cases)::numeric / sum(d.cases) as mean_days,
        array_agg(d.days) as days,
        array_agg(d.cases) as cases
    from (
        select x.days, sum(x.cases) as cases
        from cube_day_counts x
        where x.metric_code = 'length_of_support'
            and x.month between p.first_month and p.until_month
        group by x.days
    ) d
) c
where p.record = 'episode'
    and p.period_kind <> 'year to date';
comment on view length_of_support is
    'Days from opening to closure of the episodes closed in the month, quarter or financial year: median, 90th percentile and '
    'mean of the period''s own cases. Do not average periods. Unit: an episode. Source: Early Help Strategy 2021-24 section 10.';
