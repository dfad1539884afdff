-- Steps up to social care: before support begins, towards its end, and as its end.

-- One of several children may leave; the others go on.
create function early_help_sample.make_early_steps_up(this_round integer, to_on date) returns void
    language plpgsql
as $$
begin
    insert into step (
        child_id, family_id, episode_id, to_level, offered_on, basis, reason, consulted_role, consulted_on,
        no_assessment_reason, consent_override_reason, decided_on, outcome, decision_reason)
    select
        m.child_id,
        c.family_id,
        c.episode_id,
        'social_care',
        c.early_on,
        x.basis,
        'More than early help can meet.',
        case when x.consulted then 'designated_safeguarding_lead'::early_help.consultation_role end,
        case when x.consulted then c.early_on end,
        'No EHA yet.',
        case when x.basis <> 'section_47' then 'The family has not been asked yet; the child may be at risk.' end,
        x.decided_on,
        case when x.decided_on is null then null
            when m.children > 1 and early_help_sample.draw(c.k, 121) < 0.4 then 'accepted'
            when early_help_sample.draw(c.k, 121) < 0.8 then 'declined'
            else 'withdrawn' end::early_help.step_outcome,
        case when x.decided_on is not null then 'By the threshold of the day.' end
    from sample_case c
    cross join lateral (
        select
            max(e.child_id) as child_id,
            count(*) as children
        from episode_child e
        where e.episode_id = c.episode_id
            and e.left_on is null
    ) m
    cross join lateral (
        select
            case when early_help_sample.draw(c.k, 120) < 0.5
                then 'section_47' else 'section_17' end::early_help.step_basis as basis,
            early_help_sample.draw(c.k, 120) > 0.1 as consulted,
            case when c.early_decided_on <= to_on then c.early_decided_on end as decided_on
        offset 0
    ) x
    where c.round = this_round
        and c.episode_id is not null
        and c.early_on <= to_on
        and m.children > 0
    order by c.no;
end
$$;
comment on function early_help_sample.make_early_steps_up(integer, date) is
    'For generate_sample: steps up before support begins.';

-- A sibling who stepped up comes back while the episode goes on.
create function early_help_sample.make_steps_back(this_round integer, to_on date) returns void
    language plpgsql
as $$
begin
    insert into step (
        child_id, family_id, to_level, offered_on, reason, decided_on, outcome,
        receiving_agency_id, receiving_practitioner_id, first_review_on)
    select
        s.child_id,
        c.family_id,
        'early_help',
        c.end_on - 4,
        'Enquiries ended; the family wants support to go on.',
        c.end_on,
        'accepted',
        w.agency_id,
        w.practitioner_id,
        c.end_on + 42
    from sample_case c
    join step s on s.episode_id = c.episode_id and s.outcome = 'accepted' and s.decided_on = c.early_decided_on
        and s.to_level = early_help.need_level 'social_care'
    join sample_practitioner w on w.no = c.lead_no
    where c.round = this_round
        and c.early_decided_on + 15 <= c.end_on
        and c.end_on <= to_on
        and early_help_sample.draw(c.k, 122) < 0.5
    order by c.no;
end
$$;
comment on function early_help_sample.make_steps_back(integer, date) is
    'For generate_sample: steps down of siblings who stepped up.';

create function early_help_sample.make_late_steps_up(this_round integer, to_on date) returns void
    language plpgsql
as $$
begin
    insert into step (
        child_id, family_id, episode_id, to_level, offered_on, basis, reason, consulted_role, consulted_on,
        assessment_id, no_assessment_reason, consent_override_reason, decided_on, outcome, decision_reason)
    select
        m.child_id,
        c.family_id,
        c.episode_id,
        'social_care',
        c.late_on,
        x.basis,
        'Needs have grown.',
        case when x.consulted then 'supervisor'::early_help.consultation_role end,
        case when x.consulted then c.late_on - 1 end,
        a.assessment_id,
        case when a.assessment_id is null then 'Straight to a plan.' end,
        case when x.basis <> 'section_47' and (c.consent_on is null or c.withdrawn_on is not null)
            then 'The family does not agree; the child may be at risk.' end,
        x.decided_on,
        case when x.decided_on is null then null
            when m.children > 1 and not x.one_gone and c.ending <> 'stepped_up'
                and early_help_sample.draw(c.k, 131) < 0.45 then 'accepted'
            when early_help_sample.draw(c.k, 131) < 0.8 then 'declined'
            else 'withdrawn' end::early_help.step_outcome,
        case when x.decided_on is not null then 'By the threshold of the day.' end
    from sample_case c
    left join sample_assessment a on a.case_no = c.no and a.done_on is not null
    cross join lateral (
        select
            min(e.child_id) as child_id,
            count(*) as children
        from episode_child e
        where e.episode_id = c.episode_id
            and e.left_on is null
    ) m
    cross join lateral (
        select
            (array['section_17', 'section_47', 'specialised_setting', 'remand'])[
                1 + width_bucket(early_help_sample.draw(c.k, 130), array[0.7, 0.92, 0.97])]::early_help.step_basis as basis,
            early_help_sample.draw(c.k, 130) not between 0.8 and 0.84 as consulted,
            case when c.late_decided_on <= to_on then c.late_decided_on end as decided_on,
            exists (
                select
                from step s
                where s.episode_id = c.episode_id
                    and s.to_level = early_help.need_level 'social_care'
                    and s.outcome = 'accepted') as one_gone
        offset 0
    ) x
    where c.round = this_round
        and c.episode_id is not null
        and c.late_on <= to_on
        and m.children > 0
    order by c.no;
end
$$;
comment on function early_help_sample.make_late_steps_up(integer, date) is
    'For generate_sample: steps up towards the end of support.';

-- The step up of the last child closes the episode.
create function early_help_sample.make_last_steps_up(this_round integer, to_on date) returns void
    language plpgsql
as $$
begin
    insert into step (
        child_id, family_id, episode_id, to_level, offered_on, basis, reason, consulted_role, consulted_on,
        assessment_id, no_assessment_reason, consent_override_reason, decided_on, outcome)
    select
        m.child_id,
        c.family_id,
        c.episode_id,
        'social_care',
        c.step_up_on,
        x.basis,
        'Significant concerns for all children.',
        case when x.consulted then 'line_manager'::early_help.consultation_role end,
        case when x.consulted then c.step_up_on end,
        a.assessment_id,
        case when a.assessment_id is null then 'Urgent.' end,
        case when x.basis <> 'section_47' and coalesce(c.consent_on > c.step_up_on, true)
            then 'The family does not agree; the children may be at risk.' end,
        y.decided_on,
        case when y.decided_on is not null then 'accepted'::early_help.step_outcome end
    from sample_case c
    left join sample_assessment a on a.case_no = c.no and a.done_on is not null
    cross join lateral (
        select
            e.child_id,
            row_number() over (order by e.child_id desc) as from_last
        from episode_child e
        where e.episode_id = c.episode_id
            and e.left_on is null
    ) m
    cross join lateral (
        select
            case when early_help_sample.draw(c.k, 132) < 0.35
                then 'section_47' else 'section_17' end::early_help.step_basis as basis,
            early_help_sample.draw(c.k, 132) > 0.06 as consulted,
            greatest(c.step_up_on, c.closed_on - 2 * (m.from_last - 1)::integer) as decided_on
        offset 0
    ) x
    cross join lateral (select case when x.decided_on <= to_on then x.decided_on end as decided_on offset 0) y
    where c.round = this_round
        and c.episode_id is not null
        and c.step_up_on <= to_on
    order by c.no, m.child_id;
    analyze step;
end
$$;
comment on function early_help_sample.make_last_steps_up(integer, date) is
    'For generate_sample: steps up that end support.';
