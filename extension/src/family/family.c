/*-------------------------------------------------------------------------
 *
 * family.c
 *		What belongs to a family as a whole: its row's lock, and its members.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/partnership_query.h"
#include "base/partnership_row.h"
#include "base/record.h"
#include "base/rule.h"
#include "family/family.h"

/*
 * Locks the row of a family. Whoever writes a fact about the family as a whole
 * takes this lock first, so that such writers come one after another.
 */
void
lock_family(Relation rel, int64 family_id)
{
	(void) lock_sibling_only(rel, "family", "family_id", family_id, LockTupleNoKeyExclusive);
}

/* A record of one family does not refer to a record of another family. */
void
refuse_other_family(Relation rel, const char *what, int64 id, int64 its_family, int64 family_id)
{
	if (its_family != family_id)
		rule_error(RULE_RECORD_STAYS, rel, NULL,
				   "%s %s is of family_id %s, not of family_id %s",
				   what, id_words(id), id_words(its_family), id_words(family_id));
}

/* Locks one membership FOR KEY SHARE: nobody deletes it while a record that needs it is written. */
static bool
lock_membership(Relation rel, const char *table, const char *key, int64 family_id, int64 id)
{
	SiblingScan	members;
	bool		held = false;

	sibling_beginscan(rel, table, "family_id", family_id, &members);
	while (!held && sibling_getnext(&members))
		held = id_of(&members.row, key) == id &&
			lock_this_sibling(&members, LockTupleKeyShare) &&
			id_of(&members.row, key) == id;
	sibling_endscan(&members);
	return held;
}

/*
 * A membership of a duplicate of the child. The lock on the duplicate holds an
 * undoing of its merge back. The other way round it is no membership: what names
 * a duplicate is of the duplicate's own families, also when the merge is undone.
 */
static const PartnershipQuery as_duplicate_query = {
	"select m.child_id from @family_member m join @child c on c.child_id == m.child_id"
	" where m.family_id == $1 and c.merged_into_child_id == $2 limit 1 for key share of m, c",
	2, {INT8OID, INT8OID}
};

static bool
is_member_as_duplicate(Relation rel, int64 family_id, int64 child_id)
{
	Datum		values[] = {Int64GetDatum(family_id), Int64GetDatum(child_id)};
	bool		found;

	begin_partnership_queries();
	found = run_partnership_query(rel, &as_duplicate_query, values, NULL) > 0;
	end_partnership_queries();
	return found;
}

/* A family's record is about a child that belongs to the family, now, earlier or later. */
void
require_member(Relation rel, int64 family_id, int64 child_id)
{
	if (!lock_membership(rel, "family_member", "child_id", family_id, child_id) &&
		!is_member_as_duplicate(rel, family_id, child_id))
		rule_error_hint(RULE_RECORD_STAYS, rel, NULL,
						"Record first from when to when the child belonged to the family, in family_member.",
						"child_id %s was never of family_id %s",
						id_words(child_id), id_words(family_id));
}

/* The same of an adult. */
void
require_adult(Relation rel, int64 family_id, int64 adult_id)
{
	if (!lock_membership(rel, "family_adult", "adult_id", family_id, adult_id))
		rule_error_hint(RULE_RECORD_STAYS, rel, NULL,
						"Record first from when to when the adult belonged to the family, in family_adult.",
						"adult_id %s was never of family_id %s",
						id_words(adult_id), id_words(family_id));
}
