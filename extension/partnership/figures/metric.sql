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
comment on view metric is 'The figures of the dashboard: what each means, a row a figure, with its latest target. The targets of earlier months stand in the dashboard.';
comment on column metric.metric_code is 'Code of the figure.';
comment on column metric.section is 'Access, Intervention or Outcome.';
comment on column metric.board_order is 'Order on the Board''s dashboard.';
comment on column metric.label is 'Name of the figure.';
comment on column metric.unit is 'Unit of the value; %: numerator / denominator * 100; days: the median.';
comment on column metric.decimals is 'Decimals to show.';
comment on column metric.counted is 'What is counted.';
comment on column metric.numerator is 'What the numerator counts.';
comment on column metric.denominator is 'What the denominator counts; null: the value is the numerator, or a median.';
comment on column metric.exclusions is 'What is left out.';
comment on column metric.direction is 'Direction of good: high, low, target or neutral.';
comment on column metric.source is 'Where the figure is asked for.';
comment on column metric.description is 'What it tells, and how it is read over longer periods.';
comment on column metric.target is 'Latest target, in the unit; null: none.';
comment on column metric.floor is 'Least good value still near that target; null: none.';
comment on column metric.target_from is 'First day of the month from which they hold.';
comment on column metric.baseline is 'Value it started from; null: none recorded.';
comment on column metric.owner is 'Who answers for the figure; null: nobody named.';
