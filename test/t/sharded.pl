# Citus, by a stand-in of its name with the same catalog tables: a partnership in
# its database works as long as it is local, and a shard or a shell is refused.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;

# Removed again: the folder is the private server's, and other tests have it too.
my $folder = $node->config_data('--sharedir') . '/extension';
END { unlink("$folder/citus.control", "$folder/citus--1.0.sql") if $folder }
append_to_file("$folder/citus.control", "default_version = '1.0'\nschema = pg_catalog\nrelocatable = false\n");
append_to_file("$folder/citus--1.0.sql", <<'END');
set local allow_system_table_mods = on;
create table pg_catalog.pg_dist_partition (
    logicalrelid regclass not null,
    partmethod "char" not null,
    partkey text
);
create table pg_catalog.pg_dist_shard (
    logicalrelid regclass not null,
    shardid bigint not null primary key,
    shardstorage "char" not null,
    shardminvalue text,
    shardmaxvalue text
);
create function pg_catalog.relation_is_a_known_shard(regclass) returns boolean language sql as 'select false';
END

sub sql { return $node->safe_psql('council', shift) }
sub refusal
{
	my ($statement, $before) = @_;
	my ($status, undef, $error) = $node->psql('council', "\\set VERBOSITY verbose\n" . ($before // '') . "begin;\n$statement;\ncommit;");
	return $status == 0 ? 'it succeeded' : $error;
}

# A whole case, in a partnership.
sub journey
{
	my ($schema, $id) = @_;
	return qq(
		insert into $schema.agency (agency_id, name, sector) values (1, 'Town Council', 'local_authority') on conflict do nothing;
		insert into $schema.practitioner (practitioner_id, agency_id, name) values (1, 1, 'One') on conflict do nothing;
		insert into $schema.family (family_id) values ($id);
		insert into $schema.child (child_id, birth_date) values ($id, '2015-01-01');
		insert into $schema.family_member (family_id, child_id) values ($id, $id);
		select $schema.record_conversation($id, '2024-01-02');
		insert into $schema.consent (family_id, given_by, given_on) values ($id, 'parent', '2024-01-02');
		with e as (insert into $schema.episode (episode_id, family_id, opened_on) values ($id, $id, '2024-01-03') returning episode_id)
		insert into $schema.episode_child (episode_id, child_id, joined_on) select episode_id, $id, '2024-01-03' from e;
		insert into $schema.lead_practitioner (episode_id, from_on, practitioner_id) values ($id, '2024-01-04', 1);
		insert into $schema.assessment (episode_id, started_on) values ($id, '2024-01-05');
		insert into $schema.plan (plan_id, episode_id, kind, started_on) values ($id, $id, 'intervention', '2024-01-10'););
}

$node->safe_psql('postgres', 'create database council');
sql('set client_min_messages = warning; create extension early_help cascade');
my $sharding = "set citus.enable_schema_based_sharding = on;\n";
sql($sharding . q(select early_help.create_partnership('before')));
pass('the setting alone, without the extension, means nothing');

# One session in which the engine comes while plans are kept.
my $session = $node->background_psql('council', on_error_stop => 0);
$session->query(q(select early_help.create_partnership('medway')));
$session->query(journey('medway', 1));
sql('create extension citus');
$session->query(journey('medway', 2));
is(sql('select count(*) from medway.plan'), 2, 'a session goes on in a local partnership after Citus came');

like(refusal(q(select early_help.create_partnership('swale')), $sharding),
	qr/ERROR:  YHP06: a partnership cannot be made where Citus shards every new schema \(P06\)\n/,
	'a partnership whose schemas Citus would shard');
is(sql(q(select count(*) from pg_namespace where nspname like 'swale%')), 0, 'is not begun');
sql(q(set citus.enable_schema_based_sharding = off; select early_help.create_partnership('swale')));
sql(journey('swale', 1));
is(sql('select count(*) from swale.plan') . sql(q(select count(*) from early_help.audit('swale'))), '10',
	'a local partnership beside Citus works');

# A shell: the table that Citus leaves behind. Distributing alters it, and sessions that know it hear of that.
my $distributed = qr/ERROR:  0A000: "(\w+)" is part of a distributed table, on which early_help cannot keep its rules\nHINT:  .*undistribute_table/;
sub shell { my $table = shift; sql("insert into pg_dist_partition values ('$table', 'h'); alter table $table set (fillfactor = 100)") }
sub local_again { sql('delete from pg_dist_partition; delete from pg_dist_shard') }

for my $table (qw(consent family_member conversation episode stale_mark))
{
	shell("swale.$table");
	like(refusal(journey('swale', 7)), $distributed, "$table is a shell: refused");
	local_again();
}
is(sql('select count(*) from swale.family'), 1, 'nothing was written');

# In the session with plans, too, once the table is altered as Citus alters it.
shell('medway.consent');
$session->{stderr} = '';
$session->query(journey('medway', 8));
like($session->{stderr}, qr/"consent" is part of a distributed table/, 'plans that are kept are not believed');
local_again();

# A shard, made as the engine does it: a table of its own name with the same triggers.
sql(q(
	create table swale.plan_102008 (like swale.plan including all);
	insert into pg_dist_shard values ('swale.plan', 102008, 't', null, null);
	do $$
	declare
		t record;
	begin
		for t in select * from pg_trigger where tgrelid = 'swale.plan'::regclass and not tgisinternal loop
			execute replace(pg_get_triggerdef(t.oid), ' ON swale.plan ', ' ON swale.plan_102008 ');
		end loop;
	end
	$$));
like(refusal(q(insert into swale.plan_102008 (episode_id, kind, started_on) values (1, 'intervention', '2024-01-10'))),
	qr/"plan_102008" is part of a distributed table/, 'a shard is refused');
is(sql('select count(*) from swale.plan_102008'), 0, 'and has no row');
sql('alter table swale.plan_102008 rename to plan_2008');
unlike(refusal(q(insert into swale.plan_2008 (episode_id, kind, started_on) values (1, 'intervention', '2024-01-10'))),
	qr/distributed/, 'a copy whose number no shard has is a copy');

# Without the engine the same names mean nothing.
sql('drop extension citus; alter table swale.plan_2008 rename to plan_102008');
unlike(refusal(q(insert into swale.plan_102008 (episode_id, kind, started_on) values (1, 'intervention', '2024-01-10'))),
	qr/distributed/, 'nor is one a shard without Citus');
$session->query(journey('medway', 9));
is(sql('select count(*) from medway.plan'), 3, 'the session goes on after Citus went');

$session->quit;
$node->stop;
done_testing();
