-- Partnerships: making, naming, listing, renaming, dropping. Not in one
-- transaction: each partnership takes hundreds of locks.
select no_plan();

create role partnership_owner;
create role partnership_stranger;
grant create on schema public to partnership_owner;
select early_help.grant_ownership('partnership_owner') \g /dev/null
do $$
begin
    execute format('grant create on database %I to partnership_owner', current_database());
end
$$;

-- What an error says: its code, and its detail or hint where the pattern asks.
create function public.error_of(command text, out code text, out detail text, out hint text)
    language plpgsql
as $$
begin
    execute command;
    code := 'no error';
exception
    when others then
        get stacked diagnostics
            code = returned_sqlstate,
            detail = pg_exception_detail,
            hint = pg_exception_hint;
end
$$;

-- Names that are refused, by whoever asks.
set role partnership_owner;

select is((public.error_of(format('select early_help.create_partnership(%L)', bad))).code, 'YHP01', why)
from (values
    (null, 'no name'),
    ('', 'an empty name'),
    (' ', 'a name that is a space'),
    (' medway', 'a space before'),
    ('medway ', 'a space after'),
    (E'medway\n', 'a line feed after'),
    (E'med\tway', 'a tab within'),
    (E'med\u007fway', 'a delete character'),
    (E'med\u0085way', 'a control character beyond ASCII'),
    (E'med\u200bway', 'a space without width'),
    (E'medway\u00a0', 'a space that does not break'),
    (E'\u202emedway', 'a mark that turns the direction'),
    (repeat('m', 41), '41 bytes'),
    (repeat('ü', 21), '42 bytes in 21 characters'),
    ('pg_medway', 'the prefix of PostgreSQL itself'),
    ('PG_medway', 'the same in capitals'),
    ('pg_catalog', 'pg_catalog'),
    ('information_schema', 'information_schema'),
    ('public', 'public'),
    ('Public', 'Public'),
    ('early_help', 'early_help'),
    ('early_help_sample', 'early_help_sample'),
    ('$user', 'what search_path replaces by the role'),
    ('medway_kpi', 'a name that another partnership needs'),
    ('Medway_KPI', 'the same in capitals'),
    ('_kpi', 'only the ending')) as t (bad, why);
select is_empty(
    $$select nspname from pg_namespace where nspowner = 'partnership_owner'::regrole$$,
    'a refused name leaves nothing behind');

-- Only the name is required; the caller needs CREATE on the database, no more.
set search_path = public, pg_temp;
set client_min_messages = log;
select results_eq(
    $$select * from early_help.create_partnership('medway')$$,
    $$values ('medway', 'medway_kpi', (select extversion collate "default" from pg_extension where extname = 'early_help'))$$,
    'one row says what was made');
select is(current_setting('search_path'), 'public, pg_temp', 'the caller''s search_path is as it was');
select is(current_setting('client_min_messages'), 'log', 'the caller''s client_min_messages too');
set client_min_messages = warning;
select is(current_user, 'partnership_owner', 'made by a role without superuser');
select schema_owner_is('medway', 'partnership_owner');
select schema_owner_is('medway_kpi', 'partnership_owner');
select is_empty(
    $$select c.oid::regclass
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('medway', 'medway_kpi')
        and c.relowner <> 'partnership_owner'::regrole$$,
    'all of it is the caller''s');
select is_empty(
    $$select d.objid
    from pg_depend d
    join pg_class c on d.classid = 'pg_class'::regclass and c.oid = d.objid
    join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('medway', 'medway_kpi')
        and d.deptype = 'e'$$,
    'none of it is a member of the extension');
select results_eq(
    'select title::text, re_referral_months::integer, suppression_threshold::integer, training from medway.partnership',
    $$values ('medway', 12, 5, false)$$,
    'what is not given has its default');
select cmp_ok((select count(*) from medway.contact_source), '>', 10::bigint, 'the official codes are there');

select results_eq(
    $$select (early_help.create_partnership('kent', title => 'Kent Partnership', local_authority_name => 'Kent',
        gss_code => 'E10000016', dfe_number => '886', population_0_17 => 300000, re_referral_months => 6,
        family_outcomes_plan_review_weeks => 8, family_outcomes_plan_most_outcomes => 9,
        positive_outcome_share => 0.75, suppression_threshold => 10, training => true)).name$$,
    $$values ('kent')$$,
    'everything can be given');
select results_eq(
    $$select title::text, local_authority_name::text, gss_code::text, dfe_number::text, population_0_17,
        re_referral_months::integer, family_outcomes_plan_review_weeks::integer,
        family_outcomes_plan_most_outcomes::integer, positive_outcome_share, suppression_threshold::integer, training,
        record_version = (select extversion from pg_extension where extname = 'early_help')
    from kent.partnership$$,
    $$values ('Kent Partnership', 'Kent', 'E10000016', '886', 300000, 6, 8, 9, 0.75, 10, true, true)$$,
    'and stands in table partnership');
select is((public.error_of($$select early_help.create_partnership('leeds', re_referral_months => 99)$$)).code, '23514',
    'a setting out of bounds is refused');
select throws_ok(format($$select early_help.create_partnership('leeds', %s => %s)$$, setting, value), '23514',
    format('%s must be %s', setting, asked), setting || ' is not ' || value)
from (values
    ('population_0_17', '0', '1 or more'),
    ('re_referral_months', '0', 'from 1 to 24'),
    ('re_referral_months', '25', 'from 1 to 24'),
    ('family_outcomes_plan_review_weeks', '0', 'from 1 to 52'),
    ('family_outcomes_plan_review_weeks', '53', 'from 1 to 52'),
    ('family_outcomes_plan_most_outcomes', '0', '1 or more'),
    ('positive_outcome_share', '0.0004', 'over 0 and at most 1'),
    ('positive_outcome_share', '1.001', 'over 0 and at most 1'),
    ('positive_outcome_share', '''NaN''', 'over 0 and at most 1'),
    ('suppression_threshold', '-1', '0 or more')) as w (setting, value, asked);
select is((public.error_of($$select early_help.create_partnership('leeds', suppression_threshold => -1)$$)).hint,
    'Left out, it is 5. Table partnership has it, and it can be changed there.', 'and says what it would be');
-- A constraint of the table that nothing says in words would be a raw error.
select bag_eq(
    $$select c.conname::text from pg_constraint c
    where c.conrelid = 'medway.partnership'::regclass and c.contype = 'c' and c.conname <> 'partnership_is_one_row'$$,
    $$select m[1] from pg_proc p cross join lateral regexp_matches(p.prosrc, '''(\w+)''\)(?:,|\s)', 'g') m
    where p.oid = 'early_help_internal.check_partnership_settings'::regproc$$,
    'every constraint on a setting is said in words');
select hasnt_schema('leeds', 'and leaves nothing behind');

-- Names that need care.
create temporary table careful (name text);
insert into careful values
    ('St Helens & Co'), ('a"b,c''d\e.f %s %I $1 $$'), ('select'), (repeat('ü', 20)), ('$users');
select is((early_help.create_partnership(name)).name, name, 'a partnership can be called ' || name)
from careful;
select set_eq(
    'select name, kpi_schema from early_help.partnerships()',
    $$select name, name || '_kpi' from careful
    union all
    values ('medway', 'medway_kpi'), ('kent', 'kent_kpi')$$,
    'all of them are found, with their figures');
select results_eq(
    $q$select title::text from "a""b,c'd\e.f %s %I $1 $$".partnership$q$,
    $q$values ('a"b,c''d\e.f %s %I $1 $$')$q$,
    'each has its own row');
select lives_ok(format('select early_help.drop_partnership(%L)', name), 'and can be dropped: ' || name)
from careful;
select is_empty(
    'select n.nspname from pg_namespace n join careful c on n.nspname in (c.name, c.name || ''_kpi'')',
    'nothing is left of them');

-- Names that are taken.
reset role;
create schema taken;
create schema half_taken_kpi;
set role partnership_owner;
select is((public.error_of($$select early_help.create_partnership('medway')$$))::text,
    (select row(sqlstate, 'Schema medway exists.', hint)::text from early_help.rules() where rule = 'P02'),
    'a partnership exists');
select is((public.error_of($$select early_help.create_partnership('taken')$$)).code, 'YHP02', 'a schema exists');
select is((public.error_of($$select early_help.create_partnership('half_taken')$$)).detail,
    'Schema half_taken_kpi exists.', 'the schema of its figures exists');

-- Without CREATE on the database.
reset role;
set role partnership_stranger;
select is((public.error_of($$select early_help.create_partnership('mine')$$)).code, '42501',
    'without CREATE on the database there is no partnership to be had');
select is((public.error_of($$select early_help.drop_partnership('medway')$$)).code, '42501', 'a stranger drops nothing');
select is((public.error_of($$select early_help.rename_partnership('medway', 'mine')$$)).code, '42501',
    'and renames nothing');
select results_eq(
    'select * from early_help.partnerships()',
    $$values
        ('kent', 'kent_kpi', 'partnership_owner', null::text, null::bigint, null::bigint, null::bigint, null::boolean),
        ('medway', 'medway_kpi', 'partnership_owner', null, null, null, null, null)$$,
    'a stranger sees that there are partnerships, and no counts');

-- Counts.
reset role;
set role partnership_owner;
insert into medway.family default values;
insert into medway.family default values;
select results_eq(
    'select name, version is not null, families, open_episodes, contacts, training from early_help.partnerships()',
    'values (''kent'', true, 0::bigint, 0::bigint, 0::bigint, true), (''medway'', true, 2, 0, 0, false)',
    'the owner sees the counts, and which is for training');
grant usage on schema medway to partnership_stranger;
grant select on medway.family to partnership_stranger;
set role partnership_stranger;
select results_eq(
    $$select version, families, open_episodes from early_help.partnerships() where name = 'medway'$$,
    'values (null::text, 2::bigint, null::bigint)',
    'others see what they may read');
set role partnership_owner;
alter table medway.family enable row level security;
create policy one_family on medway.family using (family_id = 1);
set role partnership_stranger;
select results_eq(
    $$select families from early_help.partnerships() where name = 'medway'$$,
    'values (null::bigint)',
    'a count that row security would make smaller is no count');
set role partnership_owner;
drop policy one_family on medway.family;
alter table medway.family disable row level security;

-- A schema that only looks like a partnership runs no code of its owner's.
create schema trap;
create function trap.spring() returns bigint language plpgsql as $$begin raise 'sprung'; end$$;
create type trap.label as enum ('0.1.0');
create function trap.spring(trap.label) returns text language plpgsql as $$begin raise 'sprung'; end$$;
create cast (trap.label as text) with function trap.spring(trap.label) as implicit;
create table trap.partnership (record_version trap.label default '0.1.0');
insert into trap.partnership default values;
create view trap.family as select trap.spring();
create table trap.episode (opened_on date);
create table trap.contact_child (id bigint);
do $$
begin
    -- Any trigger function of the extension will do.
    execute format('create trigger looks_like_one before insert on trap.contact_child for each row execute function %s()',
        (select p.oid::regproc
        from pg_proc p
        join pg_depend d on d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
        join pg_extension e on d.refclassid = 'pg_extension'::regclass and e.oid = d.refobjid
        where e.extname = 'early_help'
            and p.prorettype = 'trigger'::regtype
        order by p.oid
        limit 1));
end
$$;
grant usage on schema trap to public;
grant select on all tables in schema trap to public;
reset role;
select results_eq(
    $$select name, kpi_schema, version, families, open_episodes, contacts from early_help.partnerships() where name = 'trap'$$,
    $$values ('trap', null::text, null::text, null::bigint, null::bigint, 0::bigint)$$,
    'listing reads plain tables only');
drop schema trap cascade;

-- What is not a partnership is not dropped or renamed.
select is((public.error_of(format('select early_help.drop_partnership(%L)', other))).code, 'YHP03', 'no partnership: ' || other)
from unnest(array['public', 'early_help', 'taken', 'half_taken', 'medway_kpi', 'nowhere', '']) as other;
select is((public.error_of('select early_help.drop_partnership(null)')).code, 'YHP03', 'null is no partnership');
select is((public.error_of($$select early_help.rename_partnership('taken', 'untaken')$$)).code, 'YHP03',
    'renaming asks for a partnership');
create table taken.partnership (title text);
select is((public.error_of($$select early_help.drop_partnership('taken')$$)).code, 'YHP03',
    'a table partnership alone does not make one');

-- Renaming.
set role partnership_owner;
select is((public.error_of(format('select early_help.rename_partnership(%L, %L)', 'medway', bad))).code, code, 'not renamed to ' || bad)
from (values ('public', 'YHP01'), ('x_kpi', 'YHP01'), (' x', 'YHP01'), ('kent', 'YHP02'), ('medway', 'YHP02'),
    ('half_taken', 'YHP02')) as t (bad, code);
create view public.families_of_medway as select count(*) from medway.family;
grant usage on schema medway to partnership_stranger;
create temporary table before as
select c.relname, c.relkind, c.oid
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('medway', 'medway_kpi');
insert into medway.agency (name, sector) values ('Council', 'local_authority');
insert into medway.practitioner (agency_id, name) values (1, 'Asha');
insert into medway.consent (family_id, given_by, given_on) values (1, 'parent', '2021-03-01');
insert into medway.conversation (family_id, held_on) values (1, '2021-03-01');
insert into medway.child default values;
insert into medway.family_member (family_id, child_id) select 1, max(child_id) from medway.child;
select isnt(medway.open_episode(1, '2021-03-01', lead_practitioner_id => 1, allocated_on => '2021-03-02'), null, 'an episode');
select isnt(medway.start_plan(1, '2021-03-03'), null, 'with a plan');
select isnt(medway.add_outcome(1, 'outcome ' || n, '2021-03-03'), null, 'and outcome ' || n) from generate_series(1, 4) n;
select lives_ok($$select early_help.rename_partnership('medway', 'Medway & Swale')$$, 'its owner renames it');
select hasnt_schema('medway');
select hasnt_schema('medway_kpi');
select set_eq(
    $$select c.relname, c.relkind, c.oid
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('Medway & Swale', 'Medway & Swale_kpi')$$,
    'table before',
    'both schemas have their new names, with all that is in them');
select results_eq(
    $$select version is not null, kpi_schema, families from early_help.partnerships() where name = 'Medway & Swale'$$,
    $$values (true, 'Medway & Swale_kpi', 2::bigint)$$,
    'listed under its new name');
select results_eq('table public.families_of_medway', 'values (2::bigint)', 'views elsewhere go on');
select lives_ok($$insert into "Medway & Swale".family default values$$, 'rows go in');
select ok(has_schema_privilege('partnership_stranger', 'Medway & Swale', 'usage'), 'grants stay');
select lives_ok($$select early_help.create_partnership('medway')$$, 'the old name is free again');
select isnt("Medway & Swale".add_outcome(1, 'outcome 5', '2021-03-03'), null,
    'the functions of the renamed one know its plan, and not the new one''s');
select is((public.error_of($$select "Medway & Swale".add_outcome(1, 'outcome 6', '2021-03-03')$$)).code, 'YH001',
    'its rules too');
select is((public.error_of($$select "Medway & Swale".open_episode(1, '2021-04-01')$$)).code, 'YH006',
    'each of them');
select isnt((public.error_of($$select medway.add_outcome(1, 'outcome', '2021-03-03')$$)).code, 'no error',
    'and the new one knows nothing of it');
select lives_ok($$insert into "Medway & Swale".family default values$$, 'rows go in');
select results_eq(
    'select name, families from early_help.partnerships()',
    $$values ('Medway & Swale', 4::bigint), ('kent', 0), ('medway', 0)$$,
    'each counts its own');
select lives_ok($$select early_help.drop_partnership('medway')$$, 'dropped');
select lives_ok($$select early_help.rename_partnership('Medway & Swale', 'medway')$$, 'and back');

-- Dropping, with something outside that would go too.
create schema reports;
create table reports.note (family_id bigint constraint note_family references medway.family, text text);
create table reports.counted (source medway.contact_source);
create function reports.families() returns bigint begin atomic select count(*) from medway.family; end;
create view reports.view_of_view as select * from public.families_of_medway;
create view reports.innocent as select 1 as one;
select is(
    string_to_array((public.error_of($$select early_help.drop_partnership('medway')$$)).detail, E'\n'),
    array[
        'column source of table reports.counted',
        'constraint note_family on table reports.note',
        'function reports.families()',
        'view public.families_of_medway',
        'view reports.view_of_view'],
    'what stands outside is listed');
select is((public.error_of($$select early_help.drop_partnership('medway', null)$$)).code, 'YHP05',
    'cascade must be asked for');
select has_schema('medway', 'a refused drop drops nothing');
create view medway.own_view as select * from medway.family;
create view medway_kpi.own_view as select * from medway.own_view;
drop function reports.families();
drop view reports.view_of_view, public.families_of_medway;
drop table reports.counted;
alter table reports.note drop constraint note_family;
-- Tables of somebody's own inside; a cube of one's own is the engine's.
create table medway.own_note (family_id bigint, text text);
create table medway_kpi.own_target (text text);
create table medway_kpi.family (text text);
set search_path = medway, public;
select early_help.define_kpi_cube('own', array['contact_child'], $$
    select count(*)::integer as contacts
    from contact_child c
    where c.received_on >= m.month and c.received_on < m.next_month
    having count(*) > 0 $$) \g /dev/null
reset search_path;
select is(
    string_to_array((public.error_of($$select early_help.drop_partnership('medway')$$)).detail, E'\n'),
    array['table medway.own_note', 'table medway_kpi.family', 'table medway_kpi.own_target'],
    'a table that early_help did not make is listed, whatever its name, and nothing else');
drop table medway.own_note, medway_kpi.own_target, medway_kpi.family;
select lives_ok($$select early_help.drop_partnership('medway')$$,
    'what stands inside the two schemas, the owner''s own views and cubes too, goes with them');
select hasnt_schema('medway');
select hasnt_schema('medway_kpi');
create view reports.kent as select * from kent.family;
select lives_ok($$select early_help.drop_partnership('kent', cascade => true)$$, 'cascade takes what stands outside');
select hasnt_view('reports', 'kent', 'it is gone');
select has_view('reports', 'innocent', 'the rest is not');
select is_empty('select * from early_help.partnerships()', 'none is left');

-- Who drops somebody else's partnership runs none of his code: a cast of his type is code.
set role partnership_owner;
select null from early_help.create_partnership('trap') \g /dev/null
drop table trap.structure_as_made;
create type trap.table_name as (name text);
create function trap.text_of(trap.table_name) returns text
    language plpgsql
as $$ begin raise exception 'code of the partnership ran as %', current_user; end $$;
create cast (trap.table_name as text) with function trap.text_of(trap.table_name) as implicit;
create table trap.structure_as_made (kind varchar(20), table_name trap.table_name);
insert into trap.structure_as_made values ('table', row('family'));
reset role;
select lives_ok($$select early_help.drop_partnership('trap', cascade => true)$$, 'a note of another shape is not read');

-- What was dropped by hand, in a hurry.
select lives_ok($$select early_help.create_partnership('medway')$$, 'once more');
select lives_ok('drop schema medway_kpi cascade', 'its figures dropped by hand');
select results_eq(
    'select name, kpi_schema from early_help.partnerships()',
    $$values ('medway', null::text)$$,
    'the list says that they are gone');
select lives_ok($$select early_help.rename_partnership('medway', 'swale')$$, 'it can be renamed');
select lives_ok($$select early_help.drop_partnership('swale')$$, 'and dropped');
select lives_ok($$select early_help.create_partnership('medway')$$, 'once more');
select lives_ok('drop schema medway cascade', 'its records dropped by hand');
select is_empty('select * from early_help.partnerships()', 'then it is no partnership');
select is((public.error_of($$select early_help.create_partnership('medway')$$)).detail, 'Schema medway_kpi exists.',
    'what is left of it is in the way');
select lives_ok('drop schema medway_kpi cascade', 'until it is dropped');
select lives_ok($$select early_help.create_partnership('medway')$$, 'then the name is free');

select * from finish();
