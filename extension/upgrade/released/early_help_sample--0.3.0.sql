-- Made by make from extension/: do not edit.
\echo Use "CREATE EXTENSION early_help_sample CASCADE" to load this file. \quit
-- The schema of a required extension belongs to whoever made it: no name here is looked up there.
set local search_path = pg_catalog, pg_temp;

-- extension/sample/schema.sql
create schema early_help_sample;
grant usage on schema early_help_sample to public;
comment on schema early_help_sample is
'Makes up case histories for partnerships marked training: early_help_sample.generate_sample.';

-- extension/sample/draw.sql
create function early_help_sample.draw(key bigint, draw integer) returns double precision
language sql
immutable
parallel safe
return (hashint8extended(key, draw::bigint) & 9007199254740991)::double precision / 9007199254740992;
comment on function early_help_sample.draw(bigint, integer) is
'For generate_sample: a number from 0 up to 1, always the same for the same key and draw.';
create function early_help_sample.draw_between(key bigint, draw integer, low integer, high integer) returns integer
language sql
immutable
parallel safe
return low + floor(early_help_sample.draw(key, draw) * (high - low + 1))::integer;
comment on function early_help_sample.draw_between(bigint, integer, integer, integer) is
'For generate_sample: a whole number from low to high, always the same for the same key and draw.';
create function early_help_sample.weekday_from(day date) returns date
language sql
immutable
parallel safe
return day + case extract(isodow from day) when 6 then 2 when 7 then 1 else 0 end;
comment on function early_help_sample.weekday_from(date) is
'For generate_sample: the day, or the Monday after a weekend.';
create function early_help_sample.draw_days(key bigint, from_on date, to_on date) returns double precision[]
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    with day as (
        select
            d::date as day,
            case extract(isodow from d) when 6 then 0.10 when 7 then 0.06 else 1 end
                * (array[1.05, 0.95, 1.10, 0.75, 1.00, 1.05, 0.80, 0.45, 1.00, 1.05, 1.20, 0.75])[extract(month from d)::integer]
                * case
                    when to_char(d, 'MMDD') >= '1220' or to_char(d, 'MMDD') <= '0102' then 0.25
                    when to_char(d, 'MMDD') between '0212' and '0220' or to_char(d, 'MMDD') between '1022' and '1031' then 0.6
                    else 1
                end
                * (0.85 + 0.3 * early_help_sample.draw(key, to_char(d, 'YYYYMM')::integer)) as weight
        from generate_series(from_on::timestamp, to_on::timestamp, interval '1 day') as d
    ), summed as (
        select
            day,
            sum(weight) over (order by day rows unbounded preceding) as upto,
            sum(weight) over (order by day rows between unbounded preceding and unbounded following) as total
        from day
    )
    select array_agg(upto / total order by day)
    from summed
$$;
comment on function early_help_sample.draw_days(bigint, date, date) is
'For generate_sample: the share of contacts received up to each day of the period.';

-- extension/sample/working_tables.sql
create function early_help_sample.make_working_tables() returns void
language plpgsql
as $$ #variable_conflict error
begin
    -- One row per case: the days on which all of it happens, or would happen after to_on.
    create temp table sample_case (
        no bigint primary key,
        round integer not null,
        k bigint not null,
        family_no integer not null,
        family_id bigint not null,
        ward_no integer not null,
        entry text not null,
        step_child_id bigint,
        contact_on date not null,
        referred_on date,
        accepted_on date,
        declined_on date,
        opened_on date,
        allocated_on date,
        lead_no integer,
        second_no integer,
        second_on date,
        early_on date,
        early_decided_on date,
        talked_on date,
        consent_on date,
        eha_on date,
        eha_done_on date,
        plan_kind early_help.plan_kind,
        plan_on date,
        due_1_on date,
        held_1_on date,
        extended_1 boolean,
        due_2_on date,
        held_2_on date,
        extended_2 boolean,
        due_3_on date,
        held_3_on date,
        ending text,
        end_on date,
        withdrawn_on date,
        late_on date,
        late_decided_on date,
        step_up_on date,
        closed_on date,
        reopened_on date,
        replan_on date,
        redue_on date,
        reheld_on date,
        reclosed_on date,
        final_closed_on date,
        episode_id bigint,
        contact_id bigint,
        entry_step_id bigint,
        stop_on date
    ) on commit drop;
    create index on sample_case (family_no);
    create index on sample_case (episode_id);
    -- One row per contact; case_no: of the case that it begins.
    create temp table sample_contact (
        no bigint primary key,
        contact_id bigint not null,
        family_no integer not null,
        case_no bigint,
        k bigint not null,
        received_on date not null,
        decision early_help.contact_decision,
        attached_episode_id bigint,
        written boolean not null default false
    ) on commit drop;
    -- One row per plan; again: the plan after reopening.
    create temp table sample_plan (
        plan_id bigint primary key,
        case_no bigint not null,
        k bigint not null,
        plan_kind early_help.plan_kind not null,
        assessment_id bigint,
        again boolean not null default false,
        started_on date not null,
        due_on date not null,
        stop_on date not null,
        end_on date not null,
        ending text not null,
        written boolean not null default false
    ) on commit drop;
end
$$;
comment on function early_help_sample.make_working_tables() is
'For generate_sample: the temporary tables that its steps share.';

-- extension/sample/directory.sql
create function early_help_sample.make_agencies() returns void
language plpgsql
as $$ #variable_conflict error
declare
    agencies constant text[] := array[
        'Sampleton Council', 'Sampleton Youth Justice', 'Sampleton Constabulary', 'Sampleton Probation',
        'Sampleton Schools Trust', 'Quillbrook Academy', 'Sampleton Community Health', 'Sampleton Hospital',
        'Sampleton Voluntary Action', 'Lantern Families', 'Sampleton Family Partnership', 'Steps Together Project'];
    wards constant text[] := array[
        'Amberfield', 'Brindle Cross', 'Copperdown', 'Dapplewick', 'Elderhythe', 'Fernmarsh', 'Gorsebank',
        'Hollowmere', 'Ivyquay', 'Juniper Hill', 'Kestrel Point', 'Larkspur', 'Mosswater', 'Nettlecombe'];
begin
    insert into locality (name)
    select w.name
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
as $$ #variable_conflict error
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
    insert into practitioner (practitioner_id, agency_id, name, role_title, active_to)
    select
        p.practitioner_id,
        p.agency_id,
        given[early_help_sample.draw_between(p.k, 3, 1, cardinality(given))] || ' '
            || surnames[early_help_sample.draw_between(p.k, 4, 1, cardinality(surnames))] || ' ' || p.no + 1,
        roles[p.agency_no + 1],
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
as $$ #variable_conflict error
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
as $$ #variable_conflict error
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
as $$ #variable_conflict error
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

-- extension/sample/families.sql
create function early_help_sample.draw_given_name(key bigint) returns text
language sql
immutable
parallel safe
return (array[
'Acorn', 'Bluebell', 'Cricket', 'Dandelion', 'Ember', 'Finch', 'Garnet', 'Heron', 'Indigo', 'Jasper', 'Kestrel', 'Linnet',
'Maple', 'Nettle', 'Onyx', 'Pebble', 'Quince', 'Robin', 'Saffron', 'Thistle', 'Umber', 'Violet', 'Willow', 'Yarrow'
])[early_help_sample.draw_between(key, 6, 1, 24)];
comment on function early_help_sample.draw_given_name(bigint) is
'For generate_sample: an invented given name.';
create function early_help_sample.draw_family_name(key bigint) returns text
language sql
immutable
parallel safe
return (array[
'Amber', 'Brindle', 'Copper', 'Dapple', 'Elder', 'Feather', 'Ginger', 'Hollow', 'Ivory', 'Juniper',
'Kettle', 'Lantern', 'Marble', 'Nimble', 'Otter', 'Pepper'
])[early_help_sample.draw_between(key, 7, 1, 16)] || (array[
'sample', 'mock', 'trial', 'test', 'puppet', 'make', 'pretend', 'story'
])[early_help_sample.draw_between(key, 8, 1, 8)];
comment on function early_help_sample.draw_family_name(bigint) is
'For generate_sample: an invented family name.';
create function early_help_sample.make_families(key bigint, families integer, from_on date, days double precision[]) returns void
language plpgsql
as $$ #variable_conflict error
declare
    next_family regclass := pg_get_serial_sequence('family', 'family_id');
begin
    -- share: how much of the period's contacts came before the family's first.
    create temp table sample_family on commit drop as
    select
        f.no,
        f.k,
        nextval(next_family) as family_id,
        l.no as ward_no,
        l.locality_id,
        early_help_sample.draw(f.k, 1) as share,
        from_on + width_bucket(early_help_sample.draw(f.k, 1), days) as first_on,
        1 + width_bucket(early_help_sample.draw(f.k, 2), array[0.45, 0.75, 0.90, 0.97]) as children
    from (
        select
            no,
            hashint8extended(no, key) as k
        from generate_series(1, families) as no
    ) f
    join sample_locality l
        on l.no = floor((select count(*) from sample_locality) * power(early_help_sample.draw(f.k, 3), 2))::integer
    order by f.no;
    insert into family (family_id)
    select family_id
    from sample_family
    order by no;
    create index on sample_family (no);
    analyze sample_family;
end
$$;
comment on function early_help_sample.make_families(bigint, integer, date, double precision[]) is
'For generate_sample: families, each with its ward and the day it first comes.';
create function early_help_sample.make_children(key bigint, to_on date) returns void
language plpgsql
as $$ #variable_conflict error
declare
    ethnicities constant text[] := array[
        'WBRI', 'WOTH', 'BAFR', 'MWBC', 'AOTH', 'AIND', 'MOTH', 'BCRB', 'MWAS', 'APKN', 'ABAN', 'WROM', 'CHNE',
        'OOTH', 'NOBT', 'REFU'];
    ethnicity_shares constant double precision[] := array[
        0.72, 0.77, 0.81, 0.84, 0.86, 0.88, 0.90, 0.915, 0.93, 0.94, 0.95, 0.955, 0.96, 0.97, 0.99];
    next_child regclass := pg_get_serial_sequence('child', 'child_id');
begin
    -- The first child is there, or on its way, when the family first comes.
    -- known_from: the day a later one is; null: from the beginning.
    create temp table sample_child on commit drop as
    select
        nextval(next_child) as child_id,
        c.*
    from (
        select
            d.family_no,
            d.family_id,
            d.no,
            d.k,
            d.first_on,
            d.birth,
            case when d.birth - 250 > d.first_on then d.birth - 200 end as known_from,
            null::date as ended_on
        from (
            select
                f.no as family_no,
                f.family_id,
                n as no,
                s.k,
                f.first_on,
                case
                    when n = 1 and early_help_sample.draw(s.k, 1) < 0.07
                        then f.first_on + early_help_sample.draw_between(s.k, 2, 20, 240)
                    when n > 1 and early_help_sample.draw(s.k, 1) < 0.10
                        then f.first_on + early_help_sample.draw_between(s.k, 2, 30, 700)
                    when early_help_sample.draw(s.k, 1) > 0.97
                        then f.first_on - early_help_sample.draw_between(s.k, 2, 6575, 8900)
                    else f.first_on - 1 - floor(6570 * power(early_help_sample.draw(s.k, 2), 1.2))::integer
                end as birth
            from sample_family f
            cross join lateral generate_series(1, f.children) as n
            cross join lateral (select hashint8extended(n, f.k) as k offset 0) s
        ) d
        where d.birth - 200 <= to_on
        order by d.family_no, d.no
    ) c;
    create index on sample_child (family_no);
    analyze sample_child;
    insert into child (child_id, birth_date, expected_birth_date, sex_code, ethnicity_code)
    select
        child_id,
        case when birth <= first_on then birth end,
        case when birth > first_on then birth + early_help_sample.draw_between(k, 3, -12, 12) end,
        case
            when birth > to_on then 'U'
            when early_help_sample.draw(k, 4) < 0.51 then 'M'
            when early_help_sample.draw(k, 4) < 0.995 then 'F'
            else 'U'
        end,
        ethnicities[1 + width_bucket(early_help_sample.draw(hashint8extended(family_no, key), 5), ethnicity_shares)]
    from sample_child
    order by family_no, no;
    insert into child_identity (child_id, given_name, family_name, postcode, nhs_number)
    select
        c.child_id,
        early_help_sample.draw_given_name(c.k),
        early_help_sample.draw_family_name(f.k),
        'ZZ99 ' || f.ward_no % 10 || 'ZZ',
        case when c.birth <= to_on then '999' || lpad((c.child_id % 10000000)::text, 7, '0') end
    from sample_child c
    join sample_family f on f.no = c.family_no
    order by c.family_no, c.no;
    insert into family_member (family_id, child_id, joined_on)
    select
        family_id,
        child_id,
        known_from
    from sample_child
    order by family_no, no;
end
$$;
comment on function early_help_sample.make_children(bigint, date) is
'For generate_sample: children, born and expected, with invented names.';
create function early_help_sample.make_adults() returns void
language plpgsql
as $$ #variable_conflict error
declare
    next_adult regclass := pg_get_serial_sequence('adult', 'adult_id');
begin
    create temp table sample_adult on commit drop as
    select
        nextval(next_adult) as adult_id,
        a.*
    from (
        select
            f.no as family_no,
            f.family_id,
            n as no,
            hashint8extended(10 + n, f.k) as k,
            exists (select from sample_child c where c.family_no = f.no and c.birth > f.first_on
                and c.known_from is null) as expecting
        from sample_family f
        cross join lateral generate_series(1, case when early_help_sample.draw(f.k, 9) < 0.55 then 1 else 2 end) as n
        order by f.no, n
    ) a;
    create index on sample_adult (family_no);
    analyze sample_adult;
    insert into adult (adult_id)
    select adult_id
    from sample_adult
    order by family_no, no;
    insert into adult_identity (adult_id, given_name, family_name, postcode)
    select
        a.adult_id,
        early_help_sample.draw_given_name(a.k),
        early_help_sample.draw_family_name(f.k),
        'ZZ99 ' || f.ward_no % 10 || 'ZZ'
    from sample_adult a
    join sample_family f on f.no = a.family_no
    order by a.family_no, a.no;
    insert into family_adult (family_id, adult_id, role)
    select
        family_id,
        adult_id,
        case
            when no = 1 and expecting then 'expectant_parent'
            when no = 1 or early_help_sample.draw(k, 10) < 0.7 then 'parent'
            when early_help_sample.draw(k, 10) < 0.9 then 'carer'
            else 'other_adult'
        end::early_help.adult_role
    from sample_adult
    order by family_no, no;
    analyze family, child, family_member, adult, family_adult;
end
$$;
comment on function early_help_sample.make_adults() is
'For generate_sample: adults of the families, with invented names.';

-- extension/sample/contacts.sql
create function early_help_sample.make_contacts(key bigint, to_on date) returns void
language plpgsql
as $$ #variable_conflict error
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
as $$ #variable_conflict error
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
create function early_help_sample.make_other_contacts(key bigint, from_on date, to_on date, days double precision[]) returns void
language plpgsql
as $$ #variable_conflict error
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
        w.episode_id
    from (
        select
            f.no as family_no,
            n,
            d.k,
            x.received_on,
            e.episode_id
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
            select c.episode_id
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

-- extension/sample/case_days.sql
create function early_help_sample.draw_cases(this_round integer, key bigint, to_on date) returns void
language plpgsql
as $$ #variable_conflict error
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

-- extension/sample/beginnings.sql
create function early_help_sample.make_case_contacts(this_round integer, key bigint, to_on date) returns void
language plpgsql
as $$ #variable_conflict error
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
as $$ #variable_conflict error
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
as $$ #variable_conflict error
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
create function early_help_sample.make_steps_down(this_round integer, to_on date) returns void
language plpgsql
as $$ #variable_conflict error
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
as $$ #variable_conflict error
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
    analyze conversation, consent, episode, episode_child, lead_practitioner, level_change, episode_event;
end
$$;
comment on function early_help_sample.make_lead_practitioners(integer, date) is
'For generate_sample: who leads each case, and who after that.';

-- extension/sample/steps_up.sql
create function early_help_sample.make_early_steps_up(this_round integer, to_on date) returns void
language plpgsql
as $$ #variable_conflict error
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
create function early_help_sample.make_steps_back(this_round integer, to_on date) returns void
language plpgsql
as $$ #variable_conflict error
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
as $$ #variable_conflict error
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
create function early_help_sample.make_last_steps_up(this_round integer, to_on date) returns void
language plpgsql
as $$ #variable_conflict error
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

-- extension/sample/assessments.sql
create function early_help_sample.make_assessments(this_round integer) returns void
language plpgsql
as $$ #variable_conflict error
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

-- extension/sample/plans.sql
create function early_help_sample.make_plans(this_round integer, to_on date) returns void
language plpgsql
as $$ #variable_conflict error
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
as $$ #variable_conflict error
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
as $$ #variable_conflict error
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
create function early_help_sample.make_safety_actions() returns void
language plpgsql
as $$ #variable_conflict error
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
as $$ #variable_conflict error
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
as $$ #variable_conflict error
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

-- extension/sample/reviews.sql
create function early_help_sample.make_reviews(review_round integer, case_round integer, to_on date) returns void
language plpgsql
as $$ #variable_conflict error
declare
    next_review regclass := pg_get_serial_sequence('review', 'review_id');
begin
    create temp table sample_review on commit drop as
    select
        nextval(next_review) as review_id,
        v.*
    from (
        select
            p.plan_id,
            c.no as case_no,
            c.family_no,
            c.episode_id,
            c.lead_no,
            hashint8extended(900 + review_round, p.k) as k,
            x.held_on,
            x.next_on
        from sample_plan p
        join sample_case c on c.no = p.case_no
        cross join lateral (
            select
                case review_round
                    when 1 then c.held_1_on
                    when 2 then c.held_2_on
                    when 3 then c.held_3_on
                    else c.reheld_on
                end as held_on,
                case review_round when 1 then c.due_2_on when 2 then c.due_3_on end as next_on,
                case when review_round < 4 then p.stop_on else to_on end as stop_on
            offset 0
        ) x
        where c.round = case_round
            and p.again = (review_round = 4)
            and x.held_on <= x.stop_on
        order by c.no
    ) v;
    analyze sample_review;
    insert into review (review_id, plan_id, held_on, decision, next_review_due_on, practitioner_id, family_views)
    select
        r.review_id,
        r.plan_id,
        r.held_on,
        case when r.next_on is null then 'complete' else 'extend' end::early_help.review_decision,
        r.next_on,
        w.practitioner_id,
        case when early_help_sample.draw(r.k, 1) < 0.8 then 'It is better than it was.' end
    from sample_review r
    join sample_practitioner w on w.no = r.lead_no
    order by r.review_id;
    insert into review_participant (review_id, party, child_id, adult_id, practitioner_id, agency_id, present)
    select
        r.review_id,
        x.party::early_help.review_party,
        x.child_id,
        x.adult_id,
        x.practitioner_id,
        x.agency_id,
        early_help_sample.draw(r.k, x.draw) < x.share
    from sample_review r
    cross join lateral (
        select 'family' as party, min(s.child_id) as child_id, null::bigint as adult_id, null::bigint as practitioner_id,
            null::bigint as agency_id, 2 as draw, 0.6 as share
        from sample_child s
        where s.family_no = r.family_no and s.birth + 1826 < r.held_on
        having count(*) > 0
        union all
        select 'family', null, min(a.adult_id), null, null, 3, 0.9
        from sample_adult a
        where a.family_no = r.family_no
        union all
        select 'practitioner', null, null, w.practitioner_id, null, 4, 0.97
        from sample_practitioner w
        where w.no = r.lead_no
        union all
        select 'agency', null, null, null, a.agency_id, 5, 0.7
        from sample_agency a
        where a.no = early_help_sample.draw_between(r.k, 6, 1, 24)
    ) x
    order by r.review_id, x.draw;
    drop table sample_review;
end
$$;
comment on function early_help_sample.make_reviews(integer, integer, date) is
'For generate_sample: the first, second or third review of plans, or (4) that of the plan after reopening.';

-- extension/sample/closures.sql
create function early_help_sample.make_withdrawals(this_round integer, to_on date) returns void
language plpgsql
as $$ #variable_conflict error
declare
    one record;
begin
    for one in
        select
            c.withdrawn_on,
            x.consent_id
        from sample_case c
        cross join lateral (
            select max(n.consent_id) as consent_id
            from consent n
            where n.family_id = c.family_id
                and n.kind = 'take_part'
        ) x
        where c.round = this_round
            and c.consent_on <= c.withdrawn_on
            and c.withdrawn_on <= to_on
        order by c.no
    loop
        update consent
        set withdrawn_on = one.withdrawn_on
        where consent_id = one.consent_id;
    end loop;
end
$$;
comment on function early_help_sample.make_withdrawals(integer, date) is
'For generate_sample: consent withdrawn, which ends support.';
create function early_help_sample.make_closures(this_round integer, to_on date) returns void
language plpgsql
as $$ #variable_conflict error
declare
    agreed constant text[] := array['outcomes_achieved', 'needs_met_by_universal_services', 'moved_away', 'transferred'];
    one record;
begin
    for one in
        select
            c.episode_id,
            c.ending,
            c.closed_on,
            case when c.ending = any (agreed) and early_help_sample.draw(c.k, 133) < 0.9
                then greatest(c.opened_on, c.closed_on - early_help_sample.draw_between(c.k, 134, 0, 5)) end as agreed_on
        from sample_case c
        where c.round = this_round
            and c.episode_id is not null
            and c.step_up_on is null
            and c.closed_on <= to_on
        order by c.no
    loop
        update episode
        set closed_on = one.closed_on,
            closure_reason_code = one.ending,
            closure_agreed_on = one.agreed_on,
            closure_agreement_absent_reason = case when one.agreed_on is null then 'The family could not be asked.' end
        where episode_id = one.episode_id;
    end loop;
end
$$;
comment on function early_help_sample.make_closures(integer, date) is
'For generate_sample: episodes closed.';
create function early_help_sample.make_reopenings(this_round integer, to_on date) returns void
language plpgsql
as $$ #variable_conflict error
declare
    one record;
begin
    for one in
        select
            c.episode_id,
            c.reopened_on
        from sample_case c
        where c.round = this_round
            and c.episode_id is not null
            and c.reopened_on <= to_on
        order by c.no
    loop
        update episode
        set closed_on = null,
            reopened_on = one.reopened_on,
            reopen_reason = 'The family asked for more help.'
        where episode_id = one.episode_id;
    end loop;
end
$$;
comment on function early_help_sample.make_reopenings(integer, date) is
'For generate_sample: closed episodes reopened.';
create function early_help_sample.make_second_closures(this_round integer, to_on date) returns void
language plpgsql
as $$ #variable_conflict error
declare
    one record;
begin
    for one in
        select
            c.episode_id,
            c.reclosed_on
        from sample_case c
        where c.round = this_round
            and c.episode_id is not null
            and c.reclosed_on <= to_on
        order by c.no
    loop
        update episode
        set closed_on = one.reclosed_on,
            closure_reason_code = 'outcomes_achieved',
            closure_agreed_on = one.reclosed_on
        where episode_id = one.episode_id;
    end loop;
end
$$;
comment on function early_help_sample.make_second_closures(integer, date) is
'For generate_sample: reopened episodes closed again.';
create function early_help_sample.note_closures(this_round integer) returns void
language plpgsql
as $$ #variable_conflict error
begin
    update sample_case c
    set final_closed_on = e.closed_on
    from episode e
    where e.episode_id = c.episode_id
        and c.round = this_round
        and c.final_closed_on is distinct from e.closed_on;
    update sample_case c
    set final_closed_on = null
    where c.round = this_round
        and c.episode_id is null;
end
$$;
comment on function early_help_sample.note_closures(integer) is
'For generate_sample: the day each case really closed.';

-- extension/sample/cases.sql
create function early_help_sample.make_cases(this_round integer, key bigint, to_on date) returns void
language plpgsql
as $$ #variable_conflict error
begin
    perform early_help_sample.draw_cases(this_round, key, to_on);

    perform early_help_sample.make_case_contacts(this_round, key, to_on);
    perform early_help_sample.make_consents(this_round, to_on);
    perform early_help_sample.make_referred_episodes(this_round);
    perform early_help_sample.make_steps_down(this_round, to_on);
    perform early_help_sample.make_lead_practitioners(this_round, to_on);

    perform early_help_sample.make_early_steps_up(this_round, to_on);
    perform early_help_sample.make_assessments(this_round);
    perform early_help_sample.make_plans(this_round, to_on);
    perform early_help_sample.make_reviews(1, this_round, to_on);
    perform early_help_sample.make_further_outcomes(this_round);
    analyze review;
    perform early_help_sample.make_reviews(2, this_round, to_on);
    perform early_help_sample.make_reviews(3, this_round, to_on);
    perform early_help_sample.make_steps_back(this_round, to_on);

    perform early_help_sample.make_withdrawals(this_round, to_on);
    perform early_help_sample.make_late_steps_up(this_round, to_on);
    perform early_help_sample.make_last_steps_up(this_round, to_on);
    perform early_help_sample.make_closures(this_round, to_on);
    perform early_help_sample.make_reopenings(this_round, to_on);
    perform early_help_sample.make_second_plans(this_round, to_on);
    perform early_help_sample.make_second_closures(this_round, to_on);
    perform early_help_sample.note_closures(this_round);
    drop table sample_assessment;
    analyze sample_case;
end
$$;
comment on function early_help_sample.make_cases(integer, bigint, date) is
'For generate_sample: draws and writes the next case of each family, from contact to closure and reopening.';

-- extension/sample/services.sql
create function early_help_sample.make_service_requests(key bigint, to_on date) returns void
language plpgsql
as $$ #variable_conflict error
declare
    needs constant text[] := array(
        select n.code::text
        from primary_need n
        where n.valid_from is null and n.valid_to is null
        order by n.code collate "C");
    services constant integer := (select count(*) from sample_service);
begin
    insert into service_request (
        family_id, child_id, episode_id, service_id, primary_need_code, locality_id, requested_on, offered_on, started_on,
        ended_on, decided_on, outcome)
    select
        c.family_id,
        case when early_help_sample.draw(d.k, 2) < 0.4
            then (select min(m.child_id) from episode_child m where m.episode_id = c.episode_id) end,
        c.episode_id,
        case when t.outcome is distinct from 'no_service' or t.decided_on > to_on then s.service_id end,
        needs[early_help_sample.draw_between(d.k, 3, 1, cardinality(needs))],
        f.locality_id,
        q.requested_on,
        case when t.offered_on <= to_on then t.offered_on end,
        case when t.started_on <= to_on then t.started_on end,
        case when t.started_on <= to_on and t.ended_on <= to_on then t.ended_on end,
        case when t.decided_on <= to_on then t.decided_on end,
        case when t.decided_on <= to_on then t.outcome end
    from sample_case c
    join sample_family f on f.no = c.family_no
    cross join lateral generate_series(1, width_bucket(early_help_sample.draw(c.k, 140), array[0.55, 0.85, 0.96])) as n
    cross join lateral (select hashint8extended(600 + n, c.k) as k offset 0) d
    join sample_service s on s.no = floor(services * power(early_help_sample.draw(d.k, 1), 1.4))::integer
    cross join lateral (
        select
            c.allocated_on + early_help_sample.draw_between(d.k, 4, 0, 60) as requested_on,
            floor(power(early_help_sample.draw(d.k, 5), 2) * 200
                * early_help_sample.draw(hashint8extended(s.no, key), 6))::integer as wait,
            (array['started', 'declined_by_family', 'declined_by_service', 'withdrawn', 'no_service'])[
                1 + width_bucket(early_help_sample.draw(d.k, 6), array[0.68, 0.78, 0.85, 0.91])
            ]::early_help.service_request_outcome as outcome
        offset 0
    ) q
    cross join lateral (
        select
            case when q.outcome in ('started', 'declined_by_family') then q.requested_on + q.wait end as offered_on,
            case when q.outcome = 'started'
                then q.requested_on + q.wait + early_help_sample.draw_between(d.k, 7, 0, 21) end as started_on,
            q.requested_on + q.wait + early_help_sample.draw_between(d.k, 8, 40, 200) as ended_on,
            q.requested_on + q.wait + case when q.outcome in ('started', 'declined_by_family')
                then early_help_sample.draw_between(d.k, 7, 0, 21) else 7 end as decided_on,
            q.outcome
        offset 0
    ) t
    where c.episode_id is not null
        and q.requested_on <= c.stop_on
    order by c.no, n;
end
$$;
comment on function early_help_sample.make_service_requests(bigint, date) is
'For generate_sample: requests for services, from request to end.';
create function early_help_sample.make_group_sessions(key bigint, families integer, to_on date) returns void
language plpgsql
as $$ #variable_conflict error
declare
    next_session regclass := pg_get_serial_sequence('group_session', 'group_session_id');
begin
    create temp table sample_session on commit drop as
    select
        nextval(next_session) as group_session_id,
        s.*
    from (
        select
            p.no as programme_no,
            p.group_programme_id,
            n,
            p.starts_on + 7 * n as held_on
        from sample_programme p
        cross join generate_series(0, 9) as n
        where p.starts_on + 7 * n <= to_on
        order by p.no, n
    ) s;
    insert into group_session (group_session_id, group_programme_id, held_on)
    select
        group_session_id,
        group_programme_id,
        held_on
    from sample_session
    order by group_session_id;
    -- Whoever is known before the group starts; one adult, or the family.
    insert into group_attendance (group_session_id, family_id, adult_id, attended)
    select
        s.group_session_id,
        f.family_id,
        (select min(a.adult_id) from sample_adult a where a.family_no = f.no),
        early_help_sample.draw(hashint8extended(s.n, m.k), 1) < 0.78
    from sample_session s
    join sample_programme p on p.no = s.programme_no
    cross join lateral (
        select
            min(hashint8extended(i, hashint8extended(p.no, key))) as k,
            early_help_sample.draw_between(hashint8extended(i, hashint8extended(p.no, key)), 2, 1, families) as family_no
        from generate_series(1, 12) as i
        group by 2
        offset 0
    ) m
    join sample_family f on f.no = m.family_no and f.first_on <= p.starts_on
    order by s.group_session_id, f.no;
    drop table sample_session;
end
$$;
comment on function early_help_sample.make_group_sessions(bigint, integer, date) is
'For generate_sample: sessions of groups, and who came.';
create function early_help_sample.make_group_feedback(key bigint, to_on date) returns void
language plpgsql
as $$ #variable_conflict error
begin
    insert into feedback_request (group_programme_id, asked_on)
    select
        p.group_programme_id,
        p.starts_on + 63
    from sample_programme p
    cross join generate_series(1, 6) as n
    where p.starts_on + 63 <= to_on
    order by p.no, n;
    insert into feedback (feedback_request_id, group_programme_id, given_by, given_on, timely, helpful, empowered)
    select
        q.feedback_request_id,
        p.group_programme_id,
        'parent_or_carer',
        p.starts_on + 63,
        early_help_sample.draw(d.k, 2) < 0.8,
        early_help_sample.draw(d.k, 3) < 0.9,
        case when early_help_sample.draw(d.k, 4) < 0.9 then early_help_sample.draw(d.k, 5) < 0.8 end
    from sample_programme p
    join (
        select
            feedback_request_id,
            group_programme_id,
            row_number() over (partition by group_programme_id order by feedback_request_id) as n
        from feedback_request
        where group_programme_id is not null
    ) q on q.group_programme_id = p.group_programme_id
    cross join lateral (select hashint8extended(p.no * 10 + q.n, key) as k offset 0) d
    where early_help_sample.draw(d.k, 1) < 0.7
    order by q.feedback_request_id;
end
$$;
comment on function early_help_sample.make_group_feedback(bigint, date) is
'For generate_sample: what members of groups said.';

-- extension/sample/quality.sql
create function early_help_sample.make_feedback(to_on date) returns void
language plpgsql
as $$ #variable_conflict error
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
as $$ #variable_conflict error
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

-- extension/sample/births.sql
create function early_help_sample.make_births(to_on date) returns void
language plpgsql
as $$ #variable_conflict error
begin
    update child
    set birth_date = s.birth,
        expected_birth_date = null
    from sample_child s
    where s.child_id = child.child_id
        and s.birth > s.first_on
        and s.birth <= to_on
        and (s.ended_on is null or s.ended_on >= s.birth);
    update child
    set pregnancy_ended_on = s.ended_on
    from sample_child s
    where s.child_id = child.child_id
        and s.ended_on < s.birth;
    update child
    set died_on = s.ended_on
    from sample_child s
    where s.child_id = child.child_id
        and s.ended_on >= s.birth;
end
$$;
comment on function early_help_sample.make_births(date) is
'For generate_sample: who was born, and who died or was not born.';
create function early_help_sample.make_moves(to_on date) returns void
language plpgsql
as $$ #variable_conflict error
begin
    update family_member
    set left_on = x.left_on
    from (
        select
            s.family_id,
            s.child_id,
            early_help_sample.weekday_from(max(c.final_closed_on) + 30) as left_on
        from sample_child s
        join sample_case c on c.family_no = s.family_no
        where s.no = 2
            and s.known_from is null
            and early_help_sample.draw(s.k, 20) < 0.02
        group by s.family_id, s.child_id
        having bool_and(c.final_closed_on is not null)
    ) x
    where x.family_id = family_member.family_id
        and x.child_id = family_member.child_id
        and x.left_on <= to_on
        and not exists (
            select
            from contact_child m
            where m.child_id = x.child_id
                and m.received_on > x.left_on);
end
$$;
comment on function early_help_sample.make_moves(date) is
'For generate_sample: children who move out.';

-- extension/sample/generate_sample.sql
create function early_help_sample.check_request(families integer, from_on date, to_on date, seed integer) returns void
language plpgsql
as $$ #variable_conflict error
begin
    if families is null or families not between 1 and 10000000 then
        raise invalid_parameter_value using
            message = 'families is a number from 1 to 10000000',
            hint = 'Say how many families to make up.';
    elsif from_on is null or to_on is null or from_on < date '1950-01-01' or to_on > date '2099-12-31' then
        raise invalid_parameter_value using
            message = 'from_on and to_on are days from 1950 to 2099',
            hint = 'Give the first and the last day of what is to be made up.';
    elsif from_on > to_on then
        raise invalid_parameter_value using
            message = format('from_on %s is after to_on %s', from_on, to_on),
            hint = 'Exchange the two days.';
    elsif to_on - from_on > 36525 then
        raise invalid_parameter_value using
            message = format('from_on %s and to_on %s are more than a hundred years apart', from_on, to_on),
            hint = 'Give a shorter period.';
    elsif seed is null then
        raise invalid_parameter_value using
            message = 'seed is missing',
            hint = 'Give a whole number, or leave seed out.';
    end if;
end
$$;
comment on function early_help_sample.check_request(integer, date, date, integer) is
'For generate_sample: raises 22023 unless these can be its arguments.';
create function early_help_sample.check_partnership(partnership text) returns void
language plpgsql
as $$ #variable_conflict error
declare
    marked boolean;
    in_the_way text;
begin
    perform early_help_internal.own_partnership(partnership);
    execute format('select p.training from only %I.partnership p for share', partnership) into marked;
    if marked is not true then
        perform early_help_internal.raise_rule('P08', format('Partnership %s is not marked training.', quote_ident(partnership)));
    end if;
    select min(c.relname) into in_the_way
    from pg_class c
    where c.relnamespace in (pg_my_temp_schema(), to_regnamespace(quote_ident(partnership)))
        and starts_with(c.relname, 'sample_');
    if in_the_way is not null then
        raise duplicate_table using
            message = format(
                'the steps of generate_sample make temporary tables named sample_..., and there is a "%s"', in_the_way),
            hint = 'Drop it, or give it another name for as long.';
    end if;
end
$$;
comment on function early_help_sample.check_partnership(text) is
'For generate_sample: raises an error unless the caller owns this partnership, it is marked training, and no table is in the '
'way; holds the mark. Errors YHP03, 42501, YHP08, 42P07.';
create function early_help_sample.count_made(
out children bigint,
out contacts bigint,
out referrals bigint,
out episodes bigint,
out assessments bigint,
out plans bigint,
out outcomes bigint,
out reviews bigint,
out steps bigint
)
language plpgsql
as $$ #variable_conflict error
begin
    select count(*) into children from sample_child;
    select count(*) into contacts from contact_child m join sample_contact c on c.contact_id = m.contact_id;
    select count(*) into referrals from referral r join contact_child m on m.contact_child_id = r.contact_child_id
        join sample_contact c on c.contact_id = m.contact_id;
    select count(*) into episodes from sample_case c where c.episode_id is not null;
    select count(*) into assessments from assessment a join sample_case c on c.episode_id = a.episode_id;
    select count(*) into plans from sample_plan;
    select count(*) into outcomes from plan_outcome o join sample_plan p on p.plan_id = o.plan_id;
    select count(*) into reviews from review r join sample_plan p on p.plan_id = r.plan_id;
    select count(*) into steps from step s join sample_child c on c.child_id = s.child_id;
end
$$;
comment on function early_help_sample.count_made() is
'For generate_sample: how many rows it wrote.';
create function early_help_sample.generate_sample(
partnership text,
families integer,
from_on date,
to_on date,
seed integer default 1,
out children bigint,
out contacts bigint,
out referrals bigint,
out episodes bigint,
out assessments bigint,
out plans bigint,
out outcomes bigint,
out reviews bigint,
out steps bigint
)
language plpgsql
set search_path = pg_catalog, pg_temp
set jit = off
as $$ #variable_conflict error

declare
    key constant bigint := hashint8extended(coalesce(seed, 0), 20260101);
    days double precision[];
begin
    perform early_help_sample.check_request(families, from_on, to_on, seed);
    perform early_help_sample.check_partnership(partnership);
    perform set_config('search_path', format('pg_catalog, %I, pg_temp', partnership), true);

    perform early_help_sample.make_working_tables();
    days := early_help_sample.draw_days(key, from_on, to_on);
    perform early_help_sample.make_agencies();
    perform early_help_sample.make_practitioners(key, families, from_on, to_on);
    perform early_help_sample.make_services(families, from_on);
    perform early_help_sample.make_programmes(key, from_on, to_on);
    perform early_help_sample.make_returns(key, families, from_on, to_on);
    analyze sample_locality, sample_agency, sample_practitioner, sample_service, sample_programme;
    analyze locality, agency, practitioner, service;

    perform early_help_sample.make_families(key, families, from_on, days);
    perform early_help_sample.make_children(key, to_on);
    perform early_help_sample.make_adults();
    for this_round in 1..3 loop
        perform early_help_sample.make_cases(this_round, key, to_on);
    end loop;
    perform early_help_sample.make_other_contacts(key, from_on, to_on, days);
    perform early_help_sample.make_service_requests(key, to_on);
    perform early_help_sample.make_group_sessions(key, families, to_on);
    perform early_help_sample.make_group_feedback(key, to_on);
    perform early_help_sample.make_feedback(to_on);
    perform early_help_sample.make_case_audits(to_on);
    perform early_help_sample.make_births(to_on);
    perform early_help_sample.make_moves(to_on);

    select m.* into children, contacts, referrals, episodes, assessments, plans, outcomes, reviews, steps
    from early_help_sample.count_made() m;
    drop table sample_case, sample_contact, sample_plan, sample_family, sample_child, sample_adult, sample_locality,
        sample_agency, sample_practitioner, sample_service, sample_programme;
end
$$;
comment on function early_help_sample.generate_sample(text, integer, date, date, integer) is
'Makes up whole case histories for a partnership that is marked training and the caller owns, beside what it holds already: '
'agencies, families with invented names, contacts, referrals, waits, support, reviews, steps, closures, groups, feedback and '
'audits from one day to another. Every rule is on. The same seed gives the same rows. Returns how many it wrote. Errors '
'YHP03, YHP08, 42501, 42P07, 22023.';

-- extension/install/execute_members.sql
do $$
declare
    one record;
begin
    for one in
        select r.routine, r.kind
        from early_help_internal.extension_routines() r
        where r.extension = 'early_help_sample'
    loop
        if one.kind is null then
            raise exception 'extension/execute.tsv does not say who may call %', one.routine;
        end if;
        execute format('revoke execute on routine %s from public', one.routine);
        if one.kind = 'public' then
            execute format('grant execute on routine %s to public', one.routine);
        elsif one.kind in ('owner', 'database owner') then
            -- Without a grant option: see grant_ownership.
            execute format('grant execute on routine %s to pg_database_owner', one.routine);
        end if;
    end loop;
end
$$;

-- extension/install/role_settings.sql
do $$
declare
    one record;
begin
    for one in
        select p.oid::regprocedure as routine, s.name, s.value
        from pg_extension e
        join pg_depend d on d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid
            and d.classid = 'pg_proc'::regclass and d.deptype = 'e'
        join pg_proc p on p.oid = d.objid
        join pg_language l on l.oid = p.prolang
        cross join early_help_internal.own_settings() s
        where e.extname = 'early_help_sample'
            and p.prokind = 'f'
            and p.prosqlbody is null
            and l.lanname in ('plpgsql', 'sql')
    loop
        execute format('alter function %s set %s = %s', one.routine, one.name, one.value);
    end loop;
end
$$;
