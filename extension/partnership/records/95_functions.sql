-- Every act of a practitioner, called by name. Each is a plain INSERT or UPDATE:
-- the rules sit in the tables, and the row that comes back shows the new state.
-- SQL-standard bodies: bound to their tables, they go on working in a renamed partnership.
-- They return whole rows, not a list of columns: a partnership may add columns of its own.

create function open_episode(
    family_id bigint,
    opened_on date default current_date,
    referral_id bigint default null,
    children bigint[] default null,
    lead_practitioner_id bigint default null,
    allocated_on date default null
)
returns episode
language sql
begin atomic
    select early_help.raise_rule('S05', format('family_id %s', open_episode.family_id))
    where not exists (select from family r where r.family_id = open_episode.family_id);
    insert into episode (family_id, referral_id, opened_on)
    values (open_episode.family_id, open_episode.referral_id, open_episode.opened_on);
    insert into episode_child (episode_id, child_id, joined_on)
    select
        e.episode_id,
        m.child_id,
        open_episode.opened_on
    from episode e
    join family_member m on m.family_id = e.family_id
    join child c on c.child_id = m.child_id
    where e.family_id = open_episode.family_id
        and e.closed_on is null
        and (m.joined_on is null or m.joined_on <= open_episode.opened_on)
        and (m.left_on is null or m.left_on > open_episode.opened_on)
        and (open_episode.children is null or m.child_id = any (open_episode.children))
        and (c.died_on is null or c.died_on > open_episode.opened_on)
        and (c.pregnancy_ended_on is null or c.pregnancy_ended_on > open_episode.opened_on)
    group by e.episode_id, m.child_id
    order by m.child_id;
    insert into lead_practitioner (episode_id, from_on, practitioner_id)
    select
        e.episode_id,
        coalesce(open_episode.allocated_on, open_episode.opened_on),
        open_episode.lead_practitioner_id
    from episode e
    where e.family_id = open_episode.family_id
        and e.closed_on is null
        and open_episode.lead_practitioner_id is not null;
    select e
    from episode e
    where e.family_id = open_episode.family_id
        and e.closed_on is null;
end;
comment on function open_episode(bigint, date, bigint, bigint[], bigint, date) is
    'Opens an episode of early help for a family: waiting, or allocated where a lead practitioner is given. Supports the children given, or all living members of the family. Errors YHS05, YH006, YH007, YH011.';

create function assign_lead_practitioner(episode_id bigint, practitioner_id bigint, from_on date default current_date)
returns episode
language sql
begin atomic
    select early_help.raise_rule('S05', format('episode_id %s', assign_lead_practitioner.episode_id))
    where not exists (select from episode r where r.episode_id = assign_lead_practitioner.episode_id);
    insert into lead_practitioner (episode_id, from_on, practitioner_id)
    values (assign_lead_practitioner.episode_id, assign_lead_practitioner.from_on, assign_lead_practitioner.practitioner_id)
    on conflict on constraint lead_practitioner_pkey
    do update set practitioner_id = excluded.practitioner_id;
    select e
    from episode e
    where e.episode_id = assign_lead_practitioner.episode_id;
end;
comment on function assign_lead_practitioner(bigint, bigint, date) is
    'From a day on, a practitioner leads an episode (2021: lead professional); the first one allocates it. The same day again replaces. Errors YHS05, YH007, YH014.';

create function start_assessment(
    episode_id bigint,
    started_on date default current_date,
    child_id bigint default null,
    practitioner_id bigint default null,
    service_id bigint default null
)
returns assessment
language sql
begin atomic
    select early_help.raise_rule('S05', format('episode_id %s', start_assessment.episode_id))
    where not exists (select from episode r where r.episode_id = start_assessment.episode_id);
    insert into assessment (episode_id, started_on, child_id, practitioner_id, service_id)
    values (start_assessment.episode_id, start_assessment.started_on, start_assessment.child_id,
        start_assessment.practitioner_id, start_assessment.service_id)
    returning assessment;
end;
comment on function start_assessment(bigint, date, bigint, bigint, bigint) is
    'Starts an Early Help Assessment, of one child or (child_id null) of all. Errors YHS05, YH008 without consent, YH014, YHS01.';

create function assess_domain(
    assessment_id bigint,
    domain early_help.eha_domain,
    assessed_on date default current_date,
    needs text default null,
    strengths text default null
)
returns assessment_domain
language sql
begin atomic
    select early_help.raise_rule('S05', format('assessment_id %s', assess_domain.assessment_id))
    where not exists (select from assessment r where r.assessment_id = assess_domain.assessment_id);
    insert into assessment_domain (assessment_id, domain, assessed_on, needs, strengths)
    values (assess_domain.assessment_id, assess_domain.domain, assess_domain.assessed_on,
        assess_domain.needs, assess_domain.strengths)
    on conflict on constraint assessment_domain_pkey
    do update set assessed_on = excluded.assessed_on, needs = excluded.needs, strengths = excluded.strengths
    returning assessment_domain;
end;
comment on function assess_domain(bigint, early_help.eha_domain, date, text, text) is
    'Records what an EHA found in one of its four domains; again replaces while the EHA is open. Errors YHS05, YH005, YH014.';

create function complete_assessment(assessment_id bigint, completed_on date default current_date)
returns assessment
language sql
begin atomic
    select early_help.raise_rule('S05', format('assessment_id %s', complete_assessment.assessment_id))
    where not exists (select from assessment r where r.assessment_id = complete_assessment.assessment_id);
    update assessment
    set completed_on = complete_assessment.completed_on
    where assessment.assessment_id = complete_assessment.assessment_id
    returning assessment;
end;
comment on function complete_assessment(bigint, date) is
    'Completes an EHA whose four domains are assessed. Errors YHS05, YH005, YH014.';

create function start_plan(
    episode_id bigint,
    started_on date default current_date,
    review_due_on date default null,
    kind early_help.plan_kind default 'intervention',
    assessment_id bigint default null,
    practitioner_id bigint default null,
    service_id bigint default null
)
returns plan
language sql
begin atomic
    select early_help.raise_rule('S05', format('episode_id %s', start_plan.episode_id))
    where not exists (select from episode r where r.episode_id = start_plan.episode_id);
    insert into plan (episode_id, kind, started_on, review_due_on, assessment_id, practitioner_id, service_id)
    values (start_plan.episode_id, start_plan.kind, start_plan.started_on, start_plan.review_due_on,
        start_plan.assessment_id, start_plan.practitioner_id, start_plan.service_id)
    returning plan;
end;
comment on function start_plan(bigint, date, date, early_help.plan_kind, bigint, bigint, bigint) is
    'Starts an intervention plan or a family outcomes plan; its review is due 42-56 days on, 56 where not given. Errors YHS05, YH002, YH008, YH014, YHS01.';

create function add_outcome(
    plan_id bigint,
    description text default null,
    agreed_on date default current_date,
    headline_outcome_code text default null
)
returns plan_outcome
language sql
begin atomic
    select early_help.raise_rule('S05', format('plan_id %s', add_outcome.plan_id))
    where not exists (select from plan r where r.plan_id = add_outcome.plan_id);
    insert into plan_outcome (plan_id, agreed_on, description, headline_outcome_code)
    values (add_outcome.plan_id, add_outcome.agreed_on, add_outcome.description, add_outcome.headline_outcome_code)
    returning plan_outcome;
end;
comment on function add_outcome(bigint, text, date, text) is
    'Agrees an outcome with the family, in the lowest free position of the plan. Errors YHS05, YH001 where five are live, YH003, YH004, YH014.';

create function withdraw_outcome(plan_outcome_id bigint, withdrawn_on date default current_date, reason text default null)
returns plan_outcome
language sql
begin atomic
    select early_help.raise_rule('S05', format('plan_outcome_id %s', withdraw_outcome.plan_outcome_id))
    where not exists (select from plan_outcome r where r.plan_outcome_id = withdraw_outcome.plan_outcome_id);
    update plan_outcome
    set withdrawn_on = withdraw_outcome.withdrawn_on,
        withdrawn_reason = withdraw_outcome.reason
    where plan_outcome.plan_outcome_id = withdraw_outcome.plan_outcome_id
    returning plan_outcome;
end;
comment on function withdraw_outcome(bigint, date, text) is
    'Drops an outcome, which frees its position. Errors YHS05, YH014, YH019.';

create function achieve_outcome(plan_outcome_id bigint, achieved_on date default current_date)
returns plan_outcome
language sql
begin atomic
    select early_help.raise_rule('S05', format('plan_outcome_id %s', achieve_outcome.plan_outcome_id))
    where not exists (select from plan_outcome r where r.plan_outcome_id = achieve_outcome.plan_outcome_id);
    update plan_outcome
    set achieved_on = achieve_outcome.achieved_on
    where plan_outcome.plan_outcome_id = achieve_outcome.plan_outcome_id
    returning plan_outcome;
end;
comment on function achieve_outcome(bigint, date) is
    'Records the day the family agreed that an outcome was achieved. Errors YHS05, YH014, YH019.';

create function hold_review(
    plan_id bigint,
    decision early_help.review_decision,
    held_on date default current_date,
    next_review_due_on date default null,
    practitioner_id bigint default null,
    family_views text default null
)
returns review
language sql
begin atomic
    select early_help.raise_rule('S05', format('plan_id %s', hold_review.plan_id))
    where not exists (select from plan r where r.plan_id = hold_review.plan_id);
    insert into review (plan_id, decision, held_on, next_review_due_on, practitioner_id, family_views)
    values (hold_review.plan_id, hold_review.decision, hold_review.held_on, hold_review.next_review_due_on,
        hold_review.practitioner_id, hold_review.family_views)
    returning review;
end;
comment on function hold_review(bigint, early_help.review_decision, date, date, bigint, text) is
    'Records a held review, which completes the plan or extends it to a next review 42-56 days on. Errors YHS05, YH002, YH003, YH014, YHS01.';

create function step_up(
    child_id bigint,
    basis early_help.step_basis,
    reason text,
    offered_on date default current_date,
    consulted_role early_help.consultation_role default null,
    consulted_on date default null,
    assessment_id bigint default null,
    no_assessment_reason text default null,
    consent_override_reason text default null,
    family_id bigint default null
)
returns step
language sql
begin atomic
    select early_help.raise_rule('S05', format('child_id %s', step_up.child_id))
    where not exists (select from child r where r.child_id = step_up.child_id);
    insert into step (
        child_id, family_id, to_level, offered_on, basis, reason, consulted_role, consulted_on,
        assessment_id, no_assessment_reason, consent_override_reason)
    values (step_up.child_id, step_up.family_id, 'social_care', step_up.offered_on, step_up.basis, step_up.reason,
        step_up.consulted_role, step_up.consulted_on, step_up.assessment_id, step_up.no_assessment_reason,
        step_up.consent_override_reason)
    returning step;
end;
comment on function step_up(bigint, early_help.step_basis, text, date, early_help.consultation_role, date, bigint, text, text, bigint) is
    'Offers a child''s case to social care; early help stays open until it is accepted. Errors YHS05, YH008, YH010, YH011, YH012, YHS01.';

create function step_down(
    child_id bigint,
    reason text,
    offered_on date default current_date,
    family_id bigint default null,
    to_level early_help.need_level default 'early_help'
)
returns step
language sql
begin atomic
    select early_help.raise_rule('S05', format('child_id %s', step_down.child_id))
    where not exists (select from child r where r.child_id = step_down.child_id);
    insert into step (child_id, family_id, to_level, offered_on, reason)
    values (step_down.child_id, step_down.family_id, step_down.to_level, step_down.offered_on, step_down.reason)
    returning step;
end;
comment on function step_down(bigint, text, date, bigint, early_help.need_level) is
    'Social care offers a child''s case to early help (or to universal services); it needs no earlier episode. Errors YHS05, YH011, YH012.';

create function accept_step(
    step_id bigint,
    decided_on date default current_date,
    receiving_agency_id bigint default null,
    receiving_practitioner_id bigint default null,
    first_review_on date default null,
    decision_reason text default null
)
returns step
language sql
begin atomic
    select early_help.raise_rule('S05', format('step_id %s', accept_step.step_id))
    where not exists (select from step r where r.step_id = accept_step.step_id);
    update step
    set outcome = 'accepted',
        decided_on = accept_step.decided_on,
        receiving_agency_id = coalesce(accept_step.receiving_agency_id, step.receiving_agency_id),
        receiving_practitioner_id = coalesce(accept_step.receiving_practitioner_id, step.receiving_practitioner_id),
        first_review_on = coalesce(accept_step.first_review_on, step.first_review_on),
        decision_reason = accept_step.decision_reason
    where step.step_id = accept_step.step_id;
    select s
    from step s
    where s.step_id = accept_step.step_id;
end;
comment on function accept_step(bigint, date, bigint, bigint, date, text) is
    'Accepts an offered step. Up: the child moves to social care, and the last child''s step closes the episode. Down: needs receiving agency, lead practitioner and first review; opens an episode where none is open. Errors YHS05, YH011, YH012, YH013.';

create function decline_step(step_id bigint, decided_on date default current_date, reason text default null)
returns step
language sql
begin atomic
    select early_help.raise_rule('S05', format('step_id %s', decline_step.step_id))
    where not exists (select from step r where r.step_id = decline_step.step_id);
    update step
    set outcome = 'declined',
        decided_on = decline_step.decided_on,
        decision_reason = decline_step.reason
    where step.step_id = decline_step.step_id
    returning step;
end;
comment on function decline_step(bigint, date, text) is
    'Declines an offered step: the child stays where it is. Errors YHS05, YH012.';

create function withdraw_step(step_id bigint, decided_on date default current_date, reason text default null)
returns step
language sql
begin atomic
    select early_help.raise_rule('S05', format('step_id %s', withdraw_step.step_id))
    where not exists (select from step r where r.step_id = withdraw_step.step_id);
    update step
    set outcome = 'withdrawn',
        decided_on = withdraw_step.decided_on,
        decision_reason = withdraw_step.reason
    where step.step_id = withdraw_step.step_id
    returning step;
end;
comment on function withdraw_step(bigint, date, text) is
    'Takes an offered step back. Errors YHS05, YH012.';

create function close_episode(
    episode_id bigint,
    reason_code text,
    closed_on date default current_date,
    agreed_on date default null,
    agreement_absent_reason text default null
)
returns episode
language sql
begin atomic
    select early_help.raise_rule('S05', format('episode_id %s', close_episode.episode_id))
    where not exists (select from episode r where r.episode_id = close_episode.episode_id);
    select early_help.raise_rule('S01', format('event close, episode_id %s, state closed', e.episode_id), 'Legal now: reopen.')
    from episode e
    where e.episode_id = close_episode.episode_id
        and e.closed_on is not null;
    update episode
    set closed_on = close_episode.closed_on,
        closure_reason_code = close_episode.reason_code,
        closure_agreed_on = close_episode.agreed_on,
        closure_agreement_absent_reason = close_episode.agreement_absent_reason
    where episode.episode_id = close_episode.episode_id
    returning episode;
end;
comment on function close_episode(bigint, text, date, date, text) is
    'Closes an episode; agreed_on is the day the family agreed that support is no longer needed, or agreement_absent_reason says why there is none. Its plans and open EHAs end. Errors YHS01 if it is closed already, YHS05, YH012 while a step is open, YH014.';

create function reopen_episode(episode_id bigint, reason text, reopened_on date default current_date)
returns episode
language sql
begin atomic
    select early_help.raise_rule('S05', format('episode_id %s', reopen_episode.episode_id))
    where not exists (select from episode r where r.episode_id = reopen_episode.episode_id);
    update episode
    set closed_on = null,
        reopened_on = reopen_episode.reopened_on,
        reopen_reason = reopen_episode.reason
    where episode.episode_id = reopen_episode.episode_id
    returning episode;
end;
comment on function reopen_episode(bigint, text, date) is
    'Reopens a closed episode, with a day and a reason. Errors YHS01 if it is open, YHS05, YH006, YH007, YH014.';
