-- Published: episodes closed and their outcomes by ward.
select early_help.define_published_table('positive_outcomes_by_ward',
    'Published episodes closed and how many had a positive outcome, by ward. Figures that could disclose somebody are hidden.',
    array['ward'],
    array['episodes_closed', 'closures_counted', 'closures_not_counted', 'positive_outcomes', 'other_outcomes'],
    array['episodes_closed = closures_counted + closures_not_counted', 'closures_counted = positive_outcomes + other_outcomes'],
    array['positive_outcome_rate = positive_outcomes / closures_counted'],
    '{
        "ward": "Ward at the time of the referral.",
        "episodes_closed": "Episodes closed.",
        "closures_counted": "Of the episodes closed, all but opened in error, duplicate, moved away, died (usual).",
        "closures_not_counted": "Of the episodes closed, those that are not counted.",
        "positive_outcomes": "Of those counted, those whose share of agreed outcomes achieved reaches the partnership''s (usual: one half). Never: no agreed outcomes, or stepped up.",
        "other_outcomes": "Of those counted, those without a positive outcome.",
        "positive_outcome_rate": "Percentage of closures counted with a positive outcome."
    }',
    $$
    select
        month,
        ward,
        closures as episodes_closed,
        closures_counted,
        closures - closures_counted as closures_not_counted,
        positive_outcomes,
        closures_counted - positive_outcomes as other_outcomes
    from closure_outcomes
    union all
    select null, name, 0, 0, 0, 0, 0
    from only locality
    where valid_to is null
    $$);
