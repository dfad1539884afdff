# Every act that mends or moves something, on every row that it can be given and to every family that it can name, each
# by itself and in pairs. The acts and their arguments are those that the catalogue has: a new act is tried without a word
# here, and the test fails if it is never accepted.
#
# After each accepted one a correction, or a reason of its own, says why and tells the truth; nothing is gone, but for what
# is listed below; no row is of another family than what it belongs to; and the audit finds nothing. After each refused
# one there are the words of a rule, ids and a hint.
#
#   MOVES_ENOUGH=100    how many calls of each act are accepted in a session (5), of ten times as many tries
#   MOVES_COPIES=2000   copies of the families (240): one for each accepted call, and those left for pairs
#   EARLY_HELP_SEED=1
use strict;
use warnings;
use IPC::Run;
use Test::More;
use World qw(new_world);

my $enough = $ENV{MOVES_ENOUGH} || 5;
my $seed = $ENV{EARLY_HELP_SEED} || 1;
my ($sessions, $copies) = (2, $ENV{MOVES_COPIES} || 240);

# What an act may take away: rows of a table, or what a column said. The logs of levels and events follow the record,
# and the key of some rows has their day.
my %takes = (
	blank_domain => 'assessment_domain.needs assessment_domain.strengths',
	correct_decision => 'episode_child lead_practitioner',
	correct_review => 'plan.completed_by_review_id plan.extended_by_review_id plan.ended_on plan.end_reason review.next_review_due_on',
	correct_reopening => 'episode_child',
	correct_withdrawal => 'consent.withdrawn_on consent.withdrawal_recorded_at plan.ended_on plan.end_reason assessment.ended_on assessment.end_reason',
	move_assessment => 'assessment.ended_on assessment.end_reason',
	move_conversation => 'conversation.child_id',
	move_plan => 'plan.ended_on plan.end_reason',
	reopen_episode => 'episode.closed_on episode.closure_reason_code episode.closure_agreed_on episode.closure_agreement_absent_reason',
	undo_allocation => 'lead_practitioner episode.allocated_on',
	undo_closure => 'episode.closed_on episode.closure_reason_code episode.closure_agreed_on episode.closure_agreement_absent_reason'
		. ' episode_child.left_on plan.ended_on plan.end_reason assessment.ended_on assessment.end_reason',
	undo_decision => 'step.outcome step.decided_on step.decision_reason step.receiving_agency_id step.receiving_practitioner_id'
		. ' step.first_review_on step.episode_id episode episode_child lead_practitioner episode_child.left_on episode.closed_on episode.closure_reason_code'
		. ' episode.closure_agreement_absent_reason plan.ended_on plan.end_reason assessment.ended_on assessment.end_reason',
	undo_review => 'review review_participant plan.completed_by_review_id plan.extended_by_review_id plan.ended_on plan.end_reason',
	unmerge_children => 'child.merged_into_child_id',
	withdraw_outcome => 'plan_outcome.position',
);

my $in_town = 'set search_path = town, public; set client_min_messages = warning;';
my $began = time;
my $node = new_world(qw(moves_families.psql attacks.psql moves.psql));
is($node->safe_psql('world', q{select rule, record, record_id, detail from early_help.audit('town')}), '', 'before any act the audit finds nothing');
is($node->safe_psql('world', "$in_town select public.unfilled()"), '', 'every table has rows, and every reference is filled in one row and empty in another');
$node->safe_psql('world', "$in_town call public.make_moves($seed, 4, 120 * $enough); call public.copy_to($copies)");
$node->safe_psql('world', 'vacuum analyze');
my %acts = map { $_ => 0 } split /\n/, $node->safe_psql('world', 'select proname from public.mending');
note(sprintf '%d acts, %s calls, %d s', scalar keys %acts, $node->safe_psql('world', 'select count(*) from public.call'), time - $began);

my @running = map {
	my $name = "moves$_";
	my ($out, $err) = ('', '');
	$node->safe_psql('postgres', "create database $name template world");
	{
		out => \$out, err => \$err,
		run => IPC::Run::start(
			[ 'psql', '-XqAt', '-F', "\x1f", '-R', "\x1e", '-v', 'ON_ERROR_STOP=1', '-d', $name,
				map { ('-c', $_) } 'set search_path = town, public', 'set client_min_messages = warning', 'set jit = off',
				"call public.try_moves($seed, $_, $sessions, $copies, $enough, 10 * $enough)",
				'call public.find_strangers()',
				q{select 'tried', act, state, after_act is not null, count(*) from public.moved group by 2, 3, 4},
				q{select 'wrong', act, what, statement from public.wrong},
				q{select 'wrong', kinds, concat_ws(' ', rule, record, record_id, detail), statements from public.broken()},
				q{select 'wrong', act, what, statement from public.strangers},
				q{select 'emptied', act, what, count(*) from public.emptied group by 2, 3} ],
			'<', \undef, '>', \$out, '2>', \$err) }
} 1 .. $sessions;

my (%refused, %refused_by, %wrong, %emptied, %pairs, $pairs);
foreach my $one (@running)
{
	ok($one->{run}->finish, 'a session ends') or diag(${ $one->{err} });
	foreach (split /\x1e|\n(?=(?:tried|wrong|emptied)\x1f)/, ${ $one->{out} } =~ s/\n\z//r)
	{
		my ($what, $act, @f) = split /\x1f/;
		if ($what eq 'tried')
		{
			if ($f[0] eq '00000') { $acts{$act} += $f[2]; $pairs += $f[2] if $f[1] eq 't' }
			else { $refused{$f[0]} += $f[2]; $refused_by{$act}{$f[0]} += $f[2] }
		}
		elsif ($what eq 'wrong') { push @{ $wrong{ $act . ': ' . $f[0] =~ s/\d+/N/gr } }, "$f[0]\n  $f[1]" }
		else { $emptied{$act}{ $f[0] } += $f[1] }
	}
}

is(join("\n", map { scalar(@{ $wrong{$_} }) . " times $_" } sort keys %wrong), '', 'what is accepted leaves nothing wrong, and what is refused says why');
diag($wrong{$_}[0]) foreach sort keys %wrong;
is(join(', ', grep { !$acts{$_} } sort keys %acts), '', 'each act is accepted for some row');
foreach my $act (grep { !$acts{$_} } sort keys %acts)
{
	diag("$act is refused: " . join ', ', map { "$_ $refused_by{$act}{$_}" } sort keys %{ $refused_by{$act} });
}
foreach my $act (sort keys %emptied)
{
	my %may = map { $_ => 1 } 'level_change', 'episode_event', split / /, $takes{$act} // '';
	is(join(', ', grep { !$may{$_} } sort keys %{ $emptied{$act} }), '', "$act takes nothing away but what it says");
}
cmp_ok($pairs, '>=', 100, "$pairs pairs");
note('accepted: ' . join ', ', map { "$_ $acts{$_}" } sort keys %acts);
note('refused: ' . join ', ', map { "$_ $refused{$_}" } sort { $refused{$b} <=> $refused{$a} } keys %refused);
note(sprintf '%d s', time - $began);

$node->stop;
done_testing();
