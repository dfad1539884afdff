# A version moves to the next: the package is installed over the one before, the
# databases that were not updated go on, ALTER EXTENSION UPDATE and
# upgrade_partnership bring one along, beside readers, and in the end it is what a
# fresh one is, with its records, figures and grants.
#
# The next version is made here from this tree: a column, a view's column, an
# act, a code, a bank holiday, a cube and a function of the extension differ.
use strict;
use warnings;
# Building a version takes longer than a session is waited for.
BEGIN { $ENV{PG_TEST_TIMEOUT_DEFAULT} //= 900 }
use Cwd qw(getcwd);
use File::Basename qw(dirname);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $tree = getcwd;
my ($version) = slurp_file('early_help.control') =~ /^default_version = '([^']+)'/m;
my $next = '99.0.0';
my $work = PostgreSQL::Test::Utils::tempdir;

# ---------- a PostgreSQL of its own, and the two versions in it ----------

sub shell
{
	my ($command) = @_;
	my ($out, $error) = ('', '');
	IPC::Run::run([ 'bash', '-ec', $command ], '>', \$out, '2>', \$error)
	  or die "$command\n$out\n$error\n";
	return $out;
}

my $pg_config = $ENV{PG_CONFIG};
my $private = (split /\n/, shell("tree=$tree; . tools/harness.sh; private_postgres '$pg_config' $work/pg; echo \$private_pg_config"))[-1];
my $install_path = dirname(dirname($private));

sub edit
{
	my ($file, $from, $to) = @_;
	my $text = slurp_file("$work/next/$file");
	my $at = index($text, $from);
	die "$file has no $from" if $at < 0;
	substr($text, $at, length $from) = $to;
	open my $out, '>', "$work/next/$file" or die;
	print $out $text;
	close $out;
}

sub add
{
	my ($file, $text) = @_;
	open my $out, '>>', "$work/next/$file" or die "$file: $!";
	print $out $text;
	close $out;
}

shell("for copy in this next; do mkdir $work/\$copy; cp -R Makefile early_help.control early_help_sample.control extension tools $work/\$copy/; done");
edit("$_.control", "'$version'", "'$next'") foreach qw(early_help early_help_sample);
edit('extension/partnership/records/agency.sql', 'recorded_at timestamptz', "website varchar(200),\n    recorded_at timestamptz");
edit('extension/partnership/records/agency.sql', "comment on column agency.recorded_at", "comment on column agency.website is 'Page for families.';\ncomment on column agency.recorded_at");
edit('extension/partnership/records/plan_outcome.sql', 'comment on function add_outcome', "create function outcome_again(plan_outcome_id bigint) returns text language sql begin atomic select 'again'; end;\ncomment on function outcome_again(bigint) is 'For a test.';\ncomment on function add_outcome");
edit('extension/partnership/figures/contacts.sql', "    c.referrals,\n    c.known_contacts,", "    c.referrals,\n    (c.contacts * 2)::integer as twice,\n    c.known_contacts,");
add('extension/partnership/columns.tsv', "contacts\ttwice\tContacts, twice.\n");
edit('extension/partnership/figures/re_referrals.sql', 'and earlier.referred_on', "and earlier.referral_id is not null\n                and earlier.referred_on");
add('extension/codes/ethnicity.tsv', "WNEW\tA new code\t\t\n");
add('extension/codes/bank_holiday.tsv', "2031-05-06\tA new day\t\t\n");
edit('extension/install/dates.sql', 'create function', "create function early_help.of_the_next() returns text language sql immutable parallel safe return 'next';\ncomment on function early_help.of_the_next() is 'For a test.';\n\ncreate function");
edit('extension/execute.tsv', "early_help\trun_due", "early_help\tof_the_next\tpublic\tfor a test\nearly_help\trun_due");
edit('extension/execute.tsv', "records\tadd_outcome", "records\toutcome_again\twriter\tfor a test\nrecords\tadd_outcome");
shell("mkdir -p $work/next/extension/upgrade/steps");
add("extension/upgrade/$version--$next.sql", "-- Nothing beyond the functions.\n");
add("extension/upgrade/steps/$version--$next.sql", "update only agency set name = name || '!' where agency_id = 1;\n");

sub install
{
	my ($which) = @_;
	shell("cd $work/$which && make -s -j2 PG_CONFIG='$private' && make -s install PG_CONFIG='$private'");
}

install('this');
my $node = PostgreSQL::Test::Cluster->new('main', install_path => $install_path);
$node->init;
$node->append_conf('postgresql.conf', 'max_prepared_transactions = 5');
$node->start;
$node->safe_psql('postgres', 'create role council login; create role analyst login; create role app; create database council owner council');

sub council
{
	my ($sql, $database) = @_;
	return $node->safe_psql($database // 'council', $sql, extra_params => [ '-U', 'council' ]);
}

# ---------- a partnership of this version ----------

council(q{
	create extension early_help cascade;
	select early_help.create_partnership('medway', title => 'Medway');
	set search_path = medway;
	insert into agency (agency_id, name, sector) values (1, 'Council', 'local_authority'), (2, 'School', 'education');
	insert into practitioner (practitioner_id, agency_id, name) values (1, 1, 'One'), (2, 2, 'Two');
	insert into ethnicity (code, label, local) values ('LOCAL', 'Ours', true);
	insert into bank_holiday (day, name, local) values ('2031-05-06', 'Ours already', true);
	insert into child (child_id, birth_date, ethnicity_code) select i, '2015-05-05', 'WBRI' from generate_series(1, 200) i;
	insert into family (family_id) select generate_series(1, 200);
	insert into family_member (family_id, child_id, joined_on) select i, i, '2015-05-05' from generate_series(1, 200) i;
	insert into contact (contact_id, received_on, source_code) select i, date '2024-01-01' + i, '6' from generate_series(1, 200) i;
	insert into contact_child (contact_id, child_id, primary_need_code) select i, i % 150 + 1, 'N1' from generate_series(1, 200) i;
	insert into referral (family_id, child_id, referred_on, source_code, primary_need_code) select i, i, date '2024-02-01' + i, '6', 'N1' from generate_series(1, 100) i;
	insert into kpi_target (metric_code, from_month, target) values ('contacts', '2024-04-01', 5);
	call early_help.refresh_kpis('medway');
	select publish_figures('2024-03', 1);
	grant usage on schema medway_kpi to analyst;
	grant select on all tables in schema medway_kpi to analyst;
	select early_help.grant_execute('medway', 'analyst', 'reader');
	grant select (month, contacts) on medway_kpi.contacts to app with grant option;
	select early_help.grant_execute('medway', 'app', 'writer');
});

my $figures = q{
	select md5(string_agg(t, '' order by t)) from (
		select row(month, metric_code, value, numerator, denominator)::text as t from medway_kpi.dashboard
		union all select row(month, contacts, known_contacts, source_code)::text from medway_kpi.contacts
		union all select p::text from medway.published_figure p
		union all select row(metric_code, target)::text from medway.kpi_target) r};
my $grants = q{
	select string_agg(t, E'\n' order by t) from (
		select format('%s %s %s', c.relname, coalesce(t.attname, ''), a) as t
		from pg_class c
		left join pg_attribute t on t.attrelid = c.oid and t.attacl is not null
		cross join unnest(c.relacl || t.attacl) a
		where c.relnamespace = 'medway_kpi'::regnamespace and c.relkind = 'v'
		union all
		select format('%s %s', p.proname, a) from pg_proc p cross join unnest(p.proacl) a
		where p.pronamespace in ('medway'::regnamespace, 'medway_kpi'::regnamespace) and p.proname not like 'outcome\_again') r};
my $figures_before = council($figures);
my $grants_before = council($grants);

# ---------- a newer package, and a database that is not updated ----------

my $old_session = $node->background_psql('council', on_error_stop => 1, extra_params => [ '-U', 'council' ]);
is($old_session->query_safe(q{insert into medway.contact (contact_id, received_on, source_code) values (9002, '2023-05-05', '6') returning 'written'}), 'written',
	'a session of this version writes');
install('next');
my $write = q{
	begin;
	insert into medway.contact (contact_id, received_on, source_code) values (9001, '2024-05-05', '6');
	insert into medway.contact_child (contact_id, child_id, primary_need_code) values (9001, 1, 'N1');
	select sum(contacts) from medway_kpi.contacts;
	rollback};
is(council($write), 201, 'with a newer package a database that was not updated reads and writes');
is(council('select count(*) from early_help.audit(\'medway\')'), 0, 'and its audit finds nothing');
my ($status, undef, $error) = $node->psql('council', q{select * from early_help.upgrade_partnership('medway')}, extra_params => [ '-U', 'council' ]);
is(council(q{select changes from early_help.upgrade_partnership('medway')}), 0, 'a partnership of the extension\'s version is left alone');

# ---------- between the two commands ----------

council('alter extension early_help update');
is(council(q{select extversion from pg_extension where extname = 'early_help'}), $next, 'the extension is updated');
is(council(q{select count(*) from pg_proc where probin like '%/early_help-%' and probin not like '%' || '} . $next . q{'}), 0,
	'all its functions are in the new library');
is(council($write), 201, 'the partnership of the version before reads and writes');
is($old_session->query_safe(q{select sum(contacts) from medway_kpi.contacts}), 200, 'and so does a session that began before');
is(council($figures), $figures_before, 'with its figures as they were');
like(council(q{select detail from early_help.audit('medway') where rule = 'A04'}), qr/\Q$version\E/, 'the audit tells that it lags');
($status, undef, $error) = $node->psql('council', qq{update medway.partnership set record_version = '$next'}, extra_params => [ '-U', 'council' ]);
isnt($status, 0, 'its version cannot be claimed');
is(council(q{select sum(contacts) from medway_kpi.contacts}), 200, 'nor is anything lost');

# ---------- beside readers ----------

my $reader_log = "$work/reader.log";
my $reader = IPC::Run::start(
	[ 'bash', '-c', qq{for i in \$(seq 60); do psql -XAtq -v ON_ERROR_STOP=1 -U analyst council -c "begin; select count(*) from medway_kpi.contacts; select pg_sleep(0.05); select count(*) from medway_kpi.dashboard; commit" || exit 1; done} ],
	'>', $reader_log, '2>', "$reader_log.err", init => sub { $ENV{PGHOST} = $node->host; $ENV{PGPORT} = $node->port; $ENV{PATH} = "$install_path/bin:$ENV{PATH}" });
my $upgrade;
($status, $upgrade, $error) = $node->psql('council', q{select * from early_help.upgrade_partnership('medway')}, extra_params => [ '-U', 'council' ]);
is($status, 0, 'the partnership is upgraded') or diag($error);
like($upgrade, qr/^\Q$version|$next|\E[1-9]/, 'and that tells what it did');
like($error, qr/comments, codes and lists/, 'stage by stage');
ok($reader->finish, 'beside readers, none of whom was sent away') or diag(slurp_file("$reader_log.err"));

# ---------- afterwards ----------

is(council('select count(*) from early_help.audit(\'medway\')'), 0, 'the audit finds nothing') or diag(council('select * from early_help.audit(\'medway\')'));
is(council($figures), $figures_before, 'every figure is as it was');
is(council($grants), $grants_before, 'and every grant');
is(council(q{select twice from medway_kpi.contacts limit 1}) % 2, 0, 'the view has its new column');
is(council(q{select medway.outcome_again(1)}), 'again', 'the new act is there');
is(council(q{select name from medway.agency where agency_id = 1}), 'Council!', 'the step ran');
is(council(q{select string_agg(code, ' ' order by code) from medway.ethnicity where code in ('WNEW', 'LOCAL')}), 'LOCAL WNEW', 'a new official code stands beside the local one');
is(council(q{select name from medway.bank_holiday where day = '2031-05-06'}), 'Ours already', 'a day of its own stays its own');
is(council(q{select changes from early_help.upgrade_partnership('medway')}), 0, 'a second upgrade has nothing to do');
is(council(q{call early_help.refresh_kpis('medway'); select count(*) from medway_kpi.dashboard where metric_code = 're_referrals'}) > 0, 1, 'figures refresh');

$node->safe_psql('postgres', 'create database fresh owner council');
council(q{create extension early_help cascade; select early_help.create_partnership('medway')}, 'fresh');
my $members = q{
	select string_agg(t, E'\n' order by t) from (
		select format('%s %s %s %s', pg_describe_object(d.classid, d.objid, 0),
			case d.classid when 'pg_proc'::regclass then case when p.prokind = 'a' then '' else pg_get_functiondef(d.objid) end end,
			obj_description(d.objid, d.classid::regclass::name),
			(select string_agg(a::text, ' ' order by a::text) from unnest(p.proacl) a)) as t
		from pg_depend d
		join pg_extension e on d.refclassid = 'pg_extension'::regclass and e.oid = d.refobjid and e.extname = 'early_help'
		left join pg_proc p on d.classid = 'pg_proc'::regclass and p.oid = d.objid
		where d.deptype = 'e'
		union all
		select o::text from early_help.official_code o) r};
sub same_lines
{
	my ($one, $other, $name) = @_;
	my %seen;
	$seen{$_} .= 'updated ' foreach split /\n/, $one;
	$seen{$_} .= 'fresh ' foreach split /\n/, $other;
	my @differ = grep { $seen{$_} !~ /updated.*fresh/ } sort keys %seen;
	ok(!@differ, $name) or diag(map { "$seen{$_}: $_\n" } @differ);
}
same_lines(council($members), council($members, 'fresh'), 'the extension is what a fresh one is');
my $structure = q{select string_agg(s::text, E'\n') from early_help_internal.partnership_structure('medway'::regnamespace) s};
same_lines(council($structure), council($structure, 'fresh'), 'and so is the partnership');
my $rows = q{select string_agg(t, E'\n') from (
	select c::text as t from medway.kpi_cube c union all select m::text from medway.kpi_metric m
	union all select (to_jsonb(p) - 'recorded_at')::text from medway.published_table p
	union all select l::text from medway.code_label l) r};
same_lines(council($rows), council($rows, 'fresh'), 'with its lists');

$old_session->quit;
$node->stop;
done_testing();
