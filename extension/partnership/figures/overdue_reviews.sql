-- Deadlines as lists. They depend on today, so nothing of them is stored. Row by
-- row, with the rights of whoever reads: who may not read the records may not read these.
create view overdue_reviews with (security_invoker = true) as
select
    p.plan_id::numeric(19, 0) as plan_id,
    p.kind::varchar(20) as plan_kind,
    p.episode_id::numeric(19, 0) as episode_id,
    e.family_id::numeric(19, 0) as family_id,
    l.practitioner_id::numeric(19, 0) as lead_practitioner_id,
    l.name::varchar(120) as lead_practitioner,
    a.name as agency,
    s.name as service,
    d.due_on as review_due_on,
    current_date - d.due_on as days_overdue
from deadline d
join only plan p on p.plan_id = d.plan_id
join only episode e on e.episode_id = p.episode_id
left join lateral lead_practitioner_on(p.episode_id) l on true
left join only agency a on a.agency_id = l.agency_id
left join only service s on s.service_id = p.service_id
where d.kind = 'review_overdue'
    and d.due_on < current_date;
comment on view overdue_reviews is
    'Running plans whose review was due before today, with the lead practitioner of today. It changes every day. '
    'Unit: a plan. It has ids and working names only. The reader needs the right to read the records.';

create function due_soon(days_ahead integer default 14)
returns table (
    kind varchar(30),
    due_on date,
    days_left integer,
    plan_id numeric(19, 0),
    step_id numeric(19, 0),
    episode_id numeric(19, 0),
    family_id numeric(19, 0),
    lead_practitioner_id numeric(19, 0),
    lead_practitioner varchar(120)
)
language sql
stable
begin atomic
    select
        (case d.kind
            when 'review_overdue' then 'review'
            when 'consultation_missing' then 'consultation'
            else 'lead_practitioner'
        end)::varchar(30),
        d.due_on,
        d.due_on - current_date,
        d.plan_id::numeric(19, 0),
        d.step_id::numeric(19, 0),
        e.episode_id::numeric(19, 0),
        coalesce(e.family_id, t.family_id)::numeric(19, 0),
        l.practitioner_id::numeric(19, 0),
        l.name
    from deadline d
    left join only plan p on p.plan_id = d.plan_id
    left join only step t on t.step_id = d.step_id
    left join only episode e on e.episode_id = coalesce(d.episode_id, p.episode_id, t.episode_id)
    left join lateral lead_practitioner_on(e.episode_id) l on true
    where d.due_on between current_date and current_date + due_soon.days_ahead
    order by d.due_on, 1, d.plan_id, d.step_id, d.episode_id;
end;
comment on function due_soon(integer) is
    'Deadlines from today to so many days ahead, the next one first: a plan''s review, '
    'the consultation of an urgent (s.47) step up, an episode''s lead practitioner about to leave. '
    'days_left 0 is today. The caller needs the right to read the records.';
