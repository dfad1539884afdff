select
    date(x.day, 'start of month') as month,
    substr(x.day, 1, 7) as month_key,
    x.basis,
    count(*) filter (where x.what = 'offered') as offered,
    count(*) filter (where x.what = 'accepted') as accepted,
    count(*) filter (where x.what = 'declined') as declined,
    count(*) filter (where x.what = 'withdrawn') as withdrawn
from (
    select offered_on as day, 'offered' as what, basis, to_level from step
    union all
    select decided_on, outcome, basis, to_level from step where outcome is not null
) x
where x.to_level = 'social_care'
group by 1, 2, x.basis;
