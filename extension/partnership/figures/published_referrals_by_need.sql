-- Published: referrals and re-referrals by main need.
select early_help.define_published_table('referrals_by_need',
    'Published referrals into early help and re-referrals among them, by main need. Figures that could disclose somebody are hidden.',
    array['need_code'],
    array['referrals', 're_referrals', 'first_referrals'],
    array['referrals = re_referrals + first_referrals'],
    array['re_referral_rate = re_referrals / referrals'],
    '{
        "need_code": "Main need: DfE primary need code; its label is in published_label.",
        "referrals": "Referrals of a child.",
        "re_referrals": "Of the referrals, those of a child referred on an earlier day within the re-referral months.",
        "first_referrals": "Of the referrals, those that are not re-referrals.",
        "re_referral_rate": "Percentage of referrals that are re-referrals."
    }',
    $$
    select month, need_code, referrals, re_referrals, referrals - re_referrals as first_referrals
    from re_referrals
    union all
    select null, code, 0, 0, 0
    from only primary_need
    where offered
    $$);
