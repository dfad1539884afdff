-- A person of 0 to 17 on the day counts; a population is that of the calendar year of 1 April.
with happened_to (metric_code, day, age) as (
    select 'contacts', received_on, age from contact_counted
    union all
    select 'referrals', referred_on, age from referral_counted
), supported as (
    -- Each child once a period, as old as on its first day of support there.
    select s.kind, s.key, s.locality_id, s.age from child_in_period s
), asked as (
    select p.*, m.metric_code, substr(date(p.first_day, '-3 months'), 1, 4) + 0 as year
    from shown p
    join (select 'contacts' as metric_code, 'contact' as record
        union all select 'referrals', 'referral'
        union all select 'children_supported', 'episode') m on m.record = p.record
    where p.kind <> 'year to date'
), found as (
    select
        a.*,
        (select count(*) from happened_to h
        where h.metric_code = a.metric_code and h.day between a.first_day and a.until_day and h.age >= 0 and h.age < 18)
            + (select count(*) from supported c
            where a.metric_code = 'children_supported' and c.kind = a.kind and c.key = a.key and c.age >= 0 and c.age < 18) as counted,
        (select count(*) from happened_to h
        where h.metric_code = a.metric_code and h.day between a.first_day and a.until_day)
            + (select count(*) from supported c
            where a.metric_code = 'children_supported' and c.kind = a.kind and c.key = a.key) as all_of_them,
        coalesce((select age_0_17 from population where year = a.year and locality_id is null), b.population_0_17) as population,
        coalesce((select source from population where year = a.year and locality_id is null),
            case when b.population_0_17 > 0 then 'partnership.population_0_17, for years without a row in table population' end) as source
    from asked a
    cross join partnership b
)
select
    kind as period_kind,
    key as period_key,
    first_day as period_start,
    last_day as period_end,
    status as period_status,
    metric_code,
    counted,
    all_of_them - counted as not_counted,
    year as population_year,
    population,
    case when population is not null then
        printf('%d.%d', (200000 * counted + population) / (2 * population) / 10, (200000 * counted + population) / (2 * population) % 10)
    end as rate_per_10000,
    case when population is null then 'no population of that year' else 'ok' end as value_status,
    source as population_source
from found;
