-- S02, from the foreign keys: no row of any record table moves to what belongs to another family, and none
-- names a child or an adult of one.
\ir fixture.psql

insert into service (service_id, agency_id, name, run_by) values (1, 1, 'Hub', 'hub');
-- Two families alike; all ids of the second are greater.
create procedure public.whole_family(f bigint)
language plpgsql
as $$
declare
    kid bigint := 10 * f + 1;
begin
    perform support(f, 'under_review');
    perform assess_all(f);
    insert into assessment_factor_found (assessment_id, assessment_factor_code) values (f, '1A');
    update assessment set completed_on = '2024-01-25' where assessment_id = f;
    insert into assessment (assessment_id, episode_id, child_id, started_on, corrects_assessment_id) values (10 * f, f, kid, '2024-01-08', f);
    perform assess_domain(10 * f, 'parenting_and_caring', '2024-01-12');
    update plan set assessment_id = f where plan_id = f;
    insert into plan (plan_id, episode_id, started_on) values (10 * f, f, '2024-02-01');
    insert into review (review_id, plan_id, held_on, decision) values (10 * f, 10 * f, '2024-02-20', 'extend');
    insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) values (f, f, '2024-02-05');
    insert into action (action_id, plan_id, plan_outcome_id, owned_by_family, agreed_on, due_on) values (f, f, f, true, '2024-02-05', '2024-02-06');
    insert into adult (adult_id) values (f), (10 * f);
    insert into adult_identity (adult_id, given_name) values (f, 'x');
    insert into child_identity (child_id, given_name) values (kid, 'x');
    insert into family_adult (family_id, adult_id, role) values (f, f, 'parent'), (f, 10 * f, 'carer');
    insert into review_participant (review_id, party, child_id, present) values (f, 'family', kid, true);
    insert into review_participant (review_id, party, adult_id, present) values (f, 'family', f, true);
    update conversation set child_id = kid where family_id = f;
    insert into sharing_decision (family_id, child_id, agency_id, decided_on, shared, basis, reason) values (f, kid, 1, '2024-02-01', false, 'consent', 'x');
    insert into contact (contact_id, received_on, source_code) values (f, '2023-12-01', '6'), (10 * f, '2024-02-01', '6');
    insert into contact_child (contact_child_id, contact_id, child_id, primary_need_code, decision) values (f, f, kid, 'N1', 'referral');
    insert into contact_child (contact_child_id, contact_id, child_id, primary_need_code, attached_episode_id) values (10 * f, 10 * f, kid, 'N1', f);
    insert into referral (referral_id, contact_child_id, child_id, family_id, referred_on, source_code, primary_need_code)
    values (f, f, kid, f, '2023-12-01', '6', 'N1');
    update episode set referral_id = f where episode_id = f;
    perform step_up(kid, 'section_47', 'x', '2024-02-10', assessment_id => f);
    insert into service_request (service_request_id, family_id, child_id, episode_id, primary_need_code, requested_on)
    values (f, f, kid, f, 'N1', '2024-02-01');
    insert into group_programme (group_programme_id, service_id, name) values (f, 1, 'x');
    insert into group_session (group_session_id, group_programme_id, held_on) values (f, f, '2024-02-02');
    insert into group_attendance (group_session_id, family_id, child_id, attended) values (f, f, kid, true);
    insert into group_attendance (group_session_id, family_id, adult_id, attended) values (f, f, f, true);
    insert into feedback_request (feedback_request_id, episode_id, asked_on) values (f, f, '2024-03-01');
    insert into feedback_request (feedback_request_id, group_programme_id, asked_on) values (10 * f, f, '2024-03-01');
    insert into feedback (feedback_request_id, episode_id, given_by, given_on, timely) values (f, f, 'child', '2024-03-02', true);
    insert into feedback (feedback_request_id, group_programme_id, given_by, given_on, timely) values (10 * f, f, 'child', '2024-03-02', true);
    insert into case_audit (case_audit_id, episode_id, audited_on, grade, auditor_practitioner_id) values (f, f, '2024-03-03', 'good', 3);
    insert into case_audit_auditor (case_audit_id, practitioner_id) values (f, 2);
    insert into case_audit_action (case_audit_id, owner_practitioner_id, due_on) values (f, 2, '2024-04-01');
    insert into alert (kind, plan_id, due_on, raised_on) values ('review_overdue', f, '2024-02-01', '2024-02-02');
    insert into alert (kind, step_id, due_on, raised_on) select 'consultation_missing', step_id, '2024-02-01', '2024-02-02' from step where family_id = f;
    insert into alert (kind, episode_id, practitioner_id, due_on, raised_on) values ('lead_practitioner_left', f, 1, '2024-02-01', '2024-02-02');
    insert into child (child_id) values (10 * f + 8), (10 * f + 9);
    perform merge_children(10 * f + 8, 10 * f + 9, 'x', '2024-01-01');
end
$$;
call public.whole_family(1);
call public.whole_family(2);
select is_empty($$select * from early_help.audit('town') where rule <> 'A02'$$, 'nothing is wrong yet');

-- Every column by which a row is of something of a family, from the catalogue.
create view public.key as
select k.conname, t.relname as of_table, a.attname as of_column, p.relname as parent, b.attname as parent_key
from pg_constraint k
join pg_class t on t.oid = k.conrelid
join pg_class p on p.oid = k.confrelid
cross join lateral unnest(k.conkey, k.confkey) as u (own, its)
join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.own
join pg_attribute b on b.attrelid = k.confrelid and b.attnum = u.its
join pg_index i on i.indrelid = k.confrelid and i.indisprimary and i.indkey[0] = u.its
where k.contype = 'f'
    and k.connamespace = 'town'::regnamespace
    and p.relname in ('family', 'child', 'adult', 'contact', 'contact_child', 'referral', 'episode', 'assessment', 'plan',
        'plan_outcome', 'review', 'step', 'group_programme', 'group_session', 'feedback_request', 'case_audit');
select cmp_ok((select count(*) from public.key), '>=', 60::bigint, 'the catalogue names them');

-- By another rule than S02, or a composite key, where somebody may choose among what belongs to the family.
create table public.otherwise (of_table text, of_column text, code text);
insert into public.otherwise values
    ('child', 'merged_into_child_id', 'YHS03'), ('level_change', '%', 'YHS03'), ('episode_event', '%', 'YHS03'), ('reopening', '%', 'YHS03'),
    ('contact_child', 'attached_episode_id', 'YH016'), ('action', 'plan_outcome_id', 'YHS02'),
    ('plan', 'extended_by_review_id', 'YH003'), ('plan', 'completed_by_review_id', 'YH003'),
    ('assessment_factor_found', 'assessment_id', 'YH005');
create function public.moved(k public.key)
returns text
language plpgsql
as $$
declare
    command text;
    mine text;
    theirs text;
begin
    execute format('select min(%I)::text from %I', k.of_column, k.of_table) into mine;
    execute format('select max(%I)::text from %I %s', k.parent_key, k.parent,
        case k.parent when 'child' then 'where merged_into_child_id is null' else '' end)
    into theirs;
    if mine is null or mine = theirs then
        return fail(format('%s.%s has a row of one family to try', k.of_table, k.of_column));
    end if;
    command := format('update %1$I set %2$I = %3$s where ctid = (select min(ctid) from %1$I where %2$I = %4$s)',
        k.of_table, k.of_column, theirs, mine);
    return refused(command,
        coalesce((select o.code from public.otherwise o where o.of_table = k.of_table and k.of_column like o.of_column), 'YHS02'), command);
end
$$;
-- Nobody else can write these; here for their keys alone.
set local session_replication_role = replica;
insert into reopening (episode_id, closed_on, reopened_on, reason) select episode_id, '2025-01-01', '2025-01-02', 'x' from episode;
set local session_replication_role = origin;
select public.moved(k) from public.key k order by of_table, of_column, parent;
set local session_replication_role = replica;
delete from reopening;
set local session_replication_role = origin;

-- Whoever is named when the row is written is of the family: every table that names a child or adult, but for
-- those that say who is of which family, whose names, what the rules write, and contacts, which come before a family.
create view public.naming as
select distinct of_table, of_column, parent
from public.key
where parent in ('child', 'adult')
    and of_table not in ('child', 'child_merge', 'child_identity', 'adult_identity', 'family_member', 'family_adult',
        'contact_child', 'level_change', 'episode_event');
create function public.named(n public.naming)
returns text
language plpgsql
as $$
declare
    columns text;
begin
    select string_agg(quote_ident(attname), ', ')
    into columns
    from pg_attribute
    where attrelid = n.of_table::regclass and attnum > 0 and not attisdropped and attgenerated = '' and attidentity = '';
    return refused(format(
        'insert into %1$I (%2$s) select %2$s from (select (jsonb_populate_record(t, jsonb_build_object(%3$L, %4$s, ''source_ref'', null))).*
        from %1$I t where %3$I is not null order by %3$I limit 1) r',
        n.of_table, columns, n.of_column, case n.parent when 'child' then 21 else 2 end),
        'YHS02', format('%s of another family in %s', n.of_column, n.of_table), n.of_column || ' % was never of family_id 1');
end
$$;
select public.named(n) from public.naming n order by of_table, of_column;
select is((select count(*)::integer from public.naming), 11, 'these are all');

-- Who is named stays of the family: one membership is left.
select refused('delete from family_member where child_id = 11', 'YHS02', 'a child that is named stays a member');
select refused('delete from family_adult where adult_id = 1', 'YHS02', 'and an adult', '% of family_id 1 is about adult_id 1');
select allowed('delete from family_adult where adult_id = 10', 'one whom nothing names may go');
create table public.alone (name text, command text);
insert into public.alone values
    ('conversation', $$insert into conversation (family_id, child_id, held_on) values (1, 13, '2024-02-01')$$),
    ('sharing_decision', $$insert into sharing_decision (family_id, child_id, agency_id, decided_on, shared, basis, reason) values (1, 13, 1, '2024-02-01', false, 'consent', 'x')$$),
    ('referral', $$insert into referral (child_id, family_id, referred_on, source_code, primary_need_code) values (13, 1, '2023-12-01', '6', 'N1')$$),
    ('service_request', $$insert into service_request (family_id, child_id, primary_need_code, requested_on) values (1, 13, 'N1', '2024-02-01')$$),
    ('group_attendance', $$insert into group_attendance (group_session_id, family_id, child_id, attended) values (1, 1, 13, true)$$),
    ('review_participant', $$insert into review_participant (review_id, party, child_id, present) values (1, 'family', 13, true)$$),
    ('episode_child', $$insert into episode_child (episode_id, child_id, joined_on) values (1, 13, '2024-02-01')$$),
    ('assessment', $$insert into assessment (episode_id, child_id, started_on) values (1, 13, '2024-02-01')$$),
    ('step', $$select step_up(13, 'section_47', 'x', '2024-02-10', no_assessment_reason => 'x', family_id => 1)$$);
insert into child (child_id) values (13);
insert into family_member (family_id, child_id) values (1, 13);
select refused(command || '; delete from family_member where child_id = 13', 'YHS02', name || ' alone keeps it', '% of family_id 1 is about child_id 13') from public.alone;
select set_eq('select name from public.alone', $$select distinct of_table::text from public.naming where parent = 'child'$$, 'each table was tried');
select allowed('delete from family_member where child_id = 13', 'nothing else does');

-- A duplicate is of a family as the child it counts for.
insert into child (child_id) values (14);
insert into family_member (family_id, child_id) values (2, 14);
select merge_children(12, 14, 'one', '2024-01-01') \g /dev/null
select allowed($$insert into conversation (family_id, child_id, held_on) values (2, 12, '2024-02-01')$$, 'the kept child is of the duplicate''s family');
select refused($$insert into conversation (family_id, child_id, held_on) values (2, 12, '2024-02-01'); delete from family_member where child_id = 14$$, 'YHS02',
    'which keeps the duplicate a member');

-- A referral is answered by one episode; a declined one by none.
insert into referral (referral_id, child_id, family_id, referred_on, source_code, primary_need_code)
values (5, 11, 1, '2023-12-02', '6', 'N1');
select refused($$update episode set referral_id = 2 where episode_id = 1$$, 'YHS02', 'not another family''s', 'referral_id 2 is of family_id 2%');
select allowed($$update episode set referral_id = 5 where episode_id = 1$$, 'another one of its own');
select decline_step(step_id, '2024-02-11') from step where family_id = 1 \g /dev/null
update episode set closed_on = '2024-04-01', closure_reason_code = 'moved_away', closure_agreed_on = '2024-04-01' where episode_id = 1;
select refused($$select open_episode(1, '2024-05-01', referral_id => 1)$$, 'YHS02', 'one that is answered', 'referral_id 1 is answered by episode_id 1');
select refused($$update referral set declined_on = '2024-01-01' where referral_id = 1$$, 'YHS02', 'an answered one is not declined', 'referral_id 1 is answered by episode_id 1');
select allowed($$update referral set declined_on = '2024-01-01' where referral_id = 5$$, 'another one may be');
select refused($$update referral set declined_on = '2024-01-01' where referral_id = 5; select open_episode(1, '2024-05-01', referral_id => 5)$$,
    'YHS02', 'a declined one is answered by none', 'referral_id 5 was declined on 2024-01-01');
select refused($$update referral set declined_on = '2024-01-01' where referral_id = 5; update episode set referral_id = 5 where episode_id = 1$$,
    'YHS02', 'nor by update');
select allowed($$update episode set referral_id = null where episode_id = 1; select open_episode(1, '2024-05-01', referral_id => 1)$$, 'taken from one, it goes to another');

-- What the audit finds with triggers off: each of these, and no more.
call public.without_triggers();
alter table episode drop constraint episode_answers_its_referral_alone;
create function public.found(command text, expected text)
returns text
language plpgsql
as $$
declare
    what text;
begin
    begin
        execute command;
        select string_agg(distinct rule || ' ' || t.record, ', ' order by rule || ' ' || t.record)
        into what
        from early_help.audit('town') t
        where rule ~ '^[RSM]';
        raise exception sqlstate 'OK000';
    exception when sqlstate 'OK000' then null;
    end;
    return is(what, expected, command);
end
$$;
select public.found(command, expected)
from (values
    ('update conversation set child_id = 21 where family_id = 1', 'S02 conversation'),
    ('update sharing_decision set child_id = 21 where family_id = 1', 'S02 sharing_decision'),
    ('update service_request set child_id = 21 where family_id = 1', 'S02 service_request'),
    ('update group_attendance set child_id = 21 where child_id = 11', 'S02 group_attendance'),
    ('update group_attendance set adult_id = 2 where adult_id = 1', 'S02 group_attendance'),
    ('update review_participant set child_id = 21 where child_id = 11', 'S02 review_participant'),
    ('update review_participant set adult_id = 2 where adult_id = 1', 'S02 review_participant'),
    ('update referral set family_id = 2 where referral_id = 1', 'S02 episode, S02 referral'),
    ('update plan set assessment_id = 2 where plan_id = 10', 'S02 plan'),
    ('update episode set referral_id = 2 where episode_id = 1', 'S02 episode'),
    ('update referral set declined_on = ''2024-01-01'' where referral_id = 1', 'S02 episode'),
    ('update episode set referral_id = 1', 'S02 episode'),
    ('update assessment set corrects_assessment_id = 20 where assessment_id = 10', 'R05 assessment, S02 assessment')) v (command, expected);

select * from finish();
rollback;
