# An attacker reads what is published, and solves for what is hidden: all rows,
# columns, totals, parts, percentages, versions and overlapping periods at once,
# in whole numbers (glpsol of Debian's glpk-utils). No hidden figure may have
# only one possible value.  Shares no code with the suppression: all it knows
# are the views and what docs/publishing.md tells everybody.
#
# EARLY_HELP_SEED chooses the figures; EARLY_HELP_SETS how many sets of them: of single months, and fewer of what
# takes longer; with EARLY_HELP_EVERY_KIND=1 so many of each kind.
use strict;
use warnings;
use JSON::PP;
use List::Util qw(min max sum0);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seed = $ENV{EARLY_HELP_SEED} // 20210901;
my $sets = $ENV{EARLY_HELP_SETS} // 16;
note("EARLY_HELP_SEED=$seed EARLY_HELP_SETS=$sets");
srand($seed);

# How many sets of a kind that takes so many times as long.
sub sets_of { my ($times) = @_; return $ENV{EARLY_HELP_EVERY_KIND} ? $sets : int($sets / $times) }

my $node = PostgreSQL::Test::Cluster->new('attack');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\njit = off\n");
$node->start;
$node->safe_psql('postgres', <<'SQL');
set client_min_messages = warning;
create extension early_help cascade;
select early_help.create_partnership('p');
insert into p.agency (agency_id, name, sector)
values (1, 'A', 'local_authority');
insert into p.practitioner (practitioner_id, agency_id, name) values (1, 1, 'One');
SQL

# Whatever is registered is attacked: by what, what is counted, what adds up and
# what is a percentage of what, everybody knows.
my %tables = map { $_->{table_name} => $_ } map { decode_json($_) } split /\n/, $node->safe_psql('postgres', <<'SQL');
select row_to_json(t) from p.published_table t order by table_name
SQL
cmp_ok(scalar(keys %tables), '>=', 10, 'tables are published');
foreach my $n (1, 2)
{
	cmp_ok(scalar(grep { @{ $_->{dimensions} } == $n } values %tables), '>', 0, "some by $n dimensions");
}
foreach my $table (values %tables)
{
	$table->{$_} = [ map { [ split /\s*[=+\/]\s*/ ] } @{ $table->{$_} } ] foreach qw(sums ratios);
	my @columns = split /\n/, $node->safe_psql('postgres', <<"SQL");
select column_name from information_schema.columns
where table_schema = 'p_kpi' and table_name = 'published_$table->{table_name}' and ordinal_position > 9
order by ordinal_position
SQL
	is_deeply(\@columns, [ @{ $table->{dimensions} }, map { ($_, "${_}_status") } @{ $table->{counts} }, map { $_->[0] } @{ $table->{ratios} } ],
		"published_$table->{table_name} shows what is registered and no more");
}
is($node->safe_psql('postgres', <<'SQL'), 'published_area published_changes published_dashboard published_figures published_label', 'no view shows anything else');
select string_agg(table_name, ' ' order by table_name) from information_schema.views
where table_schema = 'p_kpi' and table_name ~ '^published_'
    and substr(table_name, 11) not in (select table_name from p.published_table)
SQL

# ---------------------------------------------------------------------------
# Figures: in place of what is counted, rows of any figures, few and small.  All
# tables read the same rows, so they agree.
# ---------------------------------------------------------------------------

my %every_dimension = map { $_ => 1 } map { @{ $_->{dimensions} } } values %tables;
my %every_ratio = map { $_->[0] => [ @{$_}[ 1, 2 ] ] } map { @{ $_->{ratios} } } values %tables;
my %every_count = map { $_ => 1 } map { @{ $_->{counts} } } values %tables;
my (%parts_of, %is_part, %dimensions_of);
foreach my $table (values %tables)
{
	foreach my $sum (@{ $table->{sums} })
	{
		my ($whole, @parts) = @$sum;
		$parts_of{$whole}{"@parts"} = \@parts;
		$is_part{$_} = 1 foreach @parts;
	}
	foreach my $count (@{ $table->{counts} })
	{
		$dimensions_of{$count}{$_} = 1 foreach @{ $table->{dimensions} };
	}
}
$node->safe_psql('postgres', join("\n",
	'create table p.figures (month date, ' . join(', ', map { "$_ varchar(120)" } sort keys %every_dimension) . ', '
	  . join(', ', map { "$_ integer not null default 0" } sort keys %every_count) . ');',
	map {
		my $columns = join(', ', 'month', @{ $_->{dimensions} }, @{ $_->{counts} });
		"drop view p.publish_$_->{table_name}; create view p.publish_$_->{table_name} as select $columns from p.figures;"
	} values %tables));
# Some values are shown though there is nothing; others turn up, or are not recorded.
my $dimensions = join(', ', sort keys %every_dimension);
$node->safe_psql('postgres', join("\n", map { my $v = $_; "insert into p.figures ($dimensions) values (" . join(', ', map { "'$v'" } keys %every_dimension) . ');' } 'a' .. 'd'));

sub pick { return $_[ int(rand(@_)) ] }

# A part of a whole: often none, or all but one.
sub part_of
{
	my ($whole) = @_;
	return pick(0, 0, $whole, max(0, $whole - 1), int(rand($whole + 1)));
}

# A count, and what it is the sum of.
sub split_up
{
	my ($count, $n) = @_;
	my %row = ($count => $n);
	foreach my $parts (map { $parts_of{$count}{$_} } sort keys %{ $parts_of{$count} // {} })
	{
		my $left = $n;
		foreach my $i (0 .. $#$parts)
		{
			my $part = $i == $#$parts ? $left : part_of($left);
			%row = (%row, split_up($parts->[$i], $part));
			$left -= $part;
		}
	}
	return %row;
}

# Every dimension of a count or of one of its parts.
sub dimensions_under
{
	my ($count) = @_;
	return (keys %{ $dimensions_of{$count} }, map { dimensions_under($_) } map { @$_ } values %{ $parts_of{$count} // {} });
}

sub cells_of
{
	my ($month, $largest) = @_;
	my @cells;
	my %values = map { $_ => [ ('a' .. 'e', undef)[ grep { rand() < 0.6 } 0 .. 5 ] ] } sort keys %every_dimension;
	foreach my $count (grep { !$is_part{$_} } sort keys %every_count)
	{
		my %dimensions = map { $_ => 1 } dimensions_under($count);
		foreach (1 .. int(rand(8 * keys %dimensions)))
		{
			my %row = split_up($count, 1 + int(rand()**3 * $largest));
			my @dimensions = sort keys %dimensions;
			push @cells, sprintf("insert into p.figures (month, %s) values ('%s', %s)",
				join(', ', @dimensions, sort keys %row), $month,
				join(', ', (map { my $v = pick(@{ $values{$_} }); defined $v ? "'$v'" : 'null' } @dimensions), map { $row{$_} } sort keys %row));
		}
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
	my %ratio_of;
	foreach my $table (map { $tables{$_} } sort keys %tables)
	{
		my ($dimensions, $counts) = @{$table}{qw(dimensions counts)};
		foreach my $row (@{ $psql->{"published_$table->{table_name}"} })
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
			# Parts add up to their whole, here and in every margin.
			foreach (@{ $table->{sums} })
			{
				my ($whole, @parts) = @$_;
				foreach my $place (\@at, [], map { [$_] } @at)
				{
					$sum{ name_of($release, $whole, @$place) . "\t@parts" } = [ map { name_of($release, $_, @$place) } @parts ];
				}
			}
			learn_rate($row->{ $_->[0] }, map { name_of($release, $_, @at) } @{$_}[ 1, 2 ]) foreach @{ $table->{ratios} };
		}
		foreach my $ratio (@{ $table->{ratios} })
		{
			$ratio_of{$_} = $ratio foreach @{$ratio}[ 0, 1 ];
		}
	}
	foreach my $row (@{ $psql->{published_dashboard} })
	{
		my $release = "$row->{period} v$row->{version}";
		my (undef, $part, $whole) = $row->{unit} eq '%' ? @{ $ratio_of{ $row->{metric_code} } } : (undef, $row->{metric_code});
		learn(name_of($release, $part), $row->{numerator}, $row->{numerator_status});
		learn(name_of($release, $whole), $row->{denominator}, $row->{denominator_status}) if $whole;
		learn_rate($row->{value}, map { name_of($release, $_) } $part, $whole) if $whole;
	}
	foreach my $row (@{ $psql->{published_changes} })
	{
		my @at = ($row->{count_name}, map { $row->{"dimension_$_"} eq '' ? () : "$row->{\"dimension_$_\"}=$row->{\"value_$_\"}" } 1, 2);
		learn(name_of("$row->{period} v$row->{version}", @at), $row->{value}, $row->{value_status});
		learn(name_of("$row->{period} v" . ($row->{version} - 1), @at), $row->{value_before}, $row->{value_before_status});
	}
	# Margins and totals too, and percentages wherever their whole stands.
	foreach my $row (@{ $psql->{published_figures} })
	{
		my $release = "$row->{period} v$row->{version}";
		my @at = map { $row->{"dimension_$_"} eq '' ? () : "$row->{\"dimension_$_\"}=$row->{\"value_$_\"}" } 1, 2;
		if ($row->{unit} eq '%')
		{
			learn_rate($row->{value}, map { name_of($release, $_, @at) } @{ $every_ratio{ $row->{measure} } });
			next;
		}
		my ($value) = $row->{value} =~ /^(\d*)(?:\.0)?$/ or die "no whole number: $row->{value}";
		learn(name_of($release, $row->{measure}, @at), $value, $row->{value_status});
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
	foreach my $view ((map { "published_$_" } sort keys %tables), 'published_dashboard', 'published_changes', 'published_figures')
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
foreach my $set (1 .. sets_of(4))
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
foreach my $set (1 .. sets_of(8))
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

foreach my $set (1 .. sets_of(4))
{
	my $largest = pick(8, 20, 60);
	my $rows = published([ cells_of('2018-04-01', $largest) ], '2018-04', late_cells('2018-04-01'), '2018-04');
	attack($rows, "two versions, set $set", undef, '2018-04 v1' => 1);
	attack_changed($rows, "two versions, set $set", '2018-04 v2', '2018-04 v1');
}

foreach my $set (1 .. sets_of(8))
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
