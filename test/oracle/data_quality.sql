with outside as (
    select h.record, h.day, 'after today' as what
    from happened h
    where h.day > (select day from today)
    union all
    select h.record, h.day, 'before the series begins'
    from happened h
    join series s on s.record = h.record
    where h.day < s.first_day
)
select
    o.record,
    k.label,
    o.what,
    count(*) as events,
    date(min(o.day), 'start of month') as first_month,
    date(max(o.day), 'start of month') as last_month
from outside o
join kpi_record k on k.record = o.record
group by o.record, o.what;
