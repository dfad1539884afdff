/*-------------------------------------------------------------------------
 *
 * belongs.c
 *		A family's records name its own children and adults, and who is named
 *		stays of the family (S02).
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

/* ---------------------------------------------------------------------
 * Whom a record names
 * ---------------------------------------------------------------------
 */

/* A column of the sibling row with this key; NO_ID if there is no such row. */
static int64
column_of(Relation rel, const char *table, const char *key, int64 id, const char *column)
{
	Record		row;
	int64		found;

	if (id == NO_ID || !read_sibling(rel, table, key, id, &row))
		return NO_ID;
	found = id_of(&row, column);
	leave_sibling(&row);
	return found;
}

/* The family of a review: that of its plan's episode. The lock keeps move_plan() away until the transaction ends. */
static int64
family_of_review(Relation rel, int64 review_id)
{
	int64		plan_id = column_of(rel, "review", "review_id", review_id, "plan_id");
	int64		family_id;
	Record		plan;
	Record		episode;

	if (plan_id == NO_ID ||
		!lock_sibling_and_parent(rel, "plan", "plan_id", plan_id, "episode", "episode_id", &plan, &episode))
		return NO_ID;
	family_id = id_of(&episode, "family_id");
	leave_sibling(&plan);
	leave_sibling(&episode);
	return family_id;
}

static int64
family_of(const Record *record, const char *known_by)
{
	int64		id = id_of(record, known_by);

	return strcmp(known_by, "review_id") == 0 ? family_of_review(record->rel, id) : id;
}

static void
check_named(const RecordChange *change, int64 family_id, const char *known_by, const char *column)
{
	const Record *record = &change->after;

	if (is_null(record, column) || (!field_is_new(change, column) && !field_is_new(change, known_by)))
		return;
	if (strcmp(column, "adult_id") == 0)
		require_adult(change->rel, family_id, id_of(record, column));
	else
		require_member(change->rel, family_id, id_of(record, column));
}

PG_FUNCTION_INFO_V1(early_help_names_own_family);

/*
 * Trigger, before insert or update. Its first argument is the column that the
 * record's family is known by, family_id or review_id; the others name a child
 * or an adult.
 */
Datum
early_help_names_own_family(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "names_own_family", true, ROW_INSERT | ROW_UPDATE);
	Trigger    *trigger = change.trigger->tg_trigger;
	int64		family_id = trigger->tgnargs > 0 ? family_of(&change.after, trigger->tgargs[0]) : NO_ID;

	/* That there is no such family, a foreign key says. */
	for (int i = 1; i < trigger->tgnargs && family_id != NO_ID; i++)
		check_named(&change, family_id, trigger->tgargs[0], trigger->tgargs[i]);
	return record_result(&change);
}

/* ---------------------------------------------------------------------
 * Who is named stays of the family
 * ---------------------------------------------------------------------
 */

/* The records that name a child, with their family. */
#define NAMES_A_CHILD \
	" select 'episode_id' as what, e.episode_id as id, e.family_id, c.child_id from @episode e" \
	" join @episode_child c on c.episode_id == e.episode_id" \
	" union all select 'assessment_id', a.assessment_id, e.family_id, a.child_id from @episode e" \
	" join @assessment a on a.episode_id == e.episode_id" \
	" union all select 'step_id', step_id, family_id, child_id from @step" \
	" union all select 'conversation_id', conversation_id, family_id, child_id from @conversation" \
	" union all select 'sharing_decision_id', sharing_decision_id, family_id, child_id from @sharing_decision" \
	" union all select 'referral_id', referral_id, family_id, child_id from @referral" \
	" union all select 'service_request_id', service_request_id, family_id, child_id from @service_request" \
	" union all select 'group_attendance_id', group_attendance_id, family_id, child_id from @group_attendance" \
	" union all select 'review_participant_id', n.review_participant_id, e.family_id, n.child_id from @episode e" \
	" join @plan p on p.episode_id == e.episode_id join @review v on v.plan_id == p.plan_id" \
	" join @review_participant n on n.review_id == v.review_id"

/* The child, and all others that count for the same one. */
#define SAME_CHILD(id) \
	"with kept as (select k.counts_for_child_id as id from @child k where k.child_id == " id ")," \
	" same as (select s.child_id, s.counts_for_child_id from kept join @child s on s.child_id == kept.id" \
	" union all select s.child_id, s.counts_for_child_id from kept join @child s on s.merged_into_child_id == kept.id)"

/*
 * Records of the family that name the child, or a duplicate of it, if no
 * membership of theirs is left.  What names a duplicate needs its own.
 */
static const PartnershipQuery names_child_query = {
	SAME_CHILD("$2")
	" select r.what, r.id from (" NAMES_A_CHILD ") as r join same s on s.child_id == r.child_id"
	" where r.family_id == $1 and not exists (select from @family_member m join same t on t.child_id == m.child_id"
	" where m.family_id == $1 and (r.child_id <> $2 or t.child_id == $2 or t.counts_for_child_id == $2)) limit 1",
	2, {INT8OID, INT8OID}
};

/* A record of a family that names the child, which is no member of it, and neither is a duplicate of it. */
static const PartnershipQuery names_stranger_query = {
	SAME_CHILD("$1")
	" select r.what, r.id, r.family_id, r.child_id from (" NAMES_A_CHILD ") as r"
	" join same s on s.child_id == r.child_id"
	" where not exists (select from @family_member m join same t on t.child_id == m.child_id"
	" where m.family_id == r.family_id) limit 1",
	1, {INT8OID}
};

/*
 * A child from whom another one was parted is a member, itself, of the families
 * whose records name it.  The caller stands between begin_ and
 * end_partnership_queries().
 */
void
require_own_membership(Relation rel, int64 child_id)
{
	Datum		values[] = {Int64GetDatum(child_id)};

	if (run_partnership_query(rel, &names_stranger_query, values, NULL) > 0)
		rule_error_hint(RULE_RECORD_STAYS, rel, NULL,
						"Record first from when to when the child belonged to the family, in family_member.",
						"%s %s of family_id %s is about child_id %s, and its duplicate alone is a member",
						result_text(1), id_words(result_id(2)), id_words(result_id(3)), id_words(result_id(4)));
}

static const PartnershipQuery names_adult_query = {
	"select r.what, r.id from ("
	" select 'group_attendance_id' as what, group_attendance_id as id from @group_attendance"
	" where family_id == $1 and adult_id == $2"
	" union all select 'review_participant_id', n.review_participant_id from @episode e"
	" join @plan p on p.episode_id == e.episode_id join @review v on v.plan_id == p.plan_id"
	" join @review_participant n on n.review_id == v.review_id where e.family_id == $1 and n.adult_id == $2"
	") as r where not exists (select from @family_adult m"
	" where m.family_id == $1 and m.adult_id == $2) limit 1",
	2, {INT8OID, INT8OID}
};

/*
 * The lock on the family makes two deletes wait for each other, so that they
 * cannot each rely on the other's membership.
 */
static void
refuse_if_named(const RecordChange *change, const PartnershipQuery *query, const char *key)
{
	const Record *member = &change->before;
	int64		family_id = id_of(member, "family_id");
	Datum		values[] = {Int64GetDatum(family_id), Int64GetDatum(id_of(member, key))};

	begin_partnership_queries();
	lock_family(change->rel, family_id);
	if (run_partnership_query(change->rel, query, values, NULL) > 0)
		rule_error_hint(RULE_RECORD_STAYS, change->rel, NULL,
						"Set left_on; who was of a family stays so.",
						"%s %s of family_id %s is about %s %s", result_text(1),
						id_words(result_id(2)), id_words(family_id), key, id_words(id_of(member, key)));
	end_partnership_queries();
}

PG_FUNCTION_INFO_V1(early_help_family_member_stays);

/* Trigger, after delete of family_member. */
Datum
early_help_family_member_stays(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "family_member_stays", false, ROW_DELETE);

	refuse_if_named(&change, &names_child_query, "child_id");
	return record_result(&change);
}

PG_FUNCTION_INFO_V1(early_help_family_adult_stays);

/* Trigger, after delete of family_adult. */
Datum
early_help_family_adult_stays(PG_FUNCTION_ARGS)
{
	RecordChange change = record_change(fcinfo, "family_adult_stays", false, ROW_DELETE);

	refuse_if_named(&change, &names_adult_query, "adult_id");
	return record_result(&change);
}
