-- Which changes of records make which months of figures stale.

-- Events are found by their day.
create index plan_of_an_end_month on plan (ended_on);
create index plan_of_a_due_month on plan (review_due_on);
create index review_of_a_due_month on review (due_on);
create index review_of_a_month on review (held_on);
create index episode_of_an_opening_month on episode (opened_on);
create index episode_of_an_allocation_month on episode (allocated_on);
create index episode_of_a_closure_month on episode (closed_on);
create index reopening_of_a_closure_month on reopening (closed_on);
create index reopening_of_a_reopening_month on reopening (reopened_on);
create index referral_of_an_acceptance_month on referral (accepted_on);
create index episode_closed_of_a_family on episode (family_id, closed_on);
create index episode_child_of_a_joining_month on episode_child (joined_on);
create index episode_child_of_a_leaving_month on episode_child (left_on);
create index assessment_of_a_start_month on assessment (started_on);
create index assessment_of_a_completion_month on assessment (completed_on);
create index assessment_of_an_end_month on assessment (ended_on);
create index service_request_of_a_start_month on service_request (started_on);
create index service_request_of_a_decision_month on service_request (decided_on);
create index partner_return_of_a_month on partner_return (month);

-- Marks. A contact makes contacts of the child up to 365 days later known ones; a referral
-- makes re-referrals up to 24 months later, the most a partnership can set.
create trigger marks_months
    after insert or update or delete on contact_child
    for each row execute function early_help.mark_stale_parts('contact_child', '12', 'counted_child_id', 'received_on');
create trigger marks_months
    after insert or update or delete on referral
    for each row execute function early_help.mark_stale_parts('referral', '24', 'counted_child_id', 'referred_on');
create trigger marks_months
    after insert or update or delete on plan
    for each row execute function early_help.mark_stale_months('plan', '0', 'started_on', 'ended_on');
create trigger marks_months
    after insert or update or delete on step
    for each row execute function early_help.mark_stale_months('step', '0', 'offered_on', 'decided_on');
create trigger marks_months
    after insert or update or delete on assessment
    for each row execute function early_help.mark_stale_months('assessment', '0', 'started_on', 'completed_on', 'ended_on');
create trigger marks_months
    after insert or update or delete on service_request
    for each row execute function early_help.mark_stale_months(
        'service_request', '0', 'requested_on', 'started_on', 'decided_on');
create trigger marks_months
    after insert or update or delete on case_audit
    for each row execute function early_help.mark_stale_months('case_audit', '0', 'audited_on');
create trigger marks_months
    after insert or update or delete on partner_return
    for each row execute function early_help.mark_stale_months('partner_return', '0', 'month');

-- An episode moves through its states many times; its dates and what it is
-- counted by change seldom.
create trigger marks_months
    after insert or delete on episode
    for each row execute function early_help.mark_stale_months('episode', '0', 'opened_on', 'allocated_on', 'closed_on');
create trigger marks_months_of_change
    after update on episode
    for each row
    when ((old.opened_on, old.allocated_on, old.closed_on, old.reopened_on, old.closure_reason_code, old.family_id,
              old.referral_id)
          is distinct from
          (new.opened_on, new.allocated_on, new.closed_on, new.reopened_on, new.closure_reason_code, new.family_id,
              new.referral_id))
    execute function early_help.mark_stale_months('episode', '0', 'opened_on', 'allocated_on', 'closed_on');
create trigger marks_months
    after insert or update or delete on reopening
    for each row execute function early_help.mark_stale_months('episode', '0', 'closed_on', 'reopened_on');
-- The spells of before, too, are counted by these.
create trigger marks_months_of_new_spells
    after insert on episode
    for each row
    when (new.reopened_on is not null)
    execute function early_help.mark_stale_span('episode', '0', 'opened_on', 'closed_on');
create trigger marks_months_of_gone_spells
    after delete on episode
    for each row
    when (old.reopened_on is not null)
    execute function early_help.mark_stale_span('episode', '0', 'opened_on', 'closed_on');
create trigger marks_months_of_spells
    after update on episode
    for each row
    when (new.reopened_on is not null
        and (old.opened_on, old.allocated_on, old.referral_id)
            is distinct from (new.opened_on, new.allocated_on, new.referral_id))
    execute function early_help.mark_stale_span('episode', '0', 'opened_on', 'closed_on');

-- The end of support bears on what follows: the next support in the same year.
create trigger marks_months_after_end
    after insert or delete on episode
    for each row execute function early_help.mark_stale_months('episode_end', '12', 'closed_on');
create trigger marks_months_after_changed_end
    after update on episode
    for each row
    when ((old.closed_on, old.allocated_on, old.reopened_on, old.family_id)
          is distinct from (new.closed_on, new.allocated_on, new.reopened_on, new.family_id))
    execute function early_help.mark_stale_months('episode_end', '12', 'closed_on');
create trigger marks_months_after_end
    after insert or update or delete on reopening
    for each row execute function early_help.mark_stale_months('episode_end', '12', 'closed_on');

-- Who is supported is a child in an episode from allocation on. A referral up to 24
-- months later comes after that support.
create trigger marks_months_of_support
    after insert or delete on episode
    for each row execute function early_help.mark_stale_span('support', '24', 'opened_on', 'closed_on');
create trigger marks_months_of_changed_support
    after update on episode
    for each row
    when ((old.opened_on, old.allocated_on, old.closed_on, old.reopened_on, old.closure_reason_code, old.referral_id)
          is distinct from
          (new.opened_on, new.allocated_on, new.closed_on, new.reopened_on, new.closure_reason_code, new.referral_id))
    execute function early_help.mark_stale_span('support', '24', 'opened_on', 'closed_on');
create trigger marks_months_of_support
    after insert or update or delete on episode_child
    for each row execute function early_help.mark_stale_span('support', '24', 'joined_on', 'left_on');
create trigger marks_months_of_support
    after insert or update or delete on reopening
    for each row execute function early_help.mark_stale_span('support', '24', 'closed_on', 'reopened_on');

-- A wait begins when a referral is accepted, or an episode opens. An episode ends the wait of every referral
-- before it, and a closure lets the next referral wait: that bears on waits that begin or end later.
-- Seldom is there one.
create trigger marks_months_of_waits
    after insert or delete on episode
    for each row execute function early_help.mark_stale_months('wait', '120', 'opened_on');
create trigger marks_months_of_moved_waits
    after update on episode
    for each row
    when ((old.opened_on, old.family_id) is distinct from (new.opened_on, new.family_id))
    execute function early_help.mark_stale_months('wait', '120', 'opened_on');
create trigger marks_months_of_ended_waits
    after update on episode
    for each row
    when ((old.closed_on, old.reopened_on) is distinct from (new.closed_on, new.reopened_on))
    execute function early_help.mark_stale_months('wait', '120', 'closed_on', 'reopened_on');
create trigger marks_months_of_started_waits
    after update on episode
    for each row
    when ((old.allocated_on, old.closed_on, old.closure_reason_code, old.referral_id)
          is distinct from (new.allocated_on, new.closed_on, new.closure_reason_code, new.referral_id))
    execute function early_help.mark_stale_months('wait', '0', 'opened_on', 'allocated_on', 'closed_on');
create trigger marks_months_of_waits
    after insert or update or delete on reopening
    for each row execute function early_help.mark_stale_months('wait', '120', 'closed_on');
create trigger marks_months_of_waits
    after insert or delete on referral
    for each row execute function early_help.mark_stale_span('wait', '0', 'accepted_on', 'declined_on');
create trigger marks_months_of_changed_waits
    after update on referral
    for each row
    when ((old.accepted_on, old.source_code, old.primary_need_code, old.locality_id, old.service_id)
          is distinct from (new.accepted_on, new.source_code, new.primary_need_code, new.locality_id, new.service_id))
    execute function early_help.mark_stale_span('wait', '0', 'accepted_on', 'declined_on');

-- A child supported twice at a time counts once: whether the second start is
-- one depends on the first for as long as that lasts.
create trigger marks_months_of_merge
    after update on child
    for each row
    when (old.merged_into_child_id is distinct from new.merged_into_child_id)
    execute function early_help.mark_all_months_stale('child_merge');

-- A review is due from the plan's side until it is held.
create trigger marks_months_of_due_review
    after insert or delete on plan
    for each row execute function early_help.mark_stale_months('plan_review', '0', 'review_due_on');
create trigger marks_months_of_changed_due_review
    after update on plan
    for each row
    when ((old.review_due_on, old.ended_on, old.completed_by_review_id, old.service_id) is distinct from
          (new.review_due_on, new.ended_on, new.completed_by_review_id, new.service_id))
    execute function early_help.mark_stale_months('plan_review', '0', 'review_due_on');
create trigger marks_months
    after insert or update or delete on review
    for each row execute function early_help.mark_stale_months('review', '0', 'due_on', 'held_on');
create trigger marks_months_of_reviews
    after update on plan
    for each row
    when (old.service_id is distinct from new.service_id)
    execute function early_help.mark_stale_months_of('plan_of_review', 'plan_id', 'review', 'plan_id', 'due_on');
create trigger holds_plan_of_change
    after update on review
    for each row
    when ((old.due_on, old.plan_id) is distinct from (new.due_on, new.plan_id))
    execute function early_help.hold_row('plan_id', 'plan', 'plan_id');
create trigger marks_months_of_copy
    after insert or delete on plan
    for each row execute function early_help.mark_stale_months_of('plan_of_review', 'plan_id', 'review', 'plan_id', 'due_on');

-- What was agreed and achieved counts when the episode closes.
create trigger marks_months
    after insert or update or delete on plan_outcome
    for each row execute function early_help.mark_stale_months_through(
        'plan_outcome', 'plan_id', 'plan', 'plan_id', 'episode_id', 'episode', 'episode_id', 'closed_on',
        'reopened_on', 'reopening', 'episode_id', 'closed_on');

-- A plan that is moved takes its outcomes from one closure to another. Its service is the episode's.
create trigger marks_months_of_outcomes
    after insert or delete on plan
    for each row
    execute function early_help.mark_stale_months_through(
        'plan_outcome', 'episode_id', 'episode', 'episode_id', 'closed_on',
        'reopened_on', 'reopening', 'episode_id', 'closed_on');
create trigger marks_months_of_move
    after update on plan
    for each row
    when ((old.episode_id, old.started_on, old.service_id) is distinct from (new.episode_id, new.started_on, new.service_id))
    execute function early_help.mark_stale_months_through(
        'plan_outcome', 'episode_id', 'episode', 'episode_id', 'closed_on',
        'reopened_on', 'reopening', 'episode_id', 'closed_on');
create trigger marks_months_of_closures
    after insert or update or delete on assessment
    for each row
    execute function early_help.mark_stale_months_through(
        'service_of_episode', 'episode_id', 'episode', 'episode_id', 'closed_on',
        'reopened_on', 'reopening', 'episode_id', 'closed_on');
create trigger marks_months_of_closures
    after insert or update or delete on lead_practitioner
    for each row
    execute function early_help.mark_stale_months_through(
        'service_of_episode', 'episode_id', 'episode', 'episode_id', 'closed_on',
        'reopened_on', 'reopening', 'episode_id', 'closed_on');
create trigger marks_months_of_change
    after update on practitioner
    for each row
    when ((old.service_id, old.agency_id) is distinct from (new.service_id, new.agency_id))
    execute function early_help.mark_all_months_stale('practitioner');

-- In every month of support it is of a service, from the day of the plan, EHA or lead practitioner on.
create trigger marks_months_of_service
    after insert or update or delete on plan
    for each row execute function early_help.mark_stale_months('service_from', '120', 'started_on');
create trigger marks_months_of_service
    after insert or update or delete on assessment
    for each row execute function early_help.mark_stale_months('service_from', '120', 'started_on');
create trigger marks_months_of_service
    after insert or update or delete on lead_practitioner
    for each row execute function early_help.mark_stale_months('service_from', '120', 'from_on');
create trigger marks_months_of_lead
    after insert or update or delete on lead_practitioner
    for each row execute function early_help.mark_stale_months('lead_from', '120', 'from_on');

-- Who came counts in the month of the session.
create trigger marks_months
    after insert or update or delete on group_session
    for each row execute function early_help.mark_stale_months('group_session', '12', 'held_on');
create trigger marks_months
    after insert or update or delete on group_attendance
    for each row execute function early_help.mark_stale_months_through(
        'group_attendance', 'group_session_id', 'group_session', 'group_session_id', 'held_on');
create trigger marks_months_of_sessions
    after update on group_programme
    for each row
    when (old.service_id is distinct from new.service_id)
    execute function early_help.mark_stale_months_of(
        'group_programme', 'group_programme_id', 'group_session', 'group_programme_id', 'held_on');
create trigger holds_programme_of_change
    after update on group_session
    for each row
    when ((old.held_on, old.group_programme_id) is distinct from (new.held_on, new.group_programme_id))
    execute function early_help.hold_row('group_programme_id', 'group_programme', 'group_programme_id');

-- An answer counts in its own month, and whether a request was answered in the request's.
create trigger marks_months
    after insert or update or delete on feedback
    for each row execute function early_help.mark_stale_months('feedback', '0', 'given_on');
create trigger marks_months_of_request
    after insert or update or delete on feedback
    for each row execute function early_help.mark_stale_months_through(
        'feedback', 'feedback_request_id', 'feedback_request', 'feedback_request_id', 'asked_on');
create trigger marks_months
    after insert or update or delete on feedback_request
    for each row execute function early_help.mark_stale_months('feedback_request', '0', 'asked_on');

-- A contact and a referral are counted with the child's age, sex and ethnicity.
create trigger marks_months
    after update on child
    for each row
    when ((old.birth_date, old.expected_birth_date, old.sex_code, old.ethnicity_code) is distinct from
          (new.birth_date, new.expected_birth_date, new.sex_code, new.ethnicity_code))
    execute function early_help.mark_stale_parts_of(
        'child', 'child_id',
        'contact_child', 'counted_child_id', 'received_on',
        'referral', 'counted_child_id', 'referred_on');
-- The foreign key holds the child a new contact is of. Here are the others: the
-- child a duplicate's contact counts for, and that of a contact that moves.
create trigger holds_child
    after insert on contact_child
    for each row
    when (new.counted_child_id <> new.child_id)
    execute function early_help.hold_row('counted_child_id', 'child', 'child_id');
create trigger holds_child_of_change
    after update on contact_child
    for each row
    when ((old.received_on, old.counted_child_id) is distinct from (new.received_on, new.counted_child_id))
    execute function early_help.hold_row('counted_child_id', 'child', 'child_id');
create trigger holds_child
    after insert on referral
    for each row
    when (new.counted_child_id <> new.child_id)
    execute function early_help.hold_row('counted_child_id', 'child', 'child_id');
create trigger holds_child_of_change
    after update on referral
    for each row
    when ((old.referred_on, old.counted_child_id) is distinct from (new.referred_on, new.counted_child_id))
    execute function early_help.hold_row('counted_child_id', 'child', 'child_id');
-- Where foreign keys are not checked, contacts can be there before the child.
create trigger marks_months_of_copy
    after insert or delete on child
    for each row execute function early_help.mark_stale_parts_of(
        'child', 'child_id',
        'contact_child', 'counted_child_id', 'received_on',
        'referral', 'counted_child_id', 'referred_on');

-- An episode is counted by the source, need and ward of its referral, in every month that it has an event in or
-- is supported in: it may have closed and been reopened between.
create trigger marks_months_of_episodes
    after update on referral
    for each row
    when ((old.source_code, old.primary_need_code, old.locality_id, old.service_id) is distinct from
          (new.source_code, new.primary_need_code, new.locality_id, new.service_id))
    execute function early_help.mark_stale_spans_of(
        'referral_of_episode', 'referral_id', 'episode', 'referral_id', 'opened_on', 'closed_on');
create trigger holds_referral_of_change
    after update on episode
    for each row
    when ((old.opened_on, old.allocated_on, old.closed_on, old.referral_id) is distinct from
          (new.opened_on, new.allocated_on, new.closed_on, new.referral_id))
    execute function early_help.hold_row('referral_id', 'referral', 'referral_id');
create trigger marks_months_of_copy
    after insert or delete on referral
    for each row execute function early_help.mark_stale_spans_of(
        'referral_of_episode', 'referral_id', 'episode', 'referral_id', 'opened_on', 'closed_on');

-- In the months of support a child counts with its age, sex and ethnicity. What counts for a child may stand with its
-- duplicate.
create trigger marks_months_of_support
    after update on child
    for each row
    when ((old.birth_date, old.expected_birth_date, old.sex_code, old.ethnicity_code) is distinct from
          (new.birth_date, new.expected_birth_date, new.sex_code, new.ethnicity_code))
    execute function early_help.mark_stale_spans_of(
        'child_of_support', 'child_id', 'episode_child', 'child_id', 'joined_on', 'left_on',
        'child', 'merged_into_child_id', 'child_id');
create trigger holds_child_of_change
    after update on episode_child
    for each row
    when ((old.joined_on, old.left_on) is distinct from (new.joined_on, new.left_on))
    execute function early_help.hold_row('child_id', 'child', 'child_id');
-- Where foreign keys are not checked, what supports can be there before what it refers to.
create trigger marks_support_of_copy
    after insert or delete on child
    for each row execute function early_help.mark_stale_spans_of(
        'child_of_support', 'child_id', 'episode_child', 'child_id', 'joined_on', 'left_on',
        'child', 'merged_into_child_id', 'child_id');
create trigger marks_support_of_copy
    after insert or delete on practitioner
    for each row execute function early_help.mark_all_months_stale('practitioner');

-- A child whose referral waits counts so when it waits and when the wait ends, which the referral does not say.
create trigger marks_months_of_waits
    after update on child
    for each row
    when ((old.birth_date, old.expected_birth_date, old.sex_code, old.ethnicity_code) is distinct from
          (new.birth_date, new.expected_birth_date, new.sex_code, new.ethnicity_code))
    execute function early_help.mark_stale_spans_of(
        'child_of_wait', 'child_id', 'referral', 'child_id', 'accepted_on', 'declined_on',
        'child', 'merged_into_child_id', 'child_id');
create trigger marks_waits_of_copy
    after insert or delete on child
    for each row execute function early_help.mark_stale_spans_of(
        'child_of_wait', 'child_id', 'referral', 'child_id', 'accepted_on', 'declined_on',
        'child', 'merged_into_child_id', 'child_id');

-- Settings.
create trigger marks_months
    after insert or delete on partnership
    for each row execute function early_help.mark_all_months_stale('partnership');
create trigger marks_months_of_change
    after update on partnership
    for each row
    when (old.re_referral_months is distinct from new.re_referral_months)
    execute function early_help.mark_all_months_stale('partnership');
create trigger marks_months_of_positive_share
    after update on partnership
    for each row
    when (old.positive_outcome_share is distinct from new.positive_outcome_share)
    execute function early_help.mark_all_months_stale('positive_outcome');
create trigger marks_months
    after insert or delete on closure_reason
    for each row execute function early_help.mark_all_months_stale('positive_outcome');
create trigger marks_months_of_change
    after update on closure_reason
    for each row
    when ((old.code, old.counted_in_outcomes, old.was_support) is distinct from
          (new.code, new.counted_in_outcomes, new.was_support))
    execute function early_help.mark_all_months_stale('positive_outcome');

-- On a subscriber too: its figures are its own. A copy that no foreign key
-- watches over is a subscriber's matter alone.
do $$
declare
    mark record;
begin
    for mark in
        select
            t.tgrelid::regclass as table_name,
            t.tgname,
            case when t.tgname ~ '_of_copy$' then 'replica' else 'always' end as fires
        from pg_trigger t
        join pg_class c on c.oid = t.tgrelid
        join pg_class log on log.relnamespace = c.relnamespace
        where log.oid = 'stale_mark'::regclass
            and t.tgname ~ '^(marks|holds)_'
    loop
        execute format('alter table %s enable %s trigger %I', mark.table_name, mark.fires, mark.tgname);
    end loop;
end
$$;
