/*-------------------------------------------------------------------------
 *
 * episode_event.h
 *		Events of an episode, and the levels they move children to.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_EPISODE_EVENT_H
#define EARLY_HELP_EPISODE_EVENT_H

#include "utils/date.h"
#include "utils/rel.h"

#include "continuum/continuum.h"

/* What a rule reads of an episode, locked against other writers. */
typedef struct Episode
{
	int64		id;
	int64		family_id;
	EpisodeState state;
	DateADT		opened_on;
	DateADT		allocated_on;	/* DATEVAL_NOEND: waiting */
	DateADT		closed_on;		/* DATEVAL_NOEND: open */
} Episode;

extern bool read_episode(Relation rel, int64 episode_id, Episode *episode);
extern bool lock_episode(Relation rel, int64 episode_id, Episode *episode);
extern int64 episode_of_assessment(Relation rel, int64 assessment_id);
extern int	supporting_episodes(Relation rel, int64 child_id, int64 family_id, int64 but_for,
								Episode *episode);
extern const Transition *legal_transition(Relation rel, const Episode *episode,
										  ContinuumEvent event, bool last_child);
extern void log_event(Relation rel, int64 episode_id, ContinuumEvent event,
					  EpisodeState from, EpisodeState to, DateADT on, int64 child_id);
extern void apply_event(Relation rel, Episode *episode, ContinuumEvent event,
						DateADT on, int64 child_id);
extern void apply_two_events(Relation rel, Episode *episode, ContinuumEvent first,
							 ContinuumEvent second, DateADT on);
extern void refuse_after_closure(Relation rel, const Episode *episode,
								 const char *what, DateADT on);

extern void lock_family(Relation rel, int64 family_id);
extern void require_member(Relation rel, int64 family_id, int64 child_id);
extern void refuse_other_family(Relation rel, const char *what, int64 id,
								int64 its_family, int64 family_id);

extern NeedLevel level_of_child(Relation rel, int64 child_id);
extern void change_level(Relation rel, int64 child_id, NeedLevel from, NeedLevel to,
						 ContinuumEvent event, int64 episode_id, DateADT on);
extern void raise_child(Relation rel, int64 child_id, ContinuumEvent event,
						int64 episode_id, DateADT on);
extern void lower_child(Relation rel, int64 child_id, int64 episode_id, DateADT on);

#endif
