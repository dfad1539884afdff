with supported as (
    select p.kind, p.key, count(distinct c.person_id) as children
    from period p
    join episode_child e on e.joined_on <= p.until_day and (e.left_on is null or e.left_on >= p.first_day)
    join person c on c.child_id = e.child_id
    group by 1, 2
)
select
    p.kind as period_kind,
    p.key as period_key,
    p.first_day as period_start,
    p.last_day as period_end,
    p.status as period_status,
    count(e.episode_id) as episodes,
    count(distinct e.family_id) as families,
    coalesce(s.children, 0) as children,
    count(*) filter (where e.opened_on >= p.first_day) as episodes_opened,
    count(*) filter (where e.closed_on <= p.until_day) as episodes_closed,
    count(e.episode_id) filter (where e.closed_on is null or e.closed_on > p.until_day) as episodes_open_at_end,
    case when b.population_0_17 is not null then
        printf('%d.%d', (200000 * coalesce(s.children, 0) + b.population_0_17) / (2 * b.population_0_17) / 10,
            (200000 * coalesce(s.children, 0) + b.population_0_17) / (2 * b.population_0_17) % 10)
    end as children_per_10000
from shown p
cross join partnership b
left join episode_counted e on e.opened_on <= p.until_day and (e.closed_on is null or e.closed_on >= p.first_day)
left join supported s on s.kind = p.kind and s.key = p.key
where p.record = 'episode'
    and p.kind <> 'year to date'
group by 1, 2, 3, 4;
