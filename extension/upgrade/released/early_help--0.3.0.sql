-- Made by make from extension/: do not edit.
\echo Use "CREATE EXTENSION early_help CASCADE" to load this file. \quit
-- The schema of a required extension belongs to whoever made it: no name here is looked up there.
set local search_path = pg_catalog, pg_temp;

-- extension/install/schema.sql
do $$
begin
    perform convert_from(decode('e28093e28098e28099', 'hex'), 'UTF8');
exception
    when untranslatable_character or undefined_function or feature_not_supported then
        raise feature_not_supported using
            message = 'early_help needs a database in encoding UTF8',
            detail = format('%s lacks characters of the official code lists.', getdatabaseencoding()),
            hint = 'Make one with: createdb --encoding=UTF8 --template=template0';
end
$$;
create schema early_help;
grant usage on schema early_help to public;
comment on schema early_help is
'The rules of early help: types, official code lists, and the functions that people and programs call. Case records stand in '
'the schemas that early_help.create_partnership makes.';
create schema early_help_internal;
grant usage on schema early_help_internal to public;
comment on schema early_help_internal is
'What the functions and tables of early_help are made of: trigger functions, the engine of the figures, the audit. Nothing '
'here is for users to call; it changes between versions.';

-- extension/install/settings.sql
create function early_help_internal.own_settings() returns table (name text, value text)
language sql
immutable
parallel safe
rows 10
begin atomic
values
('standard_conforming_strings', 'on'),
('transform_null_equals', 'off'),
('array_nulls', 'on'),
('DateStyle', 'ISO, YMD'),
('IntervalStyle', 'postgres'),
('bytea_output', 'hex'),
('extra_float_digits', '1'),
('quote_all_identifiers', 'off'),
('plpgsql.extra_errors', 'none'),
('plpgsql.extra_warnings', 'none');
end;
comment on function early_help_internal.own_settings() is
'Settings that functions of early_help fix for themselves, as the caller''s would change what they do.';
create function early_help_internal.fix_settings() returns void
language sql
begin atomic
select pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
select pg_catalog.set_config(s.name, s.value, true) from early_help_internal.own_settings() s;
end;
comment on function early_help_internal.fix_settings() is
'Fixes own_settings() and the search_path until the transaction ends.';
select from early_help_internal.fix_settings();

-- build/sql/need_level.sql
create type early_help.need_level;
create function early_help_internal.need_level_in(cstring)
returns early_help.need_level
language c
immutable
strict
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_need_level_in';
comment on function early_help_internal.need_level_in(cstring) is
'Text input of need_level. Raises 22P02, softly where the caller can take that (PostgreSQL 16 and later). Source: '
'Medway Early Help Strategy 2021-24, section 6.';
create function early_help_internal.need_level_out(early_help.need_level)
returns cstring
language c
immutable
strict
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_need_level_out';
comment on function early_help_internal.need_level_out(early_help.need_level) is
'Text output of need_level: universal, early_help or social_care. Raises XX001 if the stored byte is damaged. Source: Medway Early Help '
'Strategy 2021-24, section 6.';
create function early_help_internal.need_level_recv(internal)
returns early_help.need_level
language c
immutable
strict
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_need_level_recv';
comment on function early_help_internal.need_level_recv(internal) is
'Binary input of need_level: one byte, the number of the level. Raises 22P03 for any other byte, 08P01 for none. '
'Source: Medway Early Help Strategy 2021-24, section 6.';
create function early_help_internal.need_level_send(early_help.need_level)
returns bytea
language c
immutable
strict
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_one_byte_send';
comment on function early_help_internal.need_level_send(early_help.need_level) is
'Binary output of need_level: one byte, the number of the level. Raises nothing. Source: Medway Early Help '
'Strategy 2021-24, section 6.';
create type early_help.need_level (
input = early_help_internal.need_level_in,
output = early_help_internal.need_level_out,
receive = early_help_internal.need_level_recv,
send = early_help_internal.need_level_send,
internallength = 1,
passedbyvalue,
alignment = char,
storage = plain
);
comment on type early_help.need_level is
'Where a child stands on the continuum of need: universal (1), early_help (2), social_care (3), in this order. A cycle, not a ladder: a child moves both ways. Input takes the name, the number, L and the number, or "level" and the number, in any case; '
'anything else raises 22P02. Source: Medway Early Help Strategy 2021-24, section 6.';
create function early_help.level_number(early_help.need_level)
returns integer
language c
immutable
strict
leakproof
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_one_byte_number';
comment on function early_help.level_number(early_help.need_level) is
'Number of a level of need: 1, 2 or 3. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';
create function early_help.label(early_help.need_level)
returns text
language c
immutable
strict
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_need_level_label';
comment on function early_help.label(early_help.need_level) is
'Words of a level of need for people to read. Raises XX001 if the stored byte is damaged. Source: Medway Early Help '
'Strategy 2021-24, section 6.';
create function early_help.need_level(integer)
returns early_help.need_level
language c
immutable
strict
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_need_level_from_integer';
comment on function early_help.need_level(integer) is
'The level of need with this number. Raises 22003 for a number other than 1, 2 or 3. Source: Medway Early Help '
'Strategy 2021-24, section 6.';
create cast (integer as early_help.need_level)
with function early_help.need_level(integer);
comment on cast (integer as early_help.need_level) is
'The level of need with this number, explicit only. Raises 22003 for a number other than 1, 2 or 3. Source: Medway '
'Early Help Strategy 2021-24, section 6.';
create cast (early_help.need_level as integer)
with function early_help.level_number(early_help.need_level);
comment on cast (early_help.need_level as integer) is
'Number of a level of need, explicit only. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';
create cast (text as early_help.need_level)
with inout;
comment on cast (text as early_help.need_level) is
'The level of need of this name or number, explicit only, as text input reads it. Raises 22P02. Source: Medway Early '
'Help Strategy 2021-24, section 6.';
create cast (early_help.need_level as text)
with inout
as assignment;
comment on cast (early_help.need_level as text) is
'Name of a level of need: universal, early_help or social_care. Raises XX001 if the stored byte is damaged. Source: Medway Early Help Strategy '
'2021-24, section 6.';
create function early_help_internal.need_level_lt(early_help.need_level, early_help.need_level)
returns boolean
language c
immutable
strict
leakproof
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_one_byte_lt';
comment on function early_help_internal.need_level_lt(early_help.need_level, early_help.need_level) is
'Implementation of the < operator of need_level. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';
create function early_help_internal.need_level_le(early_help.need_level, early_help.need_level)
returns boolean
language c
immutable
strict
leakproof
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_one_byte_le';
comment on function early_help_internal.need_level_le(early_help.need_level, early_help.need_level) is
'Implementation of the <= operator of need_level. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';
create function early_help_internal.need_level_eq(early_help.need_level, early_help.need_level)
returns boolean
language c
immutable
strict
leakproof
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_one_byte_eq';
comment on function early_help_internal.need_level_eq(early_help.need_level, early_help.need_level) is
'Implementation of the = operator of need_level. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';
create function early_help_internal.need_level_ne(early_help.need_level, early_help.need_level)
returns boolean
language c
immutable
strict
leakproof
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_one_byte_ne';
comment on function early_help_internal.need_level_ne(early_help.need_level, early_help.need_level) is
'Implementation of the <> operator of need_level. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';
create function early_help_internal.need_level_ge(early_help.need_level, early_help.need_level)
returns boolean
language c
immutable
strict
leakproof
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_one_byte_ge';
comment on function early_help_internal.need_level_ge(early_help.need_level, early_help.need_level) is
'Implementation of the >= operator of need_level. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';
create function early_help_internal.need_level_gt(early_help.need_level, early_help.need_level)
returns boolean
language c
immutable
strict
leakproof
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_one_byte_gt';
comment on function early_help_internal.need_level_gt(early_help.need_level, early_help.need_level) is
'Implementation of the > operator of need_level. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';
create operator pg_catalog.< (
function = early_help_internal.need_level_lt,
leftarg = early_help.need_level,
rightarg = early_help.need_level,
commutator = operator(pg_catalog.>),
negator = operator(pg_catalog.>=),
restrict = pg_catalog.scalarltsel,
join = pg_catalog.scalarltjoinsel
);
comment on operator pg_catalog.< (early_help.need_level, early_help.need_level) is
'The left level comes before the right one. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';
create operator pg_catalog.<= (
function = early_help_internal.need_level_le,
leftarg = early_help.need_level,
rightarg = early_help.need_level,
commutator = operator(pg_catalog.>=),
negator = operator(pg_catalog.>),
restrict = pg_catalog.scalarlesel,
join = pg_catalog.scalarlejoinsel
);
comment on operator pg_catalog.<= (early_help.need_level, early_help.need_level) is
'The left level comes before or is the right one. Raises nothing. Source: Medway Early Help Strategy 2021-24, '
'section 6.';
create operator pg_catalog.= (
function = early_help_internal.need_level_eq,
leftarg = early_help.need_level,
rightarg = early_help.need_level,
commutator = operator(pg_catalog.=),
negator = operator(pg_catalog.<>),
restrict = pg_catalog.eqsel,
join = pg_catalog.eqjoinsel,
hashes,
merges
);
comment on operator pg_catalog.= (early_help.need_level, early_help.need_level) is
'The left level is the right one. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';
create operator pg_catalog.<> (
function = early_help_internal.need_level_ne,
leftarg = early_help.need_level,
rightarg = early_help.need_level,
commutator = operator(pg_catalog.<>),
negator = operator(pg_catalog.=),
restrict = pg_catalog.neqsel,
join = pg_catalog.neqjoinsel
);
comment on operator pg_catalog.<> (early_help.need_level, early_help.need_level) is
'The left level is not the right one. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';
create operator pg_catalog.>= (
function = early_help_internal.need_level_ge,
leftarg = early_help.need_level,
rightarg = early_help.need_level,
commutator = operator(pg_catalog.<=),
negator = operator(pg_catalog.<),
restrict = pg_catalog.scalargesel,
join = pg_catalog.scalargejoinsel
);
comment on operator pg_catalog.>= (early_help.need_level, early_help.need_level) is
'The left level comes after or is the right one. Raises nothing. Source: Medway Early Help Strategy 2021-24, '
'section 6.';
create operator pg_catalog.> (
function = early_help_internal.need_level_gt,
leftarg = early_help.need_level,
rightarg = early_help.need_level,
commutator = operator(pg_catalog.<),
negator = operator(pg_catalog.<=),
restrict = pg_catalog.scalargtsel,
join = pg_catalog.scalargtjoinsel
);
comment on operator pg_catalog.> (early_help.need_level, early_help.need_level) is
'The left level comes after the right one. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';
create function early_help_internal.need_level_cmp(early_help.need_level, early_help.need_level)
returns integer
language c
immutable
strict
leakproof
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_one_byte_cmp';
comment on function early_help_internal.need_level_cmp(early_help.need_level, early_help.need_level) is
'Three-way comparison of need_level: below, at or above zero. Raises nothing. Source: Medway Early Help Strategy '
'2021-24, section 6.';
create function early_help_internal.need_level_sortsupport(internal)
returns void
language c
immutable
strict
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_one_byte_sortsupport';
comment on function early_help_internal.need_level_sortsupport(internal) is
'Sort support of need_level: the comparison without the call overhead. Raises nothing. Source: Medway Early Help '
'Strategy 2021-24, section 6.';
create operator family early_help_internal.need_level_ops using btree;
comment on operator family early_help_internal.need_level_ops using btree is
'Order of the levels of need by their number. Source: Medway Early Help Strategy 2021-24, section 6.';
create operator class early_help_internal.need_level_ops
default for type early_help.need_level
using btree
family early_help_internal.need_level_ops as
operator 1 pg_catalog.<,
operator 2 pg_catalog.<=,
operator 3 pg_catalog.=,
operator 4 pg_catalog.>=,
operator 5 pg_catalog.>,
function 1 early_help_internal.need_level_cmp(early_help.need_level, early_help.need_level),
function 2 early_help_internal.need_level_sortsupport(internal),
function 4 pg_catalog.btequalimage(oid);
comment on operator class early_help_internal.need_level_ops using btree is
'Default order of need_level: universal before early_help before social_care. Source: Medway Early Help Strategy 2021-24, section 6.';
create function early_help_internal.need_level_hash(early_help.need_level)
returns integer
language c
immutable
strict
leakproof
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_one_byte_hash';
comment on function early_help_internal.need_level_hash(early_help.need_level) is
'Hash of need_level, 32 bits. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';
create function early_help_internal.need_level_hash_extended(early_help.need_level, bigint)
returns bigint
language c
immutable
strict
leakproof
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_one_byte_hash_extended';
comment on function early_help_internal.need_level_hash_extended(early_help.need_level, bigint) is
'Hash of need_level, 64 bits, with a seed; with seed 0 its low 32 bits are need_level_hash. Raises nothing. Source: '
'Medway Early Help Strategy 2021-24, section 6.';
create operator family early_help_internal.need_level_ops using hash;
comment on operator family early_help_internal.need_level_ops using hash is
'Equality of the levels of need by hash. Source: Medway Early Help Strategy 2021-24, section 6.';
create operator class early_help_internal.need_level_ops
default for type early_help.need_level
using hash
family early_help_internal.need_level_ops as
operator 1 pg_catalog.=,
function 1 early_help_internal.need_level_hash(early_help.need_level),
function 2 early_help_internal.need_level_hash_extended(early_help.need_level, bigint);
comment on operator class early_help_internal.need_level_ops using hash is
'Default hashing of need_level. Source: Medway Early Help Strategy 2021-24, section 6.';
create function early_help_internal.need_level_smaller(early_help.need_level, early_help.need_level)
returns early_help.need_level
language c
immutable
strict
leakproof
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_one_byte_smaller';
comment on function early_help_internal.need_level_smaller(early_help.need_level, early_help.need_level) is
'The smaller of two levels of need. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';
create function early_help_internal.need_level_larger(early_help.need_level, early_help.need_level)
returns early_help.need_level
language c
immutable
strict
leakproof
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_one_byte_larger';
comment on function early_help_internal.need_level_larger(early_help.need_level, early_help.need_level) is
'The larger of two levels of need. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';
create aggregate pg_catalog.min(early_help.need_level) (
sfunc = early_help_internal.need_level_smaller,
stype = early_help.need_level,
combinefunc = early_help_internal.need_level_smaller,
sortop = operator(pg_catalog.<),
parallel = safe
);
comment on aggregate pg_catalog.min(early_help.need_level) is
'The lowest level of need, NULL of no rows. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';
create aggregate pg_catalog.max(early_help.need_level) (
sfunc = early_help_internal.need_level_larger,
stype = early_help.need_level,
combinefunc = early_help_internal.need_level_larger,
sortop = operator(pg_catalog.>),
parallel = safe
);
comment on aggregate pg_catalog.max(early_help.need_level) is
'The highest level of need, NULL of no rows. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';

-- build/sql/eha_domain.sql
create type early_help.eha_domain;
create function early_help_internal.eha_domain_in(cstring)
returns early_help.eha_domain
language c
immutable
strict
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_eha_domain_in';
comment on function early_help_internal.eha_domain_in(cstring) is
'Text input of eha_domain. Raises 22P02, softly where the caller can take that (PostgreSQL 16 and later). Source: '
'Medway Early Help Strategy 2021-24, section 7.';
create function early_help_internal.eha_domain_out(early_help.eha_domain)
returns cstring
language c
immutable
strict
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_eha_domain_out';
comment on function early_help_internal.eha_domain_out(early_help.eha_domain) is
'Text output of eha_domain: health_and_wellbeing, development_and_education, parenting_and_caring or family_and_community. Raises XX001 if the stored byte is damaged. Source: Medway Early Help '
'Strategy 2021-24, section 7.';
create function early_help_internal.eha_domain_recv(internal)
returns early_help.eha_domain
language c
immutable
strict
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_eha_domain_recv';
comment on function early_help_internal.eha_domain_recv(internal) is
'Binary input of eha_domain: one byte, the number of the domain. Raises 22P03 for any other byte, 08P01 for none. '
'Source: Medway Early Help Strategy 2021-24, section 7.';
create function early_help_internal.eha_domain_send(early_help.eha_domain)
returns bytea
language c
immutable
strict
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_one_byte_send';
comment on function early_help_internal.eha_domain_send(early_help.eha_domain) is
'Binary output of eha_domain: one byte, the number of the domain. Raises nothing. Source: Medway Early Help '
'Strategy 2021-24, section 7.';
create type early_help.eha_domain (
input = early_help_internal.eha_domain_in,
output = early_help_internal.eha_domain_out,
receive = early_help_internal.eha_domain_recv,
send = early_help_internal.eha_domain_send,
internallength = 1,
passedbyvalue,
alignment = char,
storage = plain
);
comment on type early_help.eha_domain is
'An area that an Early Help Assessment assesses: health_and_wellbeing (1), development_and_education (2), parenting_and_caring (3), family_and_community (4), in this order. An assessment is complete when all four are assessed. Input takes the name, the number, D and the number, or "domain" and the number, in any case; '
'anything else raises 22P02. Source: Medway Early Help Strategy 2021-24, section 7.';
create function early_help.domain_number(early_help.eha_domain)
returns integer
language c
immutable
strict
leakproof
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_one_byte_number';
comment on function early_help.domain_number(early_help.eha_domain) is
'Number of a domain: 1 to 4. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';
create function early_help.label(early_help.eha_domain)
returns text
language c
immutable
strict
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_eha_domain_label';
comment on function early_help.label(early_help.eha_domain) is
'Words of a domain for people to read. Raises XX001 if the stored byte is damaged. Source: Medway Early Help '
'Strategy 2021-24, section 7.';
create function early_help.eha_domain(integer)
returns early_help.eha_domain
language c
immutable
strict
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_eha_domain_from_integer';
comment on function early_help.eha_domain(integer) is
'The domain with this number. Raises 22003 for a number other than 1 to 4. Source: Medway Early Help '
'Strategy 2021-24, section 7.';
create cast (integer as early_help.eha_domain)
with function early_help.eha_domain(integer);
comment on cast (integer as early_help.eha_domain) is
'The domain with this number, explicit only. Raises 22003 for a number other than 1 to 4. Source: Medway '
'Early Help Strategy 2021-24, section 7.';
create cast (early_help.eha_domain as integer)
with function early_help.domain_number(early_help.eha_domain);
comment on cast (early_help.eha_domain as integer) is
'Number of a domain, explicit only. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';
create cast (text as early_help.eha_domain)
with inout;
comment on cast (text as early_help.eha_domain) is
'The domain of this name or number, explicit only, as text input reads it. Raises 22P02. Source: Medway Early '
'Help Strategy 2021-24, section 7.';
create cast (early_help.eha_domain as text)
with inout
as assignment;
comment on cast (early_help.eha_domain as text) is
'Name of a domain: health_and_wellbeing, development_and_education, parenting_and_caring or family_and_community. Raises XX001 if the stored byte is damaged. Source: Medway Early Help Strategy '
'2021-24, section 7.';
create function early_help_internal.eha_domain_lt(early_help.eha_domain, early_help.eha_domain)
returns boolean
language c
immutable
strict
leakproof
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_one_byte_lt';
comment on function early_help_internal.eha_domain_lt(early_help.eha_domain, early_help.eha_domain) is
'Implementation of the < operator of eha_domain. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';
create function early_help_internal.eha_domain_le(early_help.eha_domain, early_help.eha_domain)
returns boolean
language c
immutable
strict
leakproof
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_one_byte_le';
comment on function early_help_internal.eha_domain_le(early_help.eha_domain, early_help.eha_domain) is
'Implementation of the <= operator of eha_domain. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';
create function early_help_internal.eha_domain_eq(early_help.eha_domain, early_help.eha_domain)
returns boolean
language c
immutable
strict
leakproof
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_one_byte_eq';
comment on function early_help_internal.eha_domain_eq(early_help.eha_domain, early_help.eha_domain) is
'Implementation of the = operator of eha_domain. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';
create function early_help_internal.eha_domain_ne(early_help.eha_domain, early_help.eha_domain)
returns boolean
language c
immutable
strict
leakproof
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_one_byte_ne';
comment on function early_help_internal.eha_domain_ne(early_help.eha_domain, early_help.eha_domain) is
'Implementation of the <> operator of eha_domain. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';
create function early_help_internal.eha_domain_ge(early_help.eha_domain, early_help.eha_domain)
returns boolean
language c
immutable
strict
leakproof
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_one_byte_ge';
comment on function early_help_internal.eha_domain_ge(early_help.eha_domain, early_help.eha_domain) is
'Implementation of the >= operator of eha_domain. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';
create function early_help_internal.eha_domain_gt(early_help.eha_domain, early_help.eha_domain)
returns boolean
language c
immutable
strict
leakproof
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_one_byte_gt';
comment on function early_help_internal.eha_domain_gt(early_help.eha_domain, early_help.eha_domain) is
'Implementation of the > operator of eha_domain. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';
create operator pg_catalog.< (
function = early_help_internal.eha_domain_lt,
leftarg = early_help.eha_domain,
rightarg = early_help.eha_domain,
commutator = operator(pg_catalog.>),
negator = operator(pg_catalog.>=),
restrict = pg_catalog.scalarltsel,
join = pg_catalog.scalarltjoinsel
);
comment on operator pg_catalog.< (early_help.eha_domain, early_help.eha_domain) is
'The left domain comes before the right one. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';
create operator pg_catalog.<= (
function = early_help_internal.eha_domain_le,
leftarg = early_help.eha_domain,
rightarg = early_help.eha_domain,
commutator = operator(pg_catalog.>=),
negator = operator(pg_catalog.>),
restrict = pg_catalog.scalarlesel,
join = pg_catalog.scalarlejoinsel
);
comment on operator pg_catalog.<= (early_help.eha_domain, early_help.eha_domain) is
'The left domain comes before or is the right one. Raises nothing. Source: Medway Early Help Strategy 2021-24, '
'section 7.';
create operator pg_catalog.= (
function = early_help_internal.eha_domain_eq,
leftarg = early_help.eha_domain,
rightarg = early_help.eha_domain,
commutator = operator(pg_catalog.=),
negator = operator(pg_catalog.<>),
restrict = pg_catalog.eqsel,
join = pg_catalog.eqjoinsel,
hashes,
merges
);
comment on operator pg_catalog.= (early_help.eha_domain, early_help.eha_domain) is
'The left domain is the right one. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';
create operator pg_catalog.<> (
function = early_help_internal.eha_domain_ne,
leftarg = early_help.eha_domain,
rightarg = early_help.eha_domain,
commutator = operator(pg_catalog.<>),
negator = operator(pg_catalog.=),
restrict = pg_catalog.neqsel,
join = pg_catalog.neqjoinsel
);
comment on operator pg_catalog.<> (early_help.eha_domain, early_help.eha_domain) is
'The left domain is not the right one. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';
create operator pg_catalog.>= (
function = early_help_internal.eha_domain_ge,
leftarg = early_help.eha_domain,
rightarg = early_help.eha_domain,
commutator = operator(pg_catalog.<=),
negator = operator(pg_catalog.<),
restrict = pg_catalog.scalargesel,
join = pg_catalog.scalargejoinsel
);
comment on operator pg_catalog.>= (early_help.eha_domain, early_help.eha_domain) is
'The left domain comes after or is the right one. Raises nothing. Source: Medway Early Help Strategy 2021-24, '
'section 7.';
create operator pg_catalog.> (
function = early_help_internal.eha_domain_gt,
leftarg = early_help.eha_domain,
rightarg = early_help.eha_domain,
commutator = operator(pg_catalog.<),
negator = operator(pg_catalog.<=),
restrict = pg_catalog.scalargtsel,
join = pg_catalog.scalargtjoinsel
);
comment on operator pg_catalog.> (early_help.eha_domain, early_help.eha_domain) is
'The left domain comes after the right one. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';
create function early_help_internal.eha_domain_cmp(early_help.eha_domain, early_help.eha_domain)
returns integer
language c
immutable
strict
leakproof
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_one_byte_cmp';
comment on function early_help_internal.eha_domain_cmp(early_help.eha_domain, early_help.eha_domain) is
'Three-way comparison of eha_domain: below, at or above zero. Raises nothing. Source: Medway Early Help Strategy '
'2021-24, section 7.';
create function early_help_internal.eha_domain_sortsupport(internal)
returns void
language c
immutable
strict
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_one_byte_sortsupport';
comment on function early_help_internal.eha_domain_sortsupport(internal) is
'Sort support of eha_domain: the comparison without the call overhead. Raises nothing. Source: Medway Early Help '
'Strategy 2021-24, section 7.';
create operator family early_help_internal.eha_domain_ops using btree;
comment on operator family early_help_internal.eha_domain_ops using btree is
'Order of the domains by their number. Source: Medway Early Help Strategy 2021-24, section 7.';
create operator class early_help_internal.eha_domain_ops
default for type early_help.eha_domain
using btree
family early_help_internal.eha_domain_ops as
operator 1 pg_catalog.<,
operator 2 pg_catalog.<=,
operator 3 pg_catalog.=,
operator 4 pg_catalog.>=,
operator 5 pg_catalog.>,
function 1 early_help_internal.eha_domain_cmp(early_help.eha_domain, early_help.eha_domain),
function 2 early_help_internal.eha_domain_sortsupport(internal),
function 4 pg_catalog.btequalimage(oid);
comment on operator class early_help_internal.eha_domain_ops using btree is
'Default order of eha_domain: by the number of the domain. Source: Medway Early Help Strategy 2021-24, section 7.';
create function early_help_internal.eha_domain_hash(early_help.eha_domain)
returns integer
language c
immutable
strict
leakproof
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_one_byte_hash';
comment on function early_help_internal.eha_domain_hash(early_help.eha_domain) is
'Hash of eha_domain, 32 bits. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';
create function early_help_internal.eha_domain_hash_extended(early_help.eha_domain, bigint)
returns bigint
language c
immutable
strict
leakproof
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_one_byte_hash_extended';
comment on function early_help_internal.eha_domain_hash_extended(early_help.eha_domain, bigint) is
'Hash of eha_domain, 64 bits, with a seed; with seed 0 its low 32 bits are eha_domain_hash. Raises nothing. Source: '
'Medway Early Help Strategy 2021-24, section 7.';
create operator family early_help_internal.eha_domain_ops using hash;
comment on operator family early_help_internal.eha_domain_ops using hash is
'Equality of the domains by hash. Source: Medway Early Help Strategy 2021-24, section 7.';
create operator class early_help_internal.eha_domain_ops
default for type early_help.eha_domain
using hash
family early_help_internal.eha_domain_ops as
operator 1 pg_catalog.=,
function 1 early_help_internal.eha_domain_hash(early_help.eha_domain),
function 2 early_help_internal.eha_domain_hash_extended(early_help.eha_domain, bigint);
comment on operator class early_help_internal.eha_domain_ops using hash is
'Default hashing of eha_domain. Source: Medway Early Help Strategy 2021-24, section 7.';
create function early_help_internal.eha_domain_smaller(early_help.eha_domain, early_help.eha_domain)
returns early_help.eha_domain
language c
immutable
strict
leakproof
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_one_byte_smaller';
comment on function early_help_internal.eha_domain_smaller(early_help.eha_domain, early_help.eha_domain) is
'The smaller of two domains. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';
create function early_help_internal.eha_domain_larger(early_help.eha_domain, early_help.eha_domain)
returns early_help.eha_domain
language c
immutable
strict
leakproof
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_one_byte_larger';
comment on function early_help_internal.eha_domain_larger(early_help.eha_domain, early_help.eha_domain) is
'The larger of two domains. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';
create aggregate pg_catalog.min(early_help.eha_domain) (
sfunc = early_help_internal.eha_domain_smaller,
stype = early_help.eha_domain,
combinefunc = early_help_internal.eha_domain_smaller,
sortop = operator(pg_catalog.<),
parallel = safe
);
comment on aggregate pg_catalog.min(early_help.eha_domain) is
'The first domain, NULL of no rows. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';
create aggregate pg_catalog.max(early_help.eha_domain) (
sfunc = early_help_internal.eha_domain_larger,
stype = early_help.eha_domain,
combinefunc = early_help_internal.eha_domain_larger,
sortop = operator(pg_catalog.>),
parallel = safe
);
comment on aggregate pg_catalog.max(early_help.eha_domain) is
'The last domain, NULL of no rows. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';

-- extension/install/types/enums.sql
create domain early_help.event_date as date
constraint event_date_is_plausible check (value between date '1900-01-01' and date '2100-12-31');
comment on domain early_help.event_date is
'The day something happened to a family: a real day from 1900 to 2100, '
'never infinity (months are counted from it). Error 23514.';
create type early_help.agency_sector as enum
('local_authority', 'police_and_criminal_justice', 'education', 'health', 'community', 'partnership_project');
comment on type early_help.agency_sector is
'The six sectors of partners. Source: Medway Early Help Strategy 2021-24, section 2, table of partners.';
create type early_help.service_run_by as enum ('hub', 'partner');
comment on type early_help.service_run_by is
'Who runs a service: a children and family hub or a partner; EHAs are '
'counted by it. Source: Medway Early Help Strategy 2021-24 section 10.';
create type early_help.prevention_tier as enum ('primary', 'secondary', 'tertiary');
comment on type early_help.prevention_tier is
'Tier of prevention of a service. Source: Medway Early Help Strategy 2025-27.';
create type early_help.contact_decision as enum
('no_further_action', 'information_and_advice', 'universal_services', 'referral', 'social_care');
comment on type early_help.contact_decision is
'What was decided about one child in a contact; referral is a request for early help. Source: Medway scrutiny report 2018.';
create type early_help.consent_kind as enum ('take_part', 'share');
comment on type early_help.consent_kind is
'Consent is two things: to take part in early help, and to share information with a named agency.';
create type early_help.consent_given_by as enum ('parent', 'carer', 'young_person');
comment on type early_help.consent_given_by is
'Who gave consent: a parent, a carer with responsibility, or a young person competent to give it.';
create type early_help.episode_state as enum
('waiting', 'allocated', 'assessing', 'planned', 'under_review', 'closed');
comment on type early_help.episode_state is
'Where an episode stands. early_help.transitions() lists how it moves.';
create type early_help.continuum_event as enum
('refer', 'allocate', 'start_assessment', 'complete_assessment', 'start_plan', 'hold_review', 'extend',
'offer_step_up', 'accept_step_up', 'decline_step', 'withdraw',
'offer_step_down', 'accept_step_down', 'close', 'reopen');
comment on type early_help.continuum_event is
'What can happen to an episode. early_help.transitions() lists where each is legal.';
create type early_help.assessment_end_reason as enum ('consent_withdrawn', 'episode_closed');
comment on type early_help.assessment_end_reason is
'Why an assessment ended without being completed.';
create type early_help.plan_kind as enum ('intervention', 'family_outcomes');
comment on type early_help.plan_kind is
'An intervention plan (brief: five outcomes at most, 6-8 weeks) or the family outcomes plan '
'an EHA review makes. Source: Medway Early Help Strategy 2021-24 section 7.';
create type early_help.plan_end_reason as enum ('completed', 'consent_withdrawn', 'episode_closed');
comment on type early_help.plan_end_reason is
'How a plan ended. Only a held review completes one; the other two are counted apart.';
create type early_help.review_decision as enum ('complete', 'extend');
comment on type early_help.review_decision is
'What a held review decided: the plan is complete, or goes on to a next review.';
create type early_help.step_basis as enum
('section_17', 'section_47', 'specialised_setting', 'remand');
comment on type early_help.step_basis is
'Ground of a step up: Children Act 1989 s.17 child in need, s.47 child protection enquiry, '
'specialised setting, remand. Source: Medway Early Help Strategy 2021-24 section 6.';
create type early_help.step_outcome as enum ('accepted', 'declined', 'withdrawn');
comment on type early_help.step_outcome is
'How an offered step ended, once.';
create type early_help.consultation_role as enum
('supervisor', 'line_manager', 'designated_safeguarding_lead');
comment on type early_help.consultation_role is
'Whom the practitioner talks to before a step up. Source: Medway Early Help Strategy 2021-24 section 7, increasing concerns.';
create type early_help.adult_role as enum ('parent', 'carer', 'expectant_parent', 'other_adult');
comment on type early_help.adult_role is
'What an adult is to a family: parent, carer, expectant parent, another adult.';
create type early_help.sharing_basis as enum
('consent', 'duty_to_share', 'safeguarding', 'legal_obligation', 'public_task');
comment on type early_help.sharing_basis is
'Ground of a decision on sharing information: consent to share, duty to share '
'(Children Act 2004 s.16LA), safeguarding, another legal obligation, public task.';
create type early_help.review_party as enum ('family', 'practitioner', 'agency');
comment on type early_help.review_party is
'Who is asked to a review: a member of the family, a practitioner, an agency.';
create type early_help.service_request_outcome as enum
('started', 'declined_by_family', 'declined_by_service', 'withdrawn', 'no_service');
comment on type early_help.service_request_outcome is
'What became of a request for a service; no_service: a need that no service meets.';
create type early_help.feedback_from as enum ('child', 'parent_or_carer');
comment on type early_help.feedback_from is
'Whose feedback it is.';
create type early_help.ofsted_grade as enum ('outstanding', 'good', 'requires_improvement', 'inadequate');
comment on type early_help.ofsted_grade is
'The four grades of an audited case file, best first. Source: Ofsted.';
create type early_help.alert_kind as enum ('review_overdue', 'consultation_missing', 'lead_practitioner_left');
comment on type early_help.alert_kind is
'What an alert is about: a review past its due date, an urgent step up whose consultation is not '
'recorded one working day later, a lead practitioner who no longer works in the partnership.';

-- extension/install/rules.sql
create function early_help.rules(
out rule text,
out name text,
out sqlstate text,
out sentence text,
out hint text,
out constraints text[]
)
returns setof record
language c stable strict parallel safe rows 50
as '$libdir/early_help-0.3.0', 'early_help_rules';
comment on function early_help.rules() is
'The rule catalogue, a row a rule: R01-R22 the rules of the record, S of the state machine and the tables, P of '
'partnerships, K of figures, F of published figures, I of imports, A of what the audit finds beside them. sqlstate and '
'sentence are what an error carries; constraints are those that hold the rule by structure.';
create function early_help_internal.raise_rule(rule text, detail text default null, hint text default null)
returns void
language c volatile parallel safe
as '$libdir/early_help-0.3.0', 'early_help_raise_rule';
comment on function early_help_internal.raise_rule(text, text, text) is
'Raises the error of a rule (its SQLSTATE, sentence and hint from the catalogue) with the detail given: ids only, never '
'names or narrative. Error 22023 for an unknown rule.';

-- extension/install/continuum.sql
create function early_help.transitions_as_text(
out state_from text,
out event text,
out only_when text,
out state_to text,
out level_from text,
out level_to text,
out rules text[]
)
returns setof record
language c stable strict parallel safe rows 60
as '$libdir/early_help-0.3.0', 'early_help_transitions';
comment on function early_help.transitions_as_text() is
'The continuum''s table as it stands in the library; early_help.transitions() gives it with its types.';
create function early_help.transitions()
returns table (
state_from early_help.episode_state,
event early_help.continuum_event,
only_when text,
state_to early_help.episode_state,
level_from early_help.need_level,
level_to early_help.need_level,
rules text[]
)
language sql stable parallel safe rows 60
begin atomic
select
t.state_from::early_help.episode_state,
t.event::early_help.continuum_event,
t.only_when,
t.state_to::early_help.episode_state,
t.level_from::early_help.need_level,
t.level_to::early_help.need_level,
t.rules
from early_help.transitions_as_text() as t;
end;
comment on function early_help.transitions() is
'Every legal transition of an episode, a row each: state before (null: no episode yet), event, case (always, siblings '
'remain, last child), state after, how the level of the children it moves changes (null: not at all), and the rules that '
'guard it. Everything else is refused with YHS01. Source: Medway Early Help Strategy 2021-24 section 6-7.';

-- extension/install/codes.sql
create table early_help.official_code (
list text not null,
code text not null,
label text not null,
valid_from date,
valid_to date,
constraint official_code_label_is_unique_per_date unique nulls not distinct (list, code, valid_from)
);
grant select on early_help.official_code to public;
comment on table early_help.official_code is
'Code lists as published: Department for Education, children in need census (Crown copyright, Open Government Licence v3.0), '
'the ten headline outcomes of Supporting Families 2022-25, early help closure reasons, which no national list has, and the '
'bank holidays of England (gov.uk, the same licence; code is the day). A code whose label changed stands once a label.';
comment on column early_help.official_code.list is 'Name of the list, as the file in extension/codes that holds it.';
comment on column early_help.official_code.code is 'The code as published.';
comment on column early_help.official_code.label is 'Its label in the dates beside it.';
comment on column early_help.official_code.valid_from is 'First day the label is valid; null: from the beginning of the list.';
comment on column early_help.official_code.valid_to is 'Last day the label is valid; null: still valid.';

-- build/sql/code_rows.sql
insert into early_help.official_code
(list, code, label, valid_from, valid_to)
values
('assessment_factors', '1A', 'Alcohol misuse: concerns about alcohol misuse by the child', null, null),
('assessment_factors', '1B', 'Alcohol misuse: concerns about alcohol misuse by the parent(s)/carer(s)', null, null),
('assessment_factors', '1C', 'Alcohol misuse: concerns about alcohol misuse by another person living in the household', null, null),
('assessment_factors', '2A', 'Drug misuse: concerns about drug misuse by the child', null, null),
('assessment_factors', '2B', 'Drug misuse: concerns about drug misuse by the parent(s)/carer(s)', null, null),
('assessment_factors', '2C', 'Drug misuse: concerns about drug misuse by another person living in the household', null, null),
('assessment_factors', '3A', 'Domestic violence: concerns about the child being the subject of domestic violence', null, null),
('assessment_factors', '3B', convert_from(E'Domestic violence: concerns about the child\\342\\200\\231s parent(s)/carer(s) being the subject of domestic violence'::bytea, 'UTF8'), null, null),
('assessment_factors', '3C', 'Domestic violence: concerns about another person living in the household being the subject of domestic violence', null, null),
('assessment_factors', '4A', 'Mental health: concerns about the mental health of the child', null, null),
('assessment_factors', '4B', 'Mental health: concerns about the mental health of the parent(s)/carer(s)', null, null),
('assessment_factors', '4C', 'Mental health: concerns about the mental health of another person in the family/household', null, null),
('assessment_factors', '5A', convert_from(E'Learning disability: concerns about the child\\342\\200\\231s learning disability'::bytea, 'UTF8'), null, null),
('assessment_factors', '5B', 'Learning disability: concerns about the parent(s)/carer(s) learning disability', null, null),
('assessment_factors', '5C', convert_from(E'Learning disability: concerns about another person in the family/household\\342\\200\\231s learning disability'::bytea, 'UTF8'), null, null),
('assessment_factors', '6A', 'Physical disability or illness: concerns about a physical disability or illness of the child', null, null),
('assessment_factors', '6B', 'Physical disability or illness: concerns about a physical disability or illness of the parent(s)/carer(s)', null, null),
('assessment_factors', '6C', 'Physical disability or illness: concerns about a physical disability or illness of another person in the family/household', null, null),
('assessment_factors', '7A', convert_from(E'Young carer: concerns that services may be required or the child\\342\\200\\231s health or development may be impaired due to their caring responsibilities'::bytea, 'UTF8'), null, null),
('assessment_factors', '8B', 'Privately fostered: concerns that services may be required or the child may be at risk as a privately fostered child - overseas children who intend to return', null, null),
('assessment_factors', '8C', 'Privately fostered: concerns that services may be required or the child may be at risk as a privately fostered child - overseas children who intend to stay', null, null),
('assessment_factors', '8D', 'Privately fostered: concerns that services may be required or the child may be at risk as a privately fostered child - UK children in educational placements', null, null),
('assessment_factors', '8E', 'Privately fostered: concerns that services may be required or the child may be at risk as a privately fostered child - UK children making alternative family arrangements', null, null),
('assessment_factors', '8F', 'Privately fostered: concerns that services may be required or the child may be at risk as a privately fostered child - other', null, null),
('assessment_factors', '9A', 'UASC: concerns that services may be required or the child may be at risk of harm as an unaccompanied asylum-seeking child', null, null),
('assessment_factors', '10A', 'Missing: concerns that services may be required or the child may be at risk of harm due to going/being missing', null, null),
('assessment_factors', '11A', 'Child sexual exploitation: concerns that services may be required or the child may be at risk of harm due to child sexual exploitation', null, null),
('assessment_factors', '12A', 'Trafficking: concerns that services may be required or the child may be at risk of harm due to trafficking', null, null),
('assessment_factors', '13A', 'Gangs: concerns that services may be required or the child may be at risk of harm because of involvement in/with gangs', null, null),
('assessment_factors', '14A', 'Socially unacceptable behaviour: concerns that services may be required or the child may be at risk due to their socially unacceptable behaviour', null, null),
('assessment_factors', '15A', 'Self-harm: concerns that services may be required or due to suspected/actual self-harming child may be at risk of harm', null, null),
('assessment_factors', '16A', convert_from(E'Abuse or neglect \\342\\200\\223 \\342\\200\\230NEGLECT\\342\\200\\231: concerns that services may be required or the child may be suffering or likely to suffer significant harm due to abuse or neglect'::bytea, 'UTF8'), null, null),
('assessment_factors', '17A', convert_from(E'Abuse or neglect \\342\\200\\223 \\342\\200\\230EMOTIONAL ABUSE\\342\\200\\231: concerns that services may be required or the child may be suffering or likely to suffer significant harm due to abuse or neglect'::bytea, 'UTF8'), null, null),
('assessment_factors', '18A', convert_from(E'Abuse or neglect \\342\\200\\223 \\342\\200\\230PHYSICAL ABUSE\\342\\200\\231: concerns that services may be required or the child may be suffering or likely to suffer significant harm due to abuse or neglect.'::bytea, 'UTF8'), null, null),
('assessment_factors', '18B', convert_from(E'Abuse or neglect \\342\\200\\223 \\342\\200\\230PHYSICAL ABUSE\\342\\200\\231 (child on child): concerns that services may be required or the child may be suffering or likely to suffer significant harm due to abuse or neglect by another child'::bytea, 'UTF8'), null, null),
('assessment_factors', '18C', convert_from(E'Abuse or neglect \\342\\200\\223 \\342\\200\\230PHYSICAL ABUSE\\342\\200\\231 (adult on child): concerns that services may be required or the child may be suffering or likely to suffer significant harm due to abuse or neglect by an adult'::bytea, 'UTF8'), null, null),
('assessment_factors', '19A', convert_from(E'Abuse or neglect \\342\\200\\223 \\342\\200\\230SEXUAL ABUSE\\342\\200\\231: concerns that services may be required or the child may be suffering or likely to suffer significant harm due to abuse or neglect.'::bytea, 'UTF8'), null, null),
('assessment_factors', '19B', convert_from(E'Abuse or neglect \\342\\200\\223 \\342\\200\\230SEXUAL ABUSE\\342\\200\\231 (child on child): concerns that services may be required or the child may be suffering or likely to suffer significant harm due to abuse or neglect by another child'::bytea, 'UTF8'), null, null),
('assessment_factors', '19C', convert_from(E'Abuse or neglect \\342\\200\\223 \\342\\200\\230SEXUAL ABUSE\\342\\200\\231 (adult on child): concerns that services may be required or the child may be suffering or likely to suffer significant harm due to abuse or neglect by an adult'::bytea, 'UTF8'), null, null),
('assessment_factors', '20', 'Other', null, null),
('assessment_factors', '21', 'No factors identified - only use this if there is no evidence of any of the factors above and no further action is being taken', null, null),
('assessment_factors', '22A', 'Female genital mutilation (FGM) - concerns that services may be required or the child may be at risk due to female genital mutilation', null, null),
('assessment_factors', '23A', 'Abuse linked to faith or belief - concerns that services may be required or the child may be at risk due to abuse linked to faith or belief', null, null),
('assessment_factors', '24A', 'Child criminal exploitation: concerns that services may be required or the child may be at risk of harm due to child criminal exploitation', null, null),
('bank_holiday', '2016-01-01', 'New Year''s Day', null, null),
('bank_holiday', '2016-03-25', 'Good Friday', null, null),
('bank_holiday', '2016-03-28', 'Easter Monday', null, null),
('bank_holiday', '2016-05-02', 'Early May bank holiday', null, null),
('bank_holiday', '2016-05-30', 'Spring bank holiday', null, null),
('bank_holiday', '2016-08-29', 'Summer bank holiday', null, null),
('bank_holiday', '2016-12-26', 'Boxing Day', null, null),
('bank_holiday', '2016-12-27', 'Christmas Day (substitute day)', null, null),
('bank_holiday', '2017-01-02', 'New Year''s Day (substitute day)', null, null),
('bank_holiday', '2017-04-14', 'Good Friday', null, null),
('bank_holiday', '2017-04-17', 'Easter Monday', null, null),
('bank_holiday', '2017-05-01', 'Early May bank holiday', null, null),
('bank_holiday', '2017-05-29', 'Spring bank holiday', null, null),
('bank_holiday', '2017-08-28', 'Summer bank holiday', null, null),
('bank_holiday', '2017-12-25', 'Christmas Day', null, null),
('bank_holiday', '2017-12-26', 'Boxing Day', null, null),
('bank_holiday', '2018-01-01', 'New Year''s Day', null, null),
('bank_holiday', '2018-03-30', 'Good Friday', null, null),
('bank_holiday', '2018-04-02', 'Easter Monday', null, null),
('bank_holiday', '2018-05-07', 'Early May bank holiday', null, null),
('bank_holiday', '2018-05-28', 'Spring bank holiday', null, null),
('bank_holiday', '2018-08-27', 'Summer bank holiday', null, null),
('bank_holiday', '2018-12-25', 'Christmas Day', null, null),
('bank_holiday', '2018-12-26', 'Boxing Day', null, null),
('bank_holiday', '2019-01-01', 'New Year''s Day', null, null),
('bank_holiday', '2019-04-19', 'Good Friday', null, null),
('bank_holiday', '2019-04-22', 'Easter Monday', null, null),
('bank_holiday', '2019-05-06', 'Early May bank holiday', null, null),
('bank_holiday', '2019-05-27', 'Spring bank holiday', null, null),
('bank_holiday', '2019-08-26', 'Summer bank holiday', null, null),
('bank_holiday', '2019-12-25', 'Christmas Day', null, null),
('bank_holiday', '2019-12-26', 'Boxing Day', null, null),
('bank_holiday', '2020-01-01', 'New Year''s Day', null, null),
('bank_holiday', '2020-04-10', 'Good Friday', null, null),
('bank_holiday', '2020-04-13', 'Easter Monday', null, null),
('bank_holiday', '2020-05-08', 'Early May bank holiday (VE Day)', null, null),
('bank_holiday', '2020-05-25', 'Spring bank holiday', null, null),
('bank_holiday', '2020-08-31', 'Summer bank holiday', null, null),
('bank_holiday', '2020-12-25', 'Christmas Day', null, null),
('bank_holiday', '2020-12-28', 'Boxing Day (substitute day)', null, null),
('bank_holiday', '2021-01-01', 'New Year''s Day', null, null),
('bank_holiday', '2021-04-02', 'Good Friday', null, null),
('bank_holiday', '2021-04-05', 'Easter Monday', null, null),
('bank_holiday', '2021-05-03', 'Early May bank holiday', null, null),
('bank_holiday', '2021-05-31', 'Spring bank holiday', null, null),
('bank_holiday', '2021-08-30', 'Summer bank holiday', null, null),
('bank_holiday', '2021-12-27', 'Christmas Day (substitute day)', null, null),
('bank_holiday', '2021-12-28', 'Boxing Day (substitute day)', null, null),
('bank_holiday', '2022-01-03', 'New Year''s Day (substitute day)', null, null),
('bank_holiday', '2022-04-15', 'Good Friday', null, null),
('bank_holiday', '2022-04-18', 'Easter Monday', null, null),
('bank_holiday', '2022-05-02', 'Early May bank holiday', null, null),
('bank_holiday', '2022-06-02', 'Spring bank holiday', null, null),
('bank_holiday', '2022-06-03', 'Platinum Jubilee bank holiday', null, null),
('bank_holiday', '2022-08-29', 'Summer bank holiday', null, null),
('bank_holiday', '2022-09-19', 'Bank holiday for the State Funeral of Queen Elizabeth II', null, null),
('bank_holiday', '2022-12-26', 'Boxing Day', null, null),
('bank_holiday', '2022-12-27', 'Christmas Day (substitute day)', null, null),
('bank_holiday', '2023-01-02', 'New Year''s Day (substitute day)', null, null),
('bank_holiday', '2023-04-07', 'Good Friday', null, null),
('bank_holiday', '2023-04-10', 'Easter Monday', null, null),
('bank_holiday', '2023-05-01', 'Early May bank holiday', null, null),
('bank_holiday', '2023-05-08', 'Bank holiday for the coronation of King Charles III', null, null),
('bank_holiday', '2023-05-29', 'Spring bank holiday', null, null),
('bank_holiday', '2023-08-28', 'Summer bank holiday', null, null),
('bank_holiday', '2023-12-25', 'Christmas Day', null, null),
('bank_holiday', '2023-12-26', 'Boxing Day', null, null),
('bank_holiday', '2024-01-01', 'New Year''s Day', null, null),
('bank_holiday', '2024-03-29', 'Good Friday', null, null),
('bank_holiday', '2024-04-01', 'Easter Monday', null, null),
('bank_holiday', '2024-05-06', 'Early May bank holiday', null, null),
('bank_holiday', '2024-05-27', 'Spring bank holiday', null, null),
('bank_holiday', '2024-08-26', 'Summer bank holiday', null, null),
('bank_holiday', '2024-12-25', 'Christmas Day', null, null),
('bank_holiday', '2024-12-26', 'Boxing Day', null, null),
('bank_holiday', '2025-01-01', 'New Year''s Day', null, null),
('bank_holiday', '2025-04-18', 'Good Friday', null, null),
('bank_holiday', '2025-04-21', 'Easter Monday', null, null),
('bank_holiday', '2025-05-05', 'Early May bank holiday', null, null),
('bank_holiday', '2025-05-26', 'Spring bank holiday', null, null),
('bank_holiday', '2025-08-25', 'Summer bank holiday', null, null),
('bank_holiday', '2025-12-25', 'Christmas Day', null, null),
('bank_holiday', '2025-12-26', 'Boxing Day', null, null),
('bank_holiday', '2026-01-01', 'New Year''s Day', null, null),
('bank_holiday', '2026-04-03', 'Good Friday', null, null),
('bank_holiday', '2026-04-06', 'Easter Monday', null, null),
('bank_holiday', '2026-05-04', 'Early May bank holiday', null, null),
('bank_holiday', '2026-05-25', 'Spring bank holiday', null, null),
('bank_holiday', '2026-08-31', 'Summer bank holiday', null, null),
('bank_holiday', '2026-12-25', 'Christmas Day', null, null),
('bank_holiday', '2026-12-28', 'Boxing Day (substitute day)', null, null),
('bank_holiday', '2027-01-01', 'New Year''s Day', null, null),
('bank_holiday', '2027-03-26', 'Good Friday', null, null),
('bank_holiday', '2027-03-29', 'Easter Monday', null, null),
('bank_holiday', '2027-05-03', 'Early May bank holiday', null, null),
('bank_holiday', '2027-05-31', 'Spring bank holiday', null, null),
('bank_holiday', '2027-08-30', 'Summer bank holiday', null, null),
('bank_holiday', '2027-12-27', 'Christmas Day (substitute day)', null, null),
('bank_holiday', '2027-12-28', 'Boxing Day (substitute day)', null, null),
('category_of_abuse', 'NEG', 'Neglect', null, null),
('category_of_abuse', 'PHY', 'Physical abuse', null, null),
('category_of_abuse', 'SAB', 'Sexual abuse', null, null),
('category_of_abuse', 'EMO', 'Emotional abuse', null, null),
('category_of_abuse', 'MUL', 'Multiple/not recommended', null, null),
('closure_reason', 'outcomes_achieved', 'Outcomes achieved', null, null),
('closure_reason', 'needs_met_by_universal_services', 'Needs met by universal services', null, null),
('closure_reason', 'stepped_up', 'Stepped up to social care', null, null),
('closure_reason', 'family_disengaged', 'Family disengaged', null, null),
('closure_reason', 'consent_withdrawn', 'Consent withdrawn', null, null),
('closure_reason', 'moved_away', 'Moved away', null, null),
('closure_reason', 'transferred', 'Transferred to another partnership', null, null),
('closure_reason', 'opened_in_error', 'Opened in error', null, null),
('closure_reason', 'duplicate', 'Duplicate', null, null),
('closure_reason', 'died', 'Died', null, null),
('closure_reason', 'pregnancy_ended', 'Pregnancy ended', null, null),
('disability', 'NONE', 'No disability', null, null),
('disability', 'MOB', 'Mobility', null, null),
('disability', 'HAND', 'Hand function', null, null),
('disability', 'PC', 'Personal care', null, null),
('disability', 'INC', 'Incontinence', null, null),
('disability', 'COMM', 'Communication', null, null),
('disability', 'LD', 'Learning', null, null),
('disability', 'HEAR', 'Hearing', null, null),
('disability', 'VIS', 'Vision', null, null),
('disability', 'BEH', 'Behaviour', null, null),
('disability', 'CON', 'Consciousness', null, null),
('disability', 'AUT', 'Autism', null, null),
('disability', 'DDA', 'Other', null, null),
('ethnicity', 'WBRI', 'White British', null, null),
('ethnicity', 'WIRI', 'White Irish', null, null),
('ethnicity', 'WIRT', 'Traveller of Irish heritage', null, null),
('ethnicity', 'WOTH', 'Any other White background', null, null),
('ethnicity', 'WROM', 'Gypsy/Roma', null, null),
('ethnicity', 'MWBC', 'White and Black Caribbean', null, null),
('ethnicity', 'MWBA', 'White and Black African', null, null),
('ethnicity', 'MWAS', 'White and Asian', null, null),
('ethnicity', 'MOTH', 'Any other mixed background', null, null),
('ethnicity', 'AIND', 'Indian', null, null),
('ethnicity', 'APKN', 'Pakistani', null, null),
('ethnicity', 'ABAN', 'Bangladeshi', null, null),
('ethnicity', 'AOTH', 'Any other Asian background', null, null),
('ethnicity', 'BCRB', 'Caribbean', null, null),
('ethnicity', 'BAFR', 'African', null, null),
('ethnicity', 'BOTH', 'Any other black background', null, null),
('ethnicity', 'CHNE', 'Chinese', null, null),
('ethnicity', 'OOTH', 'Any other ethnic group', null, null),
('ethnicity', 'REFU', 'Refused', null, null),
('ethnicity', 'NOBT', 'Information not yet obtained', null, null),
('headline_outcome', 'education', 'Getting a good education', date '2022-04-01', null),
('headline_outcome', 'early_years', 'Good early years development', date '2022-04-01', null),
('headline_outcome', 'health', 'Improved mental and physical health', date '2022-04-01', null),
('headline_outcome', 'substance_use', 'Promoting recovery and reducing harm from substance use', date '2022-04-01', null),
('headline_outcome', 'family_relationships', 'Improved family relationships', date '2022-04-01', null),
('headline_outcome', 'safe_from_abuse', 'Children safe from abuse and exploitation', date '2022-04-01', null),
('headline_outcome', 'crime', 'Crime prevention and tackling crime', date '2022-04-01', null),
('headline_outcome', 'domestic_abuse', 'Safe from domestic abuse', date '2022-04-01', null),
('headline_outcome', 'housing', 'Secure housing', date '2022-04-01', null),
('headline_outcome', 'financial_stability', 'Financial stability', date '2022-04-01', null),
('primary_need', 'N1', 'Abuse or neglect', null, date '2025-03-31'),
('primary_need', 'N1', 'Abuse, neglect and exploitation', date '2025-04-01', null),
('primary_need', 'N2', 'Child''s disability', null, null),
('primary_need', 'N3', 'Parental disability or illness', null, null),
('primary_need', 'N4', 'Family in acute stress', null, null),
('primary_need', 'N5', 'Family dysfunction', null, null),
('primary_need', 'N6', 'Socially unacceptable behaviour', null, null),
('primary_need', 'N7', 'Low income', null, null),
('primary_need', 'N8', 'Absent parenting', null, null),
('primary_need', 'N9', 'Cases other than children in need', null, null),
('primary_need', 'N0', 'Not stated', null, null),
('reason_for_closure', 'RC1', 'Adopted', null, null),
('reason_for_closure', 'RC2', 'Died', null, null),
('reason_for_closure', 'RC3', 'Child arrangements order', null, null),
('reason_for_closure', 'RC4', 'Special guardianship order', null, null),
('reason_for_closure', 'RC5', 'Transferred to services of another local authority', null, null),
('reason_for_closure', 'RC6', 'Transferred to adult social care services', null, null),
('reason_for_closure', 'RC7', 'Services ceased for any other reason, including child no longer in need', null, null),
('reason_for_closure', 'RC8', 'Case closed after assessment, no further action', null, null),
('reason_for_closure', 'RC9', 'Case closed after assessment, referred to early help', date '2022-04-01', null),
('referral_source', '1A', convert_from(E'INDIVIDUAL \\342\\200\\223 family member, relative or carer'::bytea, 'UTF8'), null, null),
('referral_source', '1B', convert_from(E'INDIVIDUAL \\342\\200\\223 acquaintance (including neighbours and child minders)'::bytea, 'UTF8'), null, null),
('referral_source', '1C', convert_from(E'INDIVIDUAL \\342\\200\\223 self'::bytea, 'UTF8'), null, null),
('referral_source', '1D', convert_from(E'INDIVIDUAL \\342\\200\\223 other (including strangers)'::bytea, 'UTF8'), null, null),
('referral_source', '2A', 'SCHOOLS', null, null),
('referral_source', '2B', 'EDUCATION SERVICES', null, null),
('referral_source', '3A', convert_from(E'HEALTH SERVICES \\342\\200\\223 general practitioner (GP)'::bytea, 'UTF8'), null, null),
('referral_source', '3B', convert_from(E'HEALTH SERVICES \\342\\200\\223 health visitor'::bytea, 'UTF8'), null, null),
('referral_source', '3C', convert_from(E'HEALTH SERVICES \\342\\200\\223 school nurse'::bytea, 'UTF8'), null, null),
('referral_source', '3D', convert_from(E'HEALTH SERVICES \\342\\200\\223 other primary health services'::bytea, 'UTF8'), null, null),
('referral_source', '3E', convert_from(E'HEALTH SERVICES \\342\\200\\223 A&E (accident and emergency department)'::bytea, 'UTF8'), null, null),
('referral_source', '3F', convert_from(E'HEALTH SERVICES \\342\\200\\223 other (for example hospice)'::bytea, 'UTF8'), null, null),
('referral_source', '4', 'HOUSING - local authority housing or housing association', null, null),
('referral_source', '5A', convert_from(E'LA SERVICES \\342\\200\\223 social care for example adults social care services'::bytea, 'UTF8'), null, null),
('referral_source', '5B', convert_from(E'LA SERVICES \\342\\200\\223 other internal (department other than social care in local authorities, for example, youth offending (excluding housing))'::bytea, 'UTF8'), null, null),
('referral_source', '5C', convert_from(E'LA SERVICES \\342\\200\\223 external, for example, from another local authority\\342\\200\\231s adults social care services'::bytea, 'UTF8'), null, null),
('referral_source', '5D', convert_from(E'LA SERVICES \\342\\200\\223 early help'::bytea, 'UTF8'), date '2022-04-01', null),
('referral_source', '6', 'POLICE', null, null),
('referral_source', '7', convert_from(E'OTHER LEGAL AGENCY \\342\\200\\223 including courts, probation, immigration, CAFCASS (Children and Family Court Advisory and Support Service) or prison'::bytea, 'UTF8'), null, null),
('referral_source', '8', convert_from(E'OTHER \\342\\200\\223 including children\\342\\200\\231s centres, independent agency providers or voluntary organisations'::bytea, 'UTF8'), null, null),
('referral_source', '9', 'ANONYMOUS', null, null),
('referral_source', '10', 'UNKNOWN', null, null),
('sex', 'M', 'male', null, null),
('sex', 'F', 'female', null, null),
('sex', 'U', 'unknown', null, null);

-- extension/install/dates.sql
create function early_help.age_at(birth_date date, expected_birth_date date, on_date date) returns integer
language c
immutable
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_age_at';
comment on function early_help.age_at(date, date, date) is
'Age in whole years on a day; -1 before birth or while only an expected birth date is known; null if neither is known.';
create function early_help_internal.weekdays_between(from_date date, to_date date) returns integer
language sql
immutable
strict
parallel safe
return
5 * ((to_date - date '4714-11-24 BC' + 1) / 7) + least((to_date - date '4714-11-24 BC' + 1) % 7, 5)
- 5 * ((from_date - date '4714-11-24 BC' + 1) / 7) - least((from_date - date '4714-11-24 BC' + 1) % 7, 5);
comment on function early_help_internal.weekdays_between(date, date) is
'Number of days, Monday to Friday, after from_date up to and including to_date. '
'If to_date is earlier, the negative of the count from to_date to from_date. Null for null.';

-- build/sql/triggers.sql
create function early_help_internal.check_row()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_check_row';
comment on function early_help_internal.check_row() is
'Before insert or update: raises what a NOT NULL or CHECK constraint of the table would, in the rule''s words and with ids alone. Errors: the rule''s SQLSTATE, 23502, 23514.';
create function early_help_internal.keep_columns()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_keep_columns';
comment on function early_help_internal.keep_columns() is
'Before update: the columns named as its arguments change by the rules alone. Error YHS02.';
create function early_help_internal.refuse_delete()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_refuse_delete';
comment on function early_help_internal.refuse_delete() is
'Before delete: refused. Error YHS02.';
create function early_help_internal.refuse_truncate()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_refuse_truncate';
comment on function early_help_internal.refuse_truncate() is
'Before truncate: refused. Error YHS04.';
create function early_help_internal.written_by_rules()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_written_by_rules';
comment on function early_help_internal.written_by_rules() is
'Before insert, update or delete: only the rules write this table. Error YHS03.';
create function early_help_internal.training_stays()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_training_stays';
comment on function early_help_internal.training_stays() is
'After insert or update of partnership: its training mark changes only while there are no records of people. Error YHP07.';
create function early_help_internal.code_valid()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_code_valid';
comment on function early_help_internal.code_valid() is
'Before insert or update: codes are valid on the day of their event (R20). Arguments: column, code list, column of the day, for each code. Error YH020.';
create function early_help_internal.child_before()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_child_before';
comment on function early_help_internal.child_before() is
'Before update of a child''s dates: its referrals still keep R15. Error YH015.';
create function early_help_internal.family_member_stays()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_family_member_stays';
comment on function early_help_internal.family_member_stays() is
'After delete of family_member or update of its family or child: what this family''s records say of the child keeps a membership to rest on (S02). Error YHS02.';
create function early_help_internal.child_merge_before()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_child_merge_before';
comment on function early_help_internal.child_merge_before() is
'Before insert or update of child_merge: no circle, nothing open for the duplicate. Errors YHM01, YHS02.';
create function early_help_internal.child_merge_after()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_child_merge_after';
comment on function early_help_internal.child_merge_after() is
'After insert, update or delete of child_merge: sets whom the duplicates count for.';
create function early_help_internal.child_merged_by_merges()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_child_merged_by_merges';
comment on function early_help_internal.child_merged_by_merges() is
'Before insert or update of child: merged_into_child_id is set by child_merge alone. Error YHS03.';
create function early_help_internal.counted_child()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_counted_child';
comment on function early_help_internal.counted_child() is
'Before insert or update of child_id of contact_child or referral: sets the child it counts for: the one that is kept, if the child was merged.';
create function early_help_internal.conversation_stays()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_conversation_stays';
comment on function early_help_internal.conversation_stays() is
'Before update of held_on or delete of conversation: refused where support began with this one and no other (R09). Error YH009.';
create function early_help_internal.consent_before()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_consent_before';
comment on function early_help_internal.consent_before() is
'Before insert or update of consent: notes when its withdrawal was recorded (R08). Error YHS03.';
create function early_help_internal.consent_after()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_consent_after';
comment on function early_help_internal.consent_after() is
'After insert or update of consent: withdrawal ends the family''s open EHAs and plans (R08).';
create function early_help_internal.consent_stays()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_consent_stays';
comment on function early_help_internal.consent_stays() is
'After delete of consent, or update of given_on or withdrawn_on: consent that support rests on is withdrawn, not deleted; a withdrawal that ended support stays (R08). Error YH008.';
create function early_help_internal.consent_to_share_stays()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_consent_to_share_stays';
comment on function early_help_internal.consent_to_share_stays() is
'After delete of consent to share, or update of given_on or agency_id: what was shared by consent still rests on one (R08). Error YH008.';
create function early_help_internal.sharing_decision_before()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_sharing_decision_before';
comment on function early_help_internal.sharing_decision_before() is
'Before insert or update of sharing_decision: sharing by consent rests on consent to share (R08). Error YH008.';
create function early_help_internal.episode_before()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_episode_before';
comment on function early_help_internal.episode_before() is
'Before insert or update of episode: R06, R07, R12, R14, and its state. Errors YH006, YH007, YH012, YH014, YHS03.';
create function early_help_internal.episode_after()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_episode_after';
comment on function early_help_internal.episode_after() is
'After insert or update of episode: its event, and what opening, closing and reopening bring with them (R11, R14).';
create function early_help_internal.episode_stays()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_episode_stays';
comment on function early_help_internal.episode_stays() is
'Before delete of episode: refused where a child''s level rests on it (R11); otherwise its level changes go with it. Error YH011.';
create function early_help_internal.episode_child_after()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_episode_child_after';
comment on function early_help_internal.episode_child_after() is
'After insert or update of episode_child: the child is one of the family (S02); its level moves (R11). Errors YH011, YH014, YHS02.';
create function early_help_internal.episode_child_stays()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_episode_child_stays';
comment on function early_help_internal.episode_child_stays() is
'Before delete of episode_child: refused, unless the episode is deleted; a child leaves by left_on (R11). Error YH011.';
create function early_help_internal.lead_practitioner_after()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_lead_practitioner_after';
comment on function early_help_internal.lead_practitioner_after() is
'After insert or update of lead_practitioner: the first one allocates the episode (R07); none begins after closure (R14). Errors YH007, YH014.';
create function early_help_internal.lead_practitioner_stays()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_lead_practitioner_stays';
comment on function early_help_internal.lead_practitioner_stays() is
'Before delete of lead_practitioner: the first one of an episode stays (R07). Error YH007.';
create function early_help_internal.contact_child_before()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_contact_child_before';
comment on function early_help_internal.contact_child_before() is
'Before insert of contact_child: fills day and source from its contact, where they are not given.';
create function early_help_internal.contact_child_fits_episode()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_contact_child_fits_episode';
comment on function early_help_internal.contact_child_fits_episode() is
'Before insert or update of a contact_child that is attached: to an episode of the child or its family, open on that day (R16). Error YH016.';
create function early_help_internal.referral_before()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_referral_before';
comment on function early_help_internal.referral_before() is
'Before insert or update of referral: R15. Error YH015.';
create function early_help_internal.referral_not_while_open()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_referral_not_while_open';
comment on function early_help_internal.referral_not_while_open() is
'Before insert or update of referral: not while the family has an open episode (R16). Error YH016.';
create function early_help_internal.assessment_before()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_assessment_before';
comment on function early_help_internal.assessment_before() is
'Before insert, update or delete of assessment: R05, R08, R14, S02. Errors YH005, YH008, YH014, YHS01, YHS02.';
create function early_help_internal.assessment_after()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_assessment_after';
comment on function early_help_internal.assessment_after() is
'After insert or update of assessment: the episode''s event, start_assessment or complete_assessment.';
create function early_help_internal.assessment_domain_before()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_assessment_domain_before';
comment on function early_help_internal.assessment_domain_before() is
'Before insert, update or delete of assessment_domain: R05, R14. Errors YH005, YH014.';
create function early_help_internal.assessment_factor_found_before()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_assessment_factor_found_before';
comment on function early_help_internal.assessment_factor_found_before() is
'Before insert or update of assessment_factor_found: R20. Error YH020.';
create function early_help_internal.plan_before()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_plan_before';
comment on function early_help_internal.plan_before() is
'Before insert or update of plan: R02, R03, R08, R14. Errors YH002, YH003, YH008, YH014, YHS01.';
create function early_help_internal.plan_after()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_plan_after';
comment on function early_help_internal.plan_after() is
'After insert of plan: the episode''s event, start_plan.';
create function early_help_internal.review_before()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_review_before';
comment on function early_help_internal.review_before() is
'Before insert or update of review: R03, R14, and what it takes from its plan. Errors YH003, YH014, YHS01.';
create function early_help_internal.review_after()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_review_after';
comment on function early_help_internal.review_after() is
'After insert of review: completes or extends the plan; the episode''s event, hold_review, and extend where it extends.';
create function early_help_internal.review_sets_next()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_review_sets_next';
comment on function early_help_internal.review_sets_next() is
'After update of next_review_due_on: due_on of the review held after it follows (R02). Error YH004.';
create function early_help_internal.review_stays()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_review_stays';
comment on function early_help_internal.review_stays() is
'Before delete of review: what was held stays (R03). Error YH003.';
create function early_help_internal.plan_outcome_before()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_plan_outcome_before';
comment on function early_help_internal.plan_outcome_before() is
'Before insert or update of plan_outcome: R01, R03, R04, R14, and the lowest free position where none is given. Errors YH001, YH003, YH004, YH014.';
create function early_help_internal.action_before()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_action_before';
comment on function early_help_internal.action_before() is
'Before insert or update of action: R03, R04, R14. Errors YH003, YH004, YH014.';
create function early_help_internal.step_before()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_step_before';
comment on function early_help_internal.step_before() is
'Before insert or update of step: R08, R11, R12, and the episode, family and level it belongs to. Errors YH008, YH011, YH012, YHS01, YHS02.';
create function early_help_internal.step_after()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_step_after';
comment on function early_help_internal.step_after() is
'After insert or update of step: the events, levels and episodes that follow (R11-R13).';
create function early_help_internal.step_stays()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_step_stays';
comment on function early_help_internal.step_stays() is
'Before delete of step: a decided one stays (R12). Error YH012.';
create function early_help_internal.case_audit_before()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_case_audit_before';
comment on function early_help_internal.case_audit_before() is
'Before insert or update of case_audit: fills the agencies that R18 compares, as on the day of the audit. Error YHS03.';

-- build/sql/partnership_ddl.sql
create function early_help_internal.partnership_records_ddl() returns text
language sql
immutable
parallel safe
as $early_help_ddl$select $early_help_partnership$
create table partnership (
only_row boolean not null default true primary key,
title varchar(120) not null,
local_authority_name varchar(120),
gss_code varchar(9),
dfe_number varchar(4),
population_0_17 integer,
re_referral_months smallint not null default 12,
family_outcomes_plan_review_weeks smallint not null default 12,
family_outcomes_plan_most_outcomes smallint,
positive_outcome_share numeric(4, 3) not null default 0.5,
suppression_threshold smallint not null default 5,
training boolean not null default false,
record_version varchar(20) not null,
recorded_at timestamptz not null default now(),
constraint partnership_is_one_row check (only_row),
constraint population_is_positive check (population_0_17 > 0),
constraint re_referral_months_up_to_two_years check (re_referral_months between 1 and 24),
constraint family_outcomes_plan_review_within_a_year check (family_outcomes_plan_review_weeks between 1 and 52),
constraint family_outcomes_plan_cap_is_positive check (family_outcomes_plan_most_outcomes > 0),
constraint positive_outcome_share_is_a_share check (positive_outcome_share > 0 and positive_outcome_share <= 1),
constraint suppression_threshold_is_not_negative check (suppression_threshold >= 0)
);
comment on table partnership is
'The partnership whose records these are: one local authority area with its agencies, one data controller. One row.';
comment on column partnership.only_row is 'Always true: holds the table to one row.';
comment on column partnership.title is 'Name of the partnership as its Board writes it.';
comment on column partnership.local_authority_name is 'Name of the local authority.';
comment on column partnership.gss_code is 'GSS code of the local authority, e.g. E06000035 (Office for National Statistics).';
comment on column partnership.dfe_number is 'Department for Education number of the local authority, e.g. 887.';
comment on column partnership.population_0_17 is 'Mid-year population aged 0-17, denominator of rates per 10,000.';
comment on column partnership.re_referral_months is
'A referral is a re-referral up to this many months after an earlier one; 1 to 24, usual 12.';
comment on column partnership.family_outcomes_plan_review_weeks is
'Weeks to the next review of a family outcomes plan where none is given; 1 to 52.';
comment on column partnership.family_outcomes_plan_most_outcomes is
'Most live outcomes of a family outcomes plan; null: no cap. Intervention plans have five, always (R01).';
comment on column partnership.positive_outcome_share is
'Share of agreed outcomes achieved from which a closure counts as positive; over 0, up to 1.';
comment on column partnership.suppression_threshold is 'Published counts from 1 to this are hidden.';
comment on column partnership.training is
'True: the records are made up, for training and demonstrations. Changes only while there are no records of people (P07).';
comment on column partnership.record_version is
'Version of the record''s tables: that of the extension that laid them down or last upgraded them.';
comment on column partnership.recorded_at is 'When the row was written.';
create trigger partnership_stays
before delete on partnership
for each row
execute function early_help_internal.refuse_delete();
create trigger partnership_training_stays
after insert or update on partnership
for each row
execute function early_help_internal.training_stays();
create trigger partnership_version_stays
before update of record_version on partnership
for each statement
execute function early_help_internal.engine_writes_only();
do $$
declare
list record;
begin
for list in
select *
from (values
('contact_source', 'referral_source',
'Where a contact or referral came from (DfE children in need census, referral source).'),
('primary_need', 'primary_need', 'Main need (DfE children in need census, primary need code).'),
('ethnicity', 'ethnicity', 'Ethnicity (DfE census codes).'),
('sex', 'sex', 'Sex (DfE census codes M, F, U; accepted for all dates).'),
('disability', 'disability', 'Disability (DfE census codes).'),
('assessment_factor', 'assessment_factors',
'Factor identified at the end of an assessment (DfE children in need census).'),
('closure_reason', 'closure_reason',
'Why an episode closed. No national list exists for early help; this is the product''s own.'),
('headline_outcome', 'headline_outcome', 'Headline outcome (Supporting Families, 2022-25).')
) as t (table_name, official_list, meaning)
loop
execute format(
'create table %1$I (
                code varchar(40) primary key,
                label varchar(255) not null,
                valid_from date,
                valid_to date,
                offered boolean not null default true,
                local boolean not null default false,
                constraint code_dates_in_order check (valid_from <= valid_to)
            )', list.table_name);
execute format('comment on table %I is %L', list.table_name, list.meaning);
execute format('comment on column %I.code is %L', list.table_name, 'The code.');
execute format('comment on column %I.label is %L', list.table_name,
'Its label today; code_label has the label of a date.');
execute format('comment on column %I.valid_from is %L', list.table_name,
'First day the code may be used; null: always could.');
execute format('comment on column %I.valid_to is %L', list.table_name,
'Last day the code may be used; null: no end known.');
execute format('comment on column %I.offered is %L', list.table_name,
'Whether a form should still offer the code; a withdrawn code is accepted, not offered.');
execute format('comment on column %I.local is %L', list.table_name,
'True for a code this partnership added to the official list.');
execute format(
'insert into %I (code, label, valid_from, valid_to)
            select
                o.code,
                (array_agg(o.label order by o.valid_from desc nulls last))[1],
                case when bool_and(o.valid_from is not null) then min(o.valid_from) end,
                case when bool_and(o.valid_to is not null) then max(o.valid_to) end
            from early_help.official_code o
            where o.list = %L
            group by o.code', list.table_name, list.official_list);
end loop;
end
$$;
update only assessment_factor set offered = false where code in ('18A', '19A');
alter table closure_reason add column counted_in_outcomes boolean not null default true;
comment on column closure_reason.counted_in_outcomes is
'Whether a closure for this reason is in the denominator of positive outcomes.';
update only closure_reason
set counted_in_outcomes = false
where code in ('opened_in_error', 'duplicate', 'moved_away', 'died');
create table code_label (
list varchar(40) not null,
code varchar(40) not null,
label varchar(255) not null,
valid_from date,
valid_to date,
constraint code_label_is_unique_per_date unique nulls not distinct (list, code, valid_from)
);
insert into code_label
select
case o.list
when 'referral_source' then 'contact_source'
when 'assessment_factors' then 'assessment_factor'
else o.list
end,
o.code,
o.label,
o.valid_from,
o.valid_to
from early_help.official_code o
where o.list <> 'bank_holiday';
comment on table code_label is 'Labels of codes by date: an official label can change while its code stays.';
comment on column code_label.list is 'Code table the label belongs to.';
comment on column code_label.code is 'The code.';
comment on column code_label.label is 'Label in the dates beside it.';
comment on column code_label.valid_from is 'First day of the label; null: from the beginning.';
comment on column code_label.valid_to is 'Last day of the label; null: still in use.';
create table bank_holiday (
day early_help.event_date primary key,
name varchar(120) not null,
local boolean not null default false
);
insert into bank_holiday (day, name)
select o.code::date, o.label
from early_help.official_code o
where o.list = 'bank_holiday';
comment on table bank_holiday is
'Days that are not working days, besides Saturdays and Sundays: the bank holidays of England as gov.uk/bank-holidays '
'publishes them (Crown copyright, Open Government Licence v3.0), and the partnership''s own closure days. '
'Add the years to come as they are published.';
comment on column bank_holiday.day is 'The day. Of a bank holiday that falls on a weekend, the substitute day.';
comment on column bank_holiday.name is 'What it is.';
comment on column bank_holiday.local is 'True for a closure day of this partnership''s own.';
create function working_days_between(from_date date, to_date date)
returns integer
language sql
stable
strict
begin atomic
select early_help_internal.weekdays_between(from_date, to_date)
- sign(to_date - from_date)::integer * (
select count(*)::integer
from only bank_holiday h
where h.day > least(from_date, to_date)
and h.day <= greatest(from_date, to_date)
and extract(isodow from h.day) < 6);
end;
comment on function working_days_between(date, date) is
'Number of working days (Monday to Friday, less bank_holiday) after from_date, up to and including to_date: 1 from a '
'working day to the next, 0 for the same day. If to_date is earlier, the negative of the count from to_date to from_date.';
create function add_working_days(from_date date, days integer)
returns date
language sql
stable
strict
begin atomic
select from_date
where days = 0
union all
(select d.day
from generate_series(1, case when days <> 0 then
7 * ((abs(days) + (select count(*)::integer from only bank_holiday)) / 5 + 1) else 0 end) i
cross join lateral (select from_date + sign(days)::integer * i as day) d
where extract(isodow from d.day) < 6
and not exists (select from only bank_holiday h where h.day = d.day)
order by i
offset greatest(abs(days) - 1, 0)
limit 1);
end;
comment on function add_working_days(date, integer) is
'The working day that is this many working days after from_date, or before it if days is negative. '
'0 gives from_date itself, working day or not. '
'One working day after a Friday, a Saturday or a Sunday is Monday, unless that is a bank_holiday.';
create table locality (
locality_id bigint generated by default as identity primary key,
name varchar(120) not null,
gss_code varchar(9),
valid_from date,
valid_to date,
source_ref text,
recorded_at timestamptz not null default now(),
constraint locality_name_is_unique_per_date unique nulls not distinct (name, valid_from),
constraint locality_source_ref_is_unique unique (source_ref),
constraint locality_dates_in_order check (valid_from < valid_to)
);
comment on table locality is 'A ward or area. The ward at the time of an event is what counts, so wards of old boundaries stay.';
comment on column locality.locality_id is 'Key.';
comment on column locality.name is 'Name of the ward or area.';
comment on column locality.gss_code is 'GSS code, where known (Office for National Statistics).';
comment on column locality.valid_from is 'First day of these boundaries; null: unknown.';
comment on column locality.valid_to is 'Day these boundaries ended (not included); null: in use.';
comment on column locality.source_ref is 'Identifier in the sending system.';
comment on column locality.recorded_at is 'When the row was written.';
create table agency (
agency_id bigint generated by default as identity primary key,
name varchar(120) not null,
sector early_help.agency_sector not null,
source_ref text,
recorded_at timestamptz not null default now(),
constraint agency_name_is_unique unique (name),
constraint agency_source_ref_is_unique unique (source_ref)
);
comment on table agency is 'An organisation of the partnership. Source: Medway Early Help Strategy 2021-24 section 2.';
comment on column agency.agency_id is 'Key.';
comment on column agency.name is 'Name of the agency.';
comment on column agency.sector is 'Which of the six sectors it belongs to.';
comment on column agency.source_ref is 'Identifier in the sending system.';
comment on column agency.recorded_at is 'When the row was written.';
create table practitioner (
practitioner_id bigint generated by default as identity primary key,
agency_id bigint not null references agency,
name varchar(120) not null,
role_title varchar(120),
active_from early_help.event_date,
active_to early_help.event_date,
source_ref text,
recorded_at timestamptz not null default now(),
constraint practitioner_source_ref_is_unique unique (source_ref),
constraint practitioner_dates_in_order check (active_from <= active_to)
);
create index on practitioner (agency_id);
comment on table practitioner is
'A person who works with families; can be a lead practitioner (lead professional in the 2021 strategy).';
comment on column practitioner.practitioner_id is 'Key.';
comment on column practitioner.agency_id is 'Agency the practitioner works for.';
comment on column practitioner.name is 'Working name.';
comment on column practitioner.role_title is 'Role, e.g. family support worker, health visitor.';
comment on column practitioner.active_from is 'First working day in the partnership; null: unknown.';
comment on column practitioner.active_to is 'Last working day in the partnership; null: still working.';
comment on column practitioner.source_ref is 'Identifier in the sending system.';
comment on column practitioner.recorded_at is 'When the row was written.';
create table service (
service_id bigint generated by default as identity primary key,
agency_id bigint not null references agency,
name varchar(120) not null,
run_by early_help.service_run_by not null,
prevention_tier early_help.prevention_tier,
capacity integer,
keeps_own_records boolean not null default false,
locality_id bigint references locality,
opened_on early_help.event_date,
closed_on early_help.event_date,
source_ref text,
recorded_at timestamptz not null default now(),
constraint service_name_is_unique_in_agency unique (agency_id, name),
constraint service_source_ref_is_unique unique (source_ref),
constraint service_capacity_is_positive check (capacity > 0),
constraint service_dates_in_order check (opened_on <= closed_on)
);
create index on service (locality_id);
comment on table service is
'An early help service of an agency, run by a hub or a partner. '
'Source: Medway Early Help Strategy 2021-24 section 7, early help services.';
comment on column service.service_id is 'Key.';
comment on column service.agency_id is 'Agency that runs it.';
comment on column service.name is 'Name of the service.';
comment on column service.run_by is 'hub or partner: EHAs started are counted by it.';
comment on column service.prevention_tier is 'Tier of prevention (2025-27).';
comment on column service.capacity is 'Families it can support at a time; null: unknown.';
comment on column service.keeps_own_records is
'True for a service that keeps its own records and sends monthly counts (partner_return).';
comment on column service.locality_id is 'Area it serves; null: everywhere.';
comment on column service.opened_on is 'First day of the service.';
comment on column service.closed_on is 'Last day of the service; null: open.';
comment on column service.source_ref is 'Identifier in the sending system.';
comment on column service.recorded_at is 'When the row was written.';
create table child (
child_id bigint generated by default as identity primary key,
birth_date early_help.event_date,
expected_birth_date early_help.event_date,
pregnancy_ended_on early_help.event_date,
died_on early_help.event_date,
sex_code varchar(40) references sex,
ethnicity_code varchar(40) references ethnicity,
merged_into_child_id bigint references child,
counts_for_child_id bigint not null generated always as (coalesce(merged_into_child_id, child_id)) stored,
source_ref text,
recorded_at timestamptz not null default now(),
constraint child_source_ref_is_unique unique (source_ref),
constraint child_counts_for_one unique (child_id, counts_for_child_id),
constraint child_is_not_merged_into_itself check (merged_into_child_id <> child_id),
constraint child_born_or_expected_not_both check (birth_date is null or expected_birth_date is null),
constraint child_pregnancy_ended_before_birth check (pregnancy_ended_on is null or birth_date is null),
constraint child_died_after_birth check (died_on >= birth_date)
);
create index child_merged on child (merged_into_child_id) where merged_into_child_id is not null;
comment on table child is 'A child or young person, unborn to 24. A birth date or an expected one, or neither if unknown (R15).';
comment on column child.child_id is 'Key.';
comment on column child.birth_date is 'Date of birth; null: not born yet, or unknown.';
comment on column child.expected_birth_date is 'Expected date of birth of an unborn child; replaced by the birth date.';
comment on column child.pregnancy_ended_on is 'Day a pregnancy ended without a birth.';
comment on column child.died_on is 'Date of death: no referral after it (R15).';
comment on column child.sex_code is 'Sex (DfE code M, F, U).';
comment on column child.ethnicity_code is 'Ethnicity (DfE code).';
comment on column child.merged_into_child_id is 'Child this duplicate counts for, while a merge holds; set by child_merge.';
comment on column child.counts_for_child_id is
'The child itself, or the one it was merged into: whom its contacts and referrals count for.';
comment on column child.source_ref is 'Identifier in the sending system.';
comment on column child.recorded_at is 'When the row was written.';
create trigger child_fits_referrals
before update on child
for each row
when (
(old.birth_date, old.expected_birth_date, old.died_on, old.pregnancy_ended_on)
is distinct from (new.birth_date, new.expected_birth_date, new.died_on, new.pregnancy_ended_on))
execute function early_help_internal.child_before();
create table child_identity (
child_id bigint primary key references child on delete cascade,
given_name varchar(120),
family_name varchar(120),
address text,
postcode varchar(8),
nhs_number varchar(10),
unique_pupil_number varchar(13),
recorded_at timestamptz not null default now()
);
comment on table child_identity is 'Who a child is: one row per child, kept apart from what analysis needs.';
comment on column child_identity.child_id is 'The child.';
comment on column child_identity.given_name is 'Given names.';
comment on column child_identity.family_name is 'Family name.';
comment on column child_identity.address is 'Current address.';
comment on column child_identity.postcode is 'Current postcode.';
comment on column child_identity.nhs_number is 'NHS number, ten digits.';
comment on column child_identity.unique_pupil_number is 'Unique pupil number (DfE), thirteen characters.';
comment on column child_identity.recorded_at is 'When the row was written.';
create table family (
family_id bigint generated by default as identity primary key,
source_ref text,
recorded_at timestamptz not null default now(),
constraint family_source_ref_is_unique unique (source_ref)
);
comment on table family is 'A family early help works with: support is for whole families.';
comment on column family.family_id is 'Key.';
comment on column family.source_ref is 'Identifier in the sending system.';
comment on column family.recorded_at is 'When the row was written.';
create table family_member (
family_member_id bigint generated by default as identity primary key,
family_id bigint not null references family,
child_id bigint not null references child,
joined_on early_help.event_date,
left_on early_help.event_date,
recorded_at timestamptz not null default now(),
constraint family_member_period_is_not_empty check (left_on > joined_on),
constraint family_member_periods_do_not_overlap exclude using gist (
child_id with =,
family_id with =,
daterange(joined_on, left_on) with &&
)
);
create index on family_member (family_id);
comment on table family_member is
'Who belonged to which family when: half-open periods (R22). A child can belong to two families.';
comment on column family_member.family_member_id is 'Key.';
comment on column family_member.family_id is 'The family.';
comment on column family_member.child_id is 'The child.';
comment on column family_member.joined_on is 'First day of membership; null: before the record began.';
comment on column family_member.left_on is 'Day membership ended (not included); null: still a member.';
comment on column family_member.recorded_at is 'When the row was written.';
create trigger family_member_stays
after delete or update of family_id, child_id on family_member
for each row
execute function early_help_internal.family_member_stays();
create table adult (
adult_id bigint generated by default as identity primary key,
source_ref text,
recorded_at timestamptz not null default now(),
constraint adult_source_ref_is_unique unique (source_ref)
);
comment on table adult is 'An adult of a family, where a plan needs one: kept apart from analysis.';
comment on column adult.adult_id is 'Key.';
comment on column adult.source_ref is 'Identifier in the sending system.';
comment on column adult.recorded_at is 'When the row was written.';
create table adult_identity (
adult_id bigint primary key references adult on delete cascade,
given_name varchar(120),
family_name varchar(120),
address text,
postcode varchar(8),
telephone varchar(30),
email varchar(254),
recorded_at timestamptz not null default now()
);
comment on table adult_identity is 'Who an adult is: one row per adult.';
comment on column adult_identity.adult_id is 'The adult.';
comment on column adult_identity.given_name is 'Given names.';
comment on column adult_identity.family_name is 'Family name.';
comment on column adult_identity.address is 'Current address.';
comment on column adult_identity.postcode is 'Current postcode.';
comment on column adult_identity.telephone is 'Telephone number.';
comment on column adult_identity.email is 'E-mail address.';
comment on column adult_identity.recorded_at is 'When the row was written.';
create table family_adult (
family_adult_id bigint generated by default as identity primary key,
family_id bigint not null references family,
adult_id bigint not null references adult,
role early_help.adult_role not null,
joined_on early_help.event_date,
left_on early_help.event_date,
recorded_at timestamptz not null default now(),
constraint family_adult_period_is_not_empty check (left_on > joined_on),
constraint family_adult_once_from_a_day unique nulls not distinct (family_id, adult_id, joined_on)
);
create index on family_adult (adult_id);
comment on table family_adult is 'Which adult belonged to which family when, and as what.';
comment on column family_adult.family_adult_id is 'Key.';
comment on column family_adult.family_id is 'The family.';
comment on column family_adult.adult_id is 'The adult.';
comment on column family_adult.role is 'Parent, carer, expectant parent, other adult.';
comment on column family_adult.joined_on is 'First day; null: before the record began.';
comment on column family_adult.left_on is 'Day it ended (not included); null: still so.';
comment on column family_adult.recorded_at is 'When the row was written.';
create table child_merge (
child_merge_id bigint generated by default as identity primary key,
kept_child_id bigint not null references child,
merged_child_id bigint not null references child,
merged_on early_help.event_date not null,
reason text not null,
undone_on early_help.event_date,
undo_reason text,
recorded_by name not null default session_user,
recorded_at timestamptz not null default now(),
constraint child_merge_of_two check (kept_child_id <> merged_child_id),
constraint child_merge_has_a_reason check (reason ~ '\S'),
constraint child_merge_undone_if_and_only_if_reason check ((undone_on is null) = (undo_reason is null)),
constraint child_merge_undone_after_merged check (undone_on >= merged_on)
);
create unique index child_merge_once_at_a_time on child_merge (merged_child_id) where undone_on is null;
create index on child_merge (kept_child_id);
comment on table child_merge is
'Two records of one child: the duplicate keeps its history and counts for the other, until the merge is undone.';
comment on column child_merge.child_merge_id is 'Key.';
comment on column child_merge.kept_child_id is 'The child that is kept.';
comment on column child_merge.merged_child_id is 'The duplicate.';
comment on column child_merge.merged_on is 'Day they were found to be one.';
comment on column child_merge.reason is 'How that was found. Narrative.';
comment on column child_merge.undone_on is 'Day the merge was undone; null: it holds.';
comment on column child_merge.undo_reason is 'Why it was undone. Narrative.';
comment on column child_merge.recorded_by is 'Login that recorded it.';
comment on column child_merge.recorded_at is 'When it was recorded.';
create trigger child_merge_rules
before insert or update on child_merge
for each row
execute function early_help_internal.child_merge_before();
create trigger child_merge_what_follows
after insert or update or delete on child_merge
for each row
execute function early_help_internal.child_merge_after();
create trigger child_merged_by_merges
before insert or update on child
for each row
execute function early_help_internal.child_merged_by_merges();
create function merge_children(
keep_child_id bigint,
merge_child_id bigint,
reason text,
merged_on date default current_date
)
returns child_merge
language sql
begin atomic
insert into child_merge (kept_child_id, merged_child_id, reason, merged_on)
values (merge_children.keep_child_id, merge_children.merge_child_id, merge_children.reason, merge_children.merged_on)
returning child_merge;
end;
comment on function merge_children(bigint, bigint, text, date) is
'Records that two children are one: contacts and referrals of merge_child_id then count for keep_child_id. '
'Both keep their histories. Errors YHM01, 23505 where the duplicate is merged already.';
create function unmerge_children(child_merge_id bigint, reason text, undone_on date default current_date)
returns child_merge
language sql
begin atomic
select early_help_internal.raise_rule('S05', format('child_merge_id %s', unmerge_children.child_merge_id))
where not exists (select from only child_merge r where r.child_merge_id = unmerge_children.child_merge_id);
update only child_merge
set undone_on = unmerge_children.undone_on,
undo_reason = unmerge_children.reason
where child_merge.child_merge_id = unmerge_children.child_merge_id
returning child_merge;
end;
comment on function unmerge_children(bigint, text, date) is
'Undoes a merge: what was recorded for the duplicate counts for it again. Errors YHS02 where it was undone already, YHS05.';
create table conversation (
conversation_id bigint generated by default as identity primary key,
family_id bigint not null references family,
child_id bigint references child,
practitioner_id bigint references practitioner,
held_on early_help.event_date not null,
family_voice text,
source_ref text,
recorded_at timestamptz not null default now(),
constraint conversation_source_ref_is_unique unique (source_ref)
);
create index on conversation (family_id, held_on);
comment on table conversation is
'A conversation with the family: all support begins with one, and not every one leads to support. '
'Source: Medway Early Help Strategy 2021-24 section 7, assessing need through conversation.';
comment on column conversation.conversation_id is 'Key.';
comment on column conversation.family_id is 'The family.';
comment on column conversation.child_id is 'The child it was with or about; null: the family as a whole.';
comment on column conversation.practitioner_id is 'Practitioner who held it.';
comment on column conversation.held_on is 'Day of the conversation.';
comment on column conversation.family_voice is 'What the family said, in their words. Narrative: never in an error or a log.';
comment on column conversation.source_ref is 'Identifier in the sending system.';
comment on column conversation.recorded_at is 'When the row was written.';
create trigger conversation_stays
before update of held_on or delete on conversation
for each row
execute function early_help_internal.conversation_stays();
create trigger conversation_keeps_family
before update on conversation
for each row
execute function early_help_internal.keep_columns('family_id');
create function record_conversation(
family_id bigint,
held_on date default current_date,
practitioner_id bigint default null,
child_id bigint default null,
family_voice text default null
)
returns conversation
language sql
begin atomic
insert into conversation (family_id, held_on, practitioner_id, child_id, family_voice)
values (record_conversation.family_id, record_conversation.held_on, record_conversation.practitioner_id,
record_conversation.child_id, record_conversation.family_voice)
returning conversation;
end;
comment on function record_conversation(bigint, date, bigint, bigint, text) is
'Records a conversation with a family: all support begins with one, and it need not lead to support.';
create table consent (
consent_id bigint generated by default as identity primary key,
family_id bigint not null references family,
kind early_help.consent_kind not null default 'take_part',
agency_id bigint references agency,
given_by early_help.consent_given_by not null,
given_on early_help.event_date not null,
withdrawn_on early_help.event_date,
withdrawal_recorded_at timestamptz,
source_ref text,
recorded_at timestamptz not null default now(),
constraint consent_source_ref_is_unique unique (source_ref),
constraint consent_to_share_names_an_agency check ((kind = 'share') = (agency_id is not null)),
constraint consent_withdrawn_after_given check (withdrawn_on >= given_on)
);
create index on consent (family_id, kind, given_on);
comment on table consent is
'Consent of a family: to take part in early help, or to share with a named agency. '
'Withdrawal stops it and never deletes it (R08).';
comment on column consent.consent_id is 'Key.';
comment on column consent.family_id is 'The family.';
comment on column consent.kind is 'take_part or share.';
comment on column consent.agency_id is 'Agency that information may be shared with. Given for share, null for take_part.';
comment on column consent.given_by is 'Who gave it: parent, carer, competent young person.';
comment on column consent.given_on is 'Day it was given.';
comment on column consent.withdrawn_on is 'Day it was withdrawn: from that day on it does not hold.';
comment on column consent.withdrawal_recorded_at is
'When withdrawn_on was last written; set by the rules. '
'What was recorded before that time rests on the consent as it was known then.';
comment on column consent.source_ref is 'Identifier in the sending system.';
comment on column consent.recorded_at is 'When the row was written.';
create trigger consent_withdrawal_is_recorded
before insert or update on consent
for each row
execute function early_help_internal.consent_before();
create trigger consent_withdrawal_ends_support
after insert or update on consent
for each row
when (new.withdrawn_on is not null)
execute function early_help_internal.consent_after();
create trigger consent_stays
after delete or update of given_on, withdrawn_on on consent
for each row
execute function early_help_internal.consent_stays();
create trigger consent_to_share_stays
after delete or update of given_on, agency_id on consent
for each row
when (old.kind = 'share')
execute function early_help_internal.consent_to_share_stays();
create trigger consent_keeps_family
before update on consent
for each row
execute function early_help_internal.keep_columns('family_id', 'kind');
create function give_consent(
family_id bigint,
given_by early_help.consent_given_by,
given_on date default current_date,
share_with_agency_id bigint default null
)
returns consent
language sql
begin atomic
insert into consent (family_id, kind, agency_id, given_by, given_on)
values (give_consent.family_id,
case when give_consent.share_with_agency_id is null then 'take_part' else 'share' end::early_help.consent_kind,
give_consent.share_with_agency_id, give_consent.given_by, give_consent.given_on)
returning consent;
end;
comment on function give_consent(bigint, early_help.consent_given_by, date, bigint) is
'Records a family''s consent to take part, or, with an agency, to share information with that agency.';
create function withdraw_consent(consent_id bigint, withdrawn_on date default current_date)
returns consent
language sql
begin atomic
select early_help_internal.raise_rule('S05', format('consent_id %s', withdraw_consent.consent_id))
where not exists (select from only consent r where r.consent_id = withdraw_consent.consent_id);
update only consent
set withdrawn_on = withdraw_consent.withdrawn_on
where consent.consent_id = withdraw_consent.consent_id
returning consent;
end;
comment on function withdraw_consent(bigint, date) is
'Withdraws consent: to take part, it ends the family''s open EHAs and plans; nothing is deleted. Error YHS05.';
create table sharing_decision (
sharing_decision_id bigint generated by default as identity primary key,
family_id bigint not null references family,
child_id bigint references child,
agency_id bigint not null references agency,
practitioner_id bigint references practitioner,
decided_on early_help.event_date not null,
shared boolean not null,
basis early_help.sharing_basis not null,
reason text not null,
source_ref text,
recorded_at timestamptz not null default now(),
constraint sharing_decision_source_ref_is_unique unique (source_ref),
constraint sharing_decision_has_a_reason check (reason ~ '\S')
);
create index on sharing_decision (family_id, decided_on);
comment on table sharing_decision is 'A decision to share information with an agency, or not to. Both are recorded (R08).';
comment on column sharing_decision.sharing_decision_id is 'Key.';
comment on column sharing_decision.family_id is 'The family.';
comment on column sharing_decision.child_id is 'The child it is about; null: the family.';
comment on column sharing_decision.agency_id is 'Agency it is shared with, or not.';
comment on column sharing_decision.practitioner_id is 'Practitioner who decided.';
comment on column sharing_decision.decided_on is 'Day of the decision.';
comment on column sharing_decision.shared is 'True: shared; false: not shared.';
comment on column sharing_decision.basis is
'Ground of the decision; consent needs consent to share with that agency on that day.';
comment on column sharing_decision.reason is 'Why. Narrative.';
comment on column sharing_decision.source_ref is 'Identifier in the sending system.';
comment on column sharing_decision.recorded_at is 'When the row was written.';
create trigger sharing_decision_rests_on_consent
before insert or update on sharing_decision
for each row
when (new.shared)
execute function early_help_internal.sharing_decision_before();
create table episode (
episode_id bigint generated by default as identity primary key,
family_id bigint not null references family,
referral_id bigint,
opened_on early_help.event_date not null,
allocated_on early_help.event_date,
closed_on early_help.event_date,
closure_reason_code varchar(40) references closure_reason,
closure_agreed_on early_help.event_date,
closure_agreement_absent_reason text,
reopened_on early_help.event_date,
reopen_reason text,
state early_help.episode_state not null default 'waiting',
source_ref text,
recorded_at timestamptz not null default now(),
constraint episode_source_ref_is_unique unique (source_ref),
constraint episode_facts_its_requests_share unique (episode_id, family_id),
constraint episode_closed_if_and_only_if_reason check ((closed_on is null) = (closure_reason_code is null)),
constraint episode_state_closed_if_and_only_if_date check ((state = 'closed') = (closed_on is not null)),
constraint episode_waiting_if_and_only_if_not_allocated
check (state = 'closed' or (state = 'waiting') = (allocated_on is null)),
constraint episode_closure_agreed_or_explained
check (closed_on is null or closure_agreed_on is not null or coalesce(closure_agreement_absent_reason, '') ~ '\S'),
constraint episode_reopening_has_reason
check ((reopened_on is null) = (reopen_reason is null) and coalesce(reopen_reason, '.') ~ '\S'),
constraint episode_closed_after_opened check (closed_on >= opened_on),
constraint episode_allocated_after_opened check (allocated_on >= opened_on),
constraint episode_closed_after_allocated check (closed_on >= allocated_on),
constraint episode_one_at_a_time exclude using gist (
family_id with =,
daterange(opened_on, case when closed_on is not null then greatest(closed_on, opened_on + 1) end) with &&
)
);
create unique index episode_one_open_a_family on episode (family_id) where closed_on is null;
create index on episode (referral_id);
comment on table episode is
'A period of early help for a family, from the accepted request to closure. At most one is open (R06).';
comment on column episode.episode_id is 'Key.';
comment on column episode.family_id is 'The family.';
comment on column episode.referral_id is 'Referral it answers, where there is one.';
comment on column episode.opened_on is 'First day: the request was accepted, or social care stepped a child down.';
comment on column episode.allocated_on is 'Day the first lead practitioner began; null while waiting. Set by lead_practitioner.';
comment on column episode.closed_on is 'Last day; null: open. If and only if there is a closure reason (R14).';
comment on column episode.closure_reason_code is 'Why it closed.';
comment on column episode.closure_agreed_on is 'Day the family agreed that support is no longer needed.';
comment on column episode.closure_agreement_absent_reason is 'Why that agreement is absent. Narrative.';
comment on column episode.reopened_on is 'Day of the latest reopening.';
comment on column episode.reopen_reason is 'Why it was reopened. Narrative.';
comment on column episode.state is 'State of the episode. Only its events change it: see early_help.transitions().';
comment on column episode.source_ref is 'Identifier in the sending system.';
comment on column episode.recorded_at is 'When the row was written.';
create trigger episode_keeps_family
before update on episode
for each row
execute function early_help_internal.keep_columns('family_id');
create trigger episode_rules
before insert or update on episode
for each row
execute function early_help_internal.episode_before();
create trigger episode_stays
before delete on episode
for each row
execute function early_help_internal.episode_stays();
create trigger episode_what_follows
after insert or update on episode
for each row
execute function early_help_internal.episode_after();
create trigger episode_codes
before insert or update on episode
for each row
when (new.closure_reason_code is not null)
execute function early_help_internal.code_valid('closure_reason_code', 'closure_reason', 'closed_on');
create table episode_child (
episode_id bigint not null references episode on delete cascade,
child_id bigint not null references child,
joined_on early_help.event_date not null,
left_on early_help.event_date,
recorded_at timestamptz not null default now(),
constraint episode_child_pkey primary key (episode_id, child_id, joined_on),
constraint episode_child_left_after_joined check (left_on >= joined_on)
);
create unique index episode_child_once_at_a_time on episode_child (episode_id, child_id) where left_on is null;
create index on episode_child (child_id);
comment on table episode_child is
'Children an episode supports. Siblings can be at different levels: one can step up while the others go on.';
comment on column episode_child.episode_id is 'The episode.';
comment on column episode_child.child_id is 'The child.';
comment on column episode_child.joined_on is 'First day the child is supported.';
comment on column episode_child.left_on is 'Day the child left: stepped up, or the episode closed; null: supported.';
comment on column episode_child.recorded_at is 'When the row was written.';
create trigger episode_child_what_follows
after insert or update on episode_child
for each row
execute function early_help_internal.episode_child_after();
create trigger episode_child_keeps_episode
before update on episode_child
for each row
execute function early_help_internal.keep_columns('episode_id', 'child_id');
create trigger episode_child_stays
before delete on episode_child
for each row
execute function early_help_internal.episode_child_stays();
create table lead_practitioner (
episode_id bigint not null references episode on delete cascade,
from_on early_help.event_date not null,
practitioner_id bigint not null references practitioner,
recorded_at timestamptz not null default now(),
constraint lead_practitioner_pkey primary key (episode_id, from_on)
);
create index on lead_practitioner (practitioner_id);
comment on table lead_practitioner is
'Lead practitioner (2021: lead professional) of an episode from a day on, until the next row or closure: one on every day, '
'with no gap and no overlap (R07).';
comment on column lead_practitioner.episode_id is 'The episode.';
comment on column lead_practitioner.from_on is 'First day of this lead practitioner. The first row of an episode allocates it.';
comment on column lead_practitioner.practitioner_id is 'The practitioner.';
comment on column lead_practitioner.recorded_at is 'When the row was written.';
alter table episode add constraint episode_has_lead_from_allocation
foreign key (episode_id, allocated_on) references lead_practitioner (episode_id, from_on)
on update cascade deferrable initially deferred;
create trigger lead_practitioner_what_follows
after insert or update on lead_practitioner
for each row
execute function early_help_internal.lead_practitioner_after();
create trigger lead_practitioner_stays
before delete on lead_practitioner
for each row
execute function early_help_internal.lead_practitioner_stays();
create trigger lead_practitioner_keeps_episode
before update on lead_practitioner
for each row
execute function early_help_internal.keep_columns('episode_id');
create function open_episode(
family_id bigint,
opened_on date default current_date,
referral_id bigint default null,
children bigint[] default null,
lead_practitioner_id bigint default null,
allocated_on date default null
)
returns episode
language sql
begin atomic
select early_help_internal.raise_rule('S05', format('family_id %s', open_episode.family_id))
where not exists (select from only family r where r.family_id = open_episode.family_id);
insert into episode (family_id, referral_id, opened_on)
values (open_episode.family_id, open_episode.referral_id, open_episode.opened_on);
insert into episode_child (episode_id, child_id, joined_on)
select
e.episode_id,
m.child_id,
open_episode.opened_on
from only episode e
join only family_member m on m.family_id = e.family_id
join only child c on c.child_id = m.child_id
where e.family_id = open_episode.family_id
and e.closed_on is null
and (m.joined_on is null or m.joined_on <= open_episode.opened_on)
and (m.left_on is null or m.left_on > open_episode.opened_on)
and (open_episode.children is null or m.child_id = any (open_episode.children))
and (c.died_on is null or c.died_on > open_episode.opened_on)
and (c.pregnancy_ended_on is null or c.pregnancy_ended_on > open_episode.opened_on)
group by e.episode_id, m.child_id
order by m.child_id;
insert into lead_practitioner (episode_id, from_on, practitioner_id)
select
e.episode_id,
coalesce(open_episode.allocated_on, open_episode.opened_on),
open_episode.lead_practitioner_id
from only episode e
where e.family_id = open_episode.family_id
and e.closed_on is null
and open_episode.lead_practitioner_id is not null;
select e
from only episode e
where e.family_id = open_episode.family_id
and e.closed_on is null;
end;
comment on function open_episode(bigint, date, bigint, bigint[], bigint, date) is
'Opens an episode of early help for a family: waiting, or allocated where a lead practitioner is given. '
'Supports the children given, or all living members of the family. Errors YHS05, YH006, YH007, YH011.';
create function close_episode(
episode_id bigint,
reason_code text,
closed_on date default current_date,
agreed_on date default null,
agreement_absent_reason text default null
)
returns episode
language sql
begin atomic
select early_help_internal.raise_rule('S05', format('episode_id %s', close_episode.episode_id))
where not exists (select from only episode r where r.episode_id = close_episode.episode_id);
select early_help_internal.raise_rule(
'S01', format('event close, episode_id %s, state closed', e.episode_id), 'Legal now: reopen.')
from only episode e
where e.episode_id = close_episode.episode_id
and e.closed_on is not null;
update only episode
set closed_on = close_episode.closed_on,
closure_reason_code = close_episode.reason_code,
closure_agreed_on = close_episode.agreed_on,
closure_agreement_absent_reason = close_episode.agreement_absent_reason
where episode.episode_id = close_episode.episode_id
returning episode;
end;
comment on function close_episode(bigint, text, date, date, text) is
'Closes an episode; agreed_on is the day the family agreed that support is no longer needed, or agreement_absent_reason '
'says why there is none. Its plans and open EHAs end. '
'Errors YHS01 if it is closed already, YHS05, YH012 while a step is open, YH014.';
create function reopen_episode(episode_id bigint, reason text, reopened_on date default current_date)
returns episode
language sql
begin atomic
select early_help_internal.raise_rule('S05', format('episode_id %s', reopen_episode.episode_id))
where not exists (select from only episode r where r.episode_id = reopen_episode.episode_id);
update only episode
set closed_on = null,
reopened_on = reopen_episode.reopened_on,
reopen_reason = reopen_episode.reason
where episode.episode_id = reopen_episode.episode_id
returning episode;
end;
comment on function reopen_episode(bigint, text, date) is
'Reopens a closed episode, with a day and a reason. Errors YHS01 if it is open, YHS05, YH006, YH007, YH014.';
create function assign_lead_practitioner(episode_id bigint, practitioner_id bigint, from_on date default current_date)
returns episode
language sql
begin atomic
select early_help_internal.raise_rule('S05', format('episode_id %s', assign_lead_practitioner.episode_id))
where not exists (select from only episode r where r.episode_id = assign_lead_practitioner.episode_id);
insert into lead_practitioner (episode_id, from_on, practitioner_id)
values (assign_lead_practitioner.episode_id, assign_lead_practitioner.from_on, assign_lead_practitioner.practitioner_id)
on conflict on constraint lead_practitioner_pkey
do update set practitioner_id = excluded.practitioner_id;
select e
from only episode e
where e.episode_id = assign_lead_practitioner.episode_id;
end;
comment on function assign_lead_practitioner(bigint, bigint, date) is
'From a day on, a practitioner leads an episode (2021: lead professional); the first one allocates it. '
'Called again for the same day, it replaces the practitioner. Errors YHS05, YH007, YH014.';
create function lead_practitioner_on(episode_id bigint, on_day date default current_date)
returns table (practitioner_id bigint, name varchar(120), agency_id bigint)
language sql
stable
begin atomic
select r.practitioner_id, r.name, r.agency_id
from only lead_practitioner l
join only practitioner r on r.practitioner_id = l.practitioner_id
where l.episode_id = lead_practitioner_on.episode_id
and l.from_on <= lead_practitioner_on.on_day
order by l.from_on desc
limit 1;
end;
comment on function lead_practitioner_on(bigint, date) is
'The lead practitioner of an episode on a day (lead professional in the 2021 strategy); '
'no row before the episode was allocated.';
create table episode_event (
episode_event_id bigint generated by default as identity primary key,
episode_id bigint not null references episode on delete cascade,
event early_help.continuum_event not null,
happened_on early_help.event_date not null,
state_from early_help.episode_state,
state_to early_help.episode_state not null,
child_id bigint references child,
recorded_by name not null default session_user,
recorded_at timestamptz not null default now()
);
create index on episode_event (episode_id);
comment on table episode_event is
'Every transition of every episode: what, when, from where to where, and who recorded it. Written by the rules alone.';
comment on column episode_event.episode_event_id is 'Key; in the order the events were recorded.';
comment on column episode_event.episode_id is 'The episode.';
comment on column episode_event.event is 'What happened.';
comment on column episode_event.happened_on is 'Day it happened.';
comment on column episode_event.state_from is 'State before; null: the episode began with it.';
comment on column episode_event.state_to is 'State after.';
comment on column episode_event.child_id is 'The child, where the event is one child''s (steps).';
comment on column episode_event.recorded_by is 'Login that recorded it.';
comment on column episode_event.recorded_at is 'When it was recorded.';
create trigger episode_event_written_by_rules
before insert or update or delete on episode_event
for each row
execute function early_help_internal.written_by_rules();
create table level_change (
level_change_id bigint generated by default as identity primary key,
child_id bigint not null references child,
change_number integer not null,
level_from early_help.need_level not null,
level_to early_help.need_level not null,
event early_help.continuum_event not null,
episode_id bigint references episode on delete cascade,
changed_on early_help.event_date not null,
recorded_by name not null default session_user,
recorded_at timestamptz not null default now(),
constraint level_change_one_after_another unique (child_id, change_number),
constraint level_change_changes_the_level check (level_from <> level_to)
);
create index on level_change (episode_id);
comment on table level_change is
'Moves of children along the continuum of need. A child''s level is level_to of its last move. '
'Written by the rules alone (R11).';
comment on column level_change.level_change_id is 'Key.';
comment on column level_change.child_id is 'The child.';
comment on column level_change.change_number is
'Number of the change, counted for each child from 1: two writers cannot both record the next one.';
comment on column level_change.level_from is 'Level before.';
comment on column level_change.level_to is 'Level after.';
comment on column level_change.event is 'The opening (refer, reopen), accepted step or closure that moved the child.';
comment on column level_change.episode_id is 'Episode it happened in; null: a step without one.';
comment on column level_change.changed_on is 'Day of the change.';
comment on column level_change.recorded_by is 'Login that recorded it.';
comment on column level_change.recorded_at is 'When it was recorded.';
create trigger level_change_written_by_rules
before insert or update or delete on level_change
for each row
execute function early_help_internal.written_by_rules();
create table contact (
contact_id bigint generated by default as identity primary key,
received_on early_help.event_date not null,
source_code varchar(40) not null references contact_source,
agency_id bigint references agency,
practitioner_id bigint references practitioner,
source_ref text,
recorded_at timestamptz not null default now(),
constraint contact_source_ref_is_unique unique (source_ref),
constraint contact_facts_its_children_share unique (contact_id, received_on, source_code)
);
comment on table contact is
'Somebody told the partnership about one child or several. Source: Medway Early Help Strategy 2021-24 section 10, access.';
comment on column contact.contact_id is 'Key.';
comment on column contact.received_on is 'Day the contact was received.';
comment on column contact.source_code is 'Where it came from (DfE referral source code).';
comment on column contact.agency_id is 'Agency that made it, where one did.';
comment on column contact.practitioner_id is 'Practitioner who made it, where one did.';
comment on column contact.source_ref is 'Identifier in the sending system.';
comment on column contact.recorded_at is 'When the row was written.';
create trigger contact_codes
before insert or update on contact
for each row
execute function early_help_internal.code_valid('source_code', 'contact_source', 'received_on');
create table contact_child (
contact_child_id bigint generated by default as identity primary key,
contact_id bigint not null,
received_on early_help.event_date not null,
source_code varchar(40) not null,
child_id bigint not null,
counted_child_id bigint not null,
primary_need_code varchar(40) not null references primary_need,
reason varchar(120),
locality_id bigint references locality,
decision early_help.contact_decision,
attached_episode_id bigint,
recorded_at timestamptz not null default now(),
constraint contact_child_once_a_contact unique (contact_id, child_id),
constraint contact_child_facts_its_referral_needs unique (contact_child_id, child_id, decision),
constraint contact_child_counts_for_a_child foreign key (child_id, counted_child_id)
references child (child_id, counts_for_child_id) on update cascade,
constraint contact_child_shares_its_contact foreign key (contact_id, received_on, source_code)
references contact (contact_id, received_on, source_code) on update cascade,
constraint contact_child_attached_episode foreign key (attached_episode_id) references episode,
constraint contact_child_attached_is_not_referred check (attached_episode_id is null or decision is distinct from 'referral')
);
create index contact_child_of_a_child on contact_child (counted_child_id, received_on);
create index on contact_child (child_id);
create index contact_child_of_a_month on contact_child (received_on);
create index on contact_child (attached_episode_id) where attached_episode_id is not null;
comment on table contact_child is
'One child in one contact. Contacts are counted by these rows: one row per child per contact (Annex A list 1).';
comment on column contact_child.contact_child_id is 'Key.';
comment on column contact_child.contact_id is 'The contact.';
comment on column contact_child.received_on is 'Day of the contact; filled from it, and follows it.';
comment on column contact_child.source_code is 'Source of the contact; filled from it, and follows it.';
comment on column contact_child.child_id is 'The child.';
comment on column contact_child.counted_child_id is
'Child it counts for: the child, or the one it was merged into. Filled from the child, and follows it.';
comment on column contact_child.primary_need_code is 'Main need identified (DfE primary need code).';
comment on column contact_child.reason is
'Reason for the contact in the partnership''s own words (sub-reason of the 2018 report).';
comment on column contact_child.locality_id is 'Ward of the child at the time of the contact.';
comment on column contact_child.decision is 'What was decided; null: not decided yet.';
comment on column contact_child.attached_episode_id is
'Episode that was open already: the contact is attached to it and not referred again (R16).';
comment on column contact_child.recorded_at is 'When the row was written.';
create trigger contact_child_facts
before insert on contact_child
for each row
when (new.received_on is null or new.source_code is null)
execute function early_help_internal.contact_child_before();
create trigger contact_child_fits_episode
before insert or update of attached_episode_id, received_on, child_id on contact_child
for each row
when (new.attached_episode_id is not null)
execute function early_help_internal.contact_child_fits_episode();
create trigger contact_child_counts_for
before insert or update of child_id on contact_child
for each row
execute function early_help_internal.counted_child();
create trigger contact_child_codes
before insert or update on contact_child
for each row
execute function early_help_internal.code_valid('primary_need_code', 'primary_need', 'received_on');
create function record_contact(
child_id bigint,
source_code text,
primary_need_code text,
received_on date default current_date,
reason text default null,
locality_id bigint default null,
decision early_help.contact_decision default null,
agency_id bigint default null,
practitioner_id bigint default null
)
returns contact_child
language sql
begin atomic
with received as (
insert into contact (received_on, source_code, agency_id, practitioner_id)
values (record_contact.received_on, record_contact.source_code, record_contact.agency_id,
record_contact.practitioner_id)
returning contact_id, received_on, source_code
)
insert into contact_child (
contact_id, received_on, source_code, child_id, primary_need_code, reason, locality_id, decision,
attached_episode_id)
select
r.contact_id,
r.received_on,
r.source_code,
record_contact.child_id,
record_contact.primary_need_code,
record_contact.reason,
record_contact.locality_id,
record_contact.decision,
(
select e.episode_id
from only episode_child c
join only episode e on e.episode_id = c.episode_id
where c.child_id = record_contact.child_id
and c.joined_on <= record_contact.received_on
and (c.left_on is null or c.left_on > record_contact.received_on)
and e.opened_on < record_contact.received_on
order by e.episode_id
limit 1
)
from received r
returning contact_child;
end;
comment on function record_contact(bigint, text, text, date, text, bigint, early_help.contact_decision, bigint, bigint) is
'Records a contact about one child and what was decided; '
'attached to the episode that supports the child on that day, if there is one. Errors YH016, YH020.';
create table referral (
referral_id bigint generated by default as identity primary key,
contact_child_id bigint,
child_id bigint not null,
counted_child_id bigint not null,
family_id bigint not null references family,
referred_on early_help.event_date not null,
source_code varchar(40) not null references contact_source,
primary_need_code varchar(40) not null references primary_need,
locality_id bigint references locality,
service_id bigint references service,
accepted_on early_help.event_date,
declined_on early_help.event_date,
contact_decision early_help.contact_decision generated always as ('referral'::early_help.contact_decision) stored,
source_ref text,
recorded_at timestamptz not null default now(),
constraint referral_source_ref_is_unique unique (source_ref),
constraint referral_once_a_contact unique (contact_child_id),
constraint referral_counts_for_a_child foreign key (child_id, counted_child_id)
references child (child_id, counts_for_child_id) on update cascade,
constraint referral_follows_a_contact_decided_so foreign key (contact_child_id, child_id, contact_decision)
references contact_child (contact_child_id, child_id, decision),
constraint referral_accepted_or_declined check (accepted_on is null or declined_on is null),
constraint referral_accepted_after_made check (accepted_on >= referred_on),
constraint referral_declined_after_made check (declined_on >= referred_on)
);
create index referral_of_a_child on referral (counted_child_id, referred_on);
create index on referral (child_id);
create index referral_of_a_month on referral (referred_on);
create index on referral (family_id);
comment on table referral is
'A request for early help for one child: what a contact was decided to be. The family waits from the day it is accepted.';
comment on column referral.referral_id is 'Key.';
comment on column referral.contact_child_id is 'The contact it came from; null: the partnership recorded no contact.';
comment on column referral.child_id is 'The child.';
comment on column referral.counted_child_id is
'Child it counts for: the child, or the one it was merged into. Filled from the child, and follows it.';
comment on column referral.family_id is 'The family support is asked for.';
comment on column referral.referred_on is 'Day of the referral.';
comment on column referral.source_code is 'Where it came from (DfE referral source code).';
comment on column referral.primary_need_code is 'Main need (DfE primary need code).';
comment on column referral.locality_id is 'Ward of the child at the time.';
comment on column referral.service_id is 'Service asked to help.';
comment on column referral.accepted_on is 'Day it was accepted: the family waits from then until support starts.';
comment on column referral.declined_on is 'Day it was declined.';
comment on column referral.contact_decision is 'Always referral: ties the referral to a contact that was decided so.';
comment on column referral.source_ref is 'Identifier in the sending system.';
comment on column referral.recorded_at is 'When the row was written.';
alter table episode add constraint episode_referral_id_fkey foreign key (referral_id) references referral;
create trigger referral_counts_for
before insert or update of child_id on referral
for each row
execute function early_help_internal.counted_child();
create trigger referral_fits_birth
before insert or update of child_id, referred_on on referral
for each row
execute function early_help_internal.referral_before();
create trigger referral_not_while_open
before insert or update of family_id, referred_on on referral
for each row
execute function early_help_internal.referral_not_while_open();
create trigger referral_codes
before insert or update on referral
for each row
execute function early_help_internal.code_valid(
'source_code', 'contact_source', 'referred_on',
'primary_need_code', 'primary_need', 'referred_on');
create function refer(
contact_child_id bigint,
family_id bigint default null,
referred_on date default null,
service_id bigint default null
)
returns referral
language sql
begin atomic
select early_help_internal.raise_rule('S05', format('contact_child_id %s', refer.contact_child_id))
where not exists (select from only contact_child r where r.contact_child_id = refer.contact_child_id);
update only contact_child
set decision = 'referral'
where contact_child.contact_child_id = refer.contact_child_id
and contact_child.decision is null;
insert into referral (
contact_child_id, child_id, family_id, referred_on, source_code, primary_need_code, locality_id, service_id)
select
c.contact_child_id,
c.child_id,
coalesce(refer.family_id, (
select max(m.family_id)
from only family_member m
where m.child_id = c.child_id
and m.left_on is null
having count(distinct m.family_id) = 1)),
coalesce(refer.referred_on, c.received_on),
c.source_code,
c.primary_need_code,
c.locality_id,
refer.service_id
from only contact_child c
where c.contact_child_id = refer.contact_child_id
returning referral;
end;
comment on function refer(bigint, bigint, date, bigint) is
'Refers the child of a contact to early help. A contact that was undecided is decided as referral. '
'If no family is given, it is the child''s only one. '
'Errors YH015, YH016, YHS05, 23502 where the child has several families, 23503 where the contact was decided otherwise.';
create function accept_referral(referral_id bigint, accepted_on date default current_date)
returns referral
language sql
begin atomic
select early_help_internal.raise_rule('S05', format('referral_id %s', accept_referral.referral_id))
where not exists (select from only referral r where r.referral_id = accept_referral.referral_id);
update only referral
set accepted_on = accept_referral.accepted_on
where referral.referral_id = accept_referral.referral_id
returning referral;
end;
comment on function accept_referral(bigint, date) is
'Accepts a referral: the family waits from then until support starts. Error YHS05.';
create function decline_referral(referral_id bigint, declined_on date default current_date)
returns referral
language sql
begin atomic
select early_help_internal.raise_rule('S05', format('referral_id %s', decline_referral.referral_id))
where not exists (select from only referral r where r.referral_id = decline_referral.referral_id);
update only referral
set declined_on = decline_referral.declined_on
where referral.referral_id = decline_referral.referral_id
returning referral;
end;
comment on function decline_referral(bigint, date) is
'Declines a referral. Error YHS05.';
create function move_child(
child_id bigint,
from_family_id bigint,
to_family_id bigint,
moved_on date default current_date
)
returns family_member
language sql
begin atomic
select early_help_internal.raise_rule('S05',
format('child_id %s is no member of family_id %s on %s',
move_child.child_id, move_child.from_family_id, move_child.moved_on))
where not exists (
select
from only family_member m
where m.child_id = move_child.child_id
and m.family_id = move_child.from_family_id
and (m.joined_on is null or m.joined_on < move_child.moved_on)
and m.left_on is null);
update only family_member
set left_on = move_child.moved_on
where family_member.child_id = move_child.child_id
and family_member.family_id = move_child.from_family_id
and family_member.left_on is null;
insert into family_member (family_id, child_id, joined_on)
values (move_child.to_family_id, move_child.child_id, move_child.moved_on)
returning family_member;
end;
comment on function move_child(bigint, bigint, bigint, date) is
'A child moves to another family from a day on. Past episodes stay with the family they were of. '
'Errors YHS05, 23P01 where the child belongs there already.';
create function split_family(family_id bigint, children bigint[], split_on date default current_date)
returns family
language sql
begin atomic
select early_help_internal.raise_rule('S05', format('no child of family_id %s is named', split_family.family_id))
where coalesce(cardinality(split_family.children), 0) = 0;
select early_help_internal.raise_rule(
'S05', format('child_id %s is no member of family_id %s', c.child_id, split_family.family_id))
from unnest(split_family.children) as c (child_id)
where not exists (
select
from only family_member m
where m.child_id = c.child_id
and m.family_id = split_family.family_id
and m.left_on is null);
update only family_member
set left_on = split_family.split_on
where family_member.family_id = split_family.family_id
and family_member.child_id = any (split_family.children)
and family_member.left_on is null;
with parted as (
insert into family default values
returning family as whole, family_id
), joined as (
insert into family_member (family_id, child_id, joined_on)
select
p.family_id,
c.child_id,
split_family.split_on
from parted p
cross join unnest(split_family.children) as c (child_id)
)
select p.whole
from parted p;
end;
comment on function split_family(bigint, bigint[], date) is
'From a day on, the children named are a family of their own. Returns the new family. Past episodes stay with the old one. '
'Error YHS05.';
create function join_families(keep_family_id bigint, join_family_id bigint, joined_on date default current_date)
returns family
language sql
begin atomic
select early_help_internal.raise_rule('S05', format('family_id %s', f.id))
from (values (join_families.keep_family_id), (join_families.join_family_id)) as f (id)
where not exists (select from only family r where r.family_id = f.id);
select early_help_internal.raise_rule(
'R06', format('family_id %s, which joins, has episode_id %s open', e.family_id, e.episode_id))
from only episode e
where e.family_id = join_families.join_family_id
and e.closed_on is null;
insert into family_member (family_id, child_id, joined_on)
select
join_families.keep_family_id,
m.child_id,
join_families.joined_on
from only family_member m
where m.family_id = join_families.join_family_id
and m.left_on is null
and not exists (
select
from only family_member k
where k.family_id = join_families.keep_family_id
and k.child_id = m.child_id
and k.left_on is null);
update only family_member
set left_on = join_families.joined_on
where family_member.family_id = join_families.join_family_id
and family_member.left_on is null;
select f
from only family f
where f.family_id = join_families.keep_family_id;
end;
comment on function join_families(bigint, bigint, date) is
'From a day on, the children of join_family_id belong to keep_family_id. Past episodes stay with the family they were of. '
'Errors YH006 while the joining family has an open episode, YHS05.';
create table assessment (
assessment_id bigint generated by default as identity primary key,
episode_id bigint not null references episode,
child_id bigint references child,
practitioner_id bigint references practitioner,
service_id bigint references service,
supports_sen boolean not null default false,
started_on early_help.event_date not null,
completed_on early_help.event_date,
ended_on early_help.event_date,
end_reason early_help.assessment_end_reason,
corrects_assessment_id bigint references assessment,
source_ref text,
recorded_at timestamptz not null default now(),
constraint assessment_source_ref_is_unique unique (source_ref),
constraint assessment_corrected_once unique (corrects_assessment_id),
constraint assessment_completed_after_started check (completed_on >= started_on),
constraint assessment_ended_after_started check (ended_on >= started_on),
constraint assessment_ended_if_and_only_if_reason check ((ended_on is null) = (end_reason is null)),
constraint assessment_completed_or_ended check (completed_on is null or ended_on is null)
);
create index on assessment (episode_id);
create index on assessment (child_id);
comment on table assessment is
'An Early Help Assessment (EHA). Complete when its four domains are assessed; then it changes only as a new version (R05). '
'Source: Medway Early Help Strategy 2021-24 section 7.';
comment on column assessment.assessment_id is 'Key.';
comment on column assessment.episode_id is 'The episode.';
comment on column assessment.child_id is 'The child it is about; null: all children of the family.';
comment on column assessment.practitioner_id is 'Practitioner who carries it out.';
comment on column assessment.service_id is 'Service that started it: counted by hub or partner.';
comment on column assessment.supports_sen is
'True for an EHA that serves SEN support, the graduated response before an education, health and care plan.';
comment on column assessment.started_on is 'Day it was started.';
comment on column assessment.completed_on is 'Day it was completed; null: continuing, or ended.';
comment on column assessment.ended_on is 'Day it ended without being completed.';
comment on column assessment.end_reason is 'Why it ended so.';
comment on column assessment.corrects_assessment_id is 'Completed assessment this one is a corrected version of.';
comment on column assessment.source_ref is 'Identifier in the sending system.';
comment on column assessment.recorded_at is 'When the row was written.';
create trigger assessment_keeps_episode
before update on assessment
for each row
execute function early_help_internal.keep_columns('episode_id', 'child_id', 'corrects_assessment_id');
create trigger assessment_rules
before insert or update or delete on assessment
for each row
execute function early_help_internal.assessment_before();
create trigger assessment_what_follows
after insert or update of completed_on on assessment
for each row
execute function early_help_internal.assessment_after();
create table assessment_domain (
assessment_id bigint not null references assessment on delete cascade,
domain early_help.eha_domain not null,
assessed_on early_help.event_date not null,
needs text,
strengths text,
family_voice text,
recorded_at timestamptz not null default now(),
constraint assessment_domain_pkey primary key (assessment_id, domain)
);
comment on table assessment_domain is 'What an EHA found in one of its four domains.';
comment on column assessment_domain.assessment_id is 'The assessment.';
comment on column assessment_domain.domain is 'The domain (early_help.eha_domain).';
comment on column assessment_domain.assessed_on is 'Day the domain was assessed.';
comment on column assessment_domain.needs is 'Needs found. Narrative.';
comment on column assessment_domain.strengths is 'Strengths found. Narrative.';
comment on column assessment_domain.family_voice is 'What the family says about it, in their words. Narrative.';
comment on column assessment_domain.recorded_at is 'When the row was written.';
create trigger assessment_domain_rules
before insert or update or delete on assessment_domain
for each row
execute function early_help_internal.assessment_domain_before();
create table assessment_factor_found (
assessment_id bigint not null references assessment on delete cascade,
assessment_factor_code varchar(40) not null references assessment_factor,
constraint assessment_factor_found_pkey primary key (assessment_id, assessment_factor_code)
);
comment on table assessment_factor_found is 'Factors an EHA found (DfE assessment factor codes).';
comment on column assessment_factor_found.assessment_id is 'The assessment.';
comment on column assessment_factor_found.assessment_factor_code is 'The factor.';
create trigger assessment_factor_codes
before insert or update on assessment_factor_found
for each row
execute function early_help_internal.assessment_factor_found_before();
create function start_assessment(
episode_id bigint,
started_on date default current_date,
child_id bigint default null,
practitioner_id bigint default null,
service_id bigint default null
)
returns assessment
language sql
begin atomic
select early_help_internal.raise_rule('S05', format('episode_id %s', start_assessment.episode_id))
where not exists (select from only episode r where r.episode_id = start_assessment.episode_id);
insert into assessment (episode_id, started_on, child_id, practitioner_id, service_id)
values (start_assessment.episode_id, start_assessment.started_on, start_assessment.child_id,
start_assessment.practitioner_id, start_assessment.service_id)
returning assessment;
end;
comment on function start_assessment(bigint, date, bigint, bigint, bigint) is
'Starts an Early Help Assessment, of one child or (child_id null) of all. Errors YHS05, YH008 without consent, YH014, YHS01.';
create function assess_domain(
assessment_id bigint,
domain early_help.eha_domain,
assessed_on date default current_date,
needs text default null,
strengths text default null
)
returns assessment_domain
language sql
begin atomic
select early_help_internal.raise_rule('S05', format('assessment_id %s', assess_domain.assessment_id))
where not exists (select from only assessment r where r.assessment_id = assess_domain.assessment_id);
insert into assessment_domain (assessment_id, domain, assessed_on, needs, strengths)
values (assess_domain.assessment_id, assess_domain.domain, assess_domain.assessed_on,
assess_domain.needs, assess_domain.strengths)
on conflict on constraint assessment_domain_pkey
do update set assessed_on = excluded.assessed_on, needs = excluded.needs, strengths = excluded.strengths
returning assessment_domain;
end;
comment on function assess_domain(bigint, early_help.eha_domain, date, text, text) is
'Records what an EHA found in one of its four domains; again replaces while the EHA is open. Errors YHS05, YH005, YH014.';
create function complete_assessment(assessment_id bigint, completed_on date default current_date)
returns assessment
language sql
begin atomic
select early_help_internal.raise_rule('S05', format('assessment_id %s', complete_assessment.assessment_id))
where not exists (select from only assessment r where r.assessment_id = complete_assessment.assessment_id);
update only assessment
set completed_on = complete_assessment.completed_on
where assessment.assessment_id = complete_assessment.assessment_id
returning assessment;
end;
comment on function complete_assessment(bigint, date) is
'Completes an EHA whose four domains are assessed. Errors YHS05, YH005, YH014.';
create table plan (
plan_id bigint generated by default as identity primary key,
episode_id bigint not null references episode,
kind early_help.plan_kind not null default 'intervention',
assessment_id bigint references assessment,
practitioner_id bigint references practitioner,
service_id bigint references service,
started_on early_help.event_date not null,
review_counts_from early_help.event_date not null,
review_due_on early_help.event_date not null,
extended_by_review_id bigint,
ended_on early_help.event_date,
end_reason early_help.plan_end_reason,
completed_by_review_id bigint,
source_ref text,
recorded_at timestamptz not null default now(),
constraint plan_source_ref_is_unique unique (source_ref),
constraint plan_facts_its_outcomes_and_reviews_share unique (plan_id, kind),
constraint plan_review_due_in_six_to_eight_weeks
check (kind <> 'intervention' or review_due_on - review_counts_from between 42 and 56),
constraint plan_review_due_after_start check (review_due_on > review_counts_from),
constraint plan_review_counts_from_start_or_review
check (extended_by_review_id is not null or review_counts_from = started_on),
constraint plan_ended_if_and_only_if_reason check ((ended_on is null) = (end_reason is null)),
constraint plan_completed_through_review
check (end_reason is null or (end_reason = 'completed') = (completed_by_review_id is not null)),
constraint plan_not_ended_without_reason_for_review check (completed_by_review_id is null or end_reason is not null),
constraint plan_ended_after_started check (ended_on >= started_on)
);
create index on plan (episode_id);
create index on plan (started_on);
create index on plan (review_due_on) where ended_on is null;
comment on table plan is
'An intervention plan, or a family outcomes plan. Its next review is always set (R02); '
'it is completed only through a held review (R03). Source: Medway Early Help Strategy 2021-24 section 7.';
comment on column plan.plan_id is 'Key.';
comment on column plan.episode_id is 'The episode.';
comment on column plan.kind is 'intervention or family_outcomes.';
comment on column plan.assessment_id is 'EHA it follows; null: straight to the plan.';
comment on column plan.practitioner_id is 'Practitioner responsible for the plan.';
comment on column plan.service_id is 'Service that delivers it.';
comment on column plan.started_on is 'Day it started.';
comment on column plan.review_counts_from is
'Day the current 6-8 weeks count from: the start, or the review that extended the plan. Filled from them.';
comment on column plan.review_due_on is
'Day the next review is due: 42-56 days after review_counts_from, 56 where none is given (R02).';
comment on column plan.extended_by_review_id is 'Held review that extended the plan last.';
comment on column plan.ended_on is 'Day it ended; null: running.';
comment on column plan.end_reason is 'completed (only by a review), consent_withdrawn or episode_closed.';
comment on column plan.completed_by_review_id is 'Held review that completed it.';
comment on column plan.source_ref is 'Identifier in the sending system.';
comment on column plan.recorded_at is 'When the row was written.';
create trigger plan_keeps_episode_and_kind
before update on plan
for each row
execute function early_help_internal.keep_columns('episode_id', 'kind');
create trigger plan_rules
before insert or update on plan
for each row
execute function early_help_internal.plan_before();
create trigger plan_what_follows
after insert on plan
for each row
execute function early_help_internal.plan_after();
create function start_plan(
episode_id bigint,
started_on date default current_date,
review_due_on date default null,
kind early_help.plan_kind default 'intervention',
assessment_id bigint default null,
practitioner_id bigint default null,
service_id bigint default null
)
returns plan
language sql
begin atomic
select early_help_internal.raise_rule('S05', format('episode_id %s', start_plan.episode_id))
where not exists (select from only episode r where r.episode_id = start_plan.episode_id);
insert into plan (episode_id, kind, started_on, review_due_on, assessment_id, practitioner_id, service_id)
values (start_plan.episode_id, start_plan.kind, start_plan.started_on, start_plan.review_due_on,
start_plan.assessment_id, start_plan.practitioner_id, start_plan.service_id)
returning plan;
end;
comment on function start_plan(bigint, date, date, early_help.plan_kind, bigint, bigint, bigint) is
'Starts an intervention plan or a family outcomes plan; its review is due 42-56 days on, 56 where not given. '
'Errors YHS05, YH002, YH008, YH014, YHS01.';
create table review (
review_id bigint generated by default as identity primary key,
plan_id bigint not null,
plan_kind early_help.plan_kind not null,
due_on early_help.event_date not null,
held_on early_help.event_date not null,
decision early_help.review_decision not null,
next_review_due_on early_help.event_date,
practitioner_id bigint references practitioner,
family_views text,
source_ref text,
recorded_at timestamptz not null default now(),
constraint review_source_ref_is_unique unique (source_ref),
constraint review_once_a_day_a_plan unique (plan_id, held_on),
constraint review_of_a_plan foreign key (plan_id, plan_kind) references plan (plan_id, kind),
constraint review_extends_to_a_next_review check ((decision = 'extend') = (next_review_due_on is not null)),
constraint review_next_due_in_six_to_eight_weeks
check (plan_kind <> 'intervention' or next_review_due_on - held_on between 42 and 56),
constraint review_next_due_after_held check (next_review_due_on > held_on),
constraint review_facts_an_extension_takes unique (review_id, plan_id, held_on, next_review_due_on),
constraint review_facts_a_completion_takes unique (review_id, plan_id, held_on)
);
comment on table review is 'A held review of a plan (EHAR for a family outcomes plan): it completes the plan or extends it.';
comment on column review.review_id is 'Key.';
comment on column review.plan_id is 'The plan.';
comment on column review.plan_kind is 'Kind of the plan; filled from it.';
comment on column review.due_on is 'Day this review was due; filled from the plan.';
comment on column review.held_on is 'Day it was held. In time if it is not after due_on.';
comment on column review.decision is 'complete or extend.';
comment on column review.next_review_due_on is 'Only if extended: day the next review is due, by R02.';
comment on column review.practitioner_id is 'Practitioner who held it.';
comment on column review.family_views is 'What the family said. Narrative.';
comment on column review.source_ref is 'Identifier in the sending system.';
comment on column review.recorded_at is 'When the row was written.';
alter table plan
add constraint plan_extended_by_its_review
foreign key (extended_by_review_id, plan_id, review_counts_from, review_due_on)
references review (review_id, plan_id, held_on, next_review_due_on) on update cascade,
add constraint plan_completed_by_its_review
foreign key (completed_by_review_id, plan_id, ended_on)
references review (review_id, plan_id, held_on) on update cascade;
create trigger review_keeps_plan_and_decision
before update on review
for each row
execute function early_help_internal.keep_columns('plan_id', 'plan_kind', 'due_on', 'decision');
create trigger review_rules
before insert or update on review
for each row
execute function early_help_internal.review_before();
create trigger review_what_follows
after insert on review
for each row
execute function early_help_internal.review_after();
create trigger review_sets_next
after update on review
for each row
when (old.next_review_due_on is distinct from new.next_review_due_on)
execute function early_help_internal.review_sets_next();
create trigger review_stays
before delete on review
for each row
execute function early_help_internal.review_stays();
create table review_participant (
review_participant_id bigint generated by default as identity primary key,
review_id bigint not null references review on delete cascade,
party early_help.review_party not null,
child_id bigint references child,
adult_id bigint references adult,
practitioner_id bigint references practitioner,
agency_id bigint references agency,
present boolean not null,
recorded_at timestamptz not null default now(),
constraint review_participant_is_one check (
num_nonnulls(child_id, adult_id, practitioner_id, agency_id) = 1
and case party
when 'family' then num_nonnulls(child_id, adult_id) = 1
when 'practitioner' then practitioner_id is not null
else agency_id is not null
end),
constraint review_participant_once_a_review
unique nulls not distinct (review_id, child_id, adult_id, practitioner_id, agency_id)
);
comment on table review_participant is 'Who was asked to a review, and came or sent apologies.';
comment on column review_participant.review_participant_id is 'Key.';
comment on column review_participant.review_id is 'The review.';
comment on column review_participant.party is 'family, practitioner or agency.';
comment on column review_participant.child_id is 'The child, of a family.';
comment on column review_participant.adult_id is 'The adult, of a family.';
comment on column review_participant.practitioner_id is 'The practitioner.';
comment on column review_participant.agency_id is 'The agency.';
comment on column review_participant.present is 'True: present; false: apologies.';
comment on column review_participant.recorded_at is 'When the row was written.';
create function hold_review(
plan_id bigint,
decision early_help.review_decision,
held_on date default current_date,
next_review_due_on date default null,
practitioner_id bigint default null,
family_views text default null
)
returns review
language sql
begin atomic
insert into review (plan_id, decision, held_on, next_review_due_on, practitioner_id, family_views)
values (hold_review.plan_id, hold_review.decision, hold_review.held_on, hold_review.next_review_due_on,
hold_review.practitioner_id, hold_review.family_views)
returning review;
end;
comment on function hold_review(bigint, early_help.review_decision, date, date, bigint, text) is
'Records a held review, which completes the plan or extends it to a next review 42-56 days on. '
'Errors YHS05, YH002, YH003, YH014, YHS01.';
create table plan_outcome (
plan_outcome_id bigint generated by default as identity primary key,
plan_id bigint not null,
plan_kind early_help.plan_kind not null,
position smallint,
agreed_on early_help.event_date not null,
description text,
headline_outcome_code varchar(40) references headline_outcome,
achieved_on early_help.event_date,
withdrawn_on early_help.event_date,
withdrawn_reason text,
source_ref text,
recorded_at timestamptz not null default now(),
constraint plan_outcome_source_ref_is_unique unique (source_ref),
constraint plan_outcome_position_taken_once unique (plan_id, position),
constraint plan_outcome_facts_its_actions_share unique (plan_outcome_id, plan_id),
constraint plan_outcome_of_a_plan foreign key (plan_id, plan_kind) references plan (plan_id, kind),
constraint plan_outcome_at_most_five check (position >= 1 and (plan_kind <> 'intervention' or position <= 5)),
constraint plan_outcome_live_if_and_only_if_position check ((position is null) = (withdrawn_on is not null)),
constraint plan_outcome_withdrawn_after_agreed check (withdrawn_on >= agreed_on),
constraint plan_outcome_achieved_after_agreed check (achieved_on >= agreed_on),
constraint plan_outcome_achieved_or_withdrawn check (achieved_on is null or withdrawn_on is null)
);
comment on table plan_outcome is
'An outcome agreed with the family. '
'At most five of an intervention plan are live: each holds a position 1-5 until it is withdrawn (R01). '
'Source: Medway Early Help Strategy 2021-24 section 7.';
comment on column plan_outcome.plan_outcome_id is 'Key.';
comment on column plan_outcome.plan_id is 'The plan.';
comment on column plan_outcome.plan_kind is 'Kind of the plan; filled from it.';
comment on column plan_outcome.position is
'Place among the plan''s live outcomes: a token, not an order. The lowest free place where none is given; '
'null if the outcome is withdrawn, and only then.';
comment on column plan_outcome.agreed_on is 'Day it was agreed with the family.';
comment on column plan_outcome.description is 'The outcome in the family''s words. Narrative.';
comment on column plan_outcome.headline_outcome_code is 'Headline outcome it counts towards.';
comment on column plan_outcome.achieved_on is 'Day the family agreed that it was achieved.';
comment on column plan_outcome.withdrawn_on is 'Day it was dropped: frees its position.';
comment on column plan_outcome.withdrawn_reason is 'Why it was dropped. Narrative.';
comment on column plan_outcome.source_ref is 'Identifier in the sending system.';
comment on column plan_outcome.recorded_at is 'When the row was written.';
create trigger plan_outcome_rules
before insert or update on plan_outcome
for each row
execute function early_help_internal.plan_outcome_before();
create trigger plan_outcome_codes
before insert or update on plan_outcome
for each row
when (new.headline_outcome_code is not null)
execute function early_help_internal.code_valid('headline_outcome_code', 'headline_outcome', 'agreed_on');
create function add_outcome(
plan_id bigint,
description text default null,
agreed_on date default current_date,
headline_outcome_code text default null
)
returns plan_outcome
language sql
begin atomic
insert into plan_outcome (plan_id, agreed_on, description, headline_outcome_code)
values (add_outcome.plan_id, add_outcome.agreed_on, add_outcome.description, add_outcome.headline_outcome_code)
returning plan_outcome;
end;
comment on function add_outcome(bigint, text, date, text) is
'Agrees an outcome with the family, in the lowest free position of the plan. '
'Errors YHS05, YH001 where five are live, YH003, YH004, YH014.';
create function withdraw_outcome(plan_outcome_id bigint, withdrawn_on date default current_date, reason text default null)
returns plan_outcome
language sql
begin atomic
select early_help_internal.raise_rule('S05', format('plan_outcome_id %s', withdraw_outcome.plan_outcome_id))
where not exists (select from only plan_outcome r where r.plan_outcome_id = withdraw_outcome.plan_outcome_id);
update only plan_outcome
set withdrawn_on = withdraw_outcome.withdrawn_on,
withdrawn_reason = withdraw_outcome.reason
where plan_outcome.plan_outcome_id = withdraw_outcome.plan_outcome_id
returning plan_outcome;
end;
comment on function withdraw_outcome(bigint, date, text) is
'Drops an outcome, which frees its position. Errors YHS05, YH014, YH019.';
create function achieve_outcome(plan_outcome_id bigint, achieved_on date default current_date)
returns plan_outcome
language sql
begin atomic
select early_help_internal.raise_rule('S05', format('plan_outcome_id %s', achieve_outcome.plan_outcome_id))
where not exists (select from only plan_outcome r where r.plan_outcome_id = achieve_outcome.plan_outcome_id);
update only plan_outcome
set achieved_on = achieve_outcome.achieved_on
where plan_outcome.plan_outcome_id = achieve_outcome.plan_outcome_id
returning plan_outcome;
end;
comment on function achieve_outcome(bigint, date) is
'Records the day the family agreed that an outcome was achieved. Errors YHS05, YH014, YH019.';
create table action (
action_id bigint generated by default as identity primary key,
plan_id bigint not null references plan,
plan_outcome_id bigint,
owner_practitioner_id bigint references practitioner,
owned_by_family boolean not null default false,
description text,
agreed_on early_help.event_date not null,
due_on early_help.event_date not null,
done_on early_help.event_date,
safety_reason text,
source_ref text,
recorded_at timestamptz not null default now(),
constraint action_source_ref_is_unique unique (source_ref),
constraint action_for_an_outcome_of_its_plan foreign key (plan_outcome_id, plan_id)
references plan_outcome (plan_outcome_id, plan_id),
constraint action_has_one_owner check ((owner_practitioner_id is not null) <> owned_by_family),
constraint action_due_after_agreed check (due_on >= agreed_on),
constraint action_done_after_agreed check (done_on >= agreed_on),
constraint action_safety_reason_is_not_blank check (safety_reason ~ '\S')
);
create index on action (plan_id);
create index on action (plan_outcome_id);
create index on action (owner_practitioner_id);
comment on table action is 'Who does what until when, agreed in a plan. A safety action is always taken, with its reason (R04).';
comment on column action.action_id is 'Key.';
comment on column action.plan_id is 'The plan.';
comment on column action.plan_outcome_id is 'Outcome it works towards; null: the plan as a whole.';
comment on column action.owner_practitioner_id is 'Practitioner who does it; null where the family does.';
comment on column action.owned_by_family is 'True where the family does it.';
comment on column action.description is 'What is to be done. Narrative.';
comment on column action.agreed_on is 'Day it was agreed.';
comment on column action.due_on is 'Day it is due.';
comment on column action.done_on is 'Day it was done; null: not yet.';
comment on column action.safety_reason is
'Why it is a safety action, which no overdue review holds up. Narrative; null: an ordinary action.';
comment on column action.source_ref is 'Identifier in the sending system.';
comment on column action.recorded_at is 'When the row was written.';
create trigger action_keeps_plan
before update on action
for each row
execute function early_help_internal.keep_columns('plan_id');
create trigger action_rules
before insert or update on action
for each row
execute function early_help_internal.action_before();
create function add_action(
plan_id bigint,
due_on date,
description text default null,
agreed_on date default current_date,
owner_practitioner_id bigint default null,
plan_outcome_id bigint default null,
safety_reason text default null
)
returns action
language sql
begin atomic
insert into action (
plan_id, plan_outcome_id, owner_practitioner_id, owned_by_family, description, agreed_on, due_on, safety_reason)
values (add_action.plan_id, add_action.plan_outcome_id, add_action.owner_practitioner_id,
add_action.owner_practitioner_id is null, add_action.description, add_action.agreed_on, add_action.due_on,
add_action.safety_reason)
returning action;
end;
comment on function add_action(bigint, date, text, date, bigint, bigint, text) is
'Agrees an action: of a practitioner, or of the family where none is given. A safety action says why it is one. '
'Errors YH003, YH004, YH014.';
create function finish_action(action_id bigint, done_on date default current_date)
returns action
language sql
begin atomic
select early_help_internal.raise_rule('S05', format('action_id %s', finish_action.action_id))
where not exists (select from only action r where r.action_id = finish_action.action_id);
update only action
set done_on = finish_action.done_on
where action.action_id = finish_action.action_id
returning action;
end;
comment on function finish_action(bigint, date) is
'Records the day an action was done. Error YHS05.';
create table step (
step_id bigint generated by default as identity primary key,
child_id bigint not null references child,
family_id bigint not null references family,
episode_id bigint references episode,
from_level early_help.need_level not null,
to_level early_help.need_level not null,
offered_on early_help.event_date not null,
basis early_help.step_basis,
reason text not null,
consulted_role early_help.consultation_role,
consulted_on early_help.event_date,
assessment_id bigint references assessment,
no_assessment_reason text,
consent_override_reason text,
decided_on early_help.event_date,
outcome early_help.step_outcome,
decision_reason text,
receiving_agency_id bigint references agency,
receiving_practitioner_id bigint references practitioner,
first_review_on early_help.event_date,
source_ref text,
recorded_at timestamptz not null default now(),
constraint step_source_ref_is_unique unique (source_ref),
constraint step_crosses_social_care check (
(from_level = early_help.need_level 'social_care') <> (to_level = early_help.need_level 'social_care')),
constraint step_up_names_its_basis check ((to_level = early_help.need_level 'social_care') = (basis is not null)),
constraint step_has_a_reason check (reason ~ '\S'),
constraint step_up_was_consulted check (
to_level <> early_help.need_level 'social_care'
or basis = 'section_47'
or (consulted_role is not null and consulted_on is not null and consulted_on <= offered_on)),
constraint step_consultation_names_role_and_day check ((consulted_role is null) = (consulted_on is null)),
constraint step_up_carries_assessment_or_says_why check (
to_level <> early_help.need_level 'social_care'
or assessment_id is not null
or coalesce(no_assessment_reason, '') ~ '\S'),
constraint step_consent_override_says_why check (consent_override_reason ~ '\S'),
constraint step_decided_once check ((decided_on is null) = (outcome is null)),
constraint step_decided_after_offered check (decided_on >= offered_on),
constraint step_down_is_received check (
to_level <> early_help.need_level 'early_help'
or outcome is distinct from 'accepted'
or num_nulls(receiving_agency_id, receiving_practitioner_id, first_review_on) = 0)
);
create unique index step_one_open_a_child on step (child_id) where outcome is null;
create index on step (child_id, offered_on);
create index on step (episode_id);
create index on step (family_id);
create index on step (offered_on);
create index on step (decided_on);
create index step_urgent_without_consultation on step (offered_on)
where basis = 'section_47' and consulted_on is null;
comment on table step is
'A step up to social care or down from it, of one child: offered, then accepted, declined or withdrawn, once (R10-R13). '
'Early help stays open until social care accepts.';
comment on column step.step_id is 'Key.';
comment on column step.child_id is 'The child.';
comment on column step.family_id is 'Family the child is stepped up from, or down to.';
comment on column step.episode_id is 'Episode it belongs to; filled from the family''s open one; null where there is none.';
comment on column step.from_level is 'The child''s level when it was offered; filled from the child''s last level change.';
comment on column step.to_level is 'Level it leads to: social_care is a step up.';
comment on column step.offered_on is 'Day it was offered.';
comment on column step.basis is 'Ground of a step up (R10); none for a step down.';
comment on column step.reason is 'Why. Narrative.';
comment on column step.consulted_role is
'Whom the practitioner talked to first: supervisor, line manager, designated safeguarding lead.';
comment on column step.consulted_on is 'Day of that talk. A s.47 step up may be offered before it.';
comment on column step.assessment_id is 'EHA that goes with a step up.';
comment on column step.no_assessment_reason is 'Why none goes with it. Narrative.';
comment on column step.consent_override_reason is
'Why a step up is offered without consent (R08). A s.47 step up needs neither consent nor this reason. Narrative.';
comment on column step.decided_on is 'Day it was accepted, declined or withdrawn.';
comment on column step.outcome is 'accepted, declined or withdrawn; null: open.';
comment on column step.decision_reason is 'What the deciding side said. Narrative.';
comment on column step.receiving_agency_id is 'Agency that takes on a step down (R13).';
comment on column step.receiving_practitioner_id is 'Lead practitioner who takes on a step down (R13).';
comment on column step.first_review_on is 'Day a step down is first reviewed (R13).';
comment on column step.source_ref is 'Identifier in the sending system.';
comment on column step.recorded_at is 'When the row was written.';
create trigger step_keeps_child_and_levels
before update on step
for each row
execute function early_help_internal.keep_columns('child_id', 'family_id', 'episode_id', 'from_level', 'to_level');
create trigger step_rules
before insert or update on step
for each row
execute function early_help_internal.step_before();
create trigger step_stays
before delete on step
for each row
execute function early_help_internal.step_stays();
create trigger step_what_follows
after insert or update on step
for each row
execute function early_help_internal.step_after();
create function step_up(
child_id bigint,
basis early_help.step_basis,
reason text,
offered_on date default current_date,
consulted_role early_help.consultation_role default null,
consulted_on date default null,
assessment_id bigint default null,
no_assessment_reason text default null,
consent_override_reason text default null,
family_id bigint default null
)
returns step
language sql
begin atomic
select early_help_internal.raise_rule('S05', format('child_id %s', step_up.child_id))
where not exists (select from only child r where r.child_id = step_up.child_id);
insert into step (
child_id, family_id, to_level, offered_on, basis, reason, consulted_role, consulted_on,
assessment_id, no_assessment_reason, consent_override_reason)
values (step_up.child_id, step_up.family_id, 'social_care', step_up.offered_on, step_up.basis, step_up.reason,
step_up.consulted_role, step_up.consulted_on, step_up.assessment_id, step_up.no_assessment_reason,
step_up.consent_override_reason)
returning step;
end;
comment on function step_up(
bigint, early_help.step_basis, text, date, early_help.consultation_role, date, bigint, text, text, bigint) is
'Offers a child''s case to social care; early help stays open until it is accepted. '
'Errors YHS05, YH008, YH010, YH011, YH012, YHS01.';
create function step_down(
child_id bigint,
reason text,
offered_on date default current_date,
family_id bigint default null,
to_level early_help.need_level default 'early_help'
)
returns step
language sql
begin atomic
select early_help_internal.raise_rule('S05', format('child_id %s', step_down.child_id))
where not exists (select from only child r where r.child_id = step_down.child_id);
insert into step (child_id, family_id, to_level, offered_on, reason)
values (step_down.child_id, step_down.family_id, step_down.to_level, step_down.offered_on, step_down.reason)
returning step;
end;
comment on function step_down(bigint, text, date, bigint, early_help.need_level) is
'Social care offers a child''s case to early help (or to universal services); it needs no earlier episode. '
'Errors YHS05, YH011, YH012.';
create function accept_step(
step_id bigint,
decided_on date default current_date,
receiving_agency_id bigint default null,
receiving_practitioner_id bigint default null,
first_review_on date default null,
decision_reason text default null
)
returns step
language sql
begin atomic
select early_help_internal.raise_rule('S05', format('step_id %s', accept_step.step_id))
where not exists (select from only step r where r.step_id = accept_step.step_id);
update only step
set outcome = 'accepted',
decided_on = accept_step.decided_on,
receiving_agency_id = coalesce(accept_step.receiving_agency_id, step.receiving_agency_id),
receiving_practitioner_id = coalesce(accept_step.receiving_practitioner_id, step.receiving_practitioner_id),
first_review_on = coalesce(accept_step.first_review_on, step.first_review_on),
decision_reason = accept_step.decision_reason
where step.step_id = accept_step.step_id;
select s
from only step s
where s.step_id = accept_step.step_id;
end;
comment on function accept_step(bigint, date, bigint, bigint, date, text) is
'Accepts an offered step. Up: the child moves to social care, and the last child''s step closes the episode. '
'Down: needs receiving agency, lead practitioner and first review; opens an episode where none is open. '
'Errors YHS05, YH011, YH012, YH013.';
create function decline_step(step_id bigint, decided_on date default current_date, reason text default null)
returns step
language sql
begin atomic
select early_help_internal.raise_rule('S05', format('step_id %s', decline_step.step_id))
where not exists (select from only step r where r.step_id = decline_step.step_id);
update only step
set outcome = 'declined',
decided_on = decline_step.decided_on,
decision_reason = decline_step.reason
where step.step_id = decline_step.step_id
returning step;
end;
comment on function decline_step(bigint, date, text) is
'Declines an offered step: the child stays where it is. Errors YHS05, YH012.';
create function withdraw_step(step_id bigint, decided_on date default current_date, reason text default null)
returns step
language sql
begin atomic
select early_help_internal.raise_rule('S05', format('step_id %s', withdraw_step.step_id))
where not exists (select from only step r where r.step_id = withdraw_step.step_id);
update only step
set outcome = 'withdrawn',
decided_on = withdraw_step.decided_on,
decision_reason = withdraw_step.reason
where step.step_id = withdraw_step.step_id
returning step;
end;
comment on function withdraw_step(bigint, date, text) is
'Takes an offered step back. Errors YHS05, YH012.';
create function record_consultation(
step_id bigint,
role early_help.consultation_role,
consulted_on date default current_date
)
returns step
language sql
begin atomic
select early_help_internal.raise_rule('S05', format('step_id %s', record_consultation.step_id))
where not exists (select from only step r where r.step_id = record_consultation.step_id);
update only step
set consulted_role = record_consultation.role,
consulted_on = record_consultation.consulted_on
where step.step_id = record_consultation.step_id
returning step;
end;
comment on function record_consultation(bigint, early_help.consultation_role, date) is
'Records the consultation for an urgent (s.47) step up that was offered before it: once, also after the step was decided. '
'It is due by the next working day after the offer. Errors YHS05, YH010, YH012.';
create table service_request (
service_request_id bigint generated by default as identity primary key,
family_id bigint not null references family,
child_id bigint references child,
episode_id bigint,
service_id bigint references service,
primary_need_code varchar(40) not null references primary_need,
locality_id bigint references locality,
requested_on early_help.event_date not null,
offered_on early_help.event_date,
started_on early_help.event_date,
ended_on early_help.event_date,
decided_on early_help.event_date,
outcome early_help.service_request_outcome,
source_ref text,
recorded_at timestamptz not null default now(),
constraint service_request_source_ref_is_unique unique (source_ref),
constraint service_request_in_an_episode_of_its_family foreign key (episode_id, family_id)
references episode (episode_id, family_id),
constraint service_request_offered_after_requested check (offered_on >= requested_on),
constraint service_request_started_after_offered check (started_on >= offered_on),
constraint service_request_started_was_offered check (started_on is null or offered_on is not null),
constraint service_request_offer_names_a_service check (offered_on is null or service_id is not null),
constraint service_request_ended_after_started check (ended_on >= started_on),
constraint service_request_ended_was_started check (ended_on is null or started_on is not null),
constraint service_request_decided_if_and_only_if_outcome check ((decided_on is null) = (outcome is null)),
constraint service_request_decided_after_requested check (decided_on >= requested_on),
constraint service_request_started_if_and_only_if_outcome
check ((outcome is not distinct from 'started') = (started_on is not null)),
constraint service_request_no_service_was_not_offered check (outcome <> 'no_service' or offered_on is null)
);
create index on service_request (family_id);
create index on service_request (service_id);
create index on service_request (episode_id);
create index on service_request (requested_on);
comment on table service_request is
'A service asked for, to meet a need of a family: requested, offered, started or not. '
'The family waits for it while offered_on and outcome are null. '
'Source: Medway Early Help Strategy 2021-24 section 10, waiting lists.';
comment on column service_request.service_request_id is 'Key.';
comment on column service_request.family_id is 'The family.';
comment on column service_request.child_id is 'The child; null: the family.';
comment on column service_request.episode_id is 'Episode it belongs to, where there is one.';
comment on column service_request.service_id is 'Service asked for or offered; null: none found yet.';
comment on column service_request.primary_need_code is 'Need it is for.';
comment on column service_request.locality_id is 'Area of the family at the time.';
comment on column service_request.requested_on is 'Day it was asked for.';
comment on column service_request.offered_on is 'Day a service was offered.';
comment on column service_request.started_on is 'Day it started.';
comment on column service_request.ended_on is 'Day it ended; null: going on, or never started.';
comment on column service_request.decided_on is 'Day the request was decided.';
comment on column service_request.outcome is 'What became of it; null: waiting. no_service: a need that no service meets.';
comment on column service_request.source_ref is 'Identifier in the sending system.';
comment on column service_request.recorded_at is 'When the row was written.';
create trigger service_request_codes
before insert or update on service_request
for each row
execute function early_help_internal.code_valid('primary_need_code', 'primary_need', 'requested_on');
create function request_service(
family_id bigint,
primary_need_code text,
requested_on date default current_date,
service_id bigint default null,
child_id bigint default null,
locality_id bigint default null
)
returns service_request
language sql
begin atomic
insert into service_request (
family_id, child_id, episode_id, service_id, primary_need_code, locality_id, requested_on)
values (request_service.family_id, request_service.child_id,
(
select e.episode_id
from only episode e
where e.family_id = request_service.family_id
and e.closed_on is null
),
request_service.service_id, request_service.primary_need_code, request_service.locality_id,
request_service.requested_on)
returning service_request;
end;
comment on function request_service(bigint, text, date, bigint, bigint, bigint) is
'Asks for a service for a need of a family, which waits from then on. Error YH020.';
create function offer_service(service_request_id bigint, offered_on date default current_date, service_id bigint default null)
returns service_request
language sql
begin atomic
select early_help_internal.raise_rule('S05', format('service_request_id %s', offer_service.service_request_id))
where not exists (select from only service_request r where r.service_request_id = offer_service.service_request_id);
update only service_request
set offered_on = offer_service.offered_on,
service_id = coalesce(offer_service.service_id, service_request.service_id)
where service_request.service_request_id = offer_service.service_request_id
returning service_request;
end;
comment on function offer_service(bigint, date, bigint) is
'A service offers what was asked for. Error YHS05.';
create function start_service(service_request_id bigint, started_on date default current_date)
returns service_request
language sql
begin atomic
select early_help_internal.raise_rule('S05', format('service_request_id %s', start_service.service_request_id))
where not exists (select from only service_request r where r.service_request_id = start_service.service_request_id);
update only service_request
set started_on = start_service.started_on,
decided_on = start_service.started_on,
outcome = 'started'
where service_request.service_request_id = start_service.service_request_id
returning service_request;
end;
comment on function start_service(bigint, date) is
'An offered service starts: the family no longer waits for it. Error YHS05.';
create function end_service_request(
service_request_id bigint,
outcome early_help.service_request_outcome,
decided_on date default current_date
)
returns service_request
language sql
begin atomic
select early_help_internal.raise_rule('S05', format('service_request_id %s', end_service_request.service_request_id))
where not exists (select from only service_request r where r.service_request_id = end_service_request.service_request_id);
update only service_request
set outcome = end_service_request.outcome,
decided_on = end_service_request.decided_on
where service_request.service_request_id = end_service_request.service_request_id
returning service_request;
end;
comment on function end_service_request(bigint, early_help.service_request_outcome, date) is
'A request ends without a start: declined, withdrawn, or no service meets the need. Error YHS05.';
create table group_programme (
group_programme_id bigint generated by default as identity primary key,
service_id bigint not null references service,
name varchar(120) not null,
starts_on early_help.event_date,
ends_on early_help.event_date,
places integer,
source_ref text,
recorded_at timestamptz not null default now(),
constraint group_programme_source_ref_is_unique unique (source_ref),
constraint group_programme_dates_in_order check (starts_on <= ends_on),
constraint group_programme_places_are_positive check (places > 0)
);
create index on group_programme (service_id);
comment on table group_programme is
'A parenting group or other group work of a service. '
'Source: Medway Early Help Strategy 2021-24 section 7, early help services.';
comment on column group_programme.group_programme_id is 'Key.';
comment on column group_programme.service_id is 'Service that runs it.';
comment on column group_programme.name is 'Name of the programme.';
comment on column group_programme.starts_on is 'First day.';
comment on column group_programme.ends_on is 'Last day; null: going on.';
comment on column group_programme.places is 'Places it has; null: not limited.';
comment on column group_programme.source_ref is 'Identifier in the sending system.';
comment on column group_programme.recorded_at is 'When the row was written.';
create table group_session (
group_session_id bigint generated by default as identity primary key,
group_programme_id bigint not null references group_programme,
held_on early_help.event_date not null,
source_ref text,
recorded_at timestamptz not null default now(),
constraint group_session_source_ref_is_unique unique (source_ref)
);
create index on group_session (group_programme_id);
create index on group_session (held_on);
comment on table group_session is 'One session of a group. Groups help families without a plan, and are counted apart.';
comment on column group_session.group_session_id is 'Key.';
comment on column group_session.group_programme_id is 'The programme.';
comment on column group_session.held_on is 'Day of the session.';
comment on column group_session.source_ref is 'Identifier in the sending system.';
comment on column group_session.recorded_at is 'When the row was written.';
create table group_attendance (
group_attendance_id bigint generated by default as identity primary key,
group_session_id bigint not null references group_session on delete cascade,
family_id bigint not null references family,
child_id bigint references child,
adult_id bigint references adult,
attended boolean not null,
recorded_at timestamptz not null default now(),
constraint group_attendance_once_a_session unique nulls not distinct (group_session_id, family_id, child_id, adult_id),
constraint group_attendance_of_one_person check (num_nonnulls(child_id, adult_id) <= 1)
);
create index on group_attendance (family_id);
comment on table group_attendance is 'Who came to a group session: a family, or one of it.';
comment on column group_attendance.group_attendance_id is 'Key.';
comment on column group_attendance.group_session_id is 'The session.';
comment on column group_attendance.family_id is 'The family.';
comment on column group_attendance.child_id is 'The child, where one is named.';
comment on column group_attendance.adult_id is 'The adult, where one is named.';
comment on column group_attendance.attended is 'True: came; false: was expected and did not.';
comment on column group_attendance.recorded_at is 'When the row was written.';
create table partner_return (
service_id bigint not null references service,
month early_help.event_date not null,
families integer not null,
children integer,
new_families integer,
returned_on early_help.event_date not null,
recorded_at timestamptz not null default now(),
constraint partner_return_pkey primary key (service_id, month),
constraint partner_return_is_for_a_month check (extract(day from month) = 1),
constraint partner_return_counts_are_not_negative check (families >= 0 and children >= 0 and new_families >= 0),
constraint partner_return_new_are_among_all check (new_families <= families)
);
comment on table partner_return is
'Monthly counts of a service that keeps its own records: added by the Board, marked as returned, never mixed with counted '
'records.';
comment on column partner_return.service_id is 'The service.';
comment on column partner_return.month is 'First day of the month.';
comment on column partner_return.families is 'Families worked with in the month.';
comment on column partner_return.children is 'Children worked with; null: not returned.';
comment on column partner_return.new_families is 'Families new in the month; null: not returned.';
comment on column partner_return.returned_on is 'Day the service returned the counts.';
comment on column partner_return.recorded_at is 'When the row was written.';
create table feedback_request (
feedback_request_id bigint generated by default as identity primary key,
episode_id bigint references episode,
group_programme_id bigint references group_programme,
asked_on early_help.event_date not null,
source_ref text,
recorded_at timestamptz not null default now(),
constraint feedback_request_source_ref_is_unique unique (source_ref),
constraint feedback_request_of_its_episode unique (feedback_request_id, episode_id),
constraint feedback_request_of_its_group unique (feedback_request_id, group_programme_id),
constraint feedback_request_of_an_episode_or_group check (num_nonnulls(episode_id, group_programme_id) = 1)
);
create index on feedback_request (episode_id);
create index on feedback_request (group_programme_id);
create index on feedback_request (asked_on);
comment on table feedback_request is 'Feedback asked for: the denominator of the response rate.';
comment on column feedback_request.feedback_request_id is 'Key.';
comment on column feedback_request.episode_id is 'Episode it asks about.';
comment on column feedback_request.group_programme_id is 'Group it asks about.';
comment on column feedback_request.asked_on is 'Day it was asked.';
comment on column feedback_request.source_ref is 'Identifier in the sending system.';
comment on column feedback_request.recorded_at is 'When the row was written.';
create table feedback (
feedback_id bigint generated by default as identity primary key,
feedback_request_id bigint,
episode_id bigint references episode,
group_programme_id bigint references group_programme,
given_by early_help.feedback_from not null,
given_on early_help.event_date not null,
timely boolean,
helpful boolean,
empowered boolean,
comment text,
source_ref text,
recorded_at timestamptz not null default now(),
constraint feedback_source_ref_is_unique unique (source_ref),
constraint feedback_answers_a_request_about_its_episode foreign key (feedback_request_id, episode_id)
references feedback_request (feedback_request_id, episode_id),
constraint feedback_answers_a_request_about_its_group foreign key (feedback_request_id, group_programme_id)
references feedback_request (feedback_request_id, group_programme_id),
constraint feedback_of_an_episode_or_group check (num_nonnulls(episode_id, group_programme_id) = 1),
constraint feedback_answers_a_question check (num_nonnulls(timely, helpful, empowered) >= 1)
);
create index on feedback (feedback_request_id);
create index on feedback (episode_id);
create index on feedback (group_programme_id);
create index on feedback (given_on);
comment on table feedback is
'Feedback of a child or a parent: was it timely, helpful, and did it empower them to meet their own needs (R17). '
'Source: Medway Early Help Strategy 2021-24 section 10.';
comment on column feedback.feedback_id is 'Key.';
comment on column feedback.feedback_request_id is 'The request it answers; null: unasked.';
comment on column feedback.episode_id is 'Episode it is about.';
comment on column feedback.group_programme_id is 'Group it is about.';
comment on column feedback.given_by is 'child, or parent or carer.';
comment on column feedback.given_on is 'Day it was given; may be after closure.';
comment on column feedback.timely is 'Was it timely; null: not answered.';
comment on column feedback.helpful is 'Was it helpful; null: not answered.';
comment on column feedback.empowered is 'Did it empower them to meet their own needs; null: not answered.';
comment on column feedback.comment is 'In their words. Narrative.';
comment on column feedback.source_ref is 'Identifier in the sending system.';
comment on column feedback.recorded_at is 'When the row was written.';
create function give_feedback(
given_by early_help.feedback_from,
episode_id bigint default null,
group_programme_id bigint default null,
given_on date default current_date,
timely boolean default null,
helpful boolean default null,
empowered boolean default null,
comment text default null,
feedback_request_id bigint default null
)
returns feedback
language sql
begin atomic
insert into feedback (
given_by, episode_id, group_programme_id, given_on, timely, helpful, empowered, comment, feedback_request_id)
values (give_feedback.given_by, give_feedback.episode_id, give_feedback.group_programme_id, give_feedback.given_on,
give_feedback.timely, give_feedback.helpful, give_feedback.empowered, give_feedback.comment,
give_feedback.feedback_request_id)
returning feedback;
end;
comment on function give_feedback(early_help.feedback_from, bigint, bigint, date, boolean, boolean, boolean, text, bigint) is
'Records feedback on an episode or a group: timely, helpful, empowering. Error YH017.';
create table case_audit (
case_audit_id bigint generated by default as identity primary key,
episode_id bigint not null references episode,
audited_on early_help.event_date not null,
grade early_help.ofsted_grade not null,
auditor_practitioner_id bigint not null references practitioner,
auditor_agency_id bigint not null references agency,
lead_agency_id bigint references agency,
findings text,
source_ref text,
recorded_at timestamptz not null default now(),
constraint case_audit_source_ref_is_unique unique (source_ref),
constraint case_audit_has_outside_auditor check (auditor_agency_id <> lead_agency_id)
);
create index on case_audit (episode_id);
create index on case_audit (audited_on);
comment on table case_audit is
'An audit of a sampled case file by the multi-agency case-file auditing group (CFAG), by an auditor from another agency '
'than the lead''s (R18).';
comment on column case_audit.case_audit_id is 'Key.';
comment on column case_audit.episode_id is 'The episode audited.';
comment on column case_audit.audited_on is 'Day of the audit.';
comment on column case_audit.grade is 'outstanding, good, requires_improvement, inadequate.';
comment on column case_audit.auditor_practitioner_id is
'Auditor from another agency than the lead''s; further ones in case_audit_auditor.';
comment on column case_audit.auditor_agency_id is 'Agency of the auditor at the time; filled from the practitioner.';
comment on column case_audit.lead_agency_id is
'Agency of whoever led the episode on the day of the audit, or last before it. Filled by the rules; '
'null: nobody had led it when the audit was recorded.';
comment on column case_audit.findings is 'What the audit found. Narrative.';
comment on column case_audit.source_ref is 'Identifier in the sending system.';
comment on column case_audit.recorded_at is 'When the row was written.';
create trigger case_audit_keeps_episode
before update on case_audit
for each row
execute function early_help_internal.keep_columns('episode_id');
create trigger case_audit_agencies
before insert or update on case_audit
for each row
execute function early_help_internal.case_audit_before();
create table case_audit_auditor (
case_audit_id bigint not null references case_audit on delete cascade,
practitioner_id bigint not null references practitioner,
constraint case_audit_auditor_pkey primary key (case_audit_id, practitioner_id)
);
comment on table case_audit_auditor is 'Further auditors, from any agency.';
comment on column case_audit_auditor.case_audit_id is 'The audit.';
comment on column case_audit_auditor.practitioner_id is 'The auditor.';
create table case_audit_action (
case_audit_action_id bigint generated by default as identity primary key,
case_audit_id bigint not null references case_audit,
owner_practitioner_id bigint not null references practitioner,
description text,
due_on early_help.event_date not null,
done_on early_help.event_date,
recorded_at timestamptz not null default now()
);
create index on case_audit_action (case_audit_id);
comment on table case_audit_action is 'What is to be done after an audit: each has an owner and a due date (R18).';
comment on column case_audit_action.case_audit_action_id is 'Key.';
comment on column case_audit_action.case_audit_id is 'The audit.';
comment on column case_audit_action.owner_practitioner_id is 'Who does it.';
comment on column case_audit_action.description is 'What is to be done. Narrative.';
comment on column case_audit_action.due_on is 'Day it is due.';
comment on column case_audit_action.done_on is 'Day it was done; null: not yet.';
comment on column case_audit_action.recorded_at is 'When the row was written.';
create view deadline with (security_invoker = true) as
select
'review_overdue'::early_help.alert_kind as kind,
p.plan_id,
null::bigint as step_id,
null::bigint as episode_id,
null::bigint as practitioner_id,
p.review_due_on::date as due_on,
null::date as until_on
from only plan p
where p.ended_on is null
union all
select
'consultation_missing',
null,
s.step_id,
null,
null,
add_working_days(s.offered_on, 1),
null
from only step s
where s.basis = 'section_47'
and s.consulted_on is null
and s.outcome is distinct from 'withdrawn'
union all
select
'lead_practitioner_left',
null,
null,
l.episode_id,
l.practitioner_id,
greatest(r.active_to, l.from_on - 1),
n.from_on
from only practitioner r
join only lead_practitioner l on l.practitioner_id = r.practitioner_id
join only episode e on e.episode_id = l.episode_id
left join lateral (
select min(c.from_on)::date as from_on
from only lead_practitioner c
where c.episode_id = l.episode_id
and c.from_on > l.from_on
) n on true
where r.active_to is not null
and e.closed_on is null
and (n.from_on is null or n.from_on > r.active_to + 1);
comment on view deadline is
'What is due, early or late: the next review of every running plan; '
'the consultation of an urgent (s.47) step up that has none recorded, by the next working day; '
'a new lead practitioner where the present one leaves. Compare due_on with the day of interest.';
comment on column deadline.kind is
'What it becomes the day after due_on: review_overdue, consultation_missing, lead_practitioner_left.';
comment on column deadline.plan_id is 'The plan to review; null for other kinds.';
comment on column deadline.step_id is 'The step without consultation; null for other kinds.';
comment on column deadline.episode_id is 'The episode whose lead practitioner leaves; null for other kinds.';
comment on column deadline.practitioner_id is 'The lead practitioner who leaves; null for other kinds.';
comment on column deadline.due_on is 'Last day in time; the day after it is overdue.';
comment on column deadline.until_on is
'Day from which it is settled, if that is known already: the next lead practitioner begins then. Null: not settled.';
create table alert (
alert_id bigint generated by default as identity primary key,
kind early_help.alert_kind not null,
plan_id bigint references plan on delete cascade,
step_id bigint references step on delete cascade,
episode_id bigint references episode on delete cascade,
practitioner_id bigint references practitioner on delete cascade,
due_on early_help.event_date not null,
raised_on early_help.event_date not null,
raised_at timestamptz not null default now(),
acknowledged_by bigint references practitioner,
acknowledged_on early_help.event_date,
note text,
cleared_on early_help.event_date,
constraint alert_is_about_what_its_kind_says check (
num_nonnulls(plan_id, step_id, episode_id) = 1
and (plan_id is not null) = (kind = 'review_overdue')
and (step_id is not null) = (kind = 'consultation_missing')
and (episode_id is not null) = (kind = 'lead_practitioner_left')
and (practitioner_id is not null) = (kind = 'lead_practitioner_left')),
constraint alert_raised_after_due check (raised_on > due_on),
constraint alert_acknowledged_by_somebody check ((acknowledged_by is null) = (acknowledged_on is null)),
constraint alert_note_is_of_who_acknowledged check (note is null or acknowledged_by is not null),
constraint alert_cleared_after_raised check (cleared_on >= raised_on)
);
create unique index alert_once_a_thing_and_due_date on alert (kind, plan_id, step_id, episode_id, practitioner_id, due_on)
nulls not distinct
where cleared_on is null;
create index on alert (plan_id) where plan_id is not null;
create index on alert (step_id) where step_id is not null;
create index on alert (episode_id) where episode_id is not null;
create index on alert (practitioner_id) where practitioner_id is not null;
create index on alert (acknowledged_by) where acknowledged_by is not null;
comment on table alert is
'What became overdue. early_help.run_due raises one alert for each thing and due date, a person acknowledges it, and '
'run_due clears it when its cause is gone. Deleting the plan, step or episode deletes its alerts.';
comment on column alert.alert_id is 'Key; NOTIFY early_help_alert carries it.';
comment on column alert.kind is 'review_overdue, consultation_missing or lead_practitioner_left.';
comment on column alert.plan_id is 'review_overdue: the plan.';
comment on column alert.step_id is 'consultation_missing: the urgent step up.';
comment on column alert.episode_id is 'lead_practitioner_left: the episode.';
comment on column alert.practitioner_id is 'lead_practitioner_left: who left, and still leads the episode.';
comment on column alert.due_on is 'Last day that was in time: days overdue count from it.';
comment on column alert.raised_on is 'Day it was raised for: as_of of run_due.';
comment on column alert.raised_at is 'When the row was written.';
comment on column alert.acknowledged_by is 'Practitioner who took note of it first; null: nobody yet.';
comment on column alert.acknowledged_on is 'Day of that.';
comment on column alert.note is 'What that person said about it. Narrative.';
comment on column alert.cleared_on is
'Day on which run_due found the cause gone: reviewed, ended, recorded, handed over, re-dated; null: it stands.';
create function acknowledge_alert(
alert_id bigint,
practitioner_id bigint,
acknowledged_on date default current_date,
note text default null
)
returns alert
language sql
begin atomic
select early_help_internal.raise_rule('S05', format('alert_id %s', acknowledge_alert.alert_id))
where not exists (select from only alert r where r.alert_id = acknowledge_alert.alert_id);
select early_help_internal.raise_rule('S05', format('practitioner_id %s', acknowledge_alert.practitioner_id))
where not exists (select from only practitioner r where r.practitioner_id = acknowledge_alert.practitioner_id);
update only alert
set acknowledged_by = acknowledge_alert.practitioner_id,
acknowledged_on = acknowledge_alert.acknowledged_on,
note = acknowledge_alert.note
where alert.alert_id = acknowledge_alert.alert_id
and alert.acknowledged_by is null;
select a
from only alert a
where a.alert_id = acknowledge_alert.alert_id;
end;
comment on function acknowledge_alert(bigint, bigint, date, text) is
'A practitioner takes note of an alert, which stands until its cause is gone. '
'Only the first is recorded: see acknowledged_by of the row returned. Error YHS05.';
create table stale_mark (
source varchar(63) not null,
first_month date not null,
last_month date not null,
last_event date not null,
part bigint
);
comment on table stale_mark is
'Months whose cells are out of date. Whoever changes a record adds the row, in the same transaction. Append-only and without '
'an index, so that writers never wait. Only early_help.refresh_kpis deletes rows.';
comment on column stale_mark.source is 'What changed, as the marking trigger names it.';
comment on column stale_mark.first_month is 'First day of the first stale month. -infinity: from the beginning.';
comment on column stale_mark.last_month is 'First day of the last stale month. infinity: without end.';
comment on column stale_mark.last_event is
'First day of the last month that has one of the events. Later months are stale only as far as there are events or cells. '
'-infinity: there is no event, as for a setting. infinity: all months count.';
comment on column stale_mark.part is
'Key of the only part that changed, such as the child; the rest of the month in a cube of parts is still right. Null: the '
'whole month is stale.';
create table kpi_cube (
cube varchar(40) primary key,
sources varchar(63)[] not null,
from_cubes boolean not null default false,
counts varchar(63)[]
);
comment on table kpi_cube is 'Cubes of figures. Written by early_help.define_kpi_cube.';
comment on column kpi_cube.cube is
'Name. Its cells are in table cube_<cube>_cells, and view cube_<cube> shows them, never stale.';
comment on column kpi_cube.sources is 'Sources whose marks make a month of the cube stale.';
comment on column kpi_cube.from_cubes is 'Whether the cube sums other cubes and is therefore refreshed after them.';
comment on column kpi_cube.counts is
'The counts of a cube of parts, whose rows in table cube_<cube>_parts add up to its cells. Null: the cube has no parts.';
create table kpi_filled_months (
first_month date not null,
last_month date not null
);
insert into kpi_filled_months values ('infinity', '-infinity');
comment on table kpi_filled_months is 'One row: the range of months that have cells. Written by early_help.refresh_kpis alone.';
comment on column kpi_filled_months.first_month is
'First day of a month before which no cube has cells. infinity: no cube has any.';
comment on column kpi_filled_months.last_month is
'First day of a month after which no cube has cells. -infinity: no cube has any.';
create view stale_month as
select
c.cube,
m.month,
m.next_month,
m.whole
from kpi_cube c
cross join lateral early_help_internal.stale_months('stale_mark', c.cube) m;
comment on view stale_month is 'The stale months of each cube.';
comment on column stale_month.cube is 'The cube.';
comment on column stale_month.month is 'First day of the month.';
comment on column stale_month.next_month is 'First day of the next month.';
comment on column stale_month.whole is
'Whether the whole month is computed. False: the cells are right but for the marked parts.';
create table kpi_period (
period_kind varchar(12) not null,
period_key varchar(10) not null,
first_month date not null,
last_month date not null,
constraint kpi_period_pkey primary key (period_kind, last_month)
);
insert into kpi_period
select
k.period_kind,
case k.period_kind
when 'month' then to_char(p.first_month, 'YYYY-MM')
when 'quarter' then y.financial_year || ' Q' || extract(quarter from p.first_month - interval '3 months')
when 'year' then y.financial_year
else to_char(p.last_month, 'YYYY-MM')
end,
p.first_month,
p.last_month
from (
values
('month', interval '1 month', timestamp '1900-01-01', interval '0'),
('quarter', interval '3 months', timestamp '1900-01-01', interval '2 months'),
('year', interval '1 year', timestamp '1899-04-01', interval '11 months'),
('year to date', interval '1 month', timestamp '1900-01-01', interval '0')
) as k (period_kind, step, start, length)
cross join lateral generate_series(k.start, timestamp '2110-12-01', k.step) g (start)
cross join lateral (
select
case
when k.period_kind = 'year to date' then date_trunc('year', g.start - interval '3 months') + interval '3 months'
else g.start
end as first_month,
g.start + k.length as last_month
) p
cross join lateral (
select extract(year from p.first_month - interval '3 months') || '-'
|| to_char(p.first_month + interval '9 months', 'YY') as financial_year
) y;
comment on table kpi_period is
'Every month, quarter and financial year (April to March), and the financial year up to every month. Quarters are those of '
'the financial year: Q1 is April to June.';
comment on column kpi_period.period_kind is 'month, quarter, year, or year to date.';
comment on column kpi_period.period_key is
'The period in short: 2024-05, 2024-25 Q1, 2024-25. A year to date has its last month.';
comment on column kpi_period.first_month is 'First day of its first month.';
comment on column kpi_period.last_month is 'First day of its last month.';
create index plan_of_an_end_month on plan (ended_on);
create index plan_of_a_due_month on plan (review_due_on);
create index review_of_a_due_month on review (due_on);
create index episode_of_an_opening_month on episode (opened_on);
create index episode_of_an_allocation_month on episode (allocated_on);
create index episode_of_a_closure_month on episode (closed_on);
create index episode_closed_of_a_family on episode (family_id, closed_on);
create index episode_child_of_a_joining_month on episode_child (joined_on);
create index episode_child_of_a_leaving_month on episode_child (left_on);
create index assessment_of_a_start_month on assessment (started_on);
create index assessment_of_a_completion_month on assessment (completed_on);
create index assessment_of_an_end_month on assessment (ended_on);
create index service_request_of_a_start_month on service_request (started_on);
create index service_request_of_a_decision_month on service_request (decided_on);
create index partner_return_of_a_month on partner_return (month);
create trigger marks_months
after insert or update or delete on contact_child
for each row execute function early_help.mark_stale_parts('contact_child', '12', 'counted_child_id', 'received_on');
create trigger marks_months
after insert or update or delete on referral
for each row execute function early_help.mark_stale_months('referral', '24', 'referred_on');
create trigger marks_months
after insert or update or delete on plan
for each row execute function early_help.mark_stale_months('plan', '0', 'started_on', 'ended_on');
create trigger marks_months
after insert or update or delete on step
for each row execute function early_help.mark_stale_months('step', '0', 'offered_on', 'decided_on');
create trigger marks_months
after insert or update or delete on assessment
for each row execute function early_help.mark_stale_months('assessment', '0', 'started_on', 'completed_on', 'ended_on');
create trigger marks_months
after insert or update or delete on service_request
for each row execute function early_help.mark_stale_months(
'service_request', '0', 'requested_on', 'started_on', 'decided_on');
create trigger marks_months
after insert or update or delete on case_audit
for each row execute function early_help.mark_stale_months('case_audit', '0', 'audited_on');
create trigger marks_months
after insert or update or delete on partner_return
for each row execute function early_help.mark_stale_months('partner_return', '0', 'month');
create trigger marks_months
after insert or delete on episode
for each row execute function early_help.mark_stale_months('episode', '0', 'opened_on', 'allocated_on', 'closed_on');
create trigger marks_months_of_change
after update on episode
for each row
when ((old.opened_on, old.allocated_on, old.closed_on, old.closure_reason_code, old.family_id, old.referral_id)
is distinct from
(new.opened_on, new.allocated_on, new.closed_on, new.closure_reason_code, new.family_id, new.referral_id))
execute function early_help.mark_stale_months('episode', '0', 'opened_on', 'allocated_on', 'closed_on');
create trigger marks_months_after_end
after insert or delete on episode
for each row execute function early_help.mark_stale_months('episode_end', '24', 'closed_on');
create trigger marks_months_after_changed_end
after update on episode
for each row
when ((old.closed_on, old.family_id) is distinct from (new.closed_on, new.family_id))
execute function early_help.mark_stale_months('episode_end', '24', 'closed_on');
create trigger marks_months
after insert or update or delete on episode_child
for each row execute function early_help.mark_stale_span('episode_child', '12', 'joined_on', 'left_on');
create trigger marks_months_of_merge
after update on child
for each row
when (old.merged_into_child_id is distinct from new.merged_into_child_id)
execute function early_help.mark_all_months_stale('child_merge');
create trigger marks_months_of_due_review
after insert or delete on plan
for each row execute function early_help.mark_stale_months('plan_review', '0', 'review_due_on');
create trigger marks_months_of_changed_due_review
after update on plan
for each row
when ((old.review_due_on, old.ended_on, old.completed_by_review_id, old.service_id) is distinct from
(new.review_due_on, new.ended_on, new.completed_by_review_id, new.service_id))
execute function early_help.mark_stale_months('plan_review', '0', 'review_due_on');
create trigger marks_months
after insert or update or delete on review
for each row execute function early_help.mark_stale_months('review', '0', 'due_on');
create trigger marks_months_of_reviews
after update on plan
for each row
when (old.service_id is distinct from new.service_id)
execute function early_help.mark_stale_months_of('plan_of_review', 'plan_id', 'review', 'plan_id', 'due_on');
create trigger holds_plan_of_change
after update on review
for each row
when ((old.due_on, old.plan_id) is distinct from (new.due_on, new.plan_id))
execute function early_help.hold_row('plan_id', 'plan', 'plan_id');
create trigger marks_months_of_copy
after insert or delete on plan
for each row execute function early_help.mark_stale_months_of('plan_of_review', 'plan_id', 'review', 'plan_id', 'due_on');
create trigger marks_months
after insert or update or delete on plan_outcome
for each row execute function early_help.mark_stale_months_through(
'plan_outcome', 'plan_id', 'plan', 'plan_id', 'episode_id', 'episode', 'episode_id', 'closed_on');
create trigger marks_months
after insert or update or delete on group_session
for each row execute function early_help.mark_stale_months('group_session', '12', 'held_on');
create trigger marks_months
after insert or update or delete on group_attendance
for each row execute function early_help.mark_stale_months_through(
'group_attendance', 'group_session_id', 'group_session', 'group_session_id', 'held_on');
create trigger marks_months_of_sessions
after update on group_programme
for each row
when (old.service_id is distinct from new.service_id)
execute function early_help.mark_stale_months_of(
'group_programme', 'group_programme_id', 'group_session', 'group_programme_id', 'held_on');
create trigger holds_programme_of_change
after update on group_session
for each row
when ((old.held_on, old.group_programme_id) is distinct from (new.held_on, new.group_programme_id))
execute function early_help.hold_row('group_programme_id', 'group_programme', 'group_programme_id');
create trigger marks_months
after insert or update or delete on feedback
for each row execute function early_help.mark_stale_months('feedback', '0', 'given_on');
create trigger marks_months_of_request
after insert or update or delete on feedback
for each row execute function early_help.mark_stale_months_through(
'feedback', 'feedback_request_id', 'feedback_request', 'feedback_request_id', 'asked_on');
create trigger marks_months
after insert or update or delete on feedback_request
for each row execute function early_help.mark_stale_months('feedback_request', '0', 'asked_on');
create trigger marks_months
after update on child
for each row
when ((old.birth_date, old.expected_birth_date, old.sex_code, old.ethnicity_code) is distinct from
(new.birth_date, new.expected_birth_date, new.sex_code, new.ethnicity_code))
execute function early_help.mark_stale_parts_of(
'child', 'child_id',
'contact_child', 'counted_child_id', 'received_on',
'referral', 'counted_child_id', 'referred_on');
create trigger holds_child
after insert on contact_child
for each row
when (new.counted_child_id <> new.child_id)
execute function early_help.hold_row('counted_child_id', 'child', 'child_id');
create trigger holds_child_of_change
after update on contact_child
for each row
when ((old.received_on, old.counted_child_id) is distinct from (new.received_on, new.counted_child_id))
execute function early_help.hold_row('counted_child_id', 'child', 'child_id');
create trigger holds_child
after insert on referral
for each row
when (new.counted_child_id <> new.child_id)
execute function early_help.hold_row('counted_child_id', 'child', 'child_id');
create trigger holds_child_of_change
after update on referral
for each row
when ((old.referred_on, old.counted_child_id) is distinct from (new.referred_on, new.counted_child_id))
execute function early_help.hold_row('counted_child_id', 'child', 'child_id');
create trigger marks_months_of_copy
after insert or delete on child
for each row execute function early_help.mark_stale_parts_of(
'child', 'child_id',
'contact_child', 'counted_child_id', 'received_on',
'referral', 'counted_child_id', 'referred_on');
create trigger marks_months_of_episodes
after update on referral
for each row
when ((old.source_code, old.primary_need_code, old.locality_id, old.service_id) is distinct from
(new.source_code, new.primary_need_code, new.locality_id, new.service_id))
execute function early_help.mark_stale_months_of(
'referral_of_episode', 'referral_id',
'episode', 'referral_id', 'opened_on',
'episode', 'referral_id', 'allocated_on',
'episode', 'referral_id', 'closed_on');
create trigger holds_referral_of_change
after update on episode
for each row
when ((old.opened_on, old.allocated_on, old.closed_on, old.referral_id) is distinct from
(new.opened_on, new.allocated_on, new.closed_on, new.referral_id))
execute function early_help.hold_row('referral_id', 'referral', 'referral_id');
create trigger marks_months_of_copy
after insert or delete on referral
for each row execute function early_help.mark_stale_months_of(
'referral_of_episode', 'referral_id',
'episode', 'referral_id', 'opened_on',
'episode', 'referral_id', 'allocated_on',
'episode', 'referral_id', 'closed_on');
create trigger marks_months
after insert or delete on partnership
for each row execute function early_help.mark_all_months_stale('partnership');
create trigger marks_months_of_change
after update on partnership
for each row
when (old.re_referral_months is distinct from new.re_referral_months)
execute function early_help.mark_all_months_stale('partnership');
create trigger marks_months_of_positive_share
after update on partnership
for each row
when (old.positive_outcome_share is distinct from new.positive_outcome_share)
execute function early_help.mark_all_months_stale('positive_outcome');
create trigger marks_months
after insert or delete on closure_reason
for each row execute function early_help.mark_all_months_stale('positive_outcome');
create trigger marks_months_of_change
after update on closure_reason
for each row
when ((old.code, old.counted_in_outcomes) is distinct from (new.code, new.counted_in_outcomes))
execute function early_help.mark_all_months_stale('positive_outcome');
do $$
declare
mark record;
begin
for mark in
select
t.tgrelid::regclass as table_name,
t.tgname,
case when t.tgname = 'marks_months_of_copy' then 'replica' else 'always' end as fires
from pg_trigger t
join pg_class c on c.oid = t.tgrelid
join pg_class log on log.relnamespace = c.relnamespace
where log.oid = 'stale_mark'::regclass
and t.tgname ~ '^(marks|holds)_'
loop
execute format('alter table %s enable %s trigger %I', mark.table_name, mark.fires, mark.tgname);
end loop;
end
$$;
create table kpi_metric (
metric_code varchar(40) primary key,
section varchar(20) not null,
board_order integer not null,
label varchar(120) not null,
unit varchar(20) not null,
decimals integer not null,
counted varchar(255) not null,
numerator varchar(255) not null,
denominator varchar(255),
exclusions varchar(255),
direction varchar(10) not null,
source varchar(120) not null,
description varchar(255) not null
);
comment on table kpi_metric is
'What each figure of the dashboard means, a row a figure. A figure of a partnership''s own needs its cells too.';
comment on column kpi_metric.metric_code is 'Code of the figure.';
comment on column kpi_metric.section is 'Access, Intervention or Outcome.';
comment on column kpi_metric.board_order is 'Order on the Board''s dashboard.';
comment on column kpi_metric.label is 'Name of the figure.';
comment on column kpi_metric.unit is 'Unit of the value; %: numerator / denominator * 100; days: the median.';
comment on column kpi_metric.decimals is 'Decimals to show.';
comment on column kpi_metric.counted is 'What is counted.';
comment on column kpi_metric.numerator is 'What the numerator counts.';
comment on column kpi_metric.denominator is 'What the denominator counts; null: none.';
comment on column kpi_metric.exclusions is 'What is left out.';
comment on column kpi_metric.direction is 'Direction of good: high, low, target or neutral.';
comment on column kpi_metric.source is 'Where the figure is asked for.';
comment on column kpi_metric.description is 'What it tells, and how it is read over longer periods.';
create table kpi_target (
metric_code varchar(40) not null references kpi_metric,
from_month early_help.event_date not null,
target numeric(14, 1),
floor numeric(14, 1),
baseline numeric(14, 1),
owner varchar(120),
recorded_at timestamptz not null default now(),
constraint kpi_target_pkey primary key (metric_code, from_month),
constraint kpi_target_from_first_of_month check (extract(day from from_month) = 1),
constraint kpi_target_floor_needs_target check (floor is null or target is not null)
);
comment on table kpi_target is
'Targets, floors, baseline and owner of a figure from a month on, until the next row of the figure.';
comment on column kpi_target.metric_code is 'The figure.';
comment on column kpi_target.from_month is 'First day of the month from which the row holds.';
comment on column kpi_target.target is 'Value aimed at, in the figure''s unit; null: none.';
comment on column kpi_target.floor is 'Least good value that is still near the target; null: none.';
comment on column kpi_target.baseline is 'Value it started from; null: none recorded.';
comment on column kpi_target.owner is 'Who answers for the figure.';
comment on column kpi_target.recorded_at is 'When the row was written.';
create table kpi_spc_setting (
only_row boolean not null default true primary key,
points_on_one_side smallint not null default 7,
points_in_a_row smallint not null default 7,
fewest_points smallint not null default 12,
constraint kpi_spc_setting_is_one_row check (only_row),
constraint kpi_spc_setting_runs_are_long_enough
check (points_on_one_side >= 3 and points_in_a_row >= 3 and fewest_points >= 3)
);
insert into kpi_spc_setting default values;
comment on table kpi_spc_setting is 'How the control charts (view spc) are read. One row.';
comment on column kpi_spc_setting.only_row is 'Always true: holds the table to one row.';
comment on column kpi_spc_setting.points_on_one_side is 'So many points in a row on one side of the mean are a signal; usual 7.';
comment on column kpi_spc_setting.points_in_a_row is 'So many points in a row rising, or falling, are a signal; usual 7.';
comment on column kpi_spc_setting.fewest_points is 'Under so many points the limits are not to be trusted; usual 12.';
create table kpi_spc_rebase (
metric_code varchar(40) not null references kpi_metric,
from_month early_help.event_date not null,
reason varchar(255) not null,
recorded_at timestamptz not null default now(),
constraint kpi_spc_rebase_pkey primary key (metric_code, from_month),
constraint kpi_spc_rebase_from_first_of_month check (extract(day from from_month) = 1),
constraint kpi_spc_rebase_has_a_reason check (reason ~ '\S')
);
comment on table kpi_spc_rebase is
'Months from which the mean and limits of a control chart are computed anew, because the process changed.';
comment on column kpi_spc_rebase.metric_code is 'The figure.';
comment on column kpi_spc_rebase.from_month is 'First day of the first month of the new process.';
comment on column kpi_spc_rebase.reason is 'What changed.';
comment on column kpi_spc_rebase.recorded_at is 'When the row was written.';
insert into kpi_metric
(metric_code, section, board_order, label, unit, decimals, counted, numerator, denominator,
exclusions, direction, source, description)
values
('contacts', 'Access', 10, 'Contacts', 'contacts', 0, 'a child in a contact', 'contacts in the period', null, null, 'neutral', 'Early Help Strategy 2021-24 section 10', 'How much comes to the front door. Adds up over months.'),
('children_contacted', 'Access', 15, 'Children with a contact', 'children', 0, 'a child', 'different children with a contact in the period', null, null, 'neutral', 'Scrutiny report 2018', 'How many children the contacts are about. Each child once a period: months do not add up.'),
('referrals', 'Access', 20, 'Referrals to early help', 'referrals', 0, 'a referral of a child', 'referrals in the period', null, null, 'neutral', 'Early Help Strategy 2021-24 section 10', 'Contacts decided as a request for early help. Adds up over months.'),
('known_contacts', 'Access', 30, 'Contacts about a child already known', '%', 1, 'a child in a contact', 'contacts of a child with a contact on an earlier day, at most 365 days before', 'contacts in the period', null, 'neutral', 'Scrutiny report 2018', 'The share of contacts about a child known from the last 12 months.'),
('re_referrals', 'Access', 40, 'Re-referrals into early help', '%', 1, 'a referral of a child', 'referrals of a child referred on an earlier day within the re-referral months', 'referrals in the period', null, 'low', 'Early Help Strategy 2021-24 section 10', 'How often a child is referred again, from referral to referral.'),
('waiting_list', 'Access', 44, 'Families waiting for early help', 'families', 0, 'an episode', 'episodes open and not allocated at the end of the last day of the period', null, null, 'low', 'Early Help Strategy 2021-24 section 10', 'A stock at a day: a year to date is the same as its last month.'),
('wait_for_early_help', 'Access', 46, 'Wait for early help', 'days', 1, 'an episode allocated in the period', 'episodes allocated in the period', null, 'waits that go on: view waiting_times has them; closed without support', 'low', 'Early Help Strategy 2021-24 section 10', 'Median days from opening to the first lead practitioner, of the period''s own cases.'),
('families_worked_with', 'Intervention', 47, 'Families worked with', 'families', 0, 'a family', 'different families with an episode open on at least one day of the period', null, 'group work and partner returns, which count apart', 'neutral', 'Early Help Strategy 2021-24 section 10', 'Each family once a period: months do not add up. View caseload has episodes and children.'),
('group_attendances', 'Intervention', 48, 'Attendances at group work', 'attendances', 0, 'a family, or one of it, at a session', 'attendances in the period', null, null, 'neutral', 'Early Help Strategy 2021-24 section 7', 'Group work helps families without a plan. Adds up over months.'),
('assessments_started', 'Intervention', 49, 'Early Help Assessments started', 'assessments', 0, 'an assessment', 'assessments started in the period', null, 'corrected versions', 'neutral', 'Early Help Strategy 2021-24 section 10', 'View assessments_started has them by hub and partner. Adds up over months.'),
('intervention_plans_started', 'Intervention', 50, 'Intervention plans started', 'plans', 0, 'an intervention plan', 'plans started in the period', null, 'family outcomes plans', 'neutral', 'Early Help Strategy 2021-24 section 10', 'Brief plans of six to eight weeks. Adds up over months.'),
('intervention_plans_completed', 'Intervention', 60, 'Intervention plans completed', 'plans', 0, 'an intervention plan', 'plans completed in the period through a held review', null, 'family outcomes plans; plans that ended otherwise', 'high', 'Early Help Strategy 2021-24 section 10', 'Plans that reached their end through a review. Adds up over months.'),
('reviews_on_time', 'Intervention', 62, 'Reviews held on time', '%', 1, 'a review due', 'reviews held on or before the day they were due', 'reviews due in the period, held or not', 'plans that ended on or before the day the review was due', 'high', 'Early Help Strategy 2021-24 section 7', 'The share of due reviews held in time; those not held count against it.'),
('length_of_support', 'Intervention', 64, 'Length of support', 'days', 1, 'an episode closed in the period', 'episodes closed in the period', null, null, 'neutral', 'Early Help Strategy 2021-24 section 10', 'Median days from opening to closure, of the period''s own cases.'),
('step_ups_offered', 'Outcome', 70, 'Step ups offered to children''s social care', 'children', 0, 'a step up of a child', 'step ups offered in the period', null, null, 'neutral', 'Early Help Strategy 2021-24 section 10', 'Adds up over months.'),
('step_ups_accepted', 'Outcome', 80, 'Step ups accepted by children''s social care', 'children', 0, 'a step up of a child', 'step ups accepted in the period', null, null, 'neutral', 'Early Help Strategy 2021-24 section 10', 'Adds up over months.'),
('step_downs_accepted', 'Outcome', 90, 'Step downs to early help', 'children', 0, 'a step down of a child', 'step downs accepted in the period', null, null, 'neutral', 'Early Help Strategy 2021-24 section 10', 'Adds up over months.'),
('positive_outcomes', 'Outcome', 100, 'Positive outcomes on closure', '%', 1, 'an episode closed in the period', 'closures whose share of agreed outcomes achieved reaches the partnership''s', 'closures in the period', 'opened in error, duplicate, moved away, died', 'high', 'Early Help Strategy 2021-24 section 10', 'Disengaged and consent withdrawn stay in the denominator; stepped up, or without agreed outcomes, is not positive.'),
('re_referrals_after_support', 'Outcome', 110, 'Referrals soon after support ended', '%', 1, 'a referral of a child', 'referrals whose family had an episode closed on an earlier day within the re-referral months', 'referrals in the period', null, 'low', 'Scrutiny report 2018', 'From closure to referral; re-referrals go from referral to referral.'),
('case_audits', 'Outcome', 120, 'Case files audited (CFAG)', 'audits', 0, 'a multi-agency audit', 'audits in the period', null, null, 'neutral', 'Early Help Strategy 2021-24 section 10', 'Adds up over months.'),
('case_audits_good', 'Outcome', 130, 'Audited case files good or outstanding', '%', 1, 'a multi-agency audit', 'audits graded good or outstanding', 'audits in the period', null, 'high', 'Early Help Strategy 2021-24 section 10', 'The grades are those of Ofsted.'),
('feedback_timely', 'Outcome', 140, 'Feedback: support was timely', '%', 1, 'an answer', 'answers that it was timely', 'answers to whether it was timely', 'questions not answered', 'high', 'Early Help Strategy 2021-24 section 10', 'Read it beside the number of answers and the response rate.'),
('feedback_helpful', 'Outcome', 150, 'Feedback: support was helpful', '%', 1, 'an answer', 'answers that it was helpful', 'answers to whether it was helpful', 'questions not answered', 'high', 'Early Help Strategy 2021-24 section 10', 'Read it beside the number of answers and the response rate.'),
('feedback_empowered', 'Outcome', 160, 'Feedback: support empowered the family', '%', 1, 'an answer', 'answers that it empowered them to meet their own needs', 'answers to whether it empowered them', 'questions not answered', 'high', 'Early Help Strategy 2021-24 section 10', 'Read it beside the number of answers and the response rate.'),
('feedback_response_rate', 'Outcome', 170, 'Requests for feedback answered', '%', 1, 'a request for feedback', 'requests made in the period that were answered, then or later', 'requests made in the period', 'feedback that nobody asked for', 'high', 'Early Help Strategy 2021-24 section 10', 'How much weight the answers can bear.'),
('needs_without_service', 'Outcome', 180, 'Needs without a service offered', '%', 1, 'a request for a service', 'requests made in the period without an offer so far', 'requests made in the period', null, 'low', 'Early Help Strategy 2021-24, gap analysis', 'View needs_without_service has them by need and area.');
create table published_table (
table_name varchar(40) not null,
title varchar(200) not null,
dimensions varchar(40)[] not null,
counts varchar(40)[] not null,
sums varchar(200)[] not null,
ratios varchar(200)[] not null,
recorded_at timestamptz not null default now(),
constraint published_table_pkey primary key (table_name)
);
comment on table published_table is
'The tables that publish_figures freezes. Written by early_help.define_published_table. View publish_<table_name> has the '
'figures.';
comment on column published_table.table_name is 'Name. The view for BI tools is published_<table_name>.';
comment on column published_table.title is 'What the table shows.';
comment on column published_table.dimensions is
'What the figures are broken down by: at most two dimensions, in alphabetical order.';
comment on column published_table.counts is 'What is counted. A count of the same name in another table is the same count.';
comment on column published_table.sums is 'Counts that others add up to: whole = part + part.';
comment on column published_table.ratios is 'Percentages: rate = part / whole, of a sum.';
comment on column published_table.recorded_at is 'When the row was written.';
create table publication (
publication_id bigint generated by default as identity,
first_month date not null,
next_month date not null,
period varchar(10) not null generated always as (
case
when next_month - first_month < 40 then
lpad(extract(year from first_month)::integer::varchar, 4, '0') || '-'
|| lpad(extract(month from first_month)::integer::varchar, 2, '0')
else
lpad((extract(year from first_month)::integer - (extract(month from first_month) < 4)::integer)::varchar, 4, '0')
|| '/'
|| lpad(((extract(year from first_month)::integer + (extract(month from first_month) >= 4)::integer)
% 100)::varchar, 2, '0')
|| case when next_month - first_month < 100
then ' Q' || (((extract(month from first_month)::integer + 8) % 12) / 3 + 1)::varchar else '' end
end) stored,
version integer not null,
published_on early_help.event_date not null,
published_by bigint not null references practitioner,
suppression_threshold smallint not null,
note text,
recorded_at timestamptz not null default now(),
constraint publication_pkey primary key (publication_id),
constraint publication_version_once unique (first_month, next_month, version),
constraint publication_version_is_positive check (version > 0),
constraint publication_of_month_quarter_or_year check (
extract(day from first_month) = 1
and (next_month = first_month + interval '1 month'
or (next_month = first_month + interval '3 months' and extract(month from first_month) in (1, 4, 7, 10))
or (next_month = first_month + interval '12 months' and extract(month from first_month) = 4))),
constraint publication_after_its_period check (published_on >= next_month)
);
create index on publication (published_by);
comment on table publication is
'One row per publication of a period''s figures. A period that is published again has a new version. Never changed or '
'deleted (F01).';
comment on column publication.publication_id is 'Key.';
comment on column publication.first_month is 'First day of the period.';
comment on column publication.next_month is 'First day after the period.';
comment on column publication.period is
'The period: 2018-04, a quarter of the financial year 2018/19 Q1, or the financial year 2018/19.';
comment on column publication.version is 'Version of the period''s figures, from 1.';
comment on column publication.published_on is 'Day of the publication.';
comment on column publication.published_by is 'Practitioner who published it.';
comment on column publication.suppression_threshold is
'Counts from 1 to this number were hidden: the partnership''s setting on that day.';
comment on column publication.note is 'Why, in the publisher''s words.';
comment on column publication.recorded_at is 'When the row was written.';
create table published_figure (
publication_id bigint not null references publication,
count_name varchar(40) not null,
dimension_1 varchar(40) not null default '',
value_1 varchar(120) not null default '',
dimension_2 varchar(40) not null default '',
value_2 varchar(120) not null default '',
figure integer not null,
hidden varchar(10),
stays_hidden boolean,
constraint published_figure_pkey primary key (publication_id, count_name, dimension_1, value_1, dimension_2, value_2),
constraint published_figure_is_not_negative check (figure >= 0),
constraint published_figure_hidden_for_a_reason check (hidden ~ '^(small|difference|secondary|withheld)$'),
constraint published_figure_stays_hidden_if_hidden check ((stays_hidden is null) = (hidden is null))
);
comment on table published_figure is
'What was frozen: the exact figures, also the hidden ones. Board tools read the views published_... in the schema of figures '
'instead. Never changed or deleted (F01).';
comment on column published_figure.publication_id is 'The publication.';
comment on column published_figure.count_name is 'What is counted.';
comment on column published_figure.dimension_1 is 'What the figure is broken down by. Empty: it is a total.';
comment on column published_figure.value_1 is 'Value of dimension_1.';
comment on column published_figure.dimension_2 is 'The second dimension of a two-way table. Empty: there is none.';
comment on column published_figure.value_2 is 'Value of dimension_2.';
comment on column published_figure.figure is 'The figure.';
comment on column published_figure.hidden is
'Why it is hidden: small (1 to the threshold), difference (it differs as little from an earlier publication), secondary '
'(another hidden figure could be worked out from it), withheld (with everything it is linked to). Null: it is shown.';
comment on column published_figure.stays_hidden is
'Whether even somebody who knows all changes between publications cannot work it out. Later publications keep that up.';
create trigger published_stays before update or delete on publication
for each row execute function early_help_internal.published_stays();
create trigger published_stays before update or delete on published_figure
for each row execute function early_help_internal.published_stays();
create trigger frozen after insert on publication
for each row execute function early_help_internal.freeze_figures();
create function publish_figures(
period text,
published_by bigint,
published_on date default current_date,
note text default null
)
returns publication
language sql
set search_path = pg_catalog, pg_temp
begin atomic
select early_help_internal.raise_rule('S05', format('published_by %s', publish_figures.published_by))
where not exists (select from only practitioner r where r.practitioner_id = publish_figures.published_by);
select early_help_internal.exclude_publication('publication'::regclass);
select early_help_internal.write_by_engine(
format(
'insert into %1$s (first_month, next_month, version, published_on, published_by, suppression_threshold, note)
            select
                m.first_month,
                m.next_month,
                coalesce((
                    select max(b.version)
                    from only %1$s b
                    where b.first_month = m.first_month
                        and b.next_month = m.next_month), 0) + 1,
                $2,
                $3,
                p.suppression_threshold,
                $4
            from early_help_internal.period_months($1) m
            cross join only %2$s p', 'publication'::regclass, 'partnership'::regclass),
publish_figures.period, publish_figures.published_on, publish_figures.published_by, publish_figures.note);
select b
from only publication b
join early_help_internal.period_months(publish_figures.period) m
on b.first_month = m.first_month and b.next_month = m.next_month
order by b.version desc
limit 1;
end;
comment on function publish_figures(text, bigint, date, text) is
'Freezes the figures of a period (2018-04, 2018/19 Q1 or 2018/19) as they are now and hides those that could disclose '
'somebody. A period that is published again has a new version. Returns one row. Errors YHS05 (no such practitioner), YHF02 '
'(period), YHF03 (not over yet), 40001 beside another publication at REPEATABLE READ.';
create table kpi_refresh_log (
kpi_refresh_id integer generated by default as identity,
began_at timestamptz not null default clock_timestamp(),
committed_at timestamptz not null default clock_timestamp(),
ended_at timestamptz,
called_by name not null default session_user,
resumes_refresh_id integer,
months_done integer not null default 0,
months_left integer not null default 0,
last_month date,
cubes_done jsonb not null default '{}',
cubes_left jsonb not null default '{}',
constraint kpi_refresh_log_pkey primary key (kpi_refresh_id)
);
comment on table kpi_refresh_log is
'One row per run of early_help.refresh_kpis, written with each of its commits. It does not grow: a run keeps the newest '
'1,000 rows, and only the last of those that found nothing stale. View kpi_refresh tells whether a run goes on. Written by '
'early_help.refresh_kpis alone.';
comment on column kpi_refresh_log.kpi_refresh_id is 'Key, in the order of the runs.';
comment on column kpi_refresh_log.began_at is 'When the run began to work.';
comment on column kpi_refresh_log.committed_at is 'When the row was last written, with the last month that is done.';
comment on column kpi_refresh_log.ended_at is 'When nothing was stale any more. Null: the run goes on, or was broken off.';
comment on column kpi_refresh_log.called_by is 'Role that was logged in.';
comment on column kpi_refresh_log.resumes_refresh_id is 'The run before, if it was broken off. Null: it had ended.';
comment on column kpi_refresh_log.months_done is 'Months made fresh.';
comment on column kpi_refresh_log.months_left is
'Months that were stale after the last month done. Empty months are swept many at once, so this number can fall fast.';
comment on column kpi_refresh_log.last_month is 'First day of the last month made fresh. The oldest month comes first.';
comment on column kpi_refresh_log.cubes_done is 'How many months of each cube were made fresh: {"contacts": 12}.';
comment on column kpi_refresh_log.cubes_left is 'How many months of each cube are still to do, as months_left.';
create view kpi_refresh as
select
l.kpi_refresh_id,
case
when l.ended_at is not null then 'ended'
when early_help_internal.refresh_runs(l.tableoid, l.kpi_refresh_id) then 'running'
else 'broken off'
end::varchar(10) as state,
l.began_at,
l.committed_at,
l.ended_at,
l.called_by,
l.resumes_refresh_id,
l.months_done,
l.months_left,
l.last_month,
l.cubes_done,
l.cubes_left
from kpi_refresh_log l;
comment on view kpi_refresh is 'Runs of early_help.refresh_kpis, and the state of each at this moment.';
comment on column kpi_refresh.state is
'ended; running; or broken off, by an error, a cancel or a crash. What a run committed stays, and the next run goes on from '
'there.';
do $$
declare
one record;
begin
for one in
select a.attname, d.description
from pg_attribute a
join pg_description d on d.objoid = a.attrelid and d.classoid = 'pg_class'::regclass and d.objsubid = a.attnum
where a.attrelid = 'kpi_refresh_log'::regclass
and a.attnum > 0
loop
execute format('comment on column kpi_refresh.%I is %L', one.attname, one.description);
end loop;
end
$$;
create table inbox_contact (
contact_ref text,
received_on text,
child_ref text,
birth_date text,
expected_birth_date text,
sex text,
ward text,
source_code text,
primary_need_code text,
reason text,
decision text
);
comment on table inbox_contact is
'Contacts as a file gives them, one row per child per contact: COPY inbox_contact FROM STDIN (FORMAT csv, HEADER MATCH), '
'then SELECT * FROM import_contacts(), which empties it.';
comment on column inbox_contact.contact_ref is
'Identifier of the contact in the sending system. Needed; a known one corrects that contact.';
comment on column inbox_contact.received_on is 'Day of the contact, YYYY-MM-DD. Needed.';
comment on column inbox_contact.child_ref is
'Identifier of the child in the sending system. Needed; an unknown one makes a child and a family.';
comment on column inbox_contact.birth_date is 'Date of birth, YYYY-MM-DD; replaces an expected one.';
comment on column inbox_contact.expected_birth_date is 'Expected date of birth of an unborn child, YYYY-MM-DD.';
comment on column inbox_contact.sex is 'Sex (table sex).';
comment on column inbox_contact.ward is 'Ward of the child at the time; a name not met before becomes a locality.';
comment on column inbox_contact.source_code is 'Source of the contact (table contact_source). Needed.';
comment on column inbox_contact.primary_need_code is 'Main need (table primary_need). Needed.';
comment on column inbox_contact.reason is 'Reason in the sending system''s own words.';
comment on column inbox_contact.decision is
'no further action, information and advice, universal services, referral or social care; empty: not decided yet.';
create table import_reject (
import_reject_id bigint generated by default as identity primary key,
contact_ref text,
received_on text,
child_ref text,
birth_date text,
expected_birth_date text,
sex text,
ward text,
source_code text,
primary_need_code text,
reason text,
decision text,
rule varchar(3) not null,
field varchar(63) not null,
sqlstate varchar(5) not null,
message text not null,
hint text,
rejected_by name not null default session_user,
rejected_at timestamptz not null default now()
);
create index on import_reject (rejected_at);
comment on table import_reject is
'Rows that import_contacts() did not take, as they were given, and why. Delete them when they are dealt with.';
comment on column import_reject.import_reject_id is 'Key; within one import in order of received_on.';
comment on column import_reject.contact_ref is 'As given; outer white space removed, as in every column of the row.';
comment on column import_reject.received_on is 'As given.';
comment on column import_reject.child_ref is 'As given.';
comment on column import_reject.birth_date is 'As given.';
comment on column import_reject.expected_birth_date is 'As given.';
comment on column import_reject.sex is 'As given.';
comment on column import_reject.ward is 'As given.';
comment on column import_reject.source_code is 'As given.';
comment on column import_reject.primary_need_code is 'As given.';
comment on column import_reject.reason is 'As given.';
comment on column import_reject.decision is 'As given.';
comment on column import_reject.rule is 'First rule that the row breaks: R of the record, I of imports (early_help.rules()).';
comment on column import_reject.field is 'Column of the row to look at.';
comment on column import_reject.sqlstate is 'SQLSTATE of the rule.';
comment on column import_reject.message is 'The rule in words.';
comment on column import_reject.hint is 'What to do.';
comment on column import_reject.rejected_by is 'Login that imported.';
comment on column import_reject.rejected_at is 'Start of the transaction that imported; the same for all rows of one import.';
create function import_contacts(out accepted integer, out unchanged integer, out corrected integer, out rejected integer)
begin atomic
select i.accepted, i.unchanged, i.corrected, i.rejected
from early_help.import_contacts('inbox_contact'::regclass) i;
end;
comment on function import_contacts() is
'Empties inbox_contact: moves what is right into the record and the rest into import_reject. '
'One row: how many contacts were accepted (new), unchanged (known and the same), corrected (known and different) and '
'rejected. See early_help.import_contacts.';
create table structure_as_made (
kind varchar(20) not null,
table_name name not null,
name name not null,
definition text not null,
state text not null,
constraint structure_as_made_pkey primary key (kind, table_name, name)
);
comment on table structure_as_made is
'Tables, columns, constraints, indexes, triggers, functions and views as create_partnership, or the last upgrade, laid them '
'down: early_help.audit compares. Written by early_help_internal.note_structure alone.';
comment on column structure_as_made.kind is
'table, column, constraint, index, trigger, function, view, kpi view or kpi function.';
comment on column structure_as_made.table_name is 'Table it belongs to; empty for a function.';
comment on column structure_as_made.name is 'Its name; of a table or view, empty.';
comment on column structure_as_made.definition is 'What it is, as PostgreSQL words it, without the name of the partnership.';
comment on column structure_as_made.state is
'When a trigger fires, whether a constraint or an index is valid, whether a table has row security.';
do $$
declare
record_table regclass;
begin
for record_table in
select c.oid
from pg_class c
where c.relnamespace = (select n.oid from pg_namespace n where n.nspname = current_schema())
and c.relkind = 'r'
and c.relname !~ '^(cube_|kpi_(cube|filled_months|period|refresh_log)$|stale_mark$)'
order by c.relname
loop
execute format(
'create trigger zz_check_row before insert or update on %s
            for each row execute function early_help_internal.check_row()', record_table);
execute format('alter table %s enable always trigger zz_check_row', record_table);
continue when record_table::text ~ '^(inbox_|import_)';
execute format(
'create trigger zz_refuse_truncate before truncate on %s
            for each statement execute function early_help_internal.refuse_truncate()', record_table);
execute format('alter table %s enable always trigger zz_refuse_truncate', record_table);
end loop;
end
$$;
do $$
declare
setting name;
begin
foreach setting in array '{partnership, kpi_metric, kpi_target, kpi_spc_setting, kpi_spc_rebase, bank_holiday, code_label,
        contact_source, primary_need, ethnicity, sex, disability, assessment_factor, closure_reason, headline_outcome}'::name[]
loop
execute format(
'create trigger owner_writes_only before insert or update or delete on %I
            for each statement execute function early_help_internal.owner_writes_only()', setting);
end loop;
end
$$;
do $$
declare
engine_table regclass;
begin
for engine_table in
select c.oid
from pg_class c
where c.relnamespace = (select n.oid from pg_namespace n where n.nspname = current_schema())
and c.relkind = 'r'
and c.relname ~ '^(kpi|cube|stale)_'
and not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'owner_writes_only')
order by c.relname
loop
perform early_help_internal.guard_engine_table(engine_table);
end loop;
end
$$;
create trigger engine_writes_only before insert or update or delete on structure_as_made
for each statement execute function early_help_internal.engine_writes_only();
create trigger engine_writes_only before insert or update or delete on published_table
for each statement execute function early_help_internal.engine_writes_only();
create trigger engine_writes_only before insert on publication
for each statement execute function early_help_internal.engine_writes_only();
create trigger engine_writes_only before insert on published_figure
for each statement execute function early_help_internal.engine_writes_only();
$early_help_partnership$::text$early_help_ddl$;
comment on function early_help_internal.partnership_records_ddl() is
'The DDL of the records of one partnership.';
create function early_help_internal.partnership_kpi_ddl() returns text
language sql
immutable
parallel safe
as $early_help_ddl$select $early_help_partnership$
select early_help.define_kpi_cube(
'months',
array['contact_child', 'referral', 'episode', 'assessment', 'plan', 'step', 'service_request',
'group_session', 'partner_return', 'case_audit', 'feedback', 'feedback_request'],
$$
select true as has_events
where exists (select from only contact_child where received_on >= m.month and received_on < m.next_month)
or exists (select from only referral where referred_on >= m.month and referred_on < m.next_month)
or exists (select from only episode where opened_on >= m.month and opened_on < m.next_month)
or exists (select from only episode where allocated_on >= m.month and allocated_on < m.next_month)
or exists (select from only episode where closed_on >= m.month and closed_on < m.next_month)
or exists (select from only assessment where started_on >= m.month and started_on < m.next_month)
or exists (select from only assessment where completed_on >= m.month and completed_on < m.next_month)
or exists (select from only plan where started_on >= m.month and started_on < m.next_month)
or exists (select from only plan where ended_on >= m.month and ended_on < m.next_month)
or exists (select from only step where offered_on >= m.month and offered_on < m.next_month)
or exists (select from only step where decided_on >= m.month and decided_on < m.next_month)
or exists (select from only service_request where requested_on >= m.month and requested_on < m.next_month)
or exists (select from only service_request where started_on >= m.month and started_on < m.next_month)
or exists (select from only service_request where decided_on >= m.month and decided_on < m.next_month)
or exists (select from only assessment where ended_on >= m.month and ended_on < m.next_month)
or exists (select from only group_session where held_on >= m.month and held_on < m.next_month)
or exists (select from only partner_return where month >= m.month and month < m.next_month)
or exists (select from only case_audit where audited_on >= m.month and audited_on < m.next_month)
or exists (select from only feedback_request where asked_on >= m.month and asked_on < m.next_month)
or exists (select from only feedback where given_on >= m.month and given_on < m.next_month)
$$, few => true);
select early_help_internal.define_beside_cubes($command$
create view kpi_period_shown as
select p.*
from kpi_period p
where p.first_month <= (select max(s.month) from cube_months s)
and p.last_month >= (select min(s.month) from cube_months s)
and p.last_month = date_trunc('month', p.last_month::timestamp)::date;
comment on view kpi_period_shown is
'Periods that figures are shown for: those with a month from the first to the last with an event.';
comment on column kpi_period_shown.period_kind is 'month, quarter, year, or year to date.';
comment on column kpi_period_shown.period_key is 'The period in short.';
comment on column kpi_period_shown.first_month is 'First day of its first month.';
comment on column kpi_period_shown.last_month is 'First day of its last month.';
$command$);
select early_help.define_kpi_cube('contacts', array['contact_child', 'child'], $$
select
cc.counted_child_id as part,
cc.source_code,
cc.primary_need_code as need_code,
cc.reason,
cc.locality_id,
early_help.age_at(ch.birth_date, ch.expected_birth_date, cc.received_on) as age_at_contact,
ch.sex_code,
ch.ethnicity_code,
1 as contacts,
(cc.decision is not distinct from 'referral')::integer as referrals,
(exists (
select
from only contact_child earlier
where earlier.counted_child_id = cc.counted_child_id
and earlier.received_on < cc.received_on
and earlier.received_on >= cc.received_on - 365))::integer as known_contacts
from only contact_child cc
left join lateral (
select c.birth_date, c.expected_birth_date, c.sex_code, c.ethnicity_code
from only child c
where c.child_id = cc.counted_child_id
offset 0
) ch on true
where cc.received_on >= m.month
and cc.received_on < m.next_month
$$, counts => '{contacts, referrals, known_contacts}');
create view contacts as
select
c.month,
to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
c.source_code,
s.label as source,
c.need_code,
n.label as need,
c.reason,
l.name as ward,
c.age_at_contact,
c.sex_code,
c.contacts,
c.referrals,
c.known_contacts,
(c.contacts - c.known_contacts)::integer as new_contacts,
early_help.age_band(c.age_at_contact)::varchar(20) as age_band,
c.ethnicity_code,
e.label as ethnicity
from cube_contacts c
left join only contact_source s on s.code = c.source_code
left join only primary_need n on n.code = c.need_code
left join only locality l on l.locality_id = c.locality_id
left join only ethnicity e on e.code = c.ethnicity_code;
comment on view contacts is
'Contacts by month, source, need, reason, ward, age and sex. Unit: a child in a contact (Annex A list 1: a row a child a '
'contact). Sum the counts; rows do not overlap.';
create view known_contacts as
select
month,
month_key,
source_code,
source,
need_code,
need,
reason,
ward,
age_band,
contacts,
known_contacts,
new_contacts
from contacts;
comment on view known_contacts is
'Contacts about children already known: with a contact on an earlier day, at most 365 days before. Unit: a child in a '
'contact. The cells of view contacts. Source: scrutiny report 2018.';
select early_help.define_kpi_cube('children_contacted', array['contact_child'], $$
select
c.counted_child_id as part,
early_help_internal.months_between(p.last_before, m.month) as months_since,
1 as children,
c.contacts
from (
select cc.counted_child_id, count(*)::integer as contacts
from only contact_child cc
where cc.received_on >= m.month
and cc.received_on < m.next_month
group by cc.counted_child_id
) c
left join lateral (
select max(e.received_on) as last_before
from only contact_child e
where e.counted_child_id = c.counted_child_id
and e.received_on < m.month
and e.received_on >= m.month - interval '11 months'
) p on true
$$, counts => '{children, contacts}', few => true);
create view children_contacted as
select
p.period_kind,
p.period_key,
p.first_month as period_start,
(p.last_month + interval '1 month' - interval '1 day')::date as period_end,
c.children::integer as children,
c.contacts::integer as contacts
from kpi_period_shown p
cross join lateral (
select
coalesce(
sum(x.children)
filter (where early_help_internal.first_in_period(x.month, x.months_since, p.first_month)), 0) as children,
coalesce(sum(x.contacts), 0) as contacts
from cube_children_contacted x
where x.month between p.first_month and p.last_month
) c
where p.period_kind <> 'year to date';
comment on view children_contacted is
'Different children with a contact in the month, quarter or financial year, beside the contacts. Each child once a period: '
'do not add periods. children_contacted_between counts between any two days.';
create function children_contacted_between(from_date date, to_date date) returns integer
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
select count(distinct cc.counted_child_id)::integer
from only contact_child cc
where cc.received_on >= from_date
and cc.received_on <= to_date;
end;
comment on function children_contacted_between(date, date) is
'Number of different children with a contact from one day to another, both included.';
select early_help.define_kpi_cube('re_referrals', array['referral', 'partnership'], $$
select
r.source_code,
r.primary_need_code as need_code,
r.locality_id,
count(*)::integer as referrals,
(count(*) filter (where exists (
select
from only referral earlier
where earlier.counted_child_id = r.counted_child_id
and earlier.referred_on < r.referred_on
and r.referred_on <= earlier.referred_on + make_interval(
months => (select p.re_referral_months from only partnership p)))))::integer as re_referrals
from only referral r
where r.referred_on >= m.month
and r.referred_on < m.next_month
group by 1, 2, 3
$$);
create view re_referrals as
select
c.month,
to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
c.source_code,
s.label as source,
c.need_code,
n.label as need,
l.name as ward,
c.referrals,
c.re_referrals
from cube_re_referrals c
left join only contact_source s on s.code = c.source_code
left join only primary_need n on n.code = c.need_code
left join only locality l on l.locality_id = c.locality_id;
comment on view re_referrals is
'Referrals into early help and re-referrals among them, by month, source, need and ward. Unit: a referral of a child. Rate = '
're_referrals / referrals, after summing both.';
select early_help.define_kpi_cube('referrals', array['referral', 'child'], $$
select
r.source_code,
r.primary_need_code as need_code,
r.locality_id,
r.service_id,
early_help.age_at(ch.birth_date, ch.expected_birth_date, r.referred_on) as age_at_referral,
ch.sex_code,
ch.ethnicity_code,
count(*)::integer as referrals,
(count(*) filter (where r.accepted_on is not null))::integer as accepted,
(count(*) filter (where r.declined_on is not null))::integer as declined
from only referral r
left join lateral (
select c.birth_date, c.expected_birth_date, c.sex_code, c.ethnicity_code
from only child c
where c.child_id = r.counted_child_id
offset 0
) ch on true
where r.referred_on >= m.month
and r.referred_on < m.next_month
group by 1, 2, 3, 4, 5, 6, 7
$$);
create view referrals as
select
c.month,
to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
c.source_code,
s.label as source,
c.need_code,
n.label as need,
l.name as ward,
v.name as service,
v.run_by::varchar(10) as run_by,
a.name as agency,
a.sector::varchar(40) as sector,
c.age_at_referral,
early_help.age_band(c.age_at_referral)::varchar(20) as age_band,
c.sex_code,
c.ethnicity_code,
c.referrals,
c.accepted,
c.declined
from cube_referrals c
left join only contact_source s on s.code = c.source_code
left join only primary_need n on n.code = c.need_code
left join only locality l on l.locality_id = c.locality_id
left join only service v on v.service_id = c.service_id
left join only agency a on a.agency_id = v.agency_id;
comment on view referrals is
'Referrals to early help, in the month they were made. Unit: a referral of a child. Accepted and declined are of these '
'referrals, whenever that was decided. Source: Early Help Strategy 2021-24 section 10.';
select early_help.define_kpi_cube('re_referral_after_support', array['referral', 'episode_end', 'partnership'], $$
select
r.source_code,
r.primary_need_code as need_code,
r.locality_id,
count(*)::integer as referrals,
(count(*) filter (where exists (
select
from only episode e
where e.family_id = r.family_id
and e.closed_on < r.referred_on
and r.referred_on <= e.closed_on + make_interval(
months => (select p.re_referral_months from only partnership p)))))::integer as after_support
from only referral r
where r.referred_on >= m.month
and r.referred_on < m.next_month
group by 1, 2, 3
$$);
create view re_referral_after_support as
select
c.month,
to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
c.source_code,
s.label as source,
c.need_code,
n.label as need,
l.name as ward,
c.referrals,
c.after_support
from cube_re_referral_after_support c
left join only contact_source s on s.code = c.source_code
left join only primary_need n on n.code = c.need_code
left join only locality l on l.locality_id = c.locality_id;
comment on view re_referral_after_support is
'Referrals of a child whose family had an episode that closed on an earlier day, within the re-referral months (usual: 12). '
'Closure to referral, not referral to referral. Unit: a referral of a child. Source: scrutiny report 2018.';
select early_help.define_kpi_cube('episodes', array['episode', 'referral_of_episode'], $$
select
r.source_code,
r.primary_need_code as need_code,
r.locality_id,
r.service_id,
sum(e.opened)::integer as opened,
sum(e.allocated)::integer as allocated,
sum(e.closed_waiting)::integer as closed_waiting,
sum(e.closed)::integer as closed
from (
select referral_id, 1 as opened, 0 as allocated, 0 as closed_waiting, 0 as closed
from only episode
where opened_on >= m.month
and opened_on < m.next_month
union all
select referral_id, 0, 1, 0, 0
from only episode
where allocated_on >= m.month
and allocated_on < m.next_month
union all
select referral_id, 0, 0, (allocated_on is null)::integer, 1
from only episode
where closed_on >= m.month
and closed_on < m.next_month
) e
left join lateral (
select r.source_code, r.primary_need_code, r.locality_id, r.service_id
from only referral r
where r.referral_id = e.referral_id
offset 0
) r on true
group by 1, 2, 3, 4
$$);
select early_help.define_kpi_cube('episode_flows', '{}', $$
select
sum(e.opened)::integer as opened,
sum(e.allocated)::integer as allocated,
sum(e.closed_waiting)::integer as closed_waiting,
sum(e.closed)::integer as closed
from cube_episodes e
where e.month = m.month
having count(*) > 0
$$, from_cubes => '{episodes}', few => true);
create view episodes as
select
c.month,
to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
c.source_code,
s.label as source,
c.need_code,
n.label as need,
l.name as ward,
v.name as service,
v.run_by::varchar(10) as run_by,
a.name as agency,
a.sector::varchar(40) as sector,
c.opened,
c.allocated,
c.closed
from cube_episodes c
left join only contact_source s on s.code = c.source_code
left join only primary_need n on n.code = c.need_code
left join only locality l on l.locality_id = c.locality_id
left join only service v on v.service_id = c.service_id
left join only agency a on a.agency_id = v.agency_id;
comment on view episodes is
'Episodes of early help opened, allocated and closed, each in its own month, by what the family was referred for. Unit: an '
'episode. Caseload has those open.';
select early_help.define_kpi_cube('service_requests', array['service_request'], $$
select
q.need_code,
q.locality_id,
q.service_id,
sum(q.requested)::integer as requested,
sum(q.offered)::integer as offered,
sum(q.no_service)::integer as no_service,
sum(q.undecided)::integer as undecided,
sum(q.started)::integer as started,
sum(q.ended_otherwise)::integer as ended_otherwise
from (
select
primary_need_code as need_code,
locality_id,
service_id,
1 as requested,
(offered_on is not null)::integer as offered,
(outcome is not distinct from 'no_service')::integer as no_service,
(offered_on is null and outcome is null)::integer as undecided,
0 as started,
0 as ended_otherwise
from only service_request
where requested_on >= m.month
and requested_on < m.next_month
union all
select primary_need_code, locality_id, service_id, 0, 0, 0, 0, 1, 0
from only service_request
where started_on >= m.month
and started_on < m.next_month
union all
select primary_need_code, locality_id, service_id, 0, 0, 0, 0, 0, 1
from only service_request
where started_on is null
and decided_on >= m.month
and decided_on < m.next_month
) q
group by 1, 2, 3
$$);
create view needs_without_service as
select
c.month,
to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
c.need_code,
n.label as need,
l.name as ward,
sum(c.requested)::integer as requests,
sum(c.offered)::integer as offered,
sum(c.requested - c.offered)::integer as without_offer,
sum(c.no_service)::integer as no_service,
sum(c.undecided)::integer as still_waiting
from cube_service_requests c
left join only primary_need n on n.code = c.need_code
left join only locality l on l.locality_id = c.locality_id
where c.requested > 0
group by c.month, c.need_code, n.label, c.locality_id, l.name;
comment on view needs_without_service is
'Gap analysis: needs for which a service was asked for in the month, and no service was offered so far, by need and area. '
'Unit: a request. Source: Early Help Strategy 2021-24, needs and gap analysis.';
create view waiting_list as
select
p.last_month as month,
p.period_key::varchar(7) as month_key,
w.waiting_for::varchar(20) as waiting_for,
w.source_code::varchar(40) as source_code,
s.label as source,
w.need_code::varchar(40) as need_code,
n.label as need,
l.name as ward,
v.name as service,
v.run_by::varchar(10) as run_by,
coalesce(w.joined, 0)::integer as joined,
coalesce(w.started, 0)::integer as started,
coalesce(w.left_otherwise, 0)::integer as left_otherwise,
w.waiting::integer as waiting
from kpi_period_shown p
cross join lateral (
select
f.waiting_for,
f.source_code,
f.need_code,
f.locality_id,
f.service_id,
sum(f.joined) filter (where f.month = p.last_month) as joined,
sum(f.started) filter (where f.month = p.last_month) as started,
sum(f.left_otherwise) filter (where f.month = p.last_month) as left_otherwise,
sum(f.joined - f.started - f.left_otherwise) as waiting
from (
select month, 'early help' as waiting_for, source_code, need_code, locality_id, service_id,
opened as joined, allocated as started, closed_waiting as left_otherwise
from cube_episodes
union all
select month, 'a service' as waiting_for, null as source_code, need_code, locality_id, service_id,
requested, started, ended_otherwise
from cube_service_requests
) f
where f.month <= p.last_month
group by 1, 2, 3, 4, 5
having sum(f.joined - f.started - f.left_otherwise) <> 0
or bool_or(f.month = p.last_month and (f.joined, f.started, f.left_otherwise) <> (0, 0, 0))
) w
left join only contact_source s on s.code = w.source_code
left join only primary_need n on n.code = w.need_code
left join only locality l on l.locality_id = w.locality_id
left join only service v on v.service_id = w.service_id
where p.period_kind = 'month';
comment on view waiting_list is
'Who waits at the end of each month: an episode open and not allocated (early help), a request not started, nor decided '
'otherwise (a service). Unit: an episode or a request. Source: Early Help Strategy 2021-24 section 10.';
create function waiting_at(on_day date) returns integer
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
select count(*)::integer
from only episode e
where e.opened_on <= waiting_at.on_day
and (e.allocated_on is null or e.allocated_on > waiting_at.on_day)
and (e.closed_on is null or e.closed_on > waiting_at.on_day);
end;
comment on function waiting_at(date) is
'Families waiting for early help at the end of a day: episode opened, no lead practitioner yet, not closed. As its owner: a '
'reader of figures needs no right to the records.';
select early_help.define_kpi_cube('waits_ended', array['episode', 'service_request'], $$
select
w.waiting_for,
w.days,
count(*)::integer as ended,
(count(*) filter (where w.started))::integer as started
from (
select 'early help'::varchar(20) as waiting_for, allocated_on - opened_on as days, true as started
from only episode
where allocated_on >= m.month
and allocated_on < m.next_month
union all
select 'early help', closed_on - opened_on, false
from only episode
where allocated_on is null
and closed_on >= m.month
and closed_on < m.next_month
union all
select 'a service', started_on - requested_on, true
from only service_request
where started_on >= m.month
and started_on < m.next_month
union all
select 'a service', decided_on - requested_on, false
from only service_request
where started_on is null
and decided_on >= m.month
and decided_on < m.next_month
) w
group by 1, 2
$$, few => true);
select early_help.define_kpi_cube('waits_open', array['episode', 'service_request'], $$
select
w.waiting_for,
w.began_on::date as began_on,
sum(w.began)::integer as began,
sum(1 - w.began)::integer as ended
from (
select 'early help'::varchar(20) as waiting_for, opened_on as began_on, 1 as began
from only episode
where opened_on >= m.month
and opened_on < m.next_month
union all
select 'early help', opened_on, 0
from only episode
where allocated_on >= m.month
and allocated_on < m.next_month
union all
select 'early help', opened_on, 0
from only episode
where allocated_on is null
and closed_on >= m.month
and closed_on < m.next_month
union all
select 'a service', requested_on, 1
from only service_request
where requested_on >= m.month
and requested_on < m.next_month
union all
select 'a service', requested_on, 0
from only service_request
where started_on >= m.month
and started_on < m.next_month
union all
select 'a service', requested_on, 0
from only service_request
where started_on is null
and decided_on >= m.month
and decided_on < m.next_month
) w
group by 1, 2
$$, few => true);
create view waiting_times as
with wait_flow as materialized (
select * from cube_waits_open
)
select
p.period_kind,
p.period_key,
p.first_month as period_start,
(p.last_month + interval '1 month' - interval '1 day')::date as period_end,
k.waiting_for::varchar(20) as waiting_for,
coalesce(e.ended, 0)::integer as waits_ended,
coalesce(e.started, 0)::integer as waits_ended_by_start,
e.median_days::numeric(8, 1) as median_days,
e.p90_days::numeric(8, 1) as percentile_90_days,
e.mean_days::numeric(8, 1) as mean_days,
z.counted_on,
coalesce(o.waiting, 0)::integer as still_waiting,
o.median_days::numeric(8, 1) as still_waiting_median_days,
o.longest_days::integer as still_waiting_longest_days,
b.median_days::numeric(8, 1) as median_days_at_least
from kpi_period_shown p
cross join (values ('early help'), ('a service')) as k (waiting_for)
cross join lateral (
select
(least(p.last_month, (select max(s.month) from cube_months s))
+ interval '1 month' - interval '1 day')::date as counted_on
) z
cross join lateral (
select array_agg(c.days) as days, array_agg(c.ended) as cases
from (
select c.days, sum(c.ended) as ended
from cube_waits_ended c
where c.month between p.first_month and p.last_month
and c.waiting_for = k.waiting_for
group by c.days
) c
) ended_days
cross join lateral (
select array_agg(c.days) as days, array_agg(c.waiting) as cases
from (
select
z.counted_on - c.began_on as days,
sum(c.began - c.ended) as waiting
from wait_flow c
where c.month <= p.last_month
and c.waiting_for = k.waiting_for
group by c.began_on
having sum(c.began - c.ended) > 0
) c
) open_days
cross join lateral (
select
sum(c.ended) as ended,
sum(c.started) as started,
sum(c.days * c.ended)::numeric / nullif(sum(c.ended), 0) as mean_days,
early_help_internal.percentile_of_days(ended_days.days, ended_days.cases, 0.5) as median_days,
early_help_internal.percentile_of_days(ended_days.days, ended_days.cases, 0.9) as p90_days
from cube_waits_ended c
where c.month between p.first_month and p.last_month
and c.waiting_for = k.waiting_for
) e
cross join lateral (
select
sum(d.n) as waiting,
max(d.day) as longest_days,
early_help_internal.percentile_of_days(open_days.days, open_days.cases, 0.5) as median_days
from unnest(open_days.days, open_days.cases) as d (day, n)
) o
cross join lateral (
select early_help_internal.percentile_of_days(
ended_days.days || open_days.days, ended_days.cases || open_days.cases, 0.5) as median_days
) b
where p.period_kind <> 'year to date';
comment on view waiting_times is
'Waits in days, by month, quarter and financial year: those that ended in the period, and those that went on at its end, '
'which are never dropped. Unit: an episode (early help) or a request (a service). Do not add periods.';
select early_help.define_kpi_cube('intervention_plans', array['plan'], $$
select
e.service_id,
sum(e.started)::integer as plans_started,
sum(e.completed)::integer as plans_completed,
sum(e.ended_otherwise)::integer as plans_ended_otherwise,
sum(e.consent_withdrawn)::integer as plans_ended_consent_withdrawn
from (
select p.service_id, 1 as started, 0 as completed, 0 as ended_otherwise, 0 as consent_withdrawn
from only plan p
where p.kind = 'intervention'
and p.started_on >= m.month
and p.started_on < m.next_month
union all
select
p.service_id,
0,
(p.end_reason = 'completed')::integer,
(p.end_reason <> 'completed')::integer,
(p.end_reason = 'consent_withdrawn')::integer
from only plan p
where p.kind = 'intervention'
and p.ended_on >= m.month
and p.ended_on < m.next_month
) e
group by 1
$$);
create view intervention_plans as
select
c.month,
to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
s.run_by::varchar(10) as run_by,
s.name as service,
a.name as agency,
c.plans_started,
c.plans_completed,
c.plans_ended_otherwise,
c.plans_ended_consent_withdrawn
from cube_intervention_plans c
left join only service s on s.service_id = c.service_id
left join only agency a on a.agency_id = s.agency_id;
comment on view intervention_plans is
'Intervention plans started and ended, by month and service. Each event counts in its own month: plans completed in a month '
'are not those started in it. Family outcomes plans are not in it.';
select early_help.define_kpi_cube('assessments', array['assessment'], $$
select
e.service_id,
e.supports_sen,
sum(e.started)::integer as started,
sum(e.completed)::integer as completed,
sum(e.ended_otherwise)::integer as ended_otherwise
from (
select service_id, supports_sen, 1 as started, 0 as completed, 0 as ended_otherwise
from only assessment
where corrects_assessment_id is null
and started_on >= m.month
and started_on < m.next_month
union all
select service_id, supports_sen, 0, 1, 0
from only assessment
where corrects_assessment_id is null
and completed_on >= m.month
and completed_on < m.next_month
union all
select service_id, supports_sen, 0, 0, 1
from only assessment
where corrects_assessment_id is null
and ended_on >= m.month
and ended_on < m.next_month
) e
group by 1, 2
$$);
create view assessments_started as
select
c.month,
to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
v.run_by::varchar(10) as run_by,
v.name as service,
a.name as agency,
a.sector::varchar(40) as sector,
c.supports_sen,
c.started as assessments_started,
c.completed as assessments_completed,
c.ended_otherwise as assessments_ended_otherwise
from cube_assessments c
left join only service v on v.service_id = c.service_id
left join only agency a on a.agency_id = v.agency_id;
comment on view assessments_started is
'Early Help Assessments (EHA) started, by hubs and partners; completed and otherwise ended ones in the month of that. '
'Corrected versions do not count again. Unit: an assessment. Source: Early Help Strategy 2021-24 section 10.';
select early_help.define_kpi_cube('reviews', array['review', 'plan_of_review', 'plan_review'], $$
select
d.plan_kind::varchar(20) as plan_kind,
d.service_id,
count(*)::integer as due,
(count(*) filter (where d.held_on <= d.due_on))::integer as held_on_time,
(count(*) filter (where d.held_on > d.due_on))::integer as held_late,
(count(*) filter (where d.held_on is null))::integer as not_held
from (
select r.plan_kind, p.service_id, r.due_on, r.held_on
from only review r
left join lateral (
select p.service_id
from only plan p
where p.plan_id = r.plan_id
offset 0
) p on true
where r.due_on >= m.month
and r.due_on < m.next_month
union all
select p.kind, p.service_id, p.review_due_on, null
from only plan p
where p.review_due_on >= m.month
and p.review_due_on < m.next_month
and p.completed_by_review_id is null
and (p.ended_on is null or p.ended_on > p.review_due_on)
) d
group by 1, 2
$$);
create view review_timeliness as
select
c.month,
to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
c.plan_kind,
v.run_by::varchar(10) as run_by,
v.name as service,
a.name as agency,
a.sector::varchar(40) as sector,
c.due as reviews_due,
c.held_on_time,
c.held_late,
c.not_held
from cube_reviews c
left join only service v on v.service_id = c.service_id
left join only agency a on a.agency_id = v.agency_id;
comment on view review_timeliness is
'Reviews due in the month, and whether they were held on or before that day; those not held count as due. Months to come '
'have what is due in them so far. Unit: a review due. Source: Early Help Strategy 2021-24 section 7 (review in 6-8 weeks).';
select early_help.define_kpi_cube('step_ups', array['step'], $$
select
e.basis,
sum(e.offered)::integer as offered,
sum(e.accepted)::integer as accepted,
sum(e.declined)::integer as declined,
sum(e.withdrawn)::integer as withdrawn
from (
select s.basis::varchar(40) as basis, 1 as offered, 0 as accepted, 0 as declined, 0 as withdrawn
from only step s
where s.to_level = early_help.need_level 'social_care'
and s.offered_on >= m.month
and s.offered_on < m.next_month
union all
select
s.basis::varchar(40),
0,
(s.outcome = 'accepted')::integer,
(s.outcome = 'declined')::integer,
(s.outcome = 'withdrawn')::integer
from only step s
where s.to_level = early_help.need_level 'social_care'
and s.decided_on >= m.month
and s.decided_on < m.next_month
) e
group by 1
$$);
create view step_ups as
select
c.month,
to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
c.basis,
c.offered,
c.accepted,
c.declined,
c.withdrawn
from cube_step_ups c;
comment on view step_ups is
'Steps up from early help to children''s social care, by month and basis. Unit: a child. Each event counts in its own month: '
'those accepted in a month need not be those offered in it.';
select early_help.define_kpi_cube('step_downs', array['step'], $$
select
e.receiving_agency_id,
sum(e.offered)::integer as offered,
sum(e.accepted)::integer as accepted,
sum(e.declined)::integer as declined,
sum(e.withdrawn)::integer as withdrawn,
sum(e.to_early_help)::integer as accepted_to_early_help
from (
select s.receiving_agency_id, 1 as offered, 0 as accepted, 0 as declined, 0 as withdrawn, 0 as to_early_help
from only step s
where s.from_level = early_help.need_level 'social_care'
and s.offered_on >= m.month
and s.offered_on < m.next_month
union all
select
s.receiving_agency_id,
0,
(s.outcome = 'accepted')::integer,
(s.outcome = 'declined')::integer,
(s.outcome = 'withdrawn')::integer,
(s.outcome = 'accepted' and s.to_level = early_help.need_level 'early_help')::integer
from only step s
where s.from_level = early_help.need_level 'social_care'
and s.decided_on >= m.month
and s.decided_on < m.next_month
) e
group by 1
$$);
create view step_downs as
select
c.month,
to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
a.name as receiving_agency,
a.sector::varchar(40) as receiving_sector,
c.offered,
c.accepted,
c.declined,
c.withdrawn
from cube_step_downs c
left join only agency a on a.agency_id = c.receiving_agency_id;
comment on view step_downs is
'Steps down from children''s social care, by month and receiving agency. Unit: a child. Each event counts in its own month.';
select early_help.define_kpi_cube('families_supported', array['episode', 'episode_end'], $$
select
f.months_since,
sum(f.started)::integer as started,
sum(f.ended)::integer as ended
from (
select
early_help_internal.months_between(p.last_end, e.opened_on) as months_since,
1 as started,
0 as ended
from only episode e
left join lateral (
select max(x.closed_on) as last_end
from only episode x
where x.family_id = e.family_id
and x.episode_id <> e.episode_id
and x.closed_on <= e.opened_on
and x.closed_on >= m.month - interval '11 months'
) p on true
where e.opened_on >= m.month
and e.opened_on < m.next_month
union all
select null, 0, 1
from only episode
where closed_on >= m.month
and closed_on < m.next_month
) f
group by 1
$$, few => true);
select early_help.define_kpi_cube('children_supported', array['episode_child', 'child_merge'], $$
select
s.months_since,
sum(s.started)::integer as started,
sum(s.ended)::integer as ended
from (
select
case
when s.starts and u.last_end >= m.month - interval '11 months'
then early_help_internal.months_between(u.last_end::date, u.started_on::date)
end as months_since,
s.starts::integer as started,
(not s.starts)::integer as ended
from (
select distinct coalesce(k.merged_into_child_id, x.child_id) as child_id
from (
select child_id from only episode_child where joined_on >= m.month and joined_on < m.next_month
union all
select child_id from only episode_child where left_on >= m.month and left_on < m.next_month
) x
left join only child k on k.child_id = x.child_id
) c
cross join lateral (
select
lower(r.support) as started_on,
upper(r.support) as ended_on,
lag(upper(r.support)) over (order by r.support) as last_end
from unnest((
select range_agg(tsrange(ec.joined_on::timestamp, ec.left_on::timestamp, '[]'))
from only episode_child ec
where ec.child_id in (
select c.child_id
union all
select k.child_id
from only child k
where k.merged_into_child_id = c.child_id)
)) as r (support)
) u
cross join (values (true), (false)) as s (starts)
where case when s.starts then u.started_on else u.ended_on end >= m.month
and case when s.starts then u.started_on else u.ended_on end < m.next_month
union all
select null, 0, 0
from only episode_child
where joined_on >= m.month
and joined_on < m.next_month
union all
select null, 0, 0
from only episode_child
where left_on >= m.month
and left_on < m.next_month
) s
group by 1
$$, few => true);
create view caseload as
with episode_flow as materialized (
select * from cube_episode_flows
), family_flow as materialized (
select * from cube_families_supported
), child_flow as materialized (
select * from cube_children_supported
)
select
p.period_kind,
p.period_key,
p.first_month as period_start,
(p.last_month + interval '1 month' - interval '1 day')::date as period_end,
e.episodes::integer as episodes,
f.families::integer as families,
c.children::integer as children,
e.opened::integer as episodes_opened,
e.closed::integer as episodes_closed,
e.open_at_end::integer as episodes_open_at_end,
round(10000.0 * c.children / g.population_0_17, 1)::numeric(8, 1) as children_per_10000
from kpi_period_shown p
cross join lateral (
select
coalesce(sum(x.opened) - coalesce(sum(x.closed) filter (where x.month < p.first_month), 0), 0) as episodes,
coalesce(sum(x.opened) filter (where x.month >= p.first_month), 0) as opened,
coalesce(sum(x.closed) filter (where x.month >= p.first_month), 0) as closed,
coalesce(sum(x.opened - x.closed), 0) as open_at_end
from episode_flow x
where x.month <= p.last_month
) e
cross join lateral (
select coalesce(
sum(x.started) filter (where early_help_internal.first_in_period(x.month, x.months_since, p.first_month))
- coalesce(sum(x.ended) filter (where x.month < p.first_month), 0),
0) as families
from family_flow x
where x.month <= p.last_month
) f
cross join lateral (
select coalesce(
sum(x.started) filter (where early_help_internal.first_in_period(x.month, x.months_since, p.first_month))
- coalesce(sum(x.ended) filter (where x.month < p.first_month), 0),
0) as children
from child_flow x
where x.month <= p.last_month
) c
left join only partnership g on true
where p.period_kind <> 'year to date';
comment on view caseload is
'Numbers worked with: episodes open, and families and children supported, on at least one day of the month, quarter or '
'financial year. Each family and child once a period: do not add. Group work is apart. Source: Early Help Strategy 2021-24 '
'section 10.';
select early_help.define_kpi_cube('lengths_of_support', array['episode', 'referral_of_episode'], $$
select
r.source_code,
r.primary_need_code as need_code,
r.locality_id,
r.service_id,
e.closed_on - e.opened_on as days,
count(*)::integer as closures
from only episode e
left join lateral (
select r.source_code, r.primary_need_code, r.locality_id, r.service_id
from only referral r
where r.referral_id = e.referral_id
offset 0
) r on true
where e.closed_on >= m.month
and e.closed_on < m.next_month
group by 1, 2, 3, 4, 5
$$);
create view length_of_support_days as
select
c.month,
to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
c.source_code,
s.label as source,
c.need_code,
n.label as need,
l.name as ward,
v.name as service,
v.run_by::varchar(10) as run_by,
c.days,
c.closures
from cube_lengths_of_support c
left join only contact_source s on s.code = c.source_code
left join only primary_need n on n.code = c.need_code
left join only locality l on l.locality_id = c.locality_id
left join only service v on v.service_id = c.service_id;
comment on view length_of_support_days is
'Episodes closed in the month, counted by the days they lasted: for medians of any choice of months, needs and wards. Unit: '
'an episode.';
select early_help.define_kpi_cube(
'closure_outcomes',
array['episode', 'referral_of_episode', 'plan_outcome', 'positive_outcome'],
$$
select
e.closure_reason_code,
r.source_code,
r.primary_need_code as need_code,
r.locality_id,
r.service_id,
count(*)::integer as closures,
(count(*) filter (where c.counted_in_outcomes))::integer as counted,
(count(*) filter (where
c.counted_in_outcomes
and e.closure_reason_code <> 'stepped_up'
and o.agreed > 0
and o.achieved >= o.agreed * (select p.positive_outcome_share from only partnership p)))::integer as positive,
sum(o.agreed)::integer as outcomes_agreed,
sum(o.achieved)::integer as outcomes_achieved
from only episode e
left join lateral (
select r.source_code, r.primary_need_code, r.locality_id, r.service_id
from only referral r
where r.referral_id = e.referral_id
offset 0
) r on true
left join only closure_reason c on c.code = e.closure_reason_code
cross join lateral (
select
count(*) as agreed,
count(*) filter (where o.achieved_on is not null) as achieved
from only plan p
join only plan_outcome o on o.plan_id = p.plan_id
where p.episode_id = e.episode_id
and o.withdrawn_on is null
) o
where e.closed_on >= m.month
and e.closed_on < m.next_month
group by 1, 2, 3, 4, 5
$$);
create view closure_outcomes as
select
c.month,
to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
c.closure_reason_code,
k.label as closure_reason,
c.source_code,
s.label as source,
c.need_code,
n.label as need,
l.name as ward,
v.name as service,
v.run_by::varchar(10) as run_by,
c.closures,
c.counted as closures_counted,
c.positive as positive_outcomes,
c.outcomes_agreed,
c.outcomes_achieved
from cube_closure_outcomes c
left join only closure_reason k on k.code = c.closure_reason_code
left join only contact_source s on s.code = c.source_code
left join only primary_need n on n.code = c.need_code
left join only locality l on l.locality_id = c.locality_id
left join only service v on v.service_id = c.service_id;
comment on view closure_outcomes is
'Episodes closed in the month and whether the outcome was positive: the share of agreed outcomes achieved reaches the '
'partnerships (usual: one half). Unit: an episode. Source: Early Help Strategy 2021-24 section 10.';
select early_help.define_kpi_cube('group_work', array['group_session', 'group_attendance', 'child_merge'], $$
select
s.group_programme_id,
count(distinct s.group_session_id)::integer as sessions,
(count(*) filter (where a.attended))::integer as attendances,
(count(*) filter (where not a.attended))::integer as absences,
(count(distinct a.family_id) filter (where a.attended))::integer as families,
(count(distinct c.counts_for_child_id) filter (where a.attended))::integer as children,
(count(distinct a.adult_id) filter (where a.attended))::integer as adults
from only group_session s
left join only group_attendance a on a.group_session_id = s.group_session_id
left join only child c on c.child_id = a.child_id
where s.held_on >= m.month
and s.held_on < m.next_month
group by 1
$$);
select early_help.define_kpi_cube('group_families', array['group_session', 'group_attendance', 'group_programme'], $$
select
g.service_id,
count(distinct a.family_id)::integer as families
from only group_session s
join only group_attendance a on a.group_session_id = s.group_session_id
left join only group_programme g on g.group_programme_id = s.group_programme_id
where s.held_on >= m.month
and s.held_on < m.next_month
and a.attended
group by 1
$$);
create view group_work as
select
c.month,
to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
g.name as programme,
v.name as service,
v.run_by::varchar(10) as run_by,
a.name as agency,
a.sector::varchar(40) as sector,
c.sessions,
c.attendances,
c.absences,
c.families,
c.children,
c.adults
from cube_group_work c
left join only group_programme g on g.group_programme_id = c.group_programme_id
left join only service v on v.service_id = g.service_id
left join only agency a on a.agency_id = v.agency_id;
comment on view group_work is
'Group sessions held in the month and who came, by programme. Unit: a programme; families, children and adults are different '
'ones within it, not to be added over months or programmes. Source: Early Help Strategy 2021-24 section 7.';
select early_help.define_kpi_cube('partner_returns', array['partner_return'], $$
select r.service_id, r.families, r.children, r.new_families, r.returned_on::date as returned_on
from only partner_return r
where r.month >= m.month
and r.month < m.next_month
$$);
create view partner_returns as
select
c.month,
to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
v.name as service,
v.run_by::varchar(10) as run_by,
a.name as agency,
a.sector::varchar(40) as sector,
c.families,
c.children,
c.new_families,
c.returned_on
from cube_partner_returns c
left join only service v on v.service_id = c.service_id
left join only agency a on a.agency_id = v.agency_id;
comment on view partner_returns is
'Monthly counts of services that keep their own records, as they returned them: never mixed with counted records. Families '
'may be the same in several months. Unit: a return.';
create view services as
select
p.last_month as month,
p.period_key::varchar(7) as month_key,
v.name as service,
v.run_by::varchar(10) as run_by,
a.name as agency,
a.sector::varchar(40) as sector,
v.prevention_tier::varchar(10) as prevention_tier,
case when v.keeps_own_records then 'returned' else 'counted' end::varchar(10) as records,
coalesce(e.episodes, 0)::integer as counted_episodes,
coalesce(g.families, 0)::integer as counted_group_families,
r.families as returned_families,
r.children as returned_children
from kpi_period_shown p
cross join only service v
join only agency a on a.agency_id = v.agency_id
left join lateral (
select sum(x.opened) - coalesce(sum(x.closed) filter (where x.month < p.last_month), 0) as episodes
from cube_episodes x
where x.month <= p.last_month
and x.service_id = v.service_id
) e on true
left join cube_group_families g on g.month = p.last_month and g.service_id = v.service_id
left join cube_partner_returns r on r.month = p.last_month and r.service_id = v.service_id
where p.period_kind = 'month';
comment on view services is
'All early help services by month: caseload and group work counted from records, and what services return that keep their '
'own, in columns of their own, never to be added up. Unit: a service. Source: Early Help Strategy 2021-24 section 10.';
select early_help.define_kpi_cube('case_audits', array['case_audit'], $$
select
c.grade::varchar(30) as grade,
c.lead_agency_id,
c.auditor_agency_id,
count(*)::integer as audits
from only case_audit c
where c.audited_on >= m.month
and c.audited_on < m.next_month
group by 1, 2, 3
$$);
create view case_audits as
select
c.month,
to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
c.grade,
l.name as lead_agency,
l.sector::varchar(40) as lead_sector,
a.name as auditor_agency,
c.audits
from cube_case_audits c
left join only agency l on l.agency_id = c.lead_agency_id
left join only agency a on a.agency_id = c.auditor_agency_id;
comment on view case_audits is
'Multi-agency audits of case files (CFAG) by grade. Unit: an audit. Source: Early Help Strategy 2021-24 section 10.';
select early_help.define_kpi_cube('feedback', array['feedback', 'feedback_request'], $$
select
f.about::varchar(10) as about,
f.given_by::varchar(20) as given_by,
sum(f.requests)::integer as requests,
sum(f.answered)::integer as answered,
sum(f.responses)::integer as responses,
(count(f.timely))::integer as timely_answers,
(count(*) filter (where f.timely))::integer as timely,
(count(f.helpful))::integer as helpful_answers,
(count(*) filter (where f.helpful))::integer as helpful,
(count(f.empowered))::integer as empowered_answers,
(count(*) filter (where f.empowered))::integer as empowered
from (
select
case when b.episode_id is not null then 'episode' else 'group' end as about,
b.given_by::text as given_by,
0 as requests, 0 as answered, 1 as responses,
b.timely, b.helpful, b.empowered
from only feedback b
where b.given_on >= m.month
and b.given_on < m.next_month
union all
select
case when q.episode_id is not null then 'episode' else 'group' end,
null,
1,
exists (select from only feedback b where b.feedback_request_id = q.feedback_request_id)::integer,
0, null, null, null
from only feedback_request q
where q.asked_on >= m.month
and q.asked_on < m.next_month
) f
group by 1, 2
$$);
create view feedback as
select
c.month,
to_char(c.month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
c.about,
sum(c.responses)::integer as responses,
sum(c.timely)::integer as timely,
sum(c.timely_answers)::integer as timely_answers,
round(100.0 * sum(c.timely) / nullif(sum(c.timely_answers), 0), 1)::numeric(4, 1) as timely_percent,
sum(c.helpful)::integer as helpful,
sum(c.helpful_answers)::integer as helpful_answers,
round(100.0 * sum(c.helpful) / nullif(sum(c.helpful_answers), 0), 1)::numeric(4, 1) as helpful_percent,
sum(c.empowered)::integer as empowered,
sum(c.empowered_answers)::integer as empowered_answers,
round(100.0 * sum(c.empowered) / nullif(sum(c.empowered_answers), 0), 1)::numeric(4, 1) as empowered_percent,
sum(c.answered)::integer as requests_answered,
sum(c.requests)::integer as requests,
round(100.0 * sum(c.answered) / nullif(sum(c.requests), 0), 1)::numeric(4, 1) as response_rate,
coalesce(sum(c.responses) filter (where c.given_by = 'child'), 0)::integer as responses_of_children,
case when sum(c.responses) = 0 then 'no answers' else 'ok' end::varchar(10) as value_status
from cube_feedback c
group by c.month, c.about;
comment on view feedback is
'What children and parents said: answers in the month they were given, beside how many answered, and the response to the '
'requests made in the month. Unit: a feedback. Source: Early Help Strategy 2021-24 section 10.';
create view overdue_reviews with (security_invoker = true) as
select
p.plan_id::numeric(19, 0) as plan_id,
p.kind::varchar(20) as plan_kind,
p.episode_id::numeric(19, 0) as episode_id,
e.family_id::numeric(19, 0) as family_id,
l.practitioner_id::numeric(19, 0) as lead_practitioner_id,
l.name::varchar(120) as lead_practitioner,
a.name as agency,
s.name as service,
d.due_on as review_due_on,
current_date - d.due_on as days_overdue
from deadline d
join only plan p on p.plan_id = d.plan_id
join only episode e on e.episode_id = p.episode_id
left join lateral lead_practitioner_on(p.episode_id) l on true
left join only agency a on a.agency_id = l.agency_id
left join only service s on s.service_id = p.service_id
where d.kind = 'review_overdue'
and d.due_on < current_date;
comment on view overdue_reviews is
'Running plans whose review was due before today, with the lead practitioner of today. Changes with the day. Unit: a plan. '
'Ids and working names only; needs the right to read the records.';
create function due_soon(days_ahead integer default 14)
returns table (
kind varchar(30),
due_on date,
days_left integer,
plan_id numeric(19, 0),
step_id numeric(19, 0),
episode_id numeric(19, 0),
family_id numeric(19, 0),
lead_practitioner_id numeric(19, 0),
lead_practitioner varchar(120)
)
language sql
stable
begin atomic
select
(case d.kind
when 'review_overdue' then 'review'
when 'consultation_missing' then 'consultation'
else 'lead_practitioner'
end)::varchar(30),
d.due_on,
d.due_on - current_date,
d.plan_id::numeric(19, 0),
d.step_id::numeric(19, 0),
e.episode_id::numeric(19, 0),
coalesce(e.family_id, t.family_id)::numeric(19, 0),
l.practitioner_id::numeric(19, 0),
l.name
from deadline d
left join only plan p on p.plan_id = d.plan_id
left join only step t on t.step_id = d.step_id
left join only episode e on e.episode_id = coalesce(d.episode_id, p.episode_id, t.episode_id)
left join lateral lead_practitioner_on(e.episode_id) l on true
where d.due_on between current_date and current_date + due_soon.days_ahead
order by d.due_on, 1, d.plan_id, d.step_id, d.episode_id;
end;
comment on function due_soon(integer) is
'Deadlines from today to so many days ahead, first the next: a plan''s review, the consultation of an urgent (s.47) step up, '
'an episode''s lead practitioner about to leave. days_left 0 is today. Needs the right to read the records.';
create view metric as
select
m.metric_code,
m.section,
m.board_order,
m.label,
m.unit,
m.decimals,
m.counted,
m.numerator,
m.denominator,
m.exclusions,
m.direction,
m.source,
m.description,
t.target,
t.floor,
t.from_month::date as target_from,
t.baseline,
t.owner
from kpi_metric m
left join lateral (
select *
from kpi_target t
where t.metric_code = m.metric_code
order by t.from_month desc
limit 1
) t on true;
comment on view metric is
'The figures of the dashboard: what each means, a row a figure, with its latest target. The targets of earlier months stand '
'in the dashboard.';
select early_help.define_kpi_cube('metrics', '{}', $$
select v.metric_code::varchar(40), v.numerator::integer, v.denominator::integer
from (
select x.*
from (
select
sum(contacts) as contacts,
sum(known_contacts) as known_contacts, sum(contacts) as known_contacts_of
from cube_contacts
where month = m.month
) c
cross join lateral (
values
('contacts', c.contacts, null::bigint),
('known_contacts', c.known_contacts, c.known_contacts_of)
) as x (metric_code, numerator, denominator)
union all
select x.*
from (
select
sum(referrals) as referrals,
sum(re_referrals) as re_referrals, sum(referrals) as re_referrals_of
from cube_re_referrals
where month = m.month
) c
cross join lateral (
values
('referrals', c.referrals, null::bigint),
('re_referrals', c.re_referrals, c.re_referrals_of)
) as x (metric_code, numerator, denominator)
union all
select x.*
from (
select
sum(attendances) as group_attendances
from cube_group_work
where month = m.month
) c
cross join lateral (
values
('group_attendances', c.group_attendances, null::bigint)
) as x (metric_code, numerator, denominator)
union all
select x.*
from (
select
sum(started) as assessments_started
from cube_assessments
where month = m.month
) c
cross join lateral (
values
('assessments_started', c.assessments_started, null::bigint)
) as x (metric_code, numerator, denominator)
union all
select x.*
from (
select
sum(plans_started) as intervention_plans_started,
sum(plans_completed) as intervention_plans_completed
from cube_intervention_plans
where month = m.month
) c
cross join lateral (
values
('intervention_plans_started', c.intervention_plans_started, null::bigint),
('intervention_plans_completed', c.intervention_plans_completed, null::bigint)
) as x (metric_code, numerator, denominator)
union all
select x.*
from (
select
sum(held_on_time) as reviews_on_time, sum(due) as reviews_on_time_of
from cube_reviews
where month = m.month
) c
cross join lateral (
values
('reviews_on_time', c.reviews_on_time, c.reviews_on_time_of)
) as x (metric_code, numerator, denominator)
union all
select x.*
from (
select
sum(offered) as step_ups_offered,
sum(accepted) as step_ups_accepted
from cube_step_ups
where month = m.month
) c
cross join lateral (
values
('step_ups_offered', c.step_ups_offered, null::bigint),
('step_ups_accepted', c.step_ups_accepted, null::bigint)
) as x (metric_code, numerator, denominator)
union all
select x.*
from (
select
sum(accepted_to_early_help) as step_downs_accepted
from cube_step_downs
where month = m.month
) c
cross join lateral (
values
('step_downs_accepted', c.step_downs_accepted, null::bigint)
) as x (metric_code, numerator, denominator)
union all
select x.*
from (
select
sum(positive) as positive_outcomes, sum(counted) as positive_outcomes_of
from cube_closure_outcomes
where month = m.month
) c
cross join lateral (
values
('positive_outcomes', c.positive_outcomes, c.positive_outcomes_of)
) as x (metric_code, numerator, denominator)
union all
select x.*
from (
select
sum(after_support) as re_referrals_after_support, sum(referrals) as re_referrals_after_support_of
from cube_re_referral_after_support
where month = m.month
) c
cross join lateral (
values
('re_referrals_after_support', c.re_referrals_after_support, c.re_referrals_after_support_of)
) as x (metric_code, numerator, denominator)
union all
select x.*
from (
select
sum(audits) as case_audits,
coalesce(sum(audits) filter (where grade = any ('{outstanding,good}')), 0) as case_audits_good, sum(audits) as case_audits_good_of
from cube_case_audits
where month = m.month
) c
cross join lateral (
values
('case_audits', c.case_audits, null::bigint),
('case_audits_good', c.case_audits_good, c.case_audits_good_of)
) as x (metric_code, numerator, denominator)
union all
select x.*
from (
select
sum(timely) as feedback_timely, sum(timely_answers) as feedback_timely_of,
sum(helpful) as feedback_helpful, sum(helpful_answers) as feedback_helpful_of,
sum(empowered) as feedback_empowered, sum(empowered_answers) as feedback_empowered_of,
sum(answered) as feedback_response_rate, sum(requests) as feedback_response_rate_of
from cube_feedback
where month = m.month
) c
cross join lateral (
values
('feedback_timely', c.feedback_timely, c.feedback_timely_of),
('feedback_helpful', c.feedback_helpful, c.feedback_helpful_of),
('feedback_empowered', c.feedback_empowered, c.feedback_empowered_of),
('feedback_response_rate', c.feedback_response_rate, c.feedback_response_rate_of)
) as x (metric_code, numerator, denominator)
union all
select x.*
from (
select
sum(requested - offered) as needs_without_service, sum(requested) as needs_without_service_of
from cube_service_requests
where month = m.month
) c
cross join lateral (
values
('needs_without_service', c.needs_without_service, c.needs_without_service_of)
) as x (metric_code, numerator, denominator)
) as v (metric_code, numerator, denominator)
where v.numerator <> 0
or v.denominator <> 0
$$, from_cubes => '{contacts, re_referrals, group_work, assessments, intervention_plans, reviews, step_ups, step_downs, closure_outcomes, re_referral_after_support, case_audits, feedback, service_requests}', few => true);
select early_help.define_kpi_cube('day_counts', '{}', $$
select 'wait_for_early_help'::varchar(40) as metric_code, days, sum(started)::integer as cases
from cube_waits_ended
where month = m.month
and waiting_for = 'early help'
group by days
having sum(started) <> 0
union all
select 'length_of_support'::varchar(40) as metric_code, days, sum(closures)::integer as cases
from cube_lengths_of_support
where month = m.month
group by days
having sum(closures) <> 0
$$, from_cubes => '{waits_ended, lengths_of_support}', few => true);
select early_help_internal.define_beside_cubes($command$
create view kpi_figure as
with
episode_flows_read as materialized (
select * from cube_episode_flows
),
families_supported_read as materialized (
select * from cube_families_supported
)
select
p.period_kind,
p.period_key,
p.first_month,
p.last_month,
f.metric_code,
f.numerator,
f.denominator,
f.median
from kpi_period p
cross join lateral (
select x.metric_code, sum(x.numerator) as numerator, sum(x.denominator) as denominator, null::double precision as median
from cube_metrics x
where x.month between p.first_month and p.last_month
group by x.metric_code
union all
select 'children_contacted', sum(children), null, null
from cube_children_contacted x
where x.month between p.first_month and p.last_month
and early_help_internal.first_in_period(x.month, x.months_since, p.first_month)
union all
select
'families_worked_with',
sum(x.started) filter (where early_help_internal.first_in_period(x.month, x.months_since, p.first_month))
- coalesce(sum(x.ended) filter (where x.month < p.first_month), 0),
null,
null
from families_supported_read x
where x.month <= p.last_month
union all
select 'waiting_list', sum(opened - allocated - closed_waiting), null, null
from episode_flows_read x
where x.month <= p.last_month
union all
select
d.metric_code,
sum(d.cases),
null,
early_help_internal.percentile_of_days(array_agg(d.days), array_agg(d.cases), 0.5)
from (
select x.metric_code, x.days, sum(x.cases) as cases
from cube_day_counts x
where x.month between p.first_month and p.last_month
group by x.metric_code, x.days
) d
group by d.metric_code
) f;
comment on view kpi_figure is
'Every figure of the dashboard for every period of kpi_period; a figure of nothing has no row. Ask for periods of up to '
'a year.';
comment on column kpi_figure.period_kind is 'month, quarter, year, or year to date.';
comment on column kpi_figure.period_key is 'The period in short.';
comment on column kpi_figure.first_month is 'First day of its first month.';
comment on column kpi_figure.last_month is 'First day of its last month.';
comment on column kpi_figure.metric_code is 'The figure.';
comment on column kpi_figure.numerator is 'What was counted.';
comment on column kpi_figure.denominator is 'Out of how many; null: no percentage.';
comment on column kpi_figure.median is 'The median; null: none is asked for.';
$command$);
create view length_of_support as
select
p.period_kind,
p.period_key,
p.first_month as period_start,
(p.last_month + interval '1 month' - interval '1 day')::date as period_end,
coalesce(c.closures, 0)::integer as closures,
early_help_internal.percentile_of_days(c.days, c.cases, 0.5)::numeric(8, 1) as median_days,
early_help_internal.percentile_of_days(c.days, c.cases, 0.9)::numeric(8, 1) as percentile_90_days,
c.mean_days::numeric(8, 1) as mean_days,
case when c.closures is null then 'no cases' else 'ok' end::varchar(10) as value_status
from kpi_period_shown p
cross join lateral (
select
sum(d.cases) as closures,
sum(d.days * d.cases)::numeric / sum(d.cases) as mean_days,
array_agg(d.days) as days,
array_agg(d.cases) as cases
from (
select x.days, sum(x.cases) as cases
from cube_day_counts x
where x.metric_code = 'length_of_support'
and x.month between p.first_month and p.last_month
group by x.days
) d
) c
where p.period_kind <> 'year to date';
comment on view length_of_support is
'Days from opening to closure of the episodes closed in the month, quarter or financial year: median, 90th percentile and '
'mean of the period''s own cases. Do not average periods. Unit: an episode. Source: Early Help Strategy 2021-24 section 10.';
create view figures as
select
p.period_kind,
p.period_key,
p.first_month as period_start,
(p.last_month + interval '1 month' - interval '1 day')::date as period_end,
d.metric_code,
d.section,
d.board_order,
d.label,
d.unit,
early_help_internal.figure_value(d.unit, coalesce(d.numerator, 0), d.denominator, d.median)::numeric(14, 1) as value,
case
when early_help_internal.figure_value(d.unit, coalesce(d.numerator, 0), d.denominator, d.median) is null then 'no cases'
else 'ok'
end::varchar(10) as value_status,
coalesce(d.numerator, 0)::integer as numerator,
case when d.unit = '%' then coalesce(d.denominator, 0) end::integer as denominator
from kpi_period_shown p
cross join lateral (
select
k.metric_code,
k.section,
k.board_order,
k.label,
k.unit,
f.numerator,
f.denominator,
f.median
from kpi_metric k
left join (
select x.metric_code, x.numerator, x.denominator, x.median
from kpi_figure x
where x.period_kind = p.period_kind
and x.last_month = p.last_month
offset 0
) f on f.metric_code = k.metric_code
offset 0
) d
where p.period_kind <> 'year to date';
comment on view figures is
'Every figure of the dashboard for every month, quarter and financial year, each right for its period: sums, different '
'children and families, medians of the period''s own cases. Metric says what each means.';
create view dashboard as
select
m.last_month as month,
m.period_key::varchar(7) as month_key,
d.metric_code,
d.section,
d.board_order,
d.label,
d.unit,
v.value::numeric(14, 1) as value,
case when v.value is null then 'no cases' else 'ok' end::varchar(10) as value_status,
coalesce(d.numerator, 0)::integer as numerator,
case when d.unit = '%' then coalesce(d.denominator, 0) end::integer as denominator,
case when m.last_month > s.first_month
then early_help_internal.figure_value(d.unit, coalesce(d.numerator_before, 0), d.denominator_before, d.median_before)
end::numeric(14, 1) as previous_month,
case when m.last_month >= s.first_month + interval '1 year'
then early_help_internal.figure_value(
d.unit, coalesce(d.numerator_year_before, 0), d.denominator_year_before, d.median_year_before)
end::numeric(14, 1) as same_month_last_year,
early_help_internal.figure_value(
d.unit, coalesce(d.numerator_to_date, 0), d.denominator_to_date, d.median_to_date)::numeric(14, 1) as year_to_date,
t.target,
t.floor,
early_help_internal.rag(v.value, t.target, t.floor, d.direction)::varchar(30) as rag
from (
select (select min(month) from cube_months) as first_month
offset 0
) s
join kpi_period_shown m on m.period_kind = 'month'
cross join lateral (
select
k.metric_code,
k.section,
k.board_order,
k.label,
k.unit,
k.direction,
f.numerator,
f.denominator,
f.median,
f.numerator_before,
f.denominator_before,
f.median_before,
f.numerator_year_before,
f.denominator_year_before,
f.median_year_before,
f.numerator_to_date,
f.denominator_to_date,
f.median_to_date
from kpi_metric k
left join (
select
x.metric_code,
sum(x.numerator) filter (where a.what = 'month') as numerator,
sum(x.denominator) filter (where a.what = 'month') as denominator,
sum(x.median) filter (where a.what = 'month') as median,
sum(x.numerator) filter (where a.what = 'before') as numerator_before,
sum(x.denominator) filter (where a.what = 'before') as denominator_before,
sum(x.median) filter (where a.what = 'before') as median_before,
sum(x.numerator) filter (where a.what = 'year before') as numerator_year_before,
sum(x.denominator) filter (where a.what = 'year before') as denominator_year_before,
sum(x.median) filter (where a.what = 'year before') as median_year_before,
sum(x.numerator) filter (where a.what = 'to date') as numerator_to_date,
sum(x.denominator) filter (where a.what = 'to date') as denominator_to_date,
sum(x.median) filter (where a.what = 'to date') as median_to_date
from (
values
('month', 'month', m.last_month),
('before', 'month', (m.last_month - interval '1 month')::date),
('year before', 'month', (m.last_month - interval '1 year')::date),
('to date', 'year to date', m.last_month)
) as a (what, period_kind, last_month)
cross join lateral (
select f.metric_code, f.numerator, f.denominator, f.median
from kpi_figure f
where f.period_kind = a.period_kind
and f.last_month = a.last_month
offset 0
) x
group by x.metric_code
) f on f.metric_code = k.metric_code
offset 0
) d
left join lateral (
select t.target, t.floor
from kpi_target t
where t.metric_code = d.metric_code
and t.from_month <= m.last_month
order by t.from_month desc
limit 1
) t on true
cross join lateral (
select early_help_internal.figure_value(d.unit, coalesce(d.numerator, 0), d.denominator, d.median) as value
) v;
comment on view dashboard is
'The Board''s dashboard: a row a month a figure, every month from the first to the last with any event. Metric says what '
'each figure means.';
create view calendar as
select
p.last_month as month,
p.period_key::varchar(7) as month_key,
extract(year from p.last_month)::integer as calendar_year,
extract(month from p.last_month)::integer as month_of_year,
trim(to_char(p.last_month::timestamp, 'Month'))::varchar(10) as month_name,
y.period_key as financial_year,
y.first_month as financial_year_start,
(early_help_internal.months_between(y.first_month, p.last_month) + 1)::integer as month_of_financial_year,
q.period_key as quarter_key,
q.first_month as quarter_start,
extract(quarter from p.last_month - interval '3 months')::integer as quarter_of_financial_year,
extract(day from p.last_month + interval '1 month' - interval '1 day')::integer as days,
early_help_internal.weekdays_between(p.last_month - 1, (p.last_month + interval '1 month' - interval '1 day')::date)
- coalesce(h.weekdays, 0) as working_days
from kpi_period p
join kpi_period q on q.period_kind = 'quarter' and p.last_month between q.first_month and q.last_month
join kpi_period_shown y on y.period_kind = 'year' and p.last_month between y.first_month and y.last_month
left join (
select date_trunc('month', day::timestamp)::date as month, count(*)::integer as weekdays
from only bank_holiday
where extract(isodow from day) < 6
group by 1
) h on h.month = p.last_month
where p.period_kind = 'month';
comment on view calendar is
'Months without a gap, from the first to the last financial year with an event: join it to any view by month_key.';
create view spc as
select
p.month,
p.month_key,
p.metric_code,
p.label,
p.unit,
p.chart_from,
p.value::numeric(14, 1) as value,
p.moving_range::numeric(14, 1) as moving_range,
p.mean::numeric(16, 3) as mean,
(p.mean - 2.66 * p.mean_range)::numeric(16, 3) as lower_limit,
(p.mean + 2.66 * p.mean_range)::numeric(16, 3) as upper_limit,
(p.mean - 2.66 * p.mean_range * 2 / 3)::numeric(16, 3) as lower_near_limit,
(p.mean + 2.66 * p.mean_range * 2 / 3)::numeric(16, 3) as upper_near_limit,
p.side_run::integer as points_on_one_side,
p.trend_run::integer as points_in_a_row,
p.points::integer as points,
case when p.points < g.fewest_points then 'too few points' else 'ok' end::varchar(20) as limits_status,
case
when p.outside <> 0 then 'outside the limits'
when p.side_run >= g.points_on_one_side then 'run on one side of the mean'
when p.trend_run >= g.points_in_a_row and p.direction > 0 then 'run of rising points'
when p.trend_run >= g.points_in_a_row then 'run of falling points'
when p.near <> 0 and p.near_of_three >= 2 then 'two of three near a limit'
else 'none'
end::varchar(40) as signal
from (
select
r.*,
case
when r.side <> 0
then row_number() over (partition by r.metric_code, r.chart_from, r.side, r.side_group order by r.month)
else 0
end as side_run,
case
when r.direction <> 0
then 1 + row_number() over (
partition by r.metric_code, r.chart_from, r.direction, r.direction_group order by r.month)
else 1
end as trend_run,
count(*) filter (where r.near = 1) over last_three * (r.near = 1)::integer
+ count(*) filter (where r.near = -1) over last_three * (r.near = -1)::integer as near_of_three
from (
select
l.*,
row_number() over by_month
- row_number() over (partition by l.metric_code, l.chart_from, l.side order by l.month) as side_group,
row_number() over by_month
- row_number() over (partition by l.metric_code, l.chart_from, l.direction order by l.month) as direction_group
from (
select
a.*,
sign(a.value - a.mean) as side,
coalesce(sign(a.value - a.value_before), 0) as direction,
case when abs(a.value - a.mean) > 2.66 * a.mean_range then sign(a.value - a.mean) else 0 end as outside,
case when abs(a.value - a.mean) > 2.66 * a.mean_range * 2 / 3 then sign(a.value - a.mean) else 0 end as near
from (
select
b.*,
avg(b.value) over chart as mean,
avg(b.moving_range) over chart as mean_range,
count(*) over chart as points
from (
select
v.*,
lag(v.value) over by_month as value_before,
abs(v.value - lag(v.value) over by_month) as moving_range
from (
select
f.period_start as month,
f.period_key::varchar(7) as month_key,
f.metric_code,
f.label,
f.unit,
f.value,
coalesce((
select max(b.from_month)
from kpi_spc_rebase b
where b.metric_code = f.metric_code
and b.from_month <= f.period_start),
(select min(s.month) from cube_months s))::date as chart_from
from figures f
where f.period_kind = 'month'
and f.value is not null
) v
window by_month as (partition by v.metric_code, v.chart_from order by v.month)
) b
window chart as (partition by b.metric_code, b.chart_from)
) a
) l
window by_month as (partition by l.metric_code, l.chart_from order by l.month)
) r
window last_three as (partition by r.metric_code, r.chart_from order by r.month rows between 2 preceding and current row)
) p
cross join kpi_spc_setting g;
comment on view spc is
'Control charts (XmR): a row a month a figure with cases, with mean, limits and signals. Run lengths stand in '
'kpi_spc_setting, the months a chart begins anew in kpi_spc_rebase.';
create view headline as
select
d.month,
d.month_key,
d.metric_code,
d.section,
d.board_order,
d.rag,
left(
d.label || ': ' || early_help_internal.figure_in_words(d.value, d.unit, m.decimals)
|| ' in ' || trim(to_char(d.month::timestamp, 'Month')) || to_char(d.month::timestamp, ' YYYY')
|| case when d.unit = '%' and d.value is not null then ' (' || d.numerator || ' of ' || d.denominator || ')' else '' end
|| case
when d.value is null or d.previous_month is null then ''
when d.value > d.previous_month
then ', up from '
|| early_help_internal.figure_in_words(d.previous_month, d.unit, m.decimals) || ' the month before'
when d.value < d.previous_month
then ', down from '
|| early_help_internal.figure_in_words(d.previous_month, d.unit, m.decimals) || ' the month before'
else ', as the month before'
end
|| case when d.value is null or d.same_month_last_year is null then ''
else '; a year before ' || early_help_internal.figure_in_words(d.same_month_last_year, d.unit, m.decimals) end
|| case when d.target is null or m.direction = 'neutral' then ''
else '. Target ' || early_help_internal.figure_in_words(d.target, d.unit, m.decimals) || ', ' || d.rag end
|| '.', 255)::varchar(255) as headline
from dashboard d
join kpi_metric m on m.metric_code = d.metric_code;
comment on view headline is 'Each figure of the dashboard in words, a row a month a figure.';
create view data_dictionary as
select
c.relname::varchar(63) as view_name,
a.attname::varchar(63) as column_name,
coalesce(a.attnum, 0)::integer as position,
replace(format_type(a.atttypid, a.atttypmod), '"', '')::varchar(63) as data_type,
case
when a.attnum is null then obj_description(c.oid, 'pg_class')
else col_description(c.oid, a.attnum)
end::varchar(255) as meaning
from pg_class c
cross join lateral (
select null::name as attname, null::smallint as attnum, null::oid as atttypid, null::integer as atttypmod
union all
select attname, attnum, atttypid, atttypmod
from pg_attribute
where attrelid = c.oid
and attnum > 0
and not attisdropped
) a
where c.relkind = 'v'
and c.relnamespace = (select relnamespace from pg_class where oid = 'metric'::regclass);
comment on view data_dictionary is 'Every view of this schema and its columns, with what they mean: the views'' comments.';
select early_help.define_published_table('assessments',
'Published Early Help Assessments (EHA) started and ended, by who runs the service and by SEN support. Figures that could disclose somebody are hidden.',
'{run_by, sen_support}', '{assessments_started, assessments_completed, assessments_ended_otherwise}',
'{}', '{}', '{}', $$
select month, run_by, case when supports_sen then 'SEN support' else 'none' end as sen_support, assessments_started, assessments_completed, assessments_ended_otherwise
from assessments_started
union all
select null, run_by, sen_support, 0, 0, 0
from (values ('hub'), ('partner')) v1 (run_by) cross join (values ('SEN support'), ('none')) v2 (sen_support)
$$);
select early_help.define_published_table('closures_by_reason',
'Published episodes closed for a reason that counts towards outcomes, by reason. Figures that could disclose somebody are hidden.',
'{closure_reason_code}', '{closures_counted}',
'{}', '{}', '{}', $$
select month, closure_reason_code, closures_counted
from closure_outcomes where closures_counted > 0
union all
select null, closure_reason_code, 0
from (select code from only closure_reason where offered and counted_in_outcomes) v1 (closure_reason_code)
$$);
select early_help.define_published_table('contacts_by_age',
'Published contacts by age, and how many were of a child already known. Figures that could disclose somebody are hidden.',
'{age_band}', '{contacts, known_contacts, new_contacts}',
'{contacts = known_contacts + new_contacts}', '{known_rate = known_contacts / contacts}', '{}', $$
select month, age_band, contacts, known_contacts, new_contacts
from contacts
union all
select null, age_band, 0, 0, 0
from (select early_help.age_band(age) from generate_series(-1, 18) age) v1 (age_band)
$$);
select early_help.define_published_table('contacts_by_need',
'Published contacts by main need, and how many were of a child already known. Figures that could disclose somebody are hidden.',
'{need_code}', '{contacts, known_contacts, new_contacts}',
'{contacts = known_contacts + new_contacts}', '{known_rate = known_contacts / contacts}', '{}', $$
select month, need_code, contacts, known_contacts, new_contacts
from contacts
union all
select null, need_code, 0, 0, 0
from (select code from only primary_need where offered) v1 (need_code)
$$);
select early_help.define_published_table('contacts_by_sex',
'Published contacts by sex, and how many were of a child already known. Figures that could disclose somebody are hidden.',
'{sex_code}', '{contacts, known_contacts, new_contacts}',
'{contacts = known_contacts + new_contacts}', '{known_rate = known_contacts / contacts}', '{}', $$
select month, sex_code, contacts, known_contacts, new_contacts
from contacts
union all
select null, sex_code, 0, 0, 0
from (select code from only sex where offered) v1 (sex_code)
$$);
select early_help.define_published_table('contacts_by_source',
'Published contacts by source, and how many were of a child already known. Figures that could disclose somebody are hidden.',
'{source_code}', '{contacts, known_contacts, new_contacts}',
'{contacts = known_contacts + new_contacts}', '{known_rate = known_contacts / contacts}', '{}', $$
select month, source_code, contacts, known_contacts, new_contacts
from contacts
union all
select null, source_code, 0, 0, 0
from (select code from only contact_source where offered) v1 (source_code)
$$);
select early_help.define_published_table('contacts_by_source_and_need',
'Published contacts by source and main need. Figures that could disclose somebody are hidden.',
'{source_code, need_code}', '{contacts}',
'{}', '{}', '{}', $$
select month, source_code, need_code, contacts
from contacts
$$);
select early_help.define_published_table('contacts_by_ward',
'Published contacts by ward, and how many were of a child already known. Figures that could disclose somebody are hidden.',
'{ward}', '{contacts, known_contacts, new_contacts}',
'{contacts = known_contacts + new_contacts}', '{known_rate = known_contacts / contacts}', '{}', $$
select month, ward, contacts, known_contacts, new_contacts
from contacts
union all
select null, ward, 0, 0, 0
from (select name from only locality where valid_to is null) v1 (ward)
$$);
select early_help.define_published_table('episodes_by_ward',
'Published episodes of early help opened, allocated and closed, by ward; the waiting list has what was opened until it is allocated or closed. Figures that could disclose somebody are hidden.',
'{ward}', '{episodes_opened, episodes_allocated, episodes_closed, episodes_closed_waiting, episodes_closed_after_support}',
'{episodes_closed = episodes_closed_waiting + episodes_closed_after_support}', '{}', '{}', $$
select month, l.name as ward, c.opened as episodes_opened, c.allocated as episodes_allocated, c.closed as episodes_closed, c.closed_waiting as episodes_closed_waiting, c.closed - c.closed_waiting as episodes_closed_after_support
from cube_episodes c left join only locality l on l.locality_id = c.locality_id
union all
select null, ward, 0, 0, 0, 0, 0
from (select name from only locality where valid_to is null) v1 (ward)
$$);
select early_help.define_published_table('feedback',
'Published feedback: whether support was timely, helpful and empowering, and how many answered, by what it was about. Figures that could disclose somebody are hidden.',
'{about}', '{feedback_requests, feedback_requests_answered, feedback_requests_open, timely_answers, feedback_timely, feedback_not_timely, helpful_answers, feedback_helpful, feedback_not_helpful, empowered_answers, feedback_empowered, feedback_not_empowered}',
'{feedback_requests = feedback_requests_answered + feedback_requests_open, timely_answers = feedback_timely + feedback_not_timely, helpful_answers = feedback_helpful + feedback_not_helpful, empowered_answers = feedback_empowered + feedback_not_empowered}', '{feedback_response_rate = feedback_requests_answered / feedback_requests, feedback_timely_rate = feedback_timely / timely_answers, feedback_helpful_rate = feedback_helpful / helpful_answers, feedback_empowered_rate = feedback_empowered / empowered_answers}', '{}', $$
select month, about, requests as feedback_requests, requests_answered as feedback_requests_answered, requests - requests_answered as feedback_requests_open, timely_answers, timely as feedback_timely, timely_answers - timely as feedback_not_timely, helpful_answers, helpful as feedback_helpful, helpful_answers - helpful as feedback_not_helpful, empowered_answers, empowered as feedback_empowered, empowered_answers - empowered as feedback_not_empowered
from only feedback
union all
select null, about, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
from (values ('episode'), ('group')) v1 (about)
$$);
select early_help.define_published_table('group_attendances',
'Published attendances at group work, by programme. Figures that could disclose somebody are hidden.',
'{programme}', '{group_attendances}',
'{}', '{}', '{}', $$
select month, programme, attendances as group_attendances
from group_work
union all
select null, programme, 0
from (select name from only group_programme) v1 (programme)
$$);
select early_help.define_published_table('intervention_plans',
'Published intervention plans started and ended, by who runs the service. Figures that could disclose somebody are hidden.',
'{run_by}', '{intervention_plans_started, intervention_plans_completed, intervention_plans_ended_otherwise, intervention_plans_consent_withdrawn, intervention_plans_ended_with_episode}',
'{intervention_plans_ended_otherwise = intervention_plans_consent_withdrawn + intervention_plans_ended_with_episode}', '{}', '{}', $$
select month, run_by, plans_started as intervention_plans_started, plans_completed as intervention_plans_completed, plans_ended_otherwise as intervention_plans_ended_otherwise, plans_ended_consent_withdrawn as intervention_plans_consent_withdrawn, plans_ended_otherwise - plans_ended_consent_withdrawn as intervention_plans_ended_with_episode
from intervention_plans
union all
select null, run_by, 0, 0, 0, 0, 0
from (values ('hub'), ('partner')) v1 (run_by)
$$);
select early_help.define_published_table('needs_without_service',
'Published requests for a service and how many had no offer so far, by need. Figures that could disclose somebody are hidden.',
'{need_code}', '{service_requests, service_requests_offered, needs_without_service}',
'{service_requests = service_requests_offered + needs_without_service}', '{without_service_rate = needs_without_service / service_requests}', '{}', $$
select month, need_code, requests as service_requests, offered as service_requests_offered, without_offer as needs_without_service
from needs_without_service
union all
select null, need_code, 0, 0, 0
from (select code from only primary_need where offered) v1 (need_code)
$$);
select early_help.define_published_table('positive_outcomes_by_need',
'Published episodes closed and how many had a positive outcome, by main need. Figures that could disclose somebody are hidden.',
'{need_code}', '{episodes_closed, closures_counted, closures_not_counted, positive_outcomes, other_outcomes}',
'{episodes_closed = closures_counted + closures_not_counted, closures_counted = positive_outcomes + other_outcomes}', '{positive_outcome_rate = positive_outcomes / closures_counted}', '{}', $$
select month, need_code, closures as episodes_closed, closures_counted, closures - closures_counted as closures_not_counted, positive_outcomes, closures_counted - positive_outcomes as other_outcomes
from closure_outcomes
union all
select null, need_code, 0, 0, 0, 0, 0
from (select code from only primary_need where offered) v1 (need_code)
$$);
select early_help.define_published_table('positive_outcomes_by_ward',
'Published episodes closed and how many had a positive outcome, by ward. Figures that could disclose somebody are hidden.',
'{ward}', '{episodes_closed, closures_counted, closures_not_counted, positive_outcomes, other_outcomes}',
'{episodes_closed = closures_counted + closures_not_counted, closures_counted = positive_outcomes + other_outcomes}', '{positive_outcome_rate = positive_outcomes / closures_counted}', '{}', $$
select month, ward, closures as episodes_closed, closures_counted, closures - closures_counted as closures_not_counted, positive_outcomes, closures_counted - positive_outcomes as other_outcomes
from closure_outcomes
union all
select null, ward, 0, 0, 0, 0, 0
from (select name from only locality where valid_to is null) v1 (ward)
$$);
select early_help.define_published_table('re_referrals_after_support',
'Published referrals and how many came soon after support ended (from closure to referral), by main need. Figures that could disclose somebody are hidden.',
'{need_code}', '{referrals, re_referrals_after_support, referrals_not_after_support}',
'{referrals = re_referrals_after_support + referrals_not_after_support}', '{after_support_rate = re_referrals_after_support / referrals}', '{}', $$
select month, need_code, referrals, after_support as re_referrals_after_support, referrals - after_support as referrals_not_after_support
from re_referral_after_support
union all
select null, need_code, 0, 0, 0
from (select code from only primary_need where offered) v1 (need_code)
$$);
select early_help.define_published_table('referrals_by_need',
'Published referrals into early help and re-referrals among them, by main need. Figures that could disclose somebody are hidden.',
'{need_code}', '{referrals, re_referrals, first_referrals}',
'{referrals = re_referrals + first_referrals}', '{re_referral_rate = re_referrals / referrals}', '{}', $$
select month, need_code, referrals, re_referrals, referrals - re_referrals as first_referrals
from re_referrals
union all
select null, need_code, 0, 0, 0
from (select code from only primary_need where offered) v1 (need_code)
$$);
select early_help.define_published_table('referrals_by_source',
'Published referrals into early help and re-referrals among them, by source. Figures that could disclose somebody are hidden.',
'{source_code}', '{referrals, re_referrals, first_referrals}',
'{referrals = re_referrals + first_referrals}', '{re_referral_rate = re_referrals / referrals}', '{}', $$
select month, source_code, referrals, re_referrals, referrals - re_referrals as first_referrals
from re_referrals
union all
select null, source_code, 0, 0, 0
from (select code from only contact_source where offered) v1 (source_code)
$$);
select early_help.define_published_table('referrals_by_ward',
'Published referrals into early help and re-referrals among them, by ward. Figures that could disclose somebody are hidden.',
'{ward}', '{referrals, re_referrals, first_referrals}',
'{referrals = re_referrals + first_referrals}', '{re_referral_rate = re_referrals / referrals}', '{}', $$
select month, ward, referrals, re_referrals, referrals - re_referrals as first_referrals
from re_referrals
union all
select null, ward, 0, 0, 0
from (select name from only locality where valid_to is null) v1 (ward)
$$);
select early_help.define_published_table('review_timeliness',
'Published reviews due in the period, and whether they were held on or before the day, by kind of plan. Figures that could disclose somebody are hidden.',
'{plan_kind}', '{reviews_due, reviews_on_time, reviews_not_on_time, reviews_held_late, reviews_not_held}',
'{reviews_due = reviews_on_time + reviews_not_on_time, reviews_not_on_time = reviews_held_late + reviews_not_held}', '{reviews_on_time_rate = reviews_on_time / reviews_due}', '{}', $$
select month, plan_kind, reviews_due, held_on_time as reviews_on_time, held_late + not_held as reviews_not_on_time, held_late as reviews_held_late, not_held as reviews_not_held
from review_timeliness
union all
select null, plan_kind, 0, 0, 0, 0, 0
from (select unnest(enum_range(null::early_help.plan_kind)::varchar[])) v1 (plan_kind)
$$);
select early_help.define_published_table('step_downs',
'Published steps down from children''s social care by sector of the receiving agency. Unit: a child; each event in its own period. Figures that could disclose somebody are hidden.',
'{receiving_sector}', '{step_downs_offered, step_downs_accepted, step_downs_accepted_elsewhere, step_downs_declined, step_downs_withdrawn}',
'{}', '{}', '{}', $$
select month, a.sector::varchar(40) as receiving_sector, c.offered as step_downs_offered, c.accepted_to_early_help as step_downs_accepted, c.accepted - c.accepted_to_early_help as step_downs_accepted_elsewhere, c.declined as step_downs_declined, c.withdrawn as step_downs_withdrawn
from cube_step_downs c left join only agency a on a.agency_id = c.receiving_agency_id
union all
select null, receiving_sector, 0, 0, 0, 0, 0
from (select unnest(enum_range(null::early_help.agency_sector)::varchar[])) v1 (receiving_sector)
$$);
select early_help.define_published_table('step_ups',
'Published steps up to children''s social care by basis. Unit: a child; each event in its own period. Figures that could disclose somebody are hidden.',
'{basis}', '{step_ups_offered, step_ups_accepted, step_ups_declined, step_ups_withdrawn}',
'{}', '{}', '{}', $$
select month, basis, offered as step_ups_offered, accepted as step_ups_accepted, declined as step_ups_declined, withdrawn as step_ups_withdrawn
from step_ups
union all
select null, basis, 0, 0, 0, 0
from (select unnest(enum_range(null::early_help.step_basis)::varchar[])) v1 (basis)
$$);
create view published_label as
select 'source_code'::varchar(40) as dimension, code::varchar(40) as code, label::varchar(255) as label
from only contact_source
union all
select 'need_code'::varchar(40) as dimension, code::varchar(40) as code, label::varchar(255) as label
from only primary_need
union all
select 'sex_code'::varchar(40) as dimension, code::varchar(40) as code, label::varchar(255) as label
from only sex
union all
select 'closure_reason_code'::varchar(40) as dimension, code::varchar(40) as code, label::varchar(255) as label
from only closure_reason;
comment on view published_label is 'Labels of the codes in published tables, as they are today.';
create view published_changes as
select
b.first_month as month,
to_char(b.first_month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
b.period,
b.version,
b.published_on::date as published_on,
f.count_name,
f.dimension_1,
f.value_1,
f.dimension_2,
f.value_2,
case when f.hidden_before is null then f.figure_before end as value_before,
case when f.hidden_before is null then 'ok' else 'c' end::varchar(10) as value_before_status,
case when f.hidden is null then f.figure end as value,
case when f.hidden is null then 'ok' else 'c' end::varchar(10) as value_status,
case when f.hidden is null and f.hidden_before is null then f.figure - f.figure_before end as change,
case when f.hidden is null and f.hidden_before is null then 'ok' else 'c' end::varchar(10) as change_status
from only publication b
join only publication e on e.first_month = b.first_month
and e.next_month = b.next_month
and e.version = b.version - 1
cross join lateral (
select
count_name,
dimension_1,
value_1,
dimension_2,
value_2,
coalesce(after.figure, 0) as figure,
after.hidden,
coalesce(before.figure, 0) as figure_before,
before.hidden as hidden_before
from (select * from only published_figure where publication_id = b.publication_id) after
full join (select * from only published_figure where publication_id = e.publication_id) before
using (count_name, dimension_1, value_1, dimension_2, value_2)
) f
where f.hidden is not null
or f.hidden_before is not null
or f.figure <> f.figure_before;
comment on view published_changes is
'What differs between a version of a period and the one before. A change of 1 to the threshold is hidden like a count; what '
'was hidden in either is listed whether it changed or not.';
create view published_dashboard as
select
b.first_month as month,
to_char(b.first_month::timestamp, 'YYYY-MM')::varchar(7) as month_key,
b.period,
b.version,
not exists (
select
from only publication l
where l.first_month = b.first_month
and l.next_month = b.next_month
and l.version > b.version) as latest,
b.published_on::date as published_on,
m.metric_code,
m.section,
m.board_order,
m.label,
m.unit,
case
when part.hidden is null and whole.hidden is null and rest.hidden is null
then case when m.unit = '%' then round(100.0 * part.figure / nullif(whole.figure, 0), 1) else part.figure end
end::numeric(14, 1) as value,
case
when part.hidden is not null or whole.hidden is not null or rest.hidden is not null then 'c'
when m.unit = '%' and whole.figure = 0 then 'no cases'
else 'ok'
end::varchar(10) as value_status,
case when part.hidden is null then part.figure end as numerator,
case when part.hidden is null then 'ok' else 'c' end::varchar(10) as numerator_status,
case when whole.hidden is null then whole.figure end as denominator,
case when whole.figure is null then null when whole.hidden is null then 'ok' else 'c' end::varchar(10) as denominator_status
from only publication b
cross join (
select distinct m.metric_code, m.section, m.board_order, m.label, m.unit, x.part, x.whole, x.rest
from only published_table t
cross join lateral (
select c as name, c as part, null as whole, null as rest
from unnest(t.counts) c
union all
select n.name, r[2], r[3], case when s[2] = r[2] then s[3] else s[2] end
from unnest(t.ratios) ratio
cross join lateral regexp_split_to_array(ratio, '\s*[=/]\s*') r
join lateral (
select regexp_split_to_array(one, '\s*[=+]\s*') as s
from unnest(t.sums) one
) w on s[1] = r[3] and r[2] = any (s[2:])
cross join lateral (values (r[1]), (r[2])) as n (name)
) x
join metric m on m.metric_code = x.name and (m.unit = '%') = (x.whole is not null)
) m
join only published_figure part on part.publication_id = b.publication_id
and part.count_name = m.part and part.dimension_1 = ''
left join only published_figure whole on whole.publication_id = b.publication_id
and whole.count_name = m.whole and whole.dimension_1 = ''
left join only published_figure rest on rest.publication_id = b.publication_id
and rest.count_name = m.rest and rest.dimension_1 = '';
comment on view published_dashboard is
'The Board''s figures as published: those totals and percentages of the published tables that have the code of a figure of '
'the dashboard. Figures that could disclose somebody are hidden.';
select early_help_internal.comment_on_figures((select relnamespace from pg_class where oid = 'metric'::regclass));
select early_help_internal.note_structure('partnership'::regclass);
select early_help_internal.write_by_engine('delete from stale_mark');
analyze kpi_cube, kpi_filled_months, kpi_period, kpi_metric;
$early_help_partnership$::text$early_help_ddl$;
comment on function early_help_internal.partnership_kpi_ddl() is
'The DDL of the KPI views of one partnership.';

-- extension/install/partnership/names.sql
create function early_help_internal.check_partnership_name(name text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    invisible constant text := '\u00a0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff';
begin
    if coalesce(name, '') = '' then
        perform early_help_internal.raise_rule('P01', 'The name is empty.');
    elsif octet_length(name) > 40 then
        perform early_help_internal.raise_rule('P01', format('The name has %s bytes; 40 is the most.', octet_length(name)));
    elsif name ~ '[\u0001-\u001f\u007f]'
        or (getdatabaseencoding() = 'UTF8' and name ~ ('[\u0080-\u009f' || invisible || ']')) then
        perform early_help_internal.raise_rule('P01', 'The name holds a control character or one that cannot be seen.');
    elsif name ~ '^\s|\s$' then
        perform early_help_internal.raise_rule('P01', 'The name begins or ends with a space.');
    elsif starts_with(lower(name), 'pg_')
        or lower(name) in ('information_schema', 'public', 'early_help', 'early_help_internal', 'early_help_sample', '$user') then
        perform early_help_internal.raise_rule('P01', format('The name %s is reserved.', quote_ident(name)));
    elsif right(lower(name), 4) = '_kpi' then
        perform early_help_internal.raise_rule('P01', 'Names that end in _kpi are kept for the schemas that BI tools read.');
    end if;
end
$$;
comment on function early_help_internal.check_partnership_name is
'Raises YHP01 if a partnership cannot have this name.';
create function early_help_internal.check_partnership_name_is_free(name text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    taken text;
begin
    for taken in
        select n.nspname
        from pg_namespace n
        where n.nspname in (check_partnership_name_is_free.name, check_partnership_name_is_free.name || '_kpi')
        order by length(n.nspname)
    loop
        perform early_help_internal.raise_rule('P02', format('Schema %s exists.', quote_ident(taken)));
    end loop;
end
$$;
comment on function early_help_internal.check_partnership_name_is_free is
'Raises YHP02 if one of the two schemas that this name needs exists.';
create function early_help_internal.own_partnership(name text, out schema oid, out kpi_schema oid)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
begin
    select n.oid into schema
    from early_help_internal.partnership_schemas() p
    join pg_namespace n on n.oid = p.schema
    where p.whole
        and n.nspname = own_partnership.name;
    if schema is null then
        perform early_help_internal.raise_rule('P03', format('%s is not a schema that holds the records of a partnership.',
                                                    coalesce(quote_ident(name), 'NULL')));
    end if;

    select n.oid into kpi_schema
    from pg_namespace n
    where n.nspname = own_partnership.name || '_kpi';

    if exists (select from pg_namespace n
               where n.oid in (schema, kpi_schema)
                   and not pg_has_role(n.nspowner, 'USAGE')) then
        raise insufficient_privilege using
            message = format('must be owner of partnership %s', quote_ident(name)),
            hint = 'SET ROLE to the role that owns its schemas.';
    end if;
end
$$;
comment on function early_help_internal.own_partnership is
'The two schemas of a partnership. Errors YHP03: there is no such partnership; 42501: the caller does not own it.';

-- extension/install/partnership/list.sql
create function early_help_internal.partnership_schemas(out schema oid, out whole boolean) returns setof record
language c
stable
parallel safe
rows 5
as '$libdir/early_help-0.3.0', 'early_help_partnership_schemas';
comment on function early_help_internal.partnership_schemas is
'The schemas whose tables have triggers of early_help, from the system catalogs. whole: the schema has table partnership.';
create function early_help.partnerships()
returns table (
name text,
kpi_schema text,
owner text,
version text,
families bigint,
open_episodes bigint,
contacts bigint,
training boolean
)
language plpgsql
stable
rows 5
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    one oid;
    found_kpi boolean;
    counted record;
begin
    for one, name, kpi_schema, owner, found_kpi in
        select
            n.oid,
            n.nspname,
            n.nspname || '_kpi',
            pg_get_userbyid(n.nspowner),
            exists (select from pg_namespace k where k.nspname = n.nspname || '_kpi')
        from early_help_internal.partnership_schemas() p
        join pg_namespace n on n.oid = p.schema
        where p.whole
        order by n.nspname
    loop
        kpi_schema := case when found_kpi then kpi_schema end;
        version := null;
        families := null;
        open_episodes := null;
        contacts := null;
        training := null;
        -- Anybody may lay out a schema that looks like a partnership. Read
        -- nothing that could run code of its owner as the caller: plain
        -- tables, without row security, no cast, no operator. A count that
        -- row security makes smaller would not be the count anyway.
        for counted in
            select c.relname, c.oid, c.oid::regclass::text as place
            from pg_class c
            where c.relnamespace = one
                and c.relkind = 'r'
                and c.relname in ('partnership', 'family', 'episode', 'contact_child')
                and has_schema_privilege(one, 'USAGE')
                and has_table_privilege(c.oid, 'SELECT')
                and not row_security_active(c.oid)
                and case c.relname
                    when 'partnership' then exists (
                        select
                        from pg_attribute a
                        where a.attrelid = c.oid
                            and a.attname = 'record_version'
                            and a.atttypid in ('text'::regtype, 'varchar'::regtype)
                            and not a.attisdropped)
                    when 'episode' then exists (
                        select
                        from pg_attribute a
                        where a.attrelid = c.oid
                            and a.attname = 'closed_on'
                            and not a.attisdropped)
                    else true
                end
        loop
            if counted.relname = 'partnership' then
                execute format('select record_version from only %s limit 1', counted.place) into version;
                -- One of an older version has no mark.
                if exists (
                    select
                    from pg_attribute a
                    where a.attrelid = counted.oid
                        and a.attname = 'training'
                        and a.atttypid = 'boolean'::regtype
                        and not a.attisdropped) then
                    execute format('select training from only %s limit 1', counted.place) into training;
                end if;
            elsif counted.relname = 'family' then
                execute format('select count(*) from only %s', counted.place) into families;
            elsif counted.relname = 'episode' then
                execute format('select count(*) from only %s where closed_on is null', counted.place) into open_episodes;
            else
                execute format('select count(*) from only %s', counted.place) into contacts;
            end if;
        end loop;
        return next;
    end loop;
end
$$;
comment on function early_help.partnerships is
'The partnerships of this database: name; kpi_schema (null: it is gone); owner; version of the extension that made or last '
'upgraded its tables; families; episodes now open; contacts (one per child in a contact); training (it is for made-up '
'records). Version, counts and training are null where the caller may not read them.';

-- extension/install/partnership/create.sql
create function early_help_internal.hold_extension() returns void
language c
as '$libdir/early_help-0.3.0', 'early_help_hold_extension';
comment on function early_help_internal.hold_extension is
'Keeps early_help from being dropped until the transaction ends.';
create function early_help_internal.check_partnership_settings(
population_0_17 integer,
re_referral_months integer,
family_outcomes_plan_review_weeks integer,
family_outcomes_plan_most_outcomes integer,
positive_outcome_share numeric,
suppression_threshold integer
)
returns void
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    wrong record;
begin
    -- What the constraints of table partnership ask, in words, and before anything
    -- is made. The share is stored with three decimals.
    select c.setting, c.asked, c.left_out, c.constraint_name
    into wrong
    from (
        values
            (1, population_0_17 > 0,
                'population_0_17', '1 or more', 'it is not known', 'population_is_positive'),
            (2, re_referral_months between 1 and 24,
                're_referral_months', 'from 1 to 24', 'it is 12', 're_referral_months_up_to_two_years'),
            (3, family_outcomes_plan_review_weeks between 1 and 52,
                'family_outcomes_plan_review_weeks', 'from 1 to 52', 'it is 12', 'family_outcomes_plan_review_within_a_year'),
            (4, family_outcomes_plan_most_outcomes > 0,
                'family_outcomes_plan_most_outcomes', '1 or more', 'there is no cap', 'family_outcomes_plan_cap_is_positive'),
            (5, round(positive_outcome_share, 3) > 0 and round(positive_outcome_share, 3) <= 1,
                'positive_outcome_share', 'over 0 and at most 1', 'it is 0.5', 'positive_outcome_share_is_a_share'),
            (6, suppression_threshold >= 0,
                'suppression_threshold', '0 or more', 'it is 5', 'suppression_threshold_is_not_negative')
    ) as c (place, holds, setting, asked, left_out, constraint_name)
    where not c.holds
    order by c.place
    limit 1;
    if found then
        raise check_violation using
            message = format('%s must be %s', wrong.setting, wrong.asked),
            hint = format('Left out, %s. Table partnership has it, and it can be changed there.', wrong.left_out),
            table = 'partnership',
            column = wrong.setting,
            constraint = wrong.constraint_name;
    end if;
end
$$;
comment on function early_help_internal.check_partnership_settings is
'Within create_partnership: raises 23514 if table partnership would refuse a setting.';
create function early_help.create_partnership(
inout name text,
title text default null,
local_authority_name text default null,
gss_code text default null,
dfe_number text default null,
population_0_17 integer default null,
re_referral_months integer default null,
family_outcomes_plan_review_weeks integer default null,
family_outcomes_plan_most_outcomes integer default null,
positive_outcome_share numeric default null,
suppression_threshold integer default null,
training boolean default false,
out kpi_schema text,
out version text
)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$ #variable_conflict error
begin
    perform early_help_internal.check_partnership_name(name);
    perform early_help_internal.check_partnership_settings(
        population_0_17, re_referral_months, family_outcomes_plan_review_weeks, family_outcomes_plan_most_outcomes,
        positive_outcome_share, suppression_threshold);
    if current_setting('citus.enable_schema_based_sharding', true) in ('on', 'true', 'yes', '1')
        and exists (select from pg_extension e where e.extname = 'citus') then
        perform early_help_internal.raise_rule('P06');
    end if;
    perform early_help_internal.check_ownership_granted();
    perform early_help_internal.hold_extension();
    perform early_help_internal.check_partnership_name_is_free(name);

    kpi_schema := name || '_kpi';
    select e.extversion into strict version
    from pg_extension e
    where e.extname = 'early_help';

    begin
        execute format('create schema %I', name);
        execute format('create schema %I', kpi_schema);
    exception
        -- Somebody else was faster by a moment.
        when duplicate_schema or unique_violation then
            perform early_help_internal.raise_rule('P02', format('Schema %s or %s was created meanwhile.',
                                                        quote_ident(name), quote_ident(kpi_schema)));
    end;
    execute format('comment on schema %I is %L', name,
                   'Early help records of a partnership; table partnership has its title.');
    execute format('comment on schema %I is %L', kpi_schema,
                   'Early help figures of a partnership, for BI tools.');

    perform set_config('search_path', format('%I, pg_temp', name), true);
    execute early_help_internal.partnership_records_ddl();

    -- The defaults of what is not given stand in the table.
    execute
        'insert into partnership (title, record_version)
        values ($1, $2)'
        using coalesce(title, name), version;
    execute
        'update partnership
        set local_authority_name = $1,
            gss_code = $2,
            dfe_number = $3,
            population_0_17 = $4,
            re_referral_months = coalesce($5, re_referral_months),
            family_outcomes_plan_review_weeks = coalesce($6, family_outcomes_plan_review_weeks),
            family_outcomes_plan_most_outcomes = coalesce($7, family_outcomes_plan_most_outcomes),
            positive_outcome_share = coalesce($8, positive_outcome_share),
            suppression_threshold = coalesce($9, suppression_threshold),
            training = coalesce($10, training)'
        using local_authority_name, gss_code, dfe_number, population_0_17, re_referral_months,
            family_outcomes_plan_review_weeks, family_outcomes_plan_most_outcomes, positive_outcome_share,
            suppression_threshold, training;

    perform set_config('search_path', format('%I, %I, pg_temp', kpi_schema, name), true);
    execute early_help_internal.partnership_kpi_ddl();

    -- early_help.grant_execute grants them by the list.
    execute format('revoke execute on all routines in schema %I, %I from public', name, kpi_schema);
end
$$;
comment on function early_help.create_partnership is
'Makes a partnership: schema <name> for its records and schema <name>_kpi for BI tools. The caller owns both, and needs '
'CREATE on the database and, unless the database is the caller''s, early_help.grant_ownership. Only the name is required (at '
'most 40 bytes). The other arguments are columns of table partnership and can be changed there; training only while it holds '
'no records of people (YHP07). Errors 23514 (setting), YHP01 (name), YHP02 (schema exists), YHP06 (Citus would shard it), '
'42501.';

-- extension/install/partnership/drop.sql
create function early_help_internal.partnership_dependents(variadic schemas oid[]) returns setof text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    -- From the schemas along pg_depend. Inside is what stands in one of the
    -- schemas, and the parts of it; outside is what only refers to that.
    with recursive reached (classid, objid, objsubid, inside) as (
        select 'pg_namespace'::regclass::oid, s, 0, true
        from unnest(schemas) s
        union
        select further.*
        from reached r
        cross join lateral (
            select
                d.classid,
                d.objid,
                d.objsubid,
                r.inside
                    and (d.deptype in ('a', 'i', 'P', 'S')
                        or (r.classid = 'pg_namespace'::regclass and d.classid <> 'pg_extension'::regclass))
            from pg_depend d
            where d.refclassid = r.classid
                and d.refobjid = r.objid
                and (r.objsubid = 0 or d.refobjsubid = r.objsubid)
                and d.deptype <> 'e'
            union all
            -- A part drags the whole along: a view's rule, the view.
            select d.refclassid, d.refobjid, 0, false
            from pg_depend d
            where not r.inside
                and d.classid = r.classid
                and d.objid = r.objid
                and d.deptype = 'i'
        ) further
    )
    select pg_describe_object(r.classid, r.objid, r.objsubid)
    from reached r
    where not exists (
        select
        from pg_depend d
        where d.classid = r.classid
            and d.objid = r.objid
            and d.deptype = 'i')
    group by r.classid, r.objid, r.objsubid
    having not bool_or(r.inside)
    order by 1
$$;
comment on function early_help_internal.partnership_dependents is
'The objects outside these schemas that would be dropped with them.';
create function early_help_internal.partnership_own_tables(schema oid, kpi_schema oid) returns setof text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    noted oid;
begin
    -- Without the note nobody can tell whose the tables are. A type of somebody else could
    -- have a cast, which is his code: a note with such columns is none.
    select c.oid into noted
    from pg_class c
    where c.relnamespace = schema
        and c.relname = 'structure_as_made'
        and c.relkind = 'r'
        and not row_security_active(c.oid)
        and (
            select count(*)
            from pg_attribute a
            where a.attrelid = c.oid
                and not a.attisdropped
                and (a.attname, a.atttypid) in (('kind', 'varchar'::regtype), ('table_name', 'name'::regtype))) = 2;
    if noted is null then
        return;
    end if;
    return query execute format(
        'select pg_describe_object(''pg_class''::regclass, c.oid, 0)
        from pg_class c
        where c.relnamespace in ($1, $2)
            and c.relkind in (''r'', ''p'', ''f'')
            and not exists (
                select
                from only %s l
                where l.kind = ''table''
                    and l.table_name = c.relname
                    and c.relnamespace = $1)
            -- A cube that was defined later has tables that the engine alone writes.
            and not exists (
                select
                from pg_trigger t
                where t.tgrelid = c.oid
                    and t.tgfoid = ''early_help_internal.engine_writes_only''::regproc)
        order by 1', noted::regclass)
        using schema, kpi_schema;
end
$$;
comment on function early_help_internal.partnership_own_tables is
'The tables in the two schemas of a partnership that early_help did not make. Nothing else holds their rows. Empty if '
'structure_as_made, which knows, is missing or has other columns.';
create function early_help.drop_partnership(name text, cascade boolean default false) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$ #variable_conflict error
declare
    own record;
    others text[];
begin
    own := early_help_internal.own_partnership(name);
    others := array(
            select early_help_internal.partnership_dependents(variadic array_remove(array[own.schema, own.kpi_schema], null)))
        || array(select early_help_internal.partnership_own_tables(own.schema, own.kpi_schema));
    if others <> '{}' and cascade is not true then
        perform early_help_internal.raise_rule('P05',
            array_to_string(others[:20], E'\n')
                || case when cardinality(others) > 20 then format(E'\nand %s more', cardinality(others) - 20) else '' end);
    end if;

    execute format('drop schema %s cascade',
                   (select string_agg(quote_ident(n.nspname), ', ' order by n.nspname desc)
                    from pg_namespace n
                    where n.oid in (own.schema, own.kpi_schema)));
end
$$;
comment on function early_help.drop_partnership is
'Drops a partnership with its records and figures, for good. Its owner may do it. Refused (YHP05) while other objects depend '
'on its two schemas, or while they hold tables that early_help did not make; cascade => true drops those too. Error YHP03: '
'no such partnership.';

-- extension/install/partnership/rename.sql
create function early_help.rename_partnership(old_name text, new_name text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    own record;
begin
    own := early_help_internal.own_partnership(old_name);
    perform early_help_internal.check_partnership_name(new_name);
    perform early_help_internal.check_partnership_name_is_free(new_name);

    begin
        execute format('alter schema %I rename to %I', old_name, new_name);
        if own.kpi_schema is not null then
            execute format('alter schema %I rename to %I', old_name || '_kpi', new_name || '_kpi');
        end if;
    exception
        when duplicate_schema or unique_violation then
            perform early_help_internal.raise_rule('P02', format('Schema %s or %s was created meanwhile.',
                                                        quote_ident(new_name), quote_ident(new_name || '_kpi')));
    end;
end
$$;
comment on function early_help.rename_partnership is
'Renames both schemas of a partnership. Its owner may do it, with CREATE on the database. Grants, rules, figures and the '
'title in table partnership stay as they are. Errors YHP01, YHP02, YHP03.';

-- extension/install/drop_guard.sql
create function early_help_internal.drop_guard() returns event_trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_drop_guard';
comment on function early_help_internal.drop_guard() is
'Refuses, while a partnership exists, to drop early_help, its schema, or anything it needs (error YHP04).';
create event trigger early_help_drop_guard
on ddl_command_start
when tag in (
'DROP EXTENSION', 'DROP SCHEMA', 'DROP OWNED', 'ALTER EXTENSION',
'DROP ACCESS METHOD', 'DROP AGGREGATE', 'DROP CAST', 'DROP COLLATION', 'DROP CONVERSION', 'DROP DOMAIN',
'DROP FOREIGN DATA WRAPPER', 'DROP FUNCTION', 'DROP LANGUAGE', 'DROP OPERATOR', 'DROP OPERATOR CLASS',
'DROP OPERATOR FAMILY', 'DROP PROCEDURE', 'DROP ROUTINE', 'DROP SERVER', 'DROP TEXT SEARCH CONFIGURATION',
'DROP TEXT SEARCH DICTIONARY', 'DROP TEXT SEARCH PARSER', 'DROP TEXT SEARCH TEMPLATE', 'DROP TRANSFORM',
'DROP TYPE')
execute function early_help_internal.drop_guard();
alter event trigger early_help_drop_guard enable always;
comment on event trigger early_help_drop_guard is
'Refuses, while a partnership exists, to drop early_help, its schema, or anything it needs (error YHP04). Drop partnerships '
'with early_help.drop_partnership.';

-- extension/install/import/inbox.sql
create function early_help.try_date(given text) returns date
language c
immutable
strict
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_try_date';
comment on function early_help.try_date(text) is
'The date that a text YYYY-MM-DD from 1900 to 2100 writes, whatever DateStyle says; null for any other text. Raises nothing.';
create function early_help_internal.import_read_inbox(records regnamespace) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
#variable_conflict use_column
declare
    place constant text := records::text || '.';
    space constant text := E' \t\r\n\f\v';
begin
    create temporary table early_help_import_row (
        row_no integer,
        contact_ref text,
        received_on text,
        child_ref text,
        birth_date text,
        expected_birth_date text,
        sex text,
        ward text,
        source_code text,
        primary_need_code text,
        reason text,
        decision text,
        copies integer,
        received date,
        born date,
        expected date,
        decided early_help.contact_decision,
        ward_key text,
        -- Day and reference: of two rows about a child, the one with the greater word holds.
        word text collate "C",
        fault text
    ) on commit drop;

    -- DELETE takes the rows that its snapshot sees. Rows that arrive meanwhile stay for the next import.
    execute replace($query$
        with taken as (
            delete from @inbox_contact
            returning *
        ), given as (
            select
                nullif(btrim(contact_ref, $1), '') as contact_ref,
                nullif(btrim(received_on, $1), '') as received_on,
                nullif(btrim(child_ref, $1), '') as child_ref,
                nullif(btrim(birth_date, $1), '') as birth_date,
                nullif(btrim(expected_birth_date, $1), '') as expected_birth_date,
                nullif(btrim(sex, $1), '') as sex,
                nullif(btrim(ward, $1), '') as ward,
                nullif(btrim(source_code, $1), '') as source_code,
                nullif(btrim(primary_need_code, $1), '') as primary_need_code,
                nullif(btrim(reason, $1), '') as reason,
                nullif(btrim(decision, $1), '') as decision
            from taken
            offset 0
        ), read as (
            select
                g.*,
                early_help.try_date(received_on) as received,
                early_help.try_date(birth_date) as born,
                early_help.try_date(expected_birth_date) as expected
            from given g
            offset 0
        ), decision as (
            select
                d as decided,
                replace(d::text, '_', ' ') as words
            from unnest(enum_range(null::early_help.contact_decision)) d
        )
        insert into early_help_import_row
        select
            row_number() over (),
            g.contact_ref,
            g.received_on,
            g.child_ref,
            g.birth_date,
            g.expected_birth_date,
            g.sex,
            g.ward,
            g.source_code,
            g.primary_need_code,
            g.reason,
            g.decision,
            1,
            g.received,
            g.born,
            g.expected,
            d.decided,
            lower(g.ward),
            g.received_on || g.contact_ref,
            case
                when g.contact_ref is null then 'I01 contact_ref'
                when length(g.contact_ref) > 255 then 'I07 contact_ref'
                when g.received_on is null then 'I01 received_on'
                when g.received is null then 'I02 received_on'
                when g.child_ref is null then 'I01 child_ref'
                when length(g.child_ref) > 255 then 'I07 child_ref'
                when g.birth_date is not null and g.born is null then 'I02 birth_date'
                when g.expected_birth_date is not null and g.expected is null then 'I02 expected_birth_date'
                when g.born is not null and g.expected is not null then 'R15 expected_birth_date'
                when g.sex is not null and x.code is null then 'I03 sex'
                when length(g.ward) > 120 then 'I07 ward'
                when g.source_code is null then 'I01 source_code'
                when s.code is null then 'I03 source_code'
                when g.received < s.valid_from or g.received > s.valid_to then 'R20 source_code'
                when g.primary_need_code is null then 'I01 primary_need_code'
                when n.code is null then 'I03 primary_need_code'
                when g.received < n.valid_from or g.received > n.valid_to then 'R20 primary_need_code'
                when length(g.reason) > 120 then 'I07 reason'
                when g.decision is not null and d.decided is null then 'I04 decision'
            end
        from read g
        left join only @sex x on x.code = g.sex
        left join only @contact_source s on s.code = g.source_code
        left join only @primary_need n on n.code = g.primary_need_code
        left join decision d on d.words = replace(translate(lower(g.decision), E'_\t', '  '), '  ', ' ')
    $query$, '@', place) using space;

    -- A reference may be given twice. Identical rows count as one with copies. If the rows
    -- differ, nobody here can tell which is right, and all of them are faulty.
    create temporary table early_help_import_twice on commit drop as
    select
        contact_ref,
        count(*) as copies,
        min(row_no) as row_no,
        count(distinct (received_on, child_ref, birth_date, expected_birth_date, sex, ward, source_code,
                        primary_need_code, reason, decision)) = 1 as identical
    from early_help_import_row
    where contact_ref in (
        select contact_ref
        from early_help_import_row
        group by contact_ref
        having count(*) > 1)
    group by contact_ref;
    if exists (select from early_help_import_twice) then
        update early_help_import_row r
        set fault = 'I05 contact_ref'
        from early_help_import_twice t
        where r.contact_ref = t.contact_ref
            and not t.identical;
        update early_help_import_row r
        set copies = t.copies
        from early_help_import_twice t
        where r.row_no = t.row_no
            and t.identical;
        delete from early_help_import_row r
        using early_help_import_twice t
        where r.contact_ref = t.contact_ref
            and r.row_no <> t.row_no
            and t.identical;
    end if;
    analyze early_help_import_row (row_no, contact_ref, child_ref, word, ward_key, decided, fault);
end
$$;
comment on function early_help_internal.import_read_inbox(regnamespace) is
'Step 1 of import_contacts: takes the rows of the inbox into a temporary '
'table, each with its first fault. Of identical rows one stays.';

-- extension/install/import/known.sql
create function early_help_internal.import_find_known(records regnamespace) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
#variable_conflict use_column
declare
    place constant text := records::text || '.';
begin
    -- A row finds its contact by contact_ref, and in it the child by child_ref. If the
    -- contact has one child, and another one than the row names, the row corrects which
    -- child it is about. If it has several, the row adds a child.
    execute replace($query$
        create temporary table early_help_import_known on commit drop as
        select
            r.row_no,
            c.contact_id,
            cc.contact_child_id,
            f.referral_id,
            (mine.contact_child_id is null and cc.contact_child_id is not null) as other_child,
            coalesce(
                mine.contact_child_id is not null
                    and c.received_on = r.received
                    and c.source_code = r.source_code
                    and cc.primary_need_code = r.primary_need_code
                    and cc.reason is not distinct from r.reason
                    and cc.decision is not distinct from r.decided
                    and lower(l.name) is not distinct from r.ward_key,
                false) as same,
            f.accepted_on,
            f.declined_on,
            e.opened_on as episode_opened_on,
            cc.attached_episode_id
        from early_help_import_row r
        join only @contact c on c.source_ref = r.contact_ref
        left join only @child k on k.source_ref = r.child_ref
        left join only @contact_child mine on mine.contact_id = c.contact_id and mine.child_id = k.child_id
        left join lateral (
            select min(o.contact_child_id) as contact_child_id
            from only @contact_child o
            where mine.contact_child_id is null
                and o.contact_id = c.contact_id
            having count(*) = 1
        ) only_one on true
        left join only @contact_child cc on cc.contact_child_id = coalesce(mine.contact_child_id, only_one.contact_child_id)
        left join only @locality l on l.locality_id = cc.locality_id
        left join only @referral f on f.contact_child_id = cc.contact_child_id
        left join lateral (
            select min(o.opened_on) as opened_on
            from only @episode o
            where o.referral_id = f.referral_id
        ) e on true
        where r.fault is null
    $query$, '@', place);

    -- Corrections that would take a record away on which others rest.
    update early_help_import_row r
    set fault = case
            when k.other_child then 'I06 child_ref'
            when r.decided is distinct from 'referral' then 'I06 decision'
            else 'I06 received_on'
        end
    from early_help_import_known k
    where k.row_no = r.row_no
        and not k.same
        and (
            (k.other_child and k.attached_episode_id is not null)
            or ((k.other_child or r.decided is distinct from 'referral')
                and num_nonnulls(k.accepted_on, k.declined_on, k.episode_opened_on) > 0)
            or r.received > least(k.accepted_on, k.declined_on, k.episode_opened_on)
        );
    update early_help_import_row r
    set fault = 'R16 decision'
    from early_help_import_known k
    where k.row_no = r.row_no
        and r.fault is null
        and k.attached_episode_id is not null
        and r.decided = 'referral';
    execute replace($query$
        update early_help_import_row r
        set fault = 'R16 decision'
        from early_help_import_row same_row
        join only @child k on k.source_ref = same_row.child_ref
        left join early_help_import_known o on o.row_no = same_row.row_no
        left join only @referral f on f.referral_id = o.referral_id and not o.other_child
        cross join lateral (
            select m.family_id
            from only @family_member m
            where m.child_id = k.child_id
            order by
                same_row.received >= coalesce(m.joined_on, '-infinity')
                    and same_row.received < coalesce(m.left_on, 'infinity') desc,
                m.joined_on desc nulls last,
                m.family_id
            limit 1
        ) of_child
        join only @episode e on e.family_id = coalesce(f.family_id, of_child.family_id)
        where same_row.row_no = r.row_no
            and r.fault is null
            and r.decided = 'referral'
            and o.same is not true
            and e.opened_on < r.received
            and (e.closed_on is null or e.closed_on > r.received)
    $query$, '@', place);
end
$$;
comment on function early_help_internal.import_find_known(regnamespace) is
'Step 2 of import_contacts: finds the contacts that the record has already, and the faults of rows that would correct them.';

-- extension/install/import/children.sql
create function early_help_internal.import_weigh_children(records regnamespace) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
#variable_conflict use_column
declare
    place constant text := records::text || '.';
    days_before_birth constant integer := 280;
begin
    -- What the rows without fault make of each child, beside what the record has.
    create temporary table early_help_import_child (
        child_ref text,
        child_id bigint,
        born_before date,
        expected_before date,
        sex_before text,
        born date,
        expected date,
        sex text,
        -- row_no of the row that says so.
        born_by integer,
        expected_by integer,
        sex_by integer,
        pregnancy_ended_on date,
        died_on date,
        first_referral date,
        last_referral date
    ) on commit drop;
    loop
        execute replace($query$
            insert into early_help_import_child
            select
                said.child_ref,
                k.child_id,
                k.birth_date,
                k.expected_birth_date,
                k.sex_code,
                becomes.born,
                becomes.expected,
                coalesce(s.sex, k.sex_code),
                b.row_no,
                e.row_no,
                s.row_no,
                k.pregnancy_ended_on,
                k.died_on,
                held.first_referral,
                held.last_referral
            from (
                select
                    child_ref,
                    max(word) filter (where born is not null) as born_by,
                    max(word) filter (where expected is not null) as expected_by,
                    max(word) filter (where sex is not null and expected is null) as sex_by,
                    max(word) filter (where sex is not null and expected is not null) as unborn_sex_by
                from early_help_import_row
                where fault is null
                group by child_ref
            ) said
            left join only @child k on k.source_ref = said.child_ref
            left join early_help_import_row b on b.word = said.born_by and b.fault is null
            left join early_help_import_row e on e.word = said.expected_by and e.fault is null
            left join early_help_import_row s on s.fault is null
                and s.word = coalesce(said.sex_by, case when k.birth_date is null then said.unborn_sex_by end)
            cross join lateral (
                select
                    coalesce(b.born, k.birth_date) as born,
                    case
                        when coalesce(b.born, k.birth_date) is null then coalesce(e.expected, k.expected_birth_date)
                    end as expected
            ) becomes
            -- The days of those referrals that this load leaves as they are.
            left join lateral (
                select min(f.referred_on) as first_referral, max(f.referred_on) as last_referral
                from only @referral f
                where f.child_id = k.child_id
                    and coalesce(becomes.born, becomes.expected) is distinct from coalesce(k.birth_date, k.expected_birth_date)
                    and not exists (
                        select
                        from early_help_import_known o
                        join early_help_import_row r on r.row_no = o.row_no
                        where o.referral_id = f.referral_id
                            and not o.same
                            and r.fault is null)
            ) held on true
        $query$, '@', place);

        -- The record cannot take a new date of the child: the row that brings the date is
        -- faulty, and the loop asks what the other rows make of the child.
        update early_help_import_row r
        set fault = case when k.born is not null then 'R15 birth_date' else 'R15 expected_birth_date' end
        from early_help_import_child k
        where r.row_no = case when k.born is not null then k.born_by else k.expected_by end
            and (k.born, k.expected) is distinct from (k.born_before, k.expected_before)
            and (k.born is not null and k.pregnancy_ended_on is not null
                or k.born > k.died_on
                or k.first_referral < coalesce(k.born, k.expected) - days_before_birth
                or k.last_referral > least(k.died_on, k.pregnancy_ended_on));

        -- When all dates hold: referrals that do not fit them are faulty.
        if not found then
            update early_help_import_row r
            set fault = 'R15 received_on'
            from early_help_import_child k
            where k.child_ref = r.child_ref
                and r.fault is null
                and r.decided = 'referral'
                and (r.received < coalesce(k.born, k.expected) - days_before_birth
                    or r.received > least(k.died_on, k.pregnancy_ended_on));
            exit when not found;
        end if;
        delete from early_help_import_child;
    end loop;
    analyze early_help_import_known;
    analyze early_help_import_child (child_ref, child_id);
end
$$;
comment on function early_help_internal.import_weigh_children(regnamespace) is
'Step 3 of import_contacts: what the rows without fault make of each child. '
'Rows with dates that do not fit the child''s record get a fault.';
create function early_help_internal.import_write_children(records regnamespace) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
#variable_conflict use_column
declare
    place constant text := records::text || '.';
    expected_rows bigint;
    written_rows bigint;
begin
    execute replace($query$
        insert into @locality (name)
        select min(r.ward collate "C")
        from early_help_import_row r
        where r.fault is null
            and r.ward_key is not null
            and not exists (
                select
                from only @locality l
                where lower(l.name) = r.ward_key)
        group by r.ward_key
        order by 1
        on conflict do nothing
    $query$, '@', place);
    get diagnostics written_rows = row_count;
    if written_rows > 0 then
        raise notice 'ward names not met before, now localities: %', written_rows;
    end if;

    select count(*) into expected_rows
    from early_help_import_child
    where child_id is null;
    execute replace($query$
        insert into @child (birth_date, expected_birth_date, sex_code, source_ref)
        select c.born, c.expected, c.sex, c.child_ref
        from early_help_import_child c
        where c.child_id is null
        order by least(c.born_by, c.expected_by, c.sex_by)
        on conflict (source_ref) do nothing
    $query$, '@', place);
    get diagnostics written_rows = row_count;
    if written_rows <> expected_rows then
        raise serialization_failure using
            message = 'another session recorded the same child meanwhile',
            hint = 'Run import_contacts() again.';
    end if;

    -- One family for each child that belongs to none.
    execute replace($query$
        with alone as (
            select
                k.child_id,
                row_number() over (order by k.child_id) as place
            from early_help_import_child c
            join only @child k on k.source_ref = c.child_ref
            where not exists (
                select
                from only @family_member m
                where m.child_id = k.child_id)
        ), made as (
            insert into @family (source_ref)
            select null
            from alone
            returning family_id
        )
        insert into @family_member (family_id, child_id)
        select m.family_id, a.child_id
        from (
            select
                family_id,
                row_number() over () as place
            from made
        ) m
        join alone a on a.place = m.place
    $query$, '@', place);
end
$$;
comment on function early_help_internal.import_write_children(regnamespace) is
'Step 4 of import_contacts: writes new localities, children and '
'families. Error 40001 if another session recorded the same child.';

-- extension/install/import/record.sql
create function early_help_internal.import_write_contacts(records regnamespace, accepted integer) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
#variable_conflict use_column
declare
    place constant text := records::text || '.';
    written_rows bigint;
begin
    execute replace($query$
        insert into @contact (received_on, source_code, source_ref)
        select r.received, r.source_code, r.contact_ref
        from early_help_import_row r
        where r.fault is null
            and not exists (
                select
                from early_help_import_known k
                where k.row_no = r.row_no)
        order by r.row_no
        on conflict (source_ref) do nothing
    $query$, '@', place);
    get diagnostics written_rows = row_count;
    if written_rows <> accepted then
        raise serialization_failure using
            message = 'another session recorded the same contact meanwhile',
            hint = 'Run import_contacts() again.';
    end if;

    -- contact_child follows by ON UPDATE CASCADE of its foreign key.
    execute replace($query$
        update only @contact c
        set received_on = r.received,
            source_code = r.source_code
        from early_help_import_known k
        join early_help_import_row r on r.row_no = k.row_no
        where c.contact_id = k.contact_id
            and not k.same
            and (c.received_on, c.source_code) is distinct from (r.received, r.source_code)
    $query$, '@', place);

    execute replace($query$
        insert into @contact_child
            (contact_id, received_on, source_code, child_id, primary_need_code, reason, locality_id, decision,
             attached_episode_id)
        select
            c.contact_id, r.received, r.source_code, k.child_id, r.primary_need_code, r.reason,
            coalesce(w.locality_id, one.locality_id), r.decided,
            case
                when r.decided is distinct from 'referral' then (
                    select e.episode_id
                    from only @episode_child m
                    join only @episode e on e.episode_id = m.episode_id
                    where m.child_id = k.child_id
                        and m.joined_on <= r.received
                        and (m.left_on is null or m.left_on > r.received)
                        and e.opened_on < r.received
                    order by e.episode_id
                    limit 1)
            end
        from early_help_import_row r
        join only @contact c on c.source_ref = r.contact_ref
        join only @child k on k.source_ref = r.child_ref
        left join (
            select lower(name) as ward_key, min(locality_id) as locality_id, count(*) as versions
            from only @locality
            group by lower(name)
        ) one on one.ward_key = r.ward_key
        left join lateral (
            select l.locality_id
            from only @locality l
            where one.versions > 1
                and lower(l.name) = r.ward_key
            order by
                r.received >= coalesce(l.valid_from, '-infinity') and r.received < coalesce(l.valid_to, 'infinity') desc,
                l.valid_from desc nulls last,
                l.locality_id
            limit 1
        ) w on true
        where r.fault is null
            and not exists (
                select
                from early_help_import_known o
                where o.row_no = r.row_no
                    and (o.same or o.contact_child_id is not null))
        order by r.row_no
    $query$, '@', place);
end
$$;
comment on function early_help_internal.import_write_contacts(regnamespace, integer) is
'Step 5 of import_contacts: writes new contacts (accepted of them) with their children, and the '
'corrected day and source of known ones. Error 40001 if another session recorded the same contact.';
create function early_help_internal.import_write_corrections(records regnamespace) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
#variable_conflict use_column
declare
    place constant text := records::text || '.';
    correct_children constant text := $query$
        update only %schild k
        set birth_date = c.born,
            expected_birth_date = c.expected,
            sex_code = c.sex
        from early_help_import_child c
        where k.child_id = c.child_id
            and (c.born, c.expected, c.sex) is distinct from (c.born_before, c.expected_before, c.sex_before)
            and coalesce(c.born, c.expected, '-infinity') %s coalesce(c.born_before, c.expected_before, '-infinity')
    $query$;
begin
    -- A referral and a date of birth that change together must agree after every
    -- statement: dates of birth that become earlier go first, later ones last.
    execute format(correct_children, place, '<=');

    if exists (select from early_help_import_known where not same) then
        execute replace($query$
            delete from only @referral f
            using early_help_import_known k
            join early_help_import_row r on r.row_no = k.row_no
            where f.referral_id = k.referral_id
                and not k.same
                and (k.other_child or r.decided is distinct from 'referral')
        $query$, '@', place);

        execute replace($query$
            update only @contact_child cc
            set child_id = c.child_id,
                primary_need_code = r.primary_need_code,
                reason = r.reason,
                locality_id = w.locality_id,
                decision = r.decided
            from early_help_import_known k
            join early_help_import_row r on r.row_no = k.row_no
            join only @child c on c.source_ref = r.child_ref
            left join lateral (
                select l.locality_id
                from only @locality l
                where lower(l.name) = r.ward_key
                order by
                    r.received >= coalesce(l.valid_from, '-infinity') and r.received < coalesce(l.valid_to, 'infinity') desc,
                    l.valid_from desc nulls last,
                    l.locality_id
                limit 1
            ) w on true
            where cc.contact_child_id = k.contact_child_id
                and not k.same
                and (cc.child_id, cc.primary_need_code, cc.reason, cc.locality_id, cc.decision)
                    is distinct from (c.child_id, r.primary_need_code, r.reason, w.locality_id, r.decided)
        $query$, '@', place);

        execute replace($query$
            update only @referral f
            set referred_on = cc.received_on,
                source_code = cc.source_code,
                primary_need_code = cc.primary_need_code,
                locality_id = cc.locality_id
            from early_help_import_known k
            join only @contact_child cc on cc.contact_child_id = k.contact_child_id
            where f.referral_id = k.referral_id
                and not k.same
                and (f.referred_on, f.source_code, f.primary_need_code, f.locality_id)
                    is distinct from (cc.received_on, cc.source_code, cc.primary_need_code, cc.locality_id)
        $query$, '@', place);
    end if;

    execute format(correct_children, place, '>');
end
$$;
comment on function early_help_internal.import_write_corrections(regnamespace) is
'Step 6 of import_contacts: writes corrected children, contacts and referrals.';
create function early_help_internal.import_write_referrals(records regnamespace) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
#variable_conflict use_column
declare
    place constant text := records::text || '.';
begin
    -- A file does not accept a referral: accepted_on stays null.
    execute replace($query$
        insert into @referral
            (contact_child_id, child_id, family_id, referred_on, source_code, primary_need_code, locality_id)
        select distinct on (r.row_no)
            cc.contact_child_id, cc.child_id, m.family_id, cc.received_on, cc.source_code, cc.primary_need_code, cc.locality_id
        from early_help_import_row r
        join only @contact c on c.source_ref = r.contact_ref
        join only @child k on k.source_ref = r.child_ref
        join only @contact_child cc on cc.contact_id = c.contact_id and cc.child_id = k.child_id
        join only @family_member m on m.child_id = k.child_id
        where r.fault is null
            and r.decided = 'referral'
            and not exists (
                select
                from early_help_import_known o
                where o.row_no = r.row_no
                    and o.same)
            and not exists (
                select
                from only @referral f
                where f.contact_child_id = cc.contact_child_id)
        order by
            r.row_no,
            r.received >= coalesce(m.joined_on, '-infinity') and r.received < coalesce(m.left_on, 'infinity') desc,
            m.joined_on desc nulls last,
            m.family_id
    $query$, '@', place);
end
$$;
comment on function early_help_internal.import_write_referrals(regnamespace) is
'Step 7 of import_contacts: writes the referrals that the rows ask for and the record does not have.';

-- extension/install/import/import_contacts.sql
create function early_help.import_contacts(
inbox regclass,
out accepted integer,
out unchanged integer,
out corrected integer,
out rejected integer
)
language plpgsql
set search_path = pg_catalog, pg_temp
set jit = off
as $$ #variable_conflict error
#variable_conflict use_column
declare
    own_tables constant text[] :=
        '{early_help_import_row,early_help_import_twice,early_help_import_known,early_help_import_child}';
    in_the_way text;
    records regnamespace;
    place text;
begin
    select c.relnamespace into records
    from pg_class c
    where c.oid = inbox
        and c.relname = 'inbox_contact';
    if records is null then
        perform early_help_internal.raise_rule('P03', 'The table given is not the inbox_contact of a partnership.');
    end if;

    select coalesce(min(c.relname), min(t.typname)) into in_the_way
    from unnest(own_tables) own (name)
    left join pg_class c on c.relname = own.name and c.relnamespace = pg_my_temp_schema()
    left join pg_type t on t.typname = own.name and t.typnamespace = pg_my_temp_schema();
    if in_the_way is not null then
        raise duplicate_table using
            message = format('the import makes a temporary table "%s", and this session has one', in_the_way),
            hint = 'Drop it, or import in another session.';
    end if;

    -- Imports of one partnership wait for each other. COPY into the inbox does not wait.
    place := records::text || '.';
    execute replace('lock table @inbox_contact in share update exclusive mode', '@', place);

    perform early_help_internal.import_read_inbox(records);
    perform early_help_internal.import_find_known(records);
    perform early_help_internal.import_weigh_children(records);

    execute replace($query$
        insert into @import_reject
            (contact_ref, received_on, child_ref, birth_date, expected_birth_date, sex, ward, source_code,
             primary_need_code, reason, decision, rule, field, sqlstate, message, hint)
        select
            r.contact_ref, r.received_on, r.child_ref, r.birth_date, r.expected_birth_date, r.sex, r.ward, r.source_code,
            r.primary_need_code, r.reason, r.decision, c.rule, split_part(r.fault, ' ', 2), c.sqlstate, c.sentence, c.hint
        from early_help_import_row r
        join early_help.rules() c on c.rule = split_part(r.fault, ' ', 1)
        cross join generate_series(1, r.copies)
        order by r.row_no
    $query$, '@', place);

    delete from early_help_import_known k
    using early_help_import_row r
    where r.row_no = k.row_no
        and r.fault is not null;

    select
        coalesce(sum(r.copies) filter (where r.fault is not null), 0),
        coalesce(sum(r.copies) filter (where r.fault is null), 0),
        count(*) filter (where r.fault is null and k.row_no is null),
        count(*) filter (
            where r.fault is null
                and k.row_no is not null
                and (not k.same
                    or (c.born is distinct from c.born_before and c.born_by = r.row_no)
                    or (c.born is null and c.expected is distinct from c.expected_before and c.expected_by = r.row_no)
                    or (c.sex is distinct from c.sex_before and c.sex_by = r.row_no)))
        into rejected, unchanged, accepted, corrected
    from early_help_import_row r
    left join early_help_import_known k on k.row_no = r.row_no
    left join early_help_import_child c on c.child_ref = r.child_ref;
    unchanged := unchanged - accepted - corrected;

    perform early_help_internal.import_write_children(records);
    perform early_help_internal.import_write_contacts(records, accepted);
    perform early_help_internal.import_write_corrections(records);
    perform early_help_internal.import_write_referrals(records);

    drop table early_help_import_row, early_help_import_twice, early_help_import_known, early_help_import_child;
end
$$;
comment on function early_help.import_contacts(regclass) is
'Empties the inbox_contact of a partnership: moves right rows into its record, and the rest, with the rule that each '
'breaks, into import_reject. Returns one row: contacts accepted (new), unchanged (known, the same), corrected '
'(known, different), rejected. One NOTICE counts the new localities. Imports of one partnership wait for each other; '
'copying into the inbox goes on, and only rows that the import sees are taken. Error 40001 if another session wrote '
'the same contact or child: try again. It makes temporary tables, so its transaction cannot be prepared (PREPARE '
'TRANSACTION). The caller needs rights on the tables and TEMPORARY on the database.';

-- build/sql/audit_queries.sql
create function early_help_internal.audit_queries() returns table (rule text, query text)
language sql
immutable
parallel safe
as $audit_queries$
    values
    ('R01', $$
select 'plan', p.plan_id, format('%s live outcomes, %s may be', o.live, o.most)
from (
    select
        p.plan_id,
        count(*) as live,
        case p.kind when 'intervention' then 5 else s.family_outcomes_plan_most_outcomes end as most
    from @plan_outcome o
    join @plan p on p.plan_id = o.plan_id
    cross join @partnership s
    where o.withdrawn_on is null
        -- The cap of a family outcomes plan is a setting of today: it binds plans that go on.
        and (p.kind = 'intervention' or p.ended_on is null)
    group by p.plan_id, s.family_outcomes_plan_most_outcomes
) o
join @plan p on p.plan_id = o.plan_id
where o.live > o.most $$),
    ('R01', $$
select 'plan_outcome', o.plan_outcome_id,
    format('position %s, plan_id %s, plan_kind %s, withdrawn_on %s',
        coalesce(o.position::text, 'none'), o.plan_id, o.plan_kind, coalesce(o.withdrawn_on::text, 'none'))
from (
    select
        o.*,
        count(*) over (partition by o.plan_id, o.position) as same_place
    from @plan_outcome o
) o
join @plan p on p.plan_id = o.plan_id
where (o.position is null) <> (o.withdrawn_on is not null)
    or o.position < 1
    or (p.kind = 'intervention' and o.position > 5)
    or (o.position is not null and o.same_place > 1)
    or o.plan_kind is distinct from p.kind $$),
    ('R02', $$
select 'plan', p.plan_id,
    format('started_on %s, review_counts_from %s, review_due_on %s, extended_by_review_id %s',
        p.started_on, p.review_counts_from, p.review_due_on, coalesce(p.extended_by_review_id::text, 'none'))
from @plan p
left join (
    select distinct on (plan_id)
        plan_id,
        review_id,
        held_on,
        next_review_due_on
    from @review
    where decision = 'extend'
    order by plan_id, held_on desc
) r on r.plan_id = p.plan_id
where p.review_due_on is null
    or p.review_counts_from is null
    or p.review_due_on <= p.review_counts_from
    or (p.kind = 'intervention' and p.review_due_on - p.review_counts_from not between 42 and 56)
    or p.extended_by_review_id is distinct from r.review_id
    or p.review_counts_from <> coalesce(r.held_on, p.started_on)
    or p.review_due_on <> r.next_review_due_on $$),
    ('R02', $$
select 'review', r.review_id,
    format('plan_id %s, due_on %s, held_on %s, next_review_due_on %s',
        r.plan_id, r.due_on, r.held_on, coalesce(r.next_review_due_on::text, 'none'))
from (
    select
        r.*,
        row_number() over w as n,
        lag(r.next_review_due_on) over w as set_before
    from @review r
    window w as (partition by r.plan_id order by r.held_on, r.review_id)
) r
join @plan p on p.plan_id = r.plan_id
where (r.decision = 'extend') <> (r.next_review_due_on is not null)
    or r.next_review_due_on <= r.held_on
    or (p.kind = 'intervention' and r.next_review_due_on - r.held_on not between 42 and 56)
    or r.due_on is null
    or r.due_on <> r.set_before
    or (r.n = 1 and p.kind = 'intervention' and r.due_on - p.started_on not between 42 and 56)
    or r.plan_kind is distinct from p.kind $$),
    ('R03', $$
select 'plan', p.plan_id,
    format('ended_on %s, end_reason %s, completed_by_review_id %s',
        coalesce(p.ended_on::text, 'none'), coalesce(p.end_reason::text, 'none'),
        coalesce(p.completed_by_review_id::text, 'none'))
from @plan p
left join @episode e on e.episode_id = p.episode_id
left join @review r on r.review_id = p.completed_by_review_id
    and r.plan_id = p.plan_id
    and r.decision = 'complete'
    and r.held_on = p.ended_on
where (p.ended_on is null) <> (p.end_reason is null)
    or p.ended_on < p.started_on
    or (p.end_reason is not distinct from 'completed') <> (p.completed_by_review_id is not null)
    or (p.completed_by_review_id is not null and r.review_id is null)
    or (p.end_reason = 'episode_closed'
        and p.ended_on is distinct from e.closed_on
        -- An earlier closure, before a reopening.
        and not exists (
            select
            from @episode_event v
            where v.episode_id = p.episode_id
                and v.event = 'reopen'
                and v.happened_on >= p.ended_on))
    or (p.end_reason = 'consent_withdrawn'
        and not exists (
            select
            from @consent c
            where c.family_id = e.family_id
                and c.kind = 'take_part'
                and c.withdrawn_on <= p.ended_on)) $$),
    ('R03', $$
select 'review', r.review_id,
    format('plan_id %s, held_on %s, decision %s, ended_on %s of the plan',
        r.plan_id, r.held_on, r.decision, coalesce(p.ended_on::text, 'none'))
from @review r
join @plan p on p.plan_id = r.plan_id
where r.held_on < p.started_on
    or r.held_on > p.ended_on
    or (r.decision = 'complete' and p.completed_by_review_id is distinct from r.review_id) $$),
    ('R03', $$
select 'plan_outcome', o.plan_outcome_id,
    format('agreed_on %s, ended_on %s of plan_id %s', o.agreed_on, p.ended_on, o.plan_id)
from @plan_outcome o
join @plan p on p.plan_id = o.plan_id
join @episode e on e.episode_id = p.episode_id
where o.agreed_on > p.ended_on
    and p.ended_on is distinct from e.closed_on
union all
select 'action', a.action_id,
    format('agreed_on %s, ended_on %s of plan_id %s', a.agreed_on, p.ended_on, a.plan_id)
from @action a
join @plan p on p.plan_id = a.plan_id
join @episode e on e.episode_id = p.episode_id
where a.agreed_on > p.ended_on
    and a.safety_reason is null
    and p.ended_on is distinct from e.closed_on $$),
    ('R04', $$
select a.record, a.record_id,
    format('agreed_on %s, plan_id %s, review_due_on %s', a.agreed_on, a.plan_id, p.review_due_on)
from (
    select 'plan_outcome' as record, plan_outcome_id as record_id, plan_id, agreed_on
    from @plan_outcome
    union all
    select 'action', action_id, plan_id, agreed_on
    from @action
    where coalesce(safety_reason, '') !~ '\S'
) a
join @plan p on p.plan_id = a.plan_id
where (a.agreed_on > p.review_due_on and a.agreed_on <= coalesce(p.ended_on, 'infinity'))
    or exists (
        select
        from @review r
        where r.plan_id = a.plan_id
            and r.due_on < a.agreed_on
            and r.held_on > a.agreed_on) $$),
    ('R05', $$
select 'assessment', a.assessment_id,
    format('completed_on %s, %s of four domains, the last on %s',
        a.completed_on, coalesce(d.domains, 0), coalesce(d.last::text, 'none'))
from @assessment a
left join (
    select
        assessment_id,
        count(distinct domain) as domains,
        max(assessed_on) as last
    from @assessment_domain
    group by assessment_id
) d on d.assessment_id = a.assessment_id
where a.completed_on is not null
    and (coalesce(d.domains, 0) <> 4 or d.last > a.completed_on) $$),
    ('R05', $$
select 'assessment', a.assessment_id,
    format('started_on %s, completed_on %s, ended_on %s, end_reason %s', a.started_on,
        coalesce(a.completed_on::text, 'none'), coalesce(a.ended_on::text, 'none'),
        coalesce(a.end_reason::text, 'none'))
from @assessment a
left join @episode e on e.episode_id = a.episode_id
where (a.completed_on is not null and a.ended_on is not null)
    or (a.ended_on is null) <> (a.end_reason is null)
    or a.completed_on < a.started_on
    or a.ended_on < a.started_on
    or (a.end_reason = 'episode_closed'
        and a.ended_on is distinct from e.closed_on
        and not exists (
            select
            from @episode_event v
            where v.episode_id = a.episode_id
                and v.event = 'reopen'
                and v.happened_on >= a.ended_on))
    or (a.end_reason = 'consent_withdrawn'
        and not exists (
            select
            from @consent c
            where c.family_id = e.family_id
                and c.kind = 'take_part'
                and c.withdrawn_on <= a.ended_on)) $$),
    ('R05', $$
select 'assessment_domain', d.assessment_id,
    format('domain %s, assessed_on %s, started_on %s of the EHA', d.domain, d.assessed_on, a.started_on)
from @assessment_domain d
join @assessment a on a.assessment_id = d.assessment_id
where d.assessed_on < a.started_on $$),
    ('R05', $$
select 'assessment', a.assessment_id, format('corrects_assessment_id %s', a.corrects_assessment_id)
from (
    select
        a.*,
        count(*) over (partition by a.corrects_assessment_id) as corrections
    from @assessment a
    where a.corrects_assessment_id is not null
) a
join @assessment c on c.assessment_id = a.corrects_assessment_id
where a.corrections > 1
    or c.completed_on is null
    or c.episode_id <> a.episode_id $$),
    ('R06', $$
select 'episode', e.episode_id,
    format('opened_on %s, an earlier one of family_id %s has days up to %s', e.opened_on, e.family_id, e.taken_to)
from (
    select
        e.episode_id,
        e.family_id,
        e.opened_on,
        -- An episode closed the day it opened takes that day.
        max(coalesce(greatest(e.closed_on, e.opened_on + 1), 'infinity')) over (
            partition by e.family_id
            order by e.opened_on, e.episode_id
            rows between unbounded preceding and 1 preceding) as taken_to
    from @episode e
) e
where e.opened_on < e.taken_to $$),
    ('R07', $$
select 'episode', e.episode_id,
    format('opened_on %s, allocated_on %s, first lead practitioner from %s, state %s', e.opened_on,
        coalesce(e.allocated_on::text, 'none'), coalesce(l.first::text, 'none'), e.state)
from @episode e
left join (
    select
        episode_id,
        min(from_on) as first
    from @lead_practitioner
    group by episode_id
) l on l.episode_id = e.episode_id
where e.allocated_on is distinct from l.first
    or e.allocated_on < e.opened_on
    or (e.closed_on is null and (e.state = 'waiting') <> (e.allocated_on is null)) $$),
    ('R07', $$
select 'lead_practitioner', l.episode_id, format('from_on %s, %s lead practitioners begin', l.from_on, count(*))
from @lead_practitioner l
group by l.episode_id, l.from_on
having count(*) > 1 $$),
    ('R08', $$
select s.record, s.record_id, format('%s, family_id %s has no consent to take part on that day', s.day, s.family_id)
from (
    select 'plan' as record, p.plan_id as record_id, e.family_id, p.started_on as day, p.recorded_at
    from @plan p
    join @episode e on e.episode_id = p.episode_id
    union all
    select 'assessment', a.assessment_id, e.family_id, a.started_on, a.recorded_at
    from @assessment a
    join @episode e on e.episode_id = a.episode_id
    where a.corrects_assessment_id is null
    union all
    select 'step', s.step_id, s.family_id, s.offered_on, s.recorded_at
    from @step s
    where s.to_level = 'social_care'
        and s.basis is distinct from 'section_47'
        and coalesce(s.consent_override_reason, '') !~ '\S'
) s
where not exists (
    select
    from @consent c
    where c.family_id = s.family_id
        and c.kind = 'take_part'
        and c.given_on <= s.day
        -- A withdrawal is always taken, also after what rested on the consent as it was known.
        and (c.withdrawn_on is null or c.withdrawn_on > s.day or s.recorded_at <= c.withdrawal_recorded_at)) $$),
    ('R08', $$
select s.record, s.record_id, format('goes on, consent of family_id %s was withdrawn on %s', s.family_id, min(w.withdrawn_on))
from (
    select 'plan' as record, p.plan_id as record_id, e.family_id, p.started_on
    from @plan p
    join @episode e on e.episode_id = p.episode_id
    where p.ended_on is null
    union all
    select 'assessment', a.assessment_id, e.family_id, a.started_on
    from @assessment a
    join @episode e on e.episode_id = a.episode_id
    where a.completed_on is null
        and a.ended_on is null
        and a.corrects_assessment_id is null
) s
join @consent w on w.family_id = s.family_id
    and w.kind = 'take_part'
    and w.withdrawn_on > s.started_on
where not exists (
    select
    from @consent c
    where c.family_id = s.family_id
        and c.kind = 'take_part'
        and c.given_on <= w.withdrawn_on
        and (c.withdrawn_on is null or c.withdrawn_on > w.withdrawn_on))
group by s.record, s.record_id, s.family_id $$),
    ('R08', $$
select 'sharing_decision', d.sharing_decision_id,
    format('decided_on %s, family_id %s, agency_id %s, basis %s', d.decided_on, d.family_id, d.agency_id, d.basis)
from @sharing_decision d
where coalesce(d.reason, '') !~ '\S'
    or (d.shared
        and d.basis = 'consent'
        and not exists (
            select
            from @consent c
            where c.family_id = d.family_id
                and c.kind = 'share'
                and c.agency_id = d.agency_id
                and c.given_on <= d.decided_on
                and (c.withdrawn_on is null
                    or c.withdrawn_on > d.decided_on
                    or d.recorded_at <= c.withdrawal_recorded_at))) $$),
    ('R08', $$
select 'consent', c.consent_id,
    format('kind %s, agency_id %s, given_on %s, withdrawn_on %s', c.kind,
        coalesce(c.agency_id::text, 'none'), c.given_on, coalesce(c.withdrawn_on::text, 'none'))
from @consent c
where (c.kind = 'share') <> (c.agency_id is not null)
    or c.withdrawn_on < c.given_on $$),
    ('R09', $$
select s.record, s.record_id,
    format('started_on %s, first conversation with family_id %s on %s', s.started_on, s.family_id,
        coalesce(c.first::text, 'none'))
from (
    select 'plan' as record, p.plan_id as record_id, e.family_id, p.started_on
    from @plan p
    join @episode e on e.episode_id = p.episode_id
    union all
    select 'assessment', a.assessment_id, e.family_id, a.started_on
    from @assessment a
    join @episode e on e.episode_id = a.episode_id
    where a.corrects_assessment_id is null
) s
left join (
    select
        family_id,
        min(held_on) as first
    from @conversation
    group by family_id
) c on c.family_id = s.family_id
where c.first is null
    or c.first > s.started_on $$),
    ('R10', $$
select 'step', s.step_id,
    format('to_level %s, basis %s, consulted_role %s, consulted_on %s, offered_on %s, assessment_id %s', s.to_level,
        coalesce(s.basis::text, 'none'), coalesce(s.consulted_role::text, 'none'),
        coalesce(s.consulted_on::text, 'none'), s.offered_on, coalesce(s.assessment_id::text, 'none'))
from @step s
left join @assessment a on a.assessment_id = s.assessment_id
left join @episode e on e.episode_id = a.episode_id
where (s.to_level = 'social_care') <> (s.basis is not null)
    or coalesce(s.reason, '') !~ '\S'
    or (s.consulted_role is null) <> (s.consulted_on is null)
    or (s.to_level = 'social_care'
        and s.basis is distinct from 'section_47'
        and (s.consulted_on is null or s.consulted_on > s.offered_on))
    or (s.to_level = 'social_care'
        and s.assessment_id is null
        and coalesce(s.no_assessment_reason, '') !~ '\S')
    -- Nobody else's EHA.
    or e.family_id <> s.family_id $$),
    ('R11', $$
select 'level_change', c.level_change_id,
    format('child_id %s, change_number %s, %s: %s to %s, the change before led to %s', c.child_id, c.change_number,
        c.event, c.level_from, c.level_to, coalesce(c.led_to::text, 'none'))
from (
    select
        c.*,
        row_number() over w as n,
        lag(c.level_to) over w as led_to
    from @level_change c
    window w as (partition by c.child_id order by c.change_number, c.level_change_id)
) c
where c.change_number <> c.n
    or c.level_from <> c.led_to
    or c.level_from = c.level_to
    -- A step may pass early help by: 1 to 3 and 3 to 1.
    or not (
        (c.event = 'accept_step_up' and c.level_to = 'social_care')
        or (c.event = 'accept_step_down' and c.level_from = 'social_care')
        or exists (
            select
            from early_help.transitions() t
            where t.event = c.event
                and t.level_from = c.level_from
                and t.level_to = c.level_to)) $$),
    ('R11', $$
select 'level_change', c.level_change_id,
    format('child_id %s, %s to %s on %s without such a step', c.child_id, c.event, c.level_to, c.changed_on)
from @level_change c
where c.event in ('accept_step_up', 'accept_step_down')
    and not exists (
        select
        from @step s
        where s.child_id = c.child_id
            and s.outcome = 'accepted'
            and s.decided_on = c.changed_on
            and s.to_level = c.level_to)
union all
select 'level_change', c.level_change_id,
    format('child_id %s, %s, not a child of episode_id %s', c.child_id, c.event, coalesce(c.episode_id::text, 'none'))
from @level_change c
where c.event not in ('accept_step_up', 'accept_step_down')
    and not exists (
        select
        from @episode_child m
        where m.child_id = c.child_id
            and m.episode_id = c.episode_id) $$),
    ('R11', $$
select 'step', s.step_id,
    format('child_id %s, from %s to %s, accepted on %s, the child''s level did not change', s.child_id,
        s.from_level, s.to_level, s.decided_on)
from @step s
where s.outcome = 'accepted'
    and s.to_level <> s.from_level
    and not exists (
        select
        from @level_change c
        where c.child_id = s.child_id
            and c.changed_on = s.decided_on
            and c.level_to = s.to_level
            and c.event in ('accept_step_up', 'accept_step_down')) $$),
    ('R11', $$
select 'step', s.step_id, format('child_id %s, from %s to %s', s.child_id, s.from_level, s.to_level)
from @step s
where (s.from_level = 'social_care') = (s.to_level = 'social_care') $$),
    ('R11', $$
select 'child', coalesce(m.child_id, l.child_id),
    format('level %s, supported by episode_id %s', coalesce(l.level_to::text, 'none'),
        coalesce(m.episode_id::text, 'none'))
from (
    select
        m.child_id,
        min(m.episode_id) as episode_id
    from @episode_child m
    join @episode e on e.episode_id = m.episode_id
    where m.left_on is null
        and e.closed_on is null
    group by m.child_id
) m
full join (
    select distinct on (child_id)
        child_id,
        level_to
    from @level_change
    order by child_id, change_number desc, level_change_id desc
) l on l.child_id = m.child_id
where (m.child_id is not null and coalesce(l.level_to, 'universal') = 'universal')
    or (m.child_id is null and l.level_to = 'early_help') $$),
    ('R12', $$
select 'step', s.step_id,
    format('child_id %s, from %s to %s, offered_on %s, decided_on %s, outcome %s, %s open of this child', s.child_id,
        s.from_level, s.to_level, s.offered_on, coalesce(s.decided_on::text, 'none'),
        coalesce(s.outcome::text, 'none'), s.open)
from (
    select
        s.*,
        count(*) filter (where s.outcome is null) over (partition by s.child_id) as open
    from @step s
) s
where s.child_id is null
    or (s.decided_on is null) <> (s.outcome is null)
    or s.decided_on < s.offered_on
    or (s.outcome is null and s.open > 1) $$),
    ('R12', $$
select 'step', s.step_id,
    format('family_id %s, episode_id %s is of family_id %s', s.family_id, s.episode_id, e.family_id)
from @step s
join @episode e on e.episode_id = s.episode_id
where e.family_id <> s.family_id
union all
select 'step', s.step_id,
    format('offered_on %s, decided_on %s, episode_id %s closed on %s', s.offered_on,
        coalesce(s.decided_on::text, 'none'), s.episode_id, e.closed_on)
from @step s
join @episode e on e.episode_id = s.episode_id
where s.to_level = 'social_care'
    and e.closed_on < coalesce(s.decided_on, 'infinity') $$),
    ('R13', $$
select 'step', s.step_id,
    format('decided_on %s, receiving_agency_id %s, receiving_practitioner_id %s, first_review_on %s, episode_id %s',
        s.decided_on, coalesce(s.receiving_agency_id::text, 'none'),
        coalesce(s.receiving_practitioner_id::text, 'none'), coalesce(s.first_review_on::text, 'none'),
        coalesce(s.episode_id::text, 'none'))
from @step s
where s.to_level = 'early_help'
    and s.outcome = 'accepted'
    and num_nulls(s.receiving_agency_id, s.receiving_practitioner_id, s.first_review_on, s.episode_id) > 0 $$),
    ('R14', $$
select 'episode', e.episode_id,
    format('state %s, opened_on %s, allocated_on %s, closed_on %s, closure_reason_code %s, closure_agreed_on %s, reopened_on %s',
        e.state, e.opened_on, coalesce(e.allocated_on::text, 'none'), coalesce(e.closed_on::text, 'none'),
        coalesce(e.closure_reason_code, 'none'), coalesce(e.closure_agreed_on::text, 'none'),
        coalesce(e.reopened_on::text, 'none'))
from @episode e
where (e.closed_on is null) <> (e.closure_reason_code is null)
    or (e.closed_on is null) <> (e.state is distinct from 'closed')
    or (e.closed_on is not null and e.closure_agreed_on is null and e.closure_agreement_absent_reason is null)
    or e.closed_on < e.opened_on
    or e.closed_on < e.allocated_on
    or (e.reopened_on is null) <> (e.reopen_reason is null)
    or (e.reopened_on is not null
        and not exists (
            select
            from @episode_event v
            where v.episode_id = e.episode_id
                and v.event = 'reopen')) $$),
    ('R14', $$
select s.record, s.record_id, format('dated %s, episode_id %s closed on %s', s.last, s.episode_id, e.closed_on)
from (
    select 'assessment' as record, assessment_id as record_id, episode_id,
        greatest(started_on, completed_on, ended_on) as last
    from @assessment
    where corrects_assessment_id is null
    union all
    select 'assessment_domain', d.assessment_id, a.episode_id, max(d.assessed_on)
    from @assessment_domain d
    join @assessment a on a.assessment_id = d.assessment_id
    where a.corrects_assessment_id is null
    group by d.assessment_id, a.episode_id
    union all
    select 'plan', plan_id, episode_id, greatest(started_on, ended_on)
    from @plan
    union all
    select 'plan_outcome', o.plan_outcome_id, p.episode_id, greatest(o.agreed_on, o.achieved_on, o.withdrawn_on)
    from @plan_outcome o
    join @plan p on p.plan_id = o.plan_id
    union all
    select 'action', a.action_id, p.episode_id, a.agreed_on
    from @action a
    join @plan p on p.plan_id = a.plan_id
    union all
    select 'review', r.review_id, p.episode_id, r.held_on
    from @review r
    join @plan p on p.plan_id = r.plan_id
    union all
    select 'lead_practitioner', episode_id, episode_id, max(from_on)
    from @lead_practitioner
    group by episode_id
    union all
    select 'episode_child', episode_id, episode_id, max(greatest(joined_on, left_on))
    from @episode_child
    group by episode_id
) s
join @episode e on e.episode_id = s.episode_id
where s.last > e.closed_on $$),
    ('R14', $$
select s.record, s.record_id, format('goes on, episode_id %s closed on %s', s.episode_id, e.closed_on)
from (
    select 'plan' as record, plan_id as record_id, episode_id
    from @plan
    where ended_on is null
    union all
    select 'assessment', assessment_id, episode_id
    from @assessment
    where completed_on is null
        and ended_on is null
        and corrects_assessment_id is null
    union all
    select distinct 'episode_child', episode_id, episode_id
    from @episode_child
    where left_on is null
) s
join @episode e on e.episode_id = s.episode_id
where e.closed_on is not null $$),
    ('R15', $$
select 'child', c.child_id,
    format('birth_date %s, expected_birth_date %s, pregnancy_ended_on %s, died_on %s',
        coalesce(c.birth_date::text, 'none'), coalesce(c.expected_birth_date::text, 'none'),
        coalesce(c.pregnancy_ended_on::text, 'none'), coalesce(c.died_on::text, 'none'))
from @child c
where num_nonnulls(c.birth_date, c.expected_birth_date) > 1
    or num_nonnulls(c.birth_date, c.pregnancy_ended_on) > 1
    or c.died_on < c.birth_date $$),
    ('R15', $$
select 'referral', r.referral_id,
    format('referred_on %s, child_id %s born or expected on %s, died or pregnancy ended on %s', r.referred_on, r.child_id,
        coalesce(c.birth_date, c.expected_birth_date)::text,
        coalesce(least(c.died_on, c.pregnancy_ended_on)::text, 'none'))
from @referral r
join @child c on c.child_id = r.child_id
where r.referred_on < coalesce(c.birth_date, c.expected_birth_date) - 280
    or r.referred_on > least(c.died_on, c.pregnancy_ended_on) $$),
    ('R16', $$
select 'referral', r.referral_id,
    format('referred_on %s, family_id %s had episode_id %s open', r.referred_on, r.family_id, min(e.episode_id))
from @referral r
join @episode e on e.family_id = r.family_id
    -- On the day it opens or closes the referral is one of the episode after.
    and e.opened_on < r.referred_on
    and (e.closed_on is null or e.closed_on > r.referred_on)
group by r.referral_id, r.referred_on, r.family_id
union all
select 'contact_child', c.contact_child_id,
    format('attached_episode_id %s, decision %s', c.attached_episode_id, c.decision)
from @contact_child c
where c.attached_episode_id is not null
    and c.decision = 'referral' $$),
    ('R17', $$
select 'feedback', f.feedback_id,
    format('episode_id %s, group_programme_id %s, %s questions answered', coalesce(f.episode_id::text, 'none'),
        coalesce(f.group_programme_id::text, 'none'), num_nonnulls(f.timely, f.helpful, f.empowered))
from @feedback f
where num_nonnulls(f.episode_id, f.group_programme_id) <> 1
    or num_nonnulls(f.timely, f.helpful, f.empowered) = 0 $$),
    ('R18', $$
select 'case_audit', a.case_audit_id,
    format('grade %s, auditor_practitioner_id %s, auditor_agency_id %s, lead_agency_id %s', coalesce(a.grade::text, 'none'),
        coalesce(a.auditor_practitioner_id::text, 'none'), coalesce(a.auditor_agency_id::text, 'none'),
        coalesce(a.lead_agency_id::text, 'none'))
from @case_audit a
where num_nulls(a.grade, a.auditor_practitioner_id, a.auditor_agency_id) > 0
    or a.auditor_agency_id = a.lead_agency_id
    -- Who leads may be recorded after the audit.
    or (a.lead_agency_id is null
        and exists (
            select
            from @lead_practitioner l
            where l.episode_id = a.episode_id
                and l.recorded_at < a.recorded_at)) $$),
    ('R18', $$
select 'case_audit_action', a.case_audit_action_id,
    format('owner_practitioner_id %s, due_on %s', coalesce(a.owner_practitioner_id::text, 'none'),
        coalesce(a.due_on::text, 'none'))
from @case_audit_action a
where num_nulls(a.owner_practitioner_id, a.due_on) > 0 $$),
    ('R19', $$
select 'plan_outcome', o.plan_outcome_id,
    format('agreed_on %s, achieved_on %s, withdrawn_on %s', o.agreed_on, o.achieved_on,
        coalesce(o.withdrawn_on::text, 'none'))
from @plan_outcome o
where o.achieved_on < o.agreed_on
    or (o.achieved_on is not null and o.withdrawn_on is not null) $$),
    ('R20', $$
select u.record, u.record_id,
    format('%s %s on %s, valid from %s to %s', u.list, u.code, u.day,
        coalesce(l.valid_from::text, 'the beginning'), coalesce(l.valid_to::text, 'no end'))
from (
    select 'contact' as record, contact_id as record_id, 'contact_source' as list, source_code as code, received_on as day
    from @contact
    union all
    select 'contact_child', contact_child_id, 'primary_need', primary_need_code, received_on
    from @contact_child
    union all
    select 'referral', referral_id, 'contact_source', source_code, referred_on
    from @referral
    union all
    select 'referral', referral_id, 'primary_need', primary_need_code, referred_on
    from @referral
    union all
    select 'episode', episode_id, 'closure_reason', closure_reason_code, closed_on
    from @episode
    union all
    select 'plan_outcome', plan_outcome_id, 'headline_outcome', headline_outcome_code, agreed_on
    from @plan_outcome
    union all
    select 'service_request', service_request_id, 'primary_need', primary_need_code, requested_on
    from @service_request
    union all
    select 'assessment_factor_found', a.assessment_id, 'assessment_factor', f.assessment_factor_code,
        coalesce(a.completed_on, a.started_on)
    from @assessment_factor_found f
    join @assessment a on a.assessment_id = f.assessment_id
) u
join (
    select 'contact_source' as list, code, valid_from, valid_to from @contact_source
    union all
    select 'primary_need', code, valid_from, valid_to from @primary_need
    union all
    select 'closure_reason', code, valid_from, valid_to from @closure_reason
    union all
    select 'headline_outcome', code, valid_from, valid_to from @headline_outcome
    union all
    select 'assessment_factor', code, valid_from, valid_to from @assessment_factor
) l on l.list = u.list
    and l.code = u.code
where u.day < l.valid_from
    or u.day > l.valid_to $$),
    ('R20', $$
select l.list, null::bigint, format('code %s, valid_from %s, valid_to %s', l.code, l.valid_from, l.valid_to)
from (
    select 'contact_source' as list, code, valid_from, valid_to from @contact_source
    union all
    select 'primary_need', code, valid_from, valid_to from @primary_need
    union all
    select 'ethnicity', code, valid_from, valid_to from @ethnicity
    union all
    select 'sex', code, valid_from, valid_to from @sex
    union all
    select 'disability', code, valid_from, valid_to from @disability
    union all
    select 'closure_reason', code, valid_from, valid_to from @closure_reason
    union all
    select 'headline_outcome', code, valid_from, valid_to from @headline_outcome
    union all
    select 'assessment_factor', code, valid_from, valid_to from @assessment_factor
) l
where l.valid_from > l.valid_to $$),
    ('R22', $$
select 'family_member', m.family_member_id,
    format('family_id %s, child_id %s, joined_on %s, left_on %s, an earlier one lasts to %s', m.family_id, m.child_id,
        coalesce(m.joined_on::text, 'ever'), coalesce(m.left_on::text, 'now'), coalesce(m.taken_to::text, 'none'))
from (
    select
        m.*,
        max(coalesce(m.left_on, 'infinity')) over (
            partition by m.family_id, m.child_id
            order by coalesce(m.joined_on, '-infinity'), m.family_member_id
            rows between unbounded preceding and 1 preceding) as taken_to
    from @family_member m
) m
where m.left_on <= m.joined_on
    or coalesce(m.joined_on, '-infinity') < m.taken_to $$),
    ('S02', $$
select r.record, r.record_id, format('child_id %s was never of family_id %s', r.child_id, r.family_id)
from (
    select distinct 'episode_child' as record, c.episode_id as record_id, e.family_id, c.child_id
    from @episode_child c
    join @episode e on e.episode_id = c.episode_id
    union all
    select 'assessment', a.assessment_id, e.family_id, a.child_id
    from @assessment a
    join @episode e on e.episode_id = a.episode_id
    where a.child_id is not null
    union all
    select 'step', step_id, family_id, child_id
    from @step
) r
where not exists (
    select
    from @family_member m
    where m.family_id = r.family_id
        and m.child_id = r.child_id) $$),
    ('S03', $$
select 'episode', e.episode_id, format('state %s, its last event led to %s', e.state, coalesce(v.state_to::text, 'none'))
from @episode e
left join (
    select distinct on (episode_id)
        episode_id,
        state_to
    from @episode_event
    order by episode_id, episode_event_id desc
) v on v.episode_id = e.episode_id
where v.state_to is distinct from e.state $$),
    ('S03', $$
select 'episode_event', v.episode_event_id,
    format('episode_id %s, %s: %s to %s, the event before led to %s', v.episode_id, v.event,
        coalesce(v.state_from::text, 'none'), v.state_to, coalesce(v.led_to::text, 'none'))
from (
    select
        v.*,
        lag(v.state_to) over (partition by v.episode_id order by v.episode_event_id) as led_to
    from @episode_event v
) v
where v.state_from is distinct from v.led_to
    or not exists (
        select
        from early_help.transitions() t
        where coalesce(t.state_from::text, '') = coalesce(v.state_from::text, '')
            and t.event = v.event
            and t.state_to = v.state_to) $$),
    ('S03', $$
select 'episode', r.episode_id, format('%s records without an event %s', r.records - coalesce(v.events, 0), r.event)
from (
    select episode_id, 'start_assessment' as event, count(*) as records
    from @assessment
    where corrects_assessment_id is null
    group by episode_id
    union all
    select episode_id, 'complete_assessment', count(*)
    from @assessment
    where corrects_assessment_id is null
        and completed_on is not null
    group by episode_id
    union all
    select episode_id, 'start_plan', count(*)
    from @plan
    group by episode_id
    union all
    select p.episode_id, 'hold_review', count(*)
    from @review r
    join @plan p on p.plan_id = r.plan_id
    group by p.episode_id
    union all
    select p.episode_id, 'extend', count(*)
    from @review r
    join @plan p on p.plan_id = r.plan_id
    where r.decision = 'extend'
    group by p.episode_id
) r
join @episode e on e.episode_id = r.episode_id
left join (
    select episode_id, event::text, count(*) as events
    from @episode_event
    group by episode_id, event
) v on v.episode_id = r.episode_id
    and v.event = r.event
where coalesce(v.events, 0) < r.records $$),
    ('S03', $$
select 'episode_child', m.episode_id,
    format('child_id %s has not left, step_id %s was accepted on %s', m.child_id, s.step_id, s.decided_on)
from @step s
join @episode_child m on m.episode_id = s.episode_id
    and m.child_id = s.child_id
    and m.joined_on < s.decided_on
    and m.left_on is null
join @episode e on e.episode_id = m.episode_id
    and e.closed_on is null
where s.to_level = 'social_care'
    and s.outcome = 'accepted' $$),
    ('S03', $$
select 'child', c.child_id,
    format('merged_into_child_id %s, its merges lead to %s', coalesce(c.merged_into_child_id::text, 'none'),
        coalesce(s.kept::text, 'none'))
from @child c
left join (
    with recursive holds as (
        select merged_child_id as child_id, kept_child_id as kept
        from @child_merge
        where undone_on is null
    ), chain (child_id, kept) as (
        select child_id, kept from holds
        union
        select c.child_id, h.kept
        from chain c
        join holds h on h.child_id = c.kept
    )
    select child_id, kept
    from chain c
    where not exists (select from holds h where h.child_id = c.kept)
) s on s.child_id = c.child_id
where c.merged_into_child_id is distinct from s.kept $$),
    ('M01', $$
select 'child_merge', m.child_merge_id,
    format('merged_child_id %s, kept_child_id %s, merged_on %s, undone_on %s', m.merged_child_id, m.kept_child_id,
        m.merged_on, coalesce(m.undone_on::text, 'none'))
from (
    select
        m.*,
        count(*) filter (where m.undone_on is null) over (partition by m.merged_child_id) as holding
    from @child_merge m
) m
where m.kept_child_id = m.merged_child_id
    or coalesce(m.reason, '') !~ '\S'
    or (m.undone_on is null) <> (m.undo_reason is null)
    or m.undone_on < m.merged_on
    or (m.undone_on is null and m.holding > 1) $$),
    ('A04', $$
select 'partnership', null::bigint, format('record_version %s, early_help %s', p.record_version, e.extversion)
from @partnership p
cross join pg_extension e
where e.extname = 'early_help'
    and p.record_version is distinct from e.extversion
union all
select 'partnership', null::bigint, format('%s rows', count(*))
from @partnership
having count(*) <> 1 $$)
$audit_queries$;
comment on function early_help_internal.audit_queries() is
'What early_help.audit asks: one row per query, with the rule it belongs to. @ stands for the partnership''s schema.';

-- extension/install/audit/structure.sql
create function early_help_internal.trigger_fires(enabled "char") returns text
language sql
immutable
strict
parallel safe
begin atomic
select case enabled
when 'O' then 'fires at the origin'
when 'A' then 'fires always'
when 'R' then 'fires on a replica'
else 'disabled'
end;
end;
comment on function early_help_internal.trigger_fires("char") is
'pg_trigger.tgenabled in words.';
create function early_help_internal.partnership_structure(
records oid,
out kind text,
out table_name name,
out name name,
out definition text,
out state text
)
returns setof record
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    kpi oid := (
        select k.oid
        from pg_namespace n
        join pg_namespace k on k.nspname = n.nspname || '_kpi'
        where n.oid = records);
begin
    -- With this path PostgreSQL words the definitions without the partnership's name.
    perform set_config('search_path', format('pg_catalog, %s, pg_temp', records::regnamespace), true);

    return query
    select 'table', c.relname, ''::name, c.relkind::text,
        case when c.relrowsecurity then 'row security' else 'no row security' end
            || case when c.relforcerowsecurity then ', forced' else '' end
    from pg_class c
    where c.relnamespace = records
        and c.relkind in ('r', 'p', 'f')
    union all
    select case when c.relnamespace = records then 'view' else 'kpi view' end, c.relname, '', c.relkind::text, ''
    from pg_class c
    where c.relnamespace in (records, kpi)
        and c.relkind in ('v', 'm')
    union all
    select 'column', c.relname, a.attname,
        format_type(a.atttypid, a.atttypmod)
            || case when a.attnotnull then ' not null' else '' end
            || case a.attidentity when '' then '' else ' identity' end
            || case a.attgenerated when '' then '' else ' generated' end
            || coalesce(' ' || pg_get_expr(d.adbin, d.adrelid), ''), ''
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where c.relnamespace = records
        and c.relkind = 'r'
    union all
    -- PostgreSQL 18 has constraints of type n (not null). On every version the column says
    -- it. A foreign key is checked by triggers, which can be switched off.
    select 'constraint', c.relname, k.conname, pg_get_constraintdef(k.oid, true),
        case when k.convalidated then 'valid' else 'not valid' end
            || coalesce((
                select ', ' || string_agg(distinct early_help_internal.trigger_fires(t.tgenabled), ', ')
                from pg_trigger t
                where t.tgconstraint = k.oid
                    and t.tgisinternal), '')
    from pg_constraint k
    join pg_class c on c.oid = k.conrelid
    where k.connamespace = records
        and k.contype in ('c', 'f', 'p', 'u', 'x')
    union all
    select 'index', c.relname, i.relname, pg_get_indexdef(i.oid, 0, true),
        case when x.indisvalid and x.indisready then 'valid' else 'not valid' end
    from pg_index x
    join pg_class i on i.oid = x.indexrelid
    join pg_class c on c.oid = x.indrelid
    where c.relnamespace = records
        and c.relkind = 'r'
        and not exists (select from pg_constraint k where k.conindid = x.indexrelid and k.contype in ('p', 'u', 'x'))
    union all
    select 'trigger', c.relname, t.tgname, pg_get_triggerdef(t.oid, true), early_help_internal.trigger_fires(t.tgenabled)
    from pg_trigger t
    join pg_class c on c.oid = t.tgrelid
    where c.relnamespace = records
        and not t.tgisinternal
    union all
    select case when f.pronamespace = records then 'function' else 'kpi function' end, '', f.proname,
        string_agg(oidvectortypes(f.proargtypes), '; ' order by oidvectortypes(f.proargtypes)), ''
    from pg_proc f
    where f.pronamespace = records
        or f.pronamespace = kpi
    group by f.pronamespace, f.proname;
end
$$;
comment on function early_help_internal.partnership_structure(oid) is
'How a partnership stands in the catalog: one row per table, column, constraint, index, trigger, '
'view and function of its records, and per view and function of its figures.';
create function early_help_internal.note_structure(partnership regclass) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    records regnamespace := (select c.relnamespace from pg_class c where c.oid = partnership);
begin
    perform early_help_internal.write_by_engine(format('delete from %s.structure_as_made', records));
    perform early_help_internal.write_by_engine(
        format('insert into %s.structure_as_made select * from early_help_internal.partnership_structure($1)', records), records);
end
$$;
comment on function early_help_internal.note_structure(regclass) is
'Writes how a partnership stands now (given its table partnership) into structure_as_made, with '
'which early_help.audit compares. create_partnership and an upgrade end with it.';
create function early_help_internal.audit_structure(records oid, out rule text, out record text, out detail text)
returns setof record
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    noted text := format('%s.structure_as_made', records::regnamespace);
    owner oid := (select n.nspowner from pg_namespace n where n.oid = records);
    kpi_name name := (select n.nspname || '_kpi' from pg_namespace n where n.oid = records);
    kpi oid := (select n.oid from pg_namespace n where n.nspname = kpi_name);
    entries bigint;
begin
    if to_regclass(noted) is not null then
        execute format('select count(*) from only %s', noted) into entries;
    end if;
    if entries is null or entries = 0 then
        return query
        select 'A02', 'structure_as_made',
            'empty or missing: there is nothing to compare triggers and constraints with';
    else
        if kpi is null then
            return query select 'A02', kpi_name::text, 'the schema that BI tools read is missing';
        end if;
        return query execute format(
            $q$
            select
                'A02',
                coalesce(nullif(l.table_name, ''), l.name)::text,
                case
                    when s.kind is null then format('%%s is missing', l.what)
                    when s.definition <> l.definition then format('%%s is %%s, was %%s', l.what, s.definition, l.definition)
                    else format('%%s: %%s, was %%s', l.what, s.state, l.state)
                end || case when r.rule is null then '' else format(' (%%s)', r.rule) end
            from (
                select *, btrim(kind || ' ' || name) as what
                from only %s
            ) l
            left join early_help_internal.partnership_structure($1) s on s.kind = l.kind
                and s.table_name = l.table_name
                and s.name = l.name
            left join early_help.rules() r on l.name = any (r.constraints)
            where (s.kind is null or s.definition <> l.definition or s.state <> l.state)
                -- A table that is missing took its columns and the like along: one finding is enough.
                and (l.kind in ('table', 'view', 'kpi view', 'function', 'kpi function')
                    or exists (
                        select
                        from pg_class c
                        where c.relnamespace = $1
                            and c.relname = l.table_name))
                and ($2 is not null or l.kind not in ('kpi view', 'kpi function'))
            order by l.table_name, l.kind, l.name
            $q$, noted)
        using records, kpi;
    end if;

    -- pg_restore --no-privileges leaves functions open to everybody.
    return query
    select 'A02', f.proname::text, format('function %s(%s) may be called by everybody', f.proname, oidvectortypes(f.proargtypes))
    from pg_proc f
    cross join aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a
    where a.grantee = 0
        and f.oid in (
            select r.routine from early_help_internal.execute_list_routines('records', records) r
            union all
            select r.routine from early_help_internal.execute_list_routines('kpi', kpi) r)
    order by f.oid;

    -- A table that inherits from ours has none of its rules, and a plain FROM reads its rows too.
    return query
    select 'A02', c.relname::text,
        case
            when i.inhparent = c.oid then
                format('table is inherited by %s: its rows are under no rule and in no figure', i.inhrelid::regclass)
            when c.relispartition then format('table is a partition of %s', i.inhparent::regclass)
            else format('table inherits from %s', i.inhparent::regclass)
        end
    from pg_class c
    join pg_inherits i on c.oid in (i.inhparent, i.inhrelid)
    where c.relnamespace = records
        and c.relkind in ('r', 'p')
        -- Tables that somebody else made in the schema are not ours to judge.
        and (c.relname ~ '^(kpi_|cube_|stale_|inbox_|import_)' or exists (select from pg_trigger t where t.tgrelid = c.oid))
    order by c.relname, i.inhrelid::regclass::text;

    return query
    select 'A03', o.name::text, format('%s belongs to another role than the records', o.what)
    from (
        select 'schema' as what, n.nspname as name, n.nspowner as owned_by
        from pg_namespace n
        where n.oid = kpi
        union all
        select case when c.relkind in ('r', 'p', 'f') then 'table' when c.relkind = 'S' then 'sequence' else 'view' end,
            c.relname, c.relowner
        from pg_class c
        where c.relnamespace in (records, kpi)
            and c.relkind in ('r', 'p', 'f', 'S', 'v', 'm')
        union all
        select 'function', f.proname, f.proowner
        from pg_proc f
        where f.pronamespace in (records, kpi)
    ) o
    where o.owned_by <> owner
    order by o.what, o.name;
end
$$;
comment on function early_help_internal.audit_structure(oid) is
'A02: objects that no longer stand as they were made, functions that everybody may call, and '
'tables that inherit or are inherited. A03: objects that belong to another role.';

-- extension/install/audit/readable.sql
create function early_help_internal.audit_reads_all(records oid) returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    unread text;
    strange text;
    asked text[] := array(
        select distinct m[1]
        from early_help_internal.audit_queries() q
        cross join lateral regexp_matches(q.query, '@(\w+)', 'g') m
        union
        select 'structure_as_made');
    spoken text[] := array(
        select distinct m[1]
        from early_help_internal.audit_queries() q
        cross join lateral regexp_matches(q.query, '\w+', 'g') m);
begin
    if not has_schema_privilege(records, 'USAGE') then
        unread := 'the schema';
    else
        select string_agg(c.relname, ', ' order by c.relname)
        into unread
        from pg_class c
        where c.relnamespace = records
            and c.relkind in ('r', 'p')
            -- Rows that wait to be imported are not records yet.
            and c.relname !~ '^(inbox_|import_|kpi_)'
            and (not has_table_privilege(c.oid, 'SELECT') or row_security_active(c.oid));
    end if;
    if unread is not null then
        raise insufficient_privilege using
            message = 'an audit needs to read every record',
            detail = format('You may not read, or not every row of: %s.', unread),
            hint = 'SET ROLE to the owner of the partnership, or to a role that reads all its tables and bypasses row security.';
    end if;

    -- A view, a foreign table or a column of somebody's own type could run its owner's
    -- code as whoever audits.
    select string_agg(distinct c.relname, ', ')
    into strange
    from pg_class c
    left join pg_attribute a on a.attrelid = c.oid
        and (a.attname = any (spoken) or c.relname = 'structure_as_made')
        and a.attnum > 0
        and not a.attisdropped
    left join pg_type t on t.oid = a.atttypid
    where c.relnamespace = records
        and c.relname = any (asked)
        and (c.relkind <> 'r'
            or t.typnamespace not in ('pg_catalog'::regnamespace, 'early_help'::regnamespace));
    if strange is not null then
        raise wrong_object_type using
            message = 'an audit reads plain tables with columns of PostgreSQL''s and early_help''s types',
            detail = format('Not such a table: %s.', strange),
            hint = 'Compare with the table of another partnership.';
    end if;
end
$$;
comment on function early_help_internal.audit_reads_all(oid) is
'Raises 42501 unless the caller may read every row of a partnership''s '
'records, 42809 unless they are plain tables with columns of known types.';
create function early_help_internal.audit_reads_cells(records oid) returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    unread text;
begin
    select string_agg(o.name, ', ' order by o.name)
    into unread
    from (
        select c.relname as name
        from pg_class c
        where c.relnamespace = records
            and c.relkind = 'r'
            and (c.relname in ('kpi_cube', 'stale_mark') or c.relname ~ '^cube_.*_(cells|parts)$')
            and not has_table_privilege(c.oid, 'SELECT')
        union all
        select p.proname
        from pg_proc p
        where p.pronamespace in (records, to_regnamespace((
                select quote_ident(n.nspname || '_kpi')
                from pg_namespace n
                where n.oid = records)))
            and p.proname ~ '^cube_.*_(month|all_parts)$'
            and not (has_function_privilege(p.oid, 'EXECUTE') and has_schema_privilege(p.pronamespace, 'USAGE'))
    ) o;
    if unread is not null then
        raise insufficient_privilege using
            message = 'an audit of cells needs to read and to compute them',
            detail = format('You may not: %s.', unread),
            hint = 'SET ROLE to the owner of the partnership, or leave cells out: audit(..., cells => ''none'').';
    end if;
end
$$;
comment on function early_help_internal.audit_reads_cells(oid) is
'Raises 42501 unless the caller may read the cells of a partnership and compute them.';

-- extension/install/audit/references.sql
create function early_help_internal.audit_references(records oid, out record text, out record_id bigint, out detail text)
returns setof record
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    k record;
    dropped text := '';
begin
    -- A key that was dropped is known from structure_as_made.
    if to_regclass(format('%s.structure_as_made', records::regnamespace)) is not null then
        dropped := format(
            $q$
            union all
            select
                l.name,
                c.oid,
                f.oid,
                string_to_array(p.part[1], ', ')::name[],
                string_to_array(p.part[3], ', ')::name[]
            from only %s.structure_as_made l
            cross join lateral regexp_match(l.definition,
                '^FOREIGN KEY \(([a-z0-9_, ]+)\) REFERENCES ([a-z0-9_]+)\(([a-z0-9_, ]+)\)') p (part)
            join pg_class c on c.relnamespace = $1 and c.relname = l.table_name
            join pg_class f on f.relnamespace = $1 and f.relname = p.part[2]
            where l.kind = 'constraint'
                and not exists (
                    select
                    from pg_constraint k
                    where k.conrelid = c.oid
                        and k.conname = l.name
                        and k.contype = 'f')
            $q$, records::regnamespace);
    end if;

    for k in
        execute
            $q$
            select
                f.name,
                f.at::regclass as at,
                f.to_table::regclass as to_table,
                c.relname,
                (
                    select a.attname
                    from pg_index i
                    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
                    where i.indrelid = f.at
                        and i.indisprimary
                        and a.atttypid = 'int8'::regtype
                ) as key,
                (
                    select string_agg(format('f.%I is not null', n), ' and ')
                    from unnest(f.columns) n
                ) as there,
                (
                    select string_agg(format('t.%I = f.%I', r, n), ' and ')
                    from unnest(f.columns, f.to_columns) u (n, r)
                ) as same,
                (
                    select string_agg(format('%L, f.%I', a.attname || ' ', a.attname), ', '', '', ' order by a.attnum)
                    from pg_attribute a
                    where a.attrelid = f.at
                        and a.attname = any (f.columns)
                        and a.atttypid = 'int8'::regtype
                ) as ids
            from (
                select
                    k.conname as name,
                    k.conrelid as at,
                    k.confrelid as to_table,
                    array(select a.attname from unnest(k.conkey) with ordinality u (n, o)
                        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.n order by u.o) as columns,
                    array(select a.attname from unnest(k.confkey) with ordinality u (n, o)
                        join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.n order by u.o) as to_columns
                from pg_constraint k
                where k.connamespace = $1
                    and k.contype = 'f'
                $q$ || dropped || $q$
            ) f
            join pg_class c on c.oid = f.at
            -- Keys that hold a rule have a query in rules/.
            where not exists (select from early_help.rules() r where f.name = any (r.constraints))
                -- A table that had a key may be a view now, and a type of somebody's own may have
                -- a cast: both could run that role's code as whoever audits.
                and not exists (
                    select
                    from pg_class x
                    left join pg_attribute a on a.attrelid = x.oid
                        and a.attname = any (case when x.oid = f.at then f.columns else '{}' end
                            || case when x.oid = f.to_table then f.to_columns else '{}' end)
                        and not a.attisdropped
                    left join pg_type t on t.oid = a.atttypid
                        and t.typnamespace not in ('pg_catalog'::regnamespace, 'early_help'::regnamespace)
                    left join pg_roles o on o.oid = t.typowner
                        and not o.rolsuper
                        and o.rolname <> current_user
                    where x.oid in (f.at, f.to_table)
                        and (x.relkind not in ('r', 'p') or o.oid is not null))
            order by c.relname, f.name
            $q$
        using records
    loop
        return query execute format(
            'select %L, %s::bigint, concat(%L%s)
            from %s f
            where %s
                and not exists (select from %s t where %s)',
            k.relname,
            case when k.key is not null then format('f.%I', k.key) else 'null' end,
            k.name,
            coalesce(', '': '', ' || k.ids, ''),
            k.at, k.there, k.to_table, k.same);
    end loop;
end
$$;
comment on function early_help_internal.audit_references(oid) is
'A01: rows whose foreign keys, also those that were dropped, lead nowhere.';

-- extension/install/audit/cells.sql
create function early_help_internal.audit_cubes(records oid) returns table (cube text, cells regclass, compute text, columns text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
begin
    -- The parts of a cube are listed as a cube of their own. A table that is not a plain
    -- one of the owner's with columns of known types could run the owner's code as
    -- whoever audits, and so could a function that does not run as its owner. Then
    -- compute is null.
    return query execute format(
        $q$
        select
            e.cube,
            c.oid::regclass,
            case when c.relkind = 'r' and c.relowner = n.nspowner and not row_security_active(c.oid)
                and not exists (
                    select
                    from pg_attribute a
                    join pg_type t on t.oid = a.atttypid
                    where a.attrelid = c.oid
                        and a.attnum > 0
                        and not a.attisdropped
                        and t.typnamespace not in ('pg_catalog'::regnamespace, 'early_help'::regnamespace))
                then f.compute end,
            (
                select string_agg(format('c.%%I', a.attname), ', ' order by a.attnum)
                from pg_attribute a
                where a.attrelid = c.oid
                    and a.attnum > 1
                    and not a.attisdropped
            )
        from (
            select k.cube::text as cube, m.names ->> 'cells' as cell_table, m.names ->> 'month' as compute
            from %1$s.kpi_cube k
            cross join lateral early_help_internal.cube_names(k.cube::text) m (names)
            union all
            select 'parts of ' || k.cube, m.names ->> 'parts', m.names ->> 'all_parts'
            from %1$s.kpi_cube k
            cross join lateral early_help_internal.cube_names(k.cube::text) m (names)
            where k.counts is not null
        ) e
        join pg_namespace n on n.oid = $1
        left join pg_class c on c.relnamespace = n.oid and c.relname = e.cell_table
        left join lateral (
            select format('%%I.%%I', k.nspname, p.proname) as compute
            from pg_proc p
            join pg_namespace k on k.oid = p.pronamespace
            where p.proname = e.compute
                and k.nspname in (n.nspname, n.nspname || '_kpi')
                and p.proargtypes = array['date'::regtype::oid]::oidvector
                and p.prosecdef
                and p.proowner = n.nspowner
            limit 1
        ) f on true
        order by e.cube
        $q$, records::regnamespace)
    using records;
end
$$;
comment on function early_help_internal.audit_cubes(oid) is
'The cubes of a partnership. cells: the table of the cube''s cells. compute: the function that computes them for a month, '
'null if the table or the function is not as it was made. columns: the columns of both after the month, as c.name.';
create function early_help_internal.audit_cell_months(records oid, cube text, cells regclass, whole boolean) returns date[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    months date[];
    events record;
begin
    execute format(
        'select e.*
        from %s.kpi_cube c
        cross join lateral early_help_internal.kpi_event_months($1, c.sources) e
        where c.cube = $2', records::regnamespace)
    into events
    using records, cube;
    -- Fresh months, from the first with cells or an event to the last such month. A sample
    -- of them has the first and the last month, the four with most cells, the last three
    -- with cells, and four drawn by lot.
    execute format(
        $q$
        with kept as materialized (
            select month, count(*) as cells from %1$s group by month
        ), fresh as materialized (
            select g.month::date as month, coalesce(k.cells, 0) as cells
            from (
                select least(min(month), $1) as first_month, greatest(max(month), $2) as last_month
                from kept
            ) r
            cross join lateral generate_series(r.first_month::timestamp, r.last_month::timestamp, '1 month') g (month)
            left join kept k on k.month = g.month
            where g.month::date not in (select m.month from early_help_internal.stale_months(%2$L, $3) m)
        )
        select coalesce(array_agg(month order by month), '{}')
        from (
            select *,
                row_number() over (order by month) as first,
                row_number() over (order by month desc) as last,
                row_number() over (order by cells desc, month desc) as largest,
                row_number() over (order by cells = 0, month desc) as latest,
                row_number() over (order by random()) as chance
            from fresh
        ) f
        where $4
            or least(f.first, f.last) = 1
            or f.largest <= 4
            or f.latest <= 3
            or f.chance <= 4
        $q$, cells, format('%s.stale_mark', records::regnamespace))
    into months
    using events.first_month, events.last_month, cube, whole;
    return months;
end
$$;
comment on function early_help_internal.audit_cell_months(oid, text, regclass, boolean) is
'Months whose cells an audit compares: all fresh months, or a sample of 13 at most.';
create function early_help_internal.audit_cells(records oid, whole boolean, out record text, out detail text)
returns setof record
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    one record;
    of_month date;
    differ bigint;
    strange text[] := '{}';
begin
    for one in select * from early_help_internal.audit_cubes(records) loop
        if one.cells is null or one.compute is null then
            strange := strange || one.cube;
            continue;
        end if;
        record := (select c.relname from pg_class c where c.oid = one.cells);
        begin
            -- One query for all months: the function's plan is made once.
            for of_month, differ in execute format(
                'with kept as materialized (
                    select c.month, %1$s
                    from %2$s c
                    where c.month = any ($1)
                ), computed as materialized (
                    select m.month, %1$s
                    from unnest($1) as m (month)
                    cross join lateral %3$s(m.month) c
                )
                select d.month, count(*)
                from (
                    (select * from kept except all select * from computed)
                    union all
                    (select * from computed except all select * from kept)
                ) d
                group by d.month
                order by d.month', one.columns, one.cells, one.compute)
            using early_help_internal.audit_cell_months(records, regexp_replace(one.cube, '^parts of ', ''), one.cells, whole)
            loop
                detail := format('cube %s, month %s: %s cells differ', one.cube, to_char(of_month::timestamp, 'YYYY-MM'), differ);
                return next;
            end loop;
        exception
            -- audit_structure says what is missing (A02).
            when undefined_table or undefined_column or undefined_function or datatype_mismatch then
                strange := strange || one.cube;
        end;
    end loop;
    if strange <> '{}' then
        record := 'kpi_cube';
        detail := format(
            'cells could not be compared, they or the function that computes them are not as define_kpi_cube made them: %s',
            array_to_string(strange, ', '));
        return next;
    end if;
end
$$;
comment on function early_help_internal.audit_cells(oid, boolean) is
'K04: fresh months whose cells are not what the cube counts in the records. whole: compares all fresh months, not a sample.';

-- extension/install/audit/audit.sql
create function early_help.audit(
partnership text,
cells text default 'sample',
out rule text,
out sqlstate text,
out record text,
out record_id bigint,
out detail text,
out words text
)
returns setof record
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set jit = off
as $$ #variable_conflict error
#variable_conflict use_column
declare
    records oid;
    asked record;
    found text := 'select r.rule, r.sqlstate, f.record::text, f.record_id, f.detail, r.sentence
                   from (%s) f (record, record_id, detail)
                   join early_help.rules() r on r.rule = $1
                   order by f.record, f.record_id, f.detail';
begin
    select n.oid
    into records
    from early_help_internal.partnership_schemas() p
    join pg_namespace n on n.oid = p.schema
    where p.whole
        and n.nspname = audit.partnership;
    if records is null then
        perform early_help_internal.raise_rule('P03', format('%s is not a schema that holds the records of a partnership.',
                                                    coalesce(quote_ident(partnership), 'NULL')));
    end if;
    if cells is null or cells not in ('none', 'sample', 'whole') then
        raise invalid_parameter_value using
            message = format('an audit compares no cells, a sample of them or the whole, not %s',
                             coalesce(quote_literal(cells), 'null')),
            hint = 'Give cells => ''none'', ''sample'' or ''whole''.';
    end if;
    perform early_help_internal.audit_reads_all(records);
    if cells <> 'none' then
        perform early_help_internal.audit_reads_cells(records);
    end if;

    for asked in
        select
            q.rule,
            replace(regexp_replace(q.query, '@(\w+)', '@.\1', 'g'), '@', records::regnamespace::text) as query
        from early_help_internal.audit_queries() q
    loop
        begin
            return query execute format(found, asked.query) using asked.rule;
        exception
            -- audit_structure, below, says which.
            when undefined_table or undefined_column then
                return query
                select r.rule, r.sqlstate, null, null::bigint,
                    format('%s could not be audited: a table or column is missing', asked.rule), r.sentence
                from early_help.rules() r
                where r.rule = 'A02';
        end;
    end loop;

    return query execute format(found, 'select * from early_help_internal.audit_references($2)') using 'A01'::text, records;
    if cells <> 'none' then
        return query
        select r.rule, r.sqlstate, c.record, null::bigint, c.detail, r.sentence
        from early_help_internal.audit_cells(records, cells = 'whole') c
        join early_help.rules() r on r.rule = 'K04';
    end if;
    return query
    select r.rule, r.sqlstate, s.record, null::bigint, s.detail, r.sentence
    from early_help_internal.audit_structure(records) s
    join early_help.rules() r on r.rule = s.rule;
end
$$;
comment on function early_help.audit(text, text) is
'What breaks the rules in a partnership''s records, one row per finding: rule and SQLSTATE, table, id of the '
'row (of the row it belongs to, where the key is more than an id), details (ids, dates, codes), the rule in '
'words. It finds what slipped in with the rules off, whether or not constraints and triggers are there, and '
'what is wrong with those (A02). It compares some months of each cube with the records (cells => ''sample''), '
'no months (''none'') or all of them (''whole''): K04. No row means that all is well. It reads only, in one '
'snapshot. Errors YHP03, 22023, 42501 if the caller may not read every row.';

-- extension/install/run_due.sql
create procedure early_help.run_due(partnership text, as_of date default current_date)
language plpgsql
as $$ #variable_conflict error
-- It commits, as refresh_kpis does, and so has neither SECURITY DEFINER nor
-- SET; it fixes its own settings, and whatever comes before is qualified.
declare
    raised bigint;
    cleared bigint;
    known_to date;
begin
    perform early_help_internal.fix_settings();

    if current_setting('transaction_isolation') in ('repeatable read', 'serializable') then
        perform early_help_internal.raise_rule('K01',
            format('The transaction is %s.', current_setting('transaction_isolation')),
            'Call it by itself: CALL early_help.run_due(''name'').');
    elsif not early_help_internal.may_commit() then
        perform early_help_internal.raise_rule('K01',
            'CALL stands in a transaction block, a function or an exception block.',
            'Call it by itself, with autocommit on: CALL early_help.run_due(''name'').');
    end if;
    perform early_help_internal.own_partnership(partnership);
    as_of := coalesce(as_of, current_date);

    execute format('select max(day) from only %I.bank_holiday', partnership) into known_to;
    if as_of >= coalesce(known_to, '-infinity') then
        raise warning 'table bank_holiday of % has no day after %', quote_ident(partnership), as_of using
            hint = 'Add the bank holidays of the coming years from gov.uk/bank-holidays: working days are counted without them.';
    end if;

    loop
        begin
            -- What a run for a later day raised is judged by that day.
            execute format(
                'with gone as (
                    update only %1$I.alert a
                    set cleared_on = greatest($1, a.raised_on)
                    where a.cleared_on is null
                        and not exists (
                            select
                            from %1$I.deadline d
                            where d.kind = a.kind
                                and coalesce(d.plan_id, d.step_id, d.episode_id) = coalesce(a.plan_id, a.step_id, a.episode_id)
                                and d.practitioner_id is not distinct from a.practitioner_id
                                and d.due_on = a.due_on
                                and (d.until_on is null or d.until_on > greatest($1, a.raised_on)))
                    returning a.alert_id
                )
                select count(*) from gone', partnership)
            into cleared
            using as_of;

            -- Two runs at once: the second waits for the first, and adds nothing.
            execute format(
                'with new as (
                    insert into %1$I.alert (kind, plan_id, step_id, episode_id, practitioner_id, due_on, raised_on)
                    select d.kind, d.plan_id, d.step_id, d.episode_id, d.practitioner_id, d.due_on, $1
                    from %1$I.deadline d
                    where d.due_on < $1
                        and (d.until_on is null or d.until_on > $1)
                    order by d.due_on, d.kind, d.plan_id, d.step_id, d.episode_id
                    on conflict do nothing
                    returning alert_id
                ), told as materialized (
                    select pg_notify(''early_help_alert'',
                        json_build_object(''partnership'', $2, ''alert_id'', alert_id)::text)
                    from new
                )
                select count(*) from told', partnership)
            into raised
            using as_of, partnership;
            exit;
        exception
            when foreign_key_violation then
                null; -- What it would have been about was deleted in that moment: look again.
        end;
    end loop;
    commit;

    perform early_help_internal.fix_settings();
    if raised > 0 or cleared > 0 then
        raise notice 'alerts of %: raised %, cleared %', quote_ident(partnership), raised, cleared;
    end if;
    call early_help.refresh_kpis(partnership);
end
$$;
comment on procedure early_help.run_due is
'What a scheduler calls daily. It raises an alert for each deadline that passed before as_of, clears alerts whose cause is '
'gone, sends NOTIFY early_help_alert with the ids of the new ones, and then refreshes the figures. Run it as the owner, '
'outside a transaction block, as often as you like, also at the same time. Errors YHK01, YHP03, 42501.';

-- extension/install/figures/fill.sql
create function early_help_internal.fill(template text, fillings jsonb) returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    piece text;
    name text;
    filled text := '';
begin
    -- One pass: what is filled in may have braces of its own.
    for piece in
        select m.piece[1]
        from regexp_matches(template, $re$\{\{[a-z_]+\}\}|\{'[a-z_]+'\}|\{[a-z_]+\}|[^{]+|\{$re$, 'g')
            with ordinality m (piece, place)
        order by m.place
    loop
        name := substring(piece from $re$\A\{[{']?([a-z_]+)['}]?\}\Z$re$);
        if name is not null and not fillings ? name then
            raise invalid_parameter_value using message = format('nothing fills %s', piece);
        end if;
        filled := filled || case
            when name is null then piece
            when starts_with(piece, '{{') then fillings ->> name
            when starts_with(piece, '{''') then quote_nullable(fillings ->> name)
            else quote_ident(fillings ->> name)
        end;
    end loop;
    return filled;
end
$$;
comment on function early_help_internal.fill is
'Fills the placeholders of a text: {name} with a quoted identifier, {''name''} with a quoted literal, {{name}} with the text '
'itself. Error 22023: a name has no value.';

-- extension/install/figures/stale_months.sql
create function early_help.mark_stale_months() returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_mark_stale_months';
comment on function early_help.mark_stale_months is
'Trigger (source, months of reach, date column, ...), after row: marks the months of the row''s dates, old and new, as '
'stale, and as many months after each as it reaches.';
create function early_help.mark_stale_months_of() returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_mark_stale_months_of';
comment on function early_help.mark_stale_months_of is
'Trigger (source, key column, table, key column, date column, ...), after row: marks the months of the events that refer to '
'the row. Keys are bigint. A table whose event dates can change needs hold_row().';
create function early_help.mark_stale_parts() returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_mark_stale_parts';
comment on function early_help.mark_stale_parts is
'Trigger (source, months of reach, key column, date column, ...), after row: as mark_stale_months, but only the part of the '
'figures that has this key, a bigint. A transaction that writes many parts marks whole months.';
create function early_help.mark_stale_parts_of() returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_mark_stale_parts_of';
comment on function early_help.mark_stale_parts_of is
'Trigger (source, key column, table, key column, date column, ...), after row: as mark_stale_months_of, but only the part of '
'the figures that has the row''s key, a bigint.';
create function early_help.mark_stale_span() returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_mark_stale_span';
comment on function early_help.mark_stale_span is
'Trigger (source, months of reach, date column, date column), after row: marks every month from the row''s first date to its '
'last, old and new, and as many months after as it reaches. Without a last date it marks all that follow.';
create function early_help.mark_stale_months_through() returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_mark_stale_months_through';
comment on function early_help.mark_stale_months_through is
'Trigger (source, key column, table, key column [, column, table, key column ...], date column), after row: marks the month '
'of the event that the row refers to, directly or through other tables. Keys are bigint.';
create function early_help.mark_all_months_stale() returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_mark_all_months_stale';
comment on function early_help.mark_all_months_stale is
'Trigger (source), after row: marks every month as stale. For a setting on which all figures depend.';
create function early_help.hold_row() returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_hold_row';
comment on function early_help.hold_row is
'Trigger (column, table, key column), after row: locks the row referred to FOR KEY SHARE, as a new reference would. A change '
'to that row then waits until an event with a new date is committed. Keys are bigint.';
create function early_help_internal.stale_months(log regclass, cube text)
returns table (month date, next_month date, whole boolean)
language c
stable
strict
parallel safe
rows 1
as '$libdir/early_help-0.3.0', 'early_help_stale_months';
comment on function early_help_internal.stale_months is
'The stale months of a cube, in order: the first day of the month and of the next month, and whether the whole month must be '
'computed (false: only the marked parts). Months outside the range of marked events and cells are left out. This is a '
'function so that plans do not depend on how full the log was. The caller needs USAGE on schema <partnership>_kpi, or SELECT '
'on the log. Errors 42501, 42809: another table.';
create function early_help_internal.stale_parts(log regclass, cube text, month date) returns bigint[]
language c
stable
strict
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_stale_parts';
comment on function early_help_internal.stale_parts is
'The keys of the parts of a cube that are marked in a month, each once, in order. The caller needs SELECT on the log. Errors '
'42501, 42809: another table.';
create function early_help_internal.forget_stale_marks() returns void
language c
as '$libdir/early_help-0.3.0', 'early_help_forget_stale_marks';
comment on function early_help_internal.forget_stale_marks is
'Lets the rest of the transaction mark again what the transaction has already marked.';

-- extension/install/figures/values.sql
create function early_help_internal.months_between(from_month date, to_month date) returns integer
language sql
immutable
parallel safe
return ((extract(year from to_month) - extract(year from from_month)) * 12
+ extract(month from to_month) - extract(month from from_month))::integer;
comment on function early_help_internal.months_between is
'The number of calendar months from the month of one day to the month of another. The days do not matter.';
create function early_help_internal.first_in_period(month date, months_since integer, first_month date) returns boolean
language sql
immutable
parallel safe
return coalesce(month - make_interval(months => months_since) < first_month, true);
comment on function early_help_internal.first_in_period is
'Whether the cell''s child or family was last counted before the period that begins with first_month. months_since tells how '
'many months ago that was; null: never, or too long ago. Counts of such cells add up to different children or families over '
'a period of up to a year.';
create function early_help_internal.percentile_of_days(days integer[], cases bigint[], share double precision)
returns double precision
language sql
immutable
parallel safe
begin atomic
select low + (place - floor(place)) * (high - low)
from (
select
place,
min(day) filter (where upto > floor(place)) as low,
min(day) filter (where upto > ceil(place)) as high
from (
select
d.day,
sum(d.n) over (order by d.day) as upto,
share * (sum(d.n) over () - 1)::double precision as place
from unnest(days, cases) as d (day, n)
where d.n > 0
) counted
group by place
) around;
end;
comment on function early_help_internal.percentile_of_days is
'What percentile_cont(share) returns when days[i] occurs cases[i] times. Share 0.5 is the median. Null: there are no cases.';
create function early_help_internal.figure_value(unit text, numerator numeric, denominator numeric, median double precision)
returns numeric
language sql
immutable
parallel safe
return case unit
when '%' then round(100.0 * numerator / nullif(denominator, 0), 1)
when 'days' then round(median::numeric, 1)
else numerator
end;
comment on function early_help_internal.figure_value is
'The value of a figure of the dashboard: a percentage with one decimal, a median in days, or the count. Null: there is '
'nothing to take a percentage or median of.';
create function early_help_internal.figure_in_words(value numeric, unit text, decimals integer) returns text
language sql
immutable
parallel safe
return coalesce(
to_char(value, 'FM999,999,999,990' || case when decimals > 0 then '.' || repeat('0', decimals) else '' end)
|| case unit when '%' then ' %' when 'days' then ' days' else '' end,
'no cases');
comment on function early_help_internal.figure_in_words is
'A figure as text: 1,234; 12.5 %; 41.0 days; no cases.';
create function early_help_internal.rag(value numeric, target numeric, floor numeric, direction text) returns text
language sql
immutable
parallel safe
return case
when target is null or direction = 'neutral' then 'no target'
when value is null then 'no cases'
when case direction when 'high' then value >= target when 'low' then value <= target else value = target end
then 'green: target met'
when floor is not null and case direction
when 'high' then value >= floor
when 'low' then value <= floor
else abs(value - target) <= abs(floor - target)
end
then 'amber: near the target'
else 'red: target missed'
end;
comment on function early_help_internal.rag is
'Red, amber or green in words. Amber: the target is missed, but the floor is kept. Where the target is the value to hit, '
'amber reaches as far from it as the floor does.';
create function early_help.age_band(age integer) returns varchar
language sql
immutable
parallel safe
return case
when age < 0 then 'before birth'
when age < 1 then 'under 1'
when age < 5 then '1 to 4'
when age < 10 then '5 to 9'
when age < 16 then '10 to 15'
when age < 18 then '16 and 17'
when age >= 18 then '18 and over'
end;
comment on function early_help.age_band is
'The published band of an age in whole years. Bands are those of the Department for Education''s children in need '
'statistics, and before birth. Null: the age is not known.';

-- extension/install/figures/engine_tables.sql
create function early_help_internal.engine_writes_only() returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_engine_writes_only';
comment on function early_help_internal.engine_writes_only is
'Trigger before statement: only early_help''s own functions write this table, whoever owns it. Error YHK03.';
create function early_help_internal.owner_writes_only() returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_owner_writes_only';
comment on function early_help_internal.owner_writes_only is
'Trigger before statement: only the owner writes this table, whatever was granted to others. Error 42501.';
create function early_help_internal.write_by_engine(command text) returns bigint
language c
as '$libdir/early_help-0.3.0', 'early_help_write_by_engine';
comment on function early_help_internal.write_by_engine(text) is
'Runs a command as the engine''s own, with the caller''s rights, who must own what engine_writes_only guards. Returns the '
'first column of its first row, or how many rows it wrote. For the functions of early_help alone.';
create function early_help_internal.write_by_engine(command text, variadic "values" "any") returns bigint
language c
as '$libdir/early_help-0.3.0', 'early_help_write_by_engine';
comment on function early_help_internal.write_by_engine(text, "any") is
'The same for a command with values $1, $2 ...';
create function early_help_internal.guard_engine_table(guarded regclass) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
begin
    execute format(
        'create trigger engine_writes_only before insert or update or delete on %s
        for each statement execute function early_help_internal.engine_writes_only()', guarded);
    execute format(
        'create trigger zz_refuse_truncate before truncate on %s
        for each statement execute function early_help_internal.refuse_truncate()', guarded);
    execute format('alter table %s enable always trigger zz_refuse_truncate', guarded);
end
$$;
comment on function early_help_internal.guard_engine_table is
'Adds the triggers that let only early_help''s own functions write a table, and nobody truncate it.';
create function early_help_internal.engine_tables(schema text) returns table (engine_table regclass, holds text)
language plpgsql
stable
rows 40
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    strange text;
begin
    if to_regnamespace(quote_ident(schema)) is null then
        return;
    end if;
    return query execute early_help_internal.fill(
        $sql$
        select c.oid::regclass, e.holds
        from (
            values ('stale_mark', 'marks'), ('kpi_cube', 'cubes'), ('kpi_filled_months', 'months'),
                ('kpi_refresh_log', 'runs'), ('kpi_period', 'periods'), ('kpi_metric', 'settings')
            union all
            select early_help_internal.cube_names(cube) ->> 'cells', 'cells' from {schema}.kpi_cube
            union all
            select early_help_internal.cube_names(cube) ->> 'parts', 'parts' from {schema}.kpi_cube where counts is not null
        ) as e (name, holds)
        join pg_class c on c.relnamespace = to_regnamespace(quote_ident({'schema'})) and c.relname = e.name
        $sql$, jsonb_build_object('schema', schema));

    -- A table is the engine's because it is registered and belongs to the owner
    -- of the log. Its name alone says nothing: others may make tables here, and a
    -- policy of theirs is code.
    execute early_help_internal.fill(
        $sql$
        select string_agg(e.name, ', ' order by e.name)
        from (
            select early_help_internal.cube_names(cube) ->> 'cells' as name, 'r' as kind from {schema}.kpi_cube
            union all
            select early_help_internal.cube_names(cube) ->> 'parts', 'r' from {schema}.kpi_cube where counts is not null
            union all
            select early_help_internal.cube_names(cube) ->> 'stale', 'v' from {schema}.kpi_cube
        ) e
        join pg_class l on l.oid = to_regclass({'log'})
        left join pg_class c on c.relnamespace = l.relnamespace and c.relname = e.name
        where c.relowner is distinct from l.relowner
            or c.relkind::text <> e.kind
        $sql$, jsonb_build_object('schema', schema, 'log', format('%I.stale_mark', schema)))
    into strange;
    if strange is not null then
        raise object_not_in_prerequisite_state using
            message = format('cells of partnership %s do not stand as define_kpi_cube made them', quote_ident(schema)),
            detail = format('Missing, of another kind, or of another role than stale_mark: %s.', strange),
            hint = 'early_help.audit tells more; define_kpi_cube makes a cube that drop_kpi_cube has dropped.';
    end if;
end
$$;
comment on function early_help_internal.engine_tables is
'The tables of a partnership''s figures and what each holds. A table counts only if it is registered and belongs to the '
'owner of stale_mark. Error 55000: a registered table is missing or belongs to somebody else.';

-- extension/install/figures/cube_marks.sql
create function early_help_internal.kpi_marks(records oid)
returns table (
marked regclass,
source text,
kind name,
arguments text[],
on_insert boolean,
on_update boolean,
on_delete boolean,
columns smallint[]
)
language sql
stable
rows 60
set search_path = pg_catalog, pg_temp
as $$
    select
        t.tgrelid,
        a.arguments[1],
        f.proname,
        a.arguments,
        t.tgtype & 4 <> 0 and t.tgqual is null,
        t.tgtype & 16 <> 0,
        t.tgtype & 8 <> 0 and t.tgqual is null,
        case
            when t.tgqual is not null or t.tgattr::text <> '' then array(
                select d.refobjsubid::smallint
                from pg_depend d
                where d.classid = 'pg_trigger'::regclass
                    and d.objid = t.oid
                    and d.refclassid = 'pg_class'::regclass
                    and d.refobjid = t.tgrelid
                    and d.refobjsubid > 0)
        end
    from pg_trigger t
    join pg_class c on c.oid = t.tgrelid
    join pg_proc f on f.oid = t.tgfoid
    -- Each argument ends with a zero byte.
    cross join lateral (
        select array(
            select convert_from(substring(t.tgargs from b.first + 1 for b.stop - b.first), getdatabaseencoding())
            from (
                select coalesce(lag(i) over (order by i) + 1, 0) as first, i as stop
                from generate_series(0, length(t.tgargs) - 1) i
                where get_byte(t.tgargs, i) = 0
            ) b
            order by b.first)
    ) as a (arguments)
    where c.relnamespace = records
        and f.pronamespace = 'early_help'::regnamespace
        and f.prorettype = 'trigger'::regtype
        and starts_with(f.proname, 'mark_')
        -- After a row, on a subscriber too.
        and t.tgtype & 3 = 1
        and t.tgenabled = 'A'
$$;
comment on function early_help_internal.kpi_marks is
'The triggers that mark months in a partnership''s schema and are ENABLE ALWAYS, one row each: the table, the source, the '
'trigger function and its arguments; whether it fires on every insert and every delete; and on an update of which columns '
'(null: of any).';
create function early_help_internal.kpi_event_columns(records oid, sources text[])
returns table (event_table text, event_column text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select distinct coalesce(quote_ident(n.nspname) || '.' || quote_ident(e.event_table), m.marked::text), e.event_column
    from early_help_internal.kpi_marks(records) m
    join pg_namespace n on n.oid = records
    cross join lateral (
        select null as event_table, unnest(m.arguments[3:]) as event_column
        where m.kind in ('mark_stale_months', 'mark_stale_span')
        union all
        select null, unnest(m.arguments[4:])
        where m.kind = 'mark_stale_parts'
        union all
        select m.arguments[i], m.arguments[i + 2]
        from generate_series(3, cardinality(m.arguments) - 2, 3) i
        where m.kind in ('mark_stale_months_of', 'mark_stale_parts_of')
        union all
        select m.arguments[cardinality(m.arguments) - 2], m.arguments[cardinality(m.arguments)]
        where m.kind = 'mark_stale_months_through'
    ) e
    where m.source = any (sources)
$$;
comment on function early_help_internal.kpi_event_columns is
'The date columns of a partnership''s events, as the triggers of these sources name them.';
create function early_help_internal.kpi_event_months(records oid, sources text[], out first_month date, out last_month date)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    -- Other days are no events: marking would have refused them.
    columns text := (
        select string_agg(
            early_help_internal.fill(
                $sql$
                select min({column})::date as first_day, max({column})::date as last_day
                from {{table}}
                where {column} between '1900-01-01' and '2100-12-31'
                $sql$, jsonb_build_object('column', c.event_column, 'table', c.event_table)), ' union all ')
        from early_help_internal.kpi_event_columns(records, sources) c);
begin
    if columns is not null then
        execute early_help_internal.fill(
            $sql$
            select
                date_trunc('month', min(first_day)::timestamp)::date,
                date_trunc('month', max(last_day)::timestamp)::date
            from ({{columns}}) e
            $sql$, jsonb_build_object('columns', columns))
        into first_month, last_month;
    end if;
end
$$;
comment on function early_help_internal.kpi_event_months is
'The months of the first and the last event in a partnership''s records that a trigger of these sources would mark, as their '
'first days. Null: there is no event.';

-- extension/install/figures/cube_sources.sql
create function early_help_internal.kpi_reads(compute regprocedure, cube_views oid[])
returns table (class oid, object oid, column_number integer)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    -- Along pg_depend, through views and functions, which have their dependencies
    -- where their body is SQL that was parsed once.
    with recursive reads (class, object, column_number) as (
        select 'pg_proc'::regclass::oid, compute::oid, 0
        union
        select
            d.refclassid,
            d.refobjid,
            -- A view is read as a whole.
            case when exists (select from pg_class v where v.oid = d.refobjid and v.relkind = 'v') then 0 else d.refobjsubid end
        from reads r
        left join pg_rewrite w on r.class = 'pg_class'::regclass and w.ev_class = r.object
        left join pg_class c on r.class = 'pg_class'::regclass and c.oid = r.object
        join pg_depend d on d.classid = case when w.oid is null then r.class else 'pg_rewrite'::regclass end
            and d.objid = coalesce(w.oid, r.object)
        where (c.oid is null or (c.relkind = 'v' and c.oid <> all (cube_views)))
            and d.deptype = 'n'
            and d.refclassid in ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_operator'::regclass)
            -- What an extension brings knows nothing of the records.
            and not exists (
                select
                from pg_depend e
                where e.classid = d.refclassid
                    and e.objid = d.refobjid
                    and e.deptype = 'e')
    )
    select * from reads
$$;
comment on function early_help_internal.kpi_reads is
'The tables with their columns, the views, functions and operators that a function reads, directly or through others. It '
'does not look behind the views of cubes.';
create function early_help_internal.kpi_columns_read(read regclass, numbers integer[])
returns table (column_number integer, name name)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    -- A generated column changes with those it is made of. Key columns, and those
    -- that keep_columns keeps, do not change.
    select distinct a.attnum::integer, a.attname
    from unnest(numbers) n (number)
    join pg_attribute g on g.attrelid = read and g.attnum = n.number
    left join pg_attrdef f on f.adrelid = g.attrelid and f.adnum = g.attnum and g.attgenerated <> ''
    left join pg_depend d on d.classid = 'pg_attrdef'::regclass
        and d.objid = f.oid
        and d.refclassid = 'pg_class'::regclass
        and d.refobjid = read
        and d.refobjsubid <> g.attnum
    join pg_attribute a on a.attrelid = read and a.attnum = coalesce(d.refobjsubid, g.attnum)
    where not exists (
            select
            from pg_index i
            where i.indrelid = read
                and i.indisprimary
                and a.attnum = any (i.indkey::smallint[]))
        and not exists (
            select
            from pg_trigger t
            where t.tgrelid = read
                and t.tgfoid = 'early_help_internal.keep_columns()'::regprocedure
                and position('\x00'::bytea || convert_to(a.attname::text, getdatabaseencoding()) || '\x00'::bytea
                    in '\x00'::bytea || t.tgargs) > 0)
$$;
comment on function early_help_internal.kpi_columns_read is
'Those columns of a table whose change can change what is read. Key columns, and columns that keep_columns() protects, never '
'change.';
create function early_help_internal.check_kpi_names(schema oid, cube text, sources text[], from_cubes text[]) returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    known text[];
    strange text;
begin
    known := early_help_internal.cube_list(schema);
    if cube = any (known) then
        raise duplicate_object using
            message = format('cube %s exists', quote_literal(cube)),
            hint = format('Drop it first: SELECT early_help.drop_kpi_cube(%L);', cube);
    end if;
    -- What belongs to a cube is named after it: cube_own_parts would be of cube own, and of cube own_parts.
    select n.value into strange
    from jsonb_each_text(early_help_internal.cube_names('')) n
    where n.key <> 'view'
        and n.value like 'cube%'
        and right(cube, length(n.value) - length('cube_')) = substr(n.value, length('cube_') + 1);
    if strange is not null then
        raise invalid_parameter_value using
            message = format('the name of cube %s ends as what belongs to a cube does', quote_literal(cube)),
            detail = format('%s would be of two cubes.', 'cube_' || cube),
            hint = 'Give it another name.';
    end if;
    select string_agg(quote_literal(f), ', ') into strange from unnest(from_cubes) f where f <> all (known);
    if strange is not null then
        raise undefined_object using
            message = format('cube %s sums cubes that are not there: %s', quote_literal(cube), strange),
            hint = 'Table kpi_cube lists them.';
    end if;
    select string_agg(quote_literal(s), ', ')
    into strange
    from unnest(sources) s
    where s not in (select m.source from early_help_internal.kpi_marks(schema) m);
    if strange is not null then
        raise invalid_parameter_value using
            message = format('no trigger marks the source of cube %s: %s', quote_literal(cube), strange),
            detail = (
                select format('Sources that triggers mark always: %s.', string_agg(distinct m.source, ', '))
                from early_help_internal.kpi_marks(schema) m),
            hint = 'A source is the first argument of a trigger that marks, ENABLE ALWAYS: docs/kpis.md shows one.';
    end if;
end
$$;
comment on function early_help_internal.check_kpi_names is
'Within define_kpi_cube: checks that the cube is new and has a name of its own, that the cubes it sums exist, and that '
'triggers mark its sources. '
'Errors 42710, 42704, 22023.';
create function early_help_internal.check_kpi_sources(
schema oid,
cube text,
compute regprocedure,
sources text[],
from_cubes text[]
)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    summed oid[];
    cube_views oid[];
    functions oid[];
    tables oid[];
    columns integer[];
    read record;
    strange text;
    no_hint constant text := 'Let it read tables and columns by name, in SQL, and mark each table: docs/kpis.md.';
begin
    execute format(
        'select array_agg(v.oid) filter (where c.cube = any ($1)), array_agg(v.oid)
        from %s.kpi_cube c
        join pg_class v on v.relnamespace = $2
            and v.relname = early_help_internal.cube_names(c.cube) ->> ''view''', schema::regnamespace)
    into summed, cube_views
    using from_cubes, schema;
    cube_views := coalesce(cube_views, '{}');
    select
        array_agg(r.object) filter (where r.class = 'pg_proc'::regclass),
        array_agg(r.object) filter (where r.class = 'pg_class'::regclass),
        array_agg(r.column_number) filter (where r.class = 'pg_class'::regclass)
    into functions, tables, columns
    from early_help_internal.kpi_reads(compute, cube_views) r;

    -- What cannot be looked into may read anything.
    select string_agg(f.oid::regprocedure::text, ', ')
    into strange
    from pg_proc f
    where f.oid = any (functions)
        and f.prosqlbody is null
        and f.prokind <> 'a'
        and f.provolatile <> 'i';
    if strange is not null then
        raise invalid_parameter_value using
            message = format('what cube %s reads is not known: it calls %s', quote_literal(cube), strange),
            detail = 'Such a function may read tables whose changes would not make the cube stale.',
            hint = 'Write it with a body in SQL (BEGIN ATOMIC), or IMMUTABLE if it reads no table.';
    end if;
    select string_agg(f.oid::regprocedure::text, ', ')
    into strange
    from pg_proc f
    where f.oid = any (functions)
        and f.prosqlbody::text ~ '\{VAR :varno \d+ :varattno 0 ';
    if strange is not null then
        raise invalid_parameter_value using
            message = format('which columns cube %s reads is not known', quote_literal(cube)),
            detail = 'Its query names a row as a whole.',
            hint = no_hint;
    end if;

    for read in
        select
            c.oid::regclass as name,
            c.relname,
            c.relkind,
            c.relnamespace,
            r.columns,
            m.is_event,
            m.on_insert,
            m.on_delete,
            m.on_any_update,
            m.columns as marked_columns
        from (
            select t.name, array_agg(t.number) as columns
            from unnest(tables, columns) as t (name, number)
            group by t.name
        ) r
        join pg_class c on c.oid = r.name
        left join (
            select
                m.marked,
                bool_or(m.kind not in ('mark_stale_months_of', 'mark_stale_parts_of', 'mark_all_months_stale')) as is_event,
                bool_or(m.on_insert) as on_insert,
                bool_or(m.on_delete) as on_delete,
                bool_or(m.on_update and m.columns is null) as on_any_update,
                array_agg(distinct u.number) filter (where m.on_update) as columns
            from early_help_internal.kpi_marks(schema) m
            left join lateral unnest(m.columns) u (number) on true
            where m.source = any (sources)
            group by m.marked
        ) m on m.marked = c.oid
        where c.relkind <> 'v'
            or c.oid = any (cube_views)
        order by c.relname
    loop
        if read.name = any (summed)
            -- Nobody writes it once the partnership is made.
            or (read.relnamespace = schema and read.relname = 'kpi_period') then
            continue;
        elsif read.relkind = 'v' then
            raise invalid_parameter_value using
                message = format('cube %s reads %s, a cube it does not sum', quote_literal(cube), read.name),
                hint = format('Name it: from_cubes => ''{%s}''.', (
                    select c
                    from unnest(early_help_internal.cube_list(schema)) c
                    where early_help_internal.cube_names(c) ->> 'view' = read.relname));
        end if;

        -- Without a mark of its own it may be on the way of another's mark, if
        -- nothing is read of it but the way.
        if read.is_event is null
            and exists (
                select
                from early_help_internal.kpi_marks(schema) m
                cross join lateral generate_series(3, cardinality(m.arguments) - 2, 3) i
                where m.kind = 'mark_stale_months_through'
                    and m.source = any (sources)
                    and m.arguments[i] = read.relname
                    and read.relnamespace = schema)
            and not exists (select from early_help_internal.kpi_columns_read(read.name, read.columns)) then
            continue;
        end if;

        strange := case
            when read.is_event is null then 'its changes'
            when read.is_event and read.on_insert is not true then 'new rows'
            when read.is_event and read.on_delete is not true then 'deleted rows'
            when read.on_any_update is not true then (
                select 'changes of column ' || string_agg(c.name, ', ' order by c.column_number)
                from early_help_internal.kpi_columns_read(read.name, read.columns) c
                where c.column_number <> all (coalesce(read.marked_columns, '{}')))
        end;
        if strange is not null then
            raise invalid_parameter_value using
                message = format('cube %s would be wrong: it reads %s, and no trigger of its sources marks %s',
                    quote_literal(cube), read.name, strange),
                detail = format('Its sources: %s.', array_to_string(sources, ', ')),
                hint = case
                    when read.relkind <> 'r' or read.relnamespace <> schema then
                        format('Only changes of tables in schema %s are marked.', schema::regnamespace)
                    else early_help_internal.fill(
                        'Name a source that does, or make one, such as: '
                        'CREATE TRIGGER {trigger} AFTER INSERT OR UPDATE OR DELETE ON {{table}} '
                        'FOR EACH ROW EXECUTE FUNCTION early_help.mark_stale_months({''source''}, ''0'', {''day''}); '
                        'ALTER TABLE {{table}} ENABLE ALWAYS TRIGGER {trigger}; docs/kpis.md shows others.',
                        jsonb_build_object(
                            'trigger', 'marks_months_of_' || cube,
                            'table', read.name,
                            'source', read.relname,
                            'day', coalesce((
                                select a.attname
                                from pg_attribute a
                                where a.attrelid = read.name
                                    and a.attnum = any (read.columns)
                                    and a.atttypid in ('date'::regtype, 'early_help.event_date'::regtype)
                                order by a.attnum
                                limit 1), 'its date')))
                end;
        end if;
    end loop;
end
$$;
comment on function early_help_internal.check_kpi_sources is
'Within define_kpi_cube: refuses a cube that reads a table or a column whose changes no trigger of its sources marks. Error '
'22023.';

-- extension/install/figures/cube_parts.sql
create function early_help_internal.cube_part_columns(
parts regclass,
counts varchar[],
out defined text,
out listed text,
out negated text,
out summed text,
out grouped text,
out not_zero text
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        string_agg(format('%I %s', a.attname, a.type), ', ' order by a.attnum),
        string_agg(format('c.%I', a.attname), ', ' order by a.attnum),
        string_agg(
            case
                when a.counts then format('-c.%1$I as %1$I', a.attname)
                else format('c.%I', a.attname)
            end, ', ' order by a.attnum),
        string_agg(
            case
                when a.counts then format('sum(c.%1$I)::%2$s as %1$I', a.attname, a.type)
                else format('c.%I', a.attname)
            end, ', ' order by a.attnum),
        coalesce(string_agg(format('c.%I', a.attname), ', ' order by a.attnum) filter (where not a.counts), '()'),
        string_agg(format('coalesce(sum(c.%I), 0) <> 0', a.attname), ' or ' order by a.attnum) filter (where a.counts)
    from (
        select
            a.attname,
            a.attnum,
            format_type(a.atttypid, a.atttypmod) as type,
            a.attname = any (cube_part_columns.counts) as counts
        from pg_attribute a
        where a.attrelid = parts
            and a.attnum > 2
    ) a
$$;
comment on function early_help_internal.cube_part_columns is
'Lists of the columns of a cube of parts, without month and part, for commands that call the row c: defined (with types), '
'listed (as they are), negated (counts with a minus), summed (sums of the counts), grouped (all but the counts), not_zero '
'(a condition: some sum is not zero).';
create function early_help_internal.define_cube_parts(names jsonb, compute text, changed text, counts text[], few boolean)
returns void
language plpgsql
as $$ #variable_conflict error
declare
    cube constant text := names ->> 'cube';
    parts constant text := pg_catalog.quote_ident(names ->> 'parts');
    settings constant text := $settings$
            set search_path = pg_catalog, pg_temp
            -- Compiling the plan would take longer than running it, and going to disk
            -- for the groups of a month of many cases.
            set jit = off
            set work_mem = '64MB'$settings$;
    columns record;
    filling jsonb;
begin
    execute early_help_internal.fill(
        $sql$
        create table {parts} as
        select m.month, cell.*
        from early_help_internal.stale_months('stale_mark', {'cube'}) m
        cross join lateral ({{query}}) cell
        with no data
        $sql$, names);
    if not exists (
            select
            from pg_catalog.pg_attribute a
            where a.attrelid operator(pg_catalog.=) pg_catalog.to_regclass(parts)
                and a.attnum operator(pg_catalog.=) 2
                and a.attname operator(pg_catalog.=) 'part'
                and a.atttypid operator(pg_catalog.=) 'bigint'::regtype)
        or exists (
            select unnest(counts)
            except
            select a.attname::text
            from pg_catalog.pg_attribute a
            where a.attrelid operator(pg_catalog.=) pg_catalog.to_regclass(parts)
                and a.attnum operator(pg_catalog.>) 2)
        or cardinality(counts) operator(pg_catalog.=) 0
    then
        raise invalid_parameter_value using
            message = format('the query of cube %s does not give parts', cube),
            detail = 'Its first column is not part, a bigint, or it has none of the counts that are named.',
            hint = 'docs/kpis.md shows how; or leave the counts out.';
    end if;
    execute early_help_internal.fill('create index on {parts} (month, part)', names);
    perform early_help_internal.guard_engine_table(parts::regclass);
    execute format('comment on table %s is %L', parts,
        format(
            'What each part adds to the cells of cube %s, as last refreshed. Written by early_help.refresh_kpis alone.',
            cube));

    columns := early_help_internal.cube_part_columns(pg_catalog.to_regclass(parts), counts);
    filling := names || to_jsonb(columns) || jsonb_build_object(
        'compute', compute, 'changed_function', changed, 'settings', settings,
        'a_month', '(select of_month as month, (of_month + interval ''1 month'')::date as next_month) m');
    execute early_help_internal.fill(
        'create table {cells} as select c.month, {{summed}} from {parts} c group by c.month, {{grouped}} with no data', filling);

    -- Parts are keys of records: these two are the owner's, for a refresh, and for
    -- the functions below. As their owner, whoever audits.
    execute early_help_internal.fill(
        $sql$
        create function {all_parts}(of_month date) returns table (part bigint, {{defined}})
            language sql
            stable
            parallel safe
            security definer
            {{settings}}
        begin atomic
            select cell.*
            from {{a_month}}
            cross join lateral ({{query}}) cell;
        end
        $sql$, filling);
    execute format('comment on function %I is %L', names ->> 'all_parts',
        format(
            'What each part adds to the cells of cube %s for the month that begins on the day, computed from the records.',
            cube));
    execute early_help_internal.fill(
        $sql$
        create function {some_parts}(of_month date, parts bigint[]) returns table (part bigint, {{defined}})
            language sql
            stable
            parallel safe
            {{settings}}
        begin atomic
            select one.*
            from {{a_month}}
            cross join unnest(parts) as stale (part)
            -- One after the other, by an index.
            cross join lateral (
                select cell.*
                from ({{query}}) cell
                where cell.part = stale.part
                offset 0
            ) one;
        end
        $sql$, filling);
    execute format('comment on function %I is %L', names ->> 'some_parts',
        format(
            'What these parts add to the cells of cube %s for the month that begins on the day, computed from the records.',
            cube));
    execute early_help_internal.fill('revoke execute on function {all_parts}, {some_parts} from public', filling);

    -- As their owner: a reader may not see the records. In the schema of figures,
    -- which is open to readers; they are granted EXECUTE, and others are not.
    execute early_help_internal.fill(
        $sql$
        create function {{compute}}(of_month date) returns table (month date, {{defined}})
            language sql
            stable
            parallel safe
            security definer
            {{settings}}
        begin atomic
            select of_month, {{summed}}
            from {all_parts}(of_month) c
            group by {{grouped}};
        end
        $sql$, filling);
    execute format('comment on function %s is %L', compute,
        format('Cells of cube %s for the month that begins on the day, computed from the records.', cube));
    execute early_help_internal.fill(
        $sql$
        create function {{changed_function}}(of_month date) returns table (month date, {{defined}})
            language sql
            stable
            parallel safe
            security definer
            {{settings}}
        begin atomic
            with stale as materialized (
                select early_help_internal.stale_parts('stale_mark', {'cube'}, of_month) as parts
            )
            select of_month, {{summed}}
            from (
                select {{listed}}
                from {cells} c
                where c.month = of_month
                union all
                select {{listed}}
                from {some_parts}(of_month, (select stale.parts from stale)) c
                union all
                select {{negated}}
                from unnest((select stale.parts from stale)) as changed (part)
                join {parts} c on c.month = of_month and c.part = changed.part
            ) c
            group by {{grouped}}
            having {{not_zero}};
        end
        $sql$, filling);
    execute format('comment on function %s is %L', changed,
        format(
            'Cells of cube %s for the month that begins on the day: those kept, and the difference that its stale parts make.',
            cube));
    execute early_help_internal.fill('revoke execute on function {{compute}}, {{changed_function}} from public', filling);

    execute early_help_internal.fill(
        'create view {stale} as {{whole_months}} union all {{changed_months}}',
        names || jsonb_build_object(
            'whole_months', early_help_internal.cube_stale_query(names, compute, few, 'where m.whole'),
            'changed_months', early_help_internal.cube_stale_query(names, changed, few, 'where not m.whole')));
end
$$;
comment on function early_help_internal.define_cube_parts is
'Within define_kpi_cube: makes the tables, the functions and the view of stale months of a cube of parts. Its query returns '
'rows of one part with the columns of the cells; their counts are never null. A cell whose counts are all zero is left out.';
create function early_help_internal.command_to_replace_parts(schema text, cube text, counts varchar[], n bigint) returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    names constant jsonb := early_help_internal.cube_names(cube);
    columns constant record := early_help_internal.cube_part_columns(format('%I.%I', schema, names ->> 'parts'), counts);
begin
    return early_help_internal.fill(
        $sql$stale_{{n}} as materialized (
            select m.whole, early_help_internal.stale_parts({'log'}, {'cube'}, $1) as parts
            from early_help_internal.stale_months({'log'}, {'cube'}) m
            where m.month = $1
        ), gone_{{n}} as (
            delete from {schema}.{parts}
            where month = $1
                and (select whole from stale_{{n}})
        ), kept_{{n}} as (
            delete from {schema}.{parts} c
            using unnest((select parts from stale_{{n}})) as changed (part)
            where c.month = $1
                and c.part = changed.part
                and (select not whole from stale_{{n}})
            returning {{negated}}
        ), computed_{{n}} as (
            insert into {schema}.{parts} as c
            select $1, computed.*
            from {schema}.{all_parts}($1) computed
            where (select whole from stale_{{n}})
            union all
            select $1, computed.*
            from {schema}.{some_parts}($1, (select parts from stale_{{n}})) computed
            where (select not whole from stale_{{n}})
            returning {{listed}}
        ), old_{{n}} as (
            delete from {schema}.{cells} c
            where c.month = $1
            returning {{listed}}
        ), new_{{n}} as (
            insert into {schema}.{cells}
            select $1, {{summed}}
            from (
                select *
                from computed_{{n}}
                union all
                select *
                from kept_{{n}}
                union all
                select *
                from old_{{n}}
                where (select not whole from stale_{{n}})
            ) c
            group by {{grouped}}
            having {{not_zero}}
            returning 1
        )$sql$,
        names || to_jsonb(columns)
            || jsonb_build_object('schema', schema, 'n', n, 'log', format('%I.stale_mark', schema)));
end
$$;
comment on function early_help_internal.command_to_replace_parts is
'Within replace_cells: the part of its statement that replaces the cells of a cube of parts for month $1. If the month '
'is marked as a whole, it computes all parts; otherwise it adds the difference that the marked parts make.';

-- extension/install/figures/cube.sql
create function early_help_internal.cells_once(cells_of regprocedure, month date) returns setof record
language c
stable
strict
parallel restricted
rows 20
as '$libdir/early_help-0.3.0', 'early_help_cells_once';
comment on function early_help_internal.cells_once is
'Returns the rows of a stable function (date) for a month, under the columns that the query names. A query computes each '
'month once, however often it asks in one place. The caller needs EXECUTE on the function and USAGE on its schema. Errors '
'42501; 42809: the function is of another kind; 42804: other columns.';
create function early_help_internal.cube_names(cube text) returns jsonb
language sql
immutable
parallel safe
return jsonb_build_object(
'cube', cube,
'view', 'cube_' || cube,
'cells', 'cube_' || cube || '_cells',
'parts', 'cube_' || cube || '_parts',
'stale', 'cube_' || cube || '_stale',
'month', 'cube_' || cube || '_month',
'changed', 'cube_' || cube || '_changed',
'all_parts', 'cube_' || cube || '_all_parts',
'some_parts', 'cube_' || cube || '_some_parts');
comment on function early_help_internal.cube_names is
'The names of the tables, views and functions that make up a cube. They fill the placeholders of fill().';
create function early_help_internal.cube_stale_query(
names jsonb,
compute text,
once boolean,
condition text default ''
)
returns text
language plpgsql
stable
as $$ #variable_conflict error
declare
    columns record;
begin
    -- A function's columns have lost their length.
    select
        string_agg(format('cell.%I', a.attname), ', ' order by a.attnum) as listed,
        string_agg(format('cell.%I::%s', a.attname, a.type), ', ' order by a.attnum) as typed,
        string_agg(format('%I %s', a.attname, a.type), ', ' order by a.attnum) as defined
    into columns
    from (
        select a.attname, a.attnum, pg_catalog.format_type(a.atttypid, a.atttypmod) as type
        from pg_catalog.pg_attribute a
        where a.attrelid operator(pg_catalog.=) pg_catalog.to_regclass(quote_ident(names ->> 'cells'))
            and a.attnum operator(pg_catalog.>) 1
    ) a;
    -- The month is the log's: a filter on it keeps the function from running.
    return early_help_internal.fill(
        $sql$
        select m.month, {{columns}}
        from early_help_internal.stale_months('stale_mark', {'cube'}) m
        cross join lateral {{cell}}
        {{condition}}
        $sql$,
        names || jsonb_build_object(
            'columns', case when once then columns.listed else columns.typed end,
            'cell', case
                when once then format(
                    'early_help_internal.cells_once(%L, m.month) as cell (month date, %s)', compute || '(date)', columns.defined)
                else format('%s(m.month) cell', compute)
            end,
            'condition', condition));
end
$$;
comment on function early_help_internal.cube_stale_query is
'Within define_kpi_cube: the query for the cells of a cube''s stale months. It calls a function that computes a month, '
'either each time it is asked or once per query.';
create function early_help_internal.define_beside_cubes(command text) returns void
language plpgsql
as $$ #variable_conflict error
declare
    outer_path text := pg_catalog.current_setting('search_path');
begin
    perform pg_catalog.set_config('search_path', (
        select pg_catalog.format('%I, early_help, pg_temp', n.nspname)
        from pg_catalog.pg_class c
        join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
        where c.oid operator(pg_catalog.=) 'kpi_cube'::pg_catalog.regclass), true);
    execute command;
    perform pg_catalog.set_config('search_path', outer_path, true);
end
$$;
comment on function early_help_internal.define_beside_cubes is
'Runs a command that makes a function or view in the schema where the cubes are: that of the records, of the partnership in '
'the search_path.';
create function early_help.define_kpi_cube(
cube text,
sources text[],
cells text,
from_cubes text[] default '{}',
few boolean default false,
counts text[] default null
) returns void
language plpgsql
as $$ #variable_conflict error
declare
    outer_path text := pg_catalog.current_setting('search_path');
    names jsonb;
    schema oid;
    p text;
    compute text;
    all_sources varchar[];
begin
    select c.relnamespace, n.nspname
    into schema, p
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
    where c.oid operator(pg_catalog.=) pg_catalog.to_regclass('stale_mark');
    if schema is null then
        raise undefined_table using
            message = 'no partnership''s schema is in the search_path',
            hint = 'SET search_path = <partnership>_kpi, <partnership>, early_help;';
    end if;

    -- What is created goes to the records.
    perform pg_catalog.set_config('search_path', pg_catalog.format('%I, early_help, pg_temp', p), true);
    perform early_help_internal.exclude_refresh(schema);
    perform early_help_internal.check_kpi_names(schema, cube, sources, from_cubes);

    all_sources := array(
        select s.source
        from (
            select unnest(define_kpi_cube.sources)
            union
            select unnest(c.sources)
            from kpi_cube c
            where c.cube = any (define_kpi_cube.from_cubes)
            union
            select 'cube ' || define_kpi_cube.cube
            union
            select 'cubes'
            where define_kpi_cube.from_cubes <> '{}'
        ) s (source)
        order by s.source);
    perform early_help_internal.write_by_engine(
        'insert into kpi_cube (cube, sources, from_cubes, counts) values ($1, $2, $3, $4)',
        cube, all_sources, from_cubes <> '{}', counts);

    names := early_help_internal.cube_names(cube) || jsonb_build_object('query', cells);
    -- In a function, what is computed for a stale month is planned when there is
    -- one, not by every reader. One that readers call stands in their schema.
    compute := format('%I.%I', case when few or counts is not null then p || '_kpi' else p end, names ->> 'month');
    if counts is not null then
        perform early_help_internal.define_cube_parts(
            names, compute, format('%I.%I', p || '_kpi', names ->> 'changed'), counts, few);
    else
        execute early_help_internal.fill(
            $sql$
            create table {cells} as
            select m.month, cell.*
            from early_help_internal.stale_months('stale_mark', {'cube'}) m
            cross join lateral ({{query}}) cell
            with no data
            $sql$, names);
        perform early_help_internal.define_cube_month(names, compute);
        names := names || jsonb_build_object('computed', case
            when few then early_help_internal.cube_stale_query(names, compute, true)
            else early_help_internal.fill(
                $sql$
                select m.month, cell.*
                from early_help_internal.stale_months('stale_mark', {'cube'}) m
                cross join lateral ({{query}}) cell
                $sql$, names)
        end);
        execute early_help_internal.fill('create view {stale} as {{computed}}', names);
    end if;
    perform early_help_internal.check_kpi_sources(schema, cube, (compute || '(date)')::regprocedure, all_sources, from_cubes);
    execute format('comment on view %I is %L', names ->> 'stale',
        format('Cells of the stale months of cube %s, computed from the records.', cube));
    -- An index and no key: a refresh deletes and inserts in one statement.
    execute early_help_internal.fill('create index on {cells} (month)', names);
    perform early_help_internal.guard_engine_table(quote_ident(names ->> 'cells')::regclass);
    execute format('comment on table %I is %L', names ->> 'cells',
        format(
            'Cells of cube %s as last refreshed; true for the months that are not stale. '
            'Written by early_help.refresh_kpis alone.', cube));

    -- NOT IN, for a table of stale months that is hashed once; months are never null.
    execute early_help_internal.fill(
        $sql$
        create view {view} as
        select c.*
        from {cells} c
        where c.month not in (
            select m.month
            from early_help_internal.stale_months('stale_mark', {'cube'}) m)
        union all
        select *
        from {stale}
        $sql$, names);
    execute format('comment on view %I is %L', names ->> 'view',
        format('Cube %s, never stale: the cells of fresh months and the computed cells of stale ones.', cube));

    -- Records there were before the cube: its own events, and the months there are.
    perform early_help_internal.mark_cubes_stale(schema, array[cube]);

    perform pg_catalog.set_config('search_path', outer_path, true);
end
$$;
comment on function early_help.define_kpi_cube is
'Registers a cube with the partnership in the search_path. cells is the query for the cells of one month; it reads records '
'dated from m.month up to, not including, m.next_month. sources names what makes the cube stale, as the marking triggers '
'name it; a trigger of these sources must mark every table that the query reads. from_cubes names the cubes whose views the '
'query sums for the same month; the cube shares their sources. few: the cube has few cells a month and many views read all '
'of it; a function then hides how a month is computed, and readers plan less. counts: the query returns rows per part (its '
'first column is part, a bigint key) whose counts add up to the cells; when only some parts of a month change, only those '
'are computed. Makes view cube_<cube>. docs/kpis.md shows how. Errors 42710 (the cube exists), 22023 (no trigger marks '
'what it reads).';
create function early_help_internal.define_cube_month(names jsonb, compute text) returns void
language plpgsql
as $$ #variable_conflict error
begin
    -- As its owner: a reader may not see the records, and the owner's code does
    -- not run as whoever audits.
    execute early_help_internal.fill(
        $sql$
        create function {{function}}(of_month date) returns table ({{columns}})
            language sql
            stable
            security definer
            rows 20
            set search_path = pg_catalog, pg_temp
            -- Compiling the plan would take longer than running it, and going
            -- to disk for the groups of a month of many cases.
            set jit = off
            set work_mem = '64MB'
        begin atomic
            select m.month, cell.*
            from (select of_month as month, (of_month + interval '1 month')::date as next_month) m
            cross join lateral ({{query}}) cell;
        end
        $sql$,
        names || jsonb_build_object('function', compute, 'columns', (
            select string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' order by a.attnum)
            from pg_catalog.pg_attribute a
            where a.attrelid operator(pg_catalog.=) quote_ident(names ->> 'cells')::regclass
                and a.attnum operator(pg_catalog.>) 0)));
    execute format('comment on function %s is %L', compute,
        format('Cells of cube %s for the month that begins on the day, computed from the records.', names ->> 'cube'));
    execute format('revoke execute on function %s from public', compute);
end
$$;
comment on function early_help_internal.define_cube_month is
'Within define_kpi_cube: makes the function that computes the cells of a month.';
create function early_help.drop_kpi_cube(cube text) returns void
language plpgsql
as $$ #variable_conflict error
declare
    outer_path text := pg_catalog.current_setting('search_path');
    schema oid;
    p text;
    names constant jsonb := early_help_internal.cube_names(cube);
    one text;
begin
    select c.relnamespace, n.nspname
    into schema, p
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
    where c.oid operator(pg_catalog.=) pg_catalog.to_regclass('kpi_cube');
    if schema is null then
        raise undefined_table using
            message = 'no partnership''s schema is in the search_path',
            hint = 'SET search_path = <partnership>_kpi, <partnership>, early_help;';
    end if;
    perform pg_catalog.set_config('search_path', pg_catalog.format('%I, early_help, pg_temp', p), true);
    if not exists (select from kpi_cube c where c.cube = drop_kpi_cube.cube) then
        raise undefined_object using
            message = format('there is no cube %s', coalesce(quote_literal(cube), 'null')),
            hint = 'Table kpi_cube lists them.';
    end if;
    perform early_help_internal.exclude_refresh(schema);

    execute early_help_internal.fill('drop view {view}, {stale}', names);
    -- Those that call others first.
    for one in
        select f.oid::regprocedure
        from unnest(array['changed', 'month', 'some_parts', 'all_parts']) with ordinality as n (what, place)
        join pg_proc f on f.proname = names ->> n.what
            and f.pronamespace in (schema, to_regnamespace(quote_ident(p || '_kpi')))
        order by n.place
    loop
        execute 'drop function ' || one;
    end loop;
    execute early_help_internal.fill('drop table {cells}', names);
    execute early_help_internal.fill('drop table if exists {parts}', names);
    perform early_help_internal.write_by_engine('delete from kpi_cube where cube = $1', cube);
    perform early_help_internal.write_by_engine('delete from stale_mark where source = $1', 'cube ' || cube);

    perform pg_catalog.set_config('search_path', outer_path, true);
end
$$;
comment on function early_help.drop_kpi_cube is
'Drops a cube of the partnership in the search_path: its tables, functions and view cube_<cube>. First drop what reads '
'that view. Errors 42P01 (no partnership), 42704 (no such cube), 2BP01 (something reads its view).';

-- extension/install/figures/mark_by_hand.sql
create function early_help_internal.cube_list(schema oid) returns text[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    cubes text[];
begin
    execute format(
        'select coalesce(array_agg(c.cube::text order by c.cube), array[]::text[])
        from %s.kpi_cube c', schema::regnamespace)
    into cubes;
    return cubes;
end
$$;
comment on function early_help_internal.cube_list is
'The names of a partnership''s cubes, in order. The schema is that of the records.';
create function early_help_internal.mark_cubes_stale(schema oid, cubes text[]) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    one text;
    sources text[];
    events record;
begin
    foreach one in array cubes loop
        execute format('select c.sources from %s.kpi_cube c where c.cube = $1', schema::regnamespace) into sources using one;
        events := early_help_internal.kpi_event_months(schema, sources);
        -- As a setting marks, which reaches the months there are; and those of its
        -- events, which may have been written unmarked.
        perform early_help_internal.write_by_engine(
            format(
                $sql$
                insert into %s.stale_mark (source, first_month, last_month, last_event)
                select $1, '-infinity', 'infinity', '-infinity'::date
                union all
                select $1, $2, $3, $3
                where $2 is not null
                $sql$, schema::regnamespace),
            'cube ' || one, events.first_month, events.last_month);
    end loop;
end
$$;
comment on function early_help_internal.mark_cubes_stale is
'Marks every month of these cubes that has cells or events as stale.';
create function early_help.mark_all_stale(partnership text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    own constant record := early_help_internal.own_partnership(partnership);
    cubes text[];
begin
    cubes := early_help_internal.cube_list(own.schema);
    perform early_help_internal.mark_cubes_stale(own.schema, cubes);
end
$$;
comment on function early_help.mark_all_stale is
'Marks every month of a partnership''s figures that has cells or events as stale. Views then compute these figures from the '
'records until refresh_kpis makes the months fresh. For the owner: after the first copy of a subscriber, or after records '
'were written with triggers off. Errors YHP03, 42501.';
create function early_help.mark_stale(
partnership text,
first_month date,
last_month date default null,
cubes text[] default null
) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    own constant record := early_help_internal.own_partnership(partnership);
    first constant date := date_trunc('month', first_month::timestamp);
    last constant date := date_trunc('month', coalesce(last_month, first_month)::timestamp);
    known text[];
    strange text;
begin
    if first is null or not isfinite(first) or not isfinite(last) or first > last
        or first < '1900-01-01' or last > '2110-12-01' then
        raise invalid_parameter_value using
            message = 'months are marked from one to another, between 1900 and 2110',
            hint = 'early_help.mark_all_stale marks all there are.';
    end if;
    known := early_help_internal.cube_list(own.schema);
    select string_agg(quote_literal(c), ', ') into strange from unnest(cubes) c where c <> all (known);
    if strange is not null then
        raise undefined_object using
            message = format('no such cube: %s', strange),
            hint = 'Table kpi_cube lists them.';
    end if;
    perform early_help_internal.write_by_engine(
        format(
            $sql$
            insert into %s.stale_mark (source, first_month, last_month, last_event)
            select 'cube ' || c, $2, $3, $3
            from unnest($1) c
            $sql$, own.schema::regnamespace),
        coalesce(cubes, known), first, last);
end
$$;
comment on function early_help.mark_stale is
'Marks months of a partnership''s figures as stale, from the month of one day to the month of another: of all cubes, or of '
'the cubes named and those that sum them. For the owner, where early_help.audit found cells that differ from the records. '
'Errors YHP03, 42501, 22023, 42704.';

-- extension/install/figures/refresh_log.sql
create function early_help_internal.refresh_begins(log oid, kpi_refresh_id integer) returns void
language c
strict
as '$libdir/early_help-0.3.0', 'early_help_refresh_begins';
comment on function early_help_internal.refresh_begins is
'Within refresh_kpis: shows its run, a row of kpi_refresh_log, as running until the call ends, by success or error. For the '
'owner of the figures. Errors 42501; 55P03: the run is another session''s.';
create function early_help_internal.refresh_ends() returns void
language c
as '$libdir/early_help-0.3.0', 'early_help_refresh_ends';
comment on function early_help_internal.refresh_ends is
'Within refresh_kpis: no longer shows its run as running. After an error this happens by itself.';
create function early_help_internal.refresh_runs(log oid, kpi_refresh_id integer) returns boolean
language sql
volatile
strict
set search_path = pg_catalog, pg_temp
as $$
    select exists (
        select
        from pg_locks l
        where l.locktype = 'advisory'
            and l.database = (select d.oid from pg_database d where d.datname = current_database())
            and l.classid = log
            and l.objid = kpi_refresh_id::bigint::oid
            and l.objsubid = 3)
$$;
comment on function early_help_internal.refresh_runs is
'Whether a run in kpi_refresh_log is running now, in any session.';
create function early_help_internal.log_refresh_begins(schema text) returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    run integer;
    before record;
begin
    perform early_help_internal.write_by_engine(format(
        'delete from %1$I.kpi_refresh_log
        where (months_done = 0 and ended_at is not null)
            or kpi_refresh_id <= (
                select kpi_refresh_id
                from %1$I.kpi_refresh_log
                order by kpi_refresh_id desc
                offset 999
                limit 1)', schema));
    -- Of those beside which no other runs, the last.
    execute format('select * from %I.kpi_refresh where state <> ''running'' order by kpi_refresh_id desc limit 1', schema)
    into before;
    run := early_help_internal.write_by_engine(
        format('insert into %I.kpi_refresh_log (resumes_refresh_id) values ($1) returning kpi_refresh_id', schema),
        case when before.state = 'broken off' then before.kpi_refresh_id end);
    perform early_help_internal.refresh_begins(to_regclass(format('%I.kpi_refresh_log', schema)), run);

    if before.state = 'broken off' then
        raise notice 'figures of %: the refresh of % was broken off after % months; going on',
            schema, to_char(before.began_at, 'YYYY-MM-DD HH24:MI'), before.months_done;
    end if;
    return run;
end
$$;
comment on function early_help_internal.log_refresh_begins is
'Within refresh_kpis: adds the row of a new run to kpi_refresh_log and deletes old rows. Returns the key of the row.';
create function early_help_internal.log_refreshed_month(
schema text,
run integer,
month date,
cubes varchar[],
cubes_left jsonb,
months_left integer
) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
begin
    perform early_help_internal.write_by_engine(format(
        'update %I.kpi_refresh_log
        set
            committed_at = clock_timestamp(),
            months_done = months_done + 1,
            months_left = $3,
            last_month = $2,
            cubes_done = cubes_done || (
                select coalesce(jsonb_object_agg(cube, coalesce((cubes_done ->> cube)::integer, 0) + 1), ''{}'')
                from unnest($4) cube),
            cubes_left = (
                select coalesce(jsonb_object_agg(l.key, l.value::integer - (l.key = any ($4))::integer)
                    filter (where l.value::integer > (l.key = any ($4))::integer), ''{}'')
                from jsonb_each_text($5) l)
        where kpi_refresh_id = $1', schema),
        run, month, months_left, coalesce(cubes, '{}'), cubes_left);
end
$$;
comment on function early_help_internal.log_refreshed_month is
'Within refresh_kpis, in the transaction of a month: writes to the log that the month is done, and how much is left.';

-- extension/install/figures/refresh_empty.sql
create function early_help_internal.trim_marks(schema text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
begin
    perform early_help_internal.write_by_engine(
        early_help_internal.fill(
            $sql$
            with range as materialized (
                select min(r.first_month) as first_month, max(r.last_month) as last_month
                from (
                    select s.first_month, least(s.last_month, s.last_event) as last_month
                    from {schema}.stale_mark s
                    where s.last_event >= s.first_month
                        and s.last_event > '-infinity'
                    union all
                    select f.first_month, f.last_month
                    from {schema}.kpi_filled_months f
                    where f.first_month <= f.last_month
                ) r
            ), wide as (
                delete from {schema}.stale_mark s
                where s.first_month < coalesce((select r.first_month from range r), 'infinity')
                    or s.last_month > coalesce((select r.last_month from range r), '-infinity')
                returning source, first_month, last_month, last_event, part
            )
            insert into {schema}.stale_mark (source, first_month, last_month, last_event, part)
            select w.source, greatest(w.first_month, r.first_month), least(w.last_month, r.last_month), w.last_event, w.part
            from wide w
            join range r on w.first_month <= r.last_month and w.last_month >= r.first_month
            $sql$, jsonb_build_object('schema', schema)));
end
$$;
comment on function early_help_internal.trim_marks is
'Within a refresh: removes marks of months that come before or after all cells and all marked events.';
create function early_help_internal.narrow_filled_months(schema text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
begin
    perform early_help_internal.write_by_engine(
        early_help_internal.fill(
            $sql$
            update {schema}.kpi_filled_months r
            set first_month = n.first_month, last_month = n.last_month
            from (
                select
                    coalesce(min(c.first_month), 'infinity') as first_month,
                    coalesce(max(c.last_month), '-infinity') as last_month
                from ({{ranges}}) c
            ) n
            where (r.first_month, r.last_month) <> (n.first_month, n.last_month)
            $sql$,
            jsonb_build_object(
                'schema', schema,
                'ranges', (
                    select string_agg(
                        format('select min(month) as first_month, max(month) as last_month from %s', e.engine_table),
                        ' union all ')
                    from early_help_internal.engine_tables(schema) e
                    where e.holds = 'cells'))));
end
$$;
comment on function early_help_internal.narrow_filled_months is
'At the end of a refresh: narrows the range in kpi_filled_months to the months that have cells.';
create function early_help_internal.unmark_months_without_cells(schema text, months date[], stale varchar[], cubes varchar[])
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
set jit = off
as $$ #variable_conflict error
begin
    return early_help_internal.write_by_engine(
        early_help_internal.fill(
            $sql$
            with empty as materialized (
                select m.month
                from unnest($1) m (month)
                where m.month not in ({{months_with_cells}})
            ), seen as (
                delete from {schema}.stale_mark s
                where s.source = any ($2)
                    and isfinite(s.first_month)
                    and isfinite(s.last_month)
                    and exists (select from empty e where e.month between s.first_month and s.last_month)
                returning source, first_month, last_month, last_event, part
            ), rest as (
                insert into {schema}.stale_mark (source, first_month, last_month, last_event, part)
                select source, min(month), max(month), case when of_event then max(month) else '-infinity' end, part
                from (
                    select
                        source,
                        part,
                        month,
                        of_event,
                        month - interval '1 month'
                            * row_number() over (partition by source, part, of_event order by month) as island
                    from (
                        select distinct s.source, s.part, g.month::date as month, g.month <= s.last_event as of_event
                        from (select distinct * from seen) s
                        cross join lateral generate_series(s.first_month::timestamp, s.last_month::timestamp, '1 month') g (month)
                    ) marked
                    where not exists (select from empty e where e.month = marked.month)
                ) remaining
                group by source, part, of_event, island
            )
            select count(*) from empty
            $sql$,
            jsonb_build_object(
                'schema', schema,
                'months_with_cells', (
                    select string_agg(
                        early_help_internal.fill(
                            'select l.month from {schema}.{stale} l where l.month = any ($1)',
                            early_help_internal.cube_names(cube) || jsonb_build_object('schema', schema)), ' union all ')
                    from unnest(cubes) cube))),
        months, stale);
end
$$;
comment on function early_help_internal.unmark_months_without_cells is
'Within a refresh: removes the marks of those months for which these cubes compute no cells. The caller makes sure that no '
'cells of them are kept. Returns the number of such months.';
create function early_help_internal.sweep_kpi_months(schema text, after date) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set jit = off
as $$ #variable_conflict error
declare
    stale varchar[];
    cubes varchar[];
    computed varchar[];
    months date[];
    some_months date[];
    tried integer := 0;
    without_cells integer;
begin
    perform early_help_internal.forget_stale_marks();
    execute format('select array_agg(distinct s.source) from %I.stale_mark s where s.last_month > $1', schema)
    into stale
    using after;
    -- A cube that sums others has nothing for a month when they have nothing,
    -- unless it is itself what is new.
    execute format(
        'select
            array_agg(c.cube),
            array_agg(c.cube) filter (where not c.from_cubes or array[''cubes'', ''cube '' || c.cube]::varchar[] && $1)
        from %I.kpi_cube c
        where c.sources && $1', schema)
    into cubes, computed
    using stale;
    if cubes is null then
        return;
    end if;

    execute early_help_internal.fill(
        $sql$
        select array_agg(m.month order by m.month)
        from (select distinct month from {schema}.stale_month where month > $1) m
        where m.month < (select coalesce(min(kept.month), 'infinity') from ({{first_months}}) kept)
        $sql$,
        jsonb_build_object(
            'schema', schema,
            'first_months', (
                select string_agg(
                    early_help_internal.fill(
                        'select min(month) as month from {schema}.{cells} where month > $1',
                        early_help_internal.cube_names(cube) || jsonb_build_object('schema', schema)), ' union all ')
                from unnest(cubes) cube)))
    into months
    using after;

    -- Twice as many months each time: what is computed here and once more
    -- by the refresh is no more than what was skipped.
    while tried < cardinality(months) loop
        some_months := months[tried + 1:tried + greatest(tried, 1)];
        without_cells := early_help_internal.unmark_months_without_cells(schema, some_months, stale, computed);
        exit when without_cells < cardinality(some_months);
        tried := tried + without_cells;
    end loop;
end
$$;
comment on function early_help_internal.sweep_kpi_months is
'Within a refresh: removes the marks of months after a day that have no cells, kept or computed. It stops at the next month '
'that has some.';

-- extension/install/figures/refresh_month.sql
create function early_help_internal.command_to_replace_cells(schema text, cube text, n bigint) returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    counts varchar[];
begin
    execute format('select c.counts from %I.kpi_cube c where c.cube = $1', schema)
    into counts
    using cube;
    if counts is not null then
        return early_help_internal.command_to_replace_parts(schema, cube, counts, n);
    end if;
    return early_help_internal.fill(
        $sql$old_{{n}} as (
            delete from {schema}.{cells}
            where month = $1
            returning 1
        ), new_{{n}} as (
            insert into {schema}.{cells}
            select *
            from {schema}.{stale}
            where month = $1
            returning 1
        )$sql$, early_help_internal.cube_names(cube) || jsonb_build_object('schema', schema, 'n', n));
end
$$;
comment on function early_help_internal.command_to_replace_cells is
'Within replace_cells: the part of its statement that replaces the cells of a cube for month $1. It consists of old_<n>, '
'which deletes, and new_<n>, which inserts.';
create function early_help_internal.replace_cells(
schema text,
month date,
stale varchar[],
cubes varchar[],
cubes_that_sum varchar[]
)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
set jit = off
set work_mem = '64MB'
as $$ #variable_conflict error
begin
    return early_help_internal.write_by_engine(
        early_help_internal.fill(
            $sql$
            with seen as (
                delete from {schema}.stale_mark
                where source = any ($2)
                    and $1 between first_month and last_month
                returning source, first_month, last_month, last_event, part
            ), rest as (
                insert into {schema}.stale_mark (source, first_month, last_month, last_event, part)
                -- Marks of events, and of what has none, stay apart.
                select source, min(first_month), ($1 - interval '1 month')::date,
                    case when last_event >= first_month then max(last_event) else '-infinity' end, part
                from seen
                where first_month < $1
                group by source, part, last_event >= first_month
                union all
                select source, ($1 + interval '1 month')::date, max(last_month),
                    case when last_event > $1 then max(last_event) else '-infinity' end, part
                from seen
                where last_month > $1
                group by source, part, last_event > $1
                union all
                select 'cubes', $1, $1, $1, null
                where $3 <> '{}'
            ), {{replacements}}
            select {{count}}
            $sql$,
            jsonb_build_object(
                'schema', schema,
                'replacements', (
                    select string_agg(early_help_internal.command_to_replace_cells(schema, cube, n), ', ')
                    from unnest(cubes) with ordinality as c (cube, n)),
                'count', (
                    select string_agg(format('(select count(*) from old_%1$s) + (select count(*) from new_%1$s)', n), ' + ')
                    from generate_subscripts(cubes, 1) n))),
        month, stale, cubes_that_sum);
end
$$;
comment on function early_help_internal.replace_cells is
'Within a refresh, in one statement: computes the cells of these cubes for a month and removes the marks of these sources '
'from the month. Cubes that sum other cubes stay marked. Returns the number of cells deleted and inserted.';
create function early_help_internal.refresh_kpi_month(schema text, month date, out cells bigint, out done varchar[])
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    stale varchar[];
    cubes varchar[];
    cubes_that_sum varchar[];
begin
    cells := 0;
    perform early_help_internal.forget_stale_marks();
    execute format(
        'select array_agg(distinct s.source)
        from %I.stale_mark s
        where $1 between s.first_month and s.last_month', schema)
    into stale
    using month;
    execute format(
        'select
            array_agg(c.cube order by c.cube) filter (where not c.from_cubes),
            coalesce(array_agg(c.cube order by c.cube) filter (where c.from_cubes), ''{}'')
        from %I.kpi_cube c
        where c.sources && $1', schema)
    into cubes, cubes_that_sum
    using stale;

    -- Where cells may come to stand, before they do.
    perform early_help_internal.write_by_engine(
        format(
            'update %I.kpi_filled_months
            set first_month = least(first_month, $1), last_month = greatest(last_month, $1)
            where not $1 between first_month and last_month', schema),
        month);

    -- What sums other cubes comes after them, in the same transaction: it then
    -- reads their new cells instead of the records once more.
    if cubes is not null then
        cells := early_help_internal.replace_cells(schema, month, stale, cubes, cubes_that_sum);
        stale := array['cubes'];
    end if;
    if cubes_that_sum <> '{}' then
        cells := cells + early_help_internal.replace_cells(schema, month, stale, cubes_that_sum, '{}');
    end if;
    done := cubes || cubes_that_sum;
end
$$;
comment on function early_help_internal.refresh_kpi_month is
'Within a refresh: makes one stale month fresh. It computes the cells of every cube that is stale in that month, those that '
'sum other cubes last, and removes the marks. Returns the number of cells deleted and inserted, and the names of the cubes.';

-- extension/install/figures/refresh.sql
create function early_help_internal.may_commit() returns boolean
language c
as '$libdir/early_help-0.3.0', 'early_help_may_commit';
comment on function early_help_internal.may_commit is
'Within a procedure: whether it may commit. It may not inside a transaction block, a function or an exception block.';
create function early_help_internal.exclude_refresh(schema oid) returns void
language c
strict
as '$libdir/early_help-0.3.0', 'early_help_exclude_refresh';
comment on function early_help_internal.exclude_refresh is
'Keeps other refreshes of a partnership''s figures waiting until the transaction ends. Call it as the owner, in a statement '
'of its own, before the statement that reads. Error 42501.';
create procedure early_help.refresh_kpis(partnership text)
language plpgsql
as $$ #variable_conflict error
-- A procedure that commits can have neither SECURITY DEFINER nor SET: the
-- first statement of each transaction fixes its settings, and is qualified.
declare
    records oid;
    owner oid;
    schema text;
    next_month date;
    last_month date := '-infinity';
    run integer;
    months integer := 0;
    to_go integer;
    cubes_to_go jsonb;
    cells bigint;
    done varchar[];
    told timestamptz := pg_catalog.clock_timestamp();
    one text;
begin
    perform early_help_internal.fix_settings();

    if current_setting('transaction_isolation') in ('repeatable read', 'serializable') then
        perform early_help_internal.raise_rule('K01',
            format(
                'The transaction is %s: its snapshot may be older than another refresh.',
                current_setting('transaction_isolation')));
    elsif not early_help_internal.may_commit() then
        perform early_help_internal.raise_rule('K01', 'CALL stands in a transaction block, a function or an exception block.');
    end if;

    select s.schema, c.relowner
    into records, owner
    from early_help_internal.partnership_schemas() s
    join pg_namespace n on n.oid = s.schema
    join pg_class c on c.relnamespace = n.oid and c.relname = 'stale_mark'
    where s.whole
        and n.nspname = partnership;
    if records is null then
        perform early_help_internal.raise_rule('P03',
            format('%s is not a schema that holds the records of a partnership.', coalesce(quote_ident(partnership), 'NULL')));
    elsif not pg_has_role(owner, 'USAGE') then
        perform early_help_internal.raise_rule('K02', format('%s belongs to another role.', quote_ident(partnership)));
    end if;
    perform early_help_internal.check_ownership_granted();

    loop
        perform early_help_internal.fix_settings();
        -- A statement of its own: the next has a snapshot that sees what the
        -- refresh we may have waited for did.
        perform early_help_internal.exclude_refresh(records);
        select n.nspname into schema from pg_namespace n where n.oid = records;
        exit when not found;

        if run is null then
            -- In the log before the first month is done, which can take long.
            perform early_help_internal.engine_tables(schema);
            run := early_help_internal.log_refresh_begins(schema);
            -- Marks that no cube reads.
            perform early_help_internal.write_by_engine(format(
                'delete from %1$I.stale_mark s
                where not exists (select from %1$I.kpi_cube c where s.source = any (c.sources))', schema));
            -- A new subscriber has the structure alone.
            perform early_help_internal.write_by_engine(format(
                'insert into %1$I.kpi_filled_months
                select ''infinity'', ''-infinity''
                where not exists (select from %1$I.kpi_filled_months)', schema));
            commit;
            continue;
        end if;
        perform early_help_internal.trim_marks(schema);

        execute format(
            'with stale as materialized (
                select cube, month
                from %I.stale_month
                where month > $1
            )
            select min(month), count(distinct month), (
                select jsonb_object_agg(cube, months)
                from (select cube, count(*) as months from stale group by cube) of_cube)
            from stale', schema)
        into next_month, to_go, cubes_to_go
        using last_month;
        exit when next_month is null;
        select m.cells, m.done into cells, done from early_help_internal.refresh_kpi_month(schema, next_month) m;
        last_month := next_month;
        months := months + 1;
        to_go := to_go - 1;
        perform early_help_internal.log_refreshed_month(schema, run, last_month, done, cubes_to_go, to_go);
        commit;
        perform early_help_internal.fix_settings();

        -- An empty month: often one of many, in the future.
        if cells = 0 then
            perform early_help_internal.exclude_refresh(records);
            perform early_help_internal.sweep_kpi_months(schema, last_month);
            commit;
            perform early_help_internal.fix_settings();
        end if;

        if clock_timestamp() > told + interval '5 seconds' and to_go > 3 then
            told := clock_timestamp();
            raise notice 'figures of %: months done: %, the last of them %; to go: %',
                schema, months, to_char(last_month, 'YYYY-MM'), to_go;
        end if;
    end loop;

    if schema is not null and run is not null then
        if months > 0 then
            perform early_help_internal.narrow_filled_months(schema);
        end if;
        perform early_help_internal.write_by_engine(
            format(
                'update %I.kpi_refresh_log
                set committed_at = clock_timestamp(), ended_at = clock_timestamp(), months_left = 0, cubes_left = ''{}''
                where kpi_refresh_id = $1', schema),
            run);
        commit;
        perform early_help_internal.fix_settings();
    end if;
    perform early_help_internal.refresh_ends();

    -- After a first build, or a restore, the planner should know the cells and
    -- what they are read through; later autovacuum sees to that.
    for one in
        select e.engine_table
        from early_help_internal.engine_tables(schema) e
        join pg_class c on c.oid = e.engine_table
        where c.reltuples < 0
            and months > 0
    loop
        execute format('analyze %s', one);
    end loop;
end
$$;
comment on procedure early_help.refresh_kpis is
'Makes the stale months of a partnership''s figures fresh, oldest first, with a commit after each month. Run it as the '
'owner, outside a transaction block, at READ COMMITTED, as often as you like: writers, readers and other runs may go on '
'beside it. A run that was cancelled goes on where it stopped next time. Table kpi_refresh_log, and a notice every few '
'seconds, tell how far it is. The views are right without it, and faster after it. Errors YHK01, YHK02, YHP03.';

-- build/sql/column_meanings.sql
create function early_help_internal.column_meanings() returns table (views text, name text, meaning text)
language sql
immutable
parallel safe
rows 300
set search_path = pg_catalog, pg_temp
as $$
    select split_part(line, e'\t', 1), split_part(line, e'\t', 2), split_part(line, e'\t', 3)
    from string_to_table($rows$
*	month	First day of the month.
*	month_key	The month as YYYY-MM.
*	period_kind	month, quarter or year: a financial year, April to March, and its quarters.
*	period_key	The period in short: 2024-05, 2024-25 Q1, 2024-25.
*	period_start	First day of the period.
*	period_end	Last day of the period.
*	metric_code	Code of the figure: see view metric.
*	section	Access, Intervention or Outcome.
*	board_order	Order on the Board's dashboard.
*	label	Name of the figure.
*	unit	Unit of the value.
*	value	The figure: the numerator, numerator / denominator * 100 for a percentage, or the median of the cases; null: no cases.
*	value_status	ok, or no cases: a percentage or a median of nothing.
*	numerator	What was counted.
*	denominator	Out of how many; null: the value is no percentage.
*	rag	In words: green: target met; amber: near the target; red: target missed; no target; no cases.
assessments_started	run_by	hub or partner: who runs the service that started it; null: no service recorded.
assessments_started	service	Service that started it; null: none recorded.
assessments_started	assessments_started	Started in the month.
assessments_started	assessments_completed	Completed in the month.
assessments_started	assessments_ended_otherwise	Ended in the month without being completed.
calendar	calendar_year	Year from January.
calendar	month_of_year	1 is January.
calendar	month_name	Name of the month.
calendar	financial_year	Financial year from April, as 2024-25.
calendar	financial_year_start	1 April of it.
calendar	month_of_financial_year	1 is April.
calendar	quarter_key	Quarter of the financial year, as 2024-25 Q1.
calendar	quarter_start	First day of the quarter.
calendar	quarter_of_financial_year	1 is April to June.
calendar	days	Days of the month.
calendar	working_days	Monday to Friday less the bank holidays and closure days recorded.
case_audits	audits	Audits in the month.
caseload	episodes	Episodes open on at least one day.
caseload	families	Different families with an episode open on at least one day.
caseload	children	Different children supported by an episode on at least one day; a duplicate counts as the child it was merged into.
caseload	episodes_opened	Episodes opened in the period.
caseload	episodes_closed	Episodes closed in the period.
caseload	episodes_open_at_end	Episodes open at the end of the last day.
caseload	children_per_10000	Children per 10,000 of the population aged 0-17; null: population not recorded.
children_contacted	children	Different children with a contact; a duplicate counts as the child it was merged into.
children_contacted	contacts	Contacts: a child in a contact.
closure_outcomes	closures	Episodes closed in the month.
closure_outcomes	closures_counted	Of these, all but opened in error, duplicate, moved away, died: the denominator.
closure_outcomes	positive_outcomes	Of those counted, those with a positive outcome: the numerator. Never: no agreed outcomes, or stepped up.
closure_outcomes	outcomes_agreed	Outcomes agreed with the families of these episodes, without those dropped.
closure_outcomes	outcomes_achieved	Of these, those the families agreed were achieved.
contacts	contacts	Number of contacts.
contacts	referrals	Of the contacts, those decided as a request for early help.
contacts	known_contacts	Of the contacts, those of a child with a contact on an earlier day, at most 365 days before.
contacts	new_contacts	Of the contacts, those that are not known contacts.
known_contacts	contacts	Contacts, known and new: the denominator.
known_contacts	known_contacts	Contacts of a child with a contact on an earlier day, at most 365 days before: the numerator.
known_contacts	new_contacts	Contacts of other children.
dashboard	previous_month	Value of the month before; null: before the first month, or no cases.
dashboard	same_month_last_year	Value of the same month a year before; null: before the first month, or no cases.
dashboard	year_to_date	Value of the financial year (from April) up to this month: sums, sum / sum for a percentage, different children and families, the median of all its cases; of a stock, that of this month.
dashboard	target	Target of the month; null: none.
dashboard	floor	Least good value still near the target; null: none.
data_dictionary	view_name	Name of the view.
data_dictionary	column_name	Name of the column; null: the row is about the view itself.
data_dictionary	position	Place of the column, from 1; 0: the view itself.
data_dictionary	data_type	Type of the column.
data_dictionary	meaning	What it means.
episodes	opened	Episodes opened in the month: the request was accepted, or social care stepped a child down.
episodes	allocated	Episodes whose first lead practitioner began in the month.
episodes	closed	Episodes closed in the month.
feedback	month	First day of the month the feedback was given, or the request made.
feedback	responses	Feedbacks given in the month, asked for or not.
feedback	timely	Of the answers, those that it was timely.
feedback	timely_answers	Answers to whether it was timely.
feedback	timely_percent	timely / timely_answers * 100; null: no answers.
feedback	helpful	Of the answers, those that it was helpful.
feedback	helpful_answers	Answers to whether it was helpful.
feedback	helpful_percent	helpful / helpful_answers * 100; null: no answers.
feedback	empowered	Of the answers, those that it empowered them to meet their own needs.
feedback	empowered_answers	Answers to whether it empowered them.
feedback	empowered_percent	empowered / empowered_answers * 100; null: no answers.
feedback	requests_answered	Of the requests made in the month, those answered so far.
feedback	requests	Requests for feedback made in the month.
feedback	response_rate	requests_answered / requests * 100; null: no requests.
feedback	responses_of_children	Of the responses, those of children.
feedback	value_status	ok; no answers: nobody gave feedback in the month. A percentage of a question nobody answered is null with ok too: see the number of its answers.
group_work	service	Service that runs it.
group_work	sessions	Sessions held in the month.
group_work	attendances	Attendances: a family, or one of it, at a session.
group_work	absences	Expected and not come.
group_work	families	Different families that came.
group_work	children	Different children who came and were named.
group_work	adults	Different adults who came and were named.
headline	headline	The sentence.
intervention_plans	month	First day of the month of the start or the end.
intervention_plans	service	Service that delivers the plan; null: none recorded.
intervention_plans	plans_started	Plans started in the month.
intervention_plans	plans_completed	Plans completed in the month, through a held review.
intervention_plans	plans_ended_otherwise	Plans that ended in the month without being completed: with their episode, or consent withdrawn.
intervention_plans	plans_ended_consent_withdrawn	Of the plans ended otherwise, those that ended because consent was withdrawn.
length_of_support_days	days	Days from opening to closure.
length_of_support_days	closures	Episodes closed in the month after so many days.
length_of_support	closures	Episodes closed in the period.
length_of_support	median_days	Half of them lasted up to so many days; null: none closed.
length_of_support	percentile_90_days	Nine of ten lasted up to so many days; null: none closed.
length_of_support	mean_days	Mean days; null: none closed.
metric	metric_code	Code of the figure.
metric	unit	Unit of the value; %: numerator / denominator * 100; days: the median.
metric	decimals	Decimals to show.
metric	counted	What is counted.
metric	numerator	What the numerator counts.
metric	denominator	What the denominator counts; null: the value is the numerator, or a median.
metric	exclusions	What is left out.
metric	direction	Direction of good: high, low, target or neutral.
metric	source	Where the figure is asked for.
metric	description	What it tells, and how it is read over longer periods.
metric	target	Latest target, in the unit; null: none.
metric	floor	Least good value still near that target; null: none.
metric	target_from	First day of the month from which they hold.
metric	baseline	Value it started from; null: none recorded.
metric	owner	Who answers for the figure; null: nobody named.
overdue_reviews	plan_id	The plan.
overdue_reviews	episode_id	Its episode.
overdue_reviews	family_id	The family.
overdue_reviews	lead_practitioner_id	Who leads the episode today (lead professional in the 2021 strategy).
overdue_reviews	lead_practitioner	Working name of the lead practitioner.
overdue_reviews	agency	Agency of the lead practitioner.
overdue_reviews	service	Service that delivers the plan; null: none recorded.
overdue_reviews	review_due_on	Last day the review was in time.
overdue_reviews	days_overdue	Days from then to today; 1 or more.
partner_returns	service	Service that returned the counts.
partner_returns	families	Families worked with, as returned.
partner_returns	children	Children worked with, as returned; null: not returned.
partner_returns	new_families	Families new in the month, as returned; null: not returned.
partner_returns	returned_on	Day the service returned the counts.
re_referral_after_support	referrals	Referrals made in the month: the denominator.
re_referral_after_support	after_support	Of these, those within the re-referral months after a closure: the numerator.
re_referrals	referrals	Number of referrals.
re_referrals	re_referrals	Of the referrals, those of a child referred on an earlier day, up to the partnership's re-referral months before (usual: 12). Repeats all count.
referrals	referrals	Referrals made in the month.
referrals	accepted	Of these, those accepted so far.
referrals	declined	Of these, those declined so far.
review_timeliness	month	First day of the month the review was due in.
review_timeliness	run_by	hub or partner: who runs the service that delivers the plan; null: none recorded.
review_timeliness	service	Service that delivers the plan; null: none recorded.
review_timeliness	reviews_due	Reviews due in the month: the denominator. Not of a plan that ended on or before the day.
review_timeliness	held_on_time	Of these, those held on or before the day: the numerator.
review_timeliness	held_late	Of these, those held after it.
review_timeliness	not_held	Of these, those not held so far.
needs_without_service	need_code	Need the service was asked for (DfE primary need code).
needs_without_service	requests	Services asked for in the month: the denominator.
needs_without_service	offered	Of these, those for which a service was offered.
needs_without_service	without_offer	Of these, those for which none was offered so far: the gap.
needs_without_service	no_service	Of those without offer, those decided as a need that no service meets.
needs_without_service	still_waiting	Of those without offer, those not decided yet.
services	service	Name of the service.
services	records	returned: the service keeps its own records and returns counts; counted: its work is recorded here.
services	counted_episodes	Episodes open on at least one day of the month whose family was referred to the service.
services	counted_group_families	Different families that came to its groups in the month.
services	returned_families	Families worked with, as returned; null: no return.
services	returned_children	Children worked with, as returned; null: not returned.
spc	chart_from	First day of the month from which mean and limits are computed: the first, or that of a rebase.
spc	value	Value of the month.
spc	moving_range	Distance to the point before in the chart; null: the first.
spc	mean	Mean of the chart's points.
spc	lower_limit	Mean less 2.66 * the mean moving range; null: one point alone.
spc	upper_limit	Mean plus 2.66 * the mean moving range; null: one point alone.
spc	lower_near_limit	Two thirds of the way from the mean to the lower limit.
spc	upper_near_limit	Two thirds of the way from the mean to the upper limit.
spc	points_on_one_side	Points up to this one in a row on its side of the mean.
spc	points_in_a_row	Points up to this one in a row that rise, or that fall.
spc	points	Points of the chart.
spc	limits_status	ok, or too few points for limits to be trusted (usual: under 12).
spc	signal	What the month shows: outside the limits; run on one side of the mean; run of rising, or falling, points; two of three near a limit (on one side); none. The first that holds.
step_downs	month	First day of the month of the offer or the decision.
step_downs	offered	Step downs offered by social care in the month.
step_downs	accepted	Step downs accepted in the month.
step_downs	declined	Step downs declined in the month.
step_downs	withdrawn	Step downs withdrawn in the month.
step_ups	month	First day of the month of the offer or the decision.
step_ups	offered	Step ups offered to social care in the month.
step_ups	accepted	Step ups that social care accepted in the month.
step_ups	declined	Step ups that social care declined in the month.
step_ups	withdrawn	Step ups withdrawn in the month.
waiting_list	month	First day of the month at whose end is counted.
waiting_list	need_code	Main need of the referral, or need the service was asked for (DfE primary need code).
waiting_list	joined	Joined the list in the month.
waiting_list	started	Left it in the month because support, or the service, started.
waiting_list	left_otherwise	Left it in the month without that: closed, declined, withdrawn, no service.
waiting_list	waiting	Waiting at the end of the last day of the month.
waiting_times	waiting_for	early help: from opening to the first lead practitioner; a service: from the request to its start.
waiting_times	waits_ended	Waits that ended in the period.
waiting_times	waits_ended_by_start	Of these, those that ended because support, or the service, started.
waiting_times	median_days	Median days of the waits that ended in the period; null: none.
waiting_times	percentile_90_days	Nine of ten waits that ended in the period took up to so many days; null: none.
waiting_times	mean_days	Mean days of the waits that ended in the period; null: none.
waiting_times	counted_on	Day at whose end the open waits are counted: the last day of the period, or of the last month with records where that comes first.
waiting_times	still_waiting	Waits that went on then.
waiting_times	still_waiting_median_days	Median days these had lasted by counted_on; null: none.
waiting_times	still_waiting_longest_days	Days the longest of them had lasted by counted_on; null: none.
waiting_times	median_days_at_least	Median of ended and open waits together, open ones with their days so far: the true median is at least this. Null: none.
published_*	month	First day of the period.
published_*	month_key	Its month as YYYY-MM.
published_*	period	The period: month 2018-04, quarter of the financial year 2018/19 Q1, financial year 2018/19. Choose one kind: they overlap.
published_*	version	Version of the period's figures, from 1.
published_*	latest	Whether no later version of the period has been published.
published_*	published_on	Day of the publication.
published_*	need_code	Main need: DfE primary need code. Its label is in published_label.
published_*	source_code	Source: DfE referral source code. Its label is in published_label.
published_*	sex_code	Sex of the child: M, F or U (DfE code). Its label is in published_label.
published_*	closure_reason_code	Why it closed: the partnership's code. Its label is in published_label.
published_*	ward	Ward at the time of the contact or referral.
published_*	age_band	Age of the child at the contact, in years.
published_*	run_by	hub (children and family hub) or partner: who runs the service.
published_*	assessments_started	EHAs started; corrected versions do not count again.
published_*	assessments_completed	EHAs completed.
published_*	assessments_ended_otherwise	EHAs that ended without being completed.
published_*	closures_counted	Episodes closed, all but opened in error, duplicate, moved away, died (usual).
published_*	contacts	Contacts: a child in a contact.
published_*	known_contacts	Of the contacts, those of a child with a contact on an earlier day, at most 365 days before.
published_*	new_contacts	Of the contacts, those that are not known contacts.
published_*	known_rate	Percentage of contacts of a child already known.
published_*	episodes_opened	Episodes opened: families that joined the waiting list.
published_*	episodes_allocated	Episodes whose first lead practitioner began: families that left the waiting list for support.
published_*	episodes_closed	Episodes closed.
published_*	episodes_closed_waiting	Of the episodes closed, those never allocated: families that left the waiting list without support.
published_*	episodes_closed_after_support	Of the episodes closed, those that had been allocated.
published_*	feedback_requests	Requests for feedback made in the period.
published_*	feedback_requests_answered	Of the requests, those answered so far.
published_*	feedback_requests_open	Of the requests, those not answered so far.
published_*	timely_answers	Answers to whether support was timely, given in the period.
published_*	feedback_timely	Of those answers, yes.
published_*	feedback_not_timely	Of those answers, no.
published_*	helpful_answers	Answers to whether support was helpful, given in the period.
published_*	feedback_helpful	Of those answers, yes.
published_*	feedback_not_helpful	Of those answers, no.
published_*	empowered_answers	Answers to whether support empowered the family to meet its own needs, given in the period.
published_*	feedback_empowered	Of those answers, yes.
published_*	feedback_not_empowered	Of those answers, no.
published_*	feedback_response_rate	Percentage of requests answered.
published_*	feedback_timely_rate	Percentage of answers that support was timely.
published_*	feedback_helpful_rate	Percentage of answers that support was helpful.
published_*	feedback_empowered_rate	Percentage of answers that support empowered the family.
published_*	group_attendances	Attendances of a family, or of one of it, at a session.
published_*	intervention_plans_started	Plans started.
published_*	intervention_plans_completed	Plans completed, through a held review.
published_*	intervention_plans_ended_otherwise	Plans that ended without being completed.
published_*	intervention_plans_consent_withdrawn	Of those, plans that ended because consent was withdrawn.
published_*	intervention_plans_ended_with_episode	Of those, plans that ended with their episode.
published_*	service_requests	Requests for a service.
published_*	service_requests_offered	Of the requests, those for which a service was offered.
published_*	needs_without_service	Of the requests, those for which none was offered so far: the gap.
published_*	without_service_rate	Percentage of requests without an offer.
published_*	closures_not_counted	Of the episodes closed, those that are not counted.
published_*	positive_outcomes	Of those counted, those whose share of agreed outcomes achieved reaches the partnership's (usual: one half). Never: no agreed outcomes, or stepped up.
published_*	other_outcomes	Of those counted, those without a positive outcome.
published_*	positive_outcome_rate	Percentage of closures counted with a positive outcome.
published_*	referrals	Referrals of a child.
published_*	re_referrals_after_support	Of the referrals, those of a child whose family had an episode that closed on an earlier day within the re-referral months.
published_*	referrals_not_after_support	Of the referrals, the others.
published_*	after_support_rate	Percentage of referrals soon after support ended.
published_*	re_referrals	Of the referrals, those of a child referred on an earlier day within the re-referral months.
published_*	first_referrals	Of the referrals, those that are not re-referrals.
published_*	re_referral_rate	Percentage of referrals that are re-referrals.
published_*	reviews_due	Reviews due, held or not.
published_*	reviews_on_time	Of the reviews due, those held on or before the day.
published_*	reviews_not_on_time	Of the reviews due, those held late or not at all.
published_*	reviews_held_late	Of those not on time, those held after the day.
published_*	reviews_not_held	Of those not on time, those not held so far.
published_*	reviews_on_time_rate	Percentage of reviews due that were held on time.
published_*	step_downs_offered	Offered in the period.
published_*	step_downs_accepted	Accepted in the period, to early help.
published_*	step_downs_accepted_elsewhere	Accepted in the period, to universal services.
published_*	step_downs_declined	Declined in the period.
published_*	step_downs_withdrawn	Withdrawn in the period.
published_*	step_ups_offered	Offered in the period.
published_*	step_ups_accepted	Accepted in the period.
published_*	step_ups_declined	Declined in the period.
published_*	step_ups_withdrawn	Withdrawn in the period.
published_needs_without_service	need_code	Need the service was asked for: DfE primary need code. Its label is in published_label.
published_changes	version	The later version; the earlier one is the version before.
published_changes	published_on	Day of the later version's publication.
published_changes	count_name	What is counted: a column of the published tables.
published_changes	dimension_1	What it is broken down by; empty: a total.
published_changes	value_1	Value of dimension_1.
published_changes	dimension_2	The second dimension of a two-way table; empty: none.
published_changes	value_2	Value of dimension_2.
published_changes	value_before	Figure of the version before; null: hidden.
published_changes	value_before_status	ok, or c: hidden.
published_changes	value	Figure of this version; null: hidden.
published_changes	value_status	ok, or c: hidden.
published_changes	change	Figure less the one before; null: hidden.
published_changes	change_status	ok, or c: hidden.
published_dashboard	metric_code	Code of the figure: see view metric, and read period for month.
published_dashboard	value	The figure: the numerator, or for a percentage numerator / denominator * 100 with one decimal; null: hidden, or no cases.
published_dashboard	value_status	ok; no cases: a percentage of nothing; c: hidden, since it or what it is made of could disclose somebody.
published_dashboard	numerator	What was counted; null: hidden.
published_dashboard	numerator_status	ok, or c: hidden.
published_dashboard	denominator	Out of how many; null: hidden, or the value is no percentage.
published_dashboard	denominator_status	ok, or c: hidden; null: the value is no percentage.
published_label	dimension	Column of the published tables.
published_label	code	The code.
published_label	label	Its label.
*	source_code	Where the contact or referral came from (DfE referral source code); null: not recorded.
*	source	Label of source_code today.
*	need_code	Main need (DfE primary need code); null: not recorded.
*	need	Label of need_code today.
*	reason	Reason in the partnership's own words; null: not recorded.
*	ward	Ward at the time of the contact, referral or request; null: not recorded.
*	age_at_contact	Age in whole years on the day of the contact; -1: before birth, or only an expected birth date is known; null: unknown.
*	age_at_referral	Age in whole years on the day of the referral; -1: before birth, or only an expected birth date is known; null: unknown.
*	age_band	Age group at the contact or referral (children in need census); null: unknown.
*	sex_code	Sex of the child: M, F or U (DfE code); null: not recorded.
*	ethnicity_code	Ethnicity of the child (DfE code); null: not recorded.
*	ethnicity	Label of ethnicity_code today.
*	service	Service that the family was referred to, or that was asked for; null: none named.
*	run_by	hub (children and family hub) or partner: who runs the service; null: no service recorded.
*	agency	Agency that runs the service.
*	sector	Sector of the agency.
*	supports_sen	Whether it serves SEN support, the graduated response before an education, health and care plan.
*	sen_support	SEN support (the graduated response before an education, health and care plan), or none.
*	plan_kind	intervention or family_outcomes.
*	basis	section_17 (child in need), section_47 (child protection), specialised_setting or remand.
*	receiving_agency	Agency that takes the child on; null: none named.
*	receiving_sector	Sector of the agency that takes the child on.
*	closure_reason_code	Why it closed: the partnership's code.
*	closure_reason	Label of closure_reason_code today.
*	programme	Programme of group work.
*	grade	outstanding, good, requires_improvement or inadequate (Ofsted).
*	lead_agency	Agency of the lead practitioner then; null: never allocated.
*	lead_sector	Sector of that agency.
*	auditor_agency	Agency of the auditor, another than the lead's.
*	about	episode, or group (group work): what the feedback is about.
*	waiting_for	early help, or a service: two lists, never to be added.
*	prevention_tier	primary, secondary or tertiary; null: not said.$rows$, e'\n') line
    where line <> ''
$$;
comment on function early_help_internal.column_meanings() is
'What the columns of the views of figures mean: in a view, in those whose name begins so (a name and *), '
'or in all that do not say otherwise (*).';

-- extension/install/figures/column_meanings.sql
create function early_help_internal.meanings_in(view_name text) returns table (name text, meaning text)
language sql
stable
rows 100
set search_path = pg_catalog, pg_temp
as $$
    select distinct on (m.name) m.name, m.meaning
    from early_help_internal.column_meanings() m
    where m.views = view_name
        or (right(m.views, 1) = '*' and starts_with(view_name, rtrim(m.views, '*')))
    -- What is said of the view itself, else of those most like it.
    order by m.name, m.views = view_name desc, length(m.views) desc
$$;
comment on function early_help_internal.meanings_in(text) is
'What columns mean in a view of figures, also those that it does not have.';
create function early_help_internal.comment_on_figures(schema oid) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    one record;
begin
    for one in
        select c.oid::regclass as view, a.attname, m.meaning
        from pg_class c
        cross join lateral (
            select a.attname, a.attnum
            from pg_attribute a
            where a.attrelid = c.oid
                and a.attnum > 0
                and col_description(c.oid, a.attnum) is null
        ) a
        left join lateral early_help_internal.meanings_in(c.relname) m on m.name = a.attname
        where c.relnamespace = comment_on_figures.schema
            and c.relkind = 'v'
        order by c.relname, a.attnum
    loop
        if one.meaning is null then
            raise undefined_object using
                message = format('column %I of %s has no meaning', one.attname, one.view),
                hint = 'Say it in extension/partnership/columns.tsv, or by COMMENT ON COLUMN beside the view.';
        end if;
        execute format('comment on column %s.%I is %L', one.view, one.attname, one.meaning);
    end loop;

    select m.views, m.name
    into one
    from early_help_internal.column_meanings() m
    where not exists (
        select
        from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
        where c.relnamespace = comment_on_figures.schema
            and c.relkind = 'v'
            and a.attname = m.name
            and (c.relname = m.views or (right(m.views, 1) = '*' and starts_with(c.relname, rtrim(m.views, '*')))))
    limit 1;
    if found then
        raise undefined_column using
            message = format('columns.tsv gives a meaning to %s.%s, and there is no such column', one.views, one.name);
    end if;
end
$$;
comment on function early_help_internal.comment_on_figures(oid) is
'Within create_partnership: comments each column of a schema of figures that has no comment. Errors 42704 (a column without '
'a meaning), 42703 (a meaning without a column).';

-- extension/install/publish/period.sql
create function early_help_internal.period_months(period text, out first_month date, out next_month date)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
begin
    if period ~ '^(19|20)\d\d-(0[1-9]|1[0-2])$' then
        first_month := make_date(left(period, 4)::integer, right(period, 2)::integer, 1);
        next_month := first_month + interval '1 month';
    elsif period ~ '^(19|20)\d\d/\d\d( Q[1-4])?$'
        and (left(period, 4)::integer + 1) % 100 = substr(period, 6, 2)::integer then
        first_month := make_date(left(period, 4)::integer, 4, 1)
            + (coalesce(nullif(substr(period, 10), ''), '1')::integer - 1) * interval '3 months';
        next_month := first_month + case when period ~ 'Q' then interval '3 months' else interval '12 months' end;
    else
        perform early_help_internal.raise_rule(
            'F02', format('The period is %s.', coalesce(quote_literal(left(period, 20)), 'null')));
    end if;
end
$$;
comment on function early_help_internal.period_months is
'The first day of a period and the first day after it. Periods are a month (2018-04), a quarter of the financial year '
'(2018/19 Q1, April to June) or a financial year (2018/19). Error YHF02.';

-- extension/install/publish/published_table.sql
create function early_help.define_published_table(
table_name text,
title text,
dimensions text[],
counts text[],
sums text[],
ratios text[],
meanings jsonb,
figures text
)
returns void
language plpgsql
as $$ #variable_conflict error
declare
    outer_path text := pg_catalog.current_setting('search_path');
    p text;
    one text;
    part text[];
    shown text := 'published_' operator(pg_catalog.||) table_name;
begin
    select n.nspname
    into p
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
    where c.oid operator(pg_catalog.=) pg_catalog.to_regclass('published_table');
    if p is null then
        raise undefined_table using
            message = 'no partnership''s schema is in the search_path',
            hint = 'SET search_path = <partnership>_kpi, <partnership>, early_help;';
    end if;
    -- What the query names is the partnership's; operators are pg_catalog's.
    perform pg_catalog.set_config('search_path',
        pg_catalog.format('%I, %I, early_help, pg_temp', p operator(pg_catalog.||) '_kpi', p), true);
    dimensions := array(select d from pg_catalog.unnest(dimensions) d order by d collate "C");
    if pg_catalog.cardinality(dimensions) > 2 then
        raise invalid_parameter_value using message = 'a published table has two dimensions at most';
    end if;
    foreach one in array ratios loop
        part := pg_catalog.regexp_split_to_array(one, '\s*[=/]\s*');
        if not exists (
            select
            from pg_catalog.unnest(sums) s
            cross join lateral pg_catalog.regexp_split_to_array(s, '\s*[=+]\s*') w
            where w[1] = part[3] and part[2] = any (w[2:]) and pg_catalog.cardinality(w) = 3) then
            raise invalid_parameter_value using
                message = pg_catalog.format('%s is not one of two parts of %s', part[2], part[3]),
                hint = 'A percentage gives away what is left of the whole: name that as one count, and the sum in sums.';
        end if;
    end loop;

    perform early_help_internal.write_by_engine(
        pg_catalog.format(
            'insert into %I.published_table (table_name, title, dimensions, counts, sums, ratios)
            values ($1, $2, $3, $4, $5, $6)', p),
        table_name, title, dimensions, counts, sums, ratios);
    execute pg_catalog.format('create view %I.%I as %s', p, 'publish_' || table_name, figures);
    execute pg_catalog.format('comment on view %I.%I is %L', p, 'publish_' || table_name,
        pg_catalog.format(
            'What publish_figures freezes for table %s: a row a month; a row without month names a value to show as 0.',
            table_name));

    execute early_help_internal.published_view(p, table_name, dimensions, counts, sums, ratios);
    execute pg_catalog.format('comment on view %I.%I is %L', p || '_kpi', shown, title);
    for one in
        select pg_catalog.format('comment on column %I.%I.%I is %L', p || '_kpi', shown, m.name, m.meaning)
        from early_help_internal.published_column_meanings(shown, dimensions, counts, ratios, meanings) m
    loop
        execute one;
    end loop;
    perform pg_catalog.set_config('search_path', outer_path, true);
end
$$;
comment on function early_help.define_published_table(text, text, text[], text[], text[], text[], jsonb, text) is
'Registers a table with the partnership in the search_path for publish_figures: up to two dimensions; its counts; sums '
'(whole = part + part); ratios (rate = part / whole, of a sum); what each column means; and a query with month, the '
'dimensions and the counts, whose rows without month name values to show as 0. Makes view published_<table_name>. '
'docs/publishing.md shows how. Errors 42P01, 22023.';
create function early_help_internal.published_view(
p text, table_name text, dimensions text[], counts text[], sums text[], ratios text[])
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select format(
        'create view %1$I.%2$I as
        select
            b.first_month as month,
            to_char(b.first_month::timestamp, ''YYYY-MM'')::varchar(7) as month_key,
            b.period,
            b.version,
            not exists (
                select
                from only %3$I.publication l
                where l.first_month = b.first_month
                    and l.next_month = b.next_month
                    and l.version > b.version) as latest,
            b.published_on::date as published_on
            %4$s%5$s%6$s
        from only %3$I.publication b
        join (
            select
                f.publication_id,
                f.value_1,
                f.value_2
                %7$s
            from only %3$I.published_figure f
            where f.dimension_1 = %8$L
                and f.dimension_2 = %9$L
                and f.count_name = any (%10$L)
            group by 1, 2, 3
        ) f on f.publication_id = b.publication_id',
        p || '_kpi', 'published_' || table_name, p,
        (select string_agg(format(', f.value_%s as %I', place, d), '' order by place)
        from unnest(dimensions) with ordinality as t (d, place)),
        (select string_agg(format(
            ', case when not f.%1$I then f.%2$I end as %2$I, case when f.%1$I then ''c'' else ''ok'' end::varchar(10) as %3$I',
            'hide ' || c, c, c || '_status'), '' order by place)
        from unnest(counts) with ordinality as t (c, place)),
        (select string_agg(format(
            ', case when not (%1$s) then round(100.0 * f.%2$I / nullif(f.%3$I, 0), 1) end::numeric(5, 1) as %4$I,
            case when %1$s then ''c'' when f.%3$I = 0 then ''no cases'' else ''ok'' end::varchar(10) as %5$I',
            (select string_agg(distinct format('f.%I', 'hide ' || w), ' or ')
            from unnest(sums) s
            cross join lateral regexp_split_to_array(s, '\s*[=+]\s*') ws
            cross join lateral unnest(ws) w
            where ws[1] = r[3] and r[2] = any (ws[2:])),
            r[2], r[3], r[1], r[1] || '_status'), '' order by place)
        from unnest(ratios) with ordinality as t (ratio, place)
        cross join lateral regexp_split_to_array(ratio, '\s*[=/]\s*') r),
        (select string_agg(format(
            ', max(f.figure) filter (where f.count_name = %1$L) as %1$I'
            ', bool_or(f.hidden is not null) filter (where f.count_name = %1$L) as %2$I',
            c, 'hide ' || c), '' order by place)
        from unnest(counts) with ordinality as t (c, place)),
        coalesce(dimensions[1], ''), coalesce(dimensions[2], ''), counts)
$$;
comment on function early_help_internal.published_view(text, text, text[], text[], text[], text[]) is
'The CREATE VIEW of a published table for BI tools: its figures and percentages where they are not hidden, each with a '
'status.';
create function early_help_internal.published_column_meanings(
view_name text, dimensions text[], counts text[], ratios text[], meanings jsonb)
returns table (name text, meaning text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select c.name || e.ending, coalesce(meanings ->> c.name, m.meaning, c.otherwise) || e.said
    from (
        select d, initcap(d) || '.', 'dimension'
        from unnest(array['month', 'month_key', 'period', 'version', 'latest', 'published_on'] || dimensions) d
        union all
        select c, initcap(replace(c, '_', ' ')) || '.', 'count'
        from unnest(counts) c
        union all
        select r[1], format('%s / %s * 100.', r[2], r[3]), 'percentage'
        from unnest(ratios) ratio
        cross join lateral regexp_split_to_array(ratio, '\s*[=/]\s*') r
    ) c (name, otherwise, kind)
    join (
        values
            ('dimension', '', ''),
            ('count', '', ' Null: hidden.'),
            ('count', '_status', ' Status: ok, or c, hidden.'),
            ('percentage', '', ' Null: hidden, or no cases.'),
            ('percentage', '_status', ' Status: ok, no cases, or c, hidden.')
    ) e (kind, ending, said) using (kind)
    left join early_help_internal.meanings_in(view_name) m on m.name = c.name
$$;
comment on function early_help_internal.published_column_meanings(text, text[], text[], text[], jsonb) is
'What each column of a published table''s view means: as given, else as the columns of that name in other published tables.';

-- extension/install/publish/disclosure.sql
create function early_help_internal.protect_figures(
value integer[],
low integer[],
high integer[],
price integer[],
publicity integer[],
equation integer[],
figure integer[],
sign integer[],
withhold boolean
)
returns integer[]
language c
immutable
strict
parallel safe
as '$libdir/early_help-0.3.0', 'early_help_protect_figures';
comment on function early_help_internal.protect_figures is
'Decides which figures to hide. A figure has its value, the least and the most it could be if it is hidden, the price of '
'hiding it, and its publicity (0 never published, 1 shown before, 2 hidden before, 3 hidden anyway, 4 to be hidden, 5 to be '
'decided, 6 small and never published). A member of an equation has the numbers of the equation and of the figure, from 1, '
'and its sign; everybody knows the signed sum of an equation. Returns one decision per figure: 0 show, 1 hide, 2 hide '
'without proof, 3 withhold, 4 earlier publications give it away. Error 22023.';

-- extension/install/publish/figures.sql
create type early_help_internal.month_figure as (
month date,
count_name varchar(40),
dimension_1 varchar(40),
value_1 varchar(120),
dimension_2 varchar(40),
value_2 varchar(120),
figure integer
);
comment on type early_help_internal.month_figure is
'A figure of a month and its place. Without a month: a value of a dimension that is to be shown as 0.';
create function early_help_internal.month_figures(p text, first_month date, next_month date)
returns setof early_help_internal.month_figure
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    t record;
    d text[];
begin
    for t in execute format('select table_name, dimensions, counts from only %I.published_table order by table_name', p)
    loop
        d := t.dimensions;
        -- Without a second dimension, or any, the sets of the cube are the same
        -- rows again: what one table says twice is what two tables say.
        return query execute format(
            'select distinct
                f.month,
                f.count_name::varchar(40),
                case when f.by_1 then %1$L when f.by_2 then %2$L else '''' end::varchar(40),
                case when f.by_1 then f.value_1 when f.by_2 then f.value_2 else '''' end::varchar(120),
                case when f.by_1 and f.by_2 then %2$L else '''' end::varchar(40),
                case when f.by_1 and f.by_2 then f.value_2 else '''' end::varchar(120),
                f.figure::integer
            from (
                select
                    v.month,
                    c.count_name,
                    v.value_1,
                    v.value_2,
                    grouping(v.value_1) = 0 and %1$L <> '''' as by_1,
                    grouping(v.value_2) = 0 and %2$L <> '''' as by_2,
                    sum(c.figure) as figure
                from (
                    select
                        *,
                        %3$s::varchar(120) as value_1,
                        %4$s::varchar(120) as value_2
                    from %5$I.%6$I
                    where (month >= $1 and month < $2) or month is null
                ) v
                cross join lateral (values %7$s) as c (count_name, figure)
                group by v.month, c.count_name, cube (v.value_1, v.value_2)
            ) f',
            coalesce(d[1], ''), coalesce(d[2], ''),
            case when d[1] is null then '''''' else format('coalesce(%I, ''not recorded'')', d[1]) end,
            case when d[2] is null then '''''' else format('coalesce(%I, ''not recorded'')', d[2]) end,
            p, 'publish_' || t.table_name,
            (select string_agg(format('(%L, v.%I)', c, c), ', ') from unnest(t.counts) c))
        using first_month, next_month;
    end loop;
end
$$;
comment on function early_help_internal.month_figures is
'The figures of a span of months as the records are now: cells, margins and totals of every published table. Rows without a '
'month name values to be shown as 0.';
create type early_help_internal.figure_place as (
place integer,
count_name varchar(40),
dimension_1 varchar(40),
value_1 varchar(120),
dimension_2 varchar(40),
value_2 varchar(120)
);
comment on type early_help_internal.figure_place is
'The place of a figure in a publication, and its number: what is counted, by which values.';
create function early_help_internal.figure_places(p text, cells early_help_internal.month_figure[], past bigint[])
returns setof early_help_internal.figure_place
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
begin
    return query execute format(
        'with known as (
            select c.dimension_1, c.value_1, c.dimension_2, c.value_2
            from unnest($1) c
            union
            select f.dimension_1, f.value_1, f.dimension_2, f.value_2
            from only %1$I.published_figure f
            where f.publication_id = any ($2)
        ), known_value (dimension, value) as (
            select dimension_1, value_1 from known where dimension_1 <> ''''
            union
            select dimension_2, value_2 from known where dimension_2 <> ''''
        ), counted as (
            select distinct c.count_name, t.dimensions
            from only %1$I.published_table t
            cross join lateral unnest(t.counts) c (count_name)
        ), stands as (
            select count_name, '''' as dimension_1, '''' as value_1, '''' as dimension_2, '''' as value_2
            from counted
            union
            select c.count_name, v.dimension, v.value, '''', ''''
            from counted c
            join known_value v on v.dimension = any (c.dimensions)
            union
            select c.count_name, v.dimension, v.value, w.dimension, w.value
            from counted c
            join known_value v on v.dimension = c.dimensions[1]
            join known_value w on w.dimension = c.dimensions[2]
            union
            select f.count_name, f.dimension_1, f.value_1, f.dimension_2, f.value_2
            from only %1$I.published_figure f
            where f.publication_id = any ($2)
        )
        select (row_number() over (order by count_name, dimension_1, dimension_2, value_1, value_2))::integer,
            count_name::varchar(40), dimension_1::varchar(40), value_1::varchar(120), dimension_2::varchar(40),
            value_2::varchar(120)
        from stands
        order by 1', p)
    using cells, past;
end
$$;
comment on function early_help_internal.figure_places is
'Every place of a figure, also where it is zero: each count of each published table by each value of its dimensions, with '
'margins and totals, and every place of earlier publications.';
create function early_help_internal.check_counts_agree(cells early_help_internal.month_figure[]) returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
begin
    if exists (
        select
        from unnest(cells) c
        where c.month is not null
        group by c.month, c.count_name, c.dimension_1, c.value_1, c.dimension_2, c.value_2
        having min(c.figure) <> max(c.figure)) then
        raise data_exception using
            message = 'two published tables disagree on a count of the same name',
            hint = 'Give another name to a count that is not the same: see early_help.define_published_table.';
    end if;
end
$$;
comment on function early_help_internal.check_counts_agree is
'Raises 22000 if two published tables have different figures for one count in one place.';
create type early_help_internal.publication_period as (
period integer,
first_month date,
next_month date,
is_stretch boolean,
is_new boolean
);
comment on type early_help_internal.publication_period is
'A period whose figures somebody could work out, and its number: a stretch of months, the period of an earlier publication, '
'or that of the new one.';
create function early_help_internal.publication_periods(p text, publications bigint[], new_id bigint)
returns setof early_help_internal.publication_period
language plpgsql
stable
rows 20
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
begin
    return query execute format(
        $sql$
        with release as materialized (
            select b.publication_id, b.first_month, b.next_month
            from only %I.publication b
            where b.publication_id = any ($1)
        ), border (day) as (
            select first_month from release
            union
            select next_month from release
        ), stretch as (
            select b.day as first_month, lead(b.day) over (order by b.day) as next_month
            from border b
        )
        select
            (row_number() over (order by not bool_or(q.is_stretch), q.first_month, q.next_month))::integer,
            q.first_month,
            q.next_month,
            bool_or(q.is_stretch),
            bool_or(q.is_new)
        from (
            select s.first_month, s.next_month, true as is_stretch, false as is_new
            from stretch s
            where s.next_month is not null
            union all
            select r.first_month, r.next_month, false, r.publication_id = $2
            from release r
        ) q
        group by q.first_month, q.next_month
        order by 1
        $sql$, p)
    using publications, new_id;
end
$$;
comment on function early_help_internal.publication_periods is
'The periods of these publications, one of which is new, and the stretches into which they divide their months.';
create type early_help_internal.period_figure as (
period integer,
place integer,
figure integer
);
comment on type early_help_internal.period_figure is
'A figure of a period: the numbers of the period and of the place, and the figure.';
create function early_help_internal.period_figures(
periods early_help_internal.publication_period[],
places early_help_internal.figure_place[],
cells early_help_internal.month_figure[]
)
returns setof early_help_internal.period_figure
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$ #variable_conflict error
begin
    return query
    with cell as materialized (
        select distinct k.place, c.month, c.figure
        from unnest(cells) c
        join unnest(places) k
            on (k.count_name, k.dimension_1, k.value_1, k.dimension_2, k.value_2)
                = (c.count_name, c.dimension_1, c.value_1, c.dimension_2, c.value_2)
        where c.month is not null
    ), found as materialized (
        select q.period, c.place, sum(c.figure)::integer as figure
        from unnest(periods) q
        join cell c on c.month >= q.first_month and c.month < q.next_month
        group by q.period, c.place
    )
    select q.period, k.place, coalesce(f.figure, 0)
    from unnest(periods) q
    cross join unnest(places) k
    left join found f on f.period = q.period and f.place = k.place
    order by q.period, k.place;
end
$$;
comment on function early_help_internal.period_figures is
'The figure of every place in every period, as the records are now. 0: there is nothing to count.';

-- extension/install/publish/equations.sql
create type early_help_internal.figure_term as (
equation integer,
figure integer,
sign integer
);
comment on type early_help_internal.figure_term is
'A figure in an equation: the numbers of both, and 1 or -1. The signed figures of an equation add up to zero.';
create function early_help_internal.figure_equations(p text, places early_help_internal.figure_place[])
returns setof early_help_internal.figure_term
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
begin
    return query execute format(
        'with stands as materialized (
            select * from unnest($1)
        ), adds_up (whole, dimension, part) as (
            -- Leave one dimension out: the rows add up to the margin.
            select w.place, c.dimension_1, c.place
            from stands c
            join stands w on w.count_name = c.count_name
                and (w.dimension_1, w.value_1, w.dimension_2, w.value_2) = (c.dimension_2, c.value_2, '''', '''')
            where c.dimension_1 <> ''''
            union all
            select w.place, c.dimension_2, c.place
            from stands c
            join stands w on w.count_name = c.count_name
                and (w.dimension_1, w.value_1, w.dimension_2, w.value_2) = (c.dimension_1, c.value_1, '''', '''')
            where c.dimension_2 <> ''''
        ), sums as (
            select distinct s, regexp_split_to_array(s, ''\s*[=+]\s*'') as names
            from only %1$I.published_table t
            cross join lateral unnest(t.sums) s
        ), parts as (
            -- A sum of counts holds wherever all of them stand.
            select w.place as whole, s.s, c.place as part, s.names, count(*) over (partition by w.place, s.s) as there
            from sums s
            join stands w on w.count_name = s.names[1]
            join stands c on c.count_name = any (s.names[2:])
                and (c.dimension_1, c.value_1, c.dimension_2, c.value_2) = (w.dimension_1, w.value_1, w.dimension_2, w.value_2)
        ), members (whole, why, place, sign) as (
            select whole, ''by '' || dimension, part, 1 from adds_up
            union all
            select distinct whole, ''by '' || dimension, whole, -1 from adds_up
            union all
            select whole, s, part, 1 from parts where there = cardinality(names) - 1
            union all
            select distinct whole, s, whole, -1 from parts where there = cardinality(names) - 1
        )
        select dense_rank() over (order by whole, why)::integer, place, sign
        from members
        order by 1, 2', p)
    using places;
end
$$;
comment on function early_help_internal.figure_equations is
'What adds up within one period: cells to margins and totals, parts to wholes.';
create function early_help_internal.period_equations(
periods early_help_internal.publication_period[],
terms early_help_internal.figure_term[],
places integer
)
returns setof early_help_internal.figure_term
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$ #variable_conflict error
declare
    stretches constant integer := (select count(*) from unnest(periods) q where q.is_stretch);
    equations constant integer := (select max(t.equation) from unnest(terms) t);
begin
    return query
    select (dense_rank() over (order by e.equation))::integer, e.figure, e.sign
    from (
        select (s.period - 1) * equations + t.equation as equation, (s.period - 1) * places + t.figure as figure, t.sign
        from unnest(periods) s
        cross join unnest(terms) t
        where s.is_stretch
        union all
        -- A period is the sum of its stretches.
        select
            stretches * equations + (q.period - 1) * places + k.place,
            (o.period - 1) * places + k.place,
            case when o.period = q.period then -1 else 1 end
        from unnest(periods) q
        join unnest(periods) o on o.period = q.period
            or (o.is_stretch and o.first_month >= q.first_month and o.next_month <= q.next_month)
        cross join generate_series(1, places) k (place)
        where not q.is_stretch
    ) e
    order by 1, 2;
end
$$;
comment on function early_help_internal.period_equations is
'What adds up within and between periods, given what adds up within one period and its number of places.';

-- extension/install/publish/past.sql
create type early_help_internal.past_figure as (
release integer,
period integer,
place integer,
figure integer,
hidden boolean,
stays_hidden boolean,
least integer,
most integer
);
comment on type early_help_internal.past_figure is
'A figure as an earlier publication froze it: the numbers of the publication, of its period and of the place; the figure; '
'whether it is hidden, and whether also from somebody who knows all changes; the least and the most that the public knows it '
'to be.';
create function early_help_internal.past_figures(
p text,
past bigint[],
periods early_help_internal.publication_period[],
places early_help_internal.figure_place[]
)
returns setof early_help_internal.past_figure
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
begin
    return query execute format(
        $sql$
        with release as materialized (
            select
                r.place::integer as release,
                q.period,
                b.publication_id,
                b.suppression_threshold::integer as threshold,
                exists (
                    select
                    from only %1$I.publication e
                    where e.publication_id < b.publication_id
                        and e.first_month < b.next_month
                        and e.next_month > b.first_month) as overlaps
            from unnest($1) with ordinality r (publication_id, place)
            join only %1$I.publication b on b.publication_id = r.publication_id
            join unnest($2) q on (q.first_month, q.next_month) = (b.first_month, b.next_month)
        ), frozen as materialized (
            select f.*
            from only %1$I.published_figure f
            where f.publication_id = any ($1)
        )
        select
            r.release,
            r.period,
            k.place,
            x.figure,
            f.hidden is not null,
            coalesce(f.stays_hidden, false),
            case
                when x.withheld or x.figure = 0 then 0
                when x.figure <= r.threshold or r.overlaps then 1
                else r.threshold + 1
            end,
            case
                when not x.withheld and x.figure between 1 and r.threshold and not r.overlaps then r.threshold
                else 2147483647
            end
        from release r
        cross join unnest($3) k
        left join frozen f on f.publication_id = r.publication_id
            and (f.count_name, f.dimension_1, f.value_1, f.dimension_2, f.value_2)
                = (k.count_name, k.dimension_1, k.value_1, k.dimension_2, k.value_2)
        cross join lateral (
            select coalesce(f.figure, 0) as figure, f.hidden is not distinct from 'withheld' as withheld
        ) x
        $sql$, p)
    using past, periods, places;
end
$$;
comment on function early_help_internal.past_figures is
'The figures of earlier publications in every place.';
create function early_help_internal.changed_since(
before early_help_internal.past_figure[],
figures early_help_internal.period_figure[]
)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$ #variable_conflict error
begin
    return exists (
        select
        from unnest(before) b
        join unnest(figures) n on n.period = b.period and n.place = b.place
        where n.figure <> b.figure);
end
$$;
comment on function early_help_internal.changed_since is
'Whether any published figure differs from what the records say now.';
create function early_help_internal.publication_differences(p text, new_id bigint, past bigint[])
returns table (outer_release integer, inner_releases integer[], gaps boolean)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
begin
    -- Release 0 is the new one. Months that were not published are gaps; a
    -- gap where a month was published is left out, since what remains is more.
    return query execute format(
        'with recursive published as (
            select r.place::integer as j, b.first_month, b.next_month, b.version
            from unnest($1 || $2) with ordinality r (publication_id, place)
            join only %1$I.publication b on b.publication_id = r.publication_id
        ), release as (
            select case when j > cardinality($1) then 0 else j end as j, first_month, next_month,
                version = max(version) over (partition by first_month, next_month) as last
            from published
        ), own as (
            select * from release where j = 0
        ), around as (
            select o.*
            from release o
            cross join own
            where o.j = 0
                or (o.first_month <= own.first_month and o.next_month >= own.next_month
                    and o.next_month - o.first_month > own.next_month - own.first_month)
        ), walk (j, at, inside, gaps) as (
            select j, first_month, array[]::integer[], false from around
            union all
            select w.j, s.next_month, w.inside || s.inside, w.gaps or s.inside = array[]::integer[]
            from walk w
            join around o on o.j = w.j and w.at < o.next_month
            cross join own
            cross join lateral (
                select r.next_month, array[r.j] as inside
                from release r
                where r.j <> o.j
                    and r.first_month = w.at
                    and r.next_month <= o.next_month
                    and (o.j = 0 or r.j = 0 or r.next_month <= own.first_month or r.first_month >= own.next_month)
                    and (r.last or cardinality($1) <= 24 or (r.first_month, r.next_month) = (own.first_month, own.next_month))
                union all
                select (w.at + interval ''1 month'')::date, array[]::integer[]
                where not exists (
                        select
                        from release r
                        where r.j <> o.j
                            and r.first_month = w.at
                            and r.next_month = (w.at + interval ''1 month'')::date)
                    and (o.j = 0 or w.at < own.first_month or w.at >= own.next_month)
            ) s
        )
        select w.j, w.inside, w.gaps
        from walk w
        join around o on o.j = w.j and o.next_month = w.at
        where w.inside <> array[]::integer[]
            and (w.j = 0 or 0 = any (w.inside))', p)
    using past, new_id;
end
$$;
comment on function early_help_internal.publication_differences is
'The subtractions that a new publication (release 0) makes possible with earlier ones (their numbers in past): one '
'publication less others that lie within it and do not overlap. gaps: months remain that none of them published, so '
'something is left even if no record changed.';

-- extension/install/publish/bounds.sql
create type early_help_internal.figure_bound as (
place integer,
figure integer,
low integer,
high integer,
price integer,
gap boolean,
late boolean
);
comment on type early_help_internal.figure_bound is
'A figure of the new publication: its place; the figure; the least and the most it could be if it is hidden; the price of '
'hiding it; gap and late: whether a difference of 1 to the threshold to earlier publications would show, because of months '
'that were not published (gap) or of changes after a publication (late).';
create function early_help_internal.figure_bounds(
p text,
new_id bigint,
threshold integer,
past bigint[],
places early_help_internal.figure_place[],
figures early_help_internal.period_figure[],
before early_help_internal.past_figure[]
)
returns setof early_help_internal.figure_bound
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$ #variable_conflict error
begin
    return query
    with frozen as materialized (
        -- Release 0 is the new publication, of which nothing is hidden yet.
        select 0 as release, n.place, n.figure, false as hidden
        from unnest(figures) n
        union all
        select b.release, b.place, b.figure, b.hidden
        from unnest(before) b
    ), subtraction as materialized (
        select row_number() over () as number, d.outer_release, d.inner_releases, d.gaps, d.outer_release = 0 as up
        from early_help_internal.publication_differences(p, new_id, past) d
    ), rest as (
        -- What is left of the outer publication without those within it. Whoever
        -- sees all of them knows it; if it is 1 to the threshold, it is a small count.
        select s.number, s.gaps, s.up, f.place, sum(m.sign * f.figure)::integer as left_over
        from subtraction s
        cross join lateral (
            select s.outer_release as release, 1 as sign
            union all
            select i.release, -1
            from unnest(s.inner_releases) i (release)
        ) m
        join frozen f on f.release = m.release
        group by s.number, s.gaps, s.up, f.place
        having abs(sum(m.sign * f.figure)) between 1 and threshold
            and not bool_or(f.hidden)
    ), room as (
        -- By how much the outer figure may go down and up so that what is left is
        -- still a small count of the same sign. The new figure moves with it where it
        -- is the outer one, and against it where it is within.
        select
            r.place,
            r.gaps,
            r.up,
            case when r.left_over > 0 then 1 else -threshold end - r.left_over as down_to,
            case when r.left_over > 0 then threshold else -1 end - r.left_over as up_to
        from rest r
    ), bound as (
        select
            r.place,
            max(case when r.up then r.down_to else -r.up_to end) as least,
            min(case when r.up then r.up_to else -r.down_to end) as most,
            bool_or(r.gaps) as gap,
            bool_or(not r.gaps) as late
        from room r
        group by r.place
    ), hidden_before as (
        select distinct b.place
        from unnest(before) b
        where b.hidden
    )
    select
        n.place,
        n.figure,
        greatest(
            case
                when n.figure = 0 or (h.place is not null and n.figure > threshold) then 0
                when n.figure <= threshold or cardinality(past) > 0 then 1
                else threshold + 1
            end,
            n.figure + b.least),
        least(
            case
                when n.figure = 0 and h.place is null then 0
                when n.figure between 1 and threshold and cardinality(past) = 0 then threshold
                else 2147483647
            end,
            n.figure + b.most),
        -- Large figures and totals are missed most.
        (10 * (1 + ln(1 + n.figure))
            * case when k.dimension_2 <> '' then 1 when k.dimension_1 <> '' then 3 else 10 end)::integer,
        coalesce(b.gap, false),
        coalesce(b.late, false)
    from unnest(figures) n
    join unnest(places) k on k.place = n.place
    left join bound b on b.place = n.place
    left join hidden_before h on h.place = n.place
    order by n.place;
end
$$;
comment on function early_help_internal.figure_bounds is
'The bounds of every figure of the new publication. figures has its own period only.';

-- extension/install/publish/decide.sql
create type early_help_internal.guarded_figure as (
value integer,
low integer,
high integer,
price integer,
publicity integer
);
comment on type early_help_internal.guarded_figure is
'A figure as protect_figures takes it: its value, the least and the most it could be, the price of hiding it, its publicity.';
create function early_help_internal.protect(
figures early_help_internal.guarded_figure[],
terms early_help_internal.figure_term[],
withhold boolean
)
returns integer[]
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select early_help_internal.protect_figures(
        f.value, f.low, f.high, f.price, f.publicity, t.equation, t.figure, t.sign, protect.withhold)
    from (
        select
            coalesce(array_agg(f.value order by f.number), '{}') as value,
            coalesce(array_agg(f.low order by f.number), '{}') as low,
            coalesce(array_agg(f.high order by f.number), '{}') as high,
            coalesce(array_agg(f.price order by f.number), '{}') as price,
            coalesce(array_agg(f.publicity order by f.number), '{}') as publicity
        from unnest(protect.figures) with ordinality as f (value, low, high, price, publicity, number)
    ) f
    cross join (
        select
            coalesce(array_agg(t.equation order by t.number), '{}') as equation,
            coalesce(array_agg(t.figure order by t.number), '{}') as figure,
            coalesce(array_agg(t.sign order by t.number), '{}') as sign
        from unnest(protect.terms) with ordinality as t (equation, figure, sign, number)
    ) t
$$;
comment on function early_help_internal.protect is
'The decisions of protect_figures on figures, in their order. The terms are the equations in which the figures stand.';
create function early_help_internal.guarded_figures(
periods early_help_internal.publication_period[],
figures early_help_internal.period_figure[],
before early_help_internal.past_figure[],
bounds early_help_internal.figure_bound[],
threshold integer
)
returns setof early_help_internal.guarded_figure
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$ #variable_conflict error
begin
    return query
    with known as materialized (
        -- What all versions of a period let the public know, moved from what the
        -- figure was then to what it is now: here every change is known.
        select
            b.period,
            b.place,
            bool_or(not b.hidden) as shown,
            bool_or(b.stays_hidden) as stays_hidden,
            max(n.figure + b.least - b.figure) filter (where b.hidden) as low,
            min(least(2147483647, n.figure + b.most::bigint - b.figure)) filter (where b.hidden) as high
        from unnest(before) b
        join unnest(figures) n on n.period = b.period and n.place = b.place
        group by b.period, b.place
    )
    select
        n.figure,
        greatest(0, e.low, o.low),
        least(2147483647, e.high, o.high)::integer,
        coalesce(o.price, 0),
        case
            when e.shown then 1
            when q.is_new and e.stays_hidden then 4
            -- Only a difference to what was changed since would show it: no proof is asked.
            when q.is_new and o.late then 3
            when q.is_new and (o.gap or n.figure between 1 and threshold) then 4
            when q.is_new then 5
            when e.stays_hidden then 2
            when e.period is not null then 3
            when n.figure between 1 and threshold then 6
            else 0
        end
    from unnest(figures) n
    join unnest(periods) q on q.period = n.period
    left join known e on e.period = n.period and e.place = n.place
    left join unnest(bounds) o on q.is_new and o.place = n.place
    order by n.period, n.place;
end
$$;
comment on function early_help_internal.guarded_figures is
'The figures of all periods as protect_figures takes them, period by period and place by place.';
create function early_help_internal.decide_against_past(
periods early_help_internal.publication_period[],
figures early_help_internal.period_figure[],
before early_help_internal.past_figure[],
bounds early_help_internal.figure_bound[],
terms early_help_internal.figure_term[],
threshold integer,
withhold boolean
)
returns integer[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$ #variable_conflict error
declare
    places constant integer := cardinality(bounds);
    new_period constant integer := (select q.period from unnest(periods) q where q.is_new);
    guarded constant early_help_internal.guarded_figure[] := array(
        select g from early_help_internal.guarded_figures(periods, figures, before, bounds, threshold) g);
    decided constant integer[] := early_help_internal.protect(
        guarded, array(select t from early_help_internal.period_equations(periods, terms, places) t), withhold);
begin
    return array(
        select
            case
                -- An earlier version of the period shows it: nothing could prove it hidden.
                when g.publicity = 1 and not b.late and (b.gap or b.figure between 1 and threshold) then 2
                else decided[g.number]
            end
        from unnest(bounds) b
        join unnest(guarded) with ordinality as g (value, low, high, price, publicity, number)
            on g.number = (new_period - 1) * places + b.place
        order by b.place);
end
$$;
comment on function early_help_internal.decide_against_past is
'The decisions on the figures of the new publication, in the order of their places, beside everything that was published.';
create function early_help_internal.decide_by_itself(
bounds early_help_internal.figure_bound[],
terms early_help_internal.figure_term[],
threshold integer,
decided integer[]
)
returns integer[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$ #variable_conflict error
declare
    guarded constant early_help_internal.guarded_figure[] := array(
        select row(
            b.figure,
            case when decided[b.place] = 3 then 0 else b.low end,
            case when decided[b.place] = 3 then 2147483647 else b.high end,
            b.price,
            case
                when decided[b.place] in (1, 3) then 3
                when b.late or b.gap or b.figure between 1 and threshold then 4
                else 5
            end)::early_help_internal.guarded_figure
        from unnest(bounds) b
        order by b.place);
    alone constant integer[] := early_help_internal.protect(guarded, terms, true);
begin
    return array(
        select case when decided[b.place] in (1, 3) then decided[b.place] else alone[b.place] end
        from unnest(bounds) b
        order by b.place);
end
$$;
comment on function early_help_internal.decide_by_itself is
'The decisions on the figures of the new publication, in the order of their places, without earlier ones. What was decided '
'to be hidden or withheld stays so.';

-- extension/install/publish/freeze.sql
create function early_help_internal.published_stays()
returns trigger
language c
as '$libdir/early_help-0.3.0', 'early_help_published_stays';
comment on function early_help_internal.published_stays is
'Trigger before update or delete: refuses to change what was published. Error YHF01.';
create function early_help_internal.exclude_publication(publication oid) returns void
language c
strict
as '$libdir/early_help-0.3.0', 'early_help_exclude_publication';
comment on function early_help_internal.exclude_publication is
'Keeps other publications of a partnership waiting until the transaction ends. The argument is its table publication. Call '
'it as the owner, in a statement of its own, before the statement that reads. Errors 42501, 42P01, 42809; 40001: at '
'REPEATABLE READ, another publication was committed after the snapshot was taken.';
create function early_help_internal.past_publications(p text, new_id bigint) returns bigint[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    past bigint[];
begin
    execute format(
        $sql$
        select coalesce(array_agg(b.publication_id order by b.publication_id), '{}')
        from only %1$I.publication b
        join (
            select min(o.first_month) as first_month, max(o.next_month) as next_month
            from only %1$I.publication own
            join only %1$I.publication o on o.first_month < own.next_month and o.next_month > own.first_month
            where own.publication_id = $1
        ) span on b.first_month >= span.first_month and b.next_month <= span.next_month
        where b.publication_id <> $1
        $sql$, p)
    into past
    using new_id;
    return past;
end
$$;
comment on function early_help_internal.past_publications is
'The earlier publications that matter for a new one: those that overlap it, and those that overlap these. The longest of '
'them contains the others.';
create function early_help_internal.freeze_figures()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    p constant text := tg_table_schema;
    threshold constant integer := new.suppression_threshold;
    past bigint[];
    cells early_help_internal.month_figure[];
    places early_help_internal.figure_place[];
    terms early_help_internal.figure_term[];
    periods early_help_internal.publication_period[];
    figures early_help_internal.period_figure[];
    before early_help_internal.past_figure[];
    bounds early_help_internal.figure_bound[];
    changed boolean;
    against_past integer[];
    decided integer[];
begin
    -- Read: what was published, and the figures as the records are now.
    perform early_help_internal.exclude_publication(tg_relid);
    past := early_help_internal.past_publications(p, new.publication_id);
    periods := array(select q from early_help_internal.publication_periods(p, past || new.publication_id, new.publication_id) q);
    cells := array(
        select c
        from (select min(q.first_month) as first_month, max(q.next_month) as next_month from unnest(periods) q) span
        cross join lateral early_help_internal.month_figures(p, span.first_month, span.next_month) c);
    perform early_help_internal.check_counts_agree(cells);
    places := array(select k from early_help_internal.figure_places(p, cells, past) k);
    figures := array(select n from early_help_internal.period_figures(periods, places, cells) n);
    before := array(select b from early_help_internal.past_figures(p, past, periods, places) b);
    changed := early_help_internal.changed_since(before, figures);

    -- What each figure might be, and what adds up.
    bounds := array(
        select b
        from early_help_internal.figure_bounds(
            p, new.publication_id, threshold, past, places,
            array(select n from unnest(figures) n join unnest(periods) q on q.period = n.period where q.is_new), before) b);
    terms := array(select t from early_help_internal.figure_equations(p, places) t);

    -- Decide. Without earlier publications nothing stands against it yet.
    against_past := array_fill(0, array[cardinality(places)]);
    if past <> '{}' then
        against_past := early_help_internal.decide_against_past(periods, figures, before, bounds, terms, threshold, not changed);
    end if;
    decided := against_past;
    if past = '{}' or changed then
        decided := early_help_internal.decide_by_itself(bounds, terms, threshold, against_past);
    end if;

    -- Write. Whoever can work a figure out from earlier publications may see it, but
    -- a small count is never shown.
    perform early_help_internal.write_by_engine(
        format(
            $sql$
            insert into %I.published_figure (
                publication_id, count_name, dimension_1, value_1, dimension_2, value_2, figure, hidden, stays_hidden)
            select
                $1, k.count_name, k.dimension_1, k.value_1, k.dimension_2, k.value_2, b.figure,
                case
                    when not d.hide then null
                    when $4[k.place] = 3 then 'withheld'
                    when b.figure between 1 and $6 then 'small'
                    when b.gap or b.late then 'difference'
                    else 'secondary'
                end,
                -- Hidden also from who knows what was changed: proved beside all that was
                -- published, or the first to be published.
                case when d.hide then $5[k.place] in (1, 3) or $7 end
            from unnest($2) k
            join unnest($3) b on b.place = k.place
            cross join lateral (
                select $4[k.place] <> 0 and ($4[k.place] <> 4 or b.figure between 1 and $6) as hide
            ) d
            $sql$, p),
        new.publication_id, places, bounds, decided, against_past, threshold, past = '{}');
    return null;
end
$$;
comment on function early_help_internal.freeze_figures is
'Trigger after insert of a publication: freezes the figures of its period and hides some, so that nobody can work out a '
'hidden figure from everything that was published. Error 40001 beside another publication at REPEATABLE READ.';

-- extension/install/upgrade/partnership_object.sql
create type early_help_internal.partnership_object as (
kind text,
relation name,
name text,
object oid,
definition text,
restored text,
described text
);
comment on type early_help_internal.partnership_object is
'A table, column, constraint, index, trigger, view or function of a partnership, with the words that make it and its '
'comment. relation: the table or view, or the function; name: what belongs to it, or the function''s arguments; '
'restored: how PostgreSQL words what was made from definition, where that was tried.';
create function early_help_internal.path_to_make(records oid, kind text) returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    -- A view of figures may have a table's name: views and functions read the view, all else
    -- stands on the table. pg_catalog, which is not named, is searched before both.
    select case when path_to_make.kind ~ 'view|function'
            then format('%I, %I, pg_temp', n.nspname || '_kpi', n.nspname)
            else format('%I, %I, pg_temp', n.nspname, n.nspname || '_kpi')
        end
    from pg_namespace n
    where n.oid = records
$$;
comment on function early_help_internal.path_to_make(oid, text) is
'Within upgrade_partnership: the search_path under which an object of this kind is worded, and made in a partnership.';
create function early_help_internal.place_to_make(records oid, kind text) returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select quote_ident(n.nspname || case when place_to_make.kind like 'kpi%' then '_kpi' else '' end)
    from pg_namespace n
    where n.oid = records
$$;
comment on function early_help_internal.place_to_make(oid, text) is
'Within upgrade_partnership: the schema that an object of this kind belongs to.';
create function early_help_internal.command_to_make(records oid, kind text, definition text) returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select regexp_replace(definition, '^(view|function|procedure) ', 'create or replace \1 ' || p.place || '.', 'i')
    from (select replace(early_help_internal.place_to_make(records, kind), '\', '\\')) p (place)
$$;
comment on function early_help_internal.command_to_make(oid, text, text) is
'Within upgrade_partnership: the command that makes a view or function of these words in its schema.';
create function early_help_internal.partnership_objects(schema oid) returns setof early_help_internal.partnership_object
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    kpi constant oid := (
        select k.oid
        from pg_namespace n
        join pg_namespace k on k.nspname = n.nspname || '_kpi'
        where n.oid = schema);
begin
    -- PostgreSQL then words the definitions without the partnership's name, and under the same
    -- path upgrade_partnership executes them.
    perform set_config('search_path', early_help_internal.path_to_make(schema, 'table'), true);
    return query
    select 'table', c.relname, '', c.oid, '', null::text, obj_description(c.oid, 'pg_class')
    from pg_class c
    where c.relnamespace = schema
        and c.relkind = 'r'
    union all
    select 'column', c.relname, a.attname::text, c.oid,
        format_type(a.atttypid, a.atttypmod)
            || case
                when a.attgenerated <> '' then format(' generated always as (%s) stored', pg_get_expr(d.adbin, d.adrelid))
                when a.attidentity = 'a' then ' generated always as identity'
                when a.attidentity = 'd' then ' generated by default as identity'
                else coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
            end
            || case when a.attnotnull then ' not null' else '' end,
        null,
        col_description(c.oid, a.attnum)
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where c.relnamespace = schema
        and c.relkind = 'r'
    union all
    select 'constraint', c.relname, k.conname::text, k.oid, pg_get_constraintdef(k.oid, true), null,
        obj_description(k.oid, 'pg_constraint')
    from pg_constraint k
    join pg_class c on c.oid = k.conrelid
    where k.connamespace = schema
        and k.contype in ('c', 'f', 'p', 'u', 'x')
        and c.relkind = 'r'
    union all
    select 'index', c.relname, i.relname::text, i.oid, pg_get_indexdef(i.oid, 0, true), null, obj_description(i.oid, 'pg_class')
    from pg_index x
    join pg_class i on i.oid = x.indexrelid
    join pg_class c on c.oid = x.indrelid
    where c.relnamespace = schema
        and c.relkind = 'r'
        and not exists (select from pg_constraint k where k.conindid = x.indexrelid and k.contype in ('p', 'u', 'x'))
    union all
    select 'trigger', c.relname, t.tgname::text, t.oid,
        format('%s; alter table %I %s trigger %I', pg_get_triggerdef(t.oid, true), c.relname,
            case t.tgenabled
                when 'A' then 'enable always'
                when 'R' then 'enable replica'
                when 'D' then 'disable'
                else 'enable'
            end,
            t.tgname),
        null,
        obj_description(t.oid, 'pg_trigger')
    from pg_trigger t
    join pg_class c on c.oid = t.tgrelid
    where c.relnamespace = schema
        and not t.tgisinternal;

    perform set_config('search_path', early_help_internal.path_to_make(schema, 'view'), true);
    return query
    select case when c.relnamespace = kpi then 'kpi view' else 'view' end, c.relname, '', c.oid,
        format('view %I%s as %s', c.relname,
            ' with (' || array_to_string(c.reloptions, ', ') || ')', pg_get_viewdef(c.oid)),
        null::text,
        obj_description(c.oid, 'pg_class')
    from pg_class c
    where c.relnamespace in (schema, kpi)
        and c.relkind = 'v'
    union all
    select case when c.relnamespace = kpi then 'kpi view column' else 'view column' end,
        c.relname, a.attname::text, c.oid, '', null,
        col_description(c.oid, a.attnum)
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
    where c.relnamespace in (schema, kpi)
        and c.relkind = 'v'
    union all
    -- pg_get_functiondef always names the schema.
    select case when f.pronamespace = kpi then 'kpi function' else 'function' end, f.proname,
        pg_get_function_identity_arguments(f.oid), f.oid,
        regexp_replace(pg_get_functiondef(f.oid), '^CREATE OR REPLACE (FUNCTION|PROCEDURE) ("([^"]|"")*"|[^"(. ]*)\.', '\1 '),
        null,
        obj_description(f.oid, 'pg_proc')
    from pg_proc f
    where f.pronamespace in (schema, kpi);
end
$$;
comment on function early_help_internal.partnership_objects(oid) is
'Every table, column, constraint, index, trigger, view and function of a partnership (given the schema of its records), with '
'the words that make it and its comment.';
create function early_help_internal.objects_restored(schema oid) returns setof early_help_internal.partnership_object
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    objects constant early_help_internal.partnership_object[] :=
        array(select o from early_help_internal.partnership_objects(schema) o);
    one early_help_internal.partnership_object;
begin
    foreach one in array objects loop
        if one.kind in ('view', 'function', 'kpi view', 'kpi function') then
            perform set_config('search_path', early_help_internal.path_to_make(schema, one.kind), true);
            execute early_help_internal.command_to_make(schema, one.kind, one.definition);
        end if;
    end loop;
    perform set_config('search_path', 'pg_catalog, pg_temp', true);
    return query
    select o.kind, o.relation, o.name, o.object, o.definition, r.definition, o.described
    from unnest(objects) o
    join early_help_internal.partnership_objects(schema) r on r.kind = o.kind and r.relation = o.relation and r.name = o.name;
end
$$;
comment on function early_help_internal.objects_restored(oid) is
'Within upgrade_partnership: the objects of a partnership, with restored: each view and function is made again from its '
'own words, as a restore does, since PostgreSQL may word that in another way.';
create function early_help_internal.fresh_objects(fresh name, partnership name) returns early_help_internal.partnership_object[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    aside constant text := fresh || '_aside';
    objects early_help_internal.partnership_object[];
begin
    -- Under the name of the partnership, so that the words are those of its own. Nobody else sees that.
    execute format('alter schema %I rename to %I', partnership, aside);
    execute format('alter schema %I rename to %I', partnership || '_kpi', aside || '_kpi');
    execute format('alter schema %I rename to %I', fresh, partnership);
    execute format('alter schema %I rename to %I', fresh || '_kpi', partnership || '_kpi');
    objects := array(select o from early_help_internal.objects_restored(to_regnamespace(quote_ident(partnership))) o);
    execute format('alter schema %I rename to %I', partnership, fresh);
    execute format('alter schema %I rename to %I', partnership || '_kpi', fresh || '_kpi');
    execute format('alter schema %I rename to %I', aside, partnership);
    execute format('alter schema %I rename to %I', aside || '_kpi', partnership || '_kpi');
    return objects;
end
$$;
comment on function early_help_internal.fresh_objects(name, name) is
'Within upgrade_partnership: the objects of the partnership that was made to compare with, in words that make them in '
'the other one.';
create function early_help_internal.partnership_differences(old oid, new early_help_internal.partnership_object[],
out kind text, out relation name, out name text,
out old_object oid, out new_object oid, out definition text, out described text, out redefined boolean)
returns setof record
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        coalesce(o.kind, n.kind),
        coalesce(o.relation, n.relation),
        coalesce(o.name, n.name),
        o.object,
        n.object,
        n.definition,
        n.described,
        o.definition is null or n.definition is null or o.definition not in (n.definition, n.restored)
    from early_help_internal.partnership_objects(old) o
    full join unnest(new) n
        on n.kind = o.kind and n.relation = o.relation and n.name = o.name
    where o.definition is null
        or n.definition is null
        or o.definition not in (n.definition, n.restored)
        or (n.object is not null and o.described is distinct from n.described)
    order by n.object
$$;
comment on function early_help_internal.partnership_differences(oid, early_help_internal.partnership_object[]) is
'What differs between a partnership (the schema of its records) and the objects of another: null '
'old_object: is missing in the first; null new_object: is missing in the second. definition and described are the second''s, '
'in the order in which they were made.';

-- extension/install/upgrade/apply.sql
create function early_help_internal.is_noted(records oid, kind text, relation name, name text) returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    noted boolean;
begin
    execute format(
        'select exists (
            select
            from only %s.structure_as_made l
            where ($1 is null or l.kind = $1)
                and $2 in (l.table_name, l.name)
                and ($1 is null or $1 like ''%%function'' or $3 = '''' or l.name = $3))', records::regnamespace)
    into noted
    using kind, relation, name;
    return noted;
end
$$;
comment on function early_help_internal.is_noted(oid, text, name, text) is
'Whether create_partnership, or the last upgrade, made this object; otherwise somebody added it.';
create function early_help_internal.grants_of(object_class regclass, object oid) returns text[]
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(array_agg(
            format('grant %s%s on %s %s to %s%s', g.privilege, g.columns, g.what, g.place, g.role, g.option)), '{}')
    from (
        select
            a.privilege_type as privilege, '' as columns, 'table' as what, c.oid::regclass::text as place,
            case a.grantee when 0 then 'public' else a.grantee::regrole::text end as role,
            case when a.is_grantable then ' with grant option' else '' end as option
        from pg_class c
        cross join aclexplode(c.relacl) a
        where object_class = 'pg_class'::regclass
            and c.oid = object
            and a.grantee <> c.relowner
        union all
        select
            a.privilege_type, format(' (%I)', t.attname), 'table', c.oid::regclass::text,
            case a.grantee when 0 then 'public' else a.grantee::regrole::text end,
            case when a.is_grantable then ' with grant option' else '' end
        from pg_class c
        join pg_attribute t on t.attrelid = c.oid and t.attnum > 0
        cross join aclexplode(t.attacl) a
        where object_class = 'pg_class'::regclass
            and c.oid = object
        union all
        select
            a.privilege_type, '', 'routine', p.oid::regprocedure::text,
            case a.grantee when 0 then 'public' else a.grantee::regrole::text end,
            case when a.is_grantable then ' with grant option' else '' end
        from pg_proc p
        cross join aclexplode(p.proacl) a
        where object_class = 'pg_proc'::regclass
            and p.oid = object
            and a.grantee <> p.proowner
    ) g
$$;
comment on function early_help_internal.grants_of(regclass, oid) is
'Within upgrade_partnership: the commands that grant again what a view or function was granted, before it is made anew.';
create function early_help_internal.views_upon(objects oid[]) returns table (object_class regclass, object oid)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with recursive upon (classid, objid) as (
        select case when c.oid is not null then 'pg_class'::regclass else 'pg_proc'::regclass end::oid, o
        from unnest(objects) o
        left join pg_class c on c.oid = o
        union
        select
            case when r.oid is not null then 'pg_class'::regclass else d.classid end,
            coalesce(r.ev_class, d.objid)
        from upon u
        join pg_depend d on d.refclassid = u.classid and d.refobjid = u.objid and d.deptype = 'n'
        left join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
        where d.classid in ('pg_rewrite'::regclass, 'pg_proc'::regclass)
    )
    select u.classid::regclass, u.objid
    from upon u
$$;
comment on function early_help_internal.views_upon(oid[]) is
'Within upgrade_partnership: these views and functions, and those that use them.';
create function early_help_internal.upgrade_tables(old oid, new early_help_internal.partnership_object[]) returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    one record;
    done integer := 0;
    place text;
    noted boolean;
    there boolean;
begin
    for one in
        select d.*
        from early_help_internal.partnership_differences(old, new) d
        join unnest('{table,column,constraint,index,trigger}'::text[]) with ordinality turn (kind, number) on turn.kind = d.kind
        where d.redefined
        -- What goes, goes first, and triggers before what they stand on.
        order by d.new_object is not null, case when d.new_object is null then - turn.number else turn.number end, d.new_object
    loop
        place := format('%I', one.relation);
        perform set_config('search_path', 'pg_catalog, pg_temp', true);
        noted := early_help_internal.is_noted(old, one.kind, one.relation, one.name);
        there := exists (
            select from pg_attribute a
            join pg_class c on c.oid = a.attrelid
            where c.relnamespace = old
                and c.relname = one.relation
                and a.attname = one.name);
        perform set_config('search_path', early_help_internal.path_to_make(old, one.kind), true);
        if one.old_object is not null and one.kind in ('constraint', 'index', 'trigger') then
            -- Of a table that somebody added it is not ours.
            continue when one.new_object is null and not noted;
            execute case one.kind
                when 'constraint' then format('alter table %s drop constraint %I', place, one.name)
                when 'index' then format('drop index %I', one.name)
                else format('drop trigger %I on %s', one.name, place)
            end;
        elsif one.new_object is null then
            continue when not noted;
            raise exception 'no step of the upgrade says what becomes of % %',
                one.kind, concat_ws('.', one.relation, nullif(one.name, ''));
        elsif one.kind = 'column' and one.old_object is not null then
            raise exception 'no step of the upgrade changes column %.%', one.relation, one.name;
        end if;
        done := done + 1;
        continue when one.new_object is null;

        if one.kind = 'table' then
            execute format(
                'create table %s (like %s including defaults including generated including identity including storage)',
                place, one.new_object::regclass);
        elsif one.kind = 'column' then
            -- A table that is new has its columns.
            continue when there;
            execute format('alter table %s add column %I %s', place, one.name, one.definition);
        elsif one.kind = 'constraint' then
            execute format('alter table %s add constraint %I %s', place, one.name, one.definition);
        else
            execute one.definition;
        end if;
    end loop;
    return done;
end
$$;
comment on function early_help_internal.upgrade_tables(oid, early_help_internal.partnership_object[]) is
'Within upgrade_partnership: tables, columns, constraints, indexes and triggers that are new or changed, or no longer there. '
'A column that is to change or go is the business of a numbered step before. Returns how many.';
create function early_help_internal.upgrade_views(old oid, new early_help_internal.partnership_object[]) returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    one record;
    done integer := 0;
    stubborn oid[] := '{}';
    dropped record;
    grants text[] := '{}';
    command text;
begin
    -- First those that can be replaced where they stand. Then what stands in the way of
    -- the rest goes, with all that uses it, and is made anew.
    for round in 1 .. 2 loop
        for one in
            select d.*
            from early_help_internal.partnership_differences(old, new) d
            where d.redefined
                and d.kind in ('view', 'function', 'kpi view', 'kpi function')
        loop
            if one.new_object is null then
                if early_help_internal.is_noted(old, one.kind, one.relation, one.name) then
                    stubborn := stubborn || one.old_object;
                end if;
                continue;
            end if;
            begin
                perform set_config('search_path', early_help_internal.path_to_make(old, one.kind), true);
                execute early_help_internal.command_to_make(old, one.kind, one.definition);
                if one.old_object is null and one.kind in ('function', 'kpi function') then
                    execute format('revoke execute on routine %s.%I(%s) from public',
                        early_help_internal.place_to_make(old, one.kind), one.relation, one.name);
                end if;
                done := done + 1;
            exception
                when others then
                    if round = 2 then
                        raise;
                    end if;
                    stubborn := array_remove(stubborn || one.old_object, null);
            end;
            perform set_config('search_path', 'pg_catalog, pg_temp', true);
        end loop;

        continue when round = 2;
        for dropped in
            select
                u.*,
                coalesce(c.relname, p.proname) as name,
                pg_describe_object(u.object_class, u.object, 0) as described,
                coalesce(c.relnamespace, p.pronamespace) as schema
            from early_help_internal.views_upon(stubborn) u
            left join pg_class c on u.object_class = 'pg_class'::regclass and c.oid = u.object
            left join pg_proc p on u.object_class = 'pg_proc'::regclass and p.oid = u.object
            order by u.object desc
        loop
            if not early_help_internal.is_noted(old, null, dropped.name, null) then
                perform early_help_internal.raise_rule('P05', dropped.described);
            end if;
            grants := grants || early_help_internal.grants_of(dropped.object_class, dropped.object);
            done := done + 1;
        end loop;
        for dropped in
            select u.*, c.relkind
            from early_help_internal.views_upon(stubborn) u
            left join pg_class c on u.object_class = 'pg_class'::regclass and c.oid = u.object
            order by u.object desc
        loop
            execute case when dropped.relkind is null
                then (
                    select format('drop routine if exists %s cascade', p.oid::regprocedure)
                    from pg_proc p
                    where p.oid = dropped.object)
                else (
                    select format('drop view if exists %s cascade', c.oid::regclass)
                    from pg_class c
                    where c.oid = dropped.object)
            end;
        end loop;
    end loop;

    -- What is no longer there needs no grant.
    foreach command in array grants loop
        begin
            execute command;
        exception
            when undefined_table or undefined_function or undefined_column then
                raise notice 'not granted again, for it is no longer there: %', command;
        end;
    end loop;
    return done;
end
$$;
comment on function early_help_internal.upgrade_views(oid, early_help_internal.partnership_object[]) is
'Within upgrade_partnership: views and functions that are new, changed or no longer there. What they were granted is granted '
'again. Returns how many. Error YHP05: something that is not ours uses one that cannot be replaced where it stands.';
create function early_help_internal.upgrade_comments(old oid, new early_help_internal.partnership_object[]) returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    one record;
    place text;
    done integer := 0;
begin
    for one in
        select d.*
        from early_help_internal.partnership_differences(old, new) d
        where d.new_object is not null
    loop
        perform set_config('search_path', early_help_internal.path_to_make(old, one.kind), true);
        place := early_help_internal.place_to_make(old, one.kind);
        execute case
            when one.kind like '%column'
                then format('comment on column %s.%I.%I is %L', place, one.relation, one.name, one.described)
            when one.kind like '%function'
                then format('comment on routine %s.%I(%s) is %L', place, one.relation, one.name, one.described)
            when one.kind like '%view' then format('comment on view %s.%I is %L', place, one.relation, one.described)
            when one.kind = 'table' then format('comment on table %s.%I is %L', place, one.relation, one.described)
            when one.kind = 'index' then format('comment on index %s.%I is %L', place, one.name, one.described)
            else format('comment on %s %I on %s.%I is %L', one.kind, one.name, place, one.relation, one.described)
        end;
        perform set_config('search_path', 'pg_catalog, pg_temp', true);
        done := done + 1;
    end loop;
    return done;
end
$$;
comment on function early_help_internal.upgrade_comments(oid, early_help_internal.partnership_object[]) is
'Within upgrade_partnership: comments that changed. Returns how many.';

-- extension/install/upgrade/rows.sql
create function early_help_internal.columns_of(place regclass) returns name[]
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select array_agg(a.attname order by a.attnum)
    from pg_attribute a
    where a.attrelid = place
        and a.attnum > 0
        and not a.attisdropped
        and a.attgenerated = ''
$$;
comment on function early_help_internal.columns_of(regclass) is
'The columns of a table that can be written, in order.';
create function early_help_internal.merge_rows(
old regclass,
new regclass,
key name[],
stays name[] default '{}',
taken text default 'true'
) returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    columns constant name[] := early_help_internal.columns_of(new);
    changing constant name[] := array(select c from unnest(columns) c where c <> all (key || stays || '{recorded_at}'::name[]));
    same text := (select string_agg(format('o.%1$I is not distinct from n.%1$I', k), ' and ') from unnest(key) k);
    written bigint := 0;
begin
    if changing <> '{}' then
        written := early_help_internal.write_by_engine(format(
            'update only %1$s o
            set (%2$s) = row(%3$s)
            from only %4$s n
            where %5$s and (%6$s) and row(%7$s) is distinct from row(%3$s)',
            old,
            (select string_agg(quote_ident(c), ', ') from unnest(changing) c),
            (select string_agg(format('n.%I', c), ', ') from unnest(changing) c),
            new, same, taken,
            (select string_agg(format('o.%I', c), ', ') from unnest(changing) c)));
    end if;
    written := written + early_help_internal.write_by_engine(format(
        'insert into %1$s (%2$s) select %3$s from only %4$s n where not exists (select from only %1$s o where %5$s)',
        old,
        (select string_agg(quote_ident(c), ', ') from unnest(columns) c),
        (select string_agg(format('n.%I', c), ', ') from unnest(columns) c),
        new, same));
    return written;
end
$$;
comment on function early_help_internal.merge_rows(regclass, regclass, name[], name[], text) is
'Within upgrade_partnership: writes the rows of a fresh table into the partnership''s, by their key. stays: columns that are '
'the partnership''s once the row is there. taken: which of its rows (o) may change. Returns how many were written.';
create function early_help_internal.upgrade_rows(old oid, new oid) returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    one record;
    written bigint := 0;
begin
    for one in
        select o.oid::regclass as old, n.oid::regclass as new, k.key, k.stays, k.taken
        from (values
            ('kpi_cube', '{cube}'::name[], '{}'::name[], 'true'),
            ('kpi_metric', '{metric_code}', '{}', 'true'),
            ('kpi_period', '{period_kind,last_month}', '{}', 'true'),
            ('published_table', '{table_name}', '{}', 'true'),
            ('bank_holiday', '{day}', '{}', 'not o.local'),
            ('code_label', '{list,code,valid_from}', '{}', 'true')
        ) k (name, key, stays, taken)
        join pg_class o on o.relnamespace = old and o.relname = k.name and o.relkind = 'r'
        join pg_class n on n.relnamespace = new and n.relname = k.name and n.relkind = 'r'
        union all
        -- A code list is a table with the columns of one. Whether a code is still offered is for the partnership to say.
        select o.oid::regclass, n.oid::regclass, '{code}', '{offered,counted_in_outcomes}', 'true'
        from pg_class n
        join pg_class o on o.relnamespace = old and o.relname = n.relname and o.relkind = 'r'
        where n.relnamespace = new
            and n.relkind = 'r'
            and (
                select count(*)
                from pg_attribute a
                where a.attrelid = n.oid
                    and a.attname in ('code', 'label', 'valid_from', 'valid_to', 'offered', 'local')) = 6
    loop
        written := written + early_help_internal.merge_rows(one.old, one.new, one.key, one.stays, one.taken);
    end loop;
    return written;
end
$$;
comment on function early_help_internal.upgrade_rows(oid, oid) is
'Within upgrade_partnership: official codes, bank holidays, cubes, figures and published tables that are new or changed. '
'Returns how many rows.';

-- build/sql/upgrade_steps.sql
create function early_help_internal.upgrade_steps() returns table (from_version text, to_version text, ddl text)
language sql
immutable
parallel safe
rows 10
set search_path = pg_catalog, pg_temp
as $early_help_steps$
    select null::text, null::text, null::text where false
$early_help_steps$;
comment on function early_help_internal.upgrade_steps() is
'What upgrade_partnership runs in the schema of the records before it compares, a row a version.';

-- extension/install/upgrade/upgrade_partnership.sql
create function early_help_internal.lock_for_upgrade(schema oid, kpi_schema oid) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    one record;
begin
    -- All at once or none: a lock that is waited for while others are held could
    -- make a deadlock, and PostgreSQL might then cancel a reader.
    for attempt in 1 .. 300 loop
        begin
            perform set_config('lock_timeout', '20ms', true);
            -- Views first, as readers take their locks; LOCK would go on to the catalogs that a view reads.
            for one in
                select c.oid::regclass as place, c.relkind, c.relowner::regrole as owner
                from pg_class c
                where c.relnamespace in (schema, kpi_schema)
                    and c.relkind in ('r', 'v')
                order by c.relkind desc, c.oid desc
            loop
                execute case one.relkind
                    when 'v' then format('alter view %s owner to %s', one.place, one.owner)
                    else format('lock table %s in access exclusive mode', one.place)
                end;
            end loop;
            perform set_config('lock_timeout', '0', true);
            return;
        exception
            when lock_not_available or deadlock_detected then
                null;
        end;
        perform pg_sleep(0.05 + random() * 0.1);
    end loop;
    raise lock_not_available using
        message = 'the partnership is in use',
        detail = 'Something has read or written it for half a minute without a pause.',
        hint = 'Nothing was changed. End long queries (pg_stat_activity), then call early_help.upgrade_partnership again.';
end
$$;
comment on function early_help_internal.lock_for_upgrade(oid, oid) is
'Within upgrade_partnership: locks all tables and views of a partnership until the transaction ends. Error 55P03.';
create function early_help_internal.changed_cubes(old oid, new early_help_internal.partnership_object[]) returns text[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    changed text[];
begin
    -- A cube is computed by functions that carry its name.
    execute format(
        'select coalesce(array_agg(c.cube::text order by c.cube), ''{}'')
        from only %s.kpi_cube c
        cross join lateral early_help_internal.cube_names(c.cube) n (names)
        where exists (
            select
            from early_help_internal.partnership_differences($1, $2) d
            where d.redefined
                and d.relation in (n.names ->> ''month'', n.names ->> ''all_parts'', n.names ->> ''stale''))',
        old::regnamespace)
    into changed
    using old, new;
    return changed;
end
$$;
comment on function early_help_internal.changed_cubes(oid, early_help_internal.partnership_object[]) is
'Within upgrade_partnership: cubes whose cells are no longer what they were.';
create function early_help.upgrade_partnership(name text, out from_version text, out to_version text, out changes bigint)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = notice
as $$ #variable_conflict error
declare
    own record := early_help_internal.own_partnership(name);
    caller constant text := current_setting('role');
    place constant text := own.schema::regnamespace::text;
    fresh text := format('early_help_fresh_%s', pg_backend_pid());
    fresh_schema oid;
    objects early_help_internal.partnership_object[];
    cubes text[];
    step record;
    left_over text;
begin
    -- What is made belongs to the owner, and what he wrote runs as him.
    perform set_config('role', (select n.nspowner::regrole::text from pg_namespace n where n.oid = own.schema), true);
    if not pg_try_advisory_xact_lock(own.schema::bigint << 8 | 7) then
        raise lock_not_available using
            message = format('partnership %s is being upgraded by another session', quote_ident(name)),
            hint = 'SELECT * FROM early_help.partnerships(); shows its version when that has ended.';
    end if;
    select e.extversion into to_version from pg_extension e where e.extname = 'early_help';
    execute format('select record_version from only %s.partnership', place) into from_version;
    changes := 0;
    if from_version = to_version then
        perform set_config('role', caller, true);
        return;
    end if;
    if not exists (
        select
        from pg_extension_update_paths('early_help') u
        where u.source = upgrade_partnership.from_version
            and u.target = upgrade_partnership.to_version
            and u.path is not null) then
        raise feature_not_supported using
            message = format('there is no way from version %s to %s', from_version, to_version),
            hint = 'Bring the files of the versions between, which are in the package, to the server.';
    end if;

    raise notice 'making a partnership of version % to compare with', to_version;
    perform early_help.create_partnership(fresh);
    fresh_schema := fresh::regnamespace;
    objects := early_help_internal.fresh_objects(fresh, name);
    perform early_help_internal.exclude_refresh(own.schema);
    perform early_help_internal.lock_for_upgrade(own.schema, own.kpi_schema);

    for step in
        select s.to_version as version, s.ddl
        from early_help_internal.upgrade_steps() s
        where string_to_array(s.to_version, '.')::integer[] > string_to_array(upgrade_partnership.from_version, '.')::integer[]
        order by string_to_array(s.to_version, '.')::integer[]
    loop
        raise notice 'step to version %', step.version;
        perform set_config('search_path', early_help_internal.path_to_make(own.schema, 'table'), true);
        execute step.ddl;
        perform set_config('search_path', 'pg_catalog, pg_temp', true);
    end loop;

    cubes := early_help_internal.changed_cubes(own.schema, objects);
    changes := changes + early_help_internal.upgrade_tables(own.schema, objects);
    raise notice 'tables: % changes', changes;
    changes := changes + early_help_internal.upgrade_views(own.schema, objects);
    raise notice 'tables, views and functions: % changes', changes;
    changes := changes + early_help_internal.upgrade_comments(own.schema, objects);
    changes := changes + early_help_internal.upgrade_rows(own.schema, fresh_schema);
    raise notice 'with comments, codes and lists: % changes', changes;
    if cubes <> '{}' then
        perform early_help_internal.mark_cubes_stale(own.schema, cubes);
        raise notice 'figures to be computed anew by early_help.refresh_kpis: cubes %', array_to_string(cubes, ', ');
    end if;

    select string_agg(concat_ws(' ', d.kind, d.relation, d.name), ', ') into left_over
    from early_help_internal.partnership_differences(own.schema, objects) d
    where d.new_object is not null;
    if left_over is not null then
        raise exception 'the upgrade left a difference: %', left_over;
    end if;
    perform early_help_internal.write_by_engine(format('update only %s.partnership set record_version = $1', place), to_version);
    perform early_help_internal.note_structure(format('%s.partnership', place)::regclass);
    perform early_help.drop_partnership(fresh);
    perform set_config('role', caller, true);
end
$$;
comment on function early_help.upgrade_partnership(text) is
'Brings a partnership to the version of the extension, after ALTER EXTENSION early_help UPDATE: its tables, rules, acts and '
'figures, official codes and bank holidays. Records, local codes, targets, publications, grants and what others put beside '
'them stay. One transaction; a notice a stage; readers and writers wait for its last seconds. Its owner may do it, with '
'CREATE on the database. changes: 0 where it had that version. Errors YHP03 (no such partnership), YHP05 (a view of '
'somebody else uses one that changes), 55P03 (in use, or another upgrade runs), 0A000 (no way from its version).';

-- build/sql/execute_list.sql
create function early_help.execute_list() returns table (place text, function text, kind text, why text)
language sql
immutable
parallel safe
rows 200
begin atomic
select g.place, f.name, g.kind, g.why
from (
values
('pg_catalog', 'public', 'type: an aggregate of its values', '{max,min}'),
('early_help', 'public', 'type: a pure function of its arguments', '{need_level,level_number,eha_domain,domain_number}'),
('early_help_internal', 'public', 'type: a pure function of its arguments', '{need_level_*,eha_domain_*}'),
('early_help', 'public', 'a pure function of its arguments', '{label}'),
('early_help_internal', 'public', 'a constant list', '{own_settings}'),
('early_help_internal', 'public', 'sets settings of the caller''s own, as he may himself', '{fix_settings}'),
('early_help', 'public', 'reads a constant table of the library', '{rules,transitions,transitions_as_text}'),
('early_help_internal', 'public', 'raises an error and does nothing else', '{raise_rule}'),
('early_help', 'public', 'a pure function of its arguments; figures, records and imports call it', '{age_at,age_band,try_date}'),
('early_help_internal', 'public', 'a pure function of its arguments; figures, records and imports call it', '{weekdays_between,months_between,first_in_period,percentile_of_days,figure_value,figure_in_words,rag}'),
('early_help_internal', 'public', 'views of figures call it; it asks for the caller''s rights itself', '{stale_months,cells_once}'),
('early_help_internal', 'public', 'view kpi_refresh calls it; it reads pg_locks', '{refresh_runs}'),
('early_help', 'public', 'asks for ownership, or for CREATE on the database, itself', '{create_partnership,drop_partnership,rename_partnership,run_due,refresh_kpis}'),
('early_help', 'public', 'asks for ownership itself', '{upgrade_partnership}'),
('early_help_internal', 'public', 'the functions above call it; it reads the system catalogs', '{check_ownership_granted,check_partnership_name,check_partnership_name_is_free,own_partnership,partnership_dependents,partnership_schemas}'),
('early_help_internal', 'public', 'a pure function of its arguments; create_partnership calls it', '{check_partnership_settings}'),
('early_help_internal', 'public', 'drop_partnership calls it; it reads the system catalogs, and the caller''s note of its structure as made', '{partnership_own_tables}'),
('early_help_internal', 'public', 'asks about the caller''s own transaction', '{may_commit}'),
('early_help', 'public', 'reads with the caller''s rights alone', '{partnerships,audit}'),
('early_help_internal', 'public', 'audit calls it; it reads the system catalogs', '{audit_queries,audit_reads_all,audit_references,audit_structure,partnership_structure,trigger_fires}'),
('early_help_internal', 'public', 'audit calls it; it reads with the caller''s rights', '{audit_cubes,audit_cell_months,audit_cells,audit_reads_cells,kpi_marks,kpi_event_columns,kpi_event_months}'),
('early_help_internal', 'public', 'a pure function of its arguments', '{fill,cube_names}'),
('early_help', 'public', 'reads and writes with the caller''s rights alone', '{import_contacts}'),
('early_help_internal', 'public', 'import_contacts calls it; reads and writes with the caller''s rights alone', '{import_*}'),
('early_help', 'public', 'this list, and grants by it with the caller''s rights alone', '{execute_list,grant_execute}'),
('early_help_internal', 'public', 'finds in the system catalogs what this list means', '{execute_list_routines,extension_routines}'),
('early_help_internal', 'public', 'reads the system catalogs', '{check_role}'),
('early_help_internal', 'owner', 'trigger: EXECUTE is asked when a trigger is made, never when it fires', '{check_row,keep_columns,refuse_delete,refuse_truncate,written_by_rules,training_stays,contact_child_before,referral_before,child_before,consent_after,consent_stays,episode_before,episode_after,episode_child_after,episode_child_stays,episode_stays,consent_before,family_member_stays,lead_practitioner_after,lead_practitioner_stays,assessment_before,assessment_after,assessment_domain_before,assessment_factor_found_before,plan_before,plan_after,review_before,review_after,review_sets_next,review_stays,plan_outcome_before,step_before,step_after,code_valid,conversation_stays,action_before,case_audit_before,sharing_decision_before,consent_to_share_stays,contact_child_fits_episode,referral_not_while_open,step_stays,counted_child,child_merge_before,child_merge_after,child_merged_by_merges,published_stays,freeze_figures,engine_writes_only,owner_writes_only}'),
('early_help', 'owner', 'trigger: EXECUTE is asked when a trigger is made, never when it fires', '{mark_stale_months,mark_stale_months_of,mark_stale_parts,mark_stale_parts_of,mark_stale_span,mark_stale_months_through,mark_all_months_stale,hold_row}'),
('early_help_internal', 'owner', 'blocks other sessions', '{hold_extension,exclude_refresh,refresh_begins,refresh_ends,exclude_publication}'),
('early_help_internal', 'owner', 'lays a partnership down', '{partnership_records_ddl,partnership_kpi_ddl,note_structure,comment_on_figures}'),
('early_help_internal', 'owner', 'brings a partnership to a version', '{partnership_objects,fresh_objects,partnership_differences,path_to_make,objects_restored,place_to_make,command_to_make,is_noted,grants_of,views_upon,upgrade_tables,upgrade_views,upgrade_comments,upgrade_rows,upgrade_steps,columns_of,merge_rows,lock_for_upgrade,changed_cubes}'),
('early_help', 'owner', 'defines figures', '{define_kpi_cube,drop_kpi_cube,define_published_table}'),
('early_help_internal', 'owner', 'defines figures', '{define_cube_parts,define_beside_cubes,define_cube_month,guard_engine_table,check_kpi_names,check_kpi_sources,kpi_reads,kpi_columns_read,cube_stale_query,cube_part_columns,published_view,published_column_meanings,meanings_in,column_meanings,cube_list}'),
('early_help_internal', 'owner', 'works within a refresh', '{command_to_replace_cells,command_to_replace_parts,forget_stale_marks,log_refresh_begins,log_refreshed_month,narrow_filled_months,refresh_kpi_month,replace_cells,stale_parts,sweep_kpi_months,trim_marks,unmark_months_without_cells,engine_tables,write_by_engine}'),
('early_help', 'owner', 'marks months of figures as stale', '{mark_stale,mark_all_stale}'),
('early_help_internal', 'owner', 'marks months of figures as stale', '{mark_cubes_stale}'),
('early_help_internal', 'owner', 'works within a publication', '{figure_equations,figure_places,month_figures,period_months,protect_figures,publication_differences,publication_periods,past_publications,past_figures,period_figures,period_equations,check_counts_agree,changed_since,figure_bounds,guarded_figures,protect,decide_against_past,decide_by_itself}'),
('early_help', 'database owner', 'hands the rights of kind owner on', '{grant_ownership,revoke_ownership}'),
('early_help_internal', 'nobody', 'event trigger: PostgreSQL asks for no EXECUTE when it fires', '{drop_guard}'),
('early_help_sample', 'owner', 'makes up records, with the caller''s rights alone', '{generate_sample}'),
('early_help_sample', 'owner', 'generate_sample calls it', '{make_*,check_*,draw,draw_*,weekday_from,note_closures,count_made}'),
('records', 'writer', 'writes records with the caller''s rights', '{record_conversation,give_consent,withdraw_consent,record_contact,refer,accept_referral,decline_referral,open_episode,assign_lead_practitioner,start_assessment,assess_domain,complete_assessment,start_plan,add_outcome,withdraw_outcome,achieve_outcome,hold_review,step_up,step_down,accept_step,decline_step,withdraw_step,close_episode,reopen_episode,add_action,finish_action,give_feedback,request_service,offer_service,start_service,end_service_request,merge_children,unmerge_children,move_child,split_family,join_families,acknowledge_alert,record_consultation,import_contacts}'),
('records', 'writer', 'counts days and finds the lead practitioner, for view deadline', '{working_days_between,add_working_days,lead_practitioner_on}'),
('records', 'reader', 'views overdue_reviews and due_soon call it, with the caller''s rights', '{lead_practitioner_on,add_working_days}'),
('records', 'owner', 'computes cells as its owner, for an audit', '{cube_*_month}'),
('records', 'owner', 'publishes', '{publish_figures}'),
('records', 'owner', 'computes parts, which are keys of records', '{cube_*_all_parts,cube_*_some_parts}'),
('kpi', 'reader', 'figures of a period, as its owner', '{children_contacted_between,waiting_at}'),
('kpi', 'reader', 'views of figures call it; it computes cells as its owner', '{cube_*_month,cube_*_changed}'),
('kpi', 'reader', 'a list of cases, with the caller''s rights', '{due_soon}')
) as g (place, kind, why, functions)
cross join unnest(g.functions::text[]) as f (name);
end;
comment on function early_help.execute_list() is
'Who may call which function. place: pg_catalog, early_help and early_help_internal (the extension''s own), '
'early_help_sample (those of the extension of this name), records and kpi (the two schemas of a partnership). '
'function: a name, or its beginning, * and its end. kind, of the extension''s: public; owner (who owns partnerships: '
'the owner of the database, and the roles he named to grant_ownership); database owner; nobody. '
'Of a partnership''s: writer and reader (the roles its owner named to grant_execute); owner. '
'A function of a partnership can be of two kinds.';

-- extension/install/execute.sql
create function early_help_internal.execute_list_routines(place text, schema oid) returns table (routine regprocedure, kind text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with listed as materialized (
        select l.function, l.kind
        from early_help.execute_list() l
        where l.place = execute_list_routines.place
    )
    select p.oid::regprocedure, l.kind
    from pg_proc p
    join listed l on l.function = p.proname
    where p.pronamespace = execute_list_routines.schema
    union all
    -- A name of the list with * is the beginning and the end of many.
    select p.oid::regprocedure, l.kind
    from pg_proc p
    join listed l on strpos(l.function, '*') > 0
        and p.proname ~ ('^' || replace(l.function, '*', '.*') || '$')
    where p.pronamespace = execute_list_routines.schema
$$;
comment on function early_help_internal.execute_list_routines(text, oid) is
'The functions of a schema that the list of execute_list() names for a place, with their kinds.';
create function early_help_internal.extension_routines() returns table (extension name, routine regprocedure, kind text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with listed as materialized (
        select r.routine, r.kind
        from pg_namespace n
        cross join lateral early_help_internal.execute_list_routines(n.nspname, n.oid) r
        where n.nspname in ('pg_catalog', 'early_help', 'early_help_internal', 'early_help_sample')
    )
    select e.extname, d.objid::regprocedure, l.kind
    from pg_extension e
    join pg_depend d on d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid
        and d.classid = 'pg_proc'::regclass and d.deptype = 'e'
    left join listed l on l.routine = d.objid
    where e.extname in ('early_help', 'early_help_sample')
$$;
comment on function early_help_internal.extension_routines() is
'The functions of early_help, and of early_help_sample where it is there, with their kinds by execute_list().';
create function early_help_internal.check_ownership_granted() returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
begin
    if exists (
        select
        from early_help_internal.extension_routines() r
        where r.extension = 'early_help'
            and r.kind = 'owner'
            and not has_function_privilege(r.routine, 'EXECUTE')) then
        raise insufficient_privilege using
            message = format('role %s may not own partnerships', quote_ident(current_user)),
            detail = 'It may not call the functions of early_help that an owner needs.',
            hint = format('As the owner of the database: SELECT early_help.grant_ownership(%L);', current_user);
    end if;
end
$$;
comment on function early_help_internal.check_ownership_granted() is
'Raises 42501 unless the caller may call the functions of kind owner in execute_list().';
create function early_help.grant_ownership(role text) returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    routine regprocedure;
begin
    perform early_help_internal.check_role(role);
    for routine in
        select r.routine
        from early_help_internal.extension_routines() r
        where r.kind = 'owner'
    loop
        execute format('grant execute on routine %s to %I', routine, role);
    end loop;
end
$$;
comment on function early_help.grant_ownership(text) is
'Lets a role create, restore and own partnerships: it may call the functions of kind owner in execute_list(). For the owner '
'of the database, who may do so without it. The role also needs CREATE on the database to create a partnership. After a '
'restore by anybody but a superuser, after an upgrade of the extension, and after CREATE EXTENSION early_help_sample, call '
'it again. Errors 42501, 42704.';
create function early_help.revoke_ownership(role text) returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    routine regprocedure;
begin
    perform early_help_internal.check_role(role);
    for routine in
        select r.routine
        from early_help_internal.extension_routines() r
        where r.kind = 'owner'
    loop
        execute format('revoke execute on routine %s from %I', routine, role);
    end loop;
end
$$;
comment on function early_help.revoke_ownership(text) is
'Takes back what grant_ownership granted. The partnerships that the role owns stay, and it can neither refresh nor publish '
'their figures. For the owner of the database. Errors 42501, 42704.';
create function early_help.grant_execute(partnership text, role text, kind text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
declare
    own constant record := early_help_internal.own_partnership(partnership);
    routine regprocedure;
begin
    perform early_help_internal.check_role(role);
    if kind is null or kind not in ('reader', 'writer') then
        raise invalid_parameter_value using
            message = format('%s is not a kind of callers', coalesce(quote_literal(kind), 'null')),
            hint = 'reader: of the figures; writer: of the records.';
    end if;
    for routine in
        select r.routine
        from (
            select * from early_help_internal.execute_list_routines('records', own.schema)
            union all
            select * from early_help_internal.execute_list_routines('kpi', own.kpi_schema)
        ) r
        where r.kind = grant_execute.kind
    loop
        execute format('grant execute on routine %s to %I', routine, role);
    end loop;
end
$$;
comment on function early_help.grant_execute(text, text, text) is
'Lets a role call the functions of a partnership that execute_list() names as of a kind: reader, what the views of figures '
'need; writer, the acts on records. Tables and schemas are granted apart: docs/operations.md shows all of it. After a new '
'cube was defined, call it again. For the owner of the partnership. Errors YHP03, 22023, 42501, 42704.';
create function early_help_internal.check_role(role text) returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$ #variable_conflict error
begin
    -- GRANT takes even a quoted "public" for everybody.
    if not exists (select from pg_roles r where r.rolname = check_role.role) then
        raise undefined_object using
            message = format('role %s does not exist', coalesce(quote_ident(role), 'null'));
    end if;
end
$$;
comment on function early_help_internal.check_role(text) is
'Raises 42704 unless there is a role of this name.';

-- extension/install/execute_members.sql
do $$
declare
    one record;
begin
    for one in
        select r.routine, r.kind
        from early_help_internal.extension_routines() r
        where r.extension = 'early_help'
    loop
        if one.kind is null then
            raise exception 'extension/execute.tsv does not say who may call %', one.routine;
        end if;
        execute format('revoke execute on routine %s from public', one.routine);
        if one.kind = 'public' then
            execute format('grant execute on routine %s to public', one.routine);
        elsif one.kind in ('owner', 'database owner') then
            -- Without a grant option: see grant_ownership.
            execute format('grant execute on routine %s to pg_database_owner', one.routine);
        end if;
    end loop;
end
$$;

-- extension/install/role_settings.sql
do $$
declare
    one record;
begin
    for one in
        select p.oid::regprocedure as routine, s.name, s.value
        from pg_extension e
        join pg_depend d on d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid
            and d.classid = 'pg_proc'::regclass and d.deptype = 'e'
        join pg_proc p on p.oid = d.objid
        join pg_language l on l.oid = p.prolang
        cross join early_help_internal.own_settings() s
        where e.extname = 'early_help'
            and p.prokind = 'f'
            and p.prosqlbody is null
            and l.lanname in ('plpgsql', 'sql')
    loop
        execute format('alter function %s set %s = %s', one.routine, one.name, one.value);
    end loop;
end
$$;
