-- M01: A merge joins two children, for a reason, and at most one merge of a child holds. A merged child is the child
-- that is kept.

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

-- What was recorded for a duplicate after its merge. A contact from before it can still be referred, and its levels are
-- written anew when a day of its episodes or steps is corrected (R11 compares the two).
select r.record, r.record_id,
    format('child_id %s, merged into child_id %s before it was recorded', r.child_id, c.counts_for_child_id)
from (
    select 'contact_child' as record, contact_child_id as record_id, child_id, recorded_at
    from records.contact_child
    union all
    select 'referral', r.referral_id, r.child_id, r.recorded_at
    from records.referral r
    where not exists (
        select
        from records.contact_child f
        where f.contact_child_id = r.contact_child_id
            and f.child_id = r.child_id)
    union all
    select 'conversation', conversation_id, child_id, recorded_at
    from records.conversation
    union all
    select 'sharing_decision', sharing_decision_id, child_id, recorded_at
    from records.sharing_decision
    union all
    select 'service_request', service_request_id, child_id, recorded_at
    from records.service_request
    union all
    select 'group_attendance', group_attendance_id, child_id, recorded_at
    from records.group_attendance
    union all
    select 'review_participant', review_participant_id, child_id, recorded_at
    from records.review_participant
    union all
    select 'assessment', assessment_id, child_id, recorded_at
    from records.assessment
    union all
    select 'step', step_id, child_id, recorded_at
    from records.step
    union all
    select 'episode_child', episode_id, child_id, recorded_at
    from records.episode_child
    union all
    select 'family_member', family_member_id, child_id, recorded_at
    from records.family_member
    union all
    select 'child_identity', child_id, child_id, recorded_at
    from records.child_identity
    union all
    select 'episode_event', episode_event_id, child_id, recorded_at
    from records.episode_event
) r
join records.child c on c.child_id = r.child_id
join records.child_merge m on m.merged_child_id = r.child_id
    and m.undone_on is null
where r.recorded_at > m.recorded_at;

-- Duplicates that social care works with, of a child that it never worked with: one person at two levels.
select 'child', c.child_id, format('at level social_care, merged into child_id %s, which never was', c.counts_for_child_id)
from records.child c
join (
    select distinct on (child_id)
        child_id,
        level_to
    from records.level_change
    order by child_id, change_number desc, level_change_id desc
) l on l.child_id = c.child_id
where c.merged_into_child_id is not null
    and l.level_to = 'social_care'
    and not exists (
        select
        from records.level_change k
        where k.child_id = c.counts_for_child_id
            and 'social_care' in (k.level_from, k.level_to));
