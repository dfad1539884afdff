-- Makes a partnership's families many: psql --set=partnership=p --set=copies=n --file=test/bench/multiply.sql
-- adds n copies of each child, family, contact and what refers to them, under keys of
-- their own. Only tables that figures are computed from; the rules are off, since what
-- they held of the first holds of its copies. The directory stays as it is. Before the first
-- refresh: the months are those that the first have marked.
\set ON_ERROR_STOP on
set client_min_messages = warning;
set session_replication_role = replica;
select set_config('bench.partnership', :'partnership', false), set_config('bench.copies', :'copies', false) \g /dev/null

do $$
declare
    p regnamespace := current_setting('bench.partnership');
    copies integer := current_setting('bench.copies');
    one record;
    stride bigint;
begin
    -- The tables that the marks stand on, and of those the ones that a family, a child or a contact is behind.
    create temporary table copied as
    with recursive source as (
        select distinct t.tgrelid as rel
        from pg_trigger t
        join pg_class c on c.oid = t.tgrelid
        where c.relnamespace = p
            and (t.tgname ~ '^(marks|holds)_' or c.relname in ('family', 'contact'))
    ), copied as (
        select rel
        from source
        where rel in (format('%s.family', p)::regclass, format('%s.child', p)::regclass, format('%s.contact', p)::regclass)
        union
        select f.conrelid
        from copied c
        join pg_constraint f on f.confrelid = c.rel and f.contype = 'f'
        where f.conrelid in (select rel from source)
    ), key as (
        -- Keys of copied tables (one is generated of others) and, from key to key, what refers to them.
        select c.rel, a.attnum
        from copied c
        join pg_attribute a on a.attrelid = c.rel and (a.attidentity <> '' or a.attname = 'counts_for_child_id')
        union
        select f.conrelid, r.attnum
        from key k
        join pg_constraint f on f.confrelid = k.rel and f.contype = 'f' and f.conrelid in (select rel from copied)
        cross join lateral unnest(f.conkey, f.confkey) as r (attnum, referred)
        where r.referred = k.attnum
    )
    select c.rel::regclass as rel, array(select k.attnum from key k where k.rel = c.rel) as keys
    from copied c;

    -- Further apart than the highest key: a copy meets nobody.
    select max(x.highest) + 1
    into stride
    from copied c
    cross join lateral (
        select (xpath('/row/h/text()', query_to_xml(
            format('select max(%I) as h from %s', a.attname, c.rel), false, true, '')))[1]::text::bigint as highest
        from pg_attribute a
        where a.attrelid = c.rel and a.attidentity <> ''
    ) x;

    -- These fire for a replica as well.
    create temporary table fires as
    select t.tgrelid, t.tgname, case t.tgenabled when 'A' then 'always' else 'replica' end as fires
    from copied c
    join pg_trigger t on t.tgrelid = c.rel
    where t.tgenabled in ('A', 'R');

    for one in
        select
            c.rel,
            string_agg(format('%I', a.attname), ', ' order by a.attnum) as names,
            string_agg(case when a.attnum = any (c.keys) then format('t.%I + copy * %s', a.attname, stride)
                else format('t.%I', a.attname) end, ', ' order by a.attnum) as cells
        from copied c
        join pg_attribute a on a.attrelid = c.rel and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
        group by c.rel
    loop
        execute (
            select string_agg(format('alter table %s disable trigger %I', tgrelid::regclass, tgname), '; ')
            from fires
            where tgrelid = one.rel);
        execute format('insert into %1$s (%2$s) select %3$s from %1$s t cross join generate_series(1, %4$s) copy',
            one.rel, one.names, one.cells, copies);
        execute (
            select string_agg(format('alter table %s enable %s trigger %I', tgrelid::regclass, fires, tgname), '; ')
            from fires
            where tgrelid = one.rel);
    end loop;
end
$$;
