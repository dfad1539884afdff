# A partnership goes through dump and restore whole: rows, triggers and their
# state, rules, figures.  The roles here are no superusers; where one has to
# have been at work, it says so.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
$node->safe_psql('postgres', 'create role council login; create role other login; create role analyst');

sub database
{
	my ($name, $owner) = @_;
	$node->safe_psql('postgres', "create database $name owner $owner");
}

sub as_council
{
	my ($database, $sql) = @_;
	return $node->safe_psql($database, $sql, extra_params => [ '-U', 'council' ]);
}

# What the command prints to stderr when it succeeds.
sub quietly
{
	my ($command, $name) = @_;
	my ($out, $error) = ('', '');
	local %ENV = $node->_get_env();
	my $done = IPC::Run::run([ 'bash', '-c', "set -o pipefail; $command" ], '>', \$out, '2>', \$error);
	ok($done, $name) or diag($error);
	return $error;
}

# Two long texts have the same lines; otherwise those that only one has.  Their
# order is not looked at: functions and views that rest on each other may come in
# another one.  Nor are two things that PostgreSQL shows in other ways once it has
# read what it showed: (a OR b) OR c, and the name of a column that nobody gave one.
sub same
{
	my ($got, $expected, $name) = @_;
	my %lines;
	foreach ($got, $expected)
	{
		tr/()//d;
		s/ AS "?\w+"?(,?)$/$1/mg;
	}
	$lines{$_} .= '+' foreach split(/\n/, $got);
	$lines{$_} .= '-' foreach split(/\n/, $expected);
	my @differ = grep { ($lines{$_} =~ tr/+//) != ($lines{$_} =~ tr/-//) } sort keys %lines;
	ok(!@differ, $name) or diag(map { "$lines{$_} $_\n" } @differ);
}

# The database as pg_dump writes it, less the keys that are new each time.
sub dumped
{
	my ($database) = @_;
	local %ENV = $node->_get_env();
	my ($out) = run_command([ 'pg_dump', '--username=council', $database ]);
	return $out =~ s/^\\(un)?restrict .*$//mgr;
}

# Every row of every table and view of the partnerships, as one digest each.
sub contents
{
	my ($database) = @_;
	my $queries = $node->safe_psql($database, q{
		select format(
			case c.relkind
				when 'S' then 'select %L, last_value, is_called::text from %I.%I'
				else 'select %L, count(*), md5(string_agg(t::text, chr(10) order by t::text collate "C")) from %I.%I t'
			end,
			n.nspname || '.' || c.relname, n.nspname, c.relname)
		from early_help.partnerships() p
		join pg_namespace n on n.nspname in (p.name, p.kpi_schema)
		join pg_class c on c.relnamespace = n.oid
		where c.relkind in ('r', 'p', 'v', 'm', 'S')
		order by 1});
	my $query = join("\nunion all ", split(/\n/, $queries));
	# Compiling a query of everything takes minutes.
	return $node->safe_psql($database, "set jit = off; $query\norder by 1");
}

# Triggers and their state, keys, indexes, functions, comments, grants.
sub shape
{
	my ($database) = @_;
	return $node->safe_psql($database, q{
		create temporary view place as
		select n.oid, n.nspname
		from early_help.partnerships() p
		join pg_namespace n on n.nspname in (p.name, p.kpi_schema);
		select 'trigger', t.tgrelid::regclass::text, t.tgname::text, t.tgenabled::text,
			case when t.tgisinternal then '' else pg_get_triggerdef(t.oid) end
		from pg_trigger t join pg_class c on c.oid = t.tgrelid join place p on p.oid = c.relnamespace
		where not t.tgisinternal
		union all
		select 'constraint', c.conrelid::regclass::text, c.conname, c.contype::text, pg_get_constraintdef(c.oid)
		from pg_constraint c join place p on p.oid = c.connamespace
		union all
		select 'index', i.indrelid::regclass::text, i.indexrelid::regclass::text, i.indisvalid::text, pg_get_indexdef(i.indexrelid)
		from pg_index i join pg_class c on c.oid = i.indrelid join place p on p.oid = c.relnamespace
		union all
		select 'function', f.oid::regprocedure::text, f.prokind::text, f.proacl::text, pg_get_functiondef(f.oid)
		from pg_proc f join place p on p.oid = f.pronamespace
		union all
		select 'relation', c.oid::regclass::text, c.relkind::text, c.relrowsecurity::text, concat(c.reloptions, c.relacl)
		from pg_class c join place p on p.oid = c.relnamespace
		where c.relkind in ('r', 'p', 'v', 'm', 'S')
		union all
		select 'column', c.oid::regclass::text, a.attname, format_type(a.atttypid, a.atttypmod), col_description(c.oid, a.attnum)
		from pg_attribute a join pg_class c on c.oid = a.attrelid join place p on p.oid = c.relnamespace
		where a.attnum > 0 and not a.attisdropped
		union all
		select 'view', c.oid::regclass::text, '', '', pg_get_viewdef(c.oid)
		from pg_class c join place p on p.oid = c.relnamespace
		where c.relkind = 'v'
		union all
		select 'comment', pg_describe_object(d.classoid, d.objoid, 0), '', '', d.description
		from pg_description d join pg_class c on d.classoid = 'pg_class'::regclass and c.oid = d.objoid
		join place p on p.oid = c.relnamespace
		where d.objsubid = 0
		order by 1, 2, 3, 4, 5});
}

# The rules hold: each of these is refused, with the code that it should be.
sub rules_hold
{
	my ($database, $where) = @_;
	my @refused = (
		[ 'YHP04', 'drop extension early_help cascade' ],
		[ 'YHP04', 'drop schema public cascade' ],
		[ 'YH022', q{insert into medway.family_member (family_id, child_id, joined_on) values (1, 1, '2021-01-01')} ],
		[ 'YH001', q{select medway.add_outcome(1, 'sixth', '2021-03-11')} ],
		[ 'YH001', q{insert into medway.plan_outcome (plan_id, plan_kind, position, agreed_on) values (1, 'intervention', 6, '2021-03-11')} ],
		[ 'YH005', q{update medway.assessment set started_on = '2021-03-03' where assessment_id = 1} ],
		[ 'YH006', q{select medway.open_episode(1, '2021-05-01')} ],
		[ 'YH014', q{select medway.hold_review(3, 'complete', '2021-05-28')} ],
		[ 'YH015', q{update medway.child set expected_birth_date = '2021-01-01' where child_id = 1} ],
		[ 'YHS03', q{insert into medway.episode_event (episode_id, event, happened_on, state_to) values (1, 'close', '2021-05-01', 'closed')} ],
	);
	foreach my $case (@refused)
	{
		my ($code, $command) = @$case;
		my ($status, undef, $error) = $node->psql($database, "\\set VERBOSITY sqlstate\n$command",
			extra_params => [ '-U', 'council' ]);
		like($error, qr/ERROR:  $code$/m, "$where: $code for $command");
	}
}

# The same as in the source, and alive: what is the same in every restored
# database.
my ($contents, $shape);

sub restored
{
	my ($database, $where) = @_;
	same(contents($database), $contents, "$where: the same rows in every table, the same figures in every view");
	same(shape($database), $shape, "$where: the same triggers in the same state, keys, indexes, functions, comments, grants");
	rules_hold($database, $where);
	is(as_council($database, 'insert into medway.family default values returning family_id'),
		'21', "$where: identities go on where they stopped");
	is($node->safe_psql($database, 'set role analyst; select sum(contacts) from medway_kpi.contacts'), '60',
		"$where: who was granted the figures, and nothing else, reads them");
	my $figures = q{select reason, sum(contacts) from medway_kpi.contacts where reason is not null group by 1 order by 1};
	as_council($database, q{update medway.contact_child set reason = 'home' where contact_child_id in (8, 9)});
	is(as_council($database, $figures), "home|2\nschool|1", "$where: the figures follow the records");
	as_council($database, q{call early_help.refresh_kpis('medway')});
	is(as_council($database, $figures . '; select count(*) from medway.stale_month'), "home|2\nschool|1\n0",
		"$where: and can be refreshed");
}

# The source: two partnerships of a database's owner, one with an awkward
# name, with rows; a trigger switched off and one switched on for always, a
# user's own table and index inside, a grant.
database('source', 'council');
as_council('source', q{
	create extension early_help cascade;
	select early_help.create_partnership('medway', title => 'Medway', population_0_17 => 64979);
	select early_help.create_partnership('St Helens & Co');
	insert into "St Helens & Co".family default values;

	insert into medway.agency (name, sector) values ('Council', 'local_authority'), ('School', 'education');
	insert into medway.practitioner (agency_id, name) values (1, 'Asha'), (2, 'Ben');
	insert into medway.locality (name) values ('Chatham Central');
	insert into medway.family (source_ref) select 'f' || n from generate_series(1, 20) n;
	insert into medway.child (birth_date, sex_code, source_ref)
	select date '2010-01-01' + 100 * n, case when n % 2 = 0 then 'M' else 'F' end, 'c' || n
	from generate_series(1, 20) n;
	insert into medway.child_identity (child_id, given_name, address) values (1, 'Zoë', E'1 High Street\nChatham\t\\.');
	insert into medway.family_member (family_id, child_id, joined_on)
	select n, n, '2020-01-01' from generate_series(1, 20) n;
	insert into medway.contact (received_on, source_code)
	select date '2021-01-01' + 11 * n, (select min(code) from medway.contact_source where offered)
	from generate_series(1, 60) n;
	insert into medway.contact_child (contact_id, received_on, source_code, child_id, primary_need_code, locality_id, decision)
	select c.contact_id, c.received_on, c.source_code, 1 + c.contact_id % 20,
		(select min(code) from medway.primary_need where offered), 1,
		case when c.contact_id % 3 = 0 and c.contact_id % 20 > 3 then 'referral' else 'information_and_advice' end::early_help.contact_decision
	from medway.contact c;
	insert into medway.referral (contact_child_id, child_id, family_id, referred_on, source_code, primary_need_code)
	select contact_child_id, child_id, child_id, received_on, source_code, primary_need_code
	from medway.contact_child
	where decision = 'referral';

	create table medway.own_note (family_id bigint references medway.family, level early_help.need_level, note text);
	insert into medway.own_note values (1, 'early_help', 'x');
	create index own_index on medway.contact_child (reason);
	create trigger own_trigger before update on medway.own_note
		for each row execute function suppress_redundant_updates_trigger();
	alter table medway.own_note enable always trigger own_trigger;
	grant usage on schema medway_kpi to analyst;
	grant select on all tables in schema medway_kpi to analyst;
	select early_help.grant_execute('medway', 'analyst', 'reader');

	insert into medway.conversation (family_id, held_on) select n, '2021-03-01' from generate_series(1, 4) n;
	insert into medway.consent (family_id, given_by, given_on) select n, 'parent', '2021-03-01' from generate_series(1, 4) n;
	select medway.open_episode(n, '2021-03-01', children => array[n]::bigint[], lead_practitioner_id => 1, allocated_on => '2021-03-03')
	from generate_series(1, 4) n;
	select medway.start_assessment(1, '2021-03-04');
	select medway.assess_domain(1, domain::early_help.eha_domain, '2021-03-05')
	from unnest('{health_and_wellbeing,development_and_education,parenting_and_caring,family_and_community}'::text[]) domain;
	select medway.complete_assessment(1, '2021-03-08');
	select medway.start_plan(n, '2021-03-10') from generate_series(1, 4) n;
	select medway.add_outcome(1, 'outcome ' || n, '2021-03-10') from generate_series(1, 5) n;
	select medway.add_outcome(2, 'outcome ' || n, '2021-03-10') from generate_series(1, 5) n;
	select medway.withdraw_outcome(6, '2021-03-20', 'moved');
	select medway.achieve_outcome(7, '2021-04-20');
	select medway.hold_review(2, 'extend', '2021-04-28');
	select medway.hold_review(3, 'complete', '2021-04-28');
	select medway.close_episode(3, 'outcomes_achieved', '2021-04-30', '2021-04-30');
	select medway.step_up(4, 'section_17', 'reason', '2021-04-01', 'line_manager', '2021-04-01', no_assessment_reason => 'urgent');
	select medway.accept_step(1, '2021-04-02');
});
as_council('source', q{call early_help.refresh_kpis('medway')});
as_council('source', q{
	update medway.contact_child set reason = 'school' where contact_child_id = 7;
	do $$
	declare
		t record;
	begin
		for t in
			select tgrelid::regclass as place, tgname
			from pg_trigger
			where tgrelid = '"St Helens & Co".family'::regclass
				and not tgisinternal
			limit 1
		loop
			execute format('alter table %s disable trigger %I', t.place, t.tgname);
		end loop;
	end
	$$});

rules_hold('source', 'source');
$contents = contents('source');
$shape = shape('source');
like($contents, qr/^medway\.contact_child\|60\|/m, 'there is something to lose');
like($contents, qr/^St Helens & Co\.family\|1\|/m, 'in both partnerships');
like($contents, qr/^medway_kpi\.contacts\|[1-9]/m, 'and figures');
like($contents, qr/^medway\.stale_mark\|[1-9]/m, 'with months that are stale');
like($contents, qr/^medway\.cube_contacts_cells\|[1-9]/m, 'and months that are fresh');
like($shape, qr/^trigger\|[^|]*\|[^|]*\|D\|/m, 'a trigger is disabled');
like($shape, qr/^trigger\|[^|]*\|[^|]*\|A\|/m, 'a trigger is enabled always');

my $load = 'psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username=council';
my $dumps = PostgreSQL::Test::Utils::tempdir;

# pg_dump | psql into an empty database, as its owner.
database('plain', 'council');
is(quietly("pg_dump --username=council source | $load --output=/dev/null plain", 'pg_dump | psql as the owner'),
	'', 'without a word');
same(dumped('plain'), dumped('source'), 'the dump of the restored database is the dump of the source');
restored('plain', 'pg_dump | psql');

# The custom format, in parallel, to an owner of another name.
database('custom', 'other');
quietly("pg_dump --username=council --format=custom --file=$dumps/all source"
	  . " && pg_restore --exit-on-error --jobs=2 --no-owner --no-privileges --username=other --dbname=custom $dumps/all",
	'pg_restore --jobs --no-owner as an owner of another name');
same(contents('custom'), $contents, 'pg_restore: the same rows');
is($node->safe_psql('custom', 'select distinct owner from early_help.partnerships()'), 'other',
	'pg_restore: they are the new owner\'s');

# Without privileges every function is open, as PostgreSQL makes it.
my $open = q{select count(*) from early_help.audit('medway') where detail ~ '^function .* may be called by everybody$'};
cmp_ok($node->safe_psql('custom', $open), '>', 50, 'pg_restore --no-privileges: the audit finds the functions that everybody may call');
$node->safe_psql('custom', 'revoke execute on all routines in schema medway, medway_kpi from public');
is($node->safe_psql('custom', $open), '0', 'and none when they are closed');

# pg_restore --clean over itself: the drop guard is not in the way, because
# the partnerships of the dump go first.
is(quietly("pg_restore --single-transaction --clean --if-exists --username=council --dbname=plain $dumps/all",
		'pg_restore --clean over the same partnerships'), '', 'without a word');
restored('plain', 'pg_restore --clean');

# ... and is, when there is one that the dump does not know.
as_council('plain', q{select early_help.create_partnership('kent')});
my ($status, undef, $error) = (0, '', '');
{
	local %ENV = $node->_get_env();
	$status = IPC::Run::run(
		[ 'pg_restore', '--single-transaction', '--clean', '--if-exists', '--username=council', '--dbname=plain', "$dumps/all" ],
		'2>', \$error);
}
ok(!$status, 'pg_restore --clean beside another partnership is refused');
like($error, qr/needs it \(P04\).*kent/s, 'by the drop guard, which names it');
is($node->safe_psql('plain', q{select string_agg(name, ' ' order by name) from early_help.partnerships()}),
	'St Helens & Co kent medway', 'and nothing is lost');

# Over an extension that a superuser installed beforehand.  The whole dump
# wants to set the comments of extensions, which is their owner's to do;
# the dump of the partnerships' schemas does not speak of extensions.
sub preinstalled
{
	my ($name) = @_;
	database($name, 'council');
	$node->safe_psql($name, 'create extension early_help cascade');
}

preinstalled('over');
my @schemas = ("-n medway -n medway_kpi", q{-n '"St Helens & Co"' -n '"St Helens & Co_kpi"'});
is(quietly("pg_dump --username=council @schemas source | $load --output=/dev/null over",
		'pg_dump -n | psql over an installed extension'), '', 'without a word');
restored('over', 'over an installed extension');

preinstalled('listed');
is(quietly("pg_restore --list $dumps/all | grep -v 'COMMENT - EXTENSION' >$dumps/list"
		  . " && pg_restore --exit-on-error --use-list=$dumps/list --username=council --dbname=listed $dumps/all",
		'pg_restore --use-list over an installed extension'), '', 'without a word');
restored('listed', 'pg_restore --use-list');

# One partnership beside another that is there already.
database('one', 'council');
as_council('one', q{
	create extension early_help cascade;
	select early_help.create_partnership('kent')});
is(quietly("pg_dump --username=council $schemas[0] source | $load --output=/dev/null one",
		'one partnership moves beside another'), '', 'without a word');
is($node->safe_psql('one', q{select string_agg(name || ' ' || contacts, ', ' order by name) from early_help.partnerships()}),
	'kent 0, medway 60', 'both are there');
rules_hold('one', 'moved');

# A partnership whose owner does not own the database: what was granted to him
# comes back by a superuser at once.  By the database's owner it takes another
# grant_ownership, and so it does the next time: a dump never asks for more
# than he may do.
$node->safe_psql('postgres', 'create role kent_owner; grant kent_owner to council');
database('owned', 'council');
as_council('owned', q{
	create extension early_help cascade;
	grant create on database owned to kent_owner;
	select early_help.grant_ownership('kent_owner');
	set role kent_owner;
	select early_help.create_partnership('kent');
	insert into kent.family default values});
my $from = 'owned';
foreach my $next ('owned_2', 'owned_3')
{
	database($next, 'council');
	like(quietly("pg_dump --username=council $from | $load --output=/dev/null $next", "pg_dump $from | psql $next"),
		qr/\A(WARNING:  no privileges were granted for "\w+"\n)+\z/, 'what the owner of the database could not grant is told');
	my (undef, undef, $why) = $node->psql($next, q{set role kent_owner; call early_help.refresh_kpis('kent')}, extra_params => [ '-U', 'council' ]);
	like($why, qr/HINT:.*grant_ownership\('kent_owner'\)/, "$next: refused until it is granted");
	as_council($next, q{
		select early_help.grant_ownership('kent_owner');
		set role kent_owner;
		call early_help.refresh_kpis('kent')});
	is(as_council($next, 'set role kent_owner; select families, owner from early_help.partnerships()'), '1|kent_owner', "$next: whole");
	$from = $next;
}
database('owned_4', 'council');
my $superuser = $node->safe_psql('postgres', 'select current_user');
is(quietly("pg_dump --username=$superuser $from | psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username=$superuser --output=/dev/null owned_4",
		'the same by a superuser'), '', 'without a word');
as_council('owned_4', q{set role kent_owner; call early_help.refresh_kpis('kent')});

# A partnership for training, with early_help_sample: whole, still marked, and filled further.
database('trained', 'council');
as_council('trained', q{
	create extension early_help cascade;
	create extension early_help_sample;
	select early_help.create_partnership('school', training => true);
	select early_help_sample.generate_sample('school', 20, '2023-01-01', '2023-12-31')});
database('trained_2', 'council');
is(quietly("pg_dump --username=council trained | $load --output=/dev/null trained_2", 'pg_dump | psql of records that were made up'),
	'', 'without a word');
same(dumped('trained_2'), dumped('trained'), 'the dump of the restored database is the dump of the source');
same(contents('trained_2'), contents('trained'), 'the same rows and figures');
is(as_council('trained_2', q{select name, training, families from early_help.partnerships()}), 'school|t|20', 'it is marked for training');
($status, undef, $error) = $node->psql('trained_2', "\\set VERBOSITY sqlstate\nupdate school.partnership set training = false",
	extra_params => [ '-U', 'council' ]);
like($error, qr/ERROR:  YHP07$/m, 'and stays so');
is(as_council('trained_2', q{
		select children > 0 from early_help_sample.generate_sample('school', 5, '2024-01-01', '2024-03-31', 2);
		drop extension early_help_sample;
		select families from early_help.partnerships()}), "t\n25", 'more can be made up, and early_help_sample dropped');

# The figures' schema dropped by hand: the records go on, and any backup has
# the views.
as_council('listed', 'drop schema medway_kpi cascade');
is(as_council('listed', q{
	update medway.contact set received_on = received_on + 1 where contact_id = 1 returning contact_id}),
	'1', 'without its figures the records can be written');
# The way docs/operations.md says to bring them back.
my ($list) = slurp_file('docs/operations.md') =~ /(pg_restore --list council\.dump \| grep -E '[^']*' \| grep -vE '[^']*' > figures\.list)/;
my ($back) = slurp_file('docs/operations.md') =~ /(pg_restore [^\n]*--use-list=figures\.list[^\n]*council\.dump)/;
foreach ($list, $back)
{
	s/council\.dump/$dumps\/all/;
	s/figures\.list/$dumps\/figures.list/;
	s/--dbname=council/--username=council --dbname=listed/;
}
is(quietly("$list && $back", 'pg_restore --use-list of the figures alone'), '', 'without a word');
is(as_council('listed', 'select sum(contacts) from medway_kpi.contacts'), '60', 'and there they are');
is($node->safe_psql('listed', q{select rule, record, detail from early_help.audit('medway', 'whole') where rule <> 'A02'}), '', 'and the cells equal the records');
as_council('listed', q{call early_help.refresh_kpis('medway')});

# Renamed, and dropped.
as_council('plain', q{select early_help.rename_partnership('medway', 'Medway Council')});
is($node->safe_psql('plain', q{select contacts from early_help.partnerships() where name = 'Medway Council'}),
	'60', 'a restored partnership can be renamed');
as_council('plain', q{select early_help.drop_partnership(name, cascade => true) from early_help.partnerships()});
is($node->safe_psql('plain', q{select count(*) from pg_namespace where nspname ~ '^(kent|medway|St Helens)'}),
	'0', 'and dropped');
as_council('plain', q{drop extension early_help});
pass('and then the extension too');

$node->stop;
done_testing();
