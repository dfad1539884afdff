-- What the specs begin with: procedures for their setups, which cannot include a
-- file. make check runs it in the database of the specs, before them all:
--
--   createdb specs && psql -d specs -f test/isolation/setup.sql
--   pg_isolation_regress --use-existing --dbname=specs --inputdir=test/isolation rules_steps
\set ON_ERROR_STOP on
create extension if not exists early_help cascade;

-- fresh_partnership: one without a record. Every permutation needs one, and to make
-- it takes 1.5 s: so the one that is there gets its first rows again, which are kept
-- in a schema of their own. In a setup of its own, which is a transaction: what it
-- takes away is marked for the figures, and marked once a transaction.
create procedure public.fresh_partnership(partnership name)
    language plpgsql
as $$
declare
    t record;
    differs boolean;
    had_rows boolean;
begin
    if to_regnamespace(quote_ident(partnership)) is null then
        perform early_help.create_partnership(partnership);
        execute format('create schema %I', partnership || '_first');
    end if;
    set local session_replication_role = replica;
    for t in
        select
            format('%I.%I', partnership, c.relname) as name,
            format('%I.%I', partnership || '_first', c.relname) as first
        from pg_class c
        where c.relnamespace = to_regnamespace(quote_ident(partnership)) and c.relkind = 'r'
    loop
        if to_regclass(t.first) is null then
            execute format('create table %s as table %s', t.first, t.name);
            continue;
        end if;
        execute format('select exists (table %1$s except all table %2$s) or exists (table %2$s except all table %1$s)', t.name, t.first)
        into differs;
        if differs then
            execute format('delete from %s', t.name);
            execute format('select exists (table %s)', t.first) into had_rows;
            if had_rows then
                execute format('insert into %s table %s', t.name, t.first);
            end if;
        end if;
    end loop;
    set local session_replication_role = origin;
    perform setval(c.oid, 1, false)
    from pg_class c
    where c.relnamespace = to_regnamespace(quote_ident(partnership)) and c.relkind = 'S';
end
$$;

-- no_partnership: for a spec that drops the extension.
create procedure public.no_partnership()
    language plpgsql
as $$
begin
    perform from early_help.partnerships() p, early_help.drop_partnership(p.name);
    drop schema if exists p_first, iso_first, town_first cascade;
end
$$;

-- two_families: with three children, consent and a conversation, of the partnership in the search path.
create procedure public.two_families()
    language plpgsql
as $$
begin
    insert into agency (agency_id, name, sector) values (1, 'A', 'health');
    insert into practitioner (practitioner_id, agency_id, name) values (1, 1, 'One'), (2, 1, 'Two');
    insert into family (family_id) values (1), (2);
    insert into child (child_id, birth_date) values (1, '2015-01-01'), (2, '2016-01-01'), (3, '2017-01-01');
    insert into family_member (family_id, child_id) values (1, 1), (1, 2), (2, 3);
    insert into conversation (conversation_id, family_id, held_on) values (1, 1, '2024-01-01'), (2, 2, '2024-01-01');
    insert into consent (consent_id, family_id, given_by, given_on)
    values (1, 1, 'parent', '2024-01-01'), (2, 2, 'parent', '2024-01-01');
end
$$;

-- two_episodes: of these families and children; with a lead practitioner, unless the spec has its own.
create procedure public.two_episodes(allocated boolean default true)
    language plpgsql
as $$
begin
    insert into episode (episode_id, family_id, opened_on) values (1, 1, '2024-01-02'), (2, 2, '2024-01-02');
    insert into episode_child (episode_id, child_id, joined_on)
    values (1, 1, '2024-01-02'), (1, 2, '2024-01-02'), (2, 3, '2024-01-02');
    if allocated then
        insert into lead_practitioner (episode_id, from_on, practitioner_id) values (1, '2024-01-05', 1), (2, '2024-01-05', 1);
    end if;
end
$$;
