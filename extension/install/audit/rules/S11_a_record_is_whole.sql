-- S11: A record is whole: what stands together is there together, and what excludes each other is not.

-- Children of contacts, and referrals, that say something else than what they follow.
select 'contact_child', c.contact_child_id,
    format('received_on %s, source_code %s; contact_id %s has %s, %s', c.received_on, c.source_code, c.contact_id,
        k.received_on, k.source_code)
from records.contact_child c
join records.contact k on k.contact_id = c.contact_id
where (c.received_on, c.source_code) is distinct from (k.received_on, k.source_code)
union all
select 'referral', r.referral_id,
    format('child_id %s; contact_child_id %s has child_id %s, decision %s', r.child_id, c.contact_child_id, c.child_id,
        coalesce(c.decision::text, 'none'))
from records.referral r
join records.contact_child c on c.contact_child_id = r.contact_child_id
where c.child_id <> r.child_id
    or c.decision is distinct from 'referral'
union all
select 'referral', r.referral_id, format('accepted_on %s, declined_on %s', r.accepted_on, r.declined_on)
from records.referral r
where num_nonnulls(r.accepted_on, r.declined_on) = 2;

-- Participants of reviews, owners of actions and people at a group who are nobody or several.
select 'review_participant', p.review_participant_id,
    format('party %s, child_id %s, adult_id %s, practitioner_id %s, agency_id %s', p.party, coalesce(p.child_id::text, 'none'),
        coalesce(p.adult_id::text, 'none'), coalesce(p.practitioner_id::text, 'none'), coalesce(p.agency_id::text, 'none'))
from records.review_participant p
where num_nonnulls(p.child_id, p.adult_id, p.practitioner_id, p.agency_id) <> 1
    or (p.party = 'family') <> (num_nonnulls(p.child_id, p.adult_id) = 1)
    or (p.party = 'practitioner') <> (p.practitioner_id is not null)
union all
select 'action', a.action_id,
    format('owner_practitioner_id %s, owned_by_family %s', coalesce(a.owner_practitioner_id::text, 'none'), a.owned_by_family)
from records.action a
where (a.owner_practitioner_id is not null) is not distinct from a.owned_by_family
union all
select 'group_attendance', g.group_attendance_id, format('child_id %s, adult_id %s', g.child_id, g.adult_id)
from records.group_attendance g
where num_nonnulls(g.child_id, g.adult_id) > 1
union all
select 'feedback_request', q.feedback_request_id,
    format('episode_id %s, group_programme_id %s', coalesce(q.episode_id::text, 'none'),
        coalesce(q.group_programme_id::text, 'none'))
from records.feedback_request q
where num_nonnulls(q.episode_id, q.group_programme_id) <> 1;

-- Requests for a service that say two things of what came of them.
select 'service_request', r.service_request_id,
    format('service_id %s, offered_on %s, started_on %s, ended_on %s, decided_on %s, outcome %s',
        coalesce(r.service_id::text, 'none'), coalesce(r.offered_on::text, 'none'),
        coalesce(r.started_on::text, 'none'), coalesce(r.ended_on::text, 'none'),
        coalesce(r.decided_on::text, 'none'), coalesce(r.outcome::text, 'none'))
from records.service_request r
where (r.decided_on is null) <> (r.outcome is null)
    or (r.outcome is not distinct from 'started') <> (r.started_on is not null)
    or (r.started_on is not null and r.offered_on is null)
    or (r.ended_on is not null and r.started_on is null)
    or (r.offered_on is not null and (r.service_id is null or r.outcome = 'no_service'));

-- Alerts of something else than their kind says, or that nobody acknowledged on some day.
select 'alert', a.alert_id,
    format('kind %s, plan_id %s, step_id %s, episode_id %s, practitioner_id %s, acknowledged_by %s, acknowledged_on %s', a.kind,
        coalesce(a.plan_id::text, 'none'), coalesce(a.step_id::text, 'none'), coalesce(a.episode_id::text, 'none'),
        coalesce(a.practitioner_id::text, 'none'), coalesce(a.acknowledged_by::text, 'none'),
        coalesce(a.acknowledged_on::text, 'none'))
from records.alert a
where num_nonnulls(a.plan_id, a.step_id, a.episode_id) <> 1
    or (a.plan_id is not null) <> (a.kind = 'review_overdue')
    or (a.step_id is not null) <> (a.kind = 'consultation_missing')
    or (a.episode_id is not null) <> (a.kind = 'lead_practitioner_left')
    or (a.practitioner_id is not null) <> (a.kind = 'lead_practitioner_left')
    or (a.acknowledged_by is null) <> (a.acknowledged_on is null)
    or (a.note is not null and a.acknowledged_by is null);

-- Counts of nothing, or of more new families than families.
select 'service', s.service_id, format('capacity %s', s.capacity)
from records.service s
where s.capacity <= 0
union all
select 'group_programme', g.group_programme_id, format('places %s', g.places)
from records.group_programme g
where g.places <= 0
union all
select 'partner_return', r.service_id,
    format('month %s, families %s, children %s, new_families %s', r.month, r.families, coalesce(r.children::text, 'none'),
        coalesce(r.new_families::text, 'none'))
from records.partner_return r
where least(r.families, r.children, r.new_families) < 0
    or r.new_families > r.families;

-- Numbers of children that cannot be theirs. What they say is told to nobody.
select 'child_identity', i.child_id, 'nhs_number is not ten digits'
from records.child_identity i
where i.nhs_number !~ '^[0-9]{10}$'
union all
select 'child_identity', i.child_id, 'unique_pupil_number does not have the form of one'
from records.child_identity i
where i.unique_pupil_number !~ '^[A-Z][0-9]{11}[0-9A-Z]$';
