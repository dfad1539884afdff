-- What the owner of a partnership wrote in SQL runs under a fixed search_path when a
-- rule writes as the owner: a writer's own operators and tables do not get in.
\ir fixture.psql

create schema evil;
create function evil.ran(bigint, bigint) returns boolean language plpgsql as $$ begin raise 'the writer''s operator ran as %', current_user; end $$;
create operator evil.= (leftarg = bigint, rightarg = bigint, function = evil.ran);

select support(1, 'allocated') \g /dev/null
-- The rules' plans are kept by now.
insert into plan (plan_id, episode_id, kind, started_on) values (1, 1, 'intervention', '2024-02-01');

create table public.seen (path text, is_same boolean);
create function public.look() returns trigger language plpgsql as $$
begin
    insert into public.seen values (current_setting('search_path'), new.episode_id = old.episode_id);
    return new;
end
$$;

select support(2, 'allocated') \g /dev/null
create trigger look before update on episode for each row execute function public.look();
set search_path = evil, town, pg_catalog, public;
insert into plan (plan_id, episode_id, kind, started_on) values (2, 2, 'intervention', '2024-02-01');
select results_eq('select path, is_same from public.seen', $$ values ('pg_catalog, pg_temp', true) $$, 'a trigger of the owner, made after the plan was kept');
select is(current_setting('search_path'), 'evil, town, pg_catalog, public', 'the writer''s path is back');
savepoint failed;
drop trigger look on town.episode;
create function public.say_no() returns trigger language plpgsql as $$ begin raise 'no'; end $$;
create trigger zfail before update on town.episode for each row execute function public.say_no();
select throws_ok('insert into assessment (assessment_id, episode_id, started_on) values (3, 2, ''2024-03-01'')', 'P0001', 'no', 'an error under it');
select is(current_setting('search_path'), 'evil, town, pg_catalog, public', 'leaves the path as it was');
rollback to failed;
drop trigger look on town.episode;

-- A CHECK is code as well.
truncate public.seen;
create function public.look_at(id bigint) returns boolean language plpgsql as $$
begin
    insert into public.seen values (current_setting('search_path'), id = id);
    return true;
end
$$;
alter table town.episode_event add constraint looked_at check (public.look_at(episode_id)) not valid;
alter table town.episode_event disable trigger zz_check_row;
set constraints all immediate;
set constraints all deferred;
set search_path = town, public;
select support(4, 'allocated') \g /dev/null
truncate public.seen;
set search_path = evil, town, pg_catalog, public;
insert into plan (plan_id, episode_id, kind, started_on) values (4, 4, 'intervention', '2024-02-01');
select results_eq('select distinct path, is_same from public.seen', $$ values ('pg_catalog, pg_temp', true) $$, 'a CHECK of the owner');

set search_path = town, public;
select * from finish();
rollback;
