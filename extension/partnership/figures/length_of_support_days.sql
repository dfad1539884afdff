-- Length of support of the episodes closed in a month. Medians come from the cases of
-- a period, counted by days, never from medians of months.
select early_help.define_kpi_cube('lengths_of_support', array['episode', 'referral_of_episode'], $$
    select
        r.source_code,
        r.primary_need_code as need_code,
        r.locality_id,
        r.service_id,
        e.closed_on - e.opened_on as days,
        count(*)::integer as closures
    from only episode e
    left join lateral (
        select r.source_code, r.primary_need_code, r.locality_id, r.service_id
        from only referral r
        where r.referral_id = e.referral_id
        offset 0
    ) r on true
    where e.closed_on >= m.month
        and e.closed_on < m.next_month
    group by 1, 2, 3, 4, 5
$$);

create view length_of_support_days as
select
    c.month,
    to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
    c.source_code,
    s.label as source,
    c.need_code,
    n.label as need,
    l.name as ward,
    v.name as service,
    v.run_by::varchar(10) as run_by,
    c.days,
    c.closures
from cube_lengths_of_support c
left join only contact_source s on s.code = c.source_code
left join only primary_need n on n.code = c.need_code
left join only locality l on l.locality_id = c.locality_id
left join only service v on v.service_id = c.service_id;
comment on view length_of_support_days is
    'Episodes closed in the month, counted by the number of days they lasted. '
    'For medians over any choice of months, needs and wards. Unit: an episode.';
