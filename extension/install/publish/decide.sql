-- Which figures of a new publication are hidden. The search for what protects
-- what is protect_figures(); here stands what it is asked.
--
-- It is asked twice. First against everything that was published: no hidden
-- figure, of this publication or of an earlier one, may be worked out even by
-- somebody who knows every change of the records since. Then, if records did
-- change, for this publication by itself, since the public does not know what changed.
--
-- Publicity: 0 never published, 1 shown before, 2 hidden before from all who
-- know the changes, 3 hidden anyway, 4 to be hidden, 5 to be decided, 6 small
-- and never published. Decision: 0 show, 1 hide, 2 hide without proof,
-- 3 withhold, 4 earlier publications give it away.

create type early_help_internal.guarded_figure as (
    value integer,
    low integer,
    high integer,
    price integer,
    publicity integer
);
comment on type early_help_internal.guarded_figure is
    'A figure as protect_figures takes it: its value, the least and the most it could be, the price of hiding it, its publicity.';

create function early_help_internal.protect(
    figures early_help_internal.guarded_figure[],
    terms early_help_internal.figure_term[],
    withhold boolean
)
    returns integer[]
    language sql
    immutable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $$
    select early_help_internal.protect_figures(
        f.value, f.low, f.high, f.price, f.publicity, t.equation, t.figure, t.sign, protect.withhold)
    from (
        select
            coalesce(array_agg(f.value order by f.number), '{}') as value,
            coalesce(array_agg(f.low order by f.number), '{}') as low,
            coalesce(array_agg(f.high order by f.number), '{}') as high,
            coalesce(array_agg(f.price order by f.number), '{}') as price,
            coalesce(array_agg(f.publicity order by f.number), '{}') as publicity
        from unnest(protect.figures) with ordinality as f (value, low, high, price, publicity, number)
    ) f
    cross join (
        select
            coalesce(array_agg(t.equation order by t.number), '{}') as equation,
            coalesce(array_agg(t.figure order by t.number), '{}') as figure,
            coalesce(array_agg(t.sign order by t.number), '{}') as sign
        from unnest(protect.terms) with ordinality as t (equation, figure, sign, number)
    ) t
$$;
comment on function early_help_internal.protect is
    'The decisions of protect_figures on figures, in their order. The terms are the equations in which the figures stand.';

create function early_help_internal.guarded_figures(
    periods early_help_internal.publication_period[],
    figures early_help_internal.period_figure[],
    before early_help_internal.past_figure[],
    bounds early_help_internal.figure_bound[],
    threshold integer
)
    returns setof early_help_internal.guarded_figure
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_custom_plan
as $$
begin
    return query
    with known as materialized (
        -- What all versions of a period let the public know, moved from what the
        -- figure was then to what it is now: here every change is known.
        select
            b.period,
            b.place,
            bool_or(not b.hidden) as shown,
            bool_or(b.stays_hidden) as stays_hidden,
            max(n.figure + b.least - b.figure) filter (where b.hidden) as low,
            min(least(2147483647, n.figure + b.most::bigint - b.figure)) filter (where b.hidden) as high
        from unnest(before) b
        join unnest(figures) n on n.period = b.period and n.place = b.place
        group by b.period, b.place
    )
    select
        n.figure,
        greatest(0, e.low, o.low),
        least(2147483647, e.high, o.high)::integer,
        coalesce(o.price, 0),
        case
            when e.shown then 1
            when q.is_new and e.stays_hidden then 4
            -- Only a difference to what was changed since would show it: no proof is asked.
            when q.is_new and o.late then 3
            when q.is_new and (o.gap or n.figure between 1 and threshold) then 4
            when q.is_new then 5
            when e.stays_hidden then 2
            when e.period is not null then 3
            when n.figure between 1 and threshold then 6
            else 0
        end
    from unnest(figures) n
    join unnest(periods) q on q.period = n.period
    left join known e on e.period = n.period and e.place = n.place
    left join unnest(bounds) o on q.is_new and o.place = n.place
    order by n.period, n.place;
end
$$;
comment on function early_help_internal.guarded_figures is
    'The figures of all periods as protect_figures takes them, period by period and place by place.';

create function early_help_internal.decide_against_past(
    periods early_help_internal.publication_period[],
    figures early_help_internal.period_figure[],
    before early_help_internal.past_figure[],
    bounds early_help_internal.figure_bound[],
    terms early_help_internal.figure_term[],
    threshold integer,
    withhold boolean
)
    returns integer[]
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_custom_plan
as $$
declare
    places constant integer := cardinality(bounds);
    new_period constant integer := (select q.period from unnest(periods) q where q.is_new);
    guarded constant early_help_internal.guarded_figure[] := array(
        select g from early_help_internal.guarded_figures(periods, figures, before, bounds, threshold) g);
    decided constant integer[] := early_help_internal.protect(
        guarded, array(select t from early_help_internal.period_equations(periods, terms, places) t), withhold);
begin
    return array(
        select
            case
                -- An earlier version of the period shows it: nothing could prove it hidden.
                when g.publicity = 1 and not b.late and (b.gap or b.figure between 1 and threshold) then 2
                else decided[g.number]
            end
        from unnest(bounds) b
        join unnest(guarded) with ordinality as g (value, low, high, price, publicity, number)
            on g.number = (new_period - 1) * places + b.place
        order by b.place);
end
$$;
comment on function early_help_internal.decide_against_past is
    'The decisions on the figures of the new publication, in the order of their places, beside everything that was published.';

create function early_help_internal.decide_by_itself(
    bounds early_help_internal.figure_bound[],
    terms early_help_internal.figure_term[],
    threshold integer,
    decided integer[]
)
    returns integer[]
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_custom_plan
as $$
declare
    guarded constant early_help_internal.guarded_figure[] := array(
        select row(
            b.figure,
            case when decided[b.place] = 3 then 0 else b.low end,
            case when decided[b.place] = 3 then 2147483647 else b.high end,
            b.price,
            case
                when decided[b.place] in (1, 3) then 3
                when b.late or b.gap or b.figure between 1 and threshold then 4
                else 5
            end)::early_help_internal.guarded_figure
        from unnest(bounds) b
        order by b.place);
    alone constant integer[] := early_help_internal.protect(guarded, terms, true);
begin
    return array(
        select case when decided[b.place] in (1, 3) then decided[b.place] else alone[b.place] end
        from unnest(bounds) b
        order by b.place);
end
$$;
comment on function early_help_internal.decide_by_itself is
    'The decisions on the figures of the new publication, in the order of their places, without earlier ones. What was decided '
    'to be hidden or withheld stays so.';
