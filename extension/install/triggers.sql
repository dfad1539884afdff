-- Trigger functions: each stands in extension/src, in its wing, in the file of the record it keeps.

create function early_help.check_row()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_check_row';
comment on function early_help.check_row() is
    'Before insert or update: raises what a NOT NULL or CHECK constraint of the table would, in the rule''s words and with ids alone. Errors: the rule''s SQLSTATE, 23502, 23514.';

create function early_help.keep_columns()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_keep_columns';
comment on function early_help.keep_columns() is
    'Before update: the columns named as its arguments change by the rules alone. Error YHS02.';

create function early_help.refuse_delete()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_refuse_delete';
comment on function early_help.refuse_delete() is
    'Before delete: refused. Error YHS02.';

create function early_help.refuse_truncate()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_refuse_truncate';
comment on function early_help.refuse_truncate() is
    'Before truncate: refused. Error YHS04.';

create function early_help.written_by_rules()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_written_by_rules';
comment on function early_help.written_by_rules() is
    'Before insert, update or delete: only the rules write this table. Error YHS03.';

create function early_help.contact_child_before()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_contact_child_before';
comment on function early_help.contact_child_before() is
    'Before insert of contact_child: day and source of its contact where not given.';

create function early_help.referral_before()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_referral_before';
comment on function early_help.referral_before() is
    'Before insert or update of referral: R15. Error YH015.';

create function early_help.child_before()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_child_before';
comment on function early_help.child_before() is
    'Before update of a child''s dates: its referrals still keep R15. Error YH015.';

create function early_help.consent_after()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_consent_after';
comment on function early_help.consent_after() is
    'After insert or update of consent: withdrawal ends the family''s open EHAs and plans (R08).';

create function early_help.consent_stays()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_consent_stays';
comment on function early_help.consent_stays() is
    'After delete of consent or update of given_on: what support rests on is withdrawn, not deleted (R08). Error YH008.';

create function early_help.episode_before()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_episode_before';
comment on function early_help.episode_before() is
    'Before insert or update of episode: R06, R07, R12, R14, and its state. Errors YH006, YH007, YH012, YH014, YHS03.';

create function early_help.episode_after()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_episode_after';
comment on function early_help.episode_after() is
    'After insert or update of episode: its event, and what opening, closing and reopening bring with them (R11, R14).';

create function early_help.episode_child_after()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_episode_child_after';
comment on function early_help.episode_child_after() is
    'After insert or update of episode_child: a child of the family (S02), its level (R11). Errors YH011, YH014, YHS02.';

create function early_help.episode_child_stays()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_episode_child_stays';
comment on function early_help.episode_child_stays() is
    'Before delete of episode_child: a child leaves on a day (R11). Error YH011.';

create function early_help.episode_stays()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_episode_stays';
comment on function early_help.episode_stays() is
    'Before delete of episode: its level changes go with it, where nothing rests on them (R11). Error YH011.';

create function early_help.consent_before()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_consent_before';
comment on function early_help.consent_before() is
    'Before insert or update of consent: when its withdrawal was recorded (R08). Error YHS03.';

create function early_help.family_member_stays()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_family_member_stays';
comment on function early_help.family_member_stays() is
    'After delete of family_member or update of its family or child: what is about the child keeps a membership (S02). Error YHS02.';

create function early_help.lead_practitioner_after()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_lead_practitioner_after';
comment on function early_help.lead_practitioner_after() is
    'After insert or update of lead_practitioner: the first one allocates the episode (R07); none begins after closure (R14). Errors YH007, YH014.';

create function early_help.lead_practitioner_stays()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_lead_practitioner_stays';
comment on function early_help.lead_practitioner_stays() is
    'Before delete of lead_practitioner: the first one of an episode stays (R07). Error YH007.';

create function early_help.assessment_before()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_assessment_before';
comment on function early_help.assessment_before() is
    'Before insert, update or delete of assessment: R05, R08, R14, S02. Errors YH005, YH008, YH014, YHS01, YHS02.';

create function early_help.assessment_after()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_assessment_after';
comment on function early_help.assessment_after() is
    'After insert or update of assessment: start_assessment, complete_assessment.';

create function early_help.assessment_domain_before()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_assessment_domain_before';
comment on function early_help.assessment_domain_before() is
    'Before insert, update or delete of assessment_domain: R05, R14. Errors YH005, YH014.';

create function early_help.assessment_factor_found_before()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_assessment_factor_found_before';
comment on function early_help.assessment_factor_found_before() is
    'Before insert or update of assessment_factor_found: R20. Error YH020.';

create function early_help.plan_before()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_plan_before';
comment on function early_help.plan_before() is
    'Before insert or update of plan: R02, R03, R08, R14. Errors YH002, YH003, YH008, YH014, YHS01.';

create function early_help.plan_after()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_plan_after';
comment on function early_help.plan_after() is
    'After insert of plan: start_plan.';

create function early_help.review_before()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_review_before';
comment on function early_help.review_before() is
    'Before insert or update of review: R03, R14, and what it takes from its plan. Errors YH003, YH014, YHS01.';

create function early_help.review_after()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_review_after';
comment on function early_help.review_after() is
    'After insert of review: completes or extends the plan; hold_review, extend.';

create function early_help.review_sets_next()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_review_sets_next';
comment on function early_help.review_sets_next() is
    'After update of next_review_due_on: due_on of the review held after it follows (R02). Error YH004.';

create function early_help.review_stays()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_review_stays';
comment on function early_help.review_stays() is
    'Before delete of review: what was held stays (R03). Error YH003.';

create function early_help.plan_outcome_before()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_plan_outcome_before';
comment on function early_help.plan_outcome_before() is
    'Before insert or update of plan_outcome: R01, R03, R04, R14, and the lowest free position where none is given. Errors YH001, YH003, YH004, YH014.';

create function early_help.step_before()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_step_before';
comment on function early_help.step_before() is
    'Before insert or update of step: R08, R11, R12, and the episode, family and level it belongs to. Errors YH008, YH011, YH012, YHS01, YHS02.';

create function early_help.step_after()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_step_after';
comment on function early_help.step_after() is
    'After insert or update of step: the events, levels and episodes that follow (R11-R13).';

create function early_help.code_valid()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_code_valid';
comment on function early_help.code_valid() is
    'Before insert or update: codes are valid on the day of their event (R20). Arguments: column, code list, column of the day, for each code. Error YH020.';

create function early_help.conversation_stays()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_conversation_stays';
comment on function early_help.conversation_stays() is
    'Before update of held_on or delete of conversation: the one support began with stays (R09). Error YH009.';

create function early_help.action_before()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_action_before';
comment on function early_help.action_before() is
    'Before insert or update of action: R03, R04, R14. Errors YH003, YH004, YH014.';

create function early_help.case_audit_before()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_case_audit_before';
comment on function early_help.case_audit_before() is
    'Before insert or update of case_audit: the agencies R18 compares, as at the day of the audit. Error YHS03.';

create function early_help.sharing_decision_before()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_sharing_decision_before';
comment on function early_help.sharing_decision_before() is
    'Before insert or update of sharing_decision: sharing by consent rests on consent to share (R08). Error YH008.';

create function early_help.consent_to_share_stays()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_consent_to_share_stays';
comment on function early_help.consent_to_share_stays() is
    'After delete of consent to share, or update of given_on or agency_id: what was shared by it is covered still (R08). Error YH008.';

create function early_help.contact_child_fits_episode()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_contact_child_fits_episode';
comment on function early_help.contact_child_fits_episode() is
    'Before insert or update of a contact_child that is attached: to an episode of the child or its family, open on that day (R16). Error YH016.';

create function early_help.referral_not_while_open()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_referral_not_while_open';
comment on function early_help.referral_not_while_open() is
    'Before insert or update of referral: not while the family has an open episode (R16). Error YH016.';

create function early_help.step_stays()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_step_stays';
comment on function early_help.step_stays() is
    'Before delete of step: a decided one stays (R12). Error YH012.';

create function early_help.counted_child()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_counted_child';
comment on function early_help.counted_child() is
    'Before insert or update of child_id of contact_child or referral: the child it counts for, where the child was merged.';

create function early_help.child_merge_before()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_child_merge_before';
comment on function early_help.child_merge_before() is
    'Before insert or update of child_merge: no circle, nothing open for the duplicate. Errors YHM01, YHS02.';

create function early_help.child_merge_after()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_child_merge_after';
comment on function early_help.child_merge_after() is
    'After insert, update or delete of child_merge: whom the duplicates count for.';

create function early_help.child_merged_by_merges()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_child_merged_by_merges';
comment on function early_help.child_merged_by_merges() is
    'Before insert or update of child: merged_into_child_id is set by child_merge alone. Error YHS03.';
