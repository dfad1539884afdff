-- Feedback: answers in the month they were given; requests, and whether they were
-- answered, in the month they were made.
select early_help.define_kpi_cube('feedback', array['feedback', 'feedback_request', 'lead_from', 'practitioner'], $$
    select
        q.record,
        q.record_id,
        q.about,
        q.given_by,
        l.agency_id as lead_agency_id,
        q.group_programme_id,
        q.requests,
        q.answered,
        q.responses,
        q.timely_answers,
        q.timely,
        q.helpful_answers,
        q.helpful,
        q.empowered_answers,
        q.empowered
    from (
        select
            'feedback'::varchar(40) as record,
            b.feedback_id as record_id,
            b.episode_id,
            b.given_on as day,
            case when b.episode_id is not null then 'episode' else 'group' end::varchar(10) as about,
            b.given_by::varchar(20) as given_by,
            b.group_programme_id,
            0 as requests,
            0 as answered,
            1 as responses,
            (b.timely is not null)::integer as timely_answers,
            coalesce(b.timely, false)::integer as timely,
            (b.helpful is not null)::integer as helpful_answers,
            coalesce(b.helpful, false)::integer as helpful,
            (b.empowered is not null)::integer as empowered_answers,
            coalesce(b.empowered, false)::integer as empowered
        from only feedback b
        where b.given_on >= m.month
            and b.given_on < m.next_month
        union all
        select
            'feedback_request',
            q.feedback_request_id,
            q.episode_id,
            q.asked_on,
            case when q.episode_id is not null then 'episode' else 'group' end,
            null,
            q.group_programme_id,
            1,
            exists (select from only feedback b where b.feedback_request_id = q.feedback_request_id)::integer,
            0, 0, 0, 0, 0, 0, 0
        from only feedback_request q
        where q.asked_on >= m.month
            and q.asked_on < m.next_month
    ) q
    -- Who led the episode on the day.
    left join lateral (
        select r.agency_id
        from only lead_practitioner p
        join only practitioner r on r.practitioner_id = p.practitioner_id
        where p.episode_id = q.episode_id
            and p.from_on <= q.day
        order by p.from_on desc
        limit 1
    ) l on true
$$, counts => '{requests, answered, responses, timely_answers, timely, helpful_answers, helpful,
    empowered_answers, empowered}', few => true);

create view feedback as
select
    c.month,
    to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
    c.about::varchar(10) as about,
    sum(c.responses)::integer as responses,
    sum(c.timely)::integer as timely,
    sum(c.timely_answers)::integer as timely_answers,
    round(100.0 * sum(c.timely) / nullif(sum(c.timely_answers), 0), 1)::numeric(4, 1) as timely_percent,
    case when sum(c.timely_answers) = 0 then 'no answers' else 'ok' end::varchar(20) as timely_status,
    sum(c.helpful)::integer as helpful,
    sum(c.helpful_answers)::integer as helpful_answers,
    round(100.0 * sum(c.helpful) / nullif(sum(c.helpful_answers), 0), 1)::numeric(4, 1) as helpful_percent,
    case when sum(c.helpful_answers) = 0 then 'no answers' else 'ok' end::varchar(20) as helpful_status,
    sum(c.empowered)::integer as empowered,
    sum(c.empowered_answers)::integer as empowered_answers,
    round(100.0 * sum(c.empowered) / nullif(sum(c.empowered_answers), 0), 1)::numeric(4, 1) as empowered_percent,
    case when sum(c.empowered_answers) = 0 then 'no answers' else 'ok' end::varchar(20) as empowered_status,
    sum(c.answered)::integer as requests_answered,
    sum(c.requests)::integer as requests,
    round(100.0 * sum(c.answered) / nullif(sum(c.requests), 0), 1)::numeric(4, 1) as response_rate,
    case when sum(c.requests) = 0 then 'no requests' else 'ok' end::varchar(20) as response_status,
    coalesce(sum(c.responses) filter (where c.given_by = 'child'), 0)::integer as responses_of_children
from cube_feedback c
group by c.month, c.about;
comment on view feedback is
    'What children and parents said: answers in the month they were given, beside how many answered, and the response to the '
    'requests made in the month. Unit: a feedback. Source: Early Help Strategy 2021-24 section 10.';

create view feedback_by_agency as
select
    c.month,
    to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
    c.about::varchar(10) as about,
    a.name as agency,
    a.sector::varchar(40) as sector,
    v.name as service,
    sum(c.responses)::integer as responses,
    sum(c.timely)::integer as timely,
    sum(c.timely_answers)::integer as timely_answers,
    sum(c.helpful)::integer as helpful,
    sum(c.helpful_answers)::integer as helpful_answers,
    sum(c.empowered)::integer as empowered,
    sum(c.empowered_answers)::integer as empowered_answers,
    sum(c.answered)::integer as requests_answered,
    sum(c.requests)::integer as requests
from cube_feedback c
left join only group_programme p on p.group_programme_id = c.group_programme_id
left join only service v on v.service_id = p.service_id
left join only agency a on a.agency_id = coalesce(c.lead_agency_id, v.agency_id)
group by c.month, c.about, a.agency_id, a.name, a.sector, v.service_id, v.name;
comment on view feedback_by_agency is
    'The feedback of view feedback by the agency it is about: that of the lead practitioner on the day, or that of the group''s '
    'service. For a percentage, sum both columns first: helpful / helpful_answers. Unit: a feedback.';
