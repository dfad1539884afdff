-- The server evaluates the constraints that it was lent (lent_checks.c) as if it had read them itself. A CHECK on a
-- generated column is its alone: check_row cannot know the value.
\ir fixture.psql
set client_min_messages = warning;

alter table child add constraint not_13 check (counts_for_child_id <> 13);
insert into child (child_id) values (1);
select refused('insert into child (child_id) values (13)', '23514', 'a row');
select refused('insert into child (child_id) values (2), (13)', '23514', 'the second row');
select refused('update child set child_id = 13 where child_id = 1', '23514', 'an update');
select refused('with a as (insert into child (child_id) values (2)) insert into child (child_id) values (13)', '23514', 'one part of a statement');
select refused('with a as (insert into child (child_id) values (13)) insert into child (child_id) values (2)', '23514', 'the other part');
select refused('merge into child k using (values (13)) v (id) on k.child_id = v.id when not matched then insert (child_id) values (v.id)', '23514', 'MERGE');
select allowed('insert into child (child_id) values (2)', 'after all these');

-- A statement that runs while another one has them.
create function public.another() returns trigger
language plpgsql
as $$
begin
    begin
        insert into child (child_id) values (new.child_id - 100);
    exception
        when check_violation then
            raise exception sqlstate 'OK113' using message = 'inside';
    end;
    return null;
end
$$;
create trigger another after insert on child for each row when (new.child_id > 100) execute function public.another();
select refused('insert into child (child_id) values (113)', 'OK113', 'the inner statement');
select refused('insert into child (child_id) values (102), (13)', '23514', 'the outer one, after an inner one');
select allowed('insert into child (child_id) values (102), (103)', 'neither');
drop trigger another on child;

-- While a statement has them, the table's entry is forgotten.
create function public.forgets() returns trigger
language plpgsql
as $$
begin
    execute format('create function public.%I() returns integer language sql as ''select 1''', 'any_' || new.child_id);
    perform town.give_consent(1, 'parent', '2024-01-01');
    return null;
end
$$;
insert into family (family_id) values (1);
create trigger forgets after insert on child for each row execute function public.forgets();
select refused('insert into child (child_id) values (3), (13)', '23514', 'the next row');
select allowed('insert into child (child_id) values (3), (4)', 'and it goes on');
drop trigger forgets on child;

-- What a constraint says changes.
alter table child drop constraint not_13;
select allowed('insert into child (child_id) values (13)', 'without the constraint');
alter table child add constraint not_13 check (counts_for_child_id <> 14);
select allowed('insert into child (child_id) values (13)', 'with another one');
select refused('insert into child (child_id) values (14)', '23514', 'and what that one says');
create function public.is_fit(id bigint) returns boolean language sql immutable return id <> 13;
alter table child drop constraint not_13, add constraint not_13 check (is_fit(counts_for_child_id));
insert into child (child_id) values (5);
select refused('insert into child (child_id) values (13)', '23514', 'a function in SQL');
create or replace function public.is_fit(id bigint) returns boolean language sql immutable return id <> 14;
select allowed('insert into child (child_id) values (13)', 'which is replaced');
select refused('insert into child (child_id) values (14)', '23514', 'and what it says then');

-- A role that may not call a function of the constraint.
create function public.the_same(bigint) returns bigint language internal immutable strict as 'int8up';
revoke execute on function public.the_same from public;
alter table child drop constraint not_13, add constraint not_13 check (the_same(counts_for_child_id) <> 13);
create role lent_checks_writer;
grant usage on schema town, public to lent_checks_writer;
grant insert on child to lent_checks_writer;
insert into child (child_id) values (6);
select refused('insert into child (child_id) values (13)', '23514', 'a function in C');
select is((outcome_of('set local role lent_checks_writer; insert into child (child_id) values (7)')).message, 'permission denied for function the_same', 'a role that may not call it');
select allowed('insert into child (child_id) values (7)', 'one that may, after it');
select * from finish();
rollback;
