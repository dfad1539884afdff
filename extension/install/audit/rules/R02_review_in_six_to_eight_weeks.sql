-- R02: A review is due six to eight weeks after an intervention plan starts or is extended, and
-- every plan has its next review set.

-- Plans whose review date is missing, is outside the window, or is not the one that the start or
-- the last extension set.
select 'plan', p.plan_id,
    format('started_on %s, review_counts_from %s, review_due_on %s, extended_by_review_id %s',
        p.started_on, p.review_counts_from, p.review_due_on, coalesce(p.extended_by_review_id::text, 'none'))
from records.plan p
left join (
    select distinct on (plan_id)
        plan_id,
        review_id,
        held_on,
        next_review_due_on
    from records.review
    where decision = 'extend'
    order by plan_id, held_on desc
) r on r.plan_id = p.plan_id
where p.review_due_on is null
    or p.review_counts_from is null
    or p.review_due_on <= p.review_counts_from
    or (p.kind = 'intervention' and p.review_due_on - p.review_counts_from not between 42 and 56)
    or p.extended_by_review_id is distinct from r.review_id
    or p.review_counts_from <> coalesce(r.held_on, p.started_on)
    or p.review_due_on <> r.next_review_due_on;

-- Reviews that set a date outside the window, or that were due on another day than the review
-- before had set.
select 'review', r.review_id,
    format('plan_id %s, due_on %s, held_on %s, next_review_due_on %s',
        r.plan_id, r.due_on, r.held_on, coalesce(r.next_review_due_on::text, 'none'))
from (
    select
        r.*,
        row_number() over w as n,
        lag(r.next_review_due_on) over w as set_before
    from records.review r
    window w as (partition by r.plan_id order by r.held_on, r.review_id)
) r
join records.plan p on p.plan_id = r.plan_id
where (r.decision = 'extend') <> (r.next_review_due_on is not null)
    or r.next_review_due_on <= r.held_on
    or (p.kind = 'intervention' and r.next_review_due_on - r.held_on not between 42 and 56)
    or r.due_on is null
    or r.due_on <> r.set_before
    or (r.n = 1 and p.kind = 'intervention' and r.due_on - p.started_on not between 42 and 56)
    or r.plan_kind is distinct from p.kind;
