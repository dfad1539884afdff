-- R04: No outcome or action is agreed while a review is overdue.

-- Outcomes and actions, except for safety, agreed after a review was due and before it was held.
select a.record, a.record_id,
    format('agreed_on %s, plan_id %s, review_due_on %s', a.agreed_on, a.plan_id, p.review_due_on)
from (
    select 'plan_outcome' as record, plan_outcome_id as record_id, plan_id, agreed_on
    from records.plan_outcome
    union all
    select 'action', action_id, plan_id, agreed_on
    from records.action
    where coalesce(safety_reason, '') !~ '\S'
) a
join records.plan p on p.plan_id = a.plan_id
where (a.agreed_on > p.review_due_on and a.agreed_on <= coalesce(p.ended_on, 'infinity'))
    or exists (
        select
        from records.review r
        where r.plan_id = a.plan_id
            and r.due_on < a.agreed_on
            and r.held_on > a.agreed_on);

-- Safety actions that do not say why they are.
select 'action', a.action_id, format('agreed_on %s, plan_id %s, safety_reason is blank', a.agreed_on, a.plan_id)
from records.action a
where a.safety_reason !~ '\S';
