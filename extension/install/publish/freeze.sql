-- What a publication freezes, and what it hides.

create function early_help_internal.published_stays()
returns trigger
language c
as 'MODULE_PATHNAME', 'early_help_published_stays';
comment on function early_help_internal.published_stays is
    'Trigger before update or delete: refuses to change what was published. Error YHF01.';

create function early_help_internal.exclude_publication(publication oid) returns void
    language c
    strict
as 'MODULE_PATHNAME', 'early_help_exclude_publication';
comment on function early_help_internal.exclude_publication is
    'Keeps other publications of a partnership waiting until the transaction ends. The argument is its table publication. Call '
    'it as the owner, in a statement of its own, before the statement that reads. Errors 42501, 42P01, 42809; 40001: at '
    'REPEATABLE READ, another publication was committed after the snapshot was taken.';

create function early_help_internal.past_publications(p text, new_id bigint) returns bigint[]
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    past bigint[];
begin
    execute format(
        $sql$
        select coalesce(array_agg(b.publication_id order by b.publication_id), '{}')
        from only %1$I.publication b
        join (
            select min(o.first_month) as first_month, max(o.next_month) as next_month
            from only %1$I.publication own
            join only %1$I.publication o on o.first_month < own.next_month and o.next_month > own.first_month
            where own.publication_id = $1
        ) span on b.first_month >= span.first_month and b.next_month <= span.next_month
        where b.publication_id <> $1
        $sql$, p)
    into past
    using new_id;
    return past;
end
$$;
comment on function early_help_internal.past_publications is
    'The earlier publications that matter for a new one: those that overlap it, and those that overlap these. The longest of '
    'them contains the others.';

create function early_help_internal.freeze_figures()
    returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    p constant text := tg_table_schema;
    threshold constant integer := new.suppression_threshold;
    past bigint[];
    cells early_help_internal.month_figure[];
    places early_help_internal.figure_place[];
    terms early_help_internal.figure_term[];
    periods early_help_internal.publication_period[];
    figures early_help_internal.period_figure[];
    before early_help_internal.past_figure[];
    bounds early_help_internal.figure_bound[];
    changed boolean;
    against_past integer[];
    decided integer[];
begin
    -- Read: what was published, and the figures as the records are now.
    perform early_help_internal.exclude_publication(tg_relid);
    past := early_help_internal.past_publications(p, new.publication_id);
    periods := array(select q from early_help_internal.publication_periods(p, past || new.publication_id, new.publication_id) q);
    cells := array(
        select c
        from (select min(q.first_month) as first_month, max(q.next_month) as next_month from unnest(periods) q) span
        cross join lateral early_help_internal.month_figures(p, span.first_month, span.next_month) c);
    perform early_help_internal.check_counts_agree(cells);
    places := array(select k from early_help_internal.figure_places(p, cells, past) k);
    figures := array(select n from early_help_internal.period_figures(periods, places, cells) n);
    before := array(select b from early_help_internal.past_figures(p, past, periods, places) b);
    changed := early_help_internal.changed_since(before, figures);

    -- What each figure might be, and what adds up.
    bounds := array(
        select b
        from early_help_internal.figure_bounds(
            p, new.publication_id, threshold, past, places,
            array(select n from unnest(figures) n join unnest(periods) q on q.period = n.period where q.is_new), before) b);
    terms := array(select t from early_help_internal.figure_equations(p, places) t);

    -- Decide. Without earlier publications nothing stands against it yet.
    against_past := array_fill(0, array[cardinality(places)]);
    if past <> '{}' then
        against_past := early_help_internal.decide_against_past(periods, figures, before, bounds, terms, threshold, not changed);
    end if;
    decided := against_past;
    if past = '{}' or changed then
        decided := early_help_internal.decide_by_itself(bounds, terms, threshold, against_past);
    end if;

    -- Write. Whoever can work a figure out from earlier publications may see it, but
    -- a small count is never shown.
    perform early_help_internal.write_by_engine(
        format(
            $sql$
            insert into %I.published_figure (
                publication_id, count_name, dimension_1, value_1, dimension_2, value_2, figure, hidden, stays_hidden)
            select
                $1, k.count_name, k.dimension_1, k.value_1, k.dimension_2, k.value_2, b.figure,
                case
                    when not d.hide then null
                    when $4[k.place] = 3 then 'withheld'
                    when b.figure between 1 and $6 then 'small'
                    when b.gap or b.late then 'difference'
                    else 'secondary'
                end,
                -- Hidden also from who knows what was changed: proved beside all that was
                -- published, or the first to be published.
                case when d.hide then $5[k.place] in (1, 3) or $7 end
            from unnest($2) k
            join unnest($3) b on b.place = k.place
            cross join lateral (
                select $4[k.place] <> 0 and ($4[k.place] <> 4 or b.figure between 1 and $6) as hide
            ) d
            $sql$, p),
        new.publication_id, places, bounds, decided, against_past, threshold, past = '{}');
    return null;
end
$$;
comment on function early_help_internal.freeze_figures is
    'Trigger after insert of a publication: freezes the figures of its period and hides some, so that nobody can work out a '
    'hidden figure from everything that was published. Error 40001 beside another publication at REPEATABLE READ.';
