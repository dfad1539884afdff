-- The part of counting working days that needs no table: the partnership's own
-- bank_holiday is taken off in its schema (partnership/records/deadlines.sql).
create function early_help.weekdays_between(from_date date, to_date date) returns integer
    language sql
    immutable
    strict
    parallel safe
    -- Whole weeks since a Monday, the first day there is, and the days of the last one.
    return
        5 * ((to_date - date '4714-11-24 BC' + 1) / 7) + least((to_date - date '4714-11-24 BC' + 1) % 7, 5)
        - 5 * ((from_date - date '4714-11-24 BC' + 1) / 7) - least((from_date - date '4714-11-24 BC' + 1) % 7, 5);
comment on function early_help.weekdays_between(date, date) is
    'Number of days from Monday to Friday after from_date, up to and including to_date; the negative number of those between where to_date is earlier; null for null.';
