-- What a version of published figures says differently from the one before.
\ir fixture.psql

-- One table by place, and its total, of figures that this test chooses.
select early_help_internal.write_by_engine($$ delete from published_table $$) \g /dev/null
create table visits_counted (month date, place text, first_visits integer, more_visits integer);
set search_path = town_kpi, town, public;
select null
from (values ('visits', array['place']), ('all_visits', '{}')) as t (name, dimensions)
cross join lateral early_help.define_published_table(t.name, 'Published visits.', t.dimensions,
    array['visits', 'first_visits', 'more_visits'], array['visits = first_visits + more_visits'], array['more_rate = more_visits / visits'], '{}',
    format('select month, %s first_visits + more_visits as visits, first_visits, more_visits from visits_counted',
        case when t.name = 'visits' then 'place,' end)) \g /dev/null
set search_path = town, public;

insert into visits_counted
values
    ('2018-04-01', 'rises', 12, 8), ('2018-04-01', 'falls', 30, 20), ('2018-04-01', 'becomes hidden', 12, 0),
    ('2018-04-01', 'comes back', 30, 0), ('2018-04-01', 'small', 3, 0), ('2018-04-01', 'small, too', 4, 0),
    ('2018-04-01', 'stays', 60, 40), ('2018-04-01', 'is removed', 25, 0), ('2018-04-01', 'becomes none', 15, 0),
    (null, 'none', 0, 0);

-- The first version and what it shows.
select null from publish_figures('2018-04', 1) \g /dev/null
select is_empty('select * from town_kpi.published_changes', 'a first version changes nothing');
select results_eq(
    $$select place::text from town_kpi.published_visits where visits is null order by 1$$,
    $$values ('small'), ('small, too')$$,
    'it hides the small figures');

-- The second.
update visits_counted set first_visits = 22, more_visits = 18 where place = 'rises';
update visits_counted set first_visits = 20, more_visits = 10 where place = 'falls';
update visits_counted set first_visits = 4 where place = 'becomes hidden';
update visits_counted set first_visits = 32 where place = 'comes back';
update visits_counted set first_visits = 0 where place = 'becomes none';
delete from visits_counted where place = 'is removed';
insert into visits_counted values ('2018-04-01', 'is new', 25, 0);
select null from publish_figures('2018-04', 1) \g /dev/null

create temp view change_of_visits as
select period::text, version, value_1::text as place, value_before, value_before_status::text, value, value_status::text, change, change_status::text
from town_kpi.published_changes
where count_name = 'visits';

select results_eq(
    $$select place, value_before, value_before_status, value, value_status, change, change_status from change_of_visits
    order by place collate "C"$$,
    $$values
        ('', 259, 'ok', 238, 'ok', -21, 'ok'),
        ('becomes hidden', 12, 'ok', null::integer, 'c', null::integer, 'c'),
        ('becomes none', 15, 'ok', 0, 'ok', -15, 'ok'),
        ('comes back', 30, 'ok', null, 'c', null, 'c'),
        ('falls', 50, 'ok', 30, 'ok', -20, 'ok'),
        ('is new', 0, 'ok', 25, 'ok', 25, 'ok'),
        ('is removed', 25, 'ok', 0, 'ok', -25, 'ok'),
        ('rises', 20, 'ok', 40, 'ok', 20, 'ok')$$,
    'up, down, hidden, new, removed, none; what stays, what is none and what both hide is not listed');
select results_eq(
    $$select distinct period_kind::text, period_start, period_end, month, month_key::text, latest, published_on, count_name::text, dimension_1::text, dimension_2::text, value_2::text
    from town_kpi.published_changes where value_1 = 'rises' order by count_name$$,
    $$select 'month', date '2018-04-01', date '2018-04-30', date '2018-04-01', '2018-04', true, current_date, c, 'place', '', ''
    from (values ('first_visits'), ('more_visits'), ('visits')) as v (c) order by c$$,
    'a row says what is counted, where and when');

-- Percentages have no row: they change with what they are made of.
select is((select count(*) from town_kpi.published_changes where count_name = 'more_rate'), 0::bigint, 'a percentage is no figure of its own');
select results_eq(
    $$select round(100.0 * m.value_before / v.value_before, 1), round(100.0 * m.value / v.value, 1)
    from town_kpi.published_changes m
    join town_kpi.published_changes v using (period, version, value_1)
    where m.count_name = 'more_visits' and v.count_name = 'visits' and value_1 in ('rises', 'falls') order by value_1$$,
    $$select max(more_rate) filter (where version = 1), max(more_rate) filter (where version = 2)
    from town_kpi.published_visits where place in ('rises', 'falls') group by place order by place$$,
    'and come out of its changes, before and after');
select results_eq(
    $$select version, more_rate, more_rate_status::text from town_kpi.published_visits where place = 'becomes hidden' order by version$$,
    $$values (1, 0.0::numeric(5, 1), 'ok'), (2, null, 'c')$$,
    'a percentage is hidden from the version that hides what it is made of');
select results_eq(
    $$select version, more_rate, more_rate_status::text from town_kpi.published_visits where place = 'becomes none' order by version$$,
    $$values (1, 0.0::numeric(5, 1), 'ok'), (2, null, 'no cases')$$,
    'and has no cases from the version that has none');

-- The third: compared with the second, not with the first.
update visits_counted set first_visits = 60 where place = 'comes back';
update visits_counted set first_visits = 52 where place = 'rises';
select null from publish_figures('2018-04', 1) \g /dev/null
select results_eq(
    $$select place, value_before, value_before_status, value, value_status, change, change_status from change_of_visits
    where version = 3 order by place collate "C"$$,
    $$values
        ('', 238, 'ok', 296, 'ok', 58, 'ok'),
        ('comes back', null::integer, 'c', 60, 'ok', null::integer, 'c'),
        ('rises', 40, 'ok', 70, 'ok', 30, 'ok')$$,
    'a version is compared with the one before; a figure that is shown again says nothing of its change');

-- The same version published again.
select null from publish_figures('2018-04', 1) \g /dev/null
select is_empty('select * from town_kpi.published_changes where version = 4', 'without a change, nothing is listed');
select results_eq(
    'select distinct version, latest from town_kpi.published_changes order by 1',
    'values (2, false), (3, false)',
    'a version that changed nothing is the latest all the same');

-- A quarter and a year, each with two versions.
insert into visits_counted values ('2019-05-01', 'rises', 30, 30), ('2019-06-01', 'rises', 10, 0), ('2019-08-01', 'falls', 70, 0);
select null from publish_figures('2019/20 Q1', 1) \g /dev/null
select null from publish_figures('2019/20', 1) \g /dev/null
select is_empty($$select * from change_of_visits where period <> '2018-04'$$, 'a quarter and a year are no versions of a month');
update visits_counted set first_visits = 75 where month = '2019-05-01';
update visits_counted set first_visits = 60 where month = '2019-08-01';
select null from publish_figures('2019/20 Q1', 1) \g /dev/null
select null from publish_figures('2019/20', 1) \g /dev/null
select results_eq(
    $$select period, place, version, value_before, value, change from change_of_visits
    where period <> '2018-04' order by period, place collate "C"$$,
    $$values
        ('2019/20', '', 2, 140, 175, 35), ('2019/20', 'falls', 2, 70, 60, -10), ('2019/20', 'rises', 2, 70, 115, 45),
        ('2019/20 Q1', '', 2, 70, 115, 45), ('2019/20 Q1', 'rises', 2, 70, 115, 45)$$,
    'the changes of a quarter and of a year');
select results_eq(
    $$select distinct period::text, period_kind::text, period_start, period_end, month, month_key::text
    from town_kpi.published_visits order by 1$$,
    $$values
        ('2018-04', 'month', date '2018-04-01', date '2018-04-30', date '2018-04-01', '2018-04'),
        ('2019/20', 'year', date '2019-04-01', date '2020-03-31', null, null),
        ('2019/20 Q1', 'quarter', date '2019-04-01', date '2019-06-30', null, null)$$,
    'a month has a month, a quarter and a year have none');
select null from publish_figures('2019-06', 1) \g /dev/null
select is(
    (select count(*) from town_kpi.published_visits where month_key = '2019-06' and place = 'rises' and latest),
    1::bigint, 'one row of a month, beside its quarter and its year');

-- All of them against the views of the versions.
select set_eq(
    $$select period::text, version, count_name::text, value_1::text, value_before, value, change,
        value_before_status::text, value_status::text, change_status::text
    from town_kpi.published_changes$$,
    $$with shown as (
        select period::text, version, count_name, place::text, figure, status::text
        from (
            select period, version, place, visits, visits_status, first_visits, first_visits_status, more_visits, more_visits_status
            from town_kpi.published_visits
            union all
            select period, version, '', visits, visits_status, first_visits, first_visits_status, more_visits, more_visits_status
            from town_kpi.published_all_visits
        ) v
        cross join lateral (
            values ('visits', visits, visits_status), ('first_visits', first_visits, first_visits_status), ('more_visits', more_visits, more_visits_status)
        ) as c (count_name, figure, status)
    ), version_before as (
        select period, version + 1 as version, count_name, place, figure, status
        from shown
    ), two as (
        select period, version, count_name, place,
            case when coalesce(b.status, 'ok') = 'ok' then coalesce(b.figure, 0) end as before,
            case when coalesce(s.status, 'ok') = 'ok' then coalesce(s.figure, 0) end as after
        from version_before b
        full join shown s using (period, version, count_name, place)
        where version between 2 and (select max(l.version) from shown l where l.period = coalesce(b.period, s.period))
    )
    select period, version, count_name, place, before, after, after - before as change,
        case when before is null then 'c' else 'ok' end as before_status,
        case when after is null then 'c' else 'ok' end as after_status,
        case when after - before is null then 'c' else 'ok' end as change_status
    from two
    where (after is null) <> (before is null) or after <> before$$,
    'the changes are what the versions say');

select finish();
rollback;
