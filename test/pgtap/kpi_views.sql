-- What BI tools and analysts are promised of <partnership>_kpi.
begin;
select plan(28);

set client_min_messages = warning;
select from early_help.create_partnership('p');

-- Without any statistics of what came after. Compiling such a plan takes seconds, running it milliseconds.
create function cost(name text) returns numeric
    language plpgsql
as $$
declare
    plan json;
begin
    execute format('explain (format json) select * from p_kpi.%I', name) into plan;
    return (plan -> 0 -> 'Plan' ->> 'Total Cost')::numeric;
end
$$;
select is_empty(
    $$
    select relname, cost(relname)
    from pg_class
    where relnamespace = 'p_kpi'::regnamespace
        and relkind = 'v'
        and cost(relname) > current_setting('jit_above_cost')::numeric
    $$,
    'no view costs so much that its plan would be compiled');

-- Every driver reads these types right; a materialized view not every tool lists.
select is_empty(
    $$
    select c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'p_kpi'::regnamespace
      and not (format_type(a.atttypid, a.atttypmod) in ('integer', 'double precision', 'date', 'timestamp(0) without time zone', 'boolean')
               or format_type(a.atttypid, a.atttypmod) ~ '^numeric\(\d+,\d+\)$'
               or (format_type(a.atttypid, a.atttypmod) ~ '^character varying\(\d+\)$' and a.atttypmod - 4 <= 255))
    $$,
    'every column has a type that every driver reads right');
select is_empty(
    $$ select relname, relkind from pg_class where relnamespace = 'p_kpi'::regnamespace and relkind <> 'v' $$,
    'the schema holds plain views');
select is_empty(
    $$ select relname from pg_class where relnamespace = 'p_kpi'::regnamespace and relname !~ '^[a-z][a-z_]*$' $$,
    'in snake case');
select is_empty(
    $$
    select c.relname, a.attname
    from pg_class c
    left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
    where c.relnamespace = 'p_kpi'::regnamespace
      and (coalesce(obj_description(c.oid, 'pg_class'), '') = '' or coalesce(col_description(c.oid, a.attnum), '') = '')
    $$,
    'every view and column has a comment');
select is_empty(
    $$
    select objoid::regclass, objsubid
    from pg_description
    where classoid = 'pg_class'::regclass
      and objoid in (select oid from pg_class where relnamespace = 'p_kpi'::regnamespace)
      and length(description) > 255
    $$,
    'no comment is cut off in the data dictionary');
select is_empty(
    $$
    select v.attrelid::regclass
    from pg_attribute v
    where v.attrelid in (select oid from pg_class where relnamespace = 'p_kpi'::regnamespace)
      and v.attname = 'month'
      and not exists (
          select
          from pg_attribute k
          where k.attrelid = v.attrelid
            and k.attname = 'month_key'
            and k.attnum = v.attnum + 1
            and format_type(k.atttypid, k.atttypmod) = 'character varying(7)')
    $$,
    'beside every month stands its month_key');
select bag_eq(
    $$ select view_name::text, column_name::text, position from p_kpi.data_dictionary $$,
    $$
    select c.relname::text, a.attname::text, a.attnum::integer
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
    where c.relnamespace = 'p_kpi'::regnamespace
    union all
    select relname::text, null, 0
    from pg_class
    where relnamespace = 'p_kpi'::regnamespace
    $$,
    'the data dictionary has every view and column');
select is_empty(
    $$ select metric_code from p_kpi.dashboard except select metric_code from p_kpi.metric $$,
    'metric explains every figure of the dashboard');

-- Ages.
select is(early_help.age_at('2010-03-15', null, '2018-03-14'), 7, 'the day before a birthday');
select is(early_help.age_at('2010-03-15', null, '2018-03-15'), 8, 'a birthday');
select is(early_help.age_at('2008-02-29', null, '2018-02-28'), 9, 'born on 29 February, on 28 February');
select is(early_help.age_at('2008-02-29', null, '2018-03-01'), 10, 'and on 1 March');
select is(early_help.age_at('2018-03-15', null, '2018-03-14'), -1, 'before birth');
select is(early_help.age_at(null, '2018-01-01', '2018-03-14'), -1, 'not born yet as far as known, the expected day past');
select is(early_help.age_at(null, null, '2018-03-14'), null, 'neither date known');
select is(early_help.age_at('2018-03-15', null, null), null, 'no day');

-- What reaches the cells: a filter on any dimension.
insert into p.family (family_id) values (1);
insert into p.child (child_id, birth_date) values (1, '2010-01-01');
insert into p.contact (contact_id, received_on, source_code) values (1, '2018-01-31', '6');
insert into p.contact_child (contact_id, child_id, primary_need_code, decision) values (1, 1, 'N1', 'referral');

create function plan_of(query text) returns text
    language plpgsql
as $$
declare
    line text;
    lines text := '';
begin
    for line in execute 'explain (costs off) ' || query loop
        lines := lines || line || E'\n';
    end loop;
    return lines;
end
$$;
set enable_seqscan = off;
select matches(
    plan_of($$ select sum(contacts) from p_kpi.contacts where month = '2018-01-01' $$),
    'Index Scan using cube_contacts_cells_month_idx.*\n *Index Cond: \(month = ''2018-01-01''::date\)',
    'a month is looked up by the index of the cells');
select matches(
    plan_of($$ select sum(contacts) from p_kpi.contacts where source_code = '6' and age_at_contact = 7 $$),
    'cube_contacts_cells [^\n]*\n(?: *Disabled: true\n)? *Filter: [^\n]*source_code[^\n]*''6''',
    'a filter on a dimension reaches the cells');
set search_path = p, public;
select early_help.define_kpi_cube('own', '{assessment}', $$
    select a.supports_sen, count(*)::integer as started
    from only assessment a
    where a.started_on >= m.month and a.started_on < m.next_month
    group by 1
$$) \g /dev/null
reset search_path;
select matches(
    plan_of($$ select sum(started) from p.cube_own where supports_sen $$),
    'assessment [^\n]*\n[^\n]*\n *Filter: supports_sen', 'and the records, where a cube is not of few cells');
select doesnt_match(
    plan_of($$ select sum(contacts) from p_kpi.contacts where month = '2018-01-01' $$),
    'WindowAgg', 'nothing stands in its way');

reset enable_seqscan;

-- The dashboard has every month, zero where nothing was.
insert into p.contact (contact_id, received_on, source_code) values (2, '2018-04-01', '6');
insert into p.contact_child (contact_id, child_id, primary_need_code) values (2, 1, 'N1');
select results_eq(
    $$
    select month_key::text, value::integer, previous_month::integer, year_to_date::integer
    from p_kpi.dashboard
    where metric_code = 'contacts'
        and month_key <= '2018-04'
    order by month
    $$,
    $$
    values ('2018-01', 1, null, 1), ('2018-02', 0, 1, 1), ('2018-03', 0, 0, 1), ('2018-04', 1, 0, 1)
    $$,
    'the dashboard has every month, and a financial year that begins in April');
select results_eq(
    $$
    select month_key::text, value, value_status::text, numerator, denominator
    from p_kpi.dashboard
    where metric_code = 'known_contacts'
        and month_key <= '2018-04'
    order by month
    $$,
    $$
    values ('2018-01', 0.0, 'ok', 0, 1), ('2018-02', null, 'no cases', 0, 0), ('2018-03', null, 'no cases', 0, 0), ('2018-04', 100.0, 'ok', 1, 1)
    $$,
    'a percentage of nothing is no value, and says so');

-- What a view is broken down by has what goes with it: a ward its code for maps, a service the agency that runs it.
prepare lacking (name, name) as
select c.relname::text
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attname = $1
where c.relnamespace = 'p_kpi'::regnamespace
    and c.relkind = 'v'
    and c.relname !~ '^published_'
    and not exists (select from pg_attribute b where b.attrelid = c.oid and b.attname = $2)
order by 1;
select is_empty($$ execute lacking('ward', 'gss_code') $$, 'every ward has its GSS code beside it');
select is_empty($$ execute lacking('service', 'agency') $$, 'every service has its agency beside it');
select is_empty($$ execute lacking('ethnicity_code', 'sex_code') $$, 'what is known of children is known of both');

-- A reader of figures needs no right to the records.
create role board_reader;
grant usage on schema p_kpi to board_reader;
grant select on all tables in schema p_kpi to board_reader;
select early_help.grant_execute('p', 'board_reader', 'reader') \g /dev/null
set local role board_reader;
select is(p_kpi.children_contacted_between('2018-01-01', '2018-12-31') + (select sum(contacts)::integer from p_kpi.contacts), 3,
    'who may read the figures needs no right to the records');
-- But the records behind a figure are for who has it.
select throws_ok($$ select * from p_kpi.explain_figure('contacts', '2018-01') $$, '42501', null, 'and is not shown any');
reset role;

select finish();
rollback;
