-- Every month of every financial year with figures, without a gap, for BI tools to join.
-- Working days are known for years whose bank holidays are recorded: the others have null.
-- Not by working_days_between, which reads with the rights of whoever asks.
create view calendar as
select
    p.last_month as month,
    p.period_key::varchar(7) as month_key,
    extract(year from p.last_month)::integer as calendar_year,
    extract(month from p.last_month)::integer as month_of_year,
    trim(to_char(p.last_month::timestamp, 'Month'))::varchar(10) as month_name,
    y.period_key as financial_year,
    y.first_month as financial_year_start,
    (early_help_internal.months_between(y.first_month, p.last_month) + 1)::integer as month_of_financial_year,
    q.period_key as quarter_key,
    q.first_month as quarter_start,
    extract(quarter from p.last_month - interval '3 months')::integer as quarter_of_financial_year,
    extract(day from p.last_month + interval '1 month' - interval '1 day')::integer as days,
    case when b.year is not null then
        early_help_internal.weekdays_between(p.last_month - 1, (p.last_month + interval '1 month' - interval '1 day')::date)
            - coalesce(h.weekdays, 0)
    end as working_days,
    case when b.year is not null then 'ok' else 'no bank holidays recorded' end::varchar(30) as working_days_status,
    early_help_internal.period_status(p.first_month, p.last_month, y.begins_on, 0)::varchar(20) as period_status
from kpi_period p
join kpi_period q on q.period_kind = 'quarter' and p.last_month between q.first_month and q.last_month
join kpi_period_shown y on y.record = 'any' and y.period_kind = 'year' and p.last_month between y.first_month and y.last_month
left join (
    select date_trunc('month', day::timestamp)::date as month, count(*)::integer as weekdays
    from only bank_holiday
    where extract(isodow from day) < 6
    group by 1
) h on h.month = p.last_month
left join (
    select extract(year from day) as year
    from only bank_holiday
    where not local
    group by 1
) b on b.year = extract(year from p.last_month)
where p.period_kind = 'month';
comment on view calendar is
    'Months without a gap, from the financial year in which the record begins to the current one: join it to any view by '
    'month_key.';
