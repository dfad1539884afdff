# The server's log of refused writes: the rule's words and ids, and nothing that was written.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('rules_log');
$node->init;
$node->append_conf('postgresql.conf', "log_min_error_statement = error\nlog_error_verbosity = verbose\nlog_statement = none\n");
$node->start;
$node->safe_psql('postgres', <<'SQL');
create extension early_help cascade;
select from early_help.create_partnership('town');
set search_path = town;
insert into agency (agency_id, name, sector) values (1, 'A', 'health');
insert into practitioner (practitioner_id, agency_id, name) values (1, 1, 'P');
insert into family (family_id) values (1);
insert into child (child_id, birth_date) values (1, '2015-01-01');
insert into family_member (family_id, child_id) values (1, 1);
insert into conversation (family_id, held_on) values (1, '2024-01-01');
insert into consent (family_id, given_by, given_on) values (1, 'parent', '2024-01-01');
select from open_episode(1, '2024-01-01', lead_practitioner_id => 1);
select from start_plan(1, '2024-01-10');
insert into plan_outcome (plan_id, agreed_on) select 1, '2024-01-10' from generate_series(1, 5);
SQL

my @breaches = (
	[ YH001 => q{insert into plan_outcome (plan_id, agreed_on, description) values (1, '2024-01-11', 'SECRET')} ],
	[ YH001 => q{insert into plan_outcome (plan_id, agreed_on, position, description) values (1, '2024-01-11', 6, 'SECRET')} ],
	[ YH001 => q{select add_outcome(1, 'SECRET', '2024-01-11')} ],
	[ YH001 => q{select add_outcome(plan_id => 1, description => 'SECRET', agreed_on => '2024-01-11')} ],
	[ YH003 => q{insert into review (plan_id, held_on, decision, next_review_due_on, family_views) values (1, '2024-02-01', 'complete', '2024-04-01', 'SECRET')} ],
	[ YH010 => q{select step_up(1, 'section_17', 'SECRET', '2024-02-01', no_assessment_reason => 'SECRET')} ],
	[ YH014 => q{select close_episode(1, 'moved_away', '2023-01-01', null, 'SECRET')} ],
	[ YHS01 => q{select reopen_episode(1, 'SECRET', '2024-02-01')} ],
	[ YHS05 => q{select decline_step(99, '2024-02-01', 'SECRET')} ],
	[ 23502 => q{update plan_outcome set agreed_on = null, description = 'SECRET' where plan_outcome_id = 1} ],
	[ 23514 => q{update plan_outcome set withdrawn_on = '2023-01-01', withdrawn_reason = 'SECRET' where plan_outcome_id = 1} ],
	[ YH001 => q{do $$ begin perform town.add_outcome(1, 'SECRET', '2024-01-11'); end $$} ],
	[ YH001 => qq{copy plan_outcome (plan_id, agreed_on, description) from stdin;\n1\t2024-01-11\tSECRET\n\\.\nselect 1} ],
	[ YH001 => q{prepare p as insert into plan_outcome (plan_id, agreed_on, description) values (1, '2024-01-11', 'SECRET'); execute p} ]);
for my $breach (@breaches)
{
	my ($code, $command) = @$breach;
	my $at = -s $node->logfile;
	$node->psql('postgres', "set search_path = town;\n$command;\n");
	my $log = substr(slurp_file($node->logfile), $at);
	like($log, qr/ERROR:  $code: /, "$code is in the log");
	unlike($log, qr/SECRET/, "and not what was written: $command");
}
$node->stop;
done_testing();
