# A publication as files: parsed again by another CSV parser (sqlite3), every figure is what the published views show,
# a ward's name is no formula, and the files say which columns there are.
use strict;
use warnings;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\njit = off\n");
$node->start;

my @wards = ('=HYPERLINK("x")', "-1+1", '+44', '@home', "\ttab", "\rreturn", "'=quoted", 'Strood, "North"', "two\nlines", ' spaced ', "O'Brien", 'Rede');
my $wards = join ",\n", map { s/'/''/gr =~ s/(.*)/'$1'/sr } @wards;
$node->safe_psql('postgres', <<"SQL");
set client_min_messages = warning;
create extension early_help cascade;
create extension early_help_sample;
select early_help.create_partnership('p', training => true, title => 'Town', local_authority_name => 'Town Council', gss_code => 'E06000035', dfe_number => '887');
select early_help_sample.generate_sample('p', 400, '2022-04-01', '2023-06-30', 3);
-- The busiest wards get these names.
update p.locality l set name = n.name, gss_code = case when n.name = 'Rede' then 'E05000001' end
from (select name, row_number() over () as place from unnest(array[$wards]) name) n
join (
    select locality_id, row_number() over (order by count(*) desc, locality_id) as place
    from p.contact_child where locality_id is not null group by 1
) w using (place)
where w.locality_id = l.locality_id;
select from p.publish_figures('2022-06', 1, note => 'first');
delete from p.contact_child where received_on between '2022-06-01' and '2022-06-15' and not exists (select from p.referral r where r.contact_child_id = contact_child.contact_child_id);
select from p.publish_figures('2022-06', 1, note => 'second');
select from p.publish_figures('2022/23 Q1', 1);
select from p.publish_figures('2022/23', 1);
-- Who reads what was published and nothing else.
create role newsroom;
grant usage on schema p_kpi to newsroom;
grant select on p_kpi.published_figures, p_kpi.published_area, p_kpi.published_label to newsroom;
grant execute on function p_kpi.export_publication, p_kpi.export_publication_metadata, p_kpi.export_publication_csvw,
    p_kpi.export_dimensions to newsroom;
SQL
cmp_ok($node->safe_psql('postgres', q{select count(distinct ward) from p_kpi.published_contacts_by_ward}), '>=', 5, 'there are wards of odd names');

my %tables = map { $_->{table_name} => $_ } map { decode_json($_) } split /\n/,
  $node->safe_psql('postgres', 'select row_to_json(t) from p.published_table t');
my $folder = PostgreSQL::Test::Utils::tempdir();
my @written = qw(time_period time_identifier geographic_level country_code country_name new_la_code old_la_code la_name ward_code ward_name);

# parsed CALL: the rows of the CSV that it returns, as sqlite3 reads them.
sub parsed
{
	my ($call) = @_;
	my $file = "$folder/out.csv";
	unlink $file, "$folder/csv.db";
	shell_out("psql -XAtq -d '" . $node->connstr('postgres') . "' -c 'set role newsroom' -c \"select * from p_kpi.$call\" >$file");
	my $json = shell_out("sqlite3 '$folder/csv.db' '.import --csv $file rows' '.mode json' 'select * from rows'");
	my ($header) = slurp_file($file) =~ /^(.*)\n/;
	return (decode_json($json || '[]'), split /,/, $header);
}

sub shell_out
{
	my ($command) = @_;
	my $out = `$command`;
	die "$command: $?" if $?;
	return $out;
}

# A leading apostrophe before what begins like a formula is ours.
sub unguarded { return $_[0] =~ s/^'(?='*[-=+@\t\r\n])//r }

for ([ '2022-06', 1, '2022', 'June' ], [ '2022-06', 2, '2022', 'June' ], [ '2022/23 Q1', 1, '202223', 'Financial year Q1' ], [ '2022/23', 1, '202223', 'Financial year' ])
{
	my ($period, $version, $time, $part) = @$_;
	my ($rows, @header) = parsed("export_publication('$period', $version)");
	is_deeply([ @header[ 0 .. $#written ] ], \@written, "$period v$version: time and place come first");
	is_deeply([ @header[ -3 .. -1 ] ], [qw(measure count percent)], 'and figures last');
	my @filters = @header[ $#written + 1 .. $#header - 3 ];
	my %dimensions = map { $_ => 1 } grep { $_ ne 'ward' } map { @{ $_->{dimensions} } } values %tables;
	is_deeply(\@filters, [ sort keys %dimensions ], 'between them a filter for each dimension');
	my (%figure, %formula, %twice);
	for my $row (@$rows)
	{
		my @odd = grep { ($row->{$_} // '') =~ /^[-=+@\t\r\n]/ } keys %$row;
		$formula{"$_: $row->{$_}"} = 1 for @odd;
		is_deeply([ @{$row}{qw(time_period time_identifier country_code new_la_code old_la_code la_name)} ], [ $time, $part, 'E92000001', 'E06000035', '887', 'Town Council' ], 'time and place') if !%figure;
		my @at = map { "$_=" . $row->{$_} } grep { $row->{$_} ne 'Total' } @filters;
		push @at, 'ward=' . unguarded($row->{ward_name}) if $row->{geographic_level} eq 'Ward';
		my $key = join '|', lc($row->{measure}) =~ s/ /_/gr, sort @at;
		$twice{$key} = 1 if $figure{$key};
		$figure{$key} = $row;
	}
	is_deeply([ keys %formula ], [], 'nothing begins like a formula');
	is_deeply([ keys %twice ], [], 'a row is a figure');

	# Against the views, each figure of each table.
	my ($compared, @differ) = (0);
	my %label;
	$label{ $_->{dimension} }{ $_->{code} } = $_->{label}
	  for map { decode_json($_) } split /\n/, $node->safe_psql('postgres', 'select row_to_json(l) from p_kpi.published_label l');
	for my $table (values %tables)
	{
		my @lines = split /\n/, $node->safe_psql('postgres', "select row_to_json(v) from p_kpi.published_$table->{table_name} v where period = '$period' and version = $version");
		for my $shown (map { decode_json($_) } @lines)
		{
			my @at = map {
				my $code = $shown->{$_};
				"$_=$code" . (defined $label{$_}{$code} ? " $label{$_}{$code}" : '')
			} @{ $table->{dimensions} };
			for my $measure (@{ $table->{counts} }, map { /^(\S+)/ } @{ $table->{ratios} })
			{
				my $row = $figure{ join '|', $measure, sort @at };
				my $is_rate = grep { /^\Q$measure\E / } @{ $table->{ratios} };
				my $status = $shown->{"${measure}_status"};
				my $value = $status eq 'c' ? 'c' : $status eq 'no cases' ? 'z' : $shown->{$measure};
				$value = sprintf '%.1f', $value if $is_rate && $value =~ /\d/;
				my ($in, $other) = $is_rate ? qw(percent count) : qw(count percent);
				push @differ, "$table->{table_name} $measure @at: $value" if !$row || $row->{$in} ne $value || $row->{$other} ne 'z';
				$compared++;
			}
		}
	}
	is_deeply([ @differ[ 0 .. ($#differ < 5 ? $#differ : 5) ] ], [], 'every figure of every published view is in the file, as it is shown');
	cmp_ok($compared, '>', 1000, "$compared of them");
	is(scalar(@$rows), $node->safe_psql('postgres', "select count(*) from p_kpi.published_figures where period = '$period' and version = $version"), 'and no others but margins and totals');
	cmp_ok(scalar(grep { $_->{count} eq 'c' } @$rows), '>', 0, 'some are hidden');
	my @coded = grep { $_->{ward_name} eq 'Rede' } @$rows;
	is_deeply([ grep { $_->{ward_code} ne 'E05000001' } @coded ], [], 'a ward has its code');
	is_deeply([ grep { $_->{ward_code} ne 'x' } grep { $_->{ward_name} =~ /HYPERLINK/ } @$rows ], [], 'or x');

	# The other two files.
	my ($metadata, @columns) = parsed("export_publication_metadata('$period', $version)");
	is_deeply(\@columns, [qw(col_name col_type label indicator_grouping indicator_unit indicator_dp filter_hint filter_grouping_column)], 'the metadata file has its columns');
	is_deeply([ map { "$_->{col_name} $_->{col_type}" } @$metadata ], [ (map { "$_ Filter" } @filters, 'measure'), 'count Indicator', 'percent Indicator' ], 'a row a filter and indicator');
	my $csvw = decode_json($node->safe_psql('postgres', "select p_kpi.export_publication_csvw('$period', $version, 'early_help.csv')"));
	is($csvw->{'@context'}[0], 'http://www.w3.org/ns/csvw', 'the description is of CSV on the Web');
	my ($table) = @{ $csvw->{tables} };
	is($table->{url}, 'early_help.csv', 'of the file');
	is_deeply([ map { $_->{name} } @{ $table->{tableSchema}{columns} } ], \@header, 'with its columns in their order');
	my %column = map { $_->{name} => $_ } @{ $table->{tableSchema}{columns} };
	is_deeply([ grep { $column{$_}{required} && grep { !defined || $_ eq '' } map { $_->{$_} } @$rows } () ], [], 'what is required is there');
	for my $name (qw(count percent))
	{
		my %null = map { $_ => 1 } @{ $column{$name}{null} };
		is_deeply([ grep { !$null{$_} && !/^\d+(?:\.\d)?$/ } map { $_->{$name} } @$rows ], [], "$name: a number or null");
	}
	my %key;
	$key{ join "\x1f", @{$_}{ @{ $table->{tableSchema}{primaryKey} } } }++ for @$rows;
	is_deeply([ grep { $key{$_} > 1 } keys %key ], [], 'the key is one');
}

# The latest version where none is named.
is($node->safe_psql('postgres', q{select md5(string_agg(l, '')) from p_kpi.export_publication('2022-06') l}),
	$node->safe_psql('postgres', q{select md5(string_agg(l, '')) from p_kpi.export_publication('2022-06', 2) l}), 'the latest version');
isnt($node->safe_psql('postgres', q{select md5(string_agg(l, '')) from p_kpi.export_publication('2022-06', 1) l}),
	$node->safe_psql('postgres', q{select md5(string_agg(l, '')) from p_kpi.export_publication('2022-06', 2) l}), 'is not the first');
for my $call ("export_publication('2022-07')", "export_publication('2022-06', 3)", "export_publication_metadata('2022')", "export_publication_csvw(null)")
{
	my ($status, undef, $error) = $node->psql('postgres', "\\set VERBOSITY verbose\nselect * from p_kpi.$call");
	like($error, qr/YHS05/, "$call: there is none");
}

$node->stop;
done_testing();
