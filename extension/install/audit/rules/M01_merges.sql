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
