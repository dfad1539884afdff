# A session of kpi_random.pl, in psql: a line of SQL in, the lines up to a marker out.
package KpiSession;
use strict;
use warnings;
use IPC::Open2;
use KpiChecks qw($prepare $set_path both_sides is_view difference);

my $number = 0;

sub new
{
	my ($class, $node) = @_;
	my $self = bless { name => 's' . ++$number, state => 'none', savepoints => 0 }, $class;
	my $port = $node->port;
	my $host = $node->host;
	$self->{pid} = open2($self->{out}, $self->{in},
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
	my $differ = difference(@lines) // return;
	my @rows = map { $self->ask('select sum(side), line ' . both_sides($_) . ' order by line limit 20;') } grep { is_view($_) } split ' ', $differ;
	return join "\n", "$self->{name} ($self->{state}):$differ", @rows;
}

sub end
{
	my ($self) = @_;
	print { $self->{in} } "\\q\n";
	close $self->{in};
	waitpid $self->{pid}, 0;
}

1;
