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
