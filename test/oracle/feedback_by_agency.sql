-- An episode is of the agency of whoever led it on the day; a group is of its service's.
with one as (
    select given_on as day, episode_id, group_programme_id, 1 as responses, timely, helpful, empowered, 0 as requests, 0 as answered
    from feedback
    union all
    select
        q.asked_on, q.episode_id, q.group_programme_id, 0, null, null, null, 1,
        exists (select 1 from feedback f where f.feedback_request_id = q.feedback_request_id)
    from feedback_request q
),
placed as (
    select
        o.*,
        v.service_id,
        v.name as service,
        case when o.episode_id is null then v.agency_id else (
            select w.agency_id
            from lead_practitioner h
            join practitioner w on w.practitioner_id = h.practitioner_id
            where h.episode_id = o.episode_id and h.from_on <= o.day
            order by h.from_on desc limit 1) end as agency_id
    from one o
    left join group_programme p on p.group_programme_id = o.group_programme_id
    left join service v on v.service_id = p.service_id
)
select
    date(o.day, 'start of month') as month,
    substr(o.day, 1, 7) as month_key,
    case when o.episode_id is not null then 'episode' else 'group' end as about,
    g.name as agency,
    g.sector,
    o.service,
    sum(o.responses) as responses,
    count(*) filter (where o.timely) as timely,
    count(o.timely) as timely_answers,
    count(*) filter (where o.helpful) as helpful,
    count(o.helpful) as helpful_answers,
    count(*) filter (where o.empowered) as empowered,
    count(o.empowered) as empowered_answers,
    sum(o.answered) as requests_answered,
    sum(o.requests) as requests
from placed o
left join agency g on g.agency_id = o.agency_id
group by 1, 2, 3, o.agency_id, o.service_id;
