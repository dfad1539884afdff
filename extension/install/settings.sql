-- Settings that change what a text means, or how it is worded. The text of a
-- function in PL/pgSQL, or of an SQL function in quotes, is parsed when it runs,
-- under the settings of whoever calls: with standard_conforming_strings off every
-- backslash in it is another one. The script's last part fixes these settings on
-- every such function. Function bodies in SQL, and views, were parsed once.
create function early_help_internal.own_settings() returns table (name text, value text)
    language sql
    immutable
    parallel safe
    rows 10
begin atomic
    values
        -- What backslashes, = NULL and NULL in braces mean.
        ('standard_conforming_strings', 'on'),
        ('transform_null_equals', 'off'),
        ('array_nulls', 'on'),
        -- How days, numbers and names are worded: definitions are compared as texts.
        ('DateStyle', 'ISO, YMD'),
        ('IntervalStyle', 'postgres'),
        ('bytea_output', 'hex'),
        ('extra_float_digits', '1'),
        ('quote_all_identifiers', 'off'),
        -- What only warns elsewhere.
        ('plpgsql.extra_errors', 'none'),
        ('plpgsql.extra_warnings', 'none');
end;
comment on function early_help_internal.own_settings() is
    'Settings that functions of early_help fix for themselves, as the caller''s would change what they do.';

-- For procedures, which may not commit once a setting is fixed on them, and for
-- this script.
create function early_help_internal.fix_settings() returns void
    language sql
begin atomic
    select pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    select pg_catalog.set_config(s.name, s.value, true) from early_help_internal.own_settings() s;
end;
comment on function early_help_internal.fix_settings() is
    'Fixes own_settings() and the search_path until the transaction ends.';
select from early_help_internal.fix_settings();
