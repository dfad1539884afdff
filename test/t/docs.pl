# The pages that make docs makes are those of this library.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
for ([ continuum => 'continuum' ], [ rule_catalogue => 'rule_catalogue' ], [ figures => 'kpis' ], [ published => 'publishing' ])
{
	my ($page, $file) = @$_;
	my ($made, $error) = run_command(
		[ 'psql', '-X', '-v', 'ON_ERROR_STOP=1', '-v', "page=$page", '-d', $node->connstr('postgres'), '-f', 'tools/docs.sql' ]);
	my $text = slurp_file("docs/$file.md");
	$text = $1 if $text =~ /^<!-- make docs[^\n]*\n(.*)^<!-- end of make docs/ms;
	is($made, $text =~ s/\n+\z//r, "docs/$file.md is current (else: make docs)") or diag($error);
}

# The terms of either strategy find their table.
$node->safe_psql('postgres', q{select early_help.create_partnership('town')});
my %table_of = (
	'lead professional' => 'lead_practitioner',
	'lead practitioner' => 'lead_practitioner',
	'EHA' => 'assessment',
	'EHAR' => 'review',
	'intervention plan' => 'plan',
	'family outcomes plan' => 'plan',
	'conversation' => 'conversation',
	'step up' => 'step',
	'step down' => 'step',
	'CFAG' => 'case_audit',
	'waiting list' => 'service_request',
	'SEN' => 'assessment',
	'consent' => 'consent',
);
for my $term (sort keys %table_of)
{
	my $found = $node->safe_psql('postgres', qq{
		select c.relname
		from pg_class c
		where c.relnamespace = 'town'::regnamespace and c.relkind = 'r' and c.relname = '$table_of{$term}'
			and (obj_description(c.oid, 'pg_class') || ' ' || coalesce((
				select string_agg(col_description(c.oid, a.attnum), ' ')
				from pg_attribute a where a.attrelid = c.oid and a.attnum > 0), '')) ~* '$term'});
	is($found, $table_of{$term}, "'$term' finds table $table_of{$term}");
}
$node->stop;
done_testing();
