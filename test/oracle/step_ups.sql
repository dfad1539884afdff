select
    date(x.day, 'start of month') as month,
    substr(x.day, 1, 7) as month_key,
    x.from_level,
    x.basis,
    count(*) filter (where x.what = 'offered') as offered,
    count(*) filter (where x.what = 'offered' and x.outcome = 'accepted') as offered_accepted,
    count(*) filter (where x.what = 'offered' and x.outcome = 'declined') as offered_declined,
    count(*) filter (where x.what = 'offered' and x.outcome = 'withdrawn') as offered_withdrawn,
    count(*) filter (where x.what = 'offered' and x.outcome is null) as offered_open,
    count(*) filter (where x.what = 'decided' and x.outcome = 'accepted') as accepted,
    count(*) filter (where x.what = 'decided' and x.outcome = 'declined') as declined,
    count(*) filter (where x.what = 'decided' and x.outcome = 'withdrawn') as withdrawn
from (
    select offered_on as day, 'offered' as what, * from step
    union all
    select decided_on, 'decided', * from step where outcome is not null
) x
where x.to_level = 'social_care'
group by 1, 2, x.from_level, x.basis;
