# Every way in that the catalogue knows, tried against families in every state: a date, key or code of any row changed
# to what else it could be, any row deleted or written again with one difference, any act with arguments by chance;
# one at a time, then some after each other to one family. What is accepted leaves nothing that the audit finds.
#
# The audit is not asked after each write: there are a thousand copies of the families (one_of_each.psql), each write
# goes to another one, and a finding is traced to the writes of its copy by its ids.
#
#   ATTACK_WRITES=50000  how many accepted writes (3000); EARLY_HELP_SEED=1; ATTACK_SESSIONS=2 at a time
#   ATTACK_WITHOUT='alter table consent disable trigger consent_stays'  to see that they find what it stops
use strict;
use warnings;
use IPC::Run;
use Test::More;
use World qw(new_world);

my $wanted = $ENV{ATTACK_WRITES} || 3000;
my $seed = $ENV{EARLY_HELP_SEED} || 1;
my $sessions = $ENV{ATTACK_SESSIONS} || 2;
my $copies = 1000;

my $in_town = 'set search_path = town, public; set client_min_messages = warning;';
my $began = time;
my $node = new_world('attacks.psql');
is($node->safe_psql('world', q{select rule, record, record_id, detail from early_help.audit('town')}), '', 'before any attack the audit finds nothing');
$node->safe_psql('world', "$in_town call public.make_calls($seed, 20); call public.order_attacks($seed)");
$node->safe_psql('world', "$in_town call public.copy_to($copies)");
$node->safe_psql('world', 'vacuum analyze');
$node->safe_psql('world', "$in_town $ENV{ATTACK_WITHOUT}") if $ENV{ATTACK_WITHOUT};
my $attacks = $node->safe_psql('world', 'select max(place) from attack_order');
my $states = $node->safe_psql('world', 'select count(distinct state) from town.episode');
is($states, $node->safe_psql('world', q{select count(distinct state_to) from early_help.transitions()}), 'there is an episode in every state');
note(sprintf '%d attacks, %d s', $attacks, time - $began);

# One round of a session: attacks on fresh copies, and what the audit finds then.
my ($writes, $tries, $rounds, %broken, %example, %accepted, %refused, %odd) = (0, 0, 0);
sub start_round
{
	my ($session, $place, $in_each) = @_;
	my ($out, $err) = ('', '');
	my $name = "round$session";
	my $run = IPC::Run::start(
		[ 'sh', '-c', 'dropdb --if-exists "$1" 2>/dev/null; createdb -T world "$1" && exec psql -XqAt -F "$2" -R "$3" -v ON_ERROR_STOP=1 -d "$1"'
			. ' -c "set search_path = town, public" -c "$4" -c "$5" -c "$6" -c "$7" -c "$8"',
			'sh', $name, "\x1f", "\x1e",
			"call public.attack_copies($seed, $place, $sessions, 2, $copies, $in_each)",
			q{select 'tried', kind, sqlstate, times from public.tried},
			q{select 'odd', sqlstate, min(statement) from public.odd group by 2},
			q{select 'broken', coalesce(kinds, 'nothing written'), rule, concat_ws(' ', record, record_id), detail, statements from public.broken()},
			q{select 'audited'} ],
		'<', \undef, '>', \$out, '2>', \$err);
	return { run => $run, out => \$out, err => \$err };
}

sub end_round
{
	my ($one) = @_;
	if (!$one->{run}->finish)
	{
		fail('a round ends');
		diag(${ $one->{err} });
		return;
	}
	$rounds++;
	chomp(my $out = ${ $one->{out} });
	my ($next, @lines) = split /\x1e|\n(?=(?:tried|odd|broken)\x1f|audited$)/, $out;
	die "a round has no audit: $out" unless @lines && pop(@lines) eq 'audited';
	foreach (@lines)
	{
		my ($what, @f) = split /\x1f/;
		if ($what eq 'tried')
		{
			$tries += $f[2];
			if ($f[1] eq '00000') { $writes += $f[2]; $accepted{$f[0]} += $f[2] }
			else { $refused{$f[1]} += $f[2] }
		}
		elsif ($what eq 'odd')
		{
			$odd{$f[0]} //= $f[1];
		}
		else
		{
			# The fewest writes say most.
			my $kind = "$f[1] $f[2]" =~ s/ \d+$//r;
			push @{ $broken{$kind} }, { writes => scalar(split / \+ /, $f[0]), kinds => $f[0], what => "$f[2]: $f[3]\n  $f[4]" };
		}
	}
	return $next;
}

# So many writes to each copy, until so many are accepted in all or the list is at its end.
sub attack
{
	my ($in_each, $until) = @_;
	my @place = map { $_ } 1 .. $sessions;
	while ($writes < $until && grep { $_ <= $attacks } @place)
	{
		my @running = map { [ $_, start_round($_, $place[ $_ - 1 ], $in_each) ] } grep { $place[ $_ - 1 ] <= $attacks } 1 .. $sessions;
		foreach my $one (@running)
		{
			my $next = end_round($one->[1]) // return;
			$place[ $one->[0] - 1 ] = $next;
		}
	}
	note(sprintf '%d in each: %d writes, %d tries, %d rounds, %d s', $in_each, $writes, $tries, $rounds, time - $began);
	return;
}
attack(1, $wanted >= 50000 ? $wanted : $wanted / 3);
attack(2, $writes + ($wanted - $writes) / 2) if $writes < $wanted;
attack(4, $wanted) if $writes < $wanted;

is(join(', ', sort keys %broken), '', 'the audit finds nothing after any accepted write');
foreach my $kind (sort keys %broken)
{
	my @found = sort { $a->{writes} <=> $b->{writes} || $a->{kinds} cmp $b->{kinds} } @{ $broken{$kind} };
	my (%alone, @show);
	$alone{ $_->{kinds} }++ foreach grep { $_->{writes} == 1 } @found;
	# What one write alone does is shown once, and of several writes those that have none of these.
	foreach my $one (@found)
	{
		next if $one->{writes} > 1 && grep { $alone{$_} } split / \+ /, $one->{kinds};
		push @show, $one unless grep { $_->{kinds} eq $one->{kinds} } @show;
	}
	diag(join "\n", scalar(@found) . " times $kind", map { "$_->{kinds}: $_->{what}" } @show[ 0 .. ($#show < 11 ? $#show : 11) ]);
}
cmp_ok($writes, '>=', $wanted, "$writes writes were accepted, of $tries, in $rounds rounds");
note('accepted: ' . join ', ', map { "$_ $accepted{$_}" } sort { $accepted{$b} <=> $accepted{$a} } keys %accepted);
note('refused: ' . join ', ', map { "$_ $refused{$_}" } sort { $refused{$b} <=> $refused{$a} } keys %refused);
is(join("\n", map { "$_: $odd{$_}" } sort keys %odd), '', 'what is refused is refused by a rule, a constraint or a type');

$node->stop;
done_testing();
