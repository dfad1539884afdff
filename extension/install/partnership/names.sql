-- What a partnership may be called, and whose it is.

create function early_help_internal.check_partnership_name(name text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    invisible constant text := '\u00a0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff';
begin
    if coalesce(name, '') = '' then
        perform early_help_internal.raise_rule('P01', 'The name is empty.');
    elsif octet_length(name) > 40 then
        perform early_help_internal.raise_rule('P01', format('The name has %s bytes; 40 is the most.', octet_length(name)));
    elsif name ~ '[\u0001-\u001f\u007f]'
        or (getdatabaseencoding() = 'UTF8' and name ~ ('[\u0080-\u009f' || invisible || ']')) then
        perform early_help_internal.raise_rule('P01', 'The name holds a control character or one that cannot be seen.');
    elsif name ~ '^\s|\s$' then
        perform early_help_internal.raise_rule('P01', 'The name begins or ends with a space.');
    elsif starts_with(lower(name), 'pg_')
        or lower(name) in ('information_schema', 'public', 'early_help', 'early_help_internal', 'early_help_sample', '$user') then
        perform early_help_internal.raise_rule('P01', format('The name %s is reserved.', quote_ident(name)));
    elsif right(lower(name), 4) = '_kpi' then
        perform early_help_internal.raise_rule('P01', 'Names that end in _kpi are kept for the schemas that BI tools read.');
    end if;
end
$$;
comment on function early_help_internal.check_partnership_name is
    'Raises YHP01 if a partnership cannot have this name.';

create function early_help_internal.check_partnership_name_is_free(name text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    taken text;
begin
    for taken in
        select n.nspname
        from pg_namespace n
        where n.nspname in (check_partnership_name_is_free.name, check_partnership_name_is_free.name || '_kpi')
        order by length(n.nspname)
    loop
        perform early_help_internal.raise_rule('P02', format('Schema %s exists.', quote_ident(taken)));
    end loop;
end
$$;
comment on function early_help_internal.check_partnership_name_is_free is
    'Raises YHP02 if one of the two schemas that this name needs exists.';

create function early_help_internal.own_partnership(name text, out schema oid, out kpi_schema oid)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    select n.oid into schema
    from early_help_internal.partnership_schemas() p
    join pg_namespace n on n.oid = p.schema
    where p.whole
        and n.nspname = own_partnership.name;
    if schema is null then
        perform early_help_internal.raise_rule('P03', format('%s is not a schema that holds the records of a partnership.',
                                                    coalesce(quote_ident(name), 'NULL')));
    end if;

    select n.oid into kpi_schema
    from pg_namespace n
    where n.nspname = own_partnership.name || '_kpi';

    if exists (select from pg_namespace n
               where n.oid in (schema, kpi_schema)
                   and not pg_has_role(n.nspowner, 'USAGE')) then
        raise insufficient_privilege using
            message = format('must be owner of partnership %s', quote_ident(name)),
            hint = 'SET ROLE to the role that owns its schemas.';
    end if;
end
$$;
comment on function early_help_internal.own_partnership is
    'The two schemas of a partnership. Errors YHP03: there is no such partnership; 42501: the caller does not own it.';
