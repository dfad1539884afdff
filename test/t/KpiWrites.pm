# The writes of kpi_random.pl: each kind makes up a statement, or a few that belong together, about rows
# that may be there. The random numbers are the caller's: the same seed makes the same writes.
package KpiWrites;
use strict;
use warnings;
use Exporter qw(import);

our @EXPORT_OK = qw(%kinds %done $first_day one_of day some child contact some_kind tables_of);

# Most days that are made up are of the 480 from here on.
our $first_day = '2016-05-01';
# What there is to write about.
my (@children, @families, @services, @practitioners, @wards, @programmes, $most_contacts, $most_referrals);

sub look_at
{
	my ($node, $families) = @_;
	@children = split /\n/, $node->safe_psql('postgres', 'select child_id from p.child order by 1');
	@families = split /\n/, $node->safe_psql('postgres', 'select family_id from p.family order by 1');
	@services = split /\n/, $node->safe_psql('postgres', 'select service_id from p.service order by 1');
	@practitioners = split /\n/, $node->safe_psql('postgres', 'select practitioner_id from p.practitioner order by 1');
	@wards = split /\n/, $node->safe_psql('postgres', 'select locality_id from p.locality order by 1 limit 4');
	@programmes = split /\n/, $node->safe_psql('postgres', 'select group_programme_id from p.group_programme order by 1');
	$most_contacts = 6 * $families;
	$most_referrals = 2 * $families;
	return;
}

sub one_of { return $_[ rand @_ ] }
sub day { return sprintf "date '$first_day' + %d", one_of(rand 480, rand 480, 300 + rand 60) }
# A row by chance, the same for the same seed: by a hash that a random number salts.
sub some { my ($table, $key, $n, $where) = @_; my $salt = int rand 1e9; return
	"(select $key from $table " . ($where ? "where $where " : '') . "order by hash_record_extended(row($key), $salt) limit " . ($n // 1) . ')' }
# Some come often.
sub child { return one_of($children[ rand @children ], $children[ rand 24 ]) }
sub family { return one_of($families[ rand @families ], $families[ rand 12 ]) }
sub service { return one_of(@services[ 0 .. 3 ]) }
sub practitioner { return $practitioners[ rand @practitioners ] }
sub source { return one_of("'1A'", "'2A'", "'6'") }
sub need { return one_of("'N1'", "'N2'", "'N4'") }
sub reason { return one_of("'Neglect'", "'Low income'", 'null') }
sub ward { return one_of(@wards, 'null') }
sub decision { return one_of("'referral'", "'referral'", "'no_further_action'", "'universal_services'", 'null') }
my $next_id = 1000000;

sub contact
{
	my ($day, @children) = @_;
	my $id = $next_id++;
	my $rows = join ', ', map { "($id, $_, " . need() . ', ' . reason() . ', ' . ward() . ', ' . decision() . ')' } @children;
	return "insert into contact (contact_id, received_on, source_code) values ($id, $day, " . source() . ");"
	  . " insert into contact_child (contact_id, child_id, primary_need_code, reason, locality_id, decision) values $rows;";
}

our %kinds = (
	insert => sub { contact(day(), child()) },
	multi_row => sub { my %c = map { child() => 1 } 1 .. 5; contact(day(), sort { $a <=> $b } keys %c) },
	late => sub { contact("date '2014-05-01' + " . int(rand 500), child()) },
	copy => sub {
		my $id = $next_id; $next_id += 4;
		my @contacts = map { sprintf "%d\t20%02d-%02d-%02d\t6", $id + $_, 16 + rand 2, 1 + rand 12, 1 + rand 28 } 0 .. 3;
		my @children = map { join "\t", $id + $_, child(), 'N5', 'Copied', one_of(@wards), one_of('referral', 'social_care') } 0 .. 3;
		return join "\n", 'copy contact (contact_id, received_on, source_code) from stdin;', @contacts, '\\.',
		  'copy contact_child (contact_id, child_id, primary_need_code, reason, locality_id, decision) from stdin;', @children, '\\.';
	},
	merge => sub {
		"merge into contact_child t using (select contact_id, " . child() . "::bigint as child_id from "
		  . some('contact', 'contact_id', 4) . " c) s on t.contact_id = s.contact_id and t.child_id = s.child_id"
		  . " when matched then delete when not matched then insert (contact_id, child_id, primary_need_code, decision)"
		  . " values (s.contact_id, s.child_id, " . need() . ', ' . decision() . ');';
	},
	merge_update => sub {
		"merge into contact_child t using " . some('contact_child', 'contact_child_id', 5) . ' s on t.contact_child_id = s.contact_child_id'
		  . ' when matched and t.locality_id is null then delete when matched then update set locality_id = ' . ward() . ', reason = ' . reason() . ';';
	},
	on_conflict => sub {
		"insert into contact_child (contact_id, child_id, primary_need_code) select contact_id, " . child() . ', ' . need()
		  . ' from ' . some('contact', 'contact_id', 3) . ' c on conflict (contact_id, child_id) do '
		  . one_of('nothing', 'update set primary_need_code = excluded.primary_need_code, locality_id = ' . $wards[0]) . ';';
	},
	update => sub {
		'update contact_child set ' . one_of('decision = ' . decision(), 'primary_need_code = ' . need(), 'reason = ' . reason(),
			'child_id = ' . child(), 'locality_id = ' . ward()) . ' where contact_child_id in ' . some('contact_child', 'contact_child_id', one_of(1, 1, 6)) . ';';
	},
	re_date_cascade => sub { 'update contact set received_on = ' . day() . ' where contact_id in ' . some('contact', 'contact_id', one_of(1, 1, 3)) . ';' },
	source_cascade => sub { 'update contact set source_code = ' . source() . ' where contact_id in ' . some('contact', 'contact_id', one_of(1, 4)) . ';' },
	shift_dates => sub { 'update contact set received_on = received_on + ' . one_of(-400, -31, -1, 1, 30, 365) . ' where contact_id in ' . some('contact', 'contact_id', 5) . ';' },
	delete => sub {
		my $rows = some('contact_child', 'contact_child_id', one_of(1, 3));
		return one_of("delete from contact_child where contact_child_id in $rows;",
			"with gone as (delete from referral where contact_child_id in $rows) select; delete from contact_child where contact_child_id in $rows;");
	},
	birth_date => sub { 'update child set birth_date = ' . one_of("date '2003-01-01' + " . int(rand 5500), 'birth_date + 1', 'birth_date - 366')
		. ', expected_birth_date = null where child_id = ' . child() . ';' },
	expected => sub { "update child set birth_date = null, expected_birth_date = date '$first_day' + " . int(rand 500) . ' where child_id = ' . child() . ';' },
	sex => sub { 'update child set sex_code = ' . one_of("'M'", "'F'", 'null') . ' where child_id in (' . child() . ', ' . child() . ');' },
	referral => sub { 'insert into referral (contact_child_id, child_id, family_id, referred_on, source_code, primary_need_code, locality_id)'
		. ' select contact_child_id, child_id, (select min(m.family_id) from family_member m where m.child_id = c.child_id), received_on, source_code, primary_need_code, locality_id from contact_child c where contact_child_id in '
		. some('contact_child', 'contact_child_id', 4, "decision = 'referral'") . ' on conflict do nothing;' },
	referral_alone => sub { my $c = child(); 'insert into referral (child_id, family_id, referred_on, source_code, primary_need_code)'
		. " values ($c, (select min(m.family_id) from family_member m where m.child_id = $c), " . day() . ', ' . source() . ', ' . need() . ');' },
	referral_re_date => sub { 'update referral set ' . one_of('referred_on = ' . day(), 'referred_on = referred_on + 1', 'child_id = ' . child() . ', contact_child_id = null', 'locality_id = ' . ward())
		. ' where referral_id in ' . some('referral', 'referral_id', one_of(1, 3)) . ';' },
	referral_delete => sub { 'delete from referral where referral_id in ' . some('referral', 'referral_id', one_of(1, 2)) . ';' },
	merge_children => sub { 'select merge_children(' . child() . ', ' . child() . ", 'r');" },
	unmerge_children => sub { "select unmerge_children(child_merge_id, 'r') from child_merge where child_merge_id in " . some('child_merge', 'child_merge_id', 1, 'undone_on is null') . ';' },
	setting => sub { 'update partnership set re_referral_months = ' . one_of(1, 3, 6, 12, 18, 24) . ';' },
	names => sub { one_of("update locality set name = 'Ward $next_id' where locality_id = $wards[0];", "update service set run_by = '" . one_of('hub', 'partner') . "' where service_id = " . service() . ';') },
	plan => sub { 'select start_plan(episode_id, allocated_on + ' . int(rand 90) . ', service_id => ' . one_of(service(), 'null') . ') from episode where episode_id in ' . some('episode', 'episode_id', 2, 'closed_on is null and allocated_on is not null') . ';' },
	plan_review => sub { my $p = some('plan', 'plan_id', 1, 'ended_on is null'); "select hold_review(plan_id, 'complete', started_on + 50) from plan where plan_id in $p;" },
	plan_update => sub { 'update plan set ' . one_of('service_id = ' . one_of(service(), 'null'), 'started_on = started_on + 20, review_counts_from = review_counts_from + 20, review_due_on = review_due_on + 20')
		. ' where plan_id in ' . some('plan', 'plan_id', one_of(1, 3)) . ';' },
	plan_review_re_date => sub { 'update review set held_on = held_on + 9 where review_id in ' . some('review', 'review_id') . ';' },
	plan_delete => sub { 'delete from plan where plan_id in ' . some('plan', 'plan_id') . ';' },
	step_up => sub { my $d = day(); "select step_up(child_id, '" . one_of('section_17', 'remand') . "', 'r', joined_on + 20, 'supervisor', joined_on + 20, no_assessment_reason => 'none') from episode_child where (child_id, joined_on) in "
		. some('episode_child', 'child_id, joined_on', one_of(1, 2), 'left_on is null') . ';' },
	step_down => sub { 'select step_down(' . child() . ", 'Better', " . day() . one_of('', ", to_level => 'universal'") . ');' },
	step_accept => sub { 'select accept_step(step_id, offered_on + ' . int(rand 40) . ') from step where step_id in ' . some('step', 'step_id', 1, "decided_on is null and to_level = 'social_care'") . ';' },
	step_decide => sub { my $s = some('step', 'step_id', 1, 'decided_on is null');
		one_of("select decline_step(step_id, offered_on + 40) from step where step_id in $s;",
			"select withdraw_step(step_id, offered_on + 3) from step where step_id in $s;",
			"update step set decided_on = offered_on + 33, outcome = 'declined' where step_id in $s;") },
	step_update => sub { 'update step set ' . one_of('offered_on = offered_on - 5, consulted_on = consulted_on - 5', "basis = 'section_17'") . ' where step_id in ' . some('step', 'step_id', 1, 'decided_on is null') . ';' },
	step_delete => sub { 'delete from step where step_id in ' . some('step', 'step_id', 1, 'decided_on is null') . ';' },
	thin => sub { 'delete from contact_child where contact_child_id in (select contact_child_id from contact_child where contact_child_id not in (select contact_child_id from referral where contact_child_id is not null)'
		. " order by hashint8(contact_child_id # 77) limit greatest(0, (select count(*) - $most_contacts from contact_child)));"
		. ' delete from referral where referral_id in (select referral_id from referral where referral_id not in (select referral_id from episode where referral_id is not null)'
		. " order by referral_id desc limit greatest(0, (select count(*) - $most_referrals from referral)));" },
	ethnicity => sub { "update child set ethnicity_code = " . one_of("'WBRI'", "'REFU'", 'null') . ' where child_id in (' . child() . ', ' . child() . ');' },
	referral_decide => sub { one_of('select accept_referral(referral_id, referred_on + 3)', 'select decline_referral(referral_id, referred_on + 5)')
		. ' from referral where referral_id in ' . some('referral', 'referral_id', 2, 'accepted_on is null and declined_on is null') . ';' },
	referral_service => sub { 'update referral set service_id = ' . one_of(service(), 'null') . ', source_code = ' . source() . ' where referral_id in ' . some('referral', 'referral_id', 3, 'contact_child_id is null') . ';' },
	referral_of_episode => sub { 'update referral set service_id = ' . one_of(service(), 'null') . ', locality_id = ' . ward() . ' where referral_id in ' . some('episode', 'referral_id', 2, 'referral_id is not null') . ';' },
	episode => sub { 'select open_episode(' . family() . ', ' . day() . one_of('', ', lead_practitioner_id => ' . practitioner()) . ');' },
	episode_allocate => sub { 'select assign_lead_practitioner(episode_id, ' . practitioner() . ', opened_on + ' . int(rand 60) . ') from episode where episode_id in ' . some('episode', 'episode_id', 2, 'allocated_on is null') . ';' },
	episode_close => sub { "select close_episode(episode_id, '" . one_of('outcomes_achieved', 'family_disengaged', 'moved_away') . "', opened_on + " . int(60 + rand 300) . ", agreement_absent_reason => 'r') from episode where episode_id in "
		. some('episode', 'episode_id', 2, 'closed_on is null') . ';' },
	episode_reopen => sub { 'select reopen_episode(episode_id, $$r$$, closed_on + 2) from episode where episode_id in ' . some('episode', 'episode_id', 1, 'closed_on is not null') . ';' },
	episode_re_date => sub { 'update episode set ' . one_of('opened_on = opened_on - ' . int(rand 50), 'closed_on = closed_on + ' . int(rand 50), "closure_reason_code = 'moved_away'", 'referral_id = null') . ' where episode_id in ' . some('episode', 'episode_id', one_of(1, 2), 'closed_on is not null') . ';' },
	episode_of_referral => sub { 'update episode e set referral_id = (select min(r.referral_id) from referral r where r.family_id = e.family_id and r.referred_on <= e.opened_on) where episode_id in ' . some('episode', 'episode_id', 2) . ';' },
	episode_delete => sub { 'delete from episode where episode_id in ' . some('episode', 'episode_id', 1, 'allocated_on is null') . ';' },
	episode_child => sub { 'insert into episode_child (episode_id, child_id, joined_on) select e.episode_id, m.child_id, e.opened_on + ' . int(rand 30)
		. ' from episode e join family_member m using (family_id) where e.episode_id in ' . some('episode', 'episode_id', 5) . ' on conflict do nothing;' },
	episode_child_left => sub { 'update episode_child set ' . one_of('left_on = joined_on + ' . int(rand 200), 'left_on = left_on + 9', 'joined_on = joined_on + 3') . ' where (episode_id, child_id) in ' . some('episode_child', 'episode_id, child_id', 2) . ';' },
	assessment => sub { 'insert into assessment (episode_id, started_on, service_id, supports_sen) select episode_id, allocated_on + ' . int(rand 60) . ', ' . one_of(service(), 'null') . ', ' . one_of('true', 'false')
		. ' from episode where episode_id in ' . some('episode', 'episode_id', 2, 'closed_on is null and allocated_on is not null') . ';' },
	assessment_complete => sub { my $a = some('assessment', 'assessment_id', 1, 'completed_on is null and ended_on is null');
		"select count(assess_domain(assessment_id, d, started_on + 5)) from assessment, unnest(array['health_and_wellbeing', 'development_and_education', 'parenting_and_caring', 'family_and_community']::eha_domain[]) d where assessment_id in $a;"
		  . " select complete_assessment(assessment_id, started_on + 9) from assessment where assessment_id in $a;" },
	assessment_update => sub { 'update assessment set ' . one_of('started_on = started_on - ' . int(rand 40), 'service_id = ' . one_of(service(), 'null')) . ' where assessment_id in ' . some('assessment', 'assessment_id', 2, 'completed_on is null') . ';' },
	assessment_delete => sub { 'delete from assessment where assessment_id in ' . some('assessment', 'assessment_id', 1, 'completed_on is null') . ';' },
	outcome => sub { 'select add_outcome(plan_id, $$o$$, started_on + 1) from plan where plan_id in ' . some('plan', 'plan_id', 2, 'ended_on is null') . ';' },
	outcome_update => sub { 'update plan_outcome set ' . one_of('achieved_on = agreed_on + 9', 'achieved_on = null', 'withdrawn_on = agreed_on + 1, position = null, achieved_on = null') . ' where plan_outcome_id in '
		. some('plan_outcome', 'plan_outcome_id', 2, 'withdrawn_on is null') . ';' },
	outcome_delete => sub { 'delete from plan_outcome where plan_outcome_id in ' . some('plan_outcome', 'plan_outcome_id') . ';' },
	review_extend => sub { 'select hold_review(plan_id, $$extend$$, review_due_on - ' . int(rand 10) . ', review_due_on + 50) from plan where plan_id in ' . some('plan', 'plan_id', 1, 'ended_on is null') . ';' },
	consent_withdrawn => sub { 'select withdraw_consent(consent_id, given_on + ' . int(200 + rand 300) . ') from consent where consent_id in ' . some('consent', 'consent_id', 1, "withdrawn_on is null and kind = 'take_part'") . ';' },
	request => sub { 'select request_service(' . family() . ', ' . need() . ', ' . day() . ', ' . one_of(service(), 'null') . ', locality_id => ' . ward() . ');' },
	request_move_on => sub { my $r = some('service_request', 'service_request_id', 2, 'decided_on is null'); my $after = int rand 60;
		one_of("select offer_service(service_request_id, requested_on + $after, coalesce(service_id, " . service() . ")) from service_request where offered_on is null and service_request_id in $r;",
			"update service_request set offered_on = coalesce(offered_on, requested_on), service_id = coalesce(service_id, " . service() . "), started_on = coalesce(offered_on, requested_on) + $after, decided_on = coalesce(offered_on, requested_on) + $after, outcome = 'started' where service_request_id in $r;",
			"update service_request set decided_on = requested_on + $after, outcome = '" . one_of('no_service', 'withdrawn', 'declined_by_family') . "' where offered_on is null and service_request_id in $r;") },
	request_update => sub { 'update service_request set ' . one_of('requested_on = requested_on - ' . int(rand 60), 'locality_id = ' . ward(), 'primary_need_code = ' . need(), 'decided_on = decided_on + 20') . ' where service_request_id in ' . some('service_request', 'service_request_id', 2) . ';' },
	request_delete => sub { 'delete from service_request where service_request_id in ' . some('service_request', 'service_request_id') . ';' },
	group_session => sub { my $id = $next_id++; "insert into group_session (group_session_id, group_programme_id, held_on) values ($id, $programmes[rand @programmes], " . day() . ");"
		. " insert into group_attendance (group_session_id, family_id, child_id, attended) select $id, family_id, child_id, child_id % 3 > 0 from family_member where (family_id, child_id) in " . some('family_member', 'family_id, child_id', 4) . ';' },
	group_session_update => sub { 'update group_session set ' . one_of('held_on = held_on + ' . int(rand 60), "group_programme_id = $programmes[rand @programmes]") . ' where group_session_id in ' . some('group_session', 'group_session_id', 2) . ';' },
	group_session_delete => sub { 'delete from group_session where group_session_id in ' . some('group_session', 'group_session_id') . ';' },
	attendance => sub { my $a = some('group_attendance', 'group_attendance_id', 3); one_of("update group_attendance set attended = not attended where group_attendance_id in $a;", "delete from group_attendance where group_attendance_id in $a;",
			'update group_attendance set group_session_id = ' . some('group_session', 'group_session_id') . ' where group_attendance_id in ' . some('group_attendance', 'group_attendance_id') . ';') },
	programme => sub { 'update group_programme set service_id = ' . service() . " where group_programme_id = $programmes[rand @programmes];" },
	partner_return => sub { my $n = int rand 40; "insert into partner_return (service_id, month, families, children, returned_on) values (" . service() . ", date_trunc('month', (" . day() . ")::timestamp)::date, $n, " . one_of($n + 3, 'null') . ", date '2018-01-01')"
		. ' on conflict (service_id, month) do update set families = excluded.families, children = excluded.children;' },
	partner_return_delete => sub { 'delete from partner_return where (service_id, month) in ' . some('partner_return', "service_id, month", 1) . ';' },
	case_audit => sub { 'insert into case_audit (episode_id, audited_on, grade, auditor_practitioner_id) select episode_id, opened_on + ' . int(rand 200) . ", '" . one_of('good', 'inadequate') . "', " . practitioner() . ' from episode where episode_id in ' . some('episode', 'episode_id', 1) . ';' },
	case_audit_update => sub { 'update case_audit set ' . one_of('audited_on = audited_on + 31', "grade = 'good'") . ' where case_audit_id in ' . some('case_audit', 'case_audit_id', 2) . ';' },
	case_audit_delete => sub { 'delete from case_audit where case_audit_id in ' . some('case_audit', 'case_audit_id') . ';' },
	feedback => sub { "select give_feedback('" . one_of('child', 'parent_or_carer') . "', episode_id, given_on => opened_on + " . int(rand 300) . ', ' . one_of('timely', 'helpful', 'empowered') . ' => ' . one_of('true', 'false') . ') from episode where episode_id in ' . some('episode', 'episode_id') . ';' },
	feedback_request => sub { one_of('insert into feedback_request (episode_id, asked_on) select episode_id, opened_on + ' . int(rand 200) . ' from episode where episode_id in ' . some('episode', 'episode_id', 2) . ';',
			'update feedback_request set asked_on = asked_on + 31 where feedback_request_id in ' . some('feedback_request', 'feedback_request_id', 2) . ';',
			'delete from feedback_request where feedback_request_id in ' . some('feedback_request', 'feedback_request_id', 1, 'feedback_request_id not in (select feedback_request_id from feedback where feedback_request_id is not null)') . ';') },
	feedback_update => sub { 'update feedback set ' . one_of('given_on = given_on + 31', 'timely = not timely, helpful = true', 'feedback_request_id = null') . ' where feedback_id in ' . some('feedback', 'feedback_id', 2) . ';' },
	feedback_delete => sub { 'delete from feedback where feedback_id in ' . some('feedback', 'feedback_id') . ';' },
	counted_closures => sub { "update closure_reason set counted_in_outcomes = not counted_in_outcomes where code = '" . one_of('moved_away', 'family_disengaged') . "';" },
	positive_share => sub { 'update partnership set positive_outcome_share = ' . one_of(0.3, 0.5, 0.8) . ';' },
	move_child => sub { 'select move_child(child_id, family_id, ' . family() . ', ' . day() . ') from family_member where (family_id, child_id) in ' . some('family_member', 'family_id, child_id', 1, 'left_on is null') . ';' });
my %often = (insert => 3, multi_row => 2, re_date_cascade => 2, birth_date => 2, referral => 3, delete => 2, thin => 2, plan => 2, step_up => 2, episode => 2, episode_close => 2,
	# What marks every month.
	late => 0.5, setting => 0.2, merge_children => 0.3, unmerge_children => 0.3, counted_closures => 0.2, positive_share => 0.2);
# The tables a kind writes to, itself or by its triggers.
my %writes_to = (
	'' => [qw(contact_child referral child)],
	child => [qw(contact_child referral child episode_child)],
	partnership => [qw(referral closure_reason plan_outcome)],
	names => [qw(contact_child plan service)],
	referral => [qw(referral episode)],
	episode => [qw(episode episode_child plan assessment step)],
	plan => [qw(plan review plan_outcome)],
	outcome => [qw(plan_outcome)],
	step => [qw(step episode episode_child plan)],
	assessment => [qw(assessment)],
	request => [qw(service_request)],
	group => [qw(group_session group_attendance)],
	partner_return => [qw(partner_return)],
	case_audit => [qw(case_audit)],
	feedback => [qw(feedback feedback_request)]);
my %written_by = ('merge_children' => 'child', 'unmerge_children' => 'child', move_child => 'child', setting => 'partnership', counted_closures => 'partnership', positive_share => 'partnership',
	names => 'names', review_extend => 'plan', consent_withdrawn => 'episode', attendance => 'group', programme => 'group',
	map { my $kind = $_; map { /^${kind}/ ? ($_ => $kind) : () } keys %kinds } qw(referral episode plan outcome step assessment request group partner_return case_audit feedback));

sub tables_of { my ($kind) = @_; return $writes_to{ $written_by{$kind} // '' }->@* }

# By how often they should be; those that have not succeeded yet, oftener.
our %done;
sub some_kind
{
	my @names = sort keys %kinds;
	my @missing = grep { !$done{$_} } @names;
	return one_of(@missing) if @missing && rand() < 0.2;
	my $sum = 0;
	$sum += $often{$_} // 1 for @names;
	my $at = rand $sum;
	foreach my $name (@names)
	{
		$at -= $often{$name} // 1;
		return $name if $at < 0;
	}
	return $names[-1];
}

1;
