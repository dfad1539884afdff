-- What is unlikely and may be right: the audit asks about it, and what was answered with a reason stays answered.
\ir fixture.psql

select support(1, 'planned') \g /dev/null
select support(2, 'planned') \g /dev/null
select support(3, 'closed') \g /dev/null
select support(4, 'none') \g /dev/null
-- A family, a child of it and its records, before anything is odd.
insert into service (service_id, agency_id, name, run_by) values (1, 1, 'Hub', 'hub');
insert into group_programme (group_programme_id, service_id, name) values (1, 1, 'Parenting group');
select is_empty($$select * from early_help.audit('town')$$, 'nothing is odd yet');

create view public.asked as
select rule, record, record_id, detail, severity from early_help.audit('town', 'none') where severity <> 'error' or rule <> 'A02';
-- What a write makes the audit ask, in one place; nothing of it stays.
create function public.asked_after(change text) returns text
language plpgsql
as $$
declare
    found text;
begin
    execute change;
    select string_agg(distinct concat_ws(' ', rule, record, (regexp_match(detail, '(\w+_on|birth_date|month) \d'))[1]), '; ') into found
    from early_help.audit('town', 'none')
    where severity = 'query';
    raise exception sqlstate 'OK000';
exception
    when sqlstate 'OK000' then
        return coalesce(found, 'nothing');
end
$$;

-- Every kind.
select is(asked_after(change), asked, asked || ': ' || regexp_replace(change, '\s+', ' ', 'g'))
from (values
    -- Q01: before the pregnancy, after a death. The child of family 1 is 11, as the fixture says; 12 its sibling.
    ($$insert into child (child_id, birth_date) values (900, '2025-06-01'); insert into family_member (family_id, child_id) values (1, 900);
        insert into contact (contact_id, received_on, source_code) values (900, '2024-08-24', '2A'); insert into contact_child (contact_id, child_id, primary_need_code) values (900, 900, 'N1')$$, 'Q01 contact_child received_on'),
    ($$insert into child (child_id, birth_date) values (900, '2025-06-01'); insert into family_member (family_id, child_id) values (1, 900);
        insert into contact (contact_id, received_on, source_code) values (900, '2024-08-25', '2A'); insert into contact_child (contact_id, child_id, primary_need_code) values (900, 900, 'N1')$$, 'nothing'),
    ($$insert into child (child_id, expected_birth_date) values (900, '2025-06-01'); insert into family_member (family_id, child_id) values (1, 900);
        insert into episode_child (episode_id, child_id, joined_on) values (1, 900, '2024-02-01')$$, 'Q01 episode_child joined_on'),
    ($$insert into child (child_id, birth_date, died_on) values (900, '2015-06-01', '2024-02-01'); insert into family_member (family_id, child_id) values (1, 900);
        insert into episode_child (episode_id, child_id, joined_on) values (1, 900, '2024-02-02')$$, 'Q01 episode_child joined_on'),
    ($$insert into child (child_id, birth_date, died_on) values (900, '2015-06-01', '2024-02-01'); insert into family_member (family_id, child_id) values (1, 900);
        insert into episode_child (episode_id, child_id, joined_on, left_on) values (1, 900, '2024-02-01', '2024-03-01');
        insert into conversation (family_id, child_id, held_on) values (1, 900, '2024-02-10')$$, 'nothing'),
    ($$insert into child (child_id, birth_date, died_on) values (900, '2015-06-01', '2024-02-01'); insert into family_member (family_id, child_id) values (1, 900);
        insert into service_request (family_id, child_id, primary_need_code, requested_on) values (1, 900, 'N1', '2024-02-02')$$, 'Q01 service_request requested_on'),
    ($$insert into child (child_id, expected_birth_date, pregnancy_ended_on) values (900, '2024-06-01', '2024-02-01'); insert into family_member (family_id, child_id) values (1, 900);
        insert into group_session (group_session_id, group_programme_id, held_on) values (900, 1, '2024-02-02');
        insert into group_attendance (group_session_id, family_id, child_id, attended) values (900, 1, 900, true)$$, 'Q01 group_attendance held_on'),
    -- Q02: over 25, from the 26th birthday on; on 29 February it is 1 March.
    ($$insert into child (child_id, birth_date) values (900, '1998-02-01'); insert into family_member (family_id, child_id) values (1, 900);
        insert into episode_child (episode_id, child_id, joined_on) values (1, 900, '2024-02-01')$$, 'Q02 episode_child joined_on'),
    ($$insert into child (child_id, birth_date) values (900, '1998-02-02'); insert into family_member (family_id, child_id) values (1, 900);
        insert into episode_child (episode_id, child_id, joined_on) values (1, 900, '2024-02-01')$$, 'nothing'),
    ($$insert into child (child_id, birth_date) values (900, '1990-02-02'); insert into family_member (family_id, child_id) values (4, 900);
        insert into referral (child_id, family_id, referred_on, source_code, primary_need_code) values (900, 4, '2024-02-01', '6', 'N1')$$, 'Q02 referral referred_on'),
    -- Q03: after today, or before the record begins.
    ($$insert into conversation (family_id, held_on) values (1, current_date + 1)$$, 'Q03 conversation held_on'),
    ($$insert into conversation (family_id, held_on) values (1, current_date)$$, 'nothing'),
    ($$update plan_outcome set achieved_on = '2099-01-01'; insert into plan_outcome (plan_id, agreed_on, achieved_on) select plan_id, review_due_on, '2099-01-01' from plan where episode_id = 1$$, 'Q03 plan_outcome achieved_on'),
    ($$insert into conversation (family_id, held_on) values (1, '1999-12-31')$$, 'nothing'),
    ($$update partnership set record_begins_on = '2000-01-01'; insert into conversation (family_id, held_on) values (1, '1999-12-31')$$, 'Q03 conversation held_on'),
    ($$update partnership set record_begins_on = '2000-01-01'; insert into conversation (family_id, held_on) values (1, '2000-01-01')$$, 'nothing'),
    -- Q04: a lead practitioner who has left, or not come yet.
    ($$update practitioner set active_to = '2024-01-31' where practitioner_id = 3; insert into lead_practitioner (episode_id, from_on, practitioner_id) values (1, '2024-02-01', 3)$$, 'Q04 lead_practitioner from_on'),
    ($$update practitioner set active_from = '2024-02-02' where practitioner_id = 3; insert into lead_practitioner (episode_id, from_on, practitioner_id) values (1, '2024-02-01', 3)$$, 'Q04 lead_practitioner from_on'),
    ($$update practitioner set active_from = '2024-02-01', active_to = '2024-02-01' where practitioner_id = 3; insert into lead_practitioner (episode_id, from_on, practitioner_id) values (1, '2024-02-01', 3)$$, 'nothing'),
    -- Q05: agreed after the closure.
    ($$update episode set closure_agreed_on = closed_on + 1 where episode_id = 3$$, 'Q05 episode closed_on'),
    ($$update episode set closure_agreed_on = closed_on where episode_id = 3$$, 'nothing'),
    -- Q06: consent was withdrawn in the episode, and none holds when it closes for another reason.
    ($$select withdraw_consent(3, '2024-03-20')$$, 'Q06 episode closed_on'),
    ($$update consent set withdrawn_on = '2024-04-01' where consent_id = 3$$, 'nothing'),
    ($$select withdraw_consent(3, '2024-03-20'), give_consent(3, 'carer', '2024-03-25')$$, 'nothing'),
    ($$select withdraw_consent(3, '2024-03-20'); update episode set closure_reason_code = 'consent_withdrawn' where episode_id = 3$$, 'nothing'),
    ($$select withdraw_consent(3, '2024-03-20'); update episode set closure_reason_code = 'died' where episode_id = 3$$, 'nothing')
) v (change, asked);

-- Every day of a record is asked about, but what is planned, what the rules copy or make, and what is no event of people.
select is(array(
    select format('%s.%s', c.relname, a.attname)
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    where c.relnamespace = 'town'::regnamespace and c.relkind = 'r' and a.attnum > 0
        and a.atttypid = 'early_help.event_date'::regtype
        and c.relname !~ '^(kpi_|cube_|inbox_|import_)'
        and not exists (
            select
            from early_help_internal.audit_queries() q
            where q.rule = 'Q03'
                and q.query ~ format('''%s''( as record)?, \w+( as record_id)?, ''%s''( as name)?, ', c.relname, a.attname) or (c.relname, a.attname) = ('child', 'birth_date'))
    order by 1),
    array['action.due_on', 'alert.cleared_on', 'alert.due_on', 'alert.raised_on', 'bank_holiday.day', 'case_audit_action.due_on', 'child.expected_birth_date',
        'contact_child.received_on', 'episode.allocated_on', 'episode_event.happened_on', 'group_programme.ends_on', 'group_programme.starts_on',
        'level_change.changed_on', 'partnership.record_begins_on', 'plan.review_counts_from', 'plan.review_due_on', 'practitioner.active_from',
        'practitioner.active_to', 'publication.published_on', 'reopening.closed_on', 'reopening.closure_agreed_on', 'reopening.reopened_on', 'review.due_on', 'review.next_review_due_on', 'service.closed_on', 'service.opened_on',
        'step.first_review_on'], 'every other day');

-- Two severities, at the end of what the audit gives.
select results_eq($$select distinct severity from early_help.audit('town')$$, 'select null::text where false', 'none yet');
update practitioner set active_to = '2024-01-31' where practitioner_id = 3;
insert into lead_practitioner (episode_id, from_on, practitioner_id) values (1, '2024-02-01', 3), (1, '2024-02-03', 3), (2, '2024-02-01', 3);
savepoint unanswered;
set local session_replication_role = replica;
update plan_outcome set agreed_on = '1900-01-01';
insert into feedback (given_by, episode_id, given_on, timely) values ('child', 1, '1999-01-01', true);
set local session_replication_role = origin;
select results_eq($$select distinct rule, severity from early_help.audit('town') order by 1$$, $$values ('Q04', 'query'), ('S08', 'error')$$, 'errors and queries');
rollback to unanswered;

-- An answer stays.
select is((answer_query('Q04', 'lead_practitioner', 1, 'She was called back for it.')).record_id, 1::bigint, 'an answer is returned');
select results_eq($$select record_id, detail, answered_by from audit_answer order by 2$$,
    $$select 1::bigint, format('practitioner_id 3, from_on %s, active_from none, active_to 2024-01-31', d), session_user from unnest('{2024-02-01,2024-02-03}'::text[]) d$$,
    'what is asked about a record is answered');
select results_eq($$select rule, record_id from early_help.audit('town')$$, $$values ('Q04', 2::bigint)$$, 'and asked no more');
select is((select count(*) from early_help.audit('town', answered => true)), 3::bigint, 'but of whom who wants to see it');
select refused($$select answer_query('Q04', 'lead_practitioner', 1, 'again')$$, 'YHS05', 'nothing is open', 'no query Q04 about lead_practitioner 1 is open');
select refused($$select answer_query('R08', 'plan', 1, 'I like it so')$$, 'YHS05', 'a rule is not answered');
select refused($$select answer_query('Q04', 'lead_practitioner', 2, ' ')$$, 'YHS11', 'an answer has a reason');
select refused($$select answer_query('Q04', 'lead_practitioner', 2, null)$$, '23502', 'not null');
select refused($$update audit_answer set reason = 'x'$$, 'YHS02', 'it stays as it was given');
select refused($$delete from audit_answer$$, 'YHS02', 'and there');
set datestyle = 'SQL, DMY';
select is((select count(*) from early_help.audit('town')), 1::bigint, 'in every style of dates');
reset datestyle;
-- It is asked again where the days are others.
update lead_practitioner set from_on = '2024-02-04' where episode_id = 1 and from_on = '2024-02-03';
select results_eq($$select record_id from early_help.audit('town') order by 1$$, $$values (1::bigint), (2)$$, 'another day is another query');
select answer_query('Q04', 'lead_practitioner', 1, 'So it was.') \g /dev/null
select answer_query('Q04', 'lead_practitioner', 2, 'So it was.') \g /dev/null
select is_empty($$select * from early_help.audit('town')$$, 'all is answered');
insert into audit_answer (rule, table_name, record_id, detail, reason) select 'S08', 'feedback', 1, '', 'x';
update practitioner set active_to = null where practitioner_id = 3;
select is_empty($$select * from early_help.audit('town', answered => true)$$, 'and nothing to ask once the record is right');

select * from finish();
rollback;
