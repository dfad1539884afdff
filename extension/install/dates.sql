-- Dates of children: see extension/src/types/age.c.
create function early_help.age_at(birth_date date, expected_birth_date date, on_date date) returns integer
    language c
    immutable
    parallel safe
as 'MODULE_PATHNAME', 'early_help_age_at';
comment on function early_help.age_at(date, date, date) is
    'Age in whole years on a day; -1 before birth or while only an expected birth date is known; null if neither is known.';
