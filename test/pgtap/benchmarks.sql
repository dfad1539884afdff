-- Benchmarks: those that come with the extension, and the partnership's own figure beside each that compares.
\ir fixture.psql

create temp view beside as
select measure_code::text, area::text, benchmark, value, value_status::text, numerator, denominator,
    lower_limit, lower_near_limit, upper_near_limit, upper_limit, comparison::text, local
from town_kpi.benchmarks;

-- As published: the outcomes of contacts, and what follows an assessment, are all of them.
select results_eq(
    $$select count(*), sum(value) filter (where measure_code ~ '^contacts_[^p]'), sum(value) filter (where measure_code ~ '^after_')
    from benchmark where not local$$,
    $$values (14::bigint, 100.0, 100.0)$$,
    'each whole of the national figures adds up to 100');
select results_eq(
    $$select distinct value_status from beside order by 1$$,
    $$values ('no figure of our own'), ('records begin later')$$,
    'without records nothing is compared');

-- 100 contacts of 2023/24, decided; 5 not decided; one of an 18-year-old.
insert into child (child_id, birth_date) select n, case when n = 1 then '2000-01-01' else '2015-01-01' end::date from generate_series(1, 200) n;
insert into contact (contact_id, received_on, source_code) select n, '2023-04-10', '6' from generate_series(1, 105) n;
insert into contact_child (contact_id, child_id, primary_need_code, decision)
select n, n, 'N1', (case
        when n <= 12 then 'social_care'
        when n <= 33 then 'referral'
        when n <= 78 then 'information_and_advice'
        when n <= 100 then 'no_further_action' end)::early_help.contact_decision
from generate_series(1, 105) n;
select results_eq(
    $$select measure_code, value, value_status, numerator, denominator from beside
    where value_status <> 'no figure of our own' and area = 'England' order by measure_code collate "C"$$,
    $$values
        ('contacts_advised', 45.0::numeric(14, 1), 'ok', 45, 100),
        ('contacts_no_action', 22.0, 'ok', 22, 100),
        ('contacts_per_10000', null, 'no population of that year', null, null),
        ('contacts_to_early_help', 21.0, 'ok', 21, 100),
        ('contacts_to_social_care', 12.0, 'ok', 12, 100)$$,
    'shares of the contacts that are decided; a rate needs a population');

-- A share of 20 % in 100 cases has a standard deviation of 4.
insert into benchmark (measure_code, year, area, label, unit, value, source, local)
select m, '2023/24', 'Neighbours', 'Ours', '%', 20.0, 'A report', true
from unnest('{contacts_to_social_care,contacts_to_early_help,contacts_advised,contacts_no_action}'::text[]) m;
select results_eq(
    $$select measure_code, value, lower_limit, lower_near_limit, upper_near_limit, upper_limit, comparison, local from beside
    where area = 'Neighbours' order by measure_code collate "C"$$,
    $$values
        ('contacts_advised', 45.0::numeric(14, 1), 8.0::numeric(14, 1), 12.0::numeric(14, 1), 28.0::numeric(14, 1), 32.0::numeric(14, 1), 'above', true),
        ('contacts_no_action', 22.0, 8.0, 12.0, 28.0, 32.0, 'within', true),
        ('contacts_to_early_help', 21.0, 8.0, 12.0, 28.0, 32.0, 'within', true),
        ('contacts_to_social_care', 12.0, 8.0, 12.0, 28.0, 32.0, 'within', true)$$,
    'limits of a share: 2 and 3 standard deviations of its own denominator');
update benchmark set value = 95 where area = 'Neighbours' and measure_code = 'contacts_advised';
update benchmark set value = 2 where area = 'Neighbours' and measure_code = 'contacts_no_action';
select results_eq(
    $$select measure_code, lower_limit, upper_limit, comparison from beside
    where area = 'Neighbours' and measure_code in ('contacts_advised', 'contacts_no_action') order by measure_code collate "C"$$,
    $$values ('contacts_advised', 88.5::numeric(14, 1), 100.0::numeric(14, 1), 'below'), ('contacts_no_action', 0.0, 6.2, 'above')$$,
    'and they stay within 0 to 100');

-- A rate of 100 per 10,000 of 10,000 has a standard deviation of 10: 100 expected contacts, and 104 of 0-17-year-olds.
insert into population (year, age_0_17, source) values (2023, 10000, 'mid-2023');
insert into benchmark (measure_code, year, area, label, unit, value, source, local)
values ('contacts_per_10000', '2023/24', 'Neighbours', 'Ours', 'per 10,000', 100, 'A report', true),
    ('contacts_per_10000', '2023/24', 'Nobody', 'Ours', 'per 10,000', 0, 'A report', true);
select results_eq(
    $$select area, value, numerator, denominator, lower_limit, lower_near_limit, upper_near_limit, upper_limit, comparison from beside
    where measure_code = 'contacts_per_10000' order by area collate "C"$$,
    $$values
        ('England', 104.0::numeric(14, 1), 104, 10000, 2351.0::numeric(14, 1), 2401.0::numeric(14, 1), 2601.0::numeric(14, 1), 2651.0::numeric(14, 1), 'below'),
        ('Neighbours', 104.0, 104, 10000, 70.0, 80.0, 120.0, 130.0, 'within'),
        ('Nobody', 104.0, 104, 10000, 0.0, 0.0, 0.0, 0.0, 'above')$$,
    'limits of a rate: the square root of the cases expected');

-- Assessments completed, a corrected version once.
select support(300, 'assessing', '2023-06-01'), support(301, 'assessing', '2023-06-01') \g /dev/null
select assess_all(300, '2023-06-20'), complete_assessment(300, '2023-06-30') \g /dev/null
select results_eq(
    $$select area, value, numerator, comparison from beside where measure_code = 'assessments_completed_per_10000' order by 1$$,
    $$values ('England, with family hub funding', 1.0::numeric(14, 1), 1, 'below'), ('England, without family hub funding', 1.0, 1, 'below')$$,
    'assessments completed');

-- A code of view metric; another unit; a year before the records, and one that is not over.
insert into benchmark (measure_code, year, area, label, unit, value, source, local) values
    ('known_contacts', '2023/24', 'Neighbours', 'Known', '%', 50, 'A report', true),
    ('contacts', '2023/24', 'Neighbours', 'Contacts', 'contacts', 500, 'A report', true),
    ('contacts', '2023/24', 'By rate', 'Contacts', 'per 10,000', 500, 'A report', true),
    ('contacts_advised', '2021/22', 'Neighbours', 'Ours', '%', 20, 'A report', true),
    ('contacts_advised', '2099/00', 'Neighbours', 'Ours', '%', 20, 'A report', true);
select results_eq(
    $$select measure_code, area, value, value_status, comparison from beside
    where local and (measure_code in ('known_contacts', 'contacts') or (measure_code = 'contacts_advised' and value_status <> 'ok'))
    order by measure_code collate "C", area collate "C", value_status$$,
    $$values
        ('contacts', 'By rate', null::numeric(14, 1), 'no figure of our own', null),
        ('contacts', 'Neighbours', 105.0, 'ok', null),
        ('contacts_advised', 'Neighbours', null, 'records begin later', null),
        ('contacts_advised', 'Neighbours', null, 'year not over', null),
        ('known_contacts', 'Neighbours', 0.0, 'ok', 'below')$$,
    'figures of the dashboard compare where the unit is the same');

select finish();
rollback;
