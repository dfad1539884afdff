-- S02: A family's record is about its own children.

-- Episodes, EHAs and steps of a child who was never in the family.
select r.record, r.record_id, format('child_id %s was never of family_id %s', r.child_id, r.family_id)
from (
    select distinct 'episode_child' as record, c.episode_id as record_id, e.family_id, c.child_id
    from records.episode_child c
    join records.episode e on e.episode_id = c.episode_id
    union all
    select 'assessment', a.assessment_id, e.family_id, a.child_id
    from records.assessment a
    join records.episode e on e.episode_id = a.episode_id
    where a.child_id is not null
    union all
    select 'step', step_id, family_id, child_id
    from records.step
) r
where not exists (
    select
    from records.family_member m
    where m.family_id = r.family_id
        and m.child_id = r.child_id);
