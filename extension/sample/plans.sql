-- Plans, their outcomes and their actions.

create function early_help_sample.make_plans(this_round integer, to_on date) returns void
    language plpgsql
as $$
declare
    services constant integer := (select count(*) from sample_service);
    next_plan regclass := pg_get_serial_sequence('plan', 'plan_id');
begin
    insert into sample_plan (plan_id, case_no, k, plan_kind, assessment_id, started_on, due_on, stop_on, end_on, ending)
    select
        nextval(next_plan),
        p.*
    from (
        select
            c.no,
            hashint8extended(700, c.k),
            c.plan_kind,
            a.assessment_id,
            c.plan_on,
            c.due_1_on,
            c.stop_on,
            c.end_on,
            c.ending
        from sample_case c
        left join sample_assessment a on a.case_no = c.no
        where c.round = this_round
            and c.episode_id is not null
            and c.plan_on <= c.stop_on
        order by c.no
    ) p;
    insert into plan (plan_id, episode_id, kind, assessment_id, practitioner_id, service_id, started_on, review_due_on)
    select
        p.plan_id,
        c.episode_id,
        p.plan_kind,
        p.assessment_id,
        w.practitioner_id,
        s.service_id,
        p.started_on,
        p.due_on
    from sample_plan p
    join sample_case c on c.no = p.case_no
    join sample_practitioner w on w.no = c.lead_no
    join sample_service s on s.no = floor(services * power(early_help_sample.draw(p.k, 20), 1.6))::integer
    where not p.written
    order by p.plan_id;
    analyze plan, assessment, sample_plan;
    perform early_help_sample.make_outcomes(to_on);
    analyze plan_outcome;
end
$$;
comment on function early_help_sample.make_plans(integer, date) is
    'For generate_sample: the first plan of each case.';

create function early_help_sample.make_outcomes(to_on date) returns void
    language plpgsql
as $$
declare
    headlines constant text[] := array[
        'family_relationships', 'health', 'education', 'safe_from_abuse', 'domestic_abuse', 'housing', 'financial_stability',
        'early_years', 'substance_use', 'crime'];
    headline_shares constant double precision[] := array[0.24, 0.44, 0.60, 0.70, 0.79, 0.86, 0.91, 0.95, 0.98];
    wishes constant text[] := array[
        'Calmer evenings at home', 'Getting to school on time', 'Feeling safe', 'A routine for bedtime',
        'Somebody to talk to', 'Paying the bills', 'Fewer arguments', 'Time together at weekends'];
    most constant integer := (select least(8, coalesce(family_outcomes_plan_most_outcomes, 8)) from partnership);
    next_outcome regclass := pg_get_serial_sequence('plan_outcome', 'plan_outcome_id');
begin
    create temp table sample_outcome on commit drop as
    select
        nextval(next_outcome) as plan_outcome_id,
        o.*,
        case when o.withdrawn_on is null
            then row_number() over (partition by o.plan_id, o.withdrawn_on is null order by o.n) end as position
    from (
        select
            p.plan_id,
            p.case_no,
            p.plan_kind,
            p.stop_on,
            p.due_on,
            n,
            d.k,
            a.agreed_on,
            case when w.withdrawn_on is null and v.achieved_on <= to_on then v.achieved_on end as achieved_on,
            w.withdrawn_on
        from sample_plan p
        cross join lateral generate_series(
            1,
            least(
                1 + width_bucket(early_help_sample.draw(p.k, 1), array[0.12, 0.38, 0.74, 0.92])
                    + case when p.plan_kind = 'family_outcomes' then early_help_sample.draw_between(p.k, 2, 0, 3) else 0 end,
                case when p.plan_kind = 'family_outcomes' then most else 5 end)) as n
        cross join lateral (select hashint8extended(n, p.k) as k offset 0) d
        cross join lateral (
            select least(
                p.started_on + case when n < 3 then 0 else early_help_sample.draw_between(d.k, 3, 0, 10) end,
                p.stop_on, p.due_on) as agreed_on
            offset 0
        ) a
        cross join lateral (
            select case when early_help_sample.draw(d.k, 4) < 0.06 and a.agreed_on + 15 <= least(p.stop_on, to_on)
                then a.agreed_on + 15 end as withdrawn_on
            offset 0
        ) w
        cross join lateral (
            select case when early_help_sample.draw(d.k, 5) < case p.ending
                    when 'outcomes_achieved' then 0.88
                    when 'needs_met_by_universal_services' then 0.7
                    when 'family_disengaged' then 0.15
                    else 0.3
                end
                then least(
                    a.agreed_on + early_help_sample.draw_between(d.k, 6, 14, 70),
                    greatest(p.end_on, a.agreed_on)) end as achieved_on
            offset 0
        ) v
        where not p.written
        order by p.plan_id, n
    ) o
    order by o.plan_id, o.n;
    analyze sample_outcome;
    insert into plan_outcome (
        plan_outcome_id, plan_id, plan_kind, position, agreed_on, description, headline_outcome_code,
        achieved_on, withdrawn_on, withdrawn_reason)
    select
        o.plan_outcome_id,
        o.plan_id,
        o.plan_kind,
        o.position,
        o.agreed_on,
        wishes[early_help_sample.draw_between(o.k, 7, 1, cardinality(wishes))],
        h.code,
        o.achieved_on,
        o.withdrawn_on,
        case when o.withdrawn_on is not null then 'No longer what the family wants.' end
    from sample_outcome o
    left join headline_outcome h
        on h.code = headlines[1 + width_bucket(early_help_sample.draw(o.k, 8), headline_shares)]
        and o.agreed_on between coalesce(h.valid_from, '-infinity') and coalesce(h.valid_to, 'infinity')
    order by o.plan_outcome_id;
    perform early_help_sample.make_actions();
    perform early_help_sample.make_safety_actions();
    drop table sample_outcome;
    update sample_plan set written = true where not written;
end
$$;
comment on function early_help_sample.make_outcomes(date) is
    'For generate_sample: outcomes and actions of the plans that sample_plan got since the last call.';

create function early_help_sample.make_actions() returns void
    language plpgsql
as $$
declare
    deeds constant text[] := array[
        'Visit at home', 'Ring the school', 'Fill in the form together', 'Make a timetable', 'Join the group', 'See the GP'];
    practitioners constant integer := (select count(*) from sample_practitioner);
begin
    insert into action (
        plan_id, plan_outcome_id, owner_practitioner_id, owned_by_family, description, agreed_on, due_on, done_on)
    select
        o.plan_id,
        o.plan_outcome_id,
        w.practitioner_id,
        w.practitioner_id is null,
        deeds[early_help_sample.draw_between(d.k, 2, 1, cardinality(deeds))],
        o.agreed_on,
        o.agreed_on + early_help_sample.draw_between(d.k, 3, 5, 42),
        case when early_help_sample.draw(d.k, 4) < 0.75
            and o.agreed_on + early_help_sample.draw_between(d.k, 5, 2, 50) <= o.stop_on
            then o.agreed_on + early_help_sample.draw_between(d.k, 5, 2, 50) end
    from sample_outcome o
    cross join lateral generate_series(1, width_bucket(early_help_sample.draw(o.k, 9), array[0.35, 0.8])) as i
    cross join lateral (select hashint8extended(i, o.k) as k offset 0) d
    join sample_case c on c.no = o.case_no
    left join sample_practitioner w on w.no = case when early_help_sample.draw(d.k, 1) < 0.5 then c.lead_no
        when early_help_sample.draw(d.k, 1) < 0.65 then early_help_sample.draw_between(d.k, 6, 0, practitioners - 1) end
    order by o.plan_outcome_id, i;
end
$$;
comment on function early_help_sample.make_actions() is
    'For generate_sample: actions for the outcomes that make_outcomes is writing.';

-- Safety waits for no review.
create function early_help_sample.make_safety_actions() returns void
    language plpgsql
as $$
begin
    insert into action (plan_id, owner_practitioner_id, description, agreed_on, due_on, safety_reason)
    select
        p.plan_id,
        w.practitioner_id,
        'Visit the same day',
        p.due_on + 6,
        p.due_on + 6,
        'Worry about safety at home.'
    from sample_plan p
    join sample_case c on c.no = p.case_no
    join sample_practitioner w on w.no = c.lead_no
    where not p.written
        and p.due_on + 6 <= p.stop_on
        and early_help_sample.draw(p.k, 10) < 0.05
    order by p.plan_id;
end
$$;
comment on function early_help_sample.make_safety_actions() is
    'For generate_sample: actions for safety.';

create function early_help_sample.make_further_outcomes(this_round integer) returns void
    language plpgsql
as $$
declare
    next_outcome regclass := pg_get_serial_sequence('plan_outcome', 'plan_outcome_id');
begin
    insert into plan_outcome (plan_outcome_id, plan_id, plan_kind, position, agreed_on, description)
    select
        nextval(next_outcome),
        x.*
    from (
        select
            p.plan_id,
            p.plan_kind,
            o.last + 1,
            c.held_1_on,
            'Keeping it up'
        from sample_plan p
        join sample_case c on c.no = p.case_no
        cross join lateral (
            select coalesce(max(v.position), 0) as last
            from plan_outcome v
            where v.plan_id = p.plan_id
        ) o
        where c.round = this_round
            and c.due_2_on is not null
            and c.held_1_on <= p.stop_on
            and o.last < 4
            and not p.again
            and early_help_sample.draw(p.k, 21) < 0.3
        order by p.plan_id
    ) x;
end
$$;
comment on function early_help_sample.make_further_outcomes(integer) is
    'For generate_sample: outcomes that a first extension is for.';

create function early_help_sample.make_second_plans(this_round integer, to_on date) returns void
    language plpgsql
as $$
declare
    next_plan regclass := pg_get_serial_sequence('plan', 'plan_id');
begin
    insert into sample_plan (plan_id, case_no, k, plan_kind, again, started_on, due_on, stop_on, end_on, ending)
    select
        nextval(next_plan),
        p.*
    from (
        select
            c.no,
            hashint8extended(701, c.k),
            'intervention'::early_help.plan_kind,
            true,
            c.replan_on,
            c.redue_on,
            least(c.reheld_on, to_on),
            c.reheld_on,
            'outcomes_achieved'
        from sample_case c
        where c.round = this_round
            and c.episode_id is not null
            and c.replan_on <= to_on
        order by c.no
    ) p;
    insert into plan (plan_id, episode_id, kind, practitioner_id, started_on, review_due_on)
    select
        p.plan_id,
        c.episode_id,
        p.plan_kind,
        w.practitioner_id,
        p.started_on,
        p.due_on
    from sample_plan p
    join sample_case c on c.no = p.case_no
    join sample_practitioner w on w.no = c.lead_no
    where not p.written
    order by p.plan_id;
    perform early_help_sample.make_outcomes(to_on);
    perform early_help_sample.make_reviews(4, this_round, to_on);
end
$$;
comment on function early_help_sample.make_second_plans(integer, date) is
    'For generate_sample: plans after reopening.';
