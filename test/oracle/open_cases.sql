select
    e.episode_id,
    e.family_id,
    e.state,
    coalesce(e.reopened_on, e.opened_on) as opened_on,
    s.support_from as supported_from,
    cast(julianday(t.day) - julianday(s.support_from) as integer) as days_of_support,
    (
        select count(*) from episode_child c
        where c.episode_id = e.episode_id and c.joined_on <= t.day and coalesce(c.left_on, '9999') > t.day) as children,
    w.practitioner_id as lead_practitioner_id,
    w.name as lead_practitioner,
    w.team,
    g.name as agency,
    v.name as service,
    l.name as ward,
    l.gss_code,
    (select min(p.review_due_on) from plan p where p.episode_id = e.episode_id and p.ended_on is null) as review_due_on,
    (
        select count(*) from action a
        join plan p on p.plan_id = a.plan_id
        where p.episode_id = e.episode_id and p.ended_on is null and a.done_on is null and a.due_on < t.day) as actions_overdue
from spell s
join episode e on e.episode_id = s.episode_id
cross join today t
left join practitioner w on w.practitioner_id = (
    select h.practitioner_id from lead_practitioner h
    where h.episode_id = e.episode_id and h.from_on <= t.day order by h.from_on desc limit 1)
left join agency g on g.agency_id = w.agency_id
left join service v on v.service_id = (
    select x.service_id from service_since x
    where x.episode_id = e.episode_id and x.day <= t.day order by x.place, x.day desc, x.id desc limit 1)
left join referral r on r.referral_id = e.referral_id
left join locality l on l.locality_id = r.locality_id
where s.closed_on is null;
