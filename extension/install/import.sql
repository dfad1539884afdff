-- The import of contacts from a partnership's inbox.
create function early_help.try_date(given text) returns date
    language c
    immutable
    strict
    parallel safe
as 'MODULE_PATHNAME', 'early_help_try_date';
comment on function early_help.try_date(text) is
    'The date that a text YYYY-MM-DD from 1900 to 2100 writes, whatever DateStyle says; null for any other text. Raises nothing.';

-- All in one transaction: whatever ends it early leaves the inbox as it was.
--
-- What decides what:
--   A contact_ref is one contact of one child. The row is the truth about the
--   contact, its empty cells included: known and identical it is unchanged,
--   known and different it corrects the contact, and the referral follows.
--   A row says something about its child, too. A date of birth replaces an
--   expected one and is never replaced by one; of two dates of birth in one
--   load that of the latest contact holds, and so it is with sex, except that
--   an unborn child's rows say nothing about a born child's sex. Empty cells
--   say nothing about the child. A later load replaces what an earlier one said.
--
-- A row is faulty by its first fault, written 'R15 birth_date': rule, field.
-- What the tables' own triggers and keys would refuse is found here first, so
-- that one row cannot stop the others.
--
-- In a query, @ stands for the schema of the partnership, which is not in the
-- search_path: nothing of its owner's can pose as a function or an operator and
-- run as whoever imports. Our own temporary tables go by their bare names, which
-- no table of the session has: that is asked first.
create function early_help.import_contacts(
    inbox regclass,
    out accepted integer,
    out unchanged integer,
    out corrected integer,
    out rejected integer
)
    language plpgsql
    set search_path = pg_catalog, pg_temp
    -- Compiling the plans would take longer than running them.
    set jit = off
as $$
#variable_conflict use_column
declare
    days_before_birth constant integer := 280;
    space constant text := E' \t\r\n\f\v';
    correct_children constant text := $query$
        update only %schild k
        set birth_date = c.born,
            expected_birth_date = c.expected,
            sex_code = c.sex
        from early_help_import_child c
        where k.child_id = c.child_id
            and (c.born, c.expected, c.sex) is distinct from (c.born_before, c.expected_before, c.sex_before)
            and coalesce(c.born, c.expected, '-infinity') %s coalesce(c.born_before, c.expected_before, '-infinity')
    $query$;
    own_tables constant text[] := '{early_help_import_row,early_help_import_twice,early_help_import_known,early_help_import_child}';
    in_the_way text;
    -- The partnership's schema, as it stands before a table's name.
    records text;
    expected_rows bigint;
    written_rows bigint;
begin
    select format('%I.', n.nspname) into records
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where c.oid = inbox
        and c.relname = 'inbox_contact';
    if records is null then
        perform early_help_internal.raise_rule('P03', 'The table given is not the inbox_contact of a partnership.');
    end if;

    select coalesce(min(c.relname), min(t.typname)) into in_the_way
    from unnest(own_tables) own (name)
    left join pg_class c on c.relname = own.name and c.relnamespace = pg_my_temp_schema()
    left join pg_type t on t.typname = own.name and t.typnamespace = pg_my_temp_schema();
    if in_the_way is not null then
        raise duplicate_table using
            message = format('the import makes a temporary table "%s", and this session has one', in_the_way),
            hint = 'Drop it, or import in another session.';
    end if;

    -- Imports of a partnership go one after another; copying into the inbox
    -- goes on meanwhile.
    execute replace('lock table @inbox_contact in share update exclusive mode', '@', records);

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
        -- Of two rows about a child the greater one is the later word.
        word text collate "C",
        fault text
    ) on commit drop;

    -- Take what this snapshot sees, and look at each row by itself.
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
    $query$, '@', records) using space;

    -- A reference given twice: identical rows are one with copies; of different
    -- ones nobody here can tell which is right.
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
    analyze early_help_import_row (row_no, contact_ref, child_ref, word, ward_key, decided, fault);

    -- Contacts the record has already, and how the row finds them: by the
    -- child it names, or as the only child of the contact, then named anew.
    -- A contact of several children gains the one it does not have yet.
    execute replace($query$
        create temporary table early_help_import_known on commit drop as
        select
            r.row_no,
            c.contact_id,
            cc.contact_child_id,
            f.referral_id,
            (mine.contact_child_id is null and cc.contact_child_id is not null) as other_child,
            coalesce(
                mine.contact_child_id is not null
                    and c.received_on = r.received
                    and c.source_code = r.source_code
                    and cc.primary_need_code = r.primary_need_code
                    and cc.reason is not distinct from r.reason
                    and cc.decision is not distinct from r.decided
                    and lower(l.name) is not distinct from r.ward_key,
                false) as same,
            f.accepted_on,
            f.declined_on,
            e.opened_on as episode_opened_on,
            cc.attached_episode_id
        from early_help_import_row r
        join only @contact c on c.source_ref = r.contact_ref
        left join only @child k on k.source_ref = r.child_ref
        left join only @contact_child mine on mine.contact_id = c.contact_id and mine.child_id = k.child_id
        left join lateral (
            select min(o.contact_child_id) as contact_child_id
            from only @contact_child o
            where mine.contact_child_id is null
                and o.contact_id = c.contact_id
            having count(*) = 1
        ) only_one on true
        left join only @contact_child cc on cc.contact_child_id = coalesce(mine.contact_child_id, only_one.contact_child_id)
        left join only @locality l on l.locality_id = cc.locality_id
        left join only @referral f on f.contact_child_id = cc.contact_child_id
        left join lateral (
            select min(o.opened_on) as opened_on
            from only @episode o
            where o.referral_id = f.referral_id
        ) e on true
        where r.fault is null
    $query$, '@', records);

    -- Corrections that would pull a record away from under others.
    update early_help_import_row r
    set fault = case
            when k.other_child then 'I06 child_ref'
            when r.decided is distinct from 'referral' then 'I06 decision'
            else 'I06 received_on'
        end
    from early_help_import_known k
    where k.row_no = r.row_no
        and not k.same
        and (
            (k.other_child and k.attached_episode_id is not null)
            or ((k.other_child or r.decided is distinct from 'referral')
                and num_nonnulls(k.accepted_on, k.declined_on, k.episode_opened_on) > 0)
            or r.received > least(k.accepted_on, k.declined_on, k.episode_opened_on)
        );
    update early_help_import_row r
    set fault = 'R16 decision'
    from early_help_import_known k
    where k.row_no = r.row_no
        and r.fault is null
        and k.attached_episode_id is not null
        and r.decided = 'referral';
    execute replace($query$
        update early_help_import_row r
        set fault = 'R16 decision'
        from early_help_import_row same_row
        join only @child k on k.source_ref = same_row.child_ref
        left join early_help_import_known o on o.row_no = same_row.row_no
        left join only @referral f on f.referral_id = o.referral_id and not o.other_child
        cross join lateral (
            select m.family_id
            from only @family_member m
            where m.child_id = k.child_id
            order by
                same_row.received >= coalesce(m.joined_on, '-infinity') and same_row.received < coalesce(m.left_on, 'infinity') desc,
                m.joined_on desc nulls last,
                m.family_id
            limit 1
        ) of_child
        join only @episode e on e.family_id = coalesce(f.family_id, of_child.family_id)
        where same_row.row_no = r.row_no
            and r.fault is null
            and r.decided = 'referral'
            and o.same is not true
            and e.opened_on < r.received
            and (e.closed_on is null or e.closed_on > r.received)
    $query$, '@', records);

    -- What the rows without fault make of each child, next to what it was.
    create temporary table early_help_import_child (
        child_ref text,
        child_id bigint,
        born_before date,
        expected_before date,
        sex_before text,
        born date,
        expected date,
        sex text,
        -- The rows that say so.
        born_by integer,
        expected_by integer,
        sex_by integer,
        pregnancy_ended_on date,
        died_on date,
        first_referral date,
        last_referral date
    ) on commit drop;
    loop
        execute replace($query$
            insert into early_help_import_child
            select
                said.child_ref,
                k.child_id,
                k.birth_date,
                k.expected_birth_date,
                k.sex_code,
                becomes.born,
                becomes.expected,
                coalesce(s.sex, k.sex_code),
                b.row_no,
                e.row_no,
                s.row_no,
                k.pregnancy_ended_on,
                k.died_on,
                held.first_referral,
                held.last_referral
            from (
                select
                    child_ref,
                    max(word) filter (where born is not null) as born_by,
                    max(word) filter (where expected is not null) as expected_by,
                    max(word) filter (where sex is not null and expected is null) as sex_by,
                    max(word) filter (where sex is not null and expected is not null) as unborn_sex_by
                from early_help_import_row
                where fault is null
                group by child_ref
            ) said
            left join only @child k on k.source_ref = said.child_ref
            left join early_help_import_row b on b.word = said.born_by and b.fault is null
            left join early_help_import_row e on e.word = said.expected_by and e.fault is null
            left join early_help_import_row s on s.fault is null and s.word = coalesce(said.sex_by, case when k.birth_date is null then said.unborn_sex_by end)
            cross join lateral (
                select
                    coalesce(b.born, k.birth_date) as born,
                    case when coalesce(b.born, k.birth_date) is null then coalesce(e.expected, k.expected_birth_date) end as expected
            ) becomes
            -- Of the referrals that this load leaves as they are.
            left join lateral (
                select min(f.referred_on) as first_referral, max(f.referred_on) as last_referral
                from only @referral f
                where f.child_id = k.child_id
                    and coalesce(becomes.born, becomes.expected) is distinct from coalesce(k.birth_date, k.expected_birth_date)
                    and not exists (
                        select
                        from early_help_import_known o
                        join early_help_import_row r on r.row_no = o.row_no
                        where o.referral_id = f.referral_id
                            and not o.same
                            and r.fault is null)
            ) held on true
        $query$, '@', records);

        -- A new date of the child that the record cannot take: the row that
        -- brings it goes, and the next one has its say.
        update early_help_import_row r
        set fault = case when k.born is not null then 'R15 birth_date' else 'R15 expected_birth_date' end
        from early_help_import_child k
        where r.row_no = case when k.born is not null then k.born_by else k.expected_by end
            and (k.born, k.expected) is distinct from (k.born_before, k.expected_before)
            and (k.born is not null and k.pregnancy_ended_on is not null
                or k.born > k.died_on
                or k.first_referral < coalesce(k.born, k.expected) - days_before_birth
                or k.last_referral > least(k.died_on, k.pregnancy_ended_on));

        -- Then the referrals that do not fit the child's dates.
        if not found then
            update early_help_import_row r
            set fault = 'R15 received_on'
            from early_help_import_child k
            where k.child_ref = r.child_ref
                and r.fault is null
                and r.decided = 'referral'
                and (r.received < coalesce(k.born, k.expected) - days_before_birth
                    or r.received > least(k.died_on, k.pregnancy_ended_on));
            exit when not found;
        end if;
        delete from early_help_import_child;
    end loop;
    analyze early_help_import_known;
    analyze early_help_import_child (child_ref, child_id);

    execute replace($query$
        insert into @import_reject
            (contact_ref, received_on, child_ref, birth_date, expected_birth_date, sex, ward, source_code,
             primary_need_code, reason, decision, rule, field, sqlstate, message, hint)
        select
            r.contact_ref, r.received_on, r.child_ref, r.birth_date, r.expected_birth_date, r.sex, r.ward, r.source_code,
            r.primary_need_code, r.reason, r.decision, c.rule, split_part(r.fault, ' ', 2), c.sqlstate, c.sentence, c.hint
        from early_help_import_row r
        join early_help.rules() c on c.rule = split_part(r.fault, ' ', 1)
        cross join generate_series(1, r.copies)
        order by r.row_no
    $query$, '@', records);

    delete from early_help_import_known k
    using early_help_import_row r
    where r.row_no = k.row_no
        and r.fault is not null;

    select
        coalesce(sum(r.copies) filter (where r.fault is not null), 0),
        coalesce(sum(r.copies) filter (where r.fault is null), 0),
        count(*) filter (where r.fault is null and k.row_no is null),
        count(*) filter (
            where r.fault is null
                and k.row_no is not null
                and (not k.same
                    or (c.born is distinct from c.born_before and c.born_by = r.row_no)
                    or (c.born is null and c.expected is distinct from c.expected_before and c.expected_by = r.row_no)
                    or (c.sex is distinct from c.sex_before and c.sex_by = r.row_no)))
        into rejected, unchanged, accepted, corrected
    from early_help_import_row r
    left join early_help_import_known k on k.row_no = r.row_no
    left join early_help_import_child c on c.child_ref = r.child_ref;
    unchanged := unchanged - accepted - corrected;

    execute replace($query$
        insert into @locality (name)
        select min(r.ward collate "C")
        from early_help_import_row r
        where r.fault is null
            and r.ward_key is not null
            and not exists (
                select
                from only @locality l
                where lower(l.name) = r.ward_key)
        group by r.ward_key
        order by 1
        on conflict do nothing
    $query$, '@', records);
    get diagnostics written_rows = row_count;
    if written_rows > 0 then
        raise notice 'ward names not met before, now localities: %', written_rows;
    end if;

    select count(*) into expected_rows
    from early_help_import_child
    where child_id is null;
    execute replace($query$
        insert into @child (birth_date, expected_birth_date, sex_code, source_ref)
        select c.born, c.expected, c.sex, c.child_ref
        from early_help_import_child c
        where c.child_id is null
        order by least(c.born_by, c.expected_by, c.sex_by)
        on conflict (source_ref) do nothing
    $query$, '@', records);
    get diagnostics written_rows = row_count;
    if written_rows <> expected_rows then
        raise serialization_failure using
            message = 'another session recorded the same child meanwhile',
            hint = 'Run import_contacts() again.';
    end if;

    -- One family for each child that belongs to none.
    execute replace($query$
        with alone as (
            select
                k.child_id,
                row_number() over (order by k.child_id) as place
            from early_help_import_child c
            join only @child k on k.source_ref = c.child_ref
            where not exists (
                select
                from only @family_member m
                where m.child_id = k.child_id)
        ), made as (
            insert into @family (source_ref)
            select null
            from alone
            returning family_id
        )
        insert into @family_member (family_id, child_id)
        select m.family_id, a.child_id
        from (
            select
                family_id,
                row_number() over () as place
            from made
        ) m
        join alone a on a.place = m.place
    $query$, '@', records);

    execute replace($query$
        insert into @contact (received_on, source_code, source_ref)
        select r.received, r.source_code, r.contact_ref
        from early_help_import_row r
        where r.fault is null
            and not exists (
                select
                from early_help_import_known k
                where k.row_no = r.row_no)
        order by r.row_no
        on conflict (source_ref) do nothing
    $query$, '@', records);
    get diagnostics written_rows = row_count;
    if written_rows <> accepted then
        raise serialization_failure using
            message = 'another session recorded the same contact meanwhile',
            hint = 'Run import_contacts() again.';
    end if;

    -- A corrected day and source reach contact_child by its foreign key.
    execute replace($query$
        update only @contact c
        set received_on = r.received,
            source_code = r.source_code
        from early_help_import_known k
        join early_help_import_row r on r.row_no = k.row_no
        where c.contact_id = k.contact_id
            and not k.same
            and (c.received_on, c.source_code) is distinct from (r.received, r.source_code)
    $query$, '@', records);

    execute replace($query$
        insert into @contact_child
            (contact_id, received_on, source_code, child_id, primary_need_code, reason, locality_id, decision,
             attached_episode_id)
        select
            c.contact_id, r.received, r.source_code, k.child_id, r.primary_need_code, r.reason,
            coalesce(w.locality_id, one.locality_id), r.decided,
            case
                when r.decided is distinct from 'referral' then (
                    select e.episode_id
                    from only @episode_child m
                    join only @episode e on e.episode_id = m.episode_id
                    where m.child_id = k.child_id
                        and m.joined_on <= r.received
                        and (m.left_on is null or m.left_on > r.received)
                        and e.opened_on < r.received
                    order by e.episode_id
                    limit 1)
            end
        from early_help_import_row r
        join only @contact c on c.source_ref = r.contact_ref
        join only @child k on k.source_ref = r.child_ref
        left join (
            select lower(name) as ward_key, min(locality_id) as locality_id, count(*) as versions
            from only @locality
            group by lower(name)
        ) one on one.ward_key = r.ward_key
        left join lateral (
            select l.locality_id
            from only @locality l
            where one.versions > 1
                and lower(l.name) = r.ward_key
            order by
                r.received >= coalesce(l.valid_from, '-infinity') and r.received < coalesce(l.valid_to, 'infinity') desc,
                l.valid_from desc nulls last,
                l.locality_id
            limit 1
        ) w on true
        where r.fault is null
            and not exists (
                select
                from early_help_import_known o
                where o.row_no = r.row_no
                    and (o.same or o.contact_child_id is not null))
        order by r.row_no
    $query$, '@', records);

    -- Corrections. A referral and a date of birth that change together must
    -- agree at every step: dates of birth that become earlier first, later last.
    execute format(correct_children, records, '<=');

    if exists (select from early_help_import_known where not same) then
        execute replace($query$
            delete from only @referral f
            using early_help_import_known k
            join early_help_import_row r on r.row_no = k.row_no
            where f.referral_id = k.referral_id
                and not k.same
                and (k.other_child or r.decided is distinct from 'referral')
        $query$, '@', records);

        execute replace($query$
            update only @contact_child cc
            set child_id = c.child_id,
                primary_need_code = r.primary_need_code,
                reason = r.reason,
                locality_id = w.locality_id,
                decision = r.decided
            from early_help_import_known k
            join early_help_import_row r on r.row_no = k.row_no
            join only @child c on c.source_ref = r.child_ref
            left join lateral (
                select l.locality_id
                from only @locality l
                where lower(l.name) = r.ward_key
                order by
                    r.received >= coalesce(l.valid_from, '-infinity') and r.received < coalesce(l.valid_to, 'infinity') desc,
                    l.valid_from desc nulls last,
                    l.locality_id
                limit 1
            ) w on true
            where cc.contact_child_id = k.contact_child_id
                and not k.same
                and (cc.child_id, cc.primary_need_code, cc.reason, cc.locality_id, cc.decision)
                    is distinct from (c.child_id, r.primary_need_code, r.reason, w.locality_id, r.decided)
        $query$, '@', records);

        execute replace($query$
            update only @referral f
            set referred_on = cc.received_on,
                source_code = cc.source_code,
                primary_need_code = cc.primary_need_code,
                locality_id = cc.locality_id
            from early_help_import_known k
            join only @contact_child cc on cc.contact_child_id = k.contact_child_id
            where f.referral_id = k.referral_id
                and not k.same
                and (f.referred_on, f.source_code, f.primary_need_code, f.locality_id)
                    is distinct from (cc.received_on, cc.source_code, cc.primary_need_code, cc.locality_id)
        $query$, '@', records);
    end if;

    execute format(correct_children, records, '>');

    -- Not accepted: nobody waits because a file says so.
    execute replace($query$
        insert into @referral
            (contact_child_id, child_id, family_id, referred_on, source_code, primary_need_code, locality_id)
        select distinct on (r.row_no)
            cc.contact_child_id, cc.child_id, m.family_id, cc.received_on, cc.source_code, cc.primary_need_code, cc.locality_id
        from early_help_import_row r
        join only @contact c on c.source_ref = r.contact_ref
        join only @child k on k.source_ref = r.child_ref
        join only @contact_child cc on cc.contact_id = c.contact_id and cc.child_id = k.child_id
        join only @family_member m on m.child_id = k.child_id
        where r.fault is null
            and r.decided = 'referral'
            and not exists (
                select
                from early_help_import_known o
                where o.row_no = r.row_no
                    and o.same)
            and not exists (
                select
                from only @referral f
                where f.contact_child_id = cc.contact_child_id)
        order by
            r.row_no,
            r.received >= coalesce(m.joined_on, '-infinity') and r.received < coalesce(m.left_on, 'infinity') desc,
            m.joined_on desc nulls last,
            m.family_id
    $query$, '@', records);

    drop table early_help_import_row, early_help_import_twice, early_help_import_known, early_help_import_child;
end
$$;
comment on function early_help.import_contacts(regclass) is
    'Empties the inbox_contact of a partnership: moves what is right into its record and the rest, with the rule broken, into import_reject. One row: contacts accepted (new), unchanged (known, the same), corrected (known, different), rejected. One NOTICE counts the new localities. Imports exclude each other; copying into the inbox goes on meanwhile, and only rows seen are taken. Error 40001 if another session wrote the same contact or child: try again. It makes temporary tables, so its transaction cannot be prepared (PREPARE TRANSACTION). The caller needs rights on the tables and TEMPORARY on the database.';
