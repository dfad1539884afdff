# Every query of a rule finds its rows by an index, however large the record is: a rule looks at one family, child or
# episode. The queries come from the C sources, their plans from a partnership of made-up families.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# What a plan may read as a whole: a table that stays short.
my $short = 300;

# Acts that mend a mistake, now and then, look further.
my %looks_further = (
	'belongs.c:names_stranger_query' => 'a child who is parted from another: every record may name it',
	'moved.c:rests_on_assessment_query' => 'an EHA that is moved: plans and steps have no index of it');

my %type_of = (INT8OID => 'bigint', INT4OID => 'integer', DATEOID => 'date', TEXTOID => 'text', TIMESTAMPTZOID => 'timestamptz');

# "..." "..." MACRO MACRO("...") as the text that C makes of it.
sub text_of
{
	my ($expression, $macros) = @_;
	my $text = '';
	while ($expression =~ /\G[\s\\]*(?:"((?:[^"\\]|\\.)*)"|([A-Z_]+)(?:\(((?:[^()"]|"[^"]*")*)\))?)/gc)
	{
		my ($string, $name, $given) = ($1, $2, $3);
		if (defined $string) { $text .= $string; next }
		my ($parameters, $body) = @{ $macros->{$name} or die "no macro $name" };
		my @values = defined $given ? $given =~ /("[^"]*")/g : ();
		my %value;
		@value{@$parameters} = @values;
		# A parameter stands between strings, never in one.
		$body =~ s/("[^"]*")|\b([a-z]+)\b/$1 \/\/ $value{$2}/ge;
		$text .= text_of($body, $macros);
	}
	return $text;
}

# name => [text, types of its parameters]
sub queries_of
{
	my ($file) = @_;
	my $source = slurp_file($file);
	my (%macros, %queries);
	$source =~ s{/\*.*?\*/}{}gs;
	while ($source =~ /^#define\s+([A-Z_]+)(?:\(([^)]*)\))?[ \t]*((?:[^\n]*\\\n)*[^\n]*)$/mg)
	{
		$macros{$1} = [ [ split /\s*,\s*/, $2 // '' ], $3 ];
	}
	while ($source =~ /PartnershipQuery (\w+) = \{\s*(.*?),\s*\d+,\s*\{([^}]*)\}\s*\};/sg)
	{
		my ($name, $text, $types) = ($1, $2, $3);
		$queries{$name} = [ text_of($text, \%macros), map { $type_of{$_} or die "$name: $_" } $types =~ /([A-Z]\w+)/g ];
	}
	return %queries;
}

# As partnership_query.c has it, for partnership town.
sub text_for_town
{
	my ($text) = @_;
	$text =~ s/insert into @/insert into town./g;
	$text =~ s/@/only town./g;
	$text =~ s/ == / = /g;
	return $text;
}

my $node = PostgreSQL::Test::Cluster->new('rule_queries');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\nautovacuum = off\n");
$node->start;
$node->safe_psql('postgres', <<'SQL');
create extension early_help cascade;
create extension early_help_sample;
select from early_help.create_partnership('town', training => true);
select from early_help_sample.generate_sample('town', 2000, from_on => '2023-04-01', to_on => '2026-03-31', seed => 1);
analyze;
SQL
my %rows = map { split /\|/ } split /\n/, $node->safe_psql('postgres',
	q{select relname, reltuples from pg_class where relnamespace = 'town'::regnamespace and relkind = 'r'});

# An index finds a row by its first column.
my %index = map { my ($name, $table, $column) = split /\|/; $name => { table => $table, column => $column } } split /\n/,
	$node->safe_psql('postgres', q{select i.relname, t.relname, pg_get_indexdef(x.indexrelid, 1, true)
		from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
		where t.relnamespace = 'town'::regnamespace});

# The long tables that a plan reads as a whole.
sub read_as_a_whole
{
	my @lines = split /\n/, shift;
	my @tables;
	while (my ($n, $line) = each @lines)
	{
		my $condition = ($lines[ $n + 1 ] // '') =~ /Index Cond: (.*)/ ? $1 : '';
		push @tables, $1 if $line =~ /Seq Scan on (\w+)/;
		push @tables, $index{$1}{table}
		  if $line =~ /(?:Index (?:Only )?Scan(?: Backward)? using|Bitmap Index Scan on) (\w+)/ && $condition !~ /\b\Q$index{$1}{column}\E\b/;
	}
	return grep { ($rows{$_} // 0) > $short } @tables;
}

# A short table may be read as a whole because it is short, or because its index may not: never for both reasons.
sub reads_always
{
	my ($query) = @_;
	my %first = map { $_ => 1 } read_as_a_whole(plan_of('on', @$query));
	return grep { $first{$_} } read_as_a_whole(plan_of('off', @$query));
}

sub plan_of
{
	my ($seqscan, $text, @types) = @_;
	my $list = @types ? '(' . join(', ', @types) . ')' : '';
	my $values = @types ? '(' . join(', ', ('null') x @types) . ')' : '';
	return $node->safe_psql('postgres', "set plan_cache_mode = force_generic_plan; set enable_seqscan = $seqscan; prepare q$list as " . text_for_town($text)
		. "; explain (costs off) execute q$values");
}

my $count = 0;
foreach my $file (sort glob 'extension/src/*/*.c')
{
	my %queries = queries_of($file);
	my ($short_name) = $file =~ m{([^/]+)$};
	foreach my $name (sort keys %queries)
	{
		my $query = "$short_name:$name";
		my @tables = reads_always($queries{$name});
		$count++;
		if ($looks_further{$query}) { isnt(scalar @tables, 0, "$query: $looks_further{$query}") }
		else { is("@tables", '', "$query reads no table as a whole") }
	}
}
my $written = () = join('', map { slurp_file($_) } glob 'extension/src/*/*.c') =~ /PartnershipQuery \w+ = /g;
is($count, $written, 'every query was planned');
done_testing();
