-- Families, their children (unborn ones too) and adults, with invented names.

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
as $$
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
as $$
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
                -- Nobody is over 25 in the period.
                greatest(to_on - 9100, case
                    when n = 1 and early_help_sample.draw(s.k, 1) < 0.07
                        then f.first_on + early_help_sample.draw_between(s.k, 2, 20, 240)
                    when n > 1 and early_help_sample.draw(s.k, 1) < 0.10
                        then f.first_on + early_help_sample.draw_between(s.k, 2, 30, 700)
                    when early_help_sample.draw(s.k, 1) > 0.97
                        then f.first_on - early_help_sample.draw_between(s.k, 2, 6575, 8900)
                    else f.first_on - 1 - floor(6570 * power(early_help_sample.draw(s.k, 2), 1.2))::integer
                end) as birth
            from sample_family f
            cross join lateral generate_series(1, f.children) as n
            cross join lateral (select hashint8extended(n, f.k) as k offset 0) s
        ) d
        where d.no = 1
            or d.birth - 200 <= to_on
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
as $$
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
