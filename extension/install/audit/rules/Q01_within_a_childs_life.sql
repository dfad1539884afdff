-- Q01: Nothing is dated before the pregnancy, or after a death or the end of a pregnancy.

-- What happened with a child outside its life. R15 has the referrals. What people do for the family of a child that died
-- (conversations, what is shared, ends) may rightly be later. A merged child lived as the one it counts for.
select d.record, d.record_id,
    format('child_id %s, %s %s, born or expected on %s, died or pregnancy ended on %s', d.child_id, d.name,
        to_char(d.dated_on, 'YYYY-MM-DD'), coalesce(to_char(d.born_on, 'YYYY-MM-DD'), 'none'),
        coalesce(to_char(d.ended_on, 'YYYY-MM-DD'), 'none'))
from (
    select d.record, d.record_id, d.child_id, d.name, d.dated_on, d.lives,
        coalesce(k.birth_date, k.expected_birth_date, c.birth_date, c.expected_birth_date) as born_on,
        least(k.died_on, k.pregnancy_ended_on, c.died_on, c.pregnancy_ended_on) as ended_on
    from (
        select 'contact_child' as record, contact_child_id as record_id, child_id, 'received_on' as name,
            received_on as dated_on, true as lives
        from records.contact_child
        union all
        select 'family_member', family_member_id, child_id, 'joined_on', joined_on, true
        from records.family_member
        union all
        select 'conversation', conversation_id, child_id, 'held_on', held_on, false
        from records.conversation
        union all
        select 'sharing_decision', sharing_decision_id, child_id, 'decided_on', decided_on, false
        from records.sharing_decision
        union all
        select 'episode_child', episode_id, child_id, 'joined_on', joined_on, true
        from records.episode_child
        union all
        select 'assessment', assessment_id, child_id, 'started_on', started_on, true
        from records.assessment
        union all
        select 'assessment', assessment_id, child_id, 'completed_on', completed_on, true
        from records.assessment
        where corrects_assessment_id is null
        union all
        select 'step', step_id, child_id, 'offered_on', offered_on, true
        from records.step
        union all
        select 'step', step_id, child_id, 'consulted_on', consulted_on, true
        from records.step
        union all
        select 'step', step_id, child_id, 'decided_on', decided_on, outcome = 'accepted'
        from records.step
        union all
        select 'service_request', service_request_id, child_id, 'requested_on', requested_on, true
        from records.service_request
        union all
        select 'service_request', service_request_id, child_id, 'started_on', started_on, true
        from records.service_request
        union all
        select 'group_attendance', a.group_attendance_id, a.child_id, 'held_on', s.held_on, true
        from records.group_attendance a
        join records.group_session s on s.group_session_id = a.group_session_id
        where a.attended
        union all
        select 'review', r.review_id, p.child_id, 'held_on', r.held_on, true
        from records.review_participant p
        join records.review r on r.review_id = p.review_id
    ) d
    join records.child c on c.child_id = d.child_id
    join records.child k on k.child_id = c.counts_for_child_id
) d
where d.dated_on < d.born_on - 280
    or (d.lives and d.dated_on > d.ended_on);
