-- Children supported in a month, one row per child, by what the child and its episode were on the first day of support
-- in the month. months_since says how many months ago the child was last supported: over a period of up to a year a
-- child counts in its first month there.
select early_help.define_kpi_cube(
    'supported_children',
    array['support', 'child_merge', 'child_of_support', 'referral_of_episode', 'service_from', 'practitioner'], $$
    select
        'child'::varchar(40) as record,
        c.child_id as record_id,
        f.source_code,
        f.primary_need_code as need_code,
        f.locality_id,
        v.service_id,
        early_help.age_at(k.birth_date, k.expected_birth_date, c.first_on) as age,
        k.sex_code,
        k.ethnicity_code,
        (
            select early_help_internal.months_between(max(least(y.left_on, e.closed_on, m.month - 1))::date, m.month)
            from only episode_child y
            join only episode e on e.episode_id = y.episode_id
            where y.child_id in (
                    select c.child_id
                    union all
                    select n.child_id
                    from only child n
                    where n.merged_into_child_id = c.child_id)
                and greatest(y.joined_on, e.allocated_on) < m.month
                and e.allocated_on <= coalesce(least(y.left_on, e.closed_on), 'infinity')
                and coalesce(least(y.left_on, e.closed_on), 'infinity') >= m.month - interval '11 months') as months_since,
        1 as children
    from (
        -- With two families at once: the one that supported the child first.
        select distinct on (x.child_id)
            x.child_id,
            x.episode_id,
            x.left_on,
            greatest(x.from_on, m.month) as first_on
        from (
            select
                coalesce(n.merged_into_child_id, y.child_id) as child_id,
                y.episode_id,
                greatest(y.joined_on, e.allocated_on)::date as from_on,
                least(y.left_on, e.closed_on)::date as left_on
            from only episode_child y
            join only episode e on e.episode_id = y.episode_id
            left join only child n on n.child_id = y.child_id
            where y.joined_on < m.next_month
                and (y.left_on is null or y.left_on >= m.month)
                -- No child stays in an episode that closed; where the rules were off one may.
                and (e.closed_on is null or e.closed_on >= m.month)
                and e.allocated_on < m.next_month
                and e.allocated_on <= coalesce(least(y.left_on, e.closed_on), 'infinity')
        ) x
        order by x.child_id, greatest(x.from_on, m.month), x.from_on, x.episode_id
    ) c
    join only child k on k.child_id = c.child_id
    left join lateral (
        select q.source_code, q.primary_need_code, q.locality_id
        from only episode e
        join only referral q on q.referral_id = e.referral_id
        where e.episode_id = c.episode_id
        offset 0
    ) f on true
    cross join lateral service_of_episode(c.episode_id, least(c.left_on, (m.next_month - 1)::date)) v
$$, counts => '{children}', few => true);

create view caseload_children as
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
    early_help.age_band(c.age)::varchar(20) as age_band,
    c.sex_code,
    c.ethnicity_code,
    e.label as ethnicity,
    c.children
from kpi_period_shown p
cross join lateral (
    select
        x.source_code,
        x.need_code,
        x.locality_id,
        x.service_id,
        x.age,
        x.sex_code,
        x.ethnicity_code,
        sum(x.children)::integer as children
    from cube_supported_children x
    where x.month between p.first_month and p.until_month
        and early_help_internal.first_in_period(x.month, x.months_since, p.first_month)
    group by 1, 2, 3, 4, 5, 6, 7
) c
left join only contact_source s on s.code = c.source_code
left join only primary_need n on n.code = c.need_code
left join only locality l on l.locality_id = c.locality_id
left join only service v on v.service_id = c.service_id
left join only agency a on a.agency_id = v.agency_id
left join only ethnicity e on e.code = c.ethnicity_code
where p.record = 'episode'
    and p.period_kind <> 'year to date';
comment on view caseload_children is
    'Children supported in the month, quarter or financial year, as they were on their first day of support in it: by age, sex, '
    'ethnicity, ward, need, and the service of their episode. Adds up to caseload.children. Do not add periods. Unit: a child.';
