-- Everything that happens and is counted on its own day, by kind of record.
create table happened as
select 'contact' as record, received_on as day from contact_child
union all select 'referral', referred_on from referral
union all select 'episode', opened_on from episode
union all select 'episode', allocated_on from episode
union all select 'episode', closed_on from episode
union all select 'episode', closed_on from reopening
union all select 'episode', reopened_on from reopening
union all select 'episode', accepted_on from referral
union all select 'assessment', started_on from assessment
union all select 'assessment', completed_on from assessment
union all select 'assessment', ended_on from assessment
union all select 'plan', started_on from plan
union all select 'plan', ended_on from plan
union all select 'plan', held_on from review
union all select 'step', offered_on from step
union all select 'step', decided_on from step
union all select 'service_request', requested_on from service_request
union all select 'service_request', started_on from service_request
union all select 'service_request', decided_on from service_request
union all select 'group_session', held_on from group_session
union all select 'partner_return', month from partner_return
union all select 'case_audit', audited_on from case_audit
union all select 'feedback', asked_on from feedback_request
union all select 'feedback', given_on from feedback;
delete from happened where day is null;

-- The last day of the current month: no figure is shown of later ones.
create table until as
select date(day, 'start of month', '+1 month', '-1 day') as day from today;

-- Where the record of each kind begins: where somebody says so; else with the last month with
-- events before which there were 13 months or more without any.
create table series as
with eventful as (
    select distinct record, date(day, 'start of month') as month
    from happened
    where day <= (select day from until)
),
own as (
    select
        k.record,
        coalesce(k.begins_on, b.record_begins_on, (
            select max(e.month)
            from eventful e
            where e.record = k.record
                and not exists (
                    select 1 from eventful o
                    where o.record = e.record
                        and o.month < e.month
                        and o.month >= date(e.month, '-13 months')))) as begins_on
    from kpi_record k
    cross join partnership b
    where k.record <> 'any'
)
select record, begins_on, date(begins_on, 'start of month') as first_day from own where begins_on is not null
union all
select 'any', min(begins_on), date(min(begins_on), 'start of month') from own;

-- Months from the first of any record to the current one.
create table month as
with recursive m (first_day) as (
    select first_day from series where record = 'any' and first_day <= (select day from until)
    union all
    select date(first_day, '+1 month') from m
    where date(first_day, '+1 month') <= (select day from until)
)
select
    first_day,
    date(first_day, '+1 month', '-1 day') as last_day,
    substr(first_day, 1, 7) as month_key,
    -- 1 April on or before, and how many quarters have gone by since.
    date(first_day, '-3 months', 'start of year', '+3 months') as year_from,
    (substr(first_day, 6, 2) + 8) % 12 / 3 as quarters_before
from m
where first_day is not null;

-- Quarters are of the financial year: Q1 begins on 1 April.
create table period as
with named as (
    select *, substr(year_from, 1, 4) || '/' || substr(date(year_from, '+1 year'), 3, 2) as year_key
    from month
),
kinds as (
    select 'month' as kind, month_key as key, first_day, last_day from named
    union
    select
        'quarter',
        year_key || ' Q' || (1 + quarters_before),
        date(year_from, (3 * quarters_before) || ' months'),
        date(year_from, (3 * quarters_before + 3) || ' months', '-1 day')
    from named
    union
    select 'year', year_key, year_from, date(year_from, '+1 year', '-1 day') from named
    union
    select 'year to date', month_key, year_from, last_day from named
)
select k.*, min(k.last_day, u.day) as until_day
from kinds k
cross join until u;
create index period_by_day on period (first_day, until_day);

-- The periods of each kind of record, and whether they are complete today.
create table shown as
select
    s.record,
    p.*,
    case
        when t.day <= p.last_day then 'running'
        when p.first_day < s.begins_on then 'history too short'
        else 'complete'
    end as status
from period p
join series s on s.first_day <= p.last_day
cross join today t;
create index shown_of_a_record on shown (record, kind);
