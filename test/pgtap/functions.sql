-- The functions called by name: one row back, named arguments, unknown ids YHS05,
-- the same rules as the tables, in a renamed partnership too, for a role that owns nothing.
\ir fixture.psql

-- One whole case, each act with its arguments named.
select support(1, 'none') \g /dev/null
create table public.called (fn text, n bigint);
create function public.one_row(call text)
returns text
language plpgsql
as $$
declare
    n bigint;
begin
    execute 'create temporary table answer on commit drop as select * from ' || call;
    get diagnostics n = row_count;
    insert into called values (split_part(call, '(', 1), n);
    drop table answer;
    return is(n, 1::bigint, call);
end
$$;
-- Some arguments are those that earlier calls made.
select one_row($$open_episode(family_id => 1, opened_on => '2024-01-02', referral_id => null, children => '{11,12}', lead_practitioner_id => 1, allocated_on => '2024-01-05')$$);
select one_row($$assign_lead_practitioner(episode_id => (select max(episode_id) from episode), practitioner_id => 2, from_on => '2024-01-20')$$);
select one_row($$start_assessment(episode_id => (select max(episode_id) from episode), started_on => '2024-01-21', child_id => null, practitioner_id => 1, service_id => null)$$);
select one_row(format($$assess_domain(assessment_id => (select max(assessment_id) from assessment), domain => %L, assessed_on => '2024-01-22', needs => 'x', strengths => 'y')$$, d))
from unnest('{health_and_wellbeing,development_and_education,parenting_and_caring,family_and_community}'::early_help.eha_domain[]) d;
select one_row($$assess_domain((select max(assessment_id) from assessment), 'family_and_community', '2024-01-23')$$);
select one_row($$complete_assessment(assessment_id => (select max(assessment_id) from assessment), completed_on => '2024-01-25')$$);
select one_row($$start_plan(episode_id => (select max(episode_id) from episode), started_on => '2024-02-01', review_due_on => '2024-03-20', kind => 'intervention',
    assessment_id => (select max(assessment_id) from assessment), practitioner_id => 2, service_id => null)$$);
select one_row($$add_outcome(plan_id => (select max(plan_id) from plan), description => 'x', agreed_on => '2024-02-02', headline_outcome_code => 'education')$$) from generate_series(1, 2);
select one_row($$withdraw_outcome(plan_outcome_id => (select max(plan_outcome_id) from plan_outcome), withdrawn_on => '2024-02-05', reason => 'x')$$);
select one_row($$achieve_outcome(plan_outcome_id => (select min(plan_outcome_id) from plan_outcome), achieved_on => '2024-03-05')$$);
select one_row($$hold_review(plan_id => (select max(plan_id) from plan), decision => 'extend', held_on => '2024-03-18', next_review_due_on => '2024-05-01', practitioner_id => 1, family_views => 'x')$$);
select one_row($$step_up(child_id => 11, basis => 'section_17', reason => 'x', offered_on => '2024-03-20', consulted_role => 'supervisor', consulted_on => '2024-03-19',
    assessment_id => (select max(assessment_id) from assessment), no_assessment_reason => null, consent_override_reason => null, family_id => 1)$$);
select one_row($$decline_step(step_id => (select max(step_id) from step), decided_on => '2024-03-21', reason => 'x')$$);
select one_row($$step_up(11, 'section_47', 'x', '2024-03-22', no_assessment_reason => 'x')$$);
select one_row($$withdraw_step(step_id => (select max(step_id) from step), decided_on => '2024-03-22', reason => 'x')$$);
select one_row($$step_up(11, 'section_47', 'x', '2024-03-23', no_assessment_reason => 'x')$$);
select one_row($$accept_step(step_id => (select max(step_id) from step), decided_on => '2024-03-24', receiving_agency_id => null, receiving_practitioner_id => null,
    first_review_on => null, decision_reason => 'x')$$);
select one_row($$step_down(child_id => 11, reason => 'x', offered_on => '2024-04-01', family_id => 1, to_level => 'early_help')$$);
select one_row($$accept_step((select max(step_id) from step), '2024-04-02', 2, 3, '2024-05-10')$$);
select one_row($$close_episode(episode_id => (select max(episode_id) from episode), reason_code => 'outcomes_achieved', closed_on => '2024-05-01', agreed_on => '2024-05-01', agreement_absent_reason => null)$$);
select one_row($$reopen_episode(episode_id => (select max(episode_id) from episode), reason => 'x', reopened_on => '2024-05-02')$$);
select one_row($$close_episode((select max(episode_id) from episode), 'moved_away', '2024-05-03', agreement_absent_reason => 'x')$$);

-- All of them were called, and say what they are for.
select bag_has('select distinct fn from called',
    $$values ('open_episode'), ('assign_lead_practitioner'), ('start_assessment'), ('assess_domain'), ('complete_assessment'), ('start_plan'), ('add_outcome'),
    ('withdraw_outcome'), ('achieve_outcome'), ('hold_review'), ('step_up'), ('accept_step'), ('decline_step'), ('step_down'), ('withdraw_step'), ('close_episode'), ('reopen_episode')$$,
    'every act of a practitioner was called here');
select is_empty($$select proname from pg_proc where pronamespace = 'town'::regnamespace and obj_description(oid, 'pg_proc') is null$$, 'every function has a comment');
select is_empty($$select proname from pg_proc where pronamespace = 'town'::regnamespace and (prosecdef or proconfig is not null) and proname !~ '^(import|inbox|kpi|cube|publish_figures$)'$$,
    'none runs with another''s rights, or a fixed search path but where it runs a text');
select is((select count(*)::integer from conversation), 1, 'no act writes another family''s record');

-- Unknown ids, and none: a missing id is YHS05 too where the act looks for the record itself, 23502 where its table does.
select refused(format(call, id), case when by_table and id = 'null' then '23502' else 'YHS05' end,
    format(call, id), case when by_table and id = 'null' then '%' else format('%%_id %s', coalesce(nullif(id, 'null'), '')) end)
from unnest(array['open_episode(%s, ''2024-01-01'')', 'assign_lead_practitioner(%s, 1, ''2024-01-01'')', 'start_assessment(%s, ''2024-01-01'')',
    'assess_domain(%s, ''family_and_community'', ''2024-01-01'')', 'complete_assessment(%s, ''2024-01-01'')', 'start_plan(%s, ''2024-01-01'')',
    'add_outcome(%s, ''x'', ''2024-01-01'')', 'withdraw_outcome(%s, ''2024-01-01'')', 'achieve_outcome(%s, ''2024-01-01'')', 'hold_review(%s, ''complete'', ''2024-01-01'')',
    'step_up(%s, ''section_47'', ''x'', ''2024-01-01'', no_assessment_reason => ''x'')', 'step_down(%s, ''x'', ''2024-01-01'')', 'accept_step(%s, ''2024-01-01'')',
    'decline_step(%s, ''2024-01-01'')', 'withdraw_step(%s, ''2024-01-01'')', 'close_episode(%s, ''moved_away'', ''2024-01-01'')', 'reopen_episode(%s, ''x'', ''2024-01-01'')']) c (bare)
cross join lateral (select 'select ' || bare, bare ~ '^(add_outcome|hold_review)') as s (call, by_table)
cross join unnest( '{987654321,"null"}'::text[]) id;
select refused('select assign_lead_practitioner(' || (select max(episode_id) from episode) || ', 987654321, ''2024-05-03'')', 'YHS05', 'an unknown practitioner breaks the foreign key');

-- open_episode supports whom it should.
select support(2, 'none', children => 7) \g /dev/null
update family_member set left_on = '2024-01-15' where child_id = 22;
update family_member set joined_on = '2024-03-01' where child_id = 23;
update child set died_on = '2024-01-15' where child_id = 24;
update child set birth_date = null, expected_birth_date = '2024-06-01', pregnancy_ended_on = '2024-01-20' where child_id = 25;
update child set died_on = '2025-01-01' where child_id = 27;
select open_episode(2, '2024-02-01') \g /dev/null
select bag_eq('select child_id from episode_child join episode using (episode_id) where family_id = 2', 'values (21::bigint), (26::bigint), (27::bigint)',
    'open_episode supports the members living on that day');
select is((select state::text from episode where family_id = 2), 'waiting', 'which waits without a lead practitioner');
select support(3, 'none') \g /dev/null
select open_episode(3, '2024-02-01', children => '{32}', lead_practitioner_id => 1) \g /dev/null
select results_eq('select child_id, state::text, allocated_on::date from episode_child join episode using (episode_id) where family_id = 3',
    $$values (32::bigint, 'allocated', date '2024-02-01')$$, 'or only those that are named, led from the first day');

-- Today is only a default: nobody has to give a date.
select support(4, 'none', current_date - 10) \g /dev/null
select is((open_episode(4)).opened_on::date, current_date, 'opened today where no day is given');

-- Renamed.
select early_help.rename_partnership('town', 'city') \g /dev/null
set local search_path = public;
select city.start_assessment(e.episode_id, '2024-02-02') from city.episode e where e.family_id = 3 \g /dev/null
select is((select count(*)::integer from city.assessment a join city.episode e using (episode_id) where e.family_id = 3), 1, 'the functions go along with a renamed partnership');
select refused('select city.add_outcome(987654321)', 'YHS05', 'and their errors');

-- A partnership adds columns of its own: every function that returns a row goes on returning it.
set constraints all immediate;
do $$
declare
    t regclass;
begin
    for t in
        select distinct c.oid
        from pg_proc p
        join pg_class c on c.reltype = p.prorettype
        where p.pronamespace = 'city'::regnamespace
    loop
        execute format('alter table %s add column our_own text', t);
    end loop;
end
$$;
select is((select array_agg(p.proname order by p.proname) from pg_proc p join pg_class c on c.reltype = p.prorettype
    where p.pronamespace = 'city'::regnamespace
        and (public.outcome_of(format('select city.%I(%s)', p.proname, (
            select string_agg(format('null::%s', a), ', ') from unnest(p.proargtypes::oid[]) t cross join lateral format_type(t, null) a)))).state = '42P13'),
    null, 'functions return rows with columns that were added');

select * from finish();
rollback;
