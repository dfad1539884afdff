# Chance, and the values, names and types that the scenarios of Fuzz.pm draw by it.
package FuzzValues;
use strict;
use warnings;
use Exporter qw(import);
use FuzzCatalogue qw($known);

our @EXPORT_OK = qw(below pick seldom quote name id day word @types value value_for typed);

# Chance.
sub below { return int(rand($_[0])) }
sub pick { return $_[ below(scalar @_) ] }
sub seldom { return rand(100) < $_[0] }
sub quote { my ($text) = @_; $text =~ s/'/''/g; return $text =~ /\\/ ? "E'" . $text =~ s/\\/\\\\/gr . "'" : "'$text'" }
sub name { return '"' . $_[0] =~ s/"/""/gr . '"' }

# Ids are few, so that what is looked up is there.
sub id { return seldom(90) ? pick(0, 1, 1, 1, 2, 2, 3, -1, -2) : pick(4711, 1234567, 2147483647, -2147483648, 7654321) }

sub day
{
	return pick('infinity', '-infinity', '0001-01-01 BC', '4713-01-01 BC', '5874897-12-31', '1900-01-01', '2100-12-31', '1970-01-01')
	  if seldom(8);
	return sprintf('%d-%02d-%02d', pick(2023, 2024, 2024, 2024, 2025), 1 + below(12), 1 + below(28));
}

sub word
{
	my $kind = below(100);
	return pick('', ' ', 'x', 'N5', '1A', '6', '3C', 'M', 'F', 'G', '0', '1', '24', '%s', '@.plan', "it's", 'a\\b', '$1') if $kind < 50;
	return pick(map { @{ $known->{enums}{$_} } } sort keys %{ $known->{enums} }) if $kind < 70;
	return pick(@{ $known->{cubes} }) if $kind < 80;
	return 'x' x pick(63, 64, 255, 256, 8191) if $kind < 83;
	# Any characters that UTF-8 has.
	return join('', map { my $c = pick(1 + below(127), 128 + below(2000), 0x4E00 + below(20000), 0x1F600 + below(60)); chr($c) } 0 .. below(12));
}

my @levels = qw(universal early_help social_care);
my @domains = qw(health_and_wellbeing development_and_education parenting_and_caring family_and_community);

# The types a column of ours may turn out to have.
our @types = (
	'smallint', 'integer', 'bigint', 'bigint', 'text', 'text', 'character varying', 'character varying(3)', 'date', 'date',
	'timestamp without time zone', 'timestamp with time zone', 'numeric', 'boolean', 'uuid', 'bytea', 'integer[]', 'bigint[]', 'text[]',
	'date[]', 'early_help.need_level', 'early_help.eha_domain', 'early_help.event_date', 'early_help.episode_state',
	'early_help.plan_kind', 'early_help.need_level[]', 'jsonb', 'point', 'double precision', 'real', 'name', 'oid', '"char"', 'interval',
	'daterange', 'record_of_ours', 'regclass', 'time without time zone', 'inet', 'tsvector', 'money', 'bit(3)', 'character(2)',
	'early_help.continuum_event', 'early_help.contact_decision', 'whole_number', 'positive', 'maybe_day', 'no_null');

# A value of a type, as SQL.
sub value
{
	my ($type, $nulls) = @_;
	return 'null' if seldom($nulls // 9);
	$type =~ s/^early_help\.//;
	if ($type =~ s/\[\]$//)
	{
		return "'{}'" if seldom(15);
		return 'array[' . join(', ', map { 'array[' . typed(value($type), $type) . ']' } 0 .. below(3)) . ']' if seldom(10);
		return "array_fill(" . typed(value($type), $type) . ", array[" . pick(1, 1000, 20000) . "], array[" . pick(1, 0, -5, 2147483000) . "])" if seldom(6);
		return 'array[' . join(', ', map { typed(value($type), $type) } 0 .. below(5)) . ']';
	}
	return quote($type eq 'need_level' && seldom(80) ? pick(@levels) : pick(@{ $known->{enums}{"early_help.$type"} }))
	  if $known->{enums}{"early_help.$type"};
	return quote(pick(@levels)) if $type eq 'need_level';
	return quote(pick(@domains)) if $type eq 'eha_domain';
	return id() if $type =~ /^(bigint|integer|whole_number|positive|numeric|money|no_null)/ && seldom(93);
	return pick('9223372036854775807', '-9223372036854775808', '9999999999') if $type eq 'bigint';
	return pick('2147483647', '-2147483648', '0') if $type eq 'integer';
	return pick(0, 1, 2, 3, -1, 32767, -32768) if $type eq 'smallint';
	return quote(sprintf('%d-%02d-%02d', pick(2023, 2024, 2024, 2025), 1 + below(12), 1 + below(28))) if $type =~ /^(event_date|timestamp)/ && seldom(97);
	return quote(day()) if $type =~ /^(date|event_date|maybe_day|timestamp)/ && $type ne 'daterange';
	return pick('true', 'false') if $type eq 'boolean';
	return quote(pick('NaN', 'Infinity', '-Infinity', '1e400', '0.5', '-0', '1')) if $type =~ /^numeric/;
	return quote(pick('NaN', 'Infinity', '-Infinity', '1e30', '0.5', '-0', '1')) if $type =~ /^(double|real)/;
	return quote('00000000-0000-0000-0000-00000000000' . below(10)) if $type eq 'uuid';
	return "decode('" . join('', map { sprintf '%02x', below(256) } 0 .. below(20)) . "', 'hex')" if $type eq 'bytea';
	return quote(pick('{}', '[]', '1', 'null', '{"a": 1}')) if $type =~ /^jsonb?$/;
	return "point(1, 2)" if $type eq 'point';
	return quote(pick('1 day', '-3 months', '0')) if $type eq 'interval';
	return quote('[2024-01-01,2024-0' . (2 + below(7)) . '-01)') if $type eq 'daterange';
	return quote('12:00') if $type =~ /^time /;
	return quote('10.0.0.1') if $type eq 'inet';
	return quote('101') if $type =~ /^bit/;
	return quote(chr(65 + below(26))) if $type eq '"char"';
	return pick(0, 1, 4711, pick(@{ $known->{relations} })) if $type =~ /^(oid|regclass)$/;
	return "'(1,x)'" if $type eq 'record_of_ours';
	return "'a b'" if $type eq 'tsvector';
	my $word = word();
	$word = substr($word, 0, $1) if $type =~ /^character.*\((\d+)\)/ && seldom(97);
	return quote($word);
}

# A value of a column: null only seldom where it cannot be.
sub value_for
{
	my ($shape, $column) = @_;
	my $needed = $column->{needed} || $column->{suffix} =~ /not null/ || $column->{type} eq 'no_null' || grep { $_ eq $column->{name} } @{ $shape->{key} };
	my $nulls = $needed ? 2 : 9;
	# What is looked for is there in another type as well.
	return seldom($nulls) ? 'null' : quote(id()) if $column->{name} =~ /_id$/ && $column->{type} =~ /^(text|character varying|name|bytea)/ && seldom(75);
	return seldom($nulls) ? 'null' : quote(day()) if $column->{name} =~ /_on$/ && $column->{type} =~ /^(text|character varying)/ && seldom(75);
	return value($column->{type}, $nulls);
}

sub typed
{
	my ($value, $type) = @_;
	$type = "early_help.$type" if $type =~ /^(need_level|eha_domain|event_date)$/ || $known->{enums}{"early_help.$type"};
	return "$value\::$type";
}

1;
