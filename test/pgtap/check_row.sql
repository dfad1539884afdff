-- check_row keeps a table's compiled constraints: it follows every change of them in the same session.
\ir fixture.psql

create function public.voice_outcome(voice text)
returns text
language sql
return (
    select concat_ws(' ', o.state, o.constraint_name)
    from public.outcome_of(format('insert into town.conversation (family_id, held_on, family_voice) values (1, ''2024-01-01'', %L)', voice)) as o);
insert into family (family_id) values (1) on conflict do nothing;

select is(voice_outcome('a'), 'OK000 ', 'before');
alter table conversation add constraint voice_is_not_a check (family_voice <> 'a');
select is(voice_outcome('a'), '23514 voice_is_not_a', 'a constraint that came');
select matches((outcome_of($$insert into conversation (family_id, held_on, family_voice) values (1, '2024-01-01', 'a')$$)).message,
    '^a row of "conversation" does not keep', 'in our words');
alter table conversation add constraint voice_is_not_b check (family_voice <> 'b'), drop constraint voice_is_not_a;
select is(voice_outcome('a'), 'OK000 ', 'one that went');
select is(voice_outcome('b'), '23514 voice_is_not_b', 'one that came as it went');
alter table conversation rename constraint voice_is_not_b to voice_is_other_than_b;
select is(voice_outcome('b'), '23514 voice_is_other_than_b', 'renamed');
alter table conversation add column tone text, add constraint tone_is_kind check (tone = 'kind');
select is((outcome_of($$insert into conversation (family_id, held_on, tone) values (1, '2024-01-01', 'harsh')$$)).constraint_name,
    'tone_is_kind', 'of a column that came');
alter table conversation drop column tone;
select is(voice_outcome('b'), '23514 voice_is_other_than_b', 'after the column went');

-- A function that changes under its constraint: one the planner writes out, and one it calls.
create function public.fits(voice text) returns boolean language sql immutable as $$select voice <> 'c'$$;
alter table conversation add constraint voice_fits check (public.fits(family_voice));
select is(voice_outcome('c'), '23514 voice_fits', 'a function written out');
create or replace function public.fits(voice text) returns boolean language sql immutable as $$select voice <> 'd'$$;
select is(voice_outcome('c'), 'OK000 ', 'replaced: no longer');
select is(voice_outcome('d'), '23514 voice_fits', 'replaced: now');
create or replace function public.fits(voice text) returns boolean language plpgsql immutable as $$begin return voice <> 'e'; end$$;
select is(voice_outcome('e'), '23514 voice_fits', 'a function called');

-- A function that writes to the table it is a constraint of, and one that alters it meanwhile.
create or replace function public.fits(voice text) returns boolean language plpgsql as $$
begin
    if voice like 'again%' then
        insert into town.conversation (family_id, held_on, family_voice) values (1, '2024-01-01', substr(voice, 6));
    end if;
    return voice <> 'f';
end
$$;
select is(voice_outcome('againagain'), 'OK000 ', 'written to from within');
select is(voice_outcome('againagainf'), '23514 voice_fits', 'and refused there');
select is(voice_outcome('f'), '23514 voice_fits', 'and afterwards');
select is(voice_outcome('againb'), '23514 voice_is_other_than_b', 'each with its own row');
create or replace function public.fits(voice text) returns boolean language plpgsql as $$
begin
    create or replace function public.passing() returns integer language sql as 'select 1';
    return voice <> 'f';
end
$$;
select is(voice_outcome('g'), 'OK000 ', 'what is kept is forgotten while it is used');
select is(voice_outcome('f'), '23514 voice_fits', 'and made anew');

-- Many tables, and a partnership that goes.
select null from early_help.create_partnership('hamlet') \g /dev/null
insert into hamlet.family (family_id) values (1);
select early_help.drop_partnership('hamlet', true) \g /dev/null
select is(voice_outcome('f'), '23514 voice_fits', 'after another partnership came and went');

-- A generated column has its new value only after the triggers: the server judges.
create table guarded (
    x integer,
    g integer generated always as (x) stored,
    y integer,
    constraint g_le_y check (g <= y),
    constraint whole_row check ((guarded).g <= 100 or guarded is null),
    constraint of_this_table check (tableoid = 'town.guarded'::regclass),
    constraint y_is_positive check (y > 0)
);
create trigger zz_check_row before insert or update on guarded
    for each row execute function early_help_internal.check_row();
insert into guarded (x, y) values (5, 10);
select is((outcome_of('update town.guarded set x = 1, y = 2')).state, 'OK000', 'the new value keeps the constraint');
select is((outcome_of('update town.guarded set x = 1000, y = 2000')).constraint_name, 'whole_row', 'the whole row has the column');
select is((outcome_of('update town.guarded set x = 11')).constraint_name, 'g_le_y', 'the server refuses what breaks it');
select matches((outcome_of('insert into town.guarded (x, y) values (11, 10)')).message, 'violates check constraint "g_le_y"',
    'and of a new row');
select matches((outcome_of('update town.guarded set x = -9, y = 0')).message, 'does not keep its constraint "y_is_positive"',
    'the others are ours');

-- Whoever types into a table is told in words: every table but those that the engine fills.
select is_empty($$
    select c.relname
    from pg_class c
    where c.relnamespace = 'town'::regnamespace
        and c.relkind = 'r'
        and c.relname not in ('guarded', 'kpi_cube', 'kpi_period', 'stale_mark')
        and c.relname !~ '^cube_.*_(cells|parts)$'
        and exists (
            select
            from pg_attribute a
            where a.attrelid = c.oid
                and a.attnum > 0
                and a.atttypid in ('text'::regtype, 'varchar'::regtype))
        and not exists (
            select
            from pg_trigger t
            where t.tgrelid = c.oid
                and t.tgfoid = 'early_help_internal.check_row'::regproc
                and t.tgenabled = 'A')$$,
    'tables with text that a person typed');
select is(
    (outcome_of($$insert into import_reject (contact_ref, child_ref, rule) values ('Jane Roe', 'NHS 943', null)$$)).message,
    '"rule" of "import_reject" is missing', 'a reject without a rule');
select unalike(
    (outcome_of($$insert into import_reject (contact_ref, child_ref, rule) values ('Jane Roe', 'NHS 943', null)$$)).detail,
    '%NHS%', 'is not printed');
alter table inbox_contact add check (ward <> 'Nowhere');
select unalike(
    (outcome_of($$insert into inbox_contact (contact_ref, child_ref, ward) values ('Jane Roe', 'NHS 943', 'Nowhere')$$)).detail,
    '%NHS%', 'nor is a row of the inbox');

select * from finish();
rollback;
