select
    f.kind as period_kind,
    f.key as period_key,
    f.first_day as period_start,
    f.last_day as period_end,
    k.metric_code,
    k.section,
    k.board_order,
    k.label,
    k.unit,
    case when f.tenths is not null then printf('%d.%d', f.tenths / 10, f.tenths % 10) end as value,
    case when f.tenths is not null then 'ok' else 'no cases' end as value_status,
    f.status as period_status,
    f.numerator,
    f.denominator
from figure f
join kpi_metric k on k.metric_code = f.metric_code
where f.kind <> 'year to date';
