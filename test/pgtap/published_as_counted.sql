-- Where nothing is hidden, every published table says what the figures said that
-- day, for a month, a quarter and a year, and so does the published dashboard.
begin;
select no_plan();
create extension early_help_sample;
select null from early_help.create_partnership('town', training => true) \g /dev/null
select null from early_help_sample.generate_sample('town', 80, '2023-02-01', '2024-06-30', 3) \g /dev/null
set search_path = town, public;

-- What so small a sample has none of. No rule matters here, only counts.
set session_replication_role = replica;
insert into step (child_id, family_id, from_level, to_level, offered_on, basis, reason, consulted_role, consulted_on, no_assessment_reason,
    decided_on, outcome, receiving_agency_id, receiving_practitioner_id, first_review_on)
select
    (select min(child_id) from child), (select min(family_id) from family), l.from_level, l.to_level, '2023-11-06', l.basis, 'reason',
    'line_manager', '2023-11-06', 'none', '2023-12-04', o, a.agency_id, (select min(practitioner_id) from practitioner), '2023-12-20'
from (
    values
        ('social_care'::early_help.need_level, 'early_help'::early_help.need_level, null::early_help.step_basis),
        ('social_care', 'universal', null),
        ('early_help', 'social_care', 'section_17')
) as l (from_level, to_level, basis)
cross join unnest(enum_range(null::early_help.step_outcome)) o
cross join (select agency_id from agency order by agency_id limit 3) a;
update plan
set ended_on = '2023-11-20', end_reason = r.reason, completed_by_review_id = null
from (
    select plan_id, (array['consent_withdrawn', 'episode_closed'])[row_number() over (order by plan_id)]::early_help.plan_end_reason as reason
    from plan
    where kind = 'intervention'
        and started_on between '2023-06-01' and '2023-11-20'
    order by plan_id
    limit 2
) r
where plan.plan_id = r.plan_id;
update service_request
set offered_on = null, started_on = null, ended_on = null, decided_on = null, outcome = null
where service_request_id in (select service_request_id from service_request where requested_on between '2023-07-01' and '2023-09-30' limit 2);
set session_replication_role = origin;

update partnership set suppression_threshold = 0;
select null from publish_figures('2023-11', (select min(practitioner_id) from practitioner)) \g /dev/null
select null from publish_figures('2023/24 Q2', (select min(practitioner_id) from practitioner)) \g /dev/null
select null from publish_figures('2023/24', (select min(practitioner_id) from practitioner)) \g /dev/null
select is((select count(*) from published_figure where hidden is not null), 0::bigint, 'nothing is hidden');

-- Of each count, the view of figures that has it, and how.
create temp table counted (count_name, view, expression) as values
    ('contacts', 'contacts', 'contacts'),
    ('known_contacts', 'contacts', 'known_contacts'),
    ('new_contacts', 'contacts', 'contacts - known_contacts'),
    ('referrals', 'referrals', 'referrals'),
    ('re_referrals', 're_referrals', 're_referrals'),
    ('first_referrals', 're_referrals', 'referrals - re_referrals'),
    ('re_referrals_after_support', 're_referral_after_support', 'after_support'),
    ('referrals_not_after_support', 're_referral_after_support', 'referrals - after_support'),
    ('assessments_started', 'assessments_started', 'assessments_started'),
    ('assessments_completed', 'assessments_started', 'assessments_completed'),
    ('assessments_ended_otherwise', 'assessments_started', 'assessments_ended_otherwise'),
    ('intervention_plans_started', 'intervention_plans', 'plans_started'),
    ('intervention_plans_completed', 'intervention_plans', 'plans_completed'),
    ('intervention_plans_ended_otherwise', 'intervention_plans', 'plans_ended_otherwise'),
    ('intervention_plans_consent_withdrawn', 'intervention_plans', 'plans_ended_consent_withdrawn'),
    ('intervention_plans_ended_with_episode', 'intervention_plans', 'plans_ended_otherwise - plans_ended_consent_withdrawn'),
    ('reviews_due', 'review_timeliness', 'reviews_due'),
    ('reviews_on_time', 'review_timeliness', 'held_on_time'),
    ('reviews_not_on_time', 'review_timeliness', 'reviews_due - held_on_time'),
    ('reviews_held_late', 'review_timeliness', 'held_late'),
    ('reviews_not_held', 'review_timeliness', 'not_held'),
    ('episodes_opened', 'episodes', 'opened'),
    ('episodes_allocated', 'episodes', 'allocated'),
    ('episodes_closed', 'closure_outcomes', 'closures'),
    ('episodes_closed_waiting', 'episodes', 'closed_waiting'),
    ('closures_counted', 'closure_outcomes', 'closures_counted'),
    ('closures_not_counted', 'closure_outcomes', 'closures - closures_counted'),
    ('positive_outcomes', 'closure_outcomes', 'positive_outcomes'),
    ('other_outcomes', 'closure_outcomes', 'closures_counted - positive_outcomes'),
    ('service_requests', 'needs_without_service', 'requests'),
    ('service_requests_offered', 'needs_without_service', 'offered'),
    ('service_requests_decided', 'needs_without_service', 'decided'),
    ('service_requests_not_decided', 'needs_without_service', 'requests - decided'),
    ('needs_without_service', 'needs_without_service', 'no_service'),
    ('group_attendances', 'group_work', 'attendances'),
    ('step_ups_offered', 'step_ups', 'offered'),
    ('step_ups_accepted', 'step_ups', 'accepted'),
    ('step_ups_declined', 'step_ups', 'declined'),
    ('step_ups_withdrawn', 'step_ups', 'withdrawn'),
    ('step_ups_offered_accepted', 'step_ups', 'offered_accepted'),
    ('step_ups_offered_not_accepted', 'step_ups', 'offered - offered_accepted'),
    ('step_downs_offered_accepted', 'step_downs', 'offered_accepted'),
    ('step_downs_offered_not_accepted', 'step_downs', 'offered - offered_accepted'),
    ('step_downs_offered', 'step_downs', 'offered'),
    ('step_downs_declined', 'step_downs', 'declined'),
    ('step_downs_withdrawn', 'step_downs', 'withdrawn'),
    ('feedback_requests', 'feedback', 'requests'),
    ('feedback_requests_answered', 'feedback', 'requests_answered'),
    ('feedback_requests_open', 'feedback', 'requests - requests_answered'),
    ('timely_answers', 'feedback', 'timely_answers'),
    ('feedback_timely', 'feedback', 'timely'),
    ('feedback_not_timely', 'feedback', 'timely_answers - timely'),
    ('helpful_answers', 'feedback', 'helpful_answers'),
    ('feedback_helpful', 'feedback', 'helpful'),
    ('feedback_not_helpful', 'feedback', 'helpful_answers - helpful'),
    ('empowered_answers', 'feedback', 'empowered_answers'),
    ('feedback_empowered', 'feedback', 'empowered'),
    ('feedback_not_empowered', 'feedback', 'empowered_answers - empowered');
-- No view has these: they come from the records.
create temp view town_events as
select
    date_trunc('month', s.decided_on::timestamp)::date as month,
    a.sector as receiving_sector,
    (s.to_level = 'early_help')::integer as to_early_help
from step s
left join agency a on a.agency_id = s.receiving_agency_id
where s.from_level = 'social_care' and s.outcome = 'accepted';
create temp view town_closures as
select date_trunc('month', e.closed_on::timestamp)::date as month, l.name as ward, (e.supported_from is not null)::integer as after_support
from spell_end e
left join referral r on r.referral_id = e.referral_id
left join locality l on l.locality_id = r.locality_id
where e.closed_on is not null;
insert into counted values
    ('step_downs_accepted', 'town_events', 'to_early_help'),
    ('step_downs_accepted_elsewhere', 'town_events', '1 - to_early_help'),
    ('episodes_closed_after_support', 'town_closures', 'after_support');

-- A row a figure that a table and the figures say differently.
create function public.differences(t town.published_table)
    returns table (period text, value_1 text, value_2 text, count_name text, shown bigint, counted bigint)
    language plpgsql
as $$
declare
    -- What a view calls by another name.
    value_of constant text :=
        'coalesce(%s::text, ''not recorded'')';
    v1 text := coalesce(t.dimensions[1], '''''');
    v2 text := coalesce(t.dimensions[2], '''''');
    c record;
begin
    for c in
        select k.count_name, d.view, d.expression
        from unnest(t.counts) as k (count_name)
        left join pg_temp.counted d on d.count_name = k.count_name
    loop
        return query execute format(
            'with shown as (
                select period::text, %1$s::text as value_1, %2$s::text as value_2, %3$I::bigint as figure
                from town_kpi.%4$I
            ), counted as (
                select b.period::text, %5$s as value_1, %6$s as value_2, sum(%7$s)::bigint as figure
                from %8$s k
                join town.publication b on k.month >= b.first_month and k.month < b.next_month
                group by 1, 2, 3
            )
            select period, value_1, value_2, %9$L::text, s.figure, c.figure
            from shown s
            full join counted c using (period, value_1, value_2)
            where coalesce(s.figure, -1) is distinct from coalesce(c.figure, 0)
                and not (s.figure is null and coalesce(c.figure, 0) = 0)',
            v1, v2, c.count_name, 'published_' || t.table_name,
            format(value_of, case v1 when 'sen_support' then 'case when supports_sen then ''SEN support'' else ''none'' end' else v1 end),
            format(value_of, case v2 when 'sen_support' then 'case when supports_sen then ''SEN support'' else ''none'' end' else v2 end),
            c.expression,
            case when c.view ~ '^town_' then 'pg_temp.' else 'town_kpi.' end || c.view,
            c.count_name);
    end loop;
end
$$;

select is_empty(
    $$select t.table_name, c from published_table t cross join lateral unnest(t.counts) c where c not in (select count_name from counted)$$,
    'this test knows each count');
select is_empty(format('select * from public.differences(%L)', t), t.table_name || ' is as counted')
from published_table t
order by t.table_name;
select is_empty(
    $$select c from (select distinct unnest(counts) as c from published_table) q
    where not exists (select from published_figure f where f.count_name = c and f.figure > 0)$$,
    'of each count there is something to compare');
select is(
    (select array_agg(distinct period::text order by period::text) from published_figure join publication using (publication_id)),
    array['2023-11', '2023/24', '2023/24 Q2'], 'in all three periods');

-- Percentages, and what has no cases.
create function public.wrong_rates(t town.published_table)
    returns table (rate text, shown numeric, status text, counted numeric)
    language plpgsql
as $$
declare
    r text[];
begin
    for r in select regexp_split_to_array(one, '\s*[=/]\s*') from unnest(t.ratios) one loop
        return query execute format(
            'select %4$L::text, %1$I::numeric, %5$I::text, round(100.0 * %2$I / nullif(%3$I, 0), 1)
            from town_kpi.%6$I
            where %1$I is distinct from round(100.0 * %2$I / nullif(%3$I, 0), 1)
                or %5$I is distinct from case when %3$I = 0 then ''no cases'' else ''ok'' end',
            r[1], r[2], r[3], r[1], r[1] || '_status', 'published_' || t.table_name);
    end loop;
end
$$;
select is_empty(format('select * from public.wrong_rates(%L)', t), t.table_name || ' has the percentages of its counts')
from published_table t
where t.ratios <> '{}'
order by t.table_name;

-- The dashboard: each figure of the Board's that adds up, and no other.
select set_eq(
    'select distinct metric_code from town_kpi.published_dashboard',
    $$select metric_code from town_kpi.metric
    where metric_code not in ('children_contacted', 'families_worked_with', 'waiting_list', 'wait_for_early_help', 'length_of_support',
        'case_audits', 'case_audits_good')$$,
    'the dashboard has each figure that adds up');
select set_eq(
    'select period::text, metric_code, value, value_status, numerator, denominator from town_kpi.published_dashboard',
    $$select b.period::text, f.metric_code, f.value, f.value_status, f.numerator, f.denominator
    from publication b
    join town_kpi.figures f on f.period_start = b.first_month
        and f.period_key = b.period
    where f.metric_code in (select metric_code from town_kpi.published_dashboard)$$,
    'the published dashboard says what the dashboard said');

-- A table of one's own that has a figure of one's own.
set search_path = town_kpi, town, public;
insert into kpi_metric
values ('conversations_with_child', 'Access', 200, 'Conversations with a child', '%', 1, 'a conversation', 'with a child', 'conversations', null, 'high', 'own', 'own');
select early_help.define_published_table('conversations', 'Published conversations.', '{}',
    array['conversations', 'conversations_with_child', 'conversations_without'],
    array['conversations = conversations_with_child + conversations_without'],
    array['with_child_rate = conversations_with_child / conversations'], '{}',
    'select date_trunc(''month'', held_on::timestamp)::date as month, 1 as conversations, num_nonnulls(child_id) as conversations_with_child,
        num_nulls(child_id) as conversations_without from conversation') \g /dev/null
select null from publish_figures('2023-12', (select min(practitioner_id) from practitioner)) \g /dev/null
select results_eq(
    $$select numerator, denominator, value from published_dashboard where period = '2023-12' and metric_code = 'conversations_with_child'$$,
    $$select count(child_id)::integer, count(*)::integer, round(100.0 * count(child_id) / count(*), 1)::numeric(14, 1)
    from conversation where held_on between '2023-12-01' and '2023-12-31'$$,
    'a table of one''s own comes to the published dashboard by the code of its figure');

select finish();
rollback;
