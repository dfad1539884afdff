-- The drop guard: see extension/src/partnership/drop_guard.c.
-- It has no search_path of its own: it finds an object by the name that the
-- command gives, as the command will.
create function early_help_internal.drop_guard() returns event_trigger
    language c
as 'MODULE_PATHNAME', 'early_help_drop_guard';
comment on function early_help_internal.drop_guard() is
    'Refuses, while a partnership exists, to drop early_help, its schema, or anything it needs (error YHP04).';

create event trigger early_help_drop_guard
    on ddl_command_start
    when tag in (
        'DROP EXTENSION', 'DROP SCHEMA', 'DROP OWNED', 'ALTER EXTENSION',
        -- What an extension can bring that a table or another object can depend on.
        'DROP ACCESS METHOD', 'DROP AGGREGATE', 'DROP CAST', 'DROP COLLATION', 'DROP CONVERSION', 'DROP DOMAIN',
        'DROP FOREIGN DATA WRAPPER', 'DROP FUNCTION', 'DROP LANGUAGE', 'DROP OPERATOR', 'DROP OPERATOR CLASS',
        'DROP OPERATOR FAMILY', 'DROP PROCEDURE', 'DROP ROUTINE', 'DROP SERVER', 'DROP TEXT SEARCH CONFIGURATION',
        'DROP TEXT SEARCH DICTIONARY', 'DROP TEXT SEARCH PARSER', 'DROP TEXT SEARCH TEMPLATE', 'DROP TRANSFORM',
        'DROP TYPE')
    execute function early_help_internal.drop_guard();
-- In a session that applies replication or loads data, too.
alter event trigger early_help_drop_guard enable always;
comment on event trigger early_help_drop_guard is
    'Refuses, while a partnership exists, to drop early_help, its schema, or anything it needs (error YHP04). Drop partnerships '
    'with early_help.drop_partnership.';
