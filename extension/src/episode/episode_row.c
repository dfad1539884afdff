/*-------------------------------------------------------------------------
 *
 * episode_row.c
 *		What the rules read of an episode.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"

#include "base/partnership_query.h"
#include "base/partnership_row.h"
#include "base/rule.h"
#include "episode/episode_row.h"
#include "family/kept_child.h"

/* The caller closes the row. */
void
episode_from_row(const Record *row, Episode *episode)
{
	episode->id = id_of(row, "episode_id");
	episode->family_id = id_of(row, "family_id");
	episode->state = state_by_name(text_of(row, "state"));
	episode->opened_on = date_of(row, "opened_on");
	episode->allocated_on = date_of(row, "allocated_on");
	episode->closed_on = date_of(row, "closed_on");
	episode->reopened = !is_null(row, "reopened_on");
}

/* Reads the latest version of an episode; false if it is not there. */
bool
read_episode(Relation rel, int64 episode_id, Episode *episode)
{
	Record		row;

	if (!read_sibling(rel, "episode", "episode_id", episode_id, &row))
		return false;
	episode_from_row(&row, episode);
	leave_sibling(&row);
	return true;
}

/* Locks and reads an episode; false if it is not there. */
bool
lock_episode(Relation rel, int64 episode_id, Episode *episode)
{
	Record		row;

	if (!lock_sibling(rel, "episode", "episode_id", episode_id, LockTupleNoKeyExclusive, &row))
		return false;
	episode_from_row(&row, episode);
	leave_sibling(&row);
	return true;
}

/*
 * Above READ COMMITTED an open episode that was found can be newer than our
 * snapshot. No row could refer to it then: that fails with 40001.
 */
void
require_episode_seen(Relation rel, const Episode *episode, int64 child_id)
{
	Record		row;

	if (!IsolationUsesXactSnapshot())
		return;
	if (!read_sibling_xact_snapshot(rel, "episode", "episode_id", episode->id, &row))
		try_again("opening of an episode", child_id);
	leave_sibling(&row);
}

/* The episode an EHA is of; NO_ID if there is no such EHA. */
int64
episode_of_assessment(Relation rel, int64 assessment_id)
{
	Record		row;
	int64		episode_id;

	if (!read_sibling(rel, "assessment", "assessment_id", assessment_id, &row))
		return NO_ID;
	episode_id = id_of(&row, "episode_id");
	leave_sibling(&row);
	return episode_id;
}

/*
 * Counts the open episodes that support a child, and returns the last one.
 * family_id limits them to one family, but_for leaves one of them out, NO_ID
 * does neither; on leaves out those that the child joined later.
 */
int
supporting_episodes(Relation rel, int64 child_id, int64 family_id, int64 but_for, DateADT on, Episode *episode)
{
	SiblingScan	supported;
	Episode		one;
	int			count = 0;

	sibling_beginscan(rel, "episode_child", "child_id", child_id, &supported);
	while (sibling_getnext(&supported))
	{
		int64		episode_id = id_of(&supported.row, "episode_id");

		if (!is_null(&supported.row, "left_on") || episode_id == but_for ||
			date_of(&supported.row, "joined_on") > on ||
			!read_episode(rel, episode_id, &one) || one.closed_on != DATEVAL_NOEND ||
			(family_id != NO_ID && one.family_id != family_id))
			continue;
		*episode = one;
		count++;
	}
	sibling_endscan(&supported);
	return count;
}

/*
 * The days between a closure and the reopening after it. What is recorded late in a closed episode is an
 * event there too, from closed to closed.
 */
static const PartnershipQuery gap_query = {
	"select c.happened_on::pg_catalog.date, r.happened_on::pg_catalog.date from @episode_event r"
	" cross join lateral (select v.happened_on from @episode_event v"
	" where v.episode_id == r.episode_id and v.state_to == 'closed' and v.state_from <> 'closed'"
	" and v.episode_event_id < r.episode_event_id"
	" order by v.episode_event_id desc limit 1) c"
	" where r.episode_id == $1 and r.event == 'reopen' and c.happened_on < $2 and r.happened_on > $2 limit 1",
	2, {INT8OID, DATEOID}
};

static const PartnershipQuery closed_first_query = {
	"select pg_catalog.min(happened_on)::pg_catalog.date from @episode_event where episode_id == $1"
	" and state_to == 'closed' and state_from <> 'closed' and happened_on >= $2",
	2, {INT8OID, DATEOID}
};

/*
 * The first closure of the episode from a day on, also one that it was reopened
 * after; DATEVAL_NOEND if there is none.  The caller stands between begin_ and
 * end_partnership_queries().
 */
DateADT
closed_first_after(Relation rel, const Episode *episode, DateADT on)
{
	Datum		values[] = {Int64GetDatum(episode->id), DateADTGetDatum(on)};

	if (!episode->reopened || run_partnership_query(rel, &closed_first_query, values, NULL) == 0)
		return episode->closed_on;
	return Min(result_date(1), episode->closed_on);
}

/* R14: nothing is dated between a closure and the reopening.  The caller stands between begin_ and end_partnership_queries(). */
void
refuse_in_gap(Relation rel, const Episode *episode, const char *what, DateADT on)
{
	Datum		values[] = {Int64GetDatum(episode->id), DateADTGetDatum(on)};

	if (episode->reopened && run_partnership_query(rel, &gap_query, values, NULL) > 0)
		rule_error_hint(RULE_CLOSURE, rel, NULL,
						"Date it to a day on which the episode was open.",
						"%s %s is after episode_id %s closed on %s and before it was reopened on %s",
						what, date_words(on), id_words(episode->id),
						date_words(result_date(1)), date_words(result_date(2)));
}

/* R14: nothing is dated after the closure, nor in a gap before. */
void
refuse_after_closure(Relation rel, const Episode *episode, const char *what, DateADT on)
{
	if (on > episode->closed_on)
		rule_error(RULE_CLOSURE, rel, NULL,
				   "%s %s is after closed_on %s of episode_id %s",
				   what, date_words(on), date_words(episode->closed_on),
				   id_words(episode->id));
	refuse_in_gap(rel, episode, what, on);
}
