-- Import of contacts, step 2: find the contacts that the record has already, and the
-- corrections that it cannot take.

create function early_help_internal.import_find_known(records regnamespace) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    place constant text := records::text || '.';
begin
    -- A row finds its contact by contact_ref, and in it the child by child_ref. If the
    -- contact has one child, and another one than the row names, the row corrects which
    -- child it is about. If it has several, the row adds a child. A duplicate is no other
    -- child than the one it counts for; if the contact has both, the row is about the one
    -- that it names.
    execute replace($query$
        create temporary table early_help_import_known on commit drop as
        select
            r.row_no,
            c.contact_id,
            cc.contact_child_id,
            f.referral_id,
            case
                when mine.contact_child_id is null then r.child_id
                else mine.child_id
            end as child_id,
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
        left join only @contact_child mine on mine.contact_id = c.contact_id
            and mine.counted_child_id = r.child_id
            and (mine.child_id = k.child_id or not exists (
                select
                from only @contact_child o
                where o.contact_id = mine.contact_id
                    and o.counted_child_id = mine.counted_child_id
                    and (o.child_id = k.child_id, o.child_id = o.counted_child_id, mine.contact_child_id)
                        > (false, mine.child_id = mine.counted_child_id, o.contact_child_id)))
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
    $query$, '@', place);

    -- The children of contacts that are corrected are locked before their contacts are, as a merge locks them.
    execute replace($query$
        select
        from only @child k
        where k.child_id in (
            select cc.child_id
            from early_help_import_known o
            join only @contact_child cc on cc.contact_id = o.contact_id
            where not o.same)
        order by k.child_id
        for key share of k
    $query$, '@', place);

    -- Corrections that would take a record away on which others rest.
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
        left join early_help_import_known o on o.row_no = same_row.row_no
        left join only @referral f on f.referral_id = o.referral_id and not o.other_child
        cross join lateral (
            select m.family_id
            from only @family_member m
            where m.child_id = coalesce(o.child_id, same_row.child_id)
            order by
                same_row.received >= coalesce(m.joined_on, '-infinity')
                    and same_row.received < coalesce(m.left_on, 'infinity') desc,
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
    $query$, '@', place);

    -- The contact of a duplicate from before its merge is referred as the duplicate's: it must fit that one's dates too.
    execute replace($query$
        update early_help_import_row r
        set fault = 'R15 received_on'
        from early_help_import_known o
        join only @child k on k.child_id = o.child_id
        where o.row_no = r.row_no
            and r.fault is null
            and r.decided = 'referral'
            and k.merged_into_child_id is not null
            and not o.same
            and not o.other_child
            and (r.received < coalesce(k.birth_date, k.expected_birth_date) - 280
                or r.received > least(k.died_on, k.pregnancy_ended_on))
    $query$, '@', place);
end
$$;
comment on function early_help_internal.import_find_known(regnamespace) is
    'Step 2 of import_contacts: finds the contacts that the record has already, and the faults of rows that would correct them.';
