-- The children in an episode on the day it closed, as they were then. A child was there on the day it left. It had support
-- from the day it came.
create table child_of_closure as
select
    k.*,
    case when k.days is not null then julianday(k.closed_on) - julianday(max(k.support_from, c.came_on)) end as child_days,
    p.sex_code,
    p.ethnicity_code,
    case
        when p.birth_date > k.closed_on then -1
        when p.birth_date is not null
            then substr(k.closed_on, 1, 4) - substr(p.birth_date, 1, 4) - (substr(k.closed_on, 6) < substr(p.birth_date, 6))
        when p.expected_birth_date is not null then -1
    end as age
from closure k
join (
    select k.spell, c.person_id, min(c.joined_on) as came_on
    from closure k
    join child_in_episode c on c.episode_id = k.episode_id
        and k.closed_on between c.joined_on and coalesce(c.left_on, '9999')
    group by 1, 2
) c on c.spell = k.spell
join person p on p.child_id = c.person_id;

-- The children of a family that waits: each from the day its own referral was accepted, or it came into the episode, until
-- the family waits no more, or it left the episode before that.
create table child_wait as
with there as (
    select w.rowid as wait_id, p.person_id, r.accepted_on as from_day, '9999' as to_day
    from wait w
    join referral r on r.family_id = w.family_id and r.accepted_on between w.from_day and coalesce(w.to_day, '9999')
    join person p on p.child_id = r.child_id
    union all
    select w.rowid, c.person_id, c.joined_on, coalesce(c.left_on, '9999')
    from wait w
    join episode e on e.family_id = w.family_id
    join child_in_episode c on c.episode_id = e.episode_id
    where c.joined_on <= coalesce(w.to_day, '9999')
        and w.from_day <= coalesce(c.left_on, '9999')
),
waited as (
    select
        w.source_code,
        w.primary_need_code,
        w.locality_id,
        w.service_id,
        t.person_id,
        max(w.from_day, t.from_day) as from_day,
        nullif(min(coalesce(w.to_day, '9999'), t.to_day), '9999') as to_day,
        w.started and t.to_day >= w.to_day as started
    from (
        select wait_id, person_id, min(from_day) as from_day, max(to_day) as to_day
        from there
        group by 1, 2
    ) t
    join wait w on w.rowid = t.wait_id
)
select
    t.*,
    p.sex_code,
    p.ethnicity_code,
    case
        when p.birth_date > t.from_day then -1
        when p.birth_date is not null
            then substr(t.from_day, 1, 4) - substr(p.birth_date, 1, 4) - (substr(t.from_day, 6) < substr(p.birth_date, 6))
        when p.expected_birth_date is not null then -1
    end as age
from waited t
join person p on p.child_id = t.person_id;
