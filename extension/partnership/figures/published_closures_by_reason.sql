-- Published: closures that count towards outcomes, by reason. Those that do not
-- count have no row: everybody knows that they are none of these.
select early_help.define_published_table('closures_by_reason',
    'Published episodes closed for a reason that counts towards outcomes, by reason. Figures that could disclose somebody are hidden.',
    array['closure_reason_code'],
    array['closures_counted'],
    '{}',
    '{}',
    '{
        "closure_reason_code": "Why it closed: the partnership''s code; its label is in published_label.",
        "closures_counted": "Episodes closed, all but opened in error, duplicate, moved away, died (usual)."
    }',
    $$
    select month, closure_reason_code, closures_counted
    from closure_outcomes
    where closures_counted > 0
    union all
    select null, code, 0
    from only closure_reason
    where offered
        and counted_in_outcomes
    $$);
