-- Published: referrals and re-referrals by source.
select early_help.define_published_table('referrals_by_source',
    'Published referrals into early help and re-referrals among them, by source. Figures that could disclose somebody are hidden.',
    array['source_code'],
    array['referrals', 're_referrals', 'first_referrals'],
    array['referrals = re_referrals + first_referrals'],
    array['re_referral_rate = re_referrals / referrals'],
    '{
        "source_code": "Source: DfE referral source code; its label is in published_label.",
        "referrals": "Referrals of a child.",
        "re_referrals": "Of the referrals, those of a child referred on an earlier day within the re-referral months.",
        "first_referrals": "Of the referrals, those that are not re-referrals.",
        "re_referral_rate": "Percentage of referrals that are re-referrals."
    }',
    $$
    select month, source_code, referrals, re_referrals, referrals - re_referrals as first_referrals
    from re_referrals
    union all
    select null, code, 0, 0, 0
    from only contact_source
    where offered
    $$);
