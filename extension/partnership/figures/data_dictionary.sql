-- The comments of these views as data, for tools that do not show comments.
create view data_dictionary as
select
    c.relname::varchar(63) as view_name,
    a.attname::varchar(63) as column_name,
    coalesce(a.attnum, 0)::integer as position,
    -- Quoted where quote_all_identifiers is on.
    replace(format_type(a.atttypid, a.atttypmod), '"', '')::varchar(63) as data_type,
    case
        when a.attnum is null then obj_description(c.oid, 'pg_class')
        else col_description(c.oid, a.attnum)
    end::varchar(255) as meaning
from pg_class c
cross join lateral (
    select null::name as attname, null::smallint as attnum, null::oid as atttypid, null::integer as atttypmod
    union all
    select attname, attnum, atttypid, atttypmod
    from pg_attribute
    where attrelid = c.oid
        and attnum > 0
        and not attisdropped
) a
where c.relkind = 'v'
    and c.relnamespace = (select relnamespace from pg_class where oid = 'metric'::regclass);
comment on view data_dictionary is 'Every view of this schema and its columns, with what they mean: the views'' comments.';
