-- Episodes supported in a month, one row each, by what they were for and the service that supports.
select early_help.define_kpi_cube(
    'supported_episodes', array['support', 'referral_of_episode', 'service_from', 'practitioner'], $$
    select
        'episode'::varchar(40) as record,
        c.episode_id as record_id,
        f.source_code,
        f.primary_need_code as need_code,
        f.locality_id,
        v.service_id,
        early_help_internal.months_between(c.last_before::date, m.month) as months_since,
        1 as episodes
    from (
        select
            s.episode_id,
            s.referral_id,
            max(s.closed_on) filter (where s.supported_from < m.next_month and s.closed_on >= m.month) as last_on,
            max(least(s.closed_on, m.month - 1)) filter (where s.supported_from < m.month) as last_before
        from (
            select episode_id, referral_id, supported_from, closed_on
            from spell_end
            where supported_from < m.next_month
                and closed_on >= m.month - interval '11 months'
            union all
            select episode_id, referral_id, greatest(allocated_on, reopened_on)::date, 'infinity'
            from only episode
            where closed_on is null
                and allocated_on < m.next_month
        ) s
        group by 1, 2
    ) c
    left join lateral (
        select q.source_code, q.primary_need_code, q.locality_id
        from only referral q
        where q.referral_id = c.referral_id
        offset 0
    ) f on true
    cross join lateral service_of_episode(c.episode_id, least(c.last_on, (m.next_month - 1)::date)) v
    where c.last_on is not null
$$, counts => '{episodes}', few => true);

create view caseload_episodes as
select
    p.period_kind,
    p.period_key,
    p.first_month as period_start,
    (p.last_month + interval '1 month' - interval '1 day')::date as period_end,
    p.period_status,
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
    c.episodes
from kpi_period_shown p
cross join lateral (
    select
        x.source_code,
        x.need_code,
        x.locality_id,
        x.service_id,
        sum(x.episodes)::integer as episodes
    from cube_supported_episodes x
    where x.month between p.first_month and p.until_month
        and early_help_internal.first_in_period(x.month, x.months_since, p.first_month)
    group by 1, 2, 3, 4
) c
left join only contact_source s on s.code = c.source_code
left join only primary_need n on n.code = c.need_code
left join only locality l on l.locality_id = c.locality_id
left join only service v on v.service_id = c.service_id
left join only agency a on a.agency_id = v.agency_id
where p.record = 'episode'
    and p.period_kind <> 'year to date';
comment on view caseload_episodes is
    'Episodes supported in the month, quarter or financial year, by ward, need and service as they were in its first month of '
    'support. Adds up to caseload.episodes, with a row for what is not recorded. Do not add periods. Unit: an episode.';
