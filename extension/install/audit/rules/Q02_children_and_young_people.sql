-- Q02: Early help is for children and young people up to the age of 25.

-- Contacts, referrals and support of somebody who is 26 or older.
select d.record, d.record_id,
    format('child_id %s, %s %s, born on %s', d.child_id, d.name, to_char(d.dated_on, 'YYYY-MM-DD'),
        to_char(coalesce(k.birth_date, c.birth_date), 'YYYY-MM-DD'))
from (
    select 'contact_child' as record, contact_child_id as record_id, child_id, 'received_on' as name, received_on as dated_on
    from records.contact_child
    union all
    select 'referral', referral_id, child_id, 'referred_on', referred_on
    from records.referral
    union all
    select 'episode_child', episode_id, child_id, 'joined_on', joined_on
    from records.episode_child
    union all
    select 'episode_child', episode_id, child_id, 'left_on', left_on
    from records.episode_child
    union all
    select 'assessment', assessment_id, child_id, 'started_on', started_on
    from records.assessment
    union all
    select 'step', step_id, child_id, 'offered_on', offered_on
    from records.step
    union all
    select 'service_request', service_request_id, child_id, 'requested_on', requested_on
    from records.service_request
    union all
    select 'group_attendance', a.group_attendance_id, a.child_id, 'held_on', s.held_on
    from records.group_attendance a
    join records.group_session s on s.group_session_id = a.group_session_id
    where a.attended
) d
join records.child c on c.child_id = d.child_id
join records.child k on k.child_id = c.counts_for_child_id
where early_help.age_at(coalesce(k.birth_date, c.birth_date), null, d.dated_on) > 25;
