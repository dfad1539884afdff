-- Three partnerships with the same tables, keys, CHECKs, foreign keys and indexes:
--   rules_c        as create_partnership makes it, the rules in C
--   rules_none     no trigger but those of foreign keys
--   rules_plpgsql  the rules as PL/pgSQL triggers (rules_plpgsql.sql)
-- psql variables: families, one child each, for journeys; plans, of episodes of their own, for bulk loads.
\set ON_ERROR_STOP on
set client_min_messages = warning;
create extension if not exists early_help cascade;
drop schema if exists rules_c, rules_c_kpi, rules_none, rules_none_kpi, rules_plpgsql, rules_plpgsql_kpi cascade;
select early_help.create_partnership('rules_c'), early_help.create_partnership('rules_none'), early_help.create_partnership('rules_plpgsql') \g /dev/null

-- Every trigger but those of foreign keys goes. What marks figures stale is no rule and goes from all three:
-- kpi_upkeep.sh measures what that costs.
do $$
declare
    one record;
begin
    for one in
        select t.tgname, t.tgrelid::regclass as of_table
        from pg_trigger t
        join pg_class c on c.oid = t.tgrelid
        where not t.tgisinternal
            and (c.relnamespace in ('rules_none'::regnamespace, 'rules_plpgsql'::regnamespace)
                or (c.relnamespace = 'rules_c'::regnamespace and t.tgname ~ '^(marks|holds)_'))
    loop
        execute format('drop trigger %I on %s', one.tgname, one.of_table);
    end loop;
end
$$;
-- Outcomes are loaded again and again.
drop trigger zz_refuse_truncate on rules_c.plan_outcome;
drop trigger zz_refuse_truncate on rules_c.action;
\ir rules_plpgsql.sql

-- Families with a child, for journeys, and families with an open episode and plans, for bulk loads: as if loaded long ago.
select set_config('bench.families', :'families', false), set_config('bench.plans', :'plans', false) \g /dev/null
do $$
declare
    families bigint := current_setting('bench.families');
    plans bigint := current_setting('bench.plans');
    name text;
begin
    foreach name in array array['rules_c', 'rules_none', 'rules_plpgsql'] loop
        perform set_config('search_path', name, true);
        insert into agency (name, sector) values ('An agency', 'health');
        insert into practitioner (agency_id, name) values (1, 'A practitioner');
        insert into family (source_ref) select 'journey ' || n from generate_series(1, families) n;
        insert into child (birth_date, sex_code) select date '2010-01-01' + (n % 3000)::integer, 'F' from generate_series(1, families) n;
        insert into family_member (family_id, child_id) select n, n from generate_series(1, families) n;
        insert into family (source_ref) select 'bulk ' || n from generate_series(1, plans) n;
        set local session_replication_role = replica;
        insert into episode (family_id, opened_on, allocated_on, state)
        select families + n, date '2022-01-01' + (n % 700)::integer, date '2022-01-01' + (n % 700)::integer, 'planned'
        from generate_series(1, plans) n;
        insert into lead_practitioner (episode_id, from_on, practitioner_id) select episode_id, opened_on, 1 from episode;
        insert into plan (episode_id, started_on, review_counts_from, review_due_on)
        select episode_id, opened_on, opened_on, opened_on + 56 from episode order by episode_id;
        set local session_replication_role = origin;
        execute format('create sequence %I.journey', name);
    end loop;
end
$$;
vacuum (analyze);
checkpoint;
