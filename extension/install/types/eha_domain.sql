-- eha_domain: the areas that an Early Help Assessment assesses, all of them.
-- Four values, one byte by value; the byte is the number of the domain.
-- The C code that all one-byte types share is extension/src/types/one_byte_type.c.

create type early_help.eha_domain;

---------- input and output ----------

create function early_help.eha_domain_in(cstring)
    returns early_help.eha_domain
    language c
    immutable
    strict
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_eha_domain_in';

comment on function early_help.eha_domain_in(cstring) is
    'Text input of eha_domain. Raises 22P02, softly where the caller can take that (PostgreSQL 16 and later). Source: Medway Early Help Strategy 2021-24, section 7.';

create function early_help.eha_domain_out(early_help.eha_domain)
    returns cstring
    language c
    immutable
    strict
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_eha_domain_out';

comment on function early_help.eha_domain_out(early_help.eha_domain) is
    'Text output of eha_domain: health_and_wellbeing, development_and_education, parenting_and_caring or family_and_community. Raises XX001 if the stored byte is damaged. Source: Medway Early Help Strategy 2021-24, section 7.';

create function early_help.eha_domain_recv(internal)
    returns early_help.eha_domain
    language c
    immutable
    strict
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_eha_domain_recv';

comment on function early_help.eha_domain_recv(internal) is
    'Binary input of eha_domain: one byte, the number of the domain. Raises 22P03 for any other byte, 08P01 for none. Source: Medway Early Help Strategy 2021-24, section 7.';

create function early_help.eha_domain_send(early_help.eha_domain)
    returns bytea
    language c
    immutable
    strict
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_one_byte_send';

comment on function early_help.eha_domain_send(early_help.eha_domain) is
    'Binary output of eha_domain: one byte, the number of the domain. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';

create type early_help.eha_domain (
    input = early_help.eha_domain_in,
    output = early_help.eha_domain_out,
    receive = early_help.eha_domain_recv,
    send = early_help.eha_domain_send,
    internallength = 1,
    passedbyvalue,
    alignment = char,
    storage = plain
);

comment on type early_help.eha_domain is
    'An area that an Early Help Assessment assesses: health_and_wellbeing (1), development_and_education (2), parenting_and_caring (3), family_and_community (4), in this order. An assessment is complete when all four are assessed. Input takes the name, the number, D and the number, or "domain" and the number, in any case; anything else raises 22P02. Source: Medway Early Help Strategy 2021-24, section 7.';

---------- number, label, casts ----------

create function early_help.domain_number(early_help.eha_domain)
    returns integer
    language c
    immutable
    strict
    leakproof
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_one_byte_number';

comment on function early_help.domain_number(early_help.eha_domain) is
    'Number of a domain: 1 to 4. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';

create function early_help.label(early_help.eha_domain)
    returns text
    language c
    immutable
    strict
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_eha_domain_label';

comment on function early_help.label(early_help.eha_domain) is
    'Words of a domain for people to read. Raises XX001 if the stored byte is damaged. Source: Medway Early Help Strategy 2021-24, section 7.';

create function early_help.eha_domain(integer)
    returns early_help.eha_domain
    language c
    immutable
    strict
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_eha_domain_from_integer';

comment on function early_help.eha_domain(integer) is
    'The domain with this number. Raises 22003 for a number other than 1 to 4. Source: Medway Early Help Strategy 2021-24, section 7.';

create cast (integer as early_help.eha_domain)
    with function early_help.eha_domain(integer);

comment on cast (integer as early_help.eha_domain) is
    'The domain with this number, explicit only. Raises 22003 for a number other than 1 to 4. Source: Medway Early Help Strategy 2021-24, section 7.';

create cast (early_help.eha_domain as integer)
    with function early_help.domain_number(early_help.eha_domain);

comment on cast (early_help.eha_domain as integer) is
    'Number of a domain, explicit only. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';

create cast (text as early_help.eha_domain)
    with inout;

comment on cast (text as early_help.eha_domain) is
    'The domain of this name or number, explicit only, as text input reads it. Raises 22P02. Source: Medway Early Help Strategy 2021-24, section 7.';

create cast (early_help.eha_domain as text)
    with inout
    as assignment;

comment on cast (early_help.eha_domain as text) is
    'Name of a domain: health_and_wellbeing, development_and_education, parenting_and_caring or family_and_community. Raises XX001 if the stored byte is damaged. Source: Medway Early Help Strategy 2021-24, section 7.';

---------- comparison: raises nothing for any bit pattern, hence leakproof ----------

create function early_help.eha_domain_lt(early_help.eha_domain, early_help.eha_domain)
    returns boolean
    language c
    immutable
    strict
    leakproof
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_one_byte_lt';

comment on function early_help.eha_domain_lt(early_help.eha_domain, early_help.eha_domain) is
    'Implementation of the < operator of eha_domain. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';

create function early_help.eha_domain_le(early_help.eha_domain, early_help.eha_domain)
    returns boolean
    language c
    immutable
    strict
    leakproof
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_one_byte_le';

comment on function early_help.eha_domain_le(early_help.eha_domain, early_help.eha_domain) is
    'Implementation of the <= operator of eha_domain. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';

create function early_help.eha_domain_eq(early_help.eha_domain, early_help.eha_domain)
    returns boolean
    language c
    immutable
    strict
    leakproof
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_one_byte_eq';

comment on function early_help.eha_domain_eq(early_help.eha_domain, early_help.eha_domain) is
    'Implementation of the = operator of eha_domain. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';

create function early_help.eha_domain_ne(early_help.eha_domain, early_help.eha_domain)
    returns boolean
    language c
    immutable
    strict
    leakproof
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_one_byte_ne';

comment on function early_help.eha_domain_ne(early_help.eha_domain, early_help.eha_domain) is
    'Implementation of the <> operator of eha_domain. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';

create function early_help.eha_domain_ge(early_help.eha_domain, early_help.eha_domain)
    returns boolean
    language c
    immutable
    strict
    leakproof
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_one_byte_ge';

comment on function early_help.eha_domain_ge(early_help.eha_domain, early_help.eha_domain) is
    'Implementation of the >= operator of eha_domain. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';

create function early_help.eha_domain_gt(early_help.eha_domain, early_help.eha_domain)
    returns boolean
    language c
    immutable
    strict
    leakproof
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_one_byte_gt';

comment on function early_help.eha_domain_gt(early_help.eha_domain, early_help.eha_domain) is
    'Implementation of the > operator of eha_domain. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';

-- Operators and aggregates stand in pg_catalog, as its own do: a comparison works
-- whatever a client's search_path is, and no schema in that path can slip in one of its own.
create operator pg_catalog.< (
    function = early_help.eha_domain_lt,
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
    function = early_help.eha_domain_le,
    leftarg = early_help.eha_domain,
    rightarg = early_help.eha_domain,
    commutator = operator(pg_catalog.>=),
    negator = operator(pg_catalog.>),
    restrict = pg_catalog.scalarlesel,
    join = pg_catalog.scalarlejoinsel
);

comment on operator pg_catalog.<= (early_help.eha_domain, early_help.eha_domain) is
    'The left domain comes before or is the right one. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';

create operator pg_catalog.= (
    function = early_help.eha_domain_eq,
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
    function = early_help.eha_domain_ne,
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
    function = early_help.eha_domain_ge,
    leftarg = early_help.eha_domain,
    rightarg = early_help.eha_domain,
    commutator = operator(pg_catalog.<=),
    negator = operator(pg_catalog.<),
    restrict = pg_catalog.scalargesel,
    join = pg_catalog.scalargejoinsel
);

comment on operator pg_catalog.>= (early_help.eha_domain, early_help.eha_domain) is
    'The left domain comes after or is the right one. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';

create operator pg_catalog.> (
    function = early_help.eha_domain_gt,
    leftarg = early_help.eha_domain,
    rightarg = early_help.eha_domain,
    commutator = operator(pg_catalog.<),
    negator = operator(pg_catalog.<=),
    restrict = pg_catalog.scalargtsel,
    join = pg_catalog.scalargtjoinsel
);

comment on operator pg_catalog.> (early_help.eha_domain, early_help.eha_domain) is
    'The left domain comes after the right one. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';

---------- btree ----------
-- Sorting needs no abbreviated keys, and equal values have equal images.
-- Support function 6, skip support, is left out: only PostgreSQL 18 knows it,
-- and the catalogue objects are the same on every version. Without it a skip
-- scan of 18 still works; it finds the next value by looking in the index.

create function early_help.eha_domain_cmp(early_help.eha_domain, early_help.eha_domain)
    returns integer
    language c
    immutable
    strict
    leakproof
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_one_byte_cmp';

comment on function early_help.eha_domain_cmp(early_help.eha_domain, early_help.eha_domain) is
    'Three-way comparison of eha_domain: below, at or above zero. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';

create function early_help.eha_domain_sortsupport(internal)
    returns void
    language c
    immutable
    strict
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_one_byte_sortsupport';

comment on function early_help.eha_domain_sortsupport(internal) is
    'Sort support of eha_domain: the comparison without the call overhead. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';

create operator family early_help.eha_domain_ops using btree;

comment on operator family early_help.eha_domain_ops using btree is
    'Order of the domains by their number. Source: Medway Early Help Strategy 2021-24, section 7.';

create operator class early_help.eha_domain_ops
    default for type early_help.eha_domain
    using btree
    family early_help.eha_domain_ops as
    operator 1 pg_catalog.<,
    operator 2 pg_catalog.<=,
    operator 3 pg_catalog.=,
    operator 4 pg_catalog.>=,
    operator 5 pg_catalog.>,
    function 1 early_help.eha_domain_cmp(early_help.eha_domain, early_help.eha_domain),
    function 2 early_help.eha_domain_sortsupport(internal),
    function 4 pg_catalog.btequalimage(oid);

comment on operator class early_help.eha_domain_ops using btree is
    'Default order of eha_domain: by the number of the domain. Source: Medway Early Help Strategy 2021-24, section 7.';

---------- hash ----------

create function early_help.eha_domain_hash(early_help.eha_domain)
    returns integer
    language c
    immutable
    strict
    leakproof
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_one_byte_hash';

comment on function early_help.eha_domain_hash(early_help.eha_domain) is
    'Hash of eha_domain, 32 bits. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';

create function early_help.eha_domain_hash_extended(early_help.eha_domain, bigint)
    returns bigint
    language c
    immutable
    strict
    leakproof
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_one_byte_hash_extended';

comment on function early_help.eha_domain_hash_extended(early_help.eha_domain, bigint) is
    'Hash of eha_domain, 64 bits, with a seed; with seed 0 its low 32 bits are eha_domain_hash. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';

create operator family early_help.eha_domain_ops using hash;

comment on operator family early_help.eha_domain_ops using hash is
    'Equality of the domains by hash. Source: Medway Early Help Strategy 2021-24, section 7.';

create operator class early_help.eha_domain_ops
    default for type early_help.eha_domain
    using hash
    family early_help.eha_domain_ops as
    operator 1 pg_catalog.=,
    function 1 early_help.eha_domain_hash(early_help.eha_domain),
    function 2 early_help.eha_domain_hash_extended(early_help.eha_domain, bigint);

comment on operator class early_help.eha_domain_ops using hash is
    'Default hashing of eha_domain. Source: Medway Early Help Strategy 2021-24, section 7.';

---------- min and max ----------

create function early_help.eha_domain_smaller(early_help.eha_domain, early_help.eha_domain)
    returns early_help.eha_domain
    language c
    immutable
    strict
    leakproof
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_one_byte_smaller';

comment on function early_help.eha_domain_smaller(early_help.eha_domain, early_help.eha_domain) is
    'The smaller of two domains. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';

create function early_help.eha_domain_larger(early_help.eha_domain, early_help.eha_domain)
    returns early_help.eha_domain
    language c
    immutable
    strict
    leakproof
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_one_byte_larger';

comment on function early_help.eha_domain_larger(early_help.eha_domain, early_help.eha_domain) is
    'The larger of two domains. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';

create aggregate pg_catalog.min(early_help.eha_domain) (
    sfunc = early_help.eha_domain_smaller,
    stype = early_help.eha_domain,
    combinefunc = early_help.eha_domain_smaller,
    sortop = operator(pg_catalog.<),
    parallel = safe
);

comment on aggregate pg_catalog.min(early_help.eha_domain) is
    'The first domain, NULL of no rows. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';

create aggregate pg_catalog.max(early_help.eha_domain) (
    sfunc = early_help.eha_domain_larger,
    stype = early_help.eha_domain,
    combinefunc = early_help.eha_domain_larger,
    sortop = operator(pg_catalog.>),
    parallel = safe
);

comment on aggregate pg_catalog.max(early_help.eha_domain) is
    'The last domain, NULL of no rows. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 7.';
