-- Every bigint is an id, 0 and negative ones too: a case with such ids goes as one
-- with others does. Only the least bigint, which the rules write for "none", is
-- refused.
\ir fixture.psql

-- A case whose rows all have the id i, but for a sibling (2000) and a duplicate (3000).
create table public.outcome (p text, n integer, command text, state text);
create function public.case_of(p text, i bigint) returns void
language plpgsql
as $$
declare
    command text;
    n integer := 0;
    written bigint;
begin
    perform set_config('search_path', p || ', public', true);
    foreach command in array array[
        'insert into agency (agency_id, name, sector) values (%1$s, ''Council'', ''local_authority'')',
        'insert into practitioner (practitioner_id, agency_id, name) values (%1$s, %1$s, ''One'')',
        'insert into locality (locality_id, name) values (%1$s, ''River'')',
        'insert into service (service_id, agency_id, name, run_by) values (%1$s, %1$s, ''Drop-in'', ''hub'')',
        'insert into family (family_id) values (%1$s)',
        'insert into child (child_id, birth_date) values (%1$s, ''2015-01-01''), (2000, ''2017-01-01''), (3000, ''2015-01-01'')',
        'insert into family_member (family_member_id, family_id, child_id) values (%1$s, %1$s, %1$s), (2000, %1$s, 2000)',
        'insert into contact (contact_id, received_on, source_code) values (%1$s, ''2024-01-10'', ''1A'')',
        'insert into contact_child (contact_child_id, contact_id, child_id, primary_need_code, locality_id, decision) values (%1$s, %1$s, %1$s, ''N1'', %1$s, ''referral'')',
        'insert into contact_child (contact_child_id, contact_id, child_id, primary_need_code) values (3000, %1$s, 3000, ''N1'')',
        'insert into child_merge (child_merge_id, kept_child_id, merged_child_id, merged_on, reason) values (%1$s, %1$s, 3000, ''2024-01-11'', ''The same.'')',
        'insert into child_merge (child_merge_id, kept_child_id, merged_child_id, merged_on, reason) values (2000, 3000, %1$s, ''2024-01-11'', ''A circle.'')',
        'insert into referral (referral_id, contact_child_id, child_id, family_id, referred_on, source_code, primary_need_code, service_id) values (%1$s, %1$s, %1$s, %1$s, ''2024-01-12'', ''1A'', ''N1'', %1$s)',
        'insert into episode (episode_id, family_id, referral_id, opened_on) values (%1$s, %1$s, %1$s, ''2024-01-15'');
        insert into episode_child (episode_id, child_id, joined_on) values (%1$s, %1$s, ''2024-01-15'')',
        'insert into conversation (conversation_id, family_id, held_on) values (%1$s, %1$s, ''2024-01-14'')',
        'insert into episode (episode_id, family_id, referral_id, opened_on) values (%1$s, %1$s, %1$s, ''2024-01-15'');
        insert into episode_child (episode_id, child_id, joined_on) values (%1$s, %1$s, ''2024-01-15'')',
        'insert into episode_child (episode_id, child_id, joined_on) values (%1$s, 2000, ''2024-01-15'')',
        'insert into lead_practitioner (episode_id, from_on, practitioner_id) values (%1$s, ''2024-01-20'', %1$s)',
        'insert into contact_child (contact_child_id, contact_id, child_id, primary_need_code, attached_episode_id) values (2001, %1$s, 2000, ''N1'', %1$s)',
        'insert into referral (referral_id, child_id, family_id, referred_on, source_code, primary_need_code) values (2000, 2000, %1$s, ''2024-02-01'', ''1A'', ''N1'')',
        'insert into plan (plan_id, episode_id, kind, started_on) values (%1$s, %1$s, ''intervention'', ''2024-02-01'')',
        'insert into consent (consent_id, family_id, kind, given_by, given_on) values (%1$s, %1$s, ''take_part'', ''parent'', ''2024-01-16'')',
        'insert into assessment (assessment_id, episode_id, started_on, practitioner_id) values (%1$s, %1$s, ''2024-01-21'', %1$s)',
        'update assessment set completed_on = ''2024-02-01'' where assessment_id = %1$s',
        'insert into assessment_domain (assessment_id, domain, assessed_on, strengths) select %1$s, d, ''2024-01-25'', ''Seen.'' from unnest(enum_range(null::text::text)) d',
        'update assessment set completed_on = ''2024-02-01'' where assessment_id = %1$s',
        'insert into plan (plan_id, episode_id, kind, started_on, service_id) values (%1$s, %1$s, ''intervention'', ''2024-02-01'', %1$s)',
        'insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) values (%1$s, %1$s, ''2024-02-02'')',
        'insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) values (2001, %1$s, ''2024-02-02''), (2002, %1$s, ''2024-02-02''), (2003, %1$s, ''2024-02-02''), (2004, %1$s, ''2024-02-02'')',
        'insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) values (2005, %1$s, ''2024-02-02'')',
        'insert into action (action_id, plan_id, description, agreed_on, due_on, owner_practitioner_id) values (%1$s, %1$s, ''Ring.'', ''2024-02-02'', ''2024-02-20'', %1$s)',
        'update plan_outcome set achieved_on = ''2024-03-01'' where plan_outcome_id = %1$s',
        'insert into review (review_id, plan_id, held_on, decision) values (%1$s, %1$s, ''2024-03-20'', ''extend'')',
        'insert into service_request (service_request_id, family_id, episode_id, service_id, primary_need_code, requested_on) values (%1$s, %1$s, %1$s, %1$s, ''N1'', ''2024-02-01'')',
        'insert into step (step_id, child_id, to_level, basis, reason, consulted_role, consulted_on, no_assessment_reason, offered_on) values (%1$s, %1$s, ''social_care'', ''section_17'', ''Concern.'', ''supervisor'', ''2024-03-21'', ''Not yet.'', ''2024-03-21'')',
        'insert into step (step_id, child_id, to_level, basis, reason, consulted_role, consulted_on, no_assessment_reason, offered_on) values (2000, %1$s, ''social_care'', ''section_17'', ''Concern.'', ''supervisor'', ''2024-03-21'', ''Not yet.'', ''2024-03-21'')',
        'update step set outcome = ''accepted'', decided_on = ''2024-03-25'' where step_id = %1$s',
        'delete from step where step_id = %1$s',
        'delete from family_member where child_id = %1$s',
        'insert into step (step_id, child_id, to_level, reason, offered_on) values (2002, %1$s, ''early_help'', ''Better.'', ''2024-04-10'')',
        'update step set outcome = ''accepted'', decided_on = ''2024-04-15'', receiving_agency_id = %1$s, receiving_practitioner_id = %1$s, first_review_on = ''2024-05-01'' where step_id = 2002',
        'insert into sharing_decision (sharing_decision_id, family_id, agency_id, basis, shared, decided_on, reason) values (%1$s, %1$s, %1$s, ''consent'', true, ''2024-04-01'', ''For the school.'')',
        'insert into consent (consent_id, family_id, kind, given_by, given_on, agency_id) values (2000, %1$s, ''share'', ''parent'', ''2024-03-30'', %1$s)',
        'insert into sharing_decision (sharing_decision_id, family_id, agency_id, basis, shared, decided_on, reason) values (%1$s, %1$s, %1$s, ''consent'', true, ''2024-04-01'', ''For the school.'')',
        'delete from consent where consent_id = 2000',
        'insert into feedback_request (feedback_request_id, episode_id, asked_on) values (%1$s, %1$s, ''2024-04-20'')',
        'update episode set closed_on = ''2024-05-20'', closure_reason_code = (select min(code) from closure_reason where code <> ''stepped_up''), closure_agreed_on = ''2024-05-20'' where episode_id = %1$s',
        'insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) values (2009, %1$s, ''2024-06-02'')',
        'update episode set closed_on = null, closure_reason_code = null, closure_agreed_on = null, reopened_on = ''2024-06-01'', reopen_reason = ''New need.'' where episode_id = %1$s',
        'update consent set withdrawn_on = ''2024-06-10'' where consent_id = %1$s',
        'update plan_outcome set achieved_on = null where plan_outcome_id = %1$s',
        'delete from episode where episode_id = %1$s'
    ]
    loop
        n := n + 1;
        command := format(replace(command, 'enum_range(null::text::text)',
            '''{health_and_wellbeing,development_and_education,parenting_and_caring,family_and_community}''::early_help.eha_domain[]'), i);
        begin
            execute command;
            get diagnostics written = row_count;
            set constraints all immediate;
            set constraints all deferred;
            insert into public.outcome values (p, n, command, case written when 0 then 'no row' else 'it went through' end);
        exception
            when others then
                -- Which of several foreign keys speaks goes by their triggers' names, which end in an OID:
                -- 99999 comes after 100000.
                insert into public.outcome values (p, n, command, sqlstate || case sqlstate when '23503' then '' else ' ' || sqlerrm end);
        end;
    end loop;
end
$$;

-- What stands in a partnership: every row of its records and marks, the id i as I.
create function public.all_rows(p text, i bigint) returns table (in_table text, contents jsonb)
language plpgsql
as $$
begin
    for in_table in
        select relname
        from pg_class
        where relnamespace = p::regnamespace
            and relkind = 'r'
            and relname !~ '^(cube_|stale_|kpi_(metric|period|cube|target|spc)|published|structure_as_made|bank_holiday|partnership$)'
            and not exists (
                select
                from pg_attribute
                where attrelid = pg_class.oid
                    and attname = 'valid_from')
    loop
        return query execute format($q$
            select %L, (
                select jsonb_object_agg(key, case when value = to_jsonb(%s::bigint) and key ~ '_id$|^part$' then '"I"' else value end)
                from jsonb_each(to_jsonb(t))
                where key !~ '_at$')
            from %I.%I t$q$, in_table, i, p, in_table);
    end loop;
end
$$;

select null from early_help.create_partnership('seven') \g /dev/null
select null from early_help.create_partnership('zero') \g /dev/null
select null from early_help.create_partnership('minus') \g /dev/null
select ids_from_1000(p) from unnest(array['seven', 'zero', 'minus']) p \g /dev/null
select case_of('seven', 7), case_of('zero', 0), case_of('minus', -7) \g /dev/null
reset search_path;

select bag_eq('select n, state from outcome where p = ''zero''', 'select n, state from outcome where p = ''seven''', 'with id 0 the same goes through and the same is refused');
select bag_eq('select n, state from outcome where p = ''minus''', 'select n, state from outcome where p = ''seven''', 'and with a negative one');
select cmp_ok((select count(*) from outcome where p = 'seven' and state = 'it went through')::integer, '>', 30, 'most goes through');
select cmp_ok((select count(*) from outcome where p = 'seven' and state ~ '^YH')::integer, '>', 10, 'what the rules refuse is among it');
select is_empty('select n, command, state from outcome where state !~ ''^(YH|it went|23)''', 'and nothing else');
select bag_eq('select * from all_rows(''zero'', 0)', 'select * from all_rows(''seven'', 7)', 'the records, events, levels and marks are the same with id 0');
select bag_eq('select * from all_rows(''minus'', -7)', 'select * from all_rows(''seven'', 7)', 'and with a negative one');
select bag_eq('select * from zero_kpi.dashboard', 'select * from seven_kpi.dashboard', 'and so are the figures with id 0');
select bag_eq('select * from minus_kpi.dashboard', 'select * from seven_kpi.dashboard', 'and with a negative one');

set search_path = town, public;
select refused('insert into family (family_id) values ((-9223372036854775808)::bigint);
    insert into conversation (family_id, held_on) values ((-9223372036854775808)::bigint, ''2024-01-01'');
    insert into episode (family_id, opened_on) values ((-9223372036854775808)::bigint, ''2024-01-02'')', '22003', 'the least bigint is not an id');

select * from finish();
rollback;
