-- What is said of a figure whose period is not over, begins before the record, or waits for something.
begin;
select plan(37);

set client_min_messages = warning;
select from early_help.create_partnership('p');
set search_path = p_kpi, p, early_help, public;

create function month(ago integer) returns date
    language sql
    stable
return (date_trunc('month', current_date::timestamp) - make_interval(months => ago))::date;
-- The 15th of a month of the financial year that began so many years ago; 1 is April.
create function day_of(years_ago integer, month_of_year integer) returns date
    language sql
    stable
return (date_trunc('year', current_date - interval '3 months') + make_interval(months => 2 + month_of_year - 12 * years_ago, days => 14))::date;
create function status(code text, kind text, day date) returns text
    language sql
as $$
    select period_status from figures where metric_code = code and period_kind = kind and day between period_start and period_end;
$$;
-- The first month that is complete, as the 15th of it.
create function complete_from(code text) returns date
    language sql
as $$
    select min(month) + 14 from dashboard where metric_code = code and period_status = 'complete';
$$;

insert into agency (agency_id, name, sector) values (1, 'Council', 'local_authority');
insert into service (service_id, agency_id, name, run_by) values (1, 1, 'Hub', 'hub');
insert into group_programme (group_programme_id, service_id, name) values (1, 1, 'Group');
insert into family (family_id) values (1);
insert into child (child_id, birth_date) values (1, '2010-01-01');
create function contact_on(day date) returns void
    language sql
as $$
    with new as (
        insert into contact (received_on, source_code) values (day, '6') returning contact_id
    )
    insert into contact_child (contact_id, child_id, primary_need_code) select contact_id, 1, 'N1' from new;
$$;
select contact_on(day_of(2, 2)), contact_on(month(2)), contact_on(month(1)), contact_on(month(1)), contact_on(month(0)) \g /dev/null
-- The record begins on 15 May of the year before the last.
update partnership set record_begins_on = day_of(2, 2), re_referral_months = 6;

-- The beginning, and the end.
select is(status('contacts', 'month', day_of(2, 2)), 'history too short', 'a month in which the record begins');
select is(status('contacts', 'month', day_of(2, 3)), 'complete', 'the next month');
select is(status('contacts', 'quarter', day_of(2, 2)), 'history too short', 'a quarter in which it begins');
select is(status('contacts', 'quarter', day_of(2, 4)), 'complete', 'the next quarter');
select is(status('contacts', 'year', day_of(2, 2)), 'history too short', 'a year in which it begins');
select is(status('contacts', 'year', day_of(1, 2)), 'complete', 'the next year');
select is(status('contacts', 'month', month(1)), 'complete', 'last month');
select is(status('contacts', kind, current_date), 'running', 'this ' || kind) from unnest(array['month', 'quarter', 'year']) kind;
select is(status('contacts', 'month', day_of(2, 1)), null, 'there is no figure of a month before the record');

-- What a figure looks back on.
select is(complete_from('known_contacts'), day_of(1, 3), 'known contacts need 12 months before the month');
select is(status('known_contacts', 'month', day_of(1, 2)), 'history too short', 'which the 12th month after does not have');
select is(status('known_contacts', 'year', day_of(1, 2)), 'history too short', 'nor a year that begins before');
select is(complete_from('re_referrals'), day_of(2, 9), 're-referrals need the re-referral months');
update partnership set re_referral_months = 8;
select is(complete_from('re_referrals'), day_of(2, 11), 'as many as the partnership says');
update kpi_record set begins_on = day_of(2, 4) where record = 'episode';
select is(complete_from('re_referrals_after_support'), day_of(1, 1), 'those after support need them of the record of episodes');
select is(complete_from('re_referrals'), day_of(2, 11), 'the others do not');

-- What a figure waits for.
select results_eq(
    $$select metric_code::text, settles_after_days from metric where settles_after_days > 0 order by 1$$,
    $$values ('feedback_response_rate', 28), ('needs_without_service', 84), ('step_down_conversion', 42), ('step_up_conversion', 42)$$,
    'four figures wait');
update kpi_metric set settles_after_days = 31 where metric_code = 'feedback_response_rate';
select is(status('feedback_response_rate', 'month', month(1)), 'settling', 'answers to last month''s requests may still come');
select is(status('feedback_response_rate', 'month', month(3)), 'complete', 'those to older ones have had their time');
select is(status('feedback_timely', 'month', month(1)), 'complete', 'answers given are complete');
select is(status('feedback_response_rate', 'month', month(0)), 'running', 'running comes before settling');
update kpi_record set begins_on = month(1) + 2 where record = 'feedback';
select is(status('feedback_response_rate', 'month', month(1)), 'history too short', 'and so does too short a history');

-- Colour and words.
insert into kpi_target (metric_code, from_month, target, floor) values ('re_referrals', day_of(2, 1) - 14, 10, 20), ('waiting_list', day_of(2, 1) - 14, 10, 20);
select is((select rag::text from dashboard where metric_code = 'waiting_list' and month = month(1)), 'green: target met', 'a complete month has a colour');
select is((select rag::text from dashboard where metric_code = 'waiting_list' and month = month(0)), 'not complete', 'a running one has none');
select is((select rag::text from dashboard where metric_code = 're_referrals' and month_key = to_char(day_of(2, 4), 'YYYY-MM')), 'not complete',
    'nor one with too short a history');
select is((select rag::text from dashboard where metric_code = 'contacts' and month = month(0)), 'no target', 'where there is no target, that is said');
create function words(ago integer) returns text
    language sql
    stable
return (select trim(to_char(month(ago)::timestamp, 'Month')) || to_char(month(ago)::timestamp, ' YYYY'));
select is((select headline::text from headline where metric_code = 'contacts' and month = month(0)), format('Contacts: 1 so far in %s.', words(0)),
    'a running month is compared with nothing');
select matches((select headline::text from headline where metric_code = 'contacts' and month = month(1)),
    format('^Contacts: 2 in %s, up from 1 the month before', words(1)), 'a complete one is');
select is(
    (select headline::text from headline where metric_code = 'known_contacts' and month = day_of(2, 2) - 14),
    format('Contacts about a child already known: 0.0 %% in %s (0 of 1); not complete: history too short.',
        trim(to_char(day_of(2, 2)::timestamp, 'Month')) || to_char(day_of(2, 2)::timestamp, ' YYYY')),
    'what else a month lacks is said');

-- The other views by period, and the calendar.
select is(
    (select period_status::text from caseload where period_kind = 'month' and period_start = month(0))
    || ', ' || (select period_status from length_of_support where period_kind = 'year' and day_of(2, 4) between period_start and period_end)
    || ', ' || (select period_status from children_contacted where period_kind = 'quarter' and day_of(1, 2) between period_start and period_end)
    || ', ' || (select string_agg(period_status, ' ') from waiting_times where period_kind = 'month' and period_start = month(1)),
    'running, history too short, complete, complete complete', 'each view by period has it');
select is_empty($$select month from calendar where (period_status = 'running') <> (month >= month(0))$$, 'a month of the calendar runs, or is still to come');

-- Percentages of nothing.
insert into p.feedback (group_programme_id, given_by, given_on, helpful) values (1, 'child', month(0), true);
select results_eq(
    'select timely_percent, timely_status::text, helpful_percent, helpful_status::text, empowered_status::text, response_rate, response_status::text from feedback',
    $$values (null::numeric, 'no answers', 100.0, 'ok', 'no answers', null::numeric, 'no requests')$$,
    'each percentage says why it has no value');

-- Working days of years whose bank holidays nobody recorded.
update partnership set record_begins_on = '2013-04-01';
select results_eq(
    $$select month_key::text, working_days, working_days_status::text from calendar where month_key in ('2013-05', '2016-05') order by 1$$,
    $$values ('2013-05', null, 'no bank holidays recorded'), ('2016-05', 20, 'ok')$$,
    'they are not known');
insert into bank_holiday (day, name, local) values ('2013-05-10', 'Training', true);
select is((select working_days from calendar where month_key = '2013-05'), null, 'a day of the partnership''s own does not tell them');
insert into bank_holiday (day, name) values ('2013-05-06', 'Early May bank holiday'), ('2013-05-27', 'Spring bank holiday');
select is((select working_days from calendar where month_key = '2013-05'), 20, 'those of the year do');

select finish();
rollback;
