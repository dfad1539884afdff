select
    p.kind as period_kind,
    p.key as period_key,
    p.first_day as period_start,
    p.last_day as period_end,
    p.status as period_status,
    count(distinct c.person_id) as children,
    count(c.person_id) as contacts
from shown p
left join contact_counted c on c.received_on between p.first_day and p.until_day
where p.record = 'contact'
    and p.kind <> 'year to date'
group by 1, 2, 3, 4;
