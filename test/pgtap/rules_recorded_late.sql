-- What is recorded late, or in another order than it happened: levels by their days (R11), answers of social care
-- (R12, R14), what happened in an episode that has closed since, and an older episode after a newer one.
\ir fixture.psql

create function public.levels_of(child bigint) returns text language sql as $$
    select string_agg(format('%s %s %s', changed_on::date, event, level_to), ', ' order by change_number) from level_change where child_id = child;
$$;
create function public.findings() returns text language sql as $$
    select is((select string_agg(rule || ' ' || record || ' ' || record_id || ': ' || detail, '; ') from early_help.audit('town') where rule <> 'A02'),
        null, 'the audit finds nothing');
$$;

-- Siblings' answers, in every order of typing: the episode closes on the latest.
create function public.answered(f bigint, orders integer[]) returns text language plpgsql as $$
declare
    n integer;
begin
    perform support(f, 'planned', children => 3);
    perform step_up(10 * f + k, 'section_47', 'x', date '2024-03-01' + k, no_assessment_reason => 'x') from generate_series(1, 3) k;
    foreach n in array orders loop
        perform accept_step((select step_id from step where child_id = 10 * f + n), date '2024-03-20' + 5 * n);
    end loop;
    return (select format('%s %s, %s', e.state, e.closed_on::date, (select string_agg(left_on::date::text, ' ' order by child_id) from episode_child c where c.episode_id = f))
        || ', ' || (select string_agg(levels_of(child_id), ' | ' order by child_id) from episode_child c where c.episode_id = f)
        from episode e where e.episode_id = f);
end
$$;
select is(answered(10 + row_number() over (), o), 'closed 2024-04-04, 2024-03-25 2024-03-30 2024-04-04,'
    || ' 2024-01-01 refer early_help, 2024-03-25 accept_step_up social_care | 2024-01-01 refer early_help, 2024-03-30 accept_step_up social_care'
    || ' | 2024-01-01 refer early_help, 2024-04-04 accept_step_up social_care', 'answers typed ' || o::text)
from (values ('{1,2,3}'::integer[]), ('{1,3,2}'), ('{2,1,3}'), ('{2,3,1}'), ('{3,1,2}'), ('{3,2,1}')) v (o);
select public.findings();

-- An answer is taken though later things were recorded; these stay, and are listed.
select support(20, 'planned', children => 1) \g /dev/null
select step_up(201, 'section_47', 'x', '2024-02-20', no_assessment_reason => 'x') \g /dev/null
select hold_review(20, 'extend', '2024-03-15'), add_outcome(20, 'x', '2024-03-16') \g /dev/null
insert into plan (plan_id, episode_id, started_on) values (201, 20, '2024-03-20');
insert into contact (contact_id, received_on, source_code) values (20, '2024-03-18', '6');
insert into contact_child (contact_child_id, contact_id, child_id, primary_need_code, attached_episode_id) values (20, 20, 201, 'N1', 20);
select allowed($$select accept_step(step_id, '2024-03-01') from step where child_id = 201$$, 'an answer is always taken');
select accept_step(step_id, '2024-03-01') from step where child_id = 201 \g /dev/null
select results_eq('select state::text, closed_on::date, closure_reason_code::text from episode where episode_id = 20', $$values ('closed', date '2024-03-01', 'stepped_up')$$, 'the episode closed on its day');
select results_eq('select plan_id, ended_on::date, end_reason::text from plan where episode_id = 20 order by 1',
    $$values (20::bigint, date '2024-03-01', 'episode_closed'), (201, '2024-03-20', 'episode_closed')$$, 'its plans ended with it, none before it began');
select results_eq($$select what::text, dated_on, because::text from dated_after_end where episode_id = 20 order by dated_on, what$$,
    $$values ('review', date '2024-03-15', 'stepped_up'), ('plan_outcome', '2024-03-16', 'stepped_up'), ('plan', '2024-03-20', 'stepped_up')$$, 'what is dated after it is listed');
select is((select attached_episode_id from contact_child where contact_child_id = 20), null, 'a later contact is not attached to it any more');
select public.findings();
select refused($$select add_outcome(20, 'x', '2024-03-17')$$, 'YH014', 'but nothing is added');
set local session_replication_role = replica;
insert into review (review_id, plan_id, plan_kind, due_on, held_on, decision, next_review_due_on, recorded_at) values (299, 20, 'intervention', '2024-05-01', '2024-04-01', 'extend', '2024-05-20', now() + interval '1 hour');
set local session_replication_role = origin;
select isnt_empty($$select from early_help.audit('town') where rule = 'R14' and record = 'review' and record_id = 299$$, 'what was recorded after the answer is found');
set local session_replication_role = replica;
delete from review where review_id = 299;
set local session_replication_role = origin;

-- An answer of before the child came into the episode moves the child alone.
insert into family (family_id) values (21);
insert into child (child_id) values (211);
insert into family_member (family_id, child_id) values (21, 211);
select step_up(211, 'section_47', 'x', '2024-01-05', no_assessment_reason => 'x') \g /dev/null
select open_episode(21, '2024-01-08', lead_practitioner_id => 1) \g /dev/null
select accept_step(step_id, '2024-01-06') from step where child_id = 211 \g /dev/null
select is(levels_of(211), '2024-01-06 accept_step_up social_care', 'the child was at social care when the episode began');
select results_eq('select state::text, left_on::date from episode natural join episode_child where family_id = 21', $$values ('allocated', null::date)$$, 'which supports it all the same');
select public.findings();

-- Up and down on one day, in the episode that the child joined that day.
select support(22, 'planned', children => 2) \g /dev/null
insert into child (child_id) values (229);
insert into family_member (family_id, child_id) values (22, 229);
insert into episode_child (episode_id, child_id, joined_on) values (22, 229, '2024-02-15');
select step_up(229, 'section_47', 'x', '2024-02-15', no_assessment_reason => 'x') \g /dev/null
select accept_step(step_id, '2024-02-15') from step where child_id = 229 \g /dev/null
select step_down(229, 'x', '2024-02-15') \g /dev/null
select allowed($$select accept_step(max(step_id), '2024-02-15', 1, 1, '2024-03-15') from step where child_id = 229$$, 'down again on the day it went up');
select accept_step(max(step_id), '2024-02-15', 1, 1, '2024-03-15') from step where child_id = 229 \g /dev/null
select is(levels_of(229), '2024-02-15 refer early_help, 2024-02-15 accept_step_up social_care, 2024-02-15 accept_step_down early_help', 'and its levels say so');
select public.findings();

-- Levels follow their days, whatever is corrected: the last day wins, nothing runs backwards.
select support(23, 'planned', children => 1) \g /dev/null
update episode_child set left_on = '2024-04-01' where child_id = 231;
update episode_child set left_on = null where child_id = 231;
select is(levels_of(231), '2024-01-01 refer early_help', 'a child that left by mistake never left');
select is(level_of(231), 'early_help', 'and is at its level');
update episode_child set joined_on = '2024-01-20' where child_id = 231;
select is(levels_of(231), '2024-01-20 refer early_help', 'a corrected day of joining');
select step_up(231, 'section_47', 'x', '2024-02-01', no_assessment_reason => 'x') \g /dev/null
select accept_step(step_id, '2024-02-03') from step where child_id = 231 \g /dev/null
select isnt((outcome_of($$update episode_child set joined_on = '2024-02-10' where child_id = 231$$)).state, 'OK000', 'not after it left, stepped up');
select public.findings();

-- An older episode after a newer one, with its plan; the newer one goes on.
select support(24, 'planned', children => 2, starts => '2024-06-01') \g /dev/null
insert into consent (family_id, given_by, given_on, withdrawn_on) values (24, 'parent', '2022-01-01', '2023-01-01');
insert into conversation (family_id, held_on) values (24, '2022-01-01');
select is((record_past_episode(24, '2022-01-10', '2022-06-01', 'outcomes_achieved', '2022-06-01', lead_practitioner_id => 1)).state::text, 'closed', 'an episode of two years ago');
select episode_id as old from episode where family_id = 24 and opened_on = '2022-01-10' \gset
select allowed(format($$select start_plan(%s, '2022-02-01')$$, :old), 'its plan');
insert into plan (plan_id, episode_id, started_on) values (240, :old, '2022-02-01');
select results_eq('select ended_on::date, end_reason::text from plan where plan_id = 240', $$values (date '2022-06-01', 'episode_closed')$$, 'ended with it');
select add_outcome(240, 'x', '2022-02-02'), hold_review(240, 'extend', '2022-03-15'), hold_review(240, 'complete', '2022-05-01') \g /dev/null
select results_eq('select ended_on::date, end_reason::text from plan where plan_id = 240', $$values (date '2022-05-01', 'completed')$$, 'unless a review completed it before');
select refused($$select add_outcome(240, 'x', '2022-05-02')$$, 'YH003', 'after which nothing is agreed');
select is(levels_of(241), '2022-01-10 refer early_help, 2022-06-01 close universal, 2024-06-01 refer early_help', 'levels in the order of the days');
insert into assessment (assessment_id, episode_id, started_on) values (240, :old, '2022-01-20');
select assess_all(240, '2022-01-25') \g /dev/null
select refused($$update assessment set completed_on = '2022-06-02' where assessment_id = 240$$, 'YH005', 'an EHA is not completed after the closure');
update assessment set completed_on = '2022-02-10' where assessment_id = 240;
select results_eq('select completed_on::date, ended_on::date, end_reason::text from assessment where assessment_id = 240', $$values (date '2022-02-10', null::date, null::text)$$, 'but before it, whenever that is recorded');
select refused(format($$select start_plan(%s, '2022-06-02')$$, :old), 'YH014', 'nothing after the closure');
select refused($$select record_past_episode(24, '2022-05-01', '2022-08-01', 'outcomes_achieved', '2022-08-01')$$, 'YH006', 'nor an episode that overlaps');
select refused($$select record_past_episode(987, '2022-05-01', '2022-08-01', 'outcomes_achieved', '2022-08-01')$$, 'YHS05', 'nor one of nobody');
select public.findings();

-- What began before a closure that the episode was reopened after ended with that closure.
select support(27, 'closed') \g /dev/null
select reopen_episode(27, 'x', '2024-06-01') \g /dev/null
insert into plan (plan_id, episode_id, started_on) values (270, 27, '2024-02-20');
insert into assessment (assessment_id, episode_id, started_on) values (270, 27, '2024-02-20');
select withdraw_consent(27, '2024-05-01') \g /dev/null
select results_eq('select ended_on::date, end_reason::text from plan where plan_id = 270 union all select ended_on::date, end_reason::text from assessment where assessment_id = 270',
    $$values (date '2024-03-31', 'episode_closed'), (date '2024-03-31', 'episode_closed')$$, 'not with the consent that was withdrawn in the gap');
select public.findings();

-- A step recorded late, from where the child was then.
insert into family (family_id) values (25);
insert into child (child_id) values (251);
insert into family_member (family_id, child_id) values (25, 251);
insert into step (child_id, family_id, to_level, offered_on, basis, reason, no_assessment_reason, decided_on, outcome)
values (251, 25, 'social_care', '2024-05-01', 'section_47', 'x', 'x', '2024-05-02', 'accepted');
select allowed($$insert into step (child_id, family_id, to_level, offered_on, basis, reason, no_assessment_reason, decided_on, outcome)
    values (251, 25, 'social_care', '2024-02-01', 'section_47', 'x', 'x', '2024-02-02', 'declined')$$, 'a step that was declined before the child went to social care');
insert into step (child_id, family_id, from_level, to_level, offered_on, basis, reason, no_assessment_reason, decided_on, outcome)
values (251, 25, 'universal', 'social_care', '2024-01-01', 'section_47', 'x', 'x', '2024-01-02', 'declined');
select refused($$insert into step (child_id, family_id, to_level, offered_on, basis, reason, no_assessment_reason, decided_on, outcome)
    values (251, 25, 'social_care', '2024-03-01', 'section_47', 'x', 'x', '2024-03-02', 'accepted')$$, 'YH011', 'one that was accepted makes the later one wrong', 'child_id 251 would be at level social_care on 2024-05-02, when step_id %');
-- Support that would have been going on when the child was stepped down past it.
insert into family (family_id) values (26);
insert into child (child_id) values (261);
insert into family_member (family_id, child_id) values (26, 261);
insert into step (child_id, family_id, to_level, offered_on, basis, reason, no_assessment_reason, decided_on, outcome)
values (261, 26, 'social_care', '2024-03-01', 'section_47', 'x', 'x', '2024-03-02', 'accepted');
insert into step (child_id, family_id, to_level, offered_on, reason, decided_on, outcome)
values (261, 26, 'universal', '2024-05-01', 'x', '2024-05-02', 'accepted');
select refused($$select open_episode(26, '2024-04-01')$$, 'YH011', 'support from before a step down to universal services', 'child_id 261 would be supported by an episode on 2024-05-02%');
select allowed($$select open_episode(26, '2024-05-02')$$, 'from that day on it may begin');
select public.findings();

select * from finish();
rollback;
