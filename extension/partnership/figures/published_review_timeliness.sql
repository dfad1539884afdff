-- Published: reviews due, by kind of plan, and whether they were held on time.
select early_help.define_published_table('review_timeliness',
    'Published reviews due in the period, and whether they were held on or before the day, by kind of plan. Figures that could disclose somebody are hidden.',
    array['plan_kind'],
    array['reviews_due', 'reviews_on_time', 'reviews_not_on_time', 'reviews_held_late', 'reviews_not_held'],
    array['reviews_due = reviews_on_time + reviews_not_on_time', 'reviews_not_on_time = reviews_held_late + reviews_not_held'],
    array['reviews_on_time_rate = reviews_on_time / reviews_due'],
    '{
        "plan_kind": "intervention or family_outcomes.",
        "reviews_due": "Reviews due, held or not.",
        "reviews_on_time": "Of the reviews due, those held on or before the day.",
        "reviews_not_on_time": "Of the reviews due, those held late or not at all.",
        "reviews_held_late": "Of those not on time, those held after the day.",
        "reviews_not_held": "Of those not on time, those not held so far.",
        "reviews_on_time_rate": "Percentage of reviews due that were held on time."
    }',
    $$
    select
        month,
        plan_kind,
        reviews_due,
        held_on_time as reviews_on_time,
        held_late + not_held as reviews_not_on_time,
        held_late as reviews_held_late,
        not_held as reviews_not_held
    from review_timeliness
    union all
    select null, v, 0, 0, 0, 0, 0
    from unnest(enum_range(null::early_help.plan_kind)::varchar[]) v
    $$);
