-- Which months figures are shown for: from where the record of their kind begins to the current month.
begin;
select plan(28);

set client_min_messages = warning;
select from early_help.create_partnership('p');
set search_path = p_kpi, p, early_help, public;

create function month(ago integer) returns date
    language sql
    stable
return (date_trunc('month', current_date::timestamp) - make_interval(months => ago))::date;
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
create function shown(code text) returns text
    language sql
as $$
    select early_help_internal.months_between(min(month), month(0)) || ' to ' || early_help_internal.months_between(max(month), month(0))
        || case when count(*) = early_help_internal.months_between(min(month), max(month)) + 1 then '' else ', with gaps' end
    from dashboard
    where metric_code = code;
$$;

select is_empty('table dashboard', 'no record, no figure');
select contact_on(month(n)) from unnest(array[30, 29, 16, 15, 8]) n \g /dev/null
select is(shown('contacts'), '30 to 0', 'from the first contact to the current month, long after the last');
select is(shown('known_contacts'), '30 to 0', 'so for each figure of contacts');
select is(shown('children_contacted'), '30 to 0', 'and each way over months');
select is(shown('referrals'), null, 'not for a kind of record that there is none of');
select is_empty('select from data_quality', 'nothing lies outside');

-- Mistyped years.
select contact_on('2062-05-05') \g /dev/null
select is(shown('contacts'), '30 to 0', 'a contact of 2062 adds no month');
select results_eq('select max(last_month) from kpi_period_shown where period_kind = ''month''', 'select month(0)', 'to any view by period');
select results_eq(
    $$select max(month) from calendar$$,
    $$select (date_trunc('year', current_date - interval '3 months') + interval '14 months')::date$$,
    'the calendar ends with the financial year');
select results_eq(
    'select record::text, label::text, what::text, events, first_month, last_month from data_quality',
    $$values ('contact', 'Contacts', 'after today', 1, date '2062-05-01', date '2062-05-01')$$,
    'it is counted as dated after today');
select contact_on('1924-05-05'), contact_on('1924-06-05') \g /dev/null
select is(shown('contacts'), '30 to 0', 'nor does one of 1924');
select results_eq(
    $$select events, first_month, last_month from data_quality where what = 'before the series begins'$$,
    $$values (2, date '1924-05-01', date '1924-06-01')$$,
    'it is counted as from before');
select is((select sum(contacts) from contacts), 8::bigint, 'where each event stands in its own month, both are');

-- A gap.
select contact_on(month(44)) \g /dev/null
select is(shown('contacts'), '30 to 0', 'more than 12 months without a contact cut off what was before');
select contact_on(month(43)) \g /dev/null
select is(shown('contacts'), '44 to 0', '12 months do not');

-- What lies after the current month is no part of its quarter and year.
select contact_on(month(-1)) \g /dev/null
select is_empty(
    $$
    select period_kind, value
    from figures
    where metric_code = 'contacts'
        and period_status = 'running'
        and value <> (select count(*) from contact_child where received_on >= period_start and received_on < month(-1))
    $$,
    'a contact of the next month is not in the running quarter or year');

-- Another kind of record, later.
insert into family_member (family_id, child_id, joined_on) values (1, 1, '2010-01-01');
insert into referral (family_id, child_id, referred_on, source_code, primary_need_code) values (1, 1, month(10), '6', 'N1');
select is(shown('referrals'), '10 to 0', 'referrals from the first referral');
select is(shown('contacts'), '44 to 0', 'and contacts as before');

-- Contacts decided referral, and referrals, that do not meet.
\set unmet 'select record::text, what::text, events, first_month, last_month from data_quality where what ~ ''referral|contact'' order by 1'
select results_eq(:'unmet', $$values ('referral', 'without a contact', 1, month(10), month(10))$$, 'a referral without a contact is counted');
select record_contact(1, '6', 'N1', month(9) + n, decision => 'referral') from unnest(array[0, 1]) n \g /dev/null
select results_eq(:'unmet', $$values ('contact', 'decided referral, without a referral', 2, month(9), month(9)), ('referral', 'without a contact', 1, month(10), month(10))$$,
    'so are contacts that no referral followed');
insert into referral (contact_child_id, family_id, child_id, referred_on, source_code, primary_need_code)
select contact_child_id, 1, child_id, received_on, source_code, primary_need_code from contact_child where decision = 'referral' and received_on = month(9);
select results_eq(:'unmet', $$values ('contact', 'decided referral, without a referral', 1, month(9), month(9)), ('referral', 'without a contact', 1, month(10), month(10))$$,
    'until one does');
delete from referral where contact_child_id is not null;
delete from contact_child where decision = 'referral';
select is((select count(*)::integer from figures where metric_code = 'referrals' and period_kind = 'month'), 11, 'in view figures too');

-- What the partnership says.
update kpi_record set begins_on = month(6) + 12 where record = 'contact';
select is(shown('contacts'), '6 to 0', 'a record begins when the partnership says');
select is((select events from data_quality where what = 'before the series begins'), 9, 'what was before is counted');
update partnership set record_begins_on = month(20);
select is(shown('referrals') || ', ' || shown('contacts') || ', ' || shown('waiting_list'), '20 to 0, 6 to 0, 20 to 0',
    'the partnership''s beginning is that of all that have none of their own');

-- One list of kinds of record.
select is_empty(
    $$
    select record
    from kpi_record
    where record <> 'any'
        and not (pg_get_viewdef('record_event'::regclass) ~ format('''%s''', record)
            and pg_get_functiondef('cube_months_month(date)'::regprocedure) ~ format('''%s''', record))
    $$,
    'of each the days are known');
select is_empty('select record from kpi_metric except select record from kpi_record', 'each figure is of one');

-- Periods are spelled as publications spell them.
select is_empty(
    $$
    select period_kind, period_key
    from kpi_period
    where period_kind <> 'year to date'
        and first_month between '1901-01-01' and '2090-01-01'
        and (early_help_internal.period_months(period_key)).first_month <> first_month
    $$,
    'a key of a period is one that can be published');

select finish();
rollback;
