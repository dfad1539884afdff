-- Every view of figures equals the same view computed from the records, before a refresh
-- and after, whatever rows come and go. kpi_cubes_of_episodes and kpi_cubes_of_work change them.
begin;
select plan(37);

\ir kpi_written.psql

select is(different(), '', 'a history, nothing refreshed yet');
select refresh() \g /dev/null
select is_empty($$ select from stale_month where month <= '2023-12-01' $$, 'refreshed');
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
set session_replication_role = origin;
select is(different(), '', 'and the dashboard after all that');

-- Texts that are filled.
select is(early_help_internal.fill($$ {a} {'a'} {{a}} {'b'} {}{ {"a"} }} $$, jsonb_build_object('a', 'x "{a}', 'b', null)),
    $$ "x ""{a}" 'x "{a}' x "{a} NULL {}{ {"a"} }} $$, 'a text is filled by identifiers, literals and texts, once');
select throws_ok($$ select early_help_internal.fill('{a} {c}', '{"a": 1}') $$, '22023', 'nothing fills {c}', 'a name is missing');

select finish();
rollback;
