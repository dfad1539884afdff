# What kpi_random.pl asks: of every view of figures, whether it equals the same computed live, as a
# statement that is prepared and answers "differ:" and the names of the views that do.
package KpiChecks;
use strict;
use warnings;
use Exporter qw(import);

our @EXPORT_OK = qw(%checks $prepare $check_all $set_path checks_of both_sides is_view difference);

our $set_path = "set search_path = live, p, early_help;";
our (%checks, $prepare, $check_all);
# The views, each with the query that shows it and the live one; which of them rest
# on a table. The periods shown follow from all tables; figures, dashboard, headlines
# and charts rest on all others and take longest: left to the check of everything.
my (%pairs, %rests_on);

# EXCEPT ALL both ways, each side computed once, in one statement: one snapshot.
sub both_sides
{
	my ($shown, $live) = $pairs{ $_[0] }->@*;
	return "from (select x::text as line, 1 as side from ($shown) x union all select x::text, -1 from ($live) x) both_sides group by line having sum(side) <> 0";
}

sub look_at
{
	my ($node) = @_;
	foreach (split /\x1e/, $node->safe_psql('postgres', q{select string_agg(concat_ws(chr(31), name, shown, live, coalesce(array_to_string(rests_on, ' '), '')), chr(30) order by name) from live.pair}))
	{
		my ($name, $shown, $live, $tables) = split /\x1f/;
		$pairs{$name} = [ $shown, $live ];
		next if $name =~ /^(figures|dashboard|headline|spc|benchmarks)$/;
		$rests_on{$_}{$name} = 1 foreach split ' ', $tables;
	}
	%checks = map { $_ => "select 'differ:' || case when exists (select " . both_sides($_) . ") then ' $_' else '' end" } keys %pairs;
	# Between any two days, too.
	$checks{between_days} = "select 'differ:' || case when p_kpi.children_contacted_between('2016-03-01', '2017-08-31') <>"
	  . " (select count(distinct coalesce(c.merged_into_child_id, c.child_id)) from p.child c where exists (select from p.contact_child x where x.child_id = c.child_id and x.received_on >= '2016-03-01' and x.received_on < '2017-09-01'))"
	  . " then ' children_contacted_between(from, to)' else '' end || case when p_kpi.waiting_at('2017-02-28') <>"
	  . " (select count(*) from p.family f cross join p.waits_of_family(f.family_id) w where w.began_on <= '2017-02-28' and coalesce(w.ended_on, 'infinity') > '2017-02-28')"
	  . " then ' waiting_at(day)' else '' end";
	$prepare = join ' ', map { "prepare k_$_ as $checks{$_};" } sort keys %checks;
	$check_all = join ' ', map { "execute k_$_;" } sort keys %checks;
	return;
}

sub is_view { return exists $pairs{ $_[0] } }

# Of the views that rest on these tables.
sub checks_of
{
	my (@tables) = @_;
	my %names = map { map { $_ => 1 } keys %{ $rests_on{$_} // die "no view rests on $_" } } @tables;
	$names{between_days} = 1 if grep { /^(contact_child|child|episode)$/ } @tables;
	return join ' ', map { "execute k_$_;" } sort keys %names;
}

# What a check answered, if it did and nothing else came.
sub difference
{
	my $differ = join '', map { /^differ:(.*)/ ? $1 : " $_" } @_;
	return $differ eq '' ? (@_ ? undef : ' no answer') : $differ;
}

1;
