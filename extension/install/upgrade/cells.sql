-- Cells of figures that are kept in another way, or no longer: they are computed, so they are not
-- altered but made anew.

create function early_help_internal.set_cells_aside(
    old oid,
    new early_help_internal.partnership_object[],
    out set_aside regclass[]
)
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    one record;
    index_of regclass;
begin
    set_aside := '{}';
    for one in
        select distinct c.oid::regclass as place, c.relname, k.cube
        from unnest(early_help_internal.cube_list(old)) k (cube)
        cross join lateral early_help_internal.cube_names(k.cube) n (names)
        join pg_class c on c.relnamespace = old
            and c.relkind = 'r'
            and c.relname in (n.names ->> 'cells', n.names ->> 'parts')
        join early_help_internal.partnership_differences(old, new) d on d.redefined
            and d.relation = c.relname
            and d.kind in ('table', 'column')
        where early_help_internal.is_noted(old, 'table', c.relname, '')
        order by c.relname
    loop
        for index_of in
            select i.indexrelid::regclass
            from pg_index i
            where i.indrelid = one.place
        loop
            execute format('drop index %s', index_of);
        end loop;
        execute format('alter table %s rename to %I', one.place, 'early_help_old_' || one.place::oid);
        set_aside := set_aside || one.place;
        if not exists (
            select
            from unnest(new) n
            where n.kind = 'table'
                and n.relation = early_help_internal.cube_names(one.cube) ->> 'cells') then
            perform early_help_internal.write_by_engine(
                format('delete from %s.kpi_cube where cube = $1', old::regnamespace), one.cube);
        end if;
    end loop;
end
$$;
comment on function early_help_internal.set_cells_aside(oid, early_help_internal.partnership_object[]) is
    'Within upgrade_partnership: renames the tables of cells and parts that this version keeps in another way or no longer, and '
    'forgets cubes that are gone. Views stand on them until they are made anew. Returns the tables, to be dropped then.';
