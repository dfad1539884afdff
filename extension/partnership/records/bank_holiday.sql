-- Working days: Monday to Friday, less the days listed here.
create table bank_holiday (
    day early_help.event_date primary key,
    name varchar(120) not null,
    local boolean not null default false
);
insert into bank_holiday (day, name)
select o.code::date, o.label
from early_help.official_code o
where o.list = 'bank_holiday';
comment on table bank_holiday is
    'Days that are not working days, besides Saturdays and Sundays: the bank holidays of England as gov.uk/bank-holidays '
    'publishes them (Crown copyright, Open Government Licence v3.0), and the partnership''s own closure days. '
    'Add the years to come as they are published.';
comment on column bank_holiday.day is 'The day. If a bank holiday falls on a weekend: the substitute day.';
comment on column bank_holiday.name is 'What it is.';
comment on column bank_holiday.local is 'True for a closure day of this partnership''s own.';

create function working_days_between(from_date date, to_date date)
returns integer
language sql
stable
strict
begin atomic
    select early_help_internal.weekdays_between(from_date, to_date)
        - sign(to_date - from_date)::integer * (
            select count(*)::integer
            from only bank_holiday h
            where h.day > least(from_date, to_date)
                and h.day <= greatest(from_date, to_date)
                and extract(isodow from h.day) < 6);
end;
comment on function working_days_between(date, date) is
    'Number of working days (Monday to Friday, less bank_holiday) after from_date, up to and including to_date: 1 from a '
    'working day to the next, 0 for the same day. If to_date is earlier, the negative of the count from to_date to from_date.';

create function add_working_days(from_date date, days integer)
returns date
language sql
stable
strict
begin atomic
    -- As many weekdays as are asked for and could be taken off again.
    select from_date
    where days = 0
    union all
    (select d.day
    from generate_series(1, case when days <> 0 then
        7 * ((abs(days) + (select count(*)::integer from only bank_holiday)) / 5 + 1) else 0 end) i
    cross join lateral (select from_date + sign(days)::integer * i as day) d
    where extract(isodow from d.day) < 6
        and not exists (select from only bank_holiday h where h.day = d.day)
    order by i
    offset greatest(abs(days) - 1, 0)
    limit 1);
end;
comment on function add_working_days(date, integer) is
    'The working day that is this many working days after from_date, or before it if days is negative. '
    '0 gives from_date itself, working day or not. '
    'One working day after a Friday, a Saturday or a Sunday is Monday, unless that is a bank_holiday.';
