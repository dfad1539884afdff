-- Contacts and what was decided: by source, need, reason, ward, age, sex.
select early_help.define_kpi_cube('contacts', array['contact_child', 'child'], $$
    select
        cc.counted_child_id as part,
        'contact_child'::varchar(40) as record,
        cc.contact_child_id as record_id,
        cc.source_code,
        cc.primary_need_code as need_code,
        cc.reason,
        cc.locality_id,
        early_help.age_at(ch.birth_date, ch.expected_birth_date, cc.received_on) as age_at_contact,
        ch.sex_code,
        ch.ethnicity_code,
        1 as contacts,
        (cc.decision is not distinct from 'referral')::integer as decided_referral,
        (exists (
            select
            from only contact_child earlier
            where earlier.counted_child_id = cc.counted_child_id
                and earlier.received_on < cc.received_on
                and earlier.received_on >= cc.received_on - 365))::integer as known_contacts
    from only contact_child cc
    -- One look-up a contact, never a join: a month has few of all children.
    left join lateral (
        select c.birth_date, c.expected_birth_date, c.sex_code, c.ethnicity_code
        from only child c
        where c.child_id = cc.counted_child_id
        offset 0
    ) ch on true
    where cc.received_on >= m.month
        and cc.received_on < m.next_month
        -- One contact counts a child once: of a child and its duplicates in it, the row of the child that is kept,
        -- or the first.
        and (cc.child_id = cc.counted_child_id or not exists (
            select
            from only contact_child o
            where o.contact_id = cc.contact_id
                and o.counted_child_id = cc.counted_child_id
                and (o.child_id = o.counted_child_id or o.contact_child_id < cc.contact_child_id)))
$$, counts => '{contacts, decided_referral, known_contacts}');

create view contacts as
select
    c.month,
    to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
    c.source_code,
    s.label as source,
    c.need_code,
    n.label as need,
    c.reason,
    l.name as ward,
    l.gss_code,
    c.age_at_contact,
    c.sex_code,
    c.contacts,
    c.decided_referral,
    c.known_contacts,
    (c.contacts - c.known_contacts)::integer as new_contacts,
    early_help.age_band(c.age_at_contact)::varchar(20) as age_band,
    c.ethnicity_code,
    e.label as ethnicity
from cube_contacts c
left join only contact_source s on s.code = c.source_code
left join only primary_need n on n.code = c.need_code
left join only locality l on l.locality_id = c.locality_id
left join only ethnicity e on e.code = c.ethnicity_code;
comment on view contacts is
    'Contacts by month, source, need, reason, ward, age and sex. Unit: a child in a contact (Annex A list 1: '
    'one row per child per contact). A contact counts a child and its duplicate once. Sum the counts; rows do not overlap.';

-- The same cells under the name the Board asks for.
create view known_contacts as
select
    month,
    month_key,
    source_code,
    source,
    need_code,
    need,
    reason,
    ward,
    gss_code,
    age_band,
    contacts,
    known_contacts,
    new_contacts
from contacts;
comment on view known_contacts is
    'Contacts about children already known: those with a contact on an earlier day, at most 365 days before. '
    'Unit: a child in a contact. Same cells as view contacts. Source: scrutiny report 2018.';
