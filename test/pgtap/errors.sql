-- What an error of a rule carries: SQLSTATE, the rule's sentence, a hint, the table, ids alone;
-- and the catalogue the errors come from.
\ir fixture.psql

-- The catalogue.
select is_empty('select rule from early_help.rules() group by 1 having count(*) > 1', 'each number once');
select is_empty('select sqlstate from early_help.rules() group by 1 having count(*) > 1', 'each SQLSTATE once');
select is_empty('select sentence from early_help.rules() group by 1 having count(*) > 1', 'each sentence once');
select is_empty($$select rule from early_help.rules() where sqlstate !~ '^YH[0-9A-Z]{3}$'$$, 'all in class YH');
select is_empty($$select rule from early_help.rules() where rule ~ '^R' and sqlstate <> 'YH0' || substr(rule, 2)$$, 'a rule''s SQLSTATE is its number');
select is_empty($$select rule from early_help.rules() where length(name) < 3 or length(sentence) < 10 or length(hint) < 10$$, 'each has words');
select bag_eq($$select rule from early_help.rules() where rule ~ '^R'$$, $$select 'R' || to_char(n, 'FM00') from generate_series(1, 22) n$$, 'R01 to R22');
select is_empty($$select unnest(constraints) from early_help.rules() group by 1 having count(*) > 1$$, 'a constraint holds one rule');
create view public.structure as
    select conname::text as name, conrelid::regclass::text as held_by, contype::text as kind from pg_constraint where connamespace = 'town'::regnamespace
    union
    select c.relname::text, i.indrelid::regclass::text, 'u' from pg_index i join pg_class c on c.oid = i.indexrelid
    where i.indisunique and i.indpred is not null and c.relnamespace = 'town'::regnamespace;
select is_empty('select unnest(constraints) from early_help.rules() except select name from structure', 'every constraint it names exists');
-- Settings and engine: nobody but the owner writes them. Keys and foreign keys are a rule's by their kind (server_words.c).
select is_empty(
    $$select name, held_by from structure
    where kind in ('c', 'x')
        and held_by !~ '^(partnership|population|benchmark|kpi_record|kpi_metric|kpi_target|kpi_spc_setting|kpi_spc_rebase|publication|published_figure)$'
        and name not in (select unnest(constraints) from early_help.rules())$$,
    'every CHECK and EXCLUDE of the records is a rule''s');
select is_empty($$select name from structure where held_by ~ '^(plan_outcome|episode|episode_child|lead_practitioner|step|plan|review|assessment)$' and kind = 'u'
        and name !~ '(_source_ref_is_unique|_facts_|_pkey)' and name not in (select unnest(constraints) from early_help.rules())
        and name not in ('review_once_a_day_a_plan', 'assessment_corrected_once', 'episode_child_once_at_a_time')$$,
    'every unique key of the cases'' tables is a rule''s, or is known not to be');

-- Every kind of error, with SECRET in every narrative.
select support(1, 'planned'), support(2, 'planned'), support(3, 'closed'), support(4, 'waiting') \g /dev/null
insert into plan_outcome (plan_outcome_id, plan_id, agreed_on, description) select n, 1, '2024-02-01', 'SECRET' from generate_series(1, 5) n;
insert into conversation (family_id, held_on, family_voice) values (1, '2023-11-01', 'SECRET');
insert into child_identity (child_id, given_name, address) values (11, 'SECRET', 'SECRET');
update practitioner set name = 'SECRET';
update agency set name = 'SECRET' || agency_id;
select step_up(21, 'section_47', 'SECRET', '2024-02-02', no_assessment_reason => 'SECRET') \g /dev/null
select assess_all(2), complete_assessment(2, '2024-01-25') \g /dev/null
create table public.breach (code text, at_table text, at_constraint text, command text);
insert into breach values
    ('YH001', 'plan_outcome', 'plan_outcome_at_most_five', $$insert into plan_outcome (plan_id, agreed_on, description) values (1, '2024-02-02', 'SECRET')$$),
    ('YH001', 'plan_outcome', 'plan_outcome_at_most_five', $$insert into plan_outcome (plan_id, agreed_on, description, position) values (2, '2024-02-02', 'SECRET', 6)$$),
    ('YH002', 'plan', 'plan_review_due_in_six_to_eight_weeks', $$insert into plan (episode_id, started_on, review_due_on, source_ref) values (1, '2024-02-02', '2024-02-03', 'SECRET')$$),
    ('YH002', 'review', 'review_next_due_in_six_to_eight_weeks', $$insert into review (plan_id, held_on, decision, next_review_due_on, family_views) values (1, '2024-02-02', 'extend', '2024-02-03', 'SECRET')$$),
    ('YH003', 'plan', '', $$update plan set source_ref = 'SECRET', ended_on = '2024-02-20', end_reason = 'completed' where plan_id = 1$$),
    ('YH003', 'review', 'review_extends_to_a_next_review', $$insert into review (plan_id, held_on, decision, next_review_due_on, family_views) values (1, '2024-02-02', 'complete', '2024-03-20', 'SECRET')$$),
    ('YH004', 'plan_outcome', '', $$insert into plan_outcome (plan_id, agreed_on, description) values (2, '2024-06-02', 'SECRET')$$),
    ('YH005', 'assessment', '', $$update assessment set source_ref = 'SECRET' where assessment_id = 2$$),
    ('YH005', 'assessment_domain', '', $$update assessment_domain set needs = 'SECRET' where assessment_id = 2$$),
    ('YH006', 'episode', 'episode_one_at_a_time', $$insert into episode (family_id, opened_on, source_ref) values (1, '2024-02-02', 'SECRET')$$),
    ('YH007', 'lead_practitioner', 'episode_has_lead_from_allocation', $$delete from lead_practitioner where episode_id = 1$$),
    ('YH008', 'plan', '', $$insert into plan (episode_id, started_on, source_ref) values (1, '2023-12-02', 'SECRET')$$),
    ('YH008', 'consent', '', $$delete from consent where family_id = 1$$),
    ('YH010', 'step', 'step_up_was_consulted', $$select step_up(11, 'section_17', 'SECRET', '2024-02-02', no_assessment_reason => 'SECRET', consent_override_reason => 'SECRET')$$),
    ('YH010', 'step', 'step_up_carries_assessment_or_says_why', $$select step_up(11, 'section_47', 'SECRET', '2024-02-02', consent_override_reason => 'SECRET')$$),
    ('YH011', 'step', 'step_crosses_social_care', $$select step_down(11, 'SECRET', '2024-02-02')$$),
    ('YH011', 'episode_child', '', $$delete from episode_child where child_id = 11$$),
    ('YH012', 'step', 'step_decided_after_offered', $$select accept_step((select min(step_id) from step), '2024-02-01', decision_reason => 'SECRET')$$),
    ('YH012', 'episode', '', $$select close_episode(2, 'moved_away', '2024-04-01', null, 'SECRET')$$),
    ('YH014', 'episode', '', $$select close_episode(1, 'moved_away', '2024-01-02', null, 'SECRET')$$),
    ('YH014', 'episode', 'episode_closure_agreed_or_explained', $$update episode set closed_on = '2024-06-01', closure_reason_code = 'moved_away', source_ref = 'SECRET' where episode_id = 1$$),
    ('YH014', 'plan_outcome', '', $$insert into plan_outcome (plan_id, agreed_on, description) values (3, '2024-05-01', 'SECRET')$$),
    ('YH015', 'child', 'child_born_or_expected_not_both', $$insert into child (birth_date, expected_birth_date, source_ref) values ('2024-01-01', '2024-01-01', 'SECRET')$$),
    ('YH019', 'plan_outcome', 'plan_outcome_achieved_after_agreed', $$update plan_outcome set achieved_on = '2024-01-01', description = 'SECRET' where plan_outcome_id = 1$$),
    ('YH022', 'family_member', 'family_member_period_is_not_empty', $$update family_member set joined_on = '2024-01-02', left_on = '2024-01-01' where child_id = 11$$),
    ('YHS01', 'plan', '', $$insert into plan (episode_id, started_on, source_ref) values (4, '2024-02-01', 'SECRET')$$),
    ('YHS02', 'plan', '', $$update plan set kind = 'family_outcomes', source_ref = 'SECRET' where plan_id = 1$$),
    ('YHS03', 'episode', '', $$update episode set state = 'waiting', reopen_reason = 'SECRET' where episode_id = 1$$),
    ('YHS04', 'episode_event', '', $$truncate episode_event$$),
    ('YHS05', 'plan_outcome', 'plan_outcome_of_a_plan', $$select add_outcome(987654321, 'SECRET', '2024-02-02')$$),
    ('YHS05', 'review', 'review_of_a_plan', $$select hold_review(987654321, 'complete', '2024-02-02', family_views => 'SECRET')$$),
    ('YHS05', '', '', $$select achieve_outcome(987654321, '2024-02-02')$$),
    ('23502', 'plan_outcome', '', $$insert into plan_outcome (plan_id, description, plan_outcome_id) values (2, 'SECRET', 99)$$),
    ('YHS08', 'plan_outcome', 'plan_outcome_withdrawn_after_agreed', $$update plan_outcome set withdrawn_on = '2024-01-01', withdrawn_reason = 'SECRET' where plan_outcome_id = 1$$);
create table public.heard as
    select b.code, b.at_table, b.at_constraint, b.command, o.*
    from breach b, lateral public.outcome_of(b.command) o;
select is(state || ' ' || coalesce(table_name, '') || ' ' || coalesce(constraint_name, ''), code || ' ' || at_table || ' ' || at_constraint, command) from heard;
select is_empty($$select command from heard where concat(message, detail, hint, column_name) ~ 'SECRET'$$, 'no narrative and no name in any of them');
select is_empty($$select command from heard where state ~ '^YH' and message <> (select r.sentence || ' (' || r.rule || ')' from early_help.rules() r where r.sqlstate = state)$$,
    'the message is the rule''s sentence and number');
select is_empty($$select command from heard where coalesce(hint, '') = ''$$, 'each says what to do');
select is_empty($$select command from heard where state not in ('YHS04') and (coalesce(detail, '') = '' or detail !~ '[0-9]|state of episode_id')$$, 'each says which record');
select is_empty($$select command, schema_name from heard where table_name <> '' and schema_name <> 'town'$$, 'and in which partnership');
select is_empty($$select command, detail from heard
    where regexp_replace(detail, '\y([a-z_]+_id|episode|plan|assessment|review|step)\y|[0-9-]+', '', 'g') ~ '[^a-zA-Z0-9 ,:;_."()=-]'$$, 'in plain words, ids and dates');
select ok(count(distinct state) >= 22, format('%s kinds of error were raised', count(distinct state))) from heard;
select is((select column_name from heard where state = '23502'), 'agreed_on', 'a missing value names its column');

-- raise_rule for SQL.
select is((outcome_of($$select early_help_internal.raise_rule('R01', 'plan_id 1')$$))::text,
    (select row(r.sqlstate, r.sentence || ' (R01)', 'plan_id 1', r.hint, '', '', '', '')::text from early_help.rules() r where r.rule = 'R01'), 'raise_rule raises what the catalogue says');
select refused($$select early_help_internal.raise_rule('R99')$$, '22023', 'an unknown rule is none');
select refused($$select early_help_internal.raise_rule(null)$$, '22004', 'nor is null');

-- Words in any language setting, and dates in ISO whatever DateStyle says.
set local datestyle = 'SQL, DMY';
select is((outcome_of($$insert into plan_outcome (plan_id, agreed_on) values (2, '02/06/2024')$$)).detail,
    'agreed_on 2024-06-02 is after review_due_on 2024-03-27 of plan_id 2', 'dates in details are ISO');

select * from finish();
rollback;
