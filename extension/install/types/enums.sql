-- Enumerations of the record. The two types with rules of their own
-- (need_level, eha_domain) are written in C; these need none.

create function early_help_internal.is_event_date(day date) returns boolean
    language c
    immutable
    strict
    parallel safe
as 'MODULE_PATHNAME', 'early_help_is_event_date';
comment on function early_help_internal.is_event_date(date) is
    'Whether a day is one of the record: from 1900-01-01 to 2100-12-31, never infinity. Null for null.';

create domain early_help.event_date as date
    constraint event_date_is_plausible check (early_help_internal.is_event_date(value));
comment on domain early_help.event_date is
    'The day something happened to a family: a real day from 1900 to 2100, '
    'never infinity (months are counted from it). Error YHS08.';

create type early_help.agency_sector as enum
    ('local_authority', 'police_and_criminal_justice', 'education', 'health', 'community', 'partnership_project');
comment on type early_help.agency_sector is
    'The six sectors of partners. Source: Medway Early Help Strategy 2021-24, section 2, table of partners.';

create type early_help.service_run_by as enum ('hub', 'partner');
comment on type early_help.service_run_by is
    'Who runs a service: a children and family hub or a partner; EHAs are '
    'counted by it. Source: Medway Early Help Strategy 2021-24 section 10.';

create type early_help.prevention_tier as enum ('primary', 'secondary', 'tertiary');
comment on type early_help.prevention_tier is
    'Tier of prevention of a service. Source: Medway Early Help Strategy 2025-27.';

create type early_help.contact_decision as enum
    ('no_further_action', 'information_and_advice', 'universal_services', 'referral', 'social_care');
comment on type early_help.contact_decision is
    'What was decided about one child in a contact; referral is a request for early help. Source: Medway scrutiny report 2018.';

create type early_help.consent_kind as enum ('take_part', 'share');
comment on type early_help.consent_kind is
    'Consent is two things: to take part in early help, and to share information with a named agency.';

create type early_help.consent_given_by as enum ('parent', 'carer', 'young_person');
comment on type early_help.consent_given_by is
    'Who gave consent: a parent, a carer with responsibility, or a young person competent to give it.';

create type early_help.episode_state as enum
    ('waiting', 'allocated', 'assessing', 'planned', 'under_review', 'closed');
comment on type early_help.episode_state is
    'Where an episode stands. early_help.transitions() lists how it moves.';

create type early_help.continuum_event as enum
    ('refer', 'allocate', 'start_assessment', 'complete_assessment', 'start_plan', 'hold_review', 'extend',
     'offer_step_up', 'accept_step_up', 'decline_step', 'withdraw',
     'offer_step_down', 'accept_step_down', 'close', 'reopen');
comment on type early_help.continuum_event is
    'What can happen to an episode. early_help.transitions() lists where each is legal.';

create type early_help.assessment_end_reason as enum ('consent_withdrawn', 'episode_closed');
comment on type early_help.assessment_end_reason is
    'Why an assessment ended without being completed.';

create type early_help.plan_kind as enum ('intervention', 'family_outcomes');
comment on type early_help.plan_kind is
    'An intervention plan (brief: five outcomes at most, 6-8 weeks) or the family outcomes plan '
    'an EHA review makes. Source: Medway Early Help Strategy 2021-24 section 7.';

create type early_help.plan_end_reason as enum ('completed', 'consent_withdrawn', 'episode_closed');
comment on type early_help.plan_end_reason is
    'How a plan ended. Only a held review completes one; the other two are counted apart.';

create type early_help.review_decision as enum ('complete', 'extend');
comment on type early_help.review_decision is
    'What a held review decided: the plan is complete, or goes on to a next review.';

create type early_help.step_basis as enum
    ('section_17', 'section_47', 'specialised_setting', 'remand');
comment on type early_help.step_basis is
    'Ground of a step up: Children Act 1989 s.17 child in need, s.47 child protection enquiry, '
    'specialised setting, remand. Source: Medway Early Help Strategy 2021-24 section 6.';

create type early_help.step_outcome as enum ('accepted', 'declined', 'withdrawn');
comment on type early_help.step_outcome is
    'How an offered step ended, once.';

create type early_help.consultation_role as enum
    ('supervisor', 'line_manager', 'designated_safeguarding_lead');
comment on type early_help.consultation_role is
    'Whom the practitioner talks to before a step up. Source: Medway Early Help Strategy 2021-24 section 7, increasing concerns.';

create type early_help.adult_role as enum ('parent', 'carer', 'expectant_parent', 'other_adult');
comment on type early_help.adult_role is
    'What an adult is to a family: parent, carer, expectant parent, another adult.';

create type early_help.sharing_basis as enum
    ('consent', 'duty_to_share', 'safeguarding', 'legal_obligation', 'public_task');
comment on type early_help.sharing_basis is
    'Ground of a decision on sharing information: consent to share, duty to share '
    '(Children Act 2004 s.16LA), safeguarding, another legal obligation, public task.';

create type early_help.review_party as enum ('family', 'practitioner', 'agency');
comment on type early_help.review_party is
    'Who is asked to a review: a member of the family, a practitioner, an agency.';

create type early_help.service_request_outcome as enum
    ('started', 'declined_by_family', 'declined_by_service', 'withdrawn', 'no_service');
comment on type early_help.service_request_outcome is
    'What became of a request for a service; no_service: a need that no service meets.';

create type early_help.feedback_from as enum ('child', 'parent_or_carer');
comment on type early_help.feedback_from is
    'Whose feedback it is.';

create type early_help.ofsted_grade as enum ('outstanding', 'good', 'requires_improvement', 'inadequate');
comment on type early_help.ofsted_grade is
    'The four grades of an audited case file, best first. Source: Ofsted.';

create type early_help.alert_kind as enum ('review_overdue', 'consultation_missing', 'lead_practitioner_left');
comment on type early_help.alert_kind is
    'What an alert is about: a review past its due date, an urgent step up whose consultation is not '
    'recorded one working day later, a lead practitioner who no longer works in the partnership.';
