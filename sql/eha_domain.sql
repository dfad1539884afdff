-- eha_domain: what it reads, writes, refuses and converts to.
-- How it compares, hashes, joins and sorts stands in type_sanity.
set search_path = early_help, early_help_internal, pg_catalog;

-- Every spelling the documentation promises, and what it means.
select
    to_json(spelling) as spelling,
    spelling::eha_domain as domain
from unnest(array[
    'health_and_wellbeing', 'development_and_education', 'parenting_and_caring', 'family_and_community',
    'Health and wellbeing', 'DEVELOPMENT AND EDUCATION', 'Parenting-and-Caring', 'family_AND-Community',
    '1', '2', '3', '4', 'D1', 'd2', 'D 3', 'D-4', 'd_1',
    'domain 1', 'Domain 2', 'DOMAIN 3', 'domain-4', 'domain_1', 'domain2',
    '  family_and_community  ', E'\tParenting \t and caring\r\n', ' 2 ', 'domain  3'
]) with ordinality as given (spelling, position)
order by position;

-- A refusal says what is wrong and what would be right.
select 'housing'::eha_domain;
\echo :LAST_ERROR_SQLSTATE
-- It does not carry a whole narrative into the server's log, nor half a character.
select 'Mother says that the father has left; she asks for help'::eha_domain;
\echo :LAST_ERROR_SQLSTATE
select (repeat('x', 39) || 'éé')::eha_domain;
\echo :LAST_ERROR_SQLSTATE

-- Near misses are refused, each with 22P02.
\set VERBOSITY sqlstate
select format('select %L::eha_domain', spelling)
from unnest(array[
    '', ' ', '0', '5', '9', '-1', '+1', '01', '1.0', '14', '1 2', 'D', 'D0', 'D5', 'DD1', 'D-', 'domain', 'domain ',
    'domain 0', 'domain 5', 'domain -1', 'domain 12', 'domains 1', 'dom1', 'level 1', 'L1',
    'health_and_wellbein', 'health_and_wellbeing_', '_health_and_wellbeing', 'healthandwellbeing', 'health__and_wellbeing',
    'health', 'wellbeing', 'Parenting/caring', 'parenting and caring!', 'family & community', 'none', 'null',
    E'family\u00a0and\u00a0community', '%s%n'
]) as given (spelling)
\gexec
\set VERBOSITY default

-- NULL stays NULL, everywhere.
select
    null::text::eha_domain is null as from_text,
    null::integer::eha_domain is null as from_integer,
    domain_number(null::eha_domain) is null as number,
    label(null::eha_domain) is null as label;

-- Name, number, label.
select
    number,
    number::eha_domain as domain,
    domain_number(number::eha_domain),
    label(number::eha_domain),
    number::eha_domain::integer = number and eha_domain(number) = number::eha_domain as there_and_back
from generate_series(1, 4) as number;

select 0::eha_domain;
\echo :LAST_ERROR_SQLSTATE
\set VERBOSITY sqlstate
select 5::eha_domain;
select (-1)::eha_domain;
select 257::eha_domain;
select (-2147483648)::eha_domain;
select 2147483647::eha_domain;
\set VERBOSITY default

-- Casts: to text on assignment, all others only when asked for.
create temporary table conversion (
    domain eha_domain,
    words text,
    short_words varchar(20),
    number integer
);
insert into conversion (words, short_words)
values ('development_and_education'::eha_domain, 'parenting_and_caring'::eha_domain);
select words, short_words
from conversion;
\set VERBOSITY sqlstate
insert into conversion (number) values ('parenting_and_caring'::eha_domain);
insert into conversion (domain) values (2);
insert into conversion (domain) values ('parenting_and_caring'::text);
select 'parenting_and_caring'::eha_domain = 2;
\set VERBOSITY default

-- The wire and the disk hold the number in one byte.
select
    domain,
    eha_domain_send(domain) as sent,
    pg_column_size(domain) as bytes
from unnest('{1,2,3,4}'::eha_domain[]) as domain;

-- Binary COPY there and back, NULL and arrays too.
create temporary table sent (
    id integer,
    domain eha_domain,
    domains eha_domain[]
);
insert into sent
values
    (1, 'health_and_wellbeing', '{health_and_wellbeing,NULL,family_and_community}'),
    (2, 'development_and_education', '{}'),
    (3, 'parenting_and_caring', '{{1,2},{3,4}}'),
    (4, 'family_and_community', '{4}'),
    (5, null, null);
create temporary table received (like sent);
\copy sent to program 'cat >"$PG_ABS_BUILDDIR/results/eha_domain.copy"' (format binary)
\copy received from program 'cat "$PG_ABS_BUILDDIR/results/eha_domain.copy"' (format binary)
select *
from received
order by id;
table sent except all table received;
table received except all table sent;

-- recv is as strict as in. The file is a header, one row of one field, a trailer.
create temporary table from_wire (domain eha_domain);
\copy from_wire from program 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\1\4\377\377"' (format binary)
\set SHOW_CONTEXT never
\copy from_wire from program 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\1\0\377\377"' (format binary)
\set VERBOSITY sqlstate
-- byte 0 again, byte 5, byte 255, the letter "1", no byte, two bytes
\copy from_wire from program 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\1\0\377\377"' (format binary)
\copy from_wire from program 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\1\5\377\377"' (format binary)
\copy from_wire from program 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\1\377\377\377"' (format binary)
\copy from_wire from program 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\1\61\377\377"' (format binary)
\copy from_wire from program 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\377\377"' (format binary)
\copy from_wire from program 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\2\1\1\377\377"' (format binary)
\set VERBOSITY default
\set SHOW_CONTEXT errors
table from_wire;

-- Text COPY, JSON and arrays read what input reads and write what output writes.
copy from_wire from stdin;
Domain 2
\N
family-and-community
\.
table from_wire;
select
    to_jsonb('{1,D2,domain 3,family and community}'::eha_domain[]) as written,
    (select read.domain from jsonb_to_record('{"domain": "Parenting and caring"}') as read (domain eha_domain)) as read,
    array['1'::eha_domain, '3'] @> array['parenting_and_caring'::eha_domain] as contains,
    array_position('{1,2,3,4}'::eha_domain[], 'family_and_community') as position;
