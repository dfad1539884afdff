-- R16: While an episode is open, a further contact is attached to it and not referred again.

-- Referrals while an episode of the family was open, or while another family's supported the child, and
-- attached contacts that were referred as well.
select 'referral', r.referral_id,
    format('referred_on %s, family_id %s, child_id %s: episode_id %s was open', r.referred_on, r.family_id, r.child_id,
        min(e.episode_id))
from records.referral r
join (
    -- On the day it opens or closes the referral is one of the episode after.
    select r.referral_id, e.episode_id
    from records.referral r
    join records.episode e on e.family_id = r.family_id
        and e.opened_on < r.referred_on
        and (e.closed_on is null or e.closed_on > r.referred_on)
    union all
    select r.referral_id, c.episode_id
    from records.referral r
    join records.episode_child c on c.child_id = r.child_id
        and c.joined_on < r.referred_on
        and (c.left_on is null or c.left_on > r.referred_on)
) e on e.referral_id = r.referral_id
group by r.referral_id, r.referred_on, r.family_id, r.child_id
union all
select 'contact_child', c.contact_child_id,
    format('attached_episode_id %s, decision %s', c.attached_episode_id, c.decision)
from records.contact_child c
where c.attached_episode_id is not null
    and c.decision = 'referral';

-- Contacts attached to an episode that was not open on their day, or is of another family.
select 'contact_child', c.contact_child_id,
    format('received_on %s, attached to episode_id %s, open from %s to %s', c.received_on, e.episode_id, e.opened_on,
        coalesce(e.closed_on::text, 'none'))
from records.contact_child c
join records.episode e on e.episode_id = c.attached_episode_id
where c.received_on < e.opened_on
    or c.received_on > e.closed_on
    -- Nor between a closure and the reopening.
    or exists (
        select
        from records.episode_event r
        where r.episode_id = e.episode_id
            and r.event = 'reopen'
            and r.happened_on > c.received_on
            and c.received_on > (
                select v.happened_on
                from records.episode_event v
                where v.episode_id = e.episode_id
                    and v.state_to = 'closed'
                    and v.state_from <> 'closed'
                    and v.episode_event_id < r.episode_event_id
                order by v.episode_event_id desc
                limit 1))
    or not exists (
        select
        from records.family_member m
        where m.family_id = e.family_id
            and m.child_id in (c.child_id, c.counted_child_id)
        union all
        select
        from records.episode_child m
        where m.episode_id = e.episode_id
            and m.child_id in (c.child_id, c.counted_child_id));
