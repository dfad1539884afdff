-- Which function cells_once() calls, with whose rights, and what it takes from it.
begin;
select plan(28);

set client_min_messages = warning;
create role owner_of_f superuser;
create role stranger;
create schema f;
create schema closed;
grant usage, create on schema f to stranger;
grant usage on schema early_help, closed to stranger;
grant execute on function early_help_internal.cells_once(regprocedure, date) to stranger;
create function call(function text, columns text default 'month date, n integer') returns text
    language plpgsql
as $$
declare
    found text;
begin
    execute format('select string_agg(c::text, '' '') from early_help_internal.cells_once(%s::oid::regprocedure, ''2020-01-01'') as c (%s)', function::regprocedure::oid, columns) into found;
    return found;
exception
    when others then
        return sqlstate;
end
$$;

create function state_of(command text) returns text
    language plpgsql
as $$
begin
    execute command;
    return 'OK000';
exception
    when others then
        return sqlstate;
end
$$;

-- One function's rights do not run another of its name.
create function f.whoami(t text) returns text language sql security definer set search_path = pg_catalog as 'select current_user::text';
create function f.whoami() returns text language sql security definer set search_path = pg_catalog as 'select current_user::text';
create function f.whoami(d date, e date) returns table (month date, who text) language sql stable security definer set search_path = pg_catalog as 'select d, current_user::text';
alter function f.whoami(text) owner to owner_of_f;
alter function f.whoami() owner to owner_of_f;
alter function f.whoami(date, date) owner to owner_of_f;
set role stranger;
create function f.whoami(d date) returns table (month date, who text) language sql stable as 'select d, current_user::text';
select is_empty($$
    select p.oid::regprocedure, came_to
    from pg_proc p
    cross join public.call(p.oid::regprocedure::text, 'month date, who text') came_to
    where p.pronamespace = 'f'::regnamespace
        and came_to is distinct from case when p.oid = 'f.whoami(date)'::regprocedure then '(2020-01-01,stranger)' else '42809' end
$$, 'the function that is named is called, and no other');
reset role;

-- Whoever asks must be allowed to name the function and to call it.
create function f.open(d date) returns table (month date, who text) language sql stable security definer set search_path = pg_catalog as 'select d, current_user::text';
create function f.revoked(d date) returns table (month date, who text) language sql stable security definer set search_path = pg_catalog as 'select d, current_user::text';
create function closed.open(d date) returns table (month date, who text) language sql stable security definer set search_path = pg_catalog as 'select d, current_user::text';
create function f.plain(d date) returns table (month date, who text) language sql stable as 'select d, current_user::text';
create function f.revoked(t text) returns text language sql stable security definer set search_path = pg_catalog as 'select current_user::text';
alter function f.revoked(text) owner to owner_of_f;
alter function f.open(date) owner to owner_of_f;
alter function f.revoked(date) owner to owner_of_f;
alter function closed.open(date) owner to owner_of_f;
revoke execute on function f.revoked(date) from public;
revoke usage on schema closed from stranger;
create view seen as
select 'open' as which, c.who from early_help_internal.cells_once('f.open(date)', '2020-01-01') as c (month date, who text);
create view seen_revoked as select c.who from early_help_internal.cells_once('f.revoked(date)', '2020-01-01') as c (month date, who text);
create view seen_closed as select c.who from early_help_internal.cells_once('closed.open(date)', '2020-01-01') as c (month date, who text);
grant select on seen, seen_revoked, seen_closed to stranger;
select 'closed.open(date)'::regprocedure::oid as closed_function \gset
set role stranger;
select results_eq('select who from seen', array['owner_of_f'], 'a function that runs as its owner');
select is(public.call('f.plain(date)', 'month date, who text'), '(2020-01-01,stranger)', 'one that runs as the caller');
select throws_ok('select * from seen_revoked', '42501', 'permission denied for function revoked', 'one that is not granted, though a view calls it');
select is(public.call('f.revoked(text)', 'month date, who text'), '42809', 'nor is it reached by the name of one that is granted');
select throws_ok('select * from seen_closed', '42501', 'permission denied for schema closed', 'one in a schema that is closed');
select throws_ok(format('select * from early_help_internal.cells_once(%s::oid::regprocedure, ''2020-01-01'') as c (month date, who text)', :closed_function), '42501',
    'permission denied for schema closed', 'named by its OID');
select is(current_user, 'stranger', 'who asks is who he was');
reset role;

-- What computes no cells.
select is_empty($$
    select p.oid::regprocedure, came_to
    from (select p.oid from pg_proc p where not (p.prokind = 'f' and p.proretset and p.provolatile <> 'v' and p.proargtypes = '1082'::oidvector) order by p.oid limit 4000) p
    cross join state_of(format('select * from early_help_internal.cells_once(%s::oid::regprocedure, ''2020-01-01'') as c (month date, n integer)', p.oid)) came_to
    where came_to <> '42809'
$$, 'every function that is not of one date, or gives no set, or is volatile');
select is(state_of('select * from early_help_internal.cells_once(4294967294::oid::regprocedure, ''2020-01-01'') as c (month date, n integer)'), '42883', 'no function');
create function f.volatile(d date) returns table (month date, n integer) language sql as 'select d, 1';
create function f.no_set(d date, out month date, out n integer) language sql stable as 'select d, 1';
create function f.one_column(d date) returns table (n integer) language sql stable as 'select 1';
create function f.any_record(d date) returns setof record language sql stable as 'select d, 1';
create function f.of_text(d text) returns table (month date, n integer) language sql stable as 'select current_date, 1';
create function f.many(variadic d date[]) returns table (month date, n integer) language sql stable as 'select current_date, 1';
create function f.by_default(d date, n integer default 1) returns table (month date, n2 integer) language sql stable as 'select d, n';
create procedure f.procedure(d date) language sql as 'select 1';
create domain f.day as date;
create function f.of_domain(d f.day) returns table (month date, n integer) language sql stable as 'select current_date, 1';
select is_empty($$
    select p.oid::regprocedure, came_to
    from pg_proc p
    cross join public.call(p.oid::regprocedure::text) came_to
    where p.pronamespace = 'f'::regnamespace
        and p.proname in ('volatile', 'no_set', 'one_column', 'any_record', 'of_text', 'many', 'by_default', 'procedure', 'of_domain')
        and came_to is distinct from '42809'
$$, 'nor these');

-- However a function gives its rows: at once, one by one, as a composite type.
create type f.cell as (month date, n integer);
create table f.altered (gone text, month date, n integer);
alter table f.altered drop gone;
create function f.at_once(d date) returns table (month date, n integer) language plpgsql stable as 'begin return query select d, g from generate_series(1, 3) g; end';
create function f.at_once_next(d date) returns table (month date, n integer) language plpgsql stable as 'begin for i in 1..3 loop month := d; n := i; return next; end loop; end';
create function f.at_once_sql(d date) returns table (month date, n integer) language sql stable as 'select d, g from generate_series(1, 3) g';
create function f.one_by_one(d date) returns setof f.cell language sql stable as 'select row(d, g)::f.cell from generate_series(1, 3) g';
create function f.composite(d date) returns setof f.cell language sql stable as 'select d, g from generate_series(1, 3) g';
create function f.as_owner(d date) returns setof f.cell language sql stable security definer set search_path = f, pg_temp set work_mem = '64kB' as 'select row(d, g)::f.cell from generate_series(1, 3) g';
create function f.immutable(d date) returns table (month date, n integer) language sql immutable strict as 'select d, g from generate_series(1, 3) g';
select is_empty($$
    select p.oid::regprocedure, came_to
    from pg_proc p
    cross join public.call(p.oid::regprocedure::text) came_to
    where p.pronamespace = 'f'::regnamespace
        and p.proname in ('at_once', 'at_once_next', 'at_once_sql', 'one_by_one', 'composite', 'as_owner', 'immutable')
        and came_to is distinct from '(2020-01-01,1) (2020-01-01,2) (2020-01-01,3)'
$$, 'three rows');
create function f.nothing(d date) returns setof f.cell language sql stable as 'select row(d, 1)::f.cell where false';
create function f.nothing_at_once(d date) returns table (month date, n integer) language plpgsql stable as 'begin return; end';
create function f.no_row(d date) returns setof f.cell language sql stable as 'select null::f.cell';
select is(call('f.nothing(date)'), null, 'no row');
select is(call('f.nothing_at_once(date)'), null, 'none at once');
select is(call('f.no_row(date)'), '(,)', 'a null row is one of nulls');
create function f.wide(d date) returns setof f.cell language sql stable as 'select row(d, g)::f.cell from generate_series(1, 100000) g';
create function f.wide_at_once(d date) returns table (month date, n integer) language plpgsql stable set work_mem = '64kB' as 'begin return query select d, g from generate_series(1, 100000) g; end';
select is((select sum(n) from early_help_internal.cells_once('f.wide(date)', '2020-01-01') as c (month date, n integer)), 5000050000, 'many');
select is((select sum(n) from early_help_internal.cells_once('f.wide_at_once(date)', '2020-01-01') as c (month date, n integer)), 5000050000, 'more than memory holds');
create function f.words(d date) returns table (month date, word text) language sql stable as $$ select d, repeat('x', 100000 * g) from generate_series(1, 3) g $$;
select is((select string_agg(length(word)::text, ' ') from early_help_internal.cells_once('f.words(date)', '2020-01-01') as c (month date, word text)), '100000 200000 300000', 'long values');

-- Columns as the query names them, and no others.
create table f.named (columns text, came_to text);
insert into f.named values
    ('month date, n integer', '(2020-01-01,1) (2020-01-01,2) (2020-01-01,3)'),
    ('a date, b integer', '(2020-01-01,1) (2020-01-01,2) (2020-01-01,3)'),
    ('month date, n bigint', '42804'), ('month date, n text', '42804'), ('month text, n integer', '42804'), ('n integer, month date', '42804'),
    ('month date, n oid', '42804'), ('month date, n "char"', '42804'), ('month date', '42804'), ('month date, n integer, more integer', '42804'), ('month timestamp, n integer', '42804'),
    ('month early_help.event_date, n integer', '42804');
select is_empty($$
    select function, columns, n.came_to, found
    from f.named n
    cross join (values ('f.at_once(date)'), ('f.at_once_sql(date)'), ('f.one_by_one(date)'), ('f.composite(date)'), ('f.as_owner(date)')) c (function)
    cross join call(function, columns) found
    where found is distinct from n.came_to
$$, 'of the same number, order and types');
create function f.of_altered(d date) returns setof f.altered language plpgsql stable as 'begin return query select d, 1; end';
select is(call('f.of_altered(date)'), '42804', 'a type whose column was dropped has one more');
create function f.changing(d date) returns setof f.cell language plpgsql stable as $$ begin execute 'alter type f.cell alter attribute n type text'; return query select d, 'a'::text; end $$;
select is(call('f.changing(date)'), '0A000', 'a STABLE function changes no type');
select throws_ok($$ select early_help_internal.cells_once('f.at_once(date)', '2020-01-01') $$, null, null, 'it stands in FROM');

-- Errors. What was not computed wholly is not remembered.
create sequence f.calls;
create function f.fails_once(d date) returns table (month date, n integer) language plpgsql stable as $$
begin
    return query select d, 1;
    if nextval('f.calls') = 1 then
        raise division_by_zero;
    end if;
    return query select d, 2;
end
$$;
create function f.fails_late(d date) returns setof f.cell language sql stable as 'select row(d, 10 / (3 - g))::f.cell from generate_series(1, 3) g';
select is(call('f.fails_once(date)'), '22012', 'an error');
select is(call('f.fails_once(date)'), '(2020-01-01,1) (2020-01-01,2)', 'and none the next time');
select is(call('f.fails_late(date)'), '22012', 'an error after some rows');
declare months cursor for
    select c.n from (values (date '2020-01-01'), ('2020-01-01')) v (month) cross join lateral early_help_internal.cells_once('f.fails_late(date)', v.month) as c (month date, n integer);
savepoint fetching;
select throws_ok('fetch all from months', '22012', null, 'in a cursor');
rollback to fetching;
select throws_ok('fetch all from months', null, null, 'which is at its end then');

-- One place may ask several functions, and one function several places.
create function f.other(d date) returns table (month date, n integer) language sql stable as 'select d, 100';
select is((select sum(c.n)
    from (values ('f.at_once(date)'::regprocedure), ('f.other(date)'), ('f.at_once(date)'), ('f.one_by_one(date)')) v (function)
    cross join (values (date '2020-01-01'), ('2020-02-01'), ('2020-01-01')) m (month)
    cross join lateral early_help_internal.cells_once(v.function, m.month) as c (month date, n integer)), 354::bigint, 'of each its own');

select finish();
rollback;
