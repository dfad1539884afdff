-- Everything that happens and is counted in its own month.
create table happened as
select received_on as day from contact_child
union select referred_on from referral
union select opened_on from episode
union select allocated_on from episode
union select closed_on from episode
union select closed_on from reopening
union select reopened_on from reopening
union select accepted_on from referral
union select started_on from assessment
union select completed_on from assessment
union select ended_on from assessment
union select started_on from plan
union select ended_on from plan
union select offered_on from step
union select decided_on from step
union select requested_on from service_request
union select started_on from service_request
union select decided_on from service_request
union select held_on from group_session
union select month from partner_return
union select audited_on from case_audit
union select asked_on from feedback_request
union select given_on from feedback;

-- Months from the first day on which anything happened to the last.
create table month as
with recursive m (first_day) as (
    select date(min(day), 'start of month') from happened
    union all
    select date(first_day, '+1 month') from m
    where date(first_day, '+1 month') <= (select max(day) from happened)
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
    select *, substr(year_from, 1, 4) || '-' || substr(date(year_from, '+1 year'), 3, 2) as year_key
    from month
)
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
select 'year to date', month_key, year_from, last_day from named;
create index period_by_day on period (first_day, last_day);
