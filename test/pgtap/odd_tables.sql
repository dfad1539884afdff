-- Tables that their owner shaped otherwise: the primary key of any table on another
-- column, generated columns beside our checks. Rules hold, and nothing is an internal error.
\ir fixture.psql
set client_min_messages = warning;

select support(1, 'planned') \g /dev/null
set constraints all immediate;
set constraints all deferred;

create view public.record_table as
select c.oid::regclass as name, c.relname, k.conname
from pg_class c
join pg_constraint k on k.conrelid = c.oid and k.contype = 'p'
where c.relnamespace = 'town'::regnamespace
    and c.relkind = 'r'
    and c.relname !~ '^(kpi_|cube_|stale_|inbox_|import_|structure_as_made)';
select cmp_ok((select count(*) from public.record_table), '>', 40::bigint, 'there are such tables');

-- What a case does, and what a rule refuses, after some command.
create function public.after(command text) returns table (what text, state text)
language sql
as $$
    select what, (outcome_of(command || '; ' || act)).state
    from (values
        ('an outcome', 'insert into plan_outcome (plan_id, agreed_on) values (1, ''2024-02-01'')'),
        ('five outcomes', 'insert into plan_outcome (plan_id, agreed_on) select 1, ''2024-02-01'' from generate_series(1, 5)'),
        ('six outcomes', 'insert into plan_outcome (plan_id, agreed_on) select 1, ''2024-02-01'' from generate_series(1, 6)'),
        ('an assessment', 'insert into assessment (episode_id, started_on) values (1, ''2024-02-01'')'),
        ('an assessment of a child of nobody', 'insert into assessment (episode_id, child_id, started_on) values (1, 999, ''2024-02-01'')'),
        ('a closure before it began', 'select close_episode(1, ''moved_away'', ''2023-01-01'')'),
        ('a review', 'select hold_review(1, ''extend'', ''2024-02-20'')')) a (what, act)
$$;
create table public.usual as select * from after('select');
select results_eq('select what, state from public.usual',
    $$values ('an outcome', 'OK000'), ('five outcomes', 'OK000'), ('six outcomes', 'YH001'), ('an assessment', 'OK000'),
        ('an assessment of a child of nobody', 'YHS02'), ('a closure before it began', 'YH014'), ('a review', 'OK000')$$,
    'what a case does and what is refused');

-- The key moved: foreign keys go with it, and what they alone refused.
select is_empty(
    $$select t.relname, a.what, a.state, u.state as usual
    from public.record_table t
    cross join lateral after(format('alter table %1$s drop constraint %2$I cascade; alter table %1$s add column other_key bigint generated always as identity; alter table %1$s add primary key (other_key)',
        t.name, t.conname)) a
    join public.usual u using (what)
    where a.state <> u.state$$,
    'a primary key on another column, in each table, changes none of it');
-- And gone: an error that says so, or the same.
select is_empty(
    $$select t.relname, a.what, a.state
    from public.record_table t
    cross join lateral after(format('alter table %s drop constraint %I cascade', t.name, t.conname)) a
    join public.usual u using (what)
    where a.state not in (u.state, '42704', '42P10')$$,
    'without one it is that, or an error that names the key');

-- A generated column in each table and a CHECK over it, which the server judges.
select is_empty(
    $$select t.relname, a.what, a.state, u.state as usual
    from public.record_table t
    cross join lateral after(format('alter table %1$s add column ours_a integer default 1, add column ours integer generated always as (ours_a + 1) stored, add constraint ours_is_more check (ours > ours_a)', t.name)) a
    join public.usual u using (what)
    where a.state <> u.state$$,
    'a generated column and a check over it, in each table, change none of it');
select is(
    (outcome_of('alter table plan_outcome add column ours_a integer default 1, add column ours integer generated always as (ours_a + 1) stored, add constraint ours_below_ten check (ours < 10);
        insert into plan_outcome (plan_id, agreed_on, ours_a) values (1, ''2024-02-01'', 20)')).constraint_name,
    'ours_below_ten', 'and the check holds');
select is(
    (outcome_of('alter table plan_outcome add column ours_a integer default 20, add column ours integer generated always as (ours_a + 1) stored, add constraint ours_at_most check (ours <= 30 and (ours_a > 15 or ours < 10));
        insert into plan_outcome (plan_outcome_id, plan_id, agreed_on) values (77, 1, ''2024-02-01''); update plan_outcome set ours_a = 3 where plan_outcome_id = 77')).state,
    'OK000', 'by the new value, not the old one');

-- Two rows of one id, once no key forbids it: no crash.
select refused($$alter table plan drop constraint plan_pkey cascade, drop constraint plan_facts_its_outcomes_and_reviews_share cascade;
    alter table plan add column other_key bigint generated always as identity primary key;
    set session_replication_role = replica;
    insert into plan (plan_id, episode_id, kind, started_on, review_due_on, review_counts_from) overriding system value
        select plan_id, episode_id, kind, started_on, review_due_on, review_counts_from from plan where plan_id = 1;
    set session_replication_role = origin;
    insert into plan_outcome (plan_id, agreed_on) select 1, '2024-02-01' from generate_series(1, 6)$$,
    'YH001', 'an id that two rows have: five outcomes all the same');

select * from finish();
rollback;
