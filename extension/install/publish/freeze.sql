-- What a publication freezes, and what it hides.

create function early_help.published_stays()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_published_stays';
comment on function early_help.published_stays() is
    'Before update or delete of what was published: refused. Error YHF01.';

create function early_help.freeze_figures()
    returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    p constant text := tg_table_schema;
    threshold constant integer := new.suppression_threshold;
    any_number constant integer := 2147483647;
    span_from date;
    span_to date;
    past bigint[];
    cells early_help.month_figure[];
    places early_help.figure_place[];
    n integer;
    equation integer[];
    member integer[];
    sign integer[];
    stretches date[];
    of_stretch integer[];
    now integer[];
    before integer[];
    before_hidden boolean[];
    before_withheld boolean[];
    before_stays boolean[];
    before_threshold integer[];
    low integer[];
    high integer[];
    price integer[];
    publicity integer[];
    gap boolean[];
    late boolean[];
    changed boolean;
    proved integer[];
    fixed integer[];
    own integer;
    decided integer[];
begin
    execute format('update only %I.partnership set record_version = record_version', p);

    -- All publications that overlap this one, and each other: the longest of
    -- them contains the others.
    execute format(
        'select least(min(first_month), $1), greatest(max(next_month), $2)
        from only %I.publication
        where first_month < $2 and next_month > $1', p)
    into span_from, span_to
    using new.first_month, new.next_month;
    execute format(
        'select coalesce(array_agg(publication_id order by publication_id), ''{}'')
        from only %I.publication
        where first_month >= $1 and next_month <= $2 and publication_id <> $3', p)
    into past
    using span_from, span_to, new.publication_id;

    cells := array(select c from early_help.month_figures(p, span_from, span_to) c);
    if exists (
        select
        from unnest(cells) c
        where c.month is not null
        group by c.month, c.count_name, c.dimension_1, c.value_1, c.dimension_2, c.value_2
        having min(c.figure) <> max(c.figure)) then
        raise data_exception using
            message = 'two published tables disagree on a count of the same name',
            hint = 'Give another name to a count that is not the same: see early_help.define_published_table.';
    end if;
    places := array(select k from early_help.figure_places(p, cells, past) k);
    n := cardinality(places);
    select array_agg(e.equation), array_agg(e.place), array_agg(e.sign)
    into equation, member, sign
    from early_help.figure_equations(p, places) e;
    -- What no publication divides is one unknown to the public: the first days
    -- of such stretches of months.
    execute format(
        'select array_agg(distinct d order by d)
        from (
            select unnest(array[first_month, next_month]) as d
            from only %I.publication
            where publication_id = any ($1 || $2)
        ) q
        where d < $3', p)
    into stretches
    using past, new.publication_id, span_to;

    -- The figures as they are: by stretch, and of the period.
    with found as materialized (
        select s.place, c.count_name, c.dimension_1, c.value_1, c.dimension_2, c.value_2, sum(c.figure)::integer as figure
        from (select distinct * from unnest(cells) where month is not null) c
        cross join lateral (select width_bucket(c.month, stretches) as place) s
        group by 1, 2, 3, 4, 5, 6
    )
    select array_agg(coalesce(f.figure, 0) order by s.place, k.place)
    into of_stretch
    from generate_subscripts(stretches, 1) s (place)
    cross join unnest(places) k
    left join found f on f.place = s.place
        and (f.count_name, f.dimension_1, f.value_1, f.dimension_2, f.value_2)
            = (k.count_name, k.dimension_1, k.value_1, k.dimension_2, k.value_2);
    select array_agg(s.figure order by s.place)
    into now
    from (
        select k.place, sum(of_stretch[(s.place - 1) * n + k.place])::integer as figure
        from unnest(stretches) with ordinality s (first_month, place)
        cross join unnest(places) k
        where s.first_month >= new.first_month and s.first_month < new.next_month
        group by k.place
    ) s;

    -- And as they were published: what was not listed was nothing.
    execute format(
        'select
            array_agg(coalesce(f.figure, 0) order by r.place, k.place),
            array_agg(f.hidden is not null order by r.place, k.place),
            array_agg(f.hidden is not distinct from ''withheld'' order by r.place, k.place),
            array_agg(coalesce(f.stays_hidden, false) order by r.place, k.place),
            array_agg(b.suppression_threshold::integer order by r.place, k.place)
        from unnest($1) with ordinality r (publication_id, place)
        join only %1$I.publication b on b.publication_id = r.publication_id
        cross join unnest($2) k
        left join only %1$I.published_figure f on f.publication_id = r.publication_id
            and (f.count_name, f.dimension_1, f.value_1, f.dimension_2, f.value_2)
                = (k.count_name, k.dimension_1, k.value_1, k.dimension_2, k.value_2)', p)
    into before, before_hidden, before_withheld, before_stays, before_threshold
    using past, places;
    execute format(
        'select coalesce(bool_or($1[(r.place - 1) * $4 + k] is distinct from s.figure), false)
        from unnest($2) with ordinality r (publication_id, place)
        join only %I.publication b on b.publication_id = r.publication_id
        cross join generate_series(1, $4) k
        cross join lateral (
            select sum($5[(s.place - 1) * $4 + k])::integer as figure
            from unnest($3) with ordinality s (first_month, place)
            where s.first_month >= b.first_month and s.first_month < b.next_month
        ) s', p)
    into changed
    using before, past, stretches, n, of_stretch;

    -- The least and the most each might be. A difference of 1 to the threshold
    -- is a count as small; gap: of months not published, late: of what was changed.
    with differed as (
        select
            k,
            d.gaps,
            d.outer_release = 0 as up,
            case when d.outer_release = 0 then now[k] else before[(d.outer_release - 1) * n + k] end
                - case when d.outer_release = 0 then 0 else now[k] end
                - coalesce((select sum(before[(i - 1) * n + k]) from unnest(d.inner_releases) i where i <> 0), 0)::integer as rest,
            d.outer_release,
            d.inner_releases
        from early_help.publication_differences(p, new.publication_id, past) d
        cross join generate_series(1, n) k
    ), difference as (
        select k, gaps, up,
            case when rest > 0 then 1 else -threshold end - rest as down_to,
            case when rest > 0 then threshold else -1 end - rest as up_to
        from differed
        where abs(rest) between 1 and threshold
            and not exists (
                select
                from unnest(outer_release || inner_releases) i
                where i <> 0
                    and before_hidden[(i - 1) * n + k])
    ), bound as (
        select
            k,
            max(case when up then down_to else -up_to end) as least,
            min(case when up then up_to else -down_to end) as most,
            bool_or(gaps) as gap,
            bool_or(not gaps) as late
        from difference
        group by k
    ), hidden_before as (
        select distinct k
        from generate_series(1, n) k
        cross join generate_subscripts(past, 1) r
        where before_hidden[(r - 1) * n + k]
    )
    select
        array_agg(greatest(
            case
                when now[k] = 0 or (h.k is not null and now[k] > threshold) then 0
                when now[k] <= threshold or cardinality(past) > 0 then 1
                else threshold + 1
            end, now[k] + b.least) order by k),
        array_agg(least(
            case
                when now[k] = 0 and h.k is null then 0
                when now[k] between 1 and threshold and cardinality(past) = 0 then threshold
                else any_number
            end, now[k] + b.most) order by k),
        array_agg((10 * (1 + ln(1 + now[k])) * case when l.dimension_2 <> '' then 1 when l.dimension_1 <> '' then 3 else 10 end)::integer order by k),
        array_agg(coalesce(b.gap, false) order by k),
        array_agg(coalesce(b.late, false) order by k)
    into low, high, price, gap, late
    from unnest(places) l
    cross join lateral (select l.place) as s (k)
    left join bound b using (k)
    left join hidden_before h using (k);

    decided := array_fill(0, array[n]);
    if cardinality(past) > 0 then
        -- First by what stands behind all of them, the stretches: safe even
        -- against somebody who knows every change made in between.
        select array(
            select
                case
                    when now[k] between 1 and threshold and not late[k] or gap[k] and not late[k] then 4
                    when now[k] between 1 and threshold or late[k] then 3
                    else 5
                end
            from generate_series(1, n) k
            order by k)
        into publicity;
        execute format(
            'with release as materialized (
                select b.first_month, b.next_month, r.place::integer as r,
                    exists (
                        select
                        from only %1$I.publication e
                        where e.publication_id < b.publication_id
                            and e.first_month < b.next_month and e.next_month > b.first_month) as overlaps
                from unnest($1) with ordinality r (publication_id, place)
                join only %1$I.publication b on b.publication_id = r.publication_id
            ), period as materialized (
                -- Stretches first. Versions of a period are one figure: what was changed is known here.
                select first_month, next_month,
                    (row_number() over (order by not bool_or(is_stretch), first_month, next_month))::integer as i
                from (
                    select s as first_month, lead(s, 1, $21) over (order by s) as next_month, true as is_stretch
                    from unnest($2) s
                    union all
                    select first_month, next_month, false from release
                    union all
                    select $3, $4, false
                ) q
                group by first_month, next_month
            ), now as materialized (
                select q.i, k, sum($5[(s.place - 1) * $6 + k])::integer as value
                from period q
                join unnest($2) with ordinality s (first_month, place) on s.first_month >= q.first_month and s.first_month < q.next_month
                cross join generate_series(1, $6) k
                group by q.i, k
            ), before as (
                select q.i, k, v.x, v.hidden, v.stays,
                    case
                        when v.withheld or v.x = 0 then 0
                        when v.x <= v.threshold or r.overlaps then 1
                        else v.threshold + 1
                    end as least,
                    case when not v.withheld and v.x between 1 and v.threshold and not r.overlaps then v.threshold else $7 end as most
                from release r
                join period q using (first_month, next_month)
                cross join generate_series(1, $6) k
                cross join lateral (
                    select $8[(r.r - 1) * $6 + k] as x, $9[(r.r - 1) * $6 + k] as hidden, $23[(r.r - 1) * $6 + k] as withheld,
                        $10[(r.r - 1) * $6 + k] as stays, $11[(r.r - 1) * $6 + k] as threshold
                ) v
            ), known as (
                select b.i, b.k,
                    bool_or(not b.hidden) as shown,
                    bool_or(b.stays) as stays,
                    max(case when b.hidden then n.value + b.least - b.x end) as low,
                    min(case when b.hidden then least($7, n.value + b.most::bigint - b.x) end)::integer as high
                from before b
                join now n using (i, k)
                group by b.i, b.k
            ), figure as (
                select
                    (n.i - 1) * $6 + n.k as number,
                    n.value,
                    greatest(0, e.low, case when own.i is not null then $12[n.k] end) as low,
                    least($7, e.high, case when own.i is not null then $13[n.k] end) as high,
                    case when own.i is not null then $14[n.k] else 0 end as price,
                    case
                        when e.shown then 1
                        when own.i is not null then case when e.stays then 4 else $15[n.k] end
                        when e.stays then 2
                        when e.i is not null then 3
                        when n.value between 1 and $22 then 6
                        else 0
                    end as publicity
                from now n
                left join known e on e.i = n.i and e.k = n.k
                left join period own on own.i = n.i and own.first_month = $3 and own.next_month = $4
            ), member as (
                select ((m - 1) * $16 + e)::integer as equation, ((m - 1) * $6 + k)::integer as figure, s as sign
                from generate_subscripts($2, 1) m
                cross join unnest($17, $18, $19) as t (e, k, s)
                union all
                select cardinality($2) * $16 + (q.i - 1) * $6 + k, (o.i - 1) * $6 + k, case when o.i = q.i then -1 else 1 end
                from period q
                join period o on o.i = q.i
                    or (o.i <= cardinality($2) and o.first_month >= q.first_month and o.next_month <= q.next_month)
                cross join generate_series(1, $6) k
                where q.i > cardinality($2)
            )
            select early_help.protect_figures(f.v, f.l, f.h, f.p, f.b, m.e, m.f, m.s, not $20), f.b, o.i
            from (
                select
                    array_agg(value order by number) as v,
                    array_agg(low order by number) as l,
                    array_agg(high order by number) as h,
                    array_agg(price order by number) as p,
                    array_agg(publicity order by number) as b
                from figure
            ) f
            cross join (
                select array_agg(dense) as e, array_agg(figure) as f, array_agg(sign) as s
                from (select dense_rank() over (order by equation)::integer as dense, figure, sign from member) d
            ) m
            cross join (select i from period where first_month = $3 and next_month = $4) o', p)
        into proved, fixed, own
        using past, stretches, new.first_month, new.next_month, of_stretch, n, any_number,
            before, before_hidden, before_stays, before_threshold, low, high, price, publicity,
            (select max(e) from unnest(equation) e), equation, member, sign, changed, span_to, threshold, before_withheld;
        -- What an earlier version shows has no witness here.
        select array_agg(
            case
                when fixed[(own - 1) * n + k] = 1 and publicity[k] = 4 then 2
                else proved[(own - 1) * n + k]
            end order by k)
        into decided
        from generate_series(1, n) k;
    end if;

    if cardinality(past) = 0 or changed then
        -- By itself: what was changed in between is not known to the public.
        select
            array_agg(case
                when decided[k] in (1, 3) then 3
                when now[k] between 1 and threshold or late[k] or gap[k] then 4
                else 5
            end order by k),
            array_agg(case when decided[k] = 3 then 0 else low[k] end order by k),
            array_agg(case when decided[k] = 3 then any_number else high[k] end order by k)
        into publicity, low, high
        from generate_series(1, n) k;
        proved := decided;
        decided := early_help.protect_figures(now, low, high, price, publicity, equation, member, sign, true);
        select array_agg(case when publicity[k] = 3 then proved[k] else decided[k] end order by k)
        into decided
        from generate_series(1, n) k;
    else
        proved := decided;
    end if;

    -- Who can work it out need not; a small count is never shown.
    decided := array(
        select case when d = 4 and now[k] not between 1 and threshold then 0 else d end
        from unnest(decided) with ordinality t (d, k)
        order by k);

    perform early_help.write_by_engine(format(
        'insert into %I.published_figure (
            publication_id, count_name, dimension_1, value_1, dimension_2, value_2, figure, hidden, stays_hidden)
        select $1, k.count_name, k.dimension_1, k.value_1, k.dimension_2, k.value_2, $3[k.place],
            case
                when $4[k.place] = 0 then null
                when $4[k.place] = 3 then ''withheld''
                when $3[k.place] between 1 and $5 then ''small''
                when $6[k.place] or $7[k.place] then ''difference''
                else ''secondary''
            end,
            case when $4[k.place] <> 0 then $8[k.place] in (1, 3) or $9 end
        from unnest($2) k', p),
        new.publication_id, places, now, decided, threshold, gap, late, proved, cardinality(past) = 0);
    return null;
end
$$;
comment on function early_help.freeze_figures() is
    'After insert of a publication: freezes the figures of its period and decides which are hidden, so that none can be worked '
    'out from all that has been published. Error 40001 beside another publication at REPEATABLE READ.';
