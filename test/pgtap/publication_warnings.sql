-- Before publishing: where all cases have one value, hiding how many there are hides nothing.
\ir fixture.psql

-- Closures by ward and by reason, of figures that this test chooses.
select early_help_internal.write_by_engine($$ delete from published_table $$) \g /dev/null
create table closures_counted (month date, ward text, reason text, positive integer, other integer);
set search_path = town_kpi, town, public;
select null
from (values ('ends_by_ward', 'ward'), ('ends_by_reason', 'reason')) as t (name, dimension)
cross join lateral early_help.define_published_table(t.name, 'Published closures.', array[t.dimension],
    array['closures', 'positive', 'other'], array['closures = positive + other'], '{}', format('{%s: "Whose."}', to_json(t.dimension))::jsonb,
    format('select month, %s, positive + other as closures, positive, other from closures_counted', t.dimension)) \g /dev/null
set search_path = town, public;
insert into closures_counted
values
    (null, 'Hollowmere', 'achieved', 0, 0), (null, 'Rede', 'disengaged', 0, 0),
    ('2023-04-01', 'Hollowmere', 'achieved', 1, 0),
    ('2023-05-01', 'Rede', 'achieved', 0, 1),
    ('2024-01-01', 'Rede', 'achieved', 0, 12),
    ('2024-02-01', 'Hollowmere', 'achieved', 4, 3), ('2024-02-01', 'Rede', 'disengaged', 5, 4);

-- One closure: who knows of it reads its ward, its reason and its outcome.
select set_eq(
    $$select warning, views, count_name, among, cases, all_are, remedy from publication_warnings('2023-04')$$,
    $$values
        ('few cases', 'published_ends_by_ward', 'closures', '', 1, 'ward Hollowmere', 'Publish 2023/24 Q1 instead of 2023-04.'),
        ('few cases', 'published_ends_by_reason', 'closures', '', 1, 'reason achieved', 'Publish 2023/24 instead of 2023-04.'),
        ('few cases', 'published_ends_by_ward', 'positive', '', 1, 'ward Hollowmere', 'Publish 2023/24 instead of 2023-04.'),
        ('few cases', 'published_ends_by_reason', 'positive', '', 1, 'reason achieved', 'Publish 2023/24 instead of 2023-04.'),
        ('few cases', 'published_ends_by_ward', 'closures', 'ward Hollowmere', 1, 'positive', 'Publish 2023/24 instead of 2023-04.'),
        ('few cases', 'published_ends_by_reason', 'closures', 'reason achieved', 1, 'positive', 'Publish 2023/24 Q1 instead of 2023-04.')$$,
    'one closure tells its ward, reason and outcome, in one ward its outcome; in which longer period it stands alone no more');
select null from publish_figures('2023-04', 1) \g /dev/null
select results_eq(
    $$select ward::text, closures_status::text, other_status::text from town_kpi.published_ends_by_ward order by 1$$,
    $$values ('Hollowmere', 'c', 'ok'), ('Rede', 'ok', 'ok')$$,
    'and hiding does not help: every other value is shown as 0');
select is(
    (select count(*) from publication_warnings('2023-04')), 6::bigint,
    'a period that is published has the same warnings');

-- Two closures in two wards for one reason.
select set_eq(
    $$select count_name, among, cases, all_are from publication_warnings('2023/24 Q1')$$,
    $$values
        ('closures', '', 2, 'reason achieved'), ('positive', '', 1, 'reason achieved'), ('other', '', 1, 'reason achieved'),
        ('positive', '', 1, 'ward Hollowmere'), ('other', '', 1, 'ward Rede'),
        ('closures', 'ward Hollowmere', 1, 'positive'), ('closures', 'ward Rede', 1, 'other')$$,
    'two closures in two wards tell no ward, and still their reason');

-- More than the threshold.
select set_eq(
    $$select warning, count_name, among, cases, all_are from publication_warnings('2024-01') where views = 'published_ends_by_ward'$$,
    $$values
        ('whole group', 'closures', '', 12, 'ward Rede'), ('whole group', 'other', '', 12, 'ward Rede'),
        ('whole group', 'closures', 'ward Rede', 12, 'other')$$,
    'a whole group of one value is told, too');
update partnership set suppression_threshold = 12;
select is(
    (select string_agg(distinct warning, ', ') from publication_warnings('2024-01')), 'few cases',
    'the threshold is the partnership''s');
update partnership set suppression_threshold = 5;

select is_empty($$select * from publication_warnings('2024-02')$$, 'cases of more than one value in every row: no warning');
select is_empty($$select * from publication_warnings('2022/23')$$, 'no cases: no warning');
select is_empty(
    $$select * from publication_warnings('2023/24') where among = ''$$,
    'a year that is wide enough has none of all its cases');
insert into closures_counted values ('2021-05-01', 'Rede', 'disengaged', 3, 0);
select set_eq(
    $$select remedy from publication_warnings('2021/22 Q1')
    union all
    select remedy from publication_warnings('2021/22')$$,
    $$values
        ('No longer period helps: give readers no right to published_ends_by_reason.'),
        ('No longer period helps: give readers no right to published_ends_by_ward.')$$,
    'and where nothing longer helps, the view is named');
insert into closures_counted values ('2022-04-01', null, 'achieved', 1, 0);
select is_empty(
    $$select * from publication_warnings('2022-04') where all_are like 'ward%'$$,
    'what is not recorded tells nothing');
select refused($$select * from publication_warnings('2022-13')$$, 'YHF02', 'a period that is none is refused', '%2022-13%');

-- Of the partnership's own tables, by their OID.
select early_help.rename_partnership('town', 'kent') \g /dev/null
select is((select count(*) from kent.publication_warnings('2023-04')), 6::bigint, 'after a rename too');

select finish();
rollback;
