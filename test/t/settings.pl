# Settings that change what a text means, or how it is worded: with all of them
# odd, in the database as in old ODBC applications, whatever early_help does comes
# to the same rows and figures as with none.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my %odd = (
	'standard_conforming_strings' => 'off',
	'backslash_quote' => 'off',
	'escape_string_warning' => 'on',
	'transform_null_equals' => 'on',
	'array_nulls' => 'off',
	'quote_all_identifiers' => 'on',
	'DateStyle' => 'SQL, DMY',
	'IntervalStyle' => 'sql_standard',
	'TimeZone' => q{'Pacific/Kiritimati'},
	'extra_float_digits' => '-15',
	'bytea_output' => 'escape',
	'xmlbinary' => 'hex',
	'xmloption' => 'document',
	'row_security' => 'off',
	'check_function_bodies' => 'off',
	'constraint_exclusion' => 'on',
	'from_collapse_limit' => '1',
	'plpgsql.variable_conflict' => 'use_variable',
	'plpgsql.extra_errors' => q{'all'},
	'plpgsql.extra_warnings' => q{'all'});
# What has more than one odd value.
my %otherwise = (
	%odd,
	'DateStyle' => 'German',
	'IntervalStyle' => 'iso_8601',
	'TimeZone' => q{'America/Los_Angeles'},
	'plpgsql.variable_conflict' => 'use_column');

my ($readme) = slurp_file('README.md') =~ /^```sql\n(.*?)^```/ms;
my @steps = (
	[ 'the session of the README' => $readme ],
	[ 'a partnership' => q{create extension early_help_sample; select * from early_help.create_partnership('town', training => true)} ],
	[ 'its sample' => q{select * from early_help_sample.generate_sample('town', 20, '2023-01-01', '2023-12-31')} ],
	[ 'its audit' => q{select count(*), min(rule), min(detail) from early_help.audit('town')} ],
	[ 'a file of contacts' => q{
		insert into town.inbox_contact values
			('k1', '2023-05-05', 'c1', '2012-03-04', null, 'F', 'Ward', '5B', 'N1', 'tab	in it', 'Universal services'),
			('k2', '2023-05-06', 'c2', null, '2023-09-01', null, null, '5B', 'N1', null, 'referral'),
			('k3', '06/05/2023', 'c3', null, null, null, null, '5B', 'N1', null, null),
			('k4', '2023-05-06', 'c4', '2023-02-30', null, null, null, '5B', 'N1', null, null),
			('k5', '2023-05-06', 'c5', null, null, null, null, 'none', 'N1', null, null),
			('k6', '2023-05-06', 'c6', '2023-01-01', '2023-01-01', null, null, '5B', 'N1', null, null);
		select * from town.import_contacts();
		select contact_ref, rule, field, message from town.import_reject order by contact_ref} ],
	[ 'a cube' => q{
		set search_path = town_kpi, town;
		select early_help.define_kpi_cube('ward_contacts', array['contact_child'], $$
			select cc.locality_id, count(*)::integer as contacts
			from contact_child cc
			where cc.received_on >= m.month and cc.received_on < m.next_month
			group by 1 $$);
		select sum(contacts) from cube_ward_contacts} ],
	[ 'a refresh' => q{call early_help.refresh_kpis('town'); select count(*) from town.stale_month} ],
	[ 'a publication of a month' => q{select period, first_month, version from town.publish_figures('2023-05', 1, '2023-09-01')} ],
	[ 'a publication of a quarter' => q{select period, first_month, version from town.publish_figures('2023/24 Q1', 1, '2023-09-01')} ],
	[ 'no publication of what is no period' => q{select period from town.publish_figures('2023-13', 1)} ],
	[ 'deadlines' => q{call early_help.run_due('town', '2024-02-01'); select kind, count(*) from town.alert group by 1 order by 1} ],
	[ 'another name' => q{select early_help.rename_partnership('town', 'city')} ],
	[ 'its audit afterwards' => q{select count(*), min(rule), min(detail) from early_help.audit('city')} ],
	[ 'what views show' => q{
		-- What goes on is counted to the session's today.
		set timezone = 'UTC';
		create schema shown;
		do $$
		declare
			v record;
		begin
			for v in
				select n.nspname, c.relname
				from pg_class c
				join pg_namespace n on n.oid = c.relnamespace
				where n.nspname in ('city', 'city_kpi') and c.relkind = 'v'
					-- What counts to today, and when something ran.
					and c.relname not in ('overdue_reviews', 'open_cases', 'caseload_by_practitioner', 'kpi_refresh')
			loop
				execute format('create table shown.%I as select * from %I.%I', v.relname, v.nspname, v.relname);
			end loop;
		end $$;
		select count(*) > 60 from pg_class where relnamespace = 'shown'::regnamespace} ],
	[ 'the end of the first' => q{select early_help.drop_partnership('medway')} ]);

# The rows of every table, without times of the clock.
my $rows = q{
	create function rows_of(regclass) returns text language plpgsql as $$
	declare
		found text;
	begin
		execute format('select md5(coalesce(string_agg(r, chr(10) order by r), %L)) from (select concat_ws(%L%s) as r from %s) t', '', '|',
			(select string_agg(', ' || quote_ident(attname), '' order by attnum)
			from pg_attribute
			where attrelid = $1 and attnum > 0 and not attisdropped
				and atttypid not in ('timestamptz'::regtype, 'timestamp'::regtype)), $1)
		into found;
		return found;
	end $$;
	select c.oid::regclass || ' ' || rows_of(c.oid)
	from pg_class c
	where c.relnamespace in ('shown'::regnamespace, 'city'::regnamespace) and c.relkind = 'r'
	order by c.oid::regclass::text};

my $node = PostgreSQL::Test::Cluster->new('settings');
$node->init;
$node->append_conf('postgresql.conf', "autovacuum = off\nfsync = off\n");
$node->start;

# What a statement comes to, with days in one form.
sub comes_to
{
	my ($database, $sql) = @_;
	my ($status, $out, $error) = $node->psql($database, $sql, on_error_stop => 0);
	my $said = "$out\n$error";
	$said =~ s{\b(\d\d)[./](\d\d)[./](\d{4})\b}{$3-$2-$1}g;
	$said =~ s/^psql:<stdin>:\d+: //mg;
	# It says how far it is when that takes seconds.
	$said =~ s/^NOTICE:  figures of town: months done.*\n?//mg;
	# These quote the statement, in words that the settings change.
	$said =~ s/^CONTEXT:.*?(?=^(?:ERROR|WARNING|NOTICE):|\z)//msg;
	$said =~ s/^LINE \d+:.*\n?//mg;
	return $said;
}

sub set_there
{
	my ($database, %settings) = @_;
	$node->safe_psql('postgres', join("\n",
		"alter database $database reset all;",
		map { "alter database $database set $_ = $settings{$_};" } sort keys %settings));
	return;
}

# All steps under these settings; what each came to, and the rows of every table.
sub do_all
{
	my ($database, %settings) = @_;
	$node->safe_psql('postgres', "create database $database");
	set_there($database, %settings);
	my %came = map { $_->[0] => comes_to($database, $_->[1]) } @steps;
	set_there($database);
	my ($status, $out, $error) = $node->psql($database, $rows);
	$came{'rows'} = { map { /^(.*) (\w+)$/ } split /\n/, $out // $error };
	return \%came;
}

# Steps and tables that differ.
sub differences
{
	my ($expected, $came) = @_;
	my @differ = grep { $_ ne 'rows' && $came->{$_} ne $expected->{$_} } map { $_->[0] } @steps;
	my %tables = (%{ $expected->{rows} }, %{ $came->{rows} });
	return (@differ, grep { ($came->{rows}{$_} // '') ne ($expected->{rows}{$_} // '') } sort keys %tables);
}

my $expected = do_all('plain');
like($expected->{'its audit'}, qr/^0\|/, 'with no odd setting the audit is silent');
like($expected->{'a file of contacts'}, qr/^2\|0\|0\|4$/m, 'two contacts of six are right');
like($expected->{'a publication of a month'}, qr/^2023-05\|2023-05-01\|1$/m, 'a month is published');
like($expected->{'no publication of what is no period'}, qr/ERROR/, 'and what is no month is not');
like($expected->{'what views show'}, qr/^t$/m, 'the views are read');
cmp_ok(scalar(keys %{ $expected->{rows} }), '>', 100, 'rows are compared');

for my $all ([ odd => \%odd ], [ otherwise => \%otherwise ])
{
	my ($database, $settings) = @$all;
	my $came = do_all($database, %$settings);
	for my $step (map { $_->[0] } @steps)
	{
		is($came->{$step}, $expected->{$step}, "$database settings: $step");
	}
	my @differ = grep { !exists $expected->{$_} } differences($expected, $came);
	is("@differ", '', "$database settings: the rows of every table and view");
	next unless differences($expected, $came);

	# Which of them it is.
	for my $setting (sort keys %$settings)
	{
		my @alone = differences($expected, do_all('alone', $setting => $settings->{$setting}));
		diag("$setting = $settings->{$setting} alone changes: @alone") if @alone;
		$node->safe_psql('postgres', 'drop database alone');
	}
}

# Made in one session, used in another: definitions are compared as they were noted.
set_there('plain', %odd);
set_there('odd');
for my $database ('plain', 'odd')
{
	is(comes_to($database, q{select count(*), min(detail) from early_help.audit('city')}), "0|\n", "$database, then other settings: the audit is silent");
	like(comes_to($database, q{select period, version from city.publish_figures('2023-06', 1)}), qr/^2023-06\|1$/m, "$database: a month is published");
	is(comes_to($database, q{call early_help.refresh_kpis('city'); select early_help.drop_partnership('city')}), "\n", "$database: refreshed and dropped");
}

# Tests of rules and figures under the odd settings, each in a database of its own, as
# some commit. What a test itself words is set aside for that test: days in texts that it
# compares, and names as format_type() and search_path show them.
my %worded = (deadlines => 'DateStyle', import_contacts => 'quote_all_identifiers');
my %in_tests = %odd;
# A test's own statements are parsed under these, and mean something else.
delete @in_tests{qw(plpgsql.extra_errors plpgsql.extra_warnings transform_null_equals)};
$node->safe_psql('postgres', 'create database made');
$node->safe_psql('made', 'create extension early_help cascade; create extension pgtap');
for my $test (qw(rules_01_five_outcomes rules_10_13_steps rules_14_closure state_machine deadlines publish_figures import_contacts))
{
	my %settings = %in_tests;
	delete $settings{ $worded{$test} } if $worded{$test};
	$node->safe_psql('postgres', 'create database rules template made');
	set_there('rules', %settings);
	my ($out, $error) = ('', '');
	{
		local %ENV = $node->_get_env();
		my $done = IPC::Run::run([ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', 'rules', '-f', "test/pgtap/$test.sql" ], '>', \$out, '2>', \$error);
		ok($done && $out =~ /^ok 10 /m && $out !~ /^not ok/m, "$test passes under odd settings") or diag($error, grep { /^not ok/ } split /^/, $out);
	}
	$node->safe_psql('postgres', 'drop database rules');
}

$node->stop;
done_testing();
