select
    month,
    month_key,
    metric_code,
    section,
    board_order,
    label,
    unit,
    case when tenths is not null then printf('%d.%d', tenths / 10, tenths % 10) end as value,
    case when tenths is not null then 'ok' else 'no cases' end as value_status,
    counted_numerator as numerator,
    counted_denominator as denominator,
    case when before_tenths is not null then printf('%d.%d', before_tenths / 10, before_tenths % 10) end as previous_month,
    case when year_before_tenths is not null then printf('%d.%d', year_before_tenths / 10, year_before_tenths % 10) end as same_month_last_year,
    case when to_date_tenths is not null then printf('%d.%d', to_date_tenths / 10, to_date_tenths % 10) end as year_to_date,
    case when target is not null then printf('%.1f', target) end as target,
    case when floor is not null then printf('%.1f', floor) end as floor,
    rag
from board;
