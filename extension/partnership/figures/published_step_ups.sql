-- Published: steps up to children's social care by basis.
select early_help.define_published_table('step_ups',
    'Published steps up to children''s social care by basis. Unit: a child; each event in its own period. Figures that could disclose somebody are hidden.',
    array['basis'],
    array['step_ups_offered', 'step_ups_accepted', 'step_ups_declined', 'step_ups_withdrawn'],
    '{}',
    '{}',
    '{
        "basis": "section_17 (child in need), section_47 (child protection), specialised_setting or remand.",
        "step_ups_offered": "Offered in the period.",
        "step_ups_accepted": "Accepted in the period.",
        "step_ups_declined": "Declined in the period.",
        "step_ups_withdrawn": "Withdrawn in the period."
    }',
    $$
    select month, basis, offered as step_ups_offered, accepted as step_ups_accepted,
        declined as step_ups_declined, withdrawn as step_ups_withdrawn
    from step_ups
    union all
    select null, v, 0, 0, 0, 0
    from unnest(enum_range(null::early_help.step_basis)::varchar[]) v
    $$);
