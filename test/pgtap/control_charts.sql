-- How control charts are read: by NHS England's Making Data Count.
begin;
select plan(24);

set client_min_messages = warning;
select from early_help.create_partnership('p');
set search_path = p_kpi, p, early_help, public;

insert into agency (agency_id, name, sector) values (1, 'Council', 'local_authority');
insert into service (service_id, agency_id, name, run_by) values (1, 1, 'Hub', 'hub');
insert into group_programme (group_programme_id, service_id, name) values (1, 1, 'Group');
insert into child (child_id, birth_date) values (1, '2010-01-01');
create function month(ago integer) returns date
    language sql
    stable
return (date_trunc('month', current_date::timestamp) - make_interval(months => ago))::date;
-- So many contacts in each month, up to last month.
create function make_series(counts integer[]) returns void
    language sql
as $$
    delete from contact_child;
    delete from contact;
    insert into contact (contact_id, received_on, source_code)
    select row_number() over (), month(cardinality(counts) + 1 - i::integer), '6'
    from unnest(counts) with ordinality as v (n, i)
    cross join lateral generate_series(1, n);
    insert into contact_child (contact_id, child_id, primary_need_code) select contact_id, 1, 'N1' from contact;
$$;
create function signals(code text default 'contacts') returns text
    language sql
as $$
    select string_agg(value::integer || case signal
            when 'outside the limits' then ' outside'
            when 'run of rising points' then ' rising'
            when 'run of falling points' then ' falling'
            when 'two of three near a limit' then ' near'
            when 'run on one side of the mean' then ' side'
            when 'none' then ''
            else ' ' || signal
        end, ', ' order by month)
    from spc
    where metric_code = code
        and period_status = 'complete';
$$;

-- Thirty months: mean 467/30 = 15.567, mean moving range 133/29 = 4.586, so limits at
-- 15.567 ± 2.66 * 4.586 = 3.367 and 27.766, near limits at two thirds: 7.434 and 23.700.
-- 20 to 23 are seven above the mean, 23 to 8 eight falling: 23 is of both, and a trend comes
-- first. 30, 29 and 28 are outside. 12, 5, 6: all below the mean, 5 and 6 near the limit.
-- The same points and reasons as package NHSRplotthedots 0.2.2 gives them, unscreened.
select make_series('{12,15,11,14,13,20,21,22,19,20,21,23,14,13,12,11,10,9,8,30,13,14,29,28,12,5,6,15,14,13}') \g /dev/null
select is(signals(),
    '12, 15, 11, 14, 13, 20 side, 21 side, 22 side, 19 side, 20 side, 21 side, 23 falling, 14 falling, 13 falling, 12 falling, '
    '11 falling, 10 falling, 9 falling, 8 falling, 30 outside, 13, 14, 29 outside, 28 outside, 12, 5 near, 6 near, 15, 14, 13',
    'every point of a run is a signal');
select results_eq(
    $$select distinct mean, lower_limit, upper_limit, lower_near_limit, upper_near_limit, points from spc where metric_code = 'contacts'$$,
    $$values (15.567, 3.367, 27.766, 7.434, 23.700, 30)$$,
    'mean and limits');
select is((select string_agg(distinct points_on_one_side::text, ' ') from spc where metric_code = 'contacts' and value between 19 and 23), '7',
    'each point of a run says how long it is');
select is((select string_agg(points_in_a_row::text, ' ' order by month) from spc where metric_code = 'contacts' and month between month(19) and month(11)),
    '8 8 8 8 8 8 8 8 2', 'also of a trend, from the point at which it began');

-- For better or worse.
create function variations() returns text
    language sql
as $$
    select string_agg(distinct signal || ' ' || case when value > mean then 'above' else 'below' end || ': ' || variation, E'\n')
    from spc
    where metric_code = 'contacts'
        and value in (5, 8, 20, 30);
$$;
select is(variations(), 'outside the limits above: change
run of falling points below: change
run on one side of the mean above: change
two of three near a limit below: change', 'a figure that has no better is only said to change');
update kpi_metric set direction = 'high' where metric_code = 'contacts';
select is(variations(), 'outside the limits above: improvement
run of falling points below: concern
run on one side of the mean above: improvement
two of three near a limit below: concern', 'where high is good');
update kpi_metric set direction = 'low' where metric_code = 'contacts';
select is(variations(), 'outside the limits above: concern
run of falling points below: improvement
run on one side of the mean above: concern
two of three near a limit below: improvement', 'where low is good');
select is((select distinct variation::text from spc where metric_code = 'contacts' and signal = 'none'), 'common cause', 'the rest is common cause');
-- A trend is judged by where it goes, not by its side: 23 lies above the mean and falls.
select is((select variation::text from spc where metric_code = 'contacts' and value = 23), 'improvement', 'a trend is judged by where it goes');

-- Trends.
select make_series('{10,11,12,13,14,15,16,10,10,10,10,10}') \g /dev/null
select matches(signals(), '^10 rising, 11 rising, 12 rising, 13 rising, 14 rising, 15 outside, 16 outside, 10', 'seven points that rise, of which two are outside');
select make_series('{10,11,12,13,13,14,15,10,10,10,10,10}') \g /dev/null
select doesnt_match(signals(), 'rising', 'an equal one breaks a trend');
select make_series('{10,12,14,15,16,17,18,17,15,14,13,12,11,10,30,1,30,1,30,1}') \g /dev/null
select matches(signals(), '18 falling, 17 falling', 'where two trends meet, the later one counts');

-- Two of three: the third on the other side; a third point that is outside.
select make_series('{10,20,10,20,10,20,10,20,10,20,10,20,15,35,14,35,15,15,15,15,15}') \g /dev/null
select doesnt_match(signals(), 'near', 'two near a limit with the third on the other side are none');

-- What is no point.
select make_series('{10,12,10,12,10,12,10,12,10,12,10,12}') \g /dev/null
insert into contact (contact_id, received_on, source_code) select n, current_date, '6' from generate_series(1001, 1090) n;
insert into contact_child (contact_id, child_id, primary_need_code) select contact_id, 1, 'N1' from contact where contact_id > 1000;
select results_eq(
    $$select value, period_status::text, moving_range, mean, points, limits_status::text, signal::text, variation::text from spc where metric_code = 'contacts' and month = month(0)$$,
    $$values (90.0, 'running', null::numeric, 11.000, 12, 'not judged: running', 'not judged', 'not judged')$$,
    'the running month is shown, moves no limit and is not judged');
select is((select string_agg(distinct limits_status || ' ' || points, ', ') from spc where metric_code = 'known_contacts' and month between month(11) and month(2)),
    'not judged: history too short 0', 'months with too short a history are no points');
select make_series('{10,12,10,12,10,12,10,12,10,12,10}') \g /dev/null
select is((select string_agg(distinct limits_status || ', ' || signal, '; ') from spc where metric_code = 'contacts' and period_status = 'complete'),
    'too few points, not judged', 'eleven points are too few');
insert into kpi_spc_rebase (metric_code, from_month, reason) values ('contacts', month(3), 'New front door');
select is((select string_agg(distinct points || ' from ' || early_help_internal.months_between(chart_from, month(0)), ', ') from spc where metric_code = 'contacts' and period_status = 'complete'),
    '3 from 3, 8 from 11', 'a rebase begins another chart');

-- Stocks hang on last month's.
update kpi_record set begins_on = month(20) where record = 'episode';
select is(
    (select string_agg(distinct metric_code || ': ' || limits_status || ' ' || coalesce(lower_limit::text, 'no limit') || ' ' || signal, ', ')
    from spc where metric_code in ('waiting_list', 'families_worked_with')),
    'families_worked_with: not judged: a stock no limit not judged, waiting_list: not judged: a stock no limit not judged',
    'a stock is shown, not judged');

-- A percentage of few: 33.3 % of 3 and of 60, among months of about 80 % of 20.
insert into p.feedback (group_programme_id, given_by, given_on, timely)
select 1, 'child'::early_help.feedback_from, month(m), n <= 16 + m % 2
from generate_series(3, 16) m
cross join generate_series(1, 20) n
union all
select 1, 'child', month(2), n <= 1 from generate_series(1, 3) n
union all
select 1, 'child', month(1), n <= 20 from generate_series(1, 60) n;
select results_eq(
    $$select value, numerator, denominator, value < lower_limit, value < p_lower_limit, signal::text from spc where metric_code = 'feedback_timely' and month between month(2) and month(1) order by month$$,
    $$values (33.3, 1, 3, true, false, 'none'), (33.3, 20, 60, true, true, 'outside the limits')$$,
    'a percentage is outside only where it is too far off for so many cases');
-- 252 of 343 is 73.469 %; three standard deviations of 60 are 3 * sqrt(0.73469 * 0.26531 / 60) = 17.099 %.
select results_eq(
    $$select p_mean, p_lower_limit, p_upper_limit from spc where metric_code = 'feedback_timely' and month = month(1)$$,
    $$values (73.469, 56.370, 90.568)$$,
    'the limits of a percentage of 60');
select is((select variation::text from spc where metric_code = 'feedback_timely' and month = month(1)), 'concern', 'high is good');

-- What is possible.
select make_series('{1,30,1,30,1,30,1,30,1,30,1,30,1,30}') \g /dev/null
select is_empty(
    $$
    select metric_code, month
    from spc
    where least(lower_limit, lower_near_limit, p_lower_limit) < 0
        or (unit = '%' and greatest(upper_limit, upper_near_limit, p_upper_limit) > 100)
    $$,
    'no limit lies beyond what is possible');
select isnt_empty($$select from spc where lower_limit = 0$$, 'though some would');
select isnt_empty($$select from spc where p_upper_limit = 100$$, 'on both sides');

select finish();
rollback;
