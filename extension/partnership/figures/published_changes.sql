-- What differs between a version of a period and the one before it.
create view published_changes as
select
    b.first_month as month,
    to_char(b.first_month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
    b.period,
    b.version,
    b.published_on::date as published_on,
    f.count_name,
    f.dimension_1,
    f.value_1,
    f.dimension_2,
    f.value_2,
    case when f.hidden_before is null then f.figure_before end as value_before,
    case when f.hidden_before is null then 'ok' else 'c' end::varchar(10) as value_before_status,
    case when f.hidden is null then f.figure end as value,
    case when f.hidden is null then 'ok' else 'c' end::varchar(10) as value_status,
    case when f.hidden is null and f.hidden_before is null then f.figure - f.figure_before end as change,
    case when f.hidden is null and f.hidden_before is null then 'ok' else 'c' end::varchar(10) as change_status
from only publication b
join only publication e on e.first_month = b.first_month
    and e.next_month = b.next_month
    and e.version = b.version - 1
cross join lateral (
    -- What one of them does not list was nothing there.
    select
        count_name,
        dimension_1,
        value_1,
        dimension_2,
        value_2,
        coalesce(after.figure, 0) as figure,
        after.hidden,
        coalesce(before.figure, 0) as figure_before,
        before.hidden as hidden_before
    from (select * from only published_figure where publication_id = b.publication_id) after
    full join (select * from only published_figure where publication_id = e.publication_id) before
        using (count_name, dimension_1, value_1, dimension_2, value_2)
) f
where f.hidden is not null
    or f.hidden_before is not null
    or f.figure <> f.figure_before;
comment on view published_changes is
    'What differs between a version of a period and the one before. '
    'A change from 1 to the threshold is hidden like a count. A figure that is hidden in either version is listed, '
    'changed or not.';
