-- Published: attendances at group work by programme.
select early_help.define_published_table('group_attendances',
    'Published attendances at group work, by programme. Figures that could disclose somebody are hidden.',
    array['programme'],
    array['group_attendances'],
    '{}',
    '{}',
    '{
        "programme": "Programme of group work.",
        "group_attendances": "Attendances of a family, or of one of it, at a session."
    }',
    $$
    select month, programme, attendances as group_attendances
    from group_work
    union all
    select null, name, 0
    from only group_programme
    $$);
