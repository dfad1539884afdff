\echo
\echo The Board reads this. Figures are never stale: these include what was written a moment ago, refreshed or not.
select
    month_key,
    label,
    value,
    period_status,
    numerator,
    denominator,
    previous_month,
    year_to_date
from sampleton_kpi.dashboard
where month_key in ('2026-02', '2026-03')
order by month_key, board_order;
call early_help.refresh_kpis('medway');
call early_help.refresh_kpis('sampleton');
