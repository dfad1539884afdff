-- need_level: where a child stands on the continuum of need.
-- Three values, one byte by value; the byte is the number of the level.
-- The C code that all one-byte types share is extension/src/types/one_byte_type.c.

create type early_help.need_level;

---------- input and output ----------

create function early_help.need_level_in(cstring)
    returns early_help.need_level
    language c
    immutable
    strict
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_need_level_in';

comment on function early_help.need_level_in(cstring) is
    'Text input of need_level. Raises 22P02, softly where the caller can take that (PostgreSQL 16 and later). Source: Medway Early Help Strategy 2021-24, section 6.';

create function early_help.need_level_out(early_help.need_level)
    returns cstring
    language c
    immutable
    strict
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_need_level_out';

comment on function early_help.need_level_out(early_help.need_level) is
    'Text output of need_level: universal, early_help or social_care. Raises XX001 if the stored byte is damaged. Source: Medway Early Help Strategy 2021-24, section 6.';

create function early_help.need_level_recv(internal)
    returns early_help.need_level
    language c
    immutable
    strict
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_need_level_recv';

comment on function early_help.need_level_recv(internal) is
    'Binary input of need_level: one byte, the number of the level. Raises 22P03 for any other byte, 08P01 for none. Source: Medway Early Help Strategy 2021-24, section 6.';

create function early_help.need_level_send(early_help.need_level)
    returns bytea
    language c
    immutable
    strict
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_one_byte_send';

comment on function early_help.need_level_send(early_help.need_level) is
    'Binary output of need_level: one byte, the number of the level. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';

create type early_help.need_level (
    input = early_help.need_level_in,
    output = early_help.need_level_out,
    receive = early_help.need_level_recv,
    send = early_help.need_level_send,
    internallength = 1,
    passedbyvalue,
    alignment = char,
    storage = plain
);

comment on type early_help.need_level is
    'Where a child stands on the continuum of need: universal (1), early_help (2), social_care (3), in this order. A cycle, not a ladder: a child moves both ways. Input takes the name, the number, L and the number, or "level" and the number, in any case; anything else raises 22P02. Source: Medway Early Help Strategy 2021-24, section 6.';

---------- number, label, casts ----------

create function early_help.level_number(early_help.need_level)
    returns integer
    language c
    immutable
    strict
    leakproof
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_one_byte_number';

comment on function early_help.level_number(early_help.need_level) is
    'Number of a level of need: 1, 2 or 3. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';

create function early_help.label(early_help.need_level)
    returns text
    language c
    immutable
    strict
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_need_level_label';

comment on function early_help.label(early_help.need_level) is
    'Words of a level of need for people to read. Raises XX001 if the stored byte is damaged. Source: Medway Early Help Strategy 2021-24, section 6.';

create function early_help.need_level(integer)
    returns early_help.need_level
    language c
    immutable
    strict
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_need_level_from_integer';

comment on function early_help.need_level(integer) is
    'The level of need with this number. Raises 22003 for a number other than 1, 2 or 3. Source: Medway Early Help Strategy 2021-24, section 6.';

create cast (integer as early_help.need_level)
    with function early_help.need_level(integer);

comment on cast (integer as early_help.need_level) is
    'The level of need with this number, explicit only. Raises 22003 for a number other than 1, 2 or 3. Source: Medway Early Help Strategy 2021-24, section 6.';

create cast (early_help.need_level as integer)
    with function early_help.level_number(early_help.need_level);

comment on cast (early_help.need_level as integer) is
    'Number of a level of need, explicit only. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';

create cast (text as early_help.need_level)
    with inout;

comment on cast (text as early_help.need_level) is
    'The level of need of this name or number, explicit only, as text input reads it. Raises 22P02. Source: Medway Early Help Strategy 2021-24, section 6.';

create cast (early_help.need_level as text)
    with inout
    as assignment;

comment on cast (early_help.need_level as text) is
    'Name of a level of need: universal, early_help or social_care. Raises XX001 if the stored byte is damaged. Source: Medway Early Help Strategy 2021-24, section 6.';

---------- comparison: raises nothing for any bit pattern, hence leakproof ----------

create function early_help.need_level_lt(early_help.need_level, early_help.need_level)
    returns boolean
    language c
    immutable
    strict
    leakproof
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_one_byte_lt';

comment on function early_help.need_level_lt(early_help.need_level, early_help.need_level) is
    'Implementation of the < operator of need_level. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';

create function early_help.need_level_le(early_help.need_level, early_help.need_level)
    returns boolean
    language c
    immutable
    strict
    leakproof
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_one_byte_le';

comment on function early_help.need_level_le(early_help.need_level, early_help.need_level) is
    'Implementation of the <= operator of need_level. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';

create function early_help.need_level_eq(early_help.need_level, early_help.need_level)
    returns boolean
    language c
    immutable
    strict
    leakproof
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_one_byte_eq';

comment on function early_help.need_level_eq(early_help.need_level, early_help.need_level) is
    'Implementation of the = operator of need_level. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';

create function early_help.need_level_ne(early_help.need_level, early_help.need_level)
    returns boolean
    language c
    immutable
    strict
    leakproof
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_one_byte_ne';

comment on function early_help.need_level_ne(early_help.need_level, early_help.need_level) is
    'Implementation of the <> operator of need_level. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';

create function early_help.need_level_ge(early_help.need_level, early_help.need_level)
    returns boolean
    language c
    immutable
    strict
    leakproof
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_one_byte_ge';

comment on function early_help.need_level_ge(early_help.need_level, early_help.need_level) is
    'Implementation of the >= operator of need_level. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';

create function early_help.need_level_gt(early_help.need_level, early_help.need_level)
    returns boolean
    language c
    immutable
    strict
    leakproof
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_one_byte_gt';

comment on function early_help.need_level_gt(early_help.need_level, early_help.need_level) is
    'Implementation of the > operator of need_level. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';

-- Operators and aggregates stand in pg_catalog, as its own do: a comparison works
-- whatever a client's search_path is, and no schema in that path can slip in one of its own.
create operator pg_catalog.< (
    function = early_help.need_level_lt,
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
    function = early_help.need_level_le,
    leftarg = early_help.need_level,
    rightarg = early_help.need_level,
    commutator = operator(pg_catalog.>=),
    negator = operator(pg_catalog.>),
    restrict = pg_catalog.scalarlesel,
    join = pg_catalog.scalarlejoinsel
);

comment on operator pg_catalog.<= (early_help.need_level, early_help.need_level) is
    'The left level comes before or is the right one. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';

create operator pg_catalog.= (
    function = early_help.need_level_eq,
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
    function = early_help.need_level_ne,
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
    function = early_help.need_level_ge,
    leftarg = early_help.need_level,
    rightarg = early_help.need_level,
    commutator = operator(pg_catalog.<=),
    negator = operator(pg_catalog.<),
    restrict = pg_catalog.scalargesel,
    join = pg_catalog.scalargejoinsel
);

comment on operator pg_catalog.>= (early_help.need_level, early_help.need_level) is
    'The left level comes after or is the right one. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';

create operator pg_catalog.> (
    function = early_help.need_level_gt,
    leftarg = early_help.need_level,
    rightarg = early_help.need_level,
    commutator = operator(pg_catalog.<),
    negator = operator(pg_catalog.<=),
    restrict = pg_catalog.scalargtsel,
    join = pg_catalog.scalargtjoinsel
);

comment on operator pg_catalog.> (early_help.need_level, early_help.need_level) is
    'The left level comes after the right one. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';

---------- btree ----------
-- Sorting needs no abbreviated keys, and equal values have equal images.
-- Support function 6, skip support, is left out: only PostgreSQL 18 knows it,
-- and the catalogue objects are the same on every version. Without it a skip
-- scan of 18 still works; it finds the next value by looking in the index.

create function early_help.need_level_cmp(early_help.need_level, early_help.need_level)
    returns integer
    language c
    immutable
    strict
    leakproof
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_one_byte_cmp';

comment on function early_help.need_level_cmp(early_help.need_level, early_help.need_level) is
    'Three-way comparison of need_level: below, at or above zero. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';

create function early_help.need_level_sortsupport(internal)
    returns void
    language c
    immutable
    strict
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_one_byte_sortsupport';

comment on function early_help.need_level_sortsupport(internal) is
    'Sort support of need_level: the comparison without the call overhead. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';

create operator family early_help.need_level_ops using btree;

comment on operator family early_help.need_level_ops using btree is
    'Order of the levels of need by their number. Source: Medway Early Help Strategy 2021-24, section 6.';

create operator class early_help.need_level_ops
    default for type early_help.need_level
    using btree
    family early_help.need_level_ops as
    operator 1 pg_catalog.<,
    operator 2 pg_catalog.<=,
    operator 3 pg_catalog.=,
    operator 4 pg_catalog.>=,
    operator 5 pg_catalog.>,
    function 1 early_help.need_level_cmp(early_help.need_level, early_help.need_level),
    function 2 early_help.need_level_sortsupport(internal),
    function 4 pg_catalog.btequalimage(oid);

comment on operator class early_help.need_level_ops using btree is
    'Default order of need_level: universal before early_help before social_care. Source: Medway Early Help Strategy 2021-24, section 6.';

---------- hash ----------

create function early_help.need_level_hash(early_help.need_level)
    returns integer
    language c
    immutable
    strict
    leakproof
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_one_byte_hash';

comment on function early_help.need_level_hash(early_help.need_level) is
    'Hash of need_level, 32 bits. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';

create function early_help.need_level_hash_extended(early_help.need_level, bigint)
    returns bigint
    language c
    immutable
    strict
    leakproof
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_one_byte_hash_extended';

comment on function early_help.need_level_hash_extended(early_help.need_level, bigint) is
    'Hash of need_level, 64 bits, with a seed; with seed 0 its low 32 bits are need_level_hash. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';

create operator family early_help.need_level_ops using hash;

comment on operator family early_help.need_level_ops using hash is
    'Equality of the levels of need by hash. Source: Medway Early Help Strategy 2021-24, section 6.';

create operator class early_help.need_level_ops
    default for type early_help.need_level
    using hash
    family early_help.need_level_ops as
    operator 1 pg_catalog.=,
    function 1 early_help.need_level_hash(early_help.need_level),
    function 2 early_help.need_level_hash_extended(early_help.need_level, bigint);

comment on operator class early_help.need_level_ops using hash is
    'Default hashing of need_level. Source: Medway Early Help Strategy 2021-24, section 6.';

---------- min and max ----------

create function early_help.need_level_smaller(early_help.need_level, early_help.need_level)
    returns early_help.need_level
    language c
    immutable
    strict
    leakproof
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_one_byte_smaller';

comment on function early_help.need_level_smaller(early_help.need_level, early_help.need_level) is
    'The smaller of two levels of need. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';

create function early_help.need_level_larger(early_help.need_level, early_help.need_level)
    returns early_help.need_level
    language c
    immutable
    strict
    leakproof
    parallel safe
    as 'MODULE_PATHNAME', 'early_help_one_byte_larger';

comment on function early_help.need_level_larger(early_help.need_level, early_help.need_level) is
    'The larger of two levels of need. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';

create aggregate pg_catalog.min(early_help.need_level) (
    sfunc = early_help.need_level_smaller,
    stype = early_help.need_level,
    combinefunc = early_help.need_level_smaller,
    sortop = operator(pg_catalog.<),
    parallel = safe
);

comment on aggregate pg_catalog.min(early_help.need_level) is
    'The lowest level of need, NULL of no rows. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';

create aggregate pg_catalog.max(early_help.need_level) (
    sfunc = early_help.need_level_larger,
    stype = early_help.need_level,
    combinefunc = early_help.need_level_larger,
    sortop = operator(pg_catalog.>),
    parallel = safe
);

comment on aggregate pg_catalog.max(early_help.need_level) is
    'The highest level of need, NULL of no rows. Raises nothing. Source: Medway Early Help Strategy 2021-24, section 6.';
