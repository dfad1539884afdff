# A refresh of the figures can be broken off anywhere and goes on from there; it is
# in nobody's way; its log says how far it is, while it works and when it was broken
# off. pg_cron runs it, where that is installed.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $began = time;
my $node = PostgreSQL::Test::Cluster->new('refresh');
$node->init;
$node->append_conf('postgresql.conf', "autovacuum = off\njit = off\nlog_statement = none\n");
my ($sharedir) = run_command([ 'pg_config', '--sharedir' ]);
my $has_cron = -e "$sharedir/extension/pg_cron.control";
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'pg_cron'\ncron.database_name = 'postgres'\ncron.host = '" . $node->host . "'\n")
  if $has_cron;
$node->start;

# No superuser owns the records.
my @council = (extra_params => [ '-U', 'council' ]);
sub sql { return $node->safe_psql('postgres', $_[0], @council) }

sub wait_for
{
	my ($query, $why) = @_;
	my $until = time + 90;
	while (time < $until)
	{
		return 1 if sql("select $query") eq 't';
		sleep 0.02;
	}
	diag("waited in vain: $why");
	return 0;
}

# A session of its own that runs a script; psql goes on after an error.
my $scripts = 0;
sub start_script
{
	my ($script) = @_;
	my $file = $node->basedir . '/script' . ++$scripts;
	append_to_file("$file.sql", $script);
	local %ENV = $node->_get_env();
	my $harness = IPC::Run::start([ 'psql', '-XAtq', '-U', 'council', '-d', 'postgres', '-f', "$file.sql" ], '<', '/dev/null', '>', "$file.out", '2>&1');
	return { harness => $harness, said => "$file.out" };
}

sub what_it_said
{
	my ($run) = @_;
	IPC::Run::finish($run->{harness});
	return slurp_file($run->{said});
}

$node->safe_psql('postgres', 'create role council login; grant create on database postgres to council; create extension early_help cascade; create extension early_help_sample; select early_help.grant_ownership(\'council\')');
$node->safe_psql('postgres', 'create extension pg_cron; grant usage on schema cron to council') if $has_cron;
sql(<<'SQL');
set client_min_messages = warning;
select early_help.create_partnership('p', training => true);
select early_help_sample.generate_sample('p', 60, '2020-01-01', '2022-12-31', 7);
insert into p.contact (contact_id, received_on, source_code) values (1000000, '2022-12-01', '6');
select early_help.create_partnership('town');
insert into town.child (child_id, birth_date) values (1, '2015-05-05');
insert into town.contact (contact_id, received_on, source_code) values (1, '2024-02-02', '6');
insert into town.contact_child (contact_id, child_id, primary_need_code) values (1, 1, 'N1');
SQL
sql(slurp_file('test/pgtap/kpi_live.psql'));
$node->safe_psql('postgres', 'analyze');

# As docs/deadlines.md has it, only oftener; seconds came with pg_cron 1.5.
if ($has_cron)
{
	my $often = $node->safe_psql('postgres', q{select case when extversion ~ '^1\.[0-4]\M' then '* * * * *' else '2 seconds' end from pg_extension where extname = 'pg_cron'});
	sql(qq{select cron.schedule('town deadlines', '$often', \$\$call early_help.run_due('town')\$\$)});
}

sub differ { return sql('set client_min_messages = warning; set search_path = live, p, early_help, public; select different()') }
# The runs in their order: an identity skips numbers in a crash.
sql('create view live.run as select row_number() over o as n, l.*, resumes_refresh_id = lag(kpi_refresh_id) over o as resumes from p.kpi_refresh l window o as (order by kpi_refresh_id)');
sub run { return sql("select state, resumes, called_by, ended_at is not null, months_done > 0, months_left from live.run where n = $_[0]") }
# The cells of the first cubes of all, as they stand in their files.
sub cells { return sql("select md5(string_agg(ctid::text || xmin, ',' order by ctid)) from p.cube_contacts_cells where month <= '$_[0]'") }
my $state = 'select state from p.kpi_refresh order by kpi_refresh_id desc limit 1';
my $all_stale = "select early_help.mark_stale('p', '2021-10-01', '2023-01-01')";

# ---------------------------------------------------------------------------
# A crash in the middle of the first build
# ---------------------------------------------------------------------------
my $build = start_script("call early_help.refresh_kpis('p');");
ok(wait_for("exists (select from p.kpi_refresh where state = 'running' and months_done >= 4)", 'the first build'), 'the first build is seen at work from another session');
like(sql(q{select months_done, months_left, cubes_done ->> 'contacts', cubes_left ->> 'contacts', last_month from p.kpi_refresh}),
	qr/^([4-9]|\d\d)\|[1-9]\d*\|[1-9]\d*\|[1-9]\d*\|202\d-\d\d-01$/, 'with the months and cubes that are done and left');
$node->stop('immediate');
unlike(what_it_said($build), qr/ERROR/, 'the server goes down under it');
$node->start;

is(run(1), 'broken off||council|f|t|' . sql('select months_left from p.kpi_refresh_log'), 'the log says that it was broken off');
my $last = sql('select last_month from p.kpi_refresh_log');
my ($done, $left) = split /\|/, sql('select months_done, months_left from p.kpi_refresh_log');
cmp_ok(sql("select count(distinct month) from p.stale_month"), '>', 0, "after $done months, $left to go, some are stale");
is(sql("select count(*) from p.stale_month where month <= '$last'"), '0', 'those it had done are fresh');
is(differ(), '', 'every view equals the same computed live after the crash');

my $cells = cells($last);
sql("insert into p.contact_child (contact_id, child_id, primary_need_code) select 1000000, min(child_id), 'N1' from p.child");
my $said = what_it_said(start_script("call early_help.refresh_kpis('p');"));
like($said, qr/NOTICE:  figures of p: the refresh of .* was broken off after $done months; going on/, 'the next refresh tells that it goes on');
is(run(2), 'ended|t|council|t|t|0', 'so does its log');
is(cells($last), $cells, 'it leaves alone what the other had done');
is(sql('select count(*) from p.stale_month'), '0', 'and nothing is stale');
is(differ(), '', 'every view equals the same computed live, from the cells');

# ---------------------------------------------------------------------------
# Cancelled, in a session that lives on
# ---------------------------------------------------------------------------
sql($all_stale);
my $cancelled = start_script("call early_help.refresh_kpis('p');\nselect pg_sleep(60);");
wait_for("exists (select from live.run where n = 3 and state = 'running' and months_done > 0)", 'a refresh to cancel');
is(sql($state), 'running', 'a refresh is running');
my $pid = sql(q{select pid from pg_stat_activity where query ~ '^call early_help.refresh_kpis' and state = 'active' and pid <> pg_backend_pid()});
sql("select pg_cancel_backend($pid)");
ok(wait_for("exists (select from pg_stat_activity where pid = $pid and query ~ 'pg_sleep' and state = 'active')", 'the session to go on'), 'it is cancelled, its session is not');
is(sql($state), 'broken off', 'the log says so');
sql("select pg_cancel_backend($pid)");
like(what_it_said($cancelled), qr/ERROR:  canceling statement due to user request/, 'it said so itself');
is(differ(), '', 'every view equals the same computed live');

# ---------------------------------------------------------------------------
# Two at once, beside writers and readers
# ---------------------------------------------------------------------------
# Neither begins with a month before both are there.
my $sleeper = q{exists (select from pg_stat_activity where query ~ '^select pg_sleep' and state = 'active' and xact_start is not null)};
my $before = start_script("begin;\nselect early_help_internal.exclude_refresh('p'::regnamespace);\nselect pg_sleep(60);\nrollback;\n");
wait_for($sleeper, 'who keeps both from beginning');
my @two = map { start_script("call early_help.refresh_kpis('p');") } 1 .. 2;
ok(wait_for("(select count(*) from p.kpi_refresh where state = 'running') = 2", 'two refreshes'), 'two are seen at work');
sql(q{select pg_cancel_backend(pid) from pg_stat_activity where query ~ '^select pg_sleep'});
what_it_said($before);
my ($writes, $reads) = (0, 0);
while (sql("select exists (select from p.kpi_refresh where state = 'running')") eq 't' && $writes < 100)
{
	my $day = sprintf '202%d-%02d-15', $writes % 3, 1 + $writes % 12;
	sql("set lock_timeout = '100ms'; insert into p.contact (contact_id, received_on, source_code) values (3000000 + $writes, '$day', '6');"
		. " insert into p.contact_child (contact_id, child_id, primary_need_code) values (3000000 + $writes, 1, 'N1');"
		. " update p.child set sex_code = case sex_code when 'F' then 'M' else 'F' end where child_id = 1");
	$writes++;
	sql("set lock_timeout = '100ms'; select count(*) from p_kpi.contacts");
	$reads++;
}
cmp_ok($writes, '>=', 1, "$writes writers and $reads readers, none of whom waited for a lock");
unlike(what_it_said($_), qr/ERROR/, 'a refresh ends well beside another') foreach @two;
is(sql('select string_agg(state, $$ $$) from live.run where n in (4, 5)'), 'ended ended', 'so says the log');
is(sql('select resumes from live.run where n = 4'), 't', 'the first of them had gone on where one was cancelled');
is(differ(), '', 'every view equals the same computed live after it');
sql(q{call early_help.refresh_kpis('p')});
is(sql('select count(*) from p.stale_month'), '0', 'one more leaves nothing stale');
is(differ(), '', 'and every view equals the same computed live, from the cells');

# In the middle of a month: its cells are written, and not committed.
sql("select early_help.mark_stale('p', '2022-05-01')");
my $middle = start_script("begin;\nselect early_help_internal.exclude_refresh('p'::regnamespace);\nselect early_help_internal.refresh_kpi_month('p', '2022-05-01');\nselect pg_sleep(60);\nrollback;\n");
ok(wait_for($sleeper, 'the middle of a month'), 'a refresh in the middle of a month');
is(sql(q{set lock_timeout = '10ms'; insert into p.contact (contact_id, received_on, source_code) values (2000000, '2022-05-09', '6');
	insert into p.contact_child (contact_id, child_id, primary_need_code) select 2000000, min(child_id), 'N1' from p.child; delete from p.contact_child where contact_id = 2000000 returning contact_id}),
	'2000000', 'who writes to that month waits for nobody');
is(sql(q{set lock_timeout = '10ms'; set client_min_messages = warning; set search_path = live, p, early_help, public; select different()}), '', 'nor does who reads');
my $second = start_script("set lock_timeout = '50ms';\ncall early_help.refresh_kpis('p');\n");
like(what_it_said($second), qr/ERROR:  canceling statement due to lock timeout/, 'a second refresh does');
sql(q{select pg_cancel_backend(pid) from pg_stat_activity where query ~ '^select pg_sleep'});
what_it_said($middle);
is(differ(), '', 'every view equals the same computed live');

# ---------------------------------------------------------------------------
# Eight years without a record are passed over, and what comes after them is not
# ---------------------------------------------------------------------------

sql(q{insert into p.child (child_id, birth_date) values (8000000, '2005-05-05');
	insert into p.contact (contact_id, received_on, source_code) values (8000000, '2011-01-05', '6');
	insert into p.contact_child (contact_id, child_id, primary_need_code) values (8000000, 8000000, 'N1')});
sql(q{call early_help.refresh_kpis('p')});
sql('update p.partnership set re_referral_months = re_referral_months - 1');
my $stale = 'select count(distinct month) from p.stale_month';
cmp_ok(sql($stale), '>', 130, 'a setting makes every month stale, from the first record on');
sql(q{call early_help.refresh_kpis('p')});
is(sql($stale), '0', 'and a refresh fresh');
cmp_ok(sql('select months_done from p.kpi_refresh_log order by kpi_refresh_id desc limit 1'), '<', 100, 'without computing each by itself');
is(differ(), '', 'every view equals the same computed live, from the cells');

# ---------------------------------------------------------------------------
# The log stays small
# ---------------------------------------------------------------------------
sql(q{call early_help.refresh_kpis('p')}) foreach 1 .. 3;
is(sql('select count(*) from p.kpi_refresh_log where months_done = 0 and ended_at is not null'), '1', 'of the runs that found nothing stale the last one stays');
sql(q{select early_help_internal.write_by_engine('insert into p.kpi_refresh_log (ended_at, months_done) select now(), 1 from generate_series(1, 1010)')});
sql(q{call early_help.refresh_kpis('p')});
is(sql('select count(*) from p.kpi_refresh_log'), '1000', 'and a thousand in all');
# pg_cron refreshes as well, and holds locks while it does.
ok(wait_for(q{not exists (select from pg_locks where locktype = 'advisory')}, 'the end of all locks'), 'no lock is left');

# ---------------------------------------------------------------------------
# pg_cron
# ---------------------------------------------------------------------------
SKIP:
{
	skip 'pg_cron is not installed', 4 unless $has_cron;
	ok(wait_for("exists (select from town.kpi_refresh where state = 'ended' and called_by = 'council' and months_done > 0)", 'pg_cron'), 'pg_cron calls run_due, which refreshes');
	is(sql('select count(*) from town.stale_month'), '0', 'the stale months are fresh');
	ok(wait_for(q{exists (select from cron.job_run_details where command ~ 'run_due' and status = 'succeeded')}, 'a run that succeeded'), 'and pg_cron notes that it succeeded');
	is(sql(q{select cron.unschedule('town deadlines')}), 't', 'unscheduled');
}

note(sprintf '%.1f s', time - $began);
$node->stop;
done_testing();
