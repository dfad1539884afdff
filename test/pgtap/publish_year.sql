-- A year and its quarters in one act: the year's figures are decided first.
\ir fixture.psql

-- Visits, without any dimension, of figures that this test chooses: the second quarter of each year has 4.
select early_help_internal.write_by_engine($$ delete from published_table $$) \g /dev/null
create table visits_counted (month date, visits integer);
set search_path = town_kpi, town, public;
select early_help.define_published_table('visits', 'Published visits.', '{}', '{visits}', '{}', '{}', '{}',
    'select month, visits from visits_counted') \g /dev/null
set search_path = town, public;
insert into visits_counted
select make_date(y, m, 1), v
from unnest('{2018,2020}'::integer[]) y
cross join (values (4, 30), (8, 4), (11, 40), (12, 20)) q (m, v);

create temp view shown as
select period::text, version, visits, visits_status::text from town_kpi.published_visits;

-- Quarters first: all but one of them are shown, so the year would give that one away.
select null from unnest('{2018/19 Q1,2018/19 Q2,2018/19 Q3,2018/19 Q4,2018/19}'::text[]) q, publish_figures(q, 1) \g /dev/null
select results_eq(
    'select period, visits, visits_status from shown order by 1',
    $$values ('2018/19', null, 'c'), ('2018/19 Q1', 30, 'ok'), ('2018/19 Q2', null::integer, 'c'), ('2018/19 Q3', 60, 'ok'), ('2018/19 Q4', 0, 'ok')$$,
    'quarters first: the year is hidden, or 94 - 30 - 60 - 0 would be a small figure');

-- The year first.
select results_eq(
    $$select period::text, version, note, published_on::date, published_by from publish_year('2020/21', 2, '2021-05-03', 'Annual report')$$,
    $$select p, 1, 'Annual report', date '2021-05-03', 2::bigint
    from unnest('{2020/21,2020/21 Q1,2020/21 Q2,2020/21 Q3,2020/21 Q4}'::text[]) p$$,
    'the year and its quarters, in this order');
select results_eq(
    $$select period, visits_status from shown where period like '2020/21%' order by 1$$,
    $$values ('2020/21', 'ok'), ('2020/21 Q1', 'ok'), ('2020/21 Q2', 'c'), ('2020/21 Q3', 'c'), ('2020/21 Q4', 'ok')$$,
    'the year is shown, and a quarter hidden beside the small one');
select results_eq(
    $$select distinct version from publish_year('2020/21', 2) order by 1$$, 'values (2)',
    'published again, all have a new version');

-- What it refuses.
select refused($$select publish_year('2020/21 Q1', 1)$$, 'YHF02', 'a quarter is no year', '%2020/21 Q1%');
select refused($$select publish_year('2020-04', 1)$$, 'YHF02', 'nor is a month', '%2020-04%');
select refused($$select publish_year('2020', 1)$$, 'YHF02', 'nor a calendar year', '%2020%');
select refused($$select publish_year('2020/21', 1, '2021-03-31')$$, 'YHF03', 'the year must be over');
select refused($$select publish_year('2020/21', 99)$$, 'YHS05', 'somebody publishes it', '%99%');
select is((select count(*) from publication where version > 2), 0::bigint, 'and nothing of it is left');
select early_help.rename_partnership('town', 'kent') \g /dev/null
select is((select count(*) from kent.publish_year('2018/19', 1)), 5::bigint, 'after a rename too');

select finish();
rollback;
