-- Published: Early Help Assessments by who runs the service and by SEN support.
select early_help.define_published_table('assessments',
    'Published Early Help Assessments (EHA) started and ended, by who runs the service and by SEN support. Figures that could disclose somebody are hidden.',
    array['run_by', 'sen_support'],
    array['assessments_started', 'assessments_completed', 'assessments_ended_otherwise'],
    '{}',
    '{}',
    '{
        "run_by": "hub (children and family hub) or partner.",
        "sen_support": "SEN support (the graduated response before an education, health and care plan), or none.",
        "assessments_started": "EHAs started; corrected versions do not count again.",
        "assessments_completed": "EHAs completed.",
        "assessments_ended_otherwise": "EHAs that ended without being completed."
    }',
    $$
    select
        month,
        run_by,
        case when supports_sen then 'SEN support' else 'none' end as sen_support,
        assessments_started,
        assessments_completed,
        assessments_ended_otherwise
    from assessments_started
    union all
    select null, run_by, sen_support, 0, 0, 0
    from (values ('hub'), ('partner')) as r (run_by)
    cross join (values ('SEN support'), ('none')) as s (sen_support)
    $$);
