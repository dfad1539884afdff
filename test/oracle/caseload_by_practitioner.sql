-- Whoever is in post today, or leads an open episode.
with led as (
    select
        e.episode_id,
        e.family_id,
        (
            select h.practitioner_id from lead_practitioner h
            where h.episode_id = e.episode_id and h.from_on <= (select day from today)
            order by h.from_on desc limit 1) as practitioner_id,
        s.support_from
    from spell s
    join episode e on e.episode_id = s.episode_id
    where s.closed_on is null
)
select
    w.practitioner_id,
    w.name as practitioner,
    w.team,
    g.name as agency,
    v.name as service,
    (select count(*) from led h where h.practitioner_id = w.practitioner_id) as episodes,
    (select count(distinct family_id) from led h where h.practitioner_id = w.practitioner_id) as families,
    (
        select count(*) from led h
        join episode_child c on c.episode_id = h.episode_id
        where h.practitioner_id = w.practitioner_id and c.joined_on <= t.day and coalesce(c.left_on, '9999') > t.day) as children,
    (
        select count(distinct h.episode_id) from led h
        join plan p on p.episode_id = h.episode_id
        where h.practitioner_id = w.practitioner_id and p.ended_on is null and p.review_due_on < t.day) as reviews_overdue,
    (
        select count(*) from led h
        join plan p on p.episode_id = h.episode_id
        join action a on a.plan_id = p.plan_id
        where h.practitioner_id = w.practitioner_id and p.ended_on is null
            and a.done_on is null and a.due_on < t.day) as actions_overdue,
    (
        select cast(max(julianday(t.day) - julianday(support_from)) as integer)
        from led h where h.practitioner_id = w.practitioner_id) as longest_days
from practitioner w
cross join today t
left join agency g on g.agency_id = w.agency_id
left join service v on v.service_id = w.service_id
where exists (select 1 from led h where h.practitioner_id = w.practitioner_id)
    or (coalesce(w.active_from, '0') <= t.day and coalesce(w.active_to, '9999') >= t.day);
