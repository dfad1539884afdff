-- S02: A record names only what belongs to its own family.

-- Children and adults who were never in the family. A duplicate is in a family as the child it counts for.
select r.record, r.record_id, format('child_id %s was never of family_id %s', r.child_id, r.family_id)
from (
    select distinct 'episode_child' as record, c.episode_id as record_id, e.family_id, c.child_id
    from records.episode_child c
    join records.episode e on e.episode_id = c.episode_id
    union all
    select 'assessment', a.assessment_id, e.family_id, a.child_id
    from records.assessment a
    join records.episode e on e.episode_id = a.episode_id
    union all
    select 'step', step_id, family_id, child_id
    from records.step
    union all
    select 'conversation', conversation_id, family_id, child_id
    from records.conversation
    union all
    select 'sharing_decision', sharing_decision_id, family_id, child_id
    from records.sharing_decision
    union all
    select 'referral', referral_id, family_id, child_id
    from records.referral
    union all
    select 'service_request', service_request_id, family_id, child_id
    from records.service_request
    union all
    select 'group_attendance', group_attendance_id, family_id, child_id
    from records.group_attendance
    union all
    select 'review_participant', n.review_participant_id, e.family_id, n.child_id
    from records.review_participant n
    join records.review v on v.review_id = n.review_id
    join records.plan p on p.plan_id = v.plan_id
    join records.episode e on e.episode_id = p.episode_id
) r
left join records.family_member m on m.family_id = r.family_id
    and m.child_id = r.child_id
where r.child_id is not null
    and m.family_id is null
    and not exists (
        select
        from records.family_member o
        join records.child c on c.child_id = o.child_id
        join records.child k on k.counts_for_child_id = c.counts_for_child_id
        where o.family_id = r.family_id
            and k.child_id = r.child_id)
union all
select r.record, r.record_id, format('adult_id %s was never of family_id %s', r.adult_id, r.family_id)
from (
    select 'group_attendance' as record, group_attendance_id as record_id, family_id, adult_id
    from records.group_attendance
    union all
    select 'review_participant', n.review_participant_id, e.family_id, n.adult_id
    from records.review_participant n
    join records.review v on v.review_id = n.review_id
    join records.plan p on p.plan_id = v.plan_id
    join records.episode e on e.episode_id = p.episode_id
) r
where r.adult_id is not null
    and not exists (
        select
        from records.family_adult m
        where m.family_id = r.family_id
            and m.adult_id = r.adult_id);

-- Referrals, EHAs, episodes and outcomes of another family, and contacts of another child.
select r.record, r.record_id, format('family_id %s, %s %s is of family_id %s', r.family_id, r.what, r.named_id, r.its_family_id)
from (
    select 'episode' as record, e.episode_id as record_id, e.family_id, 'referral_id' as what, f.referral_id as named_id,
        f.family_id as its_family_id
    from records.episode e
    join records.referral f on f.referral_id = e.referral_id
    union all
    select 'plan', p.plan_id, e.family_id, 'assessment_id', a.assessment_id, o.family_id
    from records.plan p
    join records.episode e on e.episode_id = p.episode_id
    join records.assessment a on a.assessment_id = p.assessment_id
    join records.episode o on o.episode_id = a.episode_id
    union all
    select 'service_request', r.service_request_id, r.family_id, 'episode_id', o.episode_id, o.family_id
    from records.service_request r
    join records.episode o on o.episode_id = r.episode_id
    union all
    select 'action', a.action_id, e.family_id, 'plan_outcome_id', t.plan_outcome_id, o.family_id
    from records.action a
    join records.plan p on p.plan_id = a.plan_id
    join records.episode e on e.episode_id = p.episode_id
    join records.plan_outcome t on t.plan_outcome_id = a.plan_outcome_id
    join records.plan q on q.plan_id = t.plan_id
    join records.episode o on o.episode_id = q.episode_id
    union all
    select 'feedback', f.feedback_id, e.family_id, 'feedback_request_id', q.feedback_request_id, o.family_id
    from records.feedback f
    join records.episode e on e.episode_id = f.episode_id
    join records.feedback_request q on q.feedback_request_id = f.feedback_request_id
    join records.episode o on o.episode_id = q.episode_id
    union all
    select 'assessment', a.assessment_id, e.family_id, 'corrects_assessment_id', c.assessment_id, o.family_id
    from records.assessment a
    join records.episode e on e.episode_id = a.episode_id
    join records.assessment c on c.assessment_id = a.corrects_assessment_id
    join records.episode o on o.episode_id = c.episode_id
) r
where r.family_id <> r.its_family_id
union all
select 'referral', f.referral_id,
    format('child_id %s, contact_child_id %s is of child_id %s', f.child_id, c.contact_child_id, c.child_id)
from records.referral f
join records.contact_child c on c.contact_child_id = f.contact_child_id
where c.child_id <> f.child_id;

-- Referrals that several episodes answer, and declined ones that one answers.
select 'episode', e.episode_id, format('referral_id %s is answered by episode_id %s too', e.referral_id, e.other)
from (
    select episode_id, referral_id, min(episode_id) over (partition by referral_id) as other
    from records.episode
    where referral_id is not null
) e
where e.other <> e.episode_id
union all
select 'episode', e.episode_id, format('referral_id %s was declined on %s', f.referral_id, f.declined_on)
from records.episode e
join records.referral f on f.referral_id = e.referral_id
where f.declined_on is not null;
