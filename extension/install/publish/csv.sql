-- Fields of a file of comma-separated values (RFC 4180).

create function early_help_internal.csv_field(value text) returns text
    language sql
    immutable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $$
    -- A spreadsheet takes what begins so for a formula. An apostrophe before it makes it text again; it stands before such
    -- a text that has one already, too, so that it can be taken off. \uFF1D and what follows are = + - @ in full width.
    select case
            when g.guarded ~ '[",\r\n]' or g.guarded ~ '^\s|\s$' then '"' || replace(g.guarded, '"', '""') || '"'
            else coalesce(g.guarded, '')
        end
    from (select case when value ~ '^''*[-=+@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]' then '''' || value else value end as guarded) g
$$;
comment on function early_help_internal.csv_field(text) is
    'A text as a field of a CSV file: quoted where it must be, and with an apostrophe before it where a spreadsheet would '
    'take it for a formula.';

create function early_help_internal.csv_line(variadic fields text[]) returns text
    language sql
    immutable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $$
    select string_agg(early_help_internal.csv_field(f.field), ',' order by f.place)
    from unnest(fields) with ordinality f (field, place)
$$;
comment on function early_help_internal.csv_line(text[]) is 'A line of a CSV file.';
