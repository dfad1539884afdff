-- Early Help Assessments, each event in its own month. A corrected version of an
-- assessment is no new one.
select early_help.define_kpi_cube('assessments', array['assessment'], $$
    select
        e.service_id,
        e.supports_sen,
        sum(e.started)::integer as started,
        sum(e.completed)::integer as completed,
        sum(e.ended_otherwise)::integer as ended_otherwise
    from (
        select service_id, supports_sen, 1 as started, 0 as completed, 0 as ended_otherwise
        from only assessment
        where corrects_assessment_id is null
            and started_on >= m.month
            and started_on < m.next_month
        union all
        select service_id, supports_sen, 0, 1, 0
        from only assessment
        where corrects_assessment_id is null
            and completed_on >= m.month
            and completed_on < m.next_month
        union all
        select service_id, supports_sen, 0, 0, 1
        from only assessment
        where corrects_assessment_id is null
            and ended_on >= m.month
            and ended_on < m.next_month
    ) e
    group by 1, 2
$$);

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
from kpi_cube_assessments c
left join only service v on v.service_id = c.service_id
left join only agency a on a.agency_id = v.agency_id;
comment on view assessments_started is 'Early Help Assessments (EHA) started, by hubs and partners; completed and otherwise ended ones in the month of that. Corrected versions do not count again. Unit: an assessment. Source: Early Help Strategy 2021-24 section 10.';
comment on column assessments_started.month is 'First day of the month.';
comment on column assessments_started.month_key is 'The month as YYYY-MM.';
comment on column assessments_started.run_by is 'hub or partner: who runs the service that started it; null: no service recorded.';
comment on column assessments_started.service is 'Service that started it; null: none recorded.';
comment on column assessments_started.agency is 'Agency that runs the service.';
comment on column assessments_started.sector is 'Sector of the agency.';
comment on column assessments_started.supports_sen is 'Whether it serves SEN support, the graduated response before an education, health and care plan.';
comment on column assessments_started.assessments_started is 'Started in the month.';
comment on column assessments_started.assessments_completed is 'Completed in the month.';
comment on column assessments_started.assessments_ended_otherwise is 'Ended in the month without being completed.';
