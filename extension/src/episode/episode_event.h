/*-------------------------------------------------------------------------
 *
 * episode_event.h
 *		Events of an episode.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_EPISODE_EVENT_H
#define EARLY_HELP_EPISODE_EVENT_H

#include "episode/episode_row.h"

extern const Transition *legal_transition(Relation rel, const Episode *episode,
										  ContinuumEvent event, bool last_child);
extern void log_event(Relation rel, int64 episode_id, ContinuumEvent event,
					  EpisodeState from, EpisodeState to, DateADT on, int64 child_id);
extern void log_event_by_clock(Relation rel, int64 episode_id, ContinuumEvent event,
							   EpisodeState from, EpisodeState to, DateADT on, int64 child_id);
extern void apply_event(Relation rel, Episode *episode, ContinuumEvent event,
						DateADT on, int64 child_id);
extern void apply_two_events(Relation rel, Episode *episode, ContinuumEvent first,
							 ContinuumEvent second, DateADT on);
extern void take_back_event(Relation rel, Episode *episode, ContinuumEvent event, DateADT on);

#endif
