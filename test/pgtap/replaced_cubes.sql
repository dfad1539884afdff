-- A cube, or a published table, that gets another query while others read it, and one that is dropped.
\ir fixture.psql
set client_min_messages = warning;

create trigger marks_own_days after insert or update or delete on conversation
    for each row execute function early_help.mark_stale_months('own_days', '0', 'held_on');
alter table conversation enable always trigger marks_own_days;
create trigger marks_own_asked after insert or update or delete on sharing_decision
    for each row execute function early_help.mark_stale_months('own_asked', '0', 'decided_on');
alter table sharing_decision enable always trigger marks_own_asked;
insert into family (family_id) values (1), (2);
insert into conversation (family_id, practitioner_id, held_on)
select 1 + n % 2, 1 + n % 3, date '2026-01-05' + n * 10 from generate_series(0, 8) n;
insert into sharing_decision (family_id, agency_id, decided_on, shared, basis, reason) values (1, 2, '2026-05-07', true, 'safeguarding', 'x');

\set by_person 'select cv.practitioner_id, count(*)::integer as held from conversation cv where cv.held_on >= m.month and cv.held_on < m.next_month group by 1'
\set odd 'select cv.practitioner_id, count(*)::integer as held from conversation cv where cv.held_on >= m.month and cv.held_on < m.next_month and cv.practitioner_id <> 2 group by 1'
\set longer 'select cv.practitioner_id, count(*)::integer as held, count(distinct cv.family_id)::integer as families from conversation cv where cv.held_on >= m.month and cv.held_on < m.next_month group by 1'
\set shorter 'select count(*)::integer as held from conversation cv where cv.held_on >= m.month and cv.held_on < m.next_month having count(*) > 0'
\set records 'select ''conversation''::varchar(40) as record, cv.conversation_id as record_id, cv.practitioner_id, 1 as held from conversation cv where cv.held_on >= m.month and cv.held_on < m.next_month'
\set parts 'select cv.family_id as part, cv.practitioner_id, count(*)::integer as held from conversation cv where cv.held_on >= m.month and cv.held_on < m.next_month group by 1, 2'
\set shared 'select d.agency_id as practitioner_id, count(*)::integer as held from sharing_decision d where d.decided_on >= m.month and d.decided_on < m.next_month group by 1'

-- A cube that sums it, a view and a function that read it, and a reader with grants.
select early_help.define_kpi_cube('own', '{own_days}', :'by_person') \g /dev/null
select early_help.define_kpi_cube('sum_of_own', '{}', 'select sum(o.held)::integer as held from cube_own o where o.month = m.month having sum(o.held) > 0', '{own}') \g /dev/null
create view own_by_month as select month, sum(held) as held from cube_own group by 1;
create role own_reader;
grant select on cube_own, cube_sum_of_own, own_by_month to own_reader;
create function public.replaces(query text, sources text[], from_cubes text[] default '{}', few boolean default false, counts text[] default null)
returns text
language sql
as $$
    select format('select early_help.replace_kpi_cube(''own'', %L, %L, %L, %L, %L)', sources, query, from_cubes, few, counts)
$$;
create function public.held(of text) returns table (held bigint)
language plpgsql
as $$ begin return query execute format('select coalesce(sum(held), 0)::bigint from town.%I', of); end $$;

-- What each form counts is what the same query counts when it is asked of the records, for whoever reads.
create function public.all_held() returns bigint[]
language sql
as $$ select array[held('cube_own'), held('own_by_month'), held('cube_sum_of_own')] $$;
select is(all_held(), '{9,9,9}', 'as defined');
select lives_ok(replaces(:'odd', '{own_days}'), 'another query of the same columns');
select is(all_held(), '{6,6,6}', 'is what the view, what is made of it and a cube that sums it show');
select lives_ok(replaces(:'longer', '{own_days}'), 'a column more');
select is(all_held(), '{9,9,9}', 'is read');
select results_eq('select sum(families) from cube_own', 'select sum(f)::bigint from (select count(distinct family_id) as f from conversation group by practitioner_id, date_trunc(''month'', held_on::timestamp)) x', 'with its values');
select throws_ok(replaces(:'shorter', '{own_days}'), '2BP01', null, 'a column less is refused where the view is read');
select is(all_held(), '{9,9,9}', 'and nothing is lost');
select lives_ok(replaces(replace(:'records', '1 as held', '1 as held, 1 as families'), '{own_days}', counts => '{held,families}'), 'a query of records');
select is(all_held(), '{9,9,9}', 'counts them');
select results_eq('select count(*)::integer from cube_own_rows(''2026-01-01'')', 'values (3)', 'and gives their rows');
select lives_ok(replaces(replace(:'parts', 'as held', 'as held, 1 as families'), '{own_days}', counts => '{held,families}'), 'a query of parts');
select is(all_held(), '{9,9,9}', 'counts them');
select is_empty('select proname from pg_proc where proname = ''cube_own_rows''', 'rows that it gives no more are gone');
select ok(to_regclass('town.cube_own_parts') is not null, 'parts have their table');
select lives_ok(replaces(replace(:'by_person', 'as held', 'as held, 1 as families'), '{own_days}', few => true), 'few cells');
select ok(to_regclass('town.cube_own_parts') is null, 'parts are gone');
select is(all_held(), '{9,9,9}', 'and counted');

-- Whoever could read, or call its functions, can.
select ok(has_table_privilege('own_reader', 'town.cube_own', 'select'), 'the reader keeps the view');
grant execute on function town_kpi.cube_own_month(date) to own_reader;
select lives_ok(replaces(replace(:'odd', 'as held', 'as held, 1 as families'), '{own_days}', few => true), 'another query');
select ok(has_function_privilege('own_reader', 'town_kpi.cube_own_month(date)', 'execute'), 'and the function that computes its months');
select ok(not has_function_privilege('public', 'town_kpi.cube_own_month(date)', 'execute'), 'others do not get it');
select is(all_held(), '{6,6,6}', 'it counts');

-- Other sources: what marks it marks also what sums it.
select lives_ok(replaces(replace(:'shared', 'as held', 'as held, 1 as families'), '{own_asked}'), 'other sources');
select is(all_held(), '{1,1,1}', 'count other records');
insert into sharing_decision (family_id, agency_id, decided_on, shared, basis, reason) values (2, 2, '2026-06-07', true, 'safeguarding', 'x');
select is(all_held(), '{2,2,2}', 'that come');
select throws_ok(replaces(:'by_person', '{own_asked}'), '22023', null, 'a cube that would be wrong is refused');
select is(all_held(), '{2,2,2}', 'and the old one stays');
select throws_ok(replaces('select sum(s.held)::integer as held from cube_sum_of_own s where s.month = m.month', '{}', '{sum_of_own}'), '22023',
    'cube ''own'' cannot sum cubes that it is in itself: ''sum_of_own''', 'no circle');
select throws_ok(replaces('select sum(s.held)::integer as held from cube_own s where s.month = m.month', '{}', '{own}'), '22023', null, 'nor itself');
select throws_ok('select early_help.replace_kpi_cube(''none'', ''{own_days}'', ''select 1 as n'')', '42704', 'there is no cube ''none''', 'a cube that is not there');
set search_path = public;
select throws_ok('select early_help.replace_kpi_cube(''own'', ''{own_days}'', ''select 1 as n'')', '42P01', null, 'without a partnership there is none');
set search_path = town, public;

-- No trace is left: another cube of the name can be made.
drop view own_by_month;
select lives_ok('select early_help.drop_kpi_cube(''sum_of_own'')', 'dropped');
select lives_ok('select early_help.drop_kpi_cube(''own'')', 'dropped');
select is_empty($$
    select relname::text from pg_class where relname ~ '^cube_(own|sum_of_own)'
    union all
    select proname from pg_proc where proname ~ '^cube_(own|sum_of_own)'
    union all
    select cube from kpi_cube where cube ~ 'own$'
    union all
    select source from stale_mark where source = 'cube own'$$, 'nothing is left of them');

-- Published tables.
create function public.publishes(act text, counts text[], sums text[], query text) returns text
language sql
as $$
    select format('select early_help.%s(''visits'', ''Published visits.'', ''{}'', %L, %L, ''{}'', ''{}'', %L)', act, counts, sums, query)
$$;
\set visits 'select date_trunc(''month'', held_on::timestamp)::date as month, 1 as visits, 1 as visits_of_one from conversation'
\set two 'select date_trunc(''month'', held_on::timestamp)::date as month, 2 as visits, 1 as visits_of_one from conversation'
select lives_ok(publishes('define_published_table', '{visits}', '{}', :'visits'), 'a published table');
grant select on town_kpi.published_visits to own_reader;
select lives_ok(publishes('replace_published_table', '{visits,visits_of_one}', '{}', :'visits'), 'with a count more before anything was published');
select ok(has_table_privilege('own_reader', 'town_kpi.published_visits', 'select'), 'who could read it can');
select lives_ok(publishes('replace_published_table', '{visits}', '{}', :'visits'), 'and without it');
select lives_ok('select early_help.drop_published_table(''visits'')', 'dropped');
select is_empty($$select relname from pg_class where relname ~ '_visits$' union all select table_name from published_table where table_name = 'visits'$$, 'nothing is left');
select throws_ok('select early_help.drop_published_table(''visits'')', '42704', 'there is no published table ''visits''', 'once');
select throws_ok(publishes('replace_published_table', '{visits}', '{}', :'visits'), '42704', null, 'nor can it be replaced');
select lives_ok(publishes('define_published_table', '{visits}', '{}', :'visits'), 'defined again');
select publish_figures('2026-01', 1, '2026-07-01') \g /dev/null
select throws_ok('select early_help.drop_published_table(''visits'')', '55006', 'figures of table ''visits'' were published', 'what was published is not dropped');
select throws_ok(publishes('replace_published_table', '{visits_of_one}', '{}', :'visits'), '55006', null, 'nor a count of it');
select lives_ok(publishes('replace_published_table', '{visits,visits_of_one}', '{}', :'two'), 'a count may come, and the query change');
select results_eq('select visits, visits_status from town_kpi.published_visits where period = ''2026-01''', $$ values (null::integer, 'c'::varchar) $$, 'what was published stays');
select publish_figures('2026-02', 1, '2026-07-01') \g /dev/null
select results_eq('select sum(figure)::integer from published_figure f join publication p using (publication_id) where p.period = ''2026-02'' and count_name = ''visits'' and dimension_1 = ''''', 'values (6)', 'what comes is by the new query');
set search_path = public;
select throws_ok('select early_help.drop_published_table(''visits'')', '42P01', null, 'without a partnership there is none');

select * from finish();
rollback;
