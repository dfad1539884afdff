-- R01: An intervention plan has at most five live outcomes.

-- Plans with more live outcomes than they may have.
select 'plan', p.plan_id, format('%s live outcomes, %s may be', o.live, o.most)
from (
    select
        p.plan_id,
        count(*) as live,
        case p.kind when 'intervention' then 5 else s.family_outcomes_plan_most_outcomes end as most
    from records.plan_outcome o
    join records.plan p on p.plan_id = o.plan_id
    cross join records.partnership s
    where o.withdrawn_on is null
        -- The cap of a family outcomes plan is a setting of today: it binds plans that go on.
        and (p.kind = 'intervention' or p.ended_on is null)
    group by p.plan_id, p.kind, s.family_outcomes_plan_most_outcomes
) o
join records.plan p on p.plan_id = o.plan_id
where o.live > o.most;

-- Outcomes whose place in their plan is wrong: no place though live, a place though withdrawn, a
-- place that another one has, or one above five in an intervention plan.
select 'plan_outcome', o.plan_outcome_id,
    format('position %s, plan_id %s, plan_kind %s, withdrawn_on %s',
        coalesce(o.position::text, 'none'), o.plan_id, o.plan_kind, coalesce(o.withdrawn_on::text, 'none'))
from (
    select
        o.*,
        count(*) over (partition by o.plan_id, o.position) as same_place
    from records.plan_outcome o
) o
join records.plan p on p.plan_id = o.plan_id
where (o.position is null) <> (o.withdrawn_on is not null)
    or o.position < 1
    or (p.kind = 'intervention' and o.position > 5)
    or (o.position is not null and o.same_place > 1)
    or o.plan_kind is distinct from p.kind;
