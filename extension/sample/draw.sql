-- Numbers and days: nothing is drawn by random(). What comes out follows from the
-- key alone, by a hash that is the same in every version of PostgreSQL.

create function early_help_sample.draw(key bigint, draw integer) returns double precision
    language sql
    immutable
    parallel safe
return (hashint8extended(key, draw::bigint) & 9007199254740991)::double precision / 9007199254740992;
comment on function early_help_sample.draw(bigint, integer) is
    'For generate_sample: a number from 0 up to 1, always the same for the same key and draw.';

create function early_help_sample.draw_between(key bigint, draw integer, low integer, high integer) returns integer
    language sql
    immutable
    parallel safe
return low + floor(early_help_sample.draw(key, draw) * (high - low + 1))::integer;
comment on function early_help_sample.draw_between(bigint, integer, integer, integer) is
    'For generate_sample: a whole number from low to high, always the same for the same key and draw.';

create function early_help_sample.weekday_from(day date) returns date
    language sql
    immutable
    parallel safe
return day + case extract(isodow from day) when 6 then 2 when 7 then 1 else 0 end;
comment on function early_help_sample.weekday_from(date) is
    'For generate_sample: the day, or the Monday after a weekend.';

-- Few contacts at weekends, in the school holidays and over Christmas.
create function early_help_sample.draw_days(key bigint, from_on date, to_on date) returns double precision[]
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    with day as (
        select
            d::date as day,
            case extract(isodow from d) when 6 then 0.10 when 7 then 0.06 else 1 end
                * (array[1.05, 0.95, 1.10, 0.75, 1.00, 1.05, 0.80, 0.45, 1.00, 1.05, 1.20, 0.75])[extract(month from d)::integer]
                * case
                    when to_char(d, 'MMDD') >= '1220' or to_char(d, 'MMDD') <= '0102' then 0.25
                    when to_char(d, 'MMDD') between '0212' and '0220' or to_char(d, 'MMDD') between '1022' and '1031' then 0.6
                    else 1
                end
                * (0.85 + 0.3 * early_help_sample.draw(key, to_char(d, 'YYYYMM')::integer)) as weight
        from generate_series(from_on::timestamp, to_on::timestamp, interval '1 day') as d
    ), summed as (
        select
            day,
            sum(weight) over (order by day rows unbounded preceding) as upto,
            sum(weight) over (order by day rows between unbounded preceding and unbounded following) as total
        from day
    )
    select array_agg(upto / total order by day)
    from summed
$$;
comment on function early_help_sample.draw_days(bigint, date, date) is
    'For generate_sample: the share of contacts received up to each day of the period.';
