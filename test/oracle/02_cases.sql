-- An episode and what its referral asked for; days of support; whether its outcome was positive.
create table episode_counted as
select
    e.*,
    r.source_code,
    r.primary_need_code,
    r.locality_id,
    r.service_id,
    julianday(e.closed_on) - julianday(e.opened_on) as days,
    c.counted_in_outcomes as counted,
    o.agreed,
    o.achieved,
    -- The share is a decimal of three places: compared as thousandths.
    c.counted_in_outcomes and c.code <> 'stepped_up' and o.agreed > 0
        and 1000 * o.achieved >= round(1000 * b.positive_outcome_share) * o.agreed as positive
from episode e
cross join partnership b
left join referral r on r.referral_id = e.referral_id
left join closure_reason c on c.code = e.closure_reason_code
join (
    select
        x.episode_id,
        count(o.plan_outcome_id) filter (where o.withdrawn_on is null) as agreed,
        count(o.achieved_on) filter (where o.withdrawn_on is null) as achieved
    from episode x
    left join plan p on p.episode_id = x.episode_id
    left join plan_outcome o on o.plan_id = p.plan_id
    group by x.episode_id
) o on o.episode_id = e.episode_id;
create index episode_by_opening on episode_counted (opened_on);

-- Everybody who waits: from which day, until which (null: still), and whether it ended with support.
create table wait as
select
    'early help' as waiting_for,
    source_code,
    primary_need_code,
    locality_id,
    service_id,
    opened_on as from_day,
    coalesce(allocated_on, closed_on) as to_day,
    allocated_on is not null as started
from episode_counted
union all
select
    'a service',
    null,
    primary_need_code,
    locality_id,
    service_id,
    requested_on,
    coalesce(started_on, decided_on),
    started_on is not null
from service_request;

-- Reviews due: each that was held, on the day it was due; and the next one of each plan
-- that runs, or that ended after that day and not through a review.
create table review_due as
select
    v.due_on,
    v.held_on,
    p.kind,
    p.service_id
from review v
join plan p on p.plan_id = v.plan_id
union all
select p.review_due_on, null, p.kind, p.service_id
from plan p
where p.completed_by_review_id is null
    and (p.ended_on is null or p.ended_on > p.review_due_on);
