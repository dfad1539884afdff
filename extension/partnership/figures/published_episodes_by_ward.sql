-- Published: episodes opened, allocated and closed by ward: what comes to the
-- waiting list, what leaves it, and what ends.
select early_help.define_published_table('episodes_by_ward',
    'Published episodes of early help opened, allocated and closed, by ward; the waiting list has what was opened until it is allocated or closed. Figures that could disclose somebody are hidden.',
    array['ward'],
    array['episodes_opened', 'episodes_allocated', 'episodes_closed', 'episodes_closed_waiting', 'episodes_closed_after_support'],
    array['episodes_closed = episodes_closed_waiting + episodes_closed_after_support'],
    '{}',
    '{
        "ward": "Ward at the time of the referral.",
        "episodes_opened": "Episodes opened: families that joined the waiting list.",
        "episodes_allocated": "Episodes whose first lead practitioner began: families that left the waiting list for support.",
        "episodes_closed": "Episodes closed.",
        "episodes_closed_waiting": "Of the episodes closed, those never allocated: families that left the waiting list without support.",
        "episodes_closed_after_support": "Of the episodes closed, those that had been allocated."
    }',
    $$
    select
        c.month,
        l.name as ward,
        c.opened as episodes_opened,
        c.allocated as episodes_allocated,
        c.closed as episodes_closed,
        c.closed_waiting as episodes_closed_waiting,
        c.closed - c.closed_waiting as episodes_closed_after_support
    from kpi_cube_episodes c
    left join only locality l on l.locality_id = c.locality_id
    union all
    select null, name, 0, 0, 0, 0, 0
    from only locality
    where valid_to is null
    $$);
