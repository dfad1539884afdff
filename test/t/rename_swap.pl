# Two partnerships change names while a writer waits for a lock: what follows from
# his row lands in the partnership of the row, or nothing is written. Each act of a
# case is tried with each table it writes or locks held against it.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my $node = PostgreSQL::Test::Cluster->new('swap');
$node->init;
$node->append_conf('postgresql.conf', "autovacuum = off\njit = off\ndeadlock_timeout = 10s\n");
$node->start;
sub sql { return $node->safe_psql('postgres', $_[0]) }

# A session that answers each statement; errors are among its answers.
sub session
{
	my $s = { in => '', out => '' };
	$s->{run} = IPC::Run::start([ 'psql', '-XAtq', '-v', 'VERBOSITY=verbose', '-d', $node->connstr('postgres') ],
		'<', \$s->{in}, '>', \$s->{out}, '2>', \$s->{out}, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	return $s;
}
sub send_sql { my ($s, $statement) = @_; $s->{in} .= "$statement;\n\\echo done\n"; $s->{run}->pump_nb; return }
sub answer
{
	my ($s) = @_;
	$s->{run}->pump until $s->{out} =~ s/^(.*?)^done\n//ms;
	return $1;
}
# Whether the writer has come to the lock, or needs none.
sub waits_or_is_done
{
	my ($s) = @_;
	for (1 .. 200)
	{
		$s->{run}->pump_nb;
		return if $s->{out} =~ /^done\n/m;
		return if sql(q{select exists (select from pg_stat_activity where wait_event_type = 'Lock' and query !~ 'pg_stat')}) eq 't';
		sleep 0.02;
	}
	return;
}
sub ask { my ($s, $statement) = @_; send_sql($s, $statement); return answer($s) }

# The acts of a case, one after another; each is a statement by itself.
my @acts = (
	q{insert into %s.conversation (conversation_id, family_id, held_on) values (1, 1, '2025-03-01')},
	q{insert into %s.consent (consent_id, family_id, kind, given_by, given_on) values (1, 1, 'take_part', 'parent', '2025-03-01')},
	q{insert into %s.episode (episode_id, family_id, opened_on) values (1, 1, '2025-03-02')},
	q{insert into %s.episode_child (episode_id, child_id, joined_on) values (1, 1, '2025-03-02')},
	q{insert into %s.lead_practitioner (episode_id, from_on, practitioner_id) values (1, '2025-03-03', 1)},
	q{insert into %s.assessment (assessment_id, episode_id, started_on) values (1, 1, '2025-03-04')},
	q{insert into %s.plan (plan_id, episode_id, kind, started_on) values (1, 1, 'intervention', '2025-03-05')},
	q{insert into %s.plan_outcome (plan_outcome_id, plan_id, agreed_on) values (1, 1, '2025-03-06')},
	q{insert into %s.action (action_id, plan_id, description, agreed_on, due_on, owned_by_family) values (1, 1, 'Ring the school.', '2025-03-06', '2025-03-20', true)},
	q{insert into %s.review (review_id, plan_id, held_on, decision) values (1, 1, '2025-04-20', 'complete')},
	q{insert into %s.step (step_id, child_id, to_level, basis, reason, consulted_role, consulted_on, no_assessment_reason, offered_on)
		values (1, 1, 'social_care', 'section_17', 'Concern.', 'supervisor', '2025-04-20', 'Not done yet.', '2025-04-21')},
	q{update %s.step set outcome = 'declined', decided_on = '2025-04-22'},
	q{update %s.consent set withdrawn_on = '2025-04-25'},
	q{update %s.episode set closed_on = '2025-05-01', closure_reason_code = (select min(code) from %1$s.closure_reason where code <> 'stepped_up'), closure_agreed_on = '2025-05-01'},
	q{insert into %s.child_merge (child_merge_id, kept_child_id, merged_child_id, reason, merged_on) values (1, 1, 2, 'The same.', '2025-05-02')});

sql('create extension early_help cascade');
for my $name ('green', 'blue')
{
	sql(qq{set client_min_messages = warning; select early_help.create_partnership('$name'); set search_path = $name;
		insert into agency (name, sector) values ('Council', 'local_authority');
		insert into practitioner (agency_id, name) values (1, 'Ash Reed');
		insert into family default values;
		insert into child (birth_date) values ('2015-01-01'), ('2015-01-01');
		insert into family_member (family_id, child_id) values (1, 1), (1, 2);
		-- Each act here is a transaction: the episode comes before its child.
		alter table episode disable trigger episode_has_child});
}

# Every table of a schema, to look for rows that a transaction has written there.
my $strays = q{
	select string_agg(format('select %L || count(*) from green.%I where xmin = pg_current_xact_id_if_assigned()::xid having count(*) > 0',
		relname || ' ', relname), ' union all ')
	from pg_class where relnamespace = 'green'::regnamespace and relkind = 'r' and relname !~ '^stale_'};

my ($writer, $renamer) = (session(), session());
ask($writer, q{set client_min_messages = warning});
my $tried = 0;
for my $act (@acts)
{
	my $statement = sprintf($act, 'green');
	my ($what) = $statement =~ /(?:into|update) green\.(\w+)/;

	# The writer has done it before: its plans are kept. What it locks, a rename can make it wait for.
	ask($writer, 'begin');
	my $went = ask($writer, $statement);
	is($went, '', "$what: it goes through");
	my $tables = ask($writer, q{select string_agg(distinct c.relname, ' ' order by c.relname) from pg_locks l join pg_class c on c.oid = l.relation
		where l.pid = pg_backend_pid() and c.relnamespace = 'green'::regnamespace and c.relkind = 'r'});
	ask($writer, 'rollback');
	chomp $tables;

	for my $table (split / /, $tables)
	{
		next if $table eq $what;    # the statement itself waits, by its OID
		ask($renamer, "begin; lock table green.$table; alter schema green rename to old; alter schema blue rename to green");
		send_sql($writer, "begin; $statement");
		waits_or_is_done($writer);
		ask($renamer, 'commit');
		my $said = answer($writer);
		my $wrong = '';
		if ($said eq '')
		{
			my $query = ask($writer, $strays);
			chomp $query;
			$wrong = ask($writer, $query);
		}
		else
		{
			$wrong = $said unless $said =~ /ERROR:  40001/;
		}
		is($wrong, '', "$what, waiting for $table: nothing lands in the other partnership");
		ask($writer, 'rollback');
		ask($renamer, 'begin; alter schema green rename to blue; alter schema old rename to green; commit');
		$tried++;
	}
	sql(sprintf($act, $_)) for 'green', 'blue';
}
cmp_ok($tried, '>', 60, "tables waited for: $tried");


for my $name ('green', 'blue')
{
	sql("alter table $name.episode enable trigger episode_has_child");
	is(sql(qq{select string_agg(rule || ' ' || record || ' ' || detail, '; ') from early_help.audit('$name')}), '', "audit of $name finds nothing");
}

$_->{run}->signal('KILL') for $writer, $renamer;
$node->stop('immediate');
done_testing();
