-- Published: intervention plans by who runs the service.
select early_help.define_published_table('intervention_plans',
    'Published intervention plans started and ended, by who runs the service. Figures that could disclose somebody are hidden.',
    array['run_by'],
    array['plans_started', 'plans_completed', 'plans_ended_otherwise', 'plans_ended_consent_withdrawn', 'plans_ended_with_episode'],
    array['plans_ended_otherwise = plans_ended_consent_withdrawn + plans_ended_with_episode'],
    '{}',
    '{
        "run_by": "hub (children and family hub) or partner.",
        "plans_started": "Plans started.",
        "plans_completed": "Plans completed, through a held review.",
        "plans_ended_otherwise": "Plans that ended without being completed.",
        "plans_ended_consent_withdrawn": "Of those, plans that ended because consent was withdrawn.",
        "plans_ended_with_episode": "Of those, plans that ended with their episode."
    }',
    $$
    select month, run_by, plans_started, plans_completed, plans_ended_otherwise, plans_ended_consent_withdrawn,
        plans_ended_otherwise - plans_ended_consent_withdrawn as plans_ended_with_episode
    from intervention_plans
    union all
    select null, run_by, 0, 0, 0, 0, 0
    from (values ('hub'), ('partner')) as r (run_by)
    $$);
