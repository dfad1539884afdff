-- What became of the spells of support that closed in a month. Positive: the share of the family's
-- agreed outcomes that were achieved reaches the partnership's share; without agreed outcomes, or stepped up, it is
-- not. Dropped outcomes are no longer agreed, and stand beside: dropping what failed must be seen.
select early_help.define_kpi_cube(
    'closure_outcomes',
    array['episode', 'referral_of_episode', 'plan_outcome', 'positive_outcome', 'service_of_episode', 'practitioner'],
    $$
    select
        'episode'::varchar(40) as record,
        s.episode_id as record_id,
        s.closure_reason_code,
        r.source_code,
        r.primary_need_code as need_code,
        r.locality_id,
        v.service_id,
        1 as closures,
        coalesce(c.counted_in_outcomes, false)::integer as counted,
        (coalesce(c.counted_in_outcomes, false)
            and s.closure_reason_code <> 'stepped_up'
            and o.agreed > 0
            and o.achieved >= o.agreed * (select p.positive_outcome_share from only partnership p))::integer as positive,
        o.agreed::integer as outcomes_agreed,
        o.achieved::integer as outcomes_achieved,
        o.dropped::integer as outcomes_dropped
    from spell_end s
    left join lateral (
        select r.source_code, r.primary_need_code, r.locality_id
        from only referral r
        where r.referral_id = s.referral_id
        offset 0
    ) r on true
    left join only closure_reason c on c.code = s.closure_reason_code
    cross join lateral (
        select
            count(*) filter (where o.withdrawn_on is null) as agreed,
            count(*) filter (where o.withdrawn_on is null and o.achieved_on is not null) as achieved,
            count(*) filter (where o.withdrawn_on is not null) as dropped
        from only plan p
        join only plan_outcome o on o.plan_id = p.plan_id
        where p.episode_id = s.episode_id
            and p.started_on >= s.started_on
            and p.started_on <= s.closed_on
    ) o
    cross join lateral service_of_episode(s.episode_id, s.closed_on) v
    where s.closed_on >= m.month
        and s.closed_on < m.next_month
$$, counts => '{closures, counted, positive, outcomes_agreed, outcomes_achieved, outcomes_dropped}', few => true);

create view closure_outcomes as
select
    c.month,
    to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
    c.closure_reason_code,
    k.label as closure_reason,
    c.source_code,
    s.label as source,
    c.need_code,
    n.label as need,
    l.name as ward,
    v.name as service,
    v.run_by::varchar(10) as run_by,
    a.name as agency,
    c.closures,
    c.counted as closures_counted,
    c.positive as positive_outcomes,
    c.outcomes_agreed,
    c.outcomes_achieved,
    c.outcomes_dropped
from cube_closure_outcomes c
left join only closure_reason k on k.code = c.closure_reason_code
left join only contact_source s on s.code = c.source_code
left join only primary_need n on n.code = c.need_code
left join only locality l on l.locality_id = c.locality_id
left join only service v on v.service_id = c.service_id
left join only agency a on a.agency_id = v.agency_id;
comment on view closure_outcomes is
    'Closures of episodes in the month, and those with a positive outcome: the share of agreed outcomes achieved '
    'reaches partnership.positive_outcome_share (usual: one half). Unit: a closure. '
    'Source: Early Help Strategy 2021-24 section 10.';
