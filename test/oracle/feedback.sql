with one as (
    select
        given_on as day,
        case when episode_id is not null then 'episode' else 'group' end as about,
        1 as responses,
        given_by = 'child' as of_child,
        timely,
        helpful,
        empowered,
        0 as requests,
        0 as answered
    from feedback
    union all
    select
        q.asked_on,
        case when q.episode_id is not null then 'episode' else 'group' end,
        0, 0, null, null, null, 1,
        exists (select 1 from feedback f where f.feedback_request_id = q.feedback_request_id)
    from feedback_request q
),
counted as (
    select
        date(day, 'start of month') as month,
        about,
        sum(responses) as responses,
        sum(of_child) as of_children,
        count(*) filter (where timely) as timely,
        count(timely) as timely_answers,
        count(*) filter (where helpful) as helpful,
        count(helpful) as helpful_answers,
        count(*) filter (where empowered) as empowered,
        count(empowered) as empowered_answers,
        sum(answered) as answered,
        sum(requests) as requests
    from one
    group by 1, 2
),
tenths as (
    select
        *,
        case when timely_answers > 0 then (2000 * timely + timely_answers) / (2 * timely_answers) end as timely_tenths,
        case when helpful_answers > 0 then (2000 * helpful + helpful_answers) / (2 * helpful_answers) end as helpful_tenths,
        case when empowered_answers > 0 then (2000 * empowered + empowered_answers) / (2 * empowered_answers) end as empowered_tenths,
        case when requests > 0 then (2000 * answered + requests) / (2 * requests) end as response_tenths
    from counted
)
select
    month,
    substr(month, 1, 7) as month_key,
    about,
    responses,
    timely,
    timely_answers,
    case when timely_answers > 0 then printf('%d.%d', timely_tenths / 10, timely_tenths % 10) end as timely_percent,
    case when timely_answers > 0 then 'ok' else 'no answers' end as timely_status,
    helpful,
    helpful_answers,
    case when helpful_answers > 0 then printf('%d.%d', helpful_tenths / 10, helpful_tenths % 10) end as helpful_percent,
    case when helpful_answers > 0 then 'ok' else 'no answers' end as helpful_status,
    empowered,
    empowered_answers,
    case when empowered_answers > 0 then printf('%d.%d', empowered_tenths / 10, empowered_tenths % 10) end as empowered_percent,
    case when empowered_answers > 0 then 'ok' else 'no answers' end as empowered_status,
    answered as requests_answered,
    requests,
    case when requests > 0 then printf('%d.%d', response_tenths / 10, response_tenths % 10) end as response_rate,
    case when requests > 0 then 'ok' else 'no requests' end as response_status,
    of_children as responses_of_children
from tenths;
