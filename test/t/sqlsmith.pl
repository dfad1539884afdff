# Random queries by sqlsmith: nothing crashes, raises an internal error of ours, or shows a role what it may not
# read. Half of them are by a stranger, who may connect and no more, half by a reader of the Board's figures;
# each role knows the tables that it may read in one half of its queries, and all in the other.
#
#   SQLSMITH_STATEMENTS=100000   so many (1000)
#   SQLSMITH_SEED=7              other ones (1)
#
# Names and narrative carry a mark. Between sqlsmith and the server stands a proxy that looks for it in all
# that comes back, errors included.
use strict;
use warnings;
use IO::Select;
use IO::Socket::UNIX;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use constant MARK => 'mYmARK7q';

my $statements = $ENV{SQLSMITH_STATEMENTS} // 1000;
my $seed = $ENV{SQLSMITH_SEED} // 1;
if (system('command -v sqlsmith >/dev/null 2>&1') != 0)
{
	die "there is no sqlsmith\n" if $ENV{SQLSMITH_STATEMENTS};
	plan skip_all => 'there is no sqlsmith';
}

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "restart_after_crash = on\nlog_statement = none\nlog_min_error_statement = panic\n");
$node->start;
$node->safe_psql('postgres', q{
	create extension early_help cascade;
	create extension early_help_sample;
	create role medway_owner;
	select early_help.grant_ownership('medway_owner');
	do $$ begin execute format('grant create on database %I to medway_owner', current_database()); end $$;
	set role medway_owner;
	select early_help.create_partnership('medway', training => true);
	select early_help_sample.generate_sample('medway', 100, '2023-01-01', '2024-12-31');
	reset role;
	create role stranger login;
	create role board login;
	set role medway_owner;
	select medway.publish_figures('2023-06', (select min(practitioner_id) from medway.practitioner));
	select early_help.grant_execute('medway', 'board', 'reader');
	grant usage on schema medway_kpi to board;
	grant select on all tables in schema medway_kpi to board;
	reset role;
});

# Every text of the records is marked, but for codes and for what the figures are counted by and name: the
# reason of a contact, the names of agencies, services and places, and what others publish (benchmark).
$node->safe_psql('postgres', q{
	set session_replication_role = replica;
	do $$
	declare
		c record;
	begin
		for c in
			select attrelid::regclass as t, attname, atttypmod - 4 as longest
			from pg_attribute
			join pg_class on pg_class.oid = attrelid
			where relnamespace = 'medway'::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped
				and atttypid in ('text'::regtype, 'varchar'::regtype)
				and relname !~ '^(kpi|cube|stale|published|structure_as_made)' and relname not in ('partnership', 'code_label', 'import_reject', 'benchmark')
				and (attname !~ '(^|_)(code|label|gss_code)$')
				and (relname, attname) not in (('contact_child', 'reason'), ('agency', 'name'), ('service', 'name'), ('locality', 'name'), ('group_programme', 'name'))
		loop
			begin
				execute format('update %s set %2$I = ''MARK'' || left(ctid::text, %3$s)', c.t, c.attname, case when c.longest > 0 then greatest(c.longest - 8, 0) else 20 end);
			exception
				when others then null;
			end;
		end loop;
		insert into medway.child_identity (child_id, given_name, family_name, address)
		select child_id, 'MARK', 'MARK', 'MARK' from medway.child on conflict do nothing;
	end
	$$;
	set session_replication_role = origin;
	set role medway_owner;
	call early_help.refresh_kpis('medway');
	} =~ s/MARK/${\MARK}/gr);

my $events = "$PostgreSQL::Test::Utils::log_path/sqlsmith.events";
my $folder = PostgreSQL::Test::Utils::tempdir_short();
my $server = $node->host . '/.s.PGSQL.' . $node->port;

# The proxy notes what came back: one line an error or a mark, and a count of statements.
sub proxy
{
	my ($role) = @_;
	my $path = "$folder/.s.PGSQL.5432";
	unlink $path;
	my $listener = IO::Socket::UNIX->new(Local => $path, Listen => 5) or die "$path: $!";
	my $pid = fork() // die;
	return $pid if $pid;

	# From PostgreSQL 17 on the handler of Cluster.pm dies, and its END block would stop the server.
	@SIG{qw(TERM INT)} = ('DEFAULT', 'DEFAULT');
	$SIG{CHLD} = 'IGNORE';
	my $connections = 0;
	while (my $client = $listener->accept)
	{
		$connections++;
		next if fork();
		between($client, $connections == 1 ? undef : $role);
		POSIX::_exit(0);
	}
	POSIX::_exit(0);
}

sub between
{
	my ($client, $role) = @_;
	my $back = IO::Socket::UNIX->new(Peer => $server) or return;
	open(my $note, '>>', $events) or die;
	$note->autoflush(1);

	# The tables are listed as one role, the queries are another's: the packet that names it is ours.
	sysread($client, my $length, 4) == 4 or return;
	sysread($client, my $packet, unpack('N', $length) - 4);
	$packet =~ s/(?<=\0)user\0[^\0]*\0/user\0$role\0/ or $packet =~ s/^(.{4})user\0[^\0]*\0/$1user\0$role\0/s if $role;
	syswrite($back, pack('N', 4 + length $packet) . $packet);

	my ($coming, $query, $statements) = ('', '', 0);
	my $select = IO::Select->new($client, $back);
	while (1)
	{
		for my $from ($select->can_read)
		{
			my $size = sysread($from, my $bytes, 65536);
			if (!$size)
			{
				print $note "statements\t$statements\n" if $role;
				return;
			}
			if ($from == $client)
			{
				if ($bytes =~ /^Q....(.*?)\0/s) { $query = $1; $statements++ unless $query =~ /^\s*(ROLLBACK|BEGIN|set |select now)/i }
				write_all($back, $bytes);
				next;
			}
			$coming .= $bytes;
			# Whole messages.
			while (length $coming >= 5)
			{
				my $whole = 1 + unpack('N', substr($coming, 1, 4));
				last if length $coming < $whole;
				my $message = substr($coming, 0, $whole, '');
				# The mark that a query asks for by itself is no find.
				print $note "mark\t" . one_line($query) . "\n" if index($message, MARK) >= 0 && index($query, MARK) < 0;
				if ($message =~ /^E/)
				{
					my %field = map { substr($_, 0, 1) => substr($_, 1) } split /\0/, substr($message, 5);
					print $note "error\t$field{C}\t$field{F}\t$field{R}\t" . one_line($field{M}) . "\t" . one_line($query) . "\n";
				}
			}
			write_all($client, $bytes);
		}
	}
}

sub write_all
{
	my ($to, $bytes) = @_;
	while (length $bytes) { my $size = syswrite($to, $bytes) // return; substr($bytes, 0, $size, '') }
}

sub one_line { return substr($_[0] =~ s/\s+/ /gr, 0, 4000) }

require POSIX;
my %our_file = map { s{.*/}{}r => 1 } glob('extension/src/*.c extension/src/*/*.c');

# What it would find, it finds: all columns that are marked come through the proxy as the owner reads them.
my $pid = proxy('medway_owner');
$node->safe_psql('postgres', 'alter role medway_owner login');
system("PGHOST=$folder PGPORT=5432 PGDATABASE=postgres PGUSER=postgres psql -XAtqc 'select 1' >/dev/null");
system("PGHOST=$folder PGPORT=5432 PGDATABASE=postgres PGUSER=postgres psql -XAtqc 'select * from medway.child_identity' >/dev/null");
sleep 1;
kill 'TERM', $pid;
waitpid($pid, 0);
like(slurp_file($events), qr/^mark\tselect \* from medway.child_identity$/m, 'a name that is read is found');
my $marked = $node->safe_psql('postgres', q{
	select count(*) from pg_attribute join pg_class c on c.oid = attrelid
	where relnamespace = 'medway'::regnamespace and relkind = 'r' and attnum > 0 and atttypid in ('text'::regtype, 'varchar'::regtype)
		and (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from medway.%I where %I like ''MARK%%''', relname, attname), false, true, '')))[1]::text::int > 0
	} =~ s/MARK/${\MARK}/gr);
cmp_ok($marked, '>', 20, 'many columns are marked');
unlink $events;

my $nth = 0;
for my $role ('stranger', 'board')
{
	for my $knows ($role, 'postgres')
	{
		my $pid = proxy($role);
		system('sqlsmith', "--target=host=$folder port=5432 dbname=postgres user=$knows", '--seed=' . ($seed * 100 + $nth++),
			'--max-queries=' . int($statements / 4), ($knows eq 'postgres' ? '--exclude-catalog' : ()));
		sleep 1;
		kill 'TERM', $pid;
		waitpid($pid, 0);
	}
}

my ($done, %state, @ours, @marks, %core) = (0);
for my $line (split /\n/, slurp_file($events))
{
	my ($what, @fields) = split /\t/, $line;
	if ($what eq 'statements') { $done += $fields[0] }
	elsif ($what eq 'mark') { push @marks, $fields[0] }
	else
	{
		my ($state, $file, $routine, $message, $query) = @fields;
		$state{$state}++;
		next unless $state =~ /^XX/;
		if ($our_file{$file}) { push @ours, "$state $file $routine: $message in $query" }
		else { $core{"$file $routine: $message"}++ }
	}
}
# sqlsmith counts one that it could not send as well.
cmp_ok($done, '>=', 0.9 * $statements, "$statements statements, seed $seed");
note("$done statements; errors: " . join(', ', map { "$_ $state{$_}" } sort { $state{$b} <=> $state{$a} } keys %state));
note("internal errors of PostgreSQL's own: $_, $core{$_} times") for sort keys %core;
my $log = slurp_file($node->logfile);
is(join("\n", $log =~ /^(.*(?:TRAP:|PANIC:|was terminated by signal).*)$/mg), '', 'no crash');
is(join("\n", @ours), '', 'no internal error of ours');
is(join("\n", @marks), '', 'nobody read a name or narrative');
$node->stop('immediate');
done_testing();
