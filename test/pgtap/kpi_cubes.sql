-- Every view of figures equals the same view computed from the records, both ways,
-- whatever is written, before a refresh and after: see kpi_live.psql.
begin;
select plan(94);

set client_min_messages = warning;
create extension early_help_sample;
select from early_help.create_partnership('p', training => true);
select from early_help_sample.generate_sample('p', 40, '2022-01-01', '2023-03-31', 7);
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
-- Mistyped years.
insert into p.contact (contact_id, received_on, source_code) values (9001, '2011-03-05', '6');
insert into p.contact_child (contact_id, child_id, primary_need_code) select 9001, min(child_id), 'N1' from p.child;
-- Figures go on to the current month. Without the periods after the history the test takes no longer from year to year.
select early_help_internal.write_by_engine($$ delete from p.kpi_period where last_month > '2023-12-01' $$) \g /dev/null
-- The server's statistics are of empty tables.
analyze;
insert into p.population (year, locality_id, age_0_17, source) select 2022, locality_id, 900, 'x' from p.locality;
\ir kpi_live.psql
create function month_of(day date) returns date language sql immutable as $$ select date_trunc('month', day::timestamp)::date $$;

-- As refresh_kpis does, which commits and so cannot run here.
create function refresh() returns void
    language plpgsql
as $$
declare
    one date;
begin
    loop
        perform early_help_internal.trim_marks('p');
        select min(month) into one from stale_month;
        exit when one is null;
        perform early_help_internal.refresh_kpi_month('p', one);
    end loop;
    perform early_help_internal.narrow_filled_months('p');
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
select is_empty('table stale_month', 'refreshed');
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
select after_write($$ with kept as (insert into reopening (episode_id, closed_on, closure_reason_code, reopened_on, reason) select episode_id, allocated_on + 30, 'outcomes_achieved', allocated_on + 90, 'x' from episode where allocated_on is not null and closed_on is null returning episode_id, reopened_on) update episode set reopened_on = k.reopened_on, reopen_reason = 'x' from kept k where k.episode_id = episode.episode_id $$, 'with a closure before');
select after_write($$ update referral set primary_need_code = 'N2', locality_id = null where referral_id in (select referral_id from episode where reopened_on is not null) $$, 'their referrals re-coded');
select after_write($$ update episode set allocated_on = allocated_on + 3 where reopened_on is not null $$, 'their allocations re-dated');
select after_write($$ update plan set service_id = (select max(service_id) from service) where episode_id in (select episode_id from episode where reopened_on is not null) $$, 'their plans with another service');
select after_write($$ update plan_outcome set achieved_on = null where achieved_on is not null and plan_outcome_id % 2 = 0 and plan_id in (select plan_id from plan join episode using (episode_id) where reopened_on is not null) $$, 'their outcomes not achieved after all');
select after_write($$ update reopening set closed_on = closed_on - 20, closure_reason_code = 'opened_in_error' where episode_id % 2 = 0 $$, 'closures of before re-dated');
select after_write($$ update assessment set service_id = (select min(service_id) from service), started_on = started_on - 5 where episode_id in (select episode_id from episode where reopened_on is not null) $$, 'their EHAs re-dated');
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
-- Without a setting a figure means nothing: gone, it is back as another.
create function back_as_another(name text, change text) returns setof text
    language plpgsql
as $$
begin
    execute format('create temp table gone as table %I', name);
    execute format('update gone set %s', change);
    execute format('delete from %I', name);
    perform refresh();
    return query select after_write(format('insert into %I table gone', name), name || ': another');
    drop table gone;
end
$$;

-- What one write reaches in another month.
select gone_and_back('feedback', 'feedback_request_id is not null');
select after_write($$ update plan set service_id = (select min(service_id) from service where service_id <> plan.service_id) where exists (
    select from review r where r.plan_id = plan.plan_id
        and month_of(r.due_on) not in (month_of(plan.started_on), month_of(coalesce(plan.ended_on, plan.started_on)), month_of(coalesce(plan.review_due_on, plan.started_on)))) $$,
    'reviews of plans with another service');
select after_write($$ update closure_reason set counted_in_outcomes = true $$, 'all closures counted');
select after_write($$ update episode set closed_on = '2022-12-20', closure_reason_code = 'outcomes_achieved', closure_agreed_on = '2022-12-20', state = 'closed' where closed_on is null and allocated_on <= '2022-12-20' $$, 'closed once more');
select after_write($$ update plan_outcome o set achieved_on = case when plan_outcome_id = (select min(x.plan_outcome_id) from plan_outcome x where x.plan_id = o.plan_id and x.withdrawn_on is null) then agreed_on end where withdrawn_on is null $$, 'one outcome of each plan achieved');
select after_write($$ update partnership set positive_outcome_share = 0.01 $$, 'little is positive');
select back_as_another('closure_reason', 'counted_in_outcomes = not counted_in_outcomes');
select after_write($$ insert into referral (child_id, counted_child_id, family_id, referred_on, source_code, primary_need_code)
    select (select min(child_id) from child), (select min(child_id) from child), e.family_id, e.closed_on + 75, '6', 'N1'
    from (select distinct on (family_id) family_id, closed_on from episode where closed_on is not null order by family_id, closed_on desc) e $$, 'referrals soon after support');
select gone_and_back('episode', 'closed_on is not null');
select after_write($$ update episode set closed_on = closed_on - 20, closure_agreed_on = least(closure_agreed_on, closed_on - 20) where coalesce(allocated_on, opened_on) <= closed_on - 20 $$, 'support that ended earlier');
select back_as_another('partnership', 're_referral_months = 1');
set session_replication_role = origin;
select is(different(), '', 'and the dashboard after all that');

-- Texts that are filled.
select is(early_help_internal.fill($$ {a} {'a'} {{a}} {'b'} {}{ {"a"} }} $$, jsonb_build_object('a', 'x "{a}', 'b', null)),
    $$ "x ""{a}" 'x "{a}' x "{a} NULL {}{ {"a"} }} $$, 'a text is filled by identifiers, literals and texts, once');
select throws_ok($$ select early_help_internal.fill('{a} {c}', '{"a": 1}') $$, '22023', 'nothing fills {c}', 'a name is missing');

select finish();
rollback;
