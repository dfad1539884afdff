-- Intervention plans, each event in its own month.
select early_help.define_kpi_cube('intervention_plans', array['plan'], $$
    select
        'plan'::varchar(40) as record,
        e.plan_id as record_id,
        e.service_id,
        e.plans_started,
        e.plans_completed,
        e.plans_ended_otherwise,
        e.plans_ended_consent_withdrawn
    from (
        select
            p.plan_id,
            p.service_id,
            1 as plans_started,
            0 as plans_completed,
            0 as plans_ended_otherwise,
            0 as plans_ended_consent_withdrawn
        from only plan p
        where p.kind = 'intervention'
            and p.started_on >= m.month
            and p.started_on < m.next_month
        union all
        select
            p.plan_id,
            p.service_id,
            0,
            (p.end_reason = 'completed')::integer,
            (p.end_reason <> 'completed')::integer,
            (p.end_reason = 'consent_withdrawn')::integer
        from only plan p
        where p.kind = 'intervention'
            and p.ended_on >= m.month
            and p.ended_on < m.next_month
    ) e
$$, counts => '{plans_started, plans_completed, plans_ended_otherwise, plans_ended_consent_withdrawn}', few => true);

create view intervention_plans as
select
    c.month,
    to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
    s.run_by::varchar(10) as run_by,
    s.name as service,
    a.name as agency,
    c.plans_started,
    c.plans_completed,
    c.plans_ended_otherwise,
    c.plans_ended_consent_withdrawn
from cube_intervention_plans c
left join only service s on s.service_id = c.service_id
left join only agency a on a.agency_id = s.agency_id;
comment on view intervention_plans is
    'Intervention plans started and ended, by month and service. Each event counts in its own month: '
    'a plan completed in a month may have started in an earlier one. Family outcomes plans are not included.';
