# The owner of a database, no superuser, chooses the schema of btree_gist, and
# fills it with operators and functions for argument types that pg_catalog has
# none for.  PostgreSQL prefers those to a conversion.  Nothing of the extension,
# whose members belong to a superuser, and nothing of a partnership may be bound
# to one; nor may a function that runs in a path of the caller's call one.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
$node->safe_psql('postgres', 'create role dbo login');

# The words of the install scripts: which operators and functions it may mean.
my ($sharedir) = run_command([ 'pg_config', '--sharedir' ]);
my $script = join('', map { slurp_file($_) } glob("$sharedir/extension/early_help*--*.sql"));
my %word = map { $_ => 1 } $script =~ /\b([a-z_][a-z0-9_]*)\s*\(/g;
my %sign = map { $_ => 1 } $script =~ /([-+*\/<>=~!@#%^&|]+)/g;
my $words = join(',', map { "'$_'" } sort keys %word);
my $signs = join(',', map { "'$_'" } sort keys %sign);

my $plant = <<"SQL";
create function pg_temp.plant(schema text, all_of_them boolean, with_functions boolean, out operators bigint, out functions bigint)
    language plpgsql
as \$plant\$
declare
    types constant regtype[] := array['boolean', 'smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision', 'text',
        'varchar', 'bpchar', 'name', 'date', 'timestamp', 'timestamptz', 'interval', 'oid', 'regclass', 'jsonb', '"char"',
        'text[]', 'varchar[]', 'name[]', 'integer[]', 'bigint[]', 'date[]', 'oid[]']::regtype[];
    -- There are many more functions than signs of operators.
    fewer constant regtype[] := array['boolean', 'integer', 'bigint', 'numeric', 'double precision', 'text', 'varchar', 'name', 'date',
        'timestamp', 'timestamptz', 'oid', 'text[]', 'varchar[]']::regtype[];
    any_one constant oid[] := array['"any"', 'anyelement', 'anynonarray', 'anycompatible', 'anycompatiblenonarray']::regtype[];
    any_array constant oid[] := array['anyarray', 'anycompatiblearray']::regtype[];
    one record;
begin
    operators := 0;
    functions := 0;
    for one in
        select l::regtype as l, r::regtype as r, result, format('evil_%s', row_number() over ()) as name
        from unnest(types || null::regtype) l
        cross join unnest(types) r
        cross join lateral (values ('boolean'::regtype), (coalesce(l, r))) t (result)
    loop
        execute format(
            'create function %I.%I(%s) returns %s language plpgsql as \$\$ begin raise ''hostile operator ran as %%'', current_user; end \$\$',
            schema, one.name, concat_ws(', ', one.l, one.r), one.result);
        declare
            sign text;
        begin
            for sign in
                select distinct o.oprname
                from pg_operator o
                where o.oprnamespace = 'pg_catalog'::regnamespace
                    and o.oprname in ($signs)
                    and (o.oprresult = 'boolean'::regtype) = (one.result = 'boolean'::regtype)
                    and (all_of_them or not exists (
                        select
                        from pg_operator e
                        where e.oprname = o.oprname
                            and e.oprnamespace = 'pg_catalog'::regnamespace
                            and e.oprleft = coalesce(one.l, 0::oid)
                            and e.oprright = one.r))
                    and not exists (
                        select
                        from pg_operator e
                        where e.oprname = o.oprname
                            and e.oprnamespace = schema::regnamespace
                            and e.oprleft = coalesce(one.l, 0::oid)
                            and e.oprright = one.r)
                    -- Only some names are those of operators with one operand.
                    and (one.l is not null or o.oprname !~ '^[<>=*/]+\$')
                    and o.oprname <> '=>'
            loop
                execute format('create operator %I.%s (%s rightarg = %s, function = %I.%I)', schema, sign,
                    'leftarg = ' || one.l || ',', one.r, schema, one.name);
                operators := operators + 1;
            end loop;
        end;
    end loop;

    if not with_functions then
        return;
    end if;

    -- One argument of another type, or a type where any type would do.
    for one in
        with named as (
            select p.proname, p.prorettype, p.proargtypes::oid[] as args, p.provariadic
            from pg_proc p
            where p.pronamespace = 'pg_catalog'::regnamespace
                and p.proname in ($words)
                and p.pronargs between 1 and 4
                and p.proretset is not null
        ), varied as (
            -- Any type is t, and the argument v.i is of v.type.
            select n.proname, n.prorettype, array(
                select case when a.i = v.i then v.type
                    when a.type = any (any_one) then t.type
                    when a.type = any (any_array) then (select y.typarray from pg_type y where y.oid = t.type)
                    else a.type end
                from unnest(n.args) with ordinality as a (type, i)
                order by a.i) as args
            from named n
            cross join unnest(fewer) as t (type)
            cross join lateral (
                select 0, t.type
                union all
                select i, w
                from generate_series(1, cardinality(n.args)) i
                cross join unnest(fewer) w
                where t.type = 'text'::regtype) v (i, type)
            union
            -- Both of two.
            select n.proname, n.prorettype, array[l::oid, r::oid]
            from named n
            cross join unnest(fewer) l
            cross join unnest(fewer) r
            where cardinality(n.args) = 2
        )
        select v.proname, v.args,
            case when y.typtype = 'p' then 'text'::regtype else v.prorettype::regtype end as result
        from (
            select distinct on (proname, args) *
            from varied
            where args <> '{}'
        ) v
        join pg_type y on y.oid = v.prorettype
        where not exists (select from unnest(v.args) a join pg_type x on x.oid = a where x.typtype = 'p')
            and 0::oid <> all (v.args)
            and (all_of_them or not exists (
                select
                from pg_proc e
                where e.pronamespace = 'pg_catalog'::regnamespace
                    and e.proname = v.proname
                    and e.proargtypes::oid[] = v.args))
    loop
        begin
            execute format(
                'create function %I.%I(%s) returns %s language plpgsql as \$\$ begin raise ''hostile function ran as %%'', current_user; end \$\$',
                schema, one.proname, (select string_agg(a::regtype::text, ', ') from unnest(one.args) a), one.result);
            functions := functions + 1;
        exception
            when duplicate_function then null;
        end;
    end loop;
end
\$plant\$;
SQL

# What leads out of pg_catalog, our own schemas and what is the required extension's.
my $bound = q{
	with ours as (
		select d.classid, d.objid
		from pg_depend d
		join pg_extension e on d.refclassid = 'pg_extension'::regclass and e.oid = d.refobjid
		where e.extname in ('early_help', 'early_help_sample')
			and d.deptype = 'e'
		union
		select 'pg_class'::regclass, c.oid from pg_class c where c.relnamespace in ('p'::regnamespace, 'p_kpi'::regnamespace)
		union
		select 'pg_rewrite'::regclass, r.oid from pg_rewrite r join pg_class c on c.oid = r.ev_class where c.relnamespace in ('p'::regnamespace, 'p_kpi'::regnamespace)
		union
		select 'pg_attrdef'::regclass, a.oid from pg_attrdef a join pg_class c on c.oid = a.adrelid where c.relnamespace in ('p'::regnamespace, 'p_kpi'::regnamespace)
		union
		select 'pg_trigger'::regclass, t.oid from pg_trigger t join pg_class c on c.oid = t.tgrelid where c.relnamespace in ('p'::regnamespace, 'p_kpi'::regnamespace)
		union
		select 'pg_constraint'::regclass, c.oid from pg_constraint c where c.connamespace in ('p'::regnamespace, 'p_kpi'::regnamespace)
		union
		select 'pg_proc'::regclass, f.oid from pg_proc f where f.pronamespace in ('p'::regnamespace, 'p_kpi'::regnamespace)
		union
		select 'pg_type'::regclass, y.oid from pg_type y where y.typnamespace in ('p'::regnamespace, 'p_kpi'::regnamespace)
	)
	select pg_describe_object(d.classid, d.objid, d.objsubid) || ' -> ' || pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid)
	from ours o
	join pg_depend d on d.classid = o.classid and d.objid = o.objid
	cross join lateral pg_identify_object(d.refclassid, d.refobjid, d.refobjsubid) i
	where d.refclassid in ('pg_operator'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass, 'pg_opclass'::regclass, 'pg_opfamily'::regclass,
			'pg_collation'::regclass, 'pg_cast'::regclass, 'pg_class'::regclass, 'pg_conversion'::regclass, 'pg_ts_config'::regclass)
		and i.schema not in ('pg_catalog', 'early_help', 'early_help_internal', 'early_help_sample', 'p', 'p_kpi')
		and not exists (
			select
			from pg_depend m
			join pg_extension e on m.refclassid = 'pg_extension'::regclass and e.oid = m.refobjid
			where e.extname = 'btree_gist'
				and m.classid = d.refclassid
				and m.objid = d.refobjid
				and m.deptype = 'e')
	order by 1};

sub as_dbo
{
	my ($database, $sql) = @_;
	return $node->safe_psql($database, $sql, extra_params => [ '-U', 'dbo' ]);
}

# Most often it is public; the functions are tried in the other one alone.
foreach my $schema ('evil', 'public')
{
	my $database = "hostile_$schema";
	$node->safe_psql('postgres', "create database $database owner dbo");
	my $planted = as_dbo($database, qq{
		set search_path = pg_catalog;
		$plant
		create schema evil;
		create extension btree_gist schema $schema;
		select p.* from pg_temp.plant('$schema', false, '$schema' = 'evil') p});
	my ($operators, $functions) = split(/\|/, $planted);
	note("$database: $operators operators, $functions functions");
	cmp_ok($operators, '>=', 1400, "$database: operators that pg_catalog lacks");
	cmp_ok($functions, '>=', 1400, "$database: functions that pg_catalog lacks") if $schema eq 'evil';
	as_dbo($database, qq{
		set search_path = evil, public;
		create extension early_help;
		create extension early_help_sample;
		select null from early_help.create_partnership('p')});
	is($node->safe_psql($database, "set search_path = pg_catalog; $bound"), '',
		"btree_gist in $schema: no object of the extension or a partnership is bound to one of them");
}

# Called, by an owner in whose path the hostile schema comes before pg_catalog,
# which loses even where its own function or operator fits exactly.
$node->safe_psql('postgres', 'create database called owner dbo');
as_dbo('called', qq{
	set search_path = pg_catalog;
	create extension early_help cascade;
	create extension early_help_sample;
	select null from early_help.create_partnership('p', training => true);
	$plant
	create schema evil;
	select p.* from pg_temp.plant('evil', true, true) p});

# What is not bound when it is made finds its names when it runs: it fixes the
# path, or is called below, or by one of those in a path that they have set.
my @called = qw(create_partnership define_beside_cubes drop_kpi_cube drop_published_table refresh_kpis replace_kpi_cube replace_published_table run_due);
my @within = qw(define_cube_month define_cube_parts define_cube_rows cube_stale_query
  make_cube make_published_table cube_to_change drop_cube_objects put_view partnership_in_path);
my @constant = qw(audit_queries);
is($node->safe_psql('called', q{
		select string_agg(p.proname, ' ' order by p.proname)
		from pg_proc p
		join pg_language l on l.oid = p.prolang
		where p.pronamespace in ('early_help'::regnamespace, 'early_help_internal'::regnamespace)
			and l.lanname in ('sql', 'plpgsql')
			and p.prosqlbody is null
			and not exists (select from unnest(p.proconfig) c where c ~ '^search_path=pg_catalog, pg_temp$')}),
	join(' ', sort(grep { $_ ne 'create_partnership' } @called, @within, @constant)), 'who runs in the path of the caller');
foreach my $call (
	q{select early_help.define_kpi_cube('own', array['contact_child'], 'select 1 as n from contact_child r where r.received_on >= m.month and r.received_on < m.next_month having true')},
	q{select early_help.define_kpi_cube('own_few', array['contact_child'], 'select 1 as n from contact_child r where r.received_on >= m.month and r.received_on < m.next_month having true', few => true)},
	q{select early_help.define_kpi_cube('parted', array['contact_child'], 'select cc.child_id as part, 1 as n from contact_child cc where cc.received_on >= m.month and cc.received_on < m.next_month', counts => array['n'])},
	q{select early_help.replace_kpi_cube('parted', array['contact_child'], 'select 2 as n from contact_child r where r.received_on >= m.month and r.received_on < m.next_month having true')},
	q{select early_help.drop_kpi_cube('own')},
	q{select early_help_internal.define_beside_cubes('create view beside as select 1 as n')},
	q{select early_help.define_published_table('own', 'Own', array['ward'], array['n', 'k', 'rest'], array['n = k + rest'],
		array['rate = k / n'], '{}', 'select null::date as month, null::varchar(120) as ward, 1 as n, 1 as k, 0 as rest')},
	q{select early_help.replace_published_table('own', 'Own', array['ward'], array['n', 'k', 'rest', 'more'], array['n = k + rest'],
		array['rate = k / n'], '{}', 'select null::date as month, null::varchar(120) as ward, 1 as n, 1 as k, 0 as rest, 0 as more')},
	q{select early_help.drop_published_table('own')},
	q{select null from early_help_sample.generate_sample('p', 5, '2024-01-01', '2024-03-31', 1)},
	q{call early_help.refresh_kpis('p')},
	q{insert into p.contact (contact_id, received_on, source_code) values (100001, '2024-02-02', '6')},
	q{insert into p.contact_child (contact_id, child_id, primary_need_code) values (100001, 1, 'N1')},
	q{update p.child set sex_code = 'M'},
	q{select p.record_conversation(1, '2024-03-01')},
	q{select p.give_consent(1, 'parent', '2024-03-01')},
	q{insert into p.inbox_contact (contact_ref, received_on, child_ref, source_code, primary_need_code) values ('H1', '2024-03-05', 'H1', '6', 'N1')},
	q{select p.import_contacts()},
	q{table p_kpi.dashboard},
	q{table p_kpi.contacts},
	q{call early_help.run_due('p')},
	q{select p.publish_figures('2024-02', 1)},
	q{table p_kpi.published_dashboard},
	q{select early_help.audit('p')},
	q{select early_help.grant_execute('p', 'dbo', 'reader')},
	q{select early_help.grant_ownership('dbo')},
	q{select early_help.rename_partnership('p', 'q')},
	q{select early_help.partnerships()},
	q{select early_help.create_partnership('r')},
	q{select early_help.drop_partnership('q')})
{
	my ($status, undef, $error) = $node->psql('called', "set search_path = evil, pg_catalog, p_kpi, p, early_help;\n$call",
		extra_params => [ '-U', 'dbo' ]);
	is($status, 0, "in a hostile path: $call") or diag($error);
}

$node->stop;
done_testing();
