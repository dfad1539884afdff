-- Functions whose text is parsed when it runs fix what would change its meaning.
begin;
select no_plan();
set client_min_messages = warning;
create extension early_help_sample;
select from early_help.create_partnership('town') \g /dev/null

create view public.parsed_when_run as
select p.oid::regprocedure::text as routine, p.proname, n.nspname, p.prokind, p.prosrc, l.lanname, coalesce(p.proconfig, '{}') as settings
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
join pg_language l on l.oid = p.prolang
left join pg_depend d on d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
left join pg_extension e on e.oid = d.refobjid and d.refclassid = 'pg_extension'::regclass
where p.prosqlbody is null
    and l.lanname in ('plpgsql', 'sql')
    and (e.extname in ('early_help', 'early_help_sample') or n.nspname in ('town', 'town_kpi'));
select cmp_ok((select count(*) from public.parsed_when_run), '>', 50::bigint, 'there are such functions');

select is_empty(
    $$select p.routine, s.name
    from public.parsed_when_run p
    cross join early_help_internal.own_settings() s
    where p.prokind <> 'p'
        and not exists (select from unnest(p.settings) c where lower(split_part(c, '=', 1)) = lower(s.name))$$,
    'each fixes every setting of own_settings()');
select is_empty($$select routine from public.parsed_when_run where nspname in ('town', 'town_kpi')$$,
    'a partnership has none: its functions and views were parsed when they were made');

select bag_eq(
    $$select proname::text from public.parsed_when_run p
    where p.prokind <> 'p'
        and p.nspname <> 'early_help_sample'
        and not exists (select from unnest(p.settings) c where starts_with(c, 'search_path='))$$,
    $$select unnest('{
        make_cube, replace_kpi_cube, define_cube_parts, define_cube_rows, define_cube_month, drop_kpi_cube, drop_cube_objects, cube_to_change, put_view,
        define_beside_cubes, make_published_table, replace_published_table, drop_published_table, partnership_in_path, cube_stale_query,
        audit_queries}'::text[])$$,
    'each fixes the search_path but those that define something where the caller stands, and those that return a text');
select bag_eq(
    $$select proname::text from public.parsed_when_run p
    where p.nspname = 'early_help_sample'
        and exists (select from unnest(p.settings) c where starts_with(c, 'search_path='))$$,
    $$values ('generate_sample'), ('draw_days')$$,
    'what generate_sample calls takes the search_path that it fixes');

select bag_eq(
    $$select proname::text from public.parsed_when_run where prokind = 'p'$$,
    $$values ('refresh_kpis'), ('run_due')$$,
    'procedures cannot: they commit');
-- What stands before the first statement, and after each commit, is parsed under the caller's settings.
select is_empty(
    $$select routine from public.parsed_when_run
    where prokind = 'p'
        and (prosrc ~ '\\'
            or prosrc !~ '\nbegin\n    perform early_help_internal.fix_settings\(\);'
            or prosrc ~ '\mcommit;(?!\s+(continue;|exit;|perform early_help_internal.fix_settings\(\);|end (if|loop);))')$$,
    'they fix their settings first, and after a commit');

select is_empty(
    $$select routine from public.parsed_when_run where lanname = 'plpgsql' and prosrc !~ '^\s*#variable_conflict (error|use_column)\M'$$,
    'a name that is a variable and a column means the same whatever plpgsql.variable_conflict says');

set standard_conforming_strings = off;
set "DateStyle" = 'German';
set quote_all_identifiers = on;
select from early_help_internal.fix_settings() \g /dev/null
create table public.fixed as
select s.name, s.value, pg_catalog.current_setting(s.name) as is_now from early_help_internal.own_settings() s
union all
select 'search_path', 'pg_catalog, pg_temp', pg_catalog.current_setting('search_path');
set search_path = public;
select is_empty($$select * from fixed where lower(value) <> lower(is_now)$$, 'fix_settings() sets them, and the search_path');
select * from finish();
rollback;
