-- Published: referrals and re-referrals by ward.
select early_help.define_published_table('referrals_by_ward',
    'Published referrals into early help and re-referrals among them, by ward. Figures that could disclose somebody are hidden.',
    array['ward'],
    array['referrals', 're_referrals', 'first_referrals'],
    array['referrals = re_referrals + first_referrals'],
    array['re_referral_rate = re_referrals / referrals'],
    '{
        "ward": "Ward of the child at the time of the referral.",
        "referrals": "Referrals of a child.",
        "re_referrals": "Of the referrals, those of a child referred on an earlier day within the re-referral months.",
        "first_referrals": "Of the referrals, those that are not re-referrals.",
        "re_referral_rate": "Percentage of referrals that are re-referrals."
    }',
    $$
    select month, ward, referrals, re_referrals, referrals - re_referrals as first_referrals
    from re_referrals
    union all
    select null, name, 0, 0, 0
    from only locality
    where valid_to is null
    $$);
