with happened_to (metric_code, kind, key, age, locality_id) as (
    select 'contacts', p.kind, p.key, c.age, c.locality_id
    from contact_counted c
    join period p on c.received_on between p.first_day and p.until_day
    union all
    select 'referrals', p.kind, p.key, c.age, c.locality_id
    from referral_counted c
    join period p on c.referred_on between p.first_day and p.until_day
    union all
    select 'children_supported', kind, key, age, locality_id from child_in_period
)
select
    p.kind as period_kind,
    p.key as period_key,
    p.first_day as period_start,
    p.last_day as period_end,
    p.status as period_status,
    m.metric_code,
    l.name as ward,
    l.gss_code,
    count(h.key) filter (where h.age >= 0 and h.age < 18) as counted,
    count(h.key) filter (where h.age is null or h.age < 0 or h.age >= 18) as not_counted,
    w.year as population_year,
    w.age_0_17 as population,
    printf('%d.%d',
        (200000 * count(h.key) filter (where h.age >= 0 and h.age < 18) + w.age_0_17) / (2 * w.age_0_17) / 10,
        (200000 * count(h.key) filter (where h.age >= 0 and h.age < 18) + w.age_0_17) / (2 * w.age_0_17) % 10) as rate_per_10000,
    w.source as population_source
from shown p
join (select 'contacts' as metric_code, 'contact' as record
        union all select 'referrals', 'referral'
        union all select 'children_supported', 'episode') m on m.record = p.record
join population w on w.year = substr(date(p.first_day, '-3 months'), 1, 4) + 0 and w.locality_id is not null
join locality l on l.locality_id = w.locality_id
left join happened_to h on h.metric_code = m.metric_code
    and h.locality_id = w.locality_id
    and h.kind = p.kind
    and h.key = p.key
where p.kind <> 'year to date'
group by p.kind, p.key, p.first_day, p.last_day, p.status, m.metric_code, w.population_id;
