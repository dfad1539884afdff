-- Figures of other areas, and the partnership's own of the same year where there is one that compares. Few years are
-- asked for, so their contacts and assessments are counted from the records.
create view benchmarks as
with year as materialized (
    select
        y.year,
        y.starts,
        (y.starts + interval '1 year')::date as ends,
        exists (
            select
            from kpi_period_shown p
            where p.record = 'any'
                and p.period_kind = 'month'
                and p.first_month = y.starts) as recorded
    from (
        select distinct b.year, make_date(left(b.year, 4)::integer, 4, 1) as starts
        from only benchmark b
    ) y
), decided as materialized (
    select y.year, cc.decision, count(*) as contacts
    from year y
    join only contact_child cc on cc.received_on >= y.starts
        and cc.received_on < y.ends
    where cc.decision is not null
        -- One contact counts a child once, as in cube contacts.
        and (cc.child_id = cc.counted_child_id or not exists (
            select
            from only contact_child o
            where o.contact_id = cc.contact_id
                and o.counted_child_id = cc.counted_child_id
                and (o.child_id = o.counted_child_id or o.contact_child_id < cc.contact_child_id)))
    group by y.year, cc.decision
), assessed as materialized (
    select y.year, count(*) as completed
    from year y
    join only assessment a on a.completed_on >= y.starts
        and a.completed_on < y.ends
    where a.corrects_assessment_id is null
    group by y.year
), own (year, measure_code, numerator, denominator, counted) as (
    select
        y.year,
        'contacts_per_10000',
        r.counted,
        r.population,
        'Contacts of 0-17-year-olds with the partnership (view rates). They compare only where one front door takes those of '
        'social care, too.'
    from year y
    join rates r on r.period_kind = 'year'
        and r.period_start = y.starts
        and r.metric_code = 'contacts'
    union all
    select
        y.year,
        m.measure_code,
        coalesce(sum(d.contacts) filter (where d.decision = m.decision), 0),
        coalesce(sum(d.contacts), 0),
        m.counted
    from year y
    cross join (
        values
            ('contacts_to_social_care', 'social_care'::early_help.contact_decision,
                'Contacts decided social_care, out of contacts decided; those of all ages.'),
            ('contacts_to_early_help', 'referral',
                'Contacts decided referral, a request for early help, out of contacts decided; those of all ages.'),
            ('contacts_advised', 'information_and_advice',
                'Contacts decided information_and_advice, out of contacts decided; those of all ages.'),
            ('contacts_no_action', 'no_further_action',
                'Contacts decided no_further_action, out of contacts decided; those of all ages.')
    ) m (measure_code, decision, counted)
    left join decided d on d.year = y.year
    group by y.year, m.measure_code, m.counted
    union all
    select
        y.year,
        'assessments_completed_per_10000',
        coalesce(a.completed, 0),
        r.population,
        'Early Help Assessments completed, of a child or a family, each once; corrected versions do not count again.'
    from year y
    join rates r on r.period_kind = 'year'
        and r.period_start = y.starts
        and r.metric_code = 'contacts'
    left join assessed a on a.year = y.year
), compared as (
    select
        b.*,
        case
            when o.measure_code is null and f.metric_code is null then 'no figure of our own'
            when y.ends > current_date then 'year not over'
            when not y.recorded then 'records begin later'
            when b.unit = 'per 10,000' and o.denominator is null then 'no population of that year'
            when f.value_status is not null then f.value_status
            when o.denominator = 0 then 'no cases'
            else 'ok'
        end as value_status,
        coalesce(o.numerator, f.numerator)::integer as numerator,
        coalesce(o.denominator, f.denominator)::integer as denominator,
        case b.unit when '%' then 100.0 when 'per 10,000' then 10000.0 end
            * coalesce(o.numerator, f.numerator) / nullif(coalesce(o.denominator, f.denominator), 0) as exact,
        f.value as figure,
        coalesce(o.counted, 'The figure of this code: see view metric.') as counted
    from only benchmark b
    join year y on y.year = b.year
    left join own o on o.year = b.year
        and o.measure_code = b.measure_code
    left join only kpi_metric k on k.metric_code = b.measure_code
        and k.unit = b.unit
    left join lateral (
        select f.metric_code, f.value, f.value_status, f.numerator, f.denominator
        from figures f
        where k.metric_code is not null
            and f.metric_code = k.metric_code
            and f.period_kind = 'year'
            and f.period_start = y.starts
    ) f on true
), funnel as (
    select
        c.measure_code,
        c.year,
        c.area,
        c.exact,
        c.value - 3 * d.deviation as low,
        c.value - 2 * d.deviation as near_low,
        c.value + 2 * d.deviation as near_high,
        c.value + 3 * d.deviation as high,
        case c.unit when '%' then 100 else 1000000000 end as most
    from compared c
    -- How far chance takes a figure like the benchmark: a share by its own denominator, a count like Poisson's.
    cross join lateral (
        select sqrt(c.value * case c.unit when '%' then 100 - c.value else 10000 end / c.denominator) as deviation
    ) d
    where c.value_status = 'ok'
        and c.unit = any ('{%, "per 10,000"}')
)
select
    c.measure_code,
    c.year,
    c.area,
    c.label,
    c.unit,
    c.value as benchmark,
    case when c.value_status = 'ok' then coalesce(c.figure, round(c.exact, 1)) end::numeric(14, 1) as value,
    c.value_status::varchar(30) as value_status,
    case when c.value_status = 'ok' then c.numerator end as numerator,
    case when c.value_status = 'ok' then c.denominator end as denominator,
    round(case when f.low < 0 then 0 else f.low end, 1)::numeric(14, 1) as lower_limit,
    round(case when f.near_low < 0 then 0 else f.near_low end, 1)::numeric(14, 1) as lower_near_limit,
    round(case when f.near_high > f.most then f.most else f.near_high end, 1)::numeric(14, 1) as upper_near_limit,
    round(case when f.high > f.most then f.most else f.high end, 1)::numeric(14, 1) as upper_limit,
    case
        when f.exact > f.high then 'above'
        when f.exact < f.low then 'below'
        when f.exact is not null then 'within'
    end::varchar(10) as comparison,
    case when c.value_status <> 'no figure of our own' then c.counted end::varchar(255) as own_figure,
    c.source,
    c.note,
    c.local
from compared c
left join funnel f on f.measure_code = c.measure_code
    and f.year = c.year
    and f.area = c.area;
comment on view benchmarks is
    'Figures of other areas, and the partnership''s own of the same financial year where one compares, with the limits of a '
    'funnel plot: 2 and 3 standard deviations that chance alone makes with as many cases. Few cases make them rough.';
