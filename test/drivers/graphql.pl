# usage: graphql.pl postgraphile_4|postgraphile_5...
# PostGraphile makes a GraphQL schema of a partnership and of its figures, with no
# two things of one name: figures to read, and acts as mutations. It has the files of
# docs/postgraphile, and its role what docs/bi.md and docs/operations.md grant to a BI
# tool and to an application.
use strict;
use warnings;
use Cwd qw(abs_path);
use IPC::Run;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $work = $ENV{TESTDIR};
my $node = PostgreSQL::Test::Cluster->new('graphql');
$node->init;
$node->append_conf('postgresql.conf', "jit = off\nfsync = off\n");
$node->start;
$node->safe_psql('postgres', q{create database council template template0 encoding 'UTF8'});

# What the pages say of medway, said of the partnership town.
sub of_town { return $_[0] =~ s/\bmedway(?=\b|_)/town/gr }

my ($board) = slurp_file('docs/bi.md') =~ /^## The role\n.*?^```sql\n(.*?)^```/ms;
my ($app) = slurp_file('docs/operations.md') =~ /^\*\*An application that writes records\*\*.*?^```sql\n(.*?)^```/ms;
append_to_file("$work/role.sql", of_town("${board}reset role;\ncreate role app login in role board;\n$app"));
$node->command_ok(
	[ 'psql', '-X', '-q', '-d', $node->connstr('council'), '-v', "role=$work/role.sql", '-f', 'test/drivers/partnership.sql' ],
	'a partnership, and roles as the pages make them');

# The views of figures that the role may read, and their rows.
my %rows = map { split /\|/ } split /\n/, $node->safe_psql('council', q{
	select relname, (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from town_kpi.%I', relname), false, true, '')))[1]
	from pg_class
	where relnamespace = 'town_kpi'::regnamespace and relkind = 'v' and has_table_privilege('app', oid, 'select')});
cmp_ok(scalar(keys %rows), '>', 30, 'there are views of figures');

# An act that somebody calls by its name has a mutation: whatever writes.
my @acts = split /\n/, $node->safe_psql('council', q{
	select distinct proname from pg_proc
	where pronamespace = 'town'::regnamespace and provolatile = 'v' and prokind = 'f' and prorettype <> 'trigger'::regtype
		and has_function_privilege('app', oid, 'execute') order by 1});
cmp_ok(scalar(@acts), '>', 20, 'and acts');

my $levels = $node->safe_psql('council', 'select level_to from town.level_change order by level_change_id');
cmp_ok(scalar(() = $levels =~ /early_help/g), '>', 10, 'and levels of need');

my $tags = decode_json(slurp_file('docs/postgraphile/postgraphile.tags.json5'))->{config}{class};

sub camel { return $_[0] =~ s/_+([a-z0-9])/\u$1/gr }

# The types that a view's rows may have: PostGraphile makes names singular, and
# version 5 puts the name of a second schema before them.
sub types_of
{
	my ($view) = @_;
	my $tag = $tags->{"medway_kpi.$view"};
	my $type = ucfirst camel($tag ? $tag->{tags}{name} : $view);
	my @types = ($type, $type =~ s/ies$/y/r, $type =~ s/(?<!s)s$//r, $type =~ s/es$//r);
	return ($tag ? () : map { "TownKpi$_" } @types), @types;
}

# folder_with MODULES: a folder as docs/bi.md says, with PostGraphile.
sub folder_with
{
	my ($modules) = @_;
	my $folder = "$work/" . ($modules =~ /(\w+)\/node_modules$/)[0];
	mkdir $folder or die "$folder: $!";
	append_to_file("$folder/" . s/.*\///r, of_town(slurp_file($_))) for glob 'docs/postgraphile/*';
	symlink abs_path($modules), "$folder/node_modules" or die "$folder: $!";
	return $folder;
}

my @documents = (
	'mutation { recordConversation(input: { familyId: "1", heldOn: "2024-10-01" }) { clientMutationId } }',
	'mutation { startPlan(input: { episodeId: "-1" }) { clientMutationId } }',
	'{ allLevelChanges(orderBy: PRIMARY_KEY_ASC) { nodes { levelTo } } }',
	'{ __type(name: "EarlyHelpNeedLevel") { enumValues { name } } }',
	'{ __type(name: "EarlyHelpEhaDomain") { enumValues { name } } }');

for my $which (@ARGV)
{
	# The test runs in build/check/tree.
	my $modules = "../../$which/node_modules";
  SKIP:
	{
		skip("npm did not bring $which", 1) if !-e "$modules/postgraphile/package.json";
		my $folder = folder_with($modules);
		my $node_js = -x "$modules/.bin/node" ? abs_path("$modules/.bin/node") : 'node';

		local @ENV{qw(PGHOST PGPORT PGDATABASE PGUSER GRAPHILE_ENV)} = ($node->host, $node->port, 'council', 'app', 'development');
		my ($in, $out, $error) = (join("\n", @documents, ''), '', '');
		IPC::Run::run([ $node_js, 'test/drivers/postgraphile.js', $folder, 'town', 'town_kpi' ],
			'<', \$in, '>', \$out, '2>', \$error, IPC::Run::timeout(300))
			or diag("$which ended with status $?: $error");
		my @lines = split /\n/, $out;
		is(join("\n", grep { /^said\t/ } @lines), '', "$which has nothing to complain of: no two things have one name");
		is(join("\n", grep { /^bare\t.*(?:conflict|same|second|already)/ } @lines), '', "$which: nor have they without our types");

		my %counted;
		for (grep { /^list\t/ } @lines)
		{
			my (undef, undef, $type, $rows) = split /\t/;
			$counted{$type} = $rows;
		}
		my @unlike = grep { my $view = $_; !grep { ($counted{$_} // '') eq $rows{$view} } types_of($view) } sort keys %rows;
		is("@unlike", '', "$which lists every view of figures, with as many rows");
		my %mutation = map { (split /\t/)[1] => 1 } grep { /^act\t/ } @lines;
		is(join(' ', grep { !$mutation{ camel($_) } } @acts), '', "$which has a mutation for every act");

		my ($wrote, $refused, $read, @enums) = map { decode_json($_) } grep { /^\{/ } @lines;
		ok($wrote && !$wrote->{errors}, "$which: an act writes") or diag($out);
		ok($refused && $refused->{errors}, "$which: and is refused");
		is(join("\n", map { $_->{levelTo} } @{ $read->{data}{allLevelChanges}{nodes} }), $levels, "$which reads levels of need");
		next if $which eq 'postgraphile_4';

		# To version 4 our types are text.
		my @names = map { join ' ', map { $_->{name} } @{ $_->{data}{__type}{enumValues} } } @enums;
		my ($names_line) = slurp_file('extension/install/types/one_byte_types.tsv') =~ /^names\t(.*)/m;
		is("$names[0]\t$names[1]", $names_line =~ s/,| or\b//gr, "$which knows the values of our types");
	}
}
$node->stop;
done_testing();
