# The extension is installed and created by the owner of a database who is no
# superuser, and everything that tells its version tells the same one.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($control) = slurp_file('early_help.control') =~ /^default_version = '([^']+)'/m;
my ($of_sample) = slurp_file('early_help_sample.control') =~ /^default_version = '([^']+)'/m;
my ($meta) = slurp_file('META.json') =~ /"version": "([^"]+)"/;
my ($changelog) = slurp_file('CHANGELOG.md') =~ /^## (\d\S*)/m;
is($of_sample, $control, 'both control files have the same version');
is($meta, $control, 'META.json has the version of the control file');
is($changelog, $control, 'so has the newest entry of CHANGELOG.md');

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
$node->safe_psql('postgres', 'create role owner login; create database council owner owner');

my @as_owner = (extra_params => [ '-U', 'owner' ]);
my ($status, undef, $error) =
  $node->psql('council', 'create extension early_help cascade', @as_owner);
is($status, 0, 'the owner of a database creates the extension') or diag($error);
is($node->safe_psql('council', "select extversion from pg_extension where extname = 'early_help'", @as_owner),
	$control, 'in that version');

# One that the library lacks stops create extension; one that no SQL creates is forgotten.
my ($symbols) = run_command([ 'nm', '--dynamic', '--defined-only', $node->config_data('--pkglibdir') . "/early_help-$control.so" ]);
is_deeply([ sort split /\n/, $node->safe_psql('council', "select distinct prosrc from pg_proc where probin like '%/early_help-%'") ],
	[ sort $symbols =~ / pg_finfo_(\w+)$/mg ], 'every C function of the library is created by SQL');

is($node->safe_psql('council', "select count(*) from pg_namespace where nspname = 'early_help_sample'"),
	'0', 'made-up records do not come with it');

($status, undef, $error) = $node->psql('council', 'create extension early_help_sample', @as_owner);
is($status, 0, 'he creates early_help_sample where he wants it') or diag($error);
is($node->safe_psql('council', q{
		select early_help.create_partnership('school', training => true);
		select children > 0 from early_help_sample.generate_sample('school', 3, '2024-01-01', '2024-12-31');
		select early_help.drop_partnership('school')}, @as_owner),
	"(school,school_kpi,$control)\nt\n", 'and makes records up');
($status, undef, $error) = $node->psql('council', 'drop extension early_help_sample', @as_owner);
is($status, 0, 'and drops it') or diag($error);

($status) = $node->psql('council', 'drop extension early_help', @as_owner);
is($status, 0, 'and early_help while there is no partnership');

$node->stop;
done_testing();
