-- Ages (extension/src/types/age.c) and working days.
create function early_help.age_at(birth_date date, expected_birth_date date, on_date date) returns integer
    language c
    immutable
    parallel safe
as 'MODULE_PATHNAME', 'early_help_age_at';
comment on function early_help.age_at(date, date, date) is
    'Age in whole years on a day; -1 before birth or while only an expected birth date is known; null if neither is known.';

-- The part of counting working days that needs no table: the partnership's own
-- bank_holiday is taken off in its schema (partnership/records/bank_holiday.sql).
create function early_help_internal.weekdays_between(from_date date, to_date date) returns integer
    language sql
    immutable
    strict
    parallel safe
    -- Whole weeks since a Monday, the first day there is, and the days of the last one.
    return
        5 * ((to_date - date '4714-11-24 BC' + 1) / 7) + least((to_date - date '4714-11-24 BC' + 1) % 7, 5)
        - 5 * ((from_date - date '4714-11-24 BC' + 1) / 7) - least((from_date - date '4714-11-24 BC' + 1) % 7, 5);
comment on function early_help_internal.weekdays_between(date, date) is
    'Number of days, Monday to Friday, after from_date up to and including to_date. '
    'If to_date is earlier, the negative of the count from to_date to from_date. Null for null.';
