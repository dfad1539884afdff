/*-------------------------------------------------------------------------
 *
 * continuum.h
 *		The continuum of need as a state machine: constants and a lookup.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_CONTINUUM_H
#define EARLY_HELP_CONTINUUM_H

#include "types/need_level.h"

typedef enum EpisodeState
{
	STATE_NONE,					/* there is no episode yet */
	STATE_WAITING,
	STATE_ALLOCATED,
	STATE_ASSESSING,
	STATE_PLANNED,
	STATE_UNDER_REVIEW,
	STATE_CLOSED
} EpisodeState;

#define EPISODE_STATES (STATE_CLOSED + 1)

typedef enum ContinuumEvent
{
	EVENT_REFER,
	EVENT_ALLOCATE,
	EVENT_START_ASSESSMENT,
	EVENT_COMPLETE_ASSESSMENT,
	EVENT_START_PLAN,
	EVENT_HOLD_REVIEW,
	EVENT_EXTEND,
	EVENT_OFFER_STEP_UP,
	EVENT_ACCEPT_STEP_UP,
	EVENT_DECLINE_STEP,
	EVENT_WITHDRAW,
	EVENT_OFFER_STEP_DOWN,
	EVENT_ACCEPT_STEP_DOWN,
	EVENT_CLOSE,
	EVENT_REOPEN
} ContinuumEvent;

#define CONTINUUM_EVENTS (EVENT_REOPEN + 1)

/* Accepting a step up of the last supported child closes the episode. */
typedef enum TransitionCase
{
	CASE_ALWAYS,
	CASE_SIBLINGS_REMAIN,
	CASE_LAST_CHILD
} TransitionCase;

typedef struct Transition
{
	EpisodeState from;
	ContinuumEvent event;
	TransitionCase only;
	EpisodeState to;
	NeedLevel	level_from;		/* of the children the event moves; NEED_LEVEL_NONE: it moves none */
	NeedLevel	level_to;
	const char *rules;			/* that guard it, as "R06 R15" */
} Transition;

extern const Transition *transition(EpisodeState from, ContinuumEvent event,
									bool last_child);
extern const Transition *transition_at(int place);
extern const char *state_name(EpisodeState state);
extern EpisodeState state_by_name(const char *name);
extern const char *event_name(ContinuumEvent event);
extern const char *case_name(TransitionCase only);

#endif
