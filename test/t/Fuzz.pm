# Makes up scenarios for fuzz_functions.pl: SQL that calls what the extension's C code implements, with
# arguments, tables and triggers that nobody would give it. All it needs to know it reads from the
# catalogue, so a new function or table is in it by itself. The same number makes the same scenario.
package Fuzz;
use strict;
use warnings;
use FuzzCatalogue qw($known);
use FuzzValues qw(below pick seldom quote name word @types value value_for typed);

use constant CALLS => $ENV{FUZZ_EACH} // 30;    # in a scenario

# -- Tables of our names ---------------------------------------------------------------------------

# The definition of a table as create_partnership makes it, without its constraints: columns, each with
# name and type, and the key.
sub shape
{
	my ($table) = @_;
	my $real = $known->{tables}{$table};
	return {
		table => $table,
		kind => 'table',
		key => [ @{ $real->{key} } ],
		columns => [ map { { name => $_->[0], type => $_->[1], suffix => '', needed => $_->[2] } } @{ $real->{columns} } ],
		after => [],
	};
}

# One thing about it becomes another.
sub mutate
{
	my ($shape, $main) = @_;
	my $columns = $shape->{columns};
	# Keys, references and dates are what the rules look at most.
	my @key = grep { my $c = $_; grep { $_ eq $c->{name} } @{ $shape->{key} } } @$columns;
	my @looked_at = grep { $_->{name} =~ /_id$|_on$|^state$|^kind$|level|_code$|^code$/ } @$columns;
	my $column = pick(@key && seldom(30) ? @key : @looked_at && seldom(70) ? @looked_at : @$columns) or return;
	# What the triggers stand on is mostly a table.
	my $kind = below($main && seldom(90) ? 92 : 100);
	if ($kind < 42) { $column->{type} = pick(@types) }
	elsif ($kind < 47) { @$columns = grep { $_ != $column } @$columns; @{ $shape->{key} } = grep { $_ ne $column->{name} } @{ $shape->{key} } }
	elsif ($kind < 51) { $column->{dropped} = 1; push @{ $shape->{after} }, "alter table $shape->{table} drop column " . name($column->{name}) . ' cascade' }
	elsif ($kind < 55) { splice @$columns, below(scalar @$columns), 0, { name => 'more_' . below(1000), type => pick(@types), suffix => '' } }
	elsif ($kind < 58)
	{
		$column->{type} = pick('bigint', 'text', 'date', 'integer', $column->{type});
		$column->{suffix} = ' generated always as (' . typed('null', $column->{type}) . ') stored';
	}
	elsif ($kind < 66) { $shape->{key} = [] }
	elsif ($kind < 72) { $shape->{key} = [ $column->{name} ] }
	elsif ($kind < 76) { push @{ $shape->{key} }, $column->{name} unless grep { $_ eq $column->{name} } @{ $shape->{key} } }
	elsif ($kind < 79) { $_->{name} eq ($shape->{key}[0] // '') and $_->{type} = pick('text', 'uuid', 'integer', 'date', 'numeric') for @$columns }
	elsif ($kind < 82) { push @{ $shape->{after} }, "create index on $shape->{table} (" . name($column->{name}) . ')' . pick('', ' where ' . name($column->{name}) . ' is null') }
	elsif ($kind < 84) { push @{ $shape->{after} }, "create unique index on $shape->{table} using btree ((" . name($column->{name}) . "::text))" }
	elsif ($kind < 87) { push @{ $shape->{after} }, "create TEMP table child_of_$shape->{table} () inherits ($shape->{table})", "insert into child_of_$shape->{table} default values" }
	elsif ($kind < 90) { push @{ $shape->{after} }, "alter table $shape->{table} add check (" . name($column->{name}) . pick(' is not null', '::text <> \'x\'', ' = ' . name($column->{name})) . ') not valid' }
	elsif ($kind < 91) { $column->{suffix} = ' not null' }
	elsif ($kind < 92) { $shape->{kind} = 'partitioned' }
	elsif ($kind < 94) { $shape->{kind} = 'view' }
	elsif ($kind < 95) { $shape->{kind} = 'materialized view' }
	elsif ($kind < 96) { $shape->{kind} = 'sequence' }
	elsif ($kind < 97) { $shape->{kind} = 'none' }
	elsif ($kind < 98) { $column->{suffix} = ' collate "POSIX"' if $column->{type} =~ /^(text|character)/ }
	else { push @{ $shape->{after} }, "alter table $shape->{table} enable row level security", "alter table $shape->{table} force row level security" }
}

sub written { return !$_[0]{dropped} && $_[0]{suffix} !~ /generated/ }
sub list_of_columns { return join(', ', map { name($_->{name}) . " $_->{type}$_->{suffix}" } @{ $_[0]{columns} }) }

# The statements that make it.
sub create
{
	my ($shape, $temp) = @_;
	my $table = $shape->{table};
	return if $shape->{kind} eq 'none';
	return "create ${temp}sequence $table" if $shape->{kind} eq 'sequence';
	return "create ${temp}view $table as select " . join(', ', map { typed('null', $_->{type}) . ' as ' . name($_->{name}) } @{ $shape->{columns} })
	  if $shape->{kind} eq 'view';
	return "create materialized view $table as select " . join(', ', map { typed('null', $_->{type}) . ' as ' . name($_->{name}) } @{ $shape->{columns} })
	  if $shape->{kind} eq 'materialized view';
	# Not every type can be a key.
	$shape->{key} = [] if grep { my $c = $_; $c->{type} =~ /^(point|jsonb)$/ && grep { $_ eq $c->{name} } @{ $shape->{key} } } @{ $shape->{columns} };
	my $key = @{ $shape->{key} } ? ', primary key (' . join(', ', map { name($_) } @{ $shape->{key} }) . ')' : '';
	return ("create ${temp}table $table (" . list_of_columns($shape) . ') partition by list (' . name($shape->{columns}[0]{name}) . ')',
		"create ${temp}table part_of_$table partition of $table default")
	  if $shape->{kind} eq 'partitioned';
	return "create ${temp}table $table (" . list_of_columns($shape) . "$key)";
}

sub after
{
	my ($shape, $temp) = @_;
	return map { s/^create TEMP /create $temp/r } @{ $shape->{after} };
}

# Rows that are there before the rules look.
sub fill
{
	my ($shape) = @_;
	return unless $shape->{kind} =~ /table|partitioned/;
	my @columns = grep { written($_) } @{ $shape->{columns} };
	return unless @columns;
	my @rows = map { '(' . join(', ', map { value_for($shape, $_) } @columns) . ')' } 0 .. below(4);
	return "insert into $shape->{table} (" . join(', ', map { name($_->{name}) } @columns) . ') values ' . join(', ', @rows) . ' on conflict do nothing';
}

# -- Triggers ---------------------------------------------------------------------------------------

# Every trigger of a real partnership that calls the function, else a made-up one.
sub uses_of
{
	my ($function) = @_;
	my @uses;
	for my $table (sort keys %{ $known->{tables} })
	{
		push @uses, map { +{ %$_, table => $table } } grep { $_->{function} eq $function } @{ $known->{tables}{$table}{triggers} };
	}
	return @uses ? @uses : { function => $function, table => pick(sort keys %{ $known->{tables} }), type => 1 + pick(0, 2) + 28, columns => [], arguments => [] };
}

sub argument
{
	my ($table) = @_;
	return pick(map { $_->[0] } @{ $known->{tables}{$table}{columns} }) if seldom(35);
	return pick(sort keys %{ $known->{tables} }) if seldom(30);
	return pick('', '0', '1', '-1', '24', '25', '2147483648', '99999999999999999999', 'x', '12 ', '1e3', 'infinity', '%', 'a"b', 'no_such_column', 'x' x 70, 'ctid', 'tableoid', 'code');
}

sub mutated_arguments
{
	my ($trigger) = @_;
	my @arguments = @{ $trigger->{arguments} };
	for (0 .. below(2))
	{
		my $kind = below(4);
		if ($kind == 0 && @arguments) { $arguments[ below(scalar @arguments) ] = argument($trigger->{table}) }
		elsif ($kind == 1 && @arguments) { splice @arguments, below(scalar @arguments), 1 }
		elsif ($kind == 2) { push @arguments, argument($trigger->{table}) }
		else { @arguments = map { argument($trigger->{table}) } 1 .. pick(0, 1, 2, 3, 4, 5, 8, 30) if seldom(40) }
	}
	return \@arguments;
}

my $trigger_count = 0;

sub create_trigger
{
	my ($trigger, $on) = @_;
	my $type = $trigger->{type};
	# Another time or event, or for the statement.
	$type ^= pick(1, 2, 4, 8, 16, 32) if seldom(6);
	my @events;
	push @events, 'insert' if $type & 4;
	push @events, 'delete' if $type & 8;
	push @events, 'update' . (@{ $trigger->{columns} } && seldom(50) ? ' of ' . join(', ', map { name($_) } @{ $trigger->{columns} }) : '') if $type & 16;
	push @events, 'truncate' if $type & 32;
	push @events, 'insert' unless @events;
	my $time = $type & 64 ? 'instead of' : $type & 2 ? 'before' : 'after';
	my $row = $type & 1 ? 'row' : 'statement';
	my $arguments = seldom(30) ? mutated_arguments($trigger) : $trigger->{arguments};
	my $constraint = $time eq 'after' && $row eq 'row' && seldom(10);
	my $transition = $time eq 'after' && @events == 1 && $events[0] eq 'insert' && seldom(10) ? 'referencing new table as new_rows ' : '';
	$transition = '' if $constraint;
	return 'create ' . ($constraint ? 'constraint ' : '') . 'trigger t' . ++$trigger_count . " $time " . join(' or ', @events) . " on $on "
	  . ($constraint ? 'deferrable initially deferred ' : '') . $transition . "for each $row execute function $trigger->{function}("
	  . join(', ', map { quote($_) } @$arguments) . ')';
}

# -- Calls --------------------------------------------------------------------------------------------

sub some_columns
{
	my ($shape) = @_;
	my @columns = grep { written($_) } @{ $shape->{columns} };
	return seldom(80) ? @columns : grep { seldom(70) } @columns;
}

sub change
{
	my ($shape) = @_;
	my $table = $shape->{table};
	my @columns = some_columns($shape);
	@columns = { name => 'id', type => 'bigint', suffix => '' } unless @columns;
	my $names = join(', ', map { name($_->{name}) } @columns);
	my $row = sub { return join(', ', map { value_for($shape, $_) } @columns) };
	my $set = sub { return join(', ', map { name($_->{name}) . ' = ' . value_for($shape, $_) } (sort { rand() <=> 0.5 } @columns)[ 0 .. below(@columns > 4 ? 4 : scalar @columns) ]) };
	my $where = sub {
		my $column = pick(@{ $shape->{columns} }) // { name => 'id', type => 'bigint', suffix => '' };
		return pick('', '', ' where ' . name($column->{name}) . '::text = ' . value($column->{type}) . '::text', ' where ' . name($column->{name}) . ' is not null');
	};
	my $kind = below(100);
	return "insert into $table ($names) values (" . $row->() . ')' if $kind < 35;
	return "insert into $table ($names) values " . join(', ', map { '(' . $row->() . ')' } 0 .. 2) if $kind < 42;
	return "insert into $table ($names) values (" . $row->() . ') on conflict do nothing' if $kind < 46;
	return "insert into $table ($names) select $names from $table returning *" if $kind < 48;
	return "update $table set " . $set->() . $where->() if $kind < 72;
	return "delete from $table" . $where->() if $kind < 80;
	return "truncate $table" . pick('', ' cascade') if $kind < 82;
	return "copy $table ($names) from stdin\n" . join("\n", map { join("\t", map { copy_value(value_for($shape, $_)) } @columns) } 0 .. 1) . "\n\\." if $kind < 86;
	return "merge into $table t using (values (1), (2)) v (n) on t.ctid is not null when matched and n = 1 then update set " . $set->()
	  . " when matched then delete when not matched then insert ($names) values (" . $row->() . ')' if $kind < 89;
	return "with changed as (update $table set " . $set->() . " returning *) insert into $table ($names) select $names from changed" if $kind < 91;
	return "do \$do\$ begin for n in 1..3 loop begin insert into $table ($names) values (" . $row->() . '); exception when others then null; end; end loop; end $do$' if $kind < 94;
	return "set constraints all " . pick('immediate', 'deferred') if $kind < 95;
	return "set session_replication_role = " . pick('replica', 'origin', 'local') if $kind < 96;
	return "select count(*) from $table where " . name($columns[0]{name}) . ' is not null' if $kind < 97;
	return "explain (analyze, costs off, timing off, summary off) insert into $table ($names) values (" . $row->() . ')';
}

sub copy_value
{
	my ($value) = @_;
	return '\\N' if $value eq 'null';
	$value =~ s/^E?'(.*)'$/$1/s;
	$value =~ s/''/'/g;
	$value =~ s/[\x00-\x1f\\]/?/g;
	return $value;
}

# The table changes while plans and guesses about it are kept.
sub alter
{
	my ($shape) = @_;
	my $column = pick(@{ $shape->{columns} }) or return ();
	my $of = "alter table $shape->{table}";
	my $kind = below(9);
	my $new = pick(@types);
	return "$of drop column " . name($column->{name}) . ' cascade' if $kind == 0;
	if ($kind == 1) { $column->{type} = $new; return "$of alter " . name($column->{name}) . " type $new using null" }
	return "$of rename " . name($column->{name}) . ' to other_' . below(1000) if $kind == 2;
	return "$of add column more_" . below(1000) . " $new" if $kind == 3;
	return "$of rename to gone_$shape->{table}" if $kind == 4;
	return "drop table if exists $shape->{table} cascade" if $kind == 5;
	return "$of drop constraint if exists $shape->{table}_pkey cascade" if $kind == 6;
	return "create index on $shape->{table} (" . name($column->{name}) . ')' if $kind == 7;
	return "$of drop column " . name($column->{name}) . " cascade, add column " . name($column->{name}) . " $column->{type}";
}

my @settings = (
	'standard_conforming_strings = off', "datestyle = 'German, DMY'", "datestyle = 'SQL, MDY'", 'transform_null_equals = on', 'enable_indexscan = off',
	'enable_seqscan = off', 'plan_cache_mode = force_generic_plan', 'row_security = off', "intervalstyle = 'sql_standard'", 'extra_float_digits = -10',
	"search_path = ''", 'array_nulls = off', 'check_function_bodies = off', 'backslash_quote = off',
	'work_mem = 64', "default_transaction_isolation = 'serializable'", "default_transaction_isolation = 'repeatable read'", 'parallel_setup_cost = 0', 'jit_above_cost = 0');

# Trigger functions on tables of ours.
sub tables_scenario
{
	my ($function, $temp, $real) = @_;
	my $use = pick(uses_of($function));
	my $share = pick(30, 80, 100, 100);
	my %shapes;
	for my $table (sort keys %{ $known->{tables} })
	{
		next unless $table eq $use->{table} || seldom($share);
		my $shape = $shapes{$table} = shape($table);
		# The table of the trigger is what the rules read most of.
		for (1 .. below($table eq $use->{table} ? 3 : 5))
		{
			mutate($shape, $table eq $use->{table}) if !$real && seldom($table eq $use->{table} ? 60 : 25);
		}
	}
	# One column is of another type wherever it is named, or all of one kind are.
	if (!$real && seldom(40))
	{
		my $named = seldom(60) ? quotemeta(pick(map { $_->{name} } @{ $shapes{ $use->{table} }{columns} })) : pick('.*_id', '.*_id', '.*_on', '(state|kind|.*code)', '.*level.*', '(cube|source|sources|.*month.*)');
		my $type = pick(@types);
		my $keys_alone = seldom(30);
		for my $shape (values_of(\%shapes))
		{
			my $key = $shape->{key}[0] // '';
			for my $column (@{ $shape->{columns} })
			{
				$column->{type} = $type if $column->{name} =~ /^$named$/ && ($keys_alone ? $column->{name} eq $key : seldom(85));
			}
		}
	}
	my @sql;
	for my $shape (map { $shapes{$_} } sort keys %shapes)
	{
		push @sql, create($shape, $temp), after($shape, $temp) unless $real;
		my $fill = fill($shape);
		push @sql, $fill if $fill && !$real;
	}
	my $main = $shapes{ $use->{table} };
	my @on = ($main);
	if (!$real)
	{
		push @sql, create_trigger($use, $main->{table});
		for my $trigger (@{ $known->{tables}{ $main->{table} }{triggers} })
		{
			push @sql, create_trigger({ %$trigger, table => $main->{table} }, $main->{table}) if seldom(30);
		}
		# A function on a table it was not made for, and other tables with their own.
		push @sql, create_trigger(pick(uses_of(pick(@{ $known->{trigger_functions} }))), $main->{table}) if seldom(25);
		for my $other (map { $shapes{$_} } grep { seldom(6) } sort keys %shapes)
		{
			push @sql, map { create_trigger({ %$_, table => $other->{table} }, $other->{table}) } @{ $known->{tables}{ $other->{table} }{triggers} };
			push @on, $other;
		}
	}
	else
	{
		@on = ($main, map { $shapes{$_} } grep { seldom(10) } sort keys %shapes);
		push @sql, map { alter(pick($main, values_of(\%shapes))) } 1 .. below(4);
		push @sql, map { ("alter table $_->{table} disable trigger user", fill($_), "alter table $_->{table} enable trigger user") } grep { seldom(30) } @on;
	}
	my @calls;
	while (@calls < CALLS)
	{
		push @calls, alter(pick(@on, values_of(\%shapes))) if seldom(3);
		my $shape = seldom(75) ? $main : pick(@on);
		if (seldom(10)) { push @calls, 'begin', 'savepoint s', change($shape), pick('rollback to s', 'release s'), 'commit' }
		else { push @calls, change($shape) }
	}
	return (\@sql, \@calls);
}

sub values_of { my ($hash) = @_; return map { $hash->{$_} } sort keys %$hash }

# -- Functions ----------------------------------------------------------------------------------------

sub call_argument
{
	my ($type, $tables) = @_;
	return 'null' if seldom(8);
	if ($type eq 'regclass' || $type eq 'oid' || $type eq 'regprocedure' || $type eq 'regtype')
	{
		return quote(pick(@$tables)) . '::regclass' . ($type eq 'regclass' ? '' : "::oid::$type") if @$tables && seldom(50);
		return pick(0, 1, 4294967295, 999999, pick(@{ $known->{relations} }), pick(@{ $known->{procedures} }), pick(@{ $known->{procedures} })) . "::oid::$type";
	}
	return quote(word()) . '::cstring' if $type eq 'cstring';
	return 'null' if $type eq 'internal';
	return 'array[' . join(', ', map { pick(0, 1, 2, 3, -1, 5, 10, 60000, 2147483647, -2147483648, 'null') } 0 .. below(8)) . ']::integer[]' if $type eq 'integer[]' && seldom(70);
	return typed(value($type), $type);
}

# Lists that fit each other, as protect_figures asks for: as many values as there are places for them, and
# numbers of what is there.
sub lists
{
	my ($function) = @_;
	my ($figures, $members) = (1 + below(12), below(25));
	my @lists;
	for my $n (0 .. $#{ $function->{arguments} })
	{
		my $name = $function->{names}[$n] // '';
		if ($function->{arguments}[$n] ne 'integer[]') { push @lists, pick('true', 'false'); next }
		my $number = $name =~ /^(equation|figure|sign)$/
		  ? sub { return seldom(1) ? pick(0, -1, 2147483647) : $name eq 'sign' ? pick(1, 1, -1) : 1 + below($name eq 'figure' ? $figures : $members > 4 ? 4 : $members || 1) }
		  : sub { return seldom(2) ? pick(2147483647, -2147483648, 60000, -1) : below($name eq 'publicity' ? 7 : 12) };
		push @lists, 'array[' . join(', ', map { $number->() } 1 .. ($name =~ /^(equation|figure|sign)$/ ? $members : $figures)) . ']::integer[]';
	}
	return join(', ', @lists);
}

sub call
{
	my ($tables, $only) = @_;
	my $kind = below(100);
	my $function = $only // pick(@{ $known->{functions} });
	my $lists = grep { $_ eq 'integer[]' } @{ $function->{arguments} };
	my $call = "$function->{name}(" . ($lists > 4 && seldom(80) ? lists($function) : join(', ', map { call_argument($_, $tables) } @{ $function->{arguments} })) . ')';
	if ($function->{record})
	{
		my $columns = join(', ', map { "c$_ " . pick('date', 'integer', 'bigint', 'text', 'character varying', 'early_help.need_level', 'text[]') } 0 .. below(12));
		return "select * from $call as c ($columns)" . pick('', ' limit 1');
	}
	return pick("select count(*) from $call x", "select * from $call", "select $call", "select * from $call with ordinality limit 1", "select * from $call a cross join $call b limit 2")
	  if $function->{set};
	return "select $call" if $kind < 50;
	return "select $call over ()" if $kind < 52;
	return "select count(distinct ${call}::text), max(${call}::text) from generate_series(1, 3)" if $kind < 55;
	return "create aggregate pg_temp.a" . below(1000000) . " (" . ($function->{arguments}[1] // 'integer') . ") (sfunc = $function->{name}, stype = " . ($function->{arguments}[0] // 'integer') . ')' if $kind < 57;
	return "create temp table g" . below(1000000) . " (a integer, g text generated always as (${call}::text) stored)" if $kind < 59;
	return "explain verbose select $call" if $kind < 60;
	return 'select ' . pick(@{ $known->{trigger_functions} }) . '()' if $kind < 64;
	return 'select ' . pick(@{ $known->{event_trigger_functions} }) . '()' if $kind < 65;
	return 'create event trigger e' . below(1000000) . ' on ' . pick('ddl_command_end', 'ddl_command_start', 'sql_drop') . ' execute function '
	  . pick(@{ $known->{event_trigger_functions} }, @{ $known->{trigger_functions} }) . '()' if $kind < 67;
	return 'create table if not exists dropped (a integer)' if $kind < 68;
	return 'drop table if exists dropped' if $kind < 69;
	return binary(pick('early_help.need_level', 'early_help.eha_domain', 'early_help.need_level[]', 'early_help.eha_domain[]')) if $kind < 85;
	my $type = pick('early_help.need_level', 'early_help.eha_domain');
	my $rows = '(values (' . join('), (', map { typed(value($type), $type) } 0 .. below(20)) . ')) v (x)';
	return "select x, count(*) from $rows group by x order by x desc" if $kind < 90;
	return "select min(x), max(x), array_agg(distinct x) from $rows" if $kind < 93;
	return "select count(*) from $rows join (select x as y from $rows) w on x = y and x <> 'early_help' and y between x and x" if $kind < 95;
	return "create temp table i" . below(1000000) . " as select x, ${call}::text as called from $rows" if $kind < 97;
	return "select x::text::$type, x::integer, x::integer::$type from $rows" if $kind < 99;
	return "select $type(" . typed(value('integer'), 'integer') . ')';
}

# Bytes as a binary COPY brings them. Its file is written by the caller: \copy reads it.
sub binary
{
	my ($type) = @_;
	my $field;
	if ($type =~ /\[\]$/ && seldom(85))
	{
		my $elements = below(4);
		my $bytes = join('', map { my $b = seldom(70) ? chr(1 + below(5)) : join('', map { chr(below(256)) } 1 .. below(6)); pack('N', length $b) . $b } 1 .. $elements);
		$field = pack('N N N', pick(1, 1, 1, 0, 2, 7, -1), pick(0, 1, 2), pick(0, 25, 4711)) . pack('N N', pick($elements, $elements, 1000000, -1), pick(1, 0, -1)) . $bytes;
	}
	else { $field = seldom(60) ? chr(below(8)) : join('', map { chr(below(256)) } 1 .. below(10)) }
	my $row = pack('n', 1) . pack('N', length $field) . $field;
	my $file = "PGCOPY\n\xff\r\n\0" . pack('N N', 0, 0) . $row . pack('n', 0xffff);
	return "\@binary $type " . unpack('H*', $file);
}

sub functions_scenario
{
	my ($temp, $function) = @_;
	my @sql;
	my @tables;
	# What refers to tables reads them by their names.
	for my $table (grep { /^(?:kpi_cube|stale_mark|kpi_filled_months)$|^partnership$/ ? seldom(93) : /^(?:kpi|cube|stale)_/ && seldom(20) } sort keys %{ $known->{tables} })
	{
		my $shape = shape($table);
		mutate($shape) for 1 .. below(4);
		if (seldom(20)) { $_->{type} = pick(@types) for grep { seldom(60) } @{ $shape->{columns} } }
		push @sql, create($shape, $temp), after($shape, $temp), fill($shape) // ();
		push @tables, $table;
	}
	my @calls = map { call(\@tables, seldom(40) ? $function : undef) } 1 .. CALLS;
	return (\@sql, \@calls);
}

# A scenario: { sql => what goes before, calls => [...], role => who }.
sub scenario
{
	my ($number) = @_;
	srand($number);
	$trigger_count = 0;
	my $kind = $number % 10;
	my $role = pick('postgres', 'fuzz_owner', 'fuzz_owner', 'fuzz_owner', 'fuzz_stranger');
	my $way = pick('temp', 'temp', 'schema', 'transaction', 'transaction', 'transaction');
	$way = 'transaction' if $kind == 9;
	$role = 'fuzz_owner' if $kind == 9 || ($kind >= 3 && $role eq 'fuzz_stranger' && seldom(80));
	my $temp = $way eq 'temp' || ($way eq 'transaction' && seldom(30)) ? 'temp ' : '';
	my $nth = int($number / 10);
	my ($sql, $calls) =
	    $kind < 3 ? functions_scenario($temp, $known->{functions}[ ($nth * 3 + $kind) % @{ $known->{functions} } ])
	  : tables_scenario($known->{trigger_functions}[ ($nth * 7 + $kind - 3) % @{ $known->{trigger_functions} } ], $temp, $kind == 9);

	# One transaction has no other in it.
	$calls = [ grep { !/^(begin|commit)$/ } @$calls ] if $way eq 'transaction';

	my $schema = $kind == 9 ? 'medway' : 'fuzz';
	my @begin = ("set statement_timeout = '5s'", "set lock_timeout = '3s'", 'set client_min_messages = warning');
	# An event trigger of another scenario would refuse what this one makes.
	push @begin, q{do $$ declare e name; begin for e in select evtname from pg_event_trigger where evtname ~ '^e\d+$' loop execute format('drop event trigger %I', e); end loop; end $$};
	push @begin, "drop schema if exists fuzz cascade" if $way ne 'temp';
	push @begin, 'begin' . pick('', '', '', ' isolation level repeatable read', ' isolation level serializable') if $way eq 'transaction';
	push @begin, 'set ' . ($way eq 'transaction' ? 'local ' : '') . "role $role" if $role ne 'postgres';
	push @begin, 'create schema fuzz' if $schema eq 'fuzz' && $way ne 'temp';
	push @begin, 'set search_path = ' . ($way eq 'temp' && $kind != 9 ? '' : "$schema, ") . 'public, early_help';
	push @begin, 'set ' . pick(@settings) if seldom(15);
	return { begin => [ @begin, @$sql ], calls => $calls, role => $role, way => $way };
}

1;
