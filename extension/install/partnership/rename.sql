-- Renaming a partnership: its two schemas.

create function early_help.rename_partnership(old_name text, new_name text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    own record;
begin
    own := early_help_internal.own_partnership(old_name);
    perform early_help_internal.check_partnership_name(new_name);
    perform early_help_internal.check_partnership_name_is_free(new_name);

    begin
        execute format('alter schema %I rename to %I', old_name, new_name);
        if own.kpi_schema is not null then
            execute format('alter schema %I rename to %I', old_name || '_kpi', new_name || '_kpi');
        end if;
    exception
        when duplicate_schema or unique_violation then
            perform early_help_internal.raise_rule('P02', format('Schema %s or %s was created meanwhile.',
                                                        quote_ident(new_name), quote_ident(new_name || '_kpi')));
    end;
end
$$;
comment on function early_help.rename_partnership is
    'Renames both schemas of a partnership. Its owner may do it, with CREATE on the database. Grants, rules, figures and the '
    'title in table partnership stay as they are. Errors YHP01, YHP02, YHP03.';
