-- A month in which a few children changed: what is computed is the difference they make.
begin;
select plan(38);

set client_min_messages = warning;
create extension early_help_sample;
select from early_help.create_partnership('p', training => true);
select from early_help_sample.generate_sample('p', 40, '2022-01-01', '2022-12-31', 3);
analyze;
set search_path = p, public;

create function refresh() returns void
    language plpgsql
as $$
declare
    one date;
begin
    loop
        perform early_help_internal.trim_marks('p');
        select min(month) into one from stale_month;
        exit when one is null;
        perform early_help_internal.refresh_kpi_month('p', one);
    end loop;
end
$$;
create function whole(cube text) returns table (month date, whole boolean)
    language sql
as $$
    select m.month, m.whole from stale_month m where m.cube = whole.cube order by m.month
$$;
-- What stands, against what the whole month gives.
create function parts_differ() returns bigint
    language sql
as $$
    select count(*)
    from (
        select distinct date_trunc('month', received_on::timestamp)::date as month from contact_child
        union
        select month from cube_contacts_parts
    ) m
    cross join lateral (
        (select month, to_jsonb(c) from cube_contacts_all_parts(m.month) c
        except all select k.month, to_jsonb(k) - 'month' from cube_contacts_parts k where k.month = m.month)
        union all
        (select k.month, to_jsonb(k) - 'month' from cube_contacts_parts k where k.month = m.month
        except all select month, to_jsonb(c) from cube_contacts_all_parts(m.month) c)
        union all
        (select month, to_jsonb(c) from cube_children_contacted_all_parts(m.month) c
        except all select k.month, to_jsonb(k) - 'month' from cube_children_contacted_parts k where k.month = m.month)
        union all
        (select k.month, to_jsonb(k) - 'month' from cube_children_contacted_parts k where k.month = m.month
        except all select month, to_jsonb(c) from cube_children_contacted_all_parts(m.month) c)
    ) d
$$;
create function cells_differ() returns bigint
    language sql
as $$
    select count(*)
    from (
        select distinct date_trunc('month', received_on::timestamp)::date as month from contact_child
    ) m
    cross join lateral (
        (select to_jsonb(c) from p_kpi.cube_contacts_month(m.month) c except all select to_jsonb(k) from cube_contacts k where k.month = m.month)
        union all
        (select to_jsonb(k) from cube_contacts k where k.month = m.month except all select to_jsonb(c) from p_kpi.cube_contacts_month(m.month) c)
        union all
        (select to_jsonb(c) from p_kpi.cube_children_contacted_month(m.month) c except all select to_jsonb(k) from cube_children_contacted k where k.month = m.month)
        union all
        (select to_jsonb(k) from cube_children_contacted k where k.month = m.month except all select to_jsonb(c) from p_kpi.cube_children_contacted_month(m.month) c)
    ) d
$$;

select is(cells_differ(), 0::bigint, 'where there was nothing, the difference is all');
select refresh() \g /dev/null
select is_empty($$ select * from whole('contacts') $$, 'all fresh');
select cmp_ok((select count(*) from cube_contacts_parts), '=', (select count(*) from contact_child), 'a part for each contact of a child');
select is(parts_differ(), 0::bigint, 'and each is what it should be');

-- One child.
update contact_child set reason = 'Another' where contact_child_id = (select min(contact_child_id) from contact_child where received_on >= '2022-06-01' and received_on < '2022-07-01');
select results_eq($$ select month, whole from whole('contacts') $$,
    $$ select m::date, false from generate_series(timestamp '2022-06-01', (select least(last_month, '2023-06-01') from kpi_filled_months)::timestamp, '1 month') m $$,
    'a changed contact: stale in parts');
select ok((select bool_and(whole) from whole('months')), 'for a cube without parts as a whole');
select is(early_help_internal.stale_parts('stale_mark', 'contacts', '2022-06-01'),
    array(select counted_child_id from contact_child where reason = 'Another'), 'the part is the child');
select is(early_help_internal.stale_parts('stale_mark', 'referrals', '2022-06-01'), '{}', 'for the cubes of that source');
select is(cells_differ(), 0::bigint, 'the cells are right');

select early_help_internal.trim_marks('p') \g /dev/null
select early_help_internal.refresh_kpi_month('p', '2022-07-01') \g /dev/null
select results_eq($$ select month, whole from whole('contacts') where month < '2022-09-01' $$,
    $$ values (date '2022-06-01', false), ('2022-08-01', false) $$, 'a month in the middle refreshed: those around it are stale in parts');
select ok((select bool_and(part is not null) from stale_mark where source = 'contact_child'), 'of the same child');
select refresh() \g /dev/null
select is(cells_differ(), 0::bigint, 'and so they are refreshed');
update contact_child set reason = 'Again another' where reason = 'Another';
select refresh() \g /dev/null
select is(cells_differ(), 0::bigint, 'a cell of which nothing is left is gone');
update contact_child set reason = 'Another' where reason = 'Again another';

-- What is read, and refreshed, is the difference: a cell that is wrong stays so.
create temporary table before as select sum(contacts) as contacts from cube_contacts where month = '2022-06-01';
select early_help_internal.write_by_engine($$ update cube_contacts_cells set contacts = contacts + 1000
where ctid = (select min(ctid) from cube_contacts_cells where month = '2022-06-01') $$) \g /dev/null
select is((select sum(contacts) from cube_contacts where month = '2022-06-01'), (select contacts + 1000 from before), 'read: what was kept, and the difference');
select refresh() \g /dev/null
select is((select sum(contacts) from cube_contacts_cells where month = '2022-06-01'), (select contacts + 1000 from before), 'refreshed: the same');
select is(parts_differ(), 0::bigint, 'the parts are those of now');
select early_help_internal.write_by_engine($$ insert into stale_mark values ('contact_child', '2022-06-01', '2022-06-01', '2022-06-01') $$) \g /dev/null
select results_eq($$ select month, whole from whole('contacts') $$, $$ values (date '2022-06-01', true) $$, 'a mark without a part: the whole month');
select is(cells_differ(), 0::bigint, 'which mends the cell when read');
select refresh() \g /dev/null
select is(cells_differ(), 0::bigint, 'and when refreshed');

-- A mark of a child too many makes no difference.
select early_help_internal.write_by_engine($$ insert into stale_mark select 'contact_child', '2022-01-01', '2022-12-01', '2022-12-01', child_id from child $$) \g /dev/null
select early_help_internal.write_by_engine($$ insert into stale_mark values ('contact_child', '2022-01-01', '2022-12-01', '2022-12-01', -1) $$) \g /dev/null
select ok((select not bool_or(whole) from whole('contacts')), 'all children marked');
select is(cells_differ(), 0::bigint, 'the cells are right');
select refresh() \g /dev/null
select is(parts_differ() + cells_differ(), 0::bigint, 'and so are the new ones');

-- Very many.
update contact_child set reason = 'Third';
update contact_child set reason = 'Fourth';
select is((select count(*) from stale_mark where part is null and source = 'contact_child'), 0::bigint, 'parts as long as they are not too many');
do $$
begin
    for i in 1..40 loop
        update contact_child set reason = 'Turn ' || i;
    end loop;
end
$$;
select cmp_ok((select count(*) from stale_mark where part is not null), '<=', 2000::bigint, 'a transaction writes no more than so many');
select cmp_ok((select count(*) from stale_mark where part is null), '>', 0::bigint, 'then whole months');
select is(cells_differ(), 0::bigint, 'the cells are right');
select refresh() \g /dev/null
select early_help_internal.write_by_engine($$ insert into stale_mark select 'contact_child', '2022-03-01', '2022-03-01', '2022-03-01', n from generate_series(1, 5001) n $$) \g /dev/null
select results_eq($$ select month, whole from whole('contacts') $$, $$ values (date '2022-03-01', true) $$, 'a month of too many parts is computed as a whole');

-- A cube of somebody's own.
savepoint own;
select throws_ok($$ select early_help.define_kpi_cube('own', '{contact_child}', 'select 1::bigint as child, 1 as contacts', counts => '{contacts}') $$,
    '22023', 'the query of cube own does not give parts', 'a query without parts');
select throws_ok($$ select early_help.define_kpi_cube('own', '{contact_child}', 'select 1::bigint as part, 1 as contacts', counts => '{cases}') $$,
    '22023', 'the query of cube own does not give parts', 'or without what is to be counted');
select early_help.define_kpi_cube('own', '{contact_child}', $$
    select cc.counted_child_id as part, 1 as contacts
    from contact_child cc
    where cc.received_on >= m.month and cc.received_on < m.next_month
$$, counts => '{contacts}') \g /dev/null
select refresh() \g /dev/null
delete from contact_child where contact_child_id = (select min(contact_child_id) from contact_child where attached_episode_id is null and decision is distinct from 'referral');
select results_eq('select sum(contacts) from cube_own', 'select count(*) from contact_child', 'one that counts by the month alone: stale');
select refresh() \g /dev/null
select results_eq('select sum(contacts) from cube_own_cells', 'select count(*) from contact_child', 'and refreshed');
rollback to savepoint own;

create table own_event (happened_on early_help.event_date, child_id bigint);
create trigger marks_months
    after insert or update or delete on own_event
    for each row execute function early_help.mark_stale_parts('own', '0', 'child_id', 'happened_on');
insert into own_event values ('2022-03-05', 7), ('2022-03-06', 7), (null, 8), ('2022-04-01', null);
select results_eq($$ select first_month, last_month, part from stale_mark where source = 'own' order by 1 $$,
    $$ values (date '2022-03-01', date '2022-03-01', 7::bigint), ('2022-04-01', '2022-04-01', null) $$,
    'a part is the key of a row, and all without one; without a date nothing');
alter table own_event alter child_id type integer;
select throws_ok($$ delete from own_event $$, '42804', 'column "child_id" of table "own_event" is not of type bigint, which its rules read and write', 'a key is a bigint');

-- The keys of the parts are not for everybody.
create role cube_reader_all_parts;
grant usage on schema p to cube_reader_all_parts;
set role cube_reader_all_parts;
select throws_ok($$ select early_help_internal.stale_parts('p.stale_mark', 'contacts', '2022-03-01') $$, '42501', null, 'who may not read the log is told none');
select throws_ok($$ select * from p.cube_contacts_all_parts('2022-03-01') $$, '42501', null, 'nor who the children of a month are');
select throws_ok($$ select * from p.cube_contacts_some_parts('2022-03-01', '{1}') $$, '42501', null, 'nor what one of them adds');
select throws_ok('table p.cube_contacts_parts', '42501', null, 'nor what was kept of them');
reset role;
select throws_ok($$ select * from early_help_internal.stale_parts('contact_child', 'contacts', '2022-03-01') $$, '42809', null, 'another table is no log');

select finish();
rollback;
