# Every figure of every view, computed a second time by SQLite from the records
# as CSV: see test/oracle/README.md.  Never refreshed, refreshed, and stale again.
#
# ORACLE_FAMILIES says how many families to make up (150), over six years;
# ORACLE_SEED which.  The whole of it (test/check ends a test after 15 minutes):
#   ORACLE_FAMILIES=20000 nice make check SUITES=kpi TESTS=kpi_oracle
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $families = $ENV{ORACLE_FAMILIES} // 150;
my $seed = $ENV{ORACLE_SEED} // 7;
note("ORACLE_FAMILIES=$families ORACLE_SEED=$seed");

# Views without a figure of their own, and why.
my @no_figure = (
	[ qr/^data_dictionary$/ => 'the comments of the views' ],
	[ qr/^published_/ => 'figures that were frozen; they have a test of their own' ]);

my $oracle = "test/oracle";
my $separator = "\x1f";
my $null = '(null)';

my $node = PostgreSQL::Test::Cluster->new('oracle');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\njit = off\nautovacuum = off\nlog_statement = none\n");
$node->start;

# ---------------------------------------------------------------------------
# The records
# ---------------------------------------------------------------------------
my $began = time;
my $took = sub { note(sprintf '%s: %.1f s', $_[0], time - $began); $began = time; };

$node->safe_psql('postgres', <<"SQL");
set client_min_messages = warning;
create extension early_help cascade;
create extension early_help_sample;
select early_help.create_partnership('p', population_0_17 => 64979, training => true);
select early_help_sample.generate_sample('p', $families, '2018-04-01', '2024-03-31', $seed);
SQL
$took->('records made up');
$node->safe_psql('postgres', slurp_file("$oracle/odd_rows.psql"));
$node->safe_psql('postgres', 'analyze');
$took->('odd rows added');
my $today = $node->safe_psql('postgres', 'select current_date');

# ---------------------------------------------------------------------------
# The second engine
# ---------------------------------------------------------------------------

# Everything a view may rest on but the cells, and what no figure is made from:
# a table a line, with its columns.  Numbers compare as numbers; truth is 1 or 0.
my @tables = split /\n/, $node->safe_psql('postgres', <<'SQL');
select
    relname || ': ' || string_agg(
        attname || ' ' || case typcategory when 'N' then 'numeric' when 'B' then 'integer' else 'text' end,
        ', ' order by attnum)
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_type t on t.oid = a.atttypid
where relnamespace = 'p'::regnamespace
    and relkind = 'r'
    and relname !~ '^(cube_|stale_|kpi_(cube|filled|period|refresh))'
    and relname !~ '_identity$|^(episode_event|level_change|structure_as_made|history|alert|inbox_|import_)'
group by relname
order by relname;
SQL

my $folder = $node->basedir . '/csv';
mkdir $folder or die "$folder: $!";
my (@exports, @imports);
for (@tables)
{
	my ($table, $columns) = /^(\w+): (.*)/;
	my @names = $columns =~ /(\w+) \w+/g;
	my $select = $columns =~ s/(\w+) integer/$1::integer/gr =~ s/(\w+) (?:numeric|text)/$1/gr;
	push @exports, "\\copy (select $select from p.$table) to '$folder/$table.csv' with (format csv, null '$null')";
	push @imports,
	  "create table $table ($columns);",
	  ".import --csv $folder/$table.csv $table",
	  "update $table set " . join(', ', map { "$_ = nullif($_, '$null')" } @names) . ';',
	  # What the definitions look up one by one, of many families.
	  map { "create index ${table}_by_$_ on $table ($_);" } grep { /_id$/ } @names;
}
$node->safe_psql('postgres', join "\n", @exports);
$took->('exported');

my $database = "$folder/oracle.db";
sub sqlite
{
	my ($name, @lines) = @_;
	my $script = "$folder/$name.script";
	my $answers = "$folder/$name.answers";
	append_to_file($script, join "\n", '.bail on', ".separator \"$separator\" \"\\n\"", ".nullvalue \"$null\"", @lines, '');
	my $status = system("sqlite3 '$database' <'$script' >'$answers' 2>&1");
	my $said = slurp_file($answers);
	die "sqlite3, $name: $said" if $status != 0;
	return $said;
}

sqlite('load',
	'pragma journal_mode = off;', 'pragma synchronous = off;',
	'begin;', @imports, 'commit;', 'analyze;',
	"create table today as select '$today' as day;");
sqlite('shared', map { slurp_file($_) } sort glob("$oracle/0*.sql"));
$took->('loaded');

my @views = split /\n/, $node->safe_psql('postgres', <<'SQL');
select relname from pg_class where relnamespace = 'p_kpi'::regnamespace and relkind in ('v', 'm', 'r') order by relname;
SQL
my (%expected, %columns_of);
for my $view (@views)
{
	my ($reason) = map { $_->[1] } grep { $view =~ $_->[0] } @no_figure;
	if ($reason)
	{
		note("$view has no figure of its own: $reason");
		next;
	}
	ok(-e "$oracle/$view.sql", "$view is computed by the oracle") or next;
	my @lines = split /\n/, sqlite($view, '.headers on', slurp_file("$oracle/$view.sql"));
	$columns_of{$view} = shift @lines;
	$expected{$view} = \@lines;
	$took->($view);
}
for my $file (glob "$oracle/[a-z]*.sql")
{
	my ($view) = $file =~ m{/(\w+)\.sql$};
	ok(exists $expected{$view}, "$view is a view");
}

# ---------------------------------------------------------------------------
# Both ways
# ---------------------------------------------------------------------------
sub compare
{
	my ($when, @views) = @_;
	for my $view (@views)
	{
		my @shown = split /\n/, $node->safe_psql('postgres',
			"\\pset tuples_only off\n\\pset footer off\n\\pset fieldsep '$separator'\n\\pset null '$null'\n"
			  . "select * from p_kpi.$view;");
		my $columns = shift @shown;
		is($columns, $columns_of{$view}, "$view has the columns of the oracle") if $when eq 'refreshed';
		my %rows;
		$rows{$_}++ for @shown;
		$rows{$_}-- for @{ $expected{$view} };
		my @differ = grep { $rows{$_} != 0 } sort keys %rows;
		is(scalar @differ, 0, "$view, $when: " . @shown . ' rows');
		show($columns, \%rows, @differ) if @differ;
		$took->("$view, $when");
	}
	return;
}

# What differs, the first few, in pairs as far as sorting brings them together.
sub show
{
	my ($columns, $rows, @differ) = @_;
	my $most = $ENV{ORACLE_SHOW} // 10;
	my @lines = map { ($rows->{$_} > 0 ? 'view    ' : 'oracle  ') . s/$separator/ | /gr } splice @differ, 0, $most;
	diag(join "\n", '        ' . $columns =~ s/$separator/ | /gr, @lines, @differ ? '... ' . @differ . ' more' : ());
	return;
}

# Summing live cubes for every month takes minutes: of these, some months are stale below.
my %from_cubes = map { $_ => 1 } qw(benchmarks dashboard figures headline spc);
compare('never refreshed', grep { !$from_cubes{$_} } sort keys %expected);
$node->safe_psql('postgres', q{set client_min_messages = warning; call early_help.refresh_kpis('p');});
$took->('refreshed');
compare('refreshed', sort keys %expected);
# The last quarter of a year and the first of the next.
$node->safe_psql('postgres',
	q{select early_help.mark_stale('p', '2021-01-01', '2021-06-01')});
compare('stale for two quarters', sort keys %expected);

# ---------------------------------------------------------------------------
# The records behind a figure add up to it
# ---------------------------------------------------------------------------
# Every figure of every so many periods; ORACLE_EXPLAINED=1: of all.
my $every = $ENV{ORACLE_EXPLAINED} // 11;
my ($explained, $wrong, $which) = split /\|/, $node->safe_psql('postgres', <<"SQL");
with explained as (
    select
        f.metric_code || ' ' || f.period_key as figure,
        coalesce(e.numerator, 0) = f.numerator
            and coalesce(e.denominator, 0) = coalesce(f.denominator, 0)
            and (f.unit <> 'days' or round(e.median::numeric, 1) is not distinct from f.value) as is_right
    from (
        select *, row_number() over (partition by metric_code order by period_kind, period_start) as place
        from p_kpi.figures
    ) f
    cross join lateral (
        select
            sum(x.numerator) as numerator,
            sum(x.denominator) as denominator,
            percentile_cont(0.5) within group (order by x.days) as median
        from p_kpi.explain_figure(f.metric_code, f.period_key) x
    ) e
    where f.place % $every = 0
)
select count(*), count(*) filter (where not is_right), min(figure) filter (where not is_right) from explained;
SQL
cmp_ok($explained, '>', 100, "$explained figures explained");
is($wrong, 0, 'the records behind each add up to it') or diag("such as $which");
$took->('explained');

$node->stop;
done_testing();
