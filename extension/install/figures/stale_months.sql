-- Which months of the figures are stale. The log is written and read in C: see
-- extension/src/figures/stale_months.c.

create function early_help.mark_stale_months() returns trigger
    language c
as 'MODULE_PATHNAME', 'early_help_mark_stale_months';
comment on function early_help.mark_stale_months() is
    'Trigger (source, months of reach, date column, ...), after row: marks the months of the row''s dates, old and new, and the '
    'months of reach after each, as stale.';

create function early_help.mark_stale_months_of() returns trigger
    language c
as 'MODULE_PATHNAME', 'early_help_mark_stale_months_of';
comment on function early_help.mark_stale_months_of() is
    'Trigger (source, key column, table, key column, date column, ...), after row: marks the months of the events that refer to '
    'the row, by bigint keys. An event''s table needs hold_row() where its date can change.';

create function early_help.mark_stale_parts() returns trigger
    language c
as 'MODULE_PATHNAME', 'early_help_mark_stale_parts';
comment on function early_help.mark_stale_parts() is
    'Trigger (source, months of reach, key column, date column, ...), after row: as mark_stale_months, for the part of the '
    'figures that the key, a bigint, is of. A transaction that writes many marks whole months.';

create function early_help.mark_stale_parts_of() returns trigger
    language c
as 'MODULE_PATHNAME', 'early_help_mark_stale_parts_of';
comment on function early_help.mark_stale_parts_of() is
    'Trigger (source, key column, table, key column, date column, ...), after row: as mark_stale_months_of, for the part of the '
    'figures that the row''s key, a bigint, is of.';

create function early_help.mark_stale_span() returns trigger
    language c
as 'MODULE_PATHNAME', 'early_help_mark_stale_span';
comment on function early_help.mark_stale_span() is
    'Trigger (source, months of reach, date column, date column), after row: marks every month from the row''s first date to its '
    'last, old and new, and the months of reach after that; without a last date, all that follow.';

create function early_help.mark_stale_months_through() returns trigger
    language c
as 'MODULE_PATHNAME', 'early_help_mark_stale_months_through';
comment on function early_help.mark_stale_months_through() is
    'Trigger (source, key column, table, key column [, column, table, key column ...], date column), after row: marks the month '
    'of the event that the row refers to, straight or through other tables, by bigint keys.';

create function early_help.mark_all_months_stale() returns trigger
    language c
as 'MODULE_PATHNAME', 'early_help_mark_all_months_stale';
comment on function early_help.mark_all_months_stale() is
    'Trigger (source), after row: marks every month as stale, for a setting that bears on all figures.';

create function early_help.hold_row() returns trigger
    language c
as 'MODULE_PATHNAME', 'early_help_hold_row';
comment on function early_help.hold_row() is
    'Trigger (column, table, key column), after row: holds the row referred to, by a bigint key, as a new reference would, so '
    'that a change to it waits for a re-dated event.';

create function early_help_internal.stale_months(log regclass, cube text) returns table (month date, next_month date, whole boolean)
    language c
    stable
    strict
    parallel safe
    rows 1
as 'MODULE_PATHNAME', 'early_help_stale_months';
comment on function early_help_internal.stale_months(regclass, text) is
    'First days of the months that a partnership''s log of stale months marks for a cube, in order, of the month after each, and '
    'whether it is to be computed as a whole: not if the marks are of parts, and not too many. None is before, or after, both '
    'the events of marks and the months in which cells stand. A function, so that plans do not depend on how full the log once '
    'was. For whoever has USAGE on schema <partnership>_kpi, or may read the log. Errors 42501, 42809: another table.';

create function early_help_internal.stale_parts(log regclass, cube text, month date) returns bigint[]
    language c
    stable
    strict
    parallel safe
as 'MODULE_PATHNAME', 'early_help_stale_parts';
comment on function early_help_internal.stale_parts(regclass, text, date) is
    'Keys of the parts that a partnership''s log of stale months marks for a cube in a month, each once, in order. For whoever '
    'may read the log. Errors 42501, 42809: another table.';

create function early_help_internal.forget_stale_marks() returns void
    language c
as 'MODULE_PATHNAME', 'early_help_forget_stale_marks';
comment on function early_help_internal.forget_stale_marks() is
    'Lets the rest of the transaction mark months anew that it has marked already.';
