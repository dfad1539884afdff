-- Rows whose foreign keys lead nowhere. Keys that were dropped are checked as well.

create function early_help_internal.audit_references(records oid, out record text, out record_id bigint, out detail text)
returns setof record
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    k record;
    dropped text := '';
begin
    -- A key that was dropped is known from structure_as_made.
    if to_regclass(format('%s.structure_as_made', records::regnamespace)) is not null then
        dropped := format(
            $q$
            union all
            select
                l.name,
                c.oid,
                f.oid,
                string_to_array(p.part[1], ', ')::name[],
                string_to_array(p.part[3], ', ')::name[]
            from only %s.structure_as_made l
            cross join lateral regexp_match(l.definition,
                '^FOREIGN KEY \(([a-z0-9_, ]+)\) REFERENCES ([a-z0-9_]+)\(([a-z0-9_, ]+)\)') p (part)
            join pg_class c on c.relnamespace = $1 and c.relname = l.table_name
            join pg_class f on f.relnamespace = $1 and f.relname = p.part[2]
            where l.kind = 'constraint'
                and not exists (
                    select
                    from pg_constraint k
                    where k.conrelid = c.oid
                        and k.conname = l.name
                        and k.contype = 'f')
            $q$, records::regnamespace);
    end if;

    for k in
        execute
            $q$
            select
                f.name,
                f.at::regclass as at,
                f.to_table::regclass as to_table,
                c.relname,
                -- The key's first column, which is the first one of every table: the key may be missing.
                (
                    select a.attname
                    from pg_attribute a
                    left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
                    where a.attrelid = f.at
                        and a.attnum = coalesce(i.indkey[0], 1)
                        and a.atttypid = 'int8'::regtype
                ) as key,
                (
                    select string_agg(format('f.%I is not null', n), ' and ')
                    from unnest(f.columns) n
                ) as there,
                (
                    select string_agg(format('t.%I = f.%I', r, n), ' and ')
                    from unnest(f.columns, f.to_columns) u (n, r)
                ) as same,
                (
                    select string_agg(format('%L, f.%I', a.attname || ' ', a.attname), ', '', '', ' order by a.attnum)
                    from pg_attribute a
                    where a.attrelid = f.at
                        and a.attname = any (f.columns)
                        and a.atttypid = 'int8'::regtype
                ) as ids
            from (
                select
                    k.conname as name,
                    k.conrelid as at,
                    k.confrelid as to_table,
                    array(select a.attname from unnest(k.conkey) with ordinality u (n, o)
                        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.n order by u.o) as columns,
                    array(select a.attname from unnest(k.confkey) with ordinality u (n, o)
                        join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.n order by u.o) as to_columns
                from pg_constraint k
                where k.connamespace = $1
                    and k.contype = 'f'
                $q$ || dropped || $q$
            ) f
            join pg_class c on c.oid = f.at
            -- Keys that hold a numbered rule have a query in rules/.
            where not exists (select from early_help.rules() r where f.name = any (r.constraints) and r.rule !~ '^S')
                -- A table that had a key may be a view now, and a type of somebody's own may have
                -- a cast: both could run that role's code as the role that audits.
                and not exists (
                    select
                    from pg_class x
                    left join pg_attribute a on a.attrelid = x.oid
                        and a.attname = any (case when x.oid = f.at then f.columns else '{}' end
                            || case when x.oid = f.to_table then f.to_columns else '{}' end)
                        and not a.attisdropped
                    left join pg_type t on t.oid = a.atttypid
                        and t.typnamespace not in ('pg_catalog'::regnamespace, 'early_help'::regnamespace)
                    left join pg_roles o on o.oid = t.typowner
                        and not o.rolsuper
                        and o.rolname <> current_user
                    where x.oid in (f.at, f.to_table)
                        and (x.relkind not in ('r', 'p') or o.oid is not null))
            order by c.relname, f.name
            $q$
        using records
    loop
        return query execute format(
            'select %L, %s::bigint, concat(%L%s)
            from %s f
            where %s
                and not exists (select from %s t where %s)',
            k.relname,
            case when k.key is not null then format('f.%I', k.key) else 'null' end,
            k.name,
            coalesce(', '': '', ' || k.ids, ''),
            k.at, k.there, k.to_table, k.same);
    end loop;
end
$$;
comment on function early_help_internal.audit_references(oid) is
    'A01: rows whose foreign keys, also those that were dropped, lead nowhere.';
