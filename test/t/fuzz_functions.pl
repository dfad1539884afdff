# Every function and trigger function that C implements, called as nobody would: nothing crashes, raises
# an internal error, shows what is in memory, or goes on after it was cancelled. Fuzz.pm makes up the calls.
#
#   FUZZ_CALLS=200000   so many calls (3300)
#   FUZZ_SEED=7         other ones (1)
#   FUZZ_EACH=100       so many in a scenario, with tables of its own (30)
#   FUZZ_VALGRIND=1     the server runs under valgrind, whose reports fail as well; needs make check-assert's
#                       server. With FUZZ_VALGRIND=origins it says where a value came from, at half the speed
#   FUZZ_ONLY=1000123   this scenario alone
#
# The scenario of a failure is kept beside the test's log, ready for psql.
use strict;
use warnings;
use Encode;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes;
use Fuzz;
use FuzzCatalogue qw($known);

my $wanted = $ENV{FUZZ_CALLS} // 3300;
my $seed = $ENV{FUZZ_SEED} // 1;
my $valgrind = $ENV{FUZZ_VALGRIND};
# Of a statement_timeout of 5: the machine may be busy.
my $allowed_seconds = $valgrind ? 120 : 15;
my $kept = $PostgreSQL::Test::Utils::log_path;

# Internal errors that PostgreSQL itself raises for what these scenarios do, with or without us.
my @known_internal = (
	# A row is deleted or updated by its own trigger's function, or twice by one MERGE.
	qr/^attempted to (update|delete|lock) invisible tuple/,
);

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', q{
restart_after_crash = on
log_statement = none
log_min_error_statement = panic
log_line_prefix = '%p '
max_prepared_transactions = 0
});
$node->start;
$node->safe_psql('postgres', FuzzCatalogue::setup());
$known = FuzzCatalogue::know(encode('UTF-8', $node->safe_psql('postgres', FuzzCatalogue::catalogue_query())));
start_under_valgrind() if $valgrind;
my %name = map { $_ => 1 } @{ $known->{names} };
my %our_file = map { s{.*/}{}r => 1 } glob('extension/src/*.c extension/src/*/*.c');

my ($calls, $scenarios, %state, %trouble, @trouble) = (0, 0);
my $log_seen = -s $node->logfile;

# The server is started again, by a script that pg_ctl takes for it.
sub start_under_valgrind
{
	$node->stop;
	my $sharedir = `pg_config --sharedir`;
	chomp $sharedir;
	die "FUZZ_VALGRIND needs a server that make check-assert built\n" unless -e "$sharedir/valgrind.supp";
	my $bindir = `pg_config --bindir`;
	chomp $bindir;
	my $script = "$PostgreSQL::Test::Utils::tmp_check/postgres";
	append_to_file($script, "#!/bin/sh\nexec valgrind --quiet --leak-check=no --gen-suppressions=all --error-limit=no"
		  . ($valgrind eq 'origins' ? ' --track-origins=yes' : '')
		  . " --suppressions=$sharedir/valgrind.supp --time-stamp=no --log-file=$kept/valgrind.%p $bindir/postgres \"\$@\"\n");
	chmod 0755, $script;
	system_or_bail('pg_ctl', '-D', $node->data_dir, '-l', $node->logfile, '-p', $script, '-t', 300, '-w', 'start');
	$node->_update_pid(1);
}

sub keep
{
	my ($what, $scenario, $call, $text) = @_;
	my $function = join(' ', $text =~ /LOCATION:  (\S+)/);
	$function ||= join(' ', $text =~ /\n(\w+ \w+ [\w.]+)/);
	my $key = "$what $function " . ($function ? '' : substr($text, 0, 60));
	return if $trouble{$key}++ || @trouble >= 100;
	push @trouble, [ $what, "scenario $scenario, call $call: $text" ];
	diag("$what in scenario $scenario, call $call: $text");
	system('cp', "$PostgreSQL::Test::Utils::tmp_check/scenario.sql", "$kept/fuzz_$scenario.sql");
}

# Limits of types, and of protect_figures, that a message may name.
my %limit = map { $_ => 1 } '9223372036854775807', '9223372036854775808', '2147483647', '2147483648', '1073741823';

# What must not stand in a message: numbers, days and characters that nobody put in.
sub shows_memory
{
	my ($text, $scenario) = @_;
	for my $number ($text =~ /\d{9,}/g) { return "the number $number" if index($scenario, $number) < 0 && !$limit{$number} }
	for my $year ($text =~ /\b(\d{4,})-\d\d-\d\d\b/g) { return "the year $year" if ($year < 1900 || $year > 2101) && index($scenario, $year) < 0 && $scenario !~ /infinity|BC/ }
	for my $odd ($text =~ /[^\x20-\x7e\n\t]/g) { return sprintf('the character %x', ord $odd) if index($scenario, $odd) < 0 }
	for my $odd ($text =~ /[\@\$\\]/g) { return "the character $odd" if index($scenario, $odd) < 0 }
	return;
}

# Reads one error or warning of a call.
sub judge
{
	my ($scenario, $call, $severity, $text, $all) = @_;
	my ($state, $message) = $text =~ /^(\w{5}): (.*)/s ? ($1, $2) : ('', $text);
	my ($file) = $text =~ /LOCATION:  .*?, (\S+):\d+/;
	$state{$state}++ if $severity eq 'ERROR';
	# What a scenario left must not be in the way of the next.
	if ($call < 0 && $text =~ /must be fired on|schema "fuzz" already exists/) { keep('not called', $scenario, $call, $text) }
	elsif ($severity =~ /FATAL|PANIC/) { keep('lost connection', $scenario, $call, $text) }
	elsif ($state =~ /^XX/ && !grep { $message =~ $_ } @known_internal) { keep('internal error', $scenario, $call, $text) }
	elsif ($message =~ /problem in (alloc set|slab|generation|bump)|(reference|refcount) leak|resource was not closed/i) { keep('memory', $scenario, $call, $text) }
	elsif ($our_file{ $file // '' })
	{
		my $shown = shows_memory($message =~ s/\n(CONTEXT|LOCATION|SCHEMA NAME|TABLE NAME|COLUMN NAME|CONSTRAINT NAME):.*//sr, $all);
		keep("shows $shown", $scenario, $call, $text) if $shown;
	}
}

# What the server itself says of crashes and broken memory. It says so a little after it lost a client.
sub look_at_log
{
	my ($scenario, $call, $lost) = @_;
	my $new = '';
	for (1 .. 100)
	{
		$new .= slurp_file($node->logfile, $log_seen + length $new) if -s $node->logfile > $log_seen + length $new;
		last if !$lost || $new =~ /was terminated by signal|exited with exit code/;
		Time::HiRes::sleep(0.1);
	}
	$log_seen += length $new;
	my ($crash) = $new =~ /((?:TRAP|.*PANIC): .*|was terminated by signal.*)/;
	$crash .= "\n$1" if $crash && $new =~ /Failed process was running: (.{1,200})/;
	keep('crash', $scenario, $call, $crash) if $crash;
	my ($memory) = $new =~ /(.*(?:problem in (?:alloc set|slab|generation|bump)|(?:reference|refcount) leak|resource was not closed).*)/i;
	keep('memory', $scenario, $call, $memory) if $memory;
	keep('lost connection', $scenario, $call, 'the server closed it') if $lost && !$crash;
	return unless $lost || $new =~ /was terminated by signal|PANIC/;
	for (1 .. 600)
	{
		return if eval { $node->psql('postgres', 'select 1') == 0 };
		Time::HiRes::sleep(0.1);
	}
	BAIL_OUT('the server does not come back');
}

sub run
{
	my ($number) = @_;
	my $scenario = Fuzz::scenario($number);
	my $folder = $PostgreSQL::Test::Utils::tmp_check;
	my $sql = "\\set VERBOSITY verbose\n\\set ON_ERROR_ROLLBACK on\n";
	$sql .= join('', map { "$_;\n" } @{ $scenario->{begin} });
	my ($nth, $binary, $copied, $written) = (0, 0, 0, '');
	for my $call (@{ $scenario->{calls} })
	{
		$sql .= "\\warn \@\@ " . $nth++ . "\n";
		if (my ($type, $bytes) = $call =~ /^\@binary (\S+) (\w+)/)
		{
			open(my $file, '>:raw', "$folder/binary." . ++$binary) or die;
			print $file pack('H*', $bytes);
			close $file;
			$sql .= "create temp table b$binary (x $type); \\copy b$binary from '$folder/binary.$binary' (format binary)\n";
			$sql .= "select x, x::text from b$binary order by 1;\n";
		}
		elsif ($call =~ /^(copy .* from) stdin\n(.*)\n\\\.$/s)
		{
			# From a file: where the server refuses the copy, psql takes lines that follow it for SQL.
			my ($copy, $lines) = ($1, $2);
			open(my $file, '>:encoding(UTF-8)', "$folder/lines." . ++$copied) or die;
			print $file "$lines\n";
			close $file;
			$sql .= "\\$copy '$folder/lines.$copied'\n";
			$written .= "$lines\n";
		}
		else { $sql .= "$call;\n" }
	}
	$sql .= "\\warn \@\@ $nth\n";
	open(my $file, '>:encoding(UTF-8)', "$folder/scenario.sql") or die;
	print $file $sql;
	close $file;

	local %ENV = $node->_get_env(PGCLIENTENCODING => 'UTF8');
	my $pid = open(my $out, '-|:encoding(UTF-8)', "exec psql -X -q -A -t -d postgres -o /dev/null -f $folder/scenario.sql 2>&1 </dev/null") or die;
	my ($call, $began, $severity, $text) = (-1, Time::HiRes::time());
	my $end = sub { judge($number, $call, $severity, $text, $sql . $written) if $severity; $severity = undef };
	my ($seen, $late, $lost) = (0, 0, 0);
	local $SIG{ALRM} = sub { $late = 1; kill 'KILL', $pid };
	alarm(900);    # for the tables
	while (my $line = <$out>)
	{
		chomp $line;
		if ($line =~ /^\@\@ (\d+)$/)
		{
			$end->();
			my $now = Time::HiRes::time();
			keep('not cancelled', $number, $call, sprintf('it took %.1f s', $now - $began)) if $call >= 0 && $now - $began > $allowed_seconds;
			$seen++ if $call >= 0;
			($call, $began) = ($1, $now);
			alarm($valgrind ? 600 : 60);
		}
		elsif ($line =~ /^psql:[^:]*:\d+: (ERROR|WARNING|FATAL|PANIC|NOTICE|INFO):  (.*)/) { $end->(); ($severity, $text) = ($1, $2) }
		elsif ($line =~ /server closed the connection|connection to server was lost/) { $lost = 1; $end->() }
		elsif ($severity) { $text .= "\n$line" }
	}
	alarm(0);
	close $out;
	$end->();
	keep('not cancelled', $number, $call, 'it did not come back') if $late;
	look_at_log($number, $call, $lost);
	keep('not called', $number, $call, ($nth - $seen) . ' calls were taken for part of another') if $seen < $nth && !$late && !$lost;
	$calls += $seen;
	$scenarios++;
}

my $began = time;
if ($ENV{FUZZ_ONLY}) { run($_) for split / /, $ENV{FUZZ_ONLY} }
else
{
	for (my $number = $seed * 1_000_000; $calls < $wanted; $number++)
	{
		run($number);
		last if @trouble >= 100;
		note("$calls calls, " . (time - $began) . " s, " . @trouble . " failures") if $number % 1000 == 999;
	}
	cmp_ok($calls, '>=', $wanted, "$wanted calls were made, seed $seed, " . @{ $known->{functions} } . ' functions, ' . @{ $known->{trigger_functions} } . ' trigger functions');
	cmp_ok($scenarios * 0.7, '>=', scalar @{ $known->{trigger_functions} }, 'and every trigger function was on a table');
	cmp_ok(scalar(grep { /^YH/ } keys %state), '>', 5, 'the calls come as far as the rules');
}
note("$calls calls in $scenarios scenarios, " . (time - $began) . " s; " . join(', ', map { "$_ $state{$_}" } sort { $state{$b} <=> $state{$a} } keys %state));
for my $what ('crash', 'lost connection', 'internal error', 'memory', 'not cancelled', 'not called', 'shows')
{
	is(join("\n", map { $_->[1] } grep { index($_->[0], $what) == 0 } @trouble), '', "none: $what");
}
$node->stop('immediate');
if ($valgrind)
{
	my @reports = grep { -s } glob("$kept/valgrind.*");
	is(join("\n", map { slurp_file($_) } @reports), '', 'valgrind has nothing to report');
}
done_testing();
