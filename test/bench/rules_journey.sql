-- One case from conversation to closure, each act a transaction of its own: the triggers do what follows.
-- The partnership is the search path.
select nextval('journey') as family \gset
\set start :family % 600
insert into conversation (family_id, held_on, practitioner_id) values (:family, date '2022-01-03' + :start::integer, 1);
insert into consent (family_id, given_by, given_on) values (:family, 'parent', date '2022-01-03' + :start::integer);
begin;
insert into episode (family_id, opened_on) values (:family, date '2022-01-03' + :start::integer) returning episode_id as episode \gset
insert into episode_child (episode_id, child_id, joined_on) values (:episode, :family, date '2022-01-03' + :start::integer);
insert into lead_practitioner (episode_id, from_on, practitioner_id) values (:episode, date '2022-01-04' + :start::integer, 1);
end;
insert into assessment (episode_id, child_id, practitioner_id, started_on) values (:episode, :family, 1, date '2022-01-05' + :start::integer) returning assessment_id as assessment \gset
insert into assessment_domain (assessment_id, domain, assessed_on, needs) values (:assessment, 'health_and_wellbeing', date '2022-01-06' + :start::integer, 'Sleeps badly');
insert into assessment_domain (assessment_id, domain, assessed_on, needs) values (:assessment, 'development_and_education', date '2022-01-06' + :start::integer, 'Misses school');
insert into assessment_domain (assessment_id, domain, assessed_on, needs) values (:assessment, 'parenting_and_caring', date '2022-01-07' + :start::integer, 'Bedtimes');
insert into assessment_domain (assessment_id, domain, assessed_on, needs) values (:assessment, 'family_and_community', date '2022-01-07' + :start::integer, 'Housing');
update assessment set completed_on = date '2022-01-10' + :start::integer where assessment_id = :assessment;
insert into plan (episode_id, assessment_id, practitioner_id, started_on) values (:episode, :assessment, 1, date '2022-01-12' + :start::integer) returning plan_id as plan \gset
insert into plan_outcome (plan_id, agreed_on, description) values (:plan, date '2022-01-12' + :start::integer, 'Sleeps through the night') returning plan_outcome_id as outcome \gset
insert into plan_outcome (plan_id, agreed_on, description) values (:plan, date '2022-01-12' + :start::integer, 'At school every day');
insert into plan_outcome (plan_id, agreed_on, description) values (:plan, date '2022-01-12' + :start::integer, 'A safe home');
insert into review (plan_id, decision, held_on, practitioner_id) values (:plan, 'extend', date '2022-03-01' + :start::integer, 1);
update plan_outcome set achieved_on = date '2022-03-15' + :start::integer where plan_outcome_id = :outcome;
insert into review (plan_id, decision, held_on, practitioner_id) values (:plan, 'complete', date '2022-04-20' + :start::integer, 1);
insert into step (child_id, to_level, offered_on, basis, reason, consulted_role, consulted_on, assessment_id) values (:family, 'social_care', date '2022-04-21' + :start::integer, 'section_17', 'Concerns grew', 'supervisor', date '2022-04-21' + :start::integer, :assessment) returning step_id as step \gset
update step set outcome = 'declined', decided_on = date '2022-04-25' + :start::integer, decision_reason = 'Below the threshold' where step_id = :step;
update episode set closed_on = date '2022-05-03' + :start::integer, closure_reason_code = 'outcomes_achieved', closure_agreed_on = date '2022-05-03' + :start::integer where episode_id = :episode;
