-- M01: A merge joins two children, for a reason, and at most one merge of a child holds.

-- Merges of a child with itself, without a reason, half undone, or beside another one that holds.
select 'child_merge', m.child_merge_id,
    format('merged_child_id %s, kept_child_id %s, merged_on %s, undone_on %s', m.merged_child_id, m.kept_child_id,
        m.merged_on, coalesce(m.undone_on::text, 'none'))
from (
    select
        m.*,
        count(*) filter (where m.undone_on is null) over (partition by m.merged_child_id) as holding
    from records.child_merge m
) m
where m.kept_child_id = m.merged_child_id
    or coalesce(m.reason, '') !~ '\S'
    or (m.undone_on is null) <> (m.undo_reason is null)
    or m.undone_on < m.merged_on
    or (m.undone_on is null and m.holding > 1);

-- Duplicates with a life of their own: supported, or with a step that nobody has decided.
select 'child', c.child_id, format('merged into child_id %s, supported by episode_id %s', c.merged_into_child_id, m.episode_id)
from records.child c
join records.episode_child m on m.child_id = c.child_id
    and m.left_on is null
join records.episode e on e.episode_id = m.episode_id
    and e.closed_on is null
where c.merged_into_child_id is not null
union all
select 'child', c.child_id, format('merged into child_id %s, step_id %s is open', c.merged_into_child_id, s.step_id)
from records.child c
join records.step s on s.child_id = c.child_id
    and s.outcome is null
where c.merged_into_child_id is not null;
