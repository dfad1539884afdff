-- Whoever audits or drops somebody else's partnership runs none of its owner's code. The owner
-- makes another table under each name: with a column of a type of his that has casts,
-- which are code, or a view that calls a function.
begin;
select plan(4);

set client_min_messages = warning;
create role trap_owner;
do $$ begin execute format('grant create on database %I to trap_owner', current_database()); end $$;
select early_help.grant_ownership('trap_owner') \g /dev/null
set role trap_owner;
select null from early_help.create_partnership('trap') \g /dev/null
create type trap.own as (name text);
create function trap.run() returns boolean
    language plpgsql
as $$ begin raise exception 'code of the owner ran as %', current_user; end $$;
create function trap.text_of(trap.own) returns text language sql as 'select trap.run()::text';
create function trap.number_of(trap.own) returns bigint language sql as 'select trap.run()::integer::bigint';
create function trap.day_of(trap.own) returns date language sql as $$select case when trap.run() then date '2024-01-01' end$$;
create cast (trap.own as text) with function trap.text_of(trap.own) as implicit;
create cast (trap.own as bigint) with function trap.number_of(trap.own) as implicit;
create cast (trap.own as date) with function trap.day_of(trap.own) as implicit;
reset role;

-- What a superuser's call comes to when the owner has done this before. Nothing stays.
create function public.comes_to(before text[], call text) returns text
    language plpgsql
as $$
declare
    did text;
    came_to text := 'OK000';
begin
    set local role trap_owner;
    foreach did in array before loop
        execute did;
    end loop;
    reset role;
    begin
        execute call;
    exception
        when others then
            came_to := sqlerrm;
    end;
    raise exception using errcode = 'ZZ000', message = came_to;
exception
    when sqlstate 'ZZ000' then
        return sqlerrm;
end
$$;

create temp table call as
select c
from unnest(array[
    $$select count(*) from early_help.audit('trap', cells => 'none')$$,
    $$select count(*) from early_help.partnerships()$$,
    $$select early_help.drop_partnership('trap', cascade => true)$$]) c;

-- Columns that keys compare, and those of the note of its structure as made.
create temp table with_own_type as
select
    c.relname,
    a.attname,
    array[
        format('drop table trap.%I cascade', c.relname),
        format('create table trap.%I (%s)', c.relname, (
            select string_agg(format('%I %s', b.attname,
                case when b.attnum = a.attnum then 'trap.own' else format_type(b.atttypid, b.atttypmod) end), ', ' order by b.attnum)
            from pg_attribute b
            where b.attrelid = c.oid
                and b.attnum > 0
                and not b.attisdropped)),
        format('insert into trap.%I (%I) values (row(''x'')::trap.own)', c.relname, a.attname)] as before
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relnamespace = 'trap'::regnamespace
    and c.relkind = 'r'
    and (c.relname = 'structure_as_made'
        or exists (
            select
            from pg_constraint k
            where k.contype = 'f'
                and (k.conrelid, a.attnum) in (select c.oid, unnest(k.conkey))));
select cmp_ok((select count(*) from with_own_type)::integer, '>', 100, 'columns of keys');
select is_empty($$
    select w.relname, w.attname, c.c, came_to
    from with_own_type w
    cross join call c
    cross join public.comes_to(w.before, c.c) came_to
    where came_to like '%code of the owner ran%'
$$, 'no cast of a column''s type is called');

create temp table with_view as
select
    c.relname,
    array[
        format('drop table trap.%I cascade', c.relname),
        format('create view trap.%I as select %s where trap.run()', c.relname, (
            select string_agg(format('null::%s as %I', format_type(b.atttypid, b.atttypmod), b.attname), ', ' order by b.attnum)
            from pg_attribute b
            where b.attrelid = c.oid
                and b.attnum > 0
                and not b.attisdropped))] as before
from pg_class c
where c.relnamespace = 'trap'::regnamespace
    and c.relkind = 'r';
select is_empty($$
    select w.relname, c.c, came_to
    from with_view w
    cross join call c
    cross join public.comes_to(w.before, c.c) came_to
    where came_to like '%code of the owner ran%'
$$, 'nor is a view read that stands for a table');

select is(public.comes_to(array['create view trap.own_view as select trap.run()'], 'select * from trap.own_view'),
    'code of the owner ran as ' || current_user, 'which would have run it');

select * from finish();
rollback;
