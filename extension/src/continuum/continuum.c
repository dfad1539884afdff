/*-------------------------------------------------------------------------
 *
 * continuum.c
 *		The continuum of need as one constant table.
 *
 * Pure: no catalog, no SPI, no clock. The triggers, transitions(), the docs
 * and the diagram all read this table, and it lives as long as the library.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "continuum/continuum.h"

static const char *const state_names[EPISODE_STATES] = {
	[STATE_NONE] = "",
	[STATE_WAITING] = "waiting",
	[STATE_ALLOCATED] = "allocated",
	[STATE_ASSESSING] = "assessing",
	[STATE_PLANNED] = "planned",
	[STATE_UNDER_REVIEW] = "under_review",
	[STATE_CLOSED] = "closed",
};

static const char *const event_names[CONTINUUM_EVENTS] = {
	[EVENT_REFER] = "refer",
	[EVENT_ALLOCATE] = "allocate",
	[EVENT_START_ASSESSMENT] = "start_assessment",
	[EVENT_COMPLETE_ASSESSMENT] = "complete_assessment",
	[EVENT_START_PLAN] = "start_plan",
	[EVENT_HOLD_REVIEW] = "hold_review",
	[EVENT_EXTEND] = "extend",
	[EVENT_OFFER_STEP_UP] = "offer_step_up",
	[EVENT_ACCEPT_STEP_UP] = "accept_step_up",
	[EVENT_DECLINE_STEP] = "decline_step",
	[EVENT_WITHDRAW] = "withdraw",
	[EVENT_OFFER_STEP_DOWN] = "offer_step_down",
	[EVENT_ACCEPT_STEP_DOWN] = "accept_step_down",
	[EVENT_CLOSE] = "close",
	[EVENT_REOPEN] = "reopen",
};

static const char *const case_names[] = {
	[CASE_ALWAYS] = "always",
	[CASE_SIBLINGS_REMAIN] = "siblings remain",
	[CASE_LAST_CHILD] = "last child",
};

/* An event that moves no child's level, and one that does. */
#define STAY(from, event, to, rules) \
	{from, event, CASE_ALWAYS, to, NEED_LEVEL_NONE, NEED_LEVEL_NONE, rules}
#define MOVE(from, event, only, to, level_from, level_to, rules) \
	{from, event, only, to, level_from, level_to, rules}

/* What can happen to any open episode: steps of its children, and closure. */
#define OPEN_EPISODE(state) \
	STAY(state, EVENT_OFFER_STEP_UP, state, "R08 R10 R11 R12"), \
	MOVE(state, EVENT_ACCEPT_STEP_UP, CASE_SIBLINGS_REMAIN, state, \
		 NEED_LEVEL_EARLY_HELP, NEED_LEVEL_SOCIAL_CARE, "R11 R12"), \
	MOVE(state, EVENT_ACCEPT_STEP_UP, CASE_LAST_CHILD, STATE_CLOSED, \
		 NEED_LEVEL_EARLY_HELP, NEED_LEVEL_SOCIAL_CARE, "R11 R12 R14"), \
	STAY(state, EVENT_DECLINE_STEP, state, "R12"), \
	STAY(state, EVENT_WITHDRAW, state, "R12"), \
	STAY(state, EVENT_OFFER_STEP_DOWN, state, "R11 R12"), \
	MOVE(state, EVENT_ACCEPT_STEP_DOWN, CASE_ALWAYS, state, \
		 NEED_LEVEL_SOCIAL_CARE, NEED_LEVEL_EARLY_HELP, "R11 R12 R13"), \
	MOVE(state, EVENT_CLOSE, CASE_ALWAYS, STATE_CLOSED, \
		 NEED_LEVEL_EARLY_HELP, NEED_LEVEL_UNIVERSAL, "R11 R12 R14")

/* What can happen once a lead practitioner is there. */
#define ALLOCATED_EPISODE(state) \
	STAY(state, EVENT_START_ASSESSMENT, STATE_ASSESSING, "R08 R14"), \
	STAY(state, EVENT_START_PLAN, STATE_PLANNED, "R02 R08 R14")

static const Transition transitions[] = {
	MOVE(STATE_NONE, EVENT_REFER, CASE_ALWAYS, STATE_WAITING,
		 NEED_LEVEL_UNIVERSAL, NEED_LEVEL_EARLY_HELP, "R06 R11"),
	MOVE(STATE_NONE, EVENT_ACCEPT_STEP_DOWN, CASE_ALWAYS, STATE_WAITING,
		 NEED_LEVEL_SOCIAL_CARE, NEED_LEVEL_EARLY_HELP, "R06 R11 R12 R13"),

	STAY(STATE_WAITING, EVENT_ALLOCATE, STATE_ALLOCATED, "R07"),
	OPEN_EPISODE(STATE_WAITING),

	ALLOCATED_EPISODE(STATE_ALLOCATED),
	OPEN_EPISODE(STATE_ALLOCATED),

	ALLOCATED_EPISODE(STATE_ASSESSING),
	STAY(STATE_ASSESSING, EVENT_COMPLETE_ASSESSMENT, STATE_ASSESSING, "R05"),
	STAY(STATE_ASSESSING, EVENT_HOLD_REVIEW, STATE_UNDER_REVIEW, "R03 R14"),
	OPEN_EPISODE(STATE_ASSESSING),

	ALLOCATED_EPISODE(STATE_PLANNED),
	STAY(STATE_PLANNED, EVENT_COMPLETE_ASSESSMENT, STATE_PLANNED, "R05"),
	STAY(STATE_PLANNED, EVENT_HOLD_REVIEW, STATE_UNDER_REVIEW, "R03 R14"),
	OPEN_EPISODE(STATE_PLANNED),

	ALLOCATED_EPISODE(STATE_UNDER_REVIEW),
	STAY(STATE_UNDER_REVIEW, EVENT_COMPLETE_ASSESSMENT, STATE_UNDER_REVIEW, "R05"),
	STAY(STATE_UNDER_REVIEW, EVENT_HOLD_REVIEW, STATE_UNDER_REVIEW, "R03 R14"),
	STAY(STATE_UNDER_REVIEW, EVENT_EXTEND, STATE_PLANNED, "R02 R03"),
	OPEN_EPISODE(STATE_UNDER_REVIEW),

	/* What happened while it was open may be recorded late. */
	STAY(STATE_CLOSED, EVENT_START_ASSESSMENT, STATE_CLOSED, "R08 R14"),
	STAY(STATE_CLOSED, EVENT_COMPLETE_ASSESSMENT, STATE_CLOSED, "R05 R14"),
	STAY(STATE_CLOSED, EVENT_START_PLAN, STATE_CLOSED, "R02 R08 R14"),
	STAY(STATE_CLOSED, EVENT_HOLD_REVIEW, STATE_CLOSED, "R03 R14"),
	STAY(STATE_CLOSED, EVENT_EXTEND, STATE_CLOSED, "R02 R03"),
	MOVE(STATE_CLOSED, EVENT_REOPEN, CASE_ALWAYS, STATE_ALLOCATED,
		 NEED_LEVEL_UNIVERSAL, NEED_LEVEL_EARLY_HELP, "R06 R11 R14"),
};

/* The transition an event makes, or NULL if it is not legal there. */
const Transition *
transition(EpisodeState from, ContinuumEvent event, bool last_child)
{
	TransitionCase other = last_child ? CASE_SIBLINGS_REMAIN : CASE_LAST_CHILD;

	for (int i = 0; i < (int) lengthof(transitions); i++)
	{
		const Transition *t = &transitions[i];

		if (t->from == from && t->event == event && t->only != other)
			return t;
	}
	return NULL;
}

/* The table's row at a place from 0 on, or NULL past its end. */
const Transition *
transition_at(int place)
{
	return place < (int) lengthof(transitions) ? &transitions[place] : NULL;
}

/* A name by its place; a byte from a table of somebody's own may be any number. */
static const char *
name_at(const char *const *names, int count, int place)
{
	return place >= 0 && place < count ? names[place] : "unknown";
}

const char *
state_name(EpisodeState state)
{
	return name_at(state_names, lengthof(state_names), (int) state);
}

/* The name can be null if the column was altered. */
EpisodeState
state_by_name(const char *name)
{
	for (int i = 0; name && i < EPISODE_STATES; i++)
	{
		if (strcmp(state_names[i], name) == 0)
			return (EpisodeState) i;
	}
	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("an episode is in no state of the continuum"),
			 errhint("Give column state of table \"episode\" back the type early_help.episode_state.")));
}

const char *
event_name(ContinuumEvent event)
{
	return name_at(event_names, lengthof(event_names), (int) event);
}

const char *
case_name(TransitionCase only)
{
	return name_at(case_names, lengthof(case_names), (int) only);
}
