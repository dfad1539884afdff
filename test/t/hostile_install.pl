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

# The words of the install script: which operators and functions it may mean.
my ($sharedir) = run_command([ 'pg_config', '--sharedir' ]);
my ($script) = glob("$sharedir/extension/early_help--*.sql");
my %word = map { $_ => 1 } slurp_file($script) =~ /\b([a-z_][a-z0-9_]*)\s*\(/g;
my %sign = map { $_ => 1 } slurp_file($script) =~ /([-+*\/<>=~!@#%^&|]+)/g;
my $words = join(',', map { "'$_'" } sort keys %word);
my $signs = join(',', map { "'$_'" } sort keys %sign);

my $plant = <<"SQL";
create function pg_temp.plant(schema text, all_of_them boolean, out operators bigint, out functions bigint)
    language plpgsql
as \$plant\$
declare
    types constant regtype[] := '{boolean,smallint,integer,bigint,numeric,real,double precision,text,varchar,bpchar,name,date,timestamp,timestamptz,interval,oid,regclass,jsonb,"char",text[],varchar[],name[],integer[],bigint[],date[],oid[]}';
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
            select n.proname, n.prorettype, array(
                select case when a.i = v.i then v.type
                    when a.type in ('"any"'::regtype, 'anyelement'::regtype, 'anynonarray'::regtype, 'anycompatible'::regtype) then t.type
                    when a.type in ('anyarray'::regtype, 'anycompatiblearray'::regtype) then (select y.typarray from pg_type y where y.oid = t.type)
                    else a.type end
                from unnest(n.args) with ordinality as a (type, i)
                order by a.i) as args
            from named n
            cross join unnest(types) as t (type)
            cross join lateral (
                select g.i, w.type
                from generate_series(0, cardinality(n.args)) g (i)
                cross join unnest(types) as w (type)
                where g.i > 0 or w.type = t.type) v
            where n.args && '{"any",anyelement,anynonarray,anyarray,anycompatible,anycompatiblearray}'::regtype[]::oid[]
                or t.type = 'text'::regtype
            union
            -- Both of two.
            select n.proname, n.prorettype, array[l::oid, r::oid]
            from named n
            cross join unnest(types) l
            cross join unnest(types) r
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

# What leads out of pg_catalog, early_help and what is the required extension's.
my $bound = q{
	with ours as (
		select d.classid, d.objid
		from pg_depend d
		join pg_extension e on d.refclassid = 'pg_extension'::regclass and e.oid = d.refobjid
		where e.extname = 'early_help'
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
		and i.schema not in ('pg_catalog', 'early_help', 'p', 'p_kpi')
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

foreach my $schema ('evil', 'public')
{
	my $database = "hostile_$schema";
	$node->safe_psql('postgres', "create database $database owner dbo");
	my $planted = as_dbo($database, qq{
		set search_path = pg_catalog;
		$plant
		create schema evil;
		create extension btree_gist schema $schema;
		select p.* from (values ('evil'), ('public')) s (name) cross join lateral pg_temp.plant(s.name, false) p});
	note("$database: operators and functions: " . join(', ', split(/\n/, $planted)));
	my ($operators, $functions) = split(/\|/, (split(/\n/, $planted))[0]);
	cmp_ok($operators, '>=', 1400, "$database: operators that pg_catalog lacks");
	cmp_ok($functions, '>=', 1400, "$database: functions that pg_catalog lacks");
	as_dbo($database, qq{
		set search_path = evil, public;
		create extension early_help;
		select null from early_help.create_partnership('p')});
	is($node->safe_psql($database, "set search_path = pg_catalog; $bound"), '',
		"btree_gist in $schema: no object of the extension or a partnership is bound to one of them");
}

$node->stop;
done_testing();
