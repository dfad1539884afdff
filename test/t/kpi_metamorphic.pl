# What must hold of every view of figures whatever its figures are, asked with conditions made up at random:
#
#   parts    the rows where p, where not p and where p is null are the rows of the view
#   filter   a filter that reaches into the view gives what the same filter on a copy of its rows gives
#   groups   grouped by any of its columns, with a filter, it gives the groups and the totals of the copy
#   periods  months add up to quarters and years, or relate to them as %over_time says
#
# with no month stale, with some stale, as a whole or in parts, and, from 120 conditions on, with all stale, where an
# answer takes seconds. In each state everything is
# asked in one transaction, REPEATABLE READ; the copies are temporary tables of its snapshot.
#
# METAMORPHIC_PREDICATES says how many conditions (the whole: 20000, with TEST_SECONDS=7200), EARLY_HELP_SEED which.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);
use KpiWrites qw(%kinds $first_day);
use RandomConditions qw(columns_of condition one_of some_of);

# Views that are not asked, and why.
my %left_out = ();

# How a column of a view by period follows from the months of the period:
#   sum     their sum
#   last    the figure of the last of them
#   most    different cases: at least as many as in any month, at most their sum
#   within  a median, mean or percentage: not below the least of them, not above the greatest
#   own     no way but from the period's own cases
# The rows of a period are told apart by `by`; all columns of numbers must stand here.
my %over_time = (
	caseload => {
		episodes => 'most', families => 'most', children => 'most', episodes_open => 'most', families_open => 'most',
		children_open => 'most', episodes_opened => 'sum', episodes_reopened => 'sum', episodes_closed => 'sum',
		episodes_open_at_end => 'last' },
	# A case has what it had in its first month of the period; kpi_reconcile.pl adds them up.
	caseload_children => { children => 'own' },
	caseload_episodes => { episodes => 'own' },
	rates => { map { $_ => 'own' } qw(counted not_counted population population_year rate_per_10000) },
	rates_by_ward => { map { $_ => 'own' } qw(counted not_counted population population_year rate_per_10000) },
	children_contacted => { children => 'most', contacts => 'sum' },
	figures => { by => 'metric_code', board_order => 'within', numerator => 'metric', denominator => 'metric', value => 'metric' },
	length_of_support => {
		lengths => 'sum', median_days => 'within', mean_days => 'within', percentile_90_days => 'own',
		median_days_from_opening => 'within', percentile_90_days_from_opening => 'own' },
	waiting_times => {
		by => 'waiting_for', waits_ended => 'sum', waits_ended_by_start => 'sum', median_days => 'within', mean_days => 'within',
		percentile_90_days => 'own', started_median_days => 'within', still_waiting => 'last', still_waiting_median_days => 'last', still_waiting_longest_days => 'last',
		median_days_at_least => 'own' });
# A figure (metric): its numerator, its denominator and its value.
my %way = (
	sum => { numerator => 'sum', denominator => 'sum', value => 'sum' },
	percentage => { numerator => 'sum', denominator => 'sum', value => 'within' },
	median => { numerator => 'sum', denominator => 'sum', value => 'within' },
	different => { numerator => 'most', denominator => 'sum', value => 'most' },
	stock => { numerator => 'last', denominator => 'sum', value => 'last' });
my %way_of;

# How often a view is asked in a state, where that is not once for each other view: what no mark touches, and what
# takes seconds while months are stale. The latter do not all come in a short run.
my @weights = (
	[ qr/^published_|^data_dictionary$|^metric$/ => { fresh => 0.3, half => 0, stale => 0 } ],
	[ qr/^(figures|spc|dashboard|headline|services)$/ => { fresh => 1, half => 0.4, stale => 0.15 } ]);

my $seed = $ENV{EARLY_HELP_SEED} // 20210401;
my $wanted = $ENV{METAMORPHIC_PREDICATES} // 40;
srand($seed);
note("EARLY_HELP_SEED=$seed METAMORPHIC_PREDICATES=$wanted");
my $began = time;

# ---------------------------------------------------------------------------
# The records
# ---------------------------------------------------------------------------
my $families = 60;
my $node = PostgreSQL::Test::Cluster->new('metamorphic');
$node->init;
$node->append_conf('postgresql.conf', "shared_buffers = 64MB\nfsync = off\njit = off\nautovacuum = off\nlog_statement = none\n");
$node->start;
sub query { my ($sql) = @_; return $node->safe_psql('postgres', $sql) }

query(<<"SQL");
set client_min_messages = warning;
create extension early_help cascade;
create extension early_help_sample;
select early_help.create_partnership('p', population_0_17 => 64979, training => true);
select early_help_sample.generate_sample('p', $families, '2020-07-01', '2021-06-30', $seed % 1000);
SQL
query(slurp_file('test/oracle/odd_rows.psql'));
KpiWrites::look_at($node, $families);
$first_day = '2020-05-01';
# A month that is published twice, with a change between.
my $publish = q{select p.publish_figures(period, (select min(practitioner_id) from p.practitioner)) from unnest('{2020-11,2020/21 Q3,2020/21}'::text[]) period;};
query($publish);
query('set search_path = p, early_help; ' . KpiWrites::contact("date '2020-11-07'", 1) . KpiWrites::contact("date '2020-11-08'", 2) . $publish);
query('analyze');
query(q{call early_help.refresh_kpis('p')});
note(sprintf 'records made up: %.1f s', time - $began);

my @views = split /\n/, query(q{select relname from pg_class where relnamespace = 'p_kpi'::regnamespace and relkind = 'v' order by relname});
my %columns = columns_of($node, $seed, map { "p_kpi.$_" } @views);
@views = grep { !exists $left_out{$_} } @views;
my @by_period = split /\n/, query(q{
	select attrelid::regclass from pg_attribute a join pg_class c on c.oid = a.attrelid
	where relnamespace = 'p_kpi'::regnamespace and relkind = 'v' and attname = 'period_kind' and relname !~ '^published_' order by relname});
s/.*\.// foreach @by_period;

# What the head of this file says of the views is all there is to say.
sub numbers { my ($view) = @_; return map { $_->{name} } grep { $_->{kind} eq 'number' } $columns{"p_kpi.$view"}->@* }
is_deeply(\@by_period, [ sort keys %over_time ], 'the views by period are those that %over_time names');
is_deeply([ sort(numbers($_)) ], [ sort grep { $_ ne 'by' } keys $over_time{$_}->%* ], "the columns of numbers of $_ are those that it names")
	foreach grep { exists $columns{"p_kpi.$_"} } sort keys %over_time;

# The way of each figure.
foreach (split /\n/, query(q{
	select metric_code, case
		when over_time in ('sum', 'due') then case when unit = '%' then 'percentage' else 'sum' end
		when over_time in ('distinct', 'stays') then 'different'
		else over_time end
	from p.kpi_metric}))
{
	my ($metric, $way) = split /\|/;
	$way_of{$metric} = $way;
	ok(exists $way{$way}, "it is known how figure $metric is taken over months");
}

# ---------------------------------------------------------------------------
# What is asked
# ---------------------------------------------------------------------------

# Each question is a statement that answers its number, into how many parts it divides the rows, and after a colon
# what does not hold. What it is about is kept here.
my @asked;
sub ask
{
	my ($about, $sql) = @_;
	push @asked, $about;
	return $sql =~ s/\bNUMBER\b/$#asked/r . ";\n";
}

# What is counted of a set of rows: how many, a sum of hashes of whole rows or of some columns, sums of numbers.
# Not always all, since the planner leaves joins out that nobody asks for.
sub counted
{
	my ($view) = @_;
	my @columns = map { $_->{name} } $columns{$view}->@*;
	my @sums = numbers($view =~ s/^p_kpi\.//r);
	my $row = 'x::text';
	if (rand() < 0.5)
	{
		@sums = some_of(1 + int rand 3, @sums);
		$row = 'row(' . join(', ', map { "x.$_" } some_of(1 + int rand 3, @columns)) . ')::text';
	}
	return ([ 'n', 'h', map { "s_$_" } @sums ],
		join ', ', 'count(*) as n', "coalesce(sum(hashtextextended($row, 0)), 0) as h", map { "coalesce(sum(x.$_), 0) as s_$_" } @sums);
}

# parts and filter: the view thrice, the copy once.
sub parts_and_filter
{
	my ($view, $copy, $p) = @_;
	my ($names, $counted) = counted($view);
	my $sums = join ', ', map { "sum($_)" } @$names;
	return <<"SQL";
with inside as materialized (
	select 1 as part, $counted from $view x where $p
	union all select 2, $counted from $view x where not ($p)
	union all select 3, $counted from $view x where ($p) is null
), outside as (
	select case when $p then 1 when not ($p) then 2 else 3 end as part, $counted from $copy x group by 1
)
select 'NUMBER ' || (select count(*) from outside) || ':'
	|| case when exists (select $sums from inside except select $counted from $copy x) then ' parts' else '' end
	|| case when exists ((select * from inside where n > 0 except table outside) union all (table outside except table inside)) then ' filter' else '' end
SQL
}

sub groups
{
	my ($view, $copy, $p) = @_;
	my ($names, $counted) = counted($view);
	my @by = map { "x.$_->{name}" } some_of(int rand 4, grep { $_->{kind} ne 'number' || rand() < 0.3 } $columns{$view}->@*);
	my $by = join ', ', @by;
	my $keys = join '', map { $_ . ', ' } map { "$by[$_] as g$_" } 0 .. $#by;
	my $sums = join ', ', map { "coalesce(sum($_), 0)" } @$names;
	return <<"SQL";
with inside as materialized (
	select $keys$counted from $view x where $p group by ($by)
), outside as (
	select $keys$counted from $copy x where $p group by ($by)
)
select 'NUMBER 0:'
	|| case when exists ((table inside except all table outside) union all (table outside except all table inside)) then ' groups' else '' end
	|| case when exists (select $sums from inside except select $counted from $copy x where $p) then ' totals' else '' end
SQL
}

sub questions
{
	my ($state, $view, $copy, $many) = @_;
	my $script = '';
	foreach (1 .. $many)
	{
		my $p = condition('x.', int rand 4, $columns{$view}->@*);
		$script .= ask("$view, $state, where $p", parts_and_filter($view, $copy, $p)) . ask("$view, $state, where $p", groups($view, $copy, $p));
	}
	return $script;
}

# A column of a longer period against those of its months, or of its quarters.
my %holds = (
	sum => 'q.COLUMN is not distinct from x.total',
	last => 'q.COLUMN is not distinct from x.latest',
	most => 'q.COLUMN between x.greatest and x.total',
	within => '(q.COLUMN is null and x.greatest is null) or q.COLUMN between x.least and x.greatest');
sub periods
{
	my ($view, $copy, $of_view) = @_;
	my %of = %$of_view;
	my $by = delete $of{by};
	my $script = '';
	foreach my $column (sort keys %of)
	{
		next if $of{$column} eq 'own';
		# A column of figures has a way for each metric.
		my $holds = $of{$column} ne 'metric' ? $holds{ $of{$column} } :
		  'case q.metric_code ' . join(' ', map { "when '$_' then $holds{ $way{ $way_of{$_} }{$column} }" } sort keys %way_of) . ' end';
		$holds =~ s/COLUMN/$column/g;
		my $same = $by ? "and m.$by = q.$by" : '';
		$script .= ask("$view.$column, by periods", <<"SQL");
select 'NUMBER 0:' || case when count(*) = 0 then ' no period' else
	coalesce(' periods, first ' || min(concat_ws(' ', q.period_key@{[ $by ? ", q.$by" : '' ]})) filter (where ($holds) is not true), '') end
from $copy q
cross join lateral (
	select m.period_kind, sum(m.$column) as total, max(m.$column) as greatest, min(m.$column) as least,
		(array_agg(m.$column order by m.period_start desc))[1] as latest
	from $copy m
	where m.period_start between q.period_start and q.period_end
		and (m.period_kind = 'month' or m.period_kind = 'quarter' and q.period_kind = 'year') $same
	group by m.period_kind
) x
where q.period_kind in ('quarter', 'year')
SQL
	}
	return $script;
}

# The year to date of the dashboard, from its months.
sub to_date
{
	my ($copy) = @_;
	my $of = sub { my ($way) = @_; return join ', ', "''", map { "'$_'" } grep { $way_of{$_} eq $way } sort keys %way_of };
	return ask('p_kpi.dashboard, year to date', <<"SQL");
select 'NUMBER 0:' || case when count(*) filter (where d.year_to_date is distinct from case
		when d.metric_code in (@{[ $of->('sum') ]}) then x.numerator
		when d.metric_code in (@{[ $of->('percentage') ]}) then round(100.0 * x.numerator / nullif(x.denominator, 0), 1)
		when d.metric_code in (@{[ $of->('stock') ]}) then d.value
		else d.year_to_date end) > 0 then ' periods' else '' end
from $copy d
cross join lateral (
	select sum(m.numerator) as numerator, sum(m.denominator) as denominator
	from $copy m
	where m.metric_code = d.metric_code
		and m.month between (date_trunc('year', d.month - interval '3 months') + interval '3 months')::date and d.month
) x
SQL
}

# ---------------------------------------------------------------------------
# In each state
# ---------------------------------------------------------------------------

# Runs a script in one transaction; what it answers, a line each. Statements that may fail come first.
sub answers
{
	my ($may_fail, $script) = @_;
	my ($answer, $error) = ('', '');
	# From a file: a psql that stops early would break the pipe.
	my $file = $node->basedir . '/script.sql';
	unlink $file;
	append_to_file($file, <<"SQL");
\\set ON_ERROR_STOP off
\\set ON_ERROR_ROLLBACK on
set client_min_messages = error;
begin isolation level repeatable read;
set local search_path = p, early_help;
\\o /dev/null
$may_fail
\\o
\\warn asked
\\set ON_ERROR_STOP on
\\set ON_ERROR_ROLLBACK off
set local search_path = public;
$script
rollback;
SQL
	$node->psql('postgres', "\\i $file", stdout => \$answer, stderr => \$error);
	is($error =~ s/.*^asked\n?//rms, '', 'every question is understood');
	return split /\n/, $answer;
}

# A few children's contacts, which mark parts, and whatever else comes but for what marks all months. A rule may refuse some.
sub some_writes
{
	my ($many) = @_;
	my @light = grep { !/^(late|setting|(un)?merge_children|counted_closures|positive_share|copy)$/ } sort keys %kinds;
	return map { $kinds{$_}->() . "\n" } 'insert', 'update', 'multi_row', map { one_of(@light) } 1 .. $many;
}

# Brings the records into a state; what the transaction that asks then writes itself.
my %make = (
	fresh => sub { query(q{call early_help.refresh_kpis('p')}); return ''; },
	half => sub {
		query(q{call early_help.refresh_kpis('p')});
		query(q{select early_help.mark_stale('p', '2020-09-01', '2020-10-01'); select early_help.mark_stale('p', '2023-04-01', '2023-04-01')});
		$node->psql('postgres', "set search_path = p, early_help; $_", stderr => \my $refused, on_error_stop => 0) foreach some_writes(25);
		return join '', some_writes(5);
	},
	stale => sub { query(q{select early_help.mark_all_stale('p')}); return ''; });

# The months of the contacts: fresh, stale as a whole, stale in parts.
my $months = q{
	select concat_ws(' ', 'months:', count(*) filter (where s.month is null), count(*) filter (where s.whole), count(*) filter (where not s.whole))
	from (select distinct date_trunc('month', received_on::timestamp)::date as month from p.contact_child) c
	left join p.stale_month s on s.cube = 'contacts' and s.month = c.month};
my %state_is = (fresh => qr/^[1-9]\d* 0 0$/, half => qr/^[1-9]\d* [1-9]\d* [1-9]\d*$/, stale => qr/^0 [1-9]\d* 0$/);

sub weight_of
{
	my ($state, $view) = @_;
	foreach (@weights) { return $_->[1]{$state} if $view =~ $_->[0] }
	# A view of which every month is computed answers in seconds.
	return $state eq 'stale' ? 0.2 : 1;
}
my @states = ('fresh', 'half', $wanted < 120 ? () : 'stale');
my $weights = 0;
foreach my $state (@states) { $weights += weight_of($state, $_) foreach @views }

foreach my $state (@states)
{
	my $start = time;
	@asked = ();
	my $own_writes = $make{$state}->();
	my $script = "$months;\n";
	$script .= "create temp table copy_$_ as table p_kpi.$_;\nselect 'empty: $_' from (select count(*) as n from copy_$_) c where n = 0;\n" foreach @views;
	$script .= "analyze;\n";
	my $conditions = 0;
	# Whole numbers that add up to what was asked for; each view comes once at least, but for those above.
	my $share = rand;
	foreach my $view (@views)
	{
		my $weight = weight_of($state, $view);
		my $before = int $share;
		$share += $wanted * $weight / $weights;
		my $many = int($share) - $before || ($weight == 1 ? 1 : 0);
		$script .= questions($state, "p_kpi.$view", "copy_$view", $many);
		$conditions += $many;
	}
	$script .= periods("p_kpi.$_", "copy_$_", $over_time{$_}) foreach sort keys %over_time;
	$script .= to_date('copy_dashboard');

	my @lines = answers($own_writes, $script);
	my ($found) = map { /^months: (.*)/ } @lines;
	like($found // 'none', $state_is{$state}, "$state: months fresh, stale as a whole and in parts");
	is(join(' ', map { /^empty: (.*)/ } @lines), '', "$state: every view has rows") if $state eq 'fresh';
	my @answers = grep { /^\d+ \d+:/ } @lines;
	is(scalar @answers, scalar @asked, "$state: every question is answered");
	cmp_ok(scalar(grep { /^\d+ [23]:/ } @answers), '>', $conditions / 3, "$state: many conditions are true of some rows only");
	my @wrong = grep { /:./ } @answers;
	is(scalar @wrong, 0, sprintf "%s: parts, filters, groups and periods hold for %d conditions", $state, $conditions)
	  or diag(join "\n", "EARLY_HELP_SEED=$seed METAMORPHIC_PREDICATES=$wanted; does not hold:",
		map { /^(\d+) \d+: (.*)/ ? "$2: $asked[$1]" : () } @wrong[ 0 .. ($#wrong > 9 ? 9 : $#wrong) ]);
	note(sprintf '%s: %d questions, %.1f s', $state, scalar @asked, time - $start);
}

# ---------------------------------------------------------------------------
# All of this can fail
# ---------------------------------------------------------------------------

# The contacts as of a view that loses rows of some months as soon as it is asked for some of them, and
# gives others each time; a view whose years are not those of its months.
query(q{
	create schema broken;
	create view broken.contacts as select * from p_kpi.contacts where random() < 0.9;
	create view broken.caseload as
	select period_kind, period_key, period_start, period_end, episodes * case period_kind when 'year' then 100 else 1 end as episodes, families,
		children, episodes_open, families_open, children_open,
		episodes_opened + (period_kind = 'quarter')::integer as episodes_opened, episodes_reopened, episodes_closed,
		episodes_open_at_end - (period_kind = 'year')::integer as episodes_open_at_end
	from p_kpi.caseload});
@asked = ();
$columns{'broken.contacts'} = $columns{'p_kpi.contacts'};
my $script = "create temp table copy as table p_kpi.contacts;\ncreate temp table copy_caseload as table broken.caseload;\n"
  . questions('broken', 'broken.contacts', 'copy', 10)
  . periods('broken.caseload', 'copy_caseload', $over_time{caseload});
my %missed = map { $_ => 0 } qw(parts filter groups totals);
my @periods;
foreach (answers('', $script))
{
	my ($number, $what) = /^(\d+) \d+:(.*)/ or next;
	$missed{$_}++ foreach grep { exists $missed{$_} } split ' ', $what;
	push @periods, $asked[$number] =~ s/.*\.(\w+),.*/$1/r if $what =~ /periods/;
}
cmp_ok($missed{$_}, '>', 0, "a view that gives other rows each time fails by its $_") foreach sort keys %missed;
is("@periods", 'episodes episodes_open_at_end episodes_opened', 'periods that do not follow from their months are seen');
note(sprintf '%.1f s in all', time - $began);

$node->stop;
done_testing();
