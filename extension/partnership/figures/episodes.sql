-- Flows of episodes: opened, allocated, closed and reopened, each in its own month, by what the family was referred
-- for, and by the service of the episode on the day.
select early_help.define_kpi_cube('episodes', array['episode', 'referral_of_episode', 'service_from', 'practitioner'], $$
    select
        'episode'::varchar(40) as record,
        e.episode_id as record_id,
        r.source_code,
        r.primary_need_code as need_code,
        r.locality_id,
        v.service_id,
        e.opened,
        e.allocated,
        e.closed_waiting,
        e.closed,
        e.reopened
    from (
        select episode_id, referral_id, opened_on::date as day,
            1 as opened, 0 as allocated, 0 as closed_waiting, 0 as closed, 0 as reopened
        from only episode
        where opened_on >= m.month
            and opened_on < m.next_month
        union all
        select episode_id, referral_id, allocated_on, 0, 1, 0, 0, 0
        from only episode
        where allocated_on >= m.month
            and allocated_on < m.next_month
        union all
        select episode_id, referral_id, closed_on, 0, 0, (supported_from is null)::integer, 1, 0
        from spell_end
        where closed_on >= m.month
            and closed_on < m.next_month
        union all
        select r.episode_id, e.referral_id, r.reopened_on, 0, 0, 0, 0, 1
        from only reopening r
        join only episode e on e.episode_id = r.episode_id
        where r.reopened_on >= m.month
            and r.reopened_on < m.next_month
    ) e
    -- One look-up an event, never a join: a month has few of all referrals.
    left join lateral (
        select r.source_code, r.primary_need_code, r.locality_id
        from only referral r
        where r.referral_id = e.referral_id
        offset 0
    ) r on true
    cross join lateral service_of_episode(e.episode_id, e.day) v
$$, counts => '{opened, allocated, closed_waiting, closed, reopened}', few => true);

-- The same without dimensions, for stocks: few rows, all of which a stock adds up.
select early_help.define_kpi_cube('episode_flows', '{}', $$
    select
        sum(e.opened)::integer as opened,
        sum(e.allocated)::integer as allocated,
        sum(e.closed_waiting)::integer as closed_waiting,
        sum(e.closed)::integer as closed,
        sum(e.reopened)::integer as reopened
    from cube_episodes e
    where e.month = m.month
    having count(*) > 0
$$, from_cubes => '{episodes}', few => true);

create view episodes as
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
    a.sector::varchar(40) as sector,
    c.opened,
    c.allocated,
    c.closed,
    c.closed_waiting,
    c.reopened
from cube_episodes c
left join only contact_source s on s.code = c.source_code
left join only primary_need n on n.code = c.need_code
left join only locality l on l.locality_id = c.locality_id
left join only service v on v.service_id = c.service_id
left join only agency a on a.agency_id = v.agency_id;
comment on view episodes is
    'Episodes of early help opened, allocated, closed and reopened, each in its own month, '
    'by source, need and service. A closure counts though a reopening followed. Unit: an episode. '
    'View caseload has those open and supported.';
