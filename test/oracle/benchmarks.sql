-- A funnel plot by its textbook: of a share p of n cases the standard deviation is that of the mean of n draws, of a
-- count the square root of what is expected. Thresholds of 2 and 3. Tenths are rounded half up.
with year as (
    select distinct
        year,
        substr(year, 1, 4) || '-04-01' as first_day,
        date(substr(year, 1, 4) || '-04-01', '+1 year', '-1 day') as last_day
    from benchmark
), known as (
    select
        y.*,
        coalesce((select age_0_17 from population where year = substr(y.first_day, 1, 4) + 0 and locality_id is null),
            (select population_0_17 from partnership)) as population,
        (select count(*) from month m where m.first_day = y.first_day) as begun
    from year y
), decision_of (measure_code, decision) as (
    values ('contacts_to_social_care', 'social_care'), ('contacts_to_early_help', 'referral'),
        ('contacts_advised', 'information_and_advice'), ('contacts_no_action', 'no_further_action')
), own as (
    select k.year, 'contacts_per_10000' as measure_code,
        (select count(*) from contact_counted c where c.received_on between k.first_day and k.last_day and c.age between 0 and 17) as numerator,
        k.population as denominator,
        'Contacts of 0-17-year-olds with the partnership (view rates). They compare only where one front door takes those of '
            || 'social care, too.' as counted
    from known k
    union all
    select k.year, 'assessments_completed_per_10000',
        (select count(*) from assessment a
        where a.completed_on >= k.first_day and a.completed_on <= k.last_day and a.corrects_assessment_id is null),
        k.population,
        'Early Help Assessments completed, of a child or a family, each once; corrected versions do not count again.'
    from known k
    union all
    select k.year, d.measure_code,
        (select count(*) from contact_counted c where c.received_on between k.first_day and k.last_day and c.decision = d.decision),
        (select count(c.decision) from contact_counted c where c.received_on between k.first_day and k.last_day),
        'Contacts decided ' || d.decision || iif(d.decision = 'referral', ', a request for early help', '')
            || ', out of contacts decided; those of all ages.'
    from known k
    cross join decision_of d
), beside as (
    select
        b.*,
        case
            when o.measure_code is null and f.metric_code is null then 'no figure of our own'
            when k.last_day >= (select day from today) then 'year not over'
            when k.begun = 0 then 'records begin later'
            when b.unit = 'per 10,000' and k.population is null then 'no population of that year'
            when (b.unit <> 'per 10,000' and f.metric_code is null and o.denominator = 0)
                or (f.metric_code is not null and f.tenths is null) then 'no cases'
            else 'ok'
        end as status,
        coalesce(o.numerator, f.numerator) as upper,
        coalesce(o.denominator, f.denominator) as under,
        f.tenths,
        case b.unit when '%' then 100 when 'per 10,000' then 10000 end as times,
        coalesce(o.counted, 'The figure of this code: see view metric.') as counted
    from benchmark b
    join known k on k.year = b.year
    left join own o on o.year = b.year and o.measure_code = b.measure_code
    left join kpi_metric m on m.metric_code = b.measure_code and m.unit = b.unit
    left join figure f on f.kind = 'year' and f.first_day = k.first_day and f.metric_code = m.metric_code
), drawn as (
    select
        *,
        case unit
            when '%' then 100 * sqrt((value / 100.0) * (1 - value / 100.0) / under)
            when 'per 10,000' then sqrt(value / 10000.0 * under) / under * 10000
        end as sd
    from beside
    where status = 'ok'
)
select
    b.measure_code,
    b.year,
    b.area,
    b.label,
    b.unit,
    printf('%.1f', b.value) as benchmark,
    case
        when b.status <> 'ok' then null
        when b.tenths is not null then printf('%d.%d', b.tenths / 10, b.tenths % 10)
        else printf('%d.%d', (20 * b.times * b.upper + b.under) / (2 * b.under) / 10, (20 * b.times * b.upper + b.under) / (2 * b.under) % 10)
    end as value,
    b.status as value_status,
    iif(b.status = 'ok', b.upper, null) as numerator,
    iif(b.status = 'ok', b.under, null) as denominator,
    case when d.sd is not null then printf('%.1f', max(0.0, d.value - 3 * d.sd)) end as lower_limit,
    case when d.sd is not null then printf('%.1f', max(0.0, d.value - 2 * d.sd)) end as lower_near_limit,
    case when d.sd is not null then printf('%.1f', iif(d.unit = '%', min(100.0, d.value + 2 * d.sd), d.value + 2 * d.sd)) end as upper_near_limit,
    case when d.sd is not null then printf('%.1f', iif(d.unit = '%', min(100.0, d.value + 3 * d.sd), d.value + 3 * d.sd)) end as upper_limit,
    case
        when d.sd is null then null
        when 1.0 * d.times * d.upper / d.under > d.value + 3 * d.sd then 'above'
        when 1.0 * d.times * d.upper / d.under < d.value - 3 * d.sd then 'below'
        else 'within'
    end as comparison,
    case when b.status <> 'no figure of our own' then b.counted end as own_figure,
    b.source,
    b.note,
    iif(b.local, 't', 'f') as local
from beside b
left join drawn d using (measure_code, year, area);
