-- What families say of cases, and what audits find.

create function early_help_sample.make_feedback(to_on date) returns void
    language plpgsql
as $$
declare
    next_request regclass := pg_get_serial_sequence('feedback_request', 'feedback_request_id');
begin
    create temp table sample_request on commit drop as
    select
        nextval(next_request) as feedback_request_id,
        r.*
    from (
        select
            c.episode_id,
            c.ending,
            c.final_closed_on + early_help_sample.draw_between(c.k, 151, 0, 7) as asked_on,
            hashint8extended(1500, c.k) as k
        from sample_case c
        where c.final_closed_on + early_help_sample.draw_between(c.k, 151, 0, 7) <= to_on
            and early_help_sample.draw(c.k, 150) < 0.7
        order by c.no
    ) r;
    insert into feedback_request (feedback_request_id, episode_id, asked_on)
    select
        feedback_request_id,
        episode_id,
        asked_on
    from sample_request
    order by feedback_request_id;
    insert into feedback (feedback_request_id, episode_id, given_by, given_on, timely, helpful, empowered, comment)
    select
        r.feedback_request_id,
        r.episode_id,
        case when early_help_sample.draw(r.k, 3) < 0.25 then 'child' else 'parent_or_carer' end::early_help.feedback_from,
        r.asked_on + early_help_sample.draw_between(r.k, 2, 0, 25),
        case when early_help_sample.draw(r.k, 4) < 0.95 then early_help_sample.draw(r.k, 5) < 0.72 end,
        early_help_sample.draw(r.k, 6) < case when r.ending = 'outcomes_achieved' then 0.93 else 0.75 end,
        case when early_help_sample.draw(r.k, 7) < 0.9 then early_help_sample.draw(r.k, 8) < 0.7 end,
        case when early_help_sample.draw(r.k, 9) < 0.3 then 'Somebody listened.' end
    from sample_request r
    where early_help_sample.draw(r.k, 1)
            < case when r.ending in ('family_disengaged', 'consent_withdrawn') then 0.12 else 0.42 end
        and r.asked_on + early_help_sample.draw_between(r.k, 2, 0, 25) <= to_on
    order by r.feedback_request_id;
    drop table sample_request;
end
$$;
comment on function early_help_sample.make_feedback(date) is
    'For generate_sample: feedback asked for and given.';

create function early_help_sample.make_case_audits(to_on date) returns void
    language plpgsql
as $$
declare
    next_audit regclass := pg_get_serial_sequence('case_audit', 'case_audit_id');
begin
    create temp table sample_audit on commit drop as
    select
        nextval(next_audit) as case_audit_id,
        a.*
    from (
        select
            c.episode_id,
            c.lead_no,
            c.second_no,
            x.audited_on,
            d.k,
            w.practitioner_id
        from sample_case c
        cross join lateral (select hashint8extended(1600, c.k) as k offset 0) d
        cross join lateral (
            select early_help_sample.weekday_from(c.allocated_on + early_help_sample.draw_between(d.k, 2, 14, 200)) as audited_on
            offset 0
        ) x
        -- From another agency than whoever leads the case.
        cross join lateral (
            select p.practitioner_id
            from sample_practitioner p
            where p.agency_no <> all (array(
                select l.agency_no
                from sample_practitioner l
                where l.no in (c.lead_no, c.second_no)))
            order by hashint8extended(p.no, d.k)
            limit 1
        ) w
        where c.episode_id is not null
            and early_help_sample.draw(d.k, 1) < 0.04
            and x.audited_on <= to_on
        order by c.no
    ) a;
    insert into case_audit (case_audit_id, episode_id, audited_on, grade, auditor_practitioner_id, findings)
    select
        case_audit_id,
        episode_id,
        audited_on,
        (enum_range(null::early_help.ofsted_grade))[1 + width_bucket(early_help_sample.draw(k, 3), array[0.12, 0.62, 0.94])],
        practitioner_id,
        'What the auditors found.'
    from sample_audit
    order by case_audit_id;
    insert into case_audit_auditor (case_audit_id, practitioner_id)
    select
        a.case_audit_id,
        p.practitioner_id
    from sample_audit a
    join sample_practitioner p on p.no = early_help_sample.draw_between(a.k, 4, 0, 23)
    where p.practitioner_id <> a.practitioner_id
    order by a.case_audit_id;
    insert into case_audit_action (case_audit_id, owner_practitioner_id, description, due_on, done_on)
    select
        a.case_audit_id,
        p.practitioner_id,
        'Record the voice of the child.',
        a.audited_on + 28,
        case when early_help_sample.draw(a.k, 10 + n) < 0.6 and a.audited_on + 20 + 5 * n <= to_on
            then a.audited_on + 20 + 5 * n end
    from sample_audit a
    join sample_practitioner p on p.no = a.lead_no
    cross join lateral generate_series(1, early_help_sample.draw_between(a.k, 5, 0, 3)) as n
    order by a.case_audit_id, n;
    drop table sample_audit;
end
$$;
comment on function early_help_sample.make_case_audits(date) is
    'For generate_sample: audits of case files.';
