with there as (
    -- Each child in each period: by the episode that supported it first, as it was on that day.
    select
        p.kind,
        p.key,
        p.first_day,
        p.last_day,
        c.person_id,
        c.episode_id,
        max(c.support_from, p.first_day) as day,
        c.left_on,
        row_number() over (
            partition by p.kind, p.key, c.person_id
            order by max(c.support_from, p.first_day), c.support_from, c.episode_id) as place
    from period p
    join child_in_episode c on c.support_from <= p.last_day and (c.left_on is null or c.left_on >= p.first_day)
    where p.kind <> 'year to date'
)
select
    t.kind as period_kind,
    t.key as period_key,
    t.first_day as period_start,
    t.last_day as period_end,
    r.source_code,
    s.label as source,
    r.primary_need_code as need_code,
    n.label as need,
    l.name as ward,
    l.gss_code,
    v.name as service,
    v.run_by,
    g.name as agency,
    g.sector,
    a.age_band,
    t.sex_code,
    t.ethnicity_code,
    e.label as ethnicity,
    count(*) as children
from (
    select
        t.*,
        p.sex_code,
        p.ethnicity_code,
        case
            when p.birth_date > t.day then -1
            when p.birth_date is not null
                then substr(t.day, 1, 4) - substr(p.birth_date, 1, 4) - (substr(t.day, 6) < substr(p.birth_date, 6))
            when p.expected_birth_date is not null then -1
        end as age,
        -- The service at the end of that month, or when the child left.
        (
            select x.service_id from service_since x
            where x.episode_id = t.episode_id
                and x.day <= min(coalesce(t.left_on, '9999'), date(t.day, 'start of month', '+1 month', '-1 day'))
            order by x.place, x.day desc, x.id desc limit 1) as service_id
    from there t
    join person p on p.child_id = t.person_id
    where t.place = 1
) t
join episode d on d.episode_id = t.episode_id
left join referral r on r.referral_id = d.referral_id
left join contact_source s on s.code = r.source_code
left join primary_need n on n.code = r.primary_need_code
left join locality l on l.locality_id = r.locality_id
left join service v on v.service_id = t.service_id
left join agency g on g.agency_id = v.agency_id
left join age_band a on t.age between a.age_from and a.age_to
left join ethnicity e on e.code = t.ethnicity_code
group by 1, 2, 3, 4, r.source_code, r.primary_need_code, r.locality_id, t.service_id, t.age, t.sex_code, t.ethnicity_code;
