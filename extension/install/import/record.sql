-- Import of contacts, steps 5 to 7: new contacts, corrections, referrals.

create function early_help_internal.import_write_contacts(records regnamespace, accepted integer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    place constant text := records::text || '.';
    written_rows bigint;
begin
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
    $query$, '@', place);
    get diagnostics written_rows = row_count;
    if written_rows <> accepted then
        raise serialization_failure using
            message = 'another session recorded the same contact at the same time',
            hint = 'Run import_contacts() again.';
    end if;

    -- contact_child follows by ON UPDATE CASCADE of its foreign key.
    execute replace($query$
        update only @contact c
        set received_on = r.received,
            source_code = r.source_code
        from early_help_import_known k
        join early_help_import_row r on r.row_no = k.row_no
        where c.contact_id = k.contact_id
            and not k.same
            and (c.received_on, c.source_code) is distinct from (r.received, r.source_code)
    $query$, '@', place);

    execute replace($query$
        insert into @contact_child
            (contact_id, received_on, source_code, child_id, primary_need_code, reason, locality_id, decision,
             attached_episode_id)
        select
            c.contact_id, r.received, r.source_code, k.counts_for_child_id, r.primary_need_code, r.reason,
            coalesce(w.locality_id, one.locality_id), r.decided,
            case
                when r.decided is distinct from 'referral' then (
                    select e.episode_id
                    from only @episode_child m
                    join only @episode e on e.episode_id = m.episode_id
                    where m.child_id = k.counts_for_child_id
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
    $query$, '@', place);
end
$$;
comment on function early_help_internal.import_write_contacts(regnamespace, integer) is
    'Step 5 of import_contacts: writes new contacts (accepted of them) with their children, and the '
    'corrected day and source of known ones. Error 40001 if another session recorded the same contact.';

create function early_help_internal.import_write_corrections(records regnamespace) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    place constant text := records::text || '.';
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
begin
    -- A referral and a date of birth that change together must agree after every
    -- statement: dates of birth that become earlier go first, later ones last.
    execute format(correct_children, place, '<=');

    if exists (select from early_help_import_known where not same) then
        execute replace($query$
            delete from only @referral f
            using early_help_import_known k
            join early_help_import_row r on r.row_no = k.row_no
            where f.referral_id = k.referral_id
                and not k.same
                and (k.other_child or r.decided is distinct from 'referral')
        $query$, '@', place);

        -- A partnership of a version before has no such table yet.
        if to_regclass(place || 'correction') is not null then
            execute replace($query$
                insert into @correction (table_name, record_id, column_name, value_before, value_after, reason)
                select 'contact_child', cc.contact_child_id, 'child_id', cc.child_id::text, c.child_id::text,
                    'The file names another child for this contact.'
                from early_help_import_known k
                join early_help_import_row r on r.row_no = k.row_no
                join only @child c on c.source_ref = r.child_ref
                join only @contact_child cc on cc.contact_child_id = k.contact_child_id
                where k.other_child
                    and cc.child_id <> c.child_id
            $query$, '@', place);
        end if;

        execute replace($query$
            update only @contact_child cc
            set child_id = case when k.other_child then c.counts_for_child_id else cc.child_id end,
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
                and (k.other_child, cc.primary_need_code, cc.reason, cc.locality_id, cc.decision)
                    is distinct from (false, r.primary_need_code, r.reason, w.locality_id, r.decided)
        $query$, '@', place);

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
        $query$, '@', place);
    end if;

    execute format(correct_children, place, '>');
end
$$;
comment on function early_help_internal.import_write_corrections(regnamespace) is
    'Step 6 of import_contacts: writes corrected children, contacts and referrals.';

create function early_help_internal.import_write_referrals(records regnamespace) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    place constant text := records::text || '.';
begin
    -- A file does not accept a referral: accepted_on stays null.
    execute replace($query$
        insert into @referral
            (contact_child_id, child_id, family_id, referred_on, source_code, primary_need_code, locality_id)
        select distinct on (r.row_no)
            cc.contact_child_id, cc.child_id, m.family_id, cc.received_on, cc.source_code, cc.primary_need_code, cc.locality_id
        from early_help_import_row r
        join only @contact c on c.source_ref = r.contact_ref
        join only @child k on k.source_ref = r.child_ref
        left join early_help_import_known own on own.row_no = r.row_no
            and own.contact_child_id is not null
        join only @contact_child cc on cc.contact_id = c.contact_id
            and cc.child_id = case when own.other_child is false then own.child_id else k.counts_for_child_id end
        join only @family_member m on m.child_id = cc.child_id
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
    $query$, '@', place);
end
$$;
comment on function early_help_internal.import_write_referrals(regnamespace) is
    'Step 7 of import_contacts: writes the referrals that the rows ask for and the record does not have.';
