-- What schedules.c needs: the acts, the stages at which a family meets them, as many copies of such a family as there are
-- schedules, and the record of one copy, whichever it is.
--
-- All keys of a copy follow from its number: the first is 1000 + 100 * copy, which is #0 in the acts, and #1 to #99 are the next.
-- What an act writes gets keys from 10000000000. So two copies with the same past have the same record, but for that.
select early_help.create_partnership('p');
set search_path = p, public;
insert into agency (agency_id, name, sector) values (1, 'Council', 'local_authority'), (2, 'School', 'education');
insert into practitioner (practitioner_id, agency_id, name) values (1, 1, 'One'), (2, 1, 'Two'), (3, 2, 'Three'), (4, 2, 'Four');

do $$
declare
    c record;
begin
    for c in
        select attrelid::regclass as t, attname
        from pg_attribute
        where attidentity <> '' and atttypid = 'bigint'::regtype and attrelid in (select oid from pg_class where relnamespace = 'p'::regnamespace)
    loop
        execute format('alter table %s alter column %I restart with 10000000000', c.t, c.attname);
    end loop;
end
$$;

create schema schedules;

-- ---------------------------------------------------------------------------
-- The acts; SCHEDULES_ACTS=24 takes the first 24
-- ---------------------------------------------------------------------------

create table schedules.act (
    act_id integer generated always as identity primary key,
    name text not null unique,
    sql text not null
);
insert into schedules.act (name, sql) values
('open_episode', $$select open_episode(#1, '2024-06-10')$$),
('close_episode', $$select close_episode(#1, 'moved_away', '2024-03-20', '2024-03-20')$$),
('reopen_episode', $$select reopen_episode(#1, 'x', '2024-06-20')$$),
('undo_closure', $$select undo_closure(#1, 'x')$$),
('assign_lead_practitioner', $$select assign_lead_practitioner(#1, 2, '2024-03-10')$$),
('undo_allocation', $$select undo_allocation(#1, 'x')$$),
('complete_assessment', $$select complete_assessment(#1, '2024-03-10')$$),
('start_plan', $$select start_plan(#1, '2024-03-10')$$),
('add_outcome', $$select add_outcome(#1, null, '2024-03-10')$$),
('add_action', $$select add_action(#1, '2024-03-30', null, '2024-03-21')$$),
('complete a plan', $$select hold_review(#1, 'complete', '2024-03-12')$$),
('extend a plan', $$select hold_review(#1, 'extend', '2024-03-13')$$),
('withdraw_consent', $$select withdraw_consent(#1, '2024-03-05')$$),
('correct_withdrawal', $$select correct_withdrawal(#1, '2024-03-25', 'x')$$),
('step_up', $$select step_up(#1, 'section_47', 'x', '2024-03-10', no_assessment_reason => 'x', family_id => #1)$$),
('accept_step', $$select accept_step(#1, '2024-03-11', 1, 1, '2024-09-01')$$),
('accept_step of a sibling', $$select accept_step(#2, '2024-03-12', 1, 1, '2024-09-01')$$),
('decline_step', $$select decline_step(#1, '2024-03-11')$$),
('undo_decision', $$select undo_decision(#1, 'x')$$),
('step_down', $$select step_down(#1, 'x', '2024-03-10', #1)$$),
('attach a contact', $$update contact_child set attached_episode_id = #1 where contact_child_id = #1$$),
('merge_children', $$select merge_children(#3, #1, 'x', '2024-03-10')$$),
('move_child', $$select move_child(#1, #1, #2, '2024-03-10')$$),
('delete a conversation', $$delete from conversation where conversation_id = #1$$),
('start_assessment', $$select start_assessment(#1, '2024-03-10')$$),
('assess_domain', $$select assess_domain(#1, 'health_and_wellbeing', '2024-03-01')$$),
('delete a domain', $$delete from assessment_domain where assessment_id = #1 and domain = 'health_and_wellbeing'$$),
('withdraw_outcome', $$select withdraw_outcome(#1, '2024-03-21')$$),
('correct_review', $$select correct_review(#1, 'complete', 'x')$$),
('undo_review', $$select undo_review(#1, 'x')$$),
('give_consent', $$select give_consent(#1, 'parent', '2024-03-04')$$),
('step_up a sibling', $$select step_up(#2, 'section_47', 'x', '2024-03-10', no_assessment_reason => 'x', family_id => #1)$$),
('correct_decision', $$select correct_decision(#1, '2024-03-15', 'x')$$),
('refer', $$select refer(#1, #1, '2024-03-25')$$),
('accept_referral', $$select accept_referral(#2, '2024-03-10')$$),
('decline_referral', $$select decline_referral(#2, '2024-03-10')$$),
('merge_children the other way', $$select merge_children(#1, #3, 'x', '2024-03-10')$$),
('unmerge_children', $$select unmerge_children(#4, 'x', '2024-03-10')$$),
('split_family', $$select split_family(#1, array[#2::bigint], '2024-03-10')$$),
('join_families', $$select join_families(#2, #1, '2024-03-10')$$),
('open_episode of a referral', $$select open_episode(#1, '2024-01-10', #2)$$),
('put a child into the episode', $$insert into episode_child (episode_id, child_id, joined_on) values (#1, #3, '2024-03-10')$$),
('a child leaves the episode', $$update episode_child set left_on = '2024-03-10' where episode_id = #1 and child_id = #1 and left_on is null$$),
('a sibling leaves the episode', $$update episode_child set left_on = '2024-03-10' where episode_id = #1 and child_id = #2 and left_on is null$$),
('delete a consent', $$delete from consent where consent_id = #1$$),
('delete a family_member', $$delete from family_member where family_id = #1 and child_id = #1$$),
('redate opened_on', $$update episode set opened_on = '2023-12-20' where episode_id = #1$$),
('redate closed_on', $$update episode set closed_on = '2024-05-20' where episode_id = #1$$),
('redate held_on', $$update conversation set held_on = '2024-02-20' where conversation_id = #1$$),
('redate given_on', $$update consent set given_on = '2024-01-05' where consent_id = #1$$),
('record_past_episode', $$select record_past_episode(#1, '2023-10-01', '2023-12-01', 'moved_away', '2023-12-01')$$),
('delete the episode', $$delete from episode where episode_id = #1$$),
('insert an episode', $$insert into episode (episode_id, family_id, opened_on) values (#9, #1, '2024-03-20');
    insert into episode_child (episode_id, child_id, joined_on) values (#9, #3, '2024-03-20')$$),
('redate opened_on to a later day', $$update episode set opened_on = '2024-01-03' where episode_id = #1$$),
('feedback', $$insert into feedback (given_by, episode_id, given_on, timely) values ('child', #1, '2024-01-02', true)$$),
('a child dies', $$update child set died_on = '2024-03-23' where child_id = #1$$),
('refer a duplicate', $$select refer(#4, #1, '2024-03-25')$$),
('merge_children of a kept child', $$select merge_children(#3, #2, 'x', '2024-03-10')$$),
('delete a merge', $$delete from child_merge where child_merge_id = #4$$),
('name a child of the other family', $$insert into conversation (family_id, child_id, held_on) values (#2, #2, '2024-03-10')$$),
('put a child into the other episode', $$insert into episode_child (episode_id, child_id, joined_on) values (#2, #2, '2024-03-10')$$),
('insert a referral of a sibling', $$insert into referral (child_id, family_id, referred_on, source_code, primary_need_code)
    values (#2, #1, '2024-03-25', '6', 'N1')$$),
('share', $$insert into sharing_decision (family_id, agency_id, decided_on, shared, basis, reason) values (#1, 2, '2024-03-10', true, 'consent', 'x')$$),
('delete a consent to share', $$delete from consent where consent_id = #4$$),
('delete a conversation of two', $$delete from conversation where conversation_id = #2$$),
('delete the other conversation', $$delete from conversation where conversation_id = #3$$),
('delete a membership of two', $$delete from family_member where family_member_id = #5$$),
('delete the other membership', $$delete from family_member where family_member_id = #6$$),
('delete a consent of two', $$delete from consent where consent_id = #2$$),
('delete the other consent', $$delete from consent where consent_id = #3$$),
('delete a consent to share of two', $$delete from consent where consent_id = #5$$),
('delete the other consent to share', $$delete from consent where consent_id = #6$$),
('delete an auditor of two', $$delete from case_audit_auditor where case_audit_id = #2 and practitioner_id = 3$$),
('delete the other auditor', $$delete from case_audit_auditor where case_audit_id = #2 and practitioner_id = 4$$);

-- ---------------------------------------------------------------------------
-- The stages
-- ---------------------------------------------------------------------------

-- In all: family #1 with children #1 and #2; child #3 of the same family, whom nobody supports; child #4, a duplicate of #2, merged by
-- child_merge #4, by which #2 belongs to family #2 too; family #2 with child #5 and an episode #2, which has an EHA and rests on two of
-- each: conversation, consent, consent to share, membership, auditor. A contact #1 of child #1, and #4 of child #4.
-- The first copies are made by what a practitioner would write.
create table schedules.stage (name text primary key, first_copy bigint not null);
insert into schedules.stage values
    ('none', 0),        -- a conversation and a consent, and a referral #2 without an answer
    ('allocated', 1),   -- and an episode with a lead practitioner, in which nothing was done
    ('planned', 2),     -- and an EHA with four domains, a plan with four outcomes; both children are offered a step up
    ('reviewed', 3),    -- the plan was extended; one child stepped up
    ('withdrawn', 4),   -- the consent was withdrawn, and that ended plan and EHA
    ('closed', 5),      -- the family agreed to close
    ('stepped up', 6),  -- both children are at social care, and one is offered a step down
    ('working', 7),     -- as planned, and nothing is offered
    ('completed', 8);   -- and the plan was completed

create procedure schedules.make_first_copy(stage text, copy bigint)
    language plpgsql
as $$
declare
    b constant bigint[] := array[1000 + 100 * copy];
    opened constant boolean := stage <> 'none';
    worked constant boolean := stage not in ('none', 'allocated');
begin
    insert into family (family_id) select x + n from unnest(b) x, generate_series(1, 2) n;
    insert into child (child_id, birth_date) select x + n, '2015-01-01' from unnest(b) x, generate_series(1, 5) n;
    insert into family_member (family_member_id, family_id, child_id, joined_on)
    select x + n, x + 1, x + n, null from unnest(b) x, generate_series(1, 4) n;
    insert into family_member (family_member_id, family_id, child_id, joined_on, left_on)
    select x + n, x + 2, x + 5, case n when 6 then date '2023-12-01' end, case n when 5 then date '2023-12-01' end
    from unnest(b) x, generate_series(5, 6) n;
    insert into family_member (family_member_id, family_id, child_id) select x + 7, x + 2, x + 4 from unnest(b) x;
    insert into conversation (conversation_id, family_id, held_on)
    select x + n, x + least(n, 2), '2023-09-23' from unnest(b) x, generate_series(1, 3) n;
    insert into consent (consent_id, family_id, given_by, given_on)
    select x + n, x + least(n, 2), 'parent', '2023-09-23' from unnest(b) x, generate_series(1, 3) n;
    insert into consent (consent_id, family_id, kind, agency_id, given_by, given_on)
    select x + n, case n when 4 then x + 1 else x + 2 end, 'share', 2, 'parent', '2023-09-23' from unnest(b) x, generate_series(4, 6) n;
    insert into sharing_decision (sharing_decision_id, family_id, agency_id, decided_on, shared, basis, reason)
    select x + 2, x + 2, 2, '2024-01-10', true, 'consent', 'x' from unnest(b) x;
    insert into contact (contact_id, received_on, source_code)
    select x + n, case n when 2 then date '2023-12-20' else '2024-03-22' end, '6' from unnest(b) x, unnest('{1,2,4}'::integer[]) n;
    insert into contact_child (contact_child_id, contact_id, child_id, primary_need_code, decision)
    select x + n, x + n, x + n, 'N1', case n when 2 then 'referral'::early_help.contact_decision end from unnest(b) x, unnest('{1,2,4}'::integer[]) n;
    insert into referral (referral_id, contact_child_id, child_id, family_id, referred_on, source_code, primary_need_code)
    select x + 2, x + 2, x + 2, x + 1, '2023-12-20', '6', 'N1' from unnest(b) x;
    insert into episode (episode_id, family_id, opened_on) select x + 2, x + 2, '2024-01-01' from unnest(b) x;
    insert into episode_child (episode_id, child_id, joined_on) select x + 2, x + 5, '2024-01-01' from unnest(b) x;
    insert into lead_practitioner (episode_id, from_on, practitioner_id) select x + 2, '2024-01-06', 1 from unnest(b) x;
    insert into assessment (assessment_id, episode_id, started_on) select x + 2, x + 2, '2024-01-08' from unnest(b) x;
    insert into case_audit (case_audit_id, episode_id, audited_on, grade, auditor_practitioner_id)
    select x + 2, x + 2, '2024-02-01', 'good', 2 from unnest(b) x;
    insert into case_audit_auditor (case_audit_id, practitioner_id) select x + 2, n from unnest(b) x, generate_series(3, 4) n;
    if opened then
        insert into episode (episode_id, family_id, opened_on) select x + 1, x + 1, '2024-01-01' from unnest(b) x;
        insert into episode_child (episode_id, child_id, joined_on) select x + 1, x + n, '2024-01-01' from unnest(b) x, generate_series(1, 2) n;
        insert into lead_practitioner (episode_id, from_on, practitioner_id) select x + 1, '2024-01-06', 1 from unnest(b) x;
    end if;
    if worked then
        insert into assessment (assessment_id, episode_id, started_on) select x + 1, x + 1, '2024-01-08' from unnest(b) x;
        insert into assessment_domain (assessment_id, domain, assessed_on)
        select x + 1, d, '2024-01-20'
        from unnest(b) x, unnest('{health_and_wellbeing,development_and_education,parenting_and_caring,family_and_community}'::early_help.eha_domain[]) d;
        insert into plan (plan_id, episode_id, started_on) select x + 1, x + 1, '2024-01-31' from unnest(b) x;
        insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) select x + n, x + 1, '2024-02-01' from unnest(b) x, generate_series(1, 4) n;
    end if;
    if stage = 'planned' then
        insert into step (step_id, child_id, family_id, to_level, offered_on, basis, reason, no_assessment_reason)
        select x + n, x + n, x + 1, 'social_care', '2024-02-10', 'section_47', 'x', 'x' from unnest(b) x, generate_series(1, 2) n;
    elsif stage = 'reviewed' then
        insert into review (review_id, plan_id, held_on, decision) select x + 1, x + 1, '2024-03-01', 'extend' from unnest(b) x;
        insert into step (step_id, child_id, family_id, to_level, offered_on, basis, reason, no_assessment_reason)
        select x + n, x + n, x + 1, 'social_care', '2024-02-10', 'section_47', 'x', 'x' from unnest(b) x, generate_series(1, 2) n;
        update step set outcome = 'accepted', decided_on = '2024-03-05' where step_id in (select x + 1 from unnest(b) x);
    elsif stage = 'completed' then
        insert into review (review_id, plan_id, held_on, decision) select x + 1, x + 1, '2024-03-01', 'complete' from unnest(b) x;
    elsif stage = 'withdrawn' then
        update consent set withdrawn_on = '2024-03-02' where consent_id in (select x + 1 from unnest(b) x);
    elsif stage = 'closed' then
        update episode
        set closed_on = '2024-03-31', closure_reason_code = 'moved_away', closure_agreed_on = '2024-03-31'
        where episode_id in (select x + 1 from unnest(b) x);
    elsif stage = 'stepped up' then
        insert into step (step_id, child_id, family_id, to_level, offered_on, basis, reason, no_assessment_reason)
        select x + 20 + n, x + n, x + 1, 'social_care', '2024-02-10', 'section_47', 'x', 'x' from unnest(b) x, generate_series(1, 2) n;
        update step set outcome = 'accepted', decided_on = '2024-02-20' where step_id in (select x + 20 + n from unnest(b) x, generate_series(1, 2) n);
        insert into step (step_id, child_id, family_id, to_level, offered_on, reason)
        select x + n, x + n, x + 1, 'early_help', '2024-03-01', 'x' from unnest(b) x, generate_series(1, 1) n;
    end if;
    insert into child_merge (child_merge_id, kept_child_id, merged_child_id, merged_on, reason)
    select x + 4, x + 2, x + 4, '2024-01-02', 'x' from unnest(b) x;
end
$$;

do $$
declare
    s record;
begin
    for s in select * from schedules.stage order by first_copy loop
        call schedules.make_first_copy(s.name, s.first_copy);
    end loop;
end
$$;

-- How many more of a stage: its rows again, under other keys. Triggers of rules would find what they found in the first.
create procedure schedules.make_copies(stage text, first_copy bigint, copies integer)
    language plpgsql
as $$
declare
    model constant bigint := (select 1000 + 100 * s.first_copy from schedules.stage s where s.name = stage);
    t record;
begin
    set local session_replication_role = replica;
    for t in
        select
            c.oid::regclass as name,
            string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns,
            string_agg(
                case
                    when a.atttypid <> 'bigint'::regtype then quote_ident(a.attname)
                    when a.attidentity <> '' then format('case when %1$I < 10000000000 then %1$I + n else nextval(%2$L) end', a.attname,
                        pg_get_serial_sequence(c.oid::regclass::text, a.attname))
                    else format('case when %1$I between %2$s and %2$s + 99 then %1$I + n else %1$I end', a.attname, model)
                end, ', ' order by a.attnum) as shifted,
            string_agg(format('%I between %s and %s + 99', a.attname, model, model), ' or ') filter (where a.atttypid = 'bigint'::regtype) as ours
        from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
        where c.relnamespace = 'p'::regnamespace and c.relkind = 'r' and c.relname !~ '^(kpi_|cube_|stale_|inbox_|import_|structure_as_made$)'
        group by c.oid
        having count(*) filter (where a.atttypid = 'bigint'::regtype) > 0
    loop
        execute format('insert into %1$s (%2$s) select %3$s from %1$s cross join generate_series(%4$s::bigint, %5$s, 100) n where %6$s', t.name, t.columns, t.shifted,
            1000 + 100 * first_copy - model, 1000 + 100 * (first_copy + copies - 1) - model, t.ours);
    end loop;
    set local session_replication_role = origin;
end
$$;

-- ---------------------------------------------------------------------------
-- The record
-- ---------------------------------------------------------------------------

-- What the clock says, which no two runs share.
create table schedules.clock as
select distinct attname::text as name
from pg_attribute
where attrelid in (select oid from pg_class where relnamespace = 'p'::regnamespace and relkind = 'r')
    and atttypid = 'timestamptz'::regtype;

-- Everything of a copy, row by row; keys are left for the program to make alike.
create function schedules.record_of(copy bigint) returns setof text
    language plpgsql
    set enable_seqscan = off
as $$
declare
    low constant bigint := 1000 + 100 * copy;
    high constant bigint := low + 99;
    clocks constant text[] := array(select name from schedules.clock);
    children constant bigint[] := array(select child_id from child where child_id between low and high);
    families constant bigint[] := array(
        select family_id from family where family_id between low and high
        union select family_id from family_member where child_id = any (children));
    episodes constant bigint[] := array(select episode_id from episode where family_id = any (families));
    plans constant bigint[] := array(select plan_id from plan where episode_id = any (episodes));
    assessments constant bigint[] := array(select assessment_id from assessment where episode_id = any (episodes));
begin
    return query
    select t || ' ' || (r - clocks)::text
    from (
        select 'family' as t, to_jsonb(x) as r from family x where family_id = any (families)
        union all select 'child', to_jsonb(x) from child x where child_id = any (children)
        union all select 'family_member', to_jsonb(x) from family_member x where family_id = any (families)
        union all select 'child_merge', to_jsonb(x) from child_merge x where merged_child_id = any (children)
        union all select 'conversation', to_jsonb(x) from conversation x where family_id = any (families)
        union all select 'consent', to_jsonb(x) from consent x where family_id = any (families)
        union all select 'contact', to_jsonb(x) from contact x where contact_id between low and high
        union all select 'contact_child', to_jsonb(x) from contact_child x where child_id = any (children)
        union all select 'referral', to_jsonb(x) from referral x where child_id = any (children)
        union all select 'episode', to_jsonb(x) from episode x where family_id = any (families)
        union all select 'episode_child', to_jsonb(x) from episode_child x where episode_id = any (episodes)
        union all select 'episode_event', to_jsonb(x) from episode_event x where episode_id = any (episodes)
        union all select 'lead_practitioner', to_jsonb(x) from lead_practitioner x where episode_id = any (episodes)
        union all select 'level_change', to_jsonb(x) from level_change x where child_id = any (children)
        union all select 'assessment', to_jsonb(x) from assessment x where episode_id = any (episodes)
        union all select 'assessment_domain', to_jsonb(x) from assessment_domain x where assessment_id = any (assessments)
        union all select 'plan', to_jsonb(x) from plan x where episode_id = any (episodes)
        union all select 'plan_outcome', to_jsonb(x) from plan_outcome x where plan_id = any (plans)
        union all select 'action', to_jsonb(x) from action x where plan_id = any (plans)
        union all select 'review', to_jsonb(x) from review x where plan_id = any (plans)
        union all select 'step', to_jsonb(x) from step x where child_id = any (children)
        union all select 'sharing_decision', to_jsonb(x) from sharing_decision x where family_id = any (families)
        union all select 'case_audit_auditor', to_jsonb(x) from case_audit_auditor x where case_audit_id between low and high
        union all select 'feedback', to_jsonb(x) from feedback x where episode_id = any (episodes)
        union all select 'correction', to_jsonb(x) from correction x where record_id between low and high
    ) rows (t, r);
end
$$;

-- Which copy is which, to say it of what the audit finds.
create table schedules.run (copy bigint primary key, what text not null);
-- What the audit finds, with the copies of which it speaks.
create view schedules.finding as
select a.rule, a.record, a.record_id, a.detail, r.what
from early_help.audit('p') a
left join lateral (
    select min((v::bigint - 1000) / 100) as copy
    from (select m[1] from regexp_matches(a.detail, '(\d{4,})', 'g') m union all select a.record_id::text) n (v)
    where v::bigint between 1000 and 9999999999
) c on true
left join schedules.run r on r.copy = c.copy
where a.severity = 'error';
