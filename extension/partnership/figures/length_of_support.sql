-- Length of support of the episodes closed in a month. Medians come from the cases of
-- a period, counted by days, never from medians of months.
select early_help.define_kpi_cube('lengths_of_support', array['episode', 'referral_of_episode'], $$
    select
        r.source_code,
        r.primary_need_code as need_code,
        r.locality_id,
        r.service_id,
        e.closed_on - e.opened_on as days,
        count(*)::integer as closures
    from only episode e
    left join lateral (
        select r.source_code, r.primary_need_code, r.locality_id, r.service_id
        from only referral r
        where r.referral_id = e.referral_id
        offset 0
    ) r on true
    where e.closed_on >= m.month
        and e.closed_on < m.next_month
    group by 1, 2, 3, 4, 5
$$);

create view length_of_support_days as
select
    c.month,
    to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
    c.source_code,
    s.label as source,
    c.need_code,
    n.label as need,
    l.name as ward,
    v.name as service,
    v.run_by::varchar(10) as run_by,
    c.days,
    c.closures
from kpi_cube_lengths_of_support c
left join only contact_source s on s.code = c.source_code
left join only primary_need n on n.code = c.need_code
left join only locality l on l.locality_id = c.locality_id
left join only service v on v.service_id = c.service_id;
comment on view length_of_support_days is 'Episodes closed in the month, counted by the days they lasted: for medians of any choice of months, needs and wards. Unit: an episode.';
comment on column length_of_support_days.month is 'First day of the month of the closure.';
comment on column length_of_support_days.month_key is 'The month as YYYY-MM.';
comment on column length_of_support_days.source_code is 'Where the referral came from (DfE referral source code); null: no referral recorded.';
comment on column length_of_support_days.source is 'Label of the source.';
comment on column length_of_support_days.need_code is 'Main need (DfE primary need code); null: no referral recorded.';
comment on column length_of_support_days.need is 'Label of the need.';
comment on column length_of_support_days.ward is 'Ward at the time of the referral; null: unknown.';
comment on column length_of_support_days.service is 'Service asked to help; null: none named.';
comment on column length_of_support_days.run_by is 'hub or partner: who runs the service.';
comment on column length_of_support_days.days is 'Days from opening to closure.';
comment on column length_of_support_days.closures is 'Episodes closed in the month after so many days.';

-- Cases by days for the medians of the dashboard: few rows whatever the dimensions.
select early_help.define_kpi_cube('day_counts', '{}', $$
    select d.metric_code, d.days, d.cases
    from (
        select 'length_of_support'::varchar(40) as metric_code, l.days, sum(l.closures)::integer as cases
        from kpi_cube_lengths_of_support l
        where l.month = m.month
        group by l.days
        union all
        select 'wait_for_early_help', w.days, w.started
        from kpi_cube_waits_ended w
        where w.month = m.month
            and w.waiting_for = 'early help'
            and w.started > 0
    ) d
$$, from_cubes => '{lengths_of_support, waits_ended}', few => true);

create view length_of_support as
select
    p.period_kind,
    p.period_key,
    p.first_month as period_start,
    (p.last_month + interval '1 month' - interval '1 day')::date as period_end,
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
        from kpi_cube_day_counts x
        where x.metric_code = 'length_of_support'
            and x.month between p.first_month and p.last_month
        group by x.days
    ) d
) c
where p.period_kind <> 'year to date';
comment on view length_of_support is 'Days from opening to closure of the episodes closed in the month, quarter or financial year: median, 90th percentile and mean of the period''s own cases. Do not average periods. Unit: an episode. Source: Early Help Strategy 2021-24 section 10.';
comment on column length_of_support.period_kind is 'month, quarter or year: a financial year, April to March, and its quarters.';
comment on column length_of_support.period_key is 'The period in short: 2024-05, 2024-25 Q1, 2024-25.';
comment on column length_of_support.period_start is 'First day of the period.';
comment on column length_of_support.period_end is 'Last day of the period.';
comment on column length_of_support.closures is 'Episodes closed in the period.';
comment on column length_of_support.median_days is 'Half of them lasted up to so many days; null: none closed.';
comment on column length_of_support.percentile_90_days is 'Nine of ten lasted up to so many days; null: none closed.';
comment on column length_of_support.mean_days is 'Mean days; null: none closed.';
comment on column length_of_support.value_status is 'ok, or no cases.';
