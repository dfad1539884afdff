-- Q03: What happened has a day that has come and is not before the record begins.

-- Days after today, and days before record_begins_on, if the partnership says when that is. What is planned has a day to
-- come, a child and its family are older than the record, and days that the rules copy are asked about where they are from.
select d.record, d.record_id,
    format('%s %s is %s', d.name, to_char(d.dated_on, 'YYYY-MM-DD'),
        case when d.dated_on > current_date then 'after today' else 'before the record begins' end)
from (
    select 'child' as record, child_id as record_id, 'birth_date' as name, birth_date as dated_on, false as of_this_record
    from records.child
    union all
    select 'child', child_id, 'pregnancy_ended_on', pregnancy_ended_on, false
    from records.child
    union all
    select 'child', child_id, 'died_on', died_on, false
    from records.child
    union all
    select 'family_member', family_member_id, 'joined_on', joined_on, false
    from records.family_member
    union all
    select 'family_member', family_member_id, 'left_on', left_on, false
    from records.family_member
    union all
    select 'family_adult', family_adult_id, 'joined_on', joined_on, false
    from records.family_adult
    union all
    select 'family_adult', family_adult_id, 'left_on', left_on, false
    from records.family_adult
    union all
    select 'child_merge', child_merge_id, 'merged_on', merged_on, true
    from records.child_merge
    union all
    select 'child_merge', child_merge_id, 'undone_on', undone_on, true
    from records.child_merge
    union all
    select 'conversation', conversation_id, 'held_on', held_on, true
    from records.conversation
    union all
    select 'consent', consent_id, 'given_on', given_on, true
    from records.consent
    union all
    select 'consent', consent_id, 'withdrawn_on', withdrawn_on, true
    from records.consent
    union all
    select 'sharing_decision', sharing_decision_id, 'decided_on', decided_on, true
    from records.sharing_decision
    union all
    select 'contact', contact_id, 'received_on', received_on, true
    from records.contact
    union all
    select 'referral', referral_id, 'referred_on', referred_on, true
    from records.referral
    union all
    select 'referral', referral_id, 'accepted_on', accepted_on, true
    from records.referral
    union all
    select 'referral', referral_id, 'declined_on', declined_on, true
    from records.referral
    union all
    select 'episode', episode_id, 'opened_on', opened_on, true
    from records.episode
    union all
    select 'episode', episode_id, 'closed_on', closed_on, true
    from records.episode
    union all
    select 'episode', episode_id, 'closure_agreed_on', closure_agreed_on, true
    from records.episode
    union all
    select 'episode', episode_id, 'reopened_on', reopened_on, true
    from records.episode
    union all
    select 'episode_child', episode_id, 'joined_on', joined_on, true
    from records.episode_child
    union all
    select 'episode_child', episode_id, 'left_on', left_on, true
    from records.episode_child
    union all
    select 'lead_practitioner', episode_id, 'from_on', from_on, true
    from records.lead_practitioner
    union all
    select 'assessment', assessment_id, 'started_on', started_on, true
    from records.assessment
    union all
    select 'assessment', assessment_id, 'completed_on', completed_on, true
    from records.assessment
    union all
    select 'assessment', assessment_id, 'ended_on', ended_on, true
    from records.assessment
    union all
    select 'assessment_domain', assessment_id, 'assessed_on', assessed_on, true
    from records.assessment_domain
    union all
    select 'plan', plan_id, 'started_on', started_on, true
    from records.plan
    union all
    select 'plan', plan_id, 'ended_on', ended_on, true
    from records.plan
    union all
    select 'review', review_id, 'held_on', held_on, true
    from records.review
    union all
    select 'plan_outcome', plan_outcome_id, 'agreed_on', agreed_on, true
    from records.plan_outcome
    union all
    select 'plan_outcome', plan_outcome_id, 'achieved_on', achieved_on, true
    from records.plan_outcome
    union all
    select 'plan_outcome', plan_outcome_id, 'withdrawn_on', withdrawn_on, true
    from records.plan_outcome
    union all
    select 'action', action_id, 'agreed_on', agreed_on, true
    from records.action
    union all
    select 'action', action_id, 'done_on', done_on, true
    from records.action
    union all
    select 'step', step_id, 'offered_on', offered_on, true
    from records.step
    union all
    select 'step', step_id, 'consulted_on', consulted_on, true
    from records.step
    union all
    select 'step', step_id, 'decided_on', decided_on, true
    from records.step
    union all
    select 'service_request', service_request_id, 'requested_on', requested_on, true
    from records.service_request
    union all
    select 'service_request', service_request_id, 'offered_on', offered_on, true
    from records.service_request
    union all
    select 'service_request', service_request_id, 'decided_on', decided_on, true
    from records.service_request
    union all
    select 'service_request', service_request_id, 'started_on', started_on, true
    from records.service_request
    union all
    select 'service_request', service_request_id, 'ended_on', ended_on, true
    from records.service_request
    union all
    select 'group_session', group_session_id, 'held_on', held_on, true
    from records.group_session
    union all
    select 'partner_return', service_id, 'month', month, true
    from records.partner_return
    union all
    select 'partner_return', service_id, 'returned_on', returned_on, true
    from records.partner_return
    union all
    select 'feedback_request', feedback_request_id, 'asked_on', asked_on, true
    from records.feedback_request
    union all
    select 'feedback', feedback_id, 'given_on', given_on, true
    from records.feedback
    union all
    select 'case_audit', case_audit_id, 'audited_on', audited_on, true
    from records.case_audit
    union all
    select 'case_audit_action', case_audit_action_id, 'done_on', done_on, true
    from records.case_audit_action
    union all
    select 'alert', alert_id, 'acknowledged_on', acknowledged_on, true
    from records.alert
) d
where d.dated_on > current_date
    or (d.of_this_record and d.dated_on < (select min(p.record_begins_on) from records.partnership p));
