-- What was published before, and what a new publication lets the public work out from it.

create type early_help_internal.past_figure as (
    release integer,
    period integer,
    place integer,
    figure integer,
    hidden boolean,
    stays_hidden boolean,
    least integer,
    most integer
);
comment on type early_help_internal.past_figure is
    'A figure as an earlier publication froze it: the numbers of the publication, of its period and of the place; the figure; '
    'whether it is hidden, and whether also from somebody who knows all changes; the least and the most that the public knows it '
    'to be.';

-- What a publication did not list was zero. A hidden figure is known to be from
-- 1 to the threshold only while no earlier publication overlaps this one:
-- otherwise it may have been hidden because it changed by a few.
create function early_help_internal.past_figures(
    p text,
    past bigint[],
    periods early_help_internal.publication_period[],
    places early_help_internal.figure_place[]
)
    returns setof early_help_internal.past_figure
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    return query execute format(
        $sql$
        with release as materialized (
            select
                r.place::integer as release,
                q.period,
                b.publication_id,
                b.suppression_threshold::integer as threshold,
                exists (
                    select
                    from only %1$I.publication e
                    where e.publication_id < b.publication_id
                        and e.first_month < b.next_month
                        and e.next_month > b.first_month) as overlaps
            from unnest($1) with ordinality r (publication_id, place)
            join only %1$I.publication b on b.publication_id = r.publication_id
            join unnest($2) q on (q.first_month, q.next_month) = (b.first_month, b.next_month)
        ), frozen as materialized (
            select f.*
            from only %1$I.published_figure f
            where f.publication_id = any ($1)
        )
        select
            r.release,
            r.period,
            k.place,
            x.figure,
            f.hidden is not null,
            coalesce(f.stays_hidden, false),
            case
                when x.withheld or x.figure = 0 then 0
                when x.figure <= r.threshold or r.overlaps then 1
                else r.threshold + 1
            end,
            case
                when not x.withheld and x.figure between 1 and r.threshold and not r.overlaps then r.threshold
                else 2147483647
            end
        from release r
        cross join unnest($3) k
        left join frozen f on f.publication_id = r.publication_id
            and (f.count_name, f.dimension_1, f.value_1, f.dimension_2, f.value_2)
                = (k.count_name, k.dimension_1, k.value_1, k.dimension_2, k.value_2)
        cross join lateral (
            select coalesce(f.figure, 0) as figure, f.hidden is not distinct from 'withheld' as withheld
        ) x
        $sql$, p)
    using past, periods, places;
end
$$;
comment on function early_help_internal.past_figures is
    'The figures of earlier publications in every place.';

create function early_help_internal.changed_since(
    before early_help_internal.past_figure[],
    figures early_help_internal.period_figure[]
)
    returns boolean
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_custom_plan
as $$
begin
    return exists (
        select
        from unnest(before) b
        join unnest(figures) n on n.period = b.period and n.place = b.place
        where n.figure <> b.figure);
end
$$;
comment on function early_help_internal.changed_since is
    'Whether any published figure differs from what the records say now.';

create function early_help_internal.publication_differences(p text, new_id bigint, past bigint[])
    returns table (outer_release integer, inner_releases integer[], gaps boolean)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    -- Release 0 is the new one. Months that were not published are gaps; a
    -- gap where a month was published is left out, since what remains is more.
    return query execute format(
        'with recursive published as (
            select r.place::integer as j, b.first_month, b.next_month, b.version
            from unnest($1 || $2) with ordinality r (publication_id, place)
            join only %1$I.publication b on b.publication_id = r.publication_id
        ), release as (
            select case when j > cardinality($1) then 0 else j end as j, first_month, next_month,
                version = max(version) over (partition by first_month, next_month) as last
            from published
        ), own as (
            select * from release where j = 0
        ), around as (
            select o.*
            from release o
            cross join own
            where o.j = 0
                or (o.first_month <= own.first_month and o.next_month >= own.next_month
                    and o.next_month - o.first_month > own.next_month - own.first_month)
        ), walk (j, at, inside, gaps) as (
            select j, first_month, array[]::integer[], false from around
            union all
            select w.j, s.next_month, w.inside || s.inside, w.gaps or s.inside = array[]::integer[]
            from walk w
            join around o on o.j = w.j and w.at < o.next_month
            cross join own
            cross join lateral (
                select r.next_month, array[r.j] as inside
                from release r
                where r.j <> o.j
                    and r.first_month = w.at
                    and r.next_month <= o.next_month
                    and (o.j = 0 or r.j = 0 or r.next_month <= own.first_month or r.first_month >= own.next_month)
                    and (r.last or cardinality($1) <= 24 or (r.first_month, r.next_month) = (own.first_month, own.next_month))
                union all
                select (w.at + interval ''1 month'')::date, array[]::integer[]
                where not exists (
                        select
                        from release r
                        where r.j <> o.j
                            and r.first_month = w.at
                            and r.next_month = (w.at + interval ''1 month'')::date)
                    and (o.j = 0 or w.at < own.first_month or w.at >= own.next_month)
            ) s
        )
        select w.j, w.inside, w.gaps
        from walk w
        join around o on o.j = w.j and o.next_month = w.at
        where w.inside <> array[]::integer[]
            and (w.j = 0 or 0 = any (w.inside))', p)
    using past, new_id;
end
$$;
comment on function early_help_internal.publication_differences is
    'The subtractions that a new publication (release 0) makes possible with earlier ones (their numbers in past): one '
    'publication less others that lie within it and do not overlap. gaps: months remain that none of them published, so '
    'something is left even if no record changed.';
