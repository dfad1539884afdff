select
    k.metric_code,
    k.section,
    k.board_order,
    k.label,
    k.unit,
    k.decimals,
    k.counted,
    k.numerator,
    k.denominator,
    k.exclusions,
    k.direction,
    k.source,
    k.description,
    d.over_time,
    d.record,
    d.looks_back,
    k.settles_after_days,
    case when t.target is not null then printf('%.1f', t.target) end as target,
    case when t.floor is not null then printf('%.1f', t.floor) end as floor,
    t.from_month as target_from,
    case when t.baseline is not null then printf('%.1f', t.baseline) end as baseline,
    t.owner
from kpi_metric k
join definition d on d.metric_code = k.metric_code
left join kpi_target t on t.metric_code = k.metric_code
    and t.from_month = (select max(x.from_month) from kpi_target x where x.metric_code = k.metric_code);
