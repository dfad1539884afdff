-- R17: Feedback belongs to an episode or a group and answers at least one question.

-- Feedback on no episode or group, on both, or without an answer.
select 'feedback', f.feedback_id,
    format('episode_id %s, group_programme_id %s, %s questions answered', coalesce(f.episode_id::text, 'none'),
        coalesce(f.group_programme_id::text, 'none'), num_nonnulls(f.timely, f.helpful, f.empowered))
from records.feedback f
where num_nonnulls(f.episode_id, f.group_programme_id) <> 1
    or num_nonnulls(f.timely, f.helpful, f.empowered) = 0;
