-- Import of contacts, step 1: take the rows of the inbox and look at each by itself.

create function early_help.try_date(given text) returns date
    language c
    immutable
    strict
    parallel safe
as 'MODULE_PATHNAME', 'early_help_try_date';
comment on function early_help.try_date(text) is
    'The date that a text YYYY-MM-DD from 1900 to 2100 writes, whatever DateStyle says; null for any other text. Raises nothing.';

create function early_help_internal.import_read_inbox(records regnamespace) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    place constant text := records::text || '.';
    space constant text := E' \t\r\n\f\v';
begin
    create temporary table early_help_import_row (
        row_no integer,
        contact_ref text,
        received_on text,
        child_ref text,
        birth_date text,
        expected_birth_date text,
        sex text,
        ward text,
        source_code text,
        primary_need_code text,
        reason text,
        decision text,
        copies integer,
        received date,
        born date,
        expected date,
        decided early_help.contact_decision,
        ward_key text,
        -- Day and reference: of two rows about a child, the one with the greater word holds.
        word text collate "C",
        -- The child that the rows are about: its reference, or if the record knows it, its id. The record knows a
        -- duplicate as the child that is kept.
        whom text,
        child_id bigint,
        fault text
    ) on commit drop;

    -- DELETE takes the rows that its snapshot sees. Rows that arrive meanwhile stay for the next import.
    execute replace($query$
        with taken as (
            delete from @inbox_contact
            returning *
        ), given as (
            select
                nullif(btrim(contact_ref, $1), '') as contact_ref,
                nullif(btrim(received_on, $1), '') as received_on,
                nullif(btrim(child_ref, $1), '') as child_ref,
                nullif(btrim(birth_date, $1), '') as birth_date,
                nullif(btrim(expected_birth_date, $1), '') as expected_birth_date,
                nullif(btrim(sex, $1), '') as sex,
                nullif(btrim(ward, $1), '') as ward,
                nullif(btrim(source_code, $1), '') as source_code,
                nullif(btrim(primary_need_code, $1), '') as primary_need_code,
                nullif(btrim(reason, $1), '') as reason,
                nullif(btrim(decision, $1), '') as decision
            from taken
            offset 0
        ), read as (
            select
                g.*,
                early_help.try_date(received_on) as received,
                early_help.try_date(birth_date) as born,
                early_help.try_date(expected_birth_date) as expected
            from given g
            offset 0
        ), decision as (
            select
                d as decided,
                replace(d::text, '_', ' ') as words
            from unnest(enum_range(null::early_help.contact_decision)) d
        )
        insert into early_help_import_row
        select
            row_number() over (),
            g.contact_ref,
            g.received_on,
            g.child_ref,
            g.birth_date,
            g.expected_birth_date,
            g.sex,
            g.ward,
            g.source_code,
            g.primary_need_code,
            g.reason,
            g.decision,
            1,
            g.received,
            g.born,
            g.expected,
            d.decided,
            lower(g.ward),
            g.received_on || g.contact_ref,
            g.child_ref,
            null,
            case
                when g.contact_ref is null then 'I01 contact_ref'
                when length(g.contact_ref) > 255 then 'I07 contact_ref'
                when g.received_on is null then 'I01 received_on'
                when g.received is null then 'I02 received_on'
                when g.child_ref is null then 'I01 child_ref'
                when length(g.child_ref) > 255 then 'I07 child_ref'
                when g.birth_date is not null and g.born is null then 'I02 birth_date'
                when g.expected_birth_date is not null and g.expected is null then 'I02 expected_birth_date'
                when g.born is not null and g.expected is not null then 'R15 expected_birth_date'
                when g.sex is not null and x.code is null then 'I03 sex'
                when length(g.ward) > 120 then 'I07 ward'
                when g.source_code is null then 'I01 source_code'
                when s.code is null then 'I03 source_code'
                when g.received < s.valid_from or g.received > s.valid_to then 'R20 source_code'
                when g.primary_need_code is null then 'I01 primary_need_code'
                when n.code is null then 'I03 primary_need_code'
                when g.received < n.valid_from or g.received > n.valid_to then 'R20 primary_need_code'
                when length(g.reason) > 120 then 'I07 reason'
                when g.decision is not null and d.decided is null then 'I04 decision'
            end
        from read g
        left join only @sex x on x.code = g.sex
        left join only @contact_source s on s.code = g.source_code
        left join only @primary_need n on n.code = g.primary_need_code
        left join decision d on d.words = replace(translate(lower(g.decision), E'_\t', '  '), '  ', ' ')
    $query$, '@', place) using space;

    -- A reference may be given twice. Identical rows count as one with copies. If the rows
    -- differ, nobody here can tell which is right, and all of them are faulty.
    create temporary table early_help_import_twice on commit drop as
    select
        contact_ref,
        count(*) as copies,
        min(row_no) as row_no,
        count(distinct (received_on, child_ref, birth_date, expected_birth_date, sex, ward, source_code,
                        primary_need_code, reason, decision)) = 1 as identical
    from early_help_import_row
    where contact_ref in (
        select contact_ref
        from early_help_import_row
        group by contact_ref
        having count(*) > 1)
    group by contact_ref;
    if exists (select from early_help_import_twice) then
        update early_help_import_row r
        set fault = 'I05 contact_ref'
        from early_help_import_twice t
        where r.contact_ref = t.contact_ref
            and not t.identical;
        update early_help_import_row r
        set copies = t.copies
        from early_help_import_twice t
        where r.row_no = t.row_no
            and t.identical;
        delete from early_help_import_row r
        using early_help_import_twice t
        where r.contact_ref = t.contact_ref
            and r.row_no <> t.row_no
            and t.identical;
    end if;

    -- The children stay whom they count for until the import ends: a merge waits.
    execute replace($query$
        with held as (
            select k.source_ref, k.counts_for_child_id
            from only @child k
            where k.source_ref in (
                select r.child_ref
                from early_help_import_row r)
            order by k.child_id
            for key share of k
        )
        update early_help_import_row r
        set whom = ' ' || h.counts_for_child_id,
            child_id = h.counts_for_child_id
        from held h
        where h.source_ref = r.child_ref
    $query$, '@', place);
    analyze early_help_import_row (row_no, contact_ref, child_ref, word, ward_key, decided, whom, child_id, fault);
end
$$;
comment on function early_help_internal.import_read_inbox(regnamespace) is
    'Step 1 of import_contacts: takes the rows of the inbox into a temporary '
    'table, each with its first fault. Of identical rows one stays.';
