# The KPI views equal the plain queries after every write of every kind, in
# every session's own snapshot: a random history, then many writers at once. A
# subscriber of the records has its own figures, and they are the same.
#
# EARLY_HELP_SEED chooses the history; the seed is printed.  The plain queries
# (schema oracle) share no code with the engine.
use strict;
use warnings;
use IPC::Open2;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $seed = $ENV{EARLY_HELP_SEED} // 20210401;
my $wanted_writes = $ENV{EARLY_HELP_WRITES} // 2000;
srand($seed);
note("EARLY_HELP_SEED=$seed");
my $began = time;

my $node = PostgreSQL::Test::Cluster->new('kpi');
my $copy = PostgreSQL::Test::Cluster->new('copy');
foreach ($node, $copy)
{
	$_->init(allows_streaming => 'logical');
	$_->append_conf('postgresql.conf', <<'CONF');
autovacuum = off
fsync = off
jit = off
log_statement = none
max_prepared_transactions = 10
CONF
	$_->start;
}

$node->safe_psql('postgres', <<'SQL');
set client_min_messages = warning;
create extension early_help cascade;
select early_help.create_partnership('p');

create schema oracle;
set search_path = oracle, p, early_help;

-- Whether a row has an earlier one: from the latest earlier day, by a window.
create view contacts as
select
    make_date(extract(year from received_on)::integer, extract(month from received_on)::integer, 1) as month,
    source_code, primary_need_code, reason, name as ward, age, sex_code,
    count(*)::integer as contacts,
    sum((decision is not distinct from 'referral')::integer)::integer as referrals,
    sum((received_on - earlier <= 365 and earlier is not null)::integer)::integer as known,
    sum((received_on - earlier > 365 or earlier is null)::integer)::integer as new
from (
    select
        cc.*, l.name, k.sex_code,
        case
            when k.birth_date <= cc.received_on then extract(year from age(cc.received_on, k.birth_date))::integer
            when k.birth_date is not null or k.expected_birth_date is not null then -1
        end as age,
        max(cc.received_on::date) over (
            partition by k.child_id
            order by cc.received_on::date
            range between unbounded preceding and '1 day' preceding) as earlier
    from contact_child cc
    join child c using (child_id)
    -- The child itself, or the one it is a duplicate of.
    join child k on k.child_id = coalesce(c.merged_into_child_id, c.child_id)
    left join locality l using (locality_id)
) one
group by 1, 2, 3, 4, 5, 6, 7, locality_id;

create view re_referrals as
select
    make_date(extract(year from referred_on)::integer, extract(month from referred_on)::integer, 1) as month,
    source_code, primary_need_code, name as ward,
    count(*)::integer as referrals,
    sum((earlier is not null and referred_on <= earlier + re_referral_months * interval '1 month')::integer)::integer as re_referrals
from (
    select
        r.*, l.name,
        max(r.referred_on::date) over (
            partition by coalesce(c.merged_into_child_id, c.child_id)
            order by r.referred_on::date
            range between unbounded preceding and '1 day' preceding) as earlier
    from referral r
    join child c using (child_id)
    left join locality l using (locality_id)
) one
cross join partnership
group by 1, 2, 3, 4, locality_id;

create view intervention_plans as
select
    to_date(key, 'YYYYMM') as month, run_by, service,
    count(*) filter (where what = 'started')::integer as started,
    count(*) filter (where what = 'completed')::integer as completed,
    count(*) filter (where what in ('consent_withdrawn', 'episode_closed'))::integer as otherwise,
    count(*) filter (where what = 'consent_withdrawn')::integer as consent_withdrawn
from (
    select to_char(started_on::timestamp, 'YYYYMM') as key, service_id, 'started' as what from plan where kind = 'intervention'
    union all
    select to_char(ended_on::timestamp, 'YYYYMM'), service_id, end_reason::text from plan where kind = 'intervention' and ended_on is not null
) e
left join (select service_id, run_by::text, name as service from service) s using (service_id)
group by key, run_by, service, service_id;

create view steps as
select
    to_date(key, 'YYYYMM') as month, up, basis, receiving_agency_id,
    count(*) filter (where what = 'offered')::integer as offered,
    count(*) filter (where what = 'accepted')::integer as accepted,
    count(*) filter (where what = 'declined')::integer as declined,
    count(*) filter (where what = 'withdrawn')::integer as withdrawn
from (
    select to_char(offered_on::timestamp, 'YYYYMM') as key, to_level = 'social_care' as up, basis::text, receiving_agency_id, 'offered' as what from step
    union all
    select to_char(decided_on::timestamp, 'YYYYMM'), to_level = 'social_care', basis::text, receiving_agency_id, outcome::text from step where decided_on is not null
) e
group by key, up, basis, receiving_agency_id;

create view board as
select to_char(received_on::timestamp, 'YYYY-MM') as month_key, 'contacts' as metric_code, count(*)::integer as n from contact_child group by 1
union all
select to_char(referred_on::timestamp, 'YYYY-MM'), 'referrals', count(*)::integer from referral group by 1
union all
select to_char(started_on::timestamp, 'YYYY-MM'), 'intervention_plans_started', count(*)::integer from plan where kind = 'intervention' group by 1
union all
select to_char(decided_on::timestamp, 'YYYY-MM'), 'step_ups_accepted', count(*)::integer from step where outcome = 'accepted' and basis is not null group by 1;

-- A pair of views each: what the engine shows, what it should.
create view shown_contacts as
select month, source_code, need_code, reason, ward, age_at_contact, sex_code, contacts, referrals, known_contacts, new_contacts from p_kpi.contacts;
create view shown_re_referrals as
select month, source_code, need_code, ward, referrals, re_referrals from p_kpi.re_referrals;
create view shown_plans as
select month, run_by::text, service, plans_started, plans_completed, plans_ended_otherwise, plans_ended_consent_withdrawn from p_kpi.intervention_plans;
create view shown_steps as
select month, true as up, basis, null::bigint as receiving_agency_id, offered, accepted, declined, withdrawn from p_kpi.step_ups
union all
select month, false, null, a.agency_id, offered, accepted, declined, withdrawn from p_kpi.step_downs d left join p.agency a on a.name = d.receiving_agency;
create view up_and_down as
select month, up, basis, case when not up then receiving_agency_id end as receiving_agency_id, sum(offered)::integer as offered, sum(accepted)::integer as accepted, sum(declined)::integer as declined, sum(withdrawn)::integer as withdrawn
from steps group by 1, 2, 3, 4;
create view shown_board as
select month_key::text, metric_code::text, numerator from p_kpi.dashboard where numerator > 0 and metric_code in (select metric_code from board);
SQL

# Which views differ from the plain queries, in one statement: one snapshot.
my %pairs = (
	contacts => [ 'shown_contacts', 'contacts' ],
	re_referrals => [ 'shown_re_referrals', 're_referrals' ],
	intervention_plans => [ 'shown_plans', 'intervention_plans' ],
	steps => [ 'shown_steps', 'up_and_down' ]);
# EXCEPT ALL both ways, each side computed once.
sub differ
{
	my ($name, $shown, $plain) = @_;
	return "(select case when exists (select from (select x::text as line, 1 as side from oracle.$shown x"
	  . " union all select x::text, -1 from oracle.$plain x) both_sides group by line having sum(side) <> 0) then ' $name' else '' end)";
}
my $differences = join ' || ', map { differ($_, @{ $pairs{$_} }) } sort keys %pairs;
$differences .= " || case when p_kpi.children_contacted('2016-03-01', '2017-08-31') <>"
  . " (select count(distinct coalesce(c.merged_into_child_id, c.child_id)) from p.child c where exists (select from p.contact_child x where x.child_id = c.child_id and x.received_on >= '2016-03-01' and x.received_on < '2017-09-01'))"
  . " then ' children_contacted' else '' end";
my $check = "select 'differ:' || $differences";
sub rows_that_differ
{
	my ($shown, $plain) = $pairs{ $_[0] }->@*;
	return "select sum(side), line from (select x::text as line, 1 as side from oracle.$shown x"
	  . " union all select x::text, -1 from oracle.$plain x) both_sides group by line having sum(side) <> 0 order by line;";
}
# The dashboard rests on the same cubes, and takes longest: now and then.
my $check_all = "$check || " . differ('dashboard', 'shown_board', 'board');

# The world before the history: 12 families of 3, half of them with an open episode.
$node->safe_psql('postgres', <<'SQL');
set search_path = p, early_help;
insert into agency (agency_id, name, sector) values (1, 'Council', 'local_authority'), (2, 'School', 'education');
insert into service (service_id, agency_id, name, run_by) values (1, 1, 'Hub', 'hub'), (2, 2, 'Pastoral', 'partner');
insert into practitioner (practitioner_id, agency_id, name) values (1, 1, 'P1'), (2, 2, 'P2');
insert into locality (locality_id, name) select n, 'Ward ' || n from generate_series(1, 4) n;
insert into family (family_id) select n from generate_series(1, 12) n;
insert into child (child_id, birth_date, sex_code)
select n, date '2004-02-29' + n * 97, (array['M', 'F', 'U', null])[1 + n % 4] from generate_series(1, 36) n;
update child set birth_date = null, expected_birth_date = '2017-06-15' where child_id % 9 = 0;
update child set birth_date = null where child_id % 11 = 0;
insert into family_member (family_id, child_id) select 1 + n % 12, n from generate_series(1, 36) n;
insert into consent (family_id, given_by, given_on) select n, 'parent', '2014-01-01' from generate_series(1, 6) n;
insert into conversation (family_id, held_on) select n, '2014-01-02' from generate_series(1, 6) n;
select count(open_episode(n, '2014-02-01', lead_practitioner_id => 1)) from generate_series(1, 6) n;
SQL

# ---------------------------------------------------------------------------
# The subscriber
# ---------------------------------------------------------------------------

# The structure and the list of cubes come by dump, the records by publication.
sub subscribe
{
	my $file = $node->basedir . '/structure.sql';
	foreach my $what ([ '--schema-only' ], [ '--data-only', '--table=p.kpi_cube' ])
	{
		system_or_bail('pg_dump', @$what, '--file', $file, $node->connstr('postgres'));
		system_or_bail('psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', $copy->connstr('postgres'), '-f', $file);
	}
	my $tables = $node->safe_psql('postgres', q{select string_agg(oid::regclass::text, ', ') from pg_class where relnamespace = 'p'::regnamespace and relkind = 'r' and relname not like 'kpi\_%'});
	$node->safe_psql('postgres', "create publication records for table $tables");
	$copy->safe_psql('postgres', "create subscription records connection '" . $node->connstr . " dbname=postgres' publication records");
	$copy->wait_for_subscription_sync($node, 'records');
	$copy->safe_psql('postgres', "insert into p.kpi_stale_months select source, '1900-01-01', '2100-12-01' from p.kpi_cube cross join unnest(sources) source");
	return;
}
subscribe();

# What differs on the subscriber, as it came and when it is refreshed.
sub differences_of_copy
{
	my ($refresh) = @_;
	$node->wait_for_catchup('records');
	$copy->safe_psql('postgres', "call early_help.refresh_kpis('p')") if $refresh;
	my $answer = $copy->safe_psql('postgres', $check_all);
	return $answer eq 'differ:' ? undef : "the subscriber: $answer";
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
		$self->ask("\\set VERBOSITY sqlstate\nset search_path = p, early_help; set plan_cache_mode = force_generic_plan;"
			. " set lock_timeout = '30ms'; set statement_timeout = '20s'; set client_min_messages = error; prepare k as $check; prepare k_all as $check_all;");
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

	# The answer to the check, which comes last.
	sub difference_in
	{
		my ($self, @lines) = @_;
		my $answer = $lines[-1] // 'nothing';
		return if $answer eq 'differ:';
		# The rows of either side, while the snapshot still stands.
		my @rows = map { $self->ask(main::rows_that_differ($_)) } grep { exists $pairs{$_} } split ' ', substr $answer, length 'differ:';
		return join "\n", "$self->{name} ($self->{state}): $answer", @rows;
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
sub day { return sprintf "date '2015-01-01' + %d", one_of(rand 1400, rand 1400, 400 + rand 60) }
# A row by chance, the same for the same seed: by a hash that a random number salts.
sub some { my ($table, $key, $n, $where) = @_; my $salt = int rand 1e9; return
	"(select $key from $table " . ($where ? "where $where " : '') . "order by hashint8($key # $salt) limit " . ($n // 1) . ')' }
sub child { return 1 + int rand 36 }
sub source { return one_of("'1A'", "'2A'", "'6'") }
sub need { return one_of("'N1'", "'N2'", "'N4'") }
sub reason { return one_of("'Neglect'", "'Low income'", 'null') }
sub ward { return one_of(1, 2, 3, 4, 'null') }
sub decision { return one_of("'referral'", "'referral'", "'no_further_action'", "'universal_services'", 'null') }
my $next_id = 1000;

sub contact
{
	my ($day, @children) = @_;
	my $id = $next_id++;
	my $rows = join ', ', map { "($id, $_, " . need() . ', ' . reason() . ', ' . ward() . ', ' . decision() . ')' } @children;
	return "insert into contact (contact_id, received_on, source_code) values ($id, $day, " . source() . ");"
	  . " insert into contact_child (contact_id, child_id, primary_need_code, reason, locality_id, decision) values $rows;";
}

my %kinds = (
	insert => sub { contact(day(), child()) },
	multi_row => sub { my %c = map { child() => 1 } 1 .. 5; contact(day(), sort { $a <=> $b } keys %c) },
	late => sub { contact("date '2012-05-01' + " . int(rand 900), child()) },
	copy => sub {
		my $id = $next_id; $next_id += 4;
		my @contacts = map { sprintf "%d\t20%02d-%02d-%02d\t6", $id + $_, 15 + rand 4, 1 + rand 12, 1 + rand 28 } 0 .. 3;
		my @children = map { join "\t", $id + $_, child(), 'N5', 'Copied', 1 + int rand 4, one_of('referral', 'social_care') } 0 .. 3;
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
		  . one_of('nothing', 'update set primary_need_code = excluded.primary_need_code, locality_id = 1') . ';';
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
	expected => sub { "update child set birth_date = null, expected_birth_date = date '2016-01-01' + " . int(rand 700) . ' where child_id = ' . child() . ';' },
	sex => sub { 'update child set sex_code = ' . one_of("'M'", "'F'", 'null') . ' where child_id in (' . child() . ', ' . child() . ');' },
	referral => sub { 'insert into referral (contact_child_id, child_id, family_id, referred_on, source_code, primary_need_code, locality_id)'
		. ' select contact_child_id, child_id, 1 + child_id % 12, received_on, source_code, primary_need_code, locality_id from contact_child where contact_child_id in '
		. some('contact_child', 'contact_child_id', 4, "decision = 'referral'") . ' on conflict do nothing;' },
	referral_alone => sub { my $c = child(); 'insert into referral (child_id, family_id, referred_on, source_code, primary_need_code)'
		. " values ($c, 1 + $c % 12, " . day() . ', ' . source() . ', ' . need() . ');' },
	referral_re_date => sub { 'update referral set ' . one_of('referred_on = ' . day(), 'referred_on = referred_on + 1', 'child_id = ' . child() . ', contact_child_id = null', 'locality_id = ' . ward())
		. ' where referral_id in ' . some('referral', 'referral_id', one_of(1, 3)) . ';' },
	referral_delete => sub { 'delete from referral where referral_id in ' . some('referral', 'referral_id', one_of(1, 2)) . ';' },
	merge_children => sub { 'select merge_children(' . child() . ', ' . child() . ", 'r');" },
	unmerge_children => sub { "select unmerge_children(child_merge_id, 'r') from child_merge where child_merge_id in " . some('child_merge', 'child_merge_id', 1, 'undone_on is null') . ';' },
	setting => sub { 'update partnership set re_referral_months = ' . one_of(1, 3, 6, 12, 18, 24) . ';' },
	names => sub { one_of("update locality set name = 'Ward $next_id' where locality_id = 1;", "update service set run_by = '" . one_of('hub', 'partner') . "' where service_id = 2;") },
	plan => sub { 'select start_plan(' . some('episode', 'episode_id', 1, 'closed_on is null') . ', ' . day() . ', service_id => ' . one_of(1, 2, 'null') . ');' },
	plan_review => sub { my $p = some('plan', 'plan_id', 1, 'ended_on is null'); "select hold_review(plan_id, 'complete', started_on + 50) from plan where plan_id in $p;" },
	plan_update => sub { 'update plan set ' . one_of('service_id = ' . one_of(1, 2, 'null'), 'started_on = started_on + 20, review_counts_from = review_counts_from + 20, review_due_on = review_due_on + 20')
		. ' where plan_id in ' . some('plan', 'plan_id', one_of(1, 3)) . ';' },
	plan_review_re_date => sub { 'update review set held_on = held_on + 9 where review_id in ' . some('review', 'review_id') . ';' },
	plan_delete => sub { 'delete from plan where plan_id in ' . some('plan', 'plan_id') . ';' },
	step_up => sub { my $d = day(); 'select step_up(' . one_of(map { $_ * 12 + int rand 6 } 0 .. 2) . ", '" . one_of('section_17', 'remand') . "', 'r', $d, 'supervisor', $d, no_assessment_reason => 'none');" },
	step_decide => sub { my $s = some('step', 'step_id', 1, 'decided_on is null');
		one_of("select decline_step(step_id, offered_on + 40) from step where step_id in $s;",
			"select withdraw_step(step_id, offered_on + 3) from step where step_id in $s;",
			"update step set decided_on = offered_on + 33, outcome = 'declined' where step_id in $s;") },
	step_update => sub { 'update step set ' . one_of('offered_on = offered_on - 31, consulted_on = consulted_on - 31', 'decided_on = decided_on + 31', "basis = 'section_17'") . ' where step_id in ' . some('step', 'step_id') . ';' },
	step_delete => sub { 'delete from step where step_id in ' . some('step', 'step_id') . ';' },
	thin => sub { 'delete from contact_child where contact_child_id in (select contact_child_id from contact_child where contact_child_id not in (select contact_child_id from referral where contact_child_id is not null)'
		. ' order by hashint8(contact_child_id # 77) limit greatest(0, (select count(*) - 160 from contact_child)));'
		. ' delete from referral where referral_id in (select referral_id from referral order by referral_id desc limit greatest(0, (select count(*) - 70 from referral)));' });
my %often = (insert => 4, multi_row => 3, re_date_cascade => 3, birth_date => 3, referral => 4, delete => 2, thin => 2, setting => 0.3, names => 0.5, plan => 2, step_up => 2);

sub some_kind
{
	my @names = sort keys %kinds;
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
my (%done, %met, @history, $wrong, $unexpected);
my $prepared = 0;

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
	elsif (rand() < 0.01 && $session->{state} eq 'none')
	{
		# The like, the marks of a released savepoint going with the one around it.
		my $day = day();
		$sql = 'begin; savepoint x; savepoint y; ' . contact($day, child()) . ' release savepoint y; rollback to savepoint x; ' . contact($day, child()) . ' commit;';
		$kind = 'same month after a released savepoint';
		refresh();
	}
	elsif (rand() < 0.015 && $session->{state} eq 'none')
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
	my @answer = $session->ask("$sql\nexecute k;");
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
		$writes++ if exists $kinds{$kind} || $kind =~ /^same month|^exception/;
	}
}

sub refresh
{
	push @history, 'refresh';
	my $error = error_in($refresher->ask("call early_help.refresh_kpis('p');"));
	$unexpected //= "$error from a refresh" if defined $error;
	$refreshes++;
	my ($left) = $refresher->ask('select count(*) from kpi_stale_months;');
	$fresh++ if $left eq '0';
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
	return $session->difference_in($session->ask('execute k;'));
}

while ($writes < $wanted_writes && $steps < 4 * $wanted_writes && !defined $wrong && !defined $unexpected)
{
	my $writer = one_of(@sessions);
	$steps++;
	step($writer);
	refresh() if rand() < 0.03;
	if ($steps % 150 == 0)
	{
		$wrong //= differences_of_copy(0) // differences_of_copy(1);
		$checks += 2;
	}
	my @idle = grep { $_->{state} eq 'none' } @sessions;
	meeting(@idle) if @idle > 1 && rand() < 0.02;
	# Then whoever else has a snapshot of his own: of those who have none, one
	# is enough; and he whose snapshot stands still, now and then.
	my $idle = 0;
	my @asked = grep {
		$_ != $writer && ($_->{state} ne 'none' || !$idle++) && ($_->{state} ne 'repeatable read' || rand() < 0.2)
	} @sessions, $refresher;
	$_->send(rand() < 0.05 ? 'execute k_all;' : 'execute k;') foreach @asked;
	foreach my $session (@asked)
	{
		$wrong //= $session->difference_in($session->answer);
		$checks++;
	}
}
is($wrong, undef, "the views equal the plain queries after each of $steps steps of 3 sessions, in $checks checks (seed $seed)")
  or diag(join "\n", 'the last steps:', @history[ -12 .. -1 ]);
is($unexpected, undef, 'no write failed but by a rule or another writer');
cmp_ok($writes, '>=', $wanted_writes, "$writes writes, $refused refused");
is(join(' ', grep { !$done{$_} } sort(keys %kinds), 'rollback to savepoint', 'same month after a rolled back savepoint', 'same month after a released savepoint', 'exception block', 'prepare', 'meeting'),
	'', 'every kind of write went through');
cmp_ok($fresh, '>', 10, "$refreshes refreshes, $fresh of them left nothing stale");
note('writes: ' . join ', ', map { "$_ $done{$_}" } sort keys %done);
note('refused: ' . join ', ', map { "$_ $met{$_}" } sort keys %met);
note(sprintf '%.1f s', time - $began);

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
	print $script "\\set VERBOSITY sqlstate\nset search_path = p, early_help; set client_min_messages = error;\n",
	  "set lock_timeout = '10s'; set plan_cache_mode = force_generic_plan; prepare k as $check_all;\n", $lines;
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

my @outputs;
foreach my $writer (1 .. 4)
{
	my $script = '';
	foreach (1 .. 150)
	{
		my $body = join "\n", map { $kinds{some_kind()}->() } 1 .. 1 + rand 3;
		my $level = one_of('read committed', 'read committed', 'repeatable read');
		my $undone = rand() < 0.3 ? 'savepoint x; ' . $kinds{some_kind()}->() . "\nrollback to savepoint x;\n" : '';
		$script .= "begin isolation level $level;\n$undone$body\n" . (rand() < 0.3 ? "execute k;\n" : '') . one_of('commit', 'commit', 'commit', 'rollback') . ";\n";
	}
	push @outputs, start_script("writer$writer", $script);
}
push @outputs, start_script("refresh$_", "call early_help.refresh_kpis('p');\nexecute k;\n" x 60) foreach 1 .. 2;
push @outputs, start_script("reader", ("begin isolation level repeatable read;\n" . "execute k;\nselect pg_sleep(0.01) \\gset\n" x 4 . "commit;\n") x 40);
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
is(join("\n", @failed), '', "the views equal the plain queries in $checks checks while 4 sessions write and 2 refresh");
cmp_ok($checks, '>', 200, 'many checks');
is(join(' ', grep { !/^(YH...|23...|40001|40P01|55P03|25P02)$/ } sort keys %errors), '', 'no write failed but by a rule or another writer');
note('met: ' . join ', ', map { "$_ $errors{$_}" } sort keys %errors);
is($node->safe_psql('postgres', $check_all), 'differ:', 'they are equal after it');
$node->safe_psql('postgres', "call early_help.refresh_kpis('p')");
is($node->safe_psql('postgres', 'select count(*) from p.kpi_stale_months'), '0', 'a last refresh leaves nothing stale');
is($node->safe_psql('postgres', $check_all), 'differ:', 'and they are equal, from the cells alone');
is(differences_of_copy(0) // differences_of_copy(1), undef, 'as they are on the subscriber');
my $board = 'select * from p_kpi.dashboard order by month, metric_code';
is($copy->safe_psql('postgres', $board), $node->safe_psql('postgres', $board), 'whose dashboard is that of the publisher');
note(sprintf '%.1f s in all', time - $began);

$copy->stop;
$node->stop;
done_testing();
