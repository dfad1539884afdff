-- Periods that figures are published for.

create function early_help_internal.period_months(period text, out first_month date, out next_month date)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    if period ~ '^(19|20)\d\d-(0[1-9]|1[0-2])$' then
        first_month := make_date(left(period, 4)::integer, right(period, 2)::integer, 1);
        next_month := first_month + interval '1 month';
    elsif period ~ '^(19|20)\d\d/\d\d( Q[1-4])?$'
        and (left(period, 4)::integer + 1) % 100 = substr(period, 6, 2)::integer then
        first_month := make_date(left(period, 4)::integer, 4, 1)
            + (coalesce(nullif(substr(period, 10), ''), '1')::integer - 1) * interval '3 months';
        next_month := first_month + case when period ~ 'Q' then interval '3 months' else interval '12 months' end;
    else
        perform early_help_internal.raise_rule(
            'F02', format('The period is %s.', coalesce(quote_literal(left(period, 20)), 'null')));
    end if;
end
$$;
comment on function early_help_internal.period_months is
    'The first day of a period and the first day after it. Periods are a month (2018-04), a quarter of the financial year '
    '(2018/19 Q1, April to June) or a financial year (2018/19). Error YHF02.';

create function early_help_internal.period_name(first_month date, next_month date) returns text
    language sql
    immutable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $$
    select case
            when next_month - first_month < 40 then to_char(first_month::timestamp, 'YYYY-MM')
            else to_char(y.start, 'YYYY/') || to_char(y.start + interval '1 year', 'YY')
                || case when next_month - first_month < 100 then ' Q' || extract(quarter from y.start) else '' end
        end
    from (select first_month - interval '3 months') y (start)
$$;
comment on function early_help_internal.period_name(date, date) is
    'The name of a period, as period_months reads it.';

create function early_help_internal.longer_periods(first_month date, next_month date)
    returns table (period text, first_month date, next_month date)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select early_help_internal.period_name(l.starts, l.ends), l.starts, l.ends
    from (
        select q.starts, (q.starts + interval '3 months')::date as ends
        from (select date_trunc('quarter', longer_periods.first_month::timestamp)::date as starts) q
        union all
        select y.starts, (y.starts + interval '1 year')::date
        from (
            select (date_trunc('year', longer_periods.first_month - interval '3 months') + interval '3 months')::date as starts
        ) y
    ) l
    where l.ends - l.starts > longer_periods.next_month - longer_periods.first_month
    order by l.ends - l.starts
$$;
comment on function early_help_internal.longer_periods(date, date) is
    'The quarter and the financial year that a month lies in, or the financial year that a quarter lies in, the shorter first.';

create function early_help_internal.year_and_quarters(year text)
    returns table (period text, first_month date, next_month date)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    span constant record := early_help_internal.period_months(year_and_quarters.year);
begin
    if span.next_month - span.first_month < 300 then
        perform early_help_internal.raise_rule(
            'F02', format('The period is %s.', quote_literal(year_and_quarters.year)), 'Give a financial year, such as 2018/19.');
    end if;
    return query
    select early_help_internal.period_name(q.starts, q.ends), q.starts, q.ends
    from (
        select span.first_month as starts, span.next_month as ends
        union all
        select s::date, (s + interval '3 months')::date
        from generate_series(span.first_month::timestamp, span.next_month - interval '3 months', interval '3 months') s
    ) q
    order by q.ends - q.starts < 300, q.starts;
end
$$;
comment on function early_help_internal.year_and_quarters(text) is
    'A financial year, and then its quarters. Error YHF02: another period.';
