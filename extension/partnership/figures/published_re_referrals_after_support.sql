-- Published: referrals soon after support ended, by main need.
select early_help.define_published_table('re_referrals_after_support',
    'Published referrals and how many came soon after support ended (from closure to referral), by main need. Figures that could disclose somebody are hidden.',
    array['need_code'],
    array['referrals', 're_referrals_after_support', 'referrals_not_after_support'],
    array['referrals = re_referrals_after_support + referrals_not_after_support'],
    array['after_support_rate = re_referrals_after_support / referrals'],
    '{
        "need_code": "Main need: DfE primary need code; its label is in published_label.",
        "referrals": "Referrals of a child.",
        "re_referrals_after_support": "Of the referrals, those of a child whose family had an episode that closed on an earlier day within the re-referral months.",
        "referrals_not_after_support": "Of the referrals, the others.",
        "after_support_rate": "Percentage of referrals soon after support ended."
    }',
    $$
    select
        month,
        need_code,
        referrals,
        after_support as re_referrals_after_support,
        referrals - after_support as referrals_not_after_support
    from re_referral_after_support
    union all
    select null, code, 0, 0, 0
    from only primary_need
    where offered
    $$);
