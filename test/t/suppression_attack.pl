# An attacker reads what is published, and solves for what is hidden: all rows,
# columns, totals, parts, percentages, versions and overlapping periods at once,
# in whole numbers (glpsol of Debian's glpk-utils). No hidden figure may have
# only one possible value.  Shares no code with the suppression: all it knows
# are the views and what docs/publishing.md tells everybody.
#
# EARLY_HELP_SEED chooses the figures; EARLY_HELP_SETS how many sets of them.
use strict;
use warnings;
use JSON::PP;
use List::Util qw(min max sum0);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seed = $ENV{EARLY_HELP_SEED} // 20210901;
my $sets = $ENV{EARLY_HELP_SETS} // 24;
note("EARLY_HELP_SEED=$seed EARLY_HELP_SETS=$sets");
srand($seed);

my $node = PostgreSQL::Test::Cluster->new('attack');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\njit = off\n");
$node->start;
$node->safe_psql('postgres', <<'SQL');
set client_min_messages = warning;
create extension early_help cascade;
select early_help.create_partnership('p');
insert into p.agency (agency_id, name, sector)
values (1, 'A', 'local_authority'), (2, 'B', 'health'), (3, 'C', 'education');
insert into p.practitioner (practitioner_id, agency_id, name) values (1, 1, 'One');
insert into p.service (service_id, agency_id, name, run_by) values (1, 1, 'S', 'hub'), (2, 2, 'T', 'partner');
insert into p.locality (locality_id, name) select n, 'Ward ' || n from generate_series(1, 6) n;
SQL

my %tables = map { $_ => columns_of($_) } split /\n/, $node->safe_psql('postgres', <<'SQL');
select table_name from information_schema.views
where table_schema = 'p_kpi' and table_name ~ '^published_'
    and table_name not in ('published_dashboard', 'published_label', 'published_changes')
order by 1
SQL
cmp_ok(scalar(keys %tables), '>=', 10, 'tables are published');

sub columns_of
{
	my ($view) = @_;
	my @columns = split /\n/, $node->safe_psql('postgres', <<"SQL");
select column_name from information_schema.columns
where table_schema = 'p_kpi' and table_name = '$view' and ordinal_position > 6
order by ordinal_position
SQL
	my %is = map { $_ => 1 } @columns;
	return {
		dimensions => [ grep { !$is{"${_}_status"} && !/_status$/ } @columns ],
		counts => [ grep { $is{"${_}_status"} && !/_rate$/ } @columns ],
		rates => [ grep { $is{"${_}_status"} && /_rate$/ } @columns ]
	};
}

# ---------------------------------------------------------------------------
# Figures: cells of the cubes, as if refreshed, few and small.
# ---------------------------------------------------------------------------

sub pick { return $_[ int(rand(@_)) ] }

# A part of a whole: often none, or all but one.
sub part_of
{
	my ($whole) = @_;
	return pick(0, 0, $whole, max(0, $whole - 1), int(rand($whole + 1)));
}

sub cells_of
{
	my ($month, $largest) = @_;
	my @cells;
	my @sources = splice(@{ [ sort { rand() <=> 0.5 } qw(1A 2A 3A 3B 5A 6) ] }, 0, 1 + int(rand(6)));
	my @needs = splice(@{ [ sort { rand() <=> 0.5 } qw(N1 N2 N3 N4 N5) ] }, 0, 1 + int(rand(5)));
	my $wards = 1 + int(rand(6));
	foreach my $table (qw(contacts re_referrals))
	{
		foreach (1 .. int(rand(40)))
		{
			my $n = 1 + int(rand()**3 * $largest);
			my $ward = 1 + int(rand($wards));
			push @cells, $table eq 'contacts'
			  ? sprintf("insert into p.kpi_cell_contacts (month, source_code, need_code, locality_id, age_at_contact, sex_code, contacts, referrals, known_contacts) values ('%s', '%s', '%s', %d, %d, '%s', %d, 0, %d)",
				$month, pick(@sources), pick(@needs), $ward, int(rand(20)) - 1, pick(qw(M F F M U)), $n, part_of($n))
			  : sprintf("insert into p.kpi_cell_re_referrals (month, source_code, need_code, locality_id, referrals, re_referrals) values ('%s', '%s', '%s', %d, %d, %d)",
				$month, pick(@sources), pick(@needs), $ward, $n, part_of($n));
		}
	}
	foreach my $service (1, 2)
	{
		my $otherwise = int(rand(9));
		push @cells, sprintf("insert into p.kpi_cell_intervention_plans (month, service_id, plans_started, plans_completed, plans_ended_otherwise, plans_ended_consent_withdrawn) values ('%s', %d, %d, %d, %d, %d)",
			$month, $service, int(rand(12)), int(rand(9)), $otherwise, part_of($otherwise));
		push @cells, sprintf("insert into p.kpi_cell_step_ups (month, basis, offered, accepted, declined, withdrawn) values ('%s', '%s', %d, %d, %d, %d)",
			$month, ('', 'section_17', 'section_47')[$service], map { int(rand(8)) } 1 .. 4);
		push @cells, sprintf("insert into p.kpi_cell_step_downs (month, receiving_agency_id, offered, accepted, declined, withdrawn) values ('%s', %d, %d, %d, %d, %d)",
			$month, $service, map { int(rand(8)) } 1 .. 4);
	}
	return map { "$_;\n" } @cells;
}

# ---------------------------------------------------------------------------
# What the attacker knows: figures by name, hidden ones as unknowns; equations.
# ---------------------------------------------------------------------------

my (%figure, @equations, @bounds, %told);

sub name_of { return join('|', @_) }

# Reads every view, in the transaction that holds this set of figures.
sub read_published
{
	my ($psql) = @_;
	(%figure, @equations, @bounds) = ();
	my %sum;
	foreach my $view (sort keys %tables)
	{
		my ($dimensions, $counts, $rates) = @{ $tables{$view} }{qw(dimensions counts rates)};
		foreach my $row (@{ $psql->{$view} })
		{
			my $release = "$row->{period} v$row->{version}";
			my @at = map { "$_=$row->{$_}" } @$dimensions;
			foreach my $count (@$counts)
			{
				my $name = name_of($release, $count, @at);
				learn($name, $row->{$count}, $row->{"${count}_status"});
				# It adds up to each margin; a margin nobody publishes is an unknown.
				foreach my $left_out (0 .. $#at)
				{
					my @rest = map { $at[$_] } grep { $_ != $left_out } 0 .. $#at;
					push @{ $sum{ name_of($release, $count, @rest) . "\t$dimensions->[$left_out]" } }, $name;
				}
			}
			my %has = map { $_ => 1 } @$counts;
			foreach (grep { $has{ $_->[0] } } ([qw(contacts known_contacts new_contacts)], [qw(referrals re_referrals first_referrals)],
				[qw(plans_ended_otherwise plans_ended_consent_withdrawn plans_ended_with_episode)]))
			{
				my ($whole, @parts) = @$_;
				next unless $has{ $parts[0] };
				$sum{ name_of($release, $whole, @at) . "\t$whole" } = [ map { name_of($release, $_, @at) } @parts ];
				$sum{ name_of($release, $whole) . "\t$whole" } = [ map { name_of($release, $_) } @parts ];
			}
			my %rate_of = (known_rate => [qw(known_contacts contacts)], re_referral_rate => [qw(re_referrals referrals)]);
			learn_rate($row->{$_}, map { name_of($release, $_, @at) } @{ $rate_of{$_} }) foreach @$rates;
		}
	}
	my %totals = (
		intervention_plans_started => ['plans_started'], intervention_plans_completed => ['plans_completed'],
		known_contacts => [ 'known_contacts', 'contacts' ], re_referrals => [ 're_referrals', 'referrals' ]);
	foreach my $row (@{ $psql->{published_dashboard} })
	{
		my $release = "$row->{period} v$row->{version}";
		my ($part, $whole) = @{ $totals{ $row->{metric_code} } // [ $row->{metric_code} ] };
		learn(name_of($release, $part), $row->{numerator}, $row->{numerator_status});
		learn(name_of($release, $whole), $row->{denominator}, $row->{denominator_status}) if $whole;
		learn_rate($row->{value}, map { name_of($release, $_) } $part, $whole) if $whole;
	}
	foreach my $key (sort keys %sum)
	{
		my ($whole) = split /\t/, $key;
		push @equations, { $whole => -1, map { $_ => 1 } @{ $sum{$key} } };
	}
}

# Two views that show one figure must agree; what one shows, the other may not hide.
sub learn
{
	my ($name, $value, $status) = @_;
	my $new = $status eq 'c' ? 'hidden' : $value;
	die "$name is $figure{$name} and $new" if defined $figure{$name} && $figure{$name} ne $new;
	die "$name has status $status and value $value" if ($status eq 'c') != ($value eq '');
	$figure{$name} = $new;
}

# A percentage, if shown, says something of both.
sub learn_rate
{
	my ($rate, $part, $whole) = @_;
	return if $rate eq '';
	push @bounds, [ { $part => 100, $whole => -$rate - 0.05 }, '<=', 0 ], [ { $part => 100, $whole => -$rate + 0.05 }, '>=', 0 ];
}

# Months make a quarter, whoever published when: nothing was changed in between.
sub join_periods
{
	my ($quarter, @months) = @_;
	my %of = map { $_ => {} } $quarter, @months;
	foreach my $name (keys %figure)
	{
		my ($release, $rest) = split /\|/, $name, 2;
		$of{$release}{$rest} = $name if $of{$release};
	}
	my %rest = map { $_ => 1 } map { keys %$_ } values %of;
	foreach my $rest (sort keys %rest)
	{
		# What a month does not list was nothing.
		push @equations, { "$quarter|$rest" => -1, map { ("$_|$rest" => 1) } grep { $of{$_}{$rest} } @months };
		$figure{"$quarter|$rest"} //= 0;
	}
}

# ---------------------------------------------------------------------------
# The solver
# ---------------------------------------------------------------------------

sub solve
{
	my ($direction, $objective, $to_the_end) = @_;
	my (%number, @rows);
	my $column = sub { return 'x' . ($number{ $_[0] } //= 1 + keys %number) };
	my $linear = sub {
		my ($terms) = @_;
		my ($text, $known) = ('', 0);
		foreach my $name (sort keys %$terms)
		{
			my $value = $figure{$name} // 'hidden';
			if ($value eq 'hidden') { $text .= sprintf(' %+.2f %s', $terms->{$name}, $column->($name)) }
			else { $known += $terms->{$name} * $value }
		}
		return ($text, $known);
	};
	my $goal = join('', map { " + " . $column->($_) } @$objective);
	foreach ((map { [ $_, '=', 0 ] } @equations), @bounds)
	{
		my ($terms, $relation, $right) = @$_;
		my ($text, $known) = $linear->($terms);
		if ($text eq '') { die 'what is published does not add up: ' . join(' ', %$terms) if $relation eq '=' && $known != $right; next }
		push @rows, sprintf(" r%d:%s %s %.2f\n", scalar(@rows), $text, $relation, $right - $known);
	}
	my %name_of = reverse %number;
	my $file = PostgreSQL::Test::Utils::tempdir_short() . '/lp';
	my $program = "$direction\n goal:$goal\nsubject to\n" . join('', @rows) . "bounds\n";
	foreach my $name (sort keys %number)
	{
		my ($least, $most) = @{ $told{$name} // [ 0, 100000 ] };
		$program .= " $least <= x$number{$name} <= $most\n";
	}
	$program .= "general\n" . join("\n", map { " x$_" } 1 .. keys %number) . "\nend\n";
	append_to_file($file, $program);
	my $out = '';
	IPC::Run::run([ 'glpsol', '--lp', $file, '--tmlim', $to_the_end ? 300 : 30, '-w', "$file.out" ], '>', \$out, '2>&1') or die $out;
	# The solution's columns are numbered in the order the file names them.
	my (@order, %seen);
	while ($program =~ /\bx(\d+)\b/g) { push @order, $1 unless $seen{$1}++ }
	my %solution;
	foreach (split /\n/, slurp_file("$file.out"))
	{
		die "no solution: $_\n$out" if /^s mip \d+ \d+ [^of]/ || ($to_the_end && /^s mip \d+ \d+ f/);
		$solution{ $name_of{"$order[$1 - 1]"} // '' } = $2 if /^j (\d+) (\S+)/;
	}
	unlink $file, "$file.out";
	return \%solution;
}

# Hidden figures that can have one value only.
sub determined
{
	my ($asked) = @_;
	my @hidden = grep { $figure{$_} eq 'hidden' && /$asked/ } sort keys %figure;
	my %values;
	my $look = sub { my ($s) = @_; $values{$_}{ $s->{$_} } = 1 foreach grep { defined $s->{$_} } @hidden };
	my $left = sub { return grep { keys %{ $values{$_} // {} } < 2 } @hidden };
	return () unless @hidden;
	foreach my $try (1 .. 6)
	{
		my @open = grep { $try < 3 || rand() < 0.5 } $left->();
		last unless @open;
		$look->(solve($_, \@open)) foreach ('maximize', 'minimize');
	}
	foreach my $name ($left->())
	{
		next if keys %{ $values{$name} } > 1;
		$look->(solve($_, [$name], 1)) foreach ('maximize', 'minimize');
	}
	return $left->();
}

# ---------------------------------------------------------------------------
# Attacks
# ---------------------------------------------------------------------------

# Publishes in a transaction that is undone, and returns every view's rows,
# and which figures are small, which the attacker of a first publication is told.
sub published
{
	my ($figures, @periods) = @_;
	my $sql = "set client_min_messages = warning; begin;\n" . join('', @$figures);
	$sql .= ref $_ ? join('', @$_) : "select null from p.publish_figures('$_', 1);\n" foreach @periods;
	foreach my $view (sort(keys %tables), 'published_dashboard')
	{
		$sql .= "select '$view', row_to_json(v) from p_kpi.$view v;\n";
	}
	$sql .= "select 'exact', row_to_json(v) from (select b.period, b.version, f.* from p.published_figure f join p.publication b using (publication_id)) v;\nrollback;";
	my %rows;
	foreach (sort split /\n/, $node->safe_psql('postgres', $sql))
	{
		my ($view, $json) = /^(\w+)\|(\{.*\})$/ or next;
		my %row = %{ decode_json($json) };
		$_ //= '' foreach values %row;
		push @{ $rows{$view} }, \%row;
	}
	return \%rows;
}

# The class of every hidden figure: small, or more than the threshold.
sub tell_small
{
	my ($rows, %releases) = @_;
	%told = ();
	foreach my $row (@{ $rows->{exact} })
	{
		my $release = "$row->{period} v$row->{version}";
		next if $row->{hidden} eq '' || $row->{hidden} eq 'withheld' || !$releases{$release};
		my $name = name_of($release, $row->{count_name},
			map { $row->{"dimension_$_"} eq '' ? () : "$row->{\"dimension_$_\"}=$row->{\"value_$_\"}" } 1, 2);
		$told{$name} = $row->{figure} == 0 ? [ 0, 100000 ] : $row->{figure} <= 5 ? [ 1, 5 ] : [ 6, 100000 ];
	}
}

my ($hidden, $shown, $withheld) = (0, 0, 0);

sub attack
{
	my ($rows, $words, $join, %first) = @_;
	read_published($rows);
	$join->() if $join;
	tell_small($rows, %first);
	my @found = determined(qr/./);
	is(scalar(@found), 0, "$words: nothing hidden can be worked out") or diag(map { "$_\n" } @found[ 0 .. min(9, $#found) ]);
	$hidden += grep { $_ eq 'hidden' } values %figure;
	$shown += grep { $_ ne 'hidden' && $_ > 0 } values %figure;
	$withheld += grep { $_->{hidden} eq 'withheld' } @{ $rows->{exact} };
	my @bare = grep { $_->{figure} >= 1 && $_->{figure} <= 5 && $_->{hidden} eq '' } @{ $rows->{exact} };
	is(scalar(@bare), 0, "$words: no count from 1 to 5 is shown");
}

foreach my $set (1 .. $sets)
{
	my $largest = pick(3, 8, 20, 60);
	attack(published([ cells_of('2018-04-01', $largest) ], '2018-04'), "month, set $set", undef, '2018-04 v1' => 1);
}

my @quarter = ('2018-04', '2018-05', '2018-06');
foreach my $set (1 .. $sets / 4)
{
	my $largest = pick(3, 8, 20, 60);
	my @cells = map { cells_of("$_-01", $largest) } @quarter;
	my @order = $set % 2 ? (@quarter, '2018/19 Q1') : sort { rand() <=> 0.5 } (@quarter, '2018/19 Q1');
	# Who knows which figures are small knows it of the publications that overlap none before them.
	my %first;
	foreach (@order) { last if /Q/; $first{"$_ v1"} = 1 }
	%first = ('2018/19 Q1 v1' => 1) if $order[0] =~ /Q/;
	attack(published(\@cells, @order), "set $set: " . join(', ', @order),
		sub { join_periods('2018/19 Q1 v1', map { "$_ v1" } @quarter) }, %first);
}

# A year of four quarters, some of them published, before it or after.
my @year = map { "2018/19 Q$_" } 1 .. 4;
foreach my $set (1 .. $sets / 8)
{
	my $largest = pick(3, 8, 20, 60);
	my @cells = map { cells_of($_, $largest) } qw(2018-05-01 2018-08-01 2018-11-01 2019-02-01);
	my @order = sort { rand() <=> 0.5 } (@year[ 0 .. pick(2, 3) ], '2018/19');
	my %first;
	foreach (@order) { last if !/Q/; $first{"$_ v1"} = 1 }
	%first = ('2018/19 v1' => 1) if $order[0] !~ /Q/;
	my @published = grep { /Q/ } @order;
	attack(published(\@cells, @order), "set $set: " . join(', ', @order),
		sub { join_periods('2018/19 v1', map { "$_ v1" } @published) if @published == @year }, %first);
}

# Records change between two publications.  Each hides what it hides; whoever
# knows every change in between learns nothing of the earlier; and no difference
# from 1 to 5 of what is shown can be seen.
sub attack_changed
{
	my ($rows, $words, $later, @earlier) = @_;
	my %exact;
	foreach my $row (@{ $rows->{exact} })
	{
		my $release = "$row->{period} v$row->{version}";
		my $at = name_of($row->{count_name}, map { $row->{"dimension_$_"} eq '' ? () : "$row->{\"dimension_$_\"}=$row->{\"value_$_\"}" } 1, 2);
		$exact{$at}{$release} = $row->{figure};
		# A total that no view shows, though it could.
		$figure{"$release|$at"} //= $row->{hidden} eq '' ? $row->{figure} : 'hidden';
	}
	my @seen;
	foreach my $at (sort keys %exact)
	{
		my $change = ($exact{$at}{$later} // 0) - sum0(map { $_ // 0 } @{ $exact{$at} }{@earlier});
		$figure{"$_|$at"} //= 0 foreach $later, @earlier;
		push @bounds, [ { "$later|$at" => 1, map { ("$_|$at" => -1) } @earlier }, '=', $change ];
		push @seen, $at if abs($change) >= 1 && abs($change) <= 5 && !grep { $figure{"$_|$at"} eq 'hidden' } $later, @earlier;
	}
	is(join(', ', @seen), '', "$words: no small change is seen");
	my $of_earlier = join '|', map { quotemeta } @earlier;
	my @found = determined(qr/^(?:$of_earlier)\|/);
	is(scalar(@found), 0, "$words: what was hidden stays hidden from who knows the changes") or diag(map { "$_\n" } @found[ 0 .. min(9, $#found) ]);
}

sub late_cells
{
	my ($month) = @_;
	my @late = cells_of($month, pick(3, 8));
	splice(@late, 1 + int(rand(6)));
	return \@late;
}

foreach my $set (1 .. $sets / 4)
{
	my $largest = pick(8, 20, 60);
	my $rows = published([ cells_of('2018-04-01', $largest) ], '2018-04', late_cells('2018-04-01'), '2018-04');
	attack($rows, "two versions, set $set", undef, '2018-04 v1' => 1);
	attack_changed($rows, "two versions, set $set", '2018-04 v2', '2018-04 v1');
}

foreach my $set (1 .. $sets / 8)
{
	my $largest = pick(8, 20, 60);
	my @cells = map { cells_of("$_-01", $largest) } @quarter;
	my $rows = published(\@cells, @quarter, late_cells(pick(@quarter) . '-01'), '2018/19 Q1');
	attack($rows, "a changed quarter, set $set", undef, map { ("$_ v1" => 1) } @quarter);
	attack_changed($rows, "a changed quarter, set $set", '2018/19 Q1 v1', map { "$_ v1" } @quarter);
}

note("$hidden figures hidden ($withheld withheld), $shown shown that are not 0");
cmp_ok($hidden, '>', 100, 'there was something to find');
cmp_ok($shown, '>', $hidden / 10, 'and something was published');

done_testing();
