-- A month of a cube costs what the month has, not what the record has: it finds its rows by their day, and what they
-- belong to by its key. Counted are the rows that are read, which no load of the machine changes.
begin;
select no_plan();
set client_min_messages = warning;
set jit = off;
create extension early_help_sample;
select null from early_help.create_partnership('town', training => true) \g /dev/null
select early_help_sample.generate_sample('town', 2400, '2019-01-01', '2023-12-31', 20261128) \g /dev/null
analyze;

create function public.rows_read() returns bigint
language sql
as $$
    -- By reading a table through, and by its indexes.
    select sum(pg_stat_get_xact_tuples_returned(c.oid) + pg_stat_get_xact_tuples_fetched(c.oid))
    from pg_class c
    where c.relnamespace = 'town'::regnamespace and c.relkind = 'r' and c.relname !~ '^(kpi|cube|stale)_'
        -- A small table is read through wherever it is asked.
        and c.relpages > 8
$$;
create function public.rows_read_by(cube text, month date) returns bigint
language plpgsql
as $$
declare
    before bigint := public.rows_read();
    -- Read to its end, by a plan of its own.
    compute constant text := (
        select format('select count(*) from %s(%L)', f.oid::regproc, month)
        from pg_proc f
        where f.proname = 'cube_' || cube || '_month' and f.pronamespace in ('town'::regnamespace, 'town_kpi'::regnamespace));
begin
    execute compute;
    return public.rows_read() - before;
end
$$;
create table public.cost as
select c.cube, m.month::date, public.rows_read_by(c.cube, m.month::date) as rows_read
from town.kpi_cube c
cross join unnest('{2021-03-01,2022-09-01,2023-08-01}'::date[]) m (month)
where not c.from_cubes;
select cmp_ok((select count(*)::integer from public.cost), '>=', 75, 'each cube is computed for three months');
select cmp_ok((select sum(rows_read) from public.cost), '>', 10000::numeric, 'and reads something');
-- What a partnership of this size has in all.
create table public.record as
select sum((xpath('/row/n/text()', query_to_xml(format('select count(*) as n from only %s', c.oid::regclass), false, true, '')))[1]::text::bigint) as rows
from pg_class c
where c.relnamespace = 'town'::regnamespace and c.relkind = 'r' and c.relname !~ '^(kpi|cube|stale|published)_';
select is_empty(
    'select cube, month, rows_read, r.rows from public.cost, public.record r where 5 * rows_read > r.rows',
    'no month reads a fifth of the rows that the record has: what reads all of a table for each row of the month does');
select diag(format('%s %s: %s of %s', cube, month, rows_read, r.rows)) from public.cost, public.record r order by rows_read desc limit 9;
select * from finish();
rollback;
