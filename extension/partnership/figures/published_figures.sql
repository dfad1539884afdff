-- Every published figure in a row of its own: counts and percentages of all published tables, with their margins and
-- totals. What is hidden was decided for each of these places (published_figure).
create view published_figures as
select
    b.period_kind,
    b.period,
    b.first_month as period_start,
    b.next_month - 1 as period_end,
    case b.period_kind when 'month' then b.first_month end as month,
    case b.period_kind when 'month' then b.period end::varchar(7) as month_key,
    b.version,
    not exists (
        select
        from only publication l
        where l.first_month = b.first_month
            and l.next_month = b.next_month
            and l.version > b.version) as latest,
    b.published_on::date as published_on,
    m.measure::varchar(40) as measure,
    case when m.whole is null then 'count' else '%' end::varchar(10) as unit,
    f.dimension_1,
    f.value_1,
    f.dimension_2,
    f.value_2,
    case
        when s.hidden then null
        when m.whole is null then f.figure
        else round(100.0 * f.figure / nullif(w.figure, 0), 1)
    end::numeric(14, 1) as value,
    case when s.hidden then 'c' when w.figure = 0 then 'no cases' else 'ok' end::varchar(10) as value_status
from only publication b
join only published_figure f on f.publication_id = b.publication_id
join (
    select distinct c as measure, c as part, null as whole, null as rest
    from only published_table t
    cross join lateral unnest(t.counts) c
    union
    -- A percentage is hidden with its part, its whole and the rest.
    select r[1], r[2], r[3], case when s[2] = r[2] then s[3] else s[2] end
    from only published_table t
    cross join lateral unnest(t.ratios) ratio
    cross join lateral regexp_split_to_array(ratio, '\s*[=/]\s*') r
    join lateral (
        select regexp_split_to_array(one, '\s*[=+]\s*') as s
        from unnest(t.sums) one
    ) w on s[1] = r[3] and r[2] = any (s[2:])
) m on m.part = f.count_name
left join only published_figure w on w.publication_id = f.publication_id
    and w.count_name = m.whole
    and (w.dimension_1, w.value_1, w.dimension_2, w.value_2) = (f.dimension_1, f.value_1, f.dimension_2, f.value_2)
left join only published_figure r on r.publication_id = f.publication_id
    and r.count_name = m.rest
    and (r.dimension_1, r.value_1, r.dimension_2, r.value_2) = (f.dimension_1, f.value_1, f.dimension_2, f.value_2)
cross join lateral (
    select f.hidden is not null or w.hidden is not null or r.hidden is not null as hidden
) s
where m.whole is null or (w.figure is not null and r.figure is not null);
comment on view published_figures is
    'Every published count and percentage in a row of its own, by up to two dimensions, with margins and totals. The same '
    'figures as in the other published views. Function export_publication makes a CSV file of them.';

-- Whose figures they are, and the codes of its wards: for files that leave the database.
create view published_area as
select
    coalesce(p.local_authority_name, p.title) as local_authority,
    p.gss_code,
    p.dfe_number,
    l.name as ward,
    l.gss_code as ward_gss_code
from only partnership p
left join (
    -- Of wards of one name, old and new, the last.
    select distinct on (l.name) l.name, l.gss_code
    from only locality l
    order by l.name, l.valid_from desc nulls last
) l on true;
comment on view published_area is
    'The local authority and its wards, with the codes of the Office for National Statistics and of the Department for '
    'Education, where known. One row per ward; a partnership without wards has one row.';
