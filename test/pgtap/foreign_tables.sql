-- The triggers of the records on tables of other shapes, as anybody may make them: what they find there is read
-- as the type it is, or they say what is wrong. Never a crash, an address or other memory. They run as a superuser,
-- whom no missing right keeps from getting there. kpi_engine_tables.sql asks the same of the engine of figures;
-- test/t/fuzz_functions.pl makes up more.
\ir fixture.psql
set search_path = public, early_help;

-- Nulls where ours have none.
select refused($$
    create temp table contact (contact_id bigint primary key, received_on date, source_code text);
    insert into contact values (1, '2020-01-01', null);
    create temp table contact_child (contact_id bigint, received_on date, source_code text);
    create trigger t before insert on contact_child for each row execute function early_help_internal.contact_child_before();
    insert into contact_child (contact_id) values (1);
    $$, 'OK000', 'a contact without a source leaves its children without');
select refused($$
    create temp table contact_source (code text, valid_from date, valid_to date);
    insert into contact_source values (null, '2000-01-01', '2001-01-01');
    create temp table contact (source_code text, received_on date);
    create trigger t before insert on contact for each row execute function early_help_internal.code_valid('source_code', 'contact_source', 'received_on');
    insert into contact values ('x', '2020-01-01');
    $$, 'OK000', 'a code that is null');
select refused($$
    create temp table contact (source_code text, received_on date);
    create trigger t before insert on contact for each row execute function early_help_internal.code_valid('source_code', 'no_such_list', 'received_on');
    insert into contact values ('x', '2020-01-01');
    $$, '22023', 'a list of codes that there is not');

-- Keys of another type, of another column, of several and none. The plan has ended: its episode is looked for.
create function public.agreed(plan_columns text, plan_row text) returns text
language sql
return format($f$
    create temp table plan (kind text, started_on date, review_counts_from date, review_due_on date, ended_on date, end_reason text, %s);
    insert into plan values ('intervention', '2020-01-01', '2020-01-01', '2020-02-26', '2020-02-01', 'completed', %s);
    create temp table action (action_id bigint, plan_id bigint, agreed_on date, safety_reason text);
    create trigger t before insert on action for each row execute function early_help_internal.action_before();
    insert into action values (1, 1, '2020-03-01', null);
    $f$, plan_columns, plan_row);
select refused(agreed('plan_id text primary key, episode_id bigint', $$'1', 1$$), '42804', 'a key that is a text');
select refused(agreed('plan_id uuid primary key, episode_id bigint', $$'00000000-0000-0000-0000-000000000001', 1$$), '42804', 'a uuid');
select refused(agreed('plan_id integer primary key, episode_id bigint', '1, 1'), '42804', 'an integer');
select refused(agreed('plan_id bigint, episode_id text primary key', $$1, '1'$$), '42804', 'of another column');
select refused(agreed('plan_id bigint, episode_id bigint primary key', '1, 1'), '42P01', 'of another column of the same type: the plan is found, and its episode looked for');
select refused(agreed('plan_id bigint, episode_id bigint, primary key (episode_id, plan_id)', '1, 1'), '42P01', 'of two columns, likewise');
select refused(agreed('plan_id bigint, episode_id bigint', '1, 1'), '42P01', 'none, likewise');
select refused(agreed('plan_id bigint primary key, episode_id text', $$1, 'x'$$), '42804', 'a reference that is a text');
select refused($$
    create temp table partnership (x int);
    create temp table plan (plan_id text primary key, kind text, episode_id bigint);
    insert into plan values ('a', 'intervention', 1), ('b', 'intervention', 1);
    create temp table plan_outcome (plan_outcome_id bigint, plan_id bigint, position int, agreed_on date, withdrawn_on date, achieved_on date, plan_kind text);
    create trigger t before insert on plan_outcome for each row execute function early_help_internal.plan_outcome_before();
    insert into plan_outcome values (1, 1234567, null, '2024-01-01', null, null);
    $$, '42804', 'outcomes of a plan whose key is a text');
set client_min_messages = warning;
set search_path = town, public;
select support(1, 'planned') \g /dev/null
set constraints all immediate;
set constraints all deferred;
set search_path = public, early_help;
select refused($$
    set local search_path = town;
    alter table plan drop constraint plan_pkey cascade;
    alter table plan add primary key (episode_id);
    insert into plan_outcome (plan_id, agreed_on) values (1, '2024-02-01');
    $$, 'OK000', 'a partnership whose key went to another column finds its plans all the same');

-- What is shown of a value: an id is a number, a level is one of the levels.
create function public.stepped(level_type text, level text) returns text
language sql
return format($f$
    create temp table level_change (level_change_id bigint primary key, child_id bigint, change_number integer, level_from %1$s, level_to %1$s, to_level %1$s, episode_id bigint, changed_on date);
    insert into level_change values (1, 1, 1, %2$s, %2$s, %2$s, 1, '2020-01-01');
    create temp table episode_child (episode_id bigint, child_id bigint, joined_on date, left_on date, primary key (episode_id, child_id));
    create temp table family (family_id bigint primary key);
    insert into family values (1);
    create temp table child (child_id bigint primary key);
    insert into child values (1);
    create temp table family_member (family_member_id bigint primary key, family_id bigint, child_id bigint, joined_on date, left_on date);
    insert into family_member values (1, 1, 1, null, null);
    create temp table episode (episode_id bigint primary key, family_id bigint, opened_on date, closed_on date, state text);
    create temp table step (step_id bigint primary key, child_id bigint, family_id bigint, episode_id bigint, from_level %1$s, to_level %1$s, offered_on date, decided_on date, outcome text);
    create trigger t before insert on step for each row execute function early_help_internal.step_before();
    insert into step values (1, 1, 1, null, null, %2$s, '2020-02-01');
    $f$, level_type, level);
select refused(stepped('integer', '100'), '42804', 'a level that is an integer');
select refused(stepped('smallint', '100'), '42804', 'a smallint');
select refused(stepped('"char"', '''d'''), '42804', 'a byte');
select refused(stepped('text', '''social_care'''), '42804', 'a text');
select refused($$
    create temp table plan (plan_id bigint primary key, kind text);
    insert into plan values (1, 'intervention');
    create temp table review (review_id text, plan_id bigint, held_on date);
    insert into review values ('r', 1, '2024-01-01');
    create trigger t before delete on review for each row execute function early_help_internal.review_stays();
    delete from review;
    $$, '42804', 'a review whose id is a text');
select is((outcome_of($$
    create temp table publication (publication_id text);
    insert into publication values ('x');
    create trigger t before delete on publication for each row execute function early_help_internal.published_stays();
    delete from publication;
    $$)).state, '42804', 'a publication whose id is a text');

-- Every trigger function of the extension, on the tables of a partnership with keys of three kinds.
create function public.tables_of_kind(type_of_key text, type_of_reference text) returns void
language plpgsql
as $$
declare
    t record;
begin
    for t in
        select c.relname, string_agg(format('%I %s', attname,
            case when attname = (select a.attname from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0] where i.indrelid = c.oid and i.indisprimary) then type_of_key
                 when attname ~ '_id$' then type_of_reference
                 else format_type(atttypid, atttypmod) end), ', ' order by attnum) as columns,
            (select string_agg(quote_ident(a.attname), ', ') from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0] where i.indrelid = c.oid and i.indisprimary) as key
        from pg_class c
        join pg_attribute on attrelid = c.oid and attnum > 0 and not attisdropped
        where relnamespace = 'town'::regnamespace and relkind = 'r'
        group by c.oid, relname
    loop
        execute format('create temp table %I (%s%s)', t.relname, t.columns, ', primary key (' || t.key || ')');
    end loop;
end
$$;

-- A row of each table with only its ids, made by whatever its triggers let through; then all of them changed and deleted.
create function public.triggers_run(type_of_key text, type_of_reference text) returns text
language plpgsql
as $$
declare
    t record;
    written text;
    broken text := '';
    tried integer := 0;
    state text;
    said text;
begin
    perform public.tables_of_kind(type_of_key, type_of_reference);
    for t in select c.oid::regclass as name, relname from pg_class c where relnamespace = pg_my_temp_schema() and relkind = 'r' order by relname loop
        written := (
            select string_agg(format('%I', attname), ', ') || ') select ' || string_agg(case when attname ~ '_id$' then '''1''' when attname ~ '_on$' then '''2024-01-01''' else 'null' end, ', ')
            from pg_attribute where attrelid = t.name and attnum > 0 and (attname ~ '_id$|_on$'));
        begin
            execute format('insert into %s (%s', t.name, written);
        exception
            when others then null;
        end;
    end loop;
    for t in
        select tg.oid, tgfoid::regproc as function, pg_get_triggerdef(tg.oid) as definition, c.relname
        from pg_trigger tg join pg_class c on c.oid = tgrelid
        where relnamespace = 'town'::regnamespace and not tgisinternal and tgtype & 32 = 0
    loop
        declare
            command text;
        begin
            execute regexp_replace(regexp_replace(t.definition, ' ON town\.', ' ON pg_temp.'), ' WHEN \(.*\) EXECUTE', ' EXECUTE');
            written := (
                select string_agg(format('%I', attname), ', ') || ') select ' || string_agg(format('%I', attname), ', ')
                from pg_attribute where attrelid = ('pg_temp.' || quote_ident(t.relname))::regclass and attnum > 0);
            foreach command in array array[
                format('insert into pg_temp.%1$I (%2$s from pg_temp.%1$I', t.relname, written),
                format('update pg_temp.%1$I set %2$s', t.relname, (select string_agg(format('%1$I = %1$I', attname), ', ')
                    from pg_attribute where attrelid = ('pg_temp.' || quote_ident(t.relname))::regclass and attnum > 0)),
                format('delete from pg_temp.%I', t.relname)]
            loop
                begin
                    tried := tried + 1;
                    execute command;
                exception
                    when others then
                        get stacked diagnostics state = returned_sqlstate, said = message_text;
                        if state like 'XX%' then
                            broken := broken || format(E'%s on %s: %s %s\n', t.function, t.relname, state, said);
                        end if;
                end;
            end loop;
            raise exception sqlstate 'OK000';
        exception
            when sqlstate 'OK000' then null;
            when others then broken := broken || format(E'%s on %s: %s\n', t.function, t.relname, sqlerrm);
        end;
    end loop;
    broken := broken || case when tried < 300 then format('only %s commands were tried', tried) else '' end;
    raise exception sqlstate 'OK001' using message = broken;
exception
    when sqlstate 'OK001' then return sqlerrm;
end
$$;
select is(triggers_run('bigint', 'bigint'), '', 'every trigger on tables with keys like ours');
select is(triggers_run('text', 'text'), '', 'with texts');
select is(triggers_run('text', 'bigint'), '', 'with texts that bigints refer to');
select is(triggers_run('bigint', 'text'), '', 'the other way round');

-- Called as what they are not.
select is(string_agg(format('%s: %s', f, o.state), ', '), null, 'a trigger function is no function')
from (
    select p.oid::regproc as f
    from pg_proc p
    join pg_depend d on d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
    join pg_extension e on d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid and e.extname = 'early_help'
    where p.prorettype in ('trigger'::regtype, 'event_trigger'::regtype) and p.prolang = (select oid from pg_language where lanname = 'c')
) x
cross join lateral outcome_of(format('select %s()', f)) o
where o.state not in ('39P01', '39P03');

select * from finish();
rollback;
