# Every released version comes to this one: its frozen script is installed, its
# partnership filled with 2 000 families, published and granted; then the extension is
# updated and the partnership upgraded beside readers, and in the end it is what a fresh
# one is, with its figures and grants. A dump of the released version comes as far.
#
# What the released library did, this tree's library does under its name: the
# functions of the frozen script must be there.
use strict;
use warnings;
BEGIN { $ENV{PG_TEST_TIMEOUT_DEFAULT} //= 900 }
use PostgreSQL::Test::Utils;
use Test::More;
use Upgrade qw(:all);

# Figures that mean something else since 0.3.0.
my @redefined = qw(families_worked_with length_of_support waiting_list wait_for_early_help needs_without_service
	positive_outcomes re_referrals_after_support step_up_conversion step_down_conversion);

my ($version) = slurp_file('early_help.control') =~ /^default_version = '([^']+)'/m;
my @released = map { m{early_help--(.*)\.sql$} ? $1 : () } glob 'extension/upgrade/released/early_help--*.sql';
my $families = $ENV{UPGRADE_FAMILIES} // 2000;
my $work = PostgreSQL::Test::Utils::tempdir;
plan skip_all => 'no version is released' if !@released;

my $pg_config = private_install($work);
copy_tree("$work/this");
install("$work/this");
shell(<<"END");
library=\$($pg_config --pkglibdir)
share=\$($pg_config --sharedir)/extension
cp $work/this/extension/upgrade/released/*.sql "\$share/"
for version in @released; do cp "\$library/early_help-$version.so" "\$library/early_help-\$version.so"; done
END
my $node = start_node();

foreach my $before (@released)
{
	council(qq{
		set client_min_messages = warning;
		create extension btree_gist;
		create extension early_help version '$before';
		create extension early_help_sample version '$before';
		select early_help.create_partnership('medway', title => 'Medway', training => true);
	});
	# The sample of 0.3.0 closed episodes because consent was withdrawn though an earlier consent held, and
	# attached contacts to episodes that had closed before.
	for my $made ([ closures => 'make_withdrawals' ], [ contacts => 'make_other_contacts' ])
	{
		my ($function) = slurp_file("extension/sample/$made->[0].sql") =~ /^create (function \S*$made->[1]\(.*?^\$\$;)/ms;
		$node->safe_psql('council', "set search_path = pg_catalog, pg_temp; create or replace $function");
	}
	council(qq{
		select early_help_sample.generate_sample('medway', $families, from_on => '2022-04-01', to_on => '2024-03-31', seed => 1);
		call early_help.run_due('medway');
	});
	put_to_use('2023-09');
	my $figures = figures(undef, @redefined);
	my $all_figures = figures();
	my $grants = grants();
	shell('PATH=' . $node->config_data('--bindir') . ":\$PATH pg_dump -h " . $node->host . ' -p ' . $node->port . " -U council council >$work/dump.sql");

	# ---------- in place ----------

	council('alter extension early_help update; alter extension early_help_sample update');
	is(council(q{select string_agg(distinct extversion, ' ') from pg_extension where extname like 'early_help%'}), $version, "from $before the extensions are updated");
	is(figures(), $all_figures, 'between the two commands the figures are as they were');
	is(council(q{
		begin;
		select started from (select count(*) as started from medway.add_contact('2024-03-30', '6', array[1], 'N1')) c;
		rollback}), 1, 'and an act writes') if council(q{select count(*) from pg_proc where proname = 'add_contact'});
	upgrade_beside_readers($before, $version);
	same_as_fresh(undef, $figures);
	my %had = map { (split / /)[0] => 1 } split /\n/, $grants;
	my %has = map { (split / /)[0] => 1 } split /\n/, grants();
	is(join("\n", grep { $had{ (split / /)[0] } } split /\n/, grants()),
		join("\n", grep { $has{ (split / /)[0] } } split /\n/, $grants), 'and every grant on what is still there');
	is(council(q{select changes from early_help.upgrade_partnership('medway')}), 0, 'a second upgrade has nothing to do');
	$node->safe_psql('postgres', 'drop database fresh');

	# ---------- by dump and restore ----------

	$node->safe_psql('postgres', 'create database restored owner council');
	shell('PATH=' . $node->config_data('--bindir') . ":\$PATH psql -XqAt -v ON_ERROR_STOP=1 -h " . $node->host . ' -p ' . $node->port
		. " -U postgres -d restored -f $work/dump.sql");
	is(council(q{select string_agg(distinct extversion, ' ') from pg_extension where extname like 'early_help%'}, 'restored'), $version, "a dump of $before is restored into this version");
	like(council(q{select detail from early_help.audit('medway') where rule = 'A04'}, 'restored'), qr/\Q$before\E/, 'its audit tells that the partnership lags');
	is(figures('restored'), $all_figures, 'its figures are as they were');
	council('alter table medway.contact add column updated_at timestamptz', 'restored');
	my ($status, undef, $error) = psql_as_council(q{select * from early_help.upgrade_partnership('medway')}, 'restored');
	like($error, qr/ contact\.updated_at$/m, "a column of one's own that has the name of a new one is not taken for it");
	council('alter table medway.contact drop column updated_at', 'restored');
	($status, undef, $error) = psql_as_council(q{select * from early_help.upgrade_partnership('medway')}, 'restored');
	is($status, 0, 'it is upgraded') or diag($error);
	is(council('select count(distinct updated_at), bool_and(updated_at > recorded_at) from medway.contact', 'restored'), '1|t', 'what was there is dated by it');
	same_as_fresh('restored', $figures);

	$node->safe_psql('postgres', "drop database $_") foreach qw(fresh restored council);
	$node->safe_psql('postgres', 'create database council owner council');
}

# same_as_fresh DATABASE, FIGURES: its structure, lists and extension are a fresh one's.
sub same_as_fresh
{
	my ($database, $figures) = @_;
	$node->safe_psql('postgres', 'create database fresh owner council') if !$node->safe_psql('postgres', q{select from pg_database where datname = 'fresh'});
	council(q{create extension early_help cascade; create extension early_help_sample; select early_help.create_partnership('medway', title => 'Medway', training => true)}, 'fresh')
	  if !council(q{select count(*) from pg_extension where extname = 'early_help'}, 'fresh');
	is(council(q{select string_agg(a::text, E'\n') from early_help.audit('medway') a where a.severity = 'error'}, $database), '', 'the audit finds nothing');
	is(figures($database, @redefined), $figures, 'every figure is as it was, but those that mean something else now');
	same_lines(members($database, $_), members('fresh', $_), "$_ is what a fresh one is") foreach qw(early_help early_help_sample);
	same_lines(structure($database), structure('fresh'), 'and so is the partnership');
	same_lines(lists($database), lists('fresh'), 'with its lists');
	return;
}

$node->stop;
done_testing();
