-- S08: what belongs to a record is not dated before the record begins, whichever of the two is written last.
\ir fixture.psql

select support(1, 'planned') \g /dev/null
select support(2, 'waiting') \g /dev/null
insert into service (service_id, agency_id, name, run_by) values (1, 1, 'Hub', 'hub');
insert into group_programme (group_programme_id, service_id, name, starts_on) values (1, 1, 'Parenting group', '2024-02-01'), (2, 1, 'Drop-in', null);
insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) select 1, plan_id, started_on from plan;
insert into plan_outcome (plan_outcome_id, plan_id, agreed_on, withdrawn_on) select 2, plan_id, started_on, started_on + 1 from plan;
insert into action (action_id, plan_id, owned_by_family, agreed_on, due_on) select 1, plan_id, true, started_on, started_on from plan;
insert into feedback_request (feedback_request_id, episode_id, group_programme_id, asked_on) values (1, 1, null, '2024-03-01'), (2, null, 1, '2024-03-01');
insert into feedback (feedback_id, given_by, episode_id, group_programme_id, given_on, timely, feedback_request_id)
values (1, 'child', 1, null, '2024-03-02', true, 1), (2, 'child', null, 1, '2024-03-02', true, 2);
insert into group_session (group_session_id, group_programme_id, held_on) values (1, 1, '2024-02-01');
insert into case_audit (case_audit_id, episode_id, auditor_practitioner_id, audited_on, grade) values (1, 1, 3, '2024-06-01', 'good');
insert into case_audit_action (case_audit_action_id, case_audit_id, owner_practitioner_id, due_on, done_on) values (1, 1, 3, '2024-07-01', '2024-06-10');

-- What belongs to what, whatever holds it: parts, the day of a part, the record, its key and its first day.
create table public.part (part text, part_key text, day text, whole text, key text, first_day text);
insert into public.part values
    ('plan_outcome', 'plan_outcome_id', 'agreed_on', 'plan', 'plan_id', 'started_on'),
    ('action', 'action_id', 'agreed_on', 'plan', 'plan_id', 'started_on');
insert into public.part
select c.relname, c.relname || '_id', d.day, a.args[1], a.args[2], a.args[3]
from pg_trigger t
join pg_class c on c.oid = t.tgrelid
cross join lateral (select string_to_array(trim(trailing '\000' from encode(t.tgargs, 'escape')), '\000') as args) a
cross join lateral unnest(a.args[4:]) d (day)
where c.relnamespace = 'town'::regnamespace
    and t.tgfoid = 'early_help_internal.dated_within'::regproc;
select results_eq('select concat_ws('' '', part, day, whole) from public.part order by 1', array['action agreed_on plan', 'case_audit audited_on episode',
    'case_audit_action done_on case_audit', 'case_audit_action due_on case_audit', 'feedback given_on episode', 'feedback given_on feedback_request',
    'feedback given_on group_programme', 'feedback_request asked_on episode', 'feedback_request asked_on group_programme',
    'group_session held_on group_programme', 'plan_outcome agreed_on plan'], 'what is dated within what');

-- Others of a row, which would speak first, follow the day that is moved: an action is due the day it is agreed, and nothing of these is older.
create function public.moved(p public.part, by integer) returns text
language plpgsql
as $$
declare
    first_day date;
    part_id bigint;
begin
    execute format('select w.%I, p.%I from %I w join %I p using (%I) where w.%5$I is not null order by p.%2$I limit 1',
        p.first_day, p.part_key, p.whole, p.part, p.key) into first_day, part_id;
    return format('update %I set %I = %L where %I = %s', p.part, p.day, first_day + by, p.part_key, part_id);
end
$$;
select refused(moved(p, -1), 'YHS08', 'not before: ' || concat_ws(' ', part, day, whole), day || ' ____-__-__ is before ' || first_day || ' ____-__-__ of ' || key || ' %')
from public.part p order by p::text;
select allowed(moved(p, 0), 'on the same day: ' || concat_ws(' ', part, day, whole))
from public.part p where (part, day, whole) not in (('feedback', 'given_on', 'episode'), ('feedback', 'given_on', 'group_programme')) order by p::text;

-- The record's first day is not moved past any of them either.
create function public.whole_moved(p public.part) returns text
language plpgsql
as $$
declare
    last_day date;
    whole_id bigint;
begin
    execute format('select p.%I, w.%I from %I w join %I p using (%I) order by p.%1$I limit 1', p.day, p.key, p.whole, p.part, p.key) into last_day, whole_id;
    return format('update %I set %I = %L where %I = %s', p.whole, p.first_day, last_day + 1, p.key, whole_id);
end
$$;
select refused(whole_moved(p), 'YHS08', 'nor the record: ' || concat_ws(' ', part, day, whole), '% before ' || first_day || ' ____-__-__ of ' || key || ' %')
from public.part p where whole <> 'episode' order by p::text;
-- An episode has other days that its first day keeps to.
update episode set opened_on = '2024-03-01' where episode_id = 2;
insert into feedback_request (feedback_request_id, episode_id, asked_on) values (3, 2, '2024-03-02');
insert into feedback (feedback_id, given_by, episode_id, given_on, timely) values (3, 'child', 2, '2024-03-02', true);
insert into case_audit (case_audit_id, episode_id, auditor_practitioner_id, audited_on, grade) values (3, 2, 3, '2024-03-02', 'good');
select allowed($$update episode set opened_on = '2024-03-02' where episode_id = 2$$, 'an episode opens up to the day of its parts');
select refused(format('delete from feedback where feedback_id = 3 and %L <> ''feedback''; delete from feedback_request where feedback_request_id = 3 and %1$L <> ''feedback_request'';
        delete from case_audit where case_audit_id = 3 and %1$L <> ''case_audit''; update episode set opened_on = ''2024-03-03'' where episode_id = 2', part),
    'YHS08', 'and not after it: ' || part, day || ' 2024-03-02 of ' || part_key || ' 3 is before opened_on 2024-03-03 of episode_id 2')
from public.part p where whole = 'episode' order by p::text;

select refused($$insert into feedback (given_by, episode_id, given_on, timely) values ('child', 1, '2024-06-01', true), ('child', 1, '1999-01-01', true)$$, 'YHS08', 'one of several rows');
select refused($$select give_feedback('child', 1, given_on => '1999-01-01', timely => true)$$, 'YHS08', 'by the act', 'given_on 1999-01-01 is before opened_on 2024-%');
select refused($$select add_outcome(plan_id, agreed_on => '1900-01-01') from plan$$, 'YHS08', 'an outcome by the act');
select refused($$select add_action(plan_id, due_on => '2024-03-01', agreed_on => '1999-01-01', safety_reason => 'danger') from plan$$, 'YHS08', 'a safety action too');
select refused($$update plan_outcome set agreed_on = '2023-01-01' where plan_outcome_id = 2$$, 'YHS08', 'an outcome that was withdrawn');
select allowed($$insert into group_session (group_programme_id, held_on) values (2, '1999-01-01')$$, 'a group without a first day');
select refused($$insert into group_session (group_programme_id, held_on) values (2, '2023-01-01'); update group_programme set starts_on = '2024-01-01' where group_programme_id = 2$$,
    'YHS08', 'until it is given one');
select refused($$select close_episode(1, 'outcomes_achieved', '2024-06-01', '2020-01-01')$$, 'YHS08', 'the family agrees to the end of what has begun',
    '%closure_agreed_on is not before opened_on');

-- A statement can move the record between two rows of its parts. Of two records it updates the older row first.
select refused($$with moved as (
        update group_programme set starts_on = case group_programme_id when 2 then date '2024-05-01' else starts_on end returning group_programme_id)
    insert into group_session (group_programme_id, held_on)
    select 2, case group_programme_id when 2 then date '2024-04-01' else '2024-06-01' end from moved$$,
    'YHS08', 'nor where one statement moves the record between two of its parts', 'held_on 2024-04-01 is before starts_on 2024-05-01 of group_programme_id 2');
select support(3, 'planned') \g /dev/null
update plan set started_on = started_on - 1, review_due_on = started_on + 50 where plan_id = 3;
select refused($$with moved as (update plan set started_on = started_on + (plan_id = 3)::integer returning plan_id, started_on)
    insert into plan_outcome (plan_id, agreed_on) select 3, case plan_id when 3 then started_on - 1 else '2024-02-10' end from moved$$,
    'YHS08', 'nor an outcome', 'agreed_on ____-__-__ is before started_on ____-__-__ of plan_id 3');
select refused($$with moved as (update plan set started_on = started_on + (plan_id = 3)::integer returning plan_id, started_on)
    insert into action (plan_id, agreed_on, due_on, owned_by_family) select 3, case plan_id when 3 then started_on - 1 else '2024-02-10' end, '2024-03-01', true from moved$$,
    'YHS08', 'nor an action', 'agreed_on ____-__-__ is before started_on ____-__-__ of plan_id 3');

-- The audit finds each of them, written with the rules off.
select is_empty($$select * from early_help.audit('town') where rule = 'S08'$$, 'nothing so far');
create function public.found_after(p public.part) returns text
language plpgsql
as $$
declare
    found text;
    written text := moved(p, -1);
begin
    set local session_replication_role = replica;
    execute written;
    select string_agg(distinct concat_ws(' ', a.record, a.detail), '; ') into found
    from early_help.audit('town', 'none') a
    where a.rule = 'S08' and a.detail ~ (p.first_day || '.*' || p.day);
    raise exception using errcode = 'P1TAP', message = coalesce(found, 'nothing');
exception
    when sqlstate 'P1TAP' then
        set local session_replication_role = origin;
        return sqlerrm;
end
$$;
select alike(found_after(p), '%' || part || ' % ' || day || ' %', 'the audit: ' || concat_ws(' ', part, day, whole)) from public.part p order by p::text;

select * from finish();
rollback;
