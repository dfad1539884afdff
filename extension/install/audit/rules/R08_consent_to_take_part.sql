-- R08: An EHA, a plan or a step up needs consent to take part.

-- Plans, EHAs and steps up that began on a day without consent.
select s.record, s.record_id, format('%s, family_id %s has no consent to take part on that day', s.day, s.family_id)
from (
    select 'plan' as record, p.plan_id as record_id, e.family_id, p.started_on as day, p.recorded_at
    from records.plan p
    join records.episode e on e.episode_id = p.episode_id
    union all
    select 'assessment', a.assessment_id, e.family_id, a.started_on, a.recorded_at
    from records.assessment a
    join records.episode e on e.episode_id = a.episode_id
    where a.corrects_assessment_id is null
    union all
    select 'step', s.step_id, s.family_id, s.offered_on, s.recorded_at
    from records.step s
    where s.to_level = 'social_care'
        and s.basis is distinct from 'section_47'
        and coalesce(s.consent_override_reason, '') !~ '\S'
) s
where not exists (
    select
    from records.consent c
    where c.family_id = s.family_id
        and c.kind = 'take_part'
        and c.given_on <= s.day
        -- A withdrawal is always taken, also after what rested on the consent as it was known.
        and (c.withdrawn_on is null or c.withdrawn_on > s.day or s.recorded_at <= c.withdrawal_recorded_at));

-- Plans and EHAs that go on though consent was withdrawn after they began and nobody consents in
-- its place.
select s.record, s.record_id, format('goes on, consent of family_id %s was withdrawn on %s', s.family_id, min(w.withdrawn_on))
from (
    select 'plan' as record, p.plan_id as record_id, e.family_id, p.started_on
    from records.plan p
    join records.episode e on e.episode_id = p.episode_id
    where p.ended_on is null
    union all
    select 'assessment', a.assessment_id, e.family_id, a.started_on
    from records.assessment a
    join records.episode e on e.episode_id = a.episode_id
    where a.completed_on is null
        and a.ended_on is null
        and a.corrects_assessment_id is null
) s
join records.consent w on w.family_id = s.family_id
    and w.kind = 'take_part'
    and w.withdrawn_on > s.started_on
where not exists (
    select
    from records.consent c
    where c.family_id = s.family_id
        and c.kind = 'take_part'
        and c.given_on <= w.withdrawn_on
        and (c.withdrawn_on is null or c.withdrawn_on > w.withdrawn_on))
group by s.record, s.record_id, s.family_id;

-- Decisions on sharing without a reason, or shared with consent that nobody gave.
select 'sharing_decision', d.sharing_decision_id,
    format('decided_on %s, family_id %s, agency_id %s, basis %s', d.decided_on, d.family_id, d.agency_id, d.basis)
from records.sharing_decision d
where coalesce(d.reason, '') !~ '\S'
    or (d.shared
        and d.basis = 'consent'
        and not exists (
            select
            from records.consent c
            where c.family_id = d.family_id
                and c.kind = 'share'
                and c.agency_id = d.agency_id
                and c.given_on <= d.decided_on
                and (c.withdrawn_on is null
                    or c.withdrawn_on > d.decided_on
                    or d.recorded_at <= c.withdrawal_recorded_at)));

-- Consents withdrawn before they were given or nobody knows when, or with an agency where none belongs, or without one
-- where one does.
select 'consent', c.consent_id,
    format('kind %s, agency_id %s, given_on %s, withdrawn_on %s', c.kind,
        coalesce(c.agency_id::text, 'none'), c.given_on, coalesce(c.withdrawn_on::text, 'none'))
from records.consent c
where (c.kind = 'share') <> (c.agency_id is not null)
    or c.withdrawn_on < c.given_on
    or (c.withdrawn_on is null) <> (c.withdrawal_recorded_at is null);

-- Steps that go without consent for a reason that says nothing.
select 'step', s.step_id, format('offered_on %s, consent_override_reason is blank', s.offered_on)
from records.step s
where s.consent_override_reason !~ '\S';
