# The audit of whole histories: the demo's families, sample cases, and both
# after a dump and restore that kept the rules, and one that did not.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;

my $findings = q{select concat_ws(' ', rule, record, record_id, detail) from early_help.partnerships() p cross join lateral early_help.audit(p.name)};

# Runs it with the server in the environment; true if it succeeds.
sub run_there
{
	my ($command, $name) = @_;
	my ($out, $error) = ('', '');
	local %ENV = $node->_get_env();
	my $done = IPC::Run::run([ 'bash', '-c', "set -o pipefail; $command" ], '>', \$out, '2>', \$error);
	ok($done, $name) or diag($error);
	return $out;
}

$node->safe_psql('postgres', 'create database demo');
run_there('cd test/demo && for f in *.sql; do psql -X -q -v ON_ERROR_STOP=1 -d demo -f $f >/dev/null || exit 1; done',
	'the demo goes through');
is($node->safe_psql('demo', $findings), '', 'and keeps every rule');

$node->safe_psql('postgres', 'create database sample');
$node->safe_psql('sample', q{
	create extension early_help cascade;
	create extension early_help_sample;
	select early_help.create_partnership('medway', training => true);
	select early_help_sample.generate_sample('medway', 300, '2023-01-01', '2024-12-31');
});
is($node->safe_psql('sample', $findings), '', 'sample cases keep every rule');

$node->safe_psql('postgres', 'create database restored');
run_there('pg_dump sample | psql -X -q -v ON_ERROR_STOP=1 -d restored', 'dump and restore');
is($node->safe_psql('restored', $findings), '', 'and after that they do');

# Rows alone, with the triggers off: what was ALWAYS is ORIGIN afterwards.
$node->safe_psql('postgres', 'create database rows');
run_there('pg_dump --schema-only sample | psql -X -q -v ON_ERROR_STOP=1 -d rows', 'the tables');
run_there('pg_dump --data-only --disable-triggers -n medway sample | psql -X -q -v ON_ERROR_STOP=1 -d rows', 'the rows');
my @found = split /\n/, $node->safe_psql('rows', $findings);
my $always = $node->safe_psql('sample',
	q{select count(*) from medway.structure_as_made where kind = 'trigger' and state in ('fires always', 'fires on a replica')});
is(scalar(grep { /^A02 \w+ trigger \w+: fires at the origin, was fires (always|on a replica)$/ } @found), $always,
	'every trigger that fired always is found');
is(scalar(@found), $always, 'and nothing else');

# The way docs/audit.md says to mend it.
my ($mend) = slurp_file('docs/audit.md') =~ /^(select format\('alter table.*?)\s*\\gexec/ms;
$node->safe_psql('rows', "$mend \\gexec");
is($node->safe_psql('rows', $findings), '', 'mended, all is well');

# One snapshot: what another session commits meanwhile is seen wholly or not.
$node->safe_psql('sample', q{
	create function public.found() returns text language sql
	as $$ select count(*) || ' of R07' from early_help.audit('medway') where rule = 'R07' $$;
});
my $meanwhile = 'psql -X -q -d sample -c "set session_replication_role = replica"'
  . q{ -c "delete from medway.lead_practitioner"};
my $said = run_there(<<"END", 'another session writes with the rules off');
psql -X -q -At -v ON_ERROR_STOP=1 -d sample <<'EOF'
begin isolation level repeatable read;
select count(*) > 0 from medway.episode;
\\! $meanwhile
select public.found();
commit;
select public.found();
EOF
END
like($said, qr/^t\n0 of R07\n[1-9]\d* of R07$/, 'a snapshot from before sees no change, a new one does');

done_testing();
