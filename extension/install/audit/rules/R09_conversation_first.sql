-- R09: A conversation with the family comes before support starts.

-- Plans and EHAs that began before the first conversation.
select s.record, s.record_id,
    format('started_on %s, first conversation with family_id %s on %s', s.started_on, s.family_id,
        coalesce(c.first::text, 'none'))
from (
    select 'plan' as record, p.plan_id as record_id, e.family_id, p.started_on
    from records.plan p
    join records.episode e on e.episode_id = p.episode_id
    union all
    select 'assessment', a.assessment_id, e.family_id, a.started_on
    from records.assessment a
    join records.episode e on e.episode_id = a.episode_id
    where a.corrects_assessment_id is null
) s
left join (
    select
        family_id,
        min(held_on) as first
    from records.conversation
    group by family_id
) c on c.family_id = s.family_id
where c.first is null
    or c.first > s.started_on;
