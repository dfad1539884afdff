# One name, one number: every figure that two views have is the same in both, for every month, quarter and
# financial year, and by every column that both are broken down by.
#
# @names says which numbers are one; the test fails at a figure of the dashboard that it does not name. What a view
# is broken down by, and which columns have a name that another view has, comes from the catalogue: the test fails
# when a column of a taken name has another number and %another does not say what it counts.
#
# RECONCILE_FAMILIES says how many families to make up (120), EARLY_HELP_SEED which.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

# Of the records themselves: the children in an episode on the day it closed in the period.
my $children_of_closures = q{select count(distinct (s.episode_id, s.closed_on, coalesce(k.merged_into_child_id, k.child_id)))
	from p.spell_end s
	join p.episode_child c on c.episode_id = s.episode_id and s.closed_on between c.joined_on and coalesce(c.left_on, 'infinity')
	join p.child k on k.child_id = c.child_id
	where s.closed_on between p.period_start and p.period_end} =~ s/\s+/ /gr;

# A name, how it is taken over months, and where it stands: "view: expression where condition". Of `figures <code>` the
# rows of that figure. A view by month is added up to the longer periods:
#   sum     they have the sum of their months; with "so far", of all months to their end
#   stock   they have the number of their last month
#   own     of a view by month the months alone are compared
#   month   the months alone are compared
# `sql` is no view, but an expression over the period p.
# A source in brackets is known not to agree; the test fails when it does.
my @names = (
	[ 'contacts', 'sum', q{sql: (select counted + not_counted from copy.rates r where r.metric_code = 'contacts' and r.period_kind = p.period_kind and r.period_key = p.period_key)}, 'contacts: contacts', 'known_contacts: contacts', 'children_contacted: contacts',
		'contacts: known_contacts + new_contacts', 'figures contacts: numerator', 'figures known_contacts: denominator' ],
	[ 'contacts of a child already known', 'sum', 'contacts: known_contacts', 'known_contacts: known_contacts', 'figures known_contacts: numerator' ],
	[ 'different children with a contact', 'own', 'children_contacted: children', 'figures children_contacted: numerator',
		'sql: p_kpi.children_contacted_between(p.period_start, p.period_end)' ],
	[ 'referrals', 'sum', q{sql: (select counted + not_counted from copy.rates r where r.metric_code = 'referrals' and r.period_kind = p.period_kind and r.period_key = p.period_key)}, 'referrals: referrals', 're_referrals: referrals', 're_referral_after_support: referrals',
		'figures referrals: numerator', 'figures re_referrals: denominator', 'figures re_referrals_after_support: denominator' ],
	[ 're-referrals', 'sum', 're_referrals: re_referrals', 'figures re_referrals: numerator' ],
	[ 'referrals after support', 'sum', 're_referral_after_support: after_support', 'figures re_referrals_after_support: numerator' ],

	[ 'episodes opened', 'sum', 'episodes: opened', 'caseload: episodes_opened' ],
	[ 'episodes reopened', 'sum', 'episodes: reopened', 'caseload: episodes_reopened' ],
	[ 'closures', 'sum', 'episodes: closed', 'caseload: episodes_closed', 'closure_outcomes: closures' ],
	[ 'closures that have a length', 'sum', 'length_of_support: lengths', 'length_of_support_days: lengths', 'figures length_of_support: numerator' ],
	[ 'closures that are counted', 'sum', 'closure_outcomes: closures_counted', 'figures positive_outcomes: denominator' ],
	[ 'positive outcomes', 'sum', 'closure_outcomes: positive_outcomes', 'figures positive_outcomes: numerator' ],
	[ 'episodes open at the end', 'stock', 'caseload: episodes_open_at_end', 'episodes: opened + reopened - closed so far' ],
	[ 'episodes worked with', 'own', 'caseload: episodes', 'services: counted_episodes',
		'sql: (select coalesce(sum(c.episodes), 0) from copy.caseload_episodes c where c.period_kind = p.period_kind and c.period_key = p.period_key)' ],
	[ 'children worked with', 'own', 'caseload: children', q{sql: (select counted + not_counted from copy.rates r where r.metric_code = 'children_supported' and r.period_kind = p.period_kind and r.period_key = p.period_key)},
		'sql: (select coalesce(sum(c.children), 0) from copy.caseload_children c where c.period_kind = p.period_kind and c.period_key = p.period_key)' ],
	[ 'families worked with', 'own', 'caseload: families', 'figures families_worked_with: numerator' ],
	[ 'median length of support', 'own', 'length_of_support: median_days', 'figures length_of_support: value',
		'sql: (select round(percentile_cont(0.5) within group (order by d.days)::numeric, 1)'
		  . ' from copy.length_of_support_days d, generate_series(1, d.lengths) where d.month between p.period_start and p.period_end)' ],

	[ 'families waiting for early help', 'stock', q{waiting_list: waiting where waiting_for = 'early help'},
		q{waiting_times: still_waiting where waiting_for = 'early help'}, 'figures waiting_list: numerator', 'sql: p_kpi.waiting_at(p.period_end)',
		q{waiting_list: joined - started - left_otherwise where waiting_for = 'early help' so far} ],
	[ 'children whose episode closed', 'sum', 'closure_outcomes_children: children', "sql: ($children_of_closures)" ],
	[ 'children whose support ended with it', 'sum', 'length_of_support_children: children',
		"sql: ($children_of_closures and s.supported_from is not null"
		  . ' and s.closure_reason_code not in (select code from p.closure_reason where not was_support))' ],
	[ 'children waiting for early help', 'stock', 'waiting_list_children: waiting', 'waiting_list_children: joined - started - left_otherwise so far' ],
	[ 'waits of children that ended by a start', 'sum', 'waiting_list_children: started', 'waiting_days_children: started' ],
	[ 'waits of children that ended otherwise', 'sum', 'waiting_list_children: left_otherwise', 'waiting_days_children: left_otherwise' ],
	[ 'requests waiting for a service', 'stock', q{waiting_list: waiting where waiting_for = 'a service'},
		q{waiting_times: still_waiting where waiting_for = 'a service'},
		q{waiting_list: joined - started - left_otherwise where waiting_for = 'a service' so far} ],
	[ 'waits that ended otherwise', 'sum', 'waiting_list: left_otherwise', 'waiting_times: waits_ended - waits_ended_by_start' ],
	[ 'waits that ended by a start', 'sum', 'waiting_list: started', 'waiting_times: waits_ended_by_start' ],
	[ 'requests for a service', 'sum', 'needs_without_service: requests', q{waiting_list: joined where waiting_for = 'a service'},
		'needs_without_service: decided + withdrawn_by_family + undecided' ],
	[ 'requests decided', 'sum', 'needs_without_service: decided', 'needs_without_service: offered + no_service', 'figures needs_without_service: denominator' ],
	[ 'requests without a service', 'sum', 'needs_without_service: no_service', 'figures needs_without_service: numerator' ],
	[ 'waits for early help that ended by a start', 'sum', q{waiting_times: waits_ended_by_start where waiting_for = 'early help'},
		'figures wait_for_early_help: numerator' ],
	[ 'median wait for early help', 'own', 'figures wait_for_early_help: value', q{waiting_times: started_median_days where waiting_for = 'early help'} ],

	[ 'assessments started', 'sum', 'assessments_started: assessments_started', 'figures assessments_started: numerator' ],
	[ 'plans started', 'sum', 'intervention_plans: plans_started', 'figures intervention_plans_started: numerator' ],
	[ 'plans completed', 'sum', 'intervention_plans: plans_completed', 'figures intervention_plans_completed: numerator' ],
	[ 'reviews due', 'sum', 'review_timeliness: reviews_due', 'review_timeliness: held_on_time + held_late + not_held', 'figures reviews_on_time: denominator' ],
	[ 'reviews on time', 'sum', 'review_timeliness: held_on_time', 'figures reviews_on_time: numerator' ],
	[ 'attendances', 'sum', 'group_work: attendances', 'figures group_attendances: numerator' ],
	[ 'families that a service returned', 'sum', 'partner_returns: families', 'services: returned_families' ],
	[ 'children that a service returned', 'sum', 'partner_returns: children', 'services: returned_children' ],

	[ 'step ups offered', 'sum', 'step_ups: offered', 'step_ups: offered_accepted + offered_declined + offered_withdrawn + offered_open',
		'figures step_ups_offered: numerator', 'figures step_up_conversion: denominator' ],
	[ 'step ups offered that were accepted', 'sum', 'step_ups: offered_accepted', 'figures step_up_conversion: numerator' ],
	[ 'step downs offered', 'sum', 'step_downs: offered', 'step_downs: offered_accepted + offered_declined + offered_withdrawn + offered_open',
		'figures step_down_conversion: denominator' ],
	[ 'step downs offered that were accepted', 'sum', 'step_downs: offered_accepted', 'figures step_down_conversion: numerator' ],
	[ 'step ups accepted', 'sum', 'step_ups: accepted', 'figures step_ups_accepted: numerator' ],
	[ 'step downs accepted', 'sum', q{step_downs: accepted where to_level = 'early_help'}, 'figures step_downs_accepted: numerator' ],
	[ 'audits', 'sum', 'case_audits: audits', 'figures case_audits: numerator', 'figures case_audits_good: denominator' ],
	[ 'audits that were good', 'sum', q{case_audits: audits where grade in ('good', 'outstanding')}, 'figures case_audits_good: numerator' ],
	[ 'feedback: timely', 'sum', 'feedback: timely', 'feedback_by_agency: timely', 'figures feedback_timely: numerator' ],
	[ 'feedback: whether timely', 'sum', 'feedback: timely_answers', 'feedback_by_agency: timely_answers', 'figures feedback_timely: denominator' ],
	[ 'feedback: helpful', 'sum', 'feedback: helpful', 'feedback_by_agency: helpful', 'figures feedback_helpful: numerator' ],
	[ 'feedback: whether helpful', 'sum', 'feedback: helpful_answers', 'feedback_by_agency: helpful_answers', 'figures feedback_helpful: denominator' ],
	[ 'feedback: empowered', 'sum', 'feedback: empowered', 'feedback_by_agency: empowered', 'figures feedback_empowered: numerator' ],
	[ 'feedback: whether empowered', 'sum', 'feedback: empowered_answers', 'feedback_by_agency: empowered_answers', 'figures feedback_empowered: denominator' ],
	[ 'requests for feedback answered', 'sum', 'feedback: requests_answered', 'feedback_by_agency: requests_answered', 'figures feedback_response_rate: numerator' ],
	[ 'requests for feedback', 'sum', 'feedback: requests', 'feedback_by_agency: requests', 'figures feedback_response_rate: denominator' ]);

# Columns of one name with different numbers: what each counts. Views with the same words have the same number, as have
# all that are not here. In brackets: known not to agree; the test fails when it does.
my %another = (
	accepted => { referrals => 'referrals', step_downs => 'steps down', step_ups => 'steps up' },
	declined => { referrals => 'referrals', step_downs => 'steps down', step_ups => 'steps up' },
	offered => { needs_without_service => 'requests that were offered a service', step_downs => 'steps down', step_ups => 'steps up' },
	withdrawn => { step_downs => 'steps down', step_ups => 'steps up' },
	requests => { feedback => 'requests for feedback', feedback_by_agency => 'requests for feedback', needs_without_service => 'requests for a service' },
	(map { $_ => { step_downs => 'steps down', step_ups => 'steps up' } } qw(offered_accepted offered_declined offered_withdrawn offered_open)),
	children => {
		caseload => 'supported', caseload_children => 'supported', children_contacted => 'with a contact', group_work => 'at a session of a programme',
		partner_returns => 'as services returned them', closure_outcomes_children => 'whose episode closed',
		length_of_support_children => 'whose support ended with it' },
	positive_outcomes => { closure_outcomes => 'closures', closure_outcomes_children => 'children' },
	joined => { waiting_list => 'families and requests', waiting_list_children => 'children' },
	waiting => { waiting_list => 'families and requests', waiting_list_children => 'children' },
	(map { $_ => { waiting_list => 'families and requests', waiting_list_children => 'children', waiting_days_children => 'children' } }
		qw(started left_otherwise)),
	families => { caseload => 'supported', group_work => 'at a session of a programme', partner_returns => 'as services returned them' },
	days => { calendar => 'of the month', length_of_support_days => 'that an episode lasted', length_of_support_children => 'that the support of a child lasted',
		waiting_days_children => 'that a child waited' },
	map { $_ => { length_of_support => 'of support', waiting_times => 'of a wait' } } qw(mean_days median_days percentile_90_days));

# What two views are broken down by under one name, and is not one thing.
my %differently = (
	'figures rates metric_code' => 'of rates: what is counted, in whichever figure',
	'feedback figures value_status' => 'of a row of feedback: whether there are answers; of a figure: whether it has a value');

# Views without a month of their own or a number that can be added up, and why.
my @no_numbers = (
	[ qr/^published_/ => 'what was frozen: published_as_counted.sql compares it' ],
	[ qr/^data_dictionary$|^metric$/ => 'words' ],
	[ qr/^benchmarks$/ => 'figures of other areas' ],
	[ qr/^data_quality$/ => 'what lies outside the figures' ],
	[ qr/^rates_by_ward$/ => 'of the wards whose population is known: the oracle has it' ],
	[ qr/^(overdue_reviews|open_cases|caseload_by_practitioner)$/ => 'a list of today' ]);

my $seed = $ENV{EARLY_HELP_SEED} // 20210401;
my $families = $ENV{RECONCILE_FAMILIES} // 120;
note("EARLY_HELP_SEED=$seed RECONCILE_FAMILIES=$families");
my $began = time;

# ---------------------------------------------------------------------------
# The records
# ---------------------------------------------------------------------------
my $node = PostgreSQL::Test::Cluster->new('reconcile');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\njit = off\nautovacuum = off\nlog_statement = none\n");
$node->start;
sub query { my ($sql) = @_; return $node->safe_psql('postgres', $sql) }

query(<<"SQL");
set client_min_messages = warning;
create extension early_help cascade;
create extension early_help_sample;
select early_help.create_partnership('p', population_0_17 => 64979, training => true);
select early_help_sample.generate_sample('p', $families, '2021-04-01', '2023-03-31', $seed % 1000);
SQL
# Not the odd rows of the oracle: what is dated outside a series is in the views by month, and in no figure.
query('analyze');
query(q{call early_help.refresh_kpis('p')});
note(sprintf 'records made up: %.1f s', time - $began);

# ---------------------------------------------------------------------------
# The views
# ---------------------------------------------------------------------------

# Of each view: its columns of numbers, and those that it is broken down by; whether it is by period.
my (%numbers, %broken_down_by, %by_period);
foreach (split /\n/, query(q{
	select c.relname, a.attname, t.typcategory
	from pg_class c
	join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
	join pg_type t on t.oid = a.atttypid
	where c.relnamespace = 'p_kpi'::regnamespace and c.relkind = 'v'
	order by 1, a.attnum}))
{
	my ($view, $column, $category) = split /\|/;
	next if grep { $view =~ $_->[0] } @no_numbers;
	$by_period{$view} //= 0;
	if ($column eq 'period_kind') { $by_period{$view} = 1 }
	elsif ($category eq 'N') { push @{ $numbers{$view} }, $column }
	elsif ($category =~ /[SB]/ && $column !~ /^(month_key|period_key)$/) { push @{ $broken_down_by{$view} }, $column }
}
# Copies, that take no time to ask, with a month; and the periods that are shown.
my $copies = join '', map { "create table copy.$_ as select *" . ($by_period{$_} ? ', period_start as month' : '') . " from p_kpi.$_;\n" } sort keys %by_period;
query(<<"SQL");
create schema copy;
$copies
create table copy.period as
select p.*, (select max(m.period_start) from p_kpi.caseload m where m.period_kind = 'month' and m.period_start between p.period_start and p.period_end) as last_month
from (select distinct period_kind, period_key, period_start, period_end from p_kpi.caseload) p;
analyze;
SQL

# ---------------------------------------------------------------------------
# Two sources
# ---------------------------------------------------------------------------
sub parsed
{
	my ($source) = @_;
	my ($view, $metric, $expression) = $source =~ /^(\w+)(?: (\w+))?: (.*)$/ or die "what is $source?";
	my %parsed = (view => $view, source => $source, where => $metric ? "metric_code = '$metric'" : 'true');
	$parsed{so_far} = $expression =~ s/ so far$//;
	$parsed{where} = $1 if $view ne 'sql' && $expression =~ s/ where (.*)$//;
	$parsed{expression} = $expression;
	die "there is no view $view" unless exists $by_period{$view} || $view eq 'sql';
	return \%parsed;
}

# The query for the number of each period.
sub by_period
{
	my ($of, $way) = @_;
	return "select p.period_kind, p.period_key, $of->{expression}::numeric as n from copy.period p" if $of->{view} eq 'sql';
	my $periods = $by_period{ $of->{view} };
	my $sum = $way eq 'own' ? 'sum(x.n)' : 'coalesce(sum(x.n), 0)';
	my $on = $periods ? 'x.period_kind = p.period_kind and x.period_key = p.period_key'
	  : $of->{so_far} ? 'x.month <= p.period_end'
	  : $way eq 'sum' ? 'x.month between p.period_start and p.period_end'
	  : $way eq 'stock' ? 'x.month = p.last_month'
	  : q{x.month = p.period_start and p.period_kind = 'month'};
	my $only = $way eq 'month' || $way eq 'own' && !$periods ? q{where p.period_kind = 'month'} : '';
	return "select p.period_kind, p.period_key, $sum as n from copy.period p"
	  . " left join (select *, ($of->{expression})::numeric as n from copy.$of->{view} where $of->{where}) x on $on $only group by 1, 2";
}

# Of each month, by a column.
sub by_column
{
	my ($of, $column) = @_;
	my $months = $by_period{ $of->{view} } ? q{and period_kind = 'month'} : '';
	return "select month, coalesce(${column}::text, 'null') as by, sum(($of->{expression})::numeric) as n from copy.$of->{view} where $of->{where} $months group by 1, 2 having sum(($of->{expression})::numeric) <> 0";
}

# How many periods or months have other numbers, and the first few.
my ($comparisons, $numbers_compared, %compared) = (0, 0);
sub differences
{
	my ($keys, $one, $other, $join) = @_;
	my ($equal, @lines) = split /\n/, query(<<"SQL");
with a as materialized ($one), b as materialized ($other), both_sides as (
	select $keys, a.n as one, b.n as other from a $join join b using ($keys)
)
select (select count(*) from both_sides)::text
union all
(select concat_ws(' ', $keys, coalesce(one::text, 'nothing'), 'and', coalesce(other::text, 'nothing'))
from both_sides where one is distinct from other order by $keys)
SQL
	$comparisons++;
	$numbers_compared += $equal;
	return @lines;
}

# Both for every period, and for every month by every column that both have.
sub disagreements
{
	my ($one, $other, $way) = @_;
	$compared{ $_->{view} } = 1 foreach $one, $other;
	my @found = differences('period_kind, period_key', by_period($one, $way), by_period($other, $way), $way eq 'own' ? '' : 'full');
	return @found if $one->{view} eq $other->{view} || grep { $_->{so_far} || $_->{view} eq 'sql' } $one, $other;
	my %of_other = map { $_ => 1 } ($broken_down_by{ $other->{view} } // [])->@*;
	foreach my $column (grep { $of_other{$_} } ($broken_down_by{ $one->{view} } // [])->@*)
	{
		next if $differently{"$one->{view} $other->{view} $column"};
		my @differ = differences('month, by', by_column($one, $column), by_column($other, $column), 'full');
		push @found, "by $column, " . @differ . " times: $differ[0]" if @differ;
	}
	return @found;
}

# ---------------------------------------------------------------------------
# The names above
# ---------------------------------------------------------------------------
sub first_few { my (@lines) = @_; return join "\n", @lines > 8 ? (@lines[ 0 .. 7 ], '... ' . (@lines - 8) . ' more') : @lines }

my %of_metric;
foreach (@names)
{
	my ($name, $way, $first, @others) = @$_;
	my $one = parsed($first);
	foreach my $source (@others)
	{
		my $known = $source =~ s/^\((.*)\)$/$1/;
		my $other = parsed($source);
		my @found = disagreements($one, $other, $way);
		if ($known) { cmp_ok(scalar @found, '>', 0, "$name: $first is known not to be $source"); note(first_few(@found)) }
		else { is(scalar @found, 0, "$name: $first = $source") or diag(first_few(@found)) }
	}
	foreach ($first, @others) { $of_metric{$1}{$2} = 1 if /figures (\w+): (numerator|denominator)/ }
}
# No figure of the dashboard stands alone.
foreach (split /\n/, query('select metric_code, unit from copy.figures group by 1, 2 order by 1'))
{
	my ($metric, $unit) = split /\|/;
	ok($of_metric{$metric}{numerator}, "the numerator of figure $metric is compared with a view");
	ok($of_metric{$metric}{denominator}, "so is the denominator of figure $metric") if $unit eq '%';
}

# ---------------------------------------------------------------------------
# The dashboard and the charts are the figures
# ---------------------------------------------------------------------------
my $month = q{from copy.figures where period_kind = 'month'};
my $first = '(select min(month) from copy.dashboard)';
my %same = (
	'dashboard: value, numerator, denominator, status' =>
	  [ 'select month, metric_code, value, numerator, denominator, value_status, section, label, unit, board_order from copy.dashboard',
		"select month, metric_code, value, numerator, denominator, value_status, section, label, unit, board_order $month" ],
	'dashboard: the month before' =>
	  [ 'select month, metric_code, previous_month from copy.dashboard d where month > (select min(m.month) from copy.dashboard m where m.metric_code = d.metric_code)',
		"select (month + interval '1 month')::date, metric_code, value $month and month < (select max(month) from copy.dashboard)" ],
	'dashboard: the same month of the year before' =>
	  [ q{select month, metric_code, same_month_last_year from copy.dashboard d where month >= (select min(m.month) from copy.dashboard m where m.metric_code = d.metric_code) + interval '1 year'},
		"select (month + interval '1 year')::date, metric_code, value $month and month <= (select max(month) from copy.dashboard) - interval '1 year'" ],
	'dashboard: the year to date of March' =>
	  [ 'select month, metric_code, year_to_date from copy.dashboard where extract(month from month) = 3',
		q{select date_trunc('month', period_end::timestamp)::date, metric_code, value from copy.figures where period_kind = 'year'
			and period_end <= (select max(month) + interval '1 month' from copy.dashboard)} ],
	'figures: percentages' =>
	  [ q{select period_kind, period_key, metric_code, value from copy.figures where unit = '%'},
		q{select period_kind, period_key, metric_code, round(100.0 * numerator / nullif(denominator, 0), 1) from copy.figures where unit = '%'} ],
	'figures: counts' =>
	  [ q{select period_kind, period_key, metric_code, value from copy.figures where unit not in ('%', 'days')},
		q{select period_kind, period_key, metric_code, numerator from copy.figures where unit not in ('%', 'days')} ],
	'spc: the values' => [ 'select month, metric_code, value from copy.spc', "select month, metric_code, value $month and value is not null" ],
	'headline: its months and figures' => [ 'select month, metric_code, rag from copy.headline', 'select month, metric_code, rag from copy.dashboard' ],
	'rates: per 10,000' =>
	  [ 'select period_kind, period_key, metric_code, rate_per_10000 from copy.rates',
		'select period_kind, period_key, metric_code, round(10000.0 * counted / population, 1) from copy.rates' ],
	'calendar: its months are those of the dashboard, and no other month is between' =>
	  [ "select generate_series(${first}::timestamp, (select max(month) from copy.dashboard), interval '1 month')::date",
		"select month from copy.calendar where month between $first and (select max(month) from copy.dashboard)" ]);
foreach my $name (sort keys %same)
{
	my ($one, $other) = $same{$name}->@*;
	my ($rows, @differ) = split /\n/, query(<<"SQL");
with a as materialized ($one), b as materialized ($other)
select count(*)::text from a
union all
(select to_jsonb(d)::text from ((table a except all table b) union all (table b except all table a)) d)
SQL
	$compared{$_} = 1 foreach "$one $other" =~ /copy\.(\w+)/g;
	cmp_ok($rows, '>', 0, "$name: $rows rows");
	is(scalar @differ, 0, "$name are one") or diag(first_few(@differ));
}

# ---------------------------------------------------------------------------
# A name that two views have
# ---------------------------------------------------------------------------
my %views_with;
foreach my $view (sort keys %numbers) { push @{ $views_with{$_} }, $view foreach $numbers{$view}->@* }
foreach my $column (sort grep { $views_with{$_}->@* > 1 } keys %views_with)
{
	my @views = $views_with{$column}->@*;
	my %counts = ($another{$column} // {})->%*;
	foreach my $i (0 .. $#views)
	{
		foreach my $other (@views[ $i + 1 .. $#views ])
		{
			my $view = $views[$i];
			my ($here, $there) = @counts{ $view, $other };
			my $known = grep { ($_ // '') =~ /^\(/ } $here, $there;
			next if defined $here && defined $there && $here ne $there && !$known;
			my @found = disagreements(parsed("$view: $column"), parsed("$other: $column"), 'month');
			if ($known) { cmp_ok(scalar @found, '>', 0, "$column: $view is known not to be $other"); next }
			is(scalar @found, 0, "$column is one number in $view and $other, or %another says what each counts") or diag(first_few(@found));
		}
	}
}
# What is said of a column must be so.
foreach my $column (sort keys %another)
{
	foreach my $view (sort keys $another{$column}->%*)
	{
		ok((grep { $_ eq $view } ($views_with{$column} // [])->@*) > 0, "%another: there is a $column in $view");
	}
}
ok($compared{$_}, "$_ is compared with another view") foreach sort keys %by_period;
note(sprintf '%d comparisons of %d numbers, %.1f s', $comparisons, $numbers_compared, time - $began);

# ---------------------------------------------------------------------------
# All of this can fail
# ---------------------------------------------------------------------------
query(q{
	create table copy.other as table copy.contacts;
	update copy.other set ward = 'Nowhere' where ctid = (select min(ctid) from copy.other where contacts > 0);
	create table copy.less as table copy.contacts;
	delete from copy.less where ctid = (select min(ctid) from copy.less where contacts > 0)});
foreach my $view (qw(other less)) { $by_period{$view} = 0; $broken_down_by{$view} = $broken_down_by{contacts} }
my @found = disagreements(parsed('contacts: contacts'), parsed('other: contacts'), 'sum');
is("@found" =~ s/, .*//sr, 'by ward', 'a contact of another ward is seen');
@found = disagreements(parsed('contacts: contacts'), parsed('less: contacts'), 'sum');
is(join(' ', map { /^(month|quarter|year) / } @found), 'month quarter year', 'a contact that is missing is seen in its month, quarter and year');

$node->stop;
done_testing();
