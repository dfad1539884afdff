-- Children who wait for early help, each event in its own month, as they were on the day their wait began. A family waits
-- once (waits.sql); this says who its children are.
select early_help.define_kpi_cube(
    'waits_of_children',
    array['wait', 'support', 'child_merge', 'child_of_support', 'child_of_wait', 'referral_of_episode'], $$
    select
        'child'::varchar(40) as record,
        w.child_id as record_id,
        w.source_code::varchar(40) as source_code,
        w.primary_need_code::varchar(40) as need_code,
        w.locality_id,
        w.service_id,
        early_help.age_at(k.birth_date, k.expected_birth_date, w.began_on) as age,
        k.sex_code,
        k.ethnicity_code,
        e.days,
        e.joined,
        e.started,
        e.left_otherwise
    from (
        select w.family_id from families_of_waits(m.month, m.next_month) w
        union
        select e.family_id
        from only episode_child y
        join only episode e on e.episode_id = y.episode_id
        where y.joined_on >= m.month
            and y.joined_on < m.next_month
        union
        select e.family_id
        from only episode_child y
        join only episode e on e.episode_id = y.episode_id
        where y.left_on >= m.month
            and y.left_on < m.next_month
    ) f
    cross join lateral waits_of_children(f.family_id) w
    cross join lateral (
        select null::integer as days, 1 as joined, 0 as started, 0 as left_otherwise, w.began_on as happened_on
        union all
        select w.ended_on - w.began_on, 0, w.started::integer, (not w.started)::integer, w.ended_on
    ) e
    -- One after the other, by its key: how many wait in a month is not known beforehand.
    cross join lateral (
        select k.birth_date, k.expected_birth_date, k.sex_code, k.ethnicity_code
        from only child k
        where k.child_id = w.child_id
        offset 0
    ) k
    where e.happened_on >= m.month
        and e.happened_on < m.next_month
$$, counts => '{joined, started, left_otherwise}', few => true);

-- By what they are, for stocks.
select early_help.define_kpi_cube('waiting_children', '{}', $$
    select
        w.source_code,
        w.need_code,
        w.locality_id,
        w.service_id,
        w.age,
        w.sex_code,
        w.ethnicity_code,
        sum(w.joined)::integer as joined,
        sum(w.started)::integer as started,
        sum(w.left_otherwise)::integer as left_otherwise
    from cube_waits_of_children w
    where w.month = m.month
    group by 1, 2, 3, 4, 5, 6, 7
$$, from_cubes => '{waits_of_children}', few => true);

create view waiting_list_children as
select
    p.last_month as month,
    p.period_key::varchar(7) as month_key,
    w.source_code::varchar(40) as source_code,
    s.label as source,
    w.need_code::varchar(40) as need_code,
    n.label as need,
    l.name as ward,
    l.gss_code,
    v.name as service,
    v.run_by::varchar(10) as run_by,
    a.name as agency,
    early_help.age_band(w.age)::varchar(20) as age_band,
    w.sex_code::varchar(40) as sex_code,
    w.ethnicity_code::varchar(40) as ethnicity_code,
    e.label as ethnicity,
    coalesce(w.joined, 0)::integer as joined,
    coalesce(w.started, 0)::integer as started,
    coalesce(w.left_otherwise, 0)::integer as left_otherwise,
    w.waiting::integer as waiting
from kpi_period_shown p
cross join lateral (
    select
        f.source_code,
        f.need_code,
        f.locality_id,
        f.service_id,
        f.age,
        f.sex_code,
        f.ethnicity_code,
        sum(f.joined) filter (where f.month = p.last_month) as joined,
        sum(f.started) filter (where f.month = p.last_month) as started,
        sum(f.left_otherwise) filter (where f.month = p.last_month) as left_otherwise,
        sum(f.joined - f.started - f.left_otherwise) as waiting
    from cube_waiting_children f
    where f.month <= p.last_month
    group by 1, 2, 3, 4, 5, 6, 7
    having sum(f.joined - f.started - f.left_otherwise) <> 0
        or bool_or(f.month = p.last_month and (f.joined, f.started, f.left_otherwise) <> (0, 0, 0))
) w
left join only contact_source s on s.code = w.source_code
left join only primary_need n on n.code = w.need_code
left join only locality l on l.locality_id = w.locality_id
left join only service v on v.service_id = w.service_id
left join only agency a on a.agency_id = v.agency_id
left join only ethnicity e on e.code = w.ethnicity_code
where p.record = 'episode'
    and p.period_kind = 'month';
comment on view waiting_list_children is
    'The children of the families that wait for early help at the end of each month, as they were when they began to wait: by '
    'age, sex, ethnicity, ward, need and service. Unit: a child in a wait of its family. The families are in view waiting_list.';

create view waiting_days_children as
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
    early_help.age_band(c.age)::varchar(20) as age_band,
    c.sex_code,
    c.ethnicity_code,
    e.label as ethnicity,
    c.days,
    c.started,
    c.left_otherwise
from cube_waits_of_children c
left join only contact_source s on s.code = c.source_code
left join only primary_need n on n.code = c.need_code
left join only locality l on l.locality_id = c.locality_id
left join only service v on v.service_id = c.service_id
left join only agency a on a.agency_id = v.agency_id
left join only ethnicity e on e.code = c.ethnicity_code
where c.days is not null;
comment on view waiting_days_children is
    'Waits of children for early help that ended in the month, with support (started) or without, by their days. For medians '
    'over any choice of months, ages, needs and wards. Unit: a child in a wait of its family.';
