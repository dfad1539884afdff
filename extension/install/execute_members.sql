-- Every function of the extension is in the list, and is granted by it alone.
do $$
declare
    one record;
begin
    for one in
        select r.routine, r.kind
        from early_help_internal.extension_routines() r
        where r.extension = '@extension@'
    loop
        if one.kind is null then
            raise exception 'extension/execute.tsv does not say who may call %', one.routine;
        end if;
        execute format('revoke execute on routine %s from public', one.routine);
        if one.kind = 'public' then
            execute format('grant execute on routine %s to public', one.routine);
        elsif one.kind in ('owner', 'database owner') then
            -- Without a grant option: see grant_ownership.
            execute format('grant execute on routine %s to pg_database_owner', one.routine);
        end if;
    end loop;
end
$$;
