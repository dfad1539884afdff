-- early_help.protect_figures: it can be stopped, and takes no number that it would count wrongly.
begin;
select no_plan();

-- How long after its timeout of 200 ms a call ends; null: it came to its end before.
create temporary table stopped (what text, late interval);
create procedure pg_temp.stop(what text, figures integer, low integer, high integer)
    language plpgsql
as $$
declare
    began timestamptz := clock_timestamp();
begin
    perform early_help.protect_figures(
        array_fill(3, array[figures]),
        array_fill(low, array[figures]),
        array_fill(high, array[figures]),
        array_fill(10, array[figures]),
        array_fill(4, array[figures]),
        array_fill(1, array[figures]),
        array(select n from generate_series(1, figures) n),
        array_fill(1, array[figures]),
        true);
    insert into stopped values (what, null);
exception
    when query_canceled then
        insert into stopped values (what, clock_timestamp() - began - interval '200 ms');
end
$$;

-- Linked figures took time by their square: 60000 of them 2.5 s on a fast machine.
set statement_timeout = '200ms';
call pg_temp.stop('one equation of 60000 figures', 60000, 1, 5);
call pg_temp.stop('the figures linked to one that has no other value', 250000, 3, 3);
reset statement_timeout;
select ok(coalesce(late < interval '3 s', false), what || ' can be stopped')
from stopped;

create function pg_temp.protect(value integer, low integer, high integer, price integer, sign integer)
    returns integer[]
    language sql
return early_help.protect_figures(
    array[value, value], array[low, low], array[high, high], array[price, price], array[4, 4],
    array[1, 1], array[1, 2], array[sign, sign], true);

select is(pg_temp.protect(3, 1, 5, 10, 1), array[1, 1], 'two small figures of one sum hide each other');
select throws_ok(format('select pg_temp.protect(3, 1, 5, 10, %s)', sign), '22023', null, 'a sign is 1 or -1, not ' || sign)
from unnest(array[0, 2, 2147483647, -2147483647, -2147483648, 65536, 65537]) sign;
select throws_ok(format('select pg_temp.protect(3, 1, 5, %s, 1)', price), '22023', null, 'a price is no ' || price)
from unnest(array[-1, 2147483647, -2147483648]) price;
-- At the ends of the numbers nothing goes further up or down, so that neither of two can be another (futile).
select is(pg_temp.protect(2147483647, -2147483648, 2147483647, 10, 1), array[4, 4], 'the greatest number grows no more');
select is(pg_temp.protect(-2147483648, -2147483648, 2147483647, 10, 1), array[4, 4], 'the least number shrinks no more');
select is(pg_temp.protect(3, 2147483647, -2147483648, 10, 1), pg_temp.protect(3, 3, 3, 10, 1),
    'bounds that hold nothing leave nothing to choose');

select * from finish();
rollback;
