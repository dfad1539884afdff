/*-------------------------------------------------------------------------
 *
 * child_level.c
 *		A child's level: the level_to of its last level change.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "base/partnership_query.h"
#include "base/partnership_row.h"
#include "base/record.h"
#include "base/rule.h"
#include "episode/child_level.h"
#include "episode/episode_row.h"
#include "episode/level_history.h"

typedef struct LastLevel
{
	int			number;			/* of the change; 0: there was none */
	NeedLevel	level;			/* where it led */
	DateADT		on;				/* its day */
} LastLevel;

static LastLevel
last_level(Relation rel, int64 child_id)
{
	SiblingScan	changes;
	LastLevel	last = {0, NEED_LEVEL_NONE, DATEVAL_NOBEGIN};

	sibling_beginscan(rel, "level_change", "child_id", child_id, &changes);
	while (sibling_getnext(&changes))
	{
		int			number = number_of(&changes.row, "change_number");

		if (number > last.number)
			last = (LastLevel) {number, (NeedLevel) level_of(&changes.row, "level_to"), date_of(&changes.row, "changed_on")};
	}
	sibling_endscan(&changes);
	return last;
}

static const PartnershipQuery duplicate_with_levels_query = {
	"select k.child_id from @child k join @level_change l on l.child_id == k.child_id"
	" where k.merged_into_child_id == $1 order by l.changed_on desc, l.change_number desc limit 1",
	1, {INT8OID}
};

/*
 * A child's level on a day: where the last change up to it led, or else where
 * the first change after it began; NEED_LEVEL_NONE if there is no change at all.
 */
static NeedLevel
own_level_on(Relation rel, int64 child_id, DateADT on)
{
	SiblingScan	changes;
	NeedLevel	level = NEED_LEVEL_NONE;
	NeedLevel	first = NEED_LEVEL_NONE;
	int			last = 0;

	sibling_beginscan(rel, "level_change", "child_id", child_id, &changes);
	while (sibling_getnext(&changes))
	{
		int			number = number_of(&changes.row, "change_number");

		if (number == 1)
			first = (NeedLevel) level_of(&changes.row, "level_from");
		if (number > last && date_of(&changes.row, "changed_on") <= on)
		{
			last = number;
			level = (NeedLevel) level_of(&changes.row, "level_to");
		}
	}
	sibling_endscan(&changes);
	return last == 0 ? first : level;
}

/*
 * A child's level on a day. A child without changes of its own is where its
 * duplicate was, if there is one: they are one child.
 */
NeedLevel
level_of_child_on(Relation rel, int64 child_id, DateADT on)
{
	Datum		values[] = {Int64GetDatum(child_id)};
	NeedLevel	level = own_level_on(rel, child_id, on);

	if (level == NEED_LEVEL_NONE && run_partnership_query(rel, &duplicate_with_levels_query, values, NULL) > 0)
		level = own_level_on(rel, result_id(1), on);
	return level;
}

/*
 * Locks the child's row before it reads the last change. Two writers cannot
 * both make the next change; change_number is unique besides.
 */
static LastLevel
lock_level(Relation rel, int64 child_id)
{
	(void) lock_sibling_only(rel, "child", "child_id", child_id, LockTupleNoKeyExclusive);
	return last_level(rel, child_id);
}

/*
 * Does the child join or leave an episode after this day? Then a change of the
 * day can change what came after it.
 */
static bool
is_followed(Relation rel, int64 child_id, DateADT on)
{
	SiblingScan	periods;
	bool		found = false;

	sibling_beginscan(rel, "episode_child", "child_id", child_id, &periods);
	while (!found && sibling_getnext(&periods))
		found = date_of(&periods.row, "joined_on") > on ||
			(!is_null(&periods.row, "left_on") && date_of(&periods.row, "left_on") > on);
	sibling_endscan(&periods);
	return found;
}

static void
log_level(Relation rel, int64 child_id, LastLevel last, NeedLevel from, NeedLevel to,
		  ContinuumEvent event, int64 episode_id, DateADT on)
{
	LevelChange change = {from, to, event_name(event), episode_id, on, last.number + 1};

	write_level_change(rel, child_id, &change);
}

/*
 * Moves a child from one level to another. A child without level changes counts
 * as being at the level it comes from. A child that is at the new level already
 * stays there. A change before the last one is put in its place.
 */
void
change_level(Relation rel, int64 child_id, NeedLevel from, NeedLevel to,
			 ContinuumEvent event, int64 episode_id, DateADT on)
{
	LastLevel	last = lock_level(rel, child_id);
	NeedLevel	now = last.number == 0 ? from : last.level;

	if (on < last.on || is_followed(rel, child_id, on))
	{
		settle_levels(rel, child_id);
		return;
	}
	if (now == to)
		return;
	if (now != from)
		rule_error_hint(RULE_LEVELS, rel, NULL, "Withdraw the step.",
						"child_id %s is at level %s, and %s leads from %s to %s",
						id_words(child_id), need_level_name(now), event_name(event),
						need_level_name(from), need_level_name(to));
	log_level(rel, child_id, last, from, to, event, episode_id, on);
}

/*
 * Raises a child that an episode begins to support from universal services. A
 * child that social care works with, or that another episode supports, stays at
 * its level.
 */
void
raise_child(Relation rel, int64 child_id, ContinuumEvent event, int64 episode_id, DateADT on)
{
	LastLevel	last = lock_level(rel, child_id);

	if (on < last.on || is_followed(rel, child_id, on))
		settle_levels(rel, child_id);
	else if (last.level <= NEED_LEVEL_UNIVERSAL)
		log_level(rel, child_id, last, NEED_LEVEL_UNIVERSAL, NEED_LEVEL_EARLY_HELP, event, episode_id, on);
}

/*
 * Lowers a child to universal services when an episode stops supporting it. The
 * child stays at its level if social care works with it, or if an open episode
 * of another family supports it. The lock on the child's row comes first: when
 * two such episodes end at once, the second sees that the first has ended.
 */
void
lower_child(Relation rel, int64 child_id, int64 episode_id, DateADT on)
{
	LastLevel	last = lock_level(rel, child_id);
	Episode		other;

	if (on < last.on || is_followed(rel, child_id, on))
		settle_levels(rel, child_id);
	else if (last.level == NEED_LEVEL_EARLY_HELP &&
			 supporting_episodes(rel, child_id, NO_ID, episode_id, DATEVAL_NOEND, &other) == 0)
		log_level(rel, child_id, last, NEED_LEVEL_EARLY_HELP, NEED_LEVEL_UNIVERSAL, EVENT_CLOSE, episode_id, on);
}

/* The day of something that a child's level followed from was corrected. */
void
resettle_levels(Relation rel, int64 child_id)
{
	(void) lock_level(rel, child_id);
	settle_levels(rel, child_id);
}
