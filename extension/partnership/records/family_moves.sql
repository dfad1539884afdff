-- Children change families: one child moves, a family splits, two families join. Past episodes stay
-- with the old family. After episode.sql, because families do not join while an episode is open.
create function move_child(
    child_id bigint,
    from_family_id bigint,
    to_family_id bigint,
    moved_on date default current_date
)
returns family_member
language sql
begin atomic
    select early_help_internal.require_day('moved_on', move_child.moved_on);
    select f.family_id
    from only family f
    where f.family_id in (move_child.from_family_id, move_child.to_family_id)
    order by f.family_id
    for no key update;
    select early_help_internal.raise_rule('S05',
        format('child_id %s is no member of family_id %s on %s',
            move_child.child_id, move_child.from_family_id, move_child.moved_on))
    where not exists (
        select
        from only family_member m
        where m.child_id in (select r from records_of_child(move_child.child_id) r)
            and m.family_id = move_child.from_family_id
            and (m.joined_on is null or m.joined_on < move_child.moved_on)
            and m.left_on is null);
    update only family_member
    set left_on = move_child.moved_on
    where family_member.child_id in (select r from records_of_child(move_child.child_id) r)
        and family_member.family_id = move_child.from_family_id
        and family_member.left_on is null;
    insert into family_member (family_id, child_id, joined_on)
    values (move_child.to_family_id, kept_child(move_child.child_id), move_child.moved_on)
    returning family_member;
end;
comment on function move_child(bigint, bigint, bigint, date) is
    'From a day on, a child belongs to another family. Past episodes stay with the old one. '
    'Errors YHS05, YH022 if the child belongs there already, YHS11 without a day.';

create function split_family(
    family_id bigint,
    children bigint[],
    split_on date default current_date,
    source_ref text default null
)
returns family
language sql
begin atomic
    select early_help_internal.require_day('split_on', split_family.split_on);
    select f.family_id
    from only family f
    where f.family_id = split_family.family_id
    for no key update;
    select early_help_internal.raise_rule('S05', format('no child of family_id %s is named', split_family.family_id))
    where coalesce(cardinality(split_family.children), 0) = 0;
    select early_help_internal.refuse_other_contents('family_id', r.family_id)
    from only family r
    cross join unnest(split_family.children) as c (child_id)
    where r.source_ref = split_family.source_ref
        and not exists (
            select
            from only family_member m
            where m.family_id = r.family_id
                and m.child_id = kept_child(c.child_id)
                and m.joined_on = split_family.split_on);
    select early_help_internal.raise_rule(
        'S05', format('child_id %s is no member of family_id %s', c.child_id, split_family.family_id))
    from unnest(split_family.children) as c (child_id)
    where not exists (
        select
        from only family_member m
        where m.child_id in (select r from records_of_child(c.child_id) r)
            and m.family_id = split_family.family_id
            and m.left_on is null)
        and not exists (select from only family r where r.source_ref = split_family.source_ref);
    update only family_member
    set left_on = split_family.split_on
    where family_member.family_id = split_family.family_id
        and family_member.child_id in (
            select r
            from unnest(split_family.children) as c (child_id)
            cross join records_of_child(c.child_id) r)
        and family_member.left_on is null
        and not exists (select from only family r where r.source_ref = split_family.source_ref);
    with parted as (
        insert into family (source_ref)
        select split_family.source_ref
        where not exists (select from only family r where r.source_ref = split_family.source_ref)
        returning family as whole, family_id
    ), joined as (
        insert into family_member (family_id, child_id, joined_on)
        select distinct
            p.family_id,
            kept_child(c.child_id),
            split_family.split_on
        from parted p
        cross join unnest(split_family.children) as c (child_id)
    )
    select p.whole
    from parted p
    union all
    select r
    from only family r
    where r.source_ref = split_family.source_ref;
end;
comment on function split_family(bigint, bigint[], date, text) is
    'From a day on, the children given are a family of their own. Past episodes stay with the old family. Returns the new one. '
    'Errors YHS05, YHS07, YHS11 without a day.';

create function join_families(keep_family_id bigint, join_family_id bigint, joined_on date default current_date)
returns family
language sql
begin atomic
    select early_help_internal.require_day('joined_on', join_families.joined_on);
    select f.family_id
    from only family f
    where f.family_id in (join_families.keep_family_id, join_families.join_family_id)
    order by f.family_id
    for no key update;
    select early_help_internal.raise_rule('S05', format('family_id %s', f.id))
    from (values (join_families.keep_family_id), (join_families.join_family_id)) as f (id)
    where not exists (select from only family r where r.family_id = f.id);
    select early_help_internal.raise_rule(
        'R06', format('family_id %s, which joins, has episode_id %s open', e.family_id, e.episode_id))
    from only episode e
    where e.family_id = join_families.join_family_id
        and e.closed_on is null;
    insert into family_member (family_id, child_id, joined_on)
    select distinct
        join_families.keep_family_id,
        j.child_id,
        join_families.joined_on
    from only family_member m
    cross join lateral (select kept_child(m.child_id) as child_id offset 0) j
    where m.family_id = join_families.join_family_id
        and m.left_on is null
        and not exists (
            select
            from only family_member k
            where k.family_id = join_families.keep_family_id
                and k.child_id = j.child_id
                and k.left_on is null);
    update only family_member
    set left_on = join_families.joined_on
    where family_member.family_id = join_families.join_family_id
        and family_member.left_on is null;
    select f
    from only family f
    where f.family_id = join_families.keep_family_id;
end;
comment on function join_families(bigint, bigint, date) is
    'From a day on, the children of join_family_id belong to keep_family_id. Past episodes stay with the old family. '
    'Errors YH006 while the joining family has an open episode, YHS05, YHS11 without a day.';
