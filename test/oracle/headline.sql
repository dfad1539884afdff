-- The sentence is the view's own wording; the figures in it are not.
with words as (
    select
        b.*,
        case b.unit when '%' then ' %' when 'days' then ' days' else '' end as unit_in_words,
        case when decimals = 0 then printf('%,d', tenths / 10) else printf('%,d.%d', tenths / 10, tenths % 10) end as value_in_words,
        case when decimals = 0 then printf('%,d', before_tenths / 10) else printf('%,d.%d', before_tenths / 10, before_tenths % 10) end as before_in_words,
        case when decimals = 0 then printf('%,d', year_before_tenths / 10) else printf('%,d.%d', year_before_tenths / 10, year_before_tenths % 10) end as year_before_in_words,
        case when decimals = 0 then printf('%,d', round(target)) else printf('%,d.%d', cast(round(10 * target) as integer) / 10, cast(round(10 * target) as integer) % 10) end as target_in_words,
        (select value from json_each('["January","February","March","April","May","June","July","August","September","October","November","December"]') where key = substr(month, 6, 2) - 1)
            || ' ' || substr(month, 1, 4) as month_in_words
    from board b
)
select
    month,
    month_key,
    metric_code,
    section,
    board_order,
    status as period_status,
    rag,
    label || ': '
        || case when tenths is null then 'no cases' else value_in_words || unit_in_words end
        || iif(status = 'running', ' so far', '')
        || ' in ' || month_in_words
        || case when unit = '%' and tenths is not null then ' (' || counted_numerator || ' of ' || counted_denominator || ')' else '' end
        || case when status in ('history too short', 'settling') then '; not complete: ' || status else '' end
        || case
            when status <> 'complete' or before_status <> 'complete' or tenths is null or before_tenths is null then ''
            when tenths > before_tenths then ', up from ' || before_in_words || unit_in_words || ' the month before'
            when tenths < before_tenths then ', down from ' || before_in_words || unit_in_words || ' the month before'
            else ', as the month before'
        end
        || case
            when status <> 'complete' or year_before_status <> 'complete' or tenths is null or year_before_tenths is null then ''
            else '; a year before ' || year_before_in_words || unit_in_words
        end
        || case when status <> 'complete' or target is null or direction = 'neutral' then '' else '. Target ' || target_in_words || unit_in_words || ', ' || rag end
        || '.' as headline
from words;
