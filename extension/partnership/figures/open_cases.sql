-- The caseload of today, for those who manage it: row by row, with the rights of whoever reads. Who may not read the
-- records may not read these.
create view open_cases with (security_invoker = true) as
select
    e.episode_id::numeric(19, 0) as episode_id,
    e.family_id::numeric(19, 0) as family_id,
    e.state::varchar(20) as state,
    coalesce(e.reopened_on, e.opened_on)::date as opened_on,
    greatest(e.allocated_on, e.reopened_on)::date as supported_from,
    current_date - greatest(e.allocated_on, e.reopened_on) as days_of_support,
    (
        select count(*)::integer
        from only episode_child y
        where y.episode_id = e.episode_id
            and y.joined_on <= current_date
            and (y.left_on is null or y.left_on > current_date)) as children,
    l.practitioner_id::numeric(19, 0) as lead_practitioner_id,
    l.name::varchar(120) as lead_practitioner,
    r.team,
    a.name as agency,
    s.name as service,
    o.name as ward,
    o.gss_code,
    d.review_due_on,
    (
        select count(*)::integer
        from only plan p
        join only action c on c.plan_id = p.plan_id
        where p.episode_id = e.episode_id
            and p.ended_on is null
            and c.done_on is null
            and c.due_on < current_date) as actions_overdue
from only episode e
left join lateral lead_practitioner_on(e.episode_id) l on true
left join only practitioner r on r.practitioner_id = l.practitioner_id
left join only agency a on a.agency_id = l.agency_id
cross join lateral service_of_episode(e.episode_id, current_date) v
left join only service s on s.service_id = v.service_id
left join only referral f on f.referral_id = e.referral_id
left join only locality o on o.locality_id = f.locality_id
left join lateral (
    select min(d.due_on) as review_due_on
    from deadline d
    join only plan p on p.plan_id = d.plan_id
    where d.kind = 'review_overdue'
        and p.episode_id = e.episode_id
) d on true
where e.closed_on is null;
comment on view open_cases is
    'Open episodes with the lead practitioner, team, agency and service of today, and what is due. It changes every day. '
    'Unit: an episode. It has ids and working names only. The reader needs the right to read the records.';

create view caseload_by_practitioner with (security_invoker = true) as
select
    r.practitioner_id::numeric(19, 0) as practitioner_id,
    r.name::varchar(120) as practitioner,
    r.team,
    a.name as agency,
    s.name as service,
    count(c.episode_id)::integer as episodes,
    count(distinct c.family_id)::integer as families,
    coalesce(sum(c.children), 0)::integer as children,
    count(*) filter (where c.review_due_on < current_date)::integer as reviews_overdue,
    coalesce(sum(c.actions_overdue), 0)::integer as actions_overdue,
    max(c.days_of_support)::integer as longest_days
from only practitioner r
left join only agency a on a.agency_id = r.agency_id
left join only service s on s.service_id = r.service_id
left join open_cases c on c.lead_practitioner_id = r.practitioner_id
where c.episode_id is not null
    or ((r.active_from is null or r.active_from <= current_date) and (r.active_to is null or r.active_to >= current_date))
group by r.practitioner_id, r.name, r.team, a.name, s.name;
comment on view caseload_by_practitioner is
    'The open episodes that a practitioner leads today, their children and what is overdue: of all in post, and of who left and '
    'leads one. Sum over team, agency or service. Unit: a practitioner. The reader needs the right to read the records.';
