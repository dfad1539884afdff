select
    date(x.day, 'start of month') as month,
    substr(x.day, 1, 7) as month_key,
    v.run_by,
    v.name as service,
    g.name as agency,
    g.sector,
    case when x.supports_sen then 't' else 'f' end as supports_sen,
    count(*) filter (where x.what = 'started') as assessments_started,
    count(*) filter (where x.what = 'completed') as assessments_completed,
    count(*) filter (where x.what = 'ended') as assessments_ended_otherwise
from (
    select started_on as day, 'started' as what, service_id, supports_sen, corrects_assessment_id from assessment
    union all
    select completed_on, 'completed', service_id, supports_sen, corrects_assessment_id from assessment
    union all
    select ended_on, 'ended', service_id, supports_sen, corrects_assessment_id from assessment
) x
left join service v on v.service_id = x.service_id
left join agency g on g.agency_id = v.agency_id
where x.day is not null
    -- A correction is the same assessment once more.
    and x.corrects_assessment_id is null
group by 1, 2, x.service_id, x.supports_sen;
