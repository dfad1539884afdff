-- R15: A child has a birth date or an expected one, not both, and referrals fit it.

-- Children with dates that exclude each other.
select 'child', c.child_id,
    format('birth_date %s, expected_birth_date %s, pregnancy_ended_on %s, died_on %s',
        coalesce(c.birth_date::text, 'none'), coalesce(c.expected_birth_date::text, 'none'),
        coalesce(c.pregnancy_ended_on::text, 'none'), coalesce(c.died_on::text, 'none'))
from records.child c
where num_nonnulls(c.birth_date, c.expected_birth_date) > 1
    or num_nonnulls(c.birth_date, c.pregnancy_ended_on) > 1
    or c.died_on < c.birth_date;

-- Referrals more than 280 days before birth, or after a death or the end of a pregnancy: of the child, or of the one it
-- counts for.
select 'referral', r.referral_id,
    format('referred_on %s, child_id %s born or expected on %s, died or pregnancy ended on %s', r.referred_on, c.child_id,
        coalesce(c.birth_date, c.expected_birth_date)::text,
        coalesce(least(c.died_on, c.pregnancy_ended_on)::text, 'none'))
from (
    select referral_id, referred_on, child_id
    from records.referral
    union all
    select referral_id, referred_on, counted_child_id
    from records.referral
    where counted_child_id <> child_id
) r
join records.child c on c.child_id = r.child_id
where r.referred_on < coalesce(c.birth_date, c.expected_birth_date) - 280
    or r.referred_on > least(c.died_on, c.pregnancy_ended_on);
