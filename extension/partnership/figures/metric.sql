-- What each figure of the dashboard means, and what is aimed at.
create view metric as
select
    m.metric_code,
    m.section,
    m.board_order,
    m.label,
    m.unit,
    m.decimals,
    m.counted,
    m.numerator,
    m.denominator,
    m.exclusions,
    m.direction,
    m.source,
    m.description,
    m.over_time,
    m.record,
    m.looks_back,
    m.settles_after_days::integer as settles_after_days,
    t.target,
    t.floor,
    t.from_month::date as target_from,
    t.baseline,
    t.owner
from kpi_metric m
left join lateral (
    select *
    from kpi_target t
    where t.metric_code = m.metric_code
    order by t.from_month desc
    limit 1
) t on true;
comment on view metric is
    'What each figure of the dashboard means, one row per figure, with its latest target. '
    'View dashboard has the targets of earlier months.';
