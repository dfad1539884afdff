-- The Board's figures as published: totals of the published tables.
create view published_dashboard as
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
    m.metric_code,
    m.section,
    m.board_order,
    m.label,
    m.unit,
    case
        when part.hidden is null and whole.hidden is null and rest.hidden is null
        then case when m.unit = '%' then round(100.0 * part.figure / nullif(whole.figure, 0), 1) else part.figure end
    end::numeric(14, 1) as value,
    case
        when part.hidden is not null or whole.hidden is not null or rest.hidden is not null then 'c'
        when m.unit = '%' and whole.figure = 0 then 'no cases'
        else 'ok'
    end::varchar(10) as value_status,
    case when part.hidden is null then part.figure end as numerator,
    case when part.hidden is null then 'ok' else 'c' end::varchar(10) as numerator_status,
    case when whole.hidden is null then whole.figure end as denominator,
    case when whole.figure is null then null when whole.hidden is null then 'ok' else 'c' end::varchar(10) as denominator_status
from only publication b
cross join (
    -- A count, or a percentage of a count, that has the code of a figure of the Board's.
    select distinct m.metric_code, m.section, m.board_order, m.label, m.unit, x.part, x.whole, x.rest
    from only published_table t
    cross join lateral (
        select c as name, c as part, null as whole, null as rest
        from unnest(t.counts) c
        union all
        select n.name, r[2], r[3], case when s[2] = r[2] then s[3] else s[2] end
        from unnest(t.ratios) ratio
        cross join lateral regexp_split_to_array(ratio, '\s*[=/]\s*') r
        join lateral (
            select regexp_split_to_array(one, '\s*[=+]\s*') as s
            from unnest(t.sums) one
        ) w on s[1] = r[3] and r[2] = any (s[2:])
        cross join lateral (values (r[1]), (r[2])) as n (name)
    ) x
    join metric m on m.metric_code = x.name and (m.unit = '%') = (x.whole is not null)
) m
join only published_figure part on part.publication_id = b.publication_id
    and part.count_name = m.part and part.dimension_1 = ''
left join only published_figure whole on whole.publication_id = b.publication_id
    and whole.count_name = m.whole and whole.dimension_1 = ''
left join only published_figure rest on rest.publication_id = b.publication_id
    and rest.count_name = m.rest and rest.dimension_1 = '';
comment on view published_dashboard is
    'The Board''s figures as published: the totals and percentages of the published tables that have the same code as '
    'a figure of the dashboard. Figures that could disclose somebody are hidden.';
