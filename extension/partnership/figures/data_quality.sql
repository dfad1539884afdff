-- What lies outside the months that figures are shown for: days that somebody mistyped, or
-- records from before, counted through the indexes on their days. And where contacts decided to be
-- referrals and the referrals do not meet, so that their numbers differ.
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
where e.events > 0
union all
select
    k.record,
    k.label,
    u.what::varchar(40),
    u.events,
    date_trunc('month', u.first_day::timestamp)::date,
    date_trunc('month', u.last_day::timestamp)::date
from (
    select
        'contact'::varchar(20) as record,
        'decided referral, without a referral' as what,
        count(*)::integer as events,
        min(c.received_on) as first_day,
        max(c.received_on) as last_day
    from only contact_child c
    where c.decision = 'referral'
        and not exists (select from only referral r where r.contact_child_id = c.contact_child_id)
    union all
    select 'referral', 'without a contact', count(*)::integer, min(r.referred_on), max(r.referred_on)
    from only referral r
    where r.contact_child_id is null
) u
join only kpi_record k on k.record = u.record
where u.events > 0;
comment on view data_quality is
    'Events dated after today, or before the series of their kind of record begins (view kpi_series): mistyped years among them. '
    'Figures leave out those of other months than shown. It also counts contacts and referrals '
    'that do not meet.';
