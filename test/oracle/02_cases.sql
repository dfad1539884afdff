-- An episode is a list of spells: opened or reopened, to closed. The days between are not support. Support in a spell
-- starts when the episode is allocated, or with the reopening.
create table spell as
with begun as (
    select episode_id, 0 as place, opened_on as from_day from episode
    union all
    select episode_id, row_number() over (partition by episode_id order by reopening_id), reopened_on from reopening
),
ended as (
    select
        episode_id,
        row_number() over (partition by episode_id order by reopening_id) - 1 as place,
        closed_on,
        closure_reason_code
    from reopening
    union all
    select e.episode_id, (select count(*) from reopening r where r.episode_id = e.episode_id), e.closed_on, e.closure_reason_code
    from episode e
    where e.closed_on is not null
)
select
    b.episode_id,
    e.family_id,
    e.referral_id,
    b.place,
    b.from_day,
    case when b.place > 0 then b.from_day when e.allocated_on <= coalesce(d.closed_on, '9999') then e.allocated_on end as support_from,
    d.closed_on,
    d.closure_reason_code
from begun b
join episode e on e.episode_id = b.episode_id
left join ended d on d.episode_id = b.episode_id and d.place = b.place;
create index spell_of_an_episode on spell (episode_id);
create index spell_of_a_family on spell (family_id);

-- The days on which an episode is of a service: its latest plan's, else its latest EHA's, else its lead practitioner's.
create table service_since as
select episode_id, 1 as place, started_on as day, plan_id as id, service_id from plan where service_id is not null
union all
select episode_id, 2, started_on, assessment_id, service_id from assessment where service_id is not null
union all
select l.episode_id, 3, l.from_on, l.practitioner_id, r.service_id
from lead_practitioner l
join practitioner r on r.practitioner_id = l.practitioner_id;
create index service_since_of_an_episode on service_since (episode_id, place, day);

-- The closures: what was agreed in the plans of the spell, and what became of it.
create table closure as
select
    s.episode_id,
    s.episode_id || '/' || s.place as spell,
    s.closed_on,
    s.closure_reason_code,
    s.from_day,
    s.support_from,
    r.source_code,
    r.primary_need_code,
    r.locality_id,
    (
        select x.service_id from service_since x
        where x.episode_id = s.episode_id and x.day <= s.closed_on
        order by x.place, x.day desc, x.id desc limit 1) as service_id,
    case when s.support_from is not null and coalesce(c.was_support, 1) then
        julianday(s.closed_on) - julianday(s.support_from) end as days,
    julianday(s.closed_on) - julianday(s.from_day) as days_from_opening,
    coalesce(c.counted_in_outcomes, 0) as counted,
    o.agreed,
    o.achieved,
    o.dropped,
    -- The share is a decimal of three places: compared as thousandths.
    coalesce(c.counted_in_outcomes, 0) and c.code <> 'stepped_up' and o.agreed > 0
        and 1000 * o.achieved >= round(1000 * b.positive_outcome_share) * o.agreed as positive
from spell s
cross join partnership b
left join referral r on r.referral_id = s.referral_id
left join closure_reason c on c.code = s.closure_reason_code
join (
    select
        x.episode_id,
        x.place,
        count(o.plan_outcome_id) filter (where o.withdrawn_on is null) as agreed,
        count(o.achieved_on) filter (where o.withdrawn_on is null) as achieved,
        count(o.withdrawn_on) as dropped
    from spell x
    left join plan p on p.episode_id = x.episode_id and p.started_on between x.from_day and x.closed_on
    left join plan_outcome o on o.plan_id = p.plan_id
    group by x.episode_id, x.place
) o on o.episode_id = s.episode_id and o.place = s.place
where s.closed_on is not null;

-- Children in episodes, as persons: from the day the child came, and from the day it was supported.
create table child_in_episode as
select
    p.person_id,
    c.episode_id,
    c.joined_on,
    case when e.allocated_on <= coalesce(c.left_on, '9999') then max(c.joined_on, e.allocated_on) end as support_from,
    c.left_on
from episode_child c
join person p on p.child_id = c.child_id
join episode e on e.episode_id = c.episode_id;
create index episode_of_a_person on child_in_episode (person_id);

-- A referral of a child soon after that child's support ended. An error, or a duplicate, was no support.
create table child_support_ended as
select
    c.person_id,
    c.left_on,
    min(
        date(c.left_on, '+' || b.re_referral_months || ' months'),
        date(c.left_on, 'start of month', '+' || (b.re_referral_months + 1) || ' months', '-1 day')) as soon_until
from child_in_episode c
cross join partnership b
where c.left_on is not null
    and c.support_from is not null
    and not exists (
        select 1
        from spell s
        join closure_reason r on r.code = s.closure_reason_code
        where s.episode_id = c.episode_id
            and c.left_on between s.from_day and s.closed_on
            and not r.was_support);
create index support_ended_of_a_person on child_support_ended (person_id, left_on);
alter table referral_counted add column after_support integer;
update referral_counted
set after_support = exists (
    select 1 from child_support_ended e
    where e.person_id = referral_counted.person_id
        and e.left_on < referral_counted.referred_on
        and e.soon_until >= referral_counted.referred_on);

-- Who waits for early help: a family, from the day its referral was accepted, or its episode opened, until support, or
-- until an episode closed without any. Waits of a family that share a day are one.
create table wait_part as
select
    r.family_id,
    1 as place,
    r.referral_id,
    r.accepted_on as from_day,
    (
        select min(coalesce(s.support_from, s.closed_on))
        from spell s
        where s.family_id = r.family_id
            and coalesce(s.support_from, s.closed_on) >= r.accepted_on
            and (coalesce(s.support_from, s.closed_on) > r.accepted_on or s.from_day >= r.accepted_on)) as to_day
from referral r
where r.accepted_on is not null
    -- Not while the family has support.
    and not exists (
        select 1 from spell s
        where s.family_id = r.family_id
            and s.from_day < r.accepted_on
            and s.support_from <= r.accepted_on
            and coalesce(s.closed_on, '9999') > r.accepted_on)
union all
select family_id, 2, referral_id, from_day, coalesce(support_from, closed_on) from spell where place = 0;

create table wait as
with in_order as (
    select
        *,
        max(coalesce(to_day, '9999')) over (
            partition by family_id order by from_day, coalesce(to_day, '9999')
            rows between unbounded preceding and 1 preceding) as waited_until
    from wait_part
),
numbered as (
    select
        *,
        sum(waited_until is null or from_day > waited_until) over (
            partition by family_id order by from_day, coalesce(to_day, '9999')) as number
    from in_order
),
family_wait as (
    select
        family_id,
        number,
        min(from_day) as from_day,
        nullif(max(coalesce(to_day, '9999')), '9999') as to_day
    from numbered
    group by family_id, number
)
select
    'early help' as waiting_for,
    w.family_id,
    r.source_code,
    r.primary_need_code,
    r.locality_id,
    r.service_id,
    w.from_day,
    w.to_day,
    exists (select 1 from spell s where s.family_id = w.family_id and s.support_from = w.to_day) as started
from family_wait w
-- What it began with: the referral accepted first, else that of the episode.
left join referral r on r.referral_id = (
    select x.referral_id
    from wait_part x
    where x.family_id = w.family_id
        and x.from_day = w.from_day
        and x.referral_id is not null
    order by x.place, x.referral_id
    limit 1)
union all
select
    'a service',
    null,
    null,
    primary_need_code,
    locality_id,
    service_id,
    requested_on,
    coalesce(started_on, decided_on),
    started_on is not null
from service_request;

-- Each child in each period in which it was supported, once: by the episode that supported it first, as it was on that day.
create table child_in_period as
with there as (
    -- Each child in each period: by the episode that supported it first, as it was on that day.
    select
        p.kind,
        p.key,
        p.first_day,
        p.last_day,
        p.status,
        c.person_id,
        c.episode_id,
        max(c.support_from, p.first_day) as day,
        c.left_on,
        row_number() over (
            partition by p.kind, p.key, c.person_id
            order by max(c.support_from, p.first_day), c.support_from, c.episode_id) as place
    from shown p
    join child_in_episode c on c.support_from <= p.until_day and (c.left_on is null or c.left_on >= p.first_day)
    where p.record = 'episode'
        and p.kind <> 'year to date'
)
select
    t.*,
    r.referral_id,
    r.source_code,
    r.primary_need_code,
    r.locality_id,
    p.sex_code,
    p.ethnicity_code,
    case
        when p.birth_date > t.day then -1
        when p.birth_date is not null
            then substr(t.day, 1, 4) - substr(p.birth_date, 1, 4) - (substr(t.day, 6) < substr(p.birth_date, 6))
        when p.expected_birth_date is not null then -1
    end as age,
    -- The service at the end of that month, or when the child left.
    (
        select x.service_id from service_since x
        where x.episode_id = t.episode_id
            and x.day <= min(coalesce(t.left_on, '9999'), date(t.day, 'start of month', '+1 month', '-1 day'))
        order by x.place, x.day desc, x.id desc limit 1) as service_id
from there t
left join episode d on d.episode_id = t.episode_id
left join referral r on r.referral_id = d.referral_id
join person p on p.child_id = t.person_id
where t.place = 1;
create index child_in_a_period on child_in_period (kind, key);

-- Reviews due by today: each that was held, on the day it was due; and the next one of each plan
-- that runs, or that ended after that day and not through a review.
create table review_due as
select
    v.due_on,
    v.held_on,
    p.kind,
    p.service_id
from review v
join plan p on p.plan_id = v.plan_id
where v.due_on <= (select day from today)
union all
select p.review_due_on, null, p.kind, p.service_id
from plan p
where p.completed_by_review_id is null
    and p.review_due_on <= (select day from today)
    and (p.ended_on is null or p.ended_on > p.review_due_on);
