-- What ALTER EXTENSION early_help UPDATE takes to 0.4.0 beyond functions, comments,
-- grants and official codes, which come from the install script.

-- The same days as before, asked of the library, so that an error about one says what to do.
create function early_help_internal.is_event_date(day date) returns boolean
    language c
    immutable
    strict
    parallel safe
as 'MODULE_PATHNAME', 'early_help_is_event_date';
alter domain early_help.event_date drop constraint event_date_is_plausible;
alter domain early_help.event_date add constraint event_date_is_plausible check (early_help_internal.is_event_date(value));

-- It has an argument and a column more: answered, severity.
drop function early_help.audit(text, text);

-- What function publication_warnings is made of.
create type early_help_internal.one_value as (
    few boolean,
    whole integer,
    part integer,
    cases integer,
    instead text
);

-- They have other arguments.
drop function early_help_internal.narrow_filled_months(text);
drop function early_help_internal.published_view(text, text, text[], text[], text[], text[]);
