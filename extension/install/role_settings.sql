-- Every function whose text is parsed when it runs fixes its settings: PL/pgSQL,
-- and SQL in quotes. Not procedures, which could not commit then.
do $$
declare
    one record;
begin
    for one in
        select p.oid::regprocedure as routine, s.name, s.value
        from pg_extension e
        join pg_depend d on d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid
            and d.classid = 'pg_proc'::regclass and d.deptype = 'e'
        join pg_proc p on p.oid = d.objid
        join pg_language l on l.oid = p.prolang
        cross join early_help_internal.own_settings() s
        where e.extname = '@extension@'
            and p.prokind = 'f'
            and p.prosqlbody is null
            and l.lanname in ('plpgsql', 'sql')
    loop
        execute format('alter function %s set %s = %s', one.routine, one.name, one.value);
    end loop;
end
$$;
