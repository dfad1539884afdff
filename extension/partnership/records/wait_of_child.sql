-- The children in the waits of a family. After wait.sql.
create function waits_of_children(family_id bigint)
returns table (
    child_id bigint,
    began_on date,
    ended_on date,
    started boolean,
    source_code varchar(40),
    primary_need_code varchar(40),
    locality_id bigint,
    service_id bigint
)
language sql
stable
rows 3
begin atomic
    select
        w.child_id,
        w.began_on,
        case when w.ended_on is null and w.left_on = 'infinity' then null else least(w.ended_on, w.left_on) end,
        -- Who left the episode before support began waits no more, and had none.
        w.started and w.left_on >= w.ended_on,
        w.source_code,
        w.primary_need_code,
        w.locality_id,
        w.service_id
    from (
        select
            p.child_id,
            greatest(f.began_on, min(p.from_on)) as began_on,
            max(p.to_on) as left_on,
            f.ended_on,
            f.started,
            f.source_code,
            f.primary_need_code,
            f.locality_id,
            f.service_id
        from waits_of_family(waits_of_children.family_id) f
        cross join lateral (
            -- A referral waits until the wait ends.
            select
                coalesce(n.merged_into_child_id, r.child_id) as child_id,
                r.accepted_on::date as from_on,
                'infinity'::date as to_on
            from only referral r
            left join only child n on n.child_id = r.child_id
            where r.family_id = waits_of_children.family_id
                and r.accepted_on >= f.began_on
                and r.accepted_on <= coalesce(f.ended_on, 'infinity')
            union all
            select coalesce(n.merged_into_child_id, y.child_id), y.joined_on::date, coalesce(y.left_on, 'infinity')::date
            from only episode e
            join only episode_child y on y.episode_id = e.episode_id
            left join only child n on n.child_id = y.child_id
            where e.family_id = waits_of_children.family_id
                and y.joined_on <= coalesce(f.ended_on, 'infinity')
                and coalesce(y.left_on, 'infinity') >= f.began_on
        ) p
        group by p.child_id, f.began_on, f.ended_on, f.started, f.source_code, f.primary_need_code, f.locality_id, f.service_id
    ) w;
end;
comment on function waits_of_children(bigint) is
    'The children in the waits of a family for early help: from the day its own referral is accepted, or it joins the episode '
    'that waits, until the family''s wait ends, or the child leaves the episode. A child waits once in a wait of its family; '
    'source, need, ward and service are the wait''s.';
