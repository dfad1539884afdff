-- Who writes the tables that are no records: cells, marks and what was published
-- change by the engine alone, also for the owner; settings by the owner alone.
\ir fixture.psql
set client_min_messages = warning;

-- What each table of a partnership is, from the catalog: a new one without a
-- guard fails here.
create view public.guard as
select
    c.relname,
    exists (
        select
        from pg_trigger t
        where t.tgrelid = c.oid
            and t.tgfoid = 'early_help_internal.engine_writes_only()'::regprocedure
            -- Before insert, update and delete, for each statement.
            and t.tgtype = 2 + 4 + 8 + 16
            and t.tgqual is null
            and t.tgattr::text = ''
            and t.tgenabled = 'O') as engine,
    exists (
        select
        from pg_trigger t
        where t.tgrelid = c.oid
            and t.tgfoid = 'early_help_internal.owner_writes_only()'::regprocedure
            and t.tgtype = 2 + 4 + 8 + 16
            and t.tgqual is null
            and t.tgattr::text = ''
            and t.tgenabled = 'O') as owner,
    exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgfoid = 'early_help_internal.check_row()'::regprocedure) as record,
    exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgfoid = 'early_help_internal.refuse_truncate()'::regprocedure and t.tgenabled = 'A') as stays
from pg_class c
where c.relnamespace = 'town'::regnamespace
    and c.relkind in ('r', 'p');
select is_empty($$ select relname from guard where not (engine or owner or record) and relname !~ '^(inbox|import)_' and relname not in ('publication', 'published_figure') $$,
    'every table is a record''s, the engine''s or a setting');
select is_empty($$ select relname from guard where relname ~ '^(kpi|cube|stale)_' and engine = owner $$, 'what is of figures is either the engine''s or a setting');
select is_empty($$ select relname from guard where not stays and relname !~ '^(inbox|import)_' $$, 'and none is truncated');
select set_eq($$ select relname::text from guard where owner $$,
    '{partnership,population,benchmark,kpi_record,kpi_metric,kpi_target,kpi_spc_setting,kpi_spc_rebase,bank_holiday,code_label,contact_source,primary_need,ethnicity,sex,disability,assessment_factor,closure_reason,headline_outcome}'::text[],
    'settings');
select set_eq($$ select relname::text from guard where engine and relname !~ '^cube_.*_(cells|parts)$' $$,
    '{stale_mark,kpi_cube,kpi_filled_months,kpi_period,kpi_refresh_log,structure_as_made,published_table}'::text[], 'what the engine writes, beside cells');
select is((select count(*) from guard where engine and relname ~ '^cube_.*_cells$'), (select count(*) from kpi_cube), 'the cells of every cube');
select is_empty($$ select distinct k.confrelid::regclass from pg_constraint k join pg_attribute a on a.attrelid = k.confrelid and a.attnum = any (k.confkey)
    join guard g on g.relname = (select relname from pg_class where oid = k.confrelid)
    where k.contype = 'f' and k.connamespace = 'town'::regnamespace and a.attname = 'code' and not g.owner $$, 'every code list is a setting');

---------- the owner, a superuser too, by every way to write ----------

create function public.write_of(kind text, name text) returns text
language sql
as $$
    select case kind
        when 'insert' then format('insert into %I select * from %1$I', name)
        when 'update' then format('update %I set %I = %2$I', name, (
            select a.attname from pg_attribute a where a.attrelid = name::regclass and a.attnum > 0 and not a.attisdropped and a.attidentity = '' order by a.attnum desc limit 1))
        when 'delete' then format('delete from %I', name)
        when 'merge' then format('merge into %I a using (select 1) b on false when not matched then do nothing when matched then delete', name)
        when 'view' then format('create temp view by_view as select * from %I; delete from by_view', name)
        when 'with' then format('with gone as (delete from %I returning 1) select count(*) from gone', name)
        when 'conflict' then format('insert into %I select * from %1$I on conflict do nothing', name)
    end
$$;
select refused(write_of(kind, g.relname), 'YHK03', format('%s: %s', g.relname, kind))
from guard g
cross join unnest('{insert,update,delete,merge,view,with,conflict}'::text[]) kind
where g.engine;
select refused(format('insert into %I default values', name), 'YHK03', name || ': insert') from unnest('{publication,published_figure}'::text[]) name;
select refused(format('truncate %I', relname), 'YHS04', relname || ': truncate') from guard where engine and relname not in ('published_table');

-- U2, A6: the very writes of the findings.
create role guard_app;
grant usage on schema town, town_kpi to guard_app;
grant select, insert, update, delete on all tables in schema town to guard_app;
create function public.as_app(command text) returns text
language plpgsql
as $$
declare
    state text;
begin
    set local role guard_app;
    begin
        execute command;
        state := 'OK000';
    exception
        when others then
            state := sqlstate;
    end;
    reset role;
    return state;
end
$$;
select is(as_app(command), state, command)
from (values
    ('update cube_contacts_cells set contacts = contacts + 1000', 'YHK03'),
    ($$insert into kpi_cube (cube, sources) values ('evil', '{}')$$, 'YHK03'),
    ($$insert into stale_mark values ('contact_child', '-infinity', 'infinity', 'infinity')$$, 'YHK03'),
    ($$update structure_as_made set definition = 'x'$$, 'YHK03'),
    ('update partnership set suppression_threshold = 0', '42501'),
    ($$insert into kpi_target (metric_code, from_month, target) values ('contacts', '2024-01-01', 1)$$, '42501'),
    ('update kpi_spc_setting set fewest_points = 3', '42501'),
    ($$update closure_reason set counted_in_outcomes = false$$, '42501'),
    ($$delete from bank_holiday$$, '42501'),
    ($$insert into family default values$$, 'OK000')
) c (command, state);
-- Who may call the engine's function gets no further than the owner's rights go.
grant execute on function early_help_internal.write_by_engine(text) to guard_app;
select is(as_app($$select early_help_internal.write_by_engine('update cube_contacts_cells set contacts = contacts + 1000')$$), '42501', 'the engine writes for the owner alone');
revoke execute on function early_help_internal.write_by_engine(text) from guard_app;
select is(as_app($$select early_help_internal.write_by_engine('select 1')$$), '42501', 'and is not for everybody');

-- The owner sets what is his, in a role that is a member, too.
create role guard_owner;
create role guard_member in role guard_owner;
grant usage, create on schema town to guard_owner;
alter table kpi_target owner to guard_owner;
grant select, references on kpi_metric to guard_owner;
set local role guard_member;
select lives_ok($$insert into kpi_target (metric_code, from_month, target) values ('contacts', '2024-01-01', 1)$$, 'a member of the owner sets a target');
reset role;
select is((outcome_of('set local role guard_app; update partnership set title = title')).hint, 'SET ROLE to the owner of the partnership.', 'others are told how');
select is((outcome_of('update kpi_cube set cube = cube')).table_name, 'kpi_cube', 'the error names the table');
select matches((outcome_of('update kpi_cube set cube = cube')).hint, 'mark_stale', 'and what to do instead');

---------- the engine writes, and what it fires does not ----------

insert into contact (contact_id, received_on, source_code) values (1, '2024-05-05', '6');
insert into child (child_id) values (1);
insert into contact_child (contact_id, child_id, primary_need_code) values (1, 1, 'N1');
select null from publish_figures('2024-05', 1) \g /dev/null
select isnt_empty('select from published_figure', 'the engine publishes');
select is(early_help_internal.write_by_engine('delete from stale_mark where source = $1', 'nothing'::text), 0::bigint, 'it says how many rows it wrote');
select is(early_help_internal.write_by_engine('insert into kpi_refresh_log (kpi_refresh_id) values (70) returning kpi_refresh_id'), 70::bigint, 'or what they return');
select is(early_help_internal.write_by_engine('select null::bigint'), null, 'which may be null');
select refused($$select early_help_internal.write_by_engine('select ''x''')$$, '42804', 'a number');
select refused($$select early_help_internal.write_by_engine(null)$$, '22023', 'a command');
select refused($$select early_help_internal.write_by_engine('select $1', 'x')$$, '42P18', 'values have types');
select refused($$select early_help_internal.write_by_engine('select $1', variadic array[1])$$, '22023', 'and are given one by one');
select refused($$select early_help_internal.write_by_engine('commit')$$, '22023', 'no transaction ends within');

-- An error within does not leave the door open, nor does a savepoint.
select refused($$select early_help_internal.write_by_engine('select 1 / 0')$$, '22012', 'an error within');
select refused('delete from kpi_cube', 'YHK03', 'leaves the guard');
do $$
begin
    perform early_help_internal.write_by_engine('select 1 / 0');
exception
    when division_by_zero then null;
end
$$;
select refused('delete from kpi_cube', 'YHK03', 'caught, too');

-- Somebody's trigger on what the engine writes is not the engine.
create function public.falsifies() returns trigger
language plpgsql
as $$
begin
    insert into town.published_figure (publication_id, count_name, figure) select max(publication_id), 'x', 99 from town.publication;
    return null;
end
$$;
create trigger falsifies after insert on publication for each row execute function public.falsifies();
select refused($$select publish_figures('2024-05', 1)$$, 'YHK03', 'a user''s trigger adds no figure to what is published');
drop trigger falsifies on publication;
create trigger falsifies after insert on published_figure for each statement execute function public.falsifies();
select refused($$select publish_figures('2024-05', 1)$$, 'YHK03', 'nor one deeper');
drop trigger falsifies on published_figure;
create function public.falsifies_cells() returns trigger
language plpgsql
as $$
begin
    update town.cube_contacts_cells set contacts = 99;
    return null;
end
$$;
create trigger falsifies after insert or update on kpi_filled_months for each statement execute function public.falsifies_cells();
select refused($$select early_help_internal.refresh_kpi_month('town', '2024-05-01')$$, 'YHK03', 'nor changes cells while a refresh writes');
drop trigger falsifies on kpi_filled_months;
select lives_ok($$select early_help_internal.refresh_kpi_month('town', '2024-05-01')$$, 'which goes on without it');

-- On other tables the triggers do no harm.
create temp table odd (x integer);
create trigger odd after insert on odd for each row execute function early_help_internal.engine_writes_only();
select throws_ok('insert into odd values (1)', '39P01', 'engine_writes_only() is a trigger before a statement', 'engine_writes_only for each row');
drop trigger odd on odd;
create trigger odd after insert on odd for each statement execute function early_help_internal.owner_writes_only();
select throws_ok('insert into odd values (1)', '39P01', 'owner_writes_only() is a trigger before a statement', 'owner_writes_only after');

select * from finish();
rollback;
