-- R22: A child's memberships of one family do not overlap.

-- Memberships that end before they begin, or that begin before an earlier one ends.
select 'family_member', m.family_member_id,
    format('family_id %s, child_id %s, joined_on %s, left_on %s, an earlier one lasts to %s', m.family_id, m.child_id,
        coalesce(m.joined_on::text, 'ever'), coalesce(m.left_on::text, 'now'), coalesce(m.taken_to::text, 'none'))
from (
    select
        m.*,
        max(coalesce(m.left_on, 'infinity')) over (
            partition by m.family_id, m.child_id
            order by coalesce(m.joined_on, '-infinity'), m.family_member_id
            rows between unbounded preceding and 1 preceding) as taken_to
    from records.family_member m
) m
where m.left_on <= m.joined_on
    or coalesce(m.joined_on, '-infinity') < m.taken_to;
