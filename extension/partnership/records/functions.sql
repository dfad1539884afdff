-- Every act of a practitioner, called by name. Each is a plain INSERT or UPDATE:
-- the rules sit in the tables, and the row that comes back shows the new state.
-- SQL-standard bodies: bound to their tables, they go on working in a renamed partnership.
-- They return whole rows, not a list of columns: a partnership may add columns of its own.

create function record_conversation(
    family_id bigint,
    held_on date default current_date,
    practitioner_id bigint default null,
    child_id bigint default null,
    family_voice text default null
)
returns conversation
language sql
begin atomic
    insert into conversation (family_id, held_on, practitioner_id, child_id, family_voice)
    values (record_conversation.family_id, record_conversation.held_on, record_conversation.practitioner_id,
        record_conversation.child_id, record_conversation.family_voice)
    returning conversation;
end;
comment on function record_conversation(bigint, date, bigint, bigint, text) is
    'Records a conversation with a family: all support begins with one, and it need not lead to support.';

create function give_consent(
    family_id bigint,
    given_by early_help.consent_given_by,
    given_on date default current_date,
    share_with_agency_id bigint default null
)
returns consent
language sql
begin atomic
    insert into consent (family_id, kind, agency_id, given_by, given_on)
    values (give_consent.family_id,
        case when give_consent.share_with_agency_id is null then 'take_part' else 'share' end::early_help.consent_kind,
        give_consent.share_with_agency_id, give_consent.given_by, give_consent.given_on)
    returning consent;
end;
comment on function give_consent(bigint, early_help.consent_given_by, date, bigint) is
    'Records a family''s consent to take part, or, with an agency, to share information with that agency.';

create function withdraw_consent(consent_id bigint, withdrawn_on date default current_date)
returns consent
language sql
begin atomic
    select early_help.raise_rule('S05', format('consent_id %s', withdraw_consent.consent_id))
    where not exists (select from only consent r where r.consent_id = withdraw_consent.consent_id);
    update only consent
    set withdrawn_on = withdraw_consent.withdrawn_on
    where consent.consent_id = withdraw_consent.consent_id
    returning consent;
end;
comment on function withdraw_consent(bigint, date) is
    'Withdraws consent: to take part, it ends the family''s open EHAs and plans; nothing is deleted. Error YHS05.';

create function record_contact(
    child_id bigint,
    source_code text,
    primary_need_code text,
    received_on date default current_date,
    reason text default null,
    locality_id bigint default null,
    decision early_help.contact_decision default null,
    agency_id bigint default null,
    practitioner_id bigint default null
)
returns contact_child
language sql
begin atomic
    with received as (
        insert into contact (received_on, source_code, agency_id, practitioner_id)
        values (record_contact.received_on, record_contact.source_code, record_contact.agency_id,
            record_contact.practitioner_id)
        returning contact_id, received_on, source_code
    )
    insert into contact_child (
        contact_id, received_on, source_code, child_id, primary_need_code, reason, locality_id, decision,
        attached_episode_id)
    select
        r.contact_id,
        r.received_on,
        r.source_code,
        record_contact.child_id,
        record_contact.primary_need_code,
        record_contact.reason,
        record_contact.locality_id,
        record_contact.decision,
        (
            select e.episode_id
            from only episode_child c
            join only episode e on e.episode_id = c.episode_id
            where c.child_id = record_contact.child_id
                and c.joined_on <= record_contact.received_on
                and (c.left_on is null or c.left_on > record_contact.received_on)
                and e.opened_on < record_contact.received_on
            order by e.episode_id
            limit 1
        )
    from received r
    returning contact_child;
end;
comment on function record_contact(bigint, text, text, date, text, bigint, early_help.contact_decision, bigint, bigint) is
    'Records a contact about one child and what was decided; attached to the episode that supports the child on that day, if there is one. Errors YH016, YH020.';

create function refer(
    contact_child_id bigint,
    family_id bigint default null,
    referred_on date default null,
    service_id bigint default null
)
returns referral
language sql
begin atomic
    select early_help.raise_rule('S05', format('contact_child_id %s', refer.contact_child_id))
    where not exists (select from only contact_child r where r.contact_child_id = refer.contact_child_id);
    update only contact_child
    set decision = 'referral'
    where contact_child.contact_child_id = refer.contact_child_id
        and contact_child.decision is null;
    insert into referral (
        contact_child_id, child_id, family_id, referred_on, source_code, primary_need_code, locality_id, service_id)
    select
        c.contact_child_id,
        c.child_id,
        coalesce(refer.family_id, (
            select max(m.family_id)
            from only family_member m
            where m.child_id = c.child_id
                and m.left_on is null
            having count(distinct m.family_id) = 1)),
        coalesce(refer.referred_on, c.received_on),
        c.source_code,
        c.primary_need_code,
        c.locality_id,
        refer.service_id
    from only contact_child c
    where c.contact_child_id = refer.contact_child_id
    returning referral;
end;
comment on function refer(bigint, bigint, date, bigint) is
    'Refers the child of a contact to early help, and decides the contact so if it was undecided; the family is the child''s only one where none is given. Errors YH015, YH016, YHS05, 23502 where the child has several families, 23503 where the contact was decided otherwise.';

create function accept_referral(referral_id bigint, accepted_on date default current_date)
returns referral
language sql
begin atomic
    select early_help.raise_rule('S05', format('referral_id %s', accept_referral.referral_id))
    where not exists (select from only referral r where r.referral_id = accept_referral.referral_id);
    update only referral
    set accepted_on = accept_referral.accepted_on
    where referral.referral_id = accept_referral.referral_id
    returning referral;
end;
comment on function accept_referral(bigint, date) is
    'Accepts a referral: the family waits from then until support starts. Error YHS05.';

create function decline_referral(referral_id bigint, declined_on date default current_date)
returns referral
language sql
begin atomic
    select early_help.raise_rule('S05', format('referral_id %s', decline_referral.referral_id))
    where not exists (select from only referral r where r.referral_id = decline_referral.referral_id);
    update only referral
    set declined_on = decline_referral.declined_on
    where referral.referral_id = decline_referral.referral_id
    returning referral;
end;
comment on function decline_referral(bigint, date) is
    'Declines a referral. Error YHS05.';

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
    where not exists (select from only family r where r.family_id = open_episode.family_id);
    insert into episode (family_id, referral_id, opened_on)
    values (open_episode.family_id, open_episode.referral_id, open_episode.opened_on);
    insert into episode_child (episode_id, child_id, joined_on)
    select
        e.episode_id,
        m.child_id,
        open_episode.opened_on
    from only episode e
    join only family_member m on m.family_id = e.family_id
    join only child c on c.child_id = m.child_id
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
    from only episode e
    where e.family_id = open_episode.family_id
        and e.closed_on is null
        and open_episode.lead_practitioner_id is not null;
    select e
    from only episode e
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
    where not exists (select from only episode r where r.episode_id = assign_lead_practitioner.episode_id);
    insert into lead_practitioner (episode_id, from_on, practitioner_id)
    values (assign_lead_practitioner.episode_id, assign_lead_practitioner.from_on, assign_lead_practitioner.practitioner_id)
    on conflict on constraint lead_practitioner_pkey
    do update set practitioner_id = excluded.practitioner_id;
    select e
    from only episode e
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
    where not exists (select from only episode r where r.episode_id = start_assessment.episode_id);
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
    where not exists (select from only assessment r where r.assessment_id = assess_domain.assessment_id);
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
    where not exists (select from only assessment r where r.assessment_id = complete_assessment.assessment_id);
    update only assessment
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
    where not exists (select from only episode r where r.episode_id = start_plan.episode_id);
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
    where not exists (select from only plan r where r.plan_id = add_outcome.plan_id);
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
    where not exists (select from only plan_outcome r where r.plan_outcome_id = withdraw_outcome.plan_outcome_id);
    update only plan_outcome
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
    where not exists (select from only plan_outcome r where r.plan_outcome_id = achieve_outcome.plan_outcome_id);
    update only plan_outcome
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
    where not exists (select from only plan r where r.plan_id = hold_review.plan_id);
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
    where not exists (select from only child r where r.child_id = step_up.child_id);
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
    where not exists (select from only child r where r.child_id = step_down.child_id);
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
    where not exists (select from only step r where r.step_id = accept_step.step_id);
    update only step
    set outcome = 'accepted',
        decided_on = accept_step.decided_on,
        receiving_agency_id = coalesce(accept_step.receiving_agency_id, step.receiving_agency_id),
        receiving_practitioner_id = coalesce(accept_step.receiving_practitioner_id, step.receiving_practitioner_id),
        first_review_on = coalesce(accept_step.first_review_on, step.first_review_on),
        decision_reason = accept_step.decision_reason
    where step.step_id = accept_step.step_id;
    select s
    from only step s
    where s.step_id = accept_step.step_id;
end;
comment on function accept_step(bigint, date, bigint, bigint, date, text) is
    'Accepts an offered step. Up: the child moves to social care, and the last child''s step closes the episode. Down: needs receiving agency, lead practitioner and first review; opens an episode where none is open. Errors YHS05, YH011, YH012, YH013.';

create function decline_step(step_id bigint, decided_on date default current_date, reason text default null)
returns step
language sql
begin atomic
    select early_help.raise_rule('S05', format('step_id %s', decline_step.step_id))
    where not exists (select from only step r where r.step_id = decline_step.step_id);
    update only step
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
    where not exists (select from only step r where r.step_id = withdraw_step.step_id);
    update only step
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
    where not exists (select from only episode r where r.episode_id = close_episode.episode_id);
    select early_help.raise_rule('S01', format('event close, episode_id %s, state closed', e.episode_id), 'Legal now: reopen.')
    from only episode e
    where e.episode_id = close_episode.episode_id
        and e.closed_on is not null;
    update only episode
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
    where not exists (select from only episode r where r.episode_id = reopen_episode.episode_id);
    update only episode
    set closed_on = null,
        reopened_on = reopen_episode.reopened_on,
        reopen_reason = reopen_episode.reason
    where episode.episode_id = reopen_episode.episode_id
    returning episode;
end;
comment on function reopen_episode(bigint, text, date) is
    'Reopens a closed episode, with a day and a reason. Errors YHS01 if it is open, YHS05, YH006, YH007, YH014.';

create function add_action(
    plan_id bigint,
    due_on date,
    description text default null,
    agreed_on date default current_date,
    owner_practitioner_id bigint default null,
    plan_outcome_id bigint default null,
    safety_reason text default null
)
returns action
language sql
begin atomic
    insert into action (
        plan_id, plan_outcome_id, owner_practitioner_id, owned_by_family, description, agreed_on, due_on, safety_reason)
    values (add_action.plan_id, add_action.plan_outcome_id, add_action.owner_practitioner_id,
        add_action.owner_practitioner_id is null, add_action.description, add_action.agreed_on, add_action.due_on,
        add_action.safety_reason)
    returning action;
end;
comment on function add_action(bigint, date, text, date, bigint, bigint, text) is
    'Agrees an action: of a practitioner, or of the family where none is given. A safety action says why it is one. Errors YH003, YH004, YH014.';

create function finish_action(action_id bigint, done_on date default current_date)
returns action
language sql
begin atomic
    select early_help.raise_rule('S05', format('action_id %s', finish_action.action_id))
    where not exists (select from only action r where r.action_id = finish_action.action_id);
    update only action
    set done_on = finish_action.done_on
    where action.action_id = finish_action.action_id
    returning action;
end;
comment on function finish_action(bigint, date) is
    'Records the day an action was done. Error YHS05.';

create function give_feedback(
    given_by early_help.feedback_from,
    episode_id bigint default null,
    group_programme_id bigint default null,
    given_on date default current_date,
    timely boolean default null,
    helpful boolean default null,
    empowered boolean default null,
    comment text default null,
    feedback_request_id bigint default null
)
returns feedback
language sql
begin atomic
    insert into feedback (
        given_by, episode_id, group_programme_id, given_on, timely, helpful, empowered, comment, feedback_request_id)
    values (give_feedback.given_by, give_feedback.episode_id, give_feedback.group_programme_id, give_feedback.given_on,
        give_feedback.timely, give_feedback.helpful, give_feedback.empowered, give_feedback.comment,
        give_feedback.feedback_request_id)
    returning feedback;
end;
comment on function give_feedback(early_help.feedback_from, bigint, bigint, date, boolean, boolean, boolean, text, bigint) is
    'Records feedback on an episode or a group: timely, helpful, empowering. Error YH017.';

create function request_service(
    family_id bigint,
    primary_need_code text,
    requested_on date default current_date,
    service_id bigint default null,
    child_id bigint default null,
    locality_id bigint default null
)
returns service_request
language sql
begin atomic
    insert into service_request (
        family_id, child_id, episode_id, service_id, primary_need_code, locality_id, requested_on)
    values (request_service.family_id, request_service.child_id,
        (
            select e.episode_id
            from only episode e
            where e.family_id = request_service.family_id
                and e.closed_on is null
        ),
        request_service.service_id, request_service.primary_need_code, request_service.locality_id,
        request_service.requested_on)
    returning service_request;
end;
comment on function request_service(bigint, text, date, bigint, bigint, bigint) is
    'Asks for a service for a need of a family, which waits from then on. Error YH020.';

create function offer_service(service_request_id bigint, offered_on date default current_date, service_id bigint default null)
returns service_request
language sql
begin atomic
    select early_help.raise_rule('S05', format('service_request_id %s', offer_service.service_request_id))
    where not exists (select from only service_request r where r.service_request_id = offer_service.service_request_id);
    update only service_request
    set offered_on = offer_service.offered_on,
        service_id = coalesce(offer_service.service_id, service_request.service_id)
    where service_request.service_request_id = offer_service.service_request_id
    returning service_request;
end;
comment on function offer_service(bigint, date, bigint) is
    'A service offers what was asked for. Error YHS05.';

create function start_service(service_request_id bigint, started_on date default current_date)
returns service_request
language sql
begin atomic
    select early_help.raise_rule('S05', format('service_request_id %s', start_service.service_request_id))
    where not exists (select from only service_request r where r.service_request_id = start_service.service_request_id);
    update only service_request
    set started_on = start_service.started_on,
        decided_on = start_service.started_on,
        outcome = 'started'
    where service_request.service_request_id = start_service.service_request_id
    returning service_request;
end;
comment on function start_service(bigint, date) is
    'An offered service starts: the family no longer waits for it. Error YHS05.';

create function end_service_request(
    service_request_id bigint,
    outcome early_help.service_request_outcome,
    decided_on date default current_date
)
returns service_request
language sql
begin atomic
    select early_help.raise_rule('S05', format('service_request_id %s', end_service_request.service_request_id))
    where not exists (select from only service_request r where r.service_request_id = end_service_request.service_request_id);
    update only service_request
    set outcome = end_service_request.outcome,
        decided_on = end_service_request.decided_on
    where service_request.service_request_id = end_service_request.service_request_id
    returning service_request;
end;
comment on function end_service_request(bigint, early_help.service_request_outcome, date) is
    'A request ends without a start: declined, withdrawn, or no service meets the need. Error YHS05.';

create function merge_children(
    keep_child_id bigint,
    merge_child_id bigint,
    reason text,
    merged_on date default current_date
)
returns child_merge
language sql
begin atomic
    insert into child_merge (kept_child_id, merged_child_id, reason, merged_on)
    values (merge_children.keep_child_id, merge_children.merge_child_id, merge_children.reason, merge_children.merged_on)
    returning child_merge;
end;
comment on function merge_children(bigint, bigint, text, date) is
    'Two records are one child: contacts and referrals of the duplicate count for the child that is kept. Both keep their histories. Errors YHM01, 23505 where the duplicate is merged already.';

create function unmerge_children(child_merge_id bigint, reason text, undone_on date default current_date)
returns child_merge
language sql
begin atomic
    select early_help.raise_rule('S05', format('child_merge_id %s', unmerge_children.child_merge_id))
    where not exists (select from only child_merge r where r.child_merge_id = unmerge_children.child_merge_id);
    update only child_merge
    set undone_on = unmerge_children.undone_on,
        undo_reason = unmerge_children.reason
    where child_merge.child_merge_id = unmerge_children.child_merge_id
    returning child_merge;
end;
comment on function unmerge_children(bigint, text, date) is
    'Undoes a merge: what was recorded for the duplicate counts for it again. Errors YHS02 where it was undone already, YHS05.';

create function move_child(
    child_id bigint,
    from_family_id bigint,
    to_family_id bigint,
    moved_on date default current_date
)
returns family_member
language sql
begin atomic
    select early_help.raise_rule('S05',
        format('child_id %s is no member of family_id %s on %s', move_child.child_id, move_child.from_family_id, move_child.moved_on))
    where not exists (
        select
        from only family_member m
        where m.child_id = move_child.child_id
            and m.family_id = move_child.from_family_id
            and (m.joined_on is null or m.joined_on < move_child.moved_on)
            and m.left_on is null);
    update only family_member
    set left_on = move_child.moved_on
    where family_member.child_id = move_child.child_id
        and family_member.family_id = move_child.from_family_id
        and family_member.left_on is null;
    insert into family_member (family_id, child_id, joined_on)
    values (move_child.to_family_id, move_child.child_id, move_child.moved_on)
    returning family_member;
end;
comment on function move_child(bigint, bigint, bigint, date) is
    'A child moves to another family from a day on. Past episodes stay with the family they were of. Errors YHS05, 23P01 where the child belongs there already.';

create function split_family(family_id bigint, children bigint[], split_on date default current_date)
returns family
language sql
begin atomic
    select early_help.raise_rule('S05', format('no child of family_id %s is named', split_family.family_id))
    where coalesce(cardinality(split_family.children), 0) = 0;
    select early_help.raise_rule('S05', format('child_id %s is no member of family_id %s', c.child_id, split_family.family_id))
    from unnest(split_family.children) as c (child_id)
    where not exists (
        select
        from only family_member m
        where m.child_id = c.child_id
            and m.family_id = split_family.family_id
            and m.left_on is null);
    update only family_member
    set left_on = split_family.split_on
    where family_member.family_id = split_family.family_id
        and family_member.child_id = any (split_family.children)
        and family_member.left_on is null;
    with parted as (
        insert into family default values
        returning family as whole, family_id
    ), joined as (
        insert into family_member (family_id, child_id, joined_on)
        select
            p.family_id,
            c.child_id,
            split_family.split_on
        from parted p
        cross join unnest(split_family.children) as c (child_id)
    )
    select p.whole
    from parted p;
end;
comment on function split_family(bigint, bigint[], date) is
    'Children of a family are a family of their own from a day on; one row back, the new family. Past episodes stay with the old one. Error YHS05.';

create function join_families(keep_family_id bigint, join_family_id bigint, joined_on date default current_date)
returns family
language sql
begin atomic
    select early_help.raise_rule('S05', format('family_id %s', f.id))
    from (values (join_families.keep_family_id), (join_families.join_family_id)) as f (id)
    where not exists (select from only family r where r.family_id = f.id);
    select early_help.raise_rule('R06', format('family_id %s, which joins, has episode_id %s open', e.family_id, e.episode_id))
    from only episode e
    where e.family_id = join_families.join_family_id
        and e.closed_on is null;
    insert into family_member (family_id, child_id, joined_on)
    select
        join_families.keep_family_id,
        m.child_id,
        join_families.joined_on
    from only family_member m
    where m.family_id = join_families.join_family_id
        and m.left_on is null
        and not exists (
            select
            from only family_member k
            where k.family_id = join_families.keep_family_id
                and k.child_id = m.child_id
                and k.left_on is null);
    update only family_member
    set left_on = join_families.joined_on
    where family_member.family_id = join_families.join_family_id
        and family_member.left_on is null;
    select f
    from only family f
    where f.family_id = join_families.keep_family_id;
end;
comment on function join_families(bigint, bigint, date) is
    'The children of one family belong to another from a day on. Past episodes stay where they were. Errors YH006 while the joining family has an open episode, YHS05.';
