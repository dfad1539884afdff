-- Every act that makes a row takes the sending system's reference: the same call twice gives the same row, and
-- nothing else is written.
\ir fixture.psql

select support(1, 'planned', children => 3), support(2, 'none'), support(3, 'none') \g /dev/null
insert into service (service_id, agency_id, name, run_by) values (1, 1, 'Hub', 'hub');
insert into family (family_id) values (4);
insert into child (child_id) values (41);
insert into family_member (family_id, child_id) values (4, 41);
select step_up(13, 'section_47', 'x', '2024-02-01', no_assessment_reason => 'x') \g /dev/null
select accept_step(step_id, '2024-02-02') from step where child_id = 13 \g /dev/null
insert into contact (contact_id, received_on, source_code) values (1, '2023-12-01', '6');
insert into contact_child (contact_child_id, contact_id, child_id, primary_need_code) values (1, 1, 21, 'N1');

create table public.call (act text, call text, other text);
insert into public.call values
    ('split_family', $$split_family(3, '{32}', '2024-05-01', source_ref => 'a')$$, $$split_family(3, '{31}', '2024-05-01', source_ref => 'a')$$),
    ('record_contact', $$record_contact(21, '6', 'N1', '2023-12-02', source_ref => 'a')$$, $$record_contact(21, '6', 'N1', '2023-12-03', source_ref => 'a')$$),
    ('refer', $$refer(1, source_ref => 'a')$$, $$refer(1, 3, source_ref => 'a')$$),
    ('record_conversation', $$record_conversation(1, '2024-01-02', source_ref => 'a')$$, $$record_conversation(2, '2024-01-02', source_ref => 'a')$$),
    ('give_consent', $$give_consent(1, 'carer', '2024-01-02', source_ref => 'a')$$, $$give_consent(1, 'parent', '2024-01-02', source_ref => 'a')$$),
    ('open_episode', $$open_episode(2, '2024-03-01', lead_practitioner_id => 1, source_ref => 'a')$$, $$open_episode(2, '2024-03-02', source_ref => 'a')$$),
    ('record_past_episode', $$record_past_episode(3, '2022-03-01', '2022-04-01', 'moved_away', '2022-04-01', lead_practitioner_id => 1, source_ref => 'a')$$,
        $$record_past_episode(3, '2022-03-01', '2022-04-02', 'moved_away', '2022-04-01', source_ref => 'a')$$),
    ('start_assessment', $$start_assessment(1, '2024-02-05', source_ref => 'a')$$, $$start_assessment(1, '2024-02-06', source_ref => 'a')$$),
    ('start_plan', $$start_plan(1, '2024-02-05', source_ref => 'a')$$, $$start_plan(1, '2024-02-05', kind => 'family_outcomes', source_ref => 'a')$$),
    ('add_outcome', $$add_outcome(1, 'x', '2024-02-05', source_ref => 'a')$$, $$add_outcome(1, 'x', '2024-02-06', source_ref => 'a')$$),
    ('add_action', $$add_action(1, '2024-03-05', 'x', '2024-02-05', source_ref => 'a')$$, $$add_action(1, '2024-03-06', 'x', '2024-02-05', source_ref => 'a')$$),
    ('hold_review', $$hold_review(1, 'extend', '2024-02-20', source_ref => 'a')$$, $$hold_review(1, 'complete', '2024-02-20', source_ref => 'a')$$),
    ('step_up', $$step_up(11, 'section_47', 'x', '2024-02-20', no_assessment_reason => 'x', source_ref => 'a')$$, $$step_up(12, 'section_47', 'x', '2024-02-20', no_assessment_reason => 'x', source_ref => 'a')$$),
    ('step_down', $$step_down(13, 'x', '2024-02-20', source_ref => 'a')$$, $$step_down(13, 'x', '2024-02-21', source_ref => 'a')$$),
    ('request_service', $$request_service(1, 'N1', '2024-02-20', 1, source_ref => 'a')$$, $$request_service(1, 'N2', '2024-02-20', 1, source_ref => 'a')$$),
    ('give_feedback', $$give_feedback('child', 1, given_on => '2024-02-20', timely => true, source_ref => 'a')$$, $$give_feedback('parent_or_carer', 1, given_on => '2024-02-20', timely => true, source_ref => 'a')$$);
-- A function that returns a row of a table with source_ref, and inserts into it.
select set_eq(
    $$select p.proname::text from pg_proc p
    join pg_type t on t.oid = p.prorettype
    where p.pronamespace = 'town'::regnamespace and pg_get_function_sqlbody(p.oid) ~* ('insert into (only )?(town\.)?' || case t.typname when 'contact_child' then 'contact' else t.typname end || '\s')
        and exists (select from pg_attribute a where a.attrelid = t.typrelid and a.attname = 'source_ref' or t.typname = 'contact_child')$$,
    'select act from public.call', 'these are all the acts that make such a row');
select is_empty($$select act from public.call where not exists (select from pg_proc p where p.pronamespace = 'town'::regnamespace and p.proname = act and 'source_ref' = any (p.proargnames))$$, 'each takes source_ref');

create function public.written() returns bigint language sql as $$
    select sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint from pg_stat_xact_user_tables where schemaname = 'town';
$$;
create function public.twice(act text, call text, other text) returns setof text language plpgsql as $$
declare
    one jsonb;
    two jsonb;
    before bigint;
begin
    begin
        execute format('select to_jsonb(r) from %s r', call) into one;
        before := public.written();
        execute format('select to_jsonb(r) from %s r', call) into two;
        return next ok(one = two and one is not null, act || ': the same row');
        return next is(public.written() - before, 0::bigint, act || ': nothing is written');
        return next refused('select ' || other, 'YHS07', act || ': other contents are refused', '% has this source_ref, and other contents');
        execute format('select to_jsonb(r) from %s r', replace(call, '''a''', 'null')) into two;
        return next ok(one is distinct from two, act || ': without a reference it is another row');
    exception when sqlstate 'YHS02' or sqlstate 'YHS05' or sqlstate 'YHS07' or sqlstate 'YH001' or sqlstate 'YH003' or sqlstate 'YH006' or sqlstate 'YH012' then
        return next pass(act || ': without a reference it is refused as another one: ' || sqlstate);
    end;
end
$$;
select public.twice(act, call, other) from public.call;

-- An episode answers the accepted referral that the family waits with.
insert into referral (referral_id, child_id, family_id, referred_on, source_code, primary_need_code, accepted_on)
select n, 41, 4, date '2024-01-01' + n, '6', 'N1', date '2024-01-10' - n from generate_series(1, 2) n;
insert into referral (referral_id, child_id, family_id, referred_on, source_code, primary_need_code) values (3, 41, 4, '2023-12-01', '6', 'N1');
select is((open_episode(4, '2024-02-01')).referral_id, 2::bigint, 'the one accepted first');
select close_episode(episode_id, 'moved_away', '2024-03-01', '2024-03-01') from episode where family_id = 4 \g /dev/null
select is((open_episode(4, '2024-04-01')).referral_id, null, 'the other one was answered with it');
select close_episode(episode_id, 'moved_away', '2024-05-01', '2024-05-01') from episode where family_id = 4 and closed_on is null \g /dev/null
insert into referral (referral_id, child_id, family_id, referred_on, source_code, primary_need_code, accepted_on) values (4, 41, 4, '2024-06-01', '6', 'N1', '2024-06-20');
select is(unanswered_referral(4, '2024-06-19'), null, 'not before it is accepted');
select is((open_episode(4, '2024-06-25', referral_id => 3)).referral_id, 3::bigint, 'one that is given is taken');

select * from finish();
rollback;
