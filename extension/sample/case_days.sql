-- All days of a case are drawn before any of it is written. A row of sample_case has
-- them, each drawn from the one before it. Days after to_on have not come yet: the steps
-- that write do not write them.

create function early_help_sample.draw_cases(this_round integer, key bigint, to_on date) returns void
    language plpgsql
as $$
declare
    -- Of all cases, up to which share each way to end comes.
    endings constant text[] := array[
        'outcomes_achieved', 'needs_met_by_universal_services', 'family_disengaged', 'consent_withdrawn', 'stepped_up',
        'moved_away', 'transferred', 'opened_in_error', 'duplicate', 'open'];
    ending_shares constant double precision[] := array[0.44, 0.56, 0.72, 0.78, 0.86, 0.90, 0.92, 0.94, 0.95];
    review_days constant integer := (select 7 * family_outcomes_plan_review_weeks from partnership);
    practitioners constant integer := (select count(*) from sample_practitioner);
    next_episode regclass := pg_get_serial_sequence('episode', 'episode_id');
    next_contact regclass := pg_get_serial_sequence('contact', 'contact_id');
    next_step regclass := pg_get_serial_sequence('step', 'step_id');
begin
    insert into sample_case
    select
        (select coalesce(max(s.no), 0) from sample_case s) + row_number() over (order by w.family_no),
        this_round,
        w.k,
        w.family_no,
        w.family_id,
        w.ward_no,
        w.entry,
        w.step_child_id,
        w.contact_on,
        o.referred_on,
        o.accepted_on,
        case when o.accepted_on is null and w.entry = 'referral'
            then o.referred_on + early_help_sample.draw_between(w.k, 7, 0, 6) end,
        o.opened_on,
        l.allocated_on,
        lead.one,
        lead.second,
        case when lead.second is not null then l.allocated_on + early_help_sample.draw_between(w.k, 21, 15, 120) end,
        t.early_on,
        t.early_decided_on,
        t.talked_on,
        t.consent_on,
        e.eha_on,
        e.eha_done_on,
        p.plan_kind,
        p.plan_on,
        r1.due_on,
        r1.held_on,
        r1.extended,
        r2.due_on,
        r2.held_on,
        r2.extended,
        r3.due_on,
        r3.held_on,
        d.ending,
        d.end_on,
        case when d.ending = 'consent_withdrawn' then d.end_on end,
        c.late_on,
        c.late_decided_on,
        c.step_up_on,
        c.closed_on,
        n.reopened_on,
        n.replan_on,
        n.redue_on,
        n.reheld_on,
        n.reclosed_on,
        case when n.reopened_on <= to_on then case when n.reclosed_on <= to_on then n.reclosed_on end
            when c.closed_on <= to_on then c.closed_on end,
        case when w.entry = 'referral' and o.opened_on <= to_on then nextval(next_episode) end,
        case when w.entry = 'referral' then nextval(next_contact) end,
        case when w.entry = 'step_down' then nextval(next_step) end,
        least(d.end_on - case when d.ending = 'consent_withdrawn' then 1 else 0 end, to_on)
    from (
        -- Half of the families get as far as a case, some straight from social care.
        select
            f.no as family_no,
            f.family_id,
            f.ward_no,
            hashint8extended(100, f.k) as k,
            case when early_help_sample.draw(f.k, 20) < 0.55 then 'referral' else 'step_down' end as entry,
            null::bigint as step_child_id,
            f.first_on as contact_on,
            case when f.children = 1
                then (select s.birth from sample_child s where s.family_no = f.no and s.no = 1) end as only_birth
        from sample_family f
        where this_round = 1
            and early_help_sample.draw(f.k, 20) < 0.565
        union all
        -- A closed case comes again: who was stepped up, by a step down.
        select
            s.family_no,
            s.family_id,
            s.ward_no,
            hashint8extended(100 + this_round, s.k),
            case when up.child_id is null then 'referral' else 'step_down' end,
            up.child_id,
            early_help_sample.weekday_from(
                s.final_closed_on + 20 + floor(500 * power(early_help_sample.draw(s.k, 81), 2))::integer),
            null
        from sample_case s
        left join lateral (
            select max(x.child_id) as child_id
            from (
                select distinct on (v.child_id)
                    v.child_id,
                    v.level_to
                from level_change v
                join sample_child q on q.child_id = v.child_id
                where q.family_no = s.family_no
                order by v.child_id, v.change_number desc
            ) x
            where early_help.level_number(x.level_to) = 3
        ) up on true
        where s.round = this_round - 1
            and s.final_closed_on is not null
            and s.ending not in ('died', 'pregnancy_ended')
            and early_help_sample.draw(s.k, 80) < case when up.child_id is null then 0.30 else 0.45 end
    ) w
    -- Asking
    cross join lateral (
        select
            r.referred_on,
            case when w.entry = 'referral' and early_help_sample.draw(w.k, 2) > 0.09
                then r.referred_on + early_help_sample.draw_between(w.k, 3, 0, 4) end as accepted_on
        from (
            select case when w.entry = 'referral'
                then w.contact_on + case when early_help_sample.draw(w.k, 1) < 0.8 then 0
                    else early_help_sample.draw_between(w.k, 4, 1, 5) end end as referred_on
            offset 0
        ) r
        offset 0
    ) a
    cross join lateral (
        select
            a.referred_on,
            a.accepted_on,
            case when w.entry = 'referral' then a.accepted_on
                else early_help_sample.weekday_from(w.contact_on + early_help_sample.draw_between(w.k, 3, 1, 12)) end as opened_on
        offset 0
    ) o
    -- Waiting: some wards wait long, most families do not.
    cross join lateral (
        select
            floor(power(early_help_sample.draw(w.k, 5), 2) * 120
                * (0.15 + early_help_sample.draw(hashint8extended(w.ward_no, key), 6))
                * case when extract(month from o.opened_on) in (9, 10, 11) then 1.6 else 1 end)::integer as days
        offset 0
    ) wait
    cross join lateral (
        select
            endings[1 + width_bucket(early_help_sample.draw(w.k, 8), ending_shares)] as ending
        offset 0
    ) g
    cross join lateral (
        select
            case
                when w.entry = 'step_down' then o.opened_on
                when wait.days > 14 and g.ending in ('family_disengaged', 'moved_away', 'opened_in_error')
                    and early_help_sample.draw(w.k, 9) < 0.4 then null
                else early_help_sample.weekday_from(o.opened_on + wait.days)
            end as allocated_on
        offset 0
    ) l
    cross join lateral (
        select
            floor(practitioners * power(early_help_sample.draw(w.k, 10), 1.5))::integer as one,
            case when early_help_sample.draw(w.k, 11) < 0.14
                then early_help_sample.draw_between(w.k, 12, 0, practitioners - 1) end as second
        offset 0
    ) lead
    -- A step up before support has begun
    cross join lateral (
        select
            early_on,
            early_on + early_help_sample.draw_between(w.k, 24, 0, 4) as early_decided_on
        from (
            select case when early_help_sample.draw(w.k, 22) < 0.03
                and g.ending not in ('stepped_up', 'opened_in_error', 'duplicate')
                then l.allocated_on + early_help_sample.draw_between(w.k, 23, 0, 2) end as early_on
            offset 0
        ) x
        offset 0
    ) y
    -- Talking, and consent
    cross join lateral (
        select
            y.early_on,
            y.early_decided_on,
            v.talked_on,
            case
                when g.ending in ('opened_in_error', 'duplicate') then null
                when g.ending = 'family_disengaged' and early_help_sample.draw(w.k, 27) < 0.4 then null
                else v.talked_on + case when early_help_sample.draw(w.k, 28) < 0.85 then 0
                    else early_help_sample.draw_between(w.k, 29, 1, 10) end
            end as consent_on
        from (
            select greatest(
                early_help_sample.weekday_from(l.allocated_on + early_help_sample.draw_between(w.k, 26, 0, 6)),
                y.early_decided_on) as talked_on
            offset 0
        ) v
        offset 0
    ) t
    -- Assessment
    cross join lateral (
        select
            x.eha_on,
            case when early_help_sample.draw(w.k, 33) < 0.9
                then x.eha_on + early_help_sample.draw_between(w.k, 34, 10, 50) end as eha_done_on
        from (
            select case when early_help_sample.draw(w.k, 31) < 0.42
                then early_help_sample.weekday_from(t.consent_on + early_help_sample.draw_between(w.k, 32, 1, 12)) end as eha_on
            offset 0
        ) x
        offset 0
    ) e
    -- Plan
    cross join lateral (
        select
            case when e.eha_done_on is not null and early_help_sample.draw(w.k, 41) < 0.65
                then 'family_outcomes' else 'intervention' end::early_help.plan_kind as plan_kind,
            case
                when e.eha_on is not null
                    then early_help_sample.weekday_from(e.eha_done_on + early_help_sample.draw_between(w.k, 42, 1, 14))
                when early_help_sample.draw(w.k, 43) < 0.88
                    then early_help_sample.weekday_from(t.consent_on + early_help_sample.draw_between(w.k, 42, 0, 10))
            end as plan_on
        offset 0
    ) p
    -- Reviews: on time, late, or not held at all
    cross join lateral (
        select
            x.due_on,
            case when early_help_sample.draw(w.k, 52) < 0.72 then x.due_on - early_help_sample.draw_between(w.k, 53, 0, 7)
                when early_help_sample.draw(w.k, 52) < 0.91
                    then x.due_on + early_help_sample.draw_between(w.k, 53, 1, 28) end as held_on,
            early_help_sample.draw(w.k, 54) < 0.38 as extended
        from (
            select p.plan_on + case when p.plan_kind = 'family_outcomes' then review_days
                when early_help_sample.draw(w.k, 50) < 0.6 then 56
                else early_help_sample.draw_between(w.k, 51, 42, 56) end as due_on
            offset 0
        ) x
        offset 0
    ) r1
    cross join lateral (
        select
            x.due_on,
            case when early_help_sample.draw(w.k, 57) < 0.70 then x.due_on - early_help_sample.draw_between(w.k, 58, 0, 7)
                when early_help_sample.draw(w.k, 57) < 0.90
                    then x.due_on + early_help_sample.draw_between(w.k, 58, 1, 28) end as held_on,
            early_help_sample.draw(w.k, 59) < 0.25 as extended
        from (
            select case when r1.extended then r1.held_on + case when p.plan_kind = 'family_outcomes' then review_days
                else early_help_sample.draw_between(w.k, 56, 42, 56) end end as due_on
            offset 0
        ) x
        offset 0
    ) r2
    cross join lateral (
        select
            x.due_on,
            x.due_on - early_help_sample.draw_between(w.k, 61, -10, 5) as held_on
        from (
            select case when r2.extended then r2.held_on + case when p.plan_kind = 'family_outcomes' then review_days
                else early_help_sample.draw_between(w.k, 60, 42, 56) end end as due_on
            offset 0
        ) x
        offset 0
    ) r3
    -- The end of support: as planned, or earlier
    cross join lateral (
        select
            coalesce(
                r3.held_on,
                case when r2.due_on is not null
                    then coalesce(r2.held_on, r2.due_on + early_help_sample.draw_between(w.k, 62, 10, 150)) end,
                case when r1.due_on is not null
                    then coalesce(r1.held_on, r1.due_on + early_help_sample.draw_between(w.k, 62, 10, 150)) end,
                e.eha_done_on,
                e.eha_on + 60,
                t.talked_on + early_help_sample.draw_between(w.k, 63, 7, 40),
                o.opened_on + wait.days) as planned_on,
            case
                when l.allocated_on is null then o.opened_on + wait.days
                when g.ending in ('opened_in_error', 'duplicate')
                    then greatest(l.allocated_on, y.early_decided_on) + early_help_sample.draw_between(w.k, 64, 0, 10)
                when g.ending in ('family_disengaged', 'consent_withdrawn', 'stepped_up', 'moved_away', 'transferred')
                    then greatest(t.talked_on, t.consent_on) + early_help_sample.draw_between(w.k, 65, 5, 150)
            end as cut_on
        offset 0
    ) u
    cross join lateral (
        select
            x.end_on,
            case
                when g.ending in ('open', 'stepped_up', 'consent_withdrawn') or y.early_on is not null then g.ending
                when w.only_birth > x.end_on and early_help_sample.draw(w.k, 66) < 0.2 then 'pregnancy_ended'
                when w.only_birth <= x.end_on and early_help_sample.draw(w.k, 66) < 0.002 then 'died'
                else g.ending
            end as ending
        from (select greatest(least(u.planned_on, u.cut_on), t.talked_on, t.consent_on, l.allocated_on) as end_on offset 0) x
        offset 0
    ) d
    -- A step up towards the end, and closure
    cross join lateral (
        select
            x.late_on,
            x.late_decided_on,
            case when d.ending = 'stepped_up' then z.from_on end as step_up_on,
            case
                when d.ending in ('died', 'pregnancy_ended') then z.from_on + 5
                when d.ending <> 'open' then z.from_on + early_help_sample.draw_between(w.k, 73, 0, 14)
            end as closed_on
        from (
            select
                late_on,
                late_on + early_help_sample.draw_between(w.k, 72, 0, 14) as late_decided_on
            from (
                select case when early_help_sample.draw(w.k, 70) < 0.09
                        and l.allocated_on is not null
                        and d.ending not in ('opened_in_error', 'duplicate', 'died', 'pregnancy_ended')
                    then d.end_on + early_help_sample.draw_between(w.k, 71, 1, 5) end as late_on
                offset 0
            ) b
            offset 0
        ) x
        cross join lateral (select greatest(d.end_on, x.late_decided_on + 1) as from_on offset 0) z
        offset 0
    ) c
    -- Reopening: another plan
    cross join lateral (
        select
            x.reopened_on,
            x.replan_on,
            x.redue_on,
            x.reheld_on,
            x.reheld_on + early_help_sample.draw_between(w.k, 78, 0, 10) as reclosed_on
        from (
            select
                q.reopened_on,
                q.reopened_on + early_help_sample.draw_between(w.k, 75, 0, 6) as replan_on,
                q.reopened_on + early_help_sample.draw_between(w.k, 75, 0, 6) + 49 as redue_on,
                q.reopened_on + early_help_sample.draw_between(w.k, 75, 0, 6) + 49
                    - early_help_sample.draw_between(w.k, 76, -14, 7) as reheld_on
            from (
                select case when d.ending in ('outcomes_achieved', 'needs_met_by_universal_services', 'family_disengaged')
                        and t.consent_on is not null
                        and l.allocated_on is not null
                        and early_help_sample.draw(w.k, 74) < 0.05
                    then early_help_sample.weekday_from(c.closed_on + early_help_sample.draw_between(w.k, 77, 3, 45))
                end as reopened_on
                offset 0
            ) q
            offset 0
        ) x
        offset 0
    ) n
    where w.contact_on <= to_on
    order by w.family_no;

    if this_round = 1 then
        update sample_child
        set ended_on = s.end_on
        from sample_case s
        where s.family_no = sample_child.family_no
            and s.ending in ('pregnancy_ended', 'died')
            and s.end_on <= to_on;
    end if;
    analyze sample_case;
end
$$;
comment on function early_help_sample.draw_cases(integer, bigint, date) is
    'For generate_sample: the days of each family''s next case.';
