# The README's session works as printed: what stands behind -- comes back.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($session) = slurp_file('README.md') =~ /^```sql\n(.*?)^```/ms;
ok($session, 'the README has a session');

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
$node->safe_psql('postgres', 'create database readme');

my $path = '';
my $expected = 0;
for my $line (split /\n/, $session)
{
	my ($statement, $comes_back) = $line =~ /^(.*?;)\s*(?:-- (.*))?$/;
	my ($status, $out, $error) = $node->psql('readme', "$path$statement");
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
cmp_ok($expected, '>=', 3, 'and shows what comes back');

# Every file the README names is there.
for my $file (slurp_file('README.md') =~ /\]\(([^)]+)\)/g)
{
	ok(-e $file, "$file is there");
}

$node->stop;
done_testing();
