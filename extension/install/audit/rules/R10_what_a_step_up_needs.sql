-- R10: A step up names its basis, its reason and a consultation, and carries the EHA or says why
-- there is none.

-- Steps that lack something they need, or that carry the EHA of another family.
select 'step', s.step_id,
    format('to_level %s, basis %s, consulted_role %s, consulted_on %s, offered_on %s, assessment_id %s', s.to_level,
        coalesce(s.basis::text, 'none'), coalesce(s.consulted_role::text, 'none'),
        coalesce(s.consulted_on::text, 'none'), s.offered_on, coalesce(s.assessment_id::text, 'none'))
from records.step s
left join records.assessment a on a.assessment_id = s.assessment_id
left join records.episode e on e.episode_id = a.episode_id
where (s.to_level = 'social_care') <> (s.basis is not null)
    or coalesce(s.reason, '') !~ '\S'
    or (s.consulted_role is null) <> (s.consulted_on is null)
    or (s.to_level = 'social_care'
        and s.basis is distinct from 'section_47'
        and (s.consulted_on is null or s.consulted_on > s.offered_on))
    or (s.to_level = 'social_care'
        and s.assessment_id is null
        and coalesce(s.no_assessment_reason, '') !~ '\S')
    -- Nobody else's EHA.
    or e.family_id <> s.family_id;
