-- Months, quarters and financial years (from April), and the part of a financial
-- year up to each month: what figures are asked for. Fixed, as events are dated 1900 to 2100.
create table kpi_period (
    period_kind varchar(12) not null,
    period_key varchar(10) not null,
    first_month date not null,
    last_month date not null,
    constraint kpi_period_pkey primary key (period_kind, last_month)
);
insert into kpi_period
select
    k.period_kind,
    case k.period_kind
        when 'month' then to_char(p.first_month, 'YYYY-MM')
        when 'quarter' then y.financial_year || ' Q' || extract(quarter from p.first_month - interval '3 months')
        when 'year' then y.financial_year
        else to_char(p.last_month, 'YYYY-MM')
    end,
    p.first_month,
    p.last_month
from (
    values
        ('month', interval '1 month', timestamp '1900-01-01', interval '0'),
        ('quarter', interval '3 months', timestamp '1900-01-01', interval '2 months'),
        ('year', interval '1 year', timestamp '1899-04-01', interval '11 months'),
        ('year to date', interval '1 month', timestamp '1900-01-01', interval '0')
) as k (period_kind, step, start, length)
cross join lateral generate_series(k.start, timestamp '2110-12-01', k.step) g (start)
cross join lateral (
    select
        case
            when k.period_kind = 'year to date' then date_trunc('year', g.start - interval '3 months') + interval '3 months'
            else g.start
        end as first_month,
        g.start + k.length as last_month
) p
cross join lateral (
    select extract(year from p.first_month - interval '3 months') || '/'
        || to_char(p.first_month + interval '9 months', 'YY') as financial_year
) y;
comment on table kpi_period is
    'Every month, quarter and financial year (April to March), and the financial year up to every month. Quarters are those of '
    'the financial year: Q1 is April to June.';
comment on column kpi_period.period_kind is 'month, quarter, year, or year to date.';
comment on column kpi_period.period_key is
    'The period in short, as in publications: 2024-05, 2024/25 Q1, 2024/25. A year to date has its last month.';
comment on column kpi_period.first_month is 'First day of its first month.';
comment on column kpi_period.last_month is 'First day of its last month.';
