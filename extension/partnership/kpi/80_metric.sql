-- What each figure of the dashboard means: Medway Early Help Strategy 2021-24
-- §10 and the scrutiny report of 2018.
create view metric as
select
    metric_code::varchar(40),
    section::varchar(20),
    board_order::integer,
    label::varchar(120),
    unit::varchar(20),
    decimals::integer,
    counted::varchar(255),
    numerator::varchar(255),
    denominator::varchar(255),
    exclusions::varchar(255),
    direction::varchar(10),
    source::varchar(120)
from (
    values
        ('contacts', 'Access', 10, 'Contacts', 'contacts', 0,
            'a child in a contact', 'contacts in the month', null, null,
            'neutral', 'Early Help Strategy 2021-24 §10'),
        ('referrals', 'Access', 20, 'Referrals to early help', 'referrals', 0,
            'a referral of a child', 'referrals in the month', null, null,
            'neutral', 'Early Help Strategy 2021-24 §10'),
        ('known_contacts', 'Access', 30, 'Contacts about a child already known', '%', 1,
            'a child in a contact', 'contacts of a child with a contact on an earlier day, at most 365 days before',
            'contacts in the month', null,
            'neutral', 'Scrutiny report 2018'),
        ('re_referrals', 'Access', 40, 'Re-referrals into early help', '%', 1,
            'a referral of a child', 'referrals of a child referred on an earlier day within the re-referral months',
            'referrals in the month', null,
            'low', 'Early Help Strategy 2021-24 §10'),
        ('intervention_plans_started', 'Intervention', 50, 'Intervention plans started', 'plans', 0,
            'an intervention plan', 'plans started in the month', null, 'family outcomes plans',
            'neutral', 'Early Help Strategy 2021-24 §10'),
        ('intervention_plans_completed', 'Intervention', 60, 'Intervention plans completed', 'plans', 0,
            'an intervention plan', 'plans completed in the month through a held review', null,
            'family outcomes plans; plans that ended otherwise',
            'high', 'Early Help Strategy 2021-24 §10'),
        ('step_ups_offered', 'Outcome', 70, 'Step ups offered to children''s social care', 'children', 0,
            'a step up of a child', 'step ups offered in the month', null, null,
            'neutral', 'Early Help Strategy 2021-24 §10'),
        ('step_ups_accepted', 'Outcome', 80, 'Step ups accepted by children''s social care', 'children', 0,
            'a step up of a child', 'step ups accepted in the month', null, null,
            'neutral', 'Early Help Strategy 2021-24 §10'),
        ('step_downs_accepted', 'Outcome', 90, 'Step downs to early help', 'children', 0,
            'a step down of a child', 'step downs accepted in the month', null, null,
            'neutral', 'Early Help Strategy 2021-24 §10')
) as m (metric_code, section, board_order, label, unit, decimals, counted, numerator, denominator, exclusions, direction, source);
comment on view metric is 'The figures of the dashboard: what each means, a row a figure.';
comment on column metric.metric_code is 'Code of the figure.';
comment on column metric.section is 'Access, Intervention or Outcome.';
comment on column metric.board_order is 'Order on the Board''s dashboard.';
comment on column metric.label is 'Name of the figure.';
comment on column metric.unit is 'Unit of the value; %: numerator / denominator × 100.';
comment on column metric.decimals is 'Decimals to show.';
comment on column metric.counted is 'What is counted.';
comment on column metric.numerator is 'What the numerator counts.';
comment on column metric.denominator is 'What the denominator counts; null: the value is the numerator.';
comment on column metric.exclusions is 'What is left out.';
comment on column metric.direction is 'Direction of good: high, low, target or neutral.';
comment on column metric.source is 'Where the figure is asked for.';
