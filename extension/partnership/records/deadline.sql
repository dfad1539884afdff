-- What is due on which day. Nothing here depends on today: compare due_on with the day of interest.
-- The one place that says what a deadline is. due_on is the last day in time.
create view deadline with (security_invoker = true) as
select
    'review_overdue'::early_help.alert_kind as kind,
    p.plan_id,
    null::bigint as step_id,
    null::bigint as episode_id,
    null::bigint as practitioner_id,
    p.review_due_on::date as due_on,
    null::date as until_on
from only plan p
where p.ended_on is null
union all
select
    'consultation_missing',
    null,
    s.step_id,
    null,
    null,
    add_working_days(s.offered_on, 1),
    null
from only step s
where s.basis = 'section_47'
    and s.consulted_on is null
    and s.outcome is distinct from 'withdrawn'
union all
select
    'lead_practitioner_left',
    null,
    null,
    l.episode_id,
    l.practitioner_id,
    greatest(r.active_to, l.from_on - 1),
    n.from_on
from only practitioner r
join only lead_practitioner l on l.practitioner_id = r.practitioner_id
join only episode e on e.episode_id = l.episode_id
left join lateral (
    select min(c.from_on)::date as from_on
    from only lead_practitioner c
    where c.episode_id = l.episode_id
        and c.from_on > l.from_on
) n on true
where r.active_to is not null
    and e.closed_on is null
    and (n.from_on is null or n.from_on > r.active_to + 1);
comment on view deadline is
    'What is due, early or late: the next review of every running plan; '
    'the consultation of an urgent (s.47) step up that has none recorded, by the next working day; '
    'a new lead practitioner when the present one leaves. Compare due_on with the day of interest.';
comment on column deadline.kind is
    'The alert it becomes on the day after due_on: review_overdue, consultation_missing, lead_practitioner_left.';
comment on column deadline.plan_id is 'The plan to review; null for other kinds.';
comment on column deadline.step_id is 'The step without consultation; null for other kinds.';
comment on column deadline.episode_id is 'The episode whose lead practitioner leaves; null for other kinds.';
comment on column deadline.practitioner_id is 'The lead practitioner who leaves; null for other kinds.';
comment on column deadline.due_on is 'Last day in time; the day after it is overdue.';
comment on column deadline.until_on is
    'Day on which it will be settled, if that is known already: the next lead practitioner begins. Null: not settled.';
