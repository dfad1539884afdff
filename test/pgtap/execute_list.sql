-- Who may call what: the catalog is as the list says, by name and by OID, for
-- each kind of role; and the grants of the docs give what they should, no more.
begin;
select no_plan();
set client_min_messages = warning;
create extension early_help_sample;

create role medway_owner;
create role db_owner;
create role stranger;                   -- nothing at all
create role guest;                      -- USAGE on both schemas
create role inserter;                   -- USAGE, and INSERT on every record table
create role board;                      -- docs/bi.md
create role newsroom;                   -- docs/operations.md: published figures only
create role app;                        -- docs/operations.md: writes
create role loader;                     -- docs/operations.md: imports
select format('alter database %I owner to db_owner; grant create on database %1$I to medway_owner, stranger', current_database()) \gexec

-- What a command comes to for a role; what it did is undone.
create function public.as_role(role text, command text, out state text, out message text, out hint text)
    language plpgsql
as $$
begin
    perform set_config('role', role, true);
    execute command;
    raise sqlstate 'OK000';
exception
    when others then
        get stacked diagnostics state = returned_sqlstate, message = message_text, hint = pg_exception_hint;
end
$$;
create function public.state_as(role text, command text) returns text
    language sql
    return (public.as_role(role, command)).state;

---------- who may own a partnership ----------

select is(
    row((o).state, (o).hint)::text,
    row('42501', 'As the owner of the database: SELECT early_help.grant_ownership(''stranger'');')::text,
    'who may make schemas may not yet own a partnership, and is told how')
from public.as_role('stranger', $$select early_help.create_partnership('mine')$$) o;
select hasnt_schema('mine', 'and nothing was made');
select is(state_as(r, $$select early_help.grant_ownership('stranger')$$), code, 'grant_ownership by ' || r)
from (values ('stranger', '42501'), ('medway_owner', '42501'), ('db_owner', 'OK000')) v (r, code);
select is(state_as('db_owner', format('select early_help.%s(%L)', f, r)), '42704', f || ' asks for a role: ' || coalesce(r, 'null'))
from unnest('{grant_ownership,revoke_ownership}'::text[]) f, unnest(array['public', 'nobody there', '', null]) r;
set local role db_owner;
select early_help.grant_ownership('medway_owner') \g /dev/null
set local role medway_owner;
select null from early_help.create_partnership('medway') \g /dev/null
-- A cube of somebody's own may be of many cells: early_help's are of few, or of parts.
set search_path = medway, public;
select early_help.define_kpi_cube('own_many', '{contact_child}',
    'select 1 as n from contact_child c where c.received_on >= m.month and c.received_on < m.next_month having count(*) > 0') \g /dev/null
reset search_path;
reset role;
select is_empty(
    $$select p.oid::regprocedure, a.grantor::regrole
    from pg_proc p
    cross join aclexplode(p.proacl) a
    where p.pronamespace in ('early_help'::regnamespace, 'early_help_internal'::regnamespace, 'early_help_sample'::regnamespace)
        and a.grantor <> p.proowner$$,
    'every right comes from the extension''s owner: a dump with other grantors is for superusers alone');

---------- the catalog, and the list ----------

create view public.executable as
select p.oid, p.oid::regprocedure as routine, place.name as place, p.proname, p.proowner, p.prorettype, p.pronargs, p.proargtypes,
    coalesce(p.proacl, acldefault('f', p.proowner)) as acl,
    array(
        select l.kind
        from early_help.execute_list() l
        where l.place = place.name
            -- Not as the extension compares them.
            and p.proname ~ ('^' || replace(l.function, '*', '.*') || '$')
        order by 1) as kinds
from pg_proc p
join (values ('pg_catalog', 'pg_catalog'), ('early_help', 'early_help'), ('early_help_internal', 'early_help_internal'), ('early_help_sample', 'early_help_sample'), ('medway', 'records'), ('medway_kpi', 'kpi')) place (schema, name)
    on p.pronamespace = place.schema::regnamespace
where place.name <> 'pg_catalog'
    or exists (
        select
        from pg_depend d
        join pg_extension e on d.refclassid = 'pg_extension'::regclass and e.oid = d.refobjid
        where d.classid = 'pg_proc'::regclass
            and d.objid = p.oid
            and e.extname = 'early_help');
create function public.callers(acl aclitem[], owner oid) returns text[]
    language sql
    return array(
        select named.caller
        from (
            select case a.grantee when 0 then 'PUBLIC' else a.grantee::regrole::text end
                || case when a.is_grantable then ' and hands it on' else '' end as caller
            from aclexplode(acl) a
            where a.grantee <> owner
        ) named
        order by named.caller collate "C");

select cmp_ok(count(*), '>', 200::bigint, 'there are functions to look at') from public.executable;
select is_empty($$select routine, kinds from public.executable where kinds = '{}'$$, 'every function is in the list');
select is_empty(
    $$select routine, kinds from public.executable where place not in ('records', 'kpi') and cardinality(kinds) <> 1$$,
    'the extension''s own once');
select is_empty(
    $$select l.place, l.function
    from early_help.execute_list() l
    where not exists (
        select from public.executable e where e.place = l.place and e.proname ~ ('^' || replace(l.function, '*', '.*') || '$'))$$,
    'and the list names no other');
select is_empty(
    $$select place, function, kind from early_help.execute_list() group by 1, 2, 3 having count(*) > 1$$,
    'or one twice');
select is_empty(
    $$select routine, kinds, acl
    from public.executable
    where place not in ('records', 'kpi')
        and public.callers(acl, proowner) <> case kinds[1]
            when 'public' then '{PUBLIC}'::text[]
            when 'owner' then '{medway_owner,pg_database_owner}'
            when 'database owner' then '{pg_database_owner}'
            else '{}'
        end$$,
    'who may call the extension''s functions is what the list says');
select is_empty(
    $$select routine, acl from public.executable where place in ('records', 'kpi') and public.callers(acl, proowner) <> '{}'$$,
    'a partnership that was made opens no function to anybody');
select is_empty(
    $$select p.oid::regprocedure
    from pg_proc p
    join pg_depend d on d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
    join pg_extension e on d.refclassid = 'pg_extension'::regclass and e.oid = d.refobjid and e.extname in ('early_help', 'early_help_sample')
    where p.prosecdef
        and p.proname not in ('grant_ownership', 'revoke_ownership')$$,
    'only what hands ownership on runs as the extension''s owner');

---------- the grants of the docs ----------

grant usage on schema medway, medway_kpi to guest, inserter;
select format('grant insert on medway.%I to inserter', relname)
from pg_class
where relnamespace = 'medway'::regnamespace
    and relkind = 'r'
    and relname !~ '^(kpi_|cube_|stale_|inbox_|import_|structure_as_made|publi)' \gexec

\set board `tools/sql-of-docs docs/bi.md '## The role' | grep -v -e '^create role' -e '^alter role' -e '^set role'`
\set newsroom `tools/sql-of-docs docs/operations.md '**Who reads published figures only**'`
\set app `tools/sql-of-docs docs/operations.md '**An application that writes records**'`
\set loader `tools/sql-of-docs docs/operations.md '**Who loads contacts from files**'`
reset role;
set local role medway_owner;
:board
:newsroom
:app
:loader
reset role;

select is_empty(
    $$select routine, kinds, acl
    from public.executable
    where place in ('records', 'kpi')
        and public.callers(acl, proowner) <> array(
            select r
            from (values ('app', 'writer'), ('board', 'reader'), ('loader', 'writer')) v (r, kind)
            where kind = any (kinds))$$,
    'who may call a partnership''s functions then is what the list says');

-- Every function, for each role, by its OID.
create view public.may as
select r.name as role, e.*,
    case
        when e.place not in ('records', 'kpi') then
            e.kinds = '{public}'
            or (e.kinds = '{owner}' and r.name in ('medway_owner', 'db_owner'))
            or (e.kinds = '{database owner}' and r.name = 'db_owner')
        else r.name = 'medway_owner' or r.kind = any (e.kinds)
    end as should
from public.executable e
cross join (values ('stranger', ''), ('guest', ''), ('inserter', ''), ('board', 'reader'), ('newsroom', ''), ('app', 'writer'),
    ('loader', 'writer'), ('medway_owner', ''), ('db_owner', '')) r (name, kind);
select is_empty(
    $$select role, routine, should from public.may where has_function_privilege(role, oid, 'EXECUTE') <> should$$,
    'every function, by its OID, for each role');

-- And called, with nulls that the planner does not see: a strict function of a plain null is never called.
create function public.call_of(routine oid) returns text
    language sql
    return (
        select format('%s %I.%I(%s)', case p.prokind when 'p' then 'call' else 'select' end, n.nspname, p.proname, (
            select string_agg(format('(select null::%s)', format_type(t.type, null)), ', ' order by t.n)
            from unnest(p.proargtypes) with ordinality as t (type, n)))
        from pg_proc p
        join pg_namespace n on n.oid = p.pronamespace
        where p.oid = routine
            and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype));
select is_empty(
    $$select role, command, (o).state
    from (
        select role, public.call_of(oid) as command, public.as_role(role, public.call_of(oid)) as o
        from public.may
        where not should
            and public.call_of(oid) is not null
    ) called
    where (o).state <> '42501'$$,
    'who may not call one is refused');
select cmp_ok(count(*), '>', 500::bigint, 'that many were tried') from public.may where not should and public.call_of(oid) is not null;

-- By an OID, without a name: nothing asks for USAGE then, nor may that be needed.
select is_empty(
    $$select role, routine, (o).state
    from (
        select role, routine, public.as_role(role,
            format('select count(*) from early_help_internal.cells_once(%s::oid::regprocedure, ''2024-01-01'') as c (month date)', oid)) as o
        from public.may
        where place in ('records', 'kpi')
            and not should
            and pronargs = 1
            and proargtypes[0] = 'date'::regtype
    ) called
    where (o).state <> '42501'$$,
    'nor through cells_once');

-- A trigger on a table of one's own.
create function public.trigger_by(role text, routine oid) returns text
    language sql
    return public.state_as(role, format(
        'create temporary table own (id bigint); create trigger t before insert on own for each row execute function %s()', routine::regproc));
select is_empty(
    $$select role, routine, should
    from public.may
    where prorettype = 'trigger'::regtype
        and public.trigger_by(role, oid) <> case when should then 'OK000' else '42501' end$$,
    'trigger functions are for owners alone');
select cmp_ok(count(*), '>', 50::bigint, 'all of them') from public.executable where prorettype = 'trigger'::regtype;

---------- a cube that comes later ----------

set local role medway_owner;
set local search_path = medway_kpi, medway, early_help;
select early_help.define_kpi_cube('own', array['contact_child'], $$
    select count(*)::integer as n
    from contact_child cc
    where cc.received_on >= m.month
        and cc.received_on < m.next_month
    having count(*) > 0
$$, few => true) \g /dev/null
select early_help.define_kpi_cube('parted', array['contact_child'], $$
    select cc.counted_child_id as part, count(*)::integer as n
    from contact_child cc
    where cc.received_on >= m.month
        and cc.received_on < m.next_month
    group by 1
$$, counts => '{n}') \g /dev/null
reset search_path;
reset role;
select cmp_ok(count(*), '>=', 5::bigint, 'it has functions') from public.executable where proname ~ '_(own|parted)_(month|changed|all_parts|some_parts)$';
select is_empty(
    $$select routine, kinds, acl from public.executable where proname ~ '_(own|parted)_(month|changed|all_parts|some_parts)$' and (kinds = '{}' or public.callers(acl, proowner) <> '{}')$$,
    'which are in the list, and open to nobody');
set local role medway_owner;
select early_help.grant_execute('medway', 'board', 'reader') \g /dev/null
reset role;
select is_empty(
    $$select routine, acl from public.executable where proname ~ '_(own|parted)_(month|changed|all_parts|some_parts)$'
        and public.callers(acl, proowner) <> case when 'reader' = any (kinds) then '{board}'::text[] else '{}' end$$,
    'until they are granted again');

---------- what blocks others ----------

select is(state_as('db_owner', 'select early_help_internal.hold_extension()'), 'OK000', 'who may create a partnership holds the extension');
select format('revoke create on database %I from medway_owner', current_database()) \gexec
select is(state_as('medway_owner', 'select early_help_internal.hold_extension()'), '42501', 'who may not does not');
select is(state_as('medway_owner', $$select early_help_internal.exclude_refresh('medway'::regnamespace)$$), 'OK000', 'an owner excludes refreshes');
select is(state_as('db_owner', $$select early_help_internal.exclude_refresh('medway'::regnamespace)$$), '42501', 'of his own partnership');

---------- what each may do with the grants of the docs ----------

set local role medway_owner;
set local search_path = medway, early_help;
insert into agency (agency_id, name, sector) values (1, 'Council', 'local_authority'), (2, 'School', 'education');
insert into practitioner (practitioner_id, agency_id, name) values (1, 1, 'One'), (2, 2, 'Two');
insert into service (service_id, agency_id, name, run_by) values (1, 1, 'Parenting', 'hub');
insert into bank_holiday (day, name, local) values ('2024-02-05', 'Closed', true);
insert into contact (contact_id, received_on, source_code) values (900, '2024-02-02', '6');
insert into child (child_id, birth_date) values (900, '2015-05-05');
insert into contact_child (contact_id, child_id, primary_need_code) values (900, 900, 'N1');
reset search_path;
reset role;

-- The reader of figures: all views, their months stale.
create function public.count_as(role text, relation regclass) returns text
    language plpgsql
as $$
declare
    n bigint;
begin
    perform set_config('role', role, true);
    execute format('select count(*) from %s', relation) into n;
    perform set_config('role', 'none', true);
    return n;
exception
    when others then
        return sqlstate;
end
$$;
create temporary table kpi_view as
select c.oid::regclass as name, public.count_as('medway_owner', c.oid) as rows, c.reloptions @> '{security_invoker=true}' is true as of_caller
from pg_class c
where c.relnamespace = 'medway_kpi'::regnamespace
    and c.relkind = 'v';
select cmp_ok(count(*), '>', 40::bigint, 'there are views') from kpi_view;
select is((select rows from kpi_view where name = 'medway_kpi.contacts'::regclass), '1', 'and figures');
select is_empty(
    $$select name, rows, public.count_as('board', name) from kpi_view
    where public.count_as('board', name) <> case when of_caller then '42501' else rows end$$,
    'who reads figures reads every view of them, and no list of cases');
select is(state_as('board', command), code, 'who reads figures: ' || command)
from (values
    ($$select medway_kpi.children_contacted_between('2024-01-01', '2024-12-31'), medway_kpi.waiting_at('2024-03-01')$$, 'OK000'),
    ($$select * from medway_kpi.due_soon()$$, '42501'),
    ('select count(*) from medway.child', '42501'),
    ($$select * from medway.cube_contacts_all_parts('2024-02-01')$$, '42501'),
    ('table medway.cube_contacts_cells', '42501'),
    ('select medway.publish_figures(''2024-02'', 1)', '42501')) v (command, code);
-- The lists of cases, for whoever may read the records too.
grant usage on schema medway to board;
grant select on all tables in schema medway to board;
select is(state_as('board', command), 'OK000', 'who may read the records too: ' || command)
from (
    select 'table ' || name from kpi_view where of_caller
    union all
    values ('select * from medway_kpi.due_soon()')) v (command);
revoke select on all tables in schema medway from board;
revoke usage on schema medway from board;

-- Published figures only.
select is_empty(
    $$select name, rows, public.count_as('newsroom', name) from kpi_view
    where public.count_as('newsroom', name) <> case when name::text ~ '^medway_kpi\.published_' then rows else '42501' end$$,
    'who reads published figures reads those alone');

-- The writer: a journey by the functions, and by INSERT and UPDATE.
create function public.id_as(role text, command text) returns bigint
    language plpgsql
as $$
declare
    id bigint;
begin
    perform set_config('role', role, true);
    execute command into id;
    perform set_config('role', 'none', true);
    return id;
end
$$;
select id_as('app', 'insert into medway.family default values returning family_id') as family \gset
select id_as('app', 'insert into medway.family default values returning family_id') as other \gset
select id_as('app', $$insert into medway.child (birth_date) values ('2016-01-01') returning child_id$$) as child \gset
select id_as('app', $$insert into medway.child (birth_date) values ('2016-01-01') returning child_id$$) as twin \gset
select id_as('app', format($$insert into medway.child_identity (child_id, given_name) values (%s, 'A') returning child_id$$, :child)) \g /dev/null
select id_as('app', format($$insert into medway.family_member (family_id, child_id, joined_on) values (%s, %s, '2020-01-01') returning 1$$, :family, c))
from unnest(array[:child, :twin]) c \g /dev/null
set local role app;
set local search_path = medway, early_help;
set constraints all immediate;
set constraints all deferred;
select (record_contact(:child, '6', 'N1', '2024-01-02')).contact_child_id as contact \gset
select (refer(:contact, :family, '2024-01-03')).referral_id as referral \gset
select (record_conversation(:family, '2024-01-04')).conversation_id \g /dev/null
select (give_consent(:family, 'parent', '2024-01-04')).consent_id as consent \gset
select (accept_referral(:referral, '2024-01-05')).referral_id \g /dev/null
select (open_episode(:family, '2024-01-05', :referral, array[:child, :twin]::bigint[])).episode_id as episode \gset
select (assign_lead_practitioner(:episode, 1, '2024-01-08')).episode_id \g /dev/null
select (start_assessment(:episode, '2024-01-09')).assessment_id as assessment \gset
select (assess_domain(:assessment, d, '2024-01-10')).assessment_id
from unnest('{health_and_wellbeing,development_and_education,parenting_and_caring,family_and_community}'::early_help.eha_domain[]) d \g /dev/null
select (complete_assessment(:assessment, '2024-01-11')).assessment_id \g /dev/null
select (start_plan(:episode, '2024-01-12')).plan_id as plan \gset
select (add_outcome(:plan, 'x', '2024-01-12')).plan_outcome_id as outcome \gset
select (add_outcome(:plan, 'y', '2024-01-12')).plan_outcome_id as outcome2 \gset
select (withdraw_outcome(:outcome2, '2024-01-20', 'x')).plan_outcome_id \g /dev/null
select (achieve_outcome(:outcome, '2024-01-20')).plan_outcome_id \g /dev/null
select (add_action(:plan, '2024-02-12', 'x', '2024-01-12')).action_id as action \gset
select (finish_action(:action, '2024-01-13')).action_id \g /dev/null
select (request_service(:family, 'N1', '2024-01-12', 1)).service_request_id as request \gset
select (offer_service(:request, '2024-01-13')).service_request_id \g /dev/null
select (start_service(:request, '2024-01-14')).service_request_id \g /dev/null
select (hold_review(:plan, 'complete', '2024-02-28')).review_id \g /dev/null
select (step_up(:twin, 'section_47', 'x', '2024-02-20', no_assessment_reason => 'x')).step_id as step \gset
select (record_consultation(:step, 'supervisor', '2024-02-21')).step_id \g /dev/null
select (decline_step(:step, '2024-02-22', 'x')).step_id \g /dev/null
select (close_episode(:episode, 'outcomes_achieved', '2024-03-01', '2024-03-01')).episode_id \g /dev/null
select (give_feedback('parent_or_carer', :episode, given_on => '2024-03-02', helpful => true)).feedback_id \g /dev/null
update episode set source_ref = 'e1' where episode_id = :episode;
reset search_path;
reset role;
select is((select state::text from medway.episode where episode_id = :episode), 'closed', 'an application leads a case to its end');
select ok((select bool_and(state_as('app', command) = 'OK000') from unnest(array[
    'table medway.deadline',
    'table medway.alert',
    format('select medway.reopen_episode(%s, ''x'', ''2024-03-02'')', :episode),
    format('select medway.merge_children(%s, %s, ''x'', ''2024-03-02'')', :child, 900),
    format('select medway.move_child(%s, %s, %s, ''2024-03-02'')', :twin, :family, :other),
    format('select medway.split_family(%s, array[%s]::bigint[], ''2024-03-02'')', :family, :twin),
    format('select medway.join_families(%s, %s, ''2024-03-02'')', :family, :other),
    'select medway.working_days_between(''2024-02-01'', ''2024-02-29'')',
    'select medway.lead_practitioner_on(1)']) command), 'and mends it');
select is_empty(
    $$select c.relname, r.privilege
    from pg_class c
    cross join unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) r (privilege)
    where c.relnamespace = 'medway'::regnamespace
        and c.relkind in ('r', 'v')
        and has_table_privilege('app', c.oid, r.privilege)
        and (r.privilege not in ('SELECT', 'INSERT', 'UPDATE')
            or c.relname ~ '^(kpi_|cube_|stale_|publi|structure_as_made|inbox_|import_)'
            or (r.privilege <> 'SELECT' and c.relname in ('partnership', 'episode_event', 'level_change')))$$,
    'it has no right to what figures, publications and the audit rest on');
select is(state_as('app', command), '42501', 'it may not: ' || command)
from (values
    ('update medway.cube_contacts_cells set contacts = contacts + 1'),
    ('insert into medway.stale_mark (source) values (''x'')'),
    ('update medway.partnership set suppression_threshold = 0'),
    ('delete from medway.structure_as_made'),
    ('update medway.kpi_cube set sources = ''{}'''),
    ('table medway.published_figure'),
    ('select count(*) from medway_kpi.contacts'),
    ('select medway.publish_figures(''2024-02'', 1)'),
    ('select early_help_internal.own_partnership(''medway'')')) v (command);

-- The loader.
set local role loader;
insert into medway.inbox_contact (contact_ref, received_on, child_ref, birth_date, sex, ward, source_code, primary_need_code, decision)
values ('L1', '2024-04-02', 'CL1', '2015-01-01', 'F', 'Luton', '6', 'N1', 'referral'),
    ('L2', '2024-04-02', 'CL2', 'never', 'F', 'Luton', '6', 'N1', null);
select is((select row(i.*)::text from medway.import_contacts() i), '(1,0,0,1)', 'who loads files imports them');
insert into medway.inbox_contact (contact_ref, received_on, child_ref, birth_date, sex, ward, source_code, primary_need_code, decision)
values ('L1', '2024-04-03', 'CL1', '2015-01-02', 'F', 'Chatham', '6', 'N1', 'referral');
select is((select row(i.*)::text from medway.import_contacts() i), '(0,0,1,0)', 'and corrects');
reset role;
select is(state_as('loader', 'select count(*) from medway.consent'), '42501', 'and reads no more than that');

-- Rights go to roles that there are, by who may give them.
select is(state_as('medway_owner', format('select early_help.grant_execute(%L, %L, %L)', p, r, k)), code, why)
from (values
    ('medway', 'public', 'reader', '42704', 'not to PUBLIC'),
    ('medway', 'nobody there', 'reader', '42704', 'nor to a role there is not'),
    ('medway', null, 'reader', '42704', 'nor to null'),
    ('medway', 'guest', 'owner', '22023', 'not what is the owner''s'),
    ('medway', 'guest', null, '22023', 'nor null'),
    ('nowhere', 'guest', 'reader', 'YHP03', 'of a partnership there is')) v (p, r, k, code, why);
select is(state_as('app', $$select early_help.grant_execute('medway', 'guest', 'writer')$$), '42501', 'by its owner alone');

---------- taken back ----------

set local role db_owner;
select early_help.revoke_ownership('medway_owner') \g /dev/null
reset role;
select is_empty(
    $$select routine from public.may where role = 'medway_owner' and kinds = '{owner}' and place not in ('records', 'kpi') and has_function_privilege(role, oid, 'EXECUTE')$$,
    'what was granted is taken back');
select is(state_as('medway_owner', 'select medway.publish_figures(''2024-02'', 1)'), '42501', 'who may not own partnerships publishes nothing');
set constraints all immediate;
set constraints all deferred;
select is(state_as('medway_owner', $$select early_help.drop_partnership('medway')$$), 'OK000', 'but may still drop what he has');

select finish();
rollback;
