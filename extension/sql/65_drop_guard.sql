-- The drop guard: see extension/src/drop_guard.c.
create function early_help.drop_guard() returns event_trigger
    language c
as 'MODULE_PATHNAME', 'early_help_drop_guard';
comment on function early_help.drop_guard() is
    'Refuses, while a partnership exists, to drop early_help, its schema, or anything it needs (error YHP04).';

create event trigger early_help_drop_guard
    on ddl_command_start
    when tag in ('DROP EXTENSION', 'DROP SCHEMA', 'DROP OWNED', 'ALTER EXTENSION')
    execute function early_help.drop_guard();
-- In a session that applies replication or loads data, too.
alter event trigger early_help_drop_guard enable always;
comment on event trigger early_help_drop_guard is
    'Refuses, while a partnership exists, to drop early_help, its schema, or anything it needs (error YHP04). Drop partnerships with early_help.drop_partnership.';
