# A partnership goes through pg_upgrade: rows, rules and the drop guard.
# From one version to the same, which takes the same path as to the next.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $old = PostgreSQL::Test::Cluster->new('old');
$old->init;
$old->start;
$old->safe_psql('postgres', 'create role council login; create database council owner council');
$old->safe_psql('council', q{
	create extension early_help cascade;
	select early_help.create_partnership('St Helens & Co');
	insert into "St Helens & Co".family default values;
	create table levels as
	select level
	from generate_series(1, 6), unnest('{universal,early_help,social_care}'::early_help.need_level[]) level;
	create index on levels (level);
	create table domains as select 'family_and_community'::early_help.eha_domain as domain;
}, extra_params => [ '-U', 'council' ]);
my $rows = q{
	select string_agg(t, ' ' order by t)
	from (
		select row(name, families, version)::text as t from early_help.partnerships()
		union all
		select row(level, count(*))::text from levels group by level
		union all
		select row(domain)::text from domains) r};
my $before = $old->safe_psql('council', $rows);
$old->stop;

my $new = PostgreSQL::Test::Cluster->new('new');
$new->init;
my $bindir = $new->config_data('--bindir');
chdir PostgreSQL::Test::Utils::tempdir;
command_ok(
	[
		'pg_upgrade',
		'--old-datadir', $old->data_dir, '--new-datadir', $new->data_dir,
		'--old-bindir', $bindir, '--new-bindir', $bindir,
		'--socketdir', $new->host, '--old-port', $old->port, '--new-port', $new->port,
	],
	'pg_upgrade with a partnership');
$new->start;
is($new->safe_psql('council', $rows), $before, 'the same rows');
like($before, qr/\("St Helens & Co",1,/, 'there is something to lose');
my ($status, undef, $error) = $new->psql('council', "\\set VERBOSITY sqlstate\ndrop extension early_help cascade",
	extra_params => [ '-U', 'council' ]);
like($error, qr/YHP04/, 'the drop guard is there');
is($new->safe_psql('council', q{set enable_seqscan = off; select count(*) from levels where level = 'early_help'}),
	'6', 'an index over a type of the extension works');
$new->stop;
done_testing();
