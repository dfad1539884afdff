-- The waits of a family for early help. After reopening.sql and referral.sql, whose days they are made of.
create function waits_of_family(family_id bigint)
returns table (
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
rows 2
begin atomic
    with spell as materialized (
        select e.episode_id, e.referral_id, s.started_on, s.supported_from, s.closed_on
        from only episode e
        cross join lateral (
            select x.started_on, x.supported_from, x.closed_on
            from spell_end x
            where x.episode_id = e.episode_id
            union all
            select
                coalesce(e.reopened_on, e.opened_on)::date,
                greatest(e.allocated_on, e.reopened_on)::date,
                null
            where e.closed_on is null
        ) s
        where e.family_id = waits_of_family.family_id
    ),
    -- An accepted referral waits for the first support after it, or until an episode closes without any.
    -- None waits that is accepted while the family has support.
    waiting as (
        select r.accepted_on::date as began_on, (
                select min(coalesce(s.supported_from, s.closed_on))
                from spell s
                where coalesce(s.supported_from, s.closed_on) >= r.accepted_on
                    and (s.started_on >= r.accepted_on or coalesce(s.supported_from, s.closed_on) > r.accepted_on)) as ended_on
        from only referral r
        where r.family_id = waits_of_family.family_id
            and r.accepted_on is not null
            and not exists (
                select
                from spell s
                where s.supported_from <= r.accepted_on
                    and s.started_on < r.accepted_on
                    and (s.closed_on is null or s.closed_on > r.accepted_on))
        union all
        select s.started_on, coalesce(s.supported_from, s.closed_on)
        from spell s
        -- A reopened episode has support at once.
        where s.supported_from is null
            or s.supported_from > s.started_on
            or not exists (
                select
                from spell o
                where o.episode_id = s.episode_id
                    and o.started_on < s.started_on)
    )
    select
        w.began_on,
        w.ended_on,
        w.ended_on is not null and exists (select from spell s where s.supported_from = w.ended_on),
        f.source_code,
        f.primary_need_code,
        f.locality_id,
        f.service_id
    from (
        -- A family waits once. Ranges of time, not of days, so that neighbouring days do not run together.
        select
            lower(r.wait)::date as began_on,
            upper(r.wait)::date as ended_on
        from unnest((
            select range_agg(tsrange(x.began_on, x.ended_on, '[]'))
            from waiting x
            -- What was written with the rules off may end before it begins.
            where x.began_on <= coalesce(x.ended_on, 'infinity')
        )) as r (wait)
    ) w
    left join lateral (
        select q.source_code, q.primary_need_code, q.locality_id, q.service_id
        from (
            select 1 as place, r.referral_id
            from only referral r
            where r.family_id = waits_of_family.family_id
                and r.accepted_on = w.began_on
            union all
            select 2, s.referral_id
            from spell s
            where s.started_on = w.began_on
        ) n
        join only referral q on q.referral_id = n.referral_id
        order by n.place, n.referral_id
        limit 1
    ) f on true;
end;
comment on function waits_of_family(bigint) is
    'The waits of a family for early help: from the day a referral is accepted, or an episode opens without one, until support '
    'starts (started), or the episode closes without it; ended_on null: it still waits. Source, need, ward and service are those '
    'of the referral that the wait began with. A family waits once, however many referrals wait.';

-- Whose waits began or ended, or may have, in some days: a query for those days asks only them.
create function families_of_waits(from_on date, before date) returns table (family_id bigint)
    language sql
    stable
    rows 100
begin atomic
    select r.family_id
    from only referral r
    where r.accepted_on >= families_of_waits.from_on
        and r.accepted_on < families_of_waits.before
    union
    select e.family_id
    from only episode e
    where e.opened_on >= families_of_waits.from_on
        and e.opened_on < families_of_waits.before
    union
    select e.family_id
    from only episode e
    where e.allocated_on >= families_of_waits.from_on
        and e.allocated_on < families_of_waits.before
    union
    select s.family_id
    from spell_end s
    where s.closed_on >= families_of_waits.from_on
        and s.closed_on < families_of_waits.before
        and s.supported_from is null
    union
    select e.family_id
    from only reopening r
    join only episode e on e.episode_id = r.episode_id
    where r.reopened_on >= families_of_waits.from_on
        and r.reopened_on < families_of_waits.before;
end;
comment on function families_of_waits(date, date) is
    'The families with an event of a wait for early help on a day from from_on to before before: a referral accepted, an episode '
    'opened, allocated, closed without support, or reopened.';
