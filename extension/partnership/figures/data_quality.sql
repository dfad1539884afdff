-- What lies outside the months that figures are shown for: days that somebody mistyped, or
-- records from before. Few rows, counted from the records through the indexes on their days.
create view data_quality as
select
    s.record,
    s.label,
    w.what::varchar(40) as what,
    e.events::integer as events,
    date_trunc('month', e.first_day::timestamp)::date as first_month,
    date_trunc('month', e.last_day::timestamp)::date as last_month
from (
    select k.record, k.label, b.first_month
    from only kpi_record k
    left join kpi_series b on b.record = k.record
    where k.record <> 'any'
    offset 0
) s
cross join (values ('after today'), ('before the series begins')) as w (what)
cross join lateral (
    select count(*) as events, min(x.day) as first_day, max(x.day) as last_day
    from (
        select r.day
        from record_event r
        where r.record = s.record
            and w.what = 'after today'
            and r.day > current_date
        union all
        select r.day
        from record_event r
        where r.record = s.record
            and w.what = 'before the series begins'
            and r.day < s.first_month
    ) x
) e
where e.events > 0;
comment on view data_quality is
    'Events dated after today, or before the series of their kind of record begins (view kpi_series): mistyped years among them. '
    'Figures leave out those of other months than shown. An event is a day: an episode opened and closed has two.';
