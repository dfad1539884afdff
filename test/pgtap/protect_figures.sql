-- early_help_internal.protect_figures: it can be stopped, and takes no number that it would count wrongly.
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
    perform early_help_internal.protect_figures(
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
return early_help_internal.protect_figures(
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


-- A system of figures, f, and of equations, e: the signed sum of the members of
-- each is known. Small figures are 1 to 5 ("small") or as given, others any.
create type pg_temp.figure as (n integer, value integer, low integer, high integer, price integer, publicity integer);
create type pg_temp.member as (equation integer, n integer, sign integer);
create function pg_temp.protect(f pg_temp.figure[], e pg_temp.member[], withhold boolean default true)
    returns integer[]
    language sql
return (
    select early_help_internal.protect_figures(array_agg(value order by n), array_agg(low order by n), array_agg(high order by n),
        array_agg(price order by n), array_agg(publicity order by n), m.equations, m.figures, m.signs, withhold)
    from unnest(f)
    cross join (
        select coalesce(array_agg(equation order by equation, n), '{}') as equations,
            coalesce(array_agg(n order by equation, n), '{}') as figures,
            coalesce(array_agg(sign order by equation, n), '{}') as signs
        from unnest(e)) m
    group by m.equations, m.figures, m.signs);

-- 1 + 2 = 3, which was shown before.
create function pg_temp.sum_of_two(small pg_temp.figure, beside pg_temp.figure, withhold boolean default true)
    returns integer[]
    language sql
return pg_temp.protect(array[small, beside, (3, small.value + beside.value, 0, 2147483647, 10, 1)::pg_temp.figure],
    array[(1, 1, 1), (1, 2, 1), (1, 3, -1)]::pg_temp.member[], withhold);
select is(pg_temp.sum_of_two((1, 3, 1, 5, 10, 4), (2, 10, 0, 100, 10, 5)), array[1, 1, 0],
    'what would tell a small figure is hidden with it');
select is(pg_temp.sum_of_two((1, 3, 1, 5, 10, 2), (2, 10, 0, 100, 10, 5)), array[0, 1, 0],
    'also one that was hidden before');
select is(pg_temp.sum_of_two((1, 3, 1, 5, 10, 6), (2, 10, 0, 100, 10, 5)), array[0, 1, 0],
    'and one that is left over of longer periods');
select is(pg_temp.sum_of_two((1, 3, 1, 5, 10, publicity), (2, 10, 0, 100, 10, 5)), array[0, 0, 0],
    'nobody asks about one that is ' || words)
from (values (0, 'never published'), (1, 'shown'), (3, 'hidden for another reason'), (5, 'not small')) as p (publicity, words);
select is(pg_temp.sum_of_two((1, 3, 1, 5, 10, 4), (2, 10, 10, 10, 10, 5), false), array[2, 0, 0],
    'without another value it is hidden and unproven, if the caller goes on');
select is(pg_temp.sum_of_two((1, 3, 1, 5, 10, 4), (2, 10, 10, 10, 10, 5)), array[3, 3, 0],
    'or withheld with what it is linked to, which then may have any value');
select is(pg_temp.sum_of_two((1, 3, 1, 5, 10, 4), (2, 0, 0, 0, 10, 5)), array[3, 3, 0], 'zeros too');
select is(pg_temp.sum_of_two((1, 3, 1, 5, 10, 2), (2, 10, 10, 10, 10, 5), false), array[0, 3, 0],
    'for one that was hidden before it is withheld whatever the caller says');
select is(pg_temp.sum_of_two((1, 3, 1, 5, 10, 4), (2, 10, 0, 100, 10, 1)), array[4, 0, 0],
    'what is shown gives it away: hiding it is futile');

-- A price is paid as far as a search goes; what is withheld has no price.
select is(pg_temp.sum_of_two((1, 3, 1, 5, 10, 4), (2, 10, 0, 100, 20000, 5)), array[1, 1, 0], 'a high price is paid');
select is(pg_temp.sum_of_two((1, 3, 1, 5, 10, 4), (2, 10, 0, 100, 30000, 5)), array[3, 3, 0], 'one that is too high is not');
select is(pg_temp.sum_of_two((1, 3, 1, 5, 10, 4), (2, 10, 0, 100, 30000, 5), false), array[2, 0, 0], 'which leaves it unproven');
select is(
    pg_temp.protect(
        array[(1, 3, 1, 5, 10, 4), (2, 10, 0, 100, 40, 5), (3, 10, 0, 100, 30, 5), (4, 16, 0, 100, 10, 1)]::pg_temp.figure[],
        array[(1, 1, 1), (1, 2, 1), (1, 3, 1), (1, 4, -1)]::pg_temp.member[]),
    array[1, 0, 1, 0], 'of two that would do, the cheaper one is hidden');

-- 1 + 2 = 3, of one publication, where 1 can be nothing else.
create function pg_temp.withheld_sum(more pg_temp.figure[] default '{}', more_equations pg_temp.member[] default '{}')
    returns integer[]
    language sql
return pg_temp.protect(
    array[(1, 3, 3, 3, 10, 4), (2, 10, 0, 100, 10, 5), (3, 13, 0, 100, 10, 5)]::pg_temp.figure[] || more,
    array[(1, 1, 1), (1, 2, 1), (1, 3, -1)]::pg_temp.member[] || more_equations);
select bag_eq(
    $$ select unnest(pg_temp.withheld_sum()) $$,
    array[3, 3, 0], 'of what was withheld, what no figure needs is shown again');
-- 4 has no other value: 5 shows it. It goes on to be linked, by equation 1.
select is(
    pg_temp.withheld_sum(
        array[(4, 0, 0, 100, 10, 5), (5, 0, 0, 100, 10, 1)]::pg_temp.figure[],
        array[(1, 4, 1), (2, 4, 1), (2, 5, -1)]::pg_temp.member[]),
    pg_temp.withheld_sum() || array[0, 0], 'also what could be nothing else anyway');
-- 4 is small and given away by 5.
select is(
    pg_temp.withheld_sum(
        array[(4, 2, 1, 5, 10, 4), (5, 2, 0, 100, 10, 1), (6, 7, 0, 100, 10, 5), (7, 7, 0, 100, 10, 1)]::pg_temp.figure[],
        array[(2, 4, 1), (2, 5, -1), (1, 6, 1), (1, 7, -1), (3, 6, 1), (3, 7, -1)]::pg_temp.member[]),
    array[3, 3, 3, 4, 0, 0, 0], 'but if one figure is given away, only that');

-- n figures, each equal to the next one, of which the first is small.
create function pg_temp.chain(n integer, withhold boolean) returns integer[]
    language sql
return pg_temp.protect(
    array(select (i, 3, 1, 5, 0, case i when 1 then 4 else 5 end)::pg_temp.figure from generate_series(1, n) i),
    array(select (i, i, 1)::pg_temp.member from generate_series(1, n - 1) i
        union all select (i, i + 1, -1)::pg_temp.member from generate_series(1, n - 1) i),
    withhold);
select is(pg_temp.chain(128, true), array_fill(1, array[128]), 'a witness has up to 128 figures');
select is(pg_temp.chain(129, false), 2 || array_fill(0, array[128]), 'no more: then there is no proof');
select is(pg_temp.chain(129, true), array_fill(3, array[129]), 'and all of them stay withheld');

-- Lists that are none.
select is(early_help_internal.protect_figures('{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', true), '{}', 'no figures, no decisions');
select is(pg_temp.protect(array[(1, 3, 1, 5, 10, 4)]::pg_temp.figure[], '{}'), array[1], 'a figure alone is hidden');
create function pg_temp.protect_lists(figures integer[], equation integer[], member integer[], sign integer[])
    returns integer[]
    language sql
return early_help_internal.protect_figures(figures, figures, figures, figures, array_fill(5, array[cardinality(figures)]), equation, member, sign, true);
select is(pg_temp.protect_lists('{3,4}', '{1,1}', '{1,2}', '{1,1}'), array[0, 0], 'lists as they should be');
select throws_ok(
    format('select pg_temp.protect_lists(%L, %L, %L, %L)', figures, equation, member, sign), '22023', null, words || ' is refused')
from (values
    ('{3,null}', '{1,1}', '{1,2}', '{1,1}', 'a figure that is null'),
    ('{{3,4}}', '{1,1}', '{1,2}', '{1,1}', 'a table of figures'),
    ('{3,4}', '{1,1}', '{1}', '{1,1}', 'a list of members that is too short'),
    ('{3,4}', '{1,1}', '{1,2}', '{1,1,1}', 'a list of signs that is too long'),
    ('{3,4}', '{0,1}', '{1,2}', '{1,1}', 'equation 0'),
    ('{3,4}', '{1,3}', '{1,2}', '{1,1}', 'an equation beyond the members'),
    ('{3,4}', '{1,1}', '{0,2}', '{1,1}', 'figure 0'),
    ('{3,4}', '{1,1}', '{1,3}', '{1,1}', 'a figure that is none')) as l (figures, equation, member, sign, words);
select throws_ok(
    format('select pg_temp.sum_of_two((1, 3, 1, 5, 10, %s), (2, 10, 0, 100, 10, 5))', publicity), '22023', null, 'there is no publicity ' || publicity)
from unnest(array[-1, 7]) publicity;

select * from finish();
rollback;
