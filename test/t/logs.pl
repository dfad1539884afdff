# PostgreSQL's own errors and what a server logs: with the settings of docs/logs.md
# nothing that was written to a record is in the log but what the page says is left.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($quiet, $silent) = slurp_file('docs/logs.md') =~ /^```conf\n(.*?)^```/msg;
my %settings = $quiet =~ /^(\w+) = (\S+)/mg;
cmp_ok(scalar(keys %settings), '>=', 9, 'the page names settings');

my $node = PostgreSQL::Test::Cluster->new('logs');
$node->init;
$node->append_conf('postgresql.conf', "autovacuum = off\nlog_line_prefix = '[%p] %e '\n$quiet");
$node->start;
$node->safe_psql('postgres', q{
	create extension early_help cascade;
	create extension early_help_sample;
	select from early_help.create_partnership('town', training => true);
	select from early_help_sample.generate_sample('town', 12, '2023-01-01', '2023-12-31');
});

# For every record table with a text column: the marker in all of them, and what
# PostgreSQL itself refuses or may log.
my @writes = split /\n/, $node->safe_psql('postgres', q{
	with t as (
		select c.oid, format('town.%I', c.relname) as name,
			(select string_agg(quote_ident(a), ', ') from unnest(array_agg(a.attname order by a.attnum)) a) as columns,
			(select string_agg($$'ZQMARK'$$, ', ') from unnest(array_agg(a.attname)) a) as marks,
			(select string_agg(format($$%I = 'ZQMARK'$$, a), ', ') from unnest(array_agg(a.attname order by a.attnum)) a) as set_all,
			(array_agg(a.attname order by a.attnum))[1] as one
		from pg_class c
		join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
		where c.relnamespace = 'town'::regnamespace and c.relkind = 'r' and c.relname !~ '^(kpi_|cube_|stale_|structure_as_made|publi)'
			and a.atttypid in ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype)
		group by c.oid
	)
	-- The row that fails, with the triggers off.
	select format('alter table %s disable trigger all; insert into %s (%s) values (%s);', name, name, columns, marks) from t
	union all
	select format('update %s set %s, %I = -999;', name, set_all, a.attname)
	from t
	join pg_constraint k on k.conrelid = t.oid and k.contype = 'f' and cardinality(k.conkey) = 1
	join pg_attribute a on a.attrelid = t.oid and a.attnum = k.conkey[1] and a.atttypid = 'int8'::regtype
	union all
	select format('alter table %s disable trigger all; update %s set %I = %L;', name, name, a.attname, 'ZQMARK')
	from t
	join pg_index i on i.indrelid = t.oid and i.indisunique
	join pg_attribute a on a.attrelid = t.oid and a.attnum = any (i.indkey::smallint[]) and a.atttypid in ('text'::regtype, 'varchar'::regtype)
	union all
	select format('update %s set %I = %L;', name, a.attname, 'ZQMARK')
	from t
	join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and a.attgenerated = '' and a.atttypid = any ('{date,int8,int4,bool,numeric}'::regtype[])
	union all
	select format('update %s set %I = %L;', name, a.attname, repeat('ZQMARK', 200))
	from t
	join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and a.attgenerated = '' and a.atttypid = 'varchar'::regtype and a.atttypmod > 0
	union all
	select format('update %s set %s wher true;', name, set_all) from t
	union all
	select format('update %s set %s where true ZQMARK;', name, set_all) from t
	union all
	select format('update %s set %s where no_such_column;', name, set_all) from t
	union all
	select format($$do $d$ begin update %s set %s where 1 / 0 = 1; end $d$;$$, name, set_all) from t
	union all
	select format('copy %s (%s) from stdin;%s%s%s\.', name, columns, '~', replace(replace(marks, $$'$$, ''), ', ', E'\t') || E'\tZQMARK', '~') from t
	union all
	select format('select count(*) from %s where %I = %L;', name, one, 'ZQMARK') from t});
cmp_ok(scalar(@writes), '>', 300, 'writes to every table');
my $script = join '', map { s/~/\n/gr } map { /^copy/ ? "$_\n" : "begin;\n$_\nrollback;\n" } @writes;
append_to_file($node->basedir . '/parameter.sql', "select count(*) from town.child where source_ref = :v;\n");
append_to_file($node->basedir . '/fails.sql', "select 1 / (length(:v) - 6);\n");

# What comes into the log, entry by entry, when all of it is tried with other settings.
sub logged
{
	my ($what, %other) = @_;
	local $ENV{PGOPTIONS} = join ' ', map { "-c $_=$other{$_}" } sort keys %other;
	my $from = -s $node->logfile;
	if ($what eq 'statements')
	{
		$node->psql('postgres', $script, on_error_stop => 0);
	}
	else
	{
		my ($out, $error);
		IPC::Run::run([ 'pgbench', '-n', '-t', '1', '-M', 'extended', '-D', 'v=ZQMARK', '-f', $node->basedir . "/$what.sql",
				'-h', $node->host, '-p', $node->port, 'postgres' ], '>', \$out, '2>', \$error);
	}
	return grep { /ZQMARK/ } split /^(?=\[\d+\] \w{5} (?:ERROR|LOG|WARNING|NOTICE|FATAL):)/m, substr(slurp_file($node->logfile), $from);
}

# As they come from initdb.
my @loud = logged('statements', log_min_error_statement => 'error', log_error_verbosity => 'default');
my %codes = map { $_ => 1 } map { /^\[\d+\] (\w{5})/ } @loud;
for my $code (qw(23502 23505 22001 22007 22P02 42601 42703 22012 22P04))
{
	ok($codes{$code}, "without the settings $code shows what was written");
}
ok((grep { /Failing row contains/ } @loud) && (grep { /DETAIL:  Key .*ZQMARK/ } @loud) && (grep { /CONTEXT:  COPY .*ZQMARK/ } @loud),
	'in rows, keys and lines of a file too');

# The message of such an error is what the page says is left.
my @left = logged('statements');
cmp_ok(scalar(@left), '>', 0, 'something is left');
is(join('', grep { !/^\[\d+\] (?:22007|22P02|22003|42601|42703) ERROR:  .*ZQMARK[^\n]*\n(?!.*ZQMARK)/s } @left), '', 'and it is in the message of errors that the page names');
is(join('', logged('parameter'), logged('fails')), '', 'no parameter is logged');

# Each setting is there for something.
my %matters = (
	log_min_error_statement => [ 'statements', log_min_error_statement => 'error' ],
	log_error_verbosity => [ 'statements', log_error_verbosity => 'default' ],
	log_statement => [ 'statements', log_statement => 'all' ],
	log_min_duration_statement => [ 'statements', log_min_duration_statement => 0 ],
	log_min_duration_sample => [ 'statements', log_min_duration_sample => 0 ],
	log_transaction_sample_rate => [ 'statements', log_transaction_sample_rate => 1 ],
	log_parameter_max_length => [ 'parameter', log_parameter_max_length => -1, log_min_duration_statement => 0, log_error_verbosity => 'default' ],
	log_parameter_max_length_on_error => [ 'fails', log_parameter_max_length_on_error => -1, log_error_verbosity => 'default' ]);
for my $name (sort grep { $_ ne 'log_destination' } keys %settings)
{
	my ($what, %other) = @{ $matters{$name} // [] } or fail("$name is tried"), next;
	my @more = logged($what, %other);
	cmp_ok(scalar(@more), '>', $what eq 'statements' ? scalar(@left) : 0, "without $name more is logged");
	next unless $what ne 'statements';
	delete $other{$name};
	is(join('', logged($what, %other)), '', "with $name it is not");
}

# Modules that log or keep statements of their own.
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'auto_explain, pg_stat_statements'\ntrack_activities = on\n");
$node->restart;
my $module_off = { 'auto_explain.log_min_duration' => -1 };
cmp_ok(scalar(logged('statements', 'auto_explain.log_min_duration' => 0)), '>', scalar(@left), 'auto_explain logs what was written');
is(scalar(logged('statements', %$module_off)), scalar(@left), 'and with its setting of the page nothing more');
is(join('', logged('parameter', %$module_off)), '', 'nor parameters');
$node->safe_psql('postgres', q{
	create extension pg_stat_statements;
	select pg_stat_statements_reset();
	update town.child set source_ref = 'ZQMARK' where false;
	do $$ begin perform 'ZQMARK'; end $$;
});
is($node->safe_psql('postgres', q{
	select string_agg(split_part(query, ' ', 1), ', ' order by query)
	from pg_stat_statements
	where query like '%ZQMARK%'}), 'do', 'pg_stat_statements keeps the text of DO, and replaces constants in queries');
is($node->safe_psql('postgres', q{
	create role passer_by login;
	set role passer_by;
	select count(*) from pg_stat_statements where query like '%ZQMARK%'}), '0', 'for its own role alone');
$node->append_conf('postgresql.conf', "shared_preload_libraries = ''\n");

# No error at all.
ok($silent, 'the page says how to log no error at all');
$node->append_conf('postgresql.conf', $silent);
$node->restart;
is(join('', logged('statements'), logged('fails')), '', 'and then nothing is left');
$node->stop;

# Why the destination matters.
my $csv = PostgreSQL::Test::Cluster->new('csv');
$csv->init;
$csv->append_conf('postgresql.conf', "$quiet\nlogging_collector = on\nlog_destination = 'csvlog'\nlog_filename = 'all'\n");
$csv->start;
$csv->psql('postgres', q{create table t (a text primary key); insert into t values ('ZQMARK'), ('ZQMARK')});
$csv->stop;
like(slurp_file($csv->data_dir . '/log/all.csv'), qr/Key \(a\)=\(ZQMARK\)/, 'csvlog shows the key all the same');

done_testing();
