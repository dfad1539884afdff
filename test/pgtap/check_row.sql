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

select * from finish();
rollback;
