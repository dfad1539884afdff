select
    date(x.day, 'start of month') as month,
    substr(x.day, 1, 7) as month_key,
    v.run_by,
    v.name as service,
    g.name as agency,
    count(*) filter (where x.what = 'started') as plans_started,
    count(*) filter (where x.what = 'completed') as plans_completed,
    count(*) filter (where x.what not in ('started', 'completed')) as plans_ended_otherwise,
    count(*) filter (where x.what = 'consent_withdrawn') as plans_ended_consent_withdrawn
from (
    select started_on as day, 'started' as what, service_id from plan where kind = 'intervention'
    union all
    select ended_on, end_reason, service_id from plan where kind = 'intervention'
) x
left join service v on v.service_id = x.service_id
left join agency g on g.agency_id = v.agency_id
where x.day is not null
group by 1, 2, x.service_id;
