# A database in any encoding: the extension works in it, or says in words what it
# needs and leaves nothing behind.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

$ENV{PGCLIENTENCODING} = 'UTF8';

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;

# Who is in the catalogs, beside what a new database has.
my $what_is_there = q(
	select extname from pg_extension
	union all select nspname from pg_namespace
	union all select evtname from pg_event_trigger
	order by 1);
my $labels = q(
	select string_agg(list || code || label, ',' order by list collate "C", code collate "C")
	from early_help.official_code);
my $journey = q(
	select early_help.create_partnership('town');
	insert into town.inbox_contact values ('c1', '2024-05-01', 'k1', '2015-01-01', null, 'F', 'Zoë', '5C', 'N1', null, 'referral');
	select accepted from town.import_contacts();
	select sum(contacts) from town_kpi.contacts;
	select count(*) from early_help.audit('town'););

sub make_database
{
	my ($name, $options) = @_;
	$node->safe_psql('postgres', "create database $name template template0 $options");
	my $empty = $node->safe_psql($name, $what_is_there);
	my ($status, undef, $error) =
	  $node->psql($name, "\\set VERBOSITY verbose\ncreate extension early_help cascade");
	return ($status, $error, $empty);
}

my (undef, undef, undef) = make_database('utf8', q(encoding 'UTF8' locale 'C'));
my $right_labels = $node->safe_psql('utf8', $labels);
like($right_labels, qr/child\xe2\x80\x99s/, 'labels have the characters of the official lists');
is(join('', grep { /[^\x00-\x7f]/ } split /^/, slurp_file($_)), '', 'the script is ASCII')
  for glob($node->config_data('--sharedir') . '/extension/early_help*--*.sql');

my %works = (
	utf8 => undef,
	sql_ascii => q(encoding 'SQL_ASCII' locale 'C'),
	win1252 => q(encoding 'WIN1252' locale 'C'));
$works{turkish} = q(encoding 'UTF8' locale 'C' locale_provider icu icu_locale 'tr-TR')
  if $node->safe_psql('postgres', q(select count(*) from pg_collation where collprovider = 'i')) > 0;
for my $name (sort keys %works)
{
	if ($works{$name})
	{
		my ($status, $error) = make_database($name, $works{$name});
		is($status, 0, "$name: created") or diag($error);
	}
	is($node->safe_psql($name, $labels), $right_labels, "$name: with the same labels");
	like($node->safe_psql($name, $journey), qr/^1\n1\n0$/m, "$name: a case goes in and is counted");
	is($node->safe_psql($name, 'select name from town.locality'), 'Zoë', "$name: a name comes back as it was");
}

for my $encoding (qw(LATIN1 EUC_JP))
{
	my $name = lc $encoding;
	my ($status, $error, $empty) = make_database($name, "encoding '$encoding' locale 'C'");
	is($status, 3, "$name: refused");
	like($error, qr/ERROR:  0A000: early_help needs a database in encoding UTF8\n/, "$name: in one sentence");
	like($error, qr/DETAIL:  $encoding lacks/, "$name: with the reason");
	like($error, qr/HINT:  .*createdb --encoding=UTF8 --template=template0/, "$name: and what to do");
	is($node->safe_psql($name, $what_is_there), $empty, "$name: nothing is left");
}

$node->stop;
done_testing();
