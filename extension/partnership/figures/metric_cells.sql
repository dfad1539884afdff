-- The dashboard reads cells of its own, a row a month a figure, that sum those of
-- the other cubes: numerators and denominators, without those of nothing.
select early_help.define_kpi_cube('metrics', '{}', $$
    select v.metric_code::varchar(40), v.numerator::integer, v.denominator::integer
    from (
        select x.*
        from (
            select sum(contacts) as contacts, sum(known_contacts) as known
            from kpi_cube_contacts
            where month = m.month
        ) c
        cross join lateral (
            values ('contacts', c.contacts, null::bigint), ('known_contacts', c.known, c.contacts)
        ) as x (metric_code, numerator, denominator)
        union all
        select x.*
        from (
            select sum(referrals) as referrals, sum(re_referrals) as again
            from kpi_cube_re_referrals
            where month = m.month
        ) c
        cross join lateral (
            values ('referrals', c.referrals, null::bigint), ('re_referrals', c.again, c.referrals)
        ) as x (metric_code, numerator, denominator)
        union all
        select 're_referrals_after_support', sum(after_support), sum(referrals)
        from kpi_cube_re_referral_after_support
        where month = m.month
        union all
        select 'group_attendances', sum(attendances), null
        from kpi_cube_group_work
        where month = m.month
        union all
        select 'assessments_started', sum(started), null
        from kpi_cube_assessments
        where month = m.month
        union all
        select x.metric_code, x.numerator, null
        from (
            select sum(plans_started) as started, sum(plans_completed) as completed
            from kpi_cube_intervention_plans
            where month = m.month
        ) c
        cross join lateral (
            values ('intervention_plans_started', c.started), ('intervention_plans_completed', c.completed)
        ) as x (metric_code, numerator)
        union all
        select 'reviews_on_time', sum(held_on_time), sum(due)
        from kpi_cube_reviews
        where month = m.month
        union all
        select x.metric_code, x.numerator, null
        from (
            select sum(offered) as offered, sum(accepted) as accepted
            from kpi_cube_step_ups
            where month = m.month
        ) c
        cross join lateral (
            values ('step_ups_offered', c.offered), ('step_ups_accepted', c.accepted)
        ) as x (metric_code, numerator)
        union all
        select 'step_downs_accepted', sum(accepted_to_early_help), null
        from kpi_cube_step_downs
        where month = m.month
        union all
        select 'positive_outcomes', sum(positive), sum(counted)
        from kpi_cube_closure_outcomes
        where month = m.month
        union all
        select x.*
        from (
            select sum(audits) as audits, coalesce(sum(audits) filter (where grade = 'outstanding' or grade = 'good'), 0) as good
            from kpi_cube_case_audits
            where month = m.month
        ) c
        cross join lateral (
            values ('case_audits', c.audits, null::bigint), ('case_audits_good', c.good, c.audits)
        ) as x (metric_code, numerator, denominator)
        union all
        select x.*
        from (
            select
                sum(timely) as timely, sum(timely_answers) as timely_answers,
                sum(helpful) as helpful, sum(helpful_answers) as helpful_answers,
                sum(empowered) as empowered, sum(empowered_answers) as empowered_answers,
                sum(answered) as answered, sum(requests) as requests
            from kpi_cube_feedback
            where month = m.month
        ) c
        cross join lateral (
            values
                ('feedback_timely', c.timely, c.timely_answers),
                ('feedback_helpful', c.helpful, c.helpful_answers),
                ('feedback_empowered', c.empowered, c.empowered_answers),
                ('feedback_response_rate', c.answered, c.requests)
        ) as x (metric_code, numerator, denominator)
        union all
        select 'needs_without_service', sum(requested - offered), sum(requested)
        from kpi_cube_service_requests
        where month = m.month
    ) as v (metric_code, numerator, denominator)
    where v.numerator <> 0
        or v.denominator <> 0
$$,
    from_cubes => '{contacts, re_referrals, re_referral_after_support, group_work, assessments, intervention_plans,
        reviews, step_ups, step_downs, closure_outcomes, case_audits, feedback, service_requests}',
    few => true);
