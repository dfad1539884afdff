-- Rows that come with a version: official codes, bank holidays, benchmarks, cubes,
-- figures and published tables. What a partnership wrote itself stays.

create function early_help_internal.columns_of(place regclass) returns name[]
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select array_agg(a.attname order by a.attnum)
    from pg_attribute a
    where a.attrelid = place
        and a.attnum > 0
        and not a.attisdropped
        and a.attgenerated = ''
$$;
comment on function early_help_internal.columns_of(regclass) is
    'The columns of a table that can be written, in order.';

create function early_help_internal.merge_rows(
    old regclass,
    new regclass,
    key name[],
    stays name[] default '{}',
    taken text default 'true'
) returns bigint
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    columns constant name[] := early_help_internal.columns_of(new);
    changing constant name[] := array(select c from unnest(columns) c where c <> all (key || stays || '{recorded_at}'::name[]));
    same text := (select string_agg(format('o.%1$I is not distinct from n.%1$I', k), ' and ') from unnest(key) k);
    written bigint := 0;
begin
    if changing <> '{}' then
        written := early_help_internal.write_by_engine(format(
            'update only %1$s o
            set (%2$s) = row(%3$s)
            from only %4$s n
            where %5$s and (%6$s) and row(%7$s) is distinct from row(%3$s)',
            old,
            (select string_agg(quote_ident(c), ', ') from unnest(changing) c),
            (select string_agg(format('n.%I', c), ', ') from unnest(changing) c),
            new, same, taken,
            (select string_agg(format('o.%I', c), ', ') from unnest(changing) c)));
    end if;
    written := written + early_help_internal.write_by_engine(format(
        'insert into %1$s (%2$s) select %3$s from only %4$s n where not exists (select from only %1$s o where %5$s)',
        old,
        (select string_agg(quote_ident(c), ', ') from unnest(columns) c),
        (select string_agg(format('n.%I', c), ', ') from unnest(columns) c),
        new, same));
    return written;
end
$$;
comment on function early_help_internal.merge_rows(regclass, regclass, name[], name[], text) is
    'Within upgrade_partnership: writes the rows of a fresh table into the partnership''s table, by their key. stays: columns '
    'that keep the partnership''s value. taken: a condition on its rows (o) that may change. Returns how many were written.';

create function early_help_internal.upgrade_rows(old oid, new oid) returns bigint
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    one record;
    written bigint := 0;
begin
    for one in
        select k.place, o.oid::regclass as old, n.oid::regclass as new, k.key, k.stays, k.taken
        from (values
            (1, 'kpi_cube', '{cube}'::name[], '{}'::name[], 'true'),
            -- Figures name their record.
            (2, 'kpi_record', '{record}', '{begins_on}', 'true'),
            (3, 'kpi_metric', '{metric_code}', '{settles_after_days}', 'true'),
            (4, 'kpi_period', '{period_kind,last_month}', '{}', 'true'),
            (5, 'published_table', '{table_name}', '{}', 'true'),
            (6, 'bank_holiday', '{day}', '{}', 'not o.local'),
            (7, 'benchmark', '{measure_code,year,area}', '{}', 'not o.local'),
            (8, 'code_label', '{list,code,valid_from}', '{}', 'true')
        ) k (place, name, key, stays, taken)
        join pg_class o on o.relnamespace = old and o.relname = k.name and o.relkind = 'r'
        join pg_class n on n.relnamespace = new and n.relname = k.name and n.relkind = 'r'
        union all
        -- A code list is a table with the columns of one. Whether a code is still offered is for the partnership to say.
        select 9, o.oid::regclass, n.oid::regclass, '{code}', '{offered,counted_in_outcomes,was_support}', 'true'
        from pg_class n
        join pg_class o on o.relnamespace = old and o.relname = n.relname and o.relkind = 'r'
        where n.relnamespace = new
            and n.relkind = 'r'
            and (
                select count(*)
                from pg_attribute a
                where a.attrelid = n.oid
                    and a.attname in ('code', 'label', 'valid_from', 'valid_to', 'offered', 'local')) = 6
        order by place
    loop
        written := written + early_help_internal.merge_rows(one.old, one.new, one.key, one.stays, one.taken);
    end loop;
    return written;
end
$$;
comment on function early_help_internal.upgrade_rows(oid, oid) is
    'Within upgrade_partnership: writes official codes, bank holidays, benchmarks, cubes, figures and published tables, '
    'new or changed. Returns how many rows.';
