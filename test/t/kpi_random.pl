# Every view of figures equals the same computed live after every write of every kind, in
# every session's own snapshot: a random history, then many writers at once. A
# subscriber of the records has its own figures, and they are the same.
#
# EARLY_HELP_SEED chooses the history; the seed is printed. EARLY_HELP_WRITES and
# EARLY_HELP_FAMILIES say how long it is and how much there is: make bench has
# 5,000 and 500 with a seed of its own. Live: from the records, without a cell, see
# test/pgtap/kpi_live.psql. KpiWrites.pm makes up the writes, KpiChecks.pm the checks.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);
use KpiChecks qw(%checks $prepare $check_all $set_path checks_of difference);
use KpiSession;
use KpiWrites qw(%kinds %done one_of day some child contact some_kind tables_of);

my $seed = $ENV{EARLY_HELP_SEED} // 20210401;
my $wanted_writes = $ENV{EARLY_HELP_WRITES} // 40;
my $families = $ENV{EARLY_HELP_FAMILIES} // 50;
srand($seed);
note("EARLY_HELP_SEED=$seed EARLY_HELP_WRITES=$wanted_writes EARLY_HELP_FAMILIES=$families");
my $began = time;

my $node = PostgreSQL::Test::Cluster->new('kpi');
my $copy = PostgreSQL::Test::Cluster->new('copy');
foreach ($node, $copy)
{
	$_->init(allows_streaming => 'logical');
	# A query of many views pins more than a test server's 128 buffers leave to each of seven.
	$_->append_conf('postgresql.conf', <<'CONF');
shared_buffers = 16MB
autovacuum = off
fsync = off
jit = off
log_statement = none
max_prepared_transactions = 10
CONF
	$_->start;
}

# The world before the history.
$node->safe_psql('postgres', <<"SQL");
set client_min_messages = warning;
create extension early_help cascade;
create extension early_help_sample;
select early_help.create_partnership('p', training => true);
select early_help_sample.generate_sample('p', $families, '2016-07-01', '2017-06-30', $seed % 1000);
-- Figures go on to the current month: without the periods after the history a comparison takes no longer from year to year.
select early_help_internal.write_by_engine(\$\$ delete from p.kpi_period where last_month > '2018-12-01' \$\$);
SQL
$node->safe_psql('postgres', slurp_file('test/pgtap/kpi_live.psql'));
$node->safe_psql('postgres', q{analyze; call early_help.refresh_kpis('p')});

KpiChecks::look_at($node);
KpiWrites::look_at($node, $families);

# ---------------------------------------------------------------------------
# The subscriber
# ---------------------------------------------------------------------------

# The structure and what defines the figures come by dump, the records by publication.
sub subscribe
{
	my $file = $node->basedir . '/structure.sql';
	foreach my $what ([ '--schema-only' ], [ '--data-only', '--disable-triggers', '--table=p.kpi_cube', map { "--table=$_" } qw(p.kpi_period p.kpi_record p.kpi_metric p.kpi_spc_setting live.pair live.month) ])
	{
		system_or_bail('pg_dump', @$what, '--file', $file, $node->connstr('postgres'));
		system_or_bail('psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', $copy->connstr('postgres'), '-f', $file);
	}
	my $tables = $node->safe_psql('postgres', q{select string_agg(oid::regclass::text, ', ') from pg_class where relnamespace = 'p'::regnamespace and relkind = 'r' and relname !~ '^(kpi|cube|stale)_'});
	$node->safe_psql('postgres', "create publication records for table $tables");
	$copy->safe_psql('postgres', "create subscription records connection '" . $node->connstr . " dbname=postgres' publication records");
	$copy->wait_for_subscription_sync($node, 'records');
	$copy->safe_psql('postgres', "select early_help.mark_all_stale('p')");
	return;
}
subscribe();

# What differs on the subscriber, as it came and when it is refreshed.
sub differences_of_copy
{
	my ($refresh) = @_;
	$node->wait_for_catchup('records');
	$copy->safe_psql('postgres', "call early_help.refresh_kpis('p')") if $refresh;
	my $differ = difference(split /\n/, $copy->safe_psql('postgres', "$set_path $prepare $check_all"));
	return defined $differ ? "the subscriber:$differ" : undef;
}

my @sessions = map { KpiSession->new($node) } 1 .. 3;
my $refresher = KpiSession->new($node);
$refresher->ask("set lock_timeout = '5s';");

my %checks_after = map { $_ => checks_of(tables_of($_)) } keys %kinds;

# ---------------------------------------------------------------------------
# One writer at a time, sessions interleaved
# ---------------------------------------------------------------------------
my ($writes, $steps, $refused, $refreshes, $fresh, $checks) = (0, 0, 0, 0, 0, 0);
my (%met, @history, $wrong, $unexpected);
my $prepared = 0;
# The checks of the views that the last write can touch.
my $looked_at;
# Reading is slow from then to the next refresh.
my $every_month_stale = 0;

sub error_in { foreach (@_) { return $1 if /ERROR:\s+(\w{5})/ } return }

sub step
{
	my ($session) = @_;
	my $do = rand;
	my ($sql, $kind);

	if ($session->{state} eq 'none' && $do < 0.2)
	{
		my $level = one_of('read committed', 'repeatable read');
		($sql, $kind) = ("begin isolation level $level;" . ($level eq 'repeatable read' ? ' select 1 as snapshot \\gset' : ''), "begin $level");
		$session->{state} = $level;
		$session->{savepoints} = 0;
	}
	elsif ($session->{state} ne 'none' && $do < 0.12)
	{
		($sql, $kind) = one_of([ 'commit', 'commit' ], [ 'commit', 'commit' ], [ 'rollback', 'rollback' ], [ 'prepare', 'prepare' ]) ->@*;
		if ($kind eq 'prepare')
		{
			my $name = 'g' . ++$prepared;
			$sql = "prepare transaction '$name'; " . one_of('commit', 'commit', 'rollback') . " prepared '$name'";
		}
		$sql .= ';';
		$session->{state} = 'none';
	}
	elsif ($session->{state} ne 'none' && $do < 0.26)
	{
		if ($session->{savepoints} > 0 && $do < 0.21)
		{
			my $down = 1 + int rand $session->{savepoints};
			if ($do < 0.17) { ($sql, $kind) = ("rollback to savepoint a$down;", 'rollback to savepoint'); $session->{savepoints} = $down }
			else { ($sql, $kind) = ("release savepoint a$down;", 'release savepoint'); $session->{savepoints} = $down - 1 }
		}
		else
		{
			$session->{savepoints}++;
			($sql, $kind) = ("savepoint a$session->{savepoints};", 'savepoint');
		}
	}
	elsif (rand() < 0.005 && $session->{state} eq 'none')
	{
		# The like, the marks of a released savepoint going with the one around it.
		my $day = day();
		$sql = 'begin; savepoint x; savepoint y; ' . contact($day, child()) . ' release savepoint y; rollback to savepoint x; ' . contact($day, child()) . ' commit;';
		$kind = 'same month after a released savepoint';
		refresh();
	}
	elsif (rand() < 0.007 && $session->{state} eq 'none')
	{
		# All work of a savepoint undone, and the same months written to again:
		# months that are fresh, else no mark would be missed.
		my $day = day();
		$sql = 'begin; savepoint x; ' . contact($day, child()) . ' rollback to savepoint x; ' . contact($day, child()) . ' commit;';
		$kind = 'same month after a rolled back savepoint';
		refresh();
	}
	elsif (rand() < 0.05)
	{
		# The like in PL/pgSQL, whose exception block is a subtransaction.
		my $inner = contact(day(), child());
		my $outer = $kinds{update}->();
		$sql = "do \$x\$ begin begin $inner raise 'no'; exception when raise_exception then null; end; $inner $outer end \$x\$;";
		$kind = 'exception block';
	}
	else
	{
		$kind = some_kind();
		$sql = $kinds{$kind}->();
		# The statements of a kind belong together.
		$sql = "begin; $sql\ncommit;" if $session->{state} eq 'none' && $kind =~ /^(insert|multi_row|late|copy|thin|delete)$/;
	}

	push @history, "$session->{name}: $sql";
	$looked_at = $checks_after{$kind} // $checks_after{insert};
	my @answer = $session->ask("\\o /dev/null\n$sql\n\\o\n$looked_at");
	my $error = error_in(@answer);
	if (!defined $error)
	{
		# At once in the writer's own session.
		$wrong //= $session->difference_in(@answer);
		$checks++;
	}
	else
	{
		$refused++;
		$met{$error}++;
		$unexpected //= "$error from $sql" unless $error =~ /^(YH...|23...|40001|40P01|55P03|25P02|25000|42704|3B001)$/;
		# Go on from a savepoint, if there is one, or from the beginning.
		if ($session->{state} ne 'none' && $session->{savepoints} > 0)
		{
			push @history, "$session->{name}: rollback to savepoint a$session->{savepoints};";
			$session->ask("rollback to savepoint a$session->{savepoints};");
		}
		else
		{
			push @history, "$session->{name}: rollback;";
			$session->ask('rollback;');
			$session->{state} = 'none';
		}
	}
	if (!defined $error)
	{
		$done{$kind}++;
		$every_month_stale = 1 if $kind =~ /^(setting|(un)?merge_children|counted_closures|positive_share)$/;
		$writes++ if exists $kinds{$kind} || $kind =~ /^same month|^exception/;
	}
}

my $refreshing = 0;
sub refresh
{
	my $start = time;
	push @history, 'refresh';
	my $error = error_in($refresher->ask("call early_help.refresh_kpis('p');"));
	$unexpected //= "$error from a refresh" if defined $error;
	$refreshes++;
	$every_month_stale = 0;
	my ($left) = $refresher->ask('select count(*) from stale_month;');
	$fresh++ if $left eq '0';
	$refreshing += time - $start;
}

sub do_in
{
	my ($session, $sql) = @_;
	push @history, "$session->{name}: $sql";
	my $error = error_in($session->ask($sql));
	if (defined $error)
	{
		$met{$error}++;
		$refused++;
		$unexpected //= "$error from $sql" unless $error =~ /^(YH...|23...|40001|40P01|55P03|25P02)$/;
	}
	return !defined $error;
}

# Two sessions at one child: its birth date corrected, a contact written or
# moved, committed in either order with a refresh between.
sub meeting
{
	my ($other, $corrector) = @_;
	my $level = one_of('read committed', 'repeatable read');
	# With few contacts, so that the correction does not reach the month anyway.
	my $child = child();
	my $correction = $kinds{birth_date}->() =~ s/child_id = \d+;$/child_id = $child;/r;
	my $write = one_of(contact(day(), $child),
		'update contact set received_on = ' . day() . ' where contact_id in ' . some('contact_child', 'contact_id', 1, "counted_child_id = $child") . ';',
		'select merge_children(' . $child . ', ' . child() . ", 'r');");
	my $late = rand() < 0.4;

	# Only a month that is fresh shows a mark that is missing.
	refresh();
	do_in($corrector, "begin isolation level $level; select 1 as snapshot \\gset");
	do_in($other, "begin; $write") or do_in($other, 'rollback; begin;');
	my $done = !$late && do_in($corrector, $correction);
	do_in($other, 'commit;');
	refresh();
	if ($late)
	{
		$done = do_in($corrector, $correction);
	}
	elsif (!$done)
	{
		do_in($corrector, 'rollback; begin;');
	}
	# In the corrector's own transaction, and when it is over.
	$wrong //= differences($corrector) if $done || !$late;
	do_in($corrector, 'commit;');
	$wrong //= differences($other);
	refresh();
	$wrong //= differences($other);
	$writes += 1 + $done;
	$done{meeting}++ if $done;
}

sub differences
{
	my ($session) = @_;
	return $session->difference_in($session->ask($checks_after{merge_children}));
}

while ($writes < $wanted_writes && $steps < 4 * $wanted_writes && !defined $wrong && !defined $unexpected)
{
	my $writer = one_of(@sessions);
	$steps++;
	step($writer);
	refresh() if rand() < 0.02 || ($every_month_stale && $writer->{state} eq 'none' && rand() < 0.4);
	if ($steps % 100 == 0)
	{
		$wrong //= $refresher->difference_in($refresher->ask($check_all));
		$checks++;
	}
	if ($steps % 250 == 100)
	{
		my $start = time;
		$wrong //= differences_of_copy(0) // differences_of_copy(1);
		$checks += 2;
		note(sprintf '%d steps, %d writes: %.1f s; the subscriber: %.1f s', $steps, $writes, time - $began, time - $start);
	}
	my @idle = grep { $_->{state} eq 'none' } @sessions;
	meeting(@idle) if @idle > 1 && rand() < 0.01;
	# Then whoever else has a snapshot of his own: of those who have none, one
	# is enough; and he whose snapshot stands still, now and then.
	my $idle = 0;
	my @asked = grep {
		$_ != $writer && ($_->{state} ne 'none' || !$idle++) && rand() < ($_->{state} eq 'repeatable read' ? 0.2 : 0.4)
	} @sessions, $refresher;
	my @views = split /(?<=;) /, $looked_at;
	$_->send(join ' ', map { $views[ rand @views ] } 1 .. 2) foreach @asked;
	foreach my $session (@asked)
	{
		$wrong //= $session->difference_in($session->answer);
		$checks++;
	}
}
is($wrong, undef, "the views equal the live ones after each of $steps steps of 3 sessions, in $checks checks (seed $seed)")
  or diag(join "\n", 'the last steps:', @history[ -12 .. -1 ]);
is($unexpected, undef, 'no write failed but by a rule or another writer');
cmp_ok($writes, '>=', $wanted_writes, "$writes writes, $refused refused");
my @missing = grep { !$done{$_} } sort(keys %kinds), 'rollback to savepoint', 'same month after a rolled back savepoint', 'same month after a released savepoint', 'exception block', 'prepare', 'meeting';
note("no write of these kinds went through: @missing") if @missing;
# A short history leaves some out; a long one may not.
cmp_ok(scalar(@missing), '<=', $wanted_writes < 200 ? keys(%kinds) * 0.8 : $wanted_writes < 2000 ? keys(%kinds) / 2 : 0, 'every kind of write went through, or most');
cmp_ok($fresh, '>', $wanted_writes < 200 ? 1 : 5, "$refreshes refreshes, $fresh of them left nothing stale");
note('writes: ' . join ', ', map { "$_ $done{$_}" } sort keys %done);
note('refused: ' . join ', ', map { "$_ $met{$_}" } sort keys %met);
note(sprintf '%.1f s, %.1f s of it refreshing', time - $began, $refreshing);

$_->ask('rollback;') foreach @sessions;
$_->end foreach @sessions, $refresher;

# ---------------------------------------------------------------------------
# Many writers, readers and refreshes at once
# ---------------------------------------------------------------------------
my $folder = $node->basedir;
my @running;

sub start_script
{
	my ($name, $lines) = @_;
	my $file = "$folder/$name.sql";
	open my $script, '>', $file or die "$file: $!";
	print $script "\\set VERBOSITY sqlstate\n$set_path set client_min_messages = error;\n",
	  "set lock_timeout = '10s'; set plan_cache_mode = force_generic_plan; $prepare\n", $lines;
	close $script;
	my $pid = fork // die "fork: $!";
	if ($pid == 0)
	{
		open STDOUT, '>', "$folder/$name.out";
		open STDERR, '>&', \*STDOUT;
		exec 'psql', '-XAtq', '-d', 'postgres', '-h', $node->host, '-p', $node->port, '-f', $file;
	}
	push @running, $pid;
	return "$folder/$name.out";
}

# Three views by chance.
sub some_checks { my @names = sort keys %checks; return join '', map { "execute k_$names[rand @names];\n" } 1 .. 3 }
my @outputs;
foreach my $writer (1 .. 4)
{
	my $script = '';
	foreach (1 .. 60)
	{
		my $body = join "\n", map { $kinds{some_kind()}->() } 1 .. 1 + rand 3;
		my $level = one_of('read committed', 'read committed', 'repeatable read');
		my $undone = rand() < 0.3 ? 'savepoint x; ' . $kinds{some_kind()}->() . "\nrollback to savepoint x;\n" : '';
		$script .= "begin isolation level $level;\n$undone\\o /dev/null\n$body\n\\o\n" . (rand() < 0.4 ? some_checks() : '') . one_of('commit', 'commit', 'commit', 'rollback') . ";\n";
	}
	push @outputs, start_script("writer$writer", $script);
}
push @outputs, start_script("refresh$_", join '', map { "call early_help.refresh_kpis('p');\n" . some_checks() } 1 .. 15) foreach 1 .. 2;
push @outputs, start_script("reader", join '', map { my $views = some_checks(); "begin isolation level repeatable read;\n$views" . "select pg_sleep(0.01) \\gset\n${views}commit;\n" } 1 .. 30);
waitpid $_, 0 foreach @running;

$checks = 0;
my (@failed, %errors);
foreach my $output (@outputs)
{
	foreach (split /\n/, slurp_file($output))
	{
		$checks++ if /^differ:/;
		push @failed, "$output: $_" if /^differ:./;
		$errors{$1}++ if /ERROR:\s+(\w{5})/;
	}
}
is(join("\n", @failed), '', "the views equal the live ones in $checks checks while 4 sessions write and 2 refresh");
cmp_ok($checks, '>', 200, 'many checks');
is(join(' ', grep { !/^(YH...|23...|40001|40P01|55P03|25P02)$/ } sort keys %errors), '', 'no write failed but by a rule or another writer');
note('met: ' . join ', ', map { "$_ $errors{$_}" } sort keys %errors);
sub differences_at_last { return difference(split /\n/, $node->safe_psql('postgres', "$set_path $prepare $check_all")) }
is(differences_at_last(), undef, 'they are equal after it');
$node->safe_psql('postgres', "call early_help.refresh_kpis('p')");
is($node->safe_psql('postgres', 'select count(*) from p.stale_month'), '0', 'a last refresh leaves nothing stale');
is(differences_at_last(), undef, 'and they are equal, from the cells alone');
is(differences_of_copy(0) // differences_of_copy(1), undef, 'as they are on the subscriber');
my $board = 'select * from p_kpi.dashboard order by month, metric_code';
is($copy->safe_psql('postgres', $board), $node->safe_psql('postgres', $board), 'whose dashboard is that of the publisher');
note(sprintf '%.1f s in all', time - $began);

$copy->stop;
$node->stop;
done_testing();
