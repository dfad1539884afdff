select
    p.kind as period_kind,
    p.key as period_key,
    p.first_day as period_start,
    p.last_day as period_end,
    count(distinct c.person_id) as children,
    count(c.person_id) as contacts
from period p
left join contact_counted c on c.received_on between p.first_day and p.last_day
where p.kind <> 'year to date'
group by 1, 2, 3, 4;
