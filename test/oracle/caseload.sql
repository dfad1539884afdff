with spells as (
    select
        p.kind,
        p.key,
        count(distinct s.episode_id) as episodes_open,
        count(distinct s.family_id) as families_open,
        count(distinct case when s.support_from <= p.until_day then s.episode_id end) as episodes,
        count(distinct case when s.support_from <= p.until_day then s.family_id end) as families,
        count(*) filter (where s.place = 0 and s.from_day >= p.first_day) as opened,
        count(*) filter (where s.place > 0 and s.from_day >= p.first_day) as reopened,
        count(*) filter (where s.closed_on <= p.until_day) as closed,
        count(*) filter (where s.closed_on is null or s.closed_on > p.until_day) as open_at_end
    from period p
    join spell s on s.from_day <= p.until_day and (s.closed_on is null or s.closed_on >= p.first_day)
    group by 1, 2
),
children as (
    select
        p.kind,
        p.key,
        count(distinct c.person_id) as children_open,
        count(distinct case when c.support_from <= p.until_day then c.person_id end) as children
    from period p
    join child_in_episode c on c.joined_on <= p.until_day and (c.left_on is null or c.left_on >= p.first_day)
    group by 1, 2
)
select
    p.kind as period_kind,
    p.key as period_key,
    p.first_day as period_start,
    p.last_day as period_end,
    p.status as period_status,
    coalesce(s.episodes, 0) as episodes,
    coalesce(s.families, 0) as families,
    coalesce(c.children, 0) as children,
    coalesce(s.episodes_open, 0) as episodes_open,
    coalesce(s.families_open, 0) as families_open,
    coalesce(c.children_open, 0) as children_open,
    coalesce(s.opened, 0) as episodes_opened,
    coalesce(s.reopened, 0) as episodes_reopened,
    coalesce(s.closed, 0) as episodes_closed,
    coalesce(s.open_at_end, 0) as episodes_open_at_end
from shown p
left join spells s on s.kind = p.kind and s.key = p.key
left join children c on c.kind = p.kind and c.key = p.key
where p.record = 'episode'
    and p.kind <> 'year to date';
