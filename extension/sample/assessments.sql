-- EHAs: started, their domains, what was found, and completed.

create function early_help_sample.make_assessments(this_round integer) returns void
    language plpgsql
as $$
declare
    factors constant text[] := array(
        select f.code::text
        from assessment_factor f
        where f.offered and f.valid_from is null and f.valid_to is null
        order by f.code collate "C");
    services constant integer := (select count(*) from sample_service);
    next_assessment regclass := pg_get_serial_sequence('assessment', 'assessment_id');
    one record;
begin
    create temp table sample_assessment on commit drop as
    select
        nextval(next_assessment) as assessment_id,
        a.*
    from (
        select
            c.no as case_no,
            c.episode_id,
            hashint8extended(800, c.k) as k,
            c.lead_no,
            c.eha_on,
            case when c.eha_done_on <= c.stop_on then c.eha_done_on end as done_on,
            c.stop_on
        from sample_case c
        where c.round = this_round
            and c.episode_id is not null
            and c.eha_on <= c.stop_on
        order by c.no
    ) a;
    analyze sample_assessment;
    insert into assessment (assessment_id, episode_id, child_id, practitioner_id, service_id, supports_sen, started_on)
    select
        a.assessment_id,
        a.episode_id,
        case when early_help_sample.draw(a.k, 1) < 0.3 then (
            select min(e.child_id) from episode_child e where e.episode_id = a.episode_id and e.left_on is null) end,
        w.practitioner_id,
        s.service_id,
        early_help_sample.draw(a.k, 2) < 0.08,
        a.eha_on
    from sample_assessment a
    join sample_practitioner w on w.no = a.lead_no
    join sample_service s on s.no = floor(services * power(early_help_sample.draw(a.k, 3), 1.6))::integer
    order by a.assessment_id;
    insert into assessment_domain (assessment_id, domain, assessed_on, needs, strengths, family_voice)
    select
        a.assessment_id,
        d.domain,
        a.eha_on + d.days,
        'Needs found in this domain.',
        'Strengths found in this domain.',
        case when early_help_sample.draw(a.k, 10 + d.no) < 0.6 then 'What the family said about it.' end
    from sample_assessment a
    cross join lateral (
        select
            n as no,
            (enum_values.domains)[n] as domain,
            (coalesce(a.done_on, a.eha_on + 40) - a.eha_on) * n / 5 as days
        from (
            select array['health_and_wellbeing', 'development_and_education', 'parenting_and_caring',
                'family_and_community']::early_help.eha_domain[] as domains
        ) enum_values
        cross join generate_series(
            1, case when a.done_on is null then early_help_sample.draw_between(a.k, 4, 0, 3) else 4 end) as n
    ) d
    where a.eha_on + d.days <= a.stop_on
    order by a.assessment_id, d.no;
    insert into assessment_factor_found (assessment_id, assessment_factor_code)
    select distinct
        a.assessment_id,
        factors[1 + floor(cardinality(factors) * power(early_help_sample.draw(a.k, 20 + n), 1.5))::integer]
    from sample_assessment a
    cross join lateral generate_series(1, early_help_sample.draw_between(a.k, 5, 1, 4)) as n
    where a.done_on is not null
        and cardinality(factors) > 0
    order by 1, 2;
    for one in
        select
            assessment_id,
            done_on
        from sample_assessment
        where done_on is not null
        order by assessment_id
    loop
        update assessment
        set completed_on = one.done_on
        where assessment_id = one.assessment_id;
    end loop;
end
$$;
comment on function early_help_sample.make_assessments(integer) is
    'For generate_sample: EHAs of the cases, with domains and factors.';
