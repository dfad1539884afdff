-- What became of the episodes closed in a month. Positive: the share of the family's
-- agreed outcomes that were achieved reaches the partnership's share; without
-- agreed outcomes, or stepped up, it is not. Dropped outcomes are no longer agreed.
select early_help.define_kpi_cube(
    'closure_outcomes',
    array['episode', 'referral_of_episode', 'plan_outcome', 'positive_outcome'],
    $$
    select
        e.closure_reason_code,
        r.source_code,
        r.primary_need_code as need_code,
        r.locality_id,
        r.service_id,
        count(*)::integer as closures,
        (count(*) filter (where c.counted_in_outcomes))::integer as counted,
        (count(*) filter (where
            c.counted_in_outcomes
            and e.closure_reason_code <> 'stepped_up'
            and o.agreed > 0
            and o.achieved >= o.agreed * (select p.positive_outcome_share from only partnership p)))::integer as positive,
        sum(o.agreed)::integer as outcomes_agreed,
        sum(o.achieved)::integer as outcomes_achieved
    from only episode e
    left join lateral (
        select r.source_code, r.primary_need_code, r.locality_id, r.service_id
        from only referral r
        where r.referral_id = e.referral_id
        offset 0
    ) r on true
    left join only closure_reason c on c.code = e.closure_reason_code
    cross join lateral (
        select
            count(*) as agreed,
            count(*) filter (where o.achieved_on is not null) as achieved
        from only plan p
        join only plan_outcome o on o.plan_id = p.plan_id
        where p.episode_id = e.episode_id
            and o.withdrawn_on is null
    ) o
    where e.closed_on >= m.month
        and e.closed_on < m.next_month
    group by 1, 2, 3, 4, 5
$$);

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
    c.closures,
    c.counted as closures_counted,
    c.positive as positive_outcomes,
    c.outcomes_agreed,
    c.outcomes_achieved
from cube_closure_outcomes c
left join only closure_reason k on k.code = c.closure_reason_code
left join only contact_source s on s.code = c.source_code
left join only primary_need n on n.code = c.need_code
left join only locality l on l.locality_id = c.locality_id
left join only service v on v.service_id = c.service_id;
comment on view closure_outcomes is
    'Episodes closed in the month, and those with a positive outcome: the share of agreed outcomes that were achieved '
    'reaches partnership.positive_outcome_share (usual: one half). Unit: an episode. '
    'Source: Early Help Strategy 2021-24 section 10.';
