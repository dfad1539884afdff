-- How the cases of a round begin: somebody asks, the family is talked to and agrees,
-- an episode opens and gets a lead practitioner.

create function early_help_sample.make_case_contacts(this_round integer, key bigint, to_on date) returns void
    language plpgsql
as $$
begin
    insert into sample_contact (no, contact_id, family_no, case_no, k, received_on, decision)
    select
        (select coalesce(max(x.no), 0) from sample_contact x) + row_number() over (order by c.no),
        c.contact_id,
        c.family_no,
        c.no,
        c.k,
        c.contact_on,
        case when c.referred_on <= to_on then 'referral'::early_help.contact_decision end
    from sample_case c
    where c.round = this_round
        and c.entry = 'referral'
    order by c.no;
    analyze sample_contact;
    perform early_help_sample.make_contacts(key, to_on);
    analyze contact, contact_child, referral;
end
$$;
comment on function early_help_sample.make_case_contacts(integer, bigint, date) is
    'For generate_sample: contacts and referrals that cases begin with.';

create function early_help_sample.make_consents(this_round integer, to_on date) returns void
    language plpgsql
as $$
begin
    insert into conversation (family_id, practitioner_id, held_on, family_voice)
    select
        c.family_id,
        w.practitioner_id,
        c.talked_on,
        case when early_help_sample.draw(c.k, 110) < 0.7 then 'We want help with the evenings.' end
    from sample_case c
    left join sample_practitioner w on w.no = c.lead_no
    where c.round = this_round
        and c.talked_on <= least(c.end_on, to_on)
    order by c.no;
    insert into consent (family_id, given_by, given_on)
    select
        c.family_id,
        case when early_help_sample.draw(c.k, 111) < 0.9 then 'parent'
            when early_help_sample.draw(c.k, 111) < 0.96 then 'carer'
            else 'young_person' end::early_help.consent_given_by,
        c.consent_on
    from sample_case c
    where c.round = this_round
        and c.consent_on <= least(c.end_on, to_on)
    order by c.no;
    insert into consent (family_id, kind, agency_id, given_by, given_on)
    select
        c.family_id,
        'share',
        a.agency_id,
        'parent',
        c.consent_on
    from sample_case c
    join sample_agency a on a.no = early_help_sample.draw_between(c.k, 112, 1, 22)
    where c.round = this_round
        and c.consent_on <= least(c.end_on, to_on)
    order by c.no;
    insert into sharing_decision (family_id, agency_id, practitioner_id, decided_on, shared, basis, reason)
    select
        c.family_id,
        a.agency_id,
        w.practitioner_id,
        c.consent_on,
        x.shared,
        case when x.shared and early_help_sample.draw(c.k, 114) < 0.8 then 'consent'
            when early_help_sample.draw(c.k, 115) < 0.5 then 'duty_to_share'
            else 'safeguarding' end::early_help.sharing_basis,
        case when x.shared then 'To plan support together.' else 'Not needed to support the family.' end
    from sample_case c
    join sample_agency a on a.no = early_help_sample.draw_between(c.k, 112, 1, 22)
    join sample_practitioner w on w.no = c.lead_no
    cross join lateral (select early_help_sample.draw(c.k, 113) < 0.8 as shared offset 0) x
    where c.round = this_round
        and c.consent_on <= least(c.end_on, to_on)
    order by c.no;
end
$$;
comment on function early_help_sample.make_consents(integer, date) is
    'For generate_sample: conversations, consents, and what is shared by them.';

create function early_help_sample.make_referred_episodes(this_round integer) returns void
    language plpgsql
as $$
begin
    insert into episode (episode_id, family_id, referral_id, opened_on)
    select
        c.episode_id,
        c.family_id,
        f.referral_id,
        c.opened_on
    from sample_case c
    left join (
        select
            m.contact_id,
            min(r.referral_id) as referral_id
        from referral r
        join contact_child m on m.contact_child_id = r.contact_child_id
        group by m.contact_id
    ) f on f.contact_id = c.contact_id
    where c.round = this_round
        and c.entry = 'referral'
        and c.episode_id is not null
    order by c.no;
    insert into episode_child (episode_id, child_id, joined_on)
    select
        c.episode_id,
        s.child_id,
        c.opened_on
    from sample_case c
    join sample_child s on s.family_no = c.family_no
    where c.round = this_round
        and c.entry = 'referral'
        and c.episode_id is not null
        and (s.known_from is null or s.known_from <= c.opened_on)
    order by c.no, s.no;
end
$$;
comment on function early_help_sample.make_referred_episodes(integer) is
    'For generate_sample: episodes of referrals, with the children of the family.';

-- Some offers are declined first; the accepted one opens the episode.
create function early_help_sample.make_steps_down(this_round integer, to_on date) returns void
    language plpgsql
as $$
begin
    insert into step (child_id, family_id, to_level, offered_on, reason, decided_on, outcome, decision_reason)
    select
        coalesce(c.step_child_id, s.child_id),
        c.family_id,
        'early_help',
        c.contact_on - 3,
        'Plan completed.',
        c.contact_on - 1,
        case when early_help_sample.draw(c.k, 117) < 0.7 then 'declined' else 'withdrawn' end::early_help.step_outcome,
        'Not yet.'
    from sample_case c
    join sample_child s on s.family_no = c.family_no and s.no = 1
    where c.round = this_round
        and c.entry = 'step_down'
        and early_help_sample.draw(c.k, 116) < 0.15
    order by c.no;
    insert into step (
        step_id, child_id, family_id, to_level, offered_on, reason, decided_on, outcome,
        receiving_agency_id, receiving_practitioner_id, first_review_on)
    select
        c.entry_step_id,
        coalesce(c.step_child_id, s.child_id),
        c.family_id,
        'early_help',
        c.contact_on,
        'Plan completed; the family wants support to go on.',
        x.decided_on,
        case when x.decided_on is not null then 'accepted'::early_help.step_outcome end,
        w.agency_id,
        w.practitioner_id,
        c.opened_on + 42
    from sample_case c
    join sample_child s on s.family_no = c.family_no and s.no = 1
    join sample_practitioner w on w.no = c.lead_no
    cross join lateral (select case when c.opened_on <= to_on then c.opened_on end as decided_on offset 0) x
    where c.round = this_round
        and c.entry = 'step_down'
    order by c.no;
    update sample_case c
    set episode_id = s.episode_id
    from step s
    where s.step_id = c.entry_step_id
        and c.round = this_round
        and s.outcome is not null;
    insert into episode_child (episode_id, child_id, joined_on)
    select
        c.episode_id,
        s.child_id,
        c.opened_on
    from sample_case c
    join sample_child s on s.family_no = c.family_no
    where c.round = this_round
        and c.entry = 'step_down'
        and c.episode_id is not null
        and (s.known_from is null or s.known_from <= c.opened_on)
        and early_help_sample.draw(c.k, 118) < 0.4
        and not exists (select from episode_child m where m.episode_id = c.episode_id and m.child_id = s.child_id)
        and coalesce((
            select early_help.level_number(v.level_to)
            from level_change v
            where v.child_id = s.child_id
            order by v.change_number desc
            limit 1), 1) < 3
    order by c.no, s.no;
end
$$;
comment on function early_help_sample.make_steps_down(integer, date) is
    'For generate_sample: steps down from social care, and the episodes they open.';

create function early_help_sample.make_lead_practitioners(this_round integer, to_on date) returns void
    language plpgsql
as $$
begin
    insert into lead_practitioner (episode_id, from_on, practitioner_id)
    select
        c.episode_id,
        c.allocated_on,
        w.practitioner_id
    from sample_case c
    join sample_practitioner w on w.no = c.lead_no
    where c.round = this_round
        and c.entry = 'referral'
        and c.episode_id is not null
        and c.allocated_on <= to_on
    order by c.no;
    insert into lead_practitioner (episode_id, from_on, practitioner_id)
    select
        c.episode_id,
        c.second_on,
        w.practitioner_id
    from sample_case c
    join sample_practitioner w on w.no = c.second_no
    where c.round = this_round
        and c.episode_id is not null
        and c.second_no <> c.lead_no
        and c.second_on <= c.stop_on
    order by c.no;
    -- Whoever leaves does so after the last lead that they take.
    update practitioner p
    set active_to = l.last_on
    from (
        select practitioner_id, max(from_on) as last_on
        from lead_practitioner
        group by practitioner_id) l
    where l.practitioner_id = p.practitioner_id
        and p.active_to < l.last_on
        and p.practitioner_id in (select w.practitioner_id from sample_practitioner w);
    analyze conversation, consent, episode, episode_child, lead_practitioner, level_change, episode_event;
end
$$;
comment on function early_help_sample.make_lead_practitioners(integer, date) is
    'For generate_sample: who leads each case, and who after that.';
