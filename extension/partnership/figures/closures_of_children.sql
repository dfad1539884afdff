-- The children of the spells that closed in a month: those in the episode on the day it closed, as they were on that day.
-- Two records of one child count once. A child's support begins when it joins.
select early_help.define_kpi_cube(
    'closures_of_children',
    array[
        'support', 'child_merge', 'child_of_support', 'referral_of_episode', 'plan_outcome', 'positive_outcome',
        'service_of_episode', 'practitioner'],
    $$
    select
        'child'::varchar(40) as record,
        c.child_id as record_id,
        s.closure_reason_code,
        r.source_code,
        r.primary_need_code as need_code,
        r.locality_id,
        v.service_id,
        early_help.age_at(k.birth_date, k.expected_birth_date, s.closed_on) as age,
        k.sex_code,
        k.ethnicity_code,
        case when s.was_support then s.closed_on - greatest(s.supported_from, c.joined_on) end as days,
        1 as children,
        s.counted::integer as counted,
        s.positive::integer as positive
    from spell_outcome s
    cross join lateral (
        select coalesce(n.merged_into_child_id, y.child_id) as child_id, min(y.joined_on)::date as joined_on
        from only episode_child y
        left join only child n on n.child_id = y.child_id
        where y.episode_id = s.episode_id
            and y.joined_on <= s.closed_on
            and (y.left_on is null or y.left_on >= s.closed_on)
        group by 1
    ) c
    join only child k on k.child_id = c.child_id
    left join lateral (
        select r.source_code, r.primary_need_code, r.locality_id
        from only referral r
        where r.referral_id = s.referral_id
        offset 0
    ) r on true
    cross join lateral service_of_episode(s.episode_id, s.closed_on) v
    where s.closed_on >= m.month
        and s.closed_on < m.next_month
$$, counts => '{children, counted, positive}', few => true);

create view closure_outcomes_children as
select
    c.month,
    to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
    c.closure_reason_code,
    r.label as closure_reason,
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
    c.children,
    c.children_counted,
    c.positive_outcomes
from (
    select
        x.month,
        x.closure_reason_code,
        x.source_code,
        x.need_code,
        x.locality_id,
        x.service_id,
        x.age,
        x.sex_code,
        x.ethnicity_code,
        sum(x.children)::integer as children,
        sum(x.counted)::integer as children_counted,
        sum(x.positive)::integer as positive_outcomes
    from cube_closures_of_children x
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
) c
left join only closure_reason r on r.code = c.closure_reason_code
left join only contact_source s on s.code = c.source_code
left join only primary_need n on n.code = c.need_code
left join only locality l on l.locality_id = c.locality_id
left join only service v on v.service_id = c.service_id
left join only agency a on a.agency_id = v.agency_id
left join only ethnicity e on e.code = c.ethnicity_code;
comment on view closure_outcomes_children is
    'Children whose episode closed in the month while they were in it, as they were on that day: by age, sex, ethnicity, ward, '
    'need, service and reason, and those of closures with a positive outcome, as in view closure_outcomes. Unit: a child in a '
    'closure.';

create view length_of_support_children as
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
    c.children
from (
    select
        x.month,
        x.source_code,
        x.need_code,
        x.locality_id,
        x.service_id,
        x.age,
        x.sex_code,
        x.ethnicity_code,
        x.days,
        sum(x.children)::integer as children
    from cube_closures_of_children x
    where x.days is not null
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
) c
left join only contact_source s on s.code = c.source_code
left join only primary_need n on n.code = c.need_code
left join only locality l on l.locality_id = c.locality_id
left join only service v on v.service_id = c.service_id
left join only agency a on a.agency_id = v.agency_id
left join only ethnicity e on e.code = c.ethnicity_code;
comment on view length_of_support_children is
    'Children whose support ended with the closure of their episode in the month, by the days from allocation, or from joining '
    'it later, to that day. For medians over any choice of months, ages, needs and wards. Unit: a child in a closure.';
