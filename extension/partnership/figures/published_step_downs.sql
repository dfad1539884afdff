-- Published: steps down from children's social care by sector of the receiving agency.
select early_help.define_published_table('step_downs',
    'Published steps down from children''s social care by sector of the receiving agency. Unit: a child; each event in its own period. Figures that could disclose somebody are hidden.',
    array['receiving_sector'],
    array['step_downs_offered', 'step_downs_accepted', 'step_downs_accepted_elsewhere', 'step_downs_declined', 'step_downs_withdrawn'],
    '{}',
    '{}',
    '{
        "receiving_sector": "Sector of the agency that takes the child on.",
        "step_downs_offered": "Offered in the period.",
        "step_downs_accepted": "Accepted in the period, to early help.",
        "step_downs_accepted_elsewhere": "Accepted in the period, to universal services.",
        "step_downs_declined": "Declined in the period.",
        "step_downs_withdrawn": "Withdrawn in the period."
    }',
    $$
    select
        c.month,
        a.sector::varchar(40) as receiving_sector,
        c.offered as step_downs_offered,
        c.accepted_to_early_help as step_downs_accepted,
        c.accepted - c.accepted_to_early_help as step_downs_accepted_elsewhere,
        c.declined as step_downs_declined,
        c.withdrawn as step_downs_withdrawn
    from kpi_cube_step_downs c
    left join only agency a on a.agency_id = c.receiving_agency_id
    union all
    select null, v, 0, 0, 0, 0, 0
    from unnest(enum_range(null::early_help.agency_sector)::varchar[]) v
    $$);
