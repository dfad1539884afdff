-- What became of the spells of support that closed in a month.
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
        s.counted::integer as counted,
        s.positive::integer as positive,
        s.outcomes_agreed,
        s.outcomes_achieved,
        s.outcomes_dropped
    from spell_outcome s
    left join lateral (
        select r.source_code, r.primary_need_code, r.locality_id
        from only referral r
        where r.referral_id = s.referral_id
        offset 0
    ) r on true
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
    l.gss_code,
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
