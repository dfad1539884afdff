-- Contacts, referrals and supported children, of 0-17-year-olds per 10,000 of them: of the whole area, and of the
-- wards whose population is known. The age is that on the day, or the first day of support in the period. Months of
-- a financial year are divided by one population: the mid-year of the calendar year in which it begins.
create view rates as
with event as materialized (
    select
        e.metric_code,
        e.month,
        e.months_since,
        coalesce(sum(e.events) filter (where e.age between 0 and 17), 0) as counted,
        coalesce(sum(e.events) filter (where e.age not between 0 and 17 or e.age is null), 0) as not_counted
    from (
        select 'contacts' as metric_code, c.month, null::integer as months_since, c.age_at_contact as age, c.contacts as events
        from cube_contacts c
        union all
        select 'referrals', r.month, null, r.age_at_referral, r.referrals
        from cube_referrals r
        union all
        select 'children_supported', s.month, s.months_since, s.age, s.children
        from cube_supported_children s
    ) e
    group by e.metric_code, e.month, e.months_since
)
select
    p.period_kind,
    p.period_key,
    p.first_month as period_start,
    (p.last_month + interval '1 month' - interval '1 day')::date as period_end,
    p.period_status,
    m.metric_code::varchar(40) as metric_code,
    f.counted::integer as counted,
    f.not_counted::integer as not_counted,
    y.year as population_year,
    d.population,
    round(10000.0 * f.counted / d.population, 1)::numeric(8, 1) as rate_per_10000,
    case when d.population is null then 'no population of that year' else 'ok' end::varchar(30) as value_status,
    d.source as population_source
from kpi_period_shown p
join (values
    ('contacts', 'contact'),
    ('referrals', 'referral'),
    ('children_supported', 'episode')) m (metric_code, record) on m.record = p.record
cross join lateral (
    select coalesce(sum(e.counted), 0) as counted, coalesce(sum(e.not_counted), 0) as not_counted
    from event e
    where e.metric_code = m.metric_code
        and e.month between p.first_month and p.until_month
        and early_help_internal.first_in_period(e.month, e.months_since, p.first_month)
) f
cross join lateral (
    select extract(year from p.first_month - interval '3 months')::integer as year
) y
left join only population w on w.year = y.year
    and w.locality_id is null
left join only partnership g on true
cross join lateral (
    select
        coalesce(w.age_0_17, g.population_0_17) as population,
        case
            when w.age_0_17 is not null then w.source
            when g.population_0_17 is not null then 'partnership.population_0_17, for years without a row in table population'
        end::varchar(255) as source
) d
where p.period_kind <> 'year to date';
comment on view rates is
    'Contacts, referrals and supported children of 0-17 years per 10,000 of that age, for every month, quarter and financial '
    'year: counted / population * 10,000. A rate is of its own period: a month of contacts has about a twelfth of a year.';

create view rates_by_ward as
with event as materialized (
    select
        e.metric_code,
        e.month,
        e.months_since,
        e.locality_id,
        coalesce(sum(e.events) filter (where e.age between 0 and 17), 0) as counted,
        coalesce(sum(e.events) filter (where e.age not between 0 and 17 or e.age is null), 0) as not_counted
    from (
        select
            'contacts' as metric_code,
            c.month,
            null::integer as months_since,
            c.locality_id,
            c.age_at_contact as age,
            c.contacts as events
        from cube_contacts c
        union all
        select 'referrals', r.month, null, r.locality_id, r.age_at_referral, r.referrals
        from cube_referrals r
        union all
        select 'children_supported', s.month, s.months_since, s.locality_id, s.age, s.children
        from cube_supported_children s
    ) e
    group by e.metric_code, e.month, e.months_since, e.locality_id
)
select
    p.period_kind,
    p.period_key,
    p.first_month as period_start,
    (p.last_month + interval '1 month' - interval '1 day')::date as period_end,
    p.period_status,
    m.metric_code::varchar(40) as metric_code,
    l.name as ward,
    l.gss_code,
    f.counted::integer as counted,
    f.not_counted::integer as not_counted,
    w.year as population_year,
    w.age_0_17 as population,
    round(10000.0 * f.counted / w.age_0_17, 1)::numeric(8, 1) as rate_per_10000,
    w.source as population_source
from kpi_period_shown p
join (values
    ('contacts', 'contact'),
    ('referrals', 'referral'),
    ('children_supported', 'episode')) m (metric_code, record) on m.record = p.record
join only population w on w.year = extract(year from p.first_month - interval '3 months')::integer
join only locality l on l.locality_id = w.locality_id
cross join lateral (
    select coalesce(sum(e.counted), 0) as counted, coalesce(sum(e.not_counted), 0) as not_counted
    from event e
    where e.metric_code = m.metric_code
        and e.locality_id = w.locality_id
        and e.month between p.first_month and p.until_month
        and early_help_internal.first_in_period(e.month, e.months_since, p.first_month)
) f
where p.period_kind <> 'year to date';
comment on view rates_by_ward is
    'The same as view rates, by the ward of the contact or referral: of the wards and years that table '
    'population has.';
