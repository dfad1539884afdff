-- R16: While an episode is open, a further contact is attached to it and not referred again.

-- Referrals while an episode of the family was open, and attached contacts that were referred as
-- well.
select 'referral', r.referral_id,
    format('referred_on %s, family_id %s had episode_id %s open', r.referred_on, r.family_id, min(e.episode_id))
from records.referral r
join records.episode e on e.family_id = r.family_id
    -- On the day it opens or closes the referral is one of the episode after.
    and e.opened_on < r.referred_on
    and (e.closed_on is null or e.closed_on > r.referred_on)
group by r.referral_id, r.referred_on, r.family_id
union all
select 'contact_child', c.contact_child_id,
    format('attached_episode_id %s, decision %s', c.attached_episode_id, c.decision)
from records.contact_child c
where c.attached_episode_id is not null
    and c.decision = 'referral';
