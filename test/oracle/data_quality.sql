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
group by o.record, o.what
union all
select u.record, k.label, u.what, count(*), date(min(u.day), 'start of month'), date(max(u.day), 'start of month')
from (
    select 'contact' as record, 'decided referral, without a referral' as what, c.received_on as day
    from contact_child c
    left join referral r on r.contact_child_id = c.contact_child_id
    where c.decision = 'referral' and r.referral_id is null
    union all
    select 'referral', 'without a contact', r.referred_on
    from referral r
    where r.contact_child_id is null
) u
join kpi_record k on k.record = u.record
group by u.record, u.what;
