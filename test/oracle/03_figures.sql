-- A row a thing the dashboard counts: on which day, whether it counts in the numerator
-- and the denominator (null: there is none), who or what counts once a period, how many days.
create table counted as
select 'contacts' as metric_code, received_on as day, 1 as numerator, null as denominator, null as once, null as days from contact_counted
union all
select 'children_contacted', received_on, null, null, person_id, null from contact_counted
union all
select 'referrals', referred_on, 1, null, null, null from referral_counted
union all
select 'known_contacts', received_on, known, 1, null, null from contact_counted
union all
select 're_referrals', referred_on, re_referral, 1, null, null from referral_counted
union all
select 'wait_for_early_help', to_day, 1, null, null, julianday(to_day) - julianday(from_day) from wait where waiting_for = 'early help' and started
union all
select 'group_attendances', s.held_on, 1, null, null, null
from attendance_counted a
join group_session s on s.group_session_id = a.group_session_id
where a.attended
union all
select 'assessments_started', started_on, 1, null, null, null from assessment where corrects_assessment_id is null
union all
select 'intervention_plans_started', started_on, 1, null, null, null from plan where kind = 'intervention'
union all
select 'intervention_plans_completed', ended_on, 1, null, null, null from plan where kind = 'intervention' and end_reason = 'completed'
union all
select 'reviews_on_time', due_on, held_on is not null and held_on <= due_on, 1, null, null from review_due
union all
select 'length_of_support', closed_on, 1, null, null, days from closure where days is not null
union all
select 'step_ups_offered', offered_on, 1, null, null, null from step where to_level = 'social_care'
union all
select 'step_ups_accepted', decided_on, 1, null, null, null from step where to_level = 'social_care' and outcome = 'accepted'
union all
select 'step_downs_accepted', decided_on, 1, null, null, null from step where from_level = 'social_care' and to_level = 'early_help' and outcome = 'accepted'
union all
select 'step_up_conversion', offered_on, outcome is not null and outcome = 'accepted', 1, null, null from step where to_level = 'social_care'
union all
select 'step_down_conversion', offered_on, outcome is not null and outcome = 'accepted', 1, null, null from step where from_level = 'social_care'
union all
select 'positive_outcomes', closed_on, positive, 1, null, null from closure where counted
union all
select 're_referrals_after_support', referred_on, after_support, 1, null, null from referral_counted
union all
select 'case_audits', audited_on, 1, null, null, null from case_audit
union all
select 'case_audits_good', audited_on, grade in ('good', 'outstanding'), 1, null, null from case_audit
union all
select 'feedback_timely', given_on, timely, 1, null, null from feedback where timely is not null
union all
select 'feedback_helpful', given_on, helpful, 1, null, null from feedback where helpful is not null
union all
select 'feedback_empowered', given_on, empowered, 1, null, null from feedback where empowered is not null
union all
select 'feedback_response_rate', q.asked_on, exists (select 1 from feedback f where f.feedback_request_id = q.feedback_request_id), 1, null, null
from feedback_request q
union all
select 'needs_without_service', requested_on, outcome is not null and outcome in ('no_service', 'declined_by_service'), 1, null, null
from service_request
where outcome in ('started', 'no_service', 'declined_by_service') or (outcome is null and offered_on is not null);

-- What each figure is made from, how it is taken over months, and what it needs of the time before.
create table definition (metric_code text primary key, over_time text, record text, looks_back text);
insert into definition values
    ('contacts', 'sum', 'contact', 'none'),
    ('children_contacted', 'distinct', 'contact', 'none'),
    ('referrals', 'sum', 'referral', 'none'),
    ('known_contacts', 'sum', 'contact', 'known_contact'),
    ('re_referrals', 'sum', 'referral', 're_referral'),
    ('waiting_list', 'stock', 'episode', 'none'),
    ('wait_for_early_help', 'median', 'episode', 'none'),
    ('families_worked_with', 'stays', 'episode', 'none'),
    ('group_attendances', 'sum', 'group_session', 'none'),
    ('assessments_started', 'sum', 'assessment', 'none'),
    ('intervention_plans_started', 'sum', 'plan', 'none'),
    ('intervention_plans_completed', 'sum', 'plan', 'none'),
    ('reviews_on_time', 'due', 'plan', 'none'),
    ('length_of_support', 'median', 'episode', 'none'),
    ('step_ups_offered', 'sum', 'step', 'none'),
    ('step_ups_accepted', 'sum', 'step', 'none'),
    ('step_downs_accepted', 'sum', 'step', 'none'),
    ('step_up_conversion', 'sum', 'step', 'none'),
    ('step_down_conversion', 'sum', 'step', 'none'),
    ('positive_outcomes', 'sum', 'episode', 'none'),
    ('re_referrals_after_support', 'sum', 'referral', 'after_support'),
    ('case_audits', 'sum', 'case_audit', 'none'),
    ('case_audits_good', 'sum', 'case_audit', 'none'),
    ('feedback_timely', 'sum', 'feedback', 'none'),
    ('feedback_helpful', 'sum', 'feedback', 'none'),
    ('feedback_empowered', 'sum', 'feedback', 'none'),
    ('feedback_response_rate', 'sum', 'feedback', 'none'),
    ('needs_without_service', 'sum', 'service_request', 'none');

-- From which day on a figure has all that it needs. A day 12 months on is never after the end of the month that comes 12 later.
create table whole_from as
with needed as (
    select
        d.metric_code,
        s.first_day,
        s.begins_on,
        case d.looks_back
            when 'known_contact' then (select begins_on from series where record = 'contact')
            when 're_referral' then (select begins_on from series where record = 'referral')
            when 'after_support' then coalesce((select begins_on from series where record = 'episode'), '9999-01-01')
        end as back_to,
        case d.looks_back when 'known_contact' then 12 else b.re_referral_months end as months
    from definition d
    join series s on s.record = d.record
    cross join partnership b
)
select
    metric_code,
    first_day,
    case
        when back_to is null then begins_on
        else max(begins_on, min(
            date(back_to, '+' || months || ' months'),
            date(back_to, 'start of month', '+' || (months + 1) || ' months', '-1 day')))
    end as whole_from
from needed;

-- The figures of every period, in tenths of their unit.
create table figure as
with summed as (
    select
        p.kind,
        p.key,
        c.metric_code,
        case when max(c.once) is not null then count(distinct c.once) else sum(c.numerator) end as numerator,
        sum(c.denominator) as denominator
    from counted c
    join period p on c.day between p.first_day and p.until_day
    group by 1, 2, 3
    union all
    -- A stock: who waits at the end of the last day.
    select p.kind, p.key, 'waiting_list', count(*), null
    from period p
    join wait w on w.waiting_for = 'early help' and w.from_day <= p.until_day and (w.to_day is null or w.to_day > p.until_day)
    group by 1, 2
    union all
    select p.kind, p.key, 'families_worked_with', count(distinct e.family_id), null
    from period p
    join spell e on e.support_from <= p.until_day and (e.closed_on is null or e.closed_on >= p.first_day)
    group by 1, 2
),
placed as (
    select
        p.kind,
        p.key,
        c.metric_code,
        c.days,
        row_number() over one - 1 as place,
        count(*) over (partition by p.kind, p.key, c.metric_code) as cases
    from counted c
    join period p on c.day between p.first_day and p.until_day
    where c.days is not null
    window one as (partition by p.kind, p.key, c.metric_code order by c.days)
),
median as (
    select
        kind,
        key,
        metric_code,
        cast(5 * (max(days) filter (where place = (cases - 1) / 2) + max(days) filter (where place = cases / 2)) as integer) as tenths
    from placed
    group by 1, 2, 3
)
select
    p.kind,
    p.key,
    p.first_day,
    p.last_day,
    k.metric_code,
    coalesce(s.numerator, 0) as numerator,
    case when k.unit = '%' then coalesce(s.denominator, 0) end as denominator,
    case k.unit
        when '%' then case when s.denominator > 0 then (2000 * s.numerator + s.denominator) / (2 * s.denominator) end
        when 'days' then d.tenths
        else 10 * coalesce(s.numerator, 0)
    end as tenths,
    case
        when t.day <= p.last_day then 'running'
        when p.first_day < w.whole_from then 'history too short'
        when t.day <= date(p.last_day, '+' || k.settles_after_days || ' days') then 'settling'
        else 'complete'
    end as status
from period p
cross join kpi_metric k
cross join today t
join whole_from w on w.metric_code = k.metric_code and w.first_day <= p.last_day
left join summed s on s.kind = p.kind and s.key = p.key and s.metric_code = k.metric_code
left join median d on d.kind = p.kind and d.key = p.key and d.metric_code = k.metric_code;
create unique index figure_of_a_period on figure (kind, key, metric_code);
