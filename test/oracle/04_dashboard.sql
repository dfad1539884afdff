-- A month's figures beside those of other months, and what the partnership aims at.
create table board as
select
    f.first_day as month,
    f.key as month_key,
    k.*,
    f.tenths,
    f.status,
    f.numerator as counted_numerator,
    f.denominator as counted_denominator,
    b.tenths as before_tenths,
    b.status as before_status,
    y.tenths as year_before_tenths,
    y.status as year_before_status,
    d.tenths as to_date_tenths,
    t.target,
    t.floor,
    case
        when t.target is null or k.direction = 'neutral' then 'no target'
        when f.status <> 'complete' then 'not complete'
        when f.tenths is null then 'no cases'
        when case k.direction
                when 'high' then f.tenths >= round(10 * t.target)
                when 'low' then f.tenths <= round(10 * t.target)
                else f.tenths = round(10 * t.target)
            end
            then 'green: target met'
        when case k.direction
                when 'high' then f.tenths >= round(10 * t.floor)
                when 'low' then f.tenths <= round(10 * t.floor)
                else abs(f.tenths - round(10 * t.target)) <= abs(round(10 * t.floor) - round(10 * t.target))
            end
            then 'amber: near the target'
        else 'red: target missed'
    end as rag
from figure f
join kpi_metric k on k.metric_code = f.metric_code
left join figure b on b.kind = 'month' and b.first_day = date(f.first_day, '-1 month') and b.metric_code = f.metric_code
left join figure y on y.kind = 'month' and y.first_day = date(f.first_day, '-1 year') and y.metric_code = f.metric_code
left join figure d on d.kind = 'year to date' and d.key = f.key and d.metric_code = f.metric_code
left join kpi_target t on t.metric_code = f.metric_code
    and t.from_month = (
        select max(x.from_month)
        from kpi_target x
        where x.metric_code = f.metric_code
            and x.from_month <= f.first_day)
where f.kind = 'month';
