-- What makes a cube of somebody's own stale: a cube that would be wrong, because
-- nothing marks what it reads, is refused before anything of it is there.
\ir fixture.psql
set client_min_messages = warning;

create function public.defines(query text, sources text[], from_cubes text[] default '{}', few boolean default false, counts text[] default null)
returns text
language sql
as $$
    select format('select early_help.define_kpi_cube(''own'', %L, %L, %L, %L, %L)', sources, query, from_cubes, few, counts)
$$;
create view public.left_over as
select c.relname from pg_class c where c.relnamespace in ('town'::regnamespace, 'town_kpi'::regnamespace) and c.relname ~ '^cube_own(_|$)'
union all
select p.proname from pg_proc p where p.pronamespace in ('town'::regnamespace, 'town_kpi'::regnamespace) and p.proname ~ '^cube_own(_|$)'
union all
select cube from town.kpi_cube where cube = 'own';

-- The finding: sharing decisions have no trigger that marks.
\set sharing 'select count(*)::integer as decisions from sharing_decision d where d.decided_on >= m.month and d.decided_on < m.next_month having count(*) > 0'
select throws_ok(defines(:'sharing', '{sharing_decision}'), '22023', $$no trigger marks the source of cube 'own': 'sharing_decision'$$, 'a source that nothing marks');
select throws_ok(defines(:'sharing', '{referal}'), '22023', $$no trigger marks the source of cube 'own': 'referal'$$, 'a misspelt source');
select throws_ok(defines(:'sharing', '{referral}'), '22023',
    $$cube 'own' would be wrong: it reads town.sharing_decision, and no trigger of its sources marks its changes$$, 'a source of another table');
select throws_ok(defines(:'sharing', '{}'), '22023', null, 'no source at all');
select throws_ok(format($$ select early_help.define_kpi_cube(%L, '{referral}', 'select 1 as n') $$, 'own' || suffix), '22023', null, 'a name that ends in ' || suffix)
from (values ('_cells'), ('_parts'), ('_stale'), ('_month'), ('_changed'), ('_all_parts'), ('_some_parts')) v (suffix);
select throws_ok(defines(:'sharing', '{referral}', few => true), '22023', null, 'a cube of few cells');
select is_empty('table left_over', 'nothing is kept');
select matches((outcome_of(defines(:'sharing', '{referral}'))).hint,
    'CREATE TRIGGER .* ON town.sharing_decision FOR EACH ROW EXECUTE FUNCTION early_help.mark_stale_months\(''sharing_decision'', ''0'', ''decided_on''\)',
    'the error says which trigger to create');
select unalike((outcome_of(defines(:'sharing', '{referral}'))).message, '%create%', 'and not our SQL');

-- The trigger of the hint, a cube, and it is right at once, and stays so.
insert into family (family_id) values (1);
insert into sharing_decision (family_id, agency_id, decided_on, shared, basis, reason) values (1, 2, '2026-01-07', true, 'safeguarding', 'x');
create function public.create_trigger_of_hint() returns void
language plpgsql
as $$
declare
    hint text := (public.outcome_of(public.defines('select 1 as one from sharing_decision d where d.decided_on >= m.month', '{referral}'))).hint;
begin
    execute substring(hint from 'CREATE TRIGGER[^;]*');
    execute substring(hint from 'ALTER TABLE[^;]*');
end
$$;
select public.create_trigger_of_hint() \g /dev/null
select lives_ok(defines(:'sharing', '{sharing_decision}'), 'with a trigger the cube is taken');
select results_eq('select month, decisions from cube_own', $$values (date '2026-01-01', 1)$$, 'it counts what there was, in a month that no other figure has');
insert into sharing_decision (family_id, agency_id, decided_on, shared, basis, reason) values (1, 2, '2026-03-03', true, 'safeguarding', 'x');
select results_eq('select month, decisions from cube_own order by 1', $$values (date '2026-01-01', 1), ('2026-03-01', 1)$$, 'and what comes');
select results_eq('select first_month, last_month, last_event from stale_mark where source = ''cube own'' order by 1',
    $$values (date '-infinity', date 'infinity', date '-infinity'), ('2026-01-01', '2026-01-01', '2026-01-01')$$, 'a new cube marks the months there are, not two centuries');

-- Twice.
select throws_ok(defines(:'sharing', '{sharing_decision}'), '42710', $$cube 'own' exists$$, 'a cube that exists');
select is((outcome_of(defines(:'sharing', '{sharing_decision}'))).hint, 'early_help.replace_kpi_cube gives it another query, drop_kpi_cube drops it.', 'is replaced, or dropped');
create view public.of_own as select * from cube_own;
select throws_ok($$select early_help.drop_kpi_cube('own')$$, '2BP01', null, 'not while something is made of it');
drop view public.of_own;
select lives_ok($$select early_help.drop_kpi_cube('own')$$, 'dropped');
select is_empty('table left_over', 'with all that it had');
select is_empty($$select from stale_mark where source = 'cube own'$$, 'and its marks');
select throws_ok($$select early_help.drop_kpi_cube('own')$$, '42704', $$there is no cube 'own'$$, 'once');
select throws_ok('select early_help.drop_kpi_cube(null)', '42704', null, 'none is none');
select lives_ok(defines('select cc.counted_child_id as part, 1 as contacts from contact_child cc where cc.received_on >= m.month and cc.received_on < m.next_month',
    '{contact_child}', few => true, counts => '{contacts}'), 'made again, of parts');
select early_help.drop_kpi_cube('own') \g /dev/null
select is_empty('table left_over', 'and dropped');
set search_path = public;
select throws_ok($$select early_help.drop_kpi_cube('own')$$, '42P01', null, 'without a partnership there is none');
set search_path = town, public;

-- Every way that a query can read. Each is one of a table that its source marks
-- (it is taken), and of one that it does not.
create view public.through_view as select referral_id, referred_on from town.referral;
create view public.through_two as select v.* from public.through_view v;
create function public.through_function(d date) returns bigint language sql stable
begin atomic
    select count(*) from town.referral r where r.referred_on = d;
end;
create function public.add_referral(state bigint, d date) returns bigint language sql stable
begin atomic
    select state + count(*) from town.referral r where r.referred_on = d;
end;
create aggregate public.through_aggregate(date) (sfunc = public.add_referral, stype = bigint, initcond = '0');
create function public.add_referral_of(d date, state bigint) returns bigint language sql stable
begin atomic
    select public.add_referral(state, d);
end;
create operator public.<<>> (leftarg = date, rightarg = bigint, function = public.add_referral_of);
create table public.way (name text, query text);
insert into public.way values
    ('a table', 'select count(*)::integer as n from town.referral r where r.referred_on >= m.month'),
    ('a sub-select', 'select (select count(*) from town.referral r where r.referred_on >= m.month)::integer as n'),
    ('exists', 'select 1 as n where exists (select from town.referral r where r.referred_on = m.month)'),
    ('WITH', 'with r as (select * from town.referral) select count(*)::integer as n from r where referred_on >= m.month'),
    ('a union', 'select 1 as n where m.month < ''1900-01-01'' union all select 1 from town.referral r where r.referred_on >= m.month'),
    ('a join', 'select count(*)::integer as n from town.referral r join town.referral x using (referral_id) where r.referred_on >= m.month'),
    ('a view', 'select count(*)::integer as n from public.through_view r where r.referred_on >= m.month'),
    ('a view of a view', 'select count(*)::integer as n from public.through_two r where r.referred_on >= m.month'),
    ('a function', 'select public.through_function(m.month) as n'),
    ('an aggregate', 'select public.through_aggregate(d) as n from (values (m.month)) v (d)'),
    ('an operator', 'select m.month operator(public.<<>>) 1::bigint as n');
select refused(defines(query, '{referral}'), 'OK000', name || ', with its source') from way;
select refused(defines(query, '{step}'), '22023', name || ', with the source of another table', '%step%') from way;

-- What cannot be looked into.
create function public.hidden(d date) returns bigint language plpgsql stable as $$ begin return (select count(*) from town.referral where referred_on = d); end $$;
create function public.hidden_text(d date) returns bigint language sql stable as 'select count(*) from town.referral where referred_on = d';
create function public.harmless(d date) returns bigint language sql immutable as 'select 1::bigint';
select refused(defines(format('select public.%I(m.month) as n', f), '{referral}'), state, f)
from (values ('hidden', '22023'), ('hidden_text', '22023'), ('harmless', 'OK000')) v (f, state);
select refused(defines('select count(distinct r)::integer as n from referral r where r.referred_on = m.month', '{referral}'), '22023', 'a row as a whole');
create table public.elsewhere (referred_on date);
create materialized view own_copy as select referred_on from referral;
select refused(defines('select 1 as n from public.elsewhere where referred_on = m.month', '{referral}'), '22023', 'a table of another schema');
select refused(defines('select 1 as n from own_copy where referred_on = m.month', '{referral}'), '22023', 'a materialized view');

-- Cubes, and the engine's tables.
select refused(defines('select sum(referrals)::integer as n from cube_referrals where month = m.month', '{}', '{referrals}'), 'OK000', 'a cube that is named');
select refused(defines('select sum(referrals)::integer as n from cube_referrals where month = m.month', '{referral,child}'), '22023', 'a cube that is not named');
select refused(defines('select sum(referrals)::integer as n from cube_referrals where month = m.month', '{}', '{referral}'), '42704', 'a cube that is not there');
select refused(defines('select sum(referrals)::integer as n from cube_referrals_cells where month = m.month', '{referral,child}'), '22023', 'cells as they are kept');
select refused(defines('select count(*)::integer as n from kpi_period where first_month = m.month', '{}'), 'OK000', 'periods, which are fixed');
select refused(defines('select count(*)::integer as n from kpi_target where from_month = m.month', '{}'), '22023', 'targets, which nobody marks');

-- Columns and events: which of them a trigger marks.
create table own_event (own_event_id bigint primary key, happened_on early_help.event_date, kind text, note text, size integer,
    big boolean generated always as (size > 7) stored);
\set event 'select count(*)::integer as n from own_event where happened_on >= m.month and happened_on < m.next_month'
create function public.marks(of_events text, condition text, fires text default 'always') returns void
language plpgsql
as $$
begin
    execute format('create trigger mark_%s after %s on own_event for each row %s execute function early_help.mark_stale_months(''own'', ''0'', ''happened_on'')',
        md5(of_events || condition), of_events, condition);
    execute format('alter table own_event enable %s trigger mark_%s', fires, md5(of_events || condition));
end
$$;
create function public.columns_of(query text, triggers text[]) returns text
language plpgsql
as $$
begin
    for i in 1..cardinality(triggers) by 2 loop
        perform public.marks(triggers[i], triggers[i + 1]);
    end loop;
    execute public.defines(query, '{own}');
    raise exception sqlstate 'OK000' using message = 'it went through';
exception
    when others then
        return sqlerrm;
end
$$;
select is(columns_of(query, triggers), expected, why)
from (values
    (:'event', array['insert or update or delete', ''], 'it went through', 'a trigger for all'),
    (:'event', array['insert or update', ''], $$cube 'own' would be wrong: it reads town.own_event, and no trigger of its sources marks deleted rows$$, 'none for DELETE'),
    (:'event', array['update or delete', ''], $$cube 'own' would be wrong: it reads town.own_event, and no trigger of its sources marks new rows$$, 'none for INSERT'),
    (:'event', array['insert or delete', ''], $$cube 'own' would be wrong: it reads town.own_event, and no trigger of its sources marks changes of column happened_on$$, 'none for UPDATE'),
    (:'event', array['insert', 'when (new.note is null)', 'update or delete', ''], $$cube 'own' would be wrong: it reads town.own_event, and no trigger of its sources marks new rows$$, 'some of the new rows'),
    (:'event', array['insert or delete', '', 'update of happened_on', ''], 'it went through', 'the column that is read'),
    (:'event' || ' and kind = ''x''', array['insert or delete', '', 'update of happened_on', ''], $$cube 'own' would be wrong: it reads town.own_event, and no trigger of its sources marks changes of column kind$$, 'another column'),
    (:'event' || ' and kind = ''x''', array['insert or delete', '', 'update', 'when ((old.happened_on, old.kind) is distinct from (new.happened_on, new.kind))'], 'it went through', 'both columns'),
    (:'event' || ' and kind = ''x''', array['insert or delete', '', 'update of happened_on', '', 'update of kind', ''], 'it went through', 'by two triggers'),
    (:'event' || ' and own_event_id > 0', array['insert or delete', '', 'update of happened_on', ''], 'it went through', 'a key stays'),
    (:'event' || ' and big', array['insert or delete', '', 'update of happened_on', ''], $$cube 'own' would be wrong: it reads town.own_event, and no trigger of its sources marks changes of column size$$, 'what a generated column is made of'),
    (:'event' || ' and big', array['insert or delete', '', 'update of happened_on, size', ''], 'it went through', 'which is marked')
) v (query, triggers, expected, why);
-- A trigger that does not fire on a subscriber, or at all, does not count.
select marks('insert or update or delete', '', fires) from unnest('{replica}'::text[]) fires \g /dev/null
select refused(defines(:'event', '{own}'), '22023', 'a trigger that fires on a replica alone');
alter table own_event enable trigger all;
select refused(defines(:'event', '{own}'), '22023', 'one that fires at the origin alone');
alter table own_event disable trigger all;
select refused(defines(:'event', '{own}'), '22023', 'one that is disabled');

-- Settings, and what is looked up: changes alone count.
select refused(defines('select count(*)::integer as n from referral r, partnership p where r.referred_on >= m.month and p.re_referral_months > 6', '{referral,partnership}'), 'OK000', 'a setting that marks');
select refused(defines('select count(*)::integer as n from referral r, partnership p where r.referred_on >= m.month and p.suppression_threshold > 6', '{referral,partnership}'), '22023', 'one that does not');
select refused(defines('select count(*)::integer as n from referral r join child c using (child_id) where r.referred_on >= m.month and c.sex_code = ''F''', '{referral,child}'), 'OK000', 'the sex of the child');
select refused(defines('select count(*)::integer as n from referral r join child c using (child_id) where r.referred_on >= m.month and c.died_on is null', '{referral,child}'), '22023', 'its death');
select refused(defines('select count(*)::integer as n from referral r join contact_source c on c.code = r.source_code where r.referred_on >= m.month and c.label ~ ''x''', '{referral}'), '22023', 'a label');

-- Every cube that is built in keeps to it.
select is_empty($$
    select c.cube
    from kpi_cube c
    where (outcome_of(format('select early_help_internal.check_kpi_sources(%s, %L, %s, %L, %L)', 'town'::regnamespace::oid, c.cube,
        (select p.oid from pg_proc p where p.proname = 'cube_' || c.cube || '_month' and p.pronamespace in ('town'::regnamespace, 'town_kpi'::regnamespace)),
        c.sources, case when c.from_cubes then array(select cube from kpi_cube) else '{}' end))).state <> 'OK000'
    $$, 'every built-in cube is marked by all that it reads');
-- And would not, if one of its sources were gone.
select is_empty($$
    select c.cube, s
    from kpi_cube c
    cross join unnest(c.sources) s
    where not c.from_cubes
        and s !~ '^cube '
        and (outcome_of(format('select early_help_internal.check_kpi_sources(%s, %L, %s, %L, ''{}'')', 'town'::regnamespace::oid, c.cube,
            (select p.oid from pg_proc p where p.proname = 'cube_' || c.cube || '_month' and p.pronamespace in ('town'::regnamespace, 'town_kpi'::regnamespace)),
            array_remove(c.sources, s)))).state <> '22023'
        -- These reach further than the columns they mark: that is not seen in the catalog.
        and (c.cube, s) not in (('worked_with', 'episode_end'), ('waits', 'referral_of_episode'), ('waits_of_children', 'referral_of_episode'),
            ('waits_of_children', 'child_of_support'), ('waits_of_children', 'child_of_wait'), ('reviews', 'plan_of_review'),
            -- Either marks what the months of episodes are read from.
            ('months', 'episode'), ('months', 'wait'))
    $$, 'and by each of its sources');

select * from finish();
rollback;
