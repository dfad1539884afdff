-- Who writes the tables that are no records: see extension/src/figures/engine_guard.c.

create function early_help.engine_writes_only() returns trigger
    language c
as 'MODULE_PATHNAME', 'early_help_engine_writes_only';
comment on function early_help.engine_writes_only() is
    'Before statement: only early_help''s own functions write this table, whoever owns it. Error YHK03.';

create function early_help.owner_writes_only() returns trigger
    language c
as 'MODULE_PATHNAME', 'early_help_owner_writes_only';
comment on function early_help.owner_writes_only() is
    'Before statement: only the owner writes this table, whoever was granted it. Error 42501.';

create function early_help.write_by_engine(command text) returns bigint
    language c
as 'MODULE_PATHNAME', 'early_help_write_by_engine';
comment on function early_help.write_by_engine(text) is
    'Runs a command as the engine''s own, with the caller''s rights, who must own what engine_writes_only guards. Returns the first column of its first row, or how many rows it wrote. For the functions of early_help alone.';

create function early_help.write_by_engine(command text, variadic "values" "any") returns bigint
    language c
as 'MODULE_PATHNAME', 'early_help_write_by_engine';
comment on function early_help.write_by_engine(text, "any") is
    'The same for a command with values $1, $2 ...';

-- What stands guard over a table of figures. Settings are the owner's.
create function early_help.guard_engine_table(guarded regclass) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    execute format(
        'create trigger engine_writes_only before insert or update or delete on %s
        for each statement execute function early_help.engine_writes_only()', guarded);
    execute format(
        'create trigger zz_refuse_truncate before truncate on %s
        for each statement execute function early_help.refuse_truncate()', guarded);
    execute format('alter table %s enable always trigger zz_refuse_truncate', guarded);
end
$$;
comment on function early_help.guard_engine_table(regclass) is
    'Lets only early_help''s own functions write a table, and nobody truncate it.';
