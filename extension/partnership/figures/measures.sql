-- The figures of the dashboard, what the partnership aims at, and how its control
-- charts are read. The rows of kpi_metric come from measures.tsv.
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
    description varchar(255) not null,
    over_time varchar(10) not null default 'sum',
    record varchar(20) not null default 'any' references kpi_record,
    looks_back varchar(20) not null default 'none',
    settles_after_days smallint not null default 0,
    constraint kpi_metric_over_time_is_known check (over_time ~ '^(sum|due|distinct|stays|stock|median)$'),
    constraint kpi_metric_looks_back_is_known check (looks_back ~ '^(none|known_contact|re_referral|after_support)$'),
    constraint kpi_metric_settles_within_a_year check (settles_after_days between 0 and 366)
);
comment on table kpi_metric is
    'What each figure of the dashboard means, one row per figure. A partnership''s own figure needs cells as well.';
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
comment on column kpi_metric.over_time is
    'How it is taken over the months of a period: sum; due: the same, of those whose day has come; distinct: each once; stays: '
    'each once while there; stock: what is there at the end; median: of the period''s cases.';
comment on column kpi_metric.record is 'The kind of record it comes from: its series begins with that record.';
comment on column kpi_metric.looks_back is
    'What of the time before a period it rests on: none; known_contact: 12 months of its record; re_referral, after_support: the '
    're-referral months, of its record or of that of episodes.';
comment on column kpi_metric.settles_after_days is
    'Days after a period until what it waits for, such as an answer, has had its time. The numbers are early_help''s own '
    'choice: change them as you see fit. An upgrade keeps them.';
-- What the partnership aims at. A row holds from its month until the next row's.
create table kpi_target (
    metric_code varchar(40) not null references kpi_metric,
    from_month early_help.event_date not null,
    target numeric(14, 1),
    floor numeric(14, 1),
    baseline numeric(14, 1),
    owner varchar(120),
    recorded_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint kpi_target_pkey primary key (metric_code, from_month),
    constraint kpi_target_from_first_of_month check (extract(day from from_month) = 1),
    constraint kpi_target_floor_needs_target check (floor is null or target is not null)
);
comment on table kpi_target is
    'Target, floor, baseline and owner of a figure, from a month until the next row of the figure.';
comment on column kpi_target.metric_code is 'The figure.';
comment on column kpi_target.from_month is 'First day of the month from which the row holds.';
comment on column kpi_target.target is 'Value aimed at, in the figure''s unit; null: none.';
comment on column kpi_target.floor is 'Least good value that is still near the target; null: none.';
comment on column kpi_target.baseline is 'Value it started from; null: none recorded.';
comment on column kpi_target.owner is 'Who answers for the figure.';
comment on column kpi_target.recorded_at is 'When the row was written.';
comment on column kpi_target.updated_at is 'When the row was last written.';

create table kpi_spc_setting (
    only_row boolean not null default true primary key,
    points_on_one_side smallint not null default 7,
    points_in_a_row smallint not null default 7,
    fewest_points smallint not null default 12,
    constraint kpi_spc_setting_is_one_row check (only_row),
    constraint kpi_spc_setting_runs_are_long_enough
        check (points_on_one_side >= 3 and points_in_a_row >= 3 and fewest_points >= 3)
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
    updated_at timestamptz not null default now(),
    constraint kpi_spc_rebase_pkey primary key (metric_code, from_month),
    constraint kpi_spc_rebase_from_first_of_month check (extract(day from from_month) = 1),
    constraint kpi_spc_rebase_has_a_reason check (reason ~ '\S')
);
comment on table kpi_spc_rebase is
    'Months from which the mean and limits of a control chart are computed again, because the process changed.';
comment on column kpi_spc_rebase.metric_code is 'The figure.';
comment on column kpi_spc_rebase.from_month is 'First day of the first month of the new process.';
comment on column kpi_spc_rebase.reason is 'What changed.';
comment on column kpi_spc_rebase.recorded_at is 'When the row was written.';
comment on column kpi_spc_rebase.updated_at is 'When the row was last written.';
