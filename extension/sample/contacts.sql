-- Contacts, the children in them, and their referrals.

create function early_help_sample.make_contacts(key bigint, to_on date) returns void
    language plpgsql
as $$
declare
    sources constant text[] := array[
        '6', '2A', '3B', '3F', '1A', '3A', '5A', '8', '2B', '3C', '5D', '4', '3E', '1C', '5B', '1B', '7', '5C', '9',
        '1D', '3D', '10'];
    source_shares constant double precision[] := array[
        0.24, 0.46, 0.53, 0.60, 0.66, 0.70, 0.74, 0.78, 0.81, 0.84, 0.87, 0.89, 0.91, 0.93, 0.945, 0.955, 0.965, 0.972,
        0.98, 0.985, 0.99];
    needs constant text[] := array['N4', 'N5', 'N1', 'N6', 'N3', 'N2', 'N9', 'N7', 'N8', 'N0'];
    need_shares constant double precision[] := array[0.28, 0.50, 0.66, 0.77, 0.84, 0.90, 0.94, 0.97, 0.99];
    reasons constant text[] := array[
        'Parenting support', 'Behaviour at home', 'Domestic abuse', 'School attendance', 'Housing', 'Parental mental health',
        'Child mental health', 'Debt and money', 'Substance misuse', 'Special educational needs', 'Young carer', 'New baby'];
    any_source text;
    any_need text;
    next_contact_child regclass := pg_get_serial_sequence('contact_child', 'contact_child_id');
begin
    -- Where a code drawn was not valid on its day, one that always was.
    select code into any_source
    from contact_source
    where valid_from is null and valid_to is null
    order by code = '8' desc, code collate "C"
    limit 1;
    select code into any_need
    from primary_need
    where valid_from is null and valid_to is null
    order by code = 'N0' desc, code collate "C"
    limit 1;

    create temp table sample_contact_child on commit drop as
    select
        nextval(next_contact_child) as contact_child_id,
        x.*
    from (
        select
            c.no as contact_no,
            c.contact_id,
            c.case_no,
            c.received_on,
            coalesce(s.code, any_source) as source_code,
            p.child_id,
            p.family_id,
            coalesce(n.code, any_need) as primary_need_code,
            reasons[1 + floor(12 * power(early_help_sample.draw(c.k, 14), 1.5))::integer] as reason,
            case when early_help_sample.draw(c.k, 15) < 0.97 then f.locality_id
                else (
                    select l.locality_id
                    from sample_locality l
                    where l.no = early_help_sample.draw_between(c.k, 16, 0, 11)) end as locality_id,
            c.decision,
            c.attached_episode_id
        from sample_contact c
        join sample_family f on f.no = c.family_no
        join lateral (
            select
                k.child_id,
                k.family_id,
                k.no,
                row_number() over (order by k.no) as place,
                count(*) over () as present
            from sample_child k
            where k.family_no = c.family_no
                and (k.known_from is null or k.known_from <= c.received_on)
                and (k.ended_on is null or k.ended_on > c.received_on)
            offset 0
        ) p on early_help_sample.draw(c.k, 11) < 0.4
            or p.place = 1 + floor(p.present * early_help_sample.draw(c.k, 12))::integer
        left join contact_source s
            on s.code = sources[1 + width_bucket(early_help_sample.draw(c.k, 10), source_shares)]
            and c.received_on between coalesce(s.valid_from, '-infinity') and coalesce(s.valid_to, 'infinity')
        left join primary_need n
            on n.code = needs[1 + width_bucket(
                early_help_sample.draw(case when early_help_sample.draw(c.k, 13) < 0.7 then f.k else c.k end, 17), need_shares)]
            and c.received_on between coalesce(n.valid_from, '-infinity') and coalesce(n.valid_to, 'infinity')
        where not c.written
        order by c.no, p.no
    ) x;
    analyze sample_contact_child;
    insert into contact (contact_id, received_on, source_code, agency_id)
    select
        c.contact_id,
        c.received_on,
        m.source_code,
        a.agency_id
    from sample_contact c
    join (
        select distinct
            contact_no,
            source_code
        from sample_contact_child
    ) m on m.contact_no = c.no
    left join sample_agency a on a.no = case left(m.source_code, 1)
        when '2' then early_help_sample.draw_between(c.k, 18, 4, 5)
        when '3' then early_help_sample.draw_between(c.k, 18, 6, 7)
        when '5' then 0
        when '6' then 2
        when '8' then early_help_sample.draw_between(c.k, 18, 8, 9)
    end
    where not c.written
    order by c.no;
    insert into contact_child (
        contact_child_id, contact_id, received_on, source_code, child_id, primary_need_code, reason, locality_id,
        decision, attached_episode_id)
    select
        contact_child_id, contact_id, received_on, source_code, child_id, primary_need_code, reason, locality_id,
        decision, attached_episode_id
    from sample_contact_child
    order by contact_child_id;

    perform early_help_sample.make_referrals(to_on);
    drop table sample_contact_child;
    update sample_contact set written = true where not written;
end
$$;
comment on function early_help_sample.make_contacts(bigint, date) is
    'For generate_sample: contacts that sample_contact got since the last call, and the children in them.';

create function early_help_sample.make_referrals(to_on date) returns void
    language plpgsql
as $$
begin
    -- Referrals of a case are accepted as the case says; others are declined.
    insert into referral (
        contact_child_id, child_id, family_id, referred_on, source_code, primary_need_code, locality_id, accepted_on, declined_on)
    select
        m.contact_child_id,
        m.child_id,
        m.family_id,
        r.referred_on,
        m.source_code,
        m.primary_need_code,
        m.locality_id,
        r.accepted_on,
        r.declined_on
    from sample_contact_child m
    join sample_contact c on c.no = m.contact_no
    left join sample_case s on s.no = m.case_no
    cross join lateral (
        select
            coalesce(s.referred_on, c.received_on) as referred_on,
            s.accepted_on,
            case when s.no is null then c.received_on + early_help_sample.draw_between(c.k, 19, 0, 6)
                else s.declined_on end as declined_on
        offset 0
    ) d
    cross join lateral (
        select
            d.referred_on,
            case when d.accepted_on <= to_on then d.accepted_on end as accepted_on,
            case when d.declined_on <= to_on then d.declined_on end as declined_on
        offset 0
    ) r
    where m.decision = 'referral'
        and r.referred_on <= to_on
    order by m.contact_child_id;
end
$$;
comment on function early_help_sample.make_referrals(date) is
    'For generate_sample: referrals of the contacts that make_contacts is writing.';

-- Contacts of families without a case, and further ones: attached to the
-- episode that is open, otherwise decided on their own.
create function early_help_sample.make_other_contacts(key bigint, from_on date, to_on date, days double precision[]) returns void
    language plpgsql
as $$
declare
    next_contact regclass := pg_get_serial_sequence('contact', 'contact_id');
begin
    insert into sample_contact (no, contact_id, family_no, k, received_on, decision, attached_episode_id)
    select
        (select coalesce(max(x.no), 0) from sample_contact x) + row_number() over (order by w.received_on, w.family_no, w.n),
        nextval(next_contact),
        w.family_no,
        w.k,
        w.received_on,
        case
            when w.received_on > to_on - 4 and early_help_sample.draw(w.k, 30) < 0.6 then null
            when w.episode_id is not null
                then (array['information_and_advice', 'no_further_action', 'universal_services', 'social_care'])[
                    1 + width_bucket(early_help_sample.draw(w.k, 30), array[0.45, 0.8, 0.92])]
            else (array['information_and_advice', 'no_further_action', 'universal_services', 'social_care', 'referral'])[
                1 + width_bucket(early_help_sample.draw(w.k, 30), array[0.36, 0.62, 0.82, 0.94])]
        end::early_help.contact_decision,
        case when w.in_gap then null else w.episode_id end
    from (
        select
            f.no as family_no,
            n,
            d.k,
            x.received_on,
            e.episode_id,
            e.in_gap
        from sample_family f
        cross join lateral generate_series(
            case when exists (select from sample_case c where c.family_no = f.no and c.round = 1) then 1 else 0 end,
            width_bucket(early_help_sample.draw(f.k, 30), array[0.30, 0.52, 0.68, 0.79, 0.87, 0.92, 0.96, 0.985])) as n
        cross join lateral (select hashint8extended(500 + n, f.k) as k offset 0) d
        cross join lateral (
            select case when n = 0 then f.first_on
                else from_on + width_bucket(
                    f.share + (1 - f.share) * power(early_help_sample.draw(d.k, 31), 1.6), days) end as received_on
            offset 0
        ) x
        left join lateral (
            select
                c.episode_id,
                -- Between closure and reopening nothing is attached.
                c.closed_on < x.received_on and c.reopened_on > x.received_on as in_gap
            from sample_case c
            where c.family_no = f.no
                and c.episode_id is not null
                and c.opened_on < x.received_on
                and (c.final_closed_on is null or c.final_closed_on > x.received_on)
            limit 1
        ) e on true
        where not exists (select from sample_child s where s.family_no = f.no and s.ended_on <= x.received_on)
    ) w
    order by w.received_on, w.family_no, w.n;
    analyze sample_contact;
    perform early_help_sample.make_contacts(key, to_on);

    -- Not every conversation leads to support.
    insert into conversation (family_id, held_on, family_voice)
    select
        f.family_id,
        c.received_on + early_help_sample.draw_between(c.k, 33, 0, 5),
        'We only wanted to know whom to ask.'
    from sample_contact c
    join sample_family f on f.no = c.family_no
    where c.case_no is null
        and early_help_sample.draw(c.k, 32) < 0.2
        and c.received_on + early_help_sample.draw_between(c.k, 33, 0, 5) <= to_on
    order by c.no;
end
$$;
comment on function early_help_sample.make_other_contacts(bigint, date, date, double precision[]) is
    'For generate_sample: contacts that are no part of a case.';
