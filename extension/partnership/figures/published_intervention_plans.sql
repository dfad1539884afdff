-- Published: intervention plans by who runs the service.
select early_help.define_published_table('intervention_plans',
    'Published intervention plans started and ended, by who runs the service. Figures that could disclose somebody are hidden.',
    array['run_by'],
    array[
        'intervention_plans_started', 'intervention_plans_completed', 'intervention_plans_ended_otherwise',
        'intervention_plans_consent_withdrawn', 'intervention_plans_ended_with_episode'],
    array['intervention_plans_ended_otherwise = intervention_plans_consent_withdrawn + intervention_plans_ended_with_episode'],
    '{}',
    '{
        "run_by": "hub (children and family hub) or partner.",
        "intervention_plans_started": "Plans started.",
        "intervention_plans_completed": "Plans completed, through a held review.",
        "intervention_plans_ended_otherwise": "Plans that ended without being completed.",
        "intervention_plans_consent_withdrawn": "Of those, plans that ended because consent was withdrawn.",
        "intervention_plans_ended_with_episode": "Of those, plans that ended with their episode."
    }',
    $$
    select
        month,
        run_by,
        plans_started as intervention_plans_started,
        plans_completed as intervention_plans_completed,
        plans_ended_otherwise as intervention_plans_ended_otherwise,
        plans_ended_consent_withdrawn as intervention_plans_consent_withdrawn,
        plans_ended_otherwise - plans_ended_consent_withdrawn as intervention_plans_ended_with_episode
    from intervention_plans
    union all
    select null, run_by, 0, 0, 0, 0, 0
    from (values ('hub'), ('partner')) as r (run_by)
    $$);
