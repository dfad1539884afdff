-- R17: feedback belongs to an episode or group and answers at least one question.
-- R18: a case audit has an auditor from another agency than the lead's.
\ir fixture.psql

select support(1, 'closed') \g /dev/null
select support(2, 'waiting') \g /dev/null
insert into service (service_id, agency_id, name, run_by) values (1, 1, 'Hub', 'hub');
insert into group_programme (group_programme_id, service_id, name) values (1, 1, 'Parenting group');

select allowed($$select give_feedback('child', episode_id => 1, given_on => '2025-01-01', helpful => false)$$,
    'feedback on an episode, after its closure, with one answer');
select allowed($$select give_feedback('parent_or_carer', group_programme_id => 1, timely => true, helpful => true, empowered => true)$$,
    'feedback on a group');
select refused($$select give_feedback('child', episode_id => 1)$$, 'YH017', 'without an answer');
select refused($$select give_feedback('child', helpful => true)$$, 'YH017', 'on nothing');
select refused($$select give_feedback('child', 1, 1, helpful => true)$$, 'YH017', 'on both');
select refused($$insert into feedback (given_by, given_on, episode_id, timely)
    values ('child', '2024-05-01', 1, true), ('child', '2024-05-01', 1, null)$$, 'YH017', 'one of several rows');
select refused($$insert into feedback (given_by, given_on, episode_id, timely) values ('child', '2024-05-01', 1, true);
    update feedback set timely = null$$, 'YH017', 'nor is the last answer taken away');

create function public.audits(episode bigint, auditor bigint, day date, grade text default 'good')
returns text
language sql
as $$
    select format('insert into case_audit (episode_id, auditor_practitioner_id, audited_on, grade) values (%s, %s, %L, %L)',
        episode, auditor, day, grade);
$$;

-- Practitioners 1 and 2 are of agency 1, practitioner 3 of agency 2; 1 leads from 2024-01-06.
select allowed(audits(1, 3, '2024-06-01'), 'an auditor from another agency, after closure');
select refused(audits(1, 2, '2024-06-01'), 'YH018', 'one from the lead''s own agency', 'every auditor of case_audit_id 10% is from agency_id 1, as the lead practitioner is');
select refused(audits(1, 1, '2024-06-01'), 'YH018', 'the lead');
select refused(audits(1, 3, '2024-06-01', 'excellent'), '22P02', 'a grade that is none of the four');
select allowed(audits(2, 1, '2024-06-01'), 'where nobody ever led, any auditor');
insert into lead_practitioner (episode_id, from_on, practitioner_id) values (1, '2024-02-01', 3);
select refused(audits(1, 3, '2024-06-01'), 'YH018', 'the lead of the day of the audit counts');
select allowed(audits(1, 2, '2024-06-01'), 'not an earlier one');
select allowed(audits(1, 3, '2024-01-20'), 'nor a later one');
select refused(audits(1, 2, '2024-06-01') || '; update case_audit set auditor_practitioner_id = 3', 'YH018', 'nor is the auditor changed to one');
select refused(audits(1, 2, '2024-06-01') || '; update case_audit set lead_agency_id = 1', 'YHS03', 'the agencies are those of the record');
select refused(audits(1, 2, '2024-06-01') || '; update case_audit set auditor_agency_id = 2', 'YHS03', 'both of them');
select allowed(audits(1, 2, '2024-06-01') || '; update practitioner set agency_id = 2', 'a later move rewrites nothing');

insert into case_audit (case_audit_id, episode_id, auditor_practitioner_id, audited_on, grade) values (1, 1, 2, '2024-06-01', 'good');
-- Judged also in a later transaction.
set constraints all immediate;
set constraints all deferred;
select refused($$update case_audit set auditor_practitioner_id = 3 where case_audit_id = 1$$, 'YH018', 'the auditor is not changed to one of the lead''s agency later');
select refused($$update case_audit set audited_on = '2024-01-20' where case_audit_id = 1$$, 'YH018', 'nor the day to one on which another agency led');
select refused($$update case_audit set episode_id = 2 where case_audit_id = 1$$, 'YHS02', 'it stays the audit of that episode');
select allowed($$insert into case_audit_action (case_audit_id, owner_practitioner_id, due_on) values (1, 3, '2024-07-01')$$, 'an action');
select refused($$insert into case_audit_action (case_audit_id, due_on) values (1, '2024-07-01')$$, '23502', 'has an owner');
select refused($$insert into case_audit_action (case_audit_id, owner_practitioner_id) values (1, 3)$$, '23502', 'and a due date');
select allowed($$insert into case_audit_auditor (case_audit_id, practitioner_id) values (1, 1)$$, 'further auditors are from any agency');

-- At least one is from another agency, whoever is named first. All rows are judged together.
create function public.audit_of(auditor bigint, further bigint[] default '{}', id bigint default 9)
returns text
language sql
as $$
    select format('insert into case_audit (case_audit_id, episode_id, auditor_practitioner_id, audited_on, grade) values (%1$s, 1, %2$s, ''2024-01-20'', ''good'');
        insert into case_audit_auditor (case_audit_id, practitioner_id) select %1$s, p from unnest(%3$L::bigint[]) p;', id, auditor, further);
$$;
select allowed(audit_of(2, '{3}'), 'the second one may be the one from another agency');
select refused(audit_of(2, '{1}'), 'YH018', 'if both are of the lead''s agency');
select matches((outcome_of(audit_of(2))).hint, 'case_audit_auditor in the same transaction', 'the hint says how');
select refused(audit_of(2, '{1,3}') || 'delete from case_audit_auditor where practitioner_id = 3', 'YH018', 'nor is that one taken away');
select refused(audit_of(2, '{1,3}') || 'update case_audit_auditor set practitioner_id = 2 where practitioner_id = 3', 'YH018', 'nor replaced');
select refused(audit_of(2, '{3}') || audit_of(3, id => 8) || 'update case_audit_auditor set case_audit_id = 8', 'YHS02', 'nor moved to another audit');
select allowed(audit_of(2, '{3}') || 'update case_audit set auditor_practitioner_id = 3 where case_audit_id = 9; delete from case_audit_auditor where case_audit_id = 9', 'unless the first one is');
select refused(audit_of(2, '{3}') || 'update case_audit_auditor set agency_id = 1', 'YHS03', 'their agencies are those of the record');
select allowed(audit_of(2, '{3}') || 'update practitioner set agency_id = 1', 'a later move rewrites nothing');
select allowed(audit_of(2, '{3}') || 'delete from case_audit', 'an audit goes with its auditors');
insert into case_audit (case_audit_id, episode_id, auditor_practitioner_id, audited_on, grade) values (9, 1, 2, '2024-01-20', 'good');
insert into case_audit_auditor (case_audit_id, practitioner_id) values (9, 3);
set constraints all immediate;
set constraints all deferred;

-- An audit of a waiting family stands when somebody leads later.
insert into case_audit (case_audit_id, episode_id, auditor_practitioner_id, audited_on, grade) values (2, 2, 1, '2024-02-01', 'good');
select assign_lead_practitioner(2, 1, '2024-02-10') \g /dev/null
select is_empty($$select * from early_help.audit('town') where rule = 'R18'$$, 'recorded before anybody led, it is no finding; nor is one whose second auditor is from outside');
set local session_replication_role = replica;
delete from case_audit_auditor where case_audit_id = 9;
set local session_replication_role = origin;
select results_eq($$select record_id::integer from early_help.audit('town') where rule = 'R18'$$, 'values (9)', 'without that one it is a finding');

select * from finish();
rollback;
