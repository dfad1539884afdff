-- Tables that inherit from ours: their rows are no records. Every record table gets
-- one that holds all its rows again, and nothing changes but what the audit says.
begin;
select no_plan();
set client_min_messages = warning;
create extension early_help_sample;
select from early_help.create_partnership('town', training => true) \g /dev/null
select from early_help_sample.generate_sample('town', 15, '2023-01-01', '2023-12-31') \g /dev/null
set search_path = town, public;
insert into case_audit (episode_id, audited_on, grade, auditor_practitioner_id)
select e.episode_id, e.opened_on + 10, 'good', r.practitioner_id
from episode e
cross join lateral (
    select r.practitioner_id
    from practitioner r
    where r.agency_id not in (select x.agency_id from lead_practitioner l join practitioner x using (practitioner_id) where l.episode_id = e.episode_id)
    order by 1
    limit 1
) r;
insert into inbox_contact values ('beside-1', '2023-05-05', 'beside-k', '2012-03-04', null, 'F', null, '5B', 'N1', null, 'referral');
select from import_contacts() \g /dev/null
insert into family (family_id) values (999);
insert into conversation (family_id, held_on) values (999, '2023-11-01');
select from open_episode(999, '2023-11-05') \g /dev/null
select from publish_figures('2023-05', 1) \g /dev/null
select from publish_figures('2023/24 Q2', 1) \g /dev/null
analyze;

create schema beside;
create view beside.record_table as
select c.oid::regclass as name, c.relname
from pg_class c
where c.relnamespace = 'town'::regnamespace
    and c.relkind = 'r'
    and c.relname !~ '^(kpi_|cube_|stale_|inbox_|import_)';
-- No month is fresh: every figure is computed from the records.
create view beside.shown as
select c.oid::regclass::text as name
from pg_class c
where c.relnamespace in ('town'::regnamespace, 'town_kpi'::regnamespace)
    and c.relkind = 'v'
    -- The statistics of tables, and when something ran.
    and c.relname !~ '^kpi_refresh'
union all
values ('town_kpi.waiting_at(''2023-06-15'')'), ('town_kpi.children_contacted_between(''2023-01-01'', ''2023-12-31'')');
create function beside.look() returns table (name text, row_count bigint, rows text)
language plpgsql
as $$
begin
    for name in select s.name from beside.shown s order by s.name loop
        execute format('select count(*), md5(string_agg(t::text, E''\n'' order by t::text)) from %s t', name) into row_count, rows;
        return next;
    end loop;
end
$$;
create table beside.before as select * from beside.look();
select cmp_ok((select count(*) from beside.before where row_count > 0), '>', 60::bigint, 'most views have rows');

create function beside.repeat_all() returns void
language plpgsql
as $$
declare
    t record;
    columns text;
begin
    for t in select * from beside.record_table loop
        execute format('create table beside.%I () inherits (%s)', 'more_' || t.relname, t.name);
        select string_agg(quote_ident(a.attname), ', ')
        into columns
        from pg_attribute a
        where a.attrelid = t.name
            and a.attnum > 0
            and a.attgenerated = '';
        execute format('insert into beside.%I (%s) select %s from only %s', 'more_' || t.relname, columns, columns, t.name);
    end loop;
end
$$;
select beside.repeat_all() \g /dev/null
select is((select count(*) from contact_child), 2 * (select count(*) from only contact_child), 'a plain FROM counts them');

select bag_eq('select * from beside.look()', 'select * from beside.before', 'every view shows what it showed');
select results_eq(
    $$select town_kpi.waiting_at('2023-11-30')::bigint$$,
    $$select sum(waiting)::bigint from town_kpi.waiting_list where month = '2023-11-01' and waiting_for = 'early help'$$,
    'the count of a day and the view agree on who waits');
select cmp_ok(town_kpi.waiting_at('2023-11-30'), '>', 0, 'and somebody does');

select bag_eq(
    $$select record, detail from early_help.audit('town') where detail like 'table is inherited%'$$,
    $$select relname::text, format('table is inherited by beside.more_%s: its rows are under no rule and in no figure', relname)
    from beside.record_table$$,
    'the audit tells every one of them');

-- Acts and imports find the record, and it alone.
insert into inbox_contact values
    ('beside-1', '2023-05-05', 'beside-k', '2012-03-04', null, 'F', null, '5B', 'N2', null, 'referral'),
    ('beside-2', '2023-05-05', 'beside-l', '2012-03-04', null, 'F', null, '5B', 'N1', null, 'referral');
select results_eq('select * from import_contacts()', 'values (1, 0, 1, 0)', 'a file corrects what is recorded and adds what is new');
select is((select string_agg(cc.primary_need_code, ' ' order by c.source_ref) from only contact c join only contact_child cc using (contact_id) where c.source_ref like 'beside-%'),
    'N2 N1', 'in the record');
select is((select string_agg(primary_need_code, ' ') from beside.more_contact_child join beside.more_contact c using (contact_id) where c.source_ref like 'beside-%'),
    'N1', 'and nowhere else');
select lives_ok(format('select close_episode(%s, ''moved_away'', ''2024-06-01'', agreement_absent_reason => ''x'')', max(episode_id)), 'an act finds its row')
from only episode where closed_on is null;
select is((select count(*)::integer from beside.more_episode where closed_on = '2024-06-01'), 0, 'and changes no other');

-- Ours as a part of somebody else's.
create table beside.days (like bank_holiday) partition by range (day);
drop table beside.more_bank_holiday;
alter table beside.days attach partition bank_holiday default;
select is(
    (select count(*)::integer from early_help.audit('town') where record = 'bank_holiday' and detail = 'table is a partition of beside.days'),
    1, 'the audit tells what ours became a part of');

select * from finish();
rollback;
