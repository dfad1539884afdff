-- Which months of the figures are stale. The log is written and read in C: see
-- extension/src/figures/stale_months.c.

create function early_help.mark_stale_months() returns trigger
    language c
as 'MODULE_PATHNAME', 'early_help_mark_stale_months';
comment on function early_help.mark_stale_months is
    'Trigger (source, months of reach, date column, ...), after row: marks the months of the row''s dates, old and new, as '
    'stale, and as many months after each as it reaches.';

create function early_help.mark_stale_months_of() returns trigger
    language c
as 'MODULE_PATHNAME', 'early_help_mark_stale_months_of';
comment on function early_help.mark_stale_months_of is
    'Trigger (source, key column, table, key column, date column, ...), after row: marks the months of the events that refer to '
    'the row. Keys are bigint. A table whose event dates can change needs hold_row().';

create function early_help.mark_stale_parts() returns trigger
    language c
as 'MODULE_PATHNAME', 'early_help_mark_stale_parts';
comment on function early_help.mark_stale_parts is
    'Trigger (source, months of reach, key column, date column, ...), after row: as mark_stale_months, but only the part of the '
    'figures that has this key, a bigint. A transaction that writes many parts marks whole months.';

create function early_help.mark_stale_parts_of() returns trigger
    language c
as 'MODULE_PATHNAME', 'early_help_mark_stale_parts_of';
comment on function early_help.mark_stale_parts_of is
    'Trigger (source, key column, table, key column, date column, ...), after row: as mark_stale_months_of, but only the part of '
    'the figures that has the row''s key, a bigint.';

create function early_help.mark_stale_span() returns trigger
    language c
as 'MODULE_PATHNAME', 'early_help_mark_stale_span';
comment on function early_help.mark_stale_span is
    'Trigger (source, months of reach, date column, date column), after row: marks every month from the row''s first date to its '
    'last, old and new, and as many months after as it reaches. Without a last date it marks all that follow.';

create function early_help.mark_stale_spans_of() returns trigger
    language c
as 'MODULE_PATHNAME', 'early_help_mark_stale_spans_of';
comment on function early_help.mark_stale_spans_of is
    'Trigger (source, key column, table, key column, date column, date column [, table, key column, column]), after row: marks '
    'every month of the periods that refer to the row, from their first date to their last, or on; and of those that refer to '
    'the column of rows that refer to it. Keys are bigint.';

create function early_help.mark_stale_months_through() returns trigger
    language c
as 'MODULE_PATHNAME', 'early_help_mark_stale_months_through';
comment on function early_help.mark_stale_months_through is
    'Trigger (source, key column, table, key column [, column, table, key column ...], date column [, column, table, key '
    'column, date column]), after row: marks the month of the event that the row refers to, directly or through other tables; '
    'and, where the named column of the event is set, the months of the events in that table which refer to it by its key. '
    'Keys are bigint.';

create function early_help.mark_all_months_stale() returns trigger
    language c
as 'MODULE_PATHNAME', 'early_help_mark_all_months_stale';
comment on function early_help.mark_all_months_stale is
    'Trigger (source), after row: marks every month as stale. For a setting on which all figures depend.';

create function early_help.hold_row() returns trigger
    language c
as 'MODULE_PATHNAME', 'early_help_hold_row';
comment on function early_help.hold_row is
    'Trigger (column, table, key column), after row: locks the row referred to FOR KEY SHARE, as a new reference would. A change '
    'to that row then waits until an event with a new date is committed. Keys are bigint.';

create function early_help_internal.stale_months(log regclass, cube text)
    returns table (month date, next_month date, whole boolean)
    language c
    stable
    strict
    parallel safe
    rows 1
as 'MODULE_PATHNAME', 'early_help_stale_months';
comment on function early_help_internal.stale_months is
    'The stale months of a cube, in order: the first day of the month and of the next month, and whether the whole month must be '
    'computed (false: only the marked parts). Months outside the range of marked events and cells are left out. This is a '
    'function so that plans do not depend on how full the log was. The caller needs USAGE on schema <partnership>_kpi, or SELECT '
    'on the log. Errors 42501; 42809: another table; 40001: the cube was made after the transaction began to read.';

create function early_help_internal.stale_parts(log regclass, cube text, month date) returns bigint[]
    language c
    stable
    strict
    parallel safe
as 'MODULE_PATHNAME', 'early_help_stale_parts';
comment on function early_help_internal.stale_parts is
    'The keys of the parts of a cube that are marked in a month, each once, in order. The caller needs SELECT on the log. Errors '
    '42501, 42809: another table.';

create function early_help_internal.forget_stale_marks() returns void
    language c
as 'MODULE_PATHNAME', 'early_help_forget_stale_marks';
comment on function early_help_internal.forget_stale_marks is
    'Lets the rest of the transaction mark again what the transaction has already marked.';
