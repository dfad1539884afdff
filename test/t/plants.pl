# The audit finds every kind of violation, and names it by its own rule. Each line of plants.tsv is a kind; every
# foreign key of the catalogue is one more. Each is planted in a copy of its own of the families of one_of_each.psql,
# with the triggers off: first with the constraints there, then with none of them (no CHECK, key or NOT NULL).
# What a constraint is said to keep out is kept out while it is there. Nothing is found in what is clean.
#
#   CLEAN_FAMILIES=20000  how many families of a generated sample are clean (300)
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use Test::More;
use World qw(new_world);

my $families = $ENV{CLEAN_FAMILIES} || 300;

my $node = new_world();

# ---------------------------------------------------------------------------
# The kinds
# ---------------------------------------------------------------------------
my @kinds;
foreach (grep { !/^#/ } split /\n/, slurp_file('test/t/plants.tsv'))
{
	my ($rule, $record, $id, $without, $statement) = split /\t/;
	next if $rule eq 'rule';
	push @kinds, { rule => $rule, record => $record, id => $id, without => $without, statement => $statement };
}
# A key that leads nowhere, in a row that has it.
push @kinds, map { my %k; @k{qw(rule record id without statement)} = split /\x1f/; \%k } split /\n/, $node->safe_psql('world', <<'SQL');
set search_path = town, public;
create temporary table a_key (rule text, record name, id text, statement text);
do $$
declare
    k record;
    id bigint;
begin
    for k in
        select
            c.conrelid::regclass as at,
            c.conname,
            a.attname,
            a.atttypid = 'bigint'::regtype as is_id,
            -- What the audit names a row by.
            (select p.attname from pg_index i join pg_attribute p on p.attrelid = i.indrelid and p.attnum = i.indkey[0]
                where i.indrelid = c.conrelid and i.indisprimary) as own,
            -- As structure, a key leads somewhere.
            (select min(r.rule) from early_help.rules() r where c.conname = any (r.constraints) and r.rule !~ '^S') as rule
        from pg_constraint c
        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
        where c.connamespace = 'town'::regnamespace
            and c.contype = 'f'
            and c.conrelid in (select at from public.record_table)
            and c.conname <> 'episode_has_lead_from_allocation'
    loop
        execute format('select %I from %s where %I is not null order by 1 limit 1', k.own, k.at, k.attname) into id;
        insert into a_key values (coalesce(k.rule, 'A01'), k.at::text, lpad((case k.attname when k.own then 9999 else id % 10000 end)::text, 4, '0'),
            format('update %I set %I = %s where ctid = (select min(ctid) from %1$I where %4$I = @%5$s and %2$I is not null)', k.at, k.attname,
                case when k.is_id then '@9999' else '''none''' end, k.own, lpad((id % 10000)::text, 4, '0')));
    end loop;
end
$$;
select distinct concat_ws(e'\x1f', rule, record, id, '-', statement) from a_key order by 1;
SQL

my %seen;
my @twice = grep { $seen{"$_->{rule} $_->{record} $_->{statement}"}++ } @kinds;
is(join("\n", map { $_->{rule} } grep { !defined $_->{statement} } @kinds), '', 'there is a row for each key');
is(join("\n", map { $_->{statement} } @twice), '', 'no kind is there twice');
cmp_ok(scalar(@kinds), '>=', 300, scalar(@kinds) . ' kinds of violation');

my %closed = map { map { tr/@!//dr => 1 } split /,/, $_->{without} } @kinds;
is(join("\n", grep { !$closed{$_} } split /\n/, $node->safe_psql('world', q{
		set search_path = town, public;
		select distinct c
		from early_help.rules() r
		cross join lateral unnest(r.constraints) c
		where exists (
				select from pg_constraint k
				where k.connamespace = 'town'::regnamespace and k.conname = c and k.contype <> 'f'
					and k.conrelid in (select at from public.record_table))
			or c = 'code_dates_in_order' or exists (
				select from pg_class i where i.relnamespace = 'town'::regnamespace and i.relname = c)
		order by 1})),
	'', 'each constraint that holds a rule keeps out one of them');

$node->safe_psql('world', 'set search_path = town, public; call public.copy_to(' . (@kinds + 1) . ')');
$node->safe_psql('world', 'vacuum analyze');
is($node->safe_psql('world', q{select * from early_help.audit('town', 'none')}), '', 'the copies are clean');

# ---------------------------------------------------------------------------
# Planted, and found
# ---------------------------------------------------------------------------
my $try = <<'SQL';
create procedure public.plant(copy bigint, statement text)
	language plpgsql
as $$
begin
	execute replace(statement, '@', copy::text);
	insert into public.planted values (copy, '00000');
exception
	when others then
		insert into public.planted values (copy, sqlerrm);
end
$$;
create table public.planted (copy bigint, state text);
SQL

# Plants them in a database of that name; returns what was planted and what is found, by copy.
sub plant
{
	my ($database, $first, @kinds) = @_;
	$node->safe_psql('postgres', "create database $database template world");
	my $script = "set search_path = town, public;\n$first\n$try\nset session_replication_role = replica;\n";
	foreach my $kind (@kinds) { $script .= "call public.plant($kind->{copy}, \$plant\$$kind->{statement}\$plant\$);\n" }
	$node->safe_psql($database, $script);
	my (%planted, %found);
	foreach (split /\n/, $node->safe_psql($database, 'select copy, state from public.planted', extra_params => [ '-F', "\x1f" ]))
	{
		my ($copy, $state) = split /\x1f/;
		$planted{$copy} = $state;
	}
	foreach (split /\n/, $node->safe_psql($database, q{
			select (public.place_of(record_id)).copy, rule, record, lpad((record_id % 10000)::text, 4, '0'), detail
			from early_help.audit('town', 'none') where severity = 'error' and rule <> 'A02'}, extra_params => [ '-F', "\x1f" ]))
	{
		my ($copy, $rule, $record, $id, $detail) = split /\x1f/;
		push @{ $found{ $copy || '-' } }, { rule => $rule, record => $record, id => $id, detail => $detail };
	}
	return (\%planted, \%found);
}

sub is_found
{
	my ($kind, $found) = @_;
	my $named = $kind->{id} =~ s/^-// ? $kind->{id} =~ s/@/$kind->{copy}/r : undef;
	$kind->{id} = "-$kind->{id}" if defined $named;
	return scalar grep {
		$_->{rule} eq $kind->{rule} && $_->{record} eq $kind->{record} &&
		  (defined $named ? $_->{detail} =~ /\b\Q$named\E\b/ : $_->{id} eq $kind->{id})
	} @{ $found->{ defined $named ? '-' : $kind->{copy} } // [] };
}

sub words
{
	my ($kind, $found) = @_;
	return "$kind->{rule} $kind->{record} $kind->{id}: $kind->{statement}\n    found: "
	  . join(', ', map { "$_->{rule} $_->{record} $_->{id}" } @{ $found->{ $kind->{copy} } // [] });
}

my $copy = 1;
$_->{copy} = ++$copy foreach @kinds;

my ($planted, $found) = plant('in_place', '', @kinds);
my @planted = grep { $planted->{ $_->{copy} } eq '00000' } @kinds;
is(join("\n", map { words($_, $found) } grep { $_->{without} ne '-' && $planted->{ $_->{copy} } eq '00000' } @kinds),
	'', 'what a constraint keeps out is kept out with the triggers off');
is(join("\n", map { "$_->{statement}: $planted->{ $_->{copy} }" } grep { $_->{without} eq '-' && $planted->{ $_->{copy} } ne '00000' } @kinds),
	'', 'all else is planted');
my @missed = grep { !is_found($_, $found) } @planted;
is(join("\n", map { words($_, $found) } @missed), '', scalar(@planted) . ' kinds planted with the constraints in place: each is found');

($planted, $found) = plant('without', <<'SQL', @kinds);
do $$
declare
	one record;
begin
	for one in
		select conrelid::regclass as at, conname
		from pg_constraint
		where connamespace = 'town'::regnamespace and contype in ('c', 'u', 'x', 'f', 'p')
			and (conrelid in (select at from public.record_table) or conname = 'code_dates_in_order'
				or conrelid::regclass::text ~ '^(contact_source|primary_need|ethnicity|sex|disability|assessment_factor|closure_reason|headline_outcome)$')
		order by contype <> 'f'
	loop
		execute format('alter table %s drop constraint if exists %I cascade', one.at, one.conname);
	end loop;
	for one in
		select i.indexrelid::regclass as name
		from pg_index i
		where i.indisunique and i.indrelid in (select at from public.record_table)
	loop
		execute format('drop index %s', one.name);
	end loop;
	for one in
		select a.attrelid::regclass as at, a.attname
		from pg_attribute a
		where a.attrelid in (select at from public.record_table) and a.attnum > 0 and a.attnotnull and not a.attisdropped and a.attidentity = ''
	loop
		execute format('alter table %s alter %I drop not null', one.at, one.attname);
	end loop;
end
$$;
SQL
is(join("\n", map { "$_->{statement}: $planted->{ $_->{copy} }" } grep { $planted->{ $_->{copy} } ne '00000' } @kinds),
	'', 'without constraints all are planted');
@missed = grep { !is_found($_, $found) } @kinds;
is(join("\n", map { words($_, $found) } @missed), '', scalar(@kinds) . ' kinds planted without constraints: each is found');

# ---------------------------------------------------------------------------
# Clean
# ---------------------------------------------------------------------------
$node->safe_psql('postgres', 'create database sample');
$node->safe_psql('sample', "create extension early_help cascade; create extension early_help_sample; select early_help.create_partnership('p', training => true)");
my $began = time;
$node->safe_psql('sample', "select early_help_sample.generate_sample('p', $families, '2021-04-01', '2024-03-31', 1)");
$node->safe_psql('sample', 'analyze');
my $generated = time;
is($node->safe_psql('sample', q{select rule, record, record_id, detail from early_help.audit('p', cells => 'none') limit 20}),
	'', "nothing is found in a sample of $families families");
note(sprintf '%d families: generated in %d s, audited in %d s', $families, $generated - $began, time - $generated);

$node->stop;
done_testing();
