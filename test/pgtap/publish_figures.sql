-- Publishing: figures are frozen, hidden where they could disclose somebody, and never changed.
\ir fixture.psql

-- Contacts of one month: 30 in Ward A, 3 in Ward B, 12 in Ward C, none in Ward D.
insert into locality (locality_id, name) values (1, 'A'), (2, 'B'), (3, 'C'), (4, 'D');
insert into child (child_id, birth_date, sex_code) select n, '2010-01-01', 'M' from generate_series(1, 200) n;
insert into contact (contact_id, received_on, source_code) select n, '2018-04-10', '6' from generate_series(1, 45) n;
insert into contact_child (contact_id, child_id, primary_need_code, locality_id)
select n, n, 'N1', case when n <= 30 then 1 when n <= 33 then 2 else 3 end
from generate_series(1, 45) n;

select results_eq(
    $$select period::text, first_month, next_month, version, published_on::date, published_by, suppression_threshold::integer, note
    from publish_figures('2018-04', 1, '2018-05-03', 'for the Board')$$,
    $$values ('2018-04', date '2018-04-01', date '2018-05-01', 1, date '2018-05-03', 1::bigint, 5, 'for the Board')$$,
    'a publication comes back: period, version, day, person, threshold, note');
select results_eq(
    $$select ward::text, contacts, contacts_status::text from town_kpi.published_contacts_by_ward order by ward$$,
    $$values ('A', 30, 'ok'), ('B', null, 'c'), ('C', null, 'c'), ('D', 0, 'ok')$$,
    '1 to 5 is hidden, another with it, none is shown as 0');
select results_eq(
    $$select ward::text, known_contacts, known_rate, known_rate_status::text from town_kpi.published_contacts_by_ward order by ward$$,
    $$values ('A', 0, 0.0::numeric(5, 1), 'ok'), ('B', 0, null, 'c'), ('C', 0, null, 'c'), ('D', 0, null, 'no cases')$$,
    'a percentage is hidden with its denominator');
select results_eq(
    $$select value, value_status::text from town_kpi.published_dashboard where metric_code = 'contacts'$$,
    $$values (45.0::numeric(14, 1), 'ok')$$,
    'the total is shown');
select is((select count(*)::integer from published_figure where figure between 1 and 5 and hidden is null), 0, 'no count from 1 to 5 is shown anywhere');
select results_eq(
    $$select distinct hidden::text from published_figure where count_name = 'contacts' and value_1 in ('B', 'C') order by 1$$,
    $$values ('secondary'), ('small')$$,
    'why is told in the records alone');

-- Frozen.
create temp table before as select * from town_kpi.published_contacts_by_ward;
insert into contact (contact_id, received_on, source_code) values (100, '2018-04-11', '6'), (101, '2018-04-11', '6');
insert into contact_child (contact_id, child_id, primary_need_code, locality_id) values (100, 100, 'N1', 1), (101, 101, 'N2', 4);
select is((select sum(contacts)::integer from town_kpi.contacts), 47, 'the records change');
select set_eq('table before', 'table town_kpi.published_contacts_by_ward', 'what was published stays');

-- A new version. Changes of 1 to 5 are not seen.
select is((select version from publish_figures('2018-04', 2, '2018-06-01')), 2, 'published again, a period has a new version');
select results_eq(
    $$select version, latest from town_kpi.published_dashboard where metric_code = 'contacts' order by version$$,
    $$values (1, false), (2, true)$$,
    'the views have both, and say which is the latest');
select results_eq(
    $$select ward::text, contacts_status::text from town_kpi.published_contacts_by_ward where version = 2 and ward in ('A', 'D') order by ward$$,
    $$values ('A', 'c'), ('D', 'c')$$,
    'a figure that changed by 1 to 5 since it was shown is hidden, also one that was none');
select results_eq(
    $$select count_name::text, value_1::text, value_before, value, change, change_status::text
    from town_kpi.published_changes where count_name = 'contacts' and dimension_1 = 'ward' order by value_1$$,
    $$values ('contacts', 'A', 30, null::integer, null::integer, 'c'), ('contacts', 'D', 0, null, null, 'c')$$,
    'what changed is listed, and hidden likewise; what both versions hide is not');

-- A change of more is seen.
insert into contact (contact_id, received_on, source_code) select n, '2018-04-12', '6' from generate_series(110, 139) n;
insert into contact_child (contact_id, child_id, primary_need_code, locality_id) select n, n, 'N1', 1 from generate_series(110, 139) n;
select is((select version from publish_figures('2018-04', 2, '2018-06-02')), 3, 'a third version');
select results_eq(
    $$select value from town_kpi.published_dashboard where version = 3 and metric_code = 'contacts'$$,
    $$values (77.0::numeric(14, 1))$$,
    'a larger change is shown');
select is((select bool_and(contacts is null) from town_kpi.published_contacts_by_ward where ward in ('B')), true, 'what was hidden stays hidden');

-- Overlapping periods: the quarter and its other months give nothing away.
select is((select period::text from publish_figures('2018/19 Q1', 1, '2018-07-01')), '2018/19 Q1', 'a quarter');
select is((select contacts_status::text from town_kpi.published_contacts_by_ward where period = '2018/19 Q1' and ward = 'B'), 'c',
    'the quarter hides what its only month hid');
select is((select period::text from publish_figures('2018/19', 1, '2019-04-01')), '2018/19', 'a financial year');

-- Refused.
select refused($$select publish_figures('2018-04', 99)$$, 'YHS05', 'nobody publishes', 'published_by 99');
select refused($$select publish_figures('2018-13', 1)$$, 'YHF02', 'no such month', '%2018-13%');
select refused($$select publish_figures('2018-19 Q5', 1)$$, 'YHF02', 'no such quarter');
select refused($$select publish_figures('2018/20', 1)$$, 'YHF02', 'no such year');
select refused($$select publish_figures(null, 1)$$, 'YHF02', 'no period');
select refused($$select publish_figures('2018-04', 1, '2018-04-30')$$, 'YHF03', 'a period that is not over');
select refused($$select early_help_internal.write_by_engine('insert into publication (first_month, next_month, version, published_on, published_by, suppression_threshold)
    values (''2018-05-01'', ''2018-08-01'', 1, ''2019-01-01'', 1, 5)')$$, 'YHF02', 'a quarter that is none');
select refused('update publication set note = null', 'YHF01', 'a publication is not changed');
select refused('delete from publication', 'YHF01', 'nor deleted');
select refused('update published_figure set hidden = null, stays_hidden = null', 'YHF01', 'a figure is not shown later');
select refused('delete from published_figure', 'YHF01', 'nor deleted');
select refused('truncate published_figure', 'YHS04', 'nor truncated');
select refused($$insert into published_figure (publication_id, count_name, figure) select min(publication_id), 'x', 1 from publication$$,
    'YHK03', 'and none comes later');

-- The threshold is a setting; it is frozen with the publication.
update partnership set suppression_threshold = 0;
select is((select suppression_threshold::integer from publish_figures('2018-08', 1, '2018-09-01')), 0, 'without a threshold nothing is hidden');
select is((select count(*)::integer from published_figure f join publication b using (publication_id) where b.period = '2018-08' and hidden is not null), 0, 'nothing');

-- A table of one's own.
set search_path = town_kpi, town, public;
select throws_ok(
    $$select early_help.define_published_table('x', 'X', array['ward'], array['a', 'b'], '{}', array['r = a / b'], '{}', 'select 1')$$,
    '22023', 'a is not one of two parts of b', 'a percentage needs its sum');
select lives_ok(
    $q$select early_help.define_published_table('conversations', 'Published conversations.', '{}', array['conversations'], '{}', '{}', '{}',
        $$ select date_trunc('month', held_on::timestamp)::date as month, count(*)::integer as conversations from conversation group by 1 $$)$q$,
    'a table without dimensions is registered');
insert into family (family_id) values (900);
insert into conversation (family_id, held_on) select 900, '2018-09-01' from generate_series(1, 9);
select is((select version from publish_figures('2018-09', 1)), 1, 'and published');
select results_eq('select conversations, conversations_status::text from published_conversations where period = ''2018-09''',
    $$values (9, 'ok')$$, 'its view shows it');
select is_empty(
    $$select relname from pg_class where relnamespace = 'town_kpi'::regnamespace and relname ~ '^published_' and obj_description(oid, 'pg_class') is null$$,
    'every published view has a comment');

-- The lock that lets one publication follow another is the owner's.
select lives_ok('select early_help_internal.exclude_publication(''publication''::regclass)', 'the owner excludes other publications');
select throws_ok('select early_help_internal.exclude_publication(''contacts''::regclass)', '42809', null, 'by a table');
select throws_ok('select early_help_internal.exclude_publication(4294967294)', null, null, 'that exists');
create role passer_by;
grant usage on schema early_help, town to passer_by;
grant execute on function early_help_internal.exclude_publication(oid) to passer_by;
set local role passer_by;
select throws_ok('select early_help_internal.exclude_publication(''town.publication''::regclass)', '42501', null, 'and nobody else');
reset role;

select finish();
rollback;
