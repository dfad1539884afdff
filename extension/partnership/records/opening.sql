-- How an episode opens, and the referral that it answers. After referral.sql, which it reads.
create function children_to_support(family_id bigint, on_day date, children bigint[] default null)
returns setof bigint
language sql
stable
begin atomic
    -- A duplicate is the child it counts for. If that child belongs to the family itself, its own membership says when.
    select distinct c.child_id
    from only family_member m
    cross join lateral (select kept_child(m.child_id) as child_id offset 0) k
    join only child c on c.child_id = k.child_id
    where m.family_id = children_to_support.family_id
        and (m.joined_on is null or m.joined_on <= children_to_support.on_day)
        and (m.left_on is null or m.left_on > children_to_support.on_day)
        and (children_to_support.children is null or c.child_id in (
            select kept_child(g.child_id)
            from unnest(children_to_support.children) g (child_id)))
        and (c.child_id = m.child_id or not exists (
            select
            from only family_member own
            where own.family_id = m.family_id
                and own.child_id = c.child_id))
        and (c.died_on is null or c.died_on > children_to_support.on_day)
        and (c.pregnancy_ended_on is null or c.pregnancy_ended_on > children_to_support.on_day);
end;
comment on function children_to_support(bigint, date, bigint[]) is
    'The children that an episode of the family supports from a day on: its living members then, or those that are given.';

create function unanswered_referral(family_id bigint, on_day date)
returns bigint
language sql
stable
begin atomic
    select f.referral_id
    from only referral f
    where f.family_id = unanswered_referral.family_id
        and f.accepted_on <= unanswered_referral.on_day
        and f.declined_on is null
        -- A referral of a sibling was answered with the first episode after it.
        and not exists (
            select
            from only episode e
            where e.family_id = f.family_id
                and e.opened_on >= f.referred_on
                and e.opened_on <= unanswered_referral.on_day)
    order by f.accepted_on, f.referral_id
    limit 1;
end;
comment on function unanswered_referral(bigint, date) is
    'The accepted referral that a family waits with on a day, the first one accepted; null if there is none. '
    'open_episode answers it.';

create function open_episode(
    family_id bigint,
    opened_on date default current_date,
    referral_id bigint default null,
    children bigint[] default null,
    lead_practitioner_id bigint default null,
    allocated_on date default null,
    source_ref text default null
)
returns episode
language sql
begin atomic
    select early_help_internal.raise_rule('S05', format('family_id %s', open_episode.family_id))
    where not exists (select from only family r where r.family_id = open_episode.family_id for no key update);
    -- Above READ COMMITTED this fails with 40001 if a child has left the family since the snapshot.
    select m.family_member_id
    from only family_member m
    where m.family_id = open_episode.family_id
    for share;
    select early_help_internal.refuse_other_contents('episode_id', r.episode_id)
    from only episode r
    where r.source_ref = open_episode.source_ref
        and (r.family_id, r.opened_on) is distinct from (open_episode.family_id, open_episode.opened_on);
    insert into episode (family_id, referral_id, opened_on, source_ref)
    select
        open_episode.family_id,
        coalesce(open_episode.referral_id, unanswered_referral(open_episode.family_id, open_episode.opened_on)),
        open_episode.opened_on,
        open_episode.source_ref
    where not exists (select from only episode r where r.source_ref = open_episode.source_ref);
    insert into episode_child (episode_id, child_id, joined_on)
    select
        e.episode_id,
        c.child_id,
        open_episode.opened_on
    from only episode e
    cross join lateral children_to_support(e.family_id, open_episode.opened_on, open_episode.children) c (child_id)
    where e.family_id = open_episode.family_id
        and (case when open_episode.source_ref is null then e.closed_on is null else e.source_ref = open_episode.source_ref end)
        and not exists (select from only episode_child m where m.episode_id = e.episode_id)
    order by c.child_id;
    insert into lead_practitioner (episode_id, from_on, practitioner_id)
    select
        e.episode_id,
        coalesce(open_episode.allocated_on, open_episode.opened_on),
        open_episode.lead_practitioner_id
    from only episode e
    where e.family_id = open_episode.family_id
        and (case when open_episode.source_ref is null then e.closed_on is null else e.source_ref = open_episode.source_ref end)
        and open_episode.lead_practitioner_id is not null
        and not exists (select from only lead_practitioner l where l.episode_id = e.episode_id);
    select e
    from only episode e
    where e.family_id = open_episode.family_id
        and (case when open_episode.source_ref is null then e.closed_on is null else e.source_ref = open_episode.source_ref end);
end;
comment on function open_episode(bigint, date, bigint, bigint[], bigint, date, text) is
    'Opens an episode of early help for a family. It is waiting, or allocated if a lead practitioner is given. '
    'It answers the referral given, or else the accepted one that the family waits with. '
    'It supports the children given, or all living children of the family. Errors YHS05, YH006, YH007, YH011.';

create function record_past_episode(
    family_id bigint,
    opened_on date,
    closed_on date,
    reason_code text,
    agreed_on date default null,
    agreement_absent_reason text default null,
    referral_id bigint default null,
    children bigint[] default null,
    lead_practitioner_id bigint default null,
    allocated_on date default null,
    source_ref text default null
)
returns episode
language sql
begin atomic
    select early_help_internal.raise_rule('S05', format('family_id %s', record_past_episode.family_id))
    where not exists (select from only family r where r.family_id = record_past_episode.family_id for no key update);
    -- Above READ COMMITTED this fails with 40001 if a child has left the family since the snapshot.
    select m.family_member_id
    from only family_member m
    where m.family_id = record_past_episode.family_id
    for share;
    select early_help_internal.refuse_other_contents('episode_id', r.episode_id)
    from only episode r
    where r.source_ref = record_past_episode.source_ref
        and (r.family_id, r.opened_on, r.closed_on)
            is distinct from (record_past_episode.family_id, record_past_episode.opened_on, record_past_episode.closed_on);
    insert into episode (
        family_id, referral_id, opened_on, closed_on, closure_reason_code, closure_agreed_on, closure_agreement_absent_reason,
        source_ref)
    select
        record_past_episode.family_id, record_past_episode.referral_id, record_past_episode.opened_on,
        record_past_episode.closed_on, record_past_episode.reason_code, record_past_episode.agreed_on,
        record_past_episode.agreement_absent_reason, record_past_episode.source_ref
    where not exists (select from only episode r where r.source_ref = record_past_episode.source_ref);
    insert into episode_child (episode_id, child_id, joined_on)
    select
        e.episode_id,
        c.child_id,
        record_past_episode.opened_on
    from only episode e
    cross join lateral children_to_support(e.family_id, record_past_episode.opened_on, record_past_episode.children) c (child_id)
    where e.family_id = record_past_episode.family_id
        and e.opened_on = record_past_episode.opened_on
        and e.closed_on = record_past_episode.closed_on
        and not exists (select from only episode_child m where m.episode_id = e.episode_id)
    order by c.child_id;
    insert into lead_practitioner (episode_id, from_on, practitioner_id)
    select
        e.episode_id,
        coalesce(record_past_episode.allocated_on, record_past_episode.opened_on),
        record_past_episode.lead_practitioner_id
    from only episode e
    where e.family_id = record_past_episode.family_id
        and e.opened_on = record_past_episode.opened_on
        and e.closed_on = record_past_episode.closed_on
        and record_past_episode.lead_practitioner_id is not null
        and not exists (select from only lead_practitioner l where l.episode_id = e.episode_id);
    select e
    from only episode e
    where e.family_id = record_past_episode.family_id
        and e.opened_on = record_past_episode.opened_on
        and e.closed_on = record_past_episode.closed_on;
end;
comment on function record_past_episode(bigint, date, date, text, date, text, bigint, bigint[], bigint, date, text) is
    'Records an episode that has closed already, also before a later one of the family. Its EHAs, plans and reviews are recorded '
    'as usual, by their days; the children''s levels follow in the order of the days. Errors YHS05, YH006, YH011, YH014, YH016.';
