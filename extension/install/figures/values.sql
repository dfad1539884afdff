-- What the views of figures compute from cells.

create function early_help_internal.months_between(from_month date, to_month date) returns integer
    language sql
    immutable
    parallel safe
return ((extract(year from to_month) - extract(year from from_month)) * 12
    + extract(month from to_month) - extract(month from from_month))::integer;
comment on function early_help_internal.months_between is
    'The number of calendar months from the month of one day to the month of another. The days do not matter.';

create function early_help_internal.first_in_period(month date, months_since integer, first_month date) returns boolean
    language sql
    immutable
    parallel safe
return coalesce(month - make_interval(months => months_since) < first_month, true);
comment on function early_help_internal.first_in_period is
    'Whether the cell''s child or family was last counted before the period that begins with first_month. months_since tells how '
    'many months ago that was; null: never, or too long ago. Counts of such cells add up to different children or families over '
    'a period of up to a year.';

create function early_help_internal.percentile_of_days(days integer[], cases bigint[], share double precision)
    returns double precision
    language sql
    immutable
    parallel safe
begin atomic
    -- Between the two cases around place share * (all - 1), as percentile_cont does.
    select low + (place - floor(place)) * (high - low)
    from (
        select
            place,
            min(day) filter (where upto > floor(place)) as low,
            min(day) filter (where upto > ceil(place)) as high
        from (
            select
                d.day,
                sum(d.n) over (order by d.day) as upto,
                share * (sum(d.n) over () - 1)::double precision as place
            from unnest(days, cases) as d (day, n)
            where d.n > 0
        ) counted
        group by place
    ) around;
end;
comment on function early_help_internal.percentile_of_days is
    'What percentile_cont(share) returns when days[i] occurs cases[i] times. Share 0.5 is the median. Null: there are no cases.';

create function early_help_internal.figure_value(unit text, numerator numeric, denominator numeric, median double precision)
returns numeric
    language sql
    immutable
    parallel safe
return case unit
    when '%' then round(100.0 * numerator / nullif(denominator, 0), 1)
    when 'days' then round(median::numeric, 1)
    else numerator
end;
comment on function early_help_internal.figure_value is
    'The value of a figure of the dashboard: a percentage with one decimal, a median in days, or the count. Null: there is '
    'nothing to take a percentage or median of.';

create function early_help_internal.period_status(
    first_month date,
    last_month date,
    complete_from date,
    settles_after_days integer
)
    returns text
    language sql
    stable
    parallel safe
return case
    when current_date < last_month + interval '1 month' then 'running'
    when first_month < complete_from then 'history too short'
    when current_date < last_month + interval '1 month' + make_interval(days => settles_after_days) then 'settling'
    else 'complete'
end;
comment on function early_help_internal.period_status is
    'Whether a period of months is complete today. Else: running: it is not over; history too short: it begins before '
    'complete_from, when the record had all that a figure rests on; settling: what it waits for has not had its days.';

create function early_help_internal.figure_in_words(value numeric, unit text, decimals integer) returns text
    language sql
    immutable
    parallel safe
return coalesce(
    to_char(value, 'FM999,999,999,990' || case when decimals > 0 then '.' || repeat('0', decimals) else '' end)
        || case unit when '%' then ' %' when 'days' then ' days' else '' end,
    'no cases');
comment on function early_help_internal.figure_in_words is
    'A figure as text: 1,234; 12.5 %; 41.0 days; no cases.';

create function early_help_internal.rag(value numeric, target numeric, floor numeric, direction text) returns text
    language sql
    immutable
    parallel safe
return case
    when target is null or direction = 'neutral' then 'no target'
    when value is null then 'no cases'
    when case direction when 'high' then value >= target when 'low' then value <= target else value = target end
        then 'green: target met'
    when floor is not null and case direction
            when 'high' then value >= floor
            when 'low' then value <= floor
            else abs(value - target) <= abs(floor - target)
        end
        then 'amber: near the target'
    else 'red: target missed'
end;
comment on function early_help_internal.rag is
    'Red, amber or green in words. Amber: the target is missed, but the floor is kept. Where the target is the value to hit, '
    'amber reaches as far from it as the floor does.';

create function early_help.age_band(age integer) returns varchar
    language sql
    immutable
    parallel safe
    return case
        when age < 0 then 'before birth'
        when age < 1 then 'under 1'
        when age < 5 then '1 to 4'
        when age < 10 then '5 to 9'
        when age < 16 then '10 to 15'
        when age < 18 then '16 and 17'
        when age >= 18 then '18 and over'
    end;
comment on function early_help.age_band is
    'The published band of an age in whole years. Bands are those of the Department for Education''s children in need '
    'statistics, and before birth. Null: the age is not known.';
