-- Who works with families, and where. The table sample_... of each step numbers the rows
-- from 0, so that the steps after it can draw one.

create function early_help_sample.make_agencies() returns void
    language plpgsql
as $$
declare
    agencies constant text[] := array[
        'Sampleton Council', 'Sampleton Youth Justice', 'Sampleton Constabulary', 'Sampleton Probation',
        'Sampleton Schools Trust', 'Quillbrook Academy', 'Sampleton Community Health', 'Sampleton Hospital',
        'Sampleton Voluntary Action', 'Lantern Families', 'Sampleton Family Partnership', 'Steps Together Project'];
    wards constant text[] := array[
        'Amberfield', 'Brindle Cross', 'Copperdown', 'Dapplewick', 'Elderhythe', 'Fernmarsh', 'Gorsebank',
        'Hollowmere', 'Ivyquay', 'Juniper Hill', 'Kestrel Point', 'Larkspur', 'Mosswater', 'Nettlecombe'];
begin
    -- Codes that the Office for National Statistics has given to no ward.
    insert into locality (name, gss_code)
    select w.name, 'E05999' || to_char(w.no, 'FM000')
    from unnest(wards) with ordinality as w (name, no)
    order by w.no
    on conflict on constraint locality_name_is_unique_per_date do nothing;
    create temp table sample_locality on commit drop as
    select
        w.no::integer - 1 as no,
        l.locality_id
    from unnest(wards) with ordinality as w (name, no)
    join locality l on l.name = w.name and l.valid_from is null
    order by w.no;

    insert into agency (name, sector)
    select
        a.name,
        (enum_range(null::early_help.agency_sector))[(a.no + 1) / 2]
    from unnest(agencies) with ordinality as a (name, no)
    order by a.no
    on conflict on constraint agency_name_is_unique do nothing;
    create temp table sample_agency on commit drop as
    select
        a.no::integer - 1 as no,
        y.agency_id,
        y.sector
    from unnest(agencies) with ordinality as a (name, no)
    join agency y on y.name = a.name
    order by a.no;
end
$$;
comment on function early_help_sample.make_agencies() is
    'For generate_sample: wards, and agencies of all six sectors.';

create function early_help_sample.make_practitioners(key bigint, families integer, from_on date, to_on date) returns void
    language plpgsql
as $$
declare
    given constant text[] := array[
        'Alder', 'Birch', 'Clover', 'Damson', 'Elm', 'Fern', 'Gorse', 'Hazel', 'Iris', 'Juniper', 'Kelp', 'Larch'];
    surnames constant text[] := array[
        'Testwell', 'Samplesby', 'Mockridge', 'Fixtureman', 'Madeupton', 'Pretendham', 'Dummyfield', 'Trialby'];
    roles constant text[] := array[
        'Family support worker', 'Youth justice worker', 'Neighbourhood officer', 'Probation practitioner',
        'Pastoral lead', 'Special educational needs coordinator', 'Health visitor', 'Midwife',
        'Family volunteer coordinator', 'Family worker', 'Partnership coordinator', 'Project worker'];
    practitioners constant integer := greatest(24, families / 120);
    agencies constant integer := (select count(*) from sample_agency);
    next_practitioner regclass := pg_get_serial_sequence('practitioner', 'practitioner_id');
begin
    -- Four of ten work for the council.
    create temp table sample_practitioner on commit drop as
    select
        p.no,
        nextval(next_practitioner) as practitioner_id,
        a.agency_id,
        a.no as agency_no,
        p.k
    from (
        select
            no,
            hashint8extended(no, key) as k
        from generate_series(0, practitioners - 1) as no
    ) p
    join sample_agency a on a.no = case
        when early_help_sample.draw(p.k, 1) < 0.4 then 0
        else early_help_sample.draw_between(p.k, 2, 0, agencies - 1)
    end
    order by p.no;
    insert into practitioner (practitioner_id, agency_id, name, role_title, team, active_to)
    select
        p.practitioner_id,
        p.agency_id,
        given[early_help_sample.draw_between(p.k, 3, 1, cardinality(given))] || ' '
            || surnames[early_help_sample.draw_between(p.k, 4, 1, cardinality(surnames))] || ' ' || p.no + 1,
        roles[p.agency_no + 1],
        case when p.agency_no = 0
            then (array['North', 'South', 'Riverside'])[early_help_sample.draw_between(p.k, 7, 1, 3)] || ' team' end,
        case when early_help_sample.draw(p.k, 5) < 0.05
            then from_on + floor(early_help_sample.draw(p.k, 6) * (to_on - from_on))::integer end
    from sample_practitioner p
    order by p.no;
    create index on sample_practitioner (no);
end
$$;
comment on function early_help_sample.make_practitioners(bigint, integer, date, date) is
    'For generate_sample: practitioners of the agencies.';

create function early_help_sample.make_services(families integer, from_on date) returns void
    language plpgsql
as $$
begin
    insert into service (agency_id, name, run_by, prevention_tier, capacity, keeps_own_records, locality_id, opened_on)
    select
        a.agency_id,
        s.name,
        s.run_by,
        s.tier,
        case when s.share > 0 then greatest(10, (families * s.share)::integer) end,
        s.own,
        l.locality_id,
        from_on - 200
    from (values
        (0, 0, 'Children and Family Hub North', 'hub'::early_help.service_run_by, 'secondary'::early_help.prevention_tier,
            0.02, false, 0),
        (1, 0, 'Children and Family Hub South', 'hub', 'secondary', 0.02, false, 1),
        (2, 0, 'Children and Family Hub Riverside', 'hub', 'primary', 0.01, false, 2),
        (3, 0, 'Intensive Family Support', 'hub', 'tertiary', 0.005, false, null),
        (4, 1, 'Youth Support', 'partner', 'secondary', 0.005, false, null),
        (5, 2, 'Safer Families', 'partner', 'tertiary', 0, false, null),
        (6, 4, 'Attendance and Inclusion', 'partner', 'secondary', 0.01, false, null),
        (7, 5, 'Pastoral Support', 'partner', 'primary', 0, false, null),
        (8, 6, 'Health Visiting Plus', 'partner', 'secondary', 0.015, false, null),
        (9, 7, 'Perinatal Wellbeing', 'partner', 'tertiary', 0.002, false, null),
        (10, 8, 'Home Visiting Volunteers', 'partner', 'primary', 0.003, true, null),
        (11, 9, 'Family Counselling', 'partner', 'tertiary', 0.002, true, null),
        (12, 11, 'Money and Housing Advice', 'partner', 'primary', 0, true, null)
    ) as s (no, agency_no, name, run_by, tier, share, own, ward_no)
    join sample_agency a on a.no = s.agency_no
    left join sample_locality l on l.no = s.ward_no
    order by s.no
    on conflict on constraint service_name_is_unique_in_agency do nothing;
    create temp table sample_service on commit drop as
    select
        row_number() over (order by s.service_id)::integer - 1 as no,
        s.service_id,
        s.agency_id,
        s.run_by,
        s.keeps_own_records
    from service s
    join sample_agency a on a.agency_id = s.agency_id
    order by s.service_id;
end
$$;
comment on function early_help_sample.make_services(integer, date) is
    'For generate_sample: services of hubs and partners.';

create function early_help_sample.make_programmes(key bigint, from_on date, to_on date) returns void
    language plpgsql
as $$
declare
    next_programme regclass := pg_get_serial_sequence('group_programme', 'group_programme_id');
begin
    -- Ten weeks of a group, in each term, at the hubs and four partners.
    create temp table sample_programme on commit drop as
    select
        row_number() over (order by t.starts_on, s.no)::integer as no,
        nextval(next_programme) as group_programme_id,
        s.service_id,
        s.name,
        t.starts_on
    from (
        select
            d::date + 14 + early_help_sample.draw_between(key, 20 + extract(year from d)::integer, 0, 10) as starts_on
        from generate_series(date_trunc('year', from_on::timestamp), to_on::timestamp, interval '4 months') as d
    ) t
    cross join (
        select
            no,
            service_id,
            (array['Parenting Together', 'Calm Kids', 'Dads and Little Ones', 'Stronger Families', 'Moving On Up',
                'Growing Confident', 'Sleep and Play'])[no + 1] as name
        from sample_service
        where no < 7
    ) s
    where t.starts_on between from_on and to_on
    order by t.starts_on, s.no;
    insert into group_programme (group_programme_id, service_id, name, starts_on, ends_on, places)
    select
        p.group_programme_id,
        p.service_id,
        p.name || ' ' || to_char(p.starts_on, 'Mon YYYY'),
        p.starts_on,
        p.starts_on + 63,
        12
    from sample_programme p
    order by p.no;
end
$$;
comment on function early_help_sample.make_programmes(bigint, date, date) is
    'For generate_sample: groups of the services, in each term.';

create function early_help_sample.make_returns(key bigint, families integer, from_on date, to_on date) returns void
    language plpgsql
as $$
begin
    insert into partner_return (service_id, month, families, children, new_families, returned_on)
    select
        s.service_id,
        m.month,
        n.families,
        n.families + early_help_sample.draw_between(hashint8extended(s.no, key), m.month - date '1900-01-01', 0, n.families),
        early_help_sample.draw_between(hashint8extended(s.no + 200, key), m.month - date '1900-01-01', 0, n.families),
        (m.month + interval '1 month')::date + n.late
    from sample_service s
    cross join (
        select d::date as month
        from generate_series(
            date_trunc('month', from_on::timestamp + interval '1 month' - interval '1 day'),
            to_on::timestamp, interval '1 month') as d
    ) m
    cross join lateral (
        select
            early_help_sample.draw_between(
                hashint8extended(s.no + 100, key), m.month - date '1900-01-01', 5, 15 + families / 200) as families,
            early_help_sample.draw_between(hashint8extended(s.no + 300, key), m.month - date '1900-01-01', 3, 25) as late
        offset 0
    ) n
    where s.keeps_own_records
        and (m.month + interval '1 month')::date + n.late <= to_on
    order by s.no, m.month
    on conflict on constraint partner_return_pkey do nothing;
end
$$;
comment on function early_help_sample.make_returns(bigint, integer, date, date) is
    'For generate_sample: monthly counts of the services that keep their own records.';
