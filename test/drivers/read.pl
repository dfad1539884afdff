# usage: read.pl READER...
# Each driver reads what psql reads: all views of a partnership's figures, their
# columns, types and comments, and every row, as a role that may read nothing
# else; while months are stale, and when all are fresh.
#
# A reader is a small program, read_READER.*, that gets a schema and prints lines
# of fields with tabs between, escaped as COPY does, NULL as \N:
#
#   view     VIEW                   in the order of the names
#   column   VIEW COLUMN KIND       in the order of the columns
#   meaning  VIEW COLUMN COMMENT    where the driver has it; COLUMN \N: of the view
#   row      VIEW VALUE...          a double as the eight bytes of it, in hex
#   refused  VIEW                   no right to read the rows
#   type     KIND NAME              the driver's own name of that kind
#
# KIND is text(n), integer, decimal(p,s), double, date, timestamp(0), boolean or
# other.  The drivers' own names stand in a table of docs/bi.md.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use constant LINES_OF_A_DIFFERENCE => 5;

# A date that a driver takes for a moment is the evening before in British summer.
$ENV{TZ} = 'Europe/London';

# Java would leave a folder in /tmp.
$ENV{JDK_JAVA_OPTIONS} = '-XX:-UsePerfData';

my $work = $ENV{TESTDIR};
my $schema = 'town_kpi';
my %prepare = (
	jdbc => \&prepare_jdbc,
	odbc => \&prepare_odbc,
	node_pg => \&prepare_node_pg,
	sqlalchemy => sub { return prepare_python('sqlalchemy', 'sqlalchemy, psycopg2') },
	libreoffice => sub { return prepare_python('libreoffice', 'uno') },
	gdal => sub { return prepare_python('gdal', 'osgeo.ogr') });

# ---------------------------------------------------------------------
# Readers: the command, or nothing and why not.
# ---------------------------------------------------------------------

sub found
{
	my ($program) = @_;
	return grep { -x "$_/$program" } split /:/, $ENV{PATH};
}

sub prepare_jdbc
{
	my $driver = '/usr/share/java/postgresql.jar';
	my @compiler = glob '/usr/share/java/eclipse-jdt-core*.jar';
	found('java') or return (undef, 'no java');
	@compiler or return (undef, 'no eclipse-jdt-core.jar');
	-e $driver or return (undef, "no $driver");
	# The compiler's own command, ecj, does not find it in Debian 13.
	system_or_bail('java', '-cp', join(':', @compiler), 'org.eclipse.jdt.internal.compiler.batch.Main', '-17', '-proc:none', '-nowarn', '-d', $work, 'test/drivers/read_jdbc.java');
	return [ 'java', '-cp', "$work:$driver", 'ReadJdbc', $schema ];
}

sub prepare_odbc
{
	my ($driver) = glob '/usr/lib/*/odbc/psqlodbcw.so';
	$driver or return (undef, 'no psqlodbcw.so');
	-e '/usr/include/sql.h' or return (undef, 'no sql.h');
	system_or_bail('gcc', '-O2', '-Wall', '-Wextra', '-Werror', '-o', "$work/read_odbc", 'test/drivers/read_odbc.c', '-lodbc');
	return [ "$work/read_odbc", $schema, $driver ];
}

sub prepare_node_pg
{
	found('node') or return (undef, 'no node');
	IPC::Run::run([ 'node', '-e', 'require("pg")' ], '>&', \my $why)
		or return (undef, 'no node-pg');
	return [ 'node', 'test/drivers/read_node_pg.js', $schema ];
}

# Debian's own Python, which sees Debian's modules.
sub prepare_python
{
	my ($reader, $modules) = @_;
	IPC::Run::run([ '/usr/bin/python3', '-c', "import $modules" ], '>&', \my $why)
		or return (undef, "no Python modules $modules");
	return [ '/usr/bin/python3', "test/drivers/read_$reader.py", $schema ];
}

# ---------------------------------------------------------------------
# What they are to read
# ---------------------------------------------------------------------

# One address of this machine, since not every driver knows Unix sockets, and
# therefore passwords.
my $node = PostgreSQL::Test::Cluster->new('drivers');
$node->init;
$node->append_conf('postgresql.conf', "listen_addresses = '127.0.0.1'\njit = off\n");
unlink $node->data_dir . '/pg_hba.conf';
$node->append_conf('pg_hba.conf', "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n");
$node->start;
$node->safe_psql('postgres', q{create database council template template0 encoding 'UTF8'});
my ($role) = slurp_file('docs/bi.md') =~ /^## The role\n.*?^```sql\n(.*?)^```/ms;
append_to_file("$work/role.sql", $role =~ s/medway/town/gr =~ s/…/board/gr);
$node->command_ok(
	[ 'psql', '-X', '-q', '-d', $node->connstr('council'), '-v', "role=$work/role.sql", '-f', 'test/drivers/partnership.sql' ],
	'a partnership is made, and the role of docs/bi.md');

# lines QUERY, ROLE: in COPY's text form; "refused" where the role has no right.
sub lines
{
	my ($query, $role) = @_;
	my ($status, $out, $error) = $node->psql('council',
		"\\set VERBOSITY verbose\nset datestyle = iso;\ncopy ($query) to stdout",
		extra_params => [ '-U', $role // 'postgres' ], on_error_die => 0);
	return 'refused' if $status != 0 && $error =~ /ERROR:  42501:/;
	die $error if $status != 0;
	return split /^/, $out eq '' ? '' : "$out\n";
}

my %kind_of = (
	'integer' => 'integer',
	'double precision' => 'double',
	'date' => 'date',
	'timestamp(0) without time zone' => 'timestamp(0)',
	'boolean' => 'boolean');

sub kind_of
{
	my ($type) = @_;
	return "text($1)" if $type =~ /^character varying\((\d+)\)$/;
	return "decimal($1,$2)" if $type =~ /^numeric\((\d+),(\d+)\)$/;
	return $kind_of{$type} // "no type for every driver: $type";
}

my (@views, %columns, @listing);
for (lines("select view_name, column_name, data_type from $schema.data_dictionary order by view_name collate \"C\", position"))
{
	chomp;
	my ($view, $column, $type) = split /\t/;
	if ($column eq '\N')
	{
		push @views, $view;
		push @listing, "view\t$view\n";
		next;
	}
	push @listing, "column\t$view\t$column\t" . kind_of($type) . "\n";
	push @{ $columns{$view} }, $type eq 'double precision' ? "encode(float8send($column), 'hex')" : $column;
}
my @meanings = lines("select 'meaning', view_name, column_name, meaning from $schema.data_dictionary");

# rows_of ROLE: every row of every view as psql reads it.
sub rows_of
{
	my ($role) = @_;
	my @rows;
	for my $view (@views)
	{
		my @lines = lines("select 'row', '$view', " . join(', ', @{ $columns{$view} }) . " from $schema.$view", $role);
		push @rows, "@lines" eq 'refused' ? "refused\t$view\n" : @lines;
	}
	@rows = sort @rows;
	return @rows;
}

# documented READER: what its column of the table in docs/bi.md sets as code, a row a key.
sub documented
{
	my ($reader) = @_;
	my ($table) = slurp_file('docs/bi.md') =~ /^## Types\n.*?\n\n(\|.*?)\n\n/ms;
	my ($head, undef, @rows) = map { [ map { s/^\s+|\s+$//gr } (split /\|/)[ 1 .. 8 ] ] } split /\n/, $table;
	my ($column) = grep { lc($head->[$_]) =~ tr/-/_/r eq $reader } 1 .. $#$head;
	return map { ($_->[0] => { map { $_ => 1 } $_->[$column] =~ /`(.*?)`/g }) } @rows;
}

# ---------------------------------------------------------------------
# What they read
# ---------------------------------------------------------------------

# read_with COMMAND, ROLE: the lines that the reader prints, by their first field.
sub read_with
{
	my ($command, $role) = @_;
	local @ENV{qw(PGHOST PGPORT PGDATABASE PGUSER PGPASSWORD)} = ('127.0.0.1', $node->port, 'council', $role, $role);
	my ($out, $error) = ('', '');
	my %lines = map { $_ => [] } qw(listing meaning row refused type);
	IPC::Run::run($command, '>', \$out, '2>', \$error, IPC::Run::timeout(120))
		or diag("@$command ended with status $?: $error");
	for (split /^/, $out)
	{
		my ($first) = split /\t/;
		push @{ $lines{ $first =~ /^(?:view|column)$/ ? 'listing' : $first } }, $_;
	}
	return \%lines;
}

# same_lines GOT, EXPECTED, WHAT: the first that differ, either way.
sub same_lines
{
	my ($got, $expected, $what) = @_;
	ok("@$got" eq "@$expected", $what) and return;
	my %balance;
	$balance{$_}++ for @$got;
	$balance{$_}-- for @$expected;
	my @odd = grep { $balance{$_} } @$got;
	my @missed = grep { $balance{$_} } @$expected;
	diag('the same lines in another order') if !@odd && !@missed;
	for ([ 'the driver has', @odd ], [ 'psql has', @missed ])
	{
		my ($who, @lines) = @$_;
		diag(scalar(@lines), " lines that only $who:") if @lines;
		diag(substr($_, 0, 200)) for splice @lines, 0, LINES_OF_A_DIFFERENCE;
	}
	return;
}

# Figures that change with the day are read again when it changed between.
sub reads_the_same
{
	my ($command, $role, $what) = @_;
	my (@expected, $read, @got);
	do
	{
		@expected = rows_of($role);
		$read = read_with($command, $role);
		@got = sort map { @{ $read->{$_} } } qw(row refused);
	} until "@got" eq "@expected" || "@expected" eq join ' ', rows_of($role);
	same_lines(\@got, \@expected, $what);
	return $read;
}

sub lists_the_same
{
	my ($reader, $read) = @_;
	my %documented = documented($reader);

	same_lines($read->{listing}, \@listing, "$reader lists every view and column, with its type");
	same_lines(
		[ sort @{ $read->{meaning} } ],
		[ sort grep { $documented{ /^meaning\t\w+\t\\N\t/ ? 'comment of a view' : 'comment of a column' }{yes} } @meanings ],
		"$reader has the comments that docs/bi.md says it has");

	my %seen;
	for (@{ $read->{type} })
	{
		chomp;
		my (undef, $kind, $names) = split /\t/;
		$seen{ $kind =~ s/\(.*//r }{$_} = 1 for split /, /, $names;
	}
	my @undocumented = map { my $kind = $_; map { "$kind is $_" } grep { !$documented{$kind}{$_} } sort keys %{ $seen{$kind} } } sort keys %seen;
	is("@undocumented", '', "$reader names the types as docs/bi.md says");
	is(join(' ', sort keys %seen), 'boolean date decimal double integer text timestamp', "$reader met every type");
	return;
}

is( join('', grep { /^refused/ } rows_of('board')),
	join('', lines("select 'refused', relname from pg_class where relnamespace = '$schema'::regnamespace
		and 'security_invoker=true' = any (reloptions) order by relname collate \"C\"")),
	'who may read the figures alone is refused the views of single cases alone');

my %command;
for my $reader (@ARGV)
{
	my ($command, $why) = $prepare{$reader}->();
  SKIP:
	{
		skip("$reader: $why", 1) if !$command;
		$command{$reader} = $command;
	}
}

sub stale_months { return scalar(my @rows = lines('select from town.stale_month')) }

cmp_ok(stale_months(), '>', 0, 'months are stale');
for my $reader (sort keys %command)
{
	lists_the_same($reader, reads_the_same($command{$reader}, 'board', "$reader reads what psql reads while months are stale"));
}

$node->safe_psql('council', q{call early_help.refresh_kpis('town')});
is(stale_months(), 0, 'no month is stale');
for my $reader (sort keys %command)
{
	reads_the_same($command{$reader}, 'board', "$reader reads it when all months are fresh");
	reads_the_same($command{$reader}, 'case_manager', "$reader reads the rest with the right to read the records");
}

$node->stop;
done_testing();
