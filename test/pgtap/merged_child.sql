-- A merged child is the child that is kept, everywhere a child is named (M01): from the catalogue, so that no table and
-- no act is forgotten.
\ir fixture.psql

-- Child 11 is kept, 12 is its duplicate; they and 13 were supported by the closed episode 1.
select support(1, 'closed', children => 3) \g /dev/null
insert into child_identity (child_id, given_name) values (11, 'SECRET');
insert into contact (contact_id, received_on, source_code) values (1, '2024-06-01', '6'), (2, '2024-06-02', '6'), (3, '2024-06-03', '6');
insert into contact_child (contact_child_id, contact_id, child_id, primary_need_code) values (1, 1, 11, 'N1'), (2, 2, 12, 'N1'), (3, 3, 13, 'N1');
insert into referral (referral_id, child_id, family_id, referred_on, source_code, primary_need_code) values (1, 11, 1, '2024-06-05', '6', 'N1');
insert into conversation (family_id, held_on, child_id) values (1, '2024-06-01', 11);
insert into sharing_decision (family_id, child_id, agency_id, decided_on, shared, basis, reason) values (1, 11, 1, '2024-06-01', false, 'consent', 'x');
insert into service_request (family_id, child_id, primary_need_code, requested_on) values (1, 11, 'N1', '2024-06-01');
insert into service (service_id, agency_id, name, run_by) values (1, 1, 'S', 'hub');
insert into group_programme (group_programme_id, service_id, name) values (1, 1, 'P');
insert into group_session (group_session_id, group_programme_id, held_on) values (1, 1, '2024-06-01'), (2, 1, '2024-06-08');
insert into group_attendance (group_session_id, family_id, child_id, attended) values (1, 1, 11, true);
insert into step (step_id, child_id, family_id, to_level, offered_on, basis, reason, no_assessment_reason)
values (1, 11, 1, 'social_care', '2024-06-10', 'section_47', 'x', 'x');
select withdraw_step(1, '2024-06-11') \g /dev/null
select support(2, 'closed', children => 1, starts => '2023-01-01') \g /dev/null
select support(3, 'planned', children => 1) \g /dev/null
insert into review (review_id, plan_id, held_on, decision, next_review_due_on) values (3, 3, '2024-03-14', 'extend', '2024-05-01');
insert into review_participant (review_id, party, child_id, present) values (3, 'family', 31, true);
insert into assessment (assessment_id, episode_id, started_on, child_id) values (31, 3, '2024-01-20', 31);

-- ---------------------------------------------------------------------
-- An undone merge leaves every row of every table as it was.
create function public.state_of_town()
returns table (record text, row_of_it jsonb)
language plpgsql
as $$
declare
    t regclass;
begin
    for t in
        select oid
        from pg_class
        where relnamespace = 'town'::regnamespace
            and relkind = 'r'
            and relname !~ '^(cube_|kpi_|stale_|child_merge$)'
    loop
        return query execute format('select %L::text, to_jsonb(r) from %s r', t, t);
    end loop;
end
$$;
create function public.back_again(kept bigint, duplicate bigint, why text)
returns text
language plpgsql
as $$
declare
    merge bigint;
    differences bigint;
begin
    create temporary table before on commit drop as select * from state_of_town();
    merge := (merge_children(kept, duplicate, 'x')).child_merge_id;
    perform unmerge_children(merge, 'x');
    select count(*) into differences
    from ((select * from before except all select * from state_of_town())
        union all (select * from state_of_town() except all select * from before)) d;
    drop table before;
    return is(differences, 0::bigint, why);
end
$$;
select back_again(11, 12, 'two children of one family, with histories, contacts and levels');
select back_again(12, 11, 'the other way round: referral, step, EHA and attendance');
select back_again(11, 21, 'two families');
select back_again(31, 11, 'into a child that is supported');
savepoint social_care;
select accept_step((step_up(13, 'section_47', 'x', '2024-07-01', no_assessment_reason => 'x')).step_id, '2024-07-02') \g /dev/null
select back_again(13, 11, 'into a child that social care works with');
-- Two levels of one person.
select refused($$select merge_children(11, 13, 'x')$$, 'YHM01', 'social care works with the duplicate alone', 'child_id 13 is at level social_care%');
select refused($$select merge_children(21, 13, 'x')$$, 'YHM01', 'whatever the other''s level');
select allowed($$select merge_children(13, 11, 'x')$$, 'the other way round, as the hint says');
select allowed($$select accept_step((step_down(13, 'x', '2024-07-10', to_level => 'universal')).step_id, '2024-07-11', 1, 1, '2024-08-01');
    select merge_children(11, 13, 'x')$$, 'or stepped down, as the hint says');
rollback to savepoint social_care;

-- R15 sees one child: referrals fit the dates of the child that they count for.
savepoint birth;
update child set birth_date = '2024-05-01' where child_id = 31;
insert into child (child_id, birth_date) values (41, '2026-05-01');
select refused($$select merge_children(41, 11, 'x')$$, 'YH015', 'a referral before the kept child was born', '% before the birth of child_id 41');
select allowed($$update child set birth_date = '2015-05-01' where child_id = 41; select merge_children(41, 11, 'x')$$, 'with the right date');
rollback to savepoint birth;

-- Decisions are mended: none of the duplicate is taken back, and none of the kept child that leaves them at two levels.
savepoint mended;
insert into step (step_id, child_id, family_id, to_level, offered_on, basis, reason, no_assessment_reason)
values (2, 11, 1, 'social_care', '2024-06-20', 'section_47', 'x', 'x'), (3, 12, 1, 'social_care', '2024-06-20', 'section_47', 'x', 'x');
select accept_step(2, '2024-06-21'), accept_step(3, '2024-06-21') \g /dev/null
select (merge_children(11, 12, 'x')).child_merge_id as mended \gset
select refused($$select undo_decision(3, 'x')$$, 'YHM01', 'a decision of the duplicate is not undone', 'child_id 12 is a duplicate of child_id 11%');
select refused($$select undo_decision(2, 'x')$$, 'YHM01', 'nor the kept child''s, if the duplicate stays with social care', 'child_id 12 is at level social_care%');
select allowed(format($$select unmerge_children(%s, 'x'), undo_decision(2, 'x'), undo_decision(3, 'x')$$, :mended), 'the merge is undone first, as the hint says');
select correct_decision(3, '2024-06-22', 'x') \g /dev/null
select is((select changed_on::date from level_change where child_id = 12 order by change_number desc limit 1), date '2024-06-22', 'a day is corrected');
set local session_replication_role = replica;
update level_change set recorded_at = clock_timestamp() where child_id = 12;
set local session_replication_role = origin;
select is_empty($$select rule, record, record_id, detail from early_help.audit('town', 'none')$$, 'the levels of the duplicate, written anew, are no fault');
rollback to savepoint mended;

-- Two levels that were written while the rules were off.
savepoint two_levels;
set local session_replication_role = replica;
insert into level_change (child_id, change_number, level_from, level_to, event, changed_on, recorded_at)
values (13, 3, 'universal', 'social_care', 'accept_step_up', '2024-07-01', now());
update child set merged_into_child_id = 11 where child_id = 13;
insert into child_merge (kept_child_id, merged_child_id, merged_on, reason) values (11, 13, '2024-07-02', 'x');
set local session_replication_role = origin;
select is((select count(*) from early_help.audit('town', 'none') where rule = 'M01' and record = 'child' and record_id = 13
    and detail like 'at level social_care%'), 1::bigint, 'the audit finds one person at two levels');
rollback to savepoint two_levels;

-- Steps that overlapped before the merge are no fault of it.
savepoint steps;
insert into step (child_id, family_id, to_level, offered_on, basis, reason, no_assessment_reason, outcome, decided_on)
values (12, 1, 'social_care', '2024-06-10', 'section_47', 'x', 'x', 'declined', '2024-06-12');
select back_again(11, 12, 'steps of both on one day');
select merge_children(11, 12, 'x') \g /dev/null
select is_empty($$select * from early_help.audit('town', 'none')$$, 'steps of two records of one child, both made before the merge');
select refused($$insert into step (child_id, family_id, to_level, offered_on, basis, reason, no_assessment_reason, outcome, decided_on)
    values (11, 1, 'social_care', '2024-06-11', 'section_47', 'x', 'x', 'declined', '2024-06-13')$$, 'YH012', 'one that is recorded now is beside none of them', 'step_id % is open %');
rollback to savepoint steps;
insert into step (step_id, child_id, family_id, to_level, offered_on, basis, reason, no_assessment_reason) values (2, 11, 1, 'social_care', '2024-06-12', 'section_47', 'x', 'x');
insert into step (child_id, family_id, to_level, offered_on, basis, reason, no_assessment_reason, outcome, decided_on)
values (12, 1, 'social_care', '2024-06-13', 'section_47', 'x', 'x', 'declined', '2024-06-14');
select merge_children(11, 12, 'x') \g /dev/null
select allowed($$select accept_step(2, '2024-06-20')$$, 'an open step of the kept child is decided, whatever the duplicate''s was');
rollback to savepoint steps;

-- A chain: whoever is written for a duplicate of a duplicate is the last child.
savepoint chain;
select merge_children(11, 12, 'x'), merge_children(13, 11, 'x') \g /dev/null
select is((outcome_of($$insert into conversation (family_id, held_on, child_id) values (1, '2024-07-01', 12)$$)).hint, 'Write it for child_id 13.', 'a chain');
select set_eq('select records_of_child(11)', '{11,12,13}'::bigint[], 'one child has three records');
select refused($$insert into child (child_id) values (99); select merge_children(12, 99, 'x'), merge_children(99, 11, 'x')$$, 'YHM01', 'merged once');
select unmerge_children(child_merge_id, 'x') from child_merge where merged_child_id = 11 and undone_on is null \g /dev/null
select is(kept_child(12), 11::bigint, 'a link of it undone');
rollback to savepoint chain;

-- A duplicate that is supported beside the kept child leaves first, as the hint says.
savepoint both_supported;
select support(6, 'allocated') \g /dev/null
select refused($$select merge_children(61, 62, 'x')$$, 'YHM01', 'both are supported', 'episode_id 6 is open for child_id 62');
select allowed($$update episode_child set left_on = '2024-02-01' where child_id = 62; select merge_children(61, 62, 'x'), close_episode(6, 'moved_away', '2024-03-01', '2024-03-01')$$, 'the duplicate leaves the episode');
select refused($$select step_up(62, 'section_47', 'x', '2024-02-01', no_assessment_reason => 'x'); update episode_child set left_on = '2024-02-01' where child_id = 62;
    select merge_children(61, 62, 'x')$$, 'YHM01', 'its step is open', 'step_id % is open for child_id 62');
select allowed($$select withdraw_step((step_up(62, 'section_47', 'x', '2024-02-01', no_assessment_reason => 'x')).step_id, '2024-02-01');
    update episode_child set left_on = '2024-02-01' where child_id = 62; select merge_children(61, 62, 'x')$$, 'it is withdrawn');
rollback to savepoint both_supported;

-- Merged: what came before stays.
select (merge_children(11, 12, 'x')).child_merge_id as merge \gset
select refused($$update child set died_on = '2024-06-20' where child_id = 12$$, 'YHM01', 'the facts of a duplicate are those of the kept child', 'child_id 12 %of child_id 11');
select refused($$update child set sex_code = 'F' where child_id = 12$$, 'YHM01', 'each of them');
select allowed($$update child set source_ref = 'D' where child_id = 12$$, 'but it keeps its reference');
select is((refer(2)).counted_child_id, 11::bigint, 'a contact from before is still referred');
select refused($$update child set died_on = '2024-06-01' where child_id = 11$$, 'YH015', 'and fits the kept child''s death');

-- ---------------------------------------------------------------------
-- Every foreign key to child: nothing names the duplicate anew.
create temporary table names as
select
    c.conrelid as place,
    t.relname as name,
    a.attname as child,
    -- The rules alone write them; child_merge is about duplicates.
    t.relname in ('child', 'level_change', 'episode_event') as by_rules
from pg_constraint c
join pg_class t on t.oid = c.conrelid
join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
where c.contype = 'f'
    and c.confrelid = 'child'::regclass
    and t.relname <> 'child_merge';
select cmp_ok(count(*), '>=', 14::bigint, 'tables whose rows name a child') from names;

-- A row that names another child, and the same row with the duplicate.
create function public.columns_of(place regclass) returns text language sql as $$
    select string_agg(quote_ident(attname), ', ')
    from pg_attribute
    where attrelid = place and attnum > 0 and not attisdropped and attgenerated = ''
        and attname not in (select attname from pg_attribute i where i.attrelid = place and i.attidentity <> '' and i.attname <> all ('{child_id}'));
$$;
create function public.sample_of(place regclass, child text) returns jsonb language plpgsql as $$
declare
    sample jsonb;
begin
    execute format('select to_jsonb(r) from %s r where %I is not null and %I <> 12 limit 1', place, child, child) into sample;
    return sample;
end
$$;
select isnt(sample_of(place, child), null, format('%s has a row that names a child', name)) from names where not by_rules;
create function public.naming(place regclass, child text, how text) returns text language sql as $$
    select case how
        when 'insert' then format(
            'insert into %1$s (%2$s) select %2$s from jsonb_populate_record(null::%1$s, %3$L::jsonb || jsonb_build_object(%4$L, 12))',
            place, columns_of(place), sample_of(place, child), child)
        else format('update %1$s set %2$I = 12 where ctid = (select ctid from %1$s where %2$I is not null and %2$I <> 12 limit 1)', place, child)
    end;
$$;
select refused(naming(place, child, 'insert'), case when by_rules then 'YHS03' else 'YHM01' end,
    format('%s: no row with %s of a duplicate', name, child), case when by_rules then '%' else '% is a duplicate of child_id 11' end)
from names where name <> 'child' order by name;
select is((outcome_of(naming(place, child, 'insert'))).hint, 'Write it for child_id 11.', format('%s: the hint says who', name))
from names where not by_rules order by name;
select ok(o.state in ('YHM01', 'YHS02', 'YHS03'), format('%s: nor by update (%s)', name, o.state))
from names, outcome_of(naming(place, child, 'update')) o where name <> 'child' order by name;
-- What the hint says can be done.
select allowed(replace(naming(place, child, 'insert'), ', 12))', ', 13))'), format('%s: for another child', name))
from names where name in ('conversation', 'sharing_decision', 'service_request', 'group_attendance');
select is(
    (select string_agg(n.name, ', ') from names n where not n.by_rules and not exists (
        select from pg_trigger t join pg_proc p on p.oid = t.tgfoid
        where t.tgrelid = n.place and t.tgtype & 20 = 20 and p.proname in ('kept_child', 'counted_child'))),
    null, 'each table has a trigger that says so');


-- Written while the rules were off, the audit finds it: in every one of these tables.
create function public.found_after(place regclass, name text, child text) returns text language plpgsql as $$
declare
    found text;
begin
    set local session_replication_role = replica;
    execute format('delete from %s where %I = 12', place, child);
    execute replace(naming(place, child, 'insert'), ', 12))', format(', 12) || jsonb_build_object(''recorded_at'', %L::timestamptz))', clock_timestamp()));
    set local session_replication_role = origin;
    select string_agg(distinct a.rule, ', ') into found from early_help.audit('town', 'none') a where a.record = name and a.rule = 'M01';
    raise sqlstate 'OK001' using message = coalesce(found, 'nothing');
exception
    when sqlstate 'OK001' then return sqlerrm;
end
$$;
select is(found_after(place, name, child), 'M01', format('%s: the audit finds it', name)) from names where name not in ('child', 'level_change') order by name;
select is_empty($$select * from early_help.audit('town')$$, 'and finds nothing before');

-- Rows of the duplicate from before can be written, but do not open again.
select allowed($$update contact_child set reason = 'x' where child_id = 12$$, 'a contact from before can be corrected');
select allowed($$update episode_child set joined_on = '2024-01-02' where child_id = 12$$, 'and a day');
select refused($$update episode_child set left_on = null where child_id = 12$$, 'YHM01', 'a duplicate is not supported again', 'child_id 12 is a duplicate of child_id 11%');
select refused($$update episode_child set child_id = child_id, left_on = null where child_id = 12$$, 'YHM01', 'whatever else is set');

-- ---------------------------------------------------------------------
-- Every act that is given a child: it is the kept child's.
create temporary table acts (act text, first text, result text) on commit drop;
insert into acts values
    ('record_conversation', $$(record_conversation(1, '2024-07-01', child_id => 12)).child_id$$, null),
    ('record_contact', $$(record_contact(12, '6', 'N1', '2024-07-01')).child_id$$, null),
    ('request_service', $$(request_service(1, 'N1', '2024-07-01', child_id => 12)).child_id$$, null),
    ('step_up', $$(step_up(12, 'section_47', 'x', '2024-07-01', no_assessment_reason => 'x')).child_id$$, null),
    ('step_down', $$(step_down(12, 'x', '2024-07-03')).child_id$$, null),
    ('move_child', $$(move_child(12, 1, 2, '2024-07-01')).child_id$$, null),
    ('kept_child', $$kept_child(12)$$, null),
    ('records_of_child', $$(select string_agg(r::text, ',' order by r) from records_of_child(12) r)$$, null),
    ('split_family', $$(split_family(1, '{12,11}', '2024-07-01')).family_id$$,
        $$(select string_agg(child_id::text, ',') from family_member where family_id = %s)$$),
    ('move_conversation', $$(move_conversation((record_conversation(2, '2024-07-01')).conversation_id, 1, 'x', 12)).child_id$$, null),
    ('children_to_support', $$(select string_agg(c::text, ',') from children_to_support(1, '2024-07-01', '{12}') c)$$, null),
    ('record_past_episode', $$(record_past_episode(1, '2020-07-01', '2020-08-01', 'moved_away', '2020-08-01', children => '{12}')).episode_id$$,
        $$(select string_agg(child_id::text, ',') from episode_child where episode_id = %s)$$),
    ('open_episode', $$(open_episode(1, '2024-07-01', children => '{12}')).episode_id$$,
        $$(select string_agg(child_id::text, ',') from episode_child where episode_id = %s)$$),
    ('start_assessment', $$(start_assessment((open_episode(1, '2024-07-01', children => '{12}', lead_practitioner_id => 1)).episode_id, '2024-07-02', 12)).child_id$$, null);
select set_eq(
    $$select distinct p.proname::text from pg_proc p
    where p.pronamespace = 'town'::regnamespace and p.prokind = 'f' and p.proname !~ '^cube_'
        and p.proargnames[1:p.pronargs] && '{child_id,children}'$$,
    'select act from acts', 'the acts that are given a child');
create function public.comes_to(first text, result text) returns text language plpgsql as $$
declare
    one text;
begin
    execute 'select ' || first into strict one;
    if result is not null then
        execute 'select ' || format(result, one) into strict one;
    end if;
    raise sqlstate 'OK001' using message = one;
exception
    when sqlstate 'OK001' then return sqlerrm;
    when others then return format('%s: %s', sqlstate, sqlerrm);
end
$$;
savepoint acts;
select is(comes_to(first, result), case act when 'records_of_child' then '11,12' else '11' end, format('%s: the kept child', act))
from acts where act <> 'step_down';
select accept_step((step_up(11, 'section_47', 'x', '2024-07-01', no_assessment_reason => 'x')).step_id, '2024-07-02') \g /dev/null
select is(comes_to(first, result), '11', 'step_down: the kept child, whose level is the duplicate''s') from acts where act = 'step_down';
select refused($$select step_up(12, 'section_47', 'x', '2024-08-01', no_assessment_reason => 'x')$$, 'YH011', 'the duplicate is at the kept child''s level');
rollback to savepoint acts;
select refused($$select step_up(11, 'section_47', 'x', '2024-07-01', no_assessment_reason => 'x'), step_up(12, 'section_47', 'x', '2024-07-01', no_assessment_reason => 'x')$$,
    'YH012', 'one open step of the two');

-- An episode has the kept child, once; a duplicate's membership counts for it.
select is(comes_to($$(open_episode(1, '2024-07-01')).episode_id$$, $$(select string_agg(child_id::text, ',' order by child_id) from episode_child where episode_id = %s)$$),
    '11,13', 'an episode has the kept child once');
savepoint undo;
delete from referral where family_id = 1;
select is(comes_to($$(reopen_episode(1, 'x', '2024-07-01')).episode_id$$,
    $$(select string_agg(child_id::text, ',' order by child_id) from episode_child where episode_id = %s and left_on is null)$$), '11,13', 'so has one that is reopened');
select refused($$select undo_closure(1, 'x')$$, 'YHM01', 'a closure that supported the duplicate is not undone', 'child_id 12 is a duplicate of child_id 11%');
select allowed(format($$select unmerge_children(%s, 'x'), undo_closure(1, 'x')$$, :merge), 'the merge is undone first, as the hint says');
rollback to savepoint undo;
select merge_children(13, 21, 'x') \g /dev/null
select is(comes_to($$(open_episode(2, '2024-07-01')).episode_id$$, $$(select string_agg(child_id::text, ',' order by child_id) from episode_child where episode_id = %s)$$),
    '13', 'a family has the kept child where its duplicate is a member');
select refused($$select open_episode(2, '2024-07-01'), unmerge_children((select child_merge_id from child_merge where merged_child_id = 21 and undone_on is null), 'x')$$,
    'YHS02', 'who is parted is a member itself', 'episode_id % of family_id 2 is about child_id 13, %');
select allowed($$select open_episode(2, '2024-07-01'); insert into family_member (family_id, child_id, joined_on) values (2, 13, '2024-06-20');
    select unmerge_children((select child_merge_id from child_merge where merged_child_id = 21 and undone_on is null), 'x')$$, 'as the hint says');
-- What names a duplicate is of its own families.
select refused($$insert into contact (contact_id, received_on, source_code) values (9, '2024-06-21', '6');
    select unmerge_children((select child_merge_id from child_merge where merged_child_id = 21 and undone_on is null), 'x');
    insert into contact_child (contact_child_id, contact_id, child_id, primary_need_code) values (9, 9, 21, 'N1');
    select merge_children(13, 21, 'x'), refer(9, 1)$$, 'YHS02', 'a referral of the duplicate''s contact too', 'child_id 21 was never of family_id 1');
select refused($$insert into family_member (family_id, child_id) values (2, 13); delete from family_member where child_id = 21$$, 'YHS02', 'and its membership stays');
select allowed($$select join_families(1, 2, '2024-06-20'); select open_episode(1, '2024-07-01')$$, 'or the families join');
select is(comes_to($$(join_families(1, 2, '2024-06-20')).family_id$$, $$(select string_agg(child_id::text, ',' order by child_id) from family_member where family_id = %s and left_on is null)$$),
    '11,12,13', 'with the kept child as a member');

-- A contact of the duplicate that was attached meanwhile is detached before they are parted (R16).
savepoint attached;
insert into contact (contact_id, received_on, source_code) values (9, '2024-02-01', '6');
select unmerge_children((select child_merge_id from child_merge where merged_child_id = 21 and undone_on is null), 'x') \g /dev/null
insert into contact_child (contact_child_id, contact_id, child_id, primary_need_code) values (9, 9, 21, 'N1');
select (merge_children(13, 21, 'x')).child_merge_id as other \gset
update contact_child set attached_episode_id = 1 where contact_child_id = 9;
select refused(format($$select unmerge_children(%s, 'x')$$, :other), 'YH016', 'a contact that is attached to the kept child''s episode', 'episode_id 1 is not open on 2024-02-01 for child_id 21');
select allowed(format($$update contact_child set attached_episode_id = null where contact_child_id = 9; select unmerge_children(%s, 'x')$$, :other), 'detached, as the hint says');
rollback to savepoint attached;
-- A child without a level of its own has that of its duplicate.
savepoint levels;
select support(5, 'none', children => 1) \g /dev/null
select allowed($$select step_down(51, 'x', '2024-07-03')$$, 'a child without a level can come from social care');
select merge_children(51, 13, 'x') \g /dev/null
select refused($$select step_down(51, 'x', '2024-07-03')$$, 'YH011', 'a child without a level of its own is where its duplicate was');
rollback to savepoint levels;

-- ---------------------------------------------------------------------
-- Figures: one event counts a child once (F2), whichever of its records it names, and twice when they are parted.
savepoint figures;
select unmerge_children(:merge, 'x') \g /dev/null
insert into contact_child (contact_id, child_id, primary_need_code) values (3, 12, 'N1'), (3, 11, 'N1');
insert into group_attendance (group_session_id, family_id, child_id, attended) values (2, 1, 11, false), (2, 1, 12, true), (2, 1, 13, true);
insert into referral (child_id, family_id, referred_on, source_code, primary_need_code)
values (11, 1, '2024-06-20', '6', 'N1'), (12, 1, '2024-06-20', '6', 'N1');
create view public.counted as
select
    (select sum(contacts) from town_kpi.contacts where month = '2024-06-01') as contacts,
    (select children::text || ' ' || contacts from town_kpi.children_contacted where period_key = '2024-06') as children_contacted,
    (select attendances || ' ' || absences || ' ' || children from town_kpi.group_work) as group_work,
    (select sum(referrals) from town_kpi.referrals where month = '2024-06-01') as referrals,
    (select sum(re_referrals) from town_kpi.re_referrals where month = '2024-06-01') as re_referrals,
    (select sum(referrals) from town_kpi.re_referral_after_support where month = '2024-06-01') as after_support;
select results_eq('table counted', $$values (5::bigint, '3 5', '3 1 3', 4::bigint, 2::bigint, 4::bigint)$$, 'two children');
select merge_children(11, 12, 'x') \g /dev/null
select results_eq('table counted', $$values (4::bigint, '2 4', '3 0 2', 3::bigint, 2::bigint, 3::bigint)$$, 'one child');
delete from contact_child where contact_id = 3 and child_id = 11;
select is((select contacts from counted), 4::bigint, 'the duplicate''s row counts when the kept child''s is gone');
rollback to savepoint figures;

-- ---------------------------------------------------------------------
-- Imports: the sending system goes on using the old reference (F1).
update child set source_ref = 'K' where child_id = 11;
update child set source_ref = 'D' where child_id = 12;
update contact set source_ref = 'c2' where contact_id = 2;
insert into inbox_contact (contact_ref, received_on, child_ref, source_code, primary_need_code, decision)
select * from (values
    ('n1', '2024-08-01', 'D', '6', 'N1', 'information and advice'),
    ('n2', '2024-08-02', 'D', '6', 'N1', 'referral'),
    ('n3', '2024-08-03', 'K', '6', 'N1', 'referral')) v;
select results_eq('select accepted, unchanged, corrected, rejected from early_help.import_contacts($$inbox_contact$$)', 'values (3, 0, 0, 0)', 'contacts of the old reference');
select results_eq($$select c.source_ref, cc.child_id, f.child_id, f.family_id from contact c join contact_child cc using (contact_id)
    left join referral f using (contact_child_id) where c.source_ref ~ '^n' order by 1$$,
    $$values ('n1', 11::bigint, null::bigint, null::bigint), ('n2', 11, 11, 1), ('n3', 11, 11, 1)$$, 'are the kept child''s, and so are its referrals');
insert into inbox_contact (contact_ref, received_on, child_ref, source_code, primary_need_code, decision, birth_date)
select * from (values
    ('n1', '2024-08-01', 'D', '6', 'N1', 'information and advice', null),
    ('n2', '2024-08-02', 'K', '6', 'N1', 'referral', null),
    ('n3', '2024-08-03', 'D', '6', 'N2', 'referral', null),
    ('c2', '2024-06-02', 'K', '6', 'N2', 'referral', null),
    ('n4', '2024-08-04', 'D', '6', 'N1', null, '2014-02-02')) v;
select results_eq('select accepted, unchanged, corrected, rejected from early_help.import_contacts($$inbox_contact$$)', 'values (1, 2, 2, 0)', 'again, by either reference');
select is((select child_id from contact_child where contact_id = 2), 12::bigint, 'what was the duplicate''s stays so');
select results_eq('select birth_date::date from child where child_id in (11, 12) order by child_id',
    $$values (date '2014-02-02'), (date '2024-01-01' - 3000)$$, 'what a row says of the duplicate is said of the kept child');
select open_episode(1, '2024-09-01') \g /dev/null
insert into inbox_contact (contact_ref, received_on, child_ref, source_code, primary_need_code, decision)
select * from (values
    ('n5', '2024-09-02', 'D', '6', 'N1', null),
    ('n6', '2024-09-02', 'D', '6', 'N1', 'referral')) v;
select results_eq('select accepted, unchanged, corrected, rejected from early_help.import_contacts($$inbox_contact$$)', 'values (1, 0, 0, 1)', 'while the kept child is supported');
select is((select attached_episode_id from contact_child join contact using (contact_id) where source_ref = 'n5'),
    (select episode_id from episode where family_id = 1 and closed_on is null), 'a contact of the duplicate is attached to its episode');
select is((select rule from import_reject where contact_ref = 'n6'), 'R16', 'and it is not referred');
select isnt((record_contact(12, '6', 'N1', '2024-09-03')).attached_episode_id, null, 'nor by hand: attached');
update child set died_on = '2024-09-20' where child_id = 11;
insert into inbox_contact (contact_ref, received_on, child_ref, source_code, primary_need_code, decision)
values ('n7', '2024-09-21', 'D', '6', 'N1', 'referral');
select is((select rejected from early_help.import_contacts('inbox_contact')), 1, 'the duplicate is dead if the kept child is');

select is_empty($$select rule, record, record_id, detail from early_help.audit('town')$$, 'nothing for the audit to find');

-- Parted after all that: each has what was recorded for it, and every rule holds.
create temporary table of_kept as
select r.record, r.row_of_it - '{counted_child_id,merged_into_child_id,counts_for_child_id}'::text[] as row_of_it
from state_of_town() r
where r.row_of_it ->> 'child_id' in ('11', '12');
select unmerge_children(child_merge_id, 'x') from child_merge where undone_on is null order by child_merge_id desc \g /dev/null
select set_eq($$select record, row_of_it - '{counted_child_id,merged_into_child_id,counts_for_child_id}'::text[]
    from state_of_town() where row_of_it ->> 'child_id' in ('11', '12')$$, 'table of_kept', 'an undone merge changes whom rows count for and nothing else');
select is_empty($$select from contact_child where counted_child_id <> child_id union all select from referral where counted_child_id <> child_id$$,
    'and every row counts for its own child again');
select is_empty($$select rule, record, record_id, detail from early_help.audit('town')$$, 'and there is nothing for the audit to find');
select * from finish();
rollback;
