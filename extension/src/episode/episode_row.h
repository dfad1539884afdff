/*-------------------------------------------------------------------------
 *
 * episode_row.h
 *		What the rules read of an episode.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_EPISODE_ROW_H
#define EARLY_HELP_EPISODE_ROW_H

#include "utils/date.h"

#include "base/record.h"
#include "continuum/continuum.h"

typedef struct Episode
{
	int64		id;
	int64		family_id;
	EpisodeState state;
	DateADT		opened_on;
	DateADT		allocated_on;	/* DATEVAL_NOEND: waiting */
	DateADT		closed_on;		/* DATEVAL_NOEND: open */
	bool		reopened;		/* closed once, and open again from a later day */
} Episode;

extern void episode_from_row(const Record *row, Episode *episode);
extern bool read_episode(Relation rel, int64 episode_id, Episode *episode);
extern void require_episode_seen(Relation rel, const Episode *episode, int64 child_id);
extern bool lock_episode(Relation rel, int64 episode_id, Episode *episode);
extern int64 episode_of_assessment(Relation rel, int64 assessment_id);
extern int	supporting_episodes(Relation rel, int64 child_id, int64 family_id, int64 but_for,
								DateADT on, Episode *episode);
extern DateADT closed_first_after(Relation rel, const Episode *episode, DateADT on);
extern void refuse_in_gap(Relation rel, const Episode *episode, const char *what, DateADT on);
extern void refuse_after_closure(Relation rel, const Episode *episode,
								 const char *what, DateADT on);

#endif
