# A server whose database world has partnership town, with the families of one_of_each.psql in it. Programs find it by
# PGHOST and PGPORT. It keeps nothing safe on the disk, and its log says nothing.
package World;
use strict;
use warnings;
use Exporter qw(import);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

our @EXPORT_OK = qw(new_world);

# Files of test/t to run after one_of_each.psql.
sub new_world
{
	my (@more) = @_;
	my $node = PostgreSQL::Test::Cluster->new('main');
	$node->init;
	$node->append_conf('postgresql.conf', <<'END');
fsync = off
synchronous_commit = off
log_min_messages = fatal
log_min_error_statement = panic
autovacuum = off
END
	$node->start;
	$ENV{PGHOST} = $node->host;
	$ENV{PGPORT} = $node->port;
	$node->safe_psql('postgres', 'create database world');
	$node->safe_psql('world', 'create extension early_help cascade');
	$node->safe_psql('world', q{select early_help.create_partnership('town')});
	$node->safe_psql('world', slurp_file("test/t/$_")) foreach 'one_of_each.psql', @more;
	return $node;
}

1;
