-- Rates per 10,000: who is counted, which year's population divides, and that the past stays.
\ir fixture.psql

insert into locality (locality_id, name, gss_code) values (1, 'Rede', 'E05000001'), (2, 'Hollowmere', null);
insert into child (child_id, birth_date, expected_birth_date) values
    (1, '2007-01-16', null), (2, '2006-01-15', null), (3, null, '2024-05-01'), (4, null, null), (5, '2024-01-15', null), (6, '2006-01-16', null);
-- On 15 January 2024 they are 17, 18, before birth, of no known age, 0 and 17.
insert into contact (contact_id, received_on, source_code) select n, '2024-01-15', '6' from generate_series(1, 6) n;
insert into contact_child (contact_child_id, contact_id, child_id, primary_need_code, locality_id)
select n, n, n, 'N1', case when n < 6 then 1 else 2 end from generate_series(1, 6) n;
insert into contact (contact_id, received_on, source_code) values (7, '2023-04-01', '6');
insert into contact_child (contact_child_id, contact_id, child_id, primary_need_code) values (7, 7, 1, 'N1');

create temp view rate as
select period_kind::text, period_start, counted, not_counted, population_year, population, rate_per_10000, value_status::text
from town_kpi.rates
where metric_code = 'contacts' and counted + not_counted > 0;

select results_eq(
    $$select * from rate where period_kind <> 'quarter' order by period_start, period_kind$$,
    $$values
        ('month', date '2023-04-01', 1, 0, 2023, null::integer, null::numeric(8, 1), 'no population of that year'),
        ('year', date '2023-04-01', 4, 3, 2023, null, null, 'no population of that year'),
        ('month', date '2024-01-01', 3, 3, 2023, null, null, 'no population of that year')$$,
    '0 to 17 on the day are counted; without a population there is no rate');

-- The calendar year in which the financial year begins, not that of the month.
insert into population (year, age_0_17, source) values (2024, 1, 'another year');
insert into population (year, locality_id, age_0_17, source) values (2023, 1, 1000, 'a ward');
select is((select count(*) from rate where rate_per_10000 is not null), 0::bigint, 'neither another year nor a ward divides');
insert into population (year, age_0_17, source) values (2023, 4000, 'mid-2023');
select results_eq(
    $$select period_kind, population_year, population, rate_per_10000, value_status from rate where period_start = '2024-01-01' order by 1$$,
    $$values ('month', 2023, 4000, 7.5::numeric(8, 1), 'ok'), ('quarter', 2023, 4000, 7.5, 'ok')$$,
    'January 2024 is of the financial year 2023/24, which begins in 2023');
select results_eq(
    $$select period_kind, rate_per_10000 from rate where period_start = '2023-04-01' order by 1$$,
    $$values ('month', 2.5::numeric(8, 1)), ('quarter', 2.5), ('year', 10.0)$$,
    'each rate is of its own period');

-- The past stays.
create temp table before as select * from rate;
insert into contact (contact_id, received_on, source_code) values (8, '2024-04-02', '6'), (9, '2022-04-02', '6');
insert into contact_child (contact_child_id, contact_id, child_id, primary_need_code) values (8, 8, 5, 'N1'), (9, 9, 1, 'N1');
update population set age_0_17 = 5000 where year = 2024;
insert into population (year, age_0_17, source) values (2025, 5200, 'mid-2025');
select set_eq(
    $$select * from rate where population_year = 2023$$, 'table before',
    'the population of a new year changes no rate of an earlier one');
update partnership set population_0_17 = 8000;
select results_eq(
    $$select population_year, population, rate_per_10000, value_status from rate where period_kind = 'year' order by 1$$,
    $$values (2022, 8000, 1.3::numeric(8, 1), 'ok'), (2023, 4000, 10.0, 'ok'), (2024, 5000, 2.0, 'ok')$$,
    'the partnership''s own number is for years without a row');
select results_eq(
    $$select distinct population_year, population_source::text from town_kpi.rates where period_kind = 'year' and metric_code = 'contacts' and population_year < 2025 order by 1$$,
    $$values (2022, 'partnership.population_0_17, for years without a row in table population'), (2023, 'mid-2023'), (2024, 'another year')$$,
    'and where a population is from is said');

-- Wards whose population is known.
select results_eq(
    $$select period_kind::text, ward::text, gss_code::text, counted, not_counted, population, rate_per_10000
    from town_kpi.rates_by_ward where metric_code = 'contacts' and period_start = '2024-01-01' order by 1, 2$$,
    $$values ('month', 'Rede', 'E05000001', 2, 3, 1000, 20.0::numeric(8, 1)), ('quarter', 'Rede', 'E05000001', 2, 3, 1000, 20.0)$$,
    'by ward');
update kpi_record set begins_on = '2022-04-01' where record = 'referral';
select is(
    (select rate_per_10000 from town_kpi.rates_by_ward where metric_code = 'referrals' and period_kind = 'year' and population_year = 2023),
    0.0::numeric(8, 1), 'a ward without an event has a rate of 0');
select is_empty('select * from town_kpi.rates_by_ward where population_year <> 2023', 'a year without the ward''s population has no row');

-- Settings are the owner's.
select refused($$insert into population (year, age_0_17, source) values (2023, 4001, 'again')$$, 'YHS07', 'a year has one row');

select finish();
rollback;
