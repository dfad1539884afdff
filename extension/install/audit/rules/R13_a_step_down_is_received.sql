-- R13: An accepted step down names who receives it and when the first review is.

-- Accepted steps down that lack something they need.
select 'step', s.step_id,
    format('decided_on %s, receiving_agency_id %s, receiving_practitioner_id %s, first_review_on %s, episode_id %s',
        s.decided_on, coalesce(s.receiving_agency_id::text, 'none'),
        coalesce(s.receiving_practitioner_id::text, 'none'), coalesce(s.first_review_on::text, 'none'),
        coalesce(s.episode_id::text, 'none'))
from records.step s
where s.to_level = 'early_help'
    and s.outcome = 'accepted'
    and num_nulls(s.receiving_agency_id, s.receiving_practitioner_id, s.first_review_on, s.episode_id) > 0;
