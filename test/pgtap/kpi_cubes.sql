-- Every view of figures equals a plain query on the records, both ways, whatever is
-- written, before a refresh and after. The plain queries (schema plain) share no
-- code with the engine.
begin;
select plan(72);

set client_min_messages = warning;
select from early_help.create_partnership('p');
select from early_help.generate_sample('p', 40, '2022-01-01', '2023-03-31', 7);
insert into p.case_audit (episode_id, audited_on, grade, auditor_practitioner_id)
select e.episode_id, coalesce(e.closed_on, e.opened_on) + 10, (enum_range(null::early_help.ofsted_grade))[1 + e.episode_id % 4], r.practitioner_id
from p.episode e
cross join lateral (
    select r.practitioner_id
    from p.practitioner r
    where r.agency_id not in (select x.agency_id from p.lead_practitioner l join p.practitioner x using (practitioner_id) where l.episode_id = e.episode_id)
    order by 1
    limit 1
) r;
-- The server's statistics are of empty tables.
analyze;
create schema plain;
set search_path = plain, p, early_help, public;

create function month_of(day date) returns date language sql immutable as
    'select make_date(extract(year from day)::integer, extract(month from day)::integer, 1)';

create view event as
select received_on as day from contact_child
union all select referred_on from referral
union all select opened_on from episode union all select allocated_on from episode union all select closed_on from episode
union all select started_on from assessment union all select completed_on from assessment
union all select started_on from plan union all select ended_on from plan
union all select offered_on from step union all select decided_on from step
union all select requested_on from service_request
union all select held_on from group_session
union all select month from partner_return
union all select audited_on from case_audit
union all select asked_on from feedback_request union all select given_on from feedback;

create view period as
select k.kind, k.key, k.start, k.stop
from (
    select 'month' as kind, to_char(d, 'YYYY-MM') as key, d::date as start, (d + interval '1 month - 1 day')::date as stop
    from generate_series(timestamp '2015-01-01', '2030-12-01', '1 month') d
    union all
    select 'quarter', to_char(d - interval '3 months', 'YYYY') || '-' || to_char(d + interval '9 months', 'YY') || ' Q'
        || case extract(month from d) when 4 then 1 when 7 then 2 when 10 then 3 else 4 end,
        d::date, (d + interval '3 months - 1 day')::date
    from generate_series(timestamp '2015-01-01', '2030-12-01', '3 months') d
    union all
    select 'year', to_char(d, 'YYYY') || '-' || to_char(d + interval '1 year', 'YY'), d::date, (d + interval '1 year - 1 day')::date
    from generate_series(timestamp '2015-04-01', '2030-04-01', '1 year') d
) k
where k.start <= (select max(day) from event)
    and k.stop >= (select min(day) from event);

create view waits as
select 'early help' as waiting_for, r.source_code, r.primary_need_code as need_code, r.locality_id, r.service_id,
    e.opened_on as began, coalesce(e.allocated_on, e.closed_on) as ended, e.allocated_on is not null as started
from episode e left join referral r using (referral_id)
union all
select 'a service', null, primary_need_code, locality_id, service_id,
    requested_on, coalesce(started_on, decided_on), started_on is not null
from service_request;

-- The children of an episode, duplicates as the child they are of.
create view supported as
select coalesce(k.merged_into_child_id, k.child_id) as child_id, ec.joined_on, ec.left_on
from episode_child ec join child k using (child_id);

create table pair (name text primary key, shown text, plain text);
insert into pair values
('contacts',
$$select month, source_code, need_code, reason, ward, age_at_contact, sex_code, ethnicity_code, contacts, referrals, known_contacts from p_kpi.contacts$$,
$$select month_of(cc.received_on), cc.source_code, cc.primary_need_code, cc.reason, l.name,
    case when k.birth_date <= cc.received_on then extract(year from age(cc.received_on, k.birth_date))::integer
        when num_nonnulls(k.birth_date, k.expected_birth_date) > 0 then -1 end,
    k.sex_code, k.ethnicity_code, count(*), count(*) filter (where cc.decision = 'referral'),
    count(*) filter (where cc.received_on - (select max(x.received_on::date) from contact_child x join child y using (child_id)
        where coalesce(y.merged_into_child_id, y.child_id) = k.child_id and x.received_on < cc.received_on) <= 365)
from contact_child cc join child c using (child_id) join child k on k.child_id = coalesce(c.merged_into_child_id, c.child_id)
left join locality l using (locality_id)
group by 1, 2, 3, 4, 5, 6, 7, 8, cc.locality_id$$),
('referrals',
$$select month, source_code, need_code, ward, service, age_at_referral, sex_code, ethnicity_code, referrals, accepted, declined from p_kpi.referrals$$,
$$select month_of(r.referred_on), r.source_code, r.primary_need_code, l.name, v.name,
    case when k.birth_date <= r.referred_on then extract(year from age(r.referred_on, k.birth_date))::integer
        when num_nonnulls(k.birth_date, k.expected_birth_date) > 0 then -1 end,
    k.sex_code, k.ethnicity_code, count(*), count(r.accepted_on), count(r.declined_on)
from referral r left join child c using (child_id) left join child k on k.child_id = coalesce(c.merged_into_child_id, c.child_id)
left join locality l on l.locality_id = r.locality_id left join service v on v.service_id = r.service_id
group by 1, 2, 3, 4, 5, 6, 7, 8, r.locality_id, r.service_id$$),
('re_referrals',
$$select month, source_code, need_code, ward, referrals, re_referrals from p_kpi.re_referrals$$,
$$select month_of(r.referred_on), r.source_code, r.primary_need_code, l.name, count(*),
    count(*) filter (where r.referred_on <= (select max(x.referred_on::date) from referral x join child y using (child_id)
        where coalesce(y.merged_into_child_id, y.child_id) = coalesce(c.merged_into_child_id, c.child_id) and x.referred_on < r.referred_on)
        + (select re_referral_months from partnership) * interval '1 month')
from referral r join child c using (child_id) left join locality l using (locality_id)
group by 1, 2, 3, 4, r.locality_id$$),
('re_referral_after_support',
$$select month, source_code, need_code, ward, referrals, after_support from p_kpi.re_referral_after_support$$,
$$select month_of(r.referred_on), r.source_code, r.primary_need_code, l.name, count(*),
    count(*) filter (where r.referred_on <= (select max(e.closed_on::date) from episode e where e.family_id = r.family_id and e.closed_on < r.referred_on)
        + (select re_referral_months from partnership) * interval '1 month')
from referral r left join locality l using (locality_id)
group by 1, 2, 3, 4, r.locality_id$$),
('children_contacted',
$$select period_kind, period_key, period_start, period_end, children, contacts from p_kpi.children_contacted$$,
$$select kind, key, start, stop, count(distinct coalesce(c.merged_into_child_id, c.child_id)), count(cc.child_id)
from period left join (contact_child cc join child c using (child_id)) on cc.received_on between start and stop group by 1, 2, 3, 4$$),
('episodes',
$$select month, source_code, need_code, ward, service, opened, allocated, closed from p_kpi.episodes$$,
$$select month_of(x.day), r.source_code, r.primary_need_code, l.name, v.name,
    count(*) filter (where what = 'o'), count(*) filter (where what = 'a'), count(*) filter (where what = 'c')
from (select 'o' as what, opened_on as day, referral_id from episode
    union all select 'a', allocated_on, referral_id from episode union all select 'c', closed_on, referral_id from episode) x
left join referral r using (referral_id) left join locality l on l.locality_id = r.locality_id left join service v on v.service_id = r.service_id
where x.day is not null
group by 1, 2, 3, 4, 5, r.locality_id, r.service_id$$),
('waiting_list',
$$select month, waiting_for, source_code, need_code, ward, service, coalesce(joined, 0), coalesce(started, 0), coalesce(left_otherwise, 0), waiting
from p_kpi.waiting_list where waiting <> 0 or joined + started + left_otherwise <> 0$$,
$$select start, waiting_for, source_code, need_code, l.name, v.name,
    count(*) filter (where began >= start), count(*) filter (where ended between start and stop and started),
    count(*) filter (where ended between start and stop and not started), count(*) filter (where ended is null or ended > stop)
from period join waits on began <= stop and (ended is null or ended >= start)
left join locality l using (locality_id) left join service v using (service_id)
where kind = 'month'
group by 1, 2, 3, 4, 5, 6, waits.locality_id, waits.service_id$$),
('waiting_times',
$$select period_kind, period_key, waiting_for, waits_ended, waits_ended_by_start, median_days, percentile_90_days, mean_days, still_waiting,
    still_waiting_median_days, still_waiting_longest_days, median_days_at_least from p_kpi.waiting_times$$,
$$select kind, key, k.waiting_for,
    count(*) filter (where ended between start and stop), count(*) filter (where ended between start and stop and started),
    percentile_cont(0.5) within group (order by ended - began) filter (where ended between start and stop)::numeric(8, 1),
    percentile_cont(0.9) within group (order by ended - began) filter (where ended between start and stop)::numeric(8, 1),
    (avg(ended - began) filter (where ended between start and stop))::numeric(8, 1),
    count(*) filter (where began <= stop and (ended is null or ended > stop)),
    percentile_cont(0.5) within group (order by counted - began) filter (where began <= stop and (ended is null or ended > stop))::numeric(8, 1),
    max(counted - began) filter (where began <= stop and (ended is null or ended > stop)),
    percentile_cont(0.5) within group (order by case when ended <= stop then ended else counted end - began)
        filter (where began <= stop and (ended is null or ended >= start))::numeric(8, 1)
from (select *, least(stop, (select (month_of(max(day)) + interval '1 month - 1 day')::date from event)) as counted from period) p
cross join (values ('early help'), ('a service')) k (waiting_for)
left join waits w using (waiting_for)
group by 1, 2, 3$$),
('needs_without_service',
$$select month, need_code, ward, requests, offered, without_offer, no_service, still_waiting from p_kpi.needs_without_service$$,
$$select month_of(requested_on), primary_need_code, l.name, count(*), count(offered_on), count(*) - count(offered_on),
    count(*) filter (where outcome = 'no_service'), count(*) filter (where num_nonnulls(outcome, offered_on) = 0)
from service_request left join locality l using (locality_id) group by 1, 2, 3, service_request.locality_id$$),
('intervention_plans',
$$select month, run_by, service, plans_started, plans_completed, plans_ended_otherwise, plans_ended_consent_withdrawn from p_kpi.intervention_plans$$,
$$select month_of(day), v.run_by::text, v.name, count(*) filter (where what = 'started'), count(*) filter (where what = 'completed'),
    count(*) filter (where what in ('consent_withdrawn', 'episode_closed')), count(*) filter (where what = 'consent_withdrawn')
from (select started_on as day, service_id, 'started' as what from plan where kind = 'intervention'
    union all select ended_on, service_id, end_reason::text from plan where kind = 'intervention' and ended_on is not null) e
left join service v using (service_id) group by 1, 2, 3, service_id$$),
('assessments_started',
$$select month, run_by, service, agency, sector, supports_sen, assessments_started, assessments_completed, assessments_ended_otherwise from p_kpi.assessments_started$$,
$$select month_of(day), v.run_by::text, v.name, a.name, a.sector::text, supports_sen,
    count(*) filter (where what = 1), count(*) filter (where what = 2), count(*) filter (where what = 3)
from assessment cross join lateral (values (1, started_on), (2, completed_on), (3, ended_on)) x (what, day)
left join service v using (service_id) left join agency a on a.agency_id = v.agency_id
where day is not null and corrects_assessment_id is null group by 1, 2, 3, 4, 5, 6, service_id$$),
('review_timeliness',
$$select month, plan_kind, service, reviews_due, held_on_time, held_late, not_held from p_kpi.review_timeliness$$,
$$select month_of(due_on), plan_kind, v.name, count(*), count(*) filter (where held_on <= due_on), count(*) filter (where held_on > due_on), count(*) - count(held_on)
from (select r.plan_kind::text, p.service_id, r.due_on, r.held_on from review r join plan p using (plan_id)
    union all select p.kind::text, p.service_id, p.review_due_on, null from plan p
        where not exists (select from review r where r.review_id = p.completed_by_review_id)
        and coalesce(p.ended_on, 'infinity'::date) > p.review_due_on) d
left join service v using (service_id) group by 1, 2, 3, service_id$$),
('step_ups',
$$select month, basis, offered, accepted, declined, withdrawn from p_kpi.step_ups$$,
$$select month_of(day), basis::text, count(*) filter (where what = 'offered'), count(*) filter (where what = 'accepted'), count(*) filter (where what = 'declined'), count(*) filter (where what = 'withdrawn')
from (select offered_on as day, basis, 'offered' as what, to_level from step union all select decided_on, basis, outcome::text, to_level from step) s
where day is not null and to_level = 'social_care' group by 1, 2$$),
('step_downs',
$$select month, receiving_agency, offered, accepted, declined, withdrawn from p_kpi.step_downs$$,
$$select month_of(day), a.name, count(*) filter (where what = 'offered'), count(*) filter (where what = 'accepted'), count(*) filter (where what = 'declined'), count(*) filter (where what = 'withdrawn')
from (select offered_on as day, receiving_agency_id as agency_id, 'offered' as what, to_level from step union all select decided_on, receiving_agency_id, outcome::text, to_level from step) s
left join agency a using (agency_id)
where day is not null and to_level <> 'social_care' group by 1, 2$$),
('caseload',
$$select period_kind, period_key, episodes, families, children, episodes_opened, episodes_closed, episodes_open_at_end from p_kpi.caseload$$,
$$select kind, key,
    (select count(*) from episode where opened_on <= stop and coalesce(closed_on, 'infinity'::date) >= start),
    (select count(distinct family_id) from episode where opened_on <= stop and coalesce(closed_on, 'infinity'::date) >= start),
    (select count(distinct child_id) from supported where joined_on <= stop and coalesce(left_on, 'infinity'::date) >= start),
    (select count(*) from episode where opened_on between start and stop),
    (select count(*) from episode where closed_on between start and stop),
    (select count(*) from episode where opened_on <= stop and coalesce(closed_on, 'infinity'::date) > stop)
from period$$),
('length_of_support',
$$select period_kind, period_key, closures, median_days, percentile_90_days, mean_days from p_kpi.length_of_support$$,
$$select kind, key, count(episode_id), percentile_cont(0.5) within group (order by closed_on - opened_on)::numeric(8, 1),
    percentile_cont(0.9) within group (order by closed_on - opened_on)::numeric(8, 1), avg(closed_on - opened_on)::numeric(8, 1)
from period left join episode on closed_on between start and stop group by 1, 2$$),
('length_of_support_days',
$$select month, source_code, need_code, ward, service, days, closures from p_kpi.length_of_support_days$$,
$$select month_of(e.closed_on), source_code, primary_need_code, l.name, v.name, e.closed_on - e.opened_on, count(*)
from episode e left join referral r using (referral_id) left join locality l on l.locality_id = r.locality_id left join service v on v.service_id = r.service_id
where e.closed_on is not null group by 1, 2, 3, 4, 5, 6, r.locality_id, r.service_id$$),
('closure_outcomes',
$$select month, closure_reason_code, source_code, need_code, ward, service, closures, closures_counted, positive_outcomes, outcomes_agreed, outcomes_achieved from p_kpi.closure_outcomes$$,
$$select month_of(e.closed_on), closure_reason_code, source_code, primary_need_code, l.name, v.name, count(*),
    sum(counted::integer), count(*) filter (where counted and closure_reason_code <> 'stepped_up' and achieved / nullif(agreed, 0)::numeric >= positive_outcome_share), sum(agreed), sum(achieved)
from (select e.*, c.counted_in_outcomes as counted, coalesce(o.agreed, 0) as agreed, coalesce(o.achieved, 0) as achieved
    from episode e join closure_reason c on c.code = e.closure_reason_code
    left join (select p.episode_id, count(*) as agreed, count(achieved_on) as achieved from plan_outcome join plan p using (plan_id)
        where withdrawn_on is null group by 1) o using (episode_id)) e
left join referral r using (referral_id) left join locality l on l.locality_id = r.locality_id left join service v on v.service_id = r.service_id
cross join partnership
where e.closed_on is not null group by 1, 2, 3, 4, 5, 6, r.locality_id, r.service_id$$),
('group_work',
$$select month, programme, service, sessions, attendances, absences, families, children, adults from p_kpi.group_work$$,
$$select month_of(held_on), g.name, v.name, count(distinct group_session_id), count(nullif(attended, false)), count(nullif(attended, true)),
    count(distinct case when attended then a.family_id end), count(distinct case when attended then a.child_id end), count(distinct case when attended then a.adult_id end)
from group_session s left join group_attendance a using (group_session_id) left join group_programme g using (group_programme_id) left join service v using (service_id)
group by 1, 2, 3, group_programme_id$$),
('partner_returns',
$$select month, service, families, children, new_families, returned_on from p_kpi.partner_returns$$,
$$select month, v.name, families, children, new_families, returned_on from partner_return join service v using (service_id)$$),
('services',
$$select month, service, agency, counted_episodes, counted_group_families, returned_families, returned_children from p_kpi.services$$,
$$select p.start, v.name, a.name,
    (select count(*) from episode e join referral r using (referral_id) where r.service_id = v.service_id and e.opened_on <= p.stop and coalesce(e.closed_on, 'infinity'::date) >= p.start),
    (select count(distinct x.family_id) from group_attendance x join group_session s using (group_session_id) join group_programme g using (group_programme_id)
        where g.service_id = v.service_id and x.attended and s.held_on between p.start and p.stop),
    b.families, b.children
from period p cross join service v join agency a using (agency_id) left join partner_return b on b.service_id = v.service_id and b.month = p.start
where p.kind = 'month'$$),
('case_audits',
$$select month, grade, lead_agency, auditor_agency, audits from p_kpi.case_audits$$,
$$select month_of(audited_on), grade::text, l.name, a.name, count(*) from case_audit c
left join agency l on l.agency_id = c.lead_agency_id left join agency a on a.agency_id = c.auditor_agency_id group by 1, 2, 3, 4$$),
('feedback',
$$select month, about, responses, timely, timely_answers, timely_percent, helpful, helpful_answers, empowered, empowered_answers,
    requests_answered, requests, response_rate, responses_of_children from p_kpi.feedback$$,
$$select coalesce(b.month, q.month), coalesce(b.about, q.about), coalesce(n, 0), coalesce(t, 0), coalesce(ta, 0), (100.0 * t / nullif(ta, 0))::numeric(4, 1),
    coalesce(h, 0), coalesce(ha, 0), coalesce(e, 0), coalesce(ea, 0), coalesce(answered, 0), coalesce(asked, 0), (100.0 * answered / asked)::numeric(4, 1), coalesce(children, 0)
from (select month_of(given_on) as month, case when episode_id is null then 'group' else 'episode' end as about, count(*) as n,
        sum(timely::integer) as t, count(timely) as ta, sum(helpful::integer) as h, count(helpful) as ha, sum(empowered::integer) as e, count(empowered) as ea,
        count(*) filter (where given_by = 'child') as children
    from feedback group by 1, 2) b
full join (select month_of(asked_on) as month, case when episode_id is null then 'group' else 'episode' end as about, count(*) as asked,
        count(*) filter (where feedback_request_id in (select feedback_request_id from feedback)) as answered
    from feedback_request group by 1, 2) q on q.month = b.month and q.about = b.about$$),
('figures',
$$select period_kind, period_key, metric_code, value from p_kpi.figures where metric_code in
    ('contacts', 'children_contacted', 'waiting_list', 'families_worked_with', 'length_of_support', 'wait_for_early_help', 'step_ups_offered', 'case_audits_good')$$,
$$select kind, key, x.metric_code, x.value::numeric(14, 1)
from period cross join lateral (values
    ('contacts', (select count(*)::numeric from contact_child where received_on between start and stop)),
    ('children_contacted', (select count(distinct counted_child_id) from contact_child where received_on between start and stop)),
    ('waiting_list', (select count(*) from waits where waiting_for = 'early help' and began <= stop and coalesce(ended, 'infinity'::date) > stop)),
    ('families_worked_with', (select count(distinct family_id) from episode where opened_on <= stop and coalesce(closed_on, 'infinity'::date) >= start)),
    ('length_of_support', (select percentile_cont(0.5) within group (order by closed_on - opened_on)::numeric from episode where closed_on between start and stop)),
    ('wait_for_early_help', (select percentile_cont(0.5) within group (order by ended - began)::numeric from waits where waiting_for = 'early help' and started and ended between start and stop)),
    ('step_ups_offered', (select count(*) from step where to_level = 'social_care' and offered_on between start and stop)),
    ('case_audits_good', (select 100 * avg((grade in ('outstanding', 'good'))::integer) from case_audit where audited_on between start and stop))
) x (metric_code, value)$$),
('dashboard',
$$select month_key, metric_code, value, previous_month, same_month_last_year, year_to_date from p_kpi.dashboard$$,
$$with f as materialized (select * from p_kpi.figures where period_kind = 'month')
select m.period_key, m.metric_code, m.value,
    (select value from f where f.metric_code = m.metric_code and f.period_start = m.period_start - interval '1 month'),
    (select value from f where f.metric_code = m.metric_code and f.period_start = m.period_start - interval '1 year'),
    case m.metric_code
        when 'children_contacted' then (select count(distinct counted_child_id) from contact_child where received_on between y.start and m.period_end)
        when 'families_worked_with' then (select count(distinct family_id) from episode where opened_on <= m.period_end and coalesce(closed_on, 'infinity'::date) >= y.start)
        when 'waiting_list' then m.value
        when 'length_of_support' then (select percentile_cont(0.5) within group (order by closed_on - opened_on)::numeric from episode where closed_on between y.start and m.period_end)
        when 'wait_for_early_help' then (select percentile_cont(0.5) within group (order by ended - began)::numeric from waits where waiting_for = 'early help' and started and ended between y.start and m.period_end)
        else (select case when m.unit = '%' then 100.0 * sum(f.numerator) / nullif(sum(f.denominator), 0) else sum(f.numerator) end
            from f where f.metric_code = m.metric_code and f.period_start between y.start and m.period_start)
    end::numeric(14, 1)
from f m
cross join lateral (select make_date(extract(year from m.period_start - interval '3 months')::integer, 4, 1) as start) y
$$);

-- The names of the views that differ from their plain query. The two that rest on
-- all others take longest: not after every write.
create function different(with_dashboard boolean default true) returns text
    language plpgsql
as $$
declare
    one record;
    rows bigint;
    names text := '';
begin
    for one in select * from pair where with_dashboard or name not in ('dashboard', 'figures') order by name loop
        execute format(
            'with shown as materialized (select x::text as line from (%s) x), plain as materialized (select x::text as line from (%s) x)
            select count(*) from ((table shown except all table plain) union all (table plain except all table shown)) d', one.shown, one.plain)
        into rows;
        if rows > 0 then
            names := names || ' ' || one.name || ' ' || rows;
        end if;
    end loop;
    return names;
end
$$;

-- As refresh_kpis does, which commits and so cannot run here.
create function refresh() returns void
    language plpgsql
as $$
declare
    one date;
begin
    perform early_help.sweep_kpi_months('p', '1899-01-01');
    for one in select distinct month from kpi_stale_month order by 1 loop
        perform early_help.refresh_kpi_month('p', one);
    end loop;
end
$$;

-- After a write: right while stale, right when fresh.
create sequence written;
create function after_write(command text, why text) returns setof text
    language plpgsql
as $$
declare
    written bigint;
    stale text;
    with_dashboard constant boolean := nextval('written') % 12 = 0;
begin
    execute command;
    get diagnostics written = row_count;
    stale := different(with_dashboard);
    perform refresh();
    return next is(case when written = 0 then 'nothing was written' else stale || different(with_dashboard) end, '', why);
end
$$;

set jit = off;
select is(different(), '', 'a history, nothing refreshed yet');
select refresh() \g /dev/null
select is_empty('table kpi_stale_month', 'refreshed');
select is(different(), '', 'and right when fresh');
-- Of each view something is there to differ.
create function is_empty_view(name text) returns boolean
    language plpgsql
as $$
declare
    found boolean;
begin
    execute format('select not exists (select from p_kpi.%I)', name) into found;
    return found;
end
$$;
select is_empty($$ select name from pair where name <> 'step_downs' and is_empty_view(name) $$, 'every view but one has rows');

-- As a subscriber applies them, without rules and foreign keys: any write there can be.
set session_replication_role = replica;

create function gone_and_back(name text, condition text) returns setof text
    language plpgsql
as $$
declare
    columns text;
begin
    execute format('create temp table gone as select * from %I where %s', name, condition);
    select string_agg(quote_ident(attname), ', ' order by attnum) into columns
    from pg_attribute where attrelid = name::regclass and attnum > 0 and not attisdropped and attgenerated = '';
    return query select after_write(format('delete from %I where %s', name, condition), name || ': deleted');
    return query select after_write(format('insert into %1$I (%2$s) select %2$s from gone', name, columns), name || ': inserted');
    drop table gone;
end
$$;
select gone_and_back('contact_child', 'contact_child_id % 5 = 0');
select gone_and_back('referral', 'referral_id % 3 = 0');
select gone_and_back('episode', 'episode_id % 3 = 0 and not exists (select from plan p join plan_outcome using (plan_id) where p.episode_id = episode.episode_id)');
select gone_and_back('episode_child', 'child_id % 3 = 0');
select gone_and_back('assessment', 'assessment_id % 3 = 0');
select gone_and_back('plan', 'not exists (select from review r where r.plan_id = plan.plan_id) and not exists (select from plan_outcome o join episode e on e.episode_id = plan.episode_id where o.plan_id = plan.plan_id and e.closed_on is not null)');
select gone_and_back('plan_outcome', 'plan_outcome_id % 3 = 0');
select gone_and_back('step', 'true');
select gone_and_back('service_request', 'service_request_id % 2 = 0');
select gone_and_back('group_session', 'group_session_id % 4 = 0');
select gone_and_back('group_attendance', 'group_attendance_id % 4 = 0');
select gone_and_back('partner_return', 'extract(month from month) = 3');
select gone_and_back('case_audit', 'true');
select gone_and_back('feedback', 'feedback_id % 3 = 0');
select gone_and_back('feedback_request', 'feedback_request_id % 3 = 0');

select after_write($$ update contact_child set received_on = received_on + 200 where contact_child_id % 7 = 0 $$, 'contacts re-dated');
select after_write($$ update contact_child set decision = 'referral', locality_id = null where contact_child_id % 7 = 1 and attached_episode_id is null $$, 'contacts changed');
select after_write($$ update referral set referred_on = referred_on - 300, accepted_on = null, declined_on = null where referral_id % 7 = 0 $$, 'referrals re-dated');
select after_write($$ update referral set source_code = '6', service_id = (select min(service_id) from service) where referral_id % 5 = 0 $$, 'referrals re-coded: episodes move along');
select after_write($$ update child set birth_date = birth_date - 1000, sex_code = 'U', ethnicity_code = 'REFU' where child_id % 4 = 0 $$, 'birth dates corrected');
select after_write($$ update episode set opened_on = opened_on - 70 where episode_id % 5 = 0 and not exists (select from episode x where x.family_id = episode.family_id and x.episode_id <> episode.episode_id) $$, 'episodes opened earlier');
select after_write($$ update episode set closed_on = closed_on + 35, closure_agreed_on = coalesce(closure_agreed_on, closed_on) where closed_on is not null and episode_id % 3 = 0 and not exists (select from episode x where x.family_id = episode.family_id and x.opened_on > episode.opened_on) $$, 'closures re-dated');
select after_write($$ update episode set allocated_on = allocated_on + 20 where allocated_on is not null and coalesce(closed_on, 'infinity'::date) > allocated_on + 20 $$, 'allocations re-dated');
select after_write($$ update episode set closed_on = '2022-12-15', closure_reason_code = 'moved_away', closure_agreed_on = '2022-12-15', state = 'closed' where closed_on is null and allocated_on <= '2022-12-15' $$, 'all that are allocated closed');
select after_write($$ update episode set closed_on = null, closure_reason_code = null, closure_agreed_on = null, closure_agreement_absent_reason = null, state = 'allocated' where closed_on > '2022-06-01' and allocated_on is not null and not exists (select from episode x where x.family_id = episode.family_id and x.opened_on > episode.opened_on) $$, 'reopened');
select after_write($$ update episode set referral_id = null where episode_id % 4 = 0 and referral_id is not null $$, 'without a referral');
select after_write($$ insert into episode (family_id, opened_on, allocated_on, closed_on, closure_reason_code, closure_agreed_on, state) select family_id, max(closed_on) + 3, max(closed_on) + 5, max(closed_on) + 40, 'outcomes_achieved', max(closed_on) + 40, 'closed' from episode group by family_id having count(*) = count(closed_on) $$, 'a second episode soon after the first');
select after_write($$ update episode_child set left_on = joined_on + 10 where child_id % 5 = 0 $$, 'children who leave early');
select after_write($$ update episode_child set left_on = null where child_id % 5 = 1 and joined_on = (select max(x.joined_on) from episode_child x where x.child_id = episode_child.child_id and x.episode_id = episode_child.episode_id) $$, 'children who do not leave');
select after_write($$ insert into episode_child (episode_id, child_id, joined_on, left_on) select x.episode_id, min(c.child_id), min(x.joined_on) + 20, min(x.joined_on) + 200 from episode_child x join episode_child c on c.episode_id <> x.episode_id group by x.episode_id on conflict do nothing $$, 'children supported twice at a time');
select after_write($$ with merged as (update child set merged_into_child_id = child_id + 1 where child_id % 6 = 0 and exists (select from child x where x.child_id = child.child_id + 1) returning child_id), contacts as (update contact_child set counted_child_id = child_id + 1 where child_id in (select child_id from merged)) update referral set counted_child_id = child_id + 1 where child_id in (select child_id from merged) $$, 'duplicates merged');
select after_write($$ with parted as (select child_id from child where child_id % 12 = 0 and merged_into_child_id is not null), contacts as (update contact_child set counted_child_id = child_id where child_id in (select child_id from parted)), referrals as (update referral set counted_child_id = child_id where child_id in (select child_id from parted)) update child set merged_into_child_id = null where child_id in (select child_id from parted) $$, 'a merge undone');
select after_write($$ update assessment set started_on = started_on - 31, service_id = null where assessment_id % 3 = 0 $$, 'assessments re-dated');
select after_write($$ update plan set service_id = (select max(service_id) from service) where plan_id % 3 = 0 $$, 'plans with another service');
select after_write($$ update plan set review_due_on = review_counts_from + 42 where completed_by_review_id is null and review_due_on <> review_counts_from + 42 $$, 'reviews due earlier');
select after_write($$ update review set due_on = held_on - 3 where review_id % 3 = 0 $$, 'reviews held late');
select after_write($$ update review set held_on = held_on + 1 where next_review_due_on is null and review_id % 2 = 0 $$, 'reviews re-dated');
select after_write($$ update plan_outcome set achieved_on = null where achieved_on is not null and plan_outcome_id % 2 = 0 $$, 'outcomes not achieved after all');
select after_write($$ update plan_outcome set withdrawn_on = agreed_on, position = null, achieved_on = null where withdrawn_on is null and plan_outcome_id % 5 = 0 $$, 'outcomes dropped');
select after_write($$ update closure_reason set counted_in_outcomes = not counted_in_outcomes where code in ('moved_away', 'family_disengaged') $$, 'another denominator');
select after_write($$ update partnership set positive_outcome_share = 0.8 $$, 'another share that is positive');
select after_write($$ update partnership set re_referral_months = 3 $$, 'a shorter time to re-referral');
select after_write($$ update step set offered_on = offered_on - 25 where outcome is not null and (consulted_on is null or consulted_on <= offered_on - 25 or basis = 'section_47') $$, 'steps re-dated');
select after_write($$ update service_request set requested_on = requested_on - 60 $$, 'requests re-dated');
select after_write($$ update service_request set decided_on = decided_on + 33 where outcome <> 'started' $$, 'decisions re-dated');
select after_write($$ update group_session set held_on = held_on + 31 where group_session_id % 2 = 0 $$, 'sessions re-dated');
select after_write($$ update group_attendance set attended = not attended where group_attendance_id % 3 = 0 $$, 'attendance corrected');
select after_write($$ update group_programme set service_id = (select max(service_id) from service) where group_programme_id % 2 = 0 $$, 'a programme of another service');
select after_write($$ update partner_return set families = families + 7 where extract(month from month) = 5 $$, 'returns corrected');
select after_write($$ update case_audit set audited_on = audited_on + 40, grade = 'good' $$, 'audits re-dated');
select after_write($$ update feedback set given_on = given_on + 40, timely = null, helpful = true where feedback_id % 2 = 0 $$, 'answers changed');
select after_write($$ update feedback_request set asked_on = asked_on - 40 where feedback_request_id % 2 = 0 $$, 'requests for feedback re-dated');
set session_replication_role = origin;
select is(different(), '', 'and the dashboard after all that');

select finish();
rollback;
