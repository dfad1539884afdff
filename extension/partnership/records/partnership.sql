-- One row: who the partnership is, and what it may decide for itself.
-- Five outcomes and 42-56 days of an intervention plan are constants, not settings.
create table partnership (
    only_row boolean not null default true primary key,
    title varchar(120) not null,
    local_authority_name varchar(120),
    gss_code varchar(9),
    dfe_number varchar(4),
    population_0_17 integer,
    re_referral_months smallint not null default 12,
    family_outcomes_plan_review_weeks smallint not null default 12,
    family_outcomes_plan_most_outcomes smallint,
    positive_outcome_share numeric(4, 3) not null default 0.5,
    suppression_threshold smallint not null default 5,
    record_begins_on early_help.event_date,
    training boolean not null default false,
    record_version varchar(20) not null,
    recorded_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint partnership_is_one_row check (only_row),
    constraint population_is_positive check (population_0_17 > 0),
    constraint re_referral_months_up_to_two_years check (re_referral_months between 1 and 24),
    constraint family_outcomes_plan_review_within_a_year check (family_outcomes_plan_review_weeks between 1 and 52),
    constraint family_outcomes_plan_cap_is_positive check (family_outcomes_plan_most_outcomes > 0),
    constraint positive_outcome_share_is_a_share check (positive_outcome_share > 0 and positive_outcome_share <= 1),
    constraint suppression_threshold_is_not_negative check (suppression_threshold >= 0)
);
comment on table partnership is
    'The partnership that these records belong to: one local authority area, its agencies, one data controller. One row.';
comment on column partnership.only_row is 'Always true. A unique key on it allows one row only.';
comment on column partnership.title is 'Name of the partnership as its Board writes it.';
comment on column partnership.local_authority_name is 'Name of the local authority.';
comment on column partnership.gss_code is 'GSS code of the local authority, e.g. E06000035 (Office for National Statistics).';
comment on column partnership.dfe_number is 'Department for Education number of the local authority, e.g. 887.';
comment on column partnership.population_0_17 is 
    'Mid-year population aged 0-17, for rates of years that table population does not have: changing it changes the rates of '
    'all those years.';
comment on column partnership.re_referral_months is
    'A referral is a re-referral up to this many months after an earlier one; 1 to 24, usual 12.';
comment on column partnership.family_outcomes_plan_review_weeks is
    'Weeks until the next review of a family outcomes plan if no date is given; 1 to 52.';
comment on column partnership.family_outcomes_plan_most_outcomes is
    'Most live outcomes of a family outcomes plan; null: no cap. Intervention plans have five, always (R01).';
comment on column partnership.positive_outcome_share is
    'A closure counts as positive if at least this share of the agreed outcomes was achieved; over 0, up to 1.';
comment on column partnership.suppression_threshold is 'Published counts from 1 to this number are hidden.';
comment on column partnership.record_begins_on is
    'First day that these records are about: the audit asks about earlier ones (Q03). Null: it does not ask.';
comment on column partnership.training is
    'True: the records are made up, for training and demonstrations. Changes only while there are no records of people (P07).';
comment on column partnership.record_version is
    'Version of the record''s tables: the version of the extension that made them or last upgraded them.';
comment on column partnership.recorded_at is 'When the row was written.';
comment on column partnership.updated_at is 'When the row was last written.';

create trigger partnership_stays
    before delete on partnership
    for each row
    execute function early_help_internal.refuse_delete();

-- After the row is written: whatever other triggers made of it.
create trigger partnership_training_stays
    after insert or update on partnership
    for each row
    execute function early_help_internal.training_stays();

-- early_help.upgrade_partnership writes it.
create trigger partnership_version_stays
    before update of record_version on partnership
    for each statement
    execute function early_help_internal.engine_writes_only();
