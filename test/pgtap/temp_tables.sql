-- A session's own temporary tables stop nothing, and are never read in the place of ours.
\ir fixture.psql
set client_min_messages = warning;
create extension early_help_sample;
select null from early_help.create_partnership('twin', training => true) \g /dev/null

create function public.inbox(into_table regclass) returns void language plpgsql as $$
begin
    execute format(
        'insert into %s values
            (''c1'', ''2024-05-01'', ''k1'', ''2015-01-01'', null, ''F'', ''River'', ''5C'', ''N1'', null, ''referral''),
            (''c1'', ''2024-05-01'', ''k1'', ''2015-01-01'', null, ''F'', ''River'', ''5C'', ''N1'', null, ''referral''),
            (''c2'', ''2024-05-02'', ''k2'', null, ''2024-09-01'', ''U'', ''Lake'', ''5C'', ''N1'', null, null),
            (''c3'', ''2024-05-03'', ''k3'', null, null, null, null, ''nowhere'', ''N1'', null, null)', into_table);
end
$$;

-- The names that the import used, with other columns.
select lives_ok(format('create temp table %I (mine text); insert into %1$I values (''kept'')', name), 'a table of the session: ' || name)
from unnest('{import_row,import_child,import_known,import_twice,contact,early_help_import}'::text[]) name;
select inbox('town.inbox_contact') \g /dev/null
select results_eq('select * from town.import_contacts()', 'values (2, 1, 0, 1)', 'the import works beside them');
select results_eq(
    'select * from pg_temp.import_row union all table pg_temp.import_child union all table pg_temp.import_known
    union all table pg_temp.import_twice union all table pg_temp.contact',
    $$values ('kept'), ('kept'), ('kept'), ('kept'), ('kept')$$, 'and leaves them as they are');
select is((select count(*) from pg_class where relnamespace = pg_my_temp_schema() and relname ~ '^early_help_import_'), 0::bigint,
    'none of the import''s own is left');
drop table pg_temp.contact;

-- The names that functions give their own temporary tables, found in their texts.
create temp table of_ours as
select distinct p.proname, t.name[1] as name
from pg_proc p
cross join regexp_matches(p.prosrc, 'create temp(?:orary)? table (\w+)', 'g') t (name)
where p.pronamespace in ('early_help'::regnamespace, 'early_help_internal'::regnamespace, 'early_help_sample'::regnamespace);
select cmp_ok((select count(*) from of_ours), '>=', 20::bigint, 'temporary tables of ours');
select is_empty($$select * from of_ours where name !~ '^(early_help_import|sample)_'$$, 'have names that are looked for first');
select inbox('town.inbox_contact') \g /dev/null
create function public.beside(name text, command text) returns text language plpgsql as $$
declare
    o record;
begin
    execute format('create temp table %I (mine text)', name);
    o := public.outcome_of(command);
    execute format('drop table pg_temp.%I', name);
    return format('%s %s', o.state, position(quote_ident(name) in o.message) > 0);
end
$$;
select is(beside(name, 'select * from town.import_contacts()'), '42P07 t', 'the import names what is in its way: ' || name)
from of_ours where name like 'early%';
select is(beside(name, $$select * from early_help_sample.generate_sample('twin', 1, '2024-01-01', '2024-01-31')$$), '42P07 t',
    'so does the sample: ' || name)
from of_ours where name like 'sample%';
select results_eq('select * from town.import_contacts()', 'values (0, 3, 0, 1)', 'then the import goes on');

-- A temporary table for every table and view of a partnership, first in the path.
create function public.journey(partnership text) returns setof text language plpgsql as $$
declare
    command text;
    answer text;
begin
    foreach command in array array[
        $c$insert into @.agency (agency_id, name, sector) values (900071, 'Council', 'local_authority')$c$,
        $c$insert into @.practitioner (practitioner_id, agency_id, name) values (900071, 900071, 'One')$c$,
        $c$insert into @.family (family_id) values (900071)$c$,
        $c$insert into @.child (child_id, birth_date) values (900071, '2015-01-01')$c$,
        $c$insert into @.family_member (family_id, child_id) values (900071, 900071)$c$,
        $c$select contact_id is not null from @.record_contact(900071, '5B', 'N1', '2024-01-02')$c$,
        $c$select @.record_conversation(900071, '2024-01-03') is not null$c$,
        $c$insert into @.consent (family_id, given_by, given_on) values (900071, 'parent', '2024-01-03')$c$,
        $c$select state from @.open_episode(900071, '2024-01-03', lead_practitioner_id => 900071)$c$,
        $c$insert into @.inbox_contact values ('z1', '2024-02-01', 'z1', '2015-01-01', null, 'F', 'River', '5C', 'N1', null, 'referral')$c$,
        $c$select * from @.import_contacts()$c$,
        $c$select children, contacts, episodes, plans from early_help_sample.generate_sample('@', 40, '2022-04-01', '2023-03-31')$c$,
        $c$select count(*) from early_help.audit('@')$c$,
        $c$select @.publish_figures('2023-02', 1)$c$,
        $c$select md5(string_agg(d::text, ',' order by d::text)) from @_kpi.dashboard d$c$,
        $c$select md5(string_agg(d::text, ',' order by d::text)) from @_kpi.contacts d$c$,
        $c$select md5(string_agg(d::text, ',' order by d::text)) from @_kpi.caseload d$c$]
    loop
        begin
            if command like 'select%' then
                execute format('select string_agg(t::text, '','') from (%s) t', replace(command, '@', partnership)) into answer;
            else
                execute replace(command, '@', partnership);
                answer := 'done';
            end if;
        exception
            when others then
                answer := sqlstate || ' ' || sqlerrm;
        end;
        return next command || ': ' || coalesce(answer, 'null');
    end loop;
end
$$;
set search_path = public;
create temp table plainly as select journey('twin') as line;
set constraints all immediate;
set constraints all deferred;
select null from early_help.drop_partnership('twin') \g /dev/null
do $$
declare
    name text;
begin
    for name in
        select distinct c.relname
        from pg_class c
        where (c.relnamespace in ('town'::regnamespace, 'town_kpi'::regnamespace, 'early_help'::regnamespace)
                or (c.relnamespace = 'pg_catalog'::regnamespace and c.relname in ('pg_class', 'pg_proc', 'pg_namespace')))
            and c.relkind in ('r', 'v')
    loop
        execute format('create temp table %I (nothing integer)', name);
    end loop;
end
$$;
select lives_ok($$select early_help.create_partnership('twin', training => true)$$, 'a partnership is made beside them');
select results_eq($$select journey('twin')$$, 'select line from plainly', 'and nothing is different in it');
select is_empty($$select line from plainly where line ~ ': [0-9A-Z]{5} '$$, 'everything went well');
set constraints all immediate;
set constraints all deferred;
select lives_ok($$select early_help.rename_partnership('twin', 'other')$$, 'renamed beside them');
select lives_ok($$select early_help.drop_partnership('other')$$, 'dropped beside them');

select * from finish();
rollback;
