select
    date(x.day, 'start of month') as month,
    substr(x.day, 1, 7) as month_key,
    g.name as receiving_agency,
    g.sector as receiving_sector,
    count(*) filter (where x.what = 'offered') as offered,
    count(*) filter (where x.what = 'accepted') as accepted,
    count(*) filter (where x.what = 'declined') as declined,
    count(*) filter (where x.what = 'withdrawn') as withdrawn
from (
    select offered_on as day, 'offered' as what, receiving_agency_id, from_level from step
    union all
    select decided_on, outcome, receiving_agency_id, from_level from step where outcome is not null
) x
left join agency g on g.agency_id = x.receiving_agency_id
where x.from_level = 'social_care'
group by 1, 2, x.receiving_agency_id;
