# Every view of figures equals the same computed live after every write of every kind, in
# every session's own snapshot: a random history, then many writers at once. A
# subscriber of the records has its own figures, and they are the same.
#
# EARLY_HELP_SEED chooses the history; the seed is printed. EARLY_HELP_WRITES and
# EARLY_HELP_FAMILIES say how long it is and how much there is: make bench has
# 5,000 and 500 with a seed of its own. Live: from the records, without a cell, see
# test/pgtap/kpi_live.psql.
use strict;
use warnings;
use IPC::Open2;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $seed = $ENV{EARLY_HELP_SEED} // 20210401;
my $wanted_writes = $ENV{EARLY_HELP_WRITES} // 250;
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
SQL
$node->safe_psql('postgres', slurp_file('test/pgtap/kpi_live.psql'));
$node->safe_psql('postgres', q{analyze; call early_help.refresh_kpis('p')});

# The views, each with the query that shows it and the live one; which of them rest
# on a table. The periods shown follow from all tables; figures, dashboard, headlines
# and charts rest on all others and take longest: left to the check of everything.
my (%pairs, %rests_on);
foreach (split /\x1e/, $node->safe_psql('postgres', q{select string_agg(concat_ws(chr(31), name, shown, live, coalesce(array_to_string(rests_on, ' '), '')), chr(30) order by name) from live.pair}))
{
	my ($name, $shown, $live, $tables) = split /\x1f/;
	$pairs{$name} = [ $shown, $live ];
	next if $name =~ /^(figures|dashboard|headline|spc)$/;
	$rests_on{$_}{$name} = 1 foreach split ' ', $tables;
}

# EXCEPT ALL both ways, each side computed once, in one statement: one snapshot.
sub both_sides
{
	my ($shown, $live) = $pairs{ $_[0] }->@*;
	return "from (select x::text as line, 1 as side from ($shown) x union all select x::text, -1 from ($live) x) both_sides group by line having sum(side) <> 0";
}
my %checks = map { $_ => "select 'differ:' || case when exists (select " . both_sides($_) . ") then ' $_' else '' end" } keys %pairs;
# Between any two days, too.
$checks{between_days} = "select 'differ:' || case when p_kpi.children_contacted_between('2016-03-01', '2017-08-31') <>"
  . " (select count(distinct coalesce(c.merged_into_child_id, c.child_id)) from p.child c where exists (select from p.contact_child x where x.child_id = c.child_id and x.received_on >= '2016-03-01' and x.received_on < '2017-09-01'))"
  . " then ' children_contacted_between(from, to)' else '' end || case when p_kpi.waiting_at('2017-02-28') <>"
  . " (select count(*) from p.episode where opened_on <= '2017-02-28' and coalesce(allocated_on, closed_on, 'infinity'::date) > '2017-02-28')"
  . " then ' waiting_at(day)' else '' end";
my $set_path = "set search_path = live, p, early_help;";
my $prepare = join ' ', map { "prepare k_$_ as $checks{$_};" } sort keys %checks;
my $check_all = join ' ', map { "execute k_$_;" } sort keys %checks;
# Of the views that rest on these tables.
sub checks_of
{
	my (@tables) = @_;
	my %names = map { map { $_ => 1 } keys %{ $rests_on{$_} // die "no view rests on $_" } } @tables;
	$names{between_days} = 1 if grep { /^(contact_child|child|episode)$/ } @tables;
	return join ' ', map { "execute k_$_;" } sort keys %names;
}
# What a check answered, if it did and nothing else came.
sub difference
{
	my $differ = join '', map { /^differ:(.*)/ ? $1 : " $_" } @_;
	return $differ eq '' ? (@_ ? undef : ' no answer') : $differ;
}

my @children = split /\n/, $node->safe_psql('postgres', 'select child_id from p.child order by 1');
my @families = split /\n/, $node->safe_psql('postgres', 'select family_id from p.family order by 1');
my @services = split /\n/, $node->safe_psql('postgres', 'select service_id from p.service order by 1');
my @practitioners = split /\n/, $node->safe_psql('postgres', 'select practitioner_id from p.practitioner order by 1');
my @wards = split /\n/, $node->safe_psql('postgres', 'select locality_id from p.locality order by 1 limit 4');
my @programmes = split /\n/, $node->safe_psql('postgres', 'select group_programme_id from p.group_programme order by 1');

# ---------------------------------------------------------------------------
# The subscriber
# ---------------------------------------------------------------------------

# The structure and what defines the figures come by dump, the records by publication.
sub subscribe
{
	my $file = $node->basedir . '/structure.sql';
	foreach my $what ([ '--schema-only' ], [ '--data-only', '--disable-triggers', '--table=p.kpi_cube', map { "--table=$_" } qw(p.kpi_period p.kpi_metric p.kpi_spc_setting live.pair) ])
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

# One psql a session: a line of SQL in, the lines up to a marker out.
package Session
{
	my $number = 0;

	sub new
	{
		my ($class) = @_;
		my $self = bless { name => 's' . ++$number, state => 'none', savepoints => 0 }, $class;
		my $port = $node->port;
		my $host = $node->host;
		$self->{pid} = IPC::Open2::open2($self->{out}, $self->{in},
			"psql -XAtq -d postgres -h $host -p $port 2>&1");
		$self->{in}->autoflush(1);
		$self->ask("\\set VERBOSITY sqlstate\n$set_path set plan_cache_mode = force_generic_plan;"
			. " set lock_timeout = '30ms'; set statement_timeout = '60s'; set client_min_messages = error; $prepare");
		return $self;
	}

	sub ask
	{
		my ($self, $sql) = @_;
		$self->send($sql);
		return $self->answer;
	}

	# To several at a time, before any answer is waited for.
	sub send
	{
		my ($self, $sql) = @_;
		print { $self->{in} } "$sql\n\\echo mark ", ++$self->{asked}, "\n";
		return;
	}

	sub answer
	{
		my ($self) = @_;
		my $mark = "mark $self->{asked}";
		my @lines;
		while (defined(my $line = readline $self->{out}))
		{
			chomp $line;
			return @lines if $line eq $mark;
			push @lines, $line;
		}
		die "$self->{name} ended: @lines\n";
	}

	# What the checks answered, and the rows of either side, while the snapshot still stands.
	sub difference_in
	{
		my ($self, @lines) = @_;
		my $differ = main::difference(@lines) // return;
		my @rows = map { $self->ask('select sum(side), line ' . main::both_sides($_) . ' order by line limit 20;') } grep { exists $pairs{$_} } split ' ', $differ;
		return join "\n", "$self->{name} ($self->{state}):$differ", @rows;
	}

	sub end
	{
		my ($self) = @_;
		print { $self->{in} } "\\q\n";
		close $self->{in};
		waitpid $self->{pid}, 0;
	}
}

package main;

my @sessions = map { Session->new } 1 .. 3;
my $refresher = Session->new;
$refresher->ask("set lock_timeout = '5s';");

# ---------------------------------------------------------------------------
# Writes
# ---------------------------------------------------------------------------
sub one_of { return $_[ rand @_ ] }
sub day { return sprintf "date '2016-05-01' + %d", one_of(rand 480, rand 480, 300 + rand 60) }
# A row by chance, the same for the same seed: by a hash that a random number salts.
sub some { my ($table, $key, $n, $where) = @_; my $salt = int rand 1e9; return
	"(select $key from $table " . ($where ? "where $where " : '') . "order by hash_record_extended(row($key), $salt) limit " . ($n // 1) . ')' }
# Some come often.
sub child { return one_of($children[ rand @children ], $children[ rand 24 ]) }
sub family { return one_of($families[ rand @families ], $families[ rand 12 ]) }
sub service { return one_of(@services[ 0 .. 3 ]) }
sub practitioner { return $practitioners[ rand @practitioners ] }
sub source { return one_of("'1A'", "'2A'", "'6'") }
sub need { return one_of("'N1'", "'N2'", "'N4'") }
sub reason { return one_of("'Neglect'", "'Low income'", 'null') }
sub ward { return one_of(@wards, 'null') }
sub decision { return one_of("'referral'", "'referral'", "'no_further_action'", "'universal_services'", 'null') }
my $next_id = 1000000;

sub contact
{
	my ($day, @children) = @_;
	my $id = $next_id++;
	my $rows = join ', ', map { "($id, $_, " . need() . ', ' . reason() . ', ' . ward() . ', ' . decision() . ')' } @children;
	return "insert into contact (contact_id, received_on, source_code) values ($id, $day, " . source() . ");"
	  . " insert into contact_child (contact_id, child_id, primary_need_code, reason, locality_id, decision) values $rows;";
}

my $most_contacts = 6 * $families;
my $most_referrals = 2 * $families;
my %kinds = (
	insert => sub { contact(day(), child()) },
	multi_row => sub { my %c = map { child() => 1 } 1 .. 5; contact(day(), sort { $a <=> $b } keys %c) },
	late => sub { contact("date '2014-05-01' + " . int(rand 500), child()) },
	copy => sub {
		my $id = $next_id; $next_id += 4;
		my @contacts = map { sprintf "%d\t20%02d-%02d-%02d\t6", $id + $_, 16 + rand 2, 1 + rand 12, 1 + rand 28 } 0 .. 3;
		my @children = map { join "\t", $id + $_, child(), 'N5', 'Copied', one_of(@wards), one_of('referral', 'social_care') } 0 .. 3;
		return join "\n", 'copy contact (contact_id, received_on, source_code) from stdin;', @contacts, '\\.',
		  'copy contact_child (contact_id, child_id, primary_need_code, reason, locality_id, decision) from stdin;', @children, '\\.';
	},
	merge => sub {
		"merge into contact_child t using (select contact_id, " . child() . "::bigint as child_id from "
		  . some('contact', 'contact_id', 4) . " c) s on t.contact_id = s.contact_id and t.child_id = s.child_id"
		  . " when matched then delete when not matched then insert (contact_id, child_id, primary_need_code, decision)"
		  . " values (s.contact_id, s.child_id, " . need() . ', ' . decision() . ');';
	},
	merge_update => sub {
		"merge into contact_child t using " . some('contact_child', 'contact_child_id', 5) . ' s on t.contact_child_id = s.contact_child_id'
		  . ' when matched and t.locality_id is null then delete when matched then update set locality_id = ' . ward() . ', reason = ' . reason() . ';';
	},
	on_conflict => sub {
		"insert into contact_child (contact_id, child_id, primary_need_code) select contact_id, " . child() . ', ' . need()
		  . ' from ' . some('contact', 'contact_id', 3) . ' c on conflict (contact_id, child_id) do '
		  . one_of('nothing', 'update set primary_need_code = excluded.primary_need_code, locality_id = ' . $wards[0]) . ';';
	},
	update => sub {
		'update contact_child set ' . one_of('decision = ' . decision(), 'primary_need_code = ' . need(), 'reason = ' . reason(),
			'child_id = ' . child(), 'locality_id = ' . ward()) . ' where contact_child_id in ' . some('contact_child', 'contact_child_id', one_of(1, 1, 6)) . ';';
	},
	re_date_cascade => sub { 'update contact set received_on = ' . day() . ' where contact_id in ' . some('contact', 'contact_id', one_of(1, 1, 3)) . ';' },
	source_cascade => sub { 'update contact set source_code = ' . source() . ' where contact_id in ' . some('contact', 'contact_id', one_of(1, 4)) . ';' },
	shift_dates => sub { 'update contact set received_on = received_on + ' . one_of(-400, -31, -1, 1, 30, 365) . ' where contact_id in ' . some('contact', 'contact_id', 5) . ';' },
	delete => sub {
		my $rows = some('contact_child', 'contact_child_id', one_of(1, 3));
		return one_of("delete from contact_child where contact_child_id in $rows;",
			"with gone as (delete from referral where contact_child_id in $rows) select; delete from contact_child where contact_child_id in $rows;");
	},
	birth_date => sub { 'update child set birth_date = ' . one_of("date '2003-01-01' + " . int(rand 5500), 'birth_date + 1', 'birth_date - 366')
		. ', expected_birth_date = null where child_id = ' . child() . ';' },
	expected => sub { "update child set birth_date = null, expected_birth_date = date '2016-05-01' + " . int(rand 500) . ' where child_id = ' . child() . ';' },
	sex => sub { 'update child set sex_code = ' . one_of("'M'", "'F'", 'null') . ' where child_id in (' . child() . ', ' . child() . ');' },
	referral => sub { 'insert into referral (contact_child_id, child_id, family_id, referred_on, source_code, primary_need_code, locality_id)'
		. ' select contact_child_id, child_id, (select min(m.family_id) from family_member m where m.child_id = c.child_id), received_on, source_code, primary_need_code, locality_id from contact_child c where contact_child_id in '
		. some('contact_child', 'contact_child_id', 4, "decision = 'referral'") . ' on conflict do nothing;' },
	referral_alone => sub { my $c = child(); 'insert into referral (child_id, family_id, referred_on, source_code, primary_need_code)'
		. " values ($c, (select min(m.family_id) from family_member m where m.child_id = $c), " . day() . ', ' . source() . ', ' . need() . ');' },
	referral_re_date => sub { 'update referral set ' . one_of('referred_on = ' . day(), 'referred_on = referred_on + 1', 'child_id = ' . child() . ', contact_child_id = null', 'locality_id = ' . ward())
		. ' where referral_id in ' . some('referral', 'referral_id', one_of(1, 3)) . ';' },
	referral_delete => sub { 'delete from referral where referral_id in ' . some('referral', 'referral_id', one_of(1, 2)) . ';' },
	merge_children => sub { 'select merge_children(' . child() . ', ' . child() . ", 'r');" },
	unmerge_children => sub { "select unmerge_children(child_merge_id, 'r') from child_merge where child_merge_id in " . some('child_merge', 'child_merge_id', 1, 'undone_on is null') . ';' },
	setting => sub { 'update partnership set re_referral_months = ' . one_of(1, 3, 6, 12, 18, 24) . ';' },
	names => sub { one_of("update locality set name = 'Ward $next_id' where locality_id = $wards[0];", "update service set run_by = '" . one_of('hub', 'partner') . "' where service_id = " . service() . ';') },
	plan => sub { 'select start_plan(episode_id, allocated_on + ' . int(rand 90) . ', service_id => ' . one_of(service(), 'null') . ') from episode where episode_id in ' . some('episode', 'episode_id', 2, 'closed_on is null and allocated_on is not null') . ';' },
	plan_review => sub { my $p = some('plan', 'plan_id', 1, 'ended_on is null'); "select hold_review(plan_id, 'complete', started_on + 50) from plan where plan_id in $p;" },
	plan_update => sub { 'update plan set ' . one_of('service_id = ' . one_of(service(), 'null'), 'started_on = started_on + 20, review_counts_from = review_counts_from + 20, review_due_on = review_due_on + 20')
		. ' where plan_id in ' . some('plan', 'plan_id', one_of(1, 3)) . ';' },
	plan_review_re_date => sub { 'update review set held_on = held_on + 9 where review_id in ' . some('review', 'review_id') . ';' },
	plan_delete => sub { 'delete from plan where plan_id in ' . some('plan', 'plan_id') . ';' },
	step_up => sub { my $d = day(); "select step_up(child_id, '" . one_of('section_17', 'remand') . "', 'r', joined_on + 20, 'supervisor', joined_on + 20, no_assessment_reason => 'none') from episode_child where (child_id, joined_on) in "
		. some('episode_child', 'child_id, joined_on', one_of(1, 2), 'left_on is null') . ';' },
	step_down => sub { 'select step_down(' . child() . ", 'Better', " . day() . one_of('', ", to_level => 'universal'") . ');' },
	step_accept => sub { 'select accept_step(step_id, offered_on + ' . int(rand 40) . ') from step where step_id in ' . some('step', 'step_id', 1, "decided_on is null and to_level = 'social_care'") . ';' },
	step_decide => sub { my $s = some('step', 'step_id', 1, 'decided_on is null');
		one_of("select decline_step(step_id, offered_on + 40) from step where step_id in $s;",
			"select withdraw_step(step_id, offered_on + 3) from step where step_id in $s;",
			"update step set decided_on = offered_on + 33, outcome = 'declined' where step_id in $s;") },
	step_update => sub { 'update step set ' . one_of('offered_on = offered_on - 5, consulted_on = consulted_on - 5', "basis = 'section_17'") . ' where step_id in ' . some('step', 'step_id', 1, 'decided_on is null') . ';' },
	step_delete => sub { 'delete from step where step_id in ' . some('step', 'step_id', 1, 'decided_on is null') . ';' },
	thin => sub { 'delete from contact_child where contact_child_id in (select contact_child_id from contact_child where contact_child_id not in (select contact_child_id from referral where contact_child_id is not null)'
		. " order by hashint8(contact_child_id # 77) limit greatest(0, (select count(*) - $most_contacts from contact_child)));"
		. ' delete from referral where referral_id in (select referral_id from referral where referral_id not in (select referral_id from episode where referral_id is not null)'
		. " order by referral_id desc limit greatest(0, (select count(*) - $most_referrals from referral)));" },
	ethnicity => sub { "update child set ethnicity_code = " . one_of("'WBRI'", "'REFU'", 'null') . ' where child_id in (' . child() . ', ' . child() . ');' },
	referral_decide => sub { one_of('select accept_referral(referral_id, referred_on + 3)', 'select decline_referral(referral_id, referred_on + 5)')
		. ' from referral where referral_id in ' . some('referral', 'referral_id', 2, 'accepted_on is null and declined_on is null') . ';' },
	referral_service => sub { 'update referral set service_id = ' . one_of(service(), 'null') . ', source_code = ' . source() . ' where referral_id in ' . some('referral', 'referral_id', 3, 'contact_child_id is null') . ';' },
	referral_of_episode => sub { 'update referral set service_id = ' . one_of(service(), 'null') . ', locality_id = ' . ward() . ' where referral_id in ' . some('episode', 'referral_id', 2, 'referral_id is not null') . ';' },
	episode => sub { 'select open_episode(' . family() . ', ' . day() . one_of('', ', lead_practitioner_id => ' . practitioner()) . ');' },
	episode_allocate => sub { 'select assign_lead_practitioner(episode_id, ' . practitioner() . ', opened_on + ' . int(rand 60) . ') from episode where episode_id in ' . some('episode', 'episode_id', 2, 'allocated_on is null') . ';' },
	episode_close => sub { "select close_episode(episode_id, '" . one_of('outcomes_achieved', 'family_disengaged', 'moved_away') . "', opened_on + " . int(60 + rand 300) . ", agreement_absent_reason => 'r') from episode where episode_id in "
		. some('episode', 'episode_id', 2, 'closed_on is null') . ';' },
	episode_reopen => sub { 'select reopen_episode(episode_id, $$r$$, closed_on + 2) from episode where episode_id in ' . some('episode', 'episode_id', 1, 'closed_on is not null') . ';' },
	episode_re_date => sub { 'update episode set ' . one_of('opened_on = opened_on - ' . int(rand 50), 'closed_on = closed_on + ' . int(rand 50), "closure_reason_code = 'moved_away'", 'referral_id = null') . ' where episode_id in ' . some('episode', 'episode_id', one_of(1, 2), 'closed_on is not null') . ';' },
	episode_of_referral => sub { 'update episode e set referral_id = (select min(r.referral_id) from referral r where r.family_id = e.family_id and r.referred_on <= e.opened_on) where episode_id in ' . some('episode', 'episode_id', 2) . ';' },
	episode_delete => sub { 'delete from episode where episode_id in ' . some('episode', 'episode_id', 1, 'allocated_on is null') . ';' },
	episode_child => sub { 'insert into episode_child (episode_id, child_id, joined_on) select e.episode_id, m.child_id, e.opened_on + ' . int(rand 30)
		. ' from episode e join family_member m using (family_id) where e.episode_id in ' . some('episode', 'episode_id', 5) . ' on conflict do nothing;' },
	episode_child_left => sub { 'update episode_child set ' . one_of('left_on = joined_on + ' . int(rand 200), 'left_on = left_on + 9', 'joined_on = joined_on + 3') . ' where (episode_id, child_id) in ' . some('episode_child', 'episode_id, child_id', 2) . ';' },
	assessment => sub { 'insert into assessment (episode_id, started_on, service_id, supports_sen) select episode_id, allocated_on + ' . int(rand 60) . ', ' . one_of(service(), 'null') . ', ' . one_of('true', 'false')
		. ' from episode where episode_id in ' . some('episode', 'episode_id', 2, 'closed_on is null and allocated_on is not null') . ';' },
	assessment_complete => sub { my $a = some('assessment', 'assessment_id', 1, 'completed_on is null and ended_on is null');
		"select count(assess_domain(assessment_id, d, started_on + 5)) from assessment, unnest(array['health_and_wellbeing', 'development_and_education', 'parenting_and_caring', 'family_and_community']::eha_domain[]) d where assessment_id in $a;"
		  . " select complete_assessment(assessment_id, started_on + 9) from assessment where assessment_id in $a;" },
	assessment_update => sub { 'update assessment set ' . one_of('started_on = started_on - ' . int(rand 40), 'service_id = ' . one_of(service(), 'null')) . ' where assessment_id in ' . some('assessment', 'assessment_id', 2, 'completed_on is null') . ';' },
	assessment_delete => sub { 'delete from assessment where assessment_id in ' . some('assessment', 'assessment_id', 1, 'completed_on is null') . ';' },
	outcome => sub { 'select add_outcome(plan_id, $$o$$, started_on + 1) from plan where plan_id in ' . some('plan', 'plan_id', 2, 'ended_on is null') . ';' },
	outcome_update => sub { 'update plan_outcome set ' . one_of('achieved_on = agreed_on + 9', 'achieved_on = null', 'withdrawn_on = agreed_on + 1, position = null, achieved_on = null') . ' where plan_outcome_id in '
		. some('plan_outcome', 'plan_outcome_id', 2, 'withdrawn_on is null') . ';' },
	outcome_delete => sub { 'delete from plan_outcome where plan_outcome_id in ' . some('plan_outcome', 'plan_outcome_id') . ';' },
	review_extend => sub { 'select hold_review(plan_id, $$extend$$, review_due_on - ' . int(rand 10) . ', review_due_on + 50) from plan where plan_id in ' . some('plan', 'plan_id', 1, 'ended_on is null') . ';' },
	consent_withdrawn => sub { 'select withdraw_consent(consent_id, given_on + ' . int(200 + rand 300) . ') from consent where consent_id in ' . some('consent', 'consent_id', 1, "withdrawn_on is null and kind = 'take_part'") . ';' },
	request => sub { 'select request_service(' . family() . ', ' . need() . ', ' . day() . ', ' . one_of(service(), 'null') . ', locality_id => ' . ward() . ');' },
	request_move_on => sub { my $r = some('service_request', 'service_request_id', 2, 'decided_on is null'); my $after = int rand 60;
		one_of("select offer_service(service_request_id, requested_on + $after, coalesce(service_id, " . service() . ")) from service_request where offered_on is null and service_request_id in $r;",
			"update service_request set offered_on = coalesce(offered_on, requested_on), service_id = coalesce(service_id, " . service() . "), started_on = coalesce(offered_on, requested_on) + $after, decided_on = coalesce(offered_on, requested_on) + $after, outcome = 'started' where service_request_id in $r;",
			"update service_request set decided_on = requested_on + $after, outcome = '" . one_of('no_service', 'withdrawn', 'declined_by_family') . "' where offered_on is null and service_request_id in $r;") },
	request_update => sub { 'update service_request set ' . one_of('requested_on = requested_on - ' . int(rand 60), 'locality_id = ' . ward(), 'primary_need_code = ' . need(), 'decided_on = decided_on + 20') . ' where service_request_id in ' . some('service_request', 'service_request_id', 2) . ';' },
	request_delete => sub { 'delete from service_request where service_request_id in ' . some('service_request', 'service_request_id') . ';' },
	group_session => sub { my $id = $next_id++; "insert into group_session (group_session_id, group_programme_id, held_on) values ($id, $programmes[rand @programmes], " . day() . ");"
		. " insert into group_attendance (group_session_id, family_id, child_id, attended) select $id, family_id, child_id, child_id % 3 > 0 from family_member where (family_id, child_id) in " . some('family_member', 'family_id, child_id', 4) . ';' },
	group_session_update => sub { 'update group_session set ' . one_of('held_on = held_on + ' . int(rand 60), "group_programme_id = $programmes[rand @programmes]") . ' where group_session_id in ' . some('group_session', 'group_session_id', 2) . ';' },
	group_session_delete => sub { 'delete from group_session where group_session_id in ' . some('group_session', 'group_session_id') . ';' },
	attendance => sub { my $a = some('group_attendance', 'group_attendance_id', 3); one_of("update group_attendance set attended = not attended where group_attendance_id in $a;", "delete from group_attendance where group_attendance_id in $a;",
			'update group_attendance set group_session_id = ' . some('group_session', 'group_session_id') . ' where group_attendance_id in ' . some('group_attendance', 'group_attendance_id') . ';') },
	programme => sub { 'update group_programme set service_id = ' . service() . " where group_programme_id = $programmes[rand @programmes];" },
	partner_return => sub { my $n = int rand 40; "insert into partner_return (service_id, month, families, children, returned_on) values (" . service() . ", date_trunc('month', (" . day() . ")::timestamp)::date, $n, " . one_of($n + 3, 'null') . ", date '2018-01-01')"
		. ' on conflict (service_id, month) do update set families = excluded.families, children = excluded.children;' },
	partner_return_delete => sub { 'delete from partner_return where (service_id, month) in ' . some('partner_return', "service_id, month", 1) . ';' },
	case_audit => sub { 'insert into case_audit (episode_id, audited_on, grade, auditor_practitioner_id) select episode_id, opened_on + ' . int(rand 200) . ", '" . one_of('good', 'inadequate') . "', " . practitioner() . ' from episode where episode_id in ' . some('episode', 'episode_id', 1) . ';' },
	case_audit_update => sub { 'update case_audit set ' . one_of('audited_on = audited_on + 31', "grade = 'good'") . ' where case_audit_id in ' . some('case_audit', 'case_audit_id', 2) . ';' },
	case_audit_delete => sub { 'delete from case_audit where case_audit_id in ' . some('case_audit', 'case_audit_id') . ';' },
	feedback => sub { "select give_feedback('" . one_of('child', 'parent_or_carer') . "', episode_id, given_on => opened_on + " . int(rand 300) . ', ' . one_of('timely', 'helpful', 'empowered') . ' => ' . one_of('true', 'false') . ') from episode where episode_id in ' . some('episode', 'episode_id') . ';' },
	feedback_request => sub { one_of('insert into feedback_request (episode_id, asked_on) select episode_id, opened_on + ' . int(rand 200) . ' from episode where episode_id in ' . some('episode', 'episode_id', 2) . ';',
			'update feedback_request set asked_on = asked_on + 31 where feedback_request_id in ' . some('feedback_request', 'feedback_request_id', 2) . ';',
			'delete from feedback_request where feedback_request_id in ' . some('feedback_request', 'feedback_request_id', 1, 'feedback_request_id not in (select feedback_request_id from feedback where feedback_request_id is not null)') . ';') },
	feedback_update => sub { 'update feedback set ' . one_of('given_on = given_on + 31', 'timely = not timely, helpful = true', 'feedback_request_id = null') . ' where feedback_id in ' . some('feedback', 'feedback_id', 2) . ';' },
	feedback_delete => sub { 'delete from feedback where feedback_id in ' . some('feedback', 'feedback_id') . ';' },
	counted_closures => sub { "update closure_reason set counted_in_outcomes = not counted_in_outcomes where code = '" . one_of('moved_away', 'family_disengaged') . "';" },
	positive_share => sub { 'update partnership set positive_outcome_share = ' . one_of(0.3, 0.5, 0.8) . ';' },
	move_child => sub { 'select move_child(child_id, family_id, ' . family() . ', ' . day() . ') from family_member where (family_id, child_id) in ' . some('family_member', 'family_id, child_id', 1, 'left_on is null') . ';' });
my %often = (insert => 3, multi_row => 2, re_date_cascade => 2, birth_date => 2, referral => 3, delete => 2, thin => 2, plan => 2, step_up => 2, episode => 2, episode_close => 2,
	# What marks every month.
	late => 0.5, setting => 0.2, merge_children => 0.3, unmerge_children => 0.3, counted_closures => 0.2, positive_share => 0.2);
# The tables a kind writes to, itself or by its triggers.
my %writes_to = (
	'' => [qw(contact_child referral child)],
	child => [qw(contact_child referral child episode_child)],
	partnership => [qw(referral closure_reason plan_outcome)],
	names => [qw(contact_child plan service)],
	referral => [qw(referral episode)],
	episode => [qw(episode episode_child plan assessment step)],
	plan => [qw(plan review plan_outcome)],
	outcome => [qw(plan_outcome)],
	step => [qw(step episode episode_child plan)],
	assessment => [qw(assessment)],
	request => [qw(service_request)],
	group => [qw(group_session group_attendance)],
	partner_return => [qw(partner_return)],
	case_audit => [qw(case_audit)],
	feedback => [qw(feedback feedback_request)]);
my %written_by = ('merge_children' => 'child', 'unmerge_children' => 'child', move_child => 'child', setting => 'partnership', counted_closures => 'partnership', positive_share => 'partnership',
	names => 'names', review_extend => 'plan', consent_withdrawn => 'episode', attendance => 'group', programme => 'group',
	map { my $kind = $_; map { /^${kind}/ ? ($_ => $kind) : () } keys %kinds } qw(referral episode plan outcome step assessment request group partner_return case_audit feedback));
my %checks_after = map { $_ => checks_of($writes_to{ $written_by{$_} // '' }->@*) } keys %kinds;

# By how often they should be; those that have not succeeded yet, oftener.
my %done;
sub some_kind
{
	my @names = sort keys %kinds;
	my @missing = grep { !$done{$_} } @names;
	return one_of(@missing) if @missing && rand() < 0.2;
	my $sum = 0;
	$sum += $often{$_} // 1 for @names;
	my $at = rand $sum;
	foreach my $name (@names)
	{
		$at -= $often{$name} // 1;
		return $name if $at < 0;
	}
	return $names[-1];
}

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
	my ($left) = $refresher->ask('select count(*) from stale_mark;');
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
cmp_ok(scalar(@missing), '<=', $wanted_writes < 2000 ? keys(%kinds) / 2 : 0, 'every kind of write went through, or most');
cmp_ok($fresh, '>', 5, "$refreshes refreshes, $fresh of them left nothing stale");
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
is($node->safe_psql('postgres', 'select count(*) from p.stale_mark'), '0', 'a last refresh leaves nothing stale');
is(differences_at_last(), undef, 'and they are equal, from the cells alone');
is(differences_of_copy(0) // differences_of_copy(1), undef, 'as they are on the subscriber');
my $board = 'select * from p_kpi.dashboard order by month, metric_code';
is($copy->safe_psql('postgres', $board), $node->safe_psql('postgres', $board), 'whose dashboard is that of the publisher');
note(sprintf '%.1f s in all', time - $began);

$copy->stop;
$node->stop;
done_testing();
