-- Length of support of the spells that closed in a month, from allocation. What never had support, or should not have
-- been an episode, has no length. Medians come from the cases of a period, counted by days, never from medians of months.
select early_help.define_kpi_cube(
    'lengths_of_support',
    array['episode', 'referral_of_episode', 'positive_outcome', 'plan_outcome', 'service_of_episode', 'practitioner'],
    $$
    select
        'episode'::varchar(40) as record,
        s.episode_id as record_id,
        r.source_code,
        r.primary_need_code as need_code,
        r.locality_id,
        v.service_id,
        s.closed_on - s.supported_from as days,
        s.closed_on - s.started_on as days_from_opening,
        1 as lengths
    from spell_outcome s
    left join lateral (
        select r.source_code, r.primary_need_code, r.locality_id
        from only referral r
        where r.referral_id = s.referral_id
        offset 0
    ) r on true
    cross join lateral service_of_episode(s.episode_id, s.closed_on) v
    where s.closed_on >= m.month
        and s.closed_on < m.next_month
        and s.was_support
$$, counts => '{lengths}', few => true);

create view length_of_support_days as
select
    c.month,
    to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
    c.source_code,
    s.label as source,
    c.need_code,
    n.label as need,
    l.name as ward,
    l.gss_code,
    v.name as service,
    v.run_by::varchar(10) as run_by,
    a.name as agency,
    c.days,
    c.days_from_opening,
    c.lengths
from cube_lengths_of_support c
left join only contact_source s on s.code = c.source_code
left join only primary_need n on n.code = c.need_code
left join only locality l on l.locality_id = c.locality_id
left join only service v on v.service_id = c.service_id
left join only agency a on a.agency_id = v.agency_id;
comment on view length_of_support_days is
    'Spells of support closed in the month, counted by the days from allocation, and from opening. Those without support, '
    'opened in error or duplicate are not here. For medians over any choice of months, needs and wards. Unit: a closure.';
