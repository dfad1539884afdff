-- Early Help Assessments, each event in its own month. A corrected version of an
-- assessment is no new one.
select early_help.define_kpi_cube('assessments', array['assessment'], $$
    select
        'assessment'::varchar(40) as record,
        e.assessment_id as record_id,
        e.service_id,
        e.supports_sen,
        e.started,
        e.completed,
        e.ended_otherwise
    from (
        select assessment_id, service_id, supports_sen, 1 as started, 0 as completed, 0 as ended_otherwise
        from only assessment
        where corrects_assessment_id is null
            and started_on >= m.month
            and started_on < m.next_month
        union all
        select assessment_id, service_id, supports_sen, 0, 1, 0
        from only assessment
        where corrects_assessment_id is null
            and completed_on >= m.month
            and completed_on < m.next_month
        union all
        select assessment_id, service_id, supports_sen, 0, 0, 1
        from only assessment
        where corrects_assessment_id is null
            and ended_on >= m.month
            and ended_on < m.next_month
    ) e
$$, counts => '{started, completed, ended_otherwise}', few => true);

create view assessments_started as
select
    c.month,
    to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
    v.run_by::varchar(10) as run_by,
    v.name as service,
    a.name as agency,
    a.sector::varchar(40) as sector,
    c.supports_sen,
    c.started as assessments_started,
    c.completed as assessments_completed,
    c.ended_otherwise as assessments_ended_otherwise
from cube_assessments c
left join only service v on v.service_id = c.service_id
left join only agency a on a.agency_id = v.agency_id;
comment on view assessments_started is
    'Early Help Assessments (EHA) started, completed and ended otherwise, by hubs and partners. Each event counts in '
    'its own month. Corrected versions do not count again. Unit: an assessment. '
    'Source: Early Help Strategy 2021-24 section 10.';
