-- Where the rules fire. Triggers fire in the order of their names: rules first, check_row last.
-- A rule that looks at other tables fires where the row is written (origin); what a row says of itself
-- is checked on a subscriber too (ENABLE ALWAYS, every_table.sql).
create trigger partnership_stays
    before delete on partnership
    for each row
    execute function early_help.refuse_delete();

create trigger contact_child_facts
    before insert on contact_child
    for each row
    when (new.received_on is null or new.source_code is null)
    execute function early_help.contact_child_before();

create trigger contact_child_fits_episode
    before insert or update of attached_episode_id, received_on, child_id on contact_child
    for each row
    when (new.attached_episode_id is not null)
    execute function early_help.contact_child_fits_episode();

create trigger contact_child_counts_for
    before insert or update of child_id on contact_child
    for each row
    execute function early_help.counted_child();
create trigger referral_counts_for
    before insert or update of child_id on referral
    for each row
    execute function early_help.counted_child();
create trigger child_merge_rules
    before insert or update on child_merge
    for each row
    execute function early_help.child_merge_before();
create trigger child_merge_what_follows
    after insert or update or delete on child_merge
    for each row
    execute function early_help.child_merge_after();
create trigger child_merged_by_merges
    before insert or update on child
    for each row
    execute function early_help.child_merged_by_merges();

create trigger referral_fits_birth
    before insert or update of child_id, referred_on on referral
    for each row
    execute function early_help.referral_before();

create trigger referral_not_while_open
    before insert or update of family_id, referred_on on referral
    for each row
    execute function early_help.referral_not_while_open();

create trigger child_fits_referrals
    before update on child
    for each row
    when (
        (old.birth_date, old.expected_birth_date, old.died_on, old.pregnancy_ended_on)
        is distinct from (new.birth_date, new.expected_birth_date, new.died_on, new.pregnancy_ended_on))
    execute function early_help.child_before();

create trigger conversation_stays
    before update of held_on or delete on conversation
    for each row
    execute function early_help.conversation_stays();
create trigger conversation_keeps_family
    before update on conversation
    for each row
    execute function early_help.keep_columns('family_id');

create trigger sharing_decision_rests_on_consent
    before insert or update on sharing_decision
    for each row
    when (new.shared)
    execute function early_help.sharing_decision_before();

create trigger consent_withdrawal_is_recorded
    before insert or update on consent
    for each row
    execute function early_help.consent_before();
create trigger consent_withdrawal_ends_support
    after insert or update on consent
    for each row
    when (new.withdrawn_on is not null)
    execute function early_help.consent_after();
create trigger consent_stays
    after delete or update of given_on, withdrawn_on on consent
    for each row
    execute function early_help.consent_stays();
create trigger consent_to_share_stays
    after delete or update of given_on, agency_id on consent
    for each row
    when (old.kind = 'share')
    execute function early_help.consent_to_share_stays();
create trigger consent_keeps_family
    before update on consent
    for each row
    execute function early_help.keep_columns('family_id', 'kind');

create trigger family_member_stays
    after delete or update of family_id, child_id on family_member
    for each row
    execute function early_help.family_member_stays();

create trigger episode_keeps_family
    before update on episode
    for each row
    execute function early_help.keep_columns('family_id');
create trigger episode_rules
    before insert or update on episode
    for each row
    execute function early_help.episode_before();
create trigger episode_stays
    before delete on episode
    for each row
    execute function early_help.episode_stays();
create trigger episode_what_follows
    after insert or update on episode
    for each row
    execute function early_help.episode_after();

create trigger episode_child_what_follows
    after insert or update on episode_child
    for each row
    execute function early_help.episode_child_after();
create trigger episode_child_keeps_episode
    before update on episode_child
    for each row
    execute function early_help.keep_columns('episode_id', 'child_id');

create trigger episode_child_stays
    before delete on episode_child
    for each row
    execute function early_help.episode_child_stays();

create trigger lead_practitioner_what_follows
    after insert or update on lead_practitioner
    for each row
    execute function early_help.lead_practitioner_after();
create trigger lead_practitioner_stays
    before delete on lead_practitioner
    for each row
    execute function early_help.lead_practitioner_stays();
create trigger lead_practitioner_keeps_episode
    before update on lead_practitioner
    for each row
    execute function early_help.keep_columns('episode_id');

create trigger episode_event_written_by_rules
    before insert or update or delete on episode_event
    for each row
    execute function early_help.written_by_rules();
create trigger level_change_written_by_rules
    before insert or update or delete on level_change
    for each row
    execute function early_help.written_by_rules();

create trigger assessment_keeps_episode
    before update on assessment
    for each row
    execute function early_help.keep_columns('episode_id', 'child_id', 'corrects_assessment_id');
create trigger assessment_rules
    before insert or update or delete on assessment
    for each row
    execute function early_help.assessment_before();
create trigger assessment_what_follows
    after insert or update of completed_on on assessment
    for each row
    execute function early_help.assessment_after();
create trigger assessment_domain_rules
    before insert or update or delete on assessment_domain
    for each row
    execute function early_help.assessment_domain_before();

create trigger plan_keeps_episode_and_kind
    before update on plan
    for each row
    execute function early_help.keep_columns('episode_id', 'kind');
create trigger plan_rules
    before insert or update on plan
    for each row
    execute function early_help.plan_before();
create trigger plan_what_follows
    after insert on plan
    for each row
    execute function early_help.plan_after();

create trigger review_keeps_plan_and_decision
    before update on review
    for each row
    execute function early_help.keep_columns('plan_id', 'plan_kind', 'due_on', 'decision');
create trigger review_rules
    before insert or update on review
    for each row
    execute function early_help.review_before();
create trigger review_what_follows
    after insert on review
    for each row
    execute function early_help.review_after();

create trigger review_sets_next
    after update on review
    for each row
    when (old.next_review_due_on is distinct from new.next_review_due_on)
    execute function early_help.review_sets_next();
create trigger review_stays
    before delete on review
    for each row
    execute function early_help.review_stays();

create trigger plan_outcome_rules
    before insert or update on plan_outcome
    for each row
    execute function early_help.plan_outcome_before();

create trigger step_keeps_child_and_levels
    before update on step
    for each row
    execute function early_help.keep_columns('child_id', 'family_id', 'episode_id', 'from_level', 'to_level');
create trigger step_rules
    before insert or update on step
    for each row
    execute function early_help.step_before();
create trigger step_stays
    before delete on step
    for each row
    execute function early_help.step_stays();
create trigger step_what_follows
    after insert or update on step
    for each row
    execute function early_help.step_after();

create trigger action_keeps_plan
    before update on action
    for each row
    execute function early_help.keep_columns('plan_id');
create trigger action_rules
    before insert or update on action
    for each row
    execute function early_help.action_before();

create trigger case_audit_keeps_episode
    before update on case_audit
    for each row
    execute function early_help.keep_columns('episode_id');
create trigger case_audit_agencies
    before insert or update on case_audit
    for each row
    execute function early_help.case_audit_before();

-- R20: each code on the day of its event. Sex is accepted for all dates.
create trigger contact_codes
    before insert or update on contact
    for each row
    execute function early_help.code_valid('source_code', 'contact_source', 'received_on');
create trigger contact_child_codes
    before insert or update on contact_child
    for each row
    execute function early_help.code_valid('primary_need_code', 'primary_need', 'received_on');
create trigger referral_codes
    before insert or update on referral
    for each row
    execute function early_help.code_valid(
        'source_code', 'contact_source', 'referred_on',
        'primary_need_code', 'primary_need', 'referred_on');
create trigger episode_codes
    before insert or update on episode
    for each row
    when (new.closure_reason_code is not null)
    execute function early_help.code_valid('closure_reason_code', 'closure_reason', 'closed_on');
create trigger plan_outcome_codes
    before insert or update on plan_outcome
    for each row
    when (new.headline_outcome_code is not null)
    execute function early_help.code_valid('headline_outcome_code', 'headline_outcome', 'agreed_on');
create trigger assessment_factor_codes
    before insert or update on assessment_factor_found
    for each row
    execute function early_help.assessment_factor_found_before();
create trigger service_request_codes
    before insert or update on service_request
    for each row
    execute function early_help.code_valid('primary_need_code', 'primary_need', 'requested_on');
