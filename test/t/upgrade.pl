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
use PostgreSQL::Test::Utils;
use Test::More;
use Upgrade qw(:all);

my ($version) = slurp_file('early_help.control') =~ /^default_version = '([^']+)'/m;
my $next = '99.0.0';
my $work = PostgreSQL::Test::Utils::tempdir;

# ---------- a PostgreSQL of its own, and the two versions in it ----------

private_install($work);

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

copy_tree("$work/$_") foreach qw(this next);
edit("$_.control", "'$version'", "'$next'") foreach qw(early_help early_help_sample);
edit('extension/partnership/records/agency.sql', 'recorded_at timestamptz', "website varchar(200),\n    recorded_at timestamptz");
edit('extension/partnership/records/agency.sql', "comment on column agency.recorded_at", "comment on column agency.website is 'Page for families.';\ncomment on column agency.recorded_at");
edit('extension/partnership/records/plan_outcome.sql', 'comment on function add_outcome', "create function outcome_again(plan_outcome_id bigint) returns text language sql begin atomic select 'again'; end;\ncomment on function outcome_again(bigint) is 'For a test.';\ncomment on function add_outcome");
edit('extension/partnership/figures/contacts.sql', "    c.decided_referral,\n    c.known_contacts,", "    c.decided_referral,\n    (c.contacts * 2)::integer as twice,\n    c.known_contacts,");
add('extension/partnership/columns.tsv', "contacts\ttwice\tContacts, twice.\n");
# A figure over a cube that is there is a row, and so is a published table.
add('extension/partnership/measures.tsv', join("\t", 'urgent_contacts', 'contacts', '', 'sum', 'contacts', "need_code = 'N1'", '', 'Access', 11, 'Contacts with need N1',
	'contacts', 0, 'neutral', 'a child in a contact', 'contacts with this need', '', '', 'A test', 'For a test.', 'contact', 'none', 0) . "\n");
add('extension/partnership/published.tsv', join("\t", 'contacts_by_age_and_sex', 'contacts', 'age_band; sex_code', 'no', 'Published contacts by age and sex.') . "\n");
edit('extension/partnership/figures/referrals.sql', 'and earlier.referred_on', "and earlier.referral_id is not null\n                and earlier.referred_on");
add('extension/codes/ethnicity.tsv', "WNEW\tA new code\t\t\n");
add('extension/codes/bank_holiday.tsv', "2031-05-06\tA new day\t\t\n");
edit('extension/install/dates.sql', 'create function', "create function early_help.of_the_next() returns text language sql immutable parallel safe return 'next';\ncomment on function early_help.of_the_next() is 'For a test.';\n\ncreate function");
edit('extension/execute.tsv', "early_help\trun_due", "early_help\tof_the_next\tpublic\tfor a test\nearly_help\trun_due");
edit('extension/execute.tsv', "records\tadd_outcome", "records\toutcome_again\twriter\tfor a test\nrecords\tadd_outcome");
shell("mkdir -p $work/next/extension/upgrade/steps");
add("extension/upgrade/$version--$next.sql", "-- Nothing beyond the functions.\n");
add("extension/upgrade/steps/$version--$next.sql", "update only agency set name = name || '!' where agency_id = 1;\n");

install("$work/this");
my $node = start_node();

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
});
put_to_use('2024-03');
my $figures_before = figures();
my $grants_before = grants('outcome_again');

# ---------- a newer package, and a database that is not updated ----------

my $old_session = $node->background_psql('council', on_error_stop => 1, extra_params => [ '-U', 'council' ]);
is($old_session->query_safe(q{insert into medway.contact (contact_id, received_on, source_code) values (9002, '2023-05-05', '6') returning 'written'}), 'written',
	'a session of this version writes');
install("$work/next");
my $write = q{
	begin;
	insert into medway.contact (contact_id, received_on, source_code) values (9001, '2024-05-05', '6');
	insert into medway.contact_child (contact_id, child_id, primary_need_code) values (9001, 1, 'N1');
	select sum(contacts) from medway_kpi.contacts;
	rollback};
is(council($write), 201, 'with a newer package a database that was not updated reads and writes');
is(council('select count(*) from early_help.audit(\'medway\')'), 0, 'and its audit finds nothing');
is(council(q{select changes from early_help.upgrade_partnership('medway')}), 0, 'a partnership of the extension\'s version is left alone');

# ---------- between the two commands ----------

council('alter extension early_help update');
is(council(q{select extversion from pg_extension where extname = 'early_help'}), $next, 'the extension is updated');
is(council(q{select count(*) from pg_proc where probin like '%/early_help-%' and probin not like '%' || '} . $next . q{'}), 0,
	'all its functions are in the new library');
is(council($write), 201, 'the partnership of the version before reads and writes');
is($old_session->query_safe(q{select sum(contacts) from medway_kpi.contacts}), 200, 'and so does a session that began before');
is(figures(), $figures_before, 'with its figures as they were');
like(council(q{select detail from early_help.audit('medway') where rule = 'A04'}), qr/\Q$version\E/, 'the audit tells that it lags');
my ($status) = psql_as_council(qq{update medway.partnership set record_version = '$next'});
isnt($status, 0, 'its version cannot be claimed');
is(council(q{select sum(contacts) from medway_kpi.contacts}), 200, 'nor is anything lost');

upgrade_beside_readers($version, $next);

# ---------- afterwards ----------

is(council('select count(*) from early_help.audit(\'medway\')'), 0, 'the audit finds nothing') or diag(council('select * from early_help.audit(\'medway\')'));
is(figures(undef, 'urgent_contacts'), $figures_before, 'every figure is as it was');
is(grants('outcome_again'), $grants_before, 'and every grant');
is(council(q{select twice from medway_kpi.contacts limit 1}) % 2, 0, 'the view has its new column');
is(council(q{select sum(value)::integer from medway_kpi.dashboard where metric_code = 'urgent_contacts'}), 200, 'a row made a figure');
is(council(q{select count(*) from medway_kpi.published_contacts_by_age_and_sex}), 0, 'and a row a published table');
is(council(q{select medway.outcome_again(1)}), 'again', 'the new act is there');
is(council(q{select name from medway.agency where agency_id = 1}), 'Council!', 'the step ran');
is(council(q{select string_agg(code, ' ' order by code) from medway.ethnicity where code in ('WNEW', 'LOCAL')}), 'LOCAL WNEW', 'a new official code stands beside the local one');
is(council(q{select name from medway.bank_holiday where day = '2031-05-06'}), 'Ours already', 'a day of its own stays its own');
is(council(q{select changes from early_help.upgrade_partnership('medway')}), 0, 'a second upgrade has nothing to do');
is(council(q{call early_help.refresh_kpis('medway'); select count(*) from medway_kpi.dashboard where metric_code = 're_referrals'}) > 0, 1, 'figures refresh');

$node->safe_psql('postgres', 'create database fresh owner council');
council(q{create extension early_help cascade; select early_help.create_partnership('medway')}, 'fresh');
same_lines(members(), members('fresh'), 'the extension is what a fresh one is');
same_lines(structure(), structure('fresh'), 'and so is the partnership');
same_lines(lists(), lists('fresh'), 'with its lists');

$old_session->quit;
$node->stop;
done_testing();
