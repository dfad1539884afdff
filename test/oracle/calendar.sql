with recursive day (day) as (
    select min(year_from) from month
    union all
    select date(day, '+1 day') from day
    where date(day, '+1 day') < (select date(max(year_from), '+1 year') from month)
),
known as (
    select
        date(day, 'start of month') as month,
        count(*) as days,
        count(*) filter (where strftime('%w', day) between '1' and '5' and day not in (select day from bank_holiday)) as working_days
    from day
    group by 1
),
placed as (
    select
        *,
        cast(substr(month, 1, 4) as integer) as y,
        cast(substr(month, 6, 2) as integer) as m,
        (substr(month, 6, 2) + 8) % 12 + 1 as of_year
    from known
),
named as (
    select
        *,
        y - (m < 4) as year_from,
        (of_year - 1) / 3 + 1 as q,
        y in (select cast(substr(day, 1, 4) as integer) from bank_holiday where not local) as known
    from placed
)
select
    month,
    substr(month, 1, 7) as month_key,
    y as calendar_year,
    m as month_of_year,
    (select value from json_each('["January","February","March","April","May","June","July","August","September","October","November","December"]') where key = m - 1) as month_name,
    printf('%d/%02d', year_from, (year_from + 1) % 100) as financial_year,
    year_from || '-04-01' as financial_year_start,
    of_year as month_of_financial_year,
    printf('%d/%02d Q%d', year_from, (year_from + 1) % 100, q) as quarter_key,
    date(year_from || '-04-01', '+' || (3 * q - 3) || ' months') as quarter_start,
    q as quarter_of_financial_year,
    days,
    case when known then working_days end as working_days,
    case when known then 'ok' else 'no bank holidays recorded' end as working_days_status,
    case
        when (select day from today) < date(month, '+1 month') then 'running'
        when month < (select begins_on from series where record = 'any') then 'history too short'
        else 'complete'
    end as period_status
from named;
