# Every block of SQL of README.md and docs/ works as printed, in the order of its
# page, in a database of the page's own.
#
# The database is called council. It has a partnership medway of the role medway_owner,
# with made-up records, and the cluster has the roles newsroom, app and loader. Where the
# page's first block makes the extension, the database is empty. The folder has a file
# contacts.csv. An HTML comment before a block, which readers do not see, says what else
# the block needs, or why it cannot be tried here:
#
#   <!-- sql: first: STATEMENTS -->
#   <!-- sql: not run: WHY -->
#
# In README.md what stands behind -- comes back.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\njit = off\n");
$node->start;

# run_in DATABASE, SQL, WHAT: by psql, statement by statement.
sub run_in
{
	my ($database, $sql, $what) = @_;
	my ($status, $out, $error) = $node->psql($database, $sql);
	return is($status, 0, $what) || diag($error);
}

$node->safe_psql('postgres', 'create database ready');
my $make_partnership = <<'END';
set client_min_messages = warning;
create extension early_help cascade;
create extension early_help_sample;
create role medway_owner;
grant create on database :"DBNAME" to medway_owner;
select early_help.grant_ownership('medway_owner');
set role medway_owner;
select from early_help.create_partnership('medway', training => true);
select from early_help_sample.generate_sample('medway', 60, '2017-04-01', '2018-09-30', 1);
call early_help.run_due('medway');
END
run_in('ready', $make_partnership, 'a partnership to start from');

my @roles = qw(medway_owner newsroom app loader);
$node->safe_psql('postgres', "create role $_") for @roles[1 .. $#roles];

# Every file the README names is there.
for my $file (slurp_file('README.md') =~ /\]\(([^)]+)\)/g)
{
	ok(-e $file, "$file is there");
}
my %text_of = map { $_ => slurp_file($_) } 'README.md', glob 'docs/*.md';

my $folder = PostgreSQL::Test::Utils::tempdir();
append_to_file("$folder/contacts.csv",
	"contact_ref,received_on,child_ref,birth_date,expected_birth_date,sex,ward,source_code,primary_need_code,reason,decision\n"
	  . "C-1,2018-10-01,K-1,2012-05-06,,F,Gillingham North,1A,N4,Asked for help,referral\n");
chdir $folder or die $!;

my ($ran, $left_out) = (0, 0);
for my $page (sort keys %text_of)
{
	my @blocks;
	my $text = $text_of{$page};
	while ($text =~ /(?:^<!-- sql: (first|not run): ((?:(?!-->).)+?) -->\n)?^```sql\n(.*?)^```$/gms)
	{
		push @blocks, { word => $1 // '', with => $2, sql => $3, line => 1 + substr($text, 0, $-[3]) =~ tr/\n// };
	}
	is(scalar @blocks, blocks_of_sql($text), "$page: no block of SQL is overlooked");
	is(scalar(grep { $_->{word} } @blocks), scalar(() = $text =~ /<!-- sql:/g), "$page: no comment for this test is overlooked");
	next if !@blocks;
	my $bare = $blocks[0]{sql} =~ /create extension early_help cascade/;
	$node->safe_psql('postgres', 'create database council template ' . ($bare ? 'template0' : 'ready'));
	if ($bare)
	{
		# Roles are the cluster's: this page makes it itself.
		$node->safe_psql('ready', 'alter role medway_owner rename to other_owner');
	}

	for my $block (@blocks)
	{
		if ($block->{word} eq 'not run')
		{
			$left_out++;
			note("$page:$block->{line}: not run: $block->{with}");
			next;
		}
		$ran++;
		my $what = "$page:$block->{line}";
		run_in('council', $block->{with}, "$what: what it needs first") if $block->{word} eq 'first';
		if ($page eq 'README.md') { as_printed($block->{sql}, $what) }
		else { run_in('council', $block->{sql}, $what) }
	}

	$node->safe_psql('postgres', 'drop database council');
	my %stays = map { $_ => 1 } @roles[1 .. $#roles], $bare ? 'other_owner' : 'medway_owner';
	my @made = grep { !$stays{$_} } split /\n/, $node->safe_psql('postgres', 'select rolname from pg_roles where oid >= 16384');
	$node->safe_psql('postgres', qq{drop role "$_"}) for @made;
	$node->safe_psql('ready', 'alter role other_owner rename to medway_owner') if $bare;
}
note("$ran blocks ran, $left_out were left out");
cmp_ok($ran, '>', 20, 'most blocks ran');
cmp_ok($left_out, '<=', 4, 'few were left out');

# blocks_of_sql TEXT: how many fenced blocks say that they are SQL, or look like it.
sub blocks_of_sql
{
	my ($text) = @_;
	my $count = 0;
	while ($text =~ /^\h*```\h*(\w*)[^\n]*\n(.*?)^\h*```\h*$/gms)
	{
		my ($language, $inside) = ($1, $2);
		$count++ if $language =~ /sql/i || !$language && $inside =~ /^\h*(?:select|insert|create|grant|alter|call|set)\b.*;/mi;
	}
	return $count;
}

# as_printed SESSION, WHAT: a line a statement; what stands behind -- comes back.
sub as_printed
{
	my ($session, $what) = @_;
	my ($path, $expected) = ('', 0);
	for my $line (split /\n/, $session)
	{
		my ($statement, $comes_back) = $line =~ /^(.*?;)\s*(?:-- (.*))?$/;
		my ($status, $out, $error) = $node->psql('council', "$path$statement");
		$path = "$statement\n" if $statement =~ /^set search_path/;
		if (!defined $comes_back)
		{
			is($status, 0, $statement) or diag($error);
			next;
		}
		$expected++;
		if ($comes_back =~ /^ERROR: (.*)/)
		{
			like($error, qr/\Q$1\E/, $statement);
		}
		else
		{
			is($out, $comes_back, $statement) or diag($error);
		}
	}
	cmp_ok($expected, '>=', 3, "$what shows what comes back");
	return;
}

$node->stop;
done_testing();
