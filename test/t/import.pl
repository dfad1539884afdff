# Imports that meet: each other, a COPY into the inbox, other writers, a
# snapshot of their own, and an end in the middle. Nothing is lost, nothing
# counts twice, and the sample that ships is what its generator writes.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $sample = 'test/demo/contacts.csv';
my ($generated) = run_command([ $^X, 'test/demo/generate_contacts' ]);
is($generated . "\n", slurp_file($sample), 'the generator writes the sample again');
my $sample_rows = (() = $generated =~ /\n/g);

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
$node->safe_psql('postgres', 'create role owner login; create database council owner owner');
$node->safe_psql('council', 'set client_min_messages = warning; create extension early_help cascade');
$node->safe_psql('council', q(select early_help.create_partnership('medway')), extra_params => [ '-U', 'owner' ]);

sub sql { return $node->safe_psql('council', shift) }

# What a statement that must fail says.
sub refusal
{
	my ($statement) = @_;
	my ($status, undef, $error) = $node->psql('council', "\\set VERBOSITY verbose\n$statement");
	return $status == 0 ? 'it succeeded' : $error;
}

sub rows
{
	return 'insert into medway.inbox_contact values '
	  . join(', ', map { "('$_->[0]', '2018-03-05', '$_->[1]', '2010-05-06', null, 'F', 'River', '2A', 'N1', 'Neglect', '"
		  . ($_->[2] // 'referral') . "')" } @_);
}
my $import = 'select * from medway.import_contacts()';

# A session that stays.
sub session
{
	my $session = { in => '', out => '', err => '' };
	$session->{run} = IPC::Run::start(
		[ 'psql', '-XAtq', '-v', 'VERBOSITY=verbose', '-d', $node->connstr('council') ],
		'<', \$session->{in}, '>', \$session->{out}, '2>', \$session->{err},
		IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	return $session;
}
sub send_sql { my ($s, $statement) = @_; $s->{in} .= "$statement;\n\\echo done\n"; $s->{run}->pump_nb; return }
sub receive
{
	my ($s) = @_;
	$s->{run}->pump until $s->{out} =~ s/^(.*?)^done\n//ms;
	chomp(my $answer = $1);
	return $answer;
}
sub ask { my ($s, $statement) = @_; send_sql($s, $statement); return receive($s) }
sub waits
{
	my ($what) = @_;
	return $node->poll_query_until('council', "select count(*) > 0 from pg_stat_activity where wait_event_type = 'Lock' and query like '%$what%' and pid <> pg_backend_pid()");
}

# The sample.
sub copy_sample
{
	$node->command_ok(
		[ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('council'),
			'-c', "\\copy medway.inbox_contact from '$sample' (format csv, header match)" ],
		'a client copies the sample');
}
copy_sample();
my (undef, $counts, $notice) = $node->psql('council', $import);
is($counts, "$sample_rows|0|0|0", 'all of it is accepted');
my $wards = sql('select count(*) from medway.locality');
like($notice, qr/^\S*\s*NOTICE:\s+ward names not met before, now localities: $wards$/, 'one notice counts the new wards');
unlike($notice, qr/Gillingham/, 'and names none');
copy_sample();
(undef, $counts, $notice) = $node->psql('council', $import);
is($counts, "0|$sample_rows|0|0", 'the second time nothing changes');
is($notice, '', 'and nothing is noticed');

# Two imports at once.
my ($one, $two) = (session(), session());
ask($one, 'begin');
ask($one, rows([ 'A1', 'CA1' ], [ 'A2', 'CA2' ]));
is(ask($one, $import), '2|0|0|0', 'one session imports and has not committed');
sql(rows([ 'A1', 'CA1' ], [ 'A3', 'CA1' ]));
send_sql($two, $import);
ok(waits('import_contacts'), 'another one waits for it');
ask($one, 'commit');
is(receive($two), '1|1|0|0', 'and then knows what the first one recorded');
is(sql(q(select count(*) from medway.child where source_ref like 'CA%')), 2, 'no child stands twice');

# Both hold rows in the inbox already: neither waits for ever.
ask($_, 'begin') for $one, $two;
ask($one, rows([ 'B1', 'CB1' ]));
ask($two, rows([ 'B1', 'CB1' ], [ 'B2', 'CB2' ]));
ask($one, $import);
send_sql($two, $import);
ok(waits('import_contacts'), 'two sessions with rows of their own: one waits');
ask($one, 'commit');
is(receive($two), '1|1|0|0', 'and goes on');
ask($two, 'commit');

# A COPY meanwhile.
ask($one, 'begin');
ask($one, rows([ 'D1', 'CD1' ]));
is(sql($import), '0|0|0|0', 'rows not committed are not taken, nor waited for');
ask($two, 'begin');
ask($two, rows([ 'D2', 'CD2' ]));
is(ask($two, $import), '1|0|0|0', 'an import that is not committed');
sql(rows([ 'D3', 'CD3' ]));
pass('does not keep others from copying into the inbox');
ask($_, 'commit') for $one, $two;
is(sql('select string_agg(contact_ref, chr(32) order by contact_ref) from medway.inbox_contact'), 'D1 D3', 'what no import saw is still there');
is(sql($import), '2|0|0|0', 'for the next one');

# Snapshots of their own.
for my $level ('repeatable read', 'serializable')
{
	my $ref = substr($level, 0, 1);
	sql(rows([ "E1$ref", "CE1$ref" ]));
	ask($one, "begin isolation level $level");
	ask($one, 'select 1 from medway.contact limit 1');
	is(sql($import), '1|0|0|0', "$level: another session takes the rows");
	ask($one, $import);
	like($one->{err}, qr/ERROR:  40001:/, "$level: an import that saw them too is asked to try again");
	ask($one, 'rollback');
	$one->{err} = '';
	ask($one, "begin isolation level $level");
	ask($one, 'select 1 from medway.contact limit 1');
	sql(rows([ "E2$ref", "CE2$ref" ]));
	sql($import);
	ask($one, rows([ "E2$ref", "CE2$ref" ]));
	ask($one, $import);
	like($one->{err}, qr/ERROR:  40001:/, "$level: so is one that cannot see the same contact");
	ask($one, 'rollback');
	$one->{err} = '';
	ask($one, "begin isolation level $level");
	ask($one, rows([ "E2$ref", "CE2$ref" ], [ "E3$ref", "CE3$ref" ]));
	is(ask($one, $import), '1|1|0|0', "$level: otherwise it imports");
	ask($one, 'commit');
}

# Another session records the same child by hand.
ask($one, 'begin');
ask($one, "insert into medway.child (source_ref) values ('CF1')");
sql(rows([ 'F1', 'CF1' ]));
send_sql($two, $import);
ok(waits('import_contacts'), 'an import waits for somebody who records the same child');
ask($one, 'commit');
receive($two);
like($two->{err}, qr/ERROR:  40001: another session recorded the same child/, 'and is asked to try again');
is(sql('select count(*) from medway.inbox_contact'), 1, 'its rows are in the inbox');
is(sql($import), '1|0|0|0', 'then it succeeds');
is(sql(q(select count(*) from medway.family_member join medway.child using (child_id) where source_ref = 'CF1')), 1,
	'and the child has a family');
$two->{err} = '';

# An end in the middle.
my $everything = q(select (select count(*) from medway.contact), (select count(*) from medway.child), (select count(*) from medway.family),
	(select count(*) from medway.referral), (select count(*) from medway.inbox_contact), (select count(*) from medway.import_reject));
sql(rows([ 'G1', 'CG1' ], [ 'G2', 'CG2' ], [ 'G3', 'CG3', 'nonsense' ]));
my $before = sql($everything);
ask($one, 'begin');
is(ask($one, $import), '2|0|0|1', 'an import');
ask($one, 'rollback');
is(sql($everything), $before, 'that is rolled back leaves all as it was');

ask($one, 'begin');
ask($one, 'lock table medway.referral in share mode');
send_sql($two, $import);
ok(waits('import_contacts'), 'an import held up before its last table');
sql(q(select pg_terminate_backend(pid) from pg_stat_activity where query like '%import_contacts%' and wait_event_type = 'Lock' and pid <> pg_backend_pid()));
eval { $two->{run}->finish };
like($two->{err}, qr/terminating connection/, 'loses its connection');
ask($one, 'rollback');
is(sql($everything), $before, 'and leaves all as it was');

$two = session();
ask($one, 'begin');
ask($one, 'lock table medway.referral in share mode');
send_sql($two, $import);
ok(waits('import_contacts'), 'an import held up again');
$node->stop('immediate');
$node->start;
is(sql($everything), $before, 'leaves all as it was when the server dies');
eval { $_->{run}->kill_kill } for $one, $two;
is(sql($import), '2|0|0|1', 'and goes through afterwards');

# Nobody's rights but the caller's.
sql(q(create role clerk login; grant usage on schema medway to clerk; grant insert on medway.inbox_contact to clerk));
my @as_clerk = (extra_params => [ '-U', 'clerk' ]);
is($node->psql('council', rows([ 'H1', 'CH1' ]), @as_clerk), 0, 'who may only fill the inbox fills it');
isnt($node->psql('council', $import, @as_clerk), 0, 'and does not import');
is(sql('select count(*) from medway.inbox_contact'), 1, 'the row stays');
is($node->safe_psql('council', $import, extra_params => [ '-U', 'owner' ]), '1|0|0|0', 'the owner imports it');

# Errors and rejects name no person.
sql(rows([ 'J1', 'CJ1', 'Jane Doe of 1 High Street' ]));
is(sql($import), '0|0|0|1', 'a row whose columns slipped');
unlike(sql(q(select rule || field || sqlstate || message || hint from medway.import_reject where contact_ref = 'J1')), qr/Jane|High/,
	'its reject repeats none of it in words');
unlike(refusal(q(select early_help.import_contacts('medway.contact'))), qr/succeeded/, 'another table is refused');

$node->stop;
done_testing();
