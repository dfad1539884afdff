-- What differs between a version of a period and the one before it. Both versions stay in the other views, and this
-- view is made of what they show: which rows it has tells nothing else.
create view published_changes as
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
where (f.hidden is null) <> (f.hidden_before is null)
    or (f.hidden is null and f.figure <> f.figure_before);
comment on view published_changes is
    'What a version of a period shows differently from the one before: figures that changed, and figures that one of the two '
    'hides. What both hide is not listed. A change from 1 to the threshold is hidden like a count.';
