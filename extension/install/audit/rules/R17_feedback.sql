-- R17: Feedback belongs to an episode or a group and answers at least one question.

-- Feedback on no episode or group, on both, or without an answer.
select 'feedback', f.feedback_id,
    format('episode_id %s, group_programme_id %s, %s questions answered', coalesce(f.episode_id::text, 'none'),
        coalesce(f.group_programme_id::text, 'none'), num_nonnulls(f.timely, f.helpful, f.empowered))
from records.feedback f
where num_nonnulls(f.episode_id, f.group_programme_id) <> 1
    or num_nonnulls(f.timely, f.helpful, f.empowered) = 0;

-- Requests for feedback on no episode or group, or on both.
select 'feedback_request', q.feedback_request_id, format('episode_id %s, group_programme_id %s', coalesce(q.episode_id::text, 'none'),
    coalesce(q.group_programme_id::text, 'none'))
from records.feedback_request q
where num_nonnulls(q.episode_id, q.group_programme_id) <> 1;
