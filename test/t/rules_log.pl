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
	[ YHS08 => q{update plan_outcome set withdrawn_on = '2023-01-01', withdrawn_reason = 'SECRET' where plan_outcome_id = 1} ],
	[ YHS05 => q{insert into conversation (family_id, held_on, family_voice) values (99, '2024-01-01', 'SECRET')} ],
	[ YHS07 => q{insert into conversation (conversation_id, family_id, held_on, family_voice) values (1, 1, '2024-01-01', 'SECRET')} ],
	[ YHS07 => q{insert into family (family_id) values (2); insert into family (source_ref) values ('SECRET'), ('SECRET')} ],
	[ YHS07 => qq{copy family (source_ref) from stdin;\nSECRET\nSECRET\n\\.\nselect 1} ],
	[ YHS08 => q{insert into conversation (family_id, held_on, family_voice) values (1, '3024-01-01', 'SECRET')} ],
	[ YHS08 => qq{copy conversation (family_id, held_on, family_voice) from stdin;\n1\t3024-01-01\tSECRET\n\\.\nselect 1} ],
	[ YHS09 => q{insert into contact (source_code, received_on, source_ref) values ('SECRET', '2024-01-01', 'SECRET')} ],
	[ YHS10 => q{delete from practitioner where name <> 'SECRET'} ],
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

# A session's first statement has its keys refused in our words where the library is there before it.
my $first = q{insert into town.family (source_ref) values ('SECRET'), ('SECRET')};
for my $preload ('', $node->safe_psql('postgres', q{select substring(probin from '[^/]*$') from pg_proc where oid = 'early_help.rules'::regproc}))
{
	local $ENV{PGOPTIONS} = "-c session_preload_libraries=$preload";
	my $at = -s $node->logfile;
	$node->psql('postgres', $first);
	my $log = substr(slurp_file($node->logfile), $at);
	like($log, $preload ? qr/ERROR:  YHS07: / : qr/ERROR:  23505: /, "a session's first statement, with '$preload' loaded before it");
	unlike($log, qr/SECRET/, 'and not what was written') if $preload;
}

# From the catalogue: every record table with a text column, the marker in each of
# them, and each column wrong in turn. Our errors hide the statement, whatever it is.
$node->safe_psql('postgres', 'create database catalogue');
$node->safe_psql('catalogue', q{
	create extension early_help cascade;
	create extension early_help_sample;
	select from early_help.create_partnership('town', training => true);
	select from early_help_sample.generate_sample('town', 12, '2023-01-01', '2023-12-31');
});
my @wrong = map { [ split /\|/, $_, 2 ] } split /\n/, $node->safe_psql('catalogue', q{
	with free as (
		-- Text that somebody writes: neither a code nor a key.
		select c.oid, c.relname, array_agg(a.attname order by a.attnum) as columns
		from pg_class c
		join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
		where c.relnamespace = 'town'::regnamespace and c.relkind = 'r' and c.relname !~ '^(kpi_|cube_|stale_|inbox_|import_|structure_as_made|publi)'
			and a.atttypid in ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype)
		group by c.oid
	), statement as (
		select f.relname, format('insert into town.%I (%s) values (%s)', f.relname,
			(select string_agg(quote_ident(u), ', ') from unnest(f.columns) u),
			(select string_agg($$'SECRET'$$, ', ') from unnest(f.columns) u)) as command
		from free f
		union all
		select f.relname, format('update town.%I set %s, %I = %s', f.relname,
			(select string_agg(format($$%I = 'SECRET'$$, u), ', ') from unnest(f.columns) u where u <> a.attname), a.attname, w.value)
		from free f
		join pg_attribute a on a.attrelid = f.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
		cross join lateral (
			values ('null'), (case
				when a.atttypid = 'date'::regtype then $$date '0001-01-01'$$
				when a.atttypid = any ('{int2,int4,int8,numeric}'::regtype[]) then '-7'
				else $$'SECRET'$$ end)
			union all
			select $$date '2999-12-31'$$ where a.atttypid = 'date'::regtype
		) w (value)
		where exists (select from unnest(f.columns) u where u <> a.attname)
		union all
		select f.relname, format($$delete from town.%I where %I <> 'SECRET' or true$$, f.relname, f.columns[1]) from free f
		union all
		select f.relname, format('truncate town.%I cascade /* SECRET */', f.relname) from free f
	)
	select relname, command from statement where command not like '%set , %'});
cmp_ok(scalar(@wrong), '>', 400, 'statements that break something');
my $from = -s $node->logfile;
my ($status, $out, $error) = $node->psql('catalogue',
	join('', map { "\\echo # $_->[0]\nbegin;\n$_->[1];\nset constraints all immediate;\nrollback;\n" } @wrong),
	on_error_stop => 0);
my $written = substr(slurp_file($node->logfile), $from);
# An error and what belongs to it. PostgreSQL's own are another test's: logs.pl.
my (%ours, %leaks);
for my $entry (split /^(?=\S+ \S+ \S+ \[\d+\].*?(?:ERROR|WARNING|LOG):)/m, $written)
{
	my ($code) = $entry =~ /ERROR:  (\w{5}): / or next;
	next unless $code =~ /^YH/ || $entry =~ /LOCATION:  .*(?:check_row|rule)\.c/;
	$ours{$code}++;
	push @{ $leaks{$code} }, $entry if $entry =~ /SECRET/;
}
is(join(' ', map { @{ $leaks{$_} } } sort keys %leaks), '', 'no error of ours tells what was written');
for my $code (qw(23502 YHS07 YHS09 YHS10 YHS11 YHS02 YHS03 YHS04 YH001 YH014))
{
	cmp_ok($ours{$code} // 0, '>', 0, "$code was among them") or diag(join ' ', %ours);
}
like($written, qr/SECRET/, 'and PostgreSQL\'s own errors do, so that this test would see it');

$node->stop;
done_testing();
