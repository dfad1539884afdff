-- Import of contacts, steps 3 and 4: what the rows say about each child, then the
-- localities, children and families that are new.

create function early_help_internal.import_weigh_children(records regnamespace) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    place constant text := records::text || '.';
    days_before_birth constant integer := 280;
begin
    -- What the rows without fault make of each child, beside what the record has.
    create temporary table early_help_import_child (
        whom text,
        child_ref text,
        child_id bigint,
        born_before date,
        expected_before date,
        sex_before text,
        born date,
        expected date,
        sex text,
        -- row_no of the row that says so.
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
                said.whom,
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
                    whom,
                    min(child_ref) as child_ref,
                    min(child_id) as child_id,
                    max(word) filter (where born is not null) as born_by,
                    max(word) filter (where expected is not null) as expected_by,
                    max(word) filter (where sex is not null and expected is null) as sex_by,
                    max(word) filter (where sex is not null and expected is not null) as unborn_sex_by
                from early_help_import_row
                where fault is null
                group by whom
            ) said
            left join only @child k on k.child_id = said.child_id
            left join early_help_import_row b on b.word = said.born_by and b.fault is null
            left join early_help_import_row e on e.word = said.expected_by and e.fault is null
            left join early_help_import_row s on s.fault is null
                and s.word = coalesce(said.sex_by, case when k.birth_date is null then said.unborn_sex_by end)
            cross join lateral (
                select
                    coalesce(b.born, k.birth_date) as born,
                    case
                        when coalesce(b.born, k.birth_date) is null then coalesce(e.expected, k.expected_birth_date)
                    end as expected
            ) becomes
            -- The days of those referrals that this load leaves as they are.
            left join lateral (
                select min(f.referred_on) as first_referral, max(f.referred_on) as last_referral
                from only @referral f
                where f.counted_child_id = k.child_id
                    and coalesce(becomes.born, becomes.expected) is distinct from coalesce(k.birth_date, k.expected_birth_date)
                    and not exists (
                        select
                        from early_help_import_known o
                        join early_help_import_row r on r.row_no = o.row_no
                        where o.referral_id = f.referral_id
                            and not o.same
                            and r.fault is null)
            ) held on true
        $query$, '@', place);

        -- The record cannot take a new date of the child: the row that brings the date is
        -- faulty, and the loop asks what the other rows make of the child.
        update early_help_import_row r
        set fault = case when k.born is not null then 'R15 birth_date' else 'R15 expected_birth_date' end
        from early_help_import_child k
        where r.row_no = case when k.born is not null then k.born_by else k.expected_by end
            and (k.born, k.expected) is distinct from (k.born_before, k.expected_before)
            and (k.born is not null and k.pregnancy_ended_on is not null
                or k.born > k.died_on
                or k.first_referral < coalesce(k.born, k.expected) - days_before_birth
                or k.last_referral > least(k.died_on, k.pregnancy_ended_on));

        -- When all dates hold: referrals that do not fit them are faulty.
        if not found then
            update early_help_import_row r
            set fault = 'R15 received_on'
            from early_help_import_child k
            where k.whom = r.whom
                and r.fault is null
                and r.decided = 'referral'
                and (r.received < coalesce(k.born, k.expected) - days_before_birth
                    or r.received > least(k.died_on, k.pregnancy_ended_on));
            exit when not found;
        end if;
        delete from early_help_import_child;
    end loop;
    analyze early_help_import_known;
    analyze early_help_import_child (whom, child_ref, child_id);
end
$$;
comment on function early_help_internal.import_weigh_children(regnamespace) is
    'Step 3 of import_contacts: what the rows without fault make of each child. '
    'Rows with dates that do not fit the child''s record get a fault.';

create function early_help_internal.import_write_children(records regnamespace) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    place constant text := records::text || '.';
    expected_rows bigint;
    written_rows bigint;
begin
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
    $query$, '@', place);
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
    $query$, '@', place);
    get diagnostics written_rows = row_count;
    if written_rows <> expected_rows then
        raise serialization_failure using
            message = 'another session recorded the same child at the same time',
            hint = 'Run import_contacts() again.';
    end if;

    -- One family for each child that belongs to none.
    execute replace($query$
        with alone as (
            select
                k.counts_for_child_id as child_id,
                row_number() over (order by k.counts_for_child_id) as place
            from early_help_import_child c
            join only @child k on k.source_ref = c.child_ref
            where not exists (
                select
                from only @family_member m
                where m.child_id = k.counts_for_child_id)
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
    $query$, '@', place);
end
$$;
comment on function early_help_internal.import_write_children(regnamespace) is
    'Step 4 of import_contacts: writes new localities, children and '
    'families. Error 40001 if another session recorded the same child.';
