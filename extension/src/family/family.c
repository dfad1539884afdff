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
lock_membership(Relation rel, int64 family_id, int64 child_id)
{
	SiblingScan	members;
	bool		held = false;

	sibling_beginscan(rel, "family_member", "family_id", family_id, &members);
	while (!held && sibling_getnext(&members))
		held = id_of(&members.row, "child_id") == child_id &&
			lock_this_sibling(&members, LockTupleKeyShare) &&
			id_of(&members.row, "child_id") == child_id;
	sibling_endscan(&members);
	return held;
}

/* A family's record is about a child that belongs to the family, now, earlier or later. */
void
require_member(Relation rel, int64 family_id, int64 child_id)
{
	if (!lock_membership(rel, family_id, child_id))
		rule_error_hint(RULE_RECORD_STAYS, rel, NULL,
						"Record first from when to when the child belonged to the family, in family_member.",
						"child_id %s was never of family_id %s",
						id_words(child_id), id_words(family_id));
}

static const PartnershipQuery not_a_member_query = {
	"select r.what, r.id from ("
	" select 'episode_id' as what, e.episode_id as id from @episode e"
	" join @episode_child c on c.episode_id == e.episode_id"
	" where e.family_id == $1 and c.child_id == $2"
	" union all select 'assessment_id', a.assessment_id from @episode e"
	" join @assessment a on a.episode_id == e.episode_id"
	" where e.family_id == $1 and a.child_id == $2"
	" union all select 'step_id', s.step_id from @step s"
	" where s.family_id == $1 and s.child_id == $2"
	") as r where not exists (select from @family_member m"
	" where m.family_id == $1 and m.child_id == $2) limit 1",
	2, {INT8OID, INT8OID}
};

PG_FUNCTION_INFO_V1(early_help_family_member_stays);

/*
 * Trigger, after delete of family_member or update of its family or child: a
 * family that has a record about the child keeps a membership of it. The lock
 * on the family makes two deletes wait for each other, so that they cannot each
 * rely on the other's membership.
 */
Datum
early_help_family_member_stays(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "family_member_stays", false, ROW_UPDATE | ROW_DELETE);
	Record	   *member = &change.before;
	Datum		values[] = {
		Int64GetDatum(id_of(member, "family_id")), Int64GetDatum(id_of(member, "child_id"))
	};

	begin_partnership_queries();
	lock_family(change.rel, id_of(member, "family_id"));
	if (run_partnership_query(change.rel, &not_a_member_query, values, NULL) > 0)
		rule_error_hint(RULE_RECORD_STAYS, change.rel, NULL,
						"Set left_on; who was of a family stays so.",
						"%s %s of family_id %s is about child_id %s", result_text(1),
						id_words(result_id(2)), id_words(id_of(member, "family_id")),
						id_words(id_of(member, "child_id")));
	end_partnership_queries();
	return record_result(&change);
}

