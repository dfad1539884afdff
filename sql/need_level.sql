-- need_level: what it reads, writes, refuses and converts to.
-- How it compares, hashes, joins and sorts stands in type_sanity.
set search_path = early_help, early_help_internal, pg_catalog;

-- Every spelling the documentation promises, and what it means.
select
    to_json(spelling) as spelling,
    spelling::need_level as level
from unnest(array[
    'universal', 'early_help', 'social_care',
    'Universal', 'EARLY HELP', 'Early Help', 'early-help', 'Social-Care', 'SOCIAL_CARE',
    '1', '2', '3', 'L1', 'l2', 'L 3', 'L-1', 'l_2',
    'level 1', 'Level 2', 'LEVEL 3', 'level-1', 'level_2', 'level3',
    '  universal  ', E'\tEarly \t Help\r\n', ' 2 ', 'level  3'
]) with ordinality as given (spelling, position)
order by position;

-- A refusal says what is wrong and what would be right.
select 'severe'::need_level;
\echo :LAST_ERROR_SQLSTATE
-- It does not carry a whole narrative into the server's log, nor half a character.
select 'Mother says that the father has left; she asks for help'::need_level;
\echo :LAST_ERROR_SQLSTATE
select (repeat('x', 39) || 'éé')::need_level;
\echo :LAST_ERROR_SQLSTATE

-- Near misses are refused, each with 22P02.
\set VERBOSITY sqlstate
select format('select %L::need_level', spelling)
from unnest(array[
    '', ' ', '0', '4', '9', '-1', '+1', '01', '1.0', '12', '1 2', 'L', 'L0', 'L4', 'LL1', 'L-', 'level', 'level ',
    'level 0', 'level 4', 'level -1', 'level +1', 'level 12', 'levels 1', 'lev1', 'domain 1', 'D1',
    'universa', 'universal_', '_universal', '-universal', 'universal!', 'earlyhelp', 'early__help', 'early- help',
    'early_hel', 'early_helpp', 'early', 'help', 'social', 'none', 'null', 'NaN',
    E'early\u00a0help', 'ｌ1', E'soc\u0131al_care', '"universal"', '%s%n'
]) as given (spelling)
\gexec
\set VERBOSITY default

-- NULL stays NULL, everywhere.
select
    null::text::need_level is null as from_text,
    null::integer::need_level is null as from_integer,
    level_number(null::need_level) is null as number,
    label(null::need_level) is null as label;

-- Name, number, label.
select
    number,
    number::need_level as level,
    level_number(number::need_level),
    label(number::need_level),
    number::need_level::integer = number and need_level(number) = number::need_level as there_and_back
from generate_series(1, 3) as number;

select 0::need_level;
\echo :LAST_ERROR_SQLSTATE
\set VERBOSITY sqlstate
select 4::need_level;
select (-1)::need_level;
select 257::need_level;
select (-2147483648)::need_level;
select 2147483647::need_level;
\set VERBOSITY default

-- Casts: to text on assignment, all others only when asked for.
create temporary table conversion (
    level need_level,
    words text,
    short_words varchar(12),
    number integer
);
insert into conversion (words, short_words)
values ('early_help'::need_level, 'social_care'::need_level);
select words, short_words
from conversion;
\set VERBOSITY sqlstate
insert into conversion (number) values ('early_help'::need_level);
insert into conversion (level) values (2);
insert into conversion (level) values ('early_help'::text);
select 'early_help'::need_level = 2;
\set VERBOSITY default

-- The wire and the disk hold the number in one byte.
select
    level,
    need_level_send(level) as sent,
    pg_column_size(level) as bytes
from unnest('{universal,early_help,social_care}'::need_level[]) as level;

-- Binary COPY there and back, NULL and arrays too.
create temporary table sent (
    id integer,
    level need_level,
    levels need_level[]
);
insert into sent
values
    (1, 'universal', '{universal,NULL,social_care}'),
    (2, 'early_help', '{}'),
    (3, 'social_care', '{{1,2},{2,3}}'),
    (4, null, null);
create temporary table received (like sent);
\copy sent to program 'cat >"$PG_ABS_BUILDDIR/results/need_level.copy"' (format binary)
\copy received from program 'cat "$PG_ABS_BUILDDIR/results/need_level.copy"' (format binary)
select *
from received
order by id;
table sent except all table received;
table received except all table sent;

-- recv is as strict as in. The file is a header, one row of one field, a trailer.
create temporary table from_wire (level need_level);
\copy from_wire from program 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\1\3\377\377"' (format binary)
\set SHOW_CONTEXT never
\copy from_wire from program 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\1\0\377\377"' (format binary)
\set VERBOSITY sqlstate
-- byte 0 again, byte 4, byte 255, the letter "1", no byte, two bytes
\copy from_wire from program 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\1\0\377\377"' (format binary)
\copy from_wire from program 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\1\4\377\377"' (format binary)
\copy from_wire from program 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\1\377\377\377"' (format binary)
\copy from_wire from program 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\1\61\377\377"' (format binary)
\copy from_wire from program 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\377\377"' (format binary)
\copy from_wire from program 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\2\1\1\377\377"' (format binary)
\set VERBOSITY default
\set SHOW_CONTEXT errors
table from_wire;

-- Text COPY, JSON and arrays read what input reads and write what output writes.
copy from_wire from stdin;
Level 2
\N
social-care
\.
table from_wire;
select
    to_jsonb('{1,L2,level 3}'::need_level[]) as written,
    (select read.level from jsonb_to_record('{"level": "Early Help"}') as read (level need_level)) as read,
    array['1'::need_level, '3'] @> array['social_care'::need_level] as contains,
    array_position('{1,2,3}'::need_level[], 'early_help') as position;
