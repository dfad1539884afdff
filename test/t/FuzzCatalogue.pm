# The database that the scenarios of Fuzz.pm are for, and what its catalogue says there is in it.
package FuzzCatalogue;
use strict;
use warnings;
use Exporter qw(import);
use JSON::PP;

our @EXPORT_OK = qw($known);

# What there is: functions, tables with columns and triggers, enums, OIDs.
my $catalogue_query = <<'SQL';
with ours as (
    select p.*
    from pg_proc p
    join pg_depend d on d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
    join pg_extension e on d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid and e.extname = 'early_help'
    join pg_language l on l.oid = p.prolang and l.lanname = 'c'
)
select json_build_object(
    'functions', (
        select json_agg(json_build_object(
            'name', format('early_help.%I', proname), 'set', proretset, 'returns', prorettype::regtype::text,
            'record', prorettype = 'record'::regtype and proallargtypes is null,
            'names', proargnames,
            'arguments', (select coalesce(json_agg(t::regtype::text order by n), '[]') from unnest(proargtypes) with ordinality a (t, n)))
            order by oid::regprocedure::text)
        from ours where prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)),
    'trigger_functions', (
        select json_agg(format('early_help.%I', proname) order by proname) from ours where prorettype = 'trigger'::regtype),
    'event_trigger_functions', (
        select json_agg(format('early_help.%I', proname) order by proname) from ours where prorettype = 'event_trigger'::regtype),
    'tables', (
        select json_object_agg(relname, json_build_object(
            'columns', (
                select json_agg(json_build_array(attname, format_type(atttypid, atttypmod), attnotnull, attgenerated <> '') order by attnum)
                from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped),
            'key', (
                select coalesce(json_agg(a.attname order by k.n), '[]')
                from pg_index i
                cross join lateral unnest(i.indkey::int2[]) with ordinality k (attnum, n)
                join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
                where i.indrelid = c.oid and i.indisprimary),
            'triggers', (
                select coalesce(json_agg(json_build_object(
                    'function', format('%I.%I', pn.nspname, p.proname), 'type', tgtype,
                    'columns', (
                        select coalesce(json_agg(a.attname), '[]')
                        from unnest(tgattr::int2[]) k join pg_attribute a on a.attrelid = tgrelid and a.attnum = k),
                    'arguments', (
                        select coalesce(json_agg(x order by n), '[]')
                        from regexp_split_to_table(encode(tgargs, 'escape'), '\\000') with ordinality s (x, n)
                        where n <= tgnargs)) order by tgname), '[]')
                from pg_trigger t
                join ours p on p.oid = t.tgfoid
                join pg_namespace pn on pn.oid = p.pronamespace
                where tgrelid = c.oid and not tgisinternal)))
        from pg_class c
        where relnamespace = 'medway'::regnamespace and relkind = 'r'),
    'enums', (
        select json_object_agg(t, labels)
        from (select enumtypid::regtype::text as t, json_agg(enumlabel order by enumsortorder) as labels from pg_enum group by 1) e),
    'cubes', (select json_agg(cube order by cube) from medway.kpi_cube),
    'relations', (
        select json_agg(oid order by oid)
        from pg_class
        where relkind in ('r', 'v', 'i', 'S', 't', 'm', 'p', 'c') and (relnamespace <> 'pg_catalog'::regnamespace or oid::bigint % 7 = 0)),
    'procedures', (
        select json_agg(oid order by oid)
        from pg_proc
        where pronamespace in ('early_help'::regnamespace, 'early_help_internal'::regnamespace, 'medway'::regnamespace, 'medway_kpi'::regnamespace) or oid::bigint % 50 = 0),
    'names', (
        select json_agg(distinct n) from (
            select relname::text from pg_class union select attname from pg_attribute union select proname from pg_proc
            union select typname from pg_type union select enumlabel from pg_enum union select conname from pg_constraint
            union select nspname from pg_namespace union select tgname from pg_trigger) x (n)))
SQL

# What the scenarios expect of a database: a partnership of fuzz_owner with cases, and types of public.
sub setup
{
	return q{
		create extension early_help cascade;
		create extension early_help_sample;
		create role fuzz_owner login;
		create role fuzz_stranger login;
		do $$ begin execute format('grant create, temp on database %I to fuzz_owner, fuzz_stranger', current_database()); end $$;
		grant usage on schema early_help, early_help_internal to fuzz_owner, fuzz_stranger;
		grant execute on all functions in schema early_help, early_help_internal, early_help_sample to fuzz_owner;
		set role fuzz_owner;
		select early_help.create_partnership('medway', training => true);
		select early_help_sample.generate_sample('medway', 60, '2023-01-01', '2024-12-31');
		call early_help.refresh_kpis('medway');
		reset role;
		create type public.record_of_ours as (a integer, b text);
		create domain public.whole_number as bigint;
		create domain public.positive as integer check (value > 0);
		create domain public.maybe_day as date;
		create domain public.no_null as bigint not null;
	};
}

sub catalogue_query { return $catalogue_query }

our $known;
sub know { $known = decode_json($_[0]); return $known }

1;
