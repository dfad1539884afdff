# Random files, most rows wrong or at odds with the record, in between random
# events that make the record harder to import into: no load ever fails, every
# row is counted once, and the same load again changes nothing.
#
# IMPORT_SEED is the first of three seeds (1), IMPORT_ROUNDS the files of each (40).
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $rounds = $ENV{IMPORT_ROUNDS} // 40;
my $first_seed = $ENV{IMPORT_SEED} // 1;
my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
$node->safe_psql('postgres', 'create extension early_help cascade');

my ($in, $out, $err) = ('', '', '');
my $session = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres') ],
	'<', \$in, '>', \$out, '2>', \$err, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));

sub ask
{
	$in .= "$_[0];\n\\echo done\n";
	$session->pump until $out =~ s/^(.*?)^done\n//ms;
	return $1 =~ s/\n\z//r;
}

# The same numbers on every machine.
my $state;
sub below { $state = $state * 48271 % 2147483647; return $state % $_[0] }
sub pick { return $_[ below(scalar @_) ] }
sub seldom { return below(100) < $_[0] }
# From 2017-11-01.
sub day
{
	my @t = gmtime((17471 + $_[0]) * 86400);
	return sprintf('%04d-%02d-%02d', $t[5] + 1900, $t[4] + 1, $t[3]);
}

sub row
{
	my ($born, $expected) = ('', '');
	my $kind = below(100);
	if ($kind < 45) { $born = day(60 + below(420)) }
	elsif ($kind < 75) { $expected = day(60 + below(420)) }
	elsif ($kind < 78) { $born = $expected = day(below(400)) }
	elsif ($kind < 80) { $born = 'bad' }
	my @cells = (
		'K' . below(300), seldom(2) ? 'x' : day(below(330)), 'C' . below(9), $born, $expected,
		seldom(3) ? 'Z' : pick('M', 'F', 'U', ''), pick('River', 'RIVER', 'Twydall', ''),
		seldom(3) ? 'zz' : pick('2A', '6', '1A'), pick('N1', 'N2', 'N5'), pick('a', 'b', ''),
		seldom(3) ? 'huh' : pick('referral', 'referral', 'Referral ', 'social care', '', 'No further action'));
	return '(' . join(', ', map { $_ eq '' ? 'null' : "'$_'" } @cells) . ')';
}

# Something that a practitioner might do; what the rules refuse is refused.
sub event
{
	my $child = 'C' . below(9);
	return pick(
		"update child set died_on = '" . day(300 + below(300)) . "' where source_ref = '$child'",
		"update child set pregnancy_ended_on = '" . day(100 + below(300)) . "' where birth_date is null and source_ref = '$child'",
		"update child set died_on = null, pregnancy_ended_on = null where source_ref = '$child'",
		'update referral set accepted_on = referred_on + ' . below(20)
		  . ' where referral_id = (select min(referral_id) from referral where accepted_on is null)',
		'insert into episode (family_id, referral_id, opened_on) select family_id, referral_id, referred_on + ' . below(30)
		  . ' from referral order by referral_id desc limit 1',
		'delete from referral where referral_id = (select max(referral_id) - ' . below(5) . ' from referral)',
		'update contact_child set attached_episode_id = (select max(episode_id) from episode)'
		  . " where contact_child_id = (select max(contact_child_id) from contact_child where decision is distinct from 'referral')");
}

for my $seed ($first_seed .. $first_seed + 2)
{
	$state = $seed;
	my $name = "random_$seed";
	ask('set client_min_messages = warning');
	ask("select early_help.create_partnership('$name')");
	ask("set search_path = $name, public");
	my (%total, @failed, @miscounted, @changed);
	for my $round (1 .. $rounds)
	{
		my @rows = map { row() } 0 .. below(40);
		push @rows, $rows[ below(scalar @rows) ] for 1 .. below(4);
		for my $time (1, 2)
		{
			$err = '';
			ask('insert into inbox_contact values ' . join(', ', @rows));
			my ($accepted, $unchanged, $corrected, $rejected) = my @counts = split /\|/, ask('select * from import_contacts()');
			if ($err ne '' || @counts != 4) { push @failed, "round $round: $err"; next }
			push @miscounted, "round $round: @counts of " . @rows if $accepted + $unchanged + $corrected + $rejected != @rows;
			push @changed, "round $round: @counts" if $time == 2 && $accepted + $corrected;
			$total{accepted} += $accepted;
			$total{corrected} += $corrected;
			$total{rejected} += $rejected;
		}
		ask('do $do$ begin ' . event() . '; exception when others then null; end $do$');
	}
	is("@failed", '', "seed $seed: no load fails");
	is("@miscounted", '', "seed $seed: every row is counted once");
	is("@changed", '', "seed $seed: the same load again changes nothing");
	ok($total{$_} > $rounds, "seed $seed: enough $_") for qw(accepted corrected rejected);
	is(ask('select count(distinct rule) > 5 from import_reject'), 't', "seed $seed: for many reasons");
	is(ask('select count(*) from inbox_contact'), 0, "seed $seed: the inbox is empty");
}
$in .= "\\q\n";
$session->finish;
$node->stop;
done_testing();
