-- The audit of a partnership. It finds what was written while the rules were off: by the
-- replica role, with disabled triggers or dropped constraints, or by a superuser.
--
-- Folder rules/ has the queries, one file per rule, on a schema named records. The build
-- makes early_help_internal.audit_queries() from them. A query states what its rule means
-- and does not use the triggers and constraints that hold it, which may be missing. It
-- returns the table, the id of the row (if the key is more than an id: of the row it
-- belongs to) and the details, which are only ids, dates and codes.
--
-- The partnership's schema is put into each query and is not in the search_path.
-- Otherwise a function or operator of its owner could run with the rights of the role
-- that audits.

create function early_help_internal.audit_queries_in(records oid) returns table (rule text, query text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
begin atomic
    select
        q.rule,
        replace(regexp_replace(q.query, E'@(\\w+)', E'@.\\1', 'g'), '@', audit_queries_in.records::regnamespace::text)
    from early_help_internal.audit_queries() q;
end;
comment on function early_help_internal.audit_queries_in(oid) is
    'What early_help.audit asks of a partnership''s records, with their schema put in.';

create function early_help_internal.audit_asks(records oid, rule text, answered boolean default false)
returns table (record text, record_id bigint, detail text)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
    set jit = off
as $$
#variable_conflict use_column
declare
    asked text;
begin
    for asked in
        select q.query
        from early_help_internal.audit_queries_in(records) q
        where q.rule = audit_asks.rule
            and q.rule ~ '^Q'
    loop
        return query execute format(
            'select f.record::text, f.record_id, f.detail
            from (%s) f (record, record_id, detail)
            where $2 or not exists (
                select
                from only %s.audit_answer a
                where a.rule = $1
                    and a.table_name = f.record
                    and a.record_id = f.record_id
                    and a.detail = f.detail)', asked, records::regnamespace)
        using rule, answered;
    end loop;
end
$$;
comment on function early_help_internal.audit_asks(oid, text, boolean) is
    'What the audit asks about: the rows that a rule of queries (Q01 ...) finds in a partnership''s records. answered: also '
    'those whose detail, as it is now, was answered.';

create function early_help.audit(
    partnership text,
    cells text default 'sample',
    answered boolean default false,
    out rule text,
    out sqlstate text,
    out record text,
    out record_id bigint,
    out detail text,
    out words text,
    out severity text
)
returns setof record
    language plpgsql
    -- Stable: all queries see one snapshot, and none can write.
    stable
    set search_path = pg_catalog, pg_temp
    set jit = off
as $$
#variable_conflict use_column
declare
    records oid;
    asked record;
    found text := 'select r.rule, r.sqlstate, f.record::text, f.record_id, f.detail, r.sentence, ''error''
                   from (%s) f (record, record_id, detail)
                   join early_help.rules() r on r.rule = $1
                   order by f.record, f.record_id, f.detail';
    to_answer text := 'select r.rule, r.sqlstate, f.record, f.record_id, f.detail, r.sentence, ''query''
                       from early_help_internal.audit_asks($2, $1, $3) f
                       join early_help.rules() r on r.rule = $1
                       order by f.record, f.record_id, f.detail';
begin
    select n.oid
    into records
    from early_help_internal.partnership_schemas() p
    join pg_namespace n on n.oid = p.schema
    where p.whole
        and n.nspname = audit.partnership;
    if records is null then
        perform early_help_internal.raise_rule('P03', format('%s is not a schema that holds the records of a partnership.',
                                                    coalesce(quote_ident(partnership), 'NULL')));
    end if;
    if cells is null or cells not in ('none', 'sample', 'whole') then
        raise invalid_parameter_value using
            message = format('an audit compares no cells, a sample of them or the whole, not %s',
                             coalesce(quote_literal(cells), 'null')),
            hint = 'Give cells => ''none'', ''sample'' or ''whole''.';
    end if;
    perform early_help_internal.audit_reads_all(records);
    if cells <> 'none' then
        perform early_help_internal.audit_reads_cells(records);
    end if;

    for asked in
        select q.rule, case when q.rule ~ '^Q' then to_answer else format(found, q.query) end as query
        from early_help_internal.audit_queries_in(records) q
    loop
        begin
            return query execute asked.query using asked.rule, records, coalesce(answered, false);
        exception
            -- audit_structure, below, says which.
            when undefined_table or undefined_column then
                return query
                select r.rule, r.sqlstate, null, null::bigint,
                    format('%s could not be audited: a table or column is missing', asked.rule), r.sentence, 'error'
                from early_help.rules() r
                where r.rule = 'A02';
        end;
    end loop;

    return query execute format(found, 'select * from early_help_internal.audit_references($2)') using 'A01'::text, records;
    if cells <> 'none' then
        return query
        select r.rule, r.sqlstate, c.record, null::bigint, c.detail, r.sentence, 'error'
        from early_help_internal.audit_cells(records, cells = 'whole') c
        join early_help.rules() r on r.rule = 'K04';
    end if;
    return query
    select r.rule, r.sqlstate, s.record, null::bigint, s.detail, r.sentence, 'error'
    from early_help_internal.audit_structure(records) s
    join early_help.rules() r on r.rule = s.rule;
end
$$;
comment on function early_help.audit(text, text, boolean) is
    'What breaks the rules in a partnership''s records, one row per finding: rule and SQLSTATE, table, id of the '
    'row (of the row it belongs to, if the key is more than an id), details (ids, dates, codes), the rule in '
    'words. It finds what was written with the rules off, even if constraints and triggers are missing, and '
    'which of those are missing or changed (A02). Severity error breaks a rule; query (Q01 ...) is unlikely and may be right: '
    'answer_query of the partnership says why, and it is listed again only with answered => true, or once its detail changes. '
    'It compares some months of each cube with the records (cells => ''sample''), '
    'no months (''none'') or all of them (''whole''): K04. No row means that all is well. It reads only, in one '
    'snapshot. Errors YHP03, 22023, 42501 if the caller may not read every row.';
