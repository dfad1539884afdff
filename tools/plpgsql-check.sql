-- For tools/lint.d/plpgsql: prints what plpgsql_check says of our functions and is
-- not known, and ends with an error if there is any.
set client_min_messages = warning;
create extension plpgsql_check;
select null from early_help.create_partnership('town') \g /dev/null

-- Some find their tables by the path that their caller sets, and temporary ones there.
set search_path = town, town_kpi, public;
begin;
select null from early_help_sample.make_working_tables() \g /dev/null
-- An import makes its own in three steps and drops them at its end.
select early_help_internal.import_read_inbox('town'::regnamespace), early_help_internal.import_find_known('town'::regnamespace),
    early_help_internal.import_weigh_children('town'::regnamespace) \g /dev/null
create temp table known (function_like text, message_like text, why text not null);
\copy known from 'tools/lint.known/plpgsql_check.tsv'

-- A trigger function is checked with each table that it is a trigger of.
create temp table said as
select distinct f.name, c.lineno, concat_ws(' ', c.message, c.detail) as message
from (
    select p.oid, format('%s.%s', p.pronamespace::regnamespace, p.proname) as name, coalesce(t.tgrelid, 0) as relation
    from pg_proc p
    join pg_language l on l.oid = p.prolang
    left join pg_trigger t on t.tgfoid = p.oid
    where l.lanname = 'plpgsql'
        and p.pronamespace::regnamespace::text ~ '^(early_help|town)'
) f
cross join plpgsql_check_function_tb(f.oid, f.relation, fatal_errors => false, extra_warnings => true,
    security_warnings => true) c;

\pset tuples_only
\pset format unaligned
\pset fieldsep ': '
select name || ':' || coalesce(lineno, 0), message
from said
where not exists (select from known where name like function_like and message like message_like)
order by name, lineno, message;
select 'tools/lint.known/plpgsql_check.tsv knows in vain', function_like, message_like
from known
where not exists (select from said where name like function_like and message like message_like);
select
    case
        when exists (select from said where not exists (select from known where name like function_like and message like message_like))
            or exists (select from known where not exists (select from said where name like function_like and message like message_like))
            then 'do $$ begin raise ''see above''; end $$'
        else format('select ''plpgsql_check has nothing new to say of %s functions''', (
            select count(*) from pg_proc where pronamespace::regnamespace::text ~ '^(early_help|town)' and prolang = (select oid from pg_language where lanname = 'plpgsql')))
    end
\gexec
