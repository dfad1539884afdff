-- Each figure of each month as a sentence.
create view headline as
select
    d.month,
    d.month_key,
    d.metric_code,
    d.section,
    d.board_order,
    d.period_status,
    d.rag,
    left(
        d.label || ': ' || early_help_internal.figure_in_words(d.value, d.unit, m.decimals)
        || case when d.period_status = 'running' then ' so far' else '' end
        || ' in ' || trim(to_char(d.month::timestamp, 'Month')) || to_char(d.month::timestamp, ' YYYY')
        || case when d.unit = '%' and d.value is not null then ' (' || d.numerator || ' of ' || d.denominator || ')' else '' end
        || case
            when d.period_status = 'running' then ''
            when d.period_status <> 'complete' then '; not complete: ' || d.period_status
            else c.comparison
        end
        || '.', 255)::varchar(255) as headline
from dashboard d
join kpi_metric m on m.metric_code = d.metric_code
join kpi_metric_series s on s.metric_code = d.metric_code
-- A complete month is compared with complete ones: the earlier are over and settled, and
-- lack at most history.
cross join lateral (
    select
        case
            when d.value is null or d.previous_month is null or d.month - interval '1 month' < s.complete_from then ''
            when d.value > d.previous_month
                then ', up from '
                    || early_help_internal.figure_in_words(d.previous_month, d.unit, m.decimals) || ' the month before'
            when d.value < d.previous_month
                then ', down from '
                    || early_help_internal.figure_in_words(d.previous_month, d.unit, m.decimals) || ' the month before'
            else ', as the month before'
        end
        || case
            when d.value is null or d.same_month_last_year is null or d.month - interval '1 year' < s.complete_from then ''
            else '; a year before ' || early_help_internal.figure_in_words(d.same_month_last_year, d.unit, m.decimals)
        end
        || case
            when d.target is null or m.direction = 'neutral' then ''
            else '. Target ' || early_help_internal.figure_in_words(d.target, d.unit, m.decimals) || ', ' || d.rag
        end as comparison
) c;
comment on view headline is
    'Each figure of the dashboard in words, one row per month and figure. A complete month is compared with complete ones.';
