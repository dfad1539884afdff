-- What a write puts into the log of stale months, and what it may leave out.
begin;
select plan(38);

set client_min_messages = warning;
select from early_help.create_partnership('p');
set search_path = p, public;
select is_empty('table stale_mark', 'nothing is stale in a new partnership');

create function logged() returns setof text
    language sql
as $$
    with gone as (
        select * from stale_mark
    )
    select source || ' ' || coalesce(to_char(first_month::timestamp, 'YYYY-MM'), first_month::text)
        || ' ' || coalesce(to_char(last_month::timestamp, 'YYYY-MM'), last_month::text)
        || coalesce(' of ' || part, '')
    from gone
$$;
create function stale(cube text) returns setof text
    language sql
as $$
    select to_char(m.month::timestamp, 'YYYY-MM') from stale_month m where m.cube = stale.cube order by 1
$$;

insert into family (family_id) values (1);
insert into child (child_id, birth_date) values (1, '2010-01-01'), (2, '2012-01-01'), (3, null);
insert into contact (contact_id, received_on, source_code) values (1, '2018-01-31', '6'), (2, '2018-01-01', '6'), (3, '2019-06-30', '6');
select is_empty('table stale_mark', 'a contact without a child counts nowhere');

insert into family_member (family_id, child_id) values (1, 1);
savepoint a;
insert into contact_child (contact_child_id, contact_id, child_id, primary_need_code) values (1, 1, 1, 'N1');
select set_eq('select logged()', array['contact_child 2018-01 2019-01 of 1'], 'a contact reaches 12 months of its child on: 365 days after the 31st');
insert into contact_child (contact_child_id, contact_id, child_id, primary_need_code) values (2, 2, 2, 'N1'), (3, 1, 3, 'N1');
update contact_child set reason = 'r' where contact_id in (1, 2);
select bag_eq('select logged()', $$ select 'contact_child 2018-01 2019-01 of ' || part from generate_series(1, 3) part $$,
    'a transaction logs the same months of a child once');

-- Savepoints.
savepoint b;
insert into contact_child (contact_child_id, contact_id, child_id, primary_need_code) values (4, 3, 1, 'N1');
select is((select count(*) from stale_mark)::integer, 4, 'other months are logged');
rollback to savepoint b;
select is((select count(*) from stale_mark)::integer, 3, 'and forgotten with a savepoint');
insert into contact_child (contact_child_id, contact_id, child_id, primary_need_code) values (4, 3, 1, 'N1');
select set_has('select logged()', $$ values ('contact_child 2019-06 2020-06 of 1') $$, 'a mark rolled back suppresses no later one');
savepoint c;
delete from contact_child where contact_child_id = 4;
select is((select count(*) from stale_mark)::integer, 4, 'a mark before a savepoint holds inside it');
release savepoint c;
rollback to savepoint a;
select is_empty('table stale_mark', 'all gone');

savepoint d;
savepoint e;
savepoint f;
insert into contact_child (contact_child_id, contact_id, child_id, primary_need_code) values (1, 1, 1, 'N1');
release savepoint f;
release savepoint e;
update contact_child set reason = 'r';
select is((select count(*) from stale_mark)::integer, 1, 'a released savepoint passes its marks on');
rollback to savepoint d;
insert into contact_child (contact_child_id, contact_id, child_id, primary_need_code) values (1, 1, 1, 'N1');
select is((select count(*) from stale_mark)::integer, 1, 'and they go with those around it');
rollback to savepoint a;

do $$
begin
    begin
        insert into contact_child (contact_child_id, contact_id, child_id, primary_need_code) values (1, 1, 1, 'N1');
        raise division_by_zero;
    exception
        when division_by_zero then null;
    end;
    insert into contact_child (contact_child_id, contact_id, child_id, primary_need_code) values (1, 1, 1, 'N1');
end
$$;
select set_eq('select logged()', array['contact_child 2018-01 2019-01 of 1'], 'an exception block is a savepoint too');
rollback to savepoint a;

-- Dates that move.
insert into contact_child (contact_child_id, contact_id, child_id, primary_need_code) values (1, 1, 1, 'N1');
select early_help_internal.write_by_engine($$ delete from stale_mark $$) \g /dev/null
select early_help_internal.forget_stale_marks() \g /dev/null
update contact set received_on = '2016-05-05' where contact_id = 1;
select set_eq('select logged()', array['contact_child 2018-01 2019-01 of 1', 'contact_child 2016-05 2017-05 of 1'],
    'a contact that moves reaches months from where it was and from where it is, by its cascade');
rollback to savepoint a;

insert into referral (child_id, family_id, referred_on, source_code, primary_need_code) values (1, 1, '2018-01-31', '6', 'N1');
select set_eq('select logged()', array['referral 2018-01 2020-01 of 1'], 'a referral reaches 24 months on, whatever the setting');
update partnership set title = 'Another';
select is((select count(*) from stale_mark)::integer, 1, 'the title bears on no figure');
update partnership set re_referral_months = 6;
select set_has('select logged()', $$ values ('partnership -infinity infinity') $$, 'the months of a re-referral on all');
rollback to savepoint a;

-- How far marks reach: as far as there are events or cells.
update partnership set re_referral_months = 6;
select is_empty('select stale(cube) from kpi_cube', 'a setting makes nothing stale where nothing is recorded');
insert into referral (child_id, family_id, referred_on, source_code, primary_need_code) values (1, 1, '2018-01-31', '6', 'N1');
select results_eq($$ select stale('referrals') $$, array['2018-01'], 'a referral reaches no month without events');
insert into contact_child (contact_child_id, contact_id, child_id, primary_need_code) values (3, 3, 1, 'N1');
select results_eq($$ select count(*)::integer from stale('referrals') $$, array[18], 'but those up to another event');
select results_eq($$ select count(*)::integer from stale('contacts') $$, array[1], 'and a contact those after its own alone');
rollback to savepoint a;
insert into referral (child_id, family_id, referred_on, source_code, primary_need_code) values (1, 1, '2018-01-31', '6', 'N1');
select early_help_internal.write_by_engine($$ delete from stale_mark $$) \g /dev/null
select is_empty($$ select stale('referrals') $$, 'nothing is stale without marks');
select early_help_internal.write_by_engine($$ update kpi_filled_months set first_month = '2018-01-01', last_month = '2018-03-01' $$) \g /dev/null
update partnership set re_referral_months = 7;
select results_eq($$ select stale('referrals') $$, array['2018-01', '2018-02', '2018-03'], 'a setting reaches all months with cells');
select early_help_internal.write_by_engine($$ insert into stale_mark values ('partnership', '2099-12-01', '2100-02-01', 'infinity'), ('unheard of', '2018-05-01', '2018-05-01', 'infinity') $$) \g /dev/null
select results_eq($$ select count(*)::integer from stale('referrals') $$, array[(2100 - 2018) * 12 + 2], 'and those up to the last event, whatever marked it');
rollback to savepoint a;

-- Support that goes on.
alter table episode_child disable trigger all;
alter table episode_child enable always trigger marks_months_of_support;
insert into episode_child (episode_id, child_id, joined_on) values (1, 1, '2018-03-05');
select set_eq('select logged()', array['support 2018-03 2020-03', 'support 2018-03 infinity'], 'support that goes on reaches all that follows');
insert into episode_child (episode_id, child_id, joined_on) values (2, 2, '2018-05-05');
select results_eq(
    $$ select stale('children_worked_with') $$,
    $$ select to_char(d, 'YYYY-MM') from generate_series('2018-03-01', date_trunc('month', localtimestamp), '1 month') d $$,
    'up to the current month, and leaves out no month of another that goes on');
update episode_child set left_on = '2018-04-01' where episode_id = 1;
select set_has($q$select logged()$q$, $q$values ('support 2018-05 2020-05')$q$, 'one that ended reaches two years on');
insert into episode_child (episode_id, child_id, joined_on, left_on) values (3, 1, '2018-04-05', '2019-01-31');
select set_has($$ select logged() $$, $$ values ('support 2018-04 2021-01') $$, 'also where another has reached its months before');
rollback to savepoint a;
alter table episode_child disable trigger all;
alter table episode_child enable always trigger marks_months_of_support;
insert into episode_child (episode_id, child_id, joined_on, left_on) values (1, 1, '2018-03-05', '2018-03-10');
insert into episode_child (episode_id, child_id, joined_on) values (1, 1, '2018-06-05');
select set_has($$ select stale('children_worked_with') $$, $$ values ('2018-06') $$, 'a child that comes back within the reach of its leaving is seen');
rollback to savepoint a;

-- Children.
insert into contact_child (contact_child_id, contact_id, child_id, primary_need_code) values (1, 1, 1, 'N1'), (2, 2, 2, 'N1'), (3, 3, 1, 'N1');
select early_help_internal.write_by_engine($$ delete from stale_mark $$) \g /dev/null
savepoint g;
update child set birth_date = '2011-01-01' where child_id = 1;
select set_eq('select logged()', array['child 2018-01 2018-01 of 1', 'child 2019-06 2019-06 of 1'], 'a birth date reaches the months of the child''s contacts');
rollback to savepoint g;
update child set source_ref = 'r2', birth_date = birth_date where child_id = 2;
select is_empty('table stale_mark', 'what no figure reads, none');
update child set sex_code = 'F' where child_id = 2;
select set_eq('select logged()', array['child 2018-01 2018-01 of 2'], 'the sex too');
rollback to savepoint g;
update child set ethnicity_code = 'WBRI' where child_id = 2;
select set_eq('select logged()', array['child 2018-01 2018-01 of 2'], 'and the ethnicity');
rollback to savepoint a;

-- Another partnership, and one that is renamed.
select from early_help.create_partnership('q');
select from early_help.rename_partnership('p', 'r');
insert into r.contact_child (contact_child_id, contact_id, child_id, primary_need_code) values (1, 1, 1, 'N1');
select results_eq('select count(*)::integer from r.stale_mark', array[1], 'a renamed partnership logs');
select is_empty('table q.stale_mark', 'into its own log');
select from early_help.drop_partnership('q');
select from early_help.create_partnership('q');
insert into q.contact (contact_id, received_on, source_code) values (1, '2018-01-31', '6');
insert into q.child (child_id) values (1);
insert into q.contact_child (contact_id, child_id, primary_need_code) values (1, 1, 'N1');
select results_eq('select count(*)::integer from q.stale_mark', array[1], 'one dropped and made again in the transaction logs');
rollback to savepoint a;

-- A referral is a re-referral as many months later as the partnership sets, and its
-- mark reaches as far as the most it can set: the two are written in two places.
create function can_set(months integer) returns boolean
    language plpgsql
as $$
begin
    update partnership set re_referral_months = months;
    raise exception sqlstate 'OK000';
exception
    when sqlstate 'OK000' then
        return true;
    when check_violation then
        return false;
end
$$;
select results_eq(
    $$
        select distinct s.source::text, m.arguments[2]::integer
        from kpi_cube c
        cross join unnest(c.sources) s (source)
        join early_help_internal.kpi_marks('p'::regnamespace) m using (source)
        where 'partnership' = any (c.sources)
            and not c.from_cubes
            and m.kind in ('mark_stale_parts', 'mark_stale_span')
        order by 1
    $$,
    $$ select source, (select max(n) from generate_series(1, 200) n where can_set(n)) from unnest(array['referral', 'support']) source $$,
    'referrals and ends of support reach as far as re_referral_months can be set');
rollback to savepoint a;

select throws_ok('truncate stale_mark', 'YHS04', null, 'the log is not truncated');
select throws_ok('truncate cube_contacts_cells', 'YHS04', null, 'nor are cells');

select finish();
rollback;
