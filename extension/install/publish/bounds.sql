-- How much a hidden figure could be, as far as the public can tell.

create type early_help_internal.figure_bound as (
    place integer,
    figure integer,
    low integer,
    high integer,
    price integer,
    gap boolean,
    late boolean
);
comment on type early_help_internal.figure_bound is
    'A figure of the new publication: its place; the figure; the least and the most it could be if it is hidden; the price of '
    'hiding it; gap and late: whether a difference of 1 to the threshold to earlier publications would show, because of months '
    'that were not published (gap) or of changes after a publication (late).';

create function early_help_internal.figure_bounds(
    p text,
    new_id bigint,
    threshold integer,
    past bigint[],
    places early_help_internal.figure_place[],
    figures early_help_internal.period_figure[],
    before early_help_internal.past_figure[]
)
    returns setof early_help_internal.figure_bound
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_custom_plan
as $$
begin
    return query
    with frozen as materialized (
        -- Release 0 is the new publication, of which nothing is hidden yet.
        select 0 as release, n.place, n.figure, false as hidden
        from unnest(figures) n
        union all
        select b.release, b.place, b.figure, b.hidden
        from unnest(before) b
    ), subtraction as materialized (
        select row_number() over () as number, d.outer_release, d.inner_releases, d.gaps, d.outer_release = 0 as up
        from early_help_internal.publication_differences(p, new_id, past) d
    ), rest as (
        -- What is left of the outer publication without those within it. Whoever
        -- sees all of them knows it; if it is 1 to the threshold, it is a small count.
        select s.number, s.gaps, s.up, f.place, sum(m.sign * f.figure)::integer as left_over
        from subtraction s
        cross join lateral (
            select s.outer_release as release, 1 as sign
            union all
            select i.release, -1
            from unnest(s.inner_releases) i (release)
        ) m
        join frozen f on f.release = m.release
        group by s.number, s.gaps, s.up, f.place
        having abs(sum(m.sign * f.figure)) between 1 and threshold
            and not bool_or(f.hidden)
    ), room as (
        -- By how much the outer figure may go down and up so that what is left is
        -- still a small count of the same sign. The new figure moves with it where it
        -- is the outer one, and against it where it is within.
        select
            r.place,
            r.gaps,
            r.up,
            case when r.left_over > 0 then 1 else -threshold end - r.left_over as down_to,
            case when r.left_over > 0 then threshold else -1 end - r.left_over as up_to
        from rest r
    ), bound as (
        select
            r.place,
            max(case when r.up then r.down_to else -r.up_to end) as least,
            min(case when r.up then r.up_to else -r.down_to end) as most,
            bool_or(r.gaps) as gap,
            bool_or(not r.gaps) as late
        from room r
        group by r.place
    ), hidden_before as (
        select distinct b.place
        from unnest(before) b
        where b.hidden
    )
    select
        n.place,
        n.figure,
        greatest(
            case
                when n.figure = 0 or (h.place is not null and n.figure > threshold) then 0
                when n.figure <= threshold or cardinality(past) > 0 then 1
                else threshold + 1
            end,
            n.figure + b.least),
        least(
            case
                when n.figure = 0 and h.place is null then 0
                when n.figure between 1 and threshold and cardinality(past) = 0 then threshold
                else 2147483647
            end,
            n.figure + b.most),
        -- Large figures and totals are missed most.
        (10 * (1 + ln(1 + n.figure))
            * case when k.dimension_2 <> '' then 1 when k.dimension_1 <> '' then 3 else 10 end)::integer,
        coalesce(b.gap, false),
        coalesce(b.late, false)
    from unnest(figures) n
    join unnest(places) k on k.place = n.place
    left join bound b on b.place = n.place
    left join hidden_before h on h.place = n.place
    order by n.place;
end
$$;
comment on function early_help_internal.figure_bounds is
    'The bounds of every figure of the new publication. figures has its own period only.';
