-- The figures of the dashboard, what the partnership aims at, and how its control
-- charts are read. Definitions: Medway Early Help Strategy 2021-24 section 10 and the scrutiny report of 2018.
create table kpi_metric (
    metric_code varchar(40) primary key,
    section varchar(20) not null,
    board_order integer not null,
    label varchar(120) not null,
    unit varchar(20) not null,
    decimals integer not null,
    counted varchar(255) not null,
    numerator varchar(255) not null,
    denominator varchar(255),
    exclusions varchar(255),
    direction varchar(10) not null,
    source varchar(120) not null,
    description varchar(255) not null
);
comment on table kpi_metric is 'What each figure of the dashboard means, a row a figure. A figure of a partnership''s own needs its cells too.';
comment on column kpi_metric.metric_code is 'Code of the figure.';
comment on column kpi_metric.section is 'Access, Intervention or Outcome.';
comment on column kpi_metric.board_order is 'Order on the Board''s dashboard.';
comment on column kpi_metric.label is 'Name of the figure.';
comment on column kpi_metric.unit is 'Unit of the value; %: numerator / denominator * 100; days: the median.';
comment on column kpi_metric.decimals is 'Decimals to show.';
comment on column kpi_metric.counted is 'What is counted.';
comment on column kpi_metric.numerator is 'What the numerator counts.';
comment on column kpi_metric.denominator is 'What the denominator counts; null: none.';
comment on column kpi_metric.exclusions is 'What is left out.';
comment on column kpi_metric.direction is 'Direction of good: high, low, target or neutral.';
comment on column kpi_metric.source is 'Where the figure is asked for.';
comment on column kpi_metric.description is 'What it tells, and how it is read over longer periods.';
insert into kpi_metric
values
    ('contacts', 'Access', 10, 'Contacts', 'contacts', 0,
        'a child in a contact', 'contacts in the period', null, null,
        'neutral', 'Early Help Strategy 2021-24 section 10',
        'How much comes to the front door. Adds up over months.'),
    ('children_contacted', 'Access', 15, 'Children with a contact', 'children', 0,
        'a child', 'different children with a contact in the period', null, null,
        'neutral', 'Scrutiny report 2018',
        'How many children the contacts are about. Each child once a period: months do not add up.'),
    ('referrals', 'Access', 20, 'Referrals to early help', 'referrals', 0,
        'a referral of a child', 'referrals in the period', null, null,
        'neutral', 'Early Help Strategy 2021-24 section 10',
        'Contacts decided as a request for early help. Adds up over months.'),
    ('known_contacts', 'Access', 30, 'Contacts about a child already known', '%', 1,
        'a child in a contact', 'contacts of a child with a contact on an earlier day, at most 365 days before',
        'contacts in the period', null,
        'neutral', 'Scrutiny report 2018',
        'The share of contacts about a child known from the last 12 months.'),
    ('re_referrals', 'Access', 40, 'Re-referrals into early help', '%', 1,
        'a referral of a child', 'referrals of a child referred on an earlier day within the re-referral months',
        'referrals in the period', null,
        'low', 'Early Help Strategy 2021-24 section 10',
        'How often a child is referred again, from referral to referral.'),
    ('waiting_list', 'Access', 44, 'Families waiting for early help', 'families', 0,
        'an episode', 'episodes open and not allocated at the end of the last day of the period', null, null,
        'low', 'Early Help Strategy 2021-24 section 10',
        'A stock at a day: a year to date is the same as its last month.'),
    ('wait_for_early_help', 'Access', 46, 'Wait for early help', 'days', 1,
        'an episode allocated in the period', 'episodes allocated in the period', null,
        'waits that go on: view waiting_times has them; closed without support',
        'low', 'Early Help Strategy 2021-24 section 10',
        'Median days from opening to the first lead practitioner, of the period''s own cases.'),
    ('families_worked_with', 'Intervention', 47, 'Families worked with', 'families', 0,
        'a family', 'different families with an episode open on at least one day of the period', null,
        'group work and partner returns, which count apart',
        'neutral', 'Early Help Strategy 2021-24 section 10',
        'Each family once a period: months do not add up. View caseload has episodes and children.'),
    ('group_attendances', 'Intervention', 48, 'Attendances at group work', 'attendances', 0,
        'a family, or one of it, at a session', 'attendances in the period', null, null,
        'neutral', 'Early Help Strategy 2021-24 section 7',
        'Group work helps families without a plan. Adds up over months.'),
    ('assessments_started', 'Intervention', 49, 'Early Help Assessments started', 'assessments', 0,
        'an assessment', 'assessments started in the period', null, 'corrected versions',
        'neutral', 'Early Help Strategy 2021-24 section 10',
        'View assessments_started has them by hub and partner. Adds up over months.'),
    ('intervention_plans_started', 'Intervention', 50, 'Intervention plans started', 'plans', 0,
        'an intervention plan', 'plans started in the period', null, 'family outcomes plans',
        'neutral', 'Early Help Strategy 2021-24 section 10',
        'Brief plans of six to eight weeks. Adds up over months.'),
    ('intervention_plans_completed', 'Intervention', 60, 'Intervention plans completed', 'plans', 0,
        'an intervention plan', 'plans completed in the period through a held review', null,
        'family outcomes plans; plans that ended otherwise',
        'high', 'Early Help Strategy 2021-24 section 10',
        'Plans that reached their end through a review. Adds up over months.'),
    ('reviews_on_time', 'Intervention', 62, 'Reviews held on time', '%', 1,
        'a review due', 'reviews held on or before the day they were due', 'reviews due in the period, held or not',
        'plans that ended on or before the day the review was due',
        'high', 'Early Help Strategy 2021-24 section 7',
        'The share of due reviews held in time; those not held count against it.'),
    ('length_of_support', 'Intervention', 64, 'Length of support', 'days', 1,
        'an episode closed in the period', 'episodes closed in the period', null, null,
        'neutral', 'Early Help Strategy 2021-24 section 10',
        'Median days from opening to closure, of the period''s own cases.'),
    ('step_ups_offered', 'Outcome', 70, 'Step ups offered to children''s social care', 'children', 0,
        'a step up of a child', 'step ups offered in the period', null, null,
        'neutral', 'Early Help Strategy 2021-24 section 10',
        'Adds up over months.'),
    ('step_ups_accepted', 'Outcome', 80, 'Step ups accepted by children''s social care', 'children', 0,
        'a step up of a child', 'step ups accepted in the period', null, null,
        'neutral', 'Early Help Strategy 2021-24 section 10',
        'Adds up over months.'),
    ('step_downs_accepted', 'Outcome', 90, 'Step downs to early help', 'children', 0,
        'a step down of a child', 'step downs accepted in the period', null, null,
        'neutral', 'Early Help Strategy 2021-24 section 10',
        'Adds up over months.'),
    ('positive_outcomes', 'Outcome', 100, 'Positive outcomes on closure', '%', 1,
        'an episode closed in the period', 'closures whose share of agreed outcomes achieved reaches the partnership''s',
        'closures in the period', 'opened in error, duplicate, moved away, died',
        'high', 'Early Help Strategy 2021-24 section 10',
        'Disengaged and consent withdrawn stay in the denominator; stepped up, or without agreed outcomes, is not positive.'),
    ('re_referrals_after_support', 'Outcome', 110, 'Referrals soon after support ended', '%', 1,
        'a referral of a child', 'referrals whose family had an episode closed on an earlier day within the re-referral months',
        'referrals in the period', null,
        'low', 'Scrutiny report 2018',
        'From closure to referral; re-referrals go from referral to referral.'),
    ('case_audits', 'Outcome', 120, 'Case files audited (CFAG)', 'audits', 0,
        'a multi-agency audit', 'audits in the period', null, null,
        'neutral', 'Early Help Strategy 2021-24 section 10',
        'Adds up over months.'),
    ('case_audits_good', 'Outcome', 130, 'Audited case files good or outstanding', '%', 1,
        'a multi-agency audit', 'audits graded good or outstanding', 'audits in the period', null,
        'high', 'Early Help Strategy 2021-24 section 10',
        'The grades are those of Ofsted.'),
    ('feedback_timely', 'Outcome', 140, 'Feedback: support was timely', '%', 1,
        'an answer', 'answers that it was timely', 'answers to whether it was timely', 'questions not answered',
        'high', 'Early Help Strategy 2021-24 section 10',
        'Read it beside the number of answers and the response rate.'),
    ('feedback_helpful', 'Outcome', 150, 'Feedback: support was helpful', '%', 1,
        'an answer', 'answers that it was helpful', 'answers to whether it was helpful', 'questions not answered',
        'high', 'Early Help Strategy 2021-24 section 10',
        'Read it beside the number of answers and the response rate.'),
    ('feedback_empowered', 'Outcome', 160, 'Feedback: support empowered the family', '%', 1,
        'an answer', 'answers that it empowered them to meet their own needs', 'answers to whether it empowered them',
        'questions not answered',
        'high', 'Early Help Strategy 2021-24 section 10',
        'Read it beside the number of answers and the response rate.'),
    ('feedback_response_rate', 'Outcome', 170, 'Requests for feedback answered', '%', 1,
        'a request for feedback', 'requests made in the period that were answered, then or later', 'requests made in the period',
        'feedback that nobody asked for',
        'high', 'Early Help Strategy 2021-24 section 10',
        'How much weight the answers can bear.'),
    ('needs_without_service', 'Outcome', 180, 'Needs without a service offered', '%', 1,
        'a request for a service', 'requests made in the period without an offer so far', 'requests made in the period', null,
        'low', 'Early Help Strategy 2021-24, gap analysis',
        'View needs_without_service has them by need and area.');

-- What the partnership aims at. A row holds from its month until the next row's.
create table kpi_target (
    metric_code varchar(40) not null references kpi_metric,
    from_month early_help.event_date not null,
    target numeric(14, 1),
    floor numeric(14, 1),
    baseline numeric(14, 1),
    owner varchar(120),
    recorded_at timestamptz not null default now(),
    constraint kpi_target_pkey primary key (metric_code, from_month),
    constraint kpi_target_from_first_of_month check (extract(day from from_month) = 1),
    constraint kpi_target_floor_needs_target check (floor is null or target is not null)
);
comment on table kpi_target is 'Targets, floors, baseline and owner of a figure from a month on, until the next row of the figure.';
comment on column kpi_target.metric_code is 'The figure.';
comment on column kpi_target.from_month is 'First day of the month from which the row holds.';
comment on column kpi_target.target is 'Value aimed at, in the figure''s unit; null: none.';
comment on column kpi_target.floor is 'Least good value that is still near the target; null: none.';
comment on column kpi_target.baseline is 'Value it started from; null: none recorded.';
comment on column kpi_target.owner is 'Who answers for the figure.';
comment on column kpi_target.recorded_at is 'When the row was written.';

create table kpi_spc_setting (
    only_row boolean not null default true primary key,
    points_on_one_side smallint not null default 7,
    points_in_a_row smallint not null default 7,
    fewest_points smallint not null default 12,
    constraint kpi_spc_setting_is_one_row check (only_row),
    constraint kpi_spc_setting_runs_are_long_enough check (points_on_one_side >= 3 and points_in_a_row >= 3 and fewest_points >= 3)
);
insert into kpi_spc_setting default values;
comment on table kpi_spc_setting is 'How the control charts (view spc) are read. One row.';
comment on column kpi_spc_setting.only_row is 'Always true: holds the table to one row.';
comment on column kpi_spc_setting.points_on_one_side is 'So many points in a row on one side of the mean are a signal; usual 7.';
comment on column kpi_spc_setting.points_in_a_row is 'So many points in a row rising, or falling, are a signal; usual 7.';
comment on column kpi_spc_setting.fewest_points is 'Under so many points the limits are not to be trusted; usual 12.';

create table kpi_spc_rebase (
    metric_code varchar(40) not null references kpi_metric,
    from_month early_help.event_date not null,
    reason varchar(255) not null,
    recorded_at timestamptz not null default now(),
    constraint kpi_spc_rebase_pkey primary key (metric_code, from_month),
    constraint kpi_spc_rebase_from_first_of_month check (extract(day from from_month) = 1),
    constraint kpi_spc_rebase_has_a_reason check (reason ~ '\S')
);
comment on table kpi_spc_rebase is 'Months from which the mean and limits of a control chart are computed anew, because the process changed.';
comment on column kpi_spc_rebase.metric_code is 'The figure.';
comment on column kpi_spc_rebase.from_month is 'First day of the first month of the new process.';
comment on column kpi_spc_rebase.reason is 'What changed.';
comment on column kpi_spc_rebase.recorded_at is 'When the row was written.';
