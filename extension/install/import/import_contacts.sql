-- The import of contacts from a partnership's inbox. The steps stand in the files
-- inbox, known, children and record. They share the temporary tables
-- early_help_import_*. All is one transaction: if it fails, the inbox stays as it was.
--
-- What a row means:
--   A contact_ref is one contact of one child. The row is the truth about the contact,
--   its empty cells included. A known contact that says the same is unchanged; one that
--   differs is corrected, and its referral too.
--   A row also says something about its child. A date of birth replaces an expected
--   date, never the other way round. If one load has two dates of birth, that of the
--   latest contact is taken. The same is done for sex, but rows of an unborn child say
--   nothing about the sex of a born one. Empty cells say nothing about the child. A later load
--   replaces what an earlier one said.
--
-- A fault is written as 'R15 birth_date': rule and field. Only the first fault of a row
-- is reported. Triggers and keys of the tables would refuse the same rows. The import
-- finds them first, so that one row cannot stop the others.
--
-- In a query, @ stands for the schema of the partnership. The schema is not in the
-- search_path. Otherwise a function or operator of its owner could run with the rights of
-- the role that imports. The temporary tables have no schema in their names, so
-- import_contacts first makes sure that the session has no table of such a name.
--
-- Views and acts follow a column that a partnership renames, and these queries do not. Then the import says which
-- column it misses, and shows no query.

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
    own_tables constant text[] :=
        '{early_help_import_row,early_help_import_twice,early_help_import_known,early_help_import_child}';
    in_the_way text;
    records regnamespace;
    place text;
begin
    select c.relnamespace into records
    from pg_class c
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

    -- Imports of one partnership wait for each other. COPY into the inbox does not wait.
    place := records::text || '.';
    execute replace('lock table @inbox_contact in share update exclusive mode', '@', place);

    begin
        perform early_help_internal.import_read_inbox(records);
        perform early_help_internal.import_find_known(records);
        perform early_help_internal.import_weigh_children(records);

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
        $query$, '@', place);

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
        left join early_help_import_child c on c.whom = r.whom;
        unchanged := unchanged - accepted - corrected;

        perform early_help_internal.import_write_children(records);
        perform early_help_internal.import_write_contacts(records, accepted);
        perform early_help_internal.import_write_corrections(records);
        perform early_help_internal.import_write_referrals(records);

        drop table early_help_import_row, early_help_import_twice, early_help_import_known, early_help_import_child;
    exception
        when undefined_column or undefined_table then
            raise undefined_column using
                message = format('the import finds a table or column no longer: %s', sqlerrm),
                hint = 'Give it back the name that create_partnership gave it. early_help.audit lists what is missing.';
    end;
end
$$;
comment on function early_help.import_contacts(regclass) is
    'Empties the inbox_contact of a partnership. Right rows go into its record, the others into import_reject with the rule '
    'that each breaks. Returns one row: contacts accepted (new), unchanged (known, the same), corrected '
    '(known, different), rejected. One NOTICE counts the new localities. Imports of one partnership wait for each other; '
    'copying into the inbox goes on, and only rows that the import sees are taken. Error 40001 if another session wrote '
    'the same contact or child: try again; 42703 if a column that it reads was renamed. It makes temporary tables, so its '
    'transaction cannot be prepared (PREPARE TRANSACTION). The caller needs rights on the tables and TEMPORARY on the database.';
