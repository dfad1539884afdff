# What the tests of an upgrade share: a PostgreSQL of their own into which
# versions are installed, a partnership that is in use, and what must be the same
# afterwards as before, or as a fresh one.
package Upgrade;
use strict;
use warnings;
use Cwd qw(getcwd);
use Exporter qw(import);
use File::Basename qw(dirname);
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT_OK = qw(shell private_install copy_tree install start_node council psql_as_council put_to_use
  figures grants members structure lists same_lines upgrade_beside_readers);
our %EXPORT_TAGS = (all => \@EXPORT_OK);

my $tree = getcwd;
my ($private, $install_path, $node);

sub shell
{
	my ($command) = @_;
	my ($out, $error) = ('', '');
	IPC::Run::run([ 'bash', '-ec', $command ], '>', \$out, '2>', \$error)
	  or die "$command\n$out\n$error\n";
	return $out;
}

# private_install WORK: a PostgreSQL below this folder; returns its pg_config.
sub private_install
{
	my ($work) = @_;
	my $pg_config = $ENV{PG_CONFIG};
	$private = (split /\n/, shell("tree=$tree; . tools/harness.sh; private_postgres '$pg_config' $work/pg; echo \$private_pg_config"))[-1];
	$install_path = dirname(dirname($private));
	return $private;
}

# copy_tree FOLDER: what a version is built from.
sub copy_tree
{
	my ($folder) = @_;
	shell("mkdir $folder; cp -R Makefile early_help.control early_help_sample.control extension tools $folder/");
	return;
}

sub install
{
	my ($folder) = @_;
	shell("cd $folder && make -s -j2 PG_CONFIG='$private' && make -s install PG_CONFIG='$private'");
	return;
}

# start_node: a server, with the database council of the role council.
sub start_node
{
	$node = PostgreSQL::Test::Cluster->new('main', install_path => $install_path);
	$node->init;
	$node->append_conf('postgresql.conf', "max_prepared_transactions = 5\njit = off");
	$node->start;
	$node->safe_psql('postgres', 'create role council login; create role analyst login; create role app; create database council owner council');
	return $node;
}

# council SQL [DATABASE]: what it gives, run by the owner of the partnership.
sub council
{
	my ($sql, $database) = @_;
	return $node->safe_psql($database // 'council', $sql, extra_params => [ '-U', 'council' ]);
}

# psql_as_council SQL [DATABASE]: its status, output and messages.
sub psql_as_council
{
	my ($sql, $database) = @_;
	return $node->psql($database // 'council', $sql, extra_params => [ '-U', 'council' ]);
}

# put_to_use PERIOD: figures with a target are published and granted.
sub put_to_use
{
	my ($period) = @_;
	council(qq{
		set search_path = medway;
		insert into kpi_target (metric_code, from_month, target) values ('contacts', '$period-01', 5);
		call early_help.refresh_kpis('medway');
		select publish_figures('$period', 1);
		grant usage on schema medway_kpi to analyst;
		grant select on all tables in schema medway_kpi to analyst;
		select early_help.grant_execute('medway', 'analyst', 'reader');
		grant select (month, contacts) on medway_kpi.contacts to app with grant option;
		select early_help.grant_execute('medway', 'app', 'writer');
	});
	return;
}

# ---------- what must stay, or be as in a fresh one ----------

# figures [DATABASE] [FIGURE]: without this figure, which is new.
sub figures
{
	my ($database, @without) = @_;
	return council(qq{
		select md5(string_agg(t, '' order by t)) from (
			select row(month, metric_code, value, numerator, denominator)::text as t
			from medway_kpi.dashboard
			where metric_code <> all ('{@{[ join ',', @without ]}}')
				and (numerator <> 0 or denominator <> 0)
				and month < '2024-04-01'
			union all select row(month, contacts, known_contacts, source_code)::text from medway_kpi.contacts
			union all select p::text from medway.published_figure p
			union all select row(metric_code, target)::text from medway.kpi_target) r}, $database);
}

# grants [ACT]: without this act, which is new.
sub grants
{
	my ($without) = @_;
	$without //= '';
	return council(qq{
		select string_agg(t, E'\\n' order by t) from (
			select format('%s %s %s', c.relname, coalesce(t.attname, ''), a) as t
			from pg_class c
			left join pg_attribute t on t.attrelid = c.oid and t.attacl is not null
			cross join unnest(c.relacl || t.attacl) a
			where c.relnamespace = 'medway_kpi'::regnamespace and c.relkind = 'v'
			union all
			select format('%s %s', p.proname, a) from pg_proc p cross join unnest(p.proacl) a
			where p.pronamespace in ('medway'::regnamespace, 'medway_kpi'::regnamespace) and p.proname <> '$without') r});
}

# Of an extension's members: what they are, what is said of them, who may call them.
sub members
{
	my ($database, $extension) = @_;
	$extension //= 'early_help';
	return council(qq{
		select string_agg(t, E'\\n' order by t) from (
			select format('%s %s %s %s', pg_describe_object(d.classid, d.objid, 0),
				case d.classid when 'pg_proc'::regclass then case when p.prokind = 'a' then '' else pg_get_functiondef(d.objid) end end,
				obj_description(d.objid, d.classid::regclass::name),
				(select string_agg(a::text, ' ' order by a::text) from unnest(p.proacl) a)) as t
			from pg_depend d
			join pg_extension e on d.refclassid = 'pg_extension'::regclass and e.oid = d.refobjid and e.extname = '$extension'
			left join pg_proc p on d.classid = 'pg_proc'::regclass and p.oid = d.objid
			where d.deptype = 'e'
			union all
			select o::text from early_help.official_code o) r}, $database);
}

sub structure
{
	my ($database) = @_;
	return council(q{select string_agg(s::text, E'\n') from early_help_internal.partnership_structure('medway'::regnamespace) s}, $database);
}

sub lists
{
	my ($database) = @_;
	return council(q{
		select string_agg(t, E'\n') from (
			select c::text as t from medway.kpi_cube c union all select to_jsonb(m)::text from medway.kpi_metric m
			union all select k::text from medway.kpi_record k union all select p::text from medway.kpi_period p
			union all select (to_jsonb(p) - 'recorded_at')::text from medway.published_table p
			union all select b::text from medway.benchmark b
			union all select l::text from medway.code_label l) r}, $database);
}

sub same_lines
{
	my ($one, $other, $name) = @_;
	my %seen;
	$seen{$_} .= 'updated ' foreach split /\n/, $one;
	$seen{$_} .= 'fresh ' foreach split /\n/, $other;
	my @differ = grep { $seen{$_} !~ /updated.*fresh/ } sort keys %seen;
	return ok(!@differ, $name) || diag(map { "$seen{$_}: $_\n" } @differ);
}

# upgrade_beside_readers VERSION NEXT: while analyst reads figures, twice in a transaction.
sub upgrade_beside_readers
{
	my ($version, $next) = @_;
	my $log = PostgreSQL::Test::Utils::tempdir() . '/reader.log';
	my $stop = "$log.stop";
	my $reader = IPC::Run::start(
		[ 'bash', '-c', qq{while [ ! -e $stop ]; do psql -XAtq -v ON_ERROR_STOP=1 -U analyst council -c "begin; select count(*) from medway_kpi.contacts; select pg_sleep(0.05); select count(*) from medway_kpi.dashboard; commit" || exit 1; done} ],
		'>', $log, '2>', "$log.err", init => sub { $ENV{PGHOST} = $node->host; $ENV{PGPORT} = $node->port; $ENV{PATH} = "$install_path/bin:$ENV{PATH}" });
	my ($status, $upgrade, $error) = psql_as_council(q{select * from early_help.upgrade_partnership('medway')});
	is($status, 0, 'the partnership is upgraded') or diag($error);
	like($upgrade, qr/^\Q$version|$next|\E[0-9]/, 'and that tells what it did');
	like($error, qr/comments, codes and lists/, 'stage by stage');
	append_to_file($stop, '');
	ok($reader->finish, 'beside readers, none of whom was sent away') or diag(slurp_file("$log.err"));
	return;
}

1;
