select
    date(x.day, 'start of month') as month,
    substr(x.day, 1, 7) as month_key,
    x.to_level,
    g.name as receiving_agency,
    g.sector as receiving_sector,
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
left join agency g on g.agency_id = x.receiving_agency_id
where x.from_level = 'social_care'
group by 1, 2, x.to_level, x.receiving_agency_id;
