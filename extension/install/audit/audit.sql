-- The audit of a partnership: what slipped in while the rules were off (the
-- replica role, disabled triggers, dropped constraints, a superuser).
--
-- A query a finding, rule by rule, from what each rule means, not from the
-- triggers and constraints that hold it: those may be missing. In a query, @
-- stands for the schema of the partnership, as in the C triggers' queries. The
-- schema is not in the search_path, so that nothing of its owner's can pose as
-- a function or an operator and run as whoever audits.
--
-- A query returns the table, the id of the row (of the row it belongs to where
-- the key is more than an id) and the details: ids, dates and codes alone.
create function early_help.audit_queries() returns table (rule text, query text)
    language sql
    immutable
    parallel safe
as $audit$
    values
    ---------- R01: at most five live outcomes ----------
    ('R01', $$
        select 'plan', p.plan_id, format('%s live outcomes, %s may be', o.live, o.most)
        from (
            select
                p.plan_id,
                count(*) as live,
                case p.kind when 'intervention' then 5 else s.family_outcomes_plan_most_outcomes end as most
            from @plan_outcome o
            join @plan p on p.plan_id = o.plan_id
            cross join @partnership s
            where o.withdrawn_on is null
                -- The cap of a family outcomes plan is a setting of today: it binds plans that go on.
                and (p.kind = 'intervention' or p.ended_on is null)
            group by p.plan_id, s.family_outcomes_plan_most_outcomes
        ) o
        join @plan p on p.plan_id = o.plan_id
        where o.live > o.most $$),
    ('R01', $$
        select 'plan_outcome', o.plan_outcome_id,
            format('position %s, plan_id %s, plan_kind %s, withdrawn_on %s',
                coalesce(o.position::text, 'none'), o.plan_id, o.plan_kind, coalesce(o.withdrawn_on::text, 'none'))
        from (
            select
                o.*,
                count(*) over (partition by o.plan_id, o.position) as same_place
            from @plan_outcome o
        ) o
        join @plan p on p.plan_id = o.plan_id
        where (o.position is null) <> (o.withdrawn_on is not null)
            or o.position < 1
            or (p.kind = 'intervention' and o.position > 5)
            or (o.position is not null and o.same_place > 1)
            or o.plan_kind is distinct from p.kind $$),

    ---------- R02: a review in six to eight weeks, and the next one always set ----------
    ('R02', $$
        select 'plan', p.plan_id,
            format('started_on %s, review_counts_from %s, review_due_on %s, extended_by_review_id %s',
                p.started_on, p.review_counts_from, p.review_due_on, coalesce(p.extended_by_review_id::text, 'none'))
        from @plan p
        left join (
            select distinct on (plan_id)
                plan_id,
                review_id,
                held_on,
                next_review_due_on
            from @review
            where decision = 'extend'
            order by plan_id, held_on desc
        ) r on r.plan_id = p.plan_id
        where p.review_due_on is null
            or p.review_counts_from is null
            or p.review_due_on <= p.review_counts_from
            or (p.kind = 'intervention' and p.review_due_on - p.review_counts_from not between 42 and 56)
            or p.extended_by_review_id is distinct from r.review_id
            or p.review_counts_from <> coalesce(r.held_on, p.started_on)
            or p.review_due_on <> r.next_review_due_on $$),
    ('R02', $$
        select 'review', r.review_id,
            format('plan_id %s, due_on %s, held_on %s, next_review_due_on %s',
                r.plan_id, r.due_on, r.held_on, coalesce(r.next_review_due_on::text, 'none'))
        from (
            select
                r.*,
                row_number() over w as n,
                lag(r.next_review_due_on) over w as set_before
            from @review r
            window w as (partition by r.plan_id order by r.held_on, r.review_id)
        ) r
        join @plan p on p.plan_id = r.plan_id
        where (r.decision = 'extend') <> (r.next_review_due_on is not null)
            or r.next_review_due_on <= r.held_on
            or (p.kind = 'intervention' and r.next_review_due_on - r.held_on not between 42 and 56)
            or r.due_on is null
            or r.due_on <> r.set_before
            or (r.n = 1 and p.kind = 'intervention' and r.due_on - p.started_on not between 42 and 56)
            or r.plan_kind is distinct from p.kind $$),

    ---------- R03: completed through a held review, or ended with its episode or with consent ----------
    ('R03', $$
        select 'plan', p.plan_id,
            format('ended_on %s, end_reason %s, completed_by_review_id %s',
                coalesce(p.ended_on::text, 'none'), coalesce(p.end_reason::text, 'none'),
                coalesce(p.completed_by_review_id::text, 'none'))
        from @plan p
        left join @episode e on e.episode_id = p.episode_id
        left join @review r on r.review_id = p.completed_by_review_id
            and r.plan_id = p.plan_id
            and r.decision = 'complete'
            and r.held_on = p.ended_on
        where (p.ended_on is null) <> (p.end_reason is null)
            or p.ended_on < p.started_on
            or (p.end_reason is not distinct from 'completed') <> (p.completed_by_review_id is not null)
            or (p.completed_by_review_id is not null and r.review_id is null)
            or (p.end_reason = 'episode_closed'
                and p.ended_on is distinct from e.closed_on
                -- An earlier closure, before a reopening.
                and not exists (
                    select
                    from @episode_event v
                    where v.episode_id = p.episode_id
                        and v.event = 'reopen'
                        and v.happened_on >= p.ended_on))
            or (p.end_reason = 'consent_withdrawn'
                and not exists (
                    select
                    from @consent c
                    where c.family_id = e.family_id
                        and c.kind = 'take_part'
                        and c.withdrawn_on <= p.ended_on)) $$),
    ('R03', $$
        select 'review', r.review_id,
            format('plan_id %s, held_on %s, decision %s, ended_on %s of the plan',
                r.plan_id, r.held_on, r.decision, coalesce(p.ended_on::text, 'none'))
        from @review r
        join @plan p on p.plan_id = r.plan_id
        where r.held_on < p.started_on
            or r.held_on > p.ended_on
            or (r.decision = 'complete' and p.completed_by_review_id is distinct from r.review_id) $$),
    ('R03', $$
        select 'plan_outcome', o.plan_outcome_id,
            format('agreed_on %s, ended_on %s of plan_id %s', o.agreed_on, p.ended_on, o.plan_id)
        from @plan_outcome o
        join @plan p on p.plan_id = o.plan_id
        join @episode e on e.episode_id = p.episode_id
        where o.agreed_on > p.ended_on
            and p.ended_on is distinct from e.closed_on
        union all
        select 'action', a.action_id,
            format('agreed_on %s, ended_on %s of plan_id %s', a.agreed_on, p.ended_on, a.plan_id)
        from @action a
        join @plan p on p.plan_id = a.plan_id
        join @episode e on e.episode_id = p.episode_id
        where a.agreed_on > p.ended_on
            and a.safety_reason is null
            and p.ended_on is distinct from e.closed_on $$),

    ---------- R04: nothing new while a review is overdue ----------
    ('R04', $$
        select a.record, a.record_id,
            format('agreed_on %s, plan_id %s, review_due_on %s', a.agreed_on, a.plan_id, p.review_due_on)
        from (
            select 'plan_outcome' as record, plan_outcome_id as record_id, plan_id, agreed_on
            from @plan_outcome
            union all
            select 'action', action_id, plan_id, agreed_on
            from @action
            where coalesce(safety_reason, '') !~ '\S'
        ) a
        join @plan p on p.plan_id = a.plan_id
        where (a.agreed_on > p.review_due_on and a.agreed_on <= coalesce(p.ended_on, 'infinity'))
            or exists (
                select
                from @review r
                where r.plan_id = a.plan_id
                    and r.due_on < a.agreed_on
                    and r.held_on > a.agreed_on) $$),

    ---------- R05: four domains ----------
    ('R05', $$
        select 'assessment', a.assessment_id,
            format('completed_on %s, %s of four domains, the last on %s',
                a.completed_on, coalesce(d.domains, 0), coalesce(d.last::text, 'none'))
        from @assessment a
        left join (
            select
                assessment_id,
                count(distinct domain) as domains,
                max(assessed_on) as last
            from @assessment_domain
            group by assessment_id
        ) d on d.assessment_id = a.assessment_id
        where a.completed_on is not null
            and (coalesce(d.domains, 0) <> 4 or d.last > a.completed_on) $$),
    ('R05', $$
        select 'assessment', a.assessment_id,
            format('started_on %s, completed_on %s, ended_on %s, end_reason %s', a.started_on,
                coalesce(a.completed_on::text, 'none'), coalesce(a.ended_on::text, 'none'),
                coalesce(a.end_reason::text, 'none'))
        from @assessment a
        left join @episode e on e.episode_id = a.episode_id
        where (a.completed_on is not null and a.ended_on is not null)
            or (a.ended_on is null) <> (a.end_reason is null)
            or a.completed_on < a.started_on
            or a.ended_on < a.started_on
            or (a.end_reason = 'episode_closed'
                and a.ended_on is distinct from e.closed_on
                and not exists (
                    select
                    from @episode_event v
                    where v.episode_id = a.episode_id
                        and v.event = 'reopen'
                        and v.happened_on >= a.ended_on))
            or (a.end_reason = 'consent_withdrawn'
                and not exists (
                    select
                    from @consent c
                    where c.family_id = e.family_id
                        and c.kind = 'take_part'
                        and c.withdrawn_on <= a.ended_on)) $$),
    ('R05', $$
        select 'assessment_domain', d.assessment_id,
            format('domain %s, assessed_on %s, started_on %s of the EHA', d.domain, d.assessed_on, a.started_on)
        from @assessment_domain d
        join @assessment a on a.assessment_id = d.assessment_id
        where d.assessed_on < a.started_on $$),
    ('R05', $$
        select 'assessment', a.assessment_id, format('corrects_assessment_id %s', a.corrects_assessment_id)
        from (
            select
                a.*,
                count(*) over (partition by a.corrects_assessment_id) as corrections
            from @assessment a
            where a.corrects_assessment_id is not null
        ) a
        join @assessment c on c.assessment_id = a.corrects_assessment_id
        where a.corrections > 1
            or c.completed_on is null
            or c.episode_id <> a.episode_id $$),

    ---------- R06: one episode at a time ----------
    ('R06', $$
        select 'episode', e.episode_id,
            format('opened_on %s, an earlier one of family_id %s has days up to %s', e.opened_on, e.family_id, e.taken_to)
        from (
            select
                e.episode_id,
                e.family_id,
                e.opened_on,
                -- An episode closed the day it opened takes that day.
                max(coalesce(greatest(e.closed_on, e.opened_on + 1), 'infinity')) over (
                    partition by e.family_id
                    order by e.opened_on, e.episode_id
                    rows between unbounded preceding and 1 preceding) as taken_to
            from @episode e
        ) e
        where e.opened_on < e.taken_to $$),

    ---------- R07: a lead practitioner on every day ----------
    ('R07', $$
        select 'episode', e.episode_id,
            format('opened_on %s, allocated_on %s, first lead practitioner from %s, state %s', e.opened_on,
                coalesce(e.allocated_on::text, 'none'), coalesce(l.first::text, 'none'), e.state)
        from @episode e
        left join (
            select
                episode_id,
                min(from_on) as first
            from @lead_practitioner
            group by episode_id
        ) l on l.episode_id = e.episode_id
        where e.allocated_on is distinct from l.first
            or e.allocated_on < e.opened_on
            or (e.closed_on is null and (e.state = 'waiting') <> (e.allocated_on is null)) $$),
    ('R07', $$
        select 'lead_practitioner', l.episode_id, format('from_on %s, %s lead practitioners begin', l.from_on, count(*))
        from @lead_practitioner l
        group by l.episode_id, l.from_on
        having count(*) > 1 $$),

    ---------- R08: consent to take part ----------
    ('R08', $$
        select s.record, s.record_id, format('%s, family_id %s has no consent to take part on that day', s.day, s.family_id)
        from (
            select 'plan' as record, p.plan_id as record_id, e.family_id, p.started_on as day, p.recorded_at
            from @plan p
            join @episode e on e.episode_id = p.episode_id
            union all
            select 'assessment', a.assessment_id, e.family_id, a.started_on, a.recorded_at
            from @assessment a
            join @episode e on e.episode_id = a.episode_id
            where a.corrects_assessment_id is null
            union all
            select 'step', s.step_id, s.family_id, s.offered_on, s.recorded_at
            from @step s
            where s.to_level = 'social_care'
                and s.basis is distinct from 'section_47'
                and coalesce(s.consent_override_reason, '') !~ '\S'
        ) s
        where not exists (
            select
            from @consent c
            where c.family_id = s.family_id
                and c.kind = 'take_part'
                and c.given_on <= s.day
                -- A withdrawal is always taken, also after what rested on the consent as it was known.
                and (c.withdrawn_on is null or c.withdrawn_on > s.day or s.recorded_at <= c.withdrawal_recorded_at)) $$),
    ('R08', $$
        select s.record, s.record_id, format('goes on, consent of family_id %s was withdrawn on %s', s.family_id, min(w.withdrawn_on))
        from (
            select 'plan' as record, p.plan_id as record_id, e.family_id, p.started_on
            from @plan p
            join @episode e on e.episode_id = p.episode_id
            where p.ended_on is null
            union all
            select 'assessment', a.assessment_id, e.family_id, a.started_on
            from @assessment a
            join @episode e on e.episode_id = a.episode_id
            where a.completed_on is null
                and a.ended_on is null
                and a.corrects_assessment_id is null
        ) s
        join @consent w on w.family_id = s.family_id
            and w.kind = 'take_part'
            and w.withdrawn_on > s.started_on
        where not exists (
            select
            from @consent c
            where c.family_id = s.family_id
                and c.kind = 'take_part'
                and c.given_on <= w.withdrawn_on
                and (c.withdrawn_on is null or c.withdrawn_on > w.withdrawn_on))
        group by s.record, s.record_id, s.family_id $$),
    ('R08', $$
        select 'sharing_decision', d.sharing_decision_id,
            format('decided_on %s, family_id %s, agency_id %s, basis %s', d.decided_on, d.family_id, d.agency_id, d.basis)
        from @sharing_decision d
        where coalesce(d.reason, '') !~ '\S'
            or (d.shared
                and d.basis = 'consent'
                and not exists (
                    select
                    from @consent c
                    where c.family_id = d.family_id
                        and c.kind = 'share'
                        and c.agency_id = d.agency_id
                        and c.given_on <= d.decided_on
                        and (c.withdrawn_on is null
                            or c.withdrawn_on > d.decided_on
                            or d.recorded_at <= c.withdrawal_recorded_at))) $$),
    ('R08', $$
        select 'consent', c.consent_id,
            format('kind %s, agency_id %s, given_on %s, withdrawn_on %s', c.kind,
                coalesce(c.agency_id::text, 'none'), c.given_on, coalesce(c.withdrawn_on::text, 'none'))
        from @consent c
        where (c.kind = 'share') <> (c.agency_id is not null)
            or c.withdrawn_on < c.given_on $$),

    ---------- R09: a conversation before support starts ----------
    ('R09', $$
        select s.record, s.record_id,
            format('started_on %s, first conversation with family_id %s on %s', s.started_on, s.family_id,
                coalesce(c.first::text, 'none'))
        from (
            select 'plan' as record, p.plan_id as record_id, e.family_id, p.started_on
            from @plan p
            join @episode e on e.episode_id = p.episode_id
            union all
            select 'assessment', a.assessment_id, e.family_id, a.started_on
            from @assessment a
            join @episode e on e.episode_id = a.episode_id
            where a.corrects_assessment_id is null
        ) s
        left join (
            select
                family_id,
                min(held_on) as first
            from @conversation
            group by family_id
        ) c on c.family_id = s.family_id
        where c.first is null
            or c.first > s.started_on $$),

    ---------- R10: what a step up needs ----------
    ('R10', $$
        select 'step', s.step_id,
            format('to_level %s, basis %s, consulted_role %s, consulted_on %s, offered_on %s, assessment_id %s', s.to_level,
                coalesce(s.basis::text, 'none'), coalesce(s.consulted_role::text, 'none'),
                coalesce(s.consulted_on::text, 'none'), s.offered_on, coalesce(s.assessment_id::text, 'none'))
        from @step s
        left join @assessment a on a.assessment_id = s.assessment_id
        left join @episode e on e.episode_id = a.episode_id
        where (s.to_level = 'social_care') <> (s.basis is not null)
            or coalesce(s.reason, '') !~ '\S'
            or (s.consulted_role is null) <> (s.consulted_on is null)
            or (s.to_level = 'social_care'
                and s.basis is distinct from 'section_47'
                and (s.consulted_on is null or s.consulted_on > s.offered_on))
            or (s.to_level = 'social_care'
                and s.assessment_id is null
                and coalesce(s.no_assessment_reason, '') !~ '\S')
            -- Nobody else's EHA.
            or e.family_id <> s.family_id $$),

    ---------- R11: along the continuum ----------
    ('R11', $$
        select 'level_change', c.level_change_id,
            format('child_id %s, change_number %s, %s: %s to %s, the change before led to %s', c.child_id, c.change_number,
                c.event, c.level_from, c.level_to, coalesce(c.led_to::text, 'none'))
        from (
            select
                c.*,
                row_number() over w as n,
                lag(c.level_to) over w as led_to
            from @level_change c
            window w as (partition by c.child_id order by c.change_number, c.level_change_id)
        ) c
        where c.change_number <> c.n
            or c.level_from <> c.led_to
            or c.level_from = c.level_to
            -- A step may pass early help by: 1 to 3 and 3 to 1.
            or not (
                (c.event = 'accept_step_up' and c.level_to = 'social_care')
                or (c.event = 'accept_step_down' and c.level_from = 'social_care')
                or exists (
                    select
                    from early_help.transitions() t
                    where t.event = c.event
                        and t.level_from = c.level_from
                        and t.level_to = c.level_to)) $$),
    ('R11', $$
        select 'level_change', c.level_change_id,
            format('child_id %s, %s to %s on %s without such a step', c.child_id, c.event, c.level_to, c.changed_on)
        from @level_change c
        where c.event in ('accept_step_up', 'accept_step_down')
            and not exists (
                select
                from @step s
                where s.child_id = c.child_id
                    and s.outcome = 'accepted'
                    and s.decided_on = c.changed_on
                    and s.to_level = c.level_to)
        union all
        select 'level_change', c.level_change_id,
            format('child_id %s, %s, not a child of episode_id %s', c.child_id, c.event, coalesce(c.episode_id::text, 'none'))
        from @level_change c
        where c.event not in ('accept_step_up', 'accept_step_down')
            and not exists (
                select
                from @episode_child m
                where m.child_id = c.child_id
                    and m.episode_id = c.episode_id) $$),
    ('R11', $$
        select 'step', s.step_id,
            format('child_id %s, from %s to %s, accepted on %s, the child''s level did not change', s.child_id,
                s.from_level, s.to_level, s.decided_on)
        from @step s
        where s.outcome = 'accepted'
            and s.to_level <> s.from_level
            and not exists (
                select
                from @level_change c
                where c.child_id = s.child_id
                    and c.changed_on = s.decided_on
                    and c.level_to = s.to_level
                    and c.event in ('accept_step_up', 'accept_step_down')) $$),
    ('R11', $$
        select 'step', s.step_id, format('child_id %s, from %s to %s', s.child_id, s.from_level, s.to_level)
        from @step s
        where (s.from_level = 'social_care') = (s.to_level = 'social_care') $$),
    ('R11', $$
        select 'child', coalesce(m.child_id, l.child_id),
            format('level %s, supported by episode_id %s', coalesce(l.level_to::text, 'none'),
                coalesce(m.episode_id::text, 'none'))
        from (
            select
                m.child_id,
                min(m.episode_id) as episode_id
            from @episode_child m
            join @episode e on e.episode_id = m.episode_id
            where m.left_on is null
                and e.closed_on is null
            group by m.child_id
        ) m
        full join (
            select distinct on (child_id)
                child_id,
                level_to
            from @level_change
            order by child_id, change_number desc, level_change_id desc
        ) l on l.child_id = m.child_id
        where (m.child_id is not null and coalesce(l.level_to, 'universal') = 'universal')
            or (m.child_id is null and l.level_to = 'early_help') $$),

    ---------- R12: offered, then decided once ----------
    ('R12', $$
        select 'step', s.step_id,
            format('child_id %s, from %s to %s, offered_on %s, decided_on %s, outcome %s, %s open of this child', s.child_id,
                s.from_level, s.to_level, s.offered_on, coalesce(s.decided_on::text, 'none'),
                coalesce(s.outcome::text, 'none'), s.open)
        from (
            select
                s.*,
                count(*) filter (where s.outcome is null) over (partition by s.child_id) as open
            from @step s
        ) s
        where s.child_id is null
            or (s.decided_on is null) <> (s.outcome is null)
            or s.decided_on < s.offered_on
            or (s.outcome is null and s.open > 1) $$),
    ('R12', $$
        select 'step', s.step_id,
            format('family_id %s, episode_id %s is of family_id %s', s.family_id, s.episode_id, e.family_id)
        from @step s
        join @episode e on e.episode_id = s.episode_id
        where e.family_id <> s.family_id
        union all
        select 'step', s.step_id,
            format('offered_on %s, decided_on %s, episode_id %s closed on %s', s.offered_on,
                coalesce(s.decided_on::text, 'none'), s.episode_id, e.closed_on)
        from @step s
        join @episode e on e.episode_id = s.episode_id
        where s.to_level = 'social_care'
            and e.closed_on < coalesce(s.decided_on, 'infinity') $$),

    ---------- R13: a step down is received ----------
    ('R13', $$
        select 'step', s.step_id,
            format('decided_on %s, receiving_agency_id %s, receiving_practitioner_id %s, first_review_on %s, episode_id %s',
                s.decided_on, coalesce(s.receiving_agency_id::text, 'none'),
                coalesce(s.receiving_practitioner_id::text, 'none'), coalesce(s.first_review_on::text, 'none'),
                coalesce(s.episode_id::text, 'none'))
        from @step s
        where s.to_level = 'early_help'
            and s.outcome = 'accepted'
            and num_nulls(s.receiving_agency_id, s.receiving_practitioner_id, s.first_review_on, s.episode_id) > 0 $$),

    ---------- R14: closure, and nothing after it ----------
    ('R14', $$
        select 'episode', e.episode_id,
            format('state %s, opened_on %s, allocated_on %s, closed_on %s, closure_reason_code %s, closure_agreed_on %s, reopened_on %s',
                e.state, e.opened_on, coalesce(e.allocated_on::text, 'none'), coalesce(e.closed_on::text, 'none'),
                coalesce(e.closure_reason_code, 'none'), coalesce(e.closure_agreed_on::text, 'none'),
                coalesce(e.reopened_on::text, 'none'))
        from @episode e
        where (e.closed_on is null) <> (e.closure_reason_code is null)
            or (e.closed_on is null) <> (e.state is distinct from 'closed')
            or (e.closed_on is not null and e.closure_agreed_on is null and e.closure_agreement_absent_reason is null)
            or e.closed_on < e.opened_on
            or e.closed_on < e.allocated_on
            or (e.reopened_on is null) <> (e.reopen_reason is null)
            or (e.reopened_on is not null
                and not exists (
                    select
                    from @episode_event v
                    where v.episode_id = e.episode_id
                        and v.event = 'reopen')) $$),
    ('R14', $$
        select s.record, s.record_id, format('dated %s, episode_id %s closed on %s', s.last, s.episode_id, e.closed_on)
        from (
            select 'assessment' as record, assessment_id as record_id, episode_id,
                greatest(started_on, completed_on, ended_on) as last
            from @assessment
            where corrects_assessment_id is null
            union all
            select 'assessment_domain', d.assessment_id, a.episode_id, max(d.assessed_on)
            from @assessment_domain d
            join @assessment a on a.assessment_id = d.assessment_id
            where a.corrects_assessment_id is null
            group by d.assessment_id, a.episode_id
            union all
            select 'plan', plan_id, episode_id, greatest(started_on, ended_on)
            from @plan
            union all
            select 'plan_outcome', o.plan_outcome_id, p.episode_id, greatest(o.agreed_on, o.achieved_on, o.withdrawn_on)
            from @plan_outcome o
            join @plan p on p.plan_id = o.plan_id
            union all
            select 'action', a.action_id, p.episode_id, a.agreed_on
            from @action a
            join @plan p on p.plan_id = a.plan_id
            union all
            select 'review', r.review_id, p.episode_id, r.held_on
            from @review r
            join @plan p on p.plan_id = r.plan_id
            union all
            select 'lead_practitioner', episode_id, episode_id, max(from_on)
            from @lead_practitioner
            group by episode_id
            union all
            select 'episode_child', episode_id, episode_id, max(greatest(joined_on, left_on))
            from @episode_child
            group by episode_id
        ) s
        join @episode e on e.episode_id = s.episode_id
        where s.last > e.closed_on $$),
    ('R14', $$
        select s.record, s.record_id, format('goes on, episode_id %s closed on %s', s.episode_id, e.closed_on)
        from (
            select 'plan' as record, plan_id as record_id, episode_id
            from @plan
            where ended_on is null
            union all
            select 'assessment', assessment_id, episode_id
            from @assessment
            where completed_on is null
                and ended_on is null
                and corrects_assessment_id is null
            union all
            select distinct 'episode_child', episode_id, episode_id
            from @episode_child
            where left_on is null
        ) s
        join @episode e on e.episode_id = s.episode_id
        where e.closed_on is not null $$),

    ---------- R15: born or expected ----------
    ('R15', $$
        select 'child', c.child_id,
            format('birth_date %s, expected_birth_date %s, pregnancy_ended_on %s, died_on %s',
                coalesce(c.birth_date::text, 'none'), coalesce(c.expected_birth_date::text, 'none'),
                coalesce(c.pregnancy_ended_on::text, 'none'), coalesce(c.died_on::text, 'none'))
        from @child c
        where num_nonnulls(c.birth_date, c.expected_birth_date) > 1
            or num_nonnulls(c.birth_date, c.pregnancy_ended_on) > 1
            or c.died_on < c.birth_date $$),
    ('R15', $$
        select 'referral', r.referral_id,
            format('referred_on %s, child_id %s born or expected on %s, died or pregnancy ended on %s', r.referred_on, r.child_id,
                coalesce(c.birth_date, c.expected_birth_date)::text,
                coalesce(least(c.died_on, c.pregnancy_ended_on)::text, 'none'))
        from @referral r
        join @child c on c.child_id = r.child_id
        where r.referred_on < coalesce(c.birth_date, c.expected_birth_date) - 280
            or r.referred_on > least(c.died_on, c.pregnancy_ended_on) $$),

    ---------- R16: contacts of an open episode ----------
    ('R16', $$
        select 'referral', r.referral_id,
            format('referred_on %s, family_id %s had episode_id %s open', r.referred_on, r.family_id, min(e.episode_id))
        from @referral r
        join @episode e on e.family_id = r.family_id
            -- On the day it opens or closes the referral is one of the episode after.
            and e.opened_on < r.referred_on
            and (e.closed_on is null or e.closed_on > r.referred_on)
        group by r.referral_id, r.referred_on, r.family_id
        union all
        select 'contact_child', c.contact_child_id,
            format('attached_episode_id %s, decision %s', c.attached_episode_id, c.decision)
        from @contact_child c
        where c.attached_episode_id is not null
            and c.decision = 'referral' $$),

    ---------- R17: feedback ----------
    ('R17', $$
        select 'feedback', f.feedback_id,
            format('episode_id %s, group_programme_id %s, %s questions answered', coalesce(f.episode_id::text, 'none'),
                coalesce(f.group_programme_id::text, 'none'), num_nonnulls(f.timely, f.helpful, f.empowered))
        from @feedback f
        where num_nonnulls(f.episode_id, f.group_programme_id) <> 1
            or num_nonnulls(f.timely, f.helpful, f.empowered) = 0 $$),

    ---------- R18: case audits ----------
    ('R18', $$
        select 'case_audit', a.case_audit_id,
            format('grade %s, auditor_practitioner_id %s, auditor_agency_id %s, lead_agency_id %s', coalesce(a.grade::text, 'none'),
                coalesce(a.auditor_practitioner_id::text, 'none'), coalesce(a.auditor_agency_id::text, 'none'),
                coalesce(a.lead_agency_id::text, 'none'))
        from @case_audit a
        where num_nulls(a.grade, a.auditor_practitioner_id, a.auditor_agency_id) > 0
            or a.auditor_agency_id = a.lead_agency_id
            -- Who leads may be recorded after the audit.
            or (a.lead_agency_id is null
                and exists (
                    select
                    from @lead_practitioner l
                    where l.episode_id = a.episode_id
                        and l.recorded_at < a.recorded_at)) $$),
    ('R18', $$
        select 'case_audit_action', a.case_audit_action_id,
            format('owner_practitioner_id %s, due_on %s', coalesce(a.owner_practitioner_id::text, 'none'),
                coalesce(a.due_on::text, 'none'))
        from @case_audit_action a
        where num_nulls(a.owner_practitioner_id, a.due_on) > 0 $$),

    ---------- R19: achieved when the family agrees ----------
    ('R19', $$
        select 'plan_outcome', o.plan_outcome_id,
            format('agreed_on %s, achieved_on %s, withdrawn_on %s', o.agreed_on, o.achieved_on,
                coalesce(o.withdrawn_on::text, 'none'))
        from @plan_outcome o
        where o.achieved_on < o.agreed_on
            or (o.achieved_on is not null and o.withdrawn_on is not null) $$),

    ---------- R20: codes valid on the day ----------
    ('R20', $$
        select u.record, u.record_id,
            format('%s %s on %s, valid from %s to %s', u.list, u.code, u.day,
                coalesce(l.valid_from::text, 'the beginning'), coalesce(l.valid_to::text, 'no end'))
        from (
            select 'contact' as record, contact_id as record_id, 'contact_source' as list, source_code as code, received_on as day
            from @contact
            union all
            select 'contact_child', contact_child_id, 'primary_need', primary_need_code, received_on
            from @contact_child
            union all
            select 'referral', referral_id, 'contact_source', source_code, referred_on
            from @referral
            union all
            select 'referral', referral_id, 'primary_need', primary_need_code, referred_on
            from @referral
            union all
            select 'episode', episode_id, 'closure_reason', closure_reason_code, closed_on
            from @episode
            union all
            select 'plan_outcome', plan_outcome_id, 'headline_outcome', headline_outcome_code, agreed_on
            from @plan_outcome
            union all
            select 'service_request', service_request_id, 'primary_need', primary_need_code, requested_on
            from @service_request
            union all
            select 'assessment_factor_found', a.assessment_id, 'assessment_factor', f.assessment_factor_code,
                coalesce(a.completed_on, a.started_on)
            from @assessment_factor_found f
            join @assessment a on a.assessment_id = f.assessment_id
        ) u
        join (
            select 'contact_source' as list, code, valid_from, valid_to from @contact_source
            union all
            select 'primary_need', code, valid_from, valid_to from @primary_need
            union all
            select 'closure_reason', code, valid_from, valid_to from @closure_reason
            union all
            select 'headline_outcome', code, valid_from, valid_to from @headline_outcome
            union all
            select 'assessment_factor', code, valid_from, valid_to from @assessment_factor
        ) l on l.list = u.list
            and l.code = u.code
        where u.day < l.valid_from
            or u.day > l.valid_to $$),
    ('R20', $$
        select l.list, null::bigint, format('code %s, valid_from %s, valid_to %s', l.code, l.valid_from, l.valid_to)
        from (
            select 'contact_source' as list, code, valid_from, valid_to from @contact_source
            union all
            select 'primary_need', code, valid_from, valid_to from @primary_need
            union all
            select 'ethnicity', code, valid_from, valid_to from @ethnicity
            union all
            select 'sex', code, valid_from, valid_to from @sex
            union all
            select 'disability', code, valid_from, valid_to from @disability
            union all
            select 'closure_reason', code, valid_from, valid_to from @closure_reason
            union all
            select 'headline_outcome', code, valid_from, valid_to from @headline_outcome
            union all
            select 'assessment_factor', code, valid_from, valid_to from @assessment_factor
        ) l
        where l.valid_from > l.valid_to $$),

    ---------- R22: memberships do not overlap ----------
    ('R22', $$
        select 'family_member', m.family_member_id,
            format('family_id %s, child_id %s, joined_on %s, left_on %s, an earlier one lasts to %s', m.family_id, m.child_id,
                coalesce(m.joined_on::text, 'ever'), coalesce(m.left_on::text, 'now'), coalesce(m.taken_to::text, 'none'))
        from (
            select
                m.*,
                max(coalesce(m.left_on, 'infinity')) over (
                    partition by m.family_id, m.child_id
                    order by coalesce(m.joined_on, '-infinity'), m.family_member_id
                    rows between unbounded preceding and 1 preceding) as taken_to
            from @family_member m
        ) m
        where m.left_on <= m.joined_on
            or coalesce(m.joined_on, '-infinity') < m.taken_to $$),

    ---------- S02: a family's record is about its own children ----------
    ('S02', $$
        select r.record, r.record_id, format('child_id %s was never of family_id %s', r.child_id, r.family_id)
        from (
            select distinct 'episode_child' as record, c.episode_id as record_id, e.family_id, c.child_id
            from @episode_child c
            join @episode e on e.episode_id = c.episode_id
            union all
            select 'assessment', a.assessment_id, e.family_id, a.child_id
            from @assessment a
            join @episode e on e.episode_id = a.episode_id
            where a.child_id is not null
            union all
            select 'step', step_id, family_id, child_id
            from @step
        ) r
        where not exists (
            select
            from @family_member m
            where m.family_id = r.family_id
                and m.child_id = r.child_id) $$),

    ---------- S03: what the rules alone write agrees with the record ----------
    ('S03', $$
        select 'episode', e.episode_id, format('state %s, its last event led to %s', e.state, coalesce(v.state_to::text, 'none'))
        from @episode e
        left join (
            select distinct on (episode_id)
                episode_id,
                state_to
            from @episode_event
            order by episode_id, episode_event_id desc
        ) v on v.episode_id = e.episode_id
        where v.state_to is distinct from e.state $$),
    ('S03', $$
        select 'episode_event', v.episode_event_id,
            format('episode_id %s, %s: %s to %s, the event before led to %s', v.episode_id, v.event,
                coalesce(v.state_from::text, 'none'), v.state_to, coalesce(v.led_to::text, 'none'))
        from (
            select
                v.*,
                lag(v.state_to) over (partition by v.episode_id order by v.episode_event_id) as led_to
            from @episode_event v
        ) v
        where v.state_from is distinct from v.led_to
            or not exists (
                select
                from early_help.transitions() t
                where coalesce(t.state_from::text, '') = coalesce(v.state_from::text, '')
                    and t.event = v.event
                    and t.state_to = v.state_to) $$),
    ('S03', $$
        select 'episode', r.episode_id, format('%s records without an event %s', r.records - coalesce(v.events, 0), r.event)
        from (
            select episode_id, 'start_assessment' as event, count(*) as records
            from @assessment
            where corrects_assessment_id is null
            group by episode_id
            union all
            select episode_id, 'complete_assessment', count(*)
            from @assessment
            where corrects_assessment_id is null
                and completed_on is not null
            group by episode_id
            union all
            select episode_id, 'start_plan', count(*)
            from @plan
            group by episode_id
            union all
            select p.episode_id, 'hold_review', count(*)
            from @review r
            join @plan p on p.plan_id = r.plan_id
            group by p.episode_id
            union all
            select p.episode_id, 'extend', count(*)
            from @review r
            join @plan p on p.plan_id = r.plan_id
            where r.decision = 'extend'
            group by p.episode_id
        ) r
        join @episode e on e.episode_id = r.episode_id
        left join (
            select episode_id, event::text, count(*) as events
            from @episode_event
            group by episode_id, event
        ) v on v.episode_id = r.episode_id
            and v.event = r.event
        where coalesce(v.events, 0) < r.records $$),
    ('S03', $$
        select 'episode_child', m.episode_id,
            format('child_id %s has not left, step_id %s was accepted on %s', m.child_id, s.step_id, s.decided_on)
        from @step s
        join @episode_child m on m.episode_id = s.episode_id
            and m.child_id = s.child_id
            and m.joined_on < s.decided_on
            and m.left_on is null
        join @episode e on e.episode_id = m.episode_id
            and e.closed_on is null
        where s.to_level = 'social_care'
            and s.outcome = 'accepted' $$),

    ('S03', $$
        select 'child', c.child_id,
            format('merged_into_child_id %s, its merges lead to %s', coalesce(c.merged_into_child_id::text, 'none'),
                coalesce(s.kept::text, 'none'))
        from @child c
        left join (
            with recursive holds as (
                select merged_child_id as child_id, kept_child_id as kept
                from @child_merge
                where undone_on is null
            ), chain (child_id, kept) as (
                select child_id, kept from holds
                union
                select c.child_id, h.kept
                from chain c
                join holds h on h.child_id = c.kept
            )
            select child_id, kept
            from chain c
            where not exists (select from holds h where h.child_id = c.kept)
        ) s on s.child_id = c.child_id
        where c.merged_into_child_id is distinct from s.kept $$),

    ---------- M01: merges ----------
    ('M01', $$
        select 'child_merge', m.child_merge_id,
            format('merged_child_id %s, kept_child_id %s, merged_on %s, undone_on %s', m.merged_child_id, m.kept_child_id,
                m.merged_on, coalesce(m.undone_on::text, 'none'))
        from (
            select
                m.*,
                count(*) filter (where m.undone_on is null) over (partition by m.merged_child_id) as holding
            from @child_merge m
        ) m
        where m.kept_child_id = m.merged_child_id
            or coalesce(m.reason, '') !~ '\S'
            or (m.undone_on is null) <> (m.undo_reason is null)
            or m.undone_on < m.merged_on
            or (m.undone_on is null and m.holding > 1) $$),

    ---------- A04: versions ----------
    ('A04', $$
        select 'partnership', null::bigint, format('record_version %s, early_help %s', p.record_version, e.extversion)
        from @partnership p
        cross join pg_extension e
        where e.extname = 'early_help'
            and p.record_version is distinct from e.extversion
        union all
        select 'partnership', null::bigint, format('%s rows', count(*))
        from @partnership
        having count(*) <> 1 $$)
$audit$;
comment on function early_help.audit_queries() is
    'What early_help.audit asks, a query a row with the rule it belongs to; @ stands for the partnership''s schema.';

---------- how the partnership stands in the catalog ----------

create function early_help.trigger_fires(enabled "char") returns text
    language sql
    immutable
    strict
    parallel safe
begin atomic
    select case enabled
        when 'O' then 'fires at the origin'
        when 'A' then 'fires always'
        when 'R' then 'fires on a replica'
        else 'disabled'
    end;
end;
comment on function early_help.trigger_fires("char") is
    'pg_trigger.tgenabled in words.';

create function early_help.partnership_structure(
    records oid,
    out kind text,
    out table_name name,
    out name name,
    out definition text,
    out state text
)
returns setof record
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    kpi oid := (
        select k.oid
        from pg_namespace n
        join pg_namespace k on k.nspname = n.nspname || '_kpi'
        where n.oid = records);
begin
    -- PostgreSQL then words the definitions without the partnership's name.
    perform set_config('search_path', format('pg_catalog, %s, pg_temp', records::regnamespace), true);

    return query
    select 'table', c.relname, ''::name, c.relkind::text,
        case when c.relrowsecurity then 'row security' else 'no row security' end
            || case when c.relforcerowsecurity then ', forced' else '' end
    from pg_class c
    where c.relnamespace = records
        and c.relkind in ('r', 'p', 'f')
    union all
    select case when c.relnamespace = records then 'view' else 'kpi view' end, c.relname, '', c.relkind::text, ''
    from pg_class c
    where c.relnamespace in (records, kpi)
        and c.relkind in ('v', 'm')
    union all
    select 'column', c.relname, a.attname,
        format_type(a.atttypid, a.atttypmod)
            || case when a.attnotnull then ' not null' else '' end
            || case a.attidentity when '' then '' else ' identity' end
            || case a.attgenerated when '' then '' else ' generated' end
            || coalesce(' ' || pg_get_expr(d.adbin, d.adrelid), ''), ''
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where c.relnamespace = records
        and c.relkind = 'r'
    union all
    -- Not null stands with the column, before PostgreSQL 18 and after. A foreign
    -- key is checked by triggers, which can be switched off.
    select 'constraint', c.relname, k.conname, pg_get_constraintdef(k.oid, true),
        case when k.convalidated then 'valid' else 'not valid' end
            || coalesce((
                select ', ' || string_agg(distinct early_help.trigger_fires(t.tgenabled), ', ')
                from pg_trigger t
                where t.tgconstraint = k.oid
                    and t.tgisinternal), '')
    from pg_constraint k
    join pg_class c on c.oid = k.conrelid
    where k.connamespace = records
        and k.contype in ('c', 'f', 'p', 'u', 'x')
    union all
    select 'index', c.relname, i.relname, pg_get_indexdef(i.oid, 0, true),
        case when x.indisvalid and x.indisready then 'valid' else 'not valid' end
    from pg_index x
    join pg_class i on i.oid = x.indexrelid
    join pg_class c on c.oid = x.indrelid
    where c.relnamespace = records
        and c.relkind = 'r'
        and not exists (select from pg_constraint k where k.conindid = x.indexrelid and k.contype in ('p', 'u', 'x'))
    union all
    select 'trigger', c.relname, t.tgname, pg_get_triggerdef(t.oid, true), early_help.trigger_fires(t.tgenabled)
    from pg_trigger t
    join pg_class c on c.oid = t.tgrelid
    where c.relnamespace = records
        and not t.tgisinternal
    union all
    select case when f.pronamespace = records then 'function' else 'kpi function' end, '', f.proname,
        string_agg(oidvectortypes(f.proargtypes), '; ' order by oidvectortypes(f.proargtypes)), ''
    from pg_proc f
    where f.pronamespace = records
        or f.pronamespace = kpi
    group by f.pronamespace, f.proname;
end
$$;
comment on function early_help.partnership_structure(oid) is
    'How the records of a partnership, and the views beside them, stand in the catalog: a row for each table, column, constraint, index, trigger, function and view.';

create function early_help.note_laid_down(partnership regclass) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    records regnamespace := (select c.relnamespace from pg_class c where c.oid = partnership);
begin
    perform early_help.write_by_engine(format('delete from %s.laid_down', records));
    perform early_help.write_by_engine(
        format('insert into %s.laid_down select * from early_help.partnership_structure($1)', records), records);
end
$$;
comment on function early_help.note_laid_down(regclass) is
    'Notes how a partnership stands (given its table partnership) as that which early_help.audit compares with: the last act of create_partnership and of an upgrade.';

---------- what is wrong with the guard ----------

create function early_help.audit_reads_all(records oid) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    unread text;
    strange text;
    asked text[] := array(
        select distinct m[1]
        from early_help.audit_queries() q
        cross join lateral regexp_matches(q.query, '@(\w+)', 'g') m
        union
        select 'laid_down');
    spoken text[] := array(
        select distinct m[1]
        from early_help.audit_queries() q
        cross join lateral regexp_matches(q.query, '\w+', 'g') m);
begin
    if not has_schema_privilege(records, 'USAGE') then
        unread := 'the schema';
    else
        select string_agg(c.relname, ', ' order by c.relname)
        into unread
        from pg_class c
        where c.relnamespace = records
            and c.relkind in ('r', 'p')
            -- What waits to be imported is no record.
            and c.relname !~ '^(inbox_|import_|kpi_)'
            and (not has_table_privilege(c.oid, 'SELECT') or row_security_active(c.oid));
    end if;
    if unread is not null then
        raise insufficient_privilege using
            message = 'an audit needs to read every record',
            detail = format('You may not read, or not every row of: %s.', unread),
            hint = 'SET ROLE to the owner of the partnership, or to a role that reads all its tables and bypasses row security.';
    end if;

    -- What is no plain table, or has a column of somebody's own type, could run
    -- its owner's code as whoever audits.
    select string_agg(distinct c.relname, ', ')
    into strange
    from pg_class c
    left join pg_attribute a on a.attrelid = c.oid
        and (a.attname = any (spoken) or c.relname = 'laid_down')
        and a.attnum > 0
        and not a.attisdropped
    left join pg_type t on t.oid = a.atttypid
    where c.relnamespace = records
        and c.relname = any (asked)
        and (c.relkind <> 'r'
            or t.typnamespace not in ('pg_catalog'::regnamespace, 'early_help'::regnamespace));
    if strange is not null then
        raise wrong_object_type using
            message = 'an audit reads plain tables with columns of PostgreSQL''s and early_help''s types',
            detail = format('Not such a table: %s.', strange),
            hint = 'Compare with the table of another partnership.';
    end if;
end
$$;
comment on function early_help.audit_reads_all(oid) is
    'Raises 42501 unless the caller reads every row of a partnership''s records, 42809 if a table of it is no longer such a table.';

create function early_help.audit_reads_cells(records oid) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    unread text;
begin
    select string_agg(o.name, ', ' order by o.name)
    into unread
    from (
        select c.relname as name
        from pg_class c
        where c.relnamespace = records
            and c.relkind = 'r'
            and (c.relname in ('kpi_cube', 'kpi_stale_months') or c.relname ~ '^kpi_(cell|part)_')
            and not has_table_privilege(c.oid, 'SELECT')
        union all
        select p.proname
        from pg_proc p
        where p.pronamespace in (records, to_regnamespace((select quote_ident(n.nspname || '_kpi') from pg_namespace n where n.oid = records)))
            and p.proname ~ '^kpi_(compute|parts)_'
            and not (has_function_privilege(p.oid, 'EXECUTE') and has_schema_privilege(p.pronamespace, 'USAGE'))
    ) o;
    if unread is not null then
        raise insufficient_privilege using
            message = 'an audit of cells needs to read and to compute them',
            detail = format('You may not: %s.', unread),
            hint = 'SET ROLE to the owner of the partnership, or leave cells out: audit(..., cells => ''none'').';
    end if;
end
$$;
comment on function early_help.audit_reads_cells(oid) is
    'Raises 42501 unless the caller may read the cells of a partnership and compute them.';

create function early_help.audit_structure(records oid, out rule text, out record text, out detail text)
returns setof record
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    noted text := format('%s.laid_down', records::regnamespace);
    owner oid := (select n.nspowner from pg_namespace n where n.oid = records);
    kpi_name name := (select n.nspname || '_kpi' from pg_namespace n where n.oid = records);
    kpi oid := (select n.oid from pg_namespace n where n.nspname = kpi_name);
    entries bigint;
begin
    if to_regclass(noted) is not null then
        execute format('select count(*) from only %s', noted) into entries;
    end if;
    if entries is null or entries = 0 then
        return query select 'A02', 'laid_down', 'empty or missing: there is nothing to compare triggers and constraints with';
    else
        if kpi is null then
            return query select 'A02', kpi_name::text, 'the schema that BI tools read is missing';
        end if;
        return query execute format(
            $q$
            select
                'A02',
                coalesce(nullif(l.table_name, ''), l.name)::text,
                case
                    when s.kind is null then format('%%s is missing', l.what)
                    when s.definition <> l.definition then format('%%s is %%s, was %%s', l.what, s.definition, l.definition)
                    else format('%%s: %%s, was %%s', l.what, s.state, l.state)
                end || case when r.rule is null then '' else format(' (%%s)', r.rule) end
            from (
                select *, btrim(kind || ' ' || name) as what
                from only %s
            ) l
            left join early_help.partnership_structure($1) s on s.kind = l.kind
                and s.table_name = l.table_name
                and s.name = l.name
            left join early_help.rules() r on l.name = any (r.constraints)
            where (s.kind is null or s.definition <> l.definition or s.state <> l.state)
                -- Nor what went with its table.
                and (l.kind in ('table', 'view', 'kpi view', 'function', 'kpi function')
                    or exists (
                        select
                        from pg_class c
                        where c.relnamespace = $1
                            and c.relname = l.table_name))
                and ($2 is not null or l.kind not in ('kpi view', 'kpi function'))
            order by l.table_name, l.kind, l.name
            $q$, noted)
        using records, kpi;
    end if;

    -- As a restore without privileges leaves them.
    return query
    select 'A02', f.proname::text, format('function %s(%s) may be called by everybody', f.proname, oidvectortypes(f.proargtypes))
    from pg_proc f
    cross join aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a
    where a.grantee = 0
        and f.oid in (
            select r.routine from early_help.execute_list_routines('records', records) r
            union all
            select r.routine from early_help.execute_list_routines('kpi', kpi) r)
    order by f.oid;

    -- A table that inherits ours has none of its rules, and a plain FROM counts its rows.
    return query
    select 'A02', c.relname::text,
        case
            when i.inhparent = c.oid then format('table is inherited by %s: its rows are under no rule and in no figure', i.inhrelid::regclass)
            when c.relispartition then format('table is a partition of %s', i.inhparent::regclass)
            else format('table inherits from %s', i.inhparent::regclass)
        end
    from pg_class c
    join pg_inherits i on c.oid in (i.inhparent, i.inhrelid)
    where c.relnamespace = records
        and c.relkind in ('r', 'p')
        -- What somebody laid beside the records is his.
        and (c.relname ~ '^(kpi_|inbox_|import_)' or exists (select from pg_trigger t where t.tgrelid = c.oid))
    order by c.relname, i.inhrelid::regclass::text;

    return query
    select 'A03', o.name::text, format('%s belongs to another role than the records', o.what)
    from (
        select 'schema' as what, n.nspname as name, n.nspowner as owned_by
        from pg_namespace n
        where n.oid = kpi
        union all
        select case when c.relkind in ('r', 'p', 'f') then 'table' when c.relkind = 'S' then 'sequence' else 'view' end,
            c.relname, c.relowner
        from pg_class c
        where c.relnamespace in (records, kpi)
            and c.relkind in ('r', 'p', 'f', 'S', 'v', 'm')
        union all
        select 'function', f.proname, f.proowner
        from pg_proc f
        where f.pronamespace in (records, kpi)
    ) o
    where o.owned_by <> owner
    order by o.what, o.name;
end
$$;
comment on function early_help.audit_structure(oid) is
    'A02: what no longer stands as it was laid down, functions that everybody may call, and tables that inherit or are inherited. A03: what belongs to another role.';

create function early_help.audit_references(records oid, out record text, out record_id bigint, out detail text)
returns setof record
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    k record;
    dropped text := '';
begin
    -- One that was dropped is known from what was laid down.
    if to_regclass(format('%s.laid_down', records::regnamespace)) is not null then
        dropped := format(
            $q$
            union all
            select
                l.name,
                c.oid,
                f.oid,
                string_to_array(p.part[1], ', ')::name[],
                string_to_array(p.part[3], ', ')::name[]
            from only %s.laid_down l
            cross join lateral regexp_match(l.definition,
                '^FOREIGN KEY \(([a-z0-9_, ]+)\) REFERENCES ([a-z0-9_]+)\(([a-z0-9_, ]+)\)') p (part)
            join pg_class c on c.relnamespace = $1 and c.relname = l.table_name
            join pg_class f on f.relnamespace = $1 and f.relname = p.part[2]
            where l.kind = 'constraint'
                and not exists (
                    select
                    from pg_constraint k
                    where k.conrelid = c.oid
                        and k.conname = l.name
                        and k.contype = 'f')
            $q$, records::regnamespace);
    end if;

    for k in
        execute
            $q$
            select
                f.name,
                f.at::regclass as at,
                f.to_table::regclass as to_table,
                c.relname,
                (
                    select a.attname
                    from pg_index i
                    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
                    where i.indrelid = f.at
                        and i.indisprimary
                        and a.atttypid = 'int8'::regtype
                ) as key,
                (
                    select string_agg(format('f.%I is not null', n), ' and ')
                    from unnest(f.columns) n
                ) as there,
                (
                    select string_agg(format('t.%I = f.%I', r, n), ' and ')
                    from unnest(f.columns, f.to_columns) u (n, r)
                ) as same,
                (
                    select string_agg(format('%L, f.%I', a.attname || ' ', a.attname), ', '', '', ' order by a.attnum)
                    from pg_attribute a
                    where a.attrelid = f.at
                        and a.attname = any (f.columns)
                        and a.atttypid = 'int8'::regtype
                ) as ids
            from (
                select
                    k.conname as name,
                    k.conrelid as at,
                    k.confrelid as to_table,
                    array(select a.attname from unnest(k.conkey) with ordinality u (n, o)
                        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.n order by u.o) as columns,
                    array(select a.attname from unnest(k.confkey) with ordinality u (n, o)
                        join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.n order by u.o) as to_columns
                from pg_constraint k
                where k.connamespace = $1
                    and k.contype = 'f'
                $q$ || dropped || $q$
            ) f
            join pg_class c on c.oid = f.at
            -- Those that hold a rule have their query there.
            where not exists (select from early_help.rules() r where f.name = any (r.constraints))
                -- What was laid down with a key may be a view now, and a type of somebody's own
                -- may have a cast: both could run his code as whoever audits.
                and not exists (
                    select
                    from pg_class x
                    left join pg_attribute a on a.attrelid = x.oid
                        and a.attname = any (case when x.oid = f.at then f.columns else '{}' end
                            || case when x.oid = f.to_table then f.to_columns else '{}' end)
                        and not a.attisdropped
                    left join pg_type t on t.oid = a.atttypid
                        and t.typnamespace not in ('pg_catalog'::regnamespace, 'early_help'::regnamespace)
                    left join pg_roles o on o.oid = t.typowner
                        and not o.rolsuper
                        and o.rolname <> current_user
                    where x.oid in (f.at, f.to_table)
                        and (x.relkind not in ('r', 'p') or o.oid is not null))
            order by c.relname, f.name
            $q$
        using records
    loop
        return query execute format(
            'select %L, %s::bigint, concat(%L%s)
            from %s f
            where %s
                and not exists (select from %s t where %s)',
            k.relname,
            case when k.key is not null then format('f.%I', k.key) else 'null' end,
            k.name,
            coalesce(', '': '', ' || k.ids, ''),
            k.at, k.there, k.to_table, k.same);
    end loop;
end
$$;
comment on function early_help.audit_references(oid) is
    'A01: rows whose foreign keys, also dropped ones, lead nowhere.';

---------- cells ----------

create function early_help.audit_cubes(records oid) returns table (cube text, cells regclass, compute text, columns text)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    -- Parts stand as a cube of their own. What is no plain table of the owner's
    -- with columns of known types, or no function that runs as the owner, could
    -- run his code as whoever audits: then there is no function here.
    return query execute format(
        $q$
        select
            e.cube,
            c.oid::regclass,
            case when c.relkind = 'r' and c.relowner = n.nspowner and not row_security_active(c.oid)
                and not exists (
                    select
                    from pg_attribute a
                    join pg_type t on t.oid = a.atttypid
                    where a.attrelid = c.oid
                        and a.attnum > 0
                        and not a.attisdropped
                        and t.typnamespace not in ('pg_catalog'::regnamespace, 'early_help'::regnamespace))
                then f.compute end,
            (
                select string_agg(format('c.%%I', a.attname), ', ' order by a.attnum)
                from pg_attribute a
                where a.attrelid = c.oid
                    and a.attnum > 1
                    and not a.attisdropped
            )
        from (
            select cube::text as cube, 'kpi_cell_' || cube as cell_table, 'kpi_compute_' || cube as compute from %1$s.kpi_cube
            union all
            select 'parts of ' || cube, 'kpi_part_' || cube, 'kpi_parts_' || cube from %1$s.kpi_cube where counts is not null
        ) e
        join pg_namespace n on n.oid = $1
        left join pg_class c on c.relnamespace = n.oid and c.relname = e.cell_table
        left join lateral (
            select format('%%I.%%I', k.nspname, p.proname) as compute
            from pg_proc p
            join pg_namespace k on k.oid = p.pronamespace
            where p.proname = e.compute
                and k.nspname in (n.nspname, n.nspname || '_kpi')
                and p.proargtypes = array['date'::regtype::oid]::oidvector
                and p.prosecdef
                and p.proowner = n.nspowner
            limit 1
        ) f on true
        order by e.cube
        $q$, records::regnamespace)
    using records;
end
$$;
comment on function early_help.audit_cubes(oid) is
    'The cubes of a partnership, and of each the table of its cells, the function that computes them for a month (null: not as it was made) and the columns of both after the month, named c.';

create function early_help.audit_cell_months(records oid, cube text, cells regclass, whole boolean) returns date[]
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    months date[];
    events record;
begin
    execute format('select e.* from %s.kpi_cube c cross join lateral early_help.kpi_event_months($1, c.sources) e where c.cube = $2',
        records::regnamespace)
    into events
    using records, cube;
    -- Fresh months from the first with cells or an event to the last. Of those a
    -- sample takes the first, those with most cells, the last, and some by chance.
    execute format(
        $q$
        with kept as materialized (
            select month, count(*) as cells from %1$s group by month
        ), fresh as materialized (
            select g.month::date as month, coalesce(k.cells, 0) as cells
            from (
                select least(min(month), $1) as first_month, greatest(max(month), $2) as last_month
                from kept
            ) r
            cross join lateral generate_series(r.first_month::timestamp, r.last_month::timestamp, '1 month') g (month)
            left join kept k on k.month = g.month
            where g.month::date not in (select m.month from early_help.stale_months(%2$L, $3) m)
        )
        select coalesce(array_agg(month order by month), '{}')
        from (
            select *,
                row_number() over (order by month) as first,
                row_number() over (order by month desc) as last,
                row_number() over (order by cells desc, month desc) as largest,
                row_number() over (order by cells = 0, month desc) as latest,
                row_number() over (order by random()) as chance
            from fresh
        ) f
        where $4
            or least(f.first, f.last) = 1
            or f.largest <= 4
            or f.latest <= 3
            or f.chance <= 4
        $q$, cells, format('%s.kpi_stale_months', records::regnamespace))
    into months
    using events.first_month, events.last_month, cube, whole;
    return months;
end
$$;
comment on function early_help.audit_cell_months(oid, text, regclass, boolean) is
    'Months whose cells an audit compares: all that are not stale, or a sample of 13 at most.';

create function early_help.audit_cells(records oid, whole boolean, out record text, out detail text)
returns setof record
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    one record;
    of_month date;
    differ bigint;
    strange text[] := '{}';
begin
    for one in select * from early_help.audit_cubes(records) loop
        if one.cells is null or one.compute is null then
            strange := strange || one.cube;
            continue;
        end if;
        record := (select c.relname from pg_class c where c.oid = one.cells);
        begin
            -- All months in one query: the function's plan is made once.
            for of_month, differ in execute format(
                'with kept as materialized (
                    select c.month, %1$s
                    from %2$s c
                    where c.month = any ($1)
                ), computed as materialized (
                    select m.month, %1$s
                    from unnest($1) as m (month)
                    cross join lateral %3$s(m.month) c
                )
                select d.month, count(*)
                from (
                    (select * from kept except all select * from computed)
                    union all
                    (select * from computed except all select * from kept)
                ) d
                group by d.month
                order by d.month', one.columns, one.cells, one.compute)
            using early_help.audit_cell_months(records, regexp_replace(one.cube, '^parts of ', ''), one.cells, whole)
            loop
                detail := format('cube %s, month %s: %s cells differ', one.cube, to_char(of_month::timestamp, 'YYYY-MM'), differ);
                return next;
            end loop;
        exception
            -- What is missing is told as A02.
            when undefined_table or undefined_column or undefined_function or datatype_mismatch then
                strange := strange || one.cube;
        end;
    end loop;
    if strange <> '{}' then
        record := 'kpi_cube';
        detail := format('cells could not be compared, they or the function that computes them are not as define_kpi_cube made them: %s',
            array_to_string(strange, ', '));
        return next;
    end if;
end
$$;
comment on function early_help.audit_cells(oid, boolean) is
    'K04: months that are not stale whose cells are not what their cube counts in the records; of all such months, or of a sample.';

---------- the audit ----------

create function early_help.audit(
    partnership text,
    cells text default 'sample',
    out rule text,
    out sqlstate text,
    out record text,
    out record_id bigint,
    out detail text,
    out words text
)
returns setof record
    language plpgsql
    -- All its queries see one snapshot, and none can write.
    stable
    set search_path = pg_catalog, pg_temp
    set jit = off
as $$
#variable_conflict use_column
declare
    records oid;
    asked record;
    found text := 'select r.rule, r.sqlstate, f.record::text, f.record_id, f.detail, r.sentence
                   from (%s) f (record, record_id, detail)
                   join early_help.rules() r on r.rule = $1
                   order by f.record, f.record_id, f.detail';
begin
    select n.oid
    into records
    from early_help.partnership_schemas() p
    join pg_namespace n on n.oid = p.schema
    where p.whole
        and n.nspname = audit.partnership;
    if records is null then
        perform early_help.raise_rule('P03', format('%s is not a schema that holds the records of a partnership.',
                                                    coalesce(quote_ident(partnership), 'NULL')));
    end if;
    if cells is null or cells not in ('none', 'sample', 'whole') then
        raise invalid_parameter_value using
            message = format('an audit compares no cells, a sample of them or the whole, not %s', coalesce(quote_literal(cells), 'null')),
            hint = 'Give cells => ''none'', ''sample'' or ''whole''.';
    end if;
    perform early_help.audit_reads_all(records);
    if cells <> 'none' then
        perform early_help.audit_reads_cells(records);
    end if;

    for asked in
        select
            q.rule,
            replace(regexp_replace(q.query, '@(\w+)', '@.\1', 'g'), '@', records::regnamespace::text) as query
        from early_help.audit_queries() q
    loop
        begin
            return query execute format(found, asked.query) using asked.rule;
        exception
            -- What is missing is told below.
            when undefined_table or undefined_column then
                return query
                select r.rule, r.sqlstate, null, null::bigint,
                    format('%s could not be audited: a table or column is missing', asked.rule), r.sentence
                from early_help.rules() r
                where r.rule = 'A02';
        end;
    end loop;

    return query execute format(found, 'select * from early_help.audit_references($2)') using 'A01'::text, records;
    if cells <> 'none' then
        return query
        select r.rule, r.sqlstate, c.record, null::bigint, c.detail, r.sentence
        from early_help.audit_cells(records, cells = 'whole') c
        join early_help.rules() r on r.rule = 'K04';
    end if;
    return query
    select r.rule, r.sqlstate, s.record, null::bigint, s.detail, r.sentence
    from early_help.audit_structure(records) s
    join early_help.rules() r on r.rule = s.rule;
end
$$;
comment on function early_help.audit(text, text) is
    'What breaks the rules in a partnership''s records, a row a finding: rule and SQLSTATE, table, id of the row (of the row it belongs to where the key is more than an id), details (ids, dates, codes), the rule in words. Finds what slipped in with the rules off, whether or not constraints and triggers are there, and what is wrong with those (A02). Compares a sample of the months of each cube with the records, or none, or the whole (K04). No row: all is well. Reads only, one snapshot. Errors YHP03, 22023, 42501 if the caller may not read every row.';
