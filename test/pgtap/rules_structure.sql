-- What structure holds, it holds against every writer: with triggers of the origin
-- off (a subscriber, a restore), and with all triggers off.
\ir fixture.psql

select support(1, 'planned'), support(2, 'closed') \g /dev/null
insert into plan_outcome (plan_outcome_id, plan_id, plan_kind, position, agreed_on) select n, 1, 'intervention', n, '2024-02-01' from generate_series(1, 5) n;
insert into review (review_id, plan_id, held_on, decision) values (1, 1, '2024-03-01', 'extend');
select step_up(11, 'section_17', 'x', '2024-02-10', 'supervisor', '2024-02-10', 1) \g /dev/null
insert into contact (contact_id, received_on, source_code) select 1, '2024-01-01', min(code) from contact_source;

create table public.breach (replica text, bare text, command text);
insert into breach values
    -- R01
    ('YH001', '23514', $$insert into plan_outcome (plan_id, plan_kind, position, agreed_on) values (1, 'intervention', 6, '2024-02-01')$$),
    ('YH001', '23514', $$insert into plan_outcome (plan_id, plan_kind, position, agreed_on) values (1, 'intervention', 0, '2024-02-01')$$),
    ('YH001', '23514', $$insert into plan_outcome (plan_id, plan_kind, agreed_on) values (1, 'intervention', '2024-02-01')$$),
    ('23505', '23505', $$insert into plan_outcome (plan_id, plan_kind, position, agreed_on) values (1, 'intervention', 5, '2024-02-01')$$),
    ('23505', '23505', $$update plan_outcome set position = 1 where plan_outcome_id = 2$$),
    ('YH001', '23514', $$update plan_outcome set withdrawn_on = '2024-02-02' where plan_outcome_id = 2$$),
    ('YH019', '23514', $$update plan_outcome set position = null, withdrawn_on = '2024-02-02', achieved_on = '2024-02-02' where plan_outcome_id = 2$$),
    -- R02
    ('YH002', '23514', $$update plan set review_due_on = review_counts_from + 57 where plan_id = 1$$),
    ('YH002', '23514', $$update plan set review_due_on = review_counts_from + 41 where plan_id = 1$$),
    ('23502', '23502', $$update plan set review_due_on = null where plan_id = 1$$),
    ('YH002', '23514', $$update plan set extended_by_review_id = null where plan_id = 1$$),
    ('YH002', '23514', $$update review set next_review_due_on = held_on + 57 where review_id = 1$$),
    ('YH002', '23514', $$insert into plan (episode_id, kind, started_on, review_counts_from, review_due_on) values (1, 'family_outcomes', '2024-02-01', '2024-02-01', '2024-02-01')$$),
    -- R03
    ('YH003', '23514', $$update plan set ended_on = '2024-03-01', end_reason = 'completed' where plan_id = 1$$),
    ('YH003', '23514', $$update plan set ended_on = '2024-03-01' where plan_id = 1$$),
    ('YH003', '23514', $$update plan set completed_by_review_id = 1 where plan_id = 1$$),
    ('YH003', '23514', $$update review set decision = 'complete' where review_id = 1$$),
    -- R05
    ('YH005', '23514', $$update assessment set completed_on = '2024-03-01', ended_on = '2024-03-01', end_reason = 'episode_closed' where assessment_id = 1$$),
    ('23505', '23505', $$insert into assessment_domain (assessment_id, domain, assessed_on) select 1, 'parenting_and_caring', '2024-03-01' from generate_series(1, 2)$$),
    -- R06
    ('23P01', '23P01', $$insert into episode (family_id, opened_on) values (1, '2025-01-01')$$),
    ('23505', '23505', $$update episode set referral_id = 7$$),
    ('23P01', '23P01', $$update episode set family_id = 1 where episode_id = 2$$),
    ('23P01', '23P01', $$insert into episode (family_id, opened_on, closed_on, closure_reason_code, closure_agreed_on, state) values (2, '2024-02-01', '2024-02-01', 'x', '2024-02-01', 'closed')$$),
    -- R07
    ('YH007', '23514', $$update episode set allocated_on = null where episode_id = 1$$),
    ('YH007', '23514', $$update episode set allocated_on = opened_on - 1 where episode_id = 1$$),
    ('23505', '23505', $$insert into lead_practitioner (episode_id, from_on, practitioner_id) select 1, from_on, 2 from lead_practitioner where episode_id = 1$$),
    -- R08
    ('YH008', '23514', $$update consent set agency_id = 1 where consent_id = 1$$),
    ('YH008', '23514', $$update step set consent_override_reason = ' ' where child_id = 11$$),
    -- R10
    ('YH010', '23514', $$update step set basis = null where child_id = 11$$),
    ('YH010', '23514', $$update step set reason = ' ' where child_id = 11$$),
    ('YH010', '23514', $$update step set consulted_on = null, consulted_role = null where child_id = 11$$),
    ('YH010', '23514', $$update step set consulted_on = offered_on + 1 where child_id = 11$$),
    ('YH010', '23514', $$update step set assessment_id = null where child_id = 11$$),
    -- R11
    ('YH011', '23514', $$update step set from_level = 'social_care' where child_id = 11$$),
    ('23505', '23505', $$update level_change set change_number = 1, child_id = 11 where child_id = 12$$),
    -- R12
    ('23505', '23505', $$insert into step (child_id, family_id, from_level, to_level, offered_on, basis, reason, no_assessment_reason) values (11, 1, 'early_help', 'social_care', '2024-03-01', 'section_47', 'x', 'x')$$),
    ('YH012', '23514', $$update step set outcome = 'accepted' where child_id = 11$$),
    ('YH012', '23514', $$update step set outcome = 'accepted', decided_on = offered_on - 1 where child_id = 11$$),
    -- R13
    ('YH013', '23514', $$insert into step (child_id, family_id, from_level, to_level, offered_on, reason, outcome, decided_on) values (12, 1, 'social_care', 'early_help', '2024-03-01', 'x', 'accepted', '2024-03-01')$$),
    -- R14
    ('YH014', '23514', $$update episode set closed_on = '2024-05-01', state = 'closed' where episode_id = 1$$),
    ('YH014', '23514', $$update episode set closure_reason_code = 'moved_away' where episode_id = 1$$),
    ('YH014', '23514', $$update episode set closure_agreed_on = null where episode_id = 2$$),
    ('YH014', '23514', $$update episode set state = 'planned' where episode_id = 2$$),
    ('YH014', '23514', $$update episode set closed_on = opened_on - 1 where episode_id = 2$$),
    ('YH014', '23514', $$update episode set reopened_on = '2024-05-01' where episode_id = 2$$),
    -- R15, R19, R22
    ('YH015', '23514', $$insert into child (birth_date, expected_birth_date) values ('2024-01-01', '2024-01-01')$$),
    ('YH015', '23514', $$update child set died_on = birth_date - 1 where child_id = 11$$),
    ('YH019', '23514', $$update plan_outcome set achieved_on = agreed_on - 1 where plan_outcome_id = 1$$),
    ('YH022', '23514', $$insert into family_member (family_id, child_id, joined_on, left_on) values (2, 11, '2024-01-02', '2024-01-02')$$),
    ('23P01', '23P01', $$insert into family_member (family_id, child_id, joined_on) values (1, 11, '2024-01-02')$$),
    -- M01
    ('YHM01', '23514', $$insert into child_merge (kept_child_id, merged_child_id, merged_on, reason, undone_on, undo_reason) values (11, 12, '2024-01-02', 'x', '2024-01-01', 'x')$$),
    ('YHM01', '23514', $$insert into child_merge (kept_child_id, merged_child_id, merged_on, reason, undone_on) values (11, 12, '2024-01-02', 'x', '2024-01-02')$$),
    ('YHM01', '23514', $$insert into child_merge (kept_child_id, merged_child_id, merged_on, reason) values (11, 11, '2024-01-02', 'x')$$),
    ('YHM01', '23514', $$insert into child_merge (kept_child_id, merged_child_id, merged_on, reason) values (11, 12, '2024-01-02', ' ')$$),
    ('23505', '23505', $$insert into child_merge (kept_child_id, merged_child_id, merged_on, reason) select 11, 12, '2024-01-02', 'x' from generate_series(1, 2)$$),
    ('YHM01', '23514', $$update child set merged_into_child_id = child_id where child_id = 11$$),
    -- R04, R16, R17, R18
    ('YH004', '23514', $$insert into action (plan_id, owned_by_family, agreed_on, due_on, safety_reason) values (1, true, '2024-01-01', '2024-01-01', ' ')$$),
    ('YH008', '23514', $$insert into sharing_decision (family_id, agency_id, decided_on, shared, basis, reason) values (1, 1, '2024-01-01', true, 'safeguarding', ' ')$$),
    ('YH016', '23514', $$insert into contact_child (contact_id, received_on, source_code, child_id, counted_child_id, primary_need_code, decision, attached_episode_id)
        values (1, '2024-01-01', '6', 11, 11, 'N1', 'referral', 1)$$),
    ('YH014', '23514', $$insert into reopening (episode_id, closed_on, reopened_on, reason) values (1, '2024-02-01', '2024-01-01', 'x')$$),
    ('YH014', '23514', $$insert into reopening (episode_id, closed_on, reopened_on, reason) values (1, '2024-02-01', '2024-02-01', ' ')$$),
    ('YH017', '23514', $$insert into feedback (given_by, given_on, timely) values ('child', '2024-01-01', true)$$),
    ('YH017', '23514', $$insert into feedback (given_by, given_on, episode_id) values ('child', '2024-01-01', 1)$$),
    ('YHS06', '23514', $$insert into correction (table_name, record_id, column_name, value_before, reason) values ('consent', 1, 'withdrawn_on', '2024-01-01', ' ')$$),
    ('YHS06', '23514', $$insert into correction (table_name, record_id, column_name, value_before, value_after, reason) values ('consent', 1, 'withdrawn_on', '2024-01-01', '2024-01-01', 'x')$$),
    ('YHF02', '23514', $$insert into publication (first_month, next_month, version, published_on, published_by, suppression_threshold)
        values ('2018-04-02', '2018-05-02', 1, '2018-06-01', 1, 5)$$),
    ('YHF03', '23514', $$insert into publication (first_month, next_month, version, published_on, published_by, suppression_threshold)
        values ('2018-04-01', '2018-05-01', 1, '2018-04-30', 1, 5)$$),
    -- A day is a day: the domain's words do not need a trigger.
    ('23514', 'YHS08', $$update episode set opened_on = '-infinity' where episode_id = 2$$),
    ('23514', 'YHS08', $$update plan set started_on = '2101-01-01' where plan_id = 1$$);

set local session_replication_role = replica;
select refused(command, replica, 'replica: ' || command) from breach;
set local session_replication_role = origin;
call public.without_triggers();
select refused(command, bare, 'no triggers: ' || command) from breach;
select is_empty($$select unnest(constraints) from early_help.rules() where rule not in ('R20', 'S02', 'S05', 'S08', 'S11')
    except select constraint_name from breach, lateral public.outcome_of(command)
    except select unnest('{plan_review_counts_from_start_or_review,plan_review_due_after_start,review_next_due_after_held,plan_not_ended_without_reason_for_review,plan_extended_by_its_review,plan_completed_by_its_review,
        episode_one_open_a_family,episode_has_lead_from_allocation,step_consultation_names_role_and_day,episode_closed_after_opened,child_pregnancy_ended_before_birth,episode_reopening_has_reason}'::text[])$$,
    'every constraint that holds a rule here was tried, but for those that another one or a foreign key stands before');

select * from finish();
rollback;
