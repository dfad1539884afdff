-- R19: An outcome is achieved on the day the family agrees so.

-- Outcomes achieved before they were agreed, or both achieved and withdrawn.
select 'plan_outcome', o.plan_outcome_id,
    format('agreed_on %s, achieved_on %s, withdrawn_on %s', o.agreed_on, o.achieved_on,
        coalesce(o.withdrawn_on::text, 'none'))
from records.plan_outcome o
where o.achieved_on < o.agreed_on
    or (o.achieved_on is not null and o.withdrawn_on is not null);
