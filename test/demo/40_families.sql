\echo
\echo Four families go their way. Every act is a function called by name; plain INSERT and UPDATE obey the same rules.
set search_path = medway;

insert into agency (agency_id, name, sector)
values
    (1, 'Medway Council', 'local_authority'),
    (2, 'Oak Tree Primary School', 'education'),
    (3, 'Community Health Visiting', 'health');
insert into service (service_id, agency_id, name, run_by, prevention_tier)
values
    (1, 1, 'All Saints Children and Family Hub', 'hub', 'secondary'),
    (2, 2, 'School Family Support', 'partner', 'secondary');
insert into practitioner (practitioner_id, agency_id, name, role_title)
values
    (1, 1, 'Ash Reed', 'Family support worker'),
    (2, 2, 'Bo Lane', 'Family liaison officer'),
    (3, 3, 'Cam Hill', 'Health visitor');
-- Those rows chose their own keys: let the next ones follow.
select
    setval(pg_get_serial_sequence('agency', 'agency_id'), 3) as agency_id,
    setval(pg_get_serial_sequence('service', 'service_id'), 2) as service_id,
    setval(pg_get_serial_sequence('practitioner', 'practitioner_id'), 3) as practitioner_id
\gset next_

-- Families that the import has made and nobody has referred yet, with a second child for the first of them.
select
    ids[1] as first,
    ids[2] as second,
    ids[3] as third,
    ids[4] as fourth
from (
    select array_agg(family_id order by family_id) as ids
    from family f
    where not exists (
        select
        from referral r
        where r.family_id = f.family_id)
) as unreferred
\gset family_
select child_id as older_child from family_member where family_id = :family_first
\gset
insert into child (birth_date, sex_code) values ('2024-02-11', 'F') returning child_id as younger_child
\gset
insert into family_member (family_id, child_id, joined_on) values (:family_first, :younger_child, '2024-02-11');

\echo
\echo 1. Assessment, plan, review, closure.
select held_on
from record_conversation(family_id => :family_first, held_on => '2026-01-05', practitioner_id => 1,
    family_voice => 'Mornings are hard.');
select given_on from give_consent(family_id => :family_first, given_by => 'parent', given_on => '2026-01-05');
select episode_id, state from open_episode(family_id => :family_first, opened_on => '2026-01-06')
\gset first_
select state from assign_lead_practitioner(episode_id => :first_episode_id, practitioner_id => 1, from_on => '2026-01-12');
select assessment_id from start_assessment(episode_id => :first_episode_id, started_on => '2026-01-14', service_id => 1)
\gset first_
select domain
from assess_domain(assessment_id => :first_assessment_id, domain => 'health_and_wellbeing', assessed_on => '2026-01-15')
union all
select domain
from assess_domain(assessment_id => :first_assessment_id, domain => 'development_and_education', assessed_on => '2026-01-15')
union all
select domain
from assess_domain(assessment_id => :first_assessment_id, domain => 'parenting_and_caring', assessed_on => '2026-01-21')
union all
select domain
from assess_domain(assessment_id => :first_assessment_id, domain => 'family_and_community', assessed_on => '2026-01-21');
select completed_on from complete_assessment(assessment_id => :first_assessment_id, completed_on => '2026-01-23');
select plan_id, started_on, review_due_on
from start_plan(episode_id => :first_episode_id, started_on => '2026-01-26', assessment_id => :first_assessment_id,
    service_id => 1);
select plan_id from plan where episode_id = :first_episode_id
\gset first_
select
    (add_outcome(plan_id => :first_plan_id, agreed_on => '2026-01-26', headline_outcome_code => code)).position,
    code as headline_outcome
from unnest(array['education', 'health', 'family_relationships']) as code;
select achieved_on from achieve_outcome(
    plan_outcome_id => (select plan_outcome_id from plan_outcome where plan_id = :first_plan_id and position = 1),
    achieved_on => '2026-03-02');
select held_on, due_on, decision, next_review_due_on
from hold_review(plan_id => :first_plan_id, decision => 'extend', held_on => '2026-03-20');

\echo 2. One sibling steps up to social care, the episode goes on for the other, then the family agrees to end it.
select step_id, from_level, to_level
from step_up(child_id => :older_child, basis => 'section_17', reason => 'Needs beyond early help.', offered_on => '2026-03-24',
    consulted_role => 'designated_safeguarding_lead', consulted_on => '2026-03-23', assessment_id => :first_assessment_id)
\gset older_
select outcome, decided_on from accept_step(step_id => :older_step_id, decided_on => '2026-03-27');
select review_id from hold_review(plan_id => :first_plan_id, decision => 'complete', held_on => '2026-05-08')
\gset first_
select state, closed_on, closure_reason_code
from close_episode(episode_id => :first_episode_id, reason_code => 'outcomes_achieved', closed_on => '2026-05-11',
    agreed_on => '2026-05-08');

\echo 3. Social care steps the child down: a new episode opens with its lead practitioner.
select step_id from step_down(child_id => :older_child, reason => 'Plan completed.', offered_on => '2026-07-01')
\gset older_
select outcome, decided_on, episode_id
from accept_step(step_id => :older_step_id, decided_on => '2026-07-06', receiving_agency_id => 2, receiving_practitioner_id => 2,
    first_review_on => '2026-08-17');

\echo 4. Straight to an intervention plan; an urgent section 47 step up of the only child closes the episode.
select held_on from record_conversation(family_id => :family_second, held_on => '2026-02-02', practitioner_id => 3);
select given_on from give_consent(family_id => :family_second, given_by => 'parent', given_on => '2026-02-02');
select episode_id, state
from open_episode(family_id => :family_second, opened_on => '2026-02-03', lead_practitioner_id => 3)
\gset second_
select plan_id from start_plan(episode_id => :second_episode_id, started_on => '2026-02-05', service_id => 2)
\gset second_
select position
from add_outcome(plan_id => :second_plan_id, agreed_on => '2026-02-05');
select step_id
from step_up(child_id => (select child_id from episode_child where episode_id = :second_episode_id), basis => 'section_47',
    reason => 'Risk of harm.', offered_on => '2026-02-19', no_assessment_reason => 'Urgent.')
\gset second_
select outcome from accept_step(step_id => :second_step_id, decided_on => '2026-02-19');
select state, closure_reason_code from episode where episode_id = :second_episode_id;

\echo 5. One family waits; one has a running plan.
select state from open_episode(family_id => :family_third, opened_on => '2026-04-01');
select held_on from record_conversation(family_id => :family_fourth, held_on => '2026-04-02', practitioner_id => 2);
select given_on from give_consent(family_id => :family_fourth, given_by => 'young_person', given_on => '2026-04-02');
select episode_id from open_episode(family_id => :family_fourth, opened_on => '2026-04-02', lead_practitioner_id => 2)
\gset fourth_
select plan_id, review_due_on from start_plan(episode_id => :fourth_episode_id, started_on => '2026-04-07', service_id => 2)
\gset fourth_
select (add_outcome(plan_id => :fourth_plan_id, agreed_on => '2026-04-07')).position
from generate_series(1, 5);

\echo The way of the first family, as its events tell it:
select happened_on, event, state_from, state_to
from episode_event
where episode_id = :first_episode_id
order by episode_event_id;
