# Random sequences of what can happen to a family, legal and illegal alike, by
# function and by plain DML, with days in order and out of order.
#
# What is refused is refused by a rule: its SQLSTATE is one of the catalogue's,
# or a key's. What is accepted leaves every episode in the state, and every
# child at the level, that a model kept by the test says, which knows of the
# rules early_help.transitions() alone. At the end the audit finds nothing.
#
#   RANDOM_SEQUENCES=100000  how many (2000); RANDOM_SESSIONS=2 at a time; RANDOM_SEED=1
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use IPC::Run;
use Test::More;

my $sequences = $ENV{RANDOM_SEQUENCES} || 2000;
my $sessions = $ENV{RANDOM_SESSIONS} || 2;
my $seed = $ENV{RANDOM_SEED} || 1;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', <<'END');
fsync = off
synchronous_commit = off
log_min_messages = fatal
log_min_error_statement = panic
autovacuum_naptime = 10s
END
$node->start;
$node->safe_psql('postgres', 'create extension early_help cascade');
$node->safe_psql('postgres', q{select early_help.create_partnership('town')});

$node->safe_psql('postgres', slurp_file('test/t/random_sequences.psql'));

my @running;
my $share = int(($sequences + $sessions - 1) / $sessions);
my $began = time;
for my $i (0 .. $sessions - 1)
{
	my $first = $seed * 10_000_000 + $i * $share + 1;
	my $last = $first + ($i < $sessions - 1 ? $share : $sequences - $share * ($sessions - 1)) - 1;
	my ($out, $err) = ('', '');
	push @running,
	  { out => \$out, err => \$err, run => IPC::Run::start(
			[ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'),
				'-c', "set search_path = town, public",
				# Statistics are told between two commands: without them nothing is vacuumed.
				map { ('-c', "call run_sequences($_, least($_ + 999, $last))") } grep { ($_ - $first) % 1000 == 0 } $first .. $last ],
			'<', \undef, '>', \$out, '2>', \$err) };
}
for my $one (@running)
{
	ok($one->{run}->finish, 'the sequences end') or diag(${ $one->{err} });
}
note(sprintf '%d sequences, %s acts, %d s', $sequences,
	$node->safe_psql('postgres', 'select sum(times) from happened'), time - $began);

is($node->safe_psql('postgres', q{
		select count(*), string_agg(w.what, e'\n') from (
			select format('seed %s place %s, %s: %s', seed, place, act, what) as what
			from wrong order by seed limit 10) w having count(*) > 0}),
	'', 'every refusal is a rule\'s, and every state and level what transitions() says');

# A sequence of refusals alone, or of successes, would show nothing. The rarest
# transitions need many sequences.
my $missing = $node->safe_psql('postgres', q{
	select t.state_from || ' ' || t.event from (
		select coalesce(state_from::text, 'none') as state_from, event::text from legal
		except
		select distinct coalesce(state_from::text, 'none'), event::text from town.episode_event) t
	order by 1});
cmp_ok(scalar(split /\n/, $missing), '<=', $sequences >= 20000 ? 0 : $sequences >= 1000 ? 11 : 40,
	'the legal transitions were made') or diag($missing);
my $codes = $node->safe_psql('postgres', q{select string_agg(distinct sqlstate, ' ') from happened where sqlstate <> '00000'});
for my $code (qw(YH001 YH002 YH003 YH004 YH005 YH006 YH007 YH008 YH009 YH010 YH011 YH012 YH013 YH014 YH015 YH016 YH017 YH018 YHS01 YHS02 YHS03))
{
	like($codes, qr/\b$code\b/, "something was refused with $code") if $sequences >= 1000;
}
note($node->safe_psql('postgres', q{select act, sqlstate, sum(times) from happened group by 1, 2 order by 1, 2}));

is($node->safe_psql('postgres', q{select rule, record, record_id, detail from early_help.audit('town') where severity = 'error' limit 20}),
	'', 'the audit finds nothing');

$node->stop;
done_testing();
