# Conditions made up at random over the columns of a view, for kpi_metamorphic.pl: what a reader may write
# after WHERE, on every type of column, true, false or null. The random numbers are the caller's.
package RandomConditions;
use strict;
use warnings;
use Exporter qw(import);

our @EXPORT_OK = qw(columns_of condition one_of some_of);

sub one_of { return $_[ rand @_ ] }

# Up to so many of them, none twice, in an order by chance.
sub some_of
{
	my ($most, @from) = @_;
	my @some;
	push @some, splice @from, int rand @from, 1 while @some < $most && @from;
	return @some;
}

# The columns of some relations: name, kind, and values that are there as texts; a query a relation, which
# sees each column's values in an order that the seed chooses.
sub columns_of
{
	my ($node, $seed, @relations) = @_;
	my $queries = $node->safe_psql('postgres', sprintf q{
		select string_agg(format(
			'select %%L || chr(31) || %%L || chr(31) || %%L || coalesce(chr(31) || string_agg(v, chr(31)), '''') || chr(30)
			from (select v from (select distinct %%I::text as v from %%s where %%I is not null) d order by md5(v || %s), v limit 12) t;',
			c.oid::regclass, a.attname,
			case t.typcategory when 'N' then 'number' when 'S' then 'text' when 'D' then 'day' when 'B' then 'truth' else 'unknown' end,
			a.attname, c.oid::regclass, a.attname), ' ' order by c.oid::regclass::text, a.attnum)
		from pg_class c
		join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
		join pg_type t on t.oid = a.atttypid
		where c.oid = any ('{%s}'::regclass[])}, $seed, join ',', @relations);
	my %columns;
	foreach (split /\x1e\n?/, $node->safe_psql('postgres', $queries))
	{
		my ($relation, $name, $kind, @values) = split /\x1f/;
		die "$relation.$name: of which kind?" if $kind eq 'unknown';
		push @{ $columns{$relation} }, { name => $name, kind => $kind, values => \@values };
	}
	return %columns;
}

sub quoted { my ($text) = @_; return "'" . $text =~ s/'/''/gr . "'" }

# A value of a column as it stands in SQL: one that is there, one beside it, or one that never is.
my %strange = (number => [ 0, -1, 1000000, 0.05 ], text => [ '', 'nobody', '%', '2020-13' ], day => [qw(1900-01-01 2100-12-31 infinity)], truth => [qw(t f)]);
sub value
{
	my ($column) = @_;
	my $value = one_of(rand() < 0.9 ? $column->{values}->@* : ()) // one_of($strange{ $column->{kind} }->@*);
	if ($column->{kind} eq 'number')
	{
		$value += one_of(-1, 1, 0.5) if rand() < 0.2;
		return $value < 0 ? "($value)" : $value;
	}
	if ($column->{kind} eq 'day')
	{
		return rand() < 0.2 && $value ne 'infinity' ? "(date '$value' + " . int(rand 60) . ')' : "date '$value'";
	}
	return ($column->{kind} eq 'truth' ? 'boolean ' : '') . quoted($value);
}

sub values_of { my ($column) = @_; return join ', ', map { value($column) } 0 .. rand 4 }

# A pattern that a value has, or once had.
sub pattern
{
	my ($column) = @_;
	my $text = one_of($column->{values}->@*) // 'none';
	my $from = int rand length $text;
	my $piece = substr $text, $from, 1 + int rand 4;
	# A character may be several bytes.
	$piece =~ tr/\\\x80-\xff/_/;
	substr($piece, int rand length $piece, 1) = '_' if $piece ne '' && rand() < 0.3;
	return quoted(one_of("$piece%", "%$piece%", "%$piece", substr($text, 0, 2) =~ tr/\\\x80-\xff/_/r . '%'));
}

sub compared { return one_of('=', '<>', '<', '<=', '>', '>=') }

# On a column of any kind; %s is the column.
my @on_any = (
	sub { '%s ' . compared() . ' ' . value($_[0]) },
	sub { '%s ' . compared() . ' ' . value($_[0]) },
	sub { '%s in (' . values_of($_[0]) . ')' },
	sub { '%s not in (' . values_of($_[0]) . one_of('', '', ', null') . ')' },
	sub { '%s in (values (' . join('), (', map { value($_[0]) } 0 .. 2) . '))' },
	sub { '%s = any (array[' . values_of($_[0]) . '])' },
	sub { '%s <> all (array[' . values_of($_[0]) . '])' },
	sub { '%s is null' },
	sub { '%s is not null' },
	sub { '%s is distinct from ' . value($_[0]) },
	sub { 'coalesce(%s, ' . value($_[0]) . ') ' . compared() . ' ' . value($_[0]) },
	sub { 'nullif(%s, ' . value($_[0]) . ') ' . compared() . ' ' . value($_[0]) });
my %on_kind = (
	number => [
		sub { '%s between ' . value($_[0]) . ' and ' . value($_[0]) },
		sub { '%s not between symmetric ' . value($_[0]) . ' and ' . value($_[0]) },
		sub { '%s %% 2 = ' . one_of(0, 1) },
		sub { 'abs(%s - ' . value($_[0]) . ') < ' . one_of(1, 2, 5) } ],
	text => [
		sub { '%s like ' . pattern($_[0]) },
		sub { '%s like ' . pattern($_[0]) },
		sub { '%s not like ' . pattern($_[0]) },
		sub { '%s ilike ' . pattern($_[0]) },
		sub { '%s between ' . value($_[0]) . ' and ' . value($_[0]) },
		sub { 'length(%s) ' . compared() . ' ' . one_of(2, 5, 7, 10) },
		sub { 'upper(%s) = upper(' . value($_[0]) . ')' } ],
	day => [
		sub { '%s between ' . value($_[0]) . ' and ' . value($_[0]) },
		sub { '%s between ' . value($_[0]) . ' and ' . value($_[0]) },
		sub { '%s + ' . int(rand 400) . ' > ' . value($_[0]) },
		sub { 'extract(' . one_of('year from %s) = 2021', 'month from %s) in (1, 4, 12)', 'quarter from %s) = 2') },
		sub { q{date_trunc('year', %s::timestamp) } . compared() . ' ' . value($_[0]) } ],
	truth => [
		sub { '%s' },
		sub { 'not %s' },
		sub { '%s is ' . one_of('true', 'not true', 'unknown', 'not false') } ]);

# One that speaks of a column, or of two.
sub simple
{
	my ($prefix, @columns) = @_;
	my $column = one_of(@columns);
	my @same = grep { $_->{kind} eq $column->{kind} && $_ != $column } @columns;
	if (@same && rand() < 0.12)
	{
		my $other = one_of(@same);
		return "$prefix$column->{name} " . compared() . " $prefix$other->{name}" if rand() < 0.6;
		return "($prefix$column->{name}, $prefix$other->{name}) " . compared() . ' (' . value($column) . ', ' . value($other) . ')';
	}
	my $made = one_of(one_of(\@on_any, $on_kind{ $column->{kind} })->@*)->($column);
	# A value may hold a percent sign, so the column goes in by hand.
	return $made =~ s/%%/%/r =~ s/%s/$prefix$column->{name}/r;
}

# One of so many levels at most. The day or period is in many a reader's condition.
sub condition
{
	my ($prefix, $levels, @columns) = @_;
	if ($levels == 0 || rand() < 0.3)
	{
		my @when = grep { $_->{name} =~ /^(month|month_key|period)/ } @columns;
		return simple($prefix, @when && rand() < 0.25 ? @when : @columns);
	}
	my ($one, $other) = map { condition($prefix, $levels - 1, @columns) } 1 .. 2;
	return one_of("($one) and ($other)", "($one) and ($other)", "($one) or ($other)", "not ($one)", "($one) and not ($other)",
		"($one) = ($other)", "(($one) or ($other)) is " . one_of('true', 'not false', 'unknown'),
		"case when $one then $other else " . one_of('true', 'false', 'null') . ' end');
}

1;
