-- What others report: national figures that come with the extension, and the partnership's own rows
-- (local), such as those of its statistical neighbours. An upgrade writes the first anew.
create table benchmark (
    measure_code varchar(40) not null,
    year varchar(7) not null,
    area varchar(120) not null,
    label varchar(120) not null,
    unit varchar(20) not null,
    value numeric(14, 1) not null,
    source varchar(255) not null,
    note varchar(255),
    local boolean not null default false,
    constraint benchmark_pkey primary key (measure_code, year, area),
    constraint benchmark_year_is_financial check (
        year ~ '^(19|20)\d\d/\d\d$' and (substr(year, 3, 2)::integer + 1) % 100 = substr(year, 6, 2)::integer),
    constraint benchmark_value_is_possible check (value >= 0 and (unit <> '%' or value <= 100)),
    constraint benchmark_has_a_source check (source ~ '\S')
);
comment on table benchmark is
    'Figures of other areas to compare with: of England, which come with the extension, and the partnership''s own rows. View '
    'benchmarks has the partnership''s figures beside them.';
comment on column benchmark.measure_code is
    'What is measured. Codes of the rows that come with the extension, and of view metric, are compared; others are only listed.';
comment on column benchmark.year is 'Financial year, e.g. 2023/24.';
comment on column benchmark.area is 'Whose figure it is.';
comment on column benchmark.label is 'Name of the measure.';
comment on column benchmark.unit is
    '%, per 10,000 (people aged 0-17, a year), or the unit of the figure of that code in view metric.';
comment on column benchmark.value is 'The figure.';
comment on column benchmark.source is 'Who published it, and where.';
comment on column benchmark.note is 'What to know before comparing.';
comment on column benchmark.local is
    'True for a row of the partnership''s own. An upgrade changes only the others. Set it for rows that you add.';

-- ADCS counts contacts at the front door of children's social care, which early help shares in some areas.
insert into benchmark (measure_code, year, area, label, unit, value, source, note)
select
    b.measure_code, '2023/24', b.area, b.label, b.unit, b.value,
    'ADCS Safeguarding Pressures Research, Phase 9 (2023/24)',
    b.note
from (values
    ('contacts_per_10000', 'England', 'Contacts per 10,000', 'per 10,000', 2501,
        'Initial contacts at the front door of children''s social care.'),
    ('contacts_to_social_care', 'England', 'Contacts that went to social care', '%', 22,
        'Share of initial contacts that became a referral to children''s social care.'),
    ('contacts_to_early_help', 'England', 'Contacts that went to early help', '%', 14, 'Share of initial contacts.'),
    ('contacts_advised', 'England', 'Contacts answered with information and advice', '%', 30, 'Share of initial contacts.'),
    ('contacts_no_action', 'England', 'Contacts without further action', '%', 23, 'Share of initial contacts.'),
    ('contacts_other', 'England', 'Contacts with another outcome', '%', 11, 'Share of initial contacts.'),
    ('assessments_completed_per_10000', 'England, with family hub funding', 'Early help assessments completed per 10,000',
        'per 10,000', 288, 'Local authorities with family hub funding.'),
    ('assessments_completed_per_10000', 'England, without family hub funding', 'Early help assessments completed per 10,000',
        'per 10,000', 231, 'Local authorities without family hub funding.'),
    ('after_assessment_step_up', 'England', 'After an assessment: step up to social care', '%', 7,
        'Share of early help assessments completed.'),
    ('after_assessment_universal', 'England', 'After an assessment: universal services', '%', 13,
        'Share of early help assessments completed.'),
    ('after_assessment_advice', 'England', 'After an assessment: information and advice', '%', 14,
        'Share of early help assessments completed.'),
    ('after_assessment_support', 'England', 'After an assessment: targeted support', '%', 45,
        'Share of early help assessments completed.'),
    ('after_assessment_closed_without', 'England', 'After an assessment: closed without support', '%', 8,
        'Share of early help assessments completed.'),
    ('after_assessment_support_ended', 'England', 'After an assessment: end of support', '%', 13,
        'Share of early help assessments completed.')
) b (measure_code, area, label, unit, value, note);
